"""The network by sector: a matrix of how many of the possible ties there are, ready to be drawn.

Each cell says how many pairs work together and of how many, and its shade how large that share is;
hatched is where a sector has too few actors to say anything from. Nothing in it is about one actor.
"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from mapping.drawing_network import digest
from mapping.words import direction, say

SHADES: Final = (0.0, 0.05, 0.1, 0.2, 0.35)  # a share above each is one step darker


def matrix(between: pd.DataFrame, sizes: pd.Series[Any], *, lang: str) -> dict[str, Any]:
    """Describe the matrix: rows, cells, legend and words, ready for JSON.

    Parameters
    ----------
    between
        As :func:`mapping.mixing.between` gives it by sector.
    sizes
        Actors of each sector, by code; the order is that of the rows.
    lang
        Language of the words.

    Returns
    -------
    spec
        ``rows`` (``id``, ``name``, ``number``); ``cells``, one list a row, each cell with ``one``,
        ``two`` (ids), ``present``, ``possible``, ``text``, ``fill`` (name of a colour or ``""``),
        ``pale`` (whether its text is light on dark), ``few``, ``own`` (a sector with itself),
        ``said`` (a sentence); ``legend``, ``words``, ``rtl``, ``key``. A cell without possible
        ties is empty. Who draws it adds ``tokens`` and ``selected`` (``"one two"`` or ``""``).
    """
    known = {frozenset((row["group"], row["other"])): row for row in between.to_dict("records")}
    order = [str(one) for one in sizes.index if sizes[one] > 0]
    names = {one: say(f"sector.{one}", lang) for one in order}
    rows = [{"id": one, "name": names[one], "number": int(sizes[one])} for one in order]
    cells = [
        [_cell(one, two, known.get(frozenset((one, two))), names, lang) for two in order]
        for one in order
    ]
    spec: dict[str, Any] = {"rows": rows, "cells": cells, "rtl": direction(lang) == "rtl"}
    spec["words"] = {
        name: say(f"network.matrix_{name}", lang) for name in ("title", "hint", "corner")
    }
    spec["legend"] = _legend(lang)
    spec["key"] = digest(spec)
    return spec


def table_of(between: pd.DataFrame, *, lang: str) -> pd.DataFrame:
    """Write the same as a table: one row a pair of sectors, the largest share first.

    Parameters
    ----------
    between, lang
        As for :func:`matrix`.
    """
    there = between[between["possible"] > 0].sort_values(
        ["share", "possible"], ascending=False, kind="stable"
    )
    too_few = say("network.matrix_too_few", lang)
    return pd.DataFrame(
        {
            say("network.col_sector", lang): [say(f"sector.{one}", lang) for one in there["group"]],
            say("network.col_other", lang): [say(f"sector.{one}", lang) for one in there["other"]],
            say("network.col_present", lang): there["present"].to_list(),
            say("network.col_possible", lang): there["possible"].to_list(),
            say("network.col_share", lang): [f"{one:.0%}" for one in there["share"]],
            say("network.col_expected", lang): [
                too_few if is_few else f"{one:.1f}"
                for one, is_few in zip(there["expected"], there["too_few"], strict=True)
            ],
        }
    )


def _cell(
    one: str,
    two: str,
    row: dict[Any, Any] | None,
    names: dict[str, str],
    lang: str,
) -> dict[str, Any]:
    if row is None or not row["possible"]:
        return {"one": one, "two": two, "possible": 0, "present": 0, "own": one == two}
    present, possible = int(row["present"]), int(row["possible"])
    share = present / possible
    step = sum(share > least for least in SHADES)
    few = bool(row["too_few"])
    said = say(
        "network.matrix_said_own" if one == two else "network.matrix_said",
        lang,
        one=names[one],
        two=names[two],
        present=present,
        possible=possible,
        share=f"{share:.0%}",
    )
    if few:
        chance = say("network.matrix_few", lang)
    else:
        chance = say("network.matrix_chance", lang, expected=f"{float(row['expected']):.1f}")
    return {
        "one": one,
        "two": two,
        "present": present,
        "possible": possible,
        "text": say("network.matrix_cell", lang, present=present, possible=possible),
        "of": say("network.matrix_of", lang, possible=possible),
        "fill": f"gap_{step}" if step else "",
        "pale": step >= len(SHADES) - 1,
        "few": few,
        "own": one == two,
        "said": f"{said} {chance}",
    }


def _legend(lang: str) -> list[dict[str, str]]:
    """Explain every shade, and what is hatched or empty."""
    lines = [{"form": "none", "fill": "", "text": say("network.matrix_none", lang)}]
    for step, least in enumerate(SHADES, start=1):
        most = SHADES[step] if step < len(SHADES) else None
        text = (
            say("network.matrix_above", lang, share=f"{least:.0%}")
            if most is None
            else say("network.matrix_up_to", lang, share=f"{most:.0%}")
        )
        lines.append({"form": "shade", "fill": f"gap_{step}", "text": text})
    lines.append({"form": "few", "fill": "", "text": say("network.matrix_legend_few", lang)})
    return lines
