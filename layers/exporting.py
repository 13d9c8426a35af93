"""What may leave, and in which files: nothing private, nothing hidden, nothing of a few people.

Three formats. A GeoPackage that this application opens again; GeoJSON, one file a layer; CSV, one
file a table. All are made from the same filtered tables, so that they cannot differ in what they
hold back.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import atlas as atlas_store
from layers import schema
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.releasing import releasable

FORMATS = ("gpkg", "geojson", "csv")
SUPPRESSED = "suppressed"
_PEOPLE = ("population", "usage")
# what a spreadsheet would run: Latin and full-width signs, behind blanks that draw nothing
_RUNS = re.compile(r"^[\s\u00a0\u200b\ufeff]*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - the full-width signs are meant
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?$")


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were written, and how much was held back."""

    files: tuple[str, ...]
    rows: dict[str, int]
    withheld: dict[str, int] = field(default_factory=dict)


def export(atlas: Atlas, folder: Path | str, *, to: str) -> Exported:
    """Write what may leave into an empty folder.

    Parameters
    ----------
    atlas
        What to export; only read.
    folder
        Made where absent; must hold no files.
    to
        One of :data:`FORMATS`.

    Returns
    -------
    exported
        Names of the files, rows by table, and what was held back: ``actors`` and ``assets``
        without consent, ``contacts`` and other cells that may be personal, ``hidden`` cells of
        hidden places.

    Raises
    ------
    LayerError
        ``export_kind_unknown``, ``folder_not_empty`` or ``folder_unwritable``.
    """
    if to not in FORMATS:
        raise LayerError("export_kind_unknown", kind=to)
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise LayerError("folder_not_empty", file=folder.name)
        tables, withheld = releasable(
            {name: atlas.read(name) for name, spec in schema.TABLES.items() if spec.leaves}
        )
        writers = {"gpkg": _write_gpkg, "geojson": _write_geojson, "csv": _write_csv}
        files = writers[to](atlas, tables, folder)
    except OSError as error:
        raise LayerError("folder_unwritable", file=folder.name) from error
    rows = {name: len(table) for name, table in tables.items() if len(table)}
    return Exported(tuple(files), rows, withheld)


def _write_gpkg(atlas: Atlas, tables: Mapping[str, pd.DataFrame], folder: Path) -> list[str]:
    """Write a fresh file: a copy with rows taken out would keep them in its free pages."""
    meta = atlas.meta()
    target = folder / "atlas.gpkg"
    made = atlas_store.create(
        target,
        name=meta["name"],
        metres_crs=meta["metres_crs"],
        country=meta["country"],
        timezone=meta["timezone"],
        invented=meta["invented"] == "1",
    )
    with made.write() as writer:
        for name, table in tables.items():
            if len(table):
                writer.insert(name, table)
    return [target.name]


def _write_geojson(atlas: Atlas, tables: Mapping[str, pd.DataFrame], folder: Path) -> list[str]:
    """Write one file a layer; services and actors stand at their places."""
    del atlas
    layers = {name: table for name, table in tables.items() if schema.TABLES[name].geometry}
    links = tables["service_at_location"].drop_duplicates("service_id")
    at = links.set_index("service_id")["location_id"]
    points = tables["locations"].set_index("id")["geometry"]
    for name, where in (
        ("services", tables["services"]["id"].map(at)),
        ("organizations", tables["organizations"]["location_id"]),
    ):
        layers[name] = gpd.GeoDataFrame(tables[name], geometry=list(where.map(points)), crs=4326)
    files = []
    for name, table in layers.items():
        if not len(table):
            continue
        features = [
            {"type": "Feature", "id": row["id"], "geometry": _shape(row), "properties": _flat(row)}
            for row in table.to_dict("records")
        ]
        path = folder / f"{name}.geojson"
        whole = {"type": "FeatureCollection", "name": name, "features": features}
        path.write_text(json.dumps(whole, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        files.append(path.name)
    return files


def _shape(row: Mapping[Any, Any]) -> Any:  # noqa: ANN401 - any geometry as JSON
    shape = row["geometry"]
    if not isinstance(shape, BaseGeometry):
        return None
    return json.loads(shapely.to_geojson(shape))


def _flat(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): plain(value) for name, value in row.items() if name != "geometry"}


def plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Make one cell a value of JSON; unknown is ``None``.

    Examples
    --------
    >>> plain(pd.NA), plain(pd.Timestamp("2026-03-01")), plain(["de"]), plain(5.0)
    (None, '2026-03-01', ['de'], 5)
    """
    if isinstance(value, list | dict):
        return value
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return int(value) if value.is_integer() else value if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value


def _write_csv(atlas: Atlas, tables: Mapping[str, pd.DataFrame], folder: Path) -> list[str]:
    """Write one file a table: UTF-8 with a mark, so that spreadsheets see it."""
    del atlas
    files = []
    for name, table in tables.items():
        if not len(table):
            continue
        path = folder / f"{name}.csv"
        rows = [_line(name, row) for row in table.to_dict("records")]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writerow({column: harmless(column) for column in columns})
            writer.writerows(rows)
        files.append(path.name)
    return files


def _line(table: str, row: Mapping[Any, Any]) -> dict[str, str]:
    line: dict[str, str] = {}
    for name, value in row.items():
        if name == "geometry":
            shape = value if isinstance(value, BaseGeometry) else None
            if schema.TABLES[table].geometry == "POINT":
                line["lon"] = repr(shape.x) if isinstance(shape, shapely.Point) else ""
                line["lat"] = repr(shape.y) if isinstance(shape, shapely.Point) else ""
            else:
                line["wkt"] = "" if shape is None else shapely.to_wkt(shape, rounding_precision=7)
        elif name == "extra":
            line |= {f"extra.{key}": harmless(str(text)) for key, text in (value or {}).items()}
        else:
            line[str(name)] = harmless(_text(plain(value)))
    if table in _PEOPLE and plain(row["suppressed"]):
        line["count"] = SUPPRESSED  # neither 0 nor the empty cell of an unknown count
    return line


def _text(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def harmless(text: str) -> str:
    r"""Keep a spreadsheet from running a cell: an apostrophe before what begins like a formula.

    Real numbers stay as they are.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5.5"), harmless("\u200b@SUM(A1)"), harmless("Kita +")
    ("'=1+1", '-5.5', "'\u200b@SUM(A1)", 'Kita +')
    """
    if _NUMBER.match(text):
        return text
    if "\n" not in text and "\r" not in text:
        return f"'{text}" if _RUNS.match(text) else text
    lines = re.split(r"(\r\n|\n|\r)", text)
    return "".join(f"'{part}" if part.strip() and _RUNS.match(part) else part for part in lines)
