"""The chosen actor on the page Network, and what is recorded between it and a second one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mapping.pages import _network_asked, _network_measures, _numbers, _shared
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import Found, partners

WORDED = ("participation", "cooperation")  # codes of closed lists that have words
WRITTEN = ("gives", "needs")  # in the organizations' own words
DAYS = ("since", "until", "last_confirmed")


def chosen_actor(
    found: Found, chosen: Chosen, names: dict[str, str], ties: pd.DataFrame
) -> str | None:
    """Say what is recorded about the chosen actor, and about its ties with another.

    Parameters
    ----------
    found, chosen, names
        What the page found, what its controls say, what everybody is called.
    ties
        Table ``ties``: also those that do not count now.

    Returns
    -------
    other
        The second actor, if there is one.
    """
    actor = chosen.actor
    if actor is None:
        return None
    say = _shared.say
    with st.container(key="network_chosen", border=True):
        if actor not in found.graph:
            st.text(say("network.chosen_hidden", name=names[actor]))
        else:
            st.text(_told(found, chosen, actor, names))
            if not chosen.presenting:
                _network_measures.one(
                    found.graph,
                    actor,
                    (chosen.counted, chosen.shown),
                    measures=found.measures,
                    go_betweens=found.go_betweens,
                    names={one: _numbers.apart(name) for one, name in names.items()},
                )
        other = _second(found, actor, names)
        if other is not None:
            _between(actor, other, found, names, ties)
            if not chosen.presenting:
                _network_asked.close_when_written(actor, other)
                st.toggle(say("network.make_tie"), key=_network_asked.MAKING)
        st.button(
            say("network.clear"), key="network_clear", on_click=_network_asked.choose, args=("",)
        )
    return other


def _told(found: Found, chosen: Chosen, actor: str, names: dict[str, str]) -> str:
    """Say how many partners it has; what its loss would mean only where nobody looks on."""
    say = _shared.say
    those = partners(found.graph, actor)
    cut = found.cut_points.set_index("actor")["cut_off"]
    if not those:
        detail = say("network.chosen_untied")
    elif chosen.presenting:
        detail = ""
    elif actor in cut.index:
        detail = say("network.chosen_cut", names=", ".join(names[one] for one in cut[actor]))
    else:
        detail = say("network.chosen_safe")
    return say("network.chosen", name=names[actor], partners=len(those), detail=detail).strip()


def _second(found: Found, actor: str, names: dict[str, str]) -> str | None:
    """Ask for a second actor, partners first: by name, so that keys can do what two clicks do."""
    say = _shared.say
    those = partners(found.graph, actor) if actor in found.graph else set()
    others = sorted(set(names) - {actor}, key=lambda one: (one not in those, names[one].casefold()))
    if st.session_state.get(_network_asked.OTHER) not in {None, *others}:
        st.session_state[_network_asked.OTHER] = None
    return st.selectbox(
        say("network.other"),
        others,
        index=None,
        format_func=names.__getitem__,
        placeholder=say("network.actor_none"),
        help=say("network.other_help"),
        key=_network_asked.OTHER,
        bind="query-params",
    )


def _between(one: str, two: str, found: Found, names: dict[str, str], ties: pd.DataFrame) -> None:
    """List the ties between two actors, each with all that is recorded of it."""
    say = _shared.say
    counted = _of_pair(found.ties, one, two)
    every = _of_pair(ties, one, two)
    if counted.empty:
        st.text(say("network.pair_none", one=names[one], two=names[two]))
    for row in counted.to_dict("records"):
        with st.container(key=f"network_tie_{row['id']}"):
            st.text(told(row, names))
    if len(every) > len(counted):
        st.text(say("network.pair_not_counted", count=len(every) - len(counted)))


def _of_pair(ties: pd.DataFrame, one: str, two: str) -> pd.DataFrame:
    there = ties["from_id"].isin([one, two]) & ties["to_id"].isin([one, two])
    return ties[there & (ties["from_id"] != ties["to_id"])]


def told(row: dict[Any, Any], names: dict[str, str]) -> str:
    """Say everything that is recorded of one tie; what is unknown is left out, or said to be.

    Parameters
    ----------
    row
        Row of table ``ties``.
    names
        What each actor is called.
    """
    say = _shared.say
    way = "mutual" if row["direction"] == "mutual" else "directed"
    lines = [
        say(
            f"network.tie_{way}",
            one=_numbers.apart(names[row["from_id"]]),
            two=_numbers.apart(names[row["to_id"]]),
            kind=say(f"tie_kind.{row['kind']}"),
        )
    ]
    parts = []
    strength = row["strength"]
    parts.append(
        say(
            "network.tie_strength_unknown"
            if pd.isna(strength)
            else f"network.tie_strength_{int(strength)}"
        )
    )
    parts += [
        say(f"network.tie_{name}", value=say(f"{name}.{row[name]}"))
        for name in WORDED
        if _known(row.get(name))
    ]
    lines.append("; ".join(parts))
    lines += [
        say(f"network.tie_{name}", value=str(row[name]))
        for name in WRITTEN
        if _known(row.get(name))
    ]
    days = [
        say(f"network.tie_{name}", date=pd.Timestamp(row[name]).date().isoformat())
        for name in DAYS
        if _known(row.get(name))
    ]
    if days:
        lines.append("; ".join(days))
    lines.append(_confirmed(row))
    return "\n".join(lines)


def _confirmed(row: dict[Any, Any]) -> str:
    """Say whether both, one or neither of the two said so, and who told it."""
    say = _shared.say
    number: Any = row.get("confirmed_by")
    how_many = int(number) if _known(number) else 0
    sentence = say(f"network.tie_confirmed_{how_many}")
    if _known(row.get("says_who")):
        told_by = say("network.tie_says_who", who=say(f"says_who.{row['says_who']}"))
        sentence = f"{sentence}; {told_by}"
    return sentence


def _known(value: Any) -> bool:  # noqa: ANN401 - a cell of a table
    return not (value is None or value == "" or pd.isna(value))
