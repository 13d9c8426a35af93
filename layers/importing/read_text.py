"""Delimited text: any separator and the encodings that spreadsheets write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from layers.errors import LayerError
from layers.importing import read_encoding, read_header
from layers.importing.read_source import How, Source
from layers.importing.tables import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Note, Table, clean

SEPARATORS = (",", ";", "\t", "|")
_COUNTED = 5_000_000  # bytes; in a larger file rows are not counted before it is read
_HEAD = 256_000
_EVERY = 20_000  # rows between two words of progress
# UTF-8 that was read as cp1252 and written as UTF-8 again
_TWICE = re.compile("[ÃÂÅÄâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]")  # noqa: RUF001 - what such bytes become


def look(source: Source, how: How) -> dict[str, Any]:
    """Say which columns a text has, from its beginning where it is long."""
    large = source.size > _COUNTED
    raw = source.head(_HEAD) if large else source.read()
    if large:  # a sign or a row that is cut in the middle would say something wrong
        raw = raw[: max(raw.rfind(b"\n"), raw.rfind(b"\r")) + 1] or raw
    found = _table(raw, how)
    rows = None if large else len(found.rows) + len(found.problems)
    part = {"name": source.stem, "rows": rows, "columns": found.columns, "shapes": False}
    table = {} if large else {"table": found}
    return {"parts": [{**part, **table}], "encoding": found.encoding}


def read(source: Source, how: How) -> Table:
    """Read a CSV or TSV file.

    Raises
    ------
    LayerError
        ``file_empty``, ``file_not_text`` or ``file_line_unreadable``.
    """
    return _table(source.read(), how)


def _table(raw: bytes, how: How) -> Table:
    text, encoding, guessed = read_encoding.decode(raw, how.encoding)
    if text[:_HEAD].count("\x00") * 200 > len(text[:_HEAD]):  # a few may be damage
        raise LayerError("file_not_text")
    notes = []
    if guessed:
        notes.append(Note("encoding_guessed", {"encoding": encoding}))
    elif encoding != "utf-8" and not how.encoding:
        notes.append(Note("encoding", {"encoding": encoding.upper()}))
    cells = list(_records(text, how))
    if not any(any(row) for row in cells):
        raise LayerError("file_empty")
    numbers = range(1, len(cells) + 1)
    found = read_header.table(
        cells, numbers, format="csv", header_rows=how.header_rows, notes=notes
    )
    found.encoding = encoding
    twice = sum(bool(cell and _TWICE.search(cell)) for row in found.rows for cell in row)
    if twice:
        found.notes.append(_mended(found, twice))
    return found


def _records(text: str, how: How) -> Iterator[list[str | None]]:
    csv.field_size_limit(MAX_CELL)
    lines = text.count("\n") or text.count("\r")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator(text), skipinitialspace=True
    )
    try:
        for row, record in enumerate(reader, start=1):
            if row > MAX_ROWS:
                raise LayerError("file_too_many_rows", limit=MAX_ROWS)
            if row % _EVERY == 0:
                how.tell(row, max(row, lines))
            if len(record) > MAX_COLUMNS and any(record[MAX_COLUMNS:]):
                raise LayerError("file_too_many_columns", row=row, limit=MAX_COLUMNS)
            yield [clean(cell) for cell in record[:MAX_COLUMNS]]
    except csv.Error as error:
        raise LayerError("file_line_unreadable", row=reader.line_num) from error


def separator(text: str) -> str:
    r"""Choose the separator that cuts the first lines into most cells, the same number in each.

    Examples
    --------
    >>> separator("id;name;share\n1;Kita, west;46,8\\n2;Kita, east;16,0\\n")
    ';'
    """
    head = text[:20_000]
    if len(text) > len(head):  # the last line may be cut
        head = head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head
    if (said := re.match(r"sep=(.)\r?\n", head)) is not None:
        return said[1]
    best, best_score = ",", (0.0, 0)
    for one in SEPARATORS:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=one, skipinitialspace=True)
        try:
            widths = [len(record) for record, _ in zip(reader, range(50), strict=False) if record]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=1)
        if usual < 2:
            continue
        even = widths.count(usual) / len(widths)
        if (round(even, 1), usual) > best_score:
            best, best_score = one, (round(even, 1), usual)
    return best


def _mended(found: Table, twice: int) -> Note:
    """Show what the first such word would be; nobody's text is changed unasked."""
    import ftfy  # noqa: PLC0415 - rarely needed, and not small

    cell = next(cell for row in found.rows for cell in row if cell and _TWICE.search(cell))
    word = next(word for word in cell.split() if _TWICE.search(word))[:40]
    return Note(
        "text_twice_encoded", {"count": twice, "before": word, "after": ftfy.fix_text(word)}
    )
