"""What is done as the server starts: room for a full hall, and the desk in the browser here."""

from __future__ import annotations

import os
import socket
import threading
import time
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from mapping.phone import open_files

_WAIT_S = 60.0


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Let a full hall connect, and open the address in ``CG_OPEN`` where it is set.

    `streamlit run` opens no browser for an application with routes of its own.
    """
    open_files.allow_many()
    address = os.environ.get("CG_OPEN")
    if address:
        threading.Thread(target=open_when_ready, args=(address,), daemon=True).start()
    yield


def open_when_ready(
    address: str, *, wait_s: float = _WAIT_S, show: Callable[[str], object] = webbrowser.open
) -> bool:
    """Wait until somebody listens at an address, then show it.

    Parameters
    ----------
    address
        An http address of this machine.
    wait_s
        How long to wait at most; then nothing is shown.
    show
        What shows it.

    Returns
    -------
    shown
        Whether somebody listened in time.
    """
    parts = urlsplit(address)
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        try:
            with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=1):
                pass
        except OSError:
            time.sleep(0.1)
        else:
            show(address)
            return True
    return False
