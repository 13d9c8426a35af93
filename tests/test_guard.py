"""The guard, as browsers, other sites' pages and scripts in the hall meet it."""

from __future__ import annotations

import logging
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.types import Message
from starlette.websockets import WebSocket

from mapping.phone import door, guard, keeper, policy

SECRET = "correct horse battery staple"  # noqa: S105  invented for these tests


async def _body(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _broken(_: Request) -> Response:
    raise RuntimeError("broken on purpose")


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


def _app(**options: Any) -> Starlette:
    """Stand in for the application: a desk, a phone's route, a socket, a fault."""
    return Starlette(
        routes=[
            Route("/phone/here", _body, methods=["GET", "POST"]),
            Route("/phone/broken", _broken),
            *guard.last_routes(),
            WebSocketRoute("/_stcore/stream", _echo),
            Mount(
                "/", app=Starlette(routes=[Route("/{rest:path}", _body, methods=["GET", "PUT"])])
            ),
        ],
        middleware=[Middleware(guard.Guard, **options)],
    )


def _client(app: Starlette, base: str, peer: str = "127.0.0.1") -> TestClient:
    return TestClient(
        app,
        base_url=base,
        client=(peer, 40000),
        follow_redirects=False,
        raise_server_exceptions=False,
    )


@pytest.fixture
def home() -> TestClient:
    return _client(_app(), "http://localhost:8501")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def hall(told: list[str]) -> TestClient:
    app = _app(host="hall.test", passphrase=SECRET, tell=told.append)
    return _client(app, "http://hall.test:8501", "192.0.2.7")


def _socket(client: TestClient, headers: dict[str, str]) -> WebSocketTestSession:
    address = str(client.base_url).replace("http", "ws", 1) + "/_stcore/stream"
    return client.websocket_connect(address, headers=headers)


def _say(client: TestClient, passphrase: str, back: str = "/") -> Any:
    return client.post(
        "/door", data={"passphrase": passphrase, "next": back}, headers={"origin": "null"}
    )


# --- on this machine alone ---------------------------------------------------------------------


def test_at_home_nothing_is_asked(home: TestClient) -> None:
    assert home.get("/").status_code == 200


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST:1"])
def test_at_home_the_names_of_this_machine_are_ours(home: TestClient, name: str) -> None:
    assert home.get("/", headers={"host": name}).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["evil.test", "localhost.evil.test", "192.168.1.20:8501", "localhost@evil.test", "", "a b"],
)
def test_at_home_a_name_somebody_pointed_at_us_is_refused(home: TestClient, name: str) -> None:
    assert home.get("/", headers={"host": name}).status_code == 421


@pytest.mark.parametrize("peer", ["192.168.1.20", "2001:db8::1", "10.0.0.1"])
def test_at_home_no_other_machine_is_answered_whatever_it_says(peer: str) -> None:
    client = _client(_app(), "http://localhost:8501", peer)
    assert client.get("/phone/here").status_code == 403


# --- origins -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "null", "http://localhost", "http://localhost:1"]
)
def test_a_foreign_page_can_neither_read_nor_write(home: TestClient, origin: str) -> None:
    said = {"origin": origin}
    assert home.get("/", headers=said).status_code == 403
    assert home.post("/phone/here", content=b"x", headers=said).status_code == 403


def test_a_change_that_does_not_say_where_it_comes_from_is_refused(home: TestClient) -> None:
    assert home.post("/phone/here", content=b"x").status_code == 403
    assert home.put("/upload", content=b"x").status_code == 403


def test_our_own_page_may_post(home: TestClient) -> None:
    answer = home.post("/phone/here", content=b"abc", headers={"origin": "http://localhost:8501"})
    assert (answer.status_code, answer.text) == (200, "3")


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.test"}, {"origin": "null"}])
def test_a_socket_of_a_foreign_or_unnamed_page_is_refused(
    home: TestClient, headers: dict[str, str]
) -> None:
    with pytest.raises(WebSocketDenialResponse) as refused, _socket(home, headers):
        pass
    assert refused.value.status_code == 403


def test_our_own_socket_passes(home: TestClient) -> None:
    ours = {"origin": "http://localhost:8501"}
    with _socket(home, ours) as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"


# --- headers on every answer -------------------------------------------------------------------

