"""One question on several machines: walks block by block, put together as if by one process.

A block is plain data: the starts of some areas, the streets and places within a walk of them, and
what is closed. Its answer is a pure function of it, so any worker may give it. Whatever comes after
the walks needs no other machine: it gets minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from scipy.sparse import csr_array

from layers.errors import LayerError
from layers.streets import Floats, Numbers, Streets
from mapping.cascade import Cascade, cascade
from mapping.city import City
from mapping.closures import Closed, Shapes, touching
from mapping.homes import FAR_M
from mapping.needs import Need
from mapping.offers import Flags
from mapping.personas import persona_of
from mapping.reach import leads_m
from mapping.ready import ways
from mapping.travel import Ends, Walks, Way, fewer, walks

BLOCKS: Final = 16  # so that the last worker does not wait long for the slowest block

Answers = Callable[[Iterable["Block"]], list[Walks]]


@dataclass(frozen=True, eq=False)
class Block:
    """Walks to find: arrays only.

    Attributes
    ----------
    rows, columns
        Which starts and places of the city these are.
    streets
        Those within a walk of the starts; ``None`` where the city has none.
    starts, places, way, closed, search_from
        As of :func:`mapping.travel.walks`.
    """

    rows: Numbers
    columns: Numbers
    streets: Streets | None
    starts: Ends
    places: Ends
    way: Way
    closed: Closed | None
    search_from: str


def answer(block: Block) -> Walks:
    """Find the walks of one block."""
    return walks(
        block.streets,
        block.starts,
        block.places,
        block.way,
        block.closed,
        search_from=block.search_from,
    )


def blocks_of(city: City, level: str, way: Way, *, count: int = BLOCKS) -> Iterator[Block]:
    """Cut the walks of a level into about ``count`` blocks, each of starts near each other."""
    starts, places = city.starts(level), city.ends
    closed = city.closed(way)
    streets = None if city.streets is None else replace(city.streets, crs=None)
    side = fewer(starts, places)
    for rows in _tiles(starts.xy, count):
        mine = starts.only(rows)
        if streets is None:
            yield Block(rows, np.arange(len(places.xy)), None, mine, places, way, closed, side)
        else:
            yield _cut(streets, (rows, mine), places, way, closed, side)


def combined(blocks: Iterable[Block], found: Iterable[Walks], shape: tuple[int, int]) -> Walks:
    """Put the walks of all blocks together: the same as if they had been found at once."""
    parts: tuple[list[Any], list[Any]] = ([], [])
    for block, walk in zip(blocks, found, strict=True):
        for side, table in zip(parts, (walk.sure, walk.maybe), strict=True):
            pairs = table.tocoo()
            side.append((block.rows[pairs.row], block.columns[pairs.col], pairs.data))
    return Walks(*(_together(side, shape) for side in parts))


def cascade_on(scheduler: str | None, city: City, need: Need, blocks: int = BLOCKS) -> Cascade:
    """Count who is still covered after each step, the walks found by the workers of a cluster.

    Parameters
    ----------
    scheduler
        Address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``; ``None``: in this process,
        block by block all the same. It is sent where places are and where people live, and what it
        answers is believed: only a cluster of one's own.
    city, need
        As of :func:`mapping.cascade.cascade`.
    blocks
        Into how many the city is cut, about.

    Raises
    ------
    LayerError
        ``dask_missing``, ``scheduler_silent``, ``workers_failed``; and those of the cascade.
    """
    if scheduler is None:
        return _cascade(lambda some: [answer(block) for block in some], city, need, blocks)
    try:
        from dask.distributed import Client  # noqa: PLC0415 - an extra, needed here only
    except ImportError as error:
        raise LayerError("dask_missing") from error
    try:
        client: Any = Client(scheduler, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call] # dask says no types
    except (OSError, ValueError, ImportError) as error:
        raise LayerError("scheduler_silent", address=scheduler) from error
    with closing(client):

        def answers(some: Iterable[Block]) -> list[Walks]:
            try:
                sent = client.scatter(list(some))
                found: list[Walks] = client.gather(client.map(answer, sent, pure=False))
            except Exception as error:  # workers send whatever they met, in classes of their own
                raise LayerError("workers_failed", address=scheduler) from error
            return found

        return _cascade(answers, city, need, blocks)


def _cascade(answers: Answers, city: City, need: Need, blocks: int) -> Cascade:
    persona = persona_of(need)
    level, _ = city.people(persona.group)
    shape = (len(city.homes(level).area), len(city.ends.xy))
    for way in ways(city, persona):
        if not city.has_walks(level, way):
            some = list(blocks_of(city, level, way, count=blocks))
            city.keep_walks(level, way, combined(some, answers(some), shape))
    return cascade(city, need)


def _tiles(xy: Floats, count: int) -> list[Numbers]:
    """Cut points into strips from south to north, and these from west to east, of one size."""
    across = max(round(count**0.5), 1)
    found = []
    for strip in np.array_split(np.argsort(xy[:, 1], kind="stable"), across):
        from_west = strip[np.argsort(xy[strip, 0], kind="stable")]
        found += [np.sort(tile) for tile in np.array_split(from_west, across) if tile.size]
    return found


def _cut(
    streets: Streets,
    start: tuple[Numbers, Ends],
    places: Ends,
    way: Way,
    closed: Closed | None,
    side: str,
) -> Block:
    """Keep what lies within a walk of some starts, and number it anew."""
    rows, starts = start
    leads = leads_m(streets.links.straight, streets.metres, way.metres) + FAR_M
    low, high = starts.xy.min(axis=0) - leads, starts.xy.max(axis=0) + leads
    near = ((streets.xy >= low) & (streets.xy <= high)).all(axis=1)
    number = np.where(near, np.cumsum(near) - 1, -1)
    kept = near[streets.u] & near[streets.v]
    # of a place on a street that is not here, that street is too far
    inside = ((places.xy >= low) & (places.xy <= high)).all(axis=1)
    columns = np.flatnonzero(inside & (~places.on_street | near[places.node]))
    return Block(
        rows=rows,
        columns=columns,
        streets=Streets(
            xy=streets.xy[near],
            u=number[streets.u[kept]],
            v=number[streets.v[kept]],
            metres=streets.metres[kept],
        ),
        starts=replace(starts, node=_renumbered(starts, number)),
        places=replace(places.only(columns), node=_renumbered(places.only(columns), number)),
        way=way,
        closed=None if closed is None else _closed(closed, kept, (low, high)),
        search_from=side,
    )


def _renumbered(ends: Ends, number: Numbers) -> Numbers:
    """Give the nodes of ends their new numbers; whoever is off the streets has none."""
    return np.asarray(np.where(ends.on_street, number[ends.node], -1), dtype=np.int64)


def _closed(closed: Closed, kept: Flags, box: tuple[Floats, Floats]) -> Closed:
    """Keep what is closed of the streets here, and the unsafe places by which they lead."""
    here = np.array([shapely.box(*box[0], *box[1])], dtype=object)
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    every, agreed = (_near(shapes, here) for shapes in (closed.every, closed.agreed))
    return Closed(
        steps_sure=closed.steps_sure[kept],
        steps_maybe=closed.steps_maybe[kept],
        unsafe_sure=closed.unsafe_sure[kept],
        unsafe_maybe=closed.unsafe_maybe[kept],
        every=closed.every[every],
        agreed=closed.agreed[agreed],
        own=tuple(number[one[kept[one]]] for one in (closed.own[part] for part in agreed)),
    )


def _near(shapes: Shapes, box: Shapes) -> Numbers:
    return np.unique(touching(shapes, box)[0])


def _together(parts: list[Any], shape: tuple[int, int]) -> csr_array:
    row, column, minutes = (np.concatenate(side) for side in zip(*parts, strict=True))
    return csr_array((minutes, (row, column)), shape=shape)
