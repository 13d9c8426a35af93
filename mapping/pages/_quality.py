"""What the parts of the page Quality share: what was found, what things are called, the words."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from layers import clock, consent, duplicates, loose_ends, quality, schema
from layers.cell_text import harmless
from layers.loose_ends import Disagreement
from mapping import facts, words
from mapping.pages import _shared

FEW: Final = 10  # people are said in tens: fewer are not said
_ALSO: Final = {
    "location_id": "attribute.organizations.place",
    "organization_id": "attribute.services.organization_id",
    "address": "quality.address",
    "opening_hours": "attribute.services.hours",
    "hours": "attribute.services.hours",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that is found of one category, or of everything."""

    tables: Mapping[str, pd.DataFrame]
    known: pd.DataFrame
    facts: pd.DataFrame
    ask: pd.DataFrame
    differ: list[Disagreement]
    twice: pd.DataFrame
    loose: dict[str, pd.DataFrame]


def look(category: str | None) -> Found:
    """Find what is to be mended, once for each state of the atlas."""
    today = clock.today()
    return _shared.once("quality", (category, today), lambda: _look(category))


def _look(category: str | None) -> Found:
    tables = {name: _shared.read(name) for name, spec in schema.TABLES.items() if spec.leaves}
    tables["organizations"] = consent.shown_actors(tables["organizations"])
    tables["assets"] = consent.shown_assets(tables["assets"])
    asked = quality.ask_next(
        tables, metres_crs=_shared.meta().get("metres_crs", ""), category=category
    )
    differ = loose_ends.disagreements(tables)
    twice = duplicates.possible(tables)
    loose = loose_ends.loose_ends(tables)
    of = dict(tables)
    if category is not None:
        services = tables["services"]
        of["services"] = services[services["category"].eq(category)]
        mine = _members(tables, of["services"])
        differ = [one for one in differ if one.row in mine.get(one.table, ())]
        twice = twice[_any_of(twice, ("left_id", "right_id"), mine)]
        loose = {name: rows[_any_of(rows, ("row",), mine)] for name, rows in loose.items()}
    return Found(
        tables=tables,
        known=quality.completeness(of),
        facts=asked,
        ask=quality.whom_to_ask(asked),
        differ=differ,
        twice=twice.reset_index(drop=True),
        loose=loose,
    )


def _any_of(
    rows: pd.DataFrame, columns: tuple[str, ...], mine: Mapping[str, set[str]]
) -> npt.NDArray[np.bool_]:
    """Mark the rows of which one of the columns names a member."""
    said = [
        any(row[column] in mine.get(row["table"], ()) for column in columns)
        for row in rows.to_dict("records")
    ]
    return np.array(said, dtype=np.bool_)


def _members(tables: Mapping[str, pd.DataFrame], services: pd.DataFrame) -> dict[str, set[str]]:
    """Give the rows that belong to some services, by table."""
    ids = set(services["id"])
    links = tables["service_at_location"]
    links = links[links["service_id"].isin(ids)]
    tongues, hours = tables["service_languages"], tables["schedules"]
    return {
        "services": ids,
        "organizations": set(services["organization_id"].dropna()),
        "locations": set(links["location_id"]),
        "schedules": set(hours.loc[hours["service_at_location_id"].isin(links["id"]), "id"]),
        "service_languages": set(tongues.loc[tongues["service_id"].isin(ids), "id"]),
    }


def name_of(found: Found, table: str, row: Any) -> str:  # noqa: ANN401 - an identifier
    """Give what a row is called: its name, or that of the service it belongs to."""
    rows = found.tables[table]
    mine = rows[rows["id"].eq(row)]
    if mine.empty:
        return _shared.say("quality.nobody")
    one = mine.iloc[0]
    if table == "schedules":
        links = found.tables["service_at_location"].set_index("id")["service_id"]
        return name_of(found, "services", links.get(one["service_at_location_id"]))
    if table == "service_languages":
        return name_of(found, "services", one["service_id"])
    name = one.get("name")
    return str(name) if pd.notna(name) and name else str(row)


def column_name(column: str) -> str:
    """Say what a column is about."""
    return _shared.say(_ALSO.get(column) or f"field.{column}")


def cell(table: str, column: str, value: Any, found: Found) -> str:  # noqa: ANN401 - any cell
    """Write a cell for a person: words for codes, names for identifiers."""
    say = _shared.say
    spec = schema.TABLES[table].column(column)
    if not facts.given(value):
        return say("map.nobody_asked")
    if spec.type == "yes_no":
        return say("map.yes" if value in (True, 1, "1") else "map.no")
    if spec.type == "code":
        return say(f"{spec.of}.{value}")
    if spec.of in schema.TABLES:
        name = name_of(found, spec.of, value)
        places = found.tables["locations"].set_index("id")["address"]
        street = places.get(str(value)) if spec.of == "locations" else None
        return f"{name}, {street}" if street is not None and pd.notna(street) else name
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def source(who: str | None, checked: Any, said_by: str | None = None) -> str:  # noqa: ANN401 - a day
    """Say who says so, how many they are as a band, and when."""
    say = _shared.say
    blanks = {
        "who": say(f"says_who.{who}") if who else say("map.nobody_named"),
        "day": day(checked),
        "band": _as_one(said_by or ""),
    }
    return say("quality.source_counted" if said_by else "quality.source", **blanks)


def day(checked: Any) -> str:  # noqa: ANN401 - a day, or pandas' word for none
    """Say a day, or that nobody named one."""
    return _shared.say("quality.no_date") if pd.isna(checked) else _as_one(f"{checked:%Y-%m-%d}")


def _as_one(text: str) -> str:
    """Keep the parts of a date or a range in their order where one reads from the right."""
    return f"\u2066{text}\u2069" if words.direction(_shared.lang()) == "rtl" else text


def order(rows: pd.DataFrame) -> list[str]:
    """Give columns in the order they are read: a table itself does not turn around."""
    names = [str(name) for name in rows.columns]
    return names[::-1] if words.direction(_shared.lang()) == "rtl" else names


def people(count: float) -> str:
    """Say how many people, in tens; never fewer than five, nor what could tell them."""
    if math.isnan(count):
        return _shared.say("quality.not_counted")
    if count < FEW:
        return _shared.say("quality.fewer")
    return f"{int(count) // FEW * FEW:,}"


def chosen_in_address(
    name: str, codes: list[str], first: str, ask: Callable[[list[str], str], str | None]
) -> str:
    """Ask for one of some codes and keep the answer in the address, in no language.

    Parameters
    ----------
    name
        What the address calls it.
    codes
        The choices.
    first
        Chosen where the address says nothing.
    ask
        Draws the widget, given the choices and the one to start with.
    """
    asked = st.query_params.get(name)
    chosen = ask(codes, asked if asked in codes else first) or first
    if chosen != (asked or first):
        st.query_params[name] = chosen
    return chosen


def take_away(rows: pd.DataFrame, name: str) -> None:
    """Offer a list as CSV, harmless in a spreadsheet."""
    if rows.empty:
        return
    st.download_button(
        _shared.say("quality.csv"),
        data=lambda: as_csv(rows),
        file_name=f"{_shared.atlas_path().stem}-{name}-{clock.today():%Y-%m-%d}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"quality_csv_{name}",
    )


def as_csv(rows: pd.DataFrame) -> bytes:
    """Write a table as CSV with a mark, so that spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(str(name)) for name in rows.columns])
    for row in rows.itertuples(index=False):
        writer.writerow([harmless(str(one)) for one in row])
    return out.getvalue().encode("utf-8-sig")
