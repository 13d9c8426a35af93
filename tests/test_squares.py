"""The width of a square follows how many people live where the session asks."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapping.squares import advised_m, people_per_km2

EAST, NORTH = 4_500_000, 3_200_000


@pytest.fixture
def areas() -> gpd.GeoDataFrame:
    """Two squares of 1 km in a district each, and one where nobody has counted."""
    squares = [
        shapely.box(EAST + n * 1000, NORTH, EAST + n * 1000 + 1000, NORTH + 1000) for n in range(3)
    ]
    rows = {
        "id": ["c0", "c1", "c2", "d0", "d1"],
        "level": ["cell", "cell", "cell", "district", "district"],
    }
    return gpd.GeoDataFrame(rows, geometry=[*squares, *squares[:2]], crs=3035).to_crs(4326)


@pytest.fixture
def population() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_id": ["c0", "c0", "c1", "c0"],
            "group_code": ["all", "all", "all", "women"],
            "count": [900, 500, 4000, 450],
            "counted_on": pd.to_datetime(["2020-01-01", "2025-01-01", "2025-01-01", "2025-01-01"]),
        }
    )


def test_only_the_inhabited_surface_counts_and_only_the_newest_number(
    areas: gpd.GeoDataFrame, population: pd.DataFrame
) -> None:
    assert people_per_km2(areas, population) == pytest.approx((500 + 4000) / 2, rel=1e-3)


@pytest.mark.parametrize(("chosen", "people", "metres"), [(["d0"], 500, 500), (["d1"], 4000, 250)])
def test_a_chosen_area_is_judged_by_itself(
    areas: gpd.GeoDataFrame, population: pd.DataFrame, chosen: list[str], people: int, metres: int
) -> None:
    density = people_per_km2(areas, population, chosen=chosen)
    assert density == pytest.approx(people, rel=1e-3)
    assert advised_m(density) == metres


def test_where_nobody_has_counted_nothing_is_claimed(
    areas: gpd.GeoDataFrame, population: pd.DataFrame
) -> None:
    assert people_per_km2(areas, population.iloc[:0]) is None
    assert people_per_km2(areas, population, chosen=["c2"]) is None
