"""A table on its way into an atlas: which columns, which words, which rows it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import shapely

from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import (
    child,
    columns,
    left_out,
    matches,
    merged,
    nothing,
    recognise,
    remembered,
    same_areas,
    twins,
    values,
)
from layers.importing.build_areas import build_areas, build_places
from layers.importing.build_links import build_ties, build_trust, build_usage
from layers.importing.build_population import build_population
from layers.importing.build_services import build_actors, build_services
from layers.importing.build_streets import build_streets
from layers.importing.compare import MAIN, Compared, compare
from layers.importing.coordinates import city_box
from layers.importing.draft import Draft, Options, Rejected, RowRefused, Source, some_rows
from layers.importing.look import Contents
from layers.importing.plan import ColumnUse, Likely, Plan, ValueUse
from layers.importing.tables import Note, Table
from layers.importing.watch import Watch

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
HIDDEN_HERE = "hidden (said here)"  # the column of rows that a person marked as protected
_EXAMPLES = 3
_LONG = 60  # letters of an example


def prepare(
    atlas: Atlas,
    path: Path,
    *,
    kind: str | None,
    contents: Contents,
    options: Options,
    watch: Watch | None,
) -> Plan:
    """Read one table, check every row, and compare with what is there; nothing is written.

    Raises
    ------
    LayerError
        One code for each mistake of the whole file; its sentence names row and remedy.
    """
    stored: dict[str, pd.DataFrame] = {}
    imports = atlas.read("imports")
    imports = imports[imports["undone_on"].isna()]  # what was taken back is no example
    part = options.part or remembered.part_of(imports, contents, kind=kind)
    table = _read(path, contents, replace(options, part=part), watch)
    named = kind is not None
    if kind is None:
        kind = _kind(imports, table, path.name, options)
    memory = remembered.find(imports, table.columns, kind=kind)
    used, filled = remembered.fill(options, memory)
    filled |= part != options.part
    used = replace(used, part=part)
    all_columns = list(table.columns)
    said, guessed = _decide(atlas, table, kind, used, options, stored)
    used = _keyed(kind, used, said)
    values.check(kind, options.values)
    found = _found(table, kind, used)
    listed = values.survey(table, found, kind, used.values)
    values.translate(table, found, kind, used.values)
    if used.hidden_rows and "hidden" in columns.FIELDS[kind]:
        _hide(table, used.hidden_rows)
    sources = _Builds(atlas, table, path.name, used, stored, watch)
    source, done, likely = sources.build(kind)
    compared = compare(source, done, kind, watch)
    likely += matches.same_identifier(source, done, kind, compared.others)
    rejected = _rejected(table, done, path.name)
    import_id = memory.import_id if memory is not None and filled else None
    by_column = _Columns(table, done, found, said, remembered=options.columns is None)
    notes = [*_once(table), *done.notes, *_notes(source, compared, listed, likely, guessed)]
    if import_id is not None and memory is not None:
        notes.insert(0, Note("remembered", {"day": memory.day, "import": memory.import_id}))
    mapping = {n: to for n, to in done.joined.get("mapping", {}).items() if n != HIDDEN_HERE}
    return Plan(
        file=path.name,
        sha256=sha256(path),
        kind=kind,
        format=table.format,
        rows=len(table.rows) + len(table.problems),
        compared=compared,
        rejected=rejected,
        notes=tuple(notes),
        joined={**done.joined, "mapping": mapping},
        point=_first_point(compared),
        contents=contents,
        options=used,
        remembered=import_id,
        columns=by_column.uses(all_columns),
        values=listed,
        likely=tuple(likely),
        fates=compared.fates,
        changes_shown=compared.shown,
        choices=remembered.choices(_renamed(used, source), all_columns, file=path.name, kind=named),
    )


def _renamed(used: Options, source: Source) -> Options:
    """Remember rows by the identifiers they have now: one from before may tell a place."""
    now = {old: new for table, old, new in source.renamed if table in MAIN.values()}
    return replace(used, matches=tuple((row, now.get(one, one)) for row, one in used.matches))


def sha256(path: Path) -> str:
    """Give the hash of a file, or of the files of a folder in the order of their names."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    found = hashlib.sha256()
    for one in sorted(path.iterdir()):
        if one.is_file():
            found.update(one.name.encode() + b"\0" + one.read_bytes())
    return found.hexdigest()


def _read(path: Path, contents: Contents, options: Options, watch: Watch | None) -> Table:
    try:
        table = child.read_table(
            path,
            part=options.part,
            encoding=options.encoding,
            header_rows=options.header_rows,
            watch=watch,
        )
    except LayerError as error:
        raise nothing.of_rows(error, contents, options.part) from error
    nothing.refuse_filters(table, path.name)
    return table


