"""What may leave the room: cells and bands that rest on five people or more, never fewer.

One rule for everything about people. It counts contributors (tokens), not rows, so one eager
person is one person; it publishes bands, not counts, and no totals, so that nothing can be
subtracted; and a later release changes a cell only where at least ``k`` contributors changed it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from layers.space import parent_cell, parse_cell

K = 5
BANDS = ((20, "20+"), (10, "10-19"), (5, "5-9"))
COLUMNS = ["cell", "contributors", "feeling"]

Counts = tuple[int, int, int]  # safe, mixed, unsafe
Key = tuple[Any, ...]  # what a number counts, such as ("lighting",)
_FEELINGS = ("safe", "mixed", "unsafe")


class Numbers(NamedTuple):
    """Numbers of people that are shown, and those that were taken off; exact, so guarded."""

    shown: Mapping[Key, int] = MappingProxyType({})
    off: Mapping[Key, int] = MappingProxyType({})


class Basis(dict[str, Any]):
    """How many people stood behind each row of a release; empty to whoever writes it out.

    The exact counts are needed to judge the next release and must never leave with this one. So
    they are attributes, not items: as JSON, in a Parquet file or a pickle this is ``{}``.
    """

    __slots__ = ("inputs", "numbers", "off", "rows")

    def __init__(
        self,
        rows: Mapping[str, Counts] | None = None,
        inputs: Mapping[str, tuple[str, Counts]] | None = None,
        off: Mapping[str, Counts] | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        super().__init__()
        self.rows = dict(rows or {})
        self.inputs = dict(inputs or {})
        self.off = dict(off or {})  # rows that were taken off, and who was left then
        self.numbers = numbers or Numbers()

    def __deepcopy__(self, _memo: object) -> Basis:
        return Basis(self.rows, self.inputs, self.off, self.numbers)

    def __copy__(self) -> Basis:
        return self.__deepcopy__(self)

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[()]]:
        return (dict, ())


@dataclass
class _Group:
    """The people of one cell: what each of them says of it, and from which finer cells."""

    voices: dict[str, str] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)

    def add(self, voices: Mapping[str, str], inputs: Iterable[str]) -> None:
        for token, feeling in voices.items():
            self.voices[token] = _one_voice(self.voices.get(token, feeling), feeling)
        self.inputs.update(inputs)

    @property
    def counts(self) -> Counts:
        found = Counter(self.voices.values())
        return (found["safe"], found["mixed"], found["unsafe"])


def band(contributors: int) -> str:
    """Name the band of a number of contributors.

    Raises
    ------
    ValueError
        If there are fewer than five: such a number has no name outside the room.

    Examples
    --------
    >>> band(5), band(12), band(300)
    ('5-9', '10-19', '20+')
    """
    for least, name in BANDS:
        if contributors >= least:
            return name
    raise ValueError("fewer than five contributors are never shown")


def shared_feeling(safe: int, mixed: int, unsafe: int) -> str:
    """Say what two thirds of the contributors say, else ``"mixed"``.

    Examples
    --------
    >>> shared_feeling(4, 0, 2), shared_feeling(3, 0, 2)
    ('safe', 'mixed')
    """
    total = safe + mixed + unsafe
    for name, count in zip(_FEELINGS, (safe, mixed, unsafe), strict=True):
        if 3 * count >= 2 * total > 0:  # whole numbers: two of three is exactly two thirds
            return name
    return "mixed"


def voices(contributions: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Give each contributor one voice a cell, whatever the number and order of her rows.

    Parameters
    ----------
    contributions
        Columns cell, token, feeling.

    Returns
    -------
    voices
        cell -> token -> feeling; who said different things of one cell says ``"mixed"``.

    Raises
    ------
    ValueError
        If a cell, token or feeling is missing or a feeling is none of the three.
    """
    missing = [name for name in ("cell", "token", "feeling") if name not in contributions.columns]
    if missing:
        raise ValueError(f"contributions lack the columns {missing}")
    table = contributions[["cell", "token", "feeling"]]
    if bool(table.isna().to_numpy().any()) or not bool(table["feeling"].isin(_FEELINGS).all()):
        raise ValueError(f"every contribution needs a cell, a token and one feeling of {_FEELINGS}")
    said: dict[str, dict[str, str]] = {}
    for cell, token, feeling in table.itertuples(index=False):
        here = said.setdefault(str(cell), {})
        here[str(token)] = _one_voice(here.get(str(token), feeling), feeling)
    return said


