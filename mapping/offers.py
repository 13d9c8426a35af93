"""Which services fit a need: certainly, perhaps, or not, and why not.

An *offer* is a service at a location. For every fact a need asks about, an offer says yes (1.0),
no (0.0) or nobody knows (NaN); it fits for certain if all say yes and is excluded if one says no.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.hours import ANSWERS, STATES, WEEK, open_at, stretches, typical_week
from mapping.needs import Need

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Read = Callable[[str], pd.DataFrame]
Schedule = tuple[str | None, date | None, date | None]  # hours, first day, last day

SLOT_MIN: Final = 5  # minutes that a week is looked at in
SLOTS: Final = WEEK // SLOT_MIN
CERTAIN: Final = "certain"
POSSIBLE: Final = "possible"
EXCLUDED: Final = "excluded"
# Why an offer has no distance, in the order in which the first that holds is named.
PLACELESS: Final = ("online", "outreach", "hidden", "rough", "no_place")
WORKING: Final = ("staff", "interpreter")  # a leaflet does not understand anybody
ENDED: Final = ("inactive", "defunct", "temporarily_closed")


@dataclass(frozen=True, eq=False)
class Offers:
    """All offers of a city, with what is needed to judge them.

    Attributes
    ----------
    table
        One row an offer: ``service_id``, ``organization_id``, ``location_id``, ``category``,
        ``ended``, ``place`` (``point``, ``area``, ``none``), ``why`` (of ``PLACELESS``, where not a
        point), ``area_id``, ``point`` (row of ``points``, -1 for none), ``course_level``,
        ``min_age``, ``max_age``, ``free_places`` and the facts as 1, 0, NaN.
    points
        Places that have a distance, each once, in EPSG:4326.
    spoken
        For each service whose languages are listed: language -> 1, or NaN where the level is
        unknown.
    schedules
        For each service at a location: its hours with first and last day.
    day
        The day asked about.
    """

    table: pd.DataFrame
    points: gpd.GeoSeries
    spoken: dict[str, dict[str, float]]
    schedules: dict[str, list[Schedule]]
    day: date
    country: str
    timezone: str

    @cached_property
    def week(self) -> date:
        """Monday of the week that stands for any week."""
        return typical_week(self.day, country=self.country)

    @cached_property
    def weeks(self) -> npt.NDArray[np.int8]:
        """State of every offer in every five minutes of the week: (m, 2016) codes of ``STATES``.

        A stretch counts as the least hopeful minute of it. A past course is closed.
        """
        found = np.zeros((len(self.table), SLOTS), dtype=np.int8)
        where = {"country": self.country, "timezone": self.timezone}
        for row, sal in enumerate(self.table["id"]):
            rows = self.schedules.get(sal or "", [])
            current = [one for one in rows if one[2] is None or one[2] >= self.day]
            if not rows:
                found[row] = STATES.index("unknown")
            for text, begins, _ in current:
                week = max(self.week, begins) if begins else self.week
                np.maximum(found[row], slots([text], week=week, **where), out=found[row])
        return found

    @cached_property
    def _hours(self) -> dict[str, list[str]]:
        return {}

    def hours(self, window: str) -> list[str]:
        """Answer for every offer: yes, no, unknown, by_appointment, or over (a past course)."""
        if window not in self._hours:
            self._hours[window] = [self._open(sal, window) for sal in self.table["id"]]
        return self._hours[window]

    def _open(self, sal: str | None, window: str) -> str:
        rows = self.schedules.get(sal or "", [])
        current = [row for row in rows if row[2] is None or row[2] >= self.day]
        if rows and not current:
            return "over"
        if window == "any" or not current:
            return "yes" if window == "any" else "unknown"
        answers = [
            open_at(
                text,
                window,
                # a course still to come is looked at in its own first week
                week=max(self.week, begins) if begins else self.week,
                country=self.country,
                timezone=self.timezone,
            )
            for text, begins, _ in current
        ]
        return max(answers, key=ANSWERS.index)

    def language(self, tag: str) -> Floats:
        """Say for every offer whether one is understood in a language.

        A service whose languages are listed speaks these and no other; one without any list is
        unknown. Written material alone does not count.
        """
        wanted = primary(tag)
        known = {sid: langs.get(wanted, 0.0) for sid, langs in self.spoken.items()}
        return np.array([known.get(sid, np.nan) for sid in self.table["service_id"]])

    def facts(self, need: Need) -> pd.DataFrame:
        """Give one column for each fact the need asks about: 1 yes, 0 no, NaN unknown."""
        columns: dict[str, Floats] = {}
        for fact in need.asked():
            if fact == "hours":
                code = {"yes": 1.0, "no": 0.0, "over": 0.0}
                answers = self.hours(need.when)
                columns[fact] = np.array([code.get(answer, np.nan) for answer in answers])
            elif fact == "language" and need.language is not None:
                columns[fact] = self.language(need.language)
            else:
                columns[fact] = self.table[fact].to_numpy(dtype=np.float64)
        return pd.DataFrame(columns, index=self.table.index)

    def judge(
        self,
        need: Need,
        facts: pd.DataFrame | None = None,
        answers: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Judge all offers of the need's category that have not ended.

        Parameters
        ----------
        need
            What is asked.
        facts
            One row an offer and one column a fact; :meth:`facts` where not given.
        answers
            What the hours of each say, as of :meth:`hours`; for ``need.when`` where not given.

        Returns
        -------
        judged
            The rows of ``table`` concerned, with ``verdict`` (certain, possible, excluded),
            ``reason`` (first fact that says no, or ``over``; empty), ``unknown`` (facts nobody
            knows) and ``by_appointment``.
        """
        mine = self.table["category"].eq(need.category) & ~self.table["ended"]
        facts = (self.facts(need) if facts is None else facts)[mine]
        judged = self.table[mine].copy()
        answers = self.hours(need.when) if answers is None else answers
        said = pd.Series(answers, index=self.table.index, dtype=object)[mine]
        says_no = facts.eq(0.0)
        over = said.eq("over")
        judged["reason"] = (
            says_no.idxmax(axis=1).where(says_no.any(axis=1), "") if len(facts.columns) else ""
        )
        judged.loc[over, "reason"] = "over"
        excluded = judged["reason"].ne("")
        judged["by_appointment"] = said.eq("by_appointment") & ~excluded
        unknown = facts.isna()
        judged["verdict"] = np.select(
            [excluded, unknown.any(axis=1)], [EXCLUDED, POSSIBLE], default=CERTAIN
        )
        if "hours" in unknown:  # an appointment is an answer, though no opening hour
            unknown["hours"] &= said.eq("unknown")
        names = list(facts.columns)
        judged["unknown"] = pd.Series(
            [tuple(np.array(names)[row].tolist()) for row in unknown.to_numpy(dtype=bool)],
            index=judged.index,
            dtype=object,
        )
        return judged


