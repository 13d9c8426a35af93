"""The sums on the graph of actors, against igraph, networkx and searching by hand."""

from __future__ import annotations

import itertools
import json
import math
from datetime import date
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping import network
from mapping.counted import Counted
from tests.helpers.networks import graphs, without_loops

# --- measures ---------------------------------------------------------------------------------


@settings(deadline=None)  # a busy machine is no fault of the sums
@given(graph=graphs())
def test_betweenness_and_constraint_are_those_of_igraph(graph: nx.Graph[Any]) -> None:
    table = network.measures(graph)
    clean = without_loops(graph)
    n = len(clean)
    number = {node: i for i, node in enumerate(clean)}
    edges = [(number[u], number[v]) for u, v in clean.edges]
    strengths = [clean.edges[edge]["strength"] for edge in clean.edges]
    other = igraph.Graph(n=n, edges=edges, directed=graph.is_directed())
    raw = other.betweenness(directed=graph.is_directed(), weights=[1 / s for s in strengths])
    pairs = (n - 1) * (n - 2) / (1 if graph.is_directed() else 2)
    expected = [value / pairs if pairs else 0.0 for value in raw]
    assert table["betweenness"].tolist() == pytest.approx(expected, abs=1e-12)
    assert table["constraint"].tolist() == pytest.approx(
        other.constraint(weights=strengths), nan_ok=True
    )


@settings(deadline=None)
@given(graph=graphs())
def test_degree_strength_and_core_are_those_of_networkx(graph: nx.Graph[Any]) -> None:
    table = network.measures(graph)
    clean = without_loops(graph)
    assert list(table.index) == list(graph)
    assert table["degree"].to_dict() == dict(clean.degree())
    assert table["strength"].to_dict() == pytest.approx(dict(clean.degree(weight="strength")))
    assert table["core"].to_dict() == nx.core_number(nx.Graph(clean))


def effective_size_by_hand(graph: nx.Graph[Any], actor: str) -> float:
    """Sum the formula term by term: Burt 1992, mutual strengths, largest of the partner."""

    def mutual(one: str, other: str) -> float:
        there = graph.edges[one, other]["strength"] if graph.has_edge(one, other) else 0
        back = graph.edges[other, one]["strength"] if graph.has_edge(other, one) else 0
        return float(there + back)

    partners = {other for other in graph if mutual(actor, other) > 0}
    if not partners:
        return math.nan
    total = sum(mutual(actor, other) for other in partners)
    return sum(
        1
        - sum(
            mutual(actor, third)
            / total
            * mutual(partner, third)
            / max(mutual(partner, other) for other in graph)
            for third in partners
        )
        for partner in partners
    )


@settings(deadline=None)
@given(graph=graphs())
def test_effective_size_is_the_formula_term_by_term(graph: nx.Graph[Any]) -> None:
    # networkx 3.6 is no oracle here: asked for all actors at once it divides by the largest of
    # the wrong row, asked one by one it gives NaN to an actor with arriving ties only.
    clean = without_loops(graph)
    expected = {actor: effective_size_by_hand(clean, actor) for actor in clean}
    found = network.measures(graph)["effective_size"].to_dict()
    assert found == pytest.approx(expected, nan_ok=True)


@settings(deadline=None)
@given(graph=graphs(directed=False))
def test_unweighted_effective_size_is_that_of_networkx(graph: nx.Graph[Any]) -> None:
    clean = without_loops(graph)
    nx.set_edge_attributes(clean, dict.fromkeys(clean.edges, 1), "strength")
    found = network.measures(clean)["effective_size"].to_dict()
    assert found == pytest.approx(nx.effective_size(clean, nodes=list(clean)), nan_ok=True)


def test_every_shortest_path_counts_although_thirds_and_halves_do_not_add_up_exactly() -> None:
    # 1/3 + 1/3 + 1/2 over one way and 1/2 + 1/3 + 1/3 over the other: the same length
    ways = [
        ("s", "a", 3),
        ("a", "b", 3),
        ("b", "t", 2),
        ("s", "c", 2),
        ("c", "d", 3),
        ("d", "t", 3),
    ]
    graph: nx.Graph[str] = nx.Graph()
    for tail, head, strength in ways:
        graph.add_edge(tail, head, strength=strength)
    between = network.measures(graph)["betweenness"]
    assert between["b"] == pytest.approx(between["c"])  # mirror images of each other


