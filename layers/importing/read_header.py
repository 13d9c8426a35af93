"""Where a table begins: titles above, a header of one or several rows, rows of tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from layers.importing.tables import Note, Problem, Table, headers

Cells = list[str | None]

LOOKED_AT = 25  # rows in which a header is looked for
_JUDGED = 200  # rows by which the width of the table is judged
_LONGEST = 60  # letters; what is longer is no name of a column in a second row
_NUMBER = re.compile(r"^[<>~]?[+-]?[\d\s.,'’]*\d[\d\s.,'’]*%?$")  # noqa: RUF001 - both marks of thousands
_YEAR = re.compile(r"^(?:19|20)\d\d$")  # a number that is a name of a column too
_TAG = re.compile(
    r"^#\s*[A-Za-z][\w]*(?:\s*\+\s*[A-Za-z][\w]*)*$"
)  # of the Humanitarian Exchange Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Names of the columns, the rows (from 0) they came from, and where the data begin."""

    names: tuple[str | None, ...]
    rows: tuple[int, ...]
    data: int
    tagged: bool = False


def find(cells: Sequence[Cells], *, header_rows: int | None = None) -> Header:
    """Find the header of a table.

    Parameters
    ----------
    cells
        The rows from the top, of any widths; cells merged sideways filled already.
    header_rows
        How many rows at the top are no data, where a person said so; 0 for no header at all.

    Examples
    --------
    >>> found = find([["Report 2024"], [None, "Women", "Women"], ["Area", "18-25", "26-40"],
    ...               ["North", "12", "7"], ["South", "9", "11"]])
    >>> found.names, found.rows, found.data
    (('Area', 'Women 18-25', 'Women 26-40'), (1, 2), 3)
    """
    if header_rows is not None:
        wide = [row for row in range(min(header_rows, len(cells))) if _filled(cells[row]) > 1]
        rows = wide or list(range(min(header_rows, len(cells))))[-1:]
        return _header(cells, rows, header_rows)
    looked = range(min(LOOKED_AT, len(cells)))
    if (tagged := next((row for row in looked if _is_tags(cells[row])), None)) is not None:
        above = next((row for row in range(tagged - 1, -1, -1) if _filled(cells[row])), tagged)
        found = _header(cells, [above], tagged + 1)
        return Header(names=found.names, rows=found.rows, data=tagged + 1, tagged=True)
    first = _first(cells)
    rows = [first]
    while len(rows) < 4 and _goes_on(cells, rows):
        rows.append(rows[-1] + 1)
    return _header(cells, rows, rows[-1] + 1)


def table(
    cells: list[Cells],
    numbers: Sequence[int],
    *,
    format: str,  # noqa: A002 - the word of the fixed surface
    header_rows: int | None = None,
    notes: list[Note] | None = None,
) -> Table:
    """Make a table of rows of cells, its header found.

    Columns that have neither a name nor anything in them are dropped. A row that is wider than
    the table is a problem, listed and left out; one that is cut short is filled up and told.
    """
    notes = [] if notes is None else notes
    header = find(cells, header_rows=header_rows)
    width = _width(cells, header, everything=format == "xlsx")
    names = [*header.names, *[None] * width][:width]
    body = range(header.data, len(cells))
    used = [place for place in range(width) if names[place] is not None]
    nameless = {place for place in range(width) if names[place] is None}
    if nameless:
        seen = {
            place
            for row in body
            if len(_trimmed(cells[row])) <= width
            for place in nameless & set(range(len(cells[row])))
            if cells[row][place] is not None
        }
        used = sorted([*used, *seen])
    notes += _said(header, numbers)
    found = Table(_columns(names, used), [], [], format, notes=notes)
    short = []
    for row in body:
        record = cells[row]
        filled = len(_trimmed(record))
        if not filled:
            continue
        if filled > width:
            values: dict[str, str | int | float] = {"cells": filled, "columns": width}
            found.problems.append(Problem(numbers[row], "row_too_long", values))
            continue
        if format == "csv" and len(record) < len(header.names) - _empty_tail(header.names):
            short.append(numbers[row])
        padded = record + [None] * (width - len(record))
        found.rows.append([padded[place] for place in used])
        found.numbers.append(numbers[row])
    if short:
        some = ", ".join(map(str, short[:10])) + (" …" if len(short) > 10 else "")
        found.notes.append(Note("rows_short", {"count": len(short), "rows": some}))
    return found


def _columns(names: list[str | None], used: list[int]) -> list[str]:
    """Name the columns; one without a name is called by its place in the file."""
    return headers([names[place] or f"column_{place + 1}" for place in used])


