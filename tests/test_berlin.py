"""The how-to of a real city, done exactly as it is written."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.atlas import Atlas
from mapping import first_calls
from mapping.city import City
from mapping.personas import Persona

REPOSITORY = Path(__file__).resolve().parents[1]
GUIDE = REPOSITORY / "docs" / "how-to" / "your-city.md"
# from the publisher's files: rows of each, and what is known to be odd about them
POINTS = {"meeting_place": 447, "childcare": 114, "health": 132, "education": 132}

pytestmark = pytest.mark.needs_shared_data


def commands() -> list[list[str]]:
    """Read the commands of the guide, in its order; those that start the application left out."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("python ")]


@pytest.fixture(scope="module")
def done(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[subprocess.CompletedProcess[str]]]:
    folder = tmp_path_factory.mktemp("city")
    (folder / "berlin").symlink_to(shared_data / "berlin", target_is_directory=True)
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    runs = [
        subprocess.run(  # noqa: S603 - the commands of our own guide
            [sys.executable, *words[1:]],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        for words in commands()
    ]
    return folder, runs


@pytest.fixture(scope="module")
def berlin(done: tuple[Path, list[subprocess.CompletedProcess[str]]]) -> Atlas:
    return Atlas(done[0] / "berlin.gpkg")


def test_every_command_of_the_guide_works_as_written(
    done: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    _, runs = done
    assert len(runs) == 9
    assert [(run.returncode, run.stderr) for run in runs] == [(0, "")] * 9


def test_it_holds_as_many_rows_as_the_publishers_files(berlin: Atlas) -> None:
    assert berlin.count("areas") == 138
    assert berlin.read("services")["category"].value_counts().to_dict() == POINTS
    assert berlin.count("locations") == sum(POINTS.values())
    assert [int(n) for n in berlin.read("imports")["rows_rejected"]] == [0] * 6
    assert berlin.meta()["metres_crs"] == "EPSG:32633"


def test_people_are_counts_and_never_percentages(berlin: Atlas, shared_data: Path) -> None:
    people = berlin.read("population")
    source = pd.read_csv(
        shared_data / "berlin" / "pop_2020-02_t2_district-regions.csv", dtype={"id": str}
    ).set_index("id")
    everyone = people[people["group_code"].eq("all")].set_index("area_id")["count"]
    assert everyone.sum() == source["inhabitants"].sum() == 3_769_962
    women = people[people["group_code"].eq("women")].set_index("area_id")["count"]
    assert (women - source["inhabitants_female"]).abs().max() == 0
    assert people["group_code"].nunique() == 11  # everyone, eight ages, women, foreigners
    assert people["counted_on"].dropna().unique().tolist() == [pd.Timestamp("2020-12-31")]


def test_one_to_four_people_are_neither_stored_nor_implied(
    berlin: Atlas, shared_data: Path
) -> None:
    people = berlin.read("population")
    source = pd.read_csv(
        shared_data / "berlin" / "pop_2020-02_t2_district-regions.csv", dtype={"id": str}
    ).set_index("id")
    ages = [
        name
        for name in source.columns.astype(str)
        if re.fullmatch(r"inhabitants_age_.*(?<!percentage)", name)
    ]
    small = source[ages].gt(0) & source[ages].lt(5)
    withheld = people[people["suppressed"].fillna(False).astype(bool)]
    assert len(withheld) == small.to_numpy().sum()
    assert withheld["count"].isna().all()
    for area in source.index[small.any(axis=1)]:
        here = people[people["area_id"].eq(area)].set_index("group_code")["count"]
        told = here[[name for name in here.index if name.startswith("age_")]]
        implied = here["all"] - told.sum()
        # what the total leaves for the withheld ages is the same whatever they were: two each
        assert implied == 2 * told.isna().sum()


def test_rows_without_a_name_are_named_by_kind_and_street(berlin: Atlas) -> None:
    names = berlin.read("services").set_index("id")["name"]
    assert names["11266544273"] == "Childcare, Schudomastraße 46"
    assert names["9737171277"] == "Childcare (no name)"
    assert names.notna().all()


def test_ids_and_post_codes_are_texts_and_area_0_is_none(berlin: Atlas) -> None:
    services, places = berlin.read("services"), berlin.read("locations")
    assert services["id"].str.len().max() == 11  # beyond 32 bits
    assert berlin.read("areas")["id"].str.startswith("0").any()
    extra = {row["id"]: row["extra"] or {} for row in services.to_dict("records")}
    assert extra["262991419"] == {}  # its area is 0
    assert extra["266630320"] == {"geojson_feature_id": "10400938"}
    assert places["area_id"].isna().all()
    addresses = places.set_index("id")["address"]
    assert addresses["service:266630320"] == "Hönower Straße 91, 12623"


def test_what_the_files_do_not_say_is_unknown_and_never_no(berlin: Atlas) -> None:
    services = berlin.read("services")
    for fact in ("papers_asked", "women_only", "free", "walk_in", "childcare_on_site"):
        assert services[fact].isna().all()
    assert berlin.count("service_languages") == berlin.count("schedules") == 0


def test_the_answer_says_straight_line_and_is_a_range(
    done: tuple[Path, list[subprocess.CompletedProcess[str]]],
) -> None:
    found: dict[str, Any] = json.loads(done[1][-1].stdout)
    assert found["method"] == "straight_line"
    assert found["need"]["category"] == "childcare"
    assert found["services"]["of"] == 114
    assert 0 < found["not_reached"]["low"] < found["not_reached"]["high"] < 3_769_962
    assert "straight lines" in done[1][-2].stdout


def test_adding_a_file_again_changes_nothing(
    done: tuple[Path, list[subprocess.CompletedProcess[str]]], berlin: Atlas
) -> None:
    before = berlin.change()
    again = subprocess.run(  # noqa: S603 - our own module
        [
            *(sys.executable, "-m", "mapping", "add", "berlin.gpkg"),
            *("berlin/poi/libraries.csv", "--as", "services", "--json"),
        ],
        cwd=done[0],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    said = json.loads(again.stdout)
    assert (again.returncode, said["same"], said["new"], said["written"]) == (0, 132, 0, False)
    assert berlin.change() == before


def test_where_nearly_all_is_unknown_the_ranking_still_says_whom_to_phone_first(
    berlin: Atlas,
) -> None:
    mother = Persona(category="childcare", free=True, children=(3,))
    found = first_calls.plan(City(berlin.read, berlin.meta()), [mother])
    assert found.sampled  # no streets: people stand on a grid
    assert len(found.calls) == 114  # nobody is known to run them: each is a call of its own
    ((low, high),) = found.now
    assert low == 0 < high < 3_769_962
    first = found.calls[0]
    # a service that is alone where many people live: each answer settles something
    assert [one.no[0] > 10_000 for one in first.asked] == [True, True]
    assert first.expected[0] > 10_000
    widths = [most - least for least, most in found.after[0]]
    assert len(widths) == 13
    assert widths == sorted(widths, reverse=True)
