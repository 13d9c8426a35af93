"""Two kinds of help met on one trip: a course, and childcare at the same hours and not far from it.

She walks from home to the first place and on to the second, both legs together within her longest
walk, and both are open at once for as long as she stays. The walk between the two is left out of
that time, and the way back is not asked, as it is nowhere in this house.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from layers.streets import Floats, Numbers
from mapping.city import City
from mapping.offers import Flags
from mapping.reach import ROUNDING
from mapping.travel import Way

Slots = npt.NDArray[np.bool_]
Both = tuple[Flags, Flags]  # what holds for certain, and perhaps
CHILDCARE = "childcare"


@dataclass(frozen=True, eq=False)
class Runs:
    """When stays may begin at each offer.

    ``sure``, ``maybe`` (w, 2016) of each week that is kept, ``of`` which of them an offer keeps:
    hundreds of services keep a dozen weeks.
    """

    sure: Slots
    maybe: Slots
    of: Numbers


@dataclass(frozen=True, eq=False)
class Budget:
    """Minutes that may be spent on the way from home to each place.

    Attributes
    ----------
    low, high
        (p,) for certain and perhaps; -1 where a place does not count.
    within
        Further ways to be covered perhaps: areas she must live in, all of them, and minutes to each
        place; ``None`` where the place is not known at all.
    """

    low: Floats
    high: Floats
    within: list[tuple[frozenset[str], Floats | None]]


@dataclass(frozen=True, eq=False)
class Trips:
    """All pairs of an offer she looks for and one she needs on the same trip.

    Attributes
    ----------
    city, minutes
        Whose places they are, and the longest walk.
    rows, others
        (a,) and (b,) rows of ``Offers.table``: those she looks for, and the companions.
    here
        (a,) whether the companion is met at the place itself: 1, 0 or NaN.
    runs, other_runs
        When stays may begin there.
    free
        (2016,) when a stay may begin that ends while she is still free.
    order
        ``companion`` first, ``main`` first, or ``either``: children are brought before all else.
    """

    city: City
    minutes: float
    rows: Numbers
    others: Numbers
    here: Floats
    runs: Runs
    other_runs: Runs
    free: Slots
    order: str
    _apart: dict[Way, tuple[Floats, Floats]] = field(default_factory=dict)
    _open: dict[bytes, Both] = field(default_factory=dict)

    def together(self, when: Slots) -> Both:
        """Say of each pair whether both are open at once, from a slot of ``when`` on: (a, b)."""
        key = np.packbits(when).tobytes()
        if key not in self._open:
            self._open[key] = _common(self.runs, self.other_runs, when)
        return self._open[key]

    def apart(self, way: Way) -> tuple[Floats, Floats]:
        """Give the minutes between the two places, at most and at least: (a, b), inf for no walk.

        Both are inf where one of the two has no point on the map.
        """
        if way not in self._apart:
            point = self.city.offers.table["point"].to_numpy()
            here, there = point[self.rows], point[self.others]
            found = self.city.between(way)
            self._apart[way] = _dense(found.sure, there, here), _dense(found.maybe, there, here)
        return self._apart[way]

    def met(self, others: Both, when: Slots, way: Way | None) -> Floats:
        """Say of each offer she looks for whether a companion goes with it: 1, 0 or NaN, (a,).

        Parameters
        ----------
        others
            (b,) companions that fit her, for certain and perhaps.
        when
            Slots of the week in which she may come.
        way
            How she goes between the two; ``None`` where no walk is asked about.
        """
        sure, maybe = (
            pairs & fits for pairs, fits in zip(self.together(when), others, strict=True)
        )
        if way is not None:
            least, most = self.apart(way)
            place = self.city.offers.table["place"].to_numpy(dtype=object)
            one, other = place[self.rows] != "none", place[self.others] != "none"
            rough = (place[self.rows] == "area")[:, None] | (place[self.others] == "area")
            sure = sure & (least <= self._limit)
            maybe = maybe & (rough | (most <= self._limit)) & one[:, None] & other
        met = sure.any(axis=1) | (self.here == 1)
        perhaps = maybe.any(axis=1) | ~(self.here == 0)
        found: Floats = np.select([met, perhaps], [1.0, np.nan], default=0.0)
        return found

    def budget(self, mine: Both, others: Both, when: Slots, way: Way) -> Budget:
        """Give the minutes left for the first place of the trip.

        Parameters
        ----------
        mine, others
            (a,) and (b,) offers that fit her, for certain and perhaps.
        when
            Slots of the week in which she may arrive.
        way
            How she goes.
        """
        table = self.city.offers.table
        point = table["point"].to_numpy()
        count = len(self.city.offers.points)
        budgets = []
        for side, at_place in ((0, self.here == 1), (1, ~(self.here == 0))):
            pairs = self.together(when)[side] & mine[side][:, None] & others[side]
            left = self._limit - self.apart(way)[side]
            left = np.where(pairs & (left >= 0), left, -1.0)
            found = np.full(count, -1.0)
            if self.order != "main":
                _raise(found, point[self.others], left.max(axis=0, initial=-1.0))
            if self.order != "companion":
                _raise(found, point[self.rows], left.max(axis=1, initial=-1.0))
            alone = mine[side] & at_place & self.runs_in(when)[side]
            _raise(found, point[self.rows], np.where(alone, self.minutes, -1.0))
            budgets.append(found)
        pairs = self.together(when)[1] & mine[1][:, None] & others[1]
        here = mine[1] & ~(self.here == 0) & self.runs_in(when)[1]
        return Budget(budgets[0], budgets[1], self._rough(pairs, here))

    def runs_in(self, when: Slots) -> Both:
        """Say of each offer she looks for whether a stay may begin in some slots: (a,)."""
        if when.all():  # nothing is asked of the hours of one place alone
            return np.ones(len(self.rows), np.bool_), np.ones(len(self.rows), np.bool_)
        sure: Flags = np.any(self.runs.sure & when, axis=1)
        maybe: Flags = np.any(self.runs.maybe & when, axis=1)
        return sure[self.runs.of], maybe[self.runs.of]

    @property
    def _limit(self) -> float:
        return self.minutes * (1 + ROUNDING)

    def _rough(self, pairs: Flags, here: Flags) -> list[tuple[frozenset[str], Floats | None]]:
        """List the trips of which one place is known to its area only: for those who live there."""
        table = self.city.offers.table
        place = table["place"].to_numpy(dtype=object)
        area, point = table["area_id"].to_numpy(dtype=object), table["point"].to_numpy()
        found: dict[frozenset[str], Floats | None] = {}
        for row in self.rows[here & (place[self.rows] == "area")]:
            found[frozenset({area[row]})] = None
        rough = (place[self.rows] == "area")[:, None] | (place[self.others] == "area")
        for one, other in zip(*np.nonzero(pairs & rough), strict=True):
            ends = self.rows[one], self.others[other]
            if "none" in place[list(ends)]:
                continue
            key = frozenset(area[end] for end in ends if place[end] == "area")
            exact = [point[end] for end in ends if place[end] == "point"]
            if not exact:
                found[key] = None
            elif (budget := found.setdefault(key, np.full(self._count, -1.0))) is not None:
                budget[exact[0]] = self.minutes
        return list(found.items())

    @property
    def _count(self) -> int:
        return len(self.city.offers.points)


def _raise(found: Floats, point: Numbers, minutes: Floats) -> None:
    """Keep the most minutes at each point; offers without one are left out."""
    here = point >= 0
    np.maximum.at(found, point[here], minutes[here])


def _dense(minutes: csr_array, there: Numbers, here: Numbers) -> Floats:
    """Give the minutes from one offer to another, inf where there is no walk or no point."""
    walk = minutes.tocoo()
    of, to = _numbers(there, minutes.shape[0]), _numbers(here, minutes.shape[0])
    used = (of[walk.row] >= 0) & (to[walk.col] >= 0)
    found = np.full((len(there) + 1, len(here) + 1), np.inf)  # the last for offers of no point
    kept = of[walk.row[used]], to[walk.col[used]]
    np.minimum.at(found, kept, walk.data[used])  # a stored 0 is next door
    rows = np.where(there >= 0, of[there], len(there))
    columns = np.where(here >= 0, to[here], len(here))
    dense: Floats = found[np.ix_(rows, columns)].T
    return dense


def _numbers(points: Numbers, count: int) -> Numbers:
    """Give each point that is used a number of its own; -1 to the others."""
    found = np.full(count + 1, -1, dtype=np.int64)  # one more, so that -1 can be looked up
    used = np.unique(points[points >= 0])
    found[used] = np.arange(len(used))
    return found


def _common(one: Runs, other: Runs, when: Slots) -> Both:
    """Say of each pair of offers whether a stay may begin at both in some slot."""
    found = []
    for left, right in ((one.sure, other.sure), (one.maybe, other.maybe)):
        begins = (left & when).astype(np.float32) @ right.astype(np.float32).T
        found.append((begins > 0)[np.ix_(one.of, other.of)])
    return found[0], found[1]
