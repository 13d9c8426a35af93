"""When she is free, as choices of days and parts of a day, and as the text that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PARTS: Final = ("morning", "afternoon", "evening", "night")
DAYS: Final = MappingProxyType({"workdays": "Mo-Fr", "saturday": "Sa", "sunday": "Su"})
Week = Mapping[str, tuple[str, ...]]  # a key of DAYS -> parts of it
EMPTY: Final[Week] = MappingProxyType(dict.fromkeys(DAYS, ()))
_CLOCK: Final = (
    (("morning", "afternoon", "evening"), "06:00-22:00"),
    (("morning", "afternoon"), "06:00-18:00"),
    (("afternoon", "evening"), "12:00-22:00"),
    (("morning",), "06:00-12:00"),
    (("afternoon",), "12:00-18:00"),
    (("evening",), "18:00-22:00"),
    (("night",), "22:00-06:00"),
)
# the times that a need knows by name: see layers.hours.WINDOWS
_NAMED: Final[Mapping[str, Week]] = MappingProxyType(
    {
        "any": EMPTY,
        "daytime": {**EMPTY, "workdays": ("morning", "afternoon")},
        "evening": {**EMPTY, "workdays": ("evening",)},
        "night": dict.fromkeys(DAYS, ("night",)),
        "weekend": {**EMPTY, "saturday": PARTS[:3], "sunday": PARTS[:3]},
    }
)


def written(week: Week) -> tuple[str, str | None]:
    """Give choices as a named time, or else as ``any`` and opening hours.

    Examples
    --------
    >>> written({**EMPTY, "workdays": ("evening",)})
    ('evening', None)
    >>> written({**EMPTY, "workdays": ("evening",), "saturday": ("morning", "afternoon")})
    ('any', 'Mo-Fr 18:00-22:00, Sa 06:00-18:00')
    """
    chosen = {day: tuple(part for part in PARTS if part in week[day]) for day in DAYS}
    for name, named in _NAMED.items():
        if chosen == dict(named):
            return name, None
    return "any", _rules(chosen)


def drawn(when: str, hours: str | None) -> Week | None:
    """Give hours as choices, as :func:`written` writes them; ``None`` where choices cannot."""
    if hours is None:
        return _NAMED[when]
    week: dict[str, tuple[str, ...]] = dict(EMPTY)
    names = {text: day for day, text in DAYS.items()}
    spans = {text: parts for parts, text in _CLOCK}
    for rule in hours.split(", "):
        days, _, times = rule.partition(" ")
        several = times.split(",")
        if days not in names or not all(one in spans for one in several):
            return None
        week[names[days]] = tuple(part for one in several for part in spans[one])
    return week if _rules(week) == hours else None


def _rules(week: Week) -> str:
    return ", ".join(f"{DAYS[day]} {_spans(parts)}" for day, parts in week.items() if parts)


def _spans(parts: tuple[str, ...]) -> str:
    left, found = list(parts), []
    while left:
        several, text = next(one for one in _CLOCK if list(one[0]) == left[: len(one[0])])
        found.append(text)
        left = left[len(several) :]
    return ",".join(found)
