"""Shapefiles as they arrive: in a zip or a folder, pieces missing, texts in any encoding."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import shapefile
import shapely

from layers.errors import LayerError
from layers.importing import child, tables
from tests.helpers import small_files

FIRST = shapely.Polygon(
    [(430_000, 4_580_000), (430_000, 4_581_000), (430_900, 4_581_000), (430_000, 4_580_000)]
)


def codes(found: tables.Table) -> set[str]:
    return {note.code for note in found.notes}


@pytest.mark.parametrize("deep", [True, False])
def test_a_zip_is_read_where_it_lies(deep: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    found = child.read_table(small_files.shapefile_zip(tmp_path / "a.zip", deep=deep))
    assert (found.columns, found.crs, found.part) == (["NOM", "PEOPLE"], "EPSG:25831", "barris")
    assert found.rows == [["Barri Gòtic", "100"], ["el Raval", "101"]]
    assert small_files.shape((found.shapes or [])[0]).equals(FIRST)


@pytest.mark.parametrize(
    "without", [(".shx",), (".prj",), (".cpg",), (".shx", ".prj", ".cpg")], ids=" ".join
)
def test_quirk_12_and_13_pieces_may_be_missing(without: tuple[str, ...], tmp_path: Path) -> None:
    found = child.read_table(small_files.shapefile_zip(tmp_path / "a.zip", without=without))
    assert [row[0] for row in found.rows] == ["Barri Gòtic", "el Raval"]
    assert found.crs == ("" if ".prj" in without else "EPSG:25831")
    assert ("crs_missing" in codes(found)) == (".prj" in without)
    assert "encoding_guessed" not in codes(found)


def test_without_its_table_the_shapes_have_no_names(tmp_path: Path) -> None:
    found = child.read_table(small_files.shapefile_zip(tmp_path / "a.zip", without=(".dbf",)))
    assert len(found.shapes or []) == 2
    assert "shapefile_no_table" in codes(found)


@pytest.mark.parametrize(
    ("encoding", "cpg", "guessed"),
    [
        ("latin-1", b"ISO-8859-1", False),
        ("latin-1", b"", True),
        ("latin-1", b"UTF-8", True),
        ("utf-8", b"ISO-8859-1", False),
        ("cp1251", b"1251", False),
    ],
)
def test_quirk_13_the_bytes_prove_utf_8_and_the_cpg_is_asked_for_the_rest(
    encoding: str,
    cpg: bytes,
    guessed: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
) -> None:
    name = "Центр помощи" if encoding == "cp1251" else "Barri Gòtic de la Crèche"
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, encoding=encoding) as writer:
        writer.field("NOM", "C", 40)
        writer.point(2, 41)
        writer.record(name)
    members = {"a.shp": shp.getvalue(), "a.dbf": dbf.getvalue()} | ({"a.cpg": cpg} if cpg else {})
    found = child.read_table(small_files.zipped(tmp_path / "a.zip", members))
    assert found.rows == [[name]]
    assert ("encoding_guessed" in codes(found)) == guessed


def test_quirk_50_short_names_of_columns_are_kept_and_told_apart(tmp_path: Path) -> None:
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf) as writer:
        writer.field("ORGANIZATI", "C", 10)
        writer.field("ORGANIZATI", "C", 10)
        writer.pointz(2, 41, 7)
        writer.record("a", "b")
    members = {"a.shp": shp.getvalue(), "a.dbf": dbf.getvalue()}
    found = child.read_table(small_files.zipped(tmp_path / "a.zip", members))
    assert found.columns == ["ORGANIZATI", "ORGANIZATI_2"]
    assert small_files.shape((found.shapes or [])[0]).equals(shapely.Point(2, 41))
    assert "heights_dropped" in codes(found)


def test_several_layers_are_parts_and_what_a_mac_adds_is_none(tmp_path: Path) -> None:
    pieces = small_files.shapefile_parts()
    members = {f"maps/{name}{end}": data for name in ("a", "b") for end, data in pieces.items()}
    path = small_files.zipped(tmp_path / "x.zip", {**members, "__MACOSX/maps/._a.shp": b"x"})
    contents = child.look(path)
    assert (contents.format, [one.name for one in contents.parts]) == ("shapefile", ["a", "b"])
    assert child.read_table(path, part="b").part == "b"


def test_a_bare_shapefile_is_read_with_what_lies_beside_it(tmp_path: Path) -> None:
    for end, data in small_files.shapefile_parts().items():
        (tmp_path / f"barris{end.upper() if end == '.dbf' else end}").write_bytes(data)
    found = child.read_table(tmp_path / "barris.shp")
    assert (found.rows[0], found.crs) == (["Barri Gòtic", "100"], "EPSG:25831")


@pytest.mark.parametrize("end", [".shx", ".dbf"])
def test_one_piece_alone_is_told_what_is_missing(end: str, tmp_path: Path) -> None:
    (tmp_path / f"a{end}").write_bytes(small_files.shapefile_parts()[end])
    with pytest.raises(LayerError, match="shapefile_piece"):
        child.read_table(tmp_path / f"a{end}")


@pytest.mark.needs_shared_data
@pytest.mark.parametrize("without", [(), (".shx", ".prj", ".cpg")], ids=["whole", "bare"])
def test_the_quarters_of_barcelona(
    without: tuple[str, ...], shared_data: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for path in (shared_data / "barcelona_shapes").glob("*UNITATS_ADM.*"):
            if path.suffix not in without:
                packed.write(path, f"barcelona/{path.name}")
    parts = {one.name: one.rows for one in child.look(tmp_path / "b.zip").parts}
    assert parts == {"Barris_UNITATS_ADM": 73, "Districtes_UNITATS_ADM": 10}
    found = child.read_table(tmp_path / "b.zip", part="Barris_UNITATS_ADM")
    names = [row[found.columns.index("NOM")] for row in found.rows]
    assert names[:3] == ["el Raval", "el Barri Gòtic", "la Barceloneta"]
    assert found.crs == ("" if without else "EPSG:25831")
