"""Where rows lie: from whatever a file holds to longitude and latitude, or one plain refusal.

A refusal is for mistakes of the whole file (metres for degrees, numbers swapped): then nothing is
written. A single impossible point costs the row its place, not its life.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.crs_guess import Guess, guesses
from layers.importing.draft import Source, some_rows
from layers.importing.tables import Note, Table

WGS84 = "EPSG:4326"
# the land that the European grid covers, islands of the Atlantic included
EUROPE = (-32.0, 26.0, 46.0, 72.5)
METRES_FROM = 1000.0  # no degree is as large
FAR_DEG = 2.0
Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Places:
    """One geometry a row in EPSG:4326, or ``None``; ``decimals`` of coordinates typed as text."""

    shapes: list[BaseGeometry | None]
    impossible: list[int] = field(default_factory=list)  # row numbers
    decimals: list[int] = field(default_factory=list)


def places(source: Source, columns: Columns, *, needed: bool) -> Places:
    """Find where every row of a table lies.

    Parameters
    ----------
    source
        The table; its notes grow by what a person should know.
    columns
        Which columns hold coordinates, where there is no geometry.
    needed
        True where a row without a geometry is of no use.

    Raises
    ------
    LayerError
        ``coords_metres``, ``coords_degrees``, ``coords_swapped``, ``coords_elsewhere``,
        ``crs_unknown``, ``file_no_shapes`` or ``column_missing``.
    """
    table = source.table
    found, named = _raw(source, columns)
    if found is None:
        if needed:
            raise LayerError("column_missing", column="lat", columns=", ".join(table.columns[:12]))
        return Places([None] * len(table.rows))
    if all(shape is None for shape in found.shapes):
        raise LayerError("file_no_shapes", file=source.file)
    _leave_zeros(found, table.numbers)
    if source.options.swap:
        swapped = shapely.transform(np.array(found.shapes, dtype=object), _turned)
        found.shapes = swapped.tolist()
        table.notes.append(Note("coords_turned"))
    crs = _crs(source.options.crs or named or WGS84)
    _refuse_wrong_unit(source, found, crs)
    if not crs.equals(_crs(WGS84), ignore_axis_order=True):
        table.notes.append(Note("crs_converted", {"crs": source.options.crs or named}))
    _into_degrees(found, crs, table.numbers)
    _refuse_swapped(source, found)
    if found.impossible:
        rows = some_rows(found.impossible)
        table.notes.append(
            Note("coords_impossible", {"count": len(found.impossible), "rows": rows})
        )
    return found


def _turned(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return xy[:, ::-1]


def _raw(source: Source, columns: Columns) -> tuple[Places | None, str]:
    table = source.table
    if table.shapes is not None:
        return Places([_read(wkb) for wkb in table.shapes]), table.crs
    has = columns.place
    pair = ("lon", "lat") if "lon" in has or "lat" in has else ("x", "y")
    for name in pair:
        if name not in has and (pair == ("lon", "lat") or pair[0] in has or pair[1] in has):
            raise LayerError("column_missing", column=name, columns=", ".join(table.columns[:12]))
    if pair[0] not in has:
        return None, ""
    found = Places([])
    for number, row in zip(table.numbers, table.rows, strict=True):
        texts = columns.get(row, pair[0]), columns.get(row, pair[1])
        try:
            x, y = cells.number(texts[0]), cells.number(texts[1])
        except ValueError:
            x = y = None
            found.impossible.append(number)
        found.shapes.append(None if x is None or y is None else shapely.Point(x, y))
        found.decimals.append(max(_decimals(texts[0]), _decimals(texts[1])))
    return found, ""


def _leave_zeros(found: Places, numbers: list[int]) -> None:
    """Leave out points at (0, 0): that is how a program writes that it knows no place."""
    for place, shape in enumerate(found.shapes):
        if isinstance(shape, shapely.Point) and not shape.is_empty and shape.x == shape.y == 0:
            found.shapes[place] = None
            found.impossible.append(numbers[place])


def _read(wkb: bytes | None) -> BaseGeometry | None:
    return None if wkb is None else shapely.from_wkb(wkb)


def _decimals(text: str | None) -> int:
    _, sign, after = (text or "").replace(",", ".").rpartition(".")
    return len(after.strip()) if sign else 0


def _crs(name: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as error:
        raise LayerError("crs_unknown", crs=name) from error


def _centres(found: Places) -> npt.NDArray[np.float64]:
    """Give the middle of every geometry; NaN where there is none."""
    boxes = shapely.bounds(np.array(found.shapes, dtype=object))
    return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2])


def _refuse_wrong_unit(source: Source, found: Places, crs: pyproj.CRS) -> None:
    xy = _centres(found)
    there = np.isfinite(xy).all(axis=1)
    large: Flags = np.asarray(there & (np.abs(xy) > METRES_FROM).any(axis=1))
    small: Flags = np.asarray(there & (np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 180))
    if crs.is_geographic and large.sum() * 2 > there.sum():
        first = xy[np.flatnonzero(large)[0]]
        box = city_box(source)
        offered = guesses(float(first[0]), float(first[1]), None if box is None else _wider(box))
        values = _first(source.table, xy, large)
        if not offered:
            raise LayerError("coords_metres", **values)
        raise LayerError("coords_metres_maybe", **values, systems="; ".join(map(_offer, offered)))
    if not crs.is_geographic and small.sum() * 2 > there.sum():
        raise LayerError("coords_degrees", crs=crs.to_string(), **_first(source.table, xy, small))


def _offer(one: Guess) -> str:
    """Write a system so that it can be chosen, with where the first point would lie."""
    turn = " --swap" if one.swap else ""
    return f"{one.crs}{turn} ({one.name}: {one.lat:.4f}, {one.lon:.4f})"


def _into_degrees(found: Places, crs: pyproj.CRS, numbers: list[int]) -> None:
    shapes = np.array(found.shapes, dtype=object)
    if not crs.equals(_crs(WGS84), ignore_axis_order=True):
        change = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True).transform

        def moved(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(change(xy[:, 0], xy[:, 1]))

        shapes = shapely.transform(shapes, moved)
    bounds = shapely.bounds(shapes)
    there = np.array([shape is not None for shape in found.shapes])
    lost = there & ~np.isfinite(bounds).all(axis=1)
    shapes[lost] = None
    found.shapes = shapes.tolist()
    found.impossible += [numbers[place] for place in np.flatnonzero(lost)]


def _refuse_swapped(source: Source, found: Places) -> None:
    """Compare with where the city is; without a city, with where Europe is."""
    xy = _centres(found)
    there: Flags = np.asarray(np.isfinite(xy).all(axis=1))
    on_earth = there & (np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 90)
    half = there.sum() / 2
    box = city_box(source)
    wide = EUROPE if box is None else _wider(box)
    swapped = xy[:, ::-1]
    inside, inside_swapped = _within(xy, wide), _within(swapped, wide)
    sure = source.options.crs is not None  # a person has said which system these are in
    if inside.sum() < half and inside_swapped.sum() > half and (box is not None or not sure):
        raise LayerError("coords_swapped", **_first(source.table, xy, inside_swapped & ~inside))
    if box is not None and not inside.any() and there.any() and not sure:
        raise LayerError("coords_elsewhere", **_first(source.table, xy, there))
    for place in np.flatnonzero(there & ~on_earth):
        found.shapes[place] = None
        found.impossible.append(source.table.numbers[place])
    if box is not None and (far := on_earth & ~inside).any():
        rows = [source.table.numbers[place] for place in np.flatnonzero(far)]
        source.table.notes.append(Note("coords_far", {"count": len(rows), "rows": some_rows(rows)}))


def city_box(source: Source) -> tuple[float, float, float, float] | None:
    """Find the extent of what the atlas holds: its areas, else its places; ``None`` if empty."""
    for table in ("areas", "locations"):
        shapes = [shape for shape in source.held(table).geometry if shape is not None]
        if shapes:
            west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
            return float(west), float(south), float(east), float(north)
    return None


def _wider(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = box
    more = min(FAR_DEG, max(0.3, east - west, north - south))
    return west - more, south - more, east + more, north + more


def _within(
    xy: npt.NDArray[np.float64], box: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    west, south, east, north = box
    inside: npt.NDArray[np.bool_] = (
        (xy[:, 0] >= west) & (xy[:, 0] <= east) & (xy[:, 1] >= south) & (xy[:, 1] <= north)
    )
    return inside


def _first(
    table: Table, xy: npt.NDArray[np.float64], where: npt.NDArray[np.bool_]
) -> dict[str, float | str]:
    place = int(np.flatnonzero(where)[0])
    x, y = (float(value) for value in xy[place])
    return {"row": table.numbers[place], "x": f"{x:.7g}", "y": f"{y:.7g}"}
