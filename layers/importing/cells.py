"""From the text of one cell to a value: never a guess that could pass for a fact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache, lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from layers import clock, vocab
from layers.importing.known import known
from layers.importing.languages import tags

__all__ = [
    "band",
    "category_in",
    "code",
    "codes_in",
    "day",
    "day_of_serial",
    "day_or_month_first",
    "is_ahead",
    "is_nothing",
    "is_suppressed",
    "known",
    "label_of",
    "month_first",
    "number",
    "plain",
    "tags",
    "ungrouped",
    "whole",
    "yes_no",
]
_Said = ParamSpec("_Said")
_Value = TypeVar("_Value")
REMEMBERED = 100_000  # texts
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|(\d\d)(\d\d))")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")  # of the years 1954 to 2091
_FIRST_DAY = date(1899, 12, 30)
_CLOCK = re.compile(r"(?<=\d)[T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$")
_GROUPING = "[ \\u202f'\u2019.,]"
_THOUSANDS = re.compile(rf"^[+-]?\d{{1,3}}({_GROUPING}\d{{3}})+$")
_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*$")


def _remembered(reader: Callable[_Said, _Value]) -> Callable[_Said, _Value]:
    """Read every text once: columns say the same again and again, also what is no value."""
    seen: dict[Any, tuple[_Value | None, bool]] = {}

    @wraps(reader)
    def read(*said: _Said.args, **more: _Said.kwargs) -> _Value:
        if said not in seen:
            if len(seen) > REMEMBERED:
                seen.clear()
            try:
                seen[said] = reader(*said, **more), True
            except ValueError:
                seen[said] = None, False
        value, good = seen[said]
        if not good:
            raise ValueError(said[0])
        return value  # type: ignore[return-value] # None only where the reader gave it

    return read


@lru_cache(maxsize=REMEMBERED)
def plain(text: str) -> str:
    """Bring a name into one form, so that spelling by case, space or dash is the same.

    Examples
    --------
    >>> plain(" Zip-Code "), plain("Straße"), plain("addr:street"), plain("Âge (ans)")
    ('zip_code', 'straße', 'addr_street', 'âge_ans')
    """
    composed = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"[^\w%@]+", "_", composed).strip("_") or text.strip()


def is_nothing(text: str | None) -> bool:
    """Tell whether a cell of a mapped column says nothing, such as ``n/a`` or a dash."""
    return text is None or text.strip().lower() in _words("nothing")


@cache
def _words(which: str) -> frozenset[str]:
    return frozenset(known()[which])


@_remembered
def number(text: str | None) -> float | None:
    """Read a number, with a decimal point or comma and separated thousands.

    Raises
    ------
    ValueError
        If there is something, but not a finite number.

    Examples
    --------
    >>> number("46,8"), number("1 234"), number("1.234.567"), number("-9.5"), number("n/a")
    (46.8, 1234.0, 1234567.0, -9.5, None)
    """
    if text is None or is_nothing(text):
        return None
    bare = text.strip().replace("\u00a0", " ")
    if _THOUSANDS.match(bare) and (
        len(re.findall(_GROUPING, bare)) > 1 or not re.search(r"[.,]", bare)
    ):
        bare = re.sub(_GROUPING, "", bare)
    elif "," in bare and "." in bare:
        # the one that stands last is the decimal sign
        last = max(bare.rfind(","), bare.rfind("."))
        bare = re.sub(r"[.,]", "", bare[:last]) + "." + bare[last + 1 :]
    else:
        bare = bare.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", bare):
        raise ValueError(text)
    found = float(bare)
    if found in (float("inf"), float("-inf")):
        raise ValueError(text)
    return found


def whole(text: str | None) -> int | None:
    """Read a whole number; 112.99999999999999 is 113, 112.5 is none.

    Examples
    --------
    >>> whole("112.99999999999999"), whole("7"), whole(None)
    (113, 7, None)
    """
    found = number(text)
    if found is None:
        return None
    if abs(found - round(found)) > 1e-6:
        raise ValueError(text)
    return round(found)


@_remembered
def yes_no(text: str | None) -> bool | None:
    """Read yes, no or unknown; anything else raises rather than becoming "no".

    Examples
    --------
    >>> yes_no("Ja"), yes_no("0"), yes_no("unknown"), yes_no(None)
    (True, False, None, None)
    """
    if text is None or is_nothing(text):
        return None
    word = text.strip().lower()
    if word in _words("yes"):
        return True
    if word in _words("no"):
        return False
    raise ValueError(text)


@_remembered
def day(text: str | None) -> date | None:
    """Read a date: year first, or day first as written in Europe.

    Examples
    --------
    >>> day("05/03/2022"), day("2020-12-31")
    (datetime.date(2022, 3, 5), datetime.date(2020, 12, 31))
    """
    if text is None or is_nothing(text):
        return None
    bare = _CLOCK.sub("", text.strip())
    if found := _YEAR_FIRST.fullmatch(bare):
        year, month, day_ = (int(part) for part in found.groups() if part is not None)
    elif found := _DAY_FIRST.fullmatch(bare):
        day_, month, year = int(found[1]), int(found[3]), int(found[4])
    else:
        raise ValueError(text)
    return date(year, month, day_)  # raises ValueError itself


def is_ahead(one: date) -> bool:
    """Tell a day that is still to come everywhere on earth: nothing was checked on it."""
    return one > clock.today() + timedelta(days=1)


def day_of_serial(text: str) -> str:
    """Write the number of days by which a spreadsheet keeps a day as year, month and day.

    Examples
    --------
    >>> day_of_serial("46000"), day_of_serial("2025")
    ('2025-12-09', '2025')
    """
    if not _SERIAL.fullmatch(text.strip()):
        return text
    return (_FIRST_DAY + timedelta(days=int(float(text)))).isoformat()


def day_or_month_first(texts: Iterable[str]) -> bool | None:
    """Tell from all dates of a column whether the day stands first; ``None``: they do not show it.

    Raises
    ------
    ValueError
        If some show that the day stands first, and others the month.

    Examples
    --------
    >>> day_or_month_first(["05/03/2022", "25/03/2022"]), day_or_month_first(["05/03/2022"])
    (True, None)
    """
    found = [one for text in texts if (one := _DAY_FIRST.fullmatch(_CLOCK.sub("", text.strip())))]
    both = [(int(one[1]), int(one[3])) for one in found if one[2] != "."]
    day_first, month_first = any(a > 12 for a, _ in both), any(b > 12 for _, b in both)
    if day_first and month_first:
        raise ValueError("both")
    return True if day_first or not both else False if month_first else None


def month_first(text: str) -> str:
    """Write a date whose month stands first as year, month and day.

    Examples
    --------
    >>> month_first("03/25/2022"), month_first("25.03.2022")
    ('2022-03-25', '25.03.2022')
    """
    found = _DAY_FIRST.fullmatch(_CLOCK.sub("", text.strip()))
    if found is None or found[2] == ".":
        return text
    return f"{found[4]}-{int(found[1]):02d}-{int(found[3]):02d}"


def ungrouped(texts: Iterable[str | None]) -> Callable[[str | None], str | None]:
    """Choose how the counts of a column are written: 1.234 is no person and a fraction.

    Where every point or comma of the column stands before three digits, it groups thousands.

    Examples
    --------
    >>> read = ungrouped(["1.234", "987", "12.003"])
    >>> read("1.234"), read(None), ungrouped(["1.234", "7.5"])("1.234")
    ('1234', None, '1.234')
    """
    signs = {sign for text in texts if text for sign in re.findall(r"[.,]", text)}
    some = [text.strip() for text in texts if text and re.search(r"[.,]", text)]
    if len(signs) != 1 or not all(_GROUPED.match(text) for text in some):
        return lambda text: text
    return lambda text: None if text is None else re.sub(r"[.,]", "", text)


@_remembered
def code(text: str | None, which: str) -> str | None:
    """Map a value to a code of a closed list.

    Raises
    ------
    ValueError
        If the list has no such code and no such word for one.

    Examples
    --------
    >>> code("Verein", "actor_kind"), code("delivers with", "tie_kind")
    ('ngo', 'delivers_with')
    """
    if text is None or is_nothing(text):
        return None
    found = _codes(which).get(plain(text))
    if found is None and which == "category":
        named = category_in(text)
        found = named[0] if named else None
    if found is None:
        raise ValueError(text)
    return found


def codes_in(text: str | None, which: str) -> list[str]:
    """Read all codes of a cell that lists several; what is no code is left out.

    Examples
    --------
    >>> codes_in("Health; legal advice, chess", "category"), codes_in(None, "category")
    (['health', 'legal'], [])
    """
    found: list[str] = []
    for part in re.split(r"\s*[;,|/\n]\s*", text or ""):
        try:
            one = code(part, which)
        except ValueError:
            continue
        if one is not None and one not in found:
            found.append(one)
    return found


@cache
def _codes(which: str) -> dict[str, str]:
    """Give the codes of a list by every word for them; a code itself wins over a word."""
    words = known()["values"].get(which, {})
    listed = {plain(word): one for one in vocab.LISTS[which] for word in words.get(one, [])}
    return listed | {plain(one): one for one in vocab.LISTS[which]}


@lru_cache(maxsize=REMEMBERED)
def category_in(text: str) -> tuple[str, str] | None:
    """Find the category that a word or a file name speaks of, and what one of its rows is called.

    Examples
    --------
    >>> category_in("community-centers"), category_in("libraries"), category_in("table 1")
    (('meeting_place', 'Community centre'), ('education', 'Library'), None)
    """
    padded = f"_{plain(text)}_"
    best: tuple[int, str, str] = (0, "", "")
    for entry in known()["categories"]:
        for word in entry["words"]:
            if f"_{plain(word)}_" in padded and len(word) > best[0]:
                best = (len(word), entry["code"], entry["label"])
    return (best[1], best[2]) if best[0] else None


def label_of(category: str) -> str:
    """Give the word that a row without a name is called by, from its category."""
    entries = known()["categories"]
    fitting = [entry["label"] for entry in entries if entry["code"] == category]
    return str(fitting[-1])


def band(text: str | None) -> str | None:
    """Read how many women said something, as a band; fewer than five raises ``LookupError``.

    Examples
    --------
    >>> band("12"), band("20+"), band("5-9")
    ('10-19', '20+', '5-9')
    """
    if text is None or is_nothing(text):
        return None
    bare = text.strip().replace("\u2013", "-")  # an en dash, as word processors write it
    if bare in vocab.BAND:
        return bare
    many = whole(bare)
    if many is None or many < 5:
        raise LookupError(text)
    return vocab.BAND[0] if many < 10 else vocab.BAND[1] if many < 20 else vocab.BAND[2]


def is_suppressed(text: str | None) -> bool:
    """Tell whether a source withheld a count, such as ``*`` or ``<5``."""
    return text is not None and text.strip().lower() in _words("suppressed")
