"""KML, and the KML in a KMZ: folders are parts, no link is followed, descriptions stay text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing.read_source import How, Source
from layers.importing.read_xml import elements, local
from layers.importing.tables import MAX_ROWS, Note, Problem, Table, clean, headers

_EVERY = 2_000
_GEOMETRIES = frozenset({"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"})
_CONTAINERS = frozenset({"Folder", "Document"})
_LINKS = frozenset({"NetworkLink", "GroundOverlay", "PhotoOverlay"})
_TEXTS = frozenset({"name", "description", "address", "phoneNumber", "Snippet"})
_DRAWING = frozenset(  # how a program drew it; says nothing of the place
    {"altitudeMode", "altitudeMo", "tessellate", "extrude", "visibility", "drawOrder", "icon"}
)
_SEVERAL: Mapping[str, Callable[[Any], BaseGeometry]] = MappingProxyType(
    {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
)
_BROKEN = (ValueError, TypeError, IndexError, shapely.errors.ShapelyError)


@dataclass(slots=True)
class _Folder:
    """The placemarks of one folder."""

    name: str
    records: list[dict[str, str | None]] = field(default_factory=list)
    shapes: list[bytes | None] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def look(source: Source, how: How) -> dict[str, Any]:
    """Name the folders that hold placemarks."""
    folders, notes = _folders(source, how)
    tables = [_table(one, notes) for one in folders]
    parts = [
        {
            "name": one.name,
            "rows": len(table.rows) + len(table.problems),
            "columns": table.columns,
            "shapes": True,
            "table": table,
        }
        for one, table in zip(folders, tables, strict=True)
    ]
    if not parts:
        raise LayerError("file_no_rows")
    return {"parts": parts, "encoding": ""}


def read(source: Source, how: How) -> Table:
    """Read the placemarks of one folder, heights dropped.

    Raises
    ------
    LayerError
        ``xml_broken``, ``xml_has_entities``, ``file_too_many_rows`` or ``file_no_rows``.
    """
    folders, notes = _folders(source, how)
    chosen = next((one for one in folders if how.part in (None, one.name)), None)
    if chosen is None:
        raise LayerError("file_no_rows")
    return _table(chosen, notes)


def _table(folder: _Folder, notes: list[Note]) -> Table:
    columns = _columns(folder)
    return Table(
        headers([clean(name) for name in columns]),
        [[record.get(name) for name in columns] for record in folder.records],
        folder.numbers,
        "kml",
        folder.shapes,
        "EPSG:4326",
        [*notes],
        folder.problems,
    )


def _columns(folder: _Folder) -> list[str]:
    names = dict.fromkeys(name for record in folder.records for name in record)
    said = [
        name
        for name in names
        if any(record.get(name) is not None for record in folder.records) and name not in _DRAWING
    ]
    return said or ["name"]


def _folders(source: Source, how: How) -> tuple[list[_Folder], list[Note]]:
    """Go through the document once; every folder with placemarks of its own is a part."""
    walk = _Walk(how)
    for event, element in elements(BytesIO(source.read())):
        name = local(element.tag)
        if event == "start":
            walk.begin(name)
        else:
            walk.end(name, element)
    notes = [Note("links_not_followed", {"count": walk.links})] if walk.links else []
    if walk.tall:
        notes.append(Note("heights_dropped"))
    _name(list(walk.found), walk.found, source.stem)
    return list(walk.found.values()), notes


@dataclass(slots=True)
class _Walk:
    """Where in the document we are, and what was found so far."""

    how: How
    found: dict[tuple[str, ...], _Folder] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    inside: int = 0  # how deep in a placemark, whose own parts are looked at when it ends
    count: int = 0
    links: int = 0
    tall: bool = False

    def begin(self, name: str) -> None:
        if name == "Placemark":
            self.inside += 1
        elif name in _CONTAINERS and not self.inside:
            self.path.append("")

    def end(self, name: str, element: ET.Element) -> None:
        if name == "Placemark":
            self._placemark(element)
        elif self.inside:
            return
        elif name in _CONTAINERS and self.path:
            self.path.pop()
            element.clear()
        elif name == "name" and self.path and not self.path[-1]:
            self.path[-1] = " ".join((element.text or "").split())
            _rename(self.found, self.path)
        elif name in _LINKS:
            self.links += 1
            element.clear()

    def _placemark(self, element: ET.Element) -> None:
        self.inside -= 1
        self.count += 1
        if self.count > MAX_ROWS:
            raise LayerError("file_too_many_rows", limit=MAX_ROWS)
        high = _placemark(element, self.found, tuple(self.path), self.count + 1)
        self.tall = self.tall or high
        element.clear()
        if self.count % _EVERY == 0:
            self.how.tell(self.count, 0)


def _rename(found: dict[tuple[str, ...], _Folder], path: list[str]) -> None:
    """Put a folder that was named after its first placemark under its name."""
    before = (*path[:-1], "")
    if before in found and tuple(path) not in found:
        found[tuple(path)] = found.pop(before)


def _name(paths: list[tuple[str, ...]], found: dict[tuple[str, ...], _Folder], stem: str) -> None:
    """Give each part the shortest name that tells it from the others."""
    last = [next((name for name in reversed(path) if name), stem) for path in paths]
    taken: set[str] = set()
    for path, short in zip(paths, last, strict=True):
        name = short if last.count(short) == 1 else "/".join(filter(None, path)) or stem
        copy = 2
        while name in taken:
            name, copy = f"{short} ({copy})", copy + 1
        taken.add(name)
        found[path].name = name


def _placemark(
    element: ET.Element, found: dict[tuple[str, ...], _Folder], path: tuple[str, ...], number: int
) -> bool:
    """Take one placemark; tells whether it had heights."""
    folder = found.setdefault(path, _Folder(""))
    record: dict[str, str | None] = {}
    parts: list[BaseGeometry] = []
    broken = tall = False
    for child in element:
        name = local(child.tag)
        if name in _TEXTS:
            record[name] = clean("".join(child.itertext()))
        elif name == "ExtendedData":
            _data(child, record)
        elif name in ("TimeStamp", "TimeSpan"):
            record |= {local(one.tag): clean(one.text) for one in child}
        elif name in _GEOMETRIES:
            try:
                found_here, high = _geometry(child)
                parts += found_here
                tall = tall or high
            except _BROKEN:
                broken = True
    if element.get("id"):
        record.setdefault("id", clean(element.get("id")))
    if broken:
        folder.problems.append(Problem(number, "shape_broken"))
        return tall
    folder.records.append(record)
    folder.numbers.append(number)
    shape = _together(parts)
    folder.shapes.append(None if shape is None else shapely.to_wkb(shape))
    return tall


def _data(element: ET.Element, record: dict[str, str | None]) -> None:
    for one in element.iter():
        kind, name = local(one.tag), one.get("name")
        if kind == "SimpleData" and name:
            record.setdefault(name, clean(one.text))
        elif kind == "Data" and name:
            value = next((part.text for part in one if local(part.tag) == "value"), None)
            record.setdefault(name, clean(value))


def _geometry(element: ET.Element) -> tuple[list[BaseGeometry], bool]:
    name = local(element.tag)
    if name == "MultiGeometry":
        inner = [_geometry(one) for one in element if local(one.tag) in _GEOMETRIES]
        return [shape for shapes, _ in inner for shape in shapes], any(high for _, high in inner)
    if name == "Polygon":
        outer = _rings(element, "outerBoundaryIs")
        if not outer:
            return [], False
        holes = _rings(element, "innerBoundaryIs")
        rings = [[point[:2] for point in ring] for ring in (outer[0], *holes)]
        return [shapely.Polygon(rings[0], rings[1:])], _tall(outer[0])
    points = _points(element)
    if not points:
        return [], False
    flat = [point[:2] for point in points]
    made = shapely.Point(flat[0]) if name == "Point" else shapely.LineString(flat)
    return [made], _tall(points)


def _rings(element: ET.Element, side: str) -> list[list[list[float]]]:
    return [
        points
        for boundary in element
        if local(boundary.tag) == side
        for ring in boundary
        if (points := _points(ring))
    ]


def _points(element: ET.Element) -> list[list[float]]:
    """Read ``lon,lat[,height]`` after ``lon,lat[,height]``; blanks after commas occur."""
    text = "".join(one.text or "" for one in element if local(one.tag) == "coordinates")
    points = [
        [float(number) for number in point.split(",") if number]
        for point in " ".join(text.split()).replace(", ", ",").replace(" ,", ",").split(" ")
        if point
    ]
    if any(len(point) < 2 or not all(abs(one) < 1e9 for one in point) for point in points):
        raise ValueError("a point needs two numbers")
    return points


def _tall(points: list[list[float]]) -> bool:
    return any(len(point) > 2 and point[2] != 0 for point in points)


def _together(parts: list[BaseGeometry]) -> BaseGeometry | None:
    """Make one shape of several, of one kind where they are of one kind."""
    if len(parts) < 2:
        return parts[0] if parts else None
    kind = _SEVERAL.get(parts[0].geom_type) if len({one.geom_type for one in parts}) == 1 else None
    whole: BaseGeometry = (kind or shapely.GeometryCollection)(parts)
    return whole
