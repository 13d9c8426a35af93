"""What a person made one stays one when the lists it came from are brought again."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers import changes, merging
from layers.atlas import Atlas
from tests.helpers.bringing import a_town, bring, content

HEAD = "id,name,category,organization,street,lat,lon,opening_hours\n"
ONE = "1,Kita,childcare,Caritas,Ring 1,52.1311,13.3811,Mo 08:00-12:00\n"
OTHER = "9,Kita Sonne,childcare,AWO,Ring 3,52.1321,13.3821,Mo-Fr 08:00-16:00\n"


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = a_town(tmp_path / "town.gpkg")
    bring(made, "one.csv", HEAD + ONE)
    bring(made, "other.csv", HEAD + OTHER)
    merging.carry_out(made, "services", "1", "9")
    return made


def test_the_list_of_the_one_that_went_does_not_bring_it_back(town: Atlas) -> None:
    before = content(town)
    plan = bring(town, "other.csv", HEAD + OTHER)
    assert plan.fates == {2: "same"}
    assert content(town) == before
    bring(town, "one.csv", HEAD + ONE)
    assert content(town) == before


def test_what_is_new_in_its_list_goes_where_it_belongs(town: Atlas) -> None:
    bring(town, "other.csv", f"{HEAD[:-1]},cost\n{OTHER[:-1].replace('16:00', '17:00')},five\n")
    service = town.read("services").iloc[0]
    assert (town.count("services"), service["name"], service["cost"]) == (1, "Kita", "five")
    hours = town.read("schedules").set_index("service_at_location_id")["opening_hours"]
    assert hours.to_dict() == {"1": "Mo 08:00-12:00", "9": "Mo-Fr 08:00-17:00"}
    assert town.read("locations")["address"].tolist() == ["Ring 1", "Ring 3"]


def test_where_one_file_has_both_the_one_that_went_is_refused(town: Atlas) -> None:
    for rows in (ONE + OTHER, OTHER + ONE):
        plan = bring(town, "both.csv", HEAD + rows)
        assert [one.code for one in plan.rejected] == ["merged_here"]
        assert town.count("services") == 1


def test_a_merge_that_was_taken_back_holds_no_more(town: Atlas) -> None:
    changes.undo(town, town.read("revisions")["id"].iloc[-1], who="")
    plan = bring(town, "other.csv", HEAD + OTHER)
    assert (plan.fates, town.count("services")) == ({2: "same"}, 2)


def test_a_chain_of_merges_leads_to_the_last(town: Atlas) -> None:
    bring(town, "third.csv", HEAD + OTHER.replace("9,Kita Sonne", "5,Hort Mond"))
    merging.carry_out(town, "services", "5", "1")
    bring(town, "other.csv", HEAD + OTHER)
    assert town.read("services")["id"].tolist() == ["5"]


def test_a_service_that_names_an_actor_that_went_finds_the_one_that_stayed(town: Atlas) -> None:
    merging.carry_out(town, "organizations", "actor:caritas", "actor:awo")
    bring(town, "more.csv", HEAD + OTHER.replace("9,Kita Sonne", "7,Hort Mond"))
    assert town.read("organizations")["id"].tolist() == ["actor:caritas"]
    assert set(town.read("services")["organization_id"]) == {"actor:caritas"}


@pytest.mark.parametrize("number", ["", "b"])
def test_an_actor_that_went_stays_gone(number: str, town: Atlas) -> None:
    head = "id,name,sector,street,lat,lon\n"
    bring(town, "a.csv", f"{head}a,Haus,health,Ring 1,52.1311,13.3811\n", "actors")
    row = f"{number},Haus am See,health,Weg 2,52.1611,13.3811\n"
    bring(town, "b.csv", head + row, "actors")
    merging.carry_out(town, "organizations", "a", town.read("organizations")["id"].iloc[-1])
    before = content(town)
    bring(town, "b.csv", head + row, "actors")
    assert content(town) == before


def test_a_service_without_identifiers_that_went_stays_gone(town: Atlas) -> None:
    head = HEAD.removeprefix("id,")
    row = "Hort Mond,childcare,AWO,Ring 3,52.1621,13.3821,Mo-Fr 08:00-16:00\n"
    bring(town, "third.csv", head + row)
    merging.carry_out(town, "services", "1", town.read("services")["id"].iloc[-1])
    before = content(town)
    bring(town, "third.csv", head + row)
    assert content(town) == before
