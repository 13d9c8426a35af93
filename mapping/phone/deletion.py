"""Sessions are deleted on their day: before the server answers anybody, and while it runs."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from layers import clock, purging
from layers import room as rooms
from layers.errors import LayerError
from mapping.phone import opening

EVERY_S = 3600.0
LOOK_S = 60.0  # a laptop that slept over midnight purges within a minute of waking
_END_S = 10.0

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
        False where it could not be done: the log has the code of the fault, and nothing of what
        the room holds. The server starts all the same, and it is tried again.
    """
    path = purging.room_path()
    if not path.is_file():
        return True
    try:
        purging.purge(rooms.shared(path), clock.today())
        stuck = purging.purge_copies(path, clock.today()).stuck
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
