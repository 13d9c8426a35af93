"""Only the ties that are asked for count: by kind, day, strength and who confirmed them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from layers import vocab
from mapping.counted import Counted


@pytest.fixture
def ties() -> pd.DataFrame:
    """Make five ties that differ in one thing each; the last says nothing of itself."""
    rows = [
        ("funds", "2020-01-01", "2024-12-31", 3, 2),
        ("funds", "2025-01-01", None, 2, 1),
        ("trusts", None, None, 1, 0),
        ("advises", None, None, 3, None),
        ("advises", None, None, None, None),
    ]
    table = pd.DataFrame(rows, columns=["kind", "since", "until", "strength", "confirmed_by"])
    for day in ("since", "until"):
        table[day] = pd.to_datetime(table[day])
    return table.astype({"strength": "Int64", "confirmed_by": "Int64"})


@pytest.mark.parametrize(
    ("counted", "rows"),
    [
        (Counted(), [0, 1, 2, 3, 4]),
        (Counted(kinds=("funds", "trusts")), [0, 1, 2]),
        (Counted(on=date(2024, 12, 31)), [0, 2, 3, 4]),  # its last day still counts
        (Counted(on=date(2025, 1, 1)), [1, 2, 3, 4]),  # and its first
        (Counted(least_strength=2), [0, 1, 3]),  # an unknown strength may be a weak one
        (Counted(least_strength=3), [0, 3]),
        (Counted(confirmed=1), [0, 1]),
        (Counted(confirmed=2), [0]),
        (Counted(kinds=("funds",), on=date(2025, 6, 1), confirmed=2), []),
    ],
)
def test_what_is_not_asked_for_does_not_count(
    ties: pd.DataFrame, counted: Counted, rows: list[int]
) -> None:
    assert list(counted.of(ties).index) == rows


def test_every_kind_named_is_as_good_as_none_named() -> None:
    assert Counted(kinds=vocab.TIE_KIND).is_whole
    assert Counted(on=date(2026, 1, 1)).is_whole
    for part in (Counted(kinds=("funds",)), Counted(least_strength=2), Counted(confirmed=1)):
        assert not part.is_whole
