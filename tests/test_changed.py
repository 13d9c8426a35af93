"""Newly reached and newly lost: exact in every world that may be, and never a number of few."""

from __future__ import annotations

import copy
import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from mapping.changed import Changed, changed, told
from mapping.city import City
from mapping.gaps import Gaps, gaps, map_values
from mapping.needs import Need
from mapping.personas import Persona
from mapping.travel import Walks, Way
from tests.helpers.sampled import examples
from tests.helpers.town import CELLS, META, Town

OPEN, SHUT = "Mo-Fr 18:00-21:00", "Mo-Fr 09:00-12:00"
EVERYBODY = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}


def town(counts: dict[str, float | None] | None = None) -> Town:
    made = Town()
    made.people(EVERYBODY if counts is None else counts)
    return made


def ask(made: Town, **need: Any) -> Gaps:
    return gaps(City(made.read, META), Need(**{"category": "legal", **need}))


def compare(before: Town, after: Town, **need: Any) -> dict[str, Any]:
    found = told(changed(ask(before, **need), ask(after, **need)))
    json.dumps(found, allow_nan=False)
    return found


def exact(number: int) -> dict[str, int]:
    return {"low": number, "high": number}


def test_a_new_service_east_of_the_river_reaches_the_east() -> None:
    before = town()
    before.service("west", (100, 0))
    after = copy.deepcopy(before)
    after.service("east", (1300, 0))
    found = compare(before, after)
    assert found["before"] == exact(320)
    assert found["after"] == exact(0)
    assert found["newly_reached"] == exact(320)
    assert found["newly_lost"] == exact(0)
    assert found["difference"] == exact(-320)
    assert [row["area_id"] for row in found["districts"]] == ["east", "west"]
    assert found["districts"][1]["difference"] == exact(0)
    assert [row["area_id"] for row in found["areas"]] == ["c1300", "c1500"]
    back = compare(after, before)
    assert (back["newly_reached"], back["newly_lost"]) == (exact(0), exact(320))
    assert back["difference"] == exact(320)


def test_a_service_that_moves_gains_some_and_loses_others() -> None:
    before, after = town(), town()
    before.service("advice", (100, 0))
    after.service("advice", (700, 0))
    # six minutes are 480 m: c100, c300, c500 before; c300, c500, c700 after
    found = compare(before, after, minutes=6)
    assert found["newly_reached"] == exact(80)
    assert found["newly_lost"] == exact(100)
    assert found["difference"] == exact(20)


def test_where_nothing_changed_nobody_moved_however_little_is_known() -> None:
    before = town()
    before.service("west", (100, 0))
    before.service("east", (1300, 0), place={"precision": "area", "area_id": "east"})
    after = copy.deepcopy(before)
    answer = ask(before, when="evening", language="ti")
    assert answer.reached_low.sum() == 0
    assert answer.reached_high.sum() == 6
    found = compare(before, after, when="evening", language="ti")
    assert found["before"] == found["after"] == {"low": 0, "high": 750}
    assert found["newly_reached"] == found["newly_lost"] == found["difference"] == exact(0)
    assert found["areas"] == []


def test_unknown_of_another_question_is_another_unknown() -> None:
    made = town()
    made.service("west", (100, 0))
    change = changed(ask(made, when="evening"), ask(made, when="weekend"))
    assert told(change)["newly_reached"] == {"low": 0, "high": 430}
    assert told(change)["newly_lost"] == {"low": 0, "high": 430}
    change = changed(ask(made, when="evening"), ask(made, when="evening", language="ti"))
    # whoever is reached in Tigrinya in the evening is reached in the evening
    assert told(change)["newly_reached"] == exact(0)
    assert told(change)["newly_lost"] == {"low": 0, "high": 430}


def test_what_became_known_may_have_changed_or_only_been_heard_of() -> None:
    before, after = town(), town()
    before.service("west", (100, 0))
    after.service("west", (100, 0), hours=OPEN)
    found = compare(before, after, when="evening")
    assert found["newly_reached"] == {"low": 0, "high": 430}
    assert found["newly_lost"] == exact(0)


