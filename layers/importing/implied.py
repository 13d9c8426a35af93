"""Nothing withheld is left to be computed from other rows, other files or larger areas.

:mod:`layers.importing.small_counts` protects one table. Here a file is laid beside what the atlas
holds of the same areas and services, and larger areas become the sums of what is told of theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from layers.importing.small_counts import SMALLEST, STANDS_FOR, Protected, protect

LEVELS = ("city", "district", "quarter", "cell")
Families = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Told:
    """One count as it may be told; ``count`` is NaN where unknown or withheld."""

    count: float
    suppressed: bool
    estimated: bool = False


Cells = dict[tuple[Hashable, str], Told]


def held_cells(held: pd.DataFrame, keys: list[str]) -> Cells:
    """Read what the atlas tells already, by row and group."""
    found: Cells = {}
    for row in held.to_dict("records"):
        key = row[keys[0]] if len(keys) == 1 else tuple(_key(row[name]) for name in keys)
        count = np.nan if pd.isna(row["count"]) else float(row["count"])
        flags = [name in row and bool(pd.notna(row[name]) and row[name]) for name in _FLAGS]
        found[key, str(row["group_code"])] = Told(count, *flags)
    return found


_FLAGS = ("suppressed", "estimated")


def _key(value: object) -> str:
    return "" if value is None or value is pd.NaT else str(value)[:10] if value == value else ""  # noqa: PLR0124 - NaN


def larger_areas(areas: pd.DataFrame) -> dict[str, str]:
    """Give the next larger area of every area: the one said, or else the one around it."""
    rows = areas.to_dict("records")
    found = {str(one["id"]): str(one["parent_id"]) for one in rows if pd.notna(one["parent_id"])}
    alone = [one for one in rows if str(one["id"]) not in found and one["geometry"] is not None]
    if len({one["level"] for one in rows}) < 2 or not alone:
        return found
    rank = {level: place for place, level in enumerate(LEVELS)}
    whole = [one for one in rows if one["geometry"] is not None]
    tree = shapely.STRtree([one["geometry"] for one in whole])
    middles = [one["geometry"].representative_point() for one in alone]
    around: dict[str, tuple[int, str]] = {}
    for inner, outer in zip(*tree.query(middles, predicate="within"), strict=True):
        one, other = alone[inner], whole[outer]
        if rank[other["level"]] < rank[one["level"]]:
            this = (rank[other["level"]], str(other["id"]))
            around[str(one["id"])] = max(around.get(str(one["id"]), this), this)
    return found | {area: larger for area, (_, larger) in around.items()}


def told_people(
    said: Mapping[tuple[str, str], tuple[float, bool]],
    held: Cells,
    parents: Mapping[str, str],
    family: Families,
) -> Cells:
    """Give counts by area and group as they may be told, also those of the atlas that must change.

    Parameters
    ----------
    said
        Count (NaN where unknown) and whether the source withheld it, by area and group.
    held
        What the atlas tells already.
    parents
        The larger area of an area.
    family
        Gives the dimension of a group: the groups of one may be the parts of one whole.

    Returns
    -------
    cells
        Every cell of ``said``, and those of ``held`` that differ from now on.
    """
    rows, codes, counts, withheld, old = _beside(
        {(area, code): one for (area, code), one in said.items()}, held
    )
    families = families_of(codes, family)
    more = _left_by_one(counts, codes, families)
    wide = np.column_stack([counts, *more.values()]) if more else counts
    none = np.zeros((len(rows), len(more)), dtype=bool)
    families += [(n, len(codes) + place) for place, n in enumerate(more)]
    safe = protect(wide, np.hstack([withheld, none]), families, np.hstack([old, none]))
    found = dict(held)
    for line, row in enumerate(rows):
        for number, code in enumerate(codes):
            if (row, code) in said or _differs(safe, line, number, held.get((row, code))):
                count = float(safe.counts[line, number])
                flags = safe.suppressed[line, number], safe.estimated[line, number]
                found[row, code] = Told(count, *(bool(one) for one in flags))
    _add_up(found, {str(row) for row in rows}, parents)
    return {key: one for key, one in found.items() if key in said or one is not held.get(key)}


def _left_by_one(
    counts: np.ndarray, codes: list[str], families: list[tuple[int, ...]]
) -> dict[int, np.ndarray]:
    """Compute what the only group of a dimension leaves of everyone: the men, where women are told.

    Only where that is one to four people somewhere; then it has to be protected like a column.
    """
    if "all" not in codes:
        return {}
    everyone = counts[:, codes.index("all")]
    alone = [one[0] for one in families if len(one) == 1]
    left = {n: everyone - counts[:, n] for n in alone}
    return {n: rest for n, rest in left.items() if ((rest > 0) & (rest < SMALLEST)).any()}


def _beside(
    said: Mapping[tuple[Hashable, str], tuple[float, bool]], held: Cells
) -> tuple[list[Hashable], list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Lay a file beside what is held of the same rows; what the file says wins."""
    rows = list(dict.fromkeys(row for row, _ in said))
    here = set(rows)
    more = [code for row, code in held if row in here]
    codes = list(dict.fromkeys([*(code for _, code in said), *more]))
    counts = np.full((len(rows), len(codes)), np.nan)
    withheld = np.zeros(counts.shape, dtype=bool)
    old = np.zeros(counts.shape, dtype=bool)
    for line, row in enumerate(rows):
        for number, code in enumerate(codes):
            if (row, code) in said:
                counts[line, number], withheld[line, number] = said[row, code]
            elif (row, code) in held:
                there = held[row, code]
                counts[line, number], withheld[line, number] = there.count, there.suppressed
                old[line, number] = True
    return rows, codes, counts, withheld, old


