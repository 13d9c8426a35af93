"""What is printed for a session: how to join, the checklist, the summary; no word of anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import codebook, makeup
from layers.makeup import Makeup
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from layers.summing_up import summary
from mapping import hall, room_sheets, words
from mapping.phone.guard import Guard
from mapping.phone.printing import Printing

CELL = "CRS3035RES250mN3272000E4552000"
EVIL = "<script>alert(1)</script>{{7*7}}"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("CG_HOST", "hall.test")
    monkeypatch.setenv("CG_PORT", "8501")
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def a_session(room: Room, title: str = "Ways home", **setup: Any) -> Session:
    return room.create(
        title=title,
        kind="real",
        mode="batches",
        languages=words.room_languages(),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=SetUp(**setup),
    )


class Words(HTMLParser):
    """The text of a page as a person reads it, and the elements it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_each_network_and_each_table_has_a_page_of_its_own(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        hall, "origins", lambda: ["http://10.0.0.2:8501", "http://192.168.1.5:8501"]
    )
    session = a_session(room, parties=("North", "South"))
    page = Words(room_sheets.sheet("join", session, "en"))
    assert page.tags.count("section") == page.tags.count("svg") == 2 * 3
    assert page.text.count("10.0.0.2:8501/j") >= 3
    assert f"{session.code[:4]} {session.code[4:]}" in page.text
    for tag in session.languages:
        assert words.say("wall.join", tag) in page.text


def test_a_table_s_picture_is_another_than_everybody_s(room: Room) -> None:
    session = a_session(room, parties=("North", "South"))
    pictures = re.findall(r"<svg.*?</svg>", room_sheets.sheet("join", session, "en"), re.DOTALL)
    assert len(set(pictures)) == 3
    # drawn from the same address as on the page Room
    wanted = hall.qr_svg(
        f"http://hall.test:8501/j/{session.code}#{session.id}&table=1",
        dark="#1F2933",
        light="#FFFFFF",
        sized=False,
    )
    assert wanted in pictures


@pytest.mark.parametrize("name", room_sheets.NAMES)
@pytest.mark.parametrize("lang", words.languages())
def test_no_text_of_anybody_becomes_a_tag(room: Room, name: str, lang: str) -> None:
    session = a_session(
        room, EVIL, parties=(EVIL, "B"), safeguard=EVIL, organizer=EVIL, purpose=EVIL
    )
    makeup.save(room, session.id, Makeup(missing=EVIL))
    page = Words(room_sheets.sheet(name, session, lang, summary=summary(room, session)))
    assert "script" not in page.tags
    assert "alert(1)" in page.text or name == "network"
    assert "49" not in page.text.replace("30 to 49", "")


@pytest.mark.parametrize("lang", words.languages())
def test_the_checklist_names_the_person_to_turn_to(room: Room, lang: str) -> None:
    page = Words(room_sheets.sheet("checklist", a_session(room, safeguard="Amal"), lang))
    assert page.text.count("Amal") == 2
    blank = Words(room_sheets.sheet("checklist", a_session(room), lang))
    assert blank.text.count("____") >= 2


def test_the_consent_to_be_read_aloud_is_there_in_each_language(room: Room) -> None:
    page = Words(room_sheets.sheet("checklist", a_session(room, organizer="Centre"), "en")).text
    for tag in words.room_languages():
        assert words.say("phone.consent_home", tag) in page
        assert words.say("phone.consent_who", tag, organizer="Centre") in page


def test_no_sheet_holds_anything_that_anybody_said(room: Room) -> None:
    session = a_session(room)
    for number in range(6):
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT).result()
        said = Contribution(id=token, cell=CELL, feeling="unsafe", words="her own words")
        room.contribute(session.id, token, said).result()
    makeup.save(room, session.id, Makeup(genders={"women": 6, "men": 3}))
    for name in room_sheets.NAMES:
        text = room_sheets.sheet(name, session, "en", summary=summary(room, session))
        assert "her own words" not in text
        assert CELL not in text
        assert session.wall_key not in text
        assert session.moderator_key not in text
    told = Words(room_sheets.sheet("summary", session, "en", summary=summary(room, session))).text
    assert "Women: 5 to 9" in told
    assert "Men: fewer than 5" in told


@pytest.mark.parametrize("lang", words.room_languages())
def test_the_summary_can_be_printed_in_every_language_of_the_room(room: Room, lang: str) -> None:
    session = a_session(room)
    page = room_sheets.sheet("summary", session, lang, summary=summary(room, session))
    assert f'<html lang="{lang}" dir="{words.direction(lang)}">' in page
    assert words.say("wall.sum_next", lang) in Words(page).text


def test_an_unknown_sheet_is_none(room: Room) -> None:
    with pytest.raises(KeyError):
        room_sheets.sheet("people", a_session(room), "en")


# --- the route ------------------------------------------------------------------------------------


def test_a_sheet_opens_at_its_address_and_is_kept_by_nobody(room: Room) -> None:
    session = a_session(room)
    client = TestClient(Starlette(routes=Printing(room).routes()))
    room.stop(session.id)
    for name in room_sheets.NAMES:
        answer = client.get(room_sheets.address(name, session.code, lang="ar"))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert 'lang="ar" dir="rtl"' in answer.text


@pytest.mark.parametrize("path", ["/desk/paper/join/AAAA2222", "/desk/paper/people/{code}"])
def test_what_is_not_there_is_not_found(room: Room, path: str) -> None:
    client = TestClient(Starlette(routes=Printing(room).routes()))
    answer = client.get(path.replace("{code}", a_session(room).code))
    assert answer.status_code == 404
    assert answer.text == ""


def test_the_summary_can_be_fetched_once_the_session_has_ended_and_not_before(room: Room) -> None:
    session = a_session(room)
    client = TestClient(Starlette(routes=Printing(room).routes()))
    address = room_sheets.address("summary", session.code, lang="en")
    for state in ("open", "paused"):  # two sheets, one answer apart, tell what was answered
        room.move(session.id, state)
        assert client.get(address).status_code == 404
    room.stop(session.id)
    assert client.get(address).status_code == 200


def test_in_a_hall_a_sheet_asks_for_the_passphrase(room: Room) -> None:
    session = a_session(room)
    app = Guard(
        Starlette(routes=Printing(room).routes()),
        host="hall.test",
        passphrase="long enough to count",  # noqa: S106 - a test's own
        tell=lambda _: None,
    )
    client = TestClient(app, base_url="http://hall.test:8501")
    answer = client.get(f"/desk/paper/join/{session.code}", headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert "<svg" not in answer.text
    assert session.id not in answer.text
