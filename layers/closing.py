"""End a session: what may leave it goes to the atlas, and what ties answers to phones is gone.

What may leave is worked out once, when the session ends, and kept with it. The summary in the hall,
the publication and a campaign all give that, so that none can be subtracted from another.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from layers import answer_counts, privacy, square_hours, wall_blocks
from layers.answer_counts import Counts
from layers.atlas import Atlas, Writer
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from layers.space import cell_polygon, parent_cell, parse_cell

_KEPT = "closed"  # what was worked out at the end, in the session's column batch
COARSEST_M = 2_000

one_at_a_time = threading.RLock()
"""Two desks that publish in the same moment do it one after the other, and so once."""


class Final(NamedTuple):
    """What may leave a session; the exact numbers in it are for the room's file only."""

    cells: pd.DataFrame  # as layers.privacy.release
    counts: Counts
    hours: pd.DataFrame | None = None  # as layers.square_hours; None: of a campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What stays in the room, and why; for the facilitator there, and for nobody else.

    ``squares`` counts squares that people spoke of, by why they do not leave: ``few`` (fewer than
    five spoke of it and of those around it), ``merged`` (it leaves as part of a larger square),
    ``waits`` (it leaves as the wall showed it: fewer than five have said something else since).
    ``answers`` are question, code and why: ``few``, ``sensitive`` (fewer than ten), ``same``
    (fewer than five of the room did not say it). ``unread`` answers still wait for the moderator,
    ``hidden`` were hidden by one.
    """

    squares: Mapping[str, int]
    answers: tuple[tuple[str, str, str], ...]
    unread: int
    hidden: int


def final(room: Room, session: Session, *, merged: bool | None = None) -> Final:
    """Work out what may leave a session: squares and answers, never a participant's own words.

    What the wall showed in batches was released before, so that who saw the wall cannot subtract
    it from the publication; what was taken off it since stays off.

    Parameters
    ----------
    room, session
        Where and what.
    merged
        Whether squares with too few people are merged into larger ones. Without it they are,
        unless the session belongs to a campaign, which does that for all of its sessions.
    """
    if merged is None:
        merged = not session.setup.campaign
    kept = room.batch(session.id) or {}
    standing = wall_blocks.unpacked(kept)
    told = room.contributions(session.id)
    ended = kept.get(_KEPT)
    left = wall_blocks.retract(wall_blocks.rows_of(told), standing)
    if ended is None:
        shown: pd.DataFrame | None = wall_blocks.released(left)
        before = _on_the_wall(standing)
    else:
        shown = privacy.unpacked(ended["cells"])
        before = answer_counts.read_counts(ended["counts"])
    coarsest_m = COARSEST_M if merged else session.cell_m
    # who stood beside a table on the wall, too few to be seen, is not to be found here either
    counted = wall_blocks.counted(told, left)
    if ended is not None and shown is not None:
        shown = privacy.retracted(shown, counted, coarsest_m=coarsest_m)
    cells = privacy.release(counted, previous=shown, coarsest_m=coarsest_m)
    counts = answer_counts.count(told, before=before)
    hours = square_hours.release(
        counted,
        cells,
        everywhere={code: n for (question, code), n in counts.by.items() if question == "when"},
        shown=_hours_on_the_wall(standing),
    )
    return Final(cells, counts, hours)


def release_of(room: Room, session: Session) -> pd.DataFrame:
    """Give the squares that may leave a session, as :func:`layers.privacy.release`."""
    return final(room, session).cells


def is_published(session: Session, *, atlas: Atlas) -> bool:
    """Tell whether an atlas holds what was published of a session, alone or in its campaign."""
    return bool((atlas.read("sessions")["id"] == session.published_as).any())


def stop(room: Room, session: Session, *, atlas: Atlas | None) -> int:
    """Stop a session, then publish its cells; a rehearsal is never published.

    Parameters
    ----------
    room, session
        Where and what.
    atlas
        Where to publish; None publishes nothing. A session of a campaign is not published here:
        :mod:`layers.campaigns` does that once for all of them.

    Returns
    -------
    cells
        How many cells were published.

    Raises
    ------
    LayerError
        Where the room or the atlas cannot be written.

    Notes
    -----
    The room is closed first: if publishing fails, nothing more can come in meanwhile, and
    :func:`publish` does it later.
    """
    once = _ever_shown(room, session)
    if room.get(session.id).state != "closed":
        room.stop(session.id)
    if _KEPT not in (room.batch(session.id) or {}):
        _keep(room, session, final(room, session), once=once)
    return 0 if atlas is None or session.setup.campaign else publish(room, session, atlas=atlas)


def publish(room: Room, session: Session, *, atlas: Atlas) -> int:
    """Publish what may leave a session that was stopped; a rehearsal is never published.

    Parameters
    ----------
    room, session
        Where and what.
    atlas
        Where to publish. It takes a session once: its name there is kept with the session.

    Returns
    -------
    cells
        How many cells were published.

    Raises
    ------
    LayerError
        Where the atlas cannot be written; ``campaign_published`` where the session was published
        with its campaign, or was being.
    ValueError
        If the session is still open: what came later would never be published.
    """
    with one_at_a_time:
        found = room.get(session.id)
        if found.state != "closed":
            raise ValueError("a session is stopped before it is published")
        if found.kind == "rehearsal":
            return 0
        if not found.published_as.startswith("session-"):
            raise LayerError("campaign_published", campaign=found.setup.campaign)
        leaving = final(room, found, merged=True)
        _keep(room, found, leaving)
        return write(atlas, found.published_as, about(found), leaving)


def held_back(room: Room, session: Session) -> HeldBack:
    """Say what of a session stays in the room, and why; also before it is stopped."""
    told = room.contributions(session.id)
    leaving = final(room, session)
    out = set(leaving.cells["cell"])
    basis = leaving.cells.attrs["basis"]
    people = privacy.voices(told)
    squares = dict.fromkeys(("few", "merged", "waits"), 0)
    for cell, said in people.items():
        if cell in out:
            squares["waits"] += _counts(said) != _behind(basis, cell)
        elif basis.inputs.get(cell, ("",))[0] in out or _is_inside(cell, out):
            squares["merged"] += 1
        else:
            squares["few"] += 1
    states = dict(
        room.read(
            "SELECT state, count(*) FROM contributions WHERE session = ? GROUP BY state",
            (session.id,),
        )
    )
    counts = leaving.counts
    answers = [
        (*key, why)
        for key in (*counts.by, *counts.few, *counts.off)
        if (why := answer_counts.why_held(counts, key)) is not None
    ]
    return HeldBack(
        squares=squares,
        answers=tuple(answers),
        unread=int(states.get("waiting", 0)),
        hidden=int(states.get("hidden", 0)),
    )


def about(session: Session) -> dict[str, Any]:
    """Give the columns of a session's row in the atlas: what a reader needs, and no secret."""
    setup = session.setup
    return {
        "title": session.title,
        "held_on": session.held_on,
        "sessions_held": 1,
        "languages": list(session.languages),
        "audience_code": setup.audience,
        "audience": setup.audience_name or None,
        "organizer": setup.organizer or None,
        "campaign": setup.campaign or None,
        "asked": [one for one in setup.asks if one in answer_counts.ASKED],
        "codebook": session.codebook,
        "cell_m": session.cell_m,
        "date_checked": session.held_on,
    }


