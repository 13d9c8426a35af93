"""Two people in a session, each with a token and a receipt, as the room's store knows them."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import date
from typing import Any
from uuid import uuid4

from layers import codebook
from layers.errors import LayerError
from layers.hers import Who
from layers.room import Room
from layers.room_session import Contribution, Session

CELL = "CRS3035RES250mN3270000E4550000"
OTHER = "CRS3035RES250mN3270000E4550250"
A, B = "a" * 32, "b" * 32
HERS, THEIRS = "ABCDEFGHJKLM", "WXYZ23456789"


def session(room: Room, **changes: object) -> Session:
    fields: dict[str, Any] = {
        "title": "Café",
        "kind": "real",
        "mode": "instant",
        "languages": ("en",),
        "cell_m": 250,
        "held_on": date(2026, 3, 1),
    }
    made = room.create(**(fields | changes))
    for token, receipt in ((A, HERS), (B, THEIRS)):
        room.join(made.id, token, consent=codebook.CONSENT, receipt=receipt).result()
    return made


def pin(cell: str = CELL, **more: object) -> Contribution:
    fields: dict[str, Any] = {"id": str(uuid4()), "cell": cell, "feeling": "safe"}
    return Contribution(**(fields | more))


def code_of(done: Future[Any]) -> str:
    error = done.exception()
    assert isinstance(error, LayerError)
    return error.code


def by(token: str) -> Who:
    return Who(token=token)
