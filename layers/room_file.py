"""The room's SQLite file: its pragmas, its migrations, and the one thread that writes.

Many threads that each begin a transaction starve each other (measured: seconds of waiting), so
there is one writer. It takes whatever has gathered in its queue into one transaction, and a task
is done when that transaction is on the disk, never before.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from layers.errors import LayerError
from layers.room_schema import MIGRATIONS

T = TypeVar("T")

ELSEWHERE_S = 2.0  # how soon it is noticed that another process has written
_TOGETHER = 256  # tasks in one transaction at most
_BUSY_S = 30.0
_CUT_WAIT_S = 1.0
_CUT_TRIES = 60
_CUT_BUSY_MS = 100
_OURS = 0x43475231  # "CGR1", the file's mark
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # an answer "it is there" must survive a power cut
    "secure_delete = ON",
    "trusted_schema = OFF",
    "foreign_keys = ON",
    "temp_store = MEMORY",  # no copy of a row in a temporary file
)


class RoomFile:
    """An open room file with its writer thread.

    Parameters
    ----------
    path
        SQLite file; made, with its folder, where there is none.
    elsewhere
        Called by the writer's thread, within seconds, after another process or another room of
        this one has written; it must not wait for the writer.

    Raises
    ------
    LayerError
        ``room_too_new`` for a file of a later version, ``room_not_ours`` for any other file.
    """

    def __init__(self, path: Path, elsewhere: Callable[[], None] = lambda: None) -> None:
        self.path = path
        self._elsewhere = elsewhere
        _make(path)
        db = self._open()
        try:
            _migrate(db, path.name)
        except sqlite3.DatabaseError as error:
            raise LayerError("room_not_ours", file=path.name) from error
        finally:
            db.close()
        _close_to_others(path)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers: list[sqlite3.Connection] = []  # at rest; Streamlit's threads come and go
        self._lock = threading.Lock()
        self._closed = False
        self._cutting = False
        self._writer = threading.Thread(target=self._write, name="room-writer", daemon=True)
        self._writer.start()

    def submit(self, task: Callable[[sqlite3.Connection], T], *, alone: bool = False) -> Future[T]:
        """Queue a task for the writer; its future is done once the result is on the disk.

        Parameters
        ----------
        task
            Gets the writer's connection. What it raises undoes that task and no other.
        alone
            Run outside of any transaction, as VACUUM must be.
        """
        job = _Job(task, alone=alone)
        with self._lock:
            if self._closed:
                raise LayerError("room_shut", file=self.path.name)
            self._jobs.put(job)
        return job.done

    def read(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Read rows, in any thread, beside the writer."""
        with self._lock:
            db = self._readers.pop() if self._readers else None
        db = db or self._open(query_only=True)
        try:
            return list(db.execute(sql, values).fetchall())
        finally:
            with self._lock:
                if self._closed:
                    db.close()
                else:
                    self._readers.append(db)

    def scrub(self) -> None:
        """Write the file anew, so that neither the order nor a remnant of old rows is left.

        secure_delete clears rows in the file, and yet they stay in the write-ahead log until it
        is cut; a reader can hold that up, so it is seen through.

        Raises
        ------
        LayerError
            ``room_log_busy`` if somebody reads without end.
        """
        self.submit(lambda db: db.execute("VACUUM"), alone=True).result()
        for _ in range(100):
            if self.submit(_cut, alone=True).result():
                return
            threading.Event().wait(0.05)
        raise LayerError("room_log_busy", file=self.path.name)

    def cut_soon(self) -> None:
        """Cut the log within seconds, so that what was deleted is in no file any more.

        Many calls are one cut; where somebody reads at that moment it is tried again.
        """
        with self._lock:
            if self._closed or self._cutting:
                return
            self._cutting = True
        self._cut_later(_CUT_TRIES)

    def _cut_later(self, tries: int) -> None:
        clock = threading.Timer(_CUT_WAIT_S, self._cut_now, (tries,))
        clock.daemon = True
        clock.start()

    def _cut_now(self, tries: int) -> None:
        with self._lock:
            self._cutting = False  # what is deleted from here on asks for another cut
        with contextlib.suppress(LayerError, sqlite3.Error):  # closed meanwhile: that cuts it too
            if not self.submit(_cut, alone=True).result() and tries > 1:
                self._cut_later(tries - 1)

    def close(self) -> None:
        """Finish what is queued and close; a second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._writer.join()
        for db in self._readers:
            db.close()

    def _open(self, *, query_only: bool = False) -> sqlite3.Connection:
        # autocommit: transactions are begun and ended by name, below
        db = sqlite3.connect(
            self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                db.execute(f"PRAGMA {pragma}")
            if query_only:
                db.execute("PRAGMA query_only = ON")
        except sqlite3.DatabaseError as error:
            db.close()
            raise LayerError("room_not_ours", file=self.path.name) from error
        return db

    def _write(self) -> None:
        db = self._open()
        held: list[_Job | None] = []  # taken from the queue, and not fit for this transaction
        look = _Elsewhere(db)
        while True:
            if look.has_written():
                with contextlib.suppress(Exception):  # a dead writer would hold up everybody
                    self._elsewhere()
            try:
                first = held.pop() if held else self._jobs.get(timeout=look.wait_s())
            except queue.Empty:
                continue
            if first is None:
                db.close()
                return
            batch = [first]
            while not first.alone and len(batch) < _TOGETHER and not self._jobs.empty():
                more = self._jobs.get()
                if more is None or more.alone:
                    held.append(more)
                    break
                batch.append(more)
            # who no longer waits is left out; from here on nobody can call it off
            _work(db, [job for job in batch if job.done.set_running_or_notify_cancel()])


class _Elsewhere:
    """Tells whether anybody but the writer has changed the file; asked every few seconds only."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known = self._version()
        self._next = time.monotonic() + ELSEWHERE_S

    def wait_s(self) -> float:
        return max(0.0, self._next - time.monotonic())

    def has_written(self) -> bool:
        if self.wait_s():
            return False
        self._next = time.monotonic() + ELSEWHERE_S
        before, self._known = self._known, self._version()
        return self._known != before

    def _version(self) -> int | None:
        try:  # it changes with what others commit, and not with what this connection does
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:  # a disk that fails: looked at again
            return None


