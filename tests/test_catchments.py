"""Who lives within a walk of an organization's services: a town worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.catchments import Catchment, catchment
from mapping.city import City
from mapping.few import FEW
from tests.helpers.sampled import examples
from tests.helpers.town import CELLS, META, Town

DAY = date(2026, 11, 22)
EVERYWHERE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}


def found(made: Town, *services: str, minutes: float = 15) -> Catchment:
    return catchment(City(made.read, META, day=DAY), services, minutes=minutes)


def within(answer: Catchment) -> dict[str, str]:
    return dict(zip(answer.areas["area_id"], answer.areas["within"], strict=True))


@pytest.fixture
def town() -> Town:
    made = Town()
    made.people(EVERYWHERE)
    made.service("west", (100, 0))
    made.service("east", (1500, 0))
    return made


def test_a_river_is_walked_round_and_both_services_count_together(town: Town) -> None:
    # c700 is 600 m from `west`; c1300 is 200 m from `east`, 800+600+200+600+200 m from `west`
    west = {"c100": "sure", "c300": "sure", "c500": "sure", "c700": "sure"}
    east = {"c1300": "sure", "c1500": "sure"}
    assert within(found(town, "west")) == west
    assert within(found(town, "east")) == east
    assert within(found(town, "west", "east")) == west | east
    assert within(found(town, "west", minutes=2)) == {"c100": "sure"}


def test_people_are_said_in_fives_and_all_of_them_as_all(town: Town) -> None:
    assert found(town, "west").people == {"low": 430, "high": 435}
    assert found(town, "west").of == {"low": 750, "high": 750}
    assert found(town, "west", "east").people == {"low": 750, "high": 750}


def test_a_protected_place_is_no_place_to_walk_to_nor_is_the_area_it_serves(town: Town) -> None:
    town.service("refuge", None, place={"precision": "hidden", "area_id": "west"})
    answer = found(town, "refuge", "east")
    assert within(answer) == {"c1300": "sure", "c1500": "sure"}
    assert (answer.placed, answer.protected) == (("east",), ("refuge",))
    alone = found(town, "refuge")
    assert (len(alone.areas), alone.people) == (0, None)


def test_a_place_known_to_its_area_only_makes_all_of_it_perhaps(town: Town) -> None:
    town.service("somewhere", None, place={"precision": "area", "area_id": "east"})
    answer = found(town, "somewhere")
    assert within(answer) == {"c1300": "perhaps", "c1500": "perhaps"}
    assert answer.people == {"low": 0, "high": 325}


def test_what_has_ended_is_left_out_and_what_has_no_place_is_named(town: Town) -> None:
    town.service("over", (1500, 0), status="defunct")
    town.service("line", None, setting="online")
    answer = found(town, "over", "line")
    assert (answer.placed, answer.unplaced, len(answer.areas)) == ((), ("line",), 0)


def test_without_people_the_areas_are_still_found_and_no_number_is() -> None:
    made = Town()
    made.service("west", (100, 0))
    answer = found(made, "west")
    assert set(within(answer)) == {"c100", "c300", "c500", "c700"}
    assert (answer.people, answer.of) == (None, None)


@pytest.mark.parametrize("minutes", [0, -1, 61, float("nan")])
def test_a_walk_of_no_length_or_of_more_than_an_hour_is_refused(town: Town, minutes: float) -> None:
    with pytest.raises(ValueError, match="over 0 and at most 60"):
        found(town, "west", minutes=minutes)


@settings(deadline=None, max_examples=examples(10))
@given(st.data())
def test_no_number_shown_is_or_leaves_one_to_four(data: Any) -> None:
    counts = {
        cell: data.draw(st.one_of(st.none(), st.just(0), st.integers(5, 40)), label=cell)
        for cell in CELLS
    }
    made = Town()
    made.people(counts)
    made.service("west", (100, 0))
    made.service("east", (1500, 0))
    one, both = found(made, "west"), found(made, "west", "east")
    for answer in (one, both):
        assert answer.people is not None
        assert answer.of is not None
        low, high = answer.people["low"], answer.people["high"]
        assert not 0 < low <= FEW
        assert high == 0 or high >= FEW
        true = sum(count or 0 for cell, count in counts.items() if cell in within(answer))
        most = true + sum(FEW for cell in within(answer) if counts[cell] is None)
        assert low <= most
        assert true <= high
    # what `east` adds is no number from one to four: the ranges leave at least five, or nobody
    assert one.people is not None
    assert both.people is not None
    gap = (both.people["low"] - one.people["high"], both.people["high"] - one.people["low"])
    assert not (gap[0] > 0 and gap[1] <= FEW)
