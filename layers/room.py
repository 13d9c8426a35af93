"""The room: sessions, who joined, and what they said, before anything of it may leave.

Nothing finer than a cell comes in, no address, no time of day and no name. A phone's token is
kept as an HMAC under a key of the session, and that key is destroyed when the session stops, so
that afterwards nobody can tell which phone said what, not even with the phone in hand.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from layers import codebook
from layers.crowd import Crowd
from layers.errors import LayerError
from layers.room_file import RoomFile
from layers.space import parse_cell

KINDS = ("rehearsal", "real")
MODES = ("instant", "batches")
CELL_SIZES = (125, 250, 500)
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
CODE_LENGTH = 8
TITLE_LENGTH = 80
MOST_TOKENS = 2_000
FULL_WAIT_S = 30  # after which a phone asks a full session again
MOST_PER_TOKEN = 200
DEFAULT_PATH = "var/room.sqlite"

Area = tuple[int, int, int, int]  # west, south, east, north in EPSG:3035


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A mapping session as it was set up."""

    id: str  # 128 random bits: what the QR code carries, and enough to take part
    code: str  # what is typed instead
    wall_key: str  # 128 random bits: what the facilitator's link to the wall carries
    title: str
    kind: str
    mode: str
    languages: tuple[str, ...]
    cell_m: int
    area: Area | None  # cells outside are refused; None: anywhere on the grid
    atlas: str  # path of the atlas whose map the phones show; empty: none
    consent: str
    codebook: str
    held_on: date
    state: str  # open or closed
    published_as: str  # its name in an atlas: random, and no secret of the room


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one person says of one place; checked here, once, whoever sends it."""

    id: str
    cell: str
    feeling: str
    reasons: tuple[str, ...] = ()
    time_of_day: str | None = None  # None: no answer; codebook.UNSAID: rather not
    company: str | None = None

    def __post_init__(self) -> None:
        parse_cell(self.cell)
        known = (
            self.feeling in codebook.FEELINGS
            and all(code in codebook.REASONS or code == codebook.UNSAID for code in self.reasons)
            and self.time_of_day in (None, codebook.UNSAID, *codebook.WHEN)
            and self.company in (None, codebook.UNSAID, *codebook.COMPANY)
        )
        if not known or len(set(self.reasons)) != len(self.reasons):
            raise LayerError("answer_unknown")
        if len(self.reasons) > codebook.MAX_REASONS:
            raise LayerError("answer_too_many", most=codebook.MAX_REASONS)


class Room:
    """The store of all sessions; safe to share between threads.

    Parameters
    ----------
    path
        SQLite file of the room, never the atlas.
    """

    def __init__(self, path: Path | str) -> None:
        self._file = RoomFile(Path(path))
        self._watchers: list[Callable[[str], None]] = []
        self._crowd = Crowd()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher(session id)`` after each change that is on the disk, in any thread."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Callable[[str], None]) -> None:
        """Stop calling a watcher."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def close(self) -> None:
        """Finish what is queued and close the file."""
        self._file.close()

    def create(  # noqa: PLR0913 - the fields of the set-up form, all named
        self,
        *,
        title: str,
        kind: str,
        mode: str,
        languages: tuple[str, ...],
        cell_m: int,
        held_on: date,
        area: Area | None = None,
        atlas: str = "",
    ) -> Session:
        """Open a session.

        Raises
        ------
        LayerError
            ``session_incomplete`` where a field is empty, too long or not one of its choices.
        """
        title = " ".join(title.split())
        fine = (
            0 < len(title) <= TITLE_LENGTH
            and kind in KINDS
            and mode in MODES
            and cell_m in CELL_SIZES
            and bool(languages)
        )
        if not fine:
            raise LayerError("session_incomplete", most=TITLE_LENGTH)
        session = Session(
            id=secrets.token_hex(16),
            code="".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
            wall_key=secrets.token_hex(16),
            title=title,
            kind=kind,
            mode=mode,
            languages=languages,
            cell_m=cell_m,
            area=area,
            atlas=atlas,
            consent=codebook.CONSENT,
            codebook=codebook.VERSION,
            held_on=held_on,
            state="open",
            published_as=f"session-{secrets.token_hex(16)}",
        )
        values = (
            session.id,
            session.code,
            session.wall_key,
            title,
            kind,
            mode,
            json.dumps(languages),
            cell_m,
            json.dumps(area) if area else None,
            atlas,
            session.consent,
            session.codebook,
            held_on.isoformat(),
            "open",
            secrets.token_bytes(32),
            None,
            session.published_as,
        )
        marks = ", ".join("?" * len(values))
        self._file.submit(
            lambda db: db.execute(f"INSERT INTO sessions VALUES ({marks})", values)  # noqa: S608 - marks only
        ).result()
        return session

    def sessions(self) -> list[Session]:
        """List all sessions, open ones first, then by day and title."""
        rows = self._file.read(f"SELECT {_FIELDS} FROM sessions")  # noqa: S608 - our own names
        return sorted(
            (_session(row) for row in rows),
            key=lambda one: (one.state != "open", -one.held_on.toordinal(), one.title),
        )

    def get(self, session_id: str) -> Session:
        """Find a session by its identifier.

        Raises
        ------
        LayerError
            ``session_unknown``.
        """
        return self._one("id", session_id)

    def by_code(self, code: str) -> Session:
        """Find a session by the code that is typed; case, spaces and hyphens do not matter.

        Raises
        ------
        LayerError
            ``session_unknown``.
        """
        return self._one("code", "".join(code.upper().replace("-", " ").split()))

    def join(self, session_id: str, token: str, *, consent: str) -> Future[bool]:
        """Count a phone whose owner has agreed; again and again is once.

        Returns
        -------
        new
            A future: whether it was new.

        Raises
        ------
        LayerError
            In the future: ``session_unknown``, ``session_closed``, ``consent_needed``,
            ``session_full``.
        """

        def seen(future: Future[bool]) -> None:
            if not future.cancelled() and future.exception() is None and future.result():
                self._crowd.came(session_id)

        done = self._change(session_id, lambda db: _join(db, session_id, token, consent))
        done.add_done_callback(seen)
        return done

    def is_rushed(self, session_id: str) -> bool:
        """Tell whether phones have come faster than people can, since this process started."""
        return self._crowd.is_rushed(session_id)

    def contribute(
        self, session_id: str, token: str, said: Contribution, *, consent: str | None = None
    ) -> Future[bool]:
        """Keep a contribution; done when it is on the disk.

        Parameters
        ----------
        session_id, token, said
            Where, who and what.
        consent
            Version her page shows, where it says so: an older one is asked for again.

        Returns
        -------
        new
            A future: whether it was new. The same identifier from the same token is one
            contribution, however often it comes.

        Raises
        ------
        LayerError
            In the future: ``session_unknown``, ``session_closed``, ``consent_needed`` where this
            phone has not agreed, ``cell_size_wrong``, ``cell_outside``, ``token_full``.
        """
        return self._change(
            session_id, lambda db: _contribute(db, session_id, token, said, consent)
        )

    def counts(self, session_id: str) -> tuple[int, int]:
        """Count the phones that have joined, and those of them that have sent."""
        sql = (
            "SELECT (SELECT count(*) FROM tokens WHERE session = ?1),"
            " (SELECT count(DISTINCT token) FROM contributions WHERE session = ?1)"
        )
        joined, sent = self._file.read(sql, (session_id,))[0]
        return int(joined), int(sent)

    def contributions(self, session_id: str) -> pd.DataFrame:
        """Read what was said, for sums inside the room and for :mod:`layers.privacy`.

        Returns
        -------
        rows
            Columns cell, token, feeling, reasons (tuple), time_of_day, company, fresh (not yet
            in a batch), in an order that says nothing of who came first.
        """
        names = ["cell", "token", "feeling", "reasons", "time_of_day", "company", "fresh"]
        rows = self._file.read(
            "SELECT cell, hex(token), feeling, reasons, time_of_day, company, fresh"
            " FROM contributions WHERE session = ? ORDER BY id",
            (session_id,),
        )
        table = pd.DataFrame.from_records(rows, columns=names)
        table["reasons"] = [tuple(json.loads(text)) for text in table["reasons"]]
        return table.astype({"fresh": bool})

    def batch(self, session_id: str) -> dict[str, Any] | None:
        """Read the last batch that was shown on the wall, as :meth:`save_batch` got it."""
        rows = self._file.read("SELECT batch FROM sessions WHERE id = ?", (session_id,))
        return json.loads(rows[0][0]) if rows and rows[0][0] else None

    def save_batch(self, session_id: str, batch: dict[str, Any]) -> None:
        """Keep a batch for the wall; what was said until now is no longer fresh."""
        text = json.dumps(batch)

        def save(db: sqlite3.Connection) -> None:
            db.execute("UPDATE sessions SET batch = ? WHERE id = ?", (text, session_id))
            db.execute("UPDATE contributions SET fresh = 0 WHERE session = ?", (session_id,))

        self._file.submit(save).result()

    def stop(self, session_id: str) -> None:
        """Close a session for good: no more is taken, and tokens lose their key.

        The file is written anew, so that the order in which things came is gone.
        """

        def close(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE sessions SET state = 'closed', token_key = NULL WHERE id = ?",
                (session_id,),
            )
            db.execute("UPDATE contributions SET fresh = 0 WHERE session = ?", (session_id,))

        self._change(session_id, close).result()
        self._file.scrub()

    def delete(self, session_id: str) -> None:
        """Remove a session and all that was said in it, without a trace in the file."""
        self._change(
            session_id, lambda db: db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
        ).result()
        self._file.scrub()

    def _one(self, column: str, value: str) -> Session:
        rows = self._file.read(
            f"SELECT {_FIELDS} FROM sessions WHERE {column} = ?",  # noqa: S608 - our own names
            (value,),
        )
        if not rows:
            raise LayerError("session_unknown")
        return _session(rows[0])

    def _change(self, session_id: str, task: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        done = self._file.submit(task)

        def tell(future: Future[Any]) -> None:
            if not future.cancelled() and future.exception() is None:
                for watcher in tuple(self._watchers):
                    watcher(session_id)

        done.add_done_callback(tell)
        return done


_open_rooms: dict[Path, Room] = {}
_opening = threading.Lock()


def shared(path: Path | str | None = None) -> Room:
    """Give the one room of this process for a path: phones and desk share one writer.

    Parameters
    ----------
    path
        The file; without it the setting ``CG_ROOM``, or ``var/room.sqlite``.
    """
    chosen = Path(path or os.environ.get("CG_ROOM") or DEFAULT_PATH).resolve()
    with _opening:
        if chosen not in _open_rooms:
            _open_rooms[chosen] = Room(chosen)
        return _open_rooms[chosen]


_FIELDS = (
    "id, code, wall_key, title, kind, mode, languages, cell_m, area, atlas, consent, codebook,"
    " held_on, state, published_as"
)


def _session(row: tuple[Any, ...]) -> Session:
    return Session(
        id=row[0],
        code=row[1],
        wall_key=row[2],
        title=row[3],
        kind=row[4],
        mode=row[5],
        languages=tuple(json.loads(row[6])),
        cell_m=row[7],
        area=_area(row[8]),
        atlas=row[9],
        consent=row[10],
        codebook=row[11],
        held_on=date.fromisoformat(row[12]),
        state=row[13],
        published_as=row[14],
    )


def _area(text: str | None) -> Area | None:
    if text is None:
        return None
    west, south, east, north = json.loads(text)
    return west, south, east, north


def _open_session(db: sqlite3.Connection, session_id: str) -> tuple[Session, bytes]:
    row = db.execute(
        f"SELECT {_FIELDS}, token_key FROM sessions WHERE id = ?",  # noqa: S608 - our own names
        (session_id,),
    ).fetchone()
    if row is None:
        raise LayerError("session_unknown")
    session, key = _session(row), row[-1]
    if session.state != "open" or key is None:
        raise LayerError("session_closed")
    return session, key


def _sealed(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256)[:16]


def _join(db: sqlite3.Connection, session_id: str, token: str, consent: str) -> bool:
    session, key = _open_session(db, session_id)
    if consent != session.consent:
        raise LayerError("consent_needed")
    sealed = _sealed(key, token)
    if _has_joined(db, session_id, sealed):  # before the count: a full room keeps who is in it
        return False
    count = db.execute("SELECT count(*) FROM tokens WHERE session = ?", (session_id,)).fetchone()
    if count[0] >= MOST_TOKENS:
        raise LayerError("session_full", most=MOST_TOKENS, retry_s=FULL_WAIT_S)
    db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (session_id, sealed, consent))
    return True


