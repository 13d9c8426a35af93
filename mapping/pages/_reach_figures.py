"""The figures of the page Reach as files, with persona, dates, method and city in them.

A file is drawn when somebody takes it, outside of her session: what it says, in which language and
of which atlas, is put together before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from mapping import cascade_told, charts_cascade, charts_step_map, figures
from mapping.pages import _numbers, _persona, _reach_picture, _reach_words, _shared
from mapping.pages._reach_answers import Answer

Draw = Callable[[], figures.Chart]
KINDS: Final[tuple[tuple[str, Callable[[figures.Chart], str | bytes], str], ...]] = (
    ("png", figures.png, "image/png"),
    ("svg", figures.svg, "image/svg+xml"),
)
RANGES: Final = ("covered", "share", "lost", "alone_lost", "brings")
MAP_WIDTH: Final = figures.WIDTH
SIDE_WIDTH: Final = 1080


def cascade(answer: Answer, name: str) -> None:
    """Offer the cascade as a picture and as numbers."""
    with st.container(horizontal=True, key="reach_files"):
        _pictures("cascade", answer, _cascade(answer, name))
        _table("numbers", [answer], [name])


def step_map(answer: Answer, name: str, step: str) -> None:
    """Offer the map of a step as a picture; nothing where there may be none."""
    values = cascade_told.step_values(answer.cascade, step)
    if values is not None:
        with st.container(horizontal=True, key="reach_map_files"):
            _pictures("map", answer, _map(answer, name, step, values))


def side_by_side(answers: Sequence[Answer], names: Sequence[str]) -> None:
    """Offer several personas as one picture and one table."""
    with st.container(horizontal=True, key="reach_side_files"):
        _pictures("side", answers[0], _side(answers, names))
        _table("side", answers, names)


# --- widgets -------------------------------------------------------------------------------------


def _pictures(what: str, answer: Answer, draw: Draw) -> None:
    for kind, made, mime in KINDS:
        st.download_button(
            _shared.say(f"reach.{kind}"),
            partial(_made, made, draw),
            file_name=_file(what, answer, kind),
            mime=mime,
            key=f"reach_{what}_{kind}",
            on_click="ignore",
        )


def _made(made: Callable[[figures.Chart], str | bytes], draw: Draw) -> str | bytes:
    return made(draw())


def _table(what: str, answers: Sequence[Answer], names: Sequence[str]) -> None:
    st.download_button(
        _shared.say("reach.csv"),
        partial(figures.csv, *numbers(answers, names)),
        file_name=_file(what, answers[0], "csv"),
        mime="text/csv",
        key=f"reach_{what}_csv",
        on_click="ignore",
    )


def _file(what: str, answer: Answer, kind: str) -> str:
    return f"reach-{what}-{answer.persona.category}-{answer.told['dates']['asked']}.{kind}"


# --- figures -------------------------------------------------------------------------------------


def _cascade(answer: Answer, name: str) -> Draw:
    rows, labels, rtl = (
        _reach_picture.rows(answer), _reach_picture.labels(), _reach_picture.rtl(),
    )  # fmt: skip
    title, said = _reach_words.title(answer.persona), lines(answer, name)

    def draw() -> figures.Chart:
        chart = charts_cascade.cascade_chart(
            rows,
            labels=labels,
            colours=figures.COLOURS,
            width=figures.WIDTH,
            right_to_left=rtl,
        )
        return figures.framed(chart, title=title, lines=said, right_to_left=rtl)

    return draw


def _side(answers: Sequence[Answer], names: Sequence[str]) -> Draw:
    rows, labels = _reach_picture.several(answers, names), _reach_picture.labels()
    title, rtl = _shared.say("reach.side_title"), _reach_picture.rtl()
    both = " · ".join(_reach_words.with_groups(answers, names))
    said = lines(answers[0], both, step="", others=answers[1:])

    def draw() -> figures.Chart:
        chart = charts_cascade.side_by_side(
            rows, labels=labels, colours=figures.COLOURS, width=SIDE_WIDTH, right_to_left=rtl
        )
        return figures.framed(chart, title=title, lines=said, width=SIDE_WIDTH, right_to_left=rtl)

    return draw


def _map(answer: Answer, name: str, step: str, values: pd.DataFrame) -> Draw:
    say, city, rtl = _shared.say, answer.cascade.city, _reach_picture.rtl()
    labels = {
        "people": say("map.gap_people", count="{count}"),
        "zero": say("map.gap_zero"),
        "cannot_say": say("map.gap_unknown"),
        "suppressed": say("map.gap_suppressed"),
        "km": say("reach.km", count="{count}"),
        "about": say("reach.map_about"),
    }
    title = say("reach.fig_map", step=_reach_words.step_name(step))
    said = lines(answer, name, step=step)
    number = _numbers.plainly()

    def draw() -> figures.Chart:
        districts = city.areas[city.areas["level"].eq("district")].to_crs(city.crs)
        ground = city.ground
        chart = charts_step_map.step_map(
            gpd.GeoDataFrame(city.homes(answer.cascade.level).areas),
            values,
            labels=labels,
            colours=figures.COLOURS,
            ground={
                "water": gpd.GeoDataFrame(ground[ground["kind"].eq("water")]),
                "districts": gpd.GeoDataFrame(districts),
            },
            width=MAP_WIDTH,
            right_to_left=rtl,
            number=number,
        )
        return figures.framed(chart, title=title, lines=said, right_to_left=rtl)

    return draw


def lines(
    answer: Answer, name: str, *, step: str | None = None, others: Sequence[Answer] = ()
) -> list[str]:
    """Say for whom, of when, how computed, of which city, and what it is not.

    Parameters
    ----------
    answer
        For one persona, or the first of several.
    name
        What she is called, or all of them.
    step
        What is asked is said up to this step only; ``""`` for nothing, where there are several.
    others
        The others, where there are several.
    """
    say, told = _shared.say, answer.told
    dates, apart = told["dates"], _numbers.apart
    city = apart(told["city"])
    order = [one["name"] for one in answer.steps]
    last = len(order) if step is None else order.index(step) + 1 if step else 0
    asked = [
        one
        for one in answer.steps[:last]
        if one["facts"] and one["name"] not in _reach_words.ALWAYS
    ]
    musts = _reach_words.musts(answer.persona, asked)
    found = [
        say("reach.fig_for", name=apart(name), musts=musts) if musts else apart(name),
        say(
            "reach.fig_dates",
            group="; ".join(apart(one) for one in _groups([answer, *others])),
            day=apart(dates["population"] or say("gaps.day_unknown")),
            checked=_reach_words.checked(answer),
            asked=apart(dates["asked"]),
        ),
    ]
    method = "straight_line" if told["method"] == "straight_line" else "streets"
    found += [*_limits([answer, *others]), say(f"gaps.fig_{method}", city=city)]
    if told["invented"]:
        found.append(say("gaps.fig_invented", city=city))
    return [one for one in found if one]


def _groups(answers: Sequence[Answer]) -> list[str]:
    """Name whom the numbers count; an estimate says that it is one."""
    return list(dict.fromkeys(_persona.group_name(one.persona.group) for one in answers))


def _limits(answers: Sequence[Answer]) -> list[str]:
    """Say what the numbers are not: of papers no number of people, and no estimate as a fact."""
    found = [_shared.say("gaps.note_papers")] if any(a.persona.no_papers for a in answers) else []
    for one in answers:
        found += [_reach_words.estimate(one), _reach_words.proxy(one)]
    return list(dict.fromkeys(line for line in found if line))


def _estimated(answer: Answer) -> dict[str, Any]:
    """Flag numbers of an estimate, and give what is certain of how many people there are."""
    population = answer.told["population"]
    certain = (population["estimate"] or {}).get("people", {})
    return {
        "estimate": "yes" if population["estimated"] else "no",
        "people_certain_low": certain.get("low"),
        "people_certain_high": certain.get("high"),
    }


def numbers(answers: Sequence[Answer], names: Sequence[str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give all numbers as a table, and what they are, for ``figures.csv``."""
    say, told = _shared.say, answers[0].told
    rows: list[dict[str, Any]] = []
    for answer, name in zip(answers, names, strict=True):
        people = answer.told["population"]["people"]
        for one in answer.steps:
            ranges = {
                f"{key}_{end}": None if one[key] is None else one[key][end]
                for key in RANGES
                for end in ("low", "high")
            }
            services = {f"services_{key}": count for key, count in one["services"].items()}
            rows.append(
                {
                    "persona": name,
                    "step": one["name"],
                    "step_said": _reach_words.step_name(one["name"]),
                    "state": one["state"],
                    "people_low": people["low"],
                    "people_high": people["high"],
                    **_estimated(answer),
                    **ranges,
                    **services,
                    "unknown": one["unknown"],
                    "of_services": one["of"],
                }
            )
    head = {
        f"persona {number} ({name})": answer.persona.to_json().replace("\n", "")
        for number, (answer, name) in enumerate(zip(answers, names, strict=True), start=1)
    }
    dates = told["dates"]
    head |= {
        "question": _reach_words.title(answers[0].persona),
        "population": "; ".join(_groups(answers)),
        "note": " ".join(_limits(answers)),
        "people counted on": dates["population"] or say("gaps.day_unknown"),
        "services first checked": dates["services_oldest"] or say("gaps.day_unknown"),
        "services last checked": dates["services_newest"] or say("gaps.day_unknown"),
        "asked on": dates["asked"],
        "method": told["method"],
        "speed km/h": str(told["speed_kmh"]),
        "rounded to": str(told["rounded_to"]),
        "city": told["city"],
        "invented": "yes" if told["invented"] else "no",
    }
    return pd.DataFrame(rows), head
