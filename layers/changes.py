"""Operations on rows as data, and taking back: one form for edits, proposals and undo.

An operation says what is to happen to one row. A form makes a few, an answer of an organization is
kept as a list of them until somebody accepts it, and all of a list happen in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers import clock, reopening, schema
from layers.atlas import Atlas, Writer
from layers.errors import LayerError
from layers.history import COUNTS, Raw, Revision

# imports of rows that came with the export that this import was
_CAME_ALONG = "SELECT id FROM imports WHERE json_extract(choices, '$.came_with') = ?"


# why a row cannot be taken back, and the error that says so
BOTH_CONTACTS = " | "  # between the private contacts of two actors that were made one
_UNDO = MappingProxyType(
    {
        "changed": "undo_changed",
        "needed": "undo_needed",
        "missing": "undo_missing",
        "forgotten": "undo_forgotten",
        "private": "undo_private",
        "withheld": "undo_withheld",
        "later": "undo_later",
        "together": "undo_changed",  # a proposal is taken back whole or not at all
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is to happen to one row: ``action`` is insert, update or delete.

    ``values`` are columns as :meth:`layers.atlas.Writer.insert` takes them, ``geometry`` among
    them; ``seen`` is the ``row_version`` the change was made on, for update and delete.
    """

    table: str
    id: str
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    seen: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the operation as JSON holds it; a geometry becomes well-known text."""
        values = {
            name: shapely.to_wkt(value, rounding_precision=7)
            if isinstance(value, BaseGeometry)
            else value
            for name, value in self.values.items()
        }
        return {
            "table": self.table,
            "id": self.id,
            "action": self.action,
            "values": values,
            "seen": self.seen,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Operation:
        """Read what :meth:`to_json` wrote."""
        values = dict(said["values"])
        if isinstance(values.get("geometry"), str):
            values["geometry"] = shapely.from_wkt(values["geometry"])
        return cls(
            table=said["table"],
            id=said["id"],
            action=said["action"],
            values=values,
            seen=said["seen"],
        )


def apply(writer: Writer, operations: Sequence[Operation]) -> None:
    """Carry out operations in their order, inside the transaction of ``writer``.

    Raises
    ------
    LayerError
        ``row_changed_meanwhile`` where a row is not as it was seen, ``still_needed`` where a row
        that is to go is named by another, and what :class:`layers.atlas.Writer` raises.
    """
    gone: dict[str, set[str]] = {}
    for one in operations:
        if one.action == "insert":
            writer.insert(one.table, [{**one.values, "id": one.id}])
        elif one.action == "update":
            writer.update(one.table, one.id, one.values, seen=one.seen or 0)
        else:
            version = _version(writer, one.table, one.id)
            if version is None or (one.seen is not None and version != one.seen):
                raise LayerError("row_changed_meanwhile", table=one.table, row=one.id)
            gone.setdefault(one.table, set()).add(one.id)
    _refuse_needed(writer, gone)
    for table, ids in gone.items():
        writer.delete(table, sorted(ids))
    if "organizations" in gone:
        _close_pages(writer, gone["organizations"])


def _close_pages(writer: Writer, gone: set[str]) -> None:
    """End the private pages of actors that are gone."""
    for one, actor, version in writer.ask(
        "SELECT id, organization_id, row_version FROM invitations WHERE COALESCE(closed, 0) = 0"
    ):
        if actor in gone:
            writer.update("invitations", one, {"closed": True}, seen=version)


def carry_out(atlas: Atlas, operations: Sequence[Operation], revision: Revision) -> str:
    """Carry out operations in a transaction of their own, and name the change.

    Raises
    ------
    LayerError
        As :func:`apply`; then nothing is written.
    """
    with atlas.write(revision) as writer:
        apply(writer, operations)
        return writer.revision_id


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking back did: its own change, how many rows, and which rows were kept and why."""

    revision_id: str
    rows: int
    kept: tuple[tuple[str, str, str], ...] = ()  # table, row, why: see _UNDO


