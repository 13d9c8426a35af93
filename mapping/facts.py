"""Facts as a person reads them: a label, what is known, who says so and how long ago.

What nobody has asked yet says so; it is never left out and never "no".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pandas as pd

from layers import hours

Say = Callable[..., str]
Read = Callable[[str], pd.DataFrame]
DASH: Final = "\u2013"  # from ... to ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a card; ``state`` is known, no, unknown or protected, ``languages`` are tags.

    The value of a fact on languages is written by the reader's browser, which knows the names of
    all languages in hers.
    """

    label: str
    value: str = ""
    state: str = "known"
    note: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that is known of one thing, in groups of facts with a heading each."""

    title: str
    kind: str
    picture: str
    frame: str
    groups: tuple[tuple[str, tuple[Fact, ...]], ...] = ()
    source: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What a card is written from: how to read a table, facts on the city, the words, the day."""

    read: Read
    meta: dict[str, str]
    say: Say
    today: date


def row_of(table: pd.DataFrame, row_id: object) -> Any:  # noqa: ANN401 - None or any row
    """Give the row of an identifier, or None."""
    found = table[table["id"] == row_id]
    return None if found.empty else next(found.itertuples())


def given(value: object) -> bool:
    """Tell whether a cell of a table holds something."""
    if value is None or isinstance(value, list | tuple | dict):
        return bool(value)
    return not pd.isna(value) and str(value).strip() != ""  # type: ignore[call-overload] # any scalar


def yes_no(say: Say, label: str, value: object) -> Fact:
    """Say yes, no, or that nobody has asked yet."""
    if not given(value):
        return unknown(say, label)
    return Fact(
        label=say(label),
        value=say("map.yes" if value else "map.no"),
        state="known" if value else "no",
    )


def text(say: Say, label: str, value: object, *, note: str = "") -> Fact:
    """Say a text as it was given, or that nobody has asked yet."""
    if not given(value):
        return unknown(say, label)
    return Fact(label=say(label), value=str(value), note=note)


def code(say: Say, label: str, value: object, *, of: str) -> Fact:
    """Say a code of the list ``of`` in words, or that nobody has asked yet."""
    if not given(value):
        return unknown(say, label)
    return Fact(label=say(label), value=say(f"{of}.{value}"))


def unknown(say: Say, label: str) -> Fact:
    """Say that nobody has asked yet."""
    return Fact(label=say(label), value=say("map.nobody_asked"), state="unknown")


def source(say: Say, row: Any, *, today: date) -> str:  # noqa: ANN401 - a row of any table
    """Say who says so and how long ago somebody last confirmed it."""
    who = say(f"says_who.{row.says_who}") if given(row.says_who) else say("map.nobody_named")
    if not given(row.date_checked):
        return say("map.checked_never", who=who)
    day = pd.Timestamp(row.date_checked).date()
    months = max(0, (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day))
    key = "map.checked_lately" if months == 0 else "map.checked"
    return say(key, who=who, day=day.isoformat(), months=months)


def week(say: Say, texts: Iterable[str | None], meta: dict[str, str], *, today: date) -> list[Fact]:
    """Write opening hours day by day, days that are alike in one line.

    Parameters
    ----------
    say
        Words of the reader.
    texts
        Opening hours of one place; none, or nothing readable, is unknown.
    meta
        Facts about the city: country and time zone.
    today
        The week shown is the first without a public holiday from this day on.

    Returns
    -------
    facts
        Four states: open, by appointment, closed, unknown.
    """
    where = {"country": meta.get("country", ""), "timezone": meta.get("timezone") or "UTC"}
    monday = hours.typical_week(today, country=where["country"])
    known = [str(one) for one in texts if given(one)]
    days = [_day(say, known, monday + timedelta(days=n), where) for n in range(7)]
    facts = []
    first = 0
    for n in range(1, 8):
        if n < 7 and days[n] == days[first]:
            continue
        span = [say(f"weekday.{first}")] + ([say(f"weekday.{n - 1}")] if n - 1 > first else [])
        value, state = days[first]
        facts.append(Fact(label=f" {DASH} ".join(span), value=value, state=state))
        first = n
    return facts


def _day(say: Say, texts: list[str], day: date, where: dict[str, str]) -> tuple[str, str]:
    rank = {"closed": 0, "unknown": 1, "by_appointment": 2, "open": 3}
    midnight = datetime.combine(day, time())  # local wall clock, as hours.state reads it
    stretches: list[tuple[str, int, int]] = []
    for minute in range(0, 24 * 60, 5):
        when = midnight + timedelta(minutes=minute)
        found = [hours.state(one, when, **where) for one in texts] or ["unknown"]
        best = max(found, key=lambda state: rank[state])
        if stretches and stretches[-1][0] == best:
            stretches[-1] = (best, stretches[-1][1], minute + 5)
        else:
            stretches.append((best, minute, minute + 5))
    some = [one for one in stretches if one[0] != "closed"]
    if not some:
        return say("hours_state.closed"), "no"
    parts = []
    for state, start, end in some:
        clock = f"{start // 60:02}:{start % 60:02}{DASH}{end // 60:02}:{end % 60:02}"
        if end - start == 24 * 60:
            parts.append(say(f"hours_state.{state}") if state != "open" else say("map.all_day"))
        else:
            parts.append(clock if state == "open" else f"{clock} {say(f'hours_state.{state}')}")
    state = "unknown" if all(one[0] == "unknown" for one in some) else "known"
    return ", ".join(parts), state
