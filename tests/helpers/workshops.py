"""Invented workshops, many of them quickly: who said what, and what each wall showed when."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import dataclass, field
from datetime import date

from layers import codebook, privacy, wall_blocks, wall_shown
from layers.room import Room
from layers.room_session import Session
from layers.room_setup import SetUp
from layers.space import cell_code

HELD = date(2026, 3, 1)
CELLS = tuple(
    cell_code(4_552_000 + 250 * east, 3_272_000 + 250 * north, size_m=250)
    for east in range(4)
    for north in range(2)
)
_FEELINGS = ("safe", "mixed", "unsafe")
_SAID = ("lighting", "empty", "police", "racism", "kind")


@dataclass
class Workshop:
    """A session, and the exact numbers behind what its wall showed after each round."""

    session: Session
    squares: list[dict[str, privacy.Counts]] = field(default_factory=list)
    answers: list[dict[tuple[str, str], int]] = field(default_factory=list)


def hold(
    room: Room,
    rng: random.Random,
    *,
    campaign: str = "",
    atlas: str = "",
    most: int = 24,
    parties: tuple[str, ...] = (),
) -> Workshop:
    """Hold a session of a few rounds: people speak, some take it back, the wall shows.

    Parameters
    ----------
    room, rng
        Where, and which chances.
    campaign, atlas, parties
        As in a session.
    most
        People at most; there may be one alone, or nobody.
    """
    session = room.create(
        title="Workshop",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=HELD,
        atlas=atlas,
        setup=SetUp(campaign=campaign, parties=parties),
    )
    held = Workshop(session)
    people = [rng.randbytes(16) for _ in range(rng.randint(0, most))]
    favourite = rng.sample(CELLS, k=rng.randint(1, 3))

    def join(db: sqlite3.Connection) -> None:
        for token in people:
            party = rng.randrange(len(parties)) if parties else None
            db.execute(
                "INSERT INTO tokens (session, token, consent, party) VALUES (?, ?, ?, ?)",
                (session.id, token, codebook.CONSENT, party),
            )

    def speak(db: sqlite3.Connection) -> None:
        for token in people:
            if rng.random() < 0.5:
                _say(db, rng, session.id, token, favourite)
        if rng.random() < 0.4:
            mine = rng.choice(people) if people else b""
            db.execute(
                "DELETE FROM contributions WHERE session = ? AND token = ?", (session.id, mine)
            )

    room.change(session.id, join).result()
    wall_shown.show(room, session.id, "shown")
    for _ in range(rng.randint(1, 4)):
        room.change(session.id, speak).result()
        wall_shown.shown(room, room.get(session.id))
        standing = wall_blocks.unpacked(room.batch(session.id))
        held.squares.append(dict(wall_blocks.released(standing).attrs["basis"].rows))
        held.answers.append(
            {
                (str(question), str(code)): number
                for (cell, question, code), number in standing.answers.shown.items()
                if not cell
            }
        )
    return held


def _say(
    db: sqlite3.Connection,
    rng: random.Random,
    session_id: str,
    token: bytes,
    favourite: list[str],
) -> None:
    cell = rng.choice(favourite if rng.random() < 0.8 else CELLS)
    db.execute(
        "INSERT INTO contributions (session, id, token, cell, feeling, reasons, time_of_day,"
        " company, fresh) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            session_id,
            rng.randbytes(16),
            token,
            cell,
            rng.choices(_FEELINGS, (3, 1, 3))[0],
            json.dumps(sorted(rng.sample(_SAID, k=rng.randint(0, 3)))),
            rng.choice((None, "day", "night", codebook.UNSAID)),
            rng.choice((None, "alone", "others")),
        ),
    )
