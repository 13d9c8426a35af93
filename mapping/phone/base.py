"""The base map of phone and wall: streets, water, green, in whole metres, small enough for 3G.

Coordinates are metres of EPSG:3035 from an origin, turned so that north is up at the city's
centre. So the phone finds the cell under its cross by a turn back and a floor, and no exact place
ever leaves it.
"""

from __future__ import annotations

import gzip
import json
import math
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.atlas import Atlas
from layers.room_session import Area

GRID = 3035
MOST_BYTES = 300_000  # packed: half a minute of a slow phone's network, and no more
MOST_PLACES = 400
AREA_SIZES_M = (500, 1_000, 2_000)  # every session's squares are parts of these
_FIRST = ("station", "square", "park", "market", "bridge", "underpass", "school", "other")
_MAIN = ("main", "bridge")
_ON_FOOT = ("footway", "steps", "track")
_MOST_KEPT = 8

Landmarks = tuple[str, ...] | None
_Arrays = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the drawing lies on the grid: origin in metres of EPSG:3035, turn in radians."""

    east: int
    north: int
    turn: float

    def place(self, xy: _Arrays) -> _Arrays:
        """Bring (n, 2) points of EPSG:3035 into the drawing, north up."""
        x, y = xy[:, 0] - self.east, xy[:, 1] - self.north
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return np.column_stack([x * cos - y * sin, x * sin + y * cos])


@dataclass(frozen=True, slots=True)
class Detail:
    """How fine a map is drawn."""

    simple_m: float
    least_m: float  # shorter lines are left out
    least_m2: float  # ponds and flower beds below this only cost bytes
    on_foot: bool  # footways, steps and tracks


# Taken in this order until the map is small enough; the last one draws a city of millions.
DETAILS = (
    Detail(6, 0, 2_500, on_foot=True),
    Detail(9, 20, 5_000, on_foot=True),
    Detail(12, 40, 10_000, on_foot=True),
    Detail(12, 40, 10_000, on_foot=False),
    Detail(20, 120, 20_000, on_foot=False),
    Detail(30, 220, 40_000, on_foot=False),
    Detail(40, 400, 80_000, on_foot=False),
)


def frame_of(area: Area) -> Frame:
    """Give the frame whose origin is the middle of an area and whose north is up there."""
    east, north = (area[0] + area[2]) // 2, (area[1] + area[3]) // 2
    to_degrees = _degrees()
    lon, lat = to_degrees.transform(east, north)
    up_east, up_north = to_degrees.transform(lon, lat + 0.01, direction="INVERSE")
    return Frame(east, north, math.atan2(up_east - east, up_north - north))


def base_map(
    streets: gpd.GeoDataFrame,
    ground: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    area: Area,
    landmarks: Landmarks = None,
) -> bytes:
    """Draw the base map as compact JSON, as fine as fits in :data:`MOST_BYTES`.

    Parameters
    ----------
    streets
        Lines with column kind, EPSG:4326.
    ground
        Water, green, railways and built-up land with column kind, EPSG:4326.
    places
        Public places people know (points, columns name and kind, EPSG:4326): the list beside
        the map, and labels on it.
    districts
        Areas with a name (EPSG:4326); each place of the list stands under the one it lies in.
    area
        What the map covers, EPSG:3035.
    landmarks
        Kinds of places the list offers; None: all.

    Returns
    -------
    json
        ``frame`` (east, north, turn), ``area``, ``layers`` (name -> flat lists: first point,
        then steps, whole metres), ``places`` ([kind, name, x, y, number of the area or -1]) and
        ``areas`` ([name, x, y, size_m]: each district as one coarser square, by a point in it).
    """
    frame = frame_of(area)
    lines, surfaces = _lines_of(streets, ground, area), _surfaces_of(ground, area)
    head = {"frame": [frame.east, frame.north, round(frame.turn, 9)], "area": list(area)}
    areas, numbers = _areas(_named(districts), frame, area)
    listed = {"places": _places(places, numbers, frame, area, landmarks), "areas": areas}
    drawn = b""
    for detail in DETAILS:
        layers = {name: _rings(found, frame, detail) for name, found in surfaces.items()}
        layers |= {name: _strokes(found, frame, detail) for name, found in lines.items()}
        on_foot = layers.pop("foot")
        layers["street"] += on_foot if detail.on_foot else []
        said = head | {"layers": layers} | listed
        drawn = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        if len(gzip.compress(drawn, 9)) <= MOST_BYTES:
            break
    return drawn


class Maps:
    """Packed base maps of the atlases in use, made once for each state of an atlas."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, Area, Landmarks], bytes] = OrderedDict()

    def packed(self, atlas: str, area: Area, landmarks: Landmarks = None) -> bytes:
        """Give a base map as gzip; without an atlas, an empty one of that area.

        Parameters
        ----------
        atlas
            Path of the atlas, or empty.
        area
            What the map covers, EPSG:3035.
        landmarks
            Kinds of places the list offers; None: all.
        """
        source = Atlas(atlas) if atlas else None
        key = (atlas, source.state() if source else "", area, landmarks)
        with self._lock:  # several phones ask at once for what is being made
            if key not in self._kept:
                self._kept[key] = gzip.compress(_drawn(source, area, landmarks), 9, mtime=0)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _drawn(source: Atlas | None, area: Area, landmarks: Landmarks) -> bytes:
    if source is None:
        nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=4326)
        return base_map(nothing, nothing, nothing, nothing, area=area)
    streets, ground, places, areas = (
        cast("gpd.GeoDataFrame", source.read(table))
        for table in ("streets", "ground", "places", "areas")
    )
    districts = areas[areas["level"] == "district"]
    return base_map(streets, ground, places, districts, area=area, landmarks=landmarks)


