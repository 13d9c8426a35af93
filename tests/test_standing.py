"""The grid of power and interest: the affected without power first, and nobody hidden."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import standing

LEVEL = st.one_of(st.none(), st.integers(1, 4))
ROW = st.tuples(LEVEL, LEVEL, st.sampled_from([True, False, None]))


def judged(*rows: tuple[int | None, int | None, bool | None]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"id": f"s{number}", "organization_id": f"o{number}", "question": None, "power": power,
             "interest": interest, "affected": affected}
            for number, (power, interest, affected) in enumerate(rows)
        ],
        columns=["id", "organization_id", "question", "power", "interest", "affected"],
    )  # fmt: skip


def actors(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"id": table["organization_id"].unique()})


def test_the_affected_without_power_come_first_the_highest_interest_before_all() -> None:
    table = judged(
        (4, 4, False), (1, 3, True), (2, 4, True), (3, 4, True), (1, 4, True), (1, 1, False)
    )
    found = standing.grid(table, actors(table))
    assert found["organization_id"].tolist() == ["o4", "o2", "o1", "o3", "o0", "o5"]
    assert found["first"].tolist() == [True, True, True, False, False, False]
    assert found["field"].tolist() == [
        "subjects", "subjects", "subjects", "players", "players", "crowd",
    ]  # fmt: skip


@settings(deadline=None)  # another test may have the machine
@given(st.lists(ROW, max_size=8))
def test_nobody_is_hidden_and_nobody_unknown_is_called_weak(
    rows: list[tuple[int | None, int | None, bool | None]],
) -> None:
    table = judged(*rows)
    found = standing.grid(table, actors(table))
    assert sorted(found["organization_id"]) == sorted(table["organization_id"])
    by_id: dict[Any, Any] = found.set_index("organization_id").to_dict("index")
    for number, (power, interest, affected) in enumerate(rows):
        row = by_id[f"o{number}"]
        assert row["first"] == (affected is True and power is not None and power <= 2)
        assert (row["field"] == "unknown") == (power is None or interest is None)
    first = found["first"].tolist()
    assert first == sorted(first, reverse=True)
    stakes = found.loc[found["first"], "interest"].fillna(0).tolist()
    assert stakes == sorted(stakes, reverse=True)


def test_only_the_question_asked_and_those_who_may_be_shown_are_in_it() -> None:
    table = judged((1, 4, True), (2, 4, True), (3, 1, None))
    table.loc[1, "question"] = "housing"
    assert standing.questions(table) == ["", "housing"]
    assert standing.grid(table, actors(table))["organization_id"].tolist() == ["o0", "o2"]
    asked = standing.grid(table, actors(table), question="housing")
    assert asked["organization_id"].tolist() == ["o1"]
    assert standing.grid(table, actors(table).iloc[1:])["organization_id"].tolist() == ["o2"]


def test_ranks_of_groups_stand_side_by_side_with_how_far_they_are_apart() -> None:
    rows = [
        ("women", "city", 1.0, 3),
        ("women", "police", 2.5, 3),
        ("women", "mosque", 2.5, 3),
        ("men", "mosque", 1.0, 5),
        ("men", "city", 2.0, 5),
        ("men", "hushed", 3.0, 5),
    ]
    table = pd.DataFrame(rows, columns=["group_name", "organization_id", "rank", "ranked"])
    table["question"], table["session_id"] = "who decides", "s1"
    shown = pd.DataFrame({"id": ["city", "police", "mosque"]})
    found = standing.towers(table, shown, question="who decides")
    assert found.columns.tolist() == ["women", "men", "mean", "apart"]
    assert found.index.tolist() == ["city", "mosque", "police"]
    # as shares of a ladder from 0 to 1: city 0 and 1/4, mosque 3/4 and 0, police 3/4 and none
    assert found["mean"].tolist() == [0.125, 0.375, 0.75]
    assert found["apart"].fillna(-1).tolist() == [0.25, 0.75, -1]
    assert standing.towers(table, shown, question="other").empty


def test_group_a_of_one_session_is_not_group_a_of_another() -> None:
    rows = [
        ("s1", "A", "city", 1.0, 2),
        ("s1", "A", "mosque", 2.0, 2),
        ("s2", "A", "mosque", 1.0, 2),
        ("s2", "A", "city", 2.0, 2),
        ("s3", "A", "city", 1.0, 2),
    ]
    names = ["session_id", "group_name", "organization_id", "rank", "ranked"]
    table = pd.DataFrame(rows, columns=names).assign(question="who decides")
    shown = pd.DataFrame({"id": ["city", "mosque"]})
    titles = {"s1": "Spring", "s2": "Autumn", "s3": "Autumn"}
    found = standing.towers(table, shown, question="who decides", sessions=titles)
    assert found.columns.tolist() == ["A (Spring)", "A (Autumn)", "A (Autumn)'", "mean", "apart"]
    # of city the shares are 0, 1 and 0, of the mosque 1 and 0
    assert found["mean"].round(3).to_dict() == {"city": 0.333, "mosque": 0.5}
    assert found["apart"].tolist() == [1, 1]
