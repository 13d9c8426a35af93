"""Whom services reach when some of the eight conditions hold: shares of every area, as a range.

The one engine behind gaps, the cascade and whom to phone first. A set of steps is answered for
what is known (at least) and for what may be (at most).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from layers.streets import Floats
from mapping import fitting
from mapping.city import City
from mapping.needs import Need
from mapping.offers import Flags
from mapping.personas import FACTS_OF, STEPLESS, STEPS, Persona, persona_of
from mapping.travel import Way

Steps = frozenset[str]
Shares = tuple[Floats, Floats]
WHOLE: Steps = frozenset(STEPS)


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

    def fits(self, steps: Steps) -> tuple[Flags, Flags]:
        """Mark the offers that pass some steps for certain, and perhaps."""
        sure, maybe = self.mine.copy(), self.mine.copy()
        for name in steps & FACTS_OF.keys():
            sure &= self.steps[name] == 1
            maybe &= self.steps[name] != 0
        return sure, maybe

    def way(self, hour: str | None = None) -> Way:
        """Tell how she goes, at an hour at which she walks around places called unsafe."""
        return Way(
            minutes=self.persona.minutes,
            speed_kmh=self.persona.speed_kmh,
            stepless=self.persona.pace if self.persona.pace in STEPLESS else "",
            avoid=hour,
        )


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
    every = list(dict.fromkeys(several))
    plain = {one: _asked(view, one) for one in every}
    on_foot = [one for one in dict.fromkeys(plain.values()) if one & {"near", "safe"}]
    found = dict(zip(on_foot, _walked(view, on_foot), strict=True)) if on_foot else {}
    for one in dict.fromkeys(plain.values()):
        if one not in found:
            n = len(view.city.homes(view.level).areas)
            sure, maybe = view.fits(one)
            found[one] = (np.full(n, float(sure.any())), np.full(n, float(maybe.any())))
    return {one: found[plain[one]] for one in every}


def _asked(view: Seen, steps: Steps) -> Steps:
    """Leave out steps of which she asks nothing."""
    named = set(view.facts.columns)
    idle = {name for name, several in FACTS_OF.items() if not named & set(several)}
    return steps - idle - (set() if view.persona.avoids_unsafe else {"safe"})


def _walked(view: Seen, sets: list[Steps]) -> list[Shares]:
    """Answer sets of steps that ask for a walk; those that avoid places, for each hour."""
    city, level = view.city, view.level
    n = len(city.homes(level).areas)
    low, high = np.zeros((n, len(sets))), np.zeros((n, len(sets)))
    fits = [view.fits(one) for one in sets]
    careful = np.array(["safe" in one for one in sets])
    hours: list[str | None] = [None]
    if careful.any():
        hours += fitting.hours_of(city, view.persona)
    for hour in hours:
        mine = np.flatnonzero(careful == (hour is not None))
        if not mine.size:
            continue
        sure, maybe = (np.stack([fits[at][side] for at in mine], axis=1) for side in (0, 1))
        if hour is not None and "hours" in view.facts:
            at_hour = fitting.open_in(city, view.persona, hour)
            opens = np.array(["open" in sets[at] for at in mine])
            sure &= (at_hour == 1)[:, None] | ~opens
            maybe &= (at_hour != 0)[:, None] | ~opens
        least, most = _reached(view, view.way(hour), sure, maybe)
        # covered at one hour or at another: exact where all people of an area start together
        low[:, mine] = np.maximum(low[:, mine], least)
        high[:, mine] = np.minimum(high[:, mine] + most, 1.0)
    return [(low[:, at], np.maximum(low[:, at], high[:, at])) for at in range(len(sets))]


def _reached(view: Seen, way: Way, sure: Flags, maybe: Flags) -> tuple[Floats, Floats]:
    city, table = view.city, view.city.offers.table
    shape = (len(city.offers.points), sure.shape[1])
    budgets = [np.full(shape, -1.0), np.full(shape, -1.0)]
    on_point = table["place"].eq("point").to_numpy(dtype=bool)
    point = table["point"].to_numpy()
    for budget, fit in zip(budgets, (sure, maybe), strict=True):
        row, question = np.nonzero(fit & on_point[:, None])
        budget[point[row], question] = way.minutes
    low, high = city.cover(view.level, way, budgets[0], budgets[1])
    in_area = table["place"].eq("area").to_numpy(dtype=bool)
    for row, question in zip(*np.nonzero(maybe & in_area[:, None]), strict=True):
        high[city.inside(view.level, table["area_id"].iloc[row]), question] = 1.0
    return low, high
