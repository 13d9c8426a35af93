"""On its day a session goes, from every file; and a seizure drill of the disk at each stage."""

from __future__ import annotations

import json
import logging
import re
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import anyio
import pytest

from layers import answers_back, atlas, clock, codebook, exporting, hers, purging, summing_up
from layers import closing as ending
from layers import room as rooms
from layers.errors import LayerError
from layers.room import Room
from layers.room_schema import MIGRATIONS
from layers.room_session import Contribution, Session
from mapping.__main__ import main
from mapping.phone import deletion
from tests.helpers.running import Server
from tests.test_commands import documented

HELD = date(2026, 3, 1)
DAY = timedelta(days=1)
SHOWN = "CRS3035RES250mN3272000E4552000"  # six people speak of it
ALONE = "CRS3035RES250mN3290000E4590000"  # one does, far from everybody
HER_WORDS = "the man from house twelve waits there"
READ_OUT = "someone waits at the corner"
TITLE = "Evening at the laundry"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "room.sqlite"


@pytest.fixture
def room(path: Path) -> Iterator[Room]:
    made = Room(path)
    yield made
    made.close()


def a_session(
    room: Room,
    *,
    title: str = TITLE,
    delete_on: date | None = None,
    atlas_path: Path | None = None,
    kind: str = "real",
    state: str = "open",
) -> Session:
    return room.create(
        title=title,
        kind=kind,
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=HELD,
        delete_on=delete_on,
        atlas=str(atlas_path or ""),
        state=state,
    )


def on_disk(folder: Path) -> bytes:
    return b"\n".join(
        one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and one.stat().st_size
    )


def found(secrets: dict[str, bytes], folder: Path) -> set[str]:
    """Search every file of a folder for each secret, as it is and as hexadecimal text."""
    raw = on_disk(folder)
    low = raw.lower()
    return {
        name
        for name, secret in secrets.items()
        if secret in raw or secret.hex().encode() in low or secret.lower() in low
    }


# --- the day -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delete_on", "day", "goes"),
    [
        (None, HELD + timedelta(days=29), False),
        (None, HELD + timedelta(days=30), True),  # thirty days, where no day was chosen
        (date(2026, 3, 5), date(2026, 3, 4), False),
        (date(2026, 3, 5), date(2026, 3, 5), True),
        (date(2026, 3, 5), date(2026, 4, 29), True),  # the laptop was closed for weeks
        (HELD + DAY, HELD, False),  # never while it is held
        (HELD + DAY, HELD + DAY, True),
    ],
)
def test_a_session_goes_on_its_day_and_not_before(
    room: Room, delete_on: date | None, day: date, *, goes: bool
) -> None:
    room.stop(a_session(room, delete_on=delete_on).id)
    assert purging.purge(room, day) == ([TITLE] if goes else [])
    assert [one.title for one in room.sessions()] == ([] if goes else [TITLE])


def test_one_that_was_never_closed_goes_too_and_its_phones_hear_of_it(room: Room) -> None:
    left = a_session(room)
    heard: list[str] = []
    room.watch(heard.append)
    purging.purge(room, left.delete_on + DAY)
    assert left.id in heard
    assert room.sessions() == []


@pytest.mark.parametrize("state", ["open", "paused"])
def test_one_that_runs_on_its_day_has_that_day_and_not_a_second_one(room: Room, state: str) -> None:
    evening = a_session(room, delete_on=HELD + DAY)
    room.move(evening.id, state)
    assert purging.purge(room, HELD + DAY) == []  # a minute past midnight, the hall still full
    assert purging.purge(room, HELD + DAY + DAY) == [TITLE]


def test_one_that_was_not_opened_yet_waits_only_for_phones(room: Room) -> None:
    empty, full = (a_session(room, title=one, state="ready") for one in ("Empty", "Full"))
    room.join(full.id, "a", consent=codebook.CONSENT).result()
    assert purging.purge(room, empty.delete_on) == ["Empty"]
    assert purging.purge(room, full.delete_on + DAY) == ["Full"]


