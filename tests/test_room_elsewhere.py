"""Two processes on one room: what one writes reaches the walls and phones of the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import codebook, hers, purging, room_file, wall_shown
from layers.room import Room
from layers.room_session import Contribution, Session
from mapping import phone

HERE = "CRS3035RES250mN3272000E4552000"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_file, "ELSEWHERE_S", 0.05)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def other(room: Room) -> Iterator[Room]:
    """The same file as another process has it open: with a writer and watchers of its own."""
    made = Room(room.path)
    yield made
    made.close()


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=phone.routes(room))) as made:
        yield made


def open_session(room: Room) -> Session:
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
    return made


def blank(other: Room, session: Session) -> None:
    wall_shown.show(other, session.id, "blank")


def withdraw(other: Room, session: Session) -> None:
    hers.withdraw(other, session.id, hers.Who(token="0" * 32), everything=True).result()


def delete(other: Room, session: Session) -> None:
    other.stop(session.id)
    assert purging.purge(other, session.delete_on) == [session.title]


@pytest.mark.parametrize(
    ("deed", "is_told"),
    [
        (blank, lambda said: said.get("showing") == "blank" and said["cells"] == []),
        (withdraw, lambda said: said.get("cells") == []),
        (delete, lambda said: said == {"type": "refused"}),
    ],
)
def test_a_wall_hears_what_another_process_did(
    client: TestClient,
    room: Room,
    other: Room,
    deed: Callable[[Room, Session], None],
    is_told: Callable[[dict[str, Any]], bool],
) -> None:
    session = open_session(room)
    with client.websocket_connect("/wall/live") as socket:
        socket.send_json({"code": session.code, "key": session.wall_key})
        while not (socket.receive_json().get("cells")):
            pass
        deed(other, session)
        while not is_told(socket.receive_json()):  # beats until then
            pass


def test_a_phone_hears_that_another_process_deleted_its_session(
    client: TestClient, room: Room, other: Room
) -> None:
    session = open_session(room)
    with client.websocket_connect("/phone/live") as socket:
        socket.send_json({"session": session.id})
        assert socket.receive_json() == {"state": "open", "wall": "shown"}
        wall_shown.show(other, session.id, "blank")
        assert socket.receive_json() == {"state": "open", "wall": "blank"}
        delete(other, session)
        while (told := socket.receive_json())["state"] != "gone":
            pass
    assert told == {"state": "gone", "wall": "blank"}


def test_what_a_room_writes_itself_is_told_once(room: Room, other: Room) -> None:
    session, heard = open_session(room), list[str]()
    for _ in range(3):  # what was written until now is noticed by both
        time.sleep(2 * room_file.ELSEWHERE_S)
        room.read("SELECT 1")
    room.watch(heard.append)
    wall_shown.show(room, session.id, "hidden")
    time.sleep(4 * room_file.ELSEWHERE_S)
    assert heard == [session.id]
    wall_shown.show(other, session.id, "blank")
    while len(heard) < 2:
        time.sleep(room_file.ELSEWHERE_S)
    assert heard == [session.id] * 2
