"""What of a round reaches the atlas: ticked links and ranks, nothing of phones or few people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest

from layers import atlas as atlases
from layers import changes, closing, netmap, netmap_saving
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.netmap import Actor
from layers.netmap_taking import Entry
from layers.room import Room
from layers.room_session import Session

DAY = date(2026, 3, 1)
NAMES = ("Ann", "Bay", "Cod", "Dee", "Elm")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    made = atlases.create(tmp_path / "city.gpkg", name="T")
    with made.write() as writer:
        writer.insert(
            "organizations",
            [{"id": name.lower(), "name": name, "consent_shown": None} for name in NAMES],
        )
        common = {"kind": "refers_to", "confirmed_by": 2}
        writer.insert(
            "ties",
            [
                {"id": "t1", "from_id": "ann", "to_id": "bay", "direction": "directed"} | common,
                {"id": "t2", "from_id": "cod", "to_id": "bay", "direction": "directed"} | common,
                {
                    "id": "t3",
                    "from_id": "dee",
                    "to_id": "ann",
                    "direction": "mutual",
                    **common,
                    "until": date(2025, 12, 31),
                },
            ],
        )
    return made


def open_round(room: Room, *, kind: str = "real", people: tuple[int, ...] = (6, 3, 7)) -> Session:
    made = room.create(
        title="T", kind=kind, mode="batches", languages=("en",), cell_m=250, held_on=DAY
    )
    actors = [Actor(name=name, organization=name.lower()) for name in NAMES]
    netmap.set_up(
        room,
        made.id,
        question="Who decides?",
        kinds=("refers_to",),
        actors=[*actors, Actor(name="Fig", party=0)],
        people=people,
    )
    netmap.move(room, made.id, "links")
    return made


def link(
    room: Room, session: Session, party: int, one: str, other: str, *, mutual: bool = False
) -> None:
    ids = actors(room, session)
    said = Entry(
        id=str(uuid4()),
        do="link",
        kind="refers_to",
        one=ids[one],
        other=ids[other],
        mutual=mutual,
    )
    netmap.write_link(room, session.id, party, said)


def actors(room: Room, session: Session) -> dict[str, str]:
    found = netmap.round_of(room, session.id)
    assert found is not None
    return {one.name: one.id for one in found.actors}


def build(room: Room, session: Session, party: int, **heights: int) -> None:
    ids = actors(room, session)
    said: dict[str, int | None] = {ids[name]: many for name, many in heights.items()}
    netmap.write_towers(room, session.id, party, said, is_right=True)


def states(found: netmap_saving.Preview) -> set[tuple[str, str, bool, int, str]]:
    columns = ["one_name", "other_name", "mutual", "groups", "state"]
    return set(found.links[columns].itertuples(index=False, name=None))


def test_each_link_is_new_there_against_or_told_in_two_ways(room: Room, atlas: Atlas) -> None:
    session = open_round(room)
    link(room, session, 0, "Ann", "Bay")  # t1
    link(room, session, 2, "Ann", "Bay")
    link(room, session, 0, "Bay", "Cod")  # t2 the other way round
    link(room, session, 0, "Ann", "Dee", mutual=True)  # t3 has ended
    link(room, session, 0, "Elm", "Ann")
    link(room, session, 2, "Ann", "Elm")
    link(room, session, 2, "Dee", "Elm")
    link(room, session, 1, "Dee", "Cod")  # three people
    found = netmap_saving.preview(room, session, atlas)
    got = {
        ((*sorted(row[:2]), *row[2:]) if row[2] else row) for row in states(found)
    }  # a mutual one has no order
    assert got == {
        ("Ann", "Bay", False, 2, "there"),
        ("Bay", "Cod", False, 1, "contradicts"),
        ("Ann", "Dee", True, 1, "ended"),
        ("Elm", "Ann", False, 1, "differ"),
        ("Ann", "Elm", False, 1, "differ"),
        ("Dee", "Elm", False, 1, "new"),
    }
    assert found.left_out == 1
    assert not found.suggested.any()  # the one new link was said by one group only
    link(room, session, 0, "Dee", "Elm")
    again = netmap_saving.preview(room, session, atlas)
    ticked = again.links[again.suggested]
    assert ticked[["one_name", "other_name"]].to_numpy().tolist() == [["Dee", "Elm"]]


def test_no_tie_is_made_that_the_atlas_holds_whatever_groups_say(room: Room, atlas: Atlas) -> None:
    with atlas.write() as writer:
        both = {"id": "t4", "from_id": "dee", "to_id": "elm", "direction": "mutual"}
        writer.insert("ties", [both | {"kind": "refers_to", "confirmed_by": 2}])
    session = open_round(room)
    link(room, session, 0, "Ann", "Bay")  # t1, and the other group says it turned round
    link(room, session, 2, "Bay", "Ann")
    link(room, session, 0, "Dee", "Elm")  # t4 is mutual
    found = netmap_saving.preview(room, session, atlas)
    assert set(found.links["state"]) == {"differ", "contradicts"}
    names = found.links["one_name"]
    there = found.links[names.isin(["Ann", "Dee"])]["key"]
    before = atlas.read("ties")
    assert not netmap_saving.save(room, session, atlas, chosen=list(there), towers=False)
    assert atlas.read("ties").equals(before)
    turned = found.links[names.eq("Bay")]["key"]
    assert netmap_saving.save(room, session, atlas, chosen=list(turned), towers=False)
    ties = atlas.read("ties")
    new = ties[~ties["id"].isin(before["id"])]
    rows = new[["from_id", "to_id", "direction"]].to_numpy().tolist()
    assert rows == [["bay", "ann", "directed"]]


def test_ticked_links_become_ties_of_the_facilitator_in_one_change_that_can_be_undone(
    room: Room, atlas: Atlas
) -> None:
    session = open_round(room)
    link(room, session, 0, "Bay", "Ann", mutual=True)  # t1 is one way
    link(room, session, 0, "Dee", "Fig")
    link(room, session, 0, "Elm", "Cod")
    before = atlas.read("ties")
    found = netmap_saving.preview(room, session, atlas)
    ticked = found.links[found.links["one_name"].ne("Elm")]["key"]
    revision = netmap_saving.save(room, session, atlas, chosen=list(ticked), towers=False)
    ties = atlas.read("ties").set_index("id")
    assert ties.loc["t1", "direction"] == "mutual"
    assert len(ties) == len(before) + 1
    (made,) = ties[~ties.index.isin(before["id"])].to_dict("records")
    names = atlas.read("organizations").set_index("id")["name"]
    assert (names[made["from_id"]], names[made["to_id"]]) == ("Dee", "Fig")
    said = {name: made[name] for name in ("kind", "direction", "says_who", "confirmed_by", "extra")}
    assert said == {
        "kind": "refers_to",
        "direction": "directed",
        "says_who": "facilitator",
        "confirmed_by": 0,
        "extra": {"source": "session"},
    }
    assert made["since"].date() == DAY
    again = netmap_saving.preview(room, session, atlas)
    assert ("Dee", "Fig", False, 1, "there") in states(again)
    changes.undo(atlas, revision)
    pd.testing.assert_frame_equal(
        atlas.read("ties").drop(columns="row_version"), before.drop(columns="row_version")
    )
    assert "Fig" not in set(atlas.read("organizations")["name"])
    taken_back = netmap_saving.preview(room, session, atlas)
    assert ("Dee", "Fig", False, 1, "new") in states(taken_back)


def test_ranks_wait_for_the_publication_and_are_saved_once(room: Room, atlas: Atlas) -> None:
    session = open_round(room, people=(6, 3, 2))
    build(room, session, 0, Ann=5, Bay=1, Cod=1)
    build(room, session, 1, Ann=1, Bay=9)
    build(room, session, 2, Ann=1, Bay=2)
    with pytest.raises(LayerError, match="netmap_towers_wait"):
        netmap_saving.save(room, session, atlas, chosen=(), towers=True)
    closing.stop(room, session, atlas=atlas)
    session = room.get(session.id)
    netmap_saving.save(room, session, atlas, chosen=(), towers=True)
    rows = atlas.read("towers")
    got = set(
        rows[["group_name", "organization_id", "rank", "ranked", "said_by"]].itertuples(
            index=False, name=None
        )
    )
    assert got == {
        ("A", "ann", 1.0, 3, "5-9"),
        ("A", "bay", 2.5, 3, "5-9"),
        ("A", "cod", 2.5, 3, "5-9"),
        ("B+C", "bay", 1.0, 2, "5-9"),
        ("B+C", "ann", 2.0, 2, "5-9"),
    }
    assert netmap_saving.preview(room, session, atlas).has_towers
    with pytest.raises(LayerError, match="netmap_towers_wait"):
        netmap_saving.save(room, session, atlas, chosen=(), towers=True)


def test_who_refused_meanwhile_and_a_rehearsal_are_in_nothing(room: Room, atlas: Atlas) -> None:
    session = open_round(room)
    link(room, session, 0, "Dee", "Elm")
    with atlas.write() as writer:
        writer.update("organizations", "elm", {"consent_shown": False}, seen=1)
    assert netmap_saving.preview(room, session, atlas).links.empty
    other = open_round(room, kind="rehearsal")
    link(room, other, 0, "Ann", "Dee")
    key = netmap_saving.preview(room, other, atlas).links["key"]
    with pytest.raises(LayerError, match="netmap_rehearsal"):
        netmap_saving.save(room, other, atlas, chosen=list(key), towers=False)


def test_no_secret_of_the_room_is_in_the_atlas(room: Room, atlas: Atlas) -> None:
    session = open_round(room)
    link(room, session, 0, "Dee", "Fig")
    build(room, session, 0, Ann=77777, Bay=1)
    closing.stop(room, session, atlas=atlas)
    found = netmap_saving.preview(room, session, atlas)
    netmap_saving.save(room, session, atlas, chosen=list(found.links["key"]), towers=True)
    row = netmap.round_of(room, session.id)
    assert row is not None
    held = b"".join(
        one.read_bytes() for one in Path(atlas.path).parent.glob("city.gpkg*") if one.is_file()
    )
    secrets: list[Any] = [
        session.id,
        *(one.code for one in row.groups),
        *(one.id for one in row.actors),
    ]
    for secret in (*secrets, *netmap.links(room, session.id)["id"], "77777"):
        assert str(secret).encode() not in held
