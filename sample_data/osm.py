"""The invented city as an extract of OpenStreetMap, at its own size or as dense as a real one.

Invented streets, parks and services, written as volunteers would tag them. Asked for a number of
people, it is filled with what makes up most of a real extract: bends, pavements beside the streets,
drives, buildings and trees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import osmium
import shapely
from osmium.osm import mutable

from layers import clock
from sample_data import plan
from sample_data.ground import to_degrees, to_plan
from sample_data.make import city_tables
from sample_data.rows import Row, Tables, chance

Floats: TypeAlias = npt.NDArray[np.float64]
Tags: TypeAlias = dict[str, str]
BEND_M: Final = 8.0
PAVEMENT_M: Final = 5.0  # from the middle of the street
DRIVE_M: Final = 24.0
BUILDINGS: Final = 40_000  # of a city of PEOPLE, as its trees
TREES: Final = 20_000
SERVED: Final = 60  # every so many buildings one holds a service
_HIGHWAYS: Final = {
    "street": {"highway": "residential"},
    "main": {"highway": "secondary"},
    "footway": {"highway": "footway"},
    "track": {"highway": "track"},
    "steps": {"highway": "steps"},
    "bridge": {"highway": "unclassified", "bridge": "yes", "layer": "1"},
    "underpass": {"highway": "footway", "tunnel": "yes", "layer": "-1"},
}
_GROUND: Final = {
    "water": {"natural": "water"},
    "green": {"leisure": "park"},
    "railway": {"railway": "rail"},
    "built": {"landuse": "residential"},
}
_PLACES: Final = {
    "station": {"railway": "station"},
    "park": {"leisure": "park"},
    "square": {"place": "square"},
    "school": {"amenity": "school"},
    "market": {"amenity": "marketplace"},
}
_SERVICES: Final = {
    "childcare": {"amenity": "kindergarten"},
    "health": {"amenity": "doctors"},
    "mental_health": {"healthcare": "psychotherapist"},
    "employment": {"office": "employment_agency"},
    "language_course": {"amenity": "language_school"},
    "education": {"amenity": "library"},
    "legal": {"office": "lawyer"},
    "participation": {"amenity": "townhall"},
    "meeting_place": {"amenity": "community_centre"},
    "housing": {"amenity": "social_facility", "social_facility": "outreach",
                "social_facility:for": "homeless"},
    "recognition": {"office": "ngo"},
    "violence_support": {"amenity": "social_facility", "social_facility": "shelter"},
}  # fmt: skip


@dataclass(slots=True)
class Extract:
    """Objects of OpenStreetMap, numbered in the order they came."""

    nodes: list[tuple[float, float, Tags]] = field(default_factory=list)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)
    relations: list[tuple[list[tuple[int, str]], Tags]] = field(default_factory=list)

    def add_nodes(self, lonlat: Floats, tags: Tags | None = None) -> list[int]:
        """Add nodes and give their numbers."""
        first = len(self.nodes) + 1
        self.nodes.extend((lon, lat, tags or {}) for lon, lat in lonlat.tolist())
        return list(range(first, len(self.nodes) + 1))

    def add_way(self, nodes: list[int], tags: Tags) -> int:
        """Add a way and give its number."""
        self.ways.append((nodes, tags))
        return len(self.ways)

    def add_area(self, polygon: shapely.Polygon, tags: Tags) -> None:
        """Add an area: a closed way, or a relation where it has holes."""
        rings = [self._ring(ring) for ring in (polygon.exterior, *polygon.interiors)]
        if len(rings) == 1:
            self.add_way(rings[0], tags)
            return
        roles = ["outer", *["inner"] * (len(rings) - 1)]
        members = [(self.add_way(ring, {}), role) for ring, role in zip(rings, roles, strict=True)]
        self.relations.append((members, {"type": "multipolygon", **tags}))

    def write(self, path: Path | str) -> None:
        """Write everything as ``.osm.pbf``; what was there is replaced."""
        writer = osmium.SimpleWriter(str(path), overwrite=True)
        try:
            for number, (lon, lat, tags) in enumerate(self.nodes, start=1):
                writer.add_node(mutable.Node(id=number, location=(lon, lat), tags=tags))
            for number, (nodes, tags) in enumerate(self.ways, start=1):
                writer.add_way(mutable.Way(id=number, nodes=nodes, tags=tags))
            for number, (members, tags) in enumerate(self.relations, start=1):
                named = [("w", way, role) for way, role in members]
                writer.add_relation(mutable.Relation(id=number, members=named, tags=tags))
        finally:
            writer.close()

    def _ring(self, ring: Any) -> list[int]:  # noqa: ANN401 - shapely has two kinds of ring
        numbers = self.add_nodes(shapely.get_coordinates(ring)[:-1])
        return [*numbers, numbers[0]]


def make_extract(
    path: Path | str, *, people: int | None = None, seed: int = 1, today: date | None = None
) -> Extract:
    """Write the invented city as an extract of OpenStreetMap.

    Parameters
    ----------
    path
        File to make, ending in ``.osm.pbf``; what was there is replaced.
    people
        Fill it as a real city of so many people would be; ``None`` for what the city itself holds.
    seed, today
        As for :func:`sample_data.make.make_city`.

    Returns
    -------
    extract
        What was written.
    """
    tables = city_tables(seed=seed, today=today or clock.today(), twin=False)
    made = Extract()
    ends = _streets(made, tables, share=0.0 if people is None else people / plan.PEOPLE)
    for row in tables["ground"]:
        tags = _GROUND[row["kind"]] | _named(row)
        for part in shapely.get_parts(row["geometry"]).tolist():
            if isinstance(part, shapely.Polygon):
                made.add_area(part, tags)
            else:
                made.add_way(made.add_nodes(shapely.get_coordinates(part)), tags)
    for row in tables["places"]:
        if row["kind"] in _PLACES:
            spot = shapely.get_coordinates(row["geometry"])
            made.add_nodes(spot, _PLACES[row["kind"]] | _named(row))
    _services(made, tables)
    if people is not None:
        _fill(made, ends, chance(seed, "osm"), share=people / plan.PEOPLE)
    made.write(path)
    return made


def _streets(made: Extract, tables: Tables, *, share: float) -> Floats:
    """Add all streets; give the two ends of each in metres, (e, 4)."""
    rows = tables["streets"]
    spots = shapely.get_coordinates([row["geometry"] for row in tables["street_nodes"]])
    numbers = made.add_nodes(spots)
    node = {row["id"]: number for row, number in zip(tables["street_nodes"], numbers, strict=True)}
    place = {row["id"]: at for at, row in enumerate(tables["street_nodes"])}
    xy = to_plan(spots)
    ends = np.array([[*xy[place[row["u"]]], *xy[place[row["v"]]]] for row in rows])
    for row, (x1, y1, x2, y2) in zip(rows, ends.tolist(), strict=True):
        one, other = np.array([x1, y1]), np.array([x2, y2])
        u, v = node[row["u"]], node[row["v"]]
        tags = _street_tags(row)
        if not share:
            made.add_way([u, v], tags)
            continue
        step = BEND_M / share
        middle = made.add_nodes(to_degrees(_between(one, other, step)))
        made.add_way([u, *middle, v], tags)
        if row["kind"] in ("street", "main"):
            aside = _left(one, other) * PAVEMENT_M
            for side in (aside, -aside):
                beside = made.add_nodes(to_degrees(_between(one, other, step) + side))
                made.add_way([u, *beside, v], {"highway": "footway", "footway": "sidewalk"})
            for at, side in ((len(middle) // 3, aside), (2 * len(middle) // 3, -aside)):
                spot = _between(one, other, step)[at] + side / PAVEMENT_M * DRIVE_M
                end = made.add_nodes(to_degrees([spot]))
                made.add_way([middle[at], *end], {"highway": "service", "service": "driveway"})
    return ends


def _services(made: Extract, tables: Tables) -> None:
    places = {row["id"]: row for row in tables["locations"]}
    link = {row["service_id"]: row for row in tables["service_at_location"]}
    hours = {row["service_at_location_id"]: row for row in tables["schedules"]}
    for row in tables["services"]:
        at = link.get(row["id"])
        place = places[at["location_id"]] if at else {}
        tags = _SERVICES[row["category"]] | _named(row)
        if at and (text := hours.get(at["id"], {}).get("opening_hours")):
            tags["opening_hours"] = text
        if (free := place.get("step_free")) is not None:
            tags["wheelchair"] = "yes" if free else "no"
        point = place.get("geometry")
        if point is not None:
            made.add_nodes(shapely.get_coordinates(point), tags)
        elif row["category"] == "violence_support":
            # the mistake a volunteer may make: it must never come out of the reader
            made.add_nodes(np.array([plan.MIDDLE_DEGREES]), tags)


def _fill(made: Extract, ends: Floats, rng: np.random.Generator, *, share: float) -> None:
    """Add buildings and trees along the streets; some buildings hold a service."""
    kinds = [tags for name, tags in _SERVICES.items() if name != "violence_support"]
    texts = ("Mo-Fr 08:00-16:00", "Mo-Th 09:00-12:00,13:00-17:00; PH off", "nach Vereinbarung")
    for number, spot in enumerate(_beside(ends, rng, round(BUILDINGS * share), far=(14, 40))):
        turn = rng.uniform(0, np.pi)
        wide, high = rng.uniform(8, 22, 2)
        across, along = _turned(turn) * wide / 2, _turned(turn + np.pi / 2) * high / 2
        corners = [spot + a * across + b * along for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        nodes = made.add_nodes(to_degrees(corners))
        tags = {"building": "yes"}
        if number % SERVED == 0:
            tags |= kinds[number // SERVED % len(kinds)] | {"name": f"House {number}"}
            tags["opening_hours"] = texts[number // SERVED % len(texts)]
        made.add_way([*nodes, nodes[0]], tags)
    trees = np.array(list(_beside(ends, rng, round(TREES * share), far=(4, 9))))
    made.add_nodes(to_degrees(trees), {"natural": "tree"})


def _beside(
    ends: Floats, rng: np.random.Generator, count: int, *, far: tuple[float, float]
) -> Iterator[Floats]:
    """Give points beside streets, longer streets more often."""
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    for street in rng.choice(len(ends), count, p=length / length.sum()):
        one, other = ends[street, :2], ends[street, 2:]
        side = rng.choice([-1.0, 1.0]) * rng.uniform(*far)
        yield one + rng.uniform(0.05, 0.95) * (other - one) + side * _left(one, other)


def _between(one: Floats, other: Floats, step: float) -> Floats:
    """Give points on the way from one end to the other, without the ends; at least one."""
    parts = max(2, int(np.hypot(*(other - one)) // step))
    share = np.arange(1, parts)[:, None] / parts
    found: Floats = one + share * (other - one)
    return found


def _left(one: Floats, other: Floats) -> Floats:
    way = other - one
    found: Floats = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 0.01)
    return found


def _turned(angle: float) -> Floats:
    return np.array([np.cos(angle), np.sin(angle)])


def _street_tags(row: Row) -> Tags:
    tags = dict(_HIGHWAYS[row["kind"]]) | _named(row)
    if row["lit"] is not None:
        tags["lit"] = "yes" if row["lit"] else "no"
    if row["step_free"]:
        tags["wheelchair"] = "yes"
    return tags


def _named(row: Mapping[str, Any]) -> Tags:
    return {"name": str(row["name"])} if row.get("name") else {}


def counted(extract: Extract) -> dict[str, int]:
    """Count what an extract holds."""
    parts: Iterable[tuple[str, Sequence[Any]]] = (
        ("nodes", extract.nodes),
        ("ways", extract.ways),
        ("relations", extract.relations),
    )
    return {name: len(some) for name, some in parts}
