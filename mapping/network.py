"""Who works with whom: the graph of actors, what each place in it means, who depends on whom.

Sums on graphs and tables only. Every number describes the ties that were recorded; none of them is
a verdict on an organization. Formulas, sources and limits: ``docs/method-network.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, TypeAlias, cast

import networkx as nx
import pandas as pd
from scipy import sparse

from layers import clock, consent
from layers.importing.watch import Watch
from mapping import adjacency, centrality, mixing, network_said, whole_network, words
from mapping.adjacency import arcs_of
from mapping.adjacency import plain as plain_of
from mapping.counted import Counted

Node: TypeAlias = adjacency.Node
Actors: TypeAlias = adjacency.Actors
_YES_NO = ("migrant_led", "women_led", "decision_maker")
_ABOUT = ("name", "kind", "sector", "internal", *_YES_NO)  # of an actor, where known


def measures(graph: Actors, *, watch: Watch | None = None) -> pd.DataFrame:
    """Measure every actor's place among the recorded ties.

    Parameters
    ----------
    graph
        ``nx.Graph`` or ``nx.DiGraph``, kinds of ties summed before. Edge attribute ``strength``
        (a positive number, 1 where absent: more is closer). Loops are ignored.
    watch
        Told of progress, and stops the work.

    Returns
    -------
    table
        One row an actor, in the order of the graph, indexed by actor:

        - ``degree``: ties; of a DiGraph both those that leave and those that arrive
        - ``strength``: sum of their strengths
        - ``betweenness``: share of all other pairs whose shortest path passes here, in [0, 1];
          the length of a tie is 1 / strength; 0 where there are fewer than three actors
        - ``constraint``: Burt's constraint (low: partners who do not know each other)
        - ``effective_size``: partners less their overlap, weighted by strength
        - ``community``: number of the group found by Louvain's method (seeded), 0 is the largest
        - ``core``: the largest k for which the actor is in a part where each has k partners

        ``constraint`` and ``effective_size`` of an actor without ties are NaN: undefined, not 0.

    Raises
    ------
    ValueError
        If the graph is a multigraph: the kinds of ties must be summed first.
    LayerError
        ``tie_strength_not_positive`` if a strength is zero, negative, infinite or no number;
        ``stopped`` where somebody asked to stop.

    Notes
    -----
    Brandes' betweenness for all sources at once: distances by scipy's Dijkstra, then path counts
    and dependencies each by one triangular solve; about O(n (m + n log n)). Above a thousand actors
    by igraph, where that is installed.

    Examples
    --------
    >>> measures(nx.path_graph(["a", "b", "c"]))["betweenness"].tolist()
    [0.0, 1.0, 0.0]
    """
    arcs = arcs_of(graph)
    both_ways = sparse.csr_array(arcs + arcs.T)
    # An undirected tie is in `arcs` once for each end; a directed one at the end it leaves.
    counted = both_ways if graph.is_directed() else arcs
    constraint, effective_size = centrality.structural_holes(both_ways)
    nodes = list(graph.nodes)
    return pd.DataFrame(
        {
            "degree": centrality.degrees(arcs, directed=graph.is_directed()),
            "strength": counted.sum(axis=1).astype(float),
            "betweenness": centrality.betweenness(arcs, watch),
            "constraint": constraint,
            "effective_size": effective_size,
            "community": centrality.communities(both_ways),
            "core": centrality.cores(both_ways),
        },
        index=pd.Index(nodes, dtype=object, name="actor", tupleize_cols=False),
    )


def cut_points(graph: Actors) -> pd.DataFrame:
    """List the actors whose loss would cut others off from the rest, the gravest first.

    Direction is ignored: a tie lets both ends talk. *The rest* is the largest part that remains
    of the network the actor was in (of equal ones the first in the order of the graph).

    Returns
    -------
    table
        ``actor``; ``cut_off``: tuple of those who lose their only way to the rest; ``number``:
        how many; ``migrant_led``: how many of them carry a true node attribute ``migrant_led``.

    Examples
    --------
    >>> cut_points(nx.path_graph(["a", "b", "c", "d"])).to_dict("list")
    {'actor': ['b', 'c'], 'cut_off': [('a',), ('d',)], 'number': [1, 1], 'migrant_led': [0, 0]}
    """
    return _listed(graph, "actor", _cut_off(plain_of(graph)))


def go_betweens(graph: Actors, *, target: Collection[Node]) -> pd.DataFrame:
    """List the actors through whom alone others reach a set of actors, the longest lists first.

    Direction is ignored. Somebody tied to any of ``target`` has no go-between; somebody who
    cannot reach ``target`` at all is in no list. In a chain everyone on the way is named.

    Parameters
    ----------
    graph
        As for :func:`measures`.
    target
        Actors to be reached, such as those of the municipality; those not in the graph are ignored.

    Returns
    -------
    table
        ``go_between``; ``actors``: tuple of those with no other way; ``number``; ``migrant_led``.

    Examples
    --------
    >>> chain = nx.path_graph(["group", "office", "city"])
    >>> go_betweens(chain, target={"city"}).to_dict("list")
    {'go_between': ['office'], 'actors': [('group',)], 'number': [1], 'migrant_led': [0]}
    """
    plain = plain_of(graph)
    goal = object()  # cannot be equal to an actor's id
    arrived = {node for node in target if node in plain}
    plain.add_edges_from((node, goal) for node in arrived)
    lost = ((g, cut) for g, cut in _cut_off(plain, keep=goal) if g not in arrived)
    return _listed(graph, "go_between", lost)


def without_a_way(graph: Actors, *, target: Collection[Node]) -> list[Node]:
    """List the actors that no path of ties leads to ``target``, in the order of the graph.

    Examples
    --------
    >>> without_a_way(nx.Graph([("group", "friend"), ("city", "office")]), target={"city"})
    ['group', 'friend']
    """
    plain = plain_of(graph)
    reached: set[Node] = set()
    for node in target:
        if node in plain and node not in reached:
            reached |= nx.node_connected_component(plain, node)
    return [node for node in graph if node not in reached]


def neighbourhood(graph: Actors, actor: Node, *, steps: int = 1) -> set[Node]:
    """Give an actor and all within some steps of it, whatever the direction of the ties.

    Examples
    --------
    >>> sorted(neighbourhood(nx.path_graph(["a", "b", "c", "d"]), "b"))
    ['a', 'b', 'c']
    """
    return set(nx.single_source_shortest_path_length(plain_of(graph), actor, cutoff=steps))


def graph_of(
    organizations: pd.DataFrame, ties: pd.DataFrame, counted: Counted | None = None
) -> nx.DiGraph[str]:
    """Make the graph of actors out of the atlas's two tables.

    Parameters
    ----------
    organizations
        Table ``organizations``: each row is an actor, tied or not. One that refused to be shown
        is left out with its ties.
    ties
        Table ``ties``. A mutual tie is drawn both ways. Strengths of several kinds between the
        same two are summed; an unknown strength counts 1; of one kind recorded twice the stronger
        counts. Ties to an organization not in the table are left out.
    counted
        Which ties to keep; ``None`` keeps the ties of all kinds and times.

    Returns
    -------
    graph
        Nodes carry ``name``, ``kind``, ``sector``, ``internal``, ``migrant_led``, ``women_led``
        and ``decision_maker`` (``None`` where unknown), ``communities`` (tuple), and ``city`` (see
        :func:`city_actors`); arcs carry ``strength`` and ``kinds`` (sorted tuple).
    """
    organizations = consent.shown_actors(organizations)
    graph: nx.DiGraph[str] = nx.DiGraph()
    city = set(city_actors(organizations))
    columns = ["id", *_ABOUT, "communities"]
    for row in organizations.reindex(columns=columns).itertuples(index=False):
        values = (None if pd.isna(one) else one for one in row[1:-1])
        known = {
            name: bool(value) if name in _YES_NO and value is not None else value
            for name, value in zip(_ABOUT, values, strict=True)
        }
        several = tuple(row[-1]) if isinstance(row[-1], list | tuple) else ()
        graph.add_node(row[0], city=row[0] in city, communities=several, **known)
    if counted is not None:
        ties = counted.of(ties)
    there = ties["from_id"].isin(graph) & ties["to_id"].isin(graph)
    kept = ties.loc[there, ["from_id", "to_id", "kind", "direction", "strength"]]
    back = kept[kept["direction"] == "mutual"].rename(
        columns={"from_id": "to_id", "to_id": "from_id"}
    )
    both = pd.concat([kept, back[kept.columns]])
    both["strength"] = both["strength"].astype("Float64").fillna(1.0).astype(float)
    strongest = both.groupby(["from_id", "to_id", "kind"], sort=True)["strength"].max()
    found = cast("Iterable[tuple[tuple[str, str, str], float]]", strongest.items())
    for (tail, head, kind), strength in found:
        if graph.has_edge(tail, head):
            arc = graph.edges[tail, head]
            arc["strength"] += strength
            arc["kinds"] += (kind,)
        else:
            graph.add_edge(tail, head, strength=strength, kinds=(kind,))
    return graph


def city_actors(organizations: pd.DataFrame) -> list[str]:
    """List the actors that are the municipality: its own kind, or said to be internal to it."""
    table = organizations.reindex(columns=["id", "kind", "internal"])
    city = (table["kind"] == "municipality") | (table["internal"] == "internal")
    return [str(one) for one in table.loc[city.fillna(value=False), "id"]]


def report(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    on: date | None = None,
    *,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Say what the network shows, ready for JSON: unknown and undefined are ``None``.

    Parameters
    ----------
    organizations, ties
        Tables of the atlas.
    on
        Day to look at; ``None`` is today.
    watch
        Told of progress, and stops the work.

    Returns
    -------
    report
        ``on``; ``not_shown`` (actors who refused to be: left out with their ties); ``actors``,
        ``migrant_led`` (how many are known to be), ``ties`` (arcs, kinds summed), ``tied_pairs``,
        ``possible_pairs``, ``density`` (their ratio, ``None`` below two actors), ``parts``
        (connected, isolates too), ``isolates`` (ids); ``cut_points`` and ``go_betweens`` as in
        :func:`cut_points` and :func:`go_betweens` (target: the municipality); ``city`` (ids),
        ``without_a_way_to_city`` (ids); ``measures``: one object an actor, ``actor`` and ``name``
        before the columns of :func:`measures`, after them ``e_i`` (of its own ties, by sector);
        what ``mapping.whole_network.told`` gives; ``between`` (``sector``, ``lead``: rows of
        ``mapping.mixing.between``); ``said``: sentences about the whole.
    """
    day = on or clock.today()
    shown = consent.shown_actors(organizations)
    graph = graph_of(shown, ties, Counted(on=day))
    plain = plain_of(graph)
    possible = len(plain) * (len(plain) - 1) // 2
    city = city_actors(shown)
    whole = whole_network.whole_network(graph, watch=watch)
    table = measures(graph, watch=watch).assign(e_i=whole.sector.actors)
    rows = table.astype(object).where(table.notna(), None).reset_index().to_dict("records")
    names = graph.nodes(data="name")
    return {
        "on": day.isoformat(),
        "not_shown": len(organizations) - len(shown),
        "actors": len(graph),
        "migrant_led": len(_migrant_led(graph)),
        "ties": graph.number_of_edges(),
        "tied_pairs": plain.number_of_edges(),
        "possible_pairs": possible,
        "density": plain.number_of_edges() / possible if possible else None,
        "parts": nx.number_connected_components(plain),
        "isolates": list(nx.isolates(plain)),
        "cut_points": _rows(cut_points(graph)),
        "city": city,
        "go_betweens": _rows(go_betweens(graph, target=city)),
        "without_a_way_to_city": without_a_way(graph, target=city) if city else None,
        "measures": [{"actor": row["actor"], "name": names[row["actor"]], **row} for row in rows],
        **whole_network.told(whole),
        "between": {by: _between(graph, by) for by in ("sector", "lead")},
        "said": [one.text for one in network_said.whole_said(whole, words.say)]
        + network_said.beside_the_whole(whole, words.say),
    }


