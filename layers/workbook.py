"""A workbook (XLSX) of an atlas: one sheet a table, and a first sheet that says what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from layers import cell_text
from layers.cell_text import Cell
from layers.errors import LayerError

ABOUT = "About"
LONGEST = 10_000  # of 32,767 that a cell holds; apostrophes and wide characters need room
MOST_ROWS = 1_048_575  # beside the header
_LOOKED_AT = 200  # rows, to choose the width of a column
_NARROW, _WIDE = 8, 60
# what XML cannot hold, and what a spreadsheet would take for such a character
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
Rows = Sequence[Mapping[str, Cell]]


def write(
    path: Path,
    tables: Iterable[tuple[str, Rows]],
    *,
    about: Sequence[Sequence[Cell]],
    title: str,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a workbook.

    Parameters
    ----------
    path
        File to make.
    tables
        Name and rows of each sheet, as :func:`layers.cell_text.cells` makes them.
    about
        Lines of the first sheet; the first one is its header.
    title
        What the document calls itself.
    tell
        Called with the number of rows written, now and then.

    Raises
    ------
    LayerError
        ``sheet_too_long`` where a table has more rows than a sheet.
    """
    book = Workbook(write_only=True)
    book.properties.title = _possible(title)
    book.properties.creator = "Common Ground"
    try:
        first = book.create_sheet(ABOUT)
        _shape(first, [30, 60, 14], len(about))
        for number, line in enumerate(about):
            first.append([_cell(first, one, bold=number == 0) for one in line])
        for name, rows in tables:
            _sheet(book, name, rows, tell)
    except LayerError:
        for sheet in book.worksheets:
            sheet.close()  # each writes into a file of its own until then
        raise
    book.save(path)


def _sheet(book: Workbook, name: str, rows: Rows, tell: Callable[[int], None]) -> None:
    if len(rows) > MOST_ROWS:
        raise LayerError("sheet_too_long", table=name, rows=len(rows))
    sheet = book.create_sheet(name)
    columns = cell_text.columns(rows)
    widths = [
        max(len(column), *(_length(row.get(column)) for row in rows[:_LOOKED_AT]))
        for column in columns
    ]
    _shape(sheet, widths, len(rows) + 1)
    sheet.append([_cell(sheet, cell_text.harmless(one), bold=True) for one in columns])
    for number, row in enumerate(rows, start=1):
        sheet.append([_cell(sheet, row.get(column)) for column in columns])
        tell(number)


def _shape(sheet: Any, widths: Sequence[int], rows: int) -> None:  # noqa: ANN401 - a sheet that is only written has no type of its own
    """Freeze the header, let every column be filtered, and choose widths: before the first row."""
    sheet.freeze_panes = "A2"
    if widths:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{max(rows, 1)}"
    for place, width in enumerate(widths, start=1):
        wide = min(max(width + 2, _NARROW), _WIDE)
        sheet.column_dimensions[get_column_letter(place)].width = wide


def _cell(sheet: Any, value: Cell, *, bold: bool = False) -> Any:  # noqa: ANN401 - as above
    if value is None:
        return None
    if not isinstance(value, str):
        cell: Any = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # a day is a value too
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        elif isinstance(value, float):
            # all 17 digits, of which 16 are written otherwise
            cell._value = repr(value)  # noqa: SLF001 - the setter takes no text for a number
        return cell
    cell = WriteOnlyCell(sheet, "")
    # set apart from guessing, which takes "=1" for a formula and "#N/A" for an error
    cell._value, cell.data_type = _possible(value), "s"  # noqa: SLF001 - the setter guesses
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    if "\n" in value:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _possible(text: str) -> str:
    """Leave out what a workbook cannot hold, and escape what it would read as an escape."""
    return _ESCAPE.sub("_x005F_", _IMPOSSIBLE.sub("", text))


def _length(value: Cell) -> int:
    return len(str(value).partition("\n")[0]) if value is not None else 0
