"""What the second phone is told: counts, what waits for her, and how the wall stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from layers import hints, moderating, moderator_queue, netmap, wall_shown
from layers.errors import LayerError
from layers.moderating import Item
from layers.plain_text import plain_text
from layers.room import Room
from layers.room_session import Session

_MOST_LANGUAGES = 40
_LAST_DEEDS = 30
_MOST_LINKS = 300  # of a round of Net-Map

Parts = list[list[str]]  # pieces of words: ``[text, kind of hint or ""]``


@dataclass(slots=True)
class Look:
    """Who looks, which languages she reads, and at which square of the wall."""

    who: str = ""
    line: str = ""  # names her page, and nobody else knows it
    languages: tuple[str, ...] = ()
    cell: str | None = None
    parts: dict[str, Parts] = field(default_factory=dict)  # of the words she sees now

    @classmethod
    def of(cls, hello: dict[str, Any]) -> Look:
        """Read it from a hello whose key was right; whatever is no text is left out."""
        who, said, line = (hello.get(name) for name in ("who", "languages", "line"))
        listed = said[:_MOST_LANGUAGES] if isinstance(said, list) else []
        return cls(
            who=plain_text(who, most=moderating.LABEL_LENGTH) if isinstance(who, str) else "",
            line=line if isinstance(line, str) else "",
            languages=tuple(tag for tag in listed if isinstance(tag, str) and len(tag) <= 35),
        )


def state(room: Room, session_id: str, look: Look) -> dict[str, Any]:
    """Give all that the second phone shows; no token, no place but the wall's own, no time.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    session = room.get(session_id)
    view = wall_shown.view(room, session_id)
    phones, sent = room.counts(session_id)
    cells = wall_shown.squares(room, session)
    told: dict[str, Any] = {
        "type": "state",
        "session": session.id,
        "title": session.title,
        "code": session.code,
        "kind": session.kind,
        "state": session.state,
        "moderation": session.setup.moderation,
        "safeguard": session.setup.safeguard,
        "languages": list(session.languages),
        "parties": len(session.setup.parties),
        "phones": phones,
        "sent": sent,
        "showing": view.showing,
        "spotlight": view.spotlight,
        "side_by_side": view.side_by_side,
        "second": view.second,
        "cells": cells,
        "net": _links(room, session_id),
        "deeds": [
            [deed.who, deed.did, deed.language]
            for deed in moderating.deeds(room, session_id)[-_LAST_DEEDS:]
        ],
    }
    try:
        return told | _queue(room, session, look, [str(cell) for cell, *_ in cells])
    except LayerError as error:
        if error.code != "session_closed":
            raise
        return told | _NOTHING


_NOTHING: dict[str, Any] = {
    "waiting": [],
    "decided": [],
    "lookable": [],
    "here": None,
    "counts": {
        "waiting": 0,
        "more": 0,
        "bare": 0,
        "hidden": 0,
        "muted": 0,
        "words": {},
        "unread": {},
    },
}


def _links(room: Room, session_id: str) -> list[list[Any]]:
    """List the links of a round by group and name: handle, group, one, mutual, other, hidden."""
    found = netmap.round_of(room, session_id)
    if found is None:
        return []
    names = {one.id: one.name for one in found.actors}
    rows = netmap.links(room, session_id).to_dict("records")
    listed = [
        [
            *(row["id"], netmap.LETTERS[row["party"]], names.get(row["one"], "")),
            *(row["mutual"], names.get(row["other"], ""), row["state"] == "hidden"),
        ]
        for row in rows
    ]
    return sorted(listed, key=lambda one: one[1:])[:_MOST_LINKS]


def _queue(room: Room, session: Session, look: Look, on_wall: list[str]) -> dict[str, Any]:
    found = moderating.queue(room, session.id, look.languages)
    at: list[Item] = []
    # the wall shows it, and it is of several: then she may look what it is made of
    lookable = moderator_queue.lookable(room, session.id).intersection(on_wall)
    cell = look.cell if look.cell in lookable else None
    if cell is not None:
        at = moderating.said_at(room, session.id, cell, look.languages)
    items = (*found.waiting, *found.decided, *at)
    told = {text for one in items for text in (one.words, one.paraphrase) if text}
    # looked at once, and not kept longer than they are shown
    look.parts = {text: look.parts.get(text) or _parts(text) for text in told}
    return {
        "waiting": [_item(one, look) for one in found.waiting],
        "decided": [_item(one, look) for one in found.decided],
        "lookable": sorted(lookable),
        "here": None if cell is None else {"cell": cell, "items": [_item(one, look) for one in at]},
        "counts": {
            "waiting": len(found.waiting) + found.more,
            "more": found.more,
            "bare": found.bare,
            "hidden": found.hidden,
            "muted": found.muted,
            "words": dict(found.by_language),
            "unread": dict(found.unread),
        },
    }


def _item(one: Item, look: Look) -> dict[str, Any]:
    return {
        "handle": one.handle,
        "seen": one.seen,
        "feeling": one.feeling,
        "reasons": list(one.reasons),
        "parts": look.parts[one.words] if one.words else [],
        "language": one.language,
        "paraphrase": one.paraphrase,
        "paraphrase_parts": look.parts[one.paraphrase] if one.paraphrase else [],
        "state": one.state,
        "words_state": one.words_state,
    }


def _parts(text: str) -> Parts:
    """Cut words into pieces, so that a page need not count characters as we do."""
    pieces: Parts = []
    done = 0
    for hint in hints.find(text):
        pieces += [[text[done : hint.start], ""], [text[hint.start : hint.end], hint.kind]]
        done = hint.end
    return [piece for piece in [*pieces, [text[done:], ""]] if piece[0]]
