"""Ties written as a matrix, brought into the form of a list: one row for each filled cell.

A row leads to a column. A cell holds how strong the tie is (1 to 3), a mark, a kind of tie, or both
("funds 2"); empty and 0 are none. Two cells that say the same of each other are one mutual tie.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from rapidfuzz import fuzz, process

from layers import vocab
from layers.errors import LayerError
from layers.importing import cells
from layers.importing.draft import Draft, RowRefused, Source
from layers.importing.tables import Note, Table

COLUMNS = ["from", "to", "kind", "strength", "direction"]
FEWEST = 2  # actors on both sides before a table is taken for a matrix
NEAR = 80  # of 100
HALF = 3  # filled cells on one side of the diagonal before the other side is taken for the same
_STRENGTH = re.compile(r"^(.*?)[\s:=(]*([0-9]+)\)?$")
_MARK = "*"  # what a person may say of all marks: kind:*=refers_to


@dataclass(frozen=True, slots=True)
class _Cell:
    """One tie of a matrix; empty texts where the cell does not say."""

    row: int
    number: int
    column: int
    kind: str
    strength: str


def is_matrix(source: Source, table: Table) -> bool:
    """Tell whether both the first column and the header name actors that are here."""
    down = {row[0] for row in table.rows if row and row[0]}
    across = table.columns[1:]
    known = [sum(source.actor(text) is not None for text in side) for side in (down, across)]
    return min(known) >= FEWEST


def as_list(source: Source, table: Table, done: Draft) -> tuple[Table, list[str]]:
    """Write a matrix as a list of ties.

    Parameters
    ----------
    source
        Knows the actors and what a person said of cells (``values`` of the field ``kind``).
    table
        The matrix: names in the first column and in the header.
    done
        Takes the rows that are refused, and notes.

    Returns
    -------
    ties
        A table with the columns ``COLUMNS``; its numbers are the rows of the matrix.
    headers
        For each of its rows, the column of the matrix it came from.

    Raises
    ------
    LayerError
        ``tie_kind_missing`` where cells hold marks or numbers and nothing says of which kind.
    """
    default = _default_kind(source, table)
    across = [None, *(source.actor(name) for name in table.columns[1:])]
    _tell_strangers(table, done, across)
    filled = list(_filled(source, table, done, default))
    if any(not cell.kind for cell in filled):
        raise LayerError("tie_kind_missing", file=source.file, kinds=_kinds())
    filled = [cell for cell in filled if across[cell.column] is not None]
    down = [source.actor(row[0]) for row in table.rows]
    said: dict[tuple[str | None, str | None, str], _Cell] = {}
    for one in filled:
        said.setdefault((down[one.row], across[one.column], one.kind), one)
    half = _is_half(filled, down, across)
    rows: list[list[str | None]] = []
    numbers, headers = [], []
    for one in filled:
        other = said.get((across[one.column], down[one.row], one.kind))
        mutual = other is not None and other.strength == one.strength
        if mutual and other is not None and (other.row, other.column) < (one.row, one.column):
            continue  # written with the other
        direction = "mutual" if mutual or half else "directed"
        texts = (table.rows[one.row][0], table.columns[one.column], one.kind, one.strength or None)
        rows.append([*texts, direction])
        numbers.append(one.number)
        headers.append(table.columns[one.column])
    if half:
        done.notes.append(Note("matrix_half"))
    done.notes.append(Note("matrix_read", {"ties": len(rows), "rows": len(table.rows)}))
    return replace(table, columns=COLUMNS, rows=rows, numbers=numbers, shapes=None), headers


def _default_kind(source: Source, table: Table) -> str:
    """Find the kind of all marks: as a person said, by the corner of the matrix, sheet or file."""
    for name, text, code in source.options.values:
        if name == "kind" and text == _MARK and code:
            return code
    for text in (table.columns[0], table.part, PurePath(source.file).stem):
        try:
            found = cells.code(text, "tie_kind")
        except ValueError:
            continue
        if found:
            return found
    return ""


def _filled(source: Source, table: Table, done: Draft, default: str) -> Iterator[_Cell]:
    said = {
        cells.plain(text): code
        for name, text, code in source.options.values
        if name == "kind" and text != _MARK
    }
    for line, (number, row) in enumerate(zip(table.numbers, table.rows, strict=True)):
        start = source.actor(row[0])
        if start is None:
            done.refuse(number, stranger(source, row[0], table.columns[0]))
            continue
        for place in range(1, len(table.columns)):
            if source.actor(table.columns[place]) == start:
                continue  # the diagonal
            try:
                for kind, strength in _read(row[place], said, default):
                    yield _Cell(line, number, place, kind, strength)
            except RowRefused as refused:
                refused.column = table.columns[place]
                done.refuse(number, refused)


def stranger(source: Source, text: str | None, column: str) -> RowRefused:
    """Say that a text names no actor that is here, and which name is near."""
    if text is None:
        return RowRefused("cell_empty", column=column)
    if source.several(text):
        return RowRefused("name_of_several", column=column)
    names = source.held("organizations")["name"].astype(str).tolist()
    near = process.extractOne(
        cells.plain(text), names, scorer=fuzz.ratio, processor=cells.plain, score_cutoff=NEAR
    )
    if near:
        return RowRefused("actor_nearly", column=column, near=near[0])
    return RowRefused("actor_unknown", column=column)


def _read(text: str | None, said: dict[str, str], default: str) -> Iterator[tuple[str, str]]:
    """Read one cell: kinds and strengths; nothing where it says there is no tie."""
    for part in re.split(r"\s*[;,|/\n]\s*", text or ""):
        if cells.is_nothing(part) or part in ("0", "0.0") or _says_no(part):
            continue
        found = _STRENGTH.match(part)
        word, strength = (found[1].strip(), found[2]) if found else (part, "")
        if strength and not 1 <= int(strength) <= 3:
            raise RowRefused("not_between", low=0, high=3)
        if cells.plain(word) in said:
            kind = said[cells.plain(word)]
            if not kind:
                continue
        elif not word or word.lower() in cells.known()["yes"]:
            kind = default
        else:
            try:
                kind = cells.code(word, "tie_kind") or default
            except ValueError as error:
                raise RowRefused("value_not_listed") from error
        yield kind, strength


def _says_no(text: str) -> bool:
    return text.lower() in cells.known()["no"]


def _tell_strangers(table: Table, done: Draft, across: list[str | None]) -> None:
    """Name the columns that are no actors here; such rows are refused one by one."""
    names = [table.columns[place] for place in range(1, len(across)) if across[place] is None]
    if names:
        more = " …" if len(names) > 8 else ""
        some = ", ".join(names[:8]) + more
        done.notes.append(Note("matrix_strangers", {"count": len(names), "names": some}))


def _is_half(filled: list[_Cell], actors: list[str | None], across: list[str | None]) -> bool:
    """Tell a square matrix of which only one side of the diagonal is filled."""
    order = {name: place for place, name in enumerate(actors) if name is not None}
    if order.keys() != {name for name in across if name is not None}:
        return False
    sides = [
        order[str(actors[one.row])] < order[str(across[one.column])]
        for one in filled
        if actors[one.row] and across[one.column]
    ]
    return len(sides) >= HALF and (all(sides) or not any(sides))


def _kinds() -> str:
    return ", ".join(vocab.LISTS["tie_kind"])
