"""Groups led by migrants that are not heard, and who is in the core of the network."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import networkx as nx
import pandas as pd
import streamlit as st

from mapping import inclusion
from mapping.inclusion import Share
from mapping.pages import _shared

MOST = 1000  # actors; in a larger network the core takes too long to look for on a page
CLEAR = 0.05  # below this p a difference is said to be one
SORTS = ("migrant_led", "women_led")


def answer(
    graph: nx.DiGraph[str], not_heard: pd.DataFrame, names: Mapping[str, str], *, presenting: bool
) -> list[str]:
    """Say who is not heard: one sentence a reason, the gravest first; only numbers if presenting.

    A presented answer names nobody: the organizations look on.
    """
    say = _shared.say
    groups = _led(graph)
    if not groups:
        return [say("seats.answer_no_groups")]
    if not inclusion.decision_makers(graph):
        return [say("seats.answer_no_deciders")]
    if not_heard.empty:
        return [say("seats.answer_heard", of=groups)]
    if presenting:
        none = not_heard["through"].map(len).eq(0).sum()
        return [
            say("seats.answer_counts", of=groups, none=int(none), one=int(len(not_heard) - none))
        ]
    found = []
    for reason in inclusion.REASONS:
        mine = not_heard[not_heard["reason"] == reason]
        if mine.empty:
            continue
        if reason == inclusion.ONE_CONTACT:  # most of all: one name for many would mislead
            found.append(say("seats.answer_one_contact", count=len(mine)))
            continue
        first = mine.iloc[0]
        through = ", ".join(names[one] for one in first["through"])
        blanks = {"through": through} if through else {}
        sentence = say(f"seats.answer_{reason}", name=names[first["group"]], **blanks)
        more = len(mine) - 1
        found.append(say("seats.answer_more", sentence=sentence, more=more) if more else sentence)
    return found


def _led(graph: nx.DiGraph[str]) -> int:
    return sum(about.get("migrant_led") is True for about in graph.nodes.values())


def show(
    graph: nx.DiGraph[str],
    not_heard: pd.DataFrame,
    names: Mapping[str, str],
    *,
    presenting: bool,
    query: dict[str, str],
) -> None:
    """List who is not heard, each with whom to call; only how many if presenting."""
    say = _shared.say
    st.subheader(say("seats.groups"), anchor=False)
    st.text(say("seats.groups_about", listed=len(not_heard), of=_led(graph)))
    unknown = sum(about.get("migrant_led") is None for about in graph.nodes.values())
    if unknown:
        st.text(say("seats.groups_unknown", count=unknown))
    if presenting:
        counts = not_heard["reason"].value_counts()
        lines = [
            say("seats.reason_count", reason=say(f"seats.reason_{one}"), count=int(counts[one]))
            for one in inclusion.REASONS
            if one in counts
        ]
        st.text("\n".join(lines))
    elif not not_heard.empty:
        actors = _shared.read("organizations").set_index("id")
        contacts = actors["public_contact"].dropna().astype(str).to_dict()
        with st.container(key="judged_not_heard"):
            st.dataframe(
                pd.DataFrame([_row(one, names, contacts) for one in not_heard.to_dict("records")]),
                hide_index=True,
                height="content" if len(not_heard) <= 10 else 400,
                key="seats_not_heard",
            )
    with st.container(horizontal=True, key="seats_links"):
        _shared.link("network", say("seats.go_network"), **query)
        _shared.link("introduce", say("seats.go_introduce"), **query)


def _row(
    one: Mapping[Any, Any], names: Mapping[str, str], contacts: Mapping[Hashable, str]
) -> dict[str, str]:
    say = _shared.say
    nobody = say("seats.contact_none")
    women = {True: "women_yes", False: "women_no", None: "women_unknown"}[one["women_through"]]
    call = one["call"]
    return {
        say("seats.col_group"): names[one["group"]],
        say("seats.col_reason"): say(f"seats.reason_{one['reason']}"),
        say("seats.col_through"): ", ".join(names[other] for other in one["through"]),
        say("seats.col_call"): say("seats.call_nobody") if call is None else names[call],
        say("seats.col_contact"): "" if call is None else contacts.get(call, nobody),
        say("seats.col_call_why"): "" if call is None else say(f"seats.call_{one['call_why']}"),
        say("seats.col_women"): say(f"seats.{women}") if one["through"] else "",
    }


def core(graph: nx.DiGraph[str], members: frozenset[str] | None) -> None:
    """Say which share of the core is led by migrants, and by women, beside the whole.

    ``members`` is ``None`` where the network has no clear core.
    """
    say = _shared.say
    st.subheader(say("seats.core"), anchor=False)
    if members is None:
        few = inclusion.share(graph, core=(), attribute=SORTS[0]).too_few
        if len(graph) > MOST:
            st.text(say("seats.core_large", most=f"{MOST:,}"))
        elif few in ("actors", "ties"):
            st.text(say(f"seats.core_few_{few}"))
        else:
            st.text(say("seats.core_none"))
        return
    tests = 0
    for sort in SORTS:
        found = inclusion.share(graph, core=members, attribute=sort)
        tests += found.p is not None
        st.text(
            say(
                "seats.core_line",
                sort=say(f"seats.core_{sort}"),
                in_core=found.in_core,
                core=found.core,
                in_all=found.in_all,
                all=found.all,
                chance=_chance(found),
            )
        )
        if found.unknown_all:
            st.text(say("seats.core_unknown", core=found.unknown_core, all=found.unknown_all))
    st.text(say("seats.core_tests", count=tests))


def _chance(found: Share) -> str:
    say = _shared.say
    if found.p is None or found.expected is None:
        return say(f"seats.core_few_{found.too_few}")
    key = "core_as_chance"
    if found.p < CLEAR:
        key = "core_fewer" if found.in_core < found.expected else "core_more"
    p = "< 0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return say(f"seats.{key}", expected=f"{found.expected:.1f}", p=p)