def families_of(codes: list[str], family: Families) -> list[tuple[int, ...]]:
    """Gather the columns of one dimension each: all ages, all sexes."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, code in enumerate(codes):
        found[family(code)].append(number)
    return [tuple(one) for name, one in found.items() if name != "all"]


def _differs(safe: Protected, line: int, number: int, there: Told | None) -> bool:
    if there is None:
        return False
    if safe.suppressed[line, number] != there.suppressed:
        return True
    count = safe.counts[line, number]
    return bool(np.isfinite(count) and abs(count - there.count) > 1e-6)


def _add_up(found: Cells, touched: set[str], parents: Mapping[str, str]) -> None:
    """Make the count of a larger area the sum of what is told of its parts, a withheld one as two.

    Then what the parts leave of it says nothing about the withheld one. Only where it is that sum:
    it may differ by two people for each withheld count and no more.
    """
    children: defaultdict[str, list[str]] = defaultdict(list)
    for area, parent in parents.items():
        children[parent].append(area)
    nodes = {one for area in touched for one in _upwards(area, parents)}
    hidden: defaultdict[Hashable, int] = defaultdict(int)
    for (place, _), one in found.items():
        hidden[place] += one.suppressed
    codes = sorted({code for _, code in found})
    for node in sorted(nodes, key=lambda one: -len(_upwards(one, parents))):
        for code in codes:
            whole = found.get((node, code))
            parts = [found.get((child, code)) for child in children[node]]
            there = [one for one in parts if one is not None]
            known = len(there) == len(parts) and parts
            if whole is None or not known or not np.isfinite(whole.count):
                continue
            sum_told = sum(STANDS_FOR if one.suppressed else one.count for one in there)
            moved = [
                child
                for child, one in zip(children[node], there, strict=True)
                if one.suppressed or one.estimated
            ]
            most = 2 * sum(max(hidden[child], 1) for child in moved) + 2 * hidden[node]
            apart = abs(sum_told - whole.count)
            if moved and 0.5 < apart <= most + 0.5:
                small = 0 < sum_told < SMALLEST
                found[node, code] = Told(np.nan if small else sum_told, small, not small)


def _upwards(area: str, parents: Mapping[str, str]) -> list[str]:
    way = [area]
    while way[-1] in parents and parents[way[-1]] not in way:
        way.append(parents[way[-1]])
    return way
