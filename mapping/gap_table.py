"""The table of people not reached as CSV, with all that is needed to read it alone.

Every row repeats the question, the method and the dates, because tables are cut up and mailed on.
"""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from layers.cell_text import harmless

NUMBERS: Final = ("people", "not_reached", "share_not_reached")


def as_csv(report: dict[str, Any]) -> str:
    """Write the city and its districts as CSV.

    Parameters
    ----------
    report
        As of :func:`mapping.gaps.as_json`.

    Returns
    -------
    text
        One row for the city, then one a district (none where the need is about papers): ``area_id``
        (empty for the city), ``name``, low and high of people, of those not reached and of their
        share, then the question, the method, the dates, facts too unknown to say, and whether the
        people counted are an estimate, with how many there are for certain.

    Examples
    --------
    A name that a spreadsheet would run as a formula gets an apostrophe in front.

    >>> harmless("=1+1"), harmless("Ropewalk")
    ("'=1+1", 'Ropewalk')
    """
    need, dates = report["need"], report["dates"]
    certain = (report["estimate"] or {}).get("people", {})
    about = {
        **{f"asked_{key}": value for key, value in need.items()},
        "method": report["method"],
        "speed_kmh": report["speed_kmh"],
        **{f"date_{key}": value for key, value in dates.items()},
        "cannot_say_yet": "; ".join(
            f"{one['fact']} unknown for {one['unknown']} of {one['of']}"
            for one in report["cannot_say"]
        ),
        "city": report["city"],
        "invented": report["invented"],
        "estimated": report["estimated"],
        **{f"estimate_{end}": certain.get(end) for end in ("low", "high")},
    }
    whole = {"area_id": None, "name": report["city"], **{name: report[name] for name in NUMBERS}}
    ranges = [f"{name}_{end}" for name in NUMBERS for end in ("low", "high")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["area_id", "name", *ranges, *about])
    for row in [whole, *(report["districts"] or [])]:
        numbers = [(row[name] or {}).get(end) for name in NUMBERS for end in ("low", "high")]
        cells = [row["area_id"], row["name"], *numbers, *about.values()]
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()
