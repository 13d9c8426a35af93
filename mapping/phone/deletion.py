"""Sessions are deleted on their day: before the server answers anybody, and while it runs."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from layers import clock, purging
from layers import room as rooms
from layers.errors import LayerError
from mapping.phone import opening

EVERY_S = 3600.0
LOOK_S = 60.0  # a laptop that slept over midnight purges within a minute of waking
_END_S = 10.0

_right: dict[Path, date] = {}  # the last day that was not doubted, of who runs without end
_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Delete what is due, then let the server answer, and go on each hour until it ends."""
    async with running(), opening.lifespan(app):
        yield


@asynccontextmanager
async def running(*, look_s: float = LOOK_S) -> AsyncIterator[None]:
    """Purge at once, and again in a thread that ends with this.

    Parameters
    ----------
    look_s
        How often to look whether an hour has passed, or a day has begun.
    """
    await asyncio.to_thread(purge_once)
    ended = threading.Event()
    thread = threading.Thread(
        target=_go_on, args=(ended, look_s), name="room-deletion", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        await asyncio.to_thread(thread.join, _END_S)


def purge_once() -> bool:
    """Purge the room of this process and the copies beside it; a room that is not there stays so.

    Returns
    -------
    done
        False where it could not be done, or the clock may be wrong: the log has the code of the
        fault, and nothing of what the room holds. The server starts all the same, and it is tried
        again.
    """
    path, today = purging.room_path(), clock.today()
    if not path.is_file():
        return True
    try:
        room, known = rooms.shared(path), _right.get(path)
        is_doubted = purging.doubted(room, today, known=known) is not None
        if is_doubted and purging.due(room, today):
            _log.error("No session was purged: the clock of this machine may be wrong")
        purging.purge(room, today, known=known)
        if is_doubted:
            return False
        _right[path] = max(today, known or today)
        stuck = purging.purge_copies(path, today).stuck
    except LayerError as error:
        _log.error("The room was not purged: %s", error.code)
        return False
    except (OSError, sqlite3.Error) as error:
        _log.error("The room was not purged: %s", type(error).__name__)
        return False
    if stuck:
        _log.error("Copies beside the room could not be opened: %d", len(stuck))
    return True


def _go_on(ended: threading.Event, look_s: float) -> None:
    day, at = clock.today(), time.monotonic()
    while not ended.wait(look_s):
        if clock.today() != day or time.monotonic() - at >= EVERY_S:
            day, at = clock.today(), time.monotonic()
            purge_once()
