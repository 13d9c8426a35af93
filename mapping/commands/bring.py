"""The command ``add``: a file into an atlas, whole or with a list of what was not taken."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from layers.errors import LayerError
from layers.importing import cells, importer
from layers.importing.draft import Options
from layers.importing.importer import Plan
from mapping import sheets
from mapping.commands import answer, answer_json, opened
from mapping.words import say

SOME_REJECTED = 1


def add(asked: argparse.Namespace) -> int:
    """Bring a file in; the command is the confirmation, ``--dry-run`` only shows."""
    atlas = opened(asked.atlas)
    path = Path(asked.file)
    options = Options(
        key=asked.key, category=asked.category, crs=asked.crs, counted_on=_day(asked.date)
    )
    plan = importer.prepare(atlas, path, kind=asked.kind, options=options)
    name = None if asked.dry_run else importer.carry_out(atlas, plan, licence=asked.licence)
    listed = _list_rejected(path, plan) if plan.rejected and not asked.dry_run else None
    if asked.json:
        answer_json(_as_json(plan, name, listed, dry_run=asked.dry_run))
    else:
        answer(*_as_text(plan, name, listed, dry_run=asked.dry_run))
    return SOME_REJECTED if plan.rejected else 0


def _day(text: str | None) -> Any:  # noqa: ANN401 - a day or nothing
    try:
        return cells.day(text)
    except ValueError as error:
        raise LayerError("day_unreadable", day=str(text)) from error


def _list_rejected(path: Path, plan: Plan) -> Path:
    """Write the list beside the file; where nobody may write there, here, else in a new folder."""
    text = sheets.rejected_csv(plan.rejected)
    name = f"{path.name}.rejected.csv"
    for folder in (path.parent, Path.cwd()):
        try:
            (folder / name).write_text(text, encoding="utf-8-sig", newline="")
        except OSError:
            continue
        return folder / name
    last = Path(tempfile.mkdtemp()) / name
    last.write_text(text, encoding="utf-8-sig", newline="")
    return last


def _as_json(plan: Plan, name: str | None, listed: Path | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "file": plan.file,
        "kind": plan.kind,
        "format": plan.format,
        "dry_run": dry_run,
        "written": name is not None,
        "import_id": name,
        "rows": plan.rows,
        "accepted": plan.accepted,
        "new": plan.compared.new,
        "changed": plan.compared.changed,
        "same": plan.compared.same,
        "rejected": sheets.rejected_rows(plan.rejected),
        "rejected_file": None if listed is None else str(listed),
        "joined": {key: value for key, value in plan.joined.items() if key != "mapping"} or None,
        "mapping": plan.joined.get("mapping", {}),
        "notes": [{"code": one.code, "text": sheets.note(one), **one.values} for one in plan.notes],
    }


def _as_text(plan: Plan, name: str | None, listed: Path | None, *, dry_run: bool) -> list[str]:
    compared = plan.compared
    lines = [
        say(
            "cli.added",
            file=plan.file,
            kind=plan.kind,
            rows=plan.rows,
            accepted=plan.accepted,
            new=compared.new,
            changed=compared.changed,
            same=compared.same,
            rejected=plan.rows - plan.accepted,
        )
    ]
    if "matched" in plan.joined:
        lines.append(
            say(
                "cli.joined",
                matched=plan.joined["matched"],
                key=plan.joined["key"],
                without=plan.joined["rows_without_area"],
                empty=len(plan.joined["areas_without_row"]),
            )
        )
    lines += [f"- {sheets.note(one)}" for one in plan.notes]
    if dry_run:
        lines += [
            say("cli.rejected_dry", row=one["row"], reason=one["reason"], remedy=one["remedy"])
            for one in sheets.rejected_rows(plan.rejected)
        ]
        lines.append(say("cli.would_add"))
    elif name is None:
        lines.append(say("cli.nothing_new"))
    if listed is not None:
        lines.append(say("cli.rejected", file=str(listed)))
    return lines
