"""Shapefiles by pyshp, from a zip or side by side; ``.shx``, ``.prj``, ``.cpg`` may be missing.

The index (``.shx``) is never used: the shapes stand one after the other, and an index that
belongs to another file would mix them up.
"""

from __future__ import annotations

import io
import re
from itertools import zip_longest
from typing import Any

import shapefile
import shapely
import shapely.geometry

from layers.errors import LayerError
from layers.importing import read_crs, read_encoding
from layers.importing.read_source import How, Source
from layers.importing.tables import MAX_ROWS, Note, Problem, Table, clean, headers

_EVERY = 2_000
_CPG = re.compile(r"(?:cp|ansi|windows)?[\s-]*(125\d|8859[-_]?\d{1,2}|utf-?8|65001)", re.IGNORECASE)
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError)


def look(source: Source, how: How) -> dict[str, Any]:
    """Say which columns a layer has."""
    notes: list[Note] = []
    with _reader(source) as reader:
        encoding = _encoding(source, how, notes)
        columns, count = headers(_fields(reader, source, encoding)), _count(reader, source)
    part = {"name": source.stem, "rows": count, "columns": columns, "shapes": True}
    return {"parts": [part], "encoding": encoding}


def read(source: Source, how: How) -> Table:
    """Read the shapes and what is said of them.

    Raises
    ------
    LayerError
        ``file_unreadable``, ``shapefile_alone`` or ``file_too_many_rows``.
    """
    notes: list[Note] = []
    encoding = _encoding(source, how, notes)
    found = Table([], [], [], "shapefile", [], _crs(source, notes), notes, encoding=encoding)
    shapes: list[bytes | None] = []
    tall = False
    with _reader(source) as reader:
        found.columns = headers(_fields(reader, source, encoding))
        if (_count(reader, source) or 0) > MAX_ROWS:
            raise LayerError("file_too_many_rows", limit=MAX_ROWS)
        records = reader.iterRecords() if ".dbf" in source.beside else iter(())
        pairs = zip_longest(reader.iterShapes(), records)
        for number, (one, record) in enumerate(pairs, start=2):
            if number % _EVERY == 0:
                how.tell(number, _count(reader, source) or 0)
            try:
                shape = _shape(one)
            except _BROKEN:
                found.problems.append(Problem(number, "shape_broken"))
                continue
            tall = tall or bool(getattr(one, "shapeType", 0) in _WITH_HEIGHT)
            cells = [_cell(value, encoding) for value in record or []]
            found.rows.append((cells + [None] * len(found.columns))[: len(found.columns)])
            shapes.append(None if shape is None else shapely.to_wkb(shapely.force_2d(shape)))
            found.numbers.append(number)
    found.shapes = shapes
    if tall:
        notes.append(Note("heights_dropped"))
    if ".dbf" not in source.beside:
        notes.append(Note("shapefile_no_table"))
    return found


_WITH_HEIGHT = frozenset({11, 13, 15, 18})


def _reader(source: Source) -> shapefile.Reader:
    table = source.beside.get(".dbf")
    more = {"dbf": io.BytesIO(table.read())} if table else {}
    # latin-1 loses no byte: the cells are decoded when it is known what they are in
    try:
        return shapefile.Reader(shp=io.BytesIO(source.read()), encoding="latin-1", **more)
    except shapefile.ShapefileException as error:
        raise LayerError("file_unreadable") from error


def _count(reader: shapefile.Reader, source: Source) -> int | None:
    return reader.numRecords if ".dbf" in source.beside else None


def _fields(reader: shapefile.Reader, source: Source, encoding: str) -> list[str | None]:
    if ".dbf" not in source.beside:
        return []
    return [_cell(field[0], encoding) for field in reader.fields if field[0] != "DeletionFlag"]


def _shape(one: shapefile.Shape | None) -> shapely.Geometry | None:
    if one is None or not one.points:
        return None
    shape = shapely.geometry.shape(one.__geo_interface__)
    return None if shape.is_empty else shape


def _cell(value: object, encoding: str) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        value = value.rstrip("\x00").encode("latin-1", "replace").decode(encoding, "replace")
    return clean(value)


def _crs(source: Source, notes: list[Note]) -> str:
    told = source.beside.get(".prj")
    if told is None:
        notes.append(Note("crs_missing"))
        return ""
    return read_crs.from_text(told.read().decode("utf-8", "replace"), notes)


def _encoding(source: Source, how: How, notes: list[Note]) -> str:
    """Find out how the table is written: UTF-8 proves itself, whatever the ``.cpg`` says."""
    if how.encoding:
        return how.encoding
    table = source.beside.get(".dbf")
    raw = table.read() if table else b""
    if raw.isascii():
        return "utf-8"
    body = raw[min(len(raw), int.from_bytes(raw[8:10], "little")) :]
    text = body.decode("utf-8", "replace")
    accents = sum(ord(sign) > 127 for sign in text)
    if text.count("\ufffd") * 10 <= accents:  # a few may be cut where a column ends
        return "utf-8"
    told = source.beside.get(".cpg")
    said = _CPG.search(told.read().decode("ascii", "replace").strip()) if told else None
    if said and not said[1].lower().startswith(("utf", "65001")):
        number = said[1].replace("_", "-")
        return (
            "latin-1"
            if number.startswith("8859") and number.endswith("1")
            else (f"iso{number}" if number.startswith("8859") else f"cp{number}")
        )
    name = read_encoding.likeliest(body)
    notes.append(Note("encoding_guessed", {"encoding": name}))
    return name
