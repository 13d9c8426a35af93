"""Who has no seat and who is not heard, ready for JSON.

Power and interest are not told here: a judgement leaves the desk only beside the organization's
own reply to it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, Final

import networkx as nx
import pandas as pd

from layers import consent
from mapping import inclusion, ladder, seats

SORTS: Final = ("migrant_led", "women_led")


def told(
    graph: nx.DiGraph[str],
    *,
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    bodies: pd.DataFrame,
    taken: pd.DataFrame,
    core: Collection[str] | None,
) -> dict[str, Any]:
    """Say who has no seat and who is not heard; unknown is ``None``.

    Parameters
    ----------
    graph
        As :func:`mapping.network.graph_of` makes it of ``organizations`` and ``ties``.
    organizations, bodies, taken
        Tables ``organizations``, ``bodies`` and ``seats``.
    ties
        The ties that count (:meth:`mapping.counted.Counted.of`).
    core
        Members of the core; ``None`` where the network has no clear one.

    Returns
    -------
    told
        ``bodies``: ``body``, ``name``, ``kind``, ``listed``, ``is_usual``, ``without``,
        ``waiting`` and ``sectors`` (``sector``, ``required``, ``state``, ``seats``: each
        ``organization``, ``state``, ``counts``); ``not_heard``: as
        :func:`mapping.inclusion.not_heard`, with ``name``; ``core``: a
        :class:`mapping.inclusion.Share` each for ``migrant_led`` and ``women_led``, or ``None``;
        ``ladder``: ``rungs``, ``by_sector``, ``only_informed`` and ``unknown_lead``; ``levels``:
        one object a group, ``group``, a level each, ``ties``.
    """
    shown = consent.shown_actors(organizations)
    may_be_named = frozenset(shown["id"])
    city = [node for node, about in graph.nodes.items() if about.get("city") is True]
    heard = inclusion.not_heard(graph, target=inclusion.decision_makers(graph))
    rungs = ladder.between(shown, ties)
    levels = ladder.cooperation(shown, ties, city=city, bodies=bodies, seats=taken)
    return {
        "bodies": [_body(one, may_be_named) for one in seats.bodies(bodies, taken, organizations)],
        "not_heard": [
            {"group": row["group"], "name": graph.nodes[row["group"]]["name"], **row}
            | {"through": list(row["through"])}
            for row in heard.to_dict("records")
        ],
        "core": None
        if core is None
        else {sort: asdict(inclusion.share(graph, core=core, attribute=sort)) for sort in SORTS},
        "ladder": {
            "rungs": ladder.rungs(rungs),
            "by_sector": {
                str(sector): {str(rung): int(number) for rung, number in row.items()}
                for sector, row in ladder.by_sector(rungs).iterrows()
            },
            "only_informed": [str(one) for one in ladder.only_informed(rungs)["group"]],
            "unknown_lead": ladder.unknown_lead(shown, ties),
        },
        "levels": [
            {"group": group}
            | {level: None if pd.isna(row[level]) else bool(row[level]) for level in ladder.LEVELS}
            | {"ties": int(row["ties"])}
            for group, row in levels.to_dict("index").items()
        ],
    }


def _body(one: seats.Body, may_be_named: Collection[str]) -> dict[str, Any]:
    return {
        "body": one.id,
        "name": one.name,
        "kind": one.kind,
        "listed": list(one.listed),
        "is_usual": one.is_usual,
        "without": list(one.without),
        "waiting": list(one.waiting),
        "sectors": [
            {
                "sector": sector.sector,
                "required": sector.required,
                "state": sector.state,
                "seats": [
                    {
                        "organization": seat.organization
                        if seat.organization in may_be_named
                        else None,
                        "state": seat.state,
                        "counts": seat.counts,
                    }
                    for seat in sector.seats
                ],
            }
            for sector in one.sectors
        ],
    }
