"""The page What if: what an organization that stops, or a tie, would change; and what time did."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers import consent
from layers.errors import LayerError
from mapping import scenario_network, scenarios
from mapping.counted import Counted
from mapping.pages import (
    _shared,
    _ties_counted,
    _whatif_coverage,
    _whatif_keep,
    _whatif_network,
    _whatif_state,
    _whatif_steps,
    _whatif_time,
)
from mapping.scenario_network import Beside
from mapping.scenarios import Scenario

VIEW = "whatif_view"
VIEWS = ("network", "coverage", "time")


def page() -> None:
    """Show what would be different, and what has become so."""
    say = _shared.say
    everyone, ties = _shared.read("organizations"), _shared.read("ties")
    organizations = consent.shown_actors(everyone)
    if organizations.empty:
        _shared.head(title=say("whatif.title"), answer=say("network.missing"))
        _shared.missing(say("network.missing"))
        return
    presenting = _ties_counted.presenting()
    named = _shared.once(
        "whatif names",
        (_shared.lang(), presenting),
        lambda: _whatif_steps.names(
            _names(_ties_counted.seen(everyone)),
            ties,
            _shared.read("services"),
            presenting=presenting,
        ),
    )
    top = st.container()
    view = st.segmented_control(
        say("whatif.view"),
        VIEWS,
        default=VIEWS[0],
        required=True,
        format_func=lambda one: say(f"whatif.view_{one}"),
        key=VIEW,
        bind="query-params",
        label_visibility="collapsed",
    )
    left_out = len(everyone) - len(organizations)
    try:
        if view == "time":
            seen = _ties_counted.seen(everyone)
            _whatif_time.show(seen, ties, named, top=top, left_out=left_out)
        else:
            _scenario(str(view), ties, named, top, left_out)
    except LayerError as error:
        _shared.fault(_shared.explain(error))


def _scenario(
    view: str,
    ties: pd.DataFrame,
    named: _whatif_steps.Names,
    top: st.delta_generator.DeltaGenerator,
    left_out: int,
) -> None:
    say = _shared.say
    picture, side = st.columns([7, 3], gap="medium")
    with side:
        scenario, counted = _controls(ties, named)
    tables = scenarios.under(_shared.read, scenario)
    with side:
        _whatif_steps.listed(scenario, tables.skipped, named)
        _whatif_keep.keep()
    found = _shared.once("whatif", (scenario.steps, counted), lambda: _found(scenario, counted))
    presenting = _ties_counted.presenting()
    with top:
        notes = [_ties_counted.said(counted)]
        notes.append(say("network.presenting_note" if presenting else "network.verdict"))
        if left_out:
            notes.append(say("network.not_shown", count=left_out))
        _shared.head(
            title=say("whatif.title"),
            answer=_whatif_network.answer(scenario, found, named, presenting=presenting),
            note=" ".join(notes),
        )
        with st.container(key="whatif_banner", border=True):
            st.text(say("whatif.banner"))
    with picture:
        if view == "network":
            _whatif_network.show(scenario, found, named, presenting=presenting)
        else:
            _whatif_coverage.show(scenario)
    _shared.link("network", say("whatif.to_network"), **_ties_counted.query(counted))
    _shared.how(*(say(f"whatif.how_{one}") for one in ("reader", "cut", "coverage", "day")))


def _controls(ties: pd.DataFrame, named: _whatif_steps.Names) -> tuple[Scenario, Counted]:
    """Ask which scenario, what happens in it, and which ties count."""
    say = _shared.say
    _whatif_state.here()  # what the address asks for comes before the list of those kept
    _whatif_keep.choose()
    _whatif_state.fault()
    _whatif_steps.forms(named, ties)
    with st.expander(say("whatif.fold_counted"), key="whatif_fold_counted"):
        counted = _ties_counted.controls()
    return _whatif_state.here(), counted


def _found(scenario: Scenario, counted: Counted) -> Beside:
    before = _shared.once(
        "whatif before",
        counted,
        lambda: scenario_network.whole(
            _shared.read("organizations"), _shared.read("ties"), counted
        ),
    )
    return scenario_network.beside(_shared.read, scenario, counted, before=before)


def _names(organizations: pd.DataFrame) -> dict[str, str]:
    """Give every actor a name of its own: the id is added where two have the same."""
    twice = organizations["name"].duplicated(keep=False)
    rows = zip(organizations["id"], organizations["name"], twice, strict=True)
    return {str(one): f"{name} ({one})" if is_twice else str(name) for one, name, is_twice in rows}
