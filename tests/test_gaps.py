"""People not reached: a town worked out by hand, and laws that hold in any town."""

from __future__ import annotations

import copy
import itertools
import json
import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from layers.errors import LayerError
from mapping.city import City
from mapping.few import shown, shown_all, shown_share
from mapping.gaps import area_table, as_json, gaps, report, share_range
from mapping.needs import Need
from tests.helpers.sampled import examples
from tests.helpers.town import CELLS, META, Town, area, placed

DAY = date(2026, 11, 22)
EVERYWHERE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}


def town(*, streets: bool = True) -> Town:
    made = Town(streets=streets)
    made.people(EVERYWHERE)
    return made


def ask(made: Town, **need: Any) -> dict[str, Any]:
    answer = report(made.read, META, Need(**{"category": "legal", **need}), day=DAY)
    json.dumps(answer, allow_nan=False)  # it is JSON, without exception
    return answer


def not_reached(answer: dict[str, Any]) -> tuple[int, int]:
    return answer["not_reached"]["low"], answer["not_reached"]["high"]


# --- the walk ----------------------------------------------------------------------------------


def test_a_river_is_walked_round_over_its_bridge() -> None:
    made = town()
    made.service("advice", (800, 0))
    # c100 to c700 are 700, 500, 300 and 100 m away; c1300 is 100+600+200+600+200 = 1,700 m away
    assert not_reached(ask(made)) == (320, 320)
    # 1,700 m are 21.25 minutes; c1500 is 1,900 m away, 23.75 minutes
    assert not_reached(ask(made, minutes=21)) == (320, 320)
    assert not_reached(ask(made, minutes=22)) == (20, 20)
    assert not_reached(ask(made, minutes=24)) == (0, 0)


def test_without_streets_the_straight_line_is_a_range_and_says_so() -> None:
    made = town(streets=False)
    made.service("advice", (0, 0))
    # 1,200 m straight reach c100 to c700; 1,200 / sqrt(2) = 849 m surely do too; c1300 neither
    answer = ask(made)
    assert answer["method"] == "straight_line"
    assert not_reached(answer) == (320, 320)
    # 8 minutes: 640 m perhaps (c100, c300, c500), 453 m for sure (c100, c300)
    assert not_reached(ask(made, minutes=8)) == (80 + 320, 50 + 80 + 320)


def test_no_service_at_all_reaches_nobody_and_everybody_is_listed() -> None:
    answer = ask(town())
    assert not_reached(answer) == (750, 750)
    assert answer["share_not_reached"] == {"low": 1.0, "high": 1.0}
    assert [row["not_reached"]["low"] for row in answer["areas"]] == list(EVERYWHERE.values())
    assert answer["services"]["of"] == 0
    assert answer["cannot_say"] == []


def test_a_centre_is_never_snapped_across_the_water() -> None:
    made = town()
    # its middle is 30 m from the eastern street over the river, and 70 m from the western one
    made.rows["areas"] = [area("bank", "cell", box(920, -20, 1060, 20))]
    made.rows["ground"] = [
        {"id": "river", "kind": "water", "geometry": placed(box(1040, -900, 1060, 900))}
    ]
    made.rows["population"] = []
    made.people({"bank": 100})
    made.rows["street_nodes"][12]["geometry"] = placed_node(1100, 0)
    made.service("east", (1100, 0))
    city = City(made.read, META, day=DAY)
    start = city.homes("cell")
    assert city.streets is not None
    east = city.streets.xy[start.node[0]][0] - 600_000
    assert east == pytest.approx(900, abs=0.01)
    assert not_reached(ask(made)) == (100, 100)  # 80 + 1,400 m
    made.rows["ground"] = []
    east = City(made.read, META, day=DAY).homes("cell").snap_m[0]
    assert east == pytest.approx(90, abs=0.01)  # the middle is at 990: west 90 m, east 110 m


def placed_node(x: float, y: float) -> Any:
    return placed(Point(x, y))


