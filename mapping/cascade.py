"""The cascade: how many people are still covered after each condition, and which one costs most.

Tanahashi (1978) counts people at availability, accessibility, acceptability and contact. Here are
eight steps: help exists in the city; near enough; open when she can come; lets her in; understands
her; fits her life; is trusted; is reached without passing a place called unsafe at that hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.errors import LayerError
from layers.streets import Floats
from mapping import coverage, fitting
from mapping.city import City, People
from mapping.coverage import Seen, Shares, Steps
from mapping.gaps import Gaps
from mapping.needs import Need
from mapping.offers import PLACELESS, Flags
from mapping.personas import FACTS_OF, STEPS, Persona


@dataclass(frozen=True, eq=False)
class Step:
    """One condition.

    Attributes
    ----------
    name
        One of ``STEPS``.
    facts
        What of it is asked; empty where she asks nothing of it.
    low, high
        (n,) share of each area's people still covered after it and all before.
    alone_low, alone_high
        (n,) where the help is near and this holds, and nothing else is asked.
    without_low, without_high
        (n,) where everything holds but this; without ``near`` help is next door, and there is no
        way to it that could be unsafe.
    lost, alone_lost, brings
        (n,) at least and (n,) at most: share of each area's people lost at this step; lost where it
        is asked right after ``near``; and gained if it were solved and nothing else.
    services
        How many services are left after it: ``certain``, ``possible``, ``excluded``.
    unknown, of
        Services of which nobody knows whether it holds, of those in play: excluded by no step
        before.
    cannot_say
        Whether that is more than half of them, and the range after it more than half of the people
        who may be covered before it; or nobody was asked about places at her hours. False where no
        service is in play: then nobody is covered, whatever the others are like.
    placeless
        At ``near``: services in play that have no way to them (online, outreach, no place), by why.
    """

    name: str
    facts: tuple[str, ...]
    low: Floats
    high: Floats
    alone_low: Floats
    alone_high: Floats
    without_low: Floats
    without_high: Floats
    lost: Shares
    alone_lost: Shares
    brings: Shares
    services: dict[str, int]
    unknown: int
    of: int
    cannot_say: bool
    placeless: dict[str, int]

    @property
    def asked(self) -> bool:
        """Whether anything is asked of it."""
        return bool(self.facts)


@dataclass(frozen=True, eq=False)
class Cascade:
    """The steps of one persona, in their order; arrays have one entry an area."""

    persona: Persona
    city: City
    level: str
    ids: list[str]
    people: People
    steps: tuple[Step, ...]

    def gaps(self, shares: Shares) -> Gaps:
        """Give shares that are covered as an answer of :mod:`mapping.gaps`, to be counted."""
        return Gaps(
            need=self.persona,
            city=self.city,
            level=self.level,
            ids=self.ids,
            people=self.people,
            reached_low=shares[0],
            reached_high=shares[1],
            services=pd.DataFrame(),
        )


def cascade(city: City, need: Need, *, order: Sequence[str] = STEPS) -> Cascade:
    """Count who is still covered after each step.

    Parameters
    ----------
    city
        Asked on its day.
    need
        A persona, or a need.
    order
        All eight steps, in any order.

    Raises
    ------
    LayerError
        ``population_missing``, ``group_unknown``, ``hours_unreadable``, ``steps_wrong``.
    """
    if sorted(order) != sorted(STEPS):
        raise LayerError("steps_wrong", known=", ".join(STEPS))
    view = coverage.seen(city, need)
    asked = {name: _Sets(order, at) for at, name in enumerate(order)}
    every = asked.values()
    found, lost = coverage.answered(
        view,
        [one for sets in every for one in (sets.after, sets.alone[1], sets.without)],
        [pair for sets in every for pair in sets.pairs],
    )
    return Cascade(
        persona=view.persona,
        city=city,
        level=view.level,
        ids=list(city.homes(view.level).areas["id"]),
        people=city.people(view.persona.group)[1],
        steps=tuple(_step(view, name, sets, (found, lost)) for name, sets in asked.items()),
    )


@dataclass(frozen=True)
class _Sets:
    """The sets of steps that are asked for one step of an order."""

    order: Sequence[str]
    at: int

    @property
    def name(self) -> str:
        return self.order[self.at]

    @property
    def before(self) -> Steps:
        return frozenset(self.order[: self.at])

    @property
    def after(self) -> Steps:
        return frozenset(self.order[: self.at + 1])

    @property
    def alone(self) -> tuple[Steps, Steps]:
        """The steps it is added to where it is asked alone, and those with it."""
        first = {"exists": coverage.EVERYBODY, "near": frozenset({"exists"})}
        few = first.get(self.name, frozenset({"exists", "near"}))
        return few, few | {self.name}

    @property
    def without(self) -> Steps:
        return coverage.WHOLE - ({"near", "safe"} if self.name == "near" else {self.name})

    @property
    def pairs(self) -> list[tuple[Steps, Steps]]:
        return [(self.before, self.after), self.alone, (self.without, coverage.WHOLE)]


def _step(
    view: Seen,
    name: str,
    sets: _Sets,
    found: tuple[dict[Steps, Shares], dict[tuple[Steps, Steps], Shares]],
) -> Step:
    shares, lost = found
    named = view.named(sets.after)
    facts: tuple[str, ...] = tuple(one for one in FACTS_OF.get(name, ()) if one in named)
    if name in {"exists", "near"} or (name == "safe" and view.persona.avoids_unsafe):
        facts = (name,)
    unknown, of = _unknown(view, name, sets)
    heard = name != "safe" or not facts or _heard(view)
    low, high = shares[sets.after]
    alone_low, alone_high = shares[sets.alone[1]]
    without_low, without_high = shares[sets.without]
    return Step(
        name=name,
        facts=facts,
        low=low,
        high=high,
        alone_low=alone_low,
        alone_high=alone_high,
        without_low=without_low,
        without_high=without_high,
        lost=lost[sets.pairs[0]],
        alone_lost=lost[sets.pairs[1]],
        brings=lost[sets.pairs[2]],
        services=_services(view, sets.after),
        unknown=unknown,
        of=of,
        cannot_say=bool(of) and (not heard or (unknown > of / 2 and _wide(view, sets, shares))),
        placeless=_placeless(view, sets.before) if name == "near" else {},
    )


def _wide(view: Seen, sets: _Sets, shares: Mapping[Steps, Shares]) -> bool:
    """Tell whether more than half of the people it is about may be covered after a step or not.

    A step may leave most services unknown and yet be sure of most people: of those who are lost
    whatever the unknown turns out to be, or of those who have another service for certain.
    """
    people = np.nan_to_num(view.city.people(view.persona.group)[1].high)
    low, high = shares[sets.after]
    before = shares[sets.before][1] if sets.before else np.ones_like(high)
    return bool(people @ (high - low) > people @ before / 2)


def _heard(view: Seen) -> bool:
    return any(view.city.heard(hour) for hour in fitting.hours_of(view.city, view.persona))


def _unknown(view: Seen, name: str, sets: _Sets) -> tuple[int, int]:
    """Count the services in play of which nobody knows whether a step holds.

    Of several offers of a service that are still in play the best counts.
    """
    _, play = view.left(sets.before)
    if name == "near":
        state = _placed(view)
    elif name == "fits" and view.with_trip(sets.after):
        met = view.met(sets.after)
        own = view.own[name]
        state = np.where((own == 0) | (met == 0), 0.0, own + met - 1)  # NaN stays NaN
    else:
        state = view.own.get(name, np.ones(len(play)))
    best = _best(view, np.where(np.isnan(state), 0.5, state), play)
    return int(best.eq(0.5).sum()), len(best)


def _placed(view: Seen) -> Floats:
    """Say of every offer whether there is a way to it; of one known to its area nobody can say."""
    place = view.city.offers.table["place"]
    found: Floats = np.select([place.eq("none"), place.eq("area")], [0.0, np.nan], default=1.0)
    return found


def _placeless(view: Seen, before: Steps) -> dict[str, int]:
    """Count the services in play that have no way to them, by why."""
    _, play = view.left(before)
    table = view.city.offers.table[play]
    reached = table.loc[table["place"].ne("none"), "service_id"]
    nowhere = table[~table["service_id"].isin(reached)].drop_duplicates("service_id")
    why = nowhere["why"].value_counts()
    return {name: int(why[name]) for name in PLACELESS if name in why}


def _services(view: Seen, so_far: Steps) -> dict[str, int]:
    sure, maybe = view.left(so_far)
    best = _best(view, np.where(sure, 1.0, np.where(maybe, 0.5, 0.0)), view.mine)
    return {
        "certain": int(best.eq(1).sum()),
        "possible": int(best.eq(0.5).sum()),
        "excluded": int(best.eq(0).sum()),
    }


def _best(view: Seen, value: Floats, which: Flags) -> pd.Series:
    services = view.city.offers.table["service_id"].to_numpy()[which]
    return pd.Series(value[which]).groupby(services).max()
