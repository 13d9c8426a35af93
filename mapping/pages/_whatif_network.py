"""The network under a scenario: the sentence, the numbers before and after, and the picture."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import networkx as nx
import pandas as pd
import streamlit as st

from mapping import drawing_network, network, positions
from mapping.pages import _network_picture, _shared, _whatif_steps
from mapping.pages._whatif_steps import Names, in_words
from mapping.scenario_network import Beside, Whole
from mapping.scenarios import Scenario

PICTURE, PICKED = "whatif_picture", "whatif_picked"
NAMED = 6  # names written out in a sentence before the rest is counted
SAID = 2  # steps written out in the answer before the rest is counted
READABLE = 150  # actors; with more only those concerned and their partners are drawn


def answer(scenario: Scenario, found: Beside, named: Names, *, presenting: bool) -> str:
    """Say in a sentence what the scenario does to the network."""
    say = _shared.say
    if not scenario.steps:
        return say("whatif.answer_nothing")
    said = "; ".join(in_words(one, named) for one in scenario.steps[:SAID])
    if len(scenario.steps) > SAID:
        said = say("whatif.and_more", said=said, more=len(scenario.steps) - SAID)
    lines = [say("whatif.answer_if", steps=said)]
    if not found.before.graph.number_of_edges() and not found.after.graph.number_of_edges():
        return " ".join([*lines, say("whatif.answer_no_ties")])
    for key, those in (("cut", found.cut_off), ("joined", found.joined)):
        if those:
            count = len(those)
            lines.append(
                say(f"whatif.answer_{key}_count", count=count)
                if presenting
                else say(f"whatif.answer_{key}", count=count, names=_some(those, found))
            )
    between = _between(found, presenting=presenting)
    if not found.cut_off and not found.joined and not between:
        lines.append(say("whatif.answer_whole"))
    return " ".join([*lines, *between])


def _between(found: Beside, *, presenting: bool) -> list[str]:
    """Say who needs a go-between no longer, or newly, to reach those who decide."""
    say, lines = _shared.say, []
    for key, lists in (("freed", found.freed), ("bound", found.bound)):
        if not lists:
            continue
        if presenting:
            count = len({one for those in lists.values() for one in those})
            lines.append(say(f"whatif.answer_{key}_count", count=count))
            continue
        told: dict[str, tuple[str, ...]] = {}
        for through, those in lists.items():  # in a chain the longest list holds the others
            if len(told) < SAID and not any(set(those) <= set(one) for one in told.values()):
                told[through] = those
        for through, those in told.items():
            values = {"names": _some(those, found), "through": found.names[through]}
            lines.append(say(f"whatif.answer_{key}", **values))
        if len(lists) > len(told):
            lines.append(say("whatif.answer_between_more", count=len(lists) - len(told)))
    return lines


def show(scenario: Scenario, found: Beside, named: Names, *, presenting: bool) -> None:
    """Show the picture, the numbers beside each other, and the names behind them."""
    say = _shared.say
    if found.before.graph.number_of_edges() or found.after.graph.number_of_edges():
        _picture(scenario, found, named)
    st.subheader(say("whatif.table"), anchor=False)
    st.dataframe(
        _beside(found, named, presenting=presenting),
        hide_index=True,
        height="content",
        key="whatif_table",
    )
    if presenting:
        return
    for key, those in (
        ("cut", found.cut_off),
        ("joined", found.joined),
        ("alone", _new(found.before.isolates, found.after.isolates)),
        ("no_way", _new(found.before.without_a_way, found.after.without_a_way)),
        ("way", _new(found.after.without_a_way, found.before.without_a_way)),
    ):
        if those:
            names = found.names
            st.text(say(f"whatif.list_{key}", names=", ".join(names[one] for one in those)))


def _some(those: Collection[str], found: Beside) -> str:
    names = [found.names[one] for one in those]
    if len(names) <= NAMED:
        return ", ".join(names)
    return _shared.say("whatif.and_more", said=", ".join(names[:NAMED]), more=len(names) - NAMED)


def _new(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> list[str]:
    """Name those who are in the second list and were not in the first."""
    return [one for one in after or () if one not in set(before or ())]


def _beside(found: Beside, named: Names, *, presenting: bool) -> pd.DataFrame:
    """Write the numbers of the whole before and after."""
    say = _shared.say
    rows = []
    for key, of in _ROWS.items():
        if key != "top" or not presenting:
            before, after = (of(one, named) for one in (found.before, found.after))
            rows.append((say(f"whatif.row_{key}"), before, after))
    names = [say(f"whatif.col_{one}") for one in ("what", "before", "after")]
    return pd.DataFrame(rows, columns=names)


def _share(one: Whole, _: Names) -> str:
    tied, possible = one.pairs
    share = "-" if one.density is None else f"{one.density:.1%}"
    return _shared.say("whatif.share", tied=tied, possible=possible, share=share)


def _led(one: Whole, _: Names) -> str:
    found = one.without_a_way
    return _shared.say("whatif.no_city") if found is None else str(len(found))


def _hanging(one: Whole, _: Names) -> str:
    if not one.deciding:
        return _shared.say("whatif.no_city")
    return str(len({each for those in one.hanging.values() for each in those}))


def _top(one: Whole, named: Names) -> str:
    if one.top is None:
        return _shared.say("whatif.too_few")
    return f"{named.actor(one.top)} ({one.betweenness[one.top]:.0%})"


_ROWS = {
    "actors": lambda one, _: str(len(one.graph)),
    "pairs": _share,
    "parts": lambda one, _: str(len(one.parts)),
    "isolates": lambda one, _: str(len(one.isolates)),
    "no_way": _led,
    "hanging": _hanging,
    "top": _top,
}


def _picture(scenario: Scenario, found: Beside, named: Names) -> None:
    """Draw what is and what would be in one picture, always at the same places.

    At a projector without those who are named at the desk alone.
    """
    say = _shared.say
    both: nx.DiGraph[str] = nx.compose(found.before.graph, found.after.graph)
    places = _shared.once(
        "network.places",
        "",
        lambda: positions.positions(
            network.graph_of(_shared.read("organizations"), _shared.read("ties"))
        ),
    )
    pointed = _pointed(scenario, found)
    shown = None
    if len(both) > READABLE:
        near = {
            each
            for one in _concerned(scenario, pointed)
            if one in both
            for each in network.neighbourhood(both, one)
        }
        shown = [one for one in both if one in near]
        st.text(say("whatif.picture_near", actors=len(both), shown=len(shown)))
        if not shown:
            return
    if named.presenting:
        shown = [one for one in shown or both if one in named.actors]
    spec: dict[str, Any] = drawing_network.picture(
        both, places, None, lang=_shared.lang(), shown=shown
    )
    if not named.presenting and pointed:
        spec["answers"] = pointed
        spec["legend"].append({"form": "answer", "text": say("whatif.legend_answer")})
    spec["tokens"] = _shared.tokens()
    picked = str(st.session_state.get(PICKED, ""))
    spec["selected"] = picked if picked in both else ""
    spec["place"] = drawing_network.digest(str(_shared.atlas().path))
    spec["words"]["hint"] = say("whatif.picture_hint")
    _network_picture.network_picture(
        spec, key=PICTURE, on_picked=_pick, on_joined=_join, on_tie=_choose_tie
    )


def _pick(actor: str) -> None:
    """Choose who stops by clicking it; nobody is removed before the button says so."""
    state = st.session_state
    state[PICKED] = actor
    if actor:
        state[_whatif_steps.ACTOR] = state[_whatif_steps.FROM] = actor


def _join(other: str) -> None:
    """Choose a tie between the one chosen before and this one."""
    state = st.session_state
    if state.get(PICKED) and state[PICKED] != other:
        state[_whatif_steps.WHAT] = "add_tie"
        state[_whatif_steps.FROM], state[_whatif_steps.TO] = state[PICKED], other


def _choose_tie(one: str, other: str) -> None:
    """Choose the tie that ends: the first between the two."""
    ties, state = _shared.read("ties"), st.session_state
    between = ties["from_id"].isin([one, other]) & ties["to_id"].isin([one, other])
    mine = ties.loc[between & ties["from_id"].ne(ties["to_id"]), "id"]
    if len(mine):
        state[_whatif_steps.WHAT] = "end_tie"
        state[_whatif_steps.ACTOR], state[_whatif_steps.TIE] = one, str(mine.iloc[0])


def _concerned(scenario: Scenario, pointed: list[dict[str, Any]]) -> set[str]:
    """Name those whom the steps are about, and whom they cut off."""
    ended = {step["tie"] for step in scenario.steps if step["do"] == "end_tie"}
    ties = _shared.read("ties")
    ties = ties[ties["id"].isin(ended)]
    ends = {end for one in pointed for end in (one["from"], *one["to"])}
    return ends | set(ties["from_id"]) | set(ties["to_id"])


def _pointed(scenario: Scenario, found: Beside) -> list[dict[str, Any]]:
    """Point from who is gone to whom it cuts off, and along every tie that is added."""
    pointed: list[dict[str, Any]] = []
    for gone in found.removed:
        part = next((part for part in found.before.parts if gone in part), frozenset[str]())
        mine = [one for one in found.cut_off if one in part]
        pointed.append({"from": gone, "to": mine})
    return pointed + [
        {"from": step["from"], "to": [step["to"]]}
        for step in scenario.steps
        if step["do"] == "add_tie" and found.after.graph.has_edge(step["from"], step["to"])
    ]
