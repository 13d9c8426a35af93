"""What of the tables may leave: nothing private, nothing hidden, nothing of the unwilling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from layers import consent, judgements, schema
from layers.importing import hiding
from layers.importing.columns import Columns
from layers.importing.left_out import is_personal
from layers.importing.statements import is_fact
from layers.judgements import REACHES

# said of a place that is called like a shelter, or known only roughly, and may be shown as it
# stands: an import hides the one and makes the other rougher otherwise
PUBLIC = {"address_shown": "yes"}
NAMELESS = "…"
_PLACE = ("locations", "organizations", "services", "assets")  # places, and who is there


def releasable(
    tables: Mapping[str, pd.DataFrame], *, whole: bool = True
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Keep of all tables what may leave; ``whole`` for a copy that takes work notes along.

    Only such a copy, which is the desk's own, holds whom it could harm to be named outside, and who
    said no to that; every other file leaves them out as it does who refused to be shown.
    An actor or asset that refused to be shown goes as a whole, with its place and the ties, seats,
    trust and links that would name it; so does a skill that was not agreed to. One that was never
    asked keeps its name and loses its contacts and its unmapped columns. What others judge of an
    organization leaves only with its own reply beside it.
    """
    kept = {name: table.copy() for name, table in tables.items()}
    may_be = consent.shown_actors if whole else consent.named_outside
    kept["organizations"] = may_be(kept["organizations"])
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
        withheld["ties"] = withheld.get("ties", 0) + int(with_them.sum())
        kept[table] = kept[table][~with_them]
    withheld |= judgements.filtered(kept, gone=gone, names=names, whole=whole)
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
            _without_real(kept, names),
        )
    )
    withheld["hidden"] = _without_hidden(kept)
    withheld["statements"] = _without_statements(tables, kept, names)
    kept["not_same"] = _pairs(kept)
    kept["imports"] = _imports(kept)
    _say_public(kept)
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


def _without_real(kept: dict[str, pd.DataFrame], names: set[str]) -> int:
    """Take from personas a sentence, or a name, that reaches somebody real or who refused."""

    def reaches(text: str) -> bool:
        return bool(REACHES.search(text)) or any(name in text for name in names)

    personas = kept["personas"]
    called = personas["name"].map(reaches).astype(bool)
    # a persona must be called something
    personas["name"] = personas["name"].where(~called, NAMELESS)
    about = set(personas.loc[personas["about"].fillna("").map(reaches).astype(bool), "id"])
    return int(called.sum()) + _emptied(kept, "personas", "about", about)


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
        and not REACHES.search(str(value))
        and not any(one in str(value) for one in names)
    }
    return rest or None, len(extra) - len(rest)


def _without_hidden(kept: dict[str, pd.DataFrame]) -> int:
    """Empty what could tell a hidden place: its name, and free texts of the rows that are there."""
    places = kept["locations"]
    hidden = places["precision"].eq("hidden")
    count = int(places.loc[hidden, "name"].notna().sum())
    places["name"] = places["name"].where(~hidden)
    at_hidden = _rows_at(kept, set(places.loc[hidden, "id"]))
    for name in _PLACE:
        table = kept[name]
        where = table["id"].isin(at_hidden[name])
        for column in ("extra", *({"description"} & {*table.columns})):
            count += int(table.loc[where, column].notna().sum())
            if where.any():
                table[column] = table[column].where(~where, None)
    return count


def _rows_at(tables: Mapping[str, pd.DataFrame], places: set[str]) -> dict[str, set[str]]:
    """Give the rows that are at some places, by table, the places themselves among them."""
    links = tables["service_at_location"]
    found = {"services": set(links.loc[links["location_id"].isin(places), "service_id"])}
    for name in ("organizations", "assets"):
        table = tables[name]
        found[name] = set(table.loc[table["location_id"].isin(places), "id"])
    return found | {"locations": places}


