"""The line to a phone: whether the session is open, and what the wall does; nothing else.

A thousand phones may hold one. So there is one watcher of the room; what a session's phones are
told is read once for all of them after a change, and sent only where it is another than before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3

from starlette.websockets import WebSocket, WebSocketDisconnect

from layers.errors import LayerError
from layers.room import Room
from layers.wall_view import view_of
from mapping.phone import forms, open_files

BEAT_S = 25.0  # silence for longer than this, and the phone knows that it is cut off
TOGETHER_S = 0.1  # what changes within this time is read once
MOST_LINES = 6_000  # of all sessions; two for each phone of three full ones
RETRY_S = 1.0  # after a disk that failed
SEND_S = 10.0  # a phone that takes nothing for so long is let go, and comes again
_HELLO_S = 10.0
_NOT_HEARD = 4400
_GONE = 4404
_TRY_AGAIN = 1013
_NO_SESSION = {"state": "gone", "wall": "blank"}


def showing(room: Room, session_id: str) -> str:
    """Say what the wall of a session does: hidden, shown, paused or blank."""
    return _told(room, session_id)["wall"]


def _told(room: Room, session_id: str) -> dict[str, str]:
    """Give what phones are told of a session."""
    rows = room.read("SELECT state, wall, kind FROM sessions WHERE id = ?", (session_id,))
    if not rows:
        return _NO_SESSION
    state, wall, kind = rows[0]
    return {"state": state, "wall": view_of(wall, kind).showing}


class _Session:
    """The phones of one session, and what they were told last."""

    def __init__(self) -> None:
        self.phones: set[asyncio.Event] = set()
        self.told: dict[str, str] | None = None
        self.reading: asyncio.Task[None] | None = None
        self.changed = False


class Lines:
    """All phones that are connected to this process.

    Parameters
    ----------
    room
        Where changes come from.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._sessions: dict[str, _Session] = {}
        self._count = 0
        # phones also send, and the wall and the desk are connections too
        allowed = open_files.allow_many()
        self._most = MOST_LINES if allowed is None else min(MOST_LINES, allowed * 6 // 10)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, socket: WebSocket) -> None:
        """Greet one phone, and keep it up to date until it goes."""
        await socket.accept()
        if self._count >= self._most:
            await socket.close(_TRY_AGAIN)
            return
        self._count += 1
        try:
            session_id = await _greeted(socket)
            if session_id:
                await self._keep(socket, session_id)
            else:
                await socket.close(_NOT_HEARD)  # never "gone": a phone wipes itself at that
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            return  # gone while we were speaking, or it takes nothing any more
        finally:
            self._count -= 1

    async def _keep(self, socket: WebSocket, session_id: str) -> None:
        self._listen()
        session = self._sessions.setdefault(session_id, _Session())
        news = asyncio.Event()
        session.phones.add(news)
        gone = asyncio.create_task(_until_gone(socket))
        gone.add_done_callback(lambda _: news.set())
        try:
            if session.told is None:
                await asyncio.shield(self._reading(session_id, session))
            if session.told is None:
                await socket.close(_TRY_AGAIN)
                return
            await _tell(socket, session, news, gone)
        finally:
            gone.cancel()
            session.phones.discard(news)
            if not session.phones and self._sessions.get(session_id) is session:
                del self._sessions[session_id]

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # the first phone of this server
            self._loop = loop
            self._sessions.clear()
            self._room.unwatch(self._changed)
            self._room.watch(self._changed)

    def _changed(self, session_id: str) -> None:
        """Hear from the room's writer thread."""
        loop = self._loop
        # a session without a phone on the line costs nothing: a look at a table, in any thread
        if loop is not None and not loop.is_closed() and session_id in self._sessions:
            with contextlib.suppress(RuntimeError):  # closed in this very moment
                loop.call_soon_threadsafe(self._wake, session_id)

    def _wake(self, session_id: str) -> None:
        session = self._sessions.get(session_id)
        if session is not None:
            session.changed = True
            self._reading(session_id, session, wait_s=TOGETHER_S)

    def _reading(
        self, session_id: str, session: _Session, *, wait_s: float = 0
    ) -> asyncio.Task[None]:
        """Have the state read, once for all of its phones."""
        if session.reading is None or session.reading.done():
            session.changed = True
            session.reading = asyncio.create_task(self._read(session_id, session, wait_s))
        return session.reading

    async def _read(self, session_id: str, session: _Session, wait_s: float) -> None:
        while session.changed:
            await asyncio.sleep(wait_s)
            session.changed = False
            try:
                told = await asyncio.to_thread(_told, self._room, session_id)
            except (sqlite3.Error, OSError) as error:
                logging.getLogger(__name__).error("room not read: %s", type(error).__name__)  # noqa: TRY400 - without what it holds
                if session.told is None or not session.phones:
                    return  # they come again by themselves
                session.changed = True
                await asyncio.sleep(RETRY_S)
                continue
            if told != session.told:
                session.told = told
                for news in session.phones:
                    news.set()


async def _tell(
    socket: WebSocket, session: _Session, news: asyncio.Event, gone: asyncio.Task[None]
) -> None:
    """Send what changes, and a beat where nothing does."""
    told: dict[str, str] | None = None
    while not gone.done() and session.told is not None:
        news.clear()
        if told == session.told:
            await _send(socket, {"type": "beat"})
        else:
            told = session.told
            await _send(socket, told)
            if told == _NO_SESSION:
                await socket.close(_GONE)
                return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), BEAT_S)


async def _send(socket: WebSocket, what: dict[str, str]) -> None:
    await asyncio.wait_for(socket.send_json(what), SEND_S)


async def _greeted(socket: WebSocket) -> str:
    """Read the session a phone asks about; empty where it says nothing sensible."""
    try:
        hello = await asyncio.wait_for(socket.receive_json(), _HELLO_S)
        return forms.session_id(hello)
    except (LayerError, AttributeError, KeyError, ValueError, RecursionError, TimeoutError):
        return ""


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, KeyError):
        while True:
            await socket.receive()  # a phone has nothing to say after its hello