ANSWERS = [
    "/",
    "/phone/here",
    "/phone/broken",
    "/phone/nothing",
    "/_stcore/metrics",
    "/a/../b",
    "/wall/X",
]


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_says_what_a_page_may_do(home: TestClient, path: str) -> None:
    headers = home.get(path).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/phone/here", "/phone/broken", "/phone/nothing", "/wall/X", "/j/X"]
)
def test_phone_and_wall_run_nothing_written_into_the_page(home: TestClient, path: str) -> None:
    headers = home.get(path).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_refusals_have_the_headers_too(home: TestClient) -> None:
    answer = home.get("/", headers={"host": "evil.test"})
    assert "unsafe" not in answer.headers["content-security-policy"]


# --- what nobody gets --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/mcp"])
def test_streamlits_own_doors_are_shut(home: TestClient, path: str) -> None:
    assert home.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/phone/x/../../_stcore/health", "/phone/..", "/phone/a\\b", "/a\0b"]
)
def test_a_path_that_climbs_is_not_followed(path: str) -> None:
    # Straight to the guard: a client tidies such a path before it sends it.
    sent: list[Message] = []
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(guard.Guard(_app()), scope, receive, send)
    assert sent[0]["status"] == 404


def test_an_unknown_path_below_a_phones_is_not_the_desk(home: TestClient) -> None:
    assert home.get("/phone/index.html").status_code == 404
    assert home.get("/wall").status_code == 404


def test_more_than_a_phone_has_to_say_is_refused(home: TestClient) -> None:
    ours = {"origin": "http://localhost:8501"}
    large = b"x" * 20_000
    assert home.post("/phone/here", content=large, headers=ours).status_code == 413
    in_pieces = (large[i : i + 1000] for i in range(0, len(large), 1000))
    assert home.post("/phone/here", content=in_pieces, headers=ours).status_code == 413


# --- in a hall ---------------------------------------------------------------------------------


def test_the_hall_sees_the_phones_routes(hall: TestClient) -> None:
    assert hall.get("/phone/here").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map",
        "/_stcore/health",
        "/media/abc.csv",
        "/component/x/y.js",
        "/phonebook",
        "/static/x.js",
    ],
)
def test_the_hall_does_not_see_the_desk(hall: TestClient, path: str) -> None:
    assert hall.get(path).status_code == 401


def test_the_hall_cannot_open_the_desks_socket(hall: TestClient) -> None:
    ours = {"origin": "http://hall.test:8501"}
    with pytest.raises(WebSocketDenialResponse) as refused, _socket(hall, ours):
        pass
    assert refused.value.status_code == 401


def test_a_browser_is_asked_for_the_passphrase_in_the_readers_language(hall: TestClient) -> None:
    answer = hall.get("/map", headers={"accept": "text/html", "accept-language": "ar"})
    assert answer.status_code == 401
    assert 'lang="ar" dir="rtl"' in answer.text
    assert 'value="/map"' in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_passphrase_opens_the_desk_and_leads_back(hall: TestClient) -> None:
    answer = _say(hall, SECRET, "/map")
    assert (answer.status_code, answer.headers["location"]) == (303, "/map")
    cookie = answer.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert SECRET not in cookie
    assert hall.get("/").status_code == 200
    with _socket(hall, {"origin": "http://hall.test:8501"}) as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"


def test_it_is_read_aloud_so_case_and_hyphens_do_not_count(hall: TestClient) -> None:
    assert _say(hall, "Correct-Horse  battery STAPLE").status_code == 303


@pytest.mark.parametrize("wrong", ["", "correct horse battery", SECRET + "x"])
def test_a_wrong_passphrase_opens_nothing(hall: TestClient, wrong: str) -> None:
    answer = _say(hall, wrong)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert hall.get("/").status_code == 401


def test_an_invented_cookie_opens_nothing(hall: TestClient) -> None:
    assert hall.get("/", headers={"cookie": f"{door.COOKIE}=invented"}).status_code == 401


def test_the_way_back_never_leads_elsewhere(hall: TestClient) -> None:
    for back in ("//evil.test/", "https://evil.test", "/\\evil.test", "javascript:alert(1)"):
        assert _say(hall, SECRET, back).headers["location"] == "/"


def test_after_five_tries_in_a_minute_one_waits(hall: TestClient) -> None:
    for _ in range(keeper.TRIES_A_MINUTE):
        assert _say(hall, "wrong").status_code == 401
    assert _say(hall, SECRET).status_code == 429


def test_who_guesses_does_not_lock_out_the_facilitator() -> None:
    app = _app(host="hall.test", passphrase=SECRET, tell=lambda _: None)
    for _ in range(50):
        _say(_client(app, "http://hall.test", "192.0.2.66"), "wrong")
    assert _say(_client(app, "http://hall.test", "192.0.2.7"), SECRET).status_code == 303


