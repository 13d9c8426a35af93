"""Which coverage a scenario moves: only what it concerns is asked, as the sums answer it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.atlas import Atlas
from mapping import scenario_coverage, scenarios
from mapping.city import City
from mapping.gaps import gaps
from mapping.scenarios import Scenario, do


@pytest.fixture(scope="module")
def city(sample_once: Path) -> City:
    """Make the sample city ready once."""
    atlas = Atlas(sample_once)
    return City(atlas.read, atlas.meta())


def under(city: City, *steps: dict[str, Any]) -> City:
    scenario = Scenario()
    for step in steps:
        scenario = do(scenario, step)
    return scenarios.city_under(city, scenario)


def remover(city: City, name: str) -> dict[str, Any]:
    rows = city.read("organizations")
    return {"do": "remove_actor", "actor": rows.loc[rows["name"].eq(name), "id"].item()}


def test_nothing_is_asked_where_no_service_and_no_trust_is_concerned(city: City) -> None:
    assert scenario_coverage.coverage(city, under(city)) == []
    tie = {"do": "add_tie", "from": "fathers-cafe", "to": "seafarers", "kind": "shares_space"}
    assert scenario_coverage.coverage(city, under(city, tie)) == []


def test_who_stops_loses_what_the_two_answers_differ_by_the_worst_first(city: City) -> None:
    after = under(city, remover(city, "Skerry Hospital"))
    rows = scenario_coverage.coverage(city, after)
    mine = city.read("services")
    mine = mine[mine["organization_id"].eq(remover(city, "Skerry Hospital")["actor"])]
    assert {row.need.category for row in rows if not row.by_trust} == set(mine["category"])
    assert [row.numbers["newly_lost"]["low"] for row in rows] == sorted(
        (row.numbers["newly_lost"]["low"] for row in rows), reverse=True
    )
    first = rows[0]
    one, other = gaps(city, first.need), gaps(after, first.need)
    certain = np.nansum(one.people.low * np.maximum(one.reached_low - other.reached_high, 0))
    at_most = np.nansum(one.people.high * np.minimum(one.reached_high, 1 - other.reached_low))
    lost = first.numbers["newly_lost"]
    assert 0 < int(certain) <= lost["low"] <= lost["high"] <= int(at_most) + 1
    assert all(row.numbers["newly_reached"] == {"low": 0, "high": 0} for row in rows)


def test_a_language_that_the_services_surely_do_not_speak_is_not_asked(city: City) -> None:
    spoken = city.offers.spoken
    one = next(each for each, tongues in spoken.items() if "en" in tongues and "vi" not in tongues)
    step = {"do": "remove_service", "service": one}
    asked = list(scenario_coverage.questions(city, under(city, step)))
    assert asked
    assert "vi" not in {need.language for need in asked if type(need).__name__ == "Need"}


def test_hours_alone_concern_their_own_kind_of_help(city: City) -> None:
    joined = city.read("service_at_location").iloc[0]
    services = city.read("services").set_index("id")
    hours = {
        "do": "set_hours",
        "service_at_location": joined["id"],
        "hours": "Mo-Su 03:00-04:00",
    }
    asked = list(scenario_coverage.questions(city, under(city, hours)))
    assert {one.category for one in asked} == {services.loc[joined["service_id"], "category"]}


def test_no_number_of_one_to_four_people_is_said(city: City) -> None:
    rows = scenario_coverage.coverage(city, under(city, remover(city, "Kiln Gate Clinic")))
    assert rows
    for row in rows:
        for found in row.numbers.values():
            ends = [] if found is None else [abs(end) for end in found.values()]
            assert not any(0 < end < 4 for end in ends)
            assert 4 not in ends or min(ends) in (0, 4)  # "fewer than five", or up to it


def test_whoever_waits_is_told_and_may_stop(city: City) -> None:
    after = under(city, remover(city, "Kiln Gate Clinic"))
    told: list[tuple[int, int]] = []

    def tell(done: int, of: int) -> None:
        told.append((done, of))
        if done == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        scenario_coverage.coverage(city, after, tell=tell)
    assert told[0] == (0, 0)
    assert told[-1][1] == len(list(scenario_coverage.questions(city, after)))
