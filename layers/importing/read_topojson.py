"""TopoJSON into features: each border is kept once there, as an arc that two areas share."""

from __future__ import annotations

from typing import Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError

Point = list[float]

_MOST_POINTS = 3_000_000


def layers(topology: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Unfold each object of a topology into features: quarters and districts share one file.

    Parameters
    ----------
    topology
        The whole file. Its differences between rounded points are summed up; areas that rounding
        made cross themselves are mended.

    Raises
    ------
    LayerError
        ``file_no_rows`` where there is nothing, ``file_too_large`` for too many points.
    """
    arcs = _arcs(topology)
    found = {}
    for name, named in topology.get("objects", {}).items():
        inside = named.get("geometries") if named.get("type") == "GeometryCollection" else [named]
        if inside:
            found[str(name)] = [_feature(one, arcs, topology) for one in inside]
    if not found:
        raise LayerError("file_no_rows")
    return found


def _feature(
    one: dict[str, Any], arcs: list[list[Point]], topology: dict[str, Any]
) -> dict[str, Any]:
    properties = dict(one.get("properties") or {})
    if "id" in one and "id" not in properties:
        properties = {"id": one["id"], **properties}
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": _geometry(one, arcs, topology),
    }


def _geometry(
    one: dict[str, Any], arcs: list[list[Point]], topology: dict[str, Any]
) -> dict[str, Any] | None:
    kind, said = one.get("type"), one.get("arcs")
    if kind == "Point":
        return {"type": kind, "coordinates": _moved(one["coordinates"], topology)}
    if kind == "MultiPoint":
        points = [_moved(point, topology) for point in one["coordinates"]]
        return {"type": kind, "coordinates": points}
    if kind == "LineString":
        return {"type": kind, "coordinates": _line(said or [], arcs)}
    if kind == "MultiLineString":
        return {"type": kind, "coordinates": [_line(line, arcs) for line in said or []]}
    if kind in ("Polygon", "MultiPolygon"):
        rings = [said or []] if kind == "Polygon" else said or []
        coordinates = [[_line(ring, arcs) for ring in polygon] for polygon in rings]
        shape = shapely.geometry.shape({"type": "MultiPolygon", "coordinates": coordinates})
        whole: dict[str, Any] = shapely.geometry.mapping(_areas(shape))
        return whole
    return None


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """Mend an area, without the lines that mending leaves over."""
    if shape.is_valid:
        return shape
    mended = shapely.make_valid(shape)
    areas = [one for one in shapely.get_parts(mended) if one.geom_type.endswith("Polygon")]
    whole: BaseGeometry = shapely.union_all(areas)
    return whole


def _arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Read the arcs; where they are differences of rounded points, sum them up."""
    said = topology.get("arcs", [])
    if sum(len(arc) for arc in said) > _MOST_POINTS:
        raise LayerError("file_too_large")
    if "transform" not in topology:
        return [[list(point[:2]) for point in arc] for arc in said]
    arcs = []
    for arc in said:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append(_moved([x, y], topology))
        arcs.append(line)
    return arcs


def _moved(point: Point, topology: dict[str, Any]) -> Point:
    if "transform" not in topology:
        return list(point[:2])
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    return [point[0] * scale[0] + move[0], point[1] * scale[1] + move[1]]


def _line(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Join arcs; a negative number is an arc walked backwards."""
    line: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        line += arc[1:] if line else arc
    return line
