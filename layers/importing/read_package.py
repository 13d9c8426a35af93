"""GeoPackage by our own SQL, read only: no GDAL, no view, no attached file."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import Any

import shapely

from layers import gpkg
from layers.errors import LayerError
from layers.importing import read_crs
from layers.importing.read_source import How, Source
from layers.importing.tables import MAX_ROWS, Note, Problem, Table, clean

SECONDS = 30
_EVERY = 2_000
_MOST_BYTES = 50_000_000  # of one cell
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


def look(source: Source, how: How) -> dict[str, Any]:
    """Name the layers of a package; in an export of ours, all tables and ``cg_meta``."""
    del how
    with closing(_open(source)) as db:
        parts = []
        for name in _layers(db):
            column, _ = _geometry(db, name, [])
            fields = [one for one in _fields(db, name) if one != column]
            part = {"name": name, "rows": _count(db, name), "columns": fields}
            parts.append({**part, "shapes": bool(column)})
    return {"parts": parts, "encoding": ""}


def read(source: Source, how: How) -> Table:
    """Read one layer.

    Raises
    ------
    LayerError
        ``package_no_layer``, ``file_unreadable``, ``file_too_many_rows`` or ``file_too_slow``.
    """
    notes: list[Note] = []
    with closing(_open(source)) as db:
        chosen = next(name for name in _layers(db) if how.part in (None, name))
        column, crs = _geometry(db, chosen, notes)
        fields, count = _fields(db, chosen), _count(db, chosen)
        if count > MAX_ROWS:
            raise LayerError("file_too_many_rows", limit=MAX_ROWS)
        db.set_authorizer(_authorize)
        cursor = db.execute(f"SELECT * FROM {_quoted(chosen)} LIMIT {MAX_ROWS}")  # noqa: S608 - a name that the file's own list of tables holds, quoted
        found: list[tuple[object, ...]] = []
        while some := cursor.fetchmany(_EVERY):
            found += some
            how.tell(len(found), count)
    return _table(fields, found, column, crs, notes)


def _open(source: Source) -> sqlite3.Connection:
    """Open a package so that it can do nothing but be read; one from a zip is read in memory."""
    if source.path is not None:
        db = sqlite3.connect(f"{source.path.as_uri()}?mode=ro&immutable=1", uri=True)
    else:
        db = sqlite3.connect(":memory:")
        db.deserialize(source.read())
    db.execute("PRAGMA trusted_schema = OFF")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    end = time.monotonic() + SECONDS
    db.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
    return db


def _tables(db: sqlite3.Connection) -> set[str]:
    """Name what is a table and nothing else: no view, and no virtual table, which runs code."""
    return {
        str(name)
        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not str(sql or "").lstrip().upper().startswith("CREATE VIRTUAL")
    }


def _layers(db: sqlite3.Connection) -> list[str]:
    real = _tables(db)
    if "gpkg_contents" not in real:
        raise LayerError("package_no_layer")
    listed = db.execute(
        "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        " ORDER BY data_type DESC, table_name"
    )
    layers = [name for (name,) in listed if name in real and not name.startswith("cg_")]
    if not layers:
        raise LayerError("package_no_layer")
    # an export of ours says so, and its settings come along
    return layers + (["cg_meta"] if "cg_meta" in real else [])


def _fields(db: sqlite3.Connection, layer: str) -> list[str]:
    return [str(row[1]) for row in db.execute(f"PRAGMA table_info({_quoted(layer)})")]


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


def _geometry(db: sqlite3.Connection, layer: str, notes: list[Note]) -> tuple[str, str]:
    if "gpkg_geometry_columns" not in _tables(db):
        return "", ""
    found = db.execute(
        "SELECT g.column_name, s.organization, s.organization_coordsys_id, s.definition"
        " FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON g.srs_id = s.srs_id"
        " WHERE g.table_name = ?",
        (layer,),
    ).fetchone()
    if not found:
        return "", ""
    if str(found[1] or "").upper() == "EPSG" and int(found[2] or 0) > 0:
        return str(found[0]), f"EPSG:{int(found[2])}"
    if str(found[1] or "NONE").upper() == "NONE":
        return str(found[0]), ""
    return str(found[0]), read_crs.from_text(str(found[3] or ""), notes)


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
