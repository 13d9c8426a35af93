"""Small pictures about taking part: seats, a ladder, and the grid of power and interest.

Shape before colour: somebody sits, a chair that is kept is filled, a chair of which nobody knows
is hatched, an empty one is an outline. Only numbers are drawn, and words that are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

SEAT: Final = 52  # pixels of one seat
RUNG, WIDE = 34, 320  # of one rung, and of the ladder and the grid: as wide as a phone
_BAR = 16
_FIELD, _EDGE = 70, 34  # pixels of one field of the grid, and of the words beside it
_DOT, _ACROSS = 10, 3  # radius of a dot, and how many stand side by side in a field
_BACK: Final = '<rect x="15" y="6" width="22" height="22" rx="3"'
_SIT: Final = '<rect x="10" y="28" width="32" height="8" rx="2"'


def seat(state: str, tokens: Mapping[str, str]) -> str:
    """Draw one seat as SVG.

    Parameters
    ----------
    state
        One of :data:`mapping.seats.STATES`: attending (somebody sits there), accepted (filled),
        asked (hatched: nobody knows yet), declined (crossed out), not_asked and nobody (empty).
    tokens
        Colours by name, from :mod:`mapping.style`.

    Examples
    --------
    >>> colours = {"ink": "#111111", "quiet": "#666666", "accent": "#0b6e8a"}
    >>> seat("nobody", colours).count("dasharray")
    2
    """
    quiet, accent = tokens["quiet"], tokens["accent"]
    look = {
        "attending": f'fill="{accent}" stroke="{accent}"',
        "accepted": f'fill="{accent}" stroke="{accent}"',
        "asked": f'fill="url(#cg-asked)" stroke="{accent}"',
        "declined": f'fill="none" stroke="{quiet}"',
        "not_asked": f'fill="none" stroke="{quiet}"',
    }.get(state, f'fill="none" stroke="{tokens["ink"]}" stroke-dasharray="4 3"')
    body = [_hatching("cg-asked", accent) if state == "asked" else ""]
    body += [f'{one} {look} stroke-width="2"/>' for one in (_BACK, _SIT)]
    legs = accent if state in ("attending", "accepted", "asked") else quiet
    body.append(
        f'<path d="M14 36V47M38 36V47" stroke="{legs}" stroke-width="2.5" stroke-linecap="round"/>'
    )
    if state == "attending":
        ink = tokens["ink"]
        body.append(
            f'<circle cx="26" cy="11" r="7" fill="{ink}" stroke="{tokens["paper"]}"/>'
            f'<path d="M15 33a11 13 0 0 1 22 0z" fill="{ink}" stroke="{tokens["paper"]}"/>'
        )
    if state == "declined":
        body.append(f'<path d="M9 46L43 6" stroke="{tokens["ink"]}" stroke-width="2.5"/>')
    return _svg(SEAT, SEAT, body)


def ladder(
    rungs: Sequence[tuple[str, str, int]],
    tokens: Mapping[str, str],
    *,
    rtl: bool = False,
) -> str:
    """Draw a ladder: one rung a kind of taking part, as long as there are ties on it.

    Parameters
    ----------
    rungs
        Code (``unknown`` is hatched and stands below the ladder), word and number of ties, from
        the highest.
    tokens
        Colours by name.
    rtl
        Draw from right to left.
    """
    most = max((number for _, _, number in rungs), default=0) or 1
    room = WIDE - 2 * 14 - 40
    body = [_hatching("cg-rung", tokens["quiet"])]
    known = [one for one in rungs if one[0] != "unknown"]
    foot = len(known) * RUNG + 2
    body.append(
        f'<path d="M6 2V{foot}M{WIDE - 6} 2V{foot}" stroke="{tokens["line"]}" stroke-width="4"'
        ' stroke-linecap="round"/>'
    )
    for place, (code, word, number) in enumerate(rungs):
        y = place * RUNG + (12 if code == "unknown" else 0)
        long = room * number / most
        x = WIDE - 14 - long if rtl else 14.0
        fill = "url(#cg-rung)" if code == "unknown" else tokens["accent"]
        body.append(_text(word, WIDE - 14 if rtl else 14, y + 13, tokens["ink"], rtl=rtl))
        body.append(
            f'<path d="M14 {y + 17 + _BAR / 2}H{WIDE - 14}" stroke="{tokens["line"]}"/>'
            f'<rect class="rung" x="{x:.1f}" y="{y + 17}" width="{long:.1f}" height="{_BAR - 2}"'
            f' fill="{fill}" stroke="{tokens["quiet"] if code == "unknown" else fill}"/>'
        )
        at = x - 6 if rtl else x + long + 6
        body.append(_text(str(number), at, y + 29, tokens["ink"], rtl=rtl))
    return _svg(WIDE, len(rungs) * RUNG + 18, body)


def grid(
    places: Sequence[tuple[int, int, int, str]],
    words: tuple[str, str],
    tokens: Mapping[str, str],
    *,
    rtl: bool = False,
) -> str:
    """Draw the grid of power and interest, each organization a dot with its number in the list.

    Parameters
    ----------
    places
        Number in the list, power and interest from 1 to 4, and form: ``first`` (affected, without
        power: a filled round), ``affected`` (an open round) or ``other`` (a square).
    words
        What stands at the two sides: power (upwards) and interest (along).
    tokens
        Colours by name.
    rtl
        Interest runs from right to left.
    """
    wide, high = _EDGE + 4 * _FIELD + 8, 4 * _FIELD + _EDGE
    body = []
    for power in range(4):
        for interest in range(4):
            x, y = _corner(power + 1, interest + 1, rtl=rtl)
            fill = tokens["sunk"] if power < 2 and interest > 1 else "none"
            body.append(
                f'<rect x="{x}" y="{y}" width="{_FIELD}" height="{_FIELD}" fill="{fill}"'
                f' stroke="{tokens["line"]}"/>'
            )
    across, up = _corner(2, 3, rtl=rtl)
    middle = across + _FIELD if rtl else across
    body.append(
        f'<path d="M{middle} 2V{4 * _FIELD + 2}M{_EDGE} {up}H{_EDGE + 4 * _FIELD}"'
        f' stroke="{tokens["quiet"]}" stroke-width="1.5"/>'
    )
    fields: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for number, power, interest, form in places:
        fields.setdefault((power, interest), []).append((number, form))
    for (power, interest), dots in fields.items():
        left, top = _corner(power, interest, rtl=rtl)
        room = _ACROSS * _ACROSS - (len(dots) > _ACROSS * _ACROSS)  # the last place counts the rest
        for nth, (number, form) in enumerate(dots[:room]):
            x, y = left + 13 + nth % _ACROSS * 22, top + 13 + nth // _ACROSS * 22
            body.append(_dot(number, x, y, form, tokens))
        if dots[room:]:
            more = f"+{len(dots) - room}"
            body.append(_text(more, left + 57, top + 61, tokens["ink"], anchor="middle", size=11))
    low = 4 * _FIELD + 20
    body.append(_text(words[1], wide / 2, low, tokens["ink"], anchor="middle", rtl=rtl))
    body.append(
        f'<g transform="translate(18 {2 * _FIELD}) rotate(-90)">'
        + _text(words[0], 0, 0, tokens["ink"], anchor="middle", rtl=rtl)
        + "</g>"
    )
    return _svg(wide, high, body)


def _corner(power: int, interest: int, *, rtl: bool) -> tuple[int, int]:
    column = 4 - interest if rtl else interest - 1
    return _EDGE + column * _FIELD, 2 + (4 - power) * _FIELD


def _dot(number: int, x: float, y: float, form: str, tokens: Mapping[str, str]) -> str:
    violet, ink, paper = tokens["migrant_led"], tokens["ink"], tokens["paper"]
    fill, line, word = {
        "first": (violet, violet, paper),
        "affected": (paper, violet, ink),
    }.get(form, (paper, ink, ink))
    if form == "other":
        shape = (
            f'<rect class="{form}" x="{x - _DOT + 1}" y="{y - _DOT + 1}" width="{2 * _DOT - 2}"'
            f' height="{2 * _DOT - 2}" fill="{fill}" stroke="{line}"/>'
        )
    else:
        shape = (
            f'<circle class="{form}" cx="{x}" cy="{y}" r="{_DOT}" fill="{fill}" stroke="{line}"'
            ' stroke-width="2"/>'
        )
    return shape + _text(str(number), x, y + 4, word, anchor="middle", size=11)


def _text(  # noqa: PLR0913 - where and how
    word: str,
    x: float,
    y: float,
    colour: str,
    *,
    anchor: str = "start",
    size: int = 13,
    rtl: bool = False,
) -> str:
    turned = ' direction="rtl"' if rtl else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{turned}'
        f' fill="{colour}">{escape(word)}</text>'
    )


def _hatching(name: str, colour: str) -> str:
    return (
        f'<defs><pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M0 6L6 0" stroke="{colour}" stroke-width="1.3"/></pattern></defs>'
    )


def _svg(wide: float, high: float, body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}"'
        f' height="{high}" font-family="sans-serif">{"".join(body)}</svg>'
    )
