"""Areas of a file that are here under another identifier: one level, one name, mostly one shape."""

from __future__ import annotations

from collections import defaultdict

import shapely

from layers import matching
from layers.importing.draft import Draft, Source, some_rows
from layers.importing.tables import Note

OVERLAP = 0.8  # of both: outlines are drawn and simplified in many ways


def take(source: Source, done: Draft) -> None:
    """Let such areas be the ones that are here, in place, with identifier and shape from here.

    Parameters
    ----------
    source
        A file of areas, and what is here.
    done
        What was made of it; says in a note which rows were taken so.
    """
    records = done.rows.get("areas", [])
    held = source.held("areas")
    taken = {one["id"] for one in records}
    here = defaultdict(list)
    for row in held.to_dict("records"):
        if row["id"] not in taken and row["geometry"] is not None and isinstance(row["name"], str):
            here[row["level"], matching.key(row["name"])].append(row)
    known, rows = set(held["id"]), []
    for one in records:
        if one["id"] in known or one["name"] is None:
            continue
        alike = [
            row
            for row in here.get((one["level"], matching.key(one["name"])), ())
            if row["id"] not in taken and mostly_one(one["geometry"], row["geometry"])
        ]
        if len(alike) == 1:
            taken.add(alike[0]["id"])
            # an empty cell changes nothing of what is here
            one |= {"id": alike[0]["id"], "name": alike[0]["name"]}
            one |= {"geometry": None, "parent_id": None}
            rows.append(one["source_row"])
    if rows:
        done.notes.append(Note("areas_taken", {"count": len(rows), "rows": some_rows(rows)}))


def mostly_one(shape: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Tell whether two surfaces lie on each other by more than four fifths of both.

    Examples
    --------
    >>> mostly_one(shapely.box(0, 0, 10, 10), shapely.box(1, 0, 11, 10))
    True
    >>> mostly_one(shapely.box(0, 0, 10, 10), shapely.box(0, 0, 10, 7))
    False
    """
    both = shapely.area(shapely.intersection(shape, other))
    return bool(both > OVERLAP * max(shapely.area(shape), shapely.area(other)))
