"""Which piece of the grid a session takes places from: the city and a little around it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from layers.room_session import Area

GRID = 3035
MARGIN_M = 1_000  # around the city: people also walk out of it


def area_of(*shapes: gpd.GeoDataFrame) -> Area | None:
    """Give the square piece of the grid that holds everything, with a margin; None if nothing.

    Parameters
    ----------
    *shapes
        Tables in EPSG:4326, such as streets and areas; empty ones do not count.
    """
    boxes = [one.to_crs(GRID).total_bounds for one in shapes if len(one.dropna(subset="geometry"))]
    if not boxes:
        return None
    west, south = np.min([box[:2] for box in boxes], axis=0) - MARGIN_M
    east, north = np.max([box[2:] for box in boxes], axis=0) + MARGIN_M
    return (
        max(0, int(west // 1000 * 1000)),
        max(0, int(south // 1000 * 1000)),
        int(-(-east // 1000) * 1000),
        int(-(-north // 1000) * 1000),
    )
