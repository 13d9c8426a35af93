"""The streets of a city as a graph to walk: nodes in metres, edges with their lengths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyproj
from scipy.sparse import csr_array
from scipy.spatial import KDTree

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
AnyNumbers = npt.NDArray[np.signedinteger[Any]]

_Kind = TypeVar("_Kind", np.float64, np.int64)
_NODES_A_SQUARE: Final = 4  # fine enough to cut a window close, coarse enough to find it fast


@dataclass(frozen=True, eq=False)
class Streets:
    """Streets on foot, walked both ways.

    Parameters
    ----------
    xy
        (k, 2) nodes in metres.
    u, v
        (e,) node numbers: where each street begins and ends. Two streets may join the same nodes,
        and a node may have no street.
    metres
        (e,) lengths; >= 0.
    crs
        The metres' coordinate system, for whoever brings points to the streets.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, a number is not finite, a length is negative, or a
        street ends at a node that is not there.

    Notes
    -----
    The arrays are copied and locked, because what is computed from them is kept.

    Examples
    --------
    >>> Streets(xy=[[0, 0], [100, 0]], u=[0], v=[1], metres=[100]).metres.tolist()
    [100.0]
    """

    xy: Floats
    u: Numbers
    v: Numbers
    metres: Floats
    crs: pyproj.CRS | None = None

    def __post_init__(self) -> None:
        xy = _locked(self.xy, np.float64, "xy")
        if xy.size == 0:
            xy = xy.reshape(0, 2)
        if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():
            raise ValueError(f"xy must be (k, 2) finite metres, got the shape {xy.shape}")
        u, v = (_locked(ends, np.int64, name) for ends, name in ((self.u, "u"), (self.v, "v")))
        metres = _locked(self.metres, np.float64, "metres")
        if not (u.ndim == 1 and u.shape == v.shape == metres.shape):
            raise ValueError(
                f"u, v and metres must be of one length: {u.shape}, {v.shape}, {metres.shape}"
            )
        if not (np.isfinite(metres) & (metres >= 0)).all():
            raise ValueError("metres must be finite and not negative")
        for ends, name in ((u, "u"), (v, "v")):
            if ends.size and not (ends.min() >= 0 and ends.max() < len(xy)):
                raise ValueError(f"{name} names a node that is not among the {len(xy)} of xy")
        for name, value in (("xy", xy), ("u", u), ("v", v), ("metres", metres)):
            object.__setattr__(self, name, value)

    def nearest(self, points_xy: npt.ArrayLike) -> tuple[Numbers, Floats]:
        """Find for every point the nearest node that has a street.

        A node without any street is passed over: whoever was put there could walk nowhere, and
        would look unreached where only the map is unfinished.

        Parameters
        ----------
        points_xy
            (n, 2) metres, of the same coordinate system as the nodes.

        Returns
        -------
        nodes, metres
            (n,) node numbers and straight distances.

        Raises
        ------
        ValueError
            If a point is not finite, or there is no street at all.

        Examples
        --------
        >>> row = Streets(xy=[[0, 0], [100, 0], [60, 0]], u=[0], v=[1], metres=[100])
        >>> [found.tolist() for found in row.nearest([[70, 0]])]
        [[1], [30.0]]
        """
        points = np.asarray(points_xy, dtype=np.float64)
        if points.size == 0:
            return np.empty(0, np.int64), np.empty(0)
        if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
            raise ValueError(f"points must be (n, 2) finite metres, got the shape {points.shape}")
        nodes, tree = self._walkable
        if not nodes.size:
            raise ValueError("there are no streets to bring the points to")
        metres, found = tree.query(points)
        return nodes[found], np.asarray(metres)

    @cached_property
    def links(self) -> Links:
        """The same streets arranged for searching, made once."""
        return Links(self)

    @cached_property
    def _walkable(self) -> tuple[Numbers, KDTree]:
        nodes = np.unique(np.concatenate([self.u, self.v]))
        return nodes, KDTree(self.xy[nodes])


class Links:
    """Streets arranged for searching: neighbours lie near each other in memory.

    Nodes are put in rows of squares, from west to east and from south to north, so that the nodes
    around a place are a few runs of one array. *Place* is a node's number in that order. What a
    street costs is not kept here: it changes with the person and the hour, the arrangement does
    not.

    Attributes
    ----------
    place
        (k,) place of every node.
    xy
        (k, 2) metres by place.
    indptr, indices
        Rows of neighbours by place, as in a CSR array; each pair of neighbours once a direction.
    straight
        (e,) straight-line length of every street.
    """

    def __init__(self, streets: Streets) -> None:
        k = len(streets.xy)
        low = streets.xy.min(axis=0) if k else np.zeros(2)
        wide, high = np.ptp(streets.xy, axis=0) if k else np.zeros(2)
        self._low = low
        self._side = max(float(np.sqrt(wide * high * _NODES_A_SQUARE / max(k, 1))), 1.0)
        # All nodes in one line make an area of 0; the squares must not outnumber the nodes then.
        self._side = max(self._side, float(max(wide, high)) / max(k, 1))
        self._columns = int(wide // self._side) + 1
        self._rows = int(high // self._side) + 1
        column, row = self._squares(streets.xy)
        square = row * self._columns + column
        order = np.argsort(square, kind="stable")
        self._square = square[order]
        self.place = np.empty(k, np.int32)
        self.place[order] = np.arange(k, dtype=np.int32)
        self.xy = streets.xy[order]
        x, y = streets.xy[:, 0], streets.xy[:, 1]
        self.straight = np.sqrt(
            (x[streets.u] - x[streets.v]) ** 2 + (y[streets.u] - y[streets.v]) ** 2
        )

        # Both directions of every street that leads somewhere, sorted by (place, neighbour).
        number = np.flatnonzero(streets.u != streets.v).astype(np.int32)
        one, other = self.place[streets.u[number]], self.place[streets.v[number]]
        begins, ends = np.concatenate([one, other]), np.concatenate([other, one])
        by_end, _ = _sorted(ends, k)
        again, indptr = _sorted(begins[by_end], k)
        by_both = by_end[again]
        begins, ends = begins[by_both], ends[by_both]
        fresh = np.ones(len(begins), dtype=bool)
        fresh[1:] = (begins[1:] != begins[:-1]) | (ends[1:] != ends[:-1])
        self._street = np.concatenate([number, number])[by_both]
        self._first = np.flatnonzero(fresh)  # parallel streets follow each other
        self.indices = ends[self._first]
        if not fresh.all():
            indptr = np.searchsorted(self._first, indptr).astype(np.int32)
        self.indptr = indptr

    def costs(self, weights: Floats) -> Floats:
        """Give every entry of ``indices`` the least of the weights of its parallel streets."""
        if not self._first.size:
            return np.empty(0)
        least: Floats = np.minimum.reduceat(weights[self._street], self._first)
        return least

    def window(self, low: Floats, high: Floats) -> Numbers:
        """List the places of all nodes in a box, in order, and of some around it."""
        (west, east), (south, north) = self._squares(np.stack([low, high]))
        row = np.arange(south, north + 1) * self._columns
        begin = np.searchsorted(self._square, row + west)
        end = np.searchsorted(self._square, row + east, side="right")
        return runs(begin, end)

    def _squares(self, xy: Floats) -> tuple[Numbers, Numbers]:
        ends = np.array([self._columns - 1, self._rows - 1], dtype=np.float64)
        squares = np.clip(np.floor((xy - self._low) / self._side), 0, ends).astype(np.int64)
        return squares[:, 0], squares[:, 1]


def runs(begin: AnyNumbers, end: AnyNumbers) -> Numbers:
    """Write out runs of whole numbers, ends excluded, one after the other.

    Examples
    --------
    >>> runs(np.array([3, 8]), np.array([5, 9])).tolist()
    [3, 4, 8]
    """
    length = end - begin
    before = np.cumsum(length) - length
    return np.repeat(begin - before, length) + np.arange(int(length.sum()))


def _sorted(
    keys: npt.NDArray[np.int32], k: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Sort numbers below ``k``, stably: their order, and where each number begins in it.

    Turning a sparse array on its side counts its way through, which took a quarter of the time of
    a comparing sort on the two million ends of a large city's streets.
    """
    upright = np.arange(len(keys) + 1, dtype=np.int32)
    aside = csr_array((keys, keys, upright), shape=(len(keys), k)).tocsc()
    return aside.indices, aside.indptr


def _locked(values: npt.ArrayLike, kind: type[_Kind], name: str) -> npt.NDArray[_Kind]:
    given = np.asarray(values)
    if kind is np.int64 and given.size and not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers, got {given.dtype}")
    copy = np.array(given, dtype=kind, order="C")
    copy.setflags(write=False)
    return copy
