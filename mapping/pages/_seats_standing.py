"""The grid of power and interest, the affected without power first, and two sliders to fill it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from layers import judgements
from mapping import drawing_seats, standing, words
from mapping.pages import _seats_save, _shared

QUESTION, WHO = "seats_question", "seats_who"
UNKNOWN: Final = 0  # of a slider: nobody has judged
AFFECTED: Final = ("yes", "no", "unknown")


def question() -> str:
    """Ask which question the standings are about, where there are several."""
    say = _shared.say
    several = standing.questions(_shared.read("standings"))
    if len(several) < 2:
        return several[0] if several else ""
    chosen = st.selectbox(
        say("seats.question"),
        several,
        format_func=lambda one: one or say("seats.question_whole"),
        key=QUESTION,
        bind="query-params",
    )
    return str(chosen or "")


def answer(grid: pd.DataFrame, names: Mapping[str, str]) -> list[str]:
    """Name who is affected most and cannot decide; nothing where nobody is known to be so."""
    if grid.empty or not grid["first"].any():
        return []
    first = grid.iloc[0]
    much = not pd.isna(first["interest"]) and first["interest"] >= standing.HIGH
    key = "answer_affected" if much else "answer_affected_low"
    return [_shared.say(f"seats.{key}", name=names[first["organization_id"]])]


def show(grid: pd.DataFrame, names: Mapping[str, str], asked: str, *, presenting: bool) -> None:
    """Draw the grid and list everybody in it; a judgement is not for the projector."""
    say = _shared.say
    st.subheader(say("seats.standing"), anchor=False)
    if presenting:
        st.text(say("seats.standing_presenting"))
        return
    _seats_save.told("standings")
    if grid.empty:
        st.text(say("seats.standing_none"))
    else:
        _grid(grid, names)
    _enter(grid, names, asked)
    _towers(names)


def _grid(grid: pd.DataFrame, names: Mapping[str, str]) -> None:
    say = _shared.say
    st.text(f"{say('seats.standing_about')} {say('network.verdict')}")
    rows = list(enumerate(grid.to_dict("records"), start=1))
    places = [
        (number, int(row["power"]), int(row["interest"]), _form(row))
        for number, row in rows
        if row["field"] != standing.UNKNOWN
    ]
    picture, table = st.columns([2, 3], gap="medium")
    with picture:
        st.image(
            drawing_seats.grid(
                places,
                (say("seats.power"), say("seats.interest")),
                _shared.tokens(),
                rtl=words.direction(_shared.lang()) == "rtl",
            ),
            alt=say("seats.grid_alt"),
        )
        st.text(say("seats.legend_first"))
    said = _shared.read("replies")
    own = {
        str(row["organization_id"]): str(row["words"])
        for row in said[said["about"] == "standings"].to_dict("records")
        if (row["organization_id"], "standings") in judgements.replied(said)
    }
    with table, st.container(key="judged_standings"):
        st.text(say("seats.standing_few_first", count=int(grid["first"].sum()), of=len(grid)))
        st.dataframe(
            pd.DataFrame([_row(number, row, names, own) for number, row in rows]),
            hide_index=True,
            height="content" if len(rows) <= 8 else 340,
            key="seats_standings",
        )
        replied = sum(one in own for one in grid["organization_id"])
        st.text(say("seats.standing_replies", replied=replied, of=len(grid)))


def _form(row: Mapping[Any, Any]) -> str:
    if row["first"]:
        return "first"
    return "affected" if _is_yes(row["affected"]) else "other"


def _is_yes(value: Any) -> bool:  # noqa: ANN401 - a cell, perhaps <NA>
    return not pd.isna(value) and bool(value)


def _row(
    number: int, row: Mapping[Any, Any], names: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, Any]:
    say = _shared.say
    affected = row["affected"]
    field = "first" if row["first"] else "affected" if _is_yes(affected) else row["field"]
    return {
        say("seats.col_number"): number,
        say("seats.col_name"): names[row["organization_id"]],
        say("seats.col_affected"): _yes_no(affected),
        say("seats.power"): _level("power", row["power"]),
        say("seats.interest"): _level("interest", row["interest"]),
        say("seats.col_field"): say(f"seats.field_{field}"),
        say("seats.col_reply"): own.get(str(row["organization_id"]), ""),
    }


def _level(scale: str, value: Any) -> str:  # noqa: ANN401 - a cell, perhaps <NA>
    return _shared.say(f"seats.{scale}_{UNKNOWN if pd.isna(value) else int(value)}")


def _yes_no(value: Any) -> str:  # noqa: ANN401 - a cell, perhaps <NA>
    if pd.isna(value):
        return _shared.say("seats.unknown")
    return _shared.say("seats.yes" if value else "seats.no")


def _enter(grid: pd.DataFrame, names: Mapping[str, str], asked: str) -> None:
    """Judge one organization by two sliders; what is here of it already is where they start."""
    say = _shared.say
    with st.expander(say("seats.enter"), key="seats_enter"):
        st.text(say("seats.enter_about"))
        who = st.selectbox(
            say("seats.enter_who"),
            sorted(names, key=lambda one: names[one].casefold()),
            index=None,
            format_func=names.__getitem__,
            placeholder=say("network.actor_none"),
            key=WHO,
        )
        if who is None:
            return
        mine = grid[grid["organization_id"] == who].to_dict("records")
        row: Mapping[Any, Any] = mine[0] if mine else {}
        keys = {one: f"seats_{one}_{who}_{asked}" for one in ("power", "interest", "affected")}
        for one in ("power", "interest"):
            _slider(one, row.get(one), keys[one])
        held = row.get("affected")
        st.segmented_control(
            say("seats.col_affected"),
            AFFECTED,
            default="unknown" if held is None or pd.isna(held) else "yes" if held else "no",
            required=True,
            format_func=lambda one: say(f"seats.{one}"),
            key=keys["affected"],
        )
        _shared.who()
        st.button(
            say("seats.enter_save"),
            key="seats_enter_save",
            type="primary",
            on_click=_keep,
            args=(str(who), asked, row.get("id"), keys),
        )


def _slider(scale: str, held: Any, key: str) -> None:  # noqa: ANN401 - a cell, or nothing
    """Ask for power or interest; it starts at what is known."""
    say = _shared.say
    st.select_slider(
        say(f"seats.{scale}"),
        (UNKNOWN, *range(standing.LEAST, standing.MOST + 1)),
        value=UNKNOWN if held is None or pd.isna(held) else int(held),
        format_func=lambda value: say(f"seats.{scale}_{value}"),
        key=key,
    )


def _keep(who: str, asked: str, row: str | None, keys: Mapping[str, str]) -> None:
    said = {one: st.session_state[key] for one, key in keys.items()}
    values = {
        "organization_id": who,
        "question": asked or None,
        "power": said["power"] or None,
        "interest": said["interest"] or None,
        "affected": {"yes": True, "no": False}.get(str(said["affected"])),
    }
    _seats_save.keep("standings", row, values)


def _towers(names: Mapping[str, str]) -> None:
    """Show influence as groups ranked it in a room, where there are any."""
    say = _shared.say
    table, organizations = _shared.read("towers"), _shared.read("organizations")
    if table.empty:
        return
    st.subheader(say("seats.towers"), anchor=False)
    asked = st.selectbox(
        say("seats.question"), sorted(table["question"].unique()), key="seats_towers_question"
    )
    shown = organizations[organizations["id"].isin(list(names))]
    past = _shared.read("sessions")
    titles = {row["id"]: _session(row) for row in past.to_dict("records")}
    found = standing.towers(table, shown, question=str(asked), sessions=titles)
    st.text(f"{say('seats.towers_about')} {say('network.verdict')}")
    columns: dict[str, list[str]] = {
        say("seats.col_name"): [names[str(one)] for one in found.index]
    }
    for group in found.columns.drop(["mean", "apart"]):
        columns[str(group)] = [
            say("seats.not_ranked") if pd.isna(rank) else f"{rank:g}" for rank in found[group]
        ]
    columns[say("seats.col_apart")] = [
        say("seats.one_group") if pd.isna(value) else f"{value:.0%}" for value in found["apart"]
    ]
    with st.container(key="judged_towers"):
        st.dataframe(pd.DataFrame(columns), hide_index=True, key="seats_towers")


def _session(row: Mapping[Any, Any]) -> str:
    """Call a session by its title and day: a title may come back."""
    day = row["held_on"]
    return str(row["title"]) if pd.isna(day) else f"{row['title']}, {pd.Timestamp(day):%Y-%m-%d}"
