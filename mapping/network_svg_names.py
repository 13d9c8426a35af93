"""Names in a drawing of the network: where they cover nothing, else as numbers explained below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mapping.figures import wide, wrapped
from mapping.svg_parts import NAME, clean, cut, letters

WIDTH: Final = 1200.0  # of a picture; radii of a spec are meant for it
HEIGHT: Final = 800.0
PAD: Final = 44.0
_ROOM: Final = 150.0  # pixels a line of a name may take
_LINES: Final = 3
Box = tuple[float, float, float, float]


def labels(nodes: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[int]]:
    """Write names where they cover nothing; give the others numbers.

    Returns
    -------
    labels, untold
        Parts of the drawing, and the nodes (by number) whose names stand below it.
    """
    taken = [
        (one["sx"] - one["r"], one["sy"] - one["r"], one["sx"] + one["r"], one["sy"] + one["r"])
        for one in nodes
    ]
    parts: list[str] = []
    untold: list[int] = []
    for number in sorted(range(len(nodes)), key=lambda i: nodes[i]["rank"]):
        node = nodes[number]
        lines = _name_lines(node["name"])
        found = next((one for one in _sides(node, lines) if _is_free(one[1], taken, number)), None)
        if found is None:
            untold.append(number)
            continue
        at, box = found
        taken.append(box)
        middle = {"start": box[0], "end": box[2], "middle": (box[0] + box[2]) / 2}[at]
        parts += [
            letters(line, middle, box[1] + NAME * (0.95 + 1.15 * i), NAME, at=at, halo=True)
            for i, line in enumerate(lines)
        ]
    untold.sort(key=lambda i: nodes[i]["name"].casefold())
    for place, number in enumerate(untold, start=1):
        node = nodes[number]
        x, y = node["sx"] + node["r"] * 0.75, node["sy"] - node["r"] * 0.75
        parts.append(letters(str(place), x, y, 10.5, bold=True, halo=True))
    return parts, untold


def key(
    nodes: Sequence[Mapping[str, Any]], untold: Sequence[int], y: float
) -> tuple[list[str], float]:
    """List the names that found no room, in columns by number."""
    if not untold:
        return [], y
    columns = 4
    room = (WIDTH - 2 * PAD) / columns
    rows = -(-len(untold) // columns)
    parts = []
    for place, number in enumerate(untold):
        column, row = divmod(place, rows)
        text = cut(f"{place + 1}  {clean(nodes[number]['name'])}", room - 8)
        parts.append(letters(text, PAD + column * room, y + 18 * (row + 1), NAME))
    return parts, y + 18 * rows + 14


def _sides(node: Mapping[str, Any], lines: list[str]) -> Iterator[tuple[str, Box]]:
    """Give where a name may stand: right, left, below, above its sign."""
    x, y, r = node["sx"], node["sy"], node["r"] + 4
    across = max(wide(line, NAME) for line in lines) + 2
    down = NAME * 1.15 * len(lines) + 1
    yield "start", (x + r, y - down / 2, x + r + across, y + down / 2)
    yield "end", (x - r - across, y - down / 2, x - r, y + down / 2)
    yield "middle", (x - across / 2, y + r, x + across / 2, y + r + down)
    yield "middle", (x - across / 2, y - r - down, x + across / 2, y - r)


def _is_free(box: Box, taken: Sequence[Box], own: int) -> bool:
    inside = box[0] >= 4 and box[2] <= WIDTH - 4 and box[1] >= -8 and box[3] <= HEIGHT + 8
    return inside and not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for i, other in enumerate(taken)
        if i != own
    )


def _name_lines(name: str) -> list[str]:
    lines = wrapped(name, _ROOM, NAME)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1]} …"]
    return [cut(line, _ROOM * 1.4) for line in lines] or [" "]
