"""Which rows of two lists may be the same thing: by name in one spelling, by place, by address.

Pure functions on tables. Nothing here decides: what is sure enough is decided by whoever asks
(:mod:`layers.importing.matches` for an import, :mod:`layers.duplicates` for what is there).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rapidfuzz import fuzz, process
from shapely.geometry.base import BaseGeometry

SAME_NAME = 92  # from here on two spellings are one name
LIKELY_NAME = 85  # from here on a person should look, wherever the two are
LIKELY_THERE = 70  # from here on, where place or address are the same
FAR_M = 1_000.0  # the same street and number farther apart than this are two towns
MOST = 10  # pairs kept of one row: more are a name that says nothing

_LEGAL = frozenset(
    {
        *("ev", "ggmbh", "gmbh", "ug", "gug", "ag", "kg", "ohg", "gbr", "eg", "kdor"),
        *("asbl", "vzw", "ivzw", "aisbl", "asl", "sprl", "srl", "sarl", "sas", "sa", "scop"),
        *("scic", "ltd", "limited", "inc", "llc", "plc", "cic", "cio", "nv", "bv", "sl"),
        *("onlus", "aps", "odv", "ry", "oy", "ab", "zs", "ops"),
    }
)
_LEGAL_PHRASES = re.compile(
    r"\((?:haftungsbeschrankt|loi (?:de )?1901)\)|\bassociation loi (?:de )?1901\b"
    r"|\bregistered charity\b|\beingetragener verein\b|\bgemeinnutzige gmbh\b"
)
_INITIALS = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)")  # "e. V." is one word
_OTHER = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")
_STREET = re.compile(r"(?:strasse|stra(?=\b)|str\b\.?)")
_TOWN = re.compile(r"^\s*(?:[a-z]{1,2}-)?\d{4,5}\b")
_CODE = re.compile(r"\b\d{5}\b|\b\d{4}\b(?=\s+[^\W\d])")
_OTHER_NUMBER, _OTHER_WORD = 65.0, 89.0  # as alike as two names can be that differ by one of these
_WORD_ALIKE = 60
_EARTH_M = 6_371_008.8
_PORTION = 500
_CELLS = 2_000_000

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@lru_cache(maxsize=200_000)
def key(name: str) -> str:
    """Bring a name into one spelling: case, accents, spaces, signs and legal forms are left out.

    Examples
    --------
    >>> key("Frauen-Treff\u00a0 e. V."), key("ASBL  Maison d'Amitié"), key("GmbH")
    ('frauen treff', 'maison d amitie', 'gmbh')
    """
    bare = _LEGAL_PHRASES.sub(" ", _fold(name))
    words = _OTHER.sub(" ", _INITIALS.sub("", bare)).split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _LEGAL:
        kept.pop()
    while len(kept) > 1 and kept[0] in _LEGAL:
        kept.pop(0)
    return " ".join(kept)


def same_name(a: str, b: str) -> float:
    """Say how alike two names are, from 0 to 100.

    The order of words does not matter. A number that differs makes two things of one name ("A1"
    and "A2"), and so does a whole word ("North" and "East"), though less surely.

    Examples
    --------
    >>> same_name("Frauentreff Sonne e.V.", "frauentreff  SONNE")
    100.0
    >>> same_name("Deutschkurs A1", "Deutschkurs A2")
    65.0
    >>> same_name("Jugendberatung Nord", "Jugendberatung Ost") < SAME_NAME
    True
    """
    return _alike(_sorted(key(a)), _sorted(key(b)))


@lru_cache(maxsize=200_000)
def address_key(address: str) -> str:
    """Bring street and number into one spelling; empty where the two are not told.

    Examples
    --------
    >>> address_key("Lindenstr. 17, 12345 Berlin") == address_key("Lindenstraße 17")
    True
    >>> address_key("12, rue du Lac"), address_key("Lindenstraße"), address_key("12345 Berlin")
    ('12 du lac rue', '', '')
    """
    text = " ".join(_lines(address)[0])
    words = _OTHER.sub(" ", _STREET.sub("str ", text)).split()
    named = any(len(word) > 1 and word.isalpha() and word != "str" for word in words)
    return " ".join(sorted(words)) if named and any(map(_DIGIT.search, words)) else ""


@lru_cache(maxsize=200_000)
def town_words(address: str) -> frozenset[str]:
    """Give the words of the town of an address; empty where it names none.

    Examples
    --------
    >>> sorted(town_words("Hauptstr. 1, 60311 Frankfurt am Main")), town_words("Hauptstr. 1")
    (['am', 'frankfurt', 'main'], frozenset())
    """
    words = _OTHER.sub(" ", " ".join(_TOWN.sub(" ", part) for part in _lines(address)[1])).split()
    return frozenset(word for word in words if word.isalpha())


def other_house(one: str, other: str) -> bool:
    """Tell whether two addresses name two houses; not where one of them names none.

    Examples
    --------
    >>> other_house("Ring 1", "Ring 8"), other_house("Ring 1", "Weg 1"), other_house("Ring 1", "")
    (True, True, False)
    >>> other_house("Ring 5", "Ring 5-7, 10115 Berlin")
    False
    """
    both = [address_key(text).split() for text in (one, other)]
    if not all(both):
        return False
    mine, theirs = ({word for word in words if _DIGIT.search(word)} for words in both)
    if not (mine <= theirs or theirs <= mine):
        return True
    streets = [" ".join(word for word in words if not _DIGIT.search(word)) for words in both]
    return bool(fuzz.ratio(*streets) < LIKELY_NAME)


def metres_apart(lon: Numbers, lat: Numbers, other_lon: Numbers, other_lat: Numbers) -> Numbers:
    """Measure great circles in metres; NaN where a place is not known.

    On a sphere, so up to half a percent off: right for "is it the same place".

    Examples
    --------
    >>> here = np.array([10.0]), np.array([50.0])
    >>> round(float(metres_apart(*here, np.array([10.0]), np.array([50.001]))[0]))
    111
    """
    first, second = np.radians(lat), np.radians(other_lat)
    half = (
        np.sin((second - first) / 2) ** 2
        + np.cos(first) * np.cos(second) * np.sin(np.radians(other_lon - lon) / 2) ** 2
    )
    found: Numbers = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return found


def pairs(
    left: pd.DataFrame,
    right: pd.DataFrame | None = None,
    *,
    metres: float = 150,
    each: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Find the pairs that may be the same: a like name, or one place and a somewhat like name.

    Parameters
    ----------
    left, right
        Columns ``id`` and ``name``; where there are such, ``alternate_name``, ``address`` and
        ``geometry`` (points in EPSG:4326, ``None`` where the place is not known or protected).
        Without ``right``, pairs within ``left``, each once.
    metres
        How far apart two points may be to be one place.
    each
        Is told how many rows are done, of how many; may raise to stop.

    Returns
    -------
    pairs
        ``left_id``, ``right_id``, ``score`` (of the names, 0 to 100), ``metres`` (NaN where
        unknown) and ``why``: a tuple of those that agree of ``name``, ``place``, ``address``. Best
        first, and of each left row the best :data:`MOST` only.

    Notes
    -----
    Every name is compared with every other by bit-parallel edit distance with a cut-off, which
    takes about a second for 10,000 by 10,000; only what passes is looked at more closely.
    """
    mine = _Side.of(left)
    others = mine if right is None else _Side.of(right)
    found: dict[tuple[int, int], tuple[float, float, tuple[str, ...]]] = {}
    if len(mine.keys) and len(others.keys):
        for one in _compared(mine, others, metres, each, within=right is None):
            pair, best = (one[0], one[1]), one[2:]
            if pair not in found or _rank(best) > _rank(found[pair]):
                found[pair] = best
    rows = sorted(found.items(), key=lambda one: (*(-n for n in _rank(one[1])), one[0]))
    kept, count = [], dict.fromkeys(range(len(mine.ids)), 0)
    for (i, j), (score, apart, why) in rows:
        count[i] += 1
        if count[i] <= MOST:
            kept.append((mine.ids[i], others.ids[j], score, apart, why))
    return pd.DataFrame(kept, columns=["left_id", "right_id", "score", "metres", "why"])


