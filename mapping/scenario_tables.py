"""The tables of an atlas as they would be under the steps of a scenario.

A step becomes the same operations on rows that a form would make; here they are done to copies of
the tables that somebody reads, never to those tables and never to the atlas. A step whose actor,
tie or service is not there any more does nothing, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from layers import schema
from layers.changes import Operation
from mapping.offers import Read
from mapping.scenario_steps import Step

# rows that go with the actor although they could stay without one
_GO_TOO: Final = frozenset({("services", "organization_id"), ("seats", "organization_id")})
_LEAVES: Final = tuple(spec for spec in schema.TABLES.values() if spec.leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A step that does not apply: its place in the list from 0, and why.

    ``why`` is ``actor_gone``, ``tie_gone``, ``service_gone``, ``place_gone`` or ``row_gone``.
    """

    at: int
    step: Step
    why: str


class Tables:
    """The tables under some steps, in their order.

    Parameters
    ----------
    read
        Gives a table of the atlas by name; what it gives is never changed.
    steps
        As of :func:`mapping.scenario_steps.checked`.

    Attributes
    ----------
    skipped
        Steps that do not apply.
    touched
        Names of the tables in which anything is different.
    """

    def __init__(self, read: Read, steps: Sequence[Step]) -> None:
        self._inner = read
        self._made: dict[str, pd.DataFrame] = {}
        self.skipped: list[Skipped] = []
        self.operations: list[Operation] = []
        for at, step in enumerate(steps):
            made, why = _PLANS[step["do"]](self.read, step, at)
            if why:
                self.skipped.append(Skipped(at=at, step=step, why=why))
            self._carry_out(made)
            self.operations += made

    @property
    def touched(self) -> frozenset[str]:
        """Names of the tables in which anything is different."""
        return frozenset(self._made)

    def read(self, table: str) -> pd.DataFrame:
        """Give a table by name; do not mutate it."""
        return self._made[table] if table in self._made else self._inner(table)

    def _carry_out(self, operations: Sequence[Operation]) -> None:
        tables = dict.fromkeys(one.table for one in operations)
        for table in tables:
            mine = [one for one in operations if one.table == table]
            frame = self.read(table)
            frame = _without(frame, {one.id for one in mine if one.action == "delete"})
            for one in mine:
                if one.action == "update":
                    frame = _updated(frame, one)
            self._made[table] = _with(frame, [one for one in mine if one.action == "insert"])


# --- a step as operations ------------------------------------------------------------------------

Plan = tuple[list[Operation], str]


def _remove_actor(read: Read, step: Step, at: int) -> Plan:
    del at
    actor = step["actor"]
    return (
        (_gone(read, "organizations", [actor]), "")
        if _is(read, "organizations", actor)
        else (
            [],
            "actor_gone",
        )
    )


def _remove_service(read: Read, step: Step, at: int) -> Plan:
    del at
    service = step["service"]
    return (
        (_gone(read, "services", [service]), "")
        if _is(read, "services", service)
        else (
            [],
            "service_gone",
        )
    )


def _add_tie(read: Read, step: Step, at: int) -> Plan:
    if not all(_is(read, "organizations", step[end]) for end in ("from", "to")):
        return [], "actor_gone"
    values = {
        "from_id": step["from"],
        "to_id": step["to"],
        "kind": step["kind"],
        "direction": step.get("direction", "mutual"),
        "strength": step.get("strength"),
        "participation": step.get("participation"),
    }
    return [_insert(read, "ties", at, values)], ""


def _end_tie(read: Read, step: Step, at: int) -> Plan:
    del at
    tie = step["tie"]
    return (_gone(read, "ties", [tie]), "") if _is(read, "ties", tie) else ([], "tie_gone")


def _add_site(read: Read, step: Step, at: int) -> Plan:
    owner, place = step.get("organization"), step.get("location")
    if owner is not None and not _is(read, "organizations", owner):
        return [], "actor_gone"
    if place is not None and not _is(read, "locations", place):
        return [], "place_gone"
    made = []
    if place is None:
        point = shapely.Point(step["lon"], step["lat"])
        made.append(_insert(read, "locations", at, {"precision": "exact", "geometry": point}))
        place = made[0].id
    service = _insert(
        read,
        "services",
        at,
        {
            "organization_id": owner,
            "name": step.get("name") or _name(at),
            "category": step["category"],
            "status": "active",
        },
    )
    joined = _insert(
        read, "service_at_location", at, {"service_id": service.id, "location_id": place}
    )
    made += [service, joined, *_speaks(read, service.id, step.get("languages", ()), at)]
    if "hours" in step:
        made.append(_opens(read, joined.id, step["hours"], at))
    return made, ""


def _set_hours(read: Read, step: Step, at: int) -> Plan:
    joined = step["service_at_location"]
    if not _is(read, "service_at_location", joined):
        return [], "service_gone"
    old = read("schedules")
    gone = old.loc[old["service_at_location_id"].eq(joined).to_numpy(dtype=bool), "id"]
    return [*_deleted("schedules", gone), _opens(read, joined, step["hours"], at)], ""


