"""A city made ready to be asked who reaches what: tables joined once, walks found once.

Pure of any page: it reads tables through a function, keeps what it computed, writes nothing.
"""

from __future__ import annotations

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

from layers.clock import today
from layers.errors import LayerError
from layers.space import metres_crs
from layers.streets import Floats, Numbers
from mapping import estimates, trust
from mapping import homes as home
from mapping.needs import EVERYONE
from mapping.offers import Flags, Offers, Read, read_offers
from mapping.on_foot import OnFoot
from mapping.travel import Minutes

_READ_ONCE: Final = frozenset({"street_nodes", "streets"})


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


class City(OnFoot):
    """A city ready to be asked.

    Parameters
    ----------
    read
        Gives a table of the atlas by name.
    meta
        Facts about the city, as of ``Atlas.meta``.
    day
        The day asked about; today where not given.
    minutes
        Where minutes come from instead of from walking.
    """

    def __init__(
        self,
        read: Read,
        meta: Mapping[str, str],
        *,
        day: date | None = None,
        minutes: Minutes | None = None,
    ) -> None:
        super().__init__(minutes)
        self.read = _once(read)
        self.meta = dict(meta)
        self.day = day or today()
        self._people: dict[str, tuple[str, People]] = {}
        self._inside: dict[tuple[str, str], Flags] = {}
        self._trusted: dict[tuple[str, bool], dict[str, float]] = {}

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

    def pairs(self) -> list[str]:
        """Name two groups at once whose people can be estimated, such as ``women*born_er``."""
        several = estimates.pairs(self._kinds)
        whole = [here for here in self._groups_at.values() if EVERYONE in here]
        return [one for one in several if any(here >= set(estimates.apart(one)) for here in whole)]

    @cached_property
    def _kinds(self) -> dict[str, str | None]:
        """By what each group that is counted is counted: sex, age, place of birth ..."""
        named = self.read("population_groups")
        kinds = dict(zip(named["id"], named["dimension"], strict=True))
        return {one: kinds.get(one) for one in self.groups()}

    @cached_property
    def _groups_at(self) -> dict[str, set[str]]:
        """Groups that any area of a level counts, the finest level first."""
        level_of = dict(zip(self.areas["id"], self.areas["level"], strict=True))
        levels = self._counts["area_id"].map(level_of)
        return {
            level: set(self._counts.loc[levels.eq(level), "group_code"]) for level in home.LEVELS
        }

    def _level_of(self, groups: list[str]) -> str | None:
        """Find the finest level of which any area counts each of some groups."""
        found = (level for level, here in self._groups_at.items() if here.issuperset(groups))
        return next(found, None)

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
        if direct is not None and not self._kinds.keys() >= set(estimates.apart(code)):
            return direct, self._counted(both[0], direct)
        first, second = estimates.pair(code, self._kinds)
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

    def trusted(self, community: str, *, not_own: bool = False) -> dict[str, float]:
        """Say of every actor whether a community trusts it, as of :func:`mapping.trust.trusted`."""
        key = (community, not_own)
        if key not in self._trusted:
            self._trusted[key] = trust.trusted(
                self.read("organizations"),
                self.read("trust"),
                self.read("ties"),
                community=community,
                not_own=not_own,
                day=self.day,
            )
        return self._trusted[key]

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
        larger, mine = (
            self.areas.loc[self.areas["level"].eq(one), "id"].tolist() for one in (upper, level)
        )
        there = set(larger)
        found = {one: up for one in mine for up in _line(one, parent) if up in there}
        if not found:  # no parents given: by where the middle lies
            for area in larger:
                for row in np.flatnonzero(self.inside(level, area)):
                    found.setdefault(mine[row], area)
        return found


def _as_fine(level: str, other: str) -> bool:
    """Tell whether areas of a level are as small as those of another, or smaller."""
    return home.LEVELS.index(level) <= home.LEVELS.index(other)


def _once(read: Read) -> Read:
    """Read each table once; those of streets fill memory and are read once anyway."""
    kept: dict[str, pd.DataFrame] = {}

    def found(table: str) -> pd.DataFrame:
        if table not in kept:
            rows = read(table)
            if table in _READ_ONCE:
                return rows
            kept[table] = rows
        return kept[table]

    return found


def _line(area: str, parent: Mapping[str, object]) -> list[str]:
    """List an area and all it lies in; a circle of parents ends where it closes."""
    line: list[str] = []
    at: object = area
    while isinstance(at, str) and at not in line:
        line.append(at)
        at = parent.get(at)
    return line
