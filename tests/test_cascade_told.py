"""How the cascade is told: in fives, as JSON, side by side, and nothing that tells of a few."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.cascade import Cascade, cascade
from mapping.cascade_told import comparison, step_map_allowed, step_values, table, told
from mapping.city import City
from mapping.few import in_fives
from mapping.personas import STEPS, Persona, as_man, men_of, with_papers
from tests.helpers.brute_cascade import DAY
from tests.helpers.sampled import examples
from tests.helpers.town import META, Town

# West of the river: c100 to c700; east: c1300, c1500. A walk of 5 minutes is 400 m.
PEOPLE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}  # 750


def town(people: dict[str, float | None] | None = None) -> Town:
    made = Town()
    made.people(PEOPLE if people is None else people)
    return made


def ask(made: Town, *, order: Any = STEPS, **persona: Any) -> Cascade:
    asked = Persona(**{"category": "legal", "minutes": 5, **persona})
    return cascade(City(made.read, META, day=DAY), asked, order=order)


@pytest.fixture(scope="module")
def known() -> Cascade:
    made = town()
    made.service("a", (300, 0))
    return ask(made)


def test_it_is_told_as_json_with_everything_that_makes_it_understood() -> None:
    made = town()
    made.rows["population_groups"].append(
        {"id": "born_er", "label": "Born in Eritrea", "proxy_note": "Not the language spoken."}
    )
    made.people(PEOPLE, group="born_er")
    made.service("a", (300, 0), languages={"ti": "staff"}, hours="Mo 09:00-12:00")
    made.service("line", None, setting="online")
    answer = ask(made, language="ti", when="daytime", group="born_er", name="Selam")
    said = told(answer)
    json.dumps(said, allow_nan=False)
    assert said["persona"]["name"] == "Selam"
    assert said["method"] == "streets"
    assert said["order"] == list(STEPS)
    assert said["dates"]["population"] == "2026-01-01"
    assert said["dates"]["services_newest"] == "2026-06-01"
    population = said["population"]
    assert population["label"] == "Born in Eritrea"
    assert population["note"] == "Not the language spoken."
    assert population["proxy"]
    assert population["people"] == {"low": 750, "high": 750}
    near, opens, trusted = (said["steps"][at] for at in (1, 2, 6))
    # c100 to c700: 430 of 750, told in fives
    assert near["covered"] == {"low": 430, "high": 435}
    assert near["lost"] == {"low": 320, "high": 325}
    assert near["share"] == {"low": 0.5733, "high": 0.58}
    assert near["placeless"] == {"online": 1}
    assert opens["state"] == "asked"
    assert opens["lost"] == {"low": 0, "high": 0}
    assert trusted["state"] == "not_asked"
    assert not trusted["facts"]
    assert said["steps"][0]["covered"] == {"low": 750, "high": 750}


def test_the_table_for_the_charts_holds_the_numbers_that_are_told() -> None:
    made = town()
    made.service("a", (300, 0), languages={})
    answer = ask(made, language="ti")
    rows = table(answer)
    assert list(rows) == ["step", "low", "high", "of_low", "of_high", "said", "state"]
    assert rows["step"].tolist() == list(STEPS)
    said = told(answer)["steps"]
    assert rows[["low", "high"]].to_dict("records") == [one["covered"] for one in said]
    assert rows["state"].tolist() == [one["state"] for one in said]
    assert rows.loc[4, "state"] == "cannot_say"


def test_papers_are_told_of_the_city_and_of_services_only() -> None:
    made = town()
    made.service("a", (300, 0), papers_asked=True)
    answer = ask(made, no_papers=True)
    assert [step_map_allowed(answer, one) for one in STEPS] == [True] * 3 + [False] * 5
    assert step_values(answer, "admitted") is None
    shown = step_values(answer, "near")
    assert shown is not None
    assert shown.set_index("area_id")["people"].to_dict()["c1300"] == 300
    last = told(answer)["steps"][-1]
    assert last["services"] == {"certain": 0, "possible": 0, "excluded": 1}
    assert not last["map_allowed"]
    early = ask(made, no_papers=True, order=("admitted", *(s for s in STEPS if s != "admitted")))
    assert not any(step_map_allowed(early, one) for one in STEPS)
    assert all(step_map_allowed(ask(made), one) for one in STEPS)


def test_up_to_six_personas_stand_side_by_side_in_one_order() -> None:
    made = town()
    made.people({"c100": 40, "c300": 90}, group="women")
    made.people({"c100": 60, "c300": 110}, group="men")
    made.service("a", (300, 0), women_only=True, papers_asked=True)
    city = City(made.read, META, day=DAY)
    woman = Persona(category="legal", minutes=5, sex="woman", group="women", no_papers=True)
    man = as_man(woman, group=men_of(woman.group))
    assert man.group == "men"
    several = [cascade(city, one) for one in (woman, with_papers(woman), man)]
    found = comparison(several)
    admitted = found["steps"][3]
    assert admitted["name"] == "admitted"
    assert [one["high"] for one in admitted["covered"]] == [0, 130, 0]
    assert [one["population"]["people"]["low"] for one in found["personas"]] == [130, 130, 170]
    with pytest.raises(ValueError, match="1 to 6"):
        comparison(several * 3)
    with pytest.raises(ValueError, match="one order"):
        comparison([several[0], cascade(city, woman, order=tuple(reversed(STEPS)))])


@pytest.mark.parametrize(
    ("group", "men"),
    [("women", "men"), ("women*born_er", "men*born_er"), ("born_er", "born_er"), ("all", "all")],
)
def test_the_same_person_as_a_man_is_counted_among_men(group: str, men: str) -> None:
    assert men_of(group) == men


def test_withheld_areas_are_told_as_fewer_than_five() -> None:
    made = town({"c100": None, "c1300": 100})
    made.service("a", (1300, 0))
    near = told(ask(made))["steps"][1]
    assert near["lost"] == {"low": 0, "high": 4}  # one to four in c100
    assert near["covered"] == {"low": 95, "high": 104}  # 101 to 104 less fewer than five, in fives


@given(low=st.floats(0, 500), more=st.floats(0, 100), rest=st.integers(5, 100))
def test_what_is_told_in_fives_holds_the_number_and_no_difference_is_one_to_four(
    low: float, more: float, rest: int
) -> None:
    of = float(np.ceil(low + more)) + rest
    told_of = in_fives(low, low + more, (of, of))
    assert told_of["low"] <= low + 1e-6
    assert low + more <= told_of["high"] + 1e-6
    assert told_of["high"] <= of
    assert told_of["low"] % 5 == 0 or told_of["low"] == of
    assert not 1 <= told_of["low"] <= told_of["high"] <= 3


@settings(max_examples=examples(25), deadline=None)
@given(
    count=st.lists(st.integers(5, 40), min_size=6, max_size=6),
    shares=st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=4, max_size=4),
)
def test_no_chain_of_differences_leaves_one_to_four_as_the_only_way_it_can_be(
    known: Cascade, count: list[int], shares: list[list[float]]
) -> None:
    people = np.array(count, dtype=float)
    answer = replace(known, people=replace(known.people, low=people, high=people))
    # any four nested shares of large areas, each exactly known, told as steps
    parts = np.minimum.accumulate(np.array(shares), axis=0)
    before = np.vstack([np.ones(6), parts[:-1]])
    steps = [
        replace(answer.steps[at], low=parts[at], high=parts[at], lost=(before[at] - parts[at],) * 2)
        for at in range(4)
    ]
    said = told(replace(answer, steps=tuple(steps)))
    # nodes: nobody, everybody, those covered after each step; edges: all that was told
    total = said["population"]["people"]["low"]
    names = ["nobody", "everybody", *(str(at) for at in range(4))]
    most = {(a, b): 0.0 if a == b else float("inf") for a in names for b in names}

    def say(more: str, fewer: str, numbers: dict[str, int]) -> None:
        most[more, fewer] = min(most[more, fewer], numbers["high"])
        most[fewer, more] = min(most[fewer, more], -numbers["low"])

    say("everybody", "nobody", {"low": total, "high": total})
    for at, one in enumerate(said["steps"]):
        say(str(at), "nobody", one["covered"])
        say(str(at - 1) if at else "everybody", str(at), one["lost"])
    for via, a, b in itertools.product(names, repeat=3):
        most[a, b] = min(most[a, b], most[a, via] + most[via, b])
    for more, fewer in itertools.permutations(names, 2):
        assert not 1 <= -most[fewer, more] <= most[more, fewer] <= 4, (more, fewer)


def test_how_points_were_brought_to_the_streets_is_told() -> None:
    made = Town()
    made.people({"c100": 100})
    made.service("advice", (100, 30))
    made.service("farm", (500, 300))  # more than 250 m from the street
    one = Persona(category="legal")
    found = told(cascade(City(made.read, META), one))["snapped"]
    assert found["starts"] == {"points": 6, "farthest_m": 0, "too_far": 0, "over_water": 0}
    assert found["places"] == {"points": 2, "farthest_m": 30, "too_far": 1, "over_water": 0}
    bare = Town(streets=False)
    bare.people({"c100": 100})
    assert told(cascade(City(bare.read, META), one))["snapped"] is None
