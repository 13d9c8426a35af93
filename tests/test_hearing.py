"""What the hall may send over a socket, and how many may hold one and say nothing."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from mapping.phone import guard, hearing, policy

_ALL = ["/phone/live", "/wall/live", "/phone/check/live", "/moderate/live"]


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.send_text(str(len(await socket.receive_text())))


def _client(peer: str = "192.0.2.7") -> TestClient:
    paths = [*_ALL, "/_stcore/stream"]
    app = Starlette(
        routes=[WebSocketRoute(path, _echo) for path in paths],
        middleware=[
            Middleware(
                guard.Guard,
                host="hall.test",
                passphrase="invented for these tests",  # noqa: S106
                tell=lambda _: None,
            )
        ],
    )
    return TestClient(app, base_url="http://hall.test:8501", client=(peer, 40000))


def _socket(client: TestClient, path: str) -> Any:
    ours = {"origin": "http://hall.test:8501"}
    return client.websocket_connect(f"ws://hall.test:8501{path}", headers=ours)


@pytest.fixture(autouse=True)
def _open_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_may_pass", lambda *_: True)


@pytest.mark.parametrize("path", _ALL)
def test_a_message_larger_than_anybody_has_to_say_ends_the_socket(path: str) -> None:
    with _client() as client, _socket(client, path) as socket:
        socket.send_text("x" * 16_384)
        assert socket.receive_text() == "16384"
        socket.send_text("ä" * 8_193)  # two bytes each
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 1009


@pytest.mark.parametrize("path", _ALL)
def test_bytes_count_as_text_does(path: str) -> None:
    with _client() as client, _socket(client, path) as socket:
        socket.send_bytes(b"x" * 16_385)
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 1009


def test_the_desk_may_say_more() -> None:
    with _client() as client, _socket(client, "/_stcore/stream") as socket:
        socket.send_text("x" * 100_000)
        assert socket.receive_text() == "100000"


@pytest.mark.parametrize("path", policy.SPEAK_FIRST)
def test_who_opens_a_socket_and_says_nothing_is_let_go(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "PATIENCE_S", 0.05)
    with (
        _client() as client,
        _socket(client, path) as socket,
        pytest.raises(WebSocketDisconnect) as ended,
    ):
        socket.receive_text()
    assert ended.value.code == 1008


def test_who_has_spoken_may_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with _client() as client, _socket(client, "/wall/live") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "5"
        monkeypatch.setattr(hearing, "PATIENCE_S", 0.0)
        socket.send_text("so")
        assert socket.receive_text() == "2"


def test_only_so_many_are_silent_at_a_time_walls_and_checks_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "MOST_SILENT", 2)
    with _client() as client, _socket(client, "/wall/live") as first:
        with _socket(client, "/phone/check/live"):
            with (
                pytest.raises(WebSocketDenialResponse) as refused,
                _socket(client, "/wall/live"),
            ):
                pass  # never reached
            assert refused.value.status_code == 503
            first.send_text("hello")  # whoever speaks makes room
            assert first.receive_text() == "5"
            with _socket(client, "/wall/live") as third:
                third.send_text("I too")
                assert third.receive_text() == "5"
        with _socket(client, "/wall/live"), _socket(client, "/phone/check/live"):
            pass  # who has gone makes room as well
        with _socket(client, "/wall/live"), _socket(client, "/phone/check/live"):
            pass


def test_phones_and_the_wall_on_this_machine_are_not_kept_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearing, "MOST_SILENT", 0)
    with _client() as hall, _socket(hall, "/phone/live") as phone:
        phone.send_text("here")
        assert phone.receive_text() == "4"
    with _client("127.0.0.1") as here, _socket(here, "/wall/live") as wall:
        wall.send_text("here")
        assert wall.receive_text() == "4"
