"""Core and periphery, against trying every choice with numpy's correlation."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping.adjacency import arcs_of, pairs_of
from mapping.core_periphery import best_core, core_periphery
from tests.helpers.networks import graphs, undirected
from tests.helpers.sampled import examples


def correlation(graph: nx.Graph[Any], core: set[Any]) -> float:
    """Correlate ties and ideal pair by pair; -1 where one of them is the same everywhere."""
    pairs = list(itertools.combinations(graph, 2))
    ideal = [one in core or other in core for one, other in pairs]
    ties = [graph.has_edge(one, other) for one, other in pairs]
    if len(set(ideal)) < 2:
        return -1.0
    return float(np.corrcoef(np.array(ideal, dtype=float), np.array(ties, dtype=float))[0, 1])


def best_by_hand(graph: nx.Graph[Any]) -> float:
    choices = itertools.chain.from_iterable(
        itertools.combinations(graph, size) for size in range(1, len(graph))
    )
    return max(correlation(graph, set(choice)) for choice in choices)


@settings(deadline=None, max_examples=examples(25))
@given(graph=graphs(most=6))
def test_the_fit_of_a_small_network_is_the_best_of_all_choices(graph: nx.Graph[Any]) -> None:
    plain = undirected(graph)
    n, ties = len(plain), plain.number_of_edges()
    found = core_periphery(graph)
    if not 0 < ties < n * (n - 1) // 2:
        assert (found.members, found.fit.value) == ((), None)
        return
    assert found.fit.value == pytest.approx(best_by_hand(plain), abs=1e-9)
    assert correlation(plain, set(found.members)) == pytest.approx(found.fit.value, abs=1e-9)
    touched = sum(bool({one, other} & set(found.members)) for one, other in plain.edges)
    assert (found.fit.counted, found.fit.of) == (touched, ties)


def planted(core: int, periphery: int, *, missing: int = 0) -> nx.Graph[int]:
    """Tie a core to everybody and nobody else to anybody; some ties of the core are missing."""
    n = core + periphery
    graph = nx.Graph([(i, j) for i in range(core) for j in range(i + 1, n)])
    rng = np.random.default_rng(1)
    ties = sorted(graph.edges)
    graph.remove_edges_from([ties[i] for i in rng.choice(len(ties), missing, replace=False)])
    graph.add_nodes_from(range(n))
    return graph


@pytest.mark.parametrize(
    ("core", "periphery"), [(2, 9), (5, 25), (8, 140)], ids=["all tried", "swept", "climbed"]
)
def test_a_planted_core_is_found_by_every_way_to_search(core: int, periphery: int) -> None:
    graph = planted(core, periphery, missing=core)
    found = core_periphery(graph)
    assert set(found.members) == set(range(core))
    assert found.fit.value == pytest.approx(correlation(graph, set(range(core))))
    assert found.is_clear


@pytest.mark.parametrize("n", [30, 120], ids=["swept", "climbed"])
def test_a_random_network_has_no_clear_core(n: int) -> None:
    found = core_periphery(nx.gnm_random_graph(n, 3 * n, seed=4))
    assert found.fit.claim == "chance"
    assert not found.is_clear


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_cannot_try_all_is_never_better_and_hardly_worse(seed: int) -> None:
    graph = nx.gnm_random_graph(13, 20 + 8 * seed, seed=seed)
    one, other, _ = pairs_of(arcs_of(graph))
    core, fit = best_core(13, one, other)
    assert fit == pytest.approx(correlation(graph, set(np.flatnonzero(core).tolist())))
    assert best_by_hand(graph) - 0.08 <= fit <= best_by_hand(graph) + 1e-9


def test_a_small_network_has_a_core_but_nothing_is_claimed_of_it() -> None:
    found = core_periphery(nx.star_graph(5))
    assert found.members == (0,)
    assert found.fit.value == pytest.approx(1)
    assert found.fit.claim == "few"
    assert not found.is_clear


def test_members_led_by_migrants_or_women_are_counted_and_unknown_is_not() -> None:
    graph = planted(3, 12)
    nx.set_node_attributes(graph, {0: True, 1: False, 2: None}, "migrant_led")
    nx.set_node_attributes(graph, {0: True, 1: True, 5: True}, "women_led")
    found = core_periphery(graph)
    assert (found.migrant_led, found.women_led) == (1, 2)


def test_the_same_data_give_the_same_core_and_a_stop_is_heeded() -> None:
    graph = nx.gnm_random_graph(25, 60, seed=2)
    assert core_periphery(graph) == core_periphery(graph)
    watch = Watch()
    watch.stop()
    with pytest.raises(LayerError, match="stopped"):
        core_periphery(graph, watch=watch)
