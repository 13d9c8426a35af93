"""Commands that make, copy and give out an atlas."""

from __future__ import annotations

import argparse
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from layers import atlas as atlas_store
from layers import exporting, hours
from layers.clock import today
from layers.errors import LayerError
from mapping import out
from mapping.commands import a_file, answer, answer_json, opened, progress
from mapping.words import say


def new(asked: argparse.Namespace) -> int:
    """Make an empty atlas, or the invented city."""
    path = a_file(asked.atlas)
    try:
        if asked.sample or asked.twin:
            # here, because the invented city is only needed here
            from sample_data.make import make_city  # noqa: PLC0415

            made = make_city(path, twin=asked.twin)
        else:
            _check_place(asked.country, asked.timezone)
            name = asked.name or re.sub(r"[_\s-]+", " ", path.stem).strip().title()
            made = atlas_store.create(
                path, name=name, country=asked.country.upper(), timezone=asked.timezone
            )
    except OSError as error:
        raise LayerError("folder_unwritable", file=path.name) from error
    facts = made.meta()
    if asked.json:
        answer_json(
            {"atlas": path.name, "name": facts["name"], "invented": facts["invented"] == "1"}
        )
    else:
        answer(say("cli.made", file=path.name, name=facts["name"]))
    return 0


def _check_place(country: str, timezone: str) -> None:
    """Refuse a country or zone that opening hours could not be read with."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise LayerError("timezone_unknown", timezone=timezone) from error
    if country:
        hours.typical_week(today(), country=country.upper())


def export(asked: argparse.Namespace) -> int:
    """Write what may leave into a folder."""
    atlas = opened(asked.atlas)
    what = exporting.leaving(atlas, to=asked.to)
    with progress.watched() as watch:
        done = exporting.export(atlas, asked.folder, to=asked.to, look=out.look(), watch=watch)
    if asked.json:
        answer_json(
            {
                "to": asked.to,
                "files": list(done.files),
                "rows": done.rows,
                "withheld": done.withheld,
                "counts_withheld": what.small,
            }
        )
        return 0
    answer(say("cli.exported", count=len(done.files), folder=asked.folder))
    if held := sum(done.withheld.values()):
        answer(say("cli.withheld", count=held))
    answer(*(f"- {why}: {count}" for why, count in out.reasons(what)))
    return 0


def backup(asked: argparse.Namespace) -> int:
    """Copy an atlas while others use it."""
    target = a_file(asked.file)
    try:
        opened(asked.atlas).backup(target)
    except OSError as error:
        raise LayerError("folder_unwritable", file=target.name) from error
    answer(say("cli.backed_up", file=asked.file))
    return 0


def restore(asked: argparse.Namespace) -> int:
    """Put a backup in the place of an atlas."""
    path = a_file(asked.atlas)
    was_there = path.exists()
    atlas_store.restore(a_file(asked.file), path)
    if was_there:
        answer(say("cli.restored", file=asked.atlas, before=f"{path.name}.before"))
    else:
        answer(say("cli.restored_new", file=asked.atlas))
    return 0
