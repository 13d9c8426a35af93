"""Saving a small change on the page Seats, with the button that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from layers import changes, clock, editing
from layers.checking import Edit
from layers.errors import LayerError
from layers.history import Revision
from mapping.pages import _shared

SAVED, FAULT, SAID = "seats_saved", "seats_fault", "seats_said"
_TABLES: Final = ("organizations", "bodies", "seats", "standings")


def keep(table: str, row_id: str | None, values: Mapping[str, Any]) -> None:
    """Write columns of one row, a new one where ``row_id`` is ``None``; runs as a callback."""
    tables = {name: _shared.read(name) for name in _TABLES}
    seen = None if row_id is None else editing.row(tables[table], row_id)
    edit = Edit(
        table=table,
        id=editing.new_id(table) if seen is None else str(row_id),
        values=values,
        seen=seen,
    )
    try:
        made = editing.operations(tables, [edit], today=clock.today())
        if not made:
            return
        revision = Revision(kind="edit", who=_shared.signature(), about={"table": table})
        st.session_state[SAVED] = (table, editing.save(_shared.atlas(), made, revision))
    except LayerError as error:
        st.session_state[FAULT] = (table, _shared.explain(error))
        return
    st.session_state[SAID] = (table, _shared.say("seats.saved"))


def told(table: str) -> None:
    """Say what became of the last change of a table, and offer to take it back."""
    about, fault = st.session_state.get(FAULT, ("", ""))
    if about == table:
        del st.session_state[FAULT]
        _shared.fault(fault, key=f"cg_fault_seats_{table}")
    about, said = st.session_state.get(SAID, ("", ""))
    if about != table:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"seats_said_{table}"):
        st.text(said, width="content")
        if SAVED in st.session_state:
            st.button(
                _shared.say("seats.undo"), key=f"seats_undo_{table}", on_click=_undo, args=(table,)
            )


def _undo(table: str) -> None:
    """Take the last change back, and say so."""
    _, revision = st.session_state.pop(SAVED)
    try:
        changes.undo(_shared.atlas(), revision, who=_shared.signature())
    except LayerError as error:
        st.session_state.pop(SAID, None)
        st.session_state[FAULT] = (table, _shared.explain(error))
        return
    st.session_state[SAID] = (table, _shared.say("seats.undone"))
