"""A text that somebody typed, made plain: nothing in it hides, or turns its neighbours round."""

from __future__ import annotations

import unicodedata

# joiners that Persian, Indic scripts and emoji need
_NEEDED = "\u200c\u200d"
_TAGS = range(0xE0000, 0xE0080)


def plain_text(text: str, *, most: int) -> str:
    r"""Compose a text, take out what nobody sees, make white space one space, and cut it.

    Control, bidirectional and zero-width signs go, so that a text cannot hide a part of itself or
    turn its neighbours round; the joiners U+200C and U+200D stay, which some scripts need.

    Parameters
    ----------
    text
        Anything.
    most
        Characters at most; what is longer is cut.

    Examples
    --------
    >>> plain_text("  a\u202eb \n c\u0000 ", most=80)
    'ab c'
    """
    spaced = "".join(" " if sign.isspace() else sign for sign in text)
    seen = "".join(sign for sign in spaced if _is_seen(sign))
    return " ".join(unicodedata.normalize("NFC", seen).split())[:most].strip()


def _is_seen(sign: str) -> bool:
    if sign in _NEEDED:
        return True
    # Cf: marks of direction, zero width; Cs: half a character; Co, Cn: nobody's
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn") and (
        ord(sign) not in _TAGS
    )
