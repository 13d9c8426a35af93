"""What a change does: people newly reached and newly lost, between two answers.

The two answers are of one world, of which some facts are unknown: what nobody knows of a service is
the same before and after, as long as it is asked in the same way. So where nothing has changed
nobody is newly reached, however little is known. What became known counts as a change that may have
been made or only been heard of; the ranges hold both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from layers.streets import Floats, Numbers
from mapping.few import FEW, shown
from mapping.gaps import Gaps, map_values, summed
from mapping.newly import gained
from mapping.offers import Flags

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
        row, people = _beside(*counts, few=few), summed(self.after, which)["people"]
        before, small = row["before"], self._small[which[self._small]]
        if before is not None and small.size:  # as wide as its parts, or they follow from it
            parts = [(self.at(at)["before"], _one(self.before, at)) for at in small.tolist()]
            low = sum(own["low"] - wide["low"] for wide, own in parts if own)
            high = sum(wide["high"] - own["high"] for wide, own in parts if own)
            row["before"] = shown(
                max(before["low"] - low, 0), min(before["high"] + high, people["high"])
            )
        return {"people": people, **row}

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
    none did for certain before. Where she walks around places called unsafe or needs two kinds of
    help on one trip, where starts differ or minutes are given, and in large areas without streets,
    only the two ranges are compared: the share newly reached
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
    newly, lost = gained(before, after), gained(after, before)
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
