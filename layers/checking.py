"""Checks of a form before it is written: what is wrong, at which field, in one sentence each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
import shapely

from layers import coarsening, schema, vocab
from layers.coarsening import Tables, Values
from layers.errors import LayerError
from layers.importing import hiding

LONGEST: Final = 4000  # letters of a text
OLDEST: Final = 120  # years
_BLANKS: Final = re.compile(r"[ \t\u00a0]+")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_AFTER: Final = (("since", "until"), ("starts_on", "ends_on"), ("min_age", "max_age"))
_COUNTED: Final = ("row_version", "source_row")
_PAST: Final = ("date_checked", "last_confirmed", "replied_on")
_TEXTS: Final = ("description", "cost", "url", "alternate_name", "public_contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is to become of one row: ``seen`` is the row as the form showed it, None for a new one.

    ``values`` are the columns of the form, ``geometry`` among them; ``gone`` removes the row.
    """

    table: str
    id: str
    values: Mapping[str, Any]
    seen: Mapping[str, Any] | None = None
    gone: bool = False

    @property
    def all(self) -> Values:
        """The whole row as it is to be."""
        return {**(self.seen or {}), **plain(self.values)}


def plain(values: Mapping[Any, Any]) -> Values:
    """Make the cells of a table plain values of Python.

    Examples
    --------
    >>> plain({"free": pd.NA, "since": pd.Timestamp("2026-03-01"), "communities": []})
    {'free': None, 'since': datetime.date(2026, 3, 1), 'communities': None}
    """
    return {str(name): plain_cell(value) for name, value in values.items()}


