"""Making one row of two that are the same actor or the same service.

One stays and takes over whatever names the other; what it does not know it takes from the other,
and where both say something a person chooses. Nothing is added up, and a place that is kept back
never becomes one with a place that is shown. All of it is one change that can be taken back.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from layers import consent, schema
from layers.atlas import Atlas
from layers.changes import BOTH_CONTACTS, Operation, apply
from layers.errors import LayerError
from layers.history import Revision
from layers.importing.implied import held_cells
from layers.importing.population_groups import dimension
from layers.importing.withholding import withheld_too
from layers.merging_protected import (
    hidden,
    places_of,
    refuse_names,
    refuse_to_show,
    said_by_others,
    telling_texts,
)

TABLES: Final = ("organizations", "services")
HOURS: Final = "hours"  # chosen like a column: those at the places that both services name
_SOURCE: Final = frozenset(column.name for column in schema.PROVENANCE)
_NOT_ASKED: Final = _SOURCE | {"id", "alternate_name", *consent.SAID}
# rows that say the same once they belong to the same: what they say is in these columns, the
# first of which names a row
_DOUBLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ties": ("from_id", "to_id", "kind", "direction", "until"),
        "service_languages": ("service_id", "language"),
        "service_at_location": ("service_id", "location_id"),
        "schedules": ("service_at_location_id", "opening_hours", "starts_on", "ends_on"),
        "seats": ("organization_id", "body_id", "sector", "state"),
        "trust": ("organization_id", "community", "state", "said_by", "session_id"),
        "standings": ("organization_id", "question", "power", "interest", "affected"),
        "replies": ("organization_id", "about", "words"),
        "bans": ("from_id", "to_id", "kind", "until"),
    }
)
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A column in which both say something, and not the same."""

    column: str
    ours: Any
    theirs: Any


def differences(
    tables: Mapping[str, pd.DataFrame], table: str, keep: str, gone: str
) -> tuple[Difference, ...]:
    """List where a person has to choose before two rows become one.

    Parameters
    ----------
    tables
        All tables of the atlas by name.
    table
        One of :data:`TABLES`.
    keep, gone
        Identifiers of the row that stays and of the other.
    """
    ours, theirs = _row(tables, table, keep), _row(tables, table, gone)
    found = [
        Difference(column.name, ours[column.name], theirs[column.name])
        for column in schema.TABLES[table].columns
        if column.name not in _NOT_ASKED
        and ours[column.name] is not None
        and theirs[column.name] is not None
        and _plain(ours[column.name]) != _plain(theirs[column.name])
    ]
    for mine, others in _hours_at_shared_places(tables, table, keep, gone):
        said = ["; ".join(sorted(rows["opening_hours"].dropna())) for rows in (mine, others)]
        if all(said) and said[0] != said[1]:
            found.append(Difference(HOURS, *said))
    return tuple(found)


