"""Who hangs on one go-between, and which tie would give them a second way.

Somebody hangs on an actor where all chains of ties to those who decide, or to the largest part of
the network, pass that actor. Direction is ignored: a tie lets both ends talk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx
import numpy as np

from layers.streets import Floats, Numbers
from mapping.adjacency import Actors, Node
from mapping.offers import Flags

DECIDE: Final = "decide"  # the way that is one: to those who decide
REST: Final = "rest"  # or to most of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """Actors with one way only, or none.

    Attributes
    ----------
    actors
        Those who hang together on ``through``, in the order of the graph.
    through
        The go-between; ``None`` where they have no way at all.
    to
        ``DECIDE`` or ``REST``: where the one way leads.
    beyond
        Whom a tie of any of them must reach for a way of their own.
    """

    actors: tuple[Node, ...]
    through: Node | None
    to: str
    beyond: frozenset[Node]


def hanging(graph: Actors, *, target: Collection[Node]) -> list[Hanging]:
    """List who hangs on one go-between, and who has no way at all.

    Parameters
    ----------
    graph
        As for :func:`mapping.network.measures`.
    target
        Those who decide; those not in the graph are ignored.

    Returns
    -------
    found
        Each set of actors once for each go-between. Who hangs on the same actor for both ends is
        named for those who decide.

    Examples
    --------
    >>> chain = nx.path_graph(["group", "office", "city", "school"])
    >>> [(one.actors, one.through, one.to) for one in hanging(chain, target={"city"})]
    [(('group',), 'office', 'decide'), (('school',), 'city', 'rest')]
    """
    plain: nx.Graph[Any] = nx.Graph()
    plain.add_nodes_from(graph)
    plain.add_edges_from((tail, head) for tail, head in graph.edges() if tail != head)
    order = {node: at for at, node in enumerate(plain)}
    goals = {node for node in target if node in plain}
    found: dict[tuple[Node | None, frozenset[Node]], Hanging] = {}
    for one in [*_apart(plain, goals), *_behind(plain, goals)]:
        found.setdefault((one.through, frozenset(one.actors)), one)
    return sorted(
        found.values(),
        key=lambda one: (-len(one.actors), order[one.actors[0]], one.through is not None),
    )


def _apart(plain: nx.Graph[Any], goals: set[Node]) -> Iterator[Hanging]:
    """Give the parts of the network from which no chain leads to those who decide."""
    parts = sorted(nx.connected_components(plain), key=lambda part: -len(part))
    if goals:
        there = frozenset(node for part in parts if part & goals for node in part)
    else:
        there = frozenset(parts[0] if parts else ())
    for part in parts:
        if not part & there and there:
            yield Hanging(
                actors=_ordered(plain, part),
                through=None,
                to=DECIDE if goals else REST,
                beyond=there,
            )


def _behind(plain: nx.Graph[Any], goals: set[Node]) -> Iterator[Hanging]:
    """Give who is cut off where one actor is gone: from those who decide, then from the rest."""
    parts = {node: part for part in nx.connected_components(plain) for node in part}
    goal = object()  # cannot be equal to an actor's id
    led = plain.copy()
    led.add_edges_from((node, goal) for node in goals)
    for point in nx.articulation_points(led):
        if point is goal or point in goals:  # who is tied to one who decides has a way
            continue
        pieces = _pieces(led, point, parts[point] | ({goal} if parts[point] & goals else set()))
        rest = next((one for one in pieces if goal in one), None)
        for piece in pieces:
            if rest is not None and piece is not rest:
                yield _piece(plain, piece, point, DECIDE, rest - {goal})
    for point in nx.articulation_points(plain):
        first, *others = _pieces(plain, point, parts[point])
        for piece in others:
            yield _piece(plain, piece, point, REST, first)


def _pieces(graph: nx.Graph[Any], point: Node, part: Collection[Node]) -> list[set[Node]]:
    """Take an actor out of its part of the network: what remains, the largest first."""
    order = {node: at for at, node in enumerate(graph)}
    left = nx.connected_components(graph.subgraph(set(part) - {point}))
    return sorted(left, key=lambda one: (-len(one), min(order[node] for node in one)))


def _piece(
    plain: nx.Graph[Any], piece: set[Node], point: Node, to: str, rest: set[Node]
) -> Hanging:
    return Hanging(actors=_ordered(plain, piece), through=point, to=to, beyond=frozenset(rest))


def _ordered(plain: nx.Graph[Any], several: Collection[Node]) -> tuple[Node, ...]:
    return tuple(node for node in plain if node in several)


class Crossing:
    """Which pairs of actors would give whom a way of their own; n actors by number.

    Somebody who hangs on a go-between too gives nobody a way of their own.

    Parameters
    ----------
    several
        As of :func:`hanging`.
    order
        The actors.
    weight
        (n,) what it counts that an actor no longer hangs on somebody.
    """

    def __init__(self, several: list[Hanging], order: Sequence[Node], weight: Floats) -> None:
        self.several, self.weight = several, weight
        number = {node: at for at, node in enumerate(order)}
        held = {node for one in several for node in one.actors}  # no way to rely on leads there
        self._ends = [
            tuple(
                _flags([number[node] for node in side], len(order))
                for side in (one.actors, one.beyond - held)
            )
            for one in several
        ]
        self._worth = [float(weight[ends[0]].sum()) for ends in self._ends]
        self._open = [True] * len(several)
        self.worth = np.zeros((len(order), len(order)))
        for at in range(len(several)):
            self._add(at, self._worth[at])

    def of(self, a: int, b: int) -> list[Hanging]:
        """Give who would have a way of their own by a tie of two actors, and did not so far."""
        return [
            one for at, one in enumerate(self.several) if self._open[at] and self._has(at, a, b)
        ]

    def helped(self, rows: Numbers, columns: Numbers) -> int:
        """Count the actors that would have a way of their own by any of some ties, each once."""
        if not self._ends:
            return 0
        here, beyond = (np.stack([ends[at] for ends in self._ends]) for at in (0, 1))
        over = (here[:, rows] & beyond[:, columns]) | (here[:, columns] & beyond[:, rows])
        return int(here[over.any(axis=1)].any(axis=0).sum())

    def settle(self, a: int, b: int) -> None:
        """Count no further what a tie of two actors brings."""
        for at in range(len(self.several)):
            if self._open[at] and self._has(at, a, b):
                self._open[at] = False
                self._add(at, -self._worth[at])

    def _has(self, at: int, a: int, b: int) -> bool:
        here, beyond = self._ends[at]
        return bool((here[a] and beyond[b]) or (here[b] and beyond[a]))

    def _add(self, at: int, value: float) -> None:
        here, beyond = self._ends[at]
        self.worth[np.ix_(here, beyond)] += value
        self.worth[np.ix_(beyond, here)] += value


def _flags(rows: list[int], n: int) -> Flags:
    found = np.zeros(n, dtype=np.bool_)
    found[rows] = True
    return found
