"""Keeping and sharing a persona: in the atlas, as a file, and as an address."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from layers import personas_kept
from layers.errors import LayerError
from mapping import words
from mapping.pages import _persona, _persona_link, _shared
from mapping.personas import MOST_ABOUT, MOST_NAME, Persona

LARGEST: Final = 20_000  # bytes of a file; a persona has some hundred
UPLOAD, NAME, ABOUT, SEEDED = (f"reach_{one}" for one in ("upload", "name", "about", "named"))


def keep() -> None:
    """Name a persona, save or remove her, download her, open a file."""
    say = _shared.say
    if said := st.session_state.pop(_persona.SAID, None):
        with st.container(key="reach_done", border=True):
            st.text(said)
            _shared.link("data", say("persona.undo_at"), data_do=say("data.do_done"))
    with st.expander(say("persona.fold_keep"), key="reach_fold_keep"):
        st.text(say("persona.warn"))
        _name()
        _save()
        asked = _persona.here()
        st.download_button(
            say("persona.file"),
            asked.persona.to_json,  # called when taken; a text would be fetched
            file_name=f"persona-{asked.persona.category}.json",
            mime="application/json",
            key="reach_file",
            on_click="ignore",
        )
        _open()


def _name() -> None:
    """Ask what she is called; both stand in lists and files, never in a heading."""
    say, asked = _shared.say, _persona.here()
    mark = (_persona.turn(), _shared.lang())
    if st.session_state.get(SEEDED) != mark or NAME not in st.session_state:
        st.session_state[SEEDED] = mark
        st.session_state[NAME], st.session_state[ABOUT] = asked.persona.name, asked.persona.about
    name = st.text_input(say("persona.name"), max_chars=MOST_NAME, key=NAME)
    about = st.text_area(say("persona.about"), max_chars=MOST_ABOUT, key=ABOUT, height=80)
    if (name, about) != (asked.persona.name, asked.persona.about):
        named = replace(asked.persona, name=name, about=about)
        _persona.put(replace(asked, persona=named), typed=True)


def _save() -> None:
    say, asked = _shared.say, _persona.here()
    _shared.who()
    with st.container(horizontal=True, key="reach_saving"):
        if asked.version is not None:
            st.button(say("persona.save_change"), key="reach_save_change", on_click=_keep)
        label = "persona.save" if asked.version is None else "persona.save_new"
        st.button(say(label), key="reach_save", on_click=_keep, kwargs={"new": True})
        if asked.version is not None:
            st.button(say("persona.forget"), key="reach_forget", on_click=_forget)
    if fault := st.session_state.pop("reach_save_fault", None):
        _shared.fault(fault, key="cg_fault_save")


def _keep(*, new: bool = False) -> None:
    asked = _persona.here()
    row = asked.persona.as_dict()
    if not new and asked.version is not None:
        row |= {"id": asked.source.removeprefix("kept:"), "row_version": asked.version}
    try:
        found = personas_kept.keep(_shared.atlas(), row, _shared.signature())
    except LayerError as error:
        st.session_state["reach_save_fault"] = _shared.explain(error)
        return
    kept = _persona.kept().get(f"kept:{found}")
    if kept is not None:
        _persona.put(kept)
    st.session_state[_persona.SAID] = _shared.say("persona.saved", name=asked.persona.name)


def _forget() -> None:
    asked = _persona.here()
    try:
        personas_kept.forget(
            _shared.atlas(), asked.source.removeprefix("kept:"), _shared.signature()
        )
    except LayerError as error:
        st.session_state["reach_save_fault"] = _shared.explain(error)
        return
    _persona.put(_persona.Asked(asked.persona))
    name = asked.persona.name
    st.session_state[_persona.SAID] = _shared.say("persona.forgotten", name=name)


def _open() -> None:
    """Read a persona out of a file; she takes the place of the one that is open."""
    say = _shared.say
    file = st.file_uploader(say("persona.file_open"), type=["json"], key=UPLOAD)
    if file is None:
        return
    mark = (file.file_id, file.name)
    if st.session_state.get("reach_read") == mark:
        return
    st.session_state["reach_read"] = mark
    try:
        persona = read(file.getvalue())
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_file")
        return
    _persona.put(_persona.Asked(persona))
    st.rerun()


def read(content: bytes) -> Persona:
    """Read a persona's file, which may be anything.

    Raises
    ------
    LayerError
        ``persona_too_large``, ``persona_not_json``, and those of :meth:`Persona.from_json`.
    """
    if len(content) > LARGEST:
        raise LayerError("persona_too_large")
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LayerError("persona_not_json", line=getattr(error, "lineno", 1)) from error
    return Persona.from_json(found)


def link(text: str, **others: str) -> None:
    """Show the address that restores this view."""
    say = _shared.say
    chosen = {_persona.QUERY: text, **{key: value for key, value in others.items() if value}}
    chosen[_shared.LANG] = words.say("language.name", _shared.lang())
    address = (st.context.url or "").partition("?")[0]
    with st.expander(say("persona.link"), key="reach_link"):
        if not text:
            st.text(say("persona.link_none"))
            return
        st.code(f"{address}?{urlencode(chosen)}", language=None, wrap_lines=True)
        st.text(say("persona.link_about"))
        held, of = len(_persona_link.unpacked(text)), len(_persona.everyone())
        if held < of:
            st.text(say("persona.link_short", count=held, of=of))
