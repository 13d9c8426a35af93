"""Proposals: nothing happens before somebody decides, and what is protected leaves no trace."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers import atlas, changes, confirming
from layers.changes import Operation
from layers.history import Revision
from layers.proposing import HIDE, Proposal, decide, propose, side_by_side, waiting, withdraw

TODAY = "2026-03-01"
STREET = "Secret lane 7"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", TODAY)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:32632")
    with made.write() as w:
        w.insert(
            "locations",
            [
                {
                    "id": "service:house-0123456789",
                    "precision": "exact",
                    "name": "At the well",
                    "address": STREET,
                    "geometry": shapely.Point(11.5, 50.5),
                },
                {"id": "hid", "precision": "hidden", "public_contact": "0800"},
            ],
        )
        w.insert("organizations", [{"id": name, "name": name.title()} for name in ("amal", "city")])
        w.insert(
            "services",
            [
                {
                    "id": "house-0123456789",
                    "name": "House",
                    "category": "legal",
                    "organization_id": "amal",
                }
            ],
        )
        w.insert(
            "service_at_location",
            [
                {
                    "id": "house-0123456789",
                    "service_id": "house-0123456789",
                    "location_id": "service:house-0123456789",
                }
            ],
        )
        w.insert(
            "ties",
            [
                {
                    "id": "t",
                    "from_id": "amal",
                    "to_id": "city",
                    "kind": "refers_to",
                    "direction": "mutual",
                    "confirmed_by": 1,
                    "last_confirmed": "2020-01-01",
                }
            ],
        )
    return made


def change(table: str, row: str, seen: int = 1, /, **values: Any) -> Operation:
    return Operation(table=table, id=row, action="update", values=values, seen=seen)


def answer(*operations: Operation, sort: str = "", **more: Any) -> Proposal:
    first = operations[0]
    given: dict[str, Any] = {"source": "organization", "organization_id": "amal", **more}
    return Proposal(table=first.table, row_id=first.id, operations=operations, sort=sort, **given)


def keep(town: atlas.Atlas, *proposals: Proposal) -> list[str]:
    before = set(town.read("proposals")["id"])
    with town.write() as writer:
        propose(writer, proposals)
    return [one for one in town.read("proposals")["id"] if one not in before]


def row(town: atlas.Atlas, table: str, row_id: str) -> dict[Any, Any]:
    rows = town.read(table)
    (found,) = rows[rows["id"] == row_id].to_dict("records")
    return found


def states(town: atlas.Atlas) -> dict[str, str]:
    rows = town.read("proposals")
    return dict(zip(rows["id"], rows["state"], strict=True))


def test_nothing_changes_before_somebody_accepts(town: atlas.Atlas) -> None:
    (one,) = keep(town, answer(change("organizations", "amal", name="Amal e.V.")))
    assert row(town, "organizations", "amal")["name"] == "Amal"
    done = decide(town, [one], accept=True, who="MK")
    assert row(town, "organizations", "amal")["name"] == "Amal e.V."
    made = row(town, "revisions", str(done.revision_id))
    assert (made["kind"], made["who"], made["about"]["count"]) == ("proposal", "MK", 1)
    kept = row(town, "proposals", one)
    assert (kept["state"], kept["decided_by"]) == ("accepted", "MK")
    assert kept["revision_id"] == done.revision_id


def test_an_accepted_proposal_can_be_undone(town: atlas.Atlas) -> None:
    (one,) = keep(town, answer(change("organizations", "amal", name="Other")))
    done = decide(town, [one], accept=True)
    changes.undo(town, str(done.revision_id))
    assert row(town, "organizations", "amal")["name"] == "Amal"


def test_what_is_refused_changes_nothing_and_writes_no_history(town: atlas.Atlas) -> None:
    (one,) = keep(town, answer(change("organizations", "amal", name="Other")))
    done = decide(town, [one], accept=False, who="MK")
    assert (done.revision_id, done.done) == (None, (one,))
    assert states(town) == {one: "refused"}
    assert row(town, "organizations", "amal")["name"] == "Amal"
    assert town.count("revisions") == 0


def test_an_identifier_that_was_refused_is_not_proposed_again(town: atlas.Atlas) -> None:
    candidate = Proposal(
        source="open_street_map",
        table="services",
        row_id="osm-node-1",
        id="osm:node/1",
        sort="legal",
        operations=(
            Operation(
                table="services",
                id="osm-node-1",
                action="insert",
                values={"name": "Advice", "category": "legal"},
            ),
        ),
    )
    assert keep(town, candidate) == ["osm:node/1"]
    decide(town, ["osm:node/1"], accept=False)
    assert keep(town, candidate) == []
    assert states(town) == {"osm:node/1": "refused"}


def test_many_are_accepted_as_one_change_also_of_one_row(town: atlas.Atlas) -> None:
    ids = keep(
        town,
        answer(change("organizations", "amal", name="A"), sort="name"),
        answer(change("organizations", "amal", url="a.example"), sort="url"),
    )
    done = decide(town, ids, accept=True)
    assert (len(done.done), done.left) == (2, ())
    found = row(town, "organizations", "amal")
    assert (found["name"], found["url"]) == ("A", "a.example")
    assert town.count("revisions") == 1


def test_a_row_that_was_changed_since_is_left_open_and_named(town: atlas.Atlas) -> None:
    ids = keep(
        town,
        answer(change("organizations", "amal", name="Theirs"), sort="name"),
        answer(change("services", "house-0123456789", free=True), sort="free"),
    )
    with town.write(Revision(kind="edit")) as writer:
        writer.update("organizations", "amal", {"name": "Ours"}, seen=1)
    done = decide(town, ids, accept=True)
    assert done.left == ((ids[0], "row_changed_meanwhile"),)
    assert done.done == (ids[1],)
    assert row(town, "organizations", "amal")["name"] == "Ours"
    assert states(town)[ids[0]] == "open"


def test_a_change_of_another_column_is_in_nobodys_way(town: atlas.Atlas) -> None:
    (one,) = keep(town, answer(change("organizations", "amal", name="Theirs")))
    with town.write(Revision(kind="edit")) as writer:
        writer.update("organizations", "amal", {"url": "x.example", "name": "Amal"}, seen=1)
    assert decide(town, [one], accept=True).left == ()
    assert row(town, "organizations", "amal")["name"] == "Theirs"


def test_a_change_that_nobody_kept_is_in_the_way(town: atlas.Atlas) -> None:
    (one,) = keep(town, answer(change("organizations", "amal", name="Theirs")))
    with town.write() as writer:
        writer.update("organizations", "amal", {"url": "x.example"}, seen=1)
    assert decide(town, [one], accept=True).left == ((one, "row_changed_meanwhile"),)


def test_one_that_breaks_a_rule_holds_up_no_other(town: atlas.Atlas) -> None:
    empty = Operation(table="services", id="new", action="insert", values={"name": "No category"})
    ids = keep(town, answer(empty), answer(change("organizations", "amal", name="A")))
    done = decide(town, ids, accept=True)
    assert done.left == ((ids[0], "row_incomplete"),)
    assert row(town, "organizations", "amal")["name"] == "A"
    assert "new" not in set(town.read("services")["id"])


def test_a_newer_answer_takes_the_place_of_the_older_one(town: atlas.Atlas) -> None:
    (old,) = keep(town, answer(change("organizations", "amal", name="A"), sort="name"))
    (new,) = keep(town, answer(change("organizations", "amal", name="B"), sort="name"))
    assert states(town) == {old: "superseded", new: "open"}
    assert waiting(town)["id"].tolist() == [new]


def test_only_one_who_proposed_may_withdraw(town: atlas.Atlas) -> None:
    (one,) = keep(town, answer(change("organizations", "amal", name="A")))
    with town.write() as writer:
        assert withdraw(writer, [one], organization_id="city") == 0
        assert withdraw(writer, [one], organization_id="amal") == 1
        assert withdraw(writer, [one], organization_id="amal") == 0
    assert states(town) == {one: "superseded"}


def test_no_private_contact_and_no_hidden_place_lies_about(town: atlas.Atlas) -> None:
    keep(
        town,
        answer(change("organizations", "amal", name="A", private_contact="her-mobile")),
        answer(change("locations", "hid", address="Hidden way 3", step_free=True)),
        answer(
            Operation(
                table="locations",
                id="new",
                action="insert",
                values={
                    "precision": "hidden",
                    "address": "Hidden way 4",
                    "geometry": shapely.Point(11.123, 50.123),
                },
            )
        ),
    )
    held = json.dumps([row["operations"] for row in town.read("proposals").to_dict("records")])
    assert not [one for one in ("her-mobile", "Hidden way", "11.123") if one in held]
    assert "step_free" in held


def test_what_protects_somebody_comes_first(town: atlas.Atlas) -> None:
    keep(town, answer(change("organizations", "amal", name="A"), sort="name"))
    (hide,) = keep(
        town, answer(change("locations", "service:house-0123456789", precision="hidden"), sort=HIDE)
    )
    listed = waiting(town)
    assert listed["id"].iloc[0] == hide
    assert listed["urgent"].tolist() == [True, False]
    assert listed["asker"].tolist() == ["Amal", "Amal"]


def test_a_protected_place_leaves_no_address_anywhere(town: atlas.Atlas) -> None:
    place = "service:house-0123456789"
    with town.write(Revision(kind="edit")) as writer:
        writer.update("locations", place, {"address": f"{STREET} b"}, seen=1)
    ids = keep(
        town,
        answer(change("locations", place, 2, precision="hidden"), sort=HIDE),
        answer(change("locations", place, 2, address=f"{STREET} c"), sort="address"),
        answer(
            Operation(
                table="schedules",
                id="h",
                action="insert",
                values={"service_at_location_id": "house-0123456789", "opening_hours": "Mo 9-12"},
            )
        ),
    )
    done = decide(town, ids[:1], accept=True)
    assert done.left == ()
    (hidden,) = (
        one
        for one in town.read("locations").to_dict("records")
        if one["precision"] == "hidden" and one["id"] != "hid"
    )
    assert hidden["geometry"] is None
    # the old identifiers were made of street and coordinates
    assert "0123456789" not in hidden["id"]
    assert not [one for one in town.read("services")["id"] if "0123456789" in one]
    with sqlite3.connect(town.path) as db:
        everything = "\n".join(db.iterdump())
    assert "Secret lane" not in everything
    assert states(town)[ids[1]] == "superseded"
    # what else she said still waits, and follows to the new name of the row
    assert decide(town, ids[2:], accept=True).left == ()
    links = town.read("service_at_location")["id"].tolist()
    assert town.read("schedules")["service_at_location_id"].tolist() == links


def test_a_candidate_named_like_something_protected_is_not_accepted(town: atlas.Atlas) -> None:
    with town.write() as w:
        w.insert("services", [{"id": "rosa", "name": "Rosa Treff Hilfe", "category": "legal"}])
        link = {"id": "rosa", "service_id": "rosa", "location_id": "service:house-0123456789"}
        w.insert("service_at_location", [link])
    values = {"name": "Rosa Treff Hilfe e.V.", "category": "legal"}
    new = Operation(table="services", id="osm-node-1", action="insert", values=values)
    ids = keep(town, answer(new, source="open_street_map", name="Rosa Treff Hilfe e.V."))
    with town.write() as w:  # it is led to a place that was hidden all along
        w.update("service_at_location", "rosa", {"location_id": "hid"}, seen=1)
    assert decide(town, ids, accept=True).left == ((ids[0], "name_of_hidden"),)


def test_what_is_decided_keeps_no_address(town: atlas.Atlas) -> None:
    place = "service:house-0123456789"
    ids = keep(
        town,
        answer(change("locations", place, address="Other road 5"), sort="address", note="call me"),
    )
    decide(town, ids, accept=False)
    kept = row(town, "proposals", ids[0])
    assert "Other road" not in json.dumps(kept["operations"])
    assert kept["note"] is None or kept["note"] != kept["note"]


def test_side_by_side_shows_what_is_held_and_what_is_proposed(town: atlas.Atlas) -> None:
    keep(town, answer(change("services", "house-0123456789", free=True, date_checked=TODAY)))
    (cell,) = side_by_side(town, waiting(town)).to_dict("records")
    assert (cell["column"], cell["held"], cell["proposed"]) == ("free", None, True)


# --- ties --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "said", "number"),
    [
        ({"confirmed_by": 0}, {"from_confirmed_on": TODAY}, 1),
        ({"confirmed_by": None}, {"to_confirmed_on": TODAY}, 1),
        ({"confirmed_by": 2}, {"from_confirmed_on": TODAY}, 2),  # imported without saying who
        ({"confirmed_by": 1, "to_confirmed_on": "2025-01-01"}, {"from_confirmed_on": TODAY}, 2),
        ({"confirmed_by": 1, "from_confirmed_on": "2025-01-01"}, {"from_confirmed_on": TODAY}, 1),
        ({"confirmed_by": 1, "from_confirmed_on": "2025-01-01"}, {"from_confirmed_on": None}, 0),
        ({"confirmed_by": 0}, {"from_confirmed_on": None}, 0),
    ],
)
def test_a_tie_counts_the_sides_that_said_so(
    town: atlas.Atlas, before: dict[str, Any], said: dict[str, Any], number: int
) -> None:
    with town.write() as writer:
        writer.update("ties", "t", before, seen=1)
    (one,) = keep(town, answer(change("ties", "t", 2, **said)))
    decide(town, [one], accept=True)
    assert row(town, "ties", "t")["confirmed_by"] == number


def test_both_sides_confirm_without_knowing_of_each_other(town: atlas.Atlas) -> None:
    ids = keep(
        town,
        answer(change("ties", "t", from_confirmed_on=TODAY)),
        answer(change("ties", "t", to_confirmed_on=TODAY), organization_id="city"),
    )
    assert decide(town, ids, accept=True).left == ()
    tie = row(town, "ties", "t")
    assert tie["confirmed_by"] == 2
    assert f"{tie['last_confirmed']:%Y-%m-%d}" == TODAY


def test_a_denied_tie_stays_and_a_later_yes_lifts_the_denial(town: atlas.Atlas) -> None:
    denied = confirming.denial_id("t", "to")
    said = Operation(
        table="statements",
        id=denied,
        action="insert",
        values=confirming.denial("t", "to", day=TODAY),
    )
    (one,) = keep(town, answer(said, organization_id="city"))
    decide(town, [one], accept=True)
    assert town.count("ties") == 1
    statement = row(town, "statements", denied)
    assert (statement["table_name"], statement["row_id"], statement["value"]) == ("ties", "t", "0")
    (one,) = keep(town, answer(change("ties", "t", to_confirmed_on=TODAY), organization_id="city"))
    decide(town, [one], accept=True)
    assert town.count("statements") == 0
