"""The walking part of a city: where people start, how long they walk, whom that covers.

Everything is found once and kept: streets and homes for a city, walks for a way of going.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from scipy.sparse import csr_array

from layers.streets import Floats, Numbers, Streets
from mapping import homes as home
from mapping.closures import Closed, closed_to
from mapping.offers import Flags, Offers, Read
from mapping.reach import surface_share
from mapping.travel import GRID_DETOUR, Ends, Minutes, Walks, Way, covered, shorter, walks
from mapping.underfoot import Underfoot, read_underfoot

KEPT_WALKS: Final = 24  # ways whose walks are kept: some 10 MB each in a large city


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapped:
    """How points were brought to the streets.

    Parameters
    ----------
    points
        How many.
    farthest_m
        Straight metres to its street of the farthest that has one.
    too_far
        Points more than ``homes.FAR_M`` from any street: nobody can say how one walks from there.
    over_water
        Points nearer than that to streets on the other side of the water only.
    """

    points: int
    farthest_m: float
    too_far: int
    over_water: int


class OnFoot(ABC):
    """What a city needs to be walked in; what it is read from is given by the city."""

    read: Read

    @property
    @abstractmethod
    def crs(self) -> pyproj.CRS:
        """Metres of the city."""

    @property
    @abstractmethod
    def areas(self) -> gpd.GeoDataFrame:
        """Areas that have a shape, in degrees."""

    @property
    @abstractmethod
    def offers(self) -> Offers:
        """Services at locations, with their facts."""

    def __init__(self, minutes: Minutes | None = None) -> None:
        self.minutes = minutes
        self._homes: dict[str, home.Homes] = {}
        self._walks: OrderedDict[tuple[str, Way], Walks] = OrderedDict()
        self._between: OrderedDict[Way, Walks] = OrderedDict()
        self._closed: dict[tuple[str, str | None], Closed | None] = {}
        self._surface: dict[tuple[str, float, bytes], Floats] = {}

    def walk_as(self, other: OnFoot) -> None:
        """Share what is found about streets, homes and walks with a city whose places are the same.

        Parameters
        ----------
        other
            Differs in what is offered and by whom, never in streets, areas or places.
        """
        self._homes, self._walks, self._between = other._homes, other._walks, other._between
        self._closed, self._surface = other._closed, other._surface
        self.underfoot, self.ground, self.points = other.underfoot, other.ground, other.points

    @cached_property
    def underfoot(self) -> Underfoot:
        """Streets with what is known of them, and places called unsafe."""
        return read_underfoot(self.read, self.crs)

    @property
    def streets(self) -> Streets | None:
        """Streets to walk on; ``None`` where none are known."""
        return self.underfoot.streets

    @cached_property
    def ground(self) -> gpd.GeoDataFrame:
        """Water, green and railways, in metres."""
        return gpd.GeoDataFrame(self.read("ground")).to_crs(self.crs)

    @cached_property
    def points(self) -> tuple[Floats, Numbers, Floats, Flags]:
        """Places of services in metres, their street nodes, the way there, and if it is known."""
        xy = shapely.get_coordinates(self.offers.points.to_crs(self.crs).to_numpy())
        if self.streets is None:
            return xy, np.full(len(xy), -1), np.zeros(len(xy)), np.ones(len(xy), dtype=np.bool_)
        return (xy, *home.snap(xy, self.streets, home.water(self.ground)))

    @cached_property
    def ends(self) -> Ends:
        """Where walks end: the places of services."""
        return Ends(*self.points)

    def starts(self, level: str) -> Ends:
        """Give where the walks of a level begin."""
        start = self.homes(level)
        return Ends(start.xy, start.node, start.snap_m, start.on_street)

    def homes(self, level: str) -> home.Homes:
        """Give the areas of a level and where their people start walking."""
        if level not in self._homes:
            areas = gpd.GeoDataFrame(self.areas[self.areas["level"].eq(level)]).to_crs(self.crs)
            self._homes[level] = home.homes(areas.reset_index(drop=True), self.ground, self.streets)
        return self._homes[level]

    def snapped(self, level: str) -> tuple[Snapped, Snapped] | None:
        """Say how starts and places were brought to the streets; ``None`` without streets."""
        if self.streets is None:
            return None
        return _snapped(self.starts(level)), _snapped(self.ends)

    def closed(self, way: Way) -> Closed | None:
        """Say what is closed to somebody who goes this way."""
        key = (way.stepless, way.avoid)
        if key not in self._closed:
            unsafe = None if way.avoid is None else self.underfoot.unsafe(way.avoid)
            self._closed[key] = closed_to(self.underfoot.pavement, way.stepless, unsafe)
        return self._closed[key]

    def unsafe(self, hour: str | None) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
        """Give the shapes, in metres, of places called unsafe at an hour.

        Of all of them, and of those of which no session said otherwise at that hour. What was said
        of all hours together may hold at this one: it is among the former only.
        """
        if hour is None:
            return [], []
        found = self.underfoot.unsafe(hour)
        return list(found.shapes), list(found.shapes[found.agreed])

    def heard(self, hour: str) -> bool:
        """Tell whether any place was reported for an hour, or for all hours together."""
        return self.underfoot.heard(hour)

    def walks(self, level: str, way: Way) -> Walks:
        """Find the walks of a level to the places of services.

        From each of its starts; from each of its areas where :attr:`minutes` are given.
        """
        key = (level, way)
        if key not in self._walks:
            self.keep_walks(level, way, self._find(level, way))
        self._walks.move_to_end(key)
        return self._walks[key]

    def has_walks(self, level: str, way: Way) -> bool:
        """Tell whether these walks are known already."""
        return (level, way) in self._walks

    def keep_walks(self, level: str, way: Way, found: Walks) -> None:
        """Keep walks that were found, here or elsewhere.

        Raises
        ------
        ValueError
            If they are not from the starts of the level to the places of this city.
        """
        mine = self.homes(level)
        starts = len(mine.areas if self.minutes is not None else mine.area)
        for table in (found.sure, found.maybe):
            if table.shape != (starts, len(self.ends.xy)):
                raise ValueError(
                    f"minutes must be {(starts, len(self.ends.xy))}, got {table.shape}"
                )
        self._walks[level, way] = found
        while len(self._walks) > KEPT_WALKS:
            self._walks.popitem(last=False)

    def between(self, way: Way) -> Walks:
        """Find the walks from one place of services to another, also where minutes are given."""
        if way not in self._between:
            self._between[way] = walks(self.streets, self.ends, self.ends, way, self.closed(way))
            while len(self._between) > KEPT_WALKS:
                self._between.popitem(last=False)
        return self._between[way]

    def _find(self, level: str, way: Way) -> Walks:
        if self.minutes is not None:
            return self.minutes(level, way)
        for (of, other), found in self._walks.items():
            alike = (of, other.stepless, other.avoid) == (level, way.stepless, way.avoid)
            if alike and other.metres >= way.metres:
                return shorter(found, other, way)
        closed = self.closed(way)
        plain = None
        if way.avoid is not None and self.streets is not None:
            plain = self.walks(level, replace(way, avoid=None))
            if closed is None or not len(closed.every):
                return plain
        return walks(self.streets, self.starts(level), self.ends, way, closed, plain=plain)

    def shares(
        self, level: str, way: Way | float, certain: Flags, possible: Flags
    ) -> tuple[Floats, Floats]:
        """Say which share of each area's people reaches a place: at least, and at most.

        Parameters
        ----------
        level
            Which areas; n of them.
        way
            How she goes, or the longest walk in minutes at 4.8 km/h.
        certain, possible
            (p, q): for each of q questions, the places that fit for certain, and those that
            perhaps fit, which include the former.

        Returns
        -------
        low, high
            (n, q) from 0 to 1.
        """
        way = way if isinstance(way, Way) else Way(minutes=way)
        low, high = (np.where(places, way.minutes, -1.0) for places in (certain, possible))
        return self.cover(level, way, low, high)

    def cover(self, level: str, way: Way, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Say which share of each area's people reaches a place in the minutes left for it.

        Parameters
        ----------
        level, way
            Which areas, and how she goes.
        low, high
            (p, q) minutes that may be spent on the way to each place, for certain and perhaps, for
            each of q questions; -1 where it does not fit.

        Returns
        -------
        low, high
            (n, q) from 0 to 1.
        """
        start, found = self.homes(level), self.walks(level, way)
        sure, maybe = (
            covered(table, np.minimum(budget, way.minutes)).astype(np.float64)
            for table, budget in ((found.sure, low), (found.maybe, high))
        )
        if self.minutes is not None:
            return sure, np.maximum(sure, maybe)
        n, k = len(start.areas), len(start.area)
        spread = csr_array((start.weight, (start.area, np.arange(k))), shape=(n, k))
        at_least, at_most = (np.minimum(np.asarray(spread @ one), 1.0) for one in (sure, maybe))
        if self.streets is None and start.large.any():
            self._surfaces(level, way, (low, high), (at_least, at_most))
        return at_least, np.maximum(at_least, at_most)

    def _surfaces(
        self, level: str, way: Way, budgets: tuple[Floats, Floats], shares: tuple[Floats, Floats]
    ) -> None:
        """Fill in the shares of large areas, whose people live all over them."""
        large = self.homes(level).large
        # a straight line may lead through a place called unsafe, or over steps: nothing is certain
        nothing = bool(self.unsafe(way.avoid)[0]) or way.stepless == "wheelchair"
        for question in range(budgets[0].shape[1]):
            low, high = (budget[:, question] for budget in budgets)
            shortest = float(low[low >= 0].min(initial=way.minutes))
            inner = self._spread(level, shortest * way.metres_a_minute / GRID_DETOUR, low >= 0)
            longest = float(high[high >= 0].max(initial=0.0)) or way.minutes
            outer = self._spread(level, longest * way.metres_a_minute, high >= 0)
            shares[0][large, question] = 0.0 if nothing else np.nan_to_num(inner, nan=0.0)
            shares[1][large, question] = np.nan_to_num(outer, nan=1.0)

    def _spread(self, level: str, radius_m: float, places: Flags) -> Floats:
        """Share of the inhabited surface of the large areas within a radius of any place."""
        key = (level, radius_m, np.packbits(places).tobytes())
        if key not in self._surface:
            start = self.homes(level)
            ground = self.ground
            self._surface[key] = surface_share(
                start.areas[start.large],
                gpd.GeoSeries(shapely.points(self.points[0][places]), crs=self.crs),
                radius_m=radius_m,
                holes=ground[ground["kind"].isin(home.NOT_LIVED_IN)],
            )
        return self._surface[key]


def _snapped(ends: Ends) -> Snapped:
    near = ends.on_street
    far = ~near & (ends.snap_m > home.FAR_M)
    return Snapped(
        points=len(near),
        farthest_m=float(ends.snap_m[near].max(initial=0.0)),
        too_far=int(far.sum()),
        over_water=int((~near & ~far).sum()),
    )
