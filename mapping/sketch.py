"""A small picture of where new rows lie: the outlines of the city, and points, lines, surfaces.

Made of numbers only. It shows at a glance what a number cannot: two columns swapped, one row at
the other end of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Numbers = npt.NDArray[np.float64]
Placed = Callable[[Numbers], Numbers]
WIDE, HIGH, EDGE = 560, 320, 14  # pixels
DOT = 3.5
MOST = 3000  # things drawn; more would be a blot


def where(
    outlines: Sequence[BaseGeometry | None],
    new: Sequence[BaseGeometry | None],
    tokens: Mapping[str, str],
    *,
    mark: str = "accent",
) -> str | None:
    """Draw new geometries over the outlines of the city.

    Parameters
    ----------
    outlines, new
        Geometries in EPSG:4326; missing ones are skipped, and of very many only some are drawn.
    tokens
        Colours by name, from :mod:`mapping.style`.
    mark
        Name of the colour of what is new.

    Returns
    -------
    picture
        SVG, or None where nothing new has a place.

    Examples
    --------
    >>> ink = {"line": "#d9d2c5", "accent": "#0b6e8a", "sunk": "#f1ece3"}
    >>> where([], [None], ink) is None
    True
    >>> where([shapely.box(0, 0, 1, 1)], [shapely.Point(0.5, 0.5)], ink).count("<circle")
    1
    """
    there = [shape for shape in outlines if shape is not None and not shape.is_empty]
    fresh = [shape for shape in new if shape is not None and not shape.is_empty]
    if not fresh:
        return None
    fresh = fresh[:: -(-len(fresh) // MOST)]
    west, south, east, north = shapely.total_bounds(np.array([*there, *fresh], dtype=object))
    middle = np.cos(np.radians((south + north) / 2))
    size = max(
        (east - west) * middle / (WIDE - 2 * EDGE), (north - south) / (HIGH - 2 * EDGE), 1e-9
    )
    left = (WIDE - (east - west) * middle / size) / 2
    top = (HIGH - (north - south) / size) / 2

    def placed(xy: Numbers) -> Numbers:
        flat = np.asarray(xy, dtype=float)
        return np.column_stack(
            [left + (flat[:, 0] - west) * middle / size, top + (north - flat[:, 1]) / size]
        )

    body = [
        _path(shape, placed, f'fill="{tokens["sunk"]}" stroke="{tokens["line"]}"', size)
        for shape in there
    ]
    for shape in fresh:
        if shape.geom_type == "Point":
            x, y = placed(shapely.get_coordinates(shape))[0]
            body.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}" fill="{tokens[mark]}"'
                ' fill-opacity=".7"/>'
            )
        else:
            body.append(_path(shape, placed, f'fill="none" stroke="{tokens[mark]}"', size))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}"'
        f' height="{HIGH}">{"".join(body)}</svg>'
    )


def _path(shape: BaseGeometry, placed: Placed, look: str, size: float) -> str:
    plain = shapely.simplify(shape, size)
    lines = []
    for part in shapely.get_parts(plain):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            xy = shapely.get_coordinates(ring)
            if len(xy) > 1:
                points = placed(xy)
                lines.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return f'<path d="{"".join(lines)}" {look} stroke-width="1"/>' if lines else ""
