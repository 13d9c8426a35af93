"""Delimited text: any separator and the encodings that spreadsheets write."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from layers.errors import LayerError
from layers.importing.tables import MAX_CELL, MAX_ROWS, Note, Problem, Table, clean, headers

SEPARATORS = (",", ";", "\t", "|")


def read(path: Path) -> Table:
    """Read a CSV or TSV file.

    Raises
    ------
    LayerError
        ``file_empty``, ``file_not_text`` or ``file_no_rows``.
    """
    text, notes = _decode(path.read_bytes())
    if not text.strip():
        raise LayerError("file_empty")
    csv.field_size_limit(MAX_CELL)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        records = [[clean(cell) for cell in record] for _, record in zip(range(MAX_ROWS), reader)]  # noqa: B905 - cut at the limit on purpose
    except csv.Error as error:
        raise LayerError("file_line_unreadable", row=reader.line_num) from error
    first = next((place for place, record in enumerate(records) if any(record)), None)
    if first is None:
        raise LayerError("file_empty")
    columns = headers(_without_tail(records[first]))
    if first:
        notes.append(Note("blank_lines_above", {"rows": first}))
    rows, numbers, problems = [], [], []
    for number, record in enumerate(records[first + 1 :], start=2):
        if not any(record):
            continue
        filled = _without_tail(record)
        if len(filled) > len(columns):
            problems.append(
                Problem(number, "row_too_long", {"cells": len(filled), "columns": len(columns)})
            )
            continue
        rows.append((filled + [None] * len(columns))[: len(columns)])
        numbers.append(number)
    return Table(columns, rows, numbers, "csv", notes=notes, problems=problems)


def _decode(raw: bytes) -> tuple[str, list[Note]]:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace"), [Note("encoding", {"encoding": "UTF-16"})]
    if b"\x00" in raw[:10_000]:
        raise LayerError("file_not_text")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        # every byte is a letter in latin-1, so this is a guess that a person must see
        guess = "cp1252"
        try:
            return raw.decode(guess), [Note("encoding_guessed", {"encoding": guess})]
        except UnicodeDecodeError:
            return raw.decode("latin-1"), [Note("encoding_guessed", {"encoding": "latin-1"})]


def _separator(text: str) -> str:
    """Choose the separator that cuts the first lines into most cells, the same number in each."""
    head = text[:20_000]
    best, best_score = ",", (0.0, 0)
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
        try:
            widths = [len(record) for record, _ in zip(reader, range(20), strict=False) if record]
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        even = sum(width == widths[0] for width in widths) / len(widths)
        if (even, widths[0]) > best_score:
            best, best_score = separator, (even, widths[0])
    return best


def _without_tail(cells: list[str | None]) -> list[str | None]:
    """Drop the empty cells at the end of a row: exports of spreadsheets are full of them."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]
