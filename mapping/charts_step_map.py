"""A small still map: people not covered after a step, in each area; for paper and for slides."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import altair as alt
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from layers.space import require_metres
from mapping import features, ink

_FINE: Final = 0.1  # pixels that shapes are rounded to: nobody sees less
_HATCH: Final = 6.0  # pixels between two lines
_BAR: Final = 0.3  # of the width that the scale takes at most
_LEAST: Final = features.FEWEST  # people; fewer are never a class
_COLUMN: Final = 190  # pixels of one column of the legend


def step_map(  # noqa: PLR0913 - all but the first two have names, and most a default
    areas: gpd.GeoDataFrame,
    values: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    ground: Mapping[str, gpd.GeoDataFrame] | None = None,
    edges: Sequence[int] | None = None,
    width: int = 340,
    right_to_left: bool = False,
    number: Callable[[int], str] = "{:,}".format,
) -> alt.LayerChart:
    """Draw people not covered after a step: darker for more, hatched where nobody can say.

    Parameters
    ----------
    areas
        ``id`` and shape, projected CRS in metres.
    values
        As of ``mapping.gaps.map_values``: ``area_id``, ``people`` (NA where nobody can say),
        ``suppressed`` (fewer than five).
    labels
        Words for ``people`` ("{count} people"), ``zero``, ``cannot_say``, ``suppressed`` and ``km``
        ("{count} km"); ``about`` for those who hear the map.
    colours
        As of ``mapping.style.colours``.
    ground
        What helps to find one's way, same CRS: ``water``, ``districts``; each may be missing.
    edges
        The five upper ends of the scale, so that several maps share one; from ``values`` where
        not given.
    width
        Of the map, in pixels.
    right_to_left
        The legend begins at the right; the map is never mirrored.
    number
        Writes a number.

    Returns
    -------
    chart
        A picture of a fixed size: on a page, show the file.

    Raises
    ------
    CRSError
        If a table is not in metres, or not in those of ``areas``.
    """
    ground = ground or {}
    require_metres(areas=areas, **ground)
    there = areas[areas.geometry.notna() & ~areas.geometry.is_empty]
    there = there.merge(values, left_on="id", right_on="area_id")
    people = pd.to_numeric(there["people"]).to_numpy(dtype=float, na_value=np.nan)
    withheld = there["suppressed"].fillna(value=False).to_numpy(dtype=bool)
    ends = list(edges) if edges is not None else features.scale(people[~withheld])
    to_pixels, high = _pixels(there.total_bounds, width)
    shapes = to_pixels(there.geometry.to_numpy())
    kinds = _kinds(people, withheld, ends)
    entries = _entries(kinds, ends, labels, number)
    half = math.ceil(len(entries) / 2) if width >= 2 * _COLUMN else len(entries)
    scale_bar = _scale_bar(there.total_bounds, width, labels, number)
    top = high + (34 if scale_bar else 12)
    paper = ink.Paper(colours, width, round(top + ink.legend_height(half)), right_to_left)
    layers = [
        *_areas(shapes, kinds, colours),
        *_ground(ground.get("water"), to_pixels, (width, high), fill=colours["water"]),
        *_ground(
            ground.get("districts"),
            to_pixels,
            (width, high),
            filled=False,
            stroke=colours["quiet"],
            strokeWidth=0.8,
            strokeOpacity=0.7,
        ),
        *_drawn_scale(paper, scale_bar, high),
        *ink.legend(paper, entries[:half], top=top),
        *ink.legend(paper, entries[half:], top=top, at=width / 2),
    ]
    return ink.chart(paper, layers, about=labels.get("about", ""))


Shapes = npt.NDArray[Any]


def _pixels(bounds: Sequence[float], width: int) -> tuple[Callable[[Shapes], Shapes], int]:
    """Give what turns metres into pixels from the upper left, and how high the map is."""
    west, south, east, north = (float(edge) for edge in bounds)
    scale = (width - 2) / max(east - west, 1.0)
    corner = np.array([west, north])

    def turned(shapes: Shapes) -> Shapes:
        moved = shapely.transform(shapes, lambda xy: 1 + (xy - corner) * (scale, -scale))
        rounded: Shapes = np.asarray(shapely.set_precision(moved, _FINE, mode="pointwise"))
        return rounded

    return turned, math.ceil((north - south) * scale) + 2


def _kinds(
    people: npt.NDArray[np.float64], withheld: npt.NDArray[np.bool_], ends: list[int]
) -> Shapes:
    """Say how each area is drawn: a colour's name, zero, cannot_say or suppressed."""
    steps = np.minimum(np.searchsorted(ends, np.nan_to_num(people), side="left") + 1, 5)
    kinds = np.array([f"gap_{step}" for step in steps], dtype=object)
    kinds[people <= 0] = "zero"
    kinds[np.isnan(people)] = "cannot_say"
    kinds[withheld] = "suppressed"
    return kinds


def _entries(
    kinds: Shapes, ends: list[int], labels: Mapping[str, str], number: Callable[[int], str]
) -> list[tuple[str, str]]:
    """Write the legend: all of the scale, and what else is there to be seen."""
    entries = []
    low = _LEAST
    for step, end in enumerate(ends, start=1):
        count = number(end) if low >= end else f"{number(low)}\u2013{number(end)}"
        entries.append((f"gap_{step}", labels["people"].format(count=count)))
        low = end + 1
    others = ("zero", "cannot_say", "suppressed")
    return [*entries, *((one, labels[one]) for one in others if (kinds == one).any())]


