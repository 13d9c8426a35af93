"""Whom services reach when some of the eight conditions hold: shares of every area, as a range.

The one engine behind gaps, the cascade and whom to phone first. A set of steps is answered for
what is known (at least) and for what may be (at most).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from layers.streets import Floats
from mapping import fitting
from mapping.city import City
from mapping.needs import Need
from mapping.offers import Flags
from mapping.personas import FACTS_OF, STEPS, Persona, persona_of
from mapping.travel import Way
from mapping.trips import Both, Budget, Trips

Steps = frozenset[str]
Shares = tuple[Floats, Floats]
Pair = tuple[Steps, Steps]
WHOLE: Steps = frozenset(STEPS)
EVERYBODY: Steps = frozenset()  # before any step
_TOGETHER: Final = "together"
_WALKED: Final = frozenset({"near", "safe"})


@dataclass(frozen=True, eq=False)
class Seen:
    """A city as one persona sees it: each step of each offer as 1, 0 or NaN.

    ``facts`` may differ from what the city says, to ask what if: one row an offer of the city.
    """

    city: City
    persona: Persona
    level: str
    facts: pd.DataFrame

    @cached_property
    def mine(self) -> Flags:
        """Offers of her category."""
        return fitting.running(self.city, self.persona)

    @cached_property
    def steps(self) -> Mapping[str, Floats]:
        """(m,) for each step that asks something of a service."""
        return {name: fitting.states(self.facts, several) for name, several in FACTS_OF.items()}

    @cached_property
    def own(self) -> Mapping[str, Floats]:
        """(m,) as ``steps``, of the offer itself: whether another is met with it is left out."""
        if _TOGETHER not in self.facts:
            return self.steps
        facts = self.facts.drop(columns=_TOGETHER)
        return {name: fitting.states(facts, several) for name, several in FACTS_OF.items()}

    @cached_property
    def companion(self) -> Seen:
        """The city as she sees it who looks for what is needed on the same trip."""
        other = fitting.companion(self.persona)
        return Seen(self.city, other, self.level, fitting.facts(self.city, other))

    @cached_property
    def _then(self) -> dict[str, Floats]:
        return {}

    def open_in(self, hour: str) -> Floats:
        """Say of every offer whether it is open for her in a part of the day, as of ``fitting``."""
        if hour not in self._then:
            self._then[hour] = fitting.open_in(self.city, self.persona, hour)
        return self._then[hour]

    @cached_property
    def trips(self) -> Trips:
        """Her offers, paired with those that are needed on the same trip."""
        return fitting.trips(self.city, self.persona)

    def fits(self, steps: Steps) -> tuple[Flags, Flags]:
        """Mark the offers that pass some steps for certain, and perhaps."""
        return self._pass(steps, self.steps)

    def by_itself(self, steps: Steps) -> tuple[Flags, Flags]:
        """Mark the offers that pass some steps, whatever is met with them."""
        return self._pass(steps, self.own)

    def left(self, steps: Steps) -> tuple[Flags, Flags]:
        """Mark the offers still in play after some steps: those of no place have no way to them."""
        sure, maybe = self.by_itself(steps)
        if self.with_trip(steps):
            met = self.met(steps)
            sure, maybe = sure & (met == 1), maybe & (met != 0)
        if steps & _WALKED:
            place = self.city.offers.table["place"].to_numpy(dtype=object)
            sure, maybe = sure & (place == "point"), maybe & (place != "none")
        return sure, maybe

    def met(self, steps: Steps) -> Floats:
        """Say of every offer whether its companion passes some steps, and can be met with it."""
        pairs = self.trips
        other = self.companion.by_itself(steps)
        found = np.ones(len(self.mine))
        found[pairs.rows] = pairs.met(
            (other[0][pairs.others], other[1][pairs.others]),
            fitting.coming(pairs, self.persona, opens="open" in steps),
            self.way() if steps & _WALKED else None,
        )
        return found

    def named(self, steps: Steps) -> set[str]:
        """Name the facts that some steps may ask of her offers, or of what is met with them."""
        mine = set(self.facts.columns)
        return mine | set(self.companion.facts.columns) if self.with_trip(steps) else mine

    def with_trip(self, steps: Steps) -> bool:
        """Tell whether some steps ask for another kind of help on the same trip."""
        return _TOGETHER in self.facts and "fits" in steps

    def way(self, hour: str | None = None) -> Way:
        """Tell how she goes, at an hour at which she walks around places called unsafe."""
        return fitting.way(self.persona, hour)

    def _pass(self, steps: Steps, states: Mapping[str, Floats]) -> tuple[Flags, Flags]:
        sure, maybe = self.mine.copy(), self.mine.copy()
        for name in steps & FACTS_OF.keys():
            sure &= states[name] == 1
            maybe &= states[name] != 0
        return sure, maybe


@dataclass(frozen=True)
class _Question:
    """Who is covered after some steps; at most by an offer that may fail one of ``failing``."""

    steps: Steps
    failing: Steps = frozenset()


def seen(city: City, need: Need) -> Seen:
    """Look at a city as a persona sees it.

    Raises
    ------
    LayerError
        ``population_missing``, ``group_unknown``, ``hours_unreadable``.
    """
    persona = persona_of(need)
    level, _ = city.people(persona.group)
    return Seen(city, persona, level, fitting.facts(city, persona))


def shares(view: Seen, several: Iterable[Steps]) -> dict[Steps, Shares]:
    """Say which share of each area's people is covered, for several sets of steps at once.

    Returns
    -------
    shares
        For each set: at least and at most, (n,) each from 0 to 1.
    """
    return answered(view, several, ())[0]


def lost(view: Seen, pairs: Iterable[Pair]) -> dict[Pair, Shares]:
    """Say which share of each area's people is covered after fewer steps, and not after more.

    Parameters
    ----------
    view
        The city as a persona sees it.
    pairs
        Some steps, and those and more; ``EVERYBODY`` for people before any step.

    Returns
    -------
    lost
        For each pair: at least and at most, (n,) each from 0 to 1. What is unknown turns out the
        same for both: nobody is lost by an offer that passes either both or neither.

    Notes
    -----
    With c the covered share, low <= c <= high, and A fewer steps than B: c(A) - c(B) is at least
    low(A) - high(B), at most high(A) - low(B), and at most the share in reach of an offer that may
    pass A and yet fail B.
    """
    return answered(view, (), pairs)[1]


def answered(
    view: Seen, several: Iterable[Steps], pairs: Iterable[Pair]
) -> tuple[dict[Steps, Shares], dict[Pair, Shares]]:
    """Answer :func:`shares` and :func:`lost` at once: what both ask for is found once."""
    sets, every = dict.fromkeys(several), list(dict.fromkeys(pairs))
    asked = {
        one: _Question(_asked(view, one))
        for one in [*sets, *(one for pair in every for one in pair if one != EVERYBODY)]
    }
    witness = {
        (few, more): _Question(asked[few].steps, _deciding(view, asked[few], asked[more]))
        for few, more in every
        if few != EVERYBODY and asked[few] != asked[more]
    }
    found = _answered(view, [*asked.values(), *witness.values()])
    gone: dict[Pair, Shares] = {}
    for few, more in every:
        low, high = found[asked[more]]
        if few == EVERYBODY:
            gone[few, more] = 1 - high, 1 - low
        elif asked[few] == asked[more]:
            gone[few, more] = np.zeros_like(low), np.zeros_like(low)
        else:
            before = found[asked[few]]
            most = np.minimum(found[witness[few, more]][1], before[1] - low)
            gone[few, more] = np.maximum(before[0] - high, 0.0), np.maximum(most, 0.0)
    return {one: found[asked[one]] for one in sets}, gone


def _deciding(view: Seen, few: _Question, more: _Question) -> Steps:
    """Name the steps by which alone an offer can pass the few and fail the more.

    None where the walk, the hour of the walk or what is met on the trip decides as well.
    """
    added = more.steps - few.steps
    walk = not added <= FACTS_OF.keys() or ("open" in added and "safe" in few.steps)
    return frozenset() if walk or view.with_trip(more.steps) else added


def _asked(view: Seen, steps: Steps) -> Steps:
    """Leave out steps of which she asks nothing; a safe way is one of her longest walk."""
    named = view.named(steps)
    idle = {name for name, several in FACTS_OF.items() if not named & set(several)}
    if not view.persona.avoids_unsafe:
        idle.add("safe")
    kept = steps - idle - {"exists"}
    return kept | {"near"} if "safe" in kept else kept


def _answered(view: Seen, several: Iterable[_Question]) -> dict[_Question, Shares]:
    every = list(dict.fromkeys(several))
    on_foot = [one for one in every if one.steps & _WALKED]
    found = dict(zip(on_foot, _walked(view, on_foot), strict=True)) if on_foot else {}
    n = len(view.city.homes(view.level).areas)
    for one in every:
        if one not in found:
            sure, maybe = _fitting(view, one, view.left(one.steps))
            found[one] = (np.full(n, float(sure.any())), np.full(n, float(maybe.any())))
    return found


def _fitting(view: Seen, question: _Question, fit: Both) -> Both:
    """Leave out offers that cannot fail, where those are asked for that may: none for certain."""
    if not question.failing:
        return fit
    may_fail = np.any([view.own[name] != 1 for name in question.failing], axis=0)
    return np.zeros_like(fit[0]), fit[1] & may_fail


def _walked(view: Seen, questions: list[_Question]) -> list[Shares]:
    """Answer questions that ask for a walk; those that avoid places, for each hour.

    She may go at one hour or at another: at least whoever is covered at the best of them, at most
    all of them together, and never more than if she did not avoid any place.
    """
    n = len(view.city.homes(view.level).areas)
    low, high = _reached(view, questions, None)
    careful = np.array(["safe" in one.steps for one in questions])
    if careful.any():
        mine = [one for one, safe in zip(questions, careful, strict=True) if safe]
        least, most = np.zeros((n, len(mine))), np.zeros((n, len(mine)))
        for hour in fitting.hours_of(view.city, view.persona):
            one, other = _reached(view, mine, hour)
            if view.city.heard(hour):  # where nobody was asked, no way is known to be safe
                least = np.maximum(least, one)
            most += other
        low[:, careful], high[:, careful] = least, np.minimum(most, high[:, careful])
    return [(low[:, at], np.maximum(low[:, at], high[:, at])) for at in range(len(questions))]


def _reached(view: Seen, questions: list[_Question], hour: str | None) -> Shares:
    """Say which share of each area is covered by walks of one hour: (n, q) at least and at most."""
    budgets = [_budget(view, one, hour) for one in questions]
    more = [(at, areas, minutes) for at, one in enumerate(budgets) for areas, minutes in one.within]
    count = len(view.city.offers.points)
    exact = [np.full(count, -1.0) if minutes is None else minutes for _, _, minutes in more]
    none = [np.full(count, -1.0)] * len(more)
    low, high = view.city.cover(
        view.level,
        view.way(hour),
        np.stack([*(one.low for one in budgets), *none], axis=1),
        np.stack([*(one.high for one in budgets), *exact], axis=1),
    )
    for column, (at, areas, minutes) in enumerate(more, start=len(questions)):
        inside = np.all([view.city.inside(view.level, area) for area in areas], axis=0)
        there = np.where(inside, 1.0 if minutes is None else high[:, column], 0.0)
        high[:, at] = np.maximum(high[:, at], there)
    return low[:, : len(questions)], high[:, : len(questions)]


def _budget(view: Seen, question: _Question, hour: str | None) -> Budget:
    """Give the minutes that may be spent on the way to each place."""
    steps, persona = question.steps, view.persona
    fit = _fitting(view, question, view.by_itself(steps))
    if view.with_trip(steps):
        pairs, other = view.trips, view.companion.by_itself(steps)
        return pairs.budget(
            (fit[0][pairs.rows], fit[1][pairs.rows]),
            (other[0][pairs.others], other[1][pairs.others]),
            fitting.coming(pairs, persona, opens="open" in steps, hour=hour),
            view.way(hour),
        )
    if hour is not None and "hours" in view.facts and "open" in steps:
        then = view.open_in(hour)
        fit = fit[0] & (then == 1), fit[1] & (then != 0)
    table = view.city.offers.table
    place = table["place"].to_numpy(dtype=object)
    point = table["point"].to_numpy()
    budgets = []
    for side in fit:
        minutes = np.full(len(view.city.offers.points), -1.0)
        minutes[point[side & (place == "point")]] = persona.minutes
        budgets.append(minutes)
    areas = table["area_id"].to_numpy(dtype=object)[fit[1] & (place == "area")]
    return Budget(
        budgets[0], budgets[1], [(frozenset({one}), None) for one in dict.fromkeys(areas)]
    )
