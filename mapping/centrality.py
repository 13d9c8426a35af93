"""What a place in a graph amounts to, computed on the sparse matrix of its strengths.

Row from, column to, no loops; an undirected graph has each tie at both places. Formulas and
sources: ``docs/method-network.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import spsolve_triangular

from layers.importing.watch import Watch
from mapping.adjacency import Floats, Ints, Matrix, pairs_of

COMMUNITY_SEED = 0
LARGE = 1000  # actors
_SOURCES_AT_ONCE = 250
_ARCS_AT_ONCE = 4_000_000  # sources x arcs looked at together: about 100 MB
_SAME_LENGTH = 1e-11  # relative; 1/3 + 1/2 and 1/2 + 1/3 must not be two lengths


def degrees(arcs: Matrix, *, directed: bool) -> Ints:
    """Count ties: those that leave, and of a directed graph also those that arrive."""
    leaving = np.diff(arcs.indptr).astype(np.int64)
    if not directed:
        return leaving
    return leaving + np.bincount(arcs.indices, minlength=len(leaving)).astype(np.int64)


def betweenness(arcs: Matrix, watch: Watch | None = None) -> Floats:
    """Give normalised betweenness; an undirected graph comes with each tie in both directions.

    A large network is handed to igraph where that is installed: the same answer, sooner.
    """
    n = arcs.shape[0]
    total = np.zeros(n)
    if n < 3 or arcs.nnz == 0:
        return total
    lengths = arcs.copy()
    lengths.data = 1.0 / lengths.data
    tails = np.repeat(np.arange(n), np.diff(arcs.indptr))
    by_igraph = _igraph(lengths, tails) if n > LARGE and find_spec("igraph") else None
    at_once = _SOURCES_AT_ONCE if by_igraph else max(1, _ARCS_AT_ONCE // max(arcs.nnz, n))
    for first in range(0, n, at_once):
        if watch is not None:
            watch.tell("between", first, n)
        sources = np.arange(first, min(first + at_once, n))
        if by_igraph:
            total += by_igraph(sources)
        else:
            total += _dependencies(lengths, tails, sources).sum(axis=0)
    share: Floats = total / ((n - 1) * (n - 2))
    return share


def _igraph(lengths: Matrix, tails: Ints) -> Callable[[Ints], Floats]:
    """Let igraph give the sum of what :func:`_dependencies` gives."""
    ends = zip(tails.tolist(), lengths.indices.tolist(), strict=True)
    # By name at run time: it is an extra, and nothing else here needs it.
    graph: Any = import_module("igraph").Graph(n=lengths.shape[0], edges=list(ends), directed=True)

    def summed(sources: Ints) -> Floats:
        found = graph.betweenness(directed=True, weights=lengths.data, sources=sources.tolist())
        return np.array(found, dtype=np.float64)

    return summed


def dependencies(arcs: Matrix, sources: Ints) -> Floats:
    """Give what :func:`betweenness` sums, from some sources only: (sources, n), not normalised."""
    n = arcs.shape[0]
    lengths = arcs.copy()
    lengths.data = 1.0 / lengths.data
    tails = np.repeat(np.arange(n), np.diff(arcs.indptr))
    found = np.zeros((len(sources), n))
    at_once = max(1, _ARCS_AT_ONCE // max(arcs.nnz, n))
    for first in range(0, len(sources) if arcs.nnz else 0, at_once):
        part = slice(first, first + at_once)
        found[part] = _dependencies(lengths, tails, sources[part])
    return found


def _dependencies(
    lengths: Matrix,
    tails: Ints,
    sources: Ints,
) -> Floats:
    """Say how far reaching all others from some sources depends on each node (Brandes 2001).

    All sources share one sparse triangular system: unknown number (source, place of the node by
    its distance from that source). Shortest-path arcs lead only to later places.
    """
    n = lengths.shape[0]
    far = csgraph.dijkstra(lengths, indices=sources)
    order = np.argsort(far, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.broadcast_to(np.arange(n), order.shape), axis=1)
    start, end = far[:, tails], far[:, lengths.indices]
    with np.errstate(invalid="ignore"):  # inf - inf where neither end is reached
        shortest = (np.abs(start + lengths.data - end) <= _SAME_LENGTH * end) & (start < end)
    row, arc = np.nonzero(shortest)
    tail = row * n + place[row, tails[arc]]
    head = row * n + place[row, lengths.indices[arc]]
    size = len(sources) * n
    ones = np.ones(len(row))
    unit = sparse.eye_array(size, format="csr")
    onward = sparse.csr_array((ones, (head, tail)), shape=(size, size))
    first = np.zeros(size)
    first[np.arange(len(sources)) * n] = 1.0  # each source is the nearest to itself
    paths = spsolve_triangular(unit - onward, first, lower=True, unit_diagonal=True)
    reached = paths > 0
    per_path = np.divide(1.0, paths, out=np.zeros(size), where=reached)
    back = sparse.csr_array(onward.T)
    behind = spsolve_triangular(unit - back, back @ per_path, lower=False, unit_diagonal=True)
    depends = (behind * paths).reshape(len(sources), n)
    depends[:, 0] = 0.0  # a source does not stand between itself and others
    by_node = np.empty_like(depends)
    np.put_along_axis(by_node, order, depends, axis=1)
    return by_node


def structural_holes(
    both_ways: Matrix,
) -> tuple[Floats, Floats]:
    """Give Burt's constraint and effective size; NaN for actors without ties."""
    n = both_ways.shape[0]
    if n == 0:
        return np.zeros(0), np.zeros(0)
    sums = np.asarray(both_ways.sum(axis=1), dtype=np.float64)
    tied = sums > 0
    share = _scaled_rows(both_ways, sums)
    indirect = share @ share
    partner = both_ways.astype(bool).astype(float)
    constraint = partner.multiply((share + indirect).power(2)).sum(axis=1)
    largest: Floats = np.asarray(both_ways.max(axis=1).toarray(), dtype=np.float64).ravel()
    overlap = share @ _scaled_rows(both_ways, largest).T
    effective = partner.sum(axis=1) - partner.multiply(overlap).sum(axis=1)
    return np.where(tied, constraint, np.nan), np.where(tied, effective, np.nan)


