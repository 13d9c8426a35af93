"""Who stands between two that have no tie of their own: roles by group, and ties with no way round.

Roles are Gould and Fernandez' (1989), named by the way of two steps, a to b to c, and by the groups
of the three. Formulas, sources and limits: ``docs/method-network.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd

from mapping.adjacency import Actors, Ints, Matrix, arcs_of, plain
from mapping.mixing import groups

ROLES: Final = ("coordinator", "gatekeeper", "representative", "consultant", "liaison")
# Without directions nobody can tell letting in from speaking for: the two are one.
MERGED: Final = ("coordinator", "gatekeeper_or_representative", "consultant", "liaison")
_WAYS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """How often each actor stands between two others, by groups.

    Attributes
    ----------
    by
        What made the groups, as in ``mapping.mixing``.
    table
        One row an actor, in the order of the graph; columns :data:`ROLES`, or :data:`MERGED` of a
        graph without directions, and ``total``. NaN for an actor of unknown group.
    unknown
        Actors in no role because their group is not known.
    """

    by: str
    table: pd.DataFrame
    unknown: int


def roles(graph: Actors, by: str | Mapping[Any, str | None], *, name: str | None = None) -> Roles:
    """Count for every actor b the ways a to b to c where a has no tie to c.

    Parameters
    ----------
    graph
        As for ``mapping.network.measures``; loops and strengths are not used. Without directions
        each pair {a, c} counts once.
    by
        As for ``mapping.mixing.groups``.
    name
        What to call the groups, where ``by`` is no name.

    Returns
    -------
    roles
        ``coordinator``: all three of one group; ``gatekeeper``: b lets an outsider in to its own
        (A to B to B); ``representative``: b speaks for its own to an outsider (A to A to B);
        ``consultant``: b links two of another group (A to B to A); ``liaison``: three groups.

    Notes
    -----
    By the way of two steps, because printed tables of gatekeeper and representative are swapped
    here and there.

    Examples
    --------
    >>> way = nx.DiGraph([("outsider", "door"), ("door", "friend")])
    >>> of = {"outsider": "x", "door": "y", "friend": "y"}
    >>> roles(way, of).table.loc["door", "gatekeeper"].item()
    1.0
    """
    group = groups(graph, by)
    number = {one: i for i, one in enumerate(sorted(set(group.values())))}
    labels = np.array([number[group[node]] if node in group else -1 for node in graph], dtype=int)
    arcs = arcs_of(graph)
    counts = np.zeros((len(labels), len(ROLES)), dtype=np.int64)
    for before, middle, after in _open_ways(arcs):
        a, b, c = labels[before], labels[middle], labels[after]
        role = _role(a, b, c)
        known = (a >= 0) & (b >= 0) & (c >= 0)
        np.add.at(counts, (middle[known], role[known]), 1)
    index = pd.Index(list(graph), dtype=object, name="actor", tupleize_cols=False)
    if graph.is_directed():
        table = pd.DataFrame(counts, columns=list(ROLES), index=index, dtype=float)
    else:  # each pair was gone through from both sides
        merged = np.column_stack([counts[:, 0], counts[:, 1] + counts[:, 2], counts[:, 3:]]) / 2
        table = pd.DataFrame(merged, columns=list(MERGED), index=index)
    table["total"] = table.sum(axis=1)
    table[labels < 0] = np.nan
    return Roles(
        by=name or (by if isinstance(by, str) else "groups"),
        table=table,
        unknown=int((labels < 0).sum()),
    )


def _role(a: Ints, b: Ints, c: Ints) -> Ints:
    """Give the number of the role of each way, by the groups of its three."""
    return np.select(
        [(a == b) & (b == c), b == c, a == b, a == c],
        [0, 1, 2, 3],
        default=4,
    ).astype(np.int64)


def _open_ways(arcs: Matrix) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Give all ways of two steps between two others without an arc of their own, in blocks."""
    n = arcs.shape[0]
    tails = np.repeat(np.arange(n), np.diff(arcs.indptr))
    heads = arcs.indices.astype(np.int64)
    ties = np.sort(tails * n + heads)
    onward = np.diff(arcs.indptr)[heads]  # ways on from the head of each arc
    ends = np.cumsum(onward)
    first = 0
    while first < len(tails):
        done = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _WAYS_AT_ONCE, side="right")))
        arc = np.repeat(np.arange(first, last), onward[first:last])
        middle = heads[arc]
        along = np.arange(len(arc)) - (ends[arc] - onward[arc] - done)
        before, after = tails[arc], heads[arcs.indptr[middle] + along]
        direct = before * n + after
        at = np.minimum(np.searchsorted(ties, direct), len(ties) - 1)
        is_open = (before != after) & (ties[at] != direct)
        yield before[is_open], middle[is_open], after[is_open]
        first = last


def bridges(graph: Actors) -> pd.DataFrame:
    """List the ties without which two parts of the network have no way to each other.

    Direction is ignored: a tie lets both ends talk.

    Returns
    -------
    table
        ``near``, ``far``: its two ends, ``far`` on the smaller side (of two as large, the end that
        comes later in the graph); ``cut_off``: tuple of those on that side; ``number``;
        ``migrant_led``: how many of them are known to be; the gravest loss first.

    Examples
    --------
    >>> bridges(nx.Graph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "far")])).to_dict("list")
    {'near': ['c'], 'far': ['far'], 'cut_off': [('far',)], 'number': [1], 'migrant_led': [0]}
    """
    order = {node: i for i, node in enumerate(graph)}
    ties = plain(graph)
    rows = []
    for one, other in list(nx.bridges(ties)):
        ties.remove_edge(one, other)
        sides = [(end, nx.node_connected_component(ties, end)) for end in (one, other)]
        ties.add_edge(one, other)
        (near, _), (far, lost) = sorted(sides, key=lambda s: (-len(s[1]), order[s[0]]))
        led = sum(graph.nodes[node].get("migrant_led") is True for node in lost)
        cut_off = tuple(sorted(lost, key=order.__getitem__))
        rows.append((near, far, cut_off, len(lost), led))
    rows.sort(key=lambda row: (-row[3], -row[4], order[row[0]], order[row[1]]))
    return pd.DataFrame(rows, columns=["near", "far", "cut_off", "number", "migrant_led"])