def _kind(imports: pd.DataFrame, table: Table, file: str, options: Options) -> str:
    """Tell what the table holds: as a person said of such a file before, else by its columns."""
    if options.columns:
        known = {name: what for name, what in options.columns if name in table.columns}
        table.decided = known
    kind = remembered.kind_of(imports, table.columns, file)
    if kind is None:
        kind = columns.guess_kind(table, file, category=options.category)
        table.notes.append(Note("kind_chosen", {"kind": kind}))
    return kind


def _decide(
    atlas: Atlas,
    table: Table,
    kind: str,
    used: Options,
    options: Options,
    stored: dict[str, pd.DataFrame],
) -> tuple[dict[str, str], dict[str, str]]:
    """Decide on columns: what was chosen, and what the cells of the others show."""
    strict = options.columns is not None
    said = columns.decide(table, kind, used.columns or (), strict=strict)
    table.decided = dict(said)
    box = city_box(Source(atlas, table, "", used, stored=stored))
    guessed = recognise.recognise(table, kind, box=box)
    table.decided |= guessed
    if kind == "population":  # there every column may be a group
        _drop(table, {name for name, what in said.items() if what == columns.DROP})
    return said, guessed


def _keyed(kind: str, used: Options, said: Mapping[str, str]) -> Options:
    """Take the column chosen as identifier for the key that joins people to areas."""
    keys = [name for name, what in said.items() if what == "id"]
    joins = kind == "population" and used.key is None and keys
    return replace(used, key=keys[0]) if joins else used


def _drop(table: Table, names: set[str]) -> None:
    kept = [n for n, name in enumerate(table.columns) if name not in names]
    table.columns = [table.columns[n] for n in kept]
    table.rows = [[row[n] for n in kept] for row in table.rows]


def _hide(table: Table, numbers: tuple[int, ...]) -> None:
    marked = set(numbers)
    table.columns = [*table.columns, HIDDEN_HERE]
    for number, row in zip(table.numbers, table.rows, strict=True):
        row.append("yes" if number in marked else None)
    table.decided[HIDDEN_HERE] = "hidden"


def _found(table: Table, kind: str, used: Options) -> columns.Columns:
    """Find which column is which field, without noting anything."""
    bare = Table(table.columns, table.rows, table.numbers, "", decided=table.decided)
    found = columns.find(bare, columns.FIELDS[kind])
    if used.category is not None:
        found.place.pop("category", None)
    return found


class _Builds:
    """Builds a draft, and once more where rows turn out to be rows that are here."""

    def __init__(
        self,
        atlas: Atlas,
        table: Table,
        file: str,
        options: Options,
        stored: dict[str, pd.DataFrame],
        watch: Watch | None,
    ) -> None:
        self._atlas, self._table, self._file = atlas, table, file
        self._options, self._stored, self._watch = options, stored, watch
        self._notes = list(table.notes)

    def build(self, kind: str) -> tuple[Source, Draft, list[Likely]]:
        said = matches.forced(self._source({}), kind)
        source, done = self._once(kind, said)
        sure, likely = matches.find(source, done, kind, self._watch)
        same = merged.find(source, done, kind)
        known, taken = same.now.keys() | same.refused.keys(), set(same.now.values())
        sure = {row: one for row, one in sure.items() if row not in known and one not in taken}
        likely = [one for one in likely if one.row not in known]
        sure |= same.now
        if sure or known:
            source, done = self._once(kind, said | sure, same.refused)
        if refused := twins.refused(source, done, kind, likely):
            source, done = self._once(kind, said | sure, same.refused | refused)
        merged.keep(source, done, kind, same)
        matches.align(source, done, said | sure)
        if kind == "areas":
            same_areas.take(source, done)
        return source, done, likely

    def _source(
        self, forced: Mapping[int, str], refused: Mapping[int, RowRefused] | None = None
    ) -> Source:
        return Source(
            self._atlas,
            self._table,
            self._file,
            self._options,
            forced=forced,
            refused=refused,
            stored=self._stored,
            watch=self._watch,
        )

    def _once(
        self,
        kind: str,
        forced: Mapping[int, str],
        refused: Mapping[int, RowRefused] | None = None,
    ) -> tuple[Source, Draft]:
        self._table.notes[:] = self._notes
        source = self._source(forced, refused)
        try:
            return source, BUILDERS[kind](source)
        except LayerError as error:
            raise nothing.of_places(error, self._table, self._file) from error


