"""The page Room: set a session up, lead it, end it, and come back to it later."""

from __future__ import annotations

import streamlit as st

from layers import room as rooms
from layers.room_session import Session
from mapping import hall
from mapping.pages import _room_after, _room_clock, _room_live, _room_setup, _shared

CHOSEN, SECTION, SAID = "room_chosen", "room_section", "room_said"
NOW, NEW, PAST = "now", "new", "past"


def page() -> None:
    """Show the session that runs, how to set one up, and those that have ended."""
    say = _shared.say
    room = rooms.shared()
    listed = room.sessions()
    running = [session for session in listed if session.state != "closed"]
    ended = [session for session in listed if session.state == "closed"]
    _go_to_the_newest()
    note = "" if hall.is_open() else say("room.loopback")
    _shared.head(title=say("room.title"), answer=_answer(running), note=note)
    said = st.session_state.pop(SAID, None)
    if said:
        with st.container(key="room_note", border=True):
            st.text(said)
    _room_clock.doubt(room)
    section = _section(running, has_past=bool(ended) or bool(_room_after.waiting(room)))
    if section == NOW:
        _room_live.live(room, _choose(running))
    elif section == PAST:
        _room_after.past(room, ended)
    else:
        _room_setup.form(room, listed)
    _shared.how(
        say("room.how_cells"),
        say("room.how_kept"),
        say("room.how_feeling"),
        say("room.how_order"),
        heading=say("room.how_heading"),
    )


def _go_to_the_newest() -> None:
    """Show what was just made or ended; before the widgets are drawn, or Streamlit refuses."""
    newest = st.session_state.pop(_room_setup.NEWEST, None)
    if newest:
        st.session_state[CHOSEN] = newest
        st.session_state[SECTION] = NOW
    ended = st.session_state.pop(_room_live.ENDED, None)
    if ended:
        st.session_state[_room_after.WHICH] = ended
        st.session_state[SECTION] = PAST


def _answer(running: list[Session]) -> str:
    say = _shared.say
    if not running:
        return say("room.answer_none")
    if len(running) > 1:
        return say("room.answer_several", count=len(running))
    session = running[0]
    # set apart, so that a title of the other direction does not turn the sentence round
    how = "shut" if session.state == "open" and not session.takes_new else session.state
    return say(f"room.answer_{how}", title=f"\u2068{session.title}\u2069")


def _section(running: list[Session], *, has_past: bool) -> str:
    """Ask for a part of the page; only those that have something in them are offered."""
    offered = [*([NOW] if running else []), NEW, *([PAST] if has_past else [])]
    if st.session_state.get(SECTION) not in offered:
        st.session_state[SECTION] = offered[0]
    if len(offered) == 1:
        return offered[0]
    picked = st.segmented_control(
        _shared.say("room.section"),
        offered,
        format_func=lambda code: _shared.say(f"room.section.{code}"),
        required=True,
        key=SECTION,
        label_visibility="collapsed",
    )
    return str(picked or offered[0])


def _choose(running: list[Session]) -> Session:
    """Several sessions may run at once; one of them is on this page."""
    by_id = {session.id: session for session in running}
    if len(running) == 1:
        return running[0]
    if st.session_state.get(CHOSEN) not in by_id:
        st.session_state[CHOSEN] = running[0].id
    picked = st.selectbox(
        _shared.say("room.session"),
        list(by_id),
        format_func=lambda one: _shared.say(
            "room.session_option", title=by_id[one].title, code=by_id[one].code
        ),
        key=CHOSEN,
    )
    return by_id[picked]
