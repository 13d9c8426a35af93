"""Part of the page Network: what the numbers about the whole, and about one actor, mean."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import networkx as nx
import pandas as pd
import streamlit as st

from layers.importing.watch import Watch
from mapping import brokerage, network_said
from mapping.chance import Found
from mapping.mixing import Mixing
from mapping.network_said import Place, Sentence
from mapping.pages import _job, _shared
from mapping.whole_network import WholeNetwork, whole_network

JOB = "network_whole"


def whole(graph: nx.DiGraph[str], key: Hashable) -> None:
    """Say what holds the network together and what divides it; names no single actor.

    Parameters
    ----------
    graph
        The actors shown, and the ties that count.
    key
        All that ``graph`` depends on besides the atlas.
    """
    if not graph.number_of_edges():
        return
    say = _shared.say
    st.subheader(say("whole.title"), anchor=False)

    def work(watch: Watch) -> WholeNetwork:
        return whole_network(graph, watch=watch)

    job = _job.run(JOB, _key(key), work)
    if job is None:
        return
    if job.error is not None:
        st.text(_shared.explain(job.error))
        return
    found: WholeNetwork = job.result
    sentences = network_said.whole_said(found, say)
    st.text(say("whole.lead_in"))
    with st.container(key="network_whole"):
        for meaning, those in network_said.by_meaning(sentences):
            with st.container(key=f"network_whole_{those[0].code}", gap="xxsmall"):
                for sentence in those:
                    st.text(sentence.text)
                if meaning:
                    _quietly(f"network_means_{those[0].code}", meaning)
    _quietly("network_means_all", "\n".join(network_said.beside_the_whole(found, say)))
    with st.expander(say("whole.technical")):
        _technical(found, sentences)


def one(
    graph: nx.DiGraph[str],
    actor: str,
    key: Hashable,
    *,
    measures: pd.DataFrame,
    go_betweens: pd.DataFrame,
    names: dict[str, str],
) -> None:
    """Say what the place of one actor means; not for a projector.

    Parameters
    ----------
    graph, key
        As for :func:`whole`.
    actor
        Its id; in ``graph``.
    measures, go_betweens
        As ``mapping.network`` gives them for ``graph``.
    names
        What everybody is called.
    """
    roles: tuple[dict[Any, Any], dict[Any, Any], pd.DataFrame] = _shared.once(
        "network.roles",
        key,
        lambda: (
            brokerage.roles(graph, "sector").table.to_dict("index"),
            brokerage.roles(graph, "lead").table.to_dict("index"),
            brokerage.bridges(graph),
        ),
    )
    place = Place(
        actor=actor,
        graph=graph,
        measures=measures,
        sector_roles=roles[0][actor],
        lead_roles=roles[1][actor],
        go_betweens=go_betweens,
        bridges=roles[2],
        core=_core(key),
    )
    with st.container(key="network_place", gap="xsmall"):
        for line in network_said.place_said(place, names, _shared.say):
            st.text(line)


def _quietly(key: str, text: str) -> None:
    """Write a text in the colour of what is beside the point."""
    with st.container(key=key):
        st.text(text)


def _key(key: Hashable) -> tuple[str, object, str]:
    """Name what the numbers depend on, the atlas with it."""
    here = _shared.atlas()
    return str(here.path), here.state(), repr(key)


def _core(key: Hashable) -> tuple[str, ...] | None:
    """Give who is in the core, once that was looked for and is clear."""
    job = _job.kept(JOB, _key(key))
    if job is None or not job.done or job.result is None:
        return None
    found: WholeNetwork = job.result
    return tuple(map(str, found.core.members)) if found.core.is_clear else None


def _technical(found: WholeNetwork, sentences: list[Sentence]) -> None:
    """Show every number under the name that specialists know, and each group for itself."""
    say = _shared.say
    numbers = [(say(f"whole.name_{sentence.code}"), sentence.found) for sentence in sentences]
    if found.cohesion.arc_density.value is not None:
        numbers.append((say("whole.name_arc_density"), found.cohesion.arc_density))
    _table("network_whole_numbers", say("whole.col_measure"), numbers)
    for mixed in (found.sector, found.lead):
        if mixed.each:
            st.text(say(f"whole.groups_of_{mixed.by}"))
            _groups(mixed)


def _groups(mixed: Mixing) -> None:
    """Show how each group mixes."""
    say = _shared.say
    word = "sector" if mixed.by == "sector" else "whole.group"
    joint = "." if mixed.by == "sector" else "_"
    rows = [(say(f"{word}{joint}{group}"), one_group) for group, one_group in mixed.each.items()]
    _table(f"network_whole_{mixed.by}_groups", say("whole.col_group"), rows, ties=True)


def _table(key: str, first: str, rows: list[tuple[str, Found]], *, ties: bool = False) -> None:
    """Show numbers beside chance, one a row."""
    say = _shared.say
    columns: dict[str, list[Any]] = {
        first: [name for name, _ in rows],
        say("whole.col_value"): [_written(number.value) for _, number in rows],
        say("whole.col_expected"): [_written(number.expected) for _, number in rows],
        say("whole.col_p"): [_written_p(number) for _, number in rows],
        say("whole.col_about"): [number.n for _, number in rows],
    }
    if ties:
        columns[say("whole.col_outside")] = [number.counted for _, number in rows]
        columns[say("whole.col_of")] = [number.of for _, number in rows]
    st.dataframe(pd.DataFrame(columns), hide_index=True, height="content", key=key)


def _written(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".replace("-", "\u2212")


def _written_p(number: Found) -> str:
    if number.p is not None:
        return network_said.written_p(number.p)
    return _shared.say("whole.too_few") if number.too_few else "-"
