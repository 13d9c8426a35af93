"""Which field a column is where its name is not known: by its cells, and by a name that is near.

A column is taken only where it is sure: hours of a week, names of languages and two columns of
coordinates show in the cells alone; all others need a name that is nearly known *and* cells that
fit. What is about a person or about who must not be found is never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from rapidfuzz import fuzz

from layers.importing import cells, columns, left_out
from layers.importing.coordinates import EUROPE
from layers.importing.tables import Table
from layers.importing.values import CODED, YES_NO

Box = tuple[float, float, float, float]
KINDS = frozenset({"services", "actors", "places"})
FEW = 3  # cells: fewer show nothing
LOOKED_AT = 400  # different texts of a column
MOST = 0.8  # share of them that must fit
NEAR_NAME = 88
_SHORT = 4  # letters: a shorter name is near to many
_DAY = (
    r"(?:mo|tu|we|th|fr|sa|su|di|mi|do|so|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim"
    r"|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonntags?|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|t[äa]glich|daily|tous les jours)"
)
_HOURS = re.compile(
    rf"\b{_DAY}\b.*?\d{{1,2}}\s*(?:[:.h]\s*\d{{0,2}}|uhr)?\s*(?:uhr)?\s*(?:[-\u2013\u2014]|bis|à|to)\s*\d"
    r"|\b24/7\b",
    re.IGNORECASE | re.DOTALL,
)
_DECIMALS = re.compile(r"^\s*-?\d{1,3}[.,]\d{3,}\s*$")
_DATES = frozenset({"date_checked"})
_NUMBERS = frozenset({"min_age", "max_age", "waiting_days", "capacity", "free_places"})
_NEVER = frozenset(
    {
        *("hidden", "address_shown", "private_contact", "consent_shown", "consent_shared"),
        *("at_risk", "id", "precision"),
    }
)


def recognise(table: Table, kind: str, *, box: Box | None) -> dict[str, str]:
    """Say which columns are sure to be a field although their name is not known.

    Parameters
    ----------
    table
        As read; ``decided`` columns are left as they are.
    kind
        One of :data:`layers.importing.columns.KINDS`.
    box
        West, south, east, north of the city, where it is known.

    Returns
    -------
    fields
        By name of column.
    """
    if kind not in KINDS or not table.rows:
        return {}
    bare = replace(table, notes=[*table.notes])
    found = columns.find(bare, columns.FIELDS[kind])
    used = {*found.place.values(), *found.hiding}
    free = [
        number
        for number, name in enumerate(table.columns)
        if number not in used
        and name not in table.decided
        and not left_out.is_personal(name)
        and not left_out.about_papers(name)
        and not columns.hides_by_name(name)
    ]
    texts = {number: _texts(table, number) for number in free}
    free = [number for number in free if len(texts[number]) > 0]
    missing = [one for one in columns.FIELDS[kind] if one not in found.place]
    by_cells = _by_cells(texts, missing)
    if table.shapes is None and not {"lat", "lon", "x", "y"} & set(found.place):
        by_cells |= _coordinates(table, texts, box)
    rest = [one for one in missing if one not in by_cells.values()]
    by_name = _by_name(table, {n: texts[n] for n in free if n not in by_cells}, rest)
    return {table.columns[number]: name for number, name in (by_cells | by_name).items()}


def _texts(table: Table, number: int) -> list[str]:
    different: dict[str, None] = {}
    for row in table.rows:
        text = row[number]
        if text is not None and not cells.is_nothing(text):
            different[text] = None
            if len(different) >= LOOKED_AT:
                break
    return list(different)


def _by_cells(texts: Mapping[int, list[str]], missing: list[str]) -> dict[int, str]:
    """Find columns whose cells can be one thing only."""
    found: dict[int, str] = {}
    for name, fits in (("opening_hours", _is_hours), ("languages", _is_languages)):
        good = [n for n, some in texts.items() if len(some) >= FEW and _share(some, fits) >= MOST]
        if name in missing and len(good) == 1:
            found[good[0]] = name
    return found


def _share(texts: Iterable[str], fits: Callable[[str], bool]) -> float:
    said = [fits(text) for text in texts]
    return sum(said) / len(said) if said else 0.0


def _is_hours(text: str) -> bool:
    return _HOURS.search(text) is not None


def _is_languages(text: str) -> bool:
    """Tell a list of languages by their names; tags such as ``de, fr`` may be countries."""
    known, strange = cells.tags(text)
    return bool(known) and not strange and not re.fullmatch(r"[a-z]{2}([,; /|]+[a-z]{2})*", text)


def _coordinates(table: Table, texts: Mapping[int, list[str]], box: Box | None) -> dict[int, str]:
    """Find the two columns of degrees, where only one way round lies in the city or in Europe."""
    pair = [
        number
        for number, some in texts.items()
        if _share(some, lambda text: bool(_DECIMALS.match(text))) >= MOST
    ]
    if len(pair) != 2:
        return {}
    points = []
    for row in table.rows[:LOOKED_AT]:
        try:
            both = cells.number(row[pair[0]]), cells.number(row[pair[1]])
        except ValueError:
            continue
        if both[0] is not None and both[1] is not None:
            points.append((both[0], both[1]))
    if len(points) < FEW:
        return {}
    west, south, east, north = box or EUROPE
    ways = [
        sum(west <= x <= east and south <= y <= north for x, y in way) >= MOST * len(points)
        for way in (points, [(y, x) for x, y in points])
    ]
    if ways[0] == ways[1]:
        return {}
    first, second = ("lon", "lat") if ways[0] else ("lat", "lon")
    return {pair[0]: first, pair[1]: second}


def _by_name(table: Table, texts: Mapping[int, list[str]], missing: list[str]) -> dict[int, str]:
    """Find columns whose name is nearly known and whose cells fit; each field and column once."""
    wishes: dict[int, list[tuple[float, str]]] = {}
    for number, some in texts.items():
        for name in missing:
            near = _nearness(cells.plain(table.columns[number]), name)
            if near and name not in _NEVER and _fits(name, some):
                wishes.setdefault(number, []).append((near, name))
    best = {number: max(found) for number, found in wishes.items()}
    rivals: dict[str, list[int]] = {}
    for number, (_, name) in best.items():
        rivals.setdefault(name, []).append(number)
    return {mine[0]: name for name, mine in rivals.items() if len(mine) == 1}


def _nearness(plain: str, name: str) -> float:
    """Say how near a name is to those of a field: 0 is not; longer words that agree are nearer."""
    found = 0.0
    words = f"_{plain}_"
    checked = name in YES_NO or name in _DATES or name in _NUMBERS or name in _LISTS
    for alias in (name, *cells.known()["fields"].get(name, [])):
        wanted = cells.plain(alias)
        if len(wanted) < _SHORT:
            continue
        if fuzz.ratio(plain, wanted) >= NEAR_NAME or (
            (checked or name == "name") and words.startswith(f"_{wanted}_")
        ):
            found = max(found, float(len(wanted)))
        elif checked and f"_{wanted}_" in words:
            found = max(found, len(wanted) - 0.5)
    return found


_LISTS = {field: which for one in CODED.values() for field, which in one.items()}


def _fits(name: str, texts: list[str]) -> bool:
    """Tell whether the cells are what a field holds."""
    return _share(texts, _reader(name)) >= MOST


def _reader(name: str) -> Callable[[str], bool]:
    """Give the test for one cell of a field."""
    if name in ("languages", "communities"):
        return lambda text: bool(cells.tags(text)[0])
    if name in _LISTS:
        return lambda text: _reads(lambda one: cells.code(one, _LISTS[name]), text)
    readers: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(YES_NO, cells.yes_no),
        **dict.fromkeys(_DATES, cells.day),
        **dict.fromkeys(_NUMBERS, cells.whole),
        **dict.fromkeys(("lat", "lon", "x", "y"), cells.number),
    }
    if name in readers:
        return lambda text: _reads(readers[name], text)
    return lambda text: any(sign.isalpha() for sign in text)


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        return reader(text) is not None
    except ValueError:
        return False
