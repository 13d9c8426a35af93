"""What a kept persona says, key by key in words: for the history of the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from layers import vocab
from layers.hours import WINDOWS
from mapping import estimates
from mapping.pages import _question, _shared
from mapping.personas import PACES, SEX

_TAGS = ("language", "community")


def differing(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[tuple[str, str, str]]:
    """Give what differs between two descriptions: its name, before and after."""
    was, became = before or {}, after or {}
    for key in dict.fromkeys([*was, *became]):
        if was.get(key) != became.get(key):
            yield _name(key), _said(key, was.get(key)), _said(key, became.get(key))


def _name(key: str) -> str:
    """Name a key; one of another version stays as it is."""
    return _shared.say(f"asks.{key}") if key in _KEYS else key


def _said(key: str, value: Any) -> str:  # noqa: ANN401 - a value of any key
    if value is None or value in ([], {}):
        return _shared.say("edit.not_known")
    if isinstance(value, bool):
        return _shared.say("map.yes" if value else "map.no")
    if isinstance(value, list | dict):  # languages stand before how well she knows them
        tongues = key == "also"
        return ", ".join(_question.tongue(str(one)) if tongues else str(one) for one in value)
    if key in _TAGS:
        return _question.tongue(str(value))
    return _plain(key, value)


def _plain(key: str, value: Any) -> str:  # noqa: ANN401 - as above
    if key == "group":
        return estimates.label(str(value), _question.group_labels())
    begins, known = _CODES.get(key, ("", ()))
    if value in known:
        return _shared.say(f"{begins}{value}")
    return f"{value:g}" if isinstance(value, float) else str(value)


_CODES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "category": ("category.", vocab.CATEGORY),
        "together": ("category.", vocab.CATEGORY),
        "course_level": ("course_level.", vocab.COURSE_LEVEL),
        "when": ("gaps.when_", tuple(WINDOWS)),
        "pace": ("persona.pace_", tuple(PACES)),
        "sex": ("persona.sex_", SEX),
    }
)
_KEYS = frozenset(
    {
        *("category", "minutes", "group", "language", "also", "when", "hours", "stay_min"),
        *("no_papers", "women_only_ok", "step_free", "free", "place_free", "no_referral"),
        *("course_level", "together", "sex", "age", "children", "pace", "avoids_unsafe"),
        *("community", "not_own_community"),
    }
)
