"""How long she walks: minutes from where people live to where help is, by the way she goes.

What comes after travel (what is open, who lets her in) gets minutes and does not care where they
come from: along streets, as the crow flies, or one day by bus.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from layers.streets import AnyNumbers, Floats, Numbers, Streets
from mapping.offers import Flags
from mapping.reach import ROUNDING, WALK_KMH, minutes_between, straight_minutes

# A walk on a grid of streets is at most this times the straight line: |x| + |y| <= sqrt(2) r.
GRID_DETOUR: Final = math.sqrt(2)
HOURS: Final = ("day", "evening", "night")  # as people report places: codes of time_of_day


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


@dataclass(frozen=True, eq=False)
class Walks:
    """Minutes from k starts to p places, sparse: those that are sure, and those that may be.

    A pair in ``maybe`` is at least as near as in ``sure``. A stored 0 is next door.
    """

    sure: csr_array
    maybe: csr_array


@dataclass(frozen=True, eq=False)
class Closed:
    """What is closed to her: streets for certain and perhaps, and the shapes of unsafe places.

    ``sure`` and ``maybe`` are (e,) flags: streets closed in the sure walks, and in those that may
    be (a part of the former). ``around`` are shapes in metres, for walks without streets.
    """

    sure: Flags
    maybe: Flags
    around: tuple[shapely.Geometry, ...] = ()


def walks(
    streets: Streets | None, starts: Ends, places: Ends, way: Way, closed: Closed | None = None
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
    """
    if streets is None:
        return _straight(starts, places, way, closed)
    shape = (len(starts.xy), len(places.xy))
    # Where an end is off the streets nobody knows the walk: perhaps it is a straight line.
    line = straight_minutes(
        starts.xy, places.xy, max_min=way.minutes, speed_kmh=way.speed_kmh
    ).tocoo()
    lost = ~starts.on_street[line.row] | ~places.on_street[line.col]
    lines = (line.row[lost], line.col[lost], line.data[lost])
    sure = _along(streets, starts, places, way, None if closed is None else closed.sure)
    maybe = sure
    if closed is not None and (closed.sure != closed.maybe).any():
        maybe = _along(streets, starts, places, way, closed.maybe)
    if closed is not None and closed.around:
        maybe = _from_inside(streets, starts, places, way, closed, maybe)
    both = tuple(np.concatenate([one, other]) for one, other in zip(maybe, lines, strict=True))
    return Walks(_sparse(sure, shape), _sparse((both[0], both[1], both[2]), shape))


Pairs = tuple[AnyNumbers, AnyNumbers, Floats]


def _along(streets: Streets, starts: Ends, places: Ends, way: Way, closed: Flags | None) -> Pairs:
    begin, end = np.flatnonzero(starts.on_street), np.flatnonzero(places.on_street)
    factor = None if closed is None or not closed.any() else np.where(closed, np.inf, 1.0)
    found = minutes_between(
        streets,
        starts.node[begin],
        places.node[end],
        max_min=way.minutes,
        speed_kmh=way.speed_kmh,
        edge_factor=factor,
    ).tocoo()
    row, column = begin[found.row], end[found.col]
    minutes = found.data + (starts.snap_m[row] + places.snap_m[column]) / way.metres_a_minute
    within = minutes <= way.minutes * (1 + ROUNDING)
    return row[within], column[within], np.minimum(minutes[within], way.minutes)


def _from_inside(
    streets: Streets, starts: Ends, places: Ends, way: Way, closed: Closed, maybe: Pairs
) -> Pairs:
    """Let those who live inside an unsafe place perhaps leave it: it is their own street."""
    inside = np.zeros(len(starts.xy), dtype=np.bool_)
    points = shapely.points(starts.xy)
    for shape in closed.around:
        inside |= shapely.intersects(shape, points)
    if not inside.any():
        return maybe
    mine = Ends(
        starts.xy, starts.node, starts.snap_m, np.asarray(starts.on_street & inside, dtype=np.bool_)
    )
    free = _along(streets, mine, places, way, None)
    keep = ~inside[maybe[0]]
    return (
        np.concatenate([maybe[0][keep], free[0]]),
        np.concatenate([maybe[1][keep], free[1]]),
        np.concatenate([maybe[2][keep], free[2]]),
    )


def _straight(starts: Ends, places: Ends, way: Way, closed: Closed | None) -> Walks:
    near = straight_minutes(
        starts.xy, places.xy, max_min=way.minutes, speed_kmh=way.speed_kmh
    ).tocoo()
    # compared in minutes, so that a walk of exactly the limit counts in both
    within = near.data * GRID_DETOUR <= way.minutes * (1 + ROUNDING)
    if closed is not None:
        limit = way.minutes * way.metres_a_minute
        for place in closed.around:  # a detour of the longest walk could lead through it
            there = np.asarray(shapely.distance(shapely.points(starts.xy), place))
            back = np.asarray(shapely.distance(shapely.points(places.xy), place))
            within &= there[near.row] + back[near.col] > limit
    row, column, minutes = near.row, near.col, near.data
    longest = np.minimum(minutes[within] * GRID_DETOUR, way.minutes)
    shape = (len(starts.xy), len(places.xy))
    return Walks(
        _sparse((row[within], column[within], longest), shape),
        _sparse((row, column, minutes), shape),
    )


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


def closed_streets(
    facts: pd.DataFrame, way: Way, reports: tuple[list[shapely.Geometry], list[shapely.Geometry]]
) -> Closed | None:
    """Find what is closed to her.

    Parameters
    ----------
    facts
        e rows, one a street in the order of ``Streets``: ``kind``, ``step_free``, and the line in
        metres as ``geometry``.
    way
        How she goes.
    reports
        Shapes, in metres, of places called unsafe at her hour: of all of them, and of those of
        which nobody else said otherwise.

    Returns
    -------
    closed
        ``None`` where nothing is.
    """
    sure = np.zeros(len(facts), dtype=np.bool_)
    maybe = sure.copy()
    if way.stepless:
        known = facts["step_free"].astype("boolean")
        stairs = facts["kind"].eq("steps") & ~known.eq(other=True).fillna(value=False)
        steps = known.eq(other=False).fillna(value=False) | stairs
        maybe |= np.asarray(steps, dtype=np.bool_)
        sure |= maybe
        if way.stepless == "wheelchair":
            sure |= np.asarray(~known.fillna(value=False), dtype=np.bool_)
    every, agreed = reports
    if way.avoid is not None and every and len(facts):
        lines = facts["geometry"].to_numpy()
        tree = shapely.STRtree(lines)
        for shapes, flags in ((every, sure), (agreed, maybe)):
            for shape in shapes:
                flags[tree.query(shape, predicate="intersects")] = True
    around = tuple(every) if way.avoid is not None else ()
    return Closed(sure, maybe, around) if sure.any() or around else None
