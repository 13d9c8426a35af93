"""What partners think of each other: the survey, its release, and what is for the desk alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd
import streamlit as st

from layers import consent, rating
from layers import room as room_store
from layers.answered_sheet import Returned
from layers.errors import LayerError
from layers.rating import Survey
from layers.room import Room
from mapping import words
from mapping.pages import _shared, _ties_counted

SAID: Final = "rating_said"
STEPS: Final = (0, 1, 2, 3, 4)  # 0: not said
MOST: Final = 60  # pairs that are listed


def show() -> None:
    """Show the survey of partners: begin it, what may be known of it, its end."""
    say = _shared.say
    if said := st.session_state.pop(SAID, None):
        with st.container(key="rating_said_box", border=True):
            st.text(said)
    room = room_store.shared()
    survey = rating.current(room, _shared.atlas())
    if survey is None:
        _begin(room)
    else:
        _running(room, survey)
    if _ties_counted.presenting():
        st.text(say("rating.presenting"))
        return
    _released()
    if survey is not None:
        _apart(room, survey)
    _shared.how(say("rating.how"), say("network.verdict"))


def runs() -> bool:
    """Tell whether a survey takes answers, so that sheets ask for them too."""
    survey = rating.current(room_store.shared(), _shared.atlas())
    return survey is not None and survey.is_open


def take(returned: Returned) -> list[str]:
    """Keep what a sheet says of partners, and say in sentences what came of it."""
    if not returned.ratings:
        return []
    room, atlas = room_store.shared(), _shared.atlas()
    survey = rating.current(room, atlas)
    if survey is None:
        return [_shared.explain(LayerError("survey_closed"))]
    by_partner: dict[str, dict[str, int | None]] = {}
    for rated, question, value in returned.ratings:
        by_partner.setdefault(rated, {})[question] = value
    lines = [_shared.say("rating.entered")]
    for rated, values in by_partner.items():
        try:
            rating.answer(
                *(room, survey, atlas.read),
                rater=returned.organization_id,
                rated=rated,
                values=values,
            )
        except LayerError as error:
            lines.append(_shared.explain(error))
    return list(dict.fromkeys(lines))


def _begin(room: Room) -> None:
    say = _shared.say
    st.text(say("rating.none"))
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    days = left.number_input(
        say("rating.days"), 1, rating.LONGEST_DAYS, rating.KEPT_DAYS, key="rating_days"
    )
    if right.button(say("rating.start"), key="rating_start", type="primary"):
        _try(lambda: str(rating.start(room, _shared.atlas(), days=int(days)).id), "")


def _running(room: Room, survey: Survey) -> None:
    say = _shared.say
    key = "rating.running" if survey.is_open else "rating.closed"
    st.text(say(key, day=survey.made_on.isoformat(), gone=survey.delete_on.isoformat()))
    answered = rating.answered(room, survey)
    st.text(say("rating.answered", band=answered or say("rating.fewer")))
    if survey.is_open:
        _for_someone(room, survey)
    found = rating.decided(room, survey)
    st.text(say("rating.would", shown=len(found.shown), waits=len(found.waits)))
    with st.container(horizontal=True):
        if st.button(say("rating.release"), key="rating_release", type="primary"):
            _release(room, survey)
        other = "rating.close" if survey.is_open else "rating.reopen"
        if st.button(say(other), key="rating_open"):
            rating.set_open(room, survey, is_open=not survey.is_open)
            st.rerun()
    with st.expander(say("rating.delete"), key="rating_deleting"):
        sure = st.checkbox(say("rating.delete_sure"), key="rating_sure")
        if st.button(say("rating.delete"), key="rating_delete", disabled=not sure):
            _try(lambda: rating.delete(room, survey), say("rating.deleted"))


def _release(room: Room, survey: Survey) -> None:
    say = _shared.say
    try:
        done = rating.release(room, _shared.atlas(), survey, who=_shared.signature())
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_rating")
        return
    st.session_state[SAID] = say(
        "rating.released", shown=done.shown, gone=done.gone, waits=done.waits
    )
    st.rerun()


def _try(act: Callable[[], object], said: str) -> None:
    """Do something that may be refused, then show the page anew."""
    try:
        act()
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_rating")
        return
    st.session_state[SAID] = said
    st.rerun()


def _for_someone(room: Room, survey: Survey) -> None:
    """Enter what an organization said on the telephone or on paper."""
    say = _shared.say
    with st.expander(say("rating.for_someone"), key="rating_someone"):
        st.text(say("rating.for_note"))
        actors = consent.shown_actors(_shared.read("organizations"))
        names = dict(zip(actors["id"], actors["name"], strict=True))
        rater = _one(names, "rating.rater", "rating_rater")
        if rater is None:
            return
        partners = rating.partners(_shared.read, rater)
        if not partners:
            st.text(say("rating.no_partner"))
            return
        rated = _one(partners, "rating.rated", "rating_rated")
        if rated is None:
            return
        values = {}
        for question in rating.QUESTIONS:
            chosen = st.radio(
                _shared.plain(say(f"ours.rate_{question}", name=partners[rated])),
                STEPS,
                format_func=lambda step: say(f"rating.step_{step}"),
                horizontal=True,
                key=f"rating_value_{rater}_{rated}_{question}",
            )
            if chosen:
                values[question] = int(chosen)
        if st.button(say("rating.enter"), key="rating_enter", disabled=not values):
            _try(
                lambda: rating.answer(
                    room, survey, _shared.read, rater=rater, rated=rated, values=values
                ),
                say("rating.entered"),
            )


def _one(names: dict[str, str], label: str, key: str) -> str | None:
    say = _shared.say
    order = sorted(names, key=lambda one: str(names[one]).casefold())
    if st.session_state.get(key) not in {None, *order}:
        st.session_state[key] = None
    chosen: str | None = st.selectbox(
        say(label),
        order,
        index=None,
        format_func=names.__getitem__,
        placeholder=say("edit.choose"),
        key=key,
    )
    return chosen


def _released() -> None:
    """List what was released: means with their band, by organization."""
    say = _shared.say
    rows = _shared.read("ratings")
    actors = consent.shown_actors(_shared.read("organizations"))
    names = dict(zip(actors["id"], actors["name"], strict=True))
    rows = rows[rows["organization_id"].isin(names)]
    if rows.empty:
        st.text(say("rating.nothing"))
        return
    st.text(say("rating.table"))
    table = pd.DataFrame(
        {
            say("rating.organization"): rows["organization_id"].map(names),
            say("rating.question"): [say(f"rating_question.{one}") for one in rows["question"]],
            say("rating.mean"): rows["mean"].round(1),
            say("rating.raters"): rows["said_by"],
        }
    ).sort_values([say("rating.organization"), say("rating.question")])
    columns = list(table.columns)
    rtl = words.direction(_shared.lang()) == "rtl"
    st.dataframe(
        table,
        column_order=columns[::-1] if rtl else columns,
        column_config={say("rating.mean"): st.column_config.NumberColumn(format="%.1f")},
        hide_index=True,
        key="rating_table",
    )


def _apart(room: Room, survey: Survey) -> None:
    """List pairs that see each other very differently: text on this page, and nothing else."""
    say = _shared.say
    actors = consent.shown_actors(_shared.read("organizations"))
    names = dict(zip(actors["id"], actors["name"], strict=True))
    found = [
        one for one in rating.asymmetries(room, survey) if one.one in names and one.other in names
    ]
    with st.expander(say("rating.asymmetries", count=len(found)), key="rating_apart"):
        st.text(say("rating.asymmetry_note"))
        for one in found[:MOST]:
            st.text(
                say(
                    "rating.asymmetry",
                    question=say(f"rating_question.{one.question}"),
                    one=names[one.one],
                    other=names[one.other],
                    given=one.one_gives,
                    back=one.other_gives,
                )
            )
