"""The second phone: read what waits, let it through, hold it back, stop everything.

A decision is about one item as it was read: what she changed meanwhile has to be read again. The
log holds who did what in which language, and neither to what nor when. Muting is the one act that
shows which items go together, because all that a muted phone sent is hidden at once.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from layers.errors import LayerError
from layers.moderator_queue import (
    ROWS,
    UNTOLD,
    Item,
    Queue,
    handle_here,
    handle_of,
    language_of,
    primary,
    queue,
    said_at,
    seen_of,
)
from layers.paraphrase import RUN, repeats
from layers.plain_text import plain_text
from layers.room import Room
from layers.room_session import WORDS_LENGTH
from layers.room_taking import live_session
from layers.wall_view import keep_view

__all__ = [
    "UNTOLD",
    "Decided",
    "Deed",
    "Item",
    "Queue",
    "approve_all",
    "decide",
    "deeds",
    "go_on",
    "hear_all_again",
    "label",
    "mute",
    "note",
    "primary",
    "queue",
    "said_at",
    "stop_all",
    "undo",
]

LABEL_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Was:
    """What a decision found and left, of one item."""

    id: bytes
    before: tuple[str, str | None, str | None]  # state, words_state, paraphrase
    after: tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did, so that it can be undone; kept in memory only."""

    items: tuple[Was, ...] = ()
    language: str | None = None

    @property
    def count(self) -> int:
        """How many items it changed."""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the log: who did what, in which language; never to what, and never when."""

    who: str
    did: str
    language: str | None


def label(who: str) -> str:
    """Make the label that somebody chose for herself plain.

    Raises
    ------
    LayerError
        ``moderator_unnamed`` where nothing is left of it.
    """
    name = plain_text(who, most=LABEL_LENGTH)
    if not name:
        raise LayerError("moderator_unnamed")
    return name


def decide(  # noqa: PLR0913 - where, what, to which, by whom
    room: Room,
    session_id: str,
    act: str,
    handle: str,
    *,
    who: str,
    seen: str | None = None,
    text: str = "",
) -> Decided:
    """Decide about one item; done when it is on the disk.

    Parameters
    ----------
    room, session_id
        Where.
    act
        ``approve`` and ``show`` let the item through (its words go on waiting), ``hide`` takes it
        away with its words; ``words_approve``, ``words_hide`` and ``paraphrase`` decide about
        its words, and let an item that waits through with it.
    handle
        :attr:`Item.handle`.
    who
        Label of who decides.
    seen
        :attr:`Item.seen`; None: not compared.
    text
        The paraphrase, of at most 200 characters: it stands for her words everywhere, and her own
        stay in the room.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``, ``item_gone``, ``item_changed`` where it is no
        longer what was read, ``item_without_words``, ``paraphrase_needed``, ``words_too_long``,
        ``paraphrase_repeats`` where it is what she wrote, or has five words of it in a row.
    ValueError
        For another act.
    """
    if act not in _ACTS:
        raise ValueError(f"no decision is called {act!r}")
    name, said = label(who), _paraphrase(text) if act == "paraphrase" else None

    def run(db: sqlite3.Connection) -> Decided:
        row = _find(db, session_id, handle)
        words, state, words_state = row[3], row[6], row[7]
        if seen is not None and not hmac.compare_digest(seen.encode(), seen_of(row).encode()):
            raise LayerError("item_changed")
        if act in _OF_WORDS and words is None:
            raise LayerError("item_without_words")
        if said is not None and repeats(said, words):
            raise LayerError("paraphrase_repeats", run=RUN)
        after = _ACTS[act]((state, words_state, row[5]), said)
        done = Decided(
            (_change(db, session_id, row[0], (state, words_state, row[5]), after),),
            language=language_of(row),
        )
        _note(db, session_id, name, act, done.language)
        return done

    return room.change(session_id, run).result()


def approve_all(room: Room, session_id: str, seen: Mapping[str, str], *, who: str) -> Decided:
    """Let through what waits, has no words, and was before her.

    Parameters
    ----------
    room, session_id
        Where.
    seen
        :attr:`Item.handle` -> :attr:`Item.seen` of what she read; what came or changed since waits.
    who
        Label of who decides.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``.
    """
    name = label(who)

    def run(db: sqlite3.Connection) -> Decided:
        _, key = live_session(db, session_id)
        rows = db.execute(
            f"{ROWS} AND c.state = 'waiting' AND c.words IS NULL", (session_id,)
        ).fetchall()
        items = tuple(
            _change(db, session_id, row[0], before, ("shown", *before[1:]))
            for row in rows
            if seen.get(handle_of(key, row[0])) == seen_of(row)
            for before in [(row[6], row[7], row[5])]
        )
        if items:
            _note(db, session_id, name, "approve_all", None)
        return Decided(items)

    return room.change(session_id, run).result()


def mute(room: Room, session_id: str, handle: str, *, who: str) -> int:
    """Take no more from the phone behind an item, and hide what it sent.

    Whoever is muted may still withdraw. There is no taking it back from a second phone: muting
    and unmuting would show one person's items as often as somebody likes to look.

    Returns
    -------
    count
        How many items were hidden by it.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``, ``item_gone``.
    """
    name = label(who)

    def run(db: sqlite3.Connection) -> int:
        row = _find(db, session_id, handle)
        token = db.execute(
            "SELECT token FROM contributions WHERE session = ? AND id = ?", (session_id, row[0])
        ).fetchone()[0]
        db.execute(
            "UPDATE tokens SET muted = 1 WHERE session = ? AND token = ?", (session_id, token)
        )
        theirs = db.execute(
            f"{ROWS} AND c.token = ? AND c.state <> 'hidden'", (session_id, token)
        ).fetchall()
        for one in theirs:
            before = (one[6], one[7], one[5])
            _change(db, session_id, one[0], before, ("hidden", *before[1:]))
        _note(db, session_id, name, "mute", None)
        return len(theirs)

    return room.change(session_id, run).result()


def hear_all_again(room: Room, session_id: str, *, who: str) -> int:
    """Take again from all phones that were muted; for the desk. What they sent stays hidden.

    Returns
    -------
    count
        How many phones.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``.
    """
    name = label(who)

    def run(db: sqlite3.Connection) -> int:
        live_session(db, session_id)
        count = db.execute(
            "UPDATE tokens SET muted = 0 WHERE session = ? AND muted = 1", (session_id,)
        ).rowcount
        if count:
            _note(db, session_id, name, "unmute", None)
        return count

    return room.change(session_id, run).result()


def undo(room: Room, session_id: str, done: Decided, *, who: str) -> int:
    """Take a decision back; what was changed, decided or withdrawn since stays as it is.

    Returns
    -------
    count
        How many items are again as they were.
    """
    name = label(who)

    def run(db: sqlite3.Connection) -> int:
        live_session(db, session_id)
        count = 0
        for item in done.items:
            count += db.execute(
                "UPDATE contributions SET state = ?, words_state = ?, paraphrase = ?,"
                " fresh = CASE WHEN ? THEN 1 ELSE fresh END WHERE session = ? AND id = ?"
                " AND state = ? AND words_state IS ? AND paraphrase IS ?",
                (*item.before, _comes(item.after, item.before), session_id, item.id, *item.after),
            ).rowcount
        _note(db, session_id, name, "undo", done.language)
        return count

    return room.change(session_id, run).result()


def stop_all(room: Room, session_id: str, *, who: str) -> None:
    """Stop everything at once: no more is taken, and the wall is blank; in one transaction.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    _turn(room, session_id, label(who), "stop_all", ("open", "paused"), "blank")


