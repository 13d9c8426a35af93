"""Columns that are never kept: groups by papers, unchecked counts, what is personal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers import atlas
from layers.errors import LayerError
from layers.importing import importer, left_out
from layers.importing.importer import Plan

QUARTERS = ("q0", "q1", "q2", "q3")


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Make an atlas of four quarters and one service."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert(
            "areas",
            [
                {"id": q, "name": q, "level": "quarter", "geometry": shapely.box(n, 50, n + 1, 51)}
                for n, q in enumerate(QUARTERS)
            ],
        )
        writer.insert("services", [{"id": "s", "name": "Kita", "category": "childcare"}])
    return made


def add(town: atlas.Atlas, name: str, text: str, kind: str) -> Plan:
    path = town.path.parent / name
    path.write_text(text, encoding="utf-8")
    plan = importer.prepare(town, path, kind=kind)
    importer.carry_out(town, plan)
    return plan


def said(plan: Plan, code: str) -> str:
    return " ".join(str(note.values["columns"]) for note in plan.notes if note.code == code)


def kept(town: atlas.Atlas, table: str) -> set[str]:
    return {name for extra in town.read(table)["extra"].dropna() for name in extra}


@pytest.mark.parametrize("value", [3, "3", "<5", "3 women", "~3", "1-2", "03", {"women": 3}, 3.0])
def test_a_number_beside_an_area_is_left_out_and_said(town: atlas.Atlas, value: Any) -> None:
    shape = shapely.geometry.mapping(shapely.box(1.2, 50.2, 1.8, 50.8))
    more = {"id": "n", "name": "N", "Lage": "am Fluss", "women": value, "code": "010111"}
    one = {"type": "Feature", "properties": more, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [one]})
    plan = add(town, "a.geojson", text, "areas")
    assert "women" in said(plan, "numbers_left_out")
    assert "women" not in kept(town, "areas")
    assert "Lage" in kept(town, "areas")


def test_a_count_in_a_column_called_number_is_a_count_and_not_a_text(town: atlas.Atlas) -> None:
    rows = ["q0,43,3,1", "q1,50,20,2", "q2,60,30,3", "q3,70,30,4"]
    text = "\n".join(["area_id,inhabitants,women_no,bezirk_nr", *rows])
    add(town, "pop.csv", text, "population")
    people = town.read("population").set_index("id")
    assert people.loc["q0:women", "suppressed"]
    assert people.loc["q1:women", "count"] == 20
    assert set(people["group_code"]) == {"all", "women"}  # the number of a district counts nobody
    assert kept(town, "population") == set()


def test_numbers_beside_usage_are_left_out(town: atlas.Atlas) -> None:
    text = "service_id,period,group,count,zusatz_frauen,ort\ns,2025,all,43,3,Haus\n"
    plan = add(town, "u.csv", text, "usage")
    assert said(plan, "numbers_left_out") == "zusatz_frauen"
    assert kept(town, "usage") == {"ort"}


PAPERS = (
    *("without_papers", "undocumented_women", "Sans-papiers", "illegal", "Irreguläre", "Duldung"),
    *("ohne Aufenthaltstitel", "Geduldete Frauen", "papierlose", "women with residence permit"),
    *("situation irrégulière", "titre de séjour", "nicht gemeldet", "unregistered"),
)
OTHERS = ("women", "age_6_15", "foreigners", "newspaper readers", "Aufenthaltsdauer", "EU citizens")


@pytest.mark.parametrize("name", PAPERS)
def test_groups_by_papers_are_known_by_their_names(name: str) -> None:
    assert left_out.about_papers(name)


@pytest.mark.parametrize("name", OTHERS)
def test_other_groups_are_not_taken_for_them(name: str) -> None:
    assert not left_out.about_papers(name)


@pytest.mark.parametrize("name", PAPERS)
def test_no_people_by_papers_come_in_as_a_column(town: atlas.Atlas, name: str) -> None:
    rows = [f"{q},{50 + 10 * n},{13 + n},{20 + n}" for n, q in enumerate(QUARTERS)]
    text = "\n".join([f"area_id,inhabitants,{name},women", *rows])
    plan = add(town, "pop.csv", text, "population")
    assert said(plan, "papers_left_out") == name
    assert set(town.read("population_groups")["id"]) == {"all", "women"}
    assert kept(town, "population") == set()


def test_nor_what_they_could_be_computed_from(town: atlas.Atlas) -> None:
    rows = ["q0,43,30,13", "q1,50,30,20", "q2,60,30,30", "q3,70,45,25"]
    text = "\n".join(["area_id,inhabitants,regular,without_papers", *rows])
    add(town, "pop.csv", text, "population")
    assert set(town.read("population")["group_code"]) == {"all"}


def test_no_people_by_papers_come_in_as_a_row(town: atlas.Atlas) -> None:
    text = "area_id,group,count\nq0,all,43\nq0,sans papiers,13\n"
    plan = add(town, "pop.csv", text, "population")
    assert [(one.row, one.code) for one in plan.rejected] == [(3, "group_by_papers")]
    text = "service_id,period,group,count\ns,2025,all,43\ns,2025,ohne Papiere,13\n"
    plan = add(town, "use.csv", text, "usage")
    assert [(one.row, one.code) for one in plan.rejected] == [(3, "group_by_papers")]
    assert set(town.read("population_groups")["id"]) == {"all"}


def test_a_file_of_nothing_else_is_refused(town: atlas.Atlas) -> None:
    with pytest.raises(LayerError, match="no_counts"):
        add(town, "pop.csv", "area_id,undocumented\nq0,43\nq1,50\n", "population")


def test_a_service_keeps_no_number_of_people_by_papers_but_what_it_asks(town: atlas.Atlas) -> None:
    text = "id,name,undocumented_clients,undocumented_welcome\n1,Sun,13,yes\n2,Moon,8,no\n"
    plan = add(town, "kita.csv", text, "services")
    assert said(plan, "papers_left_out") == "undocumented_clients"
    assert kept(town, "services") == {"undocumented_welcome"}


@pytest.mark.parametrize(
    "name",
    [
        *("Telefon 2", "Vorstand", "Privatadresse", "Kontaktperson", "E-Mail privat", "Handynr"),
        *("Ansprechpartnerin", "board members", "téléphone", "Président", "mobile", "Vorname"),
    ],
)
def test_personal_columns_are_known_by_the_stem_of_their_names(name: str) -> None:
    assert left_out.is_personal(name)


@pytest.mark.parametrize("name", ["Farbe", "geojson_feature_id", "opening", "hotel", "Stadtteil"])
def test_other_columns_are_not_personal(name: str) -> None:
    assert not left_out.is_personal(name)


PEOPLE = ("Teilnehmerinnen", "clients_women", "Bénéficiaires", "Besucher pro Monat", "hommes")


@pytest.mark.parametrize("kind", ["services", "actors"])
def test_numbers_of_people_in_a_list_are_left_out_and_said(kind: str, town: atlas.Atlas) -> None:
    head = ",".join(["name", "category", "sector", *PEOPLE, "max_participants", "Etage"])
    plan = add(town, "s.csv", f"{head}\nAmal,legal,,3,2,<5,4,1,12,2\n", kind)
    assert said(plan, "numbers_left_out") == ", ".join(PEOPLE)
    table = "services" if kind == "services" else "organizations"
    assert not set(PEOPLE) & kept(town, table)
    assert {"max_participants", "Etage"} <= kept(town, table)
    assert {one.name for one in plan.columns if one.how == "personal"} == {*PEOPLE}


def test_words_about_people_that_are_no_numbers_are_kept(town: atlas.Atlas) -> None:
    add(
        town, "s.csv", "name,category,participants\nAmal,legal,women from the quarter\n", "services"
    )
    assert "participants" in kept(town, "services")


def test_numbers_of_people_do_not_come_back_with_an_export(town: atlas.Atlas) -> None:
    folder = town.path.parent / "export"
    folder.mkdir()
    (folder / "cg_about.csv").write_text("what,value,key\nx,Town,name\n", encoding="utf-8")
    (folder / "ties.csv").symlink_to(town.path)
    text = "id,name,category,extra.clients,Besucherinnen\ns7,B,legal,3,2\n"
    (folder / "services.csv").write_text(text, encoding="utf-8")
    plan = importer.prepare(town, folder)
    importer.carry_out(town, plan)
    assert "Besucherinnen" in said(plan, "numbers_left_out")
    assert "links_not_followed" in {note.code for note in plan.notes}
    assert not kept(town, "services")
