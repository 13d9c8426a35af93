"""Places that several rows share: what is hidden of one of them is hidden of all."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from layers.atlas import Atlas
from tests.helpers.bringing import a_town, bring, codes

STREET = "Lindenstr. 17"
HEAD = "name,category,street,lat,lon,opening_hours,description,gate"
ROW = f'Haus Rosa,legal,{STREET},52.2,13.2,"Mo 09:00-12:00 ""{STREET}""",at {STREET},gate {STREET}'


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = a_town(tmp_path / "town.gpkg")
    with made.write() as writer:
        writer.insert("locations", [{"id": "L1", "precision": "hidden", "area_id": "01"}])
        service = {"id": "s1", "name": "Haus Rosa", "category": "legal", "source_file": "old.csv"}
        writer.insert("services", [service])
        link = {"id": "k1", "service_id": "s1", "location_id": "L1"}
        writer.insert("service_at_location", [link])
        actor = {"id": "o1", "name": "Rosa e.V.", "location_id": "L1", "source_file": "old.csv"}
        writer.insert("organizations", [actor])
    return made


@pytest.mark.parametrize("how", ["identifier", "said"])
def test_a_hidden_place_that_an_actor_shares_stays_hidden(how: str, town: Atlas) -> None:
    if how == "identifier":
        plan = bring(town, "b.csv", f"id,{HEAD}\ns1,{ROW}\n", "services")
    else:
        plan = bring(town, "b.csv", f"{HEAD}\n{ROW}\n", "services", matches=((2, "s1"),))
    assert "hidden_kept" in codes(plan)
    assert town.read("locations")[["id", "precision"]].to_numpy().tolist() == [["L1", "hidden"]]
    assert town.read("service_at_location")["location_id"].tolist() == ["L1"]
    assert b"Lindenstr" not in town.path.read_bytes()


def test_a_hidden_home_that_a_service_shares_stays_hidden(town: Atlas) -> None:
    text = f"id,name,sector,street,lat,lon\no1,Rosa e.V.,,{STREET},52.2,13.2\n"
    plan = bring(town, "b.csv", text, "actors")
    assert "hidden_kept" in codes(plan)
    assert town.read("locations")["precision"].tolist() == ["hidden"]
    assert b"Lindenstr" not in town.path.read_bytes()


def test_one_hidden_place_of_several_is_enough(town: Atlas) -> None:
    with town.write() as writer:
        place = {"id": "L2", "precision": "exact", "geometry": shapely.Point(13.1, 52.1)}
        writer.insert("locations", [place])
        writer.insert(
            "service_at_location", [{"id": "k2", "service_id": "s1", "location_id": "L2"}]
        )
    bring(town, "b.csv", f"id,{HEAD}\ns1,{ROW}\n", "services")
    assert town.count("locations") == 2
    assert town.count("service_at_location") == 2
    assert b"Lindenstr" not in town.path.read_bytes()
