"""The page Reach: how many people like her a service really reaches, step by step."""

from __future__ import annotations

import streamlit as st

from layers import clock
from layers.errors import LayerError
from mapping import differences
from mapping.city import City
from mapping.pages import (
    _job,
    _persona,
    _persona_form,
    _persona_keep,
    _reach_answers,
    _reach_figures,
    _reach_picture,
    _reach_side,
    _reach_step,
    _reach_words,
    _shared,
)
from mapping.pages._persona import Asked
from mapping.pages._reach_answers import Answer
from mapping.personas import persona_of


def page() -> None:
    """Show who is still reached after each step."""
    missing = _missing()
    if missing:
        _shared.head(title=_shared.say("reach.title_empty"), answer=missing)
        _shared.missing(missing)
        return
    try:
        _ask()
    except LayerError as error:
        _shared.fault(_shared.explain(error))


def _ask() -> None:
    here = _shared.atlas()
    city = _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))
    examples = _examples(city)
    if examples is None:
        return
    fault = _persona.arrive(city, lambda: _first(city, examples))
    order = _reach_step.order()
    top = st.container()
    picture, controls = st.columns([7, 3], gap="medium")
    with controls:
        _reach_side.choose(examples)
        _persona_form.form(city)
        _persona_keep.keep()
        link = st.container()
    persona = _persona.here().persona
    with top:
        head = st.empty()
        if fault:
            _shared.fault(fault, key="cg_fault_link")
    with picture:
        found = _reach_answers.answers(city, [one.persona for one in _persona.everyone()], order)
    if not isinstance(found, list):
        with head.container():
            _shared.head(title=_reach_words.title(persona), answer=_shared.say("reach.counting"))
        _stopped(found, "reach")
        return
    answer, name = found[_persona.at()], _persona.names()[_persona.at()]
    with head.container():
        _shared.head(
            title=_reach_words.title(persona),
            answer=_reach_words.sentence(answer),
            note=_reach_words.note(answer),
        )
    with picture:
        _reach_picture.who()
        _reach_side.twins(city)
        _reach_side.shortly(found)
        _reach_picture.cascade(answer)
        _reach_figures.cascade(answer, name)
        step = _reach_step.choose(answer)
        _reach_step.show(answer, name, step)
    _below(found, examples)
    others = {"step": step, "order": _reach_step.order_text(order)}
    with link:
        _persona_keep.link(_persona.leave(**others), **others)
    _reach_answers.stands_out(city, wait=False)


def _below(found: list[Answer], examples: dict[str, Asked]) -> None:
    """Show what each step costs, several personas side by side, and how it was computed."""
    say = _shared.say
    fold = st.expander(say("reach.fold_costs"), key="reach_fold_costs", on_change="rerun")
    if fold.open:  # drawn only when somebody looks
        with fold:
            _reach_picture.costs(found[_persona.at()])
    _reach_picture.side_by_side(found)
    if len(found) > 1:
        _reach_figures.side_by_side(found, _persona.names())
    _reach_side.another(examples)
    _shared.how(
        *(say(f"reach.how_{one}") for one in ("steps", "range", "cannot", "source")),
        *_reach_words.snapped(found[_persona.at()]),
        say("gaps.how_few"),
    )


def _examples(city: City) -> dict[str, Asked] | None:
    """Give what stands out; None while it is looked for, where nobody is asked for yet."""
    if _persona.everyone() or _persona.QUERY in st.query_params:
        return _persona.examples(_reach_answers.stood_out())
    above = st.container()
    found = _reach_answers.stands_out(city)
    if found is not None:
        return _persona.examples(found)
    with above:
        _shared.head(title=_shared.say("reach.title_empty"), answer=_shared.say("reach.looking"))
    return None


def _missing() -> str:
    if _shared.read("population").empty or _shared.read("areas").empty:
        return _shared.say("gaps.missing_people")
    if _shared.read("services").empty:
        return _shared.say("gaps.missing_services")
    return ""


def _first(city: City, examples: dict[str, Asked]) -> Asked:
    """Choose who opens the page: what stands out, who is kept, else a need that makes sense."""
    several = [*examples.values(), *_persona.kept().values()]
    return several[0] if several else Asked(persona_of(differences.suggest(city)))


def _stopped(job: _job.Job | None, name: str) -> None:
    """Say that the counting was stopped or failed, and let it begin again."""
    if job is None or job.error is None:
        return
    _shared.fault(_shared.explain(job.error), key="cg_fault_job")
    if job.error.code == "stopped":
        st.button(_shared.say("reach.again"), key="reach_again", on_click=_job.forget, args=(name,))
