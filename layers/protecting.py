"""What becomes protected: new identifiers, and no text that tells where it is.

An old identifier can be made of street and coordinates, or be that of an object on a public map.
House numbers are few, so whoever has an older export could try them all. A service at the place
gets an identifier made by chance where its own was made of its content; what is named after it
follows.
"""

from __future__ import annotations

import json
import re
import secrets
from types import MappingProxyType
from typing import Any, Final

from layers import addresses, telling
from layers.atlas import Writer

_MADE = re.compile(r"^(.*)-[0-9a-f]{10}(-\d+)?$")  # as the import makes them
# of the rows at a hidden place: what goes whatever it says, and what goes where it tells
_TEXTS: Final = MappingProxyType(
    {
        "services": (("extra", "description"), ("cost",)),
        "organizations": (("extra", "description"), ("alternate_name", "url", "public_contact")),
        "assets": (("extra", "description"), ("public_contact",)),
        "schedules": (("extra",), ("opening_hours", "source_text")),
    }
)
_MAPPED = re.compile(r"^osm-(node|way|relation)-\d+$")  # anybody can look up where that is
_NAMED_AFTER = ("service_at_location", "locations", "schedules", "service_languages")


def rename_made(writer: Writer, location_id: str) -> str:
    """Rename the services at a place, and what is named after them; give the place's new name.

    Parameters
    ----------
    writer
        The transaction in which the place becomes hidden, before it does.
    location_id
        The place.
    """
    place = location_id
    for (service,) in writer.ask(
        "SELECT service_id FROM service_at_location WHERE location_id = ?", (location_id,)
    ):
        made, mapped = _MADE.match(service), _MAPPED.match(service)
        if made is None and mapped is None:
            continue
        new = f"{made[1] if made else 'osm'}-{secrets.token_hex(5)}"
        parts = "[:-]" if mapped else ":"
        renamed = {service: new}
        writer.rename("services", service, new)
        for table in _NAMED_AFTER:
            for one in sorted(writer.ids(table)):
                follows = re.sub(
                    rf"^((?:service:)?){re.escape(service)}(?=$|{parts})", rf"\g<1>{new}", one
                )
                if follows != one:
                    writer.rename(table, one, follows)
                    renamed[one] = follows
        _follow_in_proposals(writer, renamed)
        place = renamed.get(place, place)
    return place


def empty_texts(writer: Writer, location_id: str, address: str | None) -> None:
    """Empty the texts of all rows at a place that became hidden, as they are now.

    What was written since somebody asked to hide it goes as well.

    Parameters
    ----------
    writer
        The transaction in which the place became hidden.
    location_id
        The place.
    address
        The address that it had.
    """
    read = telling.of_sql(writer.ask)
    links = {
        link: service
        for link, service, place in read("service_at_location", "id", "service_id", "location_id")
        if place == location_id
    }
    for table, (always, told) in _TEXTS.items():
        columns = [*always, *told]
        here = {"services": "id", "schedules": "service_at_location_id"}.get(table, "location_id")
        at = {"services": set(links.values()), "schedules": set(links)}.get(table, {location_id})
        for row, where, version, *cells in read(table, "id", here, "row_version", *columns):
            if where not in at:
                continue
            gone = {
                name: None
                for name, cell in zip(columns, cells, strict=True)
                if cell is not None and (name in always or addresses.tells(cell, address))
            }
            if gone:
                writer.update(table, row, gone, seen=version)


def _follow_in_proposals(writer: Writer, renamed: dict[str, str]) -> None:
    """Let open proposals speak of the rows by their new names."""

    def followed(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
        if isinstance(value, dict):
            return {name: followed(each) for name, each in value.items()}
        if isinstance(value, list):
            return [followed(each) for each in value]
        return renamed.get(value, value) if isinstance(value, str) else value

    for name, version, said in writer.ask(
        "SELECT id, row_version, operations FROM proposals WHERE state = 'open'"
    ):
        before = json.loads(said)
        after = followed(before)
        if after != before:
            writer.update("proposals", name, {"operations": after}, seen=version)
