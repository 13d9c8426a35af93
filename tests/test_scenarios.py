"""What if: nothing given is changed, and the tables are those of a real edit."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import changes, editing, schema
from layers.atlas import Atlas
from layers.changes import Operation
from layers.history import Revision
from mapping import gaps, scenarios
from mapping.__main__ import main
from mapping.city import City
from mapping.needs import Need
from mapping.scenario_tables import Tables
from mapping.scenarios import Scenario, do
from tests.helpers.sampled import examples
from tests.helpers.what_if import FOUR, kilnside, make_town, one_step, steps_of

REVISION = Revision(kind="edit")


def digest(frame: pd.DataFrame) -> str:
    shapes = (
        [None if one is None else one.wkb for one in frame.geometry]
        if isinstance(frame, gpd.GeoDataFrame)
        else []
    )
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return hashlib.sha256(
        pickle.dumps((plain.astype(object).to_numpy().tolist(), list(plain.dtypes), shapes))
    ).hexdigest()


def told(frame: pd.DataFrame) -> pd.DataFrame:
    """What a table says: not who wrote it and how often."""
    beside = [one.name for one in schema.PROVENANCE]
    plain = pd.DataFrame(frame).drop(columns=[one for one in beside if one in frame])
    if "geometry" in plain:
        plain["geometry"] = [None if one is None else one.wkt for one in plain["geometry"]]
    return plain.sort_values("id", ignore_index=True)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Make seven actors with ties, services, seats, trust and an asset."""
    return make_town(tmp_path_factory.mktemp("town") / "town.gpkg")


@pytest.fixture(scope="module")
def tables(town: Atlas) -> dict[str, pd.DataFrame]:
    """Read all its tables once."""
    return {name: town.read(name) for name in schema.TABLES}


def edited(atlas: Atlas, scenario: Scenario, folder: Path) -> Atlas:
    """Do the same to a copy of the atlas, as somebody at the page Edit would."""
    copy = Atlas(shutil.copy(atlas.path, folder / f"copy-{len(list(folder.iterdir()))}.gpkg"))
    for at, step in enumerate(scenario.steps):
        tables = {name: copy.read(name) for name, spec in schema.TABLES.items() if spec.leaves}
        done = by_hand(tables, dict(step), f"what-if-{at + 1}")
        if done:
            changes.carry_out(copy, done, REVISION)
    return copy


def by_hand(tables: dict[str, pd.DataFrame], step: dict[str, Any], name: str) -> list[Operation]:
    verb = step["do"]
    table, key = {
        "remove_actor": ("organizations", "actor"),
        "end_tie": ("ties", "tie"),
        "remove_service": ("services", "service"),
        "set_fact": ("services", "id"),
        "add_tie": ("organizations", "from"),
    }[verb]
    row = str(step[key])
    if row not in set(tables[table]["id"]):
        return []
    if verb == "add_tie":
        if step["to"] not in set(tables["organizations"]["id"]):
            return []
        values = {"from_id": step["from"], "to_id": step["to"], "kind": step["kind"]}
        values |= {"direction": "mutual", "strength": step["strength"]}
        return [Operation(table="ties", id=name, action="insert", values=values)]
    if verb == "set_fact":
        seen = version(tables[table], row)
        values = {step["column"]: step["value"]}
        return [Operation(table=table, id=row, action="update", values=values, seen=seen)]
    made: list[Operation] = []
    waiting = [(table, row)]
    while waiting:  # first what is in the way, as the page Edit says
        one = waiting.pop(0)
        for needed in editing.needed(tables, *one):
            if needed.table == "assets":
                values = {"organization_id": None}
                seen = version(tables["assets"], needed.id)
                update = Operation(
                    table="assets", id=needed.id, action="update", values=values, seen=seen
                )
                made.append(update)
            else:
                waiting.append((needed.table, needed.id))
        made += editing.removal(tables, *one)
    return list({(one.table, one.id): one for one in made}.values())


def version(table: pd.DataFrame, row: str) -> int:
    return int(table.loc[table["id"] == row, "row_version"].item())


@given(steps=st.lists(one_step, min_size=1, max_size=5))
@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_scenario_says_what_the_same_edits_of_a_copy_say(
    town: Atlas,
    tables: dict[str, pd.DataFrame],
    tmp_path: Path,
    steps: list[dict[str, Any]],
) -> None:
    scenario, given_before = steps_of(*steps), tables
    before = {name: digest(frame) for name, frame in given_before.items()}
    content = town.path.read_bytes()
    read = scenarios.reader(given_before.__getitem__, scenario)
    real = edited(town, scenario, tmp_path)
    for name, spec in schema.TABLES.items():
        if not spec.leaves:
            continue
        as_if, copied = read(name), real.read(name)
        assert list(as_if.columns) == list(copied.columns)
        pd.testing.assert_frame_equal(told(as_if), told(copied), check_dtype=False)
        same = given_before[name].dtypes.astype(str)
        assert as_if.dtypes.astype(str).to_dict() == same.to_dict()
    assert {name: digest(frame) for name, frame in given_before.items()} == before
    assert town.path.read_bytes() == content


