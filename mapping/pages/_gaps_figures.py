"""Bars and map of the page Gaps as pictures that still say what they are when they travel alone.

A file is drawn when somebody takes it, outside of her session: what it says, in which language and
of which atlas, is put together before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from mapping import charts, charts_step_map, figures, words
from mapping.pages import _gaps_answer, _numbers, _shared
from mapping.pages._gaps_answer import Said
from mapping.personas import Persona

Draw = Callable[[], figures.Chart]
MOST: Final = 12  # bars of a picture
MAP_WIDTH: Final = 640


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


def file_name(said: Said, kind: str, *, what: str = "") -> str:
    """Name a file after what it answers and when it was asked."""
    parts = ("gaps", what, said.answer.need.category, said.report["dates"]["asked"])
    return f"{'-'.join(part for part in parts if part)}.{kind}"


def downloads(said: Said) -> None:
    """Offer the bars as PNG and SVG; drawn when somebody takes one."""
    if said.report["districts"] is not None:
        _offer("bars", said, figure(said))


def map_downloads(said: Said, values: pd.DataFrame, drawn: str) -> None:
    """Offer the map as it is shown, as PNG and SVG."""
    with st.container(horizontal=True, key="gaps_map_files"):
        _offer("map", said, map_figure(said, values, drawn))


def _offer(what: str, said: Said, draw: Draw) -> None:
    prefix = "" if what == "bars" else f"{what}_"
    kinds: tuple[tuple[str, Callable[[figures.Chart], str | bytes], str], ...] = (
        ("png", figures.png, "image/png"),
        ("svg", figures.svg, "image/svg+xml"),
    )
    for kind, made, mime in kinds:
        st.download_button(
            _shared.say(f"gaps.{prefix}{kind}"),
            partial(_made, made, draw),
            file_name=file_name(said, kind, what=what),
            mime=mime,
            key=f"gaps_{prefix}{kind}",
            on_click="ignore",
        )


def _made(made: Callable[[figures.Chart], str | bytes], draw: Draw) -> str | bytes:
    return made(draw())


def figure(said: Said) -> Draw:
    """Put together the bars with question, persona, dates, method and city, to be drawn later."""
    rtl = words.direction(_shared.lang()) == "rtl"
    rows, named = bars(said.report["districts"][:MOST], right_to_left=rtl), labels()
    title, told = _gaps_answer.title(said.answer.need), lines(said)

    def draw() -> figures.Chart:
        chart = charts.range_bars(rows, labels=named, colours=figures.COLOURS, right_to_left=rtl)
        return figures.framed(chart, title=title, lines=told, right_to_left=rtl)

    return draw


def map_figure(said: Said, values: pd.DataFrame, drawn: str) -> Draw:
    """Put together the map with the same lines; ``drawn`` is what of two answers it shows."""
    say, city = _shared.say, said.answer.city
    rtl = words.direction(_shared.lang()) == "rtl"
    about = "gaps.map_about" if drawn in {"now", "before"} else "gaps.map_about_change"
    named = {
        "people": say("map.gap_people", count="{count}"),
        "zero": say("map.gap_zero"),
        "cannot_say": say("map.gap_unknown"),
        "suppressed": say("map.gap_suppressed"),
        "km": say("reach.km", count="{count}"),
        "about": say(about),
    }
    number = _numbers.plainly()
    title = _gaps_answer.title(said.answer.need)
    first, *others = lines(said)
    shown = first if drawn == "now" else f"{say(f'gaps.map_{drawn}')}. {first}"

    def draw() -> figures.Chart:
        districts = city.areas[city.areas["level"].eq("district")].to_crs(city.crs)
        chart = charts_step_map.step_map(
            gpd.GeoDataFrame(city.homes(said.answer.level).areas),
            values,
            labels=named,
            colours=figures.COLOURS,
            ground={
                "water": gpd.GeoDataFrame(city.ground[city.ground["kind"].eq("water")]),
                "districts": gpd.GeoDataFrame(districts),
            },
            width=MAP_WIDTH,
            right_to_left=rtl,
            number=number,
        )
        return figures.framed(chart, title=title, lines=[shown, *others], right_to_left=rtl)

    return draw


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
        _gaps_answer.estimate(found),
        say(f"gaps.fig_{found['method']}", city=city),
        say("gaps.fig_invented", city=city) if found["invented"] else "",
    ]
    return [line for line in told if line]
