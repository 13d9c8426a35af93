"""The sheets of a session for paper: part of the desk, behind the passphrase in a hall."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from layers import netmap, summing_up
from layers import room as rooms
from layers.errors import LayerError
from mapping import netmap_sheets, room_sheets, words


class Printing:
    """The route of the sheets.

    Parameters
    ----------
    room
        Whose sessions they are for; without it the one of this process.
    """

    def __init__(self, room: rooms.Room | None = None) -> None:
        self._room = room

    def routes(self) -> list[BaseRoute]:
        """Give the one route; it is the desk's, so it stands under none of the phones' prefixes."""
        return [Route(f"{room_sheets.PREFIX}/{{name}}/{{code}}", self.sheet, methods=["GET"])]

    async def sheet(self, request: Request) -> Response:
        """Give one sheet as a page that the browser prints."""
        lang = request.query_params.get("lang", "")
        if lang not in words.room_languages():
            lang = words.best(request.headers.get("accept-language", ""))
        name, code = request.path_params["name"], request.path_params["code"]
        try:
            text = await asyncio.to_thread(self._written, name, code, lang)
        except (KeyError, LayerError):
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        return HTMLResponse(text, headers={"Cache-Control": "no-store"})

    def _written(self, name: str, code: str, lang: str) -> str:
        if name not in (*room_sheets.NAMES, *netmap_sheets.NAMES):
            raise KeyError(name)
        room = self._room or rooms.shared()
        session = room.by_code(code)
        if name in netmap_sheets.NAMES:
            found = netmap.round_of(room, session.id)
            if found is None:
                raise KeyError(name)
            return netmap_sheets.sheet(name, session, found, lang)
        if name == "summary" and session.state != "closed":
            # printed again after each answer, one sheet taken from the next would tell of one woman
            raise KeyError(name)
        said = summing_up.summary(room, session) if name == "summary" else None
        return room_sheets.sheet(name, session, lang, summary=said)
