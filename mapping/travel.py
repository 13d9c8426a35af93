"""How long she walks: minutes from where people live to where help is, by the way she goes.

What comes after travel (what is open, who lets her in) gets minutes and does not care where they
come from: along streets, as the crow flies, or from a table (see :class:`Minutes`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from layers.streets import AnyNumbers, Floats, Numbers, Streets
from mapping.closures import Closed, Shapes, touching
from mapping.homes import FAR_M
from mapping.offers import Flags
from mapping.reach import ROUNDING, WALK_KMH, leads_m, minutes_between, straight_minutes

# A walk on a grid of streets is at most this times the straight line: |x| + |y| <= sqrt(2) r.
GRID_DETOUR: Final = math.sqrt(2)
HOURS: Final = ("day", "evening", "night")  # as people report places: codes of time_of_day

Pairs = tuple[AnyNumbers, AnyNumbers, Floats]  # start, place, minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How somebody goes: what decides the cost of every street.

    Parameters
    ----------
    minutes
        The longest walk, one way.
    speed_kmh
        How fast.
    stepless
        ``""``; ``pram``: no street with known steps; ``wheelchair``: for certain only streets that
        are known to be without steps.
    avoid
        The hour (``day``, ``evening``, ``night``) at which she walks around places that were
        called unsafe; ``None`` where she does not.
    """

    minutes: float
    speed_kmh: float = WALK_KMH
    stepless: str = ""
    avoid: str | None = None

    @property
    def metres_a_minute(self) -> float:
        """Speed in metres a minute."""
        return self.speed_kmh * 1000 / 60

    @property
    def metres(self) -> float:
        """The longest walk in metres."""
        return self.minutes * self.metres_a_minute


@dataclass(frozen=True, eq=False)
class Ends:
    """Points where walks begin or end.

    ``xy`` (k, 2) metres; ``node`` (k,) of the streets, -1 without any; ``snap_m`` (k,) straight
    metres to it; ``on_street`` (k,) whether it is near enough and on the same side of the water.
    """

    xy: Floats
    node: Numbers
    snap_m: Floats
    on_street: Flags

    def only(self, which: Flags | Numbers) -> Ends:
        """Give some of them."""
        return Ends(self.xy[which], self.node[which], self.snap_m[which], self.on_street[which])


@dataclass(frozen=True, eq=False)
class Walks:
    """Minutes from k starts to p places, sparse: those that are sure, and those that may be.

    A pair in ``maybe`` is at least as near as in ``sure``. A stored 0 is next door.
    """

    sure: csr_array
    maybe: csr_array


class Minutes(Protocol):
    """Where minutes come from, if not from walking: a table of public transport, say."""

    def __call__(self, level: str, way: Way) -> Walks:
        """Give minutes from the n areas of a level, in their order, to the p places.

        People of an area are taken to start together. How ``way`` is gone is up to the table; a
        minute beyond ``way.minutes`` counts for nothing.
        """