def plain_cell(value: Any) -> Any:  # noqa: ANN401 - a cell of any table, or a widget's value
    """Make one cell of a table, or what a widget gives, a plain value of Python."""
    if isinstance(value, str):
        text = "\n".join(_BLANKS.sub(" ", line).strip() for line in value.splitlines()).strip()
        return text or None
    if isinstance(value, list | tuple | set | dict):
        return value if isinstance(value, dict) and value else (list(value) or None)
    if value is None or isinstance(value, shapely.Geometry):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp | datetime):
        return value.date()
    return value.item() if hasattr(value, "item") else value


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field: its row, its column, and the sentence as an error."""

    table: str
    id: str
    column: str
    error: LayerError


def problems(tables: Tables, edits: Sequence[Edit], *, today: date) -> list[Problem]:
    """Look for everything that must be put right before a form can be written.

    Parameters
    ----------
    tables, edits, today
        As for :func:`layers.editing.operations`.

    Returns
    -------
    problems
        In the order of the rows and of their columns; empty where all is well.
    """
    new = {(edit.table, edit.id) for edit in edits if not edit.gone}
    found: list[Problem] = []
    for edit in edits:
        if edit.gone:
            continue
        values = edit.all
        for column, code, blanks in (
            *_of_columns(edit.table, values, tables, new),
            *_of_days(values, today),
            *_OF_TABLE.get(edit.table, _nothing)(tables, edit, values, edits),
        ):
            found.append(Problem(edit.table, edit.id, column, LayerError(code, **blanks)))
    return found


_Found = Iterator[tuple[str, str, dict[str, str | float]]]


def _of_columns(table: str, values: Values, tables: Tables, new: set[tuple[str, str]]) -> _Found:
    for column in schema.TABLES[table].columns:
        value = values.get(column.name)
        if value is None or value in ("", []):
            if column.required and column.name != "id":
                yield column.name, "field_needed", {}
        elif column.type == "int" and column.name not in _COUNTED:
            low, high = _range(column.name)
            if not low <= int(value) <= high:
                yield column.name, "field_out_of_range", {"low": low, "high": high}
        elif wrong := _of_text(column, value, tables, new):
            yield column.name, wrong, {"most": LONGEST} if wrong == "field_too_long" else {}


def _of_text(
    column: schema.Column, value: object, tables: Tables, new: set[tuple[str, str]]
) -> str:
    if column.type == "code" and value not in vocab.LISTS[column.of]:
        return "field_no_code"
    if column.type == "codes" and column.of:
        known = set(value) <= set(vocab.LISTS[column.of])  # type: ignore[call-overload]  # a list, by its type
        return "" if known else "field_no_code"
    if column.type == "codes" and not all(
        _TAG.fullmatch(str(tag))
        for tag in value  # type: ignore[attr-defined] # a list, by its type
    ):
        return "field_no_language"
    if column.type == "text" and column.of in tables and (column.of, value) not in new:
        return "" if value in set(tables[column.of]["id"]) else "field_row_gone"
    return "field_too_long" if isinstance(value, str) and len(value) > LONGEST else ""


def _range(column: str) -> tuple[int, int]:
    if column == "strength":
        return 1, 3
    if column in ("power", "interest"):
        return 1, 4
    if column == "confirmed_by":
        return 0, 2
    return 0, OLDEST if column.endswith("_age") else 1_000_000


def _of_days(values: Values, today: date) -> _Found:
    for first, last in _AFTER:
        begins, ends = values.get(first), values.get(last)
        if begins is not None and ends is not None and begins > ends:
            yield last, "ages_crossed" if last == "max_age" else "days_crossed", {}
    for name in _PAST:
        day = values.get(name)
        if day is not None and day > today:
            yield name, "day_to_come", {"today": today.isoformat()}


def _tie(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    del edits
    ends = (values.get("from_id"), values.get("to_id"))
    if None in ends:
        return
    if ends[0] == ends[1]:
        yield "to_id", "tie_with_itself", {}
        return
    held = tables["ties"]
    alike = held[
        (held["id"] != edit.id) & (held["kind"] == values.get("kind")) & held["until"].isna()
    ]
    mutual = values.get("direction") == "mutual"
    for row in alike.itertuples():
        there = (row.from_id, row.to_id)
        if there == ends or (mutual and row.direction == "mutual" and there == ends[::-1]):
            yield "to_id", "tie_twice", {"row": str(row.id)}
            return


def _ban(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    """Check a pair that is never proposed: two of them, and said once."""
    del edits
    ends = {values.get("from_id"), values.get("to_id")}
    if None in ends:
        return
    if len(ends) == 1:
        yield "to_id", "tie_with_itself", {}
        return
    held = tables["bans"]
    for row in held[held["id"] != edit.id].to_dict("records"):
        same_kind = plain_cell(row["kind"]) == values.get("kind")
        if same_kind and {row["from_id"], row["to_id"]} == ends and pd.isna(row["until"]):
            yield "to_id", "ban_twice", {"row": str(row["id"])}
            return


def _standing(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    """Check a standing: one for each actor and question, and it says something."""
    del edits
    if all(values.get(name) is None for name in ("power", "interest", "affected")):
        yield "power", "standing_empty", {}
    held = tables["standings"]
    others = held[
        (held["id"] != edit.id) & (held["organization_id"] == values.get("organization_id"))
    ]
    for row in others.to_dict("records"):
        if plain_cell(row["question"]) == values.get("question"):
            yield "question", "standing_twice", {"row": str(row["id"])}
            return


def _place(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    del edits
    point, precision = values.get("geometry"), values.get("precision")
    if precision in ("exact", "street") and point is None:
        yield "geometry", "point_missing", {}
    if isinstance(point, shapely.Point) and not (-180 <= point.x <= 180 and -90 <= point.y <= 90):
        yield "geometry", "point_off_earth", {"lon": point.x, "lat": point.y}
    before = (edit.seen or {}).get("precision")
    if precision == "area" and point is None and values.get("area_id") is None:
        yield "area_id", "area_missing", {}
    if precision in vocab.PRECISION and coarsening.coarser(before, str(precision)):
        address = (edit.seen or {}).get("address")
        if precision == "hidden":
            telling = coarsening.names_that_tell(tables, edit.id, address)
            if telling:
                yield "precision", "name_tells_hidden", {"count": len(telling)}


def _at_place(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    """Check a row whose place is protected: no text of it may hold an address."""
    if edit.table == "services":
        now, before = _spots(tables, edit.id, edits)
    else:
        now = {str(values["location_id"])} if values.get("location_id") else set()
        before = {str((edit.seen or {}).get("location_id"))} - {"None"}
    hidden = {one for one in now if _precision(tables, one, edits) == "hidden"}
    if not hidden:
        return
    for name in ("name", *_TEXTS):
        if hiding.tells(values.get(name), None) and name != "url":
            yield name, "text_tells_hidden", {}
    left = {one for one in before - now if _precision(tables, one, edits) != "hidden"}
    if left and hidden - before:
        yield "location_id", "protect_instead", {}


def _spots(tables: Tables, service_id: str, edits: Sequence[Edit]) -> tuple[set[str], set[str]]:
    links = tables["service_at_location"]
    mine = links[links["service_id"] == service_id]
    before = dict(zip(mine["id"], mine["location_id"], strict=True))
    now = dict(before)
    for edit in edits:
        if edit.table == "service_at_location" and edit.all.get("service_id") == service_id:
            now.pop(edit.id, None)
            if not edit.gone:
                now[edit.id] = edit.all["location_id"]
    return set(now.values()), set(before.values())


def _precision(tables: Tables, location_id: str, edits: Sequence[Edit]) -> str | None:
    for edit in edits:
        if (edit.table, edit.id) == ("locations", location_id):
            return edit.all.get("precision")
    held = tables["locations"]
    found = held.loc[held["id"] == location_id, "precision"]
    return None if found.empty else str(found.iloc[0])


def _language(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    tag = values.get("language")
    if tag and not _TAG.fullmatch(str(tag)):
        yield "language", "field_no_language", {}
    held = tables["service_languages"]
    edited = {one.id for one in edits if one.table == "service_languages"}
    others = held[(held["service_id"] == values.get("service_id")) & ~held["id"].isin(edited)]
    said = [
        one.all.get("language")
        for one in edits
        if one.table == "service_languages" and not one.gone and one.id != edit.id
    ]
    if tag and tag in {*others["language"], *said}:
        yield "language", "language_twice", {}


def _nothing(tables: Tables, edit: Edit, values: Values, edits: Sequence[Edit]) -> _Found:
    del tables, edit, values, edits
    return iter(())


_OF_TABLE: Final[Mapping[str, Callable[[Tables, Edit, Values, Sequence[Edit]], _Found]]] = {
    "ties": _tie,
    "bans": _ban,
    "standings": _standing,
    "locations": _place,
    "services": _at_place,
    "organizations": _at_place,
    "assets": _at_place,
    "service_languages": _language,
}
