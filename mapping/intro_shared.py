"""What two actors have in common: the same course, help for the same people, clients, place.

Unknown facts make nothing common: a course of unknown level is like no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd
import shapely

from layers.hours import STATES
from layers.streets import Floats
from mapping.city import City
from mapping.few import FEW
from mapping.needs import EVERYONE
from mapping.offers import SLOT_MIN, Flags, Offers, primary

NEAR_M: Final = 400.0  # five minutes' walk
COMMONS: Final = ("course", "offer", "people", "clients", "near")
_EVERYBODY: Final = (EVERYONE, "women", "men")
_OPEN: Final = STATES.index("open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """One thing that two actors have in common.

    Attributes
    ----------
    code
        One of ``COMMONS``: ``course`` the same course at overlapping hours; ``offer`` the same kind
        of help in the same language; ``people`` the same community, or its language; ``clients``
        people of the same group came to both; ``near`` their places are near each other.
    values
        What to say of it: ``level``, ``women_only``, ``hours`` a week, ``free`` places (``None``
        where one of the two never said), ``metres``
        and ``row`` (all who run it and do not work with each other);
        ``categories``, ``languages``; ``group`` and ``counts``; ``metres`` or ``district``.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Shared:
    """What each two of n actors have in common, by number.

    Parameters
    ----------
    city
        Its services, places and usage.
    actors
        Identifiers of actors that are shown, in their order.
    organizations
        Rows of the same.
    """

    def __init__(self, city: City, actors: Sequence[str], organizations: pd.DataFrame) -> None:
        self.city, self.actors = city, list(actors)
        self.number = {one: at for at, one in enumerate(actors)}
        self._table = _running(city.offers)
        self._offers = self._offered()
        self._langs = self._spoken(organizations)
        self._used = _usage(city)
        self._xy = self._places(organizations)
        self._district = self._districts()
        self.courses = self._courses()
        n = len(self.actors)
        self.has: dict[str, Flags] = {code: np.zeros((n, n), dtype=np.bool_) for code in COMMONS}
        for a, b in self.courses:
            self.has["course"][[a, b], [b, a]] = True
        self._mark("offer", self._offers.values())
        self._mark("people", self._by_language().values())
        self._mark(
            "clients",
            (
                {self.number[one] for one in each if one in self.number}
                for each in self._clients().values()
            ),
        )
        metres = self.metres
        with np.errstate(invalid="ignore"):
            self.has["near"] = (metres <= NEAR_M) | self._same_district()
        for flags in self.has.values():
            np.fill_diagonal(flags, val=False)

    @property
    def _is_placed(self) -> bool:
        """Whether anybody knows where the city lies, so that metres can be measured."""
        return bool(self.city.meta.get("metres_crs")) or not self.city.areas.empty

    @property
    def metres(self) -> Floats:
        """(n, n) between the places of actors as the crow flies; NaN where one has none."""
        apart = self._xy[:, None, :] - self._xy[None, :, :]
        found: Floats = np.hypot(apart[..., 0], apart[..., 1])
        return found

    def of(self, a: int, b: int) -> tuple[Common, ...]:
        """Say what two actors have in common."""
        found = []
        if (min(a, b), max(a, b)) in self.courses:
            found.append(Common(code="course", values=self.courses[min(a, b), max(a, b)]))
        offers = [key for key, several in self._offers.items() if {a, b} <= several]
        if offers:
            values: dict[str, Any] = {
                "categories": tuple(dict.fromkeys(one for one, _ in offers)),
                "languages": tuple(dict.fromkeys(two for _, two in offers)),
            }
            found.append(Common(code="offer", values=values))
        both = sorted(self._langs[a] & self._langs[b])
        if both:
            found.append(Common(code="people", values={"languages": tuple(both)}))
        one, other = (self._used.get(self.actors[at], {}) for at in (a, b))
        groups = sorted(one.keys() & other.keys(), key=lambda key: -min(one[key], other[key]))
        if groups:
            values = {"group": groups[0], "counts": (one[groups[0]], other[groups[0]])}
            found.append(Common(code="clients", values=values))
        if self.has["near"][a, b]:
            found.append(Common(code="near", values=self._near(a, b)))
        return tuple(found)

    def _mark(self, code: str, sets: Iterable[set[int]]) -> None:
        for several in sets:
            rows = sorted(several)
            self.has[code][np.ix_(rows, rows)] = True

    def _near(self, a: int, b: int) -> dict[str, Any]:
        metres = float(np.hypot(*(self._xy[a] - self._xy[b])))
        return {"metres": metres, "district": self._district[a] if self._is_same(a, b) else None}

    def _is_same(self, a: int, b: int) -> bool:
        return self._district[a] is not None and self._district[a] == self._district[b]

    def _same_district(self) -> Flags:
        names = {one: at for at, one in enumerate(dict.fromkeys(self._district))}
        code = np.array([-1 if one is None else names[one] for one in self._district])
        known = code >= 0
        return np.asarray(known[:, None] & known & (code[:, None] == code), dtype=np.bool_)

    def _offered(self) -> dict[tuple[str, str], set[int]]:
        """Give who offers a kind of help in a language of a community."""
        wanted = self._tongues()
        found: dict[tuple[str, str], set[int]] = {}
        rows = self._table[["service_id", "organization_id", "category"]].drop_duplicates()
        for service, actor, category in rows.itertuples(index=False):
            if actor not in self.number:
                continue
            for tag, value in self.city.offers.spoken.get(service, {}).items():
                if value == 1 and tag in wanted:
                    found.setdefault((str(category), tag), set()).add(self.number[actor])
        return found

    def _tongues(self) -> set[str]:
        """Name the languages of communities: a language that most services speak tells nothing."""
        named = {
            primary(tag)
            for several in self.city.read("organizations")["communities"]
            for tag in (several if isinstance(several, list | tuple) else ())
        }
        spoken = self.city.offers.spoken.values()
        most = len(spoken) / 2
        return {tag for tag in named if sum(one.get(tag) == 1 for one in spoken) <= most}

    def _spoken(self, organizations: pd.DataFrame) -> list[set[str]]:
        """Name the communities of each actor, and of those the languages its services speak."""
        found = [
            {primary(tag) for tag in (several if isinstance(several, list | tuple) else ())}
            for several in organizations["communities"]
        ]
        for (_, tag), several in self._offers.items():
            for at in several:
                found[at].add(tag)
        tongues = self._tongues()
        return [several & tongues for several in found]

    def _by_language(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for at, several in enumerate(self._langs):
            for tag in several:
                found.setdefault(tag, set()).add(at)
        return found

    def _clients(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for actor, groups in self._used.items():
            for group in groups:
                found.setdefault(group, set()).add(actor)
        return found

    def _places(self, organizations: pd.DataFrame) -> Floats:
        """Give the place of each actor in metres: its own, else of its first service; else NaN."""
        found = np.full((len(self.actors), 2), np.nan)
        if not self._is_placed:
            return found
        table, points = self._table, self.city.points[0]
        there = table[table["place"].eq("point")].drop_duplicates("organization_id")
        for actor, point in zip(there["organization_id"], there["point"], strict=True):
            if actor in self.number:
                found[self.number[actor]] = points[point]
        places = self.city.read("locations")
        shapes = places.geometry
        exact = places["precision"].isin(["exact", "street"]) & shapes.notna() & ~shapes.is_empty
        metres = shapes[exact].to_crs(self.city.crs) if exact.any() else shapes[exact]
        at = dict(zip(places.loc[exact, "id"], metres, strict=True))
        for row, place in enumerate(organizations["location_id"]):
            if place in at:
                found[row] = at[place].x, at[place].y
        return found

    def _districts(self) -> list[str | None]:
        """Name the district each actor's place lies in."""
        found: list[str | None] = [None] * len(self.actors)
        areas = self.city.areas
        mine = areas[areas["level"].eq("district")]
        known = np.flatnonzero(~np.isnan(self._xy[:, 0]))
        if mine.empty or not len(known):
            return found
        shapes = shapely.make_valid(mine.geometry.to_crs(self.city.crs).to_numpy())
        rows, areas_at = shapely.STRtree(shapes).query(
            shapely.points(self._xy[known]), predicate="within"
        )
        names = mine["name"].fillna(mine["id"]).astype(str).tolist()
        for row, at in zip(rows, areas_at, strict=True):
            found[known[row]] = names[at]
        return found

    def _courses(self) -> dict[tuple[int, int], dict[str, Any]]:
        """Find courses of the same level, for the same people, near, at overlapping hours."""
        if not self._is_placed:
            return {}
        table = self._table
        mine = table[
            table["category"].eq("language_course")
            & table["course_level"].notna()
            & table["women_only"].notna()
            & table["place"].eq("point")
            & table["organization_id"].isin(self.number.keys())
        ]
        found: dict[tuple[int, int], dict[str, Any]] = {}
        same = mine.groupby(["course_level", "women_only"]).indices.values()
        actors = mine["organization_id"].astype(str).tolist()
        for one, other in (pair for rows in same for pair in combinations(rows, 2)):
            a, b = self.number[actors[one]], self.number[actors[other]]
            values = self._both(mine.iloc[[one, other]])
            pair = (min(a, b), max(a, b))
            near = a != b and values["metres"] <= NEAR_M
            if near and values["hours"] > found.get(pair, {"hours": 0.0})["hours"]:
                found[pair] = values
        return found

    def _both(self, two: pd.DataFrame) -> dict[str, Any]:
        """Say of two courses of a level how far apart they are, and when both are held."""
        first, second = self.city.points[0][two["point"].to_numpy()]
        weeks = self.city.offers.weeks[two.index.to_numpy()]
        places = two["free_places"]
        return {
            "level": str(two["course_level"].iloc[0]),
            "women_only": bool(two["women_only"].iloc[0] == 0),
            "hours": float((weeks == _OPEN).all(axis=0).sum()) * SLOT_MIN / 60,
            "free": None if places.isna().any() else int(places.sum()),
            "metres": float(np.hypot(*(first - second))),
        }

    def rows_of_course(self, allowed: Flags) -> Floats:
        """(n, n) how many actors that could be joined run the same course; who they are is kept."""
        graph: nx.Graph[int] = nx.Graph([pair for pair in self.courses if allowed[pair]])
        found = np.zeros(allowed.shape)
        for part in nx.connected_components(graph):
            names = tuple(self.actors[at] for at in sorted(part))
            for a, b in graph.subgraph(part).edges():
                found[a, b] = found[b, a] = len(part)
                self.courses[min(a, b), max(a, b)]["row"] = names
        return found


def _running(offers: Offers) -> pd.DataFrame:
    """Keep what is offered now."""
    over = np.array(offers.hours("any"), dtype=object) == "over"
    kept: pd.DataFrame = offers.table[~offers.table["ended"].to_numpy(dtype=bool) & ~over]
    return kept


def _usage(city: City) -> dict[str, dict[str, int]]:
    """Count people of each group who used services of an actor in the last period counted."""
    rows = city.read("usage")
    rows = rows[rows["count"].notna() & ~rows["group_code"].isin(_EVERYBODY)]
    rows = rows[rows["group_code"].notna() & (rows["count"].astype("Float64") > FEW)]
    owner = dict(
        zip(city.offers.table["service_id"], city.offers.table["organization_id"], strict=True)
    )
    last = rows.sort_values("period_end", kind="stable", na_position="first").drop_duplicates(
        ["service_id", "group_code"], keep="last"
    )
    found: dict[str, dict[str, int]] = {}
    for service, group, count in zip(
        last["service_id"], last["group_code"], last["count"], strict=True
    ):
        actor = owner.get(service)
        if isinstance(actor, str):
            mine = found.setdefault(actor, {})
            mine[str(group)] = max(mine.get(str(group), 0), int(count))
    return found
