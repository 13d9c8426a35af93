"""Metres and cells, held against pyproj used directly and against arithmetic by hand."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from layers import space
from layers.errors import CRSError, LayerError

TO_GRID = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(3035, 4326, always_xy=True)

sizes = st.sampled_from(space.SIZES_M)
lons = st.floats(-9, 40)  # Europe's mainland
lats = st.floats(36, 70)


def points(crs: int | str | None, lon: float = 13.4, lat: float = 52.5) -> gpd.GeoSeries:
    return gpd.GeoSeries.from_xy([lon], [lat], crs=crs)


# --- metres -------------------------------------------------------------------------------------


def test_true_metres_are_let_through() -> None:
    frame = points(32633, 390_000, 5_820_000)
    space.require_metres(homes=frame, services=gpd.GeoDataFrame(geometry=frame))
    space.require_metres()


@pytest.mark.parametrize(
    "crs",
    [None, 4326, 3857, 3395, 4087, 2263, 4978],
    ids=["no crs", "degrees", "web map", "world mercator", "plate carree", "feet", "geocentric"],
)
def test_what_is_not_metres_is_refused_with_the_way_out(crs: int | None) -> None:
    with pytest.raises(CRSError, match=r"services .*layers\.space\.to_metres\(services\)"):
        space.require_metres(homes=points(32633), services=points(crs))


def test_two_kinds_of_metres_are_refused_with_the_way_out() -> None:
    with pytest.raises(CRSError, match=r"services .*to_metres\(services, crs=homes\.crs\)"):
        space.require_metres(homes=points(32633), services=points(3035))


def test_metres_with_heights_are_metres() -> None:
    space.require_metres(homes=points("EPSG:5972"))  # ETRS89 / UTM 32N + NN2000 height


@given(
    lon=st.integers(-179_999, 179_999).map(lambda n: n / 1000),
    lat=st.integers(-79_999, 55_999).map(lambda n: n / 1000),
)
def test_the_zone_is_the_one_the_epsg_register_names(lon: float, lat: float) -> None:
    # South of 56 degrees north there is no exception to the six-degree zones.
    here = AreaOfInterest(lon, lat, lon, lat)
    register = {int(info.code) for info in query_utm_crs_info("WGS 84", here)}
    assert space.metres_crs(lon, lat).to_epsg() in register


def test_the_ends_of_the_zones() -> None:
    ends = [(-180, 1), (180, 1), (179.99, -1), (0, 0), (5.999, 50), (6, 50)]
    codes = [space.metres_crs(lon, lat).to_epsg() for lon, lat in ends]
    assert codes == [32601, 32660, 32760, 32631, 32631, 32632]


@given(lon=lons, lat=lats, bearing=st.floats(0, 360), far_m=st.floats(100, 5000))
def test_metres_of_the_zone_are_metres_on_the_ground(
    lon: float, lat: float, bearing: float, far_m: float
) -> None:
    lon2, lat2, _ = pyproj.Geod(ellps="WGS84").fwd(lon, lat, bearing, far_m)
    pair = space.to_metres(
        gpd.GeoSeries.from_xy([lon, lon2], [lat, lat2], crs=4326), crs=space.metres_crs(lon, lat)
    )
    assert pair.iloc[0].distance(pair.iloc[1]) == pytest.approx(far_m, rel=1.5e-3)


def test_a_table_in_metres_stays_as_it_is() -> None:
    frame = points(25833, 390_000, 5_820_000)
    assert space.to_metres(frame) is frame
    assert space.to_metres(frame, crs=3035).crs.to_epsg() == 3035


def test_a_web_map_becomes_metres() -> None:
    assert space.to_metres(points(4326).to_crs(3857)).crs.to_epsg() == 32633


def test_a_table_without_a_place_or_system_is_refused_with_the_way_out() -> None:
    with pytest.raises(CRSError, match="set_crs"):
        space.to_metres(points(None))
    with pytest.raises(CRSError, match="crs="):
        space.to_metres(points(4326).iloc[:0])
    with pytest.raises(CRSError, match="EPSG:3857"):
        space.to_metres(points(4326), crs=3857)
    assert len(space.to_metres(points(4326).iloc[:0], crs=3035)) == 0


# --- cells --------------------------------------------------------------------------------------


@given(lon=lons, lat=lats, size_m=sizes)
def test_a_place_lies_in_its_cell(lon: float, lat: float, size_m: int) -> None:
    east, north = TO_GRID.transform(lon, lat)
    cell = space.parse_cell(space.cell_of(lon, lat, size_m=size_m))
    assert cell.size_m == size_m
    assert cell.east == math.floor(east / size_m) * size_m
    assert cell.north == math.floor(north / size_m) * size_m


@given(places=st.lists(st.tuples(lons, lats), max_size=30), size_m=sizes)
def test_many_places_are_named_as_one_by_one(
    places: list[tuple[float, float]], size_m: int
) -> None:
    lon, lat = [p[0] for p in places], [p[1] for p in places]
    one_by_one = [space.cell_of(*place, size_m=size_m) for place in places]
    assert space.cells_of(lon, lat, size_m=size_m).tolist() == one_by_one


def test_the_name_of_the_design_is_read_and_written() -> None:
    code = "CRS3035RES250mN2683000E4285000"
    assert space.parse_cell(code) == (4285000, 2683000, 250)
    assert space.cell_code(4285000, 2683000, size_m=250) == code


@given(lon=lons, lat=lats, size_m=sizes)
def test_the_middle_of_a_cell_lies_in_that_cell(lon: float, lat: float, size_m: int) -> None:
    code = space.cell_of(lon, lat, size_m=size_m)
    middle = space.cell_polygon(code).centroid
    assert space.cell_of(middle.x, middle.y, size_m=size_m) == code


@given(lon=lons, lat=lats, size_m=sizes)
def test_the_drawn_cell_is_the_true_square_to_half_a_metre(
    lon: float, lat: float, size_m: int
) -> None:
    code = space.cell_of(lon, lat, size_m=size_m)
    east, north, _ = space.parse_cell(code)
    drawn = shapely.segmentize(space.cell_polygon(code), 0.001)
    drawn = shapely.transform(
        drawn, lambda xy: np.column_stack(TO_GRID.transform(xy[:, 0], xy[:, 1]))
    )
    true = shapely.box(east, north, east + size_m, north + size_m)
    assert shapely.hausdorff_distance(drawn, true) < 0.5
    assert space.cell_polygon(code).is_valid
    assert space.cell_polygon(code).exterior.is_ccw


def test_neighbours_share_their_corners_to_the_last_digit() -> None:
    here = set(space.cell_polygon("CRS3035RES250mN3273250E4551500").exterior.coords)
    east = set(space.cell_polygon("CRS3035RES250mN3273250E4551750").exterior.coords)
    assert len(here & east) == 2


@given(lon=lons, lat=lats, size_m=st.sampled_from(space.SIZES_M[:-1]))
def test_the_parent_is_the_cell_of_twice_the_size_around(
    lon: float, lat: float, size_m: int
) -> None:
    code = space.cell_of(lon, lat, size_m=size_m)
    assert space.parent_cell(code) == space.cell_of(lon, lat, size_m=2 * size_m)


def test_there_is_no_parent_of_the_largest() -> None:
    with pytest.raises(LayerError) as caught:
        space.parent_cell("CRS3035RES2000mN2682000E4284000")
    assert caught.value.code == "cell_has_no_parent"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "CRS3035RES250mN2683000E428",
        "CRS3035RES250mN2683001E4285000",  # not on a multiple of 250
        "CRS3035RES300mN2683000E4285000",
        "CRS3035RES4000mN2680000E4284000",
        "CRS3035RES250mN02683000E4285000",
        "CRS3035RES250mN-250E4285000",
        "CRS3035RES250mN7000000E4285000",
        "CRS3035RES250mN2683000E8000000",
        "CRS3035RES250mN2683000E4285000\n",
        "CRS3035RES250mN2683000E428500\N{ARABIC-INDIC DIGIT ZERO}",  # a digit to int() and to \\d
        "CRS25833RES250mN2683000E4285000",
        "crs3035res250mn2683000e4285000",
    ],
)
def test_what_is_no_cell_is_refused(code: str) -> None:
    with pytest.raises(LayerError) as caught:
        space.parse_cell(code)
    assert caught.value.code == "cell_unknown"
    with pytest.raises(LayerError):
        space.cell_polygon(code)


def test_an_error_repeats_nothing_that_a_person_may_have_written() -> None:
    with pytest.raises(LayerError) as caught:
        space.parse_cell("Amina, 3 Garden Street")
    assert caught.value.blanks == {"cell": "?"}


@pytest.mark.parametrize("corner", [(4285001, 2683000), (-250, 0), (4285000, 7_000_000)])
def test_no_code_is_made_for_what_is_no_cell(corner: tuple[int, int]) -> None:
    with pytest.raises(LayerError):
        space.cell_code(*corner, size_m=250)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(math.nan, 50), (13, math.inf), (181, 50), (-180.001, 0), (13, 90.5), (4_285_000, 2_683_000)],
)
def test_what_is_not_on_earth_is_refused(lon: float, lat: float) -> None:
    for refuse in (lambda: space.cell_of(lon, lat, size_m=250), lambda: space.metres_crs(lon, lat)):
        with pytest.raises(LayerError) as caught:
            refuse()
        assert caught.value.code == "point_off_earth"


def test_a_place_outside_of_europes_grid_is_refused_and_named() -> None:
    with pytest.raises(LayerError) as caught:
        space.cells_of([13.4, -46.6], [52.5, -23.5], size_m=250)
    assert caught.value.code == "point_off_grid"
    assert caught.value.blanks == {"lon": -46.6, "lat": -23.5}


def test_a_size_that_the_grid_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="size_m"):
        space.cell_of(13.4, 52.5, size_m=300)
    with pytest.raises(ValueError, match="one length"):
        space.cells_of([13.4], [52.5, 52.6], size_m=250)


def test_the_far_ends_of_europe_have_cells() -> None:
    ends = {"Flores": (-31.3, 39.5), "Longyearbyen": (15.6, 78.2), "Van": (43.4, 38.5)}
    for lon, lat in ends.values():
        code = space.cell_of(lon, lat, size_m=2000)
        assert space.cell_polygon(code).covers(shapely.Point(lon, lat))