def walks(  # noqa: PLR0913 - a walk depends on this many things
    streets: Streets | None,
    starts: Ends,
    places: Ends,
    way: Way,
    closed: Closed | None = None,
    *,
    plain: Walks | None = None,
    search_from: str | None = None,
) -> Walks:
    """Find all walks within the longest one.

    Parameters
    ----------
    streets
        ``None`` where none are known: then walks are straight lines, sure only where a grid of
        streets would not make them too long.
    starts, places
        k starts and p places.
    way
        How she goes.
    closed
        What is closed to her; nothing where not given.
    plain
        The same walks where she avoids no place, if they are known: then only those are searched
        that could lead by such a place.
    search_from
        ``starts`` or ``places``: as of :func:`mapping.reach.minutes_between`.
    """
    if streets is None:
        return _straight(starts, places, way, closed)
    shape = (len(starts.xy), len(places.xy))
    search = _Search(streets, starts, places, way, search_from or fewer(starts, places))
    if closed is None:
        found = search.along(starts.on_street, places.on_street, None)
        # off the streets nobody knows the walk: perhaps it is a straight line
        lines = _lines(starts, places, way, ~starts.on_street, ~places.on_street)
        return Walks(_sparse(found, shape), _sparse(_joined(found, lines), shape))
    begin, end = (_Around.of(ends, streets, closed) for ends in (starts, places))
    sure, maybe = _both(search, begin, end, closed, plain)
    parts = [maybe]
    # Who lives in a place called unsafe may perhaps leave it, by its own streets.
    for group in _apart(closed.agreed, search.leads_m + FAR_M):
        mine = starts.on_street & np.isin(begin.part, group)
        if mine.any():
            shut = closed.maybe.copy()
            shut[np.concatenate([closed.own[part] for part in group])] = False
            there = places.on_street & (~end.near_agreed | np.isin(end.part, group))
            parts.append(search.along(mine, there, shut, search_from="starts"))
    # Where only the straight way to the street leads by such a place, nobody knows of the walk.
    doubt = [around.near_agreed & (around.part < 0) for around in (begin, end)]
    perhaps = [
        search.without(starts.on_street & doubt[0], places.on_street, closed, plain),
        search.without(starts.on_street & ~doubt[0], places.on_street & doubt[1], closed, plain),
        _lines(starts, places, way, ~starts.on_street, ~places.on_street),
    ]
    parts += [_some(pairs, _allowed(begin, end, pairs)) for pairs in perhaps]
    return Walks(_sparse(sure, shape), _sparse(_joined(*parts), shape))


def _both(
    search: _Search, begin: _Around, end: _Around, closed: Closed, plain: Walks | None
) -> tuple[Pairs, Pairs]:
    """Find the walks around all places called unsafe, and around those nobody contradicted."""
    on, there = search.starts.on_street, search.places.on_street
    strict = (on & ~begin.near_any, there & ~end.near_any, closed.sure)
    sure = search.along(
        *strict, changed=None if plain is None else (plain.sure, closed.unsafe_sure)
    )
    loose = (on & ~begin.near_agreed, there & ~end.near_agreed, closed.maybe)
    if all(np.array_equal(one, other) for one, other in zip(strict, loose, strict=True)):
        return sure, sure
    changed = None if plain is None else (plain.maybe, closed.unsafe_maybe)
    return sure, search.along(*loose, changed=changed)


def shorter(found: Walks, before: Way, now: Way) -> Walks:
    """Give the walks of a way from those of another that is as long in metres, or longer."""
    return Walks(_shorter(found.sure, before, now), _shorter(found.maybe, before, now))


def _shorter(table: csr_array, before: Way, now: Way) -> csr_array:
    pairs = table.tocoo()
    minutes = pairs.data * (before.metres_a_minute / now.metres_a_minute)
    within = minutes <= now.minutes * (1 + ROUNDING)
    cut = (pairs.row[within], pairs.col[within], np.minimum(minutes[within], now.minutes))
    return _sparse(cut, table.shape)


