"""Streets: lines cut where they meet, so that one can turn there."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers.importing import columns, draft
from layers.importing.coordinates import places
from layers.importing.draft import Draft, RowRefused, Source
from layers.importing.tables import Note

_DECIMALS = 7  # a centimetre
Corner = tuple[float, float]


def build_streets(source: Source) -> Draft:
    """Make streets and the nodes between them, with lengths measured on the ellipsoid.

    Lines are joined where they share a corner. Lines that only cross do not meet: one is a bridge.
    """
    table = source.table
    found = columns.find(table, columns.FIELDS["streets"], key=source.options.key)
    where = places(source, found, needed=True)
    done = Draft(joined={"mapping": found.mapping()})
    lines: dict[int, list[list[Corner]]] = {}
    for place, number in enumerate(table.numbers):
        try:
            lines[place] = _lines(where.shapes[place])
        except RowRefused as refused:
            done.refuse(number, refused)
    met = _meeting(lines)
    earth = pyproj.Geod(ellps="WGS84")
    nodes: dict[Corner, str] = {}
    for place, parts in lines.items():
        number, row = table.numbers[place], table.rows[place]
        row_id = source.identifier(found.get(row, "id"), str(parts[0][0]), str(parts[-1][-1]))
        extra = found.unmapped(row)
        facts = {
            "name": found.get(row, "name"),
            "kind": draft.coded(found, row, "highway", extra, which="street_kind"),
            "lit": draft.yes_no(found, row, "lit", extra),
            "step_free": draft.yes_no(found, row, "step_free", extra),
        }
        pieces = [piece for part in parts for piece in _cut(part, met)]
        for turn, piece in enumerate(pieces):
            ends = [_node(done, source, nodes, corner, number) for corner in (piece[0], piece[-1])]
            lons, lats = zip(*piece, strict=True)
            record = {
                "id": row_id if len(pieces) == 1 else f"{row_id}:{turn}",
                "u": ends[0],
                "v": ends[1],
                "metres": float(earth.line_length(lons, lats)),
                "geometry": shapely.LineString(piece),
                **facts,
            }
            done.add("streets", record | source.provenance(number, extra))
    done.notes.append(Note("streets_joined", {"nodes": len(nodes), "rows": len(lines)}))
    return done


def _lines(shape: BaseGeometry | None) -> list[list[Corner]]:
    if shape is None:
        raise RowRefused("shape_missing")
    parts = [one for one in shapely.get_parts(shape).tolist() if one.geom_type == "LineString"]
    found = []
    for part in parts:
        corners = [(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in part.coords]
        bare = [corners[0], *(b for a, b in pairwise(corners) if a != b)]
        if len(bare) > 1:
            found.append(bare)
    if not found:
        raise RowRefused("shape_no_line")
    return found


def _meeting(lines: dict[int, list[list[Corner]]]) -> set[Corner]:
    """Find the corners where a street begins, ends, or meets another."""
    times: Counter[Corner] = Counter()
    for parts in lines.values():
        for part in parts:
            times.update(set(part))
            times.update((part[0], part[-1]))
    return {corner for corner, count in times.items() if count > 1}


def _cut(part: list[Corner], met: set[Corner]) -> list[list[Corner]]:
    pieces, piece = [], [part[0]]
    for corner in part[1:]:
        piece.append(corner)
        if corner in met:
            pieces.append(piece)
            piece = [corner]
    if len(piece) > 1:
        pieces.append(piece)
    return pieces


def _node(
    done: Draft, source: Source, nodes: dict[Corner, str], corner: Corner, number: int
) -> str:
    """Give the node of a corner; its name is where it is, so that two files join."""
    if corner not in nodes:
        lon, lat = corner
        nodes[corner] = f"n{lon:.7f}_{lat:.7f}".replace("-", "m")
        record = {"id": nodes[corner], "geometry": shapely.Point(corner)}
        done.add("street_nodes", record | source.provenance(number))
    return nodes[corner]
