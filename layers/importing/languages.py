"""Languages as people write them, as BCP 47 tags; what is no language stays text."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from layers.importing.known import known

_TAG = re.compile(r"^([a-z]{2,3})(-[A-Za-z]{4})?(-[A-Z]{2})?$")
_SPLIT = re.compile(
    r"\s*[;,|/\n\u060c\u00b7\u2022+]\s*|\s+(?:und|and|et|en|e|y|og|sowie|ainsi que)\s+|\s*&\s*",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"^(.+?)\s*\((.+)\)$")


@lru_cache(maxsize=100_000)
def _read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found: list[str] = []
    strange: list[str] = []
    for part in _SPLIT.split(text):
        word = part.strip(" .")
        if not word or word.lower() in known()["nothing"]:
            continue
        tag = _tag(word)
        if tag is None and (inside := _IN_BRACKETS.match(word)):
            # Kurdish (Sorani) is the one in brackets; Arabic (Tuesdays) is Arabic, and text
            tag = _tag(inside[2]) or _tag(inside[1])
            if _tag(inside[2]) is None and tag is not None:
                strange.append(word)
        if tag is None:
            strange.append(word)
        elif tag not in found:
            found.append(tag)
    return tuple(found), tuple(strange)


def tags(text: str | None) -> tuple[list[str], list[str]]:
    """Read languages as BCP 47 tags, and give back what is none.

    Examples
    --------
    >>> tags("English, Dari und Somali; and more")
    (['en', 'prs', 'so'], ['and more'])
    >>> tags("Chinese, zho, eng & Kurdish (Sorani)"), tags("Arabic (Tuesdays)")
    ((['zh', 'en', 'ckb'], []), (['ar'], ['Arabic (Tuesdays)']))
    """
    found, strange = _read(text or "")
    return list(found), list(strange)


def _tag(word: str) -> str | None:
    named = _names().get(word.lower())
    if named is not None:
        return named
    match = _TAG.match(word)
    if match is None:
        return None
    short = _names().get(match[1], match[1])
    listed = short in _codes() if len(short) == 2 else short not in known()["no_languages"]
    return short + (match[2] or "") + (match[3] or "") if listed else None


@cache
def _names() -> dict[str, str]:
    return {word: tag for tag, words in known()["languages"].items() for word in words}


@cache
def _codes() -> frozenset[str]:
    return frozenset(known()["language_codes"].split())
