"""Spreadsheets (XLSX): the first sheet that holds rows; formulas stay text and never run."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl

from layers.errors import LayerError
from layers.importing.tables import MAX_ROWS, Note, Table, clean, headers

MAX_UNPACKED = 400_000_000  # bytes; a small zip can hold a very large nothing


def read(path: Path) -> Table:
    """Read one sheet of a workbook.

    Raises
    ------
    LayerError
        ``file_unreadable``, ``file_too_large`` or ``file_empty``.
    """
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
            raise LayerError("file_too_large")
    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        for sheet in sheets:
            cells = [
                [_cell(value) for value in row]
                for _, row in zip(range(MAX_ROWS), sheet.iter_rows(values_only=True), strict=False)
            ]
            if any(any(row) for row in cells):
                return _table(cells, [] if len(sheets) == 1 else [_one_of(sheets, sheet.title)])
    finally:
        book.close()
    raise LayerError("file_empty")


def _one_of(sheets: Sequence[object], title: str) -> Note:
    return Note("sheet_chosen", {"sheet": title, "sheets": len(sheets)})


def _cell(value: object) -> str | None:
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == 0
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else clean(value)


def _table(cells: list[list[str | None]], notes: list[Note]) -> Table:
    first = next(place for place, row in enumerate(cells) if any(row))
    width = max(place + 1 for row in cells for place, cell in enumerate(row) if cell is not None)
    columns = headers((cells[first] + [None] * width)[:width])
    rows, numbers = [], []
    # numbers as the spreadsheet shows them where the header is its first row
    for number, row in enumerate(cells[first + 1 :], start=first + 2):
        if any(row):
            rows.append((row + [None] * width)[:width])
            numbers.append(number)
    return Table(columns, rows, numbers, "xlsx", notes=notes)
