"""Which row of the atlas a row of a file is, where its place must not be read from its name.

An identifier made of street and coordinates can be tried: house numbers are few. So the identifier
of a protected row is made of its name alone, and a row that becomes protected gets another one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from shapely import Point

from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.draft import RowRefused, Source, safe_id

_MADE = re.compile(r"-[0-9a-f]{10}(-\d+)?$")
_PROTECTED = "\x1eprotected"
_CONTENT = ("name", "street", "lat")  # of what identifiers were made at first
_MORE = ("house_number", "zip", "town", "lon")
_CLOSE_DEG = 1e-6  # a tenth of a metre
_OWN = ("service_at_location", "locations", "schedules", "service_languages")


@dataclass(slots=True)
class Identities:
    """Gives services and actors their identifiers, and their places theirs."""

    source: Source
    columns: Columns
    table: str  # services or organizations
    protected: dict[int, str] = field(default_factory=dict)  # place in the file: why
    _names: set[str] = field(default_factory=set)
    _open: set[str] = field(default_factory=set)
    _there: set[str] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)  # identifiers of places
    _links: dict[str, list[str]] = field(default_factory=dict)  # of a service
    _spots: dict[str, list[str]] = field(default_factory=dict)  # of a row of the table
    _made: dict[str, list[str]] = field(default_factory=dict)  # made ids of this file, by name
    _used: Counter[str] = field(default_factory=Counter)  # how many stand at a place
    _own: dict[str, str] = field(default_factory=dict)  # what a row would be called by itself
    _copies: dict[str, list[str]] = field(default_factory=dict)  # made ids here, by the first
    _at: dict[str, tuple[Any, Any]] | None = None  # address and point of places

    def __post_init__(self) -> None:
        self._look()
        for place in range(len(self.source.table.rows)):
            if place in self.protected:
                self._names.add(cells.plain(self._name(place)))
            else:
                self._open.add(self._made_open(place))

    def row(self, place: int) -> str:
        """Give a row its identifier.

        Raises
        ------
        RowRefused
            ``id_twice``, or ``protected_unclear`` where several open rows of the name are here and
            nothing says which of them is protected now.
        """
        source = self.source
        forced = source.forced.get(source.table.numbers[place])
        if forced:
            return self._forced(place, forced)
        said = self.columns.get(source.table.rows[place], "id")
        if forced == "" and self._is_of_another(said):  # a person said that it is not that one
            return source.identifier(None, said, self._name(place), _PROTECTED)
        if said is not None or self.table == "organizations":
            return source.identifier(said, self._name(place))
        if place in self.protected:
            return self._protected(place)
        opened = self._made_open(place)
        there = self._there
        closed = source.made_id(self._name(place), _PROTECTED)
        mine = cells.plain(self._name(place)) not in self._names
        known = closed if opened not in there and mine else opened
        if known in there and known not in source.given:
            source.given.add(known)
            return known
        return source.identifier(None, *self._content(place))

    def _forced(self, place: int, wished: str) -> str:
        """Give a row the identifier of the one it is, unless that one tells a protected place."""
        if wished in self.source.given:
            raise RowRefused("id_twice", column="id")
        own = self._by_itself(place)
        if place in self.protected and _MADE.search(wished):
            first = closed = self._closed(place)
            copy = 2
            while closed != wished and closed in self._there:
                closed, copy = f"{first}-{copy}", copy + 1
            if closed != wished:
                self._rename(wished, closed)
                wished = closed
                self.source.forced[self.source.table.numbers[place]] = closed
        self._own[wished] = own
        self.source.given.add(wished)
        return wished

    def _by_itself(self, place: int) -> str:
        """Give the identifier that an open row would have if it were no row that is here."""
        said = self.columns.get(self.source.table.rows[place], "id")
        if said is not None:
            return safe_id(said)
        if self.table == "organizations":
            return self.source.made_id(self._name(place))
        return self._made_open(place)

    def _closed(self, place: int) -> str:
        """Make the identifier that a protected row has when it is brought again."""
        if self.table == "organizations":  # that of an actor is made of the name alone in any case
            return self.source.made_id(self._name(place))
        return self.source.made_id(self._name(place), _PROTECTED)

    def _is_of_another(self, said: str | None) -> bool:
        """Tell whether an identifier is that of a row here that came with another file."""
        held = self.source.held(self.table)
        files = held.loc[held["id"].eq(safe_id(said or "")), "source_file"]
        return bool(len(files)) and files.iloc[0] != self.source.file

    def spot(self, row_id: str) -> str:
        """Name the place of a row: the one it has for itself, else one that nobody else has."""
        word = "service" if self.table == "services" else "actor"
        mine = self._spots.get(row_id, [])
        if (own := f"{word}:{self._own.get(row_id, row_id)}") in mine and self._used[own] == 1:
            return own  # of several places that of the row that was made one with this
        for one in mine:
            if self._used[one] == 1:
                return one
        first = wished = f"{word}:{row_id}"
        copy = 2
        while wished in self._taken:
            wished, copy = f"{first}-{copy}", copy + 1
        return wished

    def spots(self, row_id: str) -> list[str]:
        """Name all places of a row, also those that others share."""
        return self._spots.get(row_id, [])

    def link(self, row_id: str) -> str:
        """Name the link of a service to its place: the one it has, else one like the service."""
        mine = self._links.get(row_id, [])
        if (own := self._own.get(row_id)) in mine:
            return str(own)
        return mine[0] if len(mine) == 1 else row_id

    def _look(self) -> None:
        """Look once at what is held, not once a row."""
        links = self.source.held("service_at_location")
        homes = self.source.held("organizations").dropna(subset="location_id")
        mine = self.source.held(self.table)
        self._there = {*mine["id"]}
        self._taken = {*self.source.held("locations")["id"]}
        self._links, self._spots, self._made = {}, {}, {}
        self._copies, self._at = {}, None
        for one in mine["id"]:
            if found := _MADE.search(one):
                first = one[: found.start(1)] if found[1] else one
                self._copies.setdefault(first, []).append(one)
        for service, link in zip(links["service_id"], links["id"], strict=True):
            self._links.setdefault(service, []).append(link)
        key, rows = ("service_id", links) if self.table == "services" else ("id", homes)
        for one, place in zip(rows[key], rows["location_id"], strict=True):
            self._spots.setdefault(one, []).append(place)
        self._used = Counter([*links["location_id"], *homes["location_id"]])
        if self.protected:
            known = mine[mine["source_file"].eq(self.source.file).fillna(value=False)]
            for one, name in zip(known["id"], known["name"], strict=True):
                if _MADE.search(one):
                    self._made.setdefault(cells.plain(name), []).append(one)

    def _name(self, place: int) -> str:
        row, number = self.source.table.rows[place], self.source.table.numbers[place]
        return self.columns.get(row, "name") or f"row {number}"

    def _content(self, place: int) -> tuple[str | None, ...]:
        row = self.source.table.rows[place]
        first = tuple(self.columns.get(row, name) for name in _CONTENT)
        more = tuple(self.columns.get(row, name) for name in _MORE)
        return first + more if any(more) else first

    def _made_open(self, place: int) -> str:
        """Give the identifier of an open row: the one that an earlier version made, if it fits."""
        content = self._content(place)
        made = self.source.made_id(*content)
        if made in self._there:
            return made
        before = self._copies.get(self.source.made_id(*content[: len(_CONTENT)]), ())
        fits = (one for one in before if one not in self.source.given and self._is_at(place, one))
        return next(fits, made)

    def _is_at(self, place: int, row_id: str) -> bool:
        """Tell whether a row here is at the house and the length of degree that a row names."""
        if self._at is None:
            held = self.source.held("locations")
            self._at = dict(
                zip(held["id"], zip(held["address"], held["geometry"], strict=True), strict=True)
            )
        row = self.source.table.rows[place]
        try:
            lon = cells.number(self.columns.get(row, "lon"))
        except ValueError:
            lon = None
        wanted = cells.plain(address(self.columns, row) or "")
        for spot in self._spots.get(row_id, ()):
            there, shape = self._at[spot]
            if wanted and isinstance(there, str) and cells.plain(there) != wanted:
                return False
            if lon is not None and isinstance(shape, Point) and abs(shape.x - lon) > _CLOSE_DEG:
                return False
        return True

    def _protected(self, place: int) -> str:
        source, there = self.source, self._there
        first = wished = source.made_id(self._name(place), _PROTECTED)
        opened, copy = self._made_open(place), 2
        while wished in source.given or (opened in there and wished in there):
            wished, copy = f"{first}-{copy}", copy + 1
        if opened in there:
            self._rename(opened, wished)
        elif wished not in there:
            alike = [
                one
                for one in self._made.get(cells.plain(self._name(place)), ())
                if one not in self._open and not one.startswith(first)
            ]
            if len(alike) > 1:
                raise RowRefused("protected_unclear", column="id")
            if alike:
                self._rename(alike[0], wished)
        source.given.add(wished)
        return wished

    def _rename(self, old: str, new: str) -> None:
        self.source.rename(self.table, old, new)
        for table in _OWN:
            for one in self.source.held(table)["id"].tolist():
                changed = re.sub(
                    rf"^((?:service:|actor:)?){re.escape(old)}(?=$|:)", rf"\g<1>{new}", one
                )
                if changed != one:
                    self.source.rename(table, one, changed)
        self._look()


def address(columns: Columns, row: list[str | None]) -> str | None:
    """Write street, number, post code and town in one line."""
    street = " ".join(filter(None, (columns.get(row, "street"), columns.get(row, "house_number"))))
    town = " ".join(filter(None, (columns.get(row, "zip"), columns.get(row, "town"))))
    return ", ".join(filter(None, (street, town))) or None
