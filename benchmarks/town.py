"""A made-up town of any size: crooked blocks, and half of the services in four quarters."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt

from layers.streets import Numbers, Streets

BLOCK_M = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Streets, and the nodes where people live and where services are."""

    streets: Streets
    cells: Numbers
    services: Numbers

    def graph(self) -> nx.Graph[int]:
        """Give the same streets to networkx."""
        parts = (self.streets.u, self.streets.v, self.streets.metres)
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(len(self.streets.xy)))
        ends = zip(*(part.tolist() for part in parts), strict=True)
        graph.add_weighted_edges_from(ends, weight="metres")
        return graph


def make_town(*, nodes: int, cells: int, services: int, seed: int = 0) -> Town:
    """Make a town with about as many nodes: one street in ten is missing, some cross the block."""
    rng = np.random.default_rng(seed)
    side = max(round(nodes**0.5), 2)
    number = np.arange(side * side).reshape(side, side)
    grid = np.stack(np.divmod(number.ravel(), side), axis=1)[:, ::-1]
    xy = grid * BLOCK_M + rng.uniform(-0.25, 0.25, grid.shape) * BLOCK_M
    ends = np.concatenate(
        [
            _some(rng, number[:, :-1], number[:, 1:], share=0.9),
            _some(rng, number[:-1], number[1:], share=0.9),
            _some(rng, number[:-1, :-1], number[1:, 1:], share=0.05),
        ]
    )
    straight = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    metres = straight * rng.uniform(1, 1.2, len(ends))
    quarters = rng.uniform(0.2, 0.8, (4, 2))[rng.integers(0, 4, services // 2)]
    crowded = (quarters + rng.normal(0, 0.05, quarters.shape)).clip(0, 1) * (side - 1)
    column, row = crowded.round().astype(np.int64).T
    anywhere = rng.integers(0, side * side, services - services // 2)
    return Town(
        streets=Streets(xy=xy, u=ends[:, 0], v=ends[:, 1], metres=metres),
        cells=rng.choice(side * side, min(cells, side * side), replace=False),
        services=np.concatenate([number[row, column], anywhere]),
    )


def _some(
    rng: np.random.Generator, one: Numbers, other: Numbers, *, share: float
) -> npt.NDArray[np.int64]:
    pairs = np.stack([one.ravel(), other.ravel()], axis=1)
    return pairs[rng.random(len(pairs)) < share]
