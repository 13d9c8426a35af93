"""Who agreed to be shown: the one reading of it, for maps, cards, networks, tables and exports.

An actor that refused appears nowhere: not by name, not by contact, not as somebody's partner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import pandas as pd

Table = TypeVar("Table", bound=pd.DataFrame)


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


def no_stays(record: Mapping[str, Any], here: Any) -> bool:  # noqa: ANN401 - a cell of a table
    """Tell whether a row of a file says yes for somebody who refused here: then the no stays.

    A list of last year may still say yes. Whoever agrees now tells it a person, who says so here.

    Parameters
    ----------
    record
        Row of a file.
    here
        What the row here holds as ``consent_shown``.

    Examples
    --------
    >>> no_stays({"consent_shown": True}, False), no_stays({"consent_shown": True}, None)
    (True, False)
    """
    return bool(record.get("consent_shown")) and not pd.isna(here) and not here
