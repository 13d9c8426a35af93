"""Which counts of usage are withheld beside the small ones, where none can be an estimate.

A small count follows from the others in three ways: everyone less the other groups, a year less its
other quarters, and everyone less the only group that is told. So what the numbers told of a sum
leave of its whole is never one to four, and no sum has exactly one withheld number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from layers.importing.implied import Cells, Families, families_of
from layers.importing.small_counts import SMALLEST, sums_of

Cell = tuple[Hashable, str]  # (service, first day, last day), group
Period = tuple[date, date]
ROUNDS = 50
WAYS = 200  # of putting one period together from others
_LENGTHS = (7, 31, 92, 184)  # days: weeks, months, quarters, halves


def withheld_too(
    said: Mapping[Cell, tuple[float, bool]], held: Cells, family: Families
) -> set[Cell]:
    """Say which counts must be withheld beside the small ones.

    Parameters
    ----------
    said
        True count (NaN where unknown) and whether the source withheld it. A row is a service with
        the first and the last day counted, written as ``2025-01-31``, or empty where unknown.
    held
        What the atlas tells already of any of these.
    family
        Gives the dimension of a group.

    Returns
    -------
    gone
        Cells of ``said`` or ``held`` to withhold, without those that are small themselves.

    Notes
    -----
    Wherever a sum would show something, its largest part is withheld, or else the whole, until
    nothing changes any more. A sum need not be complete: a quarter that is missing, or the men
    where only women are told, is what the others leave. What follows only from several sums at
    once, solved like equations, is not looked for.
    """
    truth, hidden = _known(said, held)
    first = set(hidden)
    sums = [*_over_groups(truth, family), *_over_time(truth)]
    for _ in range(ROUNDS):
        before = len(hidden)
        for one in sums:
            _withhold_another(truth, hidden, one)
        if len(hidden) == before:
            break
    return hidden - first


@dataclass(frozen=True, slots=True)
class _Sum:
    """Cells that lie in another one; ``exact`` where they make up all of it."""

    parts: tuple[Cell, ...]
    whole: Cell
    exact: bool

    def shows(self, truth: Mapping[Cell, float], hidden: set[Cell]) -> bool:
        """Tell whether what is told of it shows a small or a withheld number."""
        open_ = [one for one in self.parts if one not in hidden and not np.isnan(truth[one])]
        told = self.whole not in hidden and not np.isnan(truth[self.whole])
        left = truth[self.whole] - sum(truth[one] for one in open_)
        if told and 0 < left < SMALLEST:
            return True
        shut = [one for one in (*self.parts, self.whole) if one in hidden]
        return self.exact and len(shut) == 1 and len(open_) + told == len(self.parts)


def _known(
    said: Mapping[Cell, tuple[float, bool]], held: Cells
) -> tuple[dict[Cell, float], set[Cell]]:
    services = {_service(row) for row, _ in said}
    near = {cell: one for cell, one in held.items() if _service(cell[0]) in services}
    truth = {cell: one.count for cell, one in near.items()}
    hidden = {cell for cell, one in near.items() if one.suppressed}
    for cell, (count, withheld) in said.items():
        truth[cell] = count
        hidden.discard(cell)
        if withheld or 0 < count < SMALLEST:
            hidden.add(cell)
    return truth, hidden


def _service(row: Hashable) -> Hashable:
    return row[0] if isinstance(row, tuple) else row


def _withhold_another(truth: Mapping[Cell, float], hidden: set[Cell], one: _Sum) -> None:
    if not one.shows(truth, hidden):
        return
    free = [cell for cell in one.parts if cell not in hidden and truth[cell] >= SMALLEST]
    if free:
        hidden.add(max(free, key=lambda cell: (truth[cell], str(cell))))
    elif truth[one.whole] >= SMALLEST:
        hidden.add(one.whole)


def _over_groups(truth: Mapping[Cell, float], family: Families) -> Iterator[_Sum]:
    """Find the sums of groups: those that hold in every row, and what one group leaves of all."""
    rows = list(dict.fromkeys(row for row, _ in truth))
    codes = list(dict.fromkeys(code for _, code in truth))
    counts = np.array([[truth.get((row, code), np.nan) for code in codes] for row in rows])
    families = families_of(codes, family)
    for found in sums_of(counts, families):
        for row in rows:
            cells = [(row, codes[n]) for n in (*found.parts, found.whole)]
            if all(cell in truth for cell in cells):
                yield _Sum(tuple(cells[:-1]), cells[-1], exact=True)
    for row in rows:
        for one in families:
            parts = tuple((row, codes[n]) for n in one if (row, codes[n]) in truth)
            if parts and (row, "all") in truth:
                yield _Sum(parts, (row, "all"), exact=False)


def _over_time(truth: Mapping[Cell, float]) -> Iterator[_Sum]:
    """Find the periods that others make up, of the same service and group."""
    series: defaultdict[tuple[Hashable, str], dict[Period, Cell]] = defaultdict(dict)
    for cell in truth:
        period = _period(cell[0])
        if period is not None and isinstance(cell[0], tuple):
            series[cell[0][0], cell[1]][period] = cell
    for cells in series.values():
        for whole in cells:
            inside = sorted(one for one in cells if one != whole and _within(one, whole))
            for parts in _ways(whole, inside):
                days = sum((end - start).days + 1 for start, end in parts)
                exact = days == (whole[1] - whole[0]).days + 1
                yield _Sum(tuple(cells[one] for one in parts), cells[whole], exact=exact)


def _period(row: Hashable) -> Period | None:
    if not isinstance(row, tuple) or len(row) < 3 or not (row[1] and row[2]):
        return None
    start, end = date.fromisoformat(str(row[1])[:10]), date.fromisoformat(str(row[2])[:10])
    return (start, end) if start <= end else None


def _within(one: Period, whole: Period) -> bool:
    return whole[0] <= one[0] and one[1] <= whole[1]


def _ways(whole: Period, inside: Sequence[Period]) -> list[tuple[Period, ...]]:
    """List the ways to put a period together: wholly, or from periods of one length in part."""
    found: list[tuple[Period, ...]] = []
    begun: list[tuple[date, tuple[Period, ...]]] = [(whole[0], ())]
    while begun and len(found) < WAYS:
        day, parts = begun.pop()
        for one in inside:
            if one[0] == day:
                after, more = one[1] + timedelta(days=1), (*parts, one)
                if one[1] == whole[1]:
                    found.append(more)
                elif len(begun) < WAYS:
                    begun.append((after, more))
    for shortest, longest in zip((0, *_LENGTHS), (*_LENGTHS, 10**6), strict=True):
        same: list[Period] = []
        for one in inside:
            fits = shortest < (one[1] - one[0]).days + 1 <= longest
            if fits and (not same or one[0] > same[-1][1]):
                same.append(one)
        if same and tuple(same) not in found:
            found.append(tuple(same))
    return found
