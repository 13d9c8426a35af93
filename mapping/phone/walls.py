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
import time
from collections import Counter
from functools import lru_cache
from typing import Any, NamedTuple

from starlette.websockets import WebSocket, WebSocketDisconnect

from layers import summing_up, wall_shown
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from mapping import hall
from mapping.phone import netmap_wall
from mapping.phone.limits import Bucket

TOGETHER_S = 0.1  # what comes within this time is one message
BATCHES_PER_S = 1.0  # in the long run; a full hall has five new people many times a second
BATCHES_AT_ONCE = 5
BEAT_S = 10.0  # silence for longer than this, and the wall knows that it is cut off
_HELLO_S = 10.0
_REFUSED = 4403


class State(NamedTuple):
    """What a wall shows, and how long that holds."""

    payload: dict[str, Any]
    change: int
    due: float | None  # when a batch that had to wait may be taken, by time.monotonic

    def holds(self, change: int) -> bool:
        """Say whether nothing has changed since, and no batch is due."""
        return self.change == change and (self.due is None or time.monotonic() < self.due)

    def limit_s(self) -> float:
        """Give how long a wall may wait for news before it asks again."""
        if self.due is None:
            return BEAT_S
        return min(BEAT_S, max(0.0, self.due - time.monotonic()))


class Walls:
    """All walls that are connected to this process.

    Parameters
    ----------
    room
        Where changes come from.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._lock = threading.Lock()  # several walls of one session wait for one answer
        self._changes: Counter[str] = Counter()
        self._states: dict[str, State] = {}
        self._batches: dict[str, Bucket] = {}
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
        except LayerError:  # the session was deleted while its wall was on
            await _refuse(socket)

    def state(self, session_id: str) -> State:
        """Give all that a wall shows: cells, feelings, bands; no token, nothing finer."""
        with self._lock:
            change = self._changes[session_id]  # before it is read: a later one is not missed
            kept = self._states.get(session_id)
            if kept is None or not kept.holds(change) or self._loop is None:
                kept = self._states[session_id] = self._read(session_id, change)
        return kept

    def _read(self, session_id: str, change: int) -> State:
        session = self._room.get(session_id)
        bucket = self._batches.setdefault(session_id, Bucket(BATCHES_PER_S, BATCHES_AT_ONCE))
        wait_s = 0.0

        def may_take() -> bool:
            nonlocal wait_s
            wait_s = bucket.take()
            return not wait_s

        said = wall_shown.shown(self._room, session, may_take=may_take)
        # a number of a hall that is gone, or told to see nothing, tells of who was there
        ended, blank = session.state == "closed", said["showing"] == "blank"
        counts = (None, None) if ended or blank else self._room.counts(session_id)
        over = ended and said["showing"] in wall_shown.VISIBLE
        payload = said | {
            "type": "state",
            "session": session.id,
            "title": session.title,
            "kind": session.kind,
            "mode": session.mode,
            "cell_m": session.cell_m,
            "area": session.area,
            "state": session.state,
            "code": session.code,
            "phones": counts[0],
            "sent": counts[1],
            "net": None if ended or blank else netmap_wall.shown(self._room, session),
            "summary": summing_up.summary(self._room, session) if over else None,
        }
        return State(payload, change, time.monotonic() + wait_s if wait_s else None)

    def _look(self, session: Session, socket: WebSocket) -> tuple[State, dict[str, Any]]:
        # the join address anew each time: the laptop may be in another network by now
        return self.state(session.id), _join(session, socket)

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
            await _refuse(socket)
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
            told: dict[str, Any] = {}
            while not gone.done():
                wall.news.clear()
                state, join = await asyncio.to_thread(self._look, session, socket)
                say = state.payload | {"join": join}
                if wall.asked:
                    wall.asked = False
                    batches = await asyncio.to_thread(self.replay, session.id)
                    await socket.send_json({"type": "replay", "batches": batches})
                if say != told:
                    await socket.send_json(say)
                    told = say
                else:
                    await socket.send_json({"type": "beat"})
                await _first(gone, asyncio.sleep(TOGETHER_S))
                await _first(gone, wall.news.wait(), limit_s=state.limit_s())
        finally:
            gone.cancel()
            self._listening[session.id].discard(wall.news)
            if not self._listening[session.id]:  # what people said is not kept for nobody
                del self._listening[session.id]
                self._states.pop(session.id, None)

    def _changed(self, session_id: str) -> None:
        """Hear from the room's writer thread."""
        self._changes[session_id] += 1
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


async def _refuse(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_json({"type": "refused"})
        await socket.close(_REFUSED)


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
    return {"address": f"{origin}/j".removeprefix("http://"), "qr": _qr_rows(secret)}


@lru_cache(maxsize=16)
def _qr_rows(text: str) -> list[str]:
    return hall.qr_rows(text)  # tens of milliseconds, and asked for with every message
