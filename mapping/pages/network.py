"""The page Network: who works with whom, and what breaks if one organization stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import networkx as nx
import pandas as pd
import streamlit as st

from layers import clock, consent
from layers.errors import LayerError
from mapping import drawing_network, network, positions
from mapping.counted import Counted
from mapping.pages import _network_picture, _shared, _ties_counted

ACTOR, REACH, SIZE = (f"network_{one}" for one in ("actor", "reach", "size"))
TABLE, PICTURE = "network_table", "network_picture"
SIZES = ("betweenness", "degree", "strength", "effective_size")
REACHES = ("all", "1", "2")
READABLE = 150  # actors; with more the whole is a hairball and the page starts at one of them
NAMED = 3  # names written out in a sentence before the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the controls say."""

    counted: Counted
    actor: str | None
    reach: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the sums say for that day and these kinds of ties."""

    graph: nx.DiGraph[str]
    measures: pd.DataFrame
    cut_points: pd.DataFrame
    go_betweens: pd.DataFrame
    city: tuple[str, ...]


def page() -> None:
    """Show who works with whom."""
    say = _shared.say
    everyone, ties = _shared.read("organizations"), _shared.read("ties")
    organizations = consent.shown_actors(everyone)
    left_out = len(everyone) - len(organizations)
    if organizations.empty:
        _shared.head(title=say("network.title"), answer=say("network.missing"))
        _shared.missing(say("network.missing"))
        return
    names = _names(organizations)
    top = st.container()
    picture, controls = st.columns([3, 1], gap="medium")
    with controls:
        chosen = _controls(names)
    try:
        found = _shared.once("network", chosen.counted, lambda: _found(organizations, ties, chosen))
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    with top:
        _shared.head(
            title=say("network.title"),
            answer=_answer(found, names, chosen.counted.on),
            note=" ".join(
                [_ties_counted.said(chosen.counted), say("network.verdict")]
                + ([say("network.not_shown", count=left_out)] if left_out else [])
            ),
        )
    with picture:
        _picture(organizations, ties, found, chosen, names)
    with controls:
        _about_chosen(found, chosen.actor, names)
    _dependents(found, names)
    _measures(found, chosen, names)
    _shared.how(
        *(say(f"network.how_{one}") for one in ("ties", "cut", "go", "measures", "missing"))
    )


def _found(organizations: pd.DataFrame, ties: pd.DataFrame, chosen: Chosen) -> Found:
    graph = network.graph_of(organizations, ties, chosen.counted)
    city = network.city_actors(organizations)
    return Found(
        graph=graph,
        measures=network.measures(graph),
        cut_points=network.cut_points(graph),
        go_betweens=network.go_betweens(graph, target=city),
        city=tuple(city),
    )


def _names(organizations: pd.DataFrame) -> dict[str, str]:
    """Give every actor a name of its own: the id is added where two have the same."""
    twice = organizations["name"].duplicated(keep=False)
    rows = zip(organizations["id"], organizations["name"], twice, strict=True)
    return {str(one): f"{name} ({one})" if is_twice else str(name) for one, name, is_twice in rows}


def _controls(names: dict[str, str]) -> Chosen:
    """Ask in the order a person thinks: whom, how far, which ties, when, shown how."""
    say = _shared.say
    actor = st.selectbox(
        say("network.actor"),
        sorted(names, key=lambda one: names[one].casefold()),
        index=None,
        format_func=names.__getitem__,
        placeholder=say("network.actor_none"),
        key=ACTOR,
        bind="query-params",
    )
    reach = st.selectbox(
        say("network.reach"),
        REACHES,
        index=0 if len(names) <= READABLE else 1,
        format_func=lambda one: say(f"network.reach_{one}"),
        key=REACH,
        bind="query-params",
    )
    counted = _ties_counted.controls()
    size = st.selectbox(
        say("network.size"),
        SIZES,
        format_func=lambda one: say(f"network.{one}"),
        key=SIZE,
        bind="query-params",
    )
    return Chosen(counted=counted, actor=actor, reach=reach, size=size)


def _answer(found: Found, names: dict[str, str], day: date | None) -> str:
    """Say who could least be missed, and who hangs on one go-between."""
    say = _shared.say
    actors, on = len(found.graph), day or clock.today()
    if not found.graph.number_of_edges():
        return say("network.missing_ties", actors=actors)
    if found.cut_points.empty:
        first = say("network.answer_whole", actors=actors, date=on.isoformat())
    else:
        worst = found.cut_points.iloc[0]
        first = say(
            "network.answer_cut" if worst["number"] > 1 else "network.answer_cut_one",
            name=names[worst["actor"]],
            other=names[worst["cut_off"][0]],
            number=worst["number"],
            led=worst["migrant_led"],
            actors=actors,
            date=on.isoformat(),
        )
    if not found.city:
        return f"{first} {say('network.answer_no_city')}"
    second = _behind_a_go_between(found)
    if second is None:
        return first
    go_between, led = second
    sentence = say(
        "network.answer_go_between" if len(led) == 1 else "network.answer_go_between_more",
        name=names[led[0]],
        more=len(led) - 1,
        go_between=names[go_between],
    )
    return f"{first} {sentence}"


def _behind_a_go_between(found: Found) -> tuple[str, list[str]] | None:
    """Give the go-between of most groups led by migrants, and them; not whom the answer named."""
    broker = None if found.cut_points.empty else found.cut_points.iloc[0]["actor"]
    others = found.go_betweens[
        (found.go_betweens["go_between"] != broker) & (found.go_betweens["migrant_led"] > 0)
    ].sort_values("migrant_led", ascending=False, kind="stable")
    if others.empty:
        return None
    row = others.iloc[0]
    led = [one for one in row["actors"] if found.graph.nodes[one]["migrant_led"] is True]
    return str(row["go_between"]), led


def _picture(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    found: Found,
    chosen: Chosen,
    names: dict[str, str],
) -> None:
    """Draw the network, or the surroundings of one actor, always at the same places."""
    # Places come from the ties of all times and kinds, so that no choice makes anything jump.
    places = _shared.once(
        "network.places", "", lambda: positions.positions(network.graph_of(organizations, ties))
    )
    middle = chosen.actor
    if chosen.reach != "all" and middle is None:
        middle = _first_to_show(found)
        st.text(_shared.say("network.choose_first", actors=len(names), name=names[middle]))
    shown = None
    if chosen.reach != "all" and middle is not None:
        near = network.neighbourhood(found.graph, middle, steps=int(chosen.reach))
        shown = [one for one in found.graph if one in near]
    spec = drawing_network.picture(
        found.graph, places, found.measures[chosen.size], lang=_shared.lang(), shown=shown
    )
    spec["answers"] = [
        {"from": row["actor"], "to": list(row["cut_off"])}
        for row in found.cut_points.head(1).to_dict("records")
    ]
    second = _behind_a_go_between(found)
    if second is not None:
        spec["answers"].append({"from": second[0], "to": second[1]})
    if spec["answers"]:
        spec["legend"].append({"form": "answer", "text": _shared.say("network.legend_answer")})
    spec["tokens"] = _shared.tokens()
    spec["selected"] = chosen.actor or ""
    _network_picture.network_picture(spec, key=PICTURE, on_picked=_choose)


def _first_to_show(found: Found) -> str:
    """Start with whose loss is gravest, else with who stands most between others."""
    if not found.cut_points.empty:
        return str(found.cut_points.iloc[0]["actor"])
    return str(found.measures["betweenness"].idxmax())


def _choose(actor: str) -> None:
    """Make one actor the chosen one, everywhere on the page; runs before the next drawing."""
    st.session_state[ACTOR] = actor or None


def _about_chosen(found: Found, actor: str | None, names: dict[str, str]) -> None:
    """Say what is recorded about the chosen actor."""
    if actor is None:
        return
    say = _shared.say
    partners = set(nx.all_neighbors(found.graph, actor)) - {actor}
    cut = found.cut_points.set_index("actor")["cut_off"]
    if not partners:
        detail = say("network.chosen_untied")
    elif actor in cut.index:
        detail = say("network.chosen_cut", names=", ".join(names[one] for one in cut[actor]))
    else:
        detail = say("network.chosen_safe")
    with st.container(key="network_chosen", border=True):
        st.text(say("network.chosen", name=names[actor], partners=len(partners), detail=detail))
        st.button(say("network.clear"), key="network_clear", on_click=_choose, args=("",))


def _dependents(found: Found, names: dict[str, str]) -> None:
    """List who depends on one organization, and who has one go-between to the city."""
    cut = found.cut_points.rename(columns={"actor": "who", "cut_off": "whom"})
    go = found.go_betweens.rename(columns={"go_between": "who", "actors": "whom"})
    for table, title, who, whom in (
        (cut, "table_cut", "col_stops", "col_lose"),
        (go, "table_go", "col_go_between", "col_reach_city"),
    ):
        if not table.empty:
            _table_of_dependents(table, names, title=title, who=who, whom=whom)


def _table_of_dependents(
    table: pd.DataFrame, names: dict[str, str], *, title: str, who: str, whom: str
) -> None:
    say = _shared.say
    st.subheader(say(f"network.{title}"), anchor=False)
    lists = [", ".join(names[one] for one in those) for those in table["whom"]]
    st.dataframe(
        pd.DataFrame(
            {
                say(f"network.{who}"): [names[one] for one in table["who"]],
                say("network.col_number"): table["number"],
                say("network.col_led"): table["migrant_led"],
                say(f"network.{whom}"): lists,
            }
        ),
        hide_index=True,
        height="content" if len(table) <= 8 else 320,
        key=f"network_{title}",
    )


def _measures(found: Found, chosen: Chosen, names: dict[str, str]) -> None:
    """Show the table of measures; the row chosen in it is the actor chosen in the picture."""
    say = _shared.say
    table = found.measures.sort_values(chosen.size, ascending=False, kind="stable")
    order = [str(one) for one in table.index]
    tied = table["degree"] > 0
    untied = say("network.not_connected")
    columns: dict[str, Any] = {
        say("network.col_name"): [names[one] for one in order],
        say("network.col_form"): [
            say(f"network.form_{drawing_network.form(found.graph, one)}") for one in order
        ],
    }
    settings = {}
    for name in table.columns:
        title = say(f"network.{name}")
        # As text where it is a fraction: a column of numbers cannot say "not connected".
        columns[title] = _written(name, table[name], tied, untied)
        settings[title] = st.column_config.Column(
            title, help=say(f"network.{name}_help"), alignment="right"
        )
    rows = [order.index(chosen.actor)] if chosen.actor in order else []
    kept = st.session_state.get(TABLE)
    if kept is None or list(kept["selection"]["rows"]) != rows:
        # whole, as the browser sends it: else its first answer looks like somebody's choice
        st.session_state[TABLE] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    st.subheader(say("network.table_measures"), anchor=False)
    st.text(_counts(found))
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        column_config=settings,
        height=420,
        key=TABLE,
        selection_mode="single-row",
        on_select=lambda: _chosen_in_table(order, shown=rows),
    )


def _written(
    name: str, values: pd.Series[Any], tied: pd.Series[bool], untied: str
) -> list[str] | pd.Series[Any]:
    """Write a measure: shares as per cent, fractions with two digits, none as words."""
    if name in {"degree", "community", "core"}:
        return values
    how = {"betweenness": "{:.1%}", "strength": "{:.0f}"}.get(name, "{:.2f}")
    return [
        how.format(value) if is_tied else untied
        for value, is_tied in zip(values, tied, strict=True)
    ]


def _chosen_in_table(order: list[str], *, shown: list[int]) -> None:
    """Choose what was chosen in the table; nothing where it only says again what it shows."""
    rows = list(st.session_state[TABLE]["selection"]["rows"])
    if rows != shown:
        _choose(order[rows[0]] if rows else "")


def _counts(found: Found) -> str:
    """Count pairs and actors without ties, each with what it is a part of."""
    plain = found.graph.to_undirected()
    actors = len(plain)
    possible = actors * (actors - 1) // 2
    return _shared.say(
        "network.counts",
        tied=plain.number_of_edges(),
        possible=possible,
        share=f"{plain.number_of_edges() / possible:.1%}" if possible else "-",
        isolates=nx.number_of_isolates(plain),
        actors=actors,
    )
