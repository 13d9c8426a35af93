"""What may leave, and in which files: nothing private, nothing hidden, nothing of a few people.

Six formats. A GeoPackage that this application opens again, with styles for QGIS; an XLSX
workbook; GeoJSON and CSV, one file a table; Kumu's JSON and
GraphML with actors and ties alone. All are made from the same filtered tables, so that
they cannot differ in what they hold back, and each comes back by an import.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import atlas as atlas_store
from layers import cell_text, clock, network_files, on_map, qgis_styles, schema, workbook
from layers.atlas import Atlas
from layers.cell_text import PEOPLE, Cell, harmless, plain
from layers.errors import LayerError
from layers.importing.watch import EVERY, Watch
from layers.qgis_styles import Look
from layers.releasing import releasable

FORMATS = ("gpkg", "xlsx", "geojson", "csv")
NETWORK = ("kumu", "graphml")  # formats that hold actors and ties alone
EVERY_FORMAT = (*FORMATS, *NETWORK)
_NETWORK = ("organizations", "ties", "standings", "towers", "ratings", "replies", "imports")
ABOUT_FILE = "cg_about.csv"
# facts of the city that come back with an import, by their key in the sheet About
META = ("name", "country", "timezone", "metres_crs", "invented")
_LONGEST = 60_000  # characters of a cell of text; readers take 100,000, apostrophes need room
_STEP = "write"


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were written, and how much was held back."""

    files: tuple[str, ...]
    rows: dict[str, int]
    withheld: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What would leave: ``rows`` by table that has any, and how much is ``withheld`` and why.

    ``licences`` are the file and licence of each import that a row comes from; ``small`` is the
    number of counts of one to four people, which leave as withheld.
    """

    tables: Mapping[str, pd.DataFrame]
    rows: dict[str, int]
    withheld: dict[str, int]
    licences: tuple[tuple[str, str], ...]
    small: int


def leaving(atlas: Atlas, *, to: str = "gpkg") -> Leaving:
    """Say what an export would hold, without writing anything.

    Parameters
    ----------
    atlas
        What to export; only read.
    to
        Format: work notes leave in a GeoPackage alone, which is the copy of the whole.
    """
    held = {name: atlas.read(name) for name, spec in schema.TABLES.items() if spec.leaves}
    tables, withheld = releasable(held, whole=to == "gpkg")
    if to in NETWORK:
        tables |= {name: table.iloc[:0] for name, table in tables.items() if name not in _NETWORK}
    imports = tables["imports"].dropna(subset="licence")
    named = zip(imports["file"].fillna(""), imports["licence"], strict=True)
    return Leaving(
        tables=MappingProxyType(tables),
        rows={name: len(table) for name, table in tables.items() if len(table)},
        withheld=withheld,
        licences=tuple(dict.fromkeys((str(file), str(licence)) for file, licence in named)),
        small=sum(int(tables[one]["suppressed"].fillna(value=False).sum()) for one in PEOPLE),
    )


def export(
    atlas: Atlas,
    folder: Path | str,
    *,
    to: str,
    look: Look | None = None,
    watch: Watch | None = None,
) -> Exported:
    """Write what may leave into an empty folder.

    Parameters
    ----------
    atlas
        What to export; only read.
    folder
        Made where absent; must hold no files.
    to
        One of :data:`EVERY_FORMAT`.
    look
        Colours, shapes and words for QGIS and for the sheet that says what the file is; without
        it there are no styles, and bare codes there.
    watch
        Is told how many rows are written, and may stop it: then the folder is left empty.

    Returns
    -------
    exported
        Names of the files, rows by table, and what was held back: ``actors`` and ``assets``
        without consent, ``ties`` with them, ``statements`` about what stays, ``judgements``
        without the reply of whom they are about, ``notes`` of work, ``contacts`` and other cells
        that may be personal, ``hidden`` cells of hidden places.

    Raises
    ------
    LayerError
        ``export_kind_unknown``, ``folder_not_empty``, ``folder_unwritable``, ``sheet_too_long`` or
        ``stopped``.
    """
    if to not in EVERY_FORMAT:
        raise LayerError("export_kind_unknown", kind=to)
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise LayerError("folder_not_empty", file=folder.name)
        job = _Job(atlas, leaving(atlas, to=to), folder, look, watch)
        try:
            files = _WRITERS[to](job)
        except LayerError:
            for made in folder.iterdir():
                made.unlink()
            raise
    except OSError as error:
        raise LayerError("folder_unwritable", file=folder.name) from error
    return Exported(tuple(files), job.what.rows, job.what.withheld)


def packed(folder: Path, done: Exported, target: Path) -> None:
    """Put the files of an export into one zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in done.files:
            out.write(folder / name, name)


@dataclass(slots=True)
class _Job:
    """One export on its way."""

    atlas: Atlas
    what: Leaving
    folder: Path
    look: Look | None
    watch: Watch | None
    done: int = 0

    def tables(self) -> list[tuple[str, pd.DataFrame]]:
        """Give the tables that have rows."""
        return [(name, table) for name, table in self.what.tables.items() if len(table)]

    def wrote(self, rows: int) -> None:
        """Say that so many rows more are written; stops where somebody asked for it."""
        before, self.done = self.done, self.done + rows
        if self.watch is not None and self.done // EVERY != before // EVERY:
            self.watch.tell(_STEP, self.done, sum(self.what.rows.values()))

    def about(self) -> list[list[Cell]]:
        """Say what this is: city, day, licences, rows, what was withheld; facts with their key."""
        say = str if self.look is None else self.look.say
        meta = self.atlas.meta()
        invented = cell_text.YES if meta["invented"] == "1" else cell_text.NO
        facts = {name: harmless(meta[name]) for name in META} | {"invented": invented}
        lines: list[list[Cell]] = [[say("out.what"), say("out.value"), "key"]]
        lines += [[say(f"out.{key}"), text, key] for key, text in facts.items()]
        lines.append([say("out.taken_on"), clock.today()])
        if self.what.licences:
            lines += [[], [say("out.licence")]]
            lines += [[harmless(file), harmless(named)] for file, named in self.what.licences]
        withheld = self.what.withheld | {"small": self.what.small}
        lines += [[], [say("out.withheld")]]
        lines += [[say(f"out.withheld_{why}"), count] for why, count in withheld.items()]
        lines += [[], [say("out.rows")]]
        lines += [[name, count] for name, count in self.what.rows.items()]
        return lines


