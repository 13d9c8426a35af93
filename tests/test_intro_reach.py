"""How near sectors are to each other, against every pair's distance from the start."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings

from mapping.intro_reach import Reach
from tests.helpers.networks import graphs, undirected


def mean(graph: nx.Graph[Any], sectors: list[str | None]) -> float:
    plain, total, pairs = undirected(graph), 0.0, 0
    steps = dict(nx.all_pairs_shortest_path_length(plain))
    nodes = list(graph)
    for a, b in combinations(range(len(nodes)), 2):
        if sectors[a] is None or sectors[b] is None or sectors[a] == sectors[b]:
            continue
        pairs += 1
        total += 1 / steps[nodes[a]][nodes[b]] if nodes[b] in steps[nodes[a]] else 0.0
    return total / pairs if pairs else 0.0


@settings(max_examples=40, deadline=None)
@given(graph=graphs(most=8))
def test_the_gain_of_each_tie_is_the_difference_of_two_means(graph: nx.Graph[Any]) -> None:
    nodes = list(graph)
    sectors = [graph.nodes[one]["sector"] for one in nodes]
    reach = Reach(graph, sectors)
    assert reach.mean == pytest.approx(mean(graph, sectors))
    added = graph.copy()
    for a, b in list(combinations(range(len(nodes)), 2))[:6]:
        one = graph.copy()
        one.add_edge(nodes[a], nodes[b])
        assert reach.gain(a, b) == pytest.approx(mean(one, sectors) - mean(graph, sectors))
        added.add_edge(nodes[a], nodes[b])
    ties = list(combinations(range(len(nodes)), 2))[:6]
    assert reach.with_all(ties) == pytest.approx(mean(added, sectors))
    assert reach.mean == pytest.approx(mean(graph, sectors))  # nothing was changed by asking
