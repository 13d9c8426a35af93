"""The band that shrinks as calls are made: results in, a picture out, no sums."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

HIGH_PX, SMALL_PX = 260, 150


def shrinking_band(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    right_to_left: bool = False,
) -> alt.FacetChart | alt.LayerChart:
    """Draw how many people are covered, at least and at most, after each call.

    Parameters
    ----------
    rows
        ``persona`` (each of several gets a picture of her own), ``calls`` (0 and up), ``low``,
        ``high`` and ``said`` (the range in words), ``after`` (which call that was, in words).
    labels
        Words for ``calls`` and ``people``.
    colours
        As of ``mapping.style.colours``.
    right_to_left
        Calls go from right to left.
    """
    several = len(set(rows["persona"])) > 1
    most = int(rows["calls"].max())
    x = alt.X(
        "calls:Q",
        title=labels["calls"],
        scale=alt.Scale(domain=[0, max(most, 1)], reverse=right_to_left, nice=False),
        axis=alt.Axis(tickMinStep=1, format="d", grid=False, tickCount=min(max(most, 1), 6)),
    )
    y = alt.Y(
        "low:Q",
        title=labels["people"],
        scale=alt.Scale(zero=True),
        axis=alt.Axis(
            orient="right" if right_to_left else "left", tickCount=4, format=",d", domain=False
        ),
    )
    tip = [
        alt.Tooltip("after:N", title=" "),
        alt.Tooltip("said:N", title=" "),
    ]
    base = alt.Chart(rows)
    band = base.mark_area(
        interpolate="step-after", opacity=0.35, color=colours["gap_2"], line=False
    ).encode(x=x, y=y, y2="high:Q")
    ends = [
        base.mark_line(
            interpolate="step-after", color=colours["gap_4"], strokeWidth=2, strokeDash=dash
        ).encode(x=x, y=alt.Y(f"{name}:Q"))
        # what is certain is drawn through, what may be is dashed: as everywhere
        for name, dash in (("low", [1, 0]), ("high", [4, 3]))
    ]
    marks = base.mark_rule(opacity=0, strokeWidth=14).encode(x=x, y=y, y2="high:Q", tooltip=tip)
    chart = alt.layer(band, *ends, marks).properties(
        height=SMALL_PX if several else HIGH_PX, width="container"
    )
    whole: alt.FacetChart | alt.LayerChart = chart
    if several:
        whole = (
            chart.properties(width=260)
            .facet(
                alt.Facet(
                    "persona:N",
                    title=None,
                    sort=None,
                    header=alt.Header(labelColor=colours["ink"], labelFontSize=14, labelLimit=240),
                ),
                columns=2,
            )
            .resolve_scale(y="independent")
        )
    drawn: alt.FacetChart | alt.LayerChart = (
        whole.properties(background="transparent")
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
    return drawn
