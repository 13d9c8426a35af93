"""What a phone may tell about help near a place: services that may be shown, one row a place.

The phone gets the whole list and chooses from it by itself, so that nobody learns what she asked.
A service at a hidden place has a contact, and neither a name of the place nor a square.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import consent, hours
from layers.releasing import releasable
from layers.space import cell_of, parse_cell
from mapping.offers import Offers, read_offers

SQUARE_M: Final = 250
"""How finely a place is given: enough for "near", and the same as what she gives herself."""


def help_list(
    tables: Mapping[str, pd.DataFrame], *, day: date, country: str, timezone: str
) -> list[dict[str, Any]]:
    """List every service that may be shown and runs, with what decides whether it helps her.

    Parameters
    ----------
    tables
        Tables of an atlas, by name, as they are stored; what may not leave is taken out here.
    day
        The day asked about: a course that is over is left out.
    country, timezone
        As of ``layers.hours.state``.

    Returns
    -------
    rows
        ``name``, ``category``, ``organization``, ``place``, ``contact`` (texts or ``None``),
        ``square`` (east and north of its middle, metres of EPSG:3035) or ``None``, ``hidden``,
        ``open`` and ``appointment`` (pairs of minutes from Monday 0:00; ``open`` is ``None`` where
        nobody knows), ``languages`` (staff or an interpreter speak them), ``papers`` and
        ``women_only`` (``None``: nobody has asked).

    Notes
    -----
    A service whose organization refused to be shown is left out altogether: its name would say
    whose it is. One that was never asked keeps its name and loses its contact, as in every export.
    """
    kept, _ = releasable(tables)
    raw = tables["organizations"]
    refused = set(raw["id"]) - set(consent.shown_actors(raw)["id"])
    theirs = tables["services"]["organization_id"].isin(refused)
    silent = set(tables["services"].loc[theirs, "id"])
    offers = read_offers(kept.__getitem__, day=day, country=country, timezone=timezone)
    services, places = _by_id(kept["services"]), _by_id(kept["locations"])
    actors = _by_id(kept["organizations"])
    rows = []
    for offer in offers.table.itertuples():
        if offer.ended or offer.service_id in silent:
            continue
        times = _times(offers, offer.id)
        if times is None:
            continue
        service = services[str(offer.service_id)]
        actor = actors.get(str(service["organization_id"]), {})
        rows.append(
            {
                "name": service["name"],
                "category": service["category"],
                "organization": _text(actor.get("name")),
                **_where(places.get(str(offer.location_id), {}), actor),
                **times,
                "languages": sorted(
                    tag
                    for tag, level in offers.spoken.get(str(offer.service_id), {}).items()
                    if level == 1
                ),
                "papers": _said(service["papers_asked"]),
                "women_only": _said(service["women_only"]),
            }
        )
    return sorted(rows, key=lambda row: (row["category"], row["name"], str(row["place"])))


def _where(place: Mapping[str, Any], actor: Mapping[str, Any]) -> dict[str, Any]:
    """Say where a service is, as exactly as a phone may know, and how to reach it."""
    hidden = place.get("precision") == "hidden"
    shape = place.get("geometry")
    exact = place.get("precision") in ("exact", "street")
    named = [] if hidden else [_text(place.get(one)) for one in ("name", "address")]
    reached = [_text(one.get("public_contact")) for one in (place, actor)]
    return {
        "hidden": hidden,
        "place": ", ".join(filter(None, named)) or None,
        "contact": " · ".join(dict.fromkeys(filter(None, reached))) or None,
        "square": _square(shape) if exact and isinstance(shape, BaseGeometry) else None,
    }


def _square(shape: BaseGeometry) -> list[int] | None:
    if shape.is_empty:
        return None
    point = shapely.centroid(shape)
    cell = parse_cell(cell_of(point.x, point.y, size_m=SQUARE_M))
    return [cell.east + SQUARE_M // 2, cell.north + SQUARE_M // 2]


def _times(offers: Offers, link: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a cell of a table
    """Give when it is open in an ordinary week; ``None`` where it is a course that is over."""
    rows = offers.schedules.get(str(link), [])
    now = [row for row in rows if row[2] is None or row[2] >= offers.day]
    if rows and not now:
        return None
    texts = [text for text, begins, _ in now if begins is None or begins <= offers.day]
    found = hours.stretches(
        texts, week=offers.week, country=offers.country, timezone=offers.timezone
    )
    states = {state for state, _, _ in found}
    unknown = not texts or (states == {"unknown"})
    return {
        "open": None if unknown else _of(found, "open"),
        "appointment": _of(found, "by_appointment"),
    }


def _of(found: list[tuple[str, int, int]], state: str) -> list[list[int]]:
    return [[start, end] for one, start, end in found if one == state]


def _by_id(table: pd.DataFrame) -> dict[str, dict[Any, Any]]:
    return {str(row["id"]): row for row in table.to_dict("records")}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _said(value: Any) -> bool | None:  # noqa: ANN401 - a cell of a table
    return None if pd.isna(value) else bool(value)
