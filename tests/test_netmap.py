"""A round of Net-Map: what groups enter is kept once, belongs to the group, and goes on its day."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import netmap, purging
from layers.errors import LayerError
from layers.netmap import Actor
from layers.netmap_taking import Entry
from layers.room import Room
from layers.room_schema import MIGRATIONS
from layers.room_session import Session
from mapping import phone, words
from mapping.phone import front, limits
from mapping.phone import netmap as netmap_routes

HELD = date(2026, 3, 1)
KINDS = ("refers_to", "trusts")
TYPED = "Xyzzy Plugh Circle"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "room" / "room.sqlite"


@pytest.fixture
def room(path: Path) -> Iterator[Room]:
    made = Room(path)
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return room.create(
        title="Who works with whom",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=HELD,
    )


@pytest.fixture
def made(room: Room, session: Session) -> netmap.Round:
    return begin(room, session)


def on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


def begin(room: Room, session: Session, *, actors: int = 6) -> netmap.Round:
    netmap.set_up(
        room,
        session.id,
        question="Who decides where courses are?",
        kinds=KINDS,
        actors=[Actor(name=f"Actor {number}") for number in range(actors)],
        people=(6, 3, 12),
    )
    netmap.move(room, session.id, "links")
    return again(room, session)


def again(room: Room, session: Session) -> netmap.Round:
    found = netmap.round_of(room, session.id)
    assert found is not None
    return found


def link(one: Actor, other: Actor, **more: Any) -> Entry:
    said = {"id": str(uuid4()), "kind": "refers_to"} | more
    return Entry(do="link", one=one.id, other=other.id, **said)


def said(room: Room, session: Session) -> set[tuple[Any, ...]]:
    found = netmap.links(room, session.id)
    return set(found[["party", "kind", "one", "other", "mutual"]].itertuples(index=False))


def test_an_entry_sent_again_counts_once_and_an_equal_one_is_the_same_link(
    room: Room, session: Session, made: netmap.Round
) -> None:
    a, b = made.shown[:2]
    code = made.groups[0].code
    entry = link(a, b)
    assert netmap.enter(room, code, entry).result() is True
    assert netmap.enter(room, code, entry).result() is False
    netmap.enter(room, code, link(a, b)).result()
    netmap.enter(room, code, link(b, a, mutual=True)).result()
    netmap.enter(room, code, link(a, b, mutual=True)).result()
    low, high = sorted((a.id, b.id))
    assert said(room, session) == {
        (0, "refers_to", a.id, b.id, False),
        (0, "refers_to", low, high, True),
    }


def test_a_group_takes_back_its_own_entries_and_no_other_groups(
    room: Room, session: Session, made: netmap.Round
) -> None:
    a, b, c = made.shown[:3]
    first, second = made.groups[0].code, made.groups[1].code
    mine = link(a, b)
    netmap.enter(room, first, mine).result()
    netmap.enter(room, second, link(b, c)).result()
    handle = netmap.links(room, session.id).set_index("party")["id"]
    for code, of in ((second, handle[0]), (first, handle[1])):
        netmap.enter(room, code, Entry(id=str(uuid4()), do="undo", handle=of)).result()
    assert len(said(room, session)) == 2
    netmap.enter(room, first, Entry(id=str(uuid4()), do="undo", of=mine.id)).result()
    assert {row[0] for row in said(room, session)} == {1}


def test_a_link_taken_back_before_it_arrived_stays_away(
    room: Room, session: Session, made: netmap.Round
) -> None:
    late = link(*made.shown[:2])
    code = made.groups[0].code
    netmap.enter(room, code, Entry(id=str(uuid4()), do="undo", of=late.id)).result()
    assert netmap.enter(room, code, late).result() is False
    assert said(room, session) == set()


@pytest.mark.parametrize(
    ("stage", "entry", "fits"),
    [
        ("ready", "link", False),
        ("links", "link", True),
        ("links", "later kind", False),
        ("links", "tower", False),
        ("links", "right", False),
        ("towers", "link", True),
        ("towers", "tower", True),
        ("ended", "undo", False),
        ("ended", "actor", False),
    ],
)
def test_only_what_the_round_is_at_is_taken(
    room: Room, session: Session, made: netmap.Round, stage: str, entry: str, *, fits: bool
) -> None:
    a, b = made.shown[:2]
    netmap.move(room, session.id, stage)
    number = str(uuid4())
    entries = {
        "link": link(a, b),
        "later kind": link(a, b, kind="trusts"),
        "tower": Entry(id=number, do="tower", actor=a.id, by=1),
        "right": Entry(id=number, do="right"),
        "undo": Entry(id=number, do="undo", of=str(uuid4())),
        "actor": Entry(id=number, do="actor", name="A new one"),
    }
    if stage == "ready":  # a kind once asked stays open, so as if none had been
        room.change(session.id, lambda db: db.execute("UPDATE netmaps SET opened = 0")).result()
    done = netmap.enter(room, made.groups[0].code, entries[entry])
    if fits:
        assert done.result() is True
    else:
        with pytest.raises(LayerError, match="netmap_not_now"):
            done.result()


def test_towers_know_unsaid_from_no_influence_and_have_no_top(
    room: Room, session: Session, made: netmap.Round
) -> None:
    netmap.move(room, session.id, "towers")
    a, b, c = made.shown[:3]
    code = made.groups[2].code

    def tap(actor: Actor, by: int) -> None:
        netmap.enter(room, code, Entry(id=str(uuid4()), do="tower", actor=actor.id, by=by)).result()

    for _ in range(40):
        tap(a, 1)
    tap(b, -1)  # was not said: now it has no influence
    tap(b, -1)
    tap(c, 1)
    tap(c, 0)  # is not said again
    found = netmap.towers(room, session.id)
    assert dict(zip(found["actor"], found["height"], strict=True)) == {a.id: 40, b.id: 0}
    netmap.enter(room, code, Entry(id=str(uuid4()), do="right")).result()
    with pytest.raises(LayerError, match="netmap_not_now"):
        tap(a, -1)
    netmap.enter(room, code, Entry(id=str(uuid4()), do="right", on=False)).result()
    tap(a, -1)
    assert netmap.towers(room, session.id)["height"].max() == 39


def test_a_typed_actor_waits_for_the_facilitators_yes(
    room: Room, session: Session, made: netmap.Round
) -> None:
    code = made.groups[1].code
    netmap.enter(room, code, Entry(id=str(uuid4()), do="actor", name="  New\u202e one ")).result()
    waits = next(one for one in again(room, session).actors if one.state == "waiting")
    assert (waits.name, waits.party) == ("New one", 1)
    with pytest.raises(LayerError, match="answer_unknown"):
        netmap.enter(room, code, link(made.shown[0], waits)).result()
    assert netmap_routes.state_of(room, code)["waiting"] == [[waits.id, "New one"]]
    assert netmap_routes.state_of(room, made.groups[0].code)["waiting"] == []
    netmap.add_actor(room, session.id, waits)
    netmap.enter(room, code, link(made.shown[0], waits)).result()
    assert len(said(room, session)) == 1


def test_thirty_phones_at_once_lose_nothing_and_double_nothing(
    room: Room, session: Session, made: netmap.Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(netmap_routes, "AT_ONCE", 10_000)
    ids = [one.id for one in made.shown]
    pairs = [(one, other) for one in ids for other in ids if one != other]
    sent: set[tuple[int, str, str]] = set()
    failed: list[object] = []
    with TestClient(Starlette(routes=phone.routes(room))) as client:

        def speak(number: int) -> None:
            party = number % 3
            for one, other in pairs[number % 10 :: 10]:
                body = {"code": made.groups[party].code, "id": str(uuid4()), "do": "link"}
                body |= {"kind": "refers_to", "one": one, "other": other}
                for _ in range(2):  # the answer was lost, so it comes twice
                    answer = client.post("/net/entries", json=body)
                    if answer.status_code != 200:
                        failed.append(answer.json())
                sent.add((party, one, other))

        phones = [threading.Thread(target=speak, args=(number,)) for number in range(30)]
        for one in phones:
            one.start()
        for one in phones:
            one.join()
    assert failed == []
    kept = [(row[0], row[2], row[3]) for row in said(room, session)]
    assert len(kept) == len(set(kept)) == len(netmap.links(room, session.id))
    assert set(kept) == sent == {(party, *pair) for party in range(3) for pair in pairs}


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    script = """
import os, sys, uuid
from datetime import date
from layers import netmap
from layers.netmap import Actor
from layers.netmap_taking import Entry
from layers.room import Room
room = Room(sys.argv[1])
session = room.create(title="T", kind="real", mode="batches", languages=("en",), cell_m=250,
                      held_on=date(2026, 3, 1))
