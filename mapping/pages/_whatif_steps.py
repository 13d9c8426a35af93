"""The steps of a scenario on a page: forms that add one, and the list of them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from layers import vocab
from mapping.pages import _edit_fields, _shared, _whatif_state
from mapping.scenario_steps import Step
from mapping.scenario_tables import Skipped
from mapping.scenarios import Scenario

ACTOR, FROM, TO, KIND, WAY, STRENGTH, TIE, WHAT = (
    f"whatif_{one}" for one in ("actor", "from", "to", "kind", "way", "strength", "tie", "what")
)
FORMS = ("remove_actor", "add_tie", "end_tie")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What rows are called: actors, services, and ties by the two and what they do together."""

    actors: Mapping[str, str]
    services: Mapping[str, str]
    ties: Mapping[str, str]
    presenting: bool = False  # then nobody is named as the one who stops

    def actor(self, one: str) -> str:
        """Give the name of an actor, or say that it is not here any more."""
        return self.actors.get(one) or _shared.say("whatif.nobody")


def names(
    actors: Mapping[str, str], ties: pd.DataFrame, services: pd.DataFrame, *, presenting: bool
) -> Names:
    """Collect what rows are called; presenting, no sentence names who stops."""
    say = _shared.say
    rows = zip(*(ties[name].tolist() for name in ("id", "from_id", "to_id", "kind")), strict=True)
    return Names(
        presenting=presenting,
        actors=actors,
        services={
            str(one): str(name) for one, name in zip(services["id"], services["name"], strict=True)
        },
        ties={
            str(one): say(
                "whatif.tie",
                one=actors[tail],
                kind=say(f"tie_kind.{kind}"),
                other=actors[head],
            )
            for one, tail, head, kind in rows
            if tail in actors and head in actors
        },
    )


def forms(named: Names, ties: pd.DataFrame) -> None:
    """Ask what might happen, and add it as a step."""
    say = _shared.say
    what = st.segmented_control(
        say("whatif.what"),
        FORMS,
        default=FORMS[0],
        required=True,
        format_func=lambda one: say(f"whatif.what_{one}"),
        key=WHAT,
    )
    {"add_tie": _add_tie, "end_tie": _end_tie}.get(str(what), _remove_actor)(named, ties)


def _remove_actor(named: Names, ties: pd.DataFrame) -> None:
    del ties
    say = _shared.say
    one = _choose("whatif.which_actor", named.actors, ACTOR)
    st.button(
        say("whatif.do_remove_actor"),
        key="whatif_do_remove",
        disabled=one is None,
        type="primary",
        on_click=_done,
        args=({"do": "remove_actor", "actor": one}, ACTOR),
    )


def _add_tie(named: Names, ties: pd.DataFrame) -> None:
    del ties
    say = _shared.say
    one = _choose("whatif.one", named.actors, FROM)
    kind = st.selectbox(
        say("whatif.kind"),
        vocab.TIE_KIND,
        index=vocab.TIE_KIND.index("delivers_with"),
        format_func=lambda each: say(f"tie_kind.{each}"),
        key=KIND,
    )
    others = {each: name for each, name in named.actors.items() if each != one}
    other = _choose("whatif.other", others, TO)
    strength = st.selectbox(
        say("whatif.strength"),
        (1, 2, 3),
        index=1,
        format_func=lambda each: say(f"whatif.strength_{each}"),
        key=STRENGTH,
    )
    way = st.selectbox(
        say("whatif.way"),
        ("mutual", "directed"),
        format_func=lambda each: say(f"tie_direction.{each}"),
        key=WAY,
    )
    step = {"do": "add_tie", "from": one, "to": other, "kind": kind}
    st.button(
        say("whatif.do_add_tie"),
        key="whatif_do_add",
        disabled=one is None or other is None,
        type="primary",
        on_click=_done,
        args=({**step, "direction": way, "strength": strength}, FROM, TO),
    )