def _write_gpkg(job: _Job) -> list[str]:
    """Write a fresh file: a copy with rows taken out would keep them in its free pages."""
    meta = job.atlas.meta()
    target = job.folder / "atlas.gpkg"
    made = atlas_store.create(
        target,
        name=meta["name"],
        metres_crs=meta["metres_crs"],
        country=meta["country"],
        timezone=meta["timezone"],
        invented=meta["invented"] == "1",
    )
    with made.write() as writer:
        for name, table in job.tables():
            for start in range(0, len(table), EVERY):
                piece = table.iloc[start : start + EVERY]
                writer.insert(name, piece)
                job.wrote(len(piece))
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.execute("BEGIN")
        on_map.write(db, on_map.services_on_map(job.what.tables))
        if job.look is not None:
            qgis_styles.write_styles(db, job.look, on=clock.today())
        db.execute("COMMIT")
        # one file that opens also where nobody may write beside it
        db.execute("PRAGMA journal_mode = DELETE")
    return [target.name]


def _write_xlsx(job: _Job) -> list[str]:
    path = job.folder / "atlas.xlsx"
    sheets = ((name, _rows(name, table, workbook.LONGEST)) for name, table in job.tables())
    workbook.write(
        path,
        sheets,
        about=job.about(),
        title=job.atlas.meta()["name"],
        tell=lambda _: job.wrote(1),
    )
    return [path.name]


def _write_geojson(job: _Job) -> list[str]:
    """Write one file a table; services and actors stand at their places, links and ties nowhere."""
    links = job.what.tables["service_at_location"].drop_duplicates("service_id")
    at = links.set_index("service_id")["location_id"]
    points = job.what.tables["locations"].set_index("id")["geometry"]
    layers = dict(job.tables())
    for name, where in (("services", "id"), ("organizations", "location_id")):
        if name in layers:
            rows = layers[name]
            spots = rows[where].map(at) if where == "id" else rows[where]
            layers[name] = gpd.GeoDataFrame(rows, geometry=list(spots.map(points)), crs=4326)
    files = []
    for name, table in layers.items():
        features = []
        for row in table.to_dict("records"):
            features.append(_feature(row))
            job.wrote(1)
        whole = {"type": "FeatureCollection", "name": name, "features": features}
        path = job.folder / f"{name}.geojson"
        path.write_text(json.dumps(whole, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        files.append(path.name)
    return [*files, _write_about(job)]


def _feature(row: Mapping[Any, Any]) -> dict[str, Any]:
    shape = row.get("geometry")
    there = isinstance(shape, BaseGeometry) and not shape.is_empty
    told = {
        str(name): plain(value)
        for name, value in row.items()
        if name != "geometry" and name not in cell_text.NOT_TOLD
    }
    return {
        "type": "Feature",
        "id": row["id"],
        "geometry": json.loads(str(shapely.to_geojson(shape))) if there else None,
        "properties": told,
    }


def _write_csv(job: _Job) -> list[str]:
    """Write one file a table: UTF-8 with a mark, so that spreadsheets see it."""
    files = []
    for name, table in job.tables():
        rows = _rows(name, table, _LONGEST)
        names = cell_text.columns(rows)
        lines: list[list[Cell]] = [[harmless(one) for one in names]]
        lines += [[row.get(one) for one in names] for row in rows]
        _lines(job.folder / f"{name}.csv", lines)
        files.append(f"{name}.csv")
        job.wrote(len(rows))
    return [*files, _write_about(job)]


def _write_about(job: _Job) -> str:
    _lines(job.folder / ABOUT_FILE, job.about())
    return ABOUT_FILE


def _lines(path: Path, lines: list[list[Cell]]) -> None:
    """Write cells; all in quotes, so that no other separator cuts a formula out of a text."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(
            ["" if cell is None else str(cell) for cell in line] for line in lines
        )


def _rows(name: str, table: pd.DataFrame, longest: int) -> list[dict[str, Cell]]:
    return [cell_text.cells(name, row, longest=longest) for row in table.to_dict("records")]


def _write_kumu(job: _Job) -> list[str]:
    path = job.folder / "network.json"
    job.wrote(network_files.write_kumu(job.what.tables, path))
    return [path.name, _write_about(job)]


def _write_graphml(job: _Job) -> list[str]:
    path = job.folder / "network.graphml"
    job.wrote(network_files.write_graphml(job.what.tables, path))
    return [path.name, _write_about(job)]


_WRITERS: Mapping[str, Callable[[_Job], list[str]]] = MappingProxyType(
    {
        "gpkg": _write_gpkg,
        "xlsx": _write_xlsx,
        "geojson": _write_geojson,
        "csv": _write_csv,
        "kumu": _write_kumu,
        "graphml": _write_graphml,
    }
)
