"""The room: sessions, who joined, and what they said, before anything of it may leave.

Nothing finer than a cell comes in, no address, no time of day and no name. A phone's token is
kept as an HMAC under a key of the session, and that key is destroyed when the session stops, so
that afterwards nobody can tell which phone said what, not even with the phone in hand.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from layers import clock, codebook, room_taking
from layers.crowd import Crowd
from layers.errors import LayerError
from layers.room_file import RoomFile, T
from layers.room_session import (
    CELL_SIZES,
    CODE_LENGTH,
    CODE_LETTERS,
    FIELDS,
    KINDS,
    MODES,
    STATES,
    TITLE_LENGTH,
    Area,
    Contribution,
    Session,
    session_of,
)
from layers.room_setup import SetUp, deletion_day, opened_on

DEFAULT_PATH = "var/room.sqlite"


class Room:
    """The store of all sessions; safe to share between threads.

    Parameters
    ----------
    path
        SQLite file of the room, never the atlas.
    """

    def __init__(self, path: Path | str) -> None:
        self._watchers: list[Callable[[str], None]] = []
        self._known: set[str] = set()  # sessions, so that one deleted elsewhere is told of too
        self._file = RoomFile(Path(path), self._written_elsewhere)
        self._known |= self._ids()
        self._crowd = Crowd()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def watch(self, watcher: Callable[[str], None]) -> None:
        """Call ``watcher(session id)`` after each change that is on the disk, in any thread.

        Where another process has written, it is called for every session within seconds.
        """
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
        delete_on: date | None = None,
        area: Area | None = None,
        atlas: str = "",
        state: str = "open",
        setup: SetUp | None = None,
    ) -> Session:
        """Set up a session.

        Parameters
        ----------
        state
            ``"open"``, or ``"ready"``: phones may join, and send once :meth:`move` opens it.
        delete_on
            Thirty days after the session where it is None.

        Raises
        ------
        LayerError
            ``session_incomplete`` where a field is empty, too long or not one of its choices;
            ``delete_on_wrong``.
        """
        title = " ".join(title.split())
        fine = (
            0 < len(title) <= TITLE_LENGTH
            and kind in KINDS
            and mode in MODES
            and cell_m in CELL_SIZES
            and bool(languages)
            and state in ("ready", "open")
        )
        if not fine:
            raise LayerError("session_incomplete", most=TITLE_LENGTH)
        session = Session(
            id=secrets.token_hex(16),
            code="".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
            wall_key=secrets.token_hex(16),
            moderator_key=secrets.token_hex(16),
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
            delete_on=deletion_day(held_on, delete_on),
            state=state,
            published_as=f"session-{secrets.token_hex(16)}",
            setup=setup or SetUp(),
            takes_new=True,
        )
        values = (
            session.id,
            session.code,
            session.wall_key,
            session.moderator_key,
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
            session.delete_on.isoformat(),
            state,
            session.published_as,
            session.setup.as_json(),
            session.takes_new,
            secrets.token_bytes(32),
        )
        marks = ", ".join("?" * len(values))
        self._file.submit(
            lambda db: db.execute(
                f"INSERT INTO sessions ({FIELDS}, token_key) VALUES ({marks})",  # noqa: S608 - our own names
                values,
            )
        ).result()
        self._known = self._known | {session.id}
        return session

    def sessions(self) -> list[Session]:
        """List all sessions, those not closed first, then by day and title."""
        rows = self.read(f"SELECT {FIELDS} FROM sessions")  # noqa: S608 - our own names
        return sorted(
            (session_of(row) for row in rows),
            key=lambda one: (one.state == "closed", -one.held_on.toordinal(), one.title),
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

    def move(self, session_id: str, state: str) -> None:
        """Start, pause or go on with a session; :meth:`stop` closes it.

        What leaves ``ready`` is held from now on: its day is today, whenever it was set up.

        Raises
        ------
        LayerError
            ``session_unknown``, or ``session_closed``: what is closed stays so.
        """
        if state not in STATES[:-1]:
            raise ValueError(f"a session is not moved to {state!r}")

        def move(db: sqlite3.Connection) -> None:
            found, _ = room_taking.live_session(db, session_id)
            days = found.held_on, found.delete_on
            if found.state == "ready" != state:
                days = opened_on(*days, clock.today())
            db.execute(
                "UPDATE sessions SET state = ?, held_on = ?, delete_on = ? WHERE id = ?",
                (state, *(day.isoformat() for day in days), found.id),
            )

        self.change(session_id, move).result()

    def take_new(self, session_id: str, *, on: bool) -> None:
        """Take new phones, or none; those that have joined go on either way.

        Raises
        ------
        LayerError
            ``session_unknown``, ``session_closed``.
        """

        def turn(db: sqlite3.Connection) -> None:
            found, _ = room_taking.live_session(db, session_id)
            db.execute("UPDATE sessions SET takes_new = ? WHERE id = ?", (on, found.id))

        self.change(session_id, turn).result()

    def join(
        self,
        session_id: str,
        token: str,
        *,
        consent: str,
        receipt: str = "",
        party: int | None = None,
    ) -> Future[bool]:
        """Count a phone whose owner has agreed; again and again is once.

        Parameters
        ----------
        session_id, token, consent
            Where, who, and the version she agreed to.
        receipt
            What she can withdraw with from another phone; kept as an HMAC, like the token.
        party
            Number of her table or group in ``setup.parties``, from 0; None: none.

        Returns
        -------
        new
            A future: whether it was new.

        Raises
        ------
        LayerError
            In the future: ``session_unknown``, ``session_closed``, ``consent_needed``,
            ``session_full``, ``door_closed``, ``party_unknown``.
        """

        def seen(future: Future[bool]) -> None:
            if not future.cancelled() and future.exception() is None and future.result():
                self._crowd.came(session_id)

        who = room_taking.Joining(token, consent, receipt, party)
        done = self.change(session_id, lambda db: room_taking.join(db, session_id, who))
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
            In the future: ``session_unknown``, ``session_closed``, ``session_paused`` and
            ``session_not_started`` (the phone keeps it and asks again), ``consent_needed`` where
            this phone has not agreed, ``cell_size_wrong``, ``cell_outside``, ``token_full``,
            ``token_muted``.
        """
        return self.change(
            session_id, lambda db: room_taking.contribute(db, session_id, token, said, consent)
        )

    def counts(self, session_id: str) -> tuple[int, int]:
        """Count the phones that have joined, and those of them that have sent and not withdrawn."""
        sql = (
            "SELECT (SELECT count(*) FROM tokens WHERE session = ?1),"
            " (SELECT count(DISTINCT token) FROM contributions WHERE session = ?1)"
        )
        joined, sent = self.read(sql, (session_id,))[0]
        return int(joined), int(sent)

    def contributions(self, session_id: str) -> pd.DataFrame:
        """Read what was said and may count, for sums in the room and for :mod:`layers.privacy`.

        What waits for the moderator, or was hidden by one, is not among it.

        Returns
        -------
        rows
            Columns id (hexadecimal), cell, token, feeling, reasons (tuple), time_of_day, company,
            party (number or NA), fresh (not yet in a batch), in an order that says nothing of who
            came first.
        """
        names = ["id", "cell", "token", "feeling", "reasons", "time_of_day", "company", "party"]
        rows = self.read(
            "SELECT lower(hex(c.id)), c.cell, lower(hex(c.token)), c.feeling, c.reasons,"
            " c.time_of_day, c.company, t.party, c.fresh"
            " FROM contributions c JOIN tokens t ON t.session = c.session AND t.token = c.token"
            " WHERE c.session = ? AND c.state = 'shown' ORDER BY c.id",
            (session_id,),
        )
        table = pd.DataFrame.from_records(rows, columns=[*names, "fresh"])
        table["reasons"] = [tuple(json.loads(text)) for text in table["reasons"]]
        return table.astype({"fresh": bool, "party": "Int64"})

    def batch(self, session_id: str) -> dict[str, Any] | None:
        """Read what stands behind the wall and what was worked out at the end; None: nothing."""
        rows = self.read("SELECT batch FROM sessions WHERE id = ?", (session_id,))
        return json.loads(rows[0][0]) if rows and rows[0][0] else None

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
            db.execute("UPDATE tokens SET receipt = NULL WHERE session = ?", (session_id,))
            # in which batch something first showed would tell who came when
            for table in ("batches", "withdrawn", "netmap_seen"):
                db.execute(f"DELETE FROM {table} WHERE session = ?", (session_id,))  # noqa: S608 - our own names

        self.change(session_id, close).result()
        self._file.scrub()

    def delete(self, session_id: str) -> None:
        """Remove a session and all that was said in it, without a trace in the file."""
        self.change(
            session_id, lambda db: db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
        ).result()
        self._file.scrub()

    def scrub(self) -> None:
        """Write the file anew and cut its log, so that nothing is left of what was removed.

        Raises
        ------
        LayerError
            ``room_log_busy`` if somebody reads without end.
        """
        self._file.scrub()

    def forget_soon(self) -> None:
        """See to it that what was withdrawn or replaced is in no file either, within seconds."""
        self._file.cut_soon()

    def read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Read rows of the file; for the few modules that may touch what is raw."""
        return self._file.read(sql, values)

    def _ids(self) -> set[str]:
        return {str(row[0]) for row in self.read("SELECT id FROM sessions")}

    def _written_elsewhere(self) -> None:
        """Tell of all sessions, also of those that are gone: which it was, nobody knows."""
        now = self._ids()
        told, self._known = sorted(self._known | now), now
        for session_id in told:
            self._tell(session_id)

    def _tell(self, session_id: str) -> None:
        for watcher in tuple(self._watchers):
            watcher(session_id)

    def _one(self, column: str, value: str) -> Session:
        rows = self.read(
            f"SELECT {FIELDS} FROM sessions WHERE {column} = ?",  # noqa: S608 - our own names
            (value,),
        )
        if not rows:
            raise LayerError("session_unknown")
        return session_of(rows[0])

    def change(self, session_id: str, task: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a change of one session; who watches hears of it once it is on the disk."""
        done = self._file.submit(task)

        def tell(future: Future[T]) -> None:
            if not future.cancelled() and future.exception() is None:
                self._tell(session_id)

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