def test_a_centre_far_from_any_street_is_unknown_not_unreached() -> None:
    made = town()
    made.rows["areas"].append(area("hill", "cell", box(400, 300, 600, 500), "west"))
    made.people({"hill": 40})
    made.service("advice", (500, 0))
    answer = ask(made)
    # the hill's middle is 400 m from the street and from the service as the crow flies
    assert not_reached(answer) == (320, 360)
    assert answer["areas_off_street"] == 1
    # 4 minutes are 320 m: c300 and c700 are 200 m away, c100 400 m, the hill even straight 400 m
    assert not_reached(ask(made, minutes=4)) == (100 + 320 + 40, 100 + 320 + 40)


def test_a_service_far_from_any_street_is_perhaps_in_reach() -> None:
    made = town()
    made.service("farm", (500, 300))
    answer = ask(made)
    assert answer["services"]["off_street"] == 1
    # straight lines: c100 500 m, c300 361 m, c500 300 m, c700 361 m, c1300 854 m, c1500 1,044 m
    assert not_reached(answer) == (0, 750)
    assert not_reached(ask(made, minutes=6)) == (100 + 320, 750)  # 480 m


def test_people_of_a_large_area_live_along_its_streets() -> None:
    made = Town()
    made.rows["areas"] = [area("west", "district", box(-50, -700, 950, 700))]
    made.people({"west": 1000})
    made.service("advice", (0, 0))
    # Street in the district: 900 m from the west and 600 m up to the bridge's end, where half of
    # the bridge counts too. Ends within 400 m: 0 (50 m of street), 100, 200, 300, 400 (100 each).
    whole = 50 + 8 * 100 + (50 + 300) + (300 + 100)
    low, high = not_reached(ask(made, minutes=5))
    assert low == high or high - low == 1  # rounded outward
    assert low <= 1000 * (1 - 450 / whole) <= high


def test_people_of_a_large_area_without_streets_live_evenly_over_its_surface() -> None:
    made = Town(streets=False)
    made.rows["areas"] = [area("west", "district", box(-1000, -1000, 1000, 1000))]
    made.rows["ground"] = []
    made.people({"west": 4_000_000})
    made.service("advice", (0, 0))
    answer = ask(made, minutes=5)  # 400 m, at least 283 m
    low, high = not_reached(answer)
    assert low == pytest.approx(4e6 - math.pi * 400**2, rel=1e-3)
    assert high == pytest.approx(4e6 - math.pi * 400**2 / 2, rel=1e-3)
    made.rows["ground"] = [
        {"id": "lake", "kind": "water", "geometry": placed(box(0, -1000, 1000, 1000))}
    ]
    low, _ = not_reached(ask(made, minutes=5))  # the same half circle of half the surface
    assert low == pytest.approx(4e6 - math.pi * 400**2, rel=1e-3)


# --- what is known of services -----------------------------------------------------------------


def test_unknown_facts_make_the_range() -> None:
    made = town()
    made.service("sure", (100, 0), languages={"ti": "staff"})
    made.service("unsure", (1300, 0))
    made.service("other", (1500, 0), languages={"ar": "staff"})
    answer = ask(made, language="ti")
    # within 1,200 m of (100, 0): c100 to c700. East only the unsure one.
    assert not_reached(answer) == (0, 320)
    assert answer["services"] == {
        "of": 3,
        "certain": 1,
        "possible": 1,
        "excluded": 1,
        "area_only": 0,
        "nowhere": 0,
        "by_appointment": 0,
        "off_street": 0,
        "excluded_why": {"language": 1},
        "placeless_why": {},
        "unknown": {"language": 1},
    }
    assert answer["cannot_say"] == []


@pytest.mark.parametrize(
    ("languages", "verdict"),
    [
        ({"ti": "staff"}, "certain"),
        ({"ti": "interpreter"}, "certain"),
        ({"ti-ER": "staff"}, "certain"),
        ({"ti": None}, "possible"),
        ({"ti": "material"}, "excluded"),
        ({"ar": "staff"}, "excluded"),
        ({}, "possible"),
    ],
)
def test_understanding_needs_a_person_who_speaks_it(
    languages: dict[str, str | None], verdict: str
) -> None:
    made = town()
    made.service("one", (100, 0), languages=languages)
    assert ask(made, language="ti")["services"][verdict] == 1


