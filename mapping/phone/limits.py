"""How fast things may come: per phone, and over all, without asking who is behind an address.

A hall's phones often share one address, so no limit counts by address. Whoever holds the QR
code's 128 bits is never slowed when joining; only typed codes are, because they can be guessed.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from layers.errors import LayerError

PER_PHONE = 20  # contributions a minute
PER_SECOND = 300  # contributions of all phones together
TYPED_PER_SECOND = 100  # codes tried by typing, all together: 40 bits last for centuries
WRONG_CODE_S = 1.0  # what a wrong code waits
_MOST_PHONES = 5_000


class Bucket:
    """Let through ``rate`` a second, and as many as ``burst`` at once.

    Parameters
    ----------
    rate
        Tokens a second.
    burst
        Tokens at most.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, rate: float, burst: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._seen = burst, clock()

    def take(self) -> float:
        """Take one and give 0.0, or take none and give the seconds until there is one."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0


class Limits:
    """The limits of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = Bucket(PER_SECOND, PER_SECOND, clock=clock)
        self._typed = Bucket(TYPED_PER_SECOND, TYPED_PER_SECOND, clock=clock)
        self._phones: OrderedDict[str, Bucket] = OrderedDict()

    def phone(self, token: str) -> None:
        """Count one contribution of a phone.

        Raises
        ------
        LayerError
            ``too_fast`` or ``busy``, with the whole seconds to wait.
        """
        bucket = self._phones.setdefault(
            token, Bucket(PER_PHONE / 60, PER_PHONE, clock=self._clock)
        )
        self._phones.move_to_end(token)
        if len(self._phones) > _MOST_PHONES:
            self._phones.popitem(last=False)
        _refuse("too_fast", bucket.take())
        _refuse("busy", self._all.take())

    def typed(self) -> None:
        """Count one typed code.

        Raises
        ------
        LayerError
            ``busy``, with the whole seconds to wait.
        """
        _refuse("busy", self._typed.take())


def _refuse(code: str, wait_s: float) -> None:
    if wait_s > 0:
        raise LayerError(code, retry_s=math.ceil(wait_s))