@cache
def _degrees() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(GRID, 4326, always_xy=True)


def _parts(table: gpd.GeoDataFrame, area: Area, kind: type[shapely.Geometry]) -> list[Any]:
    """Give the simple shapes of a table on the grid, cut off at the edge of the area."""
    if not len(table):
        return []
    found = shapely.get_parts(table.geometry.dropna().to_crs(GRID).to_numpy())
    if len(found) and not shapely.box(*area).contains(shapely.box(*shapely.total_bounds(found))):
        cut = shapely.clip_by_rect(found, *map(float, area))
        found = shapely.get_parts(cut)
    whole = found[~shapely.is_empty(found)]
    return [shape for shape in whole if isinstance(shape, kind)]


def _surfaces_of(ground: gpd.GeoDataFrame, area: Area) -> dict[str, list[shapely.Polygon]]:
    return {
        kind: _parts(ground[ground["kind"] == kind], area, shapely.Polygon)
        for kind in ("built", "green", "water")
    }


def _lines_of(
    streets: gpd.GeoDataFrame, ground: gpd.GeoDataFrame, area: Area
) -> dict[str, list[shapely.LineString]]:
    """Streets joined end to end, so that shared ends are written once."""
    kinds = streets["kind"].fillna("street") if len(streets) else pd.Series(dtype="str")
    is_main, on_foot = kinds.isin(_MAIN), kinds.isin(_ON_FOOT)
    tables = {
        "street": streets[~is_main & ~on_foot],
        "foot": streets[on_foot],
        "main": streets[is_main],
        "railway": ground[ground["kind"] == "railway"],
    }
    found = {}
    for name, table in tables.items():
        lines = _parts(table, area, shapely.LineString)
        joined = shapely.line_merge(shapely.MultiLineString(lines)) if lines else None
        found[name] = list(shapely.get_parts(joined)) if joined is not None else []
    return found


def _rings(shapes: list[shapely.Polygon], frame: Frame, detail: Detail) -> list[list[int]]:
    """Outer rings only: islands and clearings are detail that a phone map can do without."""
    rings = [shape.exterior for shape in shapes if shape.area >= detail.least_m2]
    return _flat(rings, frame, tolerance_m=2 * detail.simple_m)


def _strokes(lines: list[shapely.LineString], frame: Frame, detail: Detail) -> list[list[int]]:
    long = [line for line in lines if line.length >= detail.least_m]
    return _flat(long, frame, tolerance_m=detail.simple_m)


