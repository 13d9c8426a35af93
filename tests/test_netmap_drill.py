"""Thirty phones of a Net-Map round, the server killed under them. ``make drill`` runs it whole."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

import pytest

from layers import netmap
from layers.netmap import Actor
from layers.room import Room
from layers.room_session import Session
from tests.helpers import rooms
from tests.helpers.running import Server

GROUPS = 3
DRILL_PHONES, DRILL_S, DRILL_KILLS = 30, 180, 20


class Phone(threading.Thread):
    """A phone that sends a thing until the server has it; its first actor is used by it alone."""

    def __init__(
        self, server: Server, code: str, mine: str, others: list[str], *, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.server, self.code, self.mine, self.others = server, code, mine, others
        self.rng = random.Random(seed)
        self.links: dict[str, str] = {}  # other actor -> identifier that the phone gave
        self.height: int | None = None
        self.deeds = 0
        self.wrong: list[object] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set() and not self.wrong:
            self._do_something()
            self.deeds += 1

    def _do_something(self) -> None:
        chance, other = self.rng.random(), self.rng.choice(self.others)
        if chance < 0.5 and other not in self.links:
            item = str(uuid4())
            said: dict[str, object] = {"do": "link", "kind": "trusts", "one": self.mine}
            self._send(said | {"other": other}, item)
            self.links[other] = item
        elif chance < 0.7 and self.links:
            gone = self.rng.choice(list(self.links))
            self._send({"do": "undo", "of": self.links.pop(gone)}, str(uuid4()))
        else:
            by = self.rng.choice([1, 1, -1])
            self._send({"do": "tower", "actor": self.mine, "by": by}, str(uuid4()))
            self.height = max(0, (self.height or 0) + by)

    def _send(self, said: dict[str, object], item: str) -> None:
        """Send it until it is acknowledged, and sometimes once more, as after a lost answer."""
        body = json.dumps(said | {"code": self.code, "id": item})
        for _ in range(1 + (self.rng.random() < 0.3)):
            while not self._taken(body):
                time.sleep(0.2)

    def _taken(self, body: str) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)
        try:
            with closing(line):
                origin = f"http://127.0.0.1:{self.server.port}"
                headers = {"Content-Type": "application/json", "Origin": origin}
                line.request("POST", "/net/entries", body, headers)
                answer = line.getresponse()
                told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        if answer.status not in (200, 429, 500, 503):
            self.wrong.append(told)
            return True
        return answer.status == 200


def a_crowd(server: Server, phones: int) -> tuple[Session, list[Phone]]:
    with rooms.a_session(server.room, server.atlas) as session:
        room = Room(server.room)
        netmap.set_up(
            room,
            session.id,
            question="Who decides?",
            kinds=("trusts",),
            actors=[Actor(name=f"Actor {number}") for number in range(phones + 5)],
            people=(10,) * GROUPS,
        )
        netmap.move(room, session.id, "links")
        netmap.move(room, session.id, "towers")
        found = netmap.round_of(room, session.id)
        room.close()
    assert found is not None
    ids = [one.id for one in found.shown]
    made = [
        Phone(server, found.groups[number % GROUPS].code, ids[number], ids[phones:], seed=number)
        for number in range(phones)
    ]
    for one in made:
        one.start()
    return session, made


def until_more_was_said(phones: list[Phone]) -> None:
    """Wait until five more entries of each were acknowledged, however busy the machine is."""
    wanted = [one.deeds + 5 for one in phones]
    for _ in range(600):
        if all(one.deeds >= many for one, many in zip(phones, wanted, strict=True)):
            return
        time.sleep(0.1)
    raise AssertionError("phones are not heard")


def kept_is_what_was_acknowledged(server: Server, session: Session, phones: list[Phone]) -> None:
    for one in phones:
        one.done.set()
    for one in phones:
        one.join(timeout=60)
        assert not one.is_alive()
    assert [wrong for one in phones for wrong in one.wrong] == []
    server.kill()
    room = Room(server.room)
    links, towers = netmap.links(room, session.id), netmap.towers(room, session.id)
    room.close()
    expected = {(one.mine, other) for one in phones for other in one.links}
    assert sorted(zip(links["one"], links["other"], strict=True)) == sorted(expected)
    heights = {one.mine: one.height for one in phones if one.height is not None}
    assert dict(zip(towers["actor"], towers["height"], strict=True)) == heights
    assert expected or heights


def test_a_few_phones_lose_nothing_and_double_nothing_over_a_kill(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    session, phones = a_crowd(server, 6)
    until_more_was_said(phones)
    server.kill()
    server.start()
    until_more_was_said(phones)
    kept_is_what_was_acknowledged(server, session, phones)


@pytest.mark.drill
def test_thirty_phones_add_links_for_three_minutes_over_twenty_kills(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    session, phones = a_crowd(server, DRILL_PHONES)
    for _ in range(DRILL_KILLS):
        time.sleep(DRILL_S / DRILL_KILLS)
        server.kill()
        server.start()
    kept_is_what_was_acknowledged(server, session, phones)
