"""Which groups may be shown, and how far their towers agree: by rank, never by height.

One group builds high and another low, and both may mean the same. So a tower counts by its place
among its group's towers, 1 the most, and equals share the mean of their places. Fewer than five
people are nobody: such a group is put together with the others like it, and where even those
together are too few, nothing of them is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.netmap import LETTERS, Group
from layers.privacy import K, band

FEWEST = 2  # groups that can differ


@dataclass(frozen=True, slots=True)
class Unit:
    """Groups that are shown as one: one of five people or more, or all smaller ones together."""

    name: str  # "A", or "C+D"
    parties: tuple[int, ...]
    said_by: str  # band of people


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How groups rank the actors.

    ``table`` has a row an actor, those that most units ranked first, and a column a unit, its own
    ranks, NaN where it said nothing; and ``lowest``, ``highest``, ``difference`` of the ranks on
    the actors that all units ranked, NaN for the others. ``common`` counts these. ``agreement`` is
    Kendall's W on them, None where it is not defined: fewer than two units or actors, or no unit
    that tells any two actors apart.
    """

    table: pd.DataFrame
    common: int
    agreement: float | None


def units(groups: Sequence[Group]) -> tuple[Unit, ...]:
    """Say which groups may be shown, and under which name.

    Parameters
    ----------
    groups
        Those that said something.

    Examples
    --------
    >>> sizes = [(0, 6), (1, 3), (2, 4)]
    >>> said = [Group(party=n, people=many, code="", is_right=True) for n, many in sizes]
    >>> [unit.name for unit in units(said)], units(said[1:2])
    (['A', 'B+C'], ())
    """
    large = [one for one in groups if one.people >= K]
    small = [one for one in groups if one.people < K]
    found = [Unit(one.letter, (one.party,), band(one.people)) for one in large]
    together = sum(one.people for one in small)
    if together >= K:
        name = "+".join(LETTERS[one.party] for one in small)
        found.append(Unit(name, tuple(one.party for one in small), band(together)))
    return tuple(found)


def ranks(heights: pd.Series) -> pd.Series:
    """Rank towers, 1 the highest; equals share the mean of their places.

    Examples
    --------
    >>> ranks(pd.Series({"a": 5, "b": 2, "c": 2, "d": 0})).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    return heights.rank(ascending=False, method="average")


def unit_ranks(towers: pd.DataFrame, unit: Unit) -> pd.Series:
    """Rank the actors as a unit does; of several groups, by the mean of their ranks.

    Parameters
    ----------
    towers
        As :func:`layers.netmap.towers`.
    unit
        Of several groups only the actors count that all of them ranked.
    """
    each = [
        towers[towers["party"] == party].set_index("actor")["height"].astype(float)
        for party in unit.parties
    ]
    if len(each) == 1:
        return ranks(each[0])
    common = pd.concat(each, axis=1, join="inner")
    means = common.rank(ascending=False, method="average").mean(axis=1)
    return means.rank(method="average")


def compare(towers: pd.DataFrame, groups: Sequence[Unit]) -> Comparison:
    """Put the ranks of groups side by side.

    Parameters
    ----------
    towers
        As :func:`layers.netmap.towers`.
    groups
        As :func:`units`; what is in none of them is not looked at.
    """
    own = {unit.name: unit_ranks(towers, unit) for unit in groups}
    table = pd.DataFrame(own, dtype=float)
    common = table.dropna() if len(own) >= FEWEST else table.iloc[:0]
    again = common.rank(method="average")
    spread = pd.DataFrame({"lowest": again.max(axis=1), "highest": again.min(axis=1)})
    spread["difference"] = spread["lowest"] - spread["highest"]
    order = (  # what most groups ranked comes first: a first place given by one is no first place
        pd.DataFrame({"said": -table.notna().sum(axis=1), "mean": table.mean(axis=1)})
        .sort_values(["said", "mean"], kind="stable")
        .index
    )
    return Comparison(
        table=table.join(spread).loc[order],
        common=len(common),
        agreement=kendalls_w(again.to_numpy().T) if len(own) >= FEWEST else None,
    )


def kendalls_w(ranked: np.ndarray) -> float | None:
    """Give Kendall's coefficient of concordance with the correction for ties.

    Parameters
    ----------
    ranked
        (m, n) ranks of n actors by m groups, equals sharing the mean of their places.

    Returns
    -------
    w
        0 (no agreement) to 1 (all rank alike); None where it is not defined.

    Examples
    --------
    >>> kendalls_w(np.array([[1, 2, 3], [1, 2, 3]])), kendalls_w(np.array([[1, 2, 3], [3, 2, 1]]))
    (1.0, 0.0)
    """
    m, n = ranked.shape
    if m < FEWEST or n < FEWEST:
        return None
    ties = sum(
        float((counts**3 - counts).sum())
        for row in ranked
        for counts in [np.unique(row, return_counts=True)[1].astype(float)]
    )
    most = m**2 * (n**3 - n) - m * ties
    if most <= 0:  # every group calls all of them equal
        return None
    sums = ranked.sum(axis=0)
    return float(12 * ((sums - sums.mean()) ** 2).sum() / most)
