"""What a builder works with and what it leaves: rows to write, rows refused, things to say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import Any

import pandas as pd

from layers import matching, schema
from layers.atlas import Atlas
from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.held import merges
from layers.importing.tables import Note, Table
from layers.importing.watch import EVERY, Watch

Record = dict[str, Any]
_SAFE = re.compile(r"[^A-Za-z0-9:_.-]+")
MAX_CODE = 40
SEVERAL = ""  # in the place of an identifier: more than one row is called so


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: ``rejected.<code>.reason`` and ``.remedy`` in the words."""

    row: int
    code: str
    column: str = ""
    values: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person said besides the file.

    ``columns`` name a column of the file and the field it goes to, or ``keep`` or ``drop``; without
    them the columns are proposed. ``values`` are field, text in the file and code, an empty code
    being "unknown". ``matches`` are row number and the identifier it is, empty for a new one.
    ``swap`` turns longitude and latitude around; ``day_first`` says how 03/04/2026 is meant.
    ``hidden_rows`` are rows whose place must not be known here.
    """

    key: str | None = None
    category: str | None = None
    crs: str | None = None
    counted_on: date | None = None
    part: str | None = None
    encoding: str | None = None
    header_rows: int | None = None
    columns: tuple[tuple[str, str], ...] | None = None
    values: tuple[tuple[str, str, str], ...] = ()
    matches: tuple[tuple[int, str], ...] = ()
    swap: bool = False
    day_first: bool | None = None
    hidden_rows: tuple[int, ...] = ()


class RowRefused(Exception):  # noqa: N818 - it refuses one row, it is no fault of the program
    """Raised by a builder at the first thing that makes a row unusable."""

    def __init__(self, code: str, *, column: str = "", **values: str | float) -> None:
        super().__init__(code)
        self.code, self.column, self.values = code, column, values


@dataclass(slots=True)
class Draft:
    """Rows by table, not yet compared with what the atlas holds."""

    rows: dict[str, list[Record]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    joined: dict[str, Any] = field(default_factory=dict)
    # (table, identifier): columns whose emptiness means something, for protected rows
    emptied: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    # by row number: where a protected row is, only to find the row here that it is; never written
    secret: dict[int, Record] = field(default_factory=dict)

    def add(self, table: str, record: Record) -> None:
        """Take one row for a table."""
        self.rows.setdefault(table, []).append(record)

    def refuse(self, row: int, refused: RowRefused) -> None:
        """List one row as rejected."""
        self.rejected.append(Rejected(row, refused.code, refused.column, refused.values))


class Source:
    """A table from outside on its way into an atlas.

    Parameters
    ----------
    atlas
        Where it is to go.
    table
        The rows.
    file
        Name of the file.
    options
        What a person said.
    forced
        The identifier that a row must have, by row number: another row's, because it is that row,
        or empty for one of its own. Changes where that row is given another identifier.
    refused
        Rows that are refused whatever is in them, by row number.
    stored
        Tables of the atlas that were read already, by name; grows by those read here.
    watch
        Is told how far the rows are.
    """

    def __init__(  # noqa: PLR0913 - what an import needs, set in one place
        self,
        atlas: Atlas,
        table: Table,
        file: str,
        options: Options,
        *,
        forced: Mapping[int, str] | None = None,
        refused: Mapping[int, RowRefused] | None = None,
        stored: dict[str, pd.DataFrame] | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.atlas, self.table, self.file, self.options = atlas, table, file, options
        self.forced = dict(forced or {})
        self.refused: Mapping[int, RowRefused] = refused or {}
        self.given: set[str] = set()
        self.renamed: list[tuple[str, str, str]] = []  # table, old and new identifier
        self.spelled: set[str] = set()  # names of actors found in another spelling
        self._stored = {} if stored is None else stored
        self._mine: dict[str, pd.DataFrame] = {}  # tables that are changed here
        self._watch, self._told = watch, 0

    def held(self, table: str) -> pd.DataFrame:
        """Read what the atlas holds already, once an import."""
        if table in self._mine:
            return self._mine[table]
        if table not in self._stored:
            self._stored[table] = self.atlas.read(table)
        return self._stored[table]

    def rename(self, table: str, old: str, new: str) -> None:
        """Give a held row another identifier when the import is written."""
        self.renamed.append((table, old, new))
        named = [(table, "id")]
        named += [
            (spec.name, column.name)
            for spec in schema.TABLES.values()
            for column in spec.columns
            if column.type == "text" and column.of == table
        ]
        for name, column in named:
            held = self.held(name)
            if (held[column] == old).any():
                if name not in self._mine:
                    self._mine[name] = held = held.copy()
                held[column] = held[column].replace(old, new)

    @cached_property
    def actors(self) -> dict[str, str]:
        """Identifiers of actors, by identifier and by name in one spelling."""
        found = self.held("organizations")
        there = {str(one): str(one) for one in found["id"]}
        gone = self.merged("organizations").items()
        former = {text: now for one, (now, name) in gone for text in (cells.plain(name), one)}
        former = {text: now for text, now in former.items() if text and now in there}
        return former | by_name(found) | there

    def merged(self, table: str) -> dict[str, tuple[str, str]]:
        """Give what rows of a table were made one with: the row that stayed, and the name."""
        return merges(self.held("revisions"), lambda: self.held("history"), table)

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """Identifiers of actors by name without legal form and accents."""
        return by_name(self.held("organizations"), matching.key)

    def actor(self, text: str | None) -> str | None:
        """Find an actor by identifier or by name, also in another spelling."""
        if text is None:
            return None
        if text not in self._actors_asked:
            known = self.actors.get(safe_id(text)) or self.actors.get(cells.plain(text))
            if not known and (known := self._spellings.get(matching.key(text))):
                self.spelled.add(text)
            if not known:
                return None  # it may be made in a moment
            self._actors_asked[text] = known
        return self._actors_asked[text]

    def several(self, text: str) -> bool:
        """Tell whether more than one actor is called so: then nobody knows which one is meant."""
        told = self.actors.get(cells.plain(text), self._spellings.get(matching.key(text)))
        return self.actor(text) is None and told == SEVERAL

    @cached_property
    def _actors_asked(self) -> dict[str, str]:
        return {}

    def provenance(self, row: int, extra: dict[str, str] | None = None, **more: Any) -> Record:  # noqa: ANN401 - values of any column
        """Say where a row came from, and now and then how far the rows are."""
        self._told += 1
        if self._watch is not None and self._told % EVERY == 0:
            total = len(self.table.rows)
            self._watch.tell("rows", min(max(row - 1, 0), total), total)
        return {"source_file": self.file, "source_row": row, "extra": extra or None, **more}

    def identifier(self, said: str | None, *content: str | None) -> str:
        """Give a row its identifier: its own, or one made of its content, the same every time.

        Raises
        ------
        RowRefused
            ``id_twice`` where the file has given the identifier to another row.
        """
        if said is not None:
            wished = safe_id(said)
            if wished in self.given:
                raise RowRefused("id_twice", column="id")
        else:
            wished = first = self.made_id(*content)
            copy = 2
            while wished in self.given:
                wished, copy = f"{first}-{copy}", copy + 1
        self.given.add(wished)
        return wished

    def made_id(self, *content: str | None) -> str:
        """Make an identifier of the content of a row; anybody who guesses the content can check."""
        stem = _SAFE.sub("-", PurePath(self.file).stem)[:MAX_CODE]
        text = "\x1f".join(part or "" for part in content)
        return f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def by_name(rows: pd.DataFrame, spelled: Callable[[str], str] = cells.plain) -> dict[str, str]:
    """Give the identifiers of rows by name; ``SEVERAL`` where more than one row is called so.

    Examples
    --------
    >>> by_name(pd.DataFrame({"id": ["1", "2", "3"], "name": ["Nord", "Mitte", "mitte"]}))
    {'nord': '1', 'mitte': ''}
    """
    found: dict[str, str] = {}
    for name, one in zip(rows["name"], rows["id"], strict=True):
        if isinstance(name, str):
            found[spelled(name)] = SEVERAL if spelled(name) in found else str(one)
    return found


def safe_id(text: str) -> str:
    """Make an identifier of letters, digits and ``:_.-``; the same text gives the same one.

    Examples
    --------
    >>> safe_id("010111"), safe_id("node/12")
    ('010111', 'node-12-e388b9')
    """
    bare = text.strip()
    safe = _SAFE.sub("-", bare)[:120]
    if safe == bare:
        return bare
    return f"{safe}-{hashlib.sha256(bare.encode()).hexdigest()[:6]}"


def facts(columns: Columns, row: list[str | None], extra: dict[str, str]) -> Record:
    """Read who says so and when it was checked; what is no source or no past day stays a text."""
    text = columns.get(row, "date_checked")
    try:
        checked = cells.day(text)
    except ValueError:
        checked = None
    if checked is not None and cells.is_ahead(checked):
        checked = None
    if checked is None and text is not None and not cells.is_nothing(text):
        extra[columns.names[columns.place["date_checked"]]] = text
    who = coded(columns, row, "says_who", extra, which="says_who")
    return {"date_checked": checked, "says_who": who}


def yes_no(
    columns: Columns, row: list[str | None], name: str, extra: dict[str, str]
) -> bool | None:
    """Read yes, no or unknown; another word stays unknown and is kept as it was written."""
    text = columns.get(row, name)
    try:
        return cells.yes_no(text)
    except ValueError:
        extra[columns.names[columns.place[name]]] = str(text)
        return None


def coded(
    columns: Columns, row: list[str | None], name: str, extra: dict[str, str], *, which: str
) -> str | None:
    """Read a code of a closed list; another word stays unknown and is kept as it was written."""
    text = columns.get(row, name)
    try:
        return cells.code(text, which)
    except ValueError:
        extra[columns.names[columns.place[name]]] = str(text)
        return None


def counted(
    columns: Columns, row: list[str | None], name: str, extra: dict[str, str]
) -> int | None:
    """Read a whole number of things that are not people; another text is kept as written."""
    text = columns.get(row, name)
    try:
        found = cells.whole(text)
    except ValueError:
        found = -1
    if found is not None and found < 0:
        extra[columns.names[columns.place[name]]] = str(text)
        return None
    return found


def some_rows(rows: list[int]) -> str:
    """Name some row numbers for a sentence.

    Examples
    --------
    >>> some_rows([3, 7]), some_rows(list(range(2, 20)))
    ('3, 7', '2, 3, 4, 5, 6 …')
    """
    return ", ".join(str(row) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
