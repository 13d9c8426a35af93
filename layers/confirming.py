"""Ties that the two themselves confirm or deny, worked out at the moment of the decision.

An answer says only that one side confirmed (``from_confirmed_on`` or ``to_confirmed_on``). How many
of the two said so depends on what the other side said meanwhile, so it is counted when the answer
is accepted. A tie that one side denies stays, and a row in ``statements`` says who denies it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from layers.atlas import Writer

SIDES = ("from", "to")
COUNTED = frozenset({"last_confirmed", "confirmed_by"})  # never a conflict: counted, not said
_DENIED = "confirmed_by"


def denial_id(tie_id: str, side: str) -> str:
    """Name the statement by which one side denies a tie.

    Examples
    --------
    >>> denial_id("t7", "to")
    'denied-to-t7'
    """
    return f"denied-{side}-{tie_id}"


def denial(tie_id: str, side: str, *, day: str) -> dict[str, Any]:
    """Give the row of ``statements`` by which one side says that a tie is not there."""
    return {
        "table_name": "ties",
        "row_id": tie_id,
        "attribute": _DENIED,
        "value": "0",
        "says_who": "provider",
        "date_checked": day,
        "extra": {"side": side},
    }


def counted(writer: Writer, tie_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Complete an update of a tie: when it was last confirmed, and by how many of the two.

    Parameters
    ----------
    writer
        The transaction, which sees what the other side said.
    tie_id
        The tie.
    values
        What is to be written; without a day of either side it is given back as it is.

    Returns
    -------
    values
        With ``last_confirmed`` and ``confirmed_by``. The number is never lowered below what was
        imported without saying which side; a side that takes its word back counts one less.
    """
    names = [f"{side}_confirmed_on" for side in SIDES]
    if not set(names) & set(values):
        return dict(values)
    found = writer.ask(
        "SELECT from_confirmed_on, to_confirmed_on, last_confirmed, confirmed_by FROM ties"
        " WHERE id = ?",
        (tie_id,),
    )
    if not found:
        return dict(values)
    before = dict(zip(names, found[0][:2], strict=True))
    last, number = found[0][2:]
    after = {name: values.get(name, before[name]) for name in names}
    said = sum(day is not None for day in after.values())
    taken_back = sum(before[name] is not None and after[name] is None for name in names)
    floor = max(0, (number or 0) - taken_back)
    days = [str(day) for day in (*after.values(), last) if day is not None]
    whole = dict(values)
    whole["confirmed_by"] = min(2, max(said, floor))
    if said:
        whole["last_confirmed"] = max(days)
    return whole


def lift_denials(writer: Writer, tie_id: str, values: Mapping[str, Any]) -> None:
    """Take a denial away where the side that denied a tie confirms it now."""
    for side in SIDES:
        if values.get(f"{side}_confirmed_on") is not None:
            denied = denial_id(tie_id, side)
            if writer.ask("SELECT 1 FROM statements WHERE id = ?", (denied,)):
                writer.delete("statements", [denied])


def disputed(
    ties: pd.DataFrame, statements: pd.DataFrame, organizations: pd.DataFrame
) -> pd.DataFrame:
    """List the ties that one of the two denies, as long as nobody has decided on it.

    Parameters
    ----------
    ties, statements, organizations
        Tables of the atlas.

    Returns
    -------
    rows
        ``tie``, ``from_name``, ``to_name``, ``kind``, ``denied_by`` (name of the side that says
        it is not so), ``day`` and ``confirmed_by`` (how many say that it is).
    """
    names = dict(zip(organizations["id"], organizations["name"], strict=True))
    by_id = {str(one["id"]): one for one in ties.to_dict("records")}
    said = statements[
        statements["table_name"].eq("ties")
        & statements["attribute"].eq(_DENIED)
        & statements["settled_on"].isna()
    ]
    found = []
    for one in said.to_dict("records"):
        tie = by_id.get(str(one["row_id"]))
        side = one["extra"].get("side") if isinstance(one["extra"], dict) else None
        if tie is None or side not in SIDES:
            continue
        found.append(
            {
                "tie": one["row_id"],
                "from_name": names.get(tie["from_id"], ""),
                "to_name": names.get(tie["to_id"], ""),
                "kind": tie["kind"],
                "denied_by": names.get(tie[f"{side}_id"], ""),
                "day": one["date_checked"],
                "confirmed_by": tie["confirmed_by"],
            }
        )
    columns = ["tie", "from_name", "to_name", "kind", "denied_by", "day", "confirmed_by"]
    return pd.DataFrame(found, columns=columns)
