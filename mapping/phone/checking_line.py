"""What the hall's network lets through, as one phone tried it: page, posts, sockets, storage.

Kept in memory only, the last few, for the facilitator's page: no address, no agent, no name. What
a phone may say is a fixed list of tries, so that nothing of a person fits in.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from layers.errors import LayerError
from mapping import line_checks, words
from mapping.line_checks import Result
from mapping.phone import forms
from mapping.phone.answers import answering, taken

TRIES = ("post", "large", "socket", "store", "worker")
"""What a phone tries besides the page itself: a post, a larger answer, a web socket, a store that
stays (IndexedDB), and whether the address allows a service worker."""

MOST_KEPT = line_checks.MOST_KEPT
LARGE_BYTES = 200_000  # about the base map of a city
_SAYS = MappingProxyType({"yes": True, "no": False, "untried": None})
_LONGEST_LATE_MS = 60_000
_LONGEST_VOICES = 40
_PATIENCE_S = 5.0


class Checks:
    """The last results, and the routes by which they come.

    Parameters
    ----------
    clock
        Seconds that never run backwards.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        memory: line_checks.Memory | None = None,
    ) -> None:
        self._memory = memory or line_checks.Memory(clock)
        # made once: what nobody has kept and nothing can squeeze, and no work for who asks often
        self._large = secrets.token_bytes(LARGE_BYTES)

    def routes(self) -> list[BaseRoute]:
        """Give the routes beside the page itself."""
        return [
            Route("/phone/check", answering(self.take), methods=["POST"]),
            Route("/phone/check/large", self.large, methods=["GET"]),
            WebSocketRoute("/phone/check/live", self.live),
        ]

    def results(self) -> list[Result]:
        """Give the last results, the newest first."""
        return self._memory.results()

    async def take(self, request: Request) -> Response:
        """Take what a phone found out, or, of an empty object, only say that it came."""
        said = await forms.read(request)
        if said:
            self._memory.keep(self._read(said, request))
        return taken()

    def _read(self, said: dict[str, Any], request: Request) -> Result:
        forms.check_fields(said, frozenset({*TRIES, "secure", "voices", "late_ms"}))
        tries = {name: said.get(name, "untried") for name in TRIES}
        voices = said.get("voices", [])
        late = said.get("late_ms")
        fine = (
            all(isinstance(one, str) and one in _SAYS for one in tries.values())
            and isinstance(said.get("secure"), bool)
            and isinstance(voices, list)
            and len(voices) <= _LONGEST_VOICES
            and all(one in words.room_languages() for one in voices)
            and (late is None or (type(late) is int and 0 <= late <= _LONGEST_LATE_MS))
        )
        if not fine:
            raise LayerError("field_unknown")
        return Result(
            # of the request, not of its body: a phone cannot say that it came another way
            origin=urlsplit(str(request.base_url)).netloc,
            secure=said["secure"],
            got_through={name: _SAYS[one] for name, one in tries.items()},
            voices=tuple(dict.fromkeys(voices)),
            late_ms=late,
        )

    async def large(self, _: Request) -> Response:
        """Give something of the size of a base map."""
        return Response(self._large, media_type="application/octet-stream")

    async def live(self, socket: WebSocket) -> None:
        """Say one word back, and hang up."""
        await socket.accept()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if await socket.receive_text() == "here":
                    await socket.send_text("heard")
            await socket.close()
        except TimeoutError:
            await socket.close()
        except (WebSocketDisconnect, KeyError):
            return


CHECKS = Checks(memory=line_checks.MEMORY)


def results() -> list[Result]:
    """Give what phones of this process found out, the newest first."""
    return CHECKS.results()
