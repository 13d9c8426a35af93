"""How fast things may come: per phone, over all, and never by address."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from mapping import phone, words
from mapping.phone import limits, room_routes
from tests.helpers.her_phone import (
    HERS,
    THEIRS,
    A,
    B,
    agree,
    mine,
    open_session,
    pin,
    send,
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return open_session(room)


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=phone.routes(room))) as made:
        yield made


@pytest.fixture
def hall(client: TestClient, session: Session) -> TestClient:
    """A client after two phones have agreed, each with a receipt."""
    for token, receipt in ((A, HERS), (B, THEIRS)):
        assert agree(client, session, token, receipt=receipt).json() == {"ok": True}
    return client


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_changes_share_the_twenty_a_minute_and_withdrawals_do_not(
    hall: TestClient, session: Session, lang: str
) -> None:
    body = pin(session)
    for number in range(20):
        path = "change" if number % 2 else "contributions"
        assert send(hall, body | {"feeling": ("safe", "mixed")[number % 2]}, path).is_success
    headers = {"Accept-Language": lang}
    for path in ("contributions", "change"):
        late = hall.post(f"/phone/{path}", json=body, headers=headers)
        assert (late.status_code, late.json()["error"]) == (429, "too_fast")
        assert late.json()["sentence"] == words.say("error.too_fast", lang)
    assert send(hall, pin(session, token=B)).is_success  # behind the same address
    assert len(mine(hall, session)) == 1
    gone = send(hall, {"session": session.id, "token": A, "id": body["id"]}, "withdraw")
    assert gone.json() == {"ok": True, "withdrawn": 1}


def test_looking_without_end_is_slowed_for_that_phone_alone(
    hall: TestClient, session: Session
) -> None:
    asked = {"session": session.id, "token": A}
    answers = [send(hall, asked, "mine").status_code for _ in range(limits.PER_PHONE_HERS + 1)]
    assert answers == [200] * limits.PER_PHONE_HERS + [429]
    assert send(hall, asked | {"token": B}, "mine").status_code == 200


def test_a_phone_may_ask_about_all_it_can_have_sent(hall: TestClient, session: Session) -> None:
    ids = [str(uuid4()) for _ in range(200)]
    assert mine(hall, session, ids=ids) == []
    for wrong in ([*ids, str(uuid4())], ["1"], "1", {"a": 1}, [5]):
        body = {"session": session.id, "token": A, "ids": wrong}
        assert send(hall, body, "mine").status_code == 422


def test_the_wait_of_a_limit_is_in_whole_seconds() -> None:
    """An independent sum: after 20 at once, one more comes every three seconds."""
    limit = limits.Limits(clock=lambda: 0.0)
    for _ in range(20):
        limit.phone(A)
    with pytest.raises(LayerError, match="too_fast") as caught:
        limit.phone(A)
    assert caught.value.blanks["retry_s"] == math.ceil(60 / 20)


def test_who_is_not_in_the_room_uses_up_nothing_of_those_in_it(
    room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_SECOND", 2)
    limit = limits.Limits(clock=lambda: 0.0)  # so that nothing fills again
    app = Starlette(routes=room_routes.RoomRoutes(room, limit=limit).routes())
    with TestClient(app) as client:
        agree(client, session, A)
        for path in ("contributions", "change"):
            for number in range(5):
                junk = send(client, pin(session, token=f"{number:032x}"), path)
                assert junk.json()["error"] == "consent_needed"
        answers = [send(client, pin(session)).status_code for _ in range(3)]
    assert answers == [200, 200, 503]
