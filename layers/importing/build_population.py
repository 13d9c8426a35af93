"""People by area and group: wide tables (a column a group) and long ones (a row a group)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from layers.errors import LayerError
from layers.importing import cells, columns, left_out
from layers.importing.build_areas import names_of_areas
from layers.importing.draft import Draft, Record, RowRefused, Source, safe_id
from layers.importing.implied import Cells, Told, held_cells, larger_areas, told_people
from layers.importing.small_counts import sums_of
from layers.importing.tables import Note, Table

_IS_KEY = re.compile(r"(^|_)(id|ids|code|key|name|schluessel|schlüssel)$")
_NUMBER_OF = re.compile(r"_(nr|no)$")  # "women_no" counts women, "bezirk_nr" names a district
ENOUGH = 0.5


@dataclass(slots=True)
class Sheet:
    """The numeric columns of a wide table, and what was left out of it."""

    groups: dict[int, str] = field(default_factory=dict)  # column -> group code
    shares: list[str] = field(default_factory=list)
    constant: list[str] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    papers: list[int] = field(default_factory=list)


def build_population(source: Source) -> Draft:
    """Join people to areas, and say what did not match on either side.

    Raises
    ------
    LayerError
        ``areas_first``, ``join_empty``, ``column_missing`` or ``no_counts``.
    """
    table = source.table
    if source.held("areas").empty:
        raise LayerError("areas_first")
    key = _key(source)
    done = Draft()
    areas = _join(source, key, done)
    long = columns.find(table, ("group", "count"))
    if {"group", "count"} <= set(long.place) and key not in long.place.values():
        _long(source, done, areas, long)
    else:
        _wide(source, done, areas, key)
    return done


def _key(source: Source) -> int:
    """Find the column that names the area: the one said, or the one that fits most areas."""
    table = source.table
    if source.options.key is not None:
        return columns.key_column(table, source.options.key)
    ids = set(source.held("areas")["id"])
    names = set(names_of_areas(source))
    best, most = -1, 0
    for place in range(len(table.columns)):
        texts = {row[place] for row in table.rows} - {None}
        fits = sum(safe_id(str(t)) in ids or cells.plain(str(t)) in names for t in texts)
        if fits > most:
            best, most = place, fits
    if best < 0:
        raise LayerError("join_no_key", columns=", ".join(table.columns[:12]))
    table.notes.append(Note("key_chosen", {"column": table.columns[best]}))
    return best


def _join(source: Source, key: int, done: Draft) -> list[str | None]:
    """Give the area of every row; rows without one are refused."""
    table = source.table
    ids = {str(one) for one in source.held("areas")["id"]}
    names = names_of_areas(source)
    width = {len(one) for one in ids}
    found: list[str | None] = []
    padded = 0
    for number, row in zip(table.numbers, table.rows, strict=True):
        text = row[key]
        area = None
        if text is None:
            done.refuse(number, RowRefused("cell_empty", column=table.columns[key]))
        elif safe_id(text) in ids:
            area = safe_id(text)
        elif len(width) == 1 and text.isdigit() and text.zfill(min(width)) in ids:
            area, padded = text.zfill(min(width)), padded + 1
        elif cells.plain(text) in names:
            area = names[cells.plain(text)]
        else:
            done.refuse(
                number, RowRefused("area_unknown", column=table.columns[key], area=text[:40])
            )
        found.append(area)
    matched = {area for area in found if area}
    if not matched:
        first = next((row[key] for row in table.rows if row[key]), "")
        raise LayerError(
            "join_empty",
            column=table.columns[key],
            theirs=str(first)[:40],
            ours=min(ids),
        )
    if padded:
        done.notes.append(Note("zeros_restored", {"count": padded}))
    level = source.held("areas").set_index("id")["level"]
    same_level = set(level.loc[sorted(matched)])
    missing = sorted(one for one in ids - matched if level[one] in same_level)
    done.joined |= {
        "key": table.columns[key],
        "matched": len(matched),
        "rows_without_area": sum(area is None for area in found),
        "areas_without_row": missing,
    }
    return found


def _wide(source: Source, done: Draft, areas: list[str | None], key: int) -> None:
    table = source.table
    sheet = _sort_columns(table, key)
    if not sheet.groups:
        raise LayerError("no_counts", file=source.file)
    others = columns.Columns(table.columns)
    others.left = left_out.without_counts(table, sheet.others)
    used = [place for place, area in enumerate(areas) if area]
    order = list(sheet.groups)
    counts = np.full((len(used), len(order)), np.nan)
    withheld = np.zeros(counts.shape, dtype=bool)
    refused: set[int] = set()
    for line, place in enumerate(used):
        for number, column in enumerate(order):
            text = table.rows[place][column]
            try:
                counts[line, number], withheld[line, number] = _people(text)
            except ValueError:
                if line not in refused:
                    name = table.columns[column]
                    done.refuse(table.numbers[place], RowRefused("not_a_count", column=name))
                refused.add(line)
    said = {
        (str(areas[place]), sheet.groups[column]): (counts[line, n], bool(withheld[line, n]))
        for line, place in reversed(list(enumerate(used)))
        for n, column in enumerate(order)
        if line not in refused
    }
    first = {str(areas[place]): table.numbers[place] for place in reversed(used)}
    told = _tell(source, done, said, first)
    _say_columns(done, sheet)
    done.joined["mapping"] = {table.columns[c]: code for c, code in sheet.groups.items()}
    _add_groups(source, done, [(sheet.groups[c], table.columns[c]) for c in order])
    for line, place in enumerate(used):
        if line in refused:
            continue
        kept = others.unmapped(table.rows[place])
        for number, column in enumerate(order):
            one = told[str(areas[place]), sheet.groups[column]]
            day = source.options.counted_on
            record = _record(str(areas[place]), sheet.groups[column], one, day)
            more = source.provenance(table.numbers[place], kept if number == 0 else None)
            done.add("population", record | more)


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
    more = columns.find(table, ("counted_on",))
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
            count = _long_count(found.get(row, "count"))
            day = cells.day(more.get(row, "counted_on")) or source.options.counted_on
        except RowRefused as refused:
            done.refuse(number, refused)
        except ValueError:
            done.refuse(number, RowRefused("not_a_date", column="counted_on"))
        else:
            groups.setdefault(code, label)
            said[area, code], days[area, code] = count, (number, day)
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
        return _people(text)
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


def _people(text: str | None) -> tuple[float, bool]:
    """Read one count: NaN where nothing is said, and whether the source withheld it."""
    if cells.is_suppressed(text):
        return np.nan, True
    found = cells.number(text)
    if found is None:
        return np.nan, False
    if found < 0:
        raise ValueError(text)
    return found, False


def _sort_columns(table: Table, key: int) -> Sheet:
    """Tell counts of people from shares, keys and texts."""
    sheet = Sheet()
    words = cells.known()
    for place, name in enumerate(table.columns):
        if place == key:
            continue
        if left_out.about_papers(name):
            sheet.papers.append(place)
            continue
        plain = cells.plain(name)
        parts = set(plain.split("_"))
        texts = [row[place] for row in table.rows if row[place] is not None]
        numbers = _numbers(texts)
        is_key = _IS_KEY.search(plain) or _names_a_thing(plain)
        if is_key or numbers is None or parts & set(words["measures"]) == parts:
            sheet.others.append(place)
        elif parts & set(words["shares"]) or "%" in name:
            sheet.shares.append(name)
        elif len(numbers) > 2 and set(numbers) == {100.0}:
            sheet.constant.append(name)
        else:
            code = group_code(name)
            if code in sheet.groups.values():
                code = f"{code}_{place}"
            sheet.groups[place] = code
    left_out.say(table, "papers_left_out", sheet.papers)
    _leave_out_the_rest(table, sheet)
    return sheet


def _leave_out_the_rest(table: Table, sheet: Sheet) -> None:
    """Leave out what a group by papers could be computed from: everyone less those with papers."""
    if not sheet.papers:
        return
    order = [*sheet.groups, *sheet.papers]
    counts = np.array([[_count_or_nan(row[place]) for place in order] for row in table.rows])
    gone: set[int] = set()
    for one in sums_of(counts, []):
        columns_of = {order[place] for place in (one.whole, *one.parts)}
        if columns_of & set(sheet.papers):
            gone |= {
                place for place in columns_of & set(sheet.groups) if sheet.groups[place] != "all"
            }
    left_out.say(table, "papers_left_out", sorted(gone))
    for place in gone:
        del sheet.groups[place]


def _count_or_nan(text: str | None) -> float:
    try:
        return _people(text)[0]
    except ValueError:
        return np.nan


def _names_a_thing(plain: str) -> bool:
    """Tell a number that names from one that counts, where the column ends in ``nr`` or ``no``."""
    bare = _NUMBER_OF.sub("", plain)
    return plain in ("nr", "no") or (bare != plain and dimension(group_code(bare))[0] == "other")


def _numbers(texts: list[str | None]) -> list[float] | None:
    """Read a column as numbers; ``None`` where most of it is text or identifiers."""
    found, strange = [], 0
    for text in texts:
        if text is None or cells.is_suppressed(text):
            continue
        if len(text) > 1 and text[0] == "0" and text.isdigit():
            return None
        try:
            value = cells.number(text)
        except ValueError:
            strange += 1
            continue
        if value is not None:
            found.append(value)
    return found if found and strange < ENOUGH * len(texts) else None


def group_code(name: str) -> str:
    """Name a group by what its column is called, without the word for everyone.

    Examples
    --------
    >>> group_code("inhabitants"), group_code("inhabitants_female"), group_code("Total")
    ('all', 'women', 'all')
    >>> group_code("inhabitants_age_below_6"), group_code("inhabitants_foreigners")
    ('age_below_6', 'foreigners')
    """
    words = cells.known()
    parts = _NUMBER_OF.sub("", cells.plain(name)).split("_")
    while len(parts) > 1 and parts[0] in words["everyone"] and len(parts[0]) > 1:
        parts = parts[1:]
    rest = "_".join(parts)
    if rest in words["everyone"]:
        return "all"
    if rest in words["women"]:
        return "women"
    if rest in words["men"]:
        return "men"
    return safe_id(rest)


def dimension(code: str) -> tuple[str, str]:
    """Tell what a group is a part of, and what it must not be taken for.

    Examples
    --------
    >>> dimension("age_below_6")[0], dimension("women")[0], dimension("foreigners")[0]
    ('age', 'sex', 'citizenship')
    """
    if code == "all":
        return "all", "Registered residents: people without registration are not counted."
    parts = code.split("_")
    groups = cells.known()["groups"]
    # "born abroad, aged 18-26" is a matter of birthplace; "germans with migration background" of
    # background: the later entries of the list are the more particular ones
    for entry in reversed(groups):
        if set(parts) & set(entry["words"]) or code in entry["words"]:
            return str(entry["dimension"]), str(entry["proxy"])
    return "other", "As its source defines it."


def _add_groups(source: Source, done: Draft, groups: list[tuple[str, str]]) -> None:
    for code, label in groups:
        what, note = dimension(code)
        record = {"id": code, "label": label_of(label), "dimension": what}
        done.add("population_groups", record | {"proxy_note": note} | source.provenance(1))


def label_of(name: str) -> str:
    """Make the name of a column readable, without the word for everyone before it.

    Examples
    --------
    >>> label_of("inhabitants_age_6_15"), label_of("inhabitants"), label_of("Vrouwen")
    ('Age 6-15', 'Inhabitants', 'Vrouwen')
    """
    parts = re.split(r"[_\s]+", name.strip())
    while len(parts) > 1 and cells.plain(parts[0]) in cells.known()["everyone"]:
        parts = parts[1:]
    words = re.sub(r"(?<=\d) (?=\d)", "-", " ".join(parts))
    return words[:1].upper() + words[1:]


def _say_columns(done: Draft, sheet: Sheet) -> None:
    if sheet.shares:
        done.notes.append(Note("shares_left_out", {"count": len(sheet.shares)}))
    for name in sheet.constant:
        done.notes.append(Note("constant_left_out", {"column": name}))
