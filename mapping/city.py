"""A city made ready to be asked who reaches what: tables joined once, walks found once.

Pure of any page: it reads tables through a function, keeps what it computed, writes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
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
from layers.streets import Floats, Numbers, Streets
from mapping import estimates
from mapping import homes as home
from mapping.needs import EVERYONE
from mapping.offers import Flags, Offers, Read, read_offers
from mapping.reach import surface_share
from mapping.travel import GRID_DETOUR, Closed, Ends, Walks, Way, closed_streets, covered, walks

KEPT_WALKS: Final = 24  # ways whose walks are kept: some 10 MB each in a large city


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
    least, most
        (n,) bounds that are certain, of people in two groups at once: there ``low`` and ``high``
        are one estimate; ``None`` where people were counted.
    seed
        What such an estimate takes from elsewhere: the level of the areas where both were counted
        at once, or ``independence``; empty where people were counted.
    """

    low: Floats
    high: Floats
    suppressed: Flags
    estimated: bool
    counted_on: date | None
    least: Floats | None = None
    most: Floats | None = None
    seed: str = ""

    @property
    def as_is(self) -> Flags:
        """Areas whose few people enter sums as they are: what is said of them tells of nobody.

        A withheld number enters as 1 to 4, an estimate follows from numbers that everybody sees.
        """
        return self.suppressed if self.least is None else np.ones_like(self.suppressed)


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
        self._walks: OrderedDict[tuple[str, Way], Walks] = OrderedDict()
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

        Two groups with ``*`` between are estimated: see :mod:`mapping.estimates`.

        Raises
        ------
        LayerError
            ``population_missing`` or ``group_unknown``; of two groups also ``estimate_two_groups``,
            ``estimate_same_kind`` and ``estimate_no_level``.
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
        if estimates.is_crossed(group):
            return self._cross(group)
        level = self._level_of([group])
        if level is None:
            raise LayerError("group_unknown", known=", ".join(self.groups()))
        return level, self._counted(group, level)

    def _level_of(self, groups: list[str]) -> str | None:
        """Find the finest level of which any area counts each of some groups."""
        rows = self._counts
        for level in home.LEVELS:
            ids = self.areas.loc[self.areas["level"].eq(level), "id"]
            here = set(rows.loc[rows["area_id"].isin(ids), "group_code"])
            if here.issuperset(groups):
                return level
        return None

    def _counted(self, group: str, level: str) -> People:
        ids = self.areas.loc[self.areas["level"].eq(level), "id"]
        rows = self._counts[self._counts["group_code"].eq(group)].set_index("area_id").reindex(ids)
        withheld = rows["suppressed"].eq(other=True).to_numpy(dtype=np.bool_)
        count = rows["count"].to_numpy(dtype=np.float64, na_value=np.nan)
        days = rows["counted_on"].dropna()
        return People(
            low=np.where(withheld, 1.0, count),
            high=np.where(withheld, 4.0, count),
            suppressed=withheld,
            estimated=bool(rows["estimated"].eq(other=True).any()),
            counted_on=days.max().date() if len(days) else None,
        )

    def _cross(self, code: str) -> tuple[str, People]:
        """Estimate people in two groups at once, but where somebody counted them as finely."""
        both = [one for one in (code, estimates.turned(code)) if one in set(self.groups())]
        direct = self._level_of(both[:1]) if both else None
        named = self.read("population_groups")
        kinds = dict(zip(named["id"], named["dimension"], strict=True))
        counted = {one: kinds.get(one) for one in self.groups()}
        if direct is not None and not counted.keys() >= set(code.split(estimates.CROSS)):
            return direct, self._counted(both[0], direct)
        first, second = estimates.pair(code, counted)
        level = self._level_of([first, second, EVERYONE])
        if direct is not None and (level is None or _as_fine(direct, level)):
            return direct, self._counted(both[0], direct)
        if level is None:
            raise LayerError("estimate_no_level", first=first, second=second)
        one, other, all_of = (self._counted(each, level) for each in (first, second, EVERYONE))
        found = estimates.crossed(
            (one.low, one.high),
            (other.low, other.high),
            (all_of.low, all_of.high),
            larger=None if direct is None else self._counted_above(level, both[0], direct),
        )
        days = [part.counted_on for part in (one, other, all_of) if part.counted_on is not None]
        return level, People(
            low=found.estimate,
            high=found.estimate,
            suppressed=(one.suppressed | other.suppressed) & ~np.isnan(found.estimate),
            estimated=True,
            counted_on=min(days, default=None),
            least=found.least,
            most=found.most,
            seed=direct or estimates.INDEPENDENCE,
        )

    def _counted_above(self, level: str, group: str, upper: str) -> tuple[Numbers, Floats]:
        """Give the larger area each area lies in, by number, and the people counted in these."""
        people = self._counted(group, upper)
        above = self._above(level, upper)
        ids = self.areas.loc[self.areas["level"].eq(upper), "id"].tolist()
        place = {one: at for at, one in enumerate(ids)}
        mine = self.areas.loc[self.areas["level"].eq(level), "id"]
        part_of = np.array([place.get(above.get(one, ""), -1) for one in mine], dtype=np.int64)
        return part_of, (people.low + people.high) / 2

    def homes(self, level: str) -> home.Homes:
        """Give the areas of a level and where their people start walking."""
        if level not in self._homes:
            areas = gpd.GeoDataFrame(self.areas[self.areas["level"].eq(level)]).to_crs(self.crs)
            self._homes[level] = home.homes(areas.reset_index(drop=True), self.ground, self.streets)
        return self._homes[level]

    def walks(self, level: str, way: Way) -> Walks:
        """Find the walks from the starts of a level to the places of services."""
        key = (level, way)
        if key not in self._walks:
            start = self.homes(level)
            starts = Ends(start.xy, start.node, start.snap_m, start.on_street)
            self._walks[key] = walks(self.streets, starts, self.ends, way, self.closed(way))
            while len(self._walks) > KEPT_WALKS:
                self._walks.popitem(last=False)
        self._walks.move_to_end(key)
        return self._walks[key]

    @cached_property
    def ends(self) -> Ends:
        """Where walks end: the places of services."""
        return Ends(*self.points)

    def closed(self, way: Way) -> Closed | None:
        """Say which streets are closed to somebody who goes this way."""
        if not way.stepless and way.avoid is None:
            return None
        return closed_streets(self.street_facts, way, self.unsafe(way.avoid))

    @cached_property
    def street_facts(self) -> gpd.GeoDataFrame:
        """What is known of every street, in the order of ``streets`` and in metres."""
        edges = gpd.GeoDataFrame(self.read("streets"))
        usable = home.usable(self.read("street_nodes"), edges)
        facts = edges.loc[usable, ["kind", "step_free", "geometry"]].reset_index(drop=True)
        return facts.to_crs(self.crs)

    def unsafe(self, hour: str | None) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
        """Give the shapes, in metres, of places called unsafe at an hour.

        Of all of them, and of those of which no session said otherwise at that hour. What was said
        of all hours together may hold at this one: it is among the former only.
        """
        if hour is None:
            return [], []
        rows = gpd.GeoDataFrame(self.read("reported_cells"))
        now, always = rows["time_of_day"].eq(hour), rows["time_of_day"].isna()
        bad = rows["feeling"].eq("unsafe") & (now | always)
        doubted = set(rows.loc[now & rows["feeling"].ne("unsafe"), "cell"])
        agreed = bad & now & ~rows["cell"].isin(doubted)
        shapes = rows.geometry.to_crs(self.crs)
        every, sure = (
            shapes[kept.to_numpy(dtype=bool)].drop_duplicates() for kept in (bad, agreed)
        )
        return list(every), list(sure)

    def heard(self, hour: str) -> bool:
        """Tell whether any place was reported for an hour, or for all hours together."""
        hours = self.read("reported_cells")["time_of_day"]
        return bool((hours.eq(hour) | hours.isna()).any())

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
        n, k = len(start.areas), len(start.area)
        spread = csr_array((start.weight, (start.area, np.arange(k))), shape=(n, k))
        at_least = np.minimum(spread @ covered(found.sure, low).astype(np.float64), 1.0)
        at_most = np.minimum(spread @ covered(found.maybe, high).astype(np.float64), 1.0)
        if self.streets is None and start.large.any():
            self._surfaces(level, way, (low, high), (at_least, at_most))
        return at_least, np.maximum(at_least, at_most)

    def _surfaces(
        self, level: str, way: Way, budgets: tuple[Floats, Floats], shares: tuple[Floats, Floats]
    ) -> None:
        """Fill in the shares of large areas, whose people live all over them."""
        large = self.homes(level).large
        unsafe = bool(self.unsafe(way.avoid)[0])
        for question in range(budgets[0].shape[1]):
            low, high = (budget[:, question] for budget in budgets)
            shortest = float(low[low >= 0].min(initial=way.minutes))
            inner = self._spread(level, shortest * way.metres_a_minute / GRID_DETOUR, low >= 0)
            longest = float(high[high >= 0].max(initial=0.0)) or way.minutes
            outer = self._spread(level, longest * way.metres_a_minute, high >= 0)
            # a straight line may lead through a place called unsafe: then nothing is certain
            shares[0][large, question] = 0.0 if unsafe else np.nan_to_num(inner, nan=0.0)
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
        found = self._above(level, "district")
        return [found.get(one, one) for one in self.homes(level).areas["id"]]

    def _above(self, level: str, upper: str) -> dict[str, str]:
        """Give the larger area of a level that areas lie in, where they lie in one."""
        parent = dict(zip(self.areas["id"], self.areas["parent_id"], strict=True))
        larger = list(self.areas.loc[self.areas["level"].eq(upper), "id"])
        mine = list(self.homes(level).areas["id"])
        found = {one: up for one in mine for up in _line(one, parent) if up in larger}
        if not found:  # no parents given: by where the middle lies
            for area in larger:
                for row in np.flatnonzero(self.inside(level, area)):
                    found.setdefault(mine[row], area)
        return found


def _as_fine(level: str, other: str) -> bool:
    """Tell whether areas of a level are as small as those of another, or smaller."""
    return home.LEVELS.index(level) <= home.LEVELS.index(other)


def _line(area: str, parent: Mapping[str, object]) -> list[str]:
    """List an area and all it lies in; a circle of parents ends where it closes."""
    line: list[str] = []
    at: object = area
    while isinstance(at, str) and at not in line:
        line.append(at)
        at = parent.get(at)
    return line
