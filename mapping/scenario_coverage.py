"""Which coverage a scenario takes away or brings: by kind of help and by language.

Asked are only the kinds of help whose services, hours, languages or trust the scenario changes:
for everyone, for each language of a community in which people are counted, and for each community
by whose trust people come. The same people stand behind several rows, so rows are never summed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from layers.vocab import CATEGORY
from mapping import differences, gaps
from mapping.changed import Changed, changed
from mapping.city import City
from mapping.needs import EVERYONE, Need
from mapping.offers import Offers, primary
from mapping.personas import Persona


@dataclass(frozen=True, eq=False)
class Row:
    """One question before and after.

    Attributes
    ----------
    need
        What is asked: a persona where it is about trust.
    change
        Both answers.
    """

    need: Need
    change: Changed

    @property
    def by_trust(self) -> bool:
        """Whether it asks for those who come by the trust of their community."""
        return isinstance(self.need, Persona)

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """People, those not reached before and after, newly reached and lost, as ranges."""
        everywhere = np.ones(len(self.change.after.ids), dtype=np.bool_)
        return self.change.of(everywhere)

    @property
    def is_nothing(self) -> bool:
        """Whether certainly nobody is lost and nobody newly reached."""
        found = (self.numbers["newly_lost"], self.numbers["newly_reached"])
        return all(one is not None and one["high"] == 0 for one in found)


def coverage(
    before: City,
    after: City,
    *,
    minutes: float = 15.0,
    tell: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Ask what is lost and gained, those first who lose most for certain.

    Parameters
    ----------
    before, after
        One city as it is and as it would be, as of :func:`mapping.scenarios.city_under`.
    minutes
        The longest walk.
    tell
        Called with how many questions are answered, and of how many (0: not known yet); may raise
        to stop.

    Returns
    -------
    rows
        Those too in which nobody is lost or newly reached; none where no service is concerned.
    """
    if tell is not None:
        tell(0, 0)
    needs = list(questions(before, after, minutes=minutes))
    rows = []
    for done, need in enumerate(needs):
        if tell is not None:
            tell(done, len(needs))
        rows.append(Row(need, changed(gaps.gaps(before, need), gaps.gaps(after, need))))
    return sorted(rows, key=_first)


def questions(before: City, after: City, *, minutes: float = 15.0) -> Iterator[Need]:
    """Give what has to be asked anew because something of it is different."""
    tongues = {
        tag: group
        for tag in differences.communities(before)
        if (group := differences.proxy(before, tag)) is not None
    }
    for category in _categories(before.offers, after.offers):
        if EVERYONE in before.groups():
            yield Need(category=category, minutes=minutes)
        for tag, group in tongues.items():
            yield Need(category=category, language=tag, group=group, minutes=minutes)
    for community in sorted({primary(str(one)) for one in before.read("trust")["community"]}):
        group = differences.proxy(before, community)
        if group is None:
            continue
        for category in _by_trust(before, after, community):
            yield Persona(
                category=category,
                language=community,
                community=community,
                group=group,
                minutes=minutes,
            )


def _first(row: Row) -> tuple[int, int, int, int]:
    """Put first who loses most for certain, then perhaps; then who gains most."""
    lost, newly = (
        row.numbers[name] or {"low": 0, "high": 0} for name in ("newly_lost", "newly_reached")
    )
    return -lost["low"], -lost["high"], -newly["low"], -newly["high"]


def _categories(before: Offers, after: Offers) -> list[str]:
    """Name the kinds of help of which any offer is not as it was."""
    return [one for one in CATEGORY if not _alike(before, after, one)]


def _alike(before: Offers, after: Offers, category: str) -> bool:
    one, other = (
        offers.table[offers.table["category"].eq(category)].reset_index(drop=True)
        for offers in (before, after)
    )
    if not one.equals(other):
        return False
    services, joins = one["service_id"].tolist(), one["id"].dropna().tolist()
    return all(before.spoken.get(each) == after.spoken.get(each) for each in services) and all(
        before.schedules.get(each) == after.schedules.get(each) for each in joins
    )


def _by_trust(before: City, after: City, community: str) -> list[str]:
    """Name the kinds of help of actors whom a community trusts more, or less, than before."""
    old, new = (city.trusted(community) for city in (before, after))
    nobody = float("inf")  # no answer of trust.trusted
    moved = {
        actor
        for actor in old.keys() | new.keys()
        if not _same(old.get(actor, nobody), new.get(actor, nobody))
    }
    here: set[str] = set()
    for city in (before, after):
        table = city.offers.table
        mine = table["organization_id"].isin(moved).to_numpy(dtype=bool)
        here |= set(table.loc[mine, "category"])
    return [one for one in CATEGORY if one in here]


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
