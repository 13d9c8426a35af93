"""A persona of the atlas in the place of the question of the page Gaps."""

from __future__ import annotations

from typing import Final

import streamlit as st

from layers import personas_kept
from mapping.pages import _numbers, _shared
from mapping.personas import Persona

CHOSEN: Final = "gaps_persona"


def chosen() -> Persona | None:
    """Ask for whom, and give the persona; None where the question below is asked.

    Raises
    ------
    LayerError
        Where the description of the one that was chosen cannot be read.
    """
    say = _shared.say
    kept = _shared.once("personas kept", "", lambda: personas_kept.kept(_shared.atlas()))
    if not kept:
        return None
    names = {str(one["id"]): str(one["name"]) for one in kept}
    twice = {name for name in names.values() if list(names.values()).count(name) > 1}
    picked = st.selectbox(
        say("gaps.persona"),
        ["", *names],
        format_func=lambda one: (
            (f"{names[one]} ({one})" if names[one] in twice else names[one])
            if one
            else say("gaps.persona_none")
        ),
        key=CHOSEN,
        bind="query-params",
    )
    one = next((one for one in kept if picked and one["id"] == picked), None)
    if one is None:
        return None
    persona = Persona.from_json({key: value for key, value in one.items() if key != "row_version"})
    about = _numbers.apart(persona.about)
    st.text(say("gaps.persona_said", name=_numbers.apart(persona.name), about=about))
    _shared.link("reach", say("gaps.persona_reach"))
    return persona