@pytest.mark.parametrize("name", ["evil.test", "hall.test.evil.test", "xhall.test"])
def test_in_the_hall_a_foreign_name_is_refused(hall: TestClient, name: str) -> None:
    assert hall.get("/phone/here", headers={"host": name}).status_code == 421


@pytest.mark.parametrize("name", ["192.168.1.20:8501", "hall.test", "[2001:db8::1]:8501"])
def test_in_the_hall_an_address_or_the_halls_name_is_ours(hall: TestClient, name: str) -> None:
    assert hall.get("/phone/here", headers={"host": name}).status_code == 200


def test_a_passphrase_that_was_made_is_told_once_and_one_that_was_given_never() -> None:
    told: list[str] = []
    made = guard.Guard(_app(), host="0.0.0.0", tell=told.append)  # noqa: S104  no socket is opened
    assert made.keeper is not None
    assert len(told) == 1
    assert made.keeper.passphrase in told[0]
    guard.Guard(_app(), host="hall.test", passphrase=SECRET, tell=told.append)
    assert SECRET not in told[1]


def test_a_passphrase_that_can_be_guessed_is_refused_at_the_start() -> None:
    with pytest.raises(SystemExit, match="CG_PASSPHRASE"):
        guard.Guard(_app(), host="hall.test", passphrase="short")  # noqa: S106  an example


# --- the keeper --------------------------------------------------------------------------------


def test_a_session_ends_after_twelve_hours() -> None:
    now = [0.0]
    guardian = keeper.Keeper(SECRET, clock=lambda: now[0])
    session = guardian.open(SECRET)
    assert session is not None
    now[0] = 12 * 3600 - 1
    assert guardian.knows(session)
    now[0] = 12 * 3600
    assert not guardian.knows(session)


def test_a_session_that_was_closed_is_not_known() -> None:
    guardian = keeper.Keeper(SECRET)
    session = guardian.open(SECRET)
    assert session is not None
    guardian.close(session)
    assert not guardian.knows(session)


def test_tries_are_forgotten_after_a_minute() -> None:
    now = [0.0]
    guardian = keeper.Keeper(SECRET, clock=lambda: now[0])
    assert [guardian.may_try("192.0.2.1") for _ in range(6)] == [True] * 5 + [False]
    now[0] = 61.0
    assert guardian.may_try("192.0.2.1")


def test_all_addresses_of_one_ipv6_network_count_as_one() -> None:
    guardian = keeper.Keeper(SECRET)
    answers = [guardian.may_try(f"2001:db8::{i:x}") for i in range(1, 8)]
    assert answers.count(True) == keeper.TRIES_A_MINUTE


def test_neither_passphrase_sessions_nor_addresses_can_be_read_from_what_is_kept() -> None:
    guardian = keeper.Keeper(SECRET)
    session = guardian.open(SECRET)
    guardian.may_try("192.0.2.1")
    assert session is not None
    kept = repr((guardian._sessions, guardian._tries))  # noqa: SLF001  the claim is about these
    assert session not in kept
    assert "192.0.2.1" not in kept


@given(st.text(max_size=200))
def test_the_way_back_is_always_a_path_of_ours(text: str) -> None:
    from urllib.parse import urlencode, urljoin, urlsplit

    _, back = door.read_form(urlencode({"next": text, "passphrase": "x"}).encode())
    assert urlsplit(urljoin("http://ours.test/door", back)).netloc == "ours.test"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form(body: bytes) -> None:
    try:
        _, back = door.read_form(body)
    except ValueError:
        return  # more fields than ours has
    assert back.startswith("/")


# --- the log -----------------------------------------------------------------------------------


def test_no_line_of_the_log_says_who_opened_a_socket(caplog: pytest.LogCaptureFixture) -> None:
    guard.Guard(_app())
    log = logging.getLogger("uvicorn.error")
    with caplog.at_level(logging.INFO, logger="uvicorn.error"):
        log.info('%s - "WebSocket %s" [accepted]', "192.0.2.7:4", "/_stcore/stream?code=ABCD")
        log.info("Application startup complete.")
    assert [record.getMessage() for record in caplog.records] == ["Application startup complete."]


def test_every_prefix_of_the_phones_is_closed_behind_its_routes() -> None:
    assert {route.path for route in guard.last_routes() if isinstance(route, Mount)} == set(
        policy.STRICT
    )
