"""The network as a whole, against networkx, sums by hand and all networks there can be."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping import chance
from mapping.cohesion import cohesion
from tests.helpers.networks import graphs, undirected, without_loops
from tests.helpers.sampled import examples


@settings(deadline=None)
@given(graph=graphs())
def test_the_whole_is_that_of_networkx_and_of_sums_by_hand(graph: nx.Graph[Any]) -> None:
    found = cohesion(graph)
    plain, clean = undirected(graph), without_loops(graph)
    n = len(plain)
    assert (found.actors, found.isolates) == (n, nx.number_of_isolates(plain))
    assert found.parts.value == nx.number_connected_components(plain)
    assert found.parts.counted == max(map(len, nx.connected_components(plain)), default=0)
    assert found.density.value == (pytest.approx(nx.density(plain)) if n > 1 else None)
    assert found.efficiency.value == (pytest.approx(nx.global_efficiency(plain)) if n > 1 else None)
    degrees = [degree for _, degree in plain.degree()]
    centred = sum(max(degrees) - one for one in degrees) / ((n - 1) * (n - 2)) if n > 2 else None
    assert found.centralisation.value == (None if centred is None else pytest.approx(centred))
    if graph.is_directed() and clean.number_of_edges():
        assert found.reciprocity.value == pytest.approx(nx.overall_reciprocity(clean))
        assert found.arc_density.value == pytest.approx(nx.density(clean))
    else:
        assert found.reciprocity.value is None


@pytest.mark.parametrize(("graph", "value"), [(nx.star_graph(9), 1.0), (nx.cycle_graph(9), 0.0)])
def test_a_star_is_wholly_centred_and_a_ring_not_at_all(graph: nx.Graph[int], value: float) -> None:
    assert cohesion(graph).centralisation.value == value


def test_ways_longer_than_one_word_of_bits_are_counted_too() -> None:
    graph = nx.path_graph(150)
    assert cohesion(graph).efficiency.value == pytest.approx(nx.global_efficiency(graph))


@pytest.mark.parametrize("arcs", range(1, 13))
def test_chance_returns_arcs_as_often_as_all_sets_of_so_many_arcs_do(arcs: int) -> None:
    sets = Counter(
        sum((head, tail) in chosen for tail, head in chosen) // 2
        for chosen in map(set, itertools.combinations(itertools.permutations(range(4), 2), arcs))
    )
    numbers, likely = chance.random_reciprocity(4, arcs)
    expected = {k: times / sum(sets.values()) for k, times in sets.items()}
    found = dict(zip(numbers.tolist(), likely.tolist(), strict=True))
    assert {k: p for k, p in found.items() if p > 1e-12} == pytest.approx(expected)


def test_every_pair_is_as_likely_as_any_other() -> None:
    rng = np.random.default_rng(5)
    drawn = Counter(
        pair
        for _ in range(2000)
        for pair in zip(*(ends.tolist() for ends in chance.random_pairs(7, 5, rng)), strict=True)
    )
    assert len(drawn) == 21
    assert max(abs(times - 2000 * 5 / 21) for times in drawn.values()) < 100  # over four sigma
    one, other = chance.random_pairs(9000, 20_000, rng)
    assert ((one >= 0) & (one < other) & (other < 9000)).all()
    assert len(set(zip(one.tolist(), other.tolist(), strict=True))) == 20_000


@settings(deadline=None, max_examples=examples(30))
@given(
    value=st.integers(-5, 5),
    drawn=st.lists(st.integers(-5, 5), max_size=12),
    middle=st.floats(-3, 3),
)
def test_p_is_the_share_at_least_as_far_with_the_network_itself(
    value: int, drawn: list[int], middle: float
) -> None:
    far = sum(abs(one - middle) >= abs(value - middle) - 1e-12 for one in drawn)
    assert chance.two_sided(value, drawn, expected=middle) == (far + 1) / (len(drawn) + 1)


def test_a_star_of_twenty_is_more_centred_than_chance_and_a_random_network_is_not() -> None:
    star = cohesion(nx.star_graph(19)).centralisation
    assert star.claim == "more"
    assert star.p == 1 / 200
    assert cohesion(nx.gnm_random_graph(40, 80, seed=11)).centralisation.claim == "chance"


def test_two_halves_without_a_tie_between_them_have_fewer_short_ways_than_chance() -> None:
    found = cohesion(nx.disjoint_union(nx.complete_graph(12), nx.complete_graph(12)))
    assert (found.efficiency.claim, found.parts.claim) == ("less", "more")


def test_arcs_all_returned_are_more_mutual_than_chance_and_none_less() -> None:
    ring: nx.DiGraph[int] = nx.cycle_graph(12, create_using=nx.DiGraph)
    assert cohesion(ring.to_undirected().to_directed()).reciprocity.claim == "more"
    dense = nx.DiGraph([(one, other) for one in range(12) for other in range(one)])
    assert cohesion(dense).reciprocity.claim == "less"


@pytest.mark.parametrize(
    ("graph", "why"),
    [
        (nx.complete_graph(9), "actors"),
        (nx.path_graph(10), "ties"),
        (nx.Graph(), "actors"),
        (nx.empty_graph(30), "actors"),
    ],
    ids=["nine actors", "nine ties", "nobody", "no ties"],
)
def test_of_a_small_network_nothing_is_claimed_and_the_reason_is_said(
    graph: nx.Graph[int], why: str
) -> None:
    found = cohesion(graph).centralisation
    assert (found.claim, found.too_few, found.p, found.expected) == ("few", why, None, None)


def test_where_all_pairs_are_tied_there_is_no_chance_to_compare_with() -> None:
    found = cohesion(nx.complete_graph(12))
    assert (found.efficiency.value, found.efficiency.claim) == (1.0, "none")


def test_kinds_that_always_go_both_ways_are_named_because_they_return_by_nature() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edge("a", "b", kinds=("funds", "shares_space"))
    graph.add_edge("b", "a", kinds=("shares_space",))
    graph.add_edge("b", "c", kinds=("funds",))
    assert cohesion(graph).always_mutual == ("shares_space",)


def test_the_same_data_give_the_same_numbers_twice_and_a_stop_is_heeded() -> None:
    graph = nx.gnm_random_graph(30, 60, seed=2)
    assert cohesion(graph) == cohesion(graph)
    watch = Watch()
    watch.stop()
    with pytest.raises(LayerError, match="stopped"):
        cohesion(graph, watch=watch)
