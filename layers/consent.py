"""Who agreed to be shown: the one reading of it, for maps, cards, networks, tables and exports.

An actor that refused appears nowhere: not by name, not by contact, not as somebody's partner.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import pandas as pd

Table = TypeVar("Table", bound=pd.DataFrame)

# what only the actor itself says of being named, and the answer that protects it: an unclear word
# is read so, and such an answer is never outvoted by a file or by a merge
GUARDS: Final[Mapping[str, bool]] = MappingProxyType(
    {"consent_shown": False, "consent_shared": False, "at_risk": True}
)
SAID: Final = tuple(GUARDS)


def shown_actors(organizations: Table) -> Table:
    """Keep the actors that may be shown: all but those that refused.

    Parameters
    ----------
    organizations
        Table ``organizations``; one without the column ``consent_shown`` was never asked.

    Examples
    --------
    >>> asked = pd.array([True, False, None], dtype="boolean")
    >>> shown_actors(pd.DataFrame({"id": ["a", "b", "c"], "consent_shown": asked}))["id"].tolist()
    ['a', 'c']
    """
    if "consent_shown" not in organizations:
        return organizations
    return organizations[organizations["consent_shown"].fillna(value=True).astype(bool)]


def named_outside(organizations: Table) -> Table:
    """Keep the actors that may be named to others than the desk: in a hall, on a page, in a file.

    Who could come to harm by it is left out whatever else it said; so is who said no to it.

    Parameters
    ----------
    organizations
        Table ``organizations``; columns that are not there were never asked.

    Examples
    --------
    >>> yes_no = lambda *said: pd.array(said, dtype="boolean")
    >>> table = pd.DataFrame({"id": ["a", "b", "c"], "at_risk": yes_no(True, None, False)})
    >>> named_outside(table.assign(consent_shared=yes_no(True, None, False)))["id"].tolist()
    ['b']
    """
    kept = shown_actors(organizations)
    for name in ("consent_shared", "at_risk"):
        if name in kept:
            kept = kept[kept[name].astype("boolean").ne(GUARDS[name]).fillna(value=True)]
    return kept


def shown_assets(assets: Table) -> Table:
    """Keep the assets that may be shown: none that refused; a skill, being a person's, only by yes.

    Parameters
    ----------
    assets
        Table ``assets``.
    """
    said = assets["consent_shown"]
    agreed = said.fillna(value=False).astype(bool)
    refused = ~said.fillna(value=True).astype(bool)
    return assets[agreed | (~refused & (assets["kind"] != "skill"))]


def stays(record: Mapping[str, Any], here: Mapping[Any, Any]) -> list[str]:
    """Name what a row of a file says against the answer that protects here: then that stays.

    A list of last year may still say yes. Whoever agrees now tells it a person, who says so here.

    Parameters
    ----------
    record
        Row of a file.
    here
        The row that is here.

    Examples
    --------
    >>> stays({"consent_shown": True}, {"consent_shown": False})
    ['consent_shown']
    >>> stays({"consent_shown": True, "at_risk": False}, {"consent_shown": None, "at_risk": True})
    ['at_risk']
    """
    found = []
    for name, guards in GUARDS.items():
        said, held = record.get(name), here.get(name)
        if said is None or held is None or pd.isna(said) or pd.isna(held):
            continue
        if bool(held) is guards and bool(said) is not guards:
            found.append(name)
    return found


def together(said: Collection[bool | None], *, name: str) -> bool | None:
    """Give what two that are one said of being named: the answer that protects, where one gave it.

    Examples
    --------
    >>> together([True, False], name="consent_shown"), together([None, False], name="at_risk")
    (False, False)
    >>> together([None, True], name="at_risk"), together([None, None], name="at_risk")
    (True, None)
    """
    guards = GUARDS[name]
    return guards if guards in said else (not guards) if (not guards) in said else None
