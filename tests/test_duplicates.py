"""Possible duplicates: what looks like one thing, what does not, and what a person said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas, changes, schema
from layers.duplicates import possible, tell_apart
from layers.history import Revision

HERE, NEAR, FAR = (shapely.Point(lon, 0) for lon in (3.0, 3.0005, 3.1))  # 56 m; 11 km


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert(
            "locations",
            [
                {"id": "here", "precision": "exact", "geometry": HERE},
                {"id": "near", "precision": "exact", "geometry": NEAR},
                {"id": "far", "precision": "exact", "geometry": FAR},
                {"id": "hidden", "precision": "hidden", "area_id": "all"},
            ],
        )
    return made


def found(made: atlas.Atlas) -> set[tuple[str, str, str]]:
    pairs = possible({name: made.read(name) for name in schema.TABLES})
    return {
        (str(row["table"]), *sorted((str(row["left_id"]), str(row["right_id"]))))  # type: ignore[misc] # two
        for row in pairs.to_dict("records")
    }


def actors(made: atlas.Atlas, *rows: dict[str, Any]) -> None:
    with made.write() as w:
        w.insert("organizations", list(rows))


def services(made: atlas.Atlas, **places: tuple[str, str, str]) -> None:
    """Add services: identifier = (name, organization, place)."""
    with made.write() as w:
        w.insert(
            "services",
            [
                {"id": one, "name": name, "organization_id": holder or None, "category": "legal"}
                for one, (name, holder, _) in places.items()
            ],
        )
        w.insert(
            "service_at_location",
            [
                {"id": one, "service_id": one, "location_id": place}
                for one, (_, _, place) in places.items()
                if place
            ],
        )


def test_another_spelling_at_the_same_place_is_listed_with_the_reasons(town: atlas.Atlas) -> None:
    actors(
        town,
        {"id": "1", "name": "Frauentreff Sonne e.V.", "location_id": "here"},
        {"id": "2", "name": "frauentreff  Sonne", "location_id": "near"},
        {"id": "3", "name": "Tenants' Union", "location_id": "here"},
    )
    pairs = possible({name: town.read(name) for name in schema.TABLES})
    (row,) = pairs.to_dict("records")
    assert {row["left_id"], row["right_id"]} == {"1", "2"}
    assert row["score"] == 100
    assert row["metres"] == pytest.approx(56, abs=1)
    assert row["why"] == ("name", "place")


def test_one_name_in_two_places_is_one_actor_perhaps_but_not_one_service_nor_place(
    town: atlas.Atlas,
) -> None:
    actors(
        town,
        {"id": "a", "name": "Sun House", "location_id": "here"},
        {"id": "b", "name": "Sun House", "location_id": "far"},
    )
    services(town, x=("Open house", "a", "here"), y=("Open house", "b", "far"))
    with town.write() as w:
        for one in ("here", "far"):
            w.update("locations", one, {"name": "Library"}, seen=1)
    assert found(town) == {("organizations", "a", "b")}


def test_two_services_of_one_need_on_one_point_are_one_only_by_their_name(
    town: atlas.Atlas,
) -> None:
    services(
        town,
        a1=("Language course A1", "o", "here"),
        a2=("Language course A2", "o", "here"),
        rent=("Rent advice", "o", "here"),
        rent2=("Rent  Advice", "o", "near"),
    )
    assert found(town) == {("services", "rent", "rent2")}


def test_services_without_a_place_are_one_by_actor_and_name(town: atlas.Atlas) -> None:
    services(town, a=("Helpline", "o", ""), b=("Helpline", "o", ""), c=("Helpline", "p", ""))
    assert found(town) == {("services", "a", "b")}


def test_services_of_two_needs_are_two(town: atlas.Atlas) -> None:
    services(town, a=("Advice", "o", "here"), b=("Advice", "o", "here"))
    with town.write() as w:
        w.update("services", "b", {"category": "health"}, seen=1)
    assert found(town) == set()


def test_a_hidden_place_tells_no_distance(town: atlas.Atlas) -> None:
    actors(
        town,
        {"id": "a", "name": "Refuge", "location_id": "hidden"},
        {"id": "b", "name": "Refuge", "location_id": "here"},
    )
    pairs = possible({name: town.read(name) for name in schema.TABLES})
    assert pd.isna(pairs.iloc[0]["metres"])
    assert pairs.iloc[0]["why"] == ("name",)


def test_a_pair_called_two_is_not_listed_again_until_that_is_undone(town: atlas.Atlas) -> None:
    actors(
        town,
        {"id": "a", "name": "Sun House"},
        {"id": "b", "name": "Sun-House"},
        {"id": "c", "name": "Sun House"},
    )
    with_c = {("organizations", "a", "c"), ("organizations", "b", "c")}
    assert found(town) == {("organizations", "a", "b"), *with_c}
    said = changes.carry_out(
        town, [tell_apart("organizations", "b", "a")], Revision(kind="edit", who="Ada")
    )
    assert found(town) == with_c
    changes.undo(town, said)
    assert ("organizations", "a", "b") in found(town)


def test_nothing_in_an_empty_atlas(tmp_path: Path) -> None:
    assert found(atlas.create(tmp_path / "empty.gpkg", name="Empty")) == set()
