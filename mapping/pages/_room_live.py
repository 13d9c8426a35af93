"""A session that runs: how to join, what has come, the wall's remote, and what helps on the day."""

from __future__ import annotations

from concurrent.futures import Future
from typing import cast

import geopandas as gpd
import streamlit as st

from layers import invented, moderating, moderator_queue, wall_shown
from layers import room as rooms
from layers.errors import LayerError
from layers.room_session import Session
from layers.room_taking import MOST_TOKENS
from mapping import hall, room_sheets, style, words
from mapping.pages import (
    _room_close,
    _room_count,
    _room_line,
    _room_netmap,
    _room_steps,
    _shared,
)

ENDED = "room_ended"
ADDRESS = "room_address"
EVERYBODY = -1  # no table
FRESH_S = 1.0  # how old the counts on this page may be
QR_WIDTH = 300
SMALL_QR = 220
LEFT_TO_RIGHT, ENDED_THERE = "\u2066", "\u2069"  # an address keeps its order in Arabic
_TURNS = {"ready": ("start", "open"), "open": ("pause", "paused"), "paused": ("go_on", "open")}


def live(room: rooms.Room, session: Session) -> None:
    """Show how to join, the wall, and what has come."""
    say = _shared.say
    with st.container(key="room_live", border=True):
        _head(room, session)
        if _room_close.is_asked(session):
            if _room_close.confirm(room, session):
                st.session_state[ENDED] = session.id
                st.rerun()
            return
        joining, state = st.columns([2, 3], gap="large")
        with joining:
            origin = _join(session)
        with state:
            _counts(room, session)
            _waits(room, session)
            _door(room, session)
            _remote(room, session)
            _links(session)
    if session.kind == "rehearsal":
        _invent(room, session)
    with st.expander(say("netmap.title"), key="room_netmap"):
        _room_netmap.part(room, session)
    with st.expander(say("room.second_phone"), key="room_moderator"):
        _moderator(session, origin)
    with st.expander(say("room.line"), key="room_line"):
        _room_line.check(origin)
    with st.expander(say("room.count_heading"), key="room_count"):
        _room_count.form(room, session)
    with st.expander(say("room.paper"), key="room_paper"):
        _paper(session)


def picture(address: str, *, width: int) -> None:
    """Show an address as a QR code, dark on light in both settings, as every phone reads it."""
    made = hall.qr_svg(address, dark=style.colour("ink"), light=style.colour("raised"))
    st.image(made, width=width, alt=_shared.say("room.qr_alt"))


def _head(room: rooms.Room, session: Session) -> None:
    """Say what runs and how it stands, with the one button that moves it on."""
    say = _shared.say
    with st.container(key="room_title_line"):
        st.text(session.title)
    with st.container(key="room_state"):
        kind = "rehearsal" if session.kind == "rehearsal" else session.mode
        st.text(f"{say(f'room.state.{session.state}')}  ·  {say(f'room.now.{kind}')}")
    if _room_close.is_asked(session):
        return
    turn, state = _TURNS[session.state]
    with st.container(horizontal=True):
        is_main = session.state != "open"
        if st.button(
            say(f"room.turn.{turn}"),
            key=f"room_{turn}",
            type="primary" if is_main else "secondary",
        ):
            _tried(lambda: room.move(session.id, state))
        if st.button(say("room.stop"), key="room_end"):
            _room_close.ask(session)
            st.rerun()


def _tried(change: object) -> None:
    """Do what a button says, and show the page anew; somebody else may have ended the session."""
    try:
        done = change() if callable(change) else None
        if isinstance(done, Future):
            done.result()
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.rerun()


