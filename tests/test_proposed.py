"""What proposals are about: the kinds that many can be decided on by at once."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from layers.changes import Operation
from mapping import proposed
from tests.helpers.town import Town

POINT = shapely.Point(11.25, 50.5)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    town = Town(streets=False)
    town.service("clinic", (100, 0), category="health", hours="Mo 09:00-12:00")
    names = ("services", "service_at_location", "schedules")
    return {name: town.read(name) for name in names}


def waiting(*operations: Operation, source: str = "open_street_map", **more: str) -> pd.DataFrame:
    first = operations[0]
    row = {"id": "p", "source": source, "sort": "education", "table_name": first.table}
    return pd.DataFrame([{**row, "row_id": first.id, "operations": list(operations), **more}])


def said(rows: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> tuple[str, str | None, str]:
    (one,) = proposed.described(rows, tables).to_dict("records")
    return one["what"], one["category"], one["hours"]


def insert(table: str, row: str, **values: object) -> Operation:
    return Operation(table=table, id=row, action="insert", values=values)


def test_a_candidate_is_a_new_service_of_its_category(tables: dict[str, pd.DataFrame]) -> None:
    rows = waiting(
        insert("services", "s", name="Library", category="education"),
        insert("schedules", "h", source_text="ring", opening_hours=None),
    )
    assert said(rows, tables) == ("new_service", "education", "not_understood")


def test_hours_alone_are_a_kind_of_their_own(tables: dict[str, pd.DataFrame]) -> None:
    hours = insert("schedules", "h", source_text="Mo 9-12", opening_hours="Mo 9-12")
    assert said(waiting(hours), tables) == ("opening_hours", "education", "understood")


def test_an_answer_has_the_category_of_the_service_it_is_about(
    tables: dict[str, pd.DataFrame],
) -> None:
    hours = Operation(
        table="schedules", id="clinic-h", action="update", values={"source_text": "?"}, seen=1
    )
    rows = waiting(hours, source="organization", sort="opening_hours")
    assert said(rows, tables) == ("opening_hours", "health", "not_understood")


def test_a_tie_is_said_to_be_right_or_wrong(tables: dict[str, pd.DataFrame]) -> None:
    right = Operation(table="ties", id="t", action="update", values={}, seen=1)
    rows = waiting(right, source="organization", sort="tie")
    assert said(rows, tables) == ("tie_right", None, "")
    wrong = insert("statements", "d", value="0")
    rows = waiting(wrong, source="organization", sort="tie")
    assert said(rows, tables)[0] == "tie_wrong"


def test_candidates_stand_where_they_would_stand_and_hidden_ones_nowhere() -> None:
    rows = waiting(
        insert("services", "s", name="{{7*7}}", category="education"),
        insert("locations", "l", precision="exact", geometry=POINT),
        insert("service_at_location", "a", service_id="s", location_id="l"),
        insert("services", "s2", name="Refuge", category="housing"),
        insert("locations", "l2", precision="hidden"),
        insert("service_at_location", "a2", service_id="s2", location_id="l2"),
    )
    layer, names, of = proposed.candidates(rows)
    assert layer["rows"] == [["service:s", "category.education", 11_250_000, 50_500_000, 0]]
    assert names["service:s"] == "{{7*7}}"  # fetched as text, never a part of the map
    assert of["service:s"] == "p"
