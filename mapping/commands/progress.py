"""How far a long command is, on a terminal only; and Ctrl-C, after which nothing was written."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping.words import say

EVERY_S = 0.2
_CLEAR = "\r\x1b[K"


@contextmanager
def watched() -> Iterator[Watch]:
    """Give a watch that Ctrl-C stops, and show how far it is on a terminal.

    Raises
    ------
    LayerError
        ``stopped``: whatever was begun is rolled back. Where the end was reached first, it stands.
    """
    watch = Watch()
    over = threading.Event()
    shows = sys.stderr.isatty()
    thread = threading.Thread(target=_show, args=(watch, over), daemon=True)
    with _stopping(watch):
        if shows:
            thread.start()
        try:
            yield watch
        except LayerError as error:
            if watch.stopped:  # the reading child hears Ctrl-C too, and ends in its own way
                raise LayerError("stopped") from error
            raise
        finally:
            over.set()
            if shows:
                thread.join()
                sys.stderr.write(_CLEAR)


@contextmanager
def _stopping(watch: Watch) -> Iterator[None]:
    """Let Ctrl-C ask the work to stop instead of breaking it anywhere."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        watch.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _show(watch: Watch, over: threading.Event) -> None:
    while not over.wait(EVERY_S):
        step, done, total = watch.state
        if not step:
            continue
        name = say(f"cli.step_{step}")
        key = "cli.progress" if total else "cli.progress_bare"
        blanks = {"step": name, "done": f"{done:,}", "total": f"{total:,}"}
        line = say(key, **blanks) if total else say(key, step=name)
        sys.stderr.write(f"{_CLEAR}{line}")
        sys.stderr.flush()
