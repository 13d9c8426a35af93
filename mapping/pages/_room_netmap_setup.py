"""Set up a round of Net-Map: the question, the kinds of links, who sits where, and which actors."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers import consent, netmap, vocab
from layers import room as rooms
from layers.errors import LayerError
from layers.netmap import Actor
from layers.privacy import K
from layers.room_session import Session
from mapping import drawing_network, network
from mapping.pages import _shared

USUAL_KINDS = ("refers_to", "delivers_with")
USUAL_GROUPS, USUAL_PEOPLE = 3, 6
MOST_AT_FIRST = 40  # more names than a group wants to search


def form(room: rooms.Room, session: Session) -> None:
    """Ask for all that a round needs, with an answer for each already, and make it."""
    say, mark = _shared.say, session.published_as
    st.text(say("netmap.about"))
    if not st.toggle(say("netmap.begin"), key=f"netmap_begin_{mark}"):
        return  # most sessions have none, and their page stays light
    question = st.text_input(
        say("netmap.question"),
        max_chars=netmap.QUESTION_LENGTH,
        placeholder=say("netmap.question_hint"),
        help=say("netmap.question_help"),
        key=f"netmap_question_{mark}",
    )
    kinds = st.multiselect(
        say("netmap.kinds"),
        vocab.TIE_KIND,
        default=USUAL_KINDS,
        format_func=lambda code: say(f"net.kind.{code}"),
        help=say("netmap.kinds_help"),
        key=f"netmap_kinds_{mark}",
    )
    people = _people(mark)
    actors = actors_of(_shared.read("organizations"))
    names = {one.organization or "": one.name for one in actors}
    chosen = st.multiselect(
        say("netmap.actors"),
        list(names),
        default=_usual(actors),
        format_func=names.__getitem__,
        help=say("netmap.actors_help", most=netmap.MOST_ACTORS),
        key=f"netmap_actors_{mark}",
    )
    if st.button(say("netmap.set_up"), key=f"netmap_set_up_{mark}", type="primary"):
        wanted = set(chosen)
        try:
            netmap.set_up(
                room,
                session.id,
                question=question,
                kinds=kinds,
                actors=[one for one in actors if one.organization in wanted],
                people=people,
            )
        except LayerError as error:
            _shared.fault(_shared.explain(error))
        else:
            st.rerun()


def actors_of(organizations: pd.DataFrame) -> list[Actor]:
    """List the actors that may be named in a hall, by name, as they are drawn in the network."""
    shown = consent.named_outside(organizations)
    graph = network.graph_of(shown, _shared.read("ties"))
    found = [
        Actor(
            name=str(row["name"]),
            organization=str(row["id"]),
            kind=None if pd.isna(row["kind"]) else str(row["kind"]),
            form=drawing_network.form(graph, str(row["id"])),
        )
        for row in shown[["id", "name", "kind"]].to_dict("records")
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def _usual(actors: list[Actor]) -> list[str]:
    """Choose all where they are few, else those of the city and those led by migrants."""
    few = len(actors) <= MOST_AT_FIRST
    found = [one for one in actors if few or one.form in ("round", "city")]
    return [one.organization or "" for one in found[: netmap.MOST_ACTORS]]


def _people(mark: str) -> list[int]:
    say = _shared.say
    groups = st.number_input(
        say("netmap.groups"),
        min_value=1,
        max_value=netmap.MOST_GROUPS,
        value=USUAL_GROUPS,
        step=1,
        key=f"netmap_groups_{mark}",
        width=200,
    )
    st.text(say("netmap.people_about", least=K))
    with st.container(horizontal=True):
        return [
            int(
                st.number_input(
                    say("netmap.people_of", letter=netmap.LETTERS[party]),
                    min_value=1,
                    max_value=netmap.MOST_PEOPLE,
                    value=USUAL_PEOPLE,
                    step=1,
                    key=f"netmap_people_{mark}_{party}",
                    width=130,
                )
            )
            for party in range(int(groups))
        ]
