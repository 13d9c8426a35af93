"""A town of a few streets as an extract of OpenStreetMap, written by hand so that all is known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm import mutable

Tags = dict[str, str]


@dataclass
class Extract:
    """Objects by their identifiers; ``write`` puts them into a file, as they are."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], Tags]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[int, str]], Tags]] = field(default_factory=dict)

    def write(self, path: Path) -> Path:
        writer = osmium.SimpleWriter(str(path), overwrite=True)
        for one, place in sorted(self.nodes.items()):
            tags = self.node_tags.get(one, {})
            writer.add_node(mutable.Node(id=one, location=place, tags=tags))
        for one, (nodes, tags) in sorted(self.ways.items()):
            writer.add_way(mutable.Way(id=one, nodes=nodes, tags=tags))
        for one, (members, tags) in sorted(self.relations.items()):
            named = [("w", way, role) for way, role in members]
            writer.add_relation(mutable.Relation(id=one, members=named, tags=tags))
        writer.close()
        return path

    def but(self, **changes: object) -> Extract:
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]  # by name


def a_town() -> Extract:
    """Long Street with a footway off it, a bridge over a river and a path below it, and so on."""
    nodes = {
        1: (10.000, 50.000), 2: (10.001, 50.000), 3: (10.002, 50.000),
        4: (10.001, 50.001), 5: (10.000, 50.002), 6: (9.999, 50.0015), 7: (10.003, 50.0015),
        8: (9.999, 50.0012), 9: (10.0005, 50.0012), 10: (10.001, 50.0013), 11: (10.002, 50.001),
        12: (10.003, 50.000), 13: (10.003, 49.999), 14: (9.99, 49.99), 15: (10.01, 49.99),
        # the park, and the pond that is no part of it
        20: (10.004, 50.000), 21: (10.008, 50.000), 22: (10.008, 50.004), 23: (10.004, 50.004),
        24: (10.005, 50.001), 25: (10.006, 50.001), 26: (10.006, 50.002), 27: (10.005, 50.002),
        # a library, and a community centre around a yard
        40: (10.001, 49.998), 41: (10.002, 49.998), 42: (10.002, 49.999), 43: (10.001, 49.999),
        50: (9.996, 49.996), 51: (9.999, 49.996), 52: (9.999, 49.999), 53: (9.996, 49.999),
        54: (9.997, 49.997), 55: (9.998, 49.997), 56: (9.998, 49.998), 57: (9.997, 49.998),
        30: (10.0005, 50.0001), 31: (10.0071234, 50.0071234), 32: (10.0061234, 50.0061234),
        33: (10.0015, 50.0001), 34: (10.0025, 50.0002), 35: (10.0035, 50.0003),
    }  # fmt: skip
    node_tags: dict[int, Tags] = {
        30: {"amenity": "kindergarten", "name": "Sun", "opening_hours": "Mo-Fr 07:00-17:00",
             "language:de": "yes", "language:prs": "yes", "wheelchair": "yes", "phone": "+00 1",
             "addr:street": "Long Street", "addr:housenumber": "7", "addr:city": "Town",
             "contact:email": "somebody@town.example", "fee": "no", "check_date": "2026-01-31"},
        31: {"amenity": "social_facility", "social_facility": "shelter", "name": "Quiet Refuge"},
        32: {"office": "ngo", "name": "Lotus", "description": "help after domestic_violence"},
        33: {"amenity": "shelter", "shelter_type": "public_transport", "name": "Stop A"},
        34: {"amenity": "police", "name": "Police Station 4"},
        35: {"amenity": "Digital_Growth_Consultancy", "name": "Growth"},
    }  # fmt: skip
    ways: dict[int, tuple[list[int], Tags]] = {
        1: ([1, 2, 3], {"highway": "residential", "name": "Long Street", "lit": "yes"}),
        2: ([2, 4], {"highway": "footway", "surface": "cobblestone", "lit": "limited"}),
        3: ([1, 5], {"highway": "secondary", "bridge": "yes", "layer": "1"}),
        4: ([6, 7], {"waterway": "river", "name": "River"}),
        5: ([8, 9], {"highway": "path"}),
        6: ([4, 10], {"highway": "steps"}),
        7: ([3, 11], {"highway": "service", "access": "private"}),
        8: ([3, 12], {"highway": "service", "access": "private", "foot": "yes"}),
        9: ([14, 15], {"highway": "motorway"}),
        10: ([12, 13], {"highway": "footway", "tunnel": "yes", "lit": "no", "name": "Passage"}),
        20: ([20, 21, 22, 23, 20], {}),
        21: ([24, 25, 26, 27, 24], {"natural": "water"}),
        22: ([40, 41, 42, 43, 40], {"amenity": "bar;library", "name": "Books"}),
        23: ([50, 51, 52, 53, 50], {}),
        24: ([54, 55, 56, 57, 54], {}),
    }
    relations: dict[int, tuple[list[tuple[int, str]], Tags]] = {
        1: (
            [(20, "outer"), (21, "inner")],
            {"type": "multipolygon", "leisure": "park", "name": "Green"},
        ),
        2: (
            [(23, "outer"), (24, "inner")],
            {"type": "multipolygon", "amenity": "community_centre", "name": "Ring"},
        ),
    }
    return Extract(nodes, node_tags, ways, relations)