def test_a_longer_walk_loses_nobody() -> None:
    made = town()
    made.service("west", (100, 0))
    change = told(changed(ask(made, minutes=5, when="evening"), ask(made, when="evening")))
    assert change["newly_lost"] == exact(0)
    # 400 m reach c100, c300 and c500; 1,200 m also c700: perhaps
    assert change["newly_reached"] == {"low": 0, "high": 80}


# --- every world that may be ---------------------------------------------------------------------

states = st.one_of(
    st.none(),  # is not there
    st.tuples(st.sampled_from([100, 500, 900, 1300, "area"]), st.sampled_from([None, OPEN, SHUT])),
)


def furnished(states_: list[Any]) -> Town:
    made = town()
    for at, state in enumerate(states_):
        if state is None:
            continue
        x, hours = state
        place = {"precision": "area", "area_id": "west"} if x == "area" else None
        made.service(f"s{at}", None if x == "area" else (x, 0), hours=hours, place=place)
    return made


def reaches(state: Any, cell: int, minutes: int, *, opens: bool, near: bool) -> bool:
    """Tell whether a service reaches a cell where an unknown hour and place are so."""
    if state is None or state[1] == SHUT or (state[1] is None and not opens):
        return False
    if state[0] == "area":
        return cell < 1000 and near
    side = (state[0] < 1000) == (cell < 1000)
    return bool(side and abs(state[0] - cell) <= minutes * 80)


def worlds(old: Any, new: Any, cell: int, minutes: tuple[int, int]) -> set[tuple[bool, bool]]:
    """List what one service may be to a cell, before and after, in the worlds that may be."""
    found = set()
    for open_0, open_1, near_0, near_1 in itertools.product((False, True), repeat=4):
        both = old is not None and new is not None
        if both and old[1] is None and new[1] is None and open_0 != open_1:
            continue  # what nobody knows is the same before and after
        if both and old[0] == new[0] == "area" and near_0 != near_1:
            continue
        found.add(
            (
                reaches(old, cell, minutes[0], opens=open_0, near=near_0),
                reaches(new, cell, minutes[1], opens=open_1, near=near_1),
            )
        )
    return found


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(st.tuples(states, states), max_size=4),
    st.tuples(st.sampled_from([5, 10, 15]), st.sampled_from([5, 10, 15])),
)
@example([((100, None), ("area", None))], (5, 5))
def test_both_ends_of_a_range_are_met_in_some_world_and_never_passed(
    services: list[tuple[Any, Any]], minutes: tuple[int, int]
) -> None:
    before, after = (furnished([pair[side] for pair in services]) for side in (0, 1))
    change = changed(
        ask(before, when="evening", minutes=minutes[0]),
        ask(after, when="evening", minutes=minutes[1]),
    )
    assert change.newly is not None
    assert change.lost is not None
    # a place that became an area, or the other way round, is bounded by both ranges alone
    moved = any(
        old is not None and new is not None and (old[0] == "area") != (new[0] == "area")
        for old, new in services
    )
    for at, (cell, x) in enumerate(CELLS.items()):
        each = [worlds(old, new, x, minutes) for old, new in services]
        seen = {
            (any(one[0] for one in world), any(one[1] for one in world))
            for world in itertools.product(*each)
        }
        newly = [now and not then for then, now in seen]
        lost = [then and not now for then, now in seen]
        for answer, truth in ((change.newly, newly), (change.lost, lost)):
            people = EVERYBODY[cell]
            assert answer.not_low[at] <= people * min(truth), cell
            assert answer.not_high[at] >= people * max(truth), cell
            if not moved:
                assert answer.not_low[at] == people * min(truth), cell
                assert answer.not_high[at] == people * max(truth), cell


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(st.tuples(states, states), max_size=3))
def test_forth_and_back_are_each_other_turned_round(services: list[tuple[Any, Any]]) -> None:
    before, after = (furnished([pair[side] for pair in services]) for side in (0, 1))
    there = compare(before, after, when="evening")
    back = compare(after, before, when="evening")
    assert there["newly_reached"] == back["newly_lost"]
    assert there["newly_lost"] == back["newly_reached"]
    assert there["difference"]["low"] == -back["difference"]["high"]


