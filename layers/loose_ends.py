"""What hangs loose in the data: rows without what they need, old dates, and voices that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from layers import clock, schema, vocab
from layers.changes import Operation
from layers.quality import OLD_DAYS, SETTLED_BY, placed

LISTS: Final = (
    "actors_without_ties",
    "services_without_actor",
    "services_without_place",
    "places_unused",
    "languages_without_level",
    "hours_not_understood",
    "old",
    "counts_without_day",
    "areas_without_people",
)
_DATED: Final = ("services", "organizations", "ties")  # whose age matters to answers
Tables = Mapping[str, pd.DataFrame]


def loose_ends(tables: Tables, *, today: date | None = None) -> dict[str, pd.DataFrame]:
    """List the rows that need somebody's hand, by kind of fault.

    Parameters
    ----------
    tables
        All tables of the atlas by name.
    today
        Day that ages are counted to.

    Returns
    -------
    lists
        One table for each of :data:`LISTS`: ``table`` and ``row`` to mend, its ``name``, ``note``
        (a text of the source, a language, communities, a group; may be empty), ``service_id``
        where it is part of a service, ``checked`` (the day, or NaT).

    Notes
    -----
    A place of which only the area is known, hidden or not, is a place, and an online service
    needs none. An area is without people where its layer is counted elsewhere and it is not.
    """
    day = pd.Timestamp(today or clock.today())
    services, links = tables["services"], tables["service_at_location"]
    actors, ties = tables["organizations"], tables["ties"]
    schedules = tables["schedules"].merge(
        links[["id", "service_id"]].rename(columns={"id": "service_at_location_id"}), how="left"
    )
    tongues = tables["service_languages"]
    places = tables["locations"]
    roughly = set(places.loc[places["area_id"].notna(), "id"])
    at_places = set(links.loc[links["location_id"].isin(placed(tables) | roughly), "service_id"])
    tied = set(ties["from_id"]) | set(ties["to_id"])
    unread = schedules["opening_hours"].isna() & schedules["source_text"].notna()
    found = {
        "actors_without_ties": _untied(actors[~actors["id"].isin(tied)]),
        "services_without_actor": _rows("services", services[services["organization_id"].isna()]),
        "services_without_place": _rows(
            "services",
            services[
                ~services["id"].isin(at_places)
                & services["setting"].ne("online").fillna(value=True)
            ],
        ),
        "places_unused": _rows("locations", _unused(tables)),
        "languages_without_level": _of_services(
            services, "service_languages", tongues[tongues["level"].isna()], "language"
        ),
        "hours_not_understood": _of_services(
            services, "schedules", schedules[unread], "source_text"
        ),
        "old": pd.concat([_old(name, tables, day) for name in _DATED], ignore_index=True),
        "counts_without_day": _counts_without_day(tables),
        "areas_without_people": _rows("areas", _uncounted(tables)),
    }
    return {name: found[name].reset_index(drop=True) for name in LISTS}


@dataclass(frozen=True, slots=True)
class Voice:
    """What one source says of a fact; ``statement`` is empty for what the row itself holds."""

    value: str | None
    who: str | None
    checked: Any  # a pandas day, NaT where nobody says
    said_by: str | None = None
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One fact of which the sources say different things; the row's own voice comes first."""

    table: str
    row: str
    column: str
    voices: tuple[Voice, ...]


def disagreements(tables: Tables) -> list[Disagreement]:
    """List the facts of which the row and other sources, or two of them, say different things.

    What decides answers comes first, then what was said last. Statements that somebody decided on
    and those that agree with the row are not in it.
    """
    said = tables["statements"]
    said = said[said["settled_on"].isna()]
    found = []
    for (table, row, column), ones in said.groupby(["table_name", "row_id", "attribute"]):
        own = _own_voice(tables, str(table), str(row), str(column))
        if own is None:
            continue
        others = tuple(
            Voice(
                _text(_stored(str(table), str(column), one["value"])),
                _known(one["says_who"]),
                one["date_checked"],
                _known(one["said_by"]),
                str(one["id"]),
            )
            for one in ones.to_dict("records")
            if _stored(str(table), str(column), one["value"]) is not None
        )
        values = {voice.value for voice in (own, *others) if voice.value is not None}
        if len(values) > 1:
            found.append(Disagreement(str(table), str(row), str(column), (own, *others)))
    return sorted(found, key=_urgency)


def settle(tables: Tables, one: Disagreement, take: str = "") -> tuple[Operation, ...]:
    """Say what is to happen when a person decides between the voices.

    Parameters
    ----------
    tables
        All tables of the atlas by name.
    one
        The disagreement.
    take
        Identifier of the statement that holds from now on; empty keeps what the row says.

    Returns
    -------
    operations
        No voice is lost: statements stay, marked as decided on, and what the row said before
        becomes a statement of its own.
    """
    today = clock.today()
    operations = []
    versions = _versions(tables, "statements")
    for voice in one.voices[1:]:
        seen = versions[voice.statement]
        operations.append(
            Operation(
                table="statements",
                id=voice.statement,
                action="update",
                values={"settled_on": today},
                seen=seen,
            )
        )
    chosen = next((voice for voice in one.voices[1:] if voice.statement == take), None)
    if chosen is None:
        return tuple(operations)
    own = one.voices[0]
    values: dict[str, Any] = {
        one.column: _stored(one.table, one.column, chosen.value),
        "says_who": chosen.who,
        "date_checked": _day(chosen.checked),
    }
    operations.append(
        Operation(
            table=one.table,
            id=one.row,
            action="update",
            values=values,
            seen=_versions(tables, one.table)[one.row],
        )
    )
    if own.value is not None:
        operations.append(
            Operation(
                table="statements",
                id=f"{take}:before",
                action="insert",
                values={
                    "table_name": one.table,
                    "row_id": one.row,
                    "attribute": one.column,
                    "value": own.value,
                    "says_who": own.who,
                    "date_checked": _day(own.checked),
                    "settled_on": today,
                },
            )
        )
    return tuple(operations)


