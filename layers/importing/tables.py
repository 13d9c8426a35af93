"""What every reader gives, whatever the format: rows of text, and geometry as bytes."""

from __future__ import annotations

import json
import re
import unicodedata
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_ROWS = 1_000_000
MAX_CELL = 100_000
MAX_COLUMNS = 16_384  # as wide as a sheet can be
_PIECE = 2_000  # rows that go over the pipe in one line
# characters that draw nothing or turn the line around; the joiners U+200C and U+200D stay,
# because Persian, Indic scripts and emoji are written with them
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060"
    "\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
# a soft hyphen before anything but a small letter is no place to break a word: it was a dash
_DASH = re.compile("\u00ad(?=\\s*[^\\W_a-zà-ÿ])|(?<=\\s)\u00ad(?=\\s)")


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about an import; ``note.<code>`` in the words."""

    code: str
    values: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be read at all."""

    row: int
    code: str
    values: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(slots=True)
class Table:
    """One table from outside: all cells are text, or ``None`` where there was nothing.

    ``numbers`` holds the number of each row in its file as a spreadsheet shows it, the header
    being row 1 where nothing stands above it (in a map layer, the first feature is row 2).
    ``shapes`` holds well-known bytes, and ``crs`` the coordinate system that the file names for
    them; empty where it names none. ``part`` names the sheet, layer or folder these rows are, and
    ``encoding`` what was taken for their text. ``decided`` says of columns which field they go to,
    or ``keep`` or ``drop``, where a person or their cells have told.
    """

    columns: list[str]
    rows: list[list[str | None]]
    numbers: list[int]
    format: str
    shapes: list[bytes | None] | None = None
    crs: str = ""
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    part: str = ""
    encoding: str = ""
    decided: dict[str, str] = field(default_factory=dict)

    def said(self) -> Iterator[dict[str, Any]]:
        """Give the table in pieces for the pipe between child and parent; never pickled."""
        yield {
            "table": {
                "columns": self.columns,
                "format": self.format,
                "crs": self.crs,
                "part": self.part,
                "encoding": self.encoding,
                "has_shapes": self.shapes is not None,
                "notes": [[note.code, note.values] for note in self.notes],
                "problems": [[p.row, p.code, p.values] for p in self.problems],
            }
        }
        for start in range(0, len(self.rows), _PIECE):
            piece = slice(start, start + _PIECE)
            shapes = [] if self.shapes is None else self.shapes[piece]
            yield {
                "rows": self.rows[piece],
                "numbers": self.numbers[piece],
                "shapes": [None if one is None else b2a_base64(one).decode() for one in shapes],
            }

    @classmethod
    def begun(cls, said: dict[str, Any]) -> Table:
        """Begin a table with the first piece that the child wrote."""
        return cls(
            columns=said["columns"],
            rows=[],
            numbers=[],
            format=said["format"],
            shapes=[] if said["has_shapes"] else None,
            crs=said["crs"],
            notes=[Note(code, values) for code, values in said["notes"]],
            problems=[Problem(row, code, values) for row, code, values in said["problems"]],
            part=said["part"],
            encoding=said["encoding"],
        )

    def take(self, said: dict[str, Any]) -> None:
        """Add the next rows that the child wrote."""
        self.rows.extend(said["rows"])
        self.numbers.extend(said["numbers"])
        if self.shapes is not None:
            self.shapes.extend(None if one is None else a2b_base64(one) for one in said["shapes"])


def clean(value: object) -> str | None:
    r"""Make one cell text: trimmed, composed (NFC), without unseen characters; empty is ``None``.

    Examples
    --------
    >>> clean("  Kita\u00a0Sonne\u202e "), clean(" "), clean(12.0), clean(True), clean(None)
    ('Kita Sonne', None, '12', 'true', None)
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)[:MAX_CELL]
    text = unicodedata.normalize("NFC", str(value)[:MAX_CELL])
    text = (
        _UNSEEN.sub("", _DASH.sub("-", text)).replace("\u00a0", " ").replace("\r\n", "\n").strip()
    )
    return text or None


def headers(cells: list[str | None]) -> list[str]:
    """Give every column a name of its own.

    Examples
    --------
    >>> headers(["id", None, "name", "name"])
    ['id', 'column_2', 'name', 'name_2']
    """
    names: dict[str, None] = {}
    copies: dict[str, int] = {}
    for place, cell in enumerate(cells, start=1):
        wished = name = cell or f"column_{place}"
        while name in names:
            copies[wished] = copies.get(wished, 1) + 1
            name = f"{wished}_{copies[wished]}"
        names[name] = None
    return list(names)
