"""Whom to introduce to whom: ties that are proposed for reasons, and who could make them.

Never by the shape of the network alone: what a tie would bring comes first (people newly served
when trust arrives), then whom it frees from one go-between, then what the two have in common. How
near sectors come to each other is shown beside what chance would give. Formulas and limits:
``docs/method-network.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from layers import consent
from layers.errors import LayerError
from mapping import intro_pairs, intro_rivals, intro_served, intro_who
from mapping.city import City
from mapping.counted import Counted
from mapping.intro_pairs import Field
from mapping.intro_rivals import Beside
from mapping.intro_search import MOST, WANTED, Search, Taken
from mapping.intro_served import Served
from mapping.intro_shared import Common
from mapping.intro_ways import Hanging
from mapping.intro_who import Introducer
from mapping.personas import Persona

FEWEST, MOST_ACTORS = 2, 1500  # with more actors every pair would not fit into memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One tie that is proposed.

    Attributes
    ----------
    a, b
        The two actors. Where a community would come to trust a service, ``a`` offers it.
    kind
        The kind of tie: ``delivers_with`` or ``refers_to``; both may carry trust.
    served
        What trust would bring, most people for certain first. Each number is of this tie alone, and
        several kinds of people may be the same people.
    instead
        Actors through whom ``a`` would serve the same people.
    ways
        Who would no longer hang on one go-between, or have a first way.
    common
        What the two have in common.
    reach
        By how much the mean of 1 / steps between sectors rises.
    introducers
        Who knows both; or a chain of two, the first of whom knows ``a``; empty: nobody.
    joins
        Whether it joins two parts of the network: more then hangs on its ends, whoever they are.
    most
        The greatest betweenness by steps with this tie.
    opened
        The greatest betweenness by strength and direction, now and with this tie, where it rises:
        the tie makes ways in a direction in which there were none.
    ask_first
        Of the two, and of who would introduce them: actors it could harm to be named.
    """

    a: str
    b: str
    kind: str
    served: tuple[Served, ...]
    instead: tuple[str, ...]
    ways: tuple[Hanging, ...]
    common: tuple[Common, ...]
    reach: float
    introducers: tuple[Introducer, ...]
    joins: bool
    most: float
    opened: tuple[float, float] | None
    ask_first: tuple[str, ...]

    @property
    def because(self) -> str:
        """What it is proposed for above all, as of ``WANTED``."""
        if any(one.certain for one in self.served):
            return "served"
        if self.ways:
            return "ways"
        return "common" if self.common else "served" if self.served else "reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Introductions:
    """All that is proposed, in its order.

    Attributes
    ----------
    suggestions
        The best first.
    left_out
        How many pairs with a reason were left out, by rule: those of :mod:`mapping.intro_rules`,
        and ``bottleneck``.
    refused
        Actors that refused to be shown.
    beside
        Suggested ties together and ties by chance, as of :func:`mapping.intro_rivals.beside`.
    most_now, most_together
        The greatest betweenness, without and with all that is suggested.
    asked_for
        How many kinds of people were asked for.
    actors, ties
        How many there are.
    """

    suggestions: tuple[Suggestion, ...]
    left_out: dict[str, int]
    refused: int
    beside: dict[str, Beside]
    most_now: float
    most_together: float
    asked_for: int
    actors: int
    ties: int


def introductions(
    city: City,
    counted: Counted,
    *,
    kept: Iterable[Persona] = (),
    wanted: str = "all",
    most: int = MOST,
    tell: Callable[[int, int], None] | None = None,
) -> Introductions:
    """Propose whom to introduce to whom.

    Parameters
    ----------
    city
        Its tables on its day; one without people, services or trust still has a network.
    counted
        Which ties the measures count.
    kept
        Personas of the atlas: those who go by the trust of a community are asked for.
    wanted
        What counts, one of ``WANTED``: ``all`` puts people newly served first, then second ways,
        then what two have in common.
    most
        How many, at most.
    tell
        Called now and then with how many were found, of how many.

    Raises
    ------
    ValueError
        If ``wanted`` is unknown.
    LayerError
        ``introductions_too_many`` above 1,500 actors; ``hours_unreadable`` of a persona kept.

    Notes
    -----
    One after another: what an earlier tie brings already counts no more for a later one. No tie
    raises the greatest betweenness (by :func:`mapping.network.measures` and by steps alone), by
    itself or with those before it, but where it joins two parts of the network; the first of the
    two also where it makes ways in a new direction.
    """
    if wanted not in WANTED:
        raise ValueError(f"wanted must be one of {WANTED}, got {wanted!r}")
    told = tell or (lambda _done, _of: None)
    told(0, most)
    several = intro_served.personas(city, kept)
    actors = len(consent.shown_actors(city.read("organizations")))
    if actors > MOST_ACTORS:
        raise LayerError("introductions_too_many", count=actors, most=MOST_ACTORS)
    if actors < FEWEST:
        return _nothing(city, len(several))
    found = intro_pairs.field(city, counted, intro_served.served(city, several))
    people = intro_who.partners(
        found.organizations, city.read("ties"), counted, spared=found.rules.ask_first
    )
    search = Search(found, people, wanted)
    pairs = search.run(most, told)
    return Introductions(
        suggestions=tuple(_suggestion(found, one) for one in search.taken),
        left_out=search.left_out,
        refused=found.rules.refused,
        beside=intro_rivals.beside(found, pairs, found.crossing),
        most_now=search.limit.before,
        most_together=search.limit.together,
        asked_for=len(several),
        actors=len(found.actors),
        ties=found.graph.number_of_edges(),
    )


def _nothing(city: City, asked_for: int) -> Introductions:
    """Say that there is nobody to introduce to anybody."""
    organizations = city.read("organizations")
    shown = len(consent.shown_actors(organizations))
    return Introductions(
        suggestions=(),
        left_out={},
        refused=len(organizations) - shown,
        beside={},
        most_now=0.0,
        most_together=0.0,
        asked_for=asked_for,
        actors=shown,
        ties=0,
    )


def _suggestion(found: Field, taken: Taken) -> Suggestion:
    """Say of a tie that was taken what it is proposed for."""
    a, b = (found.actors[at] for at in taken.pair)
    served = tuple(found.said[at] for at in taken.brings)
    introducers = taken.introducers
    if served and served[0].provider != a:
        a, b = b, a
        introducers = tuple(replace(one, actors=tuple(reversed(one.actors))) for one in introducers)
    through = [actor for one in served[:1] for actor, _ in one.through if actor != b]
    asked = {a, b, *(actor for one in introducers[:1] for actor in one.actors)}
    return Suggestion(
        a=a,
        b=b,
        kind=found.rules.kind(a, b),
        served=served,
        instead=tuple(one for one in through if found.is_open(a, one)),
        ways=taken.ways,
        common=found.shared.of(*taken.pair),
        reach=taken.gain,
        introducers=introducers,
        joins=taken.joins,
        most=taken.most,
        opened=taken.opened,
        ask_first=tuple(sorted(asked & found.rules.ask_first)),
    )
