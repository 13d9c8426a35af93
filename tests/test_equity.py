"""For whom it is worse: worked out by hand, right in every world that may be, few people safe."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.city import City
from mapping.equity import Equity, equity, gap_range, ratio_range
from mapping.gaps import gaps
from mapping.needs import Need
from tests.helpers.sampled import examples
from tests.helpers.town import CELLS, META, Town


def ask(made: Town, **need: Any) -> Equity:
    return equity(gaps(City(made.read, META), Need(**{"category": "legal", **need})))


def town(*, groups: dict[str, dict[str, float | None]], everyone: dict[str, float]) -> Town:
    """West of the river c100 to c700, east c1300 and c1500; nobody walks across in 15 minutes."""
    made = Town()
    made.people(everyone)
    for code, counts in groups.items():
        made.rows["population_groups"].append(
            {"id": code, "label": code.title(), "dimension": "sex"}
        )
        made.people(counts, group=code)
    return made


def row(found: Equity, group: str) -> dict[str, Any]:
    return next(one for one in found.rows if one["group"] == group)


def test_a_town_worked_out_by_hand() -> None:
    made = town(
        everyone={"c100": 600, "c1300": 400},
        groups={"women": {"c100": 200, "c1300": 300}, "men": {"c100": 400, "c1300": 100}},
    )
    made.service("west", (100, 0))
    found = ask(made)
    # not reached is the east: 400 of 1,000; 300 of 500 women; 100 of 500 men
    assert found.everyone == {
        "group": "all",
        "people": {"low": 1000, "high": 1000},
        "not_reached": {"low": 400, "high": 400},
        "share_not_reached": {"low": 0.4, "high": 0.4},
    }
    assert [one["group"] for one in found.rows] == ["women", "men"]
    women, men = found.rows
    assert women["not_reached"] == {"low": 300, "high": 300}
    assert women["share_not_reached"] == {"low": 0.6, "high": 0.6}
    assert women["gap"] == pytest.approx({"low": 0.2, "high": 0.2})
    assert women["ratio"] == {"low": 1.5, "high": 1.5}
    assert (women["verdict"], men["verdict"]) == ("worse", "better")
    assert men["gap"] == pytest.approx({"low": -0.2, "high": -0.2})
    assert men["ratio"] == {"low": 0.5, "high": 0.5}


def test_ranges_that_overlap_say_nothing() -> None:
    made = town(
        everyone={"c100": 600, "c1300": 400},
        groups={"women": {"c100": 200, "c1300": 300}, "men": {"c100": 400, "c1300": 100}},
    )
    made.service("west", (100, 0))  # nobody knows its hours
    made.service("east", (1300, 0))
    found = ask(made, when="evening")
    assert {one["verdict"] for one in found.rows} == {"cannot_say"}
    assert row(found, "women")["gap"] == {"low": -1.0, "high": 1.0}
    assert row(found, "women")["ratio"] is None  # perhaps everybody is reached


def test_where_everybody_is_reached_all_are_the_same_and_nothing_is_divided() -> None:
    made = town(everyone={"c100": 600}, groups={"women": {"c100": 300}})
    made.service("west", (100, 0))
    only = ask(made).rows[0]
    assert (only["verdict"], only["gap"], only["ratio"]) == ("same", {"low": 0, "high": 0}, None)
    made.rows["service_at_location"] = []
    only = ask(made).rows[0]
    assert (only["verdict"], only["ratio"]) == ("same", {"low": 1.0, "high": 1.0})


def test_withheld_numbers_widen_the_range() -> None:
    made = town(
        everyone={"c100": 600, "c1300": 400},
        groups={"born_er": {"c100": None, "c300": None, "c1300": 40}},
    )
    made.service("west", (100, 0))
    born = row(ask(made), "born_er")
    # 40 of 42 to 48 people: 83 to 95 %, and no finer than ten of at least forty
    assert born["people"] == {"low": 40, "high": 50}
    # those reached are fewer than five, and are not told by taking 40 from 48 either
    assert born["not_reached"] == {"low": 40, "high": 50}
    assert born["share_not_reached"] == {"low": 0.75, "high": 1.0}
    assert born["verdict"] == "worse"


def test_a_small_group_cannot_be_worked_out_from_the_others() -> None:
    # 402 people east, of whom 400 are women: two men are not reached
    made = town(
        everyone={"c100": 600, "c1300": 402},
        groups={"women": {"c100": 200, "c1300": 400}, "men": {"c100": 400, "c1300": 2}},
    )
    made.service("west", (100, 0))
    found = ask(made)
    assert found.everyone is not None
    whole, women, men = found.everyone, row(found, "women"), row(found, "men")
    least = whole["not_reached"]["low"] - women["not_reached"]["high"]
    most = whole["not_reached"]["high"] - women["not_reached"]["low"]
    assert least <= 0
    assert most >= 10
    assert men["not_reached"] == {"low": 0, "high": 10}
    assert men["share_not_reached"]["high"] * men["people"]["low"] >= 10


def test_groups_counted_elsewhere_are_left_out_and_named() -> None:
    made = town(everyone={"c100": 600}, groups={"women": {"c100": 300}, "young": {"west": 100}})
    made.service("west", (100, 0))
    found = ask(made)
    assert found.left_out == ["young"]
    assert [one["group"] for one in found.rows] == ["women"]


def test_without_a_count_of_all_there_is_nothing_to_compare_with() -> None:
    made = town(everyone={}, groups={"women": {"c100": 300}})
    made.service("west", (100, 0))
    assert ask(made, group="women").why_not == "no_total"
    made = town(everyone={"c100": 300}, groups={})
    assert ask(made).why_not == "no_groups"


def test_a_need_about_papers_compares_no_groups() -> None:
    made = town(everyone={"c100": 600}, groups={"women": {"c100": 300}})
    made.service("west", (100, 0), papers_asked=False)
    found = ask(made, no_papers=True)
    assert (found.why_not, found.rows, found.everyone) == ("papers", [], None)


def test_a_group_of_nobody_for_certain_has_no_share() -> None:
    made = town(everyone={"c100": 600}, groups={"women": {"c100": None}, "men": {"c100": 0}})
    made.service("west", (1300, 0))
    for group in ("women", "men"):
        found = row(ask(made), group)
        assert (found["share_not_reached"], found["verdict"]) == (None, "cannot_say")
        assert found["people"]["low"] == 0


def test_it_asks_the_city_for_one_walk_and_not_one_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    made = town(everyone={"c100": 600}, groups={f"g{n}": {"c100": 30.0 * n} for n in range(1, 9)})
    made.service("west", (100, 0))
    answer = gaps(City(made.read, META), Need(category="legal"))
    monkeypatch.setattr(City, "shares", None)
    monkeypatch.setattr(City, "walks", None)
    assert len(equity(answer).rows) == 8


counts = st.one_of(st.none(), st.integers(0, 60))
worlds = st.fixed_dictionaries(
    {
        "women": st.lists(counts, min_size=6, max_size=6),
        "others": st.lists(st.integers(0, 60), min_size=6, max_size=6),
        "services": st.lists(
            st.tuples(
                st.sampled_from([100, 500, 1300, 1500]),
                st.sampled_from([None, "Mo-Fr 18:00-21:00", "Mo-Fr 09:00-12:00"]),
            ),
            max_size=4,
        ),
    }
)
GUESS = {None: (True, False), "Mo-Fr 18:00-21:00": (True,), "Mo-Fr 09:00-12:00": (False,)}


@settings(max_examples=examples(25), deadline=None)
@given(worlds)
def test_every_world_that_may_be_lies_in_the_ranges(world: dict[str, Any]) -> None:
    women = dict(zip(CELLS, world["women"], strict=True))
    everyone = {
        cell: (women[cell] or 0) + other for cell, other in zip(CELLS, world["others"], strict=True)
    }
    made = town(everyone=everyone, groups={"women": women})
    for at, (x, hours) in enumerate(world["services"]):
        made.service(f"s{at}", (x, 0), hours=hours)
    found = ask(made, when="evening", minutes=10)
    answer = row(found, "women")
    assert found.everyone is not None
    all_of = found.everyone
    # ten minutes are 800 m along the street, and the river is too far to walk around
    x = np.array(list(CELLS.values()))
    for opens in itertools.product(*(GUESS[hours] for _, hours in world["services"])):
        running = [s for (s, _), yes in zip(world["services"], opens, strict=True) if yes]
        near = np.array(
            [any((s < 1000) == (one < 1000) and abs(s - one) <= 800 for s in running) for one in x]
        )
        for few in (1, 4):  # withheld numbers at their ends
            hers = np.array([few if women[cell] is None else women[cell] for cell in CELLS])
            theirs = np.array(list(everyone.values()))
            missed, people = hers[~near].sum(), hers.sum()
            assert answer["not_reached"]["low"] <= missed <= answer["not_reached"]["high"]
            assert answer["people"]["low"] <= people <= answer["people"]["high"]
            if answer["gap"] is None or not theirs.sum():
                continue
            share, other = missed / people, theirs[~near].sum() / theirs.sum()
            within(answer["share_not_reached"], share)
            within(all_of["share_not_reached"], other)
            within(answer["gap"], share - other)
            if answer["ratio"] is not None:
                within(answer["ratio"], share / other)
            if answer["verdict"] == "worse":
                assert share > other
            if answer["verdict"] == "better":
                assert share < other


def within(found: dict[str, float], value: float) -> None:
    assert found["low"] - 1e-9 <= value <= found["high"] + 1e-9


ranges = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(
    lambda two: {"low": min(two), "high": max(two)}
)


@given(ranges, ranges)
def test_the_ends_of_gap_and_ratio_are_met_and_never_passed(
    one: dict[str, float], other: dict[str, float]
) -> None:
    corners = list(itertools.product(one.values(), other.values()))
    gap = gap_range(one, other)
    assert (gap["low"], gap["high"]) == (
        min(a - b for a, b in corners),
        max(a - b for a, b in corners),
    )
    ratio = ratio_range(one, other)
    if other["low"] == 0:
        assert ratio is None
    elif ratio is not None:
        quotients = [a / b for a, b in corners]
        assert (ratio["low"], ratio["high"]) == (min(quotients), max(quotients))
        assert math.isfinite(ratio["high"]) or other["low"] < 1e-300
