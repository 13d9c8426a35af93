"""Merging: no trace of the one that went, nothing added up, nothing shown, and all of it undone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import atlas, changes, history, inviting, merging, schema
from layers.errors import LayerError
from tests.helpers.sampled import examples

POINT = shapely.Point(11, 50)
WORK_NOTES = ("history", "revisions")  # what happened may name what is gone


def tie(row: str, ends: str, kind: str = "funds", **more: object) -> dict[str, Any]:
    return {
        "id": row,
        "from_id": ends[0],
        "to_id": ends[1],
        "kind": kind,
        "direction": "directed",
        **more,
    }


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Make a town: actors a and b are one, and every table names b somewhere."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert(
            "locations",
            [
                {"id": "at-a", "precision": "exact", "geometry": POINT, "address": "Mill Road 1"},
                {"id": "at-b", "precision": "exact", "geometry": POINT, "address": "Mill Road 2"},
                {"id": "shared", "precision": "exact", "geometry": POINT},
            ],
        )
        w.insert(
            "organizations",
            [
                {
                    "id": "a",
                    "name": "Sun House",
                    "location_id": "at-a",
                    "women_led": True,
                    "sector": "health",
                    "consent_shown": True,
                    "date_checked": date(2026, 3, 1),
                    "extra": {"code": "7", "both": "ours"},
                },
                {
                    "id": "b",
                    "name": "Sunhouse",
                    "location_id": "at-b",
                    "sector": "migrants",
                    "url": "https://sun.example",
                    "communities": ["so"],
                    "consent_shown": False,
                    "date_checked": date(2025, 1, 1),
                    "extra": {"both": "theirs", "more": "x"},
                },
                {"id": "c", "name": "City"},
                {"id": "d", "name": "Desk"},
            ],
        )
        w.insert(
            "ties",
            [
                tie("ac", "ac", strength=2),
                tie("bc", "bc", strength=3, gives="money"),  # the same tie once more
                tie("bd", "bd"),
                tie("cb", "cb"),  # the other way round: another tie
                tie("bc-then", "bc", until=date(2020, 1, 1)),  # an earlier one
                tie("ab", "ab"),  # between the two
                tie("ad", "ad", "shares_space", direction="mutual"),
                tie("db", "db", "shares_space", direction="mutual", strength=1),  # either way
            ],
        )
        w.insert(
            "services",
            [
                {"id": "s", "name": "Advice", "category": "legal", "organization_id": "b"},
                {"id": "s2", "name": "Advice", "category": "legal", "walk_in": True},
            ],
        )
        w.insert(
            "assets",
            [{"id": "x", "name": "Room", "kind": "place", "organization_id": "b"}],
        )
        w.insert("bodies", [{"id": "council", "name": "Council", "kind": "other"}])
        w.insert(
            "seats",
            [
                {"id": "1", "body_id": "council", "organization_id": "a", "state": "attending"},
                {"id": "2", "body_id": "council", "organization_id": "b", "state": "attending"},
                {"id": "3", "body_id": "council", "organization_id": "b", "state": "declined"},
            ],
        )
        w.insert("sessions", [{"id": "past", "title": "Past"}])
        trust = {"community": "so", "said_by": "5-9", "session_id": "past"}
        w.insert(
            "trust",
            [
                trust | {"id": "1", "organization_id": "a", "state": "trusted"},
                trust | {"id": "2", "organization_id": "b", "state": "trusted"},
                trust | {"id": "3", "organization_id": "b", "state": "mixed"},
            ],
        )
        w.insert(
            "statements",
            [
                {
                    "id": "said",
                    "table_name": "organizations",
                    "row_id": "b",
                    "attribute": "women_led",
                    "value": "0",
                },
            ],
        )
        w.insert(
            "not_same",
            [
                {"id": "1", "table_name": "organizations", "row_id": "b", "other_id": "c"},
                {"id": "2", "table_name": "organizations", "row_id": "a", "other_id": "b"},
            ],
        )
        w.insert("invitations", [{"id": "i", "organization_id": "b"}])
        standing = {"power": 1, "interest": 4, "affected": True}
        w.insert(
            "standings",
            [
                standing | {"id": "1", "organization_id": "a"},
                standing | {"id": "2", "organization_id": "b"},
                standing | {"id": "3", "organization_id": "b", "question": "The new school"},
            ],
        )
        w.insert(
            "bans",
            [
                {"id": "1", "from_id": "a", "to_id": "c"},
                {"id": "2", "from_id": "c", "to_id": "b", "reason": "They asked for it."},
                {"id": "3", "from_id": "b", "to_id": "a"},
            ],
        )
        said = {"about": "standings", "words": "We decide nothing."}
        w.insert("replies", [{"id": "1", "organization_id": "b", **said}])
        w.insert(
            "proposals",
            [
                {
                    "id": "old",
                    "source": "organization",
                    "organization_id": "b",
                    "table_name": "organizations",
                    "row_id": "b",
                    "operations": [],
                    "state": "refused",
                },
            ],
        )
    return made


@pytest.fixture
def offers(town: atlas.Atlas) -> atlas.Atlas:
    """Give the two services their places, hours, languages and use."""
    with town.write() as w:
        w.insert(
            "service_at_location",
            [
                {"id": "l1", "service_id": "s", "location_id": "shared"},
                {"id": "l2", "service_id": "s2", "location_id": "shared"},
                {"id": "l3", "service_id": "s2", "location_id": "at-b"},
            ],
        )
        w.insert(
            "schedules",
            [
                {"id": "h1", "service_at_location_id": "l1", "opening_hours": "Mo 09:00-12:00"},
                {"id": "h2", "service_at_location_id": "l2", "opening_hours": "Mo 09:00-12:00"},
                {"id": "h3", "service_at_location_id": "l2", "opening_hours": "Tu 09:00-12:00"},
                {"id": "h4", "service_at_location_id": "l3", "opening_hours": "We 09:00-12:00"},
            ],
        )
        w.insert(
            "service_languages",
            [
                {"id": "d1", "service_id": "s", "language": "de"},
                {"id": "d2", "service_id": "s2", "language": "de", "level": "staff"},
                {"id": "so", "service_id": "s2", "language": "so"},
            ],
        )
        year = {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31)}
        w.insert(
            "usage",
            [
                year | {"id": "u1", "service_id": "s", "group_code": "all", "count": 40},
                year | {"id": "u2", "service_id": "s2", "group_code": "all", "count": 40},
                year | {"id": "u3", "service_id": "s2", "group_code": "women", "count": 25},
                year | {"id": "u4", "service_id": "s2", "group_code": "so", "suppressed": True},
            ],
        )
    return town


def everything(made: atlas.Atlas) -> dict[str, set[str]]:
    """Give all rows of all tables as texts, but for their versions and the record of changes."""
    kept = {}
    with closing(sqlite3.connect(made.path)) as db:
        db.row_factory = sqlite3.Row
        for name in schema.TABLES:
            if name not in WORK_NOTES:
                rows = [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')]  # noqa: S608 - a name of the schema
                for row in rows:
                    row.pop("fid"), row.pop("row_version")
                kept[name] = {repr(sorted(row.items())) for row in rows}
    return kept


def names_left(made: atlas.Atlas, table: str, gone: str) -> list[str]:
    """Find rows that still name a row, by reference or by table and identifier."""
    left = []
    for spec in schema.TABLES.values():
        if spec.name in WORK_NOTES:
            continue
        rows = made.read(spec.name)
        if spec.name == table:
            left += rows.loc[rows["id"].eq(gone), "id"].tolist()
        for column in spec.columns:
            if column.of == table and column.type == "text":
                left += rows.loc[rows[column.name].eq(gone), "id"].tolist()
        if "table_name" in rows:
            about = rows[rows["table_name"].eq(table)]
            for name in ("row_id", "other_id"):
                if name in about:
                    left += about.loc[about[name].eq(gone), "id"].tolist()
    return left


def test_an_actor_takes_over_all_that_named_the_other(town: atlas.Atlas) -> None:
    before = everything(town)
    made = merging.carry_out(town, "organizations", "a", "b", who="Ada")
    assert names_left(town, "organizations", "b") == []
    ties = town.read("ties").set_index("id")
    assert set(ties.index) == {"ac", "bd", "cb", "bc-then", "ad"}
    assert ties.loc["ac", "strength"] == 2  # what was known stays
    assert ties.loc["ac", "gives"] == "money"  # what was not is taken over
    assert ties.loc["ad", "strength"] == 1
    assert set(town.read("seats")["id"]) == {"1", "3"}
    assert set(town.read("trust")["id"]) == {"1", "3"}
    assert town.read("not_same")[["row_id", "other_id"]].to_numpy().tolist() == [["a", "c"]]
    assert town.read("services").set_index("id").loc["s", "organization_id"] == "a"
    assert town.read("invitations")["organization_id"].tolist() == ["a"]
    revision = town.read("revisions").iloc[-1]
    assert (revision["id"], revision["kind"], revision["who"]) == (made, "merge", "Ada")
    changes.undo(town, made)
    assert everything(town) == before


def test_judgements_bans_and_replies_move_along_and_are_never_said_twice(
    town: atlas.Atlas,
) -> None:
    merging.carry_out(town, "organizations", "a", "b")
    standings = town.read("standings")
    assert set(standings["organization_id"]) == {"a"}
    assert len(standings) == 2  # the two that said the same are one
    (ban,) = town.read("bans").to_dict("records")
    assert {ban["from_id"], ban["to_id"]} == {"a", "c"}
    assert ban["reason"] == "They asked for it."
    assert town.read("replies")["organization_id"].tolist() == ["a"]


def test_what_one_does_not_know_the_other_tells_and_a_no_to_being_shown_holds(
    town: atlas.Atlas,
) -> None:
    merging.carry_out(town, "organizations", "a", "b")
    actors = town.read("organizations").set_index("id")
    one = actors.loc["a"]
    assert one["name"] == "Sun House"
    assert one["alternate_name"] == "Sunhouse"
    assert one["sector"] == "health"
    assert one["url"] == "https://sun.example"
    assert one["communities"] == ["so"]
    assert one["women_led"]
    assert not one["consent_shown"]
    assert one["extra"] == {"code": "7", "both": "ours", "more": "x"}
    assert one["date_checked"] == pd.Timestamp("2025-01-01")  # as old as its older half
    # the place that nobody is at any more goes; one that somebody else uses would stay
    assert set(town.read("locations")["id"]) == {"at-a", "shared"}


def test_a_person_chooses_where_both_say_something(town: atlas.Atlas) -> None:
    tables = {name: town.read(name) for name in schema.TABLES}
    asked = merging.differences(tables, "organizations", "a", "b")
    assert [(one.column, one.ours, one.theirs) for one in asked] == [
        ("name", "Sun House", "Sunhouse"),
        ("sector", "health", "migrants"),
        ("location_id", "at-a", "at-b"),
    ]
    merging.carry_out(town, "organizations", "a", "b", theirs=frozenset({"name", "location_id"}))
    one = town.read("organizations").set_index("id").loc["a"]
    assert (one["name"], one["alternate_name"]) == ("Sunhouse", "Sun House")
    assert (one["location_id"], one["sector"]) == ("at-b", "health")
    assert set(town.read("locations")["id"]) == {"at-b", "shared"}


def test_two_services_become_one_without_adding_counts(offers: atlas.Atlas) -> None:
    before, usage = everything(offers), offers.read("usage")
    made = merging.carry_out(offers, "services", "s", "s2")
    assert names_left(offers, "services", "s2") == []
    assert offers.read("services").set_index("id").loc["s", "walk_in"]
    now = offers.read("usage")
    told = ["id", "group_code", "count", "suppressed"]
    pd.testing.assert_frame_equal(now[told], usage[told])
    assert set(now["service_id"]) == {"s"}
    # one link to the shared place, with the hours of the one that stays
    links, hours = offers.read("service_at_location"), offers.read("schedules")
    assert set(links["id"]) == {"l1", "l3"}
    assert dict(zip(hours["id"], hours["service_at_location_id"], strict=True)) == {
        "h1": "l1",
        "h4": "l3",
    }
    tongues = offers.read("service_languages").set_index("id")
    assert set(tongues.index) == {"d1", "so"}
    assert tongues.loc["d1", "level"] == "staff"
    changes.undo(offers, made)
    assert everything(offers) == before


def test_hours_at_one_place_are_chosen_and_never_joined(offers: atlas.Atlas) -> None:
    tables = {name: offers.read(name) for name in schema.TABLES}
    (asked,) = merging.differences(tables, "services", "s", "s2")
    assert asked == merging.Difference("hours", "Mo 09:00-12:00", "Mo 09:00-12:00; Tu 09:00-12:00")
    merging.carry_out(offers, "services", "s", "s2", theirs=frozenset({"hours"}))
    now = offers.read("schedules")
    assert dict(zip(now["id"], now["service_at_location_id"], strict=True)) == {
        "h2": "l1",
        "h3": "l1",
        "h4": "l3",
    }


def test_known_hours_take_the_place_of_unknown_ones(offers: atlas.Atlas) -> None:
    with offers.write() as w:
        w.update("schedules", "h1", {"opening_hours": None, "source_text": "please ask"}, seen=1)
    tables = {name: offers.read(name) for name in schema.TABLES}
    assert merging.differences(tables, "services", "s", "s2") == ()
    merging.carry_out(offers, "services", "s", "s2")
    assert set(offers.read("schedules")["id"]) == {"h2", "h3", "h4"}


@pytest.mark.parametrize("keep", ["a", "b"])
def test_a_place_kept_off_the_map_is_never_made_one_with_a_place_on_it(
    town: atlas.Atlas, keep: str
) -> None:
    with town.write() as w:
        values = {"precision": "hidden", "geometry": None, "address": None, "area_id": "all"}
        w.update("locations", "at-b", values, seen=1)
    before = everything(town)
    with pytest.raises(LayerError, match="merge_hidden_and_shown"):
        merging.carry_out(town, "organizations", keep, "b" if keep == "a" else "a")
    assert everything(town) == before


def test_an_actor_known_by_its_hidden_refuge_only_gets_no_address(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.update("organizations", "b", {"location_id": None}, seen=1)
        w.insert("locations", [{"id": "refuge", "precision": "hidden", "area_id": "all"}])
        link = {"id": "l", "service_id": "s", "location_id": "refuge"}
        w.insert("service_at_location", [link])
    with pytest.raises(LayerError, match="merge_hidden_and_shown"):
        merging.carry_out(town, "organizations", "a", "b")
    # where both are hidden, or the other has no place at all, nothing is told
    with town.write() as w:
        w.update("organizations", "a", {"location_id": None}, seen=1)
    merging.carry_out(town, "organizations", "a", "b")


def test_a_place_hidden_after_a_merge_is_forgotten_in_all_that_was_made_one(
    town: atlas.Atlas,
) -> None:
    merging.carry_out(town, "organizations", "a", "b")
    assert "Mill Road 2" in str(town.read("history")["before"].tolist())
    with town.write(history.Revision(kind="edit")) as w:
        values = {"precision": "hidden", "geometry": None, "address": None, "area_id": "all"}
        w.update("locations", "at-a", values, seen=1)
    for held in town.read("history").to_dict("records"):
        text = json.dumps([held["before"], held["after"]])
        assert "Mill Road" not in text
        if held["table_name"] == "locations":
            assert held["before"] is None


@pytest.mark.parametrize(("keep", "gone"), [("h", "open"), ("open", "h")])
@pytest.mark.parametrize("table", ["organizations", "services"])
def test_no_text_of_the_other_tells_a_place_that_is_hidden(
    table: str, keep: str, gone: str, town: atlas.Atlas
) -> None:
    street = "Lindenstr. 17"
    text = "url" if table == "organizations" else "cost"
    more: dict[str, Any] = {} if table == "organizations" else {"category": "legal"}
    told = {"description": f"at {street}", text: f"by {street}", "extra": {"gate": street}}
    with town.write(history.Revision(kind="edit")) as w:
        w.insert("locations", [{"id": "refuge", "precision": "hidden", "area_id": "all"}])
        home = {"location_id": "refuge"} if table == "organizations" else {}
        w.insert(table, [{"id": "h", "name": "House", **more, **home}])
        w.insert(table, [{"id": "open", "name": "House", **more}])
        if table == "services":
            link = {"id": "r", "service_id": "h", "location_id": "refuge"}
            w.insert("service_at_location", [link])
        said = {"table_name": table, "row_id": "open", "attribute": text, "value": street}
        w.insert("statements", [{"id": "told", **said}])
        w.update(table, "open", told, seen=1)
    merging.carry_out(town, table, keep, gone)
    with sqlite3.connect(town.path) as db:
        assert "Lindenstr" not in "\n".join(db.iterdump())


def test_a_name_that_tells_a_hidden_place_is_not_joined(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.insert("locations", [{"id": "refuge", "precision": "hidden", "area_id": "all"}])
        w.insert("organizations", [{"id": "h", "name": "House", "location_id": "refuge"}])
        w.insert("organizations", [{"id": "open", "name": "House Lindenstr. 17"}])
    with pytest.raises(LayerError, match="name_tells_hidden"):
        merging.carry_out(town, "organizations", "open", "h")
    merging.carry_out(town, "organizations", "h", "open")
    assert "Linden" not in str(town.read("organizations").to_dict("list"))


def test_the_link_of_the_one_that_goes_opens_no_page_of_the_other(town: atlas.Atlas) -> None:
    _, secret = inviting.invite(town, "b")
    change = merging.carry_out(town, "organizations", "a", "b")
    assert inviting.find(town, secret) is None
    changes.undo(town, change)
    assert inviting.find(town, secret) is not None


def test_an_answer_that_waits_is_not_lost(town: atlas.Atlas) -> None:
    waiting = {
        "id": "new",
        "source": "organization",
        "table_name": "ties",
        "row_id": "t",
        "operations": [
            changes.Operation(
                table="ties", id="t", action="insert", values=tie("t", "bc")
            ).to_json()
        ],
        "state": "open",
    }
    with town.write() as w:
        w.insert("proposals", [waiting])
    with pytest.raises(LayerError) as refused:
        merging.carry_out(town, "organizations", "a", "b")
    assert (refused.value.code, refused.value.blanks["count"]) == ("merge_proposals_open", 1)


@pytest.mark.parametrize(
    ("table", "keep", "gone"),
    [("organizations", "a", "a"), ("organizations", "a", "nobody"), ("ties", "ac", "bc")],
)
def test_what_is_not_two_rows_of_a_kind_is_refused(
    town: atlas.Atlas, table: str, keep: str, gone: str
) -> None:
    with pytest.raises(LayerError, match="merge_not_two"):
        merging.carry_out(town, table, keep, gone)


def test_somebody_elses_change_meanwhile_is_not_overwritten(town: atlas.Atlas) -> None:
    tables = {name: town.read(name) for name in schema.TABLES}
    operations = merging.merge(tables, "organizations", "a", "b")
    with town.write() as w:
        w.update("organizations", "a", {"description": "New"}, seen=1)
    before = everything(town)
    with pytest.raises(LayerError, match="row_changed_meanwhile"):
        changes.carry_out(town, operations, history.Revision(kind="merge"))
    assert everything(town) == before


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    ends=st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.booleans()), max_size=12
    )
)
def test_any_ties_leave_no_loop_no_double_and_come_back(
    tmp_path_factory: pytest.TempPathFactory, ends: list[tuple[str, str, bool]]
) -> None:
    made = atlas.create(tmp_path_factory.mktemp("ties") / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert("organizations", [{"id": one, "name": one} for one in "abcd"])
        w.insert(
            "ties",
            [
                tie(f"t{n}", one + other, direction="mutual" if mutual else "directed")
                for n, (one, other, mutual) in enumerate(ends)
            ],
        )
    before = everything(made)
    change = merging.carry_out(made, "organizations", "a", "b")

    def of(one: str, other: str, mutual: bool) -> tuple[Any, ...]:  # noqa: FBT001 - as drawn
        pair = tuple("a" if end == "b" else end for end in (one, other))
        return (*(sorted(pair) if mutual else pair), mutual)

    # what touches neither a nor b is nobody's business here
    told = {of(*one) for one in ends if len(set(of(*one)[:2])) == 2 or not set(one[:2]) & {"b"}}
    rows = made.read("ties")
    now = [
        of(str(row["from_id"]), str(row["to_id"]), row["direction"] == "mutual")
        for row in rows.to_dict("records")
    ]
    assert set(now) == told
    renamed = [of(*one) for one in ends if "b" in one[:2]]
    assert all(
        now.count(one) <= max(1, [of(*e) for e in ends if "b" not in e[:2]].count(one))
        for one in renamed
    )
    changes.undo(made, change)
    assert everything(made) == before


def test_private_contacts_of_two_that_are_two_again_are_each_ones_own(town: atlas.Atlas) -> None:
    def contacts() -> dict[str, object]:
        rows = town.read("organizations")
        return {str(one["id"]): one["private_contact"] for one in rows.to_dict("records")}

    with town.write() as w:
        versions = dict(town.read("organizations")[["id", "row_version"]].to_numpy().tolist())
        for one, text in (("a", "Ana 11"), ("b", "Bea 22")):
            w.update("organizations", one, {"private_contact": text}, seen=versions[one])
    before = contacts()
    made = merging.carry_out(town, "organizations", "a", "b")
    assert contacts()["a"] == "Ana 11 | Bea 22"
    changes.undo(town, made)
    assert contacts() == before
    assert "Bea 22" not in town.read("history").to_json()


def test_two_services_made_one_tell_no_count_below_five(offers: atlas.Atlas) -> None:
    period = {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31)}
    kept, gone = offers.read("services")["id"].tolist()[:2]
    with offers.write() as w:
        w.delete("usage", offers.read("usage")["id"].tolist())
        w.insert(
            "usage",
            [
                {"id": "u1", "service_id": kept, "group_code": "all", "count": 20, **period},
                {"id": "u2", "service_id": gone, "group_code": "women", "count": 17, **period},
            ],
        )
    merging.carry_out(offers, "services", kept, gone)
    told = offers.read("usage").set_index("id")
    assert told["count"].notna().sum() <= 1  # everyone less the women were three
    assert told["suppressed"].fillna(value=False).any()
