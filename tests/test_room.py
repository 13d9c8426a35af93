"""What was acknowledged is there, once, and nothing finer or more personal than it must be."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from layers import codebook
from layers.errors import LayerError
from layers.room import Room
from layers.room_file import RoomFile
from layers.room_schema import MIGRATIONS
from layers.room_session import CODE_LETTERS, Contribution, Session

CELL = "CRS3035RES250mN3270000E4550000"
OTHER = "CRS3035RES250mN3270000E4550250"
DAY = date(2026, 3, 1)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def session(room: Room, **changes: object) -> Session:
    fields: dict[str, Any] = {
        "title": "Women's café",
        "kind": "rehearsal",
        "mode": "instant",
        "languages": ("en", "ar"),
        "cell_m": 250,
        "held_on": DAY,
    }
    return room.create(**(fields | changes))


def pin(cell: str = CELL, **more: object) -> Contribution:
    fields: dict[str, Any] = {"id": str(uuid4()), "cell": cell, "feeling": "safe"}
    return Contribution(**(fields | more))


def joined(room: Room, phone: str = "a", **changes: object) -> Session:
    made = session(room, **changes)
    room.join(made.id, phone, consent=codebook.CONSENT).result()
    return made


def code_of(done: Future[Any]) -> str:
    error = done.exception()
    assert isinstance(error, LayerError)
    return error.code


def test_a_session_is_found_by_its_code_however_it_is_typed(room: Room) -> None:
    made = session(room)
    typed = f" {made.code[:4].lower()}-{made.code[4:]} "
    assert room.by_code(typed) == made == room.get(made.id)


def test_codes_have_eight_letters_that_nobody_confuses(room: Room) -> None:
    codes = {session(room).code for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]{8}", code) for code in codes)
    assert len(CODE_LETTERS) == 32


def test_secrets_carry_128_bits(room: Room) -> None:
    made = session(room)
    assert len(bytes.fromhex(made.id)) == len(bytes.fromhex(made.wall_key)) == 16
    assert made.id != made.wall_key


@pytest.mark.parametrize(
    "wrong",
    [{"title": "  "}, {"title": "x" * 81}, {"kind": "?"}, {"mode": "?"}, {"cell_m": 50}],
    ids=["no title", "long title", "kind", "mode", "cell"],
)
def test_a_session_that_is_not_complete_is_not_made(room: Room, wrong: dict[str, Any]) -> None:
    with pytest.raises(LayerError, match="session_incomplete"):
        session(room, **wrong)
    assert room.sessions() == []


def test_a_repeat_counts_once(room: Room) -> None:
    made, one = joined(room), pin()
    results = [room.contribute(made.id, "a", one) for _ in range(5)]
    assert sorted(done.result() for done in results) == [False] * 4 + [True]
    assert len(room.contributions(made.id)) == 1


def test_another_phone_cannot_take_an_identifier_away(room: Room) -> None:
    made, one = joined(room), pin()
    room.join(made.id, "b", consent=codebook.CONSENT).result()
    room.contribute(made.id, "b", pin(OTHER, id=one.id)).result()
    assert room.contribute(made.id, "a", one).result() is True
    assert set(room.contributions(made.id)["cell"]) == {CELL, OTHER}


def test_nothing_is_kept_without_consent(room: Room) -> None:
    made = session(room)
    assert code_of(room.join(made.id, "a", consent="")) == "consent_needed"
    assert code_of(room.contribute(made.id, "a", pin())) == "consent_needed"
    assert room.counts(made.id) == (0, 0)


def test_phones_are_counted_once_each(room: Room) -> None:
    made = session(room)
    for token in ("a", "b", "a", "c"):
        room.join(made.id, token, consent=codebook.CONSENT).result()
    room.contribute(made.id, "a", pin()).result()
    room.contribute(made.id, "a", pin(OTHER)).result()
    assert room.counts(made.id) == (3, 1)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("CRS3035RES125mN3270000E4550000", "cell_size_wrong"),
        ("CRS3035RES250mN3280000E4550000", "cell_outside"),
    ],
)
def test_a_cell_of_another_size_or_city_is_refused(room: Room, cell: str, code: str) -> None:
    made = joined(room, area=(4549000, 3269000, 4552000, 3272000))
    assert code_of(room.contribute(made.id, "a", pin(cell))) == code
    assert room.contribute(made.id, "a", pin()).result() is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"feeling": "great"},
        {"reasons": ("nice",)},
        {"reasons": ("police", "police")},
        {"time_of_day": "noon"},
        {"company": "dog"},
        {"reasons": tuple(codebook.REASONS)[:7]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_answer_that_is_not_in_the_codebook_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(LayerError, match="answer_"):
        pin(**wrong)


@pytest.mark.parametrize("place", ["52.5,13.4", "CRS3035RES25mN3270000E4550000", ""])
def test_a_place_finer_than_a_cell_is_never_taken(place: str) -> None:
    with pytest.raises(LayerError, match="cell_unknown"):
        pin(place)


def test_unsaid_and_no_answer_stay_different(room: Room) -> None:
    made = joined(room)
    room.contribute(made.id, "a", pin(time_of_day="unsaid")).result()
    row = room.contributions(made.id).iloc[0]
    assert row["time_of_day"] == "unsaid"
    assert row["company"] is None


def test_a_closed_session_takes_nothing_and_keeps_what_it_has(room: Room) -> None:
    made = joined(room)
    room.contribute(made.id, "a", pin()).result()
    room.stop(made.id)
    assert room.get(made.id).state == "closed"
    assert code_of(room.contribute(made.id, "a", pin(OTHER))) == "session_closed"
    assert code_of(room.join(made.id, "b", consent=codebook.CONSENT)) == "session_closed"
    assert len(room.contributions(made.id)) == 1


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def test_neither_token_nor_identifier_is_ever_on_the_disk(room: Room) -> None:
    token, one = "f3" * 16, pin()
    made = joined(room, token)
    room.contribute(made.id, token, one).result()
    raw = bytes_on_disk(room.path)
    for secret in (token, one.id, one.id.replace("-", "")):
        assert secret.encode() not in raw
        assert secret.upper().encode() not in raw
    assert bytes.fromhex(token) not in raw


def test_the_key_is_gone_from_the_disk_when_the_session_stops(room: Room) -> None:
    made = joined(room)
    with closing(sqlite3.connect(room.path)) as db:
        key = db.execute("SELECT token_key FROM sessions").fetchone()[0]
    assert key in bytes_on_disk(room.path)
    room.stop(made.id)
    assert key not in bytes_on_disk(room.path)


def test_a_deleted_session_leaves_no_trace_on_the_disk(room: Room) -> None:
    made = joined(room, title="Shelter evening")
    room.contribute(made.id, "a", pin()).result()
    assert b"Shelter evening" in bytes_on_disk(room.path)
    room.delete(made.id)
    raw = bytes_on_disk(room.path)
    assert b"Shelter evening" not in raw
    assert CELL.encode() not in raw


def test_no_time_of_arrival_is_kept(room: Room) -> None:
    """No column for it, and no row number that would count up with it."""
    with closing(sqlite3.connect(room.path)) as db:
        tables = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    named = {"sessions", "tokens", "contributions", "withdrawn", "batches", "deeds", "answers_back"}
    named |= {"losses", "surveys", "survey_answers", "survey_bases"}
    parts = ("groups", "actors", "links", "towers", "seen")
    named |= {"netmaps", *(f"netmap_{part}" for part in parts)}
    assert {name for name, _ in tables} == named
    for _, sql in tables:
        assert "WITHOUT ROWID" in sql
        assert not re.search(r"address|agent|created|sent_at|time_at|stamp", sql)


def test_watchers_hear_of_a_change_after_it_is_on_the_disk(room: Room) -> None:
    made, heard = joined(room), threading.Event()
    found: list[int] = []

    def watcher(session_id: str) -> None:
        with closing(sqlite3.connect(room.path)) as db:
            sql = "SELECT count(*) FROM contributions WHERE session = ?"
            found.append(db.execute(sql, (session_id,)).fetchone()[0])
        heard.set()

    room.watch(watcher)
    room.contribute(made.id, "a", pin()).result()
    assert heard.wait(5)
    room.unwatch(watcher)
    room.contribute(made.id, "a", pin(OTHER)).result()
    assert found == [1]


def test_many_threads_lose_nothing(room: Room) -> None:
    made = joined(room)
    for number in range(8):
        room.join(made.id, f"t{number}", consent=codebook.CONSENT).result()

    def send(number: int) -> None:
        for one in [pin() for _ in range(20)]:
            for _ in range(2):
                room.contribute(made.id, f"t{number}", one).result()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = room.contributions(made.id)
    assert len(rows) == 160
    assert rows["token"].nunique() == 8


def test_a_task_that_fails_undoes_only_itself(tmp_path: Path) -> None:
    file = RoomFile(tmp_path / "room.sqlite")
    try:
        held = threading.Event()
        file.submit(lambda _db: held.wait(5), alone=True)  # so that the next three come together

        def half(db: sqlite3.Connection) -> None:
            db.execute("INSERT INTO tokens (session, token, consent) VALUES ('x', x'00', '')")
            raise LayerError("answer_unknown")

        good = "INSERT INTO tokens (session, token, consent) VALUES ('x', x'0{}', '')"
        off = file.submit(lambda db: db.execute("PRAGMA foreign_keys = OFF").fetchall(), alone=True)
        results: list[Future[Any]] = [
            file.submit(lambda db: db.execute(good.format(1)).rowcount),
            file.submit(half),
            file.submit(lambda db: db.execute(good.format(2)).rowcount),
        ]
        held.set()
        off.result()
        assert code_of(results[1]) == "answer_unknown"
        assert (results[0].result(), results[2].result()) == (1, 1)
        assert file.read("SELECT hex(token) FROM tokens") == [("01",), ("02",)]
    finally:
        file.close()


def test_a_task_that_was_called_off_does_not_end_the_writer(tmp_path: Path) -> None:
    file = RoomFile(tmp_path / "room.sqlite")
    try:
        held = threading.Event()
        file.submit(lambda _db: held.wait(5), alone=True)
        done: list[str] = []
        off = [
            file.submit(lambda _db: done.append("off")),
            file.submit(lambda _db: done.append("off, alone"), alone=True),
        ]
        assert all(one.cancel() for one in off)
        after = file.submit(lambda _db: done.append("after"))
        held.set()
        after.result(timeout=5)
        assert done == ["after"]
    finally:
        file.close()


def test_a_phone_that_hangs_up_is_no_fault_for_those_who_watch(room: Room) -> None:
    made, heard = joined(room), threading.Event()
    room.watch(lambda _session: heard.set())
    held = threading.Event()
    room._file.submit(lambda _db: held.wait(5), alone=True)  # noqa: SLF001 - to hold the writer up
    assert room.contribute(made.id, "a", pin()).cancel()
    assert room.join(made.id, "b", consent=codebook.CONSENT).cancel()
    held.set()
    assert room.contribute(made.id, "a", pin(OTHER)).result(timeout=5) is True
    assert heard.wait(5)
    assert room.counts(made.id) == (1, 1)


def test_a_commit_that_fails_whole_reaches_its_owner_and_not_the_next(tmp_path: Path) -> None:
    file = RoomFile(tmp_path / "room.sqlite")
    try:
        broken = file.submit(lambda db: db.execute("COMMIT"))  # takes the transaction away
        with pytest.raises(sqlite3.Error):
            broken.result(timeout=5)
        assert file.submit(lambda _db: "next").result(timeout=5) == "next"
        left = file.submit(lambda db: db.execute("BEGIN"), alone=True)  # and one left open
        left.result(timeout=5)
        assert file.submit(lambda _db: "third").result(timeout=5) == "third"
    finally:
        file.close()


def test_a_full_session_keeps_those_who_are_in_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.room_taking.MOST_TOKENS", 2)
    made = joined(room)
    room.join(made.id, "b", consent=codebook.CONSENT).result()
    assert code_of(room.join(made.id, "c", consent=codebook.CONSENT)) == "session_full"
    assert room.join(made.id, "a", consent=codebook.CONSENT).result() is False
    assert room.contribute(made.id, "a", pin()).result() is True
    assert room.counts(made.id) == (2, 1)


def test_a_shut_door_keeps_those_who_are_in_and_nobody_else(room: Room) -> None:
    made = joined(room)
    assert made.takes_new
    room.take_new(made.id, on=False)
    assert not room.get(made.id).takes_new
    assert code_of(room.join(made.id, "c", consent=codebook.CONSENT)) == "door_closed"
    assert room.join(made.id, "a", consent=codebook.CONSENT).result() is False
    assert room.contribute(made.id, "a", pin()).result() is True
    assert room.counts(made.id) == (1, 1)
    room.take_new(made.id, on=True)
    assert room.join(made.id, "c", consent=codebook.CONSENT).result() is True


def test_the_door_is_told_of_and_stays_as_it_was_turned(room: Room) -> None:
    made = joined(room)
    told: list[str] = []
    room.watch(told.append)
    room.take_new(made.id, on=False)
    assert told == [made.id]
    again = Room(room.path)
    try:
        assert not again.get(made.id).takes_new
    finally:
        again.close()
    room.stop(made.id)
    with pytest.raises(LayerError, match="session_closed"):
        room.take_new(made.id, on=True)


def test_a_rush_of_phones_is_noticed_and_repeats_are_none(room: Room) -> None:
    made, other = session(room), session(room)
    for number in range(61):
        room.join(made.id, f"t{number}", consent=codebook.CONSENT).result()
        room.join(other.id, "the same", consent=codebook.CONSENT).result()
    assert room.is_rushed(made.id)
    assert not room.is_rushed(other.id)


def test_a_room_of_the_first_version_keeps_its_sessions_and_their_published_names(
    tmp_path: Path,
) -> None:
    path = tmp_path / "room.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(MIGRATIONS[0])
        db.execute(f"PRAGMA application_id = {0x43475231}")
        db.execute("PRAGMA user_version = 1")
        for name, state in (("A", "open"), ("B", "closed")):
            row = (name, f"CODE{name}", "w", name, "real", "batches", "[]", 250, None, "", "", "")
            marks = ", ".join("?" * 16)
            db.execute(
                f"INSERT INTO sessions VALUES ({marks})",  # noqa: S608 - marks only
                (*row, "2026-03-01", state, b"key", None),
            )
        db.commit()
    again = Room(path)
    try:
        assert again.get("B").published_as == "session-20260301-codeb"  # as it went to an atlas
        assert re.fullmatch(r"session-[0-9a-f]{32}", again.get("A").published_as)
        assert again.get("A").takes_new  # nobody had shut a door
    finally:
        again.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("was", [None, 0o644], ids=["new", "of an older version"])
def test_nobody_else_on_the_machine_can_read_the_room_or_its_logs(
    tmp_path: Path, was: int | None
) -> None:
    path = tmp_path / "store" / "room.sqlite"
    if was is not None:
        path.parent.mkdir(mode=0o755)
        Room(path).close()
        path.chmod(was)
    made = Room(path)
    made.join(session(made).id, "a", consent=codebook.CONSENT).result()
    modes = {one.name: one.stat().st_mode & 0o077 for one in path.parent.iterdir()}
    made.scrub()
    modes |= {f"{one.name} anew": one.stat().st_mode & 0o077 for one in path.parent.iterdir()}
    made.close()
    assert {"room.sqlite", "room.sqlite-wal", "room.sqlite-shm"} <= set(modes)
    assert set(modes.values()) == {0}
    assert (path.parent.stat().st_mode & 0o077 == 0) is (was is None)  # a folder that we made


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "room.sqlite"
    Room(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(LayerError, match="room_too_new"):
        Room(path)


@pytest.mark.parametrize("content", ["text", "foreign"])
def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "else.sqlite"
    if content == "text":
        path.write_text("no database " * 100, encoding="utf-8")
    else:
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE sessions (a)")
    with pytest.raises(LayerError, match="room_not_ours"):
        Room(path)


WRITER = """
import sys
from datetime import date
from uuid import uuid4
from layers import codebook
from layers.room import Room
from layers.room_session import Contribution
room = Room(sys.argv[1])
made = room.create(title="x", kind="real", mode="instant", languages=("en",), cell_m=250,
                   held_on=date(2026, 3, 1))
