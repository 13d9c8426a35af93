"""How many examples a law is tried on: a sample in ``make test``, all of them in ``make drill``."""

from __future__ import annotations

import os

_LEAST = 6


def examples(whole: int) -> int:
    """Give the number of examples for this run.

    Parameters
    ----------
    whole
        As many as the drill tries.
    """
    return whole if os.environ.get("CG_DRILL") else max(min(whole, _LEAST), whole // 3)
