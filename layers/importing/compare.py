"""What of a draft is new, changed or the same as what the atlas holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import schema
from layers.importing import cells
from layers.importing.draft import Draft, Record, Rejected, Source

# the table whose rows are the rows of the file
MAIN = {
    "actors": "organizations",
    "services": "services",
    "places": "places",
    "areas": "areas",
    "population": "population",
    "usage": "usage",
    "ties": "ties",
    "trust": "trust",
    "streets": "streets",
}
_ABOUT_THE_ROW = {"id", "source_file", "source_row", "import_id", "row_version"}
# an empty cell of these means something: a count that is now withheld must go
_ALWAYS = {"population": {"count", "suppressed", "estimated"}, "usage": {"count", "suppressed"}}
_CLOSE_DEG = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """One row to change, as it was seen."""

    table: str
    id: str
    changes: Record
    seen: int


@dataclass(slots=True)
class Compared:
    """Rows to insert, rows to change, and how the rows of the file fared."""

    inserts: dict[str, list[Record]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)  # table, old, new
    new: int = 0
    changed: int = 0
    same: int = 0


def compare(source: Source, done: Draft, kind: str) -> Compared:
    """Sort the rows of a draft into new, changed and same; refuse another's identifier.

    A cell that is empty in the file changes nothing: it says nothing. A place that is hidden here
    stays hidden, whatever a file says.
    """
    result = Compared(renamed=source.renamed)
    status: defaultdict[int, set[str]] = defaultdict(set)
    taken = _taken(source, done, MAIN[kind])
    for table, records in done.rows.items():
        held: dict[str, Any] = {
            str(row["id"]): row for row in source.held(table).to_dict("records")
        }
        seen: set[str] = set()
        for record in records:
            if record["source_row"] in taken or record["id"] in seen:
                continue
            seen.add(record["id"])
            there = held.get(record["id"])
            if there is None:
                result.inserts.setdefault(table, []).append(record)
                state = "new"
            else:
                emptied = done.emptied.get((table, record["id"]), set())
                changes = _changes(table, record, there, emptied)
                state = "changed" if changes else "same"
                if changes:
                    more = {name: record.get(name) for name in ("source_file", "source_row")}
                    found = Change(table, record["id"], changes | more, int(there["row_version"]))
                    result.changes.append(found)
            if table not in ("population_groups", "street_nodes"):
                status[record["source_row"]].add(state)
    for states in status.values():
        result.new += states == {"new"}
        result.same += states == {"same"}
        result.changed += states not in ({"new"}, {"same"})
    return result


def _taken(source: Source, done: Draft, main: str) -> set[int]:
    """Refuse rows whose identifier belongs to another row of another file.

    Two tables that both count from 1 would otherwise overwrite each other without a word.
    """
    if main in ("population", "streets"):
        return set()
    held = source.held(main).set_index("id")
    named = "name" in schema.TABLES[main].column_names
    taken: set[int] = set()
    for record in done.rows.get(main, []):
        if record["id"] not in held.index:
            continue
        there: Any = held.loc[record["id"]]
        if there["source_file"] == source.file or pd.isna(there["source_file"]):
            continue
        if named and cells.plain(str(there["name"])) != cells.plain(str(record["name"])):
            taken.add(record["source_row"])
            done.rejected.append(
                Rejected(
                    record["source_row"], "id_of_another", "id", {"file": there["source_file"]}
                )
            )
    return taken


def _changes(table: str, record: Record, there: dict[str, Any], emptied: set[str]) -> Record:
    always = _ALWAYS.get(table, set()) | emptied
    if table == "locations" and there["precision"] == "hidden":
        return {}
    new = {**dict.fromkeys(emptied), **record}
    if new.get("extra") and isinstance(there.get("extra"), dict) and "extra" not in emptied:
        new["extra"] = {**there["extra"], **new["extra"]}
    return {
        name: value
        for name, value in new.items()
        if name not in _ABOUT_THE_ROW
        and (value is not None or name in always)
        and not _same(value, there.get(name))
    }


def _same(new: Any, old: Any) -> bool:  # noqa: ANN401 - values of any column
    if isinstance(new, BaseGeometry):
        if not isinstance(old, BaseGeometry):
            return False
        return bool(
            shapely.equals_exact(
                shapely.normalize(_multi(new)), shapely.normalize(_multi(old)), _CLOSE_DEG
            )
        )
    if isinstance(new, list | dict) or isinstance(old, list | dict):
        return bool(new == old)
    if _empty(new) or _empty(old):
        return _empty(new) and _empty(old)
    if isinstance(new, date):
        return bool(pd.Timestamp(new) == pd.Timestamp(old))
    return bool(new == old)


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


def _empty(value: Any) -> bool:  # noqa: ANN401 - values of any column
    return value is None or (not isinstance(value, BaseGeometry) and bool(pd.isna(value)))
