"""The line to a phone: told at once what changes, nothing of anybody, and a thousand are cheap."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from layers import codebook
from layers.room import Room
from layers.room_session import Contribution, Session
from mapping import phone
from mapping.phone import lines
from tests.helpers import rooms
from tests.helpers.running import Server

CELL = "CRS3035RES250mN3272000E4552000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return open_session(room)


def open_session(room: Room, **changes: object) -> Session:
    fields: dict[str, Any] = {
        "title": "Café",
        "kind": "real",
        "mode": "instant",
        "languages": ("en",),
        "cell_m": 250,
        "held_on": date(2026, 3, 1),
    }
    return room.create(**(fields | changes))


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=phone.routes(room))) as made:
        yield made


def set_wall(room: Room, session: Session, showing: str) -> None:
    room.change(
        session.id,
        lambda db: db.execute(
            "UPDATE sessions SET wall = ? WHERE id = ?",
            (json.dumps({"showing": showing}), session.id),
        ),
    ).result()


def speak(room: Room, session: Session, token: str) -> None:
    room.join(session.id, token, consent=codebook.CONSENT).result()
    said = Contribution(id=str(uuid4()), cell=CELL, feeling="safe")
    room.contribute(session.id, token, said).result()


def test_a_phone_hears_at_once_and_of_each_change(
    client: TestClient, room: Room, session: Session
) -> None:
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": session.id})
        assert line.receive_json() == {"state": "open", "wall": "hidden"}
        room.move(session.id, "paused")
        assert line.receive_json() == {"state": "paused", "wall": "hidden"}
        set_wall(room, session, "shown")
        assert line.receive_json() == {"state": "paused", "wall": "shown"}
        room.stop(session.id)
        assert line.receive_json() == {"state": "closed", "wall": "shown"}
        room.delete(session.id)
        assert line.receive_json() == {"state": "gone", "wall": "blank"}
        with pytest.raises(WebSocketDisconnect) as ended:
            line.receive_json()
        assert ended.value.code == 4404


def test_a_rehearsals_wall_is_shown_from_the_start(client: TestClient, room: Room) -> None:
    made = open_session(room, kind="rehearsal")
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": made.id})
        assert line.receive_json() == {"state": "open", "wall": "shown"}


def test_nothing_comes_of_what_others_say(
    client: TestClient, room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "TOGETHER_S", 0.0)
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": session.id})
        line.receive_json()
        for number in range(5):
            speak(room, session, f"{number:032x}")
        room.move(open_session(room).id, "paused")  # another session's
        room.move(session.id, "paused")
        assert line.receive_json() == {"state": "paused", "wall": "hidden"}


def test_many_phones_are_told_by_one_look_at_the_file(
    client: TestClient, room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    tell = lines._told  # noqa: SLF001 - to count how often it is asked

    def counted(asked: Room, session_id: str) -> dict[str, str]:
        looks.append(session_id)
        return tell(asked, session_id)

    monkeypatch.setattr(lines, "_told", counted)
    opened = [client.websocket_connect("/phone/live") for _ in range(12)]
    for line in opened:
        line.__enter__()
    try:
        for line in opened:
            line.send_json({"session": session.id})
            assert line.receive_json()["state"] == "open"
        assert looks == [session.id]
        room.move(session.id, "paused")
        assert {line.receive_json()["state"] for line in opened} == {"paused"}
        assert len(looks) == 2
    finally:
        for line in opened:
            line.__exit__(None, None, None)


def test_a_silent_line_beats(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BEAT_S", 0.01)
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": session.id})
        line.receive_json()
        assert line.receive_json() == {"type": "beat"}


def code_at_the_end(line: WebSocketTestSession) -> int:
    with pytest.raises(WebSocketDisconnect) as ended:
        line.receive_json()
    return int(ended.value.code)


@pytest.mark.parametrize(
    "hello",
    [
        *("{}", "[]", "5", '"x"', '{"session": 5}', '{"session": "b"}', "{", "[" * 9000),
        '{"session": "\\ud800"}',
    ],
    ids=lambda text: text[:24],
)
def test_who_says_nothing_sensible_is_let_go_and_never_told_that_it_is_over(
    client: TestClient, hello: str
) -> None:
    with client.websocket_connect("/phone/live") as line:
        line.send_text(hello)
        assert code_at_the_end(line) == 4400


def test_bytes_are_no_hello(client: TestClient) -> None:
    with client.websocket_connect("/phone/live") as line:
        line.send_bytes(b"\x00\xff")
        assert code_at_the_end(line) == 4400


def test_a_hello_that_comes_too_late_ends_nothing_but_the_line(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_HELLO_S", 0.01)
    with client.websocket_connect("/phone/live") as line:
        assert code_at_the_end(line) == 4400


def test_a_session_that_is_not_there_is_gone(client: TestClient) -> None:
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": "b" * 32})
        assert line.receive_json() == {"state": "gone", "wall": "blank"}
        assert code_at_the_end(line) == 4404


def test_a_file_that_cannot_be_read_ends_no_session(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> dict[str, str]:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(lines, "_told", failing)
        with client.websocket_connect("/phone/live") as line:
            line.send_json({"session": session.id})
            assert code_at_the_end(line) == 1013
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": session.id})
        assert line.receive_json()["state"] == "open"


def test_too_many_lines_are_asked_to_come_later(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_LINES", 1)
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": session.id})
        line.receive_json()
        with client.websocket_connect("/phone/live") as late:
            with pytest.raises(WebSocketDisconnect) as ended:
                late.receive_json()
            assert ended.value.code == 1013


def test_a_phone_that_goes_leaves_nothing_behind(room: Room, session: Session) -> None:
    kept = lines.Lines(room)
    with TestClient(Starlette(routes=[route_of(kept)])) as client:
        for _ in range(3):
            with client.websocket_connect("/phone/live") as line:
                line.send_json({"session": session.id})
                line.receive_json()
        room.move(session.id, "paused")
        with client.websocket_connect("/phone/live") as line:
            line.send_json({"session": session.id})
            assert line.receive_json()["state"] == "paused"
    assert kept._sessions == {}  # noqa: SLF001 - nobody else can see a leak
    assert kept._count == 0  # noqa: SLF001 - as above


def route_of(kept: lines.Lines) -> Any:
    return WebSocketRoute("/phone/live", kept.serve)


def test_a_file_that_cannot_be_read_is_asked_again(
    client: TestClient, room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell, broken = lines._told, threading.Event()  # noqa: SLF001 - the disk that fails

    def failing(asked: Room, session_id: str) -> dict[str, str]:
        if broken.is_set():
            raise sqlite3.OperationalError("disk I/O error")
        return tell(asked, session_id)

    monkeypatch.setattr(lines, "_told", failing)
    monkeypatch.setattr(lines, "TOGETHER_S", 0.0)
    monkeypatch.setattr(lines, "RETRY_S", 0.05)
    with client.websocket_connect("/phone/live") as line:
        line.send_json({"session": session.id})
        line.receive_json()
        broken.set()
        room.move(session.id, "paused")  # which nobody can read
        broken.clear()
        assert line.receive_json() == {"state": "paused", "wall": "hidden"}


# --- on the real server --------------------------------------------------------------------------


@pytest.mark.parametrize("phones", [150, pytest.param(1000, marks=pytest.mark.drill)])
def test_a_hall_of_phones_is_on_the_line_and_the_server_ends_at_once(
    start_server: Callable[..., Server], phones: int
) -> None:
    server = start_server()
    with rooms.a_session(server.room, server.atlas) as session:
        pass
    heard = asyncio.run(hall_of(server, session, phones))
    assert heard == [["open", "ended"]] * phones


async def hall_of(server: Server, session: Session, phones: int) -> list[list[str]]:
    opened = await asyncio.gather(*(one_line(server, session) for _ in range(phones)))
    first = [json.loads(await line.recv())["state"] for line in opened]
    ending = asyncio.gather(*(line.wait_closed() for line in opened))
    await asyncio.to_thread(server.stop)  # fails where it does not end within ten seconds
    await ending
    return [[state, "ended"] for state in first]


async def one_line(server: Server, session: Session) -> ClientConnection:
    line = await connect(f"ws://127.0.0.1:{server.port}/phone/live", origin=origin(server))
    await line.send(json.dumps({"session": session.id}))
    return line


def origin(server: Server) -> Any:
    return server.url


@pytest.mark.parametrize("foreign", [None, "http://evil.test", "null"])
def test_another_sites_page_gets_no_line(start_server: Callable[..., Server], foreign: Any) -> None:
    server = start_server()

    async def knock() -> int:
        try:
            line = await connect(f"ws://127.0.0.1:{server.port}/phone/live", origin=foreign)
        except InvalidStatus as refused:
            return refused.response.status_code
        await line.close()
        return 101

    assert asyncio.run(knock()) == 403
