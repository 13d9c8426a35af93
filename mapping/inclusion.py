"""Who is not heard: groups without a tie, without two ways to a decision, or behind one other.

Direction is ignored: a tie lets both ends talk. Whether migrants lead an actor may be unknown:
such an actor is counted apart, never as either.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import networkx as nx
import pandas as pd
from scipy.stats import hypergeom

# Why a group is listed, the gravest first.
NO_TIE, NO_WAY, GO_BETWEEN, ONE_CONTACT = "no_tie", "no_way", "go_between", "one_contact"
REASONS: Final = (NO_TIE, NO_WAY, GO_BETWEEN, ONE_CONTACT)
FEW_ACTORS, FEW_TIES, FEW_OF_A_GROUP = 10, 10, 5  # with fewer chance cannot be told from a habit
ENOUGH: Final = 2  # ways to a decision that do not all depend on one actor
Node: TypeAlias = Hashable
Actors: TypeAlias = "nx.Graph[Any]"  # a DiGraph is one too


def decision_makers(graph: Actors) -> list[Node]:
    """List those who decide: the municipality, and who is known to be a decision-maker."""
    return [
        node
        for node, about in graph.nodes.items()
        if about.get("city") is True or about.get("decision_maker") is True
    ]


def ways(graph: Actors, *, target: Collection[Node]) -> pd.DataFrame:
    """Count independent ways to a set of actors, and name those on every way.

    Two ways are independent where no actor is on both, not even the one of ``target`` at the end:
    whoever knows one decision-maker only has one way.

    Parameters
    ----------
    graph
        As :func:`mapping.network.graph_of` makes it; direction and loops are ignored.
    target
        Actors to be reached; those not in the graph are ignored.

    Returns
    -------
    table
        Indexed by actor in the order of the graph. ``ways``: 0, 1 or 2 (two or more), ``<NA>`` for
        those of ``target``. ``through``: tuple of the actors on every way, the nearest first;
        empty unless there is one way. ``partners``: how many actors it has a tie with.

    Notes
    -----
    ``through`` are the dominators of the actor, seen from a point joined to all of ``target``
    (Cooper, Harvey and Kennedy 2001). By Menger's theorem an actor that has none of them, and a
    way, has two ways without a common actor.

    Examples
    --------
    >>> ways(nx.path_graph(["group", "office", "city"]), target=["city"])["through"].tolist()
    [('office', 'city'), ('city',), ()]
    """
    plain: nx.DiGraph[Any] = nx.DiGraph()
    plain.add_nodes_from(graph)
    for tail, head in graph.edges():
        if tail != head:
            plain.add_edges_from([(tail, head), (head, tail)])
    partners = {node: len(plain[node]) for node in graph}
    goal = object()  # cannot be equal to an actor's id
    arrived = {node for node in target if node in plain}
    plain.add_node(goal)
    plain.add_edges_from((goal, node) for node in arrived)
    above = nx.immediate_dominators(plain, goal)
    rows = []
    for node in graph:
        chain = tuple(_above(above, node, goal)) if node in above else ()
        if node in arrived:
            number: int | None = None
        else:
            number = 0 if node not in above else 1 if chain else ENOUGH
        rows.append((number, chain if number == 1 else (), partners[node]))
    index = pd.Index(list(graph.nodes), dtype=object, name="actor", tupleize_cols=False)
    table = pd.DataFrame(rows, columns=["ways", "through", "partners"], index=index)
    return table.astype({"ways": "Int64", "partners": "int64"})


def _above(above: dict[Any, Any], node: Node, goal: object) -> Iterator[Node]:
    """Walk from an actor's nearest dominator up to the goal, which is not given."""
    while (node := above[node]) is not goal:
        yield node


def not_heard(graph: Actors, *, target: Collection[Node]) -> pd.DataFrame:
    """List the groups led by migrants that have fewer than two ways, the gravest first.

    Returns
    -------
    table
        ``group``; ``reason``: ``no_tie``, ``no_way`` (ties, but none that leads there),
        ``go_between`` (``through`` holds somebody who is not of ``target``) or ``one_contact``
        (only one of ``target``); ``through`` as of :func:`ways`; ``call``: whom to call, or
        ``None``; ``call_why``: ``language`` (an actor with a way that shares a language with it),
        ``office`` (one of ``target`` that works on it), ``go_between``, ``one_contact``;
        ``women_through``: whether it is led by women and the nearest of ``through`` is not,
        ``None`` where that is unknown. In the order of ``REASONS``, else as in the graph.
    """
    deciding = set(target)
    rows = []
    table = ways(graph, target=target)
    for node, row in table.iterrows():
        if graph.nodes[node].get("migrant_led") is not True or pd.isna(row["ways"]):
            continue
        if row["ways"] >= ENOUGH:
            continue
        through = row["through"]
        if row["ways"] == 0:
            reason = NO_WAY if row["partners"] else NO_TIE
        else:
            reason = ONE_CONTACT if set(through) <= deciding else GO_BETWEEN
        call, why = (through[0], reason) if through else _introducing(graph, node, table, deciding)
        rows.append((node, reason, through, call, why, _women_through(graph, node, through)))
    rows.sort(key=lambda one: REASONS.index(one[1]))
    columns = ["group", "reason", "through", "call", "call_why", "women_through"]
    return pd.DataFrame(rows, columns=columns).astype({"women_through": object})


