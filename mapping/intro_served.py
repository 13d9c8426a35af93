"""Whom trust would bring: people newly served when a community trusts a service through a tie.

A service may be there, near, open and speak the language, and still not be gone to. One tie that
carries trust, to an actor whom women of the community said they trust, is what can change (the
definition is that of :mod:`mapping.trust`). What a tie brings hangs on the service's actor and the
community alone, so it is found once for those and not for every pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import csc_array

from layers.errors import LayerError
from layers.streets import Floats
from layers.vocab import BAND, CATEGORY
from mapping import coverage, differences, fitting, offer_reach, trust
from mapping.city import City, People
from mapping.few import FEW, in_fives
from mapping.first_calls import halves
from mapping.offer_reach import Ground, Hour
from mapping.offers import Flags, primary
from mapping.personas import FACTS_OF, Persona

_SOMEBODY: Final = 1e-6  # people; what sums of fractions are off by


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a tie to any of ``through`` would bring to one kind of person.

    Attributes
    ----------
    persona
        Whom: with a community by whose trust she goes.
    provider
        The actor whose services she could use and does not trust, or of whom nobody said.
    through
        Actors her community said it trusts, with the band of how many women said so, most first.
    doubted
        Whether women said that they do not trust the provider; else nobody said.
    low, high
        People covered with the tie and not without, at least and at most: not rounded.
    before, after
        People covered without it and with it, at least and at most: not rounded.
    of
        People of her group, at least and at most.
    """

    persona: Persona
    provider: str
    through: tuple[tuple[str, str], ...]
    doubted: bool
    low: float
    high: float
    before: tuple[float, float]
    after: tuple[float, float]
    of: tuple[float, float]

    @property
    def certain(self) -> bool:
        """Whether at least five people are certainly served who were not."""
        return self.low > FEW

    @property
    def shown(self) -> dict[str, int]:
        """People newly served as they may be shown: outward to fives, never one to four."""
        return in_fives(self.low, self.high, self.of)


def personas(city: City, kept: Iterable[Persona] = ()) -> list[Persona]:
    """Give the kinds of people who are asked for: those kept, and one a community and category.

    Parameters
    ----------
    city
        Needs people by area, and what women said of whom they trust.
    kept
        Personas of the atlas; one who asks for no trust is left out, for no tie changes anything
        for her; one who needs two kinds of help on a trip is asked for each.
    """
    found = [half for one in kept for half in halves(one) if half.community is not None]
    if city.read("population").empty or not city.groups():
        return []
    said = city.read("trust")
    for tag in sorted(set(said["community"].dropna().map(primary))):
        group = differences.proxy(city, tag)
        if group is not None:
            found += [
                Persona(category=one, language=tag, group=group, community=tag) for one in CATEGORY
            ]
    return list(dict.fromkeys(found))


def served(city: City, several: Iterable[Persona]) -> list[Served]:
    """Find what trust would bring to some kinds of people, by actor that offers them something.

    Parameters
    ----------
    city
        Asked on its day, with all its ties of that day, however few a page counts.
    several
        As of :func:`personas`.

    Returns
    -------
    found
        Only where it brings somebody, perhaps; most people for certain first.

    Notes
    -----
    Start by start: newly served for certain where no service she may use was in reach, and one of
    the provider's is that fits for certain but for trust; perhaps where none was in reach for
    certain. Where she walks around places called unsafe, from the bounds of each area.
    """
    every = _City(city)
    found = [one for persona in several for one in every.of(persona)]
    return sorted(found, key=lambda one: (-one.low, -one.high, one.provider))


