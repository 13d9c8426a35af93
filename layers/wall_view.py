"""What the facilitator lets the wall show: hidden, shown, paused or blank, and what stands out."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from layers.errors import LayerError
from layers.room import Room
from layers.space import parse_cell

SHOWINGS = ("hidden", "shown", "paused", "blank")
VISIBLE = ("shown", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How the wall of one session stands."""

    showing: str = "hidden"
    spotlight: str | None = None  # the square whose answers stand beside the map
    side_by_side: bool = False  # tables or groups, each on a map of its own
    second: str = ""  # BCP 47 tag of the second language; empty: none
    frozen: tuple[str, ...] | None = None  # marks of the words that were there when it was paused


def view(room: Room, session_id: str) -> View:
    """Read how the wall of a session stands; a rehearsal starts shown, a real session hidden.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    rows = room.read("SELECT wall, kind FROM sessions WHERE id = ?", (session_id,))
    if not rows:
        raise LayerError("session_unknown")
    return view_of(*rows[0])


def view_of(wall: str, kind: str) -> View:
    """Read a view from the columns ``wall`` and ``kind`` of a session."""
    kept: dict[str, Any] = {"showing": "shown" if kind == "rehearsal" else "hidden"}
    kept |= json.loads(wall)
    if kept.get("frozen") is not None:
        kept["frozen"] = tuple(kept["frozen"])
    return View(**kept)


def mark(*said: str | None) -> str:
    """Mark something as it stands now: changed, it has another mark, and nothing is read from it.

    Examples
    --------
    >>> mark("a", "safe") == mark("a", "safe"), mark("a", "safe") == mark("a", "unsafe")
    (True, False)
    """
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def spotlight(room: Room, session_id: str, cell: str | None) -> None:
    """Set one square apart with its answers; None: no square.

    Raises
    ------
    LayerError
        ``session_unknown``, or the fault of a cell that is none.
    """
    if cell is not None:
        parse_cell(cell)
    _set(room, session_id, lambda old: replace(old, spotlight=cell))


def side_by_side(room: Room, session_id: str, on: bool) -> None:  # noqa: FBT001 - the one switch
    """Show tables or groups beside each other, or all as one.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    _set(room, session_id, lambda old: replace(old, side_by_side=on))


def second_language(room: Room, session_id: str, tag: str) -> None:
    """Write everything on the wall in a second language too; empty: in one.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    _set(room, session_id, lambda old: replace(old, second=tag))


def keep_view(
    db: sqlite3.Connection, session_id: str, change: Callable[[View], View]
) -> tuple[View, View]:
    """Change a view inside of a transaction, and give it as it was and as it is.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    row = db.execute("SELECT wall, kind FROM sessions WHERE id = ?", (session_id,)).fetchone()
    if row is None:
        raise LayerError("session_unknown")
    old = view_of(*row)
    new = change(old)
    db.execute("UPDATE sessions SET wall = ? WHERE id = ?", (json.dumps(asdict(new)), session_id))
    return old, new


def _set(room: Room, session_id: str, change: Callable[[View], View]) -> None:
    room.change(session_id, lambda db: keep_view(db, session_id, change)).result()
