"""A byte search: what a session leaves on the disk and in the log, at the most talkative level."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect

from layers import codebook
from layers.room import Room
from layers.room_session import CODE_LETTERS, Session
from layers.space import cell_code
from tests.helpers import rooms
from tests.helpers.running import Server

AGENT = "Plugh/7.1 (Xyzzy)"
ADDRESS = "203.0.113.77"  # as a proxy would hand it on
QUERY = "frobozz=13.40495"


@dataclass
class Person:
    """One of those in the room, with everything that must not be found of her."""

    cell: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    receipt: str = field(
        default_factory=lambda: "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    )
    ids: list[str] = field(default_factory=lambda: [str(uuid4()) for _ in range(3)])
    words: str = field(default_factory=lambda: f"Ostrich {secrets.token_hex(6)}")
    changed: str = field(default_factory=lambda: f"Pelican {secrets.token_hex(6)}")

    def secrets(self) -> list[bytes]:
        """Whatever leads to her phone, in the forms in which it could stand somewhere."""
        hexadecimal = [self.token, *(one.replace("-", "") for one in self.ids)]
        texts = [*hexadecimal, *self.ids, self.receipt]
        found = [text.encode() for text in texts] + [text.upper().encode() for text in texts]
        found += [text.lower().encode() for text in texts]
        return found + [bytes.fromhex(text) for text in hexadecimal]


def say(server: Server, path: str, body: object, *, status: int = 200) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/json",
        "Origin": server.url,
        "User-Agent": AGENT,
        "X-Forwarded-For": ADDRESS,
        "Forwarded": f"for={ADDRESS}",
        "Referer": f"{server.url}/j/{QUERY}",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as line:
        line.request("POST", f"/phone/{path}?{QUERY}", json.dumps(body), headers)
        answer = line.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
    assert answer.status == status, told
    return told


def live(server: Server, session: Session, person: Person) -> None:
    """Join, speak, change, withdraw, look, and try what is refused."""
    phone = {"session": session.id, "token": person.token}
    agreed = phone | {"consent": codebook.CONSENT}
    say(server, "join", {"code": session.code})
    say(server, "agree", agreed | {"receipt": person.receipt})
    place = {"cell": person.cell, "feeling": "unsafe", "language": "en"}
    for item in person.ids:
        say(server, "contributions", agreed | place | {"id": item, "words": person.words})
    changed = place | {"id": person.ids[0], "words": person.changed, "edit": 1}
    say(server, "change", agreed | changed)
    say(server, "withdraw", phone | {"id": person.ids[1]})
    say(server, "mine", phone | {"ids": person.ids})
    say(server, "receipt", {"code": session.code, "receipt": person.receipt})
    exact = agreed | place | {"id": person.ids[2], "lon": 13.404954, "lat": 52.520008}
    say(server, "contributions", exact, status=422)
    say(server, "contributions", agreed | {"cell": "52.520008,13.404954"}, status=422)
    say(
        server,
        "withdraw",
        {"code": session.code, "receipt": person.receipt[::-1], "all": True},
        status=404,
    )


async def on_the_line(server: Server, session: Session) -> None:
    address = f"ws://127.0.0.1:{server.port}/phone/live?{QUERY}"
    more = {"X-Forwarded-For": ADDRESS}
    origin: Any = server.url
    async with connect(
        address, origin=origin, user_agent_header=AGENT, additional_headers=more
    ) as line:
        await line.send(json.dumps({"session": session.id}))
        assert json.loads(await line.recv())["state"] == "open"
    async with connect(address, origin=origin, user_agent_header=AGENT) as line:
        await line.send(b"\xff\xfe")
        await line.wait_closed()
        assert line.close_code == 4400


def read(files: list[Path]) -> bytes:
    return b"\0".join(file.read_bytes() for file in files)


@pytest.fixture
def lived(
    start_server: Callable[..., Server], tmp_path: Path
) -> tuple[Server, Session, list[Person]]:
    log = tmp_path / "everything.log"
    for folder in ("tmp", "home"):
        (tmp_path / folder).mkdir()
    server = start_server(
        CG_HOST="hall.test",  # open to a hall, so that a proxy in front may be believed
        CG_PASSPHRASE="a-long-passphrase-for-tests",  # noqa: S106 - of this test alone
        TEST_LOG_EVERYTHING=str(log),
        STREAMLIT_LOGGER_LEVEL="debug",
        TMPDIR=str(tmp_path / "tmp"),
        HOME=str(tmp_path / "home"),
    )
    with rooms.a_session(server.room, server.atlas) as session:
        area = session.area
    assert area is not None
    cells = [cell_code(area[0] + 250 * n, area[1] + 1000, size_m=250) for n in range(3)]
    people = [Person(cell) for cell in cells]
    for person in people:
        live(server, session, person)
    asyncio.run(on_the_line(server, session))
    return server, session, people


def test_nothing_of_anybody_is_in_any_file_and_less_when_it_ends(
    lived: tuple[Server, Session, list[Person]], tmp_path: Path
) -> None:
    server, session, people = lived
    everywhere = [file for file in tmp_path.rglob("*") if file.is_file()]
    logs = read([file for file in everywhere if file.suffix in (".log", ".txt")])
    raw = read(everywhere)
    assert len(logs) > 1000  # it was talkative indeed
    for person in people:
        assert [one for one in person.secrets() if one in raw] == []
        for text in (person.words, person.changed, person.cell):
            assert text.encode() not in logs
    for text in (AGENT, "Plugh", ADDRESS, "frobozz", "13.404", "52.520"):
        assert text.encode() not in raw
    for text in (session.id, session.code, session.wall_key, session.moderator_key):
        assert text.encode() not in logs
    ports = re.findall(rb"127\.0\.0\.1[^0-9]{1,4}(\d+)", logs)
    assert set(ports) <= {str(server.port).encode()}  # whom it listens to, never who came

    server.stop()
    with closing(sqlite3.connect(server.room)) as db:
        (key,) = db.execute("SELECT token_key FROM sessions").fetchone()
        marks = [row[0] for row in db.execute("SELECT receipt FROM tokens")]
        marks += [row[0] for row in db.execute("SELECT id FROM withdrawn")]
    assert len(key) == 32
    assert key in read([*tmp_path.rglob("room.sqlite*")])  # or the search finds nothing anyway
    assert len(marks) > 2 * len(people)
    room = Room(server.room)
    room.stop(session.id)
    raw = read([*tmp_path.rglob("room.sqlite*")])
    assert [mark for mark in (key, key.hex().encode(), *marks) if mark in raw] == []
    for person in people:
        # what stayed is what she let stand: changed words are gone, and what she withdrew
        assert person.changed.encode() in raw
        assert raw.count(person.words.encode()) == 1
    room.delete(session.id)
    room.close()
    raw = read([file for file in tmp_path.rglob("*") if file.is_file()])
    for person in people:
        for text in (person.words, person.changed, "Ostrich", "Pelican"):
            assert text.encode() not in raw
    for text in (session.id, session.code):
        assert text.encode() not in raw
    left = read([*tmp_path.rglob("room.sqlite*")])
    assert b"CRS3035" not in left