def release(
    contributions: pd.DataFrame,
    *,
    k: int = K,
    previous: pd.DataFrame | None = None,
    coarsest_m: int = 2000,
) -> pd.DataFrame:
    """Choose what may be published of a session's places.

    Parameters
    ----------
    contributions
        Columns cell (INSPIRE code), token, feeling; others are ignored. All that was
        contributed so far, not only what is new.
    k
        Least number of contributors behind a row, at least 5 (take 10 for violence, legal
        status or any breakdown by group).
    previous
        What :func:`release` gave before. A row of it changes, or goes, only where at least ``k``
        contributors changed it; else the old value stands.
    coarsest_m
        Cells with too few people are merged into their parent up to this size, then left out.

    Returns
    -------
    released
        Columns cell, contributors (band), feeling; sorted by cell. A coarse cell speaks for the
        people of those finer cells in it that are not published themselves, so nothing remains
        when the finer rows are taken away from it.

    Raises
    ------
    ValueError
        If ``k`` is below 5, a column is missing or a feeling is unknown.
    LayerError
        If a cell is none.

    Notes
    -----
    Adaptive merging as in a quadtree. How many people changed a row is counted from the numbers
    behind the old one, kept out of sight in ``attrs``; a table that was stored and read again
    has lost them, and then only what the old band proves counts as change. That is stricter,
    never looser. Counting understates change (one leaves, one comes: none), so a row may wait
    longer than it must, and never less.
    """
    if k < K:
        raise ValueError(f"k must be at least {K}, got {k!r}")
    said = voices(contributions)
    old = _Old(previous)
    rows, parts = _gather(said, old, k=k, coarsest_m=coarsest_m)
    table: dict[str, tuple[str, str]] = {}
    basis = Basis()
    basis.off = {cell: left for cell, left in old.basis.off.items() if cell not in rows}
    for cell in sorted(rows.keys() | old.rows.keys()):
        group = rows.get(cell, _Group())
        if cell in old.rows and old.changed(cell, group.counts) < k:
            table[cell] = old.rows[cell]
            old.carry(cell, basis)
        elif len(group.voices) >= k:
            table[cell] = (band(len(group.voices)), shared_feeling(*group.counts))
            basis.rows[cell] = group.counts
            basis.inputs |= {part: (cell, parts[part]) for part in group.inputs}
    frame = pd.DataFrame([(cell, *value) for cell, value in table.items()], columns=COLUMNS)
    frame.attrs["basis"] = basis
    return frame.astype(dict.fromkeys(COLUMNS, "str"))


def retracted(
    previous: pd.DataFrame, contributions: pd.DataFrame, k: int = K, *, coarsest_m: int = 2000
) -> pd.DataFrame:
    """Take off what rests on fewer than ``k`` by now, because somebody took her answer back.

    A wish to have something taken back does not wait until five share it. So that nobody can find
    out more by doing it again and again, what was taken off comes back only where ``k`` have
    changed it since.

    Parameters
    ----------
    previous
        What :func:`release` gave.
    contributions
        As for :func:`release`, what stands now.
    k, coarsest_m
        As for :func:`release` when it gave ``previous``.

    Returns
    -------
    left
        ``previous`` without those rows; for :func:`release`, which does not bring them back.
    """
    old = _Old(previous)
    rows, _ = _gather(voices(contributions), old, k=k, coarsest_m=coarsest_m)
    gone = {
        cell: group.counts
        for cell in old.rows
        if len((group := rows.get(cell, _Group())).voices) < k
    }
    left = previous[~previous["cell"].isin(list(gone))].reset_index(drop=True)
    left.attrs["basis"] = Basis(
        {cell: counts for cell, counts in old.basis.rows.items() if cell not in gone},
        {part: at for part, at in old.basis.inputs.items() if at[0] not in gone},
        old.basis.off | gone,
    )
    return left


