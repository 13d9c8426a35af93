"""Small graphs for laws: isolates, loops, separate parts, groups partly unknown."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import strategies as st

STRENGTHS = st.sampled_from([1, 2, 3, 0.25])
GROUPS = st.sampled_from(["health", "housing", "work", None])


@st.composite
def graphs(
    draw: st.DrawFn, *, directed: bool | None = None, most: int = 9, most_ties: int = 20
) -> nx.Graph[Any]:
    """Draw one; the node attribute ``sector`` is missing or None for some."""
    size = draw(st.integers(0, most))
    is_directed = draw(st.booleans()) if directed is None else directed
    graph: nx.Graph[Any] = nx.DiGraph() if is_directed else nx.Graph()
    nodes = draw(st.permutations([f"n{i}" for i in range(size)]))
    for node in nodes:
        graph.add_node(node, sector=draw(GROUPS))
    if nodes:
        pair = st.tuples(st.sampled_from(nodes), st.sampled_from(nodes))
        for tail, head in draw(st.lists(pair, max_size=most_ties)):
            graph.add_edge(tail, head, strength=draw(STRENGTHS))
    return graph


def without_loops(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Copy a graph without its loops."""
    clean = graph.copy()
    clean.remove_edges_from(list(nx.selfloop_edges(clean)))
    return clean


def undirected(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Copy a graph without loops and directions; ``both`` sums the strengths of a pair."""
    plain: nx.Graph[Any] = nx.Graph()
    plain.add_nodes_from(graph.nodes(data=True))
    for tail, head, strength in graph.edges(data="strength", default=1):
        if tail != head:
            before = plain.edges[tail, head]["both"] if plain.has_edge(tail, head) else 0
            plain.add_edge(tail, head, both=before + strength)
    return plain
