"""The routes of a phone: what they take, what they refuse, and what they never tell."""

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

from layers import codebook
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session
from mapping import phone, words
from mapping.phone import front, limits, pictures

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


def agree(client: TestClient, session: Session, token: str = "a" * 32) -> None:
    body = {"session": session.id, "token": token, "consent": codebook.CONSENT}
    assert client.post("/phone/agree", json=body).json() == {"ok": True}


def pin(meeting: Session, /, **changes: object) -> dict[str, object]:
    return {
        "session": meeting.id,
        "token": "a" * 32,
        "consent": codebook.CONSENT,
        "id": str(uuid4()),
        "cell": CELL,
        "feeling": "unsafe",
        "reasons": ["police", "lighting"],
        "when": "night",
        "company": "alone",
    } | changes


# --- join --------------------------------------------------------------------------------------


def test_a_phone_joins_by_secret_or_by_typed_code(client: TestClient, session: Session) -> None:
    by_secret = client.post("/phone/join", json={"session": session.id}).json()["session"]
    typed = client.post("/phone/join", json={"code": session.code.lower()}).json()["session"]
    assert by_secret == typed
    assert by_secret["title"] == "Café"


def test_a_phone_never_learns_the_key_of_the_wall(client: TestClient, session: Session) -> None:
    told = client.post("/phone/join", json={"session": session.id}).text
    assert session.wall_key not in told


@pytest.mark.parametrize(("lang", "word"), [("en", "code"), ("fr", "code"), ("ar", "الرمز")])
def test_a_wrong_code_is_answered_in_the_readers_language(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, lang: str, word: str
) -> None:
    monkeypatch.setattr(limits, "WRONG_CODE_S", 0.0)
    answer = client.post(
        "/phone/join", json={"code": "AAAAAAAA"}, headers={"Accept-Language": lang}
    )
    assert answer.status_code == 404
    assert answer.json()["error"] == "session_unknown"
    assert answer.json()["sentence"] == words.say("error.session_unknown", lang)
    assert word in answer.json()["sentence"]


