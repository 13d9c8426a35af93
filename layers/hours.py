"""When something is open: four states, so that nobody is sent to a closed door.

Hours are texts in OpenStreetMap's ``opening_hours`` syntax, read by opening-hours-py, which says
"open" for ``"by appointment"``, for a text of blanks, for ``Mo-Fr`` without any hour and for the
whole evening after ``16:00+``, and whose list of stretches leaves out what follows ``||``. Here
these are by appointment or unknown.
School holidays are read and never applied: no calendar of them comes with the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import opening_hours

from layers import hours_text
from layers.errors import LayerError

STATES: Final = ("closed", "unknown", "by_appointment", "open")  # from least to most hope
CLOSED, UNKNOWN, BY_APPOINTMENT, OPEN = range(4)
ANSWERS: Final = ("no", "unknown", "by_appointment", "yes")
WEEK: Final = 7 * 24 * 60
DAY: Final = 24 * 60
# Minutes from Monday 0:00. Evening 18 to 22 and night 22 to 6 as everywhere in this house.
WINDOWS: Final = MappingProxyType(
    {
        "any": ((0, WEEK),),
        "daytime": tuple((d * DAY + 6 * 60, d * DAY + 18 * 60) for d in range(5)),
        "evening": tuple((d * DAY + 18 * 60, d * DAY + 22 * 60) for d in range(5)),
        "night": tuple(
            part
            for d in range(7)
            for part in ((d * DAY, d * DAY + 6 * 60), (d * DAY + 22 * 60, (d + 1) * DAY))
        ),
        "weekend": tuple((d * DAY + 6 * 60, d * DAY + 22 * 60) for d in (5, 6)),
    }
)
Week: TypeAlias = npt.NDArray[np.int8]


def state(text: str | None, when: datetime, *, country: str, timezone: str) -> str:
    """Say whether something is open at one moment.

    Parameters
    ----------
    text
        Opening hours; ``None``, blank or unreadable is unknown, never open or closed.
    when
        A moment; without a time zone it is local time.
    country
        ISO code, for its public holidays; empty where not known, then none are applied.
    timezone
        IANA name, such as ``Europe/Copenhagen``.

    Returns
    -------
    state
        One of ``layers.vocab.HOURS_STATE``: open, by_appointment, closed, unknown.

    Raises
    ------
    LayerError
        ``country_unknown``, ``timezone_unknown``.

    Examples
    --------
    >>> noon = datetime(2026, 11, 24, 12)
    >>> state("Tu 9-17", noon, country="DK", timezone="Europe/Copenhagen")
    'open'
    >>> state('"by appointment"', noon, country="DK", timezone="Europe/Copenhagen")
    'by_appointment'
    >>> state(" ", noon, country="DK", timezone="Europe/Copenhagen")
    'unknown'
    """
    if when.tzinfo is not None:
        when = when.astimezone(_zone(timezone)).replace(tzinfo=None)
    monday = when.date() - timedelta(days=when.weekday())
    minute = when.weekday() * DAY + when.hour * 60 + when.minute
    return STATES[_week(text or "", monday, country, timezone)[minute]]


def open_at(text: str | None, window: str, *, week: date, country: str, timezone: str) -> str:
    """Say whether something is open at some time of a part of one week.

    Parameters
    ----------
    text
        Opening hours, as for :func:`state`.
    window
        A name in ``WINDOWS``: any, daytime (weekdays 6 to 18), evening (weekdays 18 to 22),
        night (22 to 6), weekend (Saturday and Sunday 6 to 22).
    week
        A day of the week asked about, best one of :func:`typical_week`. What happens only once
        a month counts in its week alone.
    country, timezone
        As for :func:`state`.

    Returns
    -------
    answer
        ``"yes"``: open for at least a minute of it; else ``"by_appointment"``, else
        ``"unknown"`` if any of it is; ``"no"``: closed all along.

    Examples
    --------
    >>> where = {"week": date(2026, 11, 23), "country": "DK", "timezone": "Europe/Copenhagen"}
    >>> open_at("Mo-Fr 09:00-18:00", "evening", **where)
    'no'
    >>> open_at("Mo-Fr 09:00-18:00; Th 09:00-19:00", "evening", **where)
    'yes'
    """
    return open_at_any([[text]], window, week=week, country=country, timezone=timezone)[0]


def open_at_any(
    texts: Iterable[Sequence[str | None]],
    window: str,
    *,
    week: date,
    country: str,
    timezone: str,
) -> list[str]:
    """Answer :func:`open_at` for many services, each with any number of texts.

    Of several texts the most hopeful counts; a service without any text is unknown.

    Examples
    --------
    >>> open_at_any([["Sa 10:00-12:00", None], []], "weekend", week=date(2026, 11, 23),
    ...             country="DK", timezone="Europe/Copenhagen")
    ['yes', 'unknown']
    """
    monday = week - timedelta(days=week.weekday())
    spans = WINDOWS[window]
    answers = []
    for several in texts:
        best = CLOSED if several else UNKNOWN
        for text in several:
            found = _week(text or "", monday, country, timezone)
            best = max(best, *(int(found[start:end].max()) for start, end in spans))
        answers.append(ANSWERS[best])
    return answers


def stretches(
    texts: Iterable[str | None], *, week: date, country: str, timezone: str
) -> list[tuple[str, int, int]]:
    """List when of a week something is not closed.

    Parameters
    ----------
    texts
        Opening hours of one place; of several the most hopeful counts. None at all is unknown.
    week
        A day of the week asked about, best one of :func:`typical_week`.
    country, timezone
        As for :func:`state`.

    Returns
    -------
    found
        State (open, by_appointment, unknown), first and last minute from Monday 0:00, local time.

    Examples
    --------
    >>> stretches(["Mo 09:00-12:00"], week=date(2026, 11, 23), country="DK",
    ...           timezone="Europe/Copenhagen")
    [('open', 540, 720)]
    """
    monday = week - timedelta(days=week.weekday())
    weeks = [_week(text or "", monday, country, timezone) for text in texts]
    best = np.max(weeks, axis=0) if weeks else np.full(WEEK, UNKNOWN, dtype=np.int8)
    edges = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), WEEK]
    return [
        (STATES[best[start]], start, end) for start, end in pairwise(edges) if best[start] != CLOSED
    ]


def typical_week(day: date, *, country: str) -> date:
    """Find the Monday of the first whole week from ``day`` on without a public holiday.

    Only working days count: a holiday on a Sunday changes little. Where ten weeks in a row have
    one, or no country is known, it is the first whole week.

    Raises
    ------
    LayerError
        ``country_unknown``.

    Examples
    --------
    >>> typical_week(date(2026, 12, 21), country="DK")  # Christmas, then New Year's Day
    datetime.date(2027, 1, 4)
    """
    first = day + timedelta(days=-day.weekday() % 7)
    if not country:
        return first
    holidays = _parsed("PH", country, "UTC")
    if holidays is None:
        return first
    for ahead in range(10):
        monday = first + timedelta(weeks=ahead)
        days = [monday + timedelta(days=n) for n in range(5)]
        if not any(holidays.is_open(datetime(d.year, d.month, d.day, 12)) for d in days):  # noqa: DTZ001 (local time is meant)
            return monday
    return first


@lru_cache(maxsize=20_000)
def _week(text: str, monday: date, country: str, timezone: str) -> Week:
    """State of every minute of a week, local time: 10 kB a text, read once."""
    _zone(timezone)  # refused here, so that an empty text does not hide a wrong one
    found = np.full(WEEK, CLOSED, dtype=np.int8)
    parts = _understood(text, country, timezone)
    if not parts:
        found[:] = UNKNOWN
    for part, hours in parts:
        # what follows || counts where the rules before it leave the door closed
        found = np.where(found == CLOSED, _stretches(part, hours, monday, timezone), found)
    found.flags.writeable = False
    return found


def _understood(
    text: str, country: str, timezone: str
) -> list[tuple[str, opening_hours.OpeningHours]]:
    """Split into parts that can all be read, or none: half understood is not understood."""
    for version in (text, hours_text.tidy(text, country=country)):
        parts = hours_text.parts(version)
        read = [(part, _parsed(part, country, timezone)) for part in parts]
        found = [(part, hours) for part, hours in read if hours is not None]
        if len(found) == len(parts):
            return found
    return []


def _stretches(text: str, hours: opening_hours.OpeningHours, monday: date, timezone: str) -> Week:
    start = datetime(monday.year, monday.month, monday.day, tzinfo=_zone(timezone))
    end = start + timedelta(days=7)
    found = np.full(WEEK, CLOSED, dtype=np.int8)
    endless, doubts = hours_text.open_ends(text), []
    for begins, ends, kind, comment in hours.intervals(start=start, end=end):
        # wall clock minus wall clock: a change of the clocks moves no opening hour
        first, last = max(0, _minute(begins, start)), min(WEEK, _minute(ends, start))
        code = _code(str(kind), comment or "", whole_day=last - first >= DAY, text=text)
        found[first:last] = code
        if code == OPEN and begins.strftime("%H:%M") in endless:
            doubts.append((first, endless[begins.strftime("%H:%M")], last))
    for first, until, last in doubts:
        # with an hour named, the package closes at it; without one, it is open until midnight
        sure, to = (last, last - last % DAY + DAY) if until else (first + 60, last)
        doubtful = found[sure:to]
        doubtful[doubtful == (CLOSED if until else OPEN)] = UNKNOWN
    return found


def _code(kind: str, comment: str, *, whole_day: bool, text: str) -> int:
    if kind == "closed":
        return CLOSED
    if hours_text.means_appointment(comment):
        return BY_APPOINTMENT
    if kind != "open" or hours_text.means_closed(comment):
        return UNKNOWN
    if whole_day and not hours_text.names_hours(text):
        # days without hours: with a word to it somebody can be asked, else nobody said
        return BY_APPOINTMENT if comment else UNKNOWN
    return OPEN


def _minute(moment: datetime, start: datetime) -> int:
    wall = moment.replace(tzinfo=None) - start.replace(tzinfo=None)
    return int(wall.total_seconds() // 60)


@lru_cache(maxsize=20_000)
def _parsed(text: str, country: str, timezone: str) -> opening_hours.OpeningHours | None:
    try:
        return opening_hours.OpeningHours(text, timezone=_zone(timezone), country=country or None)
    except opening_hours.UnknownCountryError as error:  # type: ignore[attr-defined] # stub lacks it
        raise LayerError("country_unknown", country=country) from error
    except opening_hours.ParserError:  # type: ignore[attr-defined] # stub lacks it
        return None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise LayerError("timezone_unknown", timezone=name) from error
