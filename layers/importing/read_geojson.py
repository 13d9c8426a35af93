"""GeoJSON by ``json`` and shapely, never by GDAL, which follows links inside of the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing.tables import Note, Problem, Table, clean

_WRAPPER = re.compile(r"^\s*(?:var|let|const)\s+[A-Za-z_$][\w$]*\s*=\s*")
_EPSG = re.compile(r"EPSG:{1,2}(?:[\d.]*:)?(\d{4,6})", re.IGNORECASE)
_KINDS = {"Feature", "FeatureCollection", "GeometryCollection"}


def read(path: Path) -> Table:
    """Read features, nested collections too, heights dropped.

    Raises
    ------
    LayerError
        ``json_broken``, ``file_no_rows`` or ``file_no_shapes``.
    """
    notes: list[Note] = []
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    if _WRAPPER.match(text):
        text = _WRAPPER.sub("", text, count=1).rstrip().rstrip(";")
        notes.append(Note("javascript_unwrapped"))
    try:
        whole = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise LayerError("json_broken", row=error.lineno) from error
    except RecursionError as error:
        raise LayerError("json_too_deep") from error
    features = list(_features(whole))
    if not features:
        is_ours = isinstance(whole, dict) and whole.get("type") in _KINDS
        raise LayerError("file_no_rows" if is_ours else "file_format_unknown")
    crs = _crs(whole, notes)
    columns = list(dict.fromkeys(name for one in features for name in _properties(one)))
    rows, numbers, shapes, problems, tall = [], [], [], [], False
    for number, feature in enumerate(features, start=2):
        try:
            shape = _shape(feature.get("geometry") if "geometry" in feature else feature)
        except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
            problems.append(Problem(number, "shape_broken"))
            continue
        tall = tall or (shape is not None and shape.has_z)
        properties = _properties(feature)
        rows.append([clean(properties.get(name)) for name in columns])
        shapes.append(None if shape is None else shapely.to_wkb(shapely.force_2d(shape)))
        numbers.append(number)
    if tall:
        notes.append(Note("heights_dropped"))
    names = [clean(name) or f"column_{place}" for place, name in enumerate(columns, start=1)]
    return Table(names, rows, numbers, "geojson", shapes, crs, notes, problems)


def _features(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Walk through collections inside collections (a FeatureCollection may hold more of them)."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            kind = one.get("type")
            if kind == "FeatureCollection":
                waiting.extend(reversed(one.get("features") or []))
            elif kind == "Feature" or (kind and "coordinates" in one):
                yield one
            elif kind is None:  # a wrapper such as {"result": {...}}
                waiting.extend(
                    part for part in one.values() if isinstance(part, dict | list) and _holds(part)
                )


def _holds(part: dict[str, Any] | list[Any]) -> bool:
    one = part[0] if isinstance(part, list) and part else part
    return isinstance(one, dict) and one.get("type") in _KINDS


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


def _no_number(name: str) -> float:
    raise LayerError("json_no_number", found=name)
