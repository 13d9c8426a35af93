"""How groups of actors mix: more among themselves, or more with others, than chance would have it.

Groups are given, not found: sectors, or led by migrants against not. Direction is ignored. An actor
whose group nobody knows is in no number here, and counted. Formulas, sources and limits:
``docs/method-network.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from layers.importing.watch import Watch
from mapping import centrality, chance
from mapping.adjacency import Actors, Floats, Ints, Matrix, Node, arcs_of, pairs_of
from mapping.chance import Found

DRAWS: Final = 1999
LEAD: Final = {True: "migrant_led", False: "institutional"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixing:
    """How the ties lie between given groups.

    Attributes
    ----------
    by
        What made the groups: ``"sector"``, ``"lead"`` or what the caller named.
    sizes
        Actors of each group, in the order of the names.
    unknown
        Actors left out because their group is not known.
    inside, ties
        Tied pairs within a group, of all tied pairs of known groups.
    inside_expected
        How many of ``ties`` lie within a group where labels fall on actors at random.
    e_i
        (outside - inside) / ties: -1 all inside, 1 all outside (Krackhardt and Stern 1988).
    modularity
        Q of the given groups, weighted by strength (Newman 2006): above chance is divided.
    best
        Q of the best groups found, whatever the labels: how divided it could be called.
    each
        E-I of the ties of each group.
    actors
        E-I of each actor's own ties: NaN without ties to known actors, or of unknown group.
    """

    by: str
    sizes: dict[str, int]
    unknown: int
    inside: int
    ties: int
    inside_expected: float | None
    e_i: Found
    modularity: Found
    best: float | None
    each: dict[str, Found]
    actors: pd.Series[Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """The ties among actors of known group."""

    labels: Ints  # of each known actor, number of its group
    one: Ints
    other: Ints
    strength: Floats
    at: Ints  # places of the known actors in the graph
    count: int  # groups


def groups(graph: Actors, by: str | Mapping[Any, str | None]) -> dict[Node, str]:
    """Give the group of every actor of which it is known.

    Parameters
    ----------
    graph
        With node attributes ``sector`` and ``migrant_led`` as ``mapping.network.graph_of`` gives.
    by
        ``"sector"``; ``"lead"``: ``migrant_led`` or ``institutional`` (for certain not); any other
        name of a node attribute; or the groups themselves.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_nodes_from([("a", {"migrant_led": True}), ("b", {"migrant_led": None})])
    >>> groups(graph, "lead")
    {'a': 'migrant_led'}
    """
    if not isinstance(by, str):
        return {node: str(by[node]) for node in graph if by.get(node) is not None}
    if by == "lead":
        led = {node: about.get("migrant_led") for node, about in graph.nodes.items()}
        return {node: LEAD[bool(value)] for node, value in led.items() if value is not None}
    named = {node: about.get(by) for node, about in graph.nodes.items()}
    return {node: str(value) for node, value in named.items() if value is not None}


def between(graph: Actors, by: str | Mapping[Any, str | None]) -> pd.DataFrame:
    """Count the ties between each two groups, and within each.

    Parameters
    ----------
    graph, by
        As for :func:`groups`.

    Returns
    -------
    table
        One row for every two groups, and for each with itself, in the order of their names:
        ``group``, ``other``; ``present``: tied pairs; ``possible``: pairs; ``share``: their ratio,
        NaN where no pair is possible; ``expected``: how many of the pairs would be tied if all ties
        among known actors fell on pairs at random; ``too_few``: whether either has fewer than five
        actors, so that the number says little.

    Examples
    --------
    >>> import networkx as nx
    >>> path = nx.path_graph(["a", "b", "c"])
    >>> table = between(path, {"a": "health", "b": "health", "c": "work"})
    >>> table[["group", "other", "present", "possible"]].to_numpy().tolist()
    [['health', 'health', 1, 1], ['health', 'work', 1, 2], ['work', 'work', 0, 0]]
    """
    known, names = _known(arcs_of(graph), list(graph), groups(graph, by))
    sizes = np.bincount(known.labels, minlength=known.count)
    ends = np.sort(np.stack([known.labels[known.one], known.labels[known.other]]), axis=0)
    present = np.zeros((known.count, known.count), dtype=np.int64)
    np.add.at(present, (ends[0], ends[1]), 1)
    n = len(known.labels)
    density = len(known.one) / (n * (n - 1) / 2) if n > 1 else 0.0
    rows = []
    for i, group in enumerate(names):
        for j in range(i, len(names)):
            possible = sizes[i] * (sizes[i] - 1) // 2 if i == j else sizes[i] * sizes[j]
            rows.append(
                {
                    "group": group,
                    "other": names[j],
                    "present": int(present[i, j]),
                    "possible": int(possible),
                    "share": present[i, j] / possible if possible else np.nan,
                    "expected": float(density * possible),
                    "too_few": bool(min(sizes[i], sizes[j]) < chance.SMALLEST_GROUP),
                }
            )
    columns = ["group", "other", "present", "possible", "share", "expected", "too_few"]
    return pd.DataFrame(rows, columns=columns)


def mixing(
    graph: Actors,
    by: str | Mapping[Any, str | None],
    *,
    name: str | None = None,
    watch: Watch | None = None,
) -> Mixing:
    """Say whether groups keep to themselves more than chance would have it.

    Parameters
    ----------
    graph, by
        As for :func:`groups`.
    name
        What to call it; the name of the attribute where ``by`` is one.
    watch
        Told of progress, and stops the work.

    Notes
    -----
    Chance: the labels of the known actors are dealt anew among them, the ties stay.

    Examples
    --------
    >>> import networkx as nx
    >>> found = mixing(nx.path_graph(4), {0: "a", 1: "a", 2: "b", 3: "b"})
    >>> found.inside, found.ties, round(found.e_i.value, 3), round(found.e_i.expected, 3)
    (2, 3, -0.333, 0.333)
    """
    known, names = _known(arcs_of(graph), list(graph), groups(graph, by))
    n, ties, sizes = len(known.labels), len(known.one), np.bincount(known.labels, minlength=1)
    tied = len(np.union1d(known.one, known.other))
    few = chance.too_few(actors=tied, ties=ties, groups=sizes.tolist())
    same = float((sizes * (sizes - 1)).sum() / (n * (n - 1))) if n > 1 else None
    observed = _counted(known, known.labels)
    drawn = _drawn(known, watch) if few is None else None
    expected_q = None
    if same is not None and ties:
        strengths = _strengths(known)
        expected_q = -(1 - same) * float((strengths**2).sum() / strengths.sum() ** 2)
    inside = int(observed["inside"])
    e_i = Found(
        name="e_i",
        value=1 - 2 * inside / ties if ties else None,
        expected=None if same is None else 1 - 2 * same,
        p=None
        if drawn is None or same is None
        else chance.two_sided(inside, drawn["inside"], expected=same * ties),
        n=n,
        counted=ties - inside,
        of=ties,
        too_few=few,
    )
    q = float(observed["q"]) if ties else None
    modularity = Found(
        name="modularity",
        value=q,
        expected=expected_q,
        p=None
        if drawn is None or q is None or expected_q is None
        else chance.two_sided(q, drawn["q"], expected=expected_q),
        n=n,
        counted=inside,
        of=ties,
        too_few=few,
    )
    return Mixing(
        by=name or (by if isinstance(by, str) else "groups"),
        sizes={group: int(sizes[i]) for i, group in enumerate(names)},
        unknown=len(graph) - n,
        inside=inside,
        ties=ties,
        inside_expected=None if same is None else same * ties,
        e_i=e_i,
        modularity=modularity,
        best=_best(known, q),
        each={
            group: _of_group(i, known, observed, drawn, few, int(sizes[i]))
            for i, group in enumerate(names)
        },
        actors=_of_actors(graph, known),
    )


def _known(arcs: Matrix, nodes: list[Node], group: Mapping[Node, str]) -> tuple[_Known, list[str]]:
    """Keep the actors of known group, and the ties among them."""
    names = sorted(set(group.values()))
    number = {name: i for i, name in enumerate(names)}
    labels = np.array([number[group[node]] if node in group else -1 for node in nodes], dtype=int)
    one, other, strength = pairs_of(arcs)
    kept = (labels[one] >= 0) & (labels[other] >= 0) if len(labels) else np.zeros(0, dtype=bool)
    at = np.flatnonzero(labels >= 0)
    place = np.full(len(labels), -1, dtype=np.int64)
    place[at] = np.arange(len(at))
    known = _Known(
        labels=labels[at],
        one=place[one[kept]],
        other=place[other[kept]],
        strength=strength[kept],
        at=at,
        count=len(names),
    )
    return known, names


def _strengths(known: _Known) -> Floats:
    """Sum the strengths of each actor's ties."""
    n = len(known.labels)
    return np.asarray(
        np.bincount(known.one, known.strength, n) + np.bincount(known.other, known.strength, n),
        dtype=np.float64,
    )


