"""The process that draws figures: started when one is asked for, ended when nobody has for long."""

from __future__ import annotations

import atexit
import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from layers.errors import LayerError

_WAIT_S = 60.0  # a figure takes less than two
_IDLE_S = 120.0  # then the process ends, and gives its memory back
_ROOT = Path(__file__).resolve().parents[1]
_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV")


class Artist:
    """One process of ``mapping.figure_process``, which answers one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The process, while there is one."""
        return self._process

    def draw(self, spec: dict[str, Any], scale: float | None) -> bytes:
        """Draw one figure.

        Parameters
        ----------
        spec
            Of Vega-Lite, with its data inside.
        scale
            Pixels of a PNG for one of the figure; ``None`` for SVG.

        Raises
        ------
        LayerError
            ``figure_failed``.
        """
        return self._done({"spec": spec, "scale": scale})

    def letter(self, text: str, scale: float | None) -> bytes:
        """Put fonts into a drawing or a page of our own making.

        Parameters
        ----------
        text
            As :mod:`mapping.network_svg` draws it: SVG, or a page of HTML around such.
        scale
            Pixels of a PNG for one of the drawing; ``None`` for the text with its fonts.

        Raises
        ------
        LayerError
            ``figure_failed``.
        """
        return self._done({"text": text, "scale": scale})

    def _done(self, order: dict[str, Any]) -> bytes:
        with self._lock:
            answer = self._ask(json.dumps(order).encode() + b"\n")
        if "drawn" not in answer:
            raise LayerError("figure_failed")
        return base64.b64decode(answer["drawn"])

    def close(self) -> None:
        """End the process; the next figure starts another."""
        with self._lock:
            self._close()

    def _ask(self, order: bytes) -> dict[str, str]:
        if self._idle is not None:
            self._idle.cancel()
        if self._process is None or self._process.poll() is not None:
            self._close()
            self._process = _start()
        process = self._process
        late = threading.Timer(_WAIT_S, process.kill)
        late.daemon = True
        late.start()
        try:
            answer = _answer(process, order)
        finally:
            late.cancel()
        if not answer:
            self._close()
            return answer
        self._idle = threading.Timer(_IDLE_S, self.close)
        self._idle.daemon = True
        self._idle.start()
        return answer

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _answer(process: subprocess.Popen[bytes], order: bytes) -> dict[str, str]:
    """Write a line and read one; nothing where the process has ended."""
    if process.stdin is None or process.stdout is None:
        return {}
    try:
        process.stdin.write(order)
        process.stdin.flush()
        answer: dict[str, str] = json.loads(process.stdout.readline() or b"{}")
    except (OSError, ValueError):
        return {}
    return answer


def _start() -> subprocess.Popen[bytes]:
    surroundings = {key: os.environ[key] for key in _KEPT if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-X", "utf8", "-W", "ignore", "-B", "-m", "mapping.figure_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**surroundings, "PYTHONPATH": str(_ROOT)},
    )


ARTIST: Final = Artist()
atexit.register(ARTIST.close)
