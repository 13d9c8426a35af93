"""What comes after a session: its summary, publication, deletion, and "you said, we did"."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from layers import (
    answers_back,
    campaigns,
    clock,
    closing,
    netmap,
    privacy,
    purging,
    summing_up,
    wall_shown,
)
from layers import room as rooms
from layers.answers_back import AnswerBack
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.room_session import Session
from mapping import hall, room_sheets
from mapping.pages import (
    _room_close,
    _room_count,
    _room_netmap,
    _room_steps,
    _room_strike,
    _shared,
)

WHICH, SAID = "room_past_which", "room_said"
HEIGHT = 120


def waiting(room: rooms.Room) -> list[AnswerBack]:
    """List deleted sessions that still have, or wait for, an answer."""
    there = {session.code for session in room.sessions()}
    return [one for one in answers_back.waiting(room) if one.code not in there]


def past(room: rooms.Room, ended: list[Session]) -> None:
    """List what has ended, then one of them in full; few are shown as few."""
    say = _shared.say
    gone = waiting(room)
    if ended:
        _table(room, ended)
        session = _choose(ended)
        with st.container(key="room_past", border=True):
            with st.container(key="room_title_line"):
                st.text(session.title)
            st.text(_stands(session))
            if session.kind == "real":
                _publication(room, session)
            with st.expander(say("room.summary"), key="room_summary"):
                _summary(room, session)
                _room_strike.form(room, session)
            if netmap.round_of(room, session.id) is not None:
                with st.expander(say("netmap.title"), key="room_netmap"):
                    _room_netmap.part(room, session)
            if session.kind == "real":
                with st.expander(say("room.answer_back"), key="room_answer_back"):
                    _answer_back(room, session)
                with st.expander(say("room.count_heading"), key="room_count"):
                    _room_count.form(room, session)
            _delete(room, session)
    if gone:
        st.subheader(say("room.gone"), anchor=False)
        st.text(say("room.gone_about"))
        for one in gone:
            title = _shared.plain(f"{one.title} ({one.held_on.isoformat()})")
            with st.expander(title, key=f"room_gone_{one.code}"):
                _answer_back(room, one)


def _choose(ended: list[Session]) -> Session:
    by_id = {session.id: session for session in ended}
    if st.session_state.get(WHICH) not in by_id:
        st.session_state[WHICH] = ended[0].id
    picked = st.selectbox(
        _shared.say("room.session"),
        list(by_id),
        format_func=lambda one: _shared.say(
            "room.session_option", title=by_id[one].title, code=by_id[one].code
        ),
        key=WHICH,
    )
    return by_id[picked]


def _table(room: rooms.Room, ended: list[Session]) -> None:
    say = _shared.say
    rows = [
        {
            say("room.session"): session.title,
            say("room.kind"): say(f"room.kind.{session.kind}"),
            say("room.past_day"): session.held_on.isoformat(),
            say("room.sent"): _banded(room.counts(session.id)[1]),
            say("room.past_published"): _published(session),
            say("room.delete_on"): session.delete_on.isoformat(),
        }
        for session in ended
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _banded(people: int) -> str:
    say = _shared.say
    return say(f"band.{privacy.band(people)}") if people >= privacy.K else say("room.few")


def _published(session: Session) -> str:
    say = _shared.say
    if session.kind == "rehearsal":
        return say("room.published_never")
    return say("room.published_yes" if is_published(session) else "room.published_not")


def is_published(session: Session) -> bool:
    """Tell whether the session's atlas holds it; no where the atlas is elsewhere just now."""
    try:
        return closing.is_published(session, atlas=Atlas(session.atlas))
    except LayerError:
        return False


def _stands(session: Session) -> str:
    say = _shared.say
    days = (session.delete_on - clock.today()).days
    return say("room.past_stands", day=_room_steps.day(session.held_on), left=max(days, 0))


# --- publication ----------------------------------------------------------------------------------


def _publication(room: rooms.Room, session: Session) -> None:
    """Offer to publish what is not: by itself, or with the sessions of its campaign."""
    say = _shared.say
    if is_published(session):
        st.text(say("room.is_published"))
        return
    with st.container(key="room_unpublished", border=True):
        st.text(say("room.unpublished", title=session.title, day=_room_steps.day(session.held_on)))
        if session.setup.campaign:
            _campaign(room, session)
        if st.button(say("room.publish"), key=f"room_publish_{session.published_as}"):
            _told(lambda: _room_close.publish(room, session, done="room.published"))