@pytest.mark.parametrize(
    ("hours", "verdict"),
    [
        ("Mo-Fr 09:00-17:00", "excluded"),
        ("Tu 16:00-19:00", "certain"),
        ('"by appointment"', "possible"),
        ("ask inside", "possible"),
        (None, "possible"),
    ],
)
def test_an_evening_needs_an_open_door(hours: str | None, verdict: str) -> None:
    made = town()
    made.service("one", (100, 0), hours=hours)
    answer = ask(made, when="evening")["services"]
    assert answer[verdict] == 1
    assert answer["by_appointment"] == (hours == '"by appointment"')
    # an appointment is known, so that there is nothing to ask; hours nobody knows are
    assert answer["unknown"]["hours"] == (hours in {"ask inside", None})


def test_a_course_that_is_over_helps_nobody_and_one_to_come_does() -> None:
    made = town()
    made.service("over", (100, 0), hours="Mo 18:00-20:00", schedule={"ends_on": "2026-10-01"})
    made.service("soon", (100, 0), hours="Mo 18:00-20:00", schedule={"starts_on": "2027-02-01"})
    assert ask(made, when="evening")["services"]["excluded_why"] == {"over": 1}
    assert ask(made)["services"]["excluded_why"] == {"over": 1}
    assert ask(made, when="evening")["services"]["certain"] == 1


@pytest.mark.parametrize(
    ("need", "column", "fits"),
    [
        ({"no_papers": True}, "papers_asked", False),
        ({"women_only_ok": False}, "women_only", False),
        ({"free": True}, "free", True),
    ],
)
def test_yes_no_and_unknown_are_three_answers(
    need: dict[str, bool],
    column: str,
    fits: bool,  # noqa: FBT001 (a value of the table)
) -> None:
    for value, verdict in [(fits, "certain"), (not fits, "excluded"), (None, "possible")]:
        made = town()
        made.service("one", (100, 0))
        made.rows["services"][0][column] = value
        assert ask(made, **need)["services"][verdict] == 1
        assert ask(made)["services"]["certain"] == 1  # not asked: it does not matter


def test_steps_are_a_fact_of_the_place() -> None:
    made = town()
    made.service("one", (100, 0), place={"step_free": False})
    assert ask(made, step_free=True)["services"]["excluded_why"] == {"step_free": 1}


def test_a_service_that_has_ended_is_no_candidate() -> None:
    made = town()
    made.service("gone", (100, 0), status="defunct")
    made.service("shut", (100, 0), status="temporarily_closed")
    made.service("here", (100, 0), status="active")
    assert ask(made)["services"]["of"] == 1


def test_more_than_half_unknown_cannot_be_said_yet() -> None:
    made = town()
    made.service("known", (100, 0), hours="Mo 18:00-20:00")
    made.service("blank", (100, 0))
    assert ask(made, when="evening")["cannot_say"] == []  # exactly half
    made.service("blank2", (100, 0))
    said = [{"fact": "hours", "unknown": 2, "of": 3}]
    assert ask(made, when="evening")["cannot_say"] == said
    assert ask(made)["cannot_say"] == []  # the hour was not asked


# --- places ------------------------------------------------------------------------------------


def test_a_hidden_place_serves_its_area_perhaps_and_gives_no_distance() -> None:
    made = town()
    made.service("shelter", None, place={"precision": "hidden", "area_id": "east"})
    answer = ask(made)
    assert not_reached(answer) == (430, 750)  # everyone in the east perhaps, nobody for certain
    assert answer["services"]["area_only"] == 1
    assert answer["services"]["placeless_why"] == {"hidden": 1}
    # the answer is the same for a walk of one minute and of one hour: no distance can be read
    assert not_reached(ask(made, minutes=1)) == not_reached(ask(made, minutes=60))