def undo(atlas: Atlas, revision_id: str, *, who: str = "", keep: bool = False) -> Undone:
    """Take back one change, in one transaction: everything it did, or nothing.

    Parameters
    ----------
    atlas
        Where the change was made.
    revision_id
        Identifier in ``revisions``.
    who
        Name that the person at the desk gave.
    keep
        True: rows that cannot be taken back stay as they are, and are named.

    Raises
    ------
    LayerError
        ``undo_unknown``; ``undo_done`` where it was taken back before; ``undo_changed`` where a row
        was changed since, ``undo_needed`` where another row names one that would go,
        ``undo_forgotten`` where what was there is gone on purpose, because a place was protected
        since, ``undo_withheld`` where a count was withheld since, ``undo_later`` where other counts
        of people came after these, ``undo_missing`` where a row would name one that is gone,
        ``undo_private`` where only what the history never keeps was changed, ``undo_file_again``
        for the taking back of an import (bring the file again), and ``undo_nothing`` where no row
        is left to take back.
    """
    revision = Revision(kind="undo", who=who, undoes=revision_id, about={"of": revision_id})
    with atlas.write(revision) as writer:
        made = writer.ask(
            "SELECT import_id, undone_by, undoes, row_version FROM revisions WHERE id = ?",
            (revision_id,),
        )
        if not made:
            raise LayerError("undo_unknown", change=revision_id)
        import_id, undone_by, undoes, version = made[0]
        if undone_by:
            raise LayerError("undo_done", change=revision_id)
        if undoes and writer.ask(
            "SELECT 1 FROM revisions WHERE id = ? AND import_id IS NOT NULL", (undoes,)
        ):
            raise LayerError("undo_file_again")
        steps = _Steps(writer, revision_id, import_id)
        kept = steps.kept()
        if kept and not keep:
            table, row, why = kept[0]
            raise LayerError(_UNDO[why], table=table, row=row, count=len(kept))
        rows = steps.take_back({(table, row) for table, row, _ in kept})
        rows += _withdraw(writer, import_id)
        if not rows:
            raise LayerError("undo_nothing", change=revision_id)
        writer.update("revisions", revision_id, {"undone_by": writer.revision_id}, seen=version)
        steps.carried.settle({(table, row) for table, row, _ in kept})
        if not kept:
            _part_contacts(writer, revision_id)
        if undoes:  # the first change holds again, and may be taken back again
            seen = writer.ask("SELECT row_version FROM revisions WHERE id = ?", (undoes,))
            writer.update("revisions", undoes, {"undone_by": None}, seen=seen[0][0])
        for one, version in writer.ask(
            f"SELECT id, row_version FROM imports WHERE id = ? OR id IN ({_CAME_ALONG})",  # noqa: S608 - our own SQL
            (import_id, import_id),
        ):
            writer.update("imports", one, {"undone_on": clock.today()}, seen=version)
        return Undone(writer.revision_id, rows, tuple(kept))


