"""What the columns of a population table count: groups of people, shares, keys or texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from layers.importing import cells, left_out
from layers.importing.draft import safe_id
from layers.importing.small_counts import sums_of
from layers.importing.tables import Table

_IS_KEY = re.compile(r"(^|_)(id|ids|code|key|name|schluessel|schlüssel)$")
_NUMBER_OF = re.compile(r"_(nr|no)$")  # "women_no" counts women, "bezirk_nr" names a district
_OF = frozenset({"of", "der", "des", "de"})
_CONFIDENTIAL = "_ci"  # Eurostat: -9999 in EMP_CI says that EMP of this cell is confidential
ENOUGH = 0.5
WHOLE = 100.0  # percent
Reader = Callable[[str | None], str | None]


@dataclass(slots=True)
class Sheet:
    """The numeric columns of a wide table, and what was left out of it."""

    groups: dict[int, str] = field(default_factory=dict)  # column -> group code
    shares: list[str] = field(default_factory=list)
    constant: list[str] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    papers: list[int] = field(default_factory=list)
    flags: dict[int, int] = field(
        default_factory=dict
    )  # column that says what of another is secret
    readers: dict[int, Reader] = field(default_factory=dict)  # how thousands are written

    def read(self, row: list[str | None], place: int) -> tuple[float, bool]:
        """Read the count of one cell, and whether the source withheld it; may raise ValueError."""
        count, withheld = people(self.readers[place](row[place]))
        return count, withheld or any(
            cells.is_suppressed(row[flag]) for flag, of in self.flags.items() if of == place
        )


def people(text: str | None) -> tuple[float, bool]:
    """Read one count: NaN where nothing is said, and whether the source withheld it."""
    if cells.is_suppressed(text):
        return np.nan, True
    found = cells.number(text)
    if found is None:
        return np.nan, False
    if found < 0:
        raise ValueError(text)
    return found, False


def sort_columns(table: Table, key: int, *, but: tuple[int, ...] = ()) -> Sheet:
    """Tell counts of people from shares, keys and texts.

    Parameters
    ----------
    table
        As read.
    key
        Column that names the area.
    but
        Further columns that count nobody, such as the day of the count.
    """
    sheet = Sheet()
    read: dict[int, list[float]] = {}
    names = [cells.plain(name) for name in table.columns]
    for place, name in enumerate(table.columns):
        if place == key or place in but:
            continue
        texts = [row[place] for row in table.rows if row[place] is not None]
        sheet.readers[place] = cells.ungrouped(texts)
        if left_out.about_papers(name):
            sheet.papers.append(place)
            continue
        if (
            names[place].endswith(_CONFIDENTIAL)
            and names[place].removesuffix(_CONFIDENTIAL) in names
        ):
            sheet.flags[place] = names.index(names[place].removesuffix(_CONFIDENTIAL))
            continue
        numbers = _numbers([sheet.readers[place](text) for text in texts])
        if numbers is None or _names_or_measures(names[place]):
            sheet.others.append(place)
        else:
            read[place] = numbers
    counted = any(_is_count(numbers) for numbers in read.values())
    for place, numbers in read.items():
        _sort_numbers(sheet, table.columns[place], place, numbers, counted=counted)
    left_out.say(table, "papers_left_out", sheet.papers)
    _leave_out_the_rest(table, sheet)
    return sheet


def _names_or_measures(plain: str) -> bool:
    parts = set(plain.split("_"))
    measures = parts & set(cells.known()["measures"]) == parts
    return bool(_IS_KEY.search(plain)) or _names_a_thing(plain) or measures


def _sort_numbers(
    sheet: Sheet, name: str, place: int, numbers: list[float], *, counted: bool
) -> None:
    parts = set(cells.plain(name).split("_"))
    if parts & set(cells.known()["shares"]) or "%" in name:
        sheet.shares.append(name)
    elif len(numbers) > 2 and set(numbers) == {WHOLE}:
        sheet.constant.append(name)
    elif counted and _is_share(numbers):
        sheet.shares.append(name)
    else:
        code = group_code(name)
        sheet.groups[place] = f"{code}_{place}" if code in sheet.groups.values() else code


def _is_count(numbers: list[float]) -> bool:
    """Tell a column of whole numbers beyond a hundred: no percentages."""
    return max(numbers) > WHOLE and all(abs(one - round(one)) < 1e-6 for one in numbers)


def _is_share(numbers: list[float]) -> bool:
    """Tell percentages that nothing names so: fractions of 0 to 100, beside whole counts."""
    broken = sum(abs(one - round(one)) > 1e-6 for one in numbers)
    return min(numbers) >= 0 and max(numbers) <= WHOLE and broken > ENOUGH * len(numbers)


def zeros_not_available(counts: np.ndarray, codes: list[str]) -> tuple[np.ndarray, list[int]]:
    """Find zeros that cannot be counts: all women and all men 0 where people live.

    Parameters
    ----------
    counts
        (n, m) people by row and group, NaN where unknown.
    codes
        The m groups.

    Returns
    -------
    gone
        (n, m) True where a zero stands for "not available".
    doubted
        Columns that are 0 in every row where people live: a person must say what it means.

    Notes
    -----
    A family (all ages, both sexes) is taken for the parts of everyone where its sum is within 5 %
    or five people of everyone in each row in which it is not 0; sexes always are.
    """
    gone = np.zeros(counts.shape, dtype=bool)
    if "all" not in codes:
        return gone, []
    everyone = counts[:, codes.index("all")]
    lived = everyone > 0
    families: dict[str, list[int]] = {}
    for number, code in enumerate(codes):
        families.setdefault(dimension(code)[0], []).append(number)
    for name, mine in families.items():
        if name in ("all", "other") or len(mine) < 2:
            continue
        part = counts[:, mine]
        known = np.isfinite(part).all(axis=1) & lived
        empty = known & (part == 0).all(axis=1)
        full = known & ~empty
        apart = np.abs(part[full].sum(axis=1) - everyone[full])
        whole = full.any() and bool((apart <= np.maximum(5, 0.05 * everyone[full])).all())
        if empty.any() and (whole or name == "sex"):
            gone[np.ix_(empty, mine)] = True
    zero = (counts == 0)[lived].all(axis=0) if lived.any() else np.zeros(len(codes), dtype=bool)
    doubted = [n for n in np.flatnonzero(zero).tolist() if not gone[:, n].any()]
    return gone, doubted


def _leave_out_the_rest(table: Table, sheet: Sheet) -> None:
    """Leave out what a group by papers could be computed from: everyone less those with papers."""
    if not sheet.papers:
        return
    order = [*sheet.groups, *sheet.papers]
    counts = np.array([[_count_or_nan(sheet, row, place) for place in order] for row in table.rows])
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


def _count_or_nan(sheet: Sheet, row: list[str | None], place: int) -> float:
    try:
        return sheet.read(row, place)[0]
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
    skipped = {one for one in words["everyone"] if len(one) > 1} | _OF
    while len(parts) > 1 and parts[0] in skipped:
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
