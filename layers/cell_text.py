"""Rows as cells of a sheet: text that no spreadsheet runs, and back again exactly.

What begins like a formula gets an apostrophe before it; reading our own export takes exactly
that one away again. A text longer than a cell holds goes on in further columns, ``more2.NAME``...
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import schema

SUPPRESSED = "suppressed"
YES, NO = "yes", "no"
PEOPLE = ("population", "usage")
NOT_TOLD = frozenset({"row_version"})  # counts the changes here, and begins anew elsewhere
EXTRA = "extra."
_MORE = re.compile(r"^more(\d+)\.(.+)$", re.DOTALL)
_NEAR = 1_000  # characters to look back for a good place to cut a long text
# what a spreadsheet would run: Latin and full-width signs, behind what draws nothing
_RUNS = re.compile(
    "^[\\s\x00-\x1f\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
    "[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
)
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
# lines, and what a spreadsheet of another country takes for the end of a cell: a semicolon, a tab
_LINES = re.compile(r"(\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029;]|(?<=[^\s'])\t)")

Cell = str | int | float | date | None


def plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Make one cell a value of JSON; unknown is ``None``.

    Examples
    --------
    >>> plain(pd.NA), plain(pd.Timestamp("2026-03-01")), plain(["de"]), plain(5.0)
    (None, '2026-03-01', ['de'], 5)
    """
    if isinstance(value, list | dict):
        return value
    if value is None or pd.isna(value):
        return None
    if isinstance(value, date):  # pandas' Timestamp is one too
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return int(value) if value.is_integer() else value if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value


def harmless(text: str) -> str:
    r"""Keep a spreadsheet from running a cell: an apostrophe before what begins like a formula.

    Every line is looked at, and what follows a semicolon or a tab: where these part the cells of a
    file, they part ours as well. Real numbers stay as they are.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5.5"), harmless("\u200b@SUM(A1)"), harmless("Kita +")
    ("'=1+1", '-5.5', "'\u200b@SUM(A1)", 'Kita +')
    """
    if _NUMBER.fullmatch(text):
        return text
    parts = _LINES.split(text)
    return "".join(f"'{part}" if _would_run(part) else part for part in parts)


def unharmed(text: str) -> str:
    """Take away exactly the apostrophes that :func:`harmless` put there.

    Examples
    --------
    >>> unharmed("'=1+1"), unharmed("'s Avonds"), unharmed(harmless("'=1"))
    ('=1+1', "'s Avonds", "'=1")
    """
    parts = _LINES.split(text)
    return "".join(part[1:] if part[:1] == "'" and _would_run(part) else part for part in parts)


def _would_run(line: str) -> bool:
    """Tell whether a line runs, or would without the apostrophes before it.

    These count as well, so that a text which has an apostrophe of its own comes back with it.
    """
    bare = line.lstrip("'")
    return bool(bare.strip()) and bool(_RUNS.match(bare))


def cells(table: str, row: Mapping[Any, Any], *, longest: int) -> dict[str, Cell]:
    """Make one row of the atlas cells of a sheet, by the names of their columns.

    Parameters
    ----------
    table
        Name in :data:`layers.schema.TABLES`.
    row
        As :meth:`layers.atlas.Atlas.read` gives it.
    longest
        Characters a cell may hold before the text goes on in another column.

    Returns
    -------
    cells
        Numbers and days as such, yes and no as words, lists with ``;`` between; a point as ``lon``
        and ``lat``, another shape as well-known text; unmapped columns as ``extra.NAME``; a count
        that is withheld as the word ``suppressed``. All texts are harmless.
    """
    found: dict[str, Cell] = {}
    for name, value in row.items():
        if name == "geometry":
            found |= _shape(table, value)
        elif name == "extra":
            found |= {f"{EXTRA}{key}": _text(one) for key, one in (value or {}).items()}
        elif name not in NOT_TOLD:
            found[str(name)] = _cell(value)
    if table in PEOPLE and plain(row["suppressed"]):
        found["count"] = SUPPRESSED  # neither 0 nor the empty cell of an unknown count
    long: dict[str, Cell] = {}
    for name, one in found.items():
        pieces = cut(one, longest) if isinstance(one, str) else [one]
        for number, piece in enumerate(pieces, start=1):
            wished = name if number == 1 else f"more{number}.{name}"
            long[wished] = harmless(piece) if isinstance(piece, str) else piece
    return long


