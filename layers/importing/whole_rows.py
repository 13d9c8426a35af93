"""The tables of an export of ours, as rows: what every cell means, and nothing believed yet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from layers import cell_text, consent, schema, vocab
from layers.cell_text import EXTRA, PEOPLE
from layers.errors import LayerError
from layers.importing import cells
from layers.importing.draft import Record, Rejected, RowRefused, safe_id
from layers.importing.languages import tags
from layers.importing.tables import Note, Table

OURS = {name: spec for name, spec in schema.TABLES.items() if spec.leaves}
ABOUT = ("about", "cg_about", "cg_meta")
# made for maps or for QGIS out of the other tables, and made again with the next export
MADE = frozenset({"services_on_map", "layer_styles"})
_NO_COLUMN = frozenset({"fid", "lon", "lat", "wkt", "row_version", "geom", "geometry"})
_IDENTIFIER = re.compile(r"[A-Za-z0-9:_.@-]{1,120}")
_OF_THE_FILE = frozenset({"links_not_followed", "limits_absent"})  # every table says the same
_FLAGS = frozenset({"suppressed", "estimated"})
Text = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row on its way in; ``number`` is that of its line in its own table."""

    number: int
    record: Record


@dataclass(slots=True)
class Whole:
    """All rows by table, in the order of the file, and what was refused or should be said."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    city: dict[str, str] = field(default_factory=dict)
    read: int = 0
    # identifiers that were refused: a row of this name that is here is another one
    gone: dict[str, set[str]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)  # places that stay hidden, whatever the file says

    def of(self, table: str) -> list[Row]:
        """Give the rows of a table."""
        return self.rows.get(table, [])

    def refuse(self, table: str, row: Row, refused: RowRefused) -> None:
        """List a row as rejected, under the name of its table."""
        column = f"{table}.{refused.column}" if refused.column else table
        self.rejected.append(Rejected(row.number, refused.code, column, refused.values))
        self.gone.setdefault(table, set()).add(str(row.record.get("id")))

    def keep(self, table: str, check: Callable[[Row], None]) -> None:
        """Let every row of a table pass a check, and refuse those at which it raises."""
        kept = []
        for row in self.of(table):
            try:
                check(row)
            except RowRefused as refused:
                self.refuse(table, row, refused)
            else:
                kept.append(row)
        if table in self.rows:
            self.rows[table] = kept


def rows_of(parts: Mapping[str, Table], file: str) -> Whole:
    """Read the tables of an export.

    Parameters
    ----------
    parts
        All parts of the file, by the names they have there.
    file
        Name of the file.

    Returns
    -------
    whole
        Rows with values of the right types. A cell that cannot be read is unknown, and kept as
        text beside the row; a needed one makes the row rejected.

    Raises
    ------
    LayerError
        ``whole_nothing`` where no part is a table of ours.
    """
    whole = Whole()
    strange = []
    for part, table in parts.items():
        name = part.rpartition("/")[2]
        if name.casefold() in ABOUT:
            whole.city |= dict(_facts(table))
        elif name in OURS:
            _take(whole, OURS[name], table)
        elif name not in MADE and name not in schema.TABLES:
            strange.append(name)
    if not whole.read:
        raise LayerError("whole_nothing", file=file)
    said = [note for table in parts.values() for note in table.notes if note.code in _OF_THE_FILE]
    whole.notes += {note.code: note for note in said}.values()
    if strange:
        whole.notes.append(Note("parts_unknown", {"parts": ", ".join(sorted(strange)[:12])}))
    return whole


def _facts(table: Table) -> Iterator[tuple[str, str]]:
    """Read what an export says of its city: as pairs, or with the key in the third column."""
    header: list[str | None] = [*table.columns]
    for line in (header, *table.rows):
        texts = [one or "" for one in line]
        if len(texts) == 2:
            yield texts[0], texts[1]
        elif len(texts) > 2 and texts[2]:
            yield texts[2], cell_text.unharmed(texts[1])


def _take(whole: Whole, spec: schema.Table, table: Table) -> None:
    whole.read += len(table.rows) + len(table.problems)
    whole.rejected += [Rejected(p.row, p.code, spec.name, p.values) for p in table.problems]
    sheet = table.format in ("csv", "xlsx")
    convert = _converter(table.crs)
    shapes: list[bytes | None] = table.shapes or [None] * len(table.rows)
    seen: set[str] = set()
    mine = whole.rows.setdefault(spec.name, [])
    for number, line, blob in zip(table.numbers, table.rows, shapes, strict=True):
        said: Text = dict(zip(table.columns, line, strict=True))
        said = cell_text.whole_cells(said) if sheet else said
        row = Row(number, {"id": _name(said.get("id") or "")})
        try:
            row.record.update(_record(spec, said))
            if spec.geometry:
                row.record["geometry"] = _shape(spec, said, blob, convert)
        except RowRefused as refused:
            whole.refuse(spec.name, row, refused)
            continue
        if row.record["id"] in seen:
            whole.rejected.append(Rejected(number, "id_twice", f"{spec.name}.id"))
            continue
        seen.add(row.record["id"])
        mine.append(row)


def _record(spec: schema.Table, said: Text) -> Record:
    record: Record = {}
    extra: dict[str, str] = {}
    for column in spec.columns:
        text = said.get(column.name)
        if column.name in cell_text.NOT_TOLD:
            continue
        if column.name == "extra":
            extra |= _kept(text)
        elif column.name == "count" and spec.name in PEOPLE and cells.is_suppressed(text):
            record["count"] = None
            said = {**said, "suppressed": "yes"}
        else:
            record[column.name] = _value(column, text, extra)
        if column.required and record[column.name] is None:
            raise RowRefused(
                "cell_empty" if text is None else "value_not_listed", column=column.name
            )
    for name, text in said.items():
        bare = name.removeprefix(EXTRA)
        if text is not None and (bare != name or _is_strange(spec, name)):
            extra[bare] = text
    if "extra" in spec.column_names:
        record["extra"] = extra or None
    return record


def _is_strange(spec: schema.Table, name: str) -> bool:
    return name not in spec.column_names and name not in _NO_COLUMN


def _kept(text: str | None) -> dict[str, str]:
    found = _json(text)
    if not isinstance(found, dict):
        return {} if text is None else {"extra": text}
    return {
        str(name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in found.items()
        if value is not None
    }


def _json(text: str | None) -> Any:  # noqa: ANN401 - any JSON
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None


def _value(column: schema.Column, text: str | None, extra: dict[str, str]) -> Any:  # noqa: ANN401 - a value of any column
    """Read one cell; what cannot be read is unknown and stays as text."""
    if text is None or column.of == "precision":
        return _precision(text) if column.of == "precision" else None
    if column.name in consent.GUARDS:  # what is not understood is read as it protects
        try:
            return cells.yes_no(text)
        except ValueError:
            return consent.GUARDS[column.name]
    if column.type == "text":
        names_a_row = column.name == "id" or column.of in OURS
        return _name(text) if names_a_row else text
    try:
        found = _READ[column.type](text, column)
    except (ValueError, LookupError, OverflowError):
        if column.name not in _FLAGS:
            extra.setdefault(column.name, text)
        return None
    return found


def _precision(text: str | None) -> str:
    """Read how exact a place may be known; silence, or a word not understood, hides it."""
    try:
        return cells.code(text, "precision") or "hidden"
    except ValueError:
        return "hidden"


def _name(text: str) -> str:
    """Keep an identifier that is safe everywhere, on maps too; make another one safe."""
    return text if _IDENTIFIER.fullmatch(text) else safe_id(text)


def _codes(text: str, column: schema.Column) -> list[str]:
    listed = cell_text.listed(text)
    if column.of:
        found = [one for one in listed if one in vocab.LISTS[column.of]]
    else:
        found = [tag for one in listed for tag in tags(one)[0]]
    if not found and text != "[]":
        raise ValueError(text)
    return list(dict.fromkeys(found))


def _code(text: str, column: schema.Column) -> str | None:
    if column.of in vocab.LISTS and text in vocab.LISTS[column.of]:
        return text
    return cells.band(text) if column.of == "band" else cells.code(text, column.of)


def _object(text: str, _: schema.Column) -> Any:  # noqa: ANN401 - any JSON
    found = json.loads(text)
    if not isinstance(found, dict | list):
        raise ValueError(text)  # noqa: TRY004 - a cell that cannot be read, like all others
    return found


_READ: Mapping[str, Callable[[str, schema.Column], Any]] = {
    "code": _code,
    "codes": _codes,
    "yes_no": lambda text, _: cells.yes_no(text),
    "int": lambda text, _: cells.whole(text),
    "number": lambda text, _: cells.number(text),
    "date": lambda text, _: cells.day(text),
    "json": _object,
}


def _converter(crs: str) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]] | None:
    """Make what turns coordinates into degrees; exports of ours have them already."""
    if crs in ("", "EPSG:4326"):
        return None
    ready = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)

    def convert(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(ready.transform(xy[:, 0], xy[:, 1]))

    return convert


def _shape(
    spec: schema.Table,
    said: Text,
    blob: bytes | None,
    convert: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]] | None,
) -> BaseGeometry | None:
    """Read the geometry of a row, and refuse what cannot stand in its table."""
    try:
        shape = shapely.from_wkb(blob) if blob is not None else _written(said)
    except (ValueError, shapely.errors.ShapelyError) as error:
        raise RowRefused("shape_broken") from error
    if shape is None or shape.is_empty:
        return None
    shape = shapely.force_2d(shape)
    shape = shape if convert is None else shapely.transform(shape, convert)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # NaN is refused too
        raise RowRefused("shape_broken", column="geometry")
    if spec.geometry == "MULTIPOLYGON":
        return _surface(shape)
    if spec.geometry not in (shape.geom_type.upper(), "GEOMETRY"):
        raise RowRefused("shape_broken", column="geometry")
    return shape


def _written(said: Text) -> BaseGeometry | None:
    if said.get("wkt") is not None:
        return shapely.from_wkt(str(said["wkt"]))
    lon, lat = cells.number(said.get("lon")), cells.number(said.get("lat"))
    return None if lon is None or lat is None else shapely.Point(lon, lat)


def _surface(shape: BaseGeometry) -> BaseGeometry:
    if shape.geom_type == "MultiPolygon" and shape.is_valid:
        return shape
    whole = shape if shape.is_valid else shapely.make_valid(shape)
    parts = [
        flat
        for part in shapely.get_parts(whole).tolist()
        if part.geom_type.endswith("Polygon")
        for flat in shapely.get_parts(part).tolist()
    ]
    if not parts:
        raise RowRefused("shape_no_area", column="geometry")
    return shapely.MultiPolygon(parts)
