"""The form of a persona: what decides the answer first, the rest folded away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from layers import vocab
from layers.errors import LayerError
from mapping import fitting, words
from mapping.city import City
from mapping.offers import primary
from mapping.pages import _persona, _persona_week, _question, _shared
from mapping.personas import PACES, SEX, Persona

SEEDED: Final = "reach_seeded"
MUSTS: Final = ("no_papers", "free", "step_free", "place_free", "no_referral", "women_only_ok")
CHILD: Final = 18  # years; of older ones only those that are there already
KEY: Final = "reach_form_"
Values = dict[str, Any]


def form(city: City) -> None:
    """Show the persona that is open, and take what is changed."""
    asked = _persona.here()
    before = _values(asked.persona)
    mark = (_persona.turn(), _shared.lang())
    if st.session_state.get(SEEDED) != mark or f"{KEY}category" not in st.session_state:
        st.session_state[SEEDED] = mark
        for name, value in before.items():
            st.session_state[KEY + name] = value
    now = _needs(asked.persona) | _place() | _herself(asked.persona) | _trust(asked.persona)
    now |= _counted(city)
    changed = {name for name in before if now[name] != before[name]}
    if not changed:
        return
    try:
        persona = _taken(asked.persona, now, changed)
        if "hours" in changed:
            fitting.free_slots(city, persona)  # raises where nobody can read them
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_persona")
        return
    _persona.put(replace(asked, persona=persona), typed=True)


# --- between a persona and the widgets -----------------------------------------------------------


def _values(persona: Persona) -> Values:
    """Give what each widget shows of a persona."""
    week = _persona_week.drawn(persona.when, persona.hours)
    shown = _persona_week.EMPTY if week is None else week
    return {
        "category": persona.category,
        "well": [tag for tag, how in persona.knows() if how == "well"],
        "some": [tag for tag, how in persona.knows() if how == "some"],
        **{f"week_{day}": list(parts) for day, parts in shown.items()},
        "hours": "" if week is not None else persona.hours,
        "stay_min": persona.stay_min,
        "minutes": round(persona.minutes),
        "pace": persona.pace,
        "avoids_unsafe": persona.avoids_unsafe,
        **{name: getattr(persona, name) for name in MUSTS if name != "women_only_ok"},
        "women_only_ok": not persona.women_only_ok,
        "sex": persona.sex,
        "age": persona.age,
        "children": sorted(set(persona.children)),
        "together": persona.together,
        "course_level": persona.course_level,
        "community": persona.community,
        "not_own_community": persona.not_own_community,
        "group": persona.group,
    }


def _taken(persona: Persona, now: Values, changed: set[str]) -> Persona:
    """Change a persona by what was changed in the form, and by nothing else."""
    plain = {
        "category", "stay_min", "pace", "avoids_unsafe", "sex", "age", "together",
        "course_level", "community", "not_own_community", "group", *MUSTS,
    }  # fmt: skip
    new: Values = {name: now[name] for name in changed & plain}
    if "women_only_ok" in new:
        new["women_only_ok"] = not new["women_only_ok"]
    if "minutes" in changed:
        new["minutes"] = float(now["minutes"])
    if "children" in changed:
        new["children"] = tuple(now["children"])
    if changed & {"well", "some"}:
        well, some = now["well"], [tag for tag in now["some"] if tag not in now["well"]]
        new["language"] = well[0] if well else None
        new["also"] = (*((tag, "well") for tag in well[1:]), *((tag, "some") for tag in some))
    days = {f"week_{day}" for day in _persona_week.DAYS}
    if "hours" in changed and now["hours"].strip():
        new["when"], new["hours"] = "any", now["hours"].strip()
    elif changed & {*days, "hours"}:
        week = {day: tuple(now[f"week_{day}"]) for day in _persona_week.DAYS}
        new["when"], new["hours"] = _persona_week.written(week)
    if new.get("category", persona.category) == new.get("together", persona.together):
        new["together"] = None
    return replace(persona, **new)


# --- the widgets ---------------------------------------------------------------------------------


def _needs(persona: Persona) -> Values:
    say = _shared.say
    tags = _tags(persona)
    found: Values = {
        "category": st.selectbox(
            say("persona.help"),
            vocab.CATEGORY,
            format_func=lambda code: say(f"category.{code}"),
            key=f"{KEY}category",
        ),
        "well": st.multiselect(
            say("persona.well"),
            tags,
            format_func=_question.tongue,
            placeholder=say("persona.any_language"),
            key=f"{KEY}well",
        ),
    }
    found |= _free()
    found["minutes"] = st.slider(say("persona.minutes"), 1, 60, key=f"{KEY}minutes")
    with st.expander(say("persona.fold_way"), key="reach_fold_way"):
        found["pace"] = st.selectbox(
            say("persona.pace"),
            list(PACES),
            format_func=lambda code: say(f"persona.pace_{code}"),
            key=f"{KEY}pace",
        )
        found["avoids_unsafe"] = st.checkbox(say("persona.avoids"), key=f"{KEY}avoids_unsafe")
        found["some"] = st.multiselect(
            say("persona.some"),
            tags,
            format_func=_question.tongue,
            placeholder=say("persona.no_language"),
            key=f"{KEY}some",
        )
    return found


def _free() -> Values:
    """Ask when she is free: days and parts of a day, or hours exactly."""
    say = _shared.say
    found: Values = {}
    with st.container(key="reach_week"):
        for day in _persona_week.DAYS:
            found[f"week_{day}"] = st.pills(
                say(f"persona.week_{day}"),
                _persona_week.PARTS,
                selection_mode="multi",
                format_func=lambda part: say(f"persona.part_{part}"),
                key=f"{KEY}week_{day}",
            )
    with st.expander(say("persona.fold_hours"), key="reach_fold_hours"):
        found["hours"] = st.text_input(
            say("persona.hours"),
            max_chars=400,
            placeholder=say("persona.hours_like"),
            key=f"{KEY}hours",
        )
        found["stay_min"] = st.number_input(
            say("persona.stay"), min_value=5, max_value=600, step=5, key=f"{KEY}stay_min"
        )
    return found


def _place() -> Values:
    say = _shared.say
    with st.expander(say("persona.fold_place"), key="reach_fold_place"):
        return {name: st.checkbox(say(f"persona.must_{name}"), key=KEY + name) for name in MUSTS}


def _herself(persona: Persona) -> Values:
    say = _shared.say
    ages = sorted({*range(CHILD), *persona.children})
    with st.expander(say("persona.fold_her"), key="reach_fold_her"):
        return {
            "sex": st.segmented_control(
                say("persona.sex"),
                SEX,
                format_func=lambda code: say(f"persona.sex_{code}"),
                key=f"{KEY}sex",
            ),
            "age": st.number_input(
                say("persona.age"), min_value=0, max_value=120, step=1, key=f"{KEY}age", value=None
            ),
            "children": sorted(
                st.multiselect(
                    say("persona.children"),
                    ages,
                    placeholder=say("persona.no_children"),
                    key=f"{KEY}children",
                )
            ),
            "together": st.selectbox(
                say("persona.together"),
                [code for code in vocab.CATEGORY if code != st.session_state[f"{KEY}category"]],
                format_func=lambda code: say(f"category.{code}"),
                placeholder=say("persona.nothing"),
                index=None,
                key=f"{KEY}together",
            ),
            "course_level": st.selectbox(
                say("persona.course_level"),
                vocab.COURSE_LEVEL,
                format_func=lambda code: say(f"course_level.{code}"),
                placeholder=say("persona.any_level"),
                index=None,
                key=f"{KEY}course_level",
            ),
        }


def _trust(persona: Persona) -> Values:
    say = _shared.say
    with st.expander(say("persona.fold_trust"), key="reach_fold_trust"):
        found = {
            "community": st.selectbox(
                say("persona.community"),
                _communities(persona),
                format_func=_question.tongue,
                placeholder=say("persona.no_community"),
                index=None,
                key=f"{KEY}community",
            ),
            "not_own_community": st.checkbox(say("persona.not_own"), key=f"{KEY}not_own_community"),
        }
        st.text(say("persona.trust_about"))
    return found


def _counted(city: City) -> Values:
    say = _shared.say
    names = _persona.group_names(_persona.groups(city))
    group = st.selectbox(
        say("persona.counted"),
        list(names),
        format_func=names.__getitem__,
        help=say("persona.counted_help"),
        key=f"{KEY}group",
    )
    return {"group": group}


def _tags(persona: Persona) -> list[str]:
    listed = {primary(tag) for tag in _shared.read("service_languages")["language"]}
    named = {
        key.partition(".")[2] for key in words.sentences(words.DEFAULT) if key[:7] == "tongue."
    }
    mine = {tag for tag, _ in persona.knows()}
    return sorted(listed | named | mine, key=_question.tongue)


def _communities(persona: Persona) -> list[str]:
    several = _shared.read("organizations")["communities"]
    found = {primary(tag) for tags in several for tag in tags or ()}
    found |= {primary(tag) for tag in _shared.read("trust")["community"].dropna()}
    return sorted(
        found | ({persona.community} if persona.community else set()), key=_question.tongue
    )
