"""The personas an atlas keeps: invented people to ask the city for, shared by all at the desk.

What a description may say is checked where it is made and read (:mod:`mapping.personas`); here it
is kept as it is. Every change stands in the history and can be taken back.
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

TABLE: Final = "personas"
MOST_NAME: Final = 60  # letters
_BESIDE: Final = frozenset({"id", "name", "about", "invented", "row_version"})


def kept(atlas: Atlas) -> list[dict[str, Any]]:
    """List the personas, in the order in which they came.

    Returns
    -------
    personas
        Each as her JSON says her, flat: ``id``, ``name``, ``about`` (where there is one), what she
        needs, and ``row_version``, which :func:`keep` wants to see again.
    """
    return [
        {
            **{key: value for key, value in description.items() if key not in _BESIDE},
            "id": str(one["id"]),
            "name": str(one["name"]),
            **({} if pd.isna(one["about"]) else {"about": str(one["about"])}),
            "row_version": int(one["row_version"]),
        }
        for one in atlas.read(TABLE).to_dict("records")
        if isinstance(description := one["description"], dict)
    ]


def keep(atlas: Atlas, persona: Mapping[str, Any], who: str = "") -> str:
    """Keep a persona: a new one, or the change of one that is kept.

    Parameters
    ----------
    atlas
        Where to.
    persona
        Her JSON, checked before. With the ``id`` and ``row_version`` of :func:`kept` it is the
        change of that one; without ``row_version`` she is new and gets an ``id`` of her own.
    who
        Name that the person at the desk gave.

    Returns
    -------
    id
        Her identifier. Where nothing was changed nothing is written.

    Raises
    ------
    LayerError
        ``persona_name_empty``, ``persona_name_long``; ``row_changed_meanwhile`` where somebody
        else changed or removed her since.
    """
    name = " ".join(str(persona.get("name") or "").split())
    if not name:
        raise LayerError("persona_name_empty")
    if len(name) > MOST_NAME:
        raise LayerError("persona_name_long", letters=len(name), most=MOST_NAME)
    values = {
        "name": name,
        "about": str(persona.get("about") or "").strip() or None,
        "description": {key: one for key, one in persona.items() if key not in _BESIDE},
    }
    seen = persona.get("row_version")
    if seen is None:
        one = Operation(table=TABLE, id=editing.new_id(TABLE), action="insert", values=values)
    else:
        one = Operation(
            table=TABLE, id=str(persona["id"]), action="update", values=values, seen=int(seen)
        )
        if _stands(atlas, one):
            return one.id
    changes.carry_out(atlas, [one], _revision(who))
    return one.id


def forget(atlas: Atlas, persona_id: str, who: str = "") -> None:
    """Remove a persona; her description stays in the history and can be put back.

    Raises
    ------
    LayerError
        ``row_changed_meanwhile`` where she is gone already.
    """
    gone = Operation(table=TABLE, id=persona_id, action="delete")
    changes.carry_out(atlas, [gone], _revision(who))


def _revision(who: str) -> Revision:
    return Revision(kind="edit", who=who, about={"table": TABLE})


def _stands(atlas: Atlas, one: Operation) -> bool:
    """Tell whether a persona is kept as she would be written, in the version that was seen."""
    for row in atlas.read(TABLE).to_dict("records"):
        if row["id"] == one.id:
            about = None if pd.isna(row["about"]) else row["about"]
            here = {"name": row["name"], "about": about, "description": row["description"]}
            return int(row["row_version"]) == one.seen and here == dict(one.values)
    return False
