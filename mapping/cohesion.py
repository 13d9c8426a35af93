"""The network as a whole: how dense, how centred, how mutual, in how many parts.

Each number stands beside what networks with as many actors and as many ties, tied at random, give.
Formulas, sources and limits: ``docs/method-network.md``. How groups mix: ``mapping.mixing``, of
which :func:`between` and :func:`mixing` can be reached from here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from layers.importing.watch import Watch
from mapping import chance
from mapping.adjacency import Actors, Floats, Ints, arcs_of, pairs_of
from mapping.chance import Found
from mapping.mixing import Mixing, between, groups, mixing

__all__ = ["Cohesion", "Found", "Mixing", "between", "cohesion", "groups", "mixing"]

DRAWS: Final = 199
_LARGE: Final = 1000  # actors; the lengths of all ways in many networks larger than that take long
_DRAWS_OF_WAYS, _DRAWS_OF_WAYS_LARGE = 99, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohesion:
    """What holds a network together.

    Attributes
    ----------
    actors, isolates
        All of them; those without a tie.
    density
        Tied pairs, of all pairs. Chance gives the same: it is given as many ties.
    arc_density
        Arcs, of all ordered pairs; no value for a graph without directions.
    centralisation
        1 where all ties are those of one actor, 0 where all have as many (Freeman 1978).
    reciprocity
        Share of arcs with an arc back; no value for a graph without directions.
    always_mutual
        Kinds of ties of which every one here goes both ways: no return to them is to be seen.
    parts
        Number of parts without a tie between them, actors without ties too; ``counted`` are the
        actors of the largest part, of ``of`` actors.
    efficiency
        Mean over all pairs of 1 / number of steps between them, 0 where there is no way.
    """

    actors: int
    isolates: int
    density: Found
    arc_density: Found
    centralisation: Found
    reciprocity: Found
    always_mutual: tuple[str, ...]
    parts: Found
    efficiency: Found


def cohesion(graph: Actors, *, watch: Watch | None = None) -> Cohesion:
    """Measure what holds a network together, beside what chance gives.

    Parameters
    ----------
    graph
        As for ``mapping.network.measures``: loops are ignored; strengths are not used here.
    watch
        Told of progress, and stops the work.

    Examples
    --------
    >>> star = cohesion(nx.star_graph(4))
    >>> star.density.value, star.centralisation.value, star.efficiency.value
    (0.4, 1.0, 0.7)
    """
    arcs = arcs_of(graph)
    n = arcs.shape[0]
    one, other, _ = pairs_of(arcs)
    possible = n * (n - 1) // 2
    degrees = _degrees(n, one, other)
    tied = int((degrees > 0).sum())
    few = chance.too_few(actors=tied, ties=len(one))
    # A network of all pairs, or of none, can be tied in one way only: there is no chance in it.
    drawn = (
        _drawn(n, len(one), watch)
        if few is None and len(one) < possible
        else dict.fromkeys(("centralisation", "parts", "efficiency"), np.zeros(0))
    )
    sizes = _part_sizes(n, one, other)

    def beside(name: str, value: float | None, counted: int, of: int) -> Found:
        draws, expected, p = drawn[name], None, None
        if draws.size and value is not None:
            expected = float(draws.mean())
            if draws.size > _DRAWS_OF_WAYS_LARGE:
                p = chance.two_sided(value, draws, expected=expected)
        return Found(
            name=name, value=value, expected=expected, p=p, n=n, counted=counted, of=of, too_few=few
        )

    return Cohesion(
        actors=n,
        isolates=n - tied,
        density=_share("density", len(one), possible, n),
        arc_density=_share("arc_density", arcs.nnz, 2 * possible, n)
        if graph.is_directed()
        else Found(name="arc_density", value=None, n=n),
        centralisation=beside("centralisation", _centralisation(degrees), len(one), possible),
        reciprocity=_reciprocity(n, arcs.nnz, len(one), tied, directed=graph.is_directed()),
        always_mutual=_always_mutual(graph),
        parts=beside("parts", float(len(sizes)), int(sizes.max(initial=0)), n),
        efficiency=beside("efficiency", _efficiency(n, one, other), len(one), possible),
    )


def _drawn(n: int, ties: int, watch: Watch | None) -> dict[str, Floats]:
    """Measure networks with as many actors and ties, tied at random."""
    rng = np.random.default_rng(chance.SEED)
    centred, parts, ways = [], [], []
    draws_of_ways = _DRAWS_OF_WAYS if n <= _LARGE else _DRAWS_OF_WAYS_LARGE
    for draw in range(DRAWS):
        if watch is not None:
            watch.tell("chance", draw, DRAWS)
        one, other = chance.random_pairs(n, ties, rng)
        centred.append(_centralisation(_degrees(n, one, other)))
        parts.append(len(_part_sizes(n, one, other)))
        if draw < draws_of_ways:
            ways.append(_efficiency(n, one, other))
    return {
        "centralisation": np.array(centred, dtype=float),
        "parts": np.array(parts, dtype=float),
        "efficiency": np.array(ways, dtype=float),
    }


def _share(name: str, counted: int, of: int, n: int) -> Found:
    """Make a share that chance cannot change."""
    value = counted / of if of else None
    return Found(name=name, value=value, n=n, counted=counted, of=of)


def _degrees(n: int, one: Ints, other: Ints) -> Ints:
    return (np.bincount(one, minlength=n) + np.bincount(other, minlength=n)).astype(np.int64)


def _centralisation(degrees: Ints) -> float | None:
    """Give Freeman's degree centralisation, ``None`` below three actors."""
    n = len(degrees)
    if n < 3:
        return None
    return float((degrees.max() - degrees).sum() / ((n - 1) * (n - 2)))


