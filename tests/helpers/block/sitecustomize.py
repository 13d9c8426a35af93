"""Refuse every connection that leaves this machine, and write each try down.

Python imports a module of this name by itself at start, so a server started with this folder in
PYTHONPATH is blocked from its first line on. It listens to Python's audit events, which no
library can go round: asyncio, urllib, requests and raw sockets all raise them.

Libraries in C that open sockets of their own (GDAL, libpq) raise none.
"""

import ipaddress
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

_WATCHED = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}
_HERE = {"localhost", "", "0.0.0.0", "::", "None"}  # noqa: S104  names for this machine, compared


class OutgoingBlockedError(OSError):
    """Something tried to reach another machine."""


def host_of(event: str, args: tuple[object, ...]) -> str | None:
    """Tell which host an audit event is about, or nothing where it stays in this machine."""
    target = args[0] if event in {"socket.getaddrinfo", "socket.gethostbyname"} else args[-1]
    if event in {"socket.gethostbyaddr", "socket.getnameinfo"}:
        target = args[0]
    if isinstance(target, tuple):
        target = target[0]
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        return None  # a path: a socket between processes of this machine
    host = target.decode("ascii", "replace") if isinstance(target, bytes) else str(target)
    if host in _HERE:
        return None
    try:
        return None if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host


def install(write: Callable[[str, str], None]) -> None:
    """Block this process from now on; ``write(event, host)`` is told of every try."""

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event in _WATCHED:
            host = host_of(event, args)
            if host is not None:
                write(event, host)
                raise OutgoingBlockedError(f"{event} to {host}: tests reach nobody else")

    sys.addaudithook(watch)


def _write_down(event: str, host: str) -> None:
    with Path(os.environ["CG_BLOCK_FILE"]).open("a", encoding="utf-8") as tries:
        tries.write(f"{event} {host}\n")


def log_everything(path: Path) -> None:
    """Write what any logger is told at any level, as if somebody had turned all of it on.

    Filters hold as ever: what one of ours drops is dropped here too.
    """
    handle = logging.Logger.handle

    def handled(logger: logging.Logger, record: logging.LogRecord) -> None:
        if not logger.disabled and logger.filter(record):
            with path.open("a", encoding="utf-8") as log:
                log.write(f"{record.name} {logging.Formatter().format(record)}\n")
        handle(logger, record)

    logging.Logger.isEnabledFor = lambda *_: True  # type: ignore[method-assign] # on purpose
    logging.Logger.handle = handled  # type: ignore[method-assign,assignment] # on purpose


if os.environ.get("CG_BLOCK_FILE"):
    install(_write_down)
if os.environ.get("TEST_LOG_EVERYTHING"):
    log_everything(Path(os.environ["TEST_LOG_EVERYTHING"]))