# --- where less can be said ----------------------------------------------------------------------


def test_large_areas_without_streets_compare_shares() -> None:
    before, after = Town(streets=False), Town(streets=False)
    for made in (before, after):
        made.people({"west": 1000, "east": 500})
        made.service("west", (400, 0))
    after.service("second", (400, 600))
    small = changed(ask(before, minutes=5), ask(after, minutes=5))
    assert small.newly is not None
    assert small.lost is not None
    row = told(small)
    assert row["newly_reached"]["high"] > 0
    assert row["newly_lost"] == exact(0)  # the first is where it was
    assert told(changed(ask(before, minutes=5), ask(before, minutes=5)))["areas"] == []


def test_who_avoids_places_is_compared_by_ranges_alone() -> None:
    made = town()
    made.service("west", (100, 0))
    city = City(made.read, META)
    careful = Persona(category="legal", avoids_unsafe=True)
    row = told(changed(gaps(city, careful), gaps(city, careful)))
    assert row["newly_reached"]["low"] == 0
    assert row["newly_lost"]["low"] == 0


def test_who_is_newly_reached_on_a_trip_walks_to_both_places() -> None:
    before = town()
    before.service("care", (900, 0), category="childcare", hours="24/7")
    after = copy.deepcopy(before)
    after.service(
        "course", (0, 0), category="language_course", hours="24/7", childcare_on_site=False
    )
    trip = Persona(category="language_course", together="childcare", children=())
    one, other = (gaps(City(made.read, META), trip) for made in (before, after))
    found = told(changed(one, other))
    # 200 m to the childcare and 900 m back to the course, of 1,200 m: from nowhere else
    assert found["newly_reached"] == exact(EVERYBODY["c700"])
    assert found["difference"] == exact(-EVERYBODY["c700"])


def test_minutes_from_a_table_are_of_areas_and_not_of_where_people_start() -> None:
    before = town({"west": 100, "east": 50})
    before.service("west", (100, 0))
    after = copy.deepcopy(before)
    after.service("east", (1300, 0))

    def by_bus(level: str, way: Way) -> Walks:
        """The west reaches the first place, and the east the second."""
        assert level == "district"
        far = 2 * way.minutes
        minutes = csr_array(np.array([[5.0, far], [far, 5.0]])[:, :places])
        return Walks(minutes, minutes)

    found = []
    for made in (before, after):
        places = len(made.rows["locations"])
        found += [gaps(City(made.read, META, minutes=by_bus), Persona(category="legal"))]
    assert told(changed(*found))["newly_reached"] == exact(50)


def test_other_people_are_not_subtracted_from_each_other() -> None:
    made = town()
    made.rows["population_groups"].append({"id": "women", "label": "Women", "dimension": "sex"})
    made.people({"c100": 48, "c1300": 150}, group="women")
    made.service("west", (100, 0))
    row = told(changed(ask(made), ask(made, group="women")))
    assert (row["before"], row["after"]) == (exact(320), exact(150))
    assert row["difference"] is None
    assert row["newly_reached"] is None
    assert row["districts"] is None


def test_two_maps_are_compared_by_their_totals() -> None:
    before = Town(streets=False)
    before.people({"west": 1000})
    after = town()
    row = told(changed(ask(before), ask(after)))
    assert (row["before"], row["after"]) == (exact(1000), exact(750))
    assert row["difference"] is None
    assert row["areas"] is None


