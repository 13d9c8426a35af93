"""How far groups led by migrants take part, tie by tie, and at which level of the municipality."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import pandas as pd

from layers import vocab
from mapping.seats import TAKEN

RUNGS: Final = vocab.PARTICIPATION  # from the lowest
LEVELS: Final = vocab.COOPERATION
UNKNOWN: Final = "unknown"
_COLUMNS: Final = ["tie", "group", "institution", "sector", "rung"]


def between(organizations: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    """List the ties between institutions and groups led by migrants, each with its rung.

    Parameters
    ----------
    organizations
        Those that may be shown (:func:`layers.consent.shown_actors`).
    ties
        The ties that count (:meth:`mapping.counted.Counted.of`).

    Returns
    -------
    table
        ``tie``; ``group`` known to be led by migrants; ``institution`` known not to be;
        ``sector`` of the institution and ``rung`` of the tie, ``unknown`` where nobody said.
    """
    led = _led(organizations)
    about = organizations.reindex(columns=["id", "sector"])
    sectors = dict(zip(about["id"], about["sector"], strict=True))
    columns = ["id", "from_id", "to_id", "participation"]
    rows = []
    for tie, *pair, rung in ties.reindex(columns=columns).itertuples(index=False):
        ends = {led[one]: one for one in map(str, pair) if one in led}
        if True in ends and False in ends:
            sector = _or_unknown(sectors[ends[False]])
            rows.append((tie, ends[True], ends[False], sector, _or_unknown(rung)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def unknown_lead(organizations: pd.DataFrame, ties: pd.DataFrame) -> int:
    """Count the ties that may belong on the ladder: of at least one end nobody knows who leads."""
    led = _led(organizations)
    there = ties["from_id"].isin(list(led)) & ties["to_id"].isin(list(led))
    ends = zip(ties.loc[there, "from_id"], ties.loc[there, "to_id"], strict=True)
    return sum(None in (led[one], led[other]) and one != other for one, other in ends)


def rungs(table: pd.DataFrame) -> dict[str, int]:
    """Count ties by rung, from the lowest, ``unknown`` last."""
    counts = table["rung"].value_counts()
    return {rung: int(counts.get(rung, 0)) for rung in (*RUNGS, UNKNOWN)}


def by_sector(table: pd.DataFrame) -> pd.DataFrame:
    """Count ties by the sector of the institution and by rung; sectors with most ties first.

    Returns
    -------
    counts
        Indexed by sector, ``unknown`` last; one column a rung, ``unknown`` last.
    """
    counts = pd.crosstab(table["sector"], table["rung"]).reindex(
        columns=[*RUNGS, UNKNOWN], fill_value=0
    )
    ties = table["sector"].value_counts().to_dict()
    return counts.loc[sorted(ties, key=lambda one: (one == UNKNOWN, -ties[one], one))].astype(int)


def only_informed(table: pd.DataFrame) -> pd.DataFrame:
    """List the groups of which every known tie to an institution stands on the lowest rung.

    Returns
    -------
    groups
        ``group``, ``informed``: ties on the lowest rung, ``unknown``: ties nobody knows the rung
        of. Those of which most is known first; a group of which nothing is known is not here.
    """
    rows = []
    for group, mine in table.groupby("group", sort=False):
        said = mine["rung"].tolist()
        known = [one for one in said if one != UNKNOWN]
        if known and set(known) == {RUNGS[0]}:
            rows.append((group, len(known), len(said) - len(known)))
    rows.sort(key=lambda one: (one[2], -one[1]))
    return pd.DataFrame(rows, columns=["group", "informed", "unknown"])


def highest(table: pd.DataFrame) -> pd.Series[Any]:
    """Give the highest known rung of each group; ``unknown`` where none is known."""
    order = {rung: number for number, rung in enumerate((UNKNOWN, *RUNGS))}
    best = {
        group: max(mine["rung"], key=order.__getitem__)
        for group, mine in table.groupby("group", sort=False)
    }
    return pd.Series(best, dtype=object, name="rung")


def cooperation(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    *,
    city: Collection[str],
    bodies: pd.DataFrame,
    seats: pd.DataFrame,
) -> pd.DataFrame:
    """Say at which levels each group led by migrants works with the municipality.

    A level is there where a tie says so, or where both sit in a body of that level.

    Parameters
    ----------
    organizations, ties
        As for :func:`between`.
    city
        Actors of the municipality (:func:`mapping.network.city_actors`).
    bodies, seats
        Tables of the atlas.

    Returns
    -------
    table
        Indexed by group in the order of ``organizations``: one column a level, true, false, or
        ``<NA>`` where a tie or a common body leaves the level open; ``ties``: ties to the
        municipality.
    """
    groups = [one for one, led in _led(organizations).items() if led]
    levels: dict[str, set[str | None]] = {one: set() for one in groups}
    counts = dict.fromkeys(groups, 0)
    town = set(city)
    columns = ["from_id", "to_id", "cooperation"]
    for tail, head, level in ties.reindex(columns=columns).itertuples(index=False):
        for one, other in ((tail, head), (head, tail)):
            if one in levels and other in town and one != other:
                counts[one] += 1
                levels[one].add(None if pd.isna(level) else str(level))
    here = seats[seats["state"].isin(TAKEN)]
    for body in bodies.to_dict("records"):
        members = set(here.loc[here["body_id"] == body["id"], "organization_id"].dropna())
        if members & town:
            for one in members & set(levels):
                levels[one].add(None if pd.isna(body["level"]) else str(body["level"]))
    rows = {
        one: [*(_there(level, said) for level in LEVELS), counts[one]]
        for one, said in levels.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*LEVELS, "ties"])
    return table.astype({**dict.fromkeys(LEVELS, "boolean"), "ties": "int64"})


def _there(level: str, said: Collection[str | None]) -> bool | None:
    """Tell whether a level is there; unknown where something is, and nobody said at which."""
    if level in said:
        return True
    return None if None in said else False


def _led(organizations: pd.DataFrame) -> Mapping[str, bool | None]:
    table = organizations.reindex(columns=["id", "migrant_led"])
    return {
        str(one): None if pd.isna(led) else bool(led) for one, led in table.itertuples(index=False)
    }


def _or_unknown(value: object) -> str:
    return value if isinstance(value, str) else UNKNOWN
