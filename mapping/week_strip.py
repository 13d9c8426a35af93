"""A week of opening hours as a strip: open filled, by appointment dotted, unknown hatched.

Closed is an empty line, so that it never looks like unknown; what each day says stands beside it
in figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

DAY_PX, HIGH, ROW = 192, 14, 24  # small, so that it can be read on a phone too
LEFT, LETTER = 52, 7
STATES: Final = ("open", "by_appointment", "unknown", "closed")
Week = Sequence[Sequence[tuple[str, int, int]]]


def week_strip(
    week: Week, *, days: Sequence[str], states: Mapping[str, str], tokens: Mapping[str, str]
) -> str:
    """Draw a week as SVG that stands in a page.

    Parameters
    ----------
    week
        Seven days from Monday, each stretches of state, first and last minute of the day.
    days
        Seven names of days.
    states
        Words for the four states; those that occur become the legend.
    tokens
        Colours by name, from :mod:`mapping.style`.

    Returns
    -------
    svg
        Markup; every word in it is escaped.

    Examples
    --------
    >>> day = [("closed", 0, 540), ("open", 540, 1020), ("closed", 1020, 1440)]
    >>> words = dict.fromkeys(STATES, "")
    >>> colours = dict.fromkeys(("ink", "quiet", "line", "accent"), "#111111")
    >>> svg = week_strip([day] * 7, days="abcdefg", states=words, tokens=colours)
    >>> svg.count('class="open"'), "09:00\u201317:00" in svg
    (8, True)
    """
    used = [one for one in STATES if any(one == state for day in week for state, _, _ in day)]
    body = [_patterns(tokens)]
    for hour in range(0, 25, 6):
        x = LEFT + hour * DAY_PX // 24
        body.append(
            f'<text x="{x}" y="10" font-size="11" text-anchor="middle" fill="{tokens["quiet"]}">'
            f"{hour}</text>"
        )
    for number, day in enumerate(week):
        body += _day(number, day, days[number], states, tokens)
    bottom = 18 + 7 * ROW
    x = LEFT
    for state in used:
        body.append(_box(state, x, bottom + 4, 22, tokens))
        word = escape(states[state])
        body.append(
            f'<text x="{x + 28}" y="{bottom + 15}" font-size="12" fill="{tokens["ink"]}">{word}'
            "</text>"
        )
        x += 52 + LETTER * len(states[state])
    longest = max(len(_figures(day, states)) for day in week)
    wide, high = max(LEFT + DAY_PX + 10 + LETTER * longest, x), bottom + ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}"'
        f' height="{high}" font-family="sans-serif">{"".join(body)}</svg>'
    )


def week_text(week: Week, *, days: Sequence[str], states: Mapping[str, str]) -> str:
    """Say a week in words, for those who do not see the strip.

    Examples
    --------
    >>> day = [("closed", 0, 1440)]
    >>> week_text([day] * 2, days=["Mon", "Tue"], states={"closed": "closed"})
    'Mon: closed; Tue: closed'
    """
    return "; ".join(
        f"{name}: {_figures(day, states)}" for name, day in zip(days, week, strict=True)
    )


def _day(
    number: int,
    day: Sequence[tuple[str, int, int]],
    name: str,
    states: Mapping[str, str],
    tokens: Mapping[str, str],
) -> list[str]:
    y = 18 + number * ROW
    parts = [
        f'<text x="0" y="{y + 12}" font-size="13" fill="{tokens["ink"]}">{escape(name)}</text>',
        _box("closed", LEFT, y, DAY_PX, tokens),
    ]
    parts += [
        _box(state, LEFT + _px(first), y, _px(last) - _px(first), tokens)
        for state, first, last in day
        if state != "closed"
    ]
    parts.append(
        f'<text x="{LEFT + DAY_PX + 10}" y="{y + 12}" font-size="13" fill="{tokens["ink"]}">'
        f"{escape(_figures(day, states))}</text>"
    )
    return parts


def _px(minute: int) -> int:
    return minute * DAY_PX // (24 * 60)


def _figures(day: Sequence[tuple[str, int, int]], states: Mapping[str, str]) -> str:
    some = [one for one in day if one[0] != "closed"]
    if not some:
        return states["closed"]
    parts = []
    for state, first, last in some:
        clock = f"{first // 60:02}:{first % 60:02}\u2013{last // 60:02}:{last % 60:02}"
        whole = last - first == 24 * 60 and state != "open"
        parts.append(states[state] if whole else clock)
        if state != "open" and not whole:
            parts[-1] += f" {states[state]}"
    return ", ".join(parts)


def _box(state: str, x: int, y: int, wide: int, tokens: Mapping[str, str]) -> str:
    look = {
        "open": f'fill="{tokens["accent"]}"',
        "by_appointment": f'fill="url(#cg-dots)" stroke="{tokens["accent"]}"',
        "unknown": f'fill="url(#cg-lines)" stroke="{tokens["quiet"]}"',
        "closed": f'fill="none" stroke="{tokens["line"]}"',
    }[state]
    return f'<rect class="{state}" x="{x}" y="{y}" width="{wide}" height="{HIGH}" {look}/>'


def _patterns(tokens: Mapping[str, str]) -> str:
    return (
        '<defs><pattern id="cg-lines" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path d="M0 6L6 0" stroke="{tokens["quiet"]}" stroke-width="1.2"/></pattern>'
        '<pattern id="cg-dots" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<circle cx="2.5" cy="2.5" r="1.4" fill="{tokens["accent"]}"/></pattern></defs>'
    )
