"""A made-up region as an atlas: people on a grid of cells, streets, and services half known."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj
import shapely

from benchmarks.town import BLOCK_M, make_town
from layers import atlas, gpkg, schema
from layers.atlas import Atlas
from layers.streets import Floats
from mapping.closures import Shapes

METRES: Final = 25832
EAST, NORTH = 500_000.0, 5_900_000.0
CATEGORIES = ("legal", "language_course", "childcare", "counselling", "doctor")
HOURS = (
    "Mo-Fr 09:00-17:00",
    "Mo-Th 10:00-20:00",
    "Mo-Fr 08:00-12:00",
    "Tu,Th 16:00-21:00",
    "Sa 10:00-16:00",
    "24/7",
    None,
    None,
)
TONGUES = ("ti", "so", "ar", "de", "en")

Rows = Iterable[Sequence[Any]]


def make_region(path: Path, *, nodes: int, cells: int, services: int, seed: int = 0) -> Atlas:
    """Make an atlas with about as many of each; the same for the same seed."""
    dice = random.Random(seed)
    made = atlas.create(
        path, name="Region", metres_crs=f"EPSG:{METRES}", timezone="Europe/Berlin", invented=True
    )
    town = make_town(nodes=nodes, cells=1, services=services, seed=seed)
    streets, extent = town.streets, round(nodes**0.5) * BLOCK_M
    with closing(sqlite3.connect(path)) as db:
        add = _Adder(db)
        degrees = _degrees(streets.xy)
        points = _shapes(shapely.points(degrees))
        add("street_nodes", ("id",), ((f"n{at}",) for at in range(len(points))), points)
        ends = np.stack([degrees[streets.u], degrees[streets.v]], axis=1)
        kinds = (_street(dice, u, v) for u, v in zip(streets.u, streets.v, strict=True))
        named = ((f"s{at}", *row) for at, row in enumerate(kinds))
        names = ("id", "u", "v", "kind", "step_free", "metres")
        long = ((*row, float(m)) for row, m in zip(named, streets.metres, strict=True))
        add("streets", names, long, _shapes(shapely.linestrings(ends)))
        side = max(round(cells**0.5), 1)
        step = extent / side
        corner = np.stack(np.divmod(np.arange(side * side), side), axis=1)[:, ::-1] * step
        squares = _boxes(corner, step)
        ids = [f"c{at}" for at in range(side * side)]
        add("areas", ("id", "level"), ((one, "cell") for one in ids), squares)
        add(
            "population_groups",
            ("id", "label", "dimension"),
            [("all", "Everyone", "all"), ("born_er", "Born in Eritrea", "birth")],
        )
        add(
            "population",
            ("id", "area_id", "group_code", "count", "suppressed"),
            _people(dice, ids),
        )
        _services(add, dice, _degrees(streets.xy[town.services]))
        _reports(add, dice, ids, squares)
        _ground(add, dice, extent)
        db.commit()
    return made


def _street(dice: random.Random, u: int, v: int) -> tuple[str, str, str, int | None]:
    steps = dice.random() < 0.02
    known = None if dice.random() < 0.6 else int(not steps)
    return f"n{u}", f"n{v}", "steps" if steps else "street", known


def _people(dice: random.Random, ids: list[str]) -> Rows:
    for one in ids:
        yield f"all-{one}", one, "all", dice.randint(20, 400), 0
        few = dice.randint(0, 30)
        yield f"er-{one}", one, "born_er", None if 0 < few < 5 else few, int(0 < few < 5)


def _services(add: _Adder, dice: random.Random, places: Floats) -> None:
    ids = [f"v{at}" for at in range(len(places))]

    def maybe() -> int | None:
        return dice.choice((0, 1, None))

    actors = [f"o{at}" for at in range(max(len(ids) // 3, 1))]
    own = [json.dumps([dice.choice(TONGUES)]) if dice.random() < 0.2 else None for _ in actors]
    add("organizations", ("id", "name", "communities"), zip(actors, actors, own, strict=True))
    names = ("id", "organization_id", "name", "category", "papers_asked", "women_only", "free")
    add(
        "services",
        names,
        (
            (one, dice.choice(actors), one, dice.choice(CATEGORIES), maybe(), maybe(), maybe())
            for one in ids
        ),
    )
    add(
        "service_languages",
        ("id", "service_id", "language", "level"),
        (
            (f"{one}-{tag}", one, tag, "staff")
            for one in ids
            if dice.random() < 0.7
            for tag in dice.sample(TONGUES, 2)
        ),
    )
    steps = ((f"l-{one}", "exact", maybe()) for one in ids)
    add("locations", ("id", "precision", "step_free"), steps, _shapes(shapely.points(places)))
    joins = ((f"j-{one}", one, f"l-{one}") for one in ids)
    add("service_at_location", ("id", "service_id", "location_id"), joins)
    hours = ((f"h-{one}", f"j-{one}", dice.choice(HOURS)) for one in ids)
    add("schedules", ("id", "service_at_location_id", "opening_hours"), hours)


def _reports(add: _Adder, dice: random.Random, ids: list[str], squares: Shapes) -> None:
    """Call one cell in a hundred unsafe, in the evening or at night."""
    some = sorted(dice.sample(range(len(ids)), max(len(ids) // 100, 1)))
    rows = (
        (f"r{at}", "x", ids[at], "unsafe", dice.choice(("evening", "night")), "5-9") for at in some
    )
    names = ("id", "session_id", "cell", "feeling", "time_of_day", "contributors")
    add("reported_cells", names, rows, squares[some])


def _ground(add: _Adder, dice: random.Random, extent: float) -> None:
    """Lay some ponds and parks out: one for every square kilometre."""
    count = max(int((extent / 1000) ** 2), 1)
    corner = np.array([[dice.uniform(0, extent), dice.uniform(0, extent)] for _ in range(count)])
    kinds = ((f"g{at}", "water" if at % 3 == 0 else "green") for at in range(count))
    add("ground", ("id", "kind"), kinds, _boxes(corner, 180.0))


def _boxes(corner: Floats, side: float) -> Shapes:
    around = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * side
    rings = _degrees((corner[:, None, :] + around[None]).reshape(-1, 2)).reshape(-1, 5, 2)
    return _shapes(shapely.polygons(rings))


def _shapes(made: object) -> Shapes:
    return np.asarray(made, dtype=object)


def _degrees(xy: Floats) -> Floats:
    to = pyproj.Transformer.from_crs(METRES, 4326, always_xy=True)
    return np.stack(to.transform(xy[:, 0] + EAST, xy[:, 1] + NORTH), axis=1)


class _Adder:
    """Puts rows straight into the tables: the atlas's own checks are not what is timed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __call__(
        self,
        table: str,
        names: Sequence[str],
        rows: Rows,
        shapes: Shapes | None = None,
    ) -> None:
        assert set(names) <= set(schema.TABLES[table].column_names)
        if shapes is not None:
            if schema.TABLES[table].geometry == "MULTIPOLYGON":
                shapes = _shapes(shapely.multipolygons(shapes[:, None]))
            names = (*names, "geom")
            rows = ((*row, gpkg.to_blob(shape)) for row, shape in zip(rows, shapes, strict=True))
        picked, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        sql = f'INSERT INTO "{table}" ({picked}) VALUES ({marks})'  # noqa: S608 - names of the schema
        self.db.executemany(sql, rows)