room.join(made.id, "a", consent=codebook.CONSENT).result()
print(made.id, flush=True)
number = 0
while True:
    cell = f"CRS3035RES250mN{3270000 + 250 * (number % 100)}E{4550000 + 250 * (number // 100)}"
    room.contribute(made.id, "a", Contribution(id=str(uuid4()), cell=cell, feeling="safe")).result()
    print(cell, flush=True)
    number = (number + 1) % 190
"""


def killed_while_writing(path: Path, *, after: int) -> tuple[str, list[str]]:
    with subprocess.Popen(  # noqa: S603 - our own program, above
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        session_id = process.stdout.readline().strip()
        acknowledged = [process.stdout.readline().strip() for _ in range(after)]
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    return session_id, acknowledged


@pytest.mark.parametrize("after", [1, 40])
def test_everything_acknowledged_is_there_after_a_kill(tmp_path: Path, after: int) -> None:
    path = tmp_path / "room.sqlite"
    session_id, acknowledged = killed_while_writing(path, after=after)
    again = Room(path)
    try:
        kept = again.contributions(session_id)["cell"].tolist()
        assert len(acknowledged) >= after
        assert set(acknowledged) <= set(kept)
        assert len(kept) == len(set(kept)) <= len(acknowledged) + 1
        assert again.join(session_id, "b", consent=codebook.CONSENT).result() is True
    finally:
        again.close()
