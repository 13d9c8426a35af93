"""What is hers over the wire: who asks how, what is answered, and what is never slowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import answers_back, codebook
from layers.room import Room
from layers.room_session import CODE_LENGTH, CODE_LETTERS, RECEIPT_LENGTH, Session
from layers.room_setup import SetUp
from layers.room_taking import MOST_TOKENS
from mapping import phone, words
from mapping.phone import limits
from tests.helpers.her_phone import (
    CELL,
    HERS,
    OTHER,
    THEIRS,
    A,
    B,
    agree,
    mine,
    open_session,
    pin,
    send,
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRONG_CODE_S", 0.0)


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


# --- join and agree ------------------------------------------------------------------------------


def test_a_phone_is_told_what_it_asks_and_who_answers_for_it(
    client: TestClient, room: Room
) -> None:
    setup = SetUp(
        audience="young",
        audience_name="Girls of the club",
        safeguard="Ms Abara, at the door",
        moderation="pre",
        asks=("reasons", "words"),
        parties=("Table 1", "Table 2"),
        organizer="City",
        purpose="Lighting",
    )
    made = open_session(room, setup=setup, delete_on=date(2026, 3, 9))
    told = client.post("/phone/join", json={"session": made.id}).json()["session"]
    assert told["asks"] == ["reasons", "words"]
    assert told["parties"] == ["Table 1", "Table 2"]
    assert (told["safeguard"], told["organizer"]) == ("Ms Abara, at the door", "City")
    assert (told["purpose"], told["delete_on"]) == ("Lighting", "2026-03-09")
    assert (told["audience"], told["audience_name"]) == ("young", "Girls of the club")
    assert (told["kind"], told["moderation"], told["wall"]) == ("real", "pre", "hidden")
    for secret in (made.wall_key, made.moderator_key, made.published_as):
        assert secret not in json.dumps(told)


def test_a_rehearsals_wall_starts_shown(client: TestClient, room: Room) -> None:
    made = open_session(room, kind="rehearsal")
    assert client.post("/phone/join", json={"code": made.code}).json()["session"]["wall"] == "shown"


def test_a_right_code_is_answered_however_many_wrong_ones_there_are(
    room: Room, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG_AT_ONCE", 2)
    monkeypatch.setattr(limits, "WRONG_PER_SECOND", 0.01)
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        agree(client, session, A, receipt=HERS)
        wrong = [client.post("/phone/join", json={"code": "AAAAAAAA"}) for _ in range(5)]
        assert [one.status_code for one in wrong] == [404, 404, 503, 503, 503]
        guess = {"code": session.code, "receipt": "AAAAAAAAAAAA"}
        assert send(client, guess, "receipt").status_code == 503
        assert client.post("/phone/join", json={"code": session.code}).status_code == 200
        right = {"code": session.code, "receipt": HERS}
        assert send(client, right, "receipt").status_code == 200
        assert send(client, right | {"all": True}, "withdraw").status_code == 200


def test_guessing_codes_and_receipts_is_hopeless() -> None:
    """For eight hours at 2,000 a second: more than two busy cores answered (1,300 measured)."""
    assert len(CODE_LETTERS) == 32
    codes, receipts, tries = 32**CODE_LENGTH, 32**RECEIPT_LENGTH, 2_000 * 8 * 3600
    assert tries * 10 / codes < 1 / 1_900  # any of ten sessions, by its code
    assert tries * 200 / receipts < 1e-8  # any of two hundred receipts, for who has the code
    # wrong ones that wait their second, in a session as full as it can be
    waited = limits.WRONG_PER_SECOND * 8 * 3600 + limits.WRONG_AT_ONCE
    assert waited * MOST_TOKENS / receipts < 1e-8


@pytest.mark.parametrize("party", [-1, 2, 8, True, "0", 0.0, [0]], ids=str)
def test_a_table_that_is_not_there_is_refused(
    client: TestClient, room: Room, party: object
) -> None:
    made = open_session(room, setup=SetUp(parties=("One", "Two")))
    answer = agree(client, made, A, party=party)
    assert (answer.status_code, answer.json()["error"]) == (422, "party_unknown")
    assert room.counts(made.id) == (0, 0)


def test_her_table_is_kept_with_what_she_says(client: TestClient, room: Room) -> None:
    made = open_session(room, setup=SetUp(parties=("One", "Two")))
    assert agree(client, made, A, party=1).status_code == 200
    send(client, pin(made))
    assert room.contributions(made.id)["party"].tolist() == [1]


@pytest.mark.parametrize(
    "receipt", ["", "ABCDEFGHJKL", "ABCDEFGHJKL0", "ABCDEFGHJKLI", 5, ["A"], "x" * 99]
)
def test_a_receipt_that_cannot_be_one_is_refused(
    client: TestClient, room: Room, session: Session, receipt: object
) -> None:
    answer = agree(client, session, A, receipt=receipt)
    assert (answer.status_code, answer.json()["error"]) == (422, "field_unknown")
    assert room.counts(session.id) == (0, 0)


def test_a_receipt_of_another_is_refused_with_a_sentence(
    hall: TestClient, session: Session
) -> None:
    answer = agree(hall, session, "c" * 32, receipt=HERS)
    assert (answer.status_code, answer.json()["error"]) == (409, "receipt_taken")
    assert answer.json()["sentence"] == words.say("error.receipt_taken", "en")


# --- what is sent --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["contributions", "change"])
@pytest.mark.parametrize(
    ("state", "error"), [("ready", "session_not_started"), ("paused", "session_paused")]
)
def test_before_the_start_and_in_a_pause_the_phone_keeps_it(
    hall: TestClient, room: Room, session: Session, path: str, state: str, error: str
) -> None:
    room.move(session.id, state)
    body = pin(session)
    answer = send(hall, body, path)
    assert (answer.status_code, answer.json()["error"]) == (503, error)
    assert answer.json()["retry_s"] == int(answer.headers["Retry-After"]) == 3
    room.move(session.id, "open")
    assert send(hall, body, path).status_code == 200
    assert len(room.contributions(session.id)) == 1


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_muted_phone_is_told_so_in_its_language_and_may_still_withdraw(
    hall: TestClient, room: Room, session: Session, lang: str
) -> None:
    body = pin(session)
    send(hall, body)
    room.change(session.id, lambda db: db.execute("UPDATE tokens SET muted = 1")).result()
    for path in ("contributions", "change"):
        answer = hall.post(f"/phone/{path}", json=pin(session), headers={"Accept-Language": lang})
        assert (answer.status_code, answer.json()["error"]) == (403, "token_muted")
        assert answer.json()["sentence"] == words.say("error.token_muted", lang)
    gone = send(hall, {"session": session.id, "token": A, "id": body["id"]}, "withdraw")
    assert gone.json() == {"ok": True, "withdrawn": 1}


def test_her_words_are_kept_for_the_room_alone(
    hall: TestClient, room: Room, session: Session
) -> None:
    body = pin(session, words="  Dark\u202e \n there\u0000 ", language="fr")
    assert send(hall, body).status_code == 200
    (item,) = mine(hall, session)
    assert (item["words"], item["language"], item["words_state"]) == ("Dark there", "fr", "waiting")
    assert "Dark" not in room.contributions(session.id).to_json()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"words": "x" * 201, "language": "en"}, "words_too_long"),
        ({"words": 5, "language": "en"}, "answer_unknown"),
        ({"words": ["x"], "language": "en"}, "answer_unknown"),
        ({"words": "x"}, "answer_unknown"),
        ({"words": "x", "language": "xx"}, "answer_unknown"),
        ({"words": "x", "language": {"a": 1}}, "answer_unknown"),
        ({"paraphrase": "x"}, "field_unknown"),
        ({"state": "shown"}, "field_unknown"),
        ({"party": 0}, "field_unknown"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["contributions", "change"])
def test_words_that_cannot_be_kept_are_refused(
    hall: TestClient, room: Room, session: Session, path: str, more: dict[str, object], error: str
) -> None:
    answer = send(hall, pin(session, **more), path)
    assert (answer.status_code, answer.json()["error"]) == (422, error)
    assert room.contributions(session.id).empty


def test_two_hundred_characters_of_any_script_fit_in_a_body(
    hall: TestClient, session: Session
) -> None:
    for sign in (
        "a",
        "\u0634",
        "\u1200",
        "\U0001f3e0",
    ):  # Python writes the last as twelve characters
        body = pin(session, words=sign * 200, language="en", reasons=list(codebook.REASONS)[:6])
        assert send(hall, body).status_code == 200
        assert {item["words"] for item in mine(hall, session)} >= {sign * 200}


def test_a_question_that_is_not_asked_is_not_kept(client: TestClient, room: Room) -> None:
    made = open_session(room, setup=SetUp(asks=("reasons",)))
    agree(client, made, A)
    send(client, pin(made, when="night", company="alone", words="Dark", language="en"))
    (item,) = mine(client, made)
    assert (item["when"], item["company"], item["words"]) == (None, None, None)


# --- change and withdraw -------------------------------------------------------------------------


def test_a_change_replaces_the_whole_and_a_repeat_does_nothing(
    hall: TestClient, session: Session
) -> None:
    body = pin(session, reasons=["police"], when="night")
    send(hall, body)
    later = pin(session, id=body["id"], cell=OTHER, feeling="safe", edit=1)
    assert [send(hall, later, "change").json() for _ in range(2)] == [{"ok": True}] * 2
    (item,) = mine(hall, session, ids=[body["id"]])
    assert (item["id"], item["cell"], item["feeling"]) == (body["id"], OTHER, "safe")
    assert (item["reasons"], item["when"]) == ([], None)


def test_a_change_of_what_a_receipt_took_back_is_refused_with_a_sentence(
    hall: TestClient, room: Room, session: Session
) -> None:
    body = pin(session)
    send(hall, body)
    everything = {"code": session.code, "receipt": HERS, "all": True}
    assert send(hall, everything, "withdraw").json()["withdrawn"] == 1
    answer = send(hall, pin(session, id=body["id"], feeling="safe", edit=1), "change")
    assert (answer.status_code, answer.json()["error"]) == (404, "item_unknown")
    assert answer.json()["sentence"]
    assert room.contributions(session.id).empty


@pytest.mark.parametrize("edit", [0, -1, 101, True, "1", 1.0, [1]], ids=str)
def test_a_change_is_counted_from_one(hall: TestClient, session: Session, edit: object) -> None:
    answer = send(hall, pin(session, edit=edit), "change")
    assert (answer.status_code, answer.json()["error"]) == (422, "field_unknown")
    assert mine(hall, session) == []


def test_another_phone_can_neither_see_nor_change_nor_withdraw(
    hall: TestClient, session: Session
) -> None:
    body = pin(session)
    send(hall, body)
    (item,) = mine(hall, session)
    assert mine(hall, session, B, ids=[body["id"]]) == []
    theft = pin(session, token=B, handle=item["handle"], feeling="safe")
    del theft["id"]
    assert send(hall, theft, "change").status_code == 404
    send(hall, pin(session, token=B, id=body["id"], cell=OTHER), "change")
    for named in ({"id": body["id"]}, {"handle": item["handle"]}, {"all": True}):
        assert send(hall, {"session": session.id, "token": B, **named}, "withdraw").is_success
    by_receipt = {"code": session.code, "receipt": THEIRS, "handle": item["handle"]}
    assert send(hall, by_receipt, "withdraw").json()["withdrawn"] == 0
    assert mine(hall, session) == [item]


def test_a_receipt_shows_and_withdraws_what_was_sent_from_another_phone(
    hall: TestClient, room: Room, session: Session
) -> None:
    for cell in (CELL, OTHER):
        send(hall, pin(session, cell=cell, words="Dark", language="en"))
    typed = {"code": f" {session.code[:4].lower()} {session.code[4:]}", "receipt": "abcd-efgh jklm"}
    found = send(hall, typed, "receipt").json()
    assert found["session"] == {"title": "Café", "state": "open", "languages": ["en", "fr"]}
    assert [item["words"] for item in found["items"]] == ["Dark", "Dark"]
    one = {"handle": found["items"][0]["handle"]}
    assert send(hall, typed | one, "withdraw").json() == {"ok": True, "withdrawn": 1}
    assert send(hall, typed | {"all": True}, "withdraw").json() == {"ok": True, "withdrawn": 1}
    assert send(hall, typed, "receipt").json()["items"] == []
    assert room.counts(session.id) == (2, 0)


def test_what_a_receipt_tells_leads_to_nobodys_phone(hall: TestClient, session: Session) -> None:
    send(hall, pin(session))
    told = send(hall, {"code": session.code, "receipt": HERS}, "receipt").text
    for secret in (A, session.id, session.wall_key, session.moderator_key):
        assert secret not in told


@pytest.mark.parametrize(
    "changes",
    [
        *({"receipt": wrong} for wrong in ("AAAAAAAAAAAA", "", 5, None)),
        *({"code": wrong} for wrong in ("A", None, "AAAAAAAA", ["A"])),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["receipt", "withdraw"])
def test_a_wrong_receipt_or_code_is_answered_in_her_language(
    hall: TestClient, room: Room, session: Session, changes: dict[str, object], path: str
) -> None:
    send(hall, pin(session))
    body = {"code": session.code, "receipt": HERS} | changes
    if path == "withdraw":
        body["all"] = True
    answer = hall.post(f"/phone/{path}", json=body, headers={"Accept-Language": "fr"})
    code = "session_unknown" if "code" in changes else "receipt_unknown"
    assert (answer.status_code, answer.json()["error"]) == (404, code)
    assert answer.json()["sentence"] == words.say(f"error.{code}", "fr")
    assert len(room.contributions(session.id)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "1"},
        {"handle": "x"},
        {"handle": 5},
        {"all": "yes"},
        {"all": 1},
        {"all": False},
        {"id": None},
        {"cell": CELL},
    ],
    ids=str,
)
def test_a_withdrawal_says_of_what(
    hall: TestClient, room: Room, session: Session, body: dict[str, object]
) -> None:
    send(hall, pin(session))
    for who in (
        {"session": session.id, "token": A},
        {"code": session.code, "receipt": HERS},
        {"session": session.id, "token": A, "receipt": HERS, "all": True},
    ):
        answer = send(hall, who | body, "withdraw")
        assert (answer.status_code, answer.json()["error"]) == (422, "field_unknown")
    assert len(room.contributions(session.id)) == 1


def test_after_closing_every_route_of_hers_says_so(
    hall: TestClient, room: Room, session: Session
) -> None:
    body = pin(session)
    send(hall, body)
    room.stop(session.id)
    phone_of = {"session": session.id, "token": A}
    receipt = {"code": session.code, "receipt": HERS}
    for path, said in (
        ("change", body),
        ("withdraw", phone_of | {"id": body["id"]}),
        ("withdraw", receipt | {"all": True}),
        ("mine", phone_of),
        ("receipt", receipt),
        ("receipt", receipt | {"receipt": "AAAAAAAAAAAA"}),
    ):
        answer = send(hall, said, path)
        assert (answer.status_code, answer.json()["error"]) == (410, "session_closed")
    assert len(room.contributions(session.id)) == 1


def test_what_was_answered_is_found_by_the_code_after_the_session(
    hall: TestClient, room: Room, session: Session
) -> None:
    code = {"code": f"{session.code[:4]} {session.code[4:].lower()}"}
    assert send(hall, code, "answers").json()["error"] == "answers_none"
    room.stop(session.id)
    assert send(hall, code, "answers").status_code == 404
    answers_back.save(room, room.get(session.id), {"fr": "Une lampe de plus."})
    told = send(hall, code, "answers").json()
    assert (told["title"], told["held_on"]) == ("Café", "2026-03-01")
    assert told["texts"] == {"fr": "Une lampe de plus."}
    assert set(told) == {"ok", "title", "held_on", "texts"}


@pytest.mark.parametrize("code", ["AAAAAAAA", "", None, 5, "x" * 90])
def test_a_wrong_code_has_no_answers(hall: TestClient, code: object) -> None:
    answer = send(hall, {"code": code}, "answers")
    assert (answer.status_code, answer.json()["error"]) == (404, "session_unknown")


def test_every_answer_says_that_nobody_keeps_it(hall: TestClient, session: Session) -> None:
    for path, body in (
        ("mine", {"session": session.id, "token": A}),
        ("receipt", {"code": session.code, "receipt": HERS}),
        ("receipt", {"code": session.code, "receipt": "AAAAAAAAAAAA"}),
    ):
        assert send(hall, body, path).headers["Cache-Control"] == "no-store"
