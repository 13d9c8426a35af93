"""The network on the map: actors at their places, their ties, and who is not reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import networkx as nx
import pandas as pd
import streamlit as st

from layers import clock, personas_kept, vocab
from layers.errors import LayerError
from mapping import catchments, features, gaps, maps, network_map
from mapping.catchments import Catchment
from mapping.city import City
from mapping.counted import Counted
from mapping.needs import Need
from mapping.pages import _gaps_answer, _map, _network_asked, _numbers, _shared
from mapping.pages._gaps_answer import Said
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import Found
from mapping.personas import Persona

GAPS, WALK, MINUTES, LISTED = (
    f"network_{one}" for one in ("gaps", "walk", "walk_minutes", "unplaced")
)
NONE, ALL, PERSONA = "", "all", "persona:"
HOW_FAR: Final = (5, 10, 15, 20, 30)
USUAL: Final = 15


def show(
    found: Found, chosen: Chosen, names: Mapping[str, str], *, other: str | None = None
) -> None:
    """Show the actors of the page on the map, with their ties, and list those without a place.

    Parameters
    ----------
    found, chosen
        What the page found and what its controls say.
    names
        What each actor is called, by id.
    other
        A second actor, whose ties with the chosen one are told.
    """
    graph = found.graph
    actor = chosen.actor if chosen.actor in graph else None
    read, key = _shared.read, _key(graph, chosen.counted)
    organizations, locations = read("organizations"), read("locations")
    there = network_map.where(
        graph,
        organizations,
        locations,
        protected=network_map.at_protected(
            read("services"), read("service_at_location"), locations
        ),
    )
    said, walk = _below(actor, names)
    layers = [*_map.areas()]
    if said is not None and not said.answer.need.no_papers:
        layers.insert(0, _map.gap(gaps.map_values(said.answer), key=("network", _need_key(said))))
    if walk is not None and len(walk.areas):
        shaped = _shared.once("gap shapes", "", lambda: features.shapes(read("areas")))
        layers.append(_layer("reach", network_map.catchment(walk.areas, shaped)))
        layers.append(_services(walk))
    pins = _shared.once(
        "network pins", key, lambda: network_map.actors(graph, organizations, locations)
    )
    layers += [_layer(kind, pins[kind]) for kind in network_map.ACTOR_LAYERS]
    lines = _shared.once(
        "network lines", key, lambda: network_map.ties(graph, organizations, locations)
    )
    layers.append(_layer("ties", lines))
    handles = {features.handle("actor", one): one for one in graph}
    pick = features.handle("actor", actor) if actor else ""
    pairs = {network_map.tie_handle(*pair): pair for pair in network_map.pairs(graph)}
    if actor and other:
        tie = network_map.tie_handle(actor, other)
        pick = tie if tie in pairs else pick
    spec = _map.spec(
        tuple(layers),
        pick=pick,
        instead={"map.layer_actors": _shared.say("network.map_others")},
    )
    if spec is not None:
        _map.show(
            spec,
            key="network_map",
            on_pick=lambda handle: _picked(handle, (chosen.actor, other), handles, pairs),
        )
    same = _shared.once(
        "network one place",
        key,
        lambda: network_map.within_one_place(graph, organizations, locations),
    )
    st.text(_told(there, lines, graph, same))
    if said is not None:
        st.text(_gaps_answer.sentence(said))
    if walk is not None:
        st.text(_walked(walk))
    _unplaced(there, graph, names, presenting=chosen.presenting)
    _shared.how(
        *(_shared.say(f"network.map_how_{one}") for one in ("places", "walk")),
        heading=_shared.say("network.map_how"),
    )


def _layer(kind: str, layer: features.Layer) -> maps.Layer:
    return maps.Layer(kind=kind, url=_shared.publish(layer))


def _services(walk: Catchment) -> maps.Layer:
    read = _shared.read
    services = read("services")
    mine = services[services["id"].isin(walk.placed)]
    offered, locations = read("service_at_location"), read("locations")
    return _layer("services", features.services(mine, offered, locations))


def _key(graph: nx.DiGraph[str], counted: Counted) -> tuple[object, ...]:
    """Name what pins and lines depend on besides the atlas: who is shown, and which ties count."""
    return (counted, hash(tuple(graph)), graph.number_of_edges())


def _need_key(said: Said) -> tuple[object, ...]:
    return (clock.today(), said.answer.need)


# --- what lies below the ties --------------------------------------------------------------------


def _below(actor: str | None, names: Mapping[str, str]) -> tuple[Said | None, Catchment | None]:
    """Ask what is shown below the ties: who is not reached, and a walk from somebody's services."""
    shade, walk_to, far = st.columns([2, 2, 1], vertical_alignment="bottom")
    with shade:
        need = _need()
    with walk_to:
        services = _walk(actor, names)
    asked = None
    if services:
        with far:
            asked = (services, _minutes())
    try:
        said = None
        if need is not None:
            said = _shared.once(
                "gaps", (clock.today(), need), lambda: _gaps_answer.ask(_city(), need)
            )
        walk = None
        if asked is not None:
            walk = _shared.once(
                "network walk",
                (clock.today(), *asked),
                lambda: catchments.catchment(_city(), asked[0], minutes=asked[1]),
            )
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_network_map")
        return None, None
    return said, walk


def _city() -> City:
    """Give the city as the page Gaps has it, so that no walk is found twice."""
    here = _shared.atlas()
    return _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))


