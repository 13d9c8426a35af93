"""Any order of sending, changing, withdrawing and stealing, against a dictionary a person."""

from __future__ import annotations

import tempfile
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import codebook, hers
from layers.hers import Who
from layers.room import Room
from layers.room_session import Session
from tests.helpers.hers import CELL, HERS, OTHER, THEIRS, A, B, by, code_of, pin, session
from tests.helpers.sampled import examples

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
        self.said[token][item] = answer

    def withdraw(self, token: str, items: list[str]) -> None:
        for item in items:
            self.gone.add((token, item))
            self.said[token].pop(item, None)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
        change(model, deed, hers.change(room, meeting.id, token, said, edit=edit))
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


def change(model: Model, deed: Deed, done: Future[bool]) -> None:
    _, token, item, answer, edit = deed
    if (token, item) in model.gone:
        assert code_of(done) == "item_unknown"
    else:
        done.result()
        model.change(token, item, answer, edit)


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
