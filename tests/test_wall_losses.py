"""What rests on fewer than five leaves the wall, by whichever way it became fewer."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers import closing, codebook, hers, moderating, wall_shown
from layers.errors import LayerError
from layers.moderator_queue import handle_of
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp

HERE = "CRS3035RES250mN3272000E4552000"
NEXT = "CRS3035RES250mN3272000E4552250"
COLUMN = {"reasons": "reasons", "when": "time_of_day"}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def open_session(room: Room, mode: str = "batches") -> Session:
    made = room.create(
        title="Café",
        kind="real",
        mode=mode,
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=SetUp(parties=("A", "B")),
    )
    wall_shown.show(room, made.id, "shown")
    wall_shown.side_by_side(room, made.id, True)
    wall_shown.spotlight(room, made.id, HERE)
    return made


def token(number: int) -> str:
    return f"{number:032x}"


def said(number: int, cell: str = HERE, **told: Any) -> Contribution:
    return Contribution(id=f"{number}-{cell}", **({"cell": cell, "feeling": "safe"} | told))


def say(
    room: Room, session: Session, number: int, what: Contribution, party: int | None = None
) -> None:
    room.join(session.id, token(number), consent=codebook.CONSENT, party=party).result()
    room.contribute(session.id, token(number), what).result()


def turn(room: Room, session: Session, number: int) -> None:
    """Change what she said: her row is new again, and the square stands as it was."""
    hers.change(room, session.id, token(number), said(number, feeling="mixed")).result()


def withdraw(room: Room, session: Session) -> None:
    hers.withdraw(room, session.id, hers.Who(token=token(0)), item=f"0-{HERE}").result()


def move(room: Room, session: Session) -> None:
    elsewhere = Contribution(id=f"0-{HERE}", cell=NEXT, feeling="unsafe")
    hers.change(room, session.id, token(0), elsewhere).result()


def handle(room: Room, session: Session, row_id: bytes) -> str:
    sql = "SELECT token_key FROM sessions WHERE id = ?"
    return handle_of(bytes(room.read(sql, (session.id,))[0][0]), row_id)


def _new_one(room: Room, session: Session) -> str:
    found = room.read("SELECT id FROM contributions WHERE fresh = 1")[0][0]
    return handle(room, session, bytes(found))


def hide(room: Room, session: Session) -> None:
    moderating.decide(room, session.id, "hide", _new_one(room, session), who="x")


def mute(room: Room, session: Session) -> None:
    moderating.mute(room, session.id, _new_one(room, session), who="x")


def undo(room: Room, session: Session) -> None:
    """Hide, let her change it, bring it back: by then it was counted once."""
    done = moderating.decide(room, session.id, "hide", _new_one(room, session), who="x")
    moderating.undo(room, session.id, done, who="x")
    withdraw(room, session)


@pytest.mark.parametrize("leave", [withdraw, move, hide, mute, undo])
def test_a_square_of_four_stands_no_longer_where_the_fifth_had_changed_hers_before(
    room: Room, leave: Callable[[Room, Session], None]
) -> None:
    session = open_session(room)
    for number in range(5):
        say(room, session, number, said(number, time_of_day="night"))
    assert wall_shown.shown(room, session)["cells"] == [[HERE, "safe", "5-9"]]
    hers.change(room, session.id, token(0), said(0, feeling="mixed", time_of_day="night")).result()
    assert wall_shown.shown(room, session)["cells"] == [[HERE, "safe", "5-9"]]
    leave(room, session)
    told = wall_shown.shown(room, session)
    assert (told["cells"], told["spotlight"], told["answers"]["when"]) == ([], None, [])
    assert wall_shown.replay(room, session) == [[]]


def test_one_alone_is_not_shown_as_five_after_four_changed_and_left(room: Room) -> None:
    session = open_session(room)
    for number in range(5):
        say(room, session, number, said(number))
    wall_shown.shown(room, session)
    for number in range(4):
        turn(room, session, number)
        wall_shown.shown(room, session)
    for number in range(4):
        hers.withdraw(room, session.id, hers.Who(token=token(number)), everything=True).result()
    assert wall_shown.shown(room, session)["cells"] == []
    closing.stop(room, session, atlas=None)
    assert closing.final(room, room.get(session.id)).cells.empty


# ---- random deeds against a count of the rows themselves ----


def people(rows: pd.DataFrame, question: str, code: str, cell: str | None = None) -> int:
    here = rows if cell is None else rows[rows["cell"] == cell]
    told = here[COLUMN[question]].map(
        lambda one: code in one if question == "reasons" else one == code
    )
    return int(here[told.astype(bool)]["token"].nunique())


def deed(room: Room, session: Session, chance: random.Random) -> None:
    number, cell = chance.randrange(9), chance.choice((HERE, NEXT))
    party = (None, 0, 1)[number % 3]
    told: dict[str, Any] = {
        "feeling": chance.choice(("safe", "unsafe")),
        "reasons": chance.choice(((), ("empty",), ("lighting",), ("empty", "lighting"))),
        "time_of_day": chance.choice((None, "day", "night")),
    }
    kind = chance.choice("ssssccwhu")
    if kind in "sc":
        say(room, session, number, said(number, cell, **told), party)
    if kind == "c":
        other = Contribution(id=f"{number}-{chance.choice((HERE, NEXT))}", cell=cell, **told)
        with contextlib.suppress(LayerError):  # what she has withdrawn is not changed any more
            hers.change(room, session.id, token(number), other).result()
    elif kind == "w":
        who, everything = hers.Who(token=token(number)), chance.random() < 0.3
        item = f"{number}-{cell}"
        hers.withdraw(room, session.id, who, everything=everything, item=item).result()
    elif kind in "hu":
        ids = room.read("SELECT id FROM contributions WHERE session = ?", (session.id,))
        if ids:
            named = handle(room, session, bytes(chance.choice(ids)[0]))
            moderating.decide(room, session.id, "hide" if kind == "h" else "show", named, who="x")
    if chance.random() < 0.05:
        wall_shown.show(room, session.id, chance.choice(("paused", "hidden")))
    elif chance.random() < 0.3:
        wall_shown.show(room, session.id, "shown")


def behind(room: Room, session: Session) -> Iterator[tuple[str, int]]:
    """Give, of each number on the wall, how many people truly stand behind it now."""
    told = wall_shown.shown(room, session)
    rows = room.contributions(session.id)
    by_cell = rows.groupby("cell")["token"].nunique().to_dict()
    squares = [cell for cell, _, band in told["cells"] if band is not None]
    if session.mode == "batches":
        squares += [cell for frame in wall_shown.replay(room, session) for cell, *_ in frame]
    yield from ((cell, by_cell.get(cell, 0)) for cell in squares)
    for table, party in enumerate(told["parties"]):
        theirs = rows[rows["party"] == table].groupby("cell")["token"].nunique().to_dict()
        yield from ((party["name"], theirs.get(cell, 0)) for cell, *_ in party["cells"])
    spot = told["spotlight"]
    if spot and spot["people"]:
        yield "spotlight", by_cell.get(HERE, 0)
    for question in COLUMN:
        for code, _ in told["answers"][question]:
            yield code, people(rows, question, code)
        for code, _ in spot[question] if spot else ():
            yield f"{code} here", people(rows, question, code, HERE)


@pytest.mark.parametrize("seed", [*range(6), 20, 34, 36, 40])
def test_behind_each_number_of_the_wall_stand_five_people_at_least(room: Room, seed: int) -> None:
    chance = random.Random(seed)
    session = open_session(room, chance.choice(("batches", "instant")))
    for step in range(45):
        deed(room, session, chance)
        few = [(name, count) for name, count in behind(room, session) if count < 5]
        assert not few, (seed, step)
