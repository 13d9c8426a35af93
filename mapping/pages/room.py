"""The page Room: open a session, let phones in, show the wall, end it."""

from __future__ import annotations

from typing import NoReturn

import geopandas as gpd
import pandas as pd
import streamlit as st

from layers import clock, closing, privacy, room_area
from layers import room as rooms
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.room_session import CELL_SIZES, TITLE_LENGTH, Area, Session
from layers.room_taking import MOST_TOKENS
from mapping import hall, style, words
from mapping.pages import _shared

TITLE, KIND, LANGUAGES, CELL, MODE = (
    f"room_{one}" for one in ("title", "kind", "languages", "cell", "mode")
)
CHOSEN, NEWEST, ADDRESS, SAID = (f"room_{one}" for one in ("chosen", "newest", "address", "said"))
FRESH_S = 1.0  # how old the counts on this page may be
QR_WIDTH = 300
LEFT_TO_RIGHT, ENDED = "\u2066", "\u2069"  # an address keeps its order in Arabic


def page() -> None:
    """Show the open session, and how to open one."""
    say = _shared.say
    room = rooms.shared()
    listed = room.sessions()
    is_open = [session for session in listed if session.state != "closed"]
    note = "" if hall.is_open() else say("room.loopback")
    newest = st.session_state.pop(NEWEST, None)
    if newest:  # before the widget of that key is drawn, or Streamlit refuses
        st.session_state[CHOSEN] = newest
    _shared.head(title=say("room.title"), answer=_answer(is_open), note=note)
    said = st.session_state.pop(SAID, None)
    if said:
        with st.container(key="room_note", border=True):
            st.text(said)
    if is_open:
        _live(room, _choose(is_open))
        with st.expander(say("room.another")):
            _start(room)
    else:
        _start(room)
    _past(room, [session for session in listed if session.state == "closed"])
    _shared.how(
        say("room.how_cells"),
        say("room.how_kept"),
        say("room.how_feeling"),
        heading=say("room.how_heading"),
    )


def _answer(is_open: list[Session]) -> str:
    if not is_open:
        return _shared.say("room.answer_none")
    session = _chosen(is_open)
    return _shared.say("room.answer_open", title=session.title)


def _chosen(is_open: list[Session]) -> Session:
    by_id = {session.id: session for session in is_open}
    return by_id.get(st.session_state.get(CHOSEN, ""), is_open[0])


def _choose(is_open: list[Session]) -> Session:
    """Several sessions may run at once; one of them is on this page."""
    say = _shared.say
    if len(is_open) == 1:
        return is_open[0]
    by_id = {session.id: session for session in is_open}
    picked = st.selectbox(
        say("room.session"),
        list(by_id),
        index=list(by_id).index(_chosen(is_open).id),
        format_func=lambda one: say(
            "room.session_option", title=by_id[one].title, code=by_id[one].code
        ),
        key=CHOSEN,
    )
    return by_id[picked]


def _live(room: rooms.Room, session: Session) -> None:
    """Show how to join, the wall, and what has come."""
    say = _shared.say
    with st.container(key="room_live", border=True):
        joining, state = st.columns([2, 3], gap="large")
        with joining:
            _join(session)
        with state:
            st.text(f"{session.title}  ·  {say(f'room.mode.{session.mode}')}")
            _counts(room, session)
            wall, phone = st.columns(2)
            # the desk's own address: this browser may not know the hall's name
            wall.link_button(
                say("room.open_wall"),
                hall.wall_address("", session.code, session.wall_key, lang=_shared.lang()),
                help=say("room.open_wall_help"),
                type="primary",
                width="stretch",
            )
            phone.link_button(
                say("room.open_phone"),
                hall.join_address("", session.code, session.id),
                help=say("room.open_phone_help"),
                width="stretch",
            )
            with st.popover(say("room.stop")):
                st.text(say("room.stop_about"))
                if st.button(say("room.stop_sure"), key="room_stop"):
                    _stop(room, session)


def _join(session: Session) -> None:
    """Show the QR code and the code to type, for each network this machine is in."""
    say = _shared.say
    origins = hall.origins()
    origin = origins[0]
    if len(origins) > 1:
        origin = st.selectbox(say("room.network"), origins, key=ADDRESS)
    st.text(say("room.scan"))
    # dark on light in both settings: not every phone reads a code that is light on dark
    picture = hall.qr_svg(
        hall.join_address(origin, session.code, session.id),
        dark=style.colour("ink"),
        light=style.colour("raised"),
    )
    st.image(picture, width=QR_WIDTH)
    address = f"{origin}/j".removeprefix("http://")
    st.text(say("room.or_type", address=f"{LEFT_TO_RIGHT}{address}{ENDED}"))
    with st.container(key="room_code"):
        st.text(f"{session.code[:4]} {session.code[4:]}")


@st.fragment(run_every=FRESH_S)
def _counts(room: rooms.Room, session: Session) -> None:
    say = _shared.say
    phones, sent = room.counts(session.id)
    left, right = st.columns(2)
    left.metric(say("room.phones"), phones)
    right.metric(say("room.sent"), sent)
    if room.is_rushed(session.id):
        with st.container(key="room_rush", border=True):
            st.text(say("room.rush"))
    if phones >= MOST_TOKENS:
        with st.container(key="room_full", border=True):
            st.text(say("room.full", most=MOST_TOKENS))


