"""What a change does: people newly reached and newly lost, between two answers.

The two answers are of one world, of which some facts are unknown: what nobody knows of a service is
the same before and after, as long as it is asked in the same way. So where nothing has changed
nobody is newly reached, however little is known. What became known counts as a change that may have
been made or only been heard of; the ranges hold both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from layers.streets import Floats, Numbers
from mapping import fitting
from mapping.city import City
from mapping.coverage import seen
from mapping.few import FEW, shown
from mapping.gaps import Gaps, map_values, summed
from mapping.needs import Need
from mapping.offers import CERTAIN, EXCLUDED, Flags
from mapping.personas import persona_of
from mapping.travel import Way

# What of a need decides the answer to a fact: an unknown one is the same only if this is.
_ASKED: Final = MappingProxyType(
    {
        "hours": ("when", "hours", "stay_min"),
        "age": ("category", "age", "children"),
        "language": ("language", "also"),
        "course_level": ("course_level",),
        "together": ("together", "when", "hours", "stay_min"),
        "trust": ("community", "not_own_community"),
    }
)
Count = dict[str, int]


@dataclass(frozen=True, eq=False)
class Changed:
    """Two answers beside each other.

    Attributes
    ----------
    before, after
        The answers.
    newly, lost
        Those newly reached and newly lost, as answers whose "not reached" are these people;
        None where other people, or other areas, are counted than before.
    """

    before: Gaps
    after: Gaps
    newly: Gaps | None
    lost: Gaps | None

    @property
    def by_area(self) -> bool:
        """Whether numbers by area and district exist: never where papers are asked about."""
        papers = self.before.need.no_papers or self.after.need.no_papers
        return self.newly is not None and not papers

    @cached_property
    def before_map(self) -> pd.DataFrame:
        """What the map draws of the answer before, as of :func:`mapping.gaps.map_values`.

        Its lower bounds tell no more than the map after it and those newly reached and lost.
        """
        values = map_values(self.before)
        for at in self._small:
            low = self.at(at)["before"]["low"]
            values.loc[at, "people"] = low or pd.NA
        return values

    @cached_property
    def _small(self) -> Numbers:
        """Areas in which so few are newly reached or lost that the number before must be wider."""
        if self.newly is None or self.lost is None:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.newly.widened | self.lost.widened)

    def at(self, area: int) -> dict[str, Any]:
        """Give the numbers of one area; see :func:`told`."""
        people = self.after.people
        few = bool(np.isin(area, self._small))
        return {
            "people": shown(people.low[area], people.high[area]),
            **_beside(*(_one(answer, area) for answer in self._answers), few=few),
        }

    def of(self, which: Flags) -> dict[str, Any]:
        """Sum some of the areas; see :func:`told`."""
        said = [None if one is None else summed(one, which) for one in self._answers]
        counts = [None if one is None else one["not_reached"] for one in said]
        few = any(one is not None and 0 < one["high"] < FEW + 1 for one in counts[2:])
        people = summed(self.after, which)["people"]
        return {"people": people, **_beside(*counts, few=few or bool(which[self._small].any()))}

    @property
    def _answers(self) -> tuple[Gaps, Gaps, Gaps | None, Gaps | None]:
        return self.before, self.after, self.newly, self.lost


def changed(before: Gaps, after: Gaps) -> Changed:
    """Compare two answers, of one city at two times, of two atlases, or to two questions.

    Notes
    -----
    A start is newly reached for certain if a service reaches it for certain now, and none did
    perhaps before; it is perhaps newly reached if one reaches it perhaps now whose unknown facts
    say nothing of an offer before that reached it (the offer is new, nearer, or less unknown), and
    none did for certain before. Where she walks around places called unsafe, where starts differ,
    and in large areas without streets, only the two ranges are compared: the share newly reached
    is at least the lower end after less the upper one before, and at most the smaller of the upper
    end after and of all that were not reached for certain before (Fréchet's bounds).
    """
    same = before.level == after.level and before.ids == after.ids
    alike = same and all(
        np.array_equal(one, other, equal_nan=True)
        for one, other in (
            (before.people.low, after.people.low),
            (before.people.high, after.people.high),
        )
    )
    if not alike:
        return Changed(before, after, None, None)
    newly, lost = _gained(before, after), _gained(after, before)
    return Changed(before, after, *(_as_gaps(after, one) for one in (newly, lost)))


def told(change: Changed) -> dict[str, Any]:
    """Write a comparison as JSON.

    Returns
    -------
    report
        ``people``, ``before``, ``after`` (those not reached), ``newly_reached``, ``newly_lost``:
        {"low", "high"}; ``difference``: after less before, negative where fewer are left out;
        the last three null where other people or areas are counted; ``districts``, ``areas``:
        lists of the same with ``area_id``, areas only where something may have changed; null where
        papers are asked about or other people counted.
    """
    n = len(change.after.ids)
    whole = np.ones(n, dtype=np.bool_)
    same = change.before.level == change.after.level and change.before.ids == change.after.ids
    if not same:  # two different maps: only their totals stand beside each other
        row = {"people": summed(change.after, whole)["people"]}
        for name, one in (("before", change.before), ("after", change.after)):
            row[name] = summed(one, np.ones(len(one.ids), dtype=np.bool_))["not_reached"]
        empty = dict.fromkeys(("newly_reached", "newly_lost", "difference", "districts", "areas"))
        return row | empty
    found = change.of(whole)
    if not change.by_area:
        return found | {"districts": None, "areas": None}
    of = np.array(change.after.city.district_of(change.after.level), dtype=object)
    districts = [{"area_id": one, **change.of(of == one)} for one in dict.fromkeys(of.tolist())]
    districts.sort(
        key=lambda row: (*(row["difference"][end] for end in ("low", "high")), -row["after"]["low"])
    )
    moved = np.flatnonzero(_may_move(change.newly) | _may_move(change.lost))
    areas = [{"area_id": change.after.ids[at], **change.at(int(at))} for at in moved]
    return found | {"districts": districts, "areas": areas}


# --- who is newly reached ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Side:
    """The offers of one answer that are not excluded, and who walks to them."""

    answer: Gaps
    offers: pd.DataFrame  # key, unknown (frozenset), certain, place, point, area_id
    way: Way

    @property
    def city(self) -> City:
        return self.answer.city

    @cached_property
    def on_point(self) -> pd.DataFrame:
        return self.offers[self.offers["place"].eq("point")].reset_index(drop=True)

    @cached_property
    def in_area(self) -> pd.DataFrame:
        return self.offers[self.offers["place"].eq("area")].reset_index(drop=True)

    @cached_property
    def walked(self) -> tuple[csr_array, csr_array]:
        """(k, m) who walks to which offer on a point, for sure and perhaps, as 1."""
        walks = self.city.walks(self.answer.level, self.way)
        points = self.on_point["point"].to_numpy()
        return _ones(walks.sure)[:, points].tocsr(), _ones(walks.maybe)[:, points].tocsr()

    @cached_property
    def xy(self) -> Floats:
        """(m, 2) metres of the offers on a point."""
        found: Floats = self.city.points[0][self.on_point["point"].to_numpy()]
        return found

    @cached_property
    def around(self) -> Flags:
        """(k, a) whether a start lies in the area of an offer known to its area only."""
        start = self.city.homes(self.answer.level)
        inside = [self.city.inside(self.answer.level, one) for one in self.in_area["area_id"]]
        if not inside:
            return np.zeros((len(start.area), 0), dtype=np.bool_)
        return np.stack(inside, axis=1)[start.area]

    @cached_property
    def reached(self) -> tuple[Flags, Flags]:
        """(k,) whether a start reaches one for certain, and perhaps."""
        sure, maybe = self.walked
        certain = self.on_point["certain"].to_numpy(dtype=np.float64)
        everybody = np.asarray(maybe.sum(axis=1)).reshape(-1) > 0
        return sure @ certain > 0, everybody | self.around.any(axis=1)


def _side(answer: Gaps) -> _Side:
    city, need = answer.city, answer.need
    judged = fitting.judge(city, need)
    unknown = fitting.facts(city, need).loc[judged.index].isna()
    asked = {fact: (fact, *_asked(need, fact)) for fact in unknown.columns}
    offers = pd.DataFrame(
        {
            "key": list(
                zip(
                    *(judged[name].astype(str) for name in ("id", "service_id", "location_id")),
                    strict=True,
                )
            ),
            "unknown": pd.Series(
                [
                    frozenset(asked[fact] for fact in unknown.columns[row])
                    for row in unknown.to_numpy(dtype=bool)
                ],
                dtype=object,
            ).to_numpy(),
            "certain": judged["verdict"].eq(CERTAIN).to_numpy(),
            "place": judged["place"].to_numpy(),
            "point": judged["point"].to_numpy(),
            "area_id": judged["area_id"].to_numpy(dtype=object),
        }
    )
    fits = judged["verdict"].ne(EXCLUDED).to_numpy(dtype=bool)
    return _Side(answer, offers[fits].reset_index(drop=True), seen(city, need).way())


def _asked(need: Need, fact: str) -> tuple[object, ...]:
    """Say how a fact is asked: unknown answers to two different questions are two unknowns."""
    person = persona_of(need)
    mine = tuple(getattr(person, name) for name in _ASKED.get(fact, ()))
    return (type(need).__name__, *mine) if fact == "hours" else mine


def _gained(before: Gaps, after: Gaps) -> tuple[Floats, Floats]:
    """Give the share of each area's people reached after and not before, at least and at most."""
    least = np.clip(after.reached_low - before.reached_high, 0, 1)
    most = np.minimum(after.reached_high, 1 - before.reached_low)
    if not _followed(before, after):
        return least, most
    old, new = _side(before), _side(after)
    start = after.city.homes(after.level)
    sure = new.reached[0] & ~old.reached[1]
    perhaps = _uncovered(old, new) & ~old.reached[0]
    n = len(after.ids)
    low, high = (np.bincount(start.area, start.weight * one, n) for one in (sure, perhaps))
    walked = np.bincount(start.area, minlength=n) > 0
    # large areas without streets have no start: as nothing, if nothing came nearer or is new
    still = walked | (not _news(old, new))
    high = np.where(still, high, most)
    return np.where(walked, np.maximum(low, least), least), np.minimum(high, most)


def _followed(before: Gaps, after: Gaps) -> bool:
    """Tell whether both answers start at the same points and go by one way, so that offers do."""
    if any(persona_of(one.need).avoids_unsafe for one in (before, after)):
        return False
    one, other = (answer.city.homes(answer.level) for answer in (before, after))
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("area", "weight", "xy")
    )


