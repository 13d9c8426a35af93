"""Fewer than five people: never a number, and never to be computed from the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.importing.small_counts import protect


def no_flags(counts: np.ndarray) -> np.ndarray:
    return np.zeros(counts.shape, dtype=bool)


def test_zero_and_five_stay_and_one_to_four_go() -> None:
    counts = np.array([[0.0, 1, 4, 5, np.nan]])
    done = protect(counts, no_flags(counts), [])
    assert done.suppressed.tolist() == [[False, True, True, False, False]]
    np.testing.assert_array_equal(done.counts, [[0, np.nan, np.nan, 5, np.nan]])


@given(
    ages=st.lists(
        st.lists(st.integers(0, 200), min_size=3, max_size=6), min_size=1, max_size=6
    ).filter(lambda rows: len({len(row) for row in rows}) == 1)
)
def test_a_total_shows_the_same_whatever_was_withheld(ages: list[list[int]]) -> None:
    parts = np.array(ages, dtype=float)
    counts = np.column_stack([parts, parts.sum(axis=1)])
    done = protect(counts, no_flags(counts), [tuple(range(parts.shape[1]))])
    told = done.counts
    assert not ((told > 0) & (told < 5)).any()
    is_sum = parts.any(axis=0).all()  # a column of zeros is no part of anything
    for row in range(len(counts)):
        hidden = np.isnan(told[row, :-1])
        if is_sum and hidden.any() and not np.isnan(told[row, -1]):
            implied = told[row, -1] - np.nansum(told[row, :-1])
            assert implied == 2 * hidden.sum()


def test_sums_of_sums_show_nothing_either() -> None:
    # with, without, citizens (with + without), foreigners, migration (with + foreigners), all
    truth = [[4.0, 44, 48, 15, 19, 63], [100, 200, 300, 50, 150, 350], [10, 30, 40, 60, 70, 100]]
    told = []
    for small in (1.0, 2.0, 3.0, 4.0):
        rows = np.array(truth)
        rows[0] += (small - 4) * np.array([1, 0, 1, 0, 1, 1])
        done = protect(rows, no_flags(rows), [(2, 3)])
        _, without, citizens, foreigners, migration, everyone = done.counts[0]
        told.append((citizens - without, migration - foreigners, everyone - without - foreigners))
        assert everyone == rows[0, 5]  # totals stay true
        np.testing.assert_array_equal(done.counts[1:], rows[1:])
    assert set(told) == {(2.0, 2.0, 2.0)}


@pytest.mark.parametrize("noisy", [112.99999999999999, 113.0000000001])
def test_noise_of_floats_is_rounded_and_is_no_estimate(noisy: float) -> None:
    counts = np.array([[noisy]])
    done = protect(counts, no_flags(counts), [])
    assert done.counts[0, 0] == 113
    assert not done.estimated[0, 0]


def test_what_the_source_withheld_stays_withheld() -> None:
    done = protect(np.array([[np.nan, 30.0]]), np.array([[True, False]]), [])
    assert done.suppressed.tolist() == [[True, False]]
    assert np.isnan(done.counts[0, 0])
