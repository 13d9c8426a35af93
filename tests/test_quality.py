"""How much is known: counts by hand, and unknown never counted as no."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas, schema
from layers.quality import ATTRIBUTES, SETTLED_BY, ask_next, completeness, whom_to_ask


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
    tables = {name: made.read(name) for name in schema.TABLES}
    return completeness(tables, today=date(2026, 6, 1))


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


# --- whom to ask next --------------------------------------------------------------------------


DEGREE_M = 111_320  # metres of one degree of longitude at the equator, where the town below lies


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Lay four areas on the equator, 1 km apart, and three legal services at the first two.

    Near (1,200 m) of ``a`` (at 0 m) are the areas at 0 and 1,000 m, of ``b`` (at 1,000 m) those at
    0, 1,000 and 2,000 m; ``c`` has no point.
    """
    made = atlas.create(tmp_path / "line.gpkg", name="Line", metres_crs="EPSG:32631")
    at = [3 + metres / DEGREE_M for metres in (0, 1000, 2000, 3000)]
    people: list[float | None] = [100, 20, 40, None]
    with made.write() as w:
        w.insert(
            "areas",
            [
                {
                    "id": f"a{n}",
                    "level": "cell",
                    "geometry": shapely.Point(lon, 0).buffer(0.0005, quad_segs=8),
                }
                for n, lon in enumerate(at)
            ],
        )
        w.insert("population_groups", [{"id": "all", "label": "All", "dimension": "all"}])
        w.insert(
            "population",
            [
                {"id": f"p{n}", "area_id": f"a{n}", "group_code": "all", "count": count}
                | ({"suppressed": True} if count is None else {})
                for n, count in enumerate(people)
            ],
        )
        w.insert("organizations", [{"id": "one", "name": "One"}, {"id": "two", "name": "Two"}])
        answered = {"papers_asked": False, "women_only": False, "free": True, "category": "legal"}
        w.insert(
            "services",
            [
                answered | {"id": "a", "name": "A", "organization_id": "one", "papers_asked": None},
                answered | {"id": "b", "name": "B", "organization_id": "two", "free": None},
                answered | {"id": "c", "name": "C", "organization_id": "two", "free": None},
            ],
        )
        w.insert(
            "locations",
            [
                {
                    "id": one,
                    "precision": "exact",
                    "step_free": True,
                    "geometry": shapely.Point(at[n], 0),
                }
                for n, one in enumerate("ab")
            ],
        )
        w.insert(
            "service_at_location", [{"id": n, "service_id": n, "location_id": n} for n in "ab"]
        )
        w.insert(
            "schedules",
            [
                {"id": "ha", "service_at_location_id": "a", "opening_hours": "Mo 09:00-12:00"},
                {"id": "hb", "service_at_location_id": "b"},
            ],
        )
        w.insert("service_languages", [{"id": n, "service_id": n, "language": "de"} for n in "abc"])
    return made


def asked(made: atlas.Atlas, **choice: str) -> dict[tuple[str, str], float]:
    tables = {name: made.read(name) for name in schema.TABLES}
    facts = ask_next(tables, metres_crs="EPSG:32631", **choice)
    return dict(
        zip(zip(facts["service_id"], facts["fact"], strict=True), facts["people"], strict=True)
    )


def test_people_hang_on_a_fact_unless_another_service_near_is_known_to_let_them_in(
    town: atlas.Atlas,
) -> None:
    assert asked(town) == {
        # b is known to ask for no papers and is near all who are near a
        ("a", "papers_asked"): 0,
        # a is free and open at known hours, near the areas at 0 and 1,000 m: 40 people are left
        ("b", "free"): 40,
        ("b", "hours"): 40,
    }


def test_an_answer_that_keeps_people_out_settles_nothing(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.update("services", "b", {"papers_asked": True}, seen=1)
    assert asked(town)["a", "papers_asked"] == 120  # the areas at 0 and 1,000 m


def test_withheld_people_count_as_none_and_other_needs_are_another_matter(
    town: atlas.Atlas,
) -> None:
    with town.write() as w:
        w.update("services", "a", {"category": "health"}, seen=1)
    found = asked(town)
    assert found["b", "free"] == 160  # not the area at 3,000 m, where few are withheld
    assert asked(town, category="health") == {("a", "papers_asked"): 120}


def test_services_that_have_ended_are_not_asked(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.update("services", "b", {"status": "defunct"}, seen=1)
    assert asked(town) == {("a", "papers_asked"): 120}


def test_without_people_nobody_hangs_on_it_rather_than_nought(tmp_path: Path) -> None:
    made = atlas.create(tmp_path / "empty.gpkg", name="Empty")
    with made.write() as w:
        w.insert("services", [{"id": "1", "name": "A", "category": "legal"}])
        w.insert("locations", [{"id": "1", "precision": "exact", "geometry": shapely.Point(3, 0)}])
        w.insert("service_at_location", [{"id": "1", "service_id": "1", "location_id": "1"}])
    found = asked(made)
    assert len(found) == len(SETTLED_BY)
    assert all(pd.isna(people) for people in found.values())


def test_organizations_are_in_the_order_of_their_sums(town: atlas.Atlas) -> None:
    tables = {name: town.read(name) for name in schema.TABLES}
    whom = whom_to_ask(ask_next(tables, metres_crs="EPSG:32631"))
    assert whom.to_dict("records") == [
        {"organization_id": "two", "people": 80.0, "most": 40.0, "questions": 2, "services": 1},
        {"organization_id": "one", "people": 0.0, "most": 0.0, "questions": 1, "services": 1},
    ]


def test_older_than_a_year_counts_the_dated_only(known: pd.DataFrame) -> None:
    # two of four services say whether papers are asked: checked 2024-01-01 and 2026-01-01
    assert row(known, "services", "papers_asked")["old"] == 1
    assert row(known, "services", "place")["old"] == 1