def test_a_place_known_to_the_city_only_gives_no_distance_either() -> None:
    made = town()
    made.service("rough", (100, 0), place={"precision": "city"})
    answer = ask(made)
    assert not_reached(answer) == (750, 750)
    assert answer["services"]["placeless_why"] == {"rough": 1}


@pytest.mark.parametrize("setting", ["online", "outreach"])
def test_online_and_outreach_are_listed_and_counted_in_neither_bound(setting: str) -> None:
    made = town()
    made.service("one", (100, 0), setting=setting)
    answer = ask(made)
    assert not_reached(answer) == (750, 750)
    assert answer["services"]["nowhere"] == 1
    assert answer["services"]["placeless_why"] == {setting: 1}


def test_a_service_without_any_place_is_said() -> None:
    made = town()
    made.service("letterbox", None)
    assert ask(made)["services"]["placeless_why"] == {"no_place": 1}


def test_the_best_of_several_places_stands_for_a_service() -> None:
    made = town()
    made.service("two", (100, 0), hours="Mo 09:00-12:00")
    made.rows["locations"].append(
        {"id": "l2", "precision": "exact", "geometry": placed_node(1300, 0)}
    )
    made.rows["service_at_location"].append({"id": "s2", "service_id": "two", "location_id": "l2"})
    made.rows["schedules"].append(
        {"id": "h2", "service_at_location_id": "s2", "opening_hours": "Mo 18:00-19:00"}
    )
    answer = ask(made, when="evening")
    assert answer["services"]["of"] == answer["services"]["certain"] == 1
    assert not_reached(answer) == (430, 430)


# --- people ------------------------------------------------------------------------------------


def test_withheld_counts_are_one_to_four_and_never_nobody() -> None:
    made = Town()
    made.people({"c100": None, "c1300": 100})
    made.service("advice", (1300, 0))
    answer = ask(made)
    assert answer["people"] == {"low": 101, "high": 104}
    assert not_reached(answer) == (0, 4)  # one to four, never shown as a number
    # the share says no more than "0 to 4 of 101 to 104"
    assert answer["share_not_reached"]["low"] == 0
    assert answer["share_not_reached"]["high"] == pytest.approx(4 / 101, abs=1e-4)
    assert answer["areas_suppressed"] == 1
    assert answer["areas_without_number"] == 4


def test_a_group_counted_only_by_district_is_answered_by_district() -> None:
    made = town()
    made.rows["population_groups"].append({"id": "er", "label": "Born in Eritrea"})
    made.people({"west": 40, "east": 60}, group="er")
    made.service("advice", (800, 0))
    answer = ask(made, group="er")
    assert answer["level"] == "district"
    assert answer["people"] == {"low": 100, "high": 100}


def test_the_newest_count_of_an_area_is_taken() -> None:
    made = town()
    old = {"id": "old", "area_id": "c100", "group_code": "all", "count": 9999, "suppressed": False}
    made.rows["population"].append({**old, "counted_on": "2019-01-01"})
    made.rows["population"].append({**old, "id": "x", "counted_on": None})
    assert ask(made)["people"]["low"] == 750


def test_districts_add_up_and_the_largest_gap_comes_first() -> None:
    made = town()
    made.service("advice", (100, 0))
    answer = ask(made)
    assert [row["name"] for row in answer["districts"]] == ["east", "west"]
    assert [row["not_reached"]["low"] for row in answer["districts"]] == [320, 0]
    assert sum(row["people"]["low"] for row in answer["districts"]) == 750


def test_districts_are_found_by_place_where_no_parent_is_named() -> None:
    made = town()
    for row in made.rows["areas"]:
        row["parent_id"] = None
    made.service("advice", (100, 0))
    assert [row["not_reached"]["low"] for row in ask(made)["districts"]] == [320, 0]


def test_papers_are_answered_for_the_whole_city_only() -> None:
    made = town()
    made.service("advice", (100, 0), papers_asked=True)
    answer = ask(made, no_papers=True)
    assert answer["areas"] is None
    assert answer["districts"] is None
    assert answer["services"]["excluded_why"] == {"papers": 1}