def _apart(shapes: Shapes, metres: float) -> list[list[int]]:
    """Group shapes so that those of a group are farther apart: one search does for all of them."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    groups = np.full(len(shapes), -1, np.int64)
    starts = np.searchsorted(np.sort(one), np.arange(len(shapes) + 1))
    near = other[np.argsort(one, kind="stable")]
    for shape in range(len(shapes)):
        taken = set(groups[near[starts[shape] : starts[shape + 1]]].tolist())
        groups[shape] = next(group for group in range(len(shapes)) if group not in taken)
    return [np.flatnonzero(groups == one).tolist() for one in range(groups.max(initial=-1) + 1)]


def fewer(starts: Ends, places: Ends) -> str:
    """Name the side from which a search takes less time."""
    return "places" if len(places.xy) <= len(starts.xy) else "starts"


@dataclass(frozen=True, eq=False)
class _Around:
    """How ends lie to places called unsafe.

    ``near_any``, ``near_agreed`` (k,): it, or its way to the street, touches one; ``part`` (k,):
    the agreed one it lies in, -1 for none.
    """

    near_any: Flags
    near_agreed: Flags
    part: Numbers

    @classmethod
    def of(cls, ends: Ends, streets: Streets | None, closed: Closed) -> _Around:
        points = np.asarray(shapely.points(ends.xy), dtype=object)
        point, inside = touching(points, closed.agreed)
        part = np.full(len(points), -1, np.int64)
        part[point] = inside
        legs = points.copy()
        if streets is not None:
            far = ends.on_street & (ends.snap_m > 0)
            both = np.stack([ends.xy[far], streets.xy[ends.node[far]]], axis=1)
            legs[far] = shapely.linestrings(both)
        near = []
        for shapes in (closed.every, closed.agreed):
            flags = np.zeros(len(points), dtype=np.bool_)
            flags[touching(legs, shapes)[0]] = True
            near.append(flags)
        return cls(near[0], near[1], part)


@dataclass(frozen=True, eq=False)
class _Search:
    """Walks along streets between some of the starts and some of the places."""

    streets: Streets
    starts: Ends
    places: Ends
    way: Way
    side: str

    @property
    def leads_m(self) -> float:
        """How far as the crow flies a walk can lead; a little more than that."""
        links = self.streets.links
        return leads_m(links.straight, self.streets.metres, self.way.metres) * 1.001

    def along(
        self,
        begins: Flags,
        ends: Flags,
        shut: Flags | None,
        *,
        changed: tuple[csr_array, Flags] | None = None,
        search_from: str | None = None,
    ) -> Pairs:
        """Find walks on streets that are not shut.

        ``changed``: what was found before some more of them were shut, and which these are.
        """
        if changed is None:
            return self._find(begins, ends, shut, search_from or self.side)
        table, now = changed
        before = table.tocoo()
        side, mine = (self.places, ends) if self.side == "places" else (self.starts, begins)
        again = mine & self._concerned(side, mine, now)
        row, column = before.row, before.col
        kept = begins[row] & ends[column] & ~again[column if self.side == "places" else row]
        old = (row[kept], column[kept], before.data[kept])
        if not again.any():
            return old
        begins, ends = (begins, again) if self.side == "places" else (again, ends)
        return _joined(old, self._find(begins, ends, shut, self.side))

    def without(self, begins: Flags, ends: Flags, closed: Closed, plain: Walks | None) -> Pairs:
        """Find walks on which no place is avoided."""
        if plain is None:
            return self._find(begins, ends, closed.steps_maybe, self.side)
        pairs = plain.maybe.tocoo()
        kept = begins[pairs.row] & ends[pairs.col]
        return pairs.row[kept], pairs.col[kept], pairs.data[kept]

    def _concerned(self, ends: Ends, mine: Flags, shut: Flags) -> Flags:
        """Mark ends from which a walk could lead to a street that is shut."""
        found = np.zeros(len(mine), dtype=np.bool_)
        if not shut.any() or not mine.any():
            return found
        streets = self.streets
        tree = KDTree(streets.xy[np.unique(np.concatenate([streets.u[shut], streets.v[shut]]))])
        nearest, _ = tree.query(streets.xy[ends.node[mine]], distance_upper_bound=self.leads_m)
        found[mine] = np.isfinite(nearest)
        return found

    def _find(self, begins: Flags, ends: Flags, shut: Flags | None, side: str) -> Pairs:
        starts, places, way = self.starts, self.places, self.way
        begin, end = np.flatnonzero(begins), np.flatnonzero(ends)
        found = minutes_between(
            self.streets,
            starts.node[begin],
            places.node[end],
            max_min=way.minutes,
            speed_kmh=way.speed_kmh,
            edge_factor=None if shut is None else np.where(shut, np.inf, 1.0),
            search_from="destinations" if side == "places" else "origins",
        ).tocoo()
        row, column = begin[found.row], end[found.col]
        minutes = found.data + (starts.snap_m[row] + places.snap_m[column]) / way.metres_a_minute
        within = minutes <= way.minutes * (1 + ROUNDING)
        return row[within], column[within], np.minimum(minutes[within], way.minutes)


def _lines(starts: Ends, places: Ends, way: Way, begins: Flags, ends: Flags) -> Pairs:
    """Find straight lines of which one end at least is among those marked."""
    one, two = np.flatnonzero(begins), np.flatnonzero(~begins)
    other, every = np.flatnonzero(ends), np.arange(len(ends))
    found = []
    for begin, end in ((one, every), (two, other)):
        near = straight_minutes(
            starts.xy[begin], places.xy[end], max_min=way.minutes, speed_kmh=way.speed_kmh
        ).tocoo()
        found.append((begin[near.row], end[near.col], near.data))
    return _joined(*found)


def _allowed(begin: _Around, end: _Around, pairs: Pairs) -> Flags:
    """Leave out walks into a place called unsafe, but for those who live there."""
    row, column, _ = pairs
    part = end.part[column]
    return np.asarray((part < 0) | (part == begin.part[row]), dtype=np.bool_)


def _straight(starts: Ends, places: Ends, way: Way, closed: Closed | None) -> Walks:
    near = straight_minutes(
        starts.xy, places.xy, max_min=way.minutes, speed_kmh=way.speed_kmh
    ).tocoo()
    pairs = (near.row, near.col, near.data)
    # compared in minutes, so that a walk of exactly the limit counts in both
    longest = near.data * GRID_DETOUR
    within = longest <= way.minutes * (1 + ROUNDING)
    if way.stepless == "wheelchair":  # no street is known to be without steps
        within &= False
    maybe = pairs
    if closed is not None and len(closed.every):
        clear = _clear(starts, places, pairs, longest * way.metres_a_minute, closed.every)
        within &= clear
        begin, end = (_Around.of(ends, None, closed) for ends in (starts, places))
        maybe = _some(pairs, _allowed(begin, end, pairs))
    shape = (len(starts.xy), len(places.xy))
    sure = (near.row[within], near.col[within], np.minimum(longest[within], way.minutes))
    return Walks(_sparse(sure, shape), _sparse(maybe, shape))


def _clear(starts: Ends, places: Ends, pairs: Pairs, metres: Floats, shapes: Shapes) -> Flags:
    """Mark pairs whose walk, so many metres at most, is too short to lead by any of the shapes."""
    row, column, _ = pairs
    limit = float(metres.max(initial=0.0))
    near = [_near(ends.xy, shapes, limit) for ends in (starts, places)]
    there, back = np.full(len(starts.xy), np.inf), np.full(len(places.xy), np.inf)
    clear = np.ones(len(row), dtype=np.bool_)
    for shape in range(len(shapes)):
        for metres_to, (points, of, far) in zip((there, back), near, strict=True):
            metres_to[points[of == shape]] = far[of == shape]
        clear &= there[row] + back[column] > metres
        there[:], back[:] = np.inf, np.inf
    return clear


def _near(xy: Floats, shapes: Shapes, limit: float) -> tuple[Numbers, Numbers, Floats]:
    """Pair points with the shapes within so many metres, and say how far."""
    points = np.asarray(shapely.points(xy), dtype=object)
    point, shape = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=limit)
    return point, shape, np.asarray(shapely.distance(points[point], shapes[shape]))


def _joined(*several: Pairs) -> Pairs:
    row, column, minutes = (np.concatenate(part) for part in zip(*several, strict=True))
    return row, column, minutes


def _some(pairs: Pairs, which: Flags) -> Pairs:
    return pairs[0][which], pairs[1][which], pairs[2][which]


def _sparse(pairs: Pairs, shape: tuple[int, int]) -> csr_array:
    row, column, minutes = pairs
    return csr_array((minutes, (row, column)), shape=shape)


def covered(minutes: csr_array, budget: Floats) -> Flags:
    """Say which starts reach any place within the minutes that are left for it.

    Parameters
    ----------
    minutes
        (k, p) as of :class:`Walks`.
    budget
        (p, q) minutes for each of q questions; negative where a place does not count.

    Returns
    -------
    covered
        (k, q).
    """
    used = np.asarray((budget >= 0).any(axis=1), dtype=np.bool_)
    useful = used[minutes.indices]
    ends = _counted(useful)[minutes.indptr]
    place, walk = minutes.indices[useful], minutes.data[useful]
    found = np.zeros((minutes.shape[0], budget.shape[1]), dtype=np.bool_)
    for question in range(budget.shape[1]):
        within = walk <= budget[place, question] * (1 + ROUNDING)
        count = _counted(within)[ends]
        found[:, question] = count[1:] > count[:-1]
    return found


def _counted(flags: Flags) -> Numbers:
    """Count how many are set before each position, and in all."""
    found = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(flags, out=found[1:])
    return found