def merge(
    tables: Mapping[str, pd.DataFrame],
    table: str,
    keep: str,
    gone: str,
    *,
    theirs: frozenset[str] = frozenset(),
) -> tuple[Operation, ...]:
    """Say what is to happen so that two rows become one; nothing is written.

    Parameters
    ----------
    tables
        All tables of the atlas by name, as ``Atlas.read`` gives them.
    table
        One of :data:`TABLES`.
    keep, gone
        Identifiers of the row that stays and of the one that goes.
    theirs
        Columns (and :data:`HOURS`) in which the word of the row that goes holds; in all others that
        of ``keep`` does.

    Returns
    -------
    operations
        For :func:`layers.changes.apply`: references first, then the row, then what goes.

    Raises
    ------
    LayerError
        ``merge_not_two`` where they are not two rows of such a table, ``merge_hidden_and_shown``
        where one is kept off the map and the other is on it, ``name_tells_hidden`` where the name
        of one tells the hidden place of the other, ``merge_proposals_open`` where somebody's
        answer about the one that goes waits for a decision.

    Notes
    -----
    Where the place of one is hidden, the texts of the other that may tell it are not taken over.
    No to being shown holds for both: it is never outvoted. Counts of usage and trust stay the rows
    they are. Of two ties (languages, links, hours, seats) that say the same one goes, after it has
    filled what the other left empty; a tie between the two goes as well.
    """
    if table not in TABLES or keep == gone:
        raise LayerError("merge_not_two", table=table)
    steps = _Steps(tables)
    ours, other = _row(tables, table, keep), _row(tables, table, gone)
    refuse_to_show(tables, table, (keep, gone))
    _refuse_undecided(tables, table, gone)
    for mine, others in _hours_at_shared_places(tables, table, keep, gone):
        # both together would say that it is open whenever either does
        knows = [rows["opening_hours"].notna().any() for rows in (mine, others)]
        takes_theirs = HOURS in theirs if all(knows) else not knows[0]
        losing = mine if takes_theirs else others
        if any(knows):
            steps.gone |= {("schedules", str(row)) for row in losing["id"]}
    steps.redirect(table, gone, keep)
    if table == "organizations":
        steps.close_invitations(gone)
    told = telling_texts(tables, table, (ours, other))
    silent = [
        {name: None if name in told.get(one["id"], ()) else one[name] for name in one}
        for one in (ours, other)
    ]
    values = dict.fromkeys(told.get(keep, ())) | _joined(table, silent[0], silent[1], theirs)
    values |= refuse_names(tables, table, {**ours, **values}, (keep, gone))
    if table == "organizations":
        values |= _both_contacts(ours, other)
    steps.changes.setdefault((table, keep), {}).update(values)
    steps.gone.add((table, gone))
    if table == "services":
        _withhold(tables, steps, (keep, gone))
    if table == "organizations":
        final = values.get("location_id", ours["location_id"])
        steps.leave({ours["location_id"], other["location_id"]} - {final, None})
    return steps.operations()


def carry_out(
    atlas: Atlas,
    table: str,
    keep: str,
    gone: str,
    *,
    theirs: frozenset[str] = frozenset(),
    who: str = "",
) -> str:
    """Merge two rows of an atlas in one transaction and give the change, which can be undone.

    Raises
    ------
    LayerError
        As :func:`merge`, and ``row_changed_meanwhile``.
    """
    tables = {name: atlas.read(name) for name in schema.TABLES}
    operations = merge(tables, table, keep, gone, theirs=theirs)
    about = {"table": table, "row": keep, "name": str(_row(tables, table, keep)["name"])}
    if _row(tables, table, gone).get("private_contact") is not None:
        about["contact_of"] = gone  # the history holds no contacts: taking back parts them again
    both = [_row(tables, table, one) for one in (keep, gone)]
    with atlas.write(Revision(kind="merge", who=who, about=about)) as writer:
        apply(writer, operations)
        if telling_texts(tables, table, both) or said_by_others(tables, table, both):
            at = places_of(tables, table, keep) | places_of(tables, table, gone)
            for place in sorted(hidden(tables) & at):
                writer.forget(place)
        return writer.revision_id


