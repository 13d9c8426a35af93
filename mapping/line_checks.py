"""What phones found out about the hall's network: the last few results, in memory only.

The phones' routes write here and the desk's page reads; neither knows the other.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one phone could do; ``None``: it was not tried to the end."""

    origin: str  # which address of the laptop it had opened
    secure: bool  # whether browsers trust the address: https, or this machine
    got_through: dict[str, bool | None]  # by the name of what was tried
    voices: tuple[str, ...]  # languages this device can speak by itself
    late_ms: int | None  # how long a post took
    minutes_ago: int = 0


class Memory:
    """The last results; nothing of it is on the disk.

    Parameters
    ----------
    clock
        Seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: deque[tuple[float, Result]] = deque(maxlen=MOST_KEPT)

    def keep(self, result: Result) -> None:
        """Keep a result, and forget the oldest where there are too many."""
        self._kept.append((self._clock(), result))

    def results(self) -> list[Result]:
        """Give the last results, the newest first."""
        now = self._clock()
        return [
            Result(
                origin=one.origin,
                secure=one.secure,
                got_through=dict(one.got_through),
                voices=one.voices,
                late_ms=one.late_ms,
                minutes_ago=math.floor((now - at) / 60),
            )
            for at, one in reversed(tuple(self._kept))
        ]


MEMORY = Memory()


def results() -> list[Result]:
    """Give what phones of this process found out, the newest first."""
    return MEMORY.results()
