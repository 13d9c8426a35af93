"""What is hers is hers: she changes and withdraws it, nobody else does, and it is really gone."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import codebook, hers
from layers.errors import LayerError
from layers.hers import Who
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp

CELL = "CRS3035RES250mN3270000E4550000"
OTHER = "CRS3035RES250mN3270000E4550250"
A, B = "a" * 32, "b" * 32
HERS, THEIRS = "ABCDEFGH", "WXYZ2345"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def session(room: Room, **changes: object) -> Session:
    fields: dict[str, Any] = {
        "title": "Café",
        "kind": "real",
        "mode": "instant",
        "languages": ("en",),
        "cell_m": 250,
        "held_on": date(2026, 3, 1),
    }
    made = room.create(**(fields | changes))
    for token, receipt in ((A, HERS), (B, THEIRS)):
        room.join(made.id, token, consent=codebook.CONSENT, receipt=receipt).result()
    return made


def pin(cell: str = CELL, **more: object) -> Contribution:
    fields: dict[str, Any] = {"id": str(uuid4()), "cell": cell, "feeling": "safe"}
    return Contribution(**(fields | more))


def code_of(done: Future[Any]) -> str:
    error = done.exception()
    assert isinstance(error, LayerError)
    return error.code


def by(token: str) -> Who:
    return Who(token=token)


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
    room.save_batch(meeting.id, {"rows": [], "behind": {}, "inputs": {}})
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
    assert hers.change(room, meeting.id, A, one).result() is False
    assert hers.mine(room, meeting.id, by(A)) == []
    assert room.counts(meeting.id) == (2, 0)


def test_a_withdrawal_that_comes_first_holds(room: Room) -> None:
    meeting, one = session(room), pin()
    assert hers.withdraw(room, meeting.id, by(A), item=one.id).result() == 0
    assert room.contribute(meeting.id, A, one).result() is False
    assert room.contributions(meeting.id).empty


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


# --- any order of anything -----------------------------------------------------------------------

TOKENS = [A, B, "c" * 32]
RECEIPTS = dict(zip(TOKENS, (HERS, THEIRS, "CCCCCCCC"), strict=True))
IDS = [str(UUID(int=number, version=4)) for number in range(3)]
ANSWERS = [(CELL, "safe"), (CELL, "unsafe"), (OTHER, "mixed")]
DEEDS = st.tuples(
    st.sampled_from(
        ["send", "change", "withdraw", "all", "by receipt", "steal", "change by handle"]
    ),
    st.sampled_from(TOKENS),
    st.sampled_from(IDS),
    st.sampled_from(ANSWERS),
    st.none() | st.integers(1, 4),
)


Deed = tuple[str, str, str, tuple[str, str], int | None]


class Model:
    """What must be there, told by the simplest means: a dictionary for each person."""

    def __init__(self) -> None:
        self.said: dict[str, dict[str, tuple[str, str]]] = {token: {} for token in TOKENS}
        self.gone: set[tuple[str, str]] = set()
        self.edits: dict[tuple[str, str], int] = {}

    def send(self, token: str, item: str, answer: tuple[str, str]) -> None:
        if (token, item) not in self.gone:
            self.said[token].setdefault(item, answer)

    def change(self, token: str, item: str, answer: tuple[str, str], edit: int | None) -> None:
        last = self.edits.get((token, item), 0)
        if edit is not None and edit <= last:
            return
        self.edits[token, item] = edit or last
        if (token, item) not in self.gone:
            self.said[token][item] = answer

    def withdraw(self, token: str, items: list[str]) -> None:
        for item in items:
            self.gone.add((token, item))
            self.said[token].pop(item, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(DEEDS, min_size=1, max_size=14))
def test_nobody_touches_anothers_and_nothing_is_doubled(
    deeds: list[Deed],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder) / "room.sqlite")
        try:
            meeting = session(room)
            room.join(
                meeting.id, TOKENS[2], consent=codebook.CONSENT, receipt=RECEIPTS[TOKENS[2]]
            ).result()
            model = Model()
            for deed in deeds:
                do(room, meeting, model, deed)
                check(room, meeting, model)
        finally:
            room.close()


def do(
    room: Room,
    meeting: Session,
    model: Model,
    deed: Deed,
) -> None:
    what, token, item, answer, edit = deed
    said = pin(answer[0], id=item, feeling=answer[1])
    if what == "send":
        room.contribute(meeting.id, token, said).result()
        model.send(token, item, answer)
    elif what == "change":
        hers.change(room, meeting.id, token, said, edit=edit).result()
        model.change(token, item, answer, edit)
    elif what == "withdraw":
        hers.withdraw(room, meeting.id, by(token), item=item).result()
        model.withdraw(token, [item])
    elif what == "all":
        hers.withdraw(room, meeting.id, by(token), everything=True).result()
        model.withdraw(token, list(model.said[token]))
    elif what == "by receipt":
        hers.withdraw(room, meeting.id, Who(receipt=RECEIPTS[token]), everything=True).result()
        model.withdraw(token, list(model.said[token]))
    elif what == "change by handle" and item in model.said[token]:
        found = hers.mine(room, meeting.id, by(token), ids=IDS)
        handle = next(one.handle for one in found if one.id == item)
        hers.change(room, meeting.id, token, said, handle=handle, edit=edit).result()
        model.change(token, item, answer, edit)
    elif what == "steal":
        for other in TOKENS:
            for one in hers.mine(room, meeting.id, by(other)) if other != token else ():
                taken = hers.withdraw(room, meeting.id, by(token), handle=one.handle).result()
                assert taken == 0
                done = hers.change(room, meeting.id, token, said, handle=one.handle)
                assert code_of(done) == "item_unknown"


def check(room: Room, meeting: Session, model: Model) -> None:
    for token in TOKENS:
        found = hers.mine(room, meeting.id, by(token), ids=IDS)
        assert {one.id: (one.cell, one.feeling) for one in found} == model.said[token]
        assert len(found) == len(model.said[token])
        by_receipt = hers.look_up(room, meeting.code, RECEIPTS[token])[1]
        assert [one.handle for one in by_receipt] == [one.handle for one in found]
    speakers = sum(bool(said) for said in model.said.values())
    assert room.counts(meeting.id) == (len(TOKENS), speakers)
    assert len(room.contributions(meeting.id)) == sum(map(len, model.said.values()))


# --- gone from the disk --------------------------------------------------------------------------


def on_disk(room: Room) -> bytes:
    return b"".join(file.read_bytes() for file in room.path.parent.glob(f"{room.path.name}*"))


def until(found: object, what: Any) -> None:
    end = time.monotonic() + 30
    while what() != found:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_withdrawn_and_replaced_words_leave_the_disk_before_the_session_ends(room: Room) -> None:
    meeting = session(room)
    first, second = pin(words="Quincunx under the lamp", language="en"), pin(OTHER)
    for said in (first, second):
        room.contribute(meeting.id, A, said).result()
    assert b"Quincunx" in on_disk(room)
    hers.change(
        room, meeting.id, A, pin(id=first.id, words="Zeugma by the bridge", language="en")
    ).result()
    until(False, lambda: b"Quincunx" in on_disk(room))
    assert b"Zeugma" in on_disk(room)
    hers.withdraw(room, meeting.id, by(A), item=first.id).result()
    until(False, lambda: b"Zeugma" in on_disk(room))
    assert CELL.encode() not in on_disk(room)
    assert len(room.contributions(meeting.id)) == 1


def test_a_reader_in_the_way_delays_the_cut_and_nothing_else(room: Room) -> None:
    meeting, one = session(room), pin(words="Quincunx", language="en")
    room.contribute(meeting.id, A, one).result()
    reader = sqlite3.connect(room.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM contributions").fetchone()
    hers.withdraw(room, meeting.id, by(A), item=one.id).result()
    time.sleep(1.5)  # a cut has been tried by now
    room.contribute(meeting.id, A, pin(OTHER)).result(timeout=10)
    reader.close()
    until(False, lambda: b"Quincunx" in on_disk(room))