def test_missing_people_and_unknown_groups_are_said() -> None:
    with pytest.raises(LayerError, match="population_missing"):
        ask(Town())
    with pytest.raises(LayerError, match=r"group_unknown.*all"):
        ask(town(), group="martians")


# --- laws --------------------------------------------------------------------------------------

spots = st.tuples(st.integers(-50, 2050), st.integers(-200, 700))
hours_texts = st.sampled_from(
    ["Mo-Fr 09:00-17:00", "Mo 18:00-20:00", '"by appointment"', "?", None]
)
tongues: st.SearchStrategy[dict[str, str | None]] = st.sampled_from(
    [{}, {"ti": "staff"}, {"ti": None}, {"ar": "staff"}]
)
triple = st.sampled_from([True, False, None])


@st.composite
def towns(draw: st.DrawFn) -> Town:
    made = Town(streets=draw(st.booleans()))
    counts = st.one_of(st.none(), st.integers(5, 500))
    made.people({cell: draw(counts) for cell in CELLS})
    for number in range(draw(st.integers(0, 4))):
        hidden = draw(st.booleans()) and number == 0
        made.service(
            f"v{number}",
            None if hidden else draw(spots),
            place={"precision": "hidden", "area_id": draw(st.sampled_from(["west", "c1300"]))}
            if hidden
            else {"step_free": draw(triple)},
            hours=draw(hours_texts),
            languages=draw(tongues),
            papers_asked=draw(triple),
        )
    return made


needs = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["any", "daytime", "evening", "weekend"]),
        "language": st.sampled_from([None, "ti"]),
        "no_papers": st.booleans(),
        "step_free": st.booleans(),
        "minutes": st.integers(1, 30),
    }
)


@settings(max_examples=examples(60), deadline=None)
@given(made=towns(), need=needs, more=st.integers(1, 20))
def test_a_longer_walk_never_reaches_fewer(made: Town, need: dict[str, Any], more: int) -> None:
    city = City(made.read, META, day=DAY)
    near = gaps(city, Need(category="legal", **need))
    far = gaps(city, Need(category="legal", **{**need, "minutes": need["minutes"] + more}))
    assert (far.reached_low >= near.reached_low - 1e-12).all()
    assert (far.reached_high >= near.reached_high - 1e-12).all()
    assert (near.reached_low <= near.reached_high).all()


def completions(made: Town, need: dict[str, Any]) -> list[Town]:
    """Every town in which somebody answered all that is unknown and asked, for small towns."""
    blanks: list[tuple[int, str]] = []
    for at, row in enumerate(made.rows["services"]):
        if need["no_papers"] and row["papers_asked"] is None:
            blanks.append((at, "papers"))
        tags = [r for r in made.rows["service_languages"] if r["service_id"] == row["id"]]
        if need["language"] and (not tags or tags[0]["level"] is None):
            blanks.append((at, "language"))
        if need["when"] != "any" and hours_of(made, row["id"]) in {"?", '"by appointment"', None}:
            blanks.append((at, "hours"))
        place = next(r for r in made.rows["locations"] if r["id"] == f"{row['id']}-l")
        if need["step_free"] and place.get("step_free") is None:
            blanks.append((at, "step_free"))
    found = []
    for answers in itertools.islice(itertools.product([True, False], repeat=len(blanks)), 64):
        other = copy.deepcopy(made)
        for (at, fact), yes in zip(blanks, answers, strict=True):
            answer_fact(other, at, fact, yes=yes)
        found.append(other)
    return found


def hours_of(made: Town, service: str) -> str | None:
    rows = [r for r in made.rows["schedules"] if r["id"] == f"{service}-h"]
    return rows[0]["opening_hours"] if rows else None


