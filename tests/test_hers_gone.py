"""What was withdrawn or replaced leaves the disk while the session goes on, and after a crash."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layers import hers
from layers.room import Room
from tests.helpers.hers import CELL, OTHER, A, by, pin, session


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def on_disk(room: Room) -> bytes:
    return b"".join(file.read_bytes() for file in room.path.parent.glob(f"{room.path.name}*"))


def until(found: object, what: Any) -> None:
    end = time.monotonic() + 30
    while what() != found:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_withdrawn_and_replaced_words_leave_the_disk_before_the_session_ends(room: Room) -> None:
    meeting = session(room)
    first, second = pin(words="Quincunx under the lamp", language="en"), pin(OTHER)
    for said in (first, second):
        room.contribute(meeting.id, A, said).result()
    assert b"Quincunx" in on_disk(room)
    hers.change(
        room, meeting.id, A, pin(id=first.id, words="Zeugma by the bridge", language="en")
    ).result()
    until(False, lambda: b"Quincunx" in on_disk(room))
    assert b"Zeugma" in on_disk(room)
    hers.withdraw(room, meeting.id, by(A), item=first.id).result()
    until(False, lambda: b"Zeugma" in on_disk(room))
    assert CELL.encode() not in on_disk(room)
    assert len(room.contributions(meeting.id)) == 1


def test_a_reader_in_the_way_delays_the_cut_and_nothing_else(room: Room) -> None:
    meeting, one = session(room), pin(words="Quincunx", language="en")
    room.contribute(meeting.id, A, one).result()
    reader = sqlite3.connect(room.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM contributions").fetchone()
    hers.withdraw(room, meeting.id, by(A), item=one.id).result()
    time.sleep(1.5)  # a cut has been tried by now
    room.contribute(meeting.id, A, pin(OTHER)).result(timeout=10)
    reader.close()
    until(False, lambda: b"Quincunx" in on_disk(room))


def test_after_a_crash_the_next_start_cuts_what_was_left(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.room_file._CUT_WAIT_S", 3600)  # the server dies before it
    meeting, one = session(room), pin(words="Quincunx", language="en")
    room.contribute(meeting.id, A, one).result()
    hers.withdraw(room, meeting.id, by(A), item=one.id).result()
    assert b"Quincunx" in on_disk(room)
    (tmp_path / "later").mkdir()
    for file in room.path.parent.glob(f"{room.path.name}*"):
        if not file.name.endswith("-shm"):  # what a power cut leaves
            shutil.copy(file, tmp_path / "later" / file.name)
    later = Room(tmp_path / "later" / room.path.name)
    try:
        assert b"Quincunx" not in on_disk(later)
        assert hers.mine(later, meeting.id, by(A)) == []
        assert later.contribute(meeting.id, A, one).result() is False
    finally:
        later.close()