def slots(
    texts: Sequence[str | None], *, week: date, country: str, timezone: str
) -> npt.NDArray[np.int8]:
    """Give the state of every five minutes of a week, as of ``layers.hours.stretches``.

    Examples
    --------
    >>> week = slots(["Mo 09:00-12:00"], week=date(2026, 11, 23), country="", timezone="UTC")
    >>> np.flatnonzero(week == STATES.index("open"))[[0, -1]] * 5 / 60
    array([ 9.        , 11.91666667])
    """
    minutes = np.zeros(WEEK, dtype=np.int8)
    for state, start, end in stretches(texts, week=week, country=country, timezone=timezone):
        minutes[start:end] = STATES.index(state)
    return np.asarray(minutes.reshape(SLOTS, SLOT_MIN).min(axis=1), dtype=np.int8)


def primary(tag: str) -> str:
    """Give the language of a BCP 47 tag without script and region.

    Examples
    --------
    >>> primary("zh-Hans-CN"), primary("ti")
    ('zh', 'ti')
    """
    return tag.partition("-")[0].lower()


def read_offers(read: Read, *, day: date, country: str, timezone: str) -> Offers:
    """Join services, places, hours and languages into offers.

    Parameters
    ----------
    read
        Gives a table of the atlas by name; nothing is written to it.
    day
        The day asked about.
    country, timezone
        As of ``layers.hours.state``.
    """
    services = read("services")
    locations = read("locations")
    joins = read("service_at_location")[["id", "service_id", "location_id"]]
    names = ["id", "organization_id", "category", "status", "setting", "date_checked"]
    table = services[names].rename(columns={"id": "service_id"})
    table["ended"] = table.pop("status").isin(ENDED)
    table["papers"] = 1.0 - yes_no(services["papers_asked"])
    table["women_only"] = 1.0 - yes_no(services["women_only"])
    table["free"] = yes_no(services["free"])
    table["no_referral"] = 1.0 - yes_no(services["referral_asked"])
    table["childcare"] = yes_no(services["childcare_on_site"])
    table["course_level"] = services["course_level"]
    for name in ("free_places", "min_age", "max_age"):
        table[name] = services[name].to_numpy(dtype=np.float64, na_value=np.nan)
    table["place_free"] = np.where(table["free_places"].isna(), np.nan, table["free_places"] > 0)
    table = table.merge(joins, on="service_id", how="left")
    places = locations[["id", "precision", "area_id"]].rename(columns={"id": "location_id"})
    places["step_free"] = yes_no(locations["step_free"])
    shapes = locations.geometry
    located = (~shapes.isna() & ~shapes.is_empty).to_numpy()
    exact = located & places["precision"].isin(["exact", "street"]).to_numpy()
    places["point"] = np.where(exact, np.cumsum(exact) - 1, -1)
    table = table.merge(places, on="location_id", how="left")
    table["point"] = table["point"].fillna(-1).astype(np.int64)
    _place(table)
    return Offers(
        table=table.reset_index(drop=True),
        points=gpd.GeoSeries(shapes[exact]).reset_index(drop=True),
        spoken=_spoken(read("service_languages")),
        schedules=_schedules(read("schedules")),
        day=day,
        country=country,
        timezone=timezone,
    )


