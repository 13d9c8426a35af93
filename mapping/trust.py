"""Which actors a community trusts: as women said it, or one tie away from it."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

BRINGS_TRUST: Final = ("delivers_with", "refers_to", "trusts")
STRONG: Final = 2  # of 3; awareness of each other brings nobody through a door


def trusted(
    organizations: pd.DataFrame,
    trust: pd.DataFrame,
    ties: pd.DataFrame,
    *,
    community: str,
    not_own: bool = False,
    day: date,
) -> dict[str, float]:
    """Say of every actor whether a community trusts it.

    Parameters
    ----------
    organizations, trust, ties
        Tables of the atlas.
    community
        BCP 47 tag; its language alone is compared.
    not_own
        Leave out actors of that community, as themselves and as the other end of a tie.
    day
        Ties that ended before it, or begin after it, lead nowhere.

    Returns
    -------
    trusted
        ``id`` -> 1.0, 0.0 or NaN. 1: at least five women said so in a session, or one tie
        (delivers with, refers to, trusts; strength 2 or 3, in either direction) joins it with an
        actor of which they said so. 0: they said that they do not, and no such tie joins it with an
        actor that may be trusted; or it is left out by ``not_own``. NaN: nobody said, or they did
        not agree, or it hangs on an actor of which nobody said. An actor's origin says nothing.

    Notes
    -----
    Of several sessions that do not agree on an actor, none counts.
    """
    mine = said_by(trust, community)
    said: dict[str, set[str]] = {}
    for actor, state in zip(mine["organization_id"], mine["state"], strict=True):
        said.setdefault(str(actor), set()).add(str(state))
    barred = of_community(organizations, community) if not_own else set()
    actors = set(organizations["id"].astype(str))
    sources = {actor for actor, states in said.items() if states == {"trusted"}} - barred
    doubted = {actor for actor, states in said.items() if states == {"not_trusted"}}
    led_to = _joined(ties, sources, day)
    # who is not spoken of may turn out to be trusted, and so may a tie to be a strong one
    perhaps = _joined(ties, actors - barred - doubted, day, unknown=True)
    found: dict[str, float] = {}
    for actor in organizations["id"].astype(str):
        if actor in barred:
            found[actor] = 0.0
        elif actor in sources or actor in led_to:
            found[actor] = 1.0
        else:
            found[actor] = 0.0 if actor in doubted - perhaps else np.nan
    return found


def of_community(organizations: pd.DataFrame, community: str) -> set[str]:
    """Name the actors of a community; which says nothing of whom it trusts."""
    return {
        str(actor)
        for actor, several in zip(organizations["id"], organizations["communities"], strict=True)
        if _language(community) in {_language(one) for one in several or ()}
    }


def said_by(trust: pd.DataFrame, community: str) -> pd.DataFrame:
    """Give what women of a community said."""
    return trust[trust["community"].map(_language).eq(_language(community))]


def _joined(ties: pd.DataFrame, sources: set[str], day: date, *, unknown: bool = False) -> set[str]:
    """Find who is one tie away; also by ties of which nobody knows how strong they are."""
    now = pd.Timestamp(day)
    strength = ties["strength"].fillna(STRONG if unknown else 0)
    strong = strength.ge(STRONG) & ties["kind"].isin(BRINGS_TRUST)
    begun = ~(ties["since"] > now).fillna(value=False)
    lasting = ~(ties["until"] < now).fillna(value=False)
    rows = ties[strong & begun & lasting]
    pairs = list(zip(rows["from_id"].astype(str), rows["to_id"].astype(str), strict=True))
    return {b for a, b in pairs if a in sources} | {a for a, b in pairs if b in sources}


def _language(tag: object) -> str:
    return str(tag).partition("-")[0].lower()
