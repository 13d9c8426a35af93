"""The command ``purge``: sessions of the room whose day has come are deleted."""

from __future__ import annotations

import argparse
import sqlite3

from layers import purging
from layers.clock import today
from layers.errors import LayerError
from mapping.commands import answer, answer_json
from mapping.words import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what ``purge`` takes."""
    parser.add_argument("room", nargs="?", metavar="ROOM")
    parser.add_argument("--today-is-right", action="store_true", help=say("cli.purge_right"))
    parser.add_argument("--dry-run", action="store_true", help=say("cli.purge_dry"))


def purge(asked: argparse.Namespace) -> int:
    """Delete what is due in a room and in copies beside it, or say what is."""
    path = purging.room_path(asked.room)
    day = today()
    try:
        done = purging.purge_files(
            path, day, dry_run=asked.dry_run, today_is_right=asked.today_is_right
        )
    except (OSError, sqlite3.Error) as error:
        raise LayerError("folder_unwritable", file=path.name) from error
    doubt = (
        LayerError("clock_doubted", day=day.isoformat(), newest=done.doubted.isoformat())
        if done.doubted
        else None
    )
    if doubt and not asked.dry_run:
        raise doubt
    if asked.json:
        answer_json(
            {
                "room": path.name,
                "day": day.isoformat(),
                "dry_run": asked.dry_run,
                "titles": list(done.titles),
                "answers": done.answers,
                "copies": list(done.copies),
                "stuck": list(done.stuck),
                "doubted": done.doubted.isoformat() if done.doubted else None,
            }
        )
        return 0
    key = "cli.purge_due" if asked.dry_run else "cli.purged"
    answer(say(key, count=len(done.titles)), *(f"- {title}" for title in done.titles))
    if doubt:
        answer(say(f"error.{doubt.code}", **doubt.blanks))
    if done.answers:
        answer(say("cli.purged_answers", count=done.answers))
    answer(*(say("cli.purge_copy", file=name) for name in done.copies))
    answer(*(say("cli.purge_stuck", file=name) for name in done.stuck))
    return 0
