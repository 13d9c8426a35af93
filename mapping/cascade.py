"""The cascade: how many people are still covered after each condition, and which one costs most.

Tanahashi (1978) counts people at availability, accessibility, acceptability and contact. Here are
eight steps: help exists in the city; near enough; open when she can come; lets her in; understands
her; fits her life; is trusted; is reached without passing a place called unsafe at that hour.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        (n,) where everything holds but this.
    services
        How many services are left after it: ``certain``, ``possible``, ``excluded``.
    unknown, of
        Services of which nobody knows whether it holds, of how many.
    cannot_say
        Whether that is more than half of them, or nobody was asked about places.
    """

    name: str
    facts: tuple[str, ...]
    low: Floats
    high: Floats
    alone_low: Floats
    alone_high: Floats
    without_low: Floats
    without_high: Floats
    services: dict[str, int]
    unknown: int
    of: int
    cannot_say: bool

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
    after: dict[str, Steps] = {name: frozenset(order[: at + 1]) for at, name in enumerate(order)}
    alone: dict[str, Steps] = {name: frozenset({"exists", "near", name}) for name in order}
    alone["exists"] = frozenset({"exists"})
    without: dict[str, Steps] = {name: coverage.WHOLE - {name} for name in order}
    found = coverage.shares(view, [*after.values(), *alone.values(), *without.values()])
    return Cascade(
        persona=view.persona,
        city=city,
        level=view.level,
        ids=list(city.homes(view.level).areas["id"]),
        people=city.people(view.persona.group)[1],
        steps=tuple(
            _step(view, name, [found[sets[name]] for sets in (after, alone, without)], after[name])
            for name in order
        ),
    )


def _step(view: Seen, name: str, shares: list[Shares], so_far: Steps) -> Step:
    (low, high), (alone_low, alone_high), (without_low, without_high) = shares
    facts = tuple(fact for fact in FACTS_OF.get(name, ()) if fact in view.facts)
    unknown, of = _unknown(view, name)
    if name in {"exists", "near"}:
        facts = (name,)
    unheard = False
    if name == "safe" and view.persona.avoids_unsafe:
        facts = (name,)
        unheard = not any(
            view.city.heard(hour) for hour in fitting.hours_of(view.city, view.persona)
        )
    return Step(
        name=name,
        facts=facts,
        low=low,
        high=high,
        alone_low=alone_low,
        alone_high=alone_high,
        without_low=without_low,
        without_high=without_high,
        services=_services(view, so_far),
        unknown=unknown,
        of=of,
        cannot_say=unheard or unknown > of / 2,
    )


def _unknown(view: Seen, name: str) -> tuple[int, int]:
    """Count services of which nobody knows whether a step holds: the best offer of each counts."""
    state = view.steps.get(name, np.ones(len(view.mine)))
    best = _best(view, np.where(np.isnan(state), 0.5, state))
    return int(best.eq(0.5).sum()), len(best)


def _services(view: Seen, so_far: Steps) -> dict[str, int]:
    sure, maybe = view.fits(so_far)
    best = _best(view, np.where(sure, 1.0, np.where(maybe, 0.5, 0.0)))
    return {
        "certain": int(best.eq(1).sum()),
        "possible": int(best.eq(0.5).sum()),
        "excluded": int(best.eq(0).sum()),
    }


def _best(view: Seen, value: Floats) -> pd.Series:
    services = view.city.offers.table["service_id"].to_numpy()[view.mine]
    return pd.Series(value[view.mine]).groupby(services).max()
