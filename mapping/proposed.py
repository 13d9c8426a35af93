"""What waits to be decided, as lists and maps show it: what each proposal is about, and where."""

# ruff: noqa: PD011 - operations have values; no frame is meant
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.changes import Operation
from mapping import features

NEW_SERVICE, HOURS = "new_service", "opening_hours"
UNDERSTOOD, NOT_UNDERSTOOD = "understood", "not_understood"


def described(waiting: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say of each proposal what it is about, so that many of one kind can be decided at once.

    Parameters
    ----------
    waiting
        Rows of :func:`layers.proposing.waiting`.
    tables
        ``services``, ``service_at_location`` and ``schedules``.

    Returns
    -------
    rows
        The same rows with ``what`` (a column such as ``opening_hours``, or a sort of answer such as
        ``new_service``), ``category`` of the service it is about (or ``None``), and ``hours``:
        ``understood``, ``not_understood`` (kept as text, and unknown), or empty where the proposal
        has none.
    """
    services = _services_of(tables)
    category = dict(zip(tables["services"]["id"], tables["services"]["category"], strict=True))
    rows = waiting.copy()
    records = rows.to_dict("records")
    rows["what"] = pd.Series([_what(one) for one in records], rows.index, dtype=object)
    rows["category"] = pd.Series(
        [_category(one, services, category) for one in records], rows.index, dtype=object
    )
    rows["hours"] = pd.Series(
        [_hours(one["operations"]) for one in records], rows.index, dtype=object
    )
    return rows


def candidates(waiting: pd.DataFrame) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """Draw the new services that proposals would bring, where they would stand.

    Parameters
    ----------
    waiting
        Rows of :func:`layers.proposing.waiting`.

    Returns
    -------
    layer, names, proposals
        A layer of pins as :func:`mapping.features.services` makes it; what each is called, and
        which proposal it is, by its handle on the map.
    """
    services: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    rows: dict[str, list[dict[str, Any]]] = {
        "services": services,
        "service_at_location": links,
        "locations": places,
    }
    of: dict[str, str] = {}
    for one in waiting.to_dict("records"):
        for operation in one["operations"]:
            if operation.action != "insert" or operation.table not in rows:
                continue
            rows[operation.table].append({**operation.values, "id": operation.id})
            if operation.table == "services":
                of[features.handle("service", operation.id)] = str(one["id"])
    spots = gpd.GeoDataFrame(
        {"id": [one["id"] for one in places], "precision": [one["precision"] for one in places]},
        geometry=[one.get("geometry") for one in places],
        crs=4326,
    )
    offered = pd.DataFrame(links, columns=["service_id", "location_id"])
    made = pd.DataFrame(services, columns=["id", "name", "category"])
    return features.services(made, offered, spots), features.names(service=made), of


def told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Give each choice of a list a label of its own: a list knows its choices by what it shows.

    Examples
    --------
    >>> told_apart({"a": "Amal", "b": "Amal", "c": "City"})
    {'a': 'Amal', 'b': 'Amal (2)', 'c': 'City'}
    """
    made: dict[str, str] = {}
    taken: set[str] = set()
    for one, label in labels.items():
        wished, number = label, 2
        while wished in taken:
            wished, number = f"{label} ({number})", number + 1
        taken.add(wished)
        made[one] = wished
    return made


def _what(row: Mapping[Any, Any]) -> str:
    operations: Sequence[Operation] = row["operations"]
    if row["source"] == "organization":
        if row["sort"] != "tie":
            return str(row["sort"])
        denied = any(one.table == "statements" for one in operations)
        return "tie_wrong" if denied else "tie_right"
    if any(one.table == "services" and one.action == "insert" for one in operations):
        return NEW_SERVICE
    tables = {one.table for one in operations}
    if tables == {"schedules"}:
        return HOURS
    names = [name for one in operations for name in one.values if name != "date_checked"]
    return names[0] if names else str(row["sort"])


def _category(
    row: Mapping[Any, Any], services: Mapping[tuple[str, str], str], category: Mapping[str, str]
) -> str | None:
    if row["source"] != "organization":
        return str(row["sort"])
    for one in row["operations"]:
        if one.table == "services" and "category" in one.values:
            return str(one.values["category"])
    service = services.get((row["table_name"], str(row["row_id"])))
    return None if service is None else category.get(service)


def _services_of(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], str]:
    """Tell which service a row is about, by table and identifier."""
    links = tables["service_at_location"]
    at = dict(zip(links["id"], links["service_id"], strict=True))
    schedules = tables["schedules"]
    found = {("services", str(one)): str(one) for one in tables["services"]["id"]}
    found |= {("service_at_location", link): service for link, service in at.items()}
    pairs = zip(schedules["id"], schedules["service_at_location_id"], strict=True)
    found |= {("schedules", str(one)): at[link] for one, link in pairs if link in at}
    return found


def _hours(operations: Sequence[Operation]) -> str:
    said = [one.values for one in operations if one.table == "schedules"]
    if not said or not any(one.get("source_text") or one.get("opening_hours") for one in said):
        return ""
    return UNDERSTOOD if all(one.get("opening_hours") for one in said) else NOT_UNDERSTOOD
