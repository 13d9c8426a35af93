"""The network before and after a scenario: the measures of the whole, and who is cut off by name.

Direction is ignored where somebody is cut off or comes to the city: a tie lets both ends talk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from layers import consent
from mapping import centrality, inclusion, network
from mapping.counted import Counted
from mapping.offers import Read
from mapping.scenarios import Scenario, under

FEW_ACTORS: Final = 10  # with ties; below that nothing is said of go-betweens


@dataclass(frozen=True, eq=False, kw_only=True)
class Whole:
    """A network as one.

    Attributes
    ----------
    graph
        As of :func:`mapping.network.graph_of`.
    city
        Actors of the municipality that are in it.
    betweenness
        By actor, as of :func:`mapping.network.measures`.
    parts
        Actors that chains of ties join, the largest part first.
    """

    graph: nx.DiGraph[str]
    city: tuple[str, ...]
    betweenness: pd.Series[float]
    parts: tuple[frozenset[str], ...]

    @property
    def pairs(self) -> tuple[int, int]:
        """Pairs with a tie, and pairs that could have one."""
        plain = _plain(self.graph)
        n = len(plain)
        return plain.number_of_edges(), n * (n - 1) // 2

    @property
    def density(self) -> float | None:
        """Share of all pairs that have a tie; None below two actors."""
        tied, possible = self.pairs
        return tied / possible if possible else None

    @property
    def isolates(self) -> tuple[str, ...]:
        """Actors without any tie."""
        return tuple(nx.isolates(_plain(self.graph)))

    @property
    def without_a_way(self) -> tuple[str, ...] | None:
        """Groups led by migrants whom no chain of ties leads to the city; None without a city."""
        if not self.city:
            return None
        found = network.without_a_way(self.graph, target=self.city)
        led = {one for one, about in self.graph.nodes.items() if about.get("migrant_led") is True}
        return tuple(str(one) for one in found if one in led)

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """Those who decide: the municipality, and who is known to."""
        return tuple(str(one) for one in inclusion.decision_makers(self.graph))

    @cached_property
    def hanging(self) -> dict[str, tuple[str, ...]]:
        """Who reaches those who decide through one go-between alone, by go-between."""
        table = network.go_betweens(self.graph, target=self.deciding)
        return dict(zip(table["go_between"], table["actors"], strict=True))

    @property
    def top(self) -> str | None:
        """Who stands most between others; None where nobody does, or too few have ties."""
        tied = len(self.graph) - len(self.isolates)
        if tied < FEW_ACTORS or not self.betweenness.max() > 0:
            return None
        return str(self.betweenness.idxmax())


@dataclass(frozen=True, eq=False, kw_only=True)
class Beside:
    """A network before and after some changes.

    Attributes
    ----------
    before, after
        As a whole.
    removed
        Actors that are in it no more.
    cut_off
        Those still there who have lost every way to the largest rest of the part they were in.
    joined
        Those who have now a way to the largest part, and had none.
    """

    before: Whole
    after: Whole
    removed: tuple[str, ...]
    cut_off: tuple[str, ...]
    joined: tuple[str, ...]

    @property
    def freed(self) -> dict[str, tuple[str, ...]]:
        """Who hangs no longer on a go-between that is still there, and still has a way."""
        return self._other(self.before, self.after)

    @property
    def bound(self) -> dict[str, tuple[str, ...]]:
        """Who had a way without a go-between, and would hang on it."""
        return self._other(self.after, self.before)

    @staticmethod
    def _other(one: Whole, two: Whole) -> dict[str, tuple[str, ...]]:
        """Name who hangs on whom in one network and has another way in the second."""
        lost = set(network.without_a_way(two.graph, target=two.deciding))
        found = {}
        for between, actors in one.hanging.items():
            still = {*two.hanging.get(between, ()), *lost}
            mine = tuple(each for each in actors if each in two.graph and each not in still)
            if between in two.graph and mine:
                found[between] = mine
        return found

    @property
    def names(self) -> dict[str, str]:
        """What actors are called, those before and those after."""
        both: dict[str, Any] = {}
        for graph in (self.after.graph, self.before.graph):
            both |= {one: about.get("name") for one, about in graph.nodes.items()}
        return {str(one): str(name or one) for one, name in both.items()}


def whole(organizations: pd.DataFrame, ties: pd.DataFrame, counted: Counted) -> Whole:
    """Make a network out of the atlas's two tables, with what is said of it as one."""
    shown = consent.shown_actors(organizations)
    graph = network.graph_of(shown, ties, counted)
    order = {node: at for at, node in enumerate(graph)}
    parts = sorted(
        nx.connected_components(_plain(graph)),
        key=lambda part: (-len(part), min(order[one] for one in part)),
    )
    return Whole(
        graph=graph,
        city=tuple(one for one in network.city_actors(shown) if one in graph),
        betweenness=_between(graph),
        parts=tuple(frozenset(part) for part in parts),
    )


