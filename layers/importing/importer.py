"""From a file to the atlas: prepared first, written at once or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from layers import clock
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.history import Revision
from layers.importing import child, columns, osm
from layers.importing.build_areas import build_areas, build_places
from layers.importing.build_links import build_ties, build_trust, build_usage
from layers.importing.build_population import build_population
from layers.importing.build_services import build_actors, build_services
from layers.importing.build_streets import build_streets
from layers.importing.compare import Compared, compare
from layers.importing.draft import Draft, Options, Rejected, Source
from layers.importing.plan import ColumnUse, Likely, Plan, ValueUse
from layers.importing.tables import Note, Table
from layers.importing.watch import Watch, told
from layers.proposing import propose
from layers.space import metres_crs

__all__ = ["BUILDERS", "ColumnUse", "Likely", "Plan", "ValueUse", "carry_out", "prepare"]
PORTION = 2_000  # rows written between two looks at whether somebody wants to stop
BUILDERS: Mapping[str, Callable[[Source], Draft]] = MappingProxyType(
    {
        "actors": build_actors,
        "services": build_services,
        "places": build_places,
        "areas": build_areas,
        "population": build_population,
        "usage": build_usage,
        "ties": build_ties,
        "trust": build_trust,
        "streets": build_streets,
    }
)


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
        CSV, XLSX, GeoJSON or GeoPackage file.
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
    table = child.read_table(path)
    if kind is None:
        kind = columns.guess_kind(table, path.name, category=options.category)
        table.notes.append(Note("kind_chosen", {"kind": kind}))
    source = Source(atlas, table, path.name, options)
    done = BUILDERS[kind](source)
    done.rejected += [Rejected(one.row, one.code, "", one.values) for one in table.problems]
    if watch is not None:
        watch.tell("compare", 0, len(table.rows))
    compared = compare(source, done, kind)
    rows = len(table.rows) + len(table.problems)
    rejected = tuple(sorted(done.rejected, key=lambda one: one.row))
    if len({one.row for one in rejected}) == rows:
        first = rejected[0]
        more = {f"of_{name}": value for name, value in first.values.items()}
        raise LayerError("all_rejected", file=path.name, row=first.row, reason=first.code, **more)
    return Plan(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        kind=kind,
        format=table.format,
        rows=rows,
        compared=compared,
        rejected=rejected,
        notes=(*_once(table), *done.notes),
        joined=done.joined,
        point=_first_point(compared),
        options=options,
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
        ``row_changed_meanwhile`` or ``row_id_taken`` where somebody else wrote since the file was
        prepared: then nothing is written.
    """
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
                done += writer.insert(table, [{**record, "import_id": name} for record in some])
        for change in told(watch, "write", compared.changes, len(compared.changes)):
            more = {**change.changes, "import_id": name}
            writer.update(change.table, change.id, more, seen=change.seen)
        propose(writer, [replace(one, import_id=name) for one in plan.proposed])
        if needs_crs and plan.point is not None:
            writer.set_meta("metres_crs", metres_crs(*plan.point).to_string())
    return name


def _once(table: Table) -> list[Note]:
    """Drop a note said twice (columns are looked through more than once)."""
    found: list[Note] = []
    for note in table.notes:
        if note not in found:
            found.append(note)
    return found


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
    }


def _first_point(compared: Compared) -> tuple[float, float] | None:
    shapes = [
        record["geometry"]
        for records in compared.inserts.values()
        for record in records
        if record.get("geometry") is not None
    ]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return (float(west + east) / 2, float(south + north) / 2)
