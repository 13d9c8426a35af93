"""Areas and public places: names on the ground."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing import cells, columns, draft, hiding, left_out
from layers.importing.coordinates import places
from layers.importing.draft import Draft, Record, RowRefused, Source, safe_id
from layers.importing.settle import settle
from layers.importing.tables import Note
from layers.space import parse_cell

_LEVELS = ("city", "district", "quarter", "cell")
_MANY_DISTRICTS = 30


def build_areas(source: Source) -> Draft:
    """Make areas; a larger area that holds one becomes its parent."""
    table = source.table
    found = columns.find(table, columns.FIELDS["areas"], key=source.options.key)
    found.left = left_out.without_counts(table, found.left)
    table = settle(source, found)
    where = places(source, found, needed=True)
    level = _level(source, found)
    done = Draft(joined={"mapping": found.mapping()})
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
            parent = _parent(source, found.get(row, "parent"), shape, own, extra, found)
            record = {"id": row_id, "name": found.get(row, "name"), "level": own}
            more = {"parent_id": parent, "geometry": shape, **draft.facts(found, row)}
            done.add("areas", {**record, **more, **source.provenance(number, extra)})
        except RowRefused as refused:
            done.refuse(number, refused)
    if "level" not in found.place:
        done.notes.append(Note("level_chosen", {"level": level}))
    if mended:
        done.notes.append(Note("shapes_mended", {"count": mended}))
    return done


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


def _parent(
    source: Source,
    said: str | None,
    shape: shapely.MultiPolygon,
    level: str,
    extra: dict[str, str],
    found: columns.Columns,
) -> str | None:
    held = source.held("areas")
    if said is not None:
        if safe_id(said) in set(held["id"]):
            return safe_id(said)
        extra[found.names[found.place["parent"]]] = said
    larger = held[held["level"].isin(_LEVELS[: _LEVELS.index(level)])]
    middle = shape.representative_point()
    around = [
        (_LEVELS.index(level), str(one))
        for one, level, whole in zip(larger["id"], larger["level"], larger["geometry"], strict=True)
        if whole is not None and whole.contains(middle)
    ]
    return max(around)[1] if around else None


def build_places(source: Source) -> Draft:
    """Make public places that people know: stations, parks, squares, underpasses."""
    table = source.table
    found = columns.find(table, columns.FIELDS["places"], key=source.options.key)
    columns.require(table, found, "name")
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
        **draft.facts(found, row),
        **source.provenance(source.table.numbers[place], extra),
    }


def names_of_areas(source: Source) -> dict[str, str]:
    """Give the identifiers of areas by their names in one spelling."""
    held = source.held("areas")
    return {cells.plain(str(n)): str(i) for n, i in zip(held["name"], held["id"])}  # noqa: B905 - columns of one frame
