"""What the wall may show of what people said: hidden, in batches, at once, and taken back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from layers import codebook, privacy, wall_batches, wall_blocks, wall_shown
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from layers.wall_view import View
from tests.helpers.sampled import examples

HERE = "CRS3035RES250mN3272000E4552000"
NEXT = "CRS3035RES250mN3272000E4552250"
AREA = (4549000, 3269000, 4556000, 3276000)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def open_session(
    room: Room, *, kind: str = "real", mode: str = "batches", setup: SetUp | None = None
) -> Session:
    return room.create(
        title="Café",
        kind=kind,
        mode=mode,
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        area=AREA,
        setup=setup,
    )


def say(
    room: Room, session: Session, people: range, *, party: int | None = None, **said: Any
) -> None:
    for number in people:
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT, party=party).result()
        told = {"cell": HERE, "feeling": "safe"} | said
        one = Contribution(id=f"{number}-{told['cell']}", **told)
        room.contribute(session.id, token, one).result()


def sql(room: Room, session: Session, statement: str, *values: object) -> None:
    """Change rows as a phone or a moderator would, through the room's one writer."""
    room.change(session.id, lambda db: db.execute(statement, (*values, session.id))).result()


def take_back(room: Room, session: Session, number: int = 1) -> None:
    ids = [
        row[0] for row in room.read("SELECT id FROM contributions ORDER BY id LIMIT ?", (number,))
    ]
    for one in ids:
        sql(room, session, "DELETE FROM contributions WHERE id = ? AND session = ?", one)


def cells(room: Room, session: Session) -> list[list[str | None]]:
    found: list[list[str | None]] = wall_shown.shown(room, session)["cells"]
    return found


# ---- hidden, shown, paused, blank ----


def test_a_real_session_starts_hidden_and_a_rehearsal_shown(room: Room) -> None:
    assert wall_shown.view(room, open_session(room).id) == View(showing="hidden")
    assert wall_shown.view(room, open_session(room, kind="rehearsal").id).showing == "shown"


@pytest.mark.parametrize("mode", ["batches", "instant"])
@pytest.mark.parametrize("showing", ["hidden", "blank"])
def test_nothing_that_was_said_is_in_what_a_hidden_wall_gets(
    room: Room, mode: str, showing: str
) -> None:
    parties = ("North", "South")
    session = open_session(room, mode=mode, setup=SetUp(parties=parties))
    say(room, session, range(6), party=0, time_of_day="night", reasons=("lighting",), words="so")
    sql(room, session, "UPDATE contributions SET words_state = 'shown' WHERE session = ?")
    wall_shown.show(room, session.id, "shown")
    wall_shown.side_by_side(room, session.id, True)
    wall_shown.spotlight(room, session.id, HERE)
    open_wall = wall_shown.shown(room, session)
    assert all(open_wall[part] for part in ("cells", "parties", "answers", "spotlight", "words"))
    wall_shown.show(room, session.id, showing)
    told = wall_shown.shown(room, session)
    assert told["showing"] == showing
    assert (told["cells"], told["parties"], told["words"]) == ([], [], [])
    assert told["spotlight"] is None
    assert told["answers"] == {"reasons": [], "when": [], "company": []}
    text = json.dumps(told)
    assert not any(one in text for one in (HERE, "night", "lighting", 'so"', "North"))
    assert wall_shown.replay(room, session) == []


def test_a_wall_that_nobody_sees_takes_no_batch(room: Room) -> None:
    """What nobody saw holds back nothing: it shows what is true when it is revealed."""
    session = open_session(room)
    say(room, session, range(5))
    wall_shown.shown(room, session)
    say(room, session, range(5, 9), feeling="unsafe")
    wall_shown.shown(room, session)
    assert room.batch(session.id) is None
    wall_shown.show(room, session.id, "shown")
    assert cells(room, session) == [[HERE, "mixed", "5-9"]]


