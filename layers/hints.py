"""Hints at what names a person or a home in somebody's words; they mark, and decide nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORMS = {
    "email": re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    "phone": re.compile(r"(?<![\d@])\+?\(?\d(?:[\s.\-/()]*\d){6,14}(?![\d@])"),
}
KINDS = ("phone", "email", "address", "name", "plate", "date", "school", "number")


@dataclass(frozen=True, slots=True)
class Hint:
    """A piece of a text, ``text[start:end]``, and what it looks like."""

    start: int
    end: int
    kind: str


def find(text: str) -> list[Hint]:
    """Find what looks like a person, a home or a way to reach one, in order and apart."""
    found = [(kind, match) for kind, form in _FORMS.items() for match in form.finditer(text)]
    return [
        Hint(match.start(), match.end(), kind)
        for kind, match in sorted(found, key=lambda one: one[1].start())
    ]
