"""What stands out: planted in the sample city, absent in its twin, counted by hand in a town."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import box

from layers.atlas import Atlas
from mapping.city import City
from mapping.findings import Finding, findings, lost_at
from mapping.personas import Persona
from tests.helpers.town import META, Town, placed

DAY = date(2026, 11, 22)


def found_in(path: Path) -> list[Finding]:
    atlas = Atlas(path)
    return findings(City(atlas.read, atlas.meta()))


@pytest.fixture(scope="module")
def planted(sample_once: Path) -> list[Finding]:
    return found_in(sample_once)


def test_the_three_planted_truths_come_first(planted: list[Finding]) -> None:
    first = {
        (one.step, one.persona.category, one.persona.language, one.persona.when)
        for one in planted[:3]
    }
    assert first == {
        ("understood", "legal", "ti", "evening"),
        ("trusted", "health", "so", "any"),
        ("safe", "health", None, "evening"),
    }


def test_no_other_trust_and_no_other_language_stands_out(planted: list[Finding]) -> None:
    others = [one for one in planted[3:] if one.step != "safe"]
    assert [one for one in others if one.lost > one.of / 4] == []


def test_the_largest_share_lost_stands_first(planted: list[Finding]) -> None:
    shares = [one.lost / one.of for one in planted[:3]]
    assert shares == sorted(shares, reverse=True)
    assert all(one.lost <= one.had <= one.of for one in planted)


def test_nothing_stands_out_in_the_twin(twin_atlas: Path) -> None:
    assert found_in(twin_atlas) == []


def town() -> Town:
    """West 350 people (100, 200, 50) within reach of a clinic at 400 m, east 300 of another's."""
    made = Town()
    made.people({"c100": 100, "c300": 200, "c500": 50, "c1300": 300})
    for name, at in (("west", (400, 0)), ("east", (1400, 0))):
        made.service(name, at, category="health", organization_id=name, hours="24/7")
        made.rows["organizations"].append({"id": name, "name": name})
    return made


def city(made: Town) -> City:
    return City(made.read, META, day=DAY)


def test_those_who_are_left_with_nobody_trusted_are_counted() -> None:
    made = town()
    made.rows["trust"] = [
        {"id": "1", "community": "so", "organization_id": "west", "state": "not_trusted"},
        {"id": "2", "community": "so", "organization_id": "east", "state": "trusted"},
    ]
    asked = Persona(category="health", community="so")
    assert lost_at(city(made), asked, "trusted").lost == 100 + 200 + 50
    # one tie to somebody trusted, and nobody is lost
    made.rows["ties"] = [
        {"id": "t", "from_id": "west", "to_id": "east", "kind": "delivers_with", "strength": 2}
    ]
    assert lost_at(city(made), asked, "trusted").lost == 0


def test_nobody_is_called_lost_where_nobody_said_anything() -> None:
    assert lost_at(city(town()), Persona(category="health", community="so"), "trusted").lost == 0


def test_those_cut_off_after_dark_are_counted() -> None:
    made = town()
    # 550 to 650: between c700 and everybody; here it lies between c500 and nobody's clinic
    made.rows["reported_cells"] = [
        {
            "id": "r",
            "session_id": "s",
            "cell": "x",
            "feeling": "unsafe",
            "time_of_day": "evening",
            "contributors": "5-9",
            "geometry": placed(box(310, -50, 390, 50)),
        }
    ]
    evening = Persona(category="health", when="evening", avoids_unsafe=True)
    # c100 and c300 must pass 310 to 390 m; c500 and c1300 need not
    assert lost_at(city(made), evening, "safe").lost == 100 + 200
    by_day = Persona(category="health", when="daytime", avoids_unsafe=True)
    assert lost_at(city(made), by_day, "safe").lost == 0
    [one] = findings(city(made))
    assert (one.step, one.persona.when, one.lost) == ("safe", "evening", 300)
