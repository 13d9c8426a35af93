"""What happens to the room's file, inside of a transaction, when a phone joins or sends."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.room_session import FIELDS, WORDS_LENGTH, Contribution, Session, session_of
from layers.space import parse_cell

MOST_TOKENS = 2_000
MOST_PER_TOKEN = 200
FULL_WAIT_S = 30  # after which a phone asks a full session again
DOOR_WAIT_S = 10  # after which it asks one again that takes no new phones
PAUSE_WAIT_S = 3
COARSEST_M = 2_000  # a whole quarter is said as a coarser square, never as a finer one


def live_session(db: sqlite3.Connection, session_id: str) -> tuple[Session, bytes]:
    """Give a session that is not closed, and its key, inside of a transaction.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``.
    """
    row = db.execute(
        f"SELECT {FIELDS}, token_key FROM sessions WHERE id = ?",  # noqa: S608 - our own names
        (session_id,),
    ).fetchone()
    if row is None:
        raise LayerError("session_unknown")
    session, key = session_of(row), row[-1]
    if session.state == "closed" or key is None:
        raise LayerError("session_closed")
    return session, key


def sealed(key: bytes, *parts: str) -> bytes:
    """Seal a token, a receipt or an identifier under a session's key: 128 bits of an HMAC."""
    return hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256)[:16]


@dataclass(frozen=True, slots=True)
class Joining:
    """Who joins, what she agreed to, her receipt, and the number of her table or group."""

    token: str
    consent: str
    receipt: str
    party: int | None


def join(db: sqlite3.Connection, session_id: str, who: Joining) -> bool:
    """Count a phone; as :meth:`layers.room.Room.join`."""
    session, key = live_session(db, session_id)
    if who.consent != session.consent:
        raise LayerError("consent_needed")
    if who.party is not None and not 0 <= who.party < len(session.setup.parties):
        raise LayerError("party_unknown")
    mine = sealed(key, who.token)
    receipt = sealed(key, "receipt", who.receipt) if who.receipt else None
    if receipt is not None and _is_anothers(db, session_id, receipt, mine):
        raise LayerError(
            "receipt_taken"
        )  # her phone makes another: this one opens what is not hers
    if _has_joined(db, session_id, mine):  # before the count: a full room keeps who is in it
        _give_receipt(db, session_id, mine, receipt)
        return False
    if not session.takes_new:
        raise LayerError("door_closed", retry_s=DOOR_WAIT_S)
    count = db.execute("SELECT count(*) FROM tokens WHERE session = ?", (session_id,)).fetchone()
    if count[0] >= MOST_TOKENS:
        raise LayerError("session_full", most=MOST_TOKENS, retry_s=FULL_WAIT_S)
    db.execute(
        "INSERT INTO tokens (session, token, consent, receipt, party) VALUES (?, ?, ?, ?, ?)",
        (session_id, mine, who.consent, receipt, who.party),
    )
    return True


def _has_joined(db: sqlite3.Connection, session_id: str, mine: bytes) -> bool:
    sql = "SELECT 1 FROM tokens WHERE session = ? AND token = ?"
    return db.execute(sql, (session_id, mine)).fetchone() is not None


def _is_anothers(db: sqlite3.Connection, session_id: str, receipt: bytes, mine: bytes) -> bool:
    sql = "SELECT 1 FROM tokens WHERE session = ? AND receipt = ? AND token <> ?"
    return db.execute(sql, (session_id, receipt, mine)).fetchone() is not None


def _give_receipt(
    db: sqlite3.Connection, session_id: str, mine: bytes, receipt: bytes | None
) -> None:
    """Keep a receipt for who joined without one; the first stays, for it may be on paper."""
    sql = "UPDATE tokens SET receipt = ? WHERE session = ? AND token = ? AND receipt IS NULL"
    db.execute(sql, (receipt, session_id, mine))