def _rejected(table: Table, done: Draft, file: str) -> tuple[Rejected, ...]:
    """List the rows that were not taken; if that is all of them, it is a mistake of the file."""
    done.rejected += [Rejected(one.row, one.code, "", one.values) for one in table.problems]
    rejected = tuple(sorted(done.rejected, key=lambda one: one.row))
    whole = not done.rows.get("ties")  # of a matrix, a cell may be rejected and others taken
    if whole and len({one.row for one in rejected}) == len(table.rows) + len(table.problems):
        first = rejected[0]
        blanks = first.values.items()  # noqa: PD011 - of a rejected row, no frame
        more = {f"of_{name}": value for name, value in blanks}
        raise LayerError("all_rejected", file=file, row=first.row, reason=first.code, **more)
    return rejected


def _notes(
    source: Source,
    compared: Compared,
    listed: tuple[ValueUse, ...],
    likely: list[Likely],
    guessed: Mapping[str, str],
) -> list[Note]:
    """Say what was matched, what was not understood, and what stays as it is."""
    notes: list[Note] = []
    if guessed:
        named = ", ".join(f"{name} = {field}" for name, field in guessed.items())
        notes.append(Note("columns_recognised", {"columns": named}))
    unknown = [one for one in listed if one.code is None]
    if unknown:
        fields = ", ".join(dict.fromkeys(one.field for one in unknown))
        notes.append(Note("values_unknown", {"count": len(unknown), "fields": fields}))
    for code, taken in (("duplicates_taken", True), ("duplicates_likely", False)):
        rows = sorted({one.row for one in likely if one.taken is taken})
        if rows:
            notes.append(Note(code, {"count": len(rows), "rows": some_rows(rows)}))
    if source.spelled:
        notes.append(Note("actors_spelled", {"count": len(source.spelled)}))
    if compared.stated:
        notes.append(Note("stated_beside", {"count": compared.stated}))
    if compared.refusals:
        notes.append(Note("consent_kept", {"count": compared.refusals}))
    if compared.kept:
        notes.append(Note("texts_kept", {"count": compared.kept}))
    return notes


class _Columns:
    """Says of every column of the file where it went."""

    def __init__(
        self,
        table: Table,
        done: Draft,
        found: columns.Columns,
        said: Mapping[str, str],
        *,
        remembered: bool,
    ) -> None:
        self._table, self._said = table, said
        self._how = "remembered" if remembered else "chosen"
        self._fields = {table.columns[place]: "hidden" for place in found.hiding}
        self._fields |= done.joined.get("mapping", {})
        self._extra = {
            name
            for records in done.rows.values()
            for record in records
            for name in record.get("extra") or ()
        }
        guarded = {one for name, one in done.emptied if name == "locations"}
        secret = {
            one["source_row"] for one in done.rows.get("locations", []) if one["id"] in guarded
        }
        secret |= {one.row for one in done.rejected}
        self._open = [
            row
            for number, row in zip(table.numbers, table.rows, strict=True)
            if number not in secret
        ]

    def uses(self, names: list[str]) -> tuple[ColumnUse, ...]:
        """List all columns in the order of the file, also those that were dropped."""
        places = {name: place for place, name in enumerate(self._table.columns)}
        return tuple(self._use(name, places.get(name)) for name in names)

    def _use(self, name: str, place: int | None) -> ColumnUse:
        if place is None:
            return ColumnUse(name=name, field=None, how="dropped")
        field = self._fields.get(name)
        filled = sum(row[place] is not None for row in self._table.rows)
        how = self._why(name, field, filled)
        texts: dict[str, None] = {}
        if how != "personal" and field not in ("private_contact", "hidden"):
            for row in self._open:
                if (text := row[place]) is not None:
                    texts[text[:_LONG]] = None
                if len(texts) >= _EXAMPLES:
                    break
        return ColumnUse(name=name, field=field, how=how, examples=tuple(texts), filled=filled)

    def _why(self, name: str, field: str | None, filled: int) -> str:
        chosen = self._said.get(name)
        if field is not None:
            return self._how if chosen == field else "named"
        if chosen == columns.DROP:
            return "dropped"
        if name in self._extra or not filled:
            return "kept"
        about = left_out.about_papers(name) or left_out.about_people(name)
        if about or left_out.is_personal(name) or columns.is_left_out(name):
            return "personal"
        return "dropped"


def _once(table: Table) -> list[Note]:
    """Drop a note said twice (columns are looked through more than once)."""
    found: list[Note] = []
    for note in table.notes:
        if note not in found:
            found.append(note)
    return found


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
