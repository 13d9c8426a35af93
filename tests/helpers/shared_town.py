"""An atlas in which whatever must not leave carries a mark that nothing else carries."""

from __future__ import annotations

import base64
import html
import re
import zlib
from collections.abc import Collection
from typing import Any

import pandas as pd
import shapely

from layers import vocab
from tests.helpers.town import Town

MARK = "Zqx"  # in no word of ours
SPOT = shapely.Point(10.123457, 56.765431)


class SharedTown(Town):
    """A town of actors, some of whom may not be named.

    Parameters
    ----------
    actors
        For each: what differs from an association that may be named.
    ties
        From and to by number.
    """

    def __init__(
        self, actors: Collection[dict[str, Any]], ties: Collection[tuple[int, int]]
    ) -> None:
        super().__init__(streets=False)
        for number, facts in enumerate(actors):
            self._actor(number, facts)
        for at, (one, two) in enumerate(ties):
            self.rows["ties"].append(
                {
                    "id": f"{MARK}t{at}",
                    "from_id": actor(one),
                    "to_id": actor(two),
                    "kind": vocab.TIE_KIND[at % 3],
                    "direction": ("directed", "mutual")[at % 2],
                    "strength": at % 3 + 1,
                    "gives": f"{MARK} gives",
                    "needs": f"{MARK} needs",
                }
            )

    def _actor(self, number: int, facts: dict[str, Any]) -> None:
        facts = dict(facts)
        at_hidden, reply = facts.pop("at_hidden", False), facts.pop("reply", None)
        here = actor(number)
        self.rows["organizations"].append(
            {
                "id": here,
                "name": f"Plain {number}",
                "kind": "ngo",
                "sector": vocab.SECTOR[number % 4],
                "migrant_led": (True, False, None)[number % 3],
                "internal": "external",
                "communities": ["so"],
                "location_id": f"{here}l",
                "url": f"https://{MARK}.example/{number}",
                "description": f"{MARK} description",
                "public_contact": f"{MARK} contact {number}",
                "private_contact": f"{MARK} private {number}",
                "import_id": "one",
                **facts,
            }
        )
        self.rows["locations"].append(
            {
                "id": f"{here}l",
                "name": f"{MARK} place",
                "address": None if at_hidden else f"{MARK} street {number}",
                "precision": "hidden" if at_hidden else "exact",
                "geometry": None if at_hidden else SPOT,
            }
        )
        self.rows["services"].append(
            {"id": f"{here}s", "name": f"{MARK} service", "organization_id": here,
             "category": vocab.CATEGORY[number % 5]}
        )  # fmt: skip
        self.rows["service_at_location"].append(
            {"id": f"{here}x", "service_id": f"{here}s", "location_id": f"{here}l"}
        )
        self.rows["service_languages"].append(
            {"id": f"{here}g", "service_id": f"{here}s", "language": "so", "level": "staff"}
        )
        if reply is not None:
            self.rows["replies"].append(
                {"id": f"{here}r", "organization_id": here, "about": "place_in_network",
                 "words": reply, "replied_on": "2026-01-01"}
            )  # fmt: skip

    def without(self, gone: Collection[str]) -> SharedTown:
        """Give the same town as if some actors had never been in it."""
        other = SharedTown((), ())
        other.rows = {
            name: [row for row in rows if not _is_of(row, gone)] for name, rows in self.rows.items()
        }
        return other

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Actors and ties."""
        return self.read("organizations"), self.read("ties")


def actor(number: int) -> str:
    """Name an actor in the atlas: never in a file."""
    return f"{MARK}o{number}-"


def _is_of(row: dict[str, Any], gone: Collection[str]) -> bool:
    return any(isinstance(value, str) and value.startswith(tuple(gone)) for value in row.values())


def opened(content: bytes) -> str:
    """Give all that a file holds as text: as it is, unescaped, unpacked and out of base64."""
    text = content.decode("utf-8", "replace")
    parts = [text, html.unescape(text)]
    for packed in re.findall(r"base64,([A-Za-z0-9+/=]+)", text):
        inner = base64.b64decode(packed)
        parts += [inner.decode("latin-1"), inner.decode("utf-16-be", "replace")]
    if content.startswith(b"\x89PNG"):
        at = 8
        while at < len(content):
            size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
            data = content[at + 8 : at + 8 + size]
            parts.append(kind.decode("latin-1"))
            if kind not in {b"IHDR", b"IDAT"}:
                parts.append(data.decode("latin-1"))
                if b"\0" in data:
                    parts.append(_unpacked(data.partition(b"\0")[2][1:]))
            at += 12 + size
    return "\n".join(parts)


def _unpacked(data: bytes) -> str:
    try:
        return zlib.decompress(data).decode("latin-1")
    except zlib.error:
        return ""
