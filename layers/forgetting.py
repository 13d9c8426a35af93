"""Forgetting a place that became hidden or rougher, in all that was kept of it and of its rows.

History, proposals, names of changes and what other sources say: none may tell it any more.
"""

# ruff: noqa: S608 - names of tables and columns come from layers.schema, values are bound
from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

from layers import schema, telling

Keys = set[tuple[str, str]]  # table and identifier
_AT_A_PLACE: Final = ("organizations", "assets")
_NAMED: Final = ("services", *_AT_A_PLACE)  # their name is no address: a form and a file see to it
# what another source may tell of a row at a place; of the place itself it goes altogether
_MAY_TELL: Final = ("extra", *sorted(telling.TEXTS))
_TELL_NOTHING: Final = frozenset({"yes_no", "int", "number", "date", "code", "codes"})
_OF_THE_ROW: Final = frozenset({"says_who", "date_checked"})
_HOURS: Final = re.compile(
    r"(?:\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    r"|week|off|closed|open)\b|[\d\s:;,+/|()\[\]-])*"
)


def forget(db: sqlite3.Connection, places: Iterable[str]) -> None:
    """Empty what history and proposals hold about places and about the rows that are there."""
    rows: Keys = set()
    for place in sorted(places):
        rows |= _about(db, place)
    rows |= _statements_gone(db, rows)
    _empty_proposals(db, rows)
    _name_anew(db, rows)
    db.executemany(
        "UPDATE history SET before = NULL, after = NULL WHERE table_name = ? AND row_id = ?",
        sorted(rows),
    )


def forget_alike(db: sqlite3.Connection) -> bool:
    """Empty the open candidates that are named like something protected; tell whether any was."""
    waiting = db.execute(
        "SELECT id, name FROM proposals WHERE state = 'open' AND source = 'open_street_map'"
        " AND name IS NOT NULL"
    ).fetchall()
    if not waiting:
        return False
    here = telling.protected(telling.of_sql(lambda sql: db.execute(sql).fetchall()))
    alike = here.alike(dict(waiting))
    for one in alike:
        _empty(db, one)
    return bool(alike)


def _about(db: sqlite3.Connection, place: str) -> Keys:
    """Give a place, what is there, where these were before, and the rows made one with them."""
    rows = {("locations", place)}
    for table in _AT_A_PLACE:
        found = db.execute(f'SELECT id FROM "{table}" WHERE location_id = ?', (place,))
        rows |= {(table, one) for (one,) in found}
    links = db.execute(
        "SELECT id, service_id FROM service_at_location WHERE location_id = ?", (place,)
    ).fetchall()
    former: list[tuple[str | None]] = []
    for link, service in links:
        rows |= {("service_at_location", link), ("services", service)}
        times = db.execute(
            "SELECT id FROM schedules WHERE service_at_location_id = ? UNION SELECT row_id FROM"
            " history WHERE table_name = 'schedules'"
            " AND json_extract(before, '$.service_at_location_id') = ?",
            (link, link),
        )
        rows |= {("schedules", one) for (one,) in times}
        # where it was before, under another identifier
        former += db.execute(
            "SELECT json_extract(before, '$.location_id') FROM history WHERE table_name ="
            " 'service_at_location' AND json_extract(before, '$.service_id') = ?",
            (service,),
        ).fetchall()
    for table, row_id in rows:
        if table in _AT_A_PLACE:
            former += db.execute(
                "SELECT json_extract(before, '$.location_id') FROM history"
                " WHERE table_name = ? AND row_id = ?",
                (table, row_id),
            ).fetchall()
    rows |= {("locations", one) for (one,) in former if one}
    for table, row_id in sorted(rows):  # and the rows that were made one with these
        rows |= set(
            db.execute(
                "SELECT h.table_name, h.row_id FROM history h JOIN revisions r"
                " ON r.id = h.revision_id WHERE r.kind = 'merge' AND h.action = 'delete'"
                " AND h.revision_id IN (SELECT revision_id FROM history"
                " WHERE table_name = ? AND row_id = ?)",
                (table, row_id),
            ).fetchall()
        )
    return rows


def _statements_gone(db: sqlite3.Connection, rows: Keys) -> Keys:
    """Remove what other sources say of a place, and name the removed for the history."""
    told = ", ".join("?" * len(_MAY_TELL))
    gone: Keys = set()
    for table, row_id in rows:
        where = "table_name = ? AND row_id = ?"
        values: tuple[str, ...] = (table, row_id)
        if table != "locations":
            where, values = f"{where} AND attribute IN ({told})", (*values, *_MAY_TELL)
        found = db.execute(f"SELECT id FROM statements WHERE {where}", values).fetchall()
        gone |= {("statements", one) for (one,) in found}
        db.execute(f"DELETE FROM statements WHERE {where}", values)
    return gone


