"""The routes a phone and a wall talk to: join, agree, contribute, the base map, the live wall."""

from __future__ import annotations

import asyncio
import gzip
from concurrent.futures import Future

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from layers import room as rooms
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from mapping.phone import forms, limits
from mapping.phone.answers import answering, refused, taken
from mapping.phone.base import Maps
from mapping.phone.walls import Walls

_JOIN = frozenset({"session", "code"})
_AGREE = frozenset({"session", "token", "consent"})


class RoomRoutes:
    """What the routes share: the room, the base maps, the limits and the walls.

    Parameters
    ----------
    room
        The room to serve; the one of this process where none is given, opened with the first
        request and not before.
    limit
        How fast phones may send.
    """

    def __init__(self, room: Room | None = None, *, limit: limits.Limits | None = None) -> None:
        self._room = room
        self._limit = limit or limits.Limits()
        self._maps = Maps()
        self._walls: Walls | None = None

    @property
    def room(self) -> Room:
        """The room, opened when it is first needed."""
        if self._room is None:
            self._room = rooms.shared()
        return self._room

    def routes(self) -> list[BaseRoute]:
        """Give the routes under ``/phone`` and the wall's socket."""
        return [
            Route("/phone/join", answering(self.join), methods=["POST"]),
            Route("/phone/agree", answering(self.agree), methods=["POST"]),
            Route("/phone/contributions", answering(self.contribute), methods=["POST"]),
            Route("/phone/base/{session}.json", answering(self.base), methods=["GET"]),
            WebSocketRoute("/wall/live", self.live),
        ]

    async def join(self, request: Request) -> Response:
        """Tell a phone about its session, found by the QR code's secret or by a typed code."""
        said = await forms.read(request)
        forms.check_fields(said, _JOIN)
        if "session" in said:
            return taken(session=_public(self.room.get(forms.session_id(said))))
        self._limit.typed()
        try:
            found = self._open_by_code(str(said.get("code", "")))
        except LayerError as error:
            await asyncio.sleep(limits.WRONG_CODE_S)
            return refused(error, request)
        return taken(session=_public(found))

    def _open_by_code(self, code: str) -> Session:
        found = self.room.by_code(code)
        if found.state == "closed":  # its identifier is for those who were there
            raise LayerError("session_closed")
        return found

    async def agree(self, request: Request) -> Response:
        """Count a phone whose owner has agreed to this version of the consent."""
        said = await forms.read(request)
        forms.check_fields(said, _AGREE)
        version = forms.consent(said)
        session = self.room.get(forms.session_id(said))  # first: made-up sessions fill no limits
        token = forms.token(said)
        self._limit.agreed(session.id)
        await _written(self.room.join(session.id, token, consent=version))
        return taken()

    async def contribute(self, request: Request) -> Response:
        """Take one contribution; the answer comes when it is on the disk."""
        said = await forms.read(request)
        version = forms.consent(said)
        contribution = forms.contribution(said)
        token = forms.token(said)
        self._limit.phone(token)
        done = self.room.contribute(forms.session_id(said), token, contribution, consent=version)
        await _written(done)
        return taken()

    async def base(self, request: Request) -> Response:
        """Give the base map of a session's city."""
        session = self.room.get(request.path_params["session"])
        if session.area is None:
            raise LayerError("session_unknown")
        packed = await asyncio.to_thread(self._maps.packed, session.atlas, session.area)
        # kept for the hour of a workshop; "private" because the address holds the secret
        headers = {"Cache-Control": "private, max-age=3600", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(packed, media_type="application/json", headers=headers)
        return Response(gzip.decompress(packed), media_type="application/json", headers=headers)

    async def live(self, socket: WebSocket) -> None:
        """Keep one wall up to date."""
        if self._walls is None:
            self._walls = Walls(self.room)
        await self._walls.serve(socket)


async def _written(done: Future[bool]) -> None:
    """Wait until it is on the disk; a phone that hangs up meanwhile calls nothing off."""
    await asyncio.shield(asyncio.wrap_future(done))


def _public(session: Session) -> dict[str, object]:
    """Give what a phone may know of its session; the wall's key is not among it."""
    return {
        "id": session.id,
        "code": session.code,
        "title": session.title,
        "languages": session.languages,
        "cell_m": session.cell_m,
        "consent": session.consent,
        "codebook": session.codebook,
        "state": session.state,
    }
