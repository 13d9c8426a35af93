"""Which encoding a text is in: certain where it says so, else the likeliest, and a person is told.

No detector is trusted: the same bytes are good French in one table of letters and good Polish in
another. UTF-8 proves itself. For the rest, each candidate is scored by how its letters sit in
words, and what was taken is said, with the choice to take another.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_SAMPLE = 200_000  # bytes that are scored
# in the order in which they are met in Europe; an equal score goes to the first
CANDIDATES = ("cp1252", "mac-roman", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256")
_MARKED = (
    ((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"), "utf-32"),
    ((b"\xff\xfe", b"\xfe\xff"), "utf-16"),
)
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = {"cp1252": "–—‘’“”„…€°«»§´", "mac-roman": "–—‘’“”„…°«»§´"}  # noqa: RUF001 - the signs of print
_FITS = {"cp1251": "CYRILLIC", "cp1253": "GREEK", "cp1256": "ARABIC"}


def decode(raw: bytes, wanted: str | None = None) -> tuple[str, str, bool]:
    """Turn bytes into text.

    Parameters
    ----------
    raw
        The bytes of a whole text.
    wanted
        The encoding a person chose.

    Returns
    -------
    text, encoding, guessed
        ``guessed`` is true where the bytes do not prove the encoding.
    """
    if wanted:
        name = "utf-8-sig" if wanted == "utf-8" else wanted
        return raw.decode(name, errors="replace").removeprefix("\ufeff"), wanted, False
    for marks, name in _MARKED:
        if raw.startswith(marks):
            return raw.decode(name, errors="replace"), name, False
    if wide := _wide(raw[:4000]):
        return raw.decode(wide, errors="replace"), wide, True
    try:
        return raw.decode("utf-8-sig"), "utf-8", False
    except UnicodeDecodeError:
        pass
    text = raw.decode("utf-8-sig", errors="replace")
    broken, whole = text.count("\ufffd"), sum(ord(sign) > 127 for sign in text[:_SAMPLE])
    if broken * 20 < whole:  # a few spoilt bytes in a text that is UTF-8 else
        return text, "utf-8", True
    name = likeliest(raw)
    return raw.decode(name, errors="replace"), name, True


def likeliest(raw: bytes) -> str:
    """Choose the encoding whose letters sit best in words.

    Examples
    --------
    >>> [likeliest("Conseil municipal de Liège, été".encode(name)) for name in CANDIDATES[:2]]
    ['cp1252', 'mac-roman']
    """
    lines = [line for line in raw[:_SAMPLE].splitlines() if any(byte > 127 for byte in line)]
    sample = b"\n".join(lines[:2000])
    return max(CANDIDATES, key=lambda name: (_score(sample, name), -CANDIDATES.index(name)))


def _score(sample: bytes, name: str) -> float:
    """Score one candidate: letters where letters belong, no mixture within a word."""
    text = sample.decode(name, errors="replace")
    score = 0.0
    for place, sign in enumerate(text):
        if ord(sign) < 128:
            continue
        beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        in_word = any(one.isalpha() for one in beside)
        if sign in _MARKS.get(name, "–—‘’“”„…€°«»"):  # noqa: RUF001 - the signs of print
            score += 0.5
        elif not sign.isalpha():
            score -= 2.0 if in_word or sign == "\ufffd" else 0.5
        elif not in_word:
            score -= 0.25
    return score + sum(_word(word, name) for word in _WORD.findall(text))


def _word(word: str, name: str) -> float:
    high = [sign for sign in word if ord(sign) > 127]
    if not high:
        return 0.0
    other = _FITS.get(name)
    if other:
        own = sum(unicodedata.name(sign, "").startswith(other) for sign in high)
        mixed = any(one.islower() and two.isupper() for one, two in pairwise(word))
        if own < len(high) or mixed:
            return -1.0 * len(high)
        # a word all in its own script speaks for it, one of two scripts against it
        return 1.0 * len(high) if len(high) == len(word) else -1.0 * len(high)
    score = float(len(high))
    if any(sign.isupper() for sign in word[1:]) and not word.isupper():
        score -= 2.0 * sum(sign.isupper() and ord(sign) > 127 for sign in word[1:])
    if len(high) * 2 > len(word) and len(word) > 2:  # Latin words are not made of accents
        score -= 2.5 * len(high)
    if name in ("cp1250", "cp1254"):  # only where they say something cp1252 cannot
        usual = sum(sign.encode(name) == sign.encode("cp1252", "ignore") for sign in high)
        score -= 0.1 * (len(high) - usual)
    return score


def _wide(head: bytes) -> str:
    """Tell UTF-16 without its mark by where its empty bytes are."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""
