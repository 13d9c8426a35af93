"""Taking back an export of ours: all tables at once, with their links, as they were.

What comes back is laid beside what is here by identifier. Nothing is believed because a file looks
like ours: see :mod:`layers.importing.whole_guard`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers import coarsening, consent, schema
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import cells, child
from layers.importing.compare import Change, Compared
from layers.importing.draft import Options, Record, RowRefused
from layers.importing.look import Contents
from layers.importing.plan import Plan
from layers.importing.tables import Note
from layers.importing.watch import Watch, told
from layers.importing.whole_guard import guard
from layers.importing.whole_rougher import Gone, make_rougher
from layers.importing.whole_rows import OURS, Row, Whole, rows_of

KIND = "whole"
CAME_WITH = "came_with"  # in the choices of an import that an export brought along: with which
SHOWN = 500  # changed cells that are kept to be shown
_ABOUT_THE_ROW = frozenset({"id", "source_file", "source_row", "import_id", "row_version"})
_NEVER_SHOWN = frozenset({"private_contact", "geometry", "extra", "address"})
# an empty cell of these means something: a count that is now withheld must go
_ALWAYS = frozenset({"count"})
_CLOSE_DEG = 1e-9
_CODES = {"organizations": "actor_unknown", "services": "service_unknown"}


class WholePlan(Plan):
    """A plan whose rows are numbered table by table."""

    @property
    def accepted(self) -> int:
        """Rows that are written, or are here already."""
        return self.rows - len({(one.row, one.column.partition(".")[0]) for one in self.rejected})


def prepare(
    atlas: Atlas,
    path: Path | str,
    contents: Contents,
    options: Options,
    watch: Watch | None = None,
) -> Plan:
    """Read an export, check every row, and compare with what is there; nothing is written.

    Parameters
    ----------
    atlas
        Where the rows are to go.
    path
        A GeoPackage or workbook of ours, or a folder or zip of CSV or GeoJSON files.
    contents
        What :func:`layers.importing.child.look` found in it.
    options
        Kept with the plan; an export needs no choices.
    watch
        Is told how far the reading is, and may stop it.

    Returns
    -------
    plan
        Rows to write by table, rows rejected with reasons, and notes.

    Raises
    ------
    LayerError
        ``whole_nothing`` where no table is ours, ``all_rejected``, and what the reader raises.
    """
    path = Path(path)
    whole = rows_of(child.read_all(path, watch=watch), path.name)
    if watch is not None:
        watch.tell("rows", 0, whole.read)
    held = cache(atlas.read)
    guard(whole, held)
    _names_of_others(whole, held)
    gone = make_rougher(whole, held)
    _joined(whole, held)
    compared = _compared(whole, held, gone, watch)
    plan = WholePlan(
        file=path.name,
        sha256=_hash(path),
        kind=KIND,
        format=KIND,
        rows=whole.read,
        compared=compared,
        rejected=tuple(sorted(whole.rejected, key=lambda one: (one.column, one.row))),
        notes=tuple(whole.notes),
        joined=_city(whole, atlas),
        point=_first_point(compared),
        contents=contents,
        options=options,
        changes_shown=compared.shown,
    )
    if not plan.accepted:
        first = plan.rejected[0]
        more = {f"of_{name}": value for name, value in first.values.items()}  # noqa: PD011 - a dictionary of ours
        raise LayerError("all_rejected", file=path.name, row=first.row, reason=first.code, **more)
    return plan


def _hash(path: Path) -> str:
    """Name the bytes of a file, or of all files in a folder."""
    found = hashlib.sha256()
    files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    for one in files:
        found.update(one.read_bytes())
    return found.hexdigest()


# --- names -------------------------------------------------------------------------------------


def _names_of_others(whole: Whole, held: Any) -> None:  # noqa: ANN401 - a cached reader of tables
    """Refuse rows whose identifier belongs to another row here: two cities both count from 1."""
    for table in whole.rows:
        if "name" not in schema.TABLES[table].column_names or table in ("locations", "streets"):
            continue
        here = held(table)
        there = {str(row["id"]): row for row in here.to_dict("records")}

        def check(row: Row, there: Mapping[str, Mapping[Any, Any]] = there) -> None:
            one = there.get(str(row.record["id"]))
            if one is None or _missing(one["source_file"]):
                return
            mine, theirs = (cells.plain(str(name)) for name in (row.record["name"], one["name"]))
            if mine != theirs and one["source_file"] != row.record.get("source_file"):
                raise RowRefused("id_of_another", column="id", file=str(one["source_file"]))

        whole.keep(table, check)


def _joined(whole: Whole, held: Any) -> None:  # noqa: ANN401 - as above
    """Refuse rows that need a row which is nowhere, until none is left that does."""
    before = -1
    while before != len(whole.rejected):
        before = len(whole.rejected)
        ids = {table: _ids(whole, held, table) for table in OURS}
        for table in list(whole.rows):
            _check_names(whole, table, ids)


def _ids(whole: Whole, held: Any, table: str) -> set[str]:  # noqa: ANN401 - as above
    here = set(held(table)["id"]) - whole.gone.get(table, set())
    return here | {str(row.record["id"]) for row in whole.of(table)}


def _check_names(whole: Whole, table: str, ids: Mapping[str, set[str]]) -> None:
    refs = [
        column
        for column in schema.TABLES[table].columns
        if column.type == "text" and column.of in ids and column.name != "import_id"
    ]

    def check(row: Row) -> None:
        for column in refs:
            named = row.record.get(column.name)
            if named is None or named in ids[column.of]:
                continue
            if column.required:
                code = _CODES.get(column.of, "names_nothing")
                raise RowRefused(code, column=column.name, table=column.of)
            row.record[column.name] = None
        _check_pairs(table, row.record, ids)

    whole.keep(table, check)


def _check_pairs(table: str, record: Record, ids: Mapping[str, set[str]]) -> None:
    """Check tables that name rows of any table, and ties."""
    if table in ("statements", "not_same"):
        of = str(record.get("table_name"))
        for name in ("row_id", "other_id"):
            if name in record and record[name] not in ids.get(of, ()):
                raise RowRefused("names_nothing", column=name, table=of)
    if table == "ties" and record["from_id"] == record["to_id"]:
        raise RowRefused("tie_to_itself", column="to_id")
    if table == "ties" and record.get("strength") not in (None, 1, 2, 3):
        raise RowRefused("not_between", column="strength", low=1, high=3)


# --- beside what is here -----------------------------------------------------------------------


def _compared(
    whole: Whole,
    held: Any,  # noqa: ANN401 - as above
    gone: Gone,
    watch: Watch | None,
) -> Compared:
    """Sort rows into new, changed and same; an empty cell says nothing and changes nothing."""
    result = Compared()
    brought = {str(row.record["id"]) for row in whole.of("imports")}
    brought -= set(held("imports")["id"])
    for table, rows in whole.rows.items():
        here = {str(row["id"]): row for row in held(table).to_dict("records")}
        for row in told(watch, "compare", rows, len(rows)):
            if row.record.get("import_id") not in brought:
                row.record.pop("import_id", None)  # then it is this import's
            there = here.get(str(row.record["id"]))
            if there is None:
                result.inserts.setdefault(table, []).append(row.record)
                result.new += 1
                continue
            if _stays(whole, table, row, there):
                result.same += 1
            else:
                _beside(result, table, row, there, gone.pop((table, str(there["id"])), set()))
    _emptied(result, held, gone)
    if result.refusals:
        whole.notes.append(Note("consent_kept", {"count": result.refusals}))
    if whole.kept:
        whole.notes.append(Note("hidden_kept", {"count": len(whole.kept)}))
    if not result.new and not result.changed:
        return result
    # imports alone are no reason to write: their rows are here
    if set(result.inserts) <= {"imports"} and not result.changes:
        result.inserts.clear()
    return result


def _emptied(result: Compared, held: Any, gone: Gone) -> None:  # noqa: ANN401 - as above
    """Empty what rows say that the file does not name, and that are at places made rougher."""
    for (table, one), names in gone.items():
        there = next(row for row in held(table).to_dict("records") if row["id"] == one)
        if changes := _changes({}, there, names):
            result.changes.append(_change(table, there, changes))


def _stays(whole: Whole, table: str, row: Row, there: Mapping[Any, Any]) -> bool:
    """Tell whether a row here stays as it is: an import, or a place known less exactly here."""
    here, said = there.get("precision"), row.record.get("precision")
    if table == "locations" and (there["id"] in whole.kept or coarsening.coarser(said, str(here))):
        whole.kept.add(str(there["id"]))
        return True
    return table == "imports"


def _beside(
    result: Compared, table: str, row: Row, there: Mapping[Any, Any], empty: set[str]
) -> None:
    """Lay a row beside the one that is here; ``empty`` columns go though the file is silent."""
    if stays := consent.stays(row.record, there):
        result.refusals += 1
        row.record.update(dict.fromkeys(stays))
    changes = _changes(row.record, there, empty)
    if not changes:
        result.same += 1
        return
    result.changed += 1
    _show(result, table, row, changes, None if empty else there)
    more = {k: row.record[k] for k in ("source_file", "source_row") if row.record.get(k)}
    result.changes.append(_change(table, there, changes | more))


def _change(table: str, there: Mapping[Any, Any], changes: Record) -> Change:
    version = 1 if _missing(there["row_version"]) else int(there["row_version"])
    return Change(table, str(there["id"]), changes, version)


def _changes(record: Record, there: Mapping[Any, Any], empty: set[str]) -> Record:
    found: Record = {}
    withheld = _ALWAYS if record.get("suppressed") else frozenset()
    for name, value in {**dict.fromkeys(empty), **record}.items():
        if name in _ABOUT_THE_ROW or (value is None and name not in empty | withheld):
            continue
        old = there.get(name)
        if name == "extra" and name not in empty and isinstance(old, dict):
            value = {**old, **value}  # noqa: PLW2901 - what is kept of the row grows
        if not _same(value, old):
            found[name] = value
    return found


def _same(new: Any, old: Any) -> bool:  # noqa: ANN401 - values of any column
    if isinstance(new, BaseGeometry):
        return isinstance(old, BaseGeometry) and bool(
            shapely.equals_exact(shapely.normalize(new), shapely.normalize(old), _CLOSE_DEG)
        )
    if _missing(new) or _missing(old):
        return _missing(new) and _missing(old)
    if isinstance(old, pd.Timestamp):
        return bool(pd.Timestamp(new) == old)
    return bool(new == old)


def _missing(value: Any) -> bool:  # noqa: ANN401 - a value of any column
    return not isinstance(value, list | dict | BaseGeometry) and bool(pd.isna(value))


def _show(
    result: Compared, table: str, row: Row, changes: Record, there: Mapping[Any, Any] | None
) -> None:
    """Keep what a changed cell was and becomes; without ``there``, only that it changes."""
    guarded = there is None or row.record.get("precision") == "hidden"
    for name, value in changes.items():
        if len(result.shown) >= SHOWN:
            return
        shown = not guarded and name not in _NEVER_SHOWN
        line = {"row": row.number, "table": table, "id": row.record["id"], "column": name}
        result.shown.append(
            {
                **line,
                "before": there.get(name) if shown and there is not None else None,
                "after": value if shown else None,
            }
        )


# --- the city ----------------------------------------------------------------------------------


def _city(whole: Whole, atlas: Atlas) -> dict[str, Any]:
    """Take country, time zone, metric system and "invented" along into an empty atlas."""
    if any(atlas.count(table) for table in OURS if table != "imports"):
        return {}
    meta, said = atlas.meta(), whole.city
    found: dict[str, str] = {}
    if said.get("invented") in ("1", "yes"):
        found["invented"] = "1"
    country = said.get("country", "").upper()
    if not meta["country"] and len(country) == 2 and country.isascii() and country.isalpha():
        found["country"] = country
    if meta["timezone"] == "UTC" and _is_zone(said.get("timezone", "")):
        found["timezone"] = said["timezone"]
    if not meta["metres_crs"] and _is_metric(said.get("metres_crs", "")):
        found["metres_crs"] = said["metres_crs"]
    if not found:
        return {}
    whole_facts = ", ".join(f"{name}={text}" for name, text in sorted(found.items()))
    whole.notes.append(Note("city_taken", {"facts": whole_facts}))
    return {"city": found}


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(text)


def _is_metric(text: str) -> bool:
    try:
        crs = pyproj.CRS.from_user_input(text) if text.startswith("EPSG:") else None
    except pyproj.exceptions.CRSError:
        return False
    return crs is not None and crs.is_projected and crs.axis_info[0].unit_name == "metre"


def _first_point(compared: Compared) -> tuple[float, float] | None:
    shapes = [
        record["geometry"]
        for records in compared.inserts.values()
        for record in records
        if record.get("geometry") is not None
    ]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return (float(west + east) / 2, float(south + north) / 2)
