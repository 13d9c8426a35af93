"""Where every actor is drawn: the same data give the same picture, and it hardly ever moves.

A picture that jumps when one actor is added has to be learned again. So the picture grows as the
table of actors does: each that arrives is put into the free place nearest to its partners, and
then everybody may move a little, never further than ``CAP``. How well that does:
``docs/method-network.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

Node: TypeAlias = Hashable
Points: TypeAlias = npt.NDArray[np.float64]
Box: TypeAlias = tuple[float, float, float, float]

HEIGHT: Final = 2 / 3  # the picture is 1 wide and this high; y is handed out divided by it
CAP: Final = 0.048  # widths: the furthest that one more actor moves another
_STEPS: Final = (0.045, 0.03, 0.02, 0.01, 0.005)  # between two actors of the rows at the foot
_FOOT: Final = 0.4  # the most of the picture that these rows take
_EDGE: Final = 0.03  # kept free at the sides
_EVERY: Final = 128
_GROWTH: Final = 1.04
_MOST_TOGETHER: Final = 1200  # beyond that nobody moves any more: it needs n x n numbers
_ROUNDS: Final = 4
_TURNS: Final = 200


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
    One actor more at the end of the graph, whatever its ties, moves no other by more than ``CAP``
    widths; only who gets its first tie by it comes up from the foot. Everybody moves towards where
    distances resemble counted steps (stress majorization: Gansner, Koren, North 2004).

    Examples
    --------
    >>> places = positions(nx.path_graph(["a", "b", "c"]), seed=1)
    >>> places.equals(positions(nx.path_graph(["a", "b", "c"]), seed=1))
    True
    """
    nodes = list(graph)
    number = {node: i for i, node in enumerate(nodes)}
    partners = [
        sorted({number[other] for other in nx.all_neighbors(graph, node)} - {number[node]})
        for node in nodes
    ]
    picture = _Picture(nodes, partners, seed)
    if previous is None:
        for arriving in range(len(nodes)):
            picture.arrive(arriving)
    else:
        picture.keep(previous, number)
    xy = picture.xy.copy()
    alone = [i for i in range(len(nodes)) if not partners[i]]
    xy[alone] = _at_foot(len(alone))
    return pd.DataFrame(
        {"x": xy[:, 0], "y": xy[:, 1] / HEIGHT, "tied": [bool(those) for those in partners]},
        index=pd.Index(nodes, dtype=object, name="actor", tupleize_cols=False),
    )


def gap(actors: int) -> float:
    """Give the least distance between two actors, in widths of the picture.

    Examples
    --------
    >>> gap(70), round(gap(300), 3)
    (0.04, 0.026)
    """
    power = 1 << max(actors.bit_length() - 1, 0)  # 1, 1.5, 2, 3, 4, 6 ...: rarely another
    following = power + power // 2 if actors < power + power // 2 else power * 2
    return float(min(0.04, 0.5 / np.sqrt(max(following, 1))))


class _Picture:
    """The picture while it grows."""

    def __init__(self, nodes: Sequence[Node], partners: Sequence[Sequence[int]], seed: int) -> None:
        self.nodes, self.partners, self.seed = nodes, partners, seed
        self.xy = np.full((len(nodes), 2), np.nan)
        self.placed: list[int] = []
        self.cells: Points = np.empty((0, 2))
        self.room: npt.NDArray[np.float64] = np.empty(0)  # of each cell to the nearest actor
        self.grid: tuple[float, Box] | None = None
        self.moves = _moments(len(nodes))
        self.newly: dict[int, list[int]] = {}  # who gets its first tie when somebody arrives
        for i, those in enumerate(partners):
            if those:
                self.newly.setdefault(max(i, those[0]), []).append(i)

    def arrive(self, arriving: int) -> None:
        """Add one actor, and whoever is tied for the first time because of it."""
        there = arriving + 1
        new = self.newly.get(arriving, [])
        box = _box(there - len(self.placed) - len(new))
        apart = gap(there) * 1.001  # pushing stops a hair too early
        self._place(new, apart, box, known=arriving)
        before: Points = self.xy[self.placed]
        if len(before) > 1 and (there in self.moves or (before[:, 1] > box[3]).any()):
            target = self._eased(arriving, box) if there in self.moves else before
            moved = np.clip(_no_further(target, before), box[:2], box[2:])
            self.xy[self.placed] = _pushed_apart(moved, before, apart, box)
            self.grid = None

    def keep(self, previous: pd.DataFrame, number: dict[Node, int]) -> None:
        """Put everybody where they were, and the others near to them."""
        before = previous[previous["tied"]]
        for node, x, y in zip(before.index, before["x"], before["y"], strict=True):
            i = number.get(node)
            if i is not None and self.partners[i]:
                self.xy[i] = (x, y * HEIGHT)
                self.placed.append(i)
        there = set(self.placed)
        alone = sum(not those for those in self.partners)
        new = [i for i, those in enumerate(self.partners) if those and i not in there]
        apart = gap(len(self.nodes)) * 1.001
        self._place(new, apart, _box(alone), known=len(self.nodes))

    def _place(self, new: Iterable[int], apart: float, box: Box, *, known: int) -> None:
        """Put actors into the free places nearest to their partners, who has some there first."""
        waiting = list(new)
        if waiting and self.grid != (apart, box):
            columns = np.arange(box[0], box[2], apart / 2)
            rows = np.arange(box[1], box[3], apart / 2)
            self.cells = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
            self.room = np.full(len(self.cells), np.inf)
            if self.placed:
                self.room = np.asarray(cKDTree(self.xy[self.placed]).query(self.cells)[0])
            self.grid = (apart, box)
        there = set(self.placed)
        while waiting:
            i = next((one for one in waiting if there & set(self.partners[one])), waiting[0])
            waiting.remove(i)
            near = [j for j in self.partners[i] if j in there and j <= known]
            if near:
                cost = ((self.cells[:, None, :] - self.xy[near][None, :, :]) ** 2).sum(axis=(1, 2))
            elif there:  # nobody to be near to: where most room is left
                cost = -np.minimum(self.room, 1.0)
            else:
                cost = ((self.cells - self._somewhere(i, box)) ** 2).sum(axis=1)
            free = self.room >= apart
            best = int(
                np.argmin(np.where(free, cost, np.inf)) if free.any() else np.argmax(self.room)
            )
            self.xy[i] = self.cells[best]
            away = np.linalg.norm(self.cells - self.cells[best], axis=1)
            self.room = np.minimum(self.room, away)
            self.placed.append(i)
            there.add(i)

    def _somewhere(self, i: int, box: Box) -> Points:
        """Draw a place from the hash of an id: the same in every process."""
        digest = hashlib.blake2b(f"{self.seed}:{self.nodes[i]}".encode(), digest_size=8).digest()
        share = np.frombuffer(digest, dtype="<u4") / 2**32
        low, high = np.array(box[:2]), np.array(box[2:])
        drawn: Points = low + share * (high - low)
        return drawn

    def _eased(self, arriving: int, box: Box) -> Points:
        """Give where everybody would rather be: as far from one another as they are steps apart."""
        at = {i: k for k, i in enumerate(self.placed)}
        pairs = np.array(
            [
                (at[i], at[j])
                for i in self.placed
                for j in self.partners[i]
                if j <= arriving and j in at
            ]
        ).reshape(-1, 2)
        ones = np.ones(len(pairs))
        ties = sparse.csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(at), len(at)))
        steps = _wide(csgraph.shortest_path(ties, method="D", unweighted=True))
        return _filled(_majorized(self.xy[self.placed], steps), box)


