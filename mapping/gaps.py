"""Who cannot reach the help they need: people not reached, as a range, by area and district.

The lower bound of *reached* counts only services known to fit, the upper bound those too of which
a fact that was asked about is unknown. What is unknown therefore widens the range, and learning it
never does. Every formula, its source and its limits: ``docs/method.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.streets import Floats
from mapping import coverage, fitting
from mapping.city import City, People
from mapping.estimates import CROSS, whole
from mapping.few import FEW, coarse, share_of, shown, shown_all
from mapping.needs import Need
from mapping.offers import CERTAIN, EXCLUDED, PLACELESS, POSSIBLE, Flags, Read
from mapping.personas import Persona
from mapping.reach import WALK_KMH

AREA_ONLY: Final = "area_only"  # fits, but is known to its area only: in the upper bound there
NOWHERE: Final = "nowhere"  # fits, but has neither place nor area: in no number


@dataclass(frozen=True, eq=False)
class Gaps:
    """The answer to one need; arrays have one entry an area.

    Attributes
    ----------
    level, ids
        Which areas.
    people
        Those counted.
    reached_low, reached_high
        (n,) share of the people who reach a service that fits.
    services
        One row a service of the category: ``id``, ``verdict`` (certain, possible, excluded,
        area_only, nowhere), ``reason`` (why excluded, or why without a place), ``unknown``
        (facts to ask for), ``by_appointment``, ``off_street``.
    """

    need: Need
    city: City
    level: str
    ids: list[str]
    people: People
    reached_low: Floats
    reached_high: Floats
    services: pd.DataFrame

    @property
    def counted(self) -> Flags:
        """Areas with a number of people."""
        return ~np.isnan(self.people.low)

    @cached_property
    def _reached(self) -> tuple[Floats, Floats]:
        """People reached, at least and at most, as computed."""
        return self.people.low * self.reached_low, self.people.high * self.reached_high

    @cached_property
    def _missed(self) -> tuple[Floats, Floats]:
        """People not reached, as they may be said: see :mod:`mapping.few`.

        A withheld number enters as 1 to 4, which is no more than everybody is told of it.
        """
        people = (self.people.low, self.people.high)
        missed = (people[0] * (1 - self.reached_high), people[1] * (1 - self.reached_low))
        wide, known = coarse(people, missed, self._reached), self.people.as_is
        return np.where(known, missed[0], wide[0]), np.where(known, missed[1], wide[1])

    @cached_property
    def widened(self) -> Flags:
        """(n,) where those not reached, or those reached, may be one to four."""
        people, (low, high) = self.people, self._missed
        differs: Flags = low != people.low * (1 - self.reached_high)
        differs |= high != people.high * (1 - self.reached_low)
        return differs & self.counted

    @property
    def not_low(self) -> Floats:
        """(n,) people not reached, at least; NaN where nobody knows how many live there."""
        return self._missed[0]

    @property
    def not_high(self) -> Floats:
        """(n,) people not reached, at most."""
        return self._missed[1]

    @property
    def got_low(self) -> Floats:
        """(n,) people reached, at least, no more exactly said than those who are not."""
        known, people = self.people.as_is, self.people
        return np.where(known, self._reached[0], np.maximum(people.low - self.not_high, 0))

    @property
    def got_high(self) -> Floats:
        """(n,) people reached, at most."""
        known, people = self.people.as_is, self.people
        return np.where(known, self._reached[1], people.high - self.not_low)

    def cannot_say(self) -> list[tuple[str, int, int]]:
        """Name the facts asked about that are unknown for more than half of the services.

        Returns
        -------
        facts
            (fact, services for which it is unknown, services).
        """
        of = len(self.services)
        counts = {
            fact: sum(fact in unknown for unknown in self.services["unknown"])
            for fact in self.need.asked()
        }
        return [(fact, count, of) for fact, count in counts.items() if count > of / 2]


def gaps(city: City, need: Need) -> Gaps:
    """Find who does not reach what they need.

    Raises
    ------
    LayerError
        ``population_missing``, ``group_unknown``.

    Notes
    -----
    A service whose place is hidden, or known to its area only, gives no distance: it may serve
    everyone of its service area, so it counts there, in the upper bound alone. One by appointment
    only is possible, not certain, where a time was asked. One without any place, or online,
    counts in neither bound and is listed.
    """
    level, people = city.people(need.group)
    judged = fitting.judge(city, need)
    if isinstance(need, Persona):
        low, high = coverage.shares(coverage.seen(city, need), [coverage.WHOLE])[coverage.WHOLE]
    else:
        low, high = _shares(city, need, level, judged)
    return Gaps(
        need=need,
        city=city,
        level=level,
        ids=list(city.homes(level).areas["id"]),
        people=people,
        reached_low=low,
        reached_high=high,
        services=_services(city, judged),
    )


def places(judged: pd.DataFrame, count: int) -> tuple[Flags, Flags]:
    """Mark the places with a service that fits for certain, and with one that perhaps fits."""
    certain, possible = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    here = judged[judged["place"].eq("point")]
    certain[here.loc[here["verdict"].eq(CERTAIN), "point"].to_numpy()] = True
    possible[here.loc[here["verdict"].ne(EXCLUDED), "point"].to_numpy()] = True
    return certain, possible


def served_areas(city: City, level: str, judged: pd.DataFrame) -> Flags:
    """Mark the areas that a service known to its area only may serve."""
    mine = judged[judged["place"].eq("area") & judged["verdict"].ne(EXCLUDED)]
    served = np.zeros(len(city.homes(level).areas), dtype=np.bool_)
    for area_id in mine["area_id"].unique():
        served |= city.inside(level, area_id)
    return served


def _shares(city: City, need: Need, level: str, judged: pd.DataFrame) -> tuple[Floats, Floats]:
    certain, possible = places(judged, len(city.offers.points))
    low, high = city.shares(level, need.minutes, certain[:, None], possible[:, None])
    return low[:, 0], np.where(served_areas(city, level, judged), 1.0, high[:, 0])


def _services(city: City, judged: pd.DataFrame) -> pd.DataFrame:
    """One row a service: its best offer stands for it."""
    rank = {CERTAIN: 0, POSSIBLE: 1, AREA_ONLY: 2, NOWHERE: 3, EXCLUDED: 4}
    fits = judged["verdict"].ne(EXCLUDED)
    verdict = judged["verdict"].mask(fits & judged["place"].eq("area"), AREA_ONLY)
    verdict = verdict.mask(fits & judged["place"].eq("none"), NOWHERE)
    rows = judged.assign(
        id=judged["service_id"],
        verdict=verdict,
        reason=judged["reason"].where(~fits, judged["why"].where(judged["place"].ne("point"), "")),
        off_street=~np.append(city.points[3], True)[judged["point"]],
        rank=verdict.map(rank),
    )
    rows = rows.sort_values("rank", kind="stable").drop_duplicates("id")
    names = ["id", "location_id", "verdict", "reason", "unknown", "by_appointment", "off_street"]
    return rows[names].reset_index(drop=True)


def share_range(
    low: npt.ArrayLike, high: npt.ArrayLike, people_low: npt.ArrayLike, people_high: npt.ArrayLike
) -> tuple[float, float]:
    """Give the least and the greatest share of all people, where numbers of people are ranges.

    Parameters
    ----------
    low, high
        (n,) share of each area's people, at least and at most.
    people_low, people_high
        (n,) people of each area; the true number lies anywhere between.

    Returns
    -------
    share
        Exact bounds of sum(people x share) / sum(people); NaN where there may be nobody.

    Notes
    -----
    A weighted mean is least when all areas below it have as many people as they may, and all
    above it as few; so one cut through the areas in order of their share is best.

    Examples
    --------
    >>> share_range([0, 1], [0, 1], [10, 1], [10, 4])  # one of 11, or four of 14
    (0.09090909090909091, 0.2857142857142857)
    """
    fewest = np.asarray(people_low, dtype=np.float64)
    most = np.asarray(people_high, dtype=np.float64)

    def least(share: Floats) -> float:
        order = np.argsort(share, kind="stable")
        value, few, many = share[order], fewest[order], most[order]
        people = np.append(0, np.cumsum(many)) + np.append(np.cumsum(few[::-1])[::-1], 0)
        part = np.append(0, np.cumsum(many * value))
        part = part + np.append(np.cumsum((few * value)[::-1])[::-1], 0)
        return float((part[people > 0] / people[people > 0]).min(initial=np.inf))

    if not fewest.sum() > 0:
        return math.nan, math.nan
    return least(np.asarray(low, dtype=float)), 1 - least(1 - np.asarray(high, dtype=float))


def summed(answer: Gaps, which: Flags) -> dict[str, Any]:
    """Sum some of the areas: people, those not reached, and their share.

    Sums are made of what is said of the areas, or a total less its other parts would tell more.
    """
    mine = which & answer.counted
    people = answer.people
    exact = share_range(
        1 - answer.reached_high[mine],
        1 - answer.reached_low[mine],
        people.low[mine],
        people.high[mine],
    )
    all_of, missed, reached = (
        (float(low[mine].sum()), float(high[mine].sum()))
        for low, high in (
            (people.low, people.high),
            (answer.not_low, answer.not_high),
            (answer.got_low, answer.got_high),
        )
    )
    low, high = (float(one) for one in coarse(all_of, missed, reached))
    widened = (low, high) != missed or bool(answer.widened[mine].any())
    if people.least is not None:  # the fraction of an estimate makes no range of it
        (low, high), all_of = whole(low, high), whole(*all_of)
    count, of = shown(low, high), shown(*all_of)
    share = share_of(count, of, exact, widened=widened)
    return {"people": of, "not_reached": count, "share_not_reached": share}


def area_table(answer: Gaps) -> pd.DataFrame:
    """Give one row an area, for the map: never a number from one to four.

    Returns
    -------
    table
        ``area_id``, ``people_low``, ``people_high``, ``people_not_reached_low``,
        ``people_not_reached_high`` (NA where nobody knows how many live there), ``suppressed``,
        ``off_street`` (too far from a street to say).
    """
    start = answer.city.homes(answer.level)
    lost = np.bincount(start.area, ~start.on_street, len(answer.ids)) > 0
    counted = answer.counted
    sides = (
        *shown_all(answer.people.low[counted], answer.people.high[counted]),
        *shown_all(answer.not_low[counted], answer.not_high[counted]),
    )
    names = ["people_low", "people_high", "people_not_reached_low", "people_not_reached_high"]
    table = pd.DataFrame({"area_id": answer.ids})
    for name, side in zip(names, sides, strict=True):
        table[name] = pd.array([pd.NA] * len(table), dtype="Int64")
        table.loc[counted, name] = side
    table["suppressed"] = answer.people.suppressed
    table["off_street"] = lost
    return table


def district_table(answer: Gaps) -> list[dict[str, Any]]:
    """Sum by district, those with most people not reached for certain first."""
    of = np.array(answer.city.district_of(answer.level), dtype=object)
    named = answer.city.areas.set_index("id")["name"]
    rows = [
        {"area_id": one, "name": _text(named.get(one)), **summed(answer, of == one)}
        for one in dict.fromkeys(of.tolist())
    ]
    return sorted(rows, key=lambda row: (-row["not_reached"]["low"], -row["not_reached"]["high"]))


def report(
    read: Read, meta: Mapping[str, str], need: Need, *, day: date | None = None
) -> dict[str, Any]:
    """Answer one need as JSON: what ``python -m mapping gaps`` prints.

    Parameters
    ----------
    read
        Gives a table of the atlas by name.
    meta
        As of ``Atlas.meta``.
    need
        What is asked.
    day
        The day asked about; today where not given.

    Returns
    -------
    report
        As :func:`as_json`.

    Raises
    ------
    LayerError
        ``population_missing``, ``group_unknown``, ``country_unknown``, ``timezone_unknown``.
    """
    return as_json(gaps(City(read, meta, day=day), need))


def map_values(answer: Gaps) -> pd.DataFrame:
    """Give what the map draws: one number an area, and what it must not pretend to know.

    Returns
    -------
    values
        ``area_id``; ``people``: certainly not reached, 0 where everybody is reached for certain,
        NA where it depends on what nobody knows; ``suppressed``: fewer than five people.
    """
    table = area_table(answer)
    low, high = table["people_not_reached_low"], table["people_not_reached_high"]
    few = high.between(1, FEW).fillna(value=False).astype(bool)
    return pd.DataFrame(
        {
            "area_id": table["area_id"],
            "people": low.mask(low.eq(0) & high.gt(0)),
            "suppressed": few | table["suppressed"],
        }
    )


def as_json(answer: Gaps) -> dict[str, Any]:
    """Write an answer as JSON.

    Returns
    -------
    report
        ``city``, ``invented``; ``need`` (the values of :class:`mapping.needs.Need`);
        ``method`` ("streets" or "straight_line"), ``speed_kmh``;
        ``dates``: ``asked``, ``week``, ``population``, ``services_oldest``, ``services_newest``;
        ``people``, ``not_reached``: {"low", "high"}; ``share_not_reached`` the same from 0 to 1,
        or null where nobody is counted; ``cannot_say``: [{"fact", "unknown", "of"}];
        ``services``: {"of", "certain", "possible", "excluded", "area_only", "nowhere",
        "by_appointment", "off_street", "excluded_why": {}, "placeless_why": {}, "unknown": {}};
        ``areas_counted``, ``areas_without_number``, ``areas_suppressed``, ``areas_off_street``,
        ``estimated``; ``estimate``: {"groups", "people", "seed"} of people in two groups at once,
        ``people`` being the range that is certain, else null; ``level``; ``districts`` and
        ``areas``: lists of {"area_id", "people", "not_reached", "share_not_reached"}, districts
        with ``name``, areas with ``unserved`` (not even perhaps reached); both null where the need
        is about papers, which is answered for the whole city only.
    """
    city, need, services = answer.city, answer.need, answer.services
    everywhere = np.ones(len(answer.ids), dtype=np.bool_)
    table = area_table(answer)
    verdicts = services["verdict"].value_counts()
    placeless = services["verdict"].isin([AREA_ONLY, NOWHERE])
    oldest, newest = checked(city, services)
    return {
        "city": city.meta.get("name", ""),
        "invented": city.meta.get("invented") == "1",
        "need": need.as_dict(),
        "method": "streets" if city.streets is not None else "straight_line",
        "speed_kmh": need.speed_kmh if isinstance(need, Persona) else WALK_KMH,
        "dates": {
            "asked": city.day.isoformat(),
            "week": city.offers.week.isoformat() if need.when != "any" else None,
            "population": _day(answer.people.counted_on),
            "services_oldest": oldest,
            "services_newest": newest,
        },
        **summed(answer, everywhere),
        "cannot_say": [
            {"fact": fact, "unknown": unknown, "of": of}
            for fact, unknown, of in answer.cannot_say()
        ],
        "services": {
            "of": len(services),
            **{
                name: int(verdicts.get(name, 0))
                for name in (CERTAIN, POSSIBLE, EXCLUDED, AREA_ONLY, NOWHERE)
            },
            "by_appointment": int(services["by_appointment"].sum()),
            "off_street": int(services["off_street"].sum()),
            "excluded_why": _tally(services.loc[services["verdict"].eq(EXCLUDED), "reason"]),
            "placeless_why": _tally(services.loc[placeless, "reason"], PLACELESS),
            "unknown": {
                fact: sum(fact in unknown for unknown in services["unknown"])
                for fact in need.asked()
            },
        },
        "level": answer.level,
        "areas_counted": int(answer.counted.sum()),
        "areas_without_number": int((~answer.counted).sum()),
        "areas_suppressed": int(answer.people.suppressed.sum()),
        "areas_off_street": int(table["off_street"].sum()),
        "estimated": answer.people.estimated,
        "estimate": _estimate(answer),
        "districts": None if need.no_papers else district_table(answer),
        "areas": None if need.no_papers else _area_list(answer),
    }


def _estimate(answer: Gaps) -> dict[str, Any] | None:
    """Say of people in two groups at once how many they are for certain."""
    people, mine = answer.people, answer.counted
    if people.least is None or people.most is None:
        return None
    return {
        "groups": answer.need.group.split(CROSS),
        "people": shown(float(people.least[mine].sum()), float(people.most[mine].sum())),
        "seed": people.seed,
    }


def _area_list(answer: Gaps) -> list[dict[str, Any]]:
    people, least, most = answer.people, 1 - answer.reached_high, 1 - answer.reached_low
    few = answer.widened | people.suppressed
    rows = []
    for at in np.flatnonzero(answer.counted):
        of = shown(people.low[at], people.high[at])
        count = shown(answer.not_low[at], answer.not_high[at])
        share = share_of(count, of, (least[at], most[at]), widened=bool(few[at]))
        rows.append(
            {
                "area_id": answer.ids[at],
                "people": of,
                "not_reached": count,
                "share_not_reached": share,
                "unserved": bool(answer.reached_high[at] == 0),
            }
        )
    return rows


def checked(city: City, services: pd.DataFrame) -> tuple[str | None, str | None]:
    """Give the first and the last day on which any of the services was checked."""
    rows = city.offers.table
    days = rows.loc[rows["service_id"].isin(services["id"]), "date_checked"].dropna()
    if not len(days):
        return None, None
    return days.min().date().isoformat(), days.max().date().isoformat()


def _tally(reasons: pd.Series, order: tuple[str, ...] = ()) -> dict[str, int]:
    counts = reasons.value_counts()
    names = [*(name for name in order if name in counts), *sorted(set(counts.index) - set(order))]
    return {name: int(counts[name]) for name in names}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
