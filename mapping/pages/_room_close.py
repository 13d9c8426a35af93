"""The end of a session: what will be published, what stays and why, and the click that ends it."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from layers import closing, privacy
from layers import room as rooms
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.room_session import Session
from mapping.pages import _shared

ASKED, SAID = "room_end_asked", "room_said"
_SHOWN = 6  # answers that are named one by one


def ask(session: Session) -> None:
    """Begin to end a session: the page then shows what that means, and asks once."""
    st.session_state[ASKED] = session.id


def is_asked(session: Session) -> bool:
    """Tell whether this desk is about to end this session."""
    return bool(st.session_state.get(ASKED) == session.id)


def confirm(room: rooms.Room, session: Session) -> bool:
    """Show what the end does, and do it where it is confirmed.

    Returns
    -------
    ended
        Whether the session has ended by this.
    """
    say = _shared.say
    st.text(say("room.stop_wait"))
    st.text(say("room.stop_about"))
    real = session.kind == "real"
    if real:
        _leaves(room, session)
    else:
        st.text(say("room.stop_rehearsal"))
    # a hall that scans at once looks like one machine: only who sees the people can tell
    fits = True
    if real and room.is_rushed(session.id):
        phones = room.counts(session.id)[0]
        fits = st.checkbox(say("room.rush_fits", phones=phones), key=f"room_fits_{session.code}")
    with st.container(horizontal=True):
        now = later = False
        if real and not session.setup.campaign and fits:
            now = st.button(say("room.stop_publish"), key="room_stop", type="primary")
            later = st.button(say("room.stop_later"), key="room_stop_later")
        else:
            later = st.button(say("room.stop_sure"), key="room_stop", type="primary")
        if st.button(say("room.stop_not_yet"), key="room_stop_not"):
            st.session_state.pop(ASKED, None)
            st.rerun()
    return (now or later) and _stop(room, session, publishing=now)


def publish(room: rooms.Room, session: Session, *, done: str) -> str:
    """Publish a session that has ended; what fails can be done again.

    Parameters
    ----------
    room, session
        Where and what.
    done
        Key of the sentence that says so.

    Returns
    -------
    said
        What to tell the facilitator.
    """
    say = _shared.say
    try:
        cells = closing.publish(room, session, atlas=Atlas(session.atlas))
    except LayerError as error:
        return say("room.stopped_unpublished", why=_shared.explain(error))
    return say(done, cells=cells)


def _stop(room: rooms.Room, session: Session, *, publishing: bool) -> bool:
    """End a session, and publish a real one where that was chosen."""
    say = _shared.say
    try:
        closing.stop(room, session, atlas=None)  # first: no fault of an atlas keeps it open
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return False
    st.session_state.pop(ASKED, None)
    if publishing:
        said = publish(room, session, done="room.stopped")
    elif session.kind == "rehearsal":
        said = say("room.stopped_rehearsal")
    elif room.is_rushed(session.id):
        said = say("room.stopped_rushed")
    elif session.setup.campaign:
        said = say("room.stopped_campaign", name=session.setup.campaign)
    else:
        said = say("room.stopped_later")
    st.session_state[SAID] = said
    return True


def _leaves(room: rooms.Room, session: Session) -> None:
    """Show side by side what leaves the room and what stays, before anybody decides."""
    say = _shared.say
    try:
        out = closing.release_of(room, session)
        held = closing.held_back(room, session)
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    leaves, stays = st.columns(2, gap="large")
    with leaves:
        st.subheader(say("room.leaves"), anchor=False)
        if len(out):
            bands = Counter(zip(out["feeling"], out["contributors"], strict=True))
            order = [
                (feeling, band)
                for feeling in ("safe", "mixed", "unsafe")
                for _, band in privacy.BANDS
            ]
            for feeling, people in order:
                if bands[feeling, people]:
                    st.text(
                        say(
                            "room.leaves_squares",
                            count=bands[feeling, people],
                            feeling=say(f"codebook.{feeling}"),
                            people=say(f"band.{people}"),
                        )
                    )
        else:
            st.text(say("room.leaves_nothing"))
        st.text(say("room.leaves_about"))
    with stays:
        st.subheader(say("room.stays"), anchor=False)
        for why, count in held.squares.items():
            if count:
                st.text(say(f"room.stays_squares.{why}", count=count))
        for why in dict.fromkeys(one[2] for one in held.answers):
            names = [say(f"codebook.{code}") for _, code, because in held.answers if because == why]
            more = say("room.stays_more", count=len(names) - _SHOWN) if len(names) > _SHOWN else ""
            listed = ", ".join(names[:_SHOWN]) + more
            st.text(say(f"room.stays_answers.{why}", names=listed))
        if held.unread:
            st.text(say("room.stays_unread", count=held.unread))
        if held.hidden:
            st.text(say("room.stays_hidden", count=held.hidden))
        st.text(say("room.stays_always"))