def _moments(actors: int) -> set[int]:
    """Give at how many actors everybody may move: often at first, then rarely, at last never."""
    moments, there = set(), 2
    while there <= min(actors, _MOST_TOGETHER):
        moments.add(there)
        there = there + 1 if there < _EVERY else int(np.ceil(there * _GROWTH))
    return moments


def _box(alone: int) -> Box:
    """Give the room above the rows of those without ties; one row is always kept free."""
    step, rows = _rows(max(alone, 1))
    return (_EDGE, _EDGE, 1 - _EDGE, HEIGHT - _EDGE - step * rows - 0.02)


def _rows(alone: int) -> tuple[float, int]:
    """Give how far apart those without ties stand, and in how many rows."""
    for step in _STEPS:
        rows = -(-alone // _columns(step))
        if rows * step <= _FOOT:
            break
    return step, rows


def _columns(step: float) -> int:
    return int((1 - 2 * _EDGE) / step)


def _at_foot(alone: int) -> Points:
    """Place those without ties, from the foot upwards, each beside the one before.

    The rows turn at their ends, so that one who leaves moves each of the others by one step only.
    """
    step, _ = _rows(max(alone, 1))
    row, column = np.divmod(np.arange(alone), _columns(step))
    column = np.where(row % 2 == 0, column, _columns(step) - 1 - column)
    return np.column_stack([_EDGE + step * (column + 0.5), HEIGHT - _EDGE - step * (row + 0.5)])


def _wide(steps: Points) -> Points:
    """Set other parts two steps further than the longest way, and nobody at no distance."""
    apart = ~np.isfinite(steps)
    steps = np.where(apart, steps[~apart].max() + 2, steps)
    np.fill_diagonal(steps, 1.0)
    return steps


def _weighted(steps: Points) -> Points:
    weight: Points = steps**-2.0
    np.fill_diagonal(weight, 0.0)
    return weight


def _majorized(xy: Points, steps: Points) -> Points:
    """Move points some rounds towards where their distances resemble the counted steps."""
    weight = _weighted(steps)
    total = weight.sum(axis=1)[:, None]
    for _ in range(_ROUNDS):
        distance = cdist(xy, xy)
        length = (weight * distance * steps).sum() / (weight * steps * steps).sum()
        pull = weight * steps * length
        ratio = np.divide(pull, distance, out=np.zeros_like(pull), where=distance > 1e-9)
        xy = (weight @ xy + ratio.sum(axis=1)[:, None] * xy - ratio @ xy) / total
    return xy


def _filled(xy: Points, box: Box) -> Points:
    """Fill the box, but keep the shape."""
    left, top, right, foot = box
    size, middle = np.array([right - left, foot - top]), np.array([left + right, top + foot]) / 2
    scale = size / np.maximum(np.ptp(xy, axis=0), 1e-9)
    scale = np.minimum(scale, scale.min() * 1.7)
    filled: Points = middle + (xy - (xy.max(axis=0) + xy.min(axis=0)) / 2) * scale
    return filled


def _no_further(xy: Points, start: Points) -> Points:
    """Shorten every move to ``CAP``."""
    moves = xy - start
    length = np.linalg.norm(moves, axis=1)
    shortened: Points = start + moves * np.minimum(1.0, CAP / np.maximum(length, 1e-12))[:, None]
    return shortened


def _pushed_apart(xy: Points, start: Points, apart: float, box: Box) -> Points:
    """Push points apart until none are nearer than ``apart``, inside of the box and the cap."""
    low, high = np.array(box[:2]), np.array(box[2:])
    for turn in range(_TURNS):
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
        xy = _no_further(np.clip(xy, low, high), start)
    return xy
