"""What the wall may show of what people said, and when: the whole rule, for every wall.

In batches a square comes once five people have something new, and only where five speak of it;
answers, hours and company come from five on in every mode, and so do words at a place. While the
wall is hidden or blank, and once the session has ended, nothing of it is in what this module gives:
then the summary speaks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from layers import wall_batches, wall_blocks
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from layers.wall_batches import Cells
from layers.wall_blocks import ANSWERS, Standing
from layers.wall_view import (
    SHOWINGS,
    VISIBLE,
    View,
    keep_view,
    mark,
    second_language,
    side_by_side,
    spotlight,
    view,
)

__all__ = [
    "VISIBLE",
    "Cells",
    "View",
    "replay",
    "reset",
    "second_language",
    "show",
    "shown",
    "side_by_side",
    "spotlight",
    "squares",
    "view",
]


def show(room: Room, session_id: str, showing: str) -> None:
    """Hide, reveal, pause or blank the wall.

    Paused is frozen as it was: nothing new comes, and what is withdrawn or hidden still goes. A
    wall that is hidden or blank is not paused by this: it would be revealed.

    Raises
    ------
    LayerError
        ``session_unknown``.
    ValueError
        If ``showing`` is none of the four.
    """
    if showing not in SHOWINGS:
        raise ValueError(f"a wall is not {showing!r}")

    def turn(db: sqlite3.Connection) -> None:
        old, _ = keep_view(db, session_id, lambda one: one)
        if showing != "paused":
            keep_view(db, session_id, lambda one: replace(one, showing=showing, frozen=None))
            wall_batches.thaw(db, session_id)
        elif old.showing == "shown":
            told = [_Words(*row) for row in db.execute(_WORDS, (session_id,))]
            frozen = tuple(sorted(one.mark() for one in told))
            keep_view(db, session_id, lambda one: replace(one, showing="paused", frozen=frozen))
            mode = db.execute("SELECT mode FROM sessions WHERE id = ?", (session_id,)).fetchone()
            if mode[0] == "instant":  # in batches it is enough to take none
                wall_batches.freeze(db, session_id)

    room.change(session_id, turn).result()


def reset(room: Room, session_id: str) -> None:
    """Begin anew: a rehearsal is emptied; a real session is hidden, and its replay starts again.

    What was said in a real session stays; another question is another session.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``: what has ended is summed up and stays so.
    """
    session = room.get(session_id)

    def clear(db: sqlite3.Connection) -> None:
        state = db.execute("SELECT state FROM sessions WHERE id = ?", (session_id,)).fetchone()
        if state == ("closed",):  # here and not before: another desk may end it in this moment
            raise LayerError("session_closed")
        second = keep_view(db, session_id, lambda one: one)[0].second
        anew = View(second=second)
        if session.kind == "rehearsal":
            db.execute("DELETE FROM contributions WHERE session = ?", (session_id,))
            db.execute("UPDATE sessions SET batch = NULL WHERE id = ?", (session_id,))
            anew = replace(anew, showing="shown")
        wall_batches.begin_again(db, session_id)
        keep_view(db, session_id, lambda _: anew)

    room.change(session_id, clear).result()


def shown(
    room: Room, session: Session, *, may_take: Callable[[], bool] = lambda: True
) -> dict[str, Any]:
    """Give everything on the wall that is about what people said.

    Takes the next batch where one is due.

    Parameters
    ----------
    room, session
        Where and what, as it stands now.
    may_take
        Asked where a batch is due; False leaves it to a later look.

    Returns
    -------
    payload
        showing, number (of batches so far), cells ``[cell, feeling, band or None]``, parties,
        asks, answers ``{question: [[code, band]]}``, spotlight, words, languages, second. While
        the wall is hidden or blank, and once the session is closed, what people said is empty in
        it.
    """
    now = view(room, session.id)
    payload: dict[str, Any] = {
        "showing": now.showing,
        "number": 0,
        "cells": [],
        "parties": [],
        "asks": list(session.setup.asks),
        "answers": {question: [] for question in ANSWERS},
        "spotlight": None,
        "words": [],
        "languages": list(session.languages),
        "second": now.second,
    }
    if not _is_seen(session, now):
        return payload
    held = wall_batches.standing(room, session, now, may_take=may_take)
    told = [one for one in _words(room, session) if now.frozen is None or one.mark() in now.frozen]
    payload["cells"] = _cells(room, session, now, held)
    if now.side_by_side:
        payload["parties"] = [
            {"name": name, "cells": wall_blocks.cells(held, str(number))}
            for number, name in enumerate(session.setup.parties)
        ]
    return payload | {
        "number": wall_batches.number(room, session.id),
        "answers": _answers(session, held),
        "spotlight": _spotlight(session, now, held, payload["cells"], told),
        "words": [one.public() for one in told],
    }


def squares(room: Room, session: Session) -> Cells:
    """Give the squares on the wall as they stand, for whoever works beside it; takes no batch."""
    now = view(room, session.id)
    if not _is_seen(session, now):
        return []
    held = wall_batches.standing(room, session, now, may_take=lambda: False)
    return _cells(room, session, now, held)


def replay(room: Room, session: Session) -> list[Cells]:
    """Give the squares of each batch in order, as they were shown; none while nothing is shown.

    What was taken off since is not in it, nor what somebody took back.
    """
    return wall_batches.replay(room, session) if _is_seen(session, view(room, session.id)) else []


def _is_seen(session: Session, now: View) -> bool:
    return now.showing in VISIBLE and session.state != "closed"


def _cells(room: Room, session: Session, now: View, held: Standing) -> Cells:
    if session.mode == "instant":
        return wall_batches.instant_cells(room, session.id, frozen=now.showing == "paused")
    return wall_blocks.cells(held)


class _Words(NamedTuple):
    id: str
    cell: str
    party: int | None
    fresh: bool
    language: str
    text: str
    by: str

    def mark(self) -> str:
        return mark(self.id, self.language, self.text, self.by)

    def public(self) -> dict[str, str]:
        return {"language": self.language, "text": self.text, "by": self.by}


_WORDS = (
    "SELECT lower(hex(c.id)), c.cell, t.party, c.fresh, coalesce(c.language, ''),"
    " coalesce(c.paraphrase, c.words),"
    " CASE WHEN c.paraphrase IS NULL THEN 'her' ELSE 'facilitator' END"
    " FROM contributions c JOIN tokens t ON t.session = c.session AND t.token = c.token"
    " WHERE c.session = ? AND c.state = 'shown' AND c.words_state = 'shown'"
    " AND coalesce(c.paraphrase, c.words, '') <> '' ORDER BY c.id"
)


def _words(room: Room, session: Session) -> list[_Words]:
    """Read what may be read out: let through, and in the facilitator's words where there are."""
    return [_Words(*row) for row in room.read(_WORDS, (session.id,))]


def _answers(session: Session, held: Standing, cell: str = "") -> dict[str, list[list[str]]]:
    asked = session.setup.asks
    return {
        question: wall_blocks.answers(held, question, cell) if question in asked else []
        for question in ANSWERS
    }


def _spotlight(
    session: Session, now: View, held: Standing, cells: Cells, told: list[_Words]
) -> dict[str, Any] | None:
    """Give the chosen square with its answers; None where the wall does not show it."""
    found = next((one for one in cells if one[0] == now.spotlight), None)
    if found is None or now.spotlight is None:
        return None
    cell, feeling, people = found
    if people is None:  # at once: the number still comes from five on
        people = next((band for at, _, band in wall_blocks.cells(held) if at == cell), None)
    here = [
        one.public()
        for one in told
        # to a place they come only from among five, and with the batch that she is in
        if one.cell == cell and not one.fresh and wall_blocks.stands(held, cell, one.party)
    ]
    return {
        "cell": cell,
        "feeling": feeling,
        "people": people,
        **_answers(session, held, now.spotlight),
        "words": here,
    }
