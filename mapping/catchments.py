"""Who lives within a walk of the services of one organization: areas, and people as a range.

It says who is near, not who is let in, understood or served: that is what Gaps and Reach ask.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from layers.errors import LayerError
from mapping import few
from mapping import homes as home
from mapping.city import City, People
from mapping.needs import EVERYONE, MOST_MINUTES
from mapping.offers import Flags

SURE, PERHAPS = "sure", "perhaps"
MOST_OF: Final = 0.5  # of the people of an area: with fewer it is only perhaps within the walk


@dataclass(frozen=True, eq=False)
class Catchment:
    """What lies within a walk of some services.

    Attributes
    ----------
    level
        Which areas were looked at; empty where none has a shape.
    areas
        ``area_id`` and ``within``: ``sure`` where most people of the area are within the walk for
        certain, ``perhaps`` where some may be. Areas beyond it have no row.
    people
        {"low", "high"} of those within the walk; ``None`` where nobody was counted.
    of
        The same of all people counted.
    placed, protected, unplaced
        Services whose places are in it; left out because their place is protected; left out
        because nobody said where they are, or because they have no place (online, outreach).
    """

    level: str
    areas: pd.DataFrame
    people: dict[str, int] | None
    of: dict[str, int] | None
    placed: tuple[str, ...]
    protected: tuple[str, ...]
    unplaced: tuple[str, ...]


def catchment(city: City, services: Collection[str], *, minutes: float) -> Catchment:
    """Find who lives within a walk of any of some services.

    Parameters
    ----------
    city
        The city, its streets and its people.
    services
        Identifiers; those that have ended are left out.
    minutes
        The longest walk at 4.8 km/h, over 0 to 60.

    Returns
    -------
    catchment
        A protected place is never among the places walked to, nor the area it serves. A place
        known to its area only may be anywhere in it: all of that area is ``perhaps``.

    Raises
    ------
    ValueError
        If the minutes are not over 0 to 60.
    """
    if not 0 < minutes <= MOST_MINUTES:  # refuses NaN too
        raise ValueError(f"minutes must be over 0 and at most 60, got {minutes!r}")
    rows = city.offers.table
    rows = rows[rows["service_id"].isin(list(services)) & ~rows["ended"]]
    at_point = rows["point"] >= 0
    hidden = rows["why"].eq("hidden")
    rough = ~at_point & ~hidden & rows["place"].eq("area") & rows["why"].eq("rough")
    placed = _ids(rows[at_point | rough])
    protected = tuple(one for one in _ids(rows[hidden]) if one not in placed)
    level, people = _level(city)
    found = pd.DataFrame({"area_id": [], "within": []}, dtype=object)
    counts: tuple[dict[str, int] | None, dict[str, int] | None] = (None, None)
    if level and placed:
        fits = np.zeros(len(city.offers.points), dtype=np.bool_)
        fits[rows.loc[at_point, "point"].to_numpy()] = True
        shares = city.shares(level, float(minutes), fits[:, None], fits[:, None])
        low, high = shares[0][:, 0], shares[1][:, 0]
        for area in rows.loc[rough, "area_id"].dropna().unique():
            high = np.where(city.inside(level, str(area)), 1.0, high)
        code = np.select([low >= MOST_OF, high > 0], [SURE, PERHAPS], default="")
        ids = city.homes(level).areas["id"].to_numpy(dtype=object)
        found = pd.DataFrame({"area_id": ids[code != ""], "within": code[code != ""]})
        if people is not None:
            counts = _counted(people, low, high)
    left = {*placed, *protected}
    return Catchment(
        level=level,
        areas=found,
        people=counts[0],
        of=counts[1],
        placed=placed,
        protected=protected,
        unplaced=tuple(one for one in _ids(rows) if one not in left),
    )


def _ids(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(str(one) for one in rows["service_id"].unique())


def _level(city: City) -> tuple[str, People | None]:
    """Give the finest level whose people were counted, else the finest with a shape."""
    try:
        return city.people(EVERYONE)
    except LayerError:
        there = set(city.areas["level"])
        return next((one for one in home.LEVELS if one in there), ""), None


def _counted(
    people: People, low: np.ndarray, high: np.ndarray
) -> tuple[dict[str, int], dict[str, int]]:
    """Sum those within and all, each area coarsened before: see :mod:`mapping.few`.

    In fives, for the same people are shown for one service, another and all of them.
    """
    known: Flags = ~np.isnan(people.low)
    least, most = people.low[known], people.high[known]
    low, high, plain = low[known], np.maximum(low, high)[known], people.as_is[known]
    within, beyond = (least * low, most * high), (least * (1 - high), most * (1 - low))
    wide = few.coarse((least, most), within, beyond)
    got = tuple(np.where(plain, one, other) for one, other in zip(within, wide, strict=True))
    rest = (np.maximum(least - got[1], 0), most - got[0])
    totals = tuple(
        (float(one.sum()), float(other.sum())) for one, other in ((least, most), got, rest)
    )
    at_least, at_most = (float(one) for one in few.coarse(*totals))
    return few.in_fives(at_least, at_most, totals[0]), few.shown(*totals[0])
