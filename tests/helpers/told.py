"""What an atlas tells the outside, and the way out of one and into another."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from layers import atlas
from layers.atlas import Atlas
from layers.exporting import export, leaving
from layers.importing import importer
from mapping import out

_NUMBER = itertools.count()
Rows = dict[str, dict[str, Any]]


def told(atlas: Atlas, to: str = "gpkg") -> dict[str, Rows]:
    """Give every table that leaves in a format: rows by identifier, in plain values."""
    return {
        name: {str(row["id"]): _plain(row) for row in table.to_dict("records")}
        for name, table in leaving(atlas, to=to).tables.items()
        if len(table)
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _value(one) for name, one in row.items() if name != "row_version"}


def _value(one: Any) -> Any:
    if isinstance(one, list | dict):
        return json.dumps(one, ensure_ascii=False, sort_keys=True)
    if one is None or pd.isna(one):
        return None
    if hasattr(one, "wkb"):
        return one.normalize().wkt
    return one


def taken(made: Atlas, folder: Path, to: str) -> Path:
    """Export, and name what to give to an import."""
    export(made, folder, to=to, look=out.look())
    return {"gpkg": folder / "atlas.gpkg", "xlsx": folder / "atlas.xlsx"}.get(to, folder)


def empty(folder: Path) -> Atlas:
    """Make an empty atlas."""
    return atlas.create(folder / f"empty-{next(_NUMBER)}.gpkg", name="Empty")


def brought(into: Atlas, file: Path) -> Any:
    """Add a file, and give the plan of it."""
    plan = importer.prepare(into, file)
    importer.carry_out(into, plan)
    return plan


def edited(made: Atlas, table: str, row_id: str, **values: Any) -> None:
    """Change one row of an atlas."""
    rows: list[dict[Any, Any]] = made.read(table).to_dict("records")
    seen = next(int(row["row_version"]) for row in rows if row["id"] == row_id)
    with made.write() as w:
        w.update(table, row_id, values, seen=seen)


def small_town(folder: Path) -> Atlas:
    """Make a town of one actor with one service at one place."""
    made = atlas.create(folder / "town.gpkg", name="Town", metres_crs="EPSG:32632")
    with made.write() as w:
        w.insert(
            "locations",
            [
                {
                    "id": "at",
                    "precision": "exact",
                    "address": "Ringstr. 5",
                    "geometry": shapely.Point(11, 50),
                }
            ],
        )
        w.insert(
            "organizations",
            [{"id": "1", "name": "Amal", "consent_shown": True, "location_id": "at"}],
        )
        w.insert(
            "services", [{"id": "s", "name": "Advice", "category": "legal", "organization_id": "1"}]
        )
        w.insert("service_at_location", [{"id": "l", "service_id": "s", "location_id": "at"}])
    return made
