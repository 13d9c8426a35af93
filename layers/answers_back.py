"""What a facilitator answers the people of a session (you said, we did), found by its code.

An answer holds nothing that a participant said or is. So it outlives the session it belongs to:
when a session is deleted, its code, title and day stay for a year, that it can still be answered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from layers.clock import today
from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.room import Room
from layers.room_session import Session

TEXT_LENGTH = 2_000
KEEP_DAYS = 365
"""How long an answer is kept, or waited for where none was given."""

_COLUMNS = "code, title, held_on, said_on, texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBack:
    """What was answered; ``texts`` by BCP 47 tag, ``said_on`` None while nothing was."""

    code: str
    title: str
    held_on: date
    said_on: date | None
    texts: Mapping[str, str]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the session: one text for each of them, empty where it is not written."""
        return tuple(self.texts)


def save(room: Room, session: Session | AnswerBack, texts: Mapping[str, str]) -> None:
    """Answer the people of a session that has ended; a later answer takes the place of this one.

    Parameters
    ----------
    room
        Where it is kept.
    session
        The session, or what :func:`waiting` gave once the session itself is deleted.
    texts
        Language -> text, in languages of the session; empty texts are left out.

    Raises
    ------
    LayerError
        ``answers_empty`` where no text is left, ``answers_language`` for a language that was not
        spoken there, ``answers_long``, ``answers_early`` while the session is not closed,
        ``answers_rehearsal``.
    """
    if isinstance(session, Session):
        if session.kind == "rehearsal":
            raise LayerError("answers_rehearsal")
        if room.get(session.id).state != "closed":
            raise LayerError("answers_early")
    if set(texts) - set(session.languages):
        raise LayerError("answers_language")
    if any(len(text) > TEXT_LENGTH for text in texts.values()):
        raise LayerError("answers_long", most=TEXT_LENGTH)
    plain = {tag: _plain(texts.get(tag, "")) for tag in session.languages}
    if not any(plain.values()):
        raise LayerError("answers_empty")
    row = AnswerBack(
        code=session.code,
        title=session.title,
        held_on=session.held_on,
        said_on=today(),
        texts=plain,
    )
    room.change(session.code, lambda db: put(db, row)).result()


def read(room: Room, code: str) -> AnswerBack:
    """Find the answer by the code of the session; case, spaces and hyphens do not matter.

    Returns
    -------
    answer
        Only languages that have a text.

    Raises
    ------
    LayerError
        ``answers_none`` for a session that was not answered, ``session_unknown`` for any other
        code.
    """
    plain = "".join(code.upper().replace("-", " ").split())
    rows = room.read(f"SELECT {_COLUMNS} FROM answers_back WHERE code = ?", (plain,))  # noqa: S608 - our own names
    if rows:
        found = _answer_of(rows[0])
        if found.said_on is not None:
            texts = {tag: text for tag, text in found.texts.items() if text}
            return AnswerBack(
                code=found.code,
                title=found.title,
                held_on=found.held_on,
                said_on=found.said_on,
                texts=texts,
            )
    else:
        room.by_code(plain)  # raises where there never was such a session
    raise LayerError("answers_none")


def waiting(room: Room) -> list[AnswerBack]:
    """List deleted sessions that can still be answered, and answers that were given; newest first.

    What was answered can be answered anew. A closed session that is still there is not among it
    until somebody has answered it.
    """
    rows = room.read(f"SELECT {_COLUMNS} FROM answers_back")  # noqa: S608 - our own names
    found = [_answer_of(row) for row in rows]
    return sorted(found, key=lambda one: (-one.held_on.toordinal(), one.title))


def put(db: sqlite3.Connection, answer: AnswerBack) -> None:
    """Write an answer inside of a transaction, over the one that was there."""
    db.execute(
        f"INSERT OR REPLACE INTO answers_back ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - our own names
        (
            answer.code,
            answer.title,
            answer.held_on.isoformat(),
            answer.said_on.isoformat() if answer.said_on else "",
            json.dumps(dict(answer.texts), ensure_ascii=False),
        ),
    )


def leave_open(db: sqlite3.Connection, session: Session) -> None:
    """Keep code, title and day of a session that is being deleted, that it can be answered."""
    db.execute(
        f"INSERT OR IGNORE INTO answers_back ({_COLUMNS}) VALUES (?, ?, ?, '', ?)",  # noqa: S608 - our own names
        (
            session.code,
            session.title,
            session.held_on.isoformat(),
            json.dumps(dict.fromkeys(session.languages, "")),
        ),
    )


def remove_old(db: sqlite3.Connection, day: date) -> int:
    """Delete answers of more than a year ago, and sessions that nobody answered in a year."""
    last = (day - timedelta(days=KEEP_DAYS)).isoformat()
    gone = db.execute(
        "DELETE FROM answers_back WHERE CASE said_on WHEN '' THEN held_on ELSE said_on END < ?",
        (last,),
    )
    return gone.rowcount


def _plain(text: str) -> str:
    """Take out what nobody sees, and keep the paragraphs."""
    lines = [plain_text(line, most=TEXT_LENGTH) for line in text.splitlines()]
    return "\n".join(line for line in lines if line)


def _answer_of(row: tuple[str, ...]) -> AnswerBack:
    code, title, held_on, said_on, texts = row
    return AnswerBack(
        code=code,
        title=title,
        held_on=date.fromisoformat(held_on),
        said_on=date.fromisoformat(said_on) if said_on else None,
        texts=json.loads(texts),
    )
