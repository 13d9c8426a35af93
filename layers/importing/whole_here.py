"""Who is at a hidden place here: whatever a file says of them, it must not show where that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from layers.importing import cells
from layers.importing.draft import Record, RowRefused
from layers.importing.whole_rows import Row, Whole

Held = Callable[[str], pd.DataFrame]
AT_A_PLACE = ("organizations", "assets")
_AT_HIDDEN = ("services", *AT_A_PLACE)


@dataclass(frozen=True, slots=True)
class Here:
    """Places that are here, who is there, and who is at a hidden one."""

    hidden: frozenset[str]
    visible: frozenset[str]
    addresses: Mapping[str, str]
    there: Mapping[str, list[tuple[str, str]]]  # by place: table and identifier
    links: Mapping[str, tuple[str, str]]  # by identifier: service and place
    guests: frozenset[tuple[str, str]]  # table and identifier of who is at a hidden place
    _names: frozenset[tuple[str, str]]  # the same by name: older exports call them otherwise
    _called: Mapping[tuple[str, str], str]  # names of all rows, by table and identifier

    def is_guest(self, table: str, record: Record) -> bool:
        """Tell whether a row is at a hidden place here, by its identifier or else by its name.

        A row that is here under this name, and at no hidden place, only shares the name.
        """
        key = (table, str(record["id"]))
        if key in self.guests:
            return True
        name = cells.plain(str(record.get("name")))
        return (table, name) in self._names and self._called.get(key) != name


def who_is_hidden(held: Held) -> Here:
    """Look up the hidden places of the atlas, and who is there."""
    places, links = held("locations"), held("service_at_location")
    hidden = frozenset(places.loc[places["precision"] == "hidden", "id"])
    pairs = list(zip(links["service_id"], links["location_id"], strict=True))
    there: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for service, place in pairs:
        there[place].append(("services", service))
    called: dict[tuple[str, str], str] = {}
    for table in _AT_HIDDEN:
        rows = held(table)
        names = (cells.plain(str(name)) for name in rows["name"])
        called |= {(table, one): name for one, name in zip(rows["id"], names, strict=True)}
        if table in AT_A_PLACE:
            for one, place in zip(rows["id"], rows["location_id"], strict=True):
                if not pd.isna(place):
                    there[place].append((table, one))
    guests = frozenset(one for place in hidden for one in there[place])
    known = places[places["address"].notna()]
    return Here(
        hidden=hidden,
        visible=frozenset(places["id"]) - hidden,
        addresses=dict(zip(known["id"], known["address"], strict=True)),
        there=there,
        links=dict(zip(links["id"], pairs, strict=True)),
        guests=guests,
        _names=frozenset((one[0], called[one]) for one in guests if one in called),
        _called=called,
    )


def keep_where_they_are(whole: Whole, here: Here) -> set[str]:
    """Keep who is at a hidden place from getting another one that would show it.

    Returns
    -------
    secret
        Places of the file that nobody knows here and where somebody is who is hidden here.
    """
    services = {str(row.record["id"]): row.record for row in whole.of("services")}

    def is_hidden(link: Record) -> bool:
        service = str(link["service_id"])
        return here.is_guest("services", services.get(service, {"id": service}))

    mine = [link.record for link in whole.of("service_at_location") if is_hidden(link.record)]
    secret = {str(link["location_id"]) for link in mine}
    known = set(here.links.values())

    def stays(row: Row) -> None:
        pair = (str(row.record["service_id"]), str(row.record["location_id"]))
        before = here.links.get(str(row.record["id"]), pair)
        moves = before != pair and before[1] in here.hidden
        shows = pair not in known and pair[1] in here.visible and is_hidden(row.record)
        if moves or shows:
            raise RowRefused("stays_hidden", column="location_id")

    whole.keep("service_at_location", stays)
    at = {one: place for place in here.hidden for one in here.there.get(place, ())}
    for table, row in _placed(whole, here):
        place, before = str(row.record["location_id"]), at.get((table, str(row.record["id"])))
        if place != before:
            secret.add(place)
        if before not in (None, place) or place in here.visible:
            row.record["location_id"] = None
            whole.kept.add(before or place)
    return secret - here.visible - here.hidden


def _placed(whole: Whole, here: Here) -> Iterator[tuple[str, Row]]:
    """Give the actors and assets of a file that have a place there, and are hidden here."""
    for table in AT_A_PLACE:
        for row in whole.of(table):
            if row.record.get("location_id") is not None and here.is_guest(table, row.record):
                yield table, row
