"""The base map is true, north up, and small enough; the phone's way back to the cell is right."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import room_area
from layers.space import cell_of
from mapping.phone.base import MOST_PLACES, base_map, frame_of

BERLIN = (13.405, 52.52)


def town() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    lon, lat = BERLIN
    lines = [shapely.LineString([(lon, lat - 0.01), (lon, lat + 0.01)])]
    streets = gpd.GeoDataFrame({"kind": ["main"]}, geometry=lines, crs=4326)
    lake = shapely.box(lon + 0.002, lat, lon + 0.006, lat + 0.004)
    ground = gpd.GeoDataFrame({"kind": ["water"]}, geometry=[lake], crs=4326)
    named = {"name": ["</script>Café"], "kind": ["station"]}
    places = gpd.GeoDataFrame(named, geometry=[shapely.Point(lon, lat)], crs=4326)
    around = shapely.box(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)
    districts = gpd.GeoDataFrame({"name": ["Mitte"]}, geometry=[around], crs=4326)
    return streets, ground, places, districts


def drawn() -> dict[str, Any]:
    area = room_area.area_of(*town())
    assert area is not None
    made: dict[str, Any] = json.loads(base_map(*town(), area=area))
    return made


def test_north_is_up_on_the_map() -> None:
    """A street drawn due north in degrees runs straight up in the drawing."""
    (_, _, dx, dy), *_ = drawn()["layers"]["main"]
    assert abs(dx) <= 3
    assert abs(dy) == pytest.approx(2226, rel=0.01)  # 0.02 degrees of latitude, in metres


def test_places_are_listed_under_their_district() -> None:
    [[kind, name, x, y, district]] = drawn()["places"]
    assert (kind, name, drawn()["areas"][district][0]) == ("station", "</script>Café", "Mitte")
    assert (abs(x) < 1200, abs(y) < 1200) == (True, True)


@given(
    lon=st.floats(13.2, 13.6, allow_nan=False),
    lat=st.floats(52.4, 52.6, allow_nan=False),
)
@settings(deadline=None)  # the first transformation of a process loads its grids
def test_the_turn_back_and_floor_of_the_phone_finds_the_true_cell(lon: float, lat: float) -> None:
    """What citymap.js does, by hand, against pyproj and the grid."""
    frame = frame_of((4530000, 3260000, 4570000, 3290000))
    to_grid = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
    point = frame.place(np.array([to_grid.transform(lon, lat)]))[0]
    cos, sin = math.cos(frame.turn), math.sin(frame.turn)
    east = frame.east + point[0] * cos + point[1] * sin
    north = frame.north - point[0] * sin + point[1] * cos
    snapped = [math.floor(round(metres, 6) / 250) * 250 for metres in (east, north)]
    assert f"CRS3035RES250mN{snapped[1]}E{snapped[0]}" == cell_of(lon, lat, size_m=250)


def test_a_place_stands_under_its_kind_and_only_chosen_kinds_are_listed() -> None:
    area = room_area.area_of(*town())
    assert area is not None
    for landmarks, number in ((None, 1), (("station",), 1), (("park",), 0), ((), 0)):
        made = json.loads(base_map(*town(), area=area, landmarks=landmarks))
        assert len(made["places"]) == number, landmarks


def test_a_whole_area_is_the_square_that_holds_most_of_it() -> None:
    """By hand: 1,400 m wide on the grid, three quarters of it west of the edge of two squares."""
    west, south = 4_549_000, 3_271_000
    shape = shapely.box(west + 950, south + 300, west + 2_350, south + 1_700)
    known = gpd.GeoDataFrame({"name": ["Mitte"]}, geometry=[shape], crs=3035).to_crs(4326)
    area = (west - 5_000, south - 5_000, west + 9_000, south + 9_000)
    made = json.loads(base_map(*town()[:3], known, area=area))
    [[name, x, y, size]] = made["areas"]
    east0, north0, turn = made["frame"]
    east = east0 + x * math.cos(turn) + y * math.sin(turn)
    north = north0 - x * math.sin(turn) + y * math.cos(turn)
    assert (name, size) == ("Mitte", 2000)  # 1,000 m would be smaller than the area
    corner = (math.floor(east / size) * size, math.floor(north / size) * size)
    assert corner == (4_550_000, 3_270_000)  # holds x from 4,550,000 to 4,552,000: all but 50 m
    assert math.hypot(east - corner[0] - 1000, north - corner[1] - 1000) < 2  # said by its middle


def test_what_lies_outside_of_a_chosen_area_is_neither_drawn_nor_listed() -> None:
    around = room_area.area_of(*town())
    assert around is not None
    far = (around[0] - 50_000, around[1], around[0] - 40_000, around[3])
    made = json.loads(base_map(*town(), area=far))
    assert made["places"] == made["areas"] == []
    assert not any(made["layers"].values())


def test_of_many_places_each_area_keeps_its_best_known() -> None:
    lon, lat = BERLIN
    rng = np.random.default_rng(3)
    names = [f"{'abc'[number % 3]} {number:04d}" for number in range(1500)]
    # the first area has a thousand schools, the second a station whose name comes last
    spots = rng.uniform(-0.009, 0.009, (1500, 2)) + np.array([lon - 0.02, lat])
    spots[-1] = (lon + 0.02, lat)
    kinds = ["school"] * 1499 + ["station"]
    names[-1] = "zz station"
    places = gpd.GeoDataFrame(
        {"name": names, "kind": kinds}, geometry=gpd.points_from_xy(*spots.T), crs=4326
    )
    boxes = [
        shapely.box(lon + x - 0.01, lat - 0.01, lon + x + 0.01, lat + 0.01) for x in (-0.02, 0.02)
    ]
    districts = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=boxes, crs=4326)
    area = room_area.area_of(districts)
    assert area is not None
    made = json.loads(base_map(*town()[:2], places, districts, area=area))
    assert len(made["places"]) == MOST_PLACES
    assert ["station", "zz station"] in [row[:2] for row in made["places"]]


def invented_city(side: int, seed: int = 1) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Streets that bend and cross at odd angles, with footpaths, woods and ponds."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).astype(float)
    grid += rng.normal(0, 0.22, grid.shape)
    scale, start = np.array([0.0013, 0.0008]), np.array(BERLIN)
    ends = [(grid[i, j], grid[i, j + 1]) for i in range(side) for j in range(side - 1)]
    ends += [(grid[i, j], grid[i + 1, j]) for i in range(side - 1) for j in range(side)]
    lines, kinds = [], []
    for number, (one, other) in enumerate(ends):
        if rng.random() < 0.15:  # blocks are not all closed
            continue
        bend = (one + other) / 2 + rng.normal(0, 0.12, 2)
        lines.append(shapely.LineString(start + np.array([one, bend, other]) * scale))
        kinds.append("main" if number % 23 == 0 else "footway" if rng.random() < 0.35 else "street")
    streets = gpd.GeoDataFrame({"kind": kinds}, geometry=lines, crs=4326)
    middles = start + rng.uniform(0, side, (side * 4, 2)) * scale
    shapes = [
        shapely.Point(*middle).buffer(rng.uniform(0.0002, 0.0015), quad_segs=6)
        for middle in middles
    ]
    which = ["green" if number % 3 else "water" for number in range(len(shapes))]
    return streets, gpd.GeoDataFrame({"kind": which}, geometry=shapes, crs=4326)


@pytest.mark.parametrize(("side", "people"), [(78, 60_000), (140, 250_000)])
def test_a_city_fits_in_300_kilobytes(side: int, people: int) -> None:
    """A city of a quarter of a million has about 1,700 km of streets and paths; checked here."""
    streets, ground = invented_city(side)
    nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=4326)
    area = room_area.area_of(streets)
    assert area is not None
    if people == 250_000:
        assert streets.to_crs(3035).length.sum() > 1_700_000
    made = base_map(streets, ground, nothing, nothing, area=area)
    assert len(gzip.compress(made)) <= 300_000
    layers = json.loads(made)["layers"]
    assert layers["main"]
    assert layers["street"]
    assert layers["green"]


def test_a_city_that_is_too_large_is_drawn_coarser_and_keeps_its_main_streets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    streets, ground = invented_city(60)
    nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=4326)
    area = room_area.area_of(streets)
    assert area is not None
    sizes = []
    for most in (60_000, 30_000, 12_000):
        monkeypatch.setattr("mapping.phone.base.MOST_BYTES", most)
        made = base_map(streets, ground, nothing, nothing, area=area)
        assert json.loads(made)["layers"]["main"]
        sizes.append(len(gzip.compress(made, 9)))
        assert sizes[-1] <= most
    assert sizes == sorted(sizes, reverse=True)


def test_a_small_town_is_drawn_as_fine_as_there_is() -> None:
    """Each point of a street lies within six metres of its drawing."""
    streets, ground = invented_city(12)
    nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=4326)
    area = room_area.area_of(streets)
    assert area is not None
    made = json.loads(base_map(streets, ground, nothing, nothing, area=area))
    frame = frame_of(area)
    drawn_lines = [
        shapely.LineString(np.cumsum(np.reshape(flat, (-1, 2)), axis=0))
        for name in ("street", "main")
        for flat in made["layers"][name]
    ]
    whole = shapely.union_all(drawn_lines)
    points = shapely.points(frame.place(shapely.get_coordinates(streets.to_crs(3035).geometry)))
    assert shapely.distance(points, whole).max() < 6 + 1.5  # and the rounding to metres
