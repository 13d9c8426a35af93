"""The page Who to ask: which call would tell most about whom services reach."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from layers import clock
from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping import charts_calls, first_calls, words
from mapping.city import City
from mapping.first_calls import SOMEBODY, Plan
from mapping.pages import _job, _numbers, _shared, _whom_choice, _whom_list, _whom_sheets
from mapping.pages._whom_words import (
    TEN,
    Shown,
    apart,
    call_name,
    people,
    shown,
    tens,
    tongue,
)
from mapping.personas import Persona

BESIDE: Final = 3  # pictures in a row


def page() -> None:
    """Show whom to phone first."""
    missing = _missing()
    if missing:
        _shared.head(title=_shared.say("whom.title_empty"), answer=missing)
        _shared.missing(missing)
        return
    try:
        _ask()
    except LayerError as error:
        _shared.fault(_shared.explain(error))


def _missing() -> str:
    if _shared.read("population").empty or _shared.read("areas").empty:
        return _shared.say("whom.missing_people")
    if _shared.read("services").empty:
        return _shared.say("whom.missing_services")
    return ""


def _ask() -> None:
    here = _shared.atlas()
    city = _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))
    top = st.container()
    picture, controls = st.columns([7, 3], gap="medium")
    with controls:
        personas, names, fault = _whom_choice.choose(city)
    if fault:
        with top:
            _shared.fault(fault, key="cg_fault_link")
    if not personas:
        with top:
            _shared.head(title=_shared.say("whom.title"), answer=_shared.say("whom.nobody"))
        return
    with picture:
        plan = _plan(city, personas)
    if plan is None:
        with top:
            _shared.head(title=_shared.say("whom.title"), answer=_shared.say("whom.ranking"))
        return
    found = shown(plan, names)
    with top:
        _shared.head(title=_shared.say("whom.title"), answer=_answer(found), note=_note(found))
    with picture:
        _band(found)
    with controls:
        _whom_list.by_persona(found)
        _whom_list.sessions(found)
    _whom_list.calls(found)
    _whom_sheets.show(found)
    _whom_list.idle(found)
    _shared.how(*(_shared.say(f"whom.how_{one}") for one in ("value", "chance", "personas", "few")))


def _plan(city: City, personas: list[Persona]) -> Plan | None:
    """Rank the calls; long work shows how far it is."""
    key = (_shared.atlas().state(), clock.today(), tuple(personas))

    def work(watch: Watch) -> Plan:
        del watch
        return first_calls.plan(city, personas)

    done = _job.run("whom_plan", key, work)
    if done is None:
        return None
    if done.error is not None:
        raise done.error
    plan: Plan = done.result
    return plan


def _answer(found: Shown) -> str:
    say, plan = _shared.say, found.plan
    useful = [one for one in plan.calls if one.useful]
    if not plan.calls:
        return say("whom.answer_known")
    if not useful:
        return say("whom.answer_idle", count=len(plan.calls))
    first = plan.calls[0]
    at = max(range(len(found.names)), key=lambda one: first.most[one])
    low, high = plan.now[at]
    values = {
        "name": apart(call_name(found, first)),
        "people": people(first.most[at], up=True),
        "width": people(high - low, up=True),
        "persona": apart(found.names[at]),
    }
    if not found.several:
        return say("whom.answer_one", **values)
    return say("whom.answer_several", count=plan.helped(first), of=found.of, **values)


def _note(found: Shown) -> str:
    say, plan = _shared.say, found.plan
    lines = []
    if plan.calls and plan.calls[0].total > SOMEBODY:
        first = plan.calls[0]
        if first.guessed:
            lines.append(say("whom.note_guess"))
        else:
            lines.append(say("whom.note_expected", people=people(max(first.expected))))
    lines += [
        say("whom.note_session", language=tongue(one.community), count=len(one.services))
        for one in plan.sessions
    ]
    if len(plan.personas) > found.of:
        lines.append(say("whom.note_together"))
    if any(one.no_papers for one in plan.personas):
        lines.append(say("whom.note_papers"))
    if plan.sampled:
        lines.append(say("whom.note_sampled"))
    return " ".join(lines)


def _band(found: Shown) -> None:
    """Draw what can be said after each call: a picture for each persona."""
    say, plan = _shared.say, found.plan
    if not plan.planned:
        return
    st.text(say("whom.picture_about"))
    if not found.several:
        _picture(_rows(found, 0), key="whom_band_0")
        return
    for first in range(0, len(found.names), BESIDE):
        places = st.columns(BESIDE, gap="medium")
        mine = list(enumerate(found.names))[first : first + BESIDE]
        for place, (at, name) in zip(places, mine, strict=False):
            with place:
                st.text(name)
                _picture(_rows(found, at), key=f"whom_band_{at}", small=True)


def _rows(found: Shown, at: int) -> pd.DataFrame:
    """Give the band of one persona in tens of people."""
    say, plan = _shared.say, found.plan
    rows = []
    for calls, (least, most) in enumerate(plan.after[at]):
        # outward: at least so many are covered, whatever was rounded
        low, high = int(least) // TEN * TEN, tens(most, up=True)
        after = say("whom.today")
        if calls:
            whom = call_name(found, plan.calls[calls - 1])
            after = say("whom.after", count=calls, name=whom)
        said = say("whom.upto", people=_numbers.between(low, high))
        rows.append({"calls": calls, "low": low, "high": high, "said": said, "after": after})
    return pd.DataFrame(rows)


def _picture(rows: pd.DataFrame, *, key: str, small: bool = False) -> None:
    say = _shared.say
    chart = charts_calls.shrinking_band(
        rows,
        labels={
            "calls": say("whom.axis_calls"),
            "people": "" if small else say("whom.axis_people"),
        },
        colours=_shared.tokens(),
        small=small,
        right_to_left=words.direction(_shared.lang()) == "rtl",
    )
    st.altair_chart(chart, theme=None, key=key)
