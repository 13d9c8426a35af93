"""Moderating: nothing shows that nobody let through, and who moderates learns no more than it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import codebook, hers, moderating, moderator_queue, wall_shown
from layers.errors import LayerError
from layers.hers import Who
from layers.moderating import Item
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from tests.helpers.sampled import examples

CELL = "CRS3035RES250mN3272000E4552000"
OTHER = "CRS3035RES250mN3272250E4552000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return open_session(room)


def open_session(room: Room, moderation: str = "pre", *, kind: str = "real") -> Session:
    return room.create(
        title="Café",
        kind=kind,
        mode="instant",
        languages=("en", "ti"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=SetUp(moderation=moderation),
    )


def token(person: int) -> str:
    return f"{person:032x}"


def speak(  # noqa: PLR0913 - who says what
    room: Room,
    session: Session,
    person: int,
    words: str = "",
    *,
    language: str = "en",
    number: int = 0,
    cell: str = CELL,
) -> None:
    room.join(session.id, token(person), consent=codebook.CONSENT).result()
    name = str(UUID(int=person * 1000 + number, version=4))
    said = Contribution(id=name, cell=cell, feeling="unsafe", words=words, language=language)
    room.contribute(session.id, token(person), said).result()


def waiting(room: Room, session: Session, *languages: str) -> tuple[Item, ...]:
    return moderating.queue(room, session.id, languages).waiting


def with_words(room: Room, session: Session, words: str) -> Item:
    found = moderating.queue(room, session.id, ["en", "ti", "und"])
    return next(one for one in (*found.waiting, *found.decided) if one.words == words)


def decide(room: Room, session: Session, act: str, item: Item, **more: Any) -> moderating.Decided:
    return moderating.decide(room, session.id, act, item.handle, who="Table 1", **more)


def marks(room: Room, session: Session) -> dict[str, str]:
    return {one.handle: one.seen for one in waiting(room, session)}


def approve_all(room: Room, session: Session) -> int:
    seen = marks(room, session)
    return moderating.approve_all(room, session.id, seen, who="Table 1").count


def shown_words(room: Room, session: Session) -> list[tuple[str, str]]:
    """Give the words on the wall, as the wall itself says them."""
    wall_shown.show(room, session.id, "shown")
    told = wall_shown.shown(room, room.get(session.id))["words"]
    return sorted((one["text"], one["by"]) for one in told)


# --- what waits --------------------------------------------------------------------------------


def test_in_pre_mode_nothing_counts_before_it_was_let_through(room: Room, session: Session) -> None:
    speak(room, session, 1)
    speak(room, session, 2, "hello")
    assert len(room.contributions(session.id)) == 0
    assert approve_all(room, session) == 1
    assert len(room.contributions(session.id)) == 1
    decide(room, session, "approve", with_words(room, session, "hello"))
    assert len(room.contributions(session.id)) == 2
    assert shown_words(room, session) == []  # the place was let through, her words were not


def test_in_post_mode_places_show_and_words_wait(room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1, "hello")
    assert len(room.contributions(session.id)) == 1
    assert shown_words(room, session) == []
    decide(room, session, "words_approve", with_words(room, session, "hello"))
    assert shown_words(room, session) == [("hello", "her")]


def test_words_in_a_language_she_does_not_read_are_counted_and_not_listed(
    room: Room, session: Session
) -> None:
    speak(room, session, 1, "hello", language="en")
    speak(room, session, 2, "selam", language="ti-ER")
    speak(room, session, 3)
    found = moderating.queue(room, session.id, ["en-GB"])
    assert {one.words for one in found.waiting} == {"hello", None}
    assert (found.by_language, found.unread) == ({"en": 1, "ti": 1}, {"ti": 1})
    assert {one.words for one in waiting(room, session, "ti")} == {"selam", None}
    assert {one.words for one in waiting(room, session)} == {None}


def test_words_of_no_language_wait_for_who_says_she_reads_them(
    room: Room, session: Session
) -> None:
    speak(room, session, 1, "hello", language="")
    assert waiting(room, session, "en") == ()
    assert moderating.queue(room, session.id, ["en"]).unread == {moderating.UNTOLD: 1}
    assert len(waiting(room, session, moderating.UNTOLD)) == 1


def test_approving_all_leaves_every_word_waiting(room: Room, session: Session) -> None:
    for person in range(6):
        speak(room, session, person, "" if person % 2 else f"words {person}")
    assert moderating.queue(room, session.id, ["en"]).bare == 3
    assert approve_all(room, session) == 3
    assert len(room.contributions(session.id)) == 3
    assert approve_all(room, session) == 0


def test_approving_all_takes_only_what_she_saw_as_she_saw_it(room: Room, session: Session) -> None:
    for person in range(3):
        speak(room, session, person)
    seen = marks(room, session)
    said = Contribution(id=str(UUID(int=0, version=4)), cell=CELL, feeling="safe")
    changed = {**seen, next(iter(seen)): "0" * 16}
    room.join(session.id, token(7), consent=codebook.CONSENT).result()
    room.contribute(session.id, token(7), said).result()  # came after she looked
    done = moderating.approve_all(room, session.id, changed, who="Table 1")
    assert (done.count, len(room.contributions(session.id))) == (2, 2)
    assert moderating.approve_all(room, session.id, {}, who="Table 1").count == 0
    assert moderating.approve_all(room, session.id, seen, who="Table 1").count == 1
    assert moderating.queue(room, session.id, []).bare == 1


# --- what is decided ---------------------------------------------------------------------------


def test_a_paraphrase_stands_for_her_words_and_hers_stay(room: Room, session: Session) -> None:
    speak(room, session, 1, "Karim from number 12 shouts")
    item = with_words(room, session, "Karim from number 12 shouts")
    decide(room, session, "paraphrase", item, text="  Somebody \u202e shouts\n")
    assert shown_words(room, session) == [("Somebody shouts", "facilitator")]
    (hers_now,) = hers.mine(room, session.id, Who(token=token(1)))
    assert hers_now.words == "Karim from number 12 shouts"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "paraphrase_needed"), (" \u200b\n", "paraphrase_needed"), ("x" * 201, "words_too_long")],
)
def test_a_paraphrase_says_something_and_not_too_much(
    room: Room, session: Session, text: str, code: str
) -> None:
    speak(room, session, 1, "hello")
    with pytest.raises(LayerError) as refused:
        decide(room, session, "paraphrase", with_words(room, session, "hello"), text=text)
    assert refused.value.code == code
    assert len(room.contributions(session.id)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "The blonde at no. 12, Anna Meyer, 0176 1234567",
        "the Blonde at No 12 anna meyer 0176 1234567!",
        "Somebody tells of the blonde at no. 12",
    ],
)
def test_a_paraphrase_is_not_what_she_wrote(room: Room, session: Session, text: str) -> None:
    hers_own = "The blonde at no. 12, Anna Meyer, 0176 1234567"
    speak(room, session, 1, hers_own)
    with pytest.raises(LayerError) as refused:
        decide(room, session, "paraphrase", with_words(room, session, hers_own), text=text)
    assert refused.value.code == "paraphrase_repeats"
    assert shown_words(room, session) == []


def test_only_the_place_keeps_the_words_back(room: Room, session: Session) -> None:
    speak(room, session, 1, "hello")
    decide(room, session, "words_hide", with_words(room, session, "hello"))
    assert len(room.contributions(session.id)) == 1
    assert shown_words(room, session) == []


def test_what_is_hidden_is_gone_with_its_words_and_can_come_back(
    room: Room, session: Session
) -> None:
    speak(room, session, 1, "hello")
    item = with_words(room, session, "hello")
    decide(room, session, "words_approve", item)
    decide(room, session, "hide", item)
    assert len(room.contributions(session.id)) == 0
    assert shown_words(room, session) == []
    decide(room, session, "show", item)
    assert shown_words(room, session) == [("hello", "her")]


def test_words_that_she_changed_have_to_be_read_again(room: Room, session: Session) -> None:
    speak(room, session, 1, "hello")
    item = with_words(room, session, "hello")
    name = str(UUID(int=1000, version=4))
    said = Contribution(id=name, cell=CELL, feeling="unsafe", words="something else", language="en")
    hers.change(room, session.id, token(1), said, consent=codebook.CONSENT).result()
    for act in ("approve", "words_approve", "paraphrase", "words_hide", "show"):
        with pytest.raises(LayerError, match="item_changed"):
            decide(room, session, act, item, text="x", seen=item.seen)
    assert len(room.contributions(session.id)) == 0
    now = with_words(room, session, "something else")
    decide(room, session, "words_approve", now, seen=now.seen)
    assert shown_words(room, session) == [("something else", "her")]


def test_words_said_otherwise_on_one_phone_are_not_let_through_from_another(
    room: Room, session: Session
) -> None:
    speak(room, session, 1, "Karim shouts")
    item = with_words(room, session, "Karim shouts")  # both phones have it before them
    decide(room, session, "paraphrase", item, text="Somebody shouts", seen=item.seen)
    with pytest.raises(LayerError, match="item_changed"):
        decide(room, session, "words_approve", item, seen=item.seen)
    assert shown_words(room, session) == [("Somebody shouts", "facilitator")]


def test_what_has_no_words_has_none_to_decide_about(room: Room, session: Session) -> None:
    speak(room, session, 1)
    (item,) = waiting(room, session)
    for act in ("words_approve", "words_hide", "paraphrase"):
        with pytest.raises(LayerError, match="item_without_words"):
            decide(room, session, act, item, text="x")


def test_a_handle_of_another_session_or_of_nothing_is_unknown(room: Room, session: Session) -> None:
    other = open_session(room)
    speak(room, other, 1)
    (theirs,) = waiting(room, other)
    (mine,) = [one.handle for one in hers.mine(room, other.id, Who(token=token(1)))]
    for handle in (theirs.handle, mine, "0" * 32, "", "ü" * 32, "' OR 1=1 --"):
        for act in ("approve", "hide"):
            with pytest.raises(LayerError, match="item_gone"):
                moderating.decide(room, session.id, act, handle, who="Table 1")
        with pytest.raises(LayerError, match="item_gone"):
            moderating.mute(room, session.id, handle, who="Table 1")
    assert len(waiting(room, other)) == 1
    assert moderating.deeds(room, session.id) == []


# --- mute --------------------------------------------------------------------------------------


def test_a_muted_phone_is_heard_no_more_and_what_it_sent_is_hidden(room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1, "spam")
    speak(room, session, 1, number=1, cell=OTHER)
    speak(room, session, 2, "fine")
    moderating.mute(room, session.id, with_words(room, session, "spam").handle, who="Table 1")
    assert len(room.contributions(session.id)) == 1
    with pytest.raises(LayerError, match="token_muted"):
        speak(room, session, 1, number=2)
    speak(room, session, 2, number=2)
    found = moderating.queue(room, session.id, ["en"])
    assert (found.hidden, found.muted) == (2, 1)


def test_who_is_muted_may_still_withdraw(room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1, "spam")
    moderating.mute(room, session.id, with_words(room, session, "spam").handle, who="Table 1")
    gone = hers.withdraw(room, session.id, Who(token=token(1)), everything=True).result()
    assert gone == 1


def test_listening_again_brings_nothing_back_by_itself(room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1, "spam")
    item = with_words(room, session, "spam")
    moderating.mute(room, session.id, item.handle, who="Table 1")
    assert moderating.hear_all_again(room, session.id, who="the desk") == 1
    assert moderating.hear_all_again(room, session.id, who="the desk") == 0
    assert moderating.queue(room, session.id, []).muted == 0
    assert len(room.contributions(session.id)) == 0
    speak(room, session, 1, number=1)
    assert len(room.contributions(session.id)) == 1


# --- undo --------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["approve", "hide", "words_approve", "words_hide", "paraphrase"])
def test_a_decision_is_undone_as_if_it_had_not_been(room: Room, session: Session, act: str) -> None:
    speak(room, session, 1, "hello")
    item = with_words(room, session, "hello")
    done = decide(room, session, act, item, text="x")
    assert moderating.undo(room, session.id, done, who="Table 1") == 1
    assert waiting(room, session, "en") == (item,)


def test_a_mute_leaves_nothing_to_show_whose_items_go_together(room: Room) -> None:
    session = open_session(room, "post")
    for number, person in enumerate((1, 1, 2, 2)):
        speak(room, session, person, f"words {number}", number=number)
    item = with_words(room, session, "words 0")
    assert moderating.mute(room, session.id, item.handle, who="Table 1") == 2
    decide(room, session, "hide", with_words(room, session, "words 2"))
    items = moderating.queue(room, session.id, ["en"]).decided
    assert {one.words for one in items} == {"words 0", "words 1", "words 2"}
    # but for words, handle and mark they are all alike, muted or not
    told = [{**asdict(one), "handle": "", "seen": "", "words": ""} for one in items]
    assert told[1:] == told[:-1]


def test_an_undo_brings_back_nothing_that_changed_or_was_withdrawn(room: Room) -> None:
    session = open_session(room, "post")
    speak(room, session, 1, "first")
    speak(room, session, 2, "second")
    done = [
        decide(room, session, "hide", with_words(room, session, one)) for one in ("first", "second")
    ]
    hers.withdraw(room, session.id, Who(token=token(1)), everything=True).result()
    said = Contribution(
        id=str(UUID(int=2000, version=4)), cell=CELL, feeling="safe", words="new", language="en"
    )
    hers.change(room, session.id, token(2), said, consent=codebook.CONSENT).result()
    assert [moderating.undo(room, session.id, one, who="Table 1") for one in done] == [0, 0]
    assert len(room.contributions(session.id)) == 0


# --- stop --------------------------------------------------------------------------------------


def test_a_stop_pauses_and_blanks_in_one_transaction(room: Room) -> None:
    session = open_session(room, "post", kind="rehearsal")
    seen = []

    def watcher(_: str) -> None:
        seen.append((room.get(session.id).state, wall_shown.view(room, session.id).showing))

    speak(room, session, 1)
    room.watch(watcher)
    moderating.stop_all(room, session.id, who="Table 1")
    moderating.go_on(room, session.id, who="Table 1")
    room.unwatch(watcher)
    assert ("paused", "blank") in seen
    assert set(seen) <= {("paused", "blank"), ("open", "hidden")}  # never one without the other


def test_while_stopped_nothing_is_taken_and_nothing_is_in_the_walls_payload(room: Room) -> None:
    session = open_session(room, "post", kind="rehearsal")
    speak(room, session, 1)
    moderating.stop_all(room, session.id, who="Table 1")
    with pytest.raises(LayerError, match="session_paused"):
        speak(room, session, 2)
    assert wall_shown.shown(room, room.get(session.id))["cells"] == []


def test_a_session_that_has_not_begun_is_not_begun_by_going_on(room: Room) -> None:
    session = room.create(
        title="Later", kind="real", mode="batches", languages=("en",), cell_m=250,
        held_on=date(2026, 3, 1), state="ready",
    )  # fmt: skip
    moderating.stop_all(room, session.id, who="Table 1")
    moderating.go_on(room, session.id, who="Table 1")
    assert room.get(session.id).state == "ready"


def test_a_closed_session_can_be_blanked_and_not_decided_about(
    room: Room, session: Session
) -> None:
    speak(room, session, 1)
    (item,) = waiting(room, session)
    room.stop(session.id)
    with pytest.raises(LayerError, match="session_closed"):
        decide(room, session, "approve", item)
    moderating.stop_all(room, session.id, who="Table 1")
    assert wall_shown.view(room, session.id).showing == "blank"
    moderating.go_on(room, session.id, who="Table 1")
    assert room.get(session.id).state == "closed"


# --- what is learnt, and what is kept ------------------------------------------------------------


def test_the_log_says_who_what_and_language_and_nothing_else(room: Room, session: Session) -> None:
    speak(room, session, 1, "hello", language="ti")
    item = with_words(room, session, "hello")
    decide(room, session, "words_approve", item)
    moderating.mute(room, session.id, item.handle, who=" Table\u202e 2 ")
    moderating.stop_all(room, session.id, who="Table 1")
    assert [asdict(deed) for deed in moderating.deeds(room, session.id)] == [
        {"who": "Table 1", "did": "words_approve", "language": "ti"},
        {"who": "Table 2", "did": "mute", "language": None},
        {"who": "Table 1", "did": "stop_all", "language": None},
    ]
    columns = [row[1] for row in room.read("PRAGMA table_info(deeds)")]
    assert columns == ["session", "number", "who", "did", "language"]


@pytest.mark.parametrize("who", ["", "  ", "\u200b\u202e"])
def test_nobody_decides_without_a_label(room: Room, session: Session, who: str) -> None:
    speak(room, session, 1)
    (item,) = waiting(room, session)
    tries: list[Callable[[], object]] = [
        lambda: moderating.decide(room, session.id, "hide", item.handle, who=who),
        lambda: moderating.mute(room, session.id, item.handle, who=who),
        lambda: moderating.approve_all(room, session.id, {}, who=who),
        lambda: moderating.hear_all_again(room, session.id, who=who),
        lambda: moderating.stop_all(room, session.id, who=who),
    ]
    for one in tries:
        with pytest.raises(LayerError, match="moderator_unnamed"):
            one()


def test_an_item_tells_no_token_no_row_no_place_and_is_not_what_her_phone_knows(
    room: Room, session: Session
) -> None:
    for number in range(3):
        speak(room, session, 1, number=number)
    items = waiting(room, session)
    rows = room.read("SELECT lower(hex(id)), lower(hex(token)) FROM contributions")
    known = {*itertools.chain(*rows), token(1)}
    known |= {one.handle for one in hers.mine(room, session.id, Who(token=token(1)))}
    text = " ".join(str(asdict(item)) for item in items)
    assert not any(one in text for one in known)
    assert CELL not in text
    # three of one person differ in their handle and in nothing else
    assert len({item.handle for item in items}) == 3
    assert len({str(asdict(item) | {"handle": ""}) for item in items}) == 1


def test_a_square_is_looked_into_from_five_people_on(room: Room) -> None:
    session = open_session(room, "post")
    for number in range(3):
        speak(room, session, 0, number=number)
    for person in range(1, 4):
        speak(room, session, person)
    assert moderator_queue.lookable(room, session.id) == set()  # six items of four people
    assert moderating.said_at(room, session.id, CELL, ["en"]) == []
    speak(room, session, 4)
    assert moderator_queue.lookable(room, session.id) == {CELL}
    assert len(moderating.said_at(room, session.id, CELL, ["en"])) == 7
    speak(room, session, 5, cell=OTHER)
    assert moderator_queue.lookable(room, session.id) == {CELL}


def test_what_is_seen_at_a_square_has_other_handles_than_in_the_queue(room: Room) -> None:
    session = open_session(room, "post")
    for person in range(5):
        speak(room, session, person, f"words {person}")
    queued = [one.handle for one in waiting(room, session, "en")]
    here = [one.handle for one in moderating.said_at(room, session.id, CELL, ["en"])]
    assert (len(queued), len(here)) == (5, 5)
    assert set(queued).isdisjoint(here)
    # and it can be taken off the wall from there
    moderating.decide(room, session.id, "hide", here[0], who="Table 1")
    assert len(moderating.said_at(room, session.id, CELL, ["en"])) == 0  # four are left
    assert len(room.contributions(session.id)) == 4


def test_the_order_of_the_queue_is_not_that_of_arrival(tmp_path: Path) -> None:
    """In eighty sessions of three, every order there is comes up: it is that of random marks."""
    made = Room(tmp_path / "order.sqlite")
    orders = set()
    for _ in range(80):
        session = open_session(made)
        for person in range(3):
            speak(made, session, person, f"words {person}")
        orders.add(tuple(one.words for one in waiting(made, session, "en")))
    made.close()
    assert len(orders) == 6


ACTS = ("approve", "hide", "words_approve", "words_hide", "paraphrase", "mute")


@settings(max_examples=examples(20), deadline=None)
@given(
    plan=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(ACTS)), max_size=6),
    places=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    moderation=st.sampled_from(["pre", "post"]),
)
def test_decisions_commute_with_what_arrives_meanwhile(
    tmp_path_factory: pytest.TempPathFactory,
    plan: list[tuple[int, str]],
    places: list[int],
    moderation: str,
) -> None:
    """Whatever others send between two decisions, the same is shown in the end.

    Four people have spoken before; three more speak after the decisions of which ``places`` says
    how many, or all of them before any.
    """
    ends = []
    for before in (places, [0, 0, 0]):
        made = Room(tmp_path_factory.mktemp("room") / "room.sqlite")
        session = open_session(made, moderation)
        for person in range(4):
            speak(made, session, person, f"words {person}")
        items = {person: with_words(made, session, f"words {person}") for person in range(4)}
        for step in range(len(plan) + 1):
            for late, at in enumerate(before):
                if min(at, len(plan)) == step:
                    speak(made, session, 10 + late, f"words {10 + late}")
            if step < len(plan):
                person, act = plan[step]
                if act == "mute":
                    moderating.mute(made, session.id, items[person].handle, who="x")
                else:
                    decide(made, session, act, items[person], text="other")
        shown = made.read(
            "SELECT state, words, words_state, paraphrase FROM contributions ORDER BY words"
        )
        ends.append(shown)
        made.close()
    assert ends[0] == ends[1]


@settings(max_examples=examples(20), deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([*ACTS, "approve_all", "speak"]), st.integers(0, 3)), max_size=12
    )
)
def test_in_pre_mode_exactly_what_was_let_through_counts(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Against a plain model: a dictionary of who spoke and whether she was let through."""
    made = Room(tmp_path_factory.mktemp("room") / "room.sqlite")
    session = open_session(made)
    model: dict[int, str] = {}
    through = {"approve": "shown", "hide": "hidden", "mute": "hidden"}
    for act, person in steps:
        if act == "speak":
            if person not in model:
                speak(made, session, person, "" if person % 2 else f"words {person}")
                model[person] = "waiting"
        elif act == "approve_all":
            approve_all(made, session)
            model |= {one: "shown" for one in model if one % 2 and model[one] == "waiting"}
        elif person in model and person % 2 == 0:
            item = with_words(made, session, f"words {person}")
            if act == "mute":
                moderating.mute(made, session.id, item.handle, who="x")
            else:
                decide(made, session, act, item, text="other")
            kept = "shown" if model[person] == "waiting" else model[person]
            model[person] = through.get(act, kept)
    counted = len(made.contributions(session.id))
    made.close()
    assert counted == sum(state == "shown" for state in model.values())
