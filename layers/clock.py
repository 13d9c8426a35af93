"""What day it is: the one place that asks, so that a test or a drill can choose the day.

Nothing else calls ``date.today()`` or ``datetime.now()``. Times of day are read from the server,
never from a phone, because the clocks of phones are wrong.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time


def today() -> date:
    """Tell the day, here, or the day in the setting ``CG_TODAY`` (``2026-03-01``).

    Raises
    ------
    ValueError
        If ``CG_TODAY`` is set and no date.

    Examples
    --------
    >>> import os
    >>> os.environ["CG_TODAY"] = "2026-03-01"
    >>> today()
    datetime.date(2026, 3, 1)
    >>> now().isoformat()
    '2026-03-01T12:00:00+00:00'
    >>> del os.environ["CG_TODAY"]
    """
    chosen = os.environ.get("CG_TODAY")
    return date.fromisoformat(chosen) if chosen else datetime.now().astimezone().date()


def now() -> datetime:
    """Tell the moment, in UTC; noon of the day in ``CG_TODAY`` where that is set."""
    if os.environ.get("CG_TODAY"):
        return datetime.combine(today(), time(12), tzinfo=UTC)
    return datetime.now(UTC)
