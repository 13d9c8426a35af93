"""What of the network may leave: who is left out by which rule, and tables that hold nobody else.

Everything that is drawn for others is drawn from these tables alone, so what is not in them is in
no file: neither a name nor an identifier, nor a place in the picture that somebody left empty.
Actors get fresh numbers in the order of their names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pandas as pd

from layers import consent, hints
from layers.plain_text import plain_text

Read = Callable[[str], pd.DataFrame]
# in the order in which the first that holds is named
NOT_SHARED, AT_RISK, INFORMAL, PROTECTED, TELLS = RULES = (
    "not_shared",
    "at_risk",
    "informal",
    "protected",
    "name_tells",
)
FEWEST: Final = 5  # left out; of fewer the file says "some"
_CONTACTS: Final = frozenset({"phone", "email"})
_ENDED: Final = frozenset({"inactive", "defunct"})
_LONGEST_NAME, _LONGEST_REPLY = 120, 400  # of which hints look at all


@dataclass(frozen=True, eq=False, kw_only=True)
class Leaves:
    """What may leave.

    Attributes
    ----------
    organizations, ties, services, languages
        As the tables of the atlas, but only what a view is drawn from, under fresh numbers.
    replies
        What an actor answered to what is said of its place in the network, by fresh number.
    left_out
        Rule -> identifiers in the atlas. For the desk alone.
    unfit_replies
        Replies left out because they name somebody left out, or hold a contact or an address.
    """

    organizations: pd.DataFrame
    ties: pd.DataFrame
    services: pd.DataFrame
    languages: pd.DataFrame
    replies: dict[str, str]
    left_out: dict[str, tuple[str, ...]]
    unfit_replies: int

    @property
    def count(self) -> int:
        """How many of the actors on the page are left out."""
        return sum(len(those) for those in self.left_out.values())


def what_leaves(organizations: pd.DataFrame, ties: pd.DataFrame, read: Read) -> Leaves:
    """Say what of some actors and their ties may leave.

    Parameters
    ----------
    organizations, ties
        Rows of the actors on the page, and of the ties that count between them.
    read
        Gives a table of the atlas by name.

    Returns
    -------
    leaves
        An actor that refused to be shown is left out unsaid, as everywhere.
    """
    everyone = read("organizations")
    rules = rules_for(everyone, read)
    shown = consent.shown_actors(organizations)
    hidden = set(everyone["id"]) - set(consent.shown_actors(everyone)["id"])
    secret = [one for one in everyone["id"] if one in hidden or rules.get(one)]
    told = _names(everyone[everyone["id"].isin(secret)]) + _houses(read("locations"))
    clean = [plain_text(str(one), most=_LONGEST_NAME) for one in shown["name"]]
    for one, name in zip(shown["id"], clean, strict=True):
        if not rules.get(one) and (names_any(name, told) or _has_contact(name)):
            rules[one] = TELLS
    stays = [one for one in shown["id"] if rules.get(one)]
    kept = shown[~shown["id"].isin(stays)]
    number, table = _numbered(kept)
    services, languages = _services(number, read)
    replies, unfit = _replies(number, told, read)
    return Leaves(
        organizations=table,
        ties=_ties(number, ties),
        services=services,
        languages=languages,
        replies=replies,
        left_out={
            rule: tuple(str(one) for one in stays if rules[one] == rule)
            for rule in RULES
            if any(rules[one] == rule for one in stays)
        },
        unfit_replies=unfit,
    )


def rules_for(organizations: pd.DataFrame, read: Read) -> dict[str, str]:
    """Give for each actor the rule that leaves it out; ``""`` for one that may be named.

    - ``not_shared``: it said no to being named outside
    - ``at_risk``: to be named could harm it or whom it serves; its own yes does not change that
    - ``informal``: an informal group that did not say yes
    - ``protected``: its own place or that of a service of its is protected; it may be named where
      it said yes and somebody looked and found no risk

    Parameters
    ----------
    organizations
        Table ``organizations``.
    read
        Gives a table of the atlas by name.
    """
    guarded = _guarded(organizations, read)
    columns = ["id", "kind", "consent_shared", "at_risk"]
    rules = {}
    for one, kind, shared, risk in organizations.reindex(columns=columns).itertuples(index=False):
        yes = _said(shared) is True
        if _said(shared) is False:
            rule = NOT_SHARED
        elif _said(risk) is True:
            rule = AT_RISK
        elif not pd.isna(kind) and kind == "informal_group" and not yes:
            rule = INFORMAL
        elif one in guarded and not (yes and _said(risk) is False):
            rule = PROTECTED
        else:
            rule = ""
        rules[str(one)] = rule
    return rules


def names_any(text: str, names: Iterable[str]) -> bool:
    """Tell whether a text holds one of some names as words of its own, in any case.

    Examples
    --------
    >>> names_any("Friends of AMAL", ["Amal"]), names_any("Amalgam", ["Amal"])
    (True, False)
    """
    pattern = _pattern(tuple(one.casefold() for one in names))
    return pattern is not None and pattern.search(" ".join(text.split()).casefold()) is not None


@lru_cache(maxsize=8)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    if not names:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(one) for one in names)})(?!\w)")


def left_out_said(count: int) -> str:
    """Give the key of the sentence in the file: a number only from five on.

    Examples
    --------
    >>> left_out_said(0), left_out_said(4), left_out_said(5)
    ('network.share_left_none', 'network.share_left_some', 'network.share_left_count')
    """
    if not count:
        return "network.share_left_none"
    return "network.share_left_some" if count < FEWEST else "network.share_left_count"


def sources(organizations: pd.DataFrame, left: Collection[str], read: Read) -> list[str]:
    """Name the licences under which the actors that leave were taken over.

    Parameters
    ----------
    organizations
        Rows of the actors on the page.
    left
        Identifiers of those left out.
    read
        Gives a table of the atlas by name.
    """
    kept = organizations[~organizations["id"].isin(list(left))]
    everyone = read("organizations")
    shown = set(consent.shown_actors(everyone)["id"])
    told = _names(everyone[everyone["id"].isin(list(left)) | ~everyone["id"].isin(shown)])
    imports = read("imports")
    used = imports[imports["id"].isin(kept.get("import_id", pd.Series(dtype=object)).dropna())]
    named = (plain_text(str(one), most=_LONGEST_NAME) for one in used["licence"].dropna())
    return [one for one in dict.fromkeys(named) if not names_any(one, told)]


def _said(value: object) -> bool | None:
    return None if pd.isna(value) else bool(value)  # type: ignore[call-overload]  # a cell


def _guarded(organizations: pd.DataFrame, read: Read) -> set[str]:
    """Name the actors whose own place, or that of a service of theirs, is protected."""
    locations, services, offered = (
        read(one) for one in ("locations", "services", "service_at_location")
    )
    hidden = set(locations.loc[locations["precision"].eq("hidden"), "id"])
    at = set(offered.loc[offered["location_id"].isin(hidden), "service_id"])
    runs = services.loc[services["id"].isin(at), "organization_id"].dropna()
    sits = organizations.reindex(columns=["id", "location_id"])
    return {str(one) for one in runs} | set(sits.loc[sits["location_id"].isin(hidden), "id"])


def _names(organizations: pd.DataFrame) -> list[str]:
    """Give every name of some actors as :func:`names_any` compares them."""
    named = organizations.reindex(columns=["name", "alternate_name"])
    return _plain(pd.concat([named["name"], named["alternate_name"]]))


def _houses(locations: pd.DataFrame) -> list[str]:
    """Give the addresses with a number: a street alone is no exact address."""
    return [one for one in _plain(locations["address"]) if any(sign.isdigit() for sign in one)]


def _plain(texts: pd.Series[Any]) -> list[str]:
    # as a file would write them: what nobody sees in a name hides nothing
    found = (plain_text(str(one), most=_LONGEST_NAME).casefold() for one in texts.dropna())
    return [one for one in dict.fromkeys(found) if one]


def _has_contact(text: str) -> bool:
    return any(one.kind in _CONTACTS for one in hints.find(text))


def _numbered(kept: pd.DataFrame) -> tuple[dict[str, str], pd.DataFrame]:
    """Give numbers by name, and keep of them what is drawn; two of one name differ."""
    columns = ["id", "name", "kind", "sector", "internal", "migrant_led", "communities"]
    table = kept.reindex(columns=columns).copy()
    table["name"] = [plain_text(str(one), most=_LONGEST_NAME) for one in table["name"]]
    table["order"] = [str(one).casefold() for one in table["name"]]
    table = table.sort_values(["order", "name", "id"], kind="stable").drop(columns="order")
    number = {str(one): str(at) for at, one in enumerate(table["id"], start=1)}
    table["id"] = list(number.values())
    seen: Counter[str] = Counter()
    names = []
    for name in table["name"]:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    table["name"] = names
    return number, table.reset_index(drop=True)


def _ties(number: dict[str, str], ties: pd.DataFrame) -> pd.DataFrame:
    there = ties["from_id"].isin(list(number)) & ties["to_id"].isin(list(number))
    table = ties.loc[there, ["from_id", "to_id", "kind", "direction", "strength"]].copy()
    for end in ("from_id", "to_id"):
        table[end] = table[end].map(number)
    return table.sort_values(list(table.columns), kind="stable").reset_index(drop=True)


def _services(number: dict[str, str], read: Read) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give category and languages of the services of those who leave; of protected ones nothing."""
    services, offered, locations = (
        read(one) for one in ("services", "service_at_location", "locations")
    )
    hidden = set(locations.loc[locations["precision"].eq("hidden"), "id"])
    at = set(offered.loc[offered["location_id"].isin(hidden), "service_id"])
    mine = services["organization_id"].isin(list(number)) & ~services["id"].isin(at)
    table = services.loc[mine & ~services["status"].isin(_ENDED)].copy()
    table["organization_id"] = table["organization_id"].map(number)
    table = table.sort_values(["organization_id", "category", "id"], kind="stable")
    fresh = {str(one): str(at) for at, one in enumerate(table["id"], start=1)}
    table["id"] = list(fresh.values())
    spoken = read("service_languages")
    spoken = spoken[spoken["service_id"].isin(list(fresh))][["service_id", "language", "level"]]
    spoken = spoken.assign(service_id=spoken["service_id"].map(fresh))
    columns = ["id", "organization_id", "category", "status"]
    order = ["service_id", "language", "level"]
    return table[columns].reset_index(drop=True), spoken.sort_values(order).reset_index(drop=True)


def _replies(
    number: dict[str, str], told: Collection[str], read: Read
) -> tuple[dict[str, str], int]:
    """Give the last reply of each that leaves, and how many cannot be printed."""
    rows: Any = read("replies")
    rows = rows[rows["about"].eq("place_in_network") & rows["organization_id"].isin(list(number))]
    rows = rows.sort_values(["replied_on", "id"], na_position="first", kind="stable")
    last = rows.drop_duplicates("organization_id", keep="last")
    found, unfit = {}, 0
    for one, text in zip(last["organization_id"], last["words"], strict=True):
        words = plain_text(str(text), most=_LONGEST_REPLY)
        if not words or names_any(words, told) or _has_contact(words):
            unfit += 1
        else:
            found[number[str(one)]] = words
    return found, unfit
