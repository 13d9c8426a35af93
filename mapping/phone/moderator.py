"""The second phone: a page behind the passphrase, its line, and what it may do.

The key stands behind the ``#`` of the link, which no browser sends, and comes in the body: it is
in no log, no path and no query. It stands on top of the passphrase: whoever has the desk is no
moderator by that, and who has the link is none without the passphrase.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from layers import moderating, netmap, wall_shown
from layers import room as rooms
from layers.errors import LayerError
from layers.moderating import Decided
from layers.room import Room
from layers.room_session import Session
from mapping.phone import forms, moderator_view, slowing
from mapping.phone.answers import answering, taken

TOGETHER_S = 0.5  # what comes within this time is one message
BEAT_S = 10.0
MOST_LINES = 20  # second phones of one session at a time
_HELLO_S = 10.0
_REFUSED, _FULL = 4403, 4429
_MOST_BYTES = 8192  # the marks of a hundred items
_MOST_KEPT = 200  # last decisions, of all second phones together
_FIELDS = frozenset(
    {
        *("code", "key", "who", "line", "act", "handle", "seen", "items", "text"),
        *("showing", "cell", "on", "language"),
    }
)


class ModeratorRoutes:
    """What the routes share: the room, who listens, who tried a wrong key, and what to undo.

    Parameters
    ----------
    room
        The room to serve; the one of this process where none is given.
    wrong
        How wrong keys are slowed down.
    """

    def __init__(
        self, room: Room | None = None, *, wrong: slowing.WrongSecrets | None = None
    ) -> None:
        self._room = room
        self._wrong = wrong or slowing.WrongSecrets()
        self._last: OrderedDict[tuple[str, str], Decided] = OrderedDict()
        self._listening: dict[str, set[asyncio.Event]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def room(self) -> Room:
        """The room, opened when it is first needed."""
        if self._room is None:
            self._room = rooms.shared()
        return self._room

    def routes(self) -> list[BaseRoute]:
        """Give the two routes under ``/moderate`` beside its page."""
        return [
            Route("/moderate/act", answering(self.act), methods=["POST"]),
            WebSocketRoute("/moderate/live", self.live),
        ]

    async def act(self, request: Request) -> Response:
        """Do one thing; the answer comes when it is on the disk."""
        said = await forms.read(request, most=_MOST_BYTES)
        forms.check_fields(said, _FIELDS)
        address = request.client.host if request.client else ""
        session = await self._enter(said, address)
        who = moderating.label(_text(said, "who"))
        return taken(**await asyncio.to_thread(self._do, session, who, said))

    async def live(self, socket: WebSocket) -> None:
        """Keep one second phone up to date."""
        await socket.accept()
        try:
            hello = await _hello(socket)
            session = await self._enter(hello, socket.client.host if socket.client else "")
        except LayerError:
            await _end(socket, "refused", _REFUSED)
            return
        except (WebSocketDisconnect, RuntimeError):
            return
        if len(self._listening.get(session.id, ())) >= MOST_LINES:
            await _end(socket, "full", _FULL)
            return
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # gone while we were speaking
            await self._keep(socket, session, moderator_view.Look.of(hello))

    async def _enter(self, said: dict[str, Any], address: str) -> Session:
        """Find the session of a code and its key; a wrong pair waits, whichever half is wrong."""
        session = await asyncio.to_thread(self._by_code, str(said.get("code", "")))
        right = session.moderator_key if session else "\0" * 32
        key = said.get("key")
        given = key if isinstance(key, str) else ""
        same = hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
        if session is None or not same:
            self._wrong.count(address)
            await asyncio.sleep(slowing.WAIT_S)
            raise LayerError("moderator_unknown")
        return session

    def _by_code(self, code: str) -> Session | None:
        try:
            return self.room.by_code(code)
        except (LayerError, UnicodeError):
            return None

    def _do(self, session: Session, who: str, said: dict[str, Any]) -> dict[str, Any]:
        act = _text(said, "act")
        line = _text(said, "line") if "line" in said else ""
        if act == "undo":
            return {"count": self._undo(session, who, line)}
        if act in _ITEM_ACTS:
            done = self._decide(session, who, act, said)
            self._keep_last(session, line, done)
            return {"count": done.count}
        if act == "mute":
            return {"count": moderating.mute(self.room, session.id, _text(said, "handle"), who=who)}
        if act in _TURNS:
            _TURNS[act](self.room, session.id, who=who)
        elif act in _REMOTE:
            did = _REMOTE[act](self.room, session, said)
            moderating.note(self.room, session.id, who, did)
        else:
            raise LayerError("field_unknown")
        return {}

    def _decide(self, session: Session, who: str, act: str, said: dict[str, Any]) -> Decided:
        if act == "approve_all":
            return moderating.approve_all(self.room, session.id, _marks(said), who=who)
        handle = _text(said, "handle")
        # nothing is let through that was not read as it stands now
        seen = None if act == "hide" else _text(said, "seen")
        text = _text(said, "text") if act == "paraphrase" else ""
        return moderating.decide(self.room, session.id, act, handle, who=who, seen=seen, text=text)

    def _keep_last(self, session: Session, line: str, done: Decided) -> None:
        if not line:
            return
        self._last[session.id, line] = done
        self._last.move_to_end((session.id, line))
        while len(self._last) > _MOST_KEPT:
            self._last.popitem(last=False)
        self._changed(session.id)  # the line may have told of the change before this was kept

    def _undo(self, session: Session, who: str, line: str) -> int:
        done = self._last.pop((session.id, line), None)
        if done is None:
            raise LayerError("nothing_to_undo")
        return moderating.undo(self.room, session.id, done, who=who)

    async def _keep(self, socket: WebSocket, session: Session, look: moderator_view.Look) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # the first second phone of this server
            self._loop = loop
            self.room.unwatch(self._changed)
            self.room.watch(self._changed)
        news = asyncio.Event()
        self._listening.setdefault(session.id, set()).add(news)
        gone = asyncio.create_task(_listen(socket, look, news))
        try:
            while not gone.done():
                news.clear()
                can_undo = (session.id, look.line) in self._last
                state = await asyncio.to_thread(moderator_view.state, self.room, session.id, look)
                await socket.send_json(state | {"undo": can_undo})
                await asyncio.wait({gone}, timeout=TOGETHER_S)
                while not news.is_set() and not gone.done():
                    await _first(gone, news)
                    if not news.is_set() and not gone.done():
                        await socket.send_json({"type": "beat"})
        except LayerError:  # the session was deleted
            await _end(socket, "refused", _REFUSED)
        finally:
            gone.cancel()
            self._listening[session.id].discard(news)

    def _changed(self, session_id: str) -> None:
        """Hear from the room's writer thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed in this very moment
                loop.call_soon_threadsafe(self._wake, session_id)

    def _wake(self, session_id: str) -> None:
        for news in self._listening.get(session_id, ()):
            news.set()


