"""A server on loopback that counts who comes: for files and pages that must call nobody."""

from __future__ import annotations

import socket
import threading


class Listener:
    """A server on loopback that nobody should ever reach."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                caller, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.hits += 1
            caller.close()

    def close(self) -> None:
        """Stop listening; hits stay counted."""
        self._over.set()
        self._thread.join()
        self._socket.close()
