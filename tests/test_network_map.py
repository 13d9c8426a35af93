"""Actors and ties as layers: drawn only between places that may be shown, never at 0,0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import features, maps, network_map
from tests.helpers.sampled import examples

PRECISIONS = ("exact", "street", "area", "city", "hidden")


def tables(
    spots: Mapping[str, tuple[str | None, tuple[float, float] | None]],
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Give each actor a location of its own: precision (``None`` for no location) and point."""
    placed = {actor: spot for actor, spot in spots.items() if spot[0] is not None}
    organizations = pd.DataFrame(
        {
            "id": list(spots),
            "name": [f"Name of {actor}" for actor in spots],
            "kind": pd.array([None] * len(spots), dtype="string"),
            "migrant_led": pd.array(
                [(True, False, None)[i % 3] for i in range(len(spots))], dtype="boolean"
            ),
            "location_id": pd.array(
                [f"at {actor}" if actor in placed else None for actor in spots], dtype="string"
            ),
        }
    )
    locations = gpd.GeoDataFrame(
        {
            "id": pd.array([f"at {actor}" for actor in placed], dtype="string"),
            "precision": [precision for precision, _ in placed.values()],
        },
        geometry=[None if xy is None else shapely.Point(xy) for _, xy in placed.values()],
        crs=4326,
    )
    return organizations, locations


def graph_of(actors: Any, pairs: Any) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(actors)
    graph.add_edges_from(pairs, strength=2.0, kinds=("funds",))
    return graph


def test_it_says_why_an_actor_is_not_on_the_map() -> None:
    spots = {
        "here": ("exact", (9.9, 56.1)),
        "street": ("street", (9.9, 56.1)),
        "lost": ("exact", None),
        "round": ("area", (9.9, 56.1)),
        "city": ("city", None),
        "refuge": ("hidden", None),
        "none": (None, None),
    }
    there = network_map.where(graph_of(spots, []), *tables(spots))
    assert there.to_dict() == {
        "here": "drawn",
        "street": "drawn",
        "lost": "nowhere",
        "round": "area",
        "city": "area",
        "refuge": "protected",
        "none": "nowhere",
    }


def test_a_tie_to_a_protected_actor_is_drawn_to_nowhere() -> None:
    # a point that should not be there at all: an old file may still hold one
    spots = {"a": ("exact", (9.9, 56.1)), "refuge": ("hidden", (9.8765, 56.4321))}
    graph = graph_of(spots, [("a", "refuge")])
    layer = network_map.ties(graph, *tables(spots))
    pins = network_map.actors(graph, *tables(spots))
    assert layer["rows"] == []
    assert layer["spots"] == [["actor:a", 9_900_000, 56_100_000]]
    assert "9876500" not in json.dumps([layer, pins])
    assert "refuge" not in json.dumps([layer, pins])


def test_several_ties_between_the_same_two_addresses_lie_beside_each_other() -> None:
    spots = {
        **{f"a{i}": ("exact", (9.9, 56.1)) for i in range(3)},
        **{f"b{i}": ("exact", (9.8, 56.2)) for i in range(3)},
    }
    pairs = [("a0", "b0"), ("b1", "a1"), ("a2", "b2"), ("a0", "a1")]
    graph = graph_of(spots, pairs)
    layer = network_map.ties(graph, *tables(spots))
    # a bend is to one side of the way it is drawn: the same side seen from a is the other from b
    seen_from_a = [
        row[5] if layer["spots"][row[1]][1] == 9_900_000 else -row[5] for row in layer["rows"]
    ]
    assert len(set(seen_from_a)) == 3
    assert network_map.within_one_place(graph, *tables(spots)) == 1


def test_a_tie_both_ways_is_one_line_with_two_ways_as_wide_as_the_stronger() -> None:
    spots = {"a": ("exact", (9.9, 56.1)), "b": ("exact", (9.8, 56.2))}
    graph = graph_of(spots, [("b", "a"), ("a", "b")])
    graph.edges["b", "a"]["strength"] = 5.0
    [[handle, start, end, width, ways, bend]] = network_map.ties(graph, *tables(spots))["rows"]
    assert (start, end, ways, bend) == (0, 1, 2, 0)
    assert width == 3.6  # 0.6 + 0.6 x 5
    assert handle == network_map.tie_handle("b", "a")


