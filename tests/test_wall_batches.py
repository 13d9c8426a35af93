"""Batches in the room's file: one at a time, and summed by the database as by hand."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from layers import codebook, privacy, wall_batches, wall_blocks
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.wall_view import View
from tests.helpers.sampled import examples

HERE = "CRS3035RES250mN3272000E4552000"
NEXT = "CRS3035RES250mN3272000E4552250"
SHOWN = View(showing="shown")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def open_session(room: Room, mode: str = "batches") -> Session:
    return room.create(
        title="Café",
        kind="real",
        mode=mode,
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )


def say(room: Room, session: Session, number: int, said: Contribution) -> None:
    token = f"{number:032x}"
    room.join(session.id, token, consent=codebook.CONSENT).result()
    room.contribute(session.id, token, said).result()


def test_who_looks_at_the_same_time_takes_one_batch_together(room: Room) -> None:
    session = open_session(room)
    for number in range(6):
        say(room, session, number, Contribution(id=str(number), cell=HERE, feeling="safe"))
    with ThreadPoolExecutor(8) as pool:
        looks = pool.map(lambda _: wall_batches.standing(room, session, SHOWN), range(16))
        assert {str(wall_blocks.cells(one)) for one in looks} == {f"[['{HERE}', 'safe', '5-9']]"}
    assert wall_batches.number(room, session.id) == 1


def test_a_session_that_is_gone_has_no_batches(room: Room) -> None:
    session = open_session(room)
    room.delete(session.id)
    with pytest.raises(LayerError, match="session_unknown"):
        wall_batches.standing(room, session, SHOWN)


def test_closing_forgets_which_batch_held_what(room: Room) -> None:
    session = open_session(room, "instant")
    for number in range(6):
        say(room, session, number, Contribution(id=str(number), cell=HERE, feeling="safe"))
    wall_batches.standing(room, session, SHOWN)
    room.change(session.id, lambda db: wall_batches.freeze(db, session.id)).result()
    assert room.read("SELECT count(*) FROM batches")[0][0] == 2
    room.stop(session.id)
    assert room.read("SELECT count(*) FROM batches")[0][0] == 0
    assert wall_batches.instant_cells(room, session.id, frozen=True) == []


said = st.builds(
    Contribution,
    id=st.uuids().map(str),
    cell=st.sampled_from([HERE, NEXT]),
    feeling=st.sampled_from(codebook.FEELINGS),
    reasons=st.lists(st.sampled_from(["lighting", "empty", "police"]), unique=True).map(tuple),
    time_of_day=st.sampled_from([None, "day", codebook.UNSAID]),
    company=st.sampled_from([None, "alone"]),
)


@given(told=st.lists(st.tuples(st.integers(0, 5), said), max_size=20))
@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_database_sums_as_the_rows_do(room: Room, told: list[tuple[int, Contribution]]) -> None:
    session = open_session(room, "instant")
    for number, one in told:
        say(room, session, number, one)
    rows = room.contributions(session.id)
    by_hand = [
        [
            cell,
            privacy.shared_feeling(*(list(people.values()).count(f) for f in codebook.FEELINGS)),
            None,
        ]
        for cell, people in sorted(privacy.voices(rows).items())
    ]
    assert wall_batches.instant_cells(room, session.id) == by_hand
    summed = room.read(wall_batches._TOLD, (session.id,))  # noqa: SLF001 - the sum that is proven
    assert {(question, code): n for question, code, n in summed} == wall_blocks.everybody(
        wall_blocks.rows_of(rows)
    )
