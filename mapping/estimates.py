"""Estimates of people in two groups at once, by iterative proportional fitting to both margins.

Tables count women, and people born in Eritrea; hardly any counts women born in Eritrea. What the
two margins leave open is a range that is certain (Fréchet); a number inside of it is an estimate,
and says so wherever it stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from layers.errors import LayerError
from layers.streets import Floats, Numbers

CROSS: Final = "*"  # between two group codes
TIMES: Final = "\N{MULTIPLICATION SIGN}"  # between two labels
INDEPENDENCE: Final = "independence"
EVERYONE_KIND: Final = "all"
_ORDER: Final = ("sex", "age", "birthplace", "citizenship", "background")  # of a pair
_VAGUE: Final = (None, "", "other")  # dimensions that do not say by what a group is counted
TOLERANCE: Final = 1e-9
MOST_ROUNDS: Final = 1000
_CLOSE: Final = 1e-7  # of an area's people; clipped to the bounds after it
_ROUNDS: Final = 300
Range = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class Within:
    """Tables of larger areas that the tables of their parts must add up to.

    Attributes
    ----------
    part_of
        (n,) number of the larger area each area lies in; -1 for none.
    tables
        (g, r, c) people of the g larger areas; NaN where nobody counted them.
    """

    part_of: Numbers
    tables: Floats


@dataclass(frozen=True, eq=False)
class Fitted:
    """Tables that agree with their margins.

    Attributes
    ----------
    tables
        (n, r, c) people.
    rounds
        How many rounds it took.
    off
        (n,) people: the largest difference that is left from a margin.
    converged
        (n,) whether that is within the tolerance.
    """

    tables: Floats
    rounds: int
    off: Floats
    converged: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Crossed:
    """People who are in both of two groups; arrays have one entry an area, NaN where unknown.

    Attributes
    ----------
    estimate
        People, by iterative proportional fitting; fractions are kept, so that sums are right.
    least, most
        Bounds that are certain, given the two margins.
    """

    estimate: Floats
    least: Floats
    most: Floats


def fit(
    seed: npt.ArrayLike,
    margins: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    within: Within | None = None,
    tolerance: float = TOLERANCE,
    most_rounds: int = MOST_ROUNDS,
) -> Fitted:
    """Scale tables of two groupings until they agree with both margins.

    Parameters
    ----------
    seed
        (r, c), or (n, r, c) for one table an area: what is thought of the relation of the two
        groupings, in any unit; >= 0. A 0 stays 0 (structural zero).
    margins
        (n, r) and (n, c) people by the one and by the other grouping; >= 0, the same total in
        each area. A margin of 0 makes its row or column 0.
    within
        Larger areas whose known tables the areas must add up to.
    tolerance
        Largest difference from a margin, as a part of the area's total; > 0.
    most_rounds
        When to give up; > 0.

    Returns
    -------
    fitted
        Where no table has these margins and these zeros, ``converged`` is False.

    Raises
    ------
    ValueError
        If something is negative or NaN, or if shapes or totals do not agree.

    Notes
    -----
    Deming and Stephan (1940): rows are scaled to their margin, then columns, and so on. The answer
    has the margins, keeps every odds ratio of the seed, and is of all such tables the one nearest
    to the seed in the sense of Kullback and Leibler (Csiszár 1975). Assumes that the relation of
    the seed holds in every area: with a seed of ones, that the two groupings are independent in
    each area, and then one round is exact. With ``within`` the relation between areas of one larger
    area is the same, and fitted too: a table of three ways from its three two-way margins.
    Each round is O(n r c); it converges geometrically where the table exists.

    Examples
    --------
    >>> fit([[1, 1], [1, 1]], ([[30, 70]], [[40, 60]])).tables[0].tolist()
    [[12.0, 18.0], [28.0, 42.0]]
    """
    rows, columns = (np.atleast_2d(np.asarray(one, dtype=np.float64)) for one in margins)
    shape = (len(rows), rows.shape[1], columns.shape[1])
    start = np.asarray(seed, dtype=np.float64)
    if len(columns) != len(rows) or start.shape not in (shape, shape[1:]):
        raise ValueError(f"seed {start.shape} does not fit margins {rows.shape}, {columns.shape}")
    for name, one in (("seed", start), ("rows", rows), ("columns", columns)):
        if not (one >= 0).all():  # written so that NaN is refused too
            raise ValueError(f"{name} must be numbers >= 0")
    total = rows.sum(axis=1)
    if not np.allclose(total, columns.sum(axis=1), rtol=1e-6, atol=1e-9):
        raise ValueError("rows and columns must have the same total in every area")
    if not (tolerance > 0 and most_rounds > 0):
        raise ValueError("tolerance and most_rounds must be positive")
    # areas last: sums over two or three rows of many areas are then sums of long vectors
    tables = np.moveaxis(np.broadcast_to(start, shape), 0, -1).copy(order="C")
    rows, columns = np.ascontiguousarray(rows.T), np.ascontiguousarray(columns.T)
    allowed = tolerance * np.maximum(total, 1.0)
    rounds, off = 0, np.full(len(total), np.inf)
    larger = None if within is None else _Larger(within)
    while rounds < most_rounds and (off > allowed).any():
        rounds += 1
        strayed = np.zeros(len(total)) if larger is None else larger.scale(tables)
        tables *= _ratio(rows, tables.sum(axis=1))[:, None]
        tables *= _ratio(columns, tables.sum(axis=0))[None]
        off = np.maximum(strayed, np.abs(tables.sum(axis=1) - rows).max(axis=0, initial=0.0))
        off = np.maximum(off, np.abs(tables.sum(axis=0) - columns).max(axis=0, initial=0.0))
    return Fitted(np.moveaxis(tables, -1, 0), rounds, off, off <= allowed)


class _Larger:
    """Larger areas whose tables are known, and the areas that lie in them."""

    def __init__(self, within: Within) -> None:
        known = ~np.isnan(within.tables.sum(axis=(1, 2)))
        inside = np.flatnonzero(within.part_of >= 0)
        self.inside = inside[known[within.part_of[inside]]]
        self.of = within.part_of[self.inside]
        self.wanted = np.where(known[:, None, None], within.tables, 0.0)

    def scale(self, tables: Floats) -> Floats:
        """Scale tables (r, c, n) in place, and give how far those of the larger areas were off."""
        off = np.zeros(tables.shape[2])
        for row, column in np.ndindex(*tables.shape[:2]):
            wanted, mine = self.wanted[:, row, column], tables[row, column]
            sums = np.bincount(self.of, mine[self.inside], len(wanted)).astype(np.float64)
            mine[self.inside] *= _ratio(wanted, sums)[self.of]
            off[self.inside] = np.maximum(off[self.inside], np.abs(wanted - sums)[self.of])
        return off


def _ratio(wanted: Floats, found: Floats) -> Floats:
    """Divide; where nothing is found, nothing can be scaled."""
    return np.divide(wanted, found, out=np.zeros_like(found), where=found > 0)


def crossed(
    first: Range,
    second: Range,
    everyone: Range,
    *,
    larger: tuple[Numbers, npt.ArrayLike] | None = None,
) -> Crossed:
    """Estimate how many people are in both of two groups, and bound it.

    Parameters
    ----------
    first, second, everyone
        (n,) at least and (n,) at most: people of the one group, of the other, and all people. Where
        a number is withheld the two differ (1 and 4); NaN where there is none.
    larger
        (n,) number of the larger area each area lies in, -1 for none, and (g,) people counted
        there in both groups, NaN where nobody counted them. Without it the two groups are taken as
        independent.

    Returns
    -------
    crossed
        The bounds are of Fréchet (1940): at least max(0, a + b - n), at most min(a, b), each with
        the end of a range that makes it widest. They hold whatever the relation of the groups is.

    Notes
    -----
    A withheld number enters the estimate as the middle of its range. Where a larger area was
    counted, the estimates of its areas add up to its count, moved into what the margins allow.

    Examples
    --------
    >>> here = crossed(([100.0], [100.0]), ([40.0], [40.0]), ([200.0], [200.0]))
    >>> here.estimate.tolist(), here.least.tolist(), here.most.tolist()
    ([20.0], [0.0], [40.0])
    """
    (a_low, a_high), (b_low, b_high), (n_low, n_high) = (
        (np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
        for low, high in (first, second, everyone)
    )
    least = np.maximum(0.0, a_low + b_low - n_high)
    most = np.minimum(np.minimum(a_high, b_high), n_high)
    least = np.minimum(least, most)  # where published numbers were changed a little each
    estimate = np.full(least.shape, np.nan)
    known = ~np.isnan(least + most + n_low)
    a, b = ((low[known] + high[known]) / 2 for low, high in ((a_low, a_high), (b_low, b_high)))
    n = np.maximum((n_low[known] + n_high[known]) / 2, np.maximum(a, b))
    margins = np.stack([a, n - a], axis=1), np.stack([b, n - b], axis=1)
    seed, within = np.ones((len(n), 2, 2)), None
    if larger is not None:
        seed, within = _of_larger(margins, n, larger[0][known], np.asarray(larger[1], float))
    tables = fit(seed, margins, within=within, tolerance=_CLOSE, most_rounds=_ROUNDS).tables
    estimate[known] = np.clip(tables[:, 0, 0], least[known], most[known])
    unknown = ~known
    return Crossed(estimate, np.where(unknown, np.nan, least), np.where(unknown, np.nan, most))


def _of_larger(
    margins: tuple[Floats, Floats], n: Floats, part_of: Numbers, both: Floats
) -> tuple[Floats, Within]:
    """Make tables of larger areas from the people in both groups and the margins of the parts."""
    a, b = margins[0][:, 0], margins[1][:, 0]
    mine = part_of >= 0

    def summed(values: Floats) -> Floats:
        sums: Floats = np.bincount(part_of[mine], values[mine], len(both)).astype(np.float64)
        return sums

    lowest, highest = summed(np.maximum(0.0, a + b - n)), summed(np.minimum(a, b))
    x = np.clip(both, lowest, highest)
    a_all, b_all, n_all = summed(a), summed(b), summed(n)
    tables = np.stack([x, a_all - x, b_all - x, n_all - a_all - b_all + x], axis=1)
    tables = np.maximum(tables, 0.0).reshape(-1, 2, 2)
    seed = np.ones((len(n), 2, 2))
    counted = mine & ~np.isnan(x)[part_of]
    seed[counted] = tables[part_of[counted]]
    return seed, Within(part_of, tables)


def whole(low: float, high: float) -> tuple[float, float]:
    """Round both ends of a sum of estimates to people: a fraction makes no range of one number.

    Somebody stays somebody.

    Examples
    --------
    >>> whole(937.6, 937.6), whole(0.2, 0.2), whole(0, 0)
    ((938.0, 938.0), (0.0, 1.0), (0.0, 0.0))
    """
    most = math.ceil(round(high, 6)) if high < 0.5 else round(high)
    return float(round(low)), float(most)


def is_crossed(code: str) -> bool:
    """Tell whether a group code asks for people in two groups at once."""
    return CROSS in code


def turned(code: str) -> str:
    """Name the same two groups in the other order.

    Examples
    --------
    >>> turned("women*born_er")
    'born_er*women'
    """
    return CROSS.join(reversed(apart(code)))


def apart(code: str) -> list[str]:
    """Take the groups of a code apart, whether they can be crossed or not."""
    return code.split(CROSS)


def pairs(dimensions: Mapping[str, str | None]) -> list[str]:
    """List what can be crossed, in one order: sex, age, and then where people come from.

    Groups of which nobody says by what they are counted are left out.

    Examples
    --------
    >>> pairs({"born_er": "birthplace", "women": "sex", "old": "age", "all": "all"})
    ['women*old', 'women*born_er', 'old*born_er']
    """
    single = {one: kind for one, kind in dimensions.items() if not is_crossed(one)}
    return [
        CROSS.join((one, other))
        for first, second in combinations(_ORDER, 2)
        for one, kind in single.items()
        if kind == first
        for other, its in single.items()
        if its == second
    ]


def pair(code: str, dimensions: Mapping[str, str | None]) -> tuple[str, str]:
    """Take a code such as ``women*born_er`` apart.

    Parameters
    ----------
    code
        Two codes of groups with ``*`` between.
    dimensions
        By what each group that is counted is counted: sex, age, birthplace ...

    Raises
    ------
    LayerError
        ``group_unknown``; ``estimate_two_groups`` where it is more or fewer than two;
        ``estimate_same_kind`` where both are counted by the same, or one is everyone.

    Examples
    --------
    >>> pair("women*born_er", {"women": "sex", "born_er": "birthplace"})
    ('women', 'born_er')
    """
    codes = apart(code)
    if len(codes) != 2 or not all(codes):
        raise LayerError("estimate_two_groups", groups=len([one for one in codes if one]))
    first, second = codes
    for one in codes:
        if one not in dimensions:
            raise LayerError("group_unknown", known=", ".join(dimensions))
    kinds = [dimensions[one] for one in codes]
    same = first == second or (kinds[0] == kinds[1] and kinds[0] not in _VAGUE)
    if same or EVERYONE_KIND in (*kinds, *codes):
        raise LayerError("estimate_same_kind", first=first, second=second)
    return first, second


def label(code: str, labels: Mapping[str, str]) -> str:
    """Name a group, or two at once, as their sources call them.

    Examples
    --------
    >>> label("women*born_er", {"women": "Women"}) == f"Women {TIMES} born_er"
    True
    """
    if code in labels:
        return labels[code]
    return f" {TIMES} ".join(labels.get(one, one) for one in apart(code))