def _between(graph: Actors, by: str) -> list[dict[str, Any]]:
    """Count ties between each two groups; no share where no pair is possible."""
    table = mixing.between(graph, by)
    return _rows(table.astype(object).where(table.notna(), None))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a table into JSON-ready objects, tuples into lists."""
    return [
        {
            str(name): list(value) if isinstance(value, tuple) else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def _cut_off(graph: nx.Graph[Any], keep: object = None) -> Iterator[tuple[Node, set[Node]]]:
    """Give every cut point and whom its loss separates from ``keep``, or from the largest part."""
    order = {node: i for i, node in enumerate(graph)}
    parts = list(nx.connected_components(graph))
    part = {node: i for i, nodes in enumerate(parts) for node in nodes}
    for point in nx.articulation_points(graph):
        here = parts[part[point]]
        if keep is not None and (point is keep or keep not in here):
            continue
        pieces = sorted(
            nx.connected_components(graph.subgraph(here - {point})),
            key=lambda piece: (-len(piece), min(order[node] for node in piece)),
        )
        rest = next((piece for piece in pieces if keep in piece), pieces[0])
        yield point, here - rest - {point}


def _migrant_led(graph: Actors) -> set[Node]:
    """Give the actors known to be led by migrants; unknown is not known to be."""
    return {node for node, about in graph.nodes.items() if about.get("migrant_led") is True}


def _listed(graph: Actors, name: str, found: Iterator[tuple[Node, set[Node]]]) -> pd.DataFrame:
    """Make the table of those who depend on somebody, the longest lists first."""
    order = {node: i for i, node in enumerate(graph)}
    led = _migrant_led(graph)
    others = "cut_off" if name == "actor" else "actors"
    longest = sorted(found, key=lambda row: (-len(row[1]), -len(row[1] & led), order[row[0]]))
    rows = [
        (actor, tuple(sorted(cut, key=order.__getitem__)), len(cut), len(cut & led))
        for actor, cut in longest
    ]
    return pd.DataFrame(rows, columns=[name, others, "number", "migrant_led"])
