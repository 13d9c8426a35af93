"""How much is known: counts by hand, and unknown never counted as no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas, schema
from layers.quality import ATTRIBUTES, completeness


@pytest.fixture
def known(tmp_path: Path) -> pd.DataFrame:
    """Count a town of four services: hours of one, papers of two, a place of three."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        point = shapely.Point(11, 50)
        w.insert(
            "services",
            [
                {
                    "id": "1",
                    "name": "A",
                    "category": "legal",
                    "papers_asked": False,
                    "date_checked": pd.Timestamp("2024-01-01"),
                    "says_who": "provider",
                },
                {
                    "id": "2",
                    "name": "B",
                    "category": "legal",
                    "papers_asked": True,
                    "date_checked": pd.Timestamp("2026-01-01"),
                    "says_who": "users",
                },
                {"id": "3", "name": "C", "category": "legal"},
                {"id": "4", "name": "D", "category": "legal"},
            ],
        )
        w.insert(
            "locations",
            [
                {"id": "1", "precision": "exact", "geometry": point},
                {"id": "2", "precision": "hidden", "area_id": "x"},
                {"id": "3", "precision": "exact", "geometry": point},
                {"id": "4", "precision": "city", "address": "somewhere"},
            ],
        )
        w.insert(
            "service_at_location", [{"id": n, "service_id": n, "location_id": n} for n in "1234"]
        )
        w.insert(
            "schedules",
            [
                {"id": "1", "service_at_location_id": "1", "opening_hours": "Mo 9-12"},
                {"id": "2", "service_at_location_id": "2"},
            ],
        )
        w.insert(
            "population",
            [
                {"id": "a", "area_id": "x", "group_code": "all", "count": 9},
                {"id": "b", "area_id": "x", "group_code": "few", "suppressed": True},
                {"id": "c", "area_id": "x", "group_code": "none"},
            ],
        )
    return completeness({name: made.read(name) for name in schema.TABLES})


def row(known: pd.DataFrame, table: str, attribute: str) -> dict[str, Any]:
    mine = known[known["table"].eq(table) & known["attribute"].eq(attribute)]
    return {str(name): value for name, value in mine.to_dict("records")[0].items()}


def test_no_counts_as_known_and_unknown_does_not(known: pd.DataFrame) -> None:
    found = row(known, "services", "papers_asked")
    assert (found["rows"], found["known"], found["share"]) == (4, 2, 0.5)
    assert (found["provider"], found["users"], found["nobody"]) == (1, 1, 0)
    assert (found["oldest"], found["newest"]) == (
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2026-01-01"),
    )


def test_hours_without_a_text_are_unknown(known: pd.DataFrame) -> None:
    assert row(known, "services", "hours")["known"] == 1


def test_a_hidden_place_with_its_area_is_known_and_an_address_without_point_is_not(
    known: pd.DataFrame,
) -> None:
    found = row(known, "services", "place")
    assert (found["known"], found["undated"], found["nobody"]) == (3, 1, 1)


def test_withheld_is_neither_known_nor_unknown(known: pd.DataFrame) -> None:
    found = row(known, "population", "count")
    assert (found["rows"], found["known"], found["suppressed"]) == (3, 1, 1)


def test_an_empty_table_has_no_share_rather_than_zero(known: pd.DataFrame) -> None:
    found = row(known, "ties", "strength")
    assert found["rows"] == 0
    assert pd.isna(found["share"])


def test_every_attribute_of_the_list_has_its_row(known: pd.DataFrame) -> None:
    told = list(zip(known["table"], known["attribute"], strict=True))
    assert told == [(table, one) for table, names in ATTRIBUTES.items() for one in names]