def test_pausing_a_hidden_wall_does_not_reveal_it(room: Room) -> None:
    session = open_session(room)
    for showing in ("hidden", "blank"):
        wall_shown.show(room, session.id, showing)
        wall_shown.show(room, session.id, "paused")
        assert wall_shown.view(room, session.id).showing == showing


def test_a_paused_wall_in_batches_takes_no_batch(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(5))
    before = wall_shown.shown(room, session)
    wall_shown.show(room, session.id, "paused")
    say(room, session, range(5, 20))
    assert wall_shown.shown(room, session) == before | {"showing": "paused"}
    wall_shown.show(room, session.id, "shown")
    assert cells(room, session) == [[HERE, "safe", "20+"]]


def test_a_paused_wall_at_once_shows_nothing_new_and_loses_what_is_taken_back(room: Room) -> None:
    session = open_session(room, mode="instant")
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(2))
    wall_shown.show(room, session.id, "paused")
    say(room, session, range(2, 4), cell=NEXT)
    say(room, session, range(4, 6), feeling="unsafe")
    assert cells(room, session) == [[HERE, "safe", None]]
    sql(room, session, "UPDATE contributions SET state = 'hidden' WHERE session = ?")
    assert cells(room, session) == []


def test_words_that_are_let_through_in_a_pause_wait_for_its_end(room: Room) -> None:
    session = open_session(room, mode="instant")
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(1), words="dark here", language="en")
    wall_shown.show(room, session.id, "paused")
    sql(room, session, "UPDATE contributions SET words_state = 'shown' WHERE session = ?")
    assert wall_shown.shown(room, session)["words"] == []
    wall_shown.show(room, session.id, "shown")
    assert [one["text"] for one in wall_shown.shown(room, session)["words"]] == ["dark here"]


def test_no_such_showing_or_session(room: Room) -> None:
    session = open_session(room)
    with pytest.raises(ValueError, match="purple"):
        wall_shown.show(room, session.id, "purple")
    with pytest.raises(LayerError, match="session_unknown"):
        wall_shown.show(room, "0" * 32, "shown")
    with pytest.raises(LayerError):
        wall_shown.spotlight(room, session.id, "52.5,13.4")


# ---- batches ----


def test_five_people_make_a_batch_and_one_person_with_five_rows_does_not(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    for column in range(5):
        say(room, session, range(1), cell=f"CRS3035RES250mN3272000E{4552000 + 250 * column}")
    say(room, session, range(1, 4))
    assert (cells(room, session), wall_shown.shown(room, session)["number"]) == ([], 0)
    say(room, session, range(4, 5))
    told = wall_shown.shown(room, session)
    assert (told["cells"], told["number"]) == ([[HERE, "safe", "5-9"]], 1)


def test_what_is_taken_back_goes_at_once_and_comes_back_only_with_five(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(5), time_of_day="night")
    say(room, session, range(10, 16), cell=NEXT)
    assert len(cells(room, session)) == 2
    ids = room.read("SELECT id FROM contributions WHERE cell = ? ORDER BY id LIMIT 1", (HERE,))
    sql(room, session, "DELETE FROM contributions WHERE id = ? AND session = ?", ids[0][0])
    told = wall_shown.shown(room, session)
    assert told["cells"] == [[NEXT, "safe", "5-9"]]
    assert told["answers"]["when"] == []
    assert wall_shown.replay(room, session) == [[[NEXT, "safe", "5-9"]]]
    say(room, session, range(20, 21))
    say(room, session, range(21, 25), cell=NEXT)
    assert [cell[0] for cell in cells(room, session)] == [NEXT]  # five speak of it, one is new


def test_what_a_moderator_hides_goes_at_once(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(6))
    assert cells(room, session)
    one, two = (row[0] for row in room.read("SELECT id FROM contributions LIMIT 2"))
    hide = "UPDATE contributions SET state = 'hidden' WHERE id = ? AND session = ?"
    sql(room, session, hide, one)
    assert cells(room, session) == [[HERE, "safe", "5-9"]]
    sql(room, session, hide, two)
    assert cells(room, session) == []


def test_a_session_that_is_closed_takes_no_further_batch(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(4))
    wall_shown.shown(room, session)
    say(room, session, range(4, 9))
    room.stop(session.id)
    closed = room.get(session.id)
    assert (cells(room, closed), wall_shown.replay(room, closed)) == ([], [])


def test_who_changes_hers_while_a_batch_is_made_is_new_in_the_next(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(5))
    change = "UPDATE contributions SET feeling = 'unsafe', fresh = 1 WHERE session = ?"
    original = wall_blocks.advance

    def slow(*args: Any, **named: Any) -> wall_blocks.Standing:
        made = original(*args, **named)
        sql(room, session, change)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wall_blocks, "advance", slow)
        wall_shown.shown(room, session)
    assert room.read("SELECT sum(fresh) FROM contributions")[0][0] == 5


