"""What an organization answers on its languages, as changes of the rows that list them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import pandas as pd

from layers.changes import Operation
from layers.checking import plain

STAFF: Final = "staff"


def changes(
    rows: pd.DataFrame,
    service_id: str,
    tags: Collection[str],
    *,
    spoken: bool,
    name: Callable[[str], str],
    today: str,
) -> list[Operation]:
    """Make the languages of a service those that were named.

    Parameters
    ----------
    rows
        Table ``service_languages``.
    service_id
        Whose languages.
    tags
        BCP 47 tags that were named.
    spoken
        Whether those were asked for that people who work there speak. Then the level is known, and
        languages of interpreters and of written material stay as they are.
    name
        Makes an identifier of a wished one.
    today
        ISO date of the answer.
    """
    mine = [plain(one) for one in rows[rows["service_id"].eq(service_id)].to_dict("records")]
    said = {"says_who": "provider", "date_checked": today}
    level = {"level": STAFF} if spoken else {}
    made = []
    for one in mine:
        row, seen = str(one["id"]), int(one["row_version"])
        named = one["language"] in tags
        if named and spoken and one["level"] != STAFF:
            made.append(_of(row, "update", {**level, **said}, seen))
        elif not named and not (spoken and one["level"] not in {None, STAFF}):
            made.append(_of(row, "delete", {}, seen))
    there = {one["language"] for one in mine}
    for tag in tags:
        if tag not in there:
            values = {"service_id": service_id, "language": tag, **level, **said}
            made.append(_of(name(f"{service_id}-{tag}"), "insert", values, None))
    return made


def _of(row: str, action: str, values: dict[str, str], seen: int | None) -> Operation:
    return Operation(table="service_languages", id=row, action=action, values=values, seen=seen)
