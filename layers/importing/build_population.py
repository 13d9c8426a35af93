"""People by area and group: wide tables (a column a group) and long ones (a row a group)."""

from __future__ import annotations

from datetime import date

import numpy as np

from layers.errors import LayerError
from layers.importing import cells, columns, left_out
from layers.importing.draft import Draft, Record, RowRefused, Source
from layers.importing.implied import Cells, Told, held_cells, larger_areas, told_people
from layers.importing.population_groups import (
    Sheet,
    dimension,
    group_code,
    label_of,
    people,
    sort_columns,
    zeros_not_available,
)
from layers.importing.population_join import join, key_of
from layers.importing.settle import settle
from layers.importing.tables import Note, Table

PARTS = 0.25  # more rows of one area than this share are its parts, and no slips


def build_population(source: Source) -> Draft:
    """Join people to areas, and say what did not match on either side.

    Raises
    ------
    LayerError
        ``areas_first``, ``join_empty``, ``join_other_level``, ``join_other_year``,
        ``join_repeats``, ``column_missing`` or ``no_counts``.
    """
    table = source.table
    if source.held("areas").empty:
        raise LayerError("areas_first")
    long = columns.find(table, ("group", "count", "counted_on"))
    settle(source, long)
    key = key_of(source)
    done = Draft()
    areas = join(source, key, done)
    if {"group", "count"} <= set(long.place) and key not in long.place.values():
        _long(source, done, areas, long)
    else:
        _wide(source, done, areas, key, long)
    return done


def _wide(
    source: Source, done: Draft, areas: list[str | None], key: int, found: columns.Columns
) -> None:
    table = source.table
    dated = found.place.get("counted_on")
    sheet = sort_columns(table, key, but=() if dated is None else (dated,))
    if not sheet.groups:
        raise LayerError("no_counts", file=source.file)
    others = columns.Columns(table.columns)
    others.left = left_out.without_counts(table, sheet.others)
    used = _one_row_each(source, done, areas, key)
    order = list(sheet.groups)
    counts = np.full((len(used), len(order)), np.nan)
    withheld = np.zeros(counts.shape, dtype=bool)
    refused: set[int] = set()
    for line, place in enumerate(used):
        for number, column in enumerate(order):
            try:
                counts[line, number], withheld[line, number] = sheet.read(table.rows[place], column)
            except ValueError:
                if line not in refused:
                    name = table.columns[column]
                    done.refuse(table.numbers[place], RowRefused("not_a_count", column=name))
                refused.add(line)
    _forget_zeros(table, done, counts, sheet)
    said = {
        (str(areas[place]), sheet.groups[column]): (counts[line, n], bool(withheld[line, n]))
        for line, place in enumerate(used)
        for n, column in enumerate(order)
        if line not in refused
    }
    told = _tell(source, done, said, {str(areas[place]): table.numbers[place] for place in used})
    _say_columns(done, sheet)
    done.joined["mapping"] = {table.columns[c]: code for c, code in sheet.groups.items()}
    _add_groups(source, done, [(sheet.groups[c], table.columns[c]) for c in order])
    for line, place in enumerate(used):
        if line in refused:
            continue
        kept = others.unmapped(table.rows[place])
        day = _counted_on(source, found, table.rows[place])
        for number, column in enumerate(order):
            one = told[str(areas[place]), sheet.groups[column]]
            record = _record(str(areas[place]), sheet.groups[column], one, day)
            more = source.provenance(table.numbers[place], kept if number == 0 else None)
            done.add("population", record | more)


def _one_row_each(source: Source, done: Draft, areas: list[str | None], key: int) -> list[int]:
    """Keep the first row of each area: a later one is often a sum of the same name.

    Raises
    ------
    LayerError
        ``join_repeats`` where so many rows name an area again that they must be its parts.
    """
    table = source.table
    taken: set[str] = set()
    used, again = [], []
    for place, area in enumerate(areas):
        if area in taken:
            again.append(place)
        elif area:
            used.append(place)
            taken.add(area)
    if len(again) > PARTS * len(used):
        _refuse_parts(source, len(again), str(areas[again[0]]))
    for place in again:
        column, text = table.columns[key], str(table.rows[place][key])[:40]
        done.refuse(table.numbers[place], RowRefused("area_twice", column=column, area=text))
    return used


def _refuse_parts(source: Source, rows: int, area: str) -> None:
    raise LayerError("join_repeats", rows=rows, area=area, file=source.file)


