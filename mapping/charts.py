"""Charts: results in, pictures out, no sums. Drawn by Vega in the browser, which runs no text."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

ROW_PX = 44  # one bar with its name and number, thumb-sized


def range_bars(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    right_to_left: bool = False,
) -> alt.LayerChart:
    """Draw how many people are not reached, one bar a place: for certain, and perhaps.

    The certain part is full, the part that depends on what nobody knows is an outline, so that
    the two differ by shape before they differ by colour.

    Parameters
    ----------
    rows
        ``place`` (each once), ``low``, ``high`` and ``said`` (the range in words), in the order
        they are drawn.
    labels
        Words for ``certainly`` and ``perhaps_not``.
    colours
        As of ``mapping.style.colours``.
    right_to_left
        Bars grow from the right.
    """
    data = rows[["place", "low", "high", "said"]].copy()
    # The number stands under the name and not at the bar's end, where a phone would cut it off.
    data["label"] = data["place"] + "\n" + data["said"]
    names = [labels["certainly"], labels["perhaps_not"]]
    wide = alt.Scale(
        domain=[0, max(float(data["high"].max()), 1.0)], nice=False, reverse=right_to_left
    )
    place = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            orient="right" if right_to_left else "left",
            labelExpr="split(datum.label, '\\n')",
            labelColor=colours["ink"],
            labelLimit=220,
            labelFontSize=14,
            labelLineHeight=17,
            labelBaseline="line-bottom",
            labelOffset=-2,
            ticks=False,
            domain=False,
            labelPadding=10,
        ),
    )
    tip = [alt.Tooltip("place:N", title=" "), alt.Tooltip("said:N", title=" ")]
    kind = alt.Scale(domain=names, range=[colours["gap_4"], colours["paper"]])
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="vertical",  # side by side they do not fit on a phone
        labelColor=colours["ink"],
        labelFontSize=14,
        symbolType="square",
        symbolStrokeColor=colours["gap_4"],
        symbolStrokeWidth=1.5,
        labelLimit=400,
    )
    hidden = alt.X("low:Q", scale=wide, axis=None)
    certain = (
        alt.Chart(data.assign(kind=names[0]))
        .mark_bar(height=14)
        .encode(
            y=place, x=hidden, color=alt.Color("kind:N", scale=kind, legend=legend), tooltip=tip
        )
    )
    perhaps = (
        alt.Chart(data.assign(kind=names[1]))
        .mark_bar(height=14, stroke=colours["gap_4"], strokeWidth=1.5, strokeDash=[3, 3])
        .encode(
            y=place,
            x=hidden,
            x2="high:Q",
            tooltip=tip,
            color=alt.Color("kind:N", scale=kind, legend=legend),
            opacity=alt.condition("datum.high > datum.low", alt.value(1), alt.value(0)),
        )
    )
    chart: alt.LayerChart = (
        alt.layer(certain, perhaps)
        .properties(height=ROW_PX * max(len(data), 1), background="transparent")
        .configure(
            font="Atkinson Hyperlegible, Noto Sans, system-ui, sans-serif",
            view=alt.ViewConfig(stroke=None),
        )
    )
    return chart