def _header(cells: Sequence[Cells], rows: list[int], data: int) -> Header:
    width = max((len(_trimmed(cells[row])) for row in rows), default=0)
    names: list[str | None] = []
    for place in range(width):
        parts: list[str] = []
        for row in rows:
            said = _group(cells[row], place) if row != rows[-1] else _at(cells[row], place)
            if said is not None and said not in parts:
                parts.append(" ".join(said.split()))
        names.append(" ".join(parts) or None)
    return Header(names=tuple(names), rows=tuple(rows), data=data)


def _group(row: Cells, place: int) -> str | None:
    """Give the name that stands over a column: its own, or the last one to its left."""
    named = [cell for cell in row[: place + 1] if cell is not None]
    return named[-1] if named else None


def _first(cells: Sequence[Cells]) -> int:
    """Find the first row that is as wide as a header; titles and notes above are narrower."""
    judged = [row for row in cells[:_JUDGED] if _filled(row)]
    start = next((place for place, row in enumerate(cells) if _filled(row)), 0)
    widths = sorted(_filled(row) for row in judged)
    usual = widths[len(widths) // 2] if widths else 0
    if usual < 2:
        return start
    for place, row in enumerate(cells[:LOOKED_AT]):
        filled = _filled(row)
        if not filled:
            continue
        if filled * 3 > usual and filled > 1:
            return start if _numbers(row) * 2 > filled else place
    return start


def _goes_on(cells: Sequence[Cells], rows: list[int]) -> bool:
    """Tell whether the next row is one more row of the header.

    Only where the last one leaves gaps, or says a name over several columns, and the next one
    has names there, and below those names stand numbers or nothing that looks like them: a table
    of texts with one unnamed column must not lose its first row.
    """
    last, place = cells[rows[-1]], rows[-1] + 1
    if place + 1 >= len(cells):
        return False
    below = cells[place]
    gaps = [
        at
        for at in range(1, len(below))
        if _at(last, at) is None or _at(last, at - 1) == _at(last, at)
    ]
    under = [at for at in gaps if _at(below, at) is not None]
    texts = [text for text in below if text is not None]
    if not under or len(under) < len(gaps) - _blank(cells, gaps, place) or not texts:
        return False
    if any(
        len(text) > _LONGEST or (_NUMBER.match(text) and not _YEAR.match(text)) for text in texts
    ):
        return False
    body = [row for row in cells[place + 1 : place + 1 + LOOKED_AT] if _filled(row)]
    counted = [
        bool(_NUMBER.match(cell))
        for row in body
        for at in under
        if (cell := _at(row, at)) is not None
    ]
    return bool(counted) and sum(counted) * 2 > len(counted)


def _blank(cells: Sequence[Cells], gaps: list[int], place: int) -> int:
    """Count the gaps that are empty all the way down, as at the end of a sheet."""
    body = cells[place : place + LOOKED_AT]
    return sum(all(_at(row, at) is None for row in body) for at in gaps)


def _said(header: Header, numbers: Sequence[int]) -> list[Note]:
    notes = []
    if header.rows and header.rows[0] > 0:
        notes.append(Note("rows_above", {"rows": header.rows[0], "row": numbers[header.rows[0]]}))
    if len(header.rows) > 1:
        notes.append(Note("header_joined", {"rows": len(header.rows)}))
    if header.tagged:
        notes.append(Note("tags_left_out"))
    return notes


def _width(cells: Sequence[Cells], header: Header, *, everything: bool) -> int:
    """Tell how wide the table is: its header, or a little more where most rows say so.

    In a sheet every cell counts: there a row is never too long, only a column without a name.
    """
    named = max([len(header.names), *(len(cells[row]) for row in header.rows)])
    reach = [len(_trimmed(row)) for row in cells[header.data :] if _filled(row)]
    if not reach:
        return named
    wider = sum(width > named for width in reach)
    return max(named, *reach) if everything or not header.rows or wider * 2 > len(reach) else named


def _is_tags(row: Cells) -> bool:
    texts = [cell for cell in row if cell is not None]
    tags = sum(bool(_TAG.match(text)) for text in texts)
    return tags >= 2 and tags * 2 >= len(texts)


def _numbers(row: Cells) -> int:
    return sum(bool(cell and _NUMBER.match(cell)) for cell in row)


def _filled(row: Cells) -> int:
    return sum(cell is not None for cell in row)


def _at(row: Cells, place: int) -> str | None:
    return row[place] if 0 <= place < len(row) else None


def _trimmed(row: Cells) -> Cells:
    """Drop the empty cells at the end of a row: exports of spreadsheets are full of them."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _empty_tail(names: tuple[str | None, ...]) -> int:
    return len(names) - len(_trimmed(list(names)))
