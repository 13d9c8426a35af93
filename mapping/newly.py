"""Who is newly reached: start by start and offer by offer, with what nobody knows held the same.

At a start every offer in reach is a condition: the set of its unknown facts. One offer says all
that another says if it is the same offer with no more unknown; so much was there before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from layers.streets import Floats
from mapping import fitting
from mapping.city import City
from mapping.coverage import seen
from mapping.gaps import Gaps
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


@lru_cache(maxsize=4)  # who is gained and who is lost is asked of the same two answers
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


def gained(before: Gaps, after: Gaps) -> tuple[Floats, Floats]:
    """Give the share of each area's people reached after and not before, at least and at most.

    Parameters
    ----------
    before, after
        Two answers about the same areas. Changed over, they give those who are lost.

    Returns
    -------
    low, high
        (n,) from 0 to 1.
    """
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
    for answer in (before, after):
        persona = persona_of(answer.need)
        # hours of the way, and a way by two places, are of no one offer; minutes of no one start
        if persona.avoids_unsafe or persona.together or answer.city.minutes is not None:
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
