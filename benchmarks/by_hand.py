"""The cascade of a few areas the slow way: networkx from each of them, one service at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import networkx as nx
import numpy as np
import shapely

from layers.streets import Floats
from mapping import fitting
from mapping.cascade import Cascade
from mapping.city import City
from mapping.offers import Flags
from mapping.personas import FACTS_OF, STEPS, Persona
from mapping.ready import ways
from mapping.travel import Ends, Way

Graphs = Callable[[Way, int], "nx.Graph[int]"]  # the sure streets of a way, around an area
Answer = dict[str, tuple[float, float | None]]  # step: at least, at most; None: not asked here


def whole_graphs(city: City, persona: Persona) -> Graphs:
    """Give all streets to networkx, once for each way she goes."""
    made = {
        way: _graph(city, way, np.arange(len(_streets(city)[0]))) for way in ways(city, persona)
    }
    return lambda way, _: made[way]


def graphs_around(city: City, level: str, *, metres: float) -> Graphs:
    """Give the streets around an area to networkx, anew each time: for a region too large."""
    assert city.streets is not None
    xy, homes = city.streets.xy, city.homes(level)

    def around(way: Way, area: int) -> nx.Graph[int]:
        near = (np.abs(xy - homes.xy[homes.area == area][0]) <= metres).all(axis=1)
        u, v, _ = _streets(city)
        return _graph(city, way, np.flatnonzero(near[u] & near[v]))

    return around


def answers(
    city: City, persona: Persona, level: str, areas: list[int], graphs: Graphs
) -> Iterator[Answer]:
    """Say step by step whether each of some areas is covered: their people start at one point.

    At most is not said where unsafe places are avoided: that is for tests of small towns.
    """
    table, facts = city.offers.table, fitting.facts(city, persona)
    category = table["category"].eq(persona.category).to_numpy(dtype=bool)
    rows = np.flatnonzero(category & table["place"].eq("point").to_numpy(dtype=bool))
    point = table["point"].to_numpy()
    hours = [way.avoid for way in ways(city, persona) if way.avoid is not None]
    open_at = {hour: fitting.open_in(city, persona, hour) for hour in hours}
    homes = city.homes(level)
    for area in areas:
        start = int(np.flatnonzero(homes.area == area)[0])
        reach = {
            way.avoid: _reached(city, level, start, way, graphs(way, area))
            for way in ways(city, persona)
        }
        found: Answer = {"exists": (float(category.any()), float(category.any()))}
        passed: list[str] = []
        for name in STEPS[1:]:
            passed += [fact for fact in FACTS_OF.get(name, ()) if fact in facts]
            low = high = False
            for row in rows.tolist():
                says = [float(facts[fact].iloc[row]) for fact in passed]
                sure, maybe = all(one == 1 for one in says), all(one != 0 for one in says)
                here, perhaps = (bool(side[point[row]]) for side in reach[None])
                high |= maybe and perhaps
                if name == "safe" and hours:
                    low |= any(
                        sure and city.heard(hour) and reach[hour][0][point[row]] and then[row] == 1
                        for hour, then in open_at.items()
                    )
                else:
                    low |= sure and here
            careful = name == "safe" and bool(hours)
            found[name] = (float(low), None if careful else float(high))
        yield found


def same(answer: Cascade, areas: list[int], slow: list[Answer]) -> bool:
    """Compare with a cascade."""
    for step in answer.steps:
        for area, told in zip(areas, slow, strict=True):
            low, high = told[step.name]
            if step.low[area] != low or (high is not None and step.high[area] != high):
                return False
    return True


def _reached(
    city: City, level: str, start: int, way: Way, graph: nx.Graph[int]
) -> tuple[Flags, Flags]:
    """Mark the places that are within the walk for certain, and (where none is avoided) perhaps."""
    starts, ends = city.starts(level), city.ends
    straight = np.hypot(*(ends.xy - starts.xy[start]).T)
    off = ~(ends.on_street & starts.on_street[start])
    maybe = off & (straight <= way.metres * (1 + 1e-9))
    sure = np.zeros(len(off), dtype=np.bool_)
    shapes = shapely.union_all(city.unsafe(way.avoid)[0])
    if off.all() or _led_by(city, starts, start, shapes):
        return sure, maybe
    node = int(starts.node[start])
    far = nx.single_source_dijkstra_path_length(graph, node, cutoff=way.metres, weight="metres")
    for place in np.flatnonzero(~off).tolist():
        metres = far.get(int(ends.node[place]), np.inf)
        metres += starts.snap_m[start] + ends.snap_m[place]
        near = metres <= way.metres * (1 + 1e-9)
        sure[place] = near and not _led_by(city, ends, place, shapes)
    return sure, maybe | sure


def _led_by(city: City, ends: Ends, at: int, shapes: shapely.Geometry) -> bool:
    """Tell whether the straight way to the street touches a place called unsafe."""
    assert city.streets is not None
    leg = shapely.linestrings([ends.xy[at], city.streets.xy[ends.node[at]]])
    return bool(shapely.intersects(shapes, leg))


def _graph(city: City, way: Way, some: np.ndarray[tuple[int], np.dtype[np.int64]]) -> nx.Graph[int]:
    u, v, metres = _streets(city)
    closed = city.closed(way)
    if closed is not None:
        some = some[~closed.sure[some]]
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(np.unique(np.concatenate([u[some], v[some]])).tolist())
    graph.add_nodes_from(city.starts(city.people("all")[0]).node.tolist())
    parts = (part[some].tolist() for part in (u, v, metres))
    graph.add_weighted_edges_from(zip(*parts, strict=True), weight="metres")
    return graph


def _streets(city: City) -> tuple[np.ndarray, np.ndarray, Floats]:
    assert city.streets is not None
    return city.streets.u, city.streets.v, city.streets.metres
