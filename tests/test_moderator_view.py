"""What the second phone sees of the wall: never more than stands there now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from layers import codebook, hers, wall_shown
from layers.room import Room
from layers.room_session import Contribution
from mapping.phone import moderator_view

HERE = "CRS3035RES250mN3272000E4552000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def test_a_square_that_four_have_left_is_gone_also_where_no_wall_page_is_open(room: Room) -> None:
    made = room.create(
        title="Café",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )
    wall_shown.show(room, made.id, "shown")
    for number in range(5):
        room.join(made.id, f"{number:032x}", consent=codebook.CONSENT).result()
        said = Contribution(id=str(number), cell=HERE, feeling="safe")
        room.contribute(made.id, f"{number:032x}", said).result()
    wall_shown.shown(room, made)
    look = moderator_view.Look(who="M", languages=("en",), cell=HERE)
    before = moderator_view.state(room, made.id, look)
    assert before["cells"] == [[HERE, "safe", "5-9"]]
    assert len(before["here"]["items"]) == 5
    for number in range(4):
        hers.withdraw(room, made.id, hers.Who(token=f"{number:032x}"), everything=True).result()
    after = moderator_view.state(room, made.id, look)
    assert (after["cells"], after["here"]) == ([], None)
    room.stop(made.id)
    assert moderator_view.state(room, made.id, look)["cells"] == []
