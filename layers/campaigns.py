"""Several sessions of one campaign, published together: once, and so that none can be taken out.

Pooled only where the facilitator says that different people came each time; else each session is
published by itself. What a session shows by itself goes into the pool as it is, and never fewer
than five people with it. The rest of all sessions is pooled on its own. So whoever has seen the
wall of one session, or of all but one, finds nobody by subtraction, or five at least.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from layers import answer_counts, closing, privacy
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session

_NAMED = "campaign-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Sessions of one campaign in one atlas: ``ready`` to be pooled, ``open``, and ``done``.

    ``done`` were published, by themselves or in the pool; ``pool`` is the name of the pool in the
    atlas once it was begun, and no session joins it any more. ``deleted_from`` is the first day of
    deletion of those that are not published.
    """

    name: str
    atlas: str
    ready: tuple[Session, ...]
    open: tuple[Session, ...]
    done: tuple[Session, ...]
    pool: str | None
    deleted_from: date | None


def names(room: Room, atlas: str) -> list[str]:
    """List the campaigns of an atlas, by their names."""
    return sorted({one.setup.campaign for one in _sessions(room, atlas) if one.setup.campaign})


def of(room: Room, name: str, *, atlas: Atlas) -> Campaign:
    """Find the sessions of a campaign; rehearsals are none of them.

    Parameters
    ----------
    room, name
        Where, and which.
    atlas
        The atlas that the sessions were held on.

    Raises
    ------
    LayerError
        ``campaign_unknown``, or where the atlas cannot be read.
    """
    mine = [one for one in _sessions(room, str(atlas.path.resolve())) if one.setup.campaign == name]
    if not mine:
        raise LayerError("campaign_unknown")
    there = set(atlas.read("sessions")["id"])
    done = [one for one in mine if one.published_as in there]
    left = [one for one in mine if one.published_as not in there]
    pools = {one.published_as for one in mine if one.published_as.startswith(_NAMED)}
    return Campaign(
        name=name,
        atlas=str(atlas.path),
        ready=tuple(one for one in left if one.state == "closed"),
        open=tuple(one for one in left if one.state != "closed"),
        done=tuple(done),
        pool=min(pools, default=None),
        deleted_from=min((one.delete_on for one in left), default=None),
    )


def publish(room: Room, name: str, *, atlas: Atlas, different_people: bool) -> int:
    """Publish a campaign whose sessions are all closed.

    Parameters
    ----------
    room, name, atlas
        As :func:`of`.
    different_people
        Whether the facilitator says that nobody came twice. Only then are they pooled; a person
        who came twice would count as two.

    Returns
    -------
    cells
        How many cells were published.

    Raises
    ------
    LayerError
        ``campaign_open`` while a session is not closed, ``campaign_published`` where nothing is
        left to publish, ``campaign_unknown``; or where room or atlas cannot be written.

    Notes
    -----
    A session that was published by itself before is not pooled, and one that is held after the
    pool was published is published by itself. The sessions bear the name of the pool before it is
    written: where writing fails, the same pool is written by the next try.
    """
    with closing.one_at_a_time:
        found = of(room, name, atlas=atlas)
        if found.open and not _is_begun(found):
            raise LayerError("campaign_open", count=len(found.open))
        pooled = [one for one in found.ready if one.published_as == found.pool]
        alone = [one for one in found.ready if one.published_as != found.pool]
        if not found.ready:
            raise LayerError("campaign_published", campaign=name)
        if found.pool is None and different_people and len(found.ready) > 1:
            pooled, alone = _begin(room, found.ready), []
        cells = sum(closing.publish(room, one, atlas=atlas) for one in alone)
        if pooled:
            cells += closing.write(
                atlas, pooled[0].published_as, _about(name, pooled), pool(room, pooled)
            )
        return cells


def pool(room: Room, sessions: Sequence[Session]) -> closing.Final:
    """Work out what may leave several sessions of different people together."""
    finals = [closing.final(room, one) for one in sessions]
    rows: dict[str, privacy.Counts] = {}
    rest = []
    for session, leaving in zip(sessions, finals, strict=True):
        basis = leaving.cells.attrs["basis"]
        for cell, counts in basis.rows.items():
            rows[cell] = _added(rows.get(cell, (0, 0, 0)), counts)
        rest.append(_unsaid(room, session, leaving))
    others = privacy.release(pd.concat(rest, ignore_index=True), coarsest_m=closing.COARSEST_M)
    for cell, counts in others.attrs["basis"].rows.items():
        rows[cell] = _added(rows.get(cell, (0, 0, 0)), counts)
    cells = pd.DataFrame(
        [
            (cell, privacy.band(sum(counts)), privacy.shared_feeling(*counts))
            for cell, counts in sorted(rows.items())
        ],
        columns=privacy.COLUMNS,
    ).astype(dict.fromkeys(privacy.COLUMNS, "str"))
    cells.attrs["basis"] = privacy.Basis(rows)
    return closing.Final(cells, answer_counts.pool(one.counts for one in finals))


def _unsaid(room: Room, session: Session, leaving: closing.Final) -> pd.DataFrame:
    """Give what was said of squares that no row of the session speaks for, nor ever did."""
    said = room.contributions(session.id)[["cell", "token", "feeling"]]
    spoken = set(leaving.cells["cell"]) | set(leaving.cells.attrs["basis"].inputs)
    spoken |= closing.once_shown(room, session)
    return said[~said["cell"].isin(spoken)]


def _added(one: privacy.Counts, other: privacy.Counts) -> privacy.Counts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _begin(room: Room, sessions: Sequence[Session]) -> list[Session]:
    """Give the sessions the name of a new pool, all or none."""
    name = f"{_NAMED}{secrets.token_hex(16)}"
    ids = [one.id for one in sessions]
    marks = ", ".join("?" * len(ids))
    room.change(
        ids[0],
        lambda db: db.execute(
            f"UPDATE sessions SET published_as = ? WHERE id IN ({marks})",  # noqa: S608 - marks only
            (name, *ids),
        ),
    ).result()
    return [room.get(one) for one in ids]


def _is_begun(found: Campaign) -> bool:
    return found.pool is not None and any(one.published_as == found.pool for one in found.ready)


def _about(name: str, sessions: Sequence[Session]) -> dict[str, Any]:
    """Give the row of the pool: what all of its sessions have in common."""
    each = [closing.about(one) for one in sessions]

    def common(column: str) -> Any:  # noqa: ANN401 - a cell of any column
        return each[0][column] if all(one[column] == each[0][column] for one in each) else None

    def every(column: str) -> list[str]:
        return list(dict.fromkeys(code for one in each for code in one[column]))

    return {
        "title": name,
        "held_on": max(one.held_on for one in sessions),
        "sessions_held": len(sessions),
        "languages": every("languages"),
        "audience_code": common("audience_code"),
        "audience": common("audience"),
        "organizer": common("organizer"),
        "campaign": name,
        "asked": every("asked"),
        "codebook": common("codebook"),
        "cell_m": common("cell_m"),
        "date_checked": max(one.held_on for one in sessions),
    }


def _sessions(room: Room, atlas: str) -> list[Session]:
    return [one for one in room.sessions() if one.kind == "real" and one.atlas == atlas]
