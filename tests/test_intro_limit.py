"""No new bottleneck: the greatest betweenness with a tie more, against networkx from the start."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings

from mapping import network
from mapping.intro_limit import Limit
from tests.helpers.networks import graphs, undirected


def most(graph: nx.Graph[Any]) -> float:
    return max(nx.betweenness_centrality(undirected(graph)).values(), default=0.0)


@settings(max_examples=20, deadline=None)
@given(graph=graphs(most=7))
def test_a_tie_more_gives_what_networkx_gives(graph: nx.Graph[Any]) -> None:
    nodes = list(graph)
    if len(nodes) < 2:
        return
    limit = Limit(graph, strength=2.0)
    assert limit.before == pytest.approx(most(graph))
    for a, b in combinations(range(len(nodes)), 2):
        if graph.has_edge(nodes[a], nodes[b]) or graph.has_edge(nodes[b], nodes[a]):
            continue
        after = graph.copy()
        after.add_edge(nodes[a], nodes[b], strength=2.0)
        after.add_edge(nodes[b], nodes[a], strength=2.0)
        assert limit.alone(a, b) == pytest.approx(most(after))
        joined = nx.number_connected_components(undirected(after))
        assert limit.joins(a, b) == (joined < nx.number_connected_components(undirected(graph)))
        raised = most(after) > most(graph) + 1e-9
        # by strength and direction too, but where the tie opens ways that were not there
        ways = sum(map(len, dict(nx.all_pairs_shortest_path_length(without_loops(graph))).values()))
        more = sum(map(len, dict(nx.all_pairs_shortest_path_length(without_loops(after))).values()))
        if ways == more:
            before, now = (network.measures(one)["betweenness"].max() for one in (graph, after))
            raised = raised or now > before + 1e-9
        assert limit.keeps(a, b) == (limit.joins(a, b) or not raised)
        # and where it rises by strength and direction, that is told
        before, now = (network.measures(one)["betweenness"].max() for one in (graph, after))
        assert limit.opened(a, b) == (pytest.approx((before, now)) if now > before + 1e-9 else None)


def without_loops(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    clean = graph.copy()
    clean.remove_edges_from(list(nx.selfloop_edges(clean)))
    return clean


def test_ties_that_were_taken_count_together() -> None:
    ring = nx.cycle_graph(9)
    limit = Limit(ring, strength=2.0)
    for a, b in ((0, 3), (3, 6)):
        limit.take(a, b)
        ring.add_edge(a, b)
        assert limit.together == pytest.approx(most(ring))
    # what is asked of one tie alone is asked of the ring as it was
    assert limit.before == pytest.approx(most(nx.cycle_graph(9)))
