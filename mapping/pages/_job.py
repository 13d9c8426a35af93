"""Long work beside a page: it shows how far it is, can be stopped, and is kept while it is shown.

A job runs in a thread of this process and touches nothing of Streamlit; the page looks at it
twice a second. A short one is simply waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping.pages import _shared

PATIENCE_S = 1.5  # shorter work shows no progress: a bar that flashes tells nothing
LOOK_S = 0.5


class Job:
    """One piece of work: ``result`` or ``error`` is there once it is ``done``."""

    def __init__(self, work: Callable[[Watch], Any]) -> None:
        self.watch = Watch()
        self.result: Any = None
        self.error: LayerError | None = None
        self.crash: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the work has ended, in whichever way."""
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most, and tell whether the work has ended."""
        self._thread.join(seconds)
        return self.done

    def _run(self, work: Callable[[Watch], Any]) -> None:
        try:
            self.result = work(self.watch)
        except LayerError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to; the page does
            self.crash = error


def run(name: str, key: object, work: Callable[[Watch], Any]) -> Job | None:
    """Give the job of this name and key once it is done; until then show how far it is.

    Parameters
    ----------
    name
        Where it is kept; another key under the same name stops the job before.
    key
        All that the work depends on.
    work
        Called in a thread, with a watch to tell; must not touch Streamlit.

    Returns
    -------
    job
        Done, or None while it runs: the page then shows nothing more of it.
    """
    job = begin(name, key, work)
    if not job.wait(PATIENCE_S if not job.done else 0):
        _progress(name, job)
        return None
    if job.crash is not None:
        raise job.crash
    return job


def begin(name: str, key: object, work: Callable[[Watch], Any]) -> Job:
    """Give the job of this name and key, begun where there is none, and wait for nothing.

    Parameters
    ----------
    name, key, work
        As for :func:`run`.
    """
    slot = f"cg_job_{name}"
    kept = st.session_state.get(slot)
    if kept is None or kept[0] != key:
        forget(name)
        kept = st.session_state[slot] = (key, Job(work))
    job: Job = kept[1]
    return job


def kept(name: str, key: object) -> Job | None:
    """Give the job of this name and key where one was begun, done or not."""
    there = st.session_state.get(f"cg_job_{name}")
    return there[1] if there is not None and there[0] == key else None


def forget(name: str) -> None:
    """Stop and drop what is kept under a name."""
    kept = st.session_state.pop(f"cg_job_{name}", None)
    if kept is not None:
        kept[1].watch.stop()


@st.fragment(run_every=LOOK_S)
def _progress(name: str, job: Job) -> None:
    """Show how far a job is, with a button that stops it."""
    if job.done:
        st.rerun()
    say = _shared.say
    step, done, total = job.watch.state
    sentence = say(f"data.step_{step}") if step else say("data.reading")
    if total:
        sentence = say("data.step_of", step=sentence, done=f"{done:,}", total=f"{total:,}")
    st.progress(min(done / total, 1.0) if total else 0.0)
    st.text(sentence)
    st.button(say("data.stop"), key=f"{name}_stop", on_click=job.watch.stop)