class _Steps:
    """The steps back from one change, as one transaction sees them."""

    def __init__(self, writer: Writer, revision_id: str, import_id: str | None) -> None:
        self.writer, self.revision_id = writer, revision_id
        self.rows: list[tuple[str, str, str, Raw | None, int | None]] = []
        self.forgotten: set[tuple[str, str]] = set()
        self.brought: dict[str, dict[str, int]] = {}  # rows an import brought: their versions
        self.carried = reopening.Carried(writer, revision_id)
        found = writer.ask(
            "SELECT table_name, row_id, action, before, version FROM history WHERE revision_id = ?"
            " ORDER BY rowid DESC",
            (revision_id,),
        )
        for table, row, action, before, version in found:
            if table == "proposals" and self.carried.any:
                continue  # they are settled once their rows are back
            if action != "insert" and before is None:
                self.forgotten.add((table, row))
            raw = None if before is None else json.loads(before)
            self.rows.append((table, row, action, raw, version))
        if import_id:
            self._look_for_brought(import_id)

    def _look_for_brought(self, import_id: str) -> None:
        changed = {(table, row) for table, row, *_ in self.rows}
        for spec in schema.TABLES.values():
            if "import_id" not in spec.column_names or not spec.leaves or spec.name == "imports":
                continue
            rows = self.writer.ask(
                f'SELECT id, row_version FROM "{spec.name}" WHERE import_id = ?'  # noqa: S608 - a name of the schema
                f" OR import_id IN ({_CAME_ALONG})",
                (import_id, import_id),
            )
            mine = {row: version for row, version in rows if (spec.name, row) not in changed}
            if mine:
                self.brought[spec.name] = mine

    def kept(self) -> list[tuple[str, str, str]]:
        """Name the rows that cannot be taken back, each with the reason."""
        found = [
            (table, row, "withheld" if table in COUNTS else "forgotten")
            for table, row in sorted(self.forgotten)
        ]
        found += self._before_later_counts({one[:2] for one in found})
        last: dict[tuple[str, str], int | None] = {}
        for table, row, action, _, version in self.rows:
            last.setdefault((table, row), None if action == "delete" else version)
        held = {one[:2] for one in found}
        for (table, row), version in last.items():
            if (table, row) not in held and self._changed(table, row, version):
                found.append((table, row, "changed"))
        for table, rows in self.brought.items():
            found += [
                (table, row, "changed")
                for row, version in rows.items()
                if version != 1 and (table, row) not in held and self._changed(table, row, 1)
            ]
        found += [(*one, "private") for one in self._private({one[:2] for one in found})]
        while more := self._tied({(table, row) for table, row, _ in found}):
            found += more
        return found

    def _before_later_counts(self, held: set[tuple[str, str]]) -> list[tuple[str, str, str]]:
        """Find counts of people after which others came: what is left of both may tell too much.

        Every state that was written was looked through for small numbers; so counts go in the
        reverse order in which they came, and the states that are left are states that were.
        """
        found: list[tuple[str, str, str]] = []
        for table in COUNTS:
            mine = {row for name, row, *_ in self.rows if name == table}
            mine |= set(self.brought.get(table, ()))
            later = mine and self.writer.ask(
                "SELECT 1 FROM revisions r WHERE r.rowid > (SELECT rowid FROM revisions WHERE"  # noqa: S608 - one of two names
                " id = ?) AND r.undone_by IS NULL AND r.kind <> 'undo' AND (EXISTS (SELECT 1 FROM"
                " history h WHERE h.revision_id = r.id AND h.table_name = ?) OR EXISTS (SELECT 1"
                f' FROM "{table}" t WHERE t.import_id = r.import_id)) LIMIT 1',
                (self.revision_id, table),
            )
            if later:
                found += [(table, row, "later") for row in sorted(mine) if (table, row) not in held]
        return found

    def _private(self, held: set[tuple[str, str]]) -> list[tuple[str, str]]:
        """Find rows of which only columns were changed that the history does not keep."""
        kept: dict[tuple[str, str], bool] = {}
        for table, row, action, before, _ in self.rows:
            says = action != "update" or (before is not None and set(before) > {"row_version"})
            kept[table, row] = kept.get((table, row), False) or says
        return [one for one, says in kept.items() if not says and one not in held]

    def _tied(self, held: set[tuple[str, str]]) -> list[tuple[str, str, str]]:
        """Find rows that are named by what stays, or would name what is gone, but for some."""
        gone = {table: {r for r in rows if (table, r) not in held} for table, rows in self._going()}
        first: dict[tuple[str, str], Raw] = {}  # as the rows will be: the earliest before counts
        for table, row, _, before, _ in self.rows:
            if before is not None and (table, row) not in held:
                first[table, row] = {**first.get((table, row), {}), **before}
        needed = [(*one, "needed") for one in _needed(self.writer, gone, first)]
        missing = needed or [(*one, "missing") for one in self._missing(first, gone)]
        rows = {(table, row) for table, row, *_ in self.rows}
        return missing or [(*one, "together") for one in self.carried.together(held, rows)]

    def _missing(
        self, first: Mapping[tuple[str, str], Raw], gone: Mapping[str, set[str]]
    ) -> list[tuple[str, str]]:
        """Find rows that would name, once they are put back, what is not there."""
        found = []
        for (table, row), before in first.items():
            if row in gone.get(table, ()):
                continue
            for column in schema.TABLES[table].columns:
                to = before.get(column.name)
                if column.type != "text" or not column.of or to is None:
                    continue
                there = _version(self.writer, column.of, to) is not None
                if to in gone.get(column.of, ()) or not (there or (column.of, to) in first):
                    found.append((table, row))
                    break
        return found

    def _changed(self, table: str, row: str, version: int | None) -> bool:
        """Tell whether a row was changed after this change, by more than was taken back again."""
        later = self.writer.ask(
            "SELECT r.id, r.undoes, r.undone_by, h.action, h.version FROM history h"
            " JOIN revisions r ON r.id = h.revision_id WHERE h.table_name = ? AND h.row_id = ?"
            " AND r.rowid > (SELECT rowid FROM revisions WHERE id = ?) ORDER BY h.rowid",
            (table, row, self.revision_id),
        )
        if later:
            version = None if later[-1][3] == "delete" else later[-1][4]
        names = {one[0] for one in later}
        stands = any(not undone and undoes not in names for _, undoes, undone, *_ in later)
        return stands or _version(self.writer, table, row) != version

    def _going(self) -> list[tuple[str, set[str]]]:
        gone: dict[str, set[str]] = {table: set(rows) for table, rows in self.brought.items()}
        for table, row, action, *_ in self.rows:
            if action == "insert":
                gone.setdefault(table, set()).add(row)
        return list(gone.items())

    def take_back(self, but: set[tuple[str, str]]) -> int:
        """Write everything back but some rows, and count the rows."""
        done: set[tuple[str, str]] = set()
        for table, row, action, before, _ in self.rows:
            if (table, row) in but:
                continue
            done.add((table, row))
            if action == "insert":
                self.writer.delete(table, [row])
            elif before is not None:
                self.writer.put_back(table, row, before)
        for table, rows in self.brought.items():
            going = [row for row in rows if (table, row) not in but]
            self.writer.drop(table, going)
            done |= {(table, row) for row in going}
        return len(done)