def _empty_proposals(db: sqlite3.Connection, rows: Keys) -> None:
    """Empty the proposals about rows, but for open answers that can tell no place."""
    for one, source, state, table, row_id, text in db.execute(
        "SELECT id, source, state, table_name, row_id, operations FROM proposals"
    ).fetchall():
        said = json.loads(text)
        about = {(table, row_id), *((each["table"], each["id"]) for each in said)}
        if not about & rows:
            continue
        kept = None
        if (state, source) == ("open", "organization"):
            kept = _still_said(db, said)
        if kept is None:
            _empty(db, one)
        else:
            db.execute(
                "UPDATE proposals SET operations = ?, note = NULL, name = ?,"
                " row_version = row_version + 1 WHERE id = ?",
                (json.dumps(kept, ensure_ascii=False), _name(db, table, row_id), one),
            )


def _empty(db: sqlite3.Connection, proposal: str) -> None:
    """Leave of a proposal that there was one.

    The name of a candidate says which object of the map it is, so it names no row here any more.
    """
    db.execute(
        "UPDATE proposals SET operations = '[]', note = NULL, name = NULL,"
        " row_id = CASE source WHEN 'organization' THEN row_id END,"
        " state = CASE state WHEN 'open' THEN 'superseded' ELSE state END,"
        " row_version = row_version + 1 WHERE id = ?",
        (proposal,),
    )


def _still_said(
    db: sqlite3.Connection, said: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]] | None:
    """Bring operations to the rows as they are now; ``None`` where they tell, or do not fit."""
    kept = []
    for one in said:
        seen = one["seen"]
        if not _tells_nothing(one):
            return None
        if one["action"] != "insert" and (seen := _seen_now(db, one)) is None:
            return None
        kept.append({**one, "seen": seen})
    return kept


def _tells_nothing(one: Mapping[str, Any]) -> bool:
    """Tell whether an operation writes no place, no name and no free text."""
    if one["table"] == "locations" and set(one["values"]) - _OF_THE_ROW != {"step_free"}:
        return False
    columns = {column.name: column for column in schema.TABLES[one["table"]].columns}
    for name, value in one["values"].items():
        if value is None or name in _OF_THE_ROW or name == "language":
            continue
        if one["table"] == "schedules" and name in ("opening_hours", "source_text"):
            if not _HOURS.fullmatch(value):
                return False
        elif name not in columns or not (columns[name].type in _TELL_NOTHING or columns[name].of):
            return False
    return True


def _seen_now(db: sqlite3.Connection, one: Mapping[str, Any]) -> int | None:
    """Give the version of a row; ``None`` where the same columns were changed since it was seen.

    The history that would say so later is about to be emptied.
    """
    found = db.execute(
        f'SELECT row_version FROM "{schema.TABLES[one["table"]].name}" WHERE id = ?', (one["id"],)
    ).fetchone()
    if found is None or one["seen"] is None:
        return None
    mine = set(one["values"]) - _OF_THE_ROW
    steps = db.execute(
        "SELECT before, after FROM history WHERE table_name = ? AND row_id = ? AND version > ?",
        (one["table"], one["id"], one["seen"]),
    ).fetchall()
    if len(steps) < found[0] - one["seen"]:
        return None
    for before, after in steps:
        if before is None or after is None:
            return None
        was, became = json.loads(before), json.loads(after)
        if mine & {name for name in became if became[name] != was.get(name)}:
            return None
    return int(found[0])


def _name_anew(db: sqlite3.Connection, rows: Keys) -> None:
    """Call changes by what their row is called now; what was at the place, by nothing."""
    names = set(
        db.execute("SELECT id FROM revisions WHERE json_extract(about, '$.name') IS NOT NULL")
    )
    changed = {
        revision
        for row in rows
        for revision in db.execute(
            "SELECT DISTINCT revision_id FROM history WHERE table_name = ? AND row_id = ?", row
        )
    }
    for (one,) in names:
        (text,) = db.execute("SELECT about FROM revisions WHERE id = ?", (one,)).fetchone()
        about = json.loads(text)
        row = (about.get("table"), about.get("row"))
        if row not in rows and (one,) not in changed:
            continue
        if (name := _name(db, *row)) is None:
            del about["name"]
        else:
            about["name"] = name
        db.execute(
            "UPDATE revisions SET about = ?, row_version = row_version + 1 WHERE id = ?",
            (json.dumps(about, ensure_ascii=False), one),
        )


def _name(db: sqlite3.Connection, table: str | None, row_id: str | None) -> str | None:
    """Give the name of a service, actor or asset as it is now."""
    if table not in _NAMED:
        return None
    found = db.execute(f'SELECT name FROM "{table}" WHERE id = ?', (row_id,)).fetchone()
    return None if found is None else str(found[0])
