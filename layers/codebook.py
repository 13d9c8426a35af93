"""What a person can answer in a room: one list, versioned, the same on phone, wall and export.

A reason carries no good or bad of its own: light, people or police can make a place safe for one
woman and unsafe for the next. Only the feeling she chose says which.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

VERSION = "1"
"""Rises whenever a code is added, removed or changes its meaning."""

CONSENT = "2026-3"
"""Version of the consent text ``phone.consent_*`` in the words."""

UNSAID = "unsaid"
"""She was asked and would rather not say; ``None`` is: she gave no answer."""

FEELINGS = ("safe", "mixed", "unsafe")

REASONS = MappingProxyType(
    {
        "lighting": "place",
        "sight": "place",
        "path": "place",
        "upkeep": "place",
        "transport": "place",
        "comfort": "place",
        "empty": "people",
        "crowded": "people",
        "families": "people",
        "known": "people",
        "groups": "people",
        "staff": "people",
        "police": "power",
        "racism": "power",
        "harassment": "power",
        "faith": "power",
        "queer": "power",
        "kind": "service",
        "refused": "service",
        "language": "service",
    }
)
"""Code of each reason, in the order shown, and the family it belongs to."""

SENSITIVE = frozenset({"police", "racism", "harassment", "faith", "queer"})
"""Reasons that could hurt who gave them: they count from ten people on, and never where nearly all
of the room gave them."""

WHEN = ("day", "evening", "night")
"""Evening is 18 to 22, night 22 to 6."""

COMPANY = ("alone", "children", "others")

ANSWERS = MappingProxyType(
    {
        "reasons": (*REASONS, UNSAID),
        "when": (*WHEN, UNSAID),
        "company": (*COMPANY, UNSAID),
    }
)
"""Question -> the codes that may answer it."""

MAX_REASONS = 6
"""More than a handful of reasons for one place blurs the point (and names the person)."""


def as_markdown(say: Callable[[str], str]) -> str:
    """Write the codebook as a page of the documentation.

    Parameters
    ----------
    say
        Gives the sentence of a key of the words, such as ``"codebook.lighting"``.

    Returns
    -------
    page
        ``docs/reference/codebook.md``; a test holds the file to it.
    """
    lines = [
        "# Codebook",
        "",
        f"Version {VERSION}, consent text {CONSENT}. Made from `layers/codebook.py`.",
        "Every answer stored or exported is one of these codes. A reason has no good or bad of its",
        "own: the same reason can make a place safe or unsafe, and the feeling says which.",
        f"At most {MAX_REASONS} reasons a contribution. `{UNSAID}` means that she was asked and",
        "would rather not say; an empty value means that no answer was given. They are never one",
        "number.",
        "",
    ]
    questions: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("feeling", FEELINGS),
        ("when", (*WHEN, UNSAID)),
        ("company", (*COMPANY, UNSAID)),
    )
    for question, codes in questions:
        lines += [f"## {question}", "", "| Code | What the phone says |", "|---|---|"]
        lines += [f"| `{code}` | {say(f'codebook.{code}')} |" for code in codes]
        lines.append("")
    lines += ["## reasons", "", "| Code | Family | What the phone says |", "|---|---|---|"]
    lines += [
        f"| `{code}` | {kind} | {say(f'codebook.{code}')} |" for code, kind in REASONS.items()
    ]
    lines.append(f"| `{UNSAID}` | | {say(f'codebook.{UNSAID}')} |")
    return "\n".join([*lines, ""])