class _Steps:
    """Changes and removals collected by row, so that each row is written once."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = tables
        self.changes: dict[tuple[str, str], Cells] = {}
        self.gone: set[tuple[str, str]] = set()

    def redirect(self, table: str, old: str, new: str) -> None:
        """Lead everything that names one row to another, and drop what is then said twice."""
        touched: list[tuple[str, str]] = []
        for spec in schema.TABLES.values():
            columns = [one.name for one in spec.columns if one.type == "text" and one.of == table]
            for column in columns:
                for row in self._naming(spec.name, column, old):
                    self.changes.setdefault((spec.name, row), {})[column] = new
                    touched.append((spec.name, row))
        for name in ("statements", "proposals", "not_same"):
            touched += self._redirect_notes(name, table, old, new)
        for name, row in dict.fromkeys(touched):
            self._drop_if_double(name, row)

    def close_invitations(self, gone: str) -> None:
        """End the private pages of the one that goes: its link must not open another's page."""
        asked = self.tables["invitations"]
        for row in asked.loc[asked["organization_id"].eq(gone), "id"]:
            self.changes.setdefault(("invitations", str(row)), {})["closed"] = True

    def leave(self, places: set[str]) -> None:
        """Drop places that nothing names any more."""
        for place in places:
            named = any(
                self._naming(spec.name, column.name, place)
                for spec in schema.TABLES.values()
                for column in spec.columns
                if column.type == "text" and column.of == "locations"
            )
            said = self.tables["statements"]
            told = (said["table_name"].eq("locations") & said["row_id"].eq(place)).any()
            if not named and not told:
                self.gone.add(("locations", place))

    def operations(self) -> tuple[Operation, ...]:
        """Give everything in an order that can be carried out."""
        versions = {
            name: {
                str(row): int(version)
                for row, version in zip(
                    self.tables[name]["id"], self.tables[name]["row_version"], strict=True
                )
            }
            for name in {name for name, _ in (*self.changes, *self.gone)}
        }
        updates = [
            Operation(table=name, id=row, action="update", values=values, seen=versions[name][row])
            for (name, row), values in self.changes.items()
            if values and (name, row) not in self.gone
        ]
        removals = [
            Operation(table=name, id=row, action="delete", seen=versions[name][row])
            for name, row in sorted(self.gone)
        ]
        return (*updates, *removals)

    def _naming(self, table: str, column: str, value: str) -> list[str]:
        rows = self.tables[table]
        found = [str(row) for row in rows.loc[rows[column].eq(value).fillna(value=False), "id"]]
        changed = [
            row
            for (name, row), values in self.changes.items()
            if name == table and values.get(column) == value and row not in found
        ]
        return [
            row
            for row in [*found, *changed]
            if self._now(table, row)[column] == value and (table, row) not in self.gone
        ]

    def _redirect_notes(self, name: str, table: str, old: str, new: str) -> list[tuple[str, str]]:
        """Lead notes that name a row by table and identifier to another row."""
        rows = self.tables[name]
        columns = ("row_id", "other_id") if name == "not_same" else ("row_id",)
        touched = []
        for column in columns:
            for row in rows.loc[rows["table_name"].eq(table) & rows[column].eq(old), "id"]:
                self.changes.setdefault((name, str(row)), {})[column] = new
                touched.append((name, str(row)))
        return touched

    def _now(self, table: str, row: str) -> Cells:
        return _row(self.tables, table, row) | self.changes.get((table, row), {})

    def _drop_if_double(self, table: str, row: str) -> None:
        mine = self._now(table, row)
        ends = {
            "ties": ("from_id", "to_id"),
            "bans": ("from_id", "to_id"),
            "not_same": ("row_id", "other_id"),
        }.get(table)
        if ends and mine[ends[0]] == mine[ends[1]]:
            self.gone.add((table, row))
            return
        if table not in _DOUBLES:
            return
        said = _said(table, mine)
        first = _DOUBLES[table][0]
        same_end = self._naming(table, first, mine[first])
        if table in ("ties", "bans"):
            same_end += self._naming(table, "to_id", mine[first])
        for other in same_end:
            if other == row:
                continue
            theirs = self._now(table, other)
            if _said(table, theirs) == said:
                empty = [
                    name
                    for name, value in theirs.items()
                    if value is None and mine[name] is not None and name not in _SOURCE
                ]
                if empty:
                    filled = {name: mine[name] for name in empty}
                    self.changes.setdefault((table, other), {}).update(filled)
                self.redirect(table, row, other)
                self.gone.add((table, row))
                return


def _said(table: str, row: Cells) -> tuple[Any, ...]:
    """Give what a row says; a mutual tie says the same from either end."""
    said = tuple(_plain(row[name]) for name in _DOUBLES[table])
    if table == "bans" or (table == "ties" and row["direction"] == "mutual"):
        return (*sorted(said[:2]), *said[2:])
    return said


def _joined(table: str, ours: Cells, other: Cells, theirs: frozenset[str]) -> Cells:
    """Give the cells of the row that stays: its own, those it did not know, those chosen."""
    values: Cells = {}
    for column in schema.TABLES[table].columns:
        name = column.name
        if name in _NOT_ASKED or other[name] is None:
            continue
        if ours[name] is None or (name in theirs and _plain(ours[name]) != _plain(other[name])):
            values[name] = other[name]
    if "alternate_name" in ours:
        called = values.get("name", ours["name"])
        former = ours["name"] if "name" in values else other["name"]
        also = ours["alternate_name"] or other["alternate_name"]
        values["alternate_name"] = also or (former if former != called else None)
    for name in consent.SAID:
        if name in ours:
            values[name] = consent.together([ours[name], other[name]], name=name)
    if other["extra"]:
        values["extra"] = {**other["extra"], **(ours["extra"] or {})}
    days = [one["date_checked"] for one in (ours, other) if one["date_checked"] is not None]
    # what is now said together is as old as the older of the two
    return values | {"date_checked": min(days) if len(days) == 2 else ours["date_checked"]}


