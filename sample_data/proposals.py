"""Two proposals that wait for somebody at the desk: one of an organization, one of a map's data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import shapely

from layers.changes import Operation
from sample_data.ground import to_degrees
from sample_data.plan import Point
from sample_data.rows import Row

ANSWERED: Final = ("open-door", "legal-brinholm")
ASKED: Final = "sample-invitation"
# no node of OpenStreetMap has a number this high: it counts up one by one, and is far from here
NODE: Final = 990_000_000_000_001
SPOT: Final[Point] = (-1180, 900)


def invitation_rows(*, today: date) -> list[Row]:
    """Give the table invitations: one organization was asked by a sheet, and answered."""
    return [
        {
            "id": ASKED,
            "organization_id": ANSWERED[0],
            "made_on": today,
            "ends_on": today + timedelta(days=30),
            "answered_on": today,
        }
    ]


def proposal_rows(*, today: date) -> list[Row]:
    """Give the table proposals."""
    organization, service = ANSWERED
    answer = Operation(
        table="services", id=service, action="update", values={"papers_asked": False}, seen=1
    )
    return [
        {
            "id": "sample-answer",
            "source": "organization",
            "organization_id": organization,
            "table_name": "services",
            "row_id": service,
            "name": "Open Door north",
            "sort": "papers_asked",
            "invitation_id": ASKED,
            "operations": [answer.to_json()],
            "note": "We never ask for papers. Please say so.",
            "made_on": today,
            "state": "open",
        },
        _candidate(today),
    ]


def _candidate(today: date) -> Row:
    row = f"osm-node-{NODE}"
    name, hours = "Larkmoor toy library", "Mo,Th 14:00-18:00; PH off"
    source = {"says_who": "public_record", "source_file": "OpenStreetMap"}
    point = shapely.Point(*to_degrees([SPOT])[0])
    steps = (
        ("locations", row, {"name": name, "precision": "exact", "geometry": point}),
        ("services", row, {"name": name, "category": "childcare", "status": "active"}),
        ("service_at_location", row, {"service_id": row, "location_id": row}),
        (
            "schedules",
            row,
            {"service_at_location_id": row, "opening_hours": hours, "source_text": hours},
        ),
    )
    operations = [
        Operation(table=table, id=one, action="insert", values={**values, **source})
        for table, one, values in steps
    ]
    return {
        "id": f"osm:node/{NODE}",
        "source": "open_street_map",
        "table_name": "services",
        "row_id": row,
        "name": name,
        "sort": "childcare",
        "operations": [one.to_json() for one in operations],
        "made_on": today,
        "state": "open",
    }
