"""A small town to bring tables into, and what stands in it afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyproj
import shapely

from layers import atlas, schema
from layers.importing import importer
from layers.importing.draft import Options
from layers.importing.plan import Plan

HERE = (13.10, 52.10)
HEAD = "name,category,street,lat,lon"


def north(metres: float) -> tuple[float, float]:
    """Give latitude and longitude so many metres north of here, on the ellipsoid."""
    lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(*HERE, 0, metres)
    return lat, lon


def a_row(name: str, metres: float, *, street: str = "", category: str = "legal") -> str:
    """Write a line of a table of services."""
    lat, lon = north(metres)
    return f"{name},{category},{street},{lat:.7f},{lon:.7f}"


def a_town(path: Path) -> atlas.Atlas:
    """Make an atlas with one city and two districts."""
    made = atlas.create(path, name="Town", metres_crs="EPSG:32633")
    shapes = {"00": (13.0, 13.5, "city"), "01": (13.0, 13.25, "district")}
    shapes["02"] = (13.25, 13.5, "district")
    with made.write() as writer:
        writer.insert(
            "areas",
            [
                {"id": one, "name": one, "level": level, "geometry": shapely.box(w, 52, e, 52.5)}
                for one, (w, e, level) in shapes.items()
            ],
        )
    return made


def ready(
    town: atlas.Atlas, name: str, text: str | bytes, kind: str | None = None, **said: Any
) -> Plan:
    """Prepare a file of this text."""
    path = town.path.parent / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return importer.prepare(town, path, kind=kind, options=Options(**said))


def bring(
    town: atlas.Atlas, name: str, text: str | bytes, kind: str | None = None, **said: Any
) -> Plan:
    """Prepare a file of this text and write it."""
    plan = ready(town, name, text, kind, **said)
    importer.carry_out(town, plan)
    return plan


def codes(plan: Plan) -> set[str]:
    """Name the notes of a plan."""
    return {note.code for note in plan.notes}


def fates(plan: Plan) -> dict[str, int]:
    """Count rows by what becomes of them."""
    compared = plan.compared
    return {"new": compared.new, "changed": compared.changed, "same": compared.same}


def content(town: atlas.Atlas) -> dict[str, list[tuple[Any, ...]]]:
    """Read every table that holds data, byte for byte, without what counts its changes."""
    found = {}
    with closing(sqlite3.connect(town.path)) as db:
        for spec in schema.TABLES.values():
            if not spec.leaves or spec.name == "imports":
                continue
            names = [name for name in spec.column_names if name != "row_version"]
            names += ["geom"] if spec.geometry else []
            picked = ", ".join(f'"{name}"' for name in names)
            found[spec.name] = db.execute(
                f'SELECT {picked} FROM "{spec.name}" ORDER BY id'  # noqa: S608 - names of the schema
            ).fetchall()
    return found
