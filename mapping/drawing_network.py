"""The picture of the network: tables in, a plain description out that any surface can draw.

Shape before colour: led by migrants is round and violet, other organizations are square in ink,
the city is a filled square, and a hatched square says that nobody knows who leads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

import networkx as nx
import pandas as pd

from mapping import pictograms
from mapping.drawing_groups import Group, Groups
from mapping.positions import gap
from mapping.words import direction, say

WIDTH = 1200  # radii and widths of lines are meant for a picture this wide
FORMS = ("round", "square", "city", "unknown")


def picture(
    graph: nx.DiGraph[str],
    places: pd.DataFrame,
    sizes: pd.Series[Any] | None,
    *,
    lang: str,
    shown: Collection[str] | None = None,
    groups: Groups | None = None,
) -> dict[str, Any]:
    """Describe the picture: nodes, ties, legend and words, ready for JSON.

    Parameters
    ----------
    graph
        As :func:`mapping.network.graph_of` makes it.
    places
        As :func:`mapping.positions.positions` gives them, at least for all actors of the graph.
    sizes
        A measure by actor: the larger, the larger the sign, and the earlier its name is written.
        Undefined is smallest. ``None``: all signs are equally large.
    lang
        Language of the words.
    shown
        Actors to draw; ``None`` draws all.
    groups
        Number and shade of each actor, as :func:`mapping.drawing_groups.grouped` gives them; with
        them a sign holds its number instead of a pictogram.

    Returns
    -------
    spec
        ``nodes`` in reading order (``id``, ``name``, ``said``, ``x``, ``y`` in [0, 1], ``r`` in
        units of a picture 1200 wide, ``form``, ``tied``, ``rank``, ``picture``; with
        groups ``sign``, a text, and ``fill``, the name of a colour or ``""``: unknown); ``ties``
        as ``[from, to, width, ways]`` by number of the node, ``ways`` 1 (an arrow) or 2;
        ``legend``, ``words``, ``rtl``; ``view`` changes with the actors shown, ``key`` with
        anything. Who draws it adds ``answers`` (each ``from`` and ``to``: an actor that a
        sentence names and those who hang on it; may be absent), ``tokens`` (colours by name),
        ``selected`` (an id or ``""``: it and its partners in full ink, the others faded), ``tie``
        (two ids: that tie stands out) and ``centre`` (``id`` and ``turn``: moved to the middle
        whenever ``turn`` is another number).
    """
    wanted = None if shown is None else set(shown)
    chosen = [node for node in graph if wanted is None or node in wanted]
    is_rtl = direction(lang) == "rtl"
    order = _reading_order(places.loc[chosen], rtl=is_rtl)
    weights = _weights(graph, sizes).reindex(order)
    radius = _radii(weights, most=gap(len(places)) * WIDTH / 2 - 1, equal=sizes is None)
    by_size = weights.fillna(-1.0).sort_values(ascending=False, kind="stable")
    rank = {node: i for i, node in enumerate(by_size.index)}
    forms = {node: form(graph, node) for node in order}
    place = places.loc[order, ["x", "y", "tied"]].itertuples(index=False)
    nodes = [
        {
            "id": node,
            "name": str(graph.nodes[node].get("name") or node),
            "said": _said(graph, node, forms[node], lang),
            "x": round(float(x), 5),
            "y": round(float(y), 5),
            "r": round(radius[node], 2),
            "form": forms[node],
            "tied": bool(tied),
            "rank": rank[node],
            "picture": pictogram(f"actor_kind.{graph.nodes[node].get('kind')}"),
            **_grouped(node, groups),
        }
        for node, (x, y, tied) in zip(order, place, strict=True)
    ]
    spec: dict[str, Any] = {"nodes": nodes, "ties": _ties(graph, order), "rtl": is_rtl}
    spec["words"] = {
        name: say(f"network.picture_{name}", lang)
        for name in ("picture", "untied", "closer", "further", "whole", "hint")
    }
    spec["legend"] = [
        *_legend(set(forms.values()), spec["ties"], lang, sized=sizes is not None),
        *legend_of(groups, set(order)),
    ]
    spec["key"] = digest(spec)
    spec["view"] = digest(sorted(order))  # not the reading order: another language keeps the zoom
    return spec


def _weights(graph: nx.DiGraph[str], sizes: pd.Series[Any] | None) -> pd.Series[Any]:
    """Give what decides whose name is written first: the sizes, else how many ties."""
    if sizes is not None:
        return sizes
    return pd.Series({node: float(graph.degree(node)) for node in graph}, dtype=float)


def _grouped(node: str, groups: Groups | None) -> dict[str, str]:
    """Give number and shade of an actor's group; unknown is a question without a shade."""
    if groups is None:
        return {}
    number = groups.of.get(node)
    if number is None:
        return {"sign": "?", "fill": ""}
    group = groups.groups[number]
    return {"sign": group.mark, "fill": group.fill}


