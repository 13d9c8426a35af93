"""What every reader gives, whatever the format: rows of text, and geometry as bytes."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

MAX_ROWS = 1_000_000
MAX_CELL = 100_000
# characters that draw nothing or turn the line around; the joiners U+200C and U+200D stay,
# because Persian, Indic scripts and emoji are written with them
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060"
    "\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


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

    ``numbers`` holds the number of each row in its file, the header being row 1 (in GeoJSON, the
    first feature is row 2). ``shapes`` holds well-known bytes, and ``crs`` the coordinate system
    that the file names for them; empty where it names none.
    """

    columns: list[str]
    rows: list[list[str | None]]
    numbers: list[int]
    format: str
    shapes: list[bytes | None] | None = None
    crs: str = ""
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def to_json(self) -> str:
        """Write the table for the pipe between child and parent; never pickled."""
        return json.dumps(
            {
                "columns": self.columns,
                "rows": self.rows,
                "numbers": self.numbers,
                "format": self.format,
                "shapes": None
                if self.shapes is None
                else [None if shape is None else shape.hex() for shape in self.shapes],
                "crs": self.crs,
                "notes": [[note.code, note.values] for note in self.notes],
                "problems": [[p.row, p.code, p.values] for p in self.problems],
            },
            ensure_ascii=True,
        )

    @classmethod
    def from_dict(cls, said: dict[str, Any]) -> Table:
        """Read what the child wrote."""
        shapes = said["shapes"]
        return cls(
            columns=said["columns"],
            rows=said["rows"],
            numbers=said["numbers"],
            format=said["format"],
            shapes=None
            if shapes is None
            else [None if shape is None else bytes.fromhex(shape) for shape in shapes],
            crs=said["crs"],
            notes=[Note(code, values) for code, values in said["notes"]],
            problems=[Problem(row, code, values) for row, code, values in said["problems"]],
        )


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
    text = _UNSEEN.sub("", text).replace("\u00a0", " ").replace("\r\n", "\n").strip()
    return text or None


def headers(cells: list[str | None]) -> list[str]:
    """Give every column a name of its own.

    Examples
    --------
    >>> headers(["id", None, "name", "name"])
    ['id', 'column_2', 'name', 'name_2']
    """
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        wished = cell or f"column_{place}"
        name, copy = wished, 2
        while name in names:
            name, copy = f"{wished}_{copy}", copy + 1
        names.append(name)
    return names
