"""Two local statistics of numbers on areas, their neighbours, and p-values for many at once.

Getis and Ord's Gi* with its normal approximation, and Anselin's local Moran with permutations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.spatial import KDTree
from scipy.special import ndtr
from scipy.stats import false_discovery_control

from layers.space import require_metres
from layers.streets import Floats
from mapping.homes import valid
from mapping.offers import Flags

CORRECTIONS: Final = ("fdr", "bonferroni", "none")
PERMUTATIONS: Final = 9_999  # with 999 no p of hundreds of areas survives its correction
SEED: Final = 20261122
_SLACK_M: Final = 1.0  # borders drawn twice rarely meet to the millimetre
_AT_ONCE: Final = 4_000_000  # numbers drawn at once: 32 MB


@dataclass(frozen=True, eq=False)
class Local:
    """One local statistic of n values.

    Attributes
    ----------
    statistic
        (n,) z of Gi*, or the local Moran I; NaN where it is undefined.
    p
        (n,) two-sided; NaN where undefined.
    above, around_above
        (n,) whether the area, and its neighbourhood, lie above the mean.
    """

    statistic: Floats
    p: Floats
    above: Flags
    around_above: Flags


def bordering(areas: gpd.GeoDataFrame) -> csr_array:
    """Make neighbours of areas that share a border or a corner (queen).

    Parameters
    ----------
    areas
        n polygons in metres; a metre between two borders still counts as shared.

    Returns
    -------
    weights
        (n, n) with 1 for neighbours; nothing on the diagonal.

    Raises
    ------
    CRSError
        If the CRS is missing or in degrees.
    """
    require_metres(areas=areas)
    shapes = valid(areas.geometry.to_numpy())
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_SLACK_M)
    return _neighbours(one[one != other], other[one != other], len(shapes))


def within(areas: gpd.GeoDataFrame, *, max_m: float) -> csr_array:
    """Make neighbours of areas whose centroids lie within a distance, ends included.

    Parameters
    ----------
    areas
        n polygons in metres.
    max_m
        Metres; > 0.

    Returns
    -------
    weights
        As of :func:`bordering`.

    Raises
    ------
    CRSError, ValueError
        If the CRS is missing or in degrees; if the distance is not positive.
    """
    require_metres(areas=areas)
    if not max_m > 0:  # written so that NaN is refused too
        raise ValueError(f"max_m must be a positive number of metres, got {max_m!r}")
    xy = shapely.get_coordinates(shapely.centroid(areas.geometry.to_numpy()))
    pairs = KDTree(xy).query_pairs(max_m, output_type="ndarray")
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    return _neighbours(one, other, len(xy))


def _neighbours(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], count: int) -> csr_array:
    return csr_array((np.ones(len(one)), (one, other)), shape=(count, count))


def getis_ord(values: npt.ArrayLike, weights: csr_array) -> Local:
    """Give z of Gi* for every area: the sum over it and its neighbours against chance.

    Parameters
    ----------
    values
        (n,) finite numbers.
    weights
        (n, n) with 1 for neighbours, from :func:`bordering` or :func:`within`.

    Returns
    -------
    local
        ``statistic`` is z; undefined for an area without neighbours, for one whose neighbours are
        all the others, and everywhere if all values are the same.

    Notes
    -----
    Ord and Getis (1995) with binary weights, the area itself among its k neighbours:
    z = (sum of the k values - k mean) / (s sqrt(k (n - k) / (n - 1))), s the standard deviation of
    all n values with n in the divisor. The normal approximation is poor where k is small and a few
    areas hold most of the people; :func:`local_moran` assumes no shape.

    Examples
    --------
    >>> row = csr_array(np.diag([1, 1, 1, 1], 1) + np.diag([1, 1, 1, 1], -1))
    >>> getis_ord([9, 6, 3, 0, 0], row).statistic.round(4).tolist()
    [1.8204, 1.6803, -0.4201, -1.8204, -1.6803]
    """
    x, neighbours = _checked(values, weights)
    count = len(x)
    members = np.diff(neighbours.indptr)
    size = members + 1.0
    total = neighbours @ x + x
    spread = x.std() * np.sqrt(np.clip(size * (count - size), 0, None) / max(count - 1, 1))
    defined = (members > 0) & (spread > 0) & differ(x)
    z = np.full(count, np.nan)
    z[defined] = (total - size * x.mean())[defined] / spread[defined]
    p = 2 * ndtr(-np.abs(z))
    return Local(z, p, x > x.mean(), total > size * x.mean())


def local_moran(
    values: npt.ArrayLike,
    weights: csr_array,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Local:
    """Give the local Moran I for every area: how far it is like its neighbours.

    Parameters
    ----------
    values, weights
        As for :func:`getis_ord`.
    permutations
        How often the values of all other areas are dealt out anew; >= 1. No p can be smaller
        than 2 / (permutations + 1).
    seed
        The same seed gives the same p.

    Returns
    -------
    local
        ``statistic`` is I; undefined where :func:`getis_ord` is, but for areas that border on all
        the others.

    Notes
    -----
    Anselin (1995), neighbours weighted alike and to a sum of 1; I = (n - 1) z lag(z) / sum z^2.
    Conditional permutation: the area keeps its value, and k of the other n - 1 take the places of
    its k neighbours. One shuffle of all areas serves them all: the first k of it, with the area
    itself skipped, are k of the others, each set as likely as any. p is two-sided: twice the
    smaller tail, ties counted in both.
    """
    x, neighbours = _checked(values, weights)
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations!r}")
    count, members = len(x), np.diff(neighbours.indptr)
    defined = (members > 0) & differ(x)
    statistic, p = np.full(count, np.nan), np.full(count, np.nan)
    z = (x - x.mean()) / (x.std() or 1.0)
    total = neighbours @ z
    if defined.any():
        size = members[defined]
        statistic[defined] = (count - 1) * z[defined] * total[defined] / size / (z * z).sum()
        more, less = _tails(z, np.flatnonzero(defined), size, total[defined], permutations, seed)
        p[defined] = np.minimum(2 * (np.minimum(more, less) + 1) / (permutations + 1), 1.0)
    return Local(statistic, p, z > 0, total > 0)


def _tails(
    z: Floats,
    mine: npt.NDArray[np.int64],
    size: npt.NDArray[np.int64],
    total: Floats,
    permutations: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Count how often the shuffled neighbours sum to at least, and to at most, what they do."""
    rng, count = np.random.default_rng(seed), len(z)
    more, less = np.zeros(len(mine)), np.zeros(len(mine))
    # sums in another order differ in their last digits; a tie must stay one
    slack = 1e-9 * max(float(np.abs(z).sum()), 1.0)
    left = permutations
    while left:
        draws = min(left, max(_AT_ONCE // count, 1))
        left -= draws
        order = rng.permuted(np.tile(np.arange(count, dtype=np.int32), (draws, 1)), axis=1)
        place = np.empty_like(order)
        np.put_along_axis(place, order, np.arange(count, dtype=np.int32)[None], axis=1)
        sums = np.zeros((draws, count + 1))
        np.cumsum(z[order], axis=1, out=sums[:, 1:])
        inside = place[:, mine] < size  # the area is among the first k: it is skipped
        dealt = np.where(inside, sums[:, size + 1] - z[mine], sums[:, size])
        more += (dealt >= total - slack).sum(axis=0)
        less += (dealt <= total + slack).sum(axis=0)
    return more, less


def corrected(p: npt.ArrayLike, *, correction: str) -> Floats:
    """Correct p-values for how many there are; NaN stays NaN and counts for none.

    Parameters
    ----------
    p
        (n,) from 0 to 1, or NaN.
    correction
        ``fdr``: of the areas named, so many at most are expected to be named wrongly (Benjamini
        and Hochberg 1995; it holds for tests that go together positively, as neighbours do).
        ``bonferroni``: it is as unlikely that any is. ``none``.

    Examples
    --------
    >>> corrected([0.01, 0.04, np.nan, 0.03], correction="fdr").round(3).tolist()
    [0.03, 0.04, nan, 0.04]
    >>> corrected([0.01, 0.5], correction="bonferroni").tolist()
    [0.02, 1.0]
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"correction must be one of {CORRECTIONS}, got {correction!r}")
    found = np.array(p, dtype=np.float64)
    tested = ~np.isnan(found)
    if correction == "fdr" and tested.any():
        found[tested] = false_discovery_control(found[tested], method="bh")
    elif correction == "bonferroni":
        found[tested] = np.minimum(found[tested] * tested.sum(), 1.0)
    return found


def differ(values: Floats) -> bool:
    """Tell whether the values differ by more than the last digits of a sum."""
    return bool(np.ptp(values) > 1e-12 * max(float(np.abs(values).max(initial=0)), 1e-300))


def _checked(values: npt.ArrayLike, weights: csr_array) -> tuple[Floats, csr_array]:
    x = np.asarray(values, dtype=np.float64).reshape(-1)
    if not len(x) or not np.isfinite(x).all():
        raise ValueError("values must be finite numbers, at least one: leave the others out first")
    neighbours = weights.tocsr().astype(np.float64)
    if neighbours.shape != (len(x), len(x)) or neighbours.diagonal().any():
        raise ValueError("weights must be n by n with nothing on the diagonal")
    if not np.isin(neighbours.data, 1.0).all():
        raise ValueError("weights must be 1 for neighbours and nothing else")
    return x, neighbours
