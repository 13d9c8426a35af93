"""The history keeps what is needed to take a change back, and nothing that must be forgotten."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas as atlases
from layers import checking, chronicle, editing, proposing
from layers.atlas import Atlas
from layers.changes import Operation, carry_out
from layers.errors import LayerError
from layers.history import Revision

STREET = "Kastanienhof"
POINT = shapely.Point(10.1234567, 50.7654321)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    """A service at a place, which was changed once before; a second place elsewhere."""
    made = atlases.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:25832")
    place = {"precision": "exact", "address": f"{STREET} 5", "geometry": POINT, "name": "House"}
    with made.write(Revision(kind="edit")) as writer:
        writer.insert("locations", [{"id": "l", **place}])
        writer.insert(
            "organizations", [{"id": "o", "name": "One", "private_contact": "SECRET LINE"}]
        )
        writer.insert(
            "services",
            [{"id": "s", "name": "S", "category": "legal", "organization_id": "o",
              "description": f"Ring at {STREET} 5"}],
        )  # fmt: skip
        writer.insert("service_at_location", [{"id": "a", "service_id": "s", "location_id": "l"}])
        writer.insert(
            "statements",
            [
                {"id": "t1", "table_name": "locations", "row_id": "l", "attribute": "address",
                 "value": f"{STREET} 7"},
                {"id": "t2", "table_name": "services", "row_id": "s", "attribute": "free",
                 "value": "1"},
            ],
        )  # fmt: skip
    return made


def by_hand(town: Atlas, table: str, row: str, **values: Any) -> str:
    held = editing.row(town.read(table), row)
    assert held is not None
    change = Operation(
        table=table, id=row, action="update", values=values, seen=held["row_version"]
    )
    return carry_out(town, [change], Revision(kind="edit", who="Ana"))


def hide(town: Atlas) -> None:
    by_hand(town, "services", "s", description=None)
    by_hand(town, "locations", "l", precision="hidden", address=None, geometry=None, name=None)


def in_files(town: Atlas, wanted: bytes) -> list[str]:
    """Name the files of the atlas in which the bytes stand, also in the log beside it."""
    beside = town.path.parent.glob(f"{town.path.name}*")
    return sorted(one.name for one in beside if wanted in one.read_bytes())


def test_who_when_and_what_stand_in_it(town: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    change = by_hand(town, "organizations", "o", name="Two", migrant_led=True)
    made = town.read("revisions").set_index("id").loc[change]
    assert (made["who"], made["made_at"], made["kind"]) == ("Ana", "2026-03-01 12:00", "edit")
    [step] = chronicle.steps({}, town.read("history"), change=change)
    assert step.cells == (("name", "One", "Two"), ("migrant_led", None, True))


def test_a_write_without_a_revision_leaves_no_history(town: Atlas) -> None:
    before = len(town.read("history"))
    with town.write() as writer:
        writer.update("organizations", "o", {"name": "Silent"}, seen=1)
    assert len(town.read("history")) == before


def test_a_change_that_fails_leaves_no_history(town: Atlas) -> None:
    before = (town.change(), len(town.read("history")))
    with pytest.raises(LayerError):
        by_hand(town, "locations", "l", precision="hidden")  # its address is still there
    assert (town.change(), len(town.read("history"))) == before


def test_the_private_contact_is_never_in_the_history(town: Atlas) -> None:
    by_hand(town, "organizations", "o", private_contact="OTHER LINE", name="Two")
    gone = [Operation(table=one, id=row, action="delete") for one, row in
            (("services", "s"), ("service_at_location", "a"), ("organizations", "o"))]  # fmt: skip
    carry_out(town, gone, Revision(kind="edit"))
    kept = json.dumps(town.read("history").to_dict("list"), default=str)
    assert "Two" in kept
    assert "LINE" not in kept


def test_a_hidden_place_is_nowhere_in_the_file_nor_in_its_log(town: Atlas) -> None:
    by_hand(town, "locations", "l", address=f"{STREET} 5a", geometry=shapely.Point(10.5, 50.5))
    assert in_files(town, STREET.encode())
    blob = shapely.to_wkb(POINT)[5:]
    assert in_files(town, blob.hex().encode())
    hide(town)
    for trace in (STREET.encode(), blob, blob.hex().encode(), blob.hex().upper().encode()):
        assert in_files(town, trace) == []


def test_what_others_said_of_a_hidden_place_goes_and_of_its_service_stays(town: Atlas) -> None:
    hide(town)
    assert town.read("statements")["id"].tolist() == ["t2"]


def test_a_place_that_only_becomes_rougher_is_forgotten_too(town: Atlas) -> None:
    by_hand(town, "services", "s", description=None)
    by_hand(
        town,
        "locations",
        "l",
        precision="street",
        address=STREET,
        geometry=shapely.Point(10.123, 50.765),
    )
    assert in_files(town, f"{STREET} 5".encode()) == []
    assert in_files(town, STREET.encode()), "the street may be known"


def test_proposals_about_a_hidden_place_are_emptied(town: Atlas) -> None:
    said = {"table": "locations", "id": "l", "action": "update", "seen": 1,
            "values": {"address": f"{STREET} 9"}}  # fmt: skip
    with town.write() as writer:
        writer.insert(
            "proposals",
            [{"id": "p", "source": "organization", "table_name": "locations", "row_id": "l",
              "operations": [said], "note": f"we moved to {STREET} 9", "state": "open"}],
        )  # fmt: skip
    hide(town)
    [left] = town.read("proposals").to_dict("records")
    assert (left["operations"], left["state"]) == ([], "superseded")
    assert in_files(town, STREET.encode()) == []


def proposed(town: Atlas, key: str, *operations: Operation, **more: Any) -> None:
    """Keep an open proposal about the row of its first operation."""
    first = operations[0]
    given = {"source": "organization", "table_name": first.table, "row_id": first.id, **more}
    said = [one.to_json() for one in operations]
    with town.write() as writer:
        writer.insert("proposals", [{"id": key, "operations": said, "state": "open", **given}])


def change(table: str, row: str, **values: Any) -> Operation:
    return Operation(table=table, id=row, action="update", values=values, seen=1)


def test_hours_that_told_a_hidden_place_are_not_in_the_history(town: Atlas) -> None:
    hours = {"id": "h", "service_at_location_id": "a", "source_text": f"Mo 9, {STREET} 5"}
    with town.write() as writer:
        writer.insert("schedules", [hours])
    by_hand(town, "schedules", "h", source_text="Mo 9")
    hide(town)
    assert in_files(town, STREET.encode()) == []


def test_no_list_calls_a_change_or_proposal_by_an_address_that_is_hidden(town: Atlas) -> None:
    about = {"table": "locations", "row": "l", "name": f"{STREET} 5"}
    carry_out(town, [change("locations", "l", step_free=True)],
              Revision(kind="edit", about=about))  # fmt: skip
    carry_out(town, [Operation(table="locations", id="l", action="update", seen=2,
                               values={"step_free": False})],
              Revision(kind="proposal", about={"name": f"{STREET} 5", "count": 1}))  # fmt: skip
    about = {"table": "services", "row": "s", "name": f"At {STREET} 5"}
    carry_out(town, [change("services", "s", free=True)], Revision(kind="edit", about=about))
    proposed(town, "p", change("locations", "l", address="Elsewhere 1"), name=f"{STREET} 5")
    proposed(town, "done", change("locations", "l", step_free=True), name=f"{STREET} 5")
    with town.write() as writer:
        writer.update("proposals", "done", {"state": "accepted"}, seen=1)
    hide(town)
    assert in_files(town, STREET.encode()) == []
    assert "S" in [(one or {}).get("name") for one in town.read("revisions")["about"]]


def test_answers_that_can_tell_no_place_wait_on_and_can_be_accepted(town: Atlas) -> None:
    proposed(town, "yes", change("services", "s", free=True), name="S", note=f"see {STREET} 5")
    proposed(town, "text", change("services", "s", cost=f"Pay at {STREET} 5"), name="S")
    language = {"service_id": "s", "language": "so"}
    proposed(
        town, "tongue", Operation(table="service_languages", id="x", action="insert",
                                  values=language),
    )  # fmt: skip
    hours = {"service_at_location_id": "a", "opening_hours": "Mo-Fr 09:00-12:00; Sa off"}
    proposed(town, "hours", Operation(table="schedules", id="h", action="insert", values=hours))
    hide(town)
    states = dict(zip(town.read("proposals")["id"], town.read("proposals")["state"], strict=True))
    assert states == {"yes": "open", "text": "superseded", "tongue": "open", "hours": "open"}
    assert in_files(town, STREET.encode()) == []
    done = proposing.decide(town, ["yes", "tongue", "hours"], accept=True)
    assert (done.left, town.read("services")["free"].tolist()) == ((), [True])


def test_an_answer_about_a_cell_that_was_changed_since_does_not_wait_on(town: Atlas) -> None:
    proposed(town, "old", change("services", "s", free=True), name="S")
    by_hand(town, "services", "s", free=False)
    hide(town)
    assert town.read("proposals")["state"].tolist() == ["superseded"]


@pytest.mark.parametrize("new", [True, False])
def test_a_candidate_named_like_what_is_hidden_now_holds_no_place(
    town: Atlas, *, new: bool
) -> None:
    at = {"precision": "exact", "address": f"{STREET} 5", "geometry": POINT}
    name = "House of the Rose"
    by_hand(town, "services", "s", description=None, name=name)
    place = Operation(table="locations", id="osm-node-1-place", action="insert", values=at)
    service = {"name": f"{name} e.V.", "category": "legal"}
    for one in ("osm:node/1", "osm:node/2"):
        proposed(
            town, one, Operation(table="services", id="osm-1", action="insert", values=service),
            place, source="open_street_map", name=f"{name} e.V." if one[-1] == "1" else "Library",
        )  # fmt: skip
    if new:
        with town.write() as writer:
            writer.insert("services", [{"id": "n", "name": name, "category": "legal"}])
            writer.insert("locations", [{"id": "n", "precision": "hidden"}])
            link = {"id": "n", "service_id": "n", "location_id": "n"}
            writer.insert("service_at_location", [link])
    else:
        hide(town)
    rows = town.read("proposals").set_index("id")
    assert rows["state"].to_dict() == {"osm:node/1": "superseded", "osm:node/2": "open"}
    assert rows.loc["osm:node/1", "operations"] == []
    assert rows.loc[["osm:node/1"], ["name", "row_id"]].isna().all(axis=None)


def test_a_new_name_of_a_hidden_row_is_followed_everywhere(town: Atlas) -> None:
    """An identifier made of the address would tell it to whoever tries all house numbers."""
    old = "list-0123456789"
    with town.write() as writer:
        writer.rename("services", "s", old)
    by_hand(town, "service_at_location", "a", date_checked=None, says_who="users")
    with town.write(Revision(kind="edit")) as writer:
        writer.insert("locations", [{"id": f"service:{old}", "precision": "city"}])
        writer.update("service_at_location", "a", {"location_id": f"service:{old}"}, seen=2)
        writer.update("service_at_location", "a", {"service_id": old}, seen=3)
    place = editing.row(town.read("locations"), f"service:{old}")
    assert place is not None
    edit = checking.Edit(
        table="locations", id=place["id"], seen=place, values={"precision": "hidden"}
    )
    tables = {name: town.read(name) for name in
              ("locations", "services", "organizations", "assets", "areas",
               "service_at_location", "schedules")}  # fmt: skip
    made = editing.operations(tables, [edit], today=pd.Timestamp("2026-03-01").date())
    editing.save(town, made, Revision(kind="edit"))
    assert in_files(town, old.encode()) == []
    assert town.read("service_at_location")["location_id"].tolist() != ["l"]
    assert set(town.read("service_at_location")["location_id"]) <= set(town.read("locations")["id"])


def test_who_reads_meanwhile_is_named_as_what_keeps_the_traces(
    town: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atlases, "BUSY_MS", 50)
    by_hand(town, "services", "s", description=None)
    with closing(sqlite3.connect(town.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM locations").fetchone()
        with pytest.raises(LayerError) as caught:
            by_hand(
                town, "locations", "l", precision="hidden", address=None, geometry=None, name=None
            )
        assert caught.value.code == "traces_remain"
    assert town.read("locations")["precision"].tolist() == ["hidden"], "it is written all the same"
    by_hand(town, "organizations", "o", name="Any later change")
    assert in_files(town, STREET.encode()) == []


# --- as a person reads it -----------------------------------------------------------------------


def test_the_newest_change_comes_first_with_its_rows_counted(town: Atlas) -> None:
    by_hand(town, "organizations", "o", name="Two")
    [last, first] = chronicle.changes(town.read("revisions"), town.read("history"))
    assert (last.who, dict(last.rows)) == ("Ana", {"organizations": 1})
    assert first.rows["statements"] == 2


def test_a_forgotten_step_says_so_and_shows_nothing(town: Atlas) -> None:
    change = by_hand(town, "locations", "l", address=f"{STREET} 5a")
    hide(town)
    [step] = chronicle.steps({}, town.read("history"), change=change)
    assert (step.forgotten, step.cells) == (True, ())


def test_a_moved_point_is_read_as_two_points(town: Atlas) -> None:
    there = shapely.Point(10.5, 50.5)
    change = by_hand(town, "locations", "l", geometry=there)
    [step] = chronicle.steps({}, town.read("history"), change=change)
    assert step.cells == (("geometry", POINT, there),)


def test_each_column_knows_who_changed_it_last_since_a_version(town: Atlas) -> None:
    by_hand(town, "organizations", "o", name="Two")
    held = editing.row(town.read("organizations"), "o")
    assert held is not None
    change = Operation(
        table="organizations", id="o", action="update", values={"url": "x.example"},
        seen=held["row_version"],
    )  # fmt: skip
    carry_out(town, [change], Revision(kind="edit", who="Bo"))
    tables = (town.read("history"), town.read("revisions"))
    found = chronicle.who_changed(*tables, "organizations", "o", since=1)
    assert {column: who for column, (who, _) in found.items() if column != "row_version"} == {
        "name": "Ana",
        "url": "Bo",
    }
    later = chronicle.who_changed(*tables, "organizations", "o", since=2)
    assert "name" not in later