def _need() -> Need | None:
    """Ask whose gaps are shaded: those of a kind of help for everyone, or of a persona."""
    say = _shared.say
    if _shared.read("population").empty or _shared.read("areas").empty:
        return None
    kept = {
        f"{PERSONA}{one['id']}": one
        for one in _shared.once("personas kept", "", lambda: personas_kept.kept(_shared.atlas()))
    }
    offered = set(_shared.read("services")["category"])
    options = [NONE, *(one for one in vocab.CATEGORY if one in offered), *kept]
    twice = Counter(str(one["name"]) for one in kept.values())

    def named(one: str) -> str:
        if one in kept:
            name = str(kept[one]["name"])
            return f"{name} ({kept[one]['id']})" if twice[name] > 1 else name
        return say(f"category.{one}") if one else say("network.map_no_gaps")

    picked = st.selectbox(
        say("network.map_gaps"), options, format_func=named, key=GAPS, bind="query-params"
    )
    if not picked:
        return None
    if picked in kept:
        return Persona.from_json(
            {key: value for key, value in kept[picked].items() if key != "row_version"}
        )
    return Need(category=picked, minutes=float(USUAL))


def _walk(actor: str | None, names: Mapping[str, str]) -> tuple[str, ...]:
    """Ask to which services of the chosen actor people walk; nothing where it has none."""
    say = _shared.say
    services = _shared.read("services")
    mine = services[services["organization_id"] == actor]
    if actor is None or mine.empty:
        return ()
    called = dict(zip(mine["id"], mine["name"], strict=True))
    twice = Counter(called.values())

    def named(one: str) -> str:
        if one in called:
            return f"{called[one]} ({one})" if twice[called[one]] > 1 else str(called[one])
        return say("network.map_walk_all", count=len(called)) if one else say("network.map_no_walk")

    # another actor has other services: a choice that was made for the last one is gone
    if st.session_state.get(WALK) not in {NONE, ALL, *called}:
        st.session_state[WALK] = NONE
    picked = st.selectbox(
        _shared.plain(say("network.map_walk", name=names[actor])),
        [NONE, ALL, *called],
        format_func=named,
        key=WALK,
    )
    if picked == ALL:
        return tuple(called)
    return (str(picked),) if picked else ()


def _minutes() -> float:
    say = _shared.say
    minutes = st.selectbox(
        say("network.map_minutes"),
        HOW_FAR,
        index=HOW_FAR.index(USUAL),
        format_func=lambda one: say("network.map_minutes_one", minutes=one),
        key=MINUTES,
    )
    return float(minutes)


# --- in words ------------------------------------------------------------------------------------


def _told(there: pd.Series[str], lines: features.Layer, graph: nx.DiGraph[str], same: int) -> str:
    """Count what is drawn and what is not, each with what it is a part of."""
    say, counts = _shared.say, there.value_counts()
    drawn, pairs = int(counts.get("drawn", 0)), len(network_map.pairs(graph))
    parts = [
        say(
            "network.map_drawn",
            drawn=drawn,
            actors=len(graph),
            lines=len(lines["rows"]),
            pairs=pairs,
        )
    ]
    if same:
        parts.append(say("network.map_same_place", count=same))
    if drawn < len(graph):
        parts.append(say("network.map_beside", count=len(graph) - drawn))
    return " ".join(parts)


def _walked(walk: Catchment) -> str:
    say = _shared.say
    parts = []
    if walk.people is not None and walk.of is not None:
        parts.append(
            say(
                "network.map_walked",
                people=_numbers.between(**walk.people),
                of=_numbers.between(**walk.of),
                services=len(walk.placed),
            )
        )
    elif walk.placed:
        parts.append(say("network.map_walked_uncounted", services=len(walk.placed)))
    if walk.protected:
        parts.append(say("network.map_walk_protected", count=len(walk.protected)))
    if walk.unplaced:
        parts.append(say("network.map_walk_unplaced", count=len(walk.unplaced)))
    return " ".join(parts)


def _unplaced(
    there: pd.Series[str], graph: nx.DiGraph[str], names: Mapping[str, str], *, presenting: bool
) -> None:
    """List the actors that are not on the map; a row chosen here is chosen everywhere.

    Why is told at the desk alone: whose place is protected is nothing for a projector.
    """
    say = _shared.say
    rows = there[there != "drawn"]
    if rows.empty:
        return
    order = [
        str(one)
        for why in network_map.WHERE[1:]
        for one in sorted(rows.index[rows == why], key=lambda one: names[one].casefold())
    ]
    st.subheader(say("network.map_unplaced"), anchor=False)
    partners = [len(set(nx.all_neighbors(graph, one)) - {one}) for one in order]
    if presenting:
        order.sort(key=lambda one: names[one].casefold())
        partners = [len(set(nx.all_neighbors(graph, one)) - {one}) for one in order]
    why = [say(f"network.map_why_{rows[one]}") for one in order]
    columns = {
        say("network.col_name"): [names[one] for one in order],
        **({} if presenting else {say("network.map_why"): why}),
        say("network.map_partners"): partners,
    }
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        height="content" if len(order) <= 8 else 320,
        key=LISTED,
        selection_mode="single-row",
        on_select=lambda: _listed(order),
    )


# --- one choice everywhere -----------------------------------------------------------------------


def _listed(order: list[str]) -> None:
    rows: list[Any] = list(st.session_state[LISTED]["selection"]["rows"])
    if rows:
        _network_asked.choose(order[rows[0]])


def _picked(
    handle: str,
    chosen: tuple[str | None, str | None],
    handles: Mapping[str, str],
    pairs: Mapping[str, tuple[str, str]],
) -> None:
    """Choose what was clicked on the map; clicked again, it is chosen no more."""
    one = handles.get(handle)
    if one is not None:
        _network_asked.choose("" if (one, None) == chosen else one)
    elif handle in pairs:
        start, end = pairs[handle]
        if {start, end} == set(chosen):
            _network_asked.choose(str(chosen[0]))
        else:
            _network_asked.choose_tie(start, end)
