"""GeoPackage by our own SQL, read only: no GDAL, no view, no attached file."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import shapely

from layers import gpkg
from layers.errors import LayerError
from layers.importing.tables import MAX_ROWS, Note, Problem, Table, clean

SECONDS = 30
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


def read(path: Path) -> Table:
    """Read the layer with most rows.

    Raises
    ------
    LayerError
        ``package_no_layer``, ``file_unreadable`` or ``file_too_slow``.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        db.execute("PRAGMA trusted_schema = OFF")
        end = time.monotonic() + SECONDS
        db.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
        real = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "gpkg_contents" not in real:
            raise LayerError("package_no_layer")
        listed = [
            row[0]
            for row in db.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
                " ORDER BY data_type DESC, table_name"
            )
        ]
        layers = [name for name in listed if name in real and not name.startswith("cg_")]
        if not layers:
            raise LayerError("package_no_layer")
        sizes = {name: _count(db, name) for name in layers}
        chosen = max(layers, key=lambda name: sizes[name])
        notes = []
        if len(layers) > 1:
            notes.append(Note("layer_chosen", {"layer": chosen, "layers": len(layers)}))
        column, crs = _geometry(db, chosen) if "gpkg_geometry_columns" in real else ("", "")
        fields = [row[1] for row in db.execute(f"PRAGMA table_info({_quoted(chosen)})")]
        db.set_authorizer(_authorize)
        found = db.execute(f"SELECT * FROM {_quoted(chosen)} LIMIT {MAX_ROWS}").fetchall()  # noqa: S608 - a name that the file's own list of tables holds, quoted
    return _table(fields, found, column, crs, notes)


def _table(
    fields: list[str], found: list[tuple[object, ...]], column: str, crs: str, notes: list[Note]
) -> Table:
    place = fields.index(column) if column in fields else -1
    keep = [number for number in range(len(fields)) if number != place]
    rows, numbers, shapes, problems = [], [], [], []
    for number, record in enumerate(found, start=2):
        shape = None
        if place >= 0:
            try:
                shape = gpkg.from_blobs([_blob(record[place])])[0]
            except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError):
                problems.append(Problem(number, "shape_broken"))
                continue
        flat = None if shape is None or shape.is_empty else shapely.force_2d(shape)
        rows.append([_cell(record[number]) for number in keep])
        shapes.append(None if flat is None else shapely.to_wkb(flat))
        numbers.append(number)
    columns = [fields[number] for number in keep]
    return Table(
        columns,
        rows,
        numbers,
        "gpkg",
        shapes if place >= 0 else None,
        crs,
        notes,
        problems,
    )


def _geometry(db: sqlite3.Connection, layer: str) -> tuple[str, str]:
    found = db.execute(
        "SELECT g.column_name, s.organization, s.organization_coordsys_id"
        " FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON g.srs_id = s.srs_id"
        " WHERE g.table_name = ?",
        (layer,),
    ).fetchone()
    if not found:
        return "", ""
    named = str(found[1] or "").upper() == "EPSG" and int(found[2] or 0) > 0
    return str(found[0]), f"EPSG:{int(found[2])}" if named else ""


def _count(db: sqlite3.Connection, layer: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {_quoted(layer)}").fetchone()[0])  # noqa: S608 - as above


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _blob(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    raise TypeError("a geometry that is no bytes")


def _cell(value: object) -> str | None:
    return None if isinstance(value, bytes) else clean(value)


def _authorize(action: int, *_: object) -> int:
    """Let a file do nothing but be read: no function, no attached database, no pragma."""
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
