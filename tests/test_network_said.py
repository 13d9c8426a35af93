"""What is said about the network: a claim exactly where its p makes one, and never of too few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import pytest

from mapping import brokerage, network, words
from mapping.chance import Found
from mapping.network_said import (
    Place,
    beside_the_whole,
    by_meaning,
    place_said,
    whole_said,
    written_p,
)
from mapping.whole_network import WholeNetwork, told, whole_network


def say(key: str, **values: object) -> str:
    return words.say(key, "en", **values)


@pytest.fixture(scope="module")
def circles() -> nx.DiGraph[str]:
    """Tie two sectors of seven, all within and one across; migrants lead every second one."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for sector in ("health", "work"):
        names = [f"{sector}{i}" for i in range(7)]
        for i, name in enumerate(names):
            graph.add_node(name, sector=sector, migrant_led=i % 2 == 0)
        graph.add_edges_from((a, b) for a in names for b in names if a < b)
    graph.add_node("unknown", sector=None, migrant_led=None)
    graph.add_edges_from([("health0", "work0"), ("work6", "unknown")])
    return graph


@pytest.fixture(scope="module")
def whole(circles: nx.DiGraph[str]) -> WholeNetwork:
    return whole_network(circles)


def texts(found: WholeNetwork) -> dict[str, str]:
    return {sentence.code: sentence.text for sentence in whole_said(found, say)}


def test_two_closed_sectors_are_said_to_work_within_themselves_with_what_chance_gives(
    whole: WholeNetwork,
) -> None:
    said = texts(whole)
    assert said["sector_e_i"] == (
        "Partners work mostly within their own sector: "
        "42 of 43 ties stay inside, 20 would by chance (p\u00a0< 0.001)."
    )
    assert "no more divided than chance would have it" in said["lead_e_i"]
    first = whole_said(whole, say)[0]
    assert first.meaning.startswith("Who needs help from two sectors has to find each alone.")


@pytest.mark.parametrize(
    ("p", "inside", "says"),
    [
        (0.05, 42, "Sectors are no more divided than chance would have it"),
        (0.0499, 42, "Partners work mostly within their own sector"),
        (0.0499, 20, "Partners stay within their own sector more than by chance"),
    ],
)
def test_a_division_is_claimed_exactly_where_p_is_below_five_in_a_hundred(
    whole: WholeNetwork, p: float, inside: int, says: str
) -> None:
    mixed = whole.sector
    other = replace(whole, sector=replace(mixed, inside=inside, e_i=replace(mixed.e_i, p=p)))
    assert texts(other)["sector_e_i"].startswith(f"{says}: {inside} of 43 ties stay inside")


def test_of_few_the_number_is_said_and_no_claim_made() -> None:
    graph = nx.path_graph(["a", "b", "c"], create_using=nx.DiGraph)
    nx.set_node_attributes(graph, {"a": "health", "b": "health", "c": "work"}, "sector")
    said = texts(whole_network(graph))
    assert said["sector_e_i"] == (
        "Ties within a sector: 1 of 2 ties stay inside; too few to say whether chance gives the "
        "same (fewer than 10 organizations with ties)."
    )
    assert "lead_e_i" not in said  # nobody knows who leads them
    assert "(p" not in "".join(said.values())


def test_what_asks_for_something_comes_first_and_the_same_meaning_is_said_once(
    whole: WholeNetwork,
) -> None:
    sentences = whole_said(whole, say)
    grouped = by_meaning(sentences)
    meanings = [meaning for meaning, _ in grouped]
    assert sorted(one.code for _, those in grouped for one in those) == sorted(
        one.code for one in sentences
    )
    assert meanings.count(words.say("whole.means_chance", "en")) == 1
    assert meanings[-1] == words.say("whole.means_chance", "en")
    assert grouped[0][1][0].code == "sector_e_i"


