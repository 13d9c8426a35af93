"""What happens to the room's file, inside of a transaction, when a group enters something.

A group is known by its own code and by nothing else: several phones may be one group, and no row
says which of them it was. What a phone sends bears an identifier that it made; that is sealed under
the session's key and remembered while the session lasts, so that the same entry, sent again after
the line dropped, counts once, and a link that was taken back before it arrived stays away.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from layers import room_taking, vocab
from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.room_taking import sealed

ACTS = ("link", "undo", "tower", "actor", "right")
NAME_LENGTH = 60
MOST_LINKS = 2_000  # of one group
MOST_WAITING = 20  # names that one group has typed and nobody has read


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a group's phone says; ``do`` is one of :data:`ACTS`, and says what else is filled.

    ``link``: kind, one, other, mutual. ``undo``: ``of``, as the phone called it, or ``handle``, as
    the server does. ``tower``: actor, and ``by`` +1, -1, or 0 for "we say nothing of it".
    ``actor``: name. ``right``: on.
    """

    id: str
    do: str
    kind: str = ""
    one: str = ""
    other: str = ""
    mutual: bool = False
    of: str = ""
    handle: str = ""
    actor: str = ""
    by: int = 0
    name: str = ""
    on: bool = True

    def __post_init__(self) -> None:
        fine = {
            "link": self.kind in vocab.TIE_KIND and "" not in (self.one, self.other),
            "undo": bool(self.of) != bool(self.handle),
            "tower": bool(self.actor) and self.by in (-1, 0, 1),
            "actor": bool(plain_text(self.name, most=NAME_LENGTH)),
            "right": True,
        }
        if not fine.get(self.do, False) or (self.do == "link" and self.one == self.other):
            raise LayerError("answer_unknown")