def _uncovered(old: _Side, new: _Side) -> Flags:
    """Mark starts that reach an offer now, whose unknown facts settle nothing about before."""
    sure, _ = old.walked
    _, maybe_now = new.walked
    less, stayed = _no_more_unknown(old, new)
    covered = sure @ less
    if _no_shorter(old, new):  # an unsure walk is as unsure as before
        covered = covered + old.walked[1] @ stayed
    open_ = maybe_now - maybe_now.multiply(_ones(covered.tocsr()))
    found = np.asarray(open_.sum(axis=1)).reshape(-1) > 0.5
    for at, offer in enumerate(new.in_area.itertuples(index=False)):
        mine = old.in_area["key"].map(lambda key, one=offer: key == one.key).astype(bool)
        fits = mine & old.in_area["unknown"].map(lambda held, one=offer: held <= one.unknown)
        found |= new.around[:, at] & ~old.around[:, fits.to_numpy(dtype=bool)].any(axis=1)
    return found


def _news(old: _Side, new: _Side) -> bool:
    """Tell whether any offer now is new, elsewhere, farther in reach or less unknown."""
    _, stayed = _no_more_unknown(old, new)
    known = np.asarray(stayed.sum(axis=0)).reshape(-1) > 0
    return not (bool(known.all()) and _no_shorter(old, new) and not len(new.in_area))


