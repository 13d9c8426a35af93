"""A hall full of phones and one wall, as the pages behave: the load generator of the room.

Each phone holds its line open and sends with a connection of its own; every tenth answer is taken
for lost and what it answered is sent again, as a phone in a bad network does. The wall is one
listener that notes when a square that somebody tapped is in what it was sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from dataclasses import dataclass, field
from uuid import uuid4

import websockets

from layers.room_session import Session
from layers.space import cell_code

AGAIN = 0.1  # share of answers that get lost on the way back
PATIENCE_S = 10.0
SIDE = 60  # squares; each contribution has one of its own
AREA = (4_000_000, 3_000_000, 4_000_000 + 250 * SIDE, 3_000_000 + 250 * SIDE)
_TOGETHER = 10  # phones that join at once


@dataclass(slots=True)
class Outcome:
    """What came of it: seconds from tap to wall and to the answer, and what was acknowledged."""

    to_wall_s: list[float] = field(default_factory=list)
    to_answer_s: list[float] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)  # cells
    seen: set[str] = field(default_factory=set)
    lines: int = 0  # phones whose line was open at the end
    messages: int = 0  # that the wall got while they were sending


@dataclass(slots=True)
class Hall:
    """One session on a running server.

    Parameters
    ----------
    port
        Of the server on this machine.
    session
        An open rehearsal of :data:`AREA`, so that the wall shows each contribution at once.
    """

    port: int
    session: Session
    outcome: Outcome = field(default_factory=Outcome)
    began: threading.Event = field(default_factory=threading.Event)  # all have joined
    _is_sending: bool = False
    _tapped: dict[str, float] = field(default_factory=dict)
    _numbers: int = 0

    async def run(self, *, phones: int, a_second: float, seconds: float) -> Outcome:
        """Let phones join, then send ``a_second`` contributions for some seconds."""
        longest_s = seconds + phones + 60  # the room takes ten new phones a second
        async with asyncio.timeout(longest_s), asyncio.TaskGroup() as group:
            wall = group.create_task(self._wall())
            tokens = [f"{random.getrandbits(128):032x}" for _ in range(phones)]
            lines = [group.create_task(self._line()) for _ in tokens]
            for start in range(0, phones, _TOGETHER):
                await asyncio.gather(*(self._agree(one) for one in tokens[start:][:_TOGETHER]))
            self._is_sending = True
            self.began.set()
            begin = asyncio.get_running_loop().time()
            sending = []
            for number in range(round(a_second * seconds)):
                await asyncio.sleep(begin + number / a_second - asyncio.get_running_loop().time())
                sending.append(group.create_task(self._tap(tokens[number % phones])))
            await asyncio.gather(*sending)
            self._is_sending = False
            until = asyncio.get_running_loop().time() + PATIENCE_S
            while self._tapped and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - by the clock
                await asyncio.sleep(0.05)
            self.outcome.lines = sum(not line.done() for line in lines)
            for task in (wall, *lines):
                task.cancel()
        return self.outcome

    async def _tap(self, token: str) -> None:
        self._numbers += 1
        right, up = divmod(self._numbers, SIDE)
        cell = cell_code(AREA[0] + 250 * right, AREA[1] + 250 * up, size_m=250)
        feeling = random.choice(("safe", "mixed", "unsafe"))
        body = self._body(token) | {"id": str(uuid4()), "cell": cell, "feeling": feeling}
        begin = self._tapped[cell] = time.perf_counter()
        while not await self._post("/phone/contributions", body):  # noqa: ASYNC110 - as the page
            await asyncio.sleep(0.5)
        self.outcome.to_answer_s.append(time.perf_counter() - begin)
        self.outcome.acknowledged.add(cell)
        if random.random() < AGAIN:
            await self._post("/phone/contributions", body)

    async def _agree(self, token: str) -> None:
        while not await self._post("/phone/agree", self._body(token)):  # noqa: ASYNC110 - as the page
            await asyncio.sleep(0.5)

    def _body(self, token: str) -> dict[str, str]:
        return {"session": self.session.id, "token": token, "consent": self.session.consent}

    async def _line(self) -> None:
        async with self._open("/phone/live") as line:
            await line.send(json.dumps({"session": self.session.id}))
            async for _ in line:
                pass

    async def _wall(self) -> None:
        async with self._open("/wall/live") as wall:
            await wall.send(json.dumps({"code": self.session.code, "key": self.session.wall_key}))
            async for text in wall:
                self.outcome.messages += self._is_sending
                now = time.perf_counter()
                shown = {cell for cell, *_ in json.loads(text).get("cells", ())}
                for cell in shown & self._tapped.keys():
                    self.outcome.to_wall_s.append(now - self._tapped.pop(cell))
                self.outcome.seen |= shown

    def _open(self, path: str) -> websockets.connect:
        address = f"ws://127.0.0.1:{self.port}{path}"
        origin = websockets.Origin(f"http://127.0.0.1:{self.port}")
        return websockets.connect(address, origin=origin, max_size=None, open_timeout=30)

    async def _post(self, path: str, body: dict[str, str]) -> bool:
        """Send once; False where it is to be sent again."""
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Origin: http://127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        )
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        with contextlib.closing(writer):
            try:
                writer.write(head.encode() + data)
                answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
            except (OSError, TimeoutError):
                return False
        status = answer[9:12]
        if status != b"200" and status not in (b"429", b"503"):
            raise RuntimeError(f"{path} was refused: {answer[-200:]!r}")
        return status == b"200"
