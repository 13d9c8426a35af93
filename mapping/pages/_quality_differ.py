"""Where sources say different things: side by side, with the decision below."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers import changes, loose_ends
from layers.errors import LayerError
from layers.history import Revision
from layers.loose_ends import Disagreement, Voice
from mapping.pages import _quality, _shared

MOST = 20  # shown at a time; the list to take away holds all


def show(found: _quality.Found) -> None:
    """Show each fact with its voices, and what can be done."""
    say = _shared.say
    if not found.differ:
        st.text(say("quality.differ_none"))
        return
    st.text(say("quality.differ_about"))
    _shared.who()
    for at, one in enumerate(found.differ[:MOST]):
        _one(found, one, at)
    if len(found.differ) > MOST:
        st.text(say("quality.differ_more", count=len(found.differ) - MOST))
    _quality.take_away(_as_rows(found), "differ")


def said(found: _quality.Found, one: Disagreement, voice: Voice) -> str:
    """Say in words what a voice says."""
    return _quality.cell(one.table, one.column, voice.value, found)


def whose(found: _quality.Found, one: Disagreement) -> str:
    """Name the row, and who offers it."""
    name, holder = _quality.name_of(found, one.table, one.row), _holder(found, one)
    if not holder or holder == one.row:
        return name
    return f"{name} ({_quality.name_of(found, 'organizations', holder)})"


def _one(found: _quality.Found, one: Disagreement, at: int) -> None:
    say = _shared.say
    name = whose(found, one)
    with st.container(border=True, key=f"quality_differ_{at}"):
        with st.container(key=f"quality_differ_head_{at}"):
            st.text(say("quality.fact_of", what=_quality.column_name(one.column), name=name))
        columns = st.columns(len(one.voices))
        for number, (column, voice) in enumerate(zip(columns, one.voices, strict=True)):
            with column:
                st.text(_quality.source(voice.who, voice.checked, voice.said_by))
                with st.container(key=f"quality_voice_{at}_{number}"):
                    st.text(said(found, one, voice))
                if voice.statement:
                    take = st.button(
                        say("quality.take"), key=f"quality_take_{at}_{number}", width="stretch"
                    )
                    if take:
                        _decide(one, voice.statement)
                elif st.button(say("quality.keep"), key=f"quality_keep_{at}", width="stretch"):
                    _decide(one, "")
        organization = _holder(found, one)
        with st.container(horizontal=True):
            if organization:
                _shared.link("ask", say("quality.ask_them"), organization=organization)
            if one.table in ("services", "organizations", "locations", "ties", "assets"):
                _shared.edit_link(one.table, one.row, say("quality.mend", name=name))


def _decide(one: Disagreement, take: str) -> None:
    """Carry out the decision as one change that can be undone."""
    atlas = _shared.atlas()
    tables = {name: atlas.read(name) for name in ("statements", one.table)}
    operations = loose_ends.settle(tables, one, take)
    about = {"table": one.table, "row": one.row, "column": one.column}
    try:
        changes.carry_out(
            atlas, operations, Revision(kind="edit", who=_shared.signature(), about=about)
        )
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_differ")
    else:
        st.rerun()


def _holder(found: _quality.Found, one: Disagreement) -> str:
    """Give the organization that can be asked."""
    if one.table == "organizations":
        return one.row
    rows = found.tables[one.table]
    mine = rows[rows["id"].eq(one.row)]
    if "organization_id" not in mine or mine.empty or pd.isna(mine["organization_id"].iloc[0]):
        return ""
    return str(mine["organization_id"].iloc[0])


def _as_rows(found: _quality.Found) -> pd.DataFrame:
    say = _shared.say
    return pd.DataFrame(
        [
            {
                say("quality.column_name"): _quality.name_of(found, one.table, one.row),
                say("quality.column_what"): _quality.column_name(one.column),
                say("quality.column_who"): _quality.source(voice.who, voice.checked, voice.said_by),
                say("quality.column_said"): said(found, one, voice),
            }
            for one in found.differ
            for voice in one.voices
        ]
    )
