"""What was imported, the newest first, and taking an import back."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers import changes
from layers.errors import LayerError
from mapping.pages import _shared

CHOSEN = "data_imports"
SAID = "data_undo_said"


def show() -> None:
    """List the imports; choosing one offers to take it back."""
    say = _shared.say
    good, sentence = st.session_state.pop(SAID, (True, ""))
    if sentence and good:
        with st.container(key="data_undone", border=True):
            st.text(sentence)
    elif sentence:
        _shared.fault(sentence, key="cg_fault_undo")
    made = _shared.read("imports")
    if made.empty:
        st.text(say("data.nothing_yet"))
        return
    newest = made.iloc[::-1].reset_index(drop=True)
    columns: dict[str, Any] = {
        "made_on": st.column_config.DateColumn(say("data.import_day"), format="YYYY-MM-DD"),
        "file": say("data.import_file"),
        "kind": say("data.import_kind"),
        "rows_accepted": say("data.import_accepted"),
        "rows_rejected": say("data.import_rejected"),
        "licence": say("data.import_licence"),
        "undone_on": st.column_config.DateColumn(say("data.import_undone"), format="YYYY-MM-DD"),
    }
    st.text(say("data.choose_import"))
    picked = st.dataframe(
        newest[list(columns)],
        hide_index=True,
        column_config=columns,
        selection_mode="single-row",
        on_select="rerun",
        key=CHOSEN,
    )
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(newest):
        _offer(newest.iloc[rows[0]])


def _offer(one: pd.Series) -> None:
    """Offer to take one import back, where the history knows it."""
    say = _shared.say
    known = _shared.read("revisions")
    mine = known[known["import_id"].eq(one["id"]) & known["kind"].eq("import")]
    if mine.empty or pd.notna(one["undone_on"]):
        return
    revision = str(mine.iloc[-1]["id"])
    with st.container(horizontal=True):
        for key, keep in (("data.undo", False), ("data.undo_keep", True)):
            st.button(
                say(key),
                key=f"data_undo_{'keep' if keep else 'all'}",
                on_click=_undo,
                args=(revision, str(one["file"]), keep),
            )


def _undo(revision: str, file: str, keep: bool) -> None:  # noqa: FBT001 - a callback's argument
    try:
        done = changes.undo(_shared.atlas(), revision, who=_shared.signature(), keep=keep)
    except LayerError as error:
        st.session_state[SAID] = (False, _shared.explain(error))
        return
    key = "data.undone_kept" if done.kept else "data.undone"
    sentence = _shared.say(key, file=file, count=f"{done.rows:,}", kept=len(done.kept))
    st.session_state[SAID] = (True, sentence)
    st.session_state.pop(CHOSEN, None)