def _has_joined(db: sqlite3.Connection, session_id: str, sealed: bytes) -> bool:
    sql = "SELECT 1 FROM tokens WHERE session = ? AND token = ?"
    return db.execute(sql, (session_id, sealed)).fetchone() is not None


def _contribute(
    db: sqlite3.Connection, session_id: str, token: str, said: Contribution, consent: str | None
) -> bool:
    session, key = _open_session(db, session_id)
    if consent not in (None, session.consent):
        raise LayerError("consent_needed")
    sealed = _sealed(key, token)
    if not _has_joined(db, session_id, sealed):
        raise LayerError("consent_needed")
    cell = parse_cell(said.cell)
    if cell.size_m != session.cell_m:
        raise LayerError("cell_size_wrong", metres=session.cell_m)
    if session.area is not None:
        west, south, east, north = session.area
        inside = west <= cell.east + cell.size_m and cell.east <= east
        if not (inside and south <= cell.north + cell.size_m and cell.north <= north):
            raise LayerError("cell_outside")
    count = db.execute(
        "SELECT count(*) FROM contributions WHERE session = ? AND token = ?", (session_id, sealed)
    ).fetchone()
    # the identifier is sealed too: what is left on a phone finds no row later
    row_id = _sealed(key, token, said.id)
    if count[0] >= MOST_PER_TOKEN:
        known = db.execute(
            "SELECT 1 FROM contributions WHERE session = ? AND id = ?", (session_id, row_id)
        ).fetchone()
        if known is None:
            raise LayerError("token_full", most=MOST_PER_TOKEN)
    reasons = json.dumps(sorted(said.reasons))
    done = db.execute(
        "INSERT OR IGNORE INTO contributions VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            session_id,
            row_id,
            sealed,
            said.cell,
            said.feeling,
            reasons,
            said.time_of_day,
            said.company,
        ),
    )
    return done.rowcount == 1
