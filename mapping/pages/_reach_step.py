"""One step of the cascade closer: its map, its sentence, what it costs, and the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from layers import clock, consent
from mapping import cascade_services, cascade_told
from mapping.pages import _map, _persona, _reach_figures, _reach_words, _shared, _why
from mapping.pages._reach_answers import Answer
from mapping.personas import STEPS

STEP: Final = "reach_step"
ORDER: Final = "reach_order"
TAKEN: Final = "reach_order_link"


def order() -> tuple[str, ...]:
    """Give the order of the steps: as changed here, or as the address says."""
    linked = st.query_params.get("order")
    if linked and linked != st.session_state.get(TAKEN):
        st.session_state[TAKEN] = linked
        named = tuple(linked.split("."))
        if sorted(named) == sorted(STEPS):
            st.session_state[ORDER] = named
    found: tuple[str, ...] = st.session_state.get(ORDER, STEPS)
    return found


def order_text(steps: Sequence[str]) -> str:
    """Write an order for the address; empty for the usual one."""
    text = "" if tuple(steps) == STEPS else ".".join(steps)
    st.session_state[TAKEN] = text
    return text


def choose(answer: Answer) -> str:
    """Let one step be chosen; opens with the one that costs most."""
    say, names = _shared.say, [one["name"] for one in answer.steps]
    linked = st.query_params.get("step")
    if st.session_state.get(STEP) not in names:
        most = _reach_words.greatest(answer.steps)
        stuck = _reach_words.cannot_from(answer.steps)
        first = names[stuck] if stuck is not None else most["name"] if most else names[-1]
        st.session_state[STEP] = linked if linked in names else first
    chosen = st.pills(
        _shared.say("reach.step"),
        names,
        format_func=lambda name: say(
            "reach.step_number", number=names.index(name) + 1, step=_reach_words.step_name(name)
        ),
        required=True,
        key=STEP,
        persist_state="session",
    )
    return str(chosen)


def show(answer: Answer, called: str, name: str) -> None:
    """Show one step: what it says in words, where, and by which services."""
    step = next(one for one in answer.steps if one["name"] == name)
    with st.container(key="reach_said"):
        st.text(" ".join(lines(answer, name)))
    if step["state"] == "cannot_say":
        _shared.link("whom", _shared.say("reach.to_whom"), **_persona.query())
    _moves(answer, name)
    _picture(answer, name)
    _reach_figures.step_map(answer, called, name)
    _services(answer, name)


def lines(answer: Answer, name: str) -> list[str]:
    """Say what a step asks, what it costs, alone too, and what solving it would bring."""
    say = _shared.say
    step = next(one for one in answer.steps if one["name"] == name)
    found = [
        say(
            "reach.step_said",
            step=_reach_words.step_name(name),
            covered=_reach_words.covered(answer, step),
            people=_reach_words.counted(answer),
        )
    ]
    if step["state"] == "not_asked":
        return [*found, say("reach.step_nothing")]
    if step["state"] == "cannot_say":
        unheard = name == "safe"
        key = "reach.step_unheard" if unheard else "reach.step_cannot"
        found.append(say(key, unknown=step["unknown"], of=step["of"]))
    facts = [fact for fact in step["facts"] if fact not in STEPS]
    if facts:
        asked = say("reach.must_comma").join(say(f"gaps.fact_{fact}") for fact in facts)
        found.append(say("reach.step_asks", facts=asked))
    for key, value in (("lost", "lost"), ("alone", "alone_lost"), ("brings", "brings")):
        if name not in _reach_words.ALWAYS or key == "lost":
            found.append(
                say(f"reach.step_{key}", **{key: _reach_words.people(answer, step[value])})
            )
    return found


def _picture(answer: Answer, name: str) -> None:
    """Draw who is not covered after a step; never where papers are asked by then."""
    say = _shared.say
    values = cascade_told.step_values(answer.cascade, name)
    layers = _map.areas()
    if values is not None:
        order_ = tuple(one.name for one in answer.cascade.steps)
        key = (clock.today(), answer.cascade.persona, order_, name)
        layers = (_map.gap(values, key=key), *layers)
    services = tuple(layer for layer in _map.things() if layer.kind == "services")
    spec = _map.spec((*layers, *services), only=(answer.persona.category,))
    if spec is not None:
        _map.show(spec, key="reach_map")
    if values is not None:
        st.text(say("reach.map_about"))
    else:
        st.text(say("reach.note_papers", step=_reach_words.step_name("admitted")))


def _moves(answer: Answer, name: str) -> None:
    """Let the step be asked earlier or later."""
    say = _shared.say
    names = [one["name"] for one in answer.steps]
    at = names.index(name)
    with st.container(horizontal=True, key="reach_moves"):
        st.button(
            say("reach.earlier"),
            key="reach_earlier",
            disabled=at == 0,
            on_click=_move,
            args=(names, at, -1),
        )
        st.button(
            say("reach.later"),
            key="reach_later",
            disabled=at == len(names) - 1,
            on_click=_move,
            args=(names, at, 1),
        )
        if tuple(names) != STEPS:
            st.button(say("reach.usual"), key="reach_usual", on_click=_usual)


def _move(names: list[str], at: int, by: int) -> None:
    names[at], names[at + by] = names[at + by], names[at]
    st.session_state[ORDER] = tuple(names)


def _usual() -> None:
    st.session_state[ORDER] = STEPS


def _services(answer: Answer, name: str) -> None:
    """List which services are in play at a step, which are lost and why, and what to ask."""
    say = _shared.say
    order_ = [one["name"] for one in answer.steps]
    rows = cascade_services.services_at(answer.view, order_, name)
    count = rows["state"].value_counts()
    states = ("in_play", "perhaps", "lost_here", "lost_before")
    heading = say("reach.services", **{one: int(count.get(one, 0)) for one in states})
    shut = cascade_told.step_map_allowed(answer.cascade, name)
    with st.expander(heading, key="reach_services", expanded=not shut):
        services = _shared.read("services").set_index("id")
        actors = consent.shown_actors(_shared.read("organizations")).set_index("id")
        names = actors["name"].to_dict()
        owner = rows["id"].map(services["organization_id"])
        st.dataframe(
            pd.DataFrame(
                {
                    say("gaps.service"): rows["id"].map(services["name"]),
                    say("gaps.organization"): [names.get(one, "") for one in owner],
                    say("reach.state"): [say(f"reach.state_{one}") for one in rows["state"]],
                    say("gaps.because"): [
                        _because(answer, row, of)
                        for row, of in zip(rows.to_dict("records"), owner, strict=True)
                    ],
                }
            ),
            hide_index=True,
            key="reach_service_table",
        )


def _because(answer: Answer, row: dict[Any, Any], organization: object) -> str:
    say = _shared.say
    parts = [_why.why(fact, answer.persona, organization) for fact in row["why"]]
    if row["unknown"]:
        facts = say("reach.must_comma").join(say(f"gaps.fact_{fact}") for fact in row["unknown"])
        parts.append(say("gaps.ask", facts=facts))
    return "; ".join(parts)
