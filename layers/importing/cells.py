"""From the text of one cell to a value: never a guess that could pass for a fact."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from layers import vocab

_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S")
_TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z]{4})?(-[A-Z]{2})?$")
_GROUPING = "[ \\u202f'\u2019.,]"
_THOUSANDS = re.compile(rf"^[+-]?\d{{1,3}}({_GROUPING}\d{{3}})+$")
_SPLIT = re.compile(r"\s*[;,|/\n]\s*|\s+(?:und|and|et)\s+")


@cache
def known() -> dict[str, Any]:
    """Read the list of names that columns and values go by in other people's tables."""
    text = (Path(__file__).parent / "aliases.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


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
    return text is None or text.strip().lower() in known()["nothing"]


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
    if word in known()["yes"]:
        return True
    if word in known()["no"]:
        return False
    raise ValueError(text)


def day(text: str | None) -> date | None:
    """Read a date: year first, or day first as written in Europe.

    Examples
    --------
    >>> day("05/03/2022"), day("2020-12-31")
    (datetime.date(2022, 3, 5), datetime.date(2020, 12, 31))
    """
    if text is None or is_nothing(text):
        return None
    for form in _DAYS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(text)


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
    codes = vocab.LISTS[which]
    for one in codes:
        if plain(text) == plain(one):
            return one
    if which == "category":
        found = category_in(text)
        if found:
            return found[0]
    words = known()["values"].get(which, {})
    for one in codes:
        if plain(text) in {plain(word) for word in words.get(one, [])}:
            return one
    raise ValueError(text)


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


def tags(text: str | None) -> tuple[list[str], list[str]]:
    """Read languages as BCP 47 tags, and give back what is none.

    Examples
    --------
    >>> tags("English, Dari und Somali; and more")
    (['en', 'prs', 'so'], ['and more'])
    """
    found: list[str] = []
    strange: list[str] = []
    names = {word: tag for tag, words in known()["languages"].items() for word in words}
    for part in _SPLIT.split(text or ""):
        word = part.strip()
        if not word:
            continue
        tag = names.get(word.lower()) or (word if _TAG.match(word) else None)
        if tag is None:
            strange.append(word)
        elif tag not in found:
            found.append(tag)
    return found, strange


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
    return text is not None and text.strip().lower() in known()["suppressed"]
