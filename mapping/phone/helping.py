"""The list of help that a phone chooses from by itself: ``/phone/help/{session}.json``."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections import OrderedDict
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from layers import clock, schema
from layers import room as rooms
from layers.atlas import Atlas
from layers.room import Room
from mapping.help_list import help_list
from mapping.phone.answers import answering

_MOST_KEPT = 8
_DRAWN: Final = ("streets", "ground", "areas", "places")  # large, and nothing of it is asked here


class Helping:
    """The lists of the atlases in use, packed once for each state of an atlas and each day.

    Parameters
    ----------
    room
        Where the sessions are; the one of this process where none is given.
    """

    def __init__(self, room: Room | None = None) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, date], bytes] = OrderedDict()

    def routes(self) -> list[BaseRoute]:
        """Give the route."""
        return [Route("/phone/help/{session}.json", answering(self.list), methods=["GET"])]

    async def list(self, request: Request) -> Response:
        """Give all services of a session's atlas that may be shown."""
        if self._room is None:
            self._room = rooms.shared()
        session = self._room.get(request.path_params["session"])
        packed = await asyncio.to_thread(self.packed, session.atlas, clock.today())
        headers = {"Cache-Control": "private, max-age=600", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(packed, media_type="application/json", headers=headers)
        return Response(gzip.decompress(packed), media_type="application/json", headers=headers)

    def packed(self, path: str, day: date) -> bytes:
        """Give the list of one atlas as gzip; without an atlas, an empty one."""
        atlas = Atlas(path) if path else None
        key = (path, atlas.state() if atlas else "", day)
        with self._lock:  # several phones ask at once for what is being made
            if key not in self._kept:
                self._kept[key] = gzip.compress(_written(atlas, day), 9, mtime=0)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _written(atlas: Atlas | None, day: date) -> bytes:
    if atlas is None:
        return b'{"services":[]}'
    meta = atlas.meta()
    held = {
        name: atlas.read(name)
        for name, spec in schema.TABLES.items()
        if spec.leaves and name not in _DRAWN
    }
    rows = help_list(
        held, day=day, country=meta.get("country", ""), timezone=meta.get("timezone") or "UTC"
    )
    return json.dumps({"services": rows}, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
