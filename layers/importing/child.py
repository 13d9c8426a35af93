"""Reading a file of outside in a process of its own, with limits, and nothing else in reach.

Each call starts ``python -m layers.importing.read_process`` and takes lines of JSON back over the
pipe. The child may use so much memory and processor time, opens that one file only (or those of
the one folder), and has no network: a namespace of its own where the system gives one, and in any
case an audit hook that refuses sockets, other programs and writing. Nothing of a file is parsed in
this process.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers import schema
from layers.errors import LayerError
from layers.importing.look import Contents, Part
from layers.importing.read_limits import MAX_BYTES, allowance
from layers.importing.tables import Table
from layers.importing.watch import Watch

_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG", "VIRTUAL_ENV")
_EVERY_S = 0.2  # how often somebody who wants to stop is heard
_PATIENCE = 4  # seconds on the clock for each second of processor time: others work here too


def look(path: Path | str, *, watch: Watch | None = None) -> Contents:
    """Say what is in a file: its format, its parts with their columns, its encoding.

    Parameters
    ----------
    path
        A file, or a folder of tables. What it is shows in its bytes, not in its name.
    watch
        Is told how far the reading is, and may stop it.

    Raises
    ------
    LayerError
        One code for each way to fail, with ``file`` among its values.
    """
    for said in _ask("look", Path(path), {}, watch):
        if "contents" in said:
            found = said["contents"]
            parts = [Part(**{**one, "columns": tuple(one["columns"])}) for one in found["parts"]]
            return Contents(format=found["format"], parts=tuple(parts), encoding=found["encoding"])
    raise LayerError("file_reader_stopped", file=Path(path).name)


def read_table(
    path: Path | str,
    *,
    part: str | None = None,
    encoding: str | None = None,
    header_rows: int | None = None,
    watch: Watch | None = None,
) -> Table:
    """Read one table of a file as text.

    Parameters
    ----------
    path
        A file, or a folder of tables.
    part
        Name of a sheet, layer or folder as :func:`look` gives it; the one with most rows where
        absent, which a note says.
    encoding
        One of :data:`layers.importing.look.ENCODINGS`; found out where absent.
    header_rows
        How many rows at the top are no data: titles and the header. 0 for a table without a
        header. Found out where absent.
    watch
        Is told how far the reading is, and may stop it.

    Raises
    ------
    LayerError
        One code for each way to fail, with ``file`` among its values.
    """
    options = {"part": part, "encoding": encoding, "header_rows": header_rows}
    tables = _tables(_ask("table", Path(path), options, watch))
    if not tables:
        raise LayerError("file_reader_stopped", file=Path(path).name)
    if not tables[0].rows and not tables[0].problems:
        raise LayerError("file_no_rows", file=Path(path).name)
    return tables[0]


def read_all(path: Path | str, *, watch: Watch | None = None) -> dict[str, Table]:
    """Read every part of a file, by the names that :func:`look` gives them.

    Parts without rows are there, with their columns.

    Raises
    ------
    LayerError
        One code for each way to fail, with ``file`` among its values.
    """
    return {table.part: table for table in _tables(_ask("all", Path(path), {}, watch))}


def run(
    reader: str, path: Path | str, *, options: dict[str, Any], watch: Watch | None = None
) -> Any:  # noqa: ANN401 - whatever JSON the reader gives
    """Let a reader with an answer of its own read a file in the child.

    Parameters
    ----------
    reader
        ``"osm"``, which is :mod:`layers.importing.osm_read`.
    path
        The one file it may open.
    options
        JSON that the reader understands.
    watch
        Is told how far the reading is, and may stop it.

    Raises
    ------
    LayerError
        What the reader raises, and one code for each limit, with ``file`` among its values.
    """
    for said in _ask(f"run:{reader}", Path(path), options, watch):
        if "answer" in said:
            return said["answer"]
    raise LayerError("file_reader_stopped", file=Path(path).name)


def _tables(lines: Iterator[dict[str, Any]]) -> list[Table]:
    tables: list[Table] = []
    for said in lines:
        if "table" in said:
            tables.append(Table.begun(said["table"]))
        elif "rows" in said:
            tables[-1].take(said)
    return tables


def _ask(
    what: str, path: Path, options: dict[str, Any], watch: Watch | None
) -> Iterator[dict[str, Any]]:
    """Start the child and give what it says, line by line, until it is done."""
    path = path.resolve()
    heavy = what.startswith("run:")
    _, cpu_s = allowance(_size(path), heavy=heavy)
    order = {"what": what, "path": str(path), "options": options, "ours": list(schema.TABLES)}
    process = _start(order)
    try:
        deadline = time.monotonic() + _PATIENCE * max(cpu_s, 30)
        done = False
        for said in _lines(process, watch, deadline, path.name):
            if "error" in said:
                raise LayerError(said["error"], **{"file": path.name, **said["values"]})
            if "at" in said and watch is not None:
                watch.tell("read", *said["at"])
            done = done or "end" in said
            yield said
        if not done:
            slow = process.wait(timeout=_PATIENCE) == -getattr(signal, "SIGXCPU", 0)
            raise LayerError("file_too_slow" if slow else "file_reader_stopped", file=path.name)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _size(path: Path) -> int:
    """Measure a file or folder, and refuse what no reader should begin with."""
    if path.is_dir():
        size = sum(one.stat().st_size for one in path.iterdir() if one.is_file())
    elif path.is_file():
        size = path.stat().st_size
    else:
        raise LayerError("file_missing", file=path.name)
    if size > MAX_BYTES:
        raise LayerError("file_too_large", file=path.name)
    if path.is_dir() and not any(one.is_file() for one in path.iterdir()):
        raise LayerError("folder_without_files", file=path.name)
    if size == 0:
        raise LayerError("file_empty", file=path.name)
    return size


def _start(order: dict[str, Any]) -> subprocess.Popen[bytes]:
    surroundings = {key: os.environ[key] for key in _KEPT if key in os.environ}
    surroundings |= {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    # one arena: each further one takes 64 MB of addresses, which are limited
    surroundings |= {"MALLOC_ARENA_MAX": "1"}
    return subprocess.Popen(  # noqa: S603 - our own module, the order as one argument
        [
            *(sys.executable, "-X", "utf8", "-W", "ignore", "-B"),
            *("-m", "layers.importing.read_process", json.dumps(order)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=surroundings,
    )


def _lines(
    process: subprocess.Popen[bytes], watch: Watch | None, deadline: float, name: str
) -> Iterator[dict[str, Any]]:
    """Give the child's lines as they come, and look up now and then to be stopped."""
    waiting: queue.Queue[bytes | None] = queue.Queue(maxsize=50)
    over = threading.Event()
    thread = threading.Thread(target=_fetch, args=(process, waiting, over), daemon=True)
    thread.start()
    try:
        while (line := _next(waiting, watch, deadline, name)) is not None:
            try:
                yield json.loads(line)
            except ValueError as error:  # it was ended in the middle of a line
                raise LayerError("file_reader_stopped", file=name) from error
    finally:
        over.set()
        process.kill()
        thread.join()


def _fetch(
    process: subprocess.Popen[bytes], waiting: queue.Queue[bytes | None], over: threading.Event
) -> None:
    """Take lines off the pipe while somebody waits for them; ``None`` is the end."""
    for line in itertools.chain(process.stdout or (), (None,)):
        while not over.is_set():
            try:
                waiting.put(line, timeout=_EVERY_S)
                break
            except queue.Full:
                continue


def _next(
    waiting: queue.Queue[bytes | None], watch: Watch | None, deadline: float, name: str
) -> bytes | None:
    while True:
        try:
            return waiting.get(timeout=_EVERY_S)
        except queue.Empty:
            if watch is not None:
                watch.tell(*watch.state)
            if time.monotonic() > deadline:
                raise LayerError("file_too_slow", file=name) from None
