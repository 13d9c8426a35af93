"""Actors on both sides and what they share in the middle: categories of services, or communities.

Led by migrants stand on the one side and everybody else on the other: a thing in the middle that
has lines to one side only is offered, or spoken, by that side alone. The description is that of
:func:`mapping.drawing_network.picture`, so the same hands draw it and the same keys walk it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import networkx as nx
import pandas as pd

from mapping.drawing_groups import Groups
from mapping.drawing_network import digest, form, legend_of, pictogram
from mapping.words import direction, say, sentences

ROW: Final = 23  # pixels from one actor to the next
_FOOT: Final = 44
_TURNS: Final = 8
LEFT, MIDDLE, RIGHT = "left", "middle", "right"
WIDTHS: Final = {"of": 3.0, "staff": 1.8, "interpreter": 1.2, "material": 0.8, "some": 0.8}


def two_mode(
    graph: nx.DiGraph[str],
    table: pd.DataFrame,
    *,
    about: str,
    lang: str,
    groups: Groups | None = None,
) -> dict[str, Any]:
    """Describe the picture: actors left and right, things in the middle, lines between.

    Parameters
    ----------
    graph
        As :func:`mapping.network.graph_of` makes it: names and forms of the actors.
    table
        ``actor``, ``other`` (a code) and ``number`` or ``how``, see :mod:`mapping.two_mode`.
        Actors that are not in it are not drawn.
    about
        ``offers``: codes are categories; ``serves``: they are communities by language.
    lang
        Language of the words.
    groups
        As for :func:`mapping.drawing_network.picture`.

    Returns
    -------
    spec
        As that of :func:`mapping.drawing_network.picture`; besides ``columns`` (true), ``high``
        (pixels) and, for a node, ``side`` (left, middle, right), ``thing`` (not an actor).
        Things have the identifiers that :func:`thing_id` gives.
    """
    is_rtl = direction(lang) == "rtl"
    rows = table[table["actor"].isin(list(graph))]
    actors = [node for node in graph if node in set(rows["actor"])]
    things = sorted(set(rows["other"]), key=lambda one: (word(about, one, lang).casefold(), one))
    order = _ordered(graph, actors, things, rows)
    longest = max(len(order[LEFT]), len(order[RIGHT]), round(len(things) * 1.7), 8)
    nodes: list[dict[str, Any]] = []
    for side, x in ((LEFT, 0.0), (MIDDLE, 0.5), (RIGHT, 1.0)):
        members = order[side]
        for number, one in enumerate(members):
            y = (number + 0.5) / len(members)
            nodes.append(
                {"x": x, "y": round(y, 5), "side": side, "tied": True}
                | (
                    _thing(about, one, rows, lang)
                    if side == MIDDLE
                    else _actor(graph, one, rows, lang) | _mark(one, groups)
                )
            )
    number_of = {node["id"]: i for i, node in enumerate(nodes)}
    for rank, node in enumerate(sorted(nodes, key=lambda node: (-node["r"], node["y"]))):
        node["rank"] = rank
    ties = [
        [number_of[row["actor"]], number_of[thing_id(row["other"])], _width(row), 2]
        for row in rows.to_dict("records")
    ]
    spec: dict[str, Any] = {"nodes": nodes, "ties": ties, "rtl": is_rtl, "columns": True}
    spec["high"] = longest * ROW + _FOOT
    spec["words"] = {
        name: say(f"network.picture_{name}", lang)
        for name in ("untied", "closer", "further", "whole")
    } | {
        "picture": say(f"network.{about}_picture", lang),
        "hint": say("network.two_mode_hint", lang),
        "left": say("network.side_others", lang),
        "right": say("network.form_round", lang),
    }
    spec["legend"] = [
        *({"form": one, "text": say(f"network.legend_{one}", lang)} for one in _forms(nodes)),
        *_lines(about, rows, lang),
        *legend_of(groups, set(actors)),
    ]
    spec["key"] = digest(spec)
    spec["view"] = digest([about, sorted(number_of)])
    return spec


def thing_id(code: str) -> str:
    """Give the identifier of what is not an actor: no actor's identifier begins like it.

    Examples
    --------
    >>> thing_id("health"), code_of(thing_id("health")), code_of("some-actor")
    ('::health', 'health', None)
    """
    return f"::{code}"


def code_of(identifier: str) -> str | None:
    """Give the code behind the identifier of a thing; ``None`` for an actor."""
    return identifier[2:] if identifier.startswith("::") else None


def table_of(graph: nx.DiGraph[str], table: pd.DataFrame, *, about: str, lang: str) -> pd.DataFrame:
    """Write the same as a table: one row a category or community, and who has to do with it.

    Parameters
    ----------
    graph, table, about, lang
        As for :func:`two_mode`.
    """
    rows = table[table["actor"].isin(list(graph))]
    names = {node: str(graph.nodes[node].get("name") or node) for node in graph}
    written: list[tuple[str, int, int, str]] = []
    for code, part in rows.groupby("other", sort=True):
        members = list(part["actor"])
        led = [one for one in members if graph.nodes[one].get("migrant_led") is True]
        listed = sorted((names[one] for one in members), key=str.casefold)
        written.append((word(about, str(code), lang), len(members), len(led), ", ".join(listed)))
    written.sort(key=lambda row: (-row[1], row[0]))
    columns = (
        f"network.{about}_thing",
        "network.col_number",
        "network.col_led",
        f"network.{about}_who",
    )
    return pd.DataFrame(written, columns=[say(one, lang) for one in columns])


def _ordered(
    graph: nx.DiGraph[str], actors: Sequence[str], things: Sequence[str], rows: pd.DataFrame
) -> dict[str, list[str]]:
    """Order every side by where its lines lead, so that few of them cross; always the same."""
    of_actor = {str(one): set(part["other"]) for one, part in rows.groupby("actor")}
    of_thing = {str(one): set(part["actor"]) for one, part in rows.groupby("other")}
    is_right = {one: graph.nodes[one].get("migrant_led") is True for one in actors}
    sides = {
        LEFT: [one for one in actors if not is_right[one]],
        RIGHT: [one for one in actors if is_right[one]],
    }
    middle = list(things)
    for _ in range(_TURNS):
        height = {one: i / max(len(middle), 1) for i, one in enumerate(middle)}
        at: dict[str, float] = {}
        for side, members in sides.items():
            sides[side] = sorted(members, key=lambda one: _mean(of_actor[one], height))
            at |= {one: i / len(members) for i, one in enumerate(sides[side])}
        middle.sort(key=lambda one: _mean(of_thing[one], at))
    return {**sides, MIDDLE: middle}


def _mean(those: set[str], height: dict[str, float]) -> float:
    return sum(sorted(height[one] for one in those)) / len(those)


def _actor(graph: nx.DiGraph[str], one: str, rows: pd.DataFrame, lang: str) -> dict[str, Any]:
    about = graph.nodes[one]
    frame = form(graph, one)
    return {
        "id": one,
        "name": str(about.get("name") or one),
        "said": say(
            "network.two_mode_said",
            lang,
            name=str(about.get("name") or one),
            form=say(f"network.form_{frame}", lang),
            number=int((rows["actor"] == one).sum()),
        ),
        "r": 9.0,
        "form": frame,
        "picture": None,
        "thing": False,
    }


def _mark(one: str, groups: Groups | None) -> dict[str, str]:
    """Give number and shade of an actor's group, as in the picture of the ties."""
    if groups is None:
        return {}
    number = groups.of.get(one)
    if number is None:
        return {"sign": "?", "fill": ""}
    return {"sign": groups.groups[number].mark, "fill": groups.groups[number].fill}


