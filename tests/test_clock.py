"""The day: the machine's, unless a test or a drill has chosen another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from layers import clock as ours


def test_the_day_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CG_TODAY", raising=False)
    assert abs(ours.today() - datetime.now(UTC).date()) <= timedelta(days=1)  # by time zone
    assert ours.now().tzinfo is UTC


def test_a_chosen_day_holds_everywhere(clock: Callable[[str], None]) -> None:
    clock("2027-02-28")
    assert ours.today() == date(2027, 2, 28)
    assert ours.now().date() == date(2027, 2, 28)


def test_a_day_that_is_none_is_refused(clock: Callable[[str], None]) -> None:
    clock("yesterday")
    with pytest.raises(ValueError, match="yesterday"):
        ours.today()
