"""The batches of a wall, in the room's file: when one is due, what it adds, and its replay.

A batch is due once five people have something new, and only while the wall is shown: what nobody
saw binds nothing later. What rests on fewer than five is taken off with the next look, and out of
the replay too. Where everything shows at once, the numbers still come in such batches.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from layers import privacy, wall_blocks
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from layers.wall_blocks import Row, Standing
from layers.wall_view import View, mark

Cells = list[list[str | None]]

MOST_FRAMES = 200
"""A replay has no more steps than this; between them, batches are shown together."""

_TRIES = 5
_FROZEN = 0  # number of the row that marks what was there when an instant wall was paused

# One voice a person and square, as privacy.voices; said in SQL because it runs with every answer.
_VOICES = (
    "SELECT cell, sum(voice = 'safe'), sum(voice = 'mixed'), sum(voice = 'unsafe') FROM ("
    "  SELECT cell, CASE WHEN min(feeling) = max(feeling) THEN feeling ELSE 'mixed' END AS voice"
    "  FROM contributions WHERE session = ?1 AND state = 'shown' GROUP BY cell, token"
    ") GROUP BY cell ORDER BY cell"
)


def instant_cells(room: Room, session_id: str, *, frozen: bool = False) -> Cells:
    """Give each square at once with what is said of it, and never by how many.

    Parameters
    ----------
    room, session_id
        Where.
    frozen
        Only what was there when the wall was paused, and still is as it was.
    """
    if frozen:
        frames = _added_up([_as_it_was(_rows(room, session_id), _frozen(room, session_id))])
        return frames[0]
    return [
        [cell, privacy.shared_feeling(*counts), None]
        for cell, *counts in room.read(_VOICES, (session_id,))
    ]


def number(room: Room, session_id: str) -> int:
    """Give the number of batches so far."""
    sql = "SELECT coalesce(max(number), 0) FROM batches WHERE session = ?"
    return int(room.read(sql, (session_id,))[0][0])


def standing(
    room: Room, session: Session, now: View, *, may_take: Callable[[], bool] = lambda: True
) -> Standing:
    """Give what stands behind the wall, after taking the next batch where it is due.

    Safe to call from several threads: who comes second takes what the first one wrote.

    Parameters
    ----------
    room, session, now
        Where, and how the wall stands.
    may_take
        Asked where a batch is due; False leaves it to a later look.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    for _ in range(_TRIES):
        found = room.read(_DUE, (session.id,))
        if not found:  # deleted in this very moment
            raise LayerError("session_unknown")
        text, fresh, losses = found[0]
        kept, held = _read(text)
        due = now.showing == "shown" and session.state != "closed" and fresh >= privacy.K
        due = due and may_take()
        taken_back = text is not None and kept.get("losses") != losses
        if not (due or taken_back):
            return held
        if due and not taken_back and not kept.get("again"):  # only some squares can change
            read = _rows(room, session.id, some=True)
            told = {(question, code): n for question, code, n in room.read(_TOLD, (session.id,))}
            anew = wall_blocks.advance([one.said for one in read], held, told=told)
        else:
            read = _rows(room, session.id)
            anew = wall_blocks.retract([one.said for one in read], held)
            if due:
                anew = wall_blocks.advance([one.said for one in read], anew)
        new = [one for one in read if one.fresh]
        # as it was before they were read: whoever takes hers back meanwhile comes off with the next
        wrote = kept | wall_blocks.packed(anew) | {"losses": losses, "again": not due}
        batch = _Batch(session, text, json.dumps(wrote), new if due else None, held, anew)
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
    """Mark what is there, for a wall that is paused; inside of a transaction."""
    sql = (
        "SELECT lower(hex(id)), cell, feeling FROM contributions"
        " WHERE session = ? AND state = 'shown'"
    )
    marks = sorted(mark(*row) for row in db.execute(sql, (session_id,)))
    thaw(db, session_id)
    _insert(db, session_id, _FROZEN, {"cells": [], "rows": marks})


