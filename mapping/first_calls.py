"""Whom to phone first: how much one call would narrow what can be said of people like her.

The expected value of perfect information (Howard 1966), counted in people: of how many one can
say yes or no after the call, of whom nobody can say so before. Formulas and limits stand in
``docs/method.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Final

import numpy as np

from layers.errors import LayerError
from layers.streets import Floats
from mapping import call_sums, coverage, fitting, unknown_facts
from mapping.call_sums import Field, State
from mapping.city import City
from mapping.personas import Persona
from mapping.unknown_facts import Question, caller_key

MOST_PERSONAS: Final = 6
CALLS: Final = 12  # planned one after another; the others are ranked each for itself
SOMEBODY: Final = 1e-6  # people; what sums of fractions are off by


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one question is worth; tuples have one entry a persona, 0 where she does not ask it.

    ``yes`` and ``no`` are by how many people the range narrows on that answer, ``expected`` is
    their mean by ``chance``, how likely a yes is; ``guessed`` is whether too few answers are
    known to say how likely, for any of them.
    """

    question: Question
    yes: tuple[float, ...]
    no: tuple[float, ...]
    expected: tuple[float, ...]
    chance: tuple[float, ...]
    guessed: bool

    @property
    def total(self) -> float:
        """Its rank: people of each persona together, who may be the same people."""
        return sum(self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one call is worth, with all its questions; tuples have one entry a persona.

    ``expected`` is by how many people the range narrows, over all answers; at least so many where
    not ``exact``. ``most`` is the greatest that any answers could do.
    """

    key: str
    organization_id: str
    asked: tuple[Asked, ...]
    expected: tuple[float, ...]
    most: tuple[float, ...]
    exact: bool

    @property
    def total(self) -> float:
        """Its rank, as of :class:`Asked`."""
        return sum(self.expected)

    @property
    def guessed(self) -> bool:
        """Whether what is expected is a guess: of any question too few answers are known."""
        return any(one.guessed for one in self.asked)

    @property
    def useful(self) -> bool:
        """Whether any answers narrow anything."""
        return any(one > SOMEBODY for one in self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What only people themselves can say: whom a community trusts."""

    community: str
    services: tuple[str, ...]
    yes: tuple[float, ...]
    no: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom to call, in this order.

    Attributes
    ----------
    personas
        For whom: as of :func:`halves`.
    whose
        For each, which of the personas that were asked for she is.
    now
        For each: people covered after all steps, at least and at most.
    calls
        The first ones in the order in which each narrows most after those before it; the others
        by what each is worth alone. Calls that narrow nothing come last.
    planned
        How many of them are in that order.
    after
        For each persona: the range that is to be expected before any call, and after each of the
        planned ones.
    sessions
        Communities to be asked in a room.
    sampled
        Whether people were put on a grid, because no streets are known.
    """

    personas: tuple[Persona, ...]
    whose: tuple[int, ...]
    now: tuple[tuple[float, float], ...]
    calls: tuple[Call, ...]
    planned: int
    after: tuple[tuple[tuple[float, float], ...], ...]
    sessions: tuple[Session, ...]
    sampled: bool

    def helped(self, call: Call) -> int:
        """Count the personas that were asked for and of whom a call tells anything."""
        return len({of for of, one in zip(self.whose, call.most, strict=True) if one > SOMEBODY})

    def gained(self, number: int) -> tuple[float, ...]:
        """Say for each persona by how many people a planned call narrows after those before it."""
        widths = [[high - low for low, high in band] for band in self.after]
        return tuple(each[number] - each[number + 1] for each in widths)


def plan(city: City, personas: Sequence[Persona], *, calls: int = CALLS) -> Plan:
    """Rank the organizations by how much a call would narrow the ranges of some personas.

    Parameters
    ----------
    city
        Asked on its day.
    personas
        One to six.
    calls
        How many calls are planned one after another.

    Raises
    ------
    LayerError
        ``personas_too_many``, ``population_missing``, ``group_unknown``, ``hours_unreadable``.

    Notes
    -----
    Two kinds of help on one trip are ranked each for itself: to know of one more of either is
    needed for the trip, and the numbers are those of either.

    Answers are independent, each yes with the chance of :func:`unknown_facts.unknown`. A call is
    worth the narrowing over all its answers, not the sum of its questions: two unknown facts of
    one service are worth nothing alone on a yes, and much together.
    """
    if not 1 <= len(personas) <= MOST_PERSONAS:
        raise LayerError("personas_too_many", most=MOST_PERSONAS)
    parts = [(half, at) for at, one in enumerate(personas) for half in halves(one)]
    fields = [
        call_sums.field(unknown_facts.unknown(coverage.seen(city, half))) for half, _ in parts
    ]
    alone = _alone(fields)
    order, after = _one_after_another(fields, list(alone), calls)
    rest = sorted(
        (one for one in alone if one not in order),
        key=lambda one: (-alone[one].total, -sum(alone[one].most), -len(alone[one].asked), one),
    )
    return Plan(
        personas=tuple(half for half, _ in parts),
        whose=tuple(at for _, at in parts),
        now=tuple(State(one).ends() for one in fields),
        calls=tuple(alone[one] for one in [*order, *rest]),
        planned=len(order),
        after=after,
        sessions=_sessions(fields),
        sampled=any(one.ground.sampled for one in fields),
    )


def halves(persona: Persona) -> tuple[Persona, ...]:
    """Give a persona who needs two kinds of help on one trip as one of each, else herself.

    Examples
    --------
    >>> trip = Persona(category="language_course", together="childcare", children=(3,))
    >>> [one.category for one in halves(trip)]
    ['language_course', 'childcare']
    """
    if persona.together is None:
        return (persona,)
    return replace(persona, together=None), fitting.companion(persona)


def _alone(fields: Sequence[Field]) -> dict[str, Call]:
    """Say of every call what it is worth by itself, and each of its questions."""
    worth: dict[Question, Floats] = {}
    whole: dict[str, Floats] = {}
    bounds: set[str] = set()
    guessed: set[Question] = set()
    for at, one in enumerate(fields):
        yes, no = call_sums.questions(one)
        chance = one.unknown.chance
        rows = np.stack([yes, no, chance * yes + (1 - chance) * no, chance])
        guessed |= set(compress(one.unknown.questions, one.unknown.guessed))
        for question, values in zip(one.unknown.questions, rows.T, strict=True):
            worth.setdefault(question, np.zeros((4, len(fields))))[:, at] = values
        state = State(one)
        for key, expected, most, exact in zip(
            one.calls.keys, state.gains(), state.most(), one.calls.exact, strict=True
        ):
            whole.setdefault(key, np.zeros((2, len(fields))))[:, at] = expected, most
            bounds |= set() if exact else {key}
    asked: dict[str, list[Asked]] = {}
    for question, values in worth.items():
        four = [tuple(row) for row in values.tolist()]
        asked.setdefault(caller_key(question), []).append(
            Asked(
                question=question,
                yes=four[0],
                no=four[1],
                expected=four[2],
                chance=four[3],
                guessed=question in guessed,
            )
        )
    return {
        key: Call(
            key=key,
            organization_id=asked[key][0].question.caller,
            asked=tuple(sorted(asked[key], key=lambda one: -one.total)),
            expected=tuple(values[0].tolist()),
            most=tuple(values[1].tolist()),
            exact=key not in bounds,
        )
        for key, values in whole.items()
    }


def _one_after_another(
    fields: Sequence[Field], keys: Sequence[str], calls: int
) -> tuple[list[str], tuple[tuple[tuple[float, float], ...], ...]]:
    """Take the call that narrows most, then the one that narrows most after it, and so on."""
    states = [State(one) for one in fields]
    bands = [[state.ends()] for state in states]
    order: list[str] = []
    for _ in range(calls):
        gains = dict.fromkeys((one for one in keys if one not in order), 0.0)
        for state in states:
            for key, gain in zip(state.field.calls.keys, state.gains().tolist(), strict=True):
                if key in gains:
                    gains[key] += gain
        if not gains:
            break
        best = max(gains, key=lambda one: (round(gains[one], 6), one))
        if gains[best] <= SOMEBODY:
            break
        order.append(best)
        for state, band in zip(states, bands, strict=True):
            state.call(best)
            band.append(state.ends())
    return order, tuple(tuple(band) for band in bands)


def _sessions(fields: Sequence[Field]) -> tuple[Session, ...]:
    found: dict[str, tuple[dict[str, None], list[float], list[float]]] = {}
    for at, field in enumerate(fields):
        unknown = field.unknown
        tag = unknown.view.persona.community
        services = unknown_facts.sessions(unknown)
        if tag is None or services.empty:
            continue
        names, yes, no = found.setdefault(tag, ({}, [0.0] * len(fields), [0.0] * len(fields)))
        names.update(dict.fromkeys(services.astype(str)))
        yes[at], no[at] = call_sums.trust(field)
    return tuple(
        Session(community=tag, services=tuple(names), yes=tuple(yes), no=tuple(no))
        for tag, (names, yes, no) in found.items()
    )
