"""Which actors a picture of the network shows: by sector, kind, who leads, and community.

What is hidden is out of every number beside the picture too, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from layers import consent

UNKNOWN: Final = "unknown"  # chosen like a code: not knowing is a group of its own
LED: Final = ("yes", "no", UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A choice of actors; what is empty leaves nobody out.

    Attributes
    ----------
    sectors, kinds
        Codes of ``vocab.SECTOR`` and ``vocab.ACTOR_KIND``, or ``UNKNOWN``.
    led
        Of ``LED``: whether migrants lead.
    communities
        BCP 47 tags of communities an actor belongs to, or ``UNKNOWN``: of none that is known.
    outside
        Only those that may be named outside: at a projector.
    """

    sectors: Sequence[str] = ()
    kinds: Sequence[str] = ()
    led: Sequence[str] = ()
    communities: Sequence[str] = ()
    outside: bool = False

    def of(self, organizations: pd.DataFrame) -> pd.DataFrame:
        """Keep the actors that are shown, in their order.

        Parameters
        ----------
        organizations
            Table ``organizations``.

        Examples
        --------
        >>> table = pd.DataFrame({"id": ["a", "b"], "sector": ["health", None]})
        >>> Shown(sectors=[UNKNOWN]).of(table)["id"].tolist()
        ['b']
        """
        kept = pd.Series(data=True, index=organizations.index)
        for column, codes in (("sector", self.sectors), ("kind", self.kinds)):
            if codes:
                kept &= organizations[column].astype(object).fillna(UNKNOWN).isin(list(codes))
        if self.led:
            known = organizations["migrant_led"].map({True: "yes", False: "no"})
            kept &= known.astype(object).fillna(UNKNOWN).isin(list(self.led))
        if self.communities:
            wanted = set(self.communities)
            kept &= organizations["communities"].map(lambda tags: bool(wanted & of_one(tags)))
        here = organizations[kept]
        return consent.named_outside(here) if self.outside else here


def of_one(tags: object) -> set[str]:
    """Give the communities of one actor, or ``UNKNOWN`` where none is known."""
    several = set(tags) if isinstance(tags, list | tuple) else set()
    return several or {UNKNOWN}
