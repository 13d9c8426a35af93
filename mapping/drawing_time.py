"""The picture of a network over the years: numbers in, small line charts out, no sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

HEIGHT_PX = 96  # of one small chart


def over_years(
    rows: pd.DataFrame,
    *,
    shown: Sequence[str],
    titles: Mapping[str, str],
    marked: Sequence[float],
    colours: Mapping[str, str],
    right_to_left: bool = False,
) -> alt.VConcatChart:
    """Draw numbers over the years below each other, each on a scale of its own.

    Parameters
    ----------
    rows
        One row a year: ``year`` and a column for each of ``shown``; NaN leaves a gap in the line.
    shown
        Columns, in the order in which they are drawn.
    titles
        What each column is called.
    marked
        Years that are compared: a line crosses all charts there.
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
        axis=alt.Axis(format="d", tickMinStep=1, grid=False, tickCount=6),
    )
    marks = (
        alt.Chart(pd.DataFrame({"year": list(marked)}))
        .mark_rule(color=colours["quiet"], strokeDash=[4, 3])
        .encode(x=x)
    )
    charts = []
    for name in shown:
        y = alt.Y(
            f"{name}:Q",
            title=None,
            scale=alt.Scale(zero=name != "ei"),
            axis=alt.Axis(
                orient="right" if right_to_left else "left",
                tickCount=3,
                domain=False,
                ticks=False,
                minExtent=40,
            ),
        )
        tip: list[Any] = [
            alt.Tooltip("year:Q", title=" ", format="d"),
            alt.Tooltip(f"{name}:Q", title=titles[name]),
        ]
        line = (
            alt.Chart(rows)
            .mark_line(
                color=colours["accent"],
                strokeWidth=2,
                point=alt.OverlayMarkDef(color=colours["accent"], size=40, filled=True),
            )
            .encode(x=x, y=y, tooltip=tip)
        )
        title = alt.TitleParams(
            titles[name],
            anchor="end" if right_to_left else "start",
            color=colours["ink"],
            fontSize=14,
            fontWeight="normal",
        )
        charts.append(alt.layer(marks, line).properties(height=HEIGHT_PX, width=640, title=title))
    chart: alt.VConcatChart = (
        alt.vconcat(*charts, spacing=14, background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=colours["quiet"],
            labelFontSize=13,
            gridColor=colours["line"],
            tickColor=colours["line"],
            domainColor=colours["line"],
        )
        .configure(
            font="Atkinson Hyperlegible, Noto Sans, system-ui, sans-serif",
        )
    )
    return chart
