"""Streets as a graph: what is refused, and the nearest node held against every distance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.streets import Streets, runs

coordinates = st.integers(-2000, 2000).map(float)
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12)


def made(**parts: Any) -> Streets:
    """Make streets of plain lists, and of what is wrong on purpose."""
    return Streets(**parts)


def row(**changes: Any) -> Streets:
    """Three nodes 100 m apart, and the two streets between them."""
    parts: dict[str, Any] = {
        "xy": [[0, 0], [100, 0], [200, 0]],
        "u": [0, 1],
        "v": [1, 2],
        "metres": [100, 100],
    }
    return made(**parts | changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"xy": [[0, 0], [100, math.nan], [200, 0]]}, "xy must be"),
        ({"xy": [0.0, 100.0, 200.0]}, "xy must be"),
        ({"u": [0]}, "one length"),
        ({"metres": [100]}, "one length"),
        ({"metres": [100, -1]}, "not negative"),
        ({"metres": [100, math.inf]}, "finite"),
        ({"metres": [100, math.nan]}, "finite"),
        ({"v": [1, 3]}, "v names a node"),
        ({"u": [-1, 1]}, "u names a node"),
        ({"u": [0.0, 1.0]}, "whole numbers"),
    ],
)
def test_arrays_that_are_no_streets_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        row(**changes)


def test_no_streets_are_streets() -> None:
    nothing = made(xy=[], u=[], v=[], metres=[])
    assert nothing.xy.shape == (0, 2)
    assert nothing.links.indptr.tolist() == [0]
    assert [found.tolist() for found in nothing.nearest(np.empty((0, 2)))] == [[], []]


def test_the_arrays_are_copied_and_locked() -> None:
    metres = np.array([100.0, 100.0])
    streets = row(metres=metres)
    metres[0] = 5
    assert streets.metres.tolist() == [100, 100]
    with pytest.raises(ValueError, match="read-only"):
        streets.metres[0] = 5


@given(nodes=points, asked=points, data=st.data())
def test_the_nearest_is_no_farther_than_any_node_with_a_street(
    nodes: list[tuple[float, float]], asked: list[tuple[float, float]], data: st.DataObject
) -> None:
    ends = st.lists(st.integers(0, len(nodes) - 1), min_size=1, max_size=5)
    u = data.draw(ends)
    v = data.draw(st.permutations(u))
    streets = made(xy=nodes, u=u, v=v, metres=[1.0] * len(u))
    found, metres = streets.nearest(asked)
    for point, node, far in zip(asked, found.tolist(), metres.tolist(), strict=True):
        assert node in u
        assert far == pytest.approx(math.dist(point, nodes[node]))
        assert far == pytest.approx(min(math.dist(point, nodes[walked]) for walked in u))


def test_a_node_without_a_street_is_passed_over() -> None:
    streets = row(xy=[[0, 0], [100, 0], [200, 0], [50, 60]])
    nodes, metres = streets.nearest([[51, 60]])
    assert nodes.tolist() == [1]
    assert metres.tolist() == [pytest.approx(math.hypot(49, 60))]


@pytest.mark.parametrize("asked", [[[0.0, math.nan]], [[math.inf, 0.0]], [0.0, 1.0], [[0, 1, 2]]])
def test_a_point_that_is_none_is_refused(asked: Any) -> None:
    with pytest.raises(ValueError, match="points must be"):
        row().nearest(asked)


def test_points_need_streets_to_be_brought_to() -> None:
    with pytest.raises(ValueError, match="no streets"):
        made(xy=[[0, 0]], u=[], v=[], metres=[]).nearest([[0, 0]])


@given(nodes=points, low=st.tuples(coordinates, coordinates), data=st.data())
def test_a_window_holds_every_node_of_its_box(
    nodes: list[tuple[float, float]], low: tuple[float, float], data: st.DataObject
) -> None:
    size = data.draw(st.tuples(st.integers(0, 5000), st.integers(0, 5000)))
    links = made(xy=nodes, u=[], v=[], metres=[]).links
    high = np.add(low, size).astype(float)
    held = links.window(np.array(low), high)
    assert len(set(held.tolist())) == len(held)
    inside = ((np.array(nodes) >= low) & (np.array(nodes) <= high)).all(axis=1)
    boxed = set(links.place[inside].tolist())
    assert boxed <= set(held.tolist())


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=15
    )
)
def test_links_hold_each_pair_of_neighbours_once_a_direction_with_its_least_cost(
    streets: list[tuple[int, int, int]],
) -> None:
    u, v, metres = zip(*streets, strict=True)
    links = made(xy=[[n % 3, n // 3] for n in range(6)], u=u, v=v, metres=metres).links
    costs = links.costs(np.array(metres, dtype=float))
    node = {int(place): n for n, place in enumerate(links.place)}
    held = {
        (node[a], node[int(links.indices[at])]): costs[at]
        for a in range(6)
        for at in range(links.indptr[a], links.indptr[a + 1])
    }
    least: dict[tuple[int, int], int] = {}
    for a, b, far in streets:
        for pair in ((a, b), (b, a)):
            if a != b:
                least[pair] = min(far, least.get(pair, far))
    assert held == least
    assert len(links.indices) == len(least)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=10))
def test_runs_are_written_out(parts: list[tuple[int, int]]) -> None:
    begin = np.array([a for a, _ in parts], dtype=np.int64)
    end = np.array([a + b for a, b in parts], dtype=np.int64)
    assert runs(begin, end).tolist() == [n for a, b in parts for n in range(a, a + b)]
