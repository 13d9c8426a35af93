"""Land, water, green, railway and districts of the invented city, as shapes in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from sample_data import plan


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies where before anybody builds; metres from the middle of the city."""

    land: Polygon
    sea: Polygon
    river: Polygon
    rail: LineString
    river_line: LineString
    parks: dict[str, Polygon]
    districts: dict[str, Polygon]

    @property
    def water(self) -> BaseGeometry:
        """Give sea and river together."""
        return shapely.union_all([self.sea, self.river])


@cache
def make_ground() -> Ground:
    """Draw the ground from the plan; the same every time."""
    coast = _smooth(plan.COAST)
    sea = Polygon([*coast.coords, (14000, -9000), (14000, 9000)])
    outline = Polygon(_smooth(plan.OUTLINE))
    river_line = _smooth(plan.RIVER)
    east_part = LineString([p for p in river_line.coords if p[0] > 500])
    wide = east_part.buffer(plan.RIVER_HALF_M + 22)
    river = shapely.union_all([river_line.buffer(plan.RIVER_HALF_M, cap_style="flat"), wide])
    land = _largest(outline.difference(sea))  # a sliver beyond the harbour is no part of it
    rail = _smooth(plan.RAIL)
    parks = {park.name: _blob(park) for park in plan.PARKS}
    keep_off = shapely.union_all([sea, river.buffer(25), rail.buffer(30)])
    parks = {name: _largest(shape.difference(keep_off)) for name, shape in parks.items()}
    return Ground(
        land=land,
        sea=sea,
        river=_largest(river.difference(sea)),
        rail=rail,
        river_line=river_line,
        parks=parks,
        districts=_districts(land, river_line, rail),
    )


@cache
def _transformers() -> tuple[Transformer, Transformer, tuple[float, float]]:
    there = Transformer.from_crs("EPSG:4326", plan.METRES_CRS, always_xy=True)
    back = Transformer.from_crs(plan.METRES_CRS, "EPSG:4326", always_xy=True)
    return there, back, there.transform(*plan.MIDDLE_DEGREES)


def to_degrees(xy: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Turn (n, 2) metres of the plan into longitude and latitude, to about a centimetre."""
    _, back, (x0, y0) = _transformers()
    points = np.asarray(xy, dtype=float)
    lon, lat = back.transform(points[:, 0] + x0, points[:, 1] + y0)
    return np.round(np.column_stack([lon, lat]), 7)


def to_plan(lonlat: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Turn (n, 2) degrees into metres of the plan."""
    there, _, (x0, y0) = _transformers()
    points = np.asarray(lonlat, dtype=float)
    x, y = there.transform(points[:, 0], points[:, 1])
    return np.column_stack([x - x0, y - y0])


def shape_to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Turn a shape of the plan into degrees."""
    return shapely.transform(shape, to_degrees)


def _smooth(points: plan.Line, *, rounds: int = 2) -> LineString:
    """Round the corners of a hand-drawn line (Chaikin's corner cutting), ends kept."""
    line = np.array(points, dtype=float)
    for _ in range(rounds):
        a, b = line[:-1], line[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        line = np.vstack([line[:1], cut[1:-1], line[-1:]])
    return LineString(line)


def _blob(park: plan.Park) -> Polygon:
    """Draw a park: an ellipse that nobody would have drawn with a compass."""
    turns = np.linspace(0, 2 * math.pi, 28, endpoint=False)
    wave = 1 + 0.13 * np.sin(3 * turns + park.x) + 0.07 * np.sin(5 * turns + park.y)
    x = park.x + park.wide * wave * np.cos(turns)
    y = park.y + park.high * wave * np.sin(turns)
    return Polygon(np.column_stack([x, y]))


def _largest(shape: BaseGeometry) -> Polygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area)


def _districts(land: Polygon, river: LineString, rail: LineString) -> dict[str, Polygon]:
    """Cut the land along river, railway and the drawn borders; every piece gets its district."""
    cuts = [land.boundary, river, rail, *(LineString(line) for line in plan.BORDERS)]
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(cuts)]))
    inside = [piece for piece in pieces if land.contains(piece.representative_point())]
    named: dict[str, list[BaseGeometry]] = {one.id: [] for one in plan.DISTRICTS}
    for one in plan.DISTRICTS:
        spot = Point(one.x, one.y)
        named[one.id] += [piece for piece in inside if piece.contains(spot)]
    taken = {id(piece) for pieces_of in named.values() for piece in pieces_of}
    for piece in inside:  # slivers go to the neighbour with the longest common border
        if id(piece) not in taken:
            best = max(
                named, key=lambda one: shapely.union_all(named[one]).intersection(piece).length
            )
            named[best].append(piece)
    return {one: _largest(shapely.union_all(parts)) for one, parts in named.items()}
