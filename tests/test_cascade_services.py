"""What becomes of each service at each step, by a town drawn by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from mapping import coverage
from mapping.cascade_services import services_at
from mapping.city import City
from mapping.personas import STEPS, Persona
from tests.helpers.town import META, Town

EVENING = Persona(category="legal", when="evening", language="ti", no_papers=True)


def town() -> Town:
    made = Town()
    made.people({"c100": 100})
    ti, so = {"ti": "staff"}, {"so": "staff"}
    late = "Mo-Fr 18:00-21:00"
    made.service("fits", (100, 0), hours=late, languages=ti, papers_asked=False)
    made.service("papers", (100, 0), hours=late, languages=ti, papers_asked=True)
    made.service("by day", (100, 0), hours="Mo-Fr 09:00-12:00", languages=so)
    made.service("nobody asked", (100, 0))
    made.service("online", None, languages=ti)
    made.service("childcare", (100, 0), category="childcare")
    return made


def at(step: str, made: Town | None = None, order: tuple[str, ...] = STEPS) -> dict[str, Any]:
    view = coverage.seen(City((made or town()).read, META), EVENING)
    rows = services_at(view, order, step)
    return {row["id"]: row for row in rows.to_dict("records")}


def test_each_service_of_the_kind_is_listed_once_at_every_step() -> None:
    for step in STEPS:
        assert set(at(step)) == {"fits", "papers", "by day", "nobody asked", "online"}


@pytest.mark.parametrize(
    ("step", "states"),
    [
        # exists: all five. near: one has no place to walk to.
        ("exists", ("in_play", "in_play", "in_play", "in_play", "in_play")),
        ("near", ("in_play", "in_play", "in_play", "in_play", "lost_here")),
        # open: one closes at noon, of one nobody knows.
        ("open", ("in_play", "in_play", "lost_here", "perhaps", "lost_before")),
        # admitted: one asks for papers.
        ("admitted", ("in_play", "lost_here", "lost_before", "perhaps", "lost_before")),
        ("understood", ("in_play", "lost_before", "lost_before", "perhaps", "lost_before")),
    ],
)
def test_a_service_is_lost_where_its_first_fact_says_no(step: str, states: tuple[str, ...]) -> None:
    found = at(step)
    names = ("fits", "papers", "by day", "nobody asked", "online")
    assert tuple(found[name]["state"] for name in names) == states


def test_it_says_why_and_what_nobody_knows() -> None:
    assert at("near")["online"]["why"] == ("no_place",)
    assert at("open")["by day"]["why"] == ("hours",)
    assert at("admitted")["papers"]["why"] == ("papers",)
    assert at("understood")["papers"]["why"] == ()  # lost before
    assert at("open")["nobody asked"]["unknown"] == ("hours",)
    assert at("understood")["nobody asked"]["unknown"] == ("hours", "papers", "language")
    assert at("understood")["fits"]["unknown"] == ()


def test_another_order_loses_a_service_at_another_step() -> None:
    order = ("exists", "near", "understood", "open", "admitted", "fits", "trusted", "safe")
    assert at("understood", order=order)["by day"]["why"] == ("language",)
    assert at("open", order=order)["by day"]["state"] == "lost_before"


def test_those_lost_here_come_first() -> None:
    view = coverage.seen(City(town().read, META), EVENING)
    states = list(services_at(view, STEPS, "admitted")["state"])
    assert states == ["lost_here", "perhaps", "in_play", "lost_before", "lost_before"]


def test_the_best_place_of_a_service_stands_for_it() -> None:
    made = town()
    made.rows["locations"].append({"id": "second", **_place(made)})
    made.rows["service_at_location"].append(
        {"id": "by day-2", "service_id": "by day", "location_id": "second"}
    )
    made.rows["schedules"].append(
        {"id": "h2", "service_at_location_id": "by day-2", "opening_hours": "Mo-Fr 18:00-20:00"}
    )
    assert at("open", made)["by day"]["state"] == "in_play"
    assert at("understood", made)["by day"]["why"] == ("language",)


def test_a_kind_of_help_that_nobody_offers_has_no_services() -> None:
    view = coverage.seen(City(town().read, META), Persona(category="housing"))
    rows = services_at(view, STEPS, "open")
    assert isinstance(rows, pd.DataFrame)
    assert rows.empty


def _place(made: Town) -> dict[str, Any]:
    first = made.rows["locations"][0]
    return {"precision": "exact", "geometry": first["geometry"]}
