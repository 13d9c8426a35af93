"""What the sums say on the page Network, for the actors shown and the ties that count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx
import pandas as pd

from layers.importing.watch import Watch
from mapping import network
from mapping.counted import Counted
from mapping.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything here is about the actors shown and the ties between them, and nobody else.

    Attributes
    ----------
    graph, measures, cut_points, go_betweens
        As in :mod:`mapping.network`.
    organizations, ties
        Rows of the actors shown; rows of the ties that count between them.
    city
        The actors shown that are the municipality.
    everybody
        How many actors there are, shown or not; those who refused are not among them.
    """

    graph: nx.DiGraph[str]
    measures: pd.DataFrame
    cut_points: pd.DataFrame
    go_betweens: pd.DataFrame
    organizations: pd.DataFrame
    ties: pd.DataFrame
    city: tuple[str, ...]
    everybody: int

    @property
    def hidden(self) -> int:
        """How many actors the choice on the page leaves out."""
        return self.everybody - len(self.graph)


def found(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    *,
    counted: Counted,
    shown: Shown,
    watch: Watch | None = None,
) -> Found:
    """Compute what the page shows.

    Parameters
    ----------
    organizations
        Table ``organizations`` without those who refused to be shown.
    ties
        Table ``ties``.
    counted, shown
        Which ties count, and which actors are shown.
    watch
        Told of progress, and stops the work.
    """
    kept = shown.of(organizations)
    there = set(kept["id"])
    of_day = counted.of(ties)
    both = of_day["from_id"].isin(there) & of_day["to_id"].isin(there)
    graph = network.graph_of(kept, ties, counted)
    city = network.city_actors(kept)
    return Found(
        graph=graph,
        measures=network.measures(graph, watch=watch),
        cut_points=network.cut_points(graph),
        go_betweens=network.go_betweens(graph, target=city),
        organizations=kept,
        ties=of_day[both],
        city=tuple(city),
        everybody=len(organizations),
    )


def names_of(organizations: pd.DataFrame) -> dict[str, str]:
    """Give every actor a name of its own: the id is added where two have the same."""
    twice = organizations["name"].duplicated(keep=False)
    rows = zip(organizations["id"], organizations["name"], twice, strict=True)
    return {str(one): f"{name} ({one})" if is_twice else str(name) for one, name, is_twice in rows}


def partners(graph: nx.DiGraph[str], actor: str) -> set[str]:
    """Give all that an actor has a tie with, whatever its direction."""
    return set(nx.all_neighbors(graph, actor)) - {actor}


def listed(those: Iterable[str], names: dict[str, str]) -> str:
    """Write several actors by name, in the order of the alphabet."""
    return ", ".join(sorted((names[one] for one in those), key=str.casefold))


def behind_a_go_between(those: Found) -> tuple[str, list[str]] | None:
    """Give the go-between of most groups led by migrants, and them; not whom the answer named."""
    broker = None if those.cut_points.empty else those.cut_points.iloc[0]["actor"]
    others = those.go_betweens[
        (those.go_betweens["go_between"] != broker) & (those.go_betweens["migrant_led"] > 0)
    ].sort_values("migrant_led", ascending=False, kind="stable")
    if others.empty:
        return None
    row = others.iloc[0]
    led = [one for one in row["actors"] if those.graph.nodes[one]["migrant_led"] is True]
    return str(row["go_between"]), led


def first_to_show(those: Found) -> str:
    """Start with whose loss is gravest, else with who stands most between others."""
    if not those.cut_points.empty:
        return str(those.cut_points.iloc[0]["actor"])
    return str(those.measures["betweenness"].idxmax())


def tied_pairs(graph: nx.DiGraph[str]) -> tuple[int, int]:
    """Count the pairs with a tie between them, and the possible ones."""
    tied = {frozenset(pair) for pair in graph.edges if pair[0] != pair[1]}
    return len(tied), len(graph) * (len(graph) - 1) // 2
