"""How far an import is, and stopping it: told by the work, read and stopped by whoever waits."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

from layers.errors import LayerError

STEPS = ("read", "rows", "match", "compare", "write")
T = TypeVar("T")
EVERY = 500  # rows between two reports: a lock a row would cost more than the row


class Watch:
    """Progress of one import, safe to use from several threads.

    The thread that works calls :meth:`tell`; another one reads :attr:`state` and may call
    :meth:`stop`, upon which the next :meth:`tell` raises and nothing is written.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._state = ("", 0, 0)

    @property
    def state(self) -> tuple[str, int, int]:
        """The step (one of :data:`STEPS`, empty before the first), how many are done, of how many.

        0 of 0 where the number is not known.
        """
        with self._lock:
            return self._state

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        with self._lock:
            return self._stopped

    def tell(self, step: str, done: int, total: int) -> None:
        """Say how far the work is.

        Raises
        ------
        LayerError
            ``stopped`` once :meth:`stop` was called.
        """
        with self._lock:
            self._state = (step, done, total)
            stopped = self._stopped
        if stopped:
            raise LayerError("stopped")

    def stop(self) -> None:
        """Ask the work to end; it does at its next report."""
        with self._lock:
            self._stopped = True


def told(
    watch: Watch | None, step: str, things: Iterable[T], total: int, *, every: int = EVERY
) -> Iterator[T]:
    """Go through things and report now and then.

    Examples
    --------
    >>> watch = Watch()
    >>> sum(told(watch, "rows", [1, 2, 3], 3)), watch.state
    (6, ('rows', 3, 3))
    """
    done = 0
    for done, one in enumerate(things, start=1):
        if watch is not None and (done - 1) % every == 0:
            watch.tell(step, done - 1, total)
        yield one
    if watch is not None:
        watch.tell(step, done, total)
