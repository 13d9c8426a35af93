"""What answers change: people of whom one can say yes, or no, after some questions are answered.

For one persona. At least so many people are covered as reach an offer that fits for certain; at
most so many as reach one that may fit. A yes adds to the former, a no takes from the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy.sparse import csc_array

from layers.streets import Floats, Numbers
from mapping import offer_reach
from mapping.call_odds import Odds, all_ruled_out, any_certain
from mapping.offer_reach import Ground
from mapping.offers import Flags
from mapping.unknown_facts import Unknown

_CHUNK: Final = 256  # cases looked at together, where parts of the day are compared by area
_BITS: Final = 50  # offers of one caller that fit into one number, a bit each


@dataclass(frozen=True, eq=False)
class Field:
    """One persona's open questions over the people they are about.

    ``low`` and ``high`` are (n,) people of each area, at least and at most; 0 where not counted.
    """

    unknown: Unknown
    ground: Ground
    low: Floats
    high: Floats

    @cached_property
    def settled(self) -> Flags:
        """(o,) offers that fit for certain once all their open questions are answered with yes."""
        unknown = self.unknown
        asked = (unknown.asks & unknown.opens).sum(axis=1)
        return np.asarray(asked == unknown.open_facts, dtype=np.bool_)

    @cached_property
    def at_start(self) -> tuple[Floats, Floats]:
        """(k,) people of each start, at least and at most."""
        area, weight = self.ground.area, self.ground.weight
        return self.low[area] * weight, self.high[area] * weight

    @cached_property
    def calls(self) -> Calls:
        """Prepare every call."""
        return _calls(self)


@dataclass(frozen=True, eq=False)
class Calls:
    """All c calls over the k starts, for each part of the day.

    ``gain`` (k, c): how likely an offer in reach fits for certain after it. ``count`` (k, c):
    offers in reach that it can rule out. ``loss`` (k, c), stored in the same places: how likely
    all of these are ruled out. ``exact`` (c,) whether both are, else they are at least so likely.
    """

    keys: tuple[str, ...]
    gain: tuple[csc_array, ...]
    count: tuple[csc_array, ...]
    loss: tuple[csc_array, ...]
    exact: tuple[bool, ...]


class State:
    """What is to be expected after some calls.

    For each part of the day, (k,): ``none``, how likely nothing in reach fits for certain;
    ``rest``, offers in reach that no call so far could rule out; ``out``, how likely those that
    could be are.
    """

    def __init__(self, field: Field) -> None:
        self.field = field
        fits = field.unknown.certain
        self.none: list[Floats] = []
        self.rest: list[Floats] = []
        for hour in field.ground.hours:
            reached = hour.sure @ (fits & hour.ready).astype(np.float64)
            self.none.append((reached == 0).astype(np.float64))
            self.rest.append(np.asarray(hour.maybe.sum(axis=1), dtype=np.float64))
        self.out = [np.ones(len(one)) for one in self.rest]

    def _shares(self) -> tuple[Floats, Floats]:
        """(n, hours) share of each area covered, at least and at most."""
        spread = self.field.ground.spread
        missed = [np.where(r == 0, o, 0.0) for r, o in zip(self.rest, self.out, strict=True)]
        low, high = ([spread @ (1 - one) for one in several] for several in (self.none, missed))
        return np.stack(low, axis=1), np.stack(high, axis=1)

    def _best(self, each: Floats) -> Floats:
        """Put the hours together at least: the best of them."""
        hours = each[:, :-1] if self.field.ground.capped else each
        found: Floats = hours.max(axis=1)
        return found

    def _all(self, each: Floats) -> Floats:
        """Put the hours together at most: all of them, and no more than without any detour."""
        capped = self.field.ground.capped
        most = each[:, -1] if capped else np.ones_like(each[:, -1])
        found: Floats = np.minimum((each[:, :-1] if capped else each).sum(axis=1), most)
        return found

    def ends(self) -> tuple[float, float]:
        """Give the people covered that are to be expected, at least and at most."""
        each_low, each_high = self._shares()
        low, high = self._best(each_low), self._all(each_high)
        return float(self.field.low @ low), float(self.field.high @ np.maximum(low, high))

    def call(self, key: str) -> None:
        """Make a call."""
        calls = self.field.calls
        if key not in calls.keys:
            return
        at = calls.keys.index(key)
        for hour, (gain, count, loss) in enumerate(
            zip(calls.gain, calls.count, calls.loss, strict=True)
        ):
            rows, odds = _column(gain, at)
            self.none[hour][rows] *= 1 - odds
            rows, several = _column(count, at)
            self.rest[hour][rows] -= several
            self.out[hour][rows] *= _column(loss, at)[1]

    def gains(self) -> Floats:
        """(c,) by how many people each call would narrow the range now; at least so many."""
        gained, lost = self._changes()
        more, less = self.narrowed(gained, lost)
        return more + less

    def most(self) -> Floats:
        """(c,) by how many people at most, whatever the answers."""
        low, high = self.field.at_start
        found = np.zeros(len(self.field.calls.keys))
        for hour, (gained, lost) in enumerate(zip(*self._changes(), strict=True)):
            some, other = _marked(gained), _marked(lost)
            if self.field.ground.capped and hour == len(self.none) - 1:
                some.data[:] = 0  # without any detour is no way of hers: a bound from above only
            found += some.T @ low + other.T @ high - (some * other).T @ np.minimum(low, high)
        ends = self.ends()
        return np.minimum(found, ends[1] - ends[0])

    def _changes(self) -> tuple[list[csc_array], list[csc_array]]:
        calls, gained, lost = self.field.calls, [], []
        for hour, (gain, count, loss) in enumerate(
            zip(calls.gain, calls.count, calls.loss, strict=True)
        ):
            gained.append(_with(gain, gain.data * self.none[hour][gain.indices]))
            last = self.rest[hour][count.indices] == count.data
            lost.append(_with(loss, loss.data * self.out[hour][loss.indices] * last))
        return gained, lost

    def narrowed(self, gained: list[csc_array], lost: list[csc_array]) -> tuple[Floats, Floats]:
        """Count by how many people the lower end rises and the upper one falls.

        Parameters
        ----------
        gained, lost
            For each part of the day (k, c): share of a start that is covered for certain after
            case c and was not before, and that may be covered no more.

        Notes
        -----
        Covered at one hour or another: the best of them counts at least, all together at most, but
        no more than without any detour; area by area, as in :func:`mapping.coverage.shares`.
        """
        if len(gained) == 1:
            low, high = self.field.at_start
            return gained[0].T @ low, lost[0].T @ high
        cases, spread = gained[0].shape[1], self.field.ground.spread
        each_low, each_high = self._shares()
        low, high = self._best(each_low), self._all(each_high)
        rise, fall = np.zeros(cases), np.zeros(cases)
        for first in range(0, cases, _CHUNK):
            part = slice(first, first + _CHUNK)
            more, less = (
                np.stack([(spread @ one[:, part]).toarray() for one in several], axis=1)
                for several in (gained, lost)
            )
            best = self._best(each_low[:, :, None] + more)
            left = self._all(each_high[:, :, None] - less)
            rise[part] = self.field.low @ (best - low[:, None])
            fall[part] = self.field.high @ (high[:, None] - np.maximum(left, 0.0))
        return rise, fall


def field(unknown: Unknown) -> Field:
    """Put a persona's open questions over the people they are about."""
    view = unknown.view
    people = view.city.people(view.persona.group)[1]
    return Field(
        unknown=unknown,
        ground=offer_reach.ground(view, unknown.rows),
        low=np.nan_to_num(people.low),
        high=np.nan_to_num(people.high),
    )


