"""After the end: take a sentence off the summary that should not have been let through."""

from __future__ import annotations

import streamlit as st

from layers import room as rooms
from layers import summing_up
from layers.errors import LayerError
from layers.room_session import Session
from mapping.pages import _shared


def form(room: rooms.Room, session: Session) -> None:
    """List the sentences that stand for people's words, each with a button that takes it off."""
    say = _shared.say
    told = list(dict.fromkeys(summing_up.told_instead(room, session)))
    if not told:
        return
    with st.popover(say("room.strike")):
        st.text(say("room.strike_about"))
        for number, sentence in enumerate(told):
            st.text(sentence)
            if st.button(say("room.strike_sure"), key=f"room_strike_{session.code}_{number}"):
                try:
                    summing_up.strike(room, session, sentence)
                except LayerError as error:
                    _shared.fault(_shared.explain(error))
                else:
                    st.rerun()
