"""The wall: who may see it, what it shows at once and what only when five have spoken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import codebook, wall_shown
from layers.room import Room
from layers.room_session import Contribution, Session
from mapping import hall, phone
from mapping.phone.limits import Bucket

CELL = "CRS3035RES250mN3272000E4552000"
AREA = (4549000, 3269000, 4556000, 3276000)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return open_session(room)


def open_session(room: Room, mode: str = "instant") -> Session:
    return room.create(
        title="Café",
        kind="rehearsal",
        mode=mode,
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
        area=AREA,
    )


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=phone.routes(room))) as made:
        yield made


def speak(room: Room, session: Session, people: int, *, first: int = 0, cell: str = CELL) -> None:
    for number in range(first, first + people):
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT).result()
        said = Contribution(id=str(uuid4()), cell=cell, feeling="safe")
        room.contribute(session.id, token, said).result()


def state(client: TestClient, session: Session, *, opened_at: str = "testserver") -> dict[str, Any]:
    with client.websocket_connect("/wall/live", headers={"Host": opened_at}) as socket:
        socket.send_json({"code": session.code, "key": session.wall_key})
        told: dict[str, Any] = socket.receive_json()
        return told


def test_the_wall_needs_its_own_key(client: TestClient, session: Session) -> None:
    for key in ("", session.id, session.code, "0" * 32):
        with client.websocket_connect("/wall/live") as socket:
            socket.send_json({"code": session.code, "key": key})
            assert socket.receive_json() == {"type": "refused"}


def test_half_a_character_opens_no_wall(client: TestClient, session: Session) -> None:
    for code, key in ((session.code, r"\ud800"), (r"\ud800", session.wall_key)):
        with client.websocket_connect("/wall/live") as socket:
            socket.send_text(f'{{"code": "{code}", "key": "{key}"}}')
            assert socket.receive_json() == {"type": "refused"}


@pytest.mark.parametrize(
    "hello", [{}, [], {"code": "AAAAAAAA", "key": "x"}, {"code": None}], ids=str
)
def test_a_wall_that_says_nothing_sensible_is_refused(client: TestClient, hello: object) -> None:
    with client.websocket_connect("/wall/live") as socket:
        socket.send_json(hello)
        assert socket.receive_json() == {"type": "refused"}


def test_instant_shows_the_feeling_at_once_and_no_number(
    client: TestClient, room: Room, session: Session
) -> None:
    with client.websocket_connect("/wall/live") as socket:
        socket.send_json({"code": session.code, "key": session.wall_key})
        assert socket.receive_json()["cells"] == []
        speak(room, session, 1)
        while not (told := socket.receive_json()).get("cells"):
            pass
    assert told["cells"] == [[CELL, "safe", None]]


def test_nothing_of_a_person_is_in_what_the_wall_gets(
    client: TestClient, room: Room, session: Session
) -> None:
    speak(room, session, 3)
    told = json.dumps(state(client, session))
    for token in room.contributions(session.id)["token"]:
        assert token.lower() not in told.lower()
    assert session.wall_key not in told


def test_batches_show_nothing_until_five_have_something_new(client: TestClient, room: Room) -> None:
    made = open_session(room, "batches")
    speak(room, made, 4)
    told = state(client, made)
    assert (told["cells"], told["phones"], told["sent"]) == ([], 4, 4)
    assert CELL not in json.dumps(told)
    speak(room, made, 1, first=4)
    assert state(client, made)["cells"] == [[CELL, "safe", "5-9"]]
    speak(room, made, 4, first=5)
    assert state(client, made)["cells"] == [[CELL, "safe", "5-9"]]
    speak(room, made, 1, first=9)
    assert state(client, made)["cells"] == [[CELL, "safe", "10-19"]]


def test_five_people_in_five_places_show_none_of_them(client: TestClient, room: Room) -> None:
    made = open_session(room, "batches")
    for number in range(5):
        cell = f"CRS3035RES250mN3272000E{4552000 + 250 * number}"
        speak(room, made, 1, first=number, cell=cell)
    assert state(client, made)["cells"] == []


def test_a_restart_shows_the_same_batch(tmp_path: Path) -> None:
    path = tmp_path / "again.sqlite"
    before = Room(path)
    made = open_session(before, "batches")
    speak(before, made, 6)
    with TestClient(Starlette(routes=phone.routes(before))) as client:
        shown = state(client, made)["cells"]
    speak(before, made, 3, first=6)
    before.close()
    after = Room(path)
    with TestClient(Starlette(routes=phone.routes(after))) as client:
        assert state(client, made)["cells"] == shown == [[CELL, "safe", "5-9"]]
    after.close()


@pytest.mark.parametrize(
    ("host", "opened_at", "joins_at"),
    [
        ("127.0.0.1", "localhost:8501", "localhost:8501/j"),
        ("hall.test", "localhost:8501", "hall.test:8501/j"),
        ("0.0.0.0", "192.168.7.7:8501", "192.168.7.7:8501/j"),  # noqa: S104 - read, not bound
    ],
)
def test_the_wall_shows_an_address_that_phones_can_reach(
    room: Room,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    opened_at: str,
    joins_at: str,
) -> None:
    monkeypatch.setenv("CG_HOST", host)
    monkeypatch.setenv("CG_PORT", "8501")
    app = Starlette(routes=phone.routes(room))
    with TestClient(app) as client:
        join = state(client, session, opened_at=opened_at)["join"]
    assert join["address"] == joins_at
    secret = hall.join_address(f"http://{joins_at}".removesuffix("/j"), session.code, session.id)
    assert join["qr"] == hall.qr_rows(secret)


def test_a_hidden_wall_hears_how_many_have_sent_and_nothing_of_what(
    client: TestClient, room: Room
) -> None:
    made = open_session(room, "batches")
    wall_shown.show(room, made.id, "hidden")
    speak(room, made, 6)
    told = state(client, made)
    assert (told["phones"], told["sent"], told["showing"]) == (6, 6, "hidden")
    assert (told["cells"], told["summary"]) == ([], None)
    assert CELL not in json.dumps(told)


def test_a_wall_is_revealed_while_it_is_on(client: TestClient, room: Room) -> None:
    made = open_session(room, "batches")
    wall_shown.show(room, made.id, "hidden")
    speak(room, made, 6)
    with client.websocket_connect("/wall/live") as socket:
        socket.send_json({"code": made.code, "key": made.wall_key})
        assert socket.receive_json()["cells"] == []
        wall_shown.show(room, made.id, "shown")
        while (told := socket.receive_json()).get("cells") != [[CELL, "safe", "5-9"]]:
            assert told["type"] in {"state", "beat"}
        wall_shown.show(room, made.id, "blank")
        while (told := socket.receive_json()).get("showing") != "blank":
            pass
    assert told["cells"] == []


def test_the_replay_is_sent_on_demand_and_is_empty_while_hidden(
    client: TestClient, room: Room
) -> None:
    made = open_session(room, "batches")
    speak(room, made, 5)

    def asked() -> object:
        with client.websocket_connect("/wall/live") as socket:
            socket.send_json({"code": made.code, "key": made.wall_key})
            socket.receive_json()
            socket.send_json({"ask": "everything"})
            socket.send_text("{")
            socket.send_json({"ask": "replay"})
            while (told := socket.receive_json())["type"] != "replay":
                pass
            return told["batches"]

    assert asked() == [[[CELL, "safe", "5-9"]]]
    wall_shown.show(room, made.id, "hidden")
    assert asked() == []


def test_a_closed_session_sums_up_on_its_wall_but_not_while_it_is_hidden(
    client: TestClient, room: Room
) -> None:
    made = open_session(room, "batches")
    speak(room, made, 6)
    assert state(client, made)["summary"] is None
    room.stop(made.id)
    assert state(client, made)["summary"]["title"] == "Café"
    wall_shown.show(room, made.id, "hidden")
    assert state(client, made)["summary"] is None


def test_a_blank_wall_and_one_of_a_session_that_has_ended_tell_no_numbers(
    client: TestClient, room: Room
) -> None:
    made = open_session(room)
    speak(room, made, 3)
    for showing in ("shown", "hidden"):  # the count is there from the first moment
        wall_shown.show(room, made.id, showing)
        told = state(client, made)
        assert (told["phones"], told["sent"]) == (3, 3)
    wall_shown.show(room, made.id, "blank")
    blank = state(client, made)
    wall_shown.show(room, made.id, "shown")
    room.stop(made.id)
    for told in (blank, state(client, made)):
        assert (told["phones"], told["sent"], told["cells"]) == (None, None, [])


def test_a_wall_whose_session_is_deleted_is_told_so(client: TestClient, room: Room) -> None:
    made = open_session(room)
    with client.websocket_connect("/wall/live") as socket:
        socket.send_json({"code": made.code, "key": made.wall_key})
        socket.receive_json()
        room.delete(made.id)
        while (told := socket.receive_json())["type"] == "beat":
            pass
    assert told == {"type": "refused"}


def test_many_batches_in_a_moment_are_paced_and_the_last_one_still_comes(
    client: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    class Watched(Bucket):
        def take(self) -> float:
            waits.append(super().take())
            return waits[-1]

    monkeypatch.setattr("mapping.phone.walls.Bucket", Watched)
    monkeypatch.setattr("mapping.phone.walls.BATCHES_AT_ONCE", 1)
    made = open_session(room, "batches")
    with client.websocket_connect("/wall/live") as socket:
        socket.send_json({"code": made.code, "key": made.wall_key})
        speak(room, made, 5)
        while socket.receive_json().get("cells") != [[CELL, "safe", "5-9"]]:
            pass
        speak(room, made, 33)
        # whenever batches are taken, at most four people wait, and four more hold a band back
        while (told := socket.receive_json()).get("cells") != [[CELL, "safe", "20+"]]:
            pass
    assert told["number"] <= waits.count(0.0)  # a batch for each that was let through
    assert any(waits)  # and some had to wait
