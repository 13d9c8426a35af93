"""The sea, which OpenStreetMap holds as a line only: land to its left, water to its right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.importing.osm_read import UNIT

_ASIDE = 1e-6  # degrees, about ten centimetres: right beside the line


def sea(
    coast: Sequence[Sequence[Any]], *, frame: BaseGeometry
) -> Iterator[tuple[int, BaseGeometry]]:
    """Close the coast along a frame and give what lies on its watery side.

    An extract ends somewhere, and its coast with it: from there it is drawn straight to the edge of
    the frame, which is near.

    Parameters
    ----------
    coast
        Ways with their corners in ten millionths of a degree.
    frame
        A box in degrees, around all that is drawn.

    Yields
    ------
    name, water
        The lowest identifier of the ways around the water, and the water, in degrees.

    Examples
    --------
    >>> north = [[0, 5_000_000], [10_000_000, 5_000_000]]  # from west to east: water to the south
    >>> found = sea([[7, north]], frame=shapely.box(0, 0, 1, 1))
    >>> [(name, water.bounds) for name, water in found]
    [(7, (0.0, 0.0, 1.0, 0.5))]
    """
    lines = [shapely.LineString(np.asarray(line) / UNIT) for _, line in coast if len(line) > 1]
    ways = [int(way) for way, line in coast if len(line) > 1]
    if not lines:
        return
    inside = [shapely.intersection(line, frame) for line in lines]
    drawn = shapely.union_all([*inside, *_to_the_edge(inside, frame), shapely.boundary(frame)])
    faces = shapely.get_parts(shapely.polygonize([drawn])).tolist()
    tree = shapely.STRtree(faces)
    wet: dict[int, float] = {}
    named: dict[int, int] = {}
    for way, line in zip(ways, lines, strict=True):
        right, left, length = _sides(shapely.get_coordinates(line))
        for side, sign in ((right, 1.0), (left, -1.0)):
            point, face = tree.query(shapely.points(side), predicate="within")
            for at, one in zip(face.tolist(), length[point].tolist(), strict=True):
                wet[at] = wet.get(at, 0.0) + sign * one
                named[at] = min(named.get(at, way), way)
    for at, score in sorted(wet.items(), key=lambda one: named[one[0]]):
        if score > 0:
            yield named[at], faces[at]


def _to_the_edge(lines: Sequence[BaseGeometry], frame: BaseGeometry) -> Iterator[BaseGeometry]:
    """Draw on from every loose end of the coast."""
    parts = [part for line in lines for part in shapely.get_parts(line) if part.length > 0]
    for line in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(parts))):
        for end in shapely.get_parts(shapely.boundary(line)):
            across = shapely.shortest_line(end, shapely.boundary(frame))
            if across.length > 0:
                yield across


def _sides(line: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - arrays of one line
    """Give a point to the right and one to the left of the middle of each stretch."""
    step = np.diff(line, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    step, middle, length = (part[length > 0] for part in (step, (line[:-1] + line[1:]) / 2, length))
    aside = np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None] * _ASIDE
    return middle + aside, middle - aside, length
