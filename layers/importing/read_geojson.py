"""GeoJSON by ``json`` and shapely, never by GDAL, which follows links inside of the file.

Plain JSON tables and TopoJSON are read here too: all three are JSON, and people mix them up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing import read_json, read_topojson
from layers.importing.read_source import How, Source
from layers.importing.tables import MAX_ROWS, Note, Problem, Table, clean, headers

_EPSG = re.compile(r"EPSG:{1,2}(?:[\d.]*:)?(\d{4,6})", re.IGNORECASE)
_SHAPES = frozenset(
    {
        *("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
        "GeometryCollection",
    }
)
_KINDS = frozenset({"Feature", "FeatureCollection", *_SHAPES})
_DEPTH = 6  # of objects around a list of records
_EVERY = 5_000
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError)


def look(source: Source, how: How) -> dict[str, Any]:
    """Say what a file holds; there is no way to know but to read it."""
    whole, notes = _whole(source, how)
    parts = [
        {
            "name": name,
            "rows": len(found.rows) + len(found.problems),
            "columns": found.columns,
            "shapes": found.shapes is not None,
            "table": found,
        }
        for name, layer in whole.items()
        for found in [_read(layer, notes, how)]
    ]
    return {"parts": parts, "encoding": ""}


def read(source: Source, how: How) -> Table:
    """Read features, nested collections too, heights dropped; or records without geometry.

    Raises
    ------
    LayerError
        ``json_broken``, ``file_no_rows`` or ``json_no_table``.
    """
    whole, notes = _whole(source, how)
    return _read(next(one for name, one in whole.items() if how.part in (None, name)), notes, how)


def _whole(source: Source, how: How) -> tuple[dict[str, Any], list[Note]]:
    """Parse the file: one layer in GeoJSON, several in TopoJSON."""
    notes: list[Note] = []
    raw = source.read()
    how.tell(0, len(raw))
    whole = read_json.load(raw, notes)
    if not isinstance(whole, dict) or whole.get("type") != "Topology":
        return {source.stem: whole}, notes
    notes.append(Note("topology_unfolded"))
    return dict(read_topojson.layers(whole)), notes


def _read(whole: Any, notes: list[Note], how: How) -> Table:  # noqa: ANN401 - any JSON
    notes = list(notes)
    features = list(_features(whole))
    if features:
        return _table(features, whole, notes, how)
    if isinstance(whole, dict) and whole.get("type") in _KINDS:
        raise LayerError("file_no_rows")
    return _plain(whole, notes)


def _table(features: list[dict[str, Any]], whole: Any, notes: list[Note], how: How) -> Table:  # noqa: ANN401 - any JSON
    _refuse_too_many(features)
    crs = _crs(whole, notes)
    records = [_properties(one) for one in features]
    columns = list(dict.fromkeys(name for record in records for name in record))
    found = Table(_names(columns), [], [], "geojson", [], crs, notes)
    shapes: list[bytes | None] = []
    tall = False
    for number, (feature, record) in enumerate(zip(features, records, strict=True), start=2):
        if number % _EVERY == 0:
            how.tell(number, len(features))
        try:
            shape = _shape(feature.get("geometry") if feature["type"] == "Feature" else feature)
        except _BROKEN:
            found.problems.append(Problem(number, "shape_broken"))
            continue
        tall = tall or (shape is not None and shape.has_z)
        found.rows.append([clean(record.get(name)) for name in columns])
        shapes.append(None if shape is None else shapely.to_wkb(shapely.force_2d(shape)))
        found.numbers.append(number)
    found.shapes = shapes
    if tall:
        found.notes.append(Note("heights_dropped"))
    return found


def _plain(whole: Any, notes: list[Note]) -> Table:  # noqa: ANN401 - any JSON
    """Read a list of records, wherever in the file it is."""
    records = _records(whole)
    if not records:
        raise LayerError("json_no_table")
    _refuse_too_many(records)
    flat = [_flat(one) for one in records]
    columns = list(dict.fromkeys(name for record in flat for name in record))
    rows = [[clean(record.get(name)) for name in columns] for record in flat]
    notes.append(Note("json_table", {"count": len(rows)}))
    return Table(_names(columns), rows, list(range(2, len(rows) + 2)), "geojson", notes=notes)


def _records(whole: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Find the longest list of objects; an object that has an identifier is a record itself."""
    if isinstance(whole, dict) and "id" in whole:
        return [whole]
    best: list[dict[str, Any]] = []
    waiting: list[tuple[Any, int]] = [(whole, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, list):
            objects = [one for one in node if isinstance(one, dict)]
            if len(objects) * 2 > len(node) and len(objects) > len(best):
                best = objects
        elif isinstance(node, dict) and depth < _DEPTH:
            waiting.extend((part, depth + 1) for part in node.values())
    return best


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Bring the fields of an object inside a record up: ``location.lat``."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if (
            isinstance(value, dict)
            and value
            and not any(isinstance(one, dict | list) for one in value.values())
        ):
            flat.update({f"{name}.{inner}": one for inner, one in value.items()})
        else:
            flat[str(name)] = None if value in ([], {}) else value
    return flat


def _names(columns: list[str]) -> list[str]:
    return headers([clean(name) for name in columns])


def _refuse_too_many(rows: list[Any]) -> None:
    if len(rows) > MAX_ROWS:
        raise LayerError("file_too_many_rows", limit=MAX_ROWS)


def _features(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Walk through collections inside collections (a FeatureCollection may hold more of them)."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            kind = one.get("type")
            if kind == "FeatureCollection":
                inside = one.get("features")
                waiting.extend(reversed(inside if isinstance(inside, list) else []))
            elif kind == "Feature" or (kind in _SHAPES and _has_points(one)):
                yield one
            elif kind is None:  # a wrapper such as {"result": {...}}
                waiting.extend(
                    part for part in one.values() if isinstance(part, dict | list) and _holds(part)
                )


def _has_points(node: dict[str, Any]) -> bool:
    return "coordinates" in node or "geometries" in node


def _holds(part: dict[str, Any] | list[Any]) -> bool:
    one = part[0] if isinstance(part, list) and part else part
    return isinstance(one, dict) and isinstance(one.get("type"), str) and one["type"] in _KINDS


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    found = feature.get("properties")
    properties = {str(k): v for k, v in found.items()} if isinstance(found, dict) else {}
    if "id" in feature and "id" not in properties:
        return {"id": feature["id"], **properties}
    return properties


def _shape(node: Any) -> BaseGeometry | None:  # noqa: ANN401 - any JSON
    if not node or not isinstance(node, dict) or "type" not in node:
        return None
    if not node.get("coordinates") and not node.get("geometries"):
        return None
    shape = shapely.geometry.shape(node)
    return None if shape.is_empty else shape


def _crs(whole: Any, notes: list[Note]) -> str:  # noqa: ANN401 - any JSON
    """Read the ``crs`` member of the older GeoJSON; a link is never followed."""
    said = whole.get("crs") if isinstance(whole, dict) else None
    if not isinstance(said, dict):
        return ""
    properties = said.get("properties")
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if "CRS84" in name:
        return "EPSG:4326"
    if found := _EPSG.search(name):
        return f"EPSG:{found[1]}"
    notes.append(Note("crs_not_understood"))
    return ""