def group_of(db: sqlite3.Connection, code: str) -> tuple[str, int]:
    """Give session and number of the group that a code is of.

    Raises
    ------
    LayerError
        ``netmap_unknown``.
    """
    row = db.execute("SELECT session, party FROM netmap_groups WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise LayerError("netmap_unknown")
    return str(row[0]), int(row[1])


def take(db: sqlite3.Connection, code: str, said: Entry) -> bool:
    """Keep what a group says; False where it came before.

    Raises
    ------
    LayerError
        ``netmap_unknown``, ``session_closed``, ``session_paused`` and ``session_not_started`` (the
        phone keeps it and asks again), ``netmap_not_now`` where the round is not at it,
        ``netmap_full``, ``answer_unknown`` for an actor that is not in the round.
    """
    session_id, party = group_of(db, code)
    session, key = room_taking.live_session(db, session_id)
    room_taking.check_taking(session)
    row_id = _sealed(key, party, said.id)
    if _is_seen(db, session_id, row_id):
        return False
    _check_stage(db, session_id, party, said)
    if said.do == "link":
        put_link(db, session_id, party, said, row_id)
    elif said.do == "undo":
        gone = _sealed(key, party, said.of) if said.of else bytes.fromhex(said.handle)
        _take_back(db, session_id, party, gone)
        _see(db, session_id, gone)  # it may still be on its way
    elif said.do == "tower":
        build(db, session_id, party, said.actor, by=said.by)
    elif said.do == "actor":
        _propose(db, session_id, party, said.name, row_id)
    else:
        call_right(db, session_id, party, on=said.on)
    _see(db, session_id, row_id)
    return True


def put_link(
    db: sqlite3.Connection, session_id: str, party: int, said: Entry, row_id: bytes
) -> None:
    """Keep a link of a group; the same one said twice is one, and a mutual one has no order."""
    for actor in (said.one, said.other):
        check_actor(db, session_id, actor)
    one, other = sorted((said.one, said.other)) if said.mutual else (said.one, said.other)
    count = db.execute(
        "SELECT count(*) FROM netmap_links WHERE session = ? AND party = ?", (session_id, party)
    ).fetchone()
    if count[0] >= MOST_LINKS:
        raise LayerError("netmap_full", most=MOST_LINKS)
    db.execute(
        "INSERT INTO netmap_links (session, id, party, kind, one, other, mutual, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'shown') ON CONFLICT DO NOTHING",
        (session_id, row_id, party, said.kind, one, other, said.mutual),
    )


def build(db: sqlite3.Connection, session_id: str, party: int, actor: str, *, by: int) -> None:
    """Make a tower higher or lower by one; by 0 it is gone, and nothing is said of the actor.

    What was not said becomes 1 by +, and 0, "no influence", by -.
    """
    check_actor(db, session_id, actor)
    mine = (session_id, party, actor)
    where = "WHERE session = ? AND party = ? AND actor = ?"
    row = db.execute(f"SELECT height FROM netmap_towers {where}", mine).fetchone()  # noqa: S608 - our own text
    if by == 0:
        db.execute(f"DELETE FROM netmap_towers {where}", mine)  # noqa: S608 - as above
        return
    height = max(0, (row[0] if row else 0) + by)
    put_height(db, session_id, party, actor, height)


def put_height(
    db: sqlite3.Connection, session_id: str, party: int, actor: str, height: int
) -> None:
    """Set the height of a tower."""
    db.execute(
        "INSERT INTO netmap_towers (session, party, actor, height) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET height = excluded.height",
        (session_id, party, actor, height),
    )


def call_right(db: sqlite3.Connection, session_id: str, party: int, *, on: bool) -> None:
    """Keep that a group has heard its towers and calls them right, or wants to change them."""
    db.execute(
        "UPDATE netmap_groups SET is_right = ? WHERE session = ? AND party = ?",
        (on, session_id, party),
    )


def check_actor(db: sqlite3.Connection, session_id: str, actor: str) -> None:
    """Refuse an actor that is not in the round.

    Raises
    ------
    LayerError
        ``answer_unknown``.
    """
    row = db.execute(
        "SELECT 1 FROM netmap_actors WHERE session = ? AND id = ? AND state = 'shown'",
        (session_id, actor),
    ).fetchone()
    if row is None:
        raise LayerError("answer_unknown")


def _check_stage(db: sqlite3.Connection, session_id: str, party: int, said: Entry) -> None:
    """Refuse what the round is not at; a link of a kind that was asked before may come late."""
    row = db.execute(
        "SELECT n.stage, n.kinds, n.opened, g.is_right FROM netmaps n JOIN netmap_groups g"
        " ON g.session = n.session WHERE n.session = ? AND g.party = ?",
        (session_id, party),
    ).fetchone()
    stage, kinds, opened, is_right = row
    fits = {
        "link": stage in ("links", "towers") and said.kind in json.loads(kinds)[:opened],
        "undo": stage in ("links", "towers"),
        "tower": stage == "towers" and not is_right,
        "actor": stage != "ended",
        "right": stage == "towers",
    }
    if not fits[said.do]:
        raise LayerError("netmap_not_now")


def _take_back(db: sqlite3.Connection, session_id: str, party: int, row_id: bytes) -> None:
    """Delete an entry of this group; another group's is not found."""
    mine = (session_id, row_id, party)
    db.execute("DELETE FROM netmap_links WHERE session = ? AND id = ? AND party = ?", mine)
    db.execute(
        "DELETE FROM netmap_actors WHERE session = ? AND id = ? AND party = ?"
        " AND state = 'waiting'",
        (session_id, row_id.hex(), party),
    )


def _propose(db: sqlite3.Connection, session_id: str, party: int, name: str, row_id: bytes) -> None:
    count = db.execute(
        "SELECT count(*) FROM netmap_actors WHERE session = ? AND party = ? AND state = 'waiting'",
        (session_id, party),
    ).fetchone()
    if count[0] >= MOST_WAITING:
        raise LayerError("netmap_full", most=MOST_WAITING)
    db.execute(
        "INSERT INTO netmap_actors (session, id, name, form, party, state)"
        " VALUES (?, ?, ?, 'unknown', ?, 'waiting')",
        (session_id, row_id.hex(), plain_text(name, most=NAME_LENGTH), party),
    )


def _sealed(key: bytes, party: int, entry_id: str) -> bytes:
    """Seal an identifier with the number of its group, so that it finds nothing of another."""
    return sealed(key, "netmap", str(party), entry_id)


def _is_seen(db: sqlite3.Connection, session_id: str, row_id: bytes) -> bool:
    sql = "SELECT 1 FROM netmap_seen WHERE session = ? AND id = ?"
    return db.execute(sql, (session_id, row_id)).fetchone() is not None


def _see(db: sqlite3.Connection, session_id: str, row_id: bytes) -> None:
    db.execute(
        "INSERT INTO netmap_seen (session, id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (session_id, row_id),
    )