def _part_contacts(writer: Writer, revision_id: str) -> None:
    """Give each of two actors that are two again her private contact, which no history holds."""
    said = writer.ask("SELECT about FROM revisions WHERE id = ? AND kind = 'merge'", (revision_id,))
    about = json.loads(said[0][0]) if said else {}
    if "contact_of" not in about:
        return
    (text, seen), (none, other) = (
        writer.ask(
            "SELECT private_contact, row_version FROM organizations WHERE id = ?", (about[name],)
        )[0]
        for name in ("row", "contact_of")
    )
    if none is None and text is not None:
        ours, _, theirs = str(text).rpartition(BOTH_CONTACTS)
        writer.update("organizations", about["row"], {"private_contact": ours or None}, seen=seen)
        writer.update("organizations", about["contact_of"], {"private_contact": theirs}, seen=other)


def _withdraw(writer: Writer, import_id: str | None) -> int:
    """Remove what an import proposed and nobody has decided on: brought again, it asks again."""
    found = writer.ask(
        "SELECT id FROM proposals WHERE import_id = ? AND state = 'open'", (import_id,)
    )
    writer.drop("proposals", [row for (row,) in found])
    return len(found)


def _version(writer: Writer, table: str, row_id: str) -> int | None:
    spec = schema.TABLES[table]
    found = writer.ask(f'SELECT row_version FROM "{spec.name}" WHERE id = ?', (row_id,))  # noqa: S608 - a name of the schema
    return None if not found else int(found[0][0] or 0)


def _needed(
    writer: Writer,
    gone: Mapping[str, Iterable[str]],
    put_back: Mapping[tuple[str, str], Raw] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """Find the rows among those to go that a row which stays names.

    A row of ``put_back`` names what it will name with these columns.
    """
    found: list[tuple[str, str]] = []
    for table, ids in gone.items():
        mine = set(ids)
        if not mine:
            continue
        for spec in schema.TABLES.values():
            if not spec.leaves:
                continue
            for column in spec.columns:
                if column.type != "text" or column.of != table:
                    continue
                rows = writer.ask(
                    f'SELECT id, "{column.name}" FROM "{spec.name}"'  # noqa: S608 - names of the schema
                    f' WHERE "{column.name}" IS NOT NULL'
                )
                leaving = set(gone.get(spec.name, ()))
                named = {
                    will
                    for row, to in rows
                    if row not in leaving
                    and (will := put_back.get((spec.name, row), {}).get(column.name, to)) in mine
                }
                found += [(table, row) for row in sorted(named)]
                mine -= named
    return found


def _refuse_needed(writer: Writer, gone: Mapping[str, set[str]]) -> None:
    for table, row in _needed(writer, gone):
        raise LayerError("still_needed", table=table, row=row)
