"""Whether people not reached live in clusters: more than if the numbers were dealt out by chance.

Many areas are tested at once, so that some look special by chance alone; the p-values are corrected
for that. Near areas share their services, and so some clustering is to be expected: a cluster says
where to look, never why.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from layers.streets import Floats
from mapping.few import FEW
from mapping.gaps import Gaps
from mapping.local_statistics import (
    PERMUTATIONS,
    SEED,
    Local,
    bordering,
    corrected,
    differ,
    getis_ord,
    local_moran,
    within,
)

MEASURES: Final = ("people", "share")
METHODS: Final = ("getis_ord", "local_moran")
HOT, COLD, HIGH_AMONG_LOW, LOW_AMONG_HIGH = "hot", "cold", "high_among_low", "low_among_high"
KINDS: Final = (HOT, COLD, HIGH_AMONG_LOW, LOW_AMONG_HIGH)
ALPHA: Final = 0.05
LEAST_AREAS: Final = 8  # with fewer there is nothing to compare a neighbourhood with
_KIND: Final = MappingProxyType(
    {(True, True): HOT, (False, False): COLD, (True, False): HIGH_AMONG_LOW}
)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which areas stand out, and what was asked; arrays have one entry an area of the answer.

    Attributes
    ----------
    measure
        ``people``: those certainly not reached, as they are shown. ``share``: of all people there.
    method, correction, alpha
        How it was tested.
    ids
        The areas.
    values
        (n,) what was tested; NaN where an area was left out.
    statistic, p, p_corrected
        (n,) NaN where an area was left out or is an island.
    kind
        A word of ``KINDS`` where the corrected p is at most ``alpha``, else "".
    islands
        Areas with people but without a neighbour among those tested.
    few
        Areas left out because fewer than five people live there, or nobody knows how many.
    why_not
        Why nothing was tested: ``papers``, ``few_areas``, ``constant``, ``no_neighbours``; else "".
    """

    measure: str
    method: str
    correction: str
    alpha: float
    ids: list[str]
    values: Floats
    statistic: Floats
    p: Floats
    p_corrected: Floats
    kind: list[str]
    islands: int
    few: int
    why_not: str

    @property
    def tested(self) -> int:
        """How many areas were tested."""
        return int((~np.isnan(self.p)).sum())


def clusters(  # noqa: PLR0913 - every choice of a test is named
    answer: Gaps,
    *,
    measure: str = "people",
    method: str = "getis_ord",
    correction: str = "fdr",
    max_m: float | None = None,
    alpha: float = ALPHA,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Clusters:
    """Test which areas of an answer form clusters of people not reached.

    Tested is what is shown of each area and nothing finer: the lower bound, which is 0 where it
    would be one to four. Areas of which fewer than five people are known are left out, and so are
    their borders.

    Parameters
    ----------
    answer
        From :func:`mapping.gaps.gaps`.
    measure, method, correction
        Of ``MEASURES``, ``METHODS``, ``CORRECTIONS``.
    max_m
        Neighbours are areas whose centroids lie so near; ``None``: those that share a border.
    alpha
        Greatest corrected p that is named.
    permutations, seed
        Of the local Moran.
    """
    for name, value, known in (("measure", measure, MEASURES), ("method", method, METHODS)):
        if value not in known:
            raise ValueError(f"{name} must be one of {known}, got {value!r}")
    values = _values(answer, measure)
    areas = answer.city.homes(answer.level).areas
    tested = np.flatnonzero(~np.isnan(values))
    why_not, islands = _why_not(answer, values[tested]), 0
    found = [np.full(len(values), np.nan) for _ in range(3)]
    kind = [""] * len(values)
    if not why_not:
        some = areas.iloc[tested]
        weights = bordering(some) if max_m is None else within(some, max_m=max_m)
        local = (
            getis_ord(values[tested], weights)
            if method == "getis_ord"
            else local_moran(values[tested], weights, permutations=permutations, seed=seed)
        )
        islands = int((np.diff(weights.indptr) == 0).sum())
        final = corrected(local.p, correction=correction)
        for into, column in zip(found, (local.statistic, local.p, final), strict=True):
            into[tested] = column
        for at in np.flatnonzero(final <= alpha):
            kind[tested[at]] = _kind(method, local, int(at))
        why_not = "" if (~np.isnan(local.p)).any() else "no_neighbours"
    return Clusters(
        measure=measure,
        method=method,
        correction=correction,
        alpha=alpha,
        ids=answer.ids,
        values=values,
        statistic=found[0],
        p=found[1],
        p_corrected=found[2],
        kind=kind,
        islands=islands,
        few=len(values) - len(tested),
        why_not=why_not,
    )


def _kind(method: str, local: Local, at: int) -> str:
    around = bool(local.around_above[at])
    own = around if method == "getis_ord" else bool(local.above[at])
    return _KIND.get((own, around), LOW_AMONG_HIGH)


def _values(answer: Gaps, measure: str) -> Floats:
    """Give what is tested, as it is shown: no number from one to four stands behind it."""
    people = answer.people
    enough = answer.counted & ~people.suppressed & (np.nan_to_num(people.low) > FEW)
    missed = np.floor(np.nan_to_num(answer.not_low).round(6))
    shown = np.where(missed > FEW, missed, 0.0)
    if measure == "share":
        told = shown / np.where(enough, people.high, 1.0)  # a share says no more than its number
        shown = np.where(answer.widened, told, 1 - answer.reached_high)
    return np.where(enough, shown, np.nan)


def _why_not(answer: Gaps, values: Floats) -> str:
    if answer.need.no_papers:  # a map of it would be read as one of people
        return "papers"
    if len(values) < LEAST_AREAS:
        return "few_areas"
    return "" if differ(values) else "constant"
