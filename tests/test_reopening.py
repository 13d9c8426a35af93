"""Taking back what was accepted: the proposals wait again, whole, and nothing else moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas, changes
from layers.changes import Operation
from layers.errors import LayerError
from layers.proposing import Decided, Proposal, decide, propose, states, waiting
from layers.reopening import without_places

TODAY = "2026-03-01"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", TODAY)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:32632")
    with made.write() as w:
        place = {"precision": "exact", "address": "Lane 7", "geometry": shapely.Point(11.5, 50.5)}
        w.insert("locations", [{"id": "house", **place}])
        w.insert("organizations", [{"id": name, "name": name.title()} for name in ("amal", "city")])
        mine = {"category": "legal", "organization_id": "amal"}
        w.insert("services", [{"id": name, "name": name.title(), **mine} for name in ("a", "b")])
    return made


def change(table: str, row: str, seen: int = 1, /, **values: Any) -> Operation:
    return Operation(table=table, id=row, action="update", values=values, seen=seen)


def answer(name: str, *operations: Operation, who: str = "amal", sort: str = "free") -> Proposal:
    first = operations[0]
    return Proposal(
        id=name, source="organization", organization_id=who, table=first.table, row_id=first.id,
        operations=operations, sort=sort,
    )  # fmt: skip


def keep(town: atlas.Atlas, *proposals: Proposal) -> None:
    with town.write() as writer:
        propose(writer, proposals)


def kept(town: atlas.Atlas) -> dict[str, dict[Any, Any]]:
    rows = town.read("proposals").astype(object)
    rows = rows.where(rows.map(lambda one: isinstance(one, list) or pd.notna(one)), None)
    return {one["id"]: one for one in rows.to_dict("records")}


def state(town: atlas.Atlas) -> dict[str, str]:
    return {name: one["state"] for name, one in kept(town).items()}


def accept(town: atlas.Atlas, *ids: str) -> str:
    done: Decided = decide(town, ids, accept=True, who="NP")
    assert done.done == ids
    return str(done.revision_id)


def test_what_was_accepted_waits_again_and_can_be_accepted_again(town: atlas.Atlas) -> None:
    keep(town, answer("one", change("services", "a", free=True)),
         answer("two", change("services", "b", free=False)),
         answer("not", change("services", "b", papers_asked=True), sort="papers_asked"),
         answer("no", change("organizations", "city", name="X"), who="city"))  # fmt: skip
    decide(town, ["no"], accept=False)
    before = kept(town)
    changes.undo(town, accept(town, "one", "two"))
    after = kept(town)
    for name in ("one", "two"):
        decision = [after[name][column] for column in ("decided_on", "decided_by", "revision_id")]
        assert (after[name]["state"], decision) == ("open", [None, None, None])
    assert {name: after[name] for name in ("not", "no")} == {
        name: before[name] for name in ("not", "no")
    }
    accept(town, "one", "two", "not")
    rows = town.read("services").set_index("id")
    assert (rows.loc["a", "free"], rows.loc["b", "free"]) == (True, False)
    assert bool(rows.loc["b", "papers_asked"])


def test_places_and_contacts_of_an_answer_come_back_with_it(town: atlas.Atlas) -> None:
    keep(
        town,
        answer("where", change("locations", "house", address="Road 9", step_free=True)),
        answer("call", change("organizations", "amal", public_contact="0800"), sort="contact"),
    )
    proposed = {one["id"]: one["operations"] for one in kept(town).values()}
    revision = accept(town, "where", "call")
    assert "Road 9" not in json.dumps(kept(town)["where"]["operations"])
    back = changes.undo(town, revision)
    after = kept(town)
    for name, said in proposed.items():
        values = [one["values"] for one in after[name]["operations"]]
        assert values == [one["values"] for one in said]
    assert "Road 9" not in json.dumps(town.read("history")["after"][
        town.read("history")["table_name"].eq("proposals")].tolist())  # fmt: skip
    changes.undo(town, back.revision_id)
    assert state(town) == {"where": "accepted", "call": "accepted"}
    assert "Road 9" not in json.dumps(kept(town)["where"]["operations"])
    assert town.read("locations")["address"].tolist() == ["Road 9"]


def test_a_new_place_waits_again_with_its_point(town: atlas.Atlas) -> None:
    values = {"precision": "exact", "address": "New 1", "geometry": shapely.Point(11.25, 50.125)}
    new = Operation(table="locations", id="new", action="insert", values=values)
    candidate = Proposal(source="open_street_map", table="locations", row_id="new", id="osm:node/1",
                         operations=(new,), name="New")  # fmt: skip
    keep(town, candidate)
    changes.undo(town, accept(town, "osm:node/1"))
    assert state(town) == {"osm:node/1": "open"}
    accept(town, "osm:node/1")
    place = town.read("locations").set_index("id").loc["new"]
    assert (place["address"], place.geometry.wkt) == ("New 1", "POINT (11.25 50.125)")


def test_taking_back_the_taking_back_accepts_again_and_so_on(town: atlas.Atlas) -> None:
    keep(town, answer("one", change("services", "a", free=True)))
    first = accept(town, "one")
    decided = kept(town)["one"]
    second = changes.undo(town, first).revision_id
    third = changes.undo(town, second).revision_id
    again = kept(town)["one"]
    for name in ("state", "decided_on", "decided_by", "revision_id", "note", "made_on"):
        assert again[name] == decided[name]
    assert again["operations"][0]["values"] == {"free": True}
    changes.undo(town, third)
    assert state(town) == {"one": "open"}
    assert town.read("services")["free"].isna().all()


def test_what_was_refused_since_stays_refused_when_the_change_comes_back(town: atlas.Atlas) -> None:
    keep(town, answer("one", change("services", "a", free=True)),
         answer("two", change("services", "b", free=True)))  # fmt: skip
    back = changes.undo(town, accept(town, "one", "two"))
    decide(town, ["two"], accept=False)
    changes.undo(town, back.revision_id)
    assert state(town) == {"one": "accepted", "two": "refused"}


def test_an_older_answer_stays_superseded_and_a_newer_one_keeps_its_place(
    town: atlas.Atlas,
) -> None:
    keep(town, answer("old", change("services", "a", free=False)))
    keep(town, answer("taken", change("services", "a", free=True)))
    revision = accept(town, "taken")
    keep(town, answer("newer", change("services", "a", 2, free=False)))
    changes.undo(town, revision)
    assert state(town) == {"old": "superseded", "taken": "superseded", "newer": "open"}


def test_a_proposal_is_taken_back_whole_or_not_at_all(town: atlas.Atlas) -> None:
    both = (change("services", "a", free=True), change("services", "b", free=True))
    name = change("organizations", "amal", name="New")
    keep(town, answer("both", *both), answer("name", name, sort="name"))
    revision = accept(town, "both", "name")
    with town.write() as writer:
        writer.update("services", "b", {"cost": "7"}, seen=2)
    before = kept(town)
    with pytest.raises(LayerError, match="undo_changed"):
        changes.undo(town, revision)
    assert kept(town) == before
    done = changes.undo(town, revision, keep=True)
    assert {row for _, row, _ in done.kept} == {"a", "b"}
    assert state(town) == {"both": "accepted", "name": "open"}
    assert town.read("services")["free"].tolist() == [True, True]


def test_the_same_answers_again_are_counted_by_what_became_of_them(town: atlas.Atlas) -> None:
    keep(town, answer("one", change("services", "a", free=True)),
         answer("two", change("services", "b", free=True)))  # fmt: skip
    decide(town, ["two"], accept=False)
    changes.undo(town, accept(town, "one"))
    with town.write() as writer:
        assert states(writer, ["one", "two", "new"]) == {"open": 1, "refused": 1}
    assert waiting(town)["id"].tolist() == ["one"]


def test_what_is_left_out_twice_is_named_once() -> None:
    said = {"table": "services", "id": "s", "values": {"free": True, "public_contact": "0800"}}
    once = without_places([said])
    assert without_places(once) == once
    assert (once[0]["values"], once[0]["left_out"]) == ({"free": True}, ["public_contact"])
