"""How wide a session's squares ought to be, from how many people live where it asks."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import pandas as pd
import shapely

FEW_PER_KM2 = 1_000
GRID = 3035  # of equal area: its square metres are those on the ground
USUAL_M, WIDE_M = 250, 500


def people_per_km2(
    areas: gpd.GeoDataFrame, population: pd.DataFrame, *, chosen: Collection[str] = ()
) -> float | None:
    """Count the people per square kilometre of inhabited surface.

    Parameters
    ----------
    areas, population
        Tables of the atlas; only the counts of all inhabitants are read.
    chosen
        Identifiers of areas; empty: everywhere.

    Returns
    -------
    density
        None where nobody has counted. Of several layers of areas the finest counts.
    """
    everyone = population[population["group_code"] == "all"].dropna(subset="count")
    latest = everyone.sort_values("counted_on").drop_duplicates("area_id", keep="last")
    counted = areas.dropna(subset="geometry").merge(
        latest[["area_id", "count"]], left_on="id", right_on="area_id"
    )
    if counted.empty:
        return None
    layer = counted[counted["level"] == counted["level"].value_counts().idxmax()].to_crs(GRID)
    if chosen:
        around = areas[areas["id"].isin(list(chosen))].dropna(subset="geometry").to_crs(GRID)
        inside = shapely.union_all(shapely.make_valid(around.geometry.to_numpy()))
        layer = layer[layer.geometry.representative_point().within(inside)]
    km2 = float(layer.geometry.area.sum()) / 1e6
    return float(layer["count"].sum()) / km2 if km2 > 0 else None


def advised_m(density: float | None) -> int:
    """Give the width of a square in metres that so many people per square kilometre call for.

    Examples
    --------
    >>> advised_m(400), advised_m(1_000), advised_m(None)
    (500, 250, 250)
    """
    return WIDE_M if density is not None and density < FEW_PER_KM2 else USUAL_M
