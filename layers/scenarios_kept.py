"""The scenarios an atlas keeps: named lists of changes that are looked at and never made.

What a step may say is checked where it is made and read (:mod:`mapping.scenarios`); here it is kept
as it is. Every change of a list stands in the history and can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from layers import changes, editing
from layers.atlas import Atlas
from layers.changes import Operation
from layers.errors import LayerError
from layers.history import Revision

TABLE: Final = "scenarios"
MOST_NAME: Final = 60  # letters


def kept(atlas: Atlas) -> list[dict[str, Any]]:
    """List the scenarios, in the order in which they came.

    Returns
    -------
    scenarios
        Each with ``id``, ``name``, ``about`` (empty where there is none), ``steps``, and
        ``row_version``, which :func:`keep` and :func:`forget` want to see again.
    """
    return [
        {
            "id": str(one["id"]),
            "name": str(one["name"]),
            "about": "" if pd.isna(one["about"]) else str(one["about"]),
            "steps": one["steps"],
            "row_version": int(one["row_version"]),
        }
        for one in atlas.read(TABLE).to_dict("records")
        if isinstance(one["steps"], list)
    ]


def keep(atlas: Atlas, scenario: Mapping[str, Any], who: str = "") -> str:
    """Keep a scenario: a new one, or the change of one that is kept.

    Parameters
    ----------
    atlas
        Where to.
    scenario
        Its JSON, checked before. With the ``id`` and ``row_version`` of :func:`kept` it is the
        change of that one; without ``row_version`` it is new and gets an ``id`` of its own.
    who
        Name that the person at the desk gave.

    Returns
    -------
    id
        Its identifier. Where nothing was changed nothing is written.

    Raises
    ------
    LayerError
        ``scenario_name_empty``, ``scenario_name_long``; ``row_changed_meanwhile`` where somebody
        else changed or removed it since.
    """
    name = " ".join(str(scenario.get("name") or "").split())
    if not name:
        raise LayerError("scenario_name_empty")
    if len(name) > MOST_NAME:
        raise LayerError("scenario_name_long", letters=len(name), most=MOST_NAME)
    values = {
        "name": name,
        "about": str(scenario.get("about") or "").strip() or None,
        "steps": [dict(one) for one in scenario.get("steps") or ()],
    }
    seen = scenario.get("row_version")
    if seen is None:
        one = Operation(table=TABLE, id=editing.new_id(TABLE), action="insert", values=values)
    else:
        row = str(scenario["id"])
        one = Operation(table=TABLE, id=row, action="update", values=values, seen=int(seen))
        if _stands(atlas, one):
            return one.id
    changes.carry_out(atlas, [one], _revision(who))
    return one.id


def forget(atlas: Atlas, scenario_id: str, who: str = "", *, seen: int | None = None) -> None:
    """Remove a scenario; its steps stay in the history and can be put back.

    Raises
    ------
    LayerError
        ``row_changed_meanwhile`` where it is gone already, or changed since it was ``seen``.
    """
    gone = Operation(table=TABLE, id=scenario_id, action="delete", seen=seen)
    changes.carry_out(atlas, [gone], _revision(who))


def _revision(who: str) -> Revision:
    return Revision(kind="edit", who=who, about={"table": TABLE})


def _stands(atlas: Atlas, one: Operation) -> bool:
    """Tell whether a scenario is kept as it would be written, in the version that was seen."""
    for row in kept(atlas):
        if row["id"] == one.id:
            here = {"name": row["name"], "about": row["about"] or None, "steps": row["steps"]}
            return row["row_version"] == one.seen and here == dict(one.values)
    return False
