"""What is closed to her on the way: streets with steps, and places called unsafe at her hour.

Two answers, as everywhere: what is closed where the unknown goes against her (sure walks lead
around it), and what is closed in any case (walks that may be).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.streets import Numbers
from mapping.offers import Flags

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Pavement:
    """What is known of e streets: (e,) flags. Where both are False, nobody knows."""

    steps: Flags
    step_free: Flags


@dataclass(frozen=True, eq=False)
class Unsafe:
    """Places called unsafe at an hour, and the streets that touch them.

    Attributes
    ----------
    shapes
        (c,) polygons in metres.
    agreed
        (c,) whether nobody said otherwise of the place at that hour.
    street, shape
        (t,) pairs: a street, and a shape that it touches.
    """

    shapes: Shapes
    agreed: Flags
    street: Numbers
    shape: Numbers


@dataclass(frozen=True, eq=False)
class Closed:
    """What is closed to somebody who goes one way.

    Attributes
    ----------
    steps_sure, steps_maybe
        (e,) streets she does not take for their steps: perhaps, and in any case.
    unsafe_sure, unsafe_maybe
        (e,) streets that touch a place called unsafe: any, and one of which nobody said otherwise.
    every
        Shapes of all places called unsafe.
    agreed
        Of those nobody contradicted; places that touch each other are one.
    own
        For each of ``agreed``: the streets by which those who live in it may perhaps leave it.
    """

    steps_sure: Flags
    steps_maybe: Flags
    unsafe_sure: Flags
    unsafe_maybe: Flags
    every: Shapes
    agreed: Shapes
    own: tuple[Numbers, ...] = ()

    @property
    def sure(self) -> Flags:
        """(e,) streets closed in the sure walks."""
        return self.steps_sure | self.unsafe_sure

    @property
    def maybe(self) -> Flags:
        """(e,) streets closed in the walks that may be: some of the former."""
        return self.steps_maybe | self.unsafe_maybe


def closed_to(pavement: Pavement, stepless: str, unsafe: Unsafe | None) -> Closed | None:
    """Find what is closed.

    Parameters
    ----------
    pavement
        Of all streets.
    stepless
        ``""``; ``pram``: a street of which nobody knows is taken to have no steps; ``wheelchair``:
        for certain only streets known to have none.
    unsafe
        Places she walks around; ``None`` where she does not.

    Returns
    -------
    closed
        ``None`` where nothing is.

    Examples
    --------
    >>> known = Pavement(np.array([True, False, False]), np.array([False, True, False]))
    >>> [closed_to(known, who, None).sure.tolist() for who in ("pram", "wheelchair")]
    [[True, False, False], [True, False, True]]
    """
    count = len(pavement.steps)
    none = np.zeros(count, dtype=np.bool_)
    maybe = pavement.steps if stepless else none
    sure = maybe | ~pavement.step_free if stepless == "wheelchair" else maybe
    empty = np.empty(0, dtype=object)
    if unsafe is None or not len(unsafe.shapes):
        return Closed(sure, maybe, none, none, empty, empty) if stepless else None
    of, agreed = _joined(unsafe.shapes[unsafe.agreed])
    part = np.full(len(unsafe.shapes), -1, np.int64)
    part[unsafe.agreed] = of
    near, far = none.copy(), none.copy()
    near[unsafe.street] = True
    here = part[unsafe.shape] >= 0
    far[unsafe.street[here]] = True
    return Closed(
        steps_sure=sure,
        steps_maybe=maybe,
        unsafe_sure=near,
        unsafe_maybe=far,
        every=unsafe.shapes,
        agreed=agreed,
        own=_own(unsafe.street[here], part[unsafe.shape[here]], len(agreed), maybe),
    )


def touching(lines: Shapes, shapes: Shapes) -> tuple[Numbers, Numbers]:
    """Pair lines and the shapes that they touch: positions in both."""
    line, shape = shapely.STRtree(shapes).query(lines, predicate="intersects")
    return np.asarray(line, dtype=np.int64), np.asarray(shape, dtype=np.int64)


def _joined(shapes: Shapes) -> tuple[Numbers, Shapes]:
    """Put shapes that touch together: the part each is of, and the parts."""
    if not len(shapes):
        return np.empty(0, np.int64), shapes
    one, other = touching(shapes, shapes)
    pairs = coo_array((np.ones(len(one)), (one, other)), shape=(len(shapes), len(shapes)))
    count, of = connected_components(pairs, directed=False)
    parts = np.empty(count, dtype=object)
    for part in range(count):
        parts[part] = shapely.union_all(shapes[of == part])
    return of.astype(np.int64), parts


def _own(street: Numbers, part: Numbers, count: int, steps: Flags) -> tuple[Numbers, ...]:
    """List for each part the streets that nothing but this part closes."""
    pairs = np.unique(np.stack([street, part], axis=1), axis=0)
    several = np.bincount(pairs[:, 0], minlength=len(steps))
    mine = pairs[(several[pairs[:, 0]] == 1) & ~steps[pairs[:, 0]]]
    return tuple(mine[mine[:, 1] == one, 0] for one in range(count))