def beside(
    read: Read, scenario: Scenario, counted: Counted, *, before: Whole | None = None
) -> Beside:
    """Ask who works with whom as it is, and as it would be.

    Parameters
    ----------
    read
        Gives a table of the atlas by name; nothing of it is changed.
    scenario
        What would be different.
    counted
        Which ties count. Of a tie that a scenario adds nobody has said when it begins, so it
        counts on every day; that nobody confirmed it does count.
    before
        The network as it is, where it is known already.
    """
    tables = under(read, scenario)
    if before is None:
        before = whole(read("organizations"), read("ties"), counted)
    after = whole(tables.read("organizations"), tables.read("ties"), counted)
    return Beside(
        before=before,
        after=after,
        removed=tuple(one for one in before.graph if one not in after.graph),
        cut_off=_cut_off(before, after),
        joined=_joined(before, after),
    )


def _cut_off(before: Whole, after: Whole) -> tuple[str, ...]:
    """Name those apart from what is the largest rest of the part in which they were."""
    of = {one: number for number, part in enumerate(after.parts) for one in part}
    order = {node: at for at, node in enumerate(before.graph)}
    lost: set[str] = set()
    for part in before.parts:
        left = sorted((one for one in part if one in of), key=order.__getitem__)
        pieces: dict[int, list[str]] = {}
        for one in left:
            pieces.setdefault(of[one], []).append(one)
        # of equal rests the one whose first actor comes first, as for cut points
        rest = max(pieces.values(), key=len, default=[])
        lost.update(one for one in left if one not in set(rest))
    return tuple(one for one in before.graph if one in lost)


def _joined(before: Whole, after: Whole) -> tuple[str, ...]:
    """Name those who have come to the largest part, other than by its break up."""
    if not before.parts or not after.parts:
        return ()
    had = before.parts[0]
    grown = next((part for part in after.parts if part & had), frozenset[str]())
    return tuple(one for one in after.graph if one in grown - had and one in before.graph)


def as_json(found: Beside) -> dict[str, Any]:
    """Write both networks beside each other as JSON.

    Returns
    -------
    report
        ``removed``, ``cut_off``, ``joined`` (ids), ``before``
        and ``after``: {"actors", "ties", "tied_pairs", "possible_pairs", "density", "parts",
        "isolates", "migrant_led_without_a_way_to_city"}.
    """
    return {
        "removed": list(found.removed),
        "cut_off": list(found.cut_off),
        "joined": list(found.joined),
        "before": _as_json(found.before),
        "after": _as_json(found.after),
    }


def _as_json(one: Whole) -> dict[str, Any]:
    tied, possible = one.pairs
    led = one.without_a_way
    return {
        "actors": len(one.graph),
        "ties": one.graph.number_of_edges(),
        "tied_pairs": tied,
        "possible_pairs": possible,
        "density": one.density,
        "parts": len(one.parts),
        "isolates": list(one.isolates),
        "migrant_led_without_a_way_to_city": None if led is None else list(led),
    }


def _between(graph: nx.DiGraph[str]) -> pd.Series[float]:
    nodes = list(graph)
    if not nodes:
        return pd.Series(dtype=float)
    apart: nx.DiGraph[str] = nx.DiGraph(graph)
    apart.remove_edges_from(list(nx.selfloop_edges(apart)))
    arcs = sparse.csr_array(nx.to_scipy_sparse_array(apart, nodelist=nodes, weight="strength"))
    return pd.Series(np.asarray(centrality.betweenness(arcs)), index=nodes)


def _plain(graph: nx.DiGraph[str]) -> nx.Graph[str]:
    plain: nx.Graph[str] = nx.Graph()
    plain.add_nodes_from(graph)
    plain.add_edges_from((tail, head) for tail, head in graph.edges() if tail != head)
    return plain
