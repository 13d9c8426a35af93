"""Who reaches what on foot: minutes along the streets, access scores, and shares of surface."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csc_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from layers.space import require_metres
from layers.streets import Floats, Numbers, Streets, runs

WALK_KMH: Final = 4.8
# A walk of exactly the limit counts, also where its sum of streets is off in the last digits: this
# share of the limit is a micrometre or so.
ROUNDING: Final = 1e-9

_BLOCK: Final = 2_000_000  # distances held at once: 16 MB
_PAYS: Final = 10_000_000  # multiplications; fewer take less than starting a thread is worth
_PIECE: Final = 16_384  # walks weighed at once
_TILE: Final = 2.0  # side of a tile by reach; 0.5 took twice as long, 3 no less


def minutes_between(  # noqa: PLR0913 - a walk depends on this many things
    streets: Streets,
    origins: npt.ArrayLike,
    destinations: npt.ArrayLike,
    *,
    max_min: float,
    speed_kmh: float = WALK_KMH,
    edge_factor: npt.ArrayLike | None = None,
    search_from: str | None = None,
) -> csr_array:
    """Find all pairs that lie within a walk along the streets, and their minutes.

    Parameters
    ----------
    streets
        Walked both ways. Of parallel streets the shortest counts, after ``edge_factor``.
    origins, destinations
        n and m node numbers; repeats are allowed, and either may be empty.
    max_min
        The longest walk in minutes, ends included; finite and >= 0.
    speed_kmh
        How fast she walks; > 0.
    edge_factor
        (e,) by how much longer each street counts; >= 0. ``inf`` closes a street, and 0 makes it
        free.
    search_from
        ``origins`` or ``destinations``; the fewer of them where not given. The last digit of a sum
        depends on it, so whoever cuts a question into parts says it for all of them.

    Returns
    -------
    minutes
        (n, m), an entry where the walk is within ``max_min``. A walk of no length is a stored 0,
        which sums and comparisons of sparse arrays drop: use ``.data``.

    Raises
    ------
    ValueError
        If a node is not there, or a number is negative, NaN or otherwise out of its range.

    Notes
    -----
    Dijkstra's search (1959) from whichever side has fewer nodes, in tiles: no walk within the
    limit leaves the tile by more than its reach, so the streets around it are enough. Walks longer
    than the limit by less than one part in 10^9 count as the limit, so that a sum's last digit
    does not decide.

    Examples
    --------
    >>> row = Streets(xy=[[0, 0], [400, 0], [1600, 0]], u=[0, 1], v=[1, 2], metres=[400, 1200])
    >>> walks = minutes_between(row, [0, 1, 2], [0], max_min=15)
    >>> walks.indptr.tolist(), walks.indices.tolist(), walks.data.tolist()
    ([0, 1, 2, 2], [0, 0], [0.0, 5.0])
    """
    per_min = _metres_per_minute(speed_kmh)
    limit_m = _positive("max_min", max_min, zero=True) * per_min * (1 + ROUNDING)
    weights = _weights(streets, edge_factor)
    starts = _Repeats(_nodes(origins, "origins", streets))
    ends = _Repeats(_nodes(destinations, "destinations", streets))
    fewer = "destinations" if len(ends.nodes) <= len(starts.nodes) else "origins"
    if (search_from or fewer) == "destinations":
        end, start, metres = _walks(streets, ends.nodes, starts.nodes, weights, limit_m)
    else:
        start, end, metres = _walks(streets, starts.nodes, ends.nodes, weights, limit_m)
    minutes = np.minimum(metres / per_min, max_min)
    row, pair = starts.spread(start)
    column, again = ends.spread(end[pair])
    row, minutes = row[again], minutes[pair][again]
    return csr_array((minutes, (row, column)), shape=(starts.count, ends.count))


def straight_minutes(
    origins_xy: npt.ArrayLike,
    destinations_xy: npt.ArrayLike,
    *,
    max_min: float,
    speed_kmh: float = WALK_KMH,
) -> csr_array:
    """Find all pairs within a walk as the crow flies, where no streets are known.

    As :func:`minutes_between`, but from points, and an answer that is too good: real walks are
    longer, by a quarter or so in a grid of streets, and by far more at a river.

    Parameters
    ----------
    origins_xy, destinations_xy
        (n, 2) and (m, 2) metres of one coordinate system; either may be empty.
    max_min, speed_kmh
        As in :func:`minutes_between`.

    Returns
    -------
    minutes
        (n, m), as of :func:`minutes_between`.

    Raises
    ------
    ValueError
        If a point is not finite or a number out of its range.

    Examples
    --------
    >>> straight_minutes([[0, 0], [0, 9000]], [[0, 400]], max_min=15).toarray().tolist()
    [[5.0], [0.0]]
    """
    per_min = _metres_per_minute(speed_kmh)
    limit_m = _positive("max_min", max_min, zero=True) * per_min * (1 + ROUNDING)
    starts = _points(origins_xy, "origins_xy")
    ends = _points(destinations_xy, "destinations_xy")
    if not (len(starts) and len(ends)):
        return csr_array((len(starts), len(ends)), dtype=np.float64)
    near = KDTree(starts).sparse_distance_matrix(KDTree(ends), limit_m, output_type="ndarray")
    minutes = np.minimum(near["v"] / per_min, max_min)
    return csr_array((minutes, (near["i"], near["j"])), shape=(len(starts), len(ends)))


def e2sfca(
    minutes: csr_array | csc_array | coo_array,
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    *,
    weight: Callable[[Floats], Floats],
) -> Floats:
    """Score every origin by the supply in its reach, shared with all who reach it too.

    Parameters
    ----------
    minutes
        (n, m) sparse (CSR, CSC or COO), as of :func:`minutes_between`: a stored 0 is next door,
        and what is not stored is out of reach. A pair that is listed twice counts twice.
    demand
        (n,) people; >= 0.
    supply
        (m,) places, or (m, h) with one column a time slot (0 while closed); >= 0.
    weight
        Minutes -> how much such a walk counts, from 0 to 1; gets and gives an array, each number
        for itself (it is called on pieces).

    Returns
    -------
    score
        (n,) or (n, h) places a person. 0 where nothing is in reach; a service that nobody with
        any weight reaches gives nobody anything.

    Raises
    ------
    TypeError
        If ``minutes`` is dense: a 0 there cannot say whether it is next door or out of reach.
    ValueError
        If shapes do not fit, or a number is negative, NaN or out of its range.

    Notes
    -----
    The enhanced two-step floating catchment area of Luo and Qi (2009), with any weight.

    Examples
    --------
    >>> walk = csr_array(([0.0, 10.0], ([0, 1], [0, 0])), shape=(3, 1))
    >>> e2sfca(walk, [100, 100, 50], [15], weight=lambda m: np.where(m > 5, 0.5, 1)).tolist()
    [0.1, 0.05, 0.0]
    """
    if getattr(minutes, "format", None) not in {"csr", "csc", "coo"}:
        raise TypeError(
            "minutes must be sparse (CSR, CSC or COO): "
            "a dense 0 does not say whether it is out of reach"
        )
    n, m = minutes.shape
    people = _amounts("demand", demand)
    places = _amounts("supply", supply)
    if people.shape != (n,) or places.ndim not in {1, 2} or len(places) != m:
        raise ValueError(
            f"minutes {minutes.shape} need demand ({n},) and supply ({m},) or ({m}, h), "
            f"got {people.shape} and {places.shape}"
        )
    share = _with_data(minutes, _weighed(minutes.data, weight))
    weighted = share.T @ people
    # Demand too small to divide by is nobody's, else its share would be infinite.
    served = weighted >= np.finfo(np.float64).tiny
    each = np.zeros(m)
    np.divide(1.0, weighted, out=each, where=served)
    if places.ndim == 1:
        score: Floats = share @ (places * each)
        return score
    # Rows of slots lie together in memory, so that one pass over the pairs serves all of them.
    return _product(share.tocsr(), np.ascontiguousarray(places * each[:, None]))


def surface_share(
    areas: gpd.GeoDataFrame | gpd.GeoSeries,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    radius_m: float,
    holes: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
) -> Floats:
    """Say which share of each area's inhabited surface has a point within ``radius_m``.

    For areas larger than a walk, whose people are not all at the centre.

    Parameters
    ----------
    areas
        n polygons, projected CRS in metres.
    points
        m places, same CRS; m may be 0.
    radius_m
        Straight distance in metres; > 0.
    holes
        Water, green, whatever nobody lives on; same CRS. Where it leaves nothing of an area, the
        map of holes is not believed and the whole surface counts.

    Returns
    -------
    share
        (n,) from 0 to 1 in the order of ``areas``; NaN for an area without any surface.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same.
    ValueError
        If ``radius_m`` is not positive.

    Notes
    -----
    Circles have 128 corners, which is 0.04 % of surface less than a circle has; only those that
    touch an area are joined for it.

    Examples
    --------
    >>> block = gpd.GeoSeries([shapely.box(0, 0, 100, 100)], crs=3035)
    >>> corner = gpd.GeoSeries([shapely.Point(0, 0)], crs=3035)
    >>> surface_share(block, corner, radius_m=100).round(2).tolist()
    [0.79]
    """
    named = {"areas": areas, "points": points} | ({} if holes is None else {"holes": holes})
    require_metres(**named)
    radius_m = _positive("radius_m", radius_m)
    lived_in = _surfaces(areas)
    if holes is not None:
        lived_in = _without(lived_in, _surfaces(holes))
    whole = shapely.area(lived_in)
    share = np.where(whole > 0, 0.0, np.nan)
    spots = points.geometry.to_numpy()
    spots = spots[~(shapely.is_missing(spots) | shapely.is_empty(spots))]
    near, spot = shapely.STRtree(spots).query(lived_in, predicate="dwithin", distance=radius_m)
    circles = shapely.buffer(spots, radius_m, quad_segs=32)
    for area, of in _groups(near):
        if whole[area] > 0:
            reached = shapely.intersection(lived_in[area], shapely.union_all(circles[spot[of]]))
            share[area] = min(shapely.area(reached) / whole[area], 1.0)
    return share


def _weighed(minutes: Floats, weight: Callable[[Floats], Floats]) -> Floats:
    """Weigh all walks, a piece at a time: a piece and what is made of it stay in the cache."""
    counts = np.empty(len(minutes))
    for at in range(0, len(minutes), _PIECE):
        piece = minutes[at : at + _PIECE]
        made = np.asarray(weight(piece), dtype=np.float64)
        if made.shape != piece.shape:
            raise ValueError(f"weight made {made.shape} of {piece.shape}")
        if not (made.min() >= 0 and made.max() <= 1):  # refuses NaN too
            raise ValueError("weight must give numbers from 0 to 1")
        counts[at : at + _PIECE] = made
    return counts


def _with_data(
    sparse: csr_array | csc_array | coo_array, data: Floats
) -> csr_array | csc_array | coo_array:
    """Put other numbers at the same places, stored zeros too."""
    if sparse.format == "coo":
        return coo_array((data, sparse.coords), shape=sparse.shape)
    kind = csr_array if sparse.format == "csr" else csc_array
    return kind((data, sparse.indices, sparse.indptr), shape=sparse.shape)


def _product(rows: csr_array, columns: Floats) -> Floats:
    """Multiply, with two threads where it pays: scipy lets go of the interpreter meanwhile.

    Each row is summed in the same order as by one thread, so the last digit is the same too.
    """
    if rows.nnz * columns.shape[1] < _PAYS:
        whole: Floats = rows @ columns
        return whole
    middle = int(np.searchsorted(rows.indptr, rows.nnz // 2))
    cuts = [slice(0, middle), slice(middle, rows.shape[0])]
    with ThreadPoolExecutor(2) as threads:
        halves = threads.map(lambda cut: _rows(rows, cut) @ columns, cuts)
        return np.concatenate(list(halves))


def _rows(sparse: csr_array, cut: slice) -> csr_array:
    """Look at some rows; slicing would copy them, which takes as long as multiplying one slot."""
    indptr = sparse.indptr[cut.start : cut.stop + 1]
    inside = slice(indptr[0], indptr[-1])
    parts = (sparse.data[inside], sparse.indices[inside], indptr - indptr[0])
    return csr_array(parts, shape=(len(indptr) - 1, sparse.shape[1]))


class _Repeats:
    """Node numbers with repeats: each is searched once and answered as often as it was asked."""

    def __init__(self, asked: Numbers) -> None:
        self.count = len(asked)
        self.nodes, which, self._times = np.unique(asked, return_inverse=True, return_counts=True)
        self._asked = np.argsort(which, kind="stable")
        self._first = np.cumsum(self._times) - self._times

    def spread(self, found: Numbers) -> tuple[Numbers, Numbers]:
        """Give for every number in ``nodes`` all positions asked, and which number each is of."""
        times = self._times[found]
        first = self._first[found]
        return self._asked[runs(first, first + times)], np.repeat(np.arange(len(found)), times)


def _walks(
    streets: Streets, sources: Numbers, targets: Numbers, weights: Floats, limit_m: float
) -> tuple[Numbers, Numbers, Floats]:
    """Search from unique sources to unique targets: positions in both, and metres."""
    none = np.empty(0, np.int64)
    found: list[tuple[Numbers, Numbers, Floats]] = [(none, none, np.empty(0))]
    if not (sources.size and targets.size):
        return found[0]
    links = streets.links
    costs = links.costs(weights)
    reach_m = leads_m(links.straight, weights, limit_m)
    target_at = np.full(len(links.place), -1, np.int64)
    target_at[links.place[targets]] = np.arange(len(targets))
    local = np.full(len(links.place), -1, np.int32)
    places = links.place[sources].astype(np.int64)
    for tile in _tiles(links.xy[places], max(_TILE * reach_m, 10.0)):
        xy = links.xy[places[tile]]
        window = links.window(xy.min(axis=0) - reach_m, xy.max(axis=0) + reach_m)
        columns = np.flatnonzero(target_at[window] >= 0)
        if not columns.size:
            continue
        local[window] = np.arange(len(window), dtype=np.int32)
        begin, end = links.indptr[window], links.indptr[window + 1]
        entries = runs(begin, end)
        ends = local[links.indices[entries]]
        inside = ends >= 0
        kept = np.concatenate([[0], np.cumsum(inside)])
        indptr = kept[np.concatenate([[0], np.cumsum(end - begin)])]
        graph = csr_array(
            (costs[entries[inside]], ends[inside], indptr.astype(np.int32)),
            shape=(len(window), len(window)),
        )
        step = max(_BLOCK // len(window), 1)
        for at in range(0, len(tile), step):
            part = tile[at : at + step]
            metres = dijkstra(graph, indices=local[places[part]], limit=limit_m)[:, columns]
            row, column = np.nonzero(metres <= limit_m)
            to = target_at[window[columns[column]]]
            found.append((part[row], to, metres[row, column]))
        local[window] = -1
    source, target, metres = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return source, target, metres


def leads_m(straight: Floats, weights: Floats, limit_m: float) -> float:
    """How far as the crow flies a walk within the limit can lead; a little more than that.

    Usually the limit itself. Streets that cost less than their straight length (a free lift, a
    factor below 1) lead further: at most by the greatest ratio, and at most by all that they save
    together, for no shortest walk takes a street twice.
    """
    gain = np.clip(straight - weights, 0, None)
    quick = gain > 0
    if not quick.any():
        return limit_m * (1 + 1e-6) + 0.001
    with np.errstate(divide="ignore", over="ignore"):
        ratio = float((straight[quick] / weights[quick]).max())
    together = limit_m + float(gain.sum())
    reach_m = min(limit_m * ratio, together) if math.isfinite(ratio) else together
    return reach_m * (1 + 1e-6) + 0.001


def _tiles(xy: Floats, side: float) -> list[Numbers]:
    """Put points into square tiles; positions in ``xy``, tile by tile."""
    squares = np.floor((xy - xy.min(axis=0)) / side).astype(np.int64)
    tile = squares[:, 1] * (squares[:, 0].max() + 1) + squares[:, 0]
    return [members for _, members in _groups(tile)]


def _groups(keys: Numbers) -> list[tuple[int, Numbers]]:
    """List every key with the positions it stands at."""
    order = np.argsort(keys, kind="stable")
    names, first = np.unique(keys[order], return_index=True)
    return list(zip(names.tolist(), np.split(order, first[1:]), strict=False))


def _weights(streets: Streets, edge_factor: npt.ArrayLike | None) -> Floats:
    if edge_factor is None:
        return streets.metres
    factor = np.asarray(edge_factor, dtype=np.float64)
    if factor.shape != streets.metres.shape:
        raise ValueError(f"edge_factor must be {streets.metres.shape}, got {factor.shape}")
    if not (factor >= 0).all():  # written so that NaN is refused too
        raise ValueError("edge_factor must be >= 0 for every street; inf closes one")
    # A closed street of length 0 is closed, not 0 * inf.
    weights = np.full(len(factor), math.inf)
    with np.errstate(over="ignore"):
        np.multiply(streets.metres, factor, out=weights, where=np.isfinite(factor))
    return weights


def _nodes(numbers: npt.ArrayLike, name: str, streets: Streets) -> Numbers:
    nodes = np.asarray(numbers)
    if nodes.size == 0:
        return np.empty(0, np.int64)
    if nodes.ndim != 1 or not np.issubdtype(nodes.dtype, np.integer):
        raise ValueError(f"{name} must be one row of node numbers, got {nodes.dtype}{nodes.shape}")
    if nodes.min() < 0 or nodes.max() >= len(streets.xy):
        raise ValueError(f"{name} names a node that is not among the {len(streets.xy)}")
    return nodes.astype(np.int64)


def _points(xy: npt.ArrayLike, name: str) -> Floats:
    points = np.asarray(xy, dtype=np.float64)
    if points.size == 0:
        return np.empty((0, 2))
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(f"{name} must be (n, 2) finite metres, got the shape {points.shape}")
    return points


def _amounts(name: str, values: npt.ArrayLike) -> Floats:
    amounts = np.asarray(values, dtype=np.float64)
    if amounts.size and not (amounts.min() >= 0 and amounts.max() < math.inf):
        raise ValueError(f"{name} must be finite and not negative; what is unknown is not a number")
    return amounts


def _positive(name: str, value: float, *, zero: bool = False) -> float:
    if not (0 < value < math.inf or (zero and value == 0)):  # refuses NaN too
        raise ValueError(f"{name} must be a {'' if zero else 'positive '}finite number: {value!r}")
    return float(value)


def _metres_per_minute(speed_kmh: float) -> float:
    return _positive("speed_kmh", speed_kmh) * 1000 / 60


def _surfaces(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> npt.NDArray[np.object_]:
    shapes = np.array(frame.geometry.to_numpy(), dtype=object)
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    shapes[broken] = shapely.make_valid(shapes[broken])
    return shapes


def _without(
    areas: npt.NDArray[np.object_], holes: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    rest = areas.copy()
    holes = holes[~shapely.is_missing(holes)]
    near, hole = shapely.STRtree(holes).query(areas, predicate="intersects")
    for area, of in _groups(near):
        left = shapely.difference(areas[area], shapely.union_all(holes[hole[of]]))
        if shapely.area(left) > 0:
            rest[area] = left
    return rest
