"""No new bottleneck: how much would hang on one actor with a tie more, found without starting anew.

A tie changes shortest ways from those sources only that come nearer to one of its ends through it,
or as near; what all others depend on stays as it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from layers.streets import Floats
from mapping import centrality
from mapping.adjacency import Actors, Ints, Matrix, arcs_of

_ALMOST: Final = 1e-9  # what sums of fractions are off by
_ROUNDING: Final = 1e-9  # relative, of two lengths
_BY_STRENGTH: Final = 200  # actors; with more the second measure would take too long


class Limit:
    """The greatest betweenness of a network, and what a mutual tie more makes of it.

    By steps alone, direction ignored; and up to 200 actors also as
    :func:`mapping.network.measures` computes it, by direction and strength. A tie keeps the limit
    where neither rises. The second is not asked where a tie makes ways where there were none in
    that direction: then more ways must pass somebody.

    Parameters
    ----------
    graph
        As for :func:`mapping.network.measures`.
    strength
        Of the ties that are tried.

    Attributes
    ----------
    before
        The greatest betweenness by steps, normalised, without any tie more.
    """

    def __init__(self, graph: Actors, *, strength: float) -> None:
        directed = arcs_of(graph)
        both = sparse.csr_array(((directed + directed.T) > 0).astype(np.float64))
        self._now: list[_Steps | _Ways] = [_Steps(both)]
        self._taken: list[_Steps | _Ways] = [_Steps(both)]
        if len(graph) <= _BY_STRENGTH:
            self._now.append(_Ways(directed, strength))
            self._taken.append(_Ways(directed, strength))
        self._most = [one.most for one in self._now]
        self.before = self._most[0]
        self._part = self._now_part = csgraph.connected_components(both, directed=False)[1]

    def joins(self, a: int, b: int) -> bool:
        """Tell whether a tie joins two parts of the network: then more must pass its ends."""
        return bool(self._now_part[a] != self._now_part[b])

    def alone(self, a: int, b: int) -> float:
        """Give the greatest betweenness by steps with one tie more, and no other."""
        return self._now[0].with_tie(a, b)

    def opened(self, a: int, b: int) -> tuple[float, float] | None:
        """Give the greatest betweenness by strength and direction, now and with one tie more.

        Only where a tie raises it, as one that makes ways in a new direction may.
        """
        for one, most in zip(self._now[1:], self._most[1:], strict=True):
            after = one.with_tie(a, b)
            if after > most + _ALMOST:
                return most, after
        return None

    @property
    def together(self) -> float:
        """The greatest betweenness by steps with all ties that were taken."""
        return self._taken[0].most

    def keeps(self, a: int, b: int) -> bool:
        """Tell whether a tie keeps the limit: by itself, and with all that were taken.

        Where it joins two parts there is no limit to keep.
        """
        sides = [self._now] * (not self.joins(a, b))
        sides += [self._taken] * bool(self._part[a] == self._part[b])
        for at, most in enumerate(self._most):
            for one in (side[at] for side in sides):
                if isinstance(one, _Ways) and one.opens(a, b):
                    continue
                if one.with_tie(a, b) > max(most, one.most) + _ALMOST:
                    return False
        return True

    def take(self, a: int, b: int) -> None:
        """Add a tie to those that hold together."""
        for one in self._taken:
            one.take(a, b)
        self._part = np.where(self._part == self._part[b], self._part[a], self._part)


class _Steps:
    """Shortest ways by steps, from all actors at once."""

    def __init__(self, tied: Matrix) -> None:
        self.tied = tied
        self.most = _most_by_steps(tied)

    def with_tie(self, a: int, b: int) -> float:
        """Give the greatest betweenness with a tie more."""
        return _most_by_steps(self._more(a, b))

    def take(self, a: int, b: int) -> None:
        """Add a tie for good."""
        self.tied = self._more(a, b)
        self.most = _most_by_steps(self.tied)

    def _more(self, a: int, b: int) -> Matrix:
        new = sparse.coo_array(([1.0, 1.0], ([a, b], [b, a])), shape=self.tied.shape)
        return sparse.csr_array(self.tied + new)


def _most_by_steps(tied: Matrix) -> float:
    """Give the greatest betweenness by steps, normalised (Brandes 2001, one level at a time)."""
    n = tied.shape[0]
    if n < 3:
        return 0.0
    level = np.eye(n)  # ways of this many steps: [actor, source]
    ways, levels, reached = level.copy(), [level], np.eye(n, dtype=np.bool_)
    while True:
        level = np.where(reached, 0.0, tied @ levels[-1])
        if not level.any():
            break
        reached |= level > 0
        ways += level
        levels.append(level)
    per_way = np.divide(1.0, ways, out=np.zeros_like(ways), where=ways > 0)
    behind = np.zeros((n, n))
    for farther, nearer in zip(levels[:1:-1], levels[-2:0:-1], strict=True):
        share = np.where(farther > 0, (1 + behind) * per_way, 0.0)
        behind += np.where(nearer > 0, ways * (tied @ share), 0.0)
    through: Floats = behind.sum(axis=1) / ((n - 1) * (n - 2))
    return float(through.max())


class _Ways:
    """Shortest ways by strength and direction, source by source."""

    def __init__(self, arcs: Matrix, strength: float) -> None:
        self.arcs, self.strength, self.n = arcs, strength, arcs.shape[0]
        self.depends = centrality.dependencies(arcs, np.arange(self.n))
        self.far = _far(arcs)

    @property
    def most(self) -> float:
        """The greatest betweenness, normalised."""
        return self._share(self.depends.sum(axis=0))

    def with_tie(self, a: int, b: int) -> float:
        """Give the greatest betweenness with a tie more."""
        arcs, sources = self._more(a, b)
        fresh = centrality.dependencies(arcs, sources).sum(axis=0)
        return self._share(self.depends.sum(axis=0) - self.depends[sources].sum(axis=0) + fresh)

    def opens(self, a: int, b: int) -> bool:
        """Tell whether a tie makes a way where there was none."""
        there = np.isfinite(self.far)
        return bool((there[:, a] != there[:, b]).any() or (there[a] != there[b]).any())

    def take(self, a: int, b: int) -> None:
        """Add a tie for good."""
        arcs, sources = self._more(a, b)
        self.depends[sources] = centrality.dependencies(arcs, sources)
        self.arcs, self.far = arcs, _far(arcs)

    def _more(self, a: int, b: int) -> tuple[Matrix, Ints]:
        """Give the arcs with a mutual tie more, and the sources whose ways it may change."""
        new = sparse.coo_array(
            ([self.strength, self.strength], ([a, b], [b, a])), shape=self.arcs.shape
        )
        length = 1.0 / self.strength
        one, other = self.far[:, a], self.far[:, b]
        slack = 1 + _ROUNDING
        with np.errstate(invalid="ignore"):  # inf beside inf: out of reach of both, as before
            near = (one + length <= other * slack) | (other + length <= one * slack)
        reached = np.isfinite(one) | np.isfinite(other)
        return sparse.csr_array(self.arcs + new), np.flatnonzero(near & reached)

    def _share(self, total: Floats) -> float:
        if self.n < 3:
            return 0.0
        most: float = total.max() / ((self.n - 1) * (self.n - 2))
        return float(most)


def _far(arcs: Matrix) -> Floats:
    lengths = arcs.copy()
    lengths.data = 1.0 / lengths.data
    found: Floats = csgraph.dijkstra(lengths)
    return found