def test_a_batch_that_may_not_be_taken_yet_is_left_to_a_later_look(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(5))
    assert wall_shown.shown(room, session, may_take=lambda: False)["cells"] == []
    assert cells(room, session) == [[HERE, "safe", "5-9"]]


# ---- answers ----


@pytest.mark.parametrize("kind", ["real", "rehearsal"])
def test_answers_come_from_five_on_also_at_once(room: Room, kind: str) -> None:
    session = open_session(room, kind=kind, mode="instant")
    wall_shown.show(room, session.id, "shown")
    wall_shown.spotlight(room, session.id, HERE)
    said: dict[str, Any] = {"time_of_day": "night", "company": "alone", "reasons": ("empty",)}
    say(room, session, range(4), **said)
    told = wall_shown.shown(room, session)
    nothing: dict[str, list[Any]] = {"reasons": [], "when": [], "company": []}
    assert told["answers"] == nothing
    assert told["spotlight"] == {"cell": HERE, "feeling": "safe", "people": None, "words": []} | (
        nothing
    )
    say(room, session, range(4, 5), **said)
    told = wall_shown.shown(room, session)
    some = {
        "reasons": [["empty", "5-9"]],
        "when": [["night", "5-9"]],
        "company": [["alone", "5-9"]],
    }
    assert told["answers"] == some
    assert told["spotlight"] == {"cell": HERE, "feeling": "safe", "people": "5-9", "words": []} | (
        some
    )


def test_what_is_not_asked_is_not_nothing_said(room: Room) -> None:
    session = open_session(room, setup=SetUp(asks=("when",)))
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(5), time_of_day="day", company="alone", reasons=("empty",))
    say(room, session, range(5, 10), time_of_day=codebook.UNSAID)
    told = wall_shown.shown(room, session)
    assert told["asks"] == ["when"]
    said = [["day", "5-9"], [codebook.UNSAID, "5-9"]]  # rather not say is an answer of its own
    assert told["answers"] == {"reasons": [], "when": said, "company": []}


def test_the_spotlight_is_empty_where_the_wall_shows_no_such_square(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    wall_shown.spotlight(room, session.id, NEXT)
    say(room, session, range(6))
    say(room, session, range(4), cell=NEXT)
    assert wall_shown.shown(room, session)["spotlight"] is None


# ---- tables ----


def test_tables_stand_side_by_side_only_while_they_are_asked_for(room: Room) -> None:
    session = open_session(room, setup=SetUp(parties=("North", "South")))
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(6), party=0)
    say(room, session, range(6, 10), party=1, feeling="unsafe")
    assert wall_shown.shown(room, session)["parties"] == []
    wall_shown.side_by_side(room, session.id, True)
    told = wall_shown.shown(room, session)
    assert told["parties"] == [
        {"name": "North", "cells": [[HERE, "safe", "5-9"]]},
        {"name": "South", "cells": []},
    ]
    assert told["cells"] == [[HERE, "safe", "5-9"]]