def columns(rows: Iterable[Mapping[str, Cell]]) -> list[str]:
    """Give the columns that a sheet of these rows needs; what goes on stands beside its start."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    begun = [name for name in names if not _MORE.match(name)]
    more: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        if (found := _MORE.match(name)) is not None:
            more.setdefault(found[2], []).append((int(found[1]), name))
    return [one for name in begun for one in (name, *(n for _, n in sorted(more.get(name, []))))]


def whole_cells(row: Mapping[str, str | None]) -> dict[str, str | None]:
    """Put together what :func:`cells` had to cut, and take its apostrophes away.

    Examples
    --------
    >>> whole_cells({"name": "'=1", "wkt": "POINT (1", "more2.wkt": " 2)"})
    {'name': '=1', 'wkt': 'POINT (1 2)'}
    """
    found: dict[str, str | None] = {}
    more: list[tuple[int, str, str]] = []
    for name, text in row.items():
        bare = None if text is None else unharmed(text)
        begun = _MORE.match(name)
        if begun is None:
            found[unharmed(name)] = bare
        elif bare is not None:
            more.append((int(begun[1]), begun[2], bare))
    for _, name, text in sorted(more):
        found[name] = (found.get(name) or "") + text
    return found


def listed(text: str) -> list[str]:
    """Read a list as :func:`cells` or JSON writes it.

    Examples
    --------
    >>> listed("de;prs"), listed('["a;b"]')
    (['de', 'prs'], ['a;b'])
    """
    if text.startswith("["):
        said = json.loads(text)
        return [str(one) for one in said] if isinstance(said, list) else []
    return [one for one in text.split(";") if one]


def cut(text: str, longest: int) -> list[str]:
    """Cut a long text where no blank stands, for readers drop blanks at the ends of a cell.

    Examples
    --------
    >>> cut("abc def", 4), cut("ab", 4)
    (['ab', 'c de', 'f'], ['ab'])
    """
    pieces = []
    while len(text) > longest:
        nearest = max(1, longest - _NEAR)
        places = range(longest, nearest - 1, -1)
        fitting = (one for one in places if text[one - 1].isalnum() and text[one].isalnum())
        place = next(fitting, longest)
        pieces.append(text[:place])
        text = text[place:]
    return [*pieces, text]


def _shape(table: str, value: object) -> dict[str, Cell]:
    shape = value if isinstance(value, BaseGeometry) else None
    if schema.TABLES[table].geometry == "POINT":
        point = shape if isinstance(shape, shapely.Point) and not shape.is_empty else None
        if point is None:
            return {"lon": None, "lat": None}
        return {"lon": float(point.x), "lat": float(point.y)}
    return {"wkt": None if shape is None else shapely.to_wkt(shape, rounding_precision=-1)}


def _cell(value: Any) -> Cell:  # noqa: ANN401 - any cell
    said = plain(value)
    if isinstance(said, bool):
        return YES if said else NO
    if isinstance(value, date):
        return None if said is None else date(value.year, value.month, value.day)
    if said is None or isinstance(said, int | float):
        return said
    return _text(said)


def _text(value: Any) -> str:  # noqa: ANN401 - a value of JSON
    """Write one value of JSON; line breaks in one form, for sheets know only one."""
    if isinstance(value, list):
        texts = [str(one) for one in value]
        awkward = any(";" in one or not one or one[:1] == "[" for one in texts)
        return json.dumps(value, ensure_ascii=False) if awkward else ";".join(texts)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value).replace("\r\n", "\n").replace("\r", "\n")
