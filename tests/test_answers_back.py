"""You said, we did: written once the session has ended, found by its code, kept after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from layers import answers_back, closing, codebook, purging
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Session

HELD = date(2026, 3, 1)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("CG_TODAY", "2026-03-20")
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def a_session(room: Room, *, kind: str = "real", closed: bool = True) -> Session:
    session = room.create(
        title="Café",
        kind=kind,
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=HELD,
    )
    if closed:
        closing.stop(room, session, atlas=None)
    return session


def fault(room: Room, session: Session, texts: dict[str, str]) -> str:
    with pytest.raises(LayerError) as caught:
        answers_back.save(room, session, texts)
    return caught.value.code


def test_an_answer_is_found_by_the_code_as_people_type_it(room: Room) -> None:
    session = a_session(room)
    answers_back.save(room, session, {"en": "Lamps are up.", "ar": "رُكّبت المصابيح."})
    typed = f" {session.code[:4].lower()}-{session.code[4:]} "
    found = answers_back.read(room, typed)
    assert (found.title, found.held_on, found.said_on) == ("Café", HELD, date(2026, 3, 20))
    assert found.texts == {"en": "Lamps are up.", "ar": "رُكّبت المصابيح."}


def test_only_languages_with_a_text_are_given(room: Room) -> None:
    session = a_session(room)
    answers_back.save(room, session, {"ar": " \n "} | {"en": "Done"})
    assert answers_back.read(room, session.code).texts == {"en": "Done"}


def test_a_later_answer_takes_the_place_of_the_first(room: Room) -> None:
    session = a_session(room)
    for text in ("First", "Second"):
        answers_back.save(room, session, {"en": text})
    assert answers_back.read(room, session.code).texts == {"en": "Second"}
    assert len(answers_back.waiting(room)) == 1


def test_paragraphs_stay_and_what_nobody_sees_goes(room: Room) -> None:
    session = a_session(room)
    answers_back.save(room, session, {"en": "One\u202e\n\n\n  two\u200b \r\nthree\x00"})
    assert answers_back.read(room, session.code).texts["en"] == "One\ntwo\nthree"


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({}, "answers_empty"),
        ({"en": "  \u200b"}, "answers_empty"),
        ({"en": "a" * 2001}, "answers_long"),
        ({"fr": "Bonjour"}, "answers_language"),
    ],
)
def test_an_answer_that_is_none_is_refused(room: Room, texts: dict[str, str], code: str) -> None:
    session = a_session(room)
    assert fault(room, session, texts) == code
    with pytest.raises(LayerError, match="answers_none"):
        answers_back.read(room, session.code)


def test_there_is_no_answer_before_the_end_nor_to_a_rehearsal(room: Room) -> None:
    assert fault(room, a_session(room, closed=False), {"en": "Soon"}) == "answers_early"
    assert fault(room, a_session(room, kind="rehearsal"), {"en": "Soon"}) == "answers_rehearsal"


def test_a_code_that_was_never_one_is_unknown_and_an_unanswered_one_waits(room: Room) -> None:
    with pytest.raises(LayerError, match="session_unknown"):
        answers_back.read(room, "ABCD2345")
    with pytest.raises(LayerError, match="answers_none"):
        answers_back.read(room, a_session(room).code)


def test_an_answer_stays_when_its_session_is_deleted(room: Room) -> None:
    session = a_session(room)
    answers_back.save(room, session, {"en": "Lamps are up."})
    assert purging.purge(room, session.delete_on) == ["Café"]
    assert answers_back.read(room, session.code).texts == {"en": "Lamps are up."}


def test_a_deleted_session_can_still_be_answered(room: Room) -> None:
    """What a city does takes longer than what people said may be kept."""
    session = a_session(room)
    purging.purge(room, session.delete_on)
    with pytest.raises(LayerError, match="answers_none"):
        answers_back.read(room, session.code)
    (left,) = answers_back.waiting(room)
    assert (left.title, left.languages, left.said_on) == ("Café", ("en", "ar"), None)
    answers_back.save(room, left, {"ar": "تم"})
    assert answers_back.read(room, session.code).texts == {"ar": "تم"}


@pytest.mark.parametrize("came", [True, False])
def test_a_session_nobody_ended_can_be_answered_if_somebody_came(room: Room, *, came: bool) -> None:
    session = a_session(room, closed=False)
    if came:
        room.join(session.id, "a" * 32, consent=codebook.CONSENT).result()
    assert purging.purge(room, HELD + timedelta(days=50)) == ["Café"]
    assert [one.code for one in answers_back.waiting(room)] == [session.code] * came


def test_an_answer_goes_after_a_year_and_so_does_the_wait_for_one(room: Room) -> None:
    answered, silent = a_session(room), a_session(room)
    answers_back.save(room, answered, {"en": "Done"})  # on 20 March 2026
    purging.purge(room, date(2026, 4, 1))
    purging.purge(room, date(2027, 3, 2), today_is_right=True)  # a year and a day after the session
    assert [one.code for one in answers_back.waiting(room)] == [answered.code]
    with pytest.raises(LayerError, match="session_unknown"):
        answers_back.read(room, silent.code)
    purging.purge(room, date(2027, 3, 20), today_is_right=True)  # the last day
    assert answers_back.read(room, answered.code).texts == {"en": "Done"}
    purging.purge(room, date(2027, 3, 21), today_is_right=True)
    assert answers_back.waiting(room) == []
