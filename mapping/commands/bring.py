"""The command ``add``: a file into an atlas, whole or with a list of what was not taken."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from layers.importing import importer
from layers.importing.importer import Plan
from mapping import sheets
from mapping.commands import answer, answer_json, bring_choices, opened, progress
from mapping.words import say

SOME_REJECTED = 1
SHOWN = 10  # words, and rows, that are named one by one
SHOWN_CHOICES = 6


def add(asked: argparse.Namespace) -> int:
    """Bring a file in; the command is the confirmation, ``--dry-run`` only shows."""
    atlas = opened(asked.atlas)
    path = Path(asked.file)
    options = bring_choices.options(asked)
    with progress.watched() as watch:
        plan = importer.prepare(atlas, path, kind=asked.kind, options=options, watch=watch)
        name = None
        if not asked.dry_run:
            name = importer.carry_out(
                atlas, plan, licence=asked.licence, who=asked.who or "", watch=watch
            )
    listed = _list_rejected(path, plan) if plan.rejected and not asked.dry_run else None
    if asked.json:
        answer_json(_as_json(plan, name, listed, dry_run=asked.dry_run))
    else:
        answer(*_as_text(plan, name, listed, dry_run=asked.dry_run))
    return SOME_REJECTED if plan.rejected else 0


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
        "part": plan.options.part,
        "remembered": plan.remembered,
        "columns": [
            {
                "name": one.name,
                "field": one.field,
                "how": one.how,
                "filled": one.filled,
                "examples": list(one.examples),
            }
            for one in plan.columns
        ],
        "values_unknown": [
            {
                "field": one.field,
                "text": one.text,
                "rows": one.rows,
                "choices": list(one.choices),
            }
            for one in plan.values
            if one.code is None
        ],
        "likely": [
            {
                "row": one.row,
                "name": one.name,
                "id": one.id,
                "their_name": one.their_name,
                "score": one.score,
                "why": list(one.why),
                "taken": one.taken,
            }
            for one in plan.likely
        ],
        "proposals": plan.proposals,
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
    lines += _to_look_at(plan)
    if dry_run:
        lines += [
            say("cli.rejected_dry", row=one["row"], reason=one["reason"], remedy=one["remedy"])
            for one in sheets.rejected_rows(plan.rejected)
        ]
        lines.append(say("cli.would_add"))
    elif plan.proposals and name is not None:
        lines.append(say("cli.proposed", count=plan.proposals))
    elif name is None:
        lines.append(say("cli.nothing_new"))
    if listed is not None:
        lines.append(say("cli.rejected", file=str(listed)))
    return lines


def _to_look_at(plan: Plan) -> list[str]:
    """Name words that are not understood and rows that may be here, the first few of each."""
    lines = []
    strange = [one for one in plan.values if one.code is None]
    for one in strange[:SHOWN]:
        choices = ", ".join(one.choices[:SHOWN_CHOICES])
        lines.append(
            say("cli.value_unknown", field=one.field, text=one.text, rows=one.rows, choices=choices)
        )
    asked = [one for one in plan.likely if not one.taken]
    lines += [say("cli.likely", row=one.row, id=one.id, score=one.score) for one in asked[:SHOWN]]
    more = max(0, len(strange) - SHOWN) + max(0, len(asked) - SHOWN)
    return [*lines, say("cli.more", count=more)] if more else lines