def test_a_removed_actor_takes_services_ties_seats_and_trust_along(town: Atlas) -> None:
    read = scenarios.reader(town.read, steps_of({"do": "remove_actor", "actor": "a1"}))
    assert "a1" not in set(read("ties")["from_id"]) | set(read("ties")["to_id"])
    assert set(read("services")["id"]) == {"s0", "s2", "s3"}
    assert set(read("schedules")["id"]) == {"h0", "h2", "h3"}
    assert set(read("service_languages")["service_id"]) == {"s0", "s2", "s3"}
    assert read("seats").empty
    assert read("trust").empty
    assert read("assets")["organization_id"].isna().tolist() == [True]  # the asset stays


def test_a_site_hours_and_facts_are_there_for_whoever_asks(town: Atlas) -> None:
    scenario = steps_of(
        {
            "do": "add_site",
            "category": "childcare",
            "lon": 10.5,
            "lat": 56.25,
            "organization": "a1",
            "hours": "Mo-Fr 17:00-21:00",
            "languages": ["so", "ti", "so"],
        },
        {"do": "set_hours", "service_at_location": "j0", "hours": "Sa 10:00-12:00"},
        {
            "do": "set_fact",
            "table": "services",
            "id": "s0",
            "column": "languages",
            "value": ["prs"],
        },
    )
    read = scenarios.reader(town.read, scenario)
    city = City(read, town.meta())
    new = city.offers.table[city.offers.table["category"].eq("childcare")]
    assert new["place"].tolist() == ["point"]
    assert city.offers.points.iloc[0].coords[0] == (10.5, 56.25)
    assert city.offers.spoken[new["service_id"].item()] == {"so": 1.0, "ti": 1.0}
    assert city.offers.spoken["s0"] == {"prs": 1.0}
    hours = read("schedules").set_index("service_at_location_id")["opening_hours"]
    assert hours["j0"] == "Sa 10:00-12:00"
    assert hours[new["id"].item()] == "Mo-Fr 17:00-21:00"


def test_a_step_that_no_longer_applies_is_named_and_the_others_are_done(town: Atlas) -> None:
    scenario = steps_of(
        {"do": "remove_actor", "actor": "gone"},
        {"do": "remove_actor", "actor": "a2"},
        {"do": "add_tie", "from": "a1", "to": "a2", "kind": "funds"},
        {"do": "end_tie", "tie": "t99"},
        {"do": "set_hours", "service_at_location": "j2", "hours": "24/7"},
        {"do": "set_fact", "table": "services", "id": "s2", "column": "free", "value": True},
        {"do": "add_site", "category": "legal", "location": "nowhere"},
    )
    found = scenarios.under(town.read, scenario)
    assert [(one.at, one.why) for one in found.skipped] == [
        (0, "actor_gone"),
        (2, "actor_gone"),
        (3, "tie_gone"),
        (4, "service_gone"),
        (5, "row_gone"),
        (6, "place_gone"),
    ]
    assert "a2" not in set(found.read("organizations")["id"])
    assert len(scenario.steps) == 7


def test_an_identifier_that_the_atlas_has_is_not_taken(town: Atlas) -> None:
    tie = {"do": "add_tie", "from": "a1", "to": "a2", "kind": "funds"}
    once = Tables(town.read, steps_of(tie).steps)
    twice = Tables(once.read, steps_of(tie).steps)
    assert twice.read("ties")["id"].is_unique


# --- the coverage --------------------------------------------------------------------------------


def test_a_city_under_a_scenario_answers_as_a_city_read_anew(sample_once: Path) -> None:
    atlas = Atlas(sample_once)
    scenario, need = kilnside(atlas), Need(category="legal")
    base = City(atlas.read, atlas.meta())
    first = gaps.gaps(base, need)
    shared = gaps.gaps(scenarios.city_under(base, scenario), need)
    anew = gaps.gaps(City(scenarios.reader(atlas.read, scenario), atlas.meta()), need)
    assert gaps.as_json(shared) == gaps.as_json(anew)
    assert gaps.as_json(gaps.gaps(base, need)) == gaps.as_json(first)


# --- the command line ----------------------------------------------------------------------------


def test_commands_ask_under_a_scenario_and_leave_the_atlas_as_it_is(
    sample_atlas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = Atlas(sample_atlas)
    scenario = do(kilnside(atlas), {"do": "remove_actor", "actor": "nobody"})
    file = tmp_path / "scenario.json"
    file.write_text(scenario.to_json(), encoding="utf-8")
    content = sample_atlas.read_bytes()
    under = [str(sample_atlas), "--scenario", str(file)]
    assert main(["network", *under, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    names = atlas.read("organizations").set_index("id")["name"]
    assert {names[one] for one in found["scenario"]["cut_off"]} == FOUR
    assert found["scenario"]["skipped"] == [{"step": 2, "why": "actor_gone"}]
    assert found["actors"] == found["scenario"]["before"]["actors"] - 1
    assert main(["network", *under]) == 0
    assert "Casa Farului" in capsys.readouterr().out.splitlines()[-1]
    assert main(["gaps", *under, "--category", "health", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["change"]["newly_lost"] == {"low": 0, "high": 0}
    assert sample_atlas.read_bytes() == content
    assert main(["network", str(sample_atlas), "--scenario", str(tmp_path / "no.json")]) == 2
    assert "no.json" in capsys.readouterr().err
