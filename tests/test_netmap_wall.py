"""The wall of a round: held until it is revealed, and nothing of fewer than five people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import netmap, wall_shown
from layers.netmap import Actor
from layers.netmap_taking import Entry
from layers.room import Room
from layers.room_session import Session
from mapping import phone


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    made = room.create(
        title="T",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )
    netmap.set_up(
        room,
        made.id,
        question="Who decides?",
        kinds=("refers_to", "trusts"),
        actors=[Actor(name=name, form="round") for name in ("Ann", "Bay", "Cod", "Dee")],
        people=(6, 3, 7),
    )
    netmap.move(room, made.id, "links")
    return made


def enter(room: Room, session: Session, party: int, **said: Any) -> None:
    found = netmap.round_of(room, session.id)
    assert found is not None
    ids = {one.name: one.id for one in found.actors}
    given = {name: ids.get(value, value) for name, value in said.items()}
    netmap.enter(room, found.groups[party].code, Entry(id=str(uuid4()), **given)).result()


def wall(room: Room, session: Session) -> dict[str, Any]:
    with (
        TestClient(Starlette(routes=phone.routes(room))) as client,
        client.websocket_connect("/wall/live") as socket,
    ):
        socket.send_json({"code": session.code, "key": session.wall_key})
        told: dict[str, Any] = socket.receive_json()
    return told


def test_nothing_is_on_the_wall_before_it_is_revealed(room: Room, session: Session) -> None:
    enter(room, session, 0, do="link", kind="refers_to", one="Ann", other="Bay")
    assert wall(room, session)["net"] is None
    netmap.show(room, session.id, "stage")
    told = wall(room, session)["net"]
    assert told == {
        "what": "stage",
        "question": "Who decides?",
        "kind": "refers_to",
        "stage": "links",
    }


def test_links_of_all_groups_are_one_picture_without_the_small_one(
    room: Room, session: Session
) -> None:
    enter(room, session, 0, do="link", kind="refers_to", one="Ann", other="Bay")
    enter(room, session, 2, do="link", kind="refers_to", one="Bay", other="Ann")
    enter(room, session, 2, do="link", kind="refers_to", one="Cod", other="Bay")
    enter(room, session, 1, do="link", kind="refers_to", one="Dee", other="Ann")
    netmap.show(room, session.id, "links")
    told = wall(room, session)["net"]
    names = [node["name"] for node in told["nodes"]]
    ties = {
        (frozenset((names[one], names[other])) if ways == 2 else (names[one], names[other]), many)
        for one, other, ways, many in told["kinds"][0]["ties"]
    }
    assert ties == {(frozenset(("Ann", "Bay")), 2), (("Cod", "Bay"), 1)}
    assert "Dee" not in json.dumps(told)  # only three people spoke of it
    assert all(0 <= node[axis] <= 1 for node in told["nodes"] for axis in "xy")
    netmap.hide(room, session.id, _hidden(room, session))
    assert len(wall(room, session)["net"]["kinds"][0]["ties"]) == 1


def _hidden(room: Room, session: Session) -> str:
    found = netmap.round_of(room, session.id)
    assert found is not None
    cod = next(one.id for one in found.actors if one.name == "Cod")
    links = netmap.links(room, session.id)
    return str(links.loc[links["one"] == cod, "id"].iloc[0])


def test_towers_stand_side_by_side_by_rank_once_a_group_called_them_right(
    room: Room, session: Session
) -> None:
    netmap.move(room, session.id, "towers")
    for party, taps in ((0, {"Ann": 3, "Bay": 1}), (1, {"Dee": 9}), (2, {"Bay": 30, "Ann": 2})):
        for name, many in taps.items():
            for _ in range(many):
                enter(room, session, party, do="tower", actor=name, by=1)
    netmap.show(room, session.id, "towers")
    assert wall(room, session)["net"]["groups"] == []
    for party in range(3):
        enter(room, session, party, do="right")
    told = wall(room, session)["net"]
    assert told["groups"] == ["A", "C"]
    rows = {row["name"]: (row["ranks"], row["difference"]) for row in told["rows"]}
    assert rows == {"Ann": ([1, 2], 1), "Bay": ([2, 1], 1)}
    assert "30" not in json.dumps(told["rows"])


def test_the_wall_lists_ranks_by_how_far_groups_differ_and_by_name(
    room: Room, session: Session
) -> None:
    netmap.move(room, session.id, "towers")
    found = netmap.round_of(room, session.id)
    assert found is not None
    ids = {one.name: one.id for one in found.actors}
    built: dict[int, dict[str, int | None]] = {
        0: {"Dee": 9, "Ann": 8, "Bay": 7, "Cod": 1},
        2: {"Dee": 9, "Cod": 8, "Ann": 2, "Bay": 1},  # Cod 4 and 2; Ann 2, 3; Bay 3, 4; Dee 1, 1
    }
    netmap.show(room, session.id, "towers")
    shown = []
    for party, heights in built.items():
        named = {ids[name]: many for name, many in heights.items()}
        netmap.write_towers(room, session.id, party, named, is_right=True)
        told = wall(room, session)["net"]
        shown.append([row["name"] for row in told["rows"]])
    # of one group by name; of two by how far they differ, and by name where equally far
    assert shown == [["Ann", "Bay", "Cod", "Dee"], ["Cod", "Ann", "Bay", "Dee"]]


def test_a_blank_wall_and_an_ended_session_show_nothing_of_a_round(
    room: Room, session: Session
) -> None:
    enter(room, session, 0, do="link", kind="refers_to", one="Ann", other="Bay")
    netmap.show(room, session.id, "links")
    wall_shown.show(room, session.id, "blank")
    assert wall(room, session)["net"] is None
    wall_shown.show(room, session.id, "hidden")
    assert wall(room, session)["net"] is not None
    room.stop(session.id)
    assert wall(room, session)["net"] is None