def test_a_strong_tie_is_short_and_draws_the_path_to_it() -> None:
    graph: nx.Graph[str] = nx.Graph()
    for tail, head, strength in [("a", "x", 3), ("x", "b", 3), ("a", "y", 1), ("y", "b", 1)]:
        graph.add_edge(tail, head, strength=strength)
    between = network.measures(graph)["betweenness"]
    assert between["x"] > 0
    assert between["y"] == 0


def test_without_ties_constraint_is_undefined_and_not_zero() -> None:
    graph = nx.Graph([("a", "b")])
    graph.add_node("alone")
    row = network.measures(graph).loc[["alone"]]
    assert row[["constraint", "effective_size"]].isna().all(axis=None)
    assert row[["degree", "betweenness", "core"]].to_numpy().tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_smallest_graphs_have_a_table_of_the_same_columns(size: int) -> None:
    table = network.measures(nx.complete_graph(size))
    assert len(table) == size
    assert list(table) == [
        "degree",
        "strength",
        "betweenness",
        "constraint",
        "effective_size",
        "community",
        "core",
    ]
    assert table["betweenness"].tolist() == [0.0] * size


def test_a_loop_changes_nothing() -> None:
    graph = nx.Graph([("a", "b"), ("b", "c")])
    before = network.measures(graph)
    graph.add_edge("b", "b", strength=-1)
    pd.testing.assert_frame_equal(network.measures(graph), before)


def test_communities_are_two_for_two_cliques_and_the_larger_is_number_0() -> None:
    graph = nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(5))
    graph.add_edge(0, 4)
    assert network.measures(graph)["community"].tolist() == [1] * 4 + [0] * 5


def test_communities_do_not_depend_on_how_actors_are_called() -> None:
    graph = nx.gnm_random_graph(30, 60, seed=3)
    named = nx.relabel_nodes(graph, {i: f"org {i * 7919}" for i in graph})
    assert (
        network.measures(graph)["community"].tolist()
        == network.measures(named)["community"].tolist()
    )


@pytest.mark.parametrize("kind", [nx.MultiGraph, nx.MultiDiGraph])
def test_kinds_of_ties_must_be_summed_before(kind: type[nx.MultiGraph[str]]) -> None:
    with pytest.raises(ValueError, match="sum the kinds of ties first"):
        network.measures(kind([("a", "b"), ("a", "b")]))


@pytest.mark.parametrize("strength", [0, -1, math.nan, math.inf, None, "close"])
def test_a_strength_that_is_no_positive_number_is_refused_with_its_two_ends(
    strength: object,
) -> None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("a", "b", strength=strength)
    with pytest.raises(LayerError) as caught:
        network.measures(graph)
    assert caught.value.code == "tie_strength_not_positive"
    assert {caught.value.blanks["source"], caught.value.blanks["target"]} == {"a", "b"}


# --- who depends on whom ----------------------------------------------------------------------


@settings(deadline=None)
@given(graph=graphs())
def test_cut_points_are_those_whose_removal_leaves_more_parts(graph: nx.Graph[Any]) -> None:
    plain: nx.Graph[Any] = nx.Graph(without_loops(graph))
    found = network.cut_points(graph).set_index("actor")["cut_off"].to_dict()
    for actor in plain:
        left = plain.subgraph(set(plain) - {actor})
        here = nx.node_connected_component(plain, actor) - {actor}
        pieces = [piece for piece in nx.connected_components(left) if piece <= here]
        assert (actor in found) == (len(pieces) > 1)
        if len(pieces) > 1:
            assert len(found[actor]) == len(here) - max(map(len, pieces))
            assert all(
                piece <= set(found[actor]) or not piece & set(found[actor]) for piece in pieces
            )


def test_the_gravest_loss_comes_first_and_says_how_many_are_migrant_led() -> None:
    graph = nx.cycle_graph(["a", "b", "c", "d", "e"])
    graph.add_edges_from([("a", "hub"), ("hub", "g1"), ("hub", "g2"), ("hub", "g3"), ("b", "lone")])
    nx.set_node_attributes(graph, {"g1": True, "g2": True, "g3": False}, "migrant_led")
    table = network.cut_points(graph)
    # "a" carries the hub's branch of four; ties in number are broken by migrant-led, then order
    assert table[["actor", "number", "migrant_led"]].to_numpy().tolist() == [
        ["a", 4, 2],
        ["hub", 3, 2],
        ["b", 1, 0],
    ]
    assert table.loc[1, "cut_off"] == ("g1", "g2", "g3")


