"""All measures of a network of 500 actors, beside the weighted betweenness of networkx alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from benchmarks import Result, best_of
from mapping.network import measures

ACTORS, TIES = 500, 4000


def run(scale: float) -> Iterator[Result]:
    """Compare with networkx, and check betweenness and constraint with igraph if it is there."""
    graph = _network(round(ACTORS * scale), round(TIES * scale))
    ours_s, table = best_of(5, lambda: measures(graph))
    peer_s, _ = best_of(1, lambda: nx.betweenness_centrality(graph, weight="length"))
    yield Result(
        name="network",
        size=f"{len(graph)} actors, {graph.number_of_edges():,} ties; all measures",
        ours_s=ours_s,
        peer="networkx.betweenness_centrality(weight=1/strength), nothing else",
        peer_s=peer_s,
        target=1 if scale == 1 else None,
        # Not networkx's own answer: it takes 1/3 + 1/2 and 1/2 + 1/3 for two lengths.
        equal=_as_igraph(graph, table) if find_spec("igraph") else None,
    )


def _network(actors: int, ties: int) -> nx.DiGraph[int]:
    """Make a directed network with strengths 1 to 3."""
    draw = random.Random(0)
    graph: nx.DiGraph[int] = nx.gnm_random_graph(actors, ties, seed=1, directed=True)
    for tie in graph.edges:
        strength = draw.choice((1, 2, 3))
        graph.edges[tie].update(strength=strength, length=1 / strength)
    return graph


def _as_igraph(graph: nx.DiGraph[int], table: pd.DataFrame) -> bool:
    """Tell whether igraph finds the same betweenness and constraint."""
    other: Any = import_module("igraph").Graph(n=len(graph), edges=list(graph.edges), directed=True)
    lengths = [graph.edges[tie]["length"] for tie in graph.edges]
    pairs = (len(graph) - 1) * (len(graph) - 2)
    between = np.array(other.betweenness(directed=True, weights=lengths)) / pairs
    constraint = other.constraint(weights=[1 / length for length in lengths])
    return bool(
        np.allclose(table["betweenness"], between, atol=1e-12)
        and np.allclose(table["constraint"], constraint, equal_nan=True)
    )
