"""GeoJSON, TopoJSON, plain JSON: scripts around it, commas too many, nested collections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing import child, read_json, tables
from tests.helpers import small_files

PLACE = (
    '{"type":"Feature","properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}'
)


def read(path: Path, text: str) -> tables.Table:
    path.write_text(text, encoding="utf-8")
    return child.read_table(path)


def codes(found: tables.Table) -> set[str]:
    return {note.code for note in found.notes}


def shapes(found: tables.Table) -> list[str | None]:
    return [None if one is None else str(shapely.from_wkb(one)) for one in found.shapes or []]


@pytest.mark.parametrize(
    "around",
    [
        "var places = {};",
        "let places={}",
        "const $p_1 = {} ;\n",
        "export const places: GeoJSON.FeatureCollection = {};",
        "export default {}",
        "module.exports = {};",
        "window.places = {};",
        "callback({});",
        "\ufeff  {}  ",
    ],
)
def test_quirk_6_a_script_around_the_data_is_taken_off(around: str, tmp_path: Path) -> None:
    inside = f'{{"type":"FeatureCollection","features":[{PLACE}]}}'
    found = read(tmp_path / "a.js", around.replace("{}", inside))
    assert (found.rows, shapes(found)) == ([["a"]], ["POINT (1 2)"])


def test_quirk_7_collections_in_collections_are_flattened(tmp_path: Path) -> None:
    inner = f'{{"type":"FeatureCollection","features":[{PLACE},{PLACE}]}}'
    text = f'{{"type":"FeatureCollection","features":[{inner},{PLACE}]}}'
    assert len(read(tmp_path / "a.geojson", text).rows) == 3


def test_quirk_7_no_feature_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="file_no_rows"):
        read(tmp_path / "a.geojson", '{"type":"FeatureCollection","features":[]}')


def test_quirk_8_commas_too_many_and_remarks_are_mended_and_said(tmp_path: Path) -> None:
    text = f'{{"type":"FeatureCollection", // mine\n"features":[{PLACE},\n],}}'
    found = read(tmp_path / "a.geojson", text.replace('"a"', '"a, ] // b"'))
    assert found.rows == [["a, ] // b"]]
    assert "json_mended" in codes(found)


def test_quirk_8_what_cannot_be_mended_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(LayerError) as error:
        read(tmp_path / "a.geojson", '{"type":"FeatureCollection",\n"features":[{"a" 1}]}')
    assert (error.value.code, error.value.blanks["row"]) == ("json_broken", 2)


def test_quirk_9_heights_are_dropped_and_said(tmp_path: Path) -> None:
    found = read(tmp_path / "a.geojson", PLACE.replace("[1,2]", "[1,2,30.5]"))
    assert shapes(found) == ["POINT (1 2)"]
    assert "heights_dropped" in codes(found)


def test_quirk_36_keys_in_any_script_are_columns(tmp_path: Path) -> None:
    found = read(tmp_path / "a.geojson", PLACE.replace('"name"', '"שם המקום"'))
    assert found.columns == ["שם המקום"]


def test_sparse_keys_leave_cells_empty_and_whole_numbers_whole(tmp_path: Path) -> None:
    one, two = json.loads(PLACE), json.loads(PLACE)
    one["properties"] = {"a": 1, "b": ""}
    two["properties"] = {"c": 2.0}
    two["geometry"] = None
    found = read(
        tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "features": [one, two]})
    )
    assert found.columns == ["a", "b", "c"]
    assert found.rows == [["1", None, None], [None, None, "2"]]
    assert shapes(found) == ["POINT (1 2)", None]


@pytest.mark.parametrize("before", ["", "\x1e"])
def test_one_feature_a_line_is_read(before: str, tmp_path: Path) -> None:
    found = read(tmp_path / "a.geojsonl", f"{before}{PLACE}\n{before}{PLACE}\n")
    assert len(found.rows) == 2
    assert shapes(found) == ["POINT (1 2)"] * 2


@pytest.mark.parametrize("count", [0, "288", None])
def test_quirk_43_the_list_of_records_is_found_whatever_is_counted(
    count: Any, tmp_path: Path
) -> None:
    records = [{"name": "a", "place": {"lat": 52.5, "lon": 13.4}}, {"name": "b", "place": None}]
    whole = {"status": "ok", "count": count, "result": {"fields": [{"id": 1}], "records": records}}
    found = read(tmp_path / "a.json", json.dumps(whole))
    assert found.columns == ["name", "place.lat", "place.lon", "place"]
    assert found.rows == [["a", "52.5", "13.4", None], ["b", None, None, None]]
    assert found.shapes is None
    assert "json_table" in codes(found)


def test_features_in_a_wrapper_are_features(tmp_path: Path) -> None:
    found = read(tmp_path / "a.json", f'{{"count": 7, "data": [{PLACE}]}}')
    assert shapes(found) == ["POINT (1 2)"]


def test_one_record_with_lists_inside_is_one_row(tmp_path: Path) -> None:
    text = '{"id": "s1", "name": "Kita", "phones": [{"number": "1"}, {"number": "2"}]}'
    assert read(tmp_path / "a.json", text).rows == [
        ["s1", "Kita", '[{"number": "1"}, {"number": "2"}]']
    ]


def test_a_topology_becomes_areas_that_share_their_border(tmp_path: Path) -> None:
    found = read(tmp_path / "a.topojson", small_files.topojson_text())
    west, east = (small_files.shape(one) for one in found.shapes or [])
    assert west.equals(shapely.box(13, 52, 13.1, 52.1))
    assert east.equals(shapely.box(13.1, 52, 13.2, 52.1))
    assert [one.name for one in child.look(tmp_path / "a.topojson").parts] == ["areas"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a,]}"/*\\ \n'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab,]"), inner, max_size=4),
    max_leaves=12,
)


@given(json_values.filter(lambda one: isinstance(one, dict | list) and one))
def test_good_json_is_never_mended(value: Any) -> None:
    notes: list[tables.Note] = []
    assert read_json.load(json.dumps(value, indent=1).encode(), notes) == value
    assert notes == []


@given(json_values.filter(lambda one: isinstance(one, dict | list) and one))
def test_a_comma_too_many_changes_no_value(value: Any) -> None:
    text = json.dumps(value)
    spoilt = text[:-1] + "," + text[-1]
    assert read_json.load(spoilt.encode(), []) == value


@pytest.mark.needs_shared_data
def test_real_layers_have_the_rows_their_publishers_say(shared_data: Path) -> None:
    def rows(name: str, part: str | None = None) -> int:
        return len(child.read_table(shared_data / name, part=part).rows)

    assert rows("barcelona_shapes/barris.geojson") == 73
    assert rows("berlin/district-regions-until-2020.geojson") == 138
    assert rows("places_ukraine_mobilisation/mobilisation-pour-ukraine.geojson") == 3
    belgium = child.read_table(
        shared_data / "belgium_municipalities" / "belgium.topojson", part="municipalities"
    )
    assert len(belgium.rows) == 581
    assert all(shapely.from_wkb(one).is_valid for one in belgium.shapes or [] if one)