def questions(one: Field) -> tuple[Floats, Floats]:
    """Say by how many people the range narrows on yes, and on no, to each question alone.

    Returns
    -------
    yes, no
        (u,) each.
    """
    unknown = one.unknown
    last = (unknown.open_facts == 1)[:, None]  # else another fact keeps the offer uncertain
    return _answered(one, unknown.asks & unknown.opens & last, unknown.asks & unknown.closes)


def trust(one: Field) -> tuple[float, float]:
    """Say by how many people the range narrows if all offers nobody spoke of are trusted, or none.

    Trust is all that is open at some offers; at the others it must be asked by phone as well.
    """
    mine = one.unknown.untrusted[:, None]
    yes, no = _answered(one, mine & (one.unknown.open_facts == 1)[:, None], mine)
    return float(yes[0]), float(no[0])


def _answered(one: Field, certain: Flags, gone: Flags) -> tuple[Floats, Floats]:
    """Narrow by offers that are certain then, and by offers that are ruled out; (o, c) each."""
    state, gained, lost = State(one), [], []
    for hour, none, rest in zip(one.ground.hours, state.none, state.rest, strict=True):
        more = csc_array(hour.sure @ csc_array((certain & hour.ready[:, None]).astype(np.float64)))
        gained.append(_with(more, (more.data > 0) * none[more.indices]))
        less = csc_array(hour.maybe @ csc_array(gone.astype(np.float64)))
        lost.append(_with(less, (less.data == rest[less.indices]).astype(np.float64)))
    return state.narrowed(gained, lost)


