"""Published bytes for the map to fetch, kept in this process under the hash of their content.

A map must not carry text through folium (see :mod:`mapping.maps`), so what it draws lies here and
the browser fetches it by address. An address names its content: it may be cached for ever, and the
same content published twice is kept once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

PREFIX = "/desk/served"
ROOM_BYTES = 48_000_000  # of packed content; the longest unused goes first
MEDIA_TYPES = MappingProxyType(
    {"json": "application/json", "js": "text/javascript", "css": "text/css"}
)


@dataclass(frozen=True, slots=True)
class Served:
    """One published content: ``packed`` is gzip, ``media_type`` what it is once unpacked."""

    packed: bytes
    media_type: str


class Shelf:
    """Published content by name; may be used from several threads.

    Parameters
    ----------
    room_bytes
        Packed bytes kept; when more are published the longest unused are dropped, except the
        newest. A page that publishes on each run keeps what it shows.
    """

    def __init__(self, room_bytes: int = ROOM_BYTES) -> None:
        self._room = room_bytes
        self._used = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Served] = OrderedDict()

    def publish(self, content: bytes, *, kind: str) -> str:
        """Keep bytes and give their path-absolute address.

        Parameters
        ----------
        content
            The bytes, unpacked.
        kind
            ``"json"``, ``"js"`` or ``"css"``.

        Returns
        -------
        address
            ``/desk/served/<hash>.<kind>``, the same for the same bytes.

        Raises
        ------
        KeyError
            If the kind is none of the three.
        """
        media_type = MEDIA_TYPES[kind]
        name = f"{hashlib.sha256(content).hexdigest()[:40]}.{kind}"
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return f"{PREFIX}/{name}"
        packed = gzip.compress(content, compresslevel=6, mtime=0)
        with self._lock:
            if name not in self._kept:
                self._kept[name] = Served(packed, media_type)
                self._used += len(packed)
            while self._used > self._room and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._used -= len(gone.packed)
        return f"{PREFIX}/{name}"

    def find(self, name: str) -> Served | None:
        """Give what was published under the last part of an address, or None."""
        with self._lock:
            found = self._kept.get(name)
            if found is not None:
                self._kept.move_to_end(name)
            return found


_SHELF = Shelf()


def publish(content: bytes, *, kind: str) -> str:
    """Keep bytes for this process and give their address; as :meth:`Shelf.publish`.

    Examples
    --------
    >>> publish(b"{}", kind="json")
    '/desk/served/44136fa355b3678a1146ad16f7e8649e94fb4fc2.json'
    """
    return _SHELF.publish(content, kind=kind)


def encoded(data: Any) -> bytes:  # noqa: ANN401 - whatever JSON can say
    r"""Write data as compact JSON.

    Raises
    ------
    ValueError
        If a number is infinite or NaN, which no browser reads.

    Examples
    --------
    >>> encoded({"rows": [1, "é"]})
    b'{"rows":[1,"\xc3\xa9"]}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", errors="replace")  # half a surrogate pair is no text


def publish_json(data: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    """Keep data as JSON (see :func:`encoded`) and give its address."""
    return publish(encoded(data), kind="json")


def find(name: str) -> Served | None:
    """Give what this process published under a name, or None."""
    return _SHELF.find(name)
