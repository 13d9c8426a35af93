"""What stands out in a city: for whom one condition alone takes away help that is there.

Three kinds are looked for: help that exists, but not in one language at one time; help that is
near and speaks the language, but is not trusted; help that is near, but only past a place called
unsafe after dark. Only what is certainly lost counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers.vocab import CATEGORY
from mapping import coverage, differences, trust
from mapping.city import City
from mapping.few import FEW
from mapping.needs import EVERYONE
from mapping.offers import primary
from mapping.personas import STEPS, Persona

AFTER_DARK: Final = ("evening", "night")
_OF_EACH: Final = 3  # findings of one kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Somebody, and the step at which she loses what she had.

    ``lost`` people of her group are covered for certain before the step and certainly not after
    it; ``had`` are covered for certain before it; ``of`` are counted. Whole people, rounded down.
    """

    persona: Persona
    step: str
    lost: int
    had: int
    of: int


def findings(city: City, *, minutes: float = 15.0) -> list[Finding]:
    """List what stands out: the first of each kind, by share of the group lost, then the others.

    Parameters
    ----------
    city
        Needs people by area; each kind needs the tables it is about, and is left out without them.
    minutes
        The longest walk.

    Returns
    -------
    findings
        None of fewer than five people.
    """
    kinds = [
        _largest(city, personas, step)
        for personas, step in (
            (_by_language(city, minutes), "understood"),
            (_by_trust(city, minutes), "trusted"),
            (_after_dark(city, minutes), "safe"),
        )
    ]
    first = sorted((kind[0] for kind in kinds if kind), key=_share)
    rest = sorted((one for kind in kinds for one in kind[1:]), key=_share)
    return [*first, *rest]


def lost_at(city: City, persona: Persona, step: str) -> Finding:
    """Count who certainly loses all help at one step of the usual order.

    Notes
    -----
    At least so many, as of :func:`mapping.coverage.lost`: no completion of what is unknown loses
    fewer.
    """
    before = frozenset(STEPS[: STEPS.index(step)])
    after = before | {step}
    view = coverage.seen(city, persona)
    found, differ = coverage.answered(view, [before], [(before, after)])
    people = np.nan_to_num(city.people(persona.group)[1].low)
    lost = people * differ[before, after][0]
    had = people * found[before][0]
    lost_people, had_people, of = (
        int(np.floor(round(float(n.sum()), 6))) for n in (lost, had, people)
    )
    return Finding(persona=persona, step=step, lost=lost_people, had=had_people, of=of)


def _largest(city: City, personas: Iterator[Persona], step: str) -> list[Finding]:
    found = [lost_at(city, persona, step) for persona in personas]
    some = [one for one in found if one.lost > FEW and one.had - one.lost not in range(1, 5)]
    return sorted(some, key=_share)[:_OF_EACH]


def _share(finding: Finding) -> float:
    return -finding.lost / finding.of


def _by_language(city: City, minutes: float) -> Iterator[Persona]:
    ranking = differences.differences(city, minutes=minutes)
    for need, _ in differences.by_need(ranking, most=_OF_EACH):
        yield Persona(
            category=need.category,
            language=need.language,
            when=need.when,
            group=need.group,
            minutes=minutes,
        )


def _by_trust(city: City, minutes: float) -> Iterator[Persona]:
    """Look at communities of which women said of any actor that they do not trust it."""
    said = city.read("trust")
    doubted = said[said["state"].eq("not_trusted")]
    for community in sorted(doubted["community"].map(primary).unique()):
        group = differences.proxy(city, community)
        if group is None:
            continue
        by_actor = trust.trusted(
            city.read("organizations"), said, city.read("ties"), community=community, day=city.day
        )
        refused = {actor for actor, value in by_actor.items() if value == 0}
        table = city.offers.table
        here = table.loc[table["organization_id"].astype(str).isin(refused), "category"].unique()
        for category in (one for one in CATEGORY if one in here):
            yield Persona(
                category=category,
                language=community,
                group=group,
                community=community,
                minutes=minutes,
            )


def _after_dark(city: City, minutes: float) -> Iterator[Persona]:
    if EVERYONE not in city.groups():
        return
    for hour in AFTER_DARK:
        if not city.unsafe(hour)[1]:
            continue
        for category in CATEGORY:
            yield Persona(category=category, when=hour, avoids_unsafe=True, minutes=minutes)
