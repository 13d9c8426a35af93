"""What the wall may show of what people said, and when: the whole rule, for every wall.

In batches a square comes once five people have something new, and only where five speak of it;
answers and hours come from five on in every mode. Nothing of it is given while the wall is hidden.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from layers import privacy
from layers.room import Room
from layers.room_session import Session
from layers.wall_view import (
    SHOWINGS,
    VISIBLE,
    View,
    keep_view,
    second_language,
    side_by_side,
    spotlight,
    view,
)

__all__ = [
    "View",
    "replay",
    "reset",
    "second_language",
    "show",
    "shown",
    "side_by_side",
    "spotlight",
    "view",
]

ANSWERS = {"reasons": "reasons", "when": "time_of_day", "company": "company"}
"""Question -> column of the contributions."""

Cells = list[list[str | None]]


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
        elif old.showing == "shown":
            sql = (
                "SELECT lower(hex(id)) FROM contributions"
                " WHERE session = ? AND state = 'shown' AND words_state = 'shown'"
            )
            frozen = tuple(sorted(row[0] for row in db.execute(sql, (session_id,))))
            keep_view(db, session_id, lambda one: replace(one, showing="paused", frozen=frozen))
            mode = db.execute("SELECT mode FROM sessions WHERE id = ?", (session_id,)).fetchone()[0]
            if mode == "instant":
                _step(db, session_id)

    room.change(session_id, turn).result()


def reset(room: Room, session_id: str) -> None:
    """Begin anew: a rehearsal is emptied; a real session is hidden, and its replay starts again.

    What was said in a real session stays; another question is another session.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    session = room.get(session_id)

    def clear(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM batches WHERE session = ?", (session_id,))
        second = keep_view(db, session_id, lambda one: one)[0].second
        fresh = View(second=second)
        if session.kind == "rehearsal":
            db.execute("DELETE FROM contributions WHERE session = ?", (session_id,))
            db.execute("DELETE FROM withdrawn WHERE session = ?", (session_id,))
            db.execute("UPDATE sessions SET batch = NULL WHERE id = ?", (session_id,))
            fresh = replace(fresh, showing="shown")
        keep_view(db, session_id, lambda _: fresh)

    room.change(session_id, clear).result()


def shown(room: Room, session: Session) -> dict[str, Any]:
    """Give everything on the wall that is about what people said.

    Takes the next batch where one is due.

    Parameters
    ----------
    room, session
        Where and what, as it stands now.

    Returns
    -------
    payload
        showing, number (of batches so far), cells ``[cell, feeling, band or None]``, parties,
        asks, answers ``{question: [[code, band]]}``, spotlight, words, languages, second. While
        the wall is hidden or blank, what people said is empty in it.
    """
    now = view(room, session.id)
    rows = _rows(room, session.id)
    kept = _taken(room, session, now, rows)
    number = room.read("SELECT count(*) FROM batches WHERE session = ?", (session.id,))[0][0]
    payload: dict[str, Any] = {
        "showing": now.showing,
        "number": int(number),
        "cells": [],
        "parties": [],
        "asks": list(session.setup.asks),
        "answers": {question: [] for question in ANSWERS},
        "spotlight": None,
        "words": [],
        "languages": list(session.languages),
        "second": now.second,
    }
    if now.showing not in VISIBLE:
        return payload
    if session.mode == "instant" and now.showing == "paused":
        rows = rows[~rows["fresh"]]
    cells = _instant(rows) if session.mode == "instant" else _batched(kept)
    payload["cells"] = cells
    payload["answers"] = {
        question: _answers(rows, question) if question in session.setup.asks else []
        for question in ANSWERS
    }
    told = [row for row in _words(room, session) if now.frozen is None or row.id in now.frozen]
    payload["words"] = [row.public() for row in told]
    here = [cell for cell in cells if cell[0] == now.spotlight]
    if here:
        cell, feeling, people = here[0]
        part = rows[rows["cell"] == cell]
        payload["spotlight"] = {
            "cell": cell,
            "feeling": feeling,
            "people": people,
            **{
                question: _answers(part, question) if question in session.setup.asks else []
                for question in ANSWERS
            },
            "words": [row.public() for row in told if row.cell == cell],
        }
    return payload


def replay(room: Room, session: Session) -> list[Cells]:
    """Give the squares of each batch in order, as they were shown; none while hidden or blank."""
    if view(room, session.id).showing not in VISIBLE:
        return []
    sql = "SELECT shown FROM batches WHERE session = ? ORDER BY number"
    return [json.loads(text)["cells"] for (text,) in room.read(sql, (session.id,))]


class _Words(NamedTuple):
    id: str
    cell: str
    language: str
    text: str
    by: str

    def public(self) -> dict[str, str]:
        return {"language": self.language, "text": self.text, "by": self.by}


def _words(room: Room, session: Session) -> list[_Words]:
    """Read what may be read out: let through, and in the facilitator's words where there are."""
    sql = (
        "SELECT lower(hex(id)), cell, coalesce(language, ''), coalesce(paraphrase, words),"
        " CASE WHEN paraphrase IS NULL THEN 'her' ELSE 'facilitator' END"
        " FROM contributions WHERE session = ? AND state = 'shown' AND words_state = 'shown'"
        " AND coalesce(paraphrase, words, '') <> '' ORDER BY id"
    )
    return [_Words(*row) for row in room.read(sql, (session.id,))]


def _rows(room: Room, session_id: str) -> pd.DataFrame:
    return room.contributions(session_id)


def _instant(rows: pd.DataFrame) -> Cells:
    said = privacy.voices(rows)
    names = ("safe", "mixed", "unsafe")
    return [
        [cell, privacy.shared_feeling(*(list(people.values()).count(n) for n in names)), None]
        for cell, people in sorted(said.items())
    ]


def _batched(kept: dict[str, Any] | None) -> Cells:
    return [[cell, feeling, people] for cell, people, feeling in kept["rows"]] if kept else []


def _answers(rows: pd.DataFrame, question: str) -> list[list[str]]:
    column = ANSWERS[question]
    table = rows[["token", column]].rename(columns={column: "code"}).explode("code")
    released = privacy.release_counts(table, "code")
    return [[str(code), str(people)] for code, people in released.itertuples(index=False)]


def _taken(room: Room, session: Session, now: View, rows: pd.DataFrame) -> dict[str, Any] | None:
    """Take the next batch where it is due, and give the last."""
    kept = room.batch(session.id)
    fresh = rows.loc[rows["fresh"], "token"].nunique()
    closed = session.state == "closed" or now.showing == "paused"
    if closed or fresh < privacy.K:
        return kept
    if session.mode == "instant":
        room.change(session.id, lambda db: _step(db, session.id)).result()
        return kept
    released = privacy.release(rows, previous=privacy.unpacked(kept), coarsest_m=session.cell_m)
    kept = privacy.packed(released)
    room.save_batch(session.id, kept)
    cells = _batched(kept)
    room.change(session.id, lambda db: _add_batch(db, session.id, cells)).result()
    return kept


def _step(db: sqlite3.Connection, session_id: str) -> None:
    rows = db.execute(
        "SELECT cell, lower(hex(token)), feeling FROM contributions"
        " WHERE session = ? AND state = 'shown'",
        (session_id,),
    )
    table = pd.DataFrame.from_records(rows.fetchall(), columns=["cell", "token", "feeling"])
    db.execute(
        "UPDATE contributions SET fresh = 0 WHERE session = ? AND state = 'shown'", (session_id,)
    )
    _add_batch(db, session_id, _instant(table))


def _add_batch(db: sqlite3.Connection, session_id: str, cells: Iterable[Any]) -> None:
    db.execute(
        "INSERT INTO batches (session, number, shown)"
        " SELECT ?1, 1 + coalesce(max(number), 0), ?2 FROM batches WHERE session = ?1",
        (session_id, json.dumps({"cells": list(cells)})),
    )
