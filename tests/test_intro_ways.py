"""Who hangs on one go-between, and whom a tie frees: against taking each actor out."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.intro_ways import DECIDE, REST, Crossing, hanging
from tests.helpers.networks import graphs, undirected


def cut_from(graph: nx.Graph[Any], gone: object, goals: set[Any]) -> set[Any]:
    """Name who has no chain to any goal where one actor is gone."""
    left = graph.subgraph([node for node in graph if node != gone])
    there = {node for goal in goals if goal in left for node in nx.descendants(left, goal)}
    return set(left) - there - goals


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), data=st.data())
def test_who_hangs_is_who_loses_the_way_when_one_is_gone(
    graph: nx.Graph[Any], data: st.DataObject
) -> None:
    nodes = list(graph)
    goals = set(data.draw(st.lists(st.sampled_from(nodes), max_size=2))) if nodes else set()
    plain = undirected(graph)
    found = hanging(graph, target=goals)
    without = cut_from(plain, None, goals) if goals else set()
    for through in nodes:
        mine = {who for one in found if one.through == through for who in one.actors}
        lost = cut_from(plain, through, goals) - without if goals - {through} else set()
        if through not in goals:
            assert lost <= mine
        for one in (each for each in found if each.through == through):
            if one.to == DECIDE:
                assert set(one.actors) <= lost
    for one in found:
        assert not set(one.actors) & one.beyond
        if one.through is None:
            assert not nx.has_path(plain, one.actors[0], next(iter(one.beyond)))


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_a_tie_that_is_said_to_free_frees(graph: nx.Graph[Any]) -> None:
    nodes = list(graph)
    goals = set(nodes[:1])
    found = hanging(graph, target=goals)
    crossing = Crossing(found, nodes, np.ones(len(nodes)))
    held = {who for one in found for who in one.actors}
    for a, b in combinations(range(len(nodes)), 2):
        freed = crossing.of(a, b)
        assert bool(freed) == (crossing.worth[a, b] > 0)
        if not freed:
            continue
        assert {nodes[a], nodes[b]} - held  # one end is held by nobody
        after = undirected(graph)
        after.add_edge(nodes[a], nodes[b])
        for one in freed:
            if one.through is None:
                assert nx.has_path(
                    after, one.actors[0], next(iter(goals & one.beyond or one.beyond))
                )
            elif one.to == DECIDE:
                assert not set(one.actors) & cut_from(after, one.through, goals)
            else:
                left = after.subgraph([node for node in after if node != one.through])
                assert nx.has_path(left, one.actors[0], next(iter(one.beyond)))
        # what one tie brought counts no more for another
        crossing.settle(a, b)
        assert not crossing.of(a, b)
        assert crossing.worth[a, b] == 0
        return


def test_four_behind_one_desk_are_named_once_and_the_desk_is_not() -> None:
    desk = nx.Graph([("a", "b"), ("b", "c"), ("a", "desk"), ("c", "desk"), ("desk", "city")])
    desk.add_edges_from([("city", "x"), ("x", "y"), ("y", "city"), ("y", "z"), ("z", "x")])
    desk.add_edges_from([("z", "v"), ("v", "w"), ("w", "x")])  # the rest is larger
    found = hanging(desk, target={"city", "desk"})
    assert [(set(one.actors), one.through, one.to) for one in found] == [
        ({"desk", "a", "b", "c"}, "city", REST),
        ({"a", "b", "c"}, "desk", REST),
    ]