def check_taking(session: Session) -> None:
    """Refuse, for now, what a phone sends before the start or during a pause.

    Raises
    ------
    LayerError
        ``session_not_started``, ``session_paused``: the phone keeps it and asks again.
    """
    if session.state == "ready":
        raise LayerError("session_not_started", retry_s=PAUSE_WAIT_S)
    if session.state == "paused":
        raise LayerError("session_paused", retry_s=PAUSE_WAIT_S)


def check_speaker(
    db: sqlite3.Connection, session: Session, mine: bytes, consent: str | None
) -> None:
    """Refuse whoever has not agreed to this consent, or was muted.

    Raises
    ------
    LayerError
        ``consent_needed``, ``token_muted``.
    """
    if consent not in (None, session.consent):
        raise LayerError("consent_needed")
    joined = db.execute(
        "SELECT muted FROM tokens WHERE session = ? AND token = ?", (session.id, mine)
    ).fetchone()
    if joined is None:
        raise LayerError("consent_needed")
    if joined[0]:
        raise LayerError("token_muted")


def check_cell(session: Session, code: str) -> None:
    """Refuse a square that is finer than the session's, larger than 2 km, or outside.

    Raises
    ------
    LayerError
        ``cell_size_wrong``, ``cell_outside``.
    """
    cell = parse_cell(code)
    if cell.size_m > COARSEST_M or cell.size_m % session.cell_m:
        raise LayerError("cell_size_wrong", metres=session.cell_m)
    if session.area is not None:
        west, south, east, north = session.area
        # a coarser square may reach over the edge, and its middle may not
        reach = cell.size_m if cell.size_m == session.cell_m else cell.size_m // 2
        inside = west <= cell.east + cell.size_m - reach and cell.east + reach <= east
        if not (
            inside and south <= cell.north + cell.size_m - reach and cell.north + reach <= north
        ):
            raise LayerError("cell_outside")


def contribute(
    db: sqlite3.Connection, session_id: str, token: str, said: Contribution, consent: str | None
) -> bool:
    """Keep a contribution; as :meth:`layers.room.Room.contribute`."""
    session, key = live_session(db, session_id)
    check_taking(session)
    mine = sealed(key, token)
    check_speaker(db, session, mine, consent)
    check_cell(session, said.cell)
    # the identifier is sealed too: what is left on a phone finds no row later
    row_id = sealed(key, token, said.id)
    known = db.execute(
        "SELECT 1 FROM contributions WHERE session = ?1 AND id = ?2"
        " UNION ALL SELECT 1 FROM withdrawn WHERE session = ?1 AND id = ?2",
        (session_id, row_id),
    ).fetchone()
    if known is not None:  # it came before, and was perhaps withdrawn since
        return False
    count = db.execute(
        "SELECT count(*) FROM contributions WHERE session = ? AND token = ?", (session_id, mine)
    ).fetchone()
    if count[0] >= MOST_PER_TOKEN:
        raise LayerError("token_full", most=MOST_PER_TOKEN)
    row = {"session": session_id, "id": row_id, "token": mine, "fresh": 1} | answers(session, said)
    marks = ", ".join("?" * len(row))
    db.execute(
        f"INSERT INTO contributions ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - our own names
        tuple(row.values()),
    )
    return True


def answers(session: Session, said: Contribution) -> dict[str, Any]:
    """Give the columns of a contribution that she can change, as the file holds them.

    Only what the session asks is kept. Her words wait until somebody has read them, and the whole
    does where the session is moderated first.
    """
    asks = session.setup.asks
    words = plain_text(said.words, most=WORDS_LENGTH) if "words" in asks else None
    return {
        "cell": said.cell,
        "feeling": said.feeling,
        "reasons": json.dumps(sorted(said.reasons) if "reasons" in asks else []),
        "time_of_day": said.time_of_day if "when" in asks else None,
        "company": said.company if "company" in asks else None,
        "state": "waiting" if session.setup.moderation == "pre" else "shown",
        "words": words or None,
        "language": said.language if words else None,
        "words_state": "waiting" if words else None,
        "paraphrase": None,
    }
