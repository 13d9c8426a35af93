"""How many gave each answer, and which of these numbers may leave: one question at a time.

A number leaves from five people on, as a band. A reason that could hurt who gave it leaves from
ten on, and only where five others of the room did not give it: else whoever knows that a woman was
there would know what she said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from layers import codebook, privacy

COLUMNS = ["question", "code", "contributors"]
ASKED = MappingProxyType({"reasons": "reasons", "when": "time_of_day", "company": "company"})
"""Question -> column of the contributions."""

SENSITIVE_K = 10

Key = tuple[str, str]  # question, code


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many people told anything, and how many of them gave each answer; exact, so guarded.

    ``by`` are numbers of five or more, ``few`` those below that were never shown. ``off`` were
    shown and taken off, because fewer than five were left then.
    """

    told: int = 0
    by: Mapping[Key, int] = field(default_factory=dict)
    few: Mapping[Key, int] = field(default_factory=dict)
    off: Mapping[Key, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Write it for the room's file."""
        parts = {"by": self.by, "few": self.few, "off": self.off}
        lists = {name: [[*key, n] for key, n in part.items()] for name, part in parts.items()}
        return {"told": self.told, **lists}


def read_counts(kept: Mapping[str, Any]) -> Counts:
    """Read what :meth:`Counts.as_json` wrote."""
    by, few, off = (
        {(question, code): n for question, code, n in kept[name]} for name in ("by", "few", "off")
    )
    return Counts(told=kept["told"], by=by, few=few, off=off)


def count(contributions: pd.DataFrame, *, before: Counts | None = None) -> Counts:
    """Count people by answer; who gives one twice counts once.

    Parameters
    ----------
    contributions
        Columns token, reasons (a tuple), time_of_day, company.
    before
        What was shown of them before: a number changes only where five people changed it, and
        goes where fewer than five are left, as :func:`layers.privacy.steady`.

    Examples
    --------
    >>> said = pd.DataFrame({"token": ["a", "a", "b"], "reasons": [("empty",), ("empty",), ()],
    ...                      "time_of_day": ["day", None, None], "company": [None] * 3})
    >>> count(said).few
    {('reasons', 'empty'): 1, ('when', 'day'): 1}
    """
    now: dict[privacy.Key, int] = {}
    for question, column in ASKED.items():
        table = contributions[["token", column]].explode(column).dropna().drop_duplicates()
        people = table.groupby(column)["token"].nunique()
        now |= {
            (question, code): int(people[code])
            for code in codebook.ANSWERS[question]
            if code in people.index
        }
    told = int(contributions["token"].nunique())
    numbers = privacy.steady(
        privacy.Numbers() if before is None else privacy.Numbers(before.by, before.off), now
    )
    if before is not None and told >= privacy.K and abs(told - before.told) < privacy.K:
        told = before.told
    return Counts(
        told=told,
        by=_of(numbers.shown),
        few=_of({key: n for key, n in now.items() if n < privacy.K and key not in numbers.off}),
        off=_of(numbers.off),
    )


def why_held(counts: Counts, key: Key) -> str | None:
    """Say why an answer stays in the room: ``few``, ``sensitive``, ``same`` or ``taken_back``.

    ``sensitive`` is an answer of five to nine people that needs ten; ``same`` one that fewer than
    five of the room did not give; ``taken_back`` one that was shown, and then too few were left.
    None: it leaves.
    """
    if key in counts.off:
        return "taken_back"
    return why_few(key, counts.by.get(key, 0), told=counts.told)


def why_few(key: Key, number: int, *, told: int) -> str | None:
    """Say of an answer that ``number`` of ``told`` people gave what :func:`why_held` says of it.

    Examples
    --------
    >>> why_few(("reasons", "queer"), 9, told=30), why_few(("reasons", "queer"), 10, told=14)
    ('sensitive', 'same')
    """
    if number < privacy.K:
        return "few"
    if key[0] == "reasons" and key[1] in codebook.SENSITIVE:
        if number < SENSITIVE_K:
            return "sensitive"
        if told - number < privacy.K:
            return "same"
    return None


def release(counts: Counts) -> pd.DataFrame:
    """Give the answers that may leave, as bands.

    Returns
    -------
    released
        Columns question, code, contributors (band), in the order of the codebook. No totals, no
        rows for too few: nobody and too few look the same.
    """
    rows = [
        (*key, privacy.band(counts.by[key])) for key in _keys() if why_held(counts, key) is None
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "str"))


def pool(parts: Iterable[Counts]) -> Counts:
    """Add numbers of different people so that no part can be taken away from the sum.

    A number of five or more goes in as it is. Smaller ones go in together, where together they are
    five; else they stay out. So whoever knows all parts but one finds nobody, or five at least.

    Examples
    --------
    >>> pool([Counts(told=8), Counts(told=2), Counts(told=1)]).told
    8
    >>> pool([Counts(told=8), Counts(told=2), Counts(told=3)]).told
    13
    """
    held = list(parts)

    def one(numbers: list[int]) -> int:
        large = sum(number for number in numbers if number >= privacy.K)
        small = sum(number for number in numbers if number < privacy.K)
        return large + (small if small >= privacy.K else 0)

    by = {
        key: one([part.by.get(key, 0) or part.few.get(key, 0) for part in held]) for key in _keys()
    }
    few = {key: sum(part.few.get(key, 0) for part in held) for key in _keys() if not by[key]}
    return Counts(
        told=one([part.told for part in held]),
        by={key: n for key, n in by.items() if n},
        few={key: n for key, n in few.items() if n},
    )


def _of(numbers: Mapping[privacy.Key, int]) -> dict[Key, int]:
    """Sort as the codebook does: no other order may be in the file."""
    return {key: numbers[key] for key in _keys() if key in numbers}


def _keys() -> list[Key]:
    return [(question, code) for question, codes in codebook.ANSWERS.items() for code in codes]
