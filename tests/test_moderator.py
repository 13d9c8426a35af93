"""The second phone's routes: who may, what it hears, and what it can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import codebook, moderating
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from mapping import phone
from mapping.phone import slowing

CELL = "CRS3035RES250mN3272000E4552000"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slowing, "WAIT_S", 0.0)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def open_session(room: Room, moderation: str = "pre") -> Session:
    return room.create(
        title="Café",
        kind="rehearsal",
        mode="instant",
        languages=("en", "ti"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=SetUp(moderation=moderation, safeguard="Ana, at the door"),
    )


@pytest.fixture
def session(room: Room) -> Session:
    return open_session(room)


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=phone.routes(room))) as made:
        yield made


def speak(room: Room, session: Session, number: int, words: str = "", language: str = "en") -> None:
    token = f"{number:032x}"
    room.join(session.id, token, consent=codebook.CONSENT).result()
    said = Contribution(
        id=str(uuid4()), cell=CELL, feeling="unsafe", words=words, language=language
    )
    room.contribute(session.id, token, said).result()


def hello(session: Session, **more: Any) -> dict[str, Any]:
    who = {"code": session.code, "key": session.moderator_key, "who": "Table 1"}
    return who | {"languages": ["en"]} | more


def told(client: TestClient, session: Session, **more: Any) -> dict[str, Any]:
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_json(hello(session, **more))
        state: dict[str, Any] = socket.receive_json()
        return state


def act(client: TestClient, session: Session, act: str, **more: Any) -> Any:
    said = {"code": session.code, "key": session.moderator_key, "who": "Table 1", "act": act}
    return client.post("/moderate/act", json=said | more)


def test_it_all_works(client: TestClient, room: Room, session: Session) -> None:
    speak(room, session, 1, "hello")
    (item,) = told(client, session)["waiting"]
    assert item["parts"] == [["hello", ""]]
    assert len(room.contributions(session.id)) == 0
    answer = act(client, session, "words_approve", handle=item["handle"], seen=item["seen"])
    assert answer.json() == {"ok": True, "count": 1}
    assert len(room.contributions(session.id)) == 1
    assert told(client, session)["undo"] is True
    assert act(client, session, "undo").json()["count"] == 1
    assert len(room.contributions(session.id)) == 0
    assert [deed.did for deed in moderating.deeds(room, session.id)] == ["words_approve", "undo"]
