"""Reading an extract of OpenStreetMap (.osm.pbf): what is walked on, drawn, known and offered.

Runs in the child process. What goes back is JSON: numbers packed as base64 of arrays, for a city
has half a million of them, and the few tags that are used. Whatever may be a refuge stays behind.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import osmium

from layers.errors import LayerError
from layers.importing import osm_tags
from layers.importing.tables import clean

Told: TypeAlias = Callable[[int, int], None]
Point: TypeAlias = tuple[int, int, int]  # identifier of the node, x, y
Box: TypeAlias = tuple[float, float, float, float]
NOWHERE = 2_147_483_647  # osmium's word for a node that the extract lacks
UNIT = 10_000_000  # OpenStreetMap counts in ten millionths of a degree
MAX_TEXT = 300
EVERY = 20_000  # objects between two words about how far it is
PARTS = ("streets", "ground", "places", "services")
# what a candidate keeps of its tags: nothing about people who work there
KEPT = (
    "name", "alt_name", "description", "opening_hours", "opening_hours:note", "wheelchair",
    "female", "male", "unisex", "fee", "min_age", "max_age", "capacity", "operator", "website",
    "contact:website", "url", "phone", "contact:phone", "check_date", "check_date:opening_hours",
    "survey:date", "social_facility:for", "amenity", "social_facility", "office", "government",
    "healthcare", "healthcare:speciality", "addr:street", "addr:place", "addr:housenumber",
    "addr:postcode", "addr:city",
)  # fmt: skip
_NODE_KEYS = ("amenity", "office", "healthcare", "social_facility", "railway", "place",
              "public_transport", "leisure", "disused", "abandoned")  # fmt: skip
_WAY_KEYS = (*_NODE_KEYS, "highway", "natural", "landuse", "waterway", "man_made")
_AREA_KEYS = tuple(key for key in _WAY_KEYS if key != "highway")


def read(
    path: Path, options: Mapping[str, Any] | None = None, told: Told | None = None
) -> dict[str, Any]:
    """Read one extract.

    Parameters
    ----------
    path
        A file in the PBF format.
    options
        ``box``: west, south, east, north in degrees, beyond which nothing is taken; ``parts``:
        some of ``PARTS``.
    told
        Is called now and then with the number of objects looked at, and 0: nobody knows of how
        many.

    Returns
    -------
    found
        ``nodes`` (``ids`` int64, ``xy`` int32 pairs in ten millionths of a degree), ``ways``
        (``ids``, ``starts``, ``ends`` into ``refs``, which are places in ``nodes``; ``facts``:
        kind, name, lit, step_free, highway), ``ground``, ``coast``, ``places``, ``services``,
        ``counts`` of what was seen and left out.

    Raises
    ------
    LayerError
        ``osm_no_places`` where no object has a place: the file holds no nodes before its ways.
    """
    asked = options or {}
    box = asked.get("box")
    reader = _Extract(tuple(box) if box else None, tuple(asked.get("parts") or PARTS))
    for done, found in enumerate(_objects(path)):
        if told is not None and done % EVERY == 0:
            told(done, 0)
        reader.take(found)
    return reader.result()


def _objects(path: Path) -> Iterator[Any]:
    file = osmium.io.File(str(path), "pbf")  # said, so that the name of the file decides nothing
    process = osmium.FileProcessor(file).with_areas(osmium.filter.KeyFilter(*_AREA_KEYS))
    nodes = osmium.filter.KeyFilter(*_NODE_KEYS)
    nodes.enable_for(osmium.osm.NODE)
    others = osmium.filter.KeyFilter(*_WAY_KEYS)
    others.enable_for(osmium.osm.WAY | osmium.osm.RELATION | osmium.osm.AREA)
    return iter(process.with_filter(nodes).with_filter(others))


class _Extract:
    """Collects what one file holds."""

    def __init__(self, box: Box | None, parts: tuple[str, ...]) -> None:
        self.box = None if box is None else tuple(round(side * UNIT) for side in box)
        self.parts = parts
        self.counts: Counter[str] = Counter()
        self.refs: list[int] = []
        self.xs: list[int] = []
        self.ys: list[int] = []
        self.ways: list[tuple[int, int, int]] = []  # identifier, first and last ref
        self.facts: list[list[Any]] = []
        self.ground: list[list[Any]] = []
        self.coast: list[list[Any]] = []
        self.places: list[list[Any]] = []
        self.services: list[list[Any]] = []
        self.wkb = osmium.geom.WKBFactory()

    def take(self, found: Any) -> None:  # noqa: ANN401 - osmium has no types
        """Look at one object."""
        if found.is_node():
            self._node(found)
        elif found.is_way():
            self._way(found)
        elif found.is_area() and not found.from_way():
            self._area(found)
        elif found.is_relation() and _is_area(found) and self._seen(_tags(found)):
            self.counts["relations"] += 1

    def result(self) -> dict[str, Any]:
        """Give everything, packed."""
        if self.counts["without_place"] and not self.counts["placed"]:
            raise LayerError("osm_no_places")
        refs = np.array(self.refs, dtype=np.int64)
        ids, first, place = np.unique(refs, return_index=True, return_inverse=True)
        xy = np.column_stack([self.xs, self.ys]).astype(np.int32).reshape(-1, 2)[first]
        ways = np.array(self.ways, dtype=np.int64).reshape(-1, 3)
        return {
            "nodes": {"ids": packed(ids), "xy": packed(xy)},
            "ways": {
                "ids": packed(ways[:, 0]),
                "starts": packed(ways[:, 1]),
                "ends": packed(ways[:, 2]),
                "refs": packed(place.reshape(-1).astype(np.int64)),
                "facts": self.facts,
            },
            "ground": self.ground,
            "coast": self.coast,
            "places": self.places,
            "services": self.services,
            "counts": dict(self.counts),
        }

    def _node(self, node: Any) -> None:  # noqa: ANN401 - osmium has no types
        tags = _tags(node)
        if not node.location.valid() or osm_tags.is_plain(tags):
            return
        spot = [[node.location.x, node.location.y]]
        self._thing(f"node/{node.id}", tags, spot=spot)

    def _way(self, way: Any) -> None:  # noqa: ANN401 - osmium has no types
        tags = _tags(way)
        kind = osm_tags.street_kind(tags) if "streets" in self.parts else None
        if kind is None and not self._seen(tags) and tags.get("natural") != "coastline":
            return
        corners = [(n.ref, n.x, n.y) for n in way.nodes]
        points = [one for one in corners if one[1] != NOWHERE]
        whole = len(points) == len(corners)
        self.counts["placed" if points else "without_place"] += 1
        self.counts["cut"] += not whole
        if len(points) < 2:
            return
        if not self._inside(points):
            self.counts["outside_streets" if kind else "outside"] += 1
            return
        if kind is not None:
            self._street(way.id, kind, tags, [points] if whole else _runs(corners))
        if osm_tags.is_plain(tags) and tags.get("natural") != "coastline":
            return
        line = [[x, y] for _, x, y in points]
        if tags.get("natural") == "coastline" and "ground" in self.parts:
            self.coast.append([int(way.id), line])
        closed = whole and len(points) > 3 and points[0][0] == points[-1][0]
        self._thing(f"way/{way.id}", tags, line=line, closed=closed and tags.get("area") != "no")

    def _area(self, area: Any) -> None:  # noqa: ANN401 - osmium has no types
        tags = _tags(area)
        if not self._seen(tags):
            return
        self.counts["assembled"] += 1
        rings = [[(n.x, n.y) for n in ring] for ring in area.outer_rings()]
        if not rings:
            return
        if not self._inside([(0, x, y) for ring in rings for x, y in ring]):
            self.counts["outside"] += 1
            return
        shape = str(self.wkb.create_multipolygon(area))
        self._thing(f"relation/{area.orig_id()}", tags, wkb=shape)

    def _street(self, way: int, kind: str, tags: dict[str, str], runs: list[list[Point]]) -> None:
        facts = [kind, _text(tags, "name"), osm_tags.lit(tags), osm_tags.step_free(tags)]
        facts.append(tags["highway"][:MAX_TEXT])
        for points in runs:
            first = len(self.refs)
            refs, xs, ys = zip(*points, strict=True)
            self.refs.extend(refs)
            self.xs.extend(xs)
            self.ys.extend(ys)
            self.ways.append((way, first, len(self.refs)))
            self.facts.append(facts)

    def _thing(self, name: str, tags: dict[str, str], **shape: Any) -> None:  # noqa: ANN401 - a shape as JSON
        """Take what is drawn, known or offered; ``shape`` is one of spot, line, wkb."""
        area = "wkb" in shape or bool(shape.get("closed"))
        if any(tags.get(key) == "yes" for key in ("disused", "abandoned", "demolished")):
            return
        protected = osm_tags.is_protected(tags)
        if "ground" in self.parts and "spot" not in shape:
            kind = osm_tags.ground_kind(tags, area=area)
            if kind is not None:
                called = None if protected else _text(tags, "name")
                self.ground.append([name, kind, called, shape])
        category = osm_tags.service_category(tags)
        if protected:
            self.counts["hidden"] += 1
            return
        if "spot" in shape and not self._inside([(0, *shape["spot"][0])]):
            self.counts["outside"] += 1
            return
        kind = osm_tags.place_kind(tags) if "places" in self.parts else None
        if kind is not None:
            self.places.append([name, kind, _text(tags, "name"), shape])
        if "services" in self.parts:
            if category is not None:
                self.services.append([name, category, _kept(tags), shape])
            elif osm_tags.lacks_category(tags):
                self.counts["no_category"] += 1

    def _seen(self, tags: dict[str, str]) -> bool:
        return any(
            (
                osm_tags.ground_kind(tags, area=True),
                osm_tags.ground_kind(tags, area=False),
                osm_tags.place_kind(tags),
                osm_tags.service_category(tags),
                osm_tags.lacks_category(tags),
            )
        )

    def _inside(self, points: list[Point]) -> bool:
        if self.box is None:
            return True
        west, south, east, north = self.box
        xs, ys = [x for _, x, _ in points], [y for _, _, y in points]
        return min(xs) <= east and max(xs) >= west and min(ys) <= north and max(ys) >= south


def _runs(corners: list[Point]) -> list[list[Point]]:
    """Part a way where a corner has no place, at the edge of an extract: never leap over a gap."""
    runs: list[list[Point]] = [[]]
    for one in corners:
        if one[1] == NOWHERE:
            runs.append([])
        else:
            runs[-1].append(one)
    return [run for run in runs if len(run) > 1]


def packed(values: np.ndarray[Any, Any]) -> str:
    """Write an array as text: base64 of its bytes, little-endian."""
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def unpacked(text: str, kind: str) -> np.ndarray[Any, Any]:
    """Read what :func:`packed` wrote.

    Examples
    --------
    >>> unpacked(packed(np.array([1, -2], dtype=np.int32)), "int32").tolist()
    [1, -2]
    """
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=np.dtype(kind))


def _tags(found: Any) -> dict[str, str]:  # noqa: ANN401 - osmium has no types
    return {tag.k: tag.v for tag in found.tags}


def _text(tags: Mapping[str, str], key: str) -> str | None:
    text = clean(tags.get(key))
    return None if text is None else text[:MAX_TEXT]


def _kept(tags: dict[str, str]) -> dict[str, str]:
    wanted = [key for key in tags if key in KEPT or key.startswith("language:")]
    return {key[:MAX_TEXT]: text for key in wanted if (text := _text(tags, key)) is not None}


def _is_area(relation: Any) -> bool:  # noqa: ANN401 - osmium has no types
    return relation.tags.get("type") in ("multipolygon", "boundary")
