"""One invented list of services in every format: ``python -m sample_data.example_files FOLDER``.

Small files to try an import with. Each has what files of its format often have: another separator
and encoding, a title above the header, several layers, short names, a nested collection. One row
of the list is wrong on purpose.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import osmium
import pyproj
import shapefile
import shapely
from osmium.osm import mutable

from layers import gpkg

CATEGORIES = (
    *("legal", "childcare", "language_course", "health", "meeting_place", "housing"),
    "something else",  # no category: this row is rejected
)
NAMES = (
    *("Advice at the quay", "Kiln nursery", "First words", "Harbour clinic", "Caf\u00e9 Sonne"),
    *("Rent advice", "Unsorted"),
)
STREETS = (
    "Quay",
    "Kiln Lane",
    "Station Street",
    "Harbour Road",
    "Market",
    "Mill Street",
    "Mill Street",
)
HOURS = (
    "Mo-Fr 09:00-12:00",
    "Mo-Fr 07:30-17:00",
    "Tu,Th 18:00-20:00",
    "by appointment",
    "",
    "We 14:00-18:00",
    "",
)
WOMEN_ONLY = ("no", "no", "yes", "", "no", "", "")
COLUMNS = (
    *("id", "name", "category", "street", "house_number", "lat", "lon", "opening_hours"),
    *("women_only", "date_checked", "door"),  # nothing here has a door: it is kept beside the row
)
MADE = (
    *("services.csv", "services.xlsx", "services.geojson", "services.gpkg"),
    *("services-shapefile.zip", "services.kml", "town.osm.pbf"),
)


def rows() -> list[dict[str, Any]]:
    """Give the list itself: seven services, the last without a category that is one."""
    return [
        {
            "id": f"{number:03}",
            "name": NAMES[number],
            "category": CATEGORIES[number],
            "street": STREETS[number],
            "house_number": str(3 * number + 1),
            "lat": 56.401 + number * 0.0017,
            "lon": 11.492 + number * 0.0023,
            "opening_hours": HOURS[number],
            "women_only": WOMEN_ONLY[number],
            "date_checked": f"2026-0{number + 1}-15",
            "door": ("blue", "left", "", "back", "blue", "", "green")[number],
        }
        for number in range(len(NAMES))
    ]


def make(folder: Path) -> list[Path]:
    """Write the list in every format into a folder, and name the files.

    Parameters
    ----------
    folder
        Made where absent; files of the same names are written anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / name for name in MADE]
    for target, write in zip(
        targets, (_csv, _xlsx, _geojson, _gpkg, _shapefile, _kml, _osm), strict=True
    ):
        target.unlink(missing_ok=True)
        write(target)
    return targets


def _csv(path: Path) -> None:
    """Write it as a German spreadsheet does: semicolons, decimal commas, Windows-1252."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        for row in rows():
            writer.writerow(
                [
                    str(row[one]).replace(".", ",") if one in ("lat", "lon") else row[one]
                    for one in COLUMNS
                ]
            )


def _xlsx(path: Path) -> None:
    """Write it with a sheet of remarks beside it, and a title above the header."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Services"
    sheet.append(["Services of Ostmark, spring 2026"])
    sheet.append([])
    sheet.append(list(COLUMNS))
    for row in rows():
        sheet.append([row[one] or None for one in COLUMNS])
    remarks = book.create_sheet("Remarks")
    remarks.append(["Ask the clinic again in May."])
    book.save(path)


def _geojson(path: Path) -> None:
    """Write it as a collection inside a collection."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": _facts(row),
        }
        for row in rows()
    ]
    inner = {"type": "FeatureCollection", "features": features}
    whole = {"type": "FeatureCollection", "features": [inner]}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {one: row[one] or None for one in COLUMNS if one not in ("lat", "lon")}


def _gpkg(path: Path) -> None:
    """Write it as one of two layers."""
    names = [one for one in COLUMNS if one not in ("lat", "lon")]
    fields = ", ".join(f"{one} TEXT" for one in names)
    marks = ", ".join("?" * (len(names) + 1))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        gpkg.prepare(db)
        for table, some in (("services_2026", rows()), ("closed", rows()[:1])):
            db.execute(f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY, geom POINT, {fields})")
            gpkg.register(db, table, about="invented", geometry="POINT")
            db.executemany(
                f"INSERT INTO {table} (geom, {', '.join(names)}) VALUES ({marks})",  # noqa: S608 - names of this module
                [
                    (gpkg.to_blob(shapely.Point(row["lon"], row["lat"])), *_facts(row).values())
                    for row in some
                ],
            )
            gpkg.refresh_extent(db, table)
        db.execute("COMMIT")


def _shapefile(path: Path) -> None:
    """Write it as its format wants: names of ten characters, several files, packed into one."""
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    names = [one for one in COLUMNS if one not in ("lat", "lon")]
    with shapefile.Writer(**parts, shapeType=shapefile.POINT, encoding="utf-8") as out:
        for one in names:
            out.field(one[:10], "C", size=80)
        for row in rows():
            out.point(row["lon"], row["lat"])
            out.record(*(row[one] for one in names))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending, raw in parts.items():
            packed.writestr(f"services.{ending}", raw.getvalue())
        packed.writestr("services.prj", pyproj.CRS(4326).to_wkt("WKT1_ESRI"))
        packed.writestr("services.cpg", "UTF-8")


def _kml(path: Path) -> None:
    """Write it as one folder of placemarks, facts as extended data."""
    marks = []
    for row in rows():
        facts = "".join(
            f'<Data name="{one}"><value>{escape(str(row[one]))}</value></Data>'
            for one in COLUMNS
            if one not in ("lat", "lon", "name") and row[one]
        )
        marks.append(
            f"<Placemark><name>{escape(row['name'])}</name><ExtendedData>{facts}</ExtendedData>"
            f"<Point><coordinates>{row['lon']},{row['lat']},0</coordinates></Point></Placemark>"
        )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><Folder><name>Services</name>{''.join(marks)}</Folder></Document></kml>\n",
        encoding="utf-8",
    )


def _osm(path: Path) -> None:
    """Write two streets, a park and two services as volunteers would."""
    corners = [(11.492, 56.401), (11.496, 56.401), (11.496, 56.404), (11.492, 56.404)]
    named = [
        {},
        {},
        {},
        {},
        {"amenity": "kindergarten", "name": "Kiln nursery", "opening_hours": "Mo-Fr 07:30-17:00"},
        {"amenity": "library", "name": "Quay library"},
    ]
    places = [*corners, (11.493, 56.402), (11.495, 56.403)]
    ways = [
        ({"highway": "residential", "name": "Kiln Lane"}, [1, 2, 3]),
        ({"highway": "footway"}, [3, 4, 1]),
        ({"leisure": "park", "name": "Kiln Green"}, [1, 2, 3, 4, 1]),
    ]
    with osmium.SimpleWriter(str(path)) as out:
        for number, (place, tags) in enumerate(zip(places, named, strict=True), start=1):
            out.add_node(mutable.Node(id=number, version=1, location=place, tags=tags))
        for number, (tags, nodes) in enumerate(ways, start=1):
            out.add_way(mutable.Way(id=number, version=1, nodes=nodes, tags=tags))


if __name__ == "__main__":
    for made in make(Path(sys.argv[1])):
        sys.stdout.write(f"{made}\n")
