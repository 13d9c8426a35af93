"""The page Gaps: who cannot reach the help they need, as a range, and where."""

from __future__ import annotations

import streamlit as st

from layers import clock
from layers.errors import LayerError
from mapping import differences
from mapping.city import City
from mapping.needs import Need
from mapping.pages import (
    _gaps_answer,
    _gaps_chance,
    _gaps_compare,
    _gaps_groups,
    _gaps_persona,
    _gaps_picture,
    _gaps_tables,
    _question,
    _shared,
)


def page() -> None:
    """Show who is not reached."""
    say = _shared.say
    missing = _missing()
    if missing:
        _shared.head(title=say("gaps.title_empty"), answer=missing)
        _shared.missing(missing)
        return
    try:
        city = _city()
        first = _shared.once("gaps first", clock.today(), lambda: differences.suggest(city))
        top = st.container()
        picture, controls = st.columns([7, 3], gap="medium")
        with controls:
            need = _need(city, first)
        said = _shared.once("gaps", (clock.today(), need), lambda: _gaps_answer.ask(city, need))
        with controls:
            _gaps_compare.button(said)
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    change = _gaps_compare.change(said)
    with top:
        _shared.head(
            title=_gaps_answer.title(need),
            answer=_gaps_answer.sentence(said),
            note=_gaps_answer.note(city, said),
        )
        _gaps_compare.sentence(change)
    with picture:
        _gaps_picture.show(said, None if change is None else change[0])
    _gaps_tables.largest_differences(city)
    _gaps_tables.districts(said, change)
    _gaps_tables.cells(said, change)
    _gaps_groups.show(said)
    _gaps_chance.show(said)
    _gaps_tables.services(said)
    _gaps_tables.how(said)


def _need(city: City, first: Need) -> Need:
    return _gaps_persona.chosen() or _question.controls(city, first)


def _city() -> City:
    here = _shared.atlas()
    return _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))


def _missing() -> str:
    if _shared.read("population").empty or _shared.read("areas").empty:
        return _shared.say("gaps.missing_people")
    if _shared.read("services").empty:
        return _shared.say("gaps.missing_services")
    return ""
