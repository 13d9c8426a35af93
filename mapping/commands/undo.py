"""The command ``undo``: an import or another change taken back, or the list of them."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from layers import changes
from layers.errors import LayerError
from mapping.commands import answer, answer_json, opened
from mapping.words import say

SHOWN = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what ``undo`` takes."""
    parser.add_argument("atlas", metavar="ATLAS")
    parser.add_argument("change", nargs="?", metavar="IMPORT|CHANGE", help=say("cli.undo_which"))
    parser.add_argument("--keep", action="store_true", help=say("cli.undo_keep"))
    parser.add_argument("--list", action="store_true", help=say("cli.undo_list"))
    parser.add_argument("--who", metavar="NAME", help=say("cli.who"))


def undo(asked: argparse.Namespace) -> int:
    """Take back one change whole, or with ``--keep`` all that nobody touched since."""
    atlas = opened(asked.atlas)
    made = atlas.read("revisions")
    if asked.list:
        _list(made, as_json=asked.json)
        return 0
    change = _which(made, asked.change)
    done = changes.undo(atlas, change, who=asked.who or "", keep=asked.keep)
    kept = [{"table": table, "row": row, "why": why} for table, row, why in done.kept]
    if asked.json:
        found = {"undone": change, "change": done.revision_id, "rows": done.rows, "kept": kept}
        answer_json(found)
    else:
        answer(say("cli.undone", change=change, rows=done.rows))
        answer(
            *(
                say(
                    "cli.undo_kept",
                    table=one["table"],
                    row=one["row"],
                    why=say(f"cli.undo_why_{one['why']}"),
                )
                for one in kept
            )
        )
    return 0


def _which(made: pd.DataFrame, asked: str | None) -> str:
    """Find a change by its own name or by that of its import; the last one where none is named."""
    if asked is None:
        open_ones = made[made["undone_by"].isna() & made["kind"].ne("undo")]
        if open_ones.empty:
            raise LayerError("undo_none")
        return str(open_ones["id"].iloc[-1])
    mine = made[made["id"].eq(asked) | (made["import_id"].eq(asked) & made["kind"].eq("import"))]
    if mine.empty:
        raise LayerError("undo_which", change=asked)
    return str(mine["id"].iloc[-1])


def _list(made: pd.DataFrame, *, as_json: bool) -> None:
    rows = [_change(one) for one in reversed(made.to_dict("records"))]
    if as_json:
        answer_json({"changes": rows})
        return
    if not rows:
        answer(say("cli.no_changes"))
    answer(*(_line(one) for one in rows[:SHOWN]))


def _change(one: dict[Any, Any]) -> dict[str, Any]:
    about = one["about"] if isinstance(one["about"], dict) else {}
    return {
        "id": one["id"],
        "made_at": one["made_at"],
        "who": _text(one["who"]),
        "kind": one["kind"],
        "about": about,
        "import_id": _text(one["import_id"]),
        "undone_by": _text(one["undone_by"]),
    }


def _text(value: Any) -> str | None:  # noqa: ANN401 - a cell
    return None if pd.isna(value) else str(value)


def _line(one: dict[str, Any]) -> str:
    about = one["about"]
    what = about.get("file") or about.get("name") or about.get("of") or ""
    undone = say("cli.change_undone") if one["undone_by"] else ""
    kind = say(f"revision_kind.{one['kind']}")
    parts = (
        one["id"],
        one["made_at"],
        kind,
        one["who"] or "",
        what,
        one["import_id"] or "",
        undone,
    )
    return "  ".join(str(part) for part in parts if part)
