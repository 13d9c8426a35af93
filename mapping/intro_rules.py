"""Which pairs are never proposed, and by which rule: bans, protection, who refused, who is tied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from layers import consent
from mapping.counted import Counted
from mapping.offers import ENDED, Read

# In the order in which they are named where several hold.
TIED: Final = "tied"
POLICE: Final = "police"  # support after violence, and the police
BANNED: Final = "banned"
DATA: Final = "shares_data"  # who must not share data must not pass people on either
RULES: Final = (TIED, POLICE, BANNED, DATA)
KINDS: Final = ("delivers_with", "refers_to")  # proposed, in this order; both may carry trust
_BAN: Final = ("from_id", "to_id", "kind")
Pair = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What stands against proposing pairs of actors.

    Attributes
    ----------
    pairs
        Pairs that are never proposed, with the first rule that forbids it.
    not_kinds
        Pairs of which some kinds of ties are banned.
    protecting, police
        Actors that support after violence, and those of ``ask_first``; and the police.
    refused
        How many actors refused to be shown: they are in nothing.
    ask_first
        Actors whom it could harm to be named, and those with a hidden place: asked before anybody
        is told of them.
    """

    pairs: dict[Pair, str]
    not_kinds: dict[Pair, frozenset[str]]
    protecting: frozenset[str]
    police: frozenset[str]
    refused: int
    ask_first: frozenset[str]

    def against(self, a: str, b: str) -> str | None:
        """Name the rule against a pair, in either order; ``None`` where it may be proposed."""
        known = self.pairs.get(frozenset((a, b)))
        if known is not None:
            return known
        for one, other in ((a, b), (b, a)):
            if one in self.protecting and other in self.police:
                return POLICE
        return None

    def kind(self, a: str, b: str) -> str:
        """Give the kind of tie to propose to a pair that may be proposed."""
        banned = self.not_kinds.get(frozenset((a, b)), frozenset())
        return next(one for one in KINDS if one not in banned)


def rules(read: Read, *, day: date) -> Rules:
    """Read what stands against proposing pairs of actors on a day.

    Parameters
    ----------
    read
        Gives a table of the atlas by name.
    day
        Bans that ended before it no longer hold; nor do ties.
    """
    organizations = read("organizations")
    shown = consent.shown_actors(organizations)
    found: dict[Pair, str] = {}
    tied = Counted(on=day).of(read("ties"))
    for a, b in zip(tied["from_id"].astype(str), tied["to_id"].astype(str), strict=True):
        found.setdefault(frozenset((a, b)), TIED)
    not_kinds: dict[Pair, set[str]] = {}
    bans = _holding(read("bans"), day)
    for a, b, kind in zip(*(bans[one].tolist() for one in _BAN), strict=True):
        pair = frozenset((str(a), str(b)))
        if isinstance(kind, str):
            not_kinds.setdefault(pair, set()).add(kind)
        else:
            found.setdefault(pair, BANNED)
    for pair, kinds in not_kinds.items():
        if DATA in kinds:
            found.setdefault(pair, DATA)
        elif kinds.issuperset(KINDS):
            found.setdefault(pair, BANNED)
    risky = shown.reindex(columns=["at_risk"])["at_risk"].fillna(value=False).astype(bool)
    sectors = shown["sector"].astype(object)
    ask_first = _ids(shown, risky) | _hidden(read, shown)
    return Rules(
        pairs=found,
        not_kinds={pair: frozenset(kinds) for pair, kinds in not_kinds.items()},
        # a refuge may be recorded as housing: its hidden place says enough
        protecting=_ids(shown, sectors.eq("protection")) | _offering(read("services")) | ask_first,
        police=_ids(shown, sectors.eq("police")),
        refused=len(organizations) - len(shown),
        ask_first=ask_first,
    )


def _holding(bans: pd.DataFrame, day: date) -> pd.DataFrame:
    """Keep the bans that hold on a day; the last day counts."""
    return bans[~(pd.to_datetime(bans["until"]) < pd.Timestamp(day))]


def _offering(services: pd.DataFrame) -> frozenset[str]:
    """Name who supports after violence, whatever its sector; also where it paused."""
    mine = services["category"].eq("violence_support") & ~services["status"].isin(set(ENDED[:2]))
    return frozenset(services.loc[mine, "organization_id"].dropna().astype(str))


def _hidden(read: Read, shown: pd.DataFrame) -> frozenset[str]:
    """Name the actors that have a hidden place, or offer anything at one."""
    places = read("locations")
    hidden = set(places.loc[places["precision"].eq("hidden"), "id"])
    joins, services = read("service_at_location"), read("services")
    there = set(joins.loc[joins["location_id"].isin(hidden), "service_id"])
    mine = services.loc[services["id"].isin(there), "organization_id"].dropna().astype(str)
    return _ids(shown, shown["location_id"].isin(hidden) | shown["id"].isin(mine))


def _ids(table: pd.DataFrame, rows: pd.Series[bool]) -> frozenset[str]:
    return frozenset(table.loc[rows.fillna(value=False).astype(bool), "id"].astype(str))


def counts(left_out: Iterable[str]) -> dict[str, int]:
    """Count how many pairs each rule left out, in the order of the rules."""
    several = list(left_out)
    return {rule: several.count(rule) for rule in RULES if rule in several}
