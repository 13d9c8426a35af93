"""What must not be joined where the place of one of two rows is kept off the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from layers import coarsening, telling
from layers.errors import LayerError

Cells = dict[str, Any]


def refuse_to_show(tables: Mapping[str, pd.DataFrame], table: str, both: tuple[str, str]) -> None:
    """Refuse where the place of one is kept back and the other's is on the map."""
    places = tables["locations"]
    secret = hidden(tables)
    pointed = pd.Series([shape is not None for shape in places["geometry"]], index=places.index)
    on_map = pointed | places["address"].notna()
    shown = set(places.loc[on_map, "id"])
    at = [places_of(tables, table, one) for one in both]
    own = [_own_place(tables, table, one) for one in both]
    for mine, others in ((0, 1), (1, 0)):
        only_hidden = at[mine] & secret and not at[mine] & shown
        if (only_hidden and at[others] & shown) or (own[mine] & secret and own[others] & shown):
            raise LayerError("merge_hidden_and_shown", table=table)


def hidden(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Give the places that are kept off the map."""
    places = tables["locations"]
    return set(places.loc[places["precision"].eq("hidden"), "id"])


def _protected(tables: Mapping[str, pd.DataFrame]) -> telling.Protected:
    return telling.protected(telling.of_tables(lambda name: tables[name]))


def telling_texts(
    tables: Mapping[str, pd.DataFrame], table: str, both: Sequence[Cells]
) -> dict[str, set[str]]:
    """Name the texts of the one that was not protected, where the other is: they may tell where."""
    here = _protected(tables).rows.get(table, frozenset())
    if not any(one["id"] in here for one in both):
        return {}
    found = {
        one["id"]: set(coarsening.emptied(one, table, hidden=True, address=None))
        for one in both
        if one["id"] not in here
    }
    return {row: names for row, names in found.items() if names}


def said_by_others(tables: Mapping[str, pd.DataFrame], table: str, both: Sequence[Cells]) -> bool:
    """Tell whether another source said a text of the one that was not protected."""
    here, said = _protected(tables).rows.get(table, frozenset()), tables["statements"]
    ids = {one["id"] for one in both}
    texts = said[said["table_name"].eq(table) & said["attribute"].isin(telling.TEXTS)]
    return bool(ids & here) and bool(texts["row_id"].isin(ids - here).any())


def refuse_names(
    tables: Mapping[str, pd.DataFrame], table: str, joined: Cells, both: tuple[str, str]
) -> Cells:
    """Leave out a former name that would tell a protected place.

    Raises
    ------
    LayerError
        ``name_tells_hidden`` where the name itself does.
    """
    here = _protected(tables)
    if not here.rows.get(table, frozenset()) & set(both):
        return {}
    if here.tells(joined["name"]):
        raise LayerError("name_tells_hidden", count=1)
    return {"alternate_name": None} if here.tells(joined.get("alternate_name")) else {}


def _own_place(tables: Mapping[str, pd.DataFrame], table: str, row: str) -> set[str]:
    if table != "organizations":
        return set()
    rows = tables["organizations"]
    return set(rows.loc[rows["id"].eq(row), "location_id"].dropna())


def places_of(tables: Mapping[str, pd.DataFrame], table: str, row: str) -> set[str]:
    """Give all places of a row: its own, and those of its services and assets."""
    services, links, assets = (
        tables[name] for name in ("services", "service_at_location", "assets")
    )
    theirs = {row}
    found = _own_place(tables, table, row)
    if table == "organizations":
        theirs = set(services.loc[services["organization_id"].eq(row), "id"])
        found |= set(assets.loc[assets["organization_id"].eq(row), "location_id"].dropna())
    return found | set(links.loc[links["service_id"].isin(theirs), "location_id"])