def _areas(shapes: Shapes, kinds: Shapes, colours: Mapping[str, str]) -> list[alt.Chart]:
    """Draw areas of a kind as one shape: without the seams between them, and small as a file."""
    layers: list[alt.Chart] = []
    for kind in sorted(set(kinds)):
        mine = shapes[kinds == kind]
        whole = _together(mine)
        if kind == "suppressed":
            dots = {"strokeDash": ink.DOTS, "strokeCap": "round", "strokeWidth": 1.1}
            rings = shapely.geometrycollections(shapely.boundary(shapely.buffer(mine, -0.8)))
            layers += _shape(rings, filled=False, stroke=colours["quiet"], **dots)
        elif kind == "zero":
            layers += _shape(whole, filled=False, stroke=colours["line"], strokeWidth=1)
        elif kind == "cannot_say":
            lines = _hatching(whole)
            layers += _shape(lines, filled=False, stroke=colours["quiet"], strokeWidth=0.8)
            layers += _shape(whole, filled=False, stroke=colours["quiet"], strokeWidth=0.5)
        else:
            layers += _shape(whole, fill=colours[kind])
    return layers


def _together(shapes: Shapes) -> BaseGeometry:
    """Join neighbours; quickly where they share their borders, as cells do."""
    try:
        joined: BaseGeometry = shapely.coverage_union_all(shapes)
    except GEOSException:  # some overlap
        joined = shapely.union_all(shapely.make_valid(shapes), grid_size=_FINE)
    return joined


def _hatching(whole: BaseGeometry) -> BaseGeometry:
    """Cover a shape with slanting lines that go on from one area into the next."""
    west, north, east, south = whole.bounds
    high = south - north
    slanting = [[(x, south), (x + high, north)] for x in np.arange(west - high, east, _HATCH)]
    cut = shapely.get_parts(shapely.MultiLineString(slanting).intersection(whole))
    return shapely.MultiLineString(
        [one for one in cut.tolist() if one.length]
    )  # no corners touched


def _ground(
    table: gpd.GeoDataFrame | None,
    to_pixels: Callable[[Shapes], Shapes],
    size: tuple[int, int],
    **look: Any,  # noqa: ANN401 - what a mark takes
) -> list[alt.Chart]:
    """Draw what lies below or around, cut off where the map ends."""
    if table is None:
        return []
    there = table.geometry[table.geometry.notna() & ~table.geometry.is_empty]
    shapes: Shapes = np.asarray(shapely.clip_by_rect(to_pixels(there.to_numpy()), 0, 0, *size))
    whole: BaseGeometry = shapely.union_all(shapes)
    if "fill" not in look:  # lines between neighbours stay
        whole = shapely.MultiLineString(
            [line for one in shapes for line in shapely.get_parts(shapely.boundary(one)).tolist()]
        )
    return _shape(whole, **look)


def _shape(shape: BaseGeometry, **look: Any) -> list[alt.Chart]:  # noqa: ANN401 - as before
    """Draw one shape that is in pixels already."""
    if shape.is_empty:
        return []
    # As one text: what Vega reads at once, Altair would look at number by number.
    flat = shapely.to_geojson(shapely.set_precision(shape, _FINE, mode="pointwise"))
    feature = f'{{"type":"Feature","properties":{{}},"geometry":{flat}}}'
    data = alt.InlineData(values=feature, format=alt.JsonDataFormat(type="json"))
    mark = alt.Chart(data).mark_geoshape(**look)
    return [mark.project(type="identity", scale=1, translate=[0, 0])]


def _scale_bar(
    bounds: Sequence[float], width: int, labels: Mapping[str, str], number: Callable[[int], str]
) -> tuple[float, str] | None:
    """Choose a round length of at most a few pixels: those pixels, and its name."""
    km_in_pixels = (width - 2) / max(float(bounds[2] - bounds[0]) / 1000, 0.001)
    fits = [km for km in (1, 2, 5, 10, 20, 50, 100) if km * km_in_pixels <= _BAR * width]
    if not fits or "km" not in labels:
        return None
    return fits[-1] * km_in_pixels, labels["km"].format(count=number(fits[-1]))


def _drawn_scale(paper: ink.Paper, bar: tuple[float, str] | None, high: int) -> list[alt.Chart]:
    if bar is None:
        return []
    long, name = bar
    data = pd.DataFrame({"y": [high + 16], "text": [paper.line(name)]})
    start = paper.width if paper.right_to_left else 0
    rule = alt.Chart(data).mark_rule(color=paper.colours["quiet"], strokeWidth=2)
    word = alt.Chart(data).mark_text(
        align=paper.align,
        baseline="middle",
        dx=paper.side(long + 8),
        fontSize=13,
        color=paper.colours["quiet"],
    )
    return [
        rule.encode(
            x=alt.value(start), x2=alt.value((start or 0) + paper.side(long)), y=paper.down()
        ),
        word.encode(x=paper.edge, y=paper.down(), text="text:N"),
    ]
