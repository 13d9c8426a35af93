"""What stands between the network and every route: headers, names, origins, and the hall's door.

Pure ASGI, so that web sockets and streams pass through it as well as pages. On loopback nothing
is asked, but only this machine is answered. Where ``CG_HOST`` is anything else, the hall sees
the phones' routes, and everything else asks for the facilitator's passphrase.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mapping import words
from mapping.phone import door, hearing, keeper, policy

# The phones' own routes set a tighter limit; this one stops a flood before it is read.
_ROOM_BODY = 16 * 1024
_DESK_BODY = 64 * 1024 * 1024
_NAME_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@/\s]+)(?::\d{1,5})?")


class _BodyTooLargeError(Exception):
    """More was sent than is taken here."""


class _NoAddresses(logging.Filter):
    """Drop the lines in which uvicorn writes who opened a web socket, and with which query.

    Below INFO it would write every header and message of a socket, secrets included, if somebody
    turned that on.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.INFO and "WebSocket %s" not in str(record.msg)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no: its status, and the key of its sentence."""

    status: int
    key: str


def is_loopback(name: str) -> bool:
    """Tell whether a host name or address means this machine only.

    Examples
    --------
    >>> is_loopback("localhost"), is_loopback("[::1]"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    bare = name.strip("[]").casefold()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def middleware() -> list[Middleware]:
    """Give the guard with the settings of this process: ``CG_HOST`` and ``CG_PASSPHRASE``."""
    return [
        Middleware(
            Guard,
            host=os.environ.get("CG_HOST") or "127.0.0.1",
            passphrase=os.environ.get("CG_PASSPHRASE") or None,
        )
    ]


def last_routes() -> list[BaseRoute]:
    """Give the routes that stand after all of the phones': what is not there is not found.

    Without them an unknown address below a phone's would fall through to the desk's files.
    """
    found: list[BaseRoute] = []
    for prefix in policy.STRICT:
        found += [Route(prefix, _Nothing()), Mount(prefix, app=_Nothing())]
    return found


class _Nothing:
    """An application that has nothing: for every method, and for web sockets."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(Refusal(404, "door.refused_path"), scope, receive, send)


def _language(scope: Scope) -> str:
    return words.best(Headers(scope=scope).get("accept-language", ""))


def _say(key: str, scope: Scope) -> str:
    return words.say(key, _language(scope))


class Guard:
    """ASGI middleware around the whole application.

    Parameters
    ----------
    app
        What is guarded.
    host
        Name or address the server is reached by; a loopback name means: only this machine.
    passphrase
        The facilitator's; made and shown at the start where none is given. Only in a hall.
    tell
        Where to write the passphrase that was made; the terminal.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1",
        passphrase: str | None = None,
        tell: Callable[[str], object] = sys.stderr.write,
    ) -> None:
        self.app = app
        self.host = host.casefold()
        self.hall = not is_loopback(host)
        self.keeper: keeper.Keeper | None = None
        self.hearing = hearing.Hearing()
        logging.getLogger("uvicorn.error").addFilter(_NoAddresses())
        if self.hall:
            lang = words.best(os.environ.get("LANG", "").partition(".")[0].replace("_", "-"))
            try:
                self.keeper = keeper.Keeper(passphrase or keeper.make_passphrase())
            except keeper.PassphraseTooShortError as error:
                sentence = words.say("door.too_short", lang, count=keeper.SHORTEST)
                raise SystemExit(sentence) from error
            key = "door.announce_given" if passphrase else "door.announce"
            shown = {} if passphrase else {"passphrase": self.keeper.passphrase}
            tell(f"\n  {words.say(key, lang, **shown)}\n\n")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass with our headers on its answer, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = self._refuse(scope)
        if refusal is not None:
            await _answer(refusal, scope, receive, _dress(scope, send, strict=True))
        elif self.keeper and policy.under(scope["path"], (door.PATH,)):
            await _door(self.keeper, Request(scope, receive), _dress(scope, send, strict=True))
        elif self.keeper and not _may_pass(self.keeper, scope):
            await _ask(scope, receive, _dress(scope, send, strict=True))
        else:
            strict = policy.under(scope["path"], policy.STRICT)
            dressed = _dress(scope, send, strict=strict)
            if not strict or scope["type"] != "websocket":
                await self._pass(scope, receive, dressed)
            elif self.hearing.is_full(scope):
                await _answer(Refusal(503, "error.busy"), scope, receive, dressed)
            else:
                await self.hearing.serve(self.app, scope, receive, dressed)

    def _refuse(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        if not self.hall and not is_loopback((scope.get("client") or ("",))[0]):
            # Also a proxy in front of us, which would bring the world in unasked.
            return Refusal(403, "door.refused_local")
        if not self._is_our_name(headers):
            return Refusal(421, "door.refused_host")
        path = scope["path"]
        if "\\" in path or "\0" in path or ".." in path.split("/"):
            return Refusal(404, "door.refused_path")
        if policy.under(path, policy.SHUT):
            return Refusal(404, "door.refused_path")
        if not _is_our_origin(scope, headers):
            return Refusal(403, "door.refused_origin")
        return None

    def _is_our_name(self, headers: Headers) -> bool:
        """Refuse names that others could have pointed at this machine (DNS rebinding)."""
        given = headers.getlist("host")
        match = _NAME_AND_PORT.fullmatch(given[0]) if len(given) == 1 else None
        if match is None:
            return False
        name = match[1].casefold()
        return is_loopback(name) or (self.hall and (name == self.host or _is_address(name)))

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = _ROOM_BODY if policy.under(scope["path"], policy.STRICT) else _DESK_BODY
        declared = Headers(scope=scope).get("content-length", "0")
        too_large = Refusal(413, "door.refused_size")
        if not declared.isdecimal() or int(declared) > limit:
            await _answer(too_large, scope, receive, send)
            return
        started = False
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
            if taken > limit:
                raise _BodyTooLargeError
            return message

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, noticed)
        except _BodyTooLargeError:
            if not started:
                await _answer(too_large, scope, receive, send)
        except Exception:
            # Answered here, so that this answer has its headers too; raised again for the log.
            if not started and scope["type"] == "http":
                await _answer(Refusal(500, "door.failed"), scope, receive, send)
            raise


