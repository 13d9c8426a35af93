"""The second phone's routes: who may, what it hears, and what it can do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient, WebSocketDenialResponse

from layers import codebook, moderating, wall_shown
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from mapping import phone
from mapping.phone import guard, moderator, slowing

LINE = "0123456789abcdef" * 2
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
    return who | {"languages": ["en"], "line": LINE} | more


def told(client: TestClient, session: Session, **more: Any) -> dict[str, Any]:
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_json(hello(session, **more))
        state: dict[str, Any] = socket.receive_json()
        return state


def act(client: TestClient, session: Session, act: str, **more: Any) -> Any:
    said = {"code": session.code, "key": session.moderator_key, "who": "Table 1", "act": act}
    return client.post("/moderate/act", json=said | more)


def one(client: TestClient, session: Session) -> dict[str, Any]:
    (item,) = told(client, session)["waiting"]
    found: dict[str, Any] = item
    return found


# --- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": None},
        {"key": 7},
        {"key": "0" * 32},
        {"key": "ü" * 32},
        {"code": "AAAAAAAA"},
        {"code": None},
        {"code": ["x"]},
    ],
    ids=str,
)
def test_a_wrong_key_or_code_opens_nothing_and_says_the_same(
    client: TestClient, room: Room, session: Session, wrong: dict[str, Any]
) -> None:
    speak(room, session, 1)
    answer = act(client, session, "approve_all", **wrong)
    assert (answer.status_code, answer.json()["error"]) == (404, "moderator_unknown")
    assert "link" in answer.json()["sentence"]
    assert told(client, session, **wrong) == {"type": "refused"}
    assert len(room.contributions(session.id)) == 0


def test_no_other_secret_of_the_session_and_no_other_session_is_a_key(
    client: TestClient, room: Room, session: Session
) -> None:
    other = open_session(room)
    for key in (session.wall_key, session.id, session.code, other.moderator_key):
        assert told(client, session, key=key) == {"type": "refused"}
        assert act(client, session, "stop_all", key=key).status_code == 404
    assert room.get(session.id).state == "open"


def test_half_a_character_is_no_key(client: TestClient, session: Session) -> None:
    text = f'{{"code": "{session.code}", "key": "\\ud800", "who": "x", "act": "stop_all"}}'
    answer = client.post(
        "/moderate/act", content=text, headers={"Content-Type": "application/json"}
    )
    assert answer.json()["error"] == "moderator_unknown"
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_text(text)
        assert socket.receive_json() == {"type": "refused"}


@pytest.mark.parametrize("text", ["", "[]", "null", "7", "{", '"x"', "[" * 10_000])
def test_a_line_that_begins_with_nonsense_is_refused(client: TestClient, text: str) -> None:
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_text(text)
        assert socket.receive_json() == {"type": "refused"}


def test_a_wrong_key_is_slowed_and_a_right_one_never(
    room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slowing, "WRONG_A_MINUTE", 3)
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        said = [act(client, session, "go_on", key="0" * 32).json()["error"] for _ in range(5)]
        assert said[-1] == "too_fast"
        assert act(client, session, "go_on").json()["ok"] is True


# --- in the hall -------------------------------------------------------------------------------

PASSPHRASE = "correct horse battery staple"  # noqa: S105  invented for these tests
HALL = "http://hall.test:8501"


@pytest.fixture
def in_hall(room: Room) -> Iterator[TestClient]:
    app = Starlette(
        routes=[*phone.routes(room), *guard.last_routes()],
        middleware=[
            Middleware(guard.Guard, host="hall.test", passphrase=PASSPHRASE, tell=lambda _: None)
        ],
    )
    with TestClient(
        app, base_url=HALL, client=("192.0.2.7", 40000), follow_redirects=False
    ) as made:
        yield made


def enter(client: TestClient, back: str = "/") -> Any:
    said = {"passphrase": PASSPHRASE, "next": back}
    return client.post("/door", data=said, headers={"origin": "null"})


def test_in_a_hall_page_act_and_line_ask_for_the_passphrase_key_or_not(
    in_hall: TestClient, room: Room, session: Session
) -> None:
    page = in_hall.get(f"/moderate/{session.code}", headers={"accept": "text/html"})
    assert page.status_code == 401
    assert session.title not in page.text
    origin = {"origin": HALL}
    said = hello(session, act="stop_all")
    del said["languages"]
    answer = in_hall.post("/moderate/act", json=said, headers=origin)
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "sentence"}
    assert room.get(session.id).state == "open"
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        in_hall.websocket_connect(f"{HALL.replace('http', 'ws')}/moderate/live", headers=origin),
    ):
        pass
    assert refused.value.status_code == 401
    assert in_hall.get("/moderate/words/en.json").status_code == 401


def test_with_the_passphrase_the_key_is_asked_on_top(
    in_hall: TestClient, room: Room, session: Session
) -> None:
    back = f"/moderate/{session.code}"
    assert enter(in_hall, back).headers["location"] == back
    page = in_hall.get(back, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert session.moderator_key not in page.text
    origin = {"origin": HALL}
    said = {"code": session.code, "key": session.moderator_key, "who": "x", "act": "stop_all"}
    wrong = in_hall.post("/moderate/act", json=said | {"key": "0" * 32}, headers=origin)
    assert wrong.status_code == 404
    assert in_hall.post("/moderate/act", json=said, headers=origin).json() == {"ok": True}
    assert room.get(session.id).state == "paused"
    address = f"{HALL.replace('http', 'ws')}/moderate/live"
    with in_hall.websocket_connect(address, headers=origin) as socket:
        socket.send_json(hello(session))
        assert socket.receive_json()["state"] == "paused"


def test_another_sites_page_can_neither_act_nor_listen(
    in_hall: TestClient, room: Room, session: Session
) -> None:
    enter(in_hall)
    said = {"code": session.code, "key": session.moderator_key, "who": "x", "act": "stop_all"}
    address = f"{HALL.replace('http', 'ws')}/moderate/live"
    for headers in ({}, {"origin": "http://evil.test"}, {"origin": "null"}):
        assert in_hall.post("/moderate/act", json=said, headers=headers).status_code == 403
        with (
            pytest.raises(WebSocketDenialResponse) as refused,
            in_hall.websocket_connect(address, headers=headers),
        ):
            pass
        assert refused.value.status_code == 403
    assert room.get(session.id).state == "open"


def test_the_page_is_as_strict_as_a_phones(in_hall: TestClient, session: Session) -> None:
    enter(in_hall)
    answers = [in_hall.get(f"/moderate/{session.code}"), in_hall.get("/moderate/no/such/thing")]
    assert [answer.status_code for answer in answers] == [200, 404]
    for answer in answers:
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_a_large_body_is_refused_before_it_is_read(in_hall: TestClient, session: Session) -> None:
    enter(in_hall)
    said = {"code": session.code, "key": session.moderator_key, "who": "x" * 9000, "act": "undo"}
    answer = in_hall.post("/moderate/act", json=said, headers={"origin": HALL})
    assert (answer.status_code, answer.json()["error"]) == (413, "body_too_large")
    flood = in_hall.post("/moderate/act", content=b"x" * 20_000, headers={"origin": HALL})
    assert flood.status_code == 413


# --- what it hears -----------------------------------------------------------------------------


def test_an_item_comes_with_its_hints_and_without_token_place_or_time(
    client: TestClient, room: Room, session: Session
) -> None:
    speak(room, session, 1, "Men shout. Call 0660 123 45 67 or Zahra Noor")
    state = told(client, session)
    (item,) = state["waiting"]
    assert item["parts"] == [
        ["Men shout. Call ", ""],
        ["0660 123 45 67", "phone"],
        [" or ", ""],
        ["Zahra Noor", "name"],
    ]
    fields = {"handle", "seen", "feeling", "reasons", "parts", "language", "paraphrase"}
    assert set(item) == fields | {"state", "words_state", "paraphrase_parts"}
    text = json.dumps(state)
    stored = room.read("SELECT lower(hex(id)), lower(hex(token)) FROM contributions")[0]
    for secret in (*stored, f"{1:032x}", CELL, session.wall_key, session.moderator_key):
        assert secret not in text


def test_a_paraphrase_has_hints_too_and_is_not_her_own_words(
    client: TestClient, room: Room, session: Session
) -> None:
    own = "Men shout at us. Call 0660 123 45 67"
    speak(room, session, 1, own)
    (item,) = told(client, session)["waiting"]
    said = {"handle": item["handle"], "seen": item["seen"], "text": own.upper()}
    refused = act(client, session, "paraphrase", **said)
    assert (refused.status_code, refused.json()["error"]) == (422, "paraphrase_repeats")
    assert "fewer than 5 words" in refused.json()["sentence"]
    done = act(client, session, "paraphrase", **said | {"text": "Some shout. 0660 123 45 67"})
    assert done.status_code == 200
    (decided,) = told(client, session)["decided"]
    assert decided["paraphrase_parts"] == [["Some shout. ", ""], ["0660 123 45 67", "phone"]]


def test_words_she_does_not_read_are_counted_and_not_sent(
    client: TestClient, room: Room, session: Session
) -> None:
    speak(room, session, 1, "selam", language="ti")
    state = told(client, session)
    assert (state["waiting"], state["counts"]["unread"]) == ([], {"ti": 1})
    assert "selam" not in json.dumps(state)
    assert len(told(client, session, languages=["ti"])["waiting"]) == 1
    assert told(client, session, languages="ti")["waiting"] == []
    assert told(client, session, languages=[7, None, "x" * 99])["waiting"] == []


def test_what_arrives_is_told_at_once(client: TestClient, room: Room, session: Session) -> None:
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_json(hello(session))
        assert socket.receive_json()["counts"]["waiting"] == 0
        speak(room, session, 1)
        while not (state := socket.receive_json()).get("waiting"):
            pass
        assert state["counts"]["bare"] == 1


def test_a_square_is_looked_at_only_while_the_wall_shows_it(client: TestClient, room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1)
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_json(hello(session))
        first = socket.receive_json()
        assert ([cell for cell, *_ in first["cells"]], first["lookable"]) == ([CELL], [])
        socket.send_text("{")
        socket.send_json({"cell": CELL})
        while (state := socket.receive_json()).get("type") != "state":
            pass
        assert state["here"] is None  # of one person
        for number in range(2, 6):
            speak(room, session, number)
        while (here := socket.receive_json().get("here")) is None:
            pass
        assert len(here["items"]) == 5
        wall_shown.show(room, session.id, "hidden")
        while (state := socket.receive_json()).get("cells") != []:
            pass
        assert state["here"] is None


def test_there_are_only_so_many_lines(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderator, "MOST_LINES", 1)
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_json(hello(session))
        socket.receive_json()
        assert told(client, session) == {"type": "full"}
    assert told(client, session)["type"] == "state"


def test_a_session_that_is_deleted_closes_its_line(
    client: TestClient, room: Room, session: Session
) -> None:
    with client.websocket_connect("/moderate/live") as socket:
        socket.send_json(hello(session))
        socket.receive_json()
        room.delete(session.id)
        while (said := socket.receive_json())["type"] != "refused":
            pass
    assert said == {"type": "refused"}


def test_a_closed_session_has_nothing_to_decide(
    client: TestClient, room: Room, session: Session
) -> None:
    speak(room, session, 1, "hello")
    item = one(client, session)
    room.stop(session.id)
    state = told(client, session)
    assert (state["state"], state["waiting"]) == ("closed", [])
    answer = act(client, session, "words_approve", handle=item["handle"], seen=item["seen"])
    assert (answer.status_code, answer.json()["error"]) == (410, "session_closed")


# --- what it does ------------------------------------------------------------------------------


def test_approve_hide_and_undo(client: TestClient, room: Room, session: Session) -> None:
    speak(room, session, 1, "hello")
    item = one(client, session)
    assert len(room.contributions(session.id)) == 0
    said = {"handle": item["handle"], "seen": item["seen"], "line": LINE}
    answer = act(client, session, "words_approve", **said)
    assert answer.json() == {"ok": True, "count": 1}
    assert len(room.contributions(session.id)) == 1
    assert told(client, session)["undo"] is True
    # whoever calls herself the same, on another phone, takes nothing back
    assert told(client, session, line="f" * 32)["undo"] is False
    for other in ({"line": "f" * 32}, {"line": ""}, {}):
        assert act(client, session, "undo", **other).json()["error"] == "nothing_to_undo"
    # and she may change her label
    assert act(client, session, "undo", who="Table 2", line=LINE).json()["count"] == 1
    assert len(room.contributions(session.id)) == 0
    assert act(client, session, "undo", line=LINE).status_code == 409
    assert [deed.did for deed in moderating.deeds(room, session.id)] == ["words_approve", "undo"]


def test_a_mute_is_not_taken_back_from_a_second_phone(client: TestClient, room: Room) -> None:
    session = open_session(room, "post")
    for number in (1, 1, 2):
        speak(room, session, number, "hello")
    item = told(client, session)["waiting"][0]
    assert "muted" not in item
    answer = act(client, session, "mute", handle=item["handle"], line=LINE).json()
    assert answer["ok"] is True
    state = told(client, session)
    assert (state["undo"], state["counts"]["muted"]) == (False, 1)
    assert not any("muted" in one for one in state["decided"])
    assert act(client, session, "undo", line=LINE).json()["error"] == "nothing_to_undo"


def test_approve_all_takes_the_marks_of_what_was_listed(
    client: TestClient, room: Room, session: Session
) -> None:
    for number in range(100):
        speak(room, session, number)
    listed = {item["handle"]: item["seen"] for item in told(client, session)["waiting"]}
    speak(room, session, 100)
    assert len(listed) == 100
    assert act(client, session, "approve_all", items=listed).json() == {"ok": True, "count": 100}
    assert told(client, session)["counts"]["bare"] == 1


def test_nothing_is_let_through_that_was_not_read_as_it_stands(
    client: TestClient, room: Room, session: Session
) -> None:
    speak(room, session, 1, "hello")
    item = one(client, session)
    for name in ("approve", "words_approve", "paraphrase", "words_hide", "show"):
        said = {"handle": item["handle"], "text": "x"}
        assert act(client, session, name, **said).json()["error"] == "field_unknown"
        answer = act(client, session, name, **said, seen="0" * 16)
        assert (answer.status_code, answer.json()["error"]) == (409, "item_changed")
    assert len(room.contributions(session.id)) == 0
    assert act(client, session, "hide", handle=item["handle"]).json()["ok"] is True


def test_a_handle_of_another_session_is_gone(
    client: TestClient, room: Room, session: Session
) -> None:
    other = open_session(room)
    speak(room, other, 1, "hello")
    item = one(client, other)
    for name in ("hide", "mute", "approve"):
        answer = act(client, session, name, handle=item["handle"], seen=item["seen"])
        assert (answer.status_code, answer.json()["error"]) == (404, "item_gone")
    assert one(client, other) == item


@pytest.mark.parametrize(
    "said",
    [
        {"act": "nothing"},
        {"act": None},
        {"act": "hide"},
        {"act": "hide", "handle": 7},
        {"act": "wall", "showing": "everything"},
        {"act": "spotlight", "cell": "CRS3035RES250mN0E0"},
        {"act": "second_language", "language": "xx"},
        {"act": "undo", "token": "x"},
        {"act": "__init__"},
        {"act": "unmute", "handle": "0" * 32},
        {"act": "approve_all"},
        {"act": "approve_all", "items": ["x"]},
        {"act": "approve_all", "items": {"x": 1}},
    ],
    ids=str,
)
def test_what_is_not_an_act_is_refused_with_a_sentence(
    client: TestClient, session: Session, said: dict[str, Any]
) -> None:
    body = {"code": session.code, "key": session.moderator_key, "who": "x"} | said
    answer = client.post("/moderate/act", json=body)
    assert (answer.status_code, answer.json()["error"]) == (422, "field_unknown")
    assert answer.json()["sentence"]


def test_the_remote_moves_the_wall(client: TestClient, room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1)
    for showing in ("hidden", "shown", "paused", "blank", "shown"):
        assert act(client, session, "wall", showing=showing).json()["ok"] is True
        if showing != "paused":
            assert wall_shown.view(room, session.id).showing == showing
    act(client, session, "spotlight", cell=CELL)
    act(client, session, "second_language", language="ti")
    act(client, session, "side_by_side", on=True)
    view = wall_shown.view(room, session.id)
    assert (view.spotlight, view.second, view.side_by_side) == (CELL, "ti", True)
    act(client, session, "spotlight", cell=None)
    assert wall_shown.view(room, session.id).spotlight is None


def test_hidden_is_gone_from_the_wall_with_its_next_message(client: TestClient, room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1, "spam")
    item = one(client, session)
    with client.websocket_connect("/wall/live") as wall:
        wall.send_json({"code": session.code, "key": session.wall_key})
        assert [cell for cell, *_ in wall.receive_json()["cells"]] == [CELL]
        act(client, session, "hide", handle=item["handle"])
        while (state := wall.receive_json()).get("cells") != []:
            pass
        assert state["showing"] == "shown"


def test_nothing_of_it_is_in_the_log(
    client: TestClient, room: Room, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    speak(room, session, 1, "a very special sentence")
    item = one(client, session)
    act(
        client,
        session,
        "paraphrase",
        handle=item["handle"],
        seen=item["seen"],
        text="other words here",
    )
    act(client, session, "hide", handle="0" * 32, key="1" * 32)
    logged = " ".join(record.getMessage() for record in caplog.records)
    for secret in ("special", "other words", item["handle"], session.moderator_key, "1" * 32):
        assert secret not in logged