def _join(session: Session) -> str:
    """Show the QR code and the code to type, for each network this machine is in."""
    say = _shared.say
    shown = st.container()  # first, and large: what it is for is chosen below it
    origins = hall.origins()
    origin = origins[0]
    if len(origins) > 1:
        origin = st.selectbox(say("room.network"), origins, key=ADDRESS)
    party = None
    if session.setup.parties:
        tables = {EVERYBODY: say("room.qr_all")} | dict(enumerate(session.setup.parties))
        picked = st.selectbox(
            say("room.qr_for"),
            list(tables),
            format_func=tables.__getitem__,
            key=f"room_table_{session.published_as}",
        )
        party = None if picked == EVERYBODY else picked
    with shown:
        st.text(say("room.scan"))
        picture(hall.join_address(origin, session.code, session.id, party=party), width=QR_WIDTH)
        address = f"{origin}/j".removeprefix("http://")
        st.text(say("room.or_type", address=f"{LEFT_TO_RIGHT}{address}{ENDED_THERE}"))
        with st.container(key="room_code"):
            st.text(f"{LEFT_TO_RIGHT}{session.code[:4]} {session.code[4:]}{ENDED_THERE}")
    return origin


@st.fragment(run_every=FRESH_S)
def _counts(room: rooms.Room, session: Session) -> None:
    """Say how many have sent, every second; and notice when somebody else moved the session."""
    say = _shared.say
    try:
        now = room.get(session.id)
    except LayerError:
        st.rerun()
    # the second phone stopped it, or another desk has turned it
    if (now.state, now.takes_new) != (session.state, session.takes_new):
        st.rerun()
    phones, sent = room.counts(session.id)
    with st.container(key="room_sent"):
        st.text(say("room.sent_of", sent=sent, phones=phones))
    if room.is_rushed(session.id):
        with st.container(key="room_rush", border=True):
            st.text(say("room.rush"))
    if phones >= MOST_TOKENS:
        with st.container(key="room_full", border=True):
            st.text(say("room.full", most=MOST_TOKENS))


@st.fragment(run_every=5 * FRESH_S)
def _waits(room: rooms.Room, session: Session) -> None:
    """Say how much waits for the second phone, and in which languages: nobody may be reading."""
    say = _shared.say
    try:
        found = moderator_queue.queue(room, session.id, ())
    except LayerError:  # it ended meanwhile
        return
    if found.bare and session.setup.moderation == "pre":
        st.text(say("room.waits_places", count=found.bare))
    if found.by_language:
        tongues = ", ".join(
            f"\u2068{_tongue(tag)}\u2069 {count}" for tag, count in found.by_language.items()
        )
        st.text(say("room.waits_words", names=tongues))
    if found.muted:
        st.text(say("room.muted", count=found.muted))
        if st.button(
            say("room.hear_again"), key="room_hear_again", help=say("room.hear_again_help")
        ):
            moderating.hear_all_again(room, session.id, who=say("room.desk_label"))
            st.rerun(scope="fragment")


def _door(room: rooms.Room, session: Session) -> None:
    """Let the facilitator take no new phones; another desk may turn it too, so the key is anew."""
    say = _shared.say
    shut = st.toggle(
        say("room.door"),
        value=not session.takes_new,
        key=f"room_door_{session.published_as}_{session.takes_new}",
        help=say("room.door_help"),
    )
    if shut == session.takes_new:
        _tried(lambda: room.take_new(session.id, on=not shut))


def _tongue(tag: str) -> str:
    known = (*words.room_languages(), *_room_steps.tongues())
    return _room_steps.language_name(tag) if tag in known else _shared.say("moderate.untold")


@st.fragment(run_every=2 * FRESH_S)
def _remote(room: rooms.Room, session: Session) -> None:
    """Steer the wall from here; the second phone can do the same."""
    say = _shared.say
    try:
        view = wall_shown.view(room, session.id)
    except LayerError:
        return
    with st.container(key="room_remote", border=True):
        st.text(_room_netmap.on_wall(room, session, view.showing))
        with st.container(horizontal=True):
            for turn, showing in (
                ("reveal", "shown"),
                ("hold", "paused"),
                ("hide", "hidden"),
                ("blank", "blank"),
            ):
                # what is hidden cannot be held as it was: it would be revealed by that
                off = view.showing == showing or (turn == "hold" and view.showing != "shown")
                if st.button(
                    say(f"room.wall_turn.{turn}"),
                    key=f"room_wall_{turn}",
                    type="primary" if turn == "reveal" and not off else "secondary",
                    disabled=off,
                ):
                    _turned(lambda to=showing: wall_shown.show(room, session.id, to))
        _more(room, session, view)


