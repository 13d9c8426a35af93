"""Which services fit a persona: every fact of every offer as yes (1), no (0) or unknown (NaN)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.errors import LayerError
from layers.hours import STATES, WINDOWS
from layers.streets import Floats, Numbers
from mapping.city import City
from mapping.needs import Need
from mapping.offers import SLOT_MIN, SLOTS, Flags, slots
from mapping.personas import FACTS_OF, STEPLESS, Persona
from mapping.travel import HOURS, Way
from mapping.trips import CHILDCARE, Both, Runs, Trips

Slots = npt.NDArray[np.bool_]
_UNKNOWN, _APPOINTMENT, _OPEN = (STATES.index(one) for one in ("unknown", "by_appointment", "open"))
# Parts of a day in hours, as everywhere in this house.
_DAYTIME: Final = MappingProxyType({"day": (6, 18), "evening": (18, 22), "night": (22, 30)})


def facts(city: City, need: Need) -> pd.DataFrame:
    """Give one row an offer and one column for each fact that is asked: 1 yes, 0 no, NaN unknown.

    Raises
    ------
    LayerError
        ``hours_unreadable`` where nobody can read when she is free.
    """
    if not isinstance(need, Persona):
        return city.offers.facts(need)
    columns = {fact: _MAKE.get(fact, _listed)(city, need, fact) for fact in need.asked()}
    return pd.DataFrame(columns, index=city.offers.table.index)


def judge(city: City, need: Need) -> pd.DataFrame:
    """Judge all offers of a need's category, as of ``Offers.judge``."""
    answers = None
    if isinstance(need, Persona) and "hours" in need.asked():
        answers = _answers(city, need)
    return city.offers.judge(need, facts(city, need), answers)


def _answers(city: City, persona: Persona) -> list[str]:
    """Say of every offer what its hours answer to hers, as of ``Offers.hours``."""
    offers = city.offers
    open_ = open_in(city, persona)
    long, free = slots_of(persona), free_slots(city, persona)
    promised = (_begins((offers.weeks >= _APPOINTMENT) & free, long)).any(axis=1)
    said = np.select(
        [np.array(offers.hours("any"), dtype=object) == "over", open_ == 1, open_ == 0, promised],
        ["over", "yes", "no", "by_appointment"],
        default="unknown",
    )
    found: list[str] = said.tolist()
    return found


def open_in(city: City, persona: Persona, hour: str | None = None) -> Floats:
    """Say of every offer whether it is open long enough while she is free.

    Parameters
    ----------
    city, persona
        Whose hours are compared.
    hour
        Where given, she must arrive in that part of the day (``day``, ``evening``, ``night``).

    Returns
    -------
    open
        (m,) 1: open for ``stay_min`` on end while she is free; NaN: perhaps, where hours are not
        known or by appointment; 0: closed.
    """
    runs = _runs(city, persona, np.arange(len(city.offers.table)))
    when = _begins(free_slots(city, persona), slots_of(persona))
    if hour is not None:
        when = when & part_of_day(hour)
    sure, perhaps = (runs.sure & when).any(axis=1), (runs.maybe & when).any(axis=1)
    found: Floats = np.select([sure, perhaps], [1.0, np.nan], default=0.0)
    return found[runs.of]