class _City:
    """A city with what several personas share: who is trusted, and what is in reach."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.owner = city.offers.table["organization_id"].fillna("").astype(str).to_numpy(object)
        self._trusted: dict[tuple[str, bool], dict[str, float]] = {}
        self._through: dict[tuple[str, bool], tuple[tuple[str, str], ...]] = {}
        self._ground: dict[object, Ground] = {}

    def of(self, persona: Persona) -> Iterator[Served]:
        """Give what trust would bring to one persona."""
        through = self._sources(persona)
        if not through:
            return
        try:
            level, people = self.city.people(persona.group)
        except LayerError:  # a persona kept for a group that nobody counts
            return
        untold = replace(persona, community=None, not_own_community=False)
        facts = fitting.facts(self.city, untold)
        mine = fitting.running(self.city, persona)
        others = fitting.states(facts, tuple(f for several in FACTS_OF.values() for f in several))
        state = self._state(persona)
        changed = mine & (others != 0) & (state != 1) & self._may_change(persona)
        if not changed.any():
            return
        ground = self._reach(coverage.Seen(self.city, untold, level, facts))
        sums = _Sums(ground, people, (mine & (others == 1), mine & (others != 0)), state)
        for provider in dict.fromkeys(self.owner[changed]):
            rows = changed & (self.owner == provider)
            low, high, after = sums.gained(rows)
            if high > _SOMEBODY:
                yield Served(
                    persona=persona,
                    provider=str(provider),
                    through=tuple(one for one in through if one[0] != provider),
                    doubted=bool((state[rows] == 0).all()),
                    low=low,
                    high=high,
                    before=sums.before,
                    after=after,
                    of=(float(sums.low.sum()), float(sums.high.sum())),
                )

    def _key(self, persona: Persona) -> tuple[str, bool]:
        return primary(persona.community or ""), persona.not_own_community

    def _state(self, persona: Persona) -> Floats:
        """Say of every offer whether her community trusts it."""
        key = self._key(persona)
        if key not in self._trusted:
            self._trusted[key] = trust.trusted(
                self.city.read("organizations"),
                self.city.read("trust"),
                self.city.read("ties"),
                community=key[0],
                not_own=key[1],
                day=self.city.day,
            )
        by_actor = self._trusted[key]
        return np.array([by_actor.get(one, np.nan) for one in self.owner], dtype=np.float64)

    def _may_change(self, persona: Persona) -> Flags:
        """Mark offers of actors that a tie can make trusted: no actor left out by her choice."""
        barred = self._barred(persona)
        return np.array([bool(one) and one not in barred for one in self.owner], dtype=np.bool_)

    def _barred(self, persona: Persona) -> set[str]:
        if not persona.not_own_community:
            return set()
        return trust.of_community(self.city.read("organizations"), persona.community or "")

    def _sources(self, persona: Persona) -> tuple[tuple[str, str], ...]:
        """Name whom her community said it trusts, in all sessions, most women first."""
        key = self._key(persona)
        if key not in self._through:
            mine = trust.said_by(self.city.read("trust"), key[0])
            barred = self._barred(persona)
            bands: dict[str, str] = {}
            for actor, rows in mine.groupby(mine["organization_id"].astype(str), sort=True):
                if set(rows["state"]) == {"trusted"} and str(actor) not in barred:
                    bands[str(actor)] = max(rows["said_by"].astype(str), key=BAND.index)
            order = sorted(bands, key=lambda one: (-BAND.index(bands[one]), one))
            self._through[key] = tuple((one, bands[one]) for one in order)
        return self._through[key]

    def _reach(self, view: coverage.Seen) -> Ground:
        """Find what is in reach of every start: once for all who go the same way."""
        persona = view.persona
        way = (view.level, view.way())
        key: object = (*way, persona) if persona.avoids_unsafe else way
        if key not in self._ground:
            rows = np.arange(len(self.city.offers.table), dtype=np.int64)
            self._ground[key] = offer_reach.ground(view, rows)
        return self._ground[key]


class _Sums:
    """One persona's starts, and who of them is covered: for certain, and perhaps."""

    def __init__(
        self, ground: Ground, people: People, fits: tuple[Flags, Flags], state: Floats
    ) -> None:
        self.ground, self.fits = ground, fits
        self.low, self.high = np.nan_to_num(people.low), np.nan_to_num(people.high)
        self.spread = ground.spread
        sure, maybe = fits[0] & (state == 1), fits[1] & (state != 0)
        self.sure = [_any(one.sure, sure & one.ready) for one in ground.hours]
        self.maybe = [_any(one.maybe, maybe) for one in ground.hours]
        self.shares = self._shares(self.sure, self.maybe)
        self.before = self._ends(self.shares)

    def gained(self, rows: Flags) -> tuple[float, float, tuple[float, float]]:
        """Give people newly covered if these offers are trusted, at least and at most, and ends."""
        more = [self._more(one, rows) for one in self.ground.hours]
        sure = [old | new for old, (new, _) in zip(self.sure, more, strict=True)]
        maybe = [old | new for old, (_, new) in zip(self.maybe, more, strict=True)]
        after = self._shares(sure, maybe)
        if len(more) == 1:
            newly = self.spread @ (sure[0] & ~self.maybe[0]).astype(np.float64)
            perhaps = self.spread @ (more[0][1] & ~self.sure[0]).astype(np.float64)
        else:
            newly = np.clip(after[0] - self.shares[1], 0, 1)
            reached = np.clip(sum(self.spread @ one.astype(np.float64) for _, one in more), 0, 1)
            perhaps = np.clip(np.minimum(after[1] - self.shares[0], reached), 0, 1)
        low = float(self.low @ newly)
        return low, max(low, float(self.high @ perhaps)), self._ends(after)

    def _more(self, hour: Hour, rows: Flags) -> tuple[Flags, Flags]:
        sure, maybe = self.fits
        return _any(hour.sure, rows & sure & hour.ready), _any(hour.maybe, rows & maybe)

    def _shares(self, sure: list[Flags], maybe: list[Flags]) -> tuple[Floats, Floats]:
        """Put the parts of the day together: the best of them for certain, all of them perhaps."""
        low, high = (
            np.stack([self.spread @ one.astype(np.float64) for one in several], axis=1)
            for several in (sure, maybe)
        )
        if not self.ground.capped:
            return low[:, 0], np.maximum(low[:, 0], high[:, 0])
        best = low[:, :-1].max(axis=1)
        return best, np.maximum(best, np.minimum(high[:, :-1].sum(axis=1), high[:, -1]))

    def _ends(self, shares: tuple[Floats, Floats]) -> tuple[float, float]:
        return float(self.low @ shares[0]), float(self.high @ shares[1])


def _any(reach: csc_array, offers: Flags) -> Flags:
    """(k,) whether a start reaches any of some offers."""
    return np.asarray(reach[:, np.flatnonzero(offers)].sum(axis=1) > 0, dtype=np.bool_)


def trusts(said: Iterable[Served]) -> pd.DataFrame:
    """Put what was found into a table of pairs: one row an actor and whom it could be tied to.

    Returns
    -------
    pairs
        ``provider``, ``through``, ``band`` (place in ``vocab.BAND``), ``low``, ``high``, ``at``
        (number of the served).
    """
    rows = [
        (one.provider, actor, BAND.index(band), one.low, one.high, at)
        for at, one in enumerate(said)
        for actor, band in one.through
    ]
    return pd.DataFrame(rows, columns=["provider", "through", "band", "low", "high", "at"])
