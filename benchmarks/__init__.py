"""How fast our sums are beside the usual way, in the same process and with the same answer.

A benchmark is a module ``benchmarks/bench_<name>.py`` with ``run(scale) -> Iterator[Result]``;
``python -m benchmarks <name>`` finds it by its name. ``scale`` is 1 for the sizes whose targets are
promised, and less for a smoke run, which has no targets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One comparison; ``None`` where there is nothing to say.

    Parameters
    ----------
    name, size
        What was computed, and on how much; also where the peer was run on a sample.
    ours_s, peer_s
        Seconds, the best of a few.
    peer
        The other way; ``None`` where it is not installed.
    target
        The least ratio; ``None`` where none is promised.
    at_most_s
        The most seconds, where a time is promised instead of a ratio; printed as the target.
    equal
        Whether both gave the same answer.
    """

    name: str
    size: str
    ours_s: float
    peer: str | None = None
    peer_s: float | None = None
    target: float | None = None
    at_most_s: float | None = None
    equal: bool | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as long the peer took."""
        return None if self.peer_s is None else self.peer_s / self.ours_s

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; a wrong answer reaches none."""
        if self.equal is False:
            return False
        if self.at_most_s is not None:
            return self.ours_s <= self.at_most_s
        if self.ratio is None or self.target is None:
            return None
        return self.ratio >= self.target

    def line(self) -> dict[str, str | float | bool | None]:
        """Give the keys of ``docs/reference``, in their order."""
        promised = self.target if self.at_most_s is None else self.at_most_s
        parts = asdict(self) | {"ratio": self.ratio, "met": self.met, "target": promised}
        keys = ("name", "size", "ours_s", "peer", "peer_s", "ratio", "target", "met", "equal")
        return {key: _short(parts[key]) for key in keys}


def best_of(times: int, job: Callable[[], _Answer]) -> tuple[float, _Answer]:
    """Run a job some times: the seconds of the fastest, and its answer."""
    seconds = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        answer = job()
        seconds = min(seconds, time.perf_counter() - begin)
    return seconds, answer


def _short(value: str | float | bool | None) -> str | float | bool | None:  # noqa: FBT001 - a value, not a switch
    return float(f"{value:.4g}") if isinstance(value, float) else value
