"""Accepted proposals whose change is taken back wait again, and are accepted again with it.

A proposal that is decided keeps no place and no contact (:func:`without_places`). What it proposed
is read back from the history, or from the row it made, before that row goes; where the history had
to forget it, the change cannot be taken back at all, and the proposal stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from layers import gpkg, schema, telling
from layers.atlas import Writer

Key = tuple[str, str]
Said = dict[str, Any]
_LEFT_OUT = "left_out"  # of an operation of a decided proposal: the columns it holds no more
_ABOUT_THE_ROW = ("id", "row_version")
_SAME_QUESTION = (
    "SELECT 1 FROM proposals n JOIN proposals o ON n.organization_id = o.organization_id"
    " AND n.table_name = o.table_name AND n.row_id IS o.row_id AND n.sort IS o.sort"
    " WHERE o.id = ? AND n.id <> o.id AND n.state = 'open' AND n.source = 'organization'"
)


def without_places(operations: Iterable[Mapping[str, Any]]) -> list[Said]:
    """Give operations as a decided proposal keeps them: of places and contacts only the columns.

    Examples
    --------
    >>> said = {"table": "locations", "id": "l", "values": {"address": "Lane 7"}}
    >>> without_places([said])
    [{'table': 'locations', 'id': 'l', 'values': {}, 'left_out': ['address']}]
    """
    kept = []
    for one in operations:
        places = one["table"] == "locations"
        out = set(one["values"]) if places else {"public_contact"} & set(one["values"])
        values = {name: value for name, value in one["values"].items() if name not in out}
        out |= set(one.get(_LEFT_OUT, ()))
        kept.append({**one, "values": values} | ({_LEFT_OUT: sorted(out)} if out else {}))
    return kept


@dataclass(frozen=True, slots=True)
class _One:
    """A proposal that the change carried out: what it does, and whether it may wait again."""

    id: str
    operations: list[Said]
    before: Mapping[str, Any]  # when it is accepted again: its columns as they were

    @property
    def rows(self) -> set[Key]:
        return {(one["table"], one["id"]) for one in self.operations}


class Carried:
    """The proposals that a change carried out, looked at before the change is taken back."""

    def __init__(self, writer: Writer, revision_id: str) -> None:
        self._writer = writer
        self._first, self._back = _first(writer, revision_id)
        kind = writer.ask("SELECT kind FROM revisions WHERE id = ?", (self._first,))[0][0]
        self.any = kind == "proposal"
        self._all: list[_One] = []
        if self.any:
            self._all = self._accepted() if self._back else self._reopened(revision_id)

    def together(self, held: Collection[Key], rows: Iterable[Key]) -> list[Key]:
        """Find the rows that stay with those held: no proposal is taken back in part."""
        bound = {row for one in self._all if not one.rows.isdisjoint(held) for row in one.rows}
        return sorted((bound & set(rows)) - set(held))

    def settle(self, held: Collection[Key]) -> None:
        """Open the proposals again, or accept them again; those with rows that stayed are left."""
        protected = telling.protected(telling.of_sql(self._writer.ask)) if self._all else None
        for one in self._all:
            if not one.rows or not one.rows.isdisjoint(held):
                continue
            if not self._back:
                values = {**one.before, "operations": without_places(one.operations)}
            elif (protected and protected.told_by(one.operations, None)) or self._writer.ask(
                _SAME_QUESTION, (one.id,)
            ):  # what may not lie about, and what a newer answer took the place of
                values = {"state": "superseded"}
            else:
                nobody = dict.fromkeys(("decided_on", "decided_by", "revision_id"))
                now = [self._seen_now(each) for each in one.operations]
                values = {"state": "open", **nobody, "operations": now}
            seen = self._writer.ask("SELECT row_version FROM proposals WHERE id = ?", (one.id,))
            # the history holds no places of proposals: nobody would forget them there
            self._writer.update("proposals", one.id, values, seen=seen[0][0], unkept="operations")
        if self._back:
            self._drop_of_undone_imports()

    def _accepted(self) -> list[_One]:
        found = self._writer.ask(
            "SELECT id, operations FROM proposals WHERE revision_id = ? AND state = 'accepted'",
            (self._first,),
        )
        return [
            _One(name, [self._full(one) for one in json.loads(said)], {}) for name, said in found
        ]

    def _reopened(self, revision_id: str) -> list[_One]:
        """Find what this taking back opened again, as long as nobody has decided on it since."""
        found = self._writer.ask(
            "SELECT p.id, p.operations, h.before FROM proposals p JOIN history h"
            " ON h.table_name = 'proposals' AND h.row_id = p.id WHERE h.revision_id = ?"
            " AND h.before IS NOT NULL AND (p.state = 'open' OR p.revision_id = ?)",
            (revision_id, self._first),
        )
        return [
            _One(name, json.loads(said), _but(json.loads(before), "row_version"))
            for name, said, before in found
        ]

    def _full(self, one: Said) -> Said:
        """Complete an operation by what was left out of it when it was decided."""
        table, places = one["table"], one["table"] == "locations"
        raw = self._written(one)
        # kept by an earlier version: without the names of what was left out
        names = one.get(_LEFT_OUT) or (raw if places else {"public_contact"} & set(raw))
        columns = {column.name: column.type for column in schema.TABLES[table].columns}
        values = dict(one["values"])
        for name in names:
            if name == "geometry" or name in columns:
                value = _value(raw.get(name), columns.get(name, "geometry"))
                if value is not None or one["action"] != "insert":
                    values[name] = value
        return {**_but(one, _LEFT_OUT), "values": values}

    def _written(self, one: Said) -> dict[str, Any]:
        """Read what an operation wrote, as it is stored: of a new row all that it holds."""
        raw: dict[str, Any] = {}
        if one["action"] == "insert":
            spec = schema.TABLES[one["table"]]
            names = [*spec.column_names, *(["geom"] if spec.geometry else [])]
            picked = ", ".join(f'"{name}"' for name in names)
            for row in self._writer.ask(
                f'SELECT {picked} FROM "{spec.name}" WHERE id = ?',  # noqa: S608 - names of the schema
                (one["id"],),
            ):
                raw = dict(zip(names, row, strict=True))
        else:
            for (after,) in self._writer.ask(
                "SELECT after FROM history WHERE revision_id = ? AND table_name = ?"
                " AND row_id = ? AND after IS NOT NULL ORDER BY rowid",
                (self._first, one["table"], one["id"]),
            ):
                raw |= json.loads(after)
        if "geom" in raw:
            raw["geometry"] = raw.pop("geom")
        return _but(raw, *_ABOUT_THE_ROW)

    def _seen_now(self, one: Said) -> Said:
        """Bring an operation to its row as it is now: as it was when it was accepted."""
        if one["action"] == "insert" or one["seen"] is None:
            return one
        found = self._writer.ask(
            f'SELECT row_version FROM "{schema.TABLES[one["table"]].name}" WHERE id = ?',  # noqa: S608 - a name of the schema
            (one["id"],),
        )
        return {**one, "seen": int(found[0][0])} if found else one

    def _drop_of_undone_imports(self) -> None:
        """Remove candidates of an import that is taken back: brought again, it asks again."""
        for name in (one.id for one in self._all):
            if self._writer.ask(
                "SELECT 1 FROM proposals p JOIN imports i ON i.id = p.import_id"
                " WHERE p.id = ? AND p.state = 'open' AND i.undone_on IS NOT NULL",
                (name,),
            ):
                self._writer.drop("proposals", [name])


def _first(writer: Writer, revision_id: str) -> tuple[str, bool]:
    """Follow takings back to the change they are about; tell whether this takes it back."""
    back = True
    while undoes := writer.ask("SELECT undoes FROM revisions WHERE id = ?", (revision_id,))[0][0]:
        revision_id, back = undoes, not back
    return revision_id, back


def _value(raw: Any, kind: str) -> Any:  # noqa: ANN401 - a cell as SQLite or the history holds it
    """Make a stored cell a value of an operation."""
    if raw is None:
        return None
    if kind == "geometry":
        shape = gpkg.from_blobs([bytes.fromhex(raw) if isinstance(raw, str) else raw])[0]
        return shapely.to_wkt(shape, rounding_precision=7)
    if kind in ("codes", "json"):
        return json.loads(raw)
    return bool(raw) if kind == "yes_no" else raw


def _but(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