def answer_fact(made: Town, at: int, fact: str, *, yes: bool) -> None:
    row = made.rows["services"][at]
    if fact == "papers":
        row["papers_asked"] = not yes
    elif fact == "step_free":
        place = next(r for r in made.rows["locations"] if r["id"] == f"{row['id']}-l")
        place["step_free"] = yes
    elif fact == "language":
        others = [r for r in made.rows["service_languages"] if r["service_id"] != row["id"]]
        said = {"id": f"{row['id']}-x", "service_id": row["id"], "level": "staff"}
        made.rows["service_languages"] = [*others, {**said, "language": "ti" if yes else "ar"}]
    else:
        others = [r for r in made.rows["schedules"] if r["id"] != f"{row['id']}-h"]
        text = "Mo-Su 06:00-22:00" if yes else "Su[5] 03:00-04:00"
        said = {"id": f"{row['id']}-h", "service_at_location_id": f"{row['id']}-s"}
        made.rows["schedules"] = [*others, {**said, "opening_hours": text}]


@settings(max_examples=examples(40), deadline=None)
@given(made=towns(), need=needs, pick=st.integers(0, 63))
def test_whatever_the_unknown_turns_out_to_be_lies_in_the_range(
    made: Town, need: dict[str, Any], pick: int
) -> None:
    wanted = Need(category="legal", **need)
    before = gaps(City(made.read, META, day=DAY), wanted)
    known = completions(made, need)
    after = gaps(City(known[pick % len(known)].read, META, day=DAY), wanted)
    assert (before.reached_low <= after.reached_low + 1e-12).all()
    assert (after.reached_high <= before.reached_high + 1e-12).all()
    # so learning anything never widens a range, in any area or in sum
    assert after.not_low.sum() >= before.not_low.sum() - 1e-9
    assert after.not_high.sum() <= before.not_high.sum() + 1e-9


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1), st.floats(0, 1), st.integers(0, 9), st.integers(0, 9), st.floats(0, 1)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_share_of_all_holds_for_any_people_between_and_is_met_by_some(
    rows: list[tuple[float, float, int, int, float]],
) -> None:
    low = np.array([min(row[:2]) for row in rows])
    high = np.array([max(row[:2]) for row in rows])
    few = np.array([min(row[2:4]) for row in rows])
    many = np.array([max(row[2:4]) for row in rows])
    least, greatest = share_range(low, high, few, many)
    if few.sum() == 0:
        assert math.isnan(least)
        return
    corners = [np.where(pick, many, few) for pick in itertools.product([0, 1], repeat=len(rows))]
    assert least == pytest.approx(min((p * low).sum() / p.sum() for p in corners))
    assert greatest == pytest.approx(max((p * high).sum() / p.sum() for p in corners))
    inner = few + (many - few) * np.array([row[4] for row in rows])
    assert least - 1e-9 <= (inner * low).sum() / inner.sum() <= greatest + 1e-9


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_what_is_shown_holds_the_truth_and_never_one_to_four(one: float, other: float) -> None:
    low, high = sorted([one, other])
    seen = shown(low, high)
    assert seen["low"] <= low + 1e-6
    assert high <= seen["high"] + 1e-6
    assert not 1 <= seen["low"] <= 4
    assert not 1 <= seen["high"] <= 3


@given(st.floats(0, 1), st.floats(0, 1))
def test_shares_are_rounded_outward(one: float, other: float) -> None:
    low, high = sorted([one, other])
    seen = shown_share(low, high)
    assert seen is not None
    assert seen["low"] <= low + 1e-8
    assert high <= seen["high"] + 1e-8
    assert shown_share(math.nan, math.nan) is None


