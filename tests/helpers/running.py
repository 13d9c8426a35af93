"""The real application, as a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

REPOSITORY = Path(__file__).parents[2]
BLOCK = Path(__file__).parent / "block"
_STRAIGHT = build_opener(ProxyHandler({}))  # no proxy of the machine's between a test and itself


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """The application with its atlas and its room; ``outgoing`` tells whom it tried to reach.

    ``folder`` takes the log, the list of tries, and the room unless ``env`` says otherwise.
    """

    folder: Path
    atlas: Path
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def room(self) -> Path:
        """The file with the room."""
        return Path(self.env.get("CG_ROOM", str(self.folder / "room.sqlite")))

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def address(self, host: str, path: str = "/") -> str:
        """The address under another name, such as ``hall.test``."""
        return f"http://{host}:{self.port}{path}"

    def log(self) -> str:
        """Everything the server wrote to its terminal so far."""
        return (self.folder / "server.log").read_text("utf-8")

    def outgoing(self) -> list[str]:
        """Each try of the server to reach another machine; should be empty."""
        tries = self.folder / "outgoing.txt"
        return tries.read_text("utf-8").splitlines() if tries.exists() else []

    def start(self, *, wait_s: float = 60) -> Self:
        """Start, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        here = {
            "CG_ATLAS": str(self.atlas),
            "CG_ROOM": str(self.room),
            "CG_HOST": "127.0.0.1",
            "CG_PORT": str(self.port),
            "CG_BLOCK_FILE": str(self.folder / "outgoing.txt"),
            "PYTHONPATH": str(BLOCK),
            "HEADLESS": "1",
        }
        command = [
            *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
            *("--server.address", "127.0.0.1", "--server.port", str(self.port)),
            *("--server.headless", "true"),
        ]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own command
                command,
                cwd=REPOSITORY,
                env={**os.environ, **here, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(wait_s)
        return self

    def stop(self) -> int:
        """End it as an operator would (SIGTERM), at once where it does not; its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._process = None

    def kill(self) -> None:
        """End it as a dead battery would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
        self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.stop()

    def _wait(self, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        ask = Request(f"{self.url}/assets/leaflet/leaflet.css")  # noqa: S310  our own server
        while time.monotonic() < until:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended at once:\n{self.log()}")
            try:
                with _STRAIGHT.open(ask, timeout=2):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the server did not answer within {wait_s:.0f} s:\n{self.log()}")
