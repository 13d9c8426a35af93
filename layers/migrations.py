"""Steps from one schema version of the atlas to the next, each tried on a file of the old one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from layers import gpkg, schema
from layers.errors import LayerError


def _history(db: sqlite3.Connection) -> None:
    """Add history, proposals, invitations and statements; say of ties which end said so."""
    for name in ("statements", "not_same", "revisions", "history", "invitations", "proposals"):
        _add(db, name)
    for table_name, column, kind in (
        ("ties", "from_confirmed_on", "DATE"),
        ("ties", "to_confirmed_on", "DATE"),
        ("imports", "choices", "TEXT"),
        ("imports", "undone_on", "DATE"),
        ("imports", "row_version", "INTEGER"),
    ):
        db.execute(f'ALTER TABLE "{table_name}" ADD COLUMN "{column}" {kind}')
    db.execute("UPDATE imports SET row_version = 1")


def _sessions(db: sqlite3.Connection) -> None:
    """Say of past sessions for whom, by whom and in which campaign; add counts of their answers."""
    for column, kind in (
        ("audience_code", "TEXT"),
        ("organizer", "TEXT"),
        ("campaign", "TEXT"),
        ("sessions_held", "INTEGER"),
        ("asked", "TEXT"),
        ("codebook", "TEXT"),
    ):
        db.execute(f'ALTER TABLE "sessions" ADD COLUMN "{column}" {kind}')
    _add(db, "session_counts")


def _personas(db: sqlite3.Connection) -> None:
    """Keep the people that are asked for."""
    _add(db, "personas")


def _judgements(db: sqlite3.Connection) -> None:
    """Say of actors what may be said of them outside; keep judgements, replies and scenarios."""
    for name in ("standings", "towers", "ratings", "bans", "replies", "scenarios"):
        _add(db, name)
    for table_name, column, kind in (
        ("organizations", "consent_shared", "BOOLEAN"),
        ("organizations", "at_risk", "BOOLEAN"),
        ("ties", "cooperation", "TEXT"),
        ("bodies", "sectors", "TEXT"),
    ):
        db.execute(f'ALTER TABLE "{table_name}" ADD COLUMN "{column}" {kind}')


def _add(db: sqlite3.Connection, name: str) -> None:
    table = schema.TABLES[name]
    db.execute(schema.create_sql(table))
    gpkg.register(db, table.name, about=table.about)


# STEPS[n] takes a file from version n to n + 1, inside one transaction
STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _history,
    2: _sessions,
    3: _personas,
    4: _judgements,
}


def migrate(db: sqlite3.Connection) -> None:
    """Bring an open atlas to the present schema version; all steps, or none.

    Raises
    ------
    LayerError
        ``atlas_too_new`` if a later version of the application wrote it.
    """
    found = db.execute("SELECT value FROM cg_meta WHERE key = 'schema_version'").fetchone()
    version = int(found[0])
    if version > schema.VERSION:
        raise LayerError("atlas_too_new", version=version, ours=schema.VERSION)
    if version == schema.VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, schema.VERSION):
            STEPS[step](db)
        db.execute(
            "UPDATE cg_meta SET value = ? WHERE key = 'schema_version'", (str(schema.VERSION),)
        )
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
