"""Rows that may be one thing twice: actors, services, assets and places, with the reasons.

Nothing is decided here. A person merges two rows (:mod:`layers.merging`) or says that they are
two, which is kept in ``not_same`` so that nobody is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from layers import clock
from layers.changes import Operation
from layers.matching import SAME_NAME, pairs

TABLES: Final = ("organizations", "services", "assets", "locations")
COLUMNS: Final = ("table", "left_id", "right_id", "score", "metres", "why")


def possible(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List pairs of rows that may be the same, the likeliest first.

    Parameters
    ----------
    tables
        By name: those in :data:`TABLES`, ``service_at_location`` and ``not_same``.

    Returns
    -------
    pairs
        ``table``, ``left_id``, ``right_id``, ``score`` (of the names, 0 to 100), ``metres`` between
        the two (NaN where a place is unknown or protected) and ``why``: a tuple of ``name``,
        ``place``, ``address``, ``organization``, ``category``. Pairs that somebody called two are
        not in it.

    Notes
    -----
    Two actors need a like name (85 of 100), or one place and a somewhat like name (70). A name
    alone says little of anything else: two services must be of one category and at one place, or
    be of one actor with one name and no two places; two assets of one kind; two places in one spot.
    """
    at = _where(tables)
    found = []
    for table in TABLES:
        rows = tables[table].copy()
        place = rows["id"] if table == "locations" else rows["id"].map(at[table])
        spots = tables["locations"].set_index("id")
        rows = pd.DataFrame(rows.drop(columns="geometry", errors="ignore"))
        rows["geometry"] = [spots["geometry"].get(one) for one in place]
        rows["address"] = [spots["address"].get(one) for one in place]
        close = pairs(rows)
        if close.empty:
            continue
        close.insert(0, "table", table)
        close["why"] = _reasons(table, close, rows)
        found.append(close[_is_likely(table, close, rows)])
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    every = pd.concat(found, ignore_index=True)
    told_apart = {
        (row["table_name"], frozenset((row["row_id"], row["other_id"])))
        for row in tables["not_same"].to_dict("records")
    }
    pair = zip(every["table"], every["left_id"], every["right_id"], strict=True)
    asked = [(table, frozenset(two)) not in told_apart for table, *two in pair]
    every = every[np.array(asked, dtype=np.bool_)]
    there = every["why"].map(lambda why: bool({"place", "address"} & set(why)))
    order = every.assign(there=there).sort_values(
        ["there", "score"], ascending=False, kind="stable"
    )
    return order[list(COLUMNS)].reset_index(drop=True)


def tell_apart(table: str, one: str, other: str) -> Operation:
    """Say that two rows are two, so that they are not listed again."""
    first, second = sorted((one, other))
    return Operation(
        table="not_same",
        id=f"{table}:{first}:{second}",
        action="insert",
        values={
            "table_name": table,
            "row_id": first,
            "other_id": second,
            "says_who": "facilitator",
            "date_checked": clock.today(),
        },
    )


def _where(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    """Give the first place of every actor, service and asset that has one."""
    links = tables["service_at_location"].drop_duplicates("service_id")
    at = {
        name: dict(zip(tables[name]["id"], tables[name]["location_id"], strict=True))
        for name in ("organizations", "assets")
    }
    return at | {"services": dict(zip(links["service_id"], links["location_id"], strict=True))}


def _reasons(table: str, close: pd.DataFrame, rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """Add to the reasons what else the two have in common."""
    shared = {"services": ("organization_id", "category"), "assets": ("organization_id",)}
    found = [list(why) for why in close["why"]]
    for column in shared.get(table, ()):
        said = dict(zip(rows["id"], rows[column], strict=True))
        both = zip(close["left_id"].map(said), close["right_id"].map(said), strict=True)
        for why, (one, other) in zip(found, both, strict=True):
            if pd.notna(one) and pd.notna(other) and one == other:
                why.append(column.removesuffix("_id"))
    return [tuple(why) for why in found]


def _is_likely(table: str, close: pd.DataFrame, rows: pd.DataFrame) -> list[bool]:
    kinds = dict(zip(rows["id"], rows["kind"], strict=True)) if table == "assets" else {}
    likely = []
    for row in close.to_dict("records"):
        why = set(row["why"])
        there = bool(why & {"place", "address"})
        if table == "services":
            one_name = row["score"] >= SAME_NAME and "organization" in why
            good = "category" in why and (there or (one_name and pd.isna(row["metres"])))
        elif table == "assets":
            good = kinds[row["left_id"]] == kinds[row["right_id"]]
        else:
            good = there or table == "organizations"
        likely.append(bool(good))
    return likely
