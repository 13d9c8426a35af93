"""What a web socket may cost before anybody knows who it is: little, and not for long.

The server itself takes messages as large as the desk needs, from everybody. So the guard hangs up
on who sends the hall's sockets more than they have to say, and on who opens them to say nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mapping.phone import policy

MOST_BYTES = 16 * 1024
"""Of one message; a hello has some hundreds."""

MOST_SILENT = 200
"""Sockets of the wall and of the connection check that have not said their first word yet."""

PATIENCE_S = 3.0
_TOO_LATE, _TOO_LARGE = 1008, 1009


class Hearing:
    """The hall's sockets of one process, and how many of them are silent."""

    def __init__(self) -> None:
        self._silent = 0

    def is_full(self, scope: Scope) -> bool:
        """Tell whether too many are silent for one more; this machine's own are always let in.

        The wall stands on this machine, so that nobody in the hall can keep it out.
        """
        here = (scope.get("client") or ("",))[0] in ("127.0.0.1", "::1")
        return _speaks_first(scope) and not here and self._silent >= MOST_SILENT

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a socket speak to ``app``, within these limits."""
        if _speaks_first(scope):
            self._silent += 1
            ear = _Ear(receive, send, self._spoke)
        else:
            ear = _Ear(receive, send, None)
        try:
            await app(scope, ear.hear, ear.say)
        finally:
            ear.spoke()

    def _spoke(self) -> None:
        self._silent -= 1


class _Ear:
    """One socket: whether it has spoken, and whether we hung up."""

    def __init__(self, receive: Receive, send: Send, first: Callable[[], None] | None) -> None:
        self._receive = receive
        self._send = send
        self._first = first  # called once, at its first word or when it goes
        self._ended: int | None = None

    def spoke(self) -> None:
        if self._first is not None:
            self._first()
            self._first = None

    async def hear(self) -> Message:
        if self._ended is not None:
            return {"type": "websocket.disconnect", "code": self._ended}
        try:
            async with asyncio.timeout(None if self._first is None else PATIENCE_S):
                message = await self._receive()
        except TimeoutError:
            return await self._hang_up(_TOO_LATE)
        if message["type"] == "websocket.receive":
            self.spoke()
            if _is_too_large(message):
                return await self._hang_up(_TOO_LARGE)
        return message

    async def say(self, message: Message) -> None:
        if self._ended is None:  # else nobody is there any more
            await self._send(message)

    async def _hang_up(self, code: int) -> Message:
        self._ended = code
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}


def _speaks_first(scope: Scope) -> bool:
    return policy.under(scope["path"], policy.SPEAK_FIRST)


def _is_too_large(message: Message) -> bool:
    text, data = message.get("text") or "", message.get("bytes") or b""
    # counted in characters first: what is far too large is not copied to be counted
    return (
        len(data) > MOST_BYTES
        or len(text) > MOST_BYTES
        or len(text.encode("utf-8", "replace")) > MOST_BYTES
    )