@dataclass(frozen=True, slots=True)
class _Side:
    """One list: every name once, and which rows bear it."""

    ids: list[str]
    keys: list[str]  # names in one spelling, words in order of the alphabet
    rows: list[Places]  # of each key
    lon: Numbers
    lat: Numbers
    streets: npt.NDArray[np.object_]
    codes: npt.NDArray[np.object_]  # post codes
    towns: list[frozenset[str]]

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Side:
        bearers: dict[str, list[int]] = {}
        for column in ("name", "alternate_name"):
            for row, name in enumerate(table.get(column, [])):
                if isinstance(name, str) and (spelled := _sorted(key(name))):
                    bearers.setdefault(spelled, []).append(row)
        addresses = [
            one if isinstance(one, str) else ""
            for one in (table["address"] if "address" in table else [""] * len(table))
        ]
        lon, lat = _lon_lat(table)
        return cls(
            [str(one) for one in table["id"]],
            list(bearers),
            [np.array(sorted(set(rows)), dtype=np.intp) for rows in bearers.values()],
            lon,
            lat,
            np.array([address_key(one) for one in addresses], dtype=object),
            np.array([_post_code(one) for one in addresses], dtype=object),
            [town_words(one) for one in addresses],
        )


def _compared(
    mine: _Side,
    others: _Side,
    metres: float,
    each: Callable[[int, int], None] | None,
    *,
    within: bool,
) -> Iterator[tuple[int, int, float, float, tuple[str, ...]]]:
    """Give all pairs that are alike enough, as positions.

    Names whose numbers differ are never a pair, so only those with the same numbers are compared.
    """
    ours, theirs = _by_numbers(mine.keys), _by_numbers(others.keys)
    nobody = np.empty(0, dtype=np.intp)
    done = 0
    for numbers, spelled in ours.items():
        mates = theirs.get(numbers, nobody)
        for first in range(0, len(spelled) if len(mates) else 0, _PORTION):
            if each is not None:
                each(done + first, len(mine.keys))
            portion = spelled[first : first + _PORTION]
            for one, near in _near(mine.keys, portion, others.keys, mates):
                yield from _of_one_name(mine, others, one, near, metres, within)
        done += len(spelled)


