"""Rows on their way into the atlas: where each came from, and chance that can be repeated."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

import numpy as np

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, list[Row]]
SOURCE: Final = "sample_data"
IMPORT_ID: Final = "sample"
THREE_YEARS_DAYS: Final = 1095
_SAYS: Final = ("provider", "users", "public_record", "facilitator")
_SAYS_SHARE: Final = (0.74, 0.13, 0.10, 0.03)
# Tables whose rows nobody asked around for: they come from a register or a survey office.
_REGISTERS: Final = frozenset(
    {"areas", "population", "population_groups", "street_nodes", "streets", "ground", "places"}
)


def chance(seed: int, *about: str) -> np.random.Generator:
    """Give random numbers of their own to each subject, so that one more row moves no other."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in about)])


def provenance(tables: Tables, *, seed: int, today: date) -> None:
    """Write on every row where it came from, who says so and when it was last checked.

    What a row says of itself already stays.
    """
    for table, rows in tables.items():
        if table == "imports":
            continue
        rng = chance(seed, "provenance", table)
        says = rng.choice(_SAYS, len(rows), p=_SAYS_SHARE)
        age = (rng.beta(1.3, 2.2, len(rows)) * THREE_YEARS_DAYS).astype(int) + 3
        never = rng.random(len(rows)) < 0.07
        for i, row in enumerate(rows):
            if table in _REGISTERS:
                row.setdefault("says_who", "public_record")
                row.setdefault("date_checked", date(today.year - 1, 12, 31))
            else:
                row.setdefault("says_who", str(says[i]))
                checked = None if never[i] else today - timedelta(days=int(age[i]))
                row.setdefault("date_checked", checked)
            row["source_file"] = SOURCE
            row["source_row"] = i + 2
            row["import_id"] = IMPORT_ID
