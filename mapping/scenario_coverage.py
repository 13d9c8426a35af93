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
    for category in CATEGORY:
        moved = _moved(before.offers, after.offers, category)
        if moved and EVERYONE in before.groups():
            yield Need(category=category, minutes=minutes)
        for tag, group in tongues.items():
            if any(_may_speak(city.offers, moved, tag) for city in (before, after)):
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


def _moved(before: Offers, after: Offers, category: str) -> set[str]:
    """Name the services of a kind of which any offer is not as it was, or is new, or gone."""
    one, other = (_offered(offers, category) for offers in (before, after))
    return {
        service
        for service in one.keys() | other.keys()
        if one.get(service) != other.get(service)
        or before.spoken.get(service) != after.spoken.get(service)
    }


def _offered(offers: Offers, category: str) -> dict[str, list[tuple[str, ...]]]:
    """Give for each service of a kind all that is known of its offers, to be compared."""
    table = offers.table[offers.table["category"].eq(category)]
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in table.itertuples(index=False):
        hours = offers.schedules.get(row.id) if isinstance(row.id, str) else None
        found.setdefault(str(row.service_id), []).append((*map(repr, row), repr(hours)))
    return found


def _may_speak(offers: Offers, services: set[str], tag: str) -> bool:
    """Tell whether any of these services is, or may be, understood in a language."""
    here = services & set(offers.table["service_id"])
    # one without any list may speak every language
    return any(offers.spoken.get(one, {tag: math.nan}).get(tag, 0.0) != 0 for one in here)


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
