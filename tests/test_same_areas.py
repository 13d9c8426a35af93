"""Areas that two files draw are one area, and areas that are two stay two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from layers.atlas import Atlas, create
from layers.importing import importer
from tests.helpers.bringing import a_town, bring, codes

NORTH, SOUTH = (13.0, 52.25, 13.25, 52.5), (13.0, 52.0, 13.25, 52.25)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = a_town(tmp_path / "town.gpkg")
    bring(made, "a.geojson", areas(("n", "Nord", NORTH), ("s", "Süd", SOUTH)), "areas")
    return made


def areas(*rows: tuple[str | None, str, tuple[float, float, float, float]]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "level": "quarter"} | ({"id": one} if one else {}),
            "geometry": shapely.geometry.mapping(shapely.box(*sides)),
        }
        for one, name, sides in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def quarters(town: Atlas) -> list[str]:
    held = town.read("areas")
    return sorted(held.loc[held["level"] == "quarter", "id"])


@pytest.mark.parametrize("own", [None, "x"])
def test_an_area_of_the_same_name_and_mostly_one_shape_is_the_one_here(
    own: str | None, town: Atlas
) -> None:
    moved = (13.01, 52.26, 13.26, 52.51)
    plan = bring(town, "b.geojson", areas((own, "NORD", moved), (None, "Süd", SOUTH)), "areas")
    assert "areas_taken" in codes(plan)
    assert quarters(town) == ["n", "s"]
    held = town.read("areas").set_index("id").loc["n"]
    assert held["name"] == "Nord"
    assert shapely.equals(held["geometry"], shapely.box(*NORTH))
    assert plan.compared.new == 0


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("Nord", SOUTH),
        ("Mitte", NORTH),
        ("Nord", (13.0, 52.31, 13.25, 52.5)),
        ("Nord", (13, 52, 14, 53)),
    ],
)
def test_another_name_or_another_shape_is_another_area(
    name: str, sides: tuple[float, float, float, float], town: Atlas
) -> None:
    bring(town, "b.geojson", areas(("x", name, sides)), "areas")
    assert quarters(town) == ["n", "s", "x"]


def test_two_areas_of_a_file_are_never_one(town: Atlas) -> None:
    bring(town, "b.geojson", areas(("x", "Nord", NORTH), ("y", "Nord", NORTH)), "areas")
    assert quarters(town) == ["n", "s", "y"]


def test_the_districts_of_berlin_in_two_formats_are_twelve(
    tmp_path: Path, shared_data: Path
) -> None:
    town = create(tmp_path / "berlin.gpkg", name="Berlin")
    for name in ("districts.geojson", "bezirke_2017.kml"):
        importer.carry_out(
            town, importer.prepare(town, shared_data / "berlin" / name, kind="areas")
        )
    assert town.count("areas") == 12
    assert set(town.read("areas")["source_file"]) == {"districts.geojson"}
