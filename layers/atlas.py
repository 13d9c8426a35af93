"""The atlas: one GeoPackage that the application writes while QGIS and others read it.

Everything goes through SQL (see :mod:`layers.gpkg` for why). Writes are transactions, one writer
at a time; a row that somebody else changed meanwhile is never overwritten.
"""

# ruff: noqa: S608 - names of tables and columns come from layers.schema, values are bound
from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import gpkg, schema
from layers.errors import LayerError
from layers.history import Raw, Recorder, Revision
from layers.migrations import migrate

BUSY_MS = 10_000
Row = Mapping[str, Any]
SQLValue = str | int | float | bytes | None
_STORE: Mapping[str, Callable[[Any], SQLValue]] = {"yes_no": int, "int": int, "number": float}
_KINDS = {
    spec.name: {column.name: column.type for column in spec.columns}
    for spec in schema.TABLES.values()
}


class Atlas:
    """An atlas on disk; holds no connection, so it may be shared between threads.

    Parameters
    ----------
    path
        A GeoPackage made by :func:`create`.

    Raises
    ------
    LayerError
        ``atlas_missing``, ``atlas_not_ours`` or ``atlas_too_new``.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise LayerError("atlas_missing", file=self.path.name)
        try:
            with closing(_connect(self.path)) as db:
                ours = gpkg.is_geopackage(db) and bool(
                    db.execute("SELECT 1 FROM sqlite_master WHERE name = 'cg_meta'").fetchone()
                )
                if ours:
                    migrate(db)
        except sqlite3.DatabaseError as error:
            raise LayerError("atlas_not_ours", file=self.path.name) from error
        if not ours:
            raise LayerError("atlas_not_ours", file=self.path.name)

    def meta(self) -> dict[str, str]:
        """Read name, metric CRS, country, time zone and whether the city is invented."""
        with closing(_connect(self.path)) as db:
            return dict(db.execute("SELECT key, value FROM cg_meta").fetchall())

    def change(self) -> int:
        """Read the number of the last write: the same number means the same content."""
        return int(self.meta()["change"])

    def state(self) -> str:
        """Name the content: the file itself, which a restore replaces, and its last write."""
        return f"{self.path.stat().st_ino}.{self.change()}"

    def read(self, table: str) -> pd.DataFrame:
        """Read a whole table, rows in the order they were written.

        Returns
        -------
        rows
            One column a schema column, without ``fid``; with a ``geometry`` column in EPSG:4326
            (a GeoDataFrame) where the table has one. Yes/no as ``boolean``, whole numbers as
            ``Int64``, dates as ``datetime64``, code lists and ``extra`` parsed from JSON;
            what is unknown is NA.
        """
        spec = schema.TABLES[table]
        names = (*spec.column_names, *(["geom"] if spec.geometry else []))
        picked = ", ".join(f'"{name}"' for name in names)
        with closing(_connect(self.path)) as db:
            rows = db.execute(f'SELECT {picked} FROM "{table}" ORDER BY fid').fetchall()
        frame = pd.DataFrame.from_records(rows, columns=list(names))
        for column in spec.columns:
            frame[column.name] = _typed(frame[column.name], column.type)
        if not spec.geometry:
            return frame
        shapes = gpkg.from_blobs(frame.pop("geom"))
        placed: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=shapes, crs=gpkg.WGS84)
        return placed

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        with closing(_connect(self.path)) as db:
            found = db.execute(f'SELECT count(*) FROM "{schema.TABLES[table].name}"').fetchone()
        return int(found[0])

    @contextmanager
    def write(self, revision: Revision | None = None) -> Iterator[Writer]:
        """Open a transaction: all of it is written at the end, or nothing where an error comes.

        Parameters
        ----------
        revision
            What the change is, for the history; without one nothing is kept to take it back.

        Raises
        ------
        LayerError
            ``atlas_busy`` if another writer holds the atlas for more than ten seconds;
            ``traces_remain`` where all is written but somebody who reads it for more than ten
            seconds keeps what a protected place was from being overwritten.
        """
        with closing(_connect(self.path)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise LayerError("atlas_busy", file=self.path.name) from error
            writer = Writer(db, revision)
            try:
                yield writer
                writer.finish()
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            # so that a plain copy of the one file holds everything; fails silently under readers
            busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy and writer.forgets:
                raise LayerError("traces_remain", file=self.path.name)

    def backup(self, target: Path | str) -> None:
        """Copy the atlas while others read and write it.

        Raises
        ------
        LayerError
            ``file_exists`` where the target is there already.
        """
        target = Path(target)
        if target.exists():
            raise LayerError("file_exists", file=target.name)
        with closing(_connect(self.path)) as db, closing(sqlite3.connect(target)) as copy:
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")


class Writer:
    """What can be done inside one transaction of an atlas."""

    def __init__(self, db: sqlite3.Connection, revision: Revision | None = None) -> None:
        self._db = db
        self._touched: set[str] = set()
        self._history = Recorder(db, revision)

    @property
    def revision_id(self) -> str:
        """Identifier of this change in ``revisions``."""
        return self._history.id

    @property
    def forgets(self) -> bool:
        """Whether something must be gone for good once this is written."""
        return self._history.forgets

    def insert(self, table: str, rows: pd.DataFrame | list[dict[str, Any]]) -> int:
        """Add rows and return their number.

        Parameters
        ----------
        table
            Name in :data:`layers.schema.TABLES`.
        rows
            Dictionaries or a frame with schema columns (any missing is unknown) and, for tables
            with a geometry, ``geometry`` in EPSG:4326.

        Raises
        ------
        LayerError
            ``row_id_taken`` where an identifier is there already, ``row_incomplete`` where a
            required column is empty, ``row_breaks_rule`` where a rule of the table is broken: a
            hidden place with a point or an address, fewer than five people as a number.
        KeyError
            If a column is not in the schema.
        """
        spec = schema.TABLES[table]
        records = _records(rows)
        names = [*spec.column_names, *(["geom"] if spec.geometry else [])]
        known = {*spec.column_names, "geometry"}
        values = []
        for record in records:
            if strange := set(record) - known:
                raise KeyError(f"{table} has no column {sorted(strange)}")
            values.append([_stored(record, name, spec) for name in names])
        marks = ", ".join("?" * len(names))
        picked = ", ".join(f'"{name}"' for name in names)
        try:
            self._db.executemany(f'INSERT INTO "{table}" ({picked}) VALUES ({marks})', values)
        except sqlite3.IntegrityError as error:
            raise _refused(table, error) from error
        self._history.inserted(table, (str(record["id"]) for record in records))
        self._touched.add(table)
        return len(values)

    def update(self, table: str, row_id: str, changes: Row, *, seen: int, unkept: str = "") -> None:
        """Change one row that was read at version ``seen``; no history keeps column ``unkept``.

        Raises
        ------
        LayerError
            ``row_changed_meanwhile`` where somebody else changed or removed it since; as
            :meth:`insert` where the change breaks a rule.
        """
        spec = schema.TABLES[table]
        names = [name for name in changes if name != "geometry"]
        if strange := set(names) - set(spec.column_names):
            raise KeyError(f"{table} has no column {sorted(strange)}")
        fields = names + (["geom"] if "geometry" in changes else [])
        setting = ", ".join(f'"{name}" = ?' for name in fields)
        values = [_stored(changes, name, spec) for name in fields]
        told = [*(name for name in fields if name != unkept), "row_version"]
        before = self._history.raw(table, row_id, told)
        try:
            done = self._db.execute(
                f'UPDATE "{table}" SET {setting}, row_version = row_version + 1'
                " WHERE id = ? AND row_version = ?",
                (*values, row_id, seen),
            )
        except sqlite3.IntegrityError as error:
            raise _refused(table, error) from error
        if done.rowcount != 1 or before is None:
            raise LayerError("row_changed_meanwhile", table=table, row=row_id)
        after = self._history.raw(table, row_id, told)
        self._history.changed(table, row_id, before, after or {})
        self._touched.add(table)

    def rename(self, table: str, old: str, new: str) -> None:
        """Give a row another identifier, here and wherever a row names it.

        Raises
        ------
        LayerError
            ``row_id_taken`` where another row has it.
        """
        columns = [(schema.TABLES[table].name, "id")]
        columns += [
            (spec.name, column.name)
            for spec in schema.TABLES.values()
            for column in spec.columns
            if column.type == "text" and column.of == table
        ]
        try:
            for name, column in columns:
                self._db.execute(
                    f'UPDATE "{name}" SET "{column}" = ? WHERE "{column}" = ?', (new, old)
                )
                self._touched.add(name)
        except sqlite3.IntegrityError as error:
            raise _refused(table, error) from error
        self._history.renamed(table, old, new)

    def delete(self, table: str, ids: list[str]) -> int:
        """Remove rows by identifier and return how many there were."""
        name = schema.TABLES[table].name
        for one in ids:
            if (before := self._history.raw(table, one)) is not None:
                self._history.deleted(table, one, before)
        gone = self._db.executemany(f'DELETE FROM "{name}" WHERE id = ?', [(one,) for one in ids])
        self._touched.add(table)
        return gone.rowcount

    def ids(self, table: str) -> set[str]:
        """Read the identifiers a table holds, as this transaction sees them."""
        name = schema.TABLES[table].name
        return {row[0] for row in self._db.execute(f'SELECT id FROM "{name}"')}

    def forget(self, place: str) -> None:
        """Forget, once all is written, what was kept of a place and of the rows that are there."""
        self._history.forget(place)

    def drop(self, table: str, ids: Iterable[str]) -> None:
        """Remove rows without keeping them in the history: those of an import that is undone."""
        name = schema.TABLES[table].name
        self._db.executemany(f'DELETE FROM "{name}" WHERE id = ?', [(one,) for one in ids])
        self._touched.add(table)

    def put_back(self, table: str, row_id: str, raw: Raw) -> None:
        """Write columns as the history kept them; a row that is gone comes again whole."""
        values = {
            name: bytes.fromhex(value) if name == "geom" and value is not None else value
            for name, value in raw.items()
            if name != "row_version"
        }
        here = self._history.raw(table, row_id, [*values, "row_version"])
        try:
            if here is None:
                names = ", ".join(f'"{name}"' for name in values)
                marks = ", ".join("?" * len(values))
                self._db.execute(
                    f'INSERT INTO "{table}" ({names}, row_version) VALUES ({marks}, 1)',
                    tuple(values.values()),
                )
                self._history.inserted(table, [row_id])
            else:
                setting = ", ".join(f'"{name}" = ?' for name in values)
                self._db.execute(
                    f'UPDATE "{table}" SET {setting}, row_version = row_version + 1 WHERE id = ?',
                    (*values.values(), row_id),
                )
                after = self._history.raw(table, row_id, [*values, "row_version"])
                self._history.changed(table, row_id, here, after or {})
        except sqlite3.IntegrityError as error:
            raise _refused(table, error) from error
        self._touched.add(table)

    def ask(self, sql: str, values: tuple[SQLValue, ...] = ()) -> list[tuple[Any, ...]]:
        """Read by SQL of our own, as this transaction sees it."""
        return self._db.execute(sql, values).fetchall()

    def set_meta(self, key: str, value: str) -> None:
        """Keep one fact about the city."""
        self._db.execute("INSERT OR REPLACE INTO cg_meta VALUES (?, ?)", (key, value))
        self._touched.add("")

    def finish(self) -> None:
        """Keep extents and the number of the last write true; called by ``Atlas.write``."""
        self._history.finish(touched=bool(self._touched))
        for table in self._touched - {""}:
            if schema.TABLES[table].geometry:
                gpkg.refresh_extent(self._db, table)
        if self._touched:
            self._db.execute("UPDATE cg_meta SET value = value + 1 WHERE key = 'change'")


def create(
    path: Path | str,
    *,
    name: str,
    metres_crs: str = "",
    country: str = "",
    timezone: str = "UTC",
    invented: bool = False,
) -> Atlas:
    """Make an empty atlas.

    Parameters
    ----------
    path
        File to make; must not exist.
    name
        Name of the city.
    metres_crs
        CRS that distances are measured in, such as ``"EPSG:25833"``; empty until the first
        geometry comes, which then decides (:func:`layers.space.metres_crs`).
    country
        ISO 3166 code whose public holidays opening hours follow; empty for none.
    timezone
        IANA name.
    invented
        True for a sample city: every page then says so.

    Raises
    ------
    LayerError
        ``file_exists``.
    """
    path = Path(path)
    if path.exists():
        raise LayerError("file_exists", file=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    half_made = path.with_name(path.name + ".new")
    half_made.unlink(missing_ok=True)
    with closing(_connect(half_made)) as db:
        db.execute("BEGIN IMMEDIATE")
        gpkg.prepare(db)
        db.execute("CREATE TABLE cg_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        gpkg.register(db, "cg_meta", about="Facts about the city and this file")
        for table in schema.TABLES.values():
            db.execute(schema.create_sql(table))
            gpkg.register(db, table.name, about=table.about, geometry=table.geometry)
        facts = {
            "schema_version": str(schema.VERSION),
            "change": "0",
            "name": name,
            "metres_crs": metres_crs,
            "country": country,
            "timezone": timezone,
            "invented": "1" if invented else "0",
        }
        db.executemany("INSERT INTO cg_meta VALUES (?, ?)", facts.items())
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = DELETE")
    half_made.replace(path)
    return Atlas(path)


def restore(backup: Path | str, path: Path | str) -> Atlas:
    """Put a backup in the place of an atlas; what was there stays beside it as ``.before``.

    Raises
    ------
    LayerError
        ``atlas_missing`` or ``atlas_not_ours`` for the backup: then nothing was changed.
    """
    path = Path(path)
    good = Atlas(backup)
    copy = path.with_name(path.name + ".new")
    copy.unlink(missing_ok=True)
    good.backup(copy)
    if path.exists():
        before = path.with_name(path.name + ".before")
        before.unlink(missing_ok=True)
        Atlas(path).backup(before)
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    shutil.move(copy, path)
    return Atlas(path)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA trusted_schema = OFF")
    # what is taken out of a row, such as the address of a place that is hidden now, is overwritten
    db.execute("PRAGMA secure_delete = ON")
    return db


def _refused(table: str, error: sqlite3.IntegrityError) -> LayerError:
    said = str(error)
    if "UNIQUE" in said:
        return LayerError("row_id_taken", table=table)
    if "NOT NULL" in said:
        return LayerError("row_incomplete", table=table, column=said.rpartition(".")[2])
    return LayerError("row_breaks_rule", table=table)


def _records(rows: pd.DataFrame | list[dict[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(rows, pd.DataFrame):
        return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]
    return rows


def _stored(record: Row, name: str, spec: schema.Table) -> SQLValue:
    if name == "geom":
        return gpkg.to_blob(_multi(record.get("geometry"), spec.geometry))
    if name == "row_version":
        return 1
    value = record.get(name)
    kind = _KINDS[spec.name][name]
    # most cells are these; asking pandas whether they are missing takes longer than storing them
    if value is None or (type(value) is str and kind not in _STORE):
        return value
    if isinstance(value, list | tuple | dict | set | frozenset):
        ready = sorted(value) if isinstance(value, set | frozenset) else value
        return json.dumps(ready, ensure_ascii=False)
    if bool(pd.isna(value)):
        return None
    # pandas' Timestamp is a date too
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else _STORE.get(kind, str)(value)


def _multi(geometry: Any, kind: str) -> BaseGeometry | None:  # noqa: ANN401 - a cell of a frame
    if not isinstance(geometry, BaseGeometry):
        return None
    if kind == "MULTIPOLYGON" and isinstance(geometry, shapely.Polygon):
        return shapely.MultiPolygon([geometry])
    return geometry


def _typed(values: pd.Series[Any], kind: str) -> pd.Series[Any]:
    if kind in ("codes", "json"):
        # pandas makes a column of texts with gaps hold NaN, not None
        parsed = [json.loads(text) if isinstance(text, str) else None for text in values]
        return pd.Series(parsed, index=values.index, dtype=object)
    if kind == "date":
        return pd.to_datetime(values, format="%Y-%m-%d")
    if kind == "yes_no":
        return values.astype("Int64").astype("boolean")
    if kind == "int":
        return values.astype("Int64")
    return values.astype("float64" if kind == "number" else "str")
