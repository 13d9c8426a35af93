"""A graph of actors as its sparse matrix, its list of tied pairs, or without its directions."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy import sparse

from layers.errors import LayerError

Node: TypeAlias = Hashable
Actors: TypeAlias = "nx.Graph[Any]"  # a DiGraph is one too
Matrix: TypeAlias = "sparse.csr_array[Any, Any]"
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]


def arcs_of(graph: Actors) -> Matrix:
    """Read the strengths into a matrix without loops, rows from, columns to, in graph order.

    Parameters
    ----------
    graph
        ``nx.Graph`` or ``nx.DiGraph``; edge attribute ``strength``, 1 where absent. A tie without
        direction is at both places.

    Raises
    ------
    ValueError
        If the graph is a multigraph: the kinds of ties must be summed first.
    LayerError
        ``tie_strength_not_positive`` if a strength is zero, negative, infinite or no number.
    """
    if graph.is_multigraph():
        raise ValueError(
            "measures needs one tie a pair: sum the kinds of ties first (see graph_of), "
            f"got a {type(graph).__name__}"
        )
    number = {node: i for i, node in enumerate(graph)}
    tails, heads, strengths = [], [], []
    for tail, head, strength in graph.edges(data="strength", default=1):
        if tail == head:
            continue
        if not _is_strength(strength):
            raise LayerError(
                "tie_strength_not_positive",
                source=str(tail),
                target=str(head),
                strength=str(strength),
            )
        tails.append(number[tail])
        heads.append(number[head])
        strengths.append(float(strength))
    if not graph.is_directed():
        tails, heads = tails + heads, heads + tails
        strengths = strengths * 2
    shape = (len(number), len(number))
    return sparse.csr_array((np.array(strengths, dtype=float), (tails, heads)), shape=shape)


def pairs_of(arcs: Matrix) -> tuple[Ints, Ints, Floats]:
    """List the tied pairs, whatever the direction: first, second (larger), strength both ways.

    Examples
    --------
    >>> one, other, strength = pairs_of(arcs_of(nx.DiGraph([("a", "b"), ("b", "a"), ("c", "b")])))
    >>> one.tolist(), other.tolist(), strength.tolist()
    ([0, 1], [1, 2], [2.0, 1.0])
    """
    upper = sparse.coo_array(sparse.triu(sparse.csr_array(arcs + arcs.T), k=1))
    return (
        upper.row.astype(np.int64),
        upper.col.astype(np.int64),
        np.asarray(upper.data, dtype=np.float64),
    )


def plain(graph: Actors) -> nx.Graph[Any]:
    """Copy nodes and ties, without direction, loops and attributes."""
    copy: nx.Graph[Any] = nx.Graph()
    copy.add_nodes_from(graph)
    copy.add_edges_from((tail, head) for tail, head in graph.edges() if tail != head)
    return copy


def _is_strength(value: object) -> bool:
    """Tell whether a strength can be used: a positive, finite number."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever the table held; caught below
    except (TypeError, ValueError):
        return False
    return math.isfinite(number) and number > 0
