"""How many people would come to a service if it were used as such services are by those around.

A count says little: a small room in a quiet street is not under-used for having few. So the people
who came are divided by those who live around, and compared with what is usual for the category.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import LayerError
from mapping.city import City

AROUND_M: Final = 1200.0  # a walk of 15 minutes, were it straight
LEAST_AROUND: Final = 100  # people; of fewer a rate says nothing
LEAST_SHOWN: Final = 5  # people expected: fewer are never shown, not even as an estimate
LEAST_SERVICES: Final = 3  # with a number, of one category: what is usual is their median
_EXACT: Final = ("exact", "street")


def people_around(city: City, group: str, *, max_m: float = AROUND_M) -> dict[str, float]:
    """Count the people of a group who live around each service, as the crow flies.

    Parameters
    ----------
    city
        Where people and places are.
    group
        Code of ``population_groups``.
    max_m
        How far the middle of their area may be from the nearest place of the service, in metres.

    Returns
    -------
    people
        By service; those withheld count as 2.5. Services without an exact place are not in it; none
        is where nobody is counted in areas smaller than a walk.
    """
    try:
        level, people = city.people(group)
    except LayerError:
        return {}
    areas = city.areas[city.areas["level"].eq(level)].to_crs(city.crs)
    if areas.empty or np.sqrt(areas.area.median()) > max_m:
        return {}
    number = np.nan_to_num((people.low + people.high) / 2)
    middles = areas.geometry.centroid
    xy = np.column_stack([middles.x, middles.y])
    found: dict[str, float] = {}
    for service, points in _places(city).groupby("service_id"):
        near = np.zeros(len(xy), dtype=bool)
        for point in points.geometry:
            # a hair more, for what is lost on the way between two projections
            near |= np.hypot(xy[:, 0] - point.x, xy[:, 1] - point.y) <= max_m + 1e-3
        found[str(service)] = float(number[near].sum())
    return found


def expected(
    came: Mapping[str, int], around: Mapping[str, float], category: Mapping[str, str]
) -> dict[str, int]:
    """Say how many would have come to each service if it were used as is usual for its category.

    Parameters
    ----------
    came
        People by service, where the number is known.
    around
        People who live around it, as of :func:`people_around`.
    category
        Of each service.

    Returns
    -------
    people
        The median rate of the category times the people around, rounded; only for services with at
        least ``LEAST_AROUND`` around, in categories with ``LEAST_SERVICES`` known rates, and where
        it is at least ``LEAST_SHOWN``.

    Examples
    --------
    Three services, each with 1,000 around; a fourth with 500.

    >>> around = {"a": 1000.0, "b": 1000.0, "c": 1000.0, "d": 500.0}
    >>> expected({"a": 40, "b": 100, "c": 110}, around, dict.fromkeys("abcd", "health"))
    {'a': 100, 'b': 100, 'c': 100, 'd': 50}
    """
    there = {one: count for one, count in around.items() if count >= LEAST_AROUND}
    rates: dict[str, list[float]] = {}
    for one, count in came.items():
        if one in there:
            rates.setdefault(category[one], []).append(count / there[one])
    usual = {
        kind: float(np.median(known))
        for kind, known in rates.items()
        if len(known) >= LEAST_SERVICES
    }
    found = {
        one: round(usual[category[one]] * count)
        for one, count in there.items()
        if category.get(one) in usual
    }
    return {one: count for one, count in found.items() if count >= LEAST_SHOWN}


def _places(city: City) -> gpd.GeoDataFrame:
    """Give the exact places of services, in metres."""
    at, places = city.read("service_at_location"), city.read("locations")
    known = places["precision"].isin(_EXACT) & ~places.geometry.isna()
    here = gpd.GeoDataFrame(places.loc[known, ["id", "geometry"]], crs=places.crs).to_crs(city.crs)
    joined = pd.DataFrame(at[["service_id", "location_id"]]).merge(
        pd.DataFrame(here).rename(columns={"id": "location_id"}), on="location_id"
    )
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=city.crs)
