"""How far groups led by migrants take part, and at which level they work with the municipality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from mapping import drawing_seats, ladder, words
from mapping.pages import _seats_offer, _shared


def show(table: pd.DataFrame, unknown: int, names: Mapping[str, str], *, presenting: bool) -> None:
    """Draw the ladder of ties, and the same by sector; who is only informed if not presenting."""
    say = _shared.say
    st.subheader(say("seats.ladder"), anchor=False)
    if table.empty:
        st.text(say("seats.ladder_none"))
    else:
        counts = ladder.rungs(table)
        known = len(table) - counts[ladder.UNKNOWN]
        st.text(say("seats.ladder_about", known=known, ties=len(table)))
        picture, beside = st.columns([2, 3], gap="medium")
        with picture:
            _picture(counts)
        with beside:
            _sectors(table)
        _informed(ladder.only_informed(table), names, presenting=presenting)
    if unknown:
        st.text(say("seats.ladder_lead_unknown", count=unknown))


def _word(rung: str) -> str:
    say = _shared.say
    return say("seats.ladder_unknown" if rung == ladder.UNKNOWN else f"participation.{rung}")


def _picture(counts: Mapping[str, int]) -> None:
    order = (*reversed(ladder.RUNGS), ladder.UNKNOWN)
    rtl = words.direction(_shared.lang()) == "rtl"
    rungs = [(one, _word(one), counts[one]) for one in order]
    said = [_shared.say("seats.ladder_said", rung=word, count=number) for _, word, number in rungs]
    st.image(drawing_seats.ladder(rungs, _shared.tokens(), rtl=rtl), alt="; ".join(said))


def _sectors(table: pd.DataFrame) -> None:
    say = _shared.say
    counts = ladder.by_sector(table)
    sectors = [
        say("seats.unknown") if one == ladder.UNKNOWN else say(f"sector.{one}")
        for one in counts.index
    ]
    st.text(say("seats.ladder_sectors"))
    st.dataframe(
        pd.DataFrame(
            {
                say("seats.col_sector"): sectors,
                **{_word(str(one)): counts[one].tolist() for one in counts.columns},
            }
        ),
        hide_index=True,
        key="seats_ladder_sectors",
    )


def _informed(groups: pd.DataFrame, names: Mapping[str, str], *, presenting: bool) -> None:
    say = _shared.say
    if groups.empty:
        st.text(say("seats.only_informed_none"))
    elif presenting:
        st.text(say("seats.only_informed_count", count=len(groups)))
    else:
        listed = [names[one] for one in groups["group"]]
        st.text(say("seats.only_informed", names=_seats_offer.counted(listed)))


def levels(table: pd.DataFrame, names: Mapping[str, str], *, presenting: bool) -> None:
    """Draw as dots at which levels each group works with the municipality; counts if presenting."""
    say = _shared.say
    if table.empty:
        return
    st.subheader(say("seats.levels"), anchor=False)
    lines = [
        say(
            "seats.level_count",
            level=say(f"cooperation.{one}"),
            yes=int(table[one].fillna(value=False).sum()),
            of=len(table),
            perhaps=int(table[one].isna().sum()),
        )
        for one in ladder.LEVELS
    ]
    st.text("\n".join(lines))
    if presenting:
        return
    st.text(say("seats.levels_about"))
    order = table.assign(known=table[list(ladder.LEVELS)].fillna(value=False).sum(axis=1))
    order = order.sort_values(["known", "ties"], ascending=False, kind="stable")
    columns = {say("seats.col_group"): [names[str(one)] for one in order.index]}
    for one in ladder.LEVELS:
        columns[say(f"cooperation.{one}")] = [_dot(value) for value in order[one]]
    st.dataframe(pd.DataFrame(columns), hide_index=True, height=320, key="seats_levels")


def _dot(value: Any) -> str:  # noqa: ANN401 - a cell, perhaps <NA>
    say = _shared.say
    if pd.isna(value):
        return say("seats.level_unknown")
    return say("seats.level_yes" if value else "seats.level_no")
