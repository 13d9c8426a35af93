"""Small bars for tables: how much is known, drawn so that unknown never looks like zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

WIDE, HIGH = 180, 32  # pixels of the picture, as large as a cell of the table
TOP, THICK = 11, 10  # of the bar in it
STEP = 5  # pixels between two lines of the hatching


def known_bar(
    known: int, suppressed: int, rows: int, tokens: Mapping[str, str], *, rtl: bool = False
) -> str:
    """Draw how many of ``rows`` are known: filled; withheld: dotted outline; unknown: hatched.

    Parameters
    ----------
    known, suppressed
        How many are known, and how many are withheld on purpose.
    rows
        Of how many; with none the bar is an empty outline.
    tokens
        Colours by name, from :mod:`mapping.style`.
    rtl
        Draw from right to left.

    Returns
    -------
    address
        The picture as a ``data:`` address for a cell of a table.

    Examples
    --------
    >>> picture = known_bar(1, 0, 4, {"ink": "#111111", "quiet": "#666666", "line": "#cccccc"})
    >>> picture.startswith("data:image/svg+xml,"), picture.count("path")
    (True, 1)
    """
    share = WIDE / rows if rows else 0.0
    ends = (known * share, (known + suppressed) * share, WIDE if rows else 0.0)
    low, high = TOP + THICK, TOP
    lines = "".join(
        f"M{x:.1f} {low}L{x + THICK:.1f} {high}"
        for x in range(int(ends[1]) + 2, int(ends[2]) - THICK, STEP)
    )
    body = [
        (
            f'<rect x=".5" y="{TOP}.5" width="{WIDE - 1}" height="{THICK - 1}" fill="none"'
            f' stroke="{tokens["line"]}"/>'
        )
    ]
    if lines:
        body.append(f'<path d="{lines}" fill="none" stroke="{tokens["quiet"]}" stroke-width="1"/>')
    if suppressed:
        body.append(
            f'<rect x="{ends[0] + 1:.1f}" y="{TOP}.5" width="{max(ends[1] - ends[0] - 2, 1):.1f}"'
            f' height="{THICK - 1}" fill="none" stroke="{tokens["ink"]}" stroke-dasharray="2 2"/>'
        )
    if known:
        body.append(
            f'<rect y="{TOP}" width="{ends[0]:.1f}" height="{THICK}" fill="{tokens["quiet"]}"/>'
        )
    turn = f' transform="matrix(-1 0 0 1 {WIDE} 0)"' if rtl else ""
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}"'
        f' height="{HIGH}"><g{turn}>{"".join(body)}</g></svg>'
    )
    return f"data:image/svg+xml,{quote(picture)}"


def parts_bar(counts: Sequence[int], tokens: Mapping[str, str], *, rtl: bool = False) -> str:
    """Draw how the rows of a file fare: new full, changed striped, the same pale, rejected open.

    Parameters
    ----------
    counts
        New, changed, same and rejected rows.
    tokens
        Colours by name, from :mod:`mapping.style`.
    rtl
        Draw from right to left.

    Returns
    -------
    picture
        SVG of numbers only.

    Examples
    --------
    >>> ink = {"accent": "#0b6e8a", "quiet": "#555555", "line": "#cccccc", "unsafe": "#b23a0e"}
    >>> parts_bar([3, 0, 1, 0], ink).count("<rect")
    2
    """
    total = sum(counts) or 1
    wide, high = 560, 16
    looks = (
        f'fill="{tokens["accent"]}"',
        f'fill="{tokens["accent"]}" fill-opacity=".45"',
        f'fill="{tokens["line"]}"',
        f'fill="none" stroke="{tokens["unsafe"]}" stroke-width="2" stroke-dasharray="3 2"',
    )
    body, x = [], 0.0
    for count, look in zip(counts, looks, strict=True):
        if count:
            # a part that is there is seen, however small
            part = max(count / total * wide, 4.0)
            body.append(
                f'<rect x="{x + 1:.1f}" y="1" width="{max(part - 2, 2):.1f}" height="{high - 2}"'
                f" {look}/>"
            )
            x += part
    turned = f' transform="translate({wide} 0) scale(-1 1)"' if rtl else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}"'
        f' height="{high}"><g{turned}>{"".join(body)}</g></svg>'
    )
