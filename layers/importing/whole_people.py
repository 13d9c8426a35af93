"""Counts of people in a file that says it is an export of ours: one to four are withheld again."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from layers.importing.draft import Record, RowRefused
from layers.importing.implied import held_cells, larger_areas, told_people
from layers.importing.population_groups import dimension
from layers.importing.small_counts import SMALLEST
from layers.importing.tables import Note
from layers.importing.whole_here import Held
from layers.importing.whole_rows import Row, Whole
from layers.importing.withholding import withheld_too

_PERIOD = ("service_id", "period_start", "period_end")


def guard_people(whole: Whole, held: Held) -> None:
    """Withhold one to four people, and what would show them, beside what is here."""
    seen: set[tuple[str, str]] = set()

    def check(row: Row) -> None:
        key = (str(row.record["area_id"]), str(row.record["group_code"]))
        if key in seen:
            raise RowRefused("id_twice", column="group_code")
        if (row.record.get("count") or 0) < 0:
            raise RowRefused("not_a_count", column="count")
        seen.add(key)

    whole.keep("population", check)
    rows = {
        (str(r.record["area_id"]), str(r.record["group_code"])): r for r in whole.of("population")
    }
    if not rows:
        return
    said = {key: _count(row.record) for key, row in rows.items()}
    there = held_cells(held("population"), ["area_id"])
    told = told_people(said, there, _larger(whole, held), lambda code: dimension(code)[0])
    small = 0
    for key, one in told.items():
        if key in rows:
            record = rows[key].record
            small += one.suppressed and not record.get("suppressed")
            count = None if math.isnan(one.count) else one.count
            record |= {"count": count, "suppressed": _flag(record, "suppressed", one.suppressed)}
            record["estimated"] = _flag(record, "estimated", one.estimated)
        else:
            _tell_here(whole, held, key, one.count, estimated=one.estimated)
    if small:
        whole.notes.append(Note("counts_withheld", {"count": small, "sums": 0}))


def _tell_here(
    whole: Whole,
    held: Held,
    key: tuple[Hashable, str],
    count: float,
    *,
    estimated: bool,
) -> None:
    """Change a count that is here and would show one that the file withholds."""
    here = held("population")
    mine = here[(here["area_id"] == key[0]) & (here["group_code"] == key[1])]
    for there in mine.to_dict("records"):
        unknown = math.isnan(count)
        told = {"count": None if unknown else count, "suppressed": unknown, "estimated": estimated}
        whole.rows["population"].append(Row(0, {"id": there["id"], **told}))


def _flag(record: Record, name: str, told: bool) -> bool | None:  # noqa: FBT001 - a value, no switch
    """Keep unknown unknown where nothing was told."""
    before = record.get(name)
    return True if told or before else before


def _count(record: Record) -> tuple[float, bool]:
    count = record.get("count")
    return (math.nan if count is None else float(count)), bool(record.get("suppressed"))


def _larger(whole: Whole, held: Held) -> dict[str, str]:
    columns = ["id", "parent_id", "level", "geometry"]
    mine = [{name: row.record.get(name) for name in columns} for row in whole.of("areas")]
    ids = {one["id"] for one in mine}
    here = [one for one in held("areas")[columns].to_dict("records") if one["id"] not in ids]
    return larger_areas(pd.DataFrame([*mine, *here], columns=columns))


def guard_uses(whole: Whole, held: Held) -> None:
    """Withhold one to four people who used a service, and what would show them."""

    def check(row: Row) -> None:
        if (row.record.get("count") or 0) < 0:
            raise RowRefused("not_a_count", column="count")

    whole.keep("usage", check)
    said: dict[Any, tuple[float, bool]] = {}
    for row in whole.of("usage"):
        said.setdefault(_use(row.record), _count(row.record))
    if not said:
        return
    here = held("usage")
    gone = withheld_too(said, held_cells(here, list(_PERIOD)), lambda code: dimension(code)[0])
    small = 0
    for row in whole.of("usage"):
        count, withheld = _count(row.record)
        if 0 < count < SMALLEST or _use(row.record) in gone:
            small += 1
            row.record.update({"count": None, "suppressed": True})
        elif withheld:
            row.record["count"] = None
    if small:
        whole.notes.append(Note("counts_withheld", {"count": small, "sums": 0}))
    _withhold_here(whole, here, gone)


def _withhold_here(whole: Whole, here: pd.DataFrame, gone: set[Any]) -> None:
    """Withhold counts that are here and would show one that the file withholds."""
    mine = {str(row.record["id"]) for row in whole.of("usage")}
    for there in here.to_dict("records"):
        if _use(there) in gone and there["id"] not in mine:
            told = {"id": there["id"], "count": None, "suppressed": True}
            whole.rows["usage"].append(Row(0, told))


def _use(record: Mapping[Any, Any]) -> tuple[tuple[str, ...], str]:
    texts = ("" if pd.isna(record[name]) else str(record[name])[:10] for name in _PERIOD)
    return tuple(texts), str(record["group_code"])
