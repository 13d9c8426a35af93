"""An extract of OpenStreetMap on its way into an atlas: what it would write, and what it asks.

Streets, ground and places are written; services are proposals that a person accepts. What is not
in an extract is no gap: nobody may have mapped it. Nothing here is ever removed because a newer
extract lacks it; how many such rows there are is told.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import child, osm_rows, osm_services
from layers.importing.compare import Change, Compared
from layers.importing.draft import Options, Record
from layers.importing.look import Contents
from layers.importing.osm_rows import METRES_A_DEGREE, Box, Rows
from layers.importing.osm_services import Candidates
from layers.importing.plan import Plan
from layers.importing.tables import Note
from layers.importing.watch import Watch

LICENCE: Final = "\u00a9 OpenStreetMap contributors, ODbL"
AROUND_M: Final = 2_000.0
CLOSE_DEG: Final = 1e-9
# what to read for each kind that a person may ask for
PARTS: Final = {
    None: ("streets", "ground", "places", "services"),
    "streets": ("streets", "ground"),
    "places": ("places",),
    "services": ("services",),
}
# columns that an extract may change; what it does not say changes nothing
_FACTS: Final = {
    "street_nodes": (),
    "streets": ("u", "v", "metres", "kind", "name", "lit", "step_free"),
    "ground": ("kind", "name"),
    "places": ("kind", "name"),
}


def prepare(
    atlas: Atlas,
    path: Path | str,
    *,
    kind: str | None = None,
    contents: Contents | None = None,
    options: Options | None = None,
    watch: Watch | None = None,
) -> Plan:
    """Read an extract and compare it with what is there; nothing is written.

    Parameters
    ----------
    atlas
        Where the rows are to go. Where it has areas, only what lies in them or within 2 km is
        taken.
    path
        A ``.osm.pbf`` file.
    kind
        ``streets`` (with the ground of the base map), ``places``, ``services``, or ``None`` for
        everything.
    contents
        Of :func:`layers.importing.child.look`, kept with the plan.
    options
        ``matches``: by number of the candidate, from 1, the service that it is.
    watch
        Is told how far the reading is, and may stop it.

    Returns
    -------
    plan
        Rows to write, proposals, and notes.

    Raises
    ------
    LayerError
        ``osm_kind`` for another kind, ``osm_nothing`` where the extract holds nothing that is
        wanted, ``osm_elsewhere`` where all of it lies outside the city, and what the reader raises.
    """
    path = Path(path)
    options = options or Options()
    if kind not in PARTS:
        raise LayerError("osm_kind", file=path.name, kinds=", ".join(filter(None, PARTS)))
    box = city_box(atlas)
    asked = {"parts": list(PARTS[kind]), "box": box}
    found = child.run("osm", path, options=asked, watch=watch)
    seen = Counter({name: int(count) for name, count in found["counts"].items()})
    made = _rows(found, PARTS[kind], box, watch)
    _leave_protected(atlas, made)
    offered = osm_services.candidates(
        atlas,
        found["services"],
        file=path.name,
        box=box,
        chosen=dict(options.matches),
        each=None if watch is None else lambda done, total: watch.tell("match", done, total),
    )
    counts = seen + made.counts + offered.counts
    rows = sum(len(made.tables.get(table, [])) for table in ("streets", "ground", "places"))
    rows += offered.counts["candidates"]
    if not rows:
        left = counts["outside"] + counts["outside_streets"]
        raise LayerError("osm_elsewhere" if left else "osm_nothing", file=path.name)
    compared, vanished = _compared(atlas, made, path.name, watch)
    compared.new += offered.counts["new"]
    compared.changed += offered.counts["changed"]
    compared.same += offered.counts["same"] + offered.counts["asked_before"]
    return Plan(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        kind=kind or "osm",
        format="osm",
        rows=rows,
        compared=compared,
        rejected=(),
        notes=tuple(_notes(counts, vanished, clipped=box is not None)),
        point=_middle(made, offered),
        contents=contents,
        options=options,
        likely=tuple(offered.likely),
        proposals=len(offered.proposals),
        proposed=tuple(offered.proposals),
        licence=LICENCE,
    )


def city_box(atlas: Atlas) -> Box | None:
    """Give the box around all areas and 2 km more, in degrees; ``None`` where there is no area."""
    shapes = atlas.read("areas")["geometry"].dropna().to_numpy()
    if not len(shapes):
        return None
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    up = AROUND_M / METRES_A_DEGREE
    narrow = max(0.01, float(np.cos(np.radians(max(abs(south), abs(north))))))
    aside = up / narrow
    return west - aside, south - up, east + aside, north + up


def _rows(found: Any, parts: Sequence[str], box: Box | None, watch: Watch | None) -> Rows:  # noqa: ANN401 - JSON of the child
    makers: dict[str, Callable[[], Rows]] = {
        "streets": lambda: osm_rows.street_rows(found),
        "ground": lambda: osm_rows.ground_rows(found, box=box),
        "places": lambda: osm_rows.place_rows(found),
    }
    made = Rows()
    for done, part in enumerate(makers):
        if watch is not None:
            watch.tell("rows", done, len(makers))
        if part in parts:
            some = makers[part]()
            made.tables |= some.tables
            made.counts += some.counts
    return made


def _leave_protected(atlas: Atlas, made: Rows) -> None:
    """Take out the places, and the names of ground, that would tell where something hidden is."""
    for table in ("places", "ground"):
        records = made.tables.get(table, [])
        named = {record["id"]: record["name"] for record in records if record["name"]}
        told = osm_services.tells_protected(atlas, named)
        if not told:
            continue
        made.counts["hidden"] += len(told)
        if table == "places":
            made.tables[table] = [record for record in records if record["id"] not in told]
            made.counts["places"] = len(made.tables[table])
        else:
            for record in records:
                record["name"] = None if record["id"] in told else record["name"]


def _compared(
    atlas: Atlas, made: Rows, file: str, watch: Watch | None
) -> tuple[Compared, Counter[str]]:
    """Sort rows into new, changed and same, and count what is here and no longer in the extract."""
    result, vanished = Compared(), Counter[str]()
    for done, (table, records) in enumerate(made.tables.items()):
        if watch is not None:
            watch.tell("compare", done, len(made.tables))
        held = atlas.read(table)
        held = held[held["id"].str.startswith("osm-")].reset_index(drop=True)
        place = pd.Index(held["id"]).get_indexer([record["id"] for record in records])
        new = [record for record, at in zip(records, place, strict=True) if at < 0]
        if new:
            result.inserts[table] = [{**record, "source_file": file} for record in new]
        known = np.flatnonzero(place >= 0)
        changes = _changes(table, [records[one] for one in known], held.iloc[place[known]], file)
        result.changes += changes
        if table != "street_nodes":
            result.new += len(new)
            result.changed += len(changes)
            result.same += len(known) - len(changes)
            vanished[table] = _vanished(held, set(place.tolist()), records)
    return result, vanished


def _changes(table: str, records: list[Record], held: pd.DataFrame, file: str) -> list[Change]:
    """Find what differs, a column at a time: a city has a hundred thousand streets."""
    if not records:
        return []
    found: dict[int, Record] = {}
    new = np.array([record["geometry"] for record in records], dtype=object)
    old = held["geometry"].to_numpy()
    same = shapely.equals_exact(shapely.normalize(new), shapely.normalize(old), CLOSE_DEG)
    for at in np.flatnonzero(~same).tolist():
        found.setdefault(at, {})["geometry"] = new[at]
    for name in _FACTS[table]:
        was = held[name].tolist()
        for at, record in enumerate(records):
            value = record.get(name)
            if value is not None and (pd.isna(was[at]) or was[at] != value):
                found.setdefault(at, {})[name] = value
    versions = held["row_version"].tolist()
    return [
        Change(table, records[at]["id"], {**values, "source_file": file}, int(versions[at]))
        for at, values in sorted(found.items())
    ]


def _vanished(held: pd.DataFrame, there: set[int], records: list[Record]) -> int:
    """Count rows of an earlier extract that this one covers and no longer holds."""
    gone = [one for one in range(len(held)) if one not in there]
    if not gone or not records:
        return 0
    shapes = np.array([record["geometry"] for record in records], dtype=object)
    covered = shapely.box(*shapely.total_bounds(shapes))
    return int(shapely.covers(covered, held["geometry"].to_numpy()[gone]).sum())


def _middle(made: Rows, offered: Candidates) -> tuple[float, float] | None:
    shapes = [record["geometry"] for rows in made.tables.values() for record in rows]
    if not shapes:
        shapes = list(offered.points)
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return float(west + east) / 2, float(south + north) / 2


def _notes(counts: Counter[str], vanished: Counter[str], *, clipped: bool) -> list[Note]:
    """Say what a person should know, each only where there is something to say."""
    said: list[Note] = []

    def tell(code: str, count: str, **more: int) -> None:
        if counts[count]:
            said.append(Note(code, {"count": counts[count], **more}))

    tell("osm_streets", "streets", ways=counts["ways"], nodes=counts["nodes"])
    tell("osm_islands", "islands", streets=counts["island_streets"])
    tell("osm_ground", "ground")
    tell("osm_ground_small", "ground_small")
    tell("osm_places", "places")
    tell("osm_candidates", "candidates", hours=counts["hours"], unread=counts["hours_unread"])
    tell("osm_known", "changed")
    tell("osm_asked_before", "asked_before")
    tell("osm_no_category", "no_category")
    tell("osm_hidden", "hidden")
    if clipped:
        counts["left_out"] = counts["outside"] + counts["outside_streets"]
        tell("osm_outside", "left_out", streets=counts["outside_streets"])
    tell("osm_cut", "cut")
    counts["unfinished"] = counts["relations"] - counts["assembled"]
    if counts["unfinished"] > 0:
        tell("osm_unfinished", "unfinished")
    counts.update({f"vanished_{table}": count for table, count in vanished.items()})
    for table in ("streets", "ground", "places"):
        tell(f"osm_vanished_{table}", f"vanished_{table}")
    said.append(Note("osm_absence", {}))
    return said
