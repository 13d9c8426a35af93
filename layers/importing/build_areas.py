"""Areas and public places: names on the ground."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing import cells, columns, draft, hiding, left_out
from layers.importing.coordinates import places
from layers.importing.draft import Draft, Record, RowRefused, Source, safe_id, some_rows
from layers.importing.settle import settle
from layers.importing.tables import Note
from layers.space import parse_cell

_LEVELS = ("city", "district", "quarter", "cell")
_MANY_DISTRICTS = 30
_SURFACES = frozenset(
    {"area", "surface", "fläche", "flaeche", "superficie", "oppervlakte", "areal", "hectares", "ha"}
)
_UNITS = (1.0, 1e4, 1e6)  # square metres, hectares, square kilometres
DIFFERS = 0.05  # generalised outlines lose a little


def build_areas(source: Source) -> Draft:
    """Make areas; a larger area that holds one becomes its parent."""
    table = source.table
    found = columns.find(table, columns.FIELDS["areas"], key=source.options.key)
    found.left = left_out.without_counts(table, found.left)
    table = settle(source, found)
    where = places(source, found, needed=True)
    level = _level(source, found)
    done = Draft(joined={"mapping": found.mapping()})
    larger = _Larger(source, found)
    mended = 0
    for place, (number, row) in enumerate(zip(table.numbers, table.rows, strict=True)):
        try:
            _refuse_hidden(found, row)
            shape, broken = _surface(where.shapes[place])
            mended += broken
            extra = found.unmapped(row)
            own = draft.coded(found, row, "level", extra, which="area_level") or level
            row_id = source.identifier(
                found.get(row, "id"), found.get(row, "name"), shape.wkt[:400]
            )
            parent = larger.of(found.get(row, "parent"), shape, own, extra)
            record = {"id": row_id, "name": found.get(row, "name"), "level": own}
            more = {"parent_id": parent, "geometry": shape, **draft.facts(found, row, extra)}
            done.add("areas", {**record, **more, **source.provenance(number, extra)})
        except RowRefused as refused:
            done.refuse(number, refused)
    if "level" not in found.place:
        done.notes.append(Note("level_chosen", {"level": level}))
    if not {"id", "name"} & set(found.place):
        codes = [table.columns[one] for one in found.left if left_out.is_code(table, one)]
        done.notes.append(
            Note("areas_unnamed", {"columns": ", ".join(codes or table.columns[:12])})
        )
    if mended:
        done.notes.append(Note("shapes_mended", {"count": mended}))
    _compare_surfaces(source, found, done)
    return done


def _compare_surfaces(source: Source, found: columns.Columns, done: Draft) -> None:
    """Say where a column of surfaces disagrees with the shapes; the shapes are measured."""
    table = source.table
    shapes = {one["source_row"]: one["geometry"] for one in done.rows.get("areas", [])}
    for place in found.left:
        name = cells.plain(table.columns[place])
        if not set(name.split("_")) & _SURFACES:
            continue
        said = {
            number: value
            for number, row in zip(table.numbers, table.rows, strict=True)
            if number in shapes and (value := _positive(row[place])) is not None
        }
        measured = {number: _square_metres(shapes[number]) for number in said}
        ratios = {number: measured[number] / said[number] for number in said}
        if not ratios:
            continue
        middle = sorted(ratios.values())[len(ratios) // 2]
        unit = min(_UNITS, key=lambda one: abs(math.log(middle / one)))
        apart = [n for n, ratio in ratios.items() if abs(ratio / unit - 1) > DIFFERS]
        if apart:
            column, rows = table.columns[place], some_rows(apart)
            note = Note("areas_differ", {"column": column, "count": len(apart), "rows": rows})
            done.notes.append(note)


def _square_metres(shape: shapely.MultiPolygon) -> float:
    """Measure a surface in the equal-area grid of Europe."""
    change = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True).transform
    flat = shapely.transform(shape, lambda xy: np.column_stack(change(xy[:, 0], xy[:, 1])))
    return float(flat.area)


def _positive(text: str | None) -> float | None:
    try:
        found = cells.number(text)
    except ValueError:
        return None
    return found if found is not None and found > 0 else None


def _refuse_hidden(found: columns.Columns, row: list[str | None]) -> None:
    """Refuse what is protected or called like a shelter: names on the ground are for everyone."""
    if hiding.why_hidden(found, row, found.get(row, "name")):
        raise RowRefused("place_protected", column="hidden" if found.hiding else "name")


def _level(source: Source, found: columns.Columns) -> str:
    """Choose the level of areas that name none, by what they are and how many."""
    ids = [found.get(row, "id") or "" for row in source.table.rows]
    if all(_is_cell(one) for one in ids):
        return "cell"
    if len(ids) == 1:
        return "city"
    return "district" if len(ids) <= _MANY_DISTRICTS else "quarter"


def _is_cell(text: str) -> bool:
    try:
        parse_cell(text)
    except LayerError:
        return False
    return True


def _surface(shape: BaseGeometry | None) -> tuple[shapely.MultiPolygon, bool]:
    if shape is None:
        raise RowRefused("shape_missing")
    broken = not shape.is_valid
    whole = shapely.make_valid(shape) if broken else shape
    parts = [
        part for part in shapely.get_parts(whole).tolist() if part.geom_type.endswith("Polygon")
    ]
    flat = [one for part in parts for one in shapely.get_parts(part).tolist()]
    if not flat or sum(one.area for one in flat) <= 0:
        raise RowRefused("shape_no_area")
    return shapely.MultiPolygon(flat), broken


class _Larger:
    """The areas that are here, to find the next larger one around a new one."""

    def __init__(self, source: Source, found: columns.Columns) -> None:
        self._column = found.names[found.place["parent"]] if "parent" in found.place else ""
        held = source.held("areas")
        self._ids = {*held["id"]}
        rows = zip(held["id"], held["level"], held["geometry"], strict=True)
        self._rows = [
            (_LEVELS.index(level), str(one), whole) for one, level, whole in rows if whole
        ]
        self._tree = shapely.STRtree([whole for _, _, whole in self._rows])

    def of(
        self, said: str | None, shape: shapely.MultiPolygon, level: str, extra: dict[str, str]
    ) -> str | None:
        """Find the one that is said and here, or else the smallest of a larger level around it."""
        if said is not None:
            if safe_id(said) in self._ids:
                return safe_id(said)
            extra[self._column] = said
        rank = _LEVELS.index(level)
        near = self._tree.query(shape.representative_point(), predicate="within")
        around = [self._rows[place][:2] for place in near if self._rows[place][0] < rank]
        return max(around)[1] if around else None


def build_places(source: Source) -> Draft:
    """Make public places that people know: stations, parks, squares, underpasses."""
    table = source.table
    found = columns.find(table, columns.FIELDS["places"], key=source.options.key)
    columns.require(table, found, "name")
    found.left = left_out.without_people(table, found.left)
    table = settle(source, found)
    where = places(source, found, needed=True)
    done = Draft(joined={"mapping": found.mapping()})
    for place, number in enumerate(table.numbers):
        try:
            done.add("places", _place(source, found, place, where.shapes[place]))
        except RowRefused as refused:
            done.refuse(number, refused)
    return done


def _place(
    source: Source, found: columns.Columns, place: int, shape: BaseGeometry | None
) -> Record:
    row = source.table.rows[place]
    name = found.get(row, "name")
    if name is None:
        raise RowRefused("cell_empty", column="name")
    if shape is None:
        raise RowRefused("shape_missing")
    _refuse_hidden(found, row)
    street = found.names[found.place["street"]] if "street" in found.place else ""
    extra = found.unmapped(row, **({street: found.get(row, "street")} if street else {}))
    point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    return {
        "id": source.identifier(found.get(row, "id"), name, point.wkt),
        "name": name,
        "kind": draft.coded(found, row, "kind", extra, which="place_kind"),
        "geometry": point,
        **draft.facts(found, row, extra),
        **source.provenance(source.table.numbers[place], extra),
    }
