"""The long ones: many phones at once, and the server killed under them. ``make drill``."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from layers import codebook, hers
from layers.room import Room
from layers.room_session import CODE_LETTERS, Session
from layers.space import cell_code
from tests.helpers import rooms
from tests.helpers.running import Server

PHONES, KILLS = 40, 100
MOST_ITEMS = 60  # of one phone at a time, well below what the server takes


class Phone(threading.Thread):
    """A phone as the page behaves: it sends the same thing until the server has it.

    ``said`` is what must be there: what was acknowledged, less what was withdrawn since.
    """

    def __init__(self, server: Server, session: Session, cells: list[str], *, seed: int) -> None:
        super().__init__(daemon=True)
        self.rng = random.Random(seed)
        self.server, self.session, self.cells = server, session, cells
        self.token = f"{seed:032x}"
        self.receipt = "".join(self.rng.choices(CODE_LETTERS, k=12))
        self.hers = {"session": session.id, "token": self.token}
        self.said: dict[str, tuple[str, str, str | None]] = {}
        self.edits: dict[str, int] = {}
        self.deeds = 0
        self.wrong: list[str] = []
        self.done = threading.Event()

    def run(self) -> None:
        agreed = self.hers | {"consent": codebook.CONSENT}
        try:
            self._until_taken("/phone/agree", agreed | {"receipt": self.receipt})
            while not self.done.is_set():
                self._do_something(agreed)
                self.deeds += 1
                if self.deeds % 7 == 0:
                    self._look()
                time.sleep(self.rng.random() * 0.2)
            self._look()
        except AssertionError as error:
            self.wrong.append(str(error))

    def _do_something(self, agreed: Mapping[str, object]) -> None:
        """Contribute, change or withdraw; sometimes twice, as after an answer that got lost."""
        chance = self.rng.random()
        some = self.rng.choice([*self.said, ""])
        cell, feeling = self.rng.choice(self.cells), self.rng.choice(codebook.FEELINGS)
        words = self.rng.choice(["", f"{self.token} {self.deeds}"])
        answer: dict[str, object] = {"cell": cell, "feeling": feeling}
        answer |= {"words": words, "language": "en"} if words else {}
        if chance < 0.02:
            body: dict[str, object] = {"code": self.session.code, "receipt": self.receipt}
            self._until_taken("/phone/withdraw", body | {"all": True})
            self.said.clear()
        elif some and (chance < 0.3 or len(self.said) > MOST_ITEMS):
            self._until_taken("/phone/withdraw", self.hers | {"id": some})
            del self.said[some]
        else:
            path, item, more = "/phone/contributions", str(uuid4()), {}
            if some and chance < 0.6:
                self.edits[some] = min(self.edits.get(some, 0) + 1, hers.MOST_EDITS)
                path, item, more = "/phone/change", some, {"edit": self.edits[some]}
            body = {**agreed, **answer, **more, "id": item}
            for _ in range(1 + (self.rng.random() < 0.3)):
                self._until_taken(path, body)
            self.said[item] = (cell, feeling, words or None)

    def _look(self) -> None:
        """Nothing is on its way now: what the server has is what was acknowledged, and once."""
        told = self._until_taken("/phone/mine", self.hers | {"ids": list(self.said)})
        found = [(one["id"], (one["cell"], one["feeling"], one["words"])) for one in told["items"]]
        assert sorted(found, key=str) == sorted(self.said.items(), key=str), self.token

    def _until_taken(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        while True:
            line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
            try:
                with closing(line):
                    origin = f"http://127.0.0.1:{self.server.port}"
                    headers = {"Content-Type": "application/json", "Origin": origin}
                    line.request("POST", path, json.dumps(body), headers)
                    answer = line.getresponse()
                    said: dict[str, Any] = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.2)
                continue
            if answer.status == 200:
                return said
            assert answer.status in (429, 500, 503), said
            time.sleep(float(said.get("retry_s", 0.2)))


def crowd(server: Server, phones: int) -> list[Phone]:
    with rooms.a_session(server.room, server.atlas) as session:
        area = session.area
    assert area is not None
    west, south = area[0] + 1000, area[1] + 1000
    cells = [cell_code(west + 250 * n, south, size_m=250) for n in range(5)]
    made = [Phone(server, session, cells, seed=number) for number in range(1, phones + 1)]
    for phone in made:
        phone.start()
    return made


def kill_again_and_again(server: Server, kills: int) -> None:
    chance = random.Random(7)
    for number in range(kills):
        time.sleep(0.3 + chance.random())
        server.kill()
        if number % 2:  # else the server is the first that finds the file as it was left
            with closing(sqlite3.connect(server.room)) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        server.start()


def check(server: Server, phones: list[Phone]) -> None:
    for phone in phones:
        phone.done.set()
    for phone in phones:
        phone.join(timeout=120)
        assert not phone.is_alive()
    assert [wrong for phone in phones for wrong in phone.wrong] == []
    server.kill()
    room = Room(server.room)
    try:
        session = phones[0].session
        for phone in phones:
            found = hers.mine(room, session.id, hers.Who(token=phone.token), ids=[*phone.said])
            kept = [(one.id, (one.cell, one.feeling, one.words)) for one in found]
            assert sorted(kept, key=str) == sorted(phone.said.items(), key=str)
        speaking = sum(bool(phone.said) for phone in phones)
        assert room.counts(session.id) == (len(phones), speaking)
        assert len(room.contributions(session.id)) == sum(len(phone.said) for phone in phones)
    finally:
        room.close()


def test_a_few_phones_lose_nothing_when_the_server_is_killed(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    phones = crowd(server, 6)
    kill_again_and_again(server, 3)
    check(server, phones)
    assert sum(phone.deeds for phone in phones) > 30


@pytest.mark.drill
def test_forty_phones_lose_nothing_when_the_server_is_killed_a_hundred_times(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    phones = crowd(server, PHONES)
    kill_again_and_again(server, KILLS)
    check(server, phones)
    assert sum(phone.deeds for phone in phones) > 20 * KILLS
