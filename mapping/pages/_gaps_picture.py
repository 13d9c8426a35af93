"""The map of the page Gaps: people not reached, and what a change does to them."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import pandas as pd
import streamlit as st

from layers import clock
from mapping import features, gaps
from mapping.changed import Changed
from mapping.pages import _gaps_answer, _gaps_figures, _map, _numbers, _shared
from mapping.pages._gaps_answer import Said

SHOWS: Final = ("now", "before", "newly", "lost")
SHOWN: Final = "gaps_map_shows"


def show(said: Said, change: Changed | None) -> None:
    """Show the map; where two answers are compared, one of four."""
    say, need = _shared.say, said.answer.need
    drawn = "now"
    if change is not None and change.by_area:
        chosen = st.segmented_control(
            say("gaps.map_shows"),
            SHOWS,
            default="now",
            required=True,
            format_func=lambda one: say(f"gaps.map_{one}"),
            key=SHOWN,
        )
        drawn = str(chosen or "now")
    layers = _map.areas()
    values = _values(said, change, drawn)
    if not need.no_papers:
        layers = (_map.gap(values, key=_key(said, values, drawn)), *layers)
    services = tuple(layer for layer in _map.things() if layer.kind == "services")
    instead = {"map.layer_gap": say(f"gaps.map_{drawn}")} if drawn != "now" else {}
    spec = _map.spec((*layers, *services), only=(need.category,), instead=instead)
    if spec is not None:
        picked = _map.show(spec, key="gaps_map")
        if picked and not need.no_papers:
            _picked(said, picked)
    about = "gaps.map_about" if drawn in {"now", "before"} else "gaps.map_about_change"
    st.text(say("gaps.note_papers" if need.no_papers else about))
    if not need.no_papers:
        _gaps_figures.map_downloads(said, values, drawn)


def _values(said: Said, change: Changed | None, drawn: str) -> pd.DataFrame:
    if change is None or drawn == "now":
        return gaps.map_values(said.answer)
    if drawn == "before" or change.newly is None or change.lost is None:
        return change.before_map
    return gaps.map_values(change.newly if drawn == "newly" else change.lost)


def _key(said: Said, values: pd.DataFrame, drawn: str) -> tuple[object, ...]:
    """Name all that the map depends on besides the atlas; an answer before is of another one."""
    mark = "" if drawn == "now" else sha256(values.to_csv().encode()).hexdigest()
    return (clock.today(), said.answer.need, drawn, mark)


def _picked(said: Said, picked: str) -> None:
    """Say below the map what the table says of the area that was clicked."""
    say = _shared.say
    one = next((one for one in said.answer.ids if features.handle("area", one) == picked), None)
    if one is None:  # a service: the table below has its row
        return
    place = _gaps_answer.place_names().get(one, one)
    found = next((row for row in said.report["areas"] if row["area_id"] == one), None)
    with st.container(key="gaps_picked"):
        if found is None:
            st.text(say("gaps.picked_unknown", place=place))
            return
        people = _numbers.between(**found["people"])
        count = _numbers.between(**found["not_reached"])
        st.text(say("gaps.picked", place=_numbers.apart(place), people=people, count=count))