def test_typed_codes_are_slowed_all_together_and_the_secret_never(
    room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG_CODE_S", 0.0)
    monkeypatch.setattr(limits, "WRONG_PER_SECOND", 3)
    monkeypatch.setattr(limits, "WRONG_AT_ONCE", 3)
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        tries = [client.post("/phone/join", json={"code": "AAAAAAAA"}) for _ in range(9)]
        assert {one.status_code for one in tries} == {404, 503}
        assert client.post("/phone/join", json={"session": session.id}).status_code == 200


def test_a_closed_session_says_so(client: TestClient, room: Room, session: Session) -> None:
    agree(client, session)
    room.stop(session.id)
    joined = client.post("/phone/join", json={"session": session.id}).json()
    assert joined["session"]["state"] == "closed"
    late = client.post("/phone/contributions", json=pin(session))
    assert (late.status_code, late.json()["error"]) == (410, "session_closed")


def test_a_closed_session_tells_its_code_nothing_else(
    client: TestClient, room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG_CODE_S", 0.0)
    room.stop(session.id)
    answer = client.post("/phone/join", json={"code": session.code})
    assert (answer.status_code, answer.json()["error"]) == (410, "session_closed")
    assert set(answer.json()) == {"error", "sentence"}
    assert session.id not in answer.text
    assert session.title not in answer.text


@pytest.mark.parametrize("field", ["code", "session", "token", "consent", "id", "cell", "when"])
def test_half_a_character_is_refused_and_never_a_fault(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(limits, "WRONG_CODE_S", 0.0)
    agree(client, session)
    lone = '"\\ud800"'  # as JSON text: Python would not send it
    for path, body in (
        ("/phone/join", {"code": session.code} if field == "code" else {"session": session.id}),
        ("/phone/agree", {"session": session.id, "token": "a" * 32, "consent": codebook.CONSENT}),
        ("/phone/contributions", pin(session)),
    ):
        if field in body:
            text = json.dumps(body | {field: "HERE"}).replace('"HERE"', lone)
            answer = client.post(path, content=text, headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500
            assert answer.json()["error"]


# --- agree ---------------------------------------------------------------------------------------


def test_who_makes_up_phones_is_slowed_and_phones_try_again(
    room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "AGREED_AT_ONCE", 3)
    monkeypatch.setattr(limits, "AGREED_PER_SECOND", 0.01)
    other = open_session(room)
    with TestClient(Starlette(routes=phone.routes(room))) as client:

        def tries(meeting: str, token: int) -> Any:
            body = {"session": meeting, "token": f"{token:032x}", "consent": codebook.CONSENT}
            return client.post("/phone/agree", json=body)

        answers = [tries(session.id, number) for number in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].json()["error"] == "too_fast"
        assert answers[-1].json()["retry_s"] >= 1
        assert [tries(f"{n:032x}", 0).status_code for n in range(120)] == [404] * 120
        assert tries(session.id, 9).status_code == 429  # made-up sessions reset nothing
        assert tries(other.id, 0).status_code == 200
        assert client.post("/phone/contributions", json=pin(session, token=f"{0:032x}")).json() == {
            "ok": True
        }
    assert room.counts(session.id) == (3, 1)


def test_a_full_session_makes_phones_wait_and_takes_from_those_in_it(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(client, session)
    monkeypatch.setattr("layers.room_taking.MOST_TOKENS", 1)
    body = {"session": session.id, "token": "b" * 32, "consent": codebook.CONSENT}
    answer = client.post("/phone/agree", json=body)
    assert (answer.status_code, answer.json()["error"]) == (503, "session_full")
    assert answer.json()["retry_s"] == int(answer.headers["Retry-After"]) > 0
    agree(client, session)
    assert client.post("/phone/contributions", json=pin(session)).json() == {"ok": True}


def test_a_shut_door_makes_new_phones_wait_and_takes_from_those_inside(
    client: TestClient, room: Room, session: Session
) -> None:
    agree(client, session)
    assert client.post("/phone/join", json={"session": session.id}).json()["session"]["takes_new"]
    room.take_new(session.id, on=False)
    said = client.post("/phone/join", json={"code": session.code}).json()["session"]
    assert said["takes_new"] is False  # a phone that has joined still opens it
    body = {"session": session.id, "token": "b" * 32, "consent": codebook.CONSENT}
    answer = client.post("/phone/agree", json=body, headers={"Accept-Language": "so"})
    assert (answer.status_code, answer.json()["error"]) == (503, "door_closed")
    assert answer.json()["sentence"] == words.say("error.door_closed", "so")
    assert answer.json()["retry_s"] == int(answer.headers["Retry-After"]) > 0
    agree(client, session)
    assert client.post("/phone/contributions", json=pin(session)).json() == {"ok": True}
    assert room.counts(session.id) == (1, 1)


# --- contribute ----------------------------------------------------------------------------------


def test_what_is_taken_is_on_the_disk_as_codes(
    client: TestClient, room: Room, session: Session
) -> None:
    agree(client, session)
    assert client.post("/phone/contributions", json=pin(session)).json() == {"ok": True}
    row = room.contributions(session.id).iloc[0]
    assert (row["cell"], row["feeling"]) == (CELL, "unsafe")
    assert row["reasons"] == ("lighting", "police")
    assert (row["time_of_day"], row["company"]) == ("night", "alone")


def test_a_repeat_is_taken_and_counts_once(
    client: TestClient, room: Room, session: Session
) -> None:
    agree(client, session)
    one = pin(session)
    answers = [client.post("/phone/contributions", json=one).json() for _ in range(3)]
    assert answers == [{"ok": True}] * 3
    assert len(room.contributions(session.id)) == 1


@pytest.mark.parametrize("consent", [None, "", 5, "2026-1" * 9, "2020-1"])
def test_no_consent_version_no_contribution(
    client: TestClient, room: Room, session: Session, consent: object
) -> None:
    agree(client, session)
    answer = client.post("/phone/contributions", json=pin(session, consent=consent))
    assert (answer.status_code, answer.json()["error"]) == (422, "consent_needed")
    assert room.contributions(session.id).empty


@pytest.mark.parametrize("field", ["lon", "lat", "x", "comment", "name", "accuracy", "time"])
def test_a_field_that_is_not_known_is_refused(
    client: TestClient, room: Room, session: Session, field: str
) -> None:
    agree(client, session)
    answer = client.post("/phone/contributions", json=pin(session, **{field: 52.52}))
    assert (answer.status_code, answer.json()["error"]) == (422, "field_unknown")
    assert room.contributions(session.id).empty


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"cell": "CRS3035RES25mN3272000E4552000"}, "cell_unknown"),
        ({"cell": "52.52,13.40"}, "cell_unknown"),
        ({"cell": None}, "cell_unknown"),
        ({"cell": "CRS3035RES125mN3272000E4552000"}, "cell_size_wrong"),
        ({"cell": "CRS3035RES250mN3672000E4552000"}, "cell_outside"),
        ({"feeling": "fine"}, "answer_unknown"),
        ({"feeling": ["safe"]}, "answer_unknown"),
        ({"reasons": "police"}, "answer_unknown"),
        ({"reasons": [1]}, "answer_unknown"),
        ({"reasons": list(codebook.REASONS)[:7]}, "answer_too_many"),
        ({"when": "03:14"}, "answer_unknown"),
        ({"id": "1"}, "field_unknown"),
        ({"id": "00000000-0000-1000-8000-000000000000"}, "field_unknown"),
        ({"token": "A" * 32}, "field_unknown"),
        ({"session": "b" * 31}, "session_unknown"),
        ({"session": "b" * 32}, "session_unknown"),
    ],
    ids=str,
)
def test_wrong_answers_are_refused_with_a_sentence(
    client: TestClient, room: Room, session: Session, changes: dict[str, object], error: str
) -> None:
    agree(client, session)
    answer = client.post("/phone/contributions", json=pin(session, **changes))
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"] == error
    assert answer.json()["sentence"]
    assert room.contributions(session.id).empty


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'"x"', b"\xff\xfe", b"[" * 3000, b'{"a": NaN}'],
    ids=["empty", "list", "null", "cut", "text", "bytes", "nested", "nan"],
)
def test_a_body_that_is_no_object_of_ours_is_refused(client: TestClient, body: bytes) -> None:
    for path in ("/phone/join", "/phone/agree", "/phone/contributions"):
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 404, 422)
        assert answer.json()["error"]


