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
SIMPLE_M = 6.0
LEAST_M2 = 2_500.0  # ponds and flower beds below this only cost bytes
MOST_PLACES = 400
_MAIN = ("main", "bridge")
_MOST_KEPT = 8

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
) -> bytes:
    """Draw the base map as compact JSON.

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

    Returns
    -------
    json
        ``frame`` (east, north, turn), ``area``, ``layers`` (name -> flat lists: first point,
        then steps, whole metres), ``places`` ([kind, name, x, y, district number]) and
        ``districts`` (names).
    """
    frame = frame_of(area)
    kinds = streets["kind"].fillna("street") if len(streets) else pd.Series(dtype="str")
    is_main = kinds.isin(_MAIN)
    layers: dict[str, list[list[int]]] = {
        kind: _surfaces(ground[ground["kind"] == kind], frame)
        for kind in ("built", "green", "water")
    }
    layers["street"] = _lines(streets[~is_main], frame)
    layers["main"] = _lines(streets[is_main], frame)
    layers["railway"] = _lines(ground[ground["kind"] == "railway"], frame)
    named = _named(districts)
    drawn = {
        "frame": [frame.east, frame.north, round(frame.turn, 9)],
        "area": list(area),
        "layers": layers,
        "places": _places(places, named, frame),
        "districts": [str(name) for name in named["name"]] if len(named) else [],
    }
    return json.dumps(drawn, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class Maps:
    """Packed base maps of the atlases in use, made once for each state of an atlas."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, Area], bytes] = OrderedDict()

    def packed(self, atlas: str, area: Area) -> bytes:
        """Give a base map as gzip; without an atlas, an empty one of that area."""
        source = Atlas(atlas) if atlas else None
        key = (atlas, source.state() if source else "", area)
        with self._lock:  # several phones ask at once for what is being made
            if key not in self._kept:
                self._kept[key] = gzip.compress(_drawn(source, area), 9, mtime=0)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _drawn(source: Atlas | None, area: Area) -> bytes:
    if source is None:
        nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=4326)
        return base_map(nothing, nothing, nothing, nothing, area=area)
    streets, ground, places, areas = (
        cast("gpd.GeoDataFrame", source.read(table))
        for table in ("streets", "ground", "places", "areas")
    )
    districts = areas[areas["level"] == "district"]
    return base_map(streets, ground, places, districts, area=area)


@cache
def _degrees() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(GRID, 4326, always_xy=True)


def _surfaces(table: gpd.GeoDataFrame, frame: Frame) -> list[list[int]]:
    """Outer rings only: islands and clearings are detail that a phone map can do without."""
    shapes = [shape for shape in _parts(table) if isinstance(shape, shapely.Polygon)]
    rings = [shape.exterior for shape in shapes if shape.area >= LEAST_M2]
    return _flat(rings, frame, tolerance_m=2 * SIMPLE_M)


def _lines(table: gpd.GeoDataFrame, frame: Frame) -> list[list[int]]:
    """Streets joined end to end, so that shared ends are written once."""
    lines = [shape for shape in _parts(table) if isinstance(shape, shapely.LineString)]
    joined = shapely.line_merge(shapely.MultiLineString(lines)) if lines else None
    return _flat(
        shapely.get_parts(joined) if joined is not None else [], frame, tolerance_m=SIMPLE_M
    )


def _parts(table: gpd.GeoDataFrame) -> list[shapely.Geometry]:
    if not len(table):
        return []
    return list(shapely.get_parts(table.geometry.dropna().to_crs(GRID).to_numpy()))


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
        districts.dropna(subset=["name", "geometry"]).sort_values("name")
        if len(districts)
        else districts
    )


def _places(places: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, frame: Frame) -> list[list[Any]]:
    """Public places by district, then by name."""
    if not len(places):
        return []
    known = places.dropna(subset=["name", "geometry"]).sort_values("name").head(MOST_PLACES)
    points = known.geometry.to_crs(GRID)
    spots = np.rint(frame.place(shapely.get_coordinates(points.to_numpy()))).astype(int)
    where = np.full(len(known), -1)
    if len(districts):
        tree = shapely.STRtree(districts.geometry.to_numpy())
        inside = tree.query(known.geometry.to_numpy(), predicate="intersects")
        where[inside[0]] = inside[1]
    kinds = known["kind"].fillna("other")
    rows = [
        [str(kind), str(name), int(x), int(y), int(district)]
        for kind, name, (x, y), district in zip(kinds, known["name"], spots, where, strict=True)
    ]
    return sorted(rows, key=lambda row: (row[4] < 0, row[4], row[1]))