def _counted(known: _Known, labels: Ints, strengths: Floats | None = None) -> dict[str, Any]:
    """Count what lies inside of groups, with these labels."""
    first, second = labels[known.one], labels[known.other]
    same = first == second
    inside = np.bincount(first[same], minlength=known.count)
    ends = np.bincount(first, minlength=known.count) + np.bincount(second, minlength=known.count)
    strengths = _strengths(known) if strengths is None else strengths
    whole = float(strengths.sum())
    q = 0.0
    if whole:
        of_groups = np.bincount(labels, strengths, known.count)
        q = 2 * float(known.strength[same].sum()) / whole - float(((of_groups / whole) ** 2).sum())
    return {"inside": int(same.sum()), "q": q, "own": inside, "out": ends - 2 * inside}


def _drawn(known: _Known, watch: Watch | None) -> dict[str, Any]:
    """Count the same with the labels dealt anew, many times."""
    rng = np.random.default_rng(chance.SEED)
    strengths = _strengths(known)
    kept: dict[str, list[Any]] = {"inside": [], "q": [], "own": [], "out": []}
    for draw in range(DRAWS):
        if watch is not None and draw % 50 == 0:
            watch.tell("chance", draw, DRAWS)
        found = _counted(known, rng.permutation(known.labels), strengths)
        for name, values in kept.items():
            values.append(found[name])
    return {name: np.array(values) for name, values in kept.items()}


