"""Layers of the map hold handles, codes and whole numbers, and keep what must not be seen away."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import consent, vocab
from mapping import features, pictograms

SQUARE = shapely.box(10.0, 56.0, 10.5, 56.25)


def table(rows: list[dict[str, Any]], *, shapes: str | None = "geometry") -> Any:
    frame = pd.DataFrame(rows)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326) if shapes else frame


def locations(*rows: tuple[str, str, shapely.Point | None]) -> gpd.GeoDataFrame:
    return table([{"id": a, "precision": b, "geometry": c} for a, b, c in rows])


def decoded(steps: list[int]) -> list[tuple[float, float]]:
    pairs = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e6
    return [(float(x), float(y)) for x, y in pairs]


HERE = shapely.Point(10.123456, 56.654321)


# --- handles -----------------------------------------------------------------------------------


@given(st.text(max_size=200))
def test_a_handle_is_safe_whatever_the_identifier(row_id: str) -> None:
    assert features.HANDLE.fullmatch(features.handle("service", row_id))


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_identifiers_never_share_a_handle(one: str, other: str) -> None:
    same = features.handle("actor", one) == features.handle("actor", other)
    assert same == (one == other)


# --- lines and shapes --------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.floats(-179, 179), st.floats(-85, 85)), min_size=2, max_size=12, unique=True
    )
)
def test_a_line_comes_back_within_half_a_microdegree(points: list[tuple[float, float]]) -> None:
    line = shapely.LineString(points)
    ground = table([{"kind": "railway", "geometry": line}])
    layer = features.base(table([{"kind": "street", "geometry": line}]), ground)
    [steps] = layer["ground"]["railway"]["lines"]
    assert np.allclose(decoded(steps), points, atol=0.51e-6, rtol=0)


def test_streets_that_meet_end_to_end_become_one_line() -> None:
    first = shapely.LineString([(10, 56), (10.1, 56)])
    second = shapely.LineString([(10.1, 56), (10.1, 56.1)])
    streets = table([{"kind": "main", "geometry": first}, {"kind": "main", "geometry": second}])
    layer = features.base(streets, table([{"kind": "water", "geometry": SQUARE}]))
    assert layer["streets"] == {"main": [[10_000_000, 56_000_000, 100_000, 0, 0, 100_000]]}
    assert len(layer["ground"]["water"]["areas"]) == 1


def test_a_street_of_no_stated_kind_is_a_street() -> None:
    line = shapely.LineString([(10, 56), (10.1, 56)])
    layer = features.base(
        table([{"kind": None, "geometry": line}]), table([{"kind": "water", "geometry": SQUARE}])
    )
    assert list(layer["streets"]) == ["street"]


def test_areas_come_largest_first_with_a_spot_inside_each() -> None:
    small = shapely.box(10.0, 56.0, 10.01, 56.01)
    rows = [
        {"id": "s", "level": "district", "geometry": shapely.MultiPolygon([small])},
        {"id": "l", "level": "district", "geometry": shapely.MultiPolygon([SQUARE])},
        {"id": "c", "level": "cell", "geometry": shapely.MultiPolygon([SQUARE])},
    ]
    layer = features.areas(table(rows), level="district")
    assert [row[0] for row in layer["rows"]] == ["area:l", "area:s"]
    for row, shape in zip(layer["rows"], (SQUARE, small), strict=True):
        assert shape.contains(shapely.Point(row[2] / 1e6, row[3] / 1e6))


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (["city", "district", "cell"], "district"),
        (["city", "quarter"], "quarter"),
        (["cell"], "cell"),
        ([], None),
    ],
)
def test_outlines_are_of_the_level_one_can_read(there: list[str], chosen: str | None) -> None:
    rows = [{"id": level, "level": level, "geometry": SQUARE} for level in there]
    empty = gpd.GeoDataFrame({"level": [], "geometry": []}, geometry="geometry", crs=4326)
    assert features.outline_level(table(rows) if rows else empty) == chosen


# --- who has a pin -----------------------------------------------------------------------------


def services_at(*pairs: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = dict.fromkeys(service for service, _ in pairs)
    services = pd.DataFrame({"id": list(ids), "category": "health", "setting": "office"})
    offered = pd.DataFrame(list(pairs), columns=["service_id", "location_id"])
    return services, offered


def test_a_service_at_two_places_has_two_pins_and_one_handle() -> None:
    services, offered = services_at(("s", "a"), ("s", "b"))
    spots = locations(("a", "exact", HERE), ("b", "area", shapely.Point(10.2, 56.2)))
    layer = features.services(services, offered, spots)
    assert [row[0] for row in layer["rows"]] == ["service:s", "service:s"]
    assert [row[4] for row in layer["rows"]] == [0, 1], "the second is known only roughly"
    assert layer["rows"][0][2:4] == [10_123_456, 56_654_321]


def test_no_pin_for_what_is_hidden_or_known_only_by_its_city_and_the_reason_is_told() -> None:
    services, offered = services_at(("h", "hid"), ("c", "cit"), ("p", "pin"))
    services = pd.concat(
        [
            services,
            pd.DataFrame({"id": ["n", "o"], "category": "legal", "setting": ["office", "online"]}),
        ]
    )
    spots = locations(("hid", "hidden", None), ("cit", "city", HERE), ("pin", "exact", HERE))
    assert [row[0] for row in features.services(services, offered, spots)["rows"]] == ["service:p"]
    left = features.without_pin(services, offered, spots)
    assert dict(zip(left["service_id"], left["why"], strict=True)) == {
        "h": "hidden",
        "c": "city",
        "n": "no_place",
        "o": "online",
    }


def test_a_hidden_place_has_no_pin_even_where_a_point_slipped_in() -> None:
    services, offered = services_at(("h", "hid"))
    layer = features.services(services, offered, locations(("hid", "hidden", HERE)))
    assert layer["rows"] == []


def actors_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["yes", "no", "unknown", "refused"],
            "name": ["A", "B", "C", "D"],
            "kind": ["migrant_led", "ngo", None, "ngo"],
            "migrant_led": pd.array([True, False, None, True], dtype="boolean"),
            "consent_shown": pd.array([None, True, None, False], dtype="boolean"),
            "location_id": ["a"] * 4,
        }
    )


def test_each_actor_stands_in_one_layer_and_who_refused_in_none() -> None:
    spots = locations(("a", "exact", HERE))
    led = features.actors(actors_table(), spots, migrant_led=True)
    others = features.actors(actors_table(), spots, migrant_led=False)
    assert [row[0] for row in led["rows"]] == ["actor:yes"]
    assert [row[0] for row in others["rows"]] == ["actor:no", "actor:unknown"]
    assert others["rows"][1][1] == "actor_kind.other"


def test_a_skill_is_shown_only_by_a_yes_and_a_channel_unless_by_a_no() -> None:
    assets = pd.DataFrame(
        {
            "id": list("abcdef"),
            "kind": ["skill", "skill", "skill", "channel", "channel", "channel"],
            "consent_shown": pd.array([True, None, False] * 2, dtype="boolean"),
        }
    )
    assert consent.shown_assets(assets)["id"].tolist() == ["a", "d", "e"]


# --- people not reached ------------------------------------------------------------------------


def test_nobody_unknown_and_suppressed_are_three_different_things() -> None:
    rows = [{"id": one, "level": "cell", "geometry": SQUARE} for one in "abcd"]
    values = pd.DataFrame(
        {
            "area_id": list("abcd"),
            "people": [0.0, None, None, 250.0],
            "suppressed": pd.array([False, False, True, False], dtype="boolean"),
        }
    )
    layer = features.gap(table(rows), values)
    assert [row[1:3] for row in layer["rows"]] == [
        [0, 0],
        ["unknown", -1],
        ["suppressed", -1],
        [layer["rows"][3][1], 250],
    ]
    assert layer["rows"][3][1] in {1, 2, 3, 4, 5}


def test_a_suppressed_number_never_leaves_even_where_it_stands_in_the_table() -> None:
    rows = [{"id": "a", "level": "cell", "geometry": SQUARE}]
    values = pd.DataFrame({"area_id": ["a"], "people": [3.0], "suppressed": [True]})
    layer = features.gap(table(rows), values)
    assert layer["rows"][0][:3] == ["area:a", "suppressed", -1]
    assert min(layer["edges"]) >= 5


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=60))
def test_every_number_of_people_lies_within_the_scale(people: list[float]) -> None:
    edges = features.scale(np.array(people))
    assert edges == sorted(set(edges))
    assert len(edges) == 5
    assert edges[-1] >= max(people)
    assert edges[0] >= 5  # fewer than five are no class


def test_the_step_grows_with_the_people() -> None:
    rows = [{"id": str(n), "level": "cell", "geometry": SQUARE} for n in range(50)]
    values = pd.DataFrame(
        {"area_id": [str(n) for n in range(50)], "people": [7.0 * n for n in range(50)]}
    )
    layer = features.gap(table(rows), values)
    steps = [row[1] for row in layer["rows"]]
    assert steps == sorted(steps)
    assert set(steps) == {0, 1, 2, 3, 4, 5}
    assert features.gap(table(rows), values, shaped=features.shapes(table(rows))) == layer
    assert len(layer["rows"][0][3][0][0]) == 2 * len(SQUARE.exterior.coords)


# --- what was said, and pictures ---------------------------------------------------------------


def test_what_was_said_carries_feeling_hour_band_and_day_of_its_session() -> None:
    cells = table(
        [
            {
                "session_id": "s1",
                "cell": "CRS3035RES250mN2683000E4285000",
                "feeling": "unsafe",
                "time_of_day": hour,
                "contributors": "5-9",
                "geometry": SQUARE,
            }
            for hour in ("night", None)
        ]
    )
    sessions = pd.DataFrame({"id": ["s1"], "held_on": pd.to_datetime(["2026-05-04"])})
    rows = features.reports(cells, sessions)["rows"]
    assert rows[0][:5] == [
        "cell:CRS3035RES250mN2683000E4285000", "unsafe", "night", "5-9", "2026-05-04",
    ]  # fmt: skip
    assert rows[1][2] == ""
    assert rows[0][5:7] == [10_250_000, 56_125_000]


@pytest.mark.parametrize(
    "of", ["category", "actor_kind", "asset_kind", "place_kind", "time_of_day"]
)
def test_every_code_that_is_drawn_has_a_picture(of: str) -> None:
    for one in vocab.LISTS[of]:
        width, height, path = pictograms.picture(f"{of}.{one}")
        assert min(width, height) > 0
        assert path[0] in "Mm"


def test_pictures_of_one_list_are_all_different() -> None:
    for of in ("category", "actor_kind", "asset_kind", "place_kind"):
        paths = [pictograms.picture(f"{of}.{one}") for one in vocab.LISTS[of]]
        assert len(set(paths)) == len(paths)


# --- no text -----------------------------------------------------------------------------------

HOSTILE = "{{7*7}}</script><img src=x onerror=alert(1)>${alert(1)}"


def test_no_layer_carries_a_name_or_any_other_text_of_a_table() -> None:
    services, offered = services_at((HOSTILE, HOSTILE))
    services["name"] = HOSTILE
    spots = locations((HOSTILE, "exact", HERE))
    spots["name"] = HOSTILE
    ground = table([{"id": HOSTILE, "kind": "water", "name": HOSTILE, "geometry": SQUARE}])
    areas = table([{"id": HOSTILE, "level": "district", "name": HOSTILE, "geometry": SQUARE}])
    places = table([{"id": HOSTILE, "kind": "park", "name": HOSTILE, "geometry": HERE}])
    layers = [
        features.services(services, offered, spots),
        features.areas(areas, level="district"),
        features.places(places),
        features.ground_labels(ground),
    ]
    text = json.dumps(layers)
    assert all(part not in text for part in ("{{", "<", "alert", "$"))
    assert features.names(area=areas) == {features.handle("area", HOSTILE): HOSTILE}
