"""What a form does to the rows of the atlas: as operations, after checks, and with its conflicts.

A form gives values of columns as a person left them; here they become the least change that leads
there. What the person did not touch is not written, so that two people who mend different columns
of one row do not stand in each other's way.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pandas as pd
import pyproj
import shapely

from layers import changes, checking, coarsening, hours, protecting, schema
from layers.atlas import Atlas
from layers.changes import Operation
from layers.checking import Edit, plain, plain_cell
from layers.coarsening import Tables, Values
from layers.history import Revision

# rows that are part of another one: they come and go with it
PARTS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "services": (("service_languages", "service_id"), ("service_at_location", "service_id")),
    "service_at_location": (("schedules", "service_at_location_id"),),
    "bodies": (("seats", "body_id"),),
}
_EARTH: Final = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Difference:
    """A column that somebody else changed while a form was open."""

    column: str
    before: Any
    theirs: Any
    mine: Any
    both: bool  # whether the form changed it too, to something else


@dataclass(frozen=True, slots=True)
class Needed:
    """A row that names another one, which therefore cannot go."""

    table: str
    id: str
    names: str  # the table of the row it names


def new_id(table: str) -> str:
    """Make an identifier that says nothing of what the row holds."""
    return f"{schema.TABLES[table].name.replace('_', '-')}-{secrets.token_hex(6)}"


def row(table: pd.DataFrame, row_id: str) -> Values | None:
    """Give a row as plain values: None for unknown, dates as dates; None where it is not there."""
    found = table[table["id"] == row_id]
    return None if found.empty else plain(found.iloc[0].to_dict())


def operations(tables: Tables, edits: Sequence[Edit], *, today: date) -> list[Operation]:
    """Turn what a form says into operations.

    Parameters
    ----------
    tables
        Tables of the atlas by name, as ``Atlas.read`` gives them: all that a row could name.
    edits
        Rows in an order in which they can be written: what is named before what names it.
    today
        Day of the change; what was checked cannot have been checked later.

    Returns
    -------
    operations
        For :func:`layers.changes.carry_out`; none where nothing is different. A place that becomes
        less exact takes along what must not be known any more, also of the rows that are there.

    Raises
    ------
    LayerError
        The first of :func:`layers.checking.problems`.
    """
    wrong = checking.problems(tables, edits, today=today)
    if wrong:
        raise wrong[0].error
    made: list[Operation] = []
    for edit in edits:
        if edit.gone:
            made += [
                replace(one, seen=_seen(edit)) if one.id == edit.id else one
                for one in removal(tables, edit.table, edit.id)
            ]
        elif edit.seen is None:
            values = _written(tables, edit)
            made.append(Operation(table=edit.table, id=edit.id, action="insert", values=values))
        else:
            if values := changed(edit.seen, _written(tables, edit)):
                _add(made, _update(edit.table, edit.id, values, _seen(edit)))
            if edit.table == "locations":
                for one in _company(tables, edit):
                    _add(made, one)
    return made


def save(atlas: Atlas, operations: Sequence[Operation], revision: Revision) -> str:
    """Write operations in one transaction, and name the change.

    Places that become hidden come last, because they and what is there get other names then.

    Raises
    ------
    LayerError
        As :func:`layers.changes.apply`; then nothing is written.
    """
    last = [one for one in operations if hides(one)]
    with atlas.write(revision) as writer:
        changes.apply(writer, [one for one in operations if one not in last])
        for one in last:
            place = protecting.rename_made(writer, one.id)
            changes.apply(writer, [replace(one, id=place)])
        return writer.revision_id


def hides(one: Operation) -> bool:
    """Tell whether an operation makes a place that is here hidden."""
    wished = one.values.get("precision")  # noqa: PD011 - no frame
    return (one.table, one.action, wished) == ("locations", "update", "hidden")


def changed(seen: Mapping[str, Any], values: Mapping[str, Any]) -> Values:
    """Keep the values that differ from what was seen."""
    return {name: value for name, value in values.items() if not same(seen.get(name), value)}


def same(one: object, other: object) -> bool:
    """Tell whether two values are the same to a person: points to a tenth of a metre.

    Examples
    --------
    >>> same(None, ""), same("a", "a "), same(shapely.Point(1, 2), shapely.Point(1, 2.0000001))
    (True, True, True)
    >>> same(False, None), same(["ti", "so"], ["so", "ti"])
    (False, True)
    """
    one, other = plain_cell(one), plain_cell(other)
    if isinstance(one, shapely.Point) and isinstance(other, shapely.Point):
        return bool(one.equals_exact(other, 1e-6))
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return type(one) is type(other) and one == other


def differences(
    seen: Mapping[str, Any], now: Mapping[str, Any], values: Mapping[str, Any]
) -> list[Difference]:
    """Compare what a form showed, what stands there now, and what the form says.

    Returns
    -------
    differences
        One a column that is not as the form showed it, in the order of the columns of the row.
    """
    found = []
    for name, before in seen.items():
        if name in ("id", "row_version") or same(before, now.get(name)):
            continue
        mine = values.get(name, before)
        theirs = now.get(name)
        both = not same(mine, before) and not same(mine, theirs)
        found.append(Difference(name, before, theirs, mine, both))
    return found


def removal(tables: Tables, table: str, row_id: str) -> list[Operation]:
    """Remove a row and the rows that are part of it."""
    return [
        Operation(table=name, id=one, action="delete", seen=_version(tables, name, one))
        for name, ids in _going(tables, table, row_id).items()
        for one in ids
    ]


def needed(tables: Tables, table: str, row_id: str) -> list[Needed]:
    """List what names a row or a part of it, and so keeps it from being removed."""
    going = _going(tables, table, row_id)
    found = []
    for spec in schema.TABLES.values():
        if not spec.leaves or spec.name not in tables:
            continue
        held = tables[spec.name]
        for column in spec.columns:
            if column.type != "text" or column.of not in going:
                continue
            naming = held[held[column.name].isin(going[column.of])]
            found += [
                Needed(spec.name, str(one), column.of)
                for one in naming["id"]
                if one not in going.get(spec.name, ())
            ]
    return found


def metres_between(one: shapely.Point, other: shapely.Point) -> float:
    """Measure on the ground between two points in degrees.

    Examples
    --------
    >>> round(metres_between(shapely.Point(10, 50), shapely.Point(10, 50.001)))
    111
    """
    return float(_EARTH.inv(one.x, one.y, other.x, other.y)[2])


def understood(text: str | None, *, today: date, country: str, timezone: str) -> bool:
    """Tell whether opening hours say anything: a week of which nothing is known says nothing."""
    return any(
        state != "unknown"
        for day in week(text, today=today, country=country, timezone=timezone)
        for state, _, _ in day
    )


def week(
    text: str | None, *, today: date, country: str, timezone: str
) -> list[list[tuple[str, int, int]]]:
    """Read opening hours as stretches of a week.

    Returns
    -------
    week
        Seven days from Monday: each a list of state, first and last minute of the day, without a
        gap from 0 to 1440. The week is the first without a public holiday.
    """
    monday = hours.typical_week(today, country=country)
    where = {"country": country, "timezone": timezone}
    days = []
    for day in range(7):
        midnight = datetime.combine(monday + timedelta(days=day), time())  # local wall clock
        stretches: list[tuple[str, int, int]] = []
        for minute in range(0, 1440, 5):
            state = hours.state(text, midnight + timedelta(minutes=minute), **where)
            if stretches and stretches[-1][0] == state:
                stretches[-1] = (state, stretches[-1][1], minute + 5)
            else:
                stretches.append((state, minute, minute + 5))
        days.append(stretches)
    return days


def as_hours(text: str | None, *, today: date, country: str, timezone: str) -> Values:
    """Give the columns of a schedule for hours that somebody typed.

    What is not understood is kept as it was written, and the hours stay unknown.
    """
    said = plain_cell(text)
    read = understood(said, today=today, country=country, timezone=timezone)
    return {"opening_hours": said if said and read else None, "source_text": said}


def _add(made: list[Operation], new: Operation) -> None:
    """Add a change; two of one row become one, of which the earlier has the last word."""
    for place, one in enumerate(made):
        if (one.table, one.id, one.action) == (new.table, new.id, "update"):
            both = {**new.values, **one.values}  # noqa: PD011 - no frames
            made[place] = replace(one, values=both)
            return
    made.append(new)


def _written(tables: Tables, edit: Edit) -> Values:
    values = plain(edit.values)
    if edit.table != "locations" or "precision" not in edit.all:
        return values
    before = None if edit.seen is None else edit.seen["precision"]
    whole = coarsening.as_allowed(plain(edit.all), before=before, areas=tables["areas"])
    if edit.seen is None:
        return whole
    return {name: value for name, value in whole.items() if name not in ("id", "row_version")}


def _company(tables: Tables, edit: Edit) -> list[Operation]:
    """Take along what the rows at a place tell of it, where less of it may be known from now on."""
    seen = edit.seen or {}
    precision = edit.all["precision"]
    if not coarsening.coarser(seen.get("precision"), precision):
        return []
    hidden, address = precision == "hidden", seen.get("address")
    found = []
    for guest in coarsening.guests(tables, edit.id):
        held = row(tables[guest.table], guest.id) or {}
        gone = coarsening.emptied(held, guest.table, hidden=hidden, address=address)
        if gone:
            found.append(_update(guest.table, guest.id, gone, int(held["row_version"])))
    for one in coarsening.schedules(tables, edit.id).to_dict("records"):
        held = plain(one)
        if gone := coarsening.told_hours(held, address):
            found.append(_update("schedules", held["id"], gone, int(held["row_version"])))
    return found


def _update(table: str, row_id: str, values: Mapping[str, Any], seen: int) -> Operation:
    return Operation(table=table, id=row_id, action="update", values=values, seen=seen)


def _going(tables: Tables, table: str, row_id: str) -> dict[str, list[str]]:
    going = {table: [row_id]}
    waiting = [(table, [row_id])]
    while waiting:
        name, ids = waiting.pop()
        for part, column in PARTS.get(name, ()):
            held = tables[part]
            mine = [str(one) for one in held.loc[held[column].isin(ids), "id"]]
            if mine:
                going.setdefault(part, []).extend(mine)
                waiting.append((part, mine))
    return going


def _version(tables: Tables, table: str, row_id: str) -> int | None:
    held = row(tables[table], row_id)
    return None if held is None else int(held["row_version"])


def _seen(edit: Edit) -> int:
    return int((edit.seen or {}).get("row_version") or 0)
