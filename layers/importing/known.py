"""The names that columns and values go by in other people's tables."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

SHAPEFILE = 10  # letters of a column's name


@cache
def known() -> dict[str, Any]:
    """Read the list of names that columns and values go by in other people's tables."""
    text = (Path(__file__).parent / "aliases.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    _add_cut_names(found["fields"])
    return found


def _add_cut_names(fields: dict[str, list[str]]) -> None:
    """Know names also as Shapefiles cut them, where the rest of the letters leaves one field."""
    whole = {alias for aliases in fields.values() for alias in aliases}
    cut: dict[str, set[str]] = {}
    for name, aliases in fields.items():
        for alias in aliases:
            if len(alias) > SHAPEFILE and alias[:SHAPEFILE] not in whole:
                cut.setdefault(alias[:SHAPEFILE], set()).add(name)
    for short, names in cut.items():
        if len(names) == 1:
            fields[next(iter(names))].append(short)
