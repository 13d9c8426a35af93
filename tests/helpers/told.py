"""What an atlas tells the outside, as plain values that can be compared."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from layers.atlas import Atlas
from layers.exporting import leaving

Rows = dict[str, dict[str, Any]]


def told(atlas: Atlas) -> dict[str, Rows]:
    """Give every table that leaves: rows by identifier, in plain values."""
    return {
        name: {str(row["id"]): _plain(row) for row in table.to_dict("records")}
        for name, table in leaving(atlas).tables.items()
        if len(table)
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _value(one) for name, one in row.items() if name != "row_version"}


def _value(one: Any) -> Any:
    if isinstance(one, list | dict):
        return json.dumps(one, ensure_ascii=False, sort_keys=True)
    if one is None or pd.isna(one):
        return None
    if hasattr(one, "wkb"):
        return one.normalize().wkt
    return one