def begin_again(db: sqlite3.Connection, session_id: str) -> None:
    """Begin the replay anew with what stands, as the first batch; inside of a transaction."""
    db.execute("DELETE FROM batches WHERE session = ?", (session_id,))
    row = db.execute("SELECT batch, mode FROM sessions WHERE id = ?", (session_id,)).fetchone()
    stands = wall_blocks.cells(_read(row[0])[1])
    if stands:
        shown = {"cells": [], "rows": []} if row[1] == "instant" else {"cells": stands}
        _insert(db, session_id, 1, shown)


def thaw(db: sqlite3.Connection, session_id: str) -> None:
    """Forget what :func:`freeze` kept."""
    db.execute("DELETE FROM batches WHERE session = ? AND number = ?", (session_id, _FROZEN))


_DUE = (
    "SELECT batch,"
    " (SELECT count(DISTINCT token) FROM contributions"
    "  WHERE session = s.id AND state = 'shown' AND fresh = 1),"
    " (SELECT number FROM losses WHERE session = s.id)"
    " FROM sessions s WHERE id = ?"
)

_ROWS = (
    "SELECT lower(hex(c.id)), c.fresh, c.cell, lower(hex(c.token)), c.feeling, t.party, c.reasons,"
    " c.time_of_day, c.company"
    " FROM contributions c JOIN tokens t ON t.session = c.session AND t.token = c.token"
    " WHERE c.session = ?1 AND c.state = 'shown'"
)
_SOME = (
    " AND c.cell IN"
    " (SELECT cell FROM contributions WHERE session = ?1 AND state = 'shown' AND fresh = 1)"
)

# As wall_blocks.everybody, in SQL because it is over all rows with each batch.
_TOLD = (
    "SELECT question, code, count(DISTINCT token) FROM ("
    "  SELECT 'reasons' AS question, value AS code, token FROM contributions, json_each(reasons)"
    "  WHERE session = ?1 AND state = 'shown' UNION ALL"
    "  SELECT 'when', time_of_day, token FROM contributions"
    "  WHERE session = ?1 AND state = 'shown' AND time_of_day IS NOT NULL UNION ALL"
    "  SELECT 'company', company, token FROM contributions"
    "  WHERE session = ?1 AND state = 'shown' AND company IS NOT NULL UNION ALL"
    "  SELECT 'told', '', token FROM contributions WHERE session = ?1 AND state = 'shown'"
    ") GROUP BY question, code"
)

# What she changed in this very moment is not what was counted, and stays new.
_SETTLE = (
    "UPDATE contributions SET fresh = 0 WHERE session = ? AND id = ? AND state = 'shown'"
    " AND cell = ? AND feeling = ? AND reasons = ? AND time_of_day IS ? AND company IS ?"
)


class _Read(NamedTuple):
    id: str
    fresh: bool
    said: Row


def _rows(room: Room, session_id: str, *, some: bool = False) -> list[_Read]:
    """Read all that is shown, or all of the squares that have something new."""
    rows = room.read(_ROWS + _SOME if some else _ROWS, (session_id,))
    return [
        _Read(
            row[0],
            bool(row[1]),
            Row(
                cell=row[2],
                token=row[3],
                feeling=row[4],
                party=row[5],
                reasons=tuple(json.loads(row[6])),
                time_of_day=row[7],
                company=row[8],
            ),
        )
        for row in rows
    ]


