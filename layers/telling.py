"""What would tell where a protected place is, wherever it comes from: its texts, notes and names.

A form refuses such a text (:mod:`layers.checking`); here is the same rule for what others propose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from layers import addresses, matching

Rows = list[tuple[Any, ...]]
Read = Callable[..., Rows]  # name of a table and of its columns
HIDE: Final = "hide"  # sort of a proposal that protects a place
TEXTS: Final = frozenset(
    {
        *("name", "alternate_name", "description", "cost", "url", "public_contact"),
        *("opening_hours", "source_text"),
    }
)


def of_sql(ask: Callable[[str], Rows]) -> Read:
    """Read columns of a table by SQL, inside a transaction."""

    def read(table: str, *columns: str) -> Rows:
        names = ", ".join(f'"{name}"' for name in columns)
        return ask(f'SELECT {names} FROM "{table}"')  # noqa: S608 - names of the schema

    return read


def of_tables(tables: Callable[[str], pd.DataFrame]) -> Read:
    """Read columns of a table as ``Atlas.read`` gives it."""

    def read(table: str, *columns: str) -> Rows:
        held = tables(table)
        cells = (held[name].astype(object).where(held[name].notna(), None) for name in columns)
        return list(zip(*cells, strict=True))

    return read


@dataclass(frozen=True, slots=True)
class Protected:
    """Places that are hidden, or that somebody asked to hide, and the rows that are at them."""

    rows: Mapping[str, frozenset[str]]  # identifiers by table
    names: tuple[str, ...]  # of the services and actors there
    addresses: tuple[str, ...]  # of places that are to be hidden and still have one

    def tells(self, text: object) -> bool:
        """Tell whether a text holds an address, or the name of a street that is to go."""
        return isinstance(text, str) and any(
            addresses.tells(text, one) for one in (None, *self.addresses)
        )

    def told_by(self, operations: Iterable[Mapping[str, Any]], note: str | None = None) -> bool:
        """Tell whether operations (as JSON) or their note write an address to a protected row.

        What protects a place, or shows it on purpose, may name it.
        """
        here = [one for one in operations if self._is_at(one)]
        if any(one["table"] == "locations" and "precision" in one["values"] for one in here):
            return False
        said = [text for one in here for name, text in one["values"].items() if name in TEXTS]
        return bool(here) and any(map(self.tells, (*said, note)))

    def alike(self, names: Mapping[str, str]) -> set[str]:
        """Find the names, by identifier, that are like one of a protected service or actor."""
        if not self.names or not names:
            return set()
        mine = pd.DataFrame({"id": range(len(self.names)), "name": self.names})
        other = pd.DataFrame({"id": list(names), "name": list(names.values())})
        found = matching.pairs(other, mine)
        return set(found.loc[found["score"] >= matching.LIKELY_NAME, "left_id"])

    def _is_at(self, one: Mapping[str, Any]) -> bool:
        link = one["values"].get("service_at_location_id")
        return one["id"] in self.rows.get(one["table"], ()) or (
            one["table"] == "schedules" and link in self.rows["service_at_location"]
        )


def protected(read: Read) -> Protected:
    """Look once for all that is protected.

    Parameters
    ----------
    read
        Gives columns of a table: :func:`of_sql` or :func:`of_tables`.

    Notes
    -----
    An actor is protected by its own place; one that has none, by that of its services.
    """
    places = read("locations", "id", "precision", "address")
    hidden = {one for one, precision, _ in places if precision == "hidden"}
    asked = {
        row
        for row, state, sort in read("proposals", "row_id", "state", "sort")
        if state == "open" and sort == HIDE
    }
    secret = hidden | asked
    if not secret:
        return Protected({"service_at_location": frozenset()}, (), ())
    links = read("service_at_location", "id", "service_id", "location_id")
    links = [one for one in links if one[2] in secret]
    at = {service for _, service, _ in links}
    services = [one for one in read("services", "id", "name", "organization_id") if one[0] in at]
    offering = {actor for *_, actor in services}
    actors = [
        one
        for one in read("organizations", "id", "name", "location_id")
        if one[2] in secret or (one[2] is None and one[0] in offering)
    ]
    here = {one for one, *_ in links}
    times = read("schedules", "id", "service_at_location_id")
    rows = {
        "locations": secret,
        "service_at_location": here,
        "services": at,
        "organizations": {one for one, *_ in actors},
        "assets": {one for one, place in read("assets", "id", "location_id") if place in secret},
        "schedules": {one for one, link in times if link in here},
    }
    names = [name for _, name, _ in services]
    names += [name for _, name, place in actors if place in secret]
    return Protected(
        {table: frozenset(ids) for table, ids in rows.items()},
        tuple(names),
        tuple(address for one, _, address in places if one in asked and address),
    )
