"""The desk of a round of Net-Map: set it up, move it on, see what groups enter, turn the wall."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers import netmap, privacy, wall_shown
from layers import room as rooms
from layers.errors import LayerError
from layers.netmap import Group, Round
from layers.room_session import Session
from mapping import hall, netmap_sheets, style
from mapping.pages import _room_netmap_entries, _room_netmap_save, _room_netmap_setup, _shared

FRESH_S = 2.0
QR_WIDTH = 220
PARTS = ("lead", "paper", "compare")
NEW = ""  # a typed name that is nobody in the round


def part(room: rooms.Room, session: Session) -> None:
    """Show the round of a session, or how to set one up."""
    found = netmap.round_of(room, session.id)
    over = session.state == "closed"
    if found is None:
        if over:
            st.text(_shared.say("netmap.none"))
        else:
            _room_netmap_setup.form(room, session)
        return
    with st.container(key="netmap_question"):
        st.text(found.question)
    shown = PARTS[1:] if over else PARTS
    picked = st.segmented_control(
        _shared.say("netmap.part"),
        shown,
        default=shown[0] if not over else "compare",
        format_func=lambda code: _shared.say(f"netmap.part.{code}"),
        key=f"netmap_part_{session.published_as}_{over}",
        label_visibility="collapsed",
    )
    if picked == "lead":
        _lead(room, session, found)
    elif picked == "paper":
        _room_netmap_entries.by_hand(room, session, found)
    elif picked == "compare":
        _room_netmap_save.compare(room, session, found)
    _remove(room, session)


def _lead(room: rooms.Room, session: Session, found: Round) -> None:
    _stage(room, session, found)
    _groups(room, session)
    _wall(room, session, found)
    _codes(room, session, found)


# --- the stage ------------------------------------------------------------------------------------


def _steps(found: Round) -> list[tuple[str, int]]:
    """List all that a round goes through, in its order."""
    last = len(found.kinds) - 1
    links = [("links", step) for step in range(len(found.kinds))]
    return [("ready", 0), *links, ("towers", last), ("ended", last)]


def _called(found: Round, step: tuple[str, int]) -> str:
    say = _shared.say
    stage, number = step
    if stage == "links":
        return say(f"net.kind.{found.kinds[number]}")
    return say(f"netmap.stage.{stage}")


def _stage(room: rooms.Room, session: Session, found: Round) -> None:
    """Say what groups are asked now, with one button that goes on and one that goes back."""
    say, mark = _shared.say, session.published_as
    steps = _steps(found)
    now = (found.stage, 0 if found.stage == "ready" else found.step)
    at = steps.index(now)
    with st.container(key="netmap_state"):
        st.text(say("netmap.now", what=_called(found, now)))
    with st.container(horizontal=True):
        if at + 1 < len(steps) and st.button(
            say("netmap.next", what=_called(found, steps[at + 1])),
            key=f"netmap_next_{mark}",
            type="primary",
            disabled=session.state != "open",
        ):
            _moved(room, session, steps[at + 1])
        if at > 0 and st.button(say("netmap.back"), key=f"netmap_back_{mark}"):
            _moved(room, session, steps[at - 1])
    if session.state != "open":
        st.text(say("netmap.not_open"))


def _moved(room: rooms.Room, session: Session, step: tuple[str, int]) -> None:
    try:
        netmap.move(room, session.id, step[0], step=step[1])
    except LayerError as error:
        _shared.fault(_shared.explain(error))
    else:
        st.rerun()


# --- what groups have entered ---------------------------------------------------------------------


@st.fragment(run_every=FRESH_S)
def _groups(room: rooms.Room, session: Session) -> None:
    """Say how much each group has entered, every two seconds, and which names wait for a yes."""
    found = netmap.round_of(room, session.id)
    if found is None:
        return
    st.dataframe(groups_table(found, netmap.counts(room, session.id)), hide_index=True)
    for waits in (one for one in found.actors if one.state == "waiting"):
        _waits(room, session, found, waits)


def groups_table(found: Round, counted: pd.DataFrame) -> pd.DataFrame:
    """Give a row a group: people as a band, entries of the kind asked now, of all, and towers."""
    say = _shared.say
    rows = []
    for group in found.groups:
        mine = counted[counted["party"] == group.party].set_index("kind")["entries"]
        links = mine[mine.index != ""]
        rows.append(
            {
                say("netmap.group"): group.letter,
                say("netmap.people"): _banded(group),
                say("netmap.entries_now"): int(links.get(found.kind, 0)),
                say("netmap.entries"): int(links.sum()),
                say("netmap.towers"): int(mine.get("", 0)),
                say("netmap.is_right"): say("netmap.yes") if group.is_right else "",
                say("netmap.code"): group.code,
            }
        )
    return pd.DataFrame(rows)


def _banded(group: Group) -> str:
    say = _shared.say
    few = group.people < privacy.K
    return say("netmap.few") if few else say(f"band.{privacy.band(group.people)}")


def _waits(room: rooms.Room, session: Session, found: Round, waits: netmap.Actor) -> None:
    """Ask what a typed name is: a new actor, one of those there, or none."""
    say = _shared.say
    names = {NEW: say("netmap.typed_new")} | {one.id: one.name for one in found.shown}
    letter = netmap.LETTERS[waits.party or 0]
    with st.container(key=f"netmap_waits_{waits.id}", border=True):
        st.text(say("netmap.typed", letter=letter, name=f"\u2068{waits.name}\u2069"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            same = st.selectbox(
                say("netmap.typed_is"),
                list(names),
                format_func=names.__getitem__,
                key=f"netmap_same_{waits.id}",
                width=320,
            )
            if st.button(say("netmap.typed_yes"), key=f"netmap_yes_{waits.id}", type="primary"):
                if same == NEW:
                    _done(lambda: netmap.add_actor(room, session.id, waits))
                else:  # the group finds it under its other name
                    _done(lambda: netmap.refuse_actor(room, session.id, waits.id))
            if st.button(say("netmap.typed_no"), key=f"netmap_no_{waits.id}"):
                _done(lambda: netmap.refuse_actor(room, session.id, waits.id))


def _done(change: object) -> None:
    try:
        if callable(change):
            change()
    except LayerError as error:
        _shared.fault(_shared.explain(error))
    else:
        st.rerun()


# --- wall and phones ------------------------------------------------------------------------------


def _wall(room: rooms.Room, session: Session, found: Round) -> None:
    """Turn the wall to the round; links and towers are held until they are revealed here."""
    say, mark = _shared.say, session.published_as
    with st.container(key="netmap_remote", border=True):
        _on_wall(room, session)
        with st.container(horizontal=True):
            for wall in netmap.WALLS:
                if st.button(
                    say(f"netmap.wall.{wall}"),
                    key=f"netmap_wall_{wall}_{mark}",
                    disabled=found.wall == wall,
                ):
                    _done(lambda to=wall: netmap.show(room, session.id, to))
        if found.wall != "towers":
            st.text(say("netmap.reveal_warning"))


@st.fragment(run_every=FRESH_S)
def _on_wall(room: rooms.Room, session: Session) -> None:
    """Say it anew by itself: the remote above, or a second phone, may have turned the wall."""
    try:
        st.text(on_wall(room, session, wall_shown.view(room, session.id).showing))
    except LayerError:  # it ended meanwhile
        return


def on_wall(room: rooms.Room, session: Session, showing: str) -> str:
    """Say in one sentence what is on the wall: a round lies over the map, unless all is blank.

    Parameters
    ----------
    room, session
        Whose wall.
    showing
        What it was told of the map.
    """
    say = _shared.say
    found = netmap.round_of(room, session.id)
    if found is None or found.wall == "off" or showing == "blank":
        return say(f"room.wall.{showing}")
    return f"{say(f'netmap.wall_now.{found.wall}')} {say('netmap.wall_behind')}"


def _codes(room: rooms.Room, session: Session, found: Round) -> None:
    """Show the code of a group, to scan at its table, and lead to paper."""
    say, mark = _shared.say, session.published_as
    with st.expander(say("netmap.codes"), key=f"netmap_codes_{mark}"):
        st.text(say("netmap.codes_about"))
        letters = {one.party: one.letter for one in found.groups}
        party = st.selectbox(
            say("netmap.group"),
            list(letters),
            format_func=letters.__getitem__,
            key=f"netmap_code_of_{mark}",
            width=160,
        )
        group = found.groups[party]
        made = hall.qr_svg(
            hall.net_address(hall.origins()[0], group.code),
            dark=style.colour("ink"),
            light=style.colour("raised"),
        )
        st.image(made, width=QR_WIDTH, alt=say("room.qr_alt"))
        with st.container(key="netmap_code"):
            st.text(f"\u2066{group.code[:4]} {group.code[4:]}\u2069")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.link_button(say("netmap.open_phone"), hall.net_address("", group.code))
            st.link_button(
                say("netmap.open_cards"),
                netmap_sheets.address("cards", session.code, lang=_shared.lang()),
            )
            if st.button(
                say("netmap.recode"), key=f"netmap_recode_{mark}", help=say("netmap.recode_help")
            ):
                _done(lambda: netmap.recode(room, session.id, party))
            people = st.number_input(
                say("netmap.people_of", letter=group.letter),
                min_value=1,
                max_value=netmap.MOST_PEOPLE,
                value=group.people,
                step=1,
                key=f"netmap_seated_{mark}_{party}_{group.people}",
                width=140,
            )
            if people != group.people:
                _done(lambda: netmap.count_people(room, session.id, party, int(people)))


def _remove(room: rooms.Room, session: Session) -> None:
    say = _shared.say
    with st.popover(say("netmap.remove")):
        st.text(say("netmap.remove_about"))
        if st.button(say("netmap.remove_sure"), key=f"netmap_remove_{session.published_as}"):
            _done(lambda: netmap.remove(room, session.id))
