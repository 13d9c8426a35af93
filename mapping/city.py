"""A city made ready to be asked who reaches what: tables joined once, walks found once.

Pure of any page: it reads tables through a function, keeps what it computed, writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from scipy.sparse import csr_array

from layers.clock import today
from layers.errors import LayerError
from layers.space import metres_crs
from layers.streets import AnyNumbers, Floats, Numbers, Streets
from mapping import homes as home
from mapping.offers import Flags, Offers, Read, read_offers
from mapping.reach import ROUNDING, WALK_KMH, minutes_between, straight_minutes, surface_share

# A walk on a grid of streets is at most this times the straight line: |x| + |y| <= sqrt(2) r.
GRID_DETOUR: Final = math.sqrt(2)
METRES_A_MINUTE: Final = WALK_KMH * 1000 / 60


@dataclass(frozen=True, eq=False)
class People:
    """How many people of a group live in each of n areas.

    Attributes
    ----------
    low, high
        (n,) NaN where there is no number at all; 1 and 4 where it is withheld.
    suppressed
        (n,) whether it is withheld.
    estimated
        Whether any number is an estimate.
    counted_on
        Latest day of counting; ``None`` where not said.
    """

    low: Floats
    high: Floats
    suppressed: Flags
    estimated: bool
    counted_on: date | None


@dataclass(frozen=True, eq=False)
class Walks:
    """Which of k starts reach which of p places within some minutes: for sure, and perhaps."""

    sure: csr_array
    maybe: csr_array


class City:
    """A city ready to be asked.

    Parameters
    ----------
    read
        Gives a table of the atlas by name.
    meta
        Facts about the city, as of ``Atlas.meta``.
    day
        The day asked about; today where not given.
    """

    def __init__(self, read: Read, meta: Mapping[str, str], *, day: date | None = None) -> None:
        self.read = read
        self.meta = dict(meta)
        self.day = day or today()
        self._homes: dict[str, home.Homes] = {}
        self._walks: dict[tuple[str, float], Walks] = {}
        self._people: dict[str, tuple[str, People]] = {}
        self._inside: dict[tuple[str, str], Flags] = {}
        self._surface: dict[tuple[str, float, bytes], Floats] = {}

    @cached_property
    def offers(self) -> Offers:
        """Services at locations, with their facts."""
        return read_offers(
            self.read,
            day=self.day,
            country=self.meta.get("country", ""),
            timezone=self.meta.get("timezone") or "UTC",
        )

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """Areas that have a shape, in degrees."""
        areas = self.read("areas")
        drawn = ~(areas.geometry.isna() | areas.geometry.is_empty)
        return gpd.GeoDataFrame(areas[drawn]).reset_index(drop=True)

    @cached_property
    def crs(self) -> pyproj.CRS:
        """Metres of the city."""
        if self.meta.get("metres_crs"):
            return pyproj.CRS.from_user_input(self.meta["metres_crs"])
        west, south, east, north = self.areas.total_bounds
        return metres_crs((west + east) / 2, (south + north) / 2)

    @cached_property
    def streets(self) -> Streets | None:
        """Streets to walk on; ``None`` where none are known."""
        return home.read_streets(self.read("street_nodes"), self.read("streets"), self.crs)

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

    def groups(self) -> list[str]:
        """Name the groups that have any number, in the order of ``population_groups``."""
        counted = self._counts["group_code"].unique()
        known = [code for code in self.read("population_groups")["id"] if code in set(counted)]
        return [*known, *sorted(set(counted) - set(known))]

    def people(self, group: str) -> tuple[str, People]:
        """Give the finest level that counts a group, and its people in each area of it.

        Raises
        ------
        LayerError
            ``population_missing`` or ``group_unknown``.
        """
        if group not in self._people:
            self._people[group] = self._count(group)
        return self._people[group]

    @cached_property
    def _counts(self) -> pd.DataFrame:
        rows = self.read("population")
        rows = rows[rows["area_id"].isin(self.areas["id"])]
        withheld = rows["suppressed"].fillna(value=False).astype(bool)
        rows = rows.assign(suppressed=withheld)[rows["count"].notna() | withheld]
        return rows.sort_values("counted_on", kind="stable", na_position="first").drop_duplicates(
            ["area_id", "group_code"], keep="last"
        )

    def _count(self, group: str) -> tuple[str, People]:
        if not len(self._counts):
            raise LayerError("population_missing")
        rows = self._counts[self._counts["group_code"].eq(group)].set_index("area_id")
        if not len(rows):
            raise LayerError("group_unknown", known=", ".join(self.groups()))
        for level in home.LEVELS:
            ids = self.areas.loc[self.areas["level"].eq(level), "id"]
            if ids.isin(rows.index).any():
                break
        rows = rows.reindex(ids)
        withheld = rows["suppressed"].eq(other=True).to_numpy(dtype=np.bool_)
        count = rows["count"].to_numpy(dtype=np.float64, na_value=np.nan)
        days = rows["counted_on"].dropna()
        people = People(
            low=np.where(withheld, 1.0, count),
            high=np.where(withheld, 4.0, count),
            suppressed=withheld,
            estimated=bool(rows["estimated"].eq(other=True).any()),
            counted_on=days.max().date() if len(days) else None,
        )
        return level, people

    def homes(self, level: str) -> home.Homes:
        """Give the areas of a level and where their people start walking."""
        if level not in self._homes:
            areas = gpd.GeoDataFrame(self.areas[self.areas["level"].eq(level)]).to_crs(self.crs)
            self._homes[level] = home.homes(areas.reset_index(drop=True), self.ground, self.streets)
        return self._homes[level]

    def walks(self, level: str, minutes: float) -> Walks:
        """Find which starts of a level reach which places within some minutes."""
        key = (level, minutes)
        if key not in self._walks:
            self._walks[key] = self._walk(self.homes(level), minutes)
        return self._walks[key]

    def _walk(self, start: home.Homes, minutes: float) -> Walks:
        xy, node, snap_m, on_street = self.points
        if self.streets is None:
            near = straight_minutes(start.xy, xy, max_min=minutes)
            # compared in minutes, so that a walk of exactly the limit counts in both
            within = near.data * GRID_DETOUR <= minutes * (1 + ROUNDING)
            return Walks(_pairs(near, within), _pairs(near, np.ones(near.nnz, dtype=np.bool_)))
        sure_start, sure_end = np.flatnonzero(start.on_street), np.flatnonzero(on_street)
        along = minutes_between(
            self.streets, start.node[sure_start], node[sure_end], max_min=minutes
        ).tocoo()
        row, column = sure_start[along.row], sure_end[along.col]
        to_street = (start.snap_m[row] + snap_m[column]) / METRES_A_MINUTE
        within = along.data + to_street <= minutes * (1 + ROUNDING)
        shape = (len(start.xy), len(xy))
        sure = _ones(row[within], column[within], shape)
        # Where an end is off the streets nobody knows the walk: perhaps it is a straight line.
        straight = straight_minutes(start.xy, xy, max_min=minutes).tocoo()
        lost = ~start.on_street[straight.row] | ~on_street[straight.col]
        rows = np.concatenate([row[within], straight.row[lost]])
        return Walks(sure, _ones(rows, np.concatenate([column[within], straight.col[lost]]), shape))

    def shares(
        self, level: str, minutes: float, certain: Flags, possible: Flags
    ) -> tuple[Floats, Floats]:
        """Say which share of each area's people reaches a place: at least, and at most.

        Parameters
        ----------
        level
            Which areas; n of them.
        minutes
            The longest walk.
        certain, possible
            (p, q): for each of q questions, the places that fit for certain, and those that
            perhaps fit, which include the former.

        Returns
        -------
        low, high
            (n, q) from 0 to 1.
        """
        start, walks = self.homes(level), self.walks(level, minutes)
        n, k = len(start.areas), len(start.area)
        spread = csr_array((start.weight, (start.area, np.arange(k))), shape=(n, k))
        low = np.minimum(spread @ (walks.sure @ certain.astype(np.float64) > 0), 1.0)
        high = np.minimum(spread @ (walks.maybe @ possible.astype(np.float64) > 0), 1.0)
        if self.streets is None and start.large.any():
            metres = minutes * METRES_A_MINUTE
            for question in range(certain.shape[1]):
                low[start.large, question] = np.nan_to_num(
                    self._spread(level, metres / GRID_DETOUR, certain[:, question]), nan=0.0
                )
                high[start.large, question] = np.nan_to_num(
                    self._spread(level, metres, possible[:, question]), nan=1.0
                )
        return low, np.maximum(low, high)

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

    def inside(self, level: str, area_id: str) -> Flags:
        """Say which areas of a level lie in an area, by their parents, else by their middle."""
        key = (level, area_id)
        if key not in self._inside:
            mine = self.homes(level).areas
            parent = dict(zip(self.areas["id"], self.areas["parent_id"], strict=True))
            found = np.array([area_id in _line(one, parent) for one in mine["id"]], dtype=np.bool_)
            shape = self.areas.geometry[self.areas["id"].eq(area_id).to_numpy(dtype=bool)]
            if not found.any() and len(shape):
                middle = mine.geometry.representative_point()
                outer = home.valid(shape.to_crs(self.crs).to_numpy())
                found = np.asarray(shapely.intersects(shapely.union_all(outer), middle.to_numpy()))
            self._inside[key] = found
        return self._inside[key]

    def district_of(self, level: str) -> list[str]:
        """Give for each area of a level the district it lies in, or itself where there is none."""
        parent = dict(zip(self.areas["id"], self.areas["parent_id"], strict=True))
        districts = list(self.areas.loc[self.areas["level"].eq("district"), "id"])
        mine = list(self.homes(level).areas["id"])
        found = {one: up for one in mine for up in _line(one, parent) if up in districts}
        if not found:  # no parents given: by where the middle lies
            for district in districts:
                for row in np.flatnonzero(self.inside(level, district)):
                    found.setdefault(mine[row], district)
        return [found.get(one, one) for one in mine]


def _line(area: str, parent: Mapping[str, object]) -> list[str]:
    """List an area and all it lies in; a circle of parents ends where it closes."""
    line: list[str] = []
    at: object = area
    while isinstance(at, str) and at not in line:
        line.append(at)
        at = parent.get(at)
    return line


def _ones(row: AnyNumbers, column: AnyNumbers, shape: tuple[int, int]) -> csr_array:
    return csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _pairs(near: csr_array, keep: Flags) -> csr_array:
    pairs = near.tocoo()
    return _ones(pairs.row[keep], pairs.col[keep], near.shape)
