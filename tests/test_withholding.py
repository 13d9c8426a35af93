"""Of usage, nothing withheld follows from other groups, other periods or other files."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import atlas
from layers.importing import importer
from layers.importing.population_groups import dimension
from layers.importing.withholding import Cell, withheld_too
from tests.helpers.sampled import examples

MONTH_ENDS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def months(first: int, last: int) -> tuple[str, str, str]:
    """Name the row of service ``s`` from one month of 2025 to another."""
    end = date(2025, last, MONTH_ENDS[last - 1])
    return "s", date(2025, first, 1).isoformat(), end.isoformat()


YEAR, QUARTERS = months(1, 12), [months(n, n + 2) for n in (1, 4, 7, 10)]
MONTHS = [months(n, n) for n in range(1, 13)]


def shown(truth: dict[Cell, float]) -> dict[Cell, float]:
    """Give what is told of a table."""
    said = {cell: (count, False) for cell, count in truth.items()}
    gone = withheld_too(said, {}, lambda code: dimension(code)[0])
    return {c: n for c, n in truth.items() if c not in gone and not 0 < n < 5}


@given(counts=st.lists(st.integers(0, 12), min_size=12, max_size=12))
@settings(max_examples=examples(300), deadline=None)
def test_no_period_less_those_in_it_leaves_one_to_four(counts: list[int]) -> None:
    truth: dict[Cell, float] = {
        (row, "all"): float(n) for row, n in zip(MONTHS, counts, strict=True)
    }
    for n, row in enumerate(QUARTERS):
        truth[row, "all"] = float(sum(counts[3 * n : 3 * n + 3]))
    truth[YEAR, "all"] = float(sum(counts))
    told = shown(truth)
    inside = {YEAR: [QUARTERS, MONTHS]}
    inside |= {row: [MONTHS[3 * n : 3 * n + 3]] for n, row in enumerate(QUARTERS)}
    for whole, ways in inside.items():
        for parts in ways:
            there = [(row, "all") for row in parts]
            if (whole, "all") in told:
                left = told[whole, "all"] - sum(told.get(one, 0) for one in there)
                assert not 0 < left < 5
            lost = [one for one in [(whole, "all"), *there] if one not in told]
            assert len(lost) != 1


@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4),
    drop=st.sampled_from(["women", "men", None]),
)
@settings(max_examples=examples(300), deadline=None)
def test_nor_do_groups_also_where_one_is_not_told_at_all(
    rows: list[tuple[int, int]], drop: str | None
) -> None:
    truth: dict[Cell, float] = {}
    for row, (women, men) in zip(QUARTERS, rows, strict=True):
        counts = {"women": women, "men": men, "all": women + men}
        truth |= {(row, code): float(n) for code, n in counts.items() if code != drop}
    told = shown(truth)
    for row in QUARTERS:
        if (row, "all") in told:
            left = told[row, "all"] - sum(told.get((row, one), 0) for one in ("women", "men"))
            assert not 0 < left < 5


def test_a_quarter_that_nobody_brought_is_not_to_be_computed() -> None:
    truth: dict[Cell, float] = {(row, "all"): 20.0 for row in QUARTERS[:3]}
    truth[YEAR, "all"] = 63.0
    told = shown(truth)
    assert len(told) == 3  # the fourth quarter had three people
    assert shown(truth | {(YEAR, "all"): 90.0}) == truth | {(YEAR, "all"): 90.0}


def test_what_shows_nothing_stays() -> None:
    truth: dict[Cell, float] = {(row, "all"): 30.0 for row in QUARTERS}
    truth[YEAR, "all"] = 120.0
    assert shown(truth) == truth
    # a lone small count beside a year of which most is not told
    some: dict[Cell, float] = {
        (QUARTERS[0], "all"): 3.0,
        (QUARTERS[1], "all"): 20.0,
        (YEAR, "all"): 100.0,
    }
    assert set(shown(some)) == {(QUARTERS[1], "all"), (YEAR, "all")}


LINES = ["s,2025,all,63", "s,2025-Q1,all,20", "s,2025-Q2,all,20", "s,2025-Q3,all,20"]


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))][::5])
def test_the_order_of_files_does_not_matter_for_what_can_be_computed(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    with town.write() as writer:
        writer.insert("services", [{"id": "s", "name": "Kita", "category": "childcare"}])
    for number in order:
        path = tmp_path / f"{number}.csv"
        path.write_text(f"service_id,period,group,count\n{LINES[number]}\n", encoding="utf-8")
        importer.carry_out(town, importer.prepare(town, path, kind="usage"))
    used = town.read("usage")
    told = used.loc[used["count"].notna(), ["period_start", "period_end", "count"]]
    days = (pd.to_datetime(told["period_end"]) - pd.to_datetime(told["period_start"])).dt.days
    year, quarters = told[days > 300]["count"].sum(), told[days < 300]["count"].sum()
    assert len(told) == 3
    assert not year or not 0 < year - quarters < 5
