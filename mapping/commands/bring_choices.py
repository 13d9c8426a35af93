"""What a person says at the command line about a file: columns, words, rows that are here."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from layers.errors import LayerError
from layers.importing import cells
from layers.importing.draft import Options
from layers.importing.look import ENCODINGS
from mapping.words import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what ``add`` takes besides atlas, file and kind."""
    take = parser.add_argument
    take("--key", metavar="COLUMN", help=say("cli.key"))
    take("--category", metavar="C", help=say("cli.category"))
    take("--crs", metavar="CODE", help=say("cli.crs"))
    take("--date", metavar="DAY", help=say("cli.date"))
    take("--licence", metavar="TEXT", help=say("cli.licence"))
    take("--who", metavar="NAME", help=say("cli.who"))
    take("--sheet", "--part", dest="part", metavar="NAME", help=say("cli.sheet"))
    take("--encoding", choices=ENCODINGS, help=say("cli.encoding"))
    take("--header-rows", type=int, metavar="N", help=say("cli.header_rows"))
    take("--map", action="append", default=[], metavar="COLUMN=FIELD", help=say("cli.map"))
    take("--value", action="append", default=[], metavar="FIELD:TEXT=CODE", help=say("cli.value"))
    take("--match", action="append", default=[], metavar="ROW=ID", help=say("cli.match"))
    take("--swap", action="store_true", help=say("cli.swap"))
    take("--dates", choices=("day", "month"), help=say("cli.day_first"))
    take("--dry-run", action="store_true", help=say("cli.dry_run"))


def options(asked: argparse.Namespace) -> Options:
    """Read everything that ``add`` was told besides atlas, file and kind.

    Raises
    ------
    LayerError
        ``pair_unreadable``, ``map_unreadable`` or ``day_unreadable``.
    """
    return Options(
        key=asked.key,
        category=asked.category,
        crs=asked.crs,
        counted_on=_day(asked.date),
        part=asked.part,
        encoding=asked.encoding,
        header_rows=asked.header_rows,
        columns=_columns(asked.map),
        values=tuple(_value(text) for text in asked.value),
        matches=tuple(_match(text) for text in asked.match),
        swap=asked.swap,
        day_first=None if asked.dates is None else asked.dates == "day",
    )


def _day(text: str | None) -> Any:  # noqa: ANN401 - a day or nothing
    try:
        return cells.day(text)
    except ValueError as error:
        raise LayerError("day_unreadable", day=str(text)) from error


def _columns(said: list[str]) -> tuple[tuple[str, str], ...] | None:
    """Read pairs, and files of pairs."""
    found: dict[str, str] = {}
    for text in said:
        column, sign, what = text.rpartition("=")
        if sign and not text.lower().endswith(".json"):
            found[column.strip()] = what.strip()
        else:
            found |= _from_file(Path(text))
    return tuple(found.items()) if found else None


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise LayerError("file_missing", file=path.name)
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise LayerError("map_unreadable", file=path.name) from error
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise LayerError("map_unreadable", file=path.name)
    return {str(column): what for column, what in said.items()}


def _value(text: str) -> tuple[str, str, str]:
    field, colon, rest = text.partition(":")
    word, sign, code = rest.rpartition("=")
    if not (field.strip() and colon and sign and word.strip()):
        raise LayerError("pair_unreadable", text=text, form="FIELD:TEXT=CODE")
    return field.strip(), word.strip(), code.strip()


def _match(text: str) -> tuple[int, str]:
    row, sign, wished = text.partition("=")
    if not sign or not row.strip().isdigit():
        raise LayerError("pair_unreadable", text=text, form="ROW=ID")
    return int(row), wished.strip()
