"""Searches in the bytes of files: for secrets in any form, and for positions too fine."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from layers.atlas import Atlas


def read(files: Iterable[Path]) -> bytes:
    """Read all files, one after the other."""
    return b"\0".join(one.read_bytes() for one in sorted(files) if one.is_file())


def degrees_of(atlas: Path) -> re.Pattern[bytes]:
    """Make a pattern of any longitude or latitude in the city, to a hundred metres or finer."""
    west, south, east, north = Atlas(atlas).read("places").total_bounds
    tenths = {
        f"{tenth / 10:.1f}".replace(".", r"\.")
        for low, high in ((west, east), (south, north))
        for tenth in range(math.floor(low * 10), math.floor(high * 10) + 1)
    }
    return re.compile(rf"(?<![\d.])(?:{'|'.join(sorted(tenths))})\d\d".encode())


def forms_in(secrets: Iterable[str], raw: bytes) -> set[str]:
    """Give the secrets that a file holds: as text, without dashes, or as bytes."""
    low, found = raw.lower(), set()
    for secret in secrets:
        bare = secret.replace("-", "").lower()
        forms = {secret.lower().encode(), bare.encode()}
        if re.fullmatch("[0-9a-f]{32}", bare):
            forms |= {bytes.fromhex(bare).lower()}
        found |= {secret for one in forms if one in low}
    return found


def numbers_in(path: Path) -> set[str]:
    """Give the columns of a file that hold a number with a fraction, as a position would be."""
    found = set()
    with closing(sqlite3.connect(path)) as db:
        for (table,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            for column in [row[1] for row in db.execute(f"PRAGMA table_info({table})")]:
                sql = f"SELECT count(*) FROM {table} WHERE typeof({column}) = 'real'"  # noqa: S608
                if db.execute(sql).fetchone()[0]:
                    found.add(f"{table}.{column}")
    return found
