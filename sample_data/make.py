"""Make the invented city, or its twin: one call, a few seconds, the same every time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import atlas, clock
from layers.atlas import Atlas
from sample_data import plan
from sample_data.actors import actor_rows
from sample_data.asked_for import persona_rows
from sample_data.ground import Ground, make_ground, shape_to_degrees, to_degrees
from sample_data.judged import judged_tables, say_levels, say_what_may_leave
from sample_data.offers import Offers
from sample_data.people import People
from sample_data.proposals import invitation_rows, proposal_rows
from sample_data.rows import IMPORT_ID, SOURCE, Row, Tables, chance, provenance
from sample_data.sessions import asset_rows, place_rows, session_tables
from sample_data.streets import Net, make_streets
from sample_data.ties import network_tables
from sample_data.truths import make_twin

COUNTRY: Final = "DK"  # whose public holidays the opening hours follow
TIMEZONE: Final = "Europe/Copenhagen"


def make_city(
    path: Path | str, *, seed: int = 1, today: date | None = None, twin: bool = False
) -> Atlas:
    """Write the invented city into a new atlas.

    Parameters
    ----------
    path
        File to make; must not exist.
    seed
        The same seed and day give the same tables.
    today
        Day that all dates are relative to; ``None`` is today.
    twin
        True for the twin city: every planted truth is removed by its smallest change.

    Returns
    -------
    city
        The atlas, marked as invented.

    Raises
    ------
    LayerError
        ``file_exists``.
    """
    made = atlas.create(
        path,
        name=plan.NAME,
        metres_crs=plan.METRES_CRS,
        country=COUNTRY,
        timezone=TIMEZONE,
        invented=True,
    )
    tables = city_tables(seed=seed, today=today or clock.today(), twin=twin)
    with made.write() as writer:
        for table, rows in tables.items():
            writer.insert(table, rows)
    return made


def city_tables(*, seed: int, today: date, twin: bool) -> Tables:
    """Give all rows of the city, by table, without writing anything."""
    ground = make_ground()
    net = make_streets(ground, chance(seed, "streets"))
    people = People(ground, seed=seed)
    tables: Tables = {
        "imports": [],
        "organizations": actor_rows(seed=seed),
        **Offers(net, people, seed=seed, today=today).tables(),
        "assets": asset_rows(),
        **session_tables(today=today),
        **network_tables(seed=seed, today=today),
        **judged_tables(today=today),
        **people.tables(ground, today=today),
        **_street_tables(net, seed=seed),
        "ground": _ground_rows(ground, net),
        "places": place_rows(),
        "personas": persona_rows(today=today),
    }
    say_what_may_leave(tables["organizations"], seed=seed)
    say_levels(tables["ties"], seed=seed)
    # before the twin's changes, so that they move nobody else's dates
    provenance(tables, seed=seed, today=today)
    if twin:
        make_twin(tables)
        for rows in tables.values():
            for row in rows:
                row.setdefault("source_file", SOURCE)
                row.setdefault("import_id", IMPORT_ID)
    tables["invitations"] = invitation_rows(today=today)
    tables["proposals"] = proposal_rows(today=today)  # not data yet: no source of their own
    count = sum(len(rows) for rows in tables.values())
    tables["imports"] = [
        {
            "id": IMPORT_ID,
            "file": SOURCE,
            "kind": "sample",
            "made_on": today,
            "rows_in": count,
            "rows_accepted": count,
            "rows_rejected": 0,
            "licence": "invented; Apache-2.0",
        }
    ]
    return tables


def _street_tables(net: Net, *, seed: int) -> Tables:
    rng = chance(seed, "streets", "facts")
    lonlat = to_degrees(net.xy)
    points = shapely.get_parts(shapely.multipoints(lonlat))
    nodes: list[Row] = [{"id": f"n{i}", "geometry": point} for i, point in enumerate(points)]
    ends = np.column_stack([net.u, net.v])
    lines = [shapely.LineString(pair) for pair in lonlat[ends]]
    metres = np.round(net.metres, 2)
    luck = rng.random((len(ends), 2))
    streets: list[Row] = []
    for i, kind in enumerate(net.kind):
        lit: bool | None = None
        if kind in ("main", "bridge", "underpass") or (kind == "street" and luck[i, 0] < 0.8):
            lit = True
        elif kind in ("footway", "track") and luck[i, 0] < 0.4:
            lit = False
        step_free: bool | None = True if kind in ("main", "bridge") else None
        if kind == "street" and luck[i, 1] < 0.6:
            step_free = True
        elif kind == "steps":
            step_free = False
        streets.append(
            {
                "id": f"e{i}",
                "u": f"n{net.u[i]}",
                "v": f"n{net.v[i]}",
                "metres": float(metres[i]),
                "kind": kind,
                "name": net.name[i],
                "lit": lit,
                "step_free": step_free,
                "geometry": lines[i],
            }
        )
    return {"street_nodes": nodes, "streets": streets}


def _ground_rows(ground: Ground, net: Net) -> list[Row]:
    shapes: list[tuple[str, str | None, BaseGeometry]] = [
        ("water", "The Sound", ground.sea),
        ("water", "River Maren", ground.river),
        *(("green", name, shape) for name, shape in ground.parks.items()),
        ("railway", "Coast railway", ground.rail),
        ("built", None, net.blocks),
    ]
    return [
        {
            "id": f"g{number + 1:02d}",
            "kind": kind,
            "name": name,
            "geometry": shape_to_degrees(shape),
        }
        for number, (kind, name, shape) in enumerate(shapes)
    ]