def free_slots(city: City, persona: Persona) -> Slots:
    """Mark the five minutes of a week in which she is free.

    Raises
    ------
    LayerError
        ``hours_unreadable``.
    """
    if persona.hours is None:
        found = np.zeros(SLOTS, dtype=np.bool_)
        for start, end in WINDOWS[persona.when]:
            found[start // SLOT_MIN : end // SLOT_MIN] = True
        return found
    offers = city.offers
    states = slots(
        [persona.hours], week=offers.week, country=offers.country, timezone=offers.timezone
    )
    if not (states == _OPEN).any():
        raise LayerError("hours_unreadable", example="Mo-Fr 18:00-21:00; Sa 10:00-16:00")
    return np.asarray(states == _OPEN, dtype=np.bool_)


def part_of_day(hour: str) -> Slots:
    """Mark a part of the day in a week: day 6 to 18, evening 18 to 22, night 22 to 6."""
    first, last = (clock * 60 // SLOT_MIN for clock in _DAYTIME[hour])
    slot = np.arange(SLOTS) % (24 * 60 // SLOT_MIN)
    return np.asarray(
        (slot >= first) & (slot < last) | (slot + 24 * 60 // SLOT_MIN < last), dtype=np.bool_
    )


def hours_of(city: City, persona: Persona) -> tuple[str, ...]:
    """Name the parts of the day in which she may go: by day where she says nothing of hours."""
    if "hours" not in persona.asked():
        return ("day",)
    free = free_slots(city, persona)
    return tuple(hour for hour in HOURS if (free & part_of_day(hour)).any())


def slots_of(persona: Persona) -> int:
    """Say how many slots of the week her stay takes, rounded up."""
    return -(-persona.stay_min // SLOT_MIN)


def _begins(open_: Slots, long: int) -> Slots:
    """Mark where a run of ``long`` slots begins; a week is a ring."""
    found, have = open_, 1
    while have < long:
        step = min(have, long - have)
        found = found & np.roll(found, -step, axis=-1)
        have += step
    return found


def _listed(city: City, persona: Persona, fact: str) -> Floats:
    del persona
    return city.offers.table[fact].to_numpy(dtype=np.float64)


def _hours(city: City, persona: Persona, fact: str) -> Floats:
    del fact
    return open_in(city, persona)


def _language(city: City, persona: Persona, fact: str) -> Floats:
    """Her best language counts; of one she knows some of, nobody can say."""
    del fact
    best = np.zeros(len(city.offers.table))
    for tag, how in persona.knows():
        spoken = city.offers.language(tag)
        if how == "some":
            spoken = np.where(spoken == 1, np.nan, spoken)
        best = np.where((best == 1) | (spoken == 1), 1.0, best + spoken)  # NaN stays NaN
    return best


def _course_level(city: City, persona: Persona, fact: str) -> Floats:
    given = city.offers.table[fact]
    found: Floats = np.where(
        given.isna(), np.nan, given.eq(persona.course_level or "").fillna(value=False)
    )
    return found


def _age(city: City, persona: Persona, fact: str) -> Floats:
    """Let her in where every age fits; a service that names one bound is taken to have no other."""
    del fact
    table = city.offers.table
    low, high = (table[name].to_numpy(dtype=np.float64) for name in ("min_age", "max_age"))
    fits = np.ones(len(table), dtype=np.bool_)
    for age in persona.ages():
        fits &= ~(low > age) & ~(high < age)
    found: Floats = np.where(np.isnan(low) & np.isnan(high), np.nan, fits)
    return found


def _together(city: City, persona: Persona, fact: str) -> Floats:
    """Say whether a companion that fits her altogether can be met on the same trip."""
    del fact
    pairs = trips(city, persona)
    other = companion(persona)
    found = facts(city, other)
    held = [states(found, names)[pairs.others] for names in FACTS_OF.values()]
    fit: Both = (
        np.all([state == 1 for state in held], axis=0),
        np.all([state != 0 for state in held], axis=0),
    )
    met: Floats = np.zeros(len(city.offers.table))
    met[pairs.rows] = pairs.met(fit, coming(pairs, persona, opens=True), way(persona))
    return met


def _trust(city: City, persona: Persona, fact: str) -> Floats:
    del fact
    by_actor = city.trusted(persona.community or "", not_own=persona.not_own_community)
    actors = city.offers.table["organization_id"]
    return np.array([by_actor.get(str(actor), np.nan) for actor in actors], dtype=np.float64)


def companion(persona: Persona) -> Persona:
    """Give the same person looking for what she needs on the same trip.

    It is asked all that she asks: to understand her, to be trusted, to let her in; the age asked of
    childcare is that of all her children. Its course level only where it is a language course.
    """
    return replace(persona, category=persona.together or persona.category, together=None)


def trips(city: City, persona: Persona) -> Trips:
    """Pair the offers she looks for with those she needs on the same trip."""
    rows = np.flatnonzero(running(city, persona))
    others = np.flatnonzero(running(city, companion(persona)))
    here = np.zeros(len(rows))
    if persona.together == CHILDCARE:
        here = city.offers.table["childcare"].to_numpy(dtype=np.float64)[rows]
    first = {persona.category: "main", persona.together: "companion"}
    return Trips(
        city=city,
        minutes=persona.minutes,
        rows=rows,
        others=others,
        here=here,
        runs=_runs(city, persona, rows),
        other_runs=_runs(city, persona, others),
        free=_begins(free_slots(city, persona), slots_of(persona)),
        order=first.get(CHILDCARE, "either"),
    )


def coming(pairs: Trips, persona: Persona, *, opens: bool, hour: str | None = None) -> Slots:
    """Mark when she may come: any time where her hours are not asked about."""
    if not opens or "hours" not in persona.asked():
        return np.ones(SLOTS, dtype=np.bool_)
    return pairs.free if hour is None else pairs.free & part_of_day(hour)


def way(persona: Persona, hour: str | None = None) -> Way:
    """Tell how she goes, at an hour at which she walks around places called unsafe."""
    return Way(
        minutes=persona.minutes,
        speed_kmh=persona.speed_kmh,
        stepless=persona.pace if persona.pace in STEPLESS else "",
        avoid=hour,
    )


def _runs(city: City, persona: Persona, rows: Numbers) -> Runs:
    """Mark when a stay may begin at some offers."""
    kept: dict[bytes, int] = {}
    weeks = city.offers.weeks[rows]
    of = np.array([kept.setdefault(week.tobytes(), len(kept)) for week in weeks], dtype=np.int64)
    each = np.array([np.frombuffer(week, dtype=weeks.dtype) for week in kept]).reshape(-1, SLOTS)
    long = slots_of(persona)
    return Runs(_begins(each == _OPEN, long), _begins(each >= _UNKNOWN, long), of)


_MAKE: Final[MappingProxyType[str, Callable[[City, Persona, str], Floats]]] = MappingProxyType(
    {
        "hours": _hours,
        "age": _age,
        "language": _language,
        "course_level": _course_level,
        "together": _together,
        "trust": _trust,
    }
)


def states(found: pd.DataFrame, names: tuple[str, ...]) -> Floats:
    """Put some facts together: 0 where one says no, else NaN where one is unknown, else 1."""
    mine = found[[name for name in names if name in found]].to_numpy(dtype=np.float64)
    no, unknown = (mine == 0).any(axis=1), np.isnan(mine).any(axis=1)
    together: Floats = np.select([no, unknown], [0.0, np.nan], default=1.0)
    return together


def running(city: City, need: Need) -> Flags:
    """Mark the offers of her category that have not ended, nor are courses of the past."""
    table = city.offers.table
    over = np.array(city.offers.hours("any"), dtype=object) == "over"
    return np.asarray(table["category"].eq(need.category) & ~table["ended"] & ~over, dtype=np.bool_)
