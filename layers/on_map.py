"""Services joined to their places: a layer that says something to who opens the file in QGIS."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import pandas as pd
from shapely.geometry.base import BaseGeometry

from layers import cell_text, gpkg, schema

NAME = "services_on_map"
ABOUT = "Services with their places, made for maps; the tables it is made of are what counts"
_OF_SERVICE = (
    *("name", "category", "status", "free", "women_only", "papers_asked", "walk_in"),
    *("appointment", "referral_asked", "childcare_on_site", "waiting_days", "min_age", "max_age"),
    *("description", "date_checked"),
)
_OF_PLACE = ("address", "precision", "step_free", "public_contact")


def services_on_map(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Join services to their places, actors, languages and hours.

    Parameters
    ----------
    tables
        What may leave, by name.

    Returns
    -------
    rows
        One a service and place, one for a service without any; ``geometry`` is a point or
        ``None``. Unknown is ``None``.
    """
    services: dict[str, dict[Any, Any]] = _by_id(tables["services"])
    places: dict[str, dict[Any, Any]] = _by_id(tables["locations"])
    actors = dict(zip(tables["organizations"]["id"], tables["organizations"]["name"], strict=True))
    languages = _together(tables["service_languages"], "service_id", "language")
    hours = _together(tables["schedules"], "service_at_location_id", "opening_hours")
    links: list[dict[Any, Any]] = tables["service_at_location"].to_dict("records")
    placed = {link["service_id"] for link in links}
    alone: list[dict[Any, Any]] = [
        {"id": one, "service_id": one} for one in services if one not in placed
    ]
    rows = []
    for link in (*links, *alone):
        service = services.get(link["service_id"])
        if service is None:
            continue
        place = places.get(str(link.get("location_id")), {})
        shape = place.get("geometry")
        rows.append(
            {
                "id": str(link["id"]),
                "service_id": str(service["id"]),
                **{name: cell_text.plain(service[name]) for name in _OF_SERVICE},
                "organization": actors.get(service["organization_id"]),
                "languages": languages.get(service["id"]),
                "opening_hours": hours.get(link["id"]),
                **{name: cell_text.plain(place.get(name)) for name in _OF_PLACE},
                "geometry": shape if isinstance(shape, BaseGeometry) else None,
            }
        )
    return rows


def write(db: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    """Write the layer into an open GeoPackage; call inside a transaction."""
    types = {
        column.name: schema.TYPES[column.type]
        for table in ("locations", "services")
        for column in schema.TABLES[table].columns
    }
    names = ["id", "service_id", *_OF_SERVICE, "organization", "languages", "opening_hours"]
    names += [*_OF_PLACE]
    fields = ", ".join(f'"{name}" {types.get(name, "TEXT")}' for name in names)
    key = "fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    db.execute(f"CREATE TABLE {NAME} ({key}, geom POINT, {fields})")
    gpkg.register(db, NAME, about=ABOUT, geometry="POINT")
    marks = ", ".join("?" * (len(names) + 1))
    listed = ", ".join(f'"{name}"' for name in names)
    db.executemany(
        f"INSERT INTO {NAME} (geom, {listed}) VALUES ({marks})",  # noqa: S608 - names of this module
        [(gpkg.to_blob(row["geometry"]), *(row[name] for name in names)) for row in rows],
    )
    gpkg.refresh_extent(db, NAME)


def _by_id(table: pd.DataFrame) -> dict[str, dict[Any, Any]]:
    return {str(row["id"]): row for row in table.to_dict("records")}


def _together(table: pd.DataFrame, key: str, column: str) -> dict[str, str]:
    known = table[table[column].notna()]
    return {str(one): "; ".join(texts) for one, texts in known.groupby(key)[column]}
