"""From a file to the atlas: prepared first, written at once or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from layers import clock
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.history import Revision
from layers.importing import build_whole, child, osm, preparing
from layers.importing.draft import Options, Record
from layers.importing.plan import ColumnUse, Likely, Plan, ValueUse
from layers.importing.preparing import BUILDERS
from layers.importing.watch import EVERY, Watch
from layers.proposing import propose
from layers.space import metres_crs

__all__ = ["BUILDERS", "ColumnUse", "Likely", "Plan", "ValueUse", "carry_out", "prepare"]
PORTION = 2_000  # rows written between two looks at whether somebody wants to stop


def prepare(
    atlas: Atlas,
    path: Path | str,
    *,
    kind: str | None = None,
    options: Options | None = None,
    watch: Watch | None = None,
) -> Plan:
    """Read a file, check every row, and compare with what is there; nothing is written.

    Parameters
    ----------
    atlas
        Where the rows are to go.
    path
        A file, or a folder of tables; its bytes tell the format, not its name.
    kind
        One of :data:`layers.importing.columns.KINDS`; guessed, and said, where absent.
    options
        What a person said besides the file.
    watch
        Is told how far the reading is, and may stop it.

    Returns
    -------
    plan
        Rows to write, rows rejected with reasons, and notes; with at least one accepted row.

    Raises
    ------
    LayerError
        One code for each mistake of the whole file; its sentence names row and remedy.
    """
    path = Path(path)
    options = options or Options()
    if kind is not None and kind not in BUILDERS:
        raise LayerError("kind_unknown", kinds=", ".join(BUILDERS))
    if watch is not None:
        watch.tell("read", 0, 0)
    contents = child.look(path, watch=watch)
    if contents.format == "osm":
        return osm.prepare(atlas, path, kind=kind, contents=contents, options=options, watch=watch)
    if contents.format == "whole" and kind is None and options.part is None:
        return build_whole.prepare(atlas, path, contents, options, watch)
    return preparing.prepare(
        atlas, path, kind=kind, contents=contents, options=options, watch=watch
    )


def carry_out(
    atlas: Atlas,
    plan: Plan,
    *,
    licence: str | None = None,
    who: str = "",
    watch: Watch | None = None,
) -> str | None:
    """Write a plan in one transaction.

    Parameters
    ----------
    atlas
        Where the rows go.
    plan
        Of :func:`prepare`.
    licence
        Licence or source, kept with the import.
    who
        Name that the person at the desk gave.
    watch
        Is told how far the writing is; where it is stopped, nothing is written.

    Returns
    -------
    import_id
        Name of the import, or ``None`` where every row was here already and nothing is written.

    Raises
    ------
    LayerError
        ``written_meanwhile`` where somebody else wrote since the file was prepared: then nothing is
        written.
    """
    try:
        return _carry_out(atlas, plan, licence, who, watch)
    except LayerError as error:
        # every row was compared with what was here: what does not fit now came in since
        if error.code in ("row_changed_meanwhile", "row_id_taken"):
            raise LayerError("written_meanwhile", file=plan.file) from error
        raise


def _carry_out(
    atlas: Atlas, plan: Plan, licence: str | None, who: str, watch: Watch | None
) -> str | None:
    compared = plan.compared
    nothing = not compared.inserts and not compared.changes and not compared.renamed
    if nothing and not plan.proposed:
        return None
    needs_crs = not atlas.meta().get("metres_crs") and plan.point is not None
    name = _free_name(set(atlas.read("imports")["id"]), plan)
    about: dict[str, str | int] = {"file": plan.file, "kind": plan.kind, "rows": plan.accepted}
    total = sum(len(rows) for rows in compared.inserts.values()) + len(compared.changes)
    with atlas.write(Revision(kind="import", who=who, about=about, import_id=name)) as writer:
        writer.insert("imports", [_import(name, plan, licence)])
        for table, old, new in compared.renamed:
            writer.rename(table, old, new)
        done = 0
        for table, records in compared.inserts.items():
            for first in range(0, len(records), PORTION):
                if watch is not None:
                    watch.tell("write", done, total)
                some = records[first : first + PORTION]
                done += writer.insert(table, [_brought(table, one, name) for one in some])
        for number, change in enumerate(compared.changes):
            if watch is not None and number % EVERY == 0:
                watch.tell("write", done + number, total)
            # the import that brought a row stays named in it; that this one changed it, in history
            writer.update(change.table, change.id, change.changes, seen=change.seen)
        propose(writer, [replace(one, import_id=name) for one in plan.proposed])
        if needs_crs and plan.point is not None:
            writer.set_meta("metres_crs", metres_crs(*plan.point).to_string())
        for fact, text in plan.joined.get("city", {}).items():
            writer.set_meta(fact, text)
    return name


def _brought(table: str, record: Record, name: str) -> Record:
    """Say which import a row came with; an export brings the imports of its rows along."""
    if table == "imports":
        return {**record, "choices": {build_whole.CAME_WITH: name}}
    return {"import_id": name, **record}


def _free_name(taken: set[str], plan: Plan) -> str:
    first = wished = f"{clock.today():%Y%m%d}-{plan.kind}-{plan.sha256[:8]}"
    copy = 2
    while wished in taken:
        wished, copy = f"{first}-{copy}", copy + 1
    return wished


def _import(name: str, plan: Plan, licence: str | None) -> dict[str, Any]:
    return {
        "id": name,
        "file": plan.file,
        "sha256": plan.sha256,
        "kind": plan.kind,
        "made_on": clock.today(),
        "rows_in": plan.rows,
        "rows_accepted": plan.accepted,
        "rows_rejected": plan.rows - plan.accepted,
        "licence": licence or plan.licence,
        "mapping": plan.joined.get("mapping"),
        "choices": plan.choices or None,
    }
