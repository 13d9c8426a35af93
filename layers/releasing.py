"""What of the tables may leave: nothing private, nothing hidden, nothing of the unwilling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from layers import consent
from layers.importing.left_out import is_personal

# an address of e-mail, or a number of telephone with its country before it
_REACHES = re.compile(r"\S@\S+\.\w|(?:\+|\b00)\d[\d\s()/.-]{6,}\d")


def releasable(
    tables: Mapping[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Keep of all tables what may leave.

    An actor or asset that refused to be shown goes as a whole, with its place and the ties, seats,
    trust and links that would name it; so does a skill that was not agreed to. One that was never
    asked keeps its name and loses its contacts and its unmapped columns.
    """
    kept = {name: table.copy() for name, table in tables.items()}
    kept["organizations"] = consent.shown_actors(kept["organizations"])
    kept["assets"] = consent.shown_assets(kept["assets"])
    withheld = {
        "actors": len(tables["organizations"]) - len(kept["organizations"]),
        "assets": len(tables["assets"]) - len(kept["assets"]),
    }
    gone = set(tables["organizations"]["id"]) - set(kept["organizations"]["id"])
    actors = tables["organizations"]
    names = {str(name) for name in actors.loc[actors["id"].isin(gone), "name"]}
    for table, columns in (("ties", ("from_id", "to_id")), ("trust", ("organization_id",))):
        with_them = kept[table][list(columns)].isin(gone).any(axis=1)
        kept[table] = kept[table][~with_them]
    theirs = set(kept["services"].loc[kept["services"]["organization_id"].isin(gone), "id"])
    for table in ("services", "assets", "seats"):
        kept[table]["organization_id"] = kept[table]["organization_id"].where(
            ~kept[table]["organization_id"].isin(gone)
        )
    links = kept["service_at_location"]
    left = _homes(tables, gone | (set(tables["assets"]["id"]) - set(kept["assets"]["id"])))
    used = set(links["location_id"]) | _homes(kept)
    kept["locations"] = kept["locations"][~kept["locations"]["id"].isin(left - used)]
    silent = {one for name in ("organizations", "assets") for one in _silent(kept[name])}
    withheld["contacts"] = sum(
        (
            _emptied(kept, "organizations", "private_contact", set(kept["organizations"]["id"])),
            *(
                _emptied(kept, name, column, silent)
                for name in ("organizations", "assets")
                for column in ("public_contact", "extra")
            ),
            _emptied(kept, "locations", "name", left),
            *(
                _emptied(kept, "locations", column, places)
                for column in ("public_contact", "extra")
                for places in (
                    left | _homes(kept, silent),
                    set(links.loc[links["service_id"].isin(theirs), "location_id"]),
                )
            ),
            _without_personal(kept, names),
        )
    )
    withheld["hidden"] = _without_hidden(kept)
    return kept, withheld


def _homes(tables: Mapping[str, pd.DataFrame], ids: set[str] | None = None) -> set[str]:
    """Give the places where actors and assets are: all, or those of ``ids``."""
    both = (tables["organizations"], tables["assets"])
    return {
        str(place)
        for table in both
        for place in table.loc[table["id"].isin(table["id"] if ids is None else ids), "location_id"]
        if pd.notna(place)
    }


def _silent(table: pd.DataFrame) -> set[str]:
    return set(table.loc[~table["consent_shown"].fillna(value=False).astype(bool), "id"])


def _emptied(kept: dict[str, pd.DataFrame], name: str, column: str, ids: set[str]) -> int:
    """Empty the cells of some rows, and count those that held something."""
    table = kept[name]
    where = table["id"].isin(ids) & table[column].notna()
    if where.any():
        table[column] = table[column].where(~where, None)
    return int(where.sum())


def _without_personal(kept: dict[str, pd.DataFrame], names: set[str]) -> int:
    """Take unmapped cells that name or reach a person, or name who refused, out of every table."""
    count = 0
    for table in kept.values():
        cleaned = (
            [_impersonal(extra, names) for extra in table["extra"]] if "extra" in table else []
        )
        count += sum(gone for _, gone in cleaned)
        if any(gone for _, gone in cleaned):
            table["extra"] = pd.Series([one for one, _ in cleaned], table.index, dtype=object)
    return count


def _impersonal(
    extra: Any,  # noqa: ANN401 - a cell of a table
    names: set[str],
) -> tuple[dict[str, Any] | None, int]:
    if not isinstance(extra, dict):
        return None, 0
    rest = {
        name: value
        for name, value in extra.items()
        if not is_personal(name)
        and not _REACHES.search(str(value))
        and not any(one in str(value) for one in names)
    }
    return rest or None, len(extra) - len(rest)


def _without_hidden(kept: dict[str, pd.DataFrame]) -> int:
    """Empty what could tell a hidden place: its name, and unmapped columns of its rows."""
    places = kept["locations"]
    hidden = places["precision"].eq("hidden")
    count = int(places.loc[hidden, "name"].notna().sum())
    places["name"] = places["name"].where(~hidden)
    ids = set(places.loc[hidden, "id"])
    links = kept["service_at_location"]
    services = set(links.loc[links["location_id"].isin(ids), "service_id"])
    for name, column, named in (
        ("locations", "id", ids),
        ("organizations", "location_id", ids),
        ("services", "id", services),
    ):
        table = kept[name]
        where = table[column].isin(named)
        count += int(table.loc[where, "extra"].notna().sum())
        table["extra"] = table["extra"].where(~where, None)
    return count
