"""The page Network: who works with whom, and what breaks if one organization stops."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pandas as pd
import streamlit as st

from layers import consent
from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping.pages import (
    _job,
    _network_asked,
    _network_pair,
    _network_tables,
    _network_views,
    _shared,
    _ties_counted,
)
from mapping.pages._network_answer import answer
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import Found, found, names_of

AT_ONCE = 1000  # actors; more take seconds, which are shown


def page() -> None:
    """Show who works with whom."""
    say = _shared.say
    everyone, ties = _shared.read("organizations"), _shared.read("ties")
    organizations = _ties_counted.seen(everyone)
    if organizations.empty:
        _shared.head(title=say("network.title"), answer=say("network.missing"))
        _shared.missing(say("network.missing"))
        return
    names = names_of(organizations)
    top = st.container()
    view = _network_asked.view()
    picture, side = st.columns([3, 1], gap="medium")
    with side:
        chosen, card = _network_asked.controls(organizations, names, view)
    try:
        those = _found(organizations, ties, chosen)
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    if those is None:
        with top:
            _shared.head(title=say("network.title"), answer=say("data.step_between"))
        return
    with top:
        _shared.head(
            title=say("network.title"),
            answer=answer(those, chosen, names),
            note=_note(chosen, everyone),
        )
    with card:
        other = _network_pair.chosen_actor(those, chosen, names, ties)
    with picture:
        # places are those of everybody: nobody jumps when others begin to look on
        _view(consent.shown_actors(everyone), ties, those, chosen, names, other)
        if other is not None and chosen.actor is not None and not chosen.presenting:
            if _network_asked.making():
                _part("_network_tie").show(chosen.actor, other, names)
            elif _network_asked.TOLD in st.session_state:
                _part("_network_tie").written(chosen.actor, other)
    if view in {_network_asked.PICTURE_VIEW, _network_asked.MAP}:
        if not chosen.presenting:
            _network_tables.dependents(those, names)
        _network_tables.actors(those, chosen, names)
    _part("_network_measures").whole(those.graph, (chosen.counted, chosen.shown))
    _part("_network_share").show(those, chosen, names)
    _shared.how(
        *(say(f"network.how_{one}") for one in ("ties", "cut", "go", "measures", "missing"))
    )


def _found(organizations: pd.DataFrame, ties: pd.DataFrame, chosen: Chosen) -> Found | None:
    """Compute what the page shows; of a large network with progress, None until it is there."""

    def work(watch: Watch | None = None) -> Found:
        counted, shown = chosen.counted, chosen.shown
        return found(organizations, ties, counted=counted, shown=shown, watch=watch)

    key = (chosen.counted, chosen.shown)
    if len(organizations) <= AT_ONCE:
        return _shared.once("network", key, work)
    here = _shared.atlas()
    job = _job.run("network_found", (str(here.path), here.state(), repr(key)), work)
    if job is None:
        return None
    if job.error is not None:
        raise job.error
    computed: Found = job.result
    return computed


def _part(name: str) -> Any:  # noqa: ANN401 - a module
    """Read a part of the page only when it is asked for: the picture need not wait for it."""
    return import_module(f"mapping.pages.{name}")


def _note(chosen: Chosen, everyone: pd.DataFrame) -> str:
    """Say which ties count and what no number here is."""
    say = _shared.say
    parts = [_ties_counted.said(chosen.counted)]
    parts.append(say("network.presenting_note" if chosen.presenting else "network.verdict"))
    parts += _ties_counted.unseen(everyone)
    left_out = len(everyone) - len(consent.shown_actors(everyone))
    if left_out:
        parts.append(say("network.not_shown", count=left_out))
    return " ".join(parts)


def _view(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    those: Found,
    chosen: Chosen,
    names: dict[str, str],
    other: str | None,
) -> None:
    """Show the view that was chosen."""
    if not len(those.graph):
        st.text(_shared.say("network.answer_nobody"))
    elif chosen.view == _network_asked.SECTORS_VIEW:
        _network_views.by_sector(those, names)
    elif chosen.view in {_network_asked.OFFERS, _network_asked.SERVES}:
        _network_views.both_sides(those, chosen, names)
    elif chosen.view == _network_asked.MAP:
        _part("_network_map").show(those, chosen, names, other=other)
    else:
        places = _network_views.places(organizations, ties)
        _network_views.picture(places, those, chosen, names, other=other)
