"""Who can decide and for whom much is at stake, the affected without power first.

The usual grid of power and interest (Mendelow 1981) tells the strong whom to mind. Here it is read
the other way round: those whom a decision is about, and who cannot decide, come first, and no
field of the grid hides anybody.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

LEAST, MOST, HIGH = 1, 4, 3  # the scale of both; from ``HIGH`` on it is much
# Mendelow's fields by (much power, much interest)
FIELDS: Final = {
    (True, True): "players",
    (True, False): "setters",
    (False, True): "subjects",
    (False, False): "crowd",
}
UNKNOWN: Final = "unknown"
_COLUMNS: Final = ["id", "organization_id", "question", "power", "interest", "affected"]


def questions(standings: pd.DataFrame) -> list[str]:
    """Name the questions that standings are about, ``""`` (the city as a whole) first."""
    said = standings["question"].fillna("").astype(str)
    return sorted(said.unique())


def grid(
    standings: pd.DataFrame, organizations: pd.DataFrame, *, question: str = ""
) -> pd.DataFrame:
    """Place the organizations in the grid.

    Parameters
    ----------
    standings
        Table of the atlas.
    organizations
        Those that may be shown (:func:`layers.consent.shown_actors`).
    question
        What it is about; ``""`` is integration in the city as a whole.

    Returns
    -------
    table
        ``id`` of the standing, ``organization_id``, ``power``, ``interest`` (``<NA>`` unknown),
        ``affected``, ``field`` (``players``, ``setters``, ``subjects``, ``crowd``, ``unknown``) and
        ``first``: affected, and little or no power. In order: ``first``, those with the highest
        interest before the others and the least power before more; then the others affected; then
        all others, by power.

    Examples
    --------
    >>> judged = pd.DataFrame(
    ...     {"id": "12", "organization_id": ["city", "group"], "question": None, "power": [4, 1],
    ...      "interest": [2, 4], "affected": [False, True]}
    ... )
    >>> grid(judged, pd.DataFrame({"id": ["city", "group"]}))["organization_id"].tolist()
    ['group', 'city']
    """
    here = standings["question"].fillna("").astype(str) == question
    kept = standings[here & standings["organization_id"].isin(organizations["id"])]
    table = kept.reindex(columns=_COLUMNS).astype(
        {"power": "Int64", "interest": "Int64", "affected": "boolean"}
    )
    affected = table["affected"].fillna(value=False).astype(bool)
    weak = (table["power"] < HIGH).fillna(value=False).astype(bool)
    table["field"] = [
        _field(power, interest)
        for power, interest in zip(table["power"], table["interest"], strict=True)
    ]
    table["first"] = affected & weak
    order = pd.DataFrame(
        {
            "first": ~table["first"],
            "affected": ~affected,
            "interest": -table["interest"].fillna(0).where(affected, 0).astype(int),
            "power": table["power"].fillna(MOST).astype(int).where(affected, 0),
            "strength": -table["power"].fillna(0).astype(int),
        }
    ).sort_values(["first", "affected", "interest", "power", "strength"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _field(power: Any, interest: Any) -> str:  # noqa: ANN401 - cells, perhaps <NA>
    if pd.isna(power) or pd.isna(interest):
        return UNKNOWN
    return FIELDS[bool(power >= HIGH), bool(interest >= HIGH)]


def towers(
    table: pd.DataFrame,
    organizations: pd.DataFrame,
    *,
    question: str,
    sessions: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """Set the ranks side by side that groups of a Net-Map round gave for influence.

    Parameters
    ----------
    table
        Table ``towers``.
    organizations
        Those that may be shown.
    question
        One of the questions of the table.
    sessions
        What to call a session, by identifier: every session has a group A.

    Returns
    -------
    ranks
        Indexed by organization: one column a group of a session (rank, 1 is the most; NaN where it
        was not ranked), ``mean`` of the ranks as a share of how many each group ranked (0 the most,
        1 the least), and ``apart``: how far the shares of two groups are from each other at most,
        NaN where one group alone ranked it. The highest ranked first.
    """
    here = table[
        (table["question"] == question) & table["organization_id"].isin(organizations["id"])
    ]
    last = here.drop_duplicates(["session_id", "group_name", "organization_id"], keep="last")
    called = _called(last, sessions)
    ranks: dict[Hashable, dict[str, float]] = {}
    shares: dict[Hashable, list[float]] = {}
    for row in last.to_dict("records"):
        one, group = row["organization_id"], called[row["session_id"], row["group_name"]]
        if pd.isna(row["rank"]):
            continue
        ranks.setdefault(one, {})[group] = float(row["rank"])
        ranked = row["ranked"]
        if not pd.isna(ranked) and ranked > 1:
            shares.setdefault(one, []).append((float(row["rank"]) - 1) / (int(ranked) - 1))
    groups = list(called.values())
    found = pd.DataFrame.from_dict(ranks, orient="index", columns=groups, dtype=float)
    found["mean"] = [
        sum(shares[one]) / len(shares[one]) if one in shares else float("nan")
        for one in found.index
    ]
    found["apart"] = [
        max(shares[one]) - min(shares[one]) if len(shares.get(one, ())) > 1 else float("nan")
        for one in found.index
    ]
    return found.sort_values("mean", kind="stable", na_position="last")


def _called(rows: pd.DataFrame, sessions: Mapping[str, str]) -> dict[Hashable, str]:
    """Name each group of each session, with the session where there are several."""
    pairs = dict.fromkeys(zip(rows["session_id"], rows["group_name"], strict=True))
    several = len({session for session, _ in pairs}) > 1
    found: dict[Hashable, str] = {}
    for session, group in pairs:
        name = f"{group} ({sessions.get(session, session)})" if several else str(group)
        while name in found.values():  # two sessions of one title
            name += "'"
        found[session, group] = name
    return found
