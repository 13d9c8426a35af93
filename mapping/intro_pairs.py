"""Every pair of actors that may be proposed, with what a tie of theirs would bring, as matrices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import networkx as nx
import numpy as np
import pandas as pd

from layers import consent
from layers.streets import Floats
from layers.vocab import BAND
from mapping import intro_rules, network
from mapping.city import City
from mapping.counted import Counted
from mapping.few import FEW
from mapping.intro_reach import Reach
from mapping.intro_rules import TIED, Rules
from mapping.intro_served import Served
from mapping.intro_shared import COMMONS, Shared
from mapping.intro_ways import Crossing, hanging
from mapping.offers import Flags

Pair = tuple[int, int]
_WORTH: Final = {"course": 3.0}  # of the reasons in common; every other counts one
_ENOUGH: Final = 2.0  # reasons in common without which two are not proposed for these alone


@dataclass(frozen=True, eq=False)
class Field:
    """The actors by number, and all that is known of their pairs.

    Attributes
    ----------
    organizations
        Actors that are shown.
    graph
        Their ties that count.
    rules
        What stands against proposing pairs.
    said
        What trust would bring, by actor that offers.
    shared
        What two have in common.
    reach
        Steps between sectors.
    crossing
        Who would have a way of their own.
    decide
        (n,) actors that decide: of the city, or known to.
    """

    organizations: pd.DataFrame
    graph: nx.DiGraph[str]
    rules: Rules
    said: tuple[Served, ...]
    shared: Shared
    reach: Reach
    crossing: Crossing
    decide: Flags

    @cached_property
    def actors(self) -> list[str]:
        """Identifiers in the order of their numbers."""
        return list(self.graph)

    @cached_property
    def number(self) -> dict[str, int]:
        """Give the number of every actor."""
        return {one: at for at, one in enumerate(self.actors)}

    @cached_property
    def never(self) -> dict[Pair, str]:
        """Pairs that are never proposed, with the rule, the smaller number first."""
        found: dict[Pair, str] = {}
        for pair in self.rules.pairs:
            known = sorted(self.number[one] for one in pair if one in self.number)
            if len(known) == 2:
                found[known[0], known[1]] = self.rules.pairs[pair]
        for one in self.rules.protecting & self.number.keys():
            for other in self.rules.police & self.number.keys():
                if one != other:
                    a, b = sorted((self.number[one], self.number[other]))
                    rule = self.rules.against(one, other)
                    found.setdefault((a, b), rule or TIED)
        return found

    @cached_property
    def allowed(self) -> Flags:
        """(n, n) pairs that may be proposed."""
        found = ~np.eye(len(self.actors), dtype=np.bool_)
        for a, b in self.never:
            found[a, b] = found[b, a] = False
        return found

    def is_open(self, a: str, b: str) -> bool:
        """Tell whether two actors, by identifier, may be proposed to each other."""
        known = a in self.number and b in self.number
        return known and bool(self.allowed[self.number[a], self.number[b]])

    @cached_property
    def commons(self) -> Floats:
        """(n, n) how many reasons two have in common, the same course above all."""
        found = np.zeros(self.allowed.shape)
        for code in COMMONS:
            found += self.shared.has[code] * _WORTH.get(code, 1.0)
        return found

    @cached_property
    def courses(self) -> Floats:
        """(n, n) as of :meth:`Shared.rows_of_course`."""
        return self.shared.rows_of_course(self.allowed)

    def served(self, settled: Collection[tuple[int, str]]) -> tuple[Floats, Floats, Floats]:
        """(n, n) people newly served at least, at most, and the band of who said so.

        Parameters
        ----------
        settled
            What other ties brought already: number in ``said``, ``provider``.
        """
        low, high, band = (np.zeros(self.allowed.shape) for _ in range(3))
        for at, one in enumerate(self.said):
            if (at, one.provider) in settled or one.provider not in self.number:
                continue
            a = self.number[one.provider]
            for actor, said_by in one.through:
                b = self.number.get(actor)
                if b is None:
                    continue
                rank = BAND.index(said_by)
                for row, column in ((a, b), (b, a)):
                    if one.low > low[row, column]:
                        band[row, column] = rank
                    low[row, column] = max(low[row, column], one.low)
                    high[row, column] = max(high[row, column], one.high)
        return np.where(low > FEW, low, 0.0), np.where(high > FEW, high, 0.0), band

    def brings(self, a: int, b: int) -> list[int]:
        """Give the numbers, in ``said``, of what a tie of two actors would bring."""
        ends = {self.actors[a], self.actors[b]}
        return [
            at
            for at, one in enumerate(self.said)
            if one.provider in ends
            and any(actor in ends - {one.provider} for actor, _ in one.through)
        ]

    def reasons(self, *, ways: Floats, served: tuple[Floats, Floats]) -> Flags:
        """(n, n) pairs with any reason but to be in different sectors."""
        low, high = served
        enough = self.commons + (high > 0) >= _ENOUGH
        found: Flags = self.allowed & ((low > 0) | (ways > 0) | enough)
        return found

    def left_out(self, *, ways: Floats, served: tuple[Floats, Floats]) -> dict[str, int]:
        """Count pairs that had a reason and were left out, by rule; tied ones need no proposing."""
        low, high = served
        enough = (self.commons + (high > 0) >= _ENOUGH) | (low > 0) | (ways > 0)
        rules = [rule for pair, rule in self.never.items() if rule != TIED and enough[pair]]
        return intro_rules.counts(rules)


def field(city: City, counted: Counted, said: Collection[Served]) -> Field:
    """Put together what is known of all pairs.

    Parameters
    ----------
    city
        Its tables, on its day.
    counted
        Which ties the measures count; any tie of the day keeps a pair from being proposed.
    said
        As of :func:`mapping.intro_served.served`.
    """
    organizations = consent.shown_actors(city.read("organizations"))
    graph = network.graph_of(organizations, city.read("ties"), counted)
    sectors = [graph.nodes[one]["sector"] for one in graph]
    target = [one for one, about in graph.nodes.items() if about["city"] or about["decision_maker"]]
    led = [graph.nodes[one]["migrant_led"] is True for one in graph]
    weight = np.where(led, len(graph) + 1.0, 1.0)  # one group led by migrants before all others
    return Field(
        organizations=organizations,
        graph=graph,
        rules=intro_rules.rules(city.read, day=city.day),
        said=tuple(said),
        shared=Shared(city, list(graph), organizations),
        reach=Reach(graph, sectors),
        crossing=Crossing(hanging(graph, target=target), list(graph), weight),
        decide=np.array([one in set(target) for one in graph], dtype=np.bool_),
    )
