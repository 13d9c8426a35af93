"""Opening another atlas, and beginning a new one."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from layers.atlas import create
from layers.errors import LayerError
from mapping import hall
from mapping.pages import _shared

ATLAS, PATH = "data_atlas", "data_path"
NAME, COUNTRY, ZONE = "data_new_name", "data_new_country", "data_new_zone"


def open_another() -> None:
    """Offer the atlases beside the open one; by a path only where this is one's own machine."""
    say = _shared.say
    folder = _shared.atlas_path().resolve().parent
    here = _shared.atlas_path().name
    others = sorted(one.name for one in folder.glob("*.gpkg") if one.is_file())
    chosen = st.selectbox(
        say("data.open_which"),
        others,
        index=others.index(here) if here in others else None,
        key=ATLAS,
    )
    typed = ""
    if not hall.is_open():
        typed = st.text_input(say("data.open_path"), key=PATH)
    wished = Path(typed).expanduser() if typed else folder / str(chosen)
    same = wished.resolve() == _shared.atlas_path().resolve()
    if st.button(say("data.open_go"), key="data_open", disabled=same or not (typed or chosen)):
        _open(wished)


def begin() -> None:
    """Make a new, empty atlas beside the open one, and open it."""
    say = _shared.say
    st.subheader(say("data.new_atlas"), anchor=False)
    with st.form("data_new", border=False):
        name = st.text_input(say("data.new_name"), key=NAME)
        left, right = st.columns(2)
        with left:
            country = st.text_input(say("data.new_country"), max_chars=2, key=COUNTRY)
        with right:
            zone = st.text_input(say("data.new_zone"), value="UTC", key=ZONE)
        if st.form_submit_button(say("data.new_go")) and name.strip():
            stem = re.sub(r"[^\w-]+", "-", name.strip().lower()).strip("-") or "city"
            path = _shared.atlas_path().resolve().parent / f"{stem}.gpkg"
            try:
                create(path, name=name.strip(), country=country.strip().upper(), timezone=zone)
            except LayerError as error:
                _shared.fault(_shared.explain(error), key="cg_fault_new")
            else:
                _open(path)


def _open(path: Path) -> None:
    try:
        _shared.open_atlas(path)
    except (LayerError, OSError) as error:
        fault = error if isinstance(error, LayerError) else None
        sentence = _shared.explain(fault or LayerError("atlas_missing", file=path.name))
        _shared.fault(sentence, key="cg_fault_open")
    else:
        st.rerun()