def test_who_is_left_out_and_how_many_comparisons_there_were_is_said(whole: WholeNetwork) -> None:
    lines = beside_the_whole(whole, say)
    assert lines[0].endswith("left out of what is said of sectors: 1.")
    assert lines[-1].startswith(f"Comparisons with chance made here: {whole.tests}.")


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize(
    ("p", "too_few"), [(0.001, None), (0.5, None), (None, None), (None, "ties")]
)
@pytest.mark.parametrize("value", [0.1, 0.9])
def test_every_claim_can_be_said_in_every_language(
    whole: WholeNetwork, lang: str, p: float | None, too_few: str | None, value: float
) -> None:
    def other(found: Found) -> Found:
        return replace(found, value=value, expected=0.5, p=p, too_few=too_few)

    held = whole.cohesion
    names = ("density", "centralisation", "reciprocity", "parts", "efficiency")
    changed: dict[str, Any] = {name: other(getattr(held, name)) for name in names}
    mixed = [
        replace(one, e_i=other(one.e_i), modularity=other(one.modularity))
        for one in (whole.sector, whole.lead)
    ]
    found = replace(
        whole,
        cohesion=replace(held, **changed),
        sector=mixed[0],
        lead=mixed[1],
        core=replace(whole.core, fit=other(whole.core.fit)),
    )
    said = whole_said(found, lambda key, **values: words.say(key, lang, **values))
    assert len(said) == 10
    assert all(sentence.text for sentence in said)


def place(graph: nx.DiGraph[str], actor: str, core: tuple[str, ...] | None = None) -> list[str]:
    city = {"city"} & set(graph)
    found = Place(
        actor=actor,
        graph=graph,
        measures=network.measures(graph),
        sector_roles=dict(brokerage.roles(graph, "sector").table.loc[[actor]].iloc[0]),
        lead_roles=dict(brokerage.roles(graph, "lead").table.loc[[actor]].iloc[0]),
        go_betweens=network.go_betweens(graph, target=city),
        bridges=brokerage.bridges(graph),
        core=core,
    )
    return place_said(found, {node: node.title() for node in graph}, say)


def test_the_card_says_what_a_go_between_is_to_whom() -> None:
    graph = nx.DiGraph([("group", "house"), ("house", "city")])
    for name, sector, led in (("group", "migrants", True), ("house", "health", False)):
        graph.add_node(name, sector=sector, migrant_led=led)
    graph.add_node("city", sector="administration", migrant_led=False)
    said = "\n".join(place(graph, "house", core=("house",)))
    assert "50% of the shortest ways" in said
    assert "it links two of two other sectors (1)." in said
    assert (
        "between a group led by migrants and an institution without a tie of their own: 1" in said
    )
    assert "These reach the city only through it: Group." in said
    assert "It belongs to the core of 1 organizations." in said
    group = "\n".join(place(graph, "group", core=("house",)))
    assert "It has one partner on record, House: if that tie ends, it is alone." in group
    assert "It reaches the city only through House." in group
    assert "at the edge; partners in the core: 1 of 1" in group


def test_an_actor_without_ties_is_not_connected_and_nothing_else(circles: nx.DiGraph[str]) -> None:
    graph = circles.copy()
    graph.add_node("alone", sector="health", migrant_led=True)
    assert place(graph, "alone") == [words.say("place.untied", "en")]


def test_of_unknown_sector_no_role_is_said(circles: nx.DiGraph[str]) -> None:
    assert words.say("place.sector_unknown", "en") in place(circles, "unknown")


def test_partners_who_know_each_other_and_who_do_not() -> None:
    star = nx.DiGraph([("hub", f"leaf{i}") for i in range(5)])
    assert any("hardly know each other" in line for line in place(star, "hub"))
    clique: nx.DiGraph[str] = nx.DiGraph([(a, b) for a in "abcde" for b in "abcde" if a < b])
    assert any("mostly know each other" in line for line in place(clique, "a"))


@pytest.mark.parametrize(
    ("p", "written"), [(0.0499, "0.049"), (0.05, "0.050"), (0.0009, "< 0.001"), (0.3, "0.30")]
)
def test_a_p_never_reads_as_on_the_other_side_of_the_limit(p: float, written: str) -> None:
    assert written_p(p) == written


def test_what_is_told_of_the_whole_is_the_same_in_the_file(whole: WholeNetwork) -> None:
    found = told(whole)
    assert found["mixing"]["sector"]["e_i"]["p"] == whole.sector.e_i.p
    assert found["mixing"]["sector"]["unknown"] == 1
    assert found["whole"]["density"]["counted"] == 44
    assert found["tests"] == whole.tests
    assert {row["actor"] for row in found["roles"]["sector"]["actors"]} <= set(
        whole.sector_roles.table.index
    )