def write(atlas: Atlas, published_id: str, row: Mapping[str, Any], leaving: Final) -> int:
    """Write a release into an atlas in one transaction, unless it is there already.

    Parameters
    ----------
    atlas, published_id
        Where, and under which name.
    row
        As :func:`about`.
    leaving
        Squares and answers.

    Returns
    -------
    cells
        How many squares of it the atlas now holds.

    Raises
    ------
    LayerError
        Where the atlas cannot be written.
    """
    with atlas.write() as writer:
        is_there = published_id in writer.ids("sessions")
        if not is_there:
            _write_all(writer, published_id, row, leaving)
    if is_there:  # another desk published it: what to say is how many there are
        there = atlas.read("reported_cells")
        return int(there.loc[there["session_id"] == published_id, "cell"].nunique())
    return len(leaving.cells)


def _write_all(writer: Writer, published_id: str, row: Mapping[str, Any], leaving: Final) -> None:
    origin: dict[str, Any] = {"says_who": "users", "date_checked": row["date_checked"]}
    told = leaving.counts.told
    contributors = privacy.band(told) if told >= privacy.K else None
    session_row = {**row, **origin, "id": published_id, "contributors": contributors}
    writer.insert("sessions", [session_row])
    _write_parts(writer, published_id, leaving, origin)


