"""One value of an answer, checked by the type of its column, however it came."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from layers import vocab
from layers.errors import LayerError
from layers.importing.tables import clean

LONG = frozenset({"description", "opening_hours", "cost", "note", "words"})
MOST_TEXT, MOST_LONG, MOST_TAGS = 200, 2000, 40
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_WAYS = ("out", "in", "both")
_RANGES = MappingProxyType(
    {"strength": (1, 3), "min_age": (0, 120), "max_age": (0, 120), "waiting_days": (0, 3650)}
)


def checked(kind: str, value: object, *, name: str = "", of: str = "") -> Any:  # noqa: ANN401
    """Check one value as it came over the network; ``None`` is unknown.

    Raises
    ------
    LayerError
        ``answer_unknown``, ``answer_text_long``, ``answer_number_range`` or ``answer_day``.

    Examples
    --------
    >>> checked("text", "  Café\u202e "), checked("yes_no", False), checked("text", " ")
    ('Café', False, None)
    """
    return None if value is None else _BY_TYPE[kind](value, name, of)


def _text(value: object, name: str, of: str) -> str | None:
    del of
    if not isinstance(value, str):
        raise LayerError("answer_unknown")
    most = MOST_LONG if name in LONG else MOST_TEXT
    if len(value) > most:
        raise LayerError("answer_text_long", most=most)
    text = clean(value)
    return text if text is None or name in LONG else " ".join(text.split())


def _tags(value: object, name: str, of: str) -> list[str] | None:
    del name, of
    if not isinstance(value, list) or len(value) > MOST_TAGS:
        raise LayerError("answer_unknown")
    if not all(isinstance(one, str) and _TAG.fullmatch(one) for one in value):
        raise LayerError("answer_unknown")
    return sorted(set(value)) or None


def _number(value: object, name: str, of: str) -> int:
    del of
    least, most = _RANGES.get(name, (0, 100_000))
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise LayerError("answer_number_range", least=least, most=most)
    return value


def _day(value: object, name: str, of: str) -> str:
    del name, of
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2100:
        raise LayerError("answer_day")
    return day.isoformat()


def _yes_no(value: object, name: str, of: str) -> bool:
    del name, of
    if not isinstance(value, bool):
        raise LayerError("answer_unknown")
    return value


def _one_of(value: object, name: str, of: str) -> object:
    if value not in (_WAYS if name == "way" else vocab.LISTS[of]):
        raise LayerError("answer_unknown")
    return value


_BY_TYPE: Mapping[str, Callable[[object, str, str], Any]] = MappingProxyType(
    {
        "text": _text,
        "hours": _text,
        "codes": _tags,
        "languages": _tags,
        "int": _number,
        "date": _day,
        "yes_no": _yes_no,
        "code": _one_of,
        "way": _one_of,
    }
)
