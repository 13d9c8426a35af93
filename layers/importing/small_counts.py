"""One to four people are never stored, and never left to be computed from the other numbers.

Population tables hold sums: ages make up everyone, foreigners and citizens make up everyone. Where
one part is withheld, total minus the others would give it away. So every withheld part is counted
as :data:`STANDS_FOR` people, and the difference is moved to the largest other part of the same sum,
which is then an estimate. Totals stay as they are; what can be computed for a withheld part is that
constant and nothing about anybody. Where no other part can take the difference, the total does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SMALLEST = 5
STANDS_FOR = 2
HALF_A_PERSON = 0.5
LOOK_AT = 64  # rows
EVIDENCE = 3  # rows that must agree before two columns are taken for the parts of a third
Counts = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Protected:
    """Counts with NaN where unknown or withheld, which are withheld, which are estimates."""

    counts: Counts
    suppressed: Flags
    estimated: Flags


@dataclass(frozen=True, slots=True)
class Sum:
    """Column ``whole`` is the sum of columns ``parts`` in every row."""

    whole: int
    parts: tuple[int, ...]


def protect(
    counts: Counts, withheld: Flags, families: list[tuple[int, ...]], old: Flags | None = None
) -> Protected:
    """Withhold small counts, and make an estimate of what they could be computed from.

    Parameters
    ----------
    counts
        (n, m) people by area and group; NaN where unknown or withheld by the source.
    withheld
        (n, m) True where the source itself withheld a number.
    families
        Columns that may be the parts of one whole, such as all ages.
    old
        (n, m) True where the atlas has told a number before: another one is changed if possible.

    Returns
    -------
    protected
        As described; no value of one to four is left unless the source itself gave a fraction.

    Examples
    --------
    >>> women_men_all = np.array([[40.0, 3.0, 43.0], [50.0, 60.0, 110.0]])
    >>> done = protect(women_men_all, np.zeros((2, 3), bool), [(0, 1)])
    >>> done.counts.tolist(), done.estimated.tolist()[0]
    ([[41.0, nan, 43.0], [50.0, 60.0, 110.0]], [True, False, False])
    """
    whole_people = np.abs(counts - np.round(counts)) <= 1e-6
    clean = np.where(whole_people, np.round(counts), counts)
    hidden = (np.isfinite(clean) & (clean > 0) & (clean < SMALLEST)) | withheld
    estimated = np.isfinite(counts) & ~whole_people & ~hidden
    result = np.where(hidden, np.nan, clean)
    sums = sums_of(clean, families)
    for row in np.flatnonzero(hidden.any(axis=1)):
        truth = _resolved(clean[row], hidden[row], sums)
        told = _told(
            truth, hidden[row], sums, np.zeros(truth.shape, bool) if old is None else old[row]
        )
        # a sum may have become small itself: 1 and 4 are told as 2 and 2
        hidden[row] |= (told > 0) & (told < SMALLEST) & (told != clean[row])
        result[row, hidden[row]] = np.nan
        changed = ~hidden[row] & np.isfinite(clean[row]) & (told != clean[row])
        result[row, changed] = told[changed]
        estimated[row] |= changed
    return Protected(result, hidden, estimated)


def _resolved(truth: Counts, hidden: Flags, sums: list[Sum]) -> Counts:
    """Find what anybody could compute of the parts that are withheld: what the others leave."""
    found = truth.copy()
    for one in sums:
        parts = np.array(one.parts)
        lost = parts[np.isnan(found[parts])]
        if not len(lost) or not hidden[lost].all() or not np.isfinite(found[one.whole]):
            continue
        rest = found[one.whole] - np.nansum(found[parts])
        if 0 <= rest <= (SMALLEST - 1) * len(lost) + HALF_A_PERSON:
            found[lost] = rest / len(lost)
    return found


def _told(truth: Counts, hidden: Flags, sums: list[Sum], old: Flags) -> Counts:
    """Give one row as it may be told: true but for what would show a withheld part."""
    told = np.where(hidden, STANDS_FOR, truth)
    parts = {part for one in sums for part in one.parts}
    totals = {one.whole for one in sums} - parts
    for group in _connected(sums, totals):
        lost = [column for column in group if hidden[column]]
        if not lost:
            continue
        mine = [one for one in sums if set(one.parts) <= group]
        told = _moved(truth, told, lost, mine, totals, old)
    return told


def _moved(
    truth: Counts, told: Counts, lost: list[int], sums: list[Sum], totals: set[int], old: Flags
) -> Counts:
    """Move what the withheld parts lack to one other part, so that all totals stay true."""
    wholes = {one.whole for one in sums}
    leaves = {part for one in sums for part in one.parts} - wholes
    enough = SMALLEST + STANDS_FOR * len(lost)
    takers = [c for c in leaves - set(lost) if np.isfinite(truth[c]) and truth[c] >= enough]
    gap = truth[lost].sum() - STANDS_FOR * len(lost)
    for taker in sorted(takers, key=lambda column: (old[column], -truth[column])):
        trial = told.copy()
        trial[taker] = truth[taker] + gap
        trial = _added_up(trial, [one for one in sums if one.whole not in totals])
        fits = [
            abs(trial[list(one.parts)].sum() - truth[one.whole]) <= HALF_A_PERSON
            for one in sums
            if one.whole in totals and np.isfinite(truth[one.whole])
        ]
        if all(fits):
            return trial
    return _added_up(told, sums)


def _added_up(told: Counts, sums: list[Sum]) -> Counts:
    """Add every whole up from its parts, the smallest first."""
    done = told.copy()
    for one in sums:
        if np.isfinite(done[[one.whole, *one.parts]]).all():
            done[one.whole] = done[list(one.parts)].sum()
    return done


def _connected(sums: list[Sum], totals: set[int]) -> list[set[int]]:
    """Gather the columns that sums tie together, totals left out: ages apart from sexes."""
    groups: list[set[int]] = []
    for one in sums:
        mine = {*one.parts, one.whole} - totals
        apart = [group for group in groups if not group & mine]
        groups = [*apart, mine.union(*(group for group in groups if group & mine))]
    return groups


def sums_of(counts: Counts, families: list[tuple[int, ...]]) -> list[Sum]:
    """Find which columns are sums of others, the smallest wholes first."""
    columns = range(counts.shape[1])
    found = {
        Sum(whole, family)
        for family in families
        for whole in columns
        if whole not in family
        and len(family) > 1
        and (_adds_up(counts, whole, family) or _may_add_up(counts, whole, family))
    }
    head = counts[:LOOK_AT]  # a glance at the first rows spares the whole check of most pairs
    for first in columns:
        for second in range(first + 1, counts.shape[1]):
            apart = np.abs(head[:, [first]] + head[:, [second]] - head) > HALF_A_PERSON
            for whole in np.flatnonzero(~apart.any(axis=0)):
                pair = (first, second)
                known = np.isfinite(counts[:, [*pair, int(whole)]]).all(axis=1).sum()
                enough = known >= EVIDENCE and whole not in pair
                if enough and _adds_up(counts, int(whole), pair):
                    found.add(Sum(int(whole), pair))
    sizes = np.nansum(counts, axis=0)
    return sorted(found, key=lambda one: (float(sizes[one.whole]), one.whole, one.parts))


def _adds_up(counts: Counts, whole: int, parts: tuple[int, ...]) -> bool:
    """Tell whether a column is the sum of others wherever all are known."""
    known = counts[np.isfinite(counts[:, [whole, *parts]]).all(axis=1)]
    added = known[:, list(parts)]
    if not len(added) or not added.any(axis=0).all():
        return False
    return bool((np.abs(added.sum(axis=1) - known[:, whole]) <= HALF_A_PERSON).all())


def _may_add_up(counts: Counts, whole: int, parts: tuple[int, ...]) -> bool:
    """Tell whether, where no row knows all parts, each leaves for the others what is withheld."""
    mine = counts[:, list(parts)]
    lost = np.isnan(mine).sum(axis=1)
    looked = np.isfinite(counts[:, whole]) & (lost < len(parts))
    if not looked.any() or (lost[looked] == 0).any():
        return False
    rest = counts[looked, whole] - np.nansum(mine[looked], axis=1)
    return bool(((rest >= 0) & (rest <= (SMALLEST - 1) * lost[looked] + HALF_A_PERSON)).all())
