"""Streets of the invented city: the borders between its blocks.

Blocks are the Voronoi cells of seeds. Seeds lie in rows in each district; along every road, the
river and the railway they lie in mirrored pairs, so that a border runs exactly between them. What
would cross water or railway is taken out, but for the bridges and underpasses of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from sample_data import plan
from sample_data.ground import Ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROAD_HALF_M = 36.0  # seeds of a road lie this far from it
CORRIDOR_M = 64.0  # seeds beside river and railway, from their middle
MERGE_M = 13.0


@dataclass(frozen=True, slots=True)
class Net:
    """Streets: nodes in metres of the plan, and for each street its ends, kind and name."""

    xy: Floats
    u: Ints
    v: Ints
    kind: list[str]
    name: list[str | None]
    blocks: BaseGeometry

    @property
    def metres(self) -> Floats:
        """Measure every street."""
        gone: Floats = np.hypot(*(self.xy[self.u] - self.xy[self.v]).T)
        return gone

    def nearest(self, x: float, y: float) -> int:
        """Find the node nearest to a point."""
        return int(np.argmin(np.hypot(self.xy[:, 0] - x, self.xy[:, 1] - y)))

    def matrix(self, *, closed: str = "") -> csr_array:
        """Give lengths as a symmetric matrix, without the street named ``closed``."""
        keep = np.array([name != closed or not closed for name in self.name])
        u, v, metres = self.u[keep], self.v[keep], self.metres[keep]
        n = len(self.xy)
        both = (np.r_[metres, metres], (np.r_[u, v], np.r_[v, u]))
        return csr_array(both, shape=(n, n))


def make_streets(ground: Ground, rng: np.random.Generator) -> Net:
    """Build the streets."""
    seeds = _seeds(ground, rng)
    xy, pairs, blocks = _borders(seeds, ground)
    barrier = shapely.union_all([ground.water.buffer(3), ground.rail.buffer(1)])
    lines = shapely.linestrings(xy[pairs])
    fine = ~shapely.intersects(lines, barrier)
    pairs, names = pairs[fine], [None] * int(fine.sum())
    kinds = ["street"] * len(pairs)
    good = _in_large_parts(len(xy), pairs)
    crossings = [*_crossings("underpass", plan.UNDERPASSES, xy, good, ground.rail)]
    crossings += [*_crossings("bridge", plan.BRIDGES, xy, good, ground.river_line)]
    named: list[str | None] = [*names, *(name for _, _, name in crossings)]
    kinds += [kind for _, kind, _ in crossings]
    pairs = np.vstack([pairs, [ends for ends, _, _ in crossings]]).astype(np.int64)
    xy, pairs, kinds, named = _connected(xy, pairs, kinds, named)
    kinds = _with_paths(xy, pairs, kinds, ground, rng)
    net = Net(xy=xy, u=pairs[:, 0], v=pairs[:, 1], kind=kinds, name=named, blocks=blocks)
    for road in plan.ROADS:
        _name_road(net, road)
    return net


def _seeds(ground: Ground, rng: np.random.Generator) -> Floats:
    kept: list[Floats] = []

    def add(points: Floats, gap_m: float) -> None:
        """Keep the points that leave a gap to all that are there already."""
        if kept:
            away, _ = cKDTree(np.vstack(kept)).query(points)
            points = points[away >= gap_m]
        kept.append(points)

    # the quays need no seeds of their own: those of the river make them
    lines = [LineString(road.line) for road in plan.ROADS if "Quay" not in road.name]
    add(_gates([ground.rail, ground.river_line], lines), 20)
    for line in (ground.rail, ground.river_line):
        add(_along(line, 70.0, 0.0), 44)
        add(np.vstack([_along(line, 70.0, side * CORRIDOR_M * 2) for side in (-1, 1)]), 44)
    add(_corners(lines), 30)
    for line in lines:
        sides = [_along(line, 78.0, side * ROAD_HALF_M) for side in (-1, 1)]
        add(np.vstack(sides), 42)
    parks = shapely.union_all(list(ground.parks.values()))
    for district in plan.DISTRICTS:
        area = ground.districts[district.id]
        points = _rows(district, area, rng)
        points = points[shapely.contains_xy(area, *points.T)]
        green = shapely.contains_xy(parks, *points.T)
        points = points[~green | (rng.random(len(points)) < 0.45)]
        add(points, 52)
    return np.vstack(kept)


def _rows(district: plan.District, area: Polygon, rng: np.random.Generator) -> Floats:
    """Lay seeds in turned rows, every second one shifted by half a block, each a little off."""
    wide, high = district.block_m
    west, south, east, north = area.bounds
    reach = math.hypot(east - west, north - south) / 2
    i, j = np.meshgrid(_steps(reach, wide, rng), _steps(reach, high, rng))
    if not district.grid:  # every second row half a block on: no street runs straight for long
        i = i + (np.arange(len(i)) % 2 * wide / 2)[:, None]
    flat = np.column_stack([i.ravel(), j.ravel()])
    flat += rng.normal(0, district.jitter, flat.shape) * (wide, high)
    turn = math.radians(district.turn_deg)
    turned = flat @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    found: Floats = turned + np.array([(west + east) / 2, (south + north) / 2])
    return found


def _steps(reach: float, step: float, rng: np.random.Generator) -> Floats:
    """Count from -reach to reach in steps that differ a little: no two blocks are alike."""
    steps = step * rng.uniform(0.8, 1.25, math.ceil(2 * reach / step) + 2)
    return np.asarray(-reach + np.cumsum(steps), dtype=float)


def _corners(lines: list[LineString]) -> Floats:
    """Give four points around each crossing of two roads, so that both run straight through."""
    found = []
    for one, other in combinations(lines, 2):
        for spot in shapely.get_parts(one.intersection(other)):
            if isinstance(spot, Point):
                a, b = _way(one, spot), _way(other, spot)
                signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
                found += [(spot.x, spot.y) + ROAD_HALF_M * (s * a + t * b) for s, t in signs]
    return np.array(found)


def _gates(barriers: list[LineString], roads: list[LineString]) -> Floats:
    """Give pairs of points where a road crosses river or railway, so that it stays straight."""
    found = []
    for barrier in barriers:
        for road in roads:
            for spot in shapely.get_parts(barrier.intersection(road)):
                if isinstance(spot, Point):
                    along, across = _way(barrier, spot), _way(road, spot)
                    for far in (-1, 0, 1):
                        middle = (spot.x, spot.y) + 2 * CORRIDOR_M * far * across
                        found += [middle + ROAD_HALF_M * side * along for side in (-1, 1)]
    return np.array(found)


def _way(line: LineString, spot: Point) -> Floats:
    """Give the direction of a line at a point, one metre long."""
    far = line.project(spot)
    a, b = line.interpolate(max(far - 5, 0)), line.interpolate(far + 5)
    way = np.array([b.x - a.x, b.y - a.y])
    return np.asarray(way / np.hypot(*way), dtype=float)


def _along(line: LineString, step_m: float, offset_m: float) -> Floats:
    """Give points along a line, moved to its left by ``offset_m``."""
    far = np.arange(step_m / 2, line.length, step_m)
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, far))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, far + 5))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(far - 5, 0)))
    way = ahead - behind
    way /= np.hypot(*way.T)[:, None]
    moved: Floats = here + offset_m * np.column_stack([-way[:, 1], way[:, 0]])
    return moved


def _borders(seeds: Floats, ground: Ground) -> tuple[Floats, Ints, BaseGeometry]:
    """Give the borders between blocks on land, near corners merged, and the blocks themselves."""
    ring = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    far = np.column_stack([np.cos(ring), np.sin(ring)]) * 9000
    voronoi = Voronoi(np.vstack([seeds, far]))
    ridges = np.array(voronoi.ridge_vertices)
    ridges = ridges[(ridges >= 0).all(axis=1)]
    corners = voronoi.vertices
    on_land = shapely.contains_xy(ground.land.buffer(-12), *corners.T)
    ridges = ridges[np.asarray(on_land)[ridges].all(axis=1)]
    used = np.unique(ridges)
    close = cKDTree(corners[used]).query_pairs(MERGE_M, output_type="ndarray")
    n = len(used)
    tied = csr_array((np.ones(len(close)), (close[:, 0], close[:, 1])), shape=(n, n))
    count, label = connected_components(tied, directed=False)
    xy = np.column_stack(
        [np.bincount(label, corners[used, k], count) / np.bincount(label) for k in (0, 1)]
    )
    number = np.full(len(corners), -1)
    number[used] = label
    pairs = np.sort(number[ridges], axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return np.round(xy, 2), pairs, _blocks(voronoi, seeds, ground)


def _blocks(voronoi: Voronoi, seeds: Floats, ground: Ground) -> BaseGeometry:
    """Give the built-up surface: the blocks less the streets between them."""
    shapes = []
    for seed in range(len(seeds)):
        region = voronoi.regions[voronoi.point_region[seed]]
        if -1 not in region and len(region) > 2:
            shapes.append(Polygon(voronoi.vertices[region]))
    parks = shapely.union_all(list(ground.parks.values()))
    middle = shapely.centroid(shapes)
    inner, parks_and_more = ground.land.buffer(-60), shapely.union_all([parks, ground.water])
    open_land = shapely.contains(inner, middle) & ~shapely.contains(parks_and_more, middle)
    built = shapely.buffer(np.array(shapes)[open_land], -9)
    off = shapely.union_all([ground.water.buffer(30), ground.rail.buffer(45), parks])
    beyond = shapely.box(-9000, -9000, 9000, 9000).difference(ground.land.buffer(-35))
    for away in (off, beyond):
        shapely.prepare(away)
        touched = shapely.intersects(away, built)
        built[touched] = shapely.difference(built[touched], away)
    whole: BaseGeometry = shapely.multipolygons(
        [
            part
            for part in shapely.get_parts(built)
            if part.geom_type == "Polygon" and part.area > 400
        ]
    )
    return whole


def _crossings(
    kind: str,
    places: tuple[tuple[str, plan.Point], ...],
    xy: Floats,
    good: npt.NDArray[np.bool_],
    line: LineString,
) -> Iterator[tuple[tuple[int, int], str, str]]:
    """Join, at each place, the nodes that lie best on both sides of a line."""
    for name, (x, y) in places:
        spot = line.interpolate(line.project(Point(x, y)))
        way = _way(line, spot)
        off = xy - (spot.x, spot.y)
        side = way[0] * off[:, 1] - way[1] * off[:, 0]
        away = np.hypot(*off.T) + 2 * np.abs(off @ way)  # straight across, not aslant
        left = int(np.argmin(np.where(good & (side > 0), away, np.inf)))
        right = int(np.argmin(np.where(good & (side < 0), away, np.inf)))
        yield (left, right), kind, name


def _in_large_parts(n: int, pairs: Ints) -> npt.NDArray[np.bool_]:
    """Tell which nodes lie in one of the large parts between water and railway."""
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    large: npt.NDArray[np.bool_] = np.bincount(label)[label] >= 100
    return large


def _connected(
    xy: Floats, pairs: Ints, kinds: list[str], names: list[str | None]
) -> tuple[Floats, Ints, list[str], list[str | None]]:
    """Keep the largest connected part."""
    n = len(xy)
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    largest = label == np.bincount(label).argmax()
    number = np.cumsum(largest) - 1
    keep = largest[pairs[:, 0]]
    return (
        xy[largest],
        number[pairs[keep]],
        [kind for kind, stays in zip(kinds, keep, strict=True) if stays],
        [name for name, stays in zip(names, keep, strict=True) if stays],
    )


def _with_paths(
    xy: Floats, pairs: Ints, kinds: list[str], ground: Ground, rng: np.random.Generator
) -> list[str]:
    """Turn streets in parks, and a few others, into footways, tracks and steps."""
    middle = xy[pairs].mean(axis=1)
    green = shapely.contains_xy(shapely.union_all(list(ground.parks.values())), *middle.T)
    outer = ~shapely.contains_xy(ground.land.buffer(-150), *middle.T)
    hill = np.hypot(middle[:, 0] - 1800, middle[:, 1] + 880) < 330
    chance = rng.random(len(pairs))
    found = []
    for i, kind in enumerate(kinds):
        if kind != "street":
            found.append(kind)
        elif green[i]:
            found.append("footway")
        elif outer[i] and chance[i] < 0.35:
            found.append("track")
        elif hill[i] and chance[i] < 0.12:
            found.append("steps")
        else:
            found.append("footway" if chance[i] > 0.93 else "street")
    return found


def _name_road(net: Net, road: plan.Road) -> None:
    """Walk along the drawn road on the streets there are, and name what was walked on."""
    line = LineString(road.line)
    middle = shapely.points((net.xy[net.u] + net.xy[net.v]) / 2)
    off = np.asarray(shapely.distance(middle, line))
    cost = net.metres * (1 + (off / 12.0) ** 2)
    n = len(net.xy)
    both = csr_array((np.r_[cost, cost], (np.r_[net.u, net.v], np.r_[net.v, net.u])), shape=(n, n))
    start, end = net.nearest(*road.line[0]), net.nearest(*road.line[-1])
    _, before = dijkstra(both, indices=np.array([start]), return_predecessors=True)
    number = {frozenset(ends): i for i, ends in enumerate(zip(net.u, net.v, strict=True))}
    here = end
    while here != start:
        i = number[frozenset((here, int(before[0, here])))]
        if net.name[i] is None:
            net.name[i] = road.name
        if net.kind[i] not in ("bridge", "underpass"):
            net.kind[i] = road.kind
        here = int(before[0, here])
