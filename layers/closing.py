"""End a session: what may leave it goes to the atlas, and what ties answers to phones is gone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers import privacy
from layers.atlas import Atlas
from layers.room import Room
from layers.room_session import Session
from layers.space import cell_polygon


def release_of(room: Room, session: Session) -> pd.DataFrame:
    """Give what may be published of a session, as :func:`layers.privacy.release`.

    What the wall showed in batches is what was released before, so that who saw the wall cannot
    subtract it from the publication.
    """
    return privacy.release(
        room.contributions(session.id), previous=privacy.unpacked(room.batch(session.id))
    )


def is_published(session: Session, *, atlas: Atlas) -> bool:
    """Tell whether an atlas holds what was published of a session."""
    return bool((atlas.read("sessions")["id"] == session.published_as).any())


def stop(room: Room, session: Session, *, atlas: Atlas | None) -> int:
    """Stop a session, then publish its cells; a rehearsal is never published.

    Parameters
    ----------
    room, session
        Where and what.
    atlas
        Where to publish; None publishes nothing.

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
    room.stop(session.id)
    return 0 if atlas is None else publish(room, session, atlas=atlas)


def publish(room: Room, session: Session, *, atlas: Atlas) -> int:
    """Publish the cells of a session that was stopped; a rehearsal is never published.

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
        Where the atlas cannot be written.
    ValueError
        If the session is still open: what came later would never be published.
    """
    if room.get(session.id).state != "closed":
        raise ValueError("a session is stopped before it is published")
    if session.kind == "rehearsal":
        return 0
    shown = release_of(room, session)
    told = room.contributions(session.id)["token"].nunique()
    # neither the room's identifier nor its code, with which phones joined
    published_id = session.published_as
    origin: dict[str, Any] = {"says_who": "users", "date_checked": session.held_on}
    rows = [
        {
            "id": f"{published_id}-{number}",
            "session_id": published_id,
            "cell": cell,
            "feeling": feeling,
            "contributors": band,
            "geometry": cell_polygon(cell),
            **origin,
        }
        for number, (cell, band, feeling) in enumerate(shown.itertuples(index=False), 1)
    ]
    with atlas.write() as writer:
        if published_id in writer.ids("sessions"):
            return 0
        session_row = {
            "id": published_id,
            "title": session.title,
            "held_on": session.held_on,
            "languages": list(session.languages),
            "cell_m": session.cell_m,
            "contributors": privacy.band(told) if told >= privacy.K else None,
            **origin,
        }
        writer.insert("sessions", [session_row])
        writer.insert("reported_cells", rows)
    return len(rows)