def _may_pass(guardian: keeper.Keeper, scope: Scope) -> bool:
    if policy.under(scope["path"], policy.PUBLIC):
        return True
    session = door.read_cookie(Headers(scope=scope).get("cookie", ""))
    return session is not None and guardian.knows(session)


async def _ask(scope: Scope, receive: Receive, send: Send) -> None:
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if scope["type"] == "http" and scope["method"] == "GET" and wants_page:
        page = door.page(_language(scope), come_back=scope["path"])
        await _page(page, 401)(scope, receive, send)
    else:
        await _answer(Refusal(401, "door.refused_desk"), scope, receive, send)


async def _door(guardian: keeper.Keeper, request: Request, send: Send) -> None:
    response = _answer_of(Refusal(404, "door.refused_path"), request.scope)
    lang = _language(request.scope)
    if request.scope["type"] == "http":
        if request.url.path == door.CSS_PATH and request.method == "GET":
            response = Response(door.css(), media_type="text/css")
        elif request.url.path == door.JS_PATH and request.method == "GET":
            response = Response(door.js(), media_type="text/javascript")
        elif request.url.path == door.PATH and request.method == "GET":
            response = _page(door.page(lang), 200)
        elif request.url.path == door.PATH and request.method == "POST":
            response = await _try(guardian, request, lang)
    await response(request.scope, request.receive, send)


async def _try(guardian: keeper.Keeper, request: Request, lang: str) -> Response:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > 2048:
            return _answer_of(Refusal(413, "door.refused_size"), request.scope)
    said, back = door.read_form(body)
    address = request.client.host if request.client else ""
    if not guardian.may_try(address):
        return _page(door.page(lang, come_back=back, said="door.wait"), 429)
    session = guardian.open(said)
    if session is None:
        return _page(door.page(lang, come_back=back, said="door.wrong"), 401)
    guardian.forgive(address)
    response = Response(status_code=303, headers={"location": back})
    response.set_cookie(
        door.COOKIE,
        session,
        max_age=keeper.HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _is_our_origin(scope: Scope, headers: Headers) -> bool:
    """Refuse requests that another site's page makes a browser send.

    A web socket or a change without an Origin is refused too: Streamlit would accept it. A read
    with a foreign one is refused because Streamlit, before it answers, would ask an outside
    server for its own address.
    """
    origin = headers.get("origin")
    reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD", "OPTIONS"}
    if origin is None:
        return reads
    if origin == "null":
        # A form on a page without referrer says so. The passphrase in it is proof enough.
        return bool(scope["type"] == "http" and scope["path"] == door.PATH)
    return str(urlsplit(origin).netloc).casefold() == headers["host"].casefold()


def _dress(scope: Scope, send: Send, *, strict: bool) -> Send:
    """Put our headers on whatever is answered; the phones' answers are kept by nobody."""
    match = _NAME_AND_PORT.fullmatch(Headers(scope=scope).get("host", ""))
    at_home = match is not None and is_loopback(match[1])
    ours = policy.headers(strict=strict, trustworthy=at_home or scope["scheme"] in {"https", "wss"})
    private = strict or policy.under(scope["path"], ("/media",))

    async def dressed(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            headers = MutableHeaders(scope=message)
            for name, value in ours.items():
                headers[name] = value
            if private and "cache-control" not in headers:
                headers["cache-control"] = "no-store"
        await send(message)

    return dressed


def _page(body: bytes, status: int) -> Response:
    return Response(body, status_code=status, media_type="text/html")


def _answer_of(refusal: Refusal, scope: Scope) -> Response:
    is_act = scope["type"] == "http" and scope["method"] == "POST"
    if is_act and policy.under(scope["path"], (policy.MODERATOR,)):
        said = {"error": refusal.key, "sentence": _say(refusal.key, scope)}
        return JSONResponse(said, status_code=refusal.status)
    return PlainTextResponse(_say(refusal.key, scope), status_code=refusal.status)


async def _answer(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    response = _answer_of(refusal, scope)
    if scope["type"] != "websocket":
        await response(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await receive()  # websocket.connect
        await response(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008})
