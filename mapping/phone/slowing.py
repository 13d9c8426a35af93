"""Slow down whoever tries secrets that are wrong, and nobody else.

A secret of 192 bits is not guessed; this only keeps one machine from asking without end. Whoever
has the right secret is never slowed, also not behind the same address as somebody who tries.
"""

from __future__ import annotations

import hmac
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from layers.errors import LayerError
from mapping.phone import keeper
from mapping.phone.limits import Bucket

WRONG_A_MINUTE = 10  # from one address
WAIT_S = 1.0  # what each wrong secret waits
_MOST_ADDRESSES = 5_000


class WrongSecrets:
    """Counts wrong secrets by address; addresses are kept as keyed digests, in memory only."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, Bucket] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one wrong secret.

        Raises
        ------
        LayerError
            ``too_fast``, with the whole seconds to wait.
        """
        name = hmac.digest(self._key, keeper.neighbourhood(address).encode(), "sha256")
        fresh = Bucket(WRONG_A_MINUTE / 60, WRONG_A_MINUTE, clock=self._clock)
        bucket = self._buckets.setdefault(name, fresh)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        wait_s = bucket.take()
        if wait_s > 0:
            raise LayerError("too_fast", retry_s=math.ceil(wait_s))
