"""Walks, scores and surfaces, held against networkx, arithmetic by hand and plain loops."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array, csr_matrix, dia_array

from layers.errors import CRSError
from layers.streets import Streets
from mapping.reach import e2sfca, minutes_between, straight_minutes, surface_share
from tests.helpers.sampled import examples


def made(**parts: Any) -> Streets:
    """Make streets of plain lists, and of what is wrong on purpose."""
    return Streets(**parts)


def entries(minutes: csr_array) -> dict[tuple[int, int], float]:
    """All stored entries, zeros too."""
    found = coo_array(minutes)
    pairs = zip(*(part.tolist() for part in found.coords), strict=True)
    return dict(zip(pairs, found.data.tolist(), strict=True))


@pytest.fixture
def town() -> Streets:
    """Make four corners of a block, a footbridge that is longer, and a pond nobody walks to.

    0 --400-- 1 --400-- 2        3 --240-- 0        4 alone        2 --1000-- 0 the long way
    and a second way from 0 to 1 of 560 metres.
    """
    xy = [[0, 0], [400, 0], [800, 0], [0, 240], [200, 100]]
    return made(xy=xy, u=[0, 1, 3, 2, 1], v=[1, 2, 0, 0, 0], metres=[400, 400, 240, 1000, 560])


# --- minutes along the streets ------------------------------------------------------------------


def test_minutes_are_those_worked_out_by_hand(town: Streets) -> None:
    minutes = minutes_between(town, [0, 1, 2, 3, 4], [2, 3], max_min=15)
    assert entries(minutes) == {  # 80 metres a minute
        (0, 0): 10.0,  # 400 + 400, not the 1000 of the long way
        (0, 1): 3.0,
        (1, 0): 5.0,
        (1, 1): 8.0,
        (2, 0): 0.0,
        (2, 1): 13.0,
        (3, 0): 13.0,
        (3, 1): 0.0,
    }
    assert minutes.shape == (5, 2)


def test_a_walk_of_exactly_the_limit_counts_and_one_above_does_not(town: Streets) -> None:
    assert (3, 0) in entries(minutes_between(town, [0, 1, 2, 3], [2], max_min=13))
    assert (3, 0) not in entries(minutes_between(town, [0, 1, 2, 3], [2], max_min=12.999))


def test_the_last_digit_of_a_sum_does_not_decide() -> None:
    # Ten streets of 0.1 minutes are 0.9999999999999999 or 1.0 by the order they are added in, and
    # three of a third of a limit may be a little more than the limit.
    metres = [0.1] * 3
    streets = made(xy=[[n, 0] for n in range(4)], u=[0, 1, 2], v=[1, 2, 3], metres=metres)
    assert sum(metres) > 0.3
    minutes = minutes_between(streets, [0], [3], max_min=0.3, speed_kmh=0.06)
    assert minutes.data.tolist() == [0.3]


def test_a_closed_street_is_not_walked_and_a_second_way_is(town: Streets) -> None:
    closed = [math.inf, 1, 1, 1, 1]
    minutes = entries(minutes_between(town, [0], [1, 2], max_min=15, edge_factor=closed))
    assert minutes == {(0, 0): 7.0, (0, 1): 12.0}  # 560, and 560 + 400


def test_a_street_counts_longer_or_is_free(town: Streets) -> None:
    slow = entries(minutes_between(town, [0], [1, 3], max_min=15, edge_factor=[2, 1, 3, 1, 1]))
    assert slow == {(0, 0): 7.0, (0, 1): 9.0}  # the way of 560 is now shorter than 2 x 400
    free = entries(minutes_between(town, [3], [2], max_min=5, edge_factor=[0, 1, 0, 1, 1]))
    assert free == {(0, 0): 5.0}


def test_a_closed_street_of_no_length_is_closed() -> None:
    streets = made(xy=[[0, 0], [0, 0]], u=[0], v=[1], metres=[0])
    assert entries(minutes_between(streets, [0], [1], max_min=5)) == {(0, 0): 0.0}
    assert minutes_between(streets, [0], [1], max_min=5, edge_factor=[math.inf]).nnz == 0


def test_she_walks_as_fast_as_said(town: Streets) -> None:
    minutes = minutes_between(town, [0], [1], max_min=15, speed_kmh=2.4)
    assert minutes.data.tolist() == [10.0]


def test_a_lift_that_costs_nothing_leads_out_of_the_circle() -> None:
    # Nodes 0 and 1 are 50 km apart and joined by a street of no length.
    xy = [[0, 0], [50_000, 0], [50_080, 0]]
    streets = made(xy=xy, u=[0, 1], v=[1, 2], metres=[0, 80])
    assert entries(minutes_between(streets, [0, 2], [2], max_min=1)) == {(0, 0): 1.0, (1, 0): 0.0}


@pytest.mark.parametrize(("n", "m"), [(0, 2), (2, 0), (0, 0)])
def test_nobody_or_nothing_makes_an_empty_table(town: Streets, n: int, m: int) -> None:
    minutes = minutes_between(town, [0] * n, [1] * m, max_min=15)
    assert isinstance(minutes, csr_array)
    assert (minutes.shape, minutes.nnz) == ((n, m), 0)


def test_without_any_street_everybody_is_where_she_is() -> None:
    streets = made(xy=[[0, 0], [0, 0]], u=[], v=[], metres=[])
    assert entries(minutes_between(streets, [0, 1], [1], max_min=15)) == {(1, 0): 0.0}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"max_min": -1}, "max_min"),
        ({"max_min": math.nan}, "max_min"),
        ({"max_min": math.inf}, "max_min"),
        ({"speed_kmh": 0}, "speed_kmh"),
        ({"edge_factor": [1, 1, 1, 1, -0.5]}, "edge_factor"),
        ({"edge_factor": [1, 1, 1, 1, math.nan]}, "edge_factor"),
        ({"edge_factor": [1, 1]}, "edge_factor"),
        ({"origins": [5]}, "origins names a node"),
        ({"destinations": [-1]}, "destinations names a node"),
        ({"origins": [0.0]}, "node numbers"),
        ({"origins": [[0]]}, "node numbers"),
    ],
)
def test_what_makes_no_sense_is_refused(town: Streets, changes: dict[str, Any], says: str) -> None:
    asked: dict[str, Any] = {"origins": [0], "destinations": [1], "max_min": 15} | changes
    with pytest.raises(ValueError, match=says):
        minutes_between(town, **asked)


@st.composite
def towns(draw: st.DrawFn) -> tuple[Streets, npt.NDArray[np.float64]]:
    """Draw small towns: whole metres, so that sums are exact; some far apart, some shortcuts."""
    k = draw(st.integers(1, 9))
    spread = draw(st.sampled_from([1, 40, 3000]))
    at = st.integers(0, 10).map(lambda n: n * spread)
    xy = draw(st.lists(st.tuples(at, at), min_size=k, max_size=k))
    node = st.integers(0, k - 1)
    length = st.one_of(st.just(0), st.integers(1, 900))
    ends = draw(st.lists(st.tuples(node, node, length, st.booleans()), max_size=20))
    metres = [
        # Half of them as long as they look, half anything, shortcuts among them.
        math.ceil(math.dist(xy[a], xy[b])) if as_seen else far
        for a, b, far, as_seen in ends
    ]
    u, v = [e[0] for e in ends], [e[1] for e in ends]
    factor = st.sampled_from([1.0, 1.0, 0.0, 0.5, 2.0, math.inf])
    factors = draw(st.lists(factor, min_size=len(ends), max_size=len(ends)))
    return made(xy=xy, u=u, v=v, metres=metres), np.array(factors)


def by_networkx(
    streets: Streets, factors: npt.NDArray[np.float64], pairs: list[tuple[int, int]], limit_m: float
) -> dict[tuple[int, int], float]:
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_nodes_from(range(len(streets.xy)))
    for a, b, far, factor in zip(streets.u, streets.v, streets.metres, factors, strict=True):
        if not math.isinf(factor):
            graph.add_edge(int(a), int(b), weight=float(far * factor))
    return {
        (a, b): far
        for a in {a for a, _ in pairs}
        for b, far in nx.single_source_dijkstra_path_length(graph, a, cutoff=limit_m).items()
        if (a, b) in pairs
    }


@settings(max_examples=examples(300))
@given(town=towns(), data=st.data(), max_min=st.integers(0, 30))
def test_it_agrees_with_networkx(
    town: tuple[Streets, npt.NDArray[np.float64]], data: st.DataObject, max_min: int
) -> None:
    streets, factors = town
    nodes = st.lists(st.integers(0, len(streets.xy) - 1), max_size=8)
    origins, destinations = data.draw(nodes), data.draw(nodes)
    minutes = minutes_between(streets, origins, destinations, max_min=max_min, edge_factor=factors)
    pairs = [(a, b) for a in origins for b in destinations]
    truth = by_networkx(streets, factors, pairs, max_min * 80.0)
    assert entries(minutes) == {
        (i, j): pytest.approx(truth[a, b] / 80)
        for i, a in enumerate(origins)
        for j, b in enumerate(destinations)
        if (a, b) in truth
    }
    assert minutes.shape == (len(origins), len(destinations))
    assert (minutes.data <= max_min).all()


@given(town=towns(), short=st.integers(0, 30), more=st.integers(0, 30))
def test_whoever_walks_longer_reaches_no_less(
    town: tuple[Streets, npt.NDArray[np.float64]], short: int, more: int
) -> None:
    streets, factors = town
    everyone = range(len(streets.xy))
    near, far = (
        entries(minutes_between(streets, everyone, everyone, max_min=limit, edge_factor=factors))
        for limit in (short, short + more)
    )
    assert near == {pair: minutes for pair, minutes in far.items() if minutes <= short}


@pytest.mark.parametrize(("n", "m"), [(900, 40), (40, 900), (900, 900)])
def test_tiles_of_a_town_are_seamless(n: int, m: int) -> None:
    # 60 x 60 nodes and a short walk, so that there are hundreds of tiles.
    rng = np.random.default_rng(7)
    grid = nx.convert_node_labels_to_integers(nx.grid_2d_graph(60, 60), ordering="sorted")
    xy = np.array([divmod(n, 60) for n in range(3600)]) * 80.0 + rng.uniform(-20, 20, (3600, 2))
    u, v = np.array(grid.edges).T
    metres = np.hypot(*(xy[u] - xy[v]).T)
    streets = made(xy=xy, u=u, v=v, metres=metres)
    origins, destinations = rng.integers(0, 3600, n), rng.integers(0, 3600, m)
    found = entries(minutes_between(streets, origins, destinations, max_min=3))
    nx.set_edge_attributes(
        grid, dict(zip(zip(u.tolist(), v.tolist(), strict=True), metres, strict=True)), "weight"
    )
    truth = {
        (i, j): walk[b] / 80
        for i, a in enumerate(origins.tolist())
        for walk in [nx.single_source_dijkstra_path_length(grid, a, cutoff=240)]
        for j, b in enumerate(destinations.tolist())
        if b in walk
    }
    assert found.keys() == truth.keys()
    assert all(found[pair] == pytest.approx(truth[pair], abs=1e-9) for pair in truth)


# --- minutes as the crow flies ------------------------------------------------------------------

places = st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), max_size=12)


@given(origins=places, destinations=places, max_min=st.integers(0, 20))
def test_straight_minutes_are_every_distance_within_the_limit(
    origins: list[tuple[int, int]], destinations: list[tuple[int, int]], max_min: int
) -> None:
    minutes = straight_minutes(origins, destinations, max_min=max_min)
    assert minutes.shape == (len(origins), len(destinations))
    assert entries(minutes) == {
        (i, j): pytest.approx(math.dist(a, b) / 80)
        for i, a in enumerate(origins)
        for j, b in enumerate(destinations)
        if math.dist(a, b) <= max_min * 80
    }


def test_a_straight_walk_next_door_is_a_stored_zero() -> None:
    assert entries(straight_minutes([[5, 5]], [[5, 5]], max_min=0)) == {(0, 0): 0.0}


def test_a_point_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="destinations_xy"):
        straight_minutes([[0, 0]], [[math.nan, 0]], max_min=5)


# --- scores -------------------------------------------------------------------------------------


def half_after_five(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(minutes <= 5, 1.0, 0.5)


def test_a_score_is_the_one_worked_out_by_hand() -> None:
    walks = csr_array(([0.0, 10.0, 5.0], ([0, 1, 1], [0, 0, 1])), shape=(3, 2))
    # Service 0: 30 places for 100 + 0.5 x 40 = 120 people; service 1: 8 places for 40.
    score = e2sfca(walks, [100, 40, 70], [30, 8], weight=half_after_five)
    assert score.tolist() == pytest.approx([0.25, 0.5 * 0.25 + 0.2, 0.0])


def test_a_service_that_nobody_reaches_gives_nobody_anything() -> None:
    walks = csr_array(([1.0, 1.0], ([0, 1], [0, 1])), shape=(2, 3))
    score = e2sfca(walks, [0, 10], [5, 5, 5], weight=half_after_five)
    assert score.tolist() == [0.0, 0.5]
    nothing = e2sfca(walks, [0, 10], [5, 5, 5], weight=np.zeros_like)
    assert nothing.tolist() == [0.0, 0.0]


@given(data=st.data(), n=st.integers(0, 6), m=st.integers(0, 5), h=st.integers(0, 4))
def test_a_score_is_that_of_plain_loops(data: st.DataObject, n: int, m: int, h: int) -> None:
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, max(n - 1, 0)), st.integers(0, max(m - 1, 0))))
        if n and m
        else st.just([])
    )
    pairs = sorted(set(pairs))
    walk = data.draw(st.lists(st.integers(0, 15), min_size=len(pairs), max_size=len(pairs)))
    demand = data.draw(st.lists(st.integers(0, 50), min_size=n, max_size=n))
    supply = np.array(
        data.draw(st.lists(st.integers(0, 50), min_size=m * h, max_size=m * h)), dtype=float
    ).reshape(m, h)
    row, column = [a for a, _ in pairs], [b for _, b in pairs]
    walks = csr_array((np.array(walk, dtype=float), (row, column)), shape=(n, m))
    truth = np.zeros((n, h))
    weights = {pair: 1.0 if far <= 5 else 0.5 for pair, far in zip(pairs, walk, strict=True)}
    for slot in range(h):
        for (i, j), weight in weights.items():
            crowd = sum(w * demand[a] for (a, b), w in weights.items() if b == j)
            truth[i, slot] += weight * supply[j, slot] / crowd if crowd else 0
    score = e2sfca(walks, demand, supply, weight=half_after_five)
    np.testing.assert_allclose(score, truth, rtol=1e-12)
    kinds: list[Any] = [walks.tocoo(), walks.tocsc(), csr_matrix(walks)]
    for other in kinds:
        again = e2sfca(other, demand, supply, weight=half_after_five)
        np.testing.assert_allclose(again, truth, rtol=1e-12)
    for slot in range(h):  # one column alone is that column of all
        for kind in (walks, walks.tocoo(), walks.tocsc()):
            alone = e2sfca(kind, demand, supply[:, slot], weight=half_after_five)
            np.testing.assert_allclose(alone, truth[:, slot], rtol=1e-12)


def test_two_threads_say_what_one_says() -> None:
    rng = np.random.default_rng(5)
    walks = csr_array(rng.uniform(0, 15, 160_000).reshape(400, 400))  # 160,000 pairs, no zero
    demand, supply = rng.integers(0, 99, 400), rng.integers(0, 9, (400, 72))
    assert walks.nnz * 72 > 10_000_000
    score = e2sfca(walks, demand, supply, weight=half_after_five)
    alone = [e2sfca(walks, demand, supply[:, h], weight=half_after_five) for h in range(72)]
    np.testing.assert_allclose(score, np.column_stack(alone), rtol=1e-12)


def test_all_places_go_to_somebody() -> None:
    rng = np.random.default_rng(3)
    walks = straight_minutes(
        rng.uniform(0, 3000, (200, 2)), rng.uniform(0, 3000, (20, 2)), max_min=15
    )
    demand, supply = rng.integers(1, 100, 200), rng.integers(1, 50, 20)
    score = e2sfca(walks, demand, supply, weight=half_after_five)
    assert np.unique(walks.indices).size == 20
    assert score @ demand == pytest.approx(supply.sum())


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"minutes": np.zeros((2, 1))}, TypeError, "sparse"),
        ({"minutes": dia_array((2, 1))}, TypeError, "sparse"),  # drops stored zeros
        ({"demand": [1]}, ValueError, "need demand"),
        ({"demand": [1, -1]}, ValueError, "demand"),
        ({"demand": [1, math.nan]}, ValueError, "demand"),
        ({"supply": [1, 2]}, ValueError, "supply"),
        ({"supply": [math.inf]}, ValueError, "supply"),
        ({"weight": lambda m: m + 2}, ValueError, "0 to 1"),
        ({"weight": lambda m: m * math.nan}, ValueError, "0 to 1"),
        ({"weight": lambda _: 1.0}, ValueError, "weight made"),
    ],
)
def test_a_score_of_nonsense_is_refused(
    changes: dict[str, Any], error: type[Exception], says: str
) -> None:
    walks = csr_array(([1.0], ([0], [0])), shape=(2, 1))
    asked: dict[str, Any] = {
        "minutes": walks,
        "demand": [1, 1],
        "supply": [1],
        "weight": half_after_five,
    }
    asked |= changes
    with pytest.raises(error, match=says):
        e2sfca(asked.pop("minutes"), asked.pop("demand"), asked.pop("supply"), **asked)


# --- shares of surface --------------------------------------------------------------------------


def shapes(*geometries: shapely.Geometry | None, crs: int | None = 3035) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(geometries), crs=crs)


BLOCK = shapely.box(0, 0, 1000, 1000)


def test_a_share_is_the_one_worked_out_by_hand() -> None:
    quarter = surface_share(
        shapes(BLOCK, shapely.box(5000, 0, 6000, 1000)), shapes(shapely.Point(0, 0)), radius_m=500
    )
    assert quarter.tolist() == [pytest.approx(math.pi * 500**2 / 4 / 1000**2, rel=1e-3), 0.0]


def test_circles_that_overlap_count_once_and_a_covered_area_counts_whole() -> None:
    twice = shapes(shapely.Point(0, 0), shapely.Point(0, 0))
    once = shapes(shapely.Point(0, 0))
    of = shapes(BLOCK)
    both = surface_share(of, twice, radius_m=500)
    assert both.tolist() == pytest.approx(surface_share(of, once, radius_m=500).tolist())
    assert surface_share(of, once, radius_m=1500).tolist() == [1.0]


def test_nobody_lives_on_the_water() -> None:
    west = shapes(shapely.box(0, -10, 500, 1010))
    point = shapes(shapely.Point(1000, 500))
    dry = surface_share(shapes(BLOCK), point, radius_m=400)
    wet = surface_share(shapes(BLOCK), point, radius_m=400, holes=west)
    assert wet.tolist() == pytest.approx((dry * 2).tolist())  # the same circle of half the surface


def test_an_area_that_is_all_water_counts_its_whole_surface() -> None:
    everything = shapes(shapely.box(-10, -10, 1010, 1010))
    point = shapes(shapely.Point(0, 0))
    wet = surface_share(shapes(BLOCK), point, radius_m=400, holes=everything)
    assert wet.tolist() == surface_share(shapes(BLOCK), point, radius_m=400).tolist()


def test_no_surface_is_unknown_and_no_points_reach_nothing() -> None:
    areas = shapes(BLOCK, shapely.Polygon(), None, shapely.LineString([(0, 0), (9, 9)]))
    share = surface_share(areas, shapes(), radius_m=400)
    assert share[0] == 0
    assert np.isnan(share[1:]).all()
    gone = shapes(None, shapely.Point())
    assert surface_share(areas, gone, radius_m=400, holes=shapes(None))[0] == 0


def test_a_polygon_that_crosses_itself_is_mended() -> None:
    bow = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    share = surface_share(shapes(bow), shapes(shapely.Point(0, 500)), radius_m=501)
    assert share.tolist() == [pytest.approx(0.5, abs=0.01)]


@given(
    st.lists(st.tuples(st.integers(-500, 1500), st.integers(-500, 1500)), min_size=1, max_size=8),
    st.integers(50, 800),
)
@settings(max_examples=examples(40))
def test_the_share_is_that_of_a_fine_raster(points: list[tuple[int, int]], radius_m: int) -> None:
    middles = np.arange(5, 1000, 10)
    x, y = np.meshgrid(middles, middles)
    reached = np.zeros(x.shape, dtype=bool)
    for px, py in points:
        reached |= np.hypot(x - px, y - py) <= radius_m
    spots = shapes(*(shapely.Point(point) for point in points))
    share = surface_share(shapes(BLOCK), spots, radius_m=radius_m)
    assert share[0] == pytest.approx(reached.mean(), abs=0.01)


def test_degrees_and_no_radius_are_refused() -> None:
    with pytest.raises(CRSError, match=r"areas .*to_metres\(areas\)"):
        surface_share(shapes(BLOCK, crs=4326), shapes(), radius_m=400)
    with pytest.raises(CRSError, match=r"holes .*crs=areas\.crs"):
        surface_share(shapes(BLOCK), shapes(), radius_m=400, holes=shapes(crs=25833))
    with pytest.raises(ValueError, match="radius_m"):
        surface_share(shapes(BLOCK), shapes(), radius_m=0)