_ITEM_ACTS = frozenset(
    {
        *("approve", "hide", "show", "words_approve", "words_hide", "paraphrase"),
        "approve_all",
    }
)
_TURNS: dict[str, Callable[..., None]] = {
    "stop_all": moderating.stop_all,
    "go_on": moderating.go_on,
}


def _wall(room: Room, session: Session, said: dict[str, Any]) -> str:
    showing = _text(said, "showing")
    if showing not in ("hidden", "shown", "paused", "blank"):
        raise LayerError("field_unknown")
    wall_shown.show(room, session.id, showing)
    return f"wall_{showing}"


def _spotlight(room: Room, session: Session, said: dict[str, Any]) -> str:
    cell = said.get("cell")
    on_wall = [row[0] for row in wall_shown.squares(room, session)]
    if cell is not None and cell not in on_wall:
        raise LayerError("field_unknown")  # only what the wall shows anyway
    wall_shown.spotlight(room, session.id, cell)
    return "spotlight"


def _side_by_side(room: Room, session: Session, said: dict[str, Any]) -> str:
    wall_shown.side_by_side(room, session.id, said.get("on") is True)
    return "side_by_side"


def _second(room: Room, session: Session, said: dict[str, Any]) -> str:
    tag = said.get("language")
    if tag != "" and tag not in session.languages:
        raise LayerError("field_unknown")
    wall_shown.second_language(room, session.id, str(tag))
    return "second_language"


def _net_hide(room: Room, session: Session, said: dict[str, Any]) -> str:
    handle, on = _text(said, "handle"), said.get("on") is True
    if not forms.handle({"handle": handle}):
        raise LayerError("field_unknown")
    netmap.hide(room, session.id, handle, on=on)
    return "hide" if on else "show"


_REMOTE: dict[str, Callable[[Room, Session, dict[str, Any]], str]] = {
    "wall": _wall,
    "spotlight": _spotlight,
    "side_by_side": _side_by_side,
    "second_language": _second,
    "net_hide": _net_hide,
}


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise LayerError("field_unknown")
    return value


def _marks(said: dict[str, Any]) -> dict[str, str]:
    items = said.get("items")
    if not isinstance(items, dict) or not all(isinstance(mark, str) for mark in items.values()):
        raise LayerError("field_unknown")
    return items


async def _hello(socket: WebSocket) -> dict[str, Any]:
    try:
        hello = await asyncio.wait_for(socket.receive_json(), _HELLO_S)
    except (KeyError, ValueError, RecursionError, TimeoutError):
        raise LayerError("moderator_unknown") from None
    if not isinstance(hello, dict):
        raise LayerError("moderator_unknown")
    return hello


async def _listen(socket: WebSocket, look: moderator_view.Look, news: asyncio.Event) -> None:
    """Hear at which square she looks, until she goes."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, KeyError):
        while True:
            text = await socket.receive_text()
            with contextlib.suppress(ValueError, RecursionError):
                said = json.loads(text) if len(text) < forms.MOST_BYTES else None
                if isinstance(said, dict) and "cell" in said:
                    cell = said["cell"]
                    look.cell = cell if isinstance(cell, str) else None
                    news.set()


async def _first(gone: asyncio.Task[None], news: asyncio.Event) -> None:
    """Wait for news, for her to go, or for the time of a beat to pass."""
    waiting = asyncio.ensure_future(news.wait())
    try:
        await asyncio.wait({gone, waiting}, timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _end(socket: WebSocket, said: str, code: int) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_json({"type": said})
        await socket.close(code)