class _Batch:
    """One change of what stands, written only where nobody else wrote in between."""

    def __init__(
        self,
        session: Session,
        before: str | None,
        after: str,
        new: list[_Read] | None,
        held: Standing,
        anew: Standing,
    ) -> None:
        self._session, self._before, self._after, self._new = session, before, after, new
        self._was = {str(cell[0]): cell for cell in wall_blocks.cells(held)}
        self._is = {str(cell[0]): cell for cell in wall_blocks.cells(anew)}

    def write(self, db: sqlite3.Connection) -> bool:
        """Write it inside of a transaction, and say whether it was written."""
        mine = self._session.id
        row = db.execute("SELECT batch FROM sessions WHERE id = ?", (mine,)).fetchone()
        if row is None or row[0] != self._before:
            return False
        db.execute("UPDATE sessions SET batch = ? WHERE id = ?", (self._after, mine))
        gone = self._was.keys() - self._is.keys()
        if gone:
            _take_out(db, mine, gone)
        if self._new is not None:
            self._add(db, self._new)
        return True

    def _add(self, db: sqlite3.Connection, new: list[_Read]) -> None:
        mine = self._session.id
        for one in new:
            said = one.said
            told = (json.dumps(said.reasons), said.time_of_day, said.company)
            values = (mine, bytes.fromhex(one.id), said.cell, said.feeling, *told)
            db.execute(_SETTLE, values)
        sql = "SELECT coalesce(max(number), 0) FROM batches WHERE session = ?"
        last = db.execute(sql, (mine,)).fetchone()[0]
        shown: dict[str, Any] = {"cells": []}
        if self._session.mode == "instant":
            shown["rows"] = [one.id for one in new]
        else:  # only what is new: a replay adds them up
            was = self._was if last else {}
            shown["cells"] = [cell for at, cell in self._is.items() if was.get(at) != cell]
        _insert(db, mine, last + 1, shown)


@lru_cache(maxsize=16)
def _read(text: str | None) -> tuple[dict[str, Any], Standing]:
    kept = json.loads(text) if text else {}
    return kept, wall_blocks.unpacked(kept)


def _take_out(db: sqlite3.Connection, session_id: str, gone: Collection[str]) -> None:
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


def _frozen(room: Room, session_id: str) -> set[str] | None:
    """Give the marks of a wall at once that is paused; None of one that is not."""
    sql = "SELECT json_extract(shown, '$.rows') FROM batches WHERE session = ? AND number = ?"
    rows = room.read(sql, (session_id, _FROZEN))
    return set(json.loads(rows[0][0])) if rows else None


def _as_it_was(told: Iterable[_Read], frozen: set[str] | None) -> list[Row]:
    """Keep, of a paused wall, what nobody has changed since; where nothing is known, nothing."""
    still = frozen or set()
    return [one.said for one in told if mark(one.id, one.said.cell, one.said.feeling) in still]


def _frames(batches: Iterable[dict[str, Any]]) -> list[Cells]:
    frames: list[Cells] = []
    here: dict[str, list[str | None]] = {}
    for batch in batches:
        here |= {cell[0]: cell for cell in batch["cells"]}
        frames.append([here[cell] for cell in sorted(here)])
    return frames


def _instant_frames(room: Room, session: Session, kept: Iterable[dict[str, Any]]) -> list[Cells]:
    """Add up the rows of each batch as they stand now: what was taken back was never there."""
    told = _rows(room, session.id)
    batches = [set(batch["rows"]) for batch in kept]
    if batches:  # what was counted before a reset comes first
        batches[0] |= {one.id for one in told if not one.fresh} - set().union(*batches)
    frozen = _frozen(room, session.id)
    if frozen is not None:
        told = [one for one in told if _as_it_was([one], frozen)]
    rows = {one.id: one.said for one in told}
    return _added_up([[rows[one] for one in batch if one in rows] for batch in batches])


def _added_up(batches: Iterable[list[Row]]) -> list[Cells]:
    """Give the squares after each of some batches of rows, one voice a person and square."""
    frames: list[Cells] = []
    said: dict[str, dict[str, str]] = {}
    here: dict[str, list[str | None]] = {}
    for new in batches:
        for one in new:
            people = said.setdefault(one.cell, {})
            same = people.get(one.token, one.feeling) == one.feeling
            people[one.token] = one.feeling if same else "mixed"
        here |= {cell: _cell(cell, said[cell].values()) for cell in {one.cell for one in new}}
        frames.append([here[cell] for cell in sorted(here)])
    return frames


def _cell(cell: str, said: Iterable[str]) -> list[str | None]:
    told = list(said)
    counts = (told.count(name) for name in ("safe", "mixed", "unsafe"))
    return [cell, privacy.shared_feeling(*counts), None]