def go_on(room: Room, session_id: str, *, who: str) -> None:
    """Go on after a stop: it is taken again, and the wall stays hidden until it is revealed."""
    _turn(room, session_id, label(who), "go_on", ("paused", "open"), "hidden")


def note(room: Room, session_id: str, who: str, did: str) -> None:
    """Write into the log what was done with the wall."""
    name = label(who)
    room.change(session_id, lambda db: _note(db, session_id, name, did, None)).result()


def deeds(room: Room, session_id: str) -> list[Deed]:
    """List what was decided, the oldest first: who, what, which language."""
    sql = "SELECT who, did, language FROM deeds WHERE session = ? ORDER BY number"
    return [Deed(*row) for row in room.read(sql, (session_id,))]


_State = tuple[str, str | None, str | None]


def _through(before: _State) -> str:
    return "shown" if before[0] == "waiting" else before[0]


_ACTS: Mapping[str, Callable[[_State, str | None], _State]] = {
    "approve": lambda was, _: ("shown", *was[1:]),
    "show": lambda was, _: ("shown", *was[1:]),
    "hide": lambda was, _: ("hidden", *was[1:]),
    "words_approve": lambda was, _: (_through(was), "shown", None),
    "words_hide": lambda was, _: (_through(was), "hidden", None),
    "paraphrase": lambda was, text: (_through(was), "shown", text),
}
_OF_WORDS = frozenset({"words_approve", "words_hide", "paraphrase"})


def _turn(
    room: Room, session_id: str, name: str, act: str, move: tuple[str, str], showing: str
) -> None:
    def run(db: sqlite3.Connection) -> None:
        # one transaction: nobody sees the wall go on while nothing is taken, or the reverse
        old, _ = keep_view(db, session_id, lambda now: now)
        if act == "stop_all" or old.showing == "blank":
            keep_view(db, session_id, lambda now: replace(now, showing=showing, frozen=None))
        db.execute(
            "UPDATE sessions SET state = ? WHERE id = ? AND state = ?",
            (move[1], session_id, move[0]),
        )
        _note(db, session_id, name, act, None)

    room.change(session_id, run).result()


def _change(
    db: sqlite3.Connection, session_id: str, row_id: bytes, before: _State, after: _State
) -> Was:
    # what comes to the wall with this is new there, whenever it was sent
    db.execute(
        "UPDATE contributions SET state = ?, words_state = ?, paraphrase = ?,"
        " fresh = CASE WHEN ? THEN 1 ELSE fresh END WHERE session = ? AND id = ?",
        (*after, _comes(before, after), session_id, row_id),
    )
    return Was(row_id, before, after)


def _comes(before: _State, after: _State) -> bool:
    return before[0] != "shown" == after[0]


def _note(
    db: sqlite3.Connection, session_id: str, who: str, did: str, language: str | None
) -> None:
    db.execute(
        "INSERT INTO deeds (session, number, who, did, language)"
        " SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM deeds WHERE session = ?1",
        (session_id, who, did, language),
    )


def _find(db: sqlite3.Connection, session_id: str, handle: str) -> tuple[Any, ...]:
    """Find the row behind a handle, in this session and in no other."""
    _, key = live_session(db, session_id)
    if len(handle) == 32 and handle.isascii():
        for row in db.execute(ROWS, (session_id,)):
            names = handle_of(key, row[0]), handle_here(key, row[0])
            if any(hmac.compare_digest(name, handle) for name in names):
                return tuple(row)
    raise LayerError("item_gone")


def _paraphrase(text: str) -> str:
    plain = plain_text(text, most=len(text))
    if not plain:
        raise LayerError("paraphrase_needed")
    if len(plain) > WORDS_LENGTH:
        raise LayerError("words_too_long", most=WORDS_LENGTH)
    return plain