@settings(deadline=None)
@given(graph=graphs(), data=st.data())
def test_a_go_between_is_on_every_path_to_the_target(
    graph: nx.Graph[Any], data: st.DataObject
) -> None:
    nodes = list(graph)
    target = set(data.draw(st.lists(st.sampled_from(nodes), max_size=3))) if nodes else set()
    plain: nx.Graph[Any] = nx.Graph(without_loops(graph))
    table = network.go_betweens(graph, target=target)
    found = {
        (go, actor)
        for go, actors in zip(table["go_between"], table["actors"], strict=True)
        for actor in actors
    }

    def reaches(ties: nx.Graph[Any], actor: str) -> bool:
        return any(goal in ties and nx.has_path(ties, actor, goal) for goal in target)

    expected = {
        (go, actor)
        for go, actor in itertools.permutations(set(nodes) - target, 2)
        if reaches(plain, actor) and not reaches(plain.subgraph(set(nodes) - {go}), actor)
    }
    assert found == expected
    assert set(network.without_a_way(graph, target=target)) == {
        actor for actor in nodes if not reaches(plain, actor)
    }
    assert table["number"].tolist() == sorted(table["number"], reverse=True)


def test_a_target_that_is_nobody_here_has_no_go_betweens() -> None:
    assert network.go_betweens(nx.path_graph(4), target={"city"}).empty


# --- from the tables --------------------------------------------------------------------------


@pytest.fixture
def organizations() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["city", "house", "women", "choir"],
            "name": ["City Hall", "House of All", "Women of the Harbour", "Choir"],
            "kind": ["municipality", "ngo", "migrant_led", "informal_group"],
            "sector": ["administration", "civil_society", "migrants", None],
            "internal": ["internal", "external", "external", None],
            "migrant_led": pd.array([False, False, True, None], dtype="boolean"),
        }
    )


@pytest.fixture
def ties() -> pd.DataFrame:
    rows = [
        ("city", "house", "funds", "directed", 2, None, None),
        ("house", "city", "advises", "directed", None, None, None),
        ("house", "women", "delivers_with", "mutual", 3, "2024-01-01", None),
        ("women", "house", "delivers_with", "mutual", 1, None, None),  # said by the other one too
        ("house", "women", "shares_space", "mutual", 1, None, None),
        ("choir", "house", "trusts", "directed", 1, "2020-01-01", "2023-12-31"),
        ("house", "nobody", "trusts", "directed", 1, None, None),
    ]
    columns = ["from_id", "to_id", "kind", "direction", "strength", "since", "until"]
    table = pd.DataFrame(rows, columns=columns).astype({"strength": "Int64"})
    return table.assign(since=pd.to_datetime(table["since"]), until=pd.to_datetime(table["until"]))


def test_kinds_are_summed_and_a_mutual_tie_goes_both_ways(
    organizations: pd.DataFrame, ties: pd.DataFrame
) -> None:
    graph = network.graph_of(organizations, ties)
    arcs = {arc: graph.edges[arc]["strength"] for arc in graph.edges}
    assert arcs == {
        ("city", "house"): 2,
        ("house", "city"): 1,  # unknown strength counts 1
        ("house", "women"): 4,  # the stronger of the two records of one kind, and the other kind
        ("women", "house"): 4,
        ("choir", "house"): 1,
    }
    assert graph.edges["house", "women"]["kinds"] == ("delivers_with", "shares_space")
    assert graph.nodes["choir"]["migrant_led"] is None


@pytest.mark.parametrize(
    ("on", "choir", "women"),
    [
        (date(2019, 12, 31), False, 2),
        (date(2020, 1, 1), True, 2),
        (date(2023, 12, 31), True, 2),  # the last day still counts
        (date(2024, 1, 1), False, 4),
        (None, True, 4),
    ],
)
def test_only_the_ties_of_that_day_count(
    organizations: pd.DataFrame, ties: pd.DataFrame, *, on: date | None, choir: bool, women: float
) -> None:
    graph = network.graph_of(organizations, ties, Counted(on=on))
    assert graph.has_edge("choir", "house") is choir
    assert graph.edges["women", "house"]["strength"] == women
    assert list(graph) == ["city", "house", "women", "choir"]