def _no_more_unknown(old: _Side, new: _Side) -> tuple[csr_array, csr_array]:
    """Match offers before with the same ones now, of which no less is unknown.

    Returns (m before, m now) with 1: wherever they are, and where they have not moved.
    """
    rows: dict[Any, list[int]] = {}
    for at, key in enumerate(old.on_point["key"]):
        rows.setdefault(key, []).append(at)
    held = old.on_point["unknown"].tolist()
    pairs = [
        (at, now)
        for now, (key, unknown) in enumerate(
            zip(new.on_point["key"], new.on_point["unknown"], strict=True)
        )
        for at in rows.get(key, ())
        if held[at] <= unknown
    ]
    one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    shape = (len(held), len(new.on_point))
    stayed = (old.xy[one] == new.xy[other]).all(axis=1)
    return tuple(  # type: ignore[return-value] # two of them
        csr_array((np.ones(kept.sum()), (one[kept], other[kept])), shape=shape)
        for kept in (np.ones(len(one), dtype=np.bool_), stayed)
    )


def _no_shorter(old: _Side, new: _Side) -> bool:
    """Tell whether a walk that may have been too long now may have been so before, and no other."""
    if replace(old.way, minutes=1.0) != replace(new.way, minutes=1.0):
        return False
    if old.way.minutes < new.way.minutes:
        return False
    if old.way.stepless and old.city is not new.city:  # what is known of steps may differ
        return False
    one, other = old.city.streets, new.city.streets
    if one is other or one is None or other is None:
        return one is other
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("xy", "u", "v", "metres")
    )


