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
from mapping.phone.base import base_map, frame_of

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


def test_a_city_of_six_thousand_nodes_fits_in_300_kilobytes() -> None:
    side = 78
    rng = np.random.default_rng(1)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1) + rng.normal(
        0, 0.2, (side, side, 2)
    )
    xy = np.array(BERLIN) + xy * (0.0014, 0.0009)
    lines = [shapely.LineString(xy[i, j : j + 2]) for i in range(side) for j in range(side - 1)]
    lines += [shapely.LineString(xy[i : i + 2, j]) for i in range(side - 1) for j in range(side)]
    streets = gpd.GeoDataFrame(
        {"kind": "street"}, index=range(len(lines)), geometry=lines, crs=4326
    )
    nothing = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=4326)
    area = room_area.area_of(streets)
    assert area is not None
    made = base_map(streets, nothing, nothing, nothing, area=area)
    assert len(gzip.compress(made)) <= 300_000