def legend_of(groups: Groups | None, drawn: Collection[str]) -> list[dict[str, str]]:
    """Explain the groups that are in a picture, each with how many of the actors drawn it has.

    Parameters
    ----------
    groups
        As for :func:`picture`.
    drawn
        The actors in the picture.
    """
    if groups is None:
        return []
    there = [number for node, number in groups.of.items() if node in drawn]
    lines = [
        _group_line(group, there.count(i)) for i, group in enumerate(groups.groups) if i in there
    ]
    if None in there:
        unknown = Group(mark="?", fill="", text=groups.unknown)
        lines.append(_group_line(unknown, there.count(None)))
    return lines


def _group_line(group: Group, number: int) -> dict[str, str]:
    text = f"{group.text} ({number})"
    return {"form": "group", "mark": group.mark, "fill": group.fill, "text": text}


def _reading_order(places: pd.DataFrame, *, rtl: bool) -> list[str]:
    """Order actors line by line, as somebody reads who goes through them by keys."""
    line = (places["y"] * 10).round()
    along = -places["x"] if rtl else places["x"]
    return [
        str(one)
        for one in pd.DataFrame({"line": line, "x": along}).sort_values(["line", "x"]).index
    ]


def _radii(sizes: pd.Series[Any], *, most: float, equal: bool) -> dict[str, float]:
    """Make areas grow with the measure, from a least size that can still be hit."""
    if equal:
        return {str(node): min(most, 15.0) for node in sizes.index}
    largest = sizes.max()
    share = (sizes / largest).clip(lower=0).fillna(0.0) if largest > 0 else sizes.fillna(0.0) * 0
    top = min(most, 21.0)
    least = top * 0.5
    return {str(node): least + (top - least) * float(one) ** 0.5 for node, one in share.items()}


def form(graph: nx.DiGraph[str], node: str) -> str:
    """Give the frame of an actor, one of ``FORMS``: a meaning before it has a colour."""
    about = graph.nodes[node]
    if about.get("migrant_led") is True:
        return "round"
    if about.get("city") is True:
        return "city"
    return "unknown" if about.get("migrant_led") is None else "square"


def _said(graph: nx.DiGraph[str], node: str, frame: str, lang: str) -> str:
    """Say a node to somebody who listens: name, what it is, how many partners."""
    return say(
        "network.node_said",
        lang,
        name=str(graph.nodes[node].get("name") or node),
        form=say(f"network.form_{frame}", lang),
        partners=len(set(nx.all_neighbors(graph, node)) - {node}),
    )


def pictogram(code: str) -> list[Any] | None:
    """Give width, height and path of the pictogram of a code such as ``actor_kind.ngo``, if any."""
    return list(pictograms.picture(code)) if code in pictograms.PICTURES else None


def _ties(graph: nx.DiGraph[str], order: list[str]) -> list[list[float]]:
    """Join the two directions between the same actors into one line."""
    number = {node: i for i, node in enumerate(order)}
    drawn = []
    for tail, head, strength in graph.edges(data="strength", default=1.0):
        if tail not in number or head not in number or tail == head:
            continue
        back = graph.has_edge(head, tail)
        if back and number[tail] > number[head]:
            continue  # drawn with the other direction
        other = graph.edges[head, tail].get("strength", 1.0) if back else 0.0
        width = round(min(0.6 + 0.6 * float(max(strength, other)), 4.2), 2)
        drawn.append([number[tail], number[head], width, 2 if back else 1])
    return drawn


def _legend(
    forms: set[str], ties: list[list[float]], lang: str, *, sized: bool
) -> list[dict[str, str]]:
    """Explain only the signs that are in the picture."""
    signs = [one for one in FORMS if one in forms]
    ways = {tie[3] for tie in ties}
    signs += ["one_way"] * (1 in ways) + ["both_ways"] * (2 in ways) + ["size"] * sized
    return [{"form": sign, "text": say(f"network.legend_{sign}", lang)} for sign in signs]


def digest(content: object) -> str:
    """Name a content by its hash."""
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()
