"""How likely a call settles something: answers to its questions, each yes or no by its own chance.

Answers are taken to be independent. What several offers share (one service at several places) is
counted through: exact up to a number of shared questions, a lower bound beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from layers.streets import Floats
from mapping.offers import Flags

MOST_SHARED: Final = 10  # shared groups of questions that are counted through: 1,024 answers


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely something is, and whether that is exact; else it is at least so likely."""

    value: float
    exact: bool = True


def any_certain(offers: Sequence[int], hangs: Flags, chance: Floats) -> Odds:
    """Say how likely at least one of some offers fits for certain after the call.

    Parameters
    ----------
    offers
        Offers that would, if all that they hang on is answered with yes.
    hangs
        (o, u) on which questions each offer hangs.
    chance
        (u,) how likely a yes is.

    Examples
    --------
    Two offers of one service, each with its own hours, and one question that both share:

    >>> hangs = np.array([[True, True, False], [True, False, True]])
    >>> any_certain([0, 1], hangs, np.array([0.5, 0.5, 0.5])).value
    0.375
    """
    none, exact = 1.0, True
    for part in _parts(offers, hangs):
        alone, shared = _groups(part, hangs, chance)
        if len(shared) > MOST_SHARED:  # at least as likely as the likeliest of them
            none *= 1 - max(float(np.prod(chance[hangs[one]])) for one in part)
            exact = False
            continue
        each = 0.0
        for answer in product((True, False), repeat=len(shared)):
            odds = 1.0
            closed: set[int] = set()
            for said, (members, yes) in zip(answer, shared, strict=True):
                odds *= yes if said else 1 - yes
                closed |= set() if said else members
            for one in part:
                odds *= 1.0 if one in closed else 1 - alone[one]
            each += odds
        none *= each
    return Odds(1 - none, exact)


def all_ruled_out(offers: Sequence[int], hangs: Flags, chance: Floats) -> Odds:
    """Say how likely none of some offers can fit any more after the call.

    Parameters
    ----------
    offers
        Each hangs on a question whose no rules it out.
    hangs
        (o, u) by which questions each offer can be ruled out.
    chance
        (u,) how likely a yes is.

    Examples
    --------
    >>> hangs = np.array([[True, True, False], [True, False, True]])
    >>> all_ruled_out([0, 1], hangs, np.array([0.5, 0.5, 0.5])).value
    0.625
    """
    every, exact = 1.0, True
    for part in _parts(offers, hangs):
        alone, shared = _groups(part, hangs, chance)
        if len(shared) > MOST_SHARED:  # one no makes the others no less likely
            every *= float(np.prod([1 - np.prod(chance[hangs[one]]) for one in part]))
            exact = False
            continue
        each = 0.0
        for answer in product((True, False), repeat=len(shared)):
            odds = 1.0
            out: set[int] = set()
            for said, (members, yes) in zip(answer, shared, strict=True):
                odds *= yes if said else 1 - yes
                out |= set() if said else members
            for one in part:
                odds *= 1.0 if one in out else 1 - alone[one]
            each += odds
        every *= each
    return Odds(every, exact)


def _groups(
    part: Sequence[int], hangs: Flags, chance: Floats
) -> tuple[dict[int, float], list[tuple[set[int], float]]]:
    """Put questions of the same offers together: all of them are yes, or not.

    Returns what each offer hangs on alone (how likely all of that is yes), and what several share.
    """
    mine = hangs[list(part)]
    together: dict[frozenset[int], float] = {}
    for question in np.flatnonzero(mine.any(axis=0)):
        members = frozenset(part[at] for at in np.flatnonzero(mine[:, question]).tolist())
        together[members] = together.get(members, 1.0) * float(chance[question])
    alone = {one: together.pop(frozenset({one}), 1.0) for one in part}
    return alone, [(set(members), yes) for members, yes in together.items()]


def _parts(offers: Sequence[int], hangs: Flags) -> list[list[int]]:
    """Part offers so that no two parts share a question."""
    parts: list[tuple[list[int], Flags]] = []
    for one in offers:
        mine, asked = [one], hangs[one].copy()
        rest = []
        for members, questions in parts:
            if (questions & asked).any():
                mine, asked = [*members, *mine], questions | asked
            else:
                rest.append((members, questions))
        parts = [*rest, (mine, asked)]
    return [members for members, _ in parts]
