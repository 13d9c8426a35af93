"""Delete sessions on their day, so that nothing of them is left on the disk.

Due is a session on its day of deletion, and never on the day it is held; one that runs on that
day, or has phones that wait, is due a day later, so that nobody's answers go while she gives them.
Copies of the room that lie beside it follow the same clock. The file is written anew each time,
also where nothing is due: what a crash left between the end of a session and its scrubbing goes
then.

A clock that was set wrong would take everything with it, for good. So nothing goes by itself where
today is long past every day that the file knows, until somebody says that today is right.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from layers import answers_back, rating
from layers.errors import LayerError
from layers.room import DEFAULT_PATH, Room
from layers.room_file import is_ours
from layers.room_session import Session

_PARTS = (
    *("tokens", "contributions", "withdrawn", "batches", "deeds"),
    *("netmaps", "netmap_groups", "netmap_actors", "netmap_links", "netmap_towers", "netmap_seen"),
)
DOUBT_DAYS = 60  # past the newest day known: longer than a session is kept where nobody chose
_DAY = timedelta(days=1)
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What went: ``titles`` of sessions, ``answers`` of more than a year ago; and what could not.

    ``copies`` are files beside the room that follow the same clock, ``stuck`` those among them
    that could not be opened. ``doubted`` is the newest day the room knows, where today is so far
    past it that nothing went.
    """

    titles: tuple[str, ...]
    answers: int = 0
    copies: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    doubted: date | None = None


def doubted(room: Room, today: date, *, known: date | None = None) -> date | None:
    """Give the newest day known where today is so far past it that the clock may be wrong.

    Parameters
    ----------
    room, today
        Whose days: on which sessions were held, and answers given.
    known
        A later day that was right, as who runs without end has seen it.

    Returns
    -------
    newest
        None where there is no doubt, or no day to compare with.
    """
    rows = room.read(
        "SELECT held_on FROM sessions UNION SELECT held_on FROM answers_back"
        " UNION SELECT said_on FROM answers_back WHERE said_on <> ''"
        " UNION SELECT made_on FROM surveys"
    )
    days = [date.fromisoformat(day) for (day,) in rows]
    if not days:
        return None
    newest = max([*days, known] if known else days)
    return newest if today > newest + timedelta(days=DOUBT_DAYS) else None


def due(room: Room, today: date) -> list[Session]:
    """List the sessions that are to be deleted by a day, open ones too: the date is a promise."""
    return [one for one in room.sessions() if goes_on(room, one) <= today]


def goes_on(room: Room, session: Session) -> date:
    """Give the day on which a session goes: a day later than was said where people are in it."""
    day = max(session.delete_on, session.held_on + _DAY)
    waits = session.state == "ready" and room.counts(session.id)[0] > 0
    return day + _DAY if waits or session.state in ("open", "paused") else day


def purge(
    room: Room, today: date, *, today_is_right: bool = False, known: date | None = None
) -> list[str]:
    """Delete what is due, with every trace in the file and its log.

    Parameters
    ----------
    room
        The room that is open here.
    today
        The day.
    today_is_right
        Delete also where today is doubted: somebody has looked at the clock.
    known
        As in :func:`doubted`.

    Returns
    -------
    titles
        Of the sessions that went.

    Raises
    ------
    LayerError
        ``room_log_busy`` if another program reads without end: the rows are gone and traces may
        remain until the next time.
    """
    sure = today_is_right or doubted(room, today, known=known) is None
    return list(_purge(room, today, sure=sure).titles)


def delete(room: Room, session: Session) -> None:
    """Delete one session before its day, with every trace; it can still be answered by its code.

    Raises
    ------
    LayerError
        ``room_log_busy`` as in :func:`purge`.
    """
    room.change(session.id, partial(_remove, session)).result()
    room.scrub()


def purge_files(
    path: Path, today: date, *, dry_run: bool = False, today_is_right: bool = False
) -> Purged:
    """Purge the room at a path, and copies beside it.

    Parameters
    ----------
    path
        The room's file; where there is none, nothing is made.
    today
        The day.
    dry_run
        Only say what is due.
    today_is_right
        Delete also where today is doubted.

    Raises
    ------
    LayerError
        ``room_missing``, ``room_not_ours``, ``room_too_new``, ``room_log_busy``.
    """
    if not path.is_file():
        raise LayerError("room_missing", file=path.name)
    here = _purge_file(path, today, dry_run=dry_run, sure=today_is_right)
    if here.doubted:  # and of a copy, which is older, all the more
        return here
    beside = purge_copies(path, today, dry_run=dry_run)
    return Purged(
        titles=(*here.titles, *beside.titles),
        answers=here.answers + beside.answers,
        copies=beside.copies,
        stuck=beside.stuck,
    )


