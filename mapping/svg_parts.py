"""Texts and boxes of a drawing as SVG: escaped, in one type, each text in its own direction."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from layers.plain_text import plain_text
from mapping import style
from mapping.figures import wide

COLOURS: Final[Mapping[str, str]] = style.colours("light")
NAME, SMALL, TITLE = 13.0, 14.0, 26.0  # pixels of type
_LONGEST: Final = 2_000


def letters(  # noqa: PLR0913 - a text has this many sides
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    at: str = "start",
    bold: bool = False,
    ink: str = "ink",
    halo: bool = False,
    rtl: bool = False,
    more: str = "",
) -> str:
    """Write a text; ``at`` is its anchor, ``halo`` an edge that keeps lines off it.

    Parameters
    ----------
    text, x, y, size
        What, where its baseline begins, and the pixels of its type.
    at, bold, ink, halo
        Anchor (``start``, ``middle``, ``end``), weight, name of its colour, edge.
    rtl
        It reads from right to left and ends where it is put.
    more
        Further attributes, of ours.
    """
    # each text finds its own direction; one from right to left ends where it is put
    said = f"\u2067{clean(text)}\u2069" if rtl else f"\u2068{clean(text)}\u2069"
    at = "end" if rtl else at
    style_of = f' text-anchor="{at}"' if at != "start" else ""
    if bold:
        style_of += ' font-weight="bold"'
    if halo:
        style_of += (
            f' stroke="{COLOURS["paper"]}" stroke-width="3.5" stroke-linejoin="round"'
            ' paint-order="stroke"'
        )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" fill="{COLOURS[ink]}"'
        f'{style_of}{more} font-family="@">{escape(said, quote=False)}</text>'
    )


def rect(x: float, y: float, across: float, down: float, fill: str, edge: str) -> str:
    """Draw a box; ``edge`` are the attributes of its edge, or ``""``."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{across:.1f}" height="{down:.1f}"'
    return f'<rect {place} fill="{fill}" {edge}/>'


def clean(text: object) -> str:
    """Make a text plain: nothing in it hides, or turns its neighbours round."""
    return plain_text(str(text), most=_LONGEST)


def cut(text: str, room: float) -> str:
    """Shorten a text that is wider than its room; all of it is in the list beside the drawing."""
    plain = clean(text)
    while wide(plain, SMALL) > room and len(plain) > 2:
        plain = f"{plain[:-2].rstrip()}…"
    return plain
