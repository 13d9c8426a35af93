"""What waits for the second phone, and what it may see of it.

Items come one by one and in an order that says nothing. An item has a handle that is sealed for
whoever moderates: it names no token, does not say which items are one person's, and is not the
handle that a participant's own phone knows.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.errors import LayerError
from layers.privacy import K
from layers.room import Room
from layers.room_taking import sealed

MOST_LISTED = 100  # items of one list at a time; the next come when these are decided
UNTOLD = "und"  # words whose language nobody told

_COLUMNS = "c.id, c.feeling, c.reasons, c.words, c.language, c.paraphrase, c.state, c.words_state"
ROWS = f"SELECT {_COLUMNS} FROM contributions c WHERE c.session = ?"  # noqa: S608 - our own names
_WAITS = "(c.state = 'waiting' OR (c.state = 'shown' AND c.words_state = 'waiting'))"
_DECIDED = "(c.state = 'hidden' OR (c.state = 'shown' AND c.words_state IN ('shown', 'hidden')))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One contribution as the second phone sees it: no token, no place, no time."""

    handle: str
    seen: str  # mark of what she reads here; a decision on anything else is refused
    feeling: str
    reasons: tuple[str, ...]
    words: str | None
    language: str | None  # as she reads it: primary tag, UNTOLD, or None without words
    paraphrase: str | None
    state: str  # waiting, shown or hidden
    words_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What the second phone has before it."""

    waiting: tuple[Item, ...]  # without words, or with words in a language she reads
    more: int  # that wait as well, beyond those listed
    decided: tuple[Item, ...]  # hidden, or with words that somebody decided about
    bare: int  # that wait and have no words: what approve_all lets through
    by_language: Mapping[str, int]  # words that wait, in every language
    unread: Mapping[str, int]  # words that wait in languages she does not read
    hidden: int
    muted: int  # phones


def primary(tag: str | None) -> str:
    """Give the language of a tag without its region, :data:`UNTOLD` where there is none.

    Examples
    --------
    >>> primary("fa-AF"), primary(None)
    ('fa', 'und')
    """
    return (tag or "").replace("_", "-").partition("-")[0].casefold() or UNTOLD


def queue(room: Room, session_id: str, languages: Iterable[str]) -> Queue:
    """List what waits for somebody who reads some languages.

    Words in any other language are counted and not shown: nobody approves what she cannot read.

    Parameters
    ----------
    room, session_id
        Where.
    languages
        BCP 47 tags she said she reads; regions do not matter.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``.
    """
    key = _key(room, session_id)
    reads = {primary(tag) for tag in languages}
    waiting = room.read(f"{ROWS} AND {_WAITS} ORDER BY c.id", (session_id,))
    decided = room.read(f"{ROWS} AND {_DECIDED} ORDER BY c.id", (session_id,))
    mine = [row for row in waiting if _is_read(row, reads)]
    counts = room.read(
        "SELECT (SELECT count(*) FROM contributions WHERE session = ?1 AND state = 'hidden'),"
        " (SELECT count(*) FROM tokens WHERE session = ?1 AND muted = 1)",
        (session_id,),
    )[0]
    tongues = Counter(primary(row[4]) for row in waiting if row[3] and row[7] == "waiting")
    return Queue(
        waiting=tuple(_item(row, handle_of(key, row[0])) for row in mine[:MOST_LISTED]),
        more=max(0, len(mine) - MOST_LISTED),
        decided=tuple(
            _item(row, handle_of(key, row[0])) for row in decided if _is_read(row, reads)
        )[:MOST_LISTED],
        bare=sum(row[3] is None for row in waiting),
        by_language=dict(sorted(tongues.items())),
        unread={tag: count for tag, count in sorted(tongues.items()) if tag not in reads},
        hidden=counts[0],
        muted=counts[1],
    )


def lookable(room: Room, session_id: str) -> set[str]:
    """List the squares in which five people or more are heard.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``.
    """
    _key(room, session_id)
    rows = room.read(
        "SELECT cell FROM contributions WHERE session = ? AND state = 'shown'"
        " GROUP BY cell HAVING count(DISTINCT token) >= ?",
        (session_id, K),
    )
    return {cell for (cell,) in rows}


def said_at(room: Room, session_id: str, cell: str, languages: Iterable[str]) -> list[Item]:
    """List what shows in one square, to take something off the wall that is wrong there.

    Nothing where fewer than five people speak: an item would have a place then. The handles are
    others than in the queue, and so is the order, so that what is listed there gets no place.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``.
    """
    key = _key(room, session_id)
    if cell not in lookable(room, session_id):
        return []
    reads = {primary(tag) for tag in languages}
    rows = room.read(f"{ROWS} AND c.state = 'shown' AND c.cell = ?", (session_id, cell))
    items = [_item(row, handle_here(key, row[0])) for row in rows if _is_read(row, reads)]
    return sorted(items, key=lambda item: item.handle)[:MOST_LISTED]


def _key(room: Room, session_id: str) -> bytes:
    rows = room.read("SELECT state, token_key FROM sessions WHERE id = ?", (session_id,))
    if not rows:
        raise LayerError("session_unknown")
    if rows[0][0] == "closed" or rows[0][1] is None:
        raise LayerError("session_closed")
    return bytes(rows[0][1])


def handle_of(key: bytes, row_id: bytes) -> str:
    """Seal an identifier for whoever moderates."""
    return sealed(key, "moderate", row_id.hex()).hex()


def handle_here(key: bytes, row_id: bytes) -> str:
    """Seal it once more, for who looks at a square: the two do not tell that they are one."""
    return sealed(key, "moderate here", row_id.hex()).hex()


def seen_of(row: tuple[Any, ...]) -> str:
    """Mark what is read of a row, so that a decision on what it was before can be told.

    What somebody else decided since is among it: words that were said otherwise on one phone are
    not let through as they were from another.
    """
    text = json.dumps(row[1:8], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def language_of(row: tuple[Any, ...]) -> str | None:
    """Give the language of a row's words; None where it has none."""
    return primary(row[4]) if row[3] else None


def _is_read(row: tuple[Any, ...], reads: set[str]) -> bool:
    return row[3] is None or primary(row[4]) in reads


def _item(row: tuple[Any, ...], handle: str) -> Item:
    return Item(
        handle=handle,
        seen=seen_of(row),
        feeling=row[1],
        reasons=tuple(json.loads(row[2])),
        words=row[3],
        language=language_of(row),
        paraphrase=row[5],
        state=row[6],
        words_state=row[7],
    )