def _end_tie(named: Names, ties: pd.DataFrame) -> None:
    say = _shared.say
    one = _choose("whatif.whose_tie", named.actors, ACTOR)
    mine = ties[ties["from_id"].eq(one) | ties["to_id"].eq(one)] if one is not None else ties[:0]
    here = {str(each): named.ties[str(each)] for each in mine["id"] if str(each) in named.ties}
    tie = _choose("whatif.which_tie", here, TIE)
    st.button(
        say("whatif.do_end_tie"),
        key="whatif_do_end",
        disabled=tie is None,
        type="primary",
        on_click=_done,
        args=({"do": "end_tie", "tie": tie}, TIE),
    )


def _choose(label: str, options: Mapping[str, str], key: str) -> str | None:
    """Let somebody search for one by name; what another choice left there may not be in it."""
    if st.session_state.get(key) not in (None, *options):
        st.session_state[key] = None
    found: str | None = st.selectbox(
        _shared.say(label),
        sorted(options, key=lambda one: options[one].casefold()),
        index=None,
        format_func=lambda one: options.get(one, one),
        placeholder=_shared.say("network.actor_none"),
        key=key,
    )
    return found


def _done(step: Step, *emptied: str) -> None:
    _whatif_state.step(step)
    for key in emptied:
        st.session_state[key] = None


def listed(scenario: Scenario, skipped: list[Skipped], named: Names) -> None:
    """List the steps in words, each with a button that takes it out, and undo and redo."""
    say = _shared.say
    why = {one.at: one.why for one in skipped}
    for at, step in enumerate(scenario.steps):
        with st.container(key=f"whatif_step_{at}", border=True):
            st.text(f"{at + 1}. {in_words(step, named)}")
            if at in why:
                st.text(say(f"whatif.skipped_{why[at]}"))
            st.button(
                say("whatif.drop"),
                key=f"whatif_drop_{at}",
                on_click=_whatif_state.drop,
                args=(at,),
            )
    with st.container(horizontal=True, key="whatif_undoing"):
        for name, there, do in (
            ("undo", scenario.earlier, _whatif_state.undo),
            ("redo", scenario.undone, _whatif_state.redo),
        ):
            st.button(say(f"whatif.{name}"), key=f"whatif_{name}", disabled=not there, on_click=do)


def in_words(step: Step, named: Names) -> str:
    """Say a step in a sentence."""
    return _SAID[step["do"]](step, named)


def _said_remove(step: Step, named: Names) -> str:
    if named.presenting:
        return _shared.say("whatif.said_remove_one")
    return _shared.say("whatif.said_remove_actor", name=named.actor(step["actor"]))


def _said_tie(step: Step, named: Names) -> str:
    return _shared.say(
        "whatif.said_add_tie",
        one=named.actor(step["from"]),
        kind=_shared.say(f"tie_kind.{step['kind']}"),
        other=named.actor(step["to"]),
    )


def _said_end(step: Step, named: Names) -> str:
    tie = named.ties.get(step["tie"]) or _shared.say("whatif.no_tie")
    return _shared.say("whatif.said_end_tie", tie=tie)


def _said_site(step: Step, named: Names) -> str:
    category = _shared.say(f"category.{step['category']}")
    owner = step.get("organization")
    if owner is None:
        return _shared.say("whatif.said_add_site", category=category)
    return _shared.say("whatif.said_add_site_of", category=category, name=named.actor(owner))


def _said_fact(step: Step, named: Names) -> str:
    value = step["value"]
    shown = (
        ", ".join(value)
        if isinstance(value, list)
        else _edit_fields.shown(step["table"], step["column"], value)
    )
    return _shared.say(
        "whatif.said_set_fact",
        name=named.services.get(step["id"]) or named.actors.get(step["id"]) or step["id"],
        field=_shared.say("whatif.languages")
        if step["column"] == "languages"
        else _edit_fields.field_name(step["column"]),
        value=shown,
    )


def _said_service(step: Step, named: Names) -> str:
    name = named.services.get(step["service"]) or _shared.say("whatif.no_service")
    return _shared.say("whatif.said_remove_service", name=name)


_SAID: Mapping[str, Callable[[Step, Names], str]] = {
    "remove_actor": _said_remove,
    "add_tie": _said_tie,
    "end_tie": _said_end,
    "remove_service": _said_service,
    "add_site": _said_site,
    "set_hours": lambda step, _: _shared.say("whatif.said_set_hours", hours=step["hours"]),
    "set_fact": _said_fact,
}
