"""What another source says of a fact that is here: kept beside it, for nobody has decided yet.

The provider says that no papers are asked, women who were there say that they are. Neither may
overwrite the other: the fact here stays, and the page on quality shows both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from layers import consent, schema, vocab
from layers.importing.draft import Record, Source
from layers.importing.held import Held

USERS = "users"
_TABLES = (
    *("organizations", "services", "service_languages", "locations", "schedules", "ties"),
    *("places", "streets"),
)
_NO_FACTS = frozenset(
    {
        *("says_who", "precision", *consent.SAID, "source_row", "row_version"),
        "metres",
    }
)
_TEXTS = frozenset({"opening_hours", "cost"})
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
STATED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(
            column.name
            for column in schema.TABLES[name].columns
            if column.name not in _NO_FACTS
            and (column.type in ("code", "yes_no", "int", "number") or column.name in _TEXTS)
        )
        for name in _TABLES
    }
)
_WHOSE = ("says_who", "date_checked")


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one row: facts stated beside it, texts left as they are, anything written."""

    stated: int
    kept: int
    new: bool


def another(record: Record, here: Held, place: int) -> bool:
    """Tell whether a row of a file speaks for somebody else than the row here, or of another day.

    A row with neither source nor day does not speak for who is noted here, nor of the day: else
    somebody would have said what was never said. What users say is never taken for what the
    provider said, also where it was not noted who that was.
    """
    who, day = record.get("says_who"), record.get("date_checked")
    theirs, their_day = here.cell("says_who", place), here.cell("date_checked", place)
    if who is None and day is None:
        return theirs is not None or their_day is not None
    if day is not None and their_day is not None and day < their_day:
        return True
    return who is not None and who != theirs and (theirs is not None or who == USERS)


class Beside:
    """Collects the statements of one import."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._rows: dict[str, Record] = {}
        self._held: Held | None = None

    @property
    def _there(self) -> Held:
        if self._held is None:
            self._held = Held("statements", self._source.held("statements"))
        return self._held

    def take(
        self,
        table: str,
        record: Record,
        changes: Record,
        here: Held,
        place: int,
        guarded: bool,  # noqa: FBT001 - whether the place of the row is protected
    ) -> Said:
        """Take out of ``changes`` what is not to overwrite a fact, and keep it as a statement.

        What protects a place, or takes back a consent, is never held up.
        """
        if table not in STATED:
            return Said(0, 0, new=False)
        stated = kept = 0
        new = False
        for name in [one for one in changes if one not in _WHOSE]:
            value, old = changes[name], here.cell(name, place)
            goes = name == "precision" and here.cell("geometry", place) is None  # with a new point
            if goes or _protects(table, name, value, guarded=guarded):
                continue
            fits = name in STATED[table] and not (guarded and name in _TEXTS)
            if name == "extra":
                changes[name] = {**value, **(old or {})}
                if changes[name] == old:
                    del changes[name]
            elif old is None:
                if fits:
                    new |= self._add(table, record, name, value)
            else:
                del changes[name]
                if fits:
                    stated += 1
                    new |= self._add(table, record, name, value)
                else:  # the hours as they were written go with the hours
                    kept += name != "source_text"
        for name in _WHOSE:
            changes.pop(name, None)
        return Said(stated, kept, new)

    def write(
        self,
        inserts: dict[str, list[Record]],
        changes: list[Any],
        change: Callable[[str, str, Record, int], Any],
    ) -> None:
        """Put the statements among what is to be written."""
        for row_id, row in self._rows.items():
            place = self._there.place.get(row_id)
            if place is None:
                inserts.setdefault("statements", []).append(row)
            else:
                said = {name: row[name] for name in ("value", "date_checked", "source_row")}
                version = int(self._there.cell("row_version", place))
                changes.append(change("statements", row_id, said, version))

    def _add(self, table: str, record: Record, name: str, value: object) -> bool:
        who = record.get("says_who")
        key = "\x1f".join((table, str(record["id"]), name, who or "", self._source.file))
        row_id = f"said-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        text = as_text(value)
        place = self._there.place.get(row_id)
        if place is not None and self._there.cell("value", place) == text:
            return False
        self._rows[row_id] = {
            "id": row_id,
            "table_name": table,
            "row_id": record["id"],
            "attribute": name,
            "value": text,
            "says_who": who,
            "date_checked": record.get("date_checked"),
            "source_file": self._source.file,
            "source_row": record["source_row"],
        }
        return True


def is_fact(table: str, attribute: str, value: str) -> bool:
    """Tell whether a statement is one that may be kept beside a row: no text of any column.

    Examples
    --------
    >>> is_fact("services", "free", "1"), is_fact("services", "free", "ask at the gate")
    (True, False)
    >>> is_fact("locations", "address", "Lindenstr. 17"), is_fact("usage", "count", "3")
    (False, False)
    """
    if attribute not in STATED.get(table, ()):
        return False
    column = schema.TABLES[table].column(attribute)
    if column.type == "code":
        return value in vocab.LISTS[column.of]
    if column.type == "yes_no":
        return value in ("0", "1")
    return column.type == "text" or _NUMBER.fullmatch(value) is not None


def as_text(value: object) -> str:
    """Write a value as a statement holds it.

    Examples
    --------
    >>> as_text(True), as_text("A2"), as_text(12.0)
    ('1', 'A2', '12')
    """
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _protects(table: str, name: str, value: object, *, guarded: bool) -> bool:
    if name in consent.SAID:
        return value is consent.GUARDS[name]
    if not guarded:
        return False
    return value is None or name == "extra" or (table == "locations" and name != "step_free")
