"""The bars of the page Gaps as pictures that still say what they are when they travel alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from mapping import charts, figures, words
from mapping.pages import _gaps_answer, _numbers, _shared
from mapping.pages._gaps_answer import Said
from mapping.personas import Persona

MOST: Final = 12  # bars of a picture


def labels() -> dict[str, str]:
    """Give the words of the chart."""
    return {key: _shared.say(f"gaps.{key}") for key in ("certainly", "perhaps_not")}


def place(row: dict[str, Any]) -> str:
    """Name a district."""
    return str(row["name"] or row["area_id"])


def bars(rows: list[dict[str, Any]], *, right_to_left: bool) -> pd.DataFrame:
    """Give districts as the chart takes them."""
    said = [_numbers.between(**row["not_reached"]) for row in rows]
    if right_to_left:  # each text in its own direction: the chart itself has none
        said = [f"\u2067{one}\u2069" for one in said]
    return pd.DataFrame(
        {
            "place": [place(row) for row in rows],
            "low": [row["not_reached"]["low"] for row in rows],
            "high": [row["not_reached"]["high"] for row in rows],
            "said": said,
        }
    )


def file_name(said: Said, kind: str) -> str:
    """Name a file after what it answers and when it was asked."""
    return f"gaps-{said.answer.need.category}-{said.report['dates']['asked']}.{kind}"


def downloads(said: Said) -> None:
    """Offer the bars as PNG and SVG; drawn when somebody takes one."""
    if said.report["districts"] is None:
        return
    kinds: tuple[tuple[str, Callable[[figures.Chart], str | bytes], str], ...] = (
        ("png", figures.png, "image/png"),
        ("svg", figures.svg, "image/svg+xml"),
    )
    for kind, draw, mime in kinds:
        st.download_button(
            _shared.say(f"gaps.{kind}"),
            partial(_drawn, said, draw),
            file_name=file_name(said, kind),
            mime=mime,
            key=f"gaps_{kind}",
            on_click="ignore",
        )


def _drawn(said: Said, draw: Callable[[figures.Chart], str | bytes]) -> str | bytes:
    return draw(figure(said))


def figure(said: Said) -> figures.Chart:
    """Draw the bars with question, persona, dates, method and city in the picture."""
    rtl = words.direction(_shared.lang()) == "rtl"
    chart = charts.range_bars(
        bars(said.report["districts"][:MOST], right_to_left=rtl),
        labels=labels(),
        colours=figures.COLOURS,
        right_to_left=rtl,
    )
    return figures.framed(
        chart, title=_gaps_answer.title(said.answer.need), lines=lines(said), right_to_left=rtl
    )


def lines(said: Said) -> list[str]:
    """Say for whom, of when, how computed and of which city."""
    say, found, need = _shared.say, said.report, said.answer.need
    group = _gaps_answer.group_name(need.group)
    name = need.name if isinstance(need, Persona) and need.name else group
    apart = _numbers.apart
    city = apart(found["city"])
    told = [
        say("gaps.fig_for", name=apart(name)),
        say(
            "gaps.fig_counted",
            count=_numbers.between(**found["not_reached"]),
            people=_numbers.between(**found["people"]),
            group=apart(group),
            day=apart(found["dates"]["population"] or say("gaps.day_unknown")),
            checked=apart(found["dates"]["services_newest"] or say("gaps.day_unknown")),
            asked=apart(found["dates"]["asked"]),
        ),
        say(f"gaps.fig_{found['method']}", city=city),
    ]
    return [*told, say("gaps.fig_invented", city=city)] if found["invented"] else told