netmap.set_up(room, session.id, question="Q", kinds=("trusts",),
              actors=[Actor(name="A"), Actor(name="B")], people=(5,))
netmap.move(room, session.id, "links")
found = netmap.round_of(room, session.id)
a, b = (one.id for one in found.shown)
netmap.enter(room, found.groups[0].code,
             Entry(id=str(uuid.uuid4()), do="link", kind="trusts", one=a, other=b)).result()
print(session.id, flush=True)
os._exit(9)
"""
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 9, ran.stderr
    room = Room(path)
    assert len(netmap.links(room, ran.stdout.strip())) == 1
    room.close()


def test_a_group_is_told_of_its_own_entries_only_and_nothing_where_nothing_is_new(
    room: Room, made: netmap.Round
) -> None:
    first, second = made.groups[0].code, made.groups[1].code
    netmap.enter(room, first, link(*made.shown[:2])).result()
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        mine = client.post("/net/state", json={"code": first}).json()
        others = client.post("/net/state", json={"code": second}).json()
        same = client.post("/net/state", json={"code": first, "mark": mine["mark"]}).json()
    assert len(mine["links"]) == 1
    assert others["links"] == []
    assert same == {"ok": True, "same": True}
    assert mine["group"] == "A"
    assert not {"wall_key", "moderator_key", "people", "groups", "id"} & set(mine)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"token": "0" * 32}, "field_unknown"),
        ({"do": "dance"}, "answer_unknown"),
        ({"other": "nobody"}, "answer_unknown"),
        ({"mutual": 1}, "answer_unknown"),
        ({"kind": "loves"}, "answer_unknown"),
        ({"id": "1"}, "field_unknown"),
        ({"code": "AAAAAAAA"}, "netmap_unknown"),
        ({"code": "\u0660" * 8}, "netmap_unknown"),
        ({"code": 7}, "netmap_unknown"),
    ],
)
def test_what_a_phone_should_not_send_is_refused(
    room: Room,
    made: netmap.Round,
    body: dict[str, Any],
    error: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "WRONG_CODE_S", 0)
    a, b = made.shown[:2]
    fine = {"code": made.groups[0].code, "id": str(uuid4()), "do": "link", "kind": "refers_to"}
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        answer = client.post("/net/entries", json=fine | {"one": a.id, "other": b.id} | body)
    assert answer.json()["error"] == error


def test_a_pause_is_said_as_one_so_that_the_phone_keeps_it(
    room: Room, session: Session, made: netmap.Round
) -> None:
    a, b = made.shown[:2]
    room.move(session.id, "paused")
    body = {"code": made.groups[0].code, "id": str(uuid4()), "do": "link", "kind": "refers_to"}
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        answer = client.post("/net/entries", json=body | {"one": a.id, "other": b.id})
    assert answer.status_code == 503
    assert answer.json()["error"] == "session_paused"


def test_an_old_code_is_out_and_a_hidden_link_is_told_to_nobody(
    room: Room, session: Session, made: netmap.Round
) -> None:
    code = made.groups[0].code
    netmap.enter(room, code, link(*made.shown[:2])).result()
    netmap.hide(room, session.id, netmap.links(room, session.id)["id"][0])
    assert netmap_routes.state_of(room, code)["links"] == []
    netmap.recode(room, session.id, 0)
    with pytest.raises(LayerError, match="netmap_unknown"):
        netmap.enter(room, code, link(*made.shown[:2]))


def test_a_moderator_hides_a_link_and_shows_it_again(
    room: Room, session: Session, made: netmap.Round
) -> None:
    a, b = made.shown[:2]
    netmap.enter(room, made.groups[1].code, link(a, b)).result()
    hello = {"code": session.code, "key": session.moderator_key, "who": "Table 1"}
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        with client.websocket_connect("/moderate/live") as line:
            line.send_json(hello | {"line": "1" * 32, "languages": ["en"]})
            ((handle, *shown),) = line.receive_json()["net"]
        assert shown == ["B", a.name, False, b.name, False]
        for on, state in ((True, "hidden"), (False, "shown")):
            act = hello | {"line": "1" * 32, "act": "net_hide", "handle": handle, "on": on}
            assert client.post("/moderate/act", json=act).json() == {"ok": True}
            assert netmap.links(room, session.id)["state"].tolist() == [state]
        act = hello | {"line": "1" * 32, "act": "net_hide", "handle": "zz", "on": True}
        assert client.post("/moderate/act", json=act).json()["error"] == "field_unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": " \u200b "},
        {"kinds": ()},
        {"kinds": ("loves",)},
        {"kinds": ("trusts", "trusts")},
        {"actors": [Actor(name="One")]},
        {"people": ()},
        {"people": (0,)},
        {"people": (5,) * 9},
    ],
)
def test_a_round_that_is_not_complete_is_refused(
    room: Room, session: Session, wrong: dict[str, Any]
) -> None:
    fine: dict[str, Any] = {"question": "Q", "kinds": KINDS, "people": (5,)}
    fine["actors"] = [Actor(name="A"), Actor(name="B")]
    with pytest.raises(LayerError, match="netmap_incomplete"):
        netmap.set_up(room, session.id, **fine | wrong)
    assert netmap.round_of(room, session.id) is None


def test_nothing_of_a_round_is_on_the_disk_after_its_day(
    room: Room, session: Session, made: netmap.Round, path: Path
) -> None:
    code = made.groups[0].code
    netmap.enter(room, code, Entry(id=str(uuid4()), do="actor", name=TYPED)).result()
    assert TYPED.encode() in on_disk(path.parent)
    assert purging.purge(room, session.delete_on + timedelta(days=1)) == [session.title]
    left = on_disk(path.parent)
    for trace in (TYPED, code, "Who decides where courses are", made.shown[0].id):
        assert trace.encode() not in left
    for table in ("netmaps", "netmap_groups", "netmap_actors", "netmap_links", "netmap_seen"):
        assert room.read(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own names


def test_what_is_removed_during_the_round_is_off_the_disk_within_seconds(
    room: Room, session: Session, made: netmap.Round, path: Path
) -> None:
    typed = Entry(id=str(uuid4()), do="actor", name=TYPED)
    code = made.groups[0].code
    netmap.enter(room, code, typed).result()
    netmap.enter(room, code, Entry(id=str(uuid4()), do="undo", of=typed.id)).result()
    room.scrub()  # what happens by itself some seconds later
    assert TYPED.encode() not in on_disk(path.parent)
    netmap.remove(room, session.id)
    assert netmap.round_of(room, session.id) is None
    assert said(room, session) == set()


def test_a_room_of_version_five_gets_the_tables_and_keeps_its_sessions(tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    made = Room(tmp_path / "new.sqlite")
    session = made.create(
        title="Old", kind="real", mode="batches", languages=("en",), cell_m=250, held_on=HELD
    )
    (row,) = made.read("SELECT * FROM sessions")
    made.close()
    with closing(sqlite3.connect(old)) as db:  # as the version before wrote it
        for number, steps in enumerate(MIGRATIONS[:5], 1):
            db.executescript(steps)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute(f"PRAGMA application_id = {0x43475231}")
        marks = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO sessions VALUES ({marks})", row)  # noqa: S608 - marks only
        db.commit()
    room = Room(old)
    assert room.read("PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert room.get(session.id).title == "Old"
    assert begin(room, session).stage == "links"
    room.close()


@pytest.mark.parametrize("lang", words.room_languages())
def test_the_groups_page_weighs_less_than_150_kilobytes(room: Room, lang: str) -> None:
    with TestClient(Starlette(routes=phone.routes(room))) as client:
        sizes = [client.get(f"/net/ABCD2345?lang={lang}").headers["content-length"]]
        names = front.names("netmap")
        sizes += [client.get(f"/phone/assets/{one}").headers["content-length"] for one in names]
    assert sum(map(int, sizes)) + 300 * (len(names) + 1) <= 150_000
