"""Spreadsheets (XLSX): each sheet a part; merged cells, titles and several header rows too.

Formulas never run: what the program that saved the file had computed is read.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from layers.errors import LayerError
from layers.importing import read_header
from layers.importing.read_source import How, Source, unpack
from layers.importing.read_workbook import Sheet, Workbook, open_workbook, plain
from layers.importing.read_xml import elements, local
from layers.importing.tables import MAX_COLUMNS, MAX_ROWS, Note, Table, clean

Cells = list[str | None]

_COUNTED = 20_000_000  # bytes of cells; of a larger sheet only the beginning is looked at
_HEAD_ROWS = 200
_EVERY = 5_000
_SIZE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$")
_MOST_MERGED = 200_000  # cells that one merged range may fill


@dataclass(slots=True)
class _Read:
    """The cells of one sheet, their row numbers, its merged ranges and formulas without a value."""

    cells: list[Cells] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    unvalued: int = 0


def look(source: Source, how: How) -> dict[str, Any]:
    """Name the sheets, their columns and rows, hidden ones too."""
    members, book = _open(source)
    parts = []
    for sheet in book.sheets:
        large = members[sheet.member].size > _COUNTED
        found = _cells(members, book, sheet, how, most=_HEAD_ROWS if large else MAX_ROWS)
        part: dict[str, Any] = {"name": sheet.name, "rows": 0, "columns": [], "shapes": False}
        if any(any(row) for row in found.cells):
            table = _told(found, sheet, how)
            rows = len(table.rows) + len(table.problems)
            part |= {"columns": table.columns, "rows": None if large else rows}
            part |= {} if large else {"table": table}
        parts.append(part)
    if not parts:
        raise LayerError("file_empty")
    return {"parts": parts, "encoding": ""}


def read(source: Source, how: How) -> Table:
    """Read one sheet of a workbook.

    Raises
    ------
    LayerError
        ``sheet_empty``, ``file_too_many_rows`` or ``file_too_large``.
    """
    members, book = _open(source)
    sheet = next(one for one in book.sheets if how.part in (None, one.name))
    found = _cells(members, book, sheet, how, most=MAX_ROWS)
    if not any(any(row) for row in found.cells):
        raise LayerError("sheet_empty", sheet=sheet.name)
    return _told(found, sheet, how)


def _told(found: _Read, sheet: Sheet, how: How) -> Table:
    table = _table(found, how)
    if sheet.hidden:
        table.notes.append(Note("sheet_hidden", {"sheet": sheet.name}))
    if found.unvalued:
        table.notes.append(Note("formulas_unvalued", {"count": found.unvalued}))
    return table


def _open(source: Source) -> tuple[dict[str, Source], Workbook]:
    try:
        members = {one.name: one for one in unpack(source)}
    except zipfile.BadZipFile as error:
        raise LayerError("file_unreadable") from error
    return members, open_workbook(members)


def _cells(
    members: dict[str, Source], book: Workbook, sheet: Sheet, how: How, *, most: int
) -> _Read:
    found = _Read()
    row, rows_of = 0, None
    for event, element in elements(members[sheet.member].open()):
        name = local(element.tag)
        if event == "start":
            if name == "sheetData":
                rows_of = element
            continue
        if name == "mergeCell":
            _merge(element.get("ref", ""), found)
        if name != "row":
            continue
        row = _take(element, row, book, found)
        if rows_of is not None:
            rows_of.clear()
        if len(found.cells) % _EVERY == 0:
            how.tell(len(found.cells), 0)
        if len(found.cells) >= most:
            break
    if len(found.cells) >= MAX_ROWS:
        raise LayerError("file_too_many_rows", limit=MAX_ROWS)
    return found


def _take(element: ET.Element, before: int, book: Workbook, found: _Read) -> int:
    """Take one row, where it is not empty, and give its number."""
    said = element.get("r", "")[:9]
    number = int(said) if said.isdecimal() and before < int(said) else before + 1
    cells = _row(element, book, found)
    if cells:
        found.cells.append(cells)
        found.numbers.append(number)
    return number


def _row(element: ET.Element, book: Workbook, found: _Read) -> Cells:
    cells: Cells = []
    for cell in element:
        if local(cell.tag) != "c":
            continue
        place = _column(cell.get("r", ""), len(cells))
        if len(cells) < place < MAX_COLUMNS:
            cells.extend([None] * (place - len(cells)))
        value = _value(cell, book, found)
        if place < len(cells):  # a file that names a cell twice: the last one is what is shown
            cells[place] = value
        elif place < MAX_COLUMNS:
            cells.append(value)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _value(cell: ET.Element, book: Workbook, found: _Read) -> str | None:
    kind, text, formula = cell.get("t", "n"), None, False
    for child in cell:
        name = local(child.tag)
        if name == "v":
            text = child.text
        elif name == "is":
            return clean(plain(child))
        elif name == "f":
            formula = True
    if text is None:
        found.unvalued += formula
        return None
    if kind == "s":
        place = _whole(text)
        return clean(book.texts[place]) if 0 <= place < len(book.texts) else None
    if kind == "n":
        with suppress(ValueError):
            return clean(book.shown(float(text), _whole(cell.get("s", "0"))))
    return clean(text == "1" if kind == "b" else text)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _column(reference: str, following: int) -> int:
    """Give the place of a cell (from 0) by its name, ``C7``; cells may have none."""
    place = 0
    for sign in reference:
        if not "A" <= sign <= "Z":
            break
        place = place * 26 + ord(sign) - 64
    return place - 1 if place else following


def _merge(reference: str, found: _Read) -> None:
    if (said := _SIZE.match(reference)) is None or not said[3]:
        return
    left, right = _column(said[1], 0), _column(said[3], 0)
    top, bottom = int(said[2]), int(said[4])
    if left <= right < MAX_COLUMNS and top <= bottom:
        found.merged.append((top, bottom, left, right))


def _table(found: _Read, how: How) -> Table:
    """Fill what is merged, and only that, and find the header."""
    filled = 0
    place_of = {number: place for place, number in enumerate(found.numbers)}
    last = found.numbers[-1]
    for top, bottom, left, right in found.merged:
        first = place_of.get(top)
        value = None
        if first is not None and left < len(found.cells[first]):
            value = found.cells[first][left]
        filled += (min(bottom, last) - top + 1) * (right - left + 1)
        if value is None or filled > _MOST_MERGED:
            continue
        if top == bottom and left == 0 < right and _is_title(found.cells[first or 0]):
            continue  # one text over the whole width is a title, no name of each column
        for number in range(top, min(bottom, last) + 1):
            if (place := place_of.get(number)) is not None:
                row = found.cells[place]
                row.extend([None] * (right + 1 - len(row)))
                row[left : right + 1] = [value] * (right + 1 - left)
    above = how.header_rows
    if above is not None:  # said as the sheet counts its rows; empty ones are not among the cells
        above = sum(number <= above for number in found.numbers)
    return read_header.table(found.cells, found.numbers, format="xlsx", header_rows=above)


def _is_title(row: Cells) -> bool:
    return sum(cell is not None for cell in row) == 1
