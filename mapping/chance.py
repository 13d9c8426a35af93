"""What chance would give: other networks as large, and other owners of the same labels.

Seeded, so that the same data give the same number twice. A number with too little behind it is
shown, and nothing is claimed of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mapping.adjacency import Floats, Ints

SEED: Final = 0
CLEAR: Final = 0.05  # a p below this is a difference from chance
FEWEST_ACTORS, FEWEST_TIES, SMALLEST_GROUP = 10, 10, 5
_SAME: Final = 1e-12  # two sums of the same numbers in another order are one value


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One number about a network, beside what chance would give.

    Attributes
    ----------
    name
        What it is, such as ``"centralisation"``.
    value
        ``None`` where it is not defined.
    expected
        What chance gives on average; ``None`` where nothing was compared.
    p
        Share of chance networks at least as far from ``expected``, the network itself counted as
        one of them; ``None`` where nothing was compared or is claimed.
    n
        Actors that it is about.
    counted, of
        Of what it is a share: ``counted`` of ``of``.
    too_few
        Why nothing is claimed about chance: ``"actors"``, ``"ties"`` or ``"groups"``; else
        ``None``.
    """

    name: str
    value: float | None
    expected: float | None = None
    p: float | None = None
    n: int = 0
    counted: int = 0
    of: int = 0
    too_few: str | None = None

    @property
    def claim(self) -> str:
        """What may be said: ``more``, ``less``, ``chance``, ``few``; ``none`` without a p."""
        if self.too_few is not None:
            return "few"
        if self.p is None or self.value is None or self.expected is None:
            return "none"
        if self.p >= CLEAR:
            return "chance"
        return "more" if self.value > self.expected else "less"


def too_few(*, actors: int, ties: int, groups: Iterable[int] | None = None) -> str | None:
    """Say why nothing can be claimed about chance, ``None`` where something can.

    Parameters
    ----------
    actors
        With at least one tie.
    ties
        Tied pairs, or arcs where direction matters.
    groups
        Sizes of the groups compared, if any: two need at least five actors.

    Examples
    --------
    >>> too_few(actors=9, ties=30), too_few(actors=12, ties=30, groups=[7, 5])
    ('actors', None)
    """
    if actors < FEWEST_ACTORS:
        return "actors"
    if ties < FEWEST_TIES:
        return "ties"
    if groups is not None and sum(size >= SMALLEST_GROUP for size in groups) < 2:
        return "groups"
    return None


def two_sided(value: float, drawn: npt.ArrayLike, *, expected: float) -> float:
    """Give the share of draws at least as far from what is expected, ``value`` among them.

    Examples
    --------
    >>> two_sided(3, [0, 1, -1], expected=0)
    0.25
    """
    far = np.abs(np.asarray(drawn, dtype=float) - expected) >= abs(value - expected) - _SAME
    return float((far.sum() + 1) / (far.size + 1))


def above(value: float, drawn: npt.ArrayLike) -> float:
    """Give the share of draws at least as large, ``value`` among them.

    Examples
    --------
    >>> above(3, [5, 1, 2])
    0.5
    """
    large = np.asarray(drawn, dtype=float) >= value - _SAME
    return float((large.sum() + 1) / (large.size + 1))


def random_pairs(n: int, ties: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw so many different pairs of ``n`` actors, each set of pairs equally likely.

    Examples
    --------
    >>> one, other = random_pairs(4, 6, np.random.default_rng(0))
    >>> sorted(zip(one.tolist(), other.tolist(), strict=True))
    [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    """
    picked = rng.choice(n * (n - 1) // 2, size=ties, replace=False, shuffle=False)
    # Pairs are numbered 01, 02, 12, 03, ...: the larger of number k is the triangular root of k.
    other = ((1 + np.sqrt(1 + 8 * picked.astype(float))) / 2).astype(np.int64)
    other -= other * (other - 1) // 2 > picked  # where the root was rounded up
    return (picked - other * (other - 1) // 2).astype(np.int64), other


def random_reciprocity(n: int, arcs: int) -> tuple[Ints, Floats]:
    """Give how likely each number of mutual pairs is among so many arcs drawn at random.

    Returns
    -------
    mutual, likely
        Possible numbers of pairs tied both ways, and their probabilities, which sum to 1.

    Notes
    -----
    Of D pairs, k are mutual and ``arcs - 2k`` one way, in ``C(D, k) C(D - k, arcs - 2k)
    2^(arcs - 2k)`` equally likely ways.

    Examples
    --------
    >>> mutual, likely = random_reciprocity(2, 1)
    >>> mutual.tolist(), likely.tolist()
    ([0], [1.0])
    """
    pairs = n * (n - 1) // 2
    mutual = np.arange(max(0, arcs - pairs), arcs // 2 + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, pairs + 1)))])  # of factorials
    one_way = arcs - 2 * mutual
    ways = one_way * np.log(2.0) - logs[mutual] - logs[one_way] - logs[pairs - mutual - one_way]
    likely = np.exp(ways - ways.max())
    return mutual.astype(np.int64), likely / likely.sum()