def test_one_that_was_set_up_days_before_is_held_on_the_day_it_is_opened(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = a_session(room, state="ready", delete_on=date(2026, 3, 8))
    monkeypatch.setenv("CG_TODAY", "2026-03-08")
    room.move(early.id, "open")
    monkeypatch.setenv("CG_TODAY", "2026-03-09")
    room.move(early.id, "paused")
    room.move(early.id, "open")  # going on is no second opening
    found = room.get(early.id)
    assert (found.held_on, found.delete_on) == (date(2026, 3, 8), date(2026, 3, 9))
    room.stop(early.id)
    assert purging.purge(room, date(2026, 3, 8)) == []
    assert purging.purge(room, date(2026, 3, 9)) == [TITLE]


@pytest.mark.parametrize("clock", ["2020-01-01", "2041-01-01"])
def test_a_wrong_clock_at_the_opening_puts_the_deletion_off_by_a_day_at_most(
    room: Room, monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    early = a_session(room, state="ready", delete_on=date(2026, 3, 8))
    monkeypatch.setenv("CG_TODAY", clock)
    room.move(early.id, "open")
    found = room.get(early.id)
    assert HELD <= found.held_on <= date(2026, 3, 8)
    assert date(2026, 3, 8) <= found.delete_on <= date(2026, 3, 9)


@pytest.mark.parametrize("day", [HELD - DAY, HELD, HELD + timedelta(days=366)])
def test_the_day_of_deletion_comes_after_the_session_and_within_a_year(
    room: Room, day: date
) -> None:
    with pytest.raises(LayerError, match="delete_on_wrong"):
        a_session(room, delete_on=day)


def test_the_others_stay_whole(room: Room) -> None:
    first = a_session(room)
    later = a_session(room, title="Later", delete_on=date(2026, 4, 15))
    for one in (first, later):
        room.join(one.id, "a", consent=codebook.CONSENT).result()
        said = Contribution(id=str(uuid4()), cell=SHOWN, feeling="safe")
        room.contribute(one.id, "a", said).result()
    assert purging.purge(room, first.delete_on + DAY) == [TITLE]
    assert room.counts(later.id) == (1, 1)
    assert len(room.contributions(later.id)) == 1


def test_no_wait_for_an_answer_is_left_of_a_rehearsal_or_of_one_that_never_ended(
    room: Room,
) -> None:
    ending.stop(room, a_session(room, kind="rehearsal"), atlas=None)
    a_session(room)
    purging.purge(room, date(2026, 4, 15))
    assert answers_back.waiting(room) == []


def test_rows_of_no_session_go(room: Room, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO tokens (session, token, consent) VALUES ('none', x'0102', '')")
        db.commit()
    purging.purge(room, HELD)
    assert room.read("SELECT count(*) FROM tokens") == [(0,)]


# --- a clock that is wrong -----------------------------------------------------------------------


def test_a_clock_set_to_2030_takes_nothing_until_somebody_says_that_it_is_right(
    room: Room, path: Path
) -> None:
    room.stop(a_session(room).id)
    shutil.copy(path, path.with_name("room.sqlite.before"))
    answered = a_session(room, title="Answered")
    room.stop(answered.id)
    answers_back.save(room, answered, {"en": "Lamps were put up", "ar": ""})
    wrong = date(2030, 1, 1)
    assert purging.purge(room, wrong) == []
    room.close()
    done = purging.purge_files(path, wrong)
    assert (done.titles, done.copies, done.answers) == ((), (), 0)
    assert done.doubted == max(HELD, clock.today())  # the day of the answer
    again = Room(path)
    assert len(again.sessions()) == 2
    assert answers_back.read(again, answered.code).texts["en"] == "Lamps were put up"
    assert purging.purge(again, wrong, today_is_right=True) == ["Answered", TITLE]
    again.close()


@pytest.mark.parametrize(("days", "is_doubted"), [(60, False), (61, True)])
def test_today_is_doubted_from_the_sixty_first_day_after_the_newest_session(
    room: Room, days: int, *, is_doubted: bool
) -> None:
    assert purging.doubted(room, date(2030, 1, 1)) is None  # an empty room has nothing to lose
    a_session(room)
    day = HELD + timedelta(days=days)
    assert (purging.doubted(room, day) == HELD) is is_doubted
    assert purging.doubted(room, day, known=HELD + DAY) is None


def test_the_command_refuses_a_doubted_day_and_names_the_way_out(
    room: Room, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room.stop(a_session(room).id)
    room.close()
    monkeypatch.setenv("CG_TODAY", "2030-01-01")
    assert main(["purge", str(path), "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert f"- {TITLE}" in shown
    assert "--today-is-right" in shown
    assert main(["purge", str(path)]) == 2
    told = capsys.readouterr().err
    assert all(part in told for part in ("2030-01-01", "2026-03-01", "--today-is-right"))
    assert main(["purge", str(path), "--today-is-right", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["titles"], said["doubted"]) == ([TITLE], None)


def test_the_server_leaves_all_where_it_starts_with_a_wrong_clock_and_logs_it(
    shared: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = a_session(shared, delete_on=date(2027, 2, 1))
    monkeypatch.setattr(deletion, "_right", {})
    monkeypatch.setenv("CG_TODAY", "2030-01-01")
    assert not deletion.purge_once()
    assert [one.id for one in shared.sessions()] == [first.id]
    assert "clock" in caplog.text
    assert TITLE not in caplog.text


def test_a_server_that_runs_from_day_to_day_deletes_after_a_year_too(
    shared: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.stop(a_session(shared, delete_on=date(2027, 2, 1)).id)
    monkeypatch.setattr(deletion, "_right", {})
    for day in range(0, 338, 26):  # HELD + 337 days is the first of February
        monkeypatch.setenv("CG_TODAY", (HELD + timedelta(days=day)).isoformat())
        assert deletion.purge_once()
    assert shared.sessions() != []
    monkeypatch.setenv("CG_TODAY", "2027-02-01")
    assert deletion.purge_once()
    assert shared.sessions() == []


# --- the seizure drill -------------------------------------------------------------------------


def hold(room: Room, town: atlas.Atlas) -> tuple[Session, dict[str, bytes]]:
    """Hold a session in which seven speak; give it with everything that nobody may find later."""
    session = a_session(room, atlas_path=town.path)
    secrets: dict[str, bytes] = {}
    for number in range(7):
        token, receipt, item = f"token-of-phone-{number}", f"WXYZ678{number + 2}", str(uuid4())
        cell = SHOWN if number < 6 else ALONE
        room.join(session.id, token, consent=codebook.CONSENT, receipt=receipt).result()
        said = Contribution(
            id=item,
            cell=cell,
            feeling="unsafe",
            reasons=("empty",) if number < 6 else ("queer",),
            words=f"{HER_WORDS} {number}",
            language="ti",
        )
        room.contribute(session.id, token, said).result()
        secrets |= {
            f"token {number}": token.encode(),
            f"receipt {number}": receipt.encode(),
            f"item {number}": item.encode(),
        }
    room.change(
        session.id,
        lambda db: db.execute(
            "UPDATE contributions SET words_state = 'shown', paraphrase = ? WHERE cell = ?",
            (READ_OUT, ALONE),
        ),
    ).result()
    room.change(
        session.id,
        lambda db: db.execute(
            "INSERT INTO deeds (session, number, who, did) VALUES (?, 1, 'second phone', 'hide')",
            (session.id,),
        ),
    ).result()
    rows = room.read("SELECT token, receipt, lower(hex(token)) FROM tokens")
    for number, (token, receipt, _) in enumerate(rows):
        secrets |= {f"sealed token {number}": token, f"sealed receipt {number}": receipt}
    (key,) = room.read("SELECT token_key FROM sessions")[0]
    return session, secrets | {
        "key": key,
        "her words": HER_WORDS.encode(),
        "paraphrase": READ_OUT.encode(),
        "square": SHOWN.encode(),
        "square of one": ALONE.encode(),
        "session": session.id.encode(),
        "wall key": session.wall_key.encode(),
        "moderator key": session.moderator_key.encode(),
        "reason of one": b"queer",
        "language of one": b'"ti"',
        "deed": b"second phone",
    }


def seized(folder: Path, to: Path) -> Path:
    """Copy a folder as it is at this moment, with logs, as who takes the disk does."""
    shutil.copytree(folder, to)
    return to


def test_what_a_seized_disk_gives_at_each_stage(room: Room, path: Path, tmp_path: Path) -> None:
    town = atlas.create(tmp_path / "city" / "town.gpkg", name="Town")
    session, secrets = hold(room, town)
    in_clear = {name for name in secrets if name.split()[0] in ("token", "receipt", "item")}

    during = found(secrets, seized(path.parent, tmp_path / "during"))
    assert during & in_clear == set()  # never on the disk as a phone has them
    assert {"key", "her words", "square of one", "sealed token 0"} <= during

    ending.stop(room, session, atlas=town)
    assert summing_up.summary(room, session)["contributors"] == "5-9"
    closed = found(secrets, seized(path.parent, tmp_path / "closed"))
    assert "key" not in closed  # so that no phone can be matched with what it said
    assert not [name for name in closed if name.startswith("sealed receipt")]
    assert {"her words", "square of one"} <= closed  # kept in the room until its day

    purging.purge(room, session.delete_on)
    left = found(secrets, seized(path.parent, tmp_path / "purged"))
    assert left == set()
    assert session.code.encode() in on_disk(path.parent)  # of the wait for an answer, with title
    assert found(secrets, tmp_path / "city") == {"square"}  # the published one, and it alone


def test_nothing_is_left_in_log_free_pages_or_bytes_between_rows(
    room: Room, path: Path, tmp_path: Path
) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    session, secrets = hold(room, town)
    ending.stop(room, session, atlas=None)
    purging.purge(room, session.delete_on)
    log = path.with_name(f"{path.name}-wal")
    assert not log.exists() or log.stat().st_size == 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # carving: no run of letters of her words, nor half a square's name, in any byte of the file
    text = b"\n".join(re.findall(rb"[\x20-\x7e]{4,}", on_disk(path.parent)))
    assert b"CRS3035" not in text
    for secret in secrets.values():
        for start in range(0, len(secret) - 8, 4):
            assert secret[start : start + 8] not in on_disk(path.parent)


def test_an_export_of_the_atlas_holds_nothing_of_the_room_but_what_was_published(
    room: Room, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    with caplog.at_level(logging.DEBUG):
        session, secrets = hold(room, town)
        ending.stop(room, session, atlas=town)
        for kind in exporting.FORMATS:
            exporting.export(town, tmp_path / "out" / kind, to=kind)
        purging.purge(room, session.delete_on)
    unpacked = tmp_path / "out" / "unpacked"
    shutil.unpack_archive(tmp_path / "out" / "xlsx" / "atlas.xlsx", unpacked, "zip")
    secrets["code"] = session.code.encode()
    assert found(secrets, tmp_path / "out") == {"square"}
    logged = caplog.text.encode().lower()
    assert [name for name, secret in secrets.items() if secret.lower() in logged] == []


def test_what_a_crash_left_between_the_end_and_the_scrubbing_goes_at_the_next_start(
    room: Room, path: Path, tmp_path: Path
) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    session, secrets = hold(room, town)
    room.change(
        session.id,
        lambda db: db.execute(
            "UPDATE sessions SET state = 'closed', token_key = NULL WHERE id = ?", (session.id,)
        ),
    ).result()
    crashed = seized(path.parent, tmp_path / "crashed")
    assert "key" in found(secrets, crashed)  # still in the log
    purging.purge_files(crashed / path.name, HELD)
    assert "key" not in found(secrets, crashed)


def test_a_reader_from_outside_holds_it_up_and_the_next_time_sees_it_through(
    room: Room, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.room_file._CUT_BUSY_MS", 1)  # it gives up sooner
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    session, secrets = hold(room, town)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM tokens").fetchone()
        with pytest.raises(LayerError, match="room_log_busy"):
            purging.purge(room, session.delete_on + DAY)
        assert room.sessions() == []
        reader.execute("COMMIT")
    purging.purge(room, session.delete_on + DAY)
    assert found(secrets, path.parent) == set()


def test_what_she_took_back_is_in_no_file_after_the_purge_of_the_hour(
    room: Room, path: Path, tmp_path: Path
) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    session, secrets = hold(room, town)
    who = hers.Who(token="token-of-phone-6")  # noqa: S106 - a phone's, made up
    hers.withdraw(room, session.id, who, everything=True).result()
    assert purging.purge(room, HELD) == []
    assert "square of one" not in found(secrets, path.parent)


# --- copies, older files, the command ----------------------------------------------------------


def test_copies_beside_the_room_follow_the_same_clock(
    room: Room, path: Path, tmp_path: Path
) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    session, secrets = hold(room, town)
    room.scrub()
    path.with_name("backup").mkdir()
    names = (
        "Copy of room.sqlite",
        "backup/room.sqlite",
        "backup-room.sqlite",
        "room copy.sqlite",
        "room.sqlite.before",
        "Sauvegarde",
    )
    for name in names:
        shutil.copy(path, path.parent / name)
    deeper = path.parent / "backup" / "of" / "room.sqlite"
    deeper.parent.mkdir()
    shutil.copy(path, deeper)
    with closing(sqlite3.connect(path.with_name("room of others.sqlite"))) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    others = path.with_name("room of others.sqlite").read_bytes()
    path.with_name("room-notes.txt").write_text("ours", encoding="utf-8")
    path.with_name("room-broken.sqlite").write_bytes(path.read_bytes()[:5000])
    room.close()
    done = purging.purge_files(path, session.delete_on + DAY)
    assert done.titles == (TITLE,) * 7
    assert sorted(done.copies) == sorted(names)
    assert done.stuck == ("room-broken.sqlite",)
    path.with_name("room-broken.sqlite").unlink()  # the command names it: by hand
    assert path.with_name("room of others.sqlite").read_bytes() == others
    assert found(secrets, deeper.parent) != set()  # two folders down: by hand
    shutil.rmtree(deeper.parent)
    assert found(secrets, path.parent) == set()
    assert path.with_name("room-notes.txt").read_text("utf-8") == "ours"


def test_a_log_that_was_left_behind_without_its_room_goes(room: Room, path: Path) -> None:
    session = a_session(room)
    room.join(session.id, "a", consent=codebook.CONSENT).result()
    said = Contribution(id=str(uuid4()), cell=ALONE, feeling="safe")
    room.contribute(session.id, "a", said).result()
    left = path.with_name("Copy of room.sqlite.before-wal")
    others = path.with_name("classroom.sqlite-wal")
    for one in (left, others):
        shutil.copy(path.with_name("room.sqlite-wal"), one)
    assert ALONE.encode() in left.read_bytes()
    room.close()
    assert purging.purge_files(path, HELD, dry_run=True).copies == ()
    assert left.exists()
    purging.purge_files(path, HELD)
    assert not left.exists()
    assert path.exists()
    assert others.exists()


def test_a_room_of_an_earlier_version_goes_thirty_days_after_its_sessions(tmp_path: Path) -> None:
    path = tmp_path / "room.sqlite"
    with closing(sqlite3.connect(path)) as db:
        for number, steps in enumerate(MIGRATIONS[:2], 1):
            db.executescript(steps)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute(f"PRAGMA application_id = {0x43475231}")
        row = ("A", "CODEAAAA", "w", "Old", "real", "batches", '["en"]', 250, None, "", "1", "1")
        ended = ("2026-03-01", "closed", None, None, "session-1")
        marks = ", ".join("?" * len(row + ended))
        db.execute(f"INSERT INTO sessions VALUES ({marks})", row + ended)  # noqa: S608 - marks only
        db.execute(
            "INSERT INTO contributions VALUES ('A', x'01', x'02', ?, 'safe', '[]', NULL, NULL, 0)",
            (ALONE,),
        )
        db.commit()
    assert purging.purge_files(path, date(2026, 3, 30)).titles == ()
    assert purging.purge_files(path, date(2026, 3, 31)).titles == ("Old",)
    assert ALONE.encode() not in on_disk(tmp_path)


def test_the_command_says_what_is_due_and_then_does_it(
    room: Room,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = a_session(room)
    room.close()
    monkeypatch.setenv("CG_TODAY", (session.delete_on + DAY).isoformat())
    assert main(["purge", str(path), "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 sessions are due. Nothing was deleted.",
        f"- {TITLE}",
    ]
    monkeypatch.setenv("CG_ROOM", str(path))
    assert main(["purge", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == documented("purge")
    assert (said["titles"], said["dry_run"], said["room"]) == ([TITLE], False, "room.sqlite")


def test_the_command_makes_no_room_where_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["purge", str(tmp_path / "none.sqlite")]) == 2
    assert "none.sqlite" in capsys.readouterr().err
    (tmp_path / "text.sqlite").write_text("no room", encoding="utf-8")
    assert main(["purge", str(tmp_path / "text.sqlite")]) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["text.sqlite"]


# --- the server --------------------------------------------------------------------------------


@pytest.fixture
def shared(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("CG_ROOM", str(path))
    monkeypatch.setattr(rooms, "_open_rooms", {})
    made = rooms.shared()
    yield made
    made.close()


def test_the_server_purges_before_it_answers_and_again_when_a_day_begins(
    shared: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = a_session(shared), a_session(shared, title="Next", delete_on=date(2026, 5, 1))
    monkeypatch.setenv("CG_TODAY", (first.delete_on + DAY).isoformat())

    async def run() -> None:
        async with deletion.running(look_s=0.02):
            assert [one.id for one in shared.sessions()] == [second.id]
            monkeypatch.setenv("CG_TODAY", (second.delete_on + DAY).isoformat())
            with anyio.fail_after(20):
                while shared.sessions():  # noqa: ASYNC110 - a thread does it, which tells nobody
                    await anyio.sleep(0.02)

    anyio.run(run)
    assert not [one for one in threading.enumerate() if one.name == "room-deletion"]


def test_the_server_starts_without_a_room_and_makes_none(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_ROOM", str(path))
    assert deletion.purge_once()
    assert not path.exists()


def test_a_fault_is_logged_by_its_code_alone(
    shared: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a_session(shared)
    monkeypatch.setenv("CG_TODAY", "2026-04-15")

    def busy() -> None:
        raise LayerError("room_log_busy", file=TITLE)

    monkeypatch.setattr(shared, "scrub", busy)
    with caplog.at_level(logging.DEBUG):
        assert not deletion.purge_once()
    assert [one.getMessage() for one in caplog.records if one.name == deletion.__name__] == [
        "The room was not purged: room_log_busy"
    ]
    assert TITLE not in caplog.text


def test_only_code_title_day_and_languages_are_kept_for_an_answer(room: Room) -> None:
    session = a_session(room)
    ending.stop(room, session, atlas=None)
    purging.purge(room, session.delete_on)
    (row,) = room.read("SELECT * FROM answers_back")
    assert row == (session.code, TITLE, "2026-03-01", "", '{"en": "", "ar": ""}')


def test_a_server_that_slept_over_the_day_answers_nobody_before_it_has_purged(
    start_server: Callable[..., Server], path: Path
) -> None:
    store = Room(path)
    session = a_session(store)
    ending.stop(store, session, atlas=None)
    store.close()
    server = start_server(CG_ROOM=str(path), CG_TODAY="2026-04-15")
    assert session.id.encode() not in on_disk(path.parent)
    assert server.stop() in (0, -signal.SIGTERM)
    assert TITLE not in server.log()
