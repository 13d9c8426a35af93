"""A pair to be introduced, drawn: the two, who knows both, and the people a tie would serve.

Shape before colour, as everywhere: led by migrants is round and violet, the city a filled square,
others square, hatched where nobody knows who leads. A tie that is proposed is dashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import Final

WIDE, HIGH, BARS = 440, 232, 88  # units; bars stand below. Small, so that a phone shows it whole
SHOWN: Final = 1.25  # pixels a unit, where there is room
SIGN: Final = 17  # half of a sign
_TEXT: Final = 15
_LETTER: Final = 0.58  # of its size, how wide a letter is in a wide font
_LETTERS: Final = 20  # of a line of a name
_ENDS: Final = ((85, 160), (355, 160))
_ABOVE: Final = {1: ((220, 62),), 2: ((120, 62), (320, 62))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One actor in the picture: its name, and its frame as of ``drawing_network.FORMS``."""

    name: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One range of people: what it is called, its ends, and the range in words."""

    name: str
    low: float
    high: float
    said: str


def pair(  # noqa: PLR0913 - what is drawn and how, all named
    ends: tuple[Sign, Sign],
    between: Sequence[Sign],
    bars: Sequence[Bar],
    *,
    words: Mapping[str, str],
    tokens: Mapping[str, str],
    of: float = 0.0,
    rtl: bool = False,
) -> str:
    """Draw a pair as SVG.

    Parameters
    ----------
    ends
        The two actors.
    between
        Who could introduce them: one who knows both, a chain of two, or nobody.
    bars
        People with help they trust in reach, without the tie and with it; may be empty.
    words
        ``new`` for the line between the two, ``you`` where nobody knows both.
    tokens
        Colours by name, from :mod:`mapping.style`.
    of
        People that a full bar stands for.
    rtl
        Draw from right to left.

    Returns
    -------
    svg
        Markup; every word in it is escaped.

    Examples
    --------
    >>> ink = dict.fromkeys(("ink", "quiet", "line", "accent", "paper", "migrant_led"), "#111111")
    >>> two = Sign(name="A & B", form="round"), Sign(name="C", form="square")
    >>> svg = pair(two, [], [], words={"new": "new", "you": "you"}, tokens=ink)
    >>> "A &amp; B" in svg, svg.count("stroke-dasharray")
    (True, 4)
    """
    helpers = list(between) or [Sign(name=words["you"], form="you")]
    places = [_turned(at, rtl=rtl) for at in (*_ENDS, *_ABOVE[len(helpers)])]
    left, right, *above = places
    way = [left, *above, right]
    dashed = ' stroke-dasharray="3 5"' if not between else ""
    lines = [
        f'<path d="M{a[0]} {a[1]}L{b[0]} {b[1]}" stroke="{tokens["quiet"]}" stroke-width="2.5"'
        f"{dashed}/>"
        for a, b in pairwise(way)
    ]
    middle = (left[0] + right[0]) // 2
    lines.append(
        f'<path d="M{left[0]} {left[1]}L{right[0]} {right[1]}" stroke="{tokens["accent"]}"'
        f' stroke-width="4" stroke-dasharray="9 7"/>'
        f'<text x="{middle}" y="{left[1] - 9}" text-anchor="middle" font-size="{_TEXT}"'
        f' fill="{tokens["accent"]}" font-weight="700">{escape(words["new"])}</text>'
    )
    signs = [
        _sign(one, at, tokens, above=number > 1)
        for number, (one, at) in enumerate(zip((*ends, *helpers), places, strict=True))
    ]
    high = HIGH + (BARS if bars else 0)
    drawn = _bars(bars, of, tokens, rtl=rtl)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}"'
        f' width="{WIDE * SHOWN}" height="{high * SHOWN}" direction="{"rtl" if rtl else "ltr"}"'
        ' font-family="Atkinson Hyperlegible, Noto Sans, sans-serif">'
        f"{_hatching(tokens)}{''.join(lines)}{''.join(signs)}{drawn}</svg>"
    )


def _turned(at: tuple[int, int], *, rtl: bool) -> tuple[int, int]:
    return (WIDE - at[0], at[1]) if rtl else at


def _hatching(tokens: Mapping[str, str]) -> str:
    return (
        '<defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{tokens["paper"]}"/>'
        f'<path d="M0 6L6 0" stroke="{tokens["ink"]}" stroke-width="1.2"/></pattern></defs>'
    )


def _sign(one: Sign, at: tuple[int, int], tokens: Mapping[str, str], *, above: bool) -> str:
    """Draw a sign with its name: beside those above, below the two."""
    x, y = at
    ink, paper = tokens["ink"], tokens["paper"]
    if one.form == "round":
        shape = (
            f'<circle cx="{x}" cy="{y}" r="{SIGN}" fill="{paper}" stroke="{tokens["migrant_led"]}"'
            ' stroke-width="4"/>'
        )
    elif one.form == "you":
        shape = (
            f'<circle cx="{x}" cy="{y}" r="{SIGN}" fill="{paper}" stroke="{ink}" stroke-width="2"'
            ' stroke-dasharray="2 4"/>'
        )
    else:
        fill = {"city": ink, "unknown": "url(#h)"}.get(one.form, paper)
        shape = (
            f'<rect x="{x - SIGN}" y="{y - SIGN}" width="{2 * SIGN}" height="{2 * SIGN}"'
            f' fill="{fill}" stroke="{ink}" stroke-width="2.5"/>'
        )
    lines = _lines(one.name)
    first = y - SIGN - 6 - (len(lines) - 1) * 17 if above else y + SIGN + 19
    named = "".join(
        f'<text x="{x}" y="{first + 17 * row}" text-anchor="middle" font-size="{_TEXT}"'
        f' fill="{ink}" stroke="{paper}" stroke-width="4" paint-order="stroke">'
        f"{escape(line)}</text>"
        for row, line in enumerate(lines)
    )
    return shape + named


def _lines(name: str) -> list[str]:
    """Break a name into two lines at most."""
    lines = wrap(name, _LETTERS) or [""]
    if len(lines) > 2:
        lines = [lines[0], f"{lines[1][: _LETTERS - 1]}…"]
    return lines


def _room(texts: Iterable[str]) -> int:
    """Reserve room for the longest text, in a wide font: a picture cannot load ours."""
    return round(max((len(one) for one in texts), default=0) * _TEXT * _LETTER)


def _bars(bars: Sequence[Bar], of: float, tokens: Mapping[str, str], *, rtl: bool) -> str:
    """Draw ranges of people: full what is certain, outlined what is possible."""
    start = 20 + _room(one.name for one in bars)
    wide = WIDE - start - 20 - _room(one.said for one in bars)
    drawn = []
    for row, one in enumerate(bars):
        y = HIGH + 6 + 36 * row
        low, high = (
            round(min(end / of, 1.0) * wide, 1) if of else 0.0 for end in (one.low, one.high)
        )
        rects = (
            (0.0, float(wide), f'fill="none" stroke="{tokens["line"]}"'),
            (0.0, high, f'fill="none" stroke="{tokens["ink"]}" stroke-dasharray="3 3"'),
            (0.0, low, f'fill="{tokens["accent"]}"'),
        )
        for begin, width, look in rects:
            x = WIDE - start - begin - width if rtl else start + begin
            if width > 0:
                drawn.append(f'<rect x="{x}" y="{y}" width="{width}" height="20" {look}/>')
        for x, anchor, text in (
            (start - 10, "end", one.name),
            (start + wide + 10, "start", one.said),
        ):
            drawn.append(
                f'<text x="{WIDE - x if rtl else x}" y="{y + 15}" font-size="{_TEXT}"'
                f' text-anchor="{anchor}" fill="{tokens["ink"]}">{escape(text)}</text>'
            )
    return "".join(drawn)
