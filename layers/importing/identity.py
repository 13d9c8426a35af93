"""Which row of the atlas a row of a file is, where its place must not be read from its name.

An identifier made of street and coordinates can be tried: house numbers are few. So the identifier
of a protected row is made of its name alone, and a row that becomes protected gets another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.draft import RowRefused, Source

_MADE = re.compile(r"-[0-9a-f]{10}(-\d+)?$")
_PROTECTED = "\x1eprotected"
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

    def __post_init__(self) -> None:
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
        said = self.columns.get(source.table.rows[place], "id")
        if said is not None or self.table == "organizations":
            return source.identifier(said, self._name(place))
        if place in self.protected:
            return self._protected(place)
        opened = self._made_open(place)
        there = self._ids()
        closed = source.made_id(self._name(place), _PROTECTED)
        mine = cells.plain(self._name(place)) not in self._names
        if opened not in there and closed in there and closed not in source.given and mine:
            source.given.add(closed)
            return closed
        return source.identifier(None, *self._content(place))

    def spot(self, row_id: str) -> str:
        """Name the place of a row: the one it has for itself, else one that nobody else has."""
        links, actors = self.source.held("service_at_location"), self.source.held("organizations")
        if self.table == "services":
            mine = links.loc[links["service_id"] == row_id, "location_id"]
            others = {*links.loc[links["service_id"] != row_id, "location_id"]}
            others |= {*actors["location_id"].dropna()}
        else:
            mine = actors.loc[actors["id"] == row_id, "location_id"].dropna()
            others = {*actors.loc[actors["id"] != row_id, "location_id"].dropna()}
            others |= {*links["location_id"]}
        for one in mine:
            if one not in others:
                return str(one)
        first = wished = f"{'service' if self.table == 'services' else 'actor'}:{row_id}"
        taken, copy = {*self.source.held("locations")["id"]}, 2
        while wished in taken:
            wished, copy = f"{first}-{copy}", copy + 1
        return wished

    def link(self, row_id: str) -> str:
        """Name the link of a service to its place: the one it has, else one like the service."""
        links = self.source.held("service_at_location")
        mine = links.loc[links["service_id"] == row_id, "id"].tolist()
        return str(mine[0]) if len(mine) == 1 else row_id

    def _name(self, place: int) -> str:
        row, number = self.source.table.rows[place], self.source.table.numbers[place]
        return self.columns.get(row, "name") or f"row {number}"

    def _content(self, place: int) -> tuple[str | None, ...]:
        row = self.source.table.rows[place]
        return tuple(self.columns.get(row, name) for name in ("name", "street", "lat"))

    def _made_open(self, place: int) -> str:
        return self.source.made_id(*self._content(place))

    def _ids(self) -> set[str]:
        return {*self.source.held(self.table)["id"]}

    def _protected(self, place: int) -> str:
        source, there = self.source, self._ids()
        first = wished = source.made_id(self._name(place), _PROTECTED)
        opened, copy = self._made_open(place), 2
        while wished in source.given or (opened in there and wished in there):
            wished, copy = f"{first}-{copy}", copy + 1
        if opened in there:
            self._rename(opened, wished)
        elif wished not in there:
            alike = [
                one["id"]
                for one in source.held(self.table).to_dict("records")
                if one["source_file"] == source.file
                and one["id"] not in self._open
                and _MADE.search(one["id"])
                and not one["id"].startswith(first)
                and cells.plain(one["name"]) == cells.plain(self._name(place))
            ]
            if len(alike) > 1:
                raise RowRefused("protected_unclear", column="id")
            if alike:
                self._rename(str(alike[0]), wished)
        source.given.add(wished)
        return wished

    def _rename(self, old: str, new: str) -> None:
        self.source.rename(self.table, old, new)
        for table in _OWN:
            for one in self.source.held(table)["id"].tolist():
                changed = re.sub(rf"^((?:service:)?){re.escape(old)}(?=$|:)", rf"\g<1>{new}", one)
                if changed != one:
                    self.source.rename(table, one, changed)