def _campaign(room: rooms.Room, session: Session) -> None:
    """Offer to publish all sessions of a campaign at once."""
    say = _shared.say
    name = session.setup.campaign
    try:
        there = Atlas(session.atlas)
        found = campaigns.of(room, name, atlas=there)
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.text(say("room.campaign_stands", name=name, ready=len(found.ready), open=len(found.open)))
    if found.deleted_from:
        st.text(say("room.campaign_until", day=_room_steps.day(found.deleted_from)))
    different = st.checkbox(
        say("room.campaign_different"),
        help=say("room.campaign_different_help"),
        key=f"room_campaign_different_{session.published_as}",
    )
    if st.button(
        say("room.campaign_publish"), key="room_campaign_publish", disabled=bool(found.open)
    ):
        _told(
            lambda: say(
                "room.published",
                cells=campaigns.publish(room, name, atlas=there, different_people=different),
            )
        )


def _told(act: Callable[[], str]) -> None:
    """Do something, and say on the page that follows what came of it."""
    try:
        said = act()
    except LayerError as error:
        said = _shared.explain(error)
    st.session_state[SAID] = said
    st.rerun()


# --- summary, deletion, answer --------------------------------------------------------------------


def _summary(room: rooms.Room, session: Session) -> None:
    """Show what the room is told, and lead to it on paper in its languages."""
    say = _shared.say
    try:
        said = summing_up.summary(room, session)
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    parts = room_sheets.summary_parts(said, _shared.lang())
    for number, (heading, sentences) in enumerate(parts):
        with st.container(key=f"room_part_{number}"):
            st.text(heading)
        for sentence in sentences:
            st.text(sentence)
    _wall(room, session)
    with st.container(horizontal=True):
        st.link_button(
            say("room.open_wall"),
            hall.wall_address("", session.code, session.wall_key, lang=_shared.lang()),
            help=say("room.open_wall_help"),
        )
        for tag in session.languages:
            st.link_button(
                say("room.paper_summary", language=_room_steps.language_name(tag)),
                room_sheets.address("summary", session.code, lang=tag),
            )


def _wall(room: rooms.Room, session: Session) -> None:
    """Let the wall show the summary, or nothing: it may have been hidden when the session ended."""
    say = _shared.say
    showing = wall_shown.view(room, session.id).showing
    is_seen = showing in wall_shown.VISIBLE
    st.text(say("room.wall_summary" if is_seen else f"room.wall.{showing}"))
    with st.container(horizontal=True):
        for turn, to, off in (("reveal", "shown", is_seen), ("hide", "hidden", not is_seen)):
            key = f"room_past_wall_{turn}"
            if st.button(say(f"room.wall_turn.{turn}"), key=key, disabled=off):
                wall_shown.show(room, session.id, to)
                st.rerun()


def _delete(room: rooms.Room, session: Session) -> None:
    """Say when it goes, and let it go now."""
    say = _shared.say
    st.text(say("room.delete_when", day=_room_steps.day(session.delete_on)))
    with st.popover(say("room.delete_now")):
        st.text(say("room.past_delete_about"))
        if session.kind == "real" and not is_published(session):
            st.text(say("room.delete_unpublished"))
        if st.button(say("room.past_delete_sure"), key="room_delete"):
            _told(lambda: _deleted(room, session))


def _deleted(room: rooms.Room, session: Session) -> str:
    purging.delete(room, session)
    return _shared.say("room.deleted", title=session.title)


def _answer_back(room: rooms.Room, session: Session | AnswerBack) -> None:
    """Take "you said, we did" in each language of the session, and say where people find it."""
    say = _shared.say
    before = _before(room, session)
    st.text(say("room.answer_about"))
    address = f"\u2066{hall.origins()[0]}/j\u2069".replace("http://", "")
    code = f"\u2066{session.code[:4]} {session.code[4:]}\u2069"
    st.text(say("room.answer_where", address=address, code=code))
    with st.form(f"room_answer_{session.code}", border=False):
        texts = {
            tag: st.text_area(
                _room_steps.language_name(tag),
                value=before.get(tag, ""),
                max_chars=answers_back.TEXT_LENGTH,
                height=HEIGHT,
                key=f"room_answer_{session.code}_{tag}",
            )
            for tag in session.languages
        }
        if st.form_submit_button(say("room.answer_save"), key=f"room_answer_save_{session.code}"):
            try:
                answers_back.save(room, session, texts)
            except LayerError as error:
                _shared.fault(_shared.explain(error))
            else:
                st.text(say("room.answer_saved"))


def _before(room: rooms.Room, session: Session | AnswerBack) -> dict[str, str]:
    try:
        return dict(answers_back.read(room, session.code).texts)
    except LayerError:  # nothing was answered yet
        return {}
