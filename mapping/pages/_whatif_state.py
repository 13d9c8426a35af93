"""The scenario that is open in this browser: where it comes from, and what is done to it.

It is nowhere but here until somebody keeps it, so nothing on the page What if touches the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from layers import scenarios_kept
from layers.errors import LayerError
from mapping import scenarios
from mapping.pages import _shared
from mapping.scenarios import Scenario

NOW, OPEN, FAULT, SEEDED, TURN = (
    f"whatif_{one}" for one in ("now", "open", "fault", "seeded", "turn")
)
ADD_TIE, REMOVE, KEPT = "add_tie", "remove", "scenario"  # in the address of the page


def here() -> Scenario:
    """Give the scenario that is open; at first what the address asks for, else an empty one."""
    asked = tuple(str(st.query_params.get(one, "")) for one in (ADD_TIE, REMOVE, KEPT))
    if st.session_state.get(SEEDED) != asked:
        st.session_state[SEEDED] = asked
        if any(asked):
            _from_address(*asked)
    found: Scenario = st.session_state.setdefault(NOW, Scenario())
    return found


def _from_address(add_tie: str, remove: str, kept_id: str) -> None:
    """Begin the scenario that a link leads to."""
    put(Scenario())
    if kept_id:
        open_kept(kept_id)
    if remove:
        step({"do": "remove_actor", "actor": remove})
    if add_tie:
        ends = add_tie.split(",")
        if len(ends) == 3:
            step({"do": "add_tie", "from": ends[0], "to": ends[1], "kind": ends[2], "strength": 2})
        else:
            st.session_state[FAULT] = _shared.say("whatif.link_broken")


def put(scenario: Scenario, kept: Mapping[str, Any] | None = None) -> None:
    """Open another scenario.

    Parameters
    ----------
    scenario
        In the place of the one that is open.
    kept
        Its row, as of :func:`layers.scenarios_kept.kept`, where the atlas keeps it.
    """
    st.session_state[NOW] = scenario
    st.session_state[OPEN] = kept
    st.session_state[TURN] = turn() + 1


def turn() -> int:
    """Count how often another scenario was opened: what was typed belongs to one of them."""
    return int(st.session_state.get(TURN, 0))


def kept_row() -> Mapping[str, Any] | None:
    """Give the row of the one that is open; None where the atlas does not keep it."""
    found: Mapping[str, Any] | None = st.session_state.get(OPEN)
    return found


def kept() -> dict[str, dict[str, Any]]:
    """List the scenarios that the atlas keeps, by identifier."""
    rows = _shared.once("scenarios kept", "", lambda: scenarios_kept.kept(_shared.atlas()))
    return {row["id"]: row for row in rows}


def open_kept(scenario_id: str) -> None:
    """Open a scenario that the atlas keeps; what it holds is checked like any file."""
    row = kept().get(scenario_id)
    if row is None:
        st.session_state[FAULT] = _shared.say("whatif.kept_gone")
        return
    try:
        put(scenarios.from_json(row), row)
    except LayerError as error:
        st.session_state[FAULT] = _shared.explain(error)


def step(said: Mapping[str, Any]) -> None:
    """Add a step to the one that is open, or say why not."""
    try:
        _set(scenarios.do(here(), said))
    except LayerError as error:
        st.session_state[FAULT] = _shared.explain(error)


def drop(at: int) -> None:
    """Take a step out."""
    _set(scenarios.drop(here(), at))


def undo() -> None:
    """Go back by one change of the steps."""
    _set(scenarios.undo(here()))


def redo() -> None:
    """Do again what was undone last."""
    _set(scenarios.redo(here()))


def _set(scenario: Scenario) -> None:
    st.session_state[NOW] = scenario


def fault() -> None:
    """Say what went wrong last, once."""
    if sentence := st.session_state.pop(FAULT, None):
        _shared.fault(sentence, key="cg_fault_whatif")
