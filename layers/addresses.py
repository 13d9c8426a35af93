"""Addresses in texts: whether a text tells one, and an address without the number of its house."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ROUND_DEG = 3  # decimals of a point known to the street: some 100 m, as long as a block

_SHORT = 4  # letters: a street called "Weg" is in many words
_NUMBER_LAST = re.compile(r"[\s,]+\d+\s*[a-zA-Z]?(\s*[-/+\u2013]\s*\d+\s*[a-zA-Z]?)*\s*$")
_NUMBER_FIRST = re.compile(r"^\s*\d+\s*([a-zA-Z]|bis|ter|quater)?\s*,?\s+(?=[^\W\d])")
_POST_TOWN = re.compile(r"^\s*\d{4,5}\s+[^\W\d]{2,}[^\d]*$")
_ADDRESS = re.compile(
    r"(straße|strasse|str\.?|weg|platz|allee|gasse|damm|ufer|ring)\s*\d"
    r"|\d+\s*,?\s+(rue|avenue|boulevard|place|quai|chemin|impasse)\b"
    r"|\d+\s+[\w ]{2,30}\b(street|road|lane|avenue)\b",
    re.IGNORECASE,
)


def tells(text: str | None, street: str | None) -> bool:
    """Tell whether a text names the street of its row, or any address.

    Examples
    --------
    >>> tells("Haus Lindenstraße", "Lindenstr. 17"), tells("Ring at Weg 5", None)
    (True, True)
    >>> tells("House of women", "Lindenstr. 17"), tells("On the way", "Weg 5")
    (False, False)
    """
    if text is None:
        return False
    if _ADDRESS.search(text):
        return True
    if street is None:
        return False
    first = street.split(",")[0]
    core = _letters(without_number(first) or "")
    if len(core) < _SHORT:
        core = _letters(first)
    return len(core) >= _SHORT and core in _letters(text)


def without_number(address: str | None) -> str | None:
    """Give an address without the number of the house, or nothing where that is not sure.

    Examples
    --------
    >>> without_number("Lindenstr. 17a, 12345 Berlin"), without_number("17 bis, rue du Lac")
    ('Lindenstr., 12345 Berlin', 'rue du Lac')
    >>> without_number("Straße des 17. Juni 135"), without_number("Haus 3 Tor 5, Hof 2b")
    ('Straße des 17. Juni', None)
    """
    if address is None:
        return None
    bare = _NUMBER_FIRST.sub("", address)
    kept = []
    for place, part in enumerate(bare.split(",")):
        text = part if _POST_TOWN.match(part) else _NUMBER_LAST.sub("", part).strip()
        if place and re.search(r"\d", text) and not _POST_TOWN.match(text):
            continue
        if re.search(r"\d(?!\d*\.)", text) and not _POST_TOWN.match(text):
            return None
        kept.append(text.strip())
    return ", ".join(filter(None, kept)) or None


@lru_cache(maxsize=100_000)  # the words are folded for every row, and many cells are alike
def fold(text: str) -> str:
    """Bring accents and case into one form; ``ß`` becomes ``ss``."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _letters(text: str) -> str:
    """Keep letters and digits, and write every German street as ``str``."""
    return re.sub(r"strasse|str\b\.?", "str", re.sub(r"[^\w]|_", "", fold(text)))