def purge_copies(path: Path, today: date, *, dry_run: bool = False) -> Purged:
    """Purge the copies of a room that lie beside it; one that cannot be opened is named.

    A log that was left behind without its room goes. Whether today is right is asked of the room,
    before this.
    """
    if not dry_run:
        for one in _logs_of_nothing(path):
            one.unlink(missing_ok=True)
    found: list[Purged] = []
    names: list[str] = []
    stuck: list[str] = []
    for one in copies(path):
        name = one.relative_to(path.parent).as_posix()
        try:
            found.append(_purge_file(one, today, dry_run=dry_run, sure=True))
            names.append(name)
        except (LayerError, OSError, sqlite3.Error):  # half a copy; the room itself comes first
            stuck.append(name)
    return Purged(
        titles=tuple(title for one in found for title in one.titles),
        answers=sum(one.answers for one in found),
        copies=tuple(names),
        stuck=tuple(stuck),
    )


def room_path(said: str | None = None) -> Path:
    """Give the file of the room: the one named, or that of ``CG_ROOM``, or the usual one."""
    return Path(said or os.environ.get("CG_ROOM") or DEFAULT_PATH).resolve()


def copies(path: Path) -> list[Path]:
    """Find the other rooms beside a room, whatever they are called: a copy can have any name.

    Its folder is looked through, and each folder in that; what bears a room's mark is one.
    """
    return [one for one in _beside(path) if not one.name.endswith(_BESIDE) and _is_room(one)]


def _beside(path: Path) -> list[Path]:
    """List the files in a room's folder and one level below, but for the room."""
    inner = [one for one in _listed(path.parent) if one.is_dir() and not one.is_symlink()]
    found = [one for folder in (path.parent, *inner) for one in _listed(folder)]
    return sorted(one for one in found if one.is_file() and one.resolve() != path.resolve())


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # somebody else's, and not ours to look into
        return []


def _is_room(path: Path) -> bool:
    try:
        return is_ours(path)
    except OSError:
        return False


def _logs_of_nothing(path: Path) -> list[Path]:
    """Find logs whose room is gone: copied along and left behind, they hold what it held.

    They bear no mark, so they are known by the room's name as a word in theirs.
    """
    named = re.compile(rf"(?<![^\W_]){re.escape(path.stem)}(?![^\W_])")
    return [
        one
        for one in _beside(path)
        for end in _BESIDE
        if one.name.endswith(end)
        and named.search(one.name)
        and not one.with_name(one.name.removesuffix(end)).exists()
    ]


def _purge_file(path: Path, today: date, *, dry_run: bool, sure: bool) -> Purged:
    room = Room(path)
    try:
        newest = None if sure else doubted(room, today)
        if dry_run:
            return Purged(titles=tuple(one.title for one in due(room, today)), doubted=newest)
        return replace(_purge(room, today, sure=newest is None), doubted=newest)
    finally:
        room.close()


def _purge(room: Room, today: date, *, sure: bool) -> Purged:
    going = due(room, today) if sure else []
    for session in going:
        with suppress(LayerError):  # deleted by somebody else in this moment
            room.change(session.id, partial(_remove, session)).result()
    answers = room.change("", lambda db: _remove_loose(db, today if sure else None)).result()
    room.scrub()
    return Purged(titles=tuple(one.title for one in going), answers=answers)


def _remove(session: Session, db: sqlite3.Connection) -> None:
    # also where nobody ended it: those who came have its code, and wait for an answer
    came = db.execute("SELECT 1 FROM tokens WHERE session = ? LIMIT 1", (session.id,)).fetchone()
    if session.kind == "real" and (came or session.state == "closed"):
        answers_back.leave_open(db, session)
    db.execute("DELETE FROM sessions WHERE id = ?", (session.id,))


def _remove_loose(db: sqlite3.Connection, today: date | None) -> int:
    """Delete old answers, and rows of no session, as a crash of an old version may have left."""
    for table in _PARTS:
        db.execute(f"DELETE FROM {table} WHERE session NOT IN (SELECT id FROM sessions)")  # noqa: S608 - our own names
    if today is None:
        return 0
    rating.remove_due(db, today)
    return answers_back.remove_old(db, today)