def _flat(
    shapes: Iterable[shapely.Geometry], frame: Frame, *, tolerance_m: float
) -> list[list[int]]:
    drawn = []
    for shape in shapes:
        simple = shapely.simplify(shape, tolerance_m)
        points = np.rint(frame.place(shapely.get_coordinates(simple))).astype(int)
        steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=int))
        moved = np.r_[True, np.any(steps[1:] != 0, axis=1)]
        if moved.sum() > 1:
            drawn.append(steps[moved].ravel().tolist())
    return drawn


def _named(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return (
        districts.dropna(subset=["name", "geometry"]).sort_values("name").to_crs(GRID)
        if len(districts)
        else districts
    )


def _areas(
    districts: gpd.GeoDataFrame, frame: Frame, area: Area
) -> tuple[list[list[Any]], list[tuple[int, shapely.Polygon]]]:
    """Give each area as the one coarser square that holds most of it, and its shape by number."""
    rows: list[list[Any]] = []
    shapes: list[tuple[int, shapely.Polygon]] = []
    for name, shape in zip(districts.get("name", []), districts.geometry, strict=True):
        square = _square(shape, area)
        if square is None:  # none of the session's
            continue
        east, north, size = square
        middle = np.array([[east + size / 2, north + size / 2]])
        x, y = np.rint(frame.place(middle)).astype(int)[0]
        shapes.append((len(rows), shape))
        rows.append([str(name), int(x), int(y), size])
    return rows, shapes


def _square(shape: shapely.Polygon, area: Area) -> tuple[int, int, int] | None:
    """Find the square an area is said as: as large as it, or the largest there is."""
    size = next((one for one in AREA_SIZES_M if one * one >= shape.area), AREA_SIZES_M[-1])
    west, south, east, north = (math.floor(edge / size) for edge in shape.bounds)
    corners = [
        (x * size, y * size)
        for x in range(west, east + 1)
        for y in range(south, north + 1)
        # its middle lies in the session's piece of the grid, as the room asks
        if area[0] <= x * size + size // 2 <= area[2] and area[1] <= y * size + size // 2 <= area[3]
    ]
    if not corners:
        return None
    boxes = shapely.box(*np.array([(x, y, x + size, y + size) for x, y in corners]).T)
    held = shapely.area(shapely.intersection(shape, boxes))
    best = int(np.argmax(held))
    return (*corners[best], size) if held[best] > 0 else None


def _places(
    places: gpd.GeoDataFrame,
    areas: list[tuple[int, shapely.Polygon]],
    frame: Frame,
    area: Area,
    landmarks: Landmarks,
) -> list[list[Any]]:
    """Give public places by area, then by name; of many, the best known of every area."""
    if not len(places):
        return []
    known = places.dropna(subset=["name", "geometry"]).sort_values("name").to_crs(GRID)
    kinds = known["kind"].fillna("other")
    middles = shapely.centroid(known.geometry.to_numpy())
    wanted = shapely.intersects(shapely.box(*area), middles)
    if landmarks is not None:
        wanted &= kinds.isin(landmarks).to_numpy()
    known, kinds, middles = known[wanted], kinds[wanted], middles[wanted]
    where = np.full(len(known), -1)
    for number, shape in areas:
        where[shapely.intersects(shape, middles) & (where < 0)] = number
    spots = np.rint(frame.place(shapely.get_coordinates(middles))).astype(int)
    rank = kinds.map({kind: place for place, kind in enumerate(_FIRST)}).fillna(len(_FIRST))
    turn = pd.DataFrame({"where": where, "rank": rank.to_numpy()}).sort_values(
        "rank", kind="stable"
    )
    turn["turn"] = turn.groupby("where").cumcount()  # each area's first, then each one's second
    kept = sorted(turn.sort_values(["turn", "rank"], kind="stable").index[:MOST_PLACES])
    rows = [
        [str(kinds.iloc[at]), str(known["name"].iloc[at]), *map(int, spots[at]), int(where[at])]
        for at in kept
    ]
    return sorted(rows, key=lambda row: (row[4] < 0, row[4], row[1]))