@dataclass
class _Job:
    """A task, the future its owner waits for, and what came of it before the commit."""

    task: Callable[[sqlite3.Connection], Any]
    alone: bool = False
    done: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: Exception | None = None

    def settle(self) -> None:
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


def _work(db: sqlite3.Connection, batch: list[_Job]) -> None:
    """Do what was asked; whatever goes wrong reaches those who wait, and never ends the thread."""
    try:
        if batch and batch[0].alone:
            _run(db, batch[0])
        elif batch:
            _commit(db, batch)
    except Exception as error:  # noqa: BLE001 - a dead writer would hold up everybody, for good
        for job in batch:
            job.error = job.error or error
    for job in batch:
        job.settle()


def _run(db: sqlite3.Connection, job: _Job) -> None:
    try:
        job.result = job.task(db)
    except Exception as error:  # noqa: BLE001 - it belongs to the owner of the task, not the thread
        job.error = error


def _commit(db: sqlite3.Connection, batch: list[_Job]) -> None:
    """Run tasks in one transaction, each of them undone alone where it fails."""
    try:
        if db.in_transaction:  # an earlier one could not even be rolled back
            db.execute("ROLLBACK")
        db.execute("BEGIN IMMEDIATE")
        for job in batch:
            db.execute("SAVEPOINT one")
            _run(db, job)
            if job.error is not None:
                db.execute("ROLLBACK TO one")
            db.execute("RELEASE one")
        db.execute("COMMIT")
    except sqlite3.Error as error:  # disk full, file gone: nothing of this batch is there
        for job in batch:
            job.error = job.error or error
        if db.in_transaction:
            db.execute("ROLLBACK")


def is_ours(path: Path) -> bool:
    """Tell by its first bytes whether a file is a room, without opening it as a database."""
    with path.open("rb") as file:
        head = file.read(100)
    return head.startswith(b"SQLite format 3\0") and head[68:72] == _OURS.to_bytes(4, "big")


def _make(path: Path) -> None:
    """Make the folder and an empty file for its owner alone; SQLite gives its logs the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # it is there; or SQLite says what is wrong with it
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _close_to_others(path: Path) -> None:
    """Take from everybody else what an older version, or a copy, let them read.

    On Windows this does nothing: there a file is as open as the folder it lies in.
    """
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):  # not there, or somebody else's, who decides
            path.with_name(path.name + end).chmod(0o600)


def _cut(db: sqlite3.Connection) -> bool:
    """Write the log back and cut it; False where a reader holds that up."""
    db.execute(f"PRAGMA busy_timeout = {_CUT_BUSY_MS}")  # phones wait behind it
    try:
        return bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    finally:
        db.execute(f"PRAGMA busy_timeout = {int(_BUSY_S * 1000)}")


def _migrate(db: sqlite3.Connection, name: str) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise LayerError("room_too_new", file=name)
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    if tables and owner != _OURS:
        raise LayerError("room_not_ours", file=name)
    db.execute(f"PRAGMA application_id = {_OURS}")
    db.execute("PRAGMA foreign_keys = OFF")  # else a table made anew takes its children along
    for number, steps in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {number}; COMMIT;")
    db.execute("PRAGMA foreign_keys = ON")
