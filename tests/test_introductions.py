"""Whom to introduce to whom: what is planted comes first, and what is promised is met."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from layers import personas_kept
from layers.atlas import Atlas
from mapping import coverage, network
from mapping.city import City
from mapping.counted import Counted
from mapping.intro_search import MOST_EACH, WANTED
from mapping.introductions import Introductions, Suggestion, introductions
from mapping.personas import Persona
from tests.helpers.introduced import (
    DAY,
    actor,
    by_chance,
    city,
    completed,
    read_with,
    tie,
    trust,
    with_ties,
)
from tests.helpers.town import Town

TANNER_ROW = {"first-words", "parlour", "evening-lamp"}
FOUR = {"casa-farului", "vatra-families", "roshni", "chiragh"}


def asked(path: Path, wanted: str = "all") -> tuple[City, Introductions]:
    atlas = Atlas(path)
    found = City(atlas.read, atlas.meta(), day=DAY)
    hidden = {"row_version"}
    kept = [
        Persona.from_json({key: value for key, value in one.items() if key not in hidden})
        for one in personas_kept.kept(atlas)
    ]
    return found, introductions(found, Counted(on=DAY), kept=kept, wanted=wanted)


@pytest.fixture(scope="module")
def sample(sample_once: Path) -> tuple[City, Introductions]:
    return asked(sample_once)


@pytest.fixture(scope="module")
def twin(twin_atlas: Path) -> tuple[City, Introductions]:
    return asked(twin_atlas)


def freed(found: Introductions) -> set[object]:
    return {who for one in found.suggestions for way in one.ways for who in way.actors}


# --- what is planted ------------------------------------------------------------------------------


def test_the_missing_tie_of_the_clinic_comes_first_and_not_in_the_twin(
    sample: tuple[City, Introductions], twin: tuple[City, Introductions]
) -> None:
    first = sample[1].suggestions[0]
    assert (first.a, first.b) == ("saltmere-clinic", "hooyo-circle")
    assert {one.persona.name for one in first.served} == {"", "Hodan"}
    assert all(one.certain and one.doubted for one in first.served)
    knows_both = set.intersection(
        *(set(nx.all_neighbors(graph_of(sample[0]), one)) for one in (first.a, first.b))
    )
    assert {one.actors[0] for one in first.introducers} == knows_both
    assert all(not any(one.certain for one in each.served) for each in twin[1].suggestions)


def test_the_promised_people_are_met_by_the_cascade_as_it_is(
    sample: tuple[City, Introductions],
) -> None:
    made, found = sample
    one = found.suggestions[0]
    after = City(read_with(made.read, [(one.a, one.b, one.kind)]), made.meta, day=DAY)
    for promise in one.served:
        assert ends(made, promise.persona) == pytest.approx(promise.before)
        assert ends(after, promise.persona) == pytest.approx(promise.after)
        gain = ends(after, promise.persona)[0] - ends(made, promise.persona)[1]
        assert promise.low >= gain - 1e-6
        assert promise.high <= promise.after[1] - promise.before[0] + 1e-6


def test_the_mediated_groups_get_a_second_way_and_need_none_in_the_twin(
    sample: tuple[City, Introductions], twin: tuple[City, Introductions]
) -> None:
    assert freed(sample[1]) >= FOUR | {"saffron-sisters", "fathers-cafe"}
    assert not freed(twin[1]) & (FOUR | {"saffron-sisters", "fathers-cafe"})
    ways = [one for one in sample[1].suggestions if one.because == "ways"]
    assert set(ways[0].ways[0].actors) == FOUR  # the most groups first
    before, after = (go_betweens(sample[0], more) for more in ((), sample[1].suggestions))
    assert "saffron-sisters" in before
    assert "saffron-sisters" not in after


def test_the_unconnected_three_come_first_among_the_same_course_and_not_in_the_twin(
    sample_once: Path, twin_atlas: Path
) -> None:
    first = asked(sample_once, "common")[1].suggestions[0]
    course = next(one for one in first.common if one.code == "course")
    assert set(course.values["row"]) == TANNER_ROW
    assert {first.a, first.b} <= TANNER_ROW
    for one in asked(twin_atlas, "common")[1].suggestions:
        assert not {one.a, one.b} <= TANNER_ROW


# --- rules ----------------------------------------------------------------------------------------


def test_no_list_breaks_a_rule(sample: tuple[City, Introductions]) -> None:
    made, _ = sample
    tied = {
        frozenset(pair)
        for pair in zip(made.read("ties")["from_id"], made.read("ties")["to_id"], strict=True)
    }
    bans = made.read("bans")
    holding = bans[~(bans["until"] < "2026-11-22")]
    banned = {frozenset(pair) for pair in zip(holding["from_id"], holding["to_id"], strict=True)}
    base = most_between(made, ())
    for wanted in WANTED:
        found = introductions(made, Counted(on=DAY), wanted=wanted)
        pairs = [frozenset((one.a, one.b)) for one in found.suggestions]
        assert found.suggestions
        assert len(set(pairs)) == len(pairs)
        assert not set(pairs) & (tied | banned)
        assert frozenset(("police", "quiet-night")) not in pairs
        times = Counter(who for pair in pairs for who in pair)
        assert max(times.values()) <= MOST_EACH
        introducing = Counter(
            who for one in found.suggestions for way in one.introducers[:1] for who in way.actors
        )
        assert max(introducing.values()) <= MOST_EACH
        for one in found.suggestions:
            assert one.joins or most_between(made, [one]) <= base + 1e-9
        kept = [one for one in found.suggestions if not one.joins]
        if len(kept) == len(found.suggestions):
            assert most_between(made, kept) <= base + 1e-9
            assert found.most_together == pytest.approx(most_between(made, kept))


def test_pairs_that_are_ruled_out_are_counted_and_never_proposed() -> None:
    made = Town(streets=False)
    made.rows["organizations"] = [
        actor("refuge", sector="protection", communities=["so"]),
        actor("police", sector="police", communities=["so"]),
        actor("group", communities=["so"], at_risk=True),
        actor("office", communities=["so"]),
        actor("refused", communities=["so"], consent_shown=False),
    ]
    for name in ("refuge", "police", "group", "office"):
        made.service(name, (100, 0), organization_id=name, languages={"so": "staff"})
    for at in range(4):  # most services speak another language, so that one is telling
        made.service(f"other-{at}", (100, 0), languages={"da": "staff"})
    made.rows["bans"] = [
        {"id": "b", "from_id": "office", "to_id": "group", "kind": "shares_data"},
        {"id": "c", "from_id": "refuge", "to_id": "office", "until": "2026-11-22"},
        {"id": "d", "from_id": "police", "to_id": "office", "kind": "delivers_with"},
        {"id": "e", "from_id": "police", "to_id": "office", "until": "2026-11-21"},
    ]
    found = introductions(city(made), Counted(on=DAY))
    pairs = {frozenset((one.a, one.b)): one for one in found.suggestions}
    office, refuge = frozenset(("police", "office")), frozenset(("refuge", "group"))
    assert pairs.keys() == {office, refuge}
    assert pairs[office].kind == "refers_to"
    assert pairs[refuge].ask_first == ("group",)
    assert found.left_out == {"police": 2, "banned": 1, "shares_data": 1}
    assert found.refused == 1


@pytest.mark.parametrize("actors", [0, 1, 2])
def test_a_town_with_next_to_nothing_has_an_answer(actors: int) -> None:
    made = Town(streets=False)
    made.rows["organizations"] = [actor(f"a{at}") for at in range(actors)]
    made.rows["areas"] = []
    found = introductions(City(made.read, {}, day=DAY), Counted(on=DAY))
    assert found.actors == actors
    # the second of two has no way to the rest of the network but the tie that is proposed
    assert [(one.because, one.joins) for one in found.suggestions] == [("ways", True)] * (
        actors > 1
    )


def test_an_unknown_wish_is_refused() -> None:
    with pytest.raises(ValueError, match="wanted"):
        introductions(city(Town()), Counted(), wanted="money")


# --- on towns it has never seen -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_on_fresh_towns_each_tie_serves_the_very_people_it_promised(seed: int) -> None:
    made = by_chance(seed, known=True)
    before = city(made)
    found = introductions(before, Counted(on=DAY))
    promised = 0
    for one in found.suggestions:
        after = city(with_ties(made, [(one.a, one.b, one.kind)]))
        for promise in one.served:
            gain = np.subtract(ends(after, promise.persona), ends(before, promise.persona))
            assert (promise.low, promise.high) == pytest.approx(tuple(gain))
            promised += promise.low > 0
        held = go_betweens_of(before), go_betweens_of(after)
        for way in one.ways:
            assert not {(who, way.through) for who in way.actors} & held[1]
    assert promised


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_unknown_turns_out_to_be_the_people_are_in_the_range(seed: int) -> None:
    made = by_chance(seed, known=False)
    promises = [
        (one, promise)
        for one in introductions(city(made), Counted(on=DAY), wanted="served").suggestions
        for promise in one.served
    ]
    assert any(promise.low < promise.high for _, promise in promises)
    for turn in range(2):
        known = completed(made, np.random.default_rng([seed, turn]))
        before = city(known)
        for one, promise in promises[:5]:
            after = city(with_ties(known, [(one.a, one.b, one.kind)]))
            now, then = (ends(each, promise.persona) for each in (before, after))
            assert now[0] == pytest.approx(now[1])  # nothing is unknown any more
            assert promise.low - 1e-6 <= then[0] - now[0] <= promise.high + 1e-6


def test_a_second_tie_to_the_same_service_promises_nobody_twice() -> None:
    made = by_chance(1, known=True)
    seen: set[tuple[object, str]] = set()
    for one in introductions(city(made), Counted(on=DAY), wanted="served").suggestions:
        mine = {(promise.persona, promise.provider) for promise in one.served}
        assert not mine & seen
        seen |= mine


def test_who_goes_by_her_own_community_only_where_she_wants_to() -> None:
    made = Town()
    made.rows["organizations"] = [actor("clinic"), actor("circle", communities=["so"])]
    made.rows["trust"] = [trust("so", "circle"), trust("so", "clinic", "not_trusted")]
    made.rows["ties"] = [tie("clinic", "desk"), tie("desk", "circle")]
    made.people({"c100": 100})
    made.service("help", (100, 0), organization_id="clinic")
    mine = Persona(category="legal", community="so")
    found = introductions(city(made), Counted(on=DAY), kept=[mine])
    assert [one.shown for one in found.suggestions[0].served] == [{"low": 100, "high": 100}]
    other = Persona(category="legal", community="so", not_own_community=True)
    found = introductions(city(made), Counted(on=DAY), kept=[other])
    assert not any(one.served for one in found.suggestions)


# --- sums of our own, by others' means ------------------------------------------------------------


def ends(made: City, persona: Persona) -> tuple[float, float]:
    """Count who is covered, by the plain cascade."""
    low, high = coverage.shares(coverage.seen(made, persona), [coverage.WHOLE])[coverage.WHOLE]
    people = made.people(persona.group)[1]
    return float(np.nan_to_num(people.low) @ low), float(np.nan_to_num(people.high) @ high)


def graph_of(made: City) -> nx.DiGraph[str]:
    return network.graph_of(made.read("organizations"), made.read("ties"), Counted(on=DAY))


def most_between(made: City, more: list[Suggestion] | tuple[()]) -> float:
    graph = graph_of(made).to_undirected()
    graph.add_edges_from((one.a, one.b) for one in more)
    return max(nx.betweenness_centrality(graph).values())


def go_betweens(made: City, more: tuple[Suggestion, ...] | tuple[()]) -> set[str]:
    graph = graph_of(made)
    for one in more:
        graph.add_edge(one.a, one.b, strength=2.0, kinds=())
    deciding = [one for one, about in graph.nodes.items() if about["city"]]
    table = network.go_betweens(graph, target=deciding)
    return {str(who) for several in table["actors"] for who in several}


def go_betweens_of(made: City) -> set[tuple[object, object]]:
    """Name who hangs on whom, for the city and for the rest, as the page Network does."""
    graph = graph_of(made)
    deciding = [one for one, about in graph.nodes.items() if about["city"]]
    tables = (
        network.go_betweens(graph, target=deciding).to_numpy(),
        network.cut_points(graph).to_numpy(),
    )
    return {(who, row[0]) for table in tables for row in table for who in row[1]}
