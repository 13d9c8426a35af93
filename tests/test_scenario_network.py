"""The network under a scenario: parts, and who is cut off or joined, as networkx counts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings

from layers import clock, schema
from layers.atlas import Atlas
from mapping import scenario_network, scenarios
from mapping.counted import Counted
from mapping.scenarios import do
from tests.helpers.sampled import examples
from tests.helpers.what_if import FOUR, kilnside, make_town, some_steps, steps_of


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Read all tables of a small town once."""
    town = make_town(tmp_path_factory.mktemp("town") / "town.gpkg")
    return {name: town.read(name) for name in schema.TABLES}


def test_without_the_desk_of_kilnside_four_groups_are_cut_off(
    sample_once: Path, twin_atlas: Path
) -> None:
    city, twin = Atlas(sample_once), Atlas(twin_atlas)
    counted = Counted(on=clock.today())
    found = scenario_network.beside(city.read, kilnside(city), counted)
    assert {found.names[one] for one in found.cut_off} == FOUR
    assert not scenario_network.beside(twin.read, kilnside(twin), counted).cut_off


@given(steps=some_steps)
@settings(max_examples=examples(25), deadline=None)
def test_parts_and_who_is_cut_off_are_as_networkx_counts(
    tables: dict[str, pd.DataFrame], steps: list[dict[str, Any]]
) -> None:
    scenario, read = steps_of(*steps), tables.__getitem__
    found = scenario_network.beside(read, scenario, Counted())
    before, after = (plain_graph(one) for one in (read, scenarios.reader(read, scenario)))
    assert len(found.after.parts) == nx.number_connected_components(after)
    assert set(found.after.isolates) == set(nx.isolates(after))
    assert found.after.pairs[0] == after.number_of_edges()
    assert found.after.density == pytest.approx(nx.density(after))
    assert set(found.removed) == set(before) - set(after)
    together = {
        one: nx.node_connected_component(before, one) & set(after) for one in before
    }  # with whom it was
    for one in after:
        others = together[one] - {one}
        lost = others - nx.node_connected_component(after, one)
        if not lost:
            assert one not in found.cut_off
        if others and len(lost) * 2 > len(others) + 1:  # away from most of them
            assert one in found.cut_off
    if not before.edges or not found.cut_off:
        return
    rest = set(after) - set(found.cut_off)
    assert not any(
        nx.has_path(after, one, other) for one in found.cut_off for other in rest & together[one]
    )


def plain_graph(read: Any) -> nx.Graph[Any]:
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(read("organizations")["id"])
    graph.add_edges_from(zip(read("ties")["from_id"], read("ties")["to_id"], strict=True))
    return graph


def test_who_comes_to_the_rest_by_a_new_tie_is_named(sample_once: Path) -> None:
    city = Atlas(sample_once)
    tie = {"do": "add_tie", "from": "fathers-cafe", "to": "seafarers", "kind": "trusts"}
    both = do(
        steps_of(tie),
        {
            "do": "add_tie",
            "from": "seafarers",
            "to": city.read("organizations")["id"].iloc[0],
            "kind": "advises",
        },
    )
    counted = Counted(on=clock.today())
    assert scenario_network.beside(city.read, steps_of(tie), counted).joined == ()
    found = scenario_network.beside(city.read, both, counted)
    assert set(found.joined) == {"fathers-cafe", "seafarers"}
    assert found.before.without_a_way is not None
    assert set(found.before.without_a_way) == {"fathers-cafe", "seafarers"}
    assert found.after.without_a_way == ()


@given(steps=some_steps)
@settings(max_examples=examples(20), deadline=None)
def test_who_hangs_on_a_go_between_no_longer_is_as_taking_it_out_says(
    tables: dict[str, pd.DataFrame], steps: list[dict[str, Any]]
) -> None:
    organizations = tables["organizations"].assign(kind="municipality").iloc[:2]
    city = pd.concat([organizations, tables["organizations"].iloc[2:]], ignore_index=True)
    read = (tables | {"organizations": city}).__getitem__
    scenario = steps_of(*steps)
    found = scenario_network.beside(read, scenario, Counted())
    assert found.before.deciding == ("a0", "a1")
    before, after = (plain_graph(one) for one in (read, scenarios.reader(read, scenario)))
    for lists, one, two in ((found.freed, before, after), (found.bound, after, before)):
        goal = set(found.before.deciding if one is before else found.after.deciding)
        other = set(found.after.deciding if one is before else found.before.deciding)
        expected = {
            (through, actor)
            for through in set(one) & set(two)
            for actor in (set(one) & set(two)) - {through}
            if hangs(one, actor, through, goal)
            and not hangs(two, actor, through, other)
            and reaches(two, actor, other)
        }
        assert {(through, actor) for through, those in lists.items() for actor in those} == expected


def reaches(graph: nx.Graph[Any], actor: str, target: set[str]) -> bool:
    return bool(nx.node_connected_component(graph, actor) & target)


def hangs(graph: nx.Graph[Any], actor: str, through: str, target: set[str]) -> bool:
    """Tell whether somebody has a way, and none without another who does not decide."""
    if {actor, through} & target or not reaches(graph, actor, target):
        return False
    rest = graph.copy()
    rest.remove_node(through)
    return not reaches(rest, actor, target)