def _both_contacts(ours: Cells, other: Cells) -> Cells:
    """Keep the private contacts of both, whichever word holds elsewhere."""
    contacts = [one["private_contact"] for one in (ours, other) if one["private_contact"]]
    return {"private_contact": BOTH_CONTACTS.join(contacts)} if contacts else {}


def _withhold(tables: Mapping[str, pd.DataFrame], steps: _Steps, both: tuple[str, str]) -> None:
    """Withhold counts of usage that would, of one service, show fewer than five together."""
    usage = tables["usage"]
    mine = usage[usage["service_id"].isin(both)]
    if mine["service_id"].nunique() < 2:
        return
    said: dict[tuple[Hashable, str], tuple[float, bool]] = {}
    for one in mine.to_dict("records"):
        days = ("" if pd.isna(one[n]) else str(one[n])[:10] for n in ("period_start", "period_end"))
        count = float("nan") if pd.isna(one["count"]) else float(one["count"])
        key = ((both[0], *days), str(one["group_code"]))
        said.setdefault(key, (count, bool(pd.notna(one["suppressed"]) and one["suppressed"])))
    none_here = held_cells(usage.iloc[:0], ["service_id", "period_start", "period_end"])
    gone = withheld_too(said, none_here, lambda code: dimension(code)[0])
    for one in mine.to_dict("records"):
        days = ("" if pd.isna(one[n]) else str(one[n])[:10] for n in ("period_start", "period_end"))
        if ((both[0], *days), str(one["group_code"])) in gone:
            steps.changes.setdefault(("usage", str(one["id"])), {}).update(
                {"count": None, "suppressed": True}
            )


def _hours_at_shared_places(
    tables: Mapping[str, pd.DataFrame], table: str, keep: str, gone: str
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Give the schedules of the one and of the other at each place that both services name."""
    if table != "services":
        return []
    links, schedules = tables["service_at_location"], tables["schedules"]
    of = [links[links["service_id"].eq(one)] for one in (keep, gone)]
    found = []
    for place in sorted(set(of[0]["location_id"]) & set(of[1]["location_id"])):
        mine, others = (
            schedules[
                schedules["service_at_location_id"].isin(
                    rows.loc[rows["location_id"].eq(place), "id"]
                )
            ]
            for rows in of
        )
        found.append((mine, others))
    return found


def _refuse_undecided(tables: Mapping[str, pd.DataFrame], table: str, gone: str) -> None:
    waiting = tables["proposals"]
    waiting = waiting[waiting["state"].eq("open")]
    count = 0
    for one in waiting.to_dict("records"):
        named = {(one["table_name"], one["row_id"]), ("organizations", one["organization_id"])}
        for step in one["operations"] or ():
            named.add((step["table"], step["id"]))
            named |= {
                (column.of, step["values"].get(column.name))
                for column in schema.TABLES[step["table"]].columns
                if column.of == table
            }
        count += (table, gone) in named
    if count:
        raise LayerError("merge_proposals_open", count=count)


def _row(tables: Mapping[str, pd.DataFrame], table: str, row: str) -> Cells:
    """Give a row as plain values; what is unknown is ``None``."""
    rows = tables[table]
    found = rows[rows["id"].eq(row)]
    if found.empty:
        raise LayerError("merge_not_two", table=table)
    return {str(name): _cell(found[name].iloc[0]) for name in found.columns if name != "geometry"}


def _cell(value: Any) -> Any:  # noqa: ANN401 - any cell of any table
    if isinstance(value, list | dict):
        return value or None
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Make a cell comparable: the order of a list says nothing."""
    return tuple(sorted(map(str, value))) if isinstance(value, list) else value
