"""Places in the picture: the same data give the same picture, and it hardly ever moves."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from mapping.positions import HEIGHT, gap, positions
from tests.helpers.sampled import examples


def city(actors: int, ties: int, seed: int) -> nx.Graph[str]:
    """Make a graph with clusters, leaves and two actors without ties at its end."""
    draw = random.Random(seed)
    names = [f"org-{i:03d}" for i in range(actors)]
    cluster = {name: draw.randrange(max(3, actors // 12)) for name in names}
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(names)
    for i, name in enumerate(names[1:], start=1):
        own = [other for other in names[:i] if cluster[other] == cluster[name]]
        graph.add_edge(name, draw.choice(own or names[:i]))
    while graph.number_of_edges() < ties:
        one, two = draw.sample(names, 2)
        if cluster[one] == cluster[two] or draw.random() < 0.12:
            graph.add_edge(one, two)
    graph.add_nodes_from(["alone-1", "alone-2"])
    return graph


def seen(places: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Give the places in widths of the picture."""
    return places[["x", "y"]].to_numpy() * (1, HEIGHT)


@pytest.mark.parametrize(("actors", "ties"), [(20, 40), (70, 180), (300, 1500)])
def test_one_more_actor_moves_nobody_by_5_percent_of_the_width(actors: int, ties: int) -> None:
    graph = city(actors, ties, seed=actors)
    before = positions(graph, seed=1)
    graph.add_edges_from([("new", "org-003"), ("new", f"org-{actors - 1:03d}")])
    for previous in (None, before):
        after = positions(graph, seed=1, previous=previous).drop("new")
        assert np.linalg.norm(seen(after) - seen(before), axis=1).max() < 0.05


@pytest.mark.parametrize("seed", [1, 2])
def test_no_actor_that_comes_ever_moves_another_by_5_percent(seed: int) -> None:
    graph = city(60, 130, seed=seed)
    order = random.Random(seed).sample(list(graph), len(graph))  # also those without ties between
    now = positions(graph.subgraph(()), seed=seed)
    tied: set[str] = set()
    for number in range(1, len(order) + 1):
        part: nx.Graph[str] = nx.Graph()
        part.add_nodes_from(order[:number])
        part.add_edges_from(graph.subgraph(order[:number]).edges)
        after = positions(part, seed=seed)
        came_up = set(now.index) & set(after.index[after["tied"]]) - tied
        # who is tied for the first time comes up from the foot, and that row closes its ranks
        stay = [one for one in now.index if one in tied or (not came_up and one not in tied)]
        moved = np.linalg.norm(seen(after.loc[stay]) - seen(now.loc[stay]), axis=1)
        assert moved.max(initial=0) < 0.05
        now, tied = after, set(after.index[after["tied"]])


def test_one_more_tie_moves_nobody_when_the_picture_is_known() -> None:
    graph = city(70, 180, seed=5)
    before = positions(graph, seed=1)
    graph.add_edge("org-001", "org-060")
    pd.testing.assert_frame_equal(positions(graph, seed=1, previous=before), before)


@pytest.mark.parametrize(("actors", "ties"), [(3, 2), (47, 120), (70, 180), (300, 1500)])
def test_circles_do_not_overlap_and_all_is_inside(actors: int, ties: int) -> None:
    places = positions(city(actors, ties, seed=2), seed=0)
    assert pdist(seen(places)).min() >= gap(actors + 2)
    assert places[["x", "y"]].to_numpy().min() >= 0
    assert places[["x", "y"]].to_numpy().max() <= 1


@settings(max_examples=examples(40), deadline=None)
@given(
    size=st.integers(0, 24),
    pairs=st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=40),
)
def test_any_graph_has_a_finite_place_for_everybody(
    size: int, pairs: list[tuple[int, int]]
) -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from((one, two) for one, two in pairs if one < size and two < size)
    places = positions(graph, seed=3)
    assert list(places.index) == list(graph)
    assert np.isfinite(seen(places)).all()
    assert ((seen(places) >= 0) & (seen(places) <= 1)).all()
    if size > 1:
        assert pdist(seen(places)).min() >= gap(size) * 0.99
    tied = {node for edge in graph.edges if edge[0] != edge[1] for node in edge}
    assert set(places.index[places["tied"]]) == tied


def test_partners_are_nearer_to_each_other_than_strangers() -> None:
    graph = city(70, 180, seed=7)
    places = positions(graph, seed=0)
    apart = dict(zip(places.index, seen(places), strict=True))
    ties = np.mean([np.linalg.norm(apart[u] - apart[v]) for u, v in graph.edges])
    assert ties < 0.7 * pdist(seen(places[places["tied"]])).mean()


def test_a_line_can_be_drawn_between_two_parts() -> None:
    graph = nx.disjoint_union(nx.cycle_graph(12), nx.cycle_graph(12))
    places = seen(positions(graph, seed=0))
    one, two = places[:12], places[12:]
    across = one.mean(axis=0) - two.mean(axis=0)
    assert (two @ across).max() < (one @ across).min()


def test_who_has_no_ties_stands_in_a_row_at_the_foot() -> None:
    places = positions(city(30, 60, seed=1), seed=0)
    alone = places[~places["tied"]]
    assert list(alone.index) == ["alone-1", "alone-2"]
    assert (alone["y"] == alone["y"].iloc[0]).all()
    assert alone["y"].min() > places.loc[places["tied"], "y"].max()


def test_loops_and_direction_do_not_matter() -> None:
    graph: nx.Graph[Any] = nx.path_graph(6)
    arrows: nx.DiGraph[Any] = nx.DiGraph()
    arrows.add_nodes_from(graph)
    arrows.add_edges_from([(v, u) for u, v in graph.edges])
    arrows.add_edge(2, 2)
    np.testing.assert_allclose(seen(positions(graph)), seen(positions(arrows)), atol=1e-9)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_picture_is_the_same_in_every_process(hash_seed: str) -> None:
    code = (
        "import networkx as nx; from mapping.positions import positions;"
        "g = nx.relabel_nodes(nx.karate_club_graph(), str);"
        "print(positions(g, seed=4)[['x', 'y']].round(6).to_csv())"
    )
    run = subprocess.run(  # noqa: S603 - our own interpreter with our own text
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    here = positions(nx.relabel_nodes(nx.karate_club_graph(), str), seed=4)
    assert run.stdout.strip() == here[["x", "y"]].round(6).to_csv().strip()
