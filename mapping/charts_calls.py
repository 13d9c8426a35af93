"""The band that shrinks as calls are made: results in, a picture out, no sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import altair as alt
import pandas as pd

HIGH_PX, SMALL_PX = 260, 150


def shrinking_band(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    small: bool = False,
    right_to_left: bool = False,
) -> alt.LayerChart:
    """Draw how many people are covered, at least and at most, after each call.

    The lower end is drawn through, the upper one dashed: what is certain and what may be differ by
    shape before they differ by colour.

    Parameters
    ----------
    rows
        One row a call, the first before any: ``calls`` (0 and up), ``low``, ``high``, ``said`` (the
        range in words) and ``after`` (which call that was, in words).
    labels
        Words for ``calls`` and ``people``.
    colours
        As of ``mapping.style.colours``.
    small
        One of several beside each other.
    right_to_left
        Calls go from right to left.
    """
    most = max(int(rows["calls"].max()), 1)
    x = alt.X(
        "calls:Q",
        title=labels["calls"],
        scale=alt.Scale(domain=[0, most], reverse=right_to_left, nice=False),
        axis=alt.Axis(tickMinStep=1, format="d", grid=False, tickCount=min(most, 6)),
    )
    y = alt.Y(
        "low:Q",
        title=labels["people"],
        scale=alt.Scale(zero=True),
        axis=alt.Axis(
            orient="right" if right_to_left else "left",
            tickCount=3 if small else 5,
            format=",d",
            domain=False,
            ticks=False,
        ),
    )
    tip = [alt.Tooltip("after:N", title=" "), alt.Tooltip("said:N", title=" ")]
    base = alt.Chart(rows)
    # points are joined from left to right, so after a call is before it where calls go to the left
    step: Literal["step-before", "step-after"] = "step-before" if right_to_left else "step-after"
    band = base.mark_area(interpolate=step, opacity=0.35, color=colours["gap_2"]).encode(
        x=x, y=y, y2="high:Q"
    )
    ends = [
        base.mark_line(
            interpolate=step, color=colours["gap_4"], strokeWidth=2, strokeDash=dash
        ).encode(x=x, y=alt.Y(f"{name}:Q"))
        for name, dash in (("low", [1, 0]), ("high", [4, 3]))
    ]
    touched = base.mark_rule(opacity=0, strokeWidth=14).encode(x=x, y=y, y2="high:Q", tooltip=tip)
    chart: alt.LayerChart = (
        alt.layer(band, *ends, touched)
        .properties(
            height=SMALL_PX if small else HIGH_PX, width="container", background="transparent"
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=colours["quiet"],
            titleColor=colours["quiet"],
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
            gridColor=colours["line"],
            tickColor=colours["line"],
            domainColor=colours["line"],
        )
        .configure(font="Atkinson Hyperlegible, Noto Sans, system-ui, sans-serif")
    )
    return chart
