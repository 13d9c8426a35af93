"""The page Seats: who has no seat where it is decided, and who is not heard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import networkx as nx
import pandas as pd
import streamlit as st

from layers import consent
from mapping import core_periphery, inclusion, ladder, network, seats, standing
from mapping.counted import Counted
from mapping.pages import (
    _seats_bodies,
    _seats_groups,
    _seats_ladder,
    _seats_standing,
    _shared,
    _ties_counted,
)
from mapping.seats import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the sums say for these ties."""

    graph: nx.DiGraph[str]
    bodies: tuple[Body, ...]
    not_heard: pd.DataFrame
    core: frozenset[str] | None
    ladder: pd.DataFrame
    unknown_lead: int
    levels: pd.DataFrame


def page() -> None:
    """Show who has no seat, and who is not heard."""
    say = _shared.say
    everyone = _shared.read("organizations")
    organizations = consent.shown_actors(everyone)
    if organizations.empty:
        _shared.head(title=say("seats.title"), answer=say("seats.missing"))
        _shared.missing(say("seats.missing"))
        return
    names = _names(organizations)
    top = st.container()
    picture, controls = st.columns([3, 1], gap="medium")
    with controls:
        counted = _ties_counted.controls()
        asked = _seats_standing.question()
    presenting = _ties_counted.presenting()
    found = _shared.once("seats", counted, lambda: _found(counted))
    grid = standing.grid(_shared.read("standings"), organizations, question=asked)
    with top:
        left_out = len(everyone) - len(organizations)
        _shared.head(
            title=say("seats.title"),
            answer=" ".join(
                [
                    _seats_bodies.missing(found.bodies),
                    *([] if presenting else _seats_standing.answer(grid, names)),
                    *_seats_groups.answer(
                        found.graph, found.not_heard, names, presenting=presenting
                    ),
                ]
            ),
            note=" ".join(
                [_ties_counted.said(counted)]
                + ([] if presenting else [say("network.verdict")])
                + ([say("network.not_shown", count=left_out)] if left_out else [])
            ),
        )
    with picture:
        _seats_bodies.show(found.bodies, names, presenting=presenting)
    _seats_standing.show(grid, names, asked, presenting=presenting)
    _seats_groups.show(
        found.graph,
        found.not_heard,
        names,
        presenting=presenting,
        query=_ties_counted.query(counted),
    )
    _seats_groups.core(found.graph, found.core)
    _seats_ladder.show(found.ladder, found.unknown_lead, names, presenting=presenting)
    _seats_ladder.levels(found.levels, names, presenting=presenting)
    _shared.how(
        *(say(f"seats.how_{one}") for one in ("seats", "ways", "core", "ladder", "standing"))
    )


def _found(counted: Counted) -> Found:
    read = _shared.read
    everyone, ties = read("organizations"), counted.of(read("ties"))
    organizations = consent.shown_actors(everyone)
    graph = network.graph_of(organizations, ties)
    return Found(
        graph=graph,
        bodies=seats.bodies(read("bodies"), read("seats"), everyone),
        not_heard=inclusion.not_heard(graph, target=inclusion.decision_makers(graph)),
        core=_core(tuple(graph), tuple(graph.edges()))
        if len(graph) <= _seats_groups.MOST
        else None,
        ladder=ladder.between(organizations, ties),
        unknown_lead=ladder.unknown_lead(organizations, ties),
        levels=ladder.cooperation(
            organizations,
            ties,
            city=network.city_actors(organizations),
            bodies=read("bodies"),
            seats=read("seats"),
        ),
    )


@lru_cache(
    maxsize=8
)  # a second of work that depends on the ties alone, so no other edit repeats it
def _core(actors: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> frozenset[str] | None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(actors)
    graph.add_edges_from(pairs)
    found = core_periphery.core_periphery(graph)
    return frozenset(map(str, found.members)) if found.is_clear else None


def _names(organizations: pd.DataFrame) -> dict[str, str]:
    """Give every actor a name of its own: the id is added where two have the same."""
    twice = organizations["name"].duplicated(keep=False)
    rows = zip(organizations["id"], organizations["name"], twice, strict=True)
    return {str(one): f"{name} ({one})" if is_twice else str(name) for one, name, is_twice in rows}
