"""Why nothing came in: one likely cause for zero rows or zero places, instead of silence."""

from __future__ import annotations

import re

from layers.errors import LayerError
from layers.importing import cells
from layers.importing.look import Contents
from layers.importing.tables import Table

_SHAPE_TEXT = re.compile(
    r"^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*Z?\s*\("
    r'|^\s*\{.{0,80}"coordinates"|^(?:00|01)[0-9A-Fa-f]{16,}$',
    re.IGNORECASE | re.DOTALL,
)
_FILTERS = frozenset(
    {"all", "(all)", "alle", "(alle)", "tous", "(tous)", "toutes", "filter", "filtre", "*", "▼"}
)
_NO_PLACES = frozenset({"file_no_shapes", "column_missing"})


def of_rows(error: LayerError, contents: Contents, part: str | None) -> LayerError:
    """Give the likely cause of a table without rows, or the error as it was."""
    if error.code != "file_no_rows":
        return error
    file = str(error.blanks.get("file", ""))
    mine = [one for one in contents.parts if part is None or one.name == part]
    others = [one.name for one in contents.parts if one not in mine[:1] and one.rows != 0]
    if mine and others:
        return LayerError(
            "file_part_empty", file=file, part=mine[0].name, others=", ".join(others[:12])
        )
    if mine and mine[0].columns:
        return LayerError("file_header_only", file=file, columns=", ".join(mine[0].columns[:12]))
    return error


def refuse_filters(table: Table, file: str) -> None:
    """Refuse a table whose only row is the row of filters below the header.

    Raises
    ------
    LayerError
        ``file_filter_row``.
    """
    if len(table.rows) != 1:
        return
    said = [text.strip().lower() for text in table.rows[0] if text is not None]
    names = {cells.plain(name) for name in table.columns}
    repeats = all(cells.plain(text) in names for text in said)
    if said and (repeats or all(text in _FILTERS or text.startswith("#") for text in said)):
        raise LayerError("file_filter_row", file=file, row=table.numbers[0])


def of_places(error: LayerError, table: Table, file: str) -> LayerError:
    """Give the likely cause of a table without places, or the error as it was."""
    missing = error.code == "column_missing" and error.blanks.get("column") in ("lat", "lon")
    if error.code not in _NO_PLACES or (error.code == "column_missing" and not missing):
        return error
    for place, name in enumerate(table.columns):
        texts = [row[place] for row in table.rows[:200] if row[place] is not None]
        if texts and all(_SHAPE_TEXT.match(str(text)) for text in texts):
            return LayerError("file_shapes_column", file=file, column=name)
    if table.shapes is not None and not any(table.shapes):
        return LayerError("file_shapes_null", file=file, count=len(table.shapes))
    return error
