"""What may be known of how partners rate each other: means of five, and never their difference.

Each release rests on answers that are kept, guarded, beside them (its basis). A mean changes only
where at least five raters of every earlier basis changed, came or went: from two releases nobody
can work out what one to four of them said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from layers.privacy import band

LEAST: Final = 5
LOWEST, HIGHEST = 1, 4
APART: Final = 2  # steps between what two give each other before it is an asymmetry
Key = tuple[str, str]  # who is rated, and the question
Said = Mapping[str, int]  # rater: value


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean that may be shown, with the band of how many rated."""

    organization_id: str
    question: str
    mean: float
    said_by: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What a release does: means that are there from now on, and those that go.

    ``new`` are the keys whose answers are a new basis; ``waits`` those that stay as they were
    because fewer than five raters changed.
    """

    shown: tuple[Mean, ...]
    gone: tuple[Key, ...]
    new: tuple[Key, ...]
    waits: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Two partners that rate each other far apart: for the facilitator alone."""

    one: str
    other: str
    question: str
    one_gives: int
    other_gives: int


def changed(before: Said, now: Said) -> int:
    """Count the raters that differ between two sets of answers: changed, came or went.

    Examples
    --------
    >>> changed({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 4, "d": 3})
    3
    """
    return sum(before.get(rater) != now.get(rater) for rater in {*before, *now})


def mean_of(key: Key, said: Said) -> Mean:
    """Give the mean of at least five raters, to one decimal.

    Where all gave the lowest, or all the highest, it is as if one of them were one step off: the
    end of the scale would tell what every single one said.

    Raises
    ------
    ValueError
        For fewer than five.

    Examples
    --------
    >>> mean_of(("a", "openness"), {"b": 1, "c": 2, "d": 4, "e": 4, "f": 4}).mean
    3.0
    """
    if len(said) < LEAST:
        raise ValueError("fewer than five raters are never shown")
    total = min(max(sum(said.values()), LOWEST * len(said) + 1), HIGHEST * len(said) - 1)
    return Mean(*key, mean=round(total / len(said), 1), said_by=band(len(said)))


def decide(answers: Mapping[Key, Said], bases: Mapping[Key, Iterable[Said]]) -> Decided:
    """Decide what a release shows.

    Parameters
    ----------
    answers
        What stands in the survey now.
    bases
        By key, the answers of every earlier release of it, the earliest first.

    Returns
    -------
    decided
        A key that was never released is shown from five raters on. One that was stays as it is
        unless at least five raters differ from each earlier basis (or none from one of them, and
        five from the last); it goes where fewer than five raters are left and at least five went.
    """
    shown: list[Mean] = []
    gone: list[Key] = []
    new: list[Key] = []
    waits: list[Key] = []
    for key in sorted({*answers, *bases}):
        now, earlier = answers.get(key, {}), list(bases.get(key, ()))
        apart = [changed(one, now) for one in earlier]
        if not earlier:
            if len(now) >= LEAST:
                shown.append(mean_of(key, now))
                new.append(key)
        elif apart[-1] == 0:
            shown.append(mean_of(key, now))
        elif any(0 < one < LEAST for one in apart):
            shown.append(mean_of(key, earlier[-1]))
            waits.append(key)
        elif len(now) >= LEAST:
            shown.append(mean_of(key, now))
            new.append(key)
        else:
            gone.append(key)
    return Decided(tuple(shown), tuple(gone), tuple(new), tuple(waits))


def asymmetries(answers: Mapping[Key, Said]) -> list[Asymmetry]:
    """List where two partners rate each other at least two steps apart, the farthest first.

    Parameters
    ----------
    answers
        Raw answers: this is for the facilitator alone, at the desk, and is kept nowhere.
    """
    found = []
    for (rated, question), said in answers.items():
        for rater, value in said.items():
            back = answers.get((rater, question), {}).get(rated)
            # each pair once: from the one that gives more
            if back is not None and value - back >= APART:
                found.append(Asymmetry(rater, rated, question, value, back))
    found.sort(key=lambda one: (one.other_gives - one.one_gives, one.one, one.other, one.question))
    return found