def _without_statements(
    tables: Mapping[str, pd.DataFrame], kept: dict[str, pd.DataFrame], names: set[str]
) -> int:
    """Keep facts that other sources say, only of rows and cells that leave themselves."""
    places = kept["locations"]
    guarded = _rows_at(kept, set(places.loc[places["precision"].ne("exact"), "id"]))
    links = kept["service_at_location"]
    there = links["location_id"].isin(guarded["locations"])
    there |= links["service_id"].isin(guarded["services"])
    hours = kept["schedules"]
    mine = hours["service_at_location_id"].isin(links.loc[there, "id"])
    guarded["schedules"] = set(hours.loc[mine, "id"])
    said = kept["statements"]
    named = {one for one in said["table_name"] if one in kept and schema.TABLES[one].leaves}
    before = {name: tables[name].set_index("id") for name in named}
    after = {name: kept[name].set_index("id") for name in named}

    def may_leave(one: dict[Any, Any]) -> bool:
        table, row, column = one["table_name"], one["row_id"], one["attribute"]
        if table not in named or row not in after[table].index:
            return False
        if not is_fact(table, column, str(one["value"])):
            return False
        if row in guarded.get(table, ()) and schema.TABLES[table].column(column).type == "text":
            return False
        emptied = _known(before[table].loc[row, column]) and not _known(
            after[table].loc[row, column]
        )
        reaches = REACHES.search(str(one["value"]))
        by_name = any(name in str(one["value"]) for name in names)
        return not (emptied or by_name or reaches)

    leaves = [may_leave(one) for one in said.to_dict("records")]
    kept["statements"] = said[pd.Series(leaves, said.index, dtype=bool)]
    return len(leaves) - sum(leaves)


def _pairs(kept: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Keep what was said of two rows where both leave."""
    pairs = kept["not_same"]
    ids = {name: set(kept[name]["id"]) for name in set(pairs["table_name"]) if name in kept}
    leave = [
        {one["row_id"], one["other_id"]} <= ids.get(one["table_name"], set())
        for one in pairs.to_dict("records")
    ]
    return pairs[pd.Series(leave, pairs.index, dtype=bool)]


def _known(value: object) -> bool:
    return isinstance(value, list | dict) or not pd.isna(value)  # type: ignore[call-overload]  # a cell of any column


def _imports(kept: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Leave out what a person chose, and the taking back of an export.

    What such an import brought was typed at a desk, or names an import of its own; only a licence
    that somebody gave for all of it is a reason to name it.
    """
    imports = kept["imports"].copy()
    imports["choices"] = None
    back = imports["kind"].eq("whole") & imports["licence"].isna()
    gone = set(imports.loc[back, "id"])
    for table in kept.values():
        if gone and "import_id" in table:
            table["import_id"] = table["import_id"].where(~table["import_id"].isin(gone), None)
    return imports[~back]


def _say_public(kept: Mapping[str, pd.DataFrame]) -> None:
    """Say of places that they may be shown as they stand, where an import would guess otherwise."""
    places = kept["locations"]
    names = {
        (name, str(row)): str(called) for name in _PLACE for row, called in _called(kept[name])
    }
    like = {one for one, called in names.items() if hiding.why_hidden(Columns([]), [], called)}
    links = kept["service_at_location"]
    there = {str(row) for table, row in like if table == "locations"}
    services = {row for table, row in like if table == "services"}
    there |= set(links.loc[links["service_id"].isin(services), "location_id"])
    for table in ("organizations", "assets"):
        mine = {row for of, row in like if of == table}
        there |= set(kept[table].loc[kept[table]["id"].isin(mine), "location_id"].dropna())
    public = places["precision"].isin(hiding.ROUGH) | (
        places["id"].isin(there) & places["precision"].ne("hidden")
    )
    places["extra"] = pd.Series(
        [
            {**(extra or {}), **PUBLIC} if shown else extra
            for extra, shown in zip(places["extra"], public, strict=True)
        ],
        places.index,
        dtype=object,
    )


def _called(table: pd.DataFrame) -> list[tuple[Any, Any]]:
    named = table[table["name"].notna()]
    return list(zip(named["id"], named["name"], strict=True))
