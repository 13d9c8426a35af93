"""How a wall stands is kept with its session, and nothing of one session touches another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from layers import wall_view
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from layers.wall_view import View, view

HERE = "CRS3035RES250mN3272000E4552000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def open_session(room: Room) -> Session:
    return room.create(
        title="Café",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )


def test_what_is_chosen_for_a_wall_outlives_a_restart_and_stays_with_its_session(
    tmp_path: Path,
) -> None:
    first = Room(tmp_path / "again.sqlite")
    mine, other = open_session(first), open_session(first)
    wall_view.spotlight(first, mine.id, HERE)
    wall_view.side_by_side(first, mine.id, True)
    wall_view.second_language(first, mine.id, "ar")
    first.close()
    again = Room(tmp_path / "again.sqlite")
    assert view(again, mine.id) == View(spotlight=HERE, side_by_side=True, second="ar")
    assert view(again, other.id) == View()
    wall_view.spotlight(again, mine.id, None)
    assert view(again, mine.id) == View(side_by_side=True, second="ar")
    again.close()


def test_a_wall_of_before_there_were_views_stands_as_its_kind_says() -> None:
    assert wall_view.view_of("{}", "real").showing == "hidden"
    assert wall_view.view_of("{}", "rehearsal").showing == "shown"
    kept = json.dumps({"showing": "paused", "frozen": ["ab"]})
    assert wall_view.view_of(kept, "real") == View(showing="paused", frozen=("ab",))


def test_no_session_has_no_wall(room: Room) -> None:
    with pytest.raises(LayerError, match="session_unknown"):
        view(room, "0" * 32)
    with pytest.raises(LayerError, match="session_unknown"):
        wall_view.side_by_side(room, "0" * 32, True)


def test_a_change_of_the_wall_is_told_to_who_watches(room: Room) -> None:
    session, told = open_session(room), list[str]()
    room.watch(told.append)
    wall_view.second_language(room, session.id, "fr")
    assert told == [session.id]
