"""The network as a drawing that stands alone: what a page draws from a spec, as SVG from the same.

One drawing for every size of screen: it cannot be moved or come near to, so a name without room is
a number, explained below. Text is escaped; nothing is fetched and nothing runs. The mark ``@`` as
a font is replaced by whoever puts the fonts in (see :mod:`mapping.figure_process`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from mapping.figures import wide, wrapped
from mapping.network_svg_names import HEIGHT, PAD, WIDTH, key, labels
from mapping.svg_parts import COLOURS, NAME, SMALL, TITLE, clean, cut, letters, rect

FONTS_HERE: Final = "/*fonts*/"  # as mapping.figure_process names it, which is not imported here
_SIDE: Final = 320.0  # for names at both sides of a two-mode picture
_CELL: Final = (74.0, 46.0)
_LABELS: Final = 250.0  # for the names of sectors before a matrix, and above it


@dataclass(frozen=True, slots=True)
class Framing:
    """What stands around a drawing: title, a sentence below it, lines at the foot."""

    title: str
    said: str
    foot: tuple[str, ...]


def picture(spec: Mapping[str, Any], framing: Framing) -> str:
    """Draw actors and ties.

    Parameters
    ----------
    spec
        Of :func:`mapping.drawing_network.picture`.
    framing
        What stands around it.

    Returns
    -------
    svg
        Text of the file.
    """
    nodes = [
        dict(node) | {"sx": PAD + node["x"] * (WIDTH - 2 * PAD), "sy": node["y"] * HEIGHT}
        for node in spec["nodes"]
    ]
    named, untold = labels(nodes)
    parts = [*_lines(nodes, spec["ties"]), *_signs(nodes), *named]
    legend, y = _legend(spec["legend"], HEIGHT + 26)
    listed, y = key(nodes, untold, y + 8)
    return _framed([*parts, *legend, *listed], y, WIDTH, framing, rtl=spec["rtl"])


def two_mode(spec: Mapping[str, Any], framing: Framing) -> str:
    """Draw actors at both sides and what they share in the middle; see :func:`picture`.

    Parameters
    ----------
    spec
        Of :func:`mapping.drawing_two_mode.two_mode`.
    framing
        What stands around it.
    """
    high, inner = float(spec["high"]), WIDTH - 2 * _SIDE
    nodes = [
        dict(node) | {"sx": _SIDE + node["x"] * inner, "sy": 34 + node["y"] * (high - 34)}
        for node in spec["nodes"]
    ]
    parts = [*_lines(nodes, spec["ties"]), *_signs(nodes)]
    for word, x in (("left", _SIDE), ("right", WIDTH - _SIDE)):
        parts.append(letters(spec["words"][word], x, 12, SMALL, at="middle", bold=True))
    for node in nodes:
        far = {"left": -1, "right": 1}.get(node["side"], 0)
        if far:
            name = cut(node["name"], _SIDE - 30)
            end = "end" if far < 0 else "start"
            parts.append(letters(name, node["sx"] + far * 16, node["sy"] + 4.5, NAME, at=end))
        else:
            y = node["sy"] + 29
            parts.append(letters(node["name"], node["sx"], y, NAME, at="middle", halo=True))
    legend, y = _legend(spec["legend"], high + 40)
    return _framed([*parts, *legend], y, WIDTH, framing, rtl=spec["rtl"])


def matrix(spec: Mapping[str, Any], framing: Framing) -> str:
    """Draw how many of the possible ties there are by sector; see :func:`picture`.

    Parameters
    ----------
    spec
        Of :func:`mapping.drawing_matrix.matrix`.
    framing
        What stands around it.
    """
    across, down = _CELL
    top = _LABELS * 0.72
    parts = []
    for i, row in enumerate(spec["rows"]):
        named = f"{row['name']} ({row['number']})"
        y = top + (i + 0.5) * down
        parts.append(letters(cut(named, _LABELS - 12), _LABELS - 8, y + 5, SMALL, at="end"))
        x = _LABELS + (i + 0.5) * across
        turned = f' transform="rotate(-40 {x:.1f} {top - 10:.1f})"'
        parts.append(letters(cut(row["name"], _LABELS), x, top - 10, SMALL, more=turned))
        for j, cell in enumerate(spec["cells"][i]):
            parts += _cell(cell, _LABELS + j * across, top + i * down)
    count = len(spec["rows"])
    wide_all = max(_LABELS * 1.6 + across * count, 760.0)
    legend, y = _legend(spec["legend"], top + down * count + 34, wide_all)
    return _framed([*parts, *legend], y, wide_all, framing, rtl=spec["rtl"])


def listing(rows: Sequence[tuple[str, str]], framing: Framing, *, rtl: bool) -> str:
    """Write names, each with a text below it.

    Parameters
    ----------
    rows
        Name and text.
    framing
        What stands around it.
    rtl
        Text begins at the right.
    """
    edge, y, parts = WIDTH - PAD if rtl else PAD, 0.0, []
    for name, text in rows:
        y += 24
        parts.append(letters(name, edge, y, SMALL, bold=True, rtl=rtl))
        for line in wrapped(text, WIDTH - 2 * PAD, NAME):
            y += 18
            parts.append(letters(line, edge, y, NAME, ink="quiet", rtl=rtl))
    return _framed(parts, y + 12, WIDTH, framing, rtl=rtl)


# --- signs and lines -----------------------------------------------------------------------------


def _signs(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for node in nodes:
        x, y, r = node["sx"], node["sy"], node["r"]
        yield f"<g><title>{escape(clean(node['said']))}</title>"
        yield _frame(node["form"], x, y, r, node.get("fill", ""))
        if node.get("picture"):
            across, down, path = node["picture"]
            size = r * 1.15 / max(across, down)
            ink = {"round": "migrant_led", "city": "paper"}.get(node["form"], "ink")
            yield (
                f'<path d="{escape(path)}" fill="{COLOURS[ink]}" transform="translate('
                f'{x - across * size / 2:.1f} {y - down * size / 2:.1f}) scale({size:.5f})"/>'
            )
        elif node.get("mark"):
            ink = "paper" if node["form"] == "city" and not node.get("fill") else "ink"
            size = min(r * 0.95, 13.0)
            yield letters(str(node["mark"]), x, y + size * 0.36, size, at="middle", ink=ink)
        yield "</g>"


def _frame(form: str, x: float, y: float, r: float, fill: str) -> str:
    """Draw a frame: round led by migrants, square others, filled the city, hatched unknown."""
    inside = COLOURS[fill] if fill else COLOURS["raised"]
    if form == "round":
        edge = f'stroke="{COLOURS["migrant_led"]}" stroke-width="2.6"'
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{inside}" {edge}/>'
    if form == "thing":
        edge = f'stroke="{COLOURS["quiet"]}" stroke-width="1.2"'
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{COLOURS["sunk"]}" {edge}/>'
    edge = f'stroke="{COLOURS["ink"]}" stroke-width="1.6"'
    if form == "city":
        inside = COLOURS[fill] if fill else COLOURS["ink"]
        edge = f'stroke="{COLOURS["ink"]}" stroke-width="{3 if fill else 1.6}"'
    if form == "unknown":
        inside = inside if fill else "url(#hatch)"
        edge += ' stroke-dasharray="3 2"'
    side, round_by = r * 1.8, min(3.0, r * 0.25)
    return (
        f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:.1f}" '
        f'height="{side:.1f}" rx="{round_by:.1f}" fill="{inside}" {edge}/>'
    )


def _lines(nodes: Sequence[Mapping[str, Any]], ties: Sequence[Sequence[float]]) -> Iterator[str]:
    """Draw lines from edge to edge; many are paler, else they are one grey field."""
    ink = max(0.2, min(0.5, 6 / math.sqrt(max(len(ties), 1))))
    yield f'<g stroke="{COLOURS["quiet"]}" stroke-opacity="{ink:.2f}" fill="{COLOURS["quiet"]}">'
    for start, end, width, ways in ties:
        one, two = nodes[int(start)], nodes[int(end)]
        dx, dy = two["sx"] - one["sx"], two["sy"] - one["sy"]
        length = math.hypot(dx, dy)
        if length <= one["r"] + two["r"]:
            continue
        ux, uy = dx / length, dy / length
        x1, y1 = one["sx"] + ux * one["r"], one["sy"] + uy * one["r"]
        x2, y2 = two["sx"] - ux * (two["r"] + 2), two["sy"] - uy * (two["r"] + 2)
        yield (
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke-width="{width}"/>'
        )
        if ways == 1 and len(ties) <= 500:
            size = 4.0 + width
            bx, by = x2 - ux * size * 1.6, y2 - uy * size * 1.6
            yield (
                f'<path fill-opacity="0.6" stroke="none" d="M{x2:.1f} {y2:.1f} '
                f"L{bx - uy * size / 2:.1f} {by + ux * size / 2:.1f} "
                f'L{bx + uy * size / 2:.1f} {by - ux * size / 2:.1f} Z"/>'
            )
    yield "</g>"


def _cell(cell: Mapping[str, Any], x: float, y: float) -> list[str]:
    across, down = _CELL
    fill, edge = COLOURS["raised"], f'stroke="{COLOURS["line"]}"'
    if not cell["possible"]:
        return [rect(x, y, across, down, COLOURS["sunk"], edge)]
    if cell["few"]:
        fill = "url(#hatch)"
    elif cell["fill"]:
        fill = COLOURS[cell["fill"]]
    ink = "paper" if cell["pale"] and not cell["few"] else "ink"
    return [
        f"<g><title>{escape(clean(cell['said']))}</title>",
        rect(x, y, across, down, fill, edge),
        letters(str(cell["present"]), x + across / 2, y + 20, 16, at="middle", ink=ink, bold=True),
        letters(cell["of"], x + across / 2, y + 37, 12, at="middle", ink=ink),
        "</g>",
    ]


def _legend(
    lines: Sequence[Mapping[str, Any]], y: float, across: float = WIDTH
) -> tuple[list[str], float]:
    parts: list[str] = []
    x = PAD
    for line in lines:
        room = 40 + wide(line["text"], SMALL)
        if x + room > across - PAD and x > PAD:
            x, y = PAD, y + 26
        parts += [_sample(line, x + 13, y), letters(line["text"], x + 32, y + 5, SMALL)]
        x += room + 16
    return parts, y + 26


def _sample(line: Mapping[str, Any], x: float, y: float) -> str:
    form = str(line["form"])
    if form in {"one_way", "both_ways", "line"}:
        end = x + (5 if form == "one_way" else 12)
        drawn = (
            f'<line x1="{x - 12:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{y:.1f}" '
            f'stroke="{COLOURS["quiet"]}" stroke-width="{line.get("width", 2)}"/>'
        )
        if form == "one_way":
            tip = f"M{x + 12:.1f} {y:.1f} L{x + 4:.1f} {y - 4:.1f} L{x + 4:.1f} {y + 4:.1f} Z"
            drawn += f'<path d="{tip}" fill="{COLOURS["quiet"]}"/>'
        return drawn
    if form == "size":
        ring = f'fill="none" stroke="{COLOURS["quiet"]}"'
        return (
            f'<circle cx="{x - 7:.1f}" cy="{y:.1f}" r="3.5" {ring}/>'
            f'<circle cx="{x + 6:.1f}" cy="{y:.1f}" r="7" {ring}/>'
        )
    if form in {"none", "shade", "few"}:
        fill = {"few": "url(#hatch)", "none": COLOURS["raised"]}.get(form) or COLOURS[line["fill"]]
        return rect(x - 12, y - 8, 24, 16, fill, f'stroke="{COLOURS["line"]}"')
    if form == "group":
        fill = COLOURS[line["fill"]] if line.get("fill") else COLOURS["raised"]
        box = rect(x - 10, y - 9, 20, 18, fill, f'stroke="{COLOURS["line"]}"')
        return box + letters(str(line.get("mark", "")), x, y + 4.5, 11, at="middle")
    return _frame(form, x, y, 8.0, "")


# --- around it -----------------------------------------------------------------------------------


def _framed(
    parts: Sequence[str], high: float, across: float, framing: Framing, *, rtl: bool
) -> str:
    edge = across - PAD if rtl else PAD
    room = across - 2 * PAD
    y = PAD
    head: list[str] = []
    for text, size, bold in ((framing.title, TITLE, True), (framing.said, 16.0, False)):
        for line in wrapped(text, room, size, bold=bold):
            y += size * 1.3
            ink = "ink" if bold else "quiet"
            head.append(letters(line, edge, y, size, bold=bold, ink=ink, rtl=rtl))
        y += 6
    body = y + 30
    y = body + high + 8
    foot = [rect(PAD, y, room, 0.8, COLOURS["line"], "")] if framing.foot else []
    y += 8
    for text in framing.foot:
        for line in wrapped(text, room, SMALL):
            y += SMALL * 1.45
            foot.append(letters(line, edge, y, SMALL, ink="quiet", rtl=rtl))
    all_high = y + PAD
    hatch = (
        '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="{COLOURS["raised"]}"/>'
        f'<line y2="5" stroke="{COLOURS["line"]}" stroke-width="2.5"/></pattern>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across:.0f} {all_high:.0f}" '
        f'width="{across:.0f}" height="{all_high:.0f}" role="img">'
        + (f"<title>{escape(clean(framing.title))}</title>" if framing.title else "")
        + f"<defs><style>{FONTS_HERE}</style>{hatch}</defs>"
        + rect(0, 0, across, all_high, COLOURS["paper"], "")
        + "".join(head)
        + f'<g transform="translate(0 {body:.1f})">{"".join(parts)}</g>'
        + "".join(foot)
        + "</svg>"
    )
