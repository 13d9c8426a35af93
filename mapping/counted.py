"""Which ties a number counts: their kinds, the day, how strong and confirmed by whom.

Every measure of the network is about some ties and not about others. One value says which, and
every page, table and export that shows such a measure names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from layers import vocab

WEAKEST = 1  # an unknown strength counts as this
CONFIRMED = (0, 1, 2)  # of the two ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A choice of ties.

    Attributes
    ----------
    on
        Day to look at: ties that ended before it, or begin after it, are left out. An unknown day
        leaves nothing out. ``None``: the ties of all times.
    kinds
        Codes of ``vocab.TIE_KIND``; none is all.
    least_strength
        1 rare, 2 regular, 3 close; an unknown strength counts 1.
    confirmed
        How many of the two ends must have said so: 0, 1 or 2; unknown is 0.
    """

    on: date | None = None
    kinds: Sequence[str] = ()
    least_strength: int = WEAKEST
    confirmed: int = 0

    def of(self, ties: pd.DataFrame) -> pd.DataFrame:
        """Keep the ties that count, in their order.

        Parameters
        ----------
        ties
            Table ``ties``.

        Examples
        --------
        >>> ended = pd.DataFrame(
        ...     {"kind": ["funds"], "since": [None], "until": [pd.Timestamp("2024-05-01")]}
        ... )
        >>> len(Counted(on=date(2024, 5, 1)).of(ended)), len(Counted(on=date(2024, 5, 2)).of(ended))
        (1, 0)
        """
        kept = pd.Series(data=True, index=ties.index)
        if self.kinds:
            kept &= ties["kind"].isin(list(self.kinds))
        if self.on is not None:
            day = pd.Timestamp(self.on)
            kept &= ~(pd.to_datetime(ties["until"]) < day) & ~(pd.to_datetime(ties["since"]) > day)
        if self.least_strength > WEAKEST:
            kept &= ties["strength"].astype("Float64").fillna(WEAKEST) >= self.least_strength
        if self.confirmed:
            kept &= ties["confirmed_by"].astype("Int64").fillna(0) >= self.confirmed
        return ties[kept]

    @property
    def is_whole(self) -> bool:
        """Whether every tie of its day counts."""
        return (
            set(self.kinds) in (set(), set(vocab.TIE_KIND))
            and self.least_strength <= WEAKEST
            and not self.confirmed
        )