def _place(table: pd.DataFrame) -> None:
    """Say for every offer whether it has a distance, serves an area, or neither."""
    has_area = table["area_id"].notna()
    visits = table["setting"].isin(["online", "outreach"])
    table.loc[visits, "point"] = -1
    point = table["point"] >= 0
    table["why"] = np.select(
        [
            table["setting"].eq("online"),
            table["setting"].eq("outreach"),
            table["precision"].eq("hidden"),
            ~point & table["precision"].isin(["area", "city"]),
            ~point,
        ],
        PLACELESS,
        default="",
    )
    area = ~point & has_area & table["setting"].ne("online").fillna(value=True).astype(bool)
    table["place"] = np.select([point, area], ["point", "area"], default="none")


def yes_no(column: pd.Series) -> Floats:
    """Turn yes, no and unknown into 1, 0 and NaN."""
    return np.array([np.nan if pd.isna(value) else float(value) for value in column.tolist()])


def _spoken(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    columns = (rows[name].tolist() for name in ("service_id", "language", "level"))
    for service, tag, level in zip(*columns, strict=True):
        langs = found.setdefault(service, {})
        value = np.nan if pd.isna(level) else float(level in WORKING)
        before = langs.get(primary(tag), 0.0)
        # staff beats "level unknown", which beats a leaflet
        langs[primary(tag)] = 1.0 if 1.0 in {before, value} else before + value
    return found


def _schedules(rows: pd.DataFrame) -> dict[str, list[Schedule]]:
    found: dict[str, list[Schedule]] = {}
    names = ("service_at_location_id", "opening_hours", "starts_on", "ends_on")
    for sal, text, *days in zip(*(rows[name].tolist() for name in names), strict=True):
        first, last = (None if pd.isna(day) else day.date() for day in days)
        found.setdefault(sal, []).append((None if pd.isna(text) else text, first, last))
    return found
