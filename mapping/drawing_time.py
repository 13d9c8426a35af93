"""The picture of a network over the years: numbers in, a small line chart out, no sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

HEIGHT_PX = 104  # of one small chart


def over_years(
    rows: pd.DataFrame,
    name: str,
    *,
    title: str,
    marked: Sequence[float],
    colours: Mapping[str, str],
    right_to_left: bool = False,
) -> alt.LayerChart:
    """Draw one number over the years: small, so that several stand below each other.

    Parameters
    ----------
    rows
        One row a year: ``year`` and a column ``name``; NaN leaves a gap in the line.
    name
        Which column is drawn.
    title
        What it is called where somebody points at it.
    marked
        Years that are compared: a line crosses the chart there.
    colours
        As of ``mapping.style.colours``.
    right_to_left
        Years go from right to left.
    """
    x = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(
            domain=[int(rows["year"].min()), int(rows["year"].max())],
            reverse=right_to_left,
            nice=False,
        ),
        axis=alt.Axis(format="d", tickMinStep=1, grid=False, tickCount=5),
    )
    y = alt.Y(
        f"{name}:Q",
        title=None,
        scale=alt.Scale(zero=name != "ei"),
        axis=alt.Axis(
            orient="right" if right_to_left else "left",
            tickCount=3,
            domain=False,
            ticks=False,
            minExtent=36,
            labelPadding=10,  # clear of the first point
        ),
    )
    tip: list[Any] = [
        alt.Tooltip("year:Q", title=" ", format="d"),
        alt.Tooltip(f"{name}:Q", title=title),
    ]
    marks = (
        alt.Chart(pd.DataFrame({"year": list(marked)}))
        .mark_rule(color=colours["quiet"], strokeDash=[4, 3])
        .encode(x=x)
    )
    line = (
        alt.Chart(rows[["year", name]])
        .mark_line(
            color=colours["accent"],
            strokeWidth=2,
            point=alt.OverlayMarkDef(color=colours["accent"], size=40, filled=True),
        )
        .encode(x=x, y=y, tooltip=tip)
    )
    chart: alt.LayerChart = (
        alt.layer(marks, line)
        .properties(height=HEIGHT_PX, width="container", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=colours["quiet"],
            labelFontSize=13,
            gridColor=colours["line"],
            tickColor=colours["line"],
            domainColor=colours["line"],
        )
        .configure(font="Atkinson Hyperlegible, Noto Sans, system-ui, sans-serif")
    )
    return chart
