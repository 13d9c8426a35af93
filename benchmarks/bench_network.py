"""All that the page Network says of 500 and of 5,000 actors, beside networkx and igraph."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from benchmarks import Result, best_of
from layers.importing.watch import Watch
from mapping.network import cut_points, go_betweens, measures
from mapping.whole_network import WholeNetwork, whole_network

ACTORS, TIES = 500, 4000
MANY_ACTORS, MANY_TIES = 5000, 15_000
SECTORS = ("health", "housing", "work", "school", "culture", "law", None)
CITY = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """What the page Network computes."""

    measures: pd.DataFrame
    whole: WholeNetwork


def run(scale: float) -> Iterator[Result]:
    """Compare with networkx and igraph, which compute betweenness alone; check the answers."""
    graph = _network(round(ACTORS * scale), round(TIES * scale))
    size = f"{len(graph)} actors, {graph.number_of_edges():,} ties"
    by_igraph = find_spec("igraph") is not None
    peer_s, _ = best_of(1, lambda: nx.betweenness_centrality(graph, weight="length"))
    ours_s, table = best_of(3, lambda: measures(graph))
    networkx_alone = "networkx.betweenness_centrality(weight=1/strength), nothing else"
    yield Result(
        name="network",
        size=f"{size}; measures of every actor",
        ours_s=ours_s,
        peer=networkx_alone,
        peer_s=peer_s,
        target=1 if scale == 1 else None,
        # Not networkx's own answer: it takes 1/3 + 1/2 and 1/2 + 1/3 for two lengths.
        equal=_as_igraph(graph, table) if by_igraph else None,
    )
    ours_s, found = best_of(3, lambda: _everything(graph))
    yield Result(
        name="network",
        size=f"{size}; everything on the page, compared with chance too",
        ours_s=ours_s,
        peer=networkx_alone,
        peer_s=peer_s,
        target=0.5 if scale == 1 else None,
        equal=_as_networkx(graph, found.whole),
    )
    if by_igraph:
        yield Result(
            name="network",
            size=f"{size}; everything on the page",
            ours_s=ours_s,
            peer="igraph betweenness(weights=1/strength), nothing else",
            peer_s=best_of(3, lambda: _igraph_alone(graph))[0],
            equal=_as_igraph(graph, found.measures),
        )
    yield _many(scale, by_igraph=by_igraph)


def _many(scale: float, *, by_igraph: bool) -> Result:
    """Do the same for a region, with progress."""
    graph = _network(round(MANY_ACTORS * scale), round(MANY_TIES * scale))
    ours_s, found = best_of(1, lambda: _everything(graph, Watch()))
    return Result(
        name="network",
        size=f"{len(graph):,} actors, {graph.number_of_edges():,} ties; everything, with progress",
        ours_s=ours_s,
        peer="igraph betweenness(weights=1/strength), nothing else" if by_igraph else None,
        peer_s=best_of(1, lambda: _igraph_alone(graph))[0] if by_igraph else None,
        at_most_s=30 if scale == 1 else None,
        equal=_as_igraph(graph, found.measures) if by_igraph else None,
    )


def _everything(graph: nx.DiGraph[int], watch: Watch | None = None) -> All:
    """Compute all that the page Network says."""
    cut_points(graph)
    go_betweens(graph, target=CITY)
    return All(measures=measures(graph, watch=watch), whole=whole_network(graph, watch=watch))


def _network(actors: int, ties: int) -> nx.DiGraph[int]:
    """Make a directed network with strengths 1 to 3, sectors and leads partly unknown."""
    draw = random.Random(0)
    graph: nx.DiGraph[int] = nx.gnm_random_graph(actors, ties, seed=1, directed=True)
    for tie in graph.edges:
        strength = draw.choice((1, 2, 3))
        graph.edges[tie].update(strength=strength, length=1 / strength, kinds=("advises",))
    for about in graph.nodes.values():
        about.update(sector=draw.choice(SECTORS), migrant_led=draw.choice((True, False, None)))
    return graph


def _igraph_alone(graph: nx.DiGraph[int]) -> list[float]:
    """Let igraph compute betweenness, the conversion included."""
    other: Any = import_module("igraph").Graph(n=len(graph), edges=list(graph.edges), directed=True)
    lengths = [graph.edges[tie]["length"] for tie in graph.edges]
    return list(other.betweenness(directed=True, weights=lengths))


def _as_igraph(graph: nx.DiGraph[int], table: pd.DataFrame) -> bool:
    """Tell whether igraph finds the same betweenness and constraint."""
    other: Any = import_module("igraph").Graph(n=len(graph), edges=list(graph.edges), directed=True)
    strengths = [graph.edges[tie]["strength"] for tie in graph.edges]
    pairs = (len(graph) - 1) * (len(graph) - 2)
    between = np.array(_igraph_alone(graph)) / pairs
    constraint = other.constraint(weights=strengths)
    return bool(
        np.allclose(table["betweenness"], between, atol=1e-12)
        and np.allclose(table["constraint"], constraint, equal_nan=True)
    )


def _as_networkx(graph: nx.DiGraph[int], whole: WholeNetwork) -> bool:
    """Tell whether networkx finds the same of the whole and of the sectors."""
    plain: nx.Graph[int] = nx.Graph()
    plain.add_nodes_from(graph.nodes(data=True))
    for tail, head in graph.edges:
        strength = graph.edges[tail, head]["strength"]
        before = plain.edges[tail, head]["weight"] if plain.has_edge(tail, head) else 0
        plain.add_edge(tail, head, weight=before + strength)
    held = whole.cohesion
    sectors = [
        {one for one, about in plain.nodes.items() if about["sector"] == sector}
        for sector in SECTORS
        if sector is not None
    ]
    known = nx.Graph(plain.subgraph(set().union(*sectors)))
    ours = [held.density, held.reciprocity, held.efficiency, held.parts, whole.sector.modularity]
    theirs = [
        nx.density(plain),
        nx.overall_reciprocity(graph),
        nx.global_efficiency(plain),
        nx.number_connected_components(plain),
        nx.community.modularity(known, sectors, weight="weight"),
    ]
    theirs_cut: set[Any] = set(map(frozenset, list[Any](nx.bridges(plain))))
    ours_cut = set(map(frozenset, zip(whole.bridges["near"], whole.bridges["far"], strict=True)))
    values = np.array([one.value for one in ours], dtype=float)
    return bool(np.allclose(values, theirs)) and ours_cut == theirs_cut
