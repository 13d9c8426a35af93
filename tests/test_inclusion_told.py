"""What is told of inclusion is JSON, names nobody who refused, and holds no judgement."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from layers.atlas import Atlas
from mapping import inclusion_told, network
from mapping.counted import Counted


def test_it_is_json_with_the_truths_first_and_without_names_of_those_who_refused(
    sample_atlas: Path,
) -> None:
    city = Atlas(sample_atlas)
    actors = city.read("organizations").set_index("id", drop=False)
    actors.loc[["police", "newal-kitchen"], "consent_shown"] = False
    ties = Counted(on=date(2026, 11, 22)).of(city.read("ties"))
    found = inclusion_told.told(
        network.graph_of(actors, ties),
        organizations=actors,
        ties=ties,
        bodies=city.read("bodies"),
        taken=city.read("seats"),
        core=["womens-table", "city-newcomers"],
    )
    said = json.dumps(found, allow_nan=False)
    assert json.loads(said) == found
    assert [
        one for one in ('"police"]', "newal-kitchen", "Newal", "Harbour Police") if one in said
    ] == []
    steering = found["bodies"][0]
    assert (steering["body"], steering["without"]) == ("steering", ["housing"])
    seat = next(one for one in steering["sectors"] if one["sector"] == "police")["seats"][0]
    assert seat == {"organization": None, "state": "accepted", "counts": True}  # it does sit there
    assert found["not_heard"][0]["name"] == "Fathers' Café Westyard"
    assert found["core"]["migrant_led"]["in_core"] == 1
    assert sum(found["ladder"]["rungs"].values()) == sum(
        sum(row.values()) for row in found["ladder"]["by_sector"].values()
    )
    assert "power" not in said
