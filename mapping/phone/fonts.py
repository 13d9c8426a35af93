"""The fonts as phones get them: only the signs the page can use, and half of the bytes."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

# As in ``unicode-range`` of the style sheets: Latin, punctuation, money, arrows and signs.
_RANGES = ((0x20, 0x24F), (0x2000, 0x206F), (0x20A0, 0x20CF), (0x2190, 0x22FF))
_FEATURES = ("kern", "liga", "mark", "mkmk", "ccmp", "locl")


@cache
def small(path: Path) -> bytes:
    """Give a TrueType font without the signs nobody writes and without hints for old screens.

    Parameters
    ----------
    path
        The font as its package brings it.

    Returns
    -------
    font
        A TrueType font with the same shapes, licence note included.

    Notes
    -----
    About half a second a font, once for a process. Hints move outlines to the pixels of screens
    of less than 150 dots an inch; phones ignore them.
    """
    # here: only a server that phones have found needs it, and it takes its time
    from fontTools import subset  # noqa: PLC0415 - see above
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as before

    font = TTFont(path)
    options = subset.Options(
        hinting=False,
        layout_features=list(_FEATURES),
        name_IDs=[0, 1, 2, 13, 14],
        notdef_outline=True,
        glyph_names=False,
    )
    one = subset.Subsetter(options)
    one.populate(unicodes=[sign for low, high in _RANGES for sign in range(low, high + 1)])
    one.subset(font)
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()
