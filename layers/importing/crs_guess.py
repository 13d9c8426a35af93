"""Which coordinate system numbers in metres may be in: offered with their places, never taken.

Two systems may put a point into the same city some hundred metres apart, so a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pyproj

WGS84 = "EPSG:4326"
IN_CITY, ANYWHERE = 4, 8  # so many are offered
Box = tuple[float, float, float, float]
# the grids that European tables come in: the continent's, and each country's own
_GRIDS = (
    *(f"EPSG:{31466 + zone}" for zone in range(4)),  # Germany, Gauss-Krueger
    *("EPSG:2154", "EPSG:27572", "EPSG:31370", "EPSG:3812", "EPSG:28992", "EPSG:27700"),
    *("EPSG:2056", "EPSG:21781", "EPSG:31287", "EPSG:31254", "EPSG:31255", "EPSG:31256"),
    *("EPSG:2180", "EPSG:5514", "EPSG:3003", "EPSG:3004", "EPSG:23030", "EPSG:23031"),
    *("EPSG:3067", "EPSG:3006", "EPSG:2157", "EPSG:29903", "EPSG:3765", "EPSG:3794"),
    *("EPSG:2100", "EPSG:3763", "EPSG:3346", "EPSG:3059", "EPSG:3301", "EPSG:3844"),
    *("EPSG:23700", "EPSG:2169", "EPSG:5223", "EPSG:6312", "EPSG:3908", "EPSG:7801"),
    *(f"EPSG:{25800 + zone}" for zone in range(28, 39)),  # UTM on ETRS89
    *("EPSG:3035", "EPSG:3034", "EPSG:3857"),
)
_EUROPE: Box = (-32.0, 34.0, 46.0, 72.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A system, what it is called, and where the first point would lie in it.

    ``swap`` where northing stands before easting.
    """

    crs: str
    name: str
    lon: float
    lat: float
    swap: bool = False


def guesses(x: float, y: float, box: Box | None) -> tuple[Guess, ...]:
    """List the systems that put a point into the city, or else into the land they are made for.

    Parameters
    ----------
    x, y
        The first point of a table, in metres.
    box
        West, south, east and north of the city in degrees; ``None`` where nothing is known yet.

    Returns
    -------
    guesses
        At most four, the nearest to the middle of the city first; without a city at most eight.
        Systems that put the point on the same metre, such as UTM on two datums, are listed once.

    Examples
    --------
    >>> berlin = (13.0, 52.3, 13.8, 52.7)
    >>> [(one.crs, round(one.lat, 2)) for one in guesses(391779, 5820072, berlin)]
    [('EPSG:25833', 52.52)]
    """
    found: list[tuple[float, Guess]] = []
    for order, crs in enumerate(_GRIDS):
        change, name, land = _grid(crs)
        for swap in (False, True) if box else (False,):
            lon, lat = change.transform(*((y, x) if swap else (x, y)))
            if not _inside(lon, lat, box or land) or not _inside(lon, lat, land):
                continue
            apart = order / 1000 if box is None else _from_middle(lon, lat, box)
            guess = Guess(crs=crs, name=name, lon=lon, lat=lat, swap=swap)
            same = (abs(one.lon - lon) + abs(one.lat - lat) < 1e-5 for _, one in found)
            if not any(same):
                found.append((apart, guess))
    return tuple(
        guess for _, guess in sorted(found, key=lambda one: one[0])[: IN_CITY if box else ANYWHERE]
    )


@lru_cache(maxsize=128)
def _grid(crs: str) -> tuple[pyproj.Transformer, str, Box]:
    known = pyproj.CRS.from_user_input(crs)
    area = known.area_of_use
    land = (-180.0, -90.0, 180.0, 90.0) if area is None else area.bounds
    land = (
        max(land[0], _EUROPE[0]),
        max(land[1], _EUROPE[1]),
        min(land[2], _EUROPE[2]),
        min(land[3], _EUROPE[3]),
    )
    return pyproj.Transformer.from_crs(known, WGS84, always_xy=True), known.name, land


def _inside(lon: float, lat: float, box: Box) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def _from_middle(lon: float, lat: float, box: Box) -> float:
    return abs(lon - (box[0] + box[2]) / 2) + abs(lat - (box[1] + box[3]) / 2)
