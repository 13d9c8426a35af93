"""Roles of those who stand between two others, against going through all threes."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings

from mapping import brokerage
from mapping.brokerage import MERGED, ROLES, bridges, roles
from tests.helpers.networks import graphs, undirected, without_loops


def role_by_hand(a: str, b: str, c: str) -> str:
    """Name a role as its authors do; outsiders are written small."""
    return {
        (True, True, True): "coordinator",
        (False, True, False): "gatekeeper",  # aBB: from outside into its own
        (True, False, False): "representative",  # AAb: from its own to outside
        (False, False, True): "consultant",  # AbA
        (False, False, False): "liaison",
    }[(a == b, b == c, a == c)]


@settings(deadline=None)
@given(graph=graphs(directed=True))
def test_directed_roles_are_those_of_all_threes(graph: nx.DiGraph[Any]) -> None:
    clean, group = without_loops(graph), dict(graph.nodes(data="sector"))
    found = roles(graph, "sector")
    expected = {b: dict.fromkeys(ROLES, 0) for b in graph if group[b] is not None}
    for a, b, c in itertools.permutations(graph, 3):
        open_way = clean.has_edge(a, b) and clean.has_edge(b, c) and not clean.has_edge(a, c)
        if open_way and None not in {group[a], group[b], group[c]}:
            expected[b][role_by_hand(group[a], group[b], group[c])] += 1
    known = found.table.dropna()
    assert known[list(ROLES)].to_dict("index") == expected
    assert found.unknown == len(graph) - len(expected) == len(found.table) - len(known)
    assert known["total"].tolist() == [sum(counts.values()) for counts in expected.values()]


@settings(deadline=None)
@given(graph=graphs(directed=False))
def test_without_directions_each_pair_counts_once_and_two_roles_are_one(
    graph: nx.Graph[Any],
) -> None:
    clean, group = without_loops(graph), dict(graph.nodes(data="sector"))
    expected = {b: dict.fromkeys(MERGED, 0) for b in graph if group[b] is not None}
    for b, counts in expected.items():
        for a, c in itertools.combinations(clean[b], 2):
            if not clean.has_edge(a, c) and None not in {group[a], group[c]}:
                role = role_by_hand(group[a], group[b], group[c])
                counts["gatekeeper_or_representative" if role in ROLES[1:3] else role] += 1
    assert roles(graph, "sector").table.dropna()[list(MERGED)].to_dict("index") == expected


def test_four_counted_by_hand_a_group_a_city_office_and_a_clinic() -> None:
    graph = nx.DiGraph(
        [("group", "broker"), ("broker", "office"), ("office", "clinic"), ("clinic", "group")]
    )
    of = {"group": "migrants", "broker": "migrants", "office": "city", "clinic": "health"}
    table = roles(graph, of).table
    # group > broker > office: for its own to the outside; clinic > group > broker: from outside in
    assert table.loc["broker", "representative"] == 1
    assert table.loc["group", "gatekeeper"] == 1
    assert table.loc[["office", "clinic"], "liaison"].tolist() == [1, 1]
    assert table["total"].tolist() == [1, 1, 1, 1]


def test_who_is_tied_directly_needs_nobody_between() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c")])
    assert roles(graph, dict.fromkeys("abc", "one")).table["total"].sum() == 0


def test_blocks_of_ways_give_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.gnm_random_graph(30, 150, seed=2, directed=True)
    of = {node: str(node % 3) for node in graph}
    whole = roles(graph, of).table
    monkeypatch.setattr(brokerage, "_WAYS_AT_ONCE", 7)
    pd.testing.assert_frame_equal(roles(graph, of).table, whole)


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_nobody_and_nobody_of_known_group_have_no_roles(kind: type[nx.Graph[str]]) -> None:
    assert roles(kind(), "sector").table.empty
    graph = kind([("a", "b"), ("b", "c")])
    found = roles(graph, "sector")
    assert found.unknown == 3
    assert found.table.isna().all(axis=None)


@settings(deadline=None)
@given(graph=graphs())
def test_bridges_are_those_of_networkx_and_cut_off_the_smaller_side(graph: nx.Graph[Any]) -> None:
    plain = undirected(graph)
    table = bridges(graph)
    found = {frozenset(ends) for ends in zip(table["near"], table["far"], strict=True)}
    assert found == {frozenset(tie) for tie in nx.bridges(plain)}
    for row in table.to_dict("records"):
        cut = plain.copy()
        cut.remove_edge(row["near"], row["far"])
        assert set(row["cut_off"]) == nx.node_connected_component(cut, row["far"])
        assert row["number"] <= len(nx.node_connected_component(cut, row["near"]))
    assert table["number"].tolist() == sorted(table["number"], reverse=True)
