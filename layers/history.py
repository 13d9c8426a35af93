"""Who changed what and when, kept with every write so that it can be taken back.

Values are kept as SQLite stores them, geometry as the hexadecimal of its GeoPackage blob, so that
taking back restores exactly what stood there. Two things are never kept: the private contact of an
actor, and whatever could tell the place of a row that has become hidden or rough: when that
happens, everything the history and the proposals hold about it is forgotten.
"""

# ruff: noqa: S608 - names of tables and columns come from layers.schema, values are bound
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from layers import clock, forgetting, schema, vocab

Raw = dict[str, Any]
NEVER_KEPT = frozenset({"private_contact"})
COUNTS = ("population", "usage")  # tables that count people
_HOLD_VALUES = {"history": ("before", "after"), "revisions": ("about",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a write is, for the history: ``about`` holds what a list should call it."""

    kind: str  # one of vocab.REVISION_KIND
    who: str = ""
    about: Mapping[str, str | int] = field(default_factory=dict)
    import_id: str | None = None
    undoes: str | None = None


class Recorder:
    """Keeps the history of one transaction; without a revision it only forgets."""

    def __init__(self, db: sqlite3.Connection, revision: Revision | None) -> None:
        self._db = db
        self._revision = revision
        self._kept: list[tuple[Any, ...]] = []
        self._withheld: set[tuple[str, str]] = set()  # counts that may not be known any more
        self._coarser: set[str] = set()  # places of which less may be known from now on
        self._hides = False  # whether a place is hidden that was not
        self._emptied = False  # whether a proposal had to be emptied for that
        change = db.execute("SELECT value FROM cg_meta WHERE key = 'change'").fetchone()
        self.id = f"r{int(change[0]) + 1}"

    @property
    def forgets(self) -> bool:
        """Whether something must be gone for good once this is written."""
        return self._emptied or bool(self._coarser)

    def raw(self, table: str, row_id: str, names: Iterable[str] | None = None) -> Raw | None:
        """Read a row as it is stored, geometry as hexadecimal; ``None`` where there is none."""
        spec = schema.TABLES[table]
        wanted = list(names or [*spec.column_names, *(["geom"] if spec.geometry else [])])
        picked = ", ".join(f'"{name}"' for name in wanted)
        found = self._db.execute(f'SELECT {picked} FROM "{table}" WHERE id = ?', (row_id,))
        row = found.fetchone()
        if row is None:
            return None
        return {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in zip(wanted, row, strict=True)
        }

    def inserted(self, table: str, ids: Iterable[str]) -> None:
        """Keep that rows are new; rows of an import are found by its name instead."""
        names = list(ids)
        if table == "locations" and not self._hides:
            hidden = self._db.execute("SELECT id FROM locations WHERE precision = 'hidden'")
            self._hides = not {one for (one,) in hidden}.isdisjoint(names)
        if self._revision is not None and self._revision.import_id is None:
            for row_id in names:
                self._keep(table, row_id, "insert", None, None, 1)

    def changed(self, table: str, row_id: str, before: Raw, after: Raw) -> None:
        """Keep what a row was and what it became; both hold ``row_version``."""
        if table == "locations" and _coarser(before.get("precision"), after.get("precision")):
            self._coarser.add(row_id)
            self._hides |= after.get("precision") == "hidden"
        if table in COUNTS and (after.get("suppressed") or after.get("estimated")):
            self._withheld.add((table, row_id))
        self._keep(table, row_id, "update", before, after, int(after["row_version"]))

    def deleted(self, table: str, row_id: str, before: Raw) -> None:
        """Keep a row that goes."""
        self._keep(table, row_id, "delete", before, None, None)

    def renamed(self, table: str, old: str, new: str) -> None:
        """Follow a row to its new identifier: the old one may tell its place."""
        quoted = (json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False))
        for name, columns in _HOLD_VALUES.items():
            for column in columns:
                self._db.execute(
                    f'UPDATE "{name}" SET "{column}" = replace("{column}", ?, ?)'
                    f' WHERE instr("{column}", ?)',
                    (*quoted, quoted[0]),
                )
        for name in ("history", "proposals", "statements"):
            self._db.execute(
                f'UPDATE "{name}" SET row_id = ? WHERE table_name = ? AND row_id = ?',
                (new, table, old),
            )
        for column in ("row_id", "other_id"):
            self._db.execute(
                f'UPDATE not_same SET "{column}" = ? WHERE table_name = ? AND "{column}" = ?',
                (new, table, old),
            )
        self._kept = [
            (
                *one[:3],
                new if (one[2], one[3]) == (table, old) else one[3],
                one[4],
                *(text and text.replace(*quoted) for text in one[5:7]),
                one[7],
            )
            for one in self._kept
        ]
        if table == "locations" and old in self._coarser:
            self._coarser = {*self._coarser - {old}, new}

    def forget(self, place: str) -> None:
        """Forget what is kept of a place, though the place itself does not change."""
        self._coarser.add(place)

    def finish(self, *, touched: bool) -> None:
        """Write the history of the transaction, and forget what must not be known any more."""
        if self._revision is not None and touched:
            made = self._revision
            self._db.execute(
                "INSERT INTO revisions (id, made_at, who, kind, about, import_id, undoes,"
                " row_version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                (
                    *(self.id, f"{clock.now():%Y-%m-%d %H:%M}", made.who or None, made.kind),
                    json.dumps(dict(made.about), ensure_ascii=False),
                    *(made.import_id, made.undoes),
                ),
            )
            self._db.executemany(
                "INSERT INTO history (id, revision_id, table_name, row_id, action, before, after,"
                " version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                self._kept,
            )
        for one in self._withheld:  # the true count may show, with others, fewer than five
            self._db.execute(
                "UPDATE history SET before = NULL, after = NULL WHERE table_name = ?"
                " AND row_id = ?",
                one,
            )
        if self._coarser:
            forgetting.forget(self._db, self._coarser)
        if self._hides:
            self._emptied = forgetting.forget_alike(self._db)

    def _keep(
        self,
        table: str,
        row_id: str,
        action: str,
        before: Raw | None,
        after: Raw | None,
        version: int | None,
    ) -> None:
        if self._revision is None or not _is_kept(table, self._revision.kind):
            return
        name = f"{self.id}.{len(self._kept) + 1}"
        texts = [_as_text(before), _as_text(after)]
        self._kept.append((name, self.id, table, row_id, action, *texts, version))


def _is_kept(table: str, kind: str) -> bool:
    """Tell whether changes of a table are history: not those of the work notes themselves.

    But for a merge, and for taking one back: it leads work notes to another row, and back again.
    """
    if table in ("imports", "revisions", "history"):
        return False
    return schema.TABLES[table].leaves or kind in ("merge", "undo")


def _as_text(values: Raw | None) -> str | None:
    if values is None:
        return None
    kept = {name: value for name, value in values.items() if name not in NEVER_KEPT}
    return json.dumps(kept, ensure_ascii=False)


def _coarser(before: str | None, after: str | None) -> bool:
    if before is None or after is None:
        return False
    return vocab.PRECISION.index(after) > vocab.PRECISION.index(before)
