"""Actors and what they have to do with: the services they offer, the communities they serve.

A network of two kinds of things. Two actors that never met may offer the same to the same people:
that is seen here and not in the ties.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

HOWS: Final = ("of", "staff", "interpreter", "material", "some")  # from nearest to least known
_GONE: Final = ("inactive", "defunct")


def offers(actors: Iterable[str], services: pd.DataFrame) -> pd.DataFrame:
    """Count the services of each category that actors offer.

    Parameters
    ----------
    actors
        Identifiers.
    services
        Table ``services``; those that ended are left out.

    Returns
    -------
    table
        ``actor``, ``other`` (code of ``vocab.CATEGORY``), ``number`` of services.

    Examples
    --------
    >>> rows = [("a", "health"), ("a", "health"), ("b", "legal")]
    >>> table = pd.DataFrame(rows, columns=["organization_id", "category"]).assign(status=None)
    >>> offers(["a"], table).to_dict("records")
    [{'actor': 'a', 'other': 'health', 'number': 2}]
    """
    there = _running(services, actors)
    counted = there.groupby(["organization_id", "category"], sort=True).size()
    return counted.rename("number").rename_axis(["actor", "other"]).reset_index()


def serves(
    organizations: pd.DataFrame, services: pd.DataFrame, languages: pd.DataFrame
) -> pd.DataFrame:
    """List the communities that actors belong to, or whose language their services speak.

    Parameters
    ----------
    organizations
        Table ``organizations``.
    services, languages
        Tables ``services`` and ``service_languages``.

    Returns
    -------
    table
        ``actor``, ``other`` (BCP 47 tag), ``how``, the first of ``HOWS`` that holds: it is of that
        community, staff speak the language, an interpreter comes, there is material, or somebody
        said that they do and not how.

    Examples
    --------
    >>> group = pd.DataFrame({"id": ["a"], "communities": [["so"]]})
    >>> none = pd.DataFrame(columns=["id", "organization_id", "status"])
    >>> spoken = pd.DataFrame(columns=["service_id", "language", "level"])
    >>> serves(group, none, spoken).to_dict("records")
    [{'actor': 'a', 'other': 'so', 'how': 'of'}]
    """
    rows = [
        (actor, tag, HOWS.index("of"))
        for actor, tags in zip(organizations["id"], organizations["communities"], strict=True)
        if isinstance(tags, list | tuple)
        for tag in tags
    ]
    there = _running(services, organizations["id"])
    spoken = languages.merge(there[["id", "organization_id"]], left_on="service_id", right_on="id")
    rows += [
        (actor, tag, HOWS.index(level) if level in HOWS else len(HOWS) - 1)
        for actor, tag, level in zip(
            spoken["organization_id"], spoken["language"], spoken["level"], strict=True
        )
    ]
    found = pd.DataFrame(rows, columns=["actor", "other", "how"])
    nearest = found.groupby(["actor", "other"], sort=True)["how"].min()
    table = nearest.reset_index()
    table["how"] = [HOWS[int(one)] for one in table["how"]]
    return table


def _running(services: pd.DataFrame, actors: Iterable[str]) -> pd.DataFrame:
    """Keep the services of these actors that have not ended; unknown is not ended."""
    there = services["organization_id"].isin(list(actors)) & ~services["status"].isin(_GONE)
    return services[there]
