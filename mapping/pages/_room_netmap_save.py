"""Compare what groups said, by rank, and save ticked links and ranks to the atlas."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from layers import changes, chronicle, netmap, netmap_ranks, netmap_saving
from layers import room as rooms
from layers.errors import LayerError
from layers.netmap import Round
from layers.netmap_saving import Preview
from layers.room_session import Session
from mapping.pages import _shared, _ties_counted

SAVED = "netmap_saved"  # what was saved last: of which session, the sentence, the change


def compare(room: rooms.Room, session: Session, found: Round) -> None:
    """Show the ranks side by side, then what of the links is new, and the button that saves."""
    say = _shared.say
    if _ties_counted.presenting():
        st.text(say("network.presenting_note"))
        return
    _ranks(room, session, found)
    if session.kind == "rehearsal":
        st.text(say("netmap.save_rehearsal"))
        return
    _save(room, session)


def _ranks(room: rooms.Room, session: Session, found: Round) -> None:
    say = _shared.say
    towers = netmap.towers(room, session.id)
    built = set(towers["party"])
    right = [one for one in found.groups if one.is_right and one.party in built]
    waiting = [one.letter for one in found.groups if one.party in built and not one.is_right]
    groups = netmap_ranks.units(right)
    if waiting:
        st.text(say("netmap.ranks_waiting", names=", ".join(waiting)))
    if len(right) > sum(len(unit.parties) for unit in groups):
        st.text(say("netmap.ranks_few"))
    if not groups:
        st.text(say("netmap.ranks_none"))
        return
    compared = netmap_ranks.compare(towers, groups)
    st.text(_said(compared, len(groups)))
    names = {one.id: one.name for one in found.actors}
    table = compared.table
    shown = pd.DataFrame({say("netmap.actor"): [names.get(str(one), "") for one in table.index]})
    for unit in groups:
        shown[say("netmap.rank_of", name=unit.name)] = [_rank(one) for one in table[unit.name]]
    if len(groups) > 1:
        shown[say("netmap.difference")] = [
            "" if pd.isna(one) else f"{one:g}" for one in table["difference"]
        ]
    st.dataframe(shown, hide_index=True)
    st.text(say("network.verdict"))


def _rank(rank: float) -> str:
    return _shared.say("net.unsaid") if math.isnan(rank) else f"{rank:g}"


def _said(compared: netmap_ranks.Comparison, groups: int) -> str:
    """Say in one sentence how far groups agree, or why that cannot be said."""
    say = _shared.say
    if groups < netmap_ranks.FEWEST:
        return say("netmap.agree_one")
    if compared.agreement is None:
        return say("netmap.agree_none", count=compared.common)
    most = compared.table["difference"].max()
    return say(
        "netmap.agree",
        groups=groups,
        count=compared.common,
        w=f"{compared.agreement:.2f}",
        most=f"{most:g}",
    )


def _save(room: rooms.Room, session: Session) -> None:
    say, mark = _shared.say, session.published_as
    try:
        now = netmap_saving.preview(room, session, _shared.atlas())
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.text(say("netmap.save_about"))
    if now.left_out:
        st.text(say("netmap.save_left_out", count=now.left_out))
    ticked = _links(now, mark)
    towers = _towers(now, mark)
    there = set(now.links["key"][now.links["state"].eq("there")])
    sent = st.button(
        say("netmap.save"),
        type="primary",
        key=f"netmap_save_do_{mark}",
        disabled=not towers and set(ticked) <= there,
    )
    if not sent:
        _told(mark)
        return
    try:
        revision = netmap_saving.save(
            room,
            session,
            _shared.atlas(),
            chosen=ticked,
            towers=towers,
            who=_shared.signature(),
        )
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.session_state[SAVED] = (mark, _counted(revision), revision)
    st.rerun()


def _counted(revision: str) -> str:
    """Say how many rows of what a change made."""
    made = chronicle.changes(_shared.read("revisions"), _shared.read("history"))
    rows = next((one.rows for one in made if one.id == revision), None)
    if rows is None:
        return _shared.say("netmap.saved_nothing")
    return _shared.say(
        "netmap.saved",
        ties=rows.get("ties", 0),
        ranks=rows.get("towers", 0),
        organizations=rows.get("organizations", 0),
    )


def _told(mark: str) -> None:
    """Say what was saved last, with the button that takes it back."""
    of, said, revision = st.session_state.get(SAVED, ("", "", ""))
    if of != mark:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="netmap_saved"):
        st.text(said, width="content")
        if revision:
            st.button(
                _shared.say("netmap.save_undo"),
                key=f"netmap_save_undo_{mark}",
                on_click=_undo,
                args=(mark, revision),
            )


def _undo(mark: str, revision: str) -> None:
    try:
        changes.undo(_shared.atlas(), revision, who=_shared.signature())
    except LayerError as error:
        st.session_state[SAVED] = (mark, _shared.explain(error), revision)
        return
    st.session_state[SAVED] = (mark, _shared.say("netmap.save_undone"), "")


def _links(now: Preview, mark: str) -> list[str]:
    """List the links with a tick each: new ones that two groups said are ticked, no others."""
    say = _shared.say
    links = now.links
    if links.empty:
        st.text(say("netmap.save_no_links"))
        return []
    st.text(say("netmap.save_warning"))
    tick = say("netmap.save_tick")
    table = pd.DataFrame(
        {
            tick: now.suggested,
            say("netmap.save_state"): [say(f"netmap.state.{state}") for state in links["state"]],
            say("netmap.kind"): [say(f"tie_kind.{kind}") for kind in links["kind"]],
            say("netmap.hand_from"): links["one_name"],
            say("netmap.way"): ["↔" if mutual else "→" for mutual in links["mutual"]],
            say("netmap.hand_to"): links["other_name"],
            say("netmap.save_groups"): links["groups"],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=[str(name) for name in table if name != tick],
        key=f"netmap_save_links_{mark}_{len(links)}",
    )
    return list(links["key"][edited[tick].to_numpy(dtype=bool)])


def _towers(now: Preview, mark: str) -> bool:
    """Offer the ranks, or say why they cannot be saved."""
    say = _shared.say
    if not now.units:
        return False
    if now.has_towers:
        st.text(say("netmap.save_towers_there"))
        return False
    if not now.is_published:
        st.text(say("netmap.save_towers_wait"))
        return False
    return st.checkbox(say("netmap.save_towers"), value=True, key=f"netmap_save_towers_{mark}")