def _rows(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table": table,
            "row": rows["id"].astype(str),
            "name": rows.get("name"),
            "note": None,
            "service_id": rows["id"] if table == "services" else None,
            "checked": rows["date_checked"],
        }
    )


def _untied(actors: pd.DataFrame) -> pd.DataFrame:
    """List actors, those of communities first: nobody else reaches these."""
    tags = [", ".join(one) if isinstance(one, list) else None for one in actors["communities"]]
    rows = _rows("organizations", actors)
    rows["note"] = pd.Series(tags, index=rows.index, dtype=object)
    return rows.sort_values("note", kind="stable", key=lambda note: note.isna())


def _of_services(services: pd.DataFrame, table: str, rows: pd.DataFrame, note: str) -> pd.DataFrame:
    names = dict(zip(services["id"], services["name"], strict=True))
    return pd.DataFrame(
        {
            "table": table,
            "row": rows["id"].astype(str),
            "name": rows["service_id"].map(names),
            "note": rows[note],
            "service_id": rows["service_id"],
            "checked": rows["date_checked"],
        }
    )


def _old(name: str, tables: Tables, day: pd.Timestamp) -> pd.DataFrame:
    rows = tables[name]
    rows = rows[(day - rows["date_checked"]).dt.days > OLD_DAYS]
    if name == "ties":
        actors = tables["organizations"]
        names = dict(zip(actors["id"], actors["name"], strict=True))
        rows = rows[rows["until"].isna()]
        both = zip(rows["from_id"].map(names), rows["to_id"].map(names), strict=True)
        rows = rows.assign(name=[f"{one} \u2013 {other}" for one, other in both])
    return _rows(name, rows).sort_values("checked", kind="stable")


def _unused(tables: Tables) -> pd.DataFrame:
    used: set[str] = set()
    for spec in schema.TABLES.values():
        for column in spec.columns:
            if column.of == "locations" and spec.leaves:
                used |= set(tables[spec.name][column.name].dropna())
    places = tables["locations"]
    return places[~places["id"].isin(used)]


def _uncounted(tables: Tables) -> pd.DataFrame:
    areas, people = tables["areas"], tables["population"]
    said = people["count"].notna() | people["suppressed"].fillna(value=False).astype(bool)
    counted = areas["id"].isin(set(people.loc[said, "area_id"]))
    layers = set(areas.loc[counted, "level"])
    return areas[~counted & areas["level"].isin(layers)]


def _counts_without_day(tables: Tables) -> pd.DataFrame:
    """Give one row a group: a list of thousands of cells would help nobody."""
    people = tables["population"]
    undated = people[people["counted_on"].isna()].drop_duplicates("group_code")
    groups = tables["population_groups"]
    labels = dict(zip(groups["id"], groups["label"], strict=True))
    rows = _rows("population", undated)
    return rows.assign(
        name=[labels.get(one, one) for one in undated["group_code"]],
        note=undated["group_code"].to_numpy(),
    )


def _own_voice(tables: Tables, table: str, row: str, column: str) -> Voice | None:
    """Give what the row says; None where there is no such fact, or its place is protected."""
    spec = schema.TABLES.get(table)
    if spec is None or column not in spec.column_names:
        return None
    rows = tables[table]
    mine = rows[rows["id"].eq(row)]
    if mine.empty:
        return None
    one = mine.iloc[0]
    if table == "locations" and one["precision"] == "hidden":
        return None
    value = one[column]
    known = bool(value) if isinstance(value, list) else bool(pd.notna(value))
    text = _text(value) if known else None
    return Voice(text, _known(one["says_who"]), one["date_checked"])


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of any column
    """Write a cell as ``statements.value`` holds it."""
    if isinstance(value, list):
        return ";".join(sorted(map(str, value)))
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if pd.api.types.is_bool(value):
        return "1" if value else "0"
    if pd.api.types.is_float(value) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _stored(table: str, column: str, value: str | None) -> Any:  # noqa: ANN401 - a cell
    """Read a statement's value as the column takes it; None where it is no value of it."""
    text = (value or "").strip()
    spec = schema.TABLES[table].column(column)
    if not text or (spec.type == "code" and text not in vocab.LISTS.get(spec.of, (text,))):
        return None
    if spec.type == "codes":
        return [part.strip() for part in text.split(";") if part.strip()]
    if spec.type == "yes_no":
        return {"1": True, "0": False}.get(text)
    try:
        return {"int": int, "number": float}.get(spec.type, str)(text)
    except ValueError:
        return None


def _versions(tables: Tables, table: str) -> dict[str, int]:
    rows = tables[table]
    return {str(one): int(seen) for one, seen in zip(rows["id"], rows["row_version"], strict=True)}


def _day(moment: Any) -> date | None:  # noqa: ANN401 - a day, or pandas' word for none
    return None if pd.isna(moment) else moment.date()


def _known(value: Any) -> str | None:  # noqa: ANN401 - a cell
    return None if pd.isna(value) else str(value)


def _urgency(one: Disagreement) -> tuple[bool, float, str]:
    days = [day for voice in one.voices[1:] if (day := _day(voice.checked))]
    latest = float(max(days).toordinal()) if days else 0.0
    return one.column not in SETTLED_BY, -latest, one.row
