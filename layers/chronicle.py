"""The history as a person reads it: what each change did to which row, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from layers import gpkg, schema

Tables = Mapping[str, pd.DataFrame]
# columns that say where a row came from and how often it was written: no fact of the city
_BESIDE: Final = frozenset({"id", "row_version", "source_file", "source_row", "import_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: when, who, what kind; how many rows of which tables it touched."""

    id: str
    when: str  # UTC, to the minute
    who: str
    kind: str  # one of vocab.REVISION_KIND
    about: Mapping[str, Any]
    rows: Mapping[str, int]  # by table
    import_id: str | None = None
    undoes: str | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a change did to one row.

    ``cells`` are column, before and after, points as shapes; empty and ``forgotten`` where a place
    was protected since and what was known of it is gone on purpose.
    """

    change: str
    table: str
    id: str
    action: str
    name: str = ""
    cells: tuple[tuple[str, Any, Any], ...] = ()
    forgotten: bool = False


def changes(revisions: pd.DataFrame, history: pd.DataFrame) -> list[Change]:
    """List all changes, the newest first.

    Parameters
    ----------
    revisions, history
        The tables of that name.
    """
    touched: dict[str, dict[str, int]] = {}
    counted = history.groupby(["revision_id", "table_name"], sort=False)["row_id"].nunique()
    for one, rows in zip(counted.index.to_frame().to_dict("records"), counted, strict=True):
        touched.setdefault(str(one["revision_id"]), {})[str(one["table_name"])] = int(rows)
    return [
        Change(
            id=str(one["id"]),
            when=str(one["made_at"]),
            who=_text(one["who"]),
            kind=str(one["kind"]),
            about=one["about"] or {},
            rows=touched.get(str(one["id"]), {}),
            import_id=_text(one["import_id"]) or None,
            undoes=_text(one["undoes"]) or None,
            undone_by=_text(one["undone_by"]) or None,
        )
        for one in revisions.iloc[::-1].to_dict("records")
    ]


def steps(
    tables: Tables,
    history: pd.DataFrame,
    *,
    change: str | None = None,
    row: tuple[str, str] | None = None,
) -> list[Step]:
    """Tell what one change did, or what happened to one row, in the order it was done.

    Parameters
    ----------
    tables
        Tables whose rows may be named: what a row is called now, or was when it went.
    history
        The table of that name.
    change
        Identifier of a change; None for all.
    row
        Table and identifier of a row; None for all.
    """
    wanted = history
    if change is not None:
        wanted = wanted[wanted["revision_id"] == change]
    if row is not None:
        wanted = wanted[(wanted["table_name"] == row[0]) & (wanted["row_id"] == row[1])]
    return [_step(tables, one) for one in wanted.to_dict("records")]


def who_changed(
    history: pd.DataFrame, revisions: pd.DataFrame, table: str, row: str, *, since: int
) -> dict[str, tuple[str, str]]:
    """Tell who changed the columns of a row after a version of it.

    Returns
    -------
    who
        By column: name (empty where none was given) and moment of the last change.
    """
    found: dict[str, tuple[str, str]] = {}
    names = revisions.set_index("id")
    wanted = history[
        (history["table_name"] == table)
        & (history["row_id"] == row)
        & ((history["version"] > since) | history["version"].isna()).fillna(value=True)
    ]
    for one in wanted.to_dict("records"):
        made = names.loc[one["revision_id"]]
        said = (_text(made["who"]), str(made["made_at"]))
        touched = one["after"] or {} if one["action"] == "update" else {"": None}
        for column in touched:
            found["geometry" if column == "geom" else column] = said
    return found


def _step(tables: Tables, one: Mapping[Any, Any]) -> Step:
    table, row = str(one["table_name"]), str(one["row_id"])
    before, after = one["before"] or {}, one["after"] or {}
    return Step(
        change=str(one["revision_id"]),
        table=table,
        id=row,
        action=str(one["action"]),
        name=_name(tables, table, row) or _text(before.get("name")),
        cells=tuple(_cells(table, before, after)),
        forgotten=one["action"] != "insert" and not before,
    )


def _cells(
    table: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    spec = schema.TABLES[table]
    for column in spec.columns:
        if column.name in _BESIDE:
            continue
        was, became = (_value(side.get(column.name), column.type) for side in (before, after))
        if was != became:
            yield column.name, was, became
    was, became = (_shape(side.get("geom")) for side in (before, after))
    if was != became:
        yield "geometry", was, became


def _value(value: Any, kind: str) -> Any:  # noqa: ANN401 - a cell as SQLite stores it
    if value is None:
        return None
    if kind in ("codes", "json"):
        return json.loads(value)
    return bool(value) if kind == "yes_no" else value


def _shape(text: str | None) -> Any:  # noqa: ANN401 - shapely has no types
    return None if text is None else gpkg.from_blobs([bytes.fromhex(text)])[0]


def _name(tables: Tables, table: str, row: str) -> str:
    held = tables.get(table)
    if held is None or "name" not in held:
        return ""
    found = held.loc[held["id"] == row, "name"]
    return "" if found.empty else _text(found.iloc[0])


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload] # any scalar