def _thing(about: str, code: str, rows: pd.DataFrame, lang: str) -> dict[str, Any]:
    named = word(about, code, lang)
    number = int((rows["other"] == code).sum())
    node = {
        "id": thing_id(code),
        "name": f"{named} ({number})",
        "said": say(f"network.{about}_said", lang, name=named, number=number),
        "r": 15.0,
        "form": "thing",
        "picture": pictogram(f"category.{code}") if about == "offers" else None,
        "thing": True,
    }
    return node if about == "offers" else node | {"sign": code, "fill": "sunk"}


def word(about: str, code: str, lang: str) -> str:
    """Name a category or a language; a language without a word of ours by its tag.

    Parameters
    ----------
    about, code, lang
        As for :func:`two_mode`.
    """
    if about == "offers":
        return say(f"category.{code}", lang)
    return say(f"tongue.{code}", lang) if f"tongue.{code}" in sentences(lang) else code


def _width(row: dict[Any, Any]) -> float:
    """Draw more services thicker, and a community's own group thickest."""
    if "how" in row:
        return WIDTHS[str(row["how"])]
    return min(0.8 + 0.7 * float(row["number"]), 4.0)


def _forms(nodes: Sequence[dict[str, Any]]) -> list[str]:
    there = {node["form"] for node in nodes}
    return [one for one in ("round", "square", "city", "unknown") if one in there]


def _lines(about: str, rows: pd.DataFrame, lang: str) -> list[dict[str, Any]]:
    """Explain what the width of a line says."""
    if about == "offers":
        return [{"form": "line", "width": 2.2, "text": say("network.legend_services", lang)}]
    there = [one for one in WIDTHS if one in set(rows["how"])]
    return [
        {"form": "line", "width": WIDTHS[one], "text": say(f"network.legend_how_{one}", lang)}
        for one in there
    ]
