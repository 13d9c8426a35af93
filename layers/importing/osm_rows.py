"""From what the reader of an extract gives to rows: streets cut at crossings, ground, places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing import osm_coast
from layers.importing.draft import Record
from layers.importing.osm_read import UNIT, unpacked

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Shapes: TypeAlias = npt.NDArray[np.object_]
Box: TypeAlias = tuple[float, float, float, float]
SMALL_M2: Final = 500.0  # smaller ground without a name cannot be seen on any map of a city
NEAR_M: Final = 200.0  # a station is drawn as a node, an area and a building
METRES_A_DEGREE: Final = 111_320.0


@dataclass(slots=True)
class Rows:
    """Rows by table, and numbers to tell a person."""

    tables: dict[str, list[Record]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


def street_rows(found: Mapping[str, Any]) -> Rows:
    """Cut ways where they meet and measure the pieces on the ellipsoid.

    A piece is named by its way and the node it begins at, so that a crossing that is new in a
    later extract changes one piece and adds one. Ways meet where they share a node: a bridge
    shares none with what passes below.

    Parameters
    ----------
    found
        What :func:`layers.importing.osm_read.read` gives.

    Returns
    -------
    rows
        Tables ``street_nodes`` and ``streets``; counts ``streets``, ``nodes``, ``islands`` (parts
        of the network besides the largest) and ``island_streets``.

    Raises
    ------
    LayerError
        ``file_unreadable`` where the numbers do not fit each other.
    """
    ids, lonlat = _nodes(found["nodes"])
    ways, starts, ends, refs, facts = _ways(found["ways"], len(ids))
    rows = Rows(tables={"street_nodes": [], "streets": []})
    if not len(ways):
        return rows
    begin, finish, way = _pieces(starts, ends, refs, len(ids))
    length = finish - begin + 1
    owner = np.repeat(np.arange(len(begin)), length)
    corner = refs[_runs(begin, length)]
    lines = np.asarray(shapely.linestrings(lonlat[corner], indices=owner), dtype=object)
    metres = _metres(lonlat[corner], owner, len(begin))
    u, v = refs[begin], refs[finish]
    used = np.unique(np.concatenate([u, v]))
    names = _node_names(ids)
    points = shapely.points(lonlat[used])
    rows.tables["street_nodes"] = [
        {"id": names[place], "geometry": point} for place, point in zip(used, points, strict=True)
    ]
    taken: Counter[str] = Counter()
    for i, at in enumerate(way.tolist()):
        name = f"osm-way-{ways[at]}-{ids[u[i]]}"
        taken[name] += 1
        if taken[name] > 1:  # a way that passes the same node twice, as a loop does
            name = f"{name}.{taken[name]}"
        kind, called, lit, step_free, highway = facts[at]
        rows.tables["streets"].append(
            {
                "id": name,
                "u": names[u[i]],
                "v": names[v[i]],
                "metres": float(metres[i]),
                "kind": kind,
                "name": called,
                "lit": lit,
                "step_free": step_free,
                "extra": {"highway": highway},
                "geometry": lines[i],
            }
        )
    islands, apart = _islands(u, v, len(ids))
    rows.counts.update(
        streets=len(lines), nodes=len(used), islands=islands, island_streets=apart, ways=len(ways)
    )
    return rows


def ground_rows(found: Mapping[str, Any], *, box: Box | None) -> Rows:
    """Make the ground: areas of water, green and built land, rivers, railways, and the sea.

    Parameters
    ----------
    found
        What :func:`layers.importing.osm_read.read` gives.
    box
        What reaches beyond it is cut off there; ``None`` for everything.
    """
    rows = Rows()
    made: list[Record] = []
    for name, kind, called, shape in found["ground"]:
        geometry = shape_of(shape)
        if geometry is None or geometry.is_empty:
            continue
        if called is None and geometry.area and _m2(geometry) < SMALL_M2:
            rows.counts["ground_small"] += 1
            continue
        made.append({"id": _id(name), "kind": kind, "name": called, "geometry": geometry})
    for name, sea in osm_coast.sea(found["coast"], frame=_frame(found, made, box)):
        made.append({"id": f"osm-coast-{name}", "kind": "water", "name": None, "geometry": sea})
    if box is not None:
        frame = shapely.box(*box)
        for row in made:
            if not frame.covers(row["geometry"]):
                row["geometry"] = shapely.intersection(row["geometry"], frame)
    rows.tables["ground"] = [row for row in made if not row["geometry"].is_empty]
    rows.counts["ground"] = len(rows.tables["ground"])
    return rows


def _frame(found: Mapping[str, Any], made: list[Record], box: Box | None) -> BaseGeometry:
    """Give the box around all that is drawn, no larger than the city."""
    _, lonlat = _nodes(found["nodes"])
    shapes = [row["geometry"] for row in made]
    shapes += [shapely.LineString(np.asarray(line) / UNIT) for _, line in found["coast"]]
    if len(lonlat):
        shapes.append(shapely.MultiPoint(lonlat))
    if not shapes:
        return shapely.Polygon()
    whole = shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object)))
    return whole if box is None else shapely.intersection(whole, shapely.box(*box))


def place_rows(found: Mapping[str, Any]) -> Rows:
    """Make the places people know, each once although it may be mapped as node and as area."""
    made: list[Record] = []
    spots: dict[tuple[str, str], list[BaseGeometry]] = {}
    counts: Counter[str] = Counter()
    for name, kind, called, shape in found["places"]:
        point = spot_of(shape)
        if point is None:
            continue
        near = spots.setdefault((kind, called), [])
        if any(_apart_m(point, other) <= NEAR_M for other in near):
            counts["places_twice"] += 1
            continue
        near.append(point)
        made.append({"id": _id(name), "name": called, "kind": kind, "geometry": point})
    counts["places"] = len(made)
    return Rows(tables={"places": made}, counts=counts)


def shape_of(shape: Mapping[str, Any]) -> BaseGeometry | None:
    """Build a geometry in degrees; a closed line is an area, mended where it crosses itself.

    Examples
    --------
    >>> corners = [[0, 0], [10_000_000, 0], [0, 10_000_000], [0, 0]]
    >>> shape_of({"line": corners, "closed": True}).area, shape_of({"spot": [[5_000_000, 0]]})
    (0.5, <POINT (0.5 0)>)
    """
    if "wkb" in shape:
        return _mended(shapely.from_wkb(shape["wkb"]))
    corners = np.asarray(shape.get("spot") or shape["line"], dtype=np.float64) / UNIT
    if len(corners) == 1:
        return shapely.Point(corners[0])
    if not shape.get("closed"):
        return shapely.LineString(corners)
    return _mended(shapely.Polygon(corners))


def spot_of(shape: Mapping[str, Any]) -> BaseGeometry | None:
    """Find a point that stands for a thing: inside an area, on a line."""
    whole = shape_of(shape)
    if whole is None or whole.is_empty:
        return None
    if isinstance(whole, shapely.LineString):
        point: BaseGeometry = shapely.line_interpolate_point(whole, 0.5, normalized=True)
    else:
        point = shapely.point_on_surface(whole)
    # stored to a centimetre, so that the same extract gives the same place
    return shapely.Point(round(shapely.get_x(point), 7), round(shapely.get_y(point), 7))


def _mended(shape: BaseGeometry) -> BaseGeometry | None:
    if shape.is_valid:
        return shape
    parts = [
        part
        for part in shapely.get_parts(shapely.make_valid(shape)).tolist()
        if part.geom_type in ("Polygon", "MultiPolygon")
    ]
    return shapely.union_all(parts) if parts else None


def _nodes(said: Mapping[str, str]) -> tuple[Ints, Floats]:
    ids = unpacked(said["ids"], "int64")
    xy = unpacked(said["xy"], "int32")
    if len(xy) != 2 * len(ids):
        raise LayerError("file_unreadable")
    return ids, xy.reshape(-1, 2) / UNIT


def _ways(said: Mapping[str, Any], nodes: int) -> tuple[Ints, Ints, Ints, Ints, list[list[Any]]]:
    ways, starts, ends, refs = (
        unpacked(said[name], "int64") for name in ("ids", "starts", "ends", "refs")
    )
    facts = said["facts"]
    fits = len(ways) == len(starts) == len(ends) == len(facts)
    if fits and len(ways):
        fits = bool(
            (starts + 1 < ends).all()
            and starts[0] == 0
            and (starts[1:] == ends[:-1]).all()
            and ends[-1] == len(refs)
            and refs.min() >= 0
            and refs.max() < nodes
        )
    if not fits:
        raise LayerError("file_unreadable")
    return ways, starts, ends, refs, facts


def _pieces(starts: Ints, ends: Ints, refs: Ints, nodes: int) -> tuple[Ints, Ints, Ints]:
    """Cut ways at their ends and wherever a node is passed more than once.

    Returns
    -------
    begin, finish, way
        Places in ``refs`` of the first and the last corner of each piece, and its way.
    """
    meets = np.bincount(refs, minlength=nodes) > 1
    cut = meets[refs]
    cut[starts] = True
    cut[ends - 1] = True
    spots = np.flatnonzero(cut)
    way = np.searchsorted(ends, spots, side="right")
    same = way[:-1] == way[1:]
    begin, finish, way = spots[:-1][same], spots[1:][same], way[:-1][same]
    real = (finish - begin > 1) | (refs[begin] != refs[finish])  # a node written twice in a row
    return begin[real], finish[real], way[real]


def _runs(begin: Ints, length: Ints) -> Ints:
    """Write out runs of places, one after the other."""
    before = np.cumsum(length) - length
    return np.repeat(begin - before, length) + np.arange(int(length.sum()))


def _metres(lonlat: Floats, owner: Ints, count: int) -> Floats:
    earth = pyproj.Geod(ellps="WGS84")
    joined = owner[1:] == owner[:-1]
    one, other = lonlat[:-1][joined], lonlat[1:][joined]
    _, _, steps = earth.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    return np.bincount(owner[1:][joined], weights=steps, minlength=count).astype(np.float64)


def _islands(u: Ints, v: Ints, nodes: int) -> tuple[int, int]:
    """Count the parts of the network besides the largest, and the streets in them."""
    graph = csr_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=False)
    of_street = part[u]
    sizes = np.bincount(of_street)
    return int((sizes > 0).sum()) - 1, int(len(u) - sizes.max())


def _node_names(ids: Ints) -> list[str]:
    return [f"osm-node-{one}" for one in ids.tolist()]


def _id(name: str) -> str:
    """Name a row by its object: ``way/12`` is ``osm-way-12``."""
    return "osm-" + name.replace("/", "-")


def _m2(shape: BaseGeometry) -> float:
    _, south, _, north = shape.bounds
    narrow = float(np.cos(np.radians((south + north) / 2)))
    return float(shape.area) * narrow * METRES_A_DEGREE**2


def _apart_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Measure roughly, to tell one place from two."""
    x1, y1 = shapely.get_x(one), shapely.get_y(one)
    x2, y2 = shapely.get_x(other), shapely.get_y(other)
    narrow = np.cos(np.radians(y1))
    return float(np.hypot((x1 - x2) * narrow, y1 - y2)) * METRES_A_DEGREE
