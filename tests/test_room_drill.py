"""The long ones: many phones at once, and the server killed under them. ``make drill``."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from layers import codebook
from layers.room import Room
from layers.space import cell_code
from tests.helpers import rooms
from tests.helpers.running import Server

PHONES, EACH, KILLS = 60, 12, 8


class Phone(threading.Thread):
    """A phone as the page behaves: it sends the same thing until the server has it."""

    def __init__(self, server: Server, session: str, cells: list[str], *, seed: int) -> None:
        super().__init__(daemon=True)
        self.rng = random.Random(seed)
        self.server, self.session, self.cells = server, session, cells
        self.token = f"{seed:032x}"
        self.acknowledged: list[str] = []
        self.waits: list[float] = []

    def run(self) -> None:
        agreed = {"session": self.session, "token": self.token, "consent": codebook.CONSENT}
        self._until_taken("/phone/agree", agreed)
        for cell in self.cells:
            time.sleep(self.rng.random() * 0.5)
            body = agreed | {"id": str(uuid4()), "cell": cell, "feeling": "safe"}
            before = time.monotonic()
            self._until_taken("/phone/contributions", body)
            if self.rng.random() < 0.3:  # an answer that got lost: the page sends again
                self._until_taken("/phone/contributions", body)
            self.waits.append(time.monotonic() - before)
            self.acknowledged.append(cell)

    def _until_taken(self, path: str, body: dict[str, str]) -> None:
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
                origin = f"http://127.0.0.1:{self.server.port}"
                headers = {"Content-Type": "application/json", "Origin": origin}
                line.request("POST", path, json.dumps(body), headers)
                answer = line.getresponse()
                said = json.loads(answer.read())
                line.close()
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.2)
                continue
            if answer.status == 200:
                return
            assert answer.status in (429, 500, 503), said
            time.sleep(float(said.get("retry_s", 0.2)))


def crowd(server: Server, phones: int, each: int) -> tuple[str, list[Phone]]:
    with rooms.a_session(server.room, server.atlas) as session:
        area = session.area
    assert area is not None
    west, south = area[0] + 1000, area[1] + 1000
    cells = [cell_code(west + 250 * n, south, size_m=250) for n in range(each)]
    made = [Phone(server, session.id, cells, seed=number) for number in range(phones)]
    for phone in made:
        phone.start()
    return session.id, made


def check(server: Server, session_id: str, phones: list[Phone]) -> None:
    room = Room(server.room)
    try:
        kept = room.contributions(session_id)
        assert sum(len(phone.acknowledged) for phone in phones) == len(kept)
        assert not kept.duplicated(["token", "cell"]).any()
        assert room.counts(session_id) == (len(phones), len(phones))
    finally:
        room.close()


def test_a_few_phones_lose_nothing_when_the_server_is_killed(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    session_id, phones = crowd(server, 6, 4)
    time.sleep(0.8)
    server.kill()
    server.start()
    for phone in phones:
        phone.join(timeout=60)
    check(server, session_id, phones)


@pytest.mark.drill
def test_sixty_phones_lose_nothing_when_the_server_is_killed_again_and_again(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    session_id, phones = crowd(server, PHONES, EACH)
    chance = random.Random(7)
    for _ in range(KILLS):
        time.sleep(0.5 + chance.random())
        server.kill()
        server.start()
    for phone in phones:
        phone.join(timeout=300)
    check(server, session_id, phones)
