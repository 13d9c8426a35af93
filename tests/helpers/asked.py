"""A small town with organizations that are asked what we hold about them."""

from __future__ import annotations

from pathlib import Path

import shapely

from layers import atlas

ADDRESS = "Lindenstraße 17, 12345 Town"
# none of this may ever reach the page or the sheet of another organization, nor of amal itself
NEVER = ("amal-mobile", "city-mobile", "other-contact", "Secret Partner", "why-she-left")


def town(path: Path) -> atlas.Atlas:
    """Make a town: amal with a service, a place and ties; a shelter; a partner who refused."""
    made = atlas.create(path, name="Town", country="DE", timezone="Europe/Berlin")
    with made.write() as w:
        w.insert(
            "areas",
            [
                {
                    "id": "west",
                    "name": "West",
                    "level": "district",
                    "geometry": shapely.box(11, 50, 12, 51),
                }
            ],
        )
        w.insert(
            "locations",
            [
                {
                    "id": "house",
                    "precision": "exact",
                    "name": "Linden house",
                    "address": ADDRESS,
                    "geometry": shapely.Point(11.5, 50.5),
                },
                {
                    "id": "refuge",
                    "precision": "hidden",
                    "area_id": "west",
                    "public_contact": "0800 1",
                },
            ],
        )
        w.insert(
            "organizations",
            [
                {
                    "id": "amal",
                    "name": "Amal",
                    "kind": "migrant_led",
                    "location_id": "house",
                    "migrant_led": True,
                    "private_contact": "amal-mobile",
                    "communities": ["ar"],
                },
                {
                    "id": "city",
                    "name": "City",
                    "private_contact": "city-mobile",
                    "public_contact": "other-contact",
                    "description": "=1+1",
                },
                {"id": "shelter", "name": "Shelter", "location_id": "refuge"},
                {"id": "secret", "name": "Secret Partner", "consent_shown": False},
            ],
        )
        w.insert(
            "services",
            [
                {
                    "id": "advice",
                    "name": "Advice",
                    "category": "legal",
                    "organization_id": "amal",
                    "free": True,
                    "description": "Ring at Lindenstraße 17",
                },
                {"id": "desk", "name": "Desk", "category": "housing", "organization_id": "city"},
                {
                    "id": "beds",
                    "name": "Beds",
                    "category": "violence_support",
                    "organization_id": "shelter",
                },
            ],
        )
        w.insert("service_languages", [{"id": "l1", "service_id": "advice", "language": "ar"}])
        w.insert(
            "service_at_location",
            [
                {"id": "at-house", "service_id": "advice", "location_id": "house"},
                {"id": "at-refuge", "service_id": "beds", "location_id": "refuge"},
            ],
        )
        w.insert(
            "schedules",
            [{"id": "h1", "service_at_location_id": "at-house", "opening_hours": "Mo 09:00-12:00"}],
        )
        tie = {"kind": "refers_to", "direction": "directed", "strength": 2}
        w.insert(
            "ties",
            [
                {"id": "t-out", "from_id": "amal", "to_id": "city", **tie},
                {"id": "t-refused", "from_id": "secret", "to_id": "amal", **tie},
                {**tie, "id": "t-trust", "from_id": "city", "to_id": "amal", "kind": "trusts"},
                {
                    **tie,
                    "id": "t-other",
                    "from_id": "city",
                    "to_id": "shelter",
                    "gives": "why-she-left",
                },
            ],
        )
        w.insert(
            "trust",
            [
                {
                    "id": "tr",
                    "community": "ar",
                    "organization_id": "amal",
                    "state": "not_trusted",
                    "said_by": "5-9",
                }
            ],
        )
        w.insert("usage", [{"id": "u", "service_id": "advice", "group_code": "all", "count": 4321}])
    return made
