"""Where every actor is drawn: the same data give the same picture, and it hardly ever moves.

A picture that jumps when one actor is added has to be learned again. So the actors that came
first are laid out together, and later ones are put, one by one, into the free place nearest to
their partners without moving anybody. How well that does: ``docs/method-network.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

Node: TypeAlias = Hashable
Points: TypeAlias = npt.NDArray[np.float64]

HEIGHT = 2 / 3  # the picture is 1 wide and this high; y is handed out divided by it
ROW = 0.06  # height of the row at the foot for actors without ties
_STEP = 0.045  # between two of that row
_EDGE = 0.03  # kept free at the sides
_MOST_TOGETHER = 1200  # larger parts get no stress majorization: it needs n x n numbers
_ROUNDS = 120


def positions(
    graph: nx.Graph[Any], *, seed: int = 0, previous: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Give every actor its place in the picture.

    Parameters
    ----------
    graph
        Actors and ties; direction, strength and loops do not matter, the order of actors does:
        who comes later in it is placed later. New actors belong at its end.
    seed
        Another seed is another picture of the same graph.
    previous
        A table this function gave before: actors in it stay where they were, unless they lost
        their last tie or had none.

    Returns
    -------
    table
        ``x``, ``y`` in [0, 1] (a picture 3 wide and 2 high, y downwards) and ``tied``, whether a
        tie of the actor is recorded; indexed by actor in the order of the graph. Actors without
        ties stand in rows at the foot. Two actors are at least ``gap(len(graph))`` widths apart,
        as long as ``previous`` leaves the room.

    Notes
    -----
    The first actors (between two thirds and all: numbers 2^k and 1.5 x 2^k) are laid out part by
    part: a start smoothed along the ties from a hash of each id, then stress majorization on
    counted steps (Gansner, Koren, North 2004), then pushing apart. When an added actor takes the
    graph over such a number, the picture is made anew; ``previous`` avoids that too.

    Examples
    --------
    >>> places = positions(nx.path_graph(["a", "b", "c"]), seed=1)
    >>> places.equals(positions(nx.path_graph(["a", "b", "c"]), seed=1))
    True
    """
    nodes = list(graph)
    partners = {
        node: [other for other in nx.all_neighbors(graph, node) if other != node] for node in nodes
    }
    tied = [node for node in nodes if partners[node]]
    apart = gap(len(nodes)) * 1.001  # pushing stops a hair too early
    rows = _rows_at_foot(len(nodes) - len(tied))
    box = (_EDGE, _EDGE, 1 - _EDGE, HEIGHT - _EDGE - ROW * max(rows, 1) - 0.02)
    placed: dict[Node, Points] = {}
    if previous is not None:
        placed = _kept(previous, tied)
    if not placed:
        first = nodes[: _founding(len(nodes))[0]]
        placed = _laid_out(nx.Graph(graph.subgraph(first).edges()), first, box, apart, seed)
    _place_later_ones(tied, partners, placed, box, apart)
    for number, node in enumerate(node for node in nodes if not partners[node]):
        row, column = divmod(number, _columns())
        placed[node] = np.array(
            [_EDGE + _STEP * (column + 0.5), HEIGHT - _EDGE - ROW * (rows - row - 0.5)]
        )
    xy = np.array([placed[node] for node in nodes]).reshape(-1, 2)
    return pd.DataFrame(
        {"x": xy[:, 0], "y": xy[:, 1] / HEIGHT, "tied": [bool(partners[node]) for node in nodes]},
        index=pd.Index(nodes, dtype=object, name="actor", tupleize_cols=False),
    )


def gap(actors: int) -> float:
    """Give the least distance between two actors, in widths of the picture.

    Examples
    --------
    >>> gap(70), round(gap(300), 3)
    (0.04, 0.026)
    """
    return float(min(0.04, 0.5 / np.sqrt(_founding(actors)[1])))