# ---- words ----


def test_words_are_shown_once_they_were_let_through_and_in_the_facilitators_where_she_wrote(
    room: Room,
) -> None:
    session = open_session(room, mode="instant")
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(2), words="call me 030 1234", language="ar")
    assert wall_shown.shown(room, session)["words"] == []
    sql(
        room,
        session,
        "UPDATE contributions SET words_state = 'shown', paraphrase = 'a number was given'"
        " WHERE id = ? AND session = ?",
        room.read("SELECT id FROM contributions")[0][0],
    )
    told = wall_shown.shown(room, session)
    assert told["words"] == [{"language": "ar", "text": "a number was given", "by": "facilitator"}]
    assert "1234" not in json.dumps(told)


def test_words_come_to_a_place_only_with_the_batch_they_are_in(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    wall_shown.spotlight(room, session.id, HERE)
    say(room, session, range(5), words="dark", language="en")
    say(room, session, range(5, 8), cell=NEXT, words="elsewhere", language="en")
    sql(room, session, "UPDATE contributions SET words_state = 'shown' WHERE session = ?")
    wall_shown.shown(room, session)
    say(room, session, range(8, 9), words="late", language="en")
    sql(room, session, "UPDATE contributions SET words_state = 'shown' WHERE session = ?")
    told = wall_shown.shown(room, session)
    assert {one["text"] for one in told["words"]} == {"dark", "elsewhere", "late"}
    assert {one["text"] for one in told["spotlight"]["words"]} == {"dark"}
    assert not any("cell" in one for one in told["words"])


# ---- replay and reset ----


def test_the_replay_shows_the_batches_as_they_came(room: Room) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    seen = []
    steps: list[tuple[int, dict[str, Any]]] = [
        (0, {}),
        (5, {"cell": NEXT}),
        (10, {"feeling": "unsafe"}),
    ]
    for first, said in steps:
        say(room, session, range(first, first + 5), **said)
        seen.append(cells(room, session))
    assert wall_shown.replay(room, session) == seen
    assert seen[0] == [[HERE, "safe", "5-9"]]
    assert seen[2] == [[HERE, "mixed", "10-19"], [NEXT, "safe", "5-9"]]


def test_the_replay_at_once_forgets_what_was_taken_back(room: Room) -> None:
    session = open_session(room, mode="instant")
    wall_shown.show(room, session.id, "shown")
    say(room, session, range(5), feeling="unsafe")
    wall_shown.shown(room, session)
    say(room, session, range(5, 10), cell=NEXT)
    wall_shown.shown(room, session)
    first, last = wall_shown.replay(room, session)
    assert (first, last) == ([[HERE, "unsafe", None]], cells(room, session))
    sql(room, session, "DELETE FROM contributions WHERE cell = ? AND session = ?", HERE)
    assert wall_shown.replay(room, session) == [[], [[NEXT, "safe", None]]]


def test_a_long_replay_is_thinned_and_still_ends_with_the_wall(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(room)
    wall_shown.show(room, session.id, "shown")
    for first in range(0, 35, 5):
        cell = f"CRS3035RES250mN3272000E{4552000 + 50 * first}"
        say(room, session, range(first, first + 5), cell=cell)
        wall_shown.shown(room, session)
    monkeypatch.setattr(wall_batches, "MOST_FRAMES", 4)
    frames = wall_shown.replay(room, session)
    assert [len(frame) for frame in frames] == [1, 3, 5, 7]
    assert frames[-1] == cells(room, session)


def test_a_rehearsal_is_emptied_by_its_reset(room: Room) -> None:
    session = open_session(room, kind="rehearsal", mode="instant")
    say(room, session, range(6))
    assert cells(room, session)
    wall_shown.reset(room, session.id)
    told = wall_shown.shown(room, session)
    assert (told["showing"], told["cells"], told["number"]) == ("shown", [], 0)
    assert room.counts(session.id)[0] == 6


@pytest.mark.parametrize("kind", ["rehearsal", "real"])
def test_what_has_ended_does_not_begin_anew(room: Room, kind: str) -> None:
    session = open_session(room, kind=kind)
    say(room, session, range(6))
    wall_shown.show(room, session.id, "shown")
    room.stop(session.id)
    with pytest.raises(LayerError, match="session_closed"):
        wall_shown.reset(room, session.id)
    assert room.counts(session.id) == (6, 6)
    assert wall_shown.view(room, session.id).showing == "shown"


@pytest.mark.parametrize("mode", ["batches", "instant"])
def test_a_real_session_keeps_what_was_said_when_it_is_reset(room: Room, mode: str) -> None:
    session = open_session(room, mode=mode)
    wall_shown.show(room, session.id, "shown")
    wall_shown.spotlight(room, session.id, HERE)
    say(room, session, range(6))
    before = cells(room, session)
    wall_shown.reset(room, session.id)
    assert wall_shown.view(room, session.id) == View(showing="hidden")
    assert wall_shown.replay(room, session) == []
    wall_shown.show(room, session.id, "shown")
    assert cells(room, session) == before
    assert wall_shown.shown(room, session)["number"] == 1  # what stands is the first batch of it
    assert wall_shown.replay(room, session) == [before]
    say(room, session, range(6, 11), cell=NEXT)
    after = cells(room, session)
    assert wall_shown.replay(room, session) == [before, after]


# ---- two ways to one answer ----

event = st.tuples(
    st.integers(0, 11),
    st.sampled_from([HERE, NEXT]),
    st.sampled_from([*codebook.FEELINGS, None]),
    st.sampled_from([None, "day", "night"]),
    st.booleans(),
)


@given(
    events=st.lists(event, min_size=1, max_size=40), mode=st.sampled_from(["batches", "instant"])
)
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_summed_in_steps_equals_what_is_summed_from_all_rows(
    room: Room, events: list[tuple[int, str, str | None, str | None, bool]], mode: str
) -> None:
    """The oracle reads all rows with each look, and keeps its own memory of what stood."""
    session = open_session(room, mode=mode, setup=SetUp(parties=("North", "South")))
    wall_shown.show(room, session.id, "shown")
    held = wall_blocks.Standing()
    fresh: set[str] = set()
    for number in range(12):
        party = (0, 1, None)[number % 3]
        room.join(session.id, f"{number:032x}", consent=codebook.CONSENT, party=party).result()
    counter = itertools.count()
    for number, cell, feeling, when, look in events:
        token = f"{number:032x}"
        if feeling is None:
            sql(room, session, "DELETE FROM contributions WHERE cell = ? AND session = ?", cell)
            fresh &= set(room.contributions(session.id)["id"])
        else:
            before = set(room.contributions(session.id)["id"])
            said = Contribution(id=str(next(counter)), cell=cell, feeling=feeling, time_of_day=when)
            room.contribute(session.id, token, said).result()
            fresh |= set(room.contributions(session.id)["id"]) - before
        if not look:
            continue
        table = room.contributions(session.id)
        rows = wall_blocks.rows_of(table)
        held = wall_blocks.retract(rows, held)
        if table.loc[table["id"].isin(fresh), "token"].nunique() >= 5:
            held, fresh = wall_blocks.advance(rows, held), set()
        told = wall_shown.shown(room, session)
        assert told["answers"]["when"] == wall_blocks.answers(held, "when")
        if mode == "batches":
            assert told["cells"] == wall_blocks.cells(held)
        else:
            said_of = privacy.voices(table)
            assert [cell[:2] for cell in told["cells"]] == [
                [
                    at,
                    privacy.shared_feeling(*(list(v.values()).count(f) for f in codebook.FEELINGS)),
                ]
                for at, v in sorted(said_of.items())
            ]