def steady(before: Numbers, now: Mapping[Key, int], k: int = K) -> Numbers:
    """Let numbers of people change only where ``k`` people changed them.

    Parameters
    ----------
    before
        What was shown before.
    now
        The true numbers; what is missing is nobody.
    k
        Least number behind what is shown.

    Returns
    -------
    numbers
        A shown number stands until ``k`` have changed it, and is taken off where fewer than ``k``
        are left; then it comes back only where ``k`` have changed it since.

    Examples
    --------
    >>> first = steady(Numbers(), {("day",): 6, ("night",): 4})
    >>> steady(first, {("day",): 10, ("night",): 5}).shown
    {('day',): 6, ('night',): 5}
    """
    shown: dict[Key, int] = {}
    off: dict[Key, int] = {}
    for key in dict.fromkeys([*before.shown, *before.off, *now]):  # in one order, always
        number, stood, left = now.get(key, 0), before.shown.get(key), before.off.get(key)
        if stood is not None:
            if number >= k:
                shown[key] = number if abs(number - stood) >= k else stood
            else:
                off[key] = number
        elif left is not None and not (number >= k and number - left >= k):
            off[key] = left
        elif number >= k:
            shown[key] = number
    return Numbers(shown, off)


def release_counts(
    table: pd.DataFrame,
    by: str | Sequence[str],
    *,
    k: int = K,
    previous: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count contributors by one attribute or more, in bands.

    Parameters
    ----------
    table
        Column token and the columns of ``by``; a row with an empty value counts nowhere.
    by
        What to count by. One attribute at a time where the table is about people.
    k
        Least number of contributors behind a row, at least 5.
    previous
        What :func:`release_counts` gave before: a number changes only where ``k`` people changed
        it, and goes where fewer than ``k`` are left (:func:`steady`).

    Returns
    -------
    released
        The columns of ``by`` and contributors (band), sorted. No totals, no rows for too few:
        nobody and too few look the same.

    Raises
    ------
    ValueError
        If ``k`` is below 5, or ``previous`` has lost the numbers behind it.

    Examples
    --------
    >>> votes = pd.DataFrame({"token": [*"abcdefa"], "answer": ["yes"] * 5 + ["no", "yes"]})
    >>> release_counts(votes, "answer").to_dict("records")
    [{'answer': 'yes', 'contributors': '5-9'}]
    """
    if k < K:
        raise ValueError(f"k must be at least {K}, got {k!r}")
    columns = [by] if isinstance(by, str) else list(by)
    known = table[["token", *columns]].dropna().drop_duplicates()
    people = known.groupby(columns, sort=True, observed=True)["token"].nunique()
    now = {key if isinstance(key, tuple) else (key,): int(number) for key, number in people.items()}
    before = Numbers()
    if previous is not None:
        basis = previous.attrs.get("basis")
        if not isinstance(basis, Basis):
            raise ValueError("previous has lost the numbers behind it: keep it in memory")
        before = basis.numbers
    numbers = steady(before, now, k)
    rows = sorted(numbers.shown.items(), key=lambda one: one[0])
    released = pd.DataFrame(
        [(*key, band(number)) for key, number in rows], columns=[*columns, "contributors"]
    )
    released = released.astype({"contributors": "str"})
    released.attrs["basis"] = Basis(numbers=numbers)
    return released


def packed(released: pd.DataFrame) -> dict[str, Any]:
    """Write a release with the numbers behind it, for the guarded store of the room only."""
    basis = released.attrs["basis"]
    rows = released[COLUMNS].to_numpy().tolist()
    return {"rows": rows, "behind": basis.rows, "inputs": basis.inputs, "off": basis.off}


def unpacked(kept: Mapping[str, Any] | None) -> pd.DataFrame | None:
    """Read what :func:`packed` wrote, also after it was JSON; None where there is nothing."""
    if kept is None:
        return None
    released = pd.DataFrame(kept["rows"], columns=COLUMNS)
    released.attrs["basis"] = Basis(
        {cell: _counts(behind) for cell, behind in kept["behind"].items()},
        {part: (row, _counts(behind)) for part, (row, behind) in kept["inputs"].items()},
        {cell: _counts(left) for cell, left in kept.get("off", {}).items()},
    )
    return released


class _Old:
    """What was released before, and how many people stood behind it as far as is known."""

    def __init__(self, previous: pd.DataFrame | None) -> None:
        self.rows: dict[str, tuple[str, str]] = {}
        basis = None
        if previous is not None:
            shown = previous[COLUMNS].itertuples(index=False)
            self.rows = {str(cell): (str(people), str(feeling)) for cell, people, feeling in shown}
            basis = previous.attrs.get("basis")
        self.basis = basis if isinstance(basis, Basis) else Basis()

    def changed(self, cell: str, now: Counts) -> int:
        """Count the contributors who must have changed a row, at least."""
        then = self.basis.rows.get(cell)
        if then is None:  # the counts are lost: believe only what the band proves
            most = {"5-9": 9, "10-19": 19}.get(self.rows[cell][0])
            return 0 if most is None else max(0, sum(now) - most)
        return least_changed(then, now)

    def comes_back(self, cell: str, now: Counts, *, k: int) -> bool:
        """Say whether ``k`` people speak of a cell, and so many anew where it was taken off."""
        left = self.basis.off.get(cell)
        return sum(now) >= k and (left is None or least_changed(left, now) >= k)

    def home(self, part: str, now: Counts, *, k: int) -> str | None:
        """Say in which published row a cell's people were counted and must stay, if in any."""
        if part in self.rows:
            return part
        if part in self.basis.inputs:
            row, then = self.basis.inputs[part]
            stays = row in self.rows and not (sum(now) >= k and least_changed(then, now) >= k)
            return row if stays else None
        around = part
        while parse_cell(around).size_m < 2000:
            around = parent_cell(around)
            if around in self.rows and around not in self.basis.rows:
                return around  # nobody knows any more whether it was counted there
        return None

    def carry(self, cell: str, basis: Basis) -> None:
        """Keep the old numbers behind a row that stands."""
        if cell in self.basis.rows:
            basis.rows[cell] = self.basis.rows[cell]
            kept = self.basis.inputs.items()
            # setdefault: a finer cell that has left this row by now answers for itself
            for part, (row, counts) in kept:
                if row == cell:
                    basis.inputs.setdefault(part, (row, counts))


def _gather(
    said: Mapping[str, Mapping[str, str]], old: _Old, *, k: int, coarsest_m: int
) -> tuple[dict[str, _Group], dict[str, Counts]]:
    """Sort people into rows: each cell on its own, or up into its parent until enough."""
    parts: dict[str, Counts] = {}
    levels: dict[int, dict[str, _Group]] = {}
    for part, people in said.items():
        group = _Group()
        group.add(people, [part])
        parts[part] = group.counts
        cell = old.home(part, group.counts, k=k) or part
        level = levels.setdefault(parse_cell(cell).size_m, {})
        level.setdefault(cell, _Group()).add(people, [part])
    rows: dict[str, _Group] = {}
    while levels:
        size_m = min(levels)
        for cell, group in levels.pop(size_m).items():
            if old.comes_back(cell, group.counts, k=k) or cell in old.rows:
                rows[cell] = group
            elif size_m < coarsest_m:
                above = levels.setdefault(2 * size_m, {})
                above.setdefault(parent_cell(cell), _Group()).add(group.voices, group.inputs)
    return rows, parts


def _one_voice(before: str, now: str) -> str:
    return before if before == now else "mixed"


def least_changed(then: Counts, now: Counts) -> int:
    """Give the least number of people who must have come, gone or turned between two counts."""
    more = sum(max(0, after - before) for before, after in zip(then, now, strict=True))
    fewer = sum(max(0, before - after) for before, after in zip(then, now, strict=True))
    return max(more, fewer)


def _counts(kept: Sequence[int]) -> Counts:
    safe, mixed, unsafe = kept
    return safe, mixed, unsafe