def _by_numbers(keys: list[str]) -> dict[frozenset[str], Places]:
    """Group names by the words in them that hold a digit."""
    found: dict[frozenset[str], list[int]] = {}
    for place, spelled in enumerate(keys):
        numbers = [word for word in spelled.split() if _DIGIT.search(word)]
        found.setdefault(frozenset(numbers), []).append(place)
    return {numbers: np.array(places, dtype=np.intp) for numbers, places in found.items()}


def _near(
    keys: list[str], some: Places, others: list[str], mates: Places
) -> Iterator[tuple[int, Places]]:
    """Give those of the other names that each name may be, with a cut-off."""
    scores = process.cdist(
        [keys[one] for one in some],
        [others[one] for one in mates],
        scorer=fuzz.ratio,
        score_cutoff=LIKELY_THERE,
        dtype=np.uint8,
    )
    lines, places = np.nonzero(scores)
    ends = np.searchsorted(lines, np.arange(len(some) + 1))
    for line, one in enumerate(some.tolist()):
        if ends[line] < ends[line + 1]:
            yield one, mates[places[ends[line] : ends[line + 1]]]


def _of_one_name(
    mine: _Side,
    others: _Side,
    spelled: int,
    mates: Places,
    metres: float,
    within: bool,  # noqa: FBT001 - handed on
) -> Iterator[tuple[int, int, float, float, tuple[str, ...]]]:
    alike = {mate: _alike(mine.keys[spelled], others.keys[mate]) for mate in mates.tolist()}
    good = [mate for mate, score in alike.items() if score >= LIKELY_THERE]
    if not good:
        return
    there = np.concatenate([others.rows[mate] for mate in good])
    score = np.repeat([alike[mate] for mate in good], [len(others.rows[mate]) for mate in good])
    here = mine.rows[spelled]
    portion = max(1, _CELLS // len(there))
    for first in range(0, len(here), portion):
        some = here[first : first + portion, np.newaxis]
        apart = metres_apart(mine.lon[some], mine.lat[some], others.lon[there], others.lat[there])
        place = apart <= metres  # NaN is no place
        address = (mine.streets[some] == others.streets[there]) & (mine.streets[some] != "")
        codes, their_codes = mine.codes[some], others.codes[there]
        uncoded = (codes == "") | (their_codes == "")
        address &= (codes == their_codes) | uncoded
        address &= ~(apart > FAR_M)
        for line, row in np.argwhere(address & uncoded).tolist():
            ours, towns = mine.towns[int(some[line, 0])], others.towns[int(there[row])]
            if ours and towns and not (ours <= towns or towns <= ours):
                address[line, row] = False
        kept = (score >= LIKELY_NAME) | place | address
        if within:
            kept &= some < there
        for line, row in _best(kept, place | address, score):
            i, j = int(some[line, 0]), int(there[row])
            agree = (score[row] >= LIKELY_NAME, place[line, row], address[line, row])
            why = tuple(
                w for w, yes in zip(("name", "place", "address"), agree, strict=True) if yes
            )
            yield i, j, float(score[row]), float(apart[line, row]), why


def _best(
    kept: npt.NDArray[np.bool_], there: npt.NDArray[np.bool_], score: Numbers
) -> Iterator[tuple[int, int]]:
    """Go through what is kept, of each line only the best."""
    for line in np.flatnonzero(kept.any(axis=1)):
        rows = np.flatnonzero(kept[line])
        if len(rows) > MOST:
            order = np.lexsort((-score[rows], ~there[line, rows]))
            rows = rows[order[:MOST]]
        for row in rows:
            yield int(line), int(row)


def _rank(one: tuple[float, float, tuple[str, ...]]) -> tuple[float, ...]:
    score, apart, why = one
    near = -apart if np.isfinite(apart) else -np.inf
    return (float(bool({"place", "address"} & set(why))), score, near)


def _alike(a: str, b: str) -> float:
    """Compare two names in one spelling."""
    if not a or not b:
        return 0.0
    if a == b:
        return 100.0
    score = float(fuzz.ratio(a, b))
    if score < LIKELY_THERE:
        return score
    words, theirs = a.split(), b.split()
    only = [word for word in words if word not in theirs]
    only_theirs = [word for word in theirs if word not in words]
    if any(map(_DIGIT.search, (*only, *only_theirs))):
        return min(score, _OTHER_NUMBER)
    few, many = sorted((only, only_theirs), key=len)
    if few and any(max(fuzz.ratio(one, other) for other in many) < _WORD_ALIKE for one in few):
        return min(score, _OTHER_WORD)
    return score


@lru_cache(maxsize=200_000)
def _sorted(spelled: str) -> str:
    return " ".join(sorted(spelled.split()))


def _fold(text: str) -> str:
    """Bring accents, widths and case into one form; ``ß`` becomes ``ss``."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _lines(address: str) -> tuple[list[str], list[str]]:
    """Part an address into what names the house and what names the town."""
    parts = _fold(address).split(",")
    bare = [part for part in parts if not _TOWN.match(part)]
    lines = 1
    if len(bare) > 1 and not re.search(r"[^\W\d_]{2}", bare[0]):
        lines = 2  # "12, rue du Lac"
    return bare[:lines], [*bare[lines:], *(part for part in parts if _TOWN.match(part))]


def _post_code(address: str) -> str:
    found = _CODE.findall(address)
    return found[-1] if found else ""


def _lon_lat(table: pd.DataFrame) -> tuple[Numbers, Numbers]:
    if "geometry" not in table:
        nowhere = np.full(len(table), np.nan)
        return nowhere, nowhere
    shapes: Any = [one if isinstance(one, BaseGeometry) else None for one in table["geometry"]]
    points = np.array(shapes, dtype=object)
    middles = np.array([None if one is None else one.centroid for one in points], dtype=object)
    return shapely.get_x(middles), shapely.get_y(middles)
