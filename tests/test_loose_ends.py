"""Loose ends and disagreements: a small town in which every fault is there once, by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import shapely

from layers import atlas, changes, schema
from layers.history import Revision
from layers.loose_ends import LISTS, Voice, disagreements, loose_ends, settle

TODAY = date(2026, 6, 1)
POINT = shapely.Point(11, 50)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert(
            "organizations",
            [
                {"id": "tied", "name": "Tied", "location_id": "office"},
                {"id": "other", "name": "Other", "date_checked": date(2025, 6, 1)},
                {"id": "alone", "name": "Alone"},
                {"id": "group", "name": "Group", "communities": ["so"]},
            ],
        )
        w.insert(
            "ties",
            [
                {
                    "id": "t1",
                    "from_id": "tied",
                    "to_id": "other",
                    "kind": "funds",
                    "direction": "directed",
                    "date_checked": date(2024, 1, 1),
                },
                {
                    "id": "ended",
                    "from_id": "tied",
                    "to_id": "other",
                    "kind": "advises",
                    "direction": "directed",
                    "until": date(2024, 2, 1),
                    "date_checked": date(2024, 1, 1),
                },
            ],
        )
        service = {"category": "legal"}
        w.insert(
            "services",
            [
                service | {"id": "whole", "name": "Whole", "organization_id": "tied"},
                service | {"id": "nobodys", "name": "Nobody's"},
                service | {"id": "nowhere", "name": "Nowhere", "organization_id": "tied"},
                service
                | {
                    "id": "online",
                    "name": "Online",
                    "organization_id": "tied",
                    "setting": "online",
                },
                service | {"id": "refuge", "name": "Refuge", "organization_id": "tied"},
                service | {"id": "district", "name": "District", "organization_id": "tied"},
            ],
        )
        w.insert(
            "locations",
            [
                {"id": "office", "precision": "exact", "geometry": POINT},
                {"id": "empty", "precision": "exact", "geometry": POINT, "name": "Empty"},
                {"id": "hidden", "precision": "hidden", "area_id": "west"},
                {"id": "rough", "precision": "area", "area_id": "west"},
                {"id": "lost", "precision": "city", "address": "somewhere"},
            ],
        )
        at = {"whole": "office", "nobodys": "office", "nowhere": "lost", "refuge": "hidden"}
        at["district"] = "rough"
        w.insert(
            "service_at_location",
            [
                {"id": f"{one}@", "service_id": one, "location_id": place}
                for one, place in at.items()
            ],
        )
        w.insert(
            "schedules",
            [
                {"id": "s1", "service_at_location_id": "whole@", "source_text": "ring the bell"},
                {"id": "s2", "service_at_location_id": "nobodys@"},
            ],
        )
        w.insert(
            "service_languages",
            [
                {"id": "l1", "service_id": "whole", "language": "so"},
                {"id": "l2", "service_id": "whole", "language": "de", "level": "staff"},
            ],
        )
        w.insert(
            "areas",
            [
                {"id": "west", "name": "West", "level": "district"},
                {"id": "east", "name": "East", "level": "district"},
                {"id": "q", "name": "Quarter", "level": "quarter"},  # nobody counts quarters
            ],
        )
        w.insert(
            "population",
            [
                {"id": "1", "area_id": "west", "group_code": "all", "count": 9},
                {
                    "id": "2",
                    "area_id": "west",
                    "group_code": "women",
                    "count": 5,
                    "counted_on": TODAY,
                },
            ],
        )
    return made


def tables(made: atlas.Atlas) -> dict[str, pd.DataFrame]:
    return {name: made.read(name) for name in schema.TABLES}


def test_every_list_holds_the_one_row_that_lacks_something(town: atlas.Atlas) -> None:
    found = loose_ends(tables(town), today=TODAY)
    assert tuple(found) == LISTS
    assert {name: rows["row"].tolist() for name, rows in found.items()} == {
        "actors_without_ties": ["group", "alone"],  # one that serves a community comes first
        "services_without_actor": ["nobodys"],
        "services_without_place": ["nowhere"],
        "places_unused": ["empty"],
        "languages_without_level": ["l1"],
        "hours_not_understood": ["s1"],
        "old": ["t1"],  # 2025-06-01 is a year ago, not more; what has ended is not asked for
        "counts_without_day": ["1"],
        "areas_without_people": ["east"],
    }
    assert found["hours_not_understood"].iloc[0]["note"] == "ring the bell"
    assert found["hours_not_understood"].iloc[0]["service_id"] == "whole"
    assert found["old"].iloc[0]["name"] == "Tied \u2013 Other"


def test_an_empty_atlas_has_no_loose_ends(tmp_path: Path) -> None:
    made = atlas.create(tmp_path / "empty.gpkg", name="Empty")
    assert all(rows.empty for rows in loose_ends(tables(made)).values())
    assert disagreements(tables(made)) == []


# --- voices -----------------------------------------------------------------------------------


def say(made: atlas.Atlas, *said: dict[str, object]) -> None:
    with made.write() as w:
        w.insert(
            "statements",
            [
                {"id": f"v{n}", "table_name": "services", "row_id": "whole", "says_who": "users"}
                | one
                for n, one in enumerate(said)
            ],
        )


def test_another_word_than_the_rows_is_a_disagreement_and_the_same_word_is_none(
    town: atlas.Atlas,
) -> None:
    with town.write() as w:
        facts = {"papers_asked": False, "walk_in": True, "says_who": "provider"}
        w.update("services", "whole", facts, seen=1)
    say(
        town,
        {"attribute": "walk_in", "value": "0", "date_checked": TODAY},
        {"attribute": "papers_asked", "value": "1", "said_by": "5-9"},
        {"attribute": "papers_asked", "value": "0"},
        {"attribute": "free", "value": "1"},  # the row does not know: nobody disagrees
        {"attribute": "capacity", "value": "many"},  # not a number
        {"attribute": "nonsense", "value": "1"},
        {"attribute": "walk_in", "value": "0", "row_id": "gone"},
    )
    found = disagreements(tables(town))
    # papers decide answers today and come first, though said on no known day
    assert [(one.row, one.column) for one in found] == [
        ("whole", "papers_asked"),
        ("whole", "walk_in"),
    ]
    assert [(voice.value, voice.who, voice.said_by) for voice in found[0].voices] == [
        ("0", "provider", None),
        ("1", "users", "5-9"),
        ("0", "users", None),
    ]


def test_two_sources_may_disagree_where_the_row_knows_nothing(town: atlas.Atlas) -> None:
    say(town, {"attribute": "free", "value": "1"}, {"attribute": "free", "value": "0"})
    (found,) = disagreements(tables(town))
    assert [voice.value for voice in found.voices] == [None, "1", "0"]


def test_what_is_said_of_a_hidden_place_is_not_listed(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.update("locations", "hidden", {"step_free": True}, seen=1)
    say(
        town,
        {"table_name": "locations", "row_id": "hidden", "attribute": "step_free", "value": "0"},
    )
    assert disagreements(tables(town)) == []


@pytest.mark.parametrize("take", ["v0", ""], ids=["theirs", "ours"])
def test_a_decision_loses_no_voice_and_can_be_undone(town: atlas.Atlas, take: str) -> None:
    holds = take == "v0"
    with town.write() as w:
        facts = {"papers_asked": False, "says_who": "provider", "date_checked": date(2024, 1, 1)}
        w.update("services", "whole", facts, seen=1)
    said_on = {"date_checked": TODAY, "said_by": "20+"}
    say(town, {"attribute": "papers_asked", "value": "1"} | said_on)
    before = tables(town)
    (one,) = disagreements(before)
    made = changes.carry_out(town, settle(before, one, take), Revision(kind="edit"))
    after = tables(town)
    service = after["services"].set_index("id").loc["whole"]
    assert bool(service["papers_asked"]) is holds
    assert service["says_who"] == ("users" if holds else "provider")
    assert disagreements(after) == []
    # both words are still there, in the row or beside it
    beside = set(after["statements"]["value"])
    assert {"1" if holds else "0", *beside} == {"0", "1"}
    changes.undo(town, made)
    (again,) = disagreements(tables(town))
    assert again.voices[0] == Voice("0", "provider", pd.Timestamp("2024-01-01"))
    assert len(tables(town)["statements"]) == 1


def test_a_new_voice_after_a_decision_is_listed_again(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.update("services", "whole", {"papers_asked": False}, seen=1)
    say(town, {"attribute": "papers_asked", "value": "1"})
    before = tables(town)
    changes.carry_out(
        town, settle(before, disagreements(before)[0]), Revision(kind="edit", who="A")
    )
    say(town, {"id": "later", "attribute": "papers_asked", "value": "1"})
    assert len(disagreements(tables(town))) == 1
