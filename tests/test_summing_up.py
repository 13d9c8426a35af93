"""The summary for the room says what leaves it, and nothing that could be subtracted from that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from layers import atlas, codebook, makeup, summing_up
from layers import closing as ending
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import QUESTIONS, SetUp

CELL = "CRS3035RES250mN3272000E4552000"
FAR = "CRS3035RES250mN3290000E4590000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def a_session(room: Room, **setup: object) -> Session:
    return room.create(
        title="Café",
        kind="real",
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=SetUp(**{"organizer": "Hidmo", "audience": "women", **setup}),  # type: ignore[arg-type]  # as given
    )


def speak(  # noqa: PLR0913, PLR0917 - what a person says
    room: Room,
    session: Session,
    people: range,
    cell: str = CELL,
    feeling: str = "unsafe",
    reasons: tuple[str, ...] = (),
    when: str | None = None,
    words: str = "",
) -> None:
    for number in people:
        room.join(session.id, f"t{number}", consent=codebook.CONSENT).result()
        said = Contribution(
            id=str(uuid4()),
            cell=cell,
            feeling=feeling,
            reasons=reasons,
            time_of_day=when,
            words=words,
            language="en",
        )
        room.contribute(session.id, f"t{number}", said).result()


def test_it_gives_squares_answers_and_when_all_is_deleted(room: Room) -> None:
    session = a_session(room)
    speak(room, session, range(6), reasons=("empty",), when="night")
    speak(room, session, range(12), FAR, "safe", ("lighting", "known"))
    ending.stop(room, session, atlas=None)
    said = summing_up.summary(room, session)
    assert said["squares"] == {"safe": 1, "mixed": 0, "unsafe": 1}
    assert said["answers"] == {
        "reasons": [["lighting", "10-19"], ["known", "10-19"], ["empty", "5-9"]],
        "when": [["night", "5-9"]],
        "company": [],
    }
    assert said["contributors"] == "10-19"
    assert (said["code"], said["delete_on"]) == (session.code, "2026-03-31")
    assert (said["organizer"], said["audience"]) == ("Hidmo", "women")
    assert json.loads(json.dumps(said)) == said


def test_what_few_said_is_nowhere_in_it_and_neither_is_how_much_was_held_back(room: Room) -> None:
    """One more who speaks alone of a far place changes no letter of it."""
    told = []
    for people in (6, 7):
        session = a_session(room)
        speak(room, session, range(6), reasons=("empty",))
        speak(room, session, range(6, people), FAR, "safe", ("refused",), "evening")
        ending.stop(room, session, atlas=None)
        told.append(summing_up.summary(room, session) | {"code": ""})
    assert told[0] == told[1]
    assert told[0]["rules"] == ["few", "sensitive", "words"]


def test_fewer_than_five_are_no_number_at_all(room: Room) -> None:
    session = a_session(room)
    speak(room, session, range(4), reasons=("empty",), when="day")
    said = summing_up.summary(room, session)
    assert said["contributors"] is None
    assert said["squares"] == dict.fromkeys(codebook.FEELINGS, 0)
    assert not any(said["answers"].values())


def test_a_question_that_was_not_asked_is_absent_and_not_empty(room: Room) -> None:
    session = a_session(room, asks=("when",))
    assert summing_up.summary(room, session)["answers"] == {"when": []}
    assert summing_up.summary(room, session)["rules"] == ["few"]


def test_her_own_words_are_not_in_it_and_the_facilitators_are_in_no_order_of_arrival(
    room: Room,
) -> None:
    session = a_session(room, asks=QUESTIONS)
    speak(room, session, range(6), words="the man from number twelve")

    def read_out(db: object) -> None:
        rows = db.execute("SELECT id FROM contributions ORDER BY id").fetchall()  # type: ignore[attr-defined]  # SQLite's
        for (row,), text in zip(rows, ("Z", "A", None), strict=False):
            db.execute(  # type: ignore[attr-defined]  # as above
                "UPDATE contributions SET words_state = 'shown', paraphrase = ? WHERE id = ?",
                (text, row),
            )
        db.execute(  # type: ignore[attr-defined]  # as above
            "UPDATE contributions SET paraphrase = 'not let through' WHERE words_state = 'waiting'"
        )

    room.change(session.id, read_out).result()
    said = summing_up.summary(room, session)
    assert said["told"] == ["A", "Z"]
    assert "twelve" not in json.dumps(said)


def test_a_sentence_is_taken_off_after_the_end_and_is_in_no_file_of_the_room(
    room: Room,
) -> None:
    session, other = a_session(room, asks=QUESTIONS), a_session(room, asks=QUESTIONS)
    sentence = "The one with the red pram is followed"
    sql = "UPDATE contributions SET words_state = 'shown', paraphrase = ? WHERE session = ?"

    def read_out(one: Session) -> None:
        room.change(one.id, lambda db: db.execute(sql, (sentence, one.id))).result()

    for one in (session, other):
        speak(room, one, range(6), words="hers")
        read_out(one)
    ending.stop(room, session, atlas=None)
    before = summing_up.summary(room, session)
    heard: list[str] = []
    room.watch(heard.append)
    assert summing_up.strike(room, session, sentence) == 6
    assert summing_up.summary(room, session) == before | {"told": []}
    assert session.id in heard  # so that the wall draws anew
    assert summing_up.summary(room, other)["told"] == [sentence] * 6
    summing_up.strike(room, other, sentence)
    room.scrub()
    assert all(sentence.encode() not in one.read_bytes() for one in room.path.parent.iterdir())


def test_counts_of_the_room_stand_beside_it_in_bands(room: Room) -> None:
    session = a_session(room)
    assert summing_up.summary(room, session)["makeup"] is None
    counted = makeup.Makeup(genders={"women": 12, "men": 3}, missing="Nobody over seventy")
    makeup.save(room, session.id, counted)
    said = summing_up.summary(room, session)
    assert said["makeup"]["genders"] == [["women", "10-19"], ["men", None]]
    assert said["missing"] == "Nobody over seventy"


def test_it_says_what_the_publication_says_also_after_a_moderator_hid_one(
    room: Room, tmp_path: Path
) -> None:
    """Else the paper in the hall less the map in the atlas would be the one that was hidden."""
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    session = a_session(room)
    speak(room, session, range(10), reasons=("empty",))
    ending.stop(room, session, atlas=town)
    before = summing_up.summary(room, session)

    def hide(number: int) -> None:
        sql = (
            "UPDATE contributions SET state = 'hidden' WHERE id IN"
            " (SELECT id FROM contributions WHERE state = 'shown' LIMIT ?)"
        )
        room.change(session.id, lambda db: db.execute(sql, (number,))).result()

    hide(1)
    assert summing_up.summary(room, session) == before
    assert town.read("session_counts")["contributors"].tolist() == ["10-19"]
    hide(5)  # four are left: nothing rests on five any more
    after = summing_up.summary(room, session)
    assert after["squares"]["unsafe"] == 0
    assert after["answers"]["reasons"] == []
