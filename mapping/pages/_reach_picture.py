"""The pictures of the page Reach: who is left step by step, alone and side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mapping import charts_cascade, words
from mapping.pages import _persona, _reach_side, _reach_words, _shared
from mapping.pages._reach_answers import Answer

ROW = 3  # personas beside each other on a wide screen


def rtl() -> bool:
    """Tell whether this desk reads from right to left."""
    return words.direction(_shared.lang()) == "rtl"


def labels() -> dict[str, str]:
    """Give the words of the charts."""
    say = _shared.say
    return {
        "certain": say("reach.certain"),
        "perhaps": say("reach.perhaps"),
        "estimate": say("reach.estimate"),
        "lost": say("reach.lost"),
        "not_asked": say("reach.not_asked"),
        "cannot_say": say("reach.cannot_short"),
        "costs": say("reach.costs"),
        "brings": say("reach.brings"),
    }


def rows(answer: Answer) -> pd.DataFrame:
    """Give the steps as the charts draw them; numbers stand in each step's words."""
    people = answer.told["population"]["people"]
    return pd.DataFrame(
        {
            "step": [_reach_words.step_name(one["name"]) for one in answer.steps],
            "low": [one["covered"]["low"] for one in answer.steps],
            "high": [one["covered"]["high"] for one in answer.steps],
            "of_low": people["low"],
            "of_high": people["high"],
            "said": [_reach_words.said(answer, one) for one in answer.steps],
            "state": [one["state"] for one in answer.steps],
            "estimated": bool(answer.told["population"]["estimated"]),
        }
    )


def several(answers: Sequence[Answer], names: Sequence[str]) -> pd.DataFrame:
    """Give the steps of several personas, as the charts draw them side by side.

    Each is headed by whom her numbers count.
    """
    names = _reach_words.with_groups(answers, names)
    found = [rows(one).assign(persona=name) for one, name in zip(answers, names, strict=True)]
    return pd.concat(found, ignore_index=True)


def who() -> None:
    """Show what she is called and what is said about her: text of people, never a heading."""
    with st.container(key="reach_who"):
        st.text(_persona.names()[_persona.at()])
        if about := _persona.here().persona.about:
            st.text(about)


def cascade(answer: Answer) -> None:
    """Show who is left step by step."""
    chart = charts_cascade.cascade_chart(
        rows(answer), labels=labels(), colours=_shared.tokens(), right_to_left=rtl()
    )
    st.altair_chart(chart, theme=None, key="reach_chart")


def side_by_side(answers: Sequence[Answer]) -> None:
    """Show several personas beside each other: where they part, a picture each, all numbers."""
    st.subheader(_shared.say("reach.side"), anchor=False)
    if len(answers) < 2:
        st.text(_shared.say("reach.side_one"))
        return
    names = _persona.names()
    with st.container(key="reach_differ"):
        for line in _reach_side.difference(answers, names):
            st.text(line)
        if any(one.persona.no_papers for one in answers):
            st.text(_shared.say("gaps.note_papers"))
    drawn = several(answers, names)
    pictures = charts_cascade.panels(drawn, colours=_shared.tokens(), right_to_left=rtl())
    columns = [
        column
        for first in range(0, len(pictures), ROW)
        for column in st.columns(min(ROW, len(pictures)), gap="medium")[: len(pictures) - first]
    ]
    for number, (column, chart) in enumerate(zip(columns, pictures.values(), strict=True)):
        with column:
            st.altair_chart(chart, theme=None, key=f"reach_beside_{number}")
    legend = charts_cascade.key(
        drawn, labels=labels(), colours=_shared.tokens(), right_to_left=rtl()
    )
    st.altair_chart(legend, theme=None, key="reach_beside_key")
    _reach_side.numbers(answers, names)


def costs(answer: Answer) -> None:
    """Show what each step costs alone, and what solving it alone would bring."""
    chart = charts_cascade.lost_bars(
        cost_rows(answer), labels=labels(), colours=_shared.tokens(), right_to_left=rtl()
    )
    st.altair_chart(chart, theme=None, key="reach_costs")


def cost_rows(answer: Answer) -> pd.DataFrame:
    """Give what each step that asks something costs and brings, as the chart draws it."""
    say = _shared.say
    asked = [one for one in answer.steps if one["facts"] and one["name"] != "exists"]
    return pd.DataFrame(
        [
            {
                "step": _reach_words.step_name(one["name"]),
                "state": one["state"],
                **{f"costs_{end}": one["alone_lost"][end] for end in ("low", "high")},
                **{f"brings_{end}": one["brings"][end] for end in ("low", "high")},
                "costs_said": say(
                    "reach.costs_said", count=_reach_words.people(answer, one["alone_lost"])
                ),
                "brings_said": say(
                    "reach.brings_said", count=_reach_words.people(answer, one["brings"])
                ),
            }
            for one in asked
        ]
    )
