"""What is hers: she sees, changes and withdraws what she said, and nothing of anybody else.

She is known by her phone's token, or by the receipt she wrote down; both are kept as HMACs under
the session's key. That key is gone once the session is closed, and then nobody can tell any more
what was hers: every function here answers ``session_closed``.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from layers import room_taking
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_taking import live_session, sealed

T = TypeVar("T")

MOST_EDITS = 100
"""Changes of one contribution that are told apart."""

MOST_FIRST = 200
"""Withdrawals of one phone that are remembered although what they withdraw never came."""

_COLUMNS = "id, cell, feeling, reasons, time_of_day, company, words, language, state, words_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose it is: by the token of her phone, or by her half of the receipt; one of the two."""

    token: str = ""
    receipt: str = ""

    def __post_init__(self) -> None:
        if bool(self.token) == bool(self.receipt):
            raise ValueError("a person is known by a token or by a receipt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of her contributions as she may see it."""

    handle: str  # names it while the session lasts; sealed, so that it finds no row afterwards
    id: str | None  # the phone's own identifier, where the phone asked about it
    cell: str
    feeling: str
    reasons: tuple[str, ...]
    time_of_day: str | None
    company: str | None
    words: str | None
    language: str | None
    state: str  # waiting, shown or hidden
    words_state: str | None  # the same of her words; None: she wrote none


def mine(room: Room, session_id: str, who: Who, *, ids: Iterable[str] = ()) -> list[Item]:
    """List what a person has said in a session and not withdrawn.

    Parameters
    ----------
    room, session_id, who
        Where, and whose.
    ids
        Identifiers her phone holds: an item that is one of them says which.

    Returns
    -------
    items
        In an order that says nothing of which came first; empty for a token that is not known.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``, ``receipt_unknown``.
    """
    key = _key(room, session_id)
    token = _token(room, session_id, key, who)
    named = {sealed(key, who.token, one): one for one in ids} if who.token else {}
    rows = room.read(
        f"SELECT {_COLUMNS} FROM contributions WHERE session = ? AND token = ? ORDER BY id",  # noqa: S608 - our own names
        (session_id, token),
    )
    return [_item(key, named, row) for row in rows]


def look_up(room: Room, code: str, receipt: str) -> tuple[Session, list[Item]]:
    """Find by a receipt, from any phone, what was said with it.

    Parameters
    ----------
    room, code, receipt
        Where, and the two halves of what she wrote down.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``, ``receipt_unknown``.
    """
    session = room.by_code(code)
    if session.state == "closed":
        raise LayerError("session_closed")
    if not receipt:
        raise LayerError("receipt_unknown")
    return session, mine(room, session.id, Who(receipt=receipt))


def change(  # noqa: PLR0913 - who, what, and how it is named
    room: Room,
    session_id: str,
    token: str,
    said: Contribution,
    *,
    consent: str | None = None,
    handle: str = "",
    edit: int | None = None,
) -> Future[bool]:
    """Replace one of her contributions as a whole; done when it is on the disk.

    Parameters
    ----------
    room, session_id, token, said
        Where, who, and what she says now; ``said.id`` is the identifier it had.
    consent
        Version her page shows.
    handle
        Names the contribution instead of ``said.id``.
    edit
        Number of this change of this contribution, counted up by the phone from 1 to
        :data:`MOST_EDITS`: one that comes late, again or for the first time, undoes no later one.

    Returns
    -------
    changed
        A future: False where nothing had to be done, as after a repeat or a later change.

    Raises
    ------
    LayerError
        In the future: as :meth:`layers.room.Room.contribute`; ``item_unknown`` for a handle of
        nothing of hers, and for what was withdrawn. An identifier that never came is a new
        contribution.
    """
    done = room.change(
        session_id,
        lambda db: _change(db, session_id, token, said, consent=consent, handle=handle, edit=edit),
    )
    return _forgetting(room, done)


def withdraw(
    room: Room,
    session_id: str,
    who: Who,
    *,
    item: str = "",
    handle: str = "",
    everything: bool = False,
) -> Future[int]:
    """Delete what she said: one item by its identifier or handle, or everything.

    Parameters
    ----------
    room, session_id, who
        Where, and whose.
    item
        The phone's identifier, for who has the token. It is remembered, sealed, that it was
        withdrawn, so that a late repeat of the first sending brings nothing back.
    handle
        As :attr:`Item.handle`.
    everything
        All of hers.

    Returns
    -------
    deleted
        A future: how many; 0 where there was nothing (any more), which is no error.

    Raises
    ------
    LayerError
        In the future: ``session_unknown``, ``session_closed``, ``receipt_unknown``. A phone that
        is muted may withdraw, and so may everybody during a pause.
    """
    done = room.change(
        session_id,
        lambda db: _withdraw(db, session_id, who, item=item, handle=handle, everything=everything),
    )
    return _forgetting(room, done)


def _forgetting(room: Room, done: Future[T]) -> Future[T]:
    """Have the log cut once something of hers was deleted: what it held is still in there."""

    def forget(future: Future[T]) -> None:
        if not future.cancelled() and future.exception() is None and future.result():
            room.forget_soon()

    done.add_done_callback(forget)
    return done


def _change(  # noqa: PLR0913 - as change
    db: sqlite3.Connection,
    session_id: str,
    token: str,
    said: Contribution,
    *,
    consent: str | None,
    handle: str,
    edit: int | None,
) -> bool:
    session, key = live_session(db, session_id)
    mine = sealed(key, token)
    room_taking.check_taking(session)
    room_taking.check_speaker(db, session, mine, consent)
    room_taking.check_cell(session, said.cell)
    row_id = (
        _by_handle(db, session_id, key, mine, handle) if handle else sealed(key, token, said.id)
    )
    if row_id is None:
        raise LayerError("item_unknown")
    if _was_withdrawn(db, session_id, row_id):
        raise LayerError("item_unknown")  # else her phone would say that it has arrived
    if edit is not None and not _is_latest(db, session_id, key, row_id, edit):
        return False
    found = db.execute(
        f"SELECT {_COLUMNS} FROM contributions WHERE session = ? AND id = ? AND token = ?",  # noqa: S608 - our own names
        (session_id, row_id, mine),
    ).fetchone()
    if found is None:  # it never came
        return room_taking.contribute(db, session_id, token, said, consent)
    new = room_taking.answers(session, said)
    old = dict(zip(_COLUMNS.split(", "), found, strict=True))
    if all(old[name] == new[name] for name in _SAID):
        return False
    if old["state"] != "shown":
        new["state"] = "waiting"  # what was hidden is not brought back by changing it
    sets = ", ".join(f"{name} = ?" for name in new)
    db.execute(
        f"UPDATE contributions SET {sets}, fresh = 1 WHERE session = ? AND id = ?",  # noqa: S608 - our own names
        (*new.values(), session_id, row_id),
    )
    return True


_SAID = ("cell", "feeling", "reasons", "time_of_day", "company", "words", "language")


def _withdraw(
    db: sqlite3.Connection,
    session_id: str,
    who: Who,
    *,
    item: str,
    handle: str,
    everything: bool,
) -> int:
    _, key = live_session(db, session_id)
    column, value = _sealed_who(key, who)
    joined = db.execute(
        f"SELECT token FROM tokens WHERE session = ? AND {column} = ?",  # noqa: S608 - our own names
        (session_id, value),
    ).fetchone()
    if joined is None:
        if who.receipt:
            raise LayerError("receipt_unknown")
        return 0  # who never agreed has nothing here, and nothing is written for her
    mine = joined[0]
    gone: list[bytes] = []
    if everything:
        sql = "SELECT id FROM contributions WHERE session = ? AND token = ?"
        gone += [row[0] for row in db.execute(sql, (session_id, mine))]
    if handle:
        found = _by_handle(db, session_id, key, mine, handle)
        gone += [] if found is None else [found]
    if item and who.token:
        gone.append(sealed(key, who.token, item))
    deleted = 0
    for row_id in gone:
        count = db.execute(
            "DELETE FROM contributions WHERE session = ? AND id = ? AND token = ?",
            (session_id, row_id, mine),
        ).rowcount
        if count or _may_come_first(db, session_id, key, mine, row_id):
            _first_time(db, session_id, row_id)
        deleted += count
    return deleted


def _may_come_first(
    db: sqlite3.Connection, session_id: str, key: bytes, mine: bytes, row_id: bytes
) -> bool:
    """Tell whether a withdrawal of what never came is remembered: so many of one phone are.

    They are counted by sealed marks, so that no mark of a withdrawal says whose it is.
    """
    if _was_withdrawn(db, session_id, row_id):
        return False
    marks = (sealed(key, "first", mine.hex(), str(number)) for number in range(MOST_FIRST))
    return any(_first_time(db, session_id, mark) for mark in marks)


def _first_time(db: sqlite3.Connection, session_id: str, mark: bytes) -> bool:
    """Remember, sealed, what must not be taken again; tell whether it was new."""
    sql = "INSERT OR IGNORE INTO withdrawn (session, id) VALUES (?, ?)"
    return db.execute(sql, (session_id, mark)).rowcount == 1


def _was_withdrawn(db: sqlite3.Connection, session_id: str, row_id: bytes) -> bool:
    sql = "SELECT 1 FROM withdrawn WHERE session = ? AND id = ?"
    return db.execute(sql, (session_id, row_id)).fetchone() is not None


def _is_latest(
    db: sqlite3.Connection, session_id: str, key: bytes, row_id: bytes, edit: int
) -> bool:
    """Tell whether no change of this number or a higher one came; if so, none up to it may."""
    marks = [sealed(key, "edit", row_id.hex(), str(number)) for number in range(edit, 0, -1)]
    if not _first_time(db, session_id, marks[0]):
        return False
    for mark in marks[1:]:
        if not _first_time(db, session_id, mark):
            break  # and with it all below
    return True


def _key(room: Room, session_id: str) -> bytes:
    rows = room.read("SELECT state, token_key FROM sessions WHERE id = ?", (session_id,))
    if not rows:
        raise LayerError("session_unknown")
    state, key = rows[0]
    if state == "closed" or key is None:
        raise LayerError("session_closed")
    return bytes(key)


def _sealed_who(key: bytes, who: Who) -> tuple[str, bytes]:
    if who.token:
        return "token", sealed(key, who.token)
    return "receipt", sealed(key, "receipt", who.receipt)


def _token(room: Room, session_id: str, key: bytes, who: Who) -> bytes:
    column, value = _sealed_who(key, who)
    rows = room.read(
        f"SELECT token FROM tokens WHERE session = ? AND {column} = ?",  # noqa: S608 - our own names
        (session_id, value),
    )
    if not rows and who.receipt:
        raise LayerError("receipt_unknown")
    return bytes(rows[0][0]) if rows else value


def _handle(key: bytes, row_id: bytes) -> str:
    return sealed(key, "handle", row_id.hex()).hex()


def _by_handle(
    db: sqlite3.Connection, session_id: str, key: bytes, mine: bytes, handle: str
) -> bytes | None:
    """Find a row among hers, and only among hers, by its handle."""
    rows = db.execute(
        "SELECT id FROM contributions WHERE session = ? AND token = ?", (session_id, mine)
    )
    for (row_id,) in rows.fetchall():
        if hmac.compare_digest(_handle(key, row_id), handle):
            return bytes(row_id)
    return None


def _item(key: bytes, named: dict[bytes, str], row: tuple[Any, ...]) -> Item:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    row_id = bytes(values.pop("id"))
    values["reasons"] = tuple(json.loads(values["reasons"]))
    return Item(handle=_handle(key, row_id), id=named.get(row_id), **values)