def _scaled_rows(matrix: Matrix, divisor: Floats) -> Matrix:
    """Divide every row by its number; empty rows stay empty."""
    scale = np.divide(1.0, divisor, out=np.zeros(len(divisor)), where=divisor > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ matrix)


def _numbered(one: Ints, other: Ints, strength: Floats, n: int) -> nx.Graph[int]:
    """Make an undirected graph on the numbers 0..n-1.

    On numbers, because the order of a set of strings changes from one process to the next, and
    with it what a seeded search finds.
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(zip(one.tolist(), other.tolist(), strength.tolist(), strict=True))
    return graph


def communities(both_ways: Matrix) -> Ints:
    """Give the number of the group that Louvain's method puts each actor in; the largest is 0."""
    return communities_of(both_ways.shape[0], *pairs_of(both_ways))


def communities_of(n: int, one: Ints, other: Ints, strength: Floats) -> Ints:
    """Give the same for ``n`` actors and their tied pairs."""
    labels = np.zeros(n, dtype=np.int64)
    if n == 0:
        return labels
    graph = _numbered(one, other, strength, n)
    found = nx.community.louvain_communities(graph, weight="weight", seed=COMMUNITY_SEED)
    for label, group in enumerate(sorted(found, key=lambda group: (-len(group), min(group)))):
        labels[list(group)] = label
    return labels


def cores(both_ways: Matrix) -> Ints:
    """Give every node's k-core number."""
    n = both_ways.shape[0]
    cores = nx.core_number(_numbered(*pairs_of(both_ways), n))
    return np.array([cores[i] for i in range(n)], dtype=np.int64)