def test_a_handle_tells_no_two_pairs_alike_and_is_one_for_a_map() -> None:
    assert network_map.tie_handle("a", "bc") != network_map.tie_handle("ab", "c")
    assert network_map.tie_handle("{{7*7}}", "</script>").startswith("tie:x.")
    assert maps.state_text({"pick": network_map.tie_handle("{{7*7}}", "</script>")})


@settings(max_examples=examples(50), deadline=None)
@given(st.data())
def test_every_pair_of_drawn_actors_is_drawn_once_and_nobody_else(data: Any) -> None:
    names = [f"o{i}" for i in range(data.draw(st.integers(0, 7)))]
    corner = st.sampled_from([(9.9, 56.1), (9.8, 56.2), (9.7, 56.3)])
    spot = st.tuples(
        st.one_of(st.none(), st.sampled_from(PRECISIONS)), st.one_of(st.none(), corner)
    )
    spots = {name: data.draw(spot) for name in names}
    actor = st.sampled_from(names) if names else st.nothing()
    pairs = data.draw(st.lists(st.tuples(actor, actor), max_size=12)) if names else []
    graph = graph_of(names, pairs)
    organizations, locations = tables(spots)
    layer = network_map.ties(graph, organizations, locations)
    shown = {
        name for name, (precision, xy) in spots.items() if precision in ("exact", "street") and xy
    }
    by_handle = {features.handle("actor", name): name for name in names}
    assert {by_handle[row[0]] for row in layer["spots"]} == shown
    for handle, x, y in layer["spots"]:
        assert (x / 1e6, y / 1e6) == spots[by_handle[handle]][1]
    drawn = sorted(
        tuple(sorted(by_handle[layer["spots"][row[at]][0]] for at in (1, 2)))
        for row in layer["rows"]
    )
    wanted = {tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1] and set(pair) <= shown}
    apart = [pair for pair in wanted if spots[pair[0]][1] != spots[pair[1]][1]]
    assert drawn == sorted(apart)
    same = network_map.within_one_place(graph, organizations, locations)
    assert same == len(wanted) - len(apart)
    pins = network_map.actors(graph, organizations, locations)
    assert sorted(row[0] for one in pins.values() for row in one["rows"]) == sorted(
        features.handle("actor", name) for name in shown
    )


def test_who_is_led_by_nobody_knows_whom_has_a_sign_of_its_own() -> None:
    spots = dict.fromkeys(("led", "other", "unknown", "led too", "hall"), ("exact", (9.9, 56.1)))
    graph = graph_of(spots, [])
    graph.nodes["hall"]["city"] = True
    pins = network_map.actors(graph, *tables(spots))
    assert {kind: [row[0] for row in layer["rows"]] for kind, layer in pins.items()} == {
        "migrant_led": ["actor:led", features.handle("actor", "led too")],
        "actors_city": ["actor:hall"],
        "actors": ["actor:other"],
        "actors_unknown": ["actor:unknown"],
    }
    # as in the picture: round, filled, an open square, hatched
    frames = ["migrant_led", "actor", "actor_other", "actor_unknown"]
    assert [layer["frame"] for layer in pins.values()] == frames


def test_whose_service_is_at_a_protected_place_is_protected_and_not_without_a_place() -> None:
    spots = {"refuge": (None, None), "lost": (None, None), "house": ("hidden", None)}
    services = pd.DataFrame({"id": ["beds", "meals"], "organization_id": ["refuge", "lost"]})
    offered = pd.DataFrame(
        {"service_id": ["beds", "meals"], "location_id": ["at house", "at nobody"]}
    )
    organizations, locations = tables(spots)
    protected = network_map.at_protected(services, offered, locations)
    there = network_map.where(graph_of(spots, []), organizations, locations, protected=protected)
    assert there.to_dict() == {"refuge": "protected", "lost": "nowhere", "house": "protected"}


def test_a_catchment_holds_handles_codes_and_shapes_only() -> None:
    areas = pd.DataFrame({"area_id": ["c1", "c2"], "within": ["sure", "perhaps"]})
    layer = network_map.catchment(areas, {"c1": [[[1, 2, 3, 4]]]})
    assert layer == {"type": "reach", "rows": [["area:c1", "sure", [[[1, 2, 3, 4]]]]]}