def test_a_body_over_four_kilobytes_is_refused(client: TestClient, session: Session) -> None:
    answer = client.post("/phone/contributions", json=pin(session, reasons=["x" * 5000]))
    assert (answer.status_code, answer.json()["error"]) == (413, "body_too_large")


def test_a_form_of_another_site_is_not_read(client: TestClient, session: Session) -> None:
    text = json.dumps({"session": session.id})
    answer = client.post("/phone/join", content=text, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400


def test_the_twenty_first_in_a_minute_waits_and_nothing_is_lost(
    client: TestClient, room: Room, session: Session
) -> None:
    agree(client, session)
    answers = [client.post("/phone/contributions", json=pin(session)) for _ in range(21)]
    assert [one.status_code for one in answers] == [200] * 20 + [429]
    assert answers[-1].json()["retry_s"] == int(answers[-1].headers["Retry-After"]) == 3
    assert len(room.contributions(session.id)) == 20


def test_a_bucket_fills_again_with_time() -> None:
    seconds = [0.0]
    bucket = limits.Bucket(0.5, 2, clock=lambda: seconds[0])
    assert [bucket.take() for _ in range(3)] == [0.0, 0.0, 2.0]
    seconds[0] = 1.9
    assert bucket.take() == pytest.approx(0.1)
    seconds[0] = 2.0
    assert bucket.take() == 0.0


def test_a_disk_that_is_full_is_not_acknowledged(
    client: TestClient, room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(client, session)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "contribute", full)
    answer = client.post("/phone/contributions", json=pin(session))
    assert (answer.status_code, answer.json()["error"]) == (500, "server_failed")


def test_every_error_of_a_phone_has_a_sentence_in_every_language() -> None:
    for lang in words.languages():
        for code in ("session_unknown", "session_closed", "busy", "too_fast", "server_failed"):
            assert words.explain(LayerError(code, retry_s=1), lang)


# --- pages and files -----------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "runs"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_page_comes_in_the_readers_language(client: TestClient, lang: str, runs: str) -> None:
    for path in ("/j", "/j/ABCD2345", "/wall/ABCD2345"):
        page = client.get(path, headers={"Accept-Language": lang}).text
        assert f'<html lang="{lang}" dir="{runs}"' in page
        assert "{{" not in page
    assert (
        words.say("phone.agree", lang) in client.get("/j", headers={"Accept-Language": lang}).text
    )


@pytest.mark.parametrize("lang", words.room_languages())
def test_the_phone_page_weighs_less_than_150_kilobytes(client: TestClient, lang: str) -> None:
    page = client.get("/j/ABCD2345")
    names = front.names("phone")
    known = page.text + front.file("phone.css").plain.decode()
    assert all(f"/phone/assets/{name}?" in known for name in names)
    weight = len(front.page("phone", lang).gzip) + sum(len(front.file(name).gzip) for name in names)
    assert weight + 300 * (len(names) + 1) <= 150_000  # and headers


def test_files_are_kept_by_their_content_and_pages_by_nobody(client: TestClient) -> None:
    page = client.get("/j")
    assert page.headers["Cache-Control"] == "no-store"
    for part in page.text.split('"'):
        if part.startswith("/phone/assets/"):
            answer = client.get(part)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/phone/assets/../front.py").status_code == 404
    assert client.get("/phone/assets/wall.html").status_code == 404


def test_no_page_names_another_host(client: TestClient) -> None:
    for path in ("/j", "/wall/ABCD2345"):
        text = client.get(path).text.replace("http://www.w3.org", "")
        assert "http://" not in text
        assert "https://" not in text


def test_every_choice_has_a_picture_and_a_word_in_every_language() -> None:
    sprite = pictures.sprite()
    codes = (*codebook.REASONS, *codebook.WHEN, *codebook.COMPANY, codebook.UNSAID)
    for code in codes:
        assert f'id="p-{code}"' in sprite
        for lang in words.languages():
            assert words.say(f"codebook.{code}", lang)
    for feeling in codebook.FEELINGS:
        assert f'id="f-{feeling}"' in sprite


def test_the_codebook_of_the_documentation_is_that_of_the_code() -> None:
    """Made by ``python -c "from layers import codebook; from mapping.words import say;
    print(codebook.as_markdown(say), end='')" > docs/reference/codebook.md``."""
    written = Path("docs/reference/codebook.md").read_text("utf-8")
    assert written == codebook.as_markdown(words.say)


def test_the_base_map_is_served_packed_and_only_for_a_session(
    client: TestClient, session: Session
) -> None:
    answer = client.get(f"/phone/base/{session.id}.json")
    assert answer.json()["area"] == list(AREA)
    assert client.get(f"/phone/base/{'0' * 32}.json").status_code == 404
