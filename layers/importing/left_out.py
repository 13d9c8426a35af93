"""Columns that are never kept: groups by papers, counts that nobody checked, what is personal."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache

from layers.importing import cells
from layers.importing.tables import Note, Table

_SMALL = 5
_CODE = 4  # digits
# one number, or two with a dash between, and words around: "3", "<5", "3 women", "1-2"
_A_NUMBER = re.compile(r"^\D*\d[\d.,\s]*(?:\s*(?:[-/]|to|bis|à)\s*\d[\d.,]*)?\D*$")


def about_papers(name: str) -> bool:
    """Tell whether a name speaks of people by their papers or their right to stay.

    Examples
    --------
    >>> [about_papers(name) for name in ("without_papers", "Sans-papiers", "Geduldete", "women")]
    [True, True, True, False]
    >>> about_papers("newspaper_readers"), about_papers("Aufenthaltsdauer")
    (False, False)
    """
    bare = _bare(name)
    parts = bare.split("_")
    words = cells.known()["papers"]
    if any(part.startswith(stem) for part in parts for stem in words["not"]):
        return False
    starts = any(part.startswith(stem) for part in parts for stem in words["starts"])
    return starts or any(stem in bare for stem in words["within"])


def is_personal(name: str) -> bool:
    """Tell whether a column holds how to reach a person, or who she is, by the stem of its name.

    Examples
    --------
    >>> [is_personal(name) for name in ("Telefon 2", "Vorstand", "Privatadresse", "Farbe")]
    [True, True, True, False]
    """
    bare = _bare(name)
    parts = bare.split("_")
    words = cells.known()["personal"]
    starts = any(part.startswith(stem) for part in parts for stem in words["starts"])
    return starts or any(stem in bare for stem in words["within"])


def about_people(name: str) -> bool:
    """Tell whether a name speaks of how many people there are; how many may come is no such name.

    Examples
    --------
    >>> names = ("Teilnehmerinnen", "clients_women", "Bénéficiaires", "Nb femmes", "Besucher/Monat")
    >>> all(about_people(name) for name in names)
    True
    >>> [about_people(name) for name in ("max_participants", "stops", "Frauen nur", "tables")]
    [False, False, False, False]
    """
    bare = _bare(name)
    parts = bare.split("_")
    words = cells.known()["people"]
    if any(part in words["not"] for part in parts):
        return False
    named = any(part in words["words"] or part.startswith(tuple(words["starts"])) for part in parts)
    return named or any(stem in bare for stem in words["within"])


@cache
def _bare(name: str) -> str:
    """Bring a name into one form without accents."""
    parted = unicodedata.normalize("NFKD", cells.plain(name).replace("ß", "ss"))
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def without_counts(table: Table, left: list[int]) -> list[int]:
    """Take columns that may count people out of what is kept unmapped, and say so.

    A file of areas, population or usage is about people: a number in a column that has no place
    here was not checked, so it may be a count of three.
    """
    papers = [place for place in left if about_papers(table.columns[place])]
    numbers = [
        place
        for place in left
        if place not in papers and _numeric(table, place) and not is_code(table, place)
    ]
    say(table, "papers_left_out", papers)
    say(table, "numbers_left_out", numbers)
    return [place for place in left if place not in (*papers, *numbers)]


def is_code(table: Table, place: int) -> bool:
    """Tell a column that numbers the rows themselves: no two alike, all equally many digits.

    Four digits or more, so that a count of this form would still be far from one of a few people.
    """
    texts = [row[place] or "" for row in table.rows]
    alike = len({len(text) for text in texts}) == 1 and len(set(texts)) == len(texts) > 1
    digits = alike and len(texts[0]) >= _CODE and all(text.isdecimal() for text in texts)
    far = digits and all(int(text) >= _SMALL for text in texts)
    return far and not about_people(table.columns[place])


def without_papers(table: Table, left: list[int]) -> list[int]:
    """Take numbers of people by papers out of the columns that any table may keep unmapped."""
    gone = [n for n in left if about_papers(table.columns[n]) and _numeric(table, n)]
    say(table, "papers_left_out", gone)
    return [n for n in left if n not in gone]


def without_people(table: Table, left: list[int]) -> list[int]:
    """Take numbers of people out of what services and actors keep unmapped, and say so."""
    gone = [n for n in left if about_people(table.columns[n]) and _numeric(table, n)]
    say(table, "numbers_left_out", gone)
    return [n for n in left if n not in gone]


def say(table: Table, code: str, places: list[int]) -> None:
    """Name the columns that were left out."""
    if places:
        names = ", ".join(table.columns[place] for place in places)
        table.notes.append(Note(code, {"columns": names}))


def _numeric(table: Table, place: int) -> bool:
    plain = set(cells.plain(table.columns[place]).split("_"))
    if plain <= set(cells.known()["measures"]):
        return False  # hectares, years and degrees are no people
    return any(_may_count(row[place]) for row in table.rows)


def _may_count(text: str | None) -> bool:
    if text is None:
        return False
    if text[0] in "[{":  # a table in a cell
        return any(sign.isdigit() for sign in json.dumps(text))
    code = text.isdigit() and text[0] == "0" and len(text) > 1 and int(text) >= _SMALL
    return bool(_A_NUMBER.match(text)) and not code
