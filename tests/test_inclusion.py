"""Who is not heard: against every removal of an actor, every path, and every draw of a core."""

from __future__ import annotations

from itertools import combinations
from math import comb, isclose
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.atlas import Atlas
from mapping import inclusion, network
from mapping.counted import Counted

LED = {"migrant_led": True}


def town(*ties: tuple[str, str], **about: dict[str, Any]) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
    for name, values in about.items():
        graph.add_node(name, **values)
    graph.add_edges_from(ties)
    return graph


@st.composite
def graphs(draw: st.DrawFn) -> tuple[nx.Graph[int], set[int]]:
    """Draw up to eight actors with any ties, loops too, and some of them as those who decide."""
    size = draw(st.integers(0, 8))
    pairs = [(a, b) for a in range(size) for b in range(a, size)]
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(size))
    if pairs:
        graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), max_size=12)))
    return graph, set(draw(st.lists(st.integers(0, 8), max_size=3)))


def reaches(graph: nx.Graph[int], one: int, target: set[int], without: set[int]) -> bool:
    """Tell by walking whether somebody of the target can be reached past those left out."""
    left = graph.subgraph(set(graph) - without)
    return bool(nx.node_connected_component(left, one) & target)


@settings(deadline=None)  # another test may have the machine
@given(graphs())
def test_ways_are_what_is_left_when_any_one_actor_stops(
    drawn: tuple[nx.Graph[int], set[int]],
) -> None:
    graph, target = drawn
    found = inclusion.ways(graph, target=target)
    assert list(found.index) == list(graph)
    rows: dict[Any, Any] = found.to_dict("index")
    for one, row in rows.items():
        assert row["partners"] == len(set(graph[one]) - {one})
        if one in target:
            assert pd.isna(row["ways"])
            continue
        others = set(graph) - {one}
        stop = {other for other in others if not reaches(graph, one, target, {other})}
        if not reaches(graph, one, target, set()):
            assert row["ways"] == 0
        else:
            assert (row["ways"], set(row["through"])) == (1 if stop else 2, stop)


@settings(deadline=None)  # another test may have the machine
@given(graphs())
def test_two_ways_are_two_paths_without_a_common_actor(
    drawn: tuple[nx.Graph[int], set[int]],
) -> None:
    graph, target = drawn
    joined: nx.Graph[Any] = nx.Graph(graph)
    joined.remove_edges_from(nx.selfloop_edges(graph))
    joined.add_edges_from(("goal", one) for one in target if one in graph)
    joined.add_node("goal")
    found = inclusion.ways(graph, target=target)["ways"]
    for one in set(graph) - target:
        paths = [set(path[1:-1]) for path in nx.all_simple_paths(joined, one, "goal")]
        apart = any(not (a & b) for a, b in combinations(paths, 2))
        assert found[one] == (2 if apart else min(len(paths), 1))


@settings(deadline=None)  # another test may have the machine
@given(graphs())
def test_everybody_on_every_way_is_named_in_the_order_of_a_shortest_way(
    drawn: tuple[nx.Graph[int], set[int]],
) -> None:
    graph, target = drawn
    rows: dict[Any, Any] = inclusion.ways(graph, target=target).to_dict("index")
    for one, row in rows.items():
        if row["through"]:
            ends = [end for end in target if end in graph and nx.has_path(graph, one, end)]
            way = min((nx.shortest_path(graph, one, end) for end in ends), key=len)
            assert list(row["through"]) == [step for step in way if step in row["through"]]


def test_the_gravest_come_first_each_with_whom_to_call() -> None:
    graph = town(
        ("known", "city"),
        ("behind", "mission"),
        ("mission", "city"),
        ("mission", "office"),
        ("friend", "pal"),
        ("heard", "city"),
        ("heard", "office"),
        ("ngo", "city"),
        city={"city": True},
        office={"city": None, "decision_maker": True, "sector": "migrants"},
        mission={"migrant_led": False, "women_led": False},
        heard=LED | {"communities": ("so",)},
        known=LED,
        behind=LED | {"women_led": True},
        friend=LED | {"communities": ("vi",)},
        pal={"migrant_led": None},
        alone=LED | {"communities": ("so", "ar")},
        ngo={"migrant_led": False},
    )
    found = inclusion.not_heard(graph, target=inclusion.decision_makers(graph))
    assert found.to_dict("list") == {
        "group": ["alone", "friend", "behind", "known"],
        "reason": ["no_tie", "no_way", "go_between", "one_contact"],
        "through": [(), (), ("mission",), ("city",)],
        "call": ["heard", "office", "mission", "city"],
        "call_why": ["language", "office", "go_between", "one_contact"],
        # led by women and heard through others; of the last nobody knows who leads it
        "women_through": [False, False, True, None],
    }


