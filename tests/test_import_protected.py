"""What must not be known of a place is not read into an atlas, and cannot be worked out from it."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import atlas, exporting
from layers.errors import LayerError
from layers.importing import columns, hiding, importer
from layers.importing.draft import Options
from layers.importing.importer import Plan

POINT = shapely.Point(13.4123456, 52.3333333)
AREAS = [
    {"id": "00", "level": "city", "geometry": shapely.box(13.0, 52.0, 14.0, 52.5)},
    {"id": "01", "level": "district", "geometry": shapely.box(13.3, 52.0, 13.6, 52.5)},
    {"id": "c", "level": "cell", "geometry": shapely.box(13.41, 52.33, 13.42, 52.34)},
]


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert("areas", AREAS)
    return made


def add(town: atlas.Atlas, name: str, text: str, kind: str | None = "services") -> Plan:
    path = town.path.parent / name
    path.write_text(text, encoding="utf-8")
    plan = importer.prepare(town, path, kind=kind, options=Options())
    importer.carry_out(town, plan)
    return plan


def notes(plan: Plan) -> set[str]:
    return {note.code for note in plan.notes}


def bytes_of(town: atlas.Atlas) -> bytes:
    return b"".join(one.read_bytes() for one in town.path.parent.glob("town.gpkg*"))


def assert_gone(town: atlas.Atlas, *texts: str) -> None:
    content = bytes_of(town)
    assert POINT.wkb[5:] not in content
    for text in texts:
        assert text.encode() not in content


HEAD = "name,category,street,lat,lon"
ROW = "Haus A,violence_support,Lindenstr. 17,52.3333333,13.4123456"


def test_the_address_of_a_hidden_row_cannot_be_tried_from_its_identifier(town: atlas.Atlas) -> None:
    add(town, "s.csv", f"{HEAD},hidden\n{ROW},yes\n")
    made = town.read("services")["id"][0]
    parts = ("Haus A", "violence_support", "Lindenstr. 17", "52.3333333", "13.4123456", "")
    for many in range(1, 5):
        for tried in itertools.product(parts, repeat=many):
            if not {"Lindenstr. 17", "52.3333333", "13.4123456"} & {*tried}:
                continue
            digest = hashlib.sha256("\x1f".join(tried).encode()).hexdigest()
            assert digest[:10] not in made
    other = ROW.replace("17", "99").replace("52.33", "52.44")
    assert add(town, "s.csv", f"{HEAD},hidden\n{other},yes\n").compared.same == 1


@pytest.mark.parametrize("later", [ROW, "Haus A,violence_support,,,"])
def test_a_row_without_an_identifier_is_found_when_it_becomes_hidden(
    later: str, town: atlas.Atlas
) -> None:
    near = "Kita,childcare,Weg 5,52.31,13.41"
    add(town, "s.csv", f"{HEAD},hidden\n{ROW},\n{near},\n")
    before = {*town.read("services")["id"]}
    add(town, "s.csv", f"{HEAD},hidden\n{later},yes\n{near},\n")
    services = town.read("services").set_index("name")
    assert sorted(services.index) == ["Haus A", "Kita"]
    assert services.loc["Haus A", "id"] not in before
    assert services.loc["Kita", "id"] in before
    assert_gone(town, "Lindenstr", *(before - {*services["id"]}))


def test_a_hidden_row_without_an_identifier_stays_hidden_when_a_file_shows_it(
    town: atlas.Atlas,
) -> None:
    add(town, "s.csv", f"{HEAD},hidden\n{ROW},yes\n")
    plan = add(town, "s.csv", f"{HEAD},hidden,entrance\n{ROW},no,Lindenstr. back\n")
    assert "hidden_kept" in notes(plan)
    assert town.count("services") == town.count("locations") == 1
    assert_gone(town, "Lindenstr")


def test_several_open_rows_of_one_name_are_not_guessed_between(town: atlas.Atlas) -> None:
    text = f"{HEAD},hidden\n{ROW},\n{ROW.replace('17', '18')},\n"
    add(town, "s.csv", text)
    with pytest.raises(LayerError) as error:
        add(town, "s.csv", f"{HEAD},hidden\nHaus A,violence_support,,52.3,13.4,yes\n")
    assert error.value.blanks["reason"] == "protected_unclear"


WORDS = ["protected", "vertraulich", "secret", "nicht öffentlich", "geschützt", "zzz", "caché"]


@pytest.mark.parametrize("word", WORDS)
def test_a_precision_that_is_not_understood_hides(word: str, town: atlas.Atlas) -> None:
    plan = add(town, "s.csv", f"{HEAD},precision\n{ROW},{word}\n")
    assert notes(plan) & {"hidden_unread", "hidden_discarded"}
    assert town.read("locations")["precision"].tolist() == ["hidden"]
    assert_gone(town, "Lindenstr")


def test_the_accuracy_of_a_device_hides_nothing(town: atlas.Atlas) -> None:
    add(town, "s.csv", f"{HEAD},accuracy\n{ROW},4.8 m\n")
    assert town.read("locations")["precision"].tolist() == ["exact"]


HIDING = [
    *("hidden_address", "secret", "Schutzadresse", "geschuetzt", "Adresse geschützt", "anonym"),
    *("confidentiality", "adresse_protégée", "non publique", "Auskunftssperre", "is_secret"),
]


@pytest.mark.parametrize("column", HIDING)
def test_a_column_hides_by_its_stem(column: str, town: atlas.Atlas) -> None:
    add(town, "s.csv", f"{HEAD},{column}\n{ROW},yes\n")
    assert town.read("locations")["precision"].tolist() == ["hidden"]
    assert_gone(town, "Lindenstr")


@pytest.mark.parametrize("column", ["secretary", "anonyme Beratung", "Sekretariat", "public"])
def test_a_column_of_another_meaning_hides_nothing(column: str) -> None:
    assert not columns.hides_by_name(column)


def test_one_of_two_columns_is_enough_to_hide(town: atlas.Atlas) -> None:
    add(town, "s.csv", f"{HEAD},hidden,geheim\n{ROW},no,ja\n")
    assert town.read("locations")["precision"].tolist() == ["hidden"]


@pytest.mark.parametrize(("word", "shown"), [("hidden", False), ("public", True), ("staff", False)])
def test_a_visibility_that_is_not_public_hides(
    word: str, *, shown: bool, town: atlas.Atlas
) -> None:
    add(town, "s.csv", f"{HEAD},visibility\n{ROW},{word}\n")
    assert town.read("locations")["precision"].tolist() == ["exact" if shown else "hidden"]


REFUSALS = ["refused", "verweigert", "abgelehnt", "no, please not", "nie", "pas encore"]


@pytest.mark.parametrize("word", REFUSALS)
def test_consent_that_is_no_yes_is_a_no(word: str, town: atlas.Atlas) -> None:
    plan = add(town, "a.csv", f'name,sector,consent_shown\nGroup,,"{word}"\n', "actors")
    actor = town.read("organizations").iloc[0]
    assert (actor["consent_shown"], actor.isna()["extra"]) == (False, True)
    assert "consent_unread" in notes(plan)


@pytest.mark.parametrize(("word", "read"), [("erteilt", True), ("yes", True), ("no", False)])
def test_consent_that_is_clear_is_read(word: str, *, read: bool, town: atlas.Atlas) -> None:
    add(town, "a.csv", f"name,sector,consent_shown\nGroup,,{word}\nOther,,\n", "actors")
    actors = town.read("organizations").set_index("name")["consent_shown"]
    assert actors["Group"] == read
    assert pd.isna(actors["Other"])  # never asked


def test_a_refusal_here_is_no_consent_because_a_list_says_yes(town: atlas.Atlas) -> None:
    add(town, "a.csv", "id,name,sector,consent_shown\ng,Group,,no\n", "actors")
    plan = add(town, "a.csv", "id,name,sector,consent_shown\ng,Group,health,yes\n", "actors")
    actor = town.read("organizations").iloc[0]
    assert (actor["consent_shown"], actor["sector"]) == (False, "health")
    assert "consent_kept" in notes(plan)


def test_a_hidden_place_is_no_public_place(town: atlas.Atlas) -> None:
    text = (
        "name,kind,lat,lon,hidden\nHouse,ngo,52.3333333,13.4123456,yes\n"
        "Frauenhaus Mitte,ngo,52.3333333,13.4123456,\nPark,park,52.1,13.1,no\n"
    )
    with pytest.raises(LayerError, match="kind_unknown"):
        add(town, "liste.csv", text, None)
    plan = add(town, "liste.csv", text, "places")
    assert [(one.row, one.code) for one in plan.rejected] == [
        (2, "place_protected"),
        (3, "place_protected"),
    ]
    assert town.read("places")["name"].tolist() == ["Park"]
    assert_gone(town)


def test_two_files_that_count_from_one_keep_their_places_apart(town: atlas.Atlas) -> None:
    add(
        town, "s.csv", "id,name,category,street,lat,lon\n1,Kita,childcare,Weg 1,52.11111,13.41111\n"
    )
    actors = "id,name,kind,sector,street,lat,lon\n1,Verein,ngo,,Weg 99,52.22222,13.52222\n"
    for _ in range(2):
        add(town, "a.csv", actors, "actors")
        places = town.read("locations").set_index("id")
        link = town.read("service_at_location").set_index("service_id")["location_id"]
        actor = town.read("organizations").set_index("id")["location_id"]
        assert places.loc[link["1"], "address"] == "Weg 1"
        assert places.loc[actor["1"], "address"] == "Weg 99"
        assert len(places) == 2


def test_a_place_is_never_given_an_identifier_that_is_taken(town: atlas.Atlas) -> None:
    with town.write() as writer:
        other = {"id": "service:1", "precision": "exact", "address": "Other 1", "geometry": POINT}
        writer.insert("locations", [other])
    add(
        town, "s.csv", "id,name,category,street,lat,lon\n1,Kita,childcare,Weg 1,52.11111,13.41111\n"
    )
    places = town.read("locations").set_index("id")["address"]
    assert places["service:1"] == "Other 1"
    assert places[town.read("service_at_location")["location_id"][0]] == "Weg 1"


def test_a_row_that_becomes_hidden_leaves_no_byte_of_its_place(town: atlas.Atlas) -> None:
    text = (
        "id,name,category,street,lat,lon,entrance,description,cost,public_contact,hidden\n"
        "1,Haus A,violence_support,Lindenstr. 17,52.3333333,13.4123456,{}\n"
    )
    told = "Lindenstr. yard,Ring at Lindenstr.,Pay at Lindenstr. 17,Lindenstr. 17"
    add(town, "s.csv", text.format(f"{told},"))
    assert b"Lindenstr" in bytes_of(town)
    add(town, "s.csv", text.format(",,,,yes"))
    service = town.read("services").iloc[0]
    assert service[["extra", "description", "cost"]].isna().all()
    assert_gone(town, "Lindenstr")


@pytest.mark.parametrize("told", ["", "Mo 9-12 in the Lindenstr."])
def test_hours_that_told_the_address_go_when_a_row_becomes_hidden(
    told: str, town: atlas.Atlas
) -> None:
    hours = "Mo-Fr 9-12 back door Lindenstr. 17"
    text = "id,name,category,street,opening_hours,hidden\n1,Haus A,legal,{}\n"
    add(town, "s.csv", text.format(f"Lindenstr. 17,{hours},"))
    add(town, "s.csv", text.format(f",{told},yes"))
    assert_gone(town, "Lindenstr")
    assert town.read("schedules")[["opening_hours", "source_text"]].isna().all(axis=None)


def test_hours_that_tell_nothing_stay_when_a_row_becomes_hidden(town: atlas.Atlas) -> None:
    text = "id,name,category,street,opening_hours,hidden\n1,Haus A,legal,Lindenstr. 17,{}\n"
    add(town, "s.csv", text.format("Mo 09:00-12:00,"))
    add(town, "s.csv", text.format(",yes"))
    assert town.read("schedules")["opening_hours"].tolist() == ["Mo 09:00-12:00"]


def test_an_actor_that_becomes_hidden_leaves_no_byte_of_its_place(town: atlas.Atlas) -> None:
    text = "id,name,sector,street,lat,lon,entrance,description,hidden\n1,Amal,,{}\n"
    open_row = "Lindenstr. 17,52.3333333,13.4123456,Lindenstr. yard,At Lindenstr."
    add(town, "a.csv", text.format(f"{open_row},"), "actors")
    add(town, "a.csv", text.format(",52.3,13.4,,,yes"), "actors")
    assert_gone(town, "Lindenstr")


def test_no_text_of_a_hidden_row_tells_its_street(town: atlas.Atlas) -> None:
    head = "id,name,category,description,street,hidden,cost,organization"
    plan = add(
        town,
        "s.csv",
        f"{head}\n1,Frauenhaus Lindenstraße,violence_support,,Lindenstr. 17,yes,,\n"
        "2,House,violence_support,Ring at Lindenstr. 17,Lindenstr. 17,yes,at Lindenstr. 17,\n"
        "Lindenstr-17,House,violence_support,,Lindenstr. 17,yes,,\n"
        "4,House,violence_support,,Lindenstr. 17,yes,,Verein Lindenstr. e.V.\n",
    )
    assert [(one.row, one.column) for one in plan.rejected] == [
        (2, "name"),
        (4, "id"),
        (5, "organization"),
    ]
    assert town.read("services")["id"].tolist() == ["2"]
    folder = town.path.parent / "out"
    for to in ("csv", "geojson"):
        exporting.export(town, folder / to, to=to)
    content = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert b"Lindenstr" not in content + bytes_of(town)


def test_a_hidden_place_is_not_known_to_a_cell(town: atlas.Atlas) -> None:
    add(town, "s.csv", f"{HEAD},hidden,area\n{ROW},yes,c\n{ROW.replace('A,', 'B,')},yes,01\n")
    known = town.read("locations")["area_id"]
    assert pd.isna(known[0])
    assert known[1] == "01"


@pytest.mark.parametrize("first", ["exact", ""])
@pytest.mark.parametrize(
    ("word", "address", "area"),
    [("street", "Lindenstr., 12345 Town", None), ("area", None, "01"), ("city", None, "00")],
)
def test_a_rough_place_is_no_better_known_than_it_says(
    word: str, address: str | None, area: str | None, first: str, town: atlas.Atlas
) -> None:
    text = (
        "name,category,street,house_number,zip,city,lat,lon,entrance,precision\n"
        ",violence_support,Lindenstr.,17,12345,Town,52.3333333,13.4123456,Lindenstr. 17,{}\n"
    )
    if first:
        add(town, "s.csv", text.format(first))
    plan = add(town, "s.csv", text.format(word))
    assert "places_rough" in notes(plan)
    place: Any = town.read("locations").iloc[0]
    assert place["precision"] == word
    assert (None if pd.isna(place["address"]) else place["address"]) == address
    assert (None if pd.isna(place["area_id"]) else place["area_id"]) == area
    shape = place["geometry"]
    if word == "street":
        assert (shape.x, shape.y) == (13.412, 52.333)
    elif word == "area":
        assert shape.equals(AREAS[1]["geometry"].representative_point())  # type: ignore[attr-defined] # a shape
    else:
        assert shape is None
    assert town.count("services") == town.count("locations") == 1
    assert_gone(town, "Lindenstr. 17")


@given(number=st.integers(1, 9999), letter=st.sampled_from(["", "a", " B", "-3", "/4"]))
def test_no_number_of_a_house_is_left(number: int, letter: str) -> None:
    for form in ("Lindenstr. {}", "Am Markt {}, 1010 Wien", "{}, rue du Lac", "Platz, {}"):
        left = hiding.without_number(form.format(f"{number}{letter}")) or ""
        assert str(number) not in left.replace("1010 Wien", "")
