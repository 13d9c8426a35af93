"""Places that a file lets be known less exactly than they are here: what goes from here with it.

The same as where a person makes a place rougher by hand, see :mod:`layers.coarsening`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from layers import coarsening
from layers.importing import hiding
from layers.importing.draft import Record, RowRefused
from layers.importing.whole_here import Held
from layers.importing.whole_rows import Row, Whole

_TABLES = ("services", "organizations", "assets", "service_at_location", "schedules")
_OF_THE_PLACE = ("address", "geometry", "name", "area_id", "public_contact", "extra")
Gone = dict[tuple[str, str], set[str]]


def make_rougher(whole: Whole, held: Held) -> Gone:
    """Bring places of the file, in place, to what may be known of them from now on.

    Parameters
    ----------
    whole
        Rows that were guarded already.
    held
        Gives a table of the atlas.

    Returns
    -------
    gone
        By table and identifier of a row that is here: columns that are emptied although the file
        is silent about them.
    """
    here = {str(row["id"]): _plain(row) for row in held("locations").to_dict("records")}
    if not any(_is_rougher(row, here) for row in whole.of("locations")):
        return {}
    tables = {name: held(name) for name in _TABLES}
    mine = {(t, str(row.record["id"])): row.record for t in _TABLES for row in whole.of(t)}

    def name_is_fit(row: Row) -> None:
        if not _is_rougher(row, here) or row.record["precision"] != "hidden":
            return
        place = str(row.record["id"])
        for guest in coarsening.guests(tables, place):
            name = mine.get((guest.table, guest.id), {}).get("name") or guest.name
            if hiding.tells(name, here[place]["address"]):
                raise RowRefused("name_tells_place", column="name")

    whole.keep("locations", name_is_fit)
    areas, gone = _areas(whole, held), Gone()
    for row in whole.of("locations"):
        if _is_rougher(row, here):
            before = here[str(row.record["id"])]
            said = {name: value for name, value in row.record.items() if value is not None}
            after = coarsening.as_allowed(
                {**before, **said}, before=before["precision"], areas=areas
            )
            row.record.update({name: after[name] for name in _OF_THE_PLACE})
            gone["locations", before["id"]] = {*_OF_THE_PLACE}
            _company(tables, mine, before, gone, hidden=after["precision"] == "hidden")
    return gone


def _is_rougher(row: Row, here: dict[str, Record]) -> bool:
    before = here.get(str(row.record["id"]))
    return before is not None and coarsening.coarser(before["precision"], row.record["precision"])


def _company(
    tables: coarsening.Tables,
    mine: dict[tuple[str, str], Record],
    place: Record,
    gone: Gone,
    *,
    hidden: bool,
) -> None:
    """Empty what the rows at a place, here and in the file, say of the way to it."""
    address, one = place["address"], place["id"]
    found = [
        ((guest.table, guest.id), row)
        for guest in coarsening.guests(tables, one)
        for row in tables[guest.table].to_dict("records")
        if row["id"] == guest.id
    ]
    times = coarsening.schedules(tables, one).to_dict("records")
    found += [(("schedules", str(row["id"])), row) for row in times]
    for key, here in found:
        for row in (_plain(here), mine.get(key, {})):
            if key[0] == "schedules":
                told = coarsening.told_hours(row, address)
            else:
                told = coarsening.emptied(row, key[0], hidden=hidden, address=address)
            row.update(told)
            if told:
                gone.setdefault(key, set()).update(told)


def _areas(whole: Whole, held: Held) -> pd.DataFrame:
    """Give the areas that are here once the file is in."""
    names = ["id", "level", "geometry"]
    rows = {str(one["id"]): one for one in held("areas")[names].to_dict("records")}
    for row in whole.of("areas"):
        one = {name: row.record.get(name) for name in names}
        before = rows.get(str(one["id"]), {})
        rows[str(one["id"])] = {**before, **{k: v for k, v in one.items() if v is not None}}
    return pd.DataFrame(list(rows.values()), columns=names)


def _plain(row: dict[Any, Any]) -> Record:
    """Give a row with ``None`` for what is unknown."""
    missing = (
        name for name, one in row.items() if not isinstance(one, list | dict) and pd.isna(one)
    )
    return {str(k): v for k, v in row.items()} | dict.fromkeys(missing)
