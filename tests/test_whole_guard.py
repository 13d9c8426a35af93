"""Files that only look like exports of ours: they are checked as any other file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from tests.helpers.told import brought, edited, empty, small_town, taken, told


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return small_town(tmp_path)


Rows = list[dict[str, Any]]


def forged(folder: Path, **tables: Rows) -> Path:
    """Write a folder of CSV files that call themselves as ours do."""
    folder.mkdir()
    (folder / "cg_about.csv").write_text("What,Value,key\nCity,X,name\n", encoding="utf-8")
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


PLACE = {
    "id": "p",
    "precision": "exact",
    "lon": "11",
    "lat": "50",
    "address": "Lindenstr. 17, Berlin",
}
SERVICE = {
    "id": "s",
    "name": "Advice",
    "category": "violence_support",
    "description": "behind the church",
}
LINK = {"id": "l", "service_id": "s", "location_id": "p"}


@pytest.mark.parametrize(
    ("place", "service"),
    [
        ({"precision": "hidden"}, {}),
        ({"precision": ""}, {}),
        ({"precision": "gesch\u00fctzt"}, {}),
        ({"confidential": "yes"}, {}),
        ({}, {"extra.geheim": "ja"}),
        ({}, {"name": "Frauenhaus Mitte"}),
        ({"extra.address_shown": "no"}, {}),
        ({"address": "confidential"}, {}),
    ],
    ids=["said", "silent", "unread", "column", "of the service", "shelter", "not shown", "address"],
)
def test_a_hidden_place_is_stripped_also_where_a_file_looks_like_ours(
    place: dict[str, str], service: dict[str, str], tmp_path: Path
) -> None:
    file = forged(
        tmp_path / "forged",
        locations=[PLACE | place],
        services=[SERVICE | service],
        service_at_location=[LINK],
    )
    made = empty(tmp_path)
    brought(made, file)
    row = made.read("locations").iloc[0]
    assert (row["precision"], row["geometry"]) == ("hidden", None)
    raw = made.path.read_bytes()
    assert [one for one in (b"Lindenstr", b"behind the church") if one in raw] == []


def test_a_place_called_like_a_shelter_that_may_be_shown_comes_back_shown(
    town: Atlas, tmp_path: Path
) -> None:
    edited(town, "services", "s", name="Frauenhaus: public office")
    again = empty(tmp_path)
    brought(again, taken(town, tmp_path / "out", "csv"))
    assert told(again) == told(town)
    assert again.read("locations").iloc[0]["address"] == "Ringstr. 5"


@pytest.mark.parametrize(
    ("precision", "address"), [("street", "Lindenstr., Berlin"), ("area", None), ("city", None)]
)
def test_a_rough_place_is_roughened_where_nobody_said_it_may_be_shown(
    precision: str, address: str | None, tmp_path: Path
) -> None:
    rough = PLACE | {"precision": precision, "lon": "11.123456", "lat": "50.123456"}
    made = empty(tmp_path)
    brought(made, forged(tmp_path / "forged", locations=[rough]))
    row = made.read("locations").iloc[0]
    assert (None if row.isna()["address"] else row["address"]) == address
    where = row["geometry"]
    assert (where is None) if address is None else (where.x, where.y) == (11.123, 50.123)


def test_no_private_contact_and_no_small_count_comes_in(tmp_path: Path) -> None:
    file = forged(
        tmp_path / "forged",
        organizations=[
            {
                "id": "1",
                "name": "Amal",
                "private_contact": "secret-phone",
                "extra.Telefon": "secret-two",
            }
        ],
        areas=[{"id": "01", "level": "district", "name": "West", "persons": "3"}],
        population_groups=[
            {"id": one, "label": one} for one in ("all", "women", "men", "sans-papiers")
        ],
        population=[
            {"id": f"01:{group}", "area_id": "01", "group_code": group, "count": count}
            for group, count in (("all", 43), ("women", 40), ("men", 3), ("sans-papiers", 20))
        ],
        services=[SERVICE],
        usage=[{"id": "u", "service_id": "s", "group_code": "all", "count": 2}],
    )
    made = empty(tmp_path)
    plan = brought(made, file)
    codes = {(one.code, one.column) for one in plan.rejected}
    assert codes == {("group_by_papers", "population"), ("group_by_papers", "population_groups")}
    people = made.read("population").set_index("group_code")
    assert people["count"].isna()["men"]
    assert people["suppressed"]["men"]
    # 43 less 40 would be the three men
    assert people["count"]["all"] - people["count"]["women"] != 3
    assert made.read("usage")["count"].isna().all()
    assert made.read("areas")["extra"].tolist() == [None]
    raw = made.path.read_bytes()
    assert [one for one in (b"secret-phone", b"secret-two") if one in raw] == []


def test_a_row_that_names_nothing_is_rejected_with_its_table(tmp_path: Path) -> None:
    file = forged(
        tmp_path / "forged",
        services=[SERVICE, SERVICE],
        service_languages=[{"id": "g", "service_id": "nobody", "language": "so"}],
        ties=[{"id": "t", "from_id": "a", "to_id": "b", "kind": "funds", "direction": "directed"}],
        statements=[
            {"id": str(n), "table_name": table, "row_id": row, "attribute": column, "value": "1"}
            for n, (table, row, column) in enumerate(
                [
                    ("services", "s", "free"),
                    ("services", "x", "free"),
                    ("services", "s", "fid"),
                    ("organizations", "s", "private_contact"),
                ]
            )
        ],
    )
    made = empty(tmp_path)
    plan = brought(made, file)
    assert sorted((one.row, one.code, one.column) for one in plan.rejected) == [
        (2, "actor_unknown", "ties.from_id"),
        (2, "service_unknown", "service_languages.service_id"),
        (3, "id_twice", "services.id"),
        (3, "names_nothing", "statements.row_id"),
        (4, "value_not_listed", "statements.attribute"),
        (5, "value_not_listed", "statements.attribute"),
    ]
    assert plan.accepted == plan.rows - 6
    assert made.read("statements")["id"].tolist() == ["0"]


def test_a_released_cell_is_drawn_from_its_name_and_never_from_the_file(tmp_path: Path) -> None:
    cell = "CRS3035RES250mN2683000E4285000"
    file = forged(
        tmp_path / "forged",
        sessions=[{"id": "k", "title": "Kiln"}],
        reported_cells=[
            {
                "id": "1",
                "session_id": "k",
                "cell": cell,
                "feeling": "unsafe",
                "contributors": "5-9",
                "wkt": "POLYGON ((11 50, 11.00001 50, 11 50.00001, 11 50))",
            },
            {
                "id": "2",
                "session_id": "k",
                "cell": "her house",
                "feeling": "unsafe",
                "contributors": "5-9",
            },
            {"id": "3", "session_id": "k", "cell": cell, "feeling": "safe", "contributors": "3"},
        ],
    )
    made = empty(tmp_path)
    plan = brought(made, file)
    assert [(one.row, one.code) for one in plan.rejected] == [
        (3, "value_not_listed"),
        (4, "value_not_listed"),
    ]
    shape = made.read("reported_cells")["geometry"].iloc[0]
    assert shape.bounds[2] - shape.bounds[0] > 0.002  # 250 m, not one


def test_an_answer_of_a_session_is_a_code_and_no_place_for_a_text(tmp_path: Path) -> None:
    answer = {"session_id": "k", "question": "reasons", "contributors": "5-9"}
    file = forged(
        tmp_path / "forged",
        sessions=[{"id": "k", "title": "Kiln"}],
        session_counts=[
            {**answer, "id": "1", "code": "lighting"},
            {**answer, "id": "2", "code": "Amina from number twelve"},
            {**answer, "id": "3", "code": "lighting", "contributors": "3"},
            {**answer, "id": "4", "code": "night"},
            {**answer, "id": "5", "code": "lighting", "question": "name"},
        ],
    )
    made = empty(tmp_path)
    plan = brought(made, file)
    assert sorted((one.row, one.code) for one in plan.rejected) == [
        (3, "value_not_listed"),
        (4, "value_not_listed"),
        (5, "value_not_listed"),
        (6, "value_not_listed"),
    ]
    assert made.read("session_counts")["code"].tolist() == ["lighting"]


def test_an_export_without_rows_says_so(tmp_path: Path) -> None:
    made = empty(tmp_path)
    with pytest.raises(LayerError, match="whole_nothing"):
        importer.prepare(empty(tmp_path), taken(made, tmp_path / "out", "gpkg"))
