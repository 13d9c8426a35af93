"""The wall: what it shows of a session, pushed to it the moment that something is on the disk.

A web socket and not an event stream: the server closes it when it ends (a stream would hold the
shutdown up), and it takes none of the six connections a browser gives to one origin.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import threading
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from layers import wall_shown
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from mapping import hall

TOGETHER_S = 0.1  # what comes within this time is one message
BEAT_S = 10.0  # silence for longer than this, and the wall knows that it is cut off
_HELLO_S = 10.0
_REFUSED = 4403


class Walls:
    """All walls that are connected to this process.

    Parameters
    ----------
    room
        Where changes come from.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._lock = threading.Lock()  # one batch at a time
        self._listening: dict[str, set[asyncio.Event]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, socket: WebSocket) -> None:
        """Greet one wall, check its key, and keep it up to date until it goes."""
        await socket.accept()
        try:
            session = await self._greet(socket)
            if session is not None:
                await self._keep(socket, session)
        except (WebSocketDisconnect, RuntimeError):
            return  # gone while we were speaking

    def state(self, session_id: str) -> dict[str, Any]:
        """Give all that a wall shows: cells, feelings, bands; no token, nothing finer."""
        session = self._room.get(session_id)
        with self._lock:
            said = wall_shown.shown(self._room, session)
        phones, sent = self._room.counts(session_id)
        return {
            "type": "state",
            "session": session.id,
            "title": session.title,
            "kind": session.kind,
            "mode": session.mode,
            "cell_m": session.cell_m,
            "area": session.area,
            "state": session.state,
            "code": session.code,
            "phones": phones,
            "sent": sent,
            "summary": None,
        } | said

    def replay(self, session_id: str) -> list[wall_shown.Cells]:
        """Give the batches in order; none while the wall is hidden or blank."""
        return wall_shown.replay(self._room, self._room.get(session_id))

    async def _greet(self, socket: WebSocket) -> Session | None:
        try:
            hello = await asyncio.wait_for(socket.receive_json(), _HELLO_S)
            session = self._room.by_code(str(hello["code"]))
            key = str(hello["key"]).encode()
        except (LayerError, KeyError, TypeError, ValueError, TimeoutError):
            key, session = b"", None
        if session is None or not hmac.compare_digest(key, session.wall_key.encode()):
            await socket.send_json({"type": "refused"})
            await socket.close(_REFUSED)
            return None
        return session

    async def _keep(self, socket: WebSocket, session: Session) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # the first wall of this server
            self._loop = loop
            self._room.unwatch(self._changed)
            self._room.watch(self._changed)
        wall = _Wall(socket)
        self._listening.setdefault(session.id, set()).add(wall.news)
        gone = asyncio.create_task(wall.listen())
        try:
            join = _join(session, socket)
            while not gone.done():
                wall.news.clear()
                if wall.asked:
                    wall.asked = False
                    batches = await asyncio.to_thread(self.replay, session.id)
                    await socket.send_json({"type": "replay", "batches": batches})
                state = await asyncio.to_thread(self.state, session.id)
                await socket.send_json(state | {"join": join})
                await _first(gone, asyncio.sleep(TOGETHER_S))
                while not wall.news.is_set() and not gone.done():
                    await _first(gone, wall.news.wait(), limit_s=BEAT_S)
                    if not wall.news.is_set() and not gone.done():
                        await socket.send_json({"type": "beat"})
        finally:
            gone.cancel()
            self._listening[session.id].discard(wall.news)

    def _changed(self, session_id: str) -> None:
        """Hear from the room's writer thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed in this very moment
                loop.call_soon_threadsafe(self._wake, session_id)

    def _wake(self, session_id: str) -> None:
        for news in self._listening.get(session_id, ()):
            news.set()


class _Wall:
    """One wall: whether there is news for it, and what it asked for."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.news = asyncio.Event()
        self.asked = False

    async def listen(self) -> None:
        """Hear the wall until it goes; all it may ask for is the replay."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                if _is_replay(await self._socket.receive_text()):
                    self.asked = True
                    self.news.set()


def _is_replay(text: str) -> bool:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return bool(said == {"ask": "replay"})


async def _first(gone: asyncio.Task[None], other: Any, *, limit_s: float | None = None) -> None:  # noqa: ANN401 - any awaitable
    """Wait for something, for the wall to go, or for the time to pass."""
    waiting = asyncio.ensure_future(other)
    try:
        await asyncio.wait({gone, waiting}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


def _join(session: Session, socket: WebSocket) -> dict[str, Any]:
    """Say where phones join: under the name the wall was opened with, unless only we know it."""
    mine = f"http://{socket.headers.get('host', '')}"
    here = socket.url.hostname in ("localhost", "127.0.0.1", "::1")
    origin = hall.origins()[0] if here and hall.is_open() else mine
    secret = hall.join_address(origin, session.code, session.id)
    return {"address": f"{origin}/j".removeprefix("http://"), "qr": hall.qr_rows(secret)}
