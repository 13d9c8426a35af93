"""Enter a group's links and towers from its paper sheet, and hide or remove what is wrong."""

from __future__ import annotations

from uuid import uuid4

import pandas as pd
import streamlit as st

from layers import netmap
from layers import room as rooms
from layers.errors import LayerError
from layers.netmap import Round
from layers.netmap_taking import Entry
from layers.room_session import Session
from mapping import netmap_sheets
from mapping.pages import _shared


def by_hand(room: rooms.Room, session: Session, found: Round) -> None:
    """Show the two forms for paper, and the list of all entries."""
    say, mark = _shared.say, session.published_as
    st.link_button(
        say("netmap.open_sheet"),
        netmap_sheets.address("sheet", session.code, lang=_shared.lang()),
        help=say("netmap.open_sheet_help"),
    )
    letters = {one.party: one.letter for one in found.groups}
    with st.container(horizontal=True):
        party = st.selectbox(
            say("netmap.group"),
            list(letters),
            format_func=letters.__getitem__,
            key=f"netmap_hand_group_{mark}",
            width=120,
        )
        kind = st.selectbox(
            say("netmap.kind"),
            found.kinds,
            format_func=lambda code: say(f"net.kind.{code}"),
            key=f"netmap_hand_kind_{mark}",
            width=420,
        )
    _link(room, session, found, party, kind)
    _towers(room, session, found, party)
    _entries(room, session, found)


def _link(room: rooms.Room, session: Session, found: Round, party: int, kind: str) -> None:
    """Take one link: begin a name, Tab, the other, Enter; then the form is empty again."""
    say, mark = _shared.say, session.published_as
    # by the number on the sheet too
    names = {one.id: f"{number}  {one.name}" for number, one in enumerate(found.shown, 1)}
    with (
        st.form(f"netmap_hand_{mark}", clear_on_submit=True, enter_to_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        picked = [
            st.selectbox(
                say(f"netmap.hand_{side}"),
                list(names),
                index=None,
                format_func=names.__getitem__,
                placeholder=say("netmap.hand_type"),
                key=f"netmap_hand_{side}_{mark}",
                width=280,
            )
            for side in ("from", "to")
        ]
        mutual = st.checkbox(say("net.both"), key=f"netmap_hand_both_{mark}")
        sent = st.form_submit_button(say("netmap.hand_add"), key=f"netmap_hand_add_{mark}")
    one, other = picked
    if not sent or one is None or other is None:
        return
    try:
        said = Entry(id=str(uuid4()), do="link", kind=kind, one=one, other=other, mutual=mutual)
        netmap.write_link(room, session.id, party, said)
    except LayerError as error:
        _shared.fault(_shared.explain(error))


def _towers(room: rooms.Room, session: Session, found: Round, party: int) -> None:
    """Take the heights as they stand on paper; an empty one is not said."""
    say, mark = _shared.say, session.published_as
    name, height = say("netmap.actor"), say("netmap.height")
    towers = netmap.towers(room, session.id)
    built = towers[towers["party"] == party].set_index("actor")["height"]
    ids = [one.id for one in found.shown]
    table = pd.DataFrame(
        {
            name: [one.name for one in found.shown],
            height: pd.array([built.get(one) for one in ids], dtype="Int64"),
        }
    )
    with st.expander(say("netmap.hand_towers"), key=f"netmap_hand_towers_{mark}"):
        st.text(say("netmap.hand_towers_about"))
        with st.form(f"netmap_towers_{mark}_{party}", border=False):
            edited = st.data_editor(
                table,
                hide_index=True,
                disabled=[name],
                column_config={
                    height: st.column_config.NumberColumn(min_value=0, step=1, width="small")
                },
                key=f"netmap_heights_{mark}_{party}",
            )
            if st.form_submit_button(say("netmap.hand_save"), key=f"netmap_towers_save_{mark}"):
                heights = {
                    one: None if pd.isna(many) else int(many)
                    for one, many in zip(ids, edited[height], strict=True)
                }
                try:
                    netmap.write_towers(room, session.id, party, heights, is_right=True)
                except LayerError as error:
                    _shared.fault(_shared.explain(error))
                else:
                    st.rerun()


def _entries(room: rooms.Room, session: Session, found: Round) -> None:
    """List all links with what hides or removes each."""
    say, mark = _shared.say, session.published_as
    links = netmap.links(room, session.id)
    if links.empty:
        return
    names = {one.id: one.name for one in found.actors}
    hidden, gone = say("netmap.entry_hidden"), say("netmap.entry_gone")
    links = links.sort_values(["party", "kind"], kind="stable").reset_index(drop=True)
    table = pd.DataFrame(
        {
            say("netmap.group"): [netmap.LETTERS[party] for party in links["party"]],
            say("netmap.kind"): [say(f"net.kind.{kind}") for kind in links["kind"]],
            say("netmap.hand_from"): [names.get(one, "") for one in links["one"]],
            say("netmap.way"): ["↔" if mutual else "→" for mutual in links["mutual"]],
            say("netmap.hand_to"): [names.get(one, "") for one in links["other"]],
            hidden: links["state"].eq("hidden"),
            gone: False,
        }
    )
    with st.expander(say("netmap.entries_all", count=len(links)), key=f"netmap_entries_{mark}"):
        with st.form(f"netmap_entries_form_{mark}", border=False):
            edited = st.data_editor(
                table,
                hide_index=True,
                disabled=[str(name) for name in table if name not in (hidden, gone)],
                key=f"netmap_entries_table_{mark}_{len(links)}",
            )
            sent = st.form_submit_button(say("netmap.entries_save"), key=f"netmap_apply_{mark}")
        if sent:
            for row, entry in enumerate(links["id"]):
                if edited[gone].iloc[row]:
                    netmap.remove_link(room, session.id, entry)
                elif edited[hidden].iloc[row] != table[hidden].iloc[row]:
                    netmap.hide(room, session.id, entry, on=bool(edited[hidden].iloc[row]))
            st.rerun()
