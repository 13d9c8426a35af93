"""A town of which much is unknown, kept in an atlas: whom to phone first."""

from __future__ import annotations

from pathlib import Path

from layers import atlas
from mapping.personas import Persona
from tests.helpers.town import META, Town

TABLES = (
    *("areas", "population_groups", "population", "organizations", "services", "locations"),
    *("service_at_location", "schedules", "service_languages"),
    *("street_nodes", "streets", "ground"),
)
WEST, EAST, NEVER = "Tea & <b>House</b>", "Law house", "tea-mobile"
SELAM = Persona(
    category="legal", name="Selam", when="evening", language="ti", no_papers=True, free=True
)


def town() -> Town:
    """Make it: much is unknown west of the river, one fact east of it."""
    made = Town()
    made.people({"c100": 100, "c300": 200, "c1300": 300, "c1500": 80})
    made.rows["organizations"] = [
        {"id": "tea", "name": WEST, "private_contact": NEVER, "public_contact": "tea@example.org"},
        {"id": "law", "name": EAST},
    ]
    made.service("advice", (300, 0), organization_id="tea", free=None)
    made.service(
        "law",
        (1300, 0),
        organization_id="law",
        hours="Mo-Fr 17:00-21:00",
        languages={"ti": None},
        free=True,
        papers_asked=False,
    )
    return made


def stored(made: Town, path: Path) -> atlas.Atlas:
    """Keep a town in an atlas."""
    kept = atlas.create(
        path,
        name=META["name"],
        metres_crs=META["metres_crs"],
        country=META["country"],
        timezone=META["timezone"],
        invented=True,
    )
    with kept.write() as writer:
        for table in TABLES:
            if made.rows[table]:
                writer.insert(table, made.rows[table])
    return kept
