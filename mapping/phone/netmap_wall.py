"""What the wall shows of a round of Net-Map: its stage, then links and ranks once revealed.

Groups of fewer than five people are put together or left out before anything is worked out
(:mod:`layers.netmap_ranks`), and names are those the facilitator has let in.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import networkx as nx
import pandas as pd

from layers import netmap, netmap_ranks
from layers.netmap import Round
from layers.room import Room
from layers.room_session import Session
from mapping.positions import positions

MOST_ROWS = 12  # legible at ten metres


def shown(room: Room, session: Session) -> dict[str, Any] | None:
    """Give what the wall shows of a session's round; None where it shows the map.

    Returns
    -------
    net
        ``what`` (stage, links or towers), ``question``, ``kind`` (the one asked now, "" where none
        is); for links ``nodes`` (name, x, y in [0, 1] of a picture 3 wide and 2 high, form) and
        ``kinds``, each with its ties as ``[from, to, ways, groups]``; for towers ``groups`` and
        ``rows`` of name, ranks and difference.
    """
    found = netmap.round_of(room, session.id)
    if found is None or found.wall == "off":
        return None
    told = {
        "what": found.wall,
        "question": found.question,
        "kind": found.kind if found.stage == "links" else "",
        "stage": found.stage,
    }
    if found.wall == "links":
        return told | picture(found, netmap.links(room, session.id))
    if found.wall == "towers":
        return told | ranking(found, netmap.towers(room, session.id))
    return told


def picture(found: Round, links: pd.DataFrame) -> dict[str, Any]:
    """Draw the links of all groups that may be shown, kind by kind on the same places."""
    links = links[links["state"] == "shown"]
    said = [one for one in found.groups if one.party in set(links["party"])]
    unit_of = {party: unit.name for unit in netmap_ranks.units(said) for party in unit.parties}
    links = links[links["party"].isin(unit_of)]
    pairs = frozenset(zip(links["one"], links["other"], strict=True))
    tied = sorted({actor for pair in pairs for actor in pair})
    places = _places(tuple(tied), pairs)
    named = {one.id: one for one in found.shown}
    number = {actor: at for at, actor in enumerate(tied)}
    kinds = []
    for kind in found.kinds[: found.opened]:
        ties: dict[tuple[int, int], tuple[set[bool], set[str]]] = {}
        for row in links[links["kind"] == kind].to_dict("records"):
            one, other = number[row["one"]], number[row["other"]]
            ways, units = ties.setdefault((min(one, other), max(one, other)), (set(), set()))
            ways.update({True, False} if row["mutual"] else {bool(one < other)})
            units.add(unit_of[row["party"]])
        kinds.append(
            {
                "kind": kind,
                "ties": [
                    [*(pair if True in ways else pair[::-1]), len(ways), len(units)]
                    for pair, (ways, units) in sorted(ties.items())
                ],
            }
        )
    nodes = [
        {"name": named[one].name, "form": named[one].form, "x": places[one][0], "y": places[one][1]}
        for one in tied
    ]
    return {"nodes": nodes, "kinds": kinds}


def ranking(found: Round, towers: pd.DataFrame) -> dict[str, Any]:
    """Put the ranks of groups side by side; only of groups that called their towers right.

    Where groups differ most comes first, then by name: this is no list of winners and losers.
    """
    said = [one for one in found.groups if one.is_right and one.party in set(towers["party"])]
    groups = netmap_ranks.units(said)
    compared = netmap_ranks.compare(towers, groups)
    names = {one.id: one.name for one in found.shown}
    known = compared.table[compared.table.index.isin(names)]
    table = known.sort_values("difference", ascending=False, kind="stable").head(MOST_ROWS)
    rows: list[dict[str, Any]] = [
        {
            "name": names[str(actor)],
            "ranks": [_known(row[unit.name]) for unit in groups],
            "difference": _known(row["difference"]),
        }
        for actor, row in table.iterrows()
    ]
    rows.sort(key=lambda row: (-(row["difference"] or 0), row["name"].casefold()))
    return {"groups": [unit.name for unit in groups], "rows": rows}


def _known(rank: float) -> float | None:
    return None if math.isnan(rank) else float(rank)


@lru_cache(maxsize=8)
def _places(
    actors: tuple[str, ...], pairs: frozenset[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(actors)
    graph.add_edges_from(sorted(pairs))
    table = positions(graph)
    return {
        str(actor): (round(float(x), 4), round(float(y), 4))
        for actor, x, y in zip(table.index, table["x"], table["y"], strict=True)
    }
