"""Local statistics: worked out by hand, equal to PySAL's, with p-values borne out by chance."""

from __future__ import annotations

import itertools
import math
from typing import Any

import esda
import geopandas as gpd
import libpysal
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from shapely.geometry import box

from layers.errors import CRSError
from mapping.local_statistics import bordering, corrected, getis_ord, local_moran, within
from tests.helpers.sampled import examples

Values = npt.NDArray[np.float64]


def ring(count: int, extra: list[tuple[int, int]]) -> csr_array:
    """Make neighbours of all who stand side by side in a ring, and of a few more."""
    table = np.zeros((count, count))
    pairs = [(at, (at + 1) % count) for at in range(count)] + extra
    for one, other in pairs:
        if one != other:
            table[one, other] = table[other, one] = 1
    return csr_array(table)


def pysal(weights: csr_array) -> Any:
    return libpysal.weights.WSP(weights).to_W(silence_warnings=True)


def grid(rows: int, columns: int, *, side: float = 100.0) -> gpd.GeoDataFrame:
    cells = [
        box(x * side, y * side, (x + 1) * side, (y + 1) * side)
        for y in range(rows)
        for x in range(columns)
    ]
    return gpd.GeoDataFrame(geometry=cells, crs=3035)


# --- neighbours ----------------------------------------------------------------------------------


def test_areas_that_share_a_corner_are_neighbours_as_in_pysal() -> None:
    cells = grid(4, 5)
    theirs = libpysal.weights.Queen.from_dataframe(cells, use_index=False).sparse.toarray()
    assert bordering(cells).toarray().tolist() == theirs.tolist()


def test_a_border_drawn_twice_may_miss_itself_by_a_hand() -> None:
    cells = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10), box(10.5, 0, 20, 10)], crs=3035)
    assert bordering(cells).toarray().tolist() == [[0, 1], [1, 0]]
    cells = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10), box(11.5, 0, 20, 10)], crs=3035)
    assert bordering(cells).nnz == 0


def test_neighbours_by_distance_count_the_end_and_never_themselves() -> None:
    cells = grid(1, 4)
    assert within(cells, max_m=100).toarray().tolist() == [
        *([0, 1, 0, 0], [1, 0, 1, 0]),
        *([0, 1, 0, 1], [0, 0, 1, 0]),
    ]
    assert within(cells, max_m=99).nnz == 0


@pytest.mark.parametrize("crs", [None, 4326], ids=["no crs", "degrees"])
def test_degrees_are_no_distance(crs: int | None) -> None:
    cells = grid(2, 2).set_crs(crs, allow_override=True)
    with pytest.raises(CRSError):
        bordering(cells)
    with pytest.raises(CRSError):
        within(cells, max_m=100)


def test_a_distance_must_be_positive() -> None:
    for metres in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="positive number of metres"):
            within(grid(2, 2), max_m=metres)


# --- the statistics ------------------------------------------------------------------------------


def test_a_row_of_five_worked_out_by_hand() -> None:
    # 9 6 3 0 0: mean 3.6, variance (29.16 + 5.76 + 0.36 + 12.96 + 12.96) / 5 = 12.24
    row = csr_array(np.diag([1.0] * 4, 1) + np.diag([1.0] * 4, -1))
    values = [9.0, 6.0, 3.0, 0.0, 0.0]
    s = math.sqrt(12.24)
    two = s * math.sqrt(2 * 3 / 4)  # k = 2 at the ends, with themselves
    three = s * math.sqrt(3 * 2 / 4)
    z = [7.8 / two, 7.2 / three, -1.8 / three, -7.8 / three, -7.2 / two]
    assert getis_ord(values, row).statistic == pytest.approx(z, abs=1e-12)
    # local Moran: (n - 1) / sum of squares = 4 / 61.2; own deviation x mean deviation around
    own = [5.4, 2.4, -0.6, -3.6, -3.6]
    around = [2.4, (5.4 - 0.6) / 2, (2.4 - 3.6) / 2, (-0.6 - 3.6) / 2, -3.6]
    moran = [4 / 61.2 * one * other for one, other in zip(own, around, strict=True)]
    assert local_moran(values, row).statistic == pytest.approx(moran, abs=1e-12)


