"""Who could introduce two actors to each other: a partner of both, or a chain of two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import pandas as pd

from mapping.counted import WEAKEST, Counted

MOST_ASKED: Final = 3  # times that one actor is asked to introduce others, in one list


@dataclass(frozen=True, slots=True, kw_only=True)
class Introducer:
    """Who knows both, and how well.

    Attributes
    ----------
    actors
        One partner of both; or two, of whom the first knows the one and the second the other.
    strength
        The weakest tie on the way, 1 to 3; an unknown strength counts 1.
    confirmed
        How many ends of the ties on the way said so themselves.
    """

    actors: tuple[str, ...]
    strength: int
    confirmed: int


@dataclass(frozen=True)
class Partners:
    """Who knows whom, by the ties that count.

    Attributes
    ----------
    ties
        For each actor its partners, each with the strongest tie and how many ends confirmed it.
    led
        Actors known to be led by migrants.
    spared
        Actors to be asked last: whom it could harm to be named.
    asked
        How often each was asked so far.
    """

    ties: dict[str, dict[str, tuple[int, int]]]
    led: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()
    asked: Counter[str] = field(default_factory=Counter)

    def known_to(self, actor: str) -> dict[str, tuple[int, int]]:
        """Give an actor's partners."""
        return self.ties.get(actor, {})

    def between(
        self,
        a: str,
        b: str,
        *,
        never: Callable[[str, str], bool],
        passed: Collection[object] = (),
    ) -> tuple[Introducer, ...]:
        """List who could introduce two actors, the best first; chains where nobody knows both.

        Parameters
        ----------
        a, b
            The two.
        never
            Whether two actors must not meet: then neither introduces the other to anybody.
        passed
            Go-betweens round whom the tie would lead: asked only where nobody else could be.
        """
        one, other = self.known_to(a), self.known_to(b)
        free = {
            c
            for c in {*one, *other} - {a, b}
            if self.asked[c] < MOST_ASKED and not never(c, a) and not never(c, b)
        }
        both = [self._over((a, c, b)) for c in one if c in other and c in free]
        if not both:
            both = [
                self._over((a, c, d, b))
                for c in one
                if c in free
                for d in self.known_to(c)
                if d in free and d in other and d != c and not never(c, d)
            ]
        led = a in self.led or b in self.led
        return tuple(sorted(both, key=lambda found: self._order(found, led=led, passed=passed)))

    def _over(self, way: tuple[str, ...]) -> Introducer:
        ties = [self.ties[x][y] for x, y in pairwise(way)]
        return Introducer(
            actors=way[1:-1],
            strength=min(strength for strength, _ in ties),
            confirmed=sum(confirmed for _, confirmed in ties),
        )

    def _order(
        self, one: Introducer, *, led: bool, passed: Collection[object]
    ) -> tuple[object, ...]:
        """Strongest and best confirmed first; for a migrant-led actor one who works with such."""
        friends = min(self._friend(actor) for actor in one.actors) if led else 0
        return (
            any(actor in self.spared for actor in one.actors),
            any(actor in passed for actor in one.actors),
            -one.strength,
            -one.confirmed,
            -friends,
            max(self.asked[actor] for actor in one.actors),
            sum(len(self.known_to(actor)) for actor in one.actors),  # who knows fewer has time
            one.actors,
        )

    def _friend(self, actor: str) -> int:
        if actor in self.led:
            return 2
        return int(bool(self.led & self.known_to(actor).keys()))


def partners(
    organizations: pd.DataFrame, ties: pd.DataFrame, counted: Counted, *, spared: frozenset[str]
) -> Partners:
    """Read who knows whom.

    Parameters
    ----------
    organizations
        Actors that are shown.
    ties, counted
        Table ``ties``, and which of them count.
    spared
        Actors to be asked last.
    """
    shown = set(organizations["id"].astype(str))
    found: dict[str, dict[str, tuple[int, int]]] = {}
    rows = counted.of(ties)
    strength = rows["strength"].astype("Float64").fillna(WEAKEST).astype(int)
    confirmed = rows["confirmed_by"].astype("Float64").fillna(0).astype(int)
    ends = (rows[name].astype(str) for name in ("from_id", "to_id"))
    for a, b, how, said in zip(*ends, strength, confirmed, strict=True):
        if a == b or a not in shown or b not in shown:
            continue
        before = found.get(a, {}).get(b, (0, 0))
        best = max(before[0], how), max(before[1], said)
        found.setdefault(a, {})[b] = best
        found.setdefault(b, {})[a] = best
    led = organizations["migrant_led"].fillna(value=False).astype(bool)
    return Partners(
        ties=found,
        led=frozenset(organizations.loc[led, "id"].astype(str)),
        spared=spared,
    )
