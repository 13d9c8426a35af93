"""For whom: up to six personas, as on the page Reach, kept by the atlas, or of what stands out."""

from __future__ import annotations

from typing import Final

import streamlit as st

from layers import clock
from layers.errors import LayerError
from mapping import differences
from mapping.city import City
from mapping.first_calls import MOST_PERSONAS
from mapping.pages import _persona, _persona_link, _reach_answers, _shared
from mapping.pages._persona import Asked
from mapping.personas import Persona, persona_of

CHOSEN, READ, OFFERED, LOOKED = (f"whom_{one}" for one in ("chosen", "read", "offered", "looked"))
QUERY: Final = _persona.QUERY


def choose(city: City) -> tuple[list[Persona], list[str], str]:
    """Ask for whom.

    Returns
    -------
    personas, names, fault
        Those chosen, what they are called, and what is wrong with the address.
    """
    say = _shared.say
    fault, named = _named(city)
    every = {**named, **_others(city, named=bool(named))}
    first = list(named) or _first(every)
    labels = _labels(every)
    if CHOSEN not in st.session_state:
        st.session_state[CHOSEN] = first
    st.session_state[CHOSEN] = [one for one in st.session_state[CHOSEN] if one in every]
    chosen: list[str] = st.multiselect(
        say("whom.for_whom"),
        list(every),
        format_func=lambda one: labels.get(one, one),
        placeholder=say("whom.for_hint"),
        help=say("whom.for_help"),
        max_selections=MOST_PERSONAS,
        key=CHOSEN,
    )
    if not any(one.startswith("finding:") for one in every) and LOOKED not in st.session_state:
        st.button(say("whom.examples"), key="whom_examples", on_click=_look)
    personas = [every[one].persona for one in chosen]
    _leave(personas)
    return personas, [labels[one] for one in chosen], fault


def _leave(personas: list[Persona]) -> None:
    """Write them into the address, which restores this page."""
    text = _persona_link.fitting(personas) if personas else ""
    st.session_state[READ] = text
    if text and st.query_params.get(QUERY) != text:
        st.query_params[QUERY] = text
    elif not text and QUERY in st.query_params:
        del st.query_params[QUERY]


def _named(city: City) -> tuple[str, dict[str, Asked]]:
    """Read those of the address, or those side by side on the page Reach."""
    text = st.query_params.get(QUERY)
    if text and text != st.session_state.get(READ):
        try:
            people = _persona_link.unpacked(text)
        except LayerError as error:
            return _shared.explain(error), {}
        st.session_state.pop(CHOSEN, None)
        st.session_state[OFFERED] = people
    elif READ not in st.session_state:
        st.session_state[OFFERED] = [one.persona for one in _persona.everyone()]
    known = _persona.groups(city)
    people = [one for one in st.session_state.get(OFFERED, []) if one.group in known]
    return "", {f"named:{number}": Asked(one) for number, one in enumerate(people)}


def _others(city: City, *, named: bool) -> dict[str, Asked]:
    known = _persona.groups(city)
    kept = _persona.kept()
    looked = st.session_state.get(LOOKED, False) or not (kept or named)
    found = {**kept, **(_examples(city) if looked else {})}
    found = {key: one for key, one in found.items() if one.persona.group in known}
    if not found:
        need = _shared.once("gaps first", clock.today(), lambda: differences.suggest(city))
        found = {"first": Asked(persona_of(need))}
    return found


def _examples(city: City) -> dict[str, Asked]:
    """Give what stands out; nothing while it is looked for, which shows how far it is."""
    found = _reach_answers.stands_out(city)
    return _persona.examples(found) if isinstance(found, list) else {}


def _look() -> None:
    st.session_state[LOOKED] = True


def _first(every: dict[str, Asked]) -> list[str]:
    """Open with the personas that the atlas keeps, else with what stands out most."""
    kept = [one for one in every if one.startswith("kept:")]
    return kept[:MOST_PERSONAS] or list(every)[:1]


def _labels(every: dict[str, Asked]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for key, one in every.items():
        name = _persona.called(one.persona)
        if key.startswith("finding:"):
            name = _shared.say("whom.example", name=name)
        number, base = 2, name
        while name in labels.values():
            name, number = f"{base} ({number})", number + 1
        labels[key] = name
    return labels