graphs = st.integers(6, 30).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(0, 50), min_size=count, max_size=count).filter(
            lambda values: len(set(values)) > 1
        ),
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=2 * count
        ),
    )
)


@settings(max_examples=examples(40), deadline=None)
@given(graphs)
@example(([0, 0, 0, 0, 0, 1], [(0, 2), (0, 3), (0, 4)]))
def test_both_statistics_equal_pysal(made: tuple[list[int], list[tuple[int, int]]]) -> None:
    values, extra = np.array(made[0], dtype=np.float64), made[1]
    weights = ring(len(values), extra)
    theirs = pysal(weights)
    ours = getis_ord(values, weights)
    whole = np.diff(weights.indptr) == len(values) - 1  # next to all others: no variance
    with np.errstate(invalid="ignore", divide="ignore"):  # theirs divides by that variance
        z = esda.G_Local(values, theirs, transform="B", star=True, permutations=0).Zs
    assert ours.statistic[~whole] == pytest.approx(z[~whole], abs=1e-9)
    moran = esda.Moran_Local(values, pysal(weights), permutations=0)
    assert local_moran(values, weights, permutations=1).statistic == pytest.approx(
        moran.Is, abs=1e-9
    )


def test_p_of_permutations_agrees_with_pysal_within_what_dealing_anew_differs_by() -> None:
    rng = np.random.default_rng(3)
    cells = grid(8, 9)
    weights = bordering(cells)
    values = rng.gamma(1.0, 20.0, len(cells)).round()
    ours = local_moran(values, weights, permutations=4999).p / 2
    with pytest.warns(DeprecationWarning, match="alternative"):  # theirs is one-sided as yet
        theirs = esda.Moran_Local(values, pysal(weights), permutations=4999, seed=1).p_sim
    error = np.sqrt(theirs * (1 - theirs) * 2 / 4999)
    assert (np.abs(ours - theirs) <= 4.5 * error + 2 / 5000).all()


def test_p_of_permutations_is_the_share_of_all_deals() -> None:
    values = np.array([7.0, 5.0, 5.0, 1.0, 0.0, 2.0])
    weights = ring(6, [(0, 3)])
    found = local_moran(values, weights, permutations=20_000).p
    for at in range(6):
        others = np.delete(values, at)
        around = weights.toarray()[at] > 0
        seen = values[around].sum()
        sums = [sum(deal) for deal in itertools.combinations(others, int(around.sum()))]
        more = np.mean([one >= seen for one in sums])
        less = np.mean([one <= seen for one in sums])
        assert found[at] == pytest.approx(min(2 * min(more, less), 1), abs=0.02)


def test_the_same_seed_gives_the_same_p() -> None:
    values, weights = np.arange(20.0), ring(20, [])
    first = local_moran(values, weights, permutations=99)
    again = local_moran(values, weights, permutations=99)
    assert first.p.tolist() == again.p.tolist()
    other = local_moran(values, weights, permutations=99, seed=1)
    assert other.p.tolist() != first.p.tolist()


@settings(max_examples=examples(30), deadline=None)
@given(graphs, st.floats(0.1, 9), st.floats(-9, 9))
def test_neither_scale_nor_origin_matters(
    made: tuple[list[int], list[tuple[int, int]]], scale: float, shift: float
) -> None:
    values, weights = np.array(made[0], dtype=np.float64), ring(len(made[0]), made[1])
    for statistic in (getis_ord, local_moran):
        first = statistic(values, weights)
        moved = statistic(values * scale + shift, weights)
        assert moved.statistic == pytest.approx(first.statistic, abs=1e-6, nan_ok=True)
        assert moved.p == pytest.approx(first.p, abs=1e-6, nan_ok=True)


