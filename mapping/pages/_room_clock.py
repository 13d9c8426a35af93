"""Today is long past every day the room knows: ask before anything is deleted for that."""

from __future__ import annotations

import streamlit as st

from layers import clock, purging
from layers import room as rooms
from layers.errors import LayerError
from mapping.pages import _room_steps, _shared

SAID = "room_said"


def doubt(room: rooms.Room) -> None:
    """Say that sessions are due if today is right, and let them go where it is."""
    today = clock.today()
    newest = purging.doubted(room, today)
    count = len(purging.due(room, today)) if newest else 0
    if newest is None or not count:
        return
    say, day = _shared.say, _room_steps.day
    with st.container(key="room_clock", border=True):
        st.text(say("room.clock_doubt", today=day(today), newest=day(newest), count=count))
        with st.popover(say("room.clock_right")):
            st.text(say("room.past_delete_about"))
            if st.button(say("room.clock_sure"), key="room_clock_sure"):
                try:
                    gone = purging.purge(room, today, today_is_right=True)
                    purging.purge_copies(room.path, today)
                except LayerError as error:
                    _shared.fault(_shared.explain(error))
                    return
                st.session_state[SAID] = say("room.clock_purged", count=len(gone))
                st.rerun()