def _start(room: rooms.Room) -> None:
    """Offer a rehearsal with one click, and the form for a real session."""
    say = _shared.say
    area = _area()
    if area is None:
        _shared.missing(say("room.no_city"))
        return
    try_it, set_up = st.columns([2, 3], gap="large")
    with try_it, st.container(border=True):
        st.subheader(say("room.rehearse_title"), anchor=False)
        st.text(say("room.rehearse_about"))
        if st.button(say("room.rehearse"), key="room_rehearse", type="primary"):
            _open(
                room,
                title=say("room.rehearsal_name"),
                kind="rehearsal",
                mode="instant",
                languages=words.languages(),
                cell_m=250,
                area=area,
            )
    with set_up:
        _form(room, area)


def _form(room: rooms.Room, area: Area) -> None:
    say = _shared.say
    with st.form("room_form"):
        st.subheader(say("room.new_title"), anchor=False)
        title = st.text_input(say("room.name"), max_chars=TITLE_LENGTH, key=TITLE)
        spoken = st.multiselect(
            say("room.languages"),
            words.languages(),
            default=words.languages(),
            format_func=lambda tag: words.say("language.name", tag),
            key=LANGUAGES,
        )
        kind_at, cell_at = st.columns(2)
        kind = kind_at.selectbox(
            say("room.kind"),
            ("real", "rehearsal"),
            format_func=lambda code: say(f"room.kind.{code}"),
            key=KIND,
        )
        cell_m = cell_at.selectbox(
            say("room.cell"),
            CELL_SIZES,
            index=CELL_SIZES.index(250),
            format_func=lambda metres: say("room.cell_metres", metres=metres),
            help=say("room.cell_help"),
            key=CELL,
        )
        mode = st.radio(
            say("room.mode"),
            ("batches", "instant"),
            format_func=lambda code: say(f"room.mode.{code}"),
            key=MODE,
        )
        if st.form_submit_button(say("room.create"), key="room_create"):
            _open(
                room,
                title=title,
                kind=kind,
                mode=mode,
                languages=tuple(spoken),
                cell_m=cell_m,
                area=area,
            )


def _open(  # noqa: PLR0913 - the fields of the form, all named
    room: rooms.Room,
    *,
    title: str,
    kind: str,
    mode: str,
    languages: tuple[str, ...],
    cell_m: int,
    area: Area,
) -> None:
    try:
        made = room.create(
            title=title,
            kind=kind,
            mode=mode,
            languages=languages,
            cell_m=cell_m,
            area=area,
            atlas=str(_shared.atlas_path().resolve()),
            held_on=clock.today(),
        )
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.session_state[NEWEST] = made.id
    st.rerun()


def _stop(room: rooms.Room, session: Session) -> None:
    """End a session, and publish a real one unless its phones may be made up."""
    say = _shared.say
    try:
        closing.stop(room, session, atlas=None)  # first: no fault of an atlas keeps it open
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    if session.kind == "real" and not room.is_rushed(session.id):
        _publish(room, session, done="room.stopped")
    key = "room.stopped_rehearsal" if session.kind == "rehearsal" else "room.stopped_rushed"
    st.session_state[SAID] = say(key)
    st.rerun()


def _publish(room: rooms.Room, session: Session, *, done: str) -> NoReturn:
    """Publish a session that has ended, and show the page anew; what fails can be done again."""
    say = _shared.say
    try:
        cells = closing.publish(room, session, atlas=Atlas(session.atlas))
    except LayerError as error:
        st.session_state[SAID] = say("room.stopped_unpublished", why=_shared.explain(error))
    else:
        st.session_state[SAID] = say(done, cells=cells)
    st.rerun()


def _unpublished(room: rooms.Room, closed: list[Session]) -> None:
    """Offer to publish what could not be when its session ended."""
    say = _shared.say
    for session in closed:
        if session.kind != "real" or _is_published(session):
            continue
        with st.container(border=True):
            st.text(say("room.unpublished", title=session.title, day=session.held_on.isoformat()))
            if st.button(say("room.publish"), key=f"room_publish_{session.published_as}"):
                _publish(room, session, done="room.published")


def _is_published(session: Session) -> bool:
    try:
        return closing.is_published(session, atlas=Atlas(session.atlas))
    except LayerError:  # its atlas is elsewhere just now
        return False


def _past(room: rooms.Room, closed: list[Session]) -> None:
    """List what has ended; few are shown as few, and never counted out."""
    say = _shared.say
    if not closed:
        return
    st.subheader(say("room.past"), anchor=False)
    rows = [
        {
            say("room.session"): session.title,
            say("room.kind"): say(f"room.kind.{session.kind}"),
            say("room.past_day"): session.held_on.isoformat(),
            say("room.sent"): _banded(room.counts(session.id)[1]),
        }
        for session in closed
    ]
    _unpublished(room, closed)
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    with st.popover(say("room.past_delete")):
        st.text(say("room.past_delete_about"))
        by_id = {session.id: session for session in closed}
        picked = st.selectbox(
            say("room.session"),
            list(by_id),
            format_func=lambda one: say(
                "room.session_option", title=by_id[one].title, code=by_id[one].code
            ),
            key="room_delete_which",
        )
        if st.button(say("room.past_delete_sure"), key="room_delete"):
            room.delete(picked)
            st.rerun()


def _banded(people: int) -> str:
    say = _shared.say
    return say(f"band.{privacy.band(people)}") if people >= privacy.K else say("room.few")


def _area() -> Area | None:
    """Give the piece of the grid around the open city, once for each state of the atlas."""

    def found() -> Area | None:
        tables = [_shared.read("streets"), _shared.read("areas"), _shared.read("places")]
        return room_area.area_of(*(one for one in tables if isinstance(one, gpd.GeoDataFrame)))

    return _shared.once("room area", "", found)
