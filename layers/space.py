"""Where things are: metres for measuring, and the cells that places of people are snapped to.

Everything in the atlas is stored in degrees (EPSG:4326) and measured in metres of the place's own
UTM zone. Cells are those of the INSPIRE grid (EPSG:3035), named by their south-west corner.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
from shapely.geometry import Polygon

from layers.errors import CRSError, LayerError

SIZES_M: Final = (125, 250, 500, 1000, 2000)
DEGREES: Final = "EPSG:4326"
GRID: Final = "EPSG:3035"
# The corners of the grid in metres: all land EPSG:3035 is made for lies inside, from the Azores
# (E 0.9 million) to the east of Turkey (E 7.2) and from the Canaries (N 1.0) to Svalbard (N 6.5).
EAST_END: Final = 8_000_000
NORTH_END: Final = 7_000_000

_CODE: Final = re.compile(
    r"CRS3035RES(125|250|500|1000|2000)mN(0|[1-9][0-9]{0,6})E(0|[1-9][0-9]{0,6})"
)
# A metre on these maps is no metre on the ground: EPSG:3857 is 1.6 times too long in Berlin.
_STRETCHED: Final = ("Mercator (", "Popular Visualisation", "Equidistant Cylindrical")

Frame: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries


class Cell(NamedTuple):
    """One square of the grid: its south-west corner and its side, metres in EPSG:3035."""

    east: int
    north: int
    size_m: int


def require_metres(**frames: Frame) -> None:
    """Refuse to measure in anything but metres.

    Parameters
    ----------
    **frames
        The tables about to be measured with each other, by the names their caller knows them by.

    Raises
    ------
    CRSError
        If a coordinate system is missing, in degrees, in feet, a web map's stretched metres, or
        not the same as the first one's. The sentence names the table and the way out.

    Examples
    --------
    >>> require_metres(homes=gpd.GeoSeries.from_xy([13.4], [52.5], crs=4326))
    Traceback (most recent call last):
    layers.errors.CRSError: homes is in EPSG:4326, which does not measure in metres: ...
    """
    first: tuple[str, pyproj.CRS] | None = None
    for name, frame in frames.items():
        if frame.crs is None:
            raise CRSError(
                f"{name} has no coordinate system: say which one it has with {name}.set_crs(...), "
                f"then use layers.space.to_metres({name})"
            )
        crs = pyproj.CRS.from_user_input(frame.crs)
        if not _measures_metres(crs):
            raise CRSError(
                f"{name} is in {_short(crs)}, which does not measure in metres: "
                f"use layers.space.to_metres({name})"
            )
        if first is None:
            first = (name, crs)
        elif crs != first[1]:
            raise CRSError(
                f"{name} is in {_short(crs)} and {first[0]} in {_short(first[1])}: "
                f"use layers.space.to_metres({name}, crs={first[0]}.crs)"
            )


def metres_crs(lon: float, lat: float) -> pyproj.CRS:
    """Find the UTM zone of a place, to measure around it in metres.

    The plain six-degree zones: the exceptions of Norway and Svalbard are conventions of map
    sheets, and the plain zone measures there as well.

    Parameters
    ----------
    lon, lat
        Degrees (EPSG:4326).

    Returns
    -------
    crs
        WGS 84 / UTM, true to about 1 in 1,000 within the zone.

    Raises
    ------
    LayerError
        ``point_off_earth``.

    Examples
    --------
    >>> metres_crs(13.4, 52.5).to_epsg(), metres_crs(-43.2, -22.9).to_epsg()
    (32633, 32723)
    """
    _require_on_earth(np.array([lon], dtype=float), np.array([lat], dtype=float))
    zone = min(int((lon + 180) // 6) + 1, 60)  # 180 degrees east closes zone 60
    return _crs(f"EPSG:{(32600 if lat >= 0 else 32700) + zone}")


def to_metres(frame: Frame, *, crs: pyproj.CRS | str | int | None = None) -> Frame:
    """Bring a table into metres.

    Parameters
    ----------
    frame
        Any geometries with a coordinate system.
    crs
        The system to bring it into; by default the UTM zone of its middle, and a table that
        already measures in metres stays as it is.

    Returns
    -------
    frame
        The same rows, in metres.

    Raises
    ------
    CRSError
        If ``frame`` has no coordinate system, if ``crs`` does not measure in metres, or if the
        table is empty and ``crs`` is not given.

    Examples
    --------
    >>> to_metres(gpd.GeoSeries.from_xy([13.4], [52.5], crs=4326)).crs.to_epsg()
    32633
    """
    if frame.crs is None:
        raise CRSError("the table has no coordinate system: say which one with .set_crs(...)")
    if crs is None:
        if _measures_metres(pyproj.CRS.from_user_input(frame.crs)):
            return frame
        west, south, east, north = frame.geometry.to_crs(DEGREES).total_bounds
        if not math.isfinite(west + south + east + north):
            raise CRSError("an empty table has no place: name its metres with crs=...")
        crs = metres_crs((west + east) / 2, (south + north) / 2)
    target = pyproj.CRS.from_user_input(crs)
    if not _measures_metres(target):
        raise CRSError(f"{_short(target)} does not measure in metres: leave crs out")
    return frame.to_crs(target)


def cell_code(east: int, north: int, *, size_m: int) -> str:
    """Name the cell that has its south-west corner at (``east``, ``north``) of EPSG:3035.

    Raises
    ------
    LayerError
        ``cell_unknown``: no such cell in the grid.

    Examples
    --------
    >>> cell_code(4285000, 2683000, size_m=250)
    'CRS3035RES250mN2683000E4285000'
    """
    code = f"CRS3035RES{size_m:d}mN{north:d}E{east:d}"
    parse_cell(code)
    return code


def parse_cell(code: str) -> Cell:
    """Read the name of a cell.

    Raises
    ------
    LayerError
        ``cell_unknown``: malformed, of an unknown size, not on a multiple of its size, or off the
        grid. What was written is repeated only where it can be nothing but a code.

    Examples
    --------
    >>> parse_cell("CRS3035RES250mN2683000E4285000")
    Cell(east=4285000, north=2683000, size_m=250)
    """
    match = _CODE.fullmatch(code)
    if match is None:
        # A phone may send anything here, and errors end in logs.
        plain = re.fullmatch(r"CRS[0-9]{1,6}RES[0-9]{1,6}m[NSEW0-9]{1,20}", code, re.ASCII)
        raise LayerError("cell_unknown", cell=code if plain else "?")
    size_m, north, east = (int(part) for part in match.groups())
    on_grid = east + size_m <= EAST_END and north + size_m <= NORTH_END
    if east % size_m or north % size_m or not on_grid:
        raise LayerError("cell_unknown", cell=code)
    return Cell(east, north, size_m)


def cell_of(lon: float, lat: float, *, size_m: int) -> str:
    """Name the cell a place lies in.

    Parameters
    ----------
    lon, lat
        Degrees (EPSG:4326).
    size_m
        Side of the cell: 125, 250, 500, 1000 or 2000 metres.

    Returns
    -------
    code
        A cell owns its southern and western edge.

    Raises
    ------
    LayerError
        ``point_off_earth`` for what is no pair of degrees, ``point_off_grid`` outside of Europe's
        grid.
    ValueError
        If ``size_m`` is no size of the grid.

    Examples
    --------
    >>> cell_of(13.4, 52.52, size_m=250)
    'CRS3035RES250mN3273250E4551500'
    """
    return str(cells_of(np.array([lon]), np.array([lat]), size_m=size_m)[0])


def cells_of(
    lon: npt.ArrayLike, lat: npt.ArrayLike, *, size_m: int
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Name the cells many places lie in; as :func:`cell_of`, for arrays of one length.

    Examples
    --------
    >>> cells_of([13.4, 13.4], [52.52, 52.53], size_m=2000).tolist()
    ['CRS3035RES2000mN3272000E4550000', 'CRS3035RES2000mN3274000E4550000']
    """
    if size_m not in SIZES_M:
        raise ValueError(f"size_m must be one of {SIZES_M}, got {size_m!r}")
    lons = np.asarray(lon, dtype=np.float64)
    lats = np.asarray(lat, dtype=np.float64)
    if lons.ndim != 1 or lons.shape != lats.shape:
        raise ValueError(f"lon and lat must be two rows of one length: {lons.shape}, {lats.shape}")
    _require_on_earth(lons, lats)
    east, north = _transformer(DEGREES, GRID).transform(lons, lats)
    inside = (east >= 0) & (east < EAST_END) & (north >= 0) & (north < NORTH_END)
    if not inside.all():
        first = int(np.argmin(inside))
        raise LayerError("point_off_grid", lon=float(lons[first]), lat=float(lats[first]))
    corners = np.column_stack([east // size_m, north // size_m]).astype(np.int64) * size_m
    # Thousands of people share some hundred cells: each name is spelled once.
    cells, which = np.unique(corners, axis=0, return_inverse=True)
    codes = np.array([f"CRS3035RES{size_m}mN{n}E{e}" for e, n in cells], dtype=np.str_)
    found: np.ndarray[tuple[int], np.dtype[np.str_]] = codes[which.reshape(-1)]
    return found


def cell_polygon(code: str) -> Polygon:
    """Draw a cell in degrees (EPSG:4326).

    Four corners and no points between: the edge of a cell of 2 km leaves the true one by less
    than half a metre, cells of one size share their corners to the last digit, and a map of
    thousands of cells stays small.

    Raises
    ------
    LayerError
        ``cell_unknown``.

    Examples
    --------
    >>> west, south, east, north = cell_polygon("CRS3035RES250mN3273250E4551500").bounds
    >>> west < 13.4 < east and south < 52.52 < north
    True
    """
    east, north, size_m = parse_cell(code)
    x = np.array([east, east + size_m, east + size_m, east])
    y = np.array([north, north, north + size_m, north + size_m])
    lon, lat = _transformer(GRID, DEGREES).transform(x, y)
    return Polygon(np.column_stack([lon, lat]))


def parent_cell(code: str) -> str:
    """Name the cell of twice the size around a cell; there is none around 2,000 m.

    Raises
    ------
    LayerError
        ``cell_unknown``, ``cell_has_no_parent``.

    Examples
    --------
    >>> parent_cell("CRS3035RES250mN3273250E4551500")
    'CRS3035RES500mN3273000E4551500'
    """
    east, north, size_m = parse_cell(code)
    size_m *= 2
    if size_m not in SIZES_M:
        raise LayerError("cell_has_no_parent", cell=code)
    return cell_code(east - east % size_m, north - north % size_m, size_m=size_m)


@cache
def _crs(name: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(name)


@cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _measures_metres(crs: pyproj.CRS) -> bool:
    if not crs.is_projected:
        return False
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    operation = flat.coordinate_operation
    stretched = operation is not None and operation.method_name.startswith(_STRETCHED)
    return not stretched and all(axis.unit_name == "metre" for axis in flat.axis_info[:2])


def _short(crs: pyproj.CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def _require_on_earth(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> None:
    on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # written so that NaN is refused too
    if not on_earth.all():
        first = int(np.argmin(on_earth))
        raise LayerError("point_off_earth", lon=float(lon[first]), lat=float(lat[first]))
