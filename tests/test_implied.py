"""Nothing withheld can be computed from other rows, other files or larger areas."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from layers import atlas
from layers.importing import importer


def make(folder: Path) -> atlas.Atlas:
    made = atlas.create(folder / "town.gpkg", name="Town")
    with made.write() as writer:
        whole = {"id": "D", "name": "D", "level": "district", "geometry": shapely.box(0, 50, 3, 51)}
        parts = [
            {"id": f"q{n}", "name": f"Q{n}", "level": "quarter"}
            | {"geometry": shapely.box(n, 50, n + 1, 51)}
            for n in range(3)
        ]
        writer.insert("areas", [whole, *parts])
        writer.insert("services", [{"id": "s", "name": "Kita", "category": "childcare"}])
    return made


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Make a district of three quarters, whose larger area nobody has named."""
    return make(tmp_path)


def add(town: atlas.Atlas, *files: str, kind: str = "population") -> None:
    for number, text in enumerate(files):
        path = town.path.parent / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        importer.carry_out(town, importer.prepare(town, path, kind=kind))


def told(town: atlas.Atlas) -> pd.Series:
    return town.read("population").set_index("id")["count"].astype(float)


@pytest.mark.parametrize("small", [1, 2, 3, 4])
@pytest.mark.parametrize("order", list(itertools.permutations(("all", "women", "men"))))
def test_everyone_less_the_men_says_nothing_of_the_women(
    town: atlas.Atlas, small: int, order: tuple[str, ...]
) -> None:
    truth = {"all": 40 + small, "women": small, "men": 40}
    rows = [f"q0,{group},{truth[group]}" for group in order]
    add(town, "\n".join(["area_id,group,count", *rows]))
    people = told(town)
    assert np.isnan(people["q0:women"])
    assert people["q0:all"] - people["q0:men"] == 2  # whatever they were
    assert people["q0:all"] == truth["all"]


@pytest.mark.parametrize("small", [1, 2, 3, 4])
@pytest.mark.parametrize("last", ["all", "men", "women"])
def test_two_files_say_no_more_than_one(town: atlas.Atlas, small: int, last: str) -> None:
    truth = {"all": [40 + small, 50, 60], "women": [small, 20, 30], "men": [40, 30, 30]}
    first = [group for group in truth if group != last]
    files = []
    for groups in (first, [last]):
        rows = [f"q{n},{group},{truth[group][n]}" for n in range(3) for group in groups]
        files.append("\n".join(["area_id,group,count", *rows]))
    add(town, *files)
    people = told(town)
    assert np.isnan(people["q0:women"])
    assert people["q0:all"] - people["q0:men"] == 2
    assert people["q1:all"] - people["q1:men"] == 20


@pytest.mark.parametrize("small", [1, 2, 3, 4])
@pytest.mark.parametrize("files", [1, 2])
def test_everyone_less_the_only_group_that_is_told_says_nothing_of_the_rest(
    town: atlas.Atlas, small: int, files: int
) -> None:
    head, rows = "area_id,group,count", [f"q0,all,{40 + small}", "q0,women,40"]
    add(
        town,
        *("\n".join([head, *some]) for some in ([rows] if files == 1 else [rows[:1], rows[1:]])),
    )
    people = told(town)
    assert people["q0:all"] - people["q0:women"] == 2


@pytest.mark.parametrize("small", [1, 2, 3, 4])
@pytest.mark.parametrize("order", ["together", "parts first", "whole first"])
def test_a_district_less_its_quarters_says_nothing(
    town: atlas.Atlas, small: int, order: str
) -> None:
    whole = f"D,{100 + small},9\n"
    parts = f"q0,60,9\nq1,40,9\nq2,{small},9\n"
    head = "area_id,inhabitants,foo\n"
    files = {
        "together": [head + whole + parts],
        "parts first": [head + parts, head + whole],
        "whole first": [head + whole, head + parts],
    }
    add(town, *files[order])
    people = town.read("population").set_index("id")
    count = people["count"].astype(float)
    assert np.isnan(count["q2:all"])
    assert count["D:all"] - count["q0:all"] - count["q1:all"] == 2
    assert bool(people.loc["D:all", "estimated"]) == (small != 2)


def test_a_total_that_is_no_sum_and_one_beside_nothing_withheld_stay(town: atlas.Atlas) -> None:
    add(town, "area_id,inhabitants,foo\nD,900,9\nq0,60,9\nq1,40,9\nq2,3,9\n")
    assert told(town)["D:all"] == 900


@pytest.mark.parametrize("small", [1, 2, 3, 4])
@pytest.mark.parametrize("files", [1, 3])
def test_usage_withholds_a_second_count(town: atlas.Atlas, small: int, files: int) -> None:
    rows = [f"s,2025,all,{40 + small}", f"s,2025,women,{small}", "s,2025,men,40", "s,2024,men,40"]
    head = "service_id,period,group,count"
    parts = [rows] if files == 1 else [rows[:1], rows[1:2], rows[2:]]
    add(town, *("\n".join([head, *some]) for some in parts), kind="usage")
    used = town.read("usage")
    last = used[pd.to_datetime(used["period_start"]).dt.year == 2025].set_index("group_code")
    shown = last["count"].dropna()
    assert len(shown) == 1  # of three numbers that make a sum, two are withheld
    assert shown.index[0] != "women"
    assert last["suppressed"].sum() == 2
    assert used.loc[used["period_start"].astype(str).str[:4] == "2024", "count"].tolist() == [40]


def test_the_same_file_again_changes_nothing(town: atlas.Atlas) -> None:
    text = "area_id,inhabitants,women,men\nq0,43,3,40\nq1,50,20,30\nD,143,43,100\n"
    add(town, text)
    before = town.change()
    add(town, text)
    assert town.change() == before
