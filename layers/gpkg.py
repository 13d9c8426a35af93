"""GeoPackage as SQL and bytes: the tables it prescribes, and geometry to and from its blobs.

GDAL must never open a live atlas inside this process: Python's SQLite and GDAL's are two
libraries, and each drops the other's file locks. So geometry is read and written here, as the
8-byte GeoPackage header plus WKB (OGC 12-128r18, clause 2.1.3).
"""

# ruff: noqa: S608 - names of tables and columns come from layers.schema, values are bound
from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

APPLICATION_ID = 0x47504B47  # "GPKG"
FORMAT_VERSION = 10300
WGS84 = 4326
_LITTLE_ENDIAN, _ENVELOPE_XY, _EMPTY = 0b1, 0b10, 0b10000
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
"""


def prepare(db: sqlite3.Connection) -> None:
    """Make an empty database a GeoPackage; call inside a transaction."""
    for statement in _TABLES.strip().split(";\n"):
        db.execute(statement.rstrip(";"))
    undefined = "undefined"
    db.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)",
        [
            ("Undefined cartesian SRS", -1, "NONE", -1, undefined),
            ("Undefined geographic SRS", 0, "NONE", 0, undefined),
            ("WGS 84", WGS84, "EPSG", WGS84, CRS(WGS84).to_wkt("WKT1_GDAL")),
        ],
    )
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


def register(db: sqlite3.Connection, table: str, *, about: str, geometry: str = "") -> None:
    """List a table in the GeoPackage, as features where it has a geometry."""
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            table,
            "features" if geometry else "attributes",
            table,
            about,
            WGS84 if geometry else None,
        ),
    )
    if geometry:
        db.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (table, geometry, WGS84),
        )


def is_geopackage(db: sqlite3.Connection) -> bool:
    """Tell whether an open database calls itself a GeoPackage."""
    return bool(db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def to_blob(geometry: BaseGeometry | None, *, srs_id: int = WGS84) -> bytes | None:
    """Write a 2D geometry as a GeoPackage blob; ``None`` stays ``None``.

    Examples
    --------
    >>> blob = to_blob(shapely.Point(10, 56))
    >>> blob[:2], from_blobs([blob])[0]
    (b'GP', <POINT (10 56)>)
    """
    if geometry is None:
        return None
    flat = shapely.force_2d(geometry)
    if flat.is_empty:
        return struct.pack("<2sBBi", b"GP", 0, _LITTLE_ENDIAN | _EMPTY, srs_id) + shapely.to_wkb(
            flat, byte_order=1
        )
    wkb: bytes = shapely.to_wkb(flat, byte_order=1)
    if flat.geom_type == "Point":
        return struct.pack("<2sBBi", b"GP", 0, _LITTLE_ENDIAN, srs_id) + wkb
    min_x, min_y, max_x, max_y = flat.bounds
    head = struct.pack(
        "<2sBBi4d",
        *(b"GP", 0, _LITTLE_ENDIAN | _ENVELOPE_XY, srs_id),
        *(min_x, max_x, min_y, max_y),
    )
    return head + wkb


def from_blobs(blobs: Iterable[bytes | None]) -> npt.NDArray[np.object_]:
    """Read GeoPackage blobs of any writer; ``None`` stays ``None``.

    Raises
    ------
    ValueError
        If a blob does not begin with the GeoPackage header.
    """
    return np.asarray(shapely.from_wkb([_wkb(blob) for blob in blobs]), dtype=object)


def _wkb(blob: bytes | None) -> bytes | None:
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry: its first two bytes are not GP")
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def refresh_extent(db: sqlite3.Connection, table: str) -> None:
    """Keep the extent and the day of change of a table true; call in the writing transaction."""
    blobs = [row[0] for row in db.execute(f'SELECT geom FROM "{table}" WHERE geom IS NOT NULL')]
    bounds = shapely.total_bounds(from_blobs(blobs)) if blobs else [np.nan] * 4
    db.execute(
        "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
        " last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?",
        (*(None if np.isnan(value) else float(value) for value in bounds), table),
    )
