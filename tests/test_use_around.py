"""What would be usual for those who live around, in a town drawn by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from mapping import use_around
from mapping.city import City
from tests.helpers import town


def a_town() -> City:
    """People in cells along one street; services at 100 m and 1,500 m, and one nobody may place."""
    made = town.Town(streets=False)
    made.rows["population"] = [
        {
            "id": cell,
            "area_id": cell,
            "group_code": "all",
            "count": count,
            "suppressed": count is None,
        }
        for cell, count in (
            ("c100", 200),
            ("c300", None),
            ("c700", 50),
            ("c1300", 70),
            ("c1500", 9),
        )
    ]
    made.rows["locations"] = [
        {"id": "west", "precision": "exact", "geometry": town.placed(Point(100, 0))},
        {"id": "east", "precision": "street", "geometry": town.placed(Point(1500, 0))},
        {"id": "hidden", "precision": "hidden", "geometry": None},
        {"id": "rough", "precision": "area", "geometry": town.placed(Point(100, 0))},
    ]
    made.rows["service_at_location"] = [
        {"id": f"{service}@{place}", "service_id": service, "location_id": place}
        for service, place in (
            ("one", "west"),
            ("both", "west"),
            ("both", "east"),
            ("far", "east"),
            ("refuge", "hidden"),
            ("round", "rough"),
        )
    ]
    return City(made.read, town.META, day=date(2026, 3, 1))


def test_people_count_once_within_a_straight_walk_and_no_place_is_guessed() -> None:
    found = use_around.people_around(a_town(), "all")
    # from 100 m: cells at 100, 300 (withheld: 1 to 4), 700 and, at exactly 1,200 m, 1300
    assert found["one"] == 200 + 2.5 + 50 + 70
    # from 1,500 m: cells at 300 (exactly 1,200 m), 700, 1300 and 1500
    assert found["far"] == 2.5 + 50 + 70 + 9
    assert found["both"] == 200 + 2.5 + 50 + 70 + 9
    assert set(found) == {"one", "both", "far"}


def test_where_nobody_is_counted_or_only_in_wide_areas_nothing_is_said() -> None:
    city = a_town()
    assert use_around.people_around(city, "women") == {}
    wide = town.Town(streets=False)
    wide.rows["population"] = [{"id": "w", "area_id": "west", "group_code": "all", "count": 900}]
    coarse = City(wide.read, town.META, day=date(2026, 3, 1))
    assert use_around.people_around(coarse, "all", max_m=1000) == {}


@settings(deadline=None)  # another test may have the machine
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 3000)), max_size=9))
def test_what_is_expected_is_the_usual_rate_of_those_with_enough_people_around(
    rows: list[tuple[int, int]],
) -> None:
    came = {f"s{number}": count for number, (count, _) in enumerate(rows)}
    around = {f"s{number}": float(people) for number, (_, people) in enumerate(rows)}
    found = use_around.expected(came, around, dict.fromkeys(came, "health"))
    many = [one for one in came if around[one] >= use_around.LEAST_AROUND]
    if len(many) < use_around.LEAST_SERVICES:
        assert found == {}
        return
    rates = sorted(came[one] / around[one] for one in many)
    usual = (rates[(len(rates) - 1) // 2] + rates[len(rates) // 2]) / 2
    shown = {one for one in many if round(usual * around[one]) >= 5}
    assert set(found) == shown
    for one in shown:
        assert found[one] == pytest.approx(usual * around[one], abs=0.51)


def test_one_to_four_expected_are_no_number() -> None:
    came, around = {"a": 40, "b": 40, "c": 40}, {"a": 1000.0, "b": 1000.0, "c": 1000.0, "d": 110.0}
    found = use_around.expected(came, around, dict.fromkeys("abcd", "health"))
    assert found == {"a": 40, "b": 40, "c": 40}  # of d four would have come