def _forget_zeros(table: Table, done: Draft, counts: np.ndarray, sheet: Sheet) -> None:
    """Take zeros that stand for "not available" for unknown, and say so."""
    order = list(sheet.groups)
    gone, doubted = zeros_not_available(counts, [sheet.groups[column] for column in order])
    if gone.any():
        names = ", ".join(table.columns[order[n]] for n in np.flatnonzero(gone.any(axis=0)))
        done.notes.append(Note("zeros_not_available", {"count": int(gone.sum()), "columns": names}))
        counts[gone] = np.nan
    if doubted:
        names = ", ".join(table.columns[order[n]] for n in doubted)
        done.notes.append(Note("zeros_doubted", {"columns": names}))


def _counted_on(source: Source, found: columns.Columns, row: list[str | None]) -> date | None:
    """Read the day of the count; what a person says counts where the table says nothing."""
    try:
        return cells.day(found.get(row, "counted_on")) or source.options.counted_on
    except ValueError:
        return source.options.counted_on


def _tell(
    source: Source,
    done: Draft,
    said: dict[tuple[str, str], tuple[float, bool]],
    rows: dict[str, int],
) -> Cells:
    """Protect the counts of a file beside those of the atlas, and change these where they must."""
    parents = larger_areas(source.held("areas"))
    there = held_cells(source.held("population"), ["area_id"])
    told = told_people(said, there, parents, lambda code: dimension(code)[0])
    small = sum(one.suppressed for one in told.values())
    sums = sum(one.estimated for one in told.values())
    if small:
        done.notes.append(Note("counts_withheld", {"count": small, "sums": sums}))
    row = next(iter(rows.values()), 1)
    for (area, code), one in told.items():
        if (area, code) not in said:
            record = _record(str(area), code, one, None)
            done.add("population", record | source.provenance(rows.get(str(area), row)))
    return told


def _long(source: Source, done: Draft, areas: list[str | None], found: columns.Columns) -> None:
    table = source.table
    read = cells.ungrouped([row[found.place["count"]] for row in table.rows])
    groups: dict[str, str] = {}
    said: dict[tuple[str, str], tuple[float, bool]] = {}
    days: dict[tuple[str, str], tuple[int, date | None]] = {}
    for place, area in enumerate(areas):
        row, number = table.rows[place], table.numbers[place]
        if area is None:
            continue
        try:
            label = found.get(row, "group") or "all"
            code = _group(found, label)
            source.identifier(f"{area}:{code}")  # refuses the second row of one area and group
            count = _long_count(read(found.get(row, "count")))
            day = _counted_on(source, found, row)
        except RowRefused as refused:
            done.refuse(number, refused)
        else:
            groups.setdefault(code, label)
            said[area, code], days[area, code] = count, (number, day)
    again = [one for one in done.rejected if one.code == "id_twice"]
    if len(again) > PARTS * len(days):
        place = table.numbers.index(again[0].row)
        _refuse_parts(source, len(again), str(areas[place]))
    told = _tell(source, done, said, {area: number for (area, _), (number, _) in days.items()})
    for (area, code), (number, day) in days.items():
        record = _record(area, code, told[area, code], day)
        done.add("population", record | source.provenance(number))
    _add_groups(source, done, list(groups.items()))


def _group(found: columns.Columns, label: str) -> str:
    if left_out.about_papers(label):
        raise RowRefused("group_by_papers", column=found.names[found.place["group"]])
    return group_code(label)


def _long_count(text: str | None) -> tuple[float, bool]:
    try:
        return people(text)
    except ValueError as error:
        raise RowRefused("not_a_count", column="count") from error


def _record(area: str, group: str, told: Told, day: date | None) -> Record:
    return {
        "id": f"{area}:{group}",
        "area_id": area,
        "group_code": group,
        "count": None if np.isnan(told.count) else told.count,
        "suppressed": told.suppressed,
        "estimated": told.estimated,
        "counted_on": day,
    }


def _add_groups(source: Source, done: Draft, groups: list[tuple[str, str]]) -> None:
    for code, label in groups:
        what, note = dimension(code)
        record = {"id": code, "label": label_of(label), "dimension": what}
        done.add("population_groups", record | {"proxy_note": note} | source.provenance(1))


def _say_columns(done: Draft, sheet: Sheet) -> None:
    if sheet.shares:
        done.notes.append(Note("shares_left_out", {"count": len(sheet.shares)}))
    for name in sheet.constant:
        done.notes.append(Note("constant_left_out", {"column": name}))
