"""What a session says back to its room, on the wall, at the desk and on paper, when it has ended.

Codes and bands; the words for them are in ``mapping/words``. It gives what the publication gives
and nothing beside it, so that the two cannot be subtracted; and it names the rules by which things
are held back, not how much was: "one square is not shown" would itself tell of one person.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from layers import answer_counts, closing, makeup, privacy
from layers.codebook import FEELINGS
from layers.room import Room
from layers.room_session import Session

RULES = ("few", "sensitive", "words")
"""Why something may not be shown: fewer than five; a reason that could hurt, of fewer than ten or
of nearly everybody; her own words, which never leave the room."""


def summary(room: Room, session: Session) -> dict[str, Any]:
    """Sum up a session for the people who were there.

    Parameters
    ----------
    room, session
        Where and what; before it is closed this is what would be said if it ended now.

    Returns
    -------
    summary
        ``title``, ``held_on``, ``kind``, ``languages``, ``audience``, ``audience_name``,
        ``organizer``, ``contributors`` (band or None: fewer than five),
        ``squares`` (feeling -> number of squares, which is no number of people),
        ``asked``, ``answers`` (question -> ``[[code, band]]``, most first), ``makeup`` (question ->
        ``[[code, band or None]]``; None where nobody has counted), ``missing`` (who was not there),
        ``told`` (what people wrote, in the facilitator's words), ``rules`` (:data:`RULES` that
        apply), ``delete_on``, ``code`` (with which the answer is found later). JSON throughout.
    """
    leaving = closing.final(room, session)
    feelings = list(leaving.cells["feeling"])
    told = leaving.counts.told
    counted = makeup.read(room, session.id)
    asked = [one for one in session.setup.asks if one in answer_counts.ASKED]
    sensitive = "reasons" in session.setup.asks
    return {
        "title": session.title,
        "held_on": session.held_on.isoformat(),
        "kind": session.kind,
        "languages": list(session.languages),
        "audience": session.setup.audience,
        "audience_name": session.setup.audience_name,
        "organizer": session.setup.organizer,
        "contributors": privacy.band(told) if told >= privacy.K else None,
        "squares": {one: feelings.count(one) for one in FEELINGS},
        "asked": asked,
        "answers": _answers(leaving, asked),
        "makeup": _lists(makeup.banded(counted)) if counted else None,
        "missing": counted.missing if counted else "",
        "told": told_instead(room, session),
        "rules": [
            one
            for one in RULES
            if not (one == "sensitive" and not sensitive)
            and not (one == "words" and "words" not in session.setup.asks)
        ],
        "delete_on": session.delete_on.isoformat(),
        "code": session.code,
    }


def _answers(leaving: closing.Final, asked: list[str]) -> dict[str, list[list[str]]]:
    """Order answers by their bands, never by the numbers behind them."""
    released = answer_counts.release(leaving.counts)
    bands = [name for _, name in privacy.BANDS]  # from many to few
    found: dict[str, list[list[str]]] = {one: [] for one in asked}
    for question, code, band in released.itertuples(index=False):
        if question in found:
            found[question].append([code, band])
    return {one: sorted(rows, key=lambda row: bands.index(row[1])) for one, rows in found.items()}


def _lists(counted: Mapping[str, list[tuple[str, str | None]]]) -> dict[str, list[list[Any]]]:
    return {question: [list(row) for row in rows] for question, rows in counted.items()}


def strike(room: Room, session: Session, text: str) -> int:
    """Take a sentence of the facilitator's off the summary, on the wall and on paper, for good.

    A session that has ended has no moderator any more, and a sentence that should not have been let
    through would stand until the day of deletion. The participant's answer stays.

    Returns
    -------
    count
        How many contributions it stood for.
    """

    def run(db: sqlite3.Connection) -> int:
        return db.execute(
            "UPDATE contributions SET paraphrase = NULL, words_state = 'hidden'"
            " WHERE session = ? AND paraphrase = ?",
            (session.id, text),
        ).rowcount

    count = room.change(session.id, run).result()
    room.forget_soon()
    return count


def told_instead(room: Room, session: Session) -> list[str]:
    """Read what the facilitator wrote of her words, sorted: not in the order in which they came."""
    rows = room.read(
        "SELECT paraphrase FROM contributions WHERE session = ? AND state = 'shown'"
        " AND words_state = 'shown' AND paraphrase IS NOT NULL",
        (session.id,),
    )
    return sorted(str(row[0]) for row in rows)