def _set_fact(read: Read, step: Step, at: int) -> Plan:
    table, row, column, value = (step[key] for key in ("table", "id", "column", "value"))
    if not _is(read, table, row):
        return [], "row_gone"
    if column == "languages":
        old = read("service_languages")
        gone = old.loc[old["service_id"].eq(row).to_numpy(dtype=bool), "id"]
        return [*_deleted("service_languages", gone), *_speaks(read, row, value, at)], ""
    return [Operation(table=table, id=row, action="update", values={column: value})], ""


_PLANS: Final[dict[str, Callable[[Read, Step, int], Plan]]] = {
    "remove_actor": _remove_actor,
    "remove_service": _remove_service,
    "add_tie": _add_tie,
    "end_tie": _end_tie,
    "add_site": _add_site,
    "set_hours": _set_hours,
    "set_fact": _set_fact,
}


def _is(read: Read, table: str, row: str) -> bool:
    return bool(read(table)["id"].eq(row).any())


def _gone(read: Read, table: str, ids: Iterable[str]) -> list[Operation]:
    """Remove rows, those that cannot be without them, and their names where they are named."""
    going: dict[str, dict[str, None]] = {table: dict.fromkeys(map(str, ids))}
    emptied: dict[tuple[str, str], dict[str, None]] = {}
    waiting = [(table, list(going[table]))]
    while waiting:
        named, rows = waiting.pop(0)
        for spec in _LEAVES:
            for column in spec.columns:
                if column.type != "text" or column.of != named:
                    continue
                held = read(spec.name)
                mine = held.loc[held[column.name].isin(rows).to_numpy(dtype=bool), "id"]
                if column.required or (spec.name, column.name) in _GO_TOO:
                    here = going.setdefault(spec.name, {})
                    new = [str(one) for one in mine if str(one) not in here]
                    here.update(dict.fromkeys(new))
                    if new:
                        waiting.append((spec.name, new))
                else:
                    for one in mine:
                        emptied.setdefault((spec.name, str(one)), {})[column.name] = None
    made = [
        Operation(table=name, id=row, action="update", values=values)
        for (name, row), values in emptied.items()
        if row not in going.get(name, {})
    ]
    # what names comes before what is named, so that an atlas would take them in this order
    for name in reversed(going):
        made += _deleted(name, going[name])
    return made


def _deleted(table: str, ids: Iterable[str]) -> list[Operation]:
    return [Operation(table=table, id=str(one), action="delete") for one in ids]


def _speaks(read: Read, service: str, tags: Iterable[str], at: int) -> list[Operation]:
    return [
        _insert(
            read,
            "service_languages",
            at,
            {"service_id": service, "language": tag, "level": "staff"},
            part=f"-{number}",
        )
        for number, tag in enumerate(tags)
    ]


def _opens(read: Read, joined: str, hours: str, at: int) -> Operation:
    values = {"service_at_location_id": joined, "opening_hours": hours, "source_text": hours}
    return _insert(read, "schedules", at, values)


def _insert(
    read: Read, table: str, at: int, values: dict[str, Any], *, part: str = ""
) -> Operation:
    row = f"{_name(at)}{part}"
    taken = set(read(table)["id"])
    while row in taken:  # an atlas may hold any identifier
        row += "'"
    return Operation(table=table, id=row, action="insert", values=values)


def _name(at: int) -> str:
    return f"what-if-{at + 1}"


# --- operations on tables that are read ----------------------------------------------------------


def _without(frame: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    if not ids:
        return frame
    return frame[~frame["id"].isin(ids).to_numpy(dtype=bool)].reset_index(drop=True)


def _updated(frame: pd.DataFrame, one: Operation) -> pd.DataFrame:
    frame = frame.copy()
    here = frame["id"].eq(one.id).to_numpy(dtype=bool)
    for name, value in one.values.items():  # noqa: PD011 - no frame
        column = frame[name].copy()
        column[here] = value
        frame[name] = column
    return frame


def _with(frame: pd.DataFrame, new: Sequence[Operation]) -> pd.DataFrame:
    """Add rows, each column of the type it has."""
    if not new:
        return frame
    rows = [{**one.values, "id": one.id, "row_version": 1} for one in new]  # noqa: PD011 - no frame
    columns = {}
    for name in frame.columns:
        values = [row.get(name) for row in rows]
        if name == "geometry" and isinstance(frame, gpd.GeoDataFrame):
            more = gpd.GeoSeries(values, crs=frame.crs)
        else:
            more = pd.Series(values, dtype=frame[name].dtype)
        columns[name] = pd.concat([frame[name], more], ignore_index=True)
    whole = pd.DataFrame(columns)
    if isinstance(frame, gpd.GeoDataFrame):
        placed: pd.DataFrame = gpd.GeoDataFrame(whole, geometry="geometry", crs=frame.crs)
        return placed
    return whole
