"""Rows that a person made one with another row here: the next import of their list keeps it so.

What a merge made of two rows is in the history; while it is not undone, a row of a file with the
identifier of the one that went is the one that stayed. It then only tells what is not known there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from layers import consent
from layers.importing.compare import MAIN
from layers.importing.draft import Draft, RowRefused, Source
from layers.importing.held import Held

_KINDS = frozenset({"actors", "services"})
_OF_THE_ROW = frozenset({"id", "source_file", "source_row"})


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that are another row: what they were called, what they are, and those refused."""

    own: dict[int, str] = field(default_factory=dict)  # identifier that went, by row number
    now: dict[int, str] = field(default_factory=dict)  # identifier that stayed
    refused: dict[int, RowRefused] = field(default_factory=dict)


def find(source: Source, done: Draft, kind: str) -> Found:
    """Find the rows whose identifier went when it was made one with another.

    Where the file has both, the one that went is refused: the other one is the row.
    """
    found = Found()
    if kind not in _KINDS:
        return found
    became = source.merged(MAIN[kind])
    there = set(source.held(MAIN[kind])["id"])
    records = done.rows.get(MAIN[kind], []) if became else []
    taken = {one["id"] for one in records}
    for one in records:
        row, own = one["source_row"], one["id"]
        now = became.get(own, ("", ""))[0]
        if now not in there or own in there or row in source.forced:
            continue
        if now in taken:
            found.refused[row] = RowRefused("merged_here", column="id", id=now)
        else:
            taken.add(now)
            found.own[row], found.now[row] = own, now
    return found


def keep(source: Source, done: Draft, kind: str, found: Found) -> None:
    """Let what a person chose stand: such a row fills what is unknown, and its own place."""
    if not found.own:
        return
    for table in (MAIN[kind], "locations", "schedules"):
        here = Held(table, source.held(table))
        for record in done.rows.get(table, []):
            own = found.own.get(record["source_row"])
            if own is None:
                continue
            if table == "schedules" and record["service_at_location_id"] == own:
                record["id"] = own
            is_own = record["id"] in (own, f"service:{own}", f"actor:{own}")
            place = here.place.get(record["id"])
            if place is None or is_own or (table, record["id"]) in done.emptied:
                continue
            for name in record.keys() - _OF_THE_ROW:
                withdrawn = name in consent.SAID and record[name] is consent.GUARDS[name]
                if here.cell(name, place) is not None and not withdrawn:
                    record[name] = None
