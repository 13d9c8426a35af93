"""New identifiers for what becomes protected: an old one can be made of street and coordinates.

House numbers are few, so whoever has an older export could try them all. A service at the place
gets an identifier made by chance where its own was made of its content; what is named after it
follows.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from layers.atlas import Writer

_MADE = re.compile(r"^(.*)-[0-9a-f]{10}(-\d+)?$")  # as the import makes them
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
        made = _MADE.match(service)
        if made is None:
            continue
        new = f"{made[1]}-{secrets.token_hex(5)}"
        renamed = {service: new}
        writer.rename("services", service, new)
        for table in _NAMED_AFTER:
            for one in sorted(writer.ids(table)):
                follows = re.sub(
                    rf"^((?:service:)?){re.escape(service)}(?=$|:)", rf"\g<1>{new}", one
                )
                if follows != one:
                    writer.rename(table, one, follows)
                    renamed[one] = follows
        _follow_in_proposals(writer, renamed)
        place = renamed.get(place, place)
    return place


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
