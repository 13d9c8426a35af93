"""What a person chose the last time a table with the same columns came in.

Kept with the import: names of columns, sheet, coordinate system, order of day and month, and words
of coded columns. Never a text of any other column, and nothing that hangs on the rows of one file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import pandas as pd

from layers.importing.draft import Options
from layers.importing.look import Contents

_DIGITS = re.compile(r"[\d_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """An earlier import of a table with the same columns."""

    import_id: str
    kind: str
    day: str
    choices: dict[str, Any]


def header(columns: Iterable[str]) -> str:
    """Name a set of columns, whatever their order.

    Examples
    --------
    >>> header(["name", "lat"]) == header(["lat", "name"]), header(["lat"]) == header(["lon"])
    (True, False)
    """
    return hashlib.sha256("\x1f".join(sorted(columns)).encode()).hexdigest()[:16]


def find(imports: pd.DataFrame, columns: Iterable[str], *, kind: str | None) -> Memory | None:
    """Find the last import of the kind whose table had the same columns.

    Without a kind, the last of any kind for which a person named it.
    """
    wanted = header(columns)
    for one in reversed(imports.to_dict("records")):
        choices = one["choices"]
        if not isinstance(choices, dict) or choices.get("header") != wanted:
            continue
        if (kind is None and choices.get("kind")) or (kind is not None and one["kind"] == kind):
            day = f"{one['made_on']:%Y-%m-%d}"
            return Memory(import_id=one["id"], kind=one["kind"], day=day, choices=choices)
    return None


def kind_of(imports: pd.DataFrame, columns: Iterable[str], file: str) -> str | None:
    """Give the kind that a person named for such a table, in a file of the same name but for dates.

    Tables of one form may hold different things, and only their file name tells.
    """
    memory = find(imports, columns, kind=None)
    if memory is None:
        return None
    same = _stem(str(memory.choices.get("file", ""))) == _stem(file)
    return memory.kind if same else None


def part_of(imports: pd.DataFrame, contents: Contents, *, kind: str | None) -> str | None:
    """Give the one sheet or layer whose columns came in before; ``None`` where not exactly one."""
    if len(contents.parts) < 2:
        return None
    known = {
        str(choices["header"])
        for choices, one in zip(imports["choices"], imports["kind"], strict=True)
        if isinstance(choices, dict) and choices.get("part") and kind in (None, one)
    }
    fitting = [part.name for part in contents.parts if header(part.columns) in known]
    return fitting[0] if len(fitting) == 1 else None


def fill(options: Options, memory: Memory | None) -> tuple[Options, bool]:
    """Fill in what the person did not say this time; true where anything was filled in."""
    if memory is None:
        return options, False
    said = memory.choices
    more: dict[str, Any] = {}
    if options.columns is None and said.get("columns"):
        more["columns"] = tuple((str(a), str(b)) for a, b in said["columns"])
    words = options.values  # noqa: PD011 - of options, no frame
    if said.get("values"):
        mine = {(field, text) for field, text, _ in words}
        old = tuple(
            (str(f), str(text), str(code))
            for f, text, code in said["values"]
            if (f, text) not in mine
        )
        if old:
            more["values"] = (*words, *old)
    for name in ("crs", "day_first"):
        if getattr(options, name) is None and said.get(name) is not None:
            more[name] = said[name]
    return replace(options, **more), bool(more)


def choices(options: Options, columns: Iterable[str], *, file: str, kind: bool) -> dict[str, Any]:
    """Say what to keep of the choices of an import.

    Parameters
    ----------
    options
        As used.
    columns
        Of the table.
    file
        Name of the file.
    kind
        Whether a person named the kind.
    """
    kept: dict[str, Any] = {"header": header(columns), "file": file}
    if kind:
        kept["kind"] = True
    for name in ("part", "encoding", "header_rows", "key", "category", "crs", "day_first"):
        if (value := getattr(options, name)) is not None:
            kept[name] = value
    if options.columns:
        kept["columns"] = [list(one) for one in options.columns]
    words = options.values  # noqa: PD011 - of options, no frame
    if words:
        kept["values"] = [list(one) for one in words]
    if options.matches:
        kept["matches"] = [list(one) for one in options.matches]
    if options.swap:
        kept["swap"] = True
    return kept


def _stem(file: str) -> str:
    return _DIGITS.sub("", PurePath(file).stem.lower())
