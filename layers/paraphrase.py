"""Tell a paraphrase from a copy: what a facilitator writes is not what a participant wrote.

Her own words stay in the room's file, while a paraphrase is read on the wall, in the summary and on
paper. One that repeats her would carry her own words there, and whoever knows how she writes would
know that she was in the hall.
"""

from __future__ import annotations

import re
import unicodedata

RUN = 5
"""So many words in a row are hers."""

# scripts without spaces, whose signs stand for about half a word
_UNSPACED = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
_PIECE = re.compile(rf"{_UNSPACED}|(?:(?!{_UNSPACED})\w)+")
_SIGN, _WORD = 1, 2


def repeats(text: str, words: str) -> bool:
    """Tell whether a text says what somebody wrote in her own words.

    Capitals, accents, vowel signs, punctuation and spaces do not matter.

    Parameters
    ----------
    text
        The paraphrase.
    words
        What she wrote.

    Returns
    -------
    repeats
        True where both are the same, or share :data:`RUN` words in a row; in scripts that put no
        spaces between words, twice as many signs.

    Notes
    -----
    The longest run that both share, by one row of the usual table: O(n m) for texts of at most 200
    characters each.

    Examples
    --------
    >>> repeats("Men shout at us, every evening!", "men shout at us every evening near the shop")
    True
    >>> repeats("People are shouted at in the evening", "men shout at us every evening")
    False
    """
    mine, hers = _pieces(text), _pieces(words)
    if "".join(mine) == "".join(hers):
        return bool(hers)
    row = [0] * len(hers)
    for piece in mine:
        weight = _SIGN if re.fullmatch(_UNSPACED, piece) else _WORD
        row = [
            weight + (row[at - 1] if at else 0) if other == piece else 0
            for at, other in enumerate(hers)
        ]
        if max(row, default=0) >= RUN * _WORD:
            return True
    return False


def _pieces(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(
        sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf")
    )
    return _PIECE.findall(bare)
