"""What of a draft is new, changed or the same as what the atlas holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import consent, schema
from layers.importing import cells, statements
from layers.importing.draft import Draft, Record, Rejected, Source
from layers.importing.held import Held
from layers.importing.watch import Watch, told

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
SHOWN = 500  # changed cells that are kept to be shown
_ABOUT_THE_ROW = frozenset({"id", "source_file", "source_row", "import_id", "row_version"})
# an empty cell of these means something: a count that is now withheld must go
_ALWAYS = {
    "population": frozenset({"count", "suppressed", "estimated"}),
    "usage": frozenset({"count", "suppressed"}),
}
_UNSHOWN = frozenset({"private_contact", "geometry", "extra"})
_NO_ROWS_OF_THE_FILE = frozenset({"population_groups", "street_nodes", "statements"})
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
    fates: dict[int, str] = field(default_factory=dict)  # row number: new, same, changed
    shown: list[dict[str, Any]] = field(default_factory=list)  # the first changed cells
    others: dict[int, str] = field(default_factory=dict)  # row number: whose identifier it has
    stated: int = 0  # facts that another source says differently
    refusals: int = 0  # rows of somebody who said no here, and for whom the file says yes
    kept: int = 0  # texts that another source says differently, and that stay as they are


def compare(source: Source, done: Draft, kind: str, watch: Watch | None = None) -> Compared:
    """Sort the rows of a draft into new, changed and same; refuse another's identifier.

    A cell that is empty in the file changes nothing: it says nothing. A place that is hidden here
    stays hidden, whatever a file says. What another source says of a fact is kept beside it. A
    changed row still names the file and the import that brought it: the history names the others.
    """
    result = Compared(renamed=source.renamed)
    fates = _Fates()
    held = {table: Held(table, source.held(table)) for table in done.rows}
    result.others = _taken(source, done, MAIN[kind], held)
    beside = statements.Beside(source)
    for table, records in done.rows.items():
        here = held[table]
        seen: set[str] = set()
        for record in told(watch, "compare", records, len(records)):
            if record["source_row"] in result.others or record["id"] in seen:
                continue
            seen.add(record["id"])
            place = here.place.get(record["id"])
            if place is None:
                result.inserts.setdefault(table, []).append(record)
                state = "new"
            else:
                emptied = done.emptied.get((table, record["id"]))
                changes = _changes(table, record, here, place, emptied)
                result.refusals += bool(_refused(record, here, place))
                said = None
                facts = table in statements.STATED
                if changes and facts and statements.another(record, here, place):
                    said = beside.take(table, record, changes, here, place, emptied is not None)
                state = "changed" if changes or (said and said.new) else "same"
                if said:
                    result.stated += said.stated
                    result.kept += said.kept
                if changes:
                    # nothing is shown of what must not be known
                    cells_here = {name: here.cell(name, place) for name in changes}
                    _show(result, table, record, changes, None if emptied else cells_here)
                    seen_at = int(here.cell("row_version", place))
                    result.changes.append(Change(table, record["id"], changes, seen_at))
            if table not in _NO_ROWS_OF_THE_FILE:
                fates.tell(record["source_row"], state)
    beside.write(result.inserts, result.changes, Change)
    result.fates = fates.rows
    counts = fates.counts()
    result.new, result.changed, result.same = counts["new"], counts["changed"], counts["same"]
    return result


class _Fates:
    """What becomes of each row of the file: new or the same in all tables, or else changed."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}

    def tell(self, row: int, state: str) -> None:
        before = self.rows.get(row)
        self.rows[row] = state if before in (None, state) else "changed"

    def counts(self) -> dict[str, int]:
        fates = list(self.rows.values())
        return {state: fates.count(state) for state in ("new", "changed", "same")}


def _show(
    result: Compared, table: str, record: Record, changes: Record, before: Mapping[str, Any] | None
) -> None:
    """Keep what a changed cell was and becomes; without ``before``, only that it changes."""
    for name, value in changes.items():
        if len(result.shown) >= SHOWN:
            return
        told_as = before is not None and name not in _UNSHOWN
        result.shown.append(
            {
                "row": record["source_row"],
                "table": table,
                "id": record["id"],
                "column": name,
                "before": before[name] if before is not None and told_as else None,
                "after": value if told_as else None,
            }
        )


def _taken(source: Source, done: Draft, main: str, held: Mapping[str, Held]) -> dict[int, str]:
    """Refuse rows whose identifier belongs to another row of another file.

    Two tables that both count from 1 would otherwise overwrite each other without a word. A person
    may say that the two are one.
    """
    if main in ("population", "streets") or main not in held:
        return {}
    here = held[main]
    named = "name" in schema.TABLES[main].column_names
    taken: dict[int, str] = {}
    for record in done.rows.get(main, []):
        place = here.place.get(record["id"])
        if place is None or source.forced.get(record["source_row"]) == record["id"]:
            continue
        file = here.cell("source_file", place)
        if file is None or file == source.file or not named:
            continue
        if cells.plain(str(here.cell("name", place))) != cells.plain(str(record["name"])):
            taken[record["source_row"]] = record["id"]
            done.rejected.append(
                Rejected(record["source_row"], "id_of_another", "id", {"file": file})
            )
    return taken


def _changes(
    table: str, record: Record, here: Held, place: int, emptied: set[str] | None
) -> Record:
    if table == "locations" and here.cell("precision", place) == "hidden":
        return {}
    always = _ALWAYS.get(table, frozenset())
    new: Mapping[str, Any] = record
    if emptied:
        always |= emptied
        new = {**dict.fromkeys(emptied), **record}
    found: Record = {}
    for name, value in new.items():
        if (value is None and name not in always) or name in _ABOUT_THE_ROW:
            continue
        old = here.cell(name, place)
        if name == "extra" and value and isinstance(old, dict) and "extra" not in always:
            value = {**old, **value}  # noqa: PLW2901 - what is kept of the row grows
        if not _same(value, old):
            found[name] = value
    for name in _refused(record, here, place):
        found.pop(name, None)
    return found


def _refused(record: Record, here: Held, place: int) -> list[str]:
    said = {name: here.cell(name, place) for name in consent.SAID if name in record}
    return consent.stays(record, said)


def _same(new: Any, old: Any) -> bool:  # noqa: ANN401 - values of any column
    if type(new) is type(old) and new == old:
        return True
    if isinstance(new, BaseGeometry):
        return isinstance(old, BaseGeometry) and bool(
            shapely.equals_exact(
                shapely.normalize(_multi(new)), shapely.normalize(_multi(old)), _CLOSE_DEG
            )
        )
    if isinstance(new, list | dict) or isinstance(old, list | dict):
        return bool(new == old)
    if _empty(new) or _empty(old):
        return _empty(new) and _empty(old)
    return bool((new.date() if isinstance(new, datetime) else new) == old)


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


def _empty(value: Any) -> bool:  # noqa: ANN401 - values of any column
    return value is None or (not isinstance(value, BaseGeometry) and bool(pd.isna(value)))