def test_where_nobody_decides_every_group_is_without_a_way_and_nobody_is_to_be_called() -> None:
    graph = town(("a", "b"), a=LED, b={}, c=LED)
    found = inclusion.not_heard(graph, target=inclusion.decision_makers(graph))
    assert found[["group", "reason", "call"]].to_numpy().tolist() == [
        ["c", "no_tie", None],
        ["a", "no_way", None],
    ]


@settings(deadline=None)  # another test may have the machine
@given(st.lists(st.sampled_from([True, False, None]), min_size=12, max_size=12), st.integers(0, 6))
def test_chance_in_the_core_is_every_draw_counted(led: list[bool | None], drawn: int) -> None:
    graph: nx.Graph[int] = nx.cycle_graph(12)
    nx.set_node_attributes(graph, dict(enumerate(led)), "migrant_led")
    found = inclusion.share(graph, core=set(range(drawn)), attribute="migrant_led")
    known = [one for one in range(12) if led[one] is not None]
    inside = [one for one in known if one < drawn]
    of_it = [one for one in known if led[one]]
    assert (found.in_core, found.core) == (len(set(inside) & set(of_it)), len(inside))
    assert (found.in_all, found.all, found.unknown_all) == (len(of_it), len(known), 12 - len(known))
    if min(len(of_it), len(known) - len(of_it)) < inclusion.FEW_OF_A_GROUP:
        assert (found.p, found.too_few) == (None, "group")
        return
    if not inside:
        assert (found.p, found.too_few) == (None, "core")
        return
    cores = list(combinations(known, len(inside)))
    assert len(cores) == comb(len(known), len(inside))
    hits = [len(set(core) & set(of_it)) for core in cores]
    as_rare = [one for one in set(hits) if hits.count(one) <= hits.count(found.in_core)]
    assert found.p is not None
    assert found.expected is not None
    assert isclose(found.p, sum(hits.count(one) for one in as_rare) / len(cores))
    assert isclose(found.expected, sum(hits) / len(cores))


@pytest.mark.parametrize(
    ("graph", "why"),
    [(nx.path_graph(9), "actors"), (nx.path_graph(10), "ties"), (nx.empty_graph(0), "actors")],
    ids=["nine actors", "nine ties", "nobody"],
)
def test_too_few_to_speak_of_chance(graph: nx.Graph[int], why: str) -> None:
    nx.set_node_attributes(graph, {one: one % 2 == 0 for one in graph}, "migrant_led")
    found = inclusion.share(graph, core={0, 1}, attribute="migrant_led")
    assert (found.p, found.expected, found.too_few) == (None, None, why)


def test_the_planted_groups_come_first_in_the_city_and_are_heard_in_its_twin(
    sample_once: Path, twin_atlas: Path
) -> None:
    listed = []
    for path in (sample_once, twin_atlas):
        atlas = Atlas(path)
        graph = network.graph_of(atlas.read("organizations"), atlas.read("ties"), Counted())
        found = inclusion.not_heard(graph, target=inclusion.decision_makers(graph))
        first = found.drop_duplicates("reason").set_index("reason")
        listed.append((found, first))
    (city, first), (twin, _) = listed
    assert city["group"].iloc[0] == "fathers-cafe"
    assert first.loc["go_between", "group"] == "saffron-sisters"
    assert first.loc["go_between", "call"] == "harbour-mission"
    assert first.loc["go_between", "women_through"] is True
    broker = {"casa-farului", "vatra-families", "roshni", "chiragh"}
    assert broker <= set(city["group"])
    assert not {"fathers-cafe", "saffron-sisters", *broker} & set(twin["group"])
