"""The routes a phone and a wall talk to: join, agree, contribute, the base map, the live wall."""

from __future__ import annotations

import asyncio
import gzip

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from layers import room as rooms
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from mapping.phone import forms, limits
from mapping.phone.answers import answering, taken
from mapping.phone.base import Maps
from mapping.phone.her_routes import (
    HerRoutes,
    kept,
    open_by_code,
    slowing_what_is_wrong,
    written,
)
from mapping.phone.lines import Lines, showing
from mapping.phone.walls import Walls

_JOIN = frozenset({"session", "code"})
_AGREE = frozenset({"session", "token", "consent", "receipt", "party"})


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
        self._lines: Lines | None = None

    @property
    def room(self) -> Room:
        """The room, opened when it is first needed."""
        if self._room is None:
            self._room = rooms.shared()
        return self._room

    def routes(self) -> list[BaseRoute]:
        """Give the routes under ``/phone`` and the sockets of phones and walls."""
        return [
            Route("/phone/join", answering(self.join), methods=["POST"]),
            Route("/phone/agree", answering(self.agree), methods=["POST"]),
            Route("/phone/contributions", answering(self.contribute), methods=["POST"]),
            Route("/phone/base/{session}.json", answering(self.base), methods=["GET"]),
            *HerRoutes(lambda: self.room, self._limit).routes(),
            WebSocketRoute("/phone/live", self.line),
            WebSocketRoute("/wall/live", self.live),
        ]

    async def join(self, request: Request) -> Response:
        """Tell a phone about its session, found by the QR code's secret or by a typed code."""
        said = await forms.read(request)
        forms.check_fields(said, _JOIN)
        if "session" in said:
            return taken(session=self._public(self.room.get(forms.session_id(said))))

        async def find() -> Response:
            return taken(session=self._public(open_by_code(self.room, said.get("code"))))

        return await slowing_what_is_wrong(find, request, self._limit)

    async def agree(self, request: Request) -> Response:
        """Count a phone whose owner has agreed to this version of the consent."""
        said = await forms.read(request)
        forms.check_fields(said, _AGREE)
        version = forms.consent(said)
        session = self.room.get(forms.session_id(said))  # first: made-up sessions fill no limits
        token = forms.token(said)
        receipt, party = forms.receipt(said), forms.party(said)
        if said.get("receipt") is not None and not receipt:
            raise LayerError("field_unknown")
        self._limit.agreed(session.id)
        done = self.room.join(session.id, token, consent=version, receipt=receipt, party=party)
        await written(done)
        return taken()

    async def contribute(self, request: Request) -> Response:
        """Take one contribution; the answer comes when it is on the disk."""
        said = await forms.read(request)
        forms.check_fields(said, forms.CONTRIBUTION)
        version = forms.consent(said)
        contribution = forms.contribution(said)
        token = forms.token(said)
        self._limit.phone(token)
        done = self.room.contribute(forms.session_id(said), token, contribution, consent=version)
        await kept(done, self._limit)
        return taken()

    async def base(self, request: Request) -> Response:
        """Give the base map of a session's city."""
        session = self.room.get(request.path_params["session"])
        if session.area is None:
            raise LayerError("session_unknown")
        wanted = (session.atlas, session.area, session.setup.landmarks)
        packed = await asyncio.to_thread(self._maps.packed, *wanted)
        # kept for the hour of a workshop; "private" because the address holds the secret
        headers = {"Cache-Control": "private, max-age=3600", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(packed, media_type="application/json", headers=headers)
        return Response(gzip.decompress(packed), media_type="application/json", headers=headers)

    async def line(self, socket: WebSocket) -> None:
        """Tell one phone whether the session is open, and what the wall does."""
        if self._lines is None:
            self._lines = Lines(self.room)
        await self._lines.serve(socket)

    async def live(self, socket: WebSocket) -> None:
        """Keep one wall up to date."""
        if self._walls is None:
            self._walls = Walls(self.room)
        await self._walls.serve(socket)

    def _public(self, session: Session) -> dict[str, object]:
        """Give what a phone may know of its session; no key of wall or moderator is among it."""
        setup = session.setup
        return {
            "id": session.id,
            "code": session.code,
            "title": session.title,
            "kind": session.kind,
            "languages": session.languages,
            "cell_m": session.cell_m,
            "consent": session.consent,
            "codebook": session.codebook,
            "state": session.state,
            "takes_new": session.takes_new,
            "wall": showing(self.room, session.id),
            "delete_on": session.delete_on.isoformat(),
            "audience": setup.audience,
            "audience_name": setup.audience_name,
            "safeguard": setup.safeguard,
            "moderation": setup.moderation,
            "asks": setup.asks,
            "parties": setup.parties,
            "organizer": setup.organizer,
            "purpose": setup.purpose,
        }
