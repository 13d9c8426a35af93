"""What is hers is hers: she changes and withdraws it, nobody else does, and it is really gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from layers import codebook, hers
from layers.errors import LayerError
from layers.hers import Who
from layers.room import Room
from layers.room_session import Session
from layers.room_setup import SetUp
from tests.helpers.hers import CELL, HERS, OTHER, THEIRS, A, B, by, code_of, pin, session


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def only(room: Room, meeting: Session, who: Who | None = None) -> hers.Item:
    (item,) = hers.mine(room, meeting.id, who or by(A))
    return item


def test_she_sees_what_she_said_and_nobody_elses(room: Room) -> None:
    meeting = session(room)
    one = pin(reasons=("police",), time_of_day="night", company="unsaid", words="Dark", language="")
    room.contribute(meeting.id, A, one).result()
    room.contribute(meeting.id, B, pin(OTHER)).result()
    item = only(room, meeting)
    assert (item.cell, item.feeling, item.reasons) == (CELL, "safe", ("police",))
    assert (item.time_of_day, item.company, item.words) == ("night", "unsaid", "Dark")
    assert (item.state, item.words_state) == ("shown", "waiting")
    assert only(room, meeting, by(B)).cell == OTHER
    assert hers.mine(room, meeting.id, by("c" * 32)) == []


def test_a_phone_finds_its_own_identifiers_again_and_no_others(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    room.contribute(meeting.id, B, pin(OTHER)).result()
    (item,) = hers.mine(room, meeting.id, by(A), ids=[str(uuid4()), one.id])
    assert item.id == one.id
    (item,) = hers.mine(room, meeting.id, by(B), ids=[one.id])
    assert item.id is None


def test_a_change_keeps_the_item_and_is_new_for_the_wall(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    room.change(meeting.id, lambda db: db.execute("UPDATE contributions SET fresh = 0")).result()
    assert not room.contributions(meeting.id)["fresh"].any()
    before = only(room, meeting).handle
    changed = pin(OTHER, id=one.id, feeling="unsafe")
    assert hers.change(room, meeting.id, A, changed).result() is True
    assert room.contributions(meeting.id)["fresh"].all()
    after = only(room, meeting)
    assert (after.handle, after.cell, after.feeling) == (before, OTHER, "unsafe")
    assert room.counts(meeting.id) == (2, 1)


def test_a_late_first_sending_undoes_no_change(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    hers.change(room, meeting.id, A, pin(OTHER, id=one.id)).result()
    assert room.contribute(meeting.id, A, one).result() is False
    assert only(room, meeting).cell == OTHER


def test_a_late_change_undoes_no_later_change(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    said = {n: pin(OTHER, id=one.id, feeling=("mixed", "unsafe")[n % 2]) for n in range(1, 5)}
    # the second comes before the first, and the third never; then all of them again
    taken = [hers.change(room, meeting.id, A, said[n], edit=n).result() for n in (2, 1, 4, 3, 2, 4)]
    assert taken == [True, False, False, False, False, False]  # the fourth says what is there
    assert only(room, meeting).feeling == "mixed"
    assert hers.change(room, meeting.id, A, said[1], edit=5).result() is True


def test_the_number_of_a_change_is_of_that_item_alone(room: Room) -> None:
    meeting, one, two = session(room), pin(), pin(OTHER)
    for said in (one, two):
        room.contribute(meeting.id, A, said).result()
        again = pin(id=said.id, feeling="unsafe")
        assert hers.change(room, meeting.id, A, again, edit=1).result() is True
    room.contribute(meeting.id, B, one).result()
    theirs = pin(id=one.id, feeling="mixed")
    assert hers.change(room, meeting.id, B, theirs, edit=1).result() is True


def test_a_change_before_its_first_sending_is_a_contribution(room: Room) -> None:
    meeting, one = session(room), pin()
    assert hers.change(room, meeting.id, A, one).result() is True
    assert room.contribute(meeting.id, A, pin(OTHER, id=one.id)).result() is False
    assert only(room, meeting).cell == CELL


def test_what_is_withdrawn_stays_gone_whatever_comes_late(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    assert hers.withdraw(room, meeting.id, by(A), item=one.id).result() == 1
    assert hers.withdraw(room, meeting.id, by(A), item=one.id).result() == 0
    assert room.contribute(meeting.id, A, one).result() is False
    assert code_of(hers.change(room, meeting.id, A, one)) == "item_unknown"
    assert hers.mine(room, meeting.id, by(A)) == []
    assert room.counts(meeting.id) == (2, 0)


def test_a_change_of_what_was_withdrawn_elsewhere_is_not_said_to_be_kept(room: Room) -> None:
    """The second time, too: the answer to the first may have been lost on its way."""
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    hers.change(room, meeting.id, A, pin(OTHER, id=one.id), edit=1).result()
    assert hers.withdraw(room, meeting.id, by(A), everything=True).result() == 1
    for edit in (2, 2, 1):
        late = hers.change(room, meeting.id, A, pin(id=one.id, feeling="unsafe"), edit=edit)
        assert code_of(late) == "item_unknown"
    assert room.counts(meeting.id) == (2, 0)


def test_a_withdrawal_that_comes_first_holds(room: Room) -> None:
    meeting, one = session(room), pin()
    assert hers.withdraw(room, meeting.id, by(A), item=one.id).result() == 0
    assert room.contribute(meeting.id, A, one).result() is False
    assert room.contributions(meeting.id).empty


def test_a_phone_leaves_only_so_many_marks_of_what_it_never_sent(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hers, "MOST_FIRST", 3)
    meeting, pins = session(room), [pin() for _ in range(6)]
    for one in (*pins[:3], *pins):  # a repeat does not count
        assert hers.withdraw(room, meeting.id, by(A), item=one.id).result() == 0
    kept = room.read("SELECT count(*) FROM withdrawn")[0][0]
    for _ in range(20):
        hers.withdraw(room, meeting.id, by(A), item=str(uuid4())).result()
    assert room.read("SELECT count(*) FROM withdrawn")[0][0] == kept
    taken = [room.contribute(meeting.id, A, one).result() for one in pins]
    assert taken == [False, False, False, True, True, True]
    # what did come is remembered all the same, and another phone has its own
    assert hers.withdraw(room, meeting.id, by(A), item=pins[5].id).result() == 1
    assert room.contribute(meeting.id, A, pins[5]).result() is False
    hers.withdraw(room, meeting.id, by(B), item=pins[0].id).result()
    assert room.contribute(meeting.id, B, pins[0]).result() is False


def test_a_phone_that_never_joined_leaves_nothing_behind(room: Room) -> None:
    meeting = session(room)
    assert hers.withdraw(room, meeting.id, by("c" * 32), item=str(uuid4())).result() == 0
    assert room.read("SELECT count(*) FROM withdrawn") == [(0,)]


def test_a_receipt_finds_and_withdraws_from_another_phone(room: Room) -> None:
    meeting, one = session(room), pin()
    for said in (one, pin(OTHER)):
        room.contribute(meeting.id, A, said).result()
    room.contribute(meeting.id, B, pin()).result()
    found, items = hers.look_up(room, meeting.code, HERS)
    assert found == meeting
    assert {item.cell for item in items} == {CELL, OTHER}
    handle = next(item.handle for item in items if item.cell == CELL)
    receipt = Who(receipt=HERS)
    assert hers.withdraw(room, meeting.id, receipt, handle=handle).result() == 1
    assert hers.withdraw(room, meeting.id, receipt, handle=handle).result() == 0
    assert room.contribute(meeting.id, A, one).result() is False  # her phone sends it again
    assert hers.withdraw(room, meeting.id, receipt, everything=True).result() == 1
    assert set(room.contributions(meeting.id)["cell"]) == {CELL}
    assert room.counts(meeting.id) == (2, 1)


def test_the_handle_of_another_does_nothing(room: Room) -> None:
    meeting = session(room)
    room.contribute(meeting.id, B, pin()).result()
    theirs = only(room, meeting, by(B)).handle
    for who in (by(A), Who(receipt=HERS)):
        assert hers.withdraw(room, meeting.id, who, handle=theirs).result() == 0
    assert code_of(hers.change(room, meeting.id, A, pin(OTHER), handle=theirs)) == "item_unknown"
    assert only(room, meeting, by(B)).cell == CELL


def test_a_change_by_its_handle_needs_no_identifier(room: Room) -> None:
    meeting = session(room)
    room.contribute(meeting.id, A, pin()).result()
    handle = only(room, meeting).handle
    assert hers.change(room, meeting.id, A, pin(OTHER), handle=handle).result() is True
    assert only(room, meeting).cell == OTHER


@pytest.mark.parametrize("receipt", ["", "AAAAAAAA", THEIRS[::-1], HERS.lower()])
def test_a_wrong_receipt_finds_nothing(room: Room, receipt: str) -> None:
    meeting = session(room)
    with pytest.raises(LayerError, match="receipt_unknown"):
        hers.look_up(room, meeting.code, receipt)


def test_a_receipt_is_of_one_session(room: Room) -> None:
    here, there = session(room), session(room)
    room.contribute(here.id, A, pin()).result()
    assert hers.look_up(room, there.code, HERS)[1] == []
    assert hers.withdraw(room, there.id, Who(receipt=HERS), everything=True).result() == 0
    assert len(room.contributions(here.id)) == 1


def test_nobody_gets_a_receipt_that_opens_anothers(room: Room) -> None:
    meeting = session(room)
    joined = room.join(meeting.id, "c" * 32, consent=codebook.CONSENT, receipt=HERS)
    assert code_of(joined) == "receipt_taken"
    assert room.counts(meeting.id) == (2, 0)
    again = room.join(meeting.id, A, consent=codebook.CONSENT, receipt=HERS)
    assert again.result() is False


def test_who_joined_without_a_receipt_may_get_one_and_the_first_stays(room: Room) -> None:
    meeting, token = session(room), "c" * 32
    for receipt in ("", "CCCCCCCC", "DDDDDDDD"):
        room.join(meeting.id, token, consent=codebook.CONSENT, receipt=receipt).result()
    room.contribute(meeting.id, token, pin()).result()
    assert len(hers.look_up(room, meeting.code, "CCCCCCCC")[1]) == 1
    with pytest.raises(LayerError, match="receipt_unknown"):
        hers.look_up(room, meeting.code, "DDDDDDDD")


def test_after_closing_nobody_can_tell_any_more_what_was_hers(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    handle = only(room, meeting).handle
    room.stop(meeting.id)
    closed: list[Future[Any]] = [
        hers.change(room, meeting.id, A, pin(OTHER, id=one.id)),
        hers.withdraw(room, meeting.id, by(A), item=one.id),
        hers.withdraw(room, meeting.id, Who(receipt=HERS), everything=True),
    ]
    assert [code_of(done) for done in closed] == ["session_closed"] * 3
    for look in (
        lambda: hers.mine(room, meeting.id, by(A)),
        lambda: hers.look_up(room, meeting.code, HERS),
    ):
        with pytest.raises(LayerError, match="session_closed"):
            look()
    assert handle not in set(room.contributions(meeting.id)["id"])  # a phone's list finds no row
    assert len(room.contributions(meeting.id)) == 1


# --- with a moderator ----------------------------------------------------------------------------


def decide(room: Room, meeting: Session, **columns: str) -> None:
    sets = ", ".join(f"{name} = ?" for name in columns)
    room.change(
        meeting.id,
        lambda db: db.execute(f"UPDATE contributions SET {sets}", tuple(columns.values())),  # noqa: S608 - our own names
    ).result()


def test_changed_words_wait_anew_and_lose_their_paraphrase(room: Room) -> None:
    meeting, one = session(room), pin(words="Dark", language="en")
    room.contribute(meeting.id, A, one).result()
    decide(room, meeting, words_state="shown", paraphrase="Too dark")
    later = pin(id=one.id, words="Very dark", language="en")
    hers.change(room, meeting.id, A, later).result()
    assert room.read("SELECT state, words, words_state, paraphrase FROM contributions") == [
        ("shown", "Very dark", "waiting", None)
    ]


def test_a_repeat_of_what_is_there_keeps_the_decision(room: Room) -> None:
    meeting, one = session(room), pin(words="Dark", language="en")
    room.contribute(meeting.id, A, one).result()
    decide(room, meeting, words_state="shown", paraphrase="Too dark")
    assert hers.change(room, meeting.id, A, one).result() is False
    assert only(room, meeting).words_state == "shown"


def test_a_change_waits_anew_where_everything_is_read_first(room: Room) -> None:
    meeting, one = session(room, setup=SetUp(moderation="pre")), pin()
    room.contribute(meeting.id, A, one).result()
    assert only(room, meeting).state == "waiting"
    decide(room, meeting, state="shown")
    hers.change(room, meeting.id, A, pin(OTHER, id=one.id)).result()
    assert only(room, meeting).state == "waiting"
    assert room.contributions(meeting.id).empty


def test_what_was_hidden_is_not_brought_back_by_changing_it(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    decide(room, meeting, state="hidden")
    hers.change(room, meeting.id, A, pin(OTHER, id=one.id)).result()
    assert only(room, meeting).state == "waiting"
    assert room.contributions(meeting.id).empty


def test_who_is_muted_changes_nothing_and_may_withdraw(room: Room) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    room.change(meeting.id, lambda db: db.execute("UPDATE tokens SET muted = 1")).result()
    assert code_of(hers.change(room, meeting.id, A, pin(OTHER, id=one.id))) == "token_muted"
    assert only(room, meeting).cell == CELL
    assert hers.withdraw(room, meeting.id, by(A), item=one.id).result() == 1


@pytest.mark.parametrize(
    ("state", "code"), [("ready", "session_not_started"), ("paused", "session_paused")]
)
def test_a_pause_holds_changes_back_and_no_withdrawal(room: Room, state: str, code: str) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    room.move(meeting.id, state)
    assert code_of(hers.change(room, meeting.id, A, pin(OTHER, id=one.id))) == code
    assert only(room, meeting).cell == CELL
    assert hers.withdraw(room, meeting.id, by(A), everything=True).result() == 1


@pytest.mark.parametrize(
    ("consent", "wrong"),
    [("2020-1", {}), (codebook.CONSENT, {"cell": CELL.replace("250m", "125m")})],
)
def test_a_change_is_checked_like_a_contribution(
    room: Room, consent: str, wrong: dict[str, Any]
) -> None:
    meeting, one = session(room), pin()
    room.contribute(meeting.id, A, one).result()
    said = pin(**({"id": one.id, "feeling": "unsafe"} | wrong))
    assert code_of(hers.change(room, meeting.id, A, said, consent=consent)) in (
        "consent_needed",
        "cell_size_wrong",
    )
    assert only(room, meeting).feeling == "safe"