def _more(room: rooms.Room, session: Session, view: wall_shown.View) -> None:
    say = _shared.say
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if session.setup.parties:
            side = st.toggle(
                say("room.side_by_side"),
                value=view.side_by_side,
                key=f"room_side_{session.published_as}_{view.side_by_side}",
            )
            if side != view.side_by_side:
                _turned(lambda: wall_shown.side_by_side(room, session.id, side))
        names = {"": say("room.second_none")}
        names |= {
            tag: _room_steps.language_name(tag)
            for tag in session.languages
            if tag in words.room_languages()
        }
        second = st.selectbox(
            say("room.second_language"),
            list(names),
            index=list(names).index(view.second) if view.second in names else 0,
            format_func=names.__getitem__,
            key=f"room_second_{session.published_as}_{view.second}",
            width=220,
        )
        if second != view.second:
            _turned(lambda: wall_shown.second_language(room, session.id, second))
        with st.popover(say("room.wall_turn.reset")):
            st.text(say(f"room.reset_about.{session.kind}"))
            if st.button(say("room.reset_sure"), key="room_wall_reset"):
                _turned(lambda: wall_shown.reset(room, session.id))


def _turned(turn: object) -> None:
    """Turn the wall, and show the page as it then stands."""
    try:
        if callable(turn):
            turn()
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.rerun()


def _links(session: Session) -> None:
    """Lead to the wall and to phones; by the desk's own address, as a browser may know no other."""
    say = _shared.say
    with st.container(horizontal=True):
        st.link_button(
            say("room.open_wall"),
            hall.wall_address("", session.code, session.wall_key, lang=_shared.lang()),
            help=say("room.open_wall_help"),
            type="primary",
        )
        st.link_button(
            say("room.open_phone"),
            hall.join_address("", session.code, session.id),
            help=say("room.open_phone_help"),
        )
        st.link_button(
            say("room.open_someone"),
            hall.join_address("", session.code, session.id, someone=True),
            help=say("room.open_someone_help"),
        )


def _invent(room: rooms.Room, session: Session) -> None:
    """Let a rehearsal fill by itself, so that the wall can be tried without a hall of people."""
    say = _shared.say
    with st.container(key="room_invent", border=True):
        st.text(say("room.invent_about", people=invented.PEOPLE))
        with st.container(horizontal=True):
            if st.button(
                say("room.invent"),
                key="room_fill",
                disabled=invented.is_filling(session.id) or session.state != "open",
            ):
                places = cast("gpd.GeoDataFrame", _shared.read("places"))
                area = session.area or _room_steps.whole_city()
                said = {
                    tag: [words.say(f"room.invented.{number}", tag) for number in range(1, 5)]
                    for tag in words.languages()
                }
                if area is not None:
                    spots = invented.spots_of(places, area=area)
                    _tried(lambda: invented.fill(room, session, spots, sentences=said))
            if st.button(say("room.invent_clear"), key="room_clear"):
                _tried(lambda: invented.clear(room, session))


def _moderator(session: Session, origin: str) -> None:
    """Lead a second person to the moderator's page, on her own phone."""
    say = _shared.say
    st.text(say("room.moderator_about"))
    if session.setup.moderation == "pre":
        st.text(say("room.moderator_pre"))
    address = hall.moderator_address(
        origin, session.code, session.moderator_key, lang=_shared.lang()
    )
    picture(address, width=SMALL_QR)
    st.link_button(
        say("room.open_moderator"),
        hall.moderator_address("", session.code, session.moderator_key, lang=_shared.lang()),
        help=say("room.open_moderator_help"),
    )


def _paper(session: Session) -> None:
    """Lead to what can be printed; behind the passphrase as the desk is."""
    say = _shared.say
    st.text(say("room.paper_about"))
    with st.container(horizontal=True):
        for name in ("join", "network", "checklist"):
            st.link_button(
                say(f"room.paper.{name}"),
                room_sheets.address(name, session.code, lang=_shared.lang()),
            )
