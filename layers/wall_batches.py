"""The batches of a wall, in the room's file: when one is due, what it adds, and its replay.

A batch is due once five people have something new, and only while the wall is shown: what nobody
saw binds nothing later. What rests on fewer than five is taken off with the next look, and out of
the replay too. Where everything shows at once, the numbers still come in such batches.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pandas as pd

from layers import privacy, wall_blocks
from layers.room import Room
from layers.room_session import Session
from layers.wall_blocks import Standing
from layers.wall_view import View

Cells = list[list[str | None]]

MOST_FRAMES = 200
"""A replay has no more steps than this; between them, batches are shown together."""

_TRIES = 5
_FROZEN = 0  # number of the row that holds what was there when an instant wall was paused

# One voice a person and square, as privacy.voices; said in SQL because it runs with every answer.
_VOICES = (
    "SELECT cell, sum(voice = 'safe'), sum(voice = 'mixed'), sum(voice = 'unsafe') FROM ("
    "  SELECT cell, CASE WHEN min(feeling) = max(feeling) THEN feeling ELSE 'mixed' END AS voice"
    "  FROM contributions WHERE session = ?1 AND state = 'shown'"
    "  AND (?2 IS NULL OR lower(hex(id)) IN (SELECT value FROM json_each(?2)))"
    "  GROUP BY cell, token"
    ") GROUP BY cell ORDER BY cell"
)


def instant_cells(room: Room, session_id: str, *, frozen: bool = False) -> Cells:
    """Give each square at once with what is said of it, and never by how many.

    Parameters
    ----------
    room, session_id
        Where.
    frozen
        Only what was there when the wall was paused, and still is.
    """
    only = _frozen(room, session_id) if frozen else None
    return [
        [cell, privacy.shared_feeling(*counts), None]
        for cell, *counts in room.read(_VOICES, (session_id, only))
    ]


def number(room: Room, session_id: str) -> int:
    """Give the number of batches so far."""
    sql = "SELECT coalesce(max(number), 0) FROM batches WHERE session = ?"
    return int(room.read(sql, (session_id,))[0][0])


def standing(room: Room, session: Session, now: View) -> Standing:
    """Give what stands behind the wall, after taking the next batch where it is due.

    Safe to call from several threads: who comes second takes what the first one wrote.
    """
    for _ in range(_TRIES):
        text, fresh, settled = room.read(_DUE, (session.id,))[0]
        kept, held = _read(text)
        due = now.showing == "shown" and session.state != "closed" and fresh >= privacy.K
        if not due and (text is None or kept.get("settled") == settled):
            return held
        rows = room.contributions(session.id)
        anew = wall_blocks.retract(rows, held)
        if due:
            anew = wall_blocks.advance(rows, anew)
        # counted as they were read: whoever takes hers back meanwhile is missed by the next look
        after = len(rows) if due else int((~rows["fresh"]).sum())
        wrote = kept | wall_blocks.packed(anew) | {"settled": after}
        batch = _Batch(session, text, json.dumps(wrote), rows if due else None, held, anew)
        if room.change(session.id, batch.write).result():
            return anew
    return held  # others write without end, and what they wrote comes with the next look


def replay(room: Room, session: Session) -> list[Cells]:
    """Give the squares after each batch, in order; of what was taken off or back, nothing."""
    sql = "SELECT shown FROM batches WHERE session = ? AND number > ? ORDER BY number"
    batches = [json.loads(text) for (text,) in room.read(sql, (session.id, _FROZEN))]
    if session.mode == "instant":
        frames = _instant_frames(room, session, batches)
    else:
        frames = _frames(batches)
    step = max(1, -(-len(frames) // MOST_FRAMES))
    return frames[::-1][::step][::-1]  # from the end: the last one is what the wall shows now


def freeze(db: sqlite3.Connection, session_id: str) -> None:
    """Keep which rows are there, for a wall that is paused; inside of a transaction."""
    sql = "SELECT lower(hex(id)) FROM contributions WHERE session = ? AND state = 'shown'"
    ids = sorted(row[0] for row in db.execute(sql, (session_id,)))
    thaw(db, session_id)
    _insert(db, session_id, _FROZEN, {"cells": [], "rows": ids})


def thaw(db: sqlite3.Connection, session_id: str) -> None:
    """Forget what :func:`freeze` kept."""
    db.execute("DELETE FROM batches WHERE session = ? AND number = ?", (session_id, _FROZEN))


_DUE = (
    "SELECT batch,"
    " (SELECT count(DISTINCT token) FROM contributions"
    "  WHERE session = s.id AND state = 'shown' AND fresh = 1),"
    " (SELECT count(*) FROM contributions WHERE session = s.id AND state = 'shown' AND fresh = 0)"
    " FROM sessions s WHERE id = ?"
)

# What she changed in this very moment is not what was counted, and stays new.
_SETTLE = (
    "UPDATE contributions SET fresh = 0 WHERE session = ? AND id = ? AND state = 'shown'"
    " AND cell = ? AND feeling = ? AND reasons = ? AND time_of_day IS ? AND company IS ?"
)


class _Batch:
    """One change of what stands, written only where nobody else wrote in between."""

    def __init__(
        self,
        session: Session,
        before: str | None,
        after: str,
        rows: pd.DataFrame | None,
        held: Standing,
        anew: Standing,
    ) -> None:
        self._session, self._before, self._after = session, before, after
        self._rows = rows
        self._was, self._is = wall_blocks.cells(held), wall_blocks.cells(anew)

    def write(self, db: sqlite3.Connection) -> bool:
        """Write it inside of a transaction, and say whether it was written."""
        mine = self._session.id
        row = db.execute("SELECT batch FROM sessions WHERE id = ?", (mine,)).fetchone()
        if row is None or row[0] != self._before:
            return False
        db.execute("UPDATE sessions SET batch = ? WHERE id = ?", (self._after, mine))
        gone = {cell[0] for cell in self._was} - {cell[0] for cell in self._is}
        if gone:
            _take_out(db, mine, gone)
        if self._rows is not None:
            _settle(db, mine, self._rows)
            self._add(db, self._rows)
        return True

    def _add(self, db: sqlite3.Connection, rows: pd.DataFrame) -> None:
        mine = self._session.id
        last = db.execute(
            "SELECT coalesce(max(number), 0) FROM batches WHERE session = ?", (mine,)
        ).fetchone()[0]
        if self._session.mode == "instant":
            new = rows if last == 0 else rows[rows["fresh"]]
            shown: dict[str, Any] = {"cells": [], "rows": new["id"].tolist()}
        else:
            # only what is new: a replay adds them up
            was = {} if last == 0 else {cell[0]: cell for cell in self._was}
            shown = {"cells": [cell for cell in self._is if was.get(cell[0]) != cell]}
        _insert(db, mine, last + 1, shown)


@lru_cache(maxsize=16)
def _read(text: str | None) -> tuple[dict[str, Any], Standing]:
    kept = json.loads(text) if text else {}
    return kept, wall_blocks.unpacked(kept)


def _settle(db: sqlite3.Connection, session_id: str, rows: pd.DataFrame) -> None:
    names = ["id", "cell", "feeling", "reasons", "time_of_day", "company"]
    for row_id, cell, feeling, reasons, *told in rows.loc[rows["fresh"], names].itertuples(
        index=False
    ):
        answers = [None if pd.isna(one) else one for one in told]
        values = (session_id, bytes.fromhex(row_id), cell, feeling, json.dumps(reasons), *answers)
        db.execute(_SETTLE, values)


def _take_out(db: sqlite3.Connection, session_id: str, gone: set[str | None]) -> None:
    sql = "SELECT number, shown FROM batches WHERE session = ?"
    for at, text in db.execute(sql, (session_id,)).fetchall():
        kept = json.loads(text)
        cells = [cell for cell in kept["cells"] if cell[0] not in gone]
        if len(cells) != len(kept["cells"]):
            db.execute(
                "UPDATE batches SET shown = ? WHERE session = ? AND number = ?",
                (json.dumps(kept | {"cells": cells}), session_id, at),
            )


def _insert(db: sqlite3.Connection, session_id: str, at: int, shown: dict[str, Any]) -> None:
    db.execute(
        "INSERT INTO batches (session, number, shown) VALUES (?, ?, ?)",
        (session_id, at, json.dumps(shown)),
    )


def _frozen(room: Room, session_id: str) -> str | None:
    """Give the rows of a paused wall as JSON; None where closing has forgotten them."""
    sql = "SELECT json_extract(shown, '$.rows') FROM batches WHERE session = ? AND number = ?"
    rows = room.read(sql, (session_id, _FROZEN))
    return str(rows[0][0]) if rows else None


def _frames(batches: Iterable[dict[str, Any]]) -> list[Cells]:
    frames: list[Cells] = []
    here: dict[str, list[str | None]] = {}
    for batch in batches:
        here |= {cell[0]: cell for cell in batch["cells"]}
        frames.append([here[cell] for cell in sorted(here)])
    return frames


def _instant_frames(room: Room, session: Session, batches: Iterable[dict[str, Any]]) -> list[Cells]:
    """Add up the rows of each batch as they stand now: what was taken back was never there."""
    table = room.contributions(session.id)[["id", "cell", "token", "feeling"]]
    rows = {row[0]: row[1:] for row in table.itertuples(index=False)}
    frozen = _frozen(room, session.id)
    if frozen is not None:
        rows = {row_id: rows[row_id] for row_id in json.loads(frozen) if row_id in rows}
    frames: list[Cells] = []
    said: dict[str, dict[str, str]] = {}
    here: dict[str, list[str | None]] = {}
    for batch in batches:
        new = [rows[row_id] for row_id in batch["rows"] if row_id in rows]
        for cell, token, feeling in new:
            people = said.setdefault(cell, {})
            people[token] = feeling if people.get(token, feeling) == feeling else "mixed"
        here |= {cell: _cell(cell, said[cell].values()) for cell in {one[0] for one in new}}
        frames.append([here[cell] for cell in sorted(here)])
    return frames


def _cell(cell: str, said: Iterable[str]) -> list[str | None]:
    told = list(said)
    counts = (told.count(name) for name in ("safe", "mixed", "unsafe"))
    return [cell, privacy.shared_feeling(*counts), None]
