"""Walks beside networkx on small random streets: closures, steps, water, unsafe places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from shapely.geometry.base import BaseGeometry

from layers.streets import Streets
from mapping import homes, travel
from mapping.closures import Closed, Pavement, Unsafe, closed_to, touching
from mapping.travel import Ends, Walks, Way, covered, shorter, walks
from tests.helpers.sampled import examples

SIDE = 5  # street ends a side, about 100 m apart
SHORT = 1e-6  # a limit that is missed by less than this is left to the last digit


@dataclass(frozen=True, eq=False)
class Block:
    """Some streets, what is known of them, where people start and where they go."""

    streets: Streets
    pavement: Pavement
    unsafe: Unsafe
    wet: np.ndarray
    starts: Ends
    places: Ends

    def closed(self, way: Way) -> Closed | None:
        return closed_to(self.pavement, way.stepless, self.unsafe if way.avoid else None)

    def walks(self, way: Way, **more: object) -> Walks:
        return walks(self.streets, self.starts, self.places, way, self.closed(way), **more)  # type: ignore[arg-type] # by name

    def line(self, street: int) -> shapely.LineString:
        ends = self.streets.xy[[self.streets.u[street], self.streets.v[street]]]
        return shapely.LineString(ends)

    def taken(self, way: Way, *, sure: bool, home: BaseGeometry | None = None) -> list[int]:
        """Streets she takes, one by one; ``home``: the unsafe place she lives in."""
        every = self.unsafe.shapes if sure else self.unsafe.shapes[self.unsafe.agreed]
        shapes = [one for one in every if home is None or not home.covers(one)]
        found = []
        for street in range(len(self.streets.u)):
            if way.stepless and self.pavement.steps[street]:
                continue
            if sure and way.stepless == "wheelchair" and not self.pavement.step_free[street]:
                continue
            if way.avoid and any(one.intersects(self.line(street)) for one in shapes):
                continue
            found.append(street)
        return found


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    xy = np.stack(np.divmod(number.ravel(), SIDE), axis=1) * 100 + rng.uniform(-30, 30, (25, 2))
    pairs = [p for line in (*number, *number.T) for p in pairwise(line.tolist())]
    pairs = [pair for pair in pairs if rng.random() < 0.85] or pairs[:1]
    u, v = np.array(pairs).T
    straight = np.hypot(*(xy[u] - xy[v]).T)
    streets = Streets(xy=xy, u=u, v=v, metres=straight * rng.uniform(1, 1.3, len(u)))
    kind = rng.integers(0, 4, len(u))  # 0: steps, 1: unknown, else free of steps
    corners = rng.uniform(-50, 400, (draw(st.integers(0, 4)), 2))
    shapes = np.array([shapely.box(x, y, x + 90, y + 90) for x, y in corners], dtype=object)
    lines = np.asarray(shapely.linestrings(np.stack([xy[u], xy[v]], axis=1)), dtype=object)
    street, shape = touching(lines, shapes)
    unsafe = Unsafe(shapes, rng.random(len(shapes)) < 0.6, street, shape)
    wet = np.array([], dtype=object)
    if draw(st.booleans()):
        wet = np.array([shapely.box(130, -900, 150, rng.uniform(-50, 300))], dtype=object)
    points = [rng.uniform(-40, 440, (7, 2)) for _ in range(2)]
    points[0][0] = (1500, 1500)  # nowhere near a street
    ends = [Ends(one, *homes.snap(one, streets, wet)) for one in points]
    return Block(streets, Pavement(kind == 0, kind > 1), unsafe, wet, ends[0], ends[1])


ways = st.builds(
    Way,
    minutes=st.sampled_from([2.0, 4.0, 7.5]),
    speed_kmh=st.sampled_from([3.2, 4.8]),
    stepless=st.sampled_from(["", "pram", "wheelchair"]),
    avoid=st.sampled_from([None, "night"]),
)


def graph(block: Block, streets: list[int]) -> nx.MultiGraph[int]:
    made: nx.MultiGraph[int] = nx.MultiGraph()
    made.add_nodes_from(range(len(block.streets.xy)))
    for one in streets:
        made.add_edge(
            int(block.streets.u[one]), int(block.streets.v[one]), metres=block.streets.metres[one]
        )
    return made


def parts(block: Block, way: Way) -> list[BaseGeometry]:
    """Unsafe places nobody contradicted; those that touch are one."""
    if not way.avoid:
        return []
    groups: list[BaseGeometry] = []
    for shape in block.unsafe.shapes[block.unsafe.agreed]:
        near = [one for one in groups if one.intersects(shape)]
        groups = [one for one in groups if one not in near] + [shapely.union_all([shape, *near])]
    return groups


def leg(block: Block, ends: Ends, at: int) -> BaseGeometry:
    point = shapely.Point(ends.xy[at])
    if not ends.on_street[at]:
        return point
    node = shapely.Point(block.streets.xy[ends.node[at]])
    return shapely.union_all([point, shapely.LineString([point, node])])


def home_of(groups: list[BaseGeometry], ends: Ends, at: int) -> BaseGeometry | None:
    return next((one for one in groups if one.intersects(shapely.Point(ends.xy[at]))), None)


def slowly(block: Block, way: Way, *, sure: bool) -> Iterator[tuple[int, int, float]]:
    """Every walk, from the words of docs/method.md, a pair at a time."""
    groups = parts(block, way)
    bad = (block.unsafe.shapes if sure else groups) if way.avoid else []
    plain = graph(block, block.taken(replace(way, avoid=None), sure=sure))
    for start in range(len(block.starts.xy)):
        home = None if sure else home_of(groups, block.starts, start)
        net = graph(block, block.taken(way, sure=sure, home=home))
        for place in range(len(block.places.xy)):
            there = None if sure else home_of(groups, block.places, place)
            if there is not None and there is not home:
                continue
            ends = ((block.starts, start, home), (block.places, place, there))
            led_by = any(
                inside is None and any(one.intersects(leg(block, of, at)) for one in bad)
                for of, at, inside in ends
            )
            if not (block.starts.on_street[start] and block.places.on_street[place]):
                metres = float(np.hypot(*(block.starts.xy[start] - block.places.xy[place])))
                metres = np.inf if sure else metres
            elif sure and led_by:
                continue
            else:
                metres = along(block, plain if led_by else net, start, place)
            yield start, place, metres / way.metres_a_minute


def along(block: Block, net: nx.MultiGraph[int], start: int, place: int) -> float:
    one, two = int(block.starts.node[start]), int(block.places.node[place])
    if not nx.has_path(net, one, two):
        return np.inf
    metres = nx.shortest_path_length(net, one, two, weight="metres")
    return float(metres + block.starts.snap_m[start] + block.places.snap_m[place])


def dense(table: csr_array) -> np.ndarray:
    found = np.full(table.shape, np.inf)
    pairs = table.tocoo()
    found[pairs.row, pairs.col] = pairs.data
    return found


def lose(block: Block, some: set[int]) -> Block:
    """Take some starts and places off the streets."""
    kept = np.array([at not in some for at in range(14)])
    return replace(
        block,
        starts=replace(block.starts, on_street=block.starts.on_street & kept[:7]),
        places=replace(block.places, on_street=block.places.on_street & kept[7:]),
    )


@settings(max_examples=examples(60), deadline=None)
@given(block=blocks(), way=ways, off=st.sets(st.integers(0, 13), max_size=4))
def test_every_walk_is_as_long_as_networkx_says_and_closed_streets_are_not_taken(
    block: Block, way: Way, off: set[int]
) -> None:
    block = lose(block, off)
    found = block.walks(way)
    for sure, table in ((True, dense(found.sure)), (False, dense(found.maybe))):
        told = {(start, place): minutes for start, place, minutes in slowly(block, way, sure=sure)}
        for start, place in np.ndindex(table.shape):
            minutes = told.get((start, place), np.inf)
            if minutes < way.minutes - SHORT:
                assert table[start, place] == pytest.approx(minutes, abs=1e-9)
            elif minutes > way.minutes + SHORT:
                assert table[start, place] == np.inf


@settings(max_examples=examples(60), deadline=None)
@given(block=blocks(), way=ways, more=st.sampled_from([1.0, 3.0]))
def test_what_is_sure_may_be_and_a_longer_or_faster_walk_never_reaches_fewer(
    block: Block, way: Way, more: float
) -> None:
    found = block.walks(way)
    assert (dense(found.maybe) <= dense(found.sure) + 1e-9).all()
    for other in (replace(way, minutes=way.minutes + more), replace(way, speed_kmh=6.0)):
        better = block.walks(other)
        for one, two in ((found.sure, better.sure), (found.maybe, better.maybe)):
            assert (dense(two)[dense(one) <= way.minutes] <= dense(one)[dense(one) < 99]).all()


@settings(max_examples=examples(60), deadline=None)
@given(block=blocks(), way=ways, pick=st.integers(0, 99))
def test_closing_a_street_or_asking_more_of_it_never_helps(
    block: Block, way: Way, pick: int
) -> None:
    before = block.walks(way)
    shut = block.pavement.steps.copy()
    shut[pick % len(shut)] = True
    free = block.pavement.step_free & ~shut
    after = replace_pavement(block, Pavement(shut, free)).walks(way)
    strict = block.walks(replace(way, stepless="wheelchair"))
    for worse in (after, strict):
        assert (dense(worse.sure) >= dense(before.sure) - 1e-9).all()
    assert (dense(after.maybe) >= dense(before.maybe) - 1e-9).all()
    # what she learns of a street narrows what was said before
    unknown = Pavement(block.pavement.steps & ~shut, block.pavement.step_free & ~shut)
    wide = replace_pavement(block, unknown).walks(way)
    for known in (shut, np.zeros_like(shut)):
        steps = unknown.steps | (shut & known)
        told = replace_pavement(block, Pavement(steps, unknown.step_free | (shut & ~known)))
        if way.stepless != "pram":  # of whom the unknown is taken to be passable
            assert (dense(told.walks(way).sure) <= dense(wide.sure) + 1e-9).all()
        assert (dense(told.walks(way).maybe) >= dense(wide.maybe) - 1e-9).all()


def replace_pavement(block: Block, pavement: Pavement) -> Block:
    return replace(block, pavement=pavement)


@settings(max_examples=examples(60), deadline=None)
@given(block=blocks(), way=ways)
def test_avoiding_places_starts_from_plain_walks_and_finds_the_same(block: Block, way: Way) -> None:
    careful = replace(way, avoid="night")
    plain = block.walks(replace(way, avoid=None))
    for side in ("places", "starts"):
        alone = block.walks(careful, search_from=side)
        again = block.walks(careful, search_from=side, plain=plain)
        for one, two in ((alone.sure, again.sure), (alone.maybe, again.maybe)):
            assert dense(one) == pytest.approx(dense(two), abs=1e-9)
    for one, two in ((alone.sure, plain.sure), (alone.maybe, plain.maybe)):
        assert (dense(one) >= dense(two) - 1e-9).all()  # to avoid places never helps


@settings(max_examples=examples(40), deadline=None)
@given(block=blocks(), way=ways, less=st.sampled_from([0.25, 0.5, 1.0]))
def test_shorter_walks_come_from_longer_ones(block: Block, way: Way, less: float) -> None:
    short = Way(
        minutes=way.minutes * less * 1.5, speed_kmh=3.2, stepless=way.stepless, avoid=way.avoid
    )
    way = replace(way, speed_kmh=4.8)
    asked, cut = block.walks(short), shorter(block.walks(way), way, short)
    for one, two in ((asked.sure, cut.sure), (asked.maybe, cut.maybe)):
        near = np.abs(np.minimum(dense(one), dense(two)) - short.minutes) < SHORT
        assert dense(one)[~near] == pytest.approx(dense(two)[~near], abs=1e-9)


@settings(max_examples=examples(40), deadline=None)
@given(block=blocks(), way=ways)
def test_without_streets_a_walk_around_a_place_is_sure_where_none_could_lead_through(
    block: Block, way: Way
) -> None:
    starts, places = (
        Ends(e.xy, np.full(7, -1), np.zeros(7), np.ones(7, bool))
        for e in (block.starts, block.places)
    )
    found = walks(None, starts, places, way, block.closed(way))
    sure, maybe = dense(found.sure), dense(found.maybe)
    groups = parts(block, way)
    for start in range(7):
        for place in range(7):
            one, two = shapely.Point(starts.xy[start]), shapely.Point(places.xy[place])
            straight = one.distance(two) / way.metres_a_minute
            longest = straight * 2**0.5
            sides = (straight - way.minutes, longest - way.minutes)
            if min(map(abs, sides)) < SHORT:
                continue
            there = home_of(groups, places, place)
            shut = there is not None and there is not home_of(groups, starts, start)
            assert (maybe[start, place] < np.inf) == (straight < way.minutes and not shut)
            around = [
                one.distance(s) + two.distance(s) > longest * way.metres_a_minute
                for s in (block.unsafe.shapes if way.avoid else [])
            ]
            safe = all(around) and way.stepless != "wheelchair"
            assert (sure[start, place] < np.inf) == (longest < way.minutes and safe)


def test_who_lives_in_an_unsafe_place_leaves_it_but_crosses_no_other_and_takes_no_steps() -> None:
    # one street of 100 m pieces from 0 to 400; unsafe: 0 to 50 (hers) and 250 to 260
    xy = np.array([[x, 0.0] for x in range(0, 500, 100)])
    streets = Streets(xy=xy, u=np.arange(4), v=np.arange(1, 5), metres=np.full(4, 100.0))
    shapes = np.array([shapely.box(-50, -9, 50, 9), shapely.box(250, -9, 260, 9)], dtype=object)
    unsafe = Unsafe(shapes, np.array([True, True]), np.array([0, 2]), np.array([0, 1]))
    ends = Ends(xy, np.arange(5), np.zeros(5), np.ones(5, bool))
    way = Way(minutes=10, stepless="pram", avoid="night")
    none = np.zeros(4, bool)
    found = walks(streets, ends, ends, way, closed_to(Pavement(none, none), "pram", unsafe))
    # from 0 she comes to 100 and 200, not over the second place; nobody comes to 0 but she herself
    assert np.isfinite(dense(found.maybe))[0].tolist() == [True, True, True, False, False]
    assert np.isfinite(dense(found.maybe))[:, 0].tolist() == [True, False, False, False, False]
    assert not np.isfinite(dense(found.sure))[0].any()  # not even next door: it is called unsafe
    steps = np.array([True, False, False, False])
    found = walks(streets, ends, ends, way, closed_to(Pavement(steps, none), "pram", unsafe))
    assert np.isfinite(dense(found.maybe))[0].tolist() == [True, False, False, False, False]


def test_a_pram_takes_a_street_of_which_nobody_knows_and_a_wheelchair_only_perhaps() -> None:
    known = Pavement(np.array([True, False, False]), np.array([False, True, False]))
    pram, chair = (closed_to(known, who, None) for who in ("pram", "wheelchair"))
    assert pram is not None
    assert chair is not None
    assert pram.sure.tolist() == pram.maybe.tolist() == [True, False, False]
    assert chair.sure.tolist() == [True, False, True]
    assert chair.maybe.tolist() == [True, False, False]
    assert closed_to(known, "", None) is None


def test_a_budget_is_met_to_the_last_minute_and_a_place_that_does_not_count_never() -> None:
    minutes = csr_array(([0.0, 5.0, 5.0], ([0, 1, 2], [0, 0, 1])), shape=(4, 2))
    budget = np.array([[5.0, 4.9, -1.0, 0.0], [-1.0, 5.0, 5.0, -1.0]])
    assert covered(minutes, budget).tolist() == [
        [True, True, False, True],
        [True, False, False, False],
        [False, True, True, False],
        [False] * 4,
    ]


@settings(max_examples=examples(40), deadline=None)
@given(block=blocks())
def test_a_point_is_brought_to_the_nearest_street_end_it_can_walk_to_dry(block: Block) -> None:
    walkable = sorted({*block.streets.u.tolist(), *block.streets.v.tolist()})
    for ends in (block.starts, block.places):
        for at in range(len(ends.xy)):
            far = np.hypot(*(block.streets.xy[walkable] - ends.xy[at]).T)
            dry = [
                metres
                for metres, node in zip(far, walkable, strict=True)
                if metres <= homes.FAR_M and not crosses(block, ends.xy[at], node)
            ]
            assert ends.on_street[at] == bool(dry)
            assert ends.snap_m[at] == pytest.approx(min(dry, default=far.min()))


def crosses(block: Block, point: np.ndarray, node: int) -> bool:
    line = shapely.LineString([point, block.streets.xy[node]])
    return any(line.intersection(water).length > 0.5 for water in block.wet)


def test_hours_are_those_people_report_places_at() -> None:
    assert travel.HOURS == ("day", "evening", "night")
