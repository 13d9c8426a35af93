"""One tie after another: the best pair that is left, by what counts, within the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers.streets import Floats, Numbers
from mapping.intro_limit import Limit
from mapping.intro_pairs import Field, Pair
from mapping.intro_rules import TIED
from mapping.intro_ways import Crossing, Hanging
from mapping.intro_who import Introducer, Partners
from mapping.offers import Flags
from mapping.trust import STRONG

WANTED: Final = ("all", "served", "ways", "common", "reach")  # what may count
MOST: Final = 10
MOST_EACH: Final = 3  # times that one actor is among ten
BOTTLENECK: Final = "bottleneck"  # beside the rules of intro_rules
_EQUALS: Final = 40  # of equal pairs, those whose introducers are looked up
_LOOKED_AT: Final = 400  # pairs whose nearness between sectors is computed exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One pair that was taken, with what it brings that none before it did."""

    pair: Pair
    brings: tuple[int, ...]
    ways: tuple[Hanging, ...]
    gain: float
    introducers: tuple[Introducer, ...]
    joins: bool
    most: float
    opened: tuple[float, float] | None


class Search:
    """The pairs that are left, and what was taken so far.

    Parameters
    ----------
    found
        All pairs.
    people
        Who knows whom.
    wanted
        One of ``WANTED``.
    """

    def __init__(self, found: Field, people: Partners, wanted: str) -> None:
        self.found, self.people, self.wanted = found, people, wanted
        self.limit = Limit(found.graph, strength=float(STRONG))
        before = found.crossing
        self.crossing = Crossing(before.several, found.actors, before.weight)
        self.reach = found.reach.copy()
        self.settled: set[tuple[int, str]] = set()
        self.low, self.high, self.band = found.served(self.settled)
        self.open = self._candidates()
        self.left_out = found.left_out(ways=before.worth, served=(self.low, self.high))
        self.taken: list[Taken] = []
        self._bottlenecks = 0
        self._times: Counter[int] = Counter()
        self._gains: dict[Pair, float] = {}
        self._behind: dict[bool, Floats] = {}

    def run(self, most: int, tell: Callable[[int, int], None]) -> list[Pair]:
        """Take one pair after another, and give them."""
        while len(self.taken) < most:
            tell(len(self.taken), most)
            pair = self._next()
            if pair is None:
                break
            self.open[pair] = self.open[pair[::-1]] = False
            if not self.limit.keeps(*pair):
                self._bottlenecks += 1
            else:
                self._take(pair)
        if self._bottlenecks:
            self.left_out[BOTTLENECK] = self._bottlenecks
        return [one.pair for one in self.taken]

    def _take(self, pair: Pair) -> None:
        introducers = self._introducers(pair)
        brings = [
            at
            for at in self.found.brings(*pair)
            if (at, self.found.said[at].provider) not in self.settled
        ]
        joins = self.limit.joins(*pair)
        self.taken.append(
            Taken(
                pair=pair,
                brings=tuple(brings),
                ways=tuple(self.crossing.of(*pair)),
                gain=self.found.reach.gain(*pair),
                introducers=introducers,
                joins=joins,
                most=self.limit.alone(*pair),
                opened=self.limit.opened(*pair),
            )
        )
        self.limit.take(*pair)
        self.reach.tie(*pair)
        self._gains.clear()
        self._behind.pop(True, None)
        self._times.update(pair)
        self.crossing.settle(*pair)
        self.settled |= {(at, self.found.said[at].provider) for at in brings}
        self.low, self.high, self.band = self.found.served(self.settled)
        self.people.asked.update(actor for one in introducers[:1] for actor in one.actors)

    def _introducers(self, pair: Pair) -> tuple[Introducer, ...]:
        def never(a: str, b: str) -> bool:
            return self.found.rules.against(a, b) not in (None, TIED)

        a, b = (self.found.actors[at] for at in pair)
        passed = {one.through for one in self.crossing.of(*pair)}
        return self.people.between(a, b, never=never, passed=passed)

    def _candidates(self) -> Flags:
        found, ways = self.found, self.crossing.worth
        served = self.low, self.high
        reasons = found.reasons(ways=ways, served=served)
        if self.wanted == "reach":
            # the shape of the network is a reason only where nothing else is known of anybody
            across: Flags = found.allowed & found.reach.across
            known = found.commons + self.high
            return across & (reasons | (known > 0)) if known.any() else across
        by = {
            "all": reasons,
            "served": (self.low > 0) | (self.high > 0),
            "ways": ways > 0,
            "common": found.commons >= 1,
        }
        return np.asarray(found.allowed & by[self.wanted], dtype=np.bool_)

    def _next(self) -> Pair | None:
        """Find the best pair that is left; of equals the one that somebody could introduce."""
        rows, columns = np.nonzero(np.triu(self.open & self._not_too_often()))
        if self.wanted == "reach":
            kept = self._farthest(rows, columns, _LOOKED_AT, now=True)
            rows, columns = rows[kept], columns[kept]
        keys = self._keys(rows, columns)
        if not len(rows) or not any(key.max() > 0 for key in keys[: self._counting]):
            return None
        best = np.ones(len(rows), dtype=np.bool_)
        for key in keys:
            best &= key == key[best].max()
        rows, columns = rows[best], columns[best]
        steps = np.minimum(self.found.reach.steps[rows, columns], 4)  # from 4 on: nobody
        known = steps == steps.min()
        rows, columns = rows[known], columns[known]
        kept = self._farthest(rows, columns, _EQUALS, now=False)
        pairs = [(int(rows[at]), int(columns[at])) for at in kept]
        return min(pairs, key=lambda one: (*self._strangeness(one), -self.found.reach.gain(*one)))

    def _not_too_often(self) -> Flags:
        """(n, n) pairs of which nobody is among the suggestions three times in ten."""
        allowed = MOST_EACH * (len(self.taken) // MOST + 1)
        free = np.ones(len(self.found.actors), dtype=np.bool_)
        free[[at for at, times in self._times.items() if times >= allowed]] = False
        return np.asarray(free[:, None] & free, dtype=np.bool_)

    def _farthest(self, rows: Numbers, columns: Numbers, most: int, *, now: bool) -> Numbers:
        """Keep the pairs that may bring sectors nearer: far apart, and each with many behind it.

        With ``now`` the ties that were taken count as made.
        """
        if len(rows) <= most:
            return np.arange(len(rows), dtype=np.int64)
        steps = (self.reach if now else self.found.reach).steps
        if now not in self._behind:  # [b, a]: how many are nearer to a than to b, and not by a step
            self._behind[now] = np.stack([(steps + 1 < one).sum(axis=1) for one in steps])
        behind = self._behind[now]
        apart = 1 - 1 / np.maximum(steps[rows, columns], 1)
        worth = behind[columns, rows] * behind[rows, columns] * apart
        return np.asarray(np.argsort(-worth, kind="stable")[:most], dtype=np.int64)

    @property
    def _counting(self) -> int:
        """How many keys must say anything, else nothing is left to propose."""
        return {"all": 7, "served": 4, "ways": 1, "common": 2, "reach": 1}[self.wanted]

    def _strangeness(self, pair: Pair) -> tuple[int, int, int]:
        several = self._introducers(pair)
        if not several:
            return (3, 0, 0)
        return (len(several[0].actors), -several[0].strength, -several[0].confirmed)

    def _keys(self, rows: Numbers, columns: Numbers) -> list[Floats]:
        """Give what counts, first things first; larger is better."""
        at = rows, columns
        low, high, ways = self.low[at], self.high[at], self.crossing.worth[at]
        common, course = self.found.commons[at], self.found.courses[at]
        sure = self.band[at] * (low > 0)
        more = common + (high > 0)
        decide = self.found.decide
        heard = ((ways > 0) & (decide[rows] | decide[columns])).astype(np.float64)
        if self.wanted == "reach":
            pairs = [(int(a), int(b)) for a, b in zip(rows, columns, strict=True)]
            for pair in pairs:
                if pair not in self._gains:
                    self._gains[pair] = self.reach.gain(*pair)
            return [np.round(np.array([self._gains[pair] for pair in pairs]), 9)]
        keys: dict[str, list[Floats]] = {
            "all": [low, sure, ways, heard, course, more, high],
            "served": [low, sure, high, self.band[at], more],
            "ways": [ways, heard, low, more],
            "common": [course, common, low, ways],
        }
        return keys[self.wanted]
