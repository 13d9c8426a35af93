"""The tables of the page Network: the same as in its picture, reached by keys and read aloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import networkx as nx
import pandas as pd
import streamlit as st

from layers import vocab
from mapping import drawing_groups, drawing_network
from mapping.pages import _network_asked, _shared
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import Found, listed, partners, tied_pairs

TABLE, TECHNICAL = "network_table", "network_table_technical"
WHOLE_NUMBERS = ("degree", "community", "core")  # measures that are counts or names of groups


def dependents(found: Found, names: dict[str, str]) -> None:
    """List who depends on one organization, and who has one go-between to the city."""
    cut = found.cut_points.rename(columns={"actor": "who", "cut_off": "whom"})
    go = found.go_betweens.rename(columns={"go_between": "who", "actors": "whom"})
    for table, title, who, whom in (
        (cut, "table_cut", "col_stops", "col_lose"),
        (go, "table_go", "col_go_between", "col_reach_city"),
    ):
        if not table.empty:
            _of_dependents(table, names, title=title, who=who, whom=whom)


def _of_dependents(
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


def actors(found: Found, chosen: Chosen, names: dict[str, str]) -> None:
    """Show the table of actors; the row chosen in it is the actor chosen in the picture.

    Measures of single actors are left out where the organizations look on.
    """
    say = _shared.say
    if chosen.presenting or chosen.size == _network_asked.EQUAL:
        order = sorted(map(str, found.graph), key=lambda one: names[one].casefold())
        if chosen.presenting:
            order = [one for one in order if partners(found.graph, one)]
    else:
        table = found.measures.sort_values(chosen.size, ascending=False, kind="stable")
        order = [str(one) for one in table.index]
    forms = {one: say(f"network.form_{one}") for one in drawing_network.FORMS}
    sectors = {one: say(f"sector.{one}") for one in vocab.SECTOR}
    no_sector = say("network.group_unknown")
    columns: dict[str, Any] = {
        say("network.col_name"): [names[one] for one in order],
        say("network.col_form"): [forms[drawing_network.form(found.graph, one)] for one in order],
    }
    settings: dict[str, Any] = {}
    if not chosen.presenting:
        counts = [one for one in found.measures.columns if one in WHOLE_NUMBERS]
        _add_measures(columns, settings, found.measures.loc[order], counts)
    columns[say("network.col_sector")] = [
        sectors.get(found.graph.nodes[one]["sector"], no_sector) for one in order
    ]
    columns[say("network.col_partners")] = [
        listed(partners(found.graph, one), names) for one in order
    ]
    rows = [order.index(chosen.actor)] if chosen.actor in order else []
    kept = st.session_state.get(TABLE)
    if kept is None or list(kept["selection"]["rows"]) != rows:
        # whole, as the browser sends it: else its first answer looks like somebody's choice
        st.session_state[TABLE] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    title = "table_actors" if chosen.presenting else "table_measures"
    st.subheader(say(f"network.{title}"), anchor=False)
    if not chosen.presenting:
        st.text(_counts(found))
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        column_config=settings,
        height=420,
        key=TABLE,
        selection_mode="single-row",
        on_select=_chosen_in_table(order, rows),
    )
    if not chosen.presenting:
        _technical(found.measures.loc[order], names)


def _technical(table: pd.DataFrame, names: dict[str, str]) -> None:
    """Fold away the measures that are fractions, in the order of the table above."""
    say = _shared.say
    columns: dict[str, Any] = {say("network.col_name"): [names[str(one)] for one in table.index]}
    settings: dict[str, Any] = {}
    fractions = [one for one in table.columns if one not in WHOLE_NUMBERS]
    _add_measures(columns, settings, table, fractions)
    with st.expander(say("whole.technical")):
        st.dataframe(
            pd.DataFrame(columns),
            hide_index=True,
            column_config=settings,
            height=420,
            key=TECHNICAL,
        )


def _add_measures(
    columns: dict[str, Any], settings: dict[str, Any], table: pd.DataFrame, wanted: Sequence[str]
) -> None:
    say = _shared.say
    tied = table["degree"] > 0
    for name in wanted:
        title = say(f"network.{name}")
        # As text where it is a fraction: a column of numbers cannot say "not connected".
        columns[title] = _written(name, table[name], tied)
        settings[title] = st.column_config.Column(
            title, help=say(f"network.{name}_help"), alignment="right"
        )


def _written(
    name: str, values: pd.Series[Any], tied: pd.Series[bool]
) -> list[str] | pd.Series[Any]:
    """Write a measure; of an actor without ties that there is none, never 0."""
    if name in WHOLE_NUMBERS:
        return values.reset_index(drop=True)
    untied = _shared.say("network.not_connected")
    return [
        drawing_groups.written(name, value) if is_tied else untied
        for value, is_tied in zip(values, tied, strict=True)
    ]


def _chosen_in_table(order: list[str], shown: list[int]) -> Callable[[], None]:
    """Choose what was chosen in the table; nothing where it only says again what it shows."""

    def chosen() -> None:
        rows = list(st.session_state[TABLE]["selection"]["rows"])
        if rows != shown:
            _network_asked.choose(order[rows[0]] if rows else "")

    return chosen


def _counts(found: Found) -> str:
    """Count pairs and actors without ties, each with what it is a part of."""
    tied, possible = tied_pairs(found.graph)
    return _shared.say(
        "network.counts",
        tied=tied,
        possible=possible,
        share=f"{tied / possible:.1%}" if possible else "-",
        isolates=nx.number_of_isolates(found.graph),
        actors=len(found.graph),
    )