def _part_sizes(n: int, one: Ints, other: Ints) -> Ints:
    """Count the actors of each part."""
    if not n:
        return np.zeros(0, dtype=np.int64)
    ties = sparse.csr_array((np.ones(len(one)), (one, other)), shape=(n, n))
    _, labels = csgraph.connected_components(ties, directed=False)
    return np.bincount(labels).astype(np.int64)


def _efficiency(n: int, one: Ints, other: Ints) -> float | None:
    """Give the mean of 1 / distance over all pairs (Latora and Marchiori 2001).

    All actors walk at once: whom each has reached is a row of bits, and one step joins the rows of
    its partners.
    """
    if n < 2:
        return None
    if not len(one):
        return 0.0
    tails, heads = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.argsort(tails, kind="stable")
    tied, starts = np.unique(tails[order], return_index=True)
    heads = heads[order]
    reached = np.zeros((n, -(-n // 64)), dtype=np.uint64)
    everyone = np.arange(n)
    reached[everyone, everyone // 64] = np.uint64(1) << (everyone % 64).astype(np.uint64)
    total, known, steps = 0.0, n, 0
    while True:
        steps += 1
        reached[tied] |= np.bitwise_or.reduceat(reached[heads], starts, axis=0)
        now = int(np.bitwise_count(reached).sum())
        if now == known:
            return total / (n * (n - 1))
        total += (now - known) / steps
        known = now


def _reciprocity(n: int, arcs: int, pairs: int, tied: int, *, directed: bool) -> Found:
    """Give the share of arcs that are returned, and exactly what chance gives for as many arcs."""
    if not directed or not arcs:
        return Found(name="reciprocity", value=None, n=n)
    mutual = arcs - pairs
    few = chance.too_few(actors=tied, ties=arcs)
    expected = p = None
    if few is None:
        numbers, likely = chance.random_reciprocity(n, arcs)
        middle = float(numbers @ likely)
        far = np.abs(numbers - middle) >= abs(mutual - middle) - 1e-9
        expected, p = 2 * middle / arcs, min(1.0, float(likely[far].sum()))
    return Found(
        name="reciprocity",
        value=2 * mutual / arcs,
        expected=expected,
        p=p,
        n=n,
        counted=2 * mutual,
        of=arcs,
        too_few=few,
    )


def _always_mutual(graph: Actors) -> tuple[str, ...]:
    """Name the kinds of ties that are returned wherever they are."""
    if not graph.is_directed():
        return ()
    arcs = cast("nx.DiGraph[Any]", graph).edges(data="kinds", default=())
    seen: set[str] = set()
    one_way: set[str] = set()
    for tail, head, kinds in arcs:
        if tail == head:
            continue
        back: Iterable[str] = (graph.get_edge_data(head, tail) or {}).get("kinds", ())
        seen |= set(kinds)
        one_way |= set(kinds) - set(back)
    return tuple(sorted(seen - one_way))
