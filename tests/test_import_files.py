"""Reading files of others: formats, encodings, quirks, and what a file may not do to us."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import gpkg
from layers.errors import LayerError
from layers.importing import child, read_any, read_source, tables
from tests.helpers.sampled import examples


def read(path: Path, content: str | bytes) -> tables.Table:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return child.read_table(path)


def refused(path: Path, content: str | bytes) -> str:
    with pytest.raises(LayerError) as error:
        read(path, content)
    assert error.value.blanks["file"] == path.name
    return error.value.code


ROWS: list[list[str | None]] = [["1", "Kita Süd", "46,8"], ["2", "Crèche", None]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end(separator: str, ending: str, tmp_path: Path) -> None:
    lines: list[list[str | None]] = [["id", "name", "share"], *ROWS]
    text = ending.join(separator.join(f'"{cell or ""}"' for cell in line) for line in lines)
    found = read(tmp_path / "t.csv", text)
    assert (found.columns, found.rows, found.numbers) == (lines[0], ROWS, [2, 3])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_any_encoding_of_western_europe(encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path / "t.csv", "id;name\n1;Kita Süd\n".encode(encoding))
    assert found.rows == [["1", "Kita Süd"]]
    guessed = {note.code for note in found.notes}
    assert guessed == ({"encoding_guessed"} if encoding in ("cp1252", "latin-1") else set()) | (
        {"encoding"} if encoding == "utf-16" else set()
    )


def test_line_breaks_in_cells_do_not_shift_the_row_numbers(tmp_path: Path) -> None:
    found = read(tmp_path / "t.csv", 'id,hours\n1,"Mo 9-12\nTu 9-12"\n\n3,x\n')
    assert found.numbers == [2, 4]
    assert found.rows[0][1] == "Mo 9-12\nTu 9-12"


def test_a_row_with_too_many_cells_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(tmp_path / "t.csv", "id,name\n1,a,b,c\n2\n3,d\n")
    assert [(one.row, one.code) for one in found.problems] == [(2, "row_too_long")]
    assert found.rows == [["2", None], ["3", "d"]]


def test_unseen_signs_go_and_joiners_stay() -> None:
    assert tables.clean("A\u202eB\u200b\ufeff C\u00a0") == "AB C"
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # two words held by a joiner
    assert tables.clean(persian) == persian


def test_a_spreadsheet_gives_texts_and_its_formulas_never_run(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None  # an empty first sheet
    sheet = book.create_sheet("list")
    sheet.append(["id", "name", "sum"])
    sheet.append(["010111", "Süd", "=1+1"])
    sheet.append([7, None, 2.5])
    book.save(tmp_path / "t.xlsx")
    found = child.read_table(tmp_path / "t.xlsx")
    assert found.rows == [["010111", "Süd", None], ["7", None, "2.5"]]
    said = {note.code: note.values for note in found.notes}
    assert said["sheet_chosen"]["sheet"] == "list"
    assert said["formulas_unvalued"] == {"count": 1}  # nobody had computed it, and we never do


def feature(x: float, y: float, *height: float, **properties: Any) -> dict[str, Any]:
    shape = {"type": "Point", "coordinates": [x, y, *height]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def test_collections_in_collections_and_heights_are_read(tmp_path: Path) -> None:
    inner = collection(feature(13, 52, 40, name="a"), feature(14, 53, name="b"))
    found = read(tmp_path / "t.geojson", json.dumps(collection(inner)))
    assert [str(shapely.from_wkb(one)) for one in found.shapes or []] == [
        "POINT (13 52)",
        "POINT (14 53)",
    ]
    assert "heights_dropped" in {note.code for note in found.notes}


def test_a_script_around_the_data_is_taken_off(tmp_path: Path) -> None:
    found = read(tmp_path / "t.js", f"var shelters = {json.dumps(collection(feature(13, 52)))};")
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("urn:ogc:def:crs:EPSG::25833", "EPSG:25833"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("EPSG:3857", "EPSG:3857"),
        ("something", ""),
    ],
)
def test_the_older_crs_member_is_understood(name: str, crs: str, tmp_path: Path) -> None:
    member = {"type": "name", "properties": {"name": name}}
    assert read(tmp_path / "t.json", json.dumps(collection(feature(1, 2), crs=member))).crs == crs


def test_a_broken_shape_is_one_row_and_not_the_file(tmp_path: Path) -> None:
    broken = {**feature(1, 2), "geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}
    found = read(tmp_path / "t.geojson", json.dumps(collection(feature(1, 2), broken)))
    assert [(one.row, one.code) for one in found.problems] == [(3, "shape_broken")]
    assert found.numbers == [2]


def package(path: Path, crs: int = 4326) -> None:
    with closing(sqlite3.connect(path)) as db:
        gpkg.prepare(db)
        db.execute(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES ('x', ?, 'EPSG', ?, 'x', '')",
            (crs, crs),
        )
        db.execute("CREATE TABLE spots (fid INTEGER PRIMARY KEY, geom POINT, name TEXT)")
        gpkg.register(db, "spots", about="", geometry="POINT")
        db.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (crs,))
        blob = gpkg.to_blob(shapely.Point(392000, 5820000), srs_id=crs)
        db.execute("INSERT INTO spots (geom, name) VALUES (?, 'Süd')", (blob,))
        db.commit()


def test_a_geopackage_is_read_with_its_coordinate_system(tmp_path: Path) -> None:
    package(tmp_path / "t.gpkg", crs=25833)
    found = child.read_table(tmp_path / "t.gpkg")
    assert (found.crs, found.columns, found.rows) == ("EPSG:25833", ["fid", "name"], [["1", "Süd"]])


def test_a_view_in_a_geopackage_is_never_opened(tmp_path: Path) -> None:
    package(tmp_path / "t.gpkg")
    with closing(sqlite3.connect(tmp_path / "t.gpkg")) as db:
        db.execute("CREATE VIEW evil AS SELECT hex(zeroblob(200000000)) AS name")
        db.execute("UPDATE gpkg_contents SET table_name = 'evil', identifier = 'evil'")
        db.commit()
    with pytest.raises(LayerError, match="package_no_layer"):
        child.read_table(tmp_path / "t.gpkg")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", "", "file_empty"),
        ("a.csv", "\n\n", "file_empty"),
        ("a.csv", "id,name\n", "file_no_rows"),
        ("a.csv", b"\x00\x01\x02binary", "file_not_text"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "file_no_rows"),
        ("a.geojson", '{"type": "FeatureCollection",\n "features": [1,,]}', "json_broken"),
        ("a.geojson", "[" * 100_000, "json_too_deep"),
        ("a.geojson", '{"type":"Point","coordinates":[NaN,1]}', "json_no_number"),
        ("a.kml", "<?xml version='1.0'?><kml/>", "file_no_rows"),
        ("a.csv", "<OGRVRTDataSource/>", "file_format_unknown"),
        ("a.gpkg", b"SQLite format 3\x00 and then nothing", "file_unreadable"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "file_unreadable"),
    ],
)
def test_what_cannot_be_read_is_one_typed_error(
    name: str, content: str | bytes, code: str, tmp_path: Path
) -> None:
    assert refused(tmp_path / name, content) == code


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", "<a/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(450):
                sheet.write(b" " * 1_000_000)
    with pytest.raises(LayerError, match="file_too_large"):
        child.read_table(path)


def inside(path: Path, code: str) -> str:
    """Run a line in the child's place, its doors closed, and give what it printed."""
    import subprocess
    import sys

    script = (
        "import sys, socket, subprocess, os, pathlib\n"
        "from layers.importing import read_limits\n"
        "read_limits.limit(1000); read_limits.leave_the_network()\n"
        f"read_limits.close_the_doors([pathlib.Path({str(path)!r})])\n"
        f"try:\n    {code}\n    print('done')\nexcept OSError as error:\n    print('refused')\n"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=False
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('127.0.0.1', 9), timeout=1)",
        "socket.getaddrinfo('localhost', 80)",
        "subprocess.run(['true'])",
        "os.system('true')",
        "open('/etc/hostname').read()",
        "open({path!r}, 'w')",
        "os.remove({path!r})",
    ],
)
def test_the_child_reaches_no_network_no_program_and_no_other_file(
    code: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id\n1\n", encoding="utf-8")
    assert inside(path, code.format(path=str(path))) == "refused"
    assert path.read_text("utf-8") == "id\n1\n"
    assert inside(path, f"open({str(path)!r}).read()") == "done"


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_damaged_file_ends_in_rows_or_one_typed_error(
    data: st.DataObject, tmp_path: Path
) -> None:
    whole = json.dumps(collection(feature(13, 52, name="a"), feature(14, 53, name="b"))).encode()
    package(path) if not (path := tmp_path / "w.gpkg").exists() else None
    good = data.draw(st.sampled_from([whole, b"id;name\n1;S\xc3\xbcd\n2;x\n", path.read_bytes()]))
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    target = tmp_path / "damaged.bin"
    target.write_bytes(bytes(damaged))
    try:
        found = read_any.read(target, read_source.How())
    except Exception:  # noqa: BLE001 - the child turns every one into a typed error
        return
    assert all(len(row) == len(found.columns) for row in found.rows)
