"""How groups mix, against networkx, counting by hand and all ways to deal the labels."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from mapping import cohesion
from mapping.mixing import between, groups, mixing
from tests.helpers.networks import graphs, undirected
from tests.helpers.sampled import examples


def known_part(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    plain = undirected(graph)
    known = [node for node, about in plain.nodes.items() if about["sector"] is not None]
    return nx.Graph(plain.subgraph(known))


def e_i_by_hand(ties: list[tuple[Any, Any]], group: dict[Any, str]) -> float:
    inside = sum(group[a] == group[b] for a, b in ties)
    return (len(ties) - 2 * inside) / len(ties)


@settings(deadline=None)
@given(graph=graphs())
def test_e_i_its_expectation_and_q_are_those_of_independent_sums(graph: nx.Graph[Any]) -> None:
    found = mixing(graph, "sector")
    plain = known_part(graph)
    group = dict(plain.nodes(data="sector"))
    sizes = Counter(group.values())
    n, ties = len(plain), list(plain.edges)
    assert found.unknown == len(graph) - n
    assert found.sizes == dict(sorted(sizes.items()))
    if n > 1:
        expected = 1 - 2 * sum(s * (s - 1) for s in sizes.values()) / (n * (n - 1))
        assert found.e_i.expected == pytest.approx(expected, abs=1e-9)
    if not ties:
        assert found.e_i.value is found.modularity.value is found.best is None
        return
    assert found.e_i.value == pytest.approx(e_i_by_hand(ties, group), abs=1e-9)
    parts = [{a for a in plain if group[a] == name} for name in sizes]
    q = nx.community.modularity(plain, parts, weight="both")
    assert found.modularity.value == pytest.approx(q, abs=1e-9)
    number = {node: i for i, node in enumerate(plain)}
    other = igraph.Graph(n=n, edges=[(number[a], number[b]) for a, b in ties])
    labels = [sorted(sizes).index(group[a]) for a in plain]
    weights = [plain.edges[tie]["both"] for tie in ties]
    assert found.modularity.value == pytest.approx(other.modularity(labels, weights), abs=1e-9)
    assert found.best is not None
    assert found.best >= q - 1e-12
    for node in graph:
        own = [] if node not in plain else list(plain.edges(node))
        expected = e_i_by_hand(own, group) if own else math.nan
        assert found.actors[node] == pytest.approx(expected, nan_ok=True)
    for name in sizes:
        own = [tie for tie in ties if name in {group[tie[0]], group[tie[1]]}]
        value = found.each[name].value
        assert value == (pytest.approx(e_i_by_hand(own, group)) if own else None)


@settings(deadline=None, max_examples=examples(15))
@given(graph=graphs(most=6))
def test_what_is_expected_is_the_mean_over_all_ways_to_deal_the_labels(
    graph: nx.Graph[Any],
) -> None:
    plain = known_part(graph)
    ties, labels = list(plain.edges), [s for _, s in plain.nodes(data="sector")]
    if not ties:
        return
    e_is, qs = [], []
    for dealt in itertools.permutations(labels):
        group = dict(zip(plain, dealt, strict=True))
        e_is.append(e_i_by_hand(ties, group))
        parts = [{a for a in plain if group[a] == name} for name in set(labels)]
        qs.append(nx.community.modularity(plain, parts, weight="both"))
    found = mixing(graph, "sector")
    assert found.e_i.expected == pytest.approx(np.mean(e_is))
    assert found.modularity.expected == pytest.approx(np.mean(qs))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_p_is_within_two_hundredths_of_all_ways_to_deal_the_labels(seed: int) -> None:
    graph = nx.gnm_random_graph(11, 22, seed=seed)
    assert not list(nx.isolates(graph))
    labels = {node: "a" if node < 5 else "b" for node in graph}
    found = mixing(graph, labels)
    assert found.e_i.value is not None
    assert found.e_i.expected is not None
    far_e_i, far_q, ways = 0, 0, 0
    for chosen in map(set, itertools.combinations(range(11), 5)):
        group = {node: "a" if node in chosen else "b" for node in graph}
        e_i = e_i_by_hand(list(graph.edges), group)
        q = nx.community.modularity(graph, [chosen, set(graph) - chosen])
        middle = found.e_i.expected
        far_e_i += abs(e_i - middle) >= abs(found.e_i.value - middle) - 1e-9
        middle_q = found.modularity.expected or 0
        far_q += abs(q - middle_q) >= abs((found.modularity.value or 0) - middle_q) - 1e-9
        ways += 1
    assert found.e_i.p == pytest.approx(far_e_i / ways, abs=0.02)
    assert found.modularity.p == pytest.approx(far_q / ways, abs=0.02)


def test_two_closed_circles_are_divided_and_their_mirror_is_not() -> None:
    circles = nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(6))
    circles.add_edge(0, 6)
    own = {node: "health" if node < 6 else "work" for node in circles}
    apart = mixing(circles, own)
    assert (apart.e_i.claim, apart.modularity.claim) == ("less", "more")
    assert {name: found.claim for name, found in apart.each.items()} == {
        "health": "less",
        "work": "less",
    }
    assert (apart.inside, apart.ties) == (30, 31)
    across = mixing(nx.complete_bipartite_graph(6, 6), own)
    assert (across.e_i.claim, across.e_i.value) == ("more", 1.0)


def test_labels_dealt_at_random_are_no_more_divided_than_chance() -> None:
    graph = nx.gnm_random_graph(40, 100, seed=4)
    found = mixing(graph, {node: "abcd"[node % 4] for node in graph})
    assert (found.e_i.claim, found.modularity.claim) == ("chance", "chance")


@pytest.mark.parametrize(
    ("sizes", "why"),
    [
        ([12], "groups"),
        ([11, 4], "groups"),
        ([4, 3, 3, 3], "groups"),
        ([5, 5], None),
        ([4, 5], "actors"),
    ],
)
def test_two_groups_of_five_are_needed_to_claim_anything(sizes: list[int], why: str | None) -> None:
    labels = [str(i) for i, size in enumerate(sizes) for _ in range(size)]
    graph = nx.cycle_graph(len(labels))
    graph.add_edge(0, len(labels) // 2)
    found = mixing(graph, dict(enumerate(labels)))
    assert found.e_i.too_few == why
    assert (found.e_i.p is None) == (why is not None)


def test_of_a_group_of_four_nothing_is_claimed_beside_larger_ones() -> None:
    labels = ["a"] * 6 + ["b"] * 6 + ["c"] * 4
    found = mixing(nx.gnm_random_graph(16, 40, seed=1), dict(enumerate(labels)))
    assert {name: one.too_few for name, one in found.each.items()} == {
        "a": None,
        "b": None,
        "c": "groups",
    }


def test_unknown_lead_is_neither_migrant_led_nor_institutional() -> None:
    graph: nx.Graph[str] = nx.Graph([("a", "b"), ("b", "c"), ("c", "d")])
    nx.set_node_attributes(graph, {"a": True, "b": False, "c": None}, "migrant_led")
    assert groups(graph, "lead") == {"a": "migrant_led", "b": "institutional"}
    found = mixing(graph, "lead")
    assert (found.by, found.unknown, found.ties) == ("lead", 2, 1)


@settings(deadline=None)
@given(graph=graphs())
def test_the_matrix_counts_every_pair_of_known_actors_once(graph: nx.Graph[Any]) -> None:
    table = between(graph, "sector").set_index(["group", "other"])
    plain = known_part(graph)
    group = dict(plain.nodes(data="sector"))
    possible: Counter[tuple[str, str]] = Counter()
    present: Counter[tuple[str, str]] = Counter()
    for one, other in itertools.combinations(plain, 2):
        key = tuple(sorted((group[one], group[other])))
        possible[key] += 1
        present[key] += plain.has_edge(one, other)
    assert {key: row for key, row in table["possible"].items() if row} == dict(possible)
    assert table["present"].to_dict() == {key: present[key] for key in table.index}
    assert table["expected"].sum() == pytest.approx(plain.number_of_edges())
    assert table["share"].isna().tolist() == (table["possible"] == 0).tolist()
    names = sorted(set(group.values()))
    assert list(table.index) == list(itertools.combinations_with_replacement(names, 2))


def test_a_network_without_anybody_has_an_empty_matrix_and_no_numbers() -> None:
    assert cohesion.between(nx.Graph(), "sector").empty
    found = cohesion.mixing(nx.Graph(), "sector")
    assert (found.e_i.value, found.e_i.too_few, found.each) == (None, "actors", {})
