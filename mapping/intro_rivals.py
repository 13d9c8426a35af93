"""What as many pairs by chance would bring: the measure beside which suggestions are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from layers.streets import Floats
from mapping.intro_pairs import Field, Pair
from mapping.intro_ways import Crossing

DRAWS: Final = 200
SEED: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One value of the suggested ties together, beside ties by chance.

    Attributes
    ----------
    ours
        With the ties that are suggested.
    mean, high
        Mean and 95th percentile of as many random pairs from different sectors.
    now
        With no tie more.
    """

    ours: float
    mean: float
    high: float
    now: float = 0.0

    @property
    def verdict(self) -> str:
        """``better``: above the 95th percentile of chance; ``above``: its mean; ``no_better``."""
        if self.ours > self.high + 1e-12:
            return "better"
        return "above" if self.ours > self.mean + 1e-12 else "no_better"


def beside(found: Field, chosen: Sequence[Pair], ways: Crossing) -> dict[str, Beside]:
    """Compare suggested ties with ties between random actors of different sectors.

    Parameters
    ----------
    found
        All pairs.
    chosen
        The ties that are suggested.
    ways
        Who hangs on one go-between, nobody settled.

    Returns
    -------
    beside
        ``reach``: mean of 1 / steps between sectors; ``served``: people newly served for certain,
        of the tie that serves most; ``ways``: actors that get a way of their own. Empty where there
        are too few pairs to draw from.

    Notes
    -----
    200 draws without replacement, seeded, of pairs that may be proposed and whose sectors are known
    and different.
    """
    across = np.argwhere(np.triu(found.reach.across & found.allowed))
    if not chosen or len(across) < len(chosen):
        return {}
    low, _, _ = found.served(())
    random = np.random.default_rng(SEED)
    values = np.array(
        [
            _values(
                found, low, ways, across[random.choice(len(across), len(chosen), replace=False)]
            )
            for _ in range(DRAWS)
        ]
    )
    ours = _values(found, low, ways, np.array(chosen, dtype=np.int64))
    now = (found.reach.mean, 0.0, 0.0)
    return {
        name: Beside(
            ours=ours[at],
            mean=float(values[:, at].mean()),
            high=float(np.quantile(values[:, at], 0.95)),
            now=now[at],
        )
        for at, name in enumerate(("reach", "served", "ways"))
    }


def _values(
    found: Field, low: Floats, ways: Crossing, pairs: np.typing.NDArray[np.int64]
) -> tuple[float, float, float]:
    rows, columns = pairs.T
    return (
        found.reach.with_all((int(a), int(b)) for a, b in pairs),
        float(low[rows, columns].max()),
        float(ways.helped(rows, columns)),
    )