def test_one_kind_alone_leaves_the_others_out(
    organizations: pd.DataFrame, ties: pd.DataFrame
) -> None:
    graph = network.graph_of(organizations, ties, Counted(kinds=["funds"]))
    assert list(graph.edges) == [("city", "house")]


def test_the_report_is_json_and_says_none_where_nothing_is_defined(
    organizations: pd.DataFrame, ties: pd.DataFrame
) -> None:
    found = json.loads(
        json.dumps(network.report(organizations, ties, date(2026, 1, 1)), allow_nan=False)
    )
    assert (found["actors"], found["tied_pairs"], found["possible_pairs"]) == (4, 2, 6)
    assert found["density"] == pytest.approx(1 / 3)
    assert (found["parts"], found["isolates"], found["migrant_led"]) == (2, ["choir"], 1)
    assert found["go_betweens"] == [
        {"go_between": "house", "actors": ["women"], "number": 1, "migrant_led": 1}
    ]
    assert found["without_a_way_to_city"] == ["choir"]
    choir = found["measures"][3]
    assert (choir["name"], choir["constraint"], choir["degree"]) == ("Choir", None, 0)
    assert choir["e_i"] is None
    assert found["whole"]["density"]["value"] == found["density"]
    assert found["whole"]["centralisation"]["too_few"] == "actors"
    assert found["mixing"]["lead"]["unknown"] == 1
    assert found["between"]["lead"][0]["group"] == "institutional"
    assert [row["far"] for row in found["bridges"]] == ["women", "city"]  # led by migrants first
    assert found["said"][0].startswith("Ties within a sector: 0 of 2 ties stay inside; too few")


def test_who_refused_to_be_shown_is_in_no_graph_and_counted_as_left_out(
    organizations: pd.DataFrame, ties: pd.DataFrame
) -> None:
    refused = organizations["id"].eq("house")
    asked = organizations.assign(
        consent_shown=pd.array([False if no else None for no in refused], dtype="boolean")
    )
    said = json.dumps(network.report(asked, ties, date(2026, 1, 1)))
    found = json.loads(said)
    assert (found["not_shown"], found["actors"], found["tied_pairs"]) == (1, 3, 0)
    assert "house" not in said.lower()


def test_an_atlas_without_actors_has_a_report_too(
    organizations: pd.DataFrame, ties: pd.DataFrame
) -> None:
    found = network.report(organizations.head(0), ties.head(0), date(2026, 1, 1))
    assert (found["actors"], found["density"], found["measures"]) == (0, None, [])
    assert found["without_a_way_to_city"] is None


def test_larger_graphs_are_worked_on_in_blocks_with_the_same_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = nx.gnm_random_graph(40, 100, seed=1)
    whole = network.measures(graph)["betweenness"]
    monkeypatch.setattr("mapping.centrality._ARCS_AT_ONCE", 700)
    np.testing.assert_allclose(network.measures(graph)["betweenness"], whole, atol=1e-15)


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_a_large_network_has_the_same_betweenness_from_igraph_as_from_us(
    kind: type[nx.Graph[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = nx.gnm_random_graph(60, 150, seed=3, directed=kind is nx.DiGraph)
    for at, tie in enumerate(sorted(graph.edges)):
        graph.edges[tie]["strength"] = at % 3 + 1
    ours = network.measures(graph)["betweenness"]
    monkeypatch.setattr("mapping.centrality.LARGE", 10)
    monkeypatch.setattr("mapping.centrality._SOURCES_AT_ONCE", 7)
    np.testing.assert_allclose(network.measures(graph)["betweenness"], ours, atol=1e-12)
    monkeypatch.setattr("mapping.centrality.find_spec", lambda _: None)
    np.testing.assert_allclose(network.measures(graph)["betweenness"], ours, atol=1e-15)


def test_measuring_tells_how_far_it_is_and_stops_when_asked() -> None:
    watch = Watch()
    network.measures(nx.path_graph(5), watch=watch)
    assert watch.state[0] == "between"
    watch.stop()
    with pytest.raises(LayerError, match="stopped"):
        network.measures(nx.path_graph(5), watch=watch)
