"""One small valid file of every format that is read, made here and now."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import shapefile
import shapely
from shapely.geometry.base import BaseGeometry

from layers import gpkg

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>City</name>
<Folder><name>Help</name>
<Placemark id="p1"><name>Café</name><description>&lt;b&gt;open&lt;/b&gt;</description>
<ExtendedData><Data name="phone"><value>030 1</value></Data></ExtendedData>
<Point><coordinates>13.4,52.5,30</coordinates></Point></Placemark>
<Placemark><name>Two</name><MultiGeometry>
<Point><coordinates>13.1,52.1</coordinates></Point>
<Point><coordinates>13.2,52.2</coordinates></Point></MultiGeometry></Placemark></Folder>
<Folder><name>Areas</name><Placemark><name>North</name>
<ExtendedData><SchemaData schemaUrl="#a"><SimpleData name="code">0101</SimpleData></SchemaData>
</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>
13,52 13.1,52 13.1,52.1 13,52</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Folder></Document></kml>"""


def shape(wkb: bytes | None) -> BaseGeometry:
    """Give the shape that a table holds; there must be one."""
    found = shapely.from_wkb(wkb)
    assert found is not None
    return found


def csv_text() -> str:
    """Two services, with a line break in a cell."""
    return (
        "id;name;lat;lon;hours\n"
        '010;"Crèche ""Süd""";52,51;13,41;"Mo 9-12\nTu 9-12"\n'
        "011;Kita Nord;52,52;13,42;\n"
    )


def geojson_text() -> str:
    """Give two points with heights, one nested collection, one without a place."""

    def one(number: int, shape: object) -> dict[str, object]:
        return {"type": "Feature", "properties": {"id": number, "tags": ["a"]}, "geometry": shape}

    point = {"type": "Point", "coordinates": [13.4, 52.5, 30]}
    inner = {"type": "FeatureCollection", "features": [one(2, point), one(3, None)]}
    return json.dumps({"type": "FeatureCollection", "features": [one(1, point), inner]})


def topojson_text() -> str:
    """Two squares that share a border."""
    arcs = [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 0], [1, 0], [0, 1], [-1, 0]]]
    shapes = [
        {"type": "Polygon", "id": "w", "arcs": [[0, 1]]},
        {"type": "Polygon", "id": "e", "arcs": [[2, -1]]},
    ]
    return json.dumps(
        {
            "type": "Topology",
            "transform": {"scale": [0.1, 0.1], "translate": [13, 52]},
            "objects": {"areas": {"type": "GeometryCollection", "geometries": shapes}},
            "arcs": arcs,
        }
    )


def xlsx(path: Path) -> Path:
    """Write a title, a header of two rows with merged cells, a day, a share, a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "people"
    for row in (
        ["Population of the quarters", None, None, None, None],
        ["Quarter", "Women", None, "Share", "Day"],
        [None, "18-25", "26-40", None, None],
        ["North", 12, 17, 0.25, date(2024, 3, 1)],
        ["South", 9, 22, 0.5, date(2024, 3, 2)],
    ):
        sheet.append(row)
    for merged in ("A1:E1", "A2:A3", "B2:C2"):
        sheet.merge_cells(merged)
    for cell in ("D4", "D5"):
        sheet[cell].number_format = "0%"
    hidden = book.create_sheet("notes")
    hidden.append(["id", "text"])
    hidden.append(["1", "kept"])
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def package(path: Path) -> Path:
    """Write a GeoPackage with one layer of points."""
    with closing(sqlite3.connect(path)) as db:
        gpkg.prepare(db)
        db.execute("CREATE TABLE spots (fid INTEGER PRIMARY KEY, geom POINT, name TEXT)")
        gpkg.register(db, "spots", about="", geometry="POINT")
        rows = [(gpkg.to_blob(shapely.Point(13 + n / 10, 52)), f"Süd {n}") for n in range(3)]
        db.executemany("INSERT INTO spots (geom, name) VALUES (?, ?)", rows)
        db.commit()
    return path


def shapefile_parts() -> dict[str, bytes]:
    """Give the pieces of a Shapefile of two areas, by their endings."""
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, encoding="utf-8") as writer:
        writer.field("NOM", "C", 40)
        writer.field("PEOPLE", "N", 10)
        for place, name in enumerate(("Barri Gòtic", "el Raval")):
            x = 430_000 + 1000 * place
            ring = [[x, 4_580_000], [x, 4_581_000], [x + 900, 4_581_000], [x, 4_580_000]]
            writer.poly([ring])
            writer.record(name, 100 + place)
    prj = (
        'PROJCS["ETRS_1989_UTM_Zone_31N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",'
        'SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",3.0],PARAMETER["Scale_Factor",0.9996],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    pieces = {".shp": shp.getvalue(), ".shx": shx.getvalue(), ".dbf": dbf.getvalue()}
    return {**pieces, ".prj": prj.encode(), ".cpg": b"UTF-8"}


def zipped(path: Path, members: dict[str, bytes], *, deep: bool = False) -> Path:
    """Pack members; compressed, as people do."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(f"one folder/{name}" if deep else name, content)
    return path


def shapefile_zip(path: Path, *, without: tuple[str, ...] = (), deep: bool = True) -> Path:
    """Pack a Shapefile, some of its pieces left out."""
    pieces = {f"barris{end}": data for end, data in shapefile_parts().items() if end not in without}
    return zipped(path, pieces, deep=deep)


def every_format(folder: Path) -> dict[str, Path]:
    """Write one small file of each format into a folder."""
    texts = {
        "a.csv": csv_text(),
        "a.tsv": csv_text().replace(";", "\t"),
        "a.geojson": geojson_text(),
        "wrapped.js": f"var services = {geojson_text()};",
        "lines.json": '{"id": 1, "name": "a"}\n{"id": 2, "name": "b"}\n',
        "a.topojson": topojson_text(),
        "a.kml": KML,
    }
    files = {}
    for name, text in texts.items():
        files[name] = folder / name
        files[name].write_text(text, encoding="utf-8")
    (folder / "latin.csv").write_bytes(csv_text().encode("cp1252"))
    (folder / "wide.csv").write_bytes(csv_text().encode("utf-16"))
    tables = {"services.csv": csv_text().encode(), "organizations.csv": b"id,name\n1,a\n"}
    return {
        **files,
        "latin.csv": folder / "latin.csv",
        "wide.csv": folder / "wide.csv",
        "a.xlsx": xlsx(folder / "a.xlsx"),
        "a.gpkg": package(folder / "a.gpkg"),
        "shape.zip": shapefile_zip(folder / "shape.zip"),
        "a.kmz": zipped(folder / "a.kmz", {"doc.kml": KML.encode()}),
        "tables.zip": zipped(folder / "tables.zip", tables),
    }
