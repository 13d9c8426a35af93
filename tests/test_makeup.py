"""Counts of the room: what the facilitator counted, beside the session and tied to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import codebook, makeup
from layers.errors import LayerError
from layers.makeup import Makeup
from layers.room import Room
from layers.room_session import Session


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return room.create(
        title="Café",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )


def test_nobody_has_counted_is_not_a_count_of_zero(room: Room, session: Session) -> None:
    assert makeup.read(room, session.id) is None
    makeup.save(room, session.id, Makeup(genders={"women": 0}))
    assert makeup.read(room, session.id) == Makeup(genders={"women": 0})


def test_what_was_counted_is_there_again_also_after_the_end(room: Room, session: Session) -> None:
    counted = Makeup(
        genders={"women": 12, "men": 2},
        ages={"18_29": 8},
        languages={"ar": 9, "zh-Hans": 1},
        missing="Nobody who works nights.",
    )
    makeup.save(room, session.id, counted)
    room.stop(session.id)
    assert makeup.read(room, session.id) == counted
    makeup.save(room, session.id, Makeup(missing="Nobody from the hostel."))
    assert makeup.read(room, session.id) == Makeup(missing="Nobody from the hostel.")


def test_a_session_that_is_not_there_is_told(room: Room) -> None:
    with pytest.raises(LayerError, match="session_unknown"):
        makeup.save(room, "0" * 32, Makeup())


@pytest.mark.parametrize(
    "wrong",
    [
        {"genders": {"girls": 3}},
        {"ages": {"18_29": -1}},
        {"ages": {"18_29": 2_001}},
        {"languages": {"<b>": 3}},
        {"languages": {"ar": 2.5}},
        {"missing": "x" * 301},
    ],
)
def test_what_is_no_count_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LayerError, match="makeup_wrong"):
        Makeup(**wrong)  # type: ignore[arg-type]  # that is what is tried


def test_signs_that_hide_text_are_taken_out(room: Room, session: Session) -> None:
    makeup.save(room, session.id, Makeup(missing="no\u202e men\n came"))
    found = makeup.read(room, session.id)
    assert found is not None
    assert found.missing == "no men came"


def test_outside_the_room_fewer_than_five_and_nobody_look_alike() -> None:
    counted = Makeup(genders={"women": 5, "men": 4, "other": 0}, languages={"uk": 21, "ar": 10})
    assert makeup.banded(counted) == {
        "genders": [("women", "5-9"), ("men", None), ("other", None)],
        "ages": [],
        "languages": [("ar", "10-19"), ("uk", "20+")],
    }


@given(st.dictionaries(st.sampled_from(makeup.GENDERS), st.integers(0, 4)))
def test_no_count_below_five_makes_a_difference_outside(counts: dict[str, int]) -> None:
    nobody = Makeup(genders=dict.fromkeys(counts, 0))
    assert makeup.banded(Makeup(genders=counts)) == makeup.banded(nobody)


def test_the_counts_stand_in_no_row_of_a_person(room: Room, session: Session) -> None:
    room.join(session.id, "a" * 32, consent=codebook.CONSENT).result()
    before = room.read("SELECT * FROM tokens")
    makeup.save(room, session.id, Makeup(genders={"women": 1}, missing="Nobody else"))
    assert room.read("SELECT * FROM tokens") == before


def test_it_goes_with_its_session(room: Room, session: Session) -> None:
    makeup.save(room, session.id, Makeup(missing="Nobody from Ropewalk-on-Sea"))
    room.delete(session.id)
    assert makeup.read(room, session.id) is None
    for piece in room.path.parent.iterdir():
        assert b"Ropewalk-on-Sea" not in piece.read_bytes()
