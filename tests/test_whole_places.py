"""Older exports, and files that look like one, beside places that are hidden here."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import schema
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.history import Revision
from layers.importing.plan import Plan
from layers.importing.tables import Note
from tests.helpers.bringing import a_town, codes
from tests.helpers.told import brought

STREET = "Lindenstr. 17"
Row = dict[str, Any]


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    """Make a town with a hidden place, and one on the market that everybody may know."""
    made = a_town(tmp_path / "town.gpkg")
    market = {"address": "Marktplatz 1", "geometry": shapely.Point(13.10004, 52.10004)}
    with made.write() as w:
        w.insert("locations", [{"id": "L1", "precision": "hidden", "area_id": "01"}])
        w.insert("locations", [{"id": "L9", "precision": "exact", **market}])
        mine = {"category": "legal", "source_file": "x.csv"}
        w.insert("services", [{"id": "s1", "name": "Haus Rosa", **mine}])
        w.insert("services", [{"id": "s9", "name": "Amt", "cost": "ask at Marktplatz", **mine}])
        links = (("k1", "s1", "L1"), ("k9", "s9", "L9"))
        w.insert(
            "service_at_location",
            [{"id": one, "service_id": s, "location_id": place} for one, s, place in links],
        )
        actor = {"name": "Rosa e.V.", "source_file": "x.csv", "consent_shown": False}
        w.insert("organizations", [{"id": "o1", "location_id": "L1", **actor}])
        times = {"service_at_location_id": "k9", "opening_hours": "Mo 9:00-12:00"}
        w.insert("schedules", [{"id": "h9", "source_text": "Mo 9-12, Marktplatz 1", **times}])
    return made


def export_of(town: Atlas, **tables: list[Row]) -> Path:
    """Write a folder of CSV files that call themselves as ours do."""
    folder = town.path.parent / "export"
    folder.mkdir()
    (folder / "cg_about.csv").write_text("What,Value,key\nCity,X,name\n", encoding="utf-8")
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def said_of(town: Atlas, text: str) -> list[str]:
    """Name the tables that hold a text anywhere, history too."""
    with closing(sqlite3.connect(town.path)) as db:
        return [
            name
            for name in schema.TABLES
            if any(
                text in str(cell)
                for row in db.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - names of the schema
                for cell in row
            )
        ]


def refused(plan: Plan) -> list[tuple[str, str]]:
    """Name the rejected rows of a plan."""
    return [(one.code, one.column) for one in plan.rejected]


ROSA = {
    "id": "s1",
    "name": "Haus Rosa",
    "category": "legal",
    "source_file": "x.csv",
    "description": f"Door at {STREET}",
    "extra.gate": f"Bus stop Linden, {STREET}",
}
THERE = {"id": "L1", "precision": "exact", "address": STREET, "lon": "13.2", "lat": "52.2"}


def test_texts_about_a_place_that_is_hidden_here_stay_out_though_the_file_names_no_place(
    town: Atlas,
) -> None:
    actor = {"id": "o1", "name": "Rosa e.V.", "source_file": "x.csv"}
    actor |= {"description": f"at {STREET}", "url": f"http://x/{STREET}"}
    plan = brought(town, export_of(town, services=[ROSA], organizations=[actor]))
    assert said_of(town, "Linden") == []
    assert codes(plan) == {"hidden_texts"}


def test_an_older_export_gives_nothing_back_to_a_service_that_was_hidden_and_renamed_since(
    town: Atlas,
) -> None:
    with town.write() as w:
        w.update("services", "s1", {"name": "Another name"}, seen=1)
    link = {"id": "k1", "service_id": "s1", "location_id": "L1"}
    times = {"id": "h1", "service_at_location_id": "k1", "source_text": f"Mo 9-12, {STREET}"}
    file = export_of(
        town, services=[ROSA], locations=[THERE], service_at_location=[link], schedules=[times]
    )
    plan = brought(town, file)
    assert said_of(town, "Linden") == []
    assert "hidden_kept" in codes(plan)


@pytest.mark.parametrize("services", [[], [{**ROSA, "name": "An older name"}]])
def test_a_hidden_service_gets_no_second_place_that_shows_it(
    town: Atlas, services: list[Row]
) -> None:
    links = [
        {"id": "k2", "service_id": "s1", "location_id": "L2"},
        {"id": "k3", "service_id": "s1", "location_id": "L9"},
        {"id": "k1", "service_id": "s9", "location_id": "L1"},
    ]
    tables = {"services": services} if services else {}
    file = export_of(town, **tables, locations=[{**THERE, "id": "L2"}], service_at_location=links)
    plan = brought(town, file)
    assert said_of(town, "Linden") == []
    places = town.read("locations").set_index("id")["precision"].to_dict()
    assert places == {"L1": "hidden", "L2": "hidden", "L9": "exact"}
    where = town.read("service_at_location").set_index("id")["location_id"].to_dict()
    assert where == {"k1": "L1", "k2": "L2", "k9": "L9"}
    assert refused(plan) == [("stays_hidden", "service_at_location.location_id")] * 2


def test_an_actor_at_a_hidden_place_stays_there(town: Atlas) -> None:
    moved = {"id": "o1", "name": "Rosa e.V.", "source_file": "x.csv", "location_id": "L9"}
    plan = brought(town, export_of(town, organizations=[moved]))
    assert town.read("organizations")["location_id"].tolist() == ["L1"]
    assert codes(plan) == {"hidden_kept"}


def test_a_service_that_only_shares_the_name_of_a_hidden_one_keeps_its_place_and_texts(
    town: Atlas,
) -> None:
    with town.write() as w:
        w.update("services", "s9", {"name": "Haus Rosa"}, seen=1)
    market = {"id": "L9", "precision": "exact", "address": "Marktplatz 2", "lon": "13.1"}
    file = export_of(
        town,
        services=[{**ROSA, "id": "s9", "description": "two rooms"}],
        locations=[{**market, "lat": "52.1"}],
        service_at_location=[{"id": "k9", "service_id": "s9", "location_id": "L9"}],
    )
    brought(town, file)
    assert town.read("services").set_index("id").loc["s9", "description"] == "two rooms"
    place = town.read("locations").set_index("id").loc["L9"]
    assert (place["precision"], place["address"]) == ("exact", "Marktplatz 2")


@pytest.mark.parametrize(
    ("table", "row", "attribute", "value"),
    [
        ("locations", "L1", "address", STREET),
        ("locations", "L1", "name", STREET),
        ("services", "s1", "description", f"at {STREET}"),
        ("services", "s1", "cost", "ask at the gate in Linden"),
        ("services", "s1", "status", STREET),
        ("services", "s9", "description", "two rooms"),
        ("organizations", "o1", "private_contact", "0176 12345"),
        ("population", "p1", "count", "3"),
        ("usage", "u1", "count", "2"),
    ],
)
def test_no_text_of_a_place_and_no_count_comes_in_as_what_another_source_says(
    town: Atlas, table: str, row: str, attribute: str, value: str
) -> None:
    with town.write() as w:
        w.insert("population_groups", [{"id": "w", "label": "w"}])
        w.insert("population", [{"id": "p1", "area_id": "01", "group_code": "w"}])
        w.insert("usage", [{"id": "u1", "service_id": "s9", "group_code": "w"}])
    said = {"id": "x", "table_name": table, "row_id": row, "attribute": attribute}
    with pytest.raises(LayerError, match="all_rejected"):
        brought(town, export_of(town, statements=[{**said, "value": value, "says_who": "users"}]))


def test_a_fact_that_another_source_says_comes_in_without_the_way_to_a_hidden_place(
    town: Atlas,
) -> None:
    said = {"id": "x", "table_name": "services", "row_id": "s1", "attribute": "papers_asked"}
    said |= {"value": "1", "says_who": "users", "extra.gate": STREET}
    brought(town, export_of(town, statements=[said]))
    assert town.read("statements")["value"].tolist() == ["1"]
    assert said_of(town, "Linden") == []


@pytest.mark.parametrize("precision", ["hidden", "area", "city", "street"])
@pytest.mark.parametrize("alone", [True, False])
def test_a_place_that_a_file_makes_rougher_keeps_no_more_than_that_here(
    town: Atlas, precision: str, *, alone: bool
) -> None:
    before = {"description": "Ring at Marktplatz 1", "extra": {"gate": "Marktplatz 1"}}
    with town.write(Revision(kind="edit")) as w:
        w.update("services", "s9", before, seen=1)
    amt = {"id": "s9", "name": "Amt", "category": "legal", "source_file": "x.csv"}
    amt["description"] = "Bell at Marktplatz 1"
    place = {"id": "L9", "precision": precision, "area_id": "01", "extra.address_shown": "yes"}
    file = export_of(town, locations=[place], **({} if alone else {"services": [amt]}))
    plan = brought(town, file)
    assert said_of(town, "Marktplatz 1") == []
    assert "Marktplatz 1" not in str(plan.changes_shown)
    found = {one["id"]: one for one in town.read("locations").to_dict("records")}["L9"]
    assert found["precision"] == precision
    if precision == "street":
        assert (found["address"], found["geometry"]) == ("Marktplatz", shapely.Point(13.1, 52.1))
    elif precision == "area":  # the middle of the district, which is nobody's door
        districts = {one["id"]: one for one in town.read("areas").to_dict("records")}
        assert found["geometry"].equals(districts["01"]["geometry"].representative_point())
    else:
        assert found["geometry"] is None
    assert precision == "street" or pd.isna(found["address"])
    service = town.read("services").set_index("id").loc["s9"]
    assert service[["description", "cost", "extra"]].isna().all()
    assert town.read("schedules")["opening_hours"].tolist() == ["Mo 9:00-12:00"]


def test_a_place_whose_guest_is_called_by_its_street_is_not_hidden_under_that_name(
    town: Atlas,
) -> None:
    with town.write() as w:
        w.update("services", "s9", {"name": "Amt am Marktplatz"}, seen=1)
    with pytest.raises(LayerError, match="all_rejected") as refusal:
        brought(town, export_of(town, locations=[{"id": "L9", "precision": "hidden"}]))
    assert refusal.value.blanks["reason"] == "name_tells_place"


def test_a_refusal_here_is_no_consent_because_an_older_export_says_yes(town: Atlas) -> None:
    actor = {"id": "o1", "name": "Rosa e.V.", "source_file": "x.csv", "sector": "health"}
    skill = {"id": "a1", "name": "Sewing", "kind": "skill", "consent_shown": "yes"}
    with town.write() as w:
        w.insert("assets", [{**skill, "consent_shown": False}])
    file = export_of(town, organizations=[{**actor, "consent_shown": "yes"}], assets=[skill])
    plan = brought(town, file)
    assert town.read("organizations")["consent_shown"].tolist() == [False]
    assert town.read("organizations")["sector"].tolist() == ["health"]  # the rest is news
    assert town.read("assets")["consent_shown"].tolist() == [False]
    kept = next(note for note in plan.notes if note.code == "consent_kept")
    assert kept == Note("consent_kept", {"count": 2})
