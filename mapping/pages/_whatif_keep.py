"""Keeping and sharing a scenario: in the atlas under a name, and as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from layers import scenarios_kept
from layers.errors import LayerError
from mapping import scenarios
from mapping.pages import _shared, _whatif_state
from mapping.scenarios import MOST_ABOUT, MOST_NAME, Scenario

LARGEST: Final = 240_000  # bytes of a file; a scenario has some hundred
NAME, ABOUT, CHOSEN, UPLOAD, SAID = (
    f"whatif_{one}" for one in ("name", "about", "chosen", "upload", "said")
)


def choose() -> None:
    """Let somebody open a scenario that is kept, or begin a new one."""
    say, rows = _shared.say, _whatif_state.kept()
    row = _whatif_state.kept_row()
    now = str(row["id"]) if row is not None and row["id"] in rows else ""
    mark = (now, _whatif_state.turn())
    if st.session_state.get(f"{CHOSEN}_mark") != mark:
        st.session_state[f"{CHOSEN}_mark"], st.session_state[CHOSEN] = mark, now
    if rows:
        names = [str(one["name"]) for one in rows.values()]
        called = {
            one: f"{row['name']} ({one})" if names.count(row["name"]) > 1 else str(row["name"])
            for one, row in rows.items()
        }
        st.selectbox(
            say("whatif.chosen"),
            ["", *rows],
            format_func=lambda one: called.get(one) or say("whatif.new"),
            key=CHOSEN,
            on_change=_opened,
        )


def _opened() -> None:
    one = str(st.session_state[CHOSEN] or "")
    if one:
        _whatif_state.open_kept(one)
    else:
        _whatif_state.put(Scenario())


def keep() -> None:
    """Name it, save, remove, download it, open a file."""
    say = _shared.say
    if said := st.session_state.pop(SAID, None):
        with st.container(key="whatif_said", border=True):
            st.text(said)
    with st.expander(say("whatif.fold_keep"), key="whatif_fold_keep"):
        scenario = _named()
        _shared.who()
        row = _whatif_state.kept_row()
        with st.container(horizontal=True, key="whatif_saving"):
            if row is not None:
                st.button(say("whatif.save_change"), key="whatif_save_change", on_click=_save)
            st.button(
                say("whatif.save" if row is None else "whatif.save_new"),
                key="whatif_save",
                on_click=_save,
                kwargs={"new": True},
            )
            if row is not None:
                st.button(say("whatif.forget"), key="whatif_forget", on_click=_forget)
        st.download_button(
            say("whatif.file"),
            scenario.to_json,  # called when taken; a text would be fetched
            file_name="scenario.json",
            mime="application/json",
            key="whatif_file",
            on_click="ignore",
        )
        _open_file()


def _named() -> Scenario:
    say, scenario = _shared.say, _whatif_state.here()
    turn = _whatif_state.turn()
    name = st.text_input(
        say("whatif.name"), scenario.name, max_chars=MOST_NAME, key=f"{NAME}_{turn}"
    )
    about = st.text_area(
        say("whatif.about"), scenario.about, max_chars=MOST_ABOUT, key=f"{ABOUT}_{turn}", height=80
    )
    if (name, about) != (scenario.name, scenario.about):
        scenario = replace(scenario, name=name, about=about)
        st.session_state[_whatif_state.NOW] = scenario
    return scenario


def _save(*, new: bool = False) -> None:
    turn = _whatif_state.turn()
    scenario = replace(
        _whatif_state.here(),
        name=str(st.session_state.get(f"{NAME}_{turn}") or ""),
        about=str(st.session_state.get(f"{ABOUT}_{turn}") or ""),
    )
    row = _whatif_state.kept_row()
    try:
        said = scenarios.from_json(scenario.as_dict()).as_dict()
        if not new and row is not None:
            said |= {"id": row["id"], "row_version": row["row_version"]}
        one = scenarios_kept.keep(_shared.atlas(), said, _shared.signature())
    except LayerError as error:
        st.session_state[_whatif_state.FAULT] = _shared.explain(error)
        return
    _whatif_state.put(
        replace(scenario, name=said["name"], about=said["about"]), _whatif_state.kept().get(one)
    )
    st.session_state[SAID] = _shared.say("whatif.saved", name=said["name"])


def _forget() -> None:
    row = _whatif_state.kept_row()
    if row is None:
        return
    try:
        scenarios_kept.forget(
            _shared.atlas(), str(row["id"]), _shared.signature(), seen=int(row["row_version"])
        )
    except LayerError as error:
        st.session_state[_whatif_state.FAULT] = _shared.explain(error)
        return
    _whatif_state.put(_whatif_state.here())
    st.session_state[SAID] = _shared.say("whatif.forgotten", name=str(row["name"]))


def _open_file() -> None:
    """Read a scenario out of a file; it takes the place of the one that is open."""
    file = st.file_uploader(_shared.say("whatif.file_open"), type=["json"], key=UPLOAD)
    if file is None:
        return
    mark = (file.file_id, file.name)
    if st.session_state.get(f"{UPLOAD}_read") == mark:
        return
    st.session_state[f"{UPLOAD}_read"] = mark
    try:
        _whatif_state.put(read(file.getvalue()))
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_file")
        return
    st.rerun()


def read(content: bytes) -> Scenario:
    """Read the file of a scenario, which may be anything.

    Raises
    ------
    LayerError
        ``scenario_too_large``, ``scenario_not_json``, and those of
        :func:`mapping.scenarios.from_json`.
    """
    if len(content) > LARGEST:
        raise LayerError("scenario_too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LayerError("scenario_not_json", line=1) from error
    return scenarios.from_json(text)
