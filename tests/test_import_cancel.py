"""Stopping an import: at any step, nothing is written; and how far it is, is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from layers.importing.watch import STEPS, Watch, told
from mapping.commands import progress
from tests.helpers.bringing import HEAD, a_row, a_town, bring, content

ROOT = Path(__file__).resolve().parents[1]


class StopsAt(Watch):
    """Stops at its nth report of one step."""

    def __init__(self, step: str, at: int = 1) -> None:
        super().__init__()
        self.step, self.left, self.seen = step, at, set[str]()

    def tell(self, step: str, done: int, total: int) -> None:
        self.seen.add(step)
        assert 0 <= done <= total
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                self.stop()
        super().tell(step, done, total)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = a_town(tmp_path / "town.gpkg")
    bring(made, "old.csv", f"{HEAD}\n{a_row('Kita Mond', 0)}\n{a_row('Kita Sonne', 500)}\n")
    rows = [f"s{n},{a_row(f'Haus {n}', n)}" for n in range(1200)]
    rows[0] = f"s0,{a_row('Kita Mond', 10)}"
    (tmp_path / "new.csv").write_text("\n".join([f"id,{HEAD}", *rows, ""]), encoding="utf-8")
    return made


@pytest.mark.parametrize("step", ["read", "rows", "match", "compare"])
def test_stopped_while_it_is_prepared_it_ends_with_one_sentence(step: str, town: Atlas) -> None:
    before = town.change(), content(town)
    with pytest.raises(LayerError) as raised:
        importer.prepare(town, town.path.parent / "new.csv", watch=StopsAt(step))
    assert raised.value.code == "stopped"
    assert (town.change(), content(town)) == before


@pytest.mark.parametrize("at", [1, 2, 3])
def test_stopped_while_it_is_written_nothing_is_written(at: int, town: Atlas) -> None:
    plan = importer.prepare(town, town.path.parent / "new.csv")
    before = town.change(), content(town)
    with pytest.raises(LayerError) as raised:
        importer.carry_out(town, plan, watch=StopsAt("write", at))
    assert raised.value.code == "stopped"
    assert (town.change(), content(town)) == before
    assert importer.carry_out(town, plan) is not None  # and it may be carried out after all


def test_every_step_is_told(town: Atlas) -> None:
    watch = StopsAt("none")
    plan = importer.prepare(town, town.path.parent / "new.csv", watch=watch)
    importer.carry_out(town, plan, watch=watch)
    assert watch.seen == set(STEPS)
    assert watch.state[0] == "write"


def test_another_thread_stops_it_and_reads_how_far_it_is() -> None:
    watch, reached = Watch(), threading.Event()
    raised: list[str] = []

    def work() -> None:
        try:
            for _ in told(watch, "rows", iter(int, 1), 0, every=1):
                reached.set()
        except LayerError as error:
            raised.append(error.code)

    thread = threading.Thread(target=work)
    thread.start()
    assert reached.wait(10)
    assert watch.state[0] == "rows"
    watch.stop()
    thread.join(10)
    assert raised == ["stopped"]


def test_control_c_asks_to_stop_and_gives_the_key_back() -> None:
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with progress.watched() as watch:
            os.kill(os.getpid(), signal.SIGINT)
            watch.tell("rows", 1, 2)

    with pytest.raises(LayerError) as raised:
        work()
    assert raised.value.code == "stopped"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_command_interrupted_says_that_nothing_was_written(town: Atlas) -> None:
    rows = [f"s{n},{a_row(f'Haus {n}', n % 900)}" for n in range(20_000)]
    path = town.path.parent / "long.csv"
    path.write_text("\n".join([f"id,{HEAD}", *rows, ""]), encoding="utf-8")
    before = content(town)
    command = [sys.executable, "-m", "mapping", "add", str(town.path), str(path)]
    running = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        _wait_for_its_child(running.pid)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the command and its child
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 2
    assert out == b""
    assert err.decode() == "Stopped. Nothing was written.\n"
    assert content(town) == before


def _wait_for_its_child(pid: int) -> None:
    """Wait until the reading child is there: then the command hears the key."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("no list of children here")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if children.read_text(encoding="ascii").strip():
            return
        time.sleep(0.02)
    pytest.fail("the command started no child")
