"""Which rows must have no place here, and which of their texts would tell it all the same."""

from __future__ import annotations

import re
from functools import cache

from layers.addresses import fold, tells, without_number
from layers.importing import cells
from layers.importing.columns import Columns

__all__ = ["ROUGH", "said_precision", "tells", "why_hidden", "without_number"]
ROUGH = ("street", "area", "city")


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
    address = fold(" ".join(filter(None, parts)))
    text = f"{address} {fold(name or '')}"
    if any(fold(word) in text for word in words["hidden_words"]):
        return "said"
    if _hidden_address().search(address):
        return "said"
    precision, read = said_precision(columns, row)
    if precision == "hidden":
        return "said" if read else "unread"
    public = shown is True or (False in said)
    shelter = any(fold(word) in fold(name or "") for word in words["shelter_words"])
    return "guessed" if shelter and not public else ""


@cache
def _hidden_address() -> re.Pattern[str]:
    words = "|".join(re.escape(fold(word)) for word in cells.known()["hidden_address"])
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
