"""Marks of a chart placed by the pixel: text, blocks, hatching and a legend of our own.

Names stand above their bars and not beside them, so that a chart reads the same on a phone and on
a wall; Vega's own axes and legends cannot do that. Text comes as data, never in an expression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import altair as alt
import pandas as pd

from mapping import figures

NARROW: Final = 316  # pixels that text is broken at where a chart takes the width of its page
STROKE: Final = 1.5
DASH: Final = [3, 3]
DOTS: Final = [0.6, 3.4]  # with round ends: a dotted outline
_KEY = 24  # pixels from one line of a legend to the next
_UNIT = 6  # pixels of one unit of the shapes below
_WIDE = 3.6  # of a symbol, in units
_HATCH = (0.1, 0.9, 1.7, 2.4)


@dataclass(frozen=True)
class Paper:
    """What a chart is drawn on.

    Attributes
    ----------
    width
        In pixels; ``None`` where the page decides.
    height
        In pixels, counted from the top.
    """

    colours: Mapping[str, str]
    width: int | None
    height: int
    right_to_left: bool = False

    @property
    def edge(self) -> alt.Value[Any]:
        """Where text begins."""
        return alt.value("width" if self.right_to_left else 0)

    @property
    def align(self) -> Any:  # noqa: ANN401 - one of Vega's words, which Altair types as literals
        """To which side text is set."""
        return "right" if self.right_to_left else "left"

    def down(self, name: str = "y") -> alt.Y:
        """Place by a column of pixels from the top."""
        scale = alt.Scale(domain=[0, self.height], range=[0, self.height], nice=False, zero=False)
        return alt.Y(f"{name}:Q", axis=None, scale=scale)

    def across(self, most: float, name: str = "x") -> alt.X:
        """Place by a column of numbers from 0 to ``most``."""
        scale = alt.Scale(domain=[0, most], nice=False, reverse=self.right_to_left)
        return alt.X(f"{name}:Q", axis=None, scale=scale)

    def line(self, text: str) -> str:
        """Give a line its own direction: a chart has none."""
        return f"\u2067{text}\u2069" if self.right_to_left else text

    def side(self, steps: float) -> float:
        """Turn pixels from where text begins into pixels to the right."""
        return -steps if self.right_to_left else steps


def chart(paper: Paper, layers: Sequence[alt.Chart], *, about: str) -> alt.LayerChart:
    """Put layers on their paper.

    Parameters
    ----------
    paper
        Its width and height become the chart's.
    layers
        From the lowest to the highest.
    about
        What the chart says, for those who hear it.
    """
    wide: float | Literal["container"] = "container" if paper.width is None else paper.width
    drawn: alt.LayerChart = alt.LayerChart(
        layer=list(layers),
        width=wide,
        height=paper.height,
        description=about,
        background="transparent",
        config=alt.Config(font=figures.FONT, view=alt.ViewConfig(stroke=None)),
    )
    return drawn


def text(
    paper: Paper, lines: Sequence[tuple[float, str]], *, size: float, bold: bool, colour: str
) -> list[alt.Chart]:
    """Write lines; each with its pixels from the top to its foot."""
    if not lines:
        return []
    data = pd.DataFrame({"y": [at for at, _ in lines], "text": [paper.line(t) for _, t in lines]})
    mark = alt.Chart(data).mark_text(
        align=paper.align,
        baseline="alphabetic",
        fontSize=size,
        fontWeight="bold" if bold else "normal",
        color=paper.colours[colour],
    )
    return [mark.encode(x=paper.edge, y=paper.down(), text="text:N")]


def blocks(paper: Paper, rows: pd.DataFrame, most: float, **look: Any) -> list[alt.Chart]:  # noqa: ANN401 - what a mark takes
    """Draw rectangles from ``x`` to ``x2`` in numbers, from ``y`` to ``y2`` in pixels."""
    rows = rows[rows["x2"] > rows["x"]]
    if rows.empty:
        return []
    tip = [alt.Tooltip(f"{one}:N", title=" ") for one in ("name", "said") if one in rows]
    mark = alt.Chart(rows).mark_rect(**look)
    ends = {"x": paper.across(most), "x2": alt.X2("x2:Q"), "y": paper.down(), "y2": alt.Y2("y2:Q")}
    return [mark.encode(**ends, tooltip=tip)]


def hatching(paper: Paper, rows: pd.DataFrame, most: float, *, thick: float) -> list[alt.Chart]:
    """Draw what nobody can say: slanting lines inside of a thin outline."""
    quiet = paper.colours["quiet"]
    outline = blocks(paper, rows, most, filled=False, stroke=quiet, strokeWidth=1)
    step = most * 6 / (paper.width or NARROW + 120)
    lines = [
        {"x": (at + 0.5) * step, "y": (row["y"] + row["y2"]) / 2}
        for row in rows.to_dict("records")
        for at in range(round(most / step))
        if row["x"] + step <= (at + 0.5) * step <= row["x2"] - step
    ]
    if not lines:
        return outline
    mark = alt.Chart(pd.DataFrame(lines)).mark_point(
        shape="M-0.5,1L0.5,-1", size=thick * thick, stroke=quiet, strokeWidth=1, opacity=1
    )
    return [*outline, mark.encode(x=paper.across(most), y=paper.down())]


def legend_height(entries: int) -> int:
    """Tell how many pixels a legend takes."""
    return _KEY * entries


def legend(
    paper: Paper, entries: Sequence[tuple[str, str]], *, top: float, at: float = 0
) -> list[alt.Chart]:
    """Draw a legend, one line a kind of mark.

    Parameters
    ----------
    paper
        Where to.
    entries
        Kind (certain, estimate, perhaps, lost, cannot_say, not_asked, brought, suppressed, zero,
        or a colour's name) and word.
    top
        Pixels from the top.
    at
        Pixels from where text begins.
    """
    drawn = []
    rows = [
        {"y": top + _KEY * (number + 0.5), "text": paper.line(word)}
        for number, (_, word) in enumerate(entries)
    ]
    for row, (kind, _) in zip(rows, entries, strict=True):
        symbol = alt.Chart(pd.DataFrame([row])).mark_point(
            size=4 * _UNIT * _UNIT, xOffset=paper.side(at), opacity=1, **_symbol(paper, kind)
        )
        drawn.append(symbol.encode(x=paper.edge, y=paper.down()))
    if entries:
        words = alt.Chart(pd.DataFrame(rows)).mark_text(
            align=paper.align,
            baseline="middle",
            dx=paper.side(at + _WIDE * _UNIT + 10),
            fontSize=14,
            color=paper.colours["ink"],
        )
        drawn.append(words.encode(x=paper.edge, y=paper.down(), text="text:N"))
    return drawn


def _symbol(paper: Paper, kind: str) -> dict[str, Any]:
    """Give the shape of a kind before its colour."""
    colours = paper.colours
    left = -_WIDE if paper.right_to_left else 0
    high = {"not_asked": 0.33, "brought": 0.5}.get(kind, 1)
    shape = f"M{left},{-high}H{left + _WIDE}V{high}H{left}Z"
    if kind == "cannot_say":
        shape += "".join(f"M{left + one:.1f},1L{left + one + 1:.1f},-1" for one in _HATCH)
    outlines: dict[str, dict[str, Any]] = {
        "perhaps": {"stroke": colours["gap_4"], "strokeWidth": STROKE, "strokeDash": DASH},
        "cannot_say": {"stroke": colours["quiet"], "strokeWidth": 1},
        "zero": {"stroke": colours["line"], "strokeWidth": 1},
        "suppressed": {
            "stroke": colours["quiet"],
            "strokeWidth": STROKE,
            "strokeDash": DOTS,
            "strokeCap": "round",
        },
    }
    if kind in outlines:
        return {"shape": shape, "filled": False, **outlines[kind]}
    if kind == "estimate":
        outline = {"stroke": colours["gap_4"], "strokeWidth": STROKE}
        return {"shape": shape, "filled": True, "fill": colours["gap_3"], **outline}
    fills = {"certain": "gap_4", "not_asked": "gap_4", "brought": "accent"}
    return {
        "shape": shape,
        "filled": True,
        "fill": colours[fills.get(kind, kind)],
        "strokeWidth": 0,
    }