def _founding(actors: int) -> tuple[int, int]:
    """Give the last and the next of 1, 2, 3, 4, 6, 8, 12, 16, 24 ...: rarely crossed numbers."""
    last, following = 1, 2
    while following <= actors:
        power = 1 << (following.bit_length() - 1)
        last, following = following, power * 2 if following > power else power + max(power // 2, 1)
    return last, following


def _columns() -> int:
    return int((1 - 2 * _EDGE) / _STEP)


def _rows_at_foot(untied: int) -> int:
    return -(-untied // _columns())


def _kept(previous: pd.DataFrame, tied: Iterable[Node]) -> dict[Node, Points]:
    """Read the places of those who had ties then and have some now."""
    before = previous[previous["tied"]]
    xy = before[["x", "y"]].to_numpy(dtype=float) * (1.0, HEIGHT)
    known = dict(zip(before.index, xy, strict=True))
    return {node: known[node] for node in tied if node in known}


def _laid_out(
    graph: nx.Graph[Any],
    order: Sequence[Node],
    box: tuple[float, float, float, float],
    apart: float,
    seed: int,
) -> dict[Node, Points]:
    """Lay out the parts of the graph of founding actors side by side."""
    number = {node: i for i, node in enumerate(order)}
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    graph.remove_nodes_from(list(nx.isolates(graph)))
    parts = [sorted(part, key=number.__getitem__) for part in nx.connected_components(graph)]
    parts.sort(key=lambda part: (-len(part), number[part[0]]))
    placed: dict[Node, Points] = {}
    for part, room in zip(parts, _rooms([len(part) for part in parts], box), strict=True):
        xy = _part(graph.subgraph(part), part, seed)
        placed.update(zip(part, _pushed_apart(_fitted(xy, room), apart, room), strict=True))
    together = _pushed_apart(np.array(list(placed.values())).reshape(-1, 2), apart, box)
    return dict(zip(placed, together, strict=True))


def _rooms(
    sizes: Sequence[int], box: tuple[float, float, float, float]
) -> list[tuple[float, float, float, float]]:
    """Cut the box: upright strips for large parts, then a grid for the small ones."""
    if not sizes:
        return []
    left, top, right, foot = box
    total = sum(sizes)
    large = [size for size in sizes if size * 5 >= total] or list(sizes[:1])
    small = sizes[len(large) :]
    margin = 0.02
    share_small = 0.0
    if small:
        share_small = float(np.clip(sum(small) / total, 0.12, 0.5))
    width = (right - left) * (1 - share_small)
    rooms = []
    x = left
    for size in large:
        wide = width * size / sum(large)
        rooms.append((x + margin, top + margin, x + wide - margin, foot - margin))
        x += wide
    columns = max(1, round(np.sqrt(len(small) * (right - x) / (foot - top)))) if small else 1
    rows = -(-len(small) // columns)
    for place in range(len(small)):
        row, column = divmod(place, columns)
        wide, high = (right - x) / columns, (foot - top) / rows
        inset = min(wide, high) * 0.2
        rooms.append(
            (
                x + column * wide + inset,
                top + row * high + inset,
                x + (column + 1) * wide - inset,
                top + (row + 1) * high - inset,
            )
        )
    return rooms


def _part(graph: nx.Graph[Any], order: Sequence[Node], seed: int) -> Points:
    """Lay out one connected part, without scale."""
    number = {node: i for i, node in enumerate(order)}
    pairs = np.array([(number[u], number[v]) for u, v in graph.edges]).reshape(-1, 2)
    one, two = np.vstack([pairs, pairs[:, ::-1]]).T
    ties = sparse.csc_array((np.ones(len(one)), (one, two)), shape=(len(order), len(order)))
    start = _start(ties, order, seed)
    if len(order) < 3 or len(order) > _MOST_TOGETHER:
        return start
    steps = csgraph.shortest_path(ties, method="D", unweighted=True)
    return _majorized(start, steps)


def _start(ties: sparse.csc_array[Any], order: Sequence[Node], seed: int) -> Points:
    """Smooth a random place for each id along the ties, so that partners begin near each other."""
    draws = np.array([_drawn(node, seed) for node in order])
    loose = sparse.diags_array(1 + 50 * ties.sum(axis=0))  # Laplacian times 50, plus one
    xy: Points = splu(sparse.csc_array(loose - ties * 50)).solve(draws)
    xy = xy - xy.mean(axis=0)
    values, vectors = np.linalg.eigh(xy.T @ xy / len(order))
    whitened: Points = xy @ vectors / np.sqrt(np.maximum(values, 1e-12))
    return whitened


def _drawn(node: Node, seed: int) -> Points:
    """Draw two normal numbers from the hash of an id: the same in every process."""
    digest = hashlib.blake2b(f"{seed}:{node}".encode(), digest_size=8).digest()
    one, two = (np.frombuffer(digest, dtype="<u4") + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(one)), 2 * np.pi * two
    return np.array([radius * np.cos(angle), radius * np.sin(angle)])


def _majorized(xy: Points, steps: Points) -> Points:
    """Move the points until their distances resemble the counted steps (stress majorization)."""
    n = len(xy)
    weight = np.zeros_like(steps)
    off = ~np.eye(n, dtype=bool)
    weight[off] = steps[off] ** -2.0
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian, hermitian=True)
    pull = weight * steps
    for _ in range(_ROUNDS):
        distance = np.sqrt(((xy[:, None, :] - xy[None, :, :]) ** 2).sum(axis=2))
        ratio = np.divide(pull, distance, out=np.zeros_like(pull), where=distance > 1e-9)
        xy = inverse @ (ratio.sum(axis=1)[:, None] * xy - ratio @ xy)
    return xy


def _fitted(xy: Points, room: tuple[float, float, float, float]) -> Points:
    """Turn the longer side along the longer side of the room and fill it."""
    left, top, right, foot = room
    size = np.array([right - left, foot - top])
    middle = np.array([left + right, top + foot]) / 2
    if len(xy) < 2:
        return np.tile(middle, (len(xy), 1))
    centred = xy - xy.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    turned = centred @ vectors[:, :: -1 if size[0] >= size[1] else 1]
    turned = turned - (turned.max(axis=0) + turned.min(axis=0)) / 2
    scale = size / np.maximum(np.ptp(turned, axis=0), 1e-9)
    scale = np.minimum(scale, scale.min() * 1.7)  # fill the room, but keep the shape
    fitted: Points = middle + turned * scale
    return fitted


def _pushed_apart(xy: Points, apart: float, box: tuple[float, float, float, float]) -> Points:
    """Push points apart until none are nearer than ``apart``, inside of the box."""
    if len(xy) < 2:
        return xy
    xy = xy.copy()
    low, high = np.array(box[:2]), np.array(box[2:])
    for turn in range(400):
        pairs = cKDTree(xy).query_pairs(apart * 0.9999, output_type="ndarray")
        if len(pairs) == 0:
            break
        one, two = pairs[:, 0], pairs[:, 1]
        between = xy[one] - xy[two]
        distance = np.linalg.norm(between, axis=1)
        same = distance < 1e-9  # exactly on each other: any direction, but the same every time
        angle = one * 2.399963 + turn
        between[same] = np.column_stack([np.cos(angle), np.sin(angle)])[same]
        distance[same] = 1.0
        push = between / distance[:, None] * ((apart - np.where(same, 0, distance)) * 0.52)[:, None]
        np.add.at(xy, one, push)
        np.add.at(xy, two, -push)
        xy = np.clip(xy, low, high)
    return xy


def _place_later_ones(
    tied: Sequence[Node],
    partners: dict[Node, list[Node]],
    placed: dict[Node, Points],
    box: tuple[float, float, float, float],
    apart: float,
) -> None:
    """Put everybody not placed yet into the free place nearest to the partners."""
    waiting = [node for node in tied if node not in placed]
    if not waiting:
        return
    left, top, right, foot = box
    columns, rows = np.arange(left, right, apart / 2), np.arange(top, foot, apart / 2)
    places = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    room = np.full(len(places), np.inf)  # how far the nearest actor is
    for taken in placed.values():
        room = np.minimum(room, np.linalg.norm(places - taken, axis=1))
    while waiting:
        node = next((one for one in waiting if any(p in placed for p in partners[one])), waiting[0])
        waiting.remove(node)
        near = np.array([placed[other] for other in partners[node] if other in placed])
        cost = -np.minimum(room, 1.0)  # nobody to be near to: where most room is left
        if len(near):
            cost = ((places[:, None, :] - near[None, :, :]) ** 2).sum(axis=2).sum(axis=1)
        free = room >= apart
        best = int(np.argmin(np.where(free, cost, np.inf)) if free.any() else np.argmax(room))
        placed[node] = places[best]
        room = np.minimum(room, np.linalg.norm(places - places[best], axis=1))
