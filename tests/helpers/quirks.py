"""A small town and the whole way of a file into it, for the tests of quirks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from layers import atlas
from layers.importing import importer
from layers.importing.draft import Options
from layers.importing.importer import Plan

AREAS = ("010111", "010112", "010113", "020111")


def make_town(folder: Path) -> atlas.Atlas:
    """Make a city of four areas and three actors, around 13.2 east and 52.2 north."""
    made = atlas.create(folder / "town.gpkg", name="Town")
    with made.write() as writer:
        city = {"id": "00", "name": "Town", "level": "city"}
        writer.insert("areas", [city | {"geometry": shapely.box(13, 52, 13.4, 52.4)}])
        quarters = [
            {"id": one, "name": f"Quarter {n}", "level": "quarter"}
            | {"geometry": shapely.box(13 + n / 10, 52, 13.1 + n / 10, 52.4)}
            for n, one in enumerate(AREAS)
        ]
        writer.insert("areas", quarters)
        names = {"a1": "Amal e.V.", "b2": "Stadt", "c3": "Brot\u00a0und  Rosen"}
        writer.insert("organizations", [{"id": i, "name": name} for i, name in names.items()])
    return made


def add(
    town: atlas.Atlas, name: str, content: str | bytes, kind: str | None = None, **said: Any
) -> Plan:
    """Write a file and bring it in, as the page and the command do."""
    path = town.path.parent / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    plan = importer.prepare(town, path, kind=kind, options=Options(**said))
    importer.carry_out(town, plan)
    return plan


def notes(plan: Plan) -> dict[str, dict[str, Any]]:
    """Give what was said of an import, by code."""
    return {note.code: note.values for note in plan.notes}


def features(*rows: tuple[dict[str, Any] | None, dict[str, Any]], **more: Any) -> str:
    """Write GeoJSON of pairs of geometry and properties."""
    listed = [{"type": "Feature", "geometry": g, "properties": p} for g, p in rows]
    return json.dumps({"type": "FeatureCollection", "features": listed, **more})


def point(*xyz: float) -> dict[str, Any]:
    """Write a point of GeoJSON."""
    return {"type": "Point", "coordinates": list(xyz)}
