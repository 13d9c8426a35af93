"""Actors at their places and the ties between them, as layers of a map: codes and numbers only.

A tie is drawn where both its ends have a place that may be shown. Of an actor whose place is
protected, unknown or known only roughly, neither the actor nor the end of a tie is drawn
anywhere: a line that stops would point at what it must not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

import geopandas as gpd
import networkx as nx
import pandas as pd

from mapping import features

DRAWN: Final = ("exact", "street")  # how exactly a place is known that an actor is drawn at
WHERE: Final = ("drawn", "protected", "area", "nowhere")
ACTOR_LAYERS: Final = ("migrant_led", "actors_city", "actors", "actors_unknown")


def at_protected(
    services: pd.DataFrame, offered: pd.DataFrame, locations: pd.DataFrame
) -> set[str]:
    """Give the actors with a service at a place that is protected.

    Parameters
    ----------
    services, offered, locations
        Tables ``services``, ``service_at_location`` and ``locations``.
    """
    hidden = locations.loc[locations["precision"] == "hidden", "id"]
    there = offered.loc[offered["location_id"].isin(hidden), "service_id"]
    return set(services.loc[services["id"].isin(there), "organization_id"].dropna())


def where(
    graph: nx.DiGraph[str],
    organizations: pd.DataFrame,
    locations: pd.DataFrame,
    *,
    protected: Collection[str] = (),
) -> pd.Series[str]:
    """Say of every actor whether it can be drawn, and why not.

    Parameters
    ----------
    graph
        As of :func:`mapping.network.graph_of`: the actors to be drawn.
    organizations, locations
        Tables of the atlas.
    protected
        Of :func:`at_protected`: where nobody said their own place, it is protected, not unknown.

    Returns
    -------
    where
        By actor, in the order of the graph: ``drawn``; ``protected`` (its place is hidden);
        ``area`` (known to an area or the city only); ``nowhere`` (nobody said where).
    """
    at = organizations.set_index("id")["location_id"].to_dict()
    shape = locations.geometry if "geometry" in locations else pd.Series(index=locations.index)
    known = {
        str(one): (precision, geometry is not None and not geometry.is_empty)
        for one, precision, geometry in zip(
            locations["id"], locations["precision"], shape, strict=True
        )
    }

    def said(actor: str) -> str:
        spot = at.get(actor)
        if pd.isna(spot) or spot not in known:
            return "protected" if actor in protected else "nowhere"
        precision, has_point = known[spot]
        if precision == "hidden":
            return "protected"
        if precision in DRAWN:
            return "drawn" if has_point else "nowhere"
        return "area"

    return pd.Series([said(one) for one in graph], index=list(graph), dtype=object)


def actors(
    graph: nx.DiGraph[str], organizations: pd.DataFrame, locations: gpd.GeoDataFrame
) -> dict[str, features.Layer]:
    """Pin the actors of a graph under the signs of its picture: the city's own are filled.

    Returns
    -------
    layers
        By kind, see ``ACTOR_LAYERS``.
    """
    there = locations[locations["precision"].isin(DRAWN)]
    mine = organizations[organizations["id"].isin(list(graph))]
    city = mine["id"].isin([one for one, of in graph.nodes.items() if of.get("city") is True])
    unknown = mine["migrant_led"].isna() & ~city
    layers = {
        "migrant_led": features.actors(mine, there, migrant_led=True),
        "actors_city": features.actors(mine[city], there, migrant_led=False),
        "actors": features.actors(mine[~unknown & ~city], there, migrant_led=False),
        "actors_unknown": features.actors(mine[unknown], there, migrant_led=False),
    }
    layers["actors"]["frame"] = "actor_other"
    layers["actors_unknown"]["frame"] = "actor_unknown"
    return layers


def tie_handle(one: str, other: str) -> str:
    """Name the ties between two actors for the map, whichever is said first.

    Examples
    --------
    >>> tie_handle("a", "b") == tie_handle("b", "a"), tie_handle("a", "b")[:4]
    (True, 'tie:')
    """
    # each with its length: "a" and "b c" are not "a b" and "c"
    text = "".join(f"{len(actor)}:{actor}" for actor in sorted((one, other)))
    return f"tie:x.{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def pairs(graph: nx.DiGraph[str]) -> list[tuple[str, str]]:
    """List the pairs of actors with a tie, each once, in the order of the graph; no loops."""
    number = {actor: i for i, actor in enumerate(graph)}
    return [
        (tail, head)
        for tail, head in graph.edges
        if tail != head and not (graph.has_edge(head, tail) and number[tail] > number[head])
    ]


def ties(
    graph: nx.DiGraph[str], organizations: pd.DataFrame, locations: gpd.GeoDataFrame
) -> features.Layer:
    """Draw the ties between the actors of a graph that have a place.

    Returns
    -------
    layer
        ``spots``: handle, longitude and latitude of each actor that is drawn; ``rows``: handle,
        from and to by number of the spot, width, ways (1 or 2), and how far the line bends aside,
        so that several between the same two places do not lie on each other. Ties within one
        place have no line: those who are there are fanned out, see :func:`within_one_place`.
    """
    there = where(graph, organizations, locations)
    drawn = [actor for actor in graph if there[actor] == "drawn"]
    at = organizations.set_index("id")["location_id"].to_dict()
    points = dict(zip(locations["id"], locations.geometry, strict=True))
    spots = [features.microdegrees(points[at[actor]]) for actor in drawn]
    number = {actor: i for i, actor in enumerate(drawn)}
    between: Counter[frozenset[tuple[int, ...]]] = Counter()
    rows: list[list[Any]] = []
    for tail, head in pairs(graph):
        if tail not in number or head not in number:
            continue
        start, end = number[tail], number[head]
        ends = frozenset((tuple(spots[start]), tuple(spots[end])))
        if len(ends) == 1:
            continue
        width, ways = _line(graph, tail, head)
        along = 1 if tuple(spots[start]) < tuple(spots[end]) else -1  # a bend has one side
        bend = _aside(between[ends]) * along
        between[ends] += 1
        rows.append([tie_handle(tail, head), start, end, width, ways, bend])
    handles = [features.handle("actor", actor) for actor in drawn]
    return {
        "type": "ties",
        "spots": [[one, *spot] for one, spot in zip(handles, spots, strict=True)],
        "rows": rows,
    }


def within_one_place(
    graph: nx.DiGraph[str], organizations: pd.DataFrame, locations: gpd.GeoDataFrame
) -> int:
    """Count the pairs with a tie whose two actors are drawn at one and the same place."""
    there = where(graph, organizations, locations)
    at = organizations.set_index("id")["location_id"].to_dict()
    points = dict(zip(locations["id"], locations.geometry, strict=True))
    return sum(
        features.microdegrees(points[at[tail]]) == features.microdegrees(points[at[head]])
        for tail, head in pairs(graph)
        if there[tail] == there[head] == "drawn"
    )


def catchment(areas: pd.DataFrame, shaped: Mapping[str, Any]) -> features.Layer:
    """Draw what is within a walk.

    Parameters
    ----------
    areas
        ``areas`` of :class:`mapping.catchments.Catchment`.
    shaped
        Of :func:`mapping.features.shapes`.

    Returns
    -------
    layer
        Rows of handle, ``sure`` or ``perhaps``, and shape.
    """
    return {
        "type": "reach",
        "rows": [
            [features.handle("area", str(one)), code, shaped[str(one)]]
            for one, code in zip(areas["area_id"], areas["within"], strict=True)
            if str(one) in shaped
        ],
    }


def _aside(number: int) -> int:
    """Give 0, 1, -1, 2, -2 ...: the first line is straight."""
    return (number + 1) // 2 * (1 if number % 2 else -1)


def _line(graph: nx.DiGraph[str], tail: str, head: str) -> tuple[float, int]:
    """Give width and ways of a line, as in the picture of the network."""
    back = graph.has_edge(head, tail)
    strengths = [float(graph.edges[tail, head].get("strength", 1.0))]
    if back:
        strengths.append(float(graph.edges[head, tail].get("strength", 1.0)))
    return round(min(0.6 + 0.6 * max(strengths), 4.2), 2), 2 if back else 1
