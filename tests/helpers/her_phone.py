"""What a phone posts, one call each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from layers import codebook
from layers.room import Room
from layers.room_session import Session

CELL = "CRS3035RES250mN3272000E4552000"
OTHER = "CRS3035RES250mN3272250E4552000"
AREA = (4549000, 3269000, 4556000, 3276000)
A, B = "a" * 32, "b" * 32
HERS, THEIRS = "ABCDEFGHJKLM", "WXYZ23456789"


def open_session(room: Room, **changes: object) -> Session:
    fields: dict[str, Any] = {
        "title": "Café",
        "kind": "real",
        "mode": "instant",
        "languages": ("en", "fr"),
        "cell_m": 250,
        "held_on": date(2026, 3, 1),
        "area": AREA,
    }
    return room.create(**(fields | changes))


def agree(client: TestClient, session: Session, token: str, **more: object) -> Any:
    body = {"session": session.id, "token": token, "consent": codebook.CONSENT} | more
    return client.post("/phone/agree", json=body)


def pin(meeting: Session, /, **changes: object) -> dict[str, object]:
    return {
        "session": meeting.id,
        "token": A,
        "consent": codebook.CONSENT,
        "id": str(uuid4()),
        "cell": CELL,
        "feeling": "unsafe",
    } | changes


def send(client: TestClient, body: Mapping[str, object], path: str = "contributions") -> Any:
    return client.post(f"/phone/{path}", json=body)


def mine(client: TestClient, meeting: Session, token: str = A, **more: object) -> list[Any]:
    answer = send(client, {"session": meeting.id, "token": token, **more}, "mine")
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items