# Of 100 people by the bridge those who live within reach: each case gives the reached share of one
# area of `people`, and what may be said of it and of the city, where 300 others are not reached.
@pytest.mark.parametrize(
    ("people", "share", "said", "city"),
    [
        (40, 0.95, (0, 4), (300, 304)),  # two are not reached
        (40, 0.05, (36, 40), (336, 340)),  # two are reached: 38 would tell
        (40, 0.5, (20, 20), (320, 320)),
        (40, 1.0, (0, 0), (300, 300)),
        (40, 0.0, (40, 40), (340, 340)),
        (7, 3 / 7, (0, 7), (300, 307)),  # four are not reached, three are
    ],
)
def test_one_to_four_is_told_neither_by_the_share_nor_by_the_rest(
    people: int, share: float, said: tuple[int, int], city: tuple[int, int]
) -> None:
    made = Town()
    made.people({"c700": people, "c1300": 300})
    made.service("advice", (0, 0))
    found = gaps(City(made.read, META, day=DAY), Need(category="legal"))
    reached = np.where(np.array(found.ids) == "c700", share, 0.0)
    answer = as_json(replace(found, reached_low=reached, reached_high=reached))
    west, areas = answer["districts"][1], {row["area_id"]: row for row in answer["areas"]}
    assert west["area_id"] == "west"
    assert not_reached(answer) == city
    for row in (west, areas["c700"]):
        assert not_reached(row) == said
        if said[0] == said[1]:
            assert row["share_not_reached"] == pytest.approx({"low": 1 - share, "high": 1 - share})
        else:
            assert row["share_not_reached"]["low"] <= said[0] / people
            assert row["share_not_reached"]["high"] >= said[1] / people


@given(
    people=st.lists(st.integers(5, 60), min_size=6, max_size=6),
    parts=st.lists(st.floats(0, 1), min_size=6, max_size=6),
)
@settings(deadline=None, max_examples=examples(40))
def test_no_published_number_leaves_one_to_four_as_the_only_way_it_can_be(
    people: list[int], parts: list[float]
) -> None:
    made = Town()
    made.people(dict(zip(CELLS, people, strict=True)))
    made.service("advice", (0, 0))
    found = gaps(City(made.read, META, day=DAY), Need(category="legal"))
    reached = np.array([parts[list(CELLS).index(one)] for one in found.ids])
    answer = as_json(replace(found, reached_low=reached, reached_high=reached))
    for row in [answer, *answer["districts"], *answer["areas"]]:
        low, high = not_reached(row)
        count = row["people"]["low"]
        for least, most in ((low, high), (count - high, count - low)):
            assert not 1 <= least <= most <= 4
    # what the total and the other parts leave for one of them
    total = not_reached(answer)
    for parts_of_it in (answer["districts"], answer["areas"]):
        for one in parts_of_it:
            others = [not_reached(row) for row in parts_of_it if row is not one]
            least = total[0] - sum(high for _, high in others)
            most = total[1] - sum(low for low, _ in others)
            count = one["people"]["low"]
            assert not 1 <= least <= most <= 4
            assert not 1 <= count - most <= count - least <= 4


def test_the_table_for_the_map_never_holds_one_to_four() -> None:
    made = Town()
    made.people({"c100": None, "c300": 7, "c1300": 100})
    made.service("advice", (1300, 0))
    table = area_table(gaps(City(made.read, META, day=DAY), Need(category="legal")))
    row = table.set_index("area_id").loc["c100"]
    assert row["suppressed"]
    assert (row["people_not_reached_low"], row["people_not_reached_high"]) == (0, 4)
    assert table["people_low"].isna().sum() == 3  # nobody counted there


def test_asking_twice_gives_the_same_and_changes_nothing() -> None:
    made = town()
    made.service("advice", (800, 0), languages={"ti": "staff"}, hours="Mo 18:00-20:00")
    city = City(made.read, META, day=DAY)
    need = Need(category="legal", language="ti", when="evening")
    assert (
        as_json(gaps(city, need))
        == as_json(gaps(city, need))
        == report(made.read, META, need, day=DAY)
    )


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), max_size=9))
def test_many_numbers_of_people_are_rounded_as_one_is(pairs: list[tuple[float, float]]) -> None:
    low, high = np.array(pairs).reshape(-1, 2).T
    each = [shown(one, other) for one, other in pairs]
    found = shown_all(low, high)
    assert [side.tolist() for side in found] == [
        [one[key] for one in each] for key in ("low", "high")
    ]
