"""Which offers are within a walk of where people live: pairs that are sure, and that may be.

The same walks as of :mod:`mapping.coverage`, kept apart by offer, so that what one offer changes
is found without asking the whole city again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy.sparse import coo_array, csc_array, csr_array
from scipy.spatial import KDTree

from layers.streets import Floats, Numbers
from mapping import fitting
from mapping import homes as home
from mapping.city import City
from mapping.coverage import Seen
from mapping.offers import Flags
from mapping.reach import ROUNDING
from mapping.travel import GRID_DETOUR, Way

MOST_SPOTS: Final = 40_000  # that people of large areas are put on where no street is known


@dataclass(frozen=True, eq=False)
class Hour:
    """One part of the day in which she may go.

    Attributes
    ----------
    sure, maybe
        (k, o) whether an offer is in reach of a start, for certain and perhaps; 1 or nothing.
    ready
        (o,) whether the offer would be open for certain then if its open questions are answered
        well.
    """

    sure: csc_array
    maybe: csc_array
    ready: Flags


@dataclass(frozen=True, eq=False)
class Ground:
    """Where people start, and what they reach.

    ``area`` (k,) is the area of each start, ``weight`` (k,) its share of the area's people, ``n``
    the number of areas; ``sampled`` says that some starts are spots on a grid. Where she walks
    around places, ``capped``, the last of ``hours`` is her way if she did not: no more people than
    that are covered, whichever hour she goes at.
    """

    area: Numbers
    weight: Floats
    n: int
    hours: tuple[Hour, ...]
    capped: bool
    sampled: bool

    @property
    def spread(self) -> csc_array:
        """(n, k) what brings starts back to areas."""
        k = len(self.area)
        return csc_array((self.weight, (self.area, np.arange(k))), shape=(self.n, k))


def ground(view: Seen, rows: Numbers) -> Ground:
    """Find what is in reach of every start.

    Parameters
    ----------
    view
        The city as a persona sees it.
    rows
        Offers that may fit her: rows of ``Offers.table``.

    Notes
    -----
    People of an area larger than a walk, where no street is known, are put on a square grid over
    its inhabited surface: at most 40,000 spots in the city. Their shares are those of the surface
    to about one in a hundred.
    """
    city, level = view.city, view.level
    start = city.homes(level)
    n = len(start.areas)
    given = city.minutes is not None  # by area: people of an area start together
    homes = (np.arange(n), np.ones(n)) if given else (start.area, start.weight)
    spots, owner, weight = _spots(city, level)
    area = np.concatenate([homes[0], owner])
    careful = view.persona.avoids_unsafe
    hours = [*(fitting.hours_of(city, view.persona) if careful else ()), None]
    return Ground(
        area=area,
        weight=np.concatenate([homes[1], weight]),
        n=n,
        hours=tuple(_hour(view, rows, area, spots, hour) for hour in hours),
        capped=careful,
        sampled=bool(len(spots)),
    )


def _hour(view: Seen, rows: Numbers, area: Numbers, spots: Floats, hour: str | None) -> Hour:
    table = view.city.offers.table.iloc[rows]
    way = view.way(hour)
    walks = view.city.walks(view.level, way)
    far = _straight(view, way, spots)
    point = table["point"].to_numpy(dtype=np.int64)
    point = np.where(table["place"].eq("point"), point, -1)
    sure, maybe = (
        _columns(_within(pairs, way), line, point)
        for pairs, line in zip((walks.sure, walks.maybe), far, strict=True)
    )
    around = _around(view, table["area_id"].where(table["place"].eq("area")).tolist(), area)
    maybe = csc_array(maybe + around)
    maybe.data = np.ones_like(maybe.data)
    # where nobody was asked about places, no way is known to be safe
    heard = np.full(len(rows), hour is None or view.city.heard(hour))
    if hour is None or "hours" not in view.facts:
        return Hour(sure, maybe, heard)
    then = view.open_in(hour)[rows]
    known = ~np.isnan(view.facts["hours"].to_numpy(dtype=np.float64)[rows])
    closed = csc_array(maybe * (then != 0)[None, :])
    closed.eliminate_zeros()
    return Hour(sure, closed, heard & ((then == 1) | (np.isnan(then) & ~known)))


def _within(minutes: csr_array, way: Way) -> csr_array:
    """Leave out minutes beyond the longest walk, which a table may hold."""
    pairs = minutes.tocoo()
    kept = pairs.data <= way.minutes * (1 + ROUNDING)
    if kept.all():
        return minutes
    return csr_array((pairs.data[kept], (pairs.row[kept], pairs.col[kept])), shape=pairs.shape)


def _columns(pairs: csr_array, line: csc_array, point: Numbers) -> csc_array:
    """Take the places of offers out of walks to all places; -1 is a place nobody walks to."""
    above, below = pairs.tocoo(), line.tocoo()
    row = np.concatenate([above.row, below.row + pairs.shape[0]])
    column = np.concatenate([above.col, below.col])
    # ones, because a stored 0 is next door
    shape = (pairs.shape[0] + line.shape[0], pairs.shape[1] + 1)
    return csc_array(csc_array((np.ones(len(row)), (row, column)), shape=shape)[:, point])


def _around(view: Seen, areas: list[object], area: Numbers) -> csc_array:
    """(k, o) the starts inside the area that an offer may serve."""
    row, column = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for at, name in enumerate(areas):
        if isinstance(name, str):
            inside = np.flatnonzero(view.city.inside(view.level, name)[area])
            row.append(inside)
            column.append(np.full(len(inside), at))
    rows, columns = np.concatenate(row), np.concatenate(column)
    return csc_array(coo_array((np.ones(len(rows)), (rows, columns)), (len(area), len(areas))))


def _straight(view: Seen, way: Way, spots: Floats) -> tuple[csc_array, csc_array]:
    """Find the places within a straight walk of spots; sure ones allow for a grid of streets."""
    xy = view.city.points[0]
    shape = (len(spots), len(xy))
    if not len(spots) or not len(xy):
        return csc_array(shape), csc_array(shape)
    longest = way.minutes * way.metres_a_minute * (1 + ROUNDING)
    found = KDTree(spots).sparse_distance_matrix(KDTree(xy), longest, output_type="ndarray")
    # a straight line may lead through a place called unsafe: then nothing is certain
    unsafe = bool(view.city.unsafe(way.avoid)[0])
    near = np.zeros(len(found), bool) if unsafe else found["v"] * GRID_DETOUR <= longest
    one, other = (
        csc_array((np.ones(kept.sum()), (found["i"][kept], found["j"][kept])), shape=shape)
        for kept in (near, np.ones(len(found), dtype=bool))
    )
    return one, other


def _spots(city: City, level: str) -> tuple[Floats, Numbers, Floats]:
    """Put people of large areas on a grid, where no street says where they live."""
    start = city.homes(level)
    if city.streets is not None or city.minutes is not None or not start.large.any():
        return np.empty((0, 2)), np.empty(0, np.int64), np.empty(0)
    large = np.flatnonzero(start.large)
    holes = city.ground[city.ground["kind"].isin(home.NOT_LIVED_IN)]
    shapes = home.without(home.valid(start.areas.geometry.to_numpy()[large]), holes)
    step = max(np.sqrt(shapely.area(shapes).sum() / MOST_SPOTS), 1.0)
    xy, owner = [np.empty((0, 2))], [np.empty(0, np.int64)]
    for at, shape in zip(large, shapes, strict=True):
        west, south, east, north = shapely.bounds(shape)
        grid = np.stack(
            np.meshgrid(np.arange(west, east, step), np.arange(south, north, step)), axis=-1
        ).reshape(-1, 2)
        shapely.prepare(shape)
        inside = grid[shapely.contains_xy(shape, grid[:, 0] + step / 2, grid[:, 1] + step / 2)]
        inside = inside + step / 2
        if not len(inside):
            inside = shapely.get_coordinates(shapely.point_on_surface(shape))
        xy.append(inside)
        owner.append(np.full(len(inside), at))
    of = np.concatenate(owner)
    count = np.bincount(of, minlength=len(start.areas))
    return np.concatenate(xy), of, 1 / count[of]