def _ones(found: csr_array) -> csr_array:
    """Give 1 for every entry that is stored, a walk of no length too."""
    return csr_array((np.ones(found.nnz), found.indices, found.indptr), shape=found.shape)


# --- as it may be said ---------------------------------------------------------------------------


def _as_gaps(after: Gaps, share: tuple[Floats, Floats]) -> Gaps:
    """Write the share newly reached as an answer, so that the rule for few people holds for it."""
    low, high = share
    return replace(after, reached_low=1 - np.maximum(low, high), reached_high=1 - low)


def _may_move(found: Gaps | None) -> Flags:
    if found is None:
        return np.zeros(0, dtype=np.bool_)
    return np.nan_to_num(found.not_high) > 0


def _one(answer: Gaps | None, area: int) -> Count | None:
    return None if answer is None else shown(answer.not_low[area], answer.not_high[area])


def _beside(
    before: Count | None, after: Count | None, newly: Count | None, lost: Count | None, *, few: bool
) -> dict[str, Count | None]:
    """Put numbers beside each other; where few are newly reached or lost, "before" is widened."""
    row = {"before": before, "after": after, "newly_reached": newly, "newly_lost": lost}
    if before is None or after is None or newly is None or lost is None:
        return row | {"difference": None}
    if few:
        row["before"] = _hull(before, after, newly, lost)
    change = {"low": lost["low"] - newly["high"], "high": lost["high"] - newly["low"]}
    return row | {"difference": change}


def _hull(before: Count, after: Count, newly: Count, lost: Count) -> Count:
    """Widen the number before to what follows from the others, so that it tells no more."""
    low = min(before["low"], after["low"] + newly["low"] - lost["high"])
    high = max(before["high"], after["high"] + newly["high"] - lost["low"])
    return shown(max(low, 0), high)