def _of_group(
    number: int,
    known: _Known,
    observed: dict[str, Any],
    drawn: dict[str, Any] | None,
    few: str | None,
    size: int,
) -> Found:
    """Give E-I of the ties of one group; what is expected is the ratio of what both counts are."""
    own, out = int(observed["own"][number]), int(observed["out"][number])
    n = len(known.labels)
    pairs_in, pairs_out = size * (size - 1) / 2, size * (n - size)
    both = pairs_in + pairs_out
    expected = (pairs_out - pairs_in) / both if both else None
    value = (out - own) / (out + own) if out + own else None
    if few is None and size < chance.SMALLEST_GROUP:
        few = "groups"
    p = None
    if few is None and drawn is not None and value is not None and expected is not None:
        inside, outside = drawn["own"][:, number], drawn["out"][:, number]
        tied = inside + outside > 0
        values = (outside[tied] - inside[tied]) / (outside[tied] + inside[tied])
        p = chance.two_sided(value, values, expected=expected)
    return Found(
        name="e_i",
        value=value,
        expected=expected,
        p=p,
        n=size,
        counted=out,
        of=out + own,
        too_few=few,
    )


def _of_actors(graph: Actors, known: _Known) -> pd.Series[Any]:
    """Give E-I of each actor's own ties to actors of known group."""
    n = len(known.labels)
    same = (known.labels[known.one] == known.labels[known.other]).astype(float)
    inside = np.bincount(known.one, same, n) + np.bincount(known.other, same, n)
    ties = np.bincount(known.one, minlength=n) + np.bincount(known.other, minlength=n)
    values = np.full(len(graph), np.nan)
    values[known.at] = np.divide(ties - 2 * inside, ties, out=np.full(n, np.nan), where=ties > 0)
    index = pd.Index(list(graph), dtype=object, name="actor", tupleize_cols=False)
    return pd.Series(values, index=index, name="e_i")


def _best(known: _Known, q: float | None) -> float | None:
    """Give the largest Q seen: of the groups that Louvain's method finds, or of those given."""
    if q is None:
        return None
    found = centrality.communities_of(len(known.labels), known.one, known.other, known.strength)
    of_found = _Known(found, known.one, known.other, known.strength, known.at, int(found.max()) + 1)
    return max(q, float(_counted(of_found, found)["q"]))
