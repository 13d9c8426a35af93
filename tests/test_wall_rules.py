"""What never stands on a wall: what could hurt, who is alone, what is new in a pause, the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from layers import closing, codebook, hers, moderating, wall_shown
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp

HERE = "CRS3035RES250mN3272000E4552000"
NEXT = "CRS3035RES250mN3272000E4552250"
MODES = pytest.mark.parametrize("mode", ["batches", "instant"])


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def open_session(
    room: Room, mode: str = "batches", *, kind: str = "real", setup: SetUp | None = None
) -> Session:
    made = room.create(
        title="Café",
        kind=kind,
        mode=mode,
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=setup,
    )
    wall_shown.show(room, made.id, "shown")
    wall_shown.spotlight(room, made.id, HERE)
    return made


def say(
    room: Room, session: Session, people: range, *, party: int | None = None, **said: Any
) -> None:
    for number in people:
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT, party=party).result()
        one = Contribution(id=f"{number}", **({"cell": HERE, "feeling": "safe"} | said))
        room.contribute(session.id, token, one).result()


def change(room: Room, session: Session, number: int, **said: Any) -> None:
    one = Contribution(id=f"{number}", **({"cell": HERE, "feeling": "safe"} | said))
    hers.change(room, session.id, f"{number:032x}", one).result()


def let_words_through(room: Room, session: Session) -> None:
    for one in moderating.queue(room, session.id, ("en", "ar")).waiting:
        moderating.decide(room, session.id, "words_approve", one.handle, who="x")


def reasons(room: Room, session: Session) -> tuple[list[Any], list[Any]]:
    """Give the reasons of the room and of the square as the wall shows them."""
    told = wall_shown.shown(room, session)
    return told["answers"]["reasons"], told["spotlight"]["reasons"]


# ---- what could hurt ----


@MODES
def test_a_reason_that_could_hurt_comes_from_ten_on_and_only_beside_five_others(
    room: Room, mode: str
) -> None:
    session = open_session(room, mode)
    say(room, session, range(9), reasons=("queer", "lighting"))
    say(room, session, range(20, 30))
    assert reasons(room, session) == ([["lighting", "5-9"]], [["lighting", "5-9"]])
    say(room, session, range(30, 36), reasons=("queer", "lighting"))
    both = [["lighting", "10-19"], ["queer", "10-19"]]
    assert reasons(room, session) == (both, both)


@MODES
def test_a_reason_that_everybody_gave_is_not_told_where_it_could_hurt(
    room: Room, mode: str
) -> None:
    session = open_session(room, mode)
    say(room, session, range(14), reasons=("queer", "lighting"))
    assert reasons(room, session) == ([["lighting", "10-19"]], [["lighting", "10-19"]])
    say(room, session, range(20, 26), cell=NEXT)  # in the room there are others now, and not here
    both = [["lighting", "10-19"], ["queer", "10-19"]]
    assert reasons(room, session) == (both, [["lighting", "10-19"]])


# ---- a pause ----


def test_what_is_changed_in_a_pause_does_not_reach_a_wall_that_shows_at_once(room: Room) -> None:
    session = open_session(room, "instant")
    say(room, session, range(2))
    wall_shown.show(room, session.id, "paused")
    change(room, session, 0, cell=NEXT, feeling="unsafe")
    assert wall_shown.shown(room, session)["cells"] == [[HERE, "safe", None]]
    change(room, session, 1, feeling="unsafe")
    assert wall_shown.shown(room, session)["cells"] == []
    wall_shown.show(room, session.id, "shown")
    now = [[HERE, "unsafe", None], [NEXT, "unsafe", None]]
    assert wall_shown.shown(room, session)["cells"] == now


def test_the_replay_of_a_paused_wall_shows_nothing_that_was_changed_since(room: Room) -> None:
    session = open_session(room, "instant")
    say(room, session, range(5))
    wall_shown.shown(room, session)
    wall_shown.show(room, session.id, "paused")
    for number in range(5):
        change(room, session, number, cell=NEXT, feeling="unsafe")
    assert wall_shown.replay(room, session) == [[]]


@MODES
def test_words_that_are_changed_and_let_through_in_a_pause_wait_for_its_end(
    room: Room, mode: str
) -> None:
    session = open_session(room, mode)
    say(room, session, range(1), words="one", language="en")
    let_words_through(room, session)
    wall_shown.show(room, session.id, "paused")
    assert [one["text"] for one in wall_shown.shown(room, session)["words"]] == ["one"]
    change(room, session, 0, words="new in the pause", language="en")
    let_words_through(room, session)
    assert wall_shown.shown(room, session)["words"] == []
    wall_shown.show(room, session.id, "shown")
    told = wall_shown.shown(room, session)["words"]
    assert [one["text"] for one in told] == ["new in the pause"]


def test_a_pause_leaves_nothing_of_a_place_in_the_file_that_she_takes_back(room: Room) -> None:
    session = open_session(room, "instant")
    say(room, session, range(1), words="only hers", language="en")
    let_words_through(room, session)
    wall_shown.show(room, session.id, "paused")
    hers.withdraw(room, session.id, hers.Who(token="0" * 32), everything=True).result()
    kept = room.read("SELECT shown FROM batches UNION ALL SELECT wall FROM sessions")
    wall = json.loads(kept[-1][0]) | {"spotlight": None}
    assert HERE not in json.dumps([*kept[:-1], wall])
    assert "only hers" not in json.dumps(kept)


# ---- the end ----


@MODES
@pytest.mark.parametrize("before", ["shown", "paused"])
def test_once_it_is_closed_a_wall_shows_nothing_but_the_summary(
    room: Room, mode: str, before: str
) -> None:
    session = open_session(room, mode, setup=SetUp(parties=("A", "B")))
    wall_shown.side_by_side(room, session.id, True)
    say(room, session, range(6), party=0, words="mine", language="en", time_of_day="night")
    let_words_through(room, session)
    open_wall = wall_shown.shown(room, session)
    assert all(open_wall[part] for part in ("cells", "parties", "spotlight", "words"))
    wall_shown.show(room, session.id, before)
    closing.stop(room, session, atlas=None)
    closed = room.get(session.id)
    told = wall_shown.shown(room, closed)
    assert (told["cells"], told["parties"], told["words"]) == ([], [], [])
    assert (told["spotlight"], told["answers"]["when"]) == (None, [])
    assert (wall_shown.replay(room, closed), wall_shown.squares(room, closed)) == ([], [])


# ---- words at a place ----


@MODES
@pytest.mark.parametrize("kind", ["real", "rehearsal"])
def test_words_stand_at_a_place_only_where_five_speak_of_it(
    room: Room, mode: str, kind: str
) -> None:
    session = open_session(room, mode, kind=kind)
    say(room, session, range(4), words="dark", language="en")
    let_words_through(room, session)
    told = wall_shown.shown(room, session)
    assert {one["text"] for one in told["words"]} == {"dark"}
    assert not (told["spotlight"] or {"words": []})["words"]
    say(room, session, range(4, 5))
    assert [one["text"] for one in wall_shown.shown(room, session)["spotlight"]["words"]] == (
        ["dark"] * 4
    )


def test_the_words_of_one_of_a_table_that_is_not_shown_stand_at_no_place(room: Room) -> None:
    session = open_session(room, setup=SetUp(parties=("A", "B")))
    say(room, session, range(5), party=0, words="of A", language="en")
    say(room, session, range(20, 21), party=1, words="of the one of B", language="ar")
    let_words_through(room, session)
    say(room, session, range(30, 34), cell=NEXT)
    told = wall_shown.shown(room, session)
    assert told["number"] == 1
    assert {one["text"] for one in told["spotlight"]["words"]} == {"of A"}
    assert "of the one of B" in {one["text"] for one in told["words"]}  # read out, of no place


# ---- whoever works beside the wall ----


def test_squares_for_the_second_phone_are_those_of_the_wall_where_none_is_open(room: Room) -> None:
    session = open_session(room)
    say(room, session, range(5))
    assert wall_shown.squares(room, session) == []  # it takes no batch
    wall_shown.shown(room, session)
    assert wall_shown.squares(room, session) == [[HERE, "safe", "5-9"]]
    hers.withdraw(room, session.id, hers.Who(token="0" * 32), everything=True).result()
    assert wall_shown.squares(room, session) == []
