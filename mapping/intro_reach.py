"""How near actors of different sectors are to each other: the mean of 1 / steps, and who raises it.

Direction and strength are ignored: a step is a tie. Actors whose sector nobody knows count in no
pair; where nobody can be reached 1 / steps is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from layers.streets import Floats
from mapping.adjacency import Actors

_FAR: Final = 250  # steps; stands for no way at all
_INVERSE: Final = np.concatenate([[0.0], 1 / np.arange(1, _FAR), np.zeros(1000)])
Pair = tuple[int, int]


class Reach:
    """Steps between n actors by number, and the mean of 1 / steps between different sectors.

    Parameters
    ----------
    graph
        As for :func:`mapping.network.measures`.
    sectors
        (n,) the sector of each actor, in the order of the graph; ``None`` where nobody knows.
    """

    def __init__(self, graph: Actors, sectors: Sequence[str | None]) -> None:
        number = {node: at for at, node in enumerate(graph)}
        ends = [(number[a], number[b]) for a, b in graph.edges() if a != b]
        row, column = np.array(ends, dtype=np.int64).reshape(-1, 2).T
        n = len(number)
        tied = sparse.coo_array((np.ones(len(row)), (row, column)), shape=(n, n))
        steps = csgraph.shortest_path(tied.tocsr(), directed=False, unweighted=True)
        self.steps: npt.NDArray[np.int16] = np.where(
            np.isinf(steps), _FAR, np.minimum(steps, _FAR)
        ).astype(np.int16)
        names = {one: at for at, one in enumerate(dict.fromkeys(sectors)) if one is not None}
        code = np.array([names.get(one or "", -1) for one in sectors], dtype=np.int64)
        known = code >= 0
        self.across = known[:, None] & known[None, :] & (code[:, None] != code[None, :])
        self.pairs = int(self.across.sum()) // 2

    def copy(self) -> Reach:
        """Give one of its own, to add ties to."""
        other = object.__new__(Reach)
        other.steps, other.across, other.pairs = self.steps.copy(), self.across, self.pairs
        return other

    @property
    def mean(self) -> float:
        """Mean of 1 / steps over all pairs of different known sectors; 0 where there is none."""
        if not self.pairs:
            return 0.0
        return float(_INVERSE[self.steps[self.across]].sum()) / 2 / self.pairs

    def gain(self, a: int, b: int) -> float:
        """Say by how much a tie of two actors raises the mean."""
        if not self.pairs:
            return 0.0
        one, other = self._sides(a, b)
        old, new = self._between(one, other, a, b)
        more = (_INVERSE[new] - _INVERSE[old]) * self.across[np.ix_(one, other)]
        return float(np.maximum(more, 0).sum()) / self.pairs

    def tie(self, a: int, b: int) -> None:
        """Add a tie."""
        one, other = self._sides(a, b)
        old, new = self._between(one, other, a, b)
        best = np.minimum(old, new)
        self.steps[np.ix_(one, other)] = best
        self.steps[np.ix_(other, one)] = best.T

    def with_all(self, ties: Iterable[Pair]) -> float:
        """Give the mean with some ties more."""
        other = self.copy()
        for a, b in ties:
            other.tie(a, b)
        return other.mean

    def _sides(self, a: int, b: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Give who is nearer to the one, and to the other: only between them anything changes."""
        nearer = self.steps[a] + 1 < self.steps[b]
        farther = self.steps[b] + 1 < self.steps[a]
        return np.flatnonzero(nearer), np.flatnonzero(farther)

    def _between(
        self, one: npt.NDArray[np.intp], other: npt.NDArray[np.intp], a: int, b: int
    ) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
        old = self.steps[np.ix_(one, other)]
        new = self.steps[a][one][:, None] + np.int16(1) + self.steps[b][other][None, :]
        return old, np.minimum(new, _FAR).astype(np.int16)


def spread(values: Floats) -> tuple[float, float]:
    """Give mean and 95th percentile of what chance would give."""
    return float(np.mean(values)), float(np.quantile(values, 0.95))
