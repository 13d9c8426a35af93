"""Two kinds of help on one trip: pairs by hand, and all pairs by brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import coverage, fitting
from mapping.cascade import cascade
from mapping.city import City
from mapping.personas import STEPS, Persona
from tests.helpers.brute_cascade import DAY, metres
from tests.helpers.sampled import examples
from tests.helpers.town import CELLS, META, Town

PEOPLE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}
STREET = metres(frozenset())


def town() -> Town:
    made = Town()
    made.people(PEOPLE)
    return made


def course(made: Town, name: str, at: int | None, **more: Any) -> None:
    place = None if at is None else (at, 0)
    made.service(name, place, **{"category": "language_course", "hours": "Mo 09:00-12:00", **more})


def childcare(made: Town, name: str, at: int | None, **more: Any) -> None:
    course(made, name, at, **{"category": "childcare", **more})


def covered(made: Town, **persona: Any) -> tuple[list[str], list[str]]:
    """Name the cells that are covered at the end, for certain and perhaps."""
    need: dict[str, Any] = {"category": "language_course", "together": "childcare", "minutes": 10}
    city = City(made.read, META, day=DAY)
    view = coverage.seen(city, Persona(**need | persona))
    low, high = coverage.shares(view, [coverage.WHOLE])[coverage.WHOLE]
    ids = city.homes("cell").areas["id"].to_numpy()
    return ids[low == 1].tolist(), ids[high == 1].tolist()


def test_both_legs_together_are_within_her_longest_walk() -> None:
    made = town()
    course(made, "course", 800)
    childcare(made, "kita", 300)
    for row in made.rows["services"]:
        row["childcare_on_site"] = False
    # 10 minutes are 800 m; from the kita to the course it is 500 m, which leaves 300 m to the kita
    near = ["c100", "c300", "c500"]
    assert covered(made) == (near, near)
    # 400 m are left: c700 is just as far (exactly the limit)
    assert covered(made, minutes=11.25) == ([*near, "c700"],) * 2
    # children are brought first: from c700 it is 400 + 500 m, though the course is next door
    assert covered(made, minutes=11) == (near, near)


def test_where_no_children_are_brought_either_may_come_first() -> None:
    made = town()
    course(made, "course", 800)
    made.service("advice", (300, 0), category="legal", hours="Mo 09:00-12:00")
    near = ["c100", "c300", "c500", "c700"]  # from c700: 100 m to the course, 500 m on
    assert covered(made, together="legal") == (near, near)


def test_who_looks_for_childcare_brings_the_children_first_as_well() -> None:
    made = town()
    course(made, "course", 800)
    childcare(made, "kita", 300)
    asked = {"category": "childcare", "together": "language_course"}
    assert covered(made, **asked)[0] == ["c100", "c300", "c500"]


def test_both_are_open_at_once_for_as_long_as_she_stays_while_she_is_free() -> None:
    made = town()
    course(made, "course", 300, hours="Mo 09:00-12:00", childcare_on_site=False)
    childcare(made, "kita", 300, hours="Mo 11:00-16:00")
    some = ["c100", "c300", "c500", "c700"]
    assert covered(made, stay_min=60)[0] == some
    assert covered(made, stay_min=65) == ([], [])
    assert covered(made, stay_min=30, hours="Mo 11:30-13:00")[0] == some
    assert covered(made, stay_min=30, hours="Mo 11:35-13:00") == ([], [])
    # each is open for a while in which she is free, and both at once only when she is not
    made.rows["schedules"][0]["opening_hours"] = "Mo 10:00-12:00"
    made.rows["schedules"][1]["opening_hours"] = "Mo 09:00-09:30,11:30-16:00"
    assert covered(made, stay_min=30)[0] == some
    assert covered(made, stay_min=30, hours="Mo 09:00-11:00") == ([], [])
    made.rows["schedules"].pop()  # nobody knows when the kita is open
    assert covered(made, stay_min=30, hours="Mo 09:00-11:00") == ([], some)


def test_childcare_at_the_course_itself_needs_no_second_place() -> None:
    made = town()
    course(made, "course", 300, childcare_on_site=True)
    some = ["c100", "c300", "c500", "c700", "c1300", "c1500"][:4]
    assert covered(made) == (some, some)
    made.rows["services"][0]["childcare_on_site"] = None
    assert covered(made) == ([], some)
    made.rows["services"][0]["childcare_on_site"] = False
    assert covered(made) == ([], [])


@pytest.mark.parametrize(
    ("asked", "facts", "fits"),
    [
        ({"children": (3, 9)}, {"min_age": 0, "max_age": 6}, False),
        ({"children": (3, 5)}, {"min_age": 0, "max_age": 6}, True),
        ({"children": (3,), "age": 30}, {"min_age": 0, "max_age": 6}, True),
        ({"no_papers": True}, {"papers_asked": True}, False),
        ({"free": True}, {"free": False}, False),
        ({"language": "ti"}, {"languages": {"ar": "staff"}}, False),
        ({"language": "ti"}, {"languages": {"ti": "staff"}}, True),
        ({"place_free": True}, {"free_places": 0}, False),
        ({"no_referral": True}, {"referral_asked": True}, False),
        ({"course_level": "A1"}, {}, True),
    ],
)
def test_the_companion_is_asked_what_she_asks(
    asked: dict[str, Any],
    facts: dict[str, Any],
    fits: bool,  # noqa: FBT001 (a value of the table)
) -> None:
    made = town()
    good = {
        "papers_asked": False,
        "free": True,
        "languages": {"ti": "staff"},
        "free_places": 3,
        "referral_asked": False,
    }
    course(made, "course", 300, course_level="A1", min_age=16, **good)
    childcare(made, "kita", 300, **good | facts)
    made.rows["services"][0]["childcare_on_site"] = False
    low, high = covered(made, **asked)
    assert bool(low) == bool(high) == fits


def test_a_step_that_is_asked_of_the_companion_only_is_asked_once_the_trip_is() -> None:
    made = town()
    course(made, "course", 300, childcare_on_site=False)
    childcare(made, "kita", 300, min_age=0, max_age=6)
    asked = Persona(category="language_course", together="childcare", children=(9,), minutes=10)
    city = City(made.read, META, day=DAY)
    usual = {one.name: one for one in cascade(city, asked).steps}
    assert not usual["admitted"].asked
    assert usual["fits"].high.sum() == 0
    order = ("fits", *(one for one in STEPS if one != "fits"))
    first = {one.name: one for one in cascade(city, asked, order=order).steps}
    assert first["fits"].low.sum() == 6  # a course with a kita beside it exists
    assert first["admitted"].facts == ("age",)
    assert first["admitted"].lost[0].sum() == 4  # c100 to c700 were near


def test_a_companion_known_to_its_area_only_is_met_perhaps_by_those_who_live_there() -> None:
    made = town()
    course(made, "course", 800, childcare_on_site=False)
    childcare(made, "kita", None, place={"precision": "hidden", "area_id": "west"})
    # 800 m: all of the west perhaps; the east is 1,700 m away
    assert covered(made) == ([], ["c100", "c300", "c500", "c700"])
    made.rows["locations"][-1]["area_id"] = "c300"
    assert covered(made) == ([], ["c300"])
    made.rows["locations"][0] |= {"precision": "hidden", "geometry": None, "area_id": "west"}
    assert covered(made) == ([], ["c300"])


def test_a_course_known_to_its_area_only_is_reached_perhaps_over_a_childcare_on_the_map() -> None:
    made = town()
    course(made, "course", None, place={"precision": "hidden", "area_id": "west"})
    childcare(made, "kita", 300)
    made.rows["services"][0]["childcare_on_site"] = False
    assert covered(made, minutes=2.5) == ([], ["c100", "c300", "c500"])  # 200 m to the kita


def test_nobody_meets_a_companion_that_is_online() -> None:
    made = town()
    course(made, "course", 300, childcare_on_site=False)
    childcare(made, "kita", None, setting="online")
    assert covered(made) == ([], [])
    # nor with a course of which only the area is known: it is in no list of what is possible
    made.rows["locations"][0] |= {"precision": "hidden", "geometry": None, "area_id": "west"}
    assert covered(made) == ([], [])
    asked = Persona(category="language_course", together="childcare")
    fits = cascade(City(made.read, META, day=DAY), asked).steps[5]
    assert fits.services == {"certain": 0, "possible": 0, "excluded": 1}


clock = st.integers(9 * 12, 17 * 12)  # five minutes of a Monday


@settings(max_examples=examples(15), deadline=None)
@given(
    courses=st.lists(st.tuples(st.sampled_from(range(0, 901, 100)), clock, clock), max_size=6),
    kitas=st.lists(st.tuples(st.sampled_from(range(0, 901, 100)), clock, clock), max_size=6),
    free=st.none() | st.tuples(clock, clock),
    stay=st.sampled_from([5, 30, 60, 120]),
    minutes=st.sampled_from([4, 7, 10, 14]),
)
def test_it_agrees_with_every_pair_of_places(
    courses: list[tuple[int, int, int]],
    kitas: list[tuple[int, int, int]],
    free: tuple[int, int] | None,
    stay: int,
    minutes: int,
) -> None:
    made = town()
    for number, (at, *opens) in enumerate(courses):
        course(made, f"a{number}", at, hours=text(opens), childcare_on_site=False)
    for number, (at, *opens) in enumerate(kitas):
        childcare(made, f"b{number}", at, hours=text(opens))
    hours = None if free is None else text(list(free))
    low, high = covered(made, minutes=minutes, stay_min=stay, hours=hours)
    expected = [
        cell
        for cell, home in CELLS.items()
        if any(
            STREET[home][there] + STREET[there][here] <= minutes * 80 + 1e-6
            and 5 * common([opens, others, *([] if free is None else [list(free)])]) >= stay
            for here, *opens in courses
            for there, *others in kitas
        )
    ]
    assert low == high == expected


def text(opens: list[int]) -> str:
    first, last = ordered(opens)
    return "Mo " + "-".join(f"{at // 12:02d}:{at % 12 * 5:02d}" for at in (first, last))


def ordered(opens: list[int]) -> tuple[int, int]:
    return min(opens), max(*opens, min(opens) + 1)


def common(several: list[list[int]]) -> int:
    spans = [ordered(one) for one in several]
    return min(last for _, last in spans) - max(first for first, _ in spans)


@settings(max_examples=examples(15), deadline=None)
@given(
    places=st.lists(
        st.tuples(
            st.sampled_from([0, 200, 400, 900, 1500, None]),
            st.booleans(),
            st.sampled_from(["Mo 09:00-12:00", "Mo 14:00-16:00", None]),
            st.sampled_from([True, False, None]),
        ),
        min_size=1,
        max_size=5,
    ),
    minutes=st.sampled_from([3, 8, 15]),
)
def test_the_fact_in_the_list_of_services_agrees_with_who_is_covered(
    places: list[tuple[int | None, bool, str | None, bool | None]], minutes: int
) -> None:
    made = town()
    for number, (at, main, hours, watched) in enumerate(places):
        place = {"precision": "hidden", "area_id": "west"} if at is None else None
        make = course if main else childcare
        make(made, f"v{number}", at, hours=hours, place=place, childcare_on_site=watched)
    asked = Persona(category="language_course", together="childcare", minutes=minutes)
    city = City(made.read, META, day=DAY)
    view = coverage.seen(city, asked)
    fact = fitting.facts(city, asked)["together"].to_numpy()[view.mine]
    steps = frozenset({"exists", "near", "fits"})
    sure, maybe = view.left(steps)
    low, high = coverage.shares(view, [steps])[steps]
    if (fact == 0).all():
        assert not high.any()
    if low.any():
        assert (fact == 1).any()
        assert sure.any()
    if high.any():
        assert maybe.any()
    assert np.array_equal(
        np.isnan(fact) | (fact == 1),
        view.left(frozenset({"fits"}) | steps)[1][view.mine]
        | ((fact != 0) & (city.offers.table["place"] == "none").to_numpy()[view.mine]),
    )
