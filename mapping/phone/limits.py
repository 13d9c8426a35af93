"""How fast things may come: per phone, and over all, without asking who is behind an address.

A hall's phones often share one address, so no limit counts by address. Whoever holds what is
right, the QR code's 128 bits, a typed code or a receipt, is never slowed and never refused. What is
wrong waits a second, and only so many wrong ones wait at a time; agreeing is limited, because one
machine could make up phones until the session is full.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from layers.errors import LayerError

PER_PHONE = 20  # contributions a minute
PER_SECOND = 300  # contributions of all phones together
PER_PHONE_HERS = 60  # looking at what is hers and withdrawing it, a minute
WRONG_PER_SECOND = 20  # wrong codes and receipts of all together; above, no is said at once
WRONG_AT_ONCE = 100
AGREED_PER_SECOND = 10  # new phones of one session: a hall that scans one picture
AGREED_AT_ONCE = 100
WRONG_CODE_S = 1.0  # what a wrong code waits
_MOST_PHONES = 5_000
_MOST_SESSIONS = 100


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

    def give_back(self) -> None:
        """Put back one that was taken."""
        self._left = min(self._burst, self._left + 1)


class Limits:
    """The limits of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = Bucket(PER_SECOND, PER_SECOND, clock=clock)
        self._wrong = Bucket(WRONG_PER_SECOND, WRONG_AT_ONCE, clock=clock)
        self._phones: OrderedDict[str, Bucket] = OrderedDict()
        self._hers: OrderedDict[str, Bucket] = OrderedDict()
        self._sessions: OrderedDict[str, Bucket] = OrderedDict()

    def phone(self, token: str) -> None:
        """Count one contribution of a phone, or one change of it.

        Raises
        ------
        LayerError
            ``too_fast`` or ``busy``, with the whole seconds to wait.
        """
        made = Bucket(PER_PHONE / 60, PER_PHONE, clock=self._clock)
        _refuse("too_fast", _kept(self._phones, token, made, most=_MOST_PHONES).take())
        _refuse("busy", self._all.take())

    def agreed(self, session_id: str) -> None:
        """Count one phone that agrees; the session is one there is.

        Raises
        ------
        LayerError
            ``too_fast``, with the whole seconds to wait.
        """
        made = Bucket(AGREED_PER_SECOND, AGREED_AT_ONCE, clock=self._clock)
        _refuse("too_fast", _kept(self._sessions, session_id, made, most=_MOST_SESSIONS).take())

    def refused(self) -> None:
        """Count one contribution of all less: it was refused, and nothing was written.

        So nobody who is not in the room can use up what those in it may send together.
        """
        self._all.give_back()

    def hers(self, token: str) -> None:
        """Count one look at what is hers, or one withdrawal.

        Apart from what she sends, so that who has sent all she may can still take it back.

        Raises
        ------
        LayerError
            ``too_fast``, with the whole seconds to wait.
        """
        made = Bucket(PER_PHONE_HERS / 60, PER_PHONE_HERS, clock=self._clock)
        _refuse("too_fast", _kept(self._hers, token, made, most=_MOST_PHONES).take())

    def wrong(self) -> None:
        """Count one typed code or receipt that was wrong.

        Raises
        ------
        LayerError
            ``busy``, with the whole seconds to wait.
        """
        _refuse("busy", self._wrong.take())


def _kept(buckets: OrderedDict[str, Bucket], key: str, made: Bucket, *, most: int) -> Bucket:
    """Give the bucket of a key; the one not used for longest goes where there are too many."""
    bucket = buckets.setdefault(key, made)
    buckets.move_to_end(key)
    if len(buckets) > most:
        buckets.popitem(last=False)
    return bucket


def _refuse(code: str, wait_s: float) -> None:
    if wait_s > 0:
        raise LayerError(code, retry_s=math.ceil(wait_s))