def _women_through(graph: Actors, group: Node, through: tuple[Node, ...]) -> bool | None:
    """Tell whether women of a group led by women are heard through others only."""
    hers = graph.nodes[group].get("women_led")
    theirs = graph.nodes[through[0]].get("women_led") if through else True
    if hers is False or theirs is True:
        return False
    return None if hers is None or theirs is None else True


def _introducing(
    graph: Actors, group: Node, table: pd.DataFrame, deciding: Collection[Node]
) -> tuple[Node | None, str | None]:
    """Find whom to call about a group nobody is tied to: its language first, then an office."""
    spoken = set(graph.nodes[group].get("communities") or ())
    many = table["ways"].fillna(ENOUGH).astype(int).to_dict()  # those who decide are heard
    partners = table["partners"].to_dict()
    heard = [one for one in graph if many[one] >= ENOUGH]
    near = [
        one
        for one in heard
        if one != group and spoken & set(graph.nodes[one].get("communities") or ())
    ]
    if near:
        return (
            max(
                near,
                key=lambda one: (
                    len(spoken & set(graph.nodes[one]["communities"])),
                    graph.nodes[one].get("migrant_led") is True,
                    partners[one],
                ),
            ),
            "language",
        )
    offices = [one for one in graph if one in deciding]
    if not offices:
        return None, None
    best = max(
        offices,
        key=lambda one: (
            graph.nodes[one].get("sector") == "migrants",
            partners[one],
        ),
    )
    return best, "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of one sort are in the core, beside how many chance would put there.

    Only actors of which it is known are counted: ``in_core`` of ``core`` and ``in_all`` of ``all``;
    the others are ``unknown_core`` and ``unknown_all``. ``p`` is the chance that a draw of as many
    actors gives a number at most as likely (two-sided, hypergeometric). ``None`` where nothing can
    be said of chance; ``too_few`` then says why: ``actors``, ``ties``, ``group`` or ``core``.
    """

    in_core: int
    core: int
    in_all: int
    all: int
    unknown_core: int
    unknown_all: int
    expected: float | None
    p: float | None
    too_few: str | None


def share(graph: Actors, *, core: Collection[Node], attribute: str) -> Share:
    """Compare who is in the core with who is in the whole.

    Parameters
    ----------
    graph
        As :func:`mapping.network.graph_of` makes it.
    core
        Actors of the core.
    attribute
        ``migrant_led`` or ``women_led``.

    Examples
    --------
    Of three led by women none is in a core of two.

    >>> few = nx.Graph()
    >>> few.add_nodes_from("abc", women_led=True)
    >>> few.add_nodes_from("de", women_led=False)
    >>> found = share(few, core="de", attribute="women_led")
    >>> found.in_core, found.core, found.in_all, found.all, found.too_few
    (0, 2, 3, 5, 'actors')
    """
    led = {node: about.get(attribute) for node, about in graph.nodes.items()}
    known = [node for node, value in led.items() if value is not None]
    inside = [node for node in known if node in core]
    size, of_it = len(known), sum(led[node] is True for node in known)
    drawn, got = len(inside), sum(led[node] is True for node in inside)
    why = _too_few(graph, of_it, size - of_it, drawn)
    chance = None if why else hypergeom(size, of_it, drawn)
    return Share(
        in_core=got,
        core=drawn,
        in_all=of_it,
        all=size,
        unknown_core=sum(node in core for node in led) - drawn,
        unknown_all=len(led) - size,
        expected=None if chance is None else drawn * of_it / size,
        p=None if chance is None else _two_sided(chance, got, drawn),
        too_few=why,
    )


def _too_few(graph: Actors, of_it: int, others: int, drawn: int) -> str | None:
    tied = {node for pair in graph.edges() if pair[0] != pair[1] for node in pair}
    pairs = {frozenset(pair) for pair in graph.edges() if pair[0] != pair[1]}
    if len(tied) < FEW_ACTORS:
        return "actors"
    if len(pairs) < FEW_TIES:
        return "ties"
    if min(of_it, others) < FEW_OF_A_GROUP:
        return "group"
    return None if drawn else "core"


def _two_sided(chance: Any, got: int, drawn: int) -> float:  # noqa: ANN401 - scipy types none
    """Add up all numbers that are at most as likely as the one found."""
    likely = chance.pmf(range(drawn + 1))
    return float(min(1.0, likely[likely <= likely[got] * (1 + 1e-9)].sum()))