def _write_parts(
    writer: Writer, published_id: str, leaving: Final, origin: Mapping[str, Any]
) -> None:
    parts = [leaving.cells] if leaving.hours is None else [leaving.cells, leaving.hours]
    rows = [
        dict(zip(part.columns, row, strict=True))
        for part in parts
        for row in part.itertuples(index=False)
    ]
    writer.insert(
        "reported_cells",
        [
            {
                **row,
                **origin,
                "id": f"{published_id}-{number}",
                "session_id": published_id,
                "geometry": cell_polygon(row["cell"]),
            }
            for number, row in enumerate(rows, 1)
        ],
    )
    counts = answer_counts.release(leaving.counts)
    writer.insert(
        "session_counts",
        [
            {
                "id": f"{published_id}-{question}-{code}",
                "session_id": published_id,
                "question": question,
                "code": code,
                "contributors": band,
                **origin,
            }
            for question, code, band in counts.itertuples(index=False)
        ],
    )


def _hours_on_the_wall(standing: wall_blocks.Standing) -> dict[tuple[str, str], int]:
    """Give what the wall showed of hours of single squares, also of what was taken off since."""
    return {
        (str(cell), str(code)): n
        for part in standing.answers
        for (cell, question, code), n in part.items()
        if cell and question == "when"
    }


def once_shown(room: Room, session: Session) -> set[str]:
    """Give the squares that stood on the wall of a closed session at some time.

    Where everything showed at once, that is every square that anybody spoke of.
    """
    kept = room.batch(session.id) or {}
    shown = {row[0] for row in kept.get("rows", ())} | set(kept.get("inputs", ()))
    shown |= {row[0] for row in kept.get("blocks_off", ())}
    if session.mode == "instant":
        shown |= set(room.contributions(session.id)["cell"])
    return shown | set(kept.get(_KEPT, {}).get("once", ()))


def _ever_shown(room: Room, session: Session) -> set[str]:
    """Read the squares of all batches, before closing takes their order away."""
    rows = room.read("SELECT shown FROM batches WHERE session = ?", (session.id,))
    return {cell[0] for (text,) in rows for cell in json.loads(text)["cells"]}


def _on_the_wall(standing: wall_blocks.Standing) -> Counts | None:
    """Give the answers of the whole room that the wall showed; None where it showed none."""
    shown, off = (
        {
            (str(question), str(code)): n
            for (cell, question, code), n in part.items()
            if not cell and question in answer_counts.ASKED
        }
        for part in standing.answers
    )
    return Counts(told=0, by=shown, off=off) if shown or off else None


def _keep(room: Room, session: Session, leaving: Final, *, once: Collection[str] = ()) -> None:
    """Keep what was worked out: from now on it changes only where five people change it."""
    ended = {"cells": privacy.packed(leaving.cells), "counts": leaving.counts.as_json()}

    def keep(db: sqlite3.Connection) -> None:
        # read here and not before: a wall may take something off in this moment
        sql = "SELECT batch FROM sessions WHERE id = ?"
        kept = json.loads(db.execute(sql, (session.id,)).fetchone()[0] or "{}")
        seen = sorted({*once, *kept.get(_KEPT, {}).get("once", ())})
        text = json.dumps(
            {"rows": [], "behind": {}, "inputs": {}} | kept | {_KEPT: ended | {"once": seen}}
        )
        db.execute("UPDATE sessions SET batch = ? WHERE id = ?", (text, session.id))

    room.change(session.id, keep).result()


def _counts(said: Mapping[str, str]) -> tuple[int, int, int]:
    found = list(said.values())
    return found.count("safe"), found.count("mixed"), found.count("unsafe")


def _behind(basis: privacy.Basis, cell: str) -> tuple[int, int, int] | None:
    """Give how many stood behind the part of a row that its own square is."""
    row, counts = basis.inputs.get(cell, ("", None))
    return counts if row == cell else basis.rows.get(cell)


def _is_inside(cell: str, rows: set[str]) -> bool:
    while parse_cell(cell).size_m < COARSEST_M:
        cell = parent_cell(cell)
        if cell in rows:
            return True
    return False
