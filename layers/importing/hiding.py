"""Which rows must have no place here, and which of their texts would tell it all the same."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from layers.importing import cells
from layers.importing.columns import Columns

ROUGH = ("street", "area", "city")
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


def why_hidden(columns: Columns, row: list[str | None], name: str | None) -> str:
    """Tell whether a row must have no place.

    Returns
    -------
    why
        ``said`` so by the row, ``unread`` where its precision is a word that is not understood,
        ``guessed`` by the name of a shelter, or empty. Only the guess is lifted by a plain "no".
    """
    said = [_hides(row[place]) for place in columns.hiding]
    shown = _shows(columns.get(row, "address_shown"))
    if any(said) or shown is False:
        return "said"
    words = cells.known()
    parts = (columns.get(row, part) for part in ("street", "house_number", "zip", "town"))
    address = _fold(" ".join(filter(None, parts)))
    text = f"{address} {_fold(name or '')}"
    if any(_fold(word) in text for word in words["hidden_words"]):
        return "said"
    if _hidden_address().search(address):
        return "said"
    precision, read = said_precision(columns, row)
    if precision == "hidden":
        return "said" if read else "unread"
    public = shown is True or (False in said)
    shelter = any(_fold(word) in _fold(name or "") for word in words["shelter_words"])
    return "guessed" if shelter and not public else ""


@cache
def _hidden_address() -> re.Pattern[str]:
    words = "|".join(re.escape(_fold(word)) for word in cells.known()["hidden_address"])
    return re.compile(rf"\b(?:{words})\b")


def said_precision(columns: Columns, row: list[str | None]) -> tuple[str | None, bool]:
    """Read how exact a place may be known, and whether that was understood.

    A word that is not understood may be one for protected: it hides. A number is the accuracy of
    a device and no word.
    """
    text = columns.get(row, "precision")
    try:
        return cells.code(text, "precision"), True
    except ValueError:
        pass
    if text is not None and re.fullmatch(r"[\d.,\s]+(m|km|%)?", text.strip()):
        return None, True
    return "hidden", False


def _hides(text: str | None) -> bool | None:
    try:
        return cells.yes_no(text)
    except ValueError:
        return True  # a remark in a column called "confidential" is a reason to hide


def _shows(text: str | None) -> bool | None:
    if text is None or cells.is_nothing(text):
        return None
    words = cells.known()
    return text.strip().lower() in (*words["yes"], *words["visible"])


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
def _fold(text: str) -> str:
    """Bring accents and case into one form; ``ß`` becomes ``ss``."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _letters(text: str) -> str:
    """Keep letters and digits, and write every German street as ``str``."""
    return re.sub(r"strasse|str\b\.?", "str", re.sub(r"[^\w]|_", "", _fold(text)))
