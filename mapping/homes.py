"""Where people start walking: the areas they are counted in, and the street nearest to them.

An area no larger than half a kilometre square is taken at its inhabited centre, what is left of it
without water, green and railways. People of a larger one live all over it: along its streets where
these are known, else evenly over its inhabited surface. A centre is brought to the nearest end of a
street on its own side of the water, never across.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy.spatial import KDTree

from layers.streets import Floats, Numbers, Streets

Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

LEVELS: Final = ("cell", "quarter", "district", "city")  # finest first
SMALL_M2: Final = 300_000.0  # a cell of 500 m and a little
FAR_M: Final = 250.0  # farther from a street than this: nobody can say how she walks
NOT_LIVED_IN: Final = ("water", "green", "railway")
_TRIES: Final = 64  # street ends looked at before giving up on one side of the water


@dataclass(frozen=True, eq=False)
class Homes:
    """The areas of one level and the points their people start from.

    Attributes
    ----------
    areas
        n rows: ``id``, ``name``, ``parent_id``; geometry in metres.
    large
        (n,) whether people are spread over the area.
    area
        (k,) which area each start belongs to; a large area has many, or none without streets.
    weight
        (k,) share of the area's people who start there; they sum to 1 in each area.
    xy
        (k, 2) metres.
    node, snap_m, on_street
        (k,) street node, straight distance to it, and whether it is near enough and on the same
        side of the water; without streets -1, 0 and True.
    """

    areas: gpd.GeoDataFrame
    large: Flags
    area: Numbers
    weight: Floats
    xy: Floats
    node: Numbers
    snap_m: Floats
    on_street: Flags


def homes(areas: gpd.GeoDataFrame, ground: gpd.GeoDataFrame, streets: Streets | None) -> Homes:
    """Find where the people of each area start walking.

    Parameters
    ----------
    areas
        n polygons in metres, with ``id``, ``name``, ``parent_id``.
    ground
        Water, green and railways by ``kind``, same CRS; may be empty.
    streets
        In the same metres; ``None`` where none are known.
    """
    shapes = valid(areas.geometry.to_numpy())
    large = shapely.area(shapes) > SMALL_M2
    lived_in = without(shapes, ground[ground["kind"].isin(NOT_LIVED_IN)])
    centre = shapely.centroid(lived_in)
    outside = ~shapely.contains(lived_in, centre)
    centre[outside] = shapely.point_on_surface(lived_in[outside])
    xy = shapely.get_coordinates(centre)
    if streets is None:
        area = np.flatnonzero(~large)
        none = np.full(len(area), -1, np.int64)
        return Homes(
            areas=areas,
            large=large,
            area=area,
            weight=np.ones(len(area)),
            xy=xy[area],
            node=none,
            snap_m=np.zeros(len(area)),
            on_street=np.ones(len(area), dtype=bool),
        )
    at_area, at_node, at_weight = _along_streets(shapes, np.flatnonzero(large), streets)
    # a large area without any street is asked at its centre, and will be too far from one
    at_centre = np.setdiff1d(np.arange(len(areas)), at_area)
    node, snap_m, on_street = snap(xy[at_centre], streets, water(ground))
    return Homes(
        areas=areas,
        large=large,
        area=np.concatenate([at_centre, at_area]),
        weight=np.concatenate([np.ones(len(at_centre)), at_weight]),
        xy=np.concatenate([xy[at_centre], streets.xy[at_node]]),
        node=np.concatenate([node, at_node]),
        snap_m=np.concatenate([snap_m, np.zeros(len(at_node))]),
        on_street=np.concatenate([on_street, np.ones(len(at_node), dtype=bool)]),
    )


def snap(xy: Floats, streets: Streets, wet: Shapes) -> tuple[Numbers, Floats, Flags]:
    """Bring points to the nearest end of a street that is on their side of the water.

    Parameters
    ----------
    xy
        (n, 2) metres.
    streets
        In the same metres.
    wet
        Water as polygons, from :func:`water`.

    Returns
    -------
    node, metres, found
        (n,) each; where ``found`` is False, no end of a street within 250 m can be walked to in
        a straight line without crossing water, and ``node`` is the nearest all the same.

    Examples
    --------
    >>> ends = [[0, 30], [9, 30], [0, -50], [9, -50]]
    >>> banks = Streets(xy=ends, u=[0, 2], v=[1, 3], metres=[9, 9])
    >>> river = np.array([shapely.box(-99, 10, 99, 20)])
    >>> [part.tolist() for part in snap(np.array([[0.0, 0.0]]), banks, river)]
    [[2], [50.0], [True]]
    """
    if not len(xy) or not len(streets.u):
        return np.full(len(xy), -1, np.int64), np.full(len(xy), np.inf), np.zeros(len(xy), bool)
    node, metres = streets.nearest(xy)
    found = metres <= FAR_M
    if not len(wet):
        return node, metres, found
    water_tree = shapely.STRtree(wet)
    blocked = np.flatnonzero(found & _crosses(xy, streets.xy[node], wet, water_tree))
    if blocked.size:
        walkable = np.unique(np.concatenate([streets.u, streets.v]))
        tree = KDTree(streets.xy[walkable])
        most = min(_TRIES, len(walkable))
        ranks = list(range(1, most + 1))
        far, other = map(np.asarray, tree.query(xy[blocked], k=ranks, distance_upper_bound=FAR_M))
        for at, point in enumerate(blocked):
            near = np.isfinite(far[at])
            ends = walkable[other[at][near]]
            start = np.repeat(xy[point][None], len(ends), axis=0)
            dry = np.flatnonzero(~_crosses(start, streets.xy[ends], wet, water_tree))
            found[point] = bool(dry.size)
            if dry.size:
                node[point], metres[point] = ends[dry[0]], far[at][near][dry[0]]
    return node, metres, found


def water(ground: gpd.GeoDataFrame) -> Shapes:
    """Give all water as polygons; a brook drawn as a line is two metres wide."""
    shapes = valid(ground.geometry[ground["kind"].eq("water").to_numpy(dtype=bool)].to_numpy())
    lines = shapely.get_dimensions(shapes) == 1
    shapes[lines] = shapely.buffer(shapes[lines], 1.0)
    wet: Shapes = shapes[shapely.get_dimensions(shapes) == 2]
    return wet


def without(shapes: Shapes, holes: gpd.GeoDataFrame) -> Shapes:
    """Take water, green and railways out of areas; an area that is nothing else stays whole."""
    rest = shapes.copy()
    cut = valid(holes.geometry.to_numpy())
    cut = cut[shapely.get_dimensions(cut) == 2]
    near, hole = shapely.STRtree(cut).query(shapes, predicate="intersects")
    order = np.argsort(near, kind="stable")
    near, hole = near[order], hole[order]
    some, first, count = np.unique(near, return_index=True, return_counts=True)
    taken: Shapes = cut[hole[first]]
    for at in np.flatnonzero(count > 1):
        taken[at] = shapely.union_all(cut[hole[first[at] : first[at] + count[at]]])
    left = shapely.difference(shapes[some], taken)
    kept = shapely.area(left) > 0
    rest[some[kept]] = left[kept]
    return rest


def valid(shapes: npt.ArrayLike) -> Shapes:
    """Copy geometries without missing ones, each made valid."""
    found: Shapes = np.array(shapes, dtype=object).reshape(-1)
    found = found[~(shapely.is_missing(found) | shapely.is_empty(found))]
    broken = ~shapely.is_valid(found)
    found[broken] = shapely.make_valid(found[broken])
    return found


def read_streets(nodes: gpd.GeoDataFrame, edges: pd.DataFrame, crs: pyproj.CRS) -> Streets | None:
    """Make the graph to walk on from the tables of the atlas; ``None`` where there is no street.

    A street whose ends or length are unknown is left out.
    """
    return streets_of(nodes, edges, crs)[0]


def streets_of(
    nodes: gpd.GeoDataFrame, edges: pd.DataFrame, crs: pyproj.CRS
) -> tuple[Streets | None, Flags]:
    """Make the graph to walk on, and mark the rows of ``edges`` that are in it, in their order.

    A street can be walked where both ends and the length are known.
    """
    ids = pd.Index(nodes["id"])
    u, v = (ids.get_indexer(edges[name]).astype(np.int64) for name in ("u", "v"))
    metres = edges["metres"].to_numpy(dtype=np.float64, na_value=np.nan)
    known: Flags = (u >= 0) & (v >= 0)
    known &= metres >= 0  # refuses NaN too
    if not known.any():
        return None, known
    xy = shapely.get_coordinates(nodes.geometry.to_numpy())
    to_metres = pyproj.Transformer.from_crs(nodes.crs, crs, always_xy=True)
    xy = np.stack(to_metres.transform(xy[:, 0], xy[:, 1]), axis=1)
    return Streets(xy=xy, u=u[known], v=v[known], metres=metres[known], crs=crs), known


def _along_streets(
    shapes: Shapes, large: Numbers, streets: Streets
) -> tuple[Numbers, Numbers, Floats]:
    """Spread the people of large areas over the ends of streets in them, by length of street."""
    length = np.bincount(streets.u, streets.metres / 2, len(streets.xy))
    length += np.bincount(streets.v, streets.metres / 2, len(streets.xy))
    ends = np.flatnonzero(length > 0)
    points = np.asarray(shapely.points(streets.xy[ends]), dtype=object)
    found, end = shapely.STRtree(points).query(shapes[large], predicate="intersects")
    area, node = large[found], ends[end]
    whole = np.bincount(area, length[node], len(shapes))
    return area, node, length[node] / whole[area]


def _crosses(start: Floats, end: Floats, wet: Shapes, tree: shapely.STRtree) -> Flags:
    lines: Shapes = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
    line, over = tree.query(lines, predicate="intersects")
    # to touch the bank is not to cross: half a metre of water is
    deep = shapely.length(shapely.intersection(lines[line], wet[over])) > 0.5
    crossing = np.zeros(len(lines), dtype=np.bool_)
    crossing[line[deep]] = True
    return crossing