def test_a_need_about_papers_is_never_cut_into_areas() -> None:
    before, after = town(), town()
    before.service("west", (100, 0), papers_asked=True)
    after.service("west", (100, 0), papers_asked=False)
    row = compare(before, after, no_papers=True)
    assert row["newly_reached"] == exact(430)
    assert row["districts"] is None
    assert row["areas"] is None
    assert not changed(ask(before, no_papers=True), ask(after)).by_area


# --- few people ----------------------------------------------------------------------------------


def few_newly_reached() -> Changed:
    """Of 303 people in the east three are newly reached: those of c1500."""
    before, after = (town({"c100": 100, "c1300": 300, "c1500": 3}) for _ in range(2))
    after.service("east", (1600, 0))
    return changed(ask(before, minutes=3), ask(after, minutes=3))


def test_fewer_than_five_newly_reached_are_neither_shown_nor_left_to_be_worked_out() -> None:
    change = few_newly_reached()
    row = told(change)
    assert row["newly_reached"] == {"low": 0, "high": 4}
    for one in (row, *row["districts"], *row["areas"]):
        assert one["newly_reached"] in ({"low": 0, "high": 4}, exact(0))
        # before less after could be anything from none to four
        least = one["before"]["low"] - one["after"]["high"]
        most = one["before"]["high"] - one["after"]["low"]
        if one["newly_reached"] != exact(0):
            assert least <= 0
            assert most >= 4


def test_a_total_is_as_wide_as_the_small_area_in_it_and_no_wider() -> None:
    # c1300 is newly reached with 300 people, c1500 with three, c700 with perhaps eighty
    before, after = (town({"c700": 80, "c1300": 300, "c1500": 3}) for _ in range(2))
    after.service("east", (1400, 0), hours=OPEN)
    after.service("west", (700, 0))
    row = compare(before, after, when="evening", minutes=3)
    assert row["newly_reached"] == {"low": 300, "high": 384}
    assert row["after"] == {"low": 0, "high": 80}
    # of 383 people; that all of them were not reached would give the three away: less by four
    assert row["before"] == {"low": 379, "high": 383}
    small = next(one for one in row["areas"] if one["area_id"] == "c1500")
    assert small["before"] == {"low": 0, "high": 4}


def test_the_map_before_tells_no_more_than_the_table() -> None:
    change = few_newly_reached()
    values = change.before_map.set_index("area_id")["people"]
    assert values["c1300"] == 300
    assert values.isna()["c1500"]
    assert map_values(change.after).set_index("area_id")["suppressed"]["c1500"] is not None


@settings(max_examples=examples(12), deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=6, max_size=6),
    st.lists(st.tuples(states, states), max_size=3),
)
def test_no_number_from_one_to_four_is_shown_of_any_change(
    counts: list[Any], services: list[tuple[Any, Any]]
) -> None:
    people = dict(zip(CELLS, counts, strict=True))
    sides = []
    for side in (0, 1):
        made = furnished([pair[side] for pair in services])
        made.rows["population"] = []
        made.people(people)
        sides.append(made)
    found = compare(*sides, when="evening", minutes=5)
    for row in (found, *found["districts"], *found["areas"]):
        for name in ("people", "before", "after", "newly_reached", "newly_lost"):
            assert row[name]["low"] not in {1, 2, 3, 4}
            assert row[name]["high"] not in {1, 2, 3}
        # what is newly reached cannot be had from the two numbers beside it more closely
        if row["newly_reached"]["high"] == 4 and row["newly_lost"] == exact(0):
            assert row["before"]["low"] - row["after"]["high"] <= 0
            assert row["before"]["high"] - row["after"]["low"] >= 4


def test_it_looks_at_no_table_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer before belongs to tables that may be gone by now."""
    before, after = town(), town()
    before.service("west", (100, 0))
    after.service("east", (1300, 0))
    one, other = ask(before), ask(after)
    told(changed(one, one))

    def gone(table: str) -> Any:
        raise AssertionError(table)

    monkeypatch.setattr(one.city, "read", gone)
    assert told(changed(one, other))["newly_reached"] == exact(320)
    assert np.isfinite(one.not_low).all()
