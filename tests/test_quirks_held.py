"""Every number of the table of quirks is held by a test, or comes later with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ALL = range(1, 57)
LATER = {
    45: "foreign keys of an HSDS package: come with HSDS",
    46: "two tables of one package for one thing: come with HSDS (two files of one name are held)",
    51: "GraphML under another name: comes with the files of other network tools",
}
# formats of the notes whose own traps have no number in the table
FORMATS_LATER = {
    "HSDS": "nested objects, pages and packages",
    "HXL": "tags as the names of columns; a row of tags is left out and said",
    "Kobo": "repeats, points as 'lat lon alt accuracy', answers to many choices",
    "Kumu": "blueprints and backups",
    "GTFS": "stops, departures",
    "Eurostat grid": "CRS3035RES1000m cells, half a gigabyte; its zeros and -9999 are held",
}


def held() -> Iterator[int]:
    """Find the numbers that tests of the whole way are named by."""
    for name in ("test_quirks_read.py", "test_quirks_rows.py"):
        text = (HERE / name).read_text(encoding="utf-8")
        yield from (int(number) for number in re.findall(r"def test_quirk_(\d\d)_", text))


def test_every_number_is_held_or_comes_later_with_a_reason() -> None:
    numbers = set(held())
    assert numbers | set(LATER) == set(ALL)
    assert all(len(reason) > 20 for reason in LATER.values())


def test_what_is_held_is_not_said_to_come_later() -> None:
    assert not set(held()) & set(LATER)
    assert all(FORMATS_LATER.values())
