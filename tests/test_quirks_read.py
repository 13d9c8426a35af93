"""Quirks seen in real files, by number, the whole way into an atlas: what the file is made of.

The numbers are those of the table in the notes on data. What concerns rows is in
``test_quirks_rows``; ``test_quirks_held`` says which numbers come later. The readers alone are
tested beside them (``test_read_*``).
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from layers import atlas, hours
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from tests.helpers import small_files
from tests.helpers.quirks import add, features, make_town, notes, point

HEAD = "id,name,category,lat,lon\n"


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return make_town(tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> Atlas:
    return atlas.create(tmp_path / "empty.gpkg", name="Empty")


def kita(*ids: str) -> str:
    rows = ((point(13.1 + n / 100, 52.1), {"id": i, "name": i}) for n, i in enumerate(ids))
    return features(*rows)


def test_quirk_06_a_script_around_the_data_is_taken_off(town: Atlas) -> None:
    plan = add(town, "kita.js", f"var kitas = {kita('1', '2')};", "services", category="childcare")
    assert "javascript_unwrapped" in notes(plan)
    assert town.count("services") == 2


def test_quirk_07_collections_in_collections_come_in_and_none_at_all_is_an_error(
    town: Atlas,
) -> None:
    nested = {"type": "FeatureCollection", "features": [json.loads(kita("1", "2"))]}
    add(town, "kita.geojson", json.dumps(nested))
    assert town.count("services") == 2
    with pytest.raises(LayerError, match="file_no_rows"):
        add(town, "kita.geojson", features())


def test_quirk_08_a_comma_too_many_is_mended_or_its_line_named(town: Atlas) -> None:
    add(town, "kita.geojson", kita("1", "2").replace("}]}", "},]}"))
    assert town.count("services") == 2
    with pytest.raises(LayerError, match="json_broken"):
        add(town, "kita.geojson", '{"type": "FeatureCollection",\n "features": [{"type": }]}')


def test_quirk_09_heights_are_dropped_and_the_system_stays_degrees(town: Atlas) -> None:
    plan = add(town, "kita.geojson", features((point(13.1, 52.1, 34.5), {"id": "1", "name": "A"})))
    assert "heights_dropped" in notes(plan)
    assert town.read("locations")["geometry"][0].wkt == "POINT (13.1 52.1)"


def test_quirk_12_shapefiles_without_index_or_system(empty: Atlas, tmp_path: Path) -> None:
    pieces = small_files.shapefile_zip(tmp_path / "barris.zip", without=(".shx", ".prj"))
    with pytest.raises(LayerError, match="coords_metres_maybe"):
        importer.prepare(empty, pieces, kind="areas")
    add(empty, "barris.zip", pieces.read_bytes(), "areas", crs="EPSG:25831")
    shape = empty.read("areas")["geometry"][0]
    assert 2 < shape.centroid.x < 2.5
    assert 41 < shape.centroid.y < 42


def test_quirk_13_names_are_right_without_a_code_page(empty: Atlas, tmp_path: Path) -> None:
    pieces = small_files.shapefile_zip(tmp_path / "barris.zip", without=(".cpg",))
    plan = importer.prepare(empty, pieces, kind="areas")
    importer.carry_out(empty, plan)
    extra = empty.read("areas")["extra"].tolist()
    names = [*empty.read("areas")["name"].dropna(), *(str(one) for one in extra)]
    assert any("Barri Gòtic" in str(name) for name in names)


def test_quirk_15_a_person_may_say_how_a_text_is_written(town: Atlas) -> None:
    text = f"{HEAD}1,Crèche Güllü,childcare,52.1234,13.1\n".encode("mac-roman")
    add(town, "kita.csv", text, encoding="mac_roman")
    assert town.read("services")["name"].tolist() == ["Crèche Güllü"]


def test_quirk_16_lines_that_end_in_carriage_returns(town: Atlas) -> None:
    add(town, "kita.csv", f"{HEAD}1,A,health,52.1,13.1\n2,B,health,52.2,13.2\n".replace("\n", "\r"))
    assert town.read("services")["name"].tolist() == ["A", "B"]


def test_quirk_17_a_text_encoded_twice_is_told_and_not_changed(town: Atlas) -> None:
    plan = add(town, "kita.csv", f"{HEAD}1,Womanâ€™s house,health,52.1,13.1\n")
    assert town.read("services")["name"].tolist() == ["Womanâ€™s house"]
    assert "text_twice_encoded" in notes(plan)


def test_quirk_18_a_soft_hyphen_between_hours_is_a_dash(town: Atlas) -> None:
    text = "id,name,opening_hours\n1,A,Mo 9:00 \u00ad 12:00\n"
    add(town, "kita.csv", text)
    said = town.read("schedules")["opening_hours"][0]
    monday = datetime(2026, 11, 23, 10)  # noqa: DTZ001 - hours are local time
    assert hours.state(said, monday, country="DE", timezone="Europe/Berlin") == "open"


def test_quirk_19_ragged_rows_are_listed_and_the_rest_comes_in(town: Atlas) -> None:
    text = f'{HEAD}1, "A, B",health,52.1,13.1\n2,B,health,52.1,13.2,too,many\n3,C,health\n'
    plan = add(town, "kita.csv", text)
    assert [(one.row, one.code) for one in plan.rejected] == [(3, "row_too_long")]
    assert town.read("services")["name"].tolist() == ["A, B", "C"]


def test_quirk_20_line_breaks_in_cells_do_not_cut_rows(town: Atlas) -> None:
    rows = "".join(f'{n},"Two\nlines {n}",health,52.1,13.{n}1\n' for n in range(1, 4))
    add(town, "kita.csv", HEAD + rows)
    assert town.count("services") == 3
    assert town.read("services")["name"][0] == "Two\nlines 1"


def test_quirk_21_semicolons_quotes_and_empty_columns(town: Atlas) -> None:
    plan = add(
        town,
        "kita.csv",
        '"id";"name";"category";"";""\n"1";"A";"health";"";""\n"2";"B";"legal";"";""\n',
    )
    assert [use.name for use in plan.columns] == ["id", "name", "category"]
    assert town.count("services") == 2


def test_quirk_36_keys_in_any_script_are_kept_and_can_be_said(town: Atlas) -> None:
    row = {"معرّف": "1", "اسم": "روضة", "Назва": "Садок", "Öffnung": "Mo 9-12"}
    columns = (("معرّف", "id"), ("اسم", "name"), ("Öffnung", "opening_hours"))
    add(town, "kita.geojson", features((point(13.1, 52.1), row)), columns=columns)
    service = town.read("services").iloc[0]
    assert (service["id"], service["name"]) == ("1", "روضة")
    assert service["extra"] == {"Назва": "Садок"}
    assert town.read("schedules")["source_text"].tolist() == ["Mo 9-12"]


def test_quirk_37_empty_texts_are_unknown_and_never_no(town: Atlas) -> None:
    row = {"id": "1", "name": "A", "free": "", "capacity": "", "description": "", "women_only": " "}
    add(town, "kita.geojson", features((point(13.1, 52.1), row)))
    service = town.read("services").iloc[0]
    assert service[["free", "capacity", "description", "women_only", "extra"]].isna().all()


def test_quirk_39_blanks_and_tabs_around_names_and_cells(town: Atlas) -> None:
    add(town, "kita.csv", "id, name ,\tcategory\n1,\t A \t,health\t\n")
    service = town.read("services").iloc[0]
    assert (service["name"], service["category"]) == ("A", "health")


def test_quirk_40_sibling_files_differ_in_order_and_in_their_name_only(town: Atlas) -> None:
    add(town, "clinics.csv", "id,name,lat,lon\nc1,A,52.1,13.1\n")
    add(town, "libraries.csv", "lon,lat,name,id\n13.2,52.2,B,l1\n")
    services = town.read("services").set_index("id")
    assert services["category"].to_dict() == {"c1": "health", "l1": "education"}
    places = town.read("locations").set_index("id")["geometry"]
    assert places["service:l1"].wkt == "POINT (13.2 52.2)"
    with pytest.raises(LayerError, match="category_missing"):
        add(town, "table.csv", "lon,lat,name,id\n13.2,52.2,B,t1\n", "services")


def test_quirk_43_the_list_in_a_wrapper_is_found_whatever_is_counted(town: Atlas) -> None:
    listed = [{"id": f"{n}", "name": f"S{n}", "category": "legal"} for n in range(7)]
    add(town, "help.json", json.dumps({"total": 0, "pages": "288", "contents": listed}))
    assert town.count("services") == 7


def test_quirk_50_names_cut_at_ten_letters_are_still_known(empty: Atlas) -> None:
    text = "id,name,category,Organizati,opening_ho,descriptio\n1,A,legal,Amal,Mo 9-12,Talk\n"
    add(empty, "help.csv", text)
    assert empty.read("organizations")["name"].tolist() == ["Amal"]
    assert empty.read("schedules")["source_text"].tolist() == ["Mo 9-12"]
    assert empty.read("services")["description"].tolist() == ["Talk"]


def test_quirk_53_a_header_without_rows_is_an_error_with_a_cause(town: Atlas) -> None:
    for text in (HEAD, f"{HEAD}\n\n"):
        with pytest.raises(LayerError, match=r"file_no_rows|file_header_only"):
            add(town, "kita.csv", text)
    assert town.count("services") == town.count("imports") == 0


def test_quirk_54_titles_merged_cells_and_a_row_of_tags_above_the_rows(town: Atlas) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Population of the city, 2024", None, None],
        ["id", "Women", None],
        [None, "18-25", "26-40"],
        ["010111", 120, 170],
        ["010112", 90, 220],
    ):
        sheet.append(row)
    for merged in ("A1:C1", "A2:A3", "B2:C2"):
        sheet.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    add(town, "people.xlsx", content.getvalue(), "population")
    labels = set(town.read("population_groups")["label"])
    assert labels == {"Women 18-25", "Women 26-40"}
    counts = town.read("population").groupby("area_id")["count"].sum()
    assert counts.to_dict() == {"010111": 290, "010112": 310}
    tags = "Org,Sort,Where\n#org,#sector,#loc\nAmal,legal,Weg 5\nBesa,health,Weg 6\n"
    plan = add(
        town,
        "help.csv",
        tags,
        "services",
        columns=(("Org", "name"), ("Sort", "category"), ("Where", "street")),
    )
    assert plan.rows == 2
