"""All pairs of cell and service within 15 minutes on foot, beside networkx; then personas.

The graphs of both sides are built before the clock starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import networkx as nx
import numpy as np
from scipy.sparse import coo_array, csr_array

from benchmarks import Result, best_of, personas
from benchmarks.town import Town, make_town
from mapping.reach import minutes_between

MAX_MIN = 15
LIMIT_M = 1200.0  # at 4.8 km/h
CITY, REGION = 50_000, 500_000  # nodes

Pairs = dict[tuple[int, int], float]


def run(scale: float) -> Iterator[Result]:
    """Compare a city with the two usual ways, and a region with the faster of them."""
    cells, services = max(int(5000 * scale), 1), max(int(2000 * scale), 1)
    for nodes in (CITY, REGION):
        town = make_town(nodes=int(nodes * scale), cells=cells, services=services)
        town.streets.links  # noqa: B018 - arranged once for all questions, as the peer's graph is
        ours_s, minutes = best_of(5, partial(_ours, town))
        graph = town.graph()
        if nodes == CITY:
            some = min(len(town.cells), 200)
            seconds, reached = best_of(1, partial(_ego_graphs, graph, town, some))
            yield Result(
                name="reach",
                size=_size(town, "cells", some),
                ours_s=ours_s,
                peer="networkx.ego_graph from each cell",
                peer_s=seconds * len(town.cells) / some,
                target=100 if scale == 1 else None,
                equal=reached == _pairs(minutes[:some]).keys(),
            )
        some = services if nodes == CITY else max(services // 5, 1)
        seconds, walks = best_of(1, partial(_from_services, graph, town, some))
        yield Result(
            name="reach",
            size=_size(town, "services", some),
            ours_s=ours_s,
            peer="networkx.single_source_dijkstra_path_length from each service",
            peer_s=seconds * services / some,
            equal=_same(walks, _pairs(minutes[:, :some])),
        )
    yield from personas.run(scale)


def _ours(town: Town) -> csr_array:
    return minutes_between(town.streets, town.cells, town.services, max_min=MAX_MIN)


def _size(town: Town, searched: str, some: int) -> str:
    counts = {"nodes": len(town.streets.xy), "cells": len(town.cells)}
    counts["services"] = len(town.services)
    size = ", ".join(f"{count:,} {of}" for of, count in counts.items()) + f", {MAX_MIN} min"
    sampled = f"; peer on {some:,} of the {searched}, scaled up"
    return size if some == counts[searched] else size + sampled


def _ego_graphs(graph: nx.Graph[int], town: Town, some: int) -> set[tuple[int, int]]:
    standing = _standing(town.services)
    found: set[tuple[int, int]] = set()
    for cell, node in enumerate(town.cells[:some].tolist()):
        around = nx.ego_graph(graph, node, radius=LIMIT_M, distance="metres")
        found.update(
            (cell, service) for near in around if near in standing for service in standing[near]
        )
    return found


def _from_services(graph: nx.Graph[int], town: Town, some: int) -> Pairs:
    living = _standing(town.cells)
    found: Pairs = {}
    for service, node in enumerate(town.services[:some].tolist()):
        walks = nx.single_source_dijkstra_path_length(graph, node, cutoff=LIMIT_M, weight="metres")
        for near, metres in walks.items():
            for cell in living.get(near, ()):
                found[cell, service] = metres * MAX_MIN / LIMIT_M
    return found


def _standing(nodes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[int, list[int]]:
    at: dict[int, list[int]] = {}
    for number, node in enumerate(nodes.tolist()):
        at.setdefault(node, []).append(number)
    return at


def _pairs(minutes: csr_array) -> Pairs:
    found = coo_array(minutes)
    pairs = zip(*(part.tolist() for part in found.coords), strict=True)
    return dict(zip(pairs, found.data.tolist(), strict=True))


def _same(one: Pairs, other: Pairs) -> bool:
    return one.keys() == other.keys() and all(abs(one[p] - other[p]) <= 1e-9 for p in one)
