"""Groups of actors in a picture of the network: each a number and a shade, never a shade alone.

A number is read from any place and copied in black and white; the shade only helps the eye to
gather what belongs together. A legend names both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd

from mapping.words import say

ATTRIBUTES: Final = ("led", "sector", "kind", "women_led", "community", "core_edge", "confirmed")
MEASURES: Final = ("betweenness", "degree", "strength", "effective_size", "constraint", "core")
SHADES: Final = 8  # tokens group_0 to group_7; with more groups shades repeat, numbers never do
STEPS: Final = 5
FRESH_MONTHS: Final = 12
_MOST: Final = 12  # groups that are numbered; the smaller ones are "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group in the legend: its sign, its shade (the name of a colour), what it is."""

    mark: str
    fill: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Which group each actor is in; ``None`` is unknown or undefined, with a legend of its own."""

    of: Mapping[str, int | None]
    groups: Sequence[Group]
    unknown: str


def grouped(
    graph: nx.DiGraph[str],
    by: str,
    measures: pd.DataFrame,
    *,
    confirmed: Mapping[str, str | None],
    lang: str,
    core: Collection[str] | None = None,
) -> Groups | None:
    """Put actors into groups by an attribute, or into five steps by a measure.

    Parameters
    ----------
    graph
        As :func:`mapping.network.graph_of` makes it.
    by
        Of ``ATTRIBUTES`` or ``MEASURES``; ``led`` is what the frames say already and gives
        ``None``.
    measures
        As :func:`mapping.network.measures` gives them for the graph.
    confirmed
        As :func:`freshness` gives it; for ``confirmed``.
    lang
        Language of the legend.
    core
        Who is in the core, for ``core_edge``; ``None`` where there is no clear one.
    """
    if by == "led":
        return None
    if by in MEASURES:
        return _steps(graph, by, measures, lang)
    if by == "community":
        return _found(graph, measures, lang)
    if by == "confirmed":
        return _told(graph, confirmed.get, _fresh_words, lang)
    if by == "core_edge":
        return _told(graph, lambda node: _edge(node, core), _fresh_words, lang)
    words: dict[str, Callable[[Any, str], str]] = {
        "sector": lambda code, tongue: say(f"sector.{code}", tongue),
        "kind": lambda code, tongue: say(f"actor_kind.{code}", tongue),
        "women_led": lambda yes, tongue: say(f"network.women_led_{'yes' if yes else 'no'}", tongue),
    }
    return _told(graph, lambda node: graph.nodes[node].get(by), words[by], lang)


def freshness(ties: pd.DataFrame, *, day: date) -> dict[str, str | None]:
    """Say of every actor with ties whether one of them was confirmed within twelve months.

    Parameters
    ----------
    ties
        Table ``ties``, only those that count.
    day
        Day from which that is counted back.

    Returns
    -------
    found
        By actor: ``fresh``, ``old``, or ``None`` where nobody ever confirmed one.
    """
    ends = pd.concat(
        [
            ties[[end, "last_confirmed"]].rename(columns={end: "actor"})
            for end in ("from_id", "to_id")
        ]
    )
    latest = pd.to_datetime(ends["last_confirmed"]).groupby(ends["actor"]).max()
    since = pd.Timestamp(day) - pd.DateOffset(months=FRESH_MONTHS)
    fresh = set(latest.index[latest >= since])
    known = set(latest.index[latest.notna()])
    return {
        str(one): "fresh" if one in fresh else "old" if one in known else None
        for one in latest.index
    }


def _told(
    graph: nx.DiGraph[str],
    value: Callable[[str], Any],
    word: Callable[[Any, str], str],
    lang: str,
) -> Groups:
    """Give the values that occur numbers, the most frequent first."""
    values = {node: value(node) for node in graph}
    counts = pd.Series([one for one in values.values() if one is not None], dtype=object)
    sizes = counts.value_counts()
    order = sorted(sizes.index, key=lambda one: (-int(sizes[one]), str(one)))
    number = {one: i for i, one in enumerate(order)}
    groups = [
        Group(
            mark=str(i + 1),
            fill=f"group_{i % SHADES}",
            text=word(one, lang),
        )
        for i, one in enumerate(order)
    ]
    return Groups(
        of={node: number.get(one) for node, one in values.items()},
        groups=groups,
        unknown=say("network.group_unknown", lang),
    )


def _edge(node: str, core: Collection[str] | None) -> str | None:
    """Say on which side of the core somebody is; nothing where there is none."""
    if core is None:
        return None
    return "core" if node in core else "edge"


def _fresh_words(code: str, lang: str) -> str:
    return say(f"network.group_{code}", lang)


def _found(graph: nx.DiGraph[str], measures: pd.DataFrame, lang: str) -> Groups:
    """Give the groups found in the ties numbers; who has no ties is in none."""
    tied = measures.loc[measures["degree"] > 0, "community"].astype(int)
    community = {str(node): int(one) for node, one in tied.items()}
    sizes = Counter(community.values())
    kept = sorted(sizes, key=lambda one: (-sizes[one], one))[:_MOST]
    number = {one: i for i, one in enumerate(kept)}
    groups = [
        Group(
            mark=str(i + 1),
            fill=f"group_{i % SHADES}",
            text=say("network.group_found", lang, number=i + 1),
        )
        for i, one in enumerate(kept)
    ]
    return Groups(
        of={node: number.get(community.get(node, -1)) for node in graph},
        groups=groups,
        unknown=say("network.group_none", lang),
    )


def _steps(graph: nx.DiGraph[str], by: str, measures: pd.DataFrame, lang: str) -> Groups:
    """Cut a measure into steps of as many actors each; the same value is always the same step."""
    tied = measures["degree"] > 0
    known = measures.loc[tied, by].dropna().astype(float)
    if known.empty:
        none: Mapping[str, int | None] = dict.fromkeys(graph)
        return Groups(of=none, groups=[], unknown=say("network.not_connected", lang))
    values = np.unique(known)
    if len(values) > STEPS:
        values = np.unique(np.quantile(known, np.linspace(0, 1, STEPS + 1)))[1:]
    edges = values[:-1]  # ends of steps, included
    step = {str(node): int(np.searchsorted(edges, value)) for node, value in known.items()}
    used = sorted(set(step.values()))
    number = {one: i for i, one in enumerate(used)}
    groups = []
    for one in used:
        inside = [value for node, value in known.items() if step[str(node)] == one]
        groups.append(
            Group(
                mark=str(number[one] + 1),
                fill=f"gap_{number[one]}",
                text=_span(by, min(inside), max(inside)),
            )
        )
    return Groups(
        of={node: number[step[node]] if node in step else None for node in graph},
        groups=groups,
        unknown=say("network.not_connected", lang),
    )


def _span(by: str, least: float, most: float) -> str:
    """Write from where to where a step goes."""
    low, high = (written(by, one) for one in (least, most))
    return low if low == high else f"{low} - {high}"


def written(measure: str, value: float) -> str:
    """Write a measure: a share as per cent, a count as a whole number, else two digits.

    Examples
    --------
    >>> written("betweenness", 0.125), written("degree", 3.0), written("constraint", 0.5)
    ('12.5%', '3', '0.50')
    """
    if measure == "betweenness":
        return f"{value:.1%}"
    if measure in {"degree", "strength", "core", "community"}:
        return f"{value:.0f}"
    return f"{value:.2f}"
