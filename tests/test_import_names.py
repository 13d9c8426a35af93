"""Names that more than one row bears, counts told twice, and what a table is by its columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from layers import atlas
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from tests.helpers.bringing import bring


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    """Make an atlas where an actor, a service and an area each have a namesake."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        for table, more in (
            ("areas", {"level": "district", "geometry": shapely.box(13, 52, 13.1, 52.1)}),
            ("organizations", {}),
            ("services", {"category": "childcare"}),
        ):
            names = {"1": "Sonne", "2": "SONNE", "3": "Mond"}
            writer.insert(table, [{"id": one, "name": name, **more} for one, name in names.items()])
    return made


@pytest.mark.parametrize(
    ("kind", "table", "held", "taken"),
    [
        ("usage", "service,count,period\n{},40,2025\nMond,50,2025\n", "service_id", ["3"]),
        ("ties", "from,to,kind\n{},Mond,funds\nMond,1,funds\n", "to_id", ["1"]),
        ("ties", "funds,{},Mond,1\n{},,1,\nMond,1,,2\n1,,3,\n", "from_id", ["1", "3"]),
        (
            "trust",
            "community,organization,state,said_by\nfa,{},trusted,7\nfa,Mond,trusted,7\n",
            "organization_id",
            ["3"],
        ),
        (
            "services",
            "id,name,category,organization\n8,A,legal,{}\n9,B,legal,Mond\n",
            "organization_id",
            ["3"],
        ),
        ("population", "area,women\n{},40\nMond,50\n", "area_id", ["3"]),
    ],
)
def test_a_name_that_several_bear_is_nobody_s(
    kind: str, table: str, held: str, taken: list[str], town: Atlas
) -> None:
    plan = bring(town, "new.csv", table.replace("{}", "Sonne"), kind=kind)
    assert {one.code for one in plan.rejected} == {"name_of_several"}
    assert sorted(town.read(kind)[held].dropna()) == taken


def test_a_place_in_an_area_of_which_there_are_two_keeps_the_name_as_text(town: Atlas) -> None:
    plan = bring(
        town, "new.csv", "id,name,category,area,street\n9,A,legal,Sonne,Weg 1\n", kind="services"
    )
    assert "areas_of_several" in {note.code for note in plan.notes}
    assert town.read("locations")["area_id"].isna().all()
    assert town.read("services").set_index("id").loc["9", "extra"] == {"area": "Sonne"}


@pytest.mark.parametrize(
    ("kind", "column", "head", "first", "other"),
    [
        (
            "usage",
            "count",
            "service,group,period,count\n",
            "3,women,2025,40\n",
            "3,women,2025,60\n",
        ),
        (
            "trust",
            "said_by",
            "community,organization,state,said_by\n",
            "fa,3,trusted,7\n",
            "fa,3,trusted,12\n",
        ),
    ],
)
def test_what_is_counted_twice_in_a_file_is_kept_once_and_another_file_changes_it(
    kind: str, column: str, head: str, first: str, other: str, town: Atlas
) -> None:
    plan = bring(town, "new.csv", head + first + first + other, kind=kind)
    assert [(one.row, one.column) for one in plan.rejected] == [(3, column), (4, column)]
    assert town.count(kind) == 1
    before = town.read(kind)[column].tolist()
    assert bring(town, "later.csv", head + other, kind=kind).compared.changed == 1
    assert town.count(kind) == 1
    assert town.read(kind)[column].tolist() != before


def test_a_day_or_source_that_is_not_understood_or_still_to_come_stays_as_text(town: Atlas) -> None:
    head = "id,name,category,date_checked,says_who\n"
    rows = "7,A,legal,last week,the neighbour\n8,B,legal,2999-01-01,users\n9,C,legal,45658,\n"
    plan = bring(town, "new.csv", head + rows, kind="services")
    found = town.read("services").set_index("id").loc[["7", "8", "9"]]
    assert found["extra"].iloc[0] == {"date_checked": "last week", "says_who": "the neighbour"}
    assert found["extra"].iloc[1] == {"date_checked": "2999-01-01"}
    assert found["date_checked"].isna().tolist() == [True, True, False]
    assert str(found["date_checked"].iloc[2])[:10] == "2025-01-01"
    assert {"dates_unread", "dates_ahead", "dates_counted"} <= {one.code for one in plan.notes}


def test_the_last_part_of_a_header_of_two_rows_says_what_a_column_is(town: Atlas) -> None:
    head = ",,Ort,,Koordinaten,,Büro,\nName,Kategorie,Straße,Stadt,Breite,Länge,Phone,Farbe\n"
    rows = "A,legal,Ring 1,Dresden,52.05,13.05,3,rot\nB,legal,Ring 2,Dresden,52.06,13.06,4,blau\n"
    plan = bring(town, "new.csv", head + rows, header_rows=2)
    mapping = plan.joined["mapping"]
    assert {mapping.get(f"Ort {one}") for one in ("Straße", "Stadt")} == {"street", "town"}
    assert {mapping.get(f"Koordinaten {one}") for one in ("Breite", "Länge")} == {"lat", "lon"}
    assert {"Büro Farbe": "rot"} in list(town.read("services")["extra"])
    assert town.read("locations")["address"].tolist() == ["Ring 1, Dresden", "Ring 2, Dresden"]


def test_names_in_several_languages_are_names(town: Atlas) -> None:
    text = "id,name_nl,name_fr,sector\n7,Brussel,Bruxelles,health\n"
    bring(town, "new.csv", text, kind="actors")
    row = town.read("organizations").set_index("id").loc["7"]
    assert (row["name"], row["alternate_name"]) == ("Brussel", "Bruxelles")


@pytest.mark.parametrize(
    "table", ["area,group,count,counted_on\n3,women,50,2025-12-31\n", "name,all\nMond,1234\n"]
)
def test_people_by_area_are_known_without_being_told(table: str, town: Atlas) -> None:
    assert bring(town, "new.csv", table).kind == "population"


def test_a_code_of_areas_is_no_count_and_is_offered_as_identifier(town: Atlas) -> None:
    square = shapely.geometry.mapping(shapely.box(13.1, 52, 13.2, 52.1))
    cells = [{"stat": 11001, "women": 3}, {"stat": 11002, "women": 7}, {"stat": 11004, "women": 9}]
    features = [{"type": "Feature", "geometry": square, "properties": one} for one in cells]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    plan = bring(town, "new.geojson", text)
    kept = [one for one in town.read("areas")["extra"] if one]
    assert kept == [{"stat": "11001"}, {"stat": "11002"}, {"stat": "11004"}]
    said = {note.code: note.values for note in plan.notes}
    assert said["areas_unnamed"] == {"columns": "stat"}
    assert said["numbers_left_out"] == {"columns": "women"}


def test_a_folder_of_folders_is_not_called_empty(town: Atlas) -> None:
    folder = town.path.parent / "tables"
    (folder / "inner").mkdir(parents=True)
    with pytest.raises(LayerError, match="folder_without_files"):
        importer.prepare(town, folder)


def test_a_file_of_which_nothing_can_be_taken_says_why(town: Atlas) -> None:
    with pytest.raises(LayerError) as raised:
        bring(town, "new.csv", "service,count,period\nSonne,40,2025\n", kind="usage")
    assert (raised.value.code, raised.value.blanks["reason"]) == ("all_rejected", "name_of_several")