@settings(max_examples=examples(30), deadline=None)
@given(graphs, st.randoms())
def test_the_order_of_areas_does_not_matter_to_the_statistics(
    made: tuple[list[int], list[tuple[int, int]]], random: Any
) -> None:
    values, weights = np.array(made[0], dtype=np.float64), ring(len(made[0]), made[1])
    order = list(range(len(values)))
    random.shuffle(order)
    turned = csr_array(weights.toarray()[np.ix_(order, order)])
    for first, other in (
        (getis_ord(values, weights), getis_ord(values[order], turned)),
        (
            local_moran(values, weights, permutations=1),
            local_moran(values[order], turned, permutations=1),
        ),
    ):
        assert other.statistic == pytest.approx(first.statistic[order], abs=1e-9, nan_ok=True)


# --- where there is nothing to say ---------------------------------------------------------------


def test_an_island_has_no_statistic_and_the_others_have() -> None:
    table = ring(5, []).toarray()
    alone = np.zeros((6, 6))
    alone[:5, :5] = table
    for statistic in (getis_ord, local_moran):
        found = statistic([1, 2, 3, 4, 5, 6], csr_array(alone))
        assert np.isnan(found.statistic).tolist() == [False] * 5 + [True]
        assert np.isnan(found.p).tolist() == [False] * 5 + [True]


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1])
def test_values_that_are_all_the_same_have_no_clusters(value: float) -> None:
    for statistic in (getis_ord, local_moran):
        found = statistic([value] * 9, ring(9, []))
        assert np.isnan(found.statistic).all()
        assert np.isnan(found.p).all()


def test_who_borders_on_all_others_has_no_gi_star() -> None:
    everybody = csr_array(np.ones((4, 4)) - np.eye(4))
    assert np.isnan(getis_ord([1, 2, 3, 9], everybody).p).all()


def test_what_is_unknown_must_be_left_out_before() -> None:
    for bad in ([1.0, math.nan, 3.0], [1.0, math.inf, 3.0], []):
        with pytest.raises(ValueError, match="finite"):
            getis_ord(bad, ring(3, []))


def test_weights_that_are_no_neighbours_are_refused() -> None:
    with pytest.raises(ValueError, match="diagonal"):
        getis_ord([1, 2, 3], csr_array(np.eye(3)))
    with pytest.raises(ValueError, match="n by n"):
        getis_ord([1, 2, 3, 4], ring(3, []))
    with pytest.raises(ValueError, match="1 for neighbours"):
        getis_ord([1, 2, 3], csr_array(ring(3, []).toarray() * 0.5))
    with pytest.raises(ValueError, match="at least 1"):
        local_moran([1, 2, 3], ring(3, []), permutations=0)


# --- many tests at once --------------------------------------------------------------------------


def test_the_correction_is_the_one_of_benjamini_and_hochberg() -> None:
    # their fifteen p-values (1995, section 4.1): four are named at 0.05, three by Bonferroni
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (corrected(p, correction="fdr") <= 0.05).sum() == 4
    assert (corrected(p, correction="bonferroni") <= 0.05).sum() == 3
    assert (corrected(p, correction="none") <= 0.05).sum() == 9


def test_the_correction_equals_the_threshold_of_pysal() -> None:
    p = np.random.default_rng(0).uniform(0, 0.2, 50) ** 2
    named = corrected(p, correction="fdr") <= 0.05
    assert named.tolist() == (p <= esda.fdr(p, 0.05)).tolist()


def test_areas_not_tested_count_for_none() -> None:
    known, gap = [0.01, 0.03, 0.04], [math.nan]
    for correction in ("fdr", "bonferroni", "none"):
        alone = corrected(known, correction=correction)
        found = corrected(known + gap * 9, correction=correction)
        assert found[:3].tolist() == alone.tolist()
        assert np.isnan(found[3:]).all()
    assert np.isnan(corrected(gap * 2, correction="fdr")).all()


def test_an_unknown_correction_is_refused() -> None:
    with pytest.raises(ValueError, match="correction must be one of"):
        corrected([0.1], correction="holm")


def test_numbers_dealt_by_chance_have_clusters_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(11)
    weights = bordering(grid(10, 10))
    named = []
    for _ in range(200):
        p = getis_ord(rng.normal(100, 10, 100), weights).p
        named.append((corrected(p, correction="fdr") <= 0.05).any())
    assert np.mean(named) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