# --- a whole call ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reached:
    """Starts that reach some offers: how many of them, and the odds of what they reach."""

    rows: Numbers
    count: Floats
    odds: Floats
    exact: bool


def _calls(one: Field) -> Calls:
    unknown, hours = one.unknown, one.ground.hours
    closes = unknown.asks & unknown.closes
    keys, exact = [], []
    gains: list[list[_Reached]] = [[] for _ in hours]
    losses: list[list[_Reached]] = [[] for _ in hours]
    for key, offers in unknown.callers:
        gone = offers[closes[offers].any(axis=1)]
        for at, hour in enumerate(hours):
            good = offers[one.settled[offers] & hour.ready[offers]]
            gains[at].append(
                _reached(
                    hour.sure, good, lambda few: any_certain(few, unknown.asks, unknown.chance)
                )
            )
            losses[at].append(
                _reached(hour.maybe, gone, lambda few: all_ruled_out(few, closes, unknown.chance))
            )
        keys.append(key)
        exact.append(
            len(hours) == 1 and all(each[-1].exact for some in (gains, losses) for each in some)
        )
    k = len(one.ground.area)
    return Calls(
        keys=tuple(keys),
        gain=tuple(_sparse([(each.rows, each.odds) for each in hour], k) for hour in gains),
        count=tuple(_sparse([(each.rows, each.count) for each in hour], k) for hour in losses),
        loss=tuple(_sparse([(each.rows, each.odds) for each in hour], k) for hour in losses),
        exact=tuple(exact),
    )


def _reached(reach: csc_array, offers: Numbers, odds: Callable[[Sequence[int]], Odds]) -> _Reached:
    """Find which of some offers each start reaches, and ask for the odds of each such set once."""
    parts = [_column(reach, at)[0] for at in offers]
    if len(parts) < 2:
        rows = parts[0] if parts else np.empty(0, np.int64)
        of = odds(offers.tolist()) if parts else Odds(0.0)
        return _Reached(rows, np.ones(len(rows)), np.full(len(rows), of.value), of.exact)
    # sets as numbers, some offers at a time: equal numbers are equal sets
    codes = np.stack(
        [
            np.bincount(
                np.concatenate(several),
                np.repeat(2.0 ** np.arange(len(several)), [len(each) for each in several]),
                reach.shape[0],
            ).astype(np.int64)
            for several in (parts[at : at + _BITS] for at in range(0, len(parts), _BITS))
        ],
        axis=1,
    )
    rows = np.flatnonzero(codes.any(axis=1))
    sets, which = np.unique(codes[rows], axis=0, return_inverse=True)
    bits = (sets[:, :, None] >> np.arange(_BITS)) & 1
    member = bits.reshape(len(sets), sets.shape[1] * _BITS).astype(bool)
    found = [odds(offers[each[: len(offers)]].tolist()) for each in member]
    value = np.array([each.value for each in found])
    return _Reached(
        rows=rows,
        count=member.sum(axis=1, dtype=np.float64)[which],
        odds=value[which],
        exact=all(each.exact for each in found),
    )


def _column(matrix: csc_array, at: int) -> tuple[Numbers, Floats]:
    part = slice(matrix.indptr[at], matrix.indptr[at + 1])
    return matrix.indices[part].astype(np.int64), matrix.data[part]


def _sparse(columns: list[tuple[Numbers, Floats]], k: int) -> csc_array:
    """Put columns together, given as rows and values; a stored 0 stays."""
    ends = np.cumsum([0, *(len(rows) for rows, _ in columns)])
    rows = np.concatenate([np.empty(0, np.int64), *(one for one, _ in columns)])
    data = np.concatenate([np.empty(0), *(one for _, one in columns)])
    return csc_array((data, rows, ends), shape=(k, len(columns)))


def _with(matrix: csc_array, data: Floats) -> csc_array:
    """Give the same places other values."""
    return csc_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _marked(matrix: csc_array) -> csc_array:
    return _with(matrix, (matrix.data > 0).astype(np.float64))
