"""Let one process hold the connections of a full hall: each of them is an open file.

Systems allow 256 or 1,024 of them unless a program asks for more, and the next phone would not
even be answered.
"""

from __future__ import annotations

import contextlib
import sys

WANTED = 10_000  # macOS allows 10,240 and refuses what is above


def allow_many() -> int | None:
    """Raise how many files this process may have open, as far as the system lets it.

    Returns
    -------
    allowed
        How many may be open now; None where the system has no such limit (Windows).
    """
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
