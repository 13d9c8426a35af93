"""Phones that are sessions of Streamlit, which tap as a browser does, in its own protocol."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.helpers.running import free_port

PATIENCE_S = 30.0
LOOK_S = 0.25  # how often the wall of streamlit_room.py looks
_JOIN_S = 0.2


@contextmanager
def serving() -> Iterator[int]:
    """Run the usual way on a free port of this machine."""
    port = free_port()
    script = Path(__file__).with_name("streamlit_room.py")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    settings = ["--server.address", "127.0.0.1", "--server.port", str(port)]
    quiet = ["--browser.gatherUsageStats", "false", "--browser.serverAddress", "127.0.0.1"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *settings, *quiet],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        server.kill()
        server.wait(timeout=10)


@dataclass(slots=True)
class Usual:
    """A hall of such phones; as :class:`benchmarks.phones.Hall`."""

    port: int
    to_wall_s: list[float] = field(default_factory=list)
    lost: int = 0
    _tapped: dict[str, float] = field(default_factory=dict)

    async def run(self, *, phones: int, every_s: float, seconds: float) -> None:
        """Let phones join, then let each send every so often for some seconds."""
        await self._until_it_answers()
        async with asyncio.TaskGroup() as group:
            wall = group.create_task(self._wall())
            sessions = []
            for number in range(phones):
                until = seconds + (phones - number) * _JOIN_S
                sessions.append(group.create_task(self._phone(number, every_s, until)))
                await asyncio.sleep(_JOIN_S)
            await asyncio.gather(*sessions)
            until = time.monotonic() + PATIENCE_S
            while self._tapped and time.monotonic() < until:  # noqa: ASYNC110 - by the clock
                await asyncio.sleep(0.1)
            wall.cancel()
        late = time.perf_counter()  # what never came has waited this long at least
        self.lost = len(self._tapped)
        self.to_wall_s += [late - tapped for tapped in self._tapped.values()]

    async def _until_it_answers(self) -> None:
        for _ in range(300):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.2)
            else:
                writer.close()
                return
        raise RuntimeError("the usual way did not start")

    async def _phone(self, number: int, every_s: float, seconds: float) -> None:
        end = time.monotonic() + seconds
        async with self._connect() as line:
            ids = await _run(line, _rerun())
            await asyncio.sleep(every_s * (number % 10) / 10)
            turn = 0
            while time.monotonic() < end:
                turn += 1
                name = f"p{number}n{turn}"
                begin = self._tapped[name] = time.perf_counter()
                with contextlib.suppress(TimeoutError, websockets.ConnectionClosed):
                    await _run(line, _rerun(what=(ids["what"], name), send=ids["send"]))
                spent = time.perf_counter() - begin
                await asyncio.sleep(max(0.0, every_s - spent))

    async def _wall(self) -> None:
        async with self._connect() as line:
            await line.send(_rerun(query="wall=1"))
            fragment = ""
            while True:
                try:
                    # not wait_for: in Python 3.11 it can swallow that this task was cancelled
                    async with asyncio.timeout(LOOK_S):
                        data = await line.recv()
                except TimeoutError:
                    if fragment:  # as the page does by its clock
                        await line.send(_rerun(query="wall=1", fragment=fragment))
                    continue
                message = ForwardMsg.FromString(data if isinstance(data, bytes) else b"")
                fragment = message.auto_rerun.fragment_id or fragment
                text = message.delta.new_element.text.body
                now = time.perf_counter()
                for name in set(text.split()) & self._tapped.keys():
                    self.to_wall_s.append(now - self._tapped.pop(name))

    def _connect(self) -> websockets.connect:
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        origin = websockets.Origin(f"http://127.0.0.1:{self.port}")
        protocol = websockets.Subprotocol("streamlit")
        return websockets.connect(
            address, origin=origin, subprotocols=[protocol], max_size=None, ping_interval=None
        )


def _rerun(
    *,
    query: str = "",
    fragment: str = "",
    what: tuple[str, str] | None = None,
    send: str | None = None,
) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.fragment_id = fragment
    if what:
        message.rerun_script.widget_states.widgets.add(id=what[0], string_value=what[1])
    if send:
        message.rerun_script.widget_states.widgets.add(id=send, trigger_value=True)
    return bytes(message.SerializeToString())


async def _run(line: websockets.ClientConnection, message: bytes) -> dict[str, str]:
    """Send, and wait until the script has finished; give the identifiers of the widgets."""
    await line.send(message)
    ids: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_S):
        async for data in line:
            said = ForwardMsg.FromString(data if isinstance(data, bytes) else b"")
            element = said.delta.new_element
            ids |= {"what": element.text_input.id} if element.text_input.id else {}
            ids |= {"send": element.button.id} if element.button.id else {}
            if said.WhichOneof("type") == "script_finished":
                break
    return ids
