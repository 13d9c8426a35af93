"""KML and KMZ: folders are parts, descriptions stay text, heights go, links are not followed."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing import child, read_kml, tables
from layers.importing.read_source import How, Source
from tests.helpers import small_files

KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>City</name>{}</Document></kml>'
POINT = "<Placemark><name>{}</name><Point><coordinates>{}</coordinates></Point></Placemark>"


def read(path: Path, inside: str, part: str | None = None) -> tables.Table:
    path.write_text(KML.format(inside), encoding="utf-8")
    return child.read_table(path, part=part)


def shapes(found: tables.Table) -> list[str | None]:
    return [None if one is None else str(shapely.from_wkb(one)) for one in found.shapes or []]


def codes(found: tables.Table) -> dict[str, object]:
    return {note.code: note.values for note in found.notes}


def test_folders_are_parts_and_the_fullest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text(small_files.KML, encoding="utf-8")
    contents = child.look(tmp_path / "a.kml")
    assert [(one.name, one.rows) for one in contents.parts] == [("Help", 2), ("Areas", 1)]
    found = child.read_table(tmp_path / "a.kml")
    assert codes(found)["layer_chosen"] == {"layer": "Help", "layers": 2}
    assert found.columns == ["name", "description", "phone", "id"]
    assert found.rows[0] == ["Café", "<b>open</b>", "030 1", "p1"]
    assert shapes(found) == ["POINT (13.4 52.5)", "MULTIPOINT ((13.1 52.1), (13.2 52.2))"]
    assert "heights_dropped" in codes(found)
    areas = child.read_table(tmp_path / "a.kml", part="Areas")
    assert areas.rows == [["North", "0101"]]
    assert areas.crs == "EPSG:4326"


def test_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    inside = "".join(
        f"<Folder><name>{outer}</name><Folder><name>Help</name>{POINT.format(outer, '1,2')}"
        "</Folder></Folder>"
        for outer in ("North", "South")
    )
    assert read(tmp_path / "a.kml", inside, part="City/South/Help").rows == [["South"]]


def test_placemarks_outside_of_folders_are_read(tmp_path: Path) -> None:
    found = read(tmp_path / "a.kml", POINT.format("a", "1,2"))
    assert (found.part, found.rows) == ("City", [["a"]])


@pytest.mark.parametrize(
    ("coordinates", "shape"),
    [
        ("1,2", "POINT (1 2)"),
        (" \n 1,2,0\n ", "POINT (1 2)"),
        ("1, 2, 30", "POINT (1 2)"),
        ("-0.5,51.5", "POINT (-0.5 51.5)"),
        ("", None),
    ],
)
def test_coordinates_are_read_as_people_write_them(
    coordinates: str, shape: str | None, tmp_path: Path
) -> None:
    assert shapes(read(tmp_path / "a.kml", POINT.format("a", coordinates))) == [shape]


@pytest.mark.parametrize("coordinates", ["a,b", "1", "nan,2", "inf,1", "1;2"])
def test_a_point_that_is_none_is_one_row_and_not_the_file(coordinates: str, tmp_path: Path) -> None:
    inside = POINT.format("a", coordinates) + POINT.format("b", "1,2")
    found = read(tmp_path / "a.kml", inside)
    assert [(one.row, one.code) for one in found.problems] == [(2, "shape_broken")]
    assert (found.rows, found.numbers) == ([["b"]], [3])


def test_holes_stay_holes(tmp_path: Path) -> None:
    ring = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
    outer = ring.format("0,0 10,0 10,10 0,10 0,0")
    inner = ring.format("2,2 4,2 4,4 2,4 2,2")
    inside = (
        f"<Placemark><Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>"
        f"<innerBoundaryIs>{inner}</innerBoundaryIs></Polygon></Placemark>"
    )
    (shape,) = (small_files.shape(one) for one in read(tmp_path / "a.kml", inside).shapes or [])
    assert shape.area == 100 - 4


def test_links_are_counted_and_not_followed(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"
    found = read(tmp_path / "a.kml", link * 2 + POINT.format("a", "1,2"))
    assert codes(found)["links_not_followed"] == {"count": 2}


def test_how_a_program_drew_it_is_no_column(tmp_path: Path) -> None:
    data = "".join(
        f'<SimpleData name="{name}">1</SimpleData>' for name in ("tessellate", "extrude", "people")
    )
    inside = (
        "<Placemark><styleUrl>#a</styleUrl><visibility>1</visibility><ExtendedData><SchemaData>"
        f"{data}</SchemaData></ExtendedData><Point><coordinates>1,2</coordinates></Point>"
        "</Placemark>"
    )
    assert read(tmp_path / "a.kml", inside).columns == ["people"]


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://earth.google.com/kml/2.1"'])
def test_older_and_missing_namespaces_are_read(namespace: str, tmp_path: Path) -> None:
    text = f"<kml{namespace}>{POINT.format('a', '1,2')}</kml>"
    (tmp_path / "a.kml").write_text(text, encoding="utf-8")
    assert child.read_table(tmp_path / "a.kml").rows == [["a"]]


def test_a_kmz_is_its_document(tmp_path: Path) -> None:
    members = {"doc.kml": small_files.KML.encode(), "files/a.png": b"\x89PNG", "b.kml": b"<kml/>"}
    path = small_files.zipped(tmp_path / "a.kmz", members)
    assert child.look(path).format == "kml"
    assert len(child.read_table(path, part="Help").rows) == 2


def test_no_placemark_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="file_no_rows"):
        read(tmp_path / "a.kml", "<Folder><name>empty</name></Folder>")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "A", "B"]),
            st.floats(-180, 180, allow_nan=False),
            st.floats(-90, 90, allow_nan=False),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_placemark_is_in_one_part_and_only_one(
    points: list[tuple[str, float, float]],
) -> None:
    inside = ""
    for number, (folder, x, y) in enumerate(points):
        place = POINT.format(number, f"{x!r},{y!r}")
        inside += f"<Folder><name>{folder}</name>{place}</Folder>" if folder else place
    source = Source(name="a.kml", data=KML.format(inside).encode())
    names = [part["name"] for part in read_kml.look(source, How())["parts"]]
    assert len({*names}) == len(names)
    found = {}
    for name in names:
        table = read_kml.read(source, How(part=name))
        for row, shape in zip(table.rows, table.shapes or [], strict=True):
            found[int(row[0] or -1)] = small_files.shape(shape).coords[0]
    assert found == {number: (x, y) for number, (_, x, y) in enumerate(points)}


@pytest.mark.needs_shared_data
def test_the_districts_of_berlin(shared_data: Path) -> None:
    found = child.read_table(shared_data / "berlin" / "bezirke_2017.kml")
    assert len(found.rows) == 12
    assert {"Mitte", "Pankow", "Neukölln"} <= {row[0] for row in found.rows}
    assert all(small_files.shape(one).geom_type.endswith("Polygon") for one in found.shapes or [])
