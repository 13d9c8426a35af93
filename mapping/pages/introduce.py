"""The page Introduce: whom to introduce to whom, why, and who could do it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from layers import clock, consent, personas_kept
from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping import drawing_network, introductions, network
from mapping.city import City
from mapping.counted import Counted
from mapping.intro_search import WANTED
from mapping.introductions import FEWEST, Introductions, Suggestion
from mapping.pages import (
    _introduce_list,
    _introduce_never,
    _introduce_pair,
    _introduce_words,
    _job,
    _network_found,
    _shared,
    _ties_counted,
)
from mapping.pages._introduce_words import Shown
from mapping.personas import Persona

WISH, MOST, PAIR = (f"introduce_{one}" for one in ("wanted", "most", "pair"))
HOW_MANY: Final = (10, 20)
_HOW: Final = ("served", "ways", "common", "limits", "chance")


def page() -> None:
    """Show whom to introduce to whom."""
    say = _shared.say
    organizations = consent.shown_actors(_shared.read("organizations"))
    if len(organizations) < FEWEST:
        _shared.head(title=say("introduce.title"), answer=say("introduce.missing"))
        _shared.missing(say("introduce.missing"))
        return
    top = st.container()
    left, controls = st.columns([7, 3], gap="medium")
    with controls:
        wanted, most = _wishes()
        counted = _ties_counted.controls()
    try:
        with left:
            found = _found(counted, wanted, most)
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    if found is None:
        with top:
            _shared.head(title=say("introduce.title"), answer=say("introduce.looking"))
        return
    names = _network_found.names_of(_ties_counted.seen(organizations))
    presenting = _ties_counted.presenting()
    if presenting:  # whom it could harm to be named is named at the desk only
        kept = tuple(
            _introduce_words.outside(one, names) for one in found.suggestions if not one.ask_first
        )
        found = replace(found, suggestions=tuple(one for one in kept if one is not None))
    shown = Shown(found=found, names=names, presenting=presenting)
    _show(shown, organizations, counted, (top, left))


def _show(
    shown: Shown, organizations: pd.DataFrame, counted: Counted, places: tuple[Any, Any]
) -> None:
    say, several = _shared.say, shown.found.suggestions
    top, left = places
    with top:
        _shared.head(
            title=say("introduce.title"),
            answer=_introduce_words.answer(shown, several[0]) if several else say("introduce.none"),
            note=_note(shown, counted),
        )
        _introduce_never.told()
    if not several:
        with left:
            _shared.missing(say("introduce.none_why"))
    else:
        _pairs(shown, organizations, counted, left)
    for line in _introduce_list.left_out(shown):
        st.text(line)
    _shared.how(*(say(f"introduce.how_{one}") for one in _HOW))


def _pairs(
    shown: Shown,
    organizations: pd.DataFrame,
    counted: Counted,
    left: Any,  # noqa: ANN401 - a container of Streamlit
) -> None:
    """Show one pair, the list, the sheets, and chance beside them."""
    with left:
        chosen = _choose(shown)
        _introduce_pair.ask_first(shown, chosen)
        _introduce_pair.picture(shown, chosen, _forms(organizations))
        _introduce_pair.about(shown, chosen, counted)
    _introduce_list.every(shown)
    if not shown.presenting:
        actors = _shared.once("introduce actors", "", lambda: _rows(organizations))
        _introduce_list.sheets(shown, chosen, actors)
    _introduce_list.chance(shown)


def _wishes() -> tuple[str, int]:
    """Ask what counts, and how many."""
    say = _shared.say
    wanted = st.selectbox(
        say("introduce.wanted"),
        WANTED,
        format_func=lambda one: say(f"introduce.wanted_{one}"),
        key=WISH,
        bind="query-params",
    )
    most = st.selectbox(say("introduce.most"), HOW_MANY, key=MOST, bind="query-params")
    return str(wanted), int(most)


def _found(counted: Counted, wanted: str, most: int) -> Introductions | None:
    """Look for the pairs; long work shows how far it is."""
    here = _shared.atlas()
    city = _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))
    kept = _shared.once("introduce personas", "", lambda: _kept(here))

    def work(watch: Watch) -> Introductions:
        return introductions.introductions(
            city,
            counted,
            kept=kept,
            wanted=wanted,
            most=most,
            tell=lambda done, of: watch.tell("introduce", done, of),
        )

    done = _job.run("introduce", (here.state(), clock.today(), counted, wanted, most), work)
    if done is None:
        return None
    if done.error is not None:
        raise done.error
    found: Introductions = done.result
    return found


def _kept(atlas: Any) -> list[Persona]:  # noqa: ANN401 - as _shared gives it
    """Read the personas of the atlas; one that nobody can read is left out, as on Reach."""
    found = []
    for one in personas_kept.kept(atlas):
        try:
            found.append(
                Persona.from_json({key: v for key, v in one.items() if key != "row_version"})
            )
        except LayerError:
            continue
    return found


def _choose(shown: Shown) -> Suggestion:
    """Ask which pair to look at; the first where nobody asks."""
    say = _shared.say
    several = {f"{one.a} {one.b}": one for one in shown.found.suggestions}
    if st.session_state.get(PAIR) not in several:
        st.session_state.pop(PAIR, None)
    numbers = {key: at for at, key in enumerate(several, start=1)}
    key = st.selectbox(
        say("introduce.pair"),
        list(several),
        format_func=lambda one: say(
            "introduce.pair_of",
            number=numbers[one],
            a=shown.name(several[one].a),
            b=shown.name(several[one].b),
        ),
        key=PAIR,
    )
    return several[key]


def _note(shown: Shown, counted: Counted) -> str:
    say = _shared.say
    lines = [_ties_counted.said(counted)]
    if shown.presenting:
        lines.append(say("introduce.presenting"))
    else:
        lines += [say("introduce.note"), say("introduce.note_trust"), say("network.verdict")]
    return " ".join(lines)


def _forms(organizations: pd.DataFrame) -> dict[str, str]:
    graph = _shared.once(
        "introduce forms", "", lambda: network.graph_of(organizations, _shared.read("ties"))
    )
    return {str(one): drawing_network.form(graph, one) for one in graph}


def _rows(organizations: pd.DataFrame) -> dict[str, dict[str, Any]]:
    columns = ["public_contact"]
    told = organizations.reindex(columns=columns).astype(object)
    clean = told.where(told.notna(), None)
    ids = organizations["id"].astype(str)
    records: list[dict[str, Any]] = [
        {str(name): cell for name, cell in row.items()} for row in clean.to_dict("records")
    ]
    return dict(zip(ids, records, strict=True))
