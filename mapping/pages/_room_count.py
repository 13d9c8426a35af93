"""The form in which the facilitator counts the room: numbers only, tied to no phone."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from layers import makeup
from layers import room as rooms
from layers.errors import LayerError
from layers.makeup import Makeup
from layers.room_session import Session
from mapping.pages import _room_steps, _shared


def form(room: rooms.Room, session: Session) -> None:
    """Ask how many are here, and who is missing; an empty field was not counted."""
    say = _shared.say
    before = makeup.read(room, session.id) or Makeup()
    st.text(say("room.count_about"))
    tongues = dict.fromkeys((*session.languages, *session.setup.interpreters, *before.languages))
    mark = session.published_as  # in each key, or the counts of one session show in the next
    with st.form(f"room_count_{mark}", border=False):
        counted = {
            "genders": _asked("genders", makeup.GENDERS, before.genders, mark),
            "ages": _asked("ages", makeup.AGES, before.ages, mark),
            "languages": _asked("languages", tuple(tongues), before.languages, mark),
        }
        missing = st.text_area(
            say("room.count_missing"),
            value=before.missing,
            max_chars=makeup.MISSING_LENGTH,
            placeholder=say("room.count_missing_hint"),
            key=f"room_count_{mark}_missing",
            height=80,
        )
        if st.form_submit_button(say("room.count_save"), key=f"room_count_{mark}_save"):
            try:
                makeup.save(room, session.id, Makeup(**counted, missing=missing))
            except LayerError as error:
                _shared.fault(_shared.explain(error))
            else:
                st.text(say("room.count_saved"))


def _asked(
    question: str, codes: tuple[str, ...], before: Mapping[str, int], mark: str
) -> dict[str, int]:
    say = _shared.say
    st.text(say(f"room.count.{question}"))
    found: dict[str, int] = {}
    with st.container(horizontal=True):
        for code in codes:
            name = (
                _room_steps.language_name(code)
                if question == "languages"
                else say(f"room.count.{question}.{code}")
            )
            number = st.number_input(
                name,
                min_value=0,
                max_value=makeup.MOST,
                value=before.get(code),
                step=1,
                key=f"room_count_{mark}_{question}_{code}",
                width=150,
            )
            if number is not None:
                found[code] = int(number)
    return found
