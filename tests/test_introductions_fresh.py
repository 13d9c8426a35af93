"""On networks that were never used in building them: suggested ties beside random ones."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest

from mapping.counted import Counted
from mapping.introductions import introductions
from tests.helpers.introduced import DAY, SECTORS, city, network


def parts(seed: int, inside: float, between: float) -> nx.Graph[Any]:
    graph: nx.Graph[Any] = nx.planted_partition_graph(5, 12, inside, between, seed=seed)
    names = {node: SECTORS[about["block"]] for node, about in graph.nodes.items()}
    nx.set_node_attributes(graph, names, "sector")
    return graph


def town(seed: int) -> nx.Graph[Any]:
    """Sectors lie side by side, and ties are short."""
    graph: nx.Graph[Any] = nx.random_geometric_graph(60, 0.2, seed=seed)
    names = {node: SECTORS[min(int(about["pos"][0] * 5), 4)] for node, about in graph.nodes.items()}
    nx.set_node_attributes(graph, names, "sector")
    return graph


def club() -> nx.Graph[Any]:
    """Zachary's karate club (1977), by the two clubs it fell apart into."""
    graph: nx.Graph[Any] = nx.karate_club_graph()
    nx.set_node_attributes(graph, nx.get_node_attributes(graph, "club"), "sector")
    return graph


def southern_women() -> nx.Graph[Any]:
    """The women and events of Davis, Gardner and Gardner (1941), as two sectors."""
    graph = nx.convert_node_labels_to_integers(nx.davis_southern_women_graph())
    names = {node: str(about["bipartite"]) for node, about in graph.nodes.items()}
    nx.set_node_attributes(graph, names, "sector")
    return graph


NETWORKS = {
    "sparse parts": parts(21, 0.12, 0.01),
    "parts": parts(22, 0.3, 0.03),
    "dense parts": parts(23, 0.5, 0.15),
    "a town in two": town(25),
    "a club": club(),
    "women and events": southern_women(),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_sectors_come_nearer_than_by_random_ties_and_no_bottleneck_is_made(name: str) -> None:
    graph = NETWORKS[name]
    found = introductions(city(network(graph)), Counted(on=DAY), wanted="reach")
    reach = found.beside["reach"]
    assert len(found.suggestions) == 10
    # counted again from the start, by networkx
    after = graph.copy()
    after.add_edges_from((int(one.a[1:]), int(one.b[1:])) for one in found.suggestions)
    assert nearness(after) == pytest.approx(reach.ours)
    assert nearness(graph) == pytest.approx(reach.now)
    assert reach.ours >= reach.mean - 1e-12
    # every tie of a woman to an event more is worth the same, so there chance does as well
    assert reach.verdict == ("no_better" if name == "women and events" else "better")
    joining = any(one.joins for one in found.suggestions)
    assert joining == (not nx.is_connected(graph))
    if not joining:
        most = [max(nx.betweenness_centrality(one).values()) for one in (graph, after)]
        assert most[1] <= most[0] + 1e-9


def nearness(graph: nx.Graph[Any]) -> float:
    steps = dict(nx.all_pairs_shortest_path_length(graph))
    sector = nx.get_node_attributes(graph, "sector")
    pairs = [(a, b) for a in graph for b in graph if sector[a] != sector[b]]
    total: float = sum(1 / steps[a][b] for a, b in pairs if b in steps[a])
    return total / len(pairs)
