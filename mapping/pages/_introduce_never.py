"""A pair that leaves the list: marked so that it is never proposed, or tied; and taken back."""

from __future__ import annotations

from typing import Final

import streamlit as st

from layers import changes, clock, editing
from layers.checking import Edit
from layers.errors import LayerError
from layers.history import Revision
from mapping.pages import _network_tie, _shared
from mapping.pages._introduce_words import Shown

REASON, BUTTON, UNDO, SAID, FAULT, MET = (
    f"introduce_{one}"
    for one in ("reason", "never", "never_undo", "never_said", "never_fault", "met")
)
_TABLES: Final = ("organizations", "bans")


def show(shown: Shown, a: str, b: str) -> None:
    """Offer to mark a pair, with the reason as far as it may be written."""
    say = _shared.say
    with st.popover(say("introduce.never")):
        st.text(say("introduce.never_about"))
        st.text_input(say("introduce.never_reason"), key=REASON, max_chars=200)
        _shared.who()
        st.button(
            say("introduce.never"),
            key=BUTTON,
            type="primary",
            on_click=_mark,
            args=(a, b, shown.name(a), shown.name(b)),
        )


def note_tie(shown: Shown, a: str, b: str) -> None:
    """Offer the form for the tie of two who have met."""
    if st.toggle(_shared.say("introduce.met"), key=f"introduce_met_{a}_{b}"):
        st.session_state[MET] = (a, b)
        _network_tie.show(a, b, shown.names)


def _tied() -> None:
    """Say of a pair that it was tied here, for it is no longer in the list."""
    pair, _, revision = st.session_state.get(_network_tie.SAID, ((), "", ""))
    if revision and set(pair) == set(st.session_state.get(MET, ())):
        del st.session_state[_network_tie.SAID], st.session_state[MET]
        st.session_state[SAID] = (_shared.say("tie.made"), revision)


def told() -> None:
    """Say what became of the last mark or tie, and offer to take it back."""
    say = _shared.say
    _tied()
    fault = st.session_state.pop(FAULT, "")
    if fault:
        _shared.fault(fault, key="cg_fault_introduce")
    said, revision = st.session_state.get(SAID, ("", ""))
    if not said:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="introduce_told"):
        st.text(said, width="content")
        if revision:
            st.button(say("introduce.never_undo"), key=UNDO, on_click=_undo, args=(revision,))


def _mark(a: str, b: str, name: str, other: str) -> None:
    """Write the pair into the list of those never proposed; runs as a callback."""
    tables = {table: _shared.read(table) for table in _TABLES}
    reason = " ".join(str(st.session_state.get(REASON) or "").split())
    edit = Edit(
        table="bans",
        id=editing.new_id("bans"),
        values={"from_id": a, "to_id": b, "reason": reason or None},
        seen=None,
    )
    revision = Revision(kind="edit", who=_shared.signature(), about={"table": "bans"})
    try:
        made = editing.operations(tables, [edit], today=clock.today())
        change = editing.save(_shared.atlas(), made, revision)
    except LayerError as error:
        st.session_state[FAULT] = _shared.explain(error)
        return
    st.session_state[REASON] = ""
    st.session_state[SAID] = (_shared.say("introduce.never_done", a=name, b=other), change)


def _undo(revision: str) -> None:
    try:
        changes.undo(_shared.atlas(), revision, who=_shared.signature())
    except LayerError as error:
        st.session_state[FAULT] = _shared.explain(error)
        return
    st.session_state[SAID] = (_shared.say("introduce.never_undone"), "")
