"""Notice when phones join faster than people can: one machine may be making them up.

Nobody has a name here, so nothing else tells a made-up phone from a real one. Only how many came in
the last seconds is known, in memory alone: no token, no address, and nothing once it is over but
that it happened.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

MOST_AT_ONCE = 60  # new phones within WITHIN_S: a full hall that scans one picture stays below
WITHIN_S = 10.0


class Crowd:
    """How fast phones join each session; safe to share between threads.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lately: dict[str, deque[float]] = {}
        self._rushed: set[str] = set()

    def came(self, session_id: str) -> None:
        """Count one phone that is new in a session."""
        now = self._clock()
        with self._lock:
            lately = self._lately.setdefault(session_id, deque(maxlen=MOST_AT_ONCE + 1))
            lately.append(now)
            if len(lately) > MOST_AT_ONCE and now - lately[0] <= WITHIN_S:
                self._rushed.add(session_id)  # stays: the desk may look only later

    def is_rushed(self, session_id: str) -> bool:
        """Tell whether more than 60 phones have once joined a session within ten seconds."""
        with self._lock:
            return session_id in self._rushed
