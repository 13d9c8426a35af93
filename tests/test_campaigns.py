"""Sessions of one campaign leave together, once, and none of them can be taken out of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from layers import answer_counts, atlas, campaigns, closing, privacy
from layers.errors import LayerError
from layers.room import Room
from layers.space import parent_cell, parse_cell
from tests.helpers.workshops import CELLS, HELD, Workshop, hold

NAME = "Ways home"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    return atlas.create(tmp_path / "town.gpkg", name="Town")


def a_session(
    room: Room, town: atlas.Atlas, said: dict[str, int], *, name: str = NAME, stop: bool = True
) -> Workshop:
    """Hold a session in which so many people call each cell unsafe."""
    held = hold(room, random.Random(0), campaign=name, atlas=str(town.path.resolve()), most=0)
    rows = [
        (held.session.id, f"{held.session.id}{cell}{number}".encode(), cell)
        for cell, people in said.items()
        for number in range(people)
    ]

    def fill(db: object) -> None:
        for session, token, cell in rows:
            db.execute(  # type: ignore[attr-defined]  # SQLite's connection
                "INSERT INTO tokens (session, token, consent) VALUES (?, ?, '')", (session, token)
            )
            db.execute(  # type: ignore[attr-defined]  # as above
                "INSERT INTO contributions (session, id, token, cell, feeling, reasons, fresh)"
                " VALUES (?, ?, ?, ?, 'unsafe', '[]', 1)",
                (session, token, token, cell),
            )

    room.change(held.session.id, fill).result()
    if stop:
        closing.stop(room, held.session, atlas=town)
    return held


def published(town: atlas.Atlas) -> list[tuple[str, str, str]]:
    rows = town.read("reported_cells")
    names = ["cell", "contributors", "feeling"]
    return sorted((str(a), str(b), str(c)) for a, b, c in rows[names].itertuples(index=False))


def test_few_of_one_session_and_few_of_another_are_enough_together(
    room: Room, town: atlas.Atlas
) -> None:
    a_session(room, town, {CELLS[0]: 3})
    a_session(room, town, {CELLS[0]: 2})
    assert published(town) == []
    assert campaigns.publish(room, NAME, atlas=town, different_people=True) == 1
    assert published(town) == [(CELLS[0], "5-9", "unsafe")]
    (row,) = town.read("sessions").to_dict("records")
    assert (row["title"], row["campaign"], row["sessions_held"]) == (NAME, NAME, 2)
    assert row["held_on"].date() == HELD
    assert row["contributors"] == "5-9"


def test_where_people_may_have_come_twice_each_session_leaves_by_itself(
    room: Room, town: atlas.Atlas
) -> None:
    a_session(room, town, {CELLS[0]: 3, CELLS[1]: 5})
    a_session(room, town, {CELLS[0]: 2})
    assert campaigns.publish(room, NAME, atlas=town, different_people=False) == 1
    assert published(town) == [(CELLS[1], "5-9", "unsafe")]
    assert len(town.read("sessions")) == 2


def test_fewer_than_five_never_join_what_another_session_shows_by_itself(
    room: Room, town: atlas.Atlas
) -> None:
    """Nine were on that wall: ten in the campaign would tell of the one."""
    a_session(room, town, {CELLS[0]: 9})
    a_session(room, town, {CELLS[0]: 1})
    campaigns.publish(room, NAME, atlas=town, different_people=True)
    assert published(town) == [(CELLS[0], "5-9", "unsafe")]


def test_a_campaign_leaves_once(room: Room, town: atlas.Atlas) -> None:
    members = [a_session(room, town, {CELLS[0]: 5}).session for _ in range(2)]
    campaigns.publish(room, NAME, atlas=town, different_people=True)
    with pytest.raises(LayerError, match="campaign_published"):
        campaigns.publish(room, NAME, atlas=town, different_people=True)
    for one in members:
        with pytest.raises(LayerError, match="campaign_published"):
            closing.publish(room, room.get(one.id), atlas=town)
        assert closing.is_published(room.get(one.id), atlas=town)
    assert len(town.read("sessions")) == 1


def test_a_session_held_after_the_pool_leaves_by_itself(room: Room, town: atlas.Atlas) -> None:
    for _ in range(2):
        a_session(room, town, {CELLS[0]: 5})
    campaigns.publish(room, NAME, atlas=town, different_people=True)
    a_session(room, town, {CELLS[1]: 6})
    assert campaigns.publish(room, NAME, atlas=town, different_people=True) == 1
    assert sorted(town.read("sessions")["sessions_held"]) == [1, 2]


def test_a_session_that_left_by_itself_is_not_pooled(room: Room, town: atlas.Atlas) -> None:
    first = a_session(room, town, {CELLS[0]: 5})
    closing.publish(room, room.get(first.session.id), atlas=town)
    for _ in range(2):
        a_session(room, town, {CELLS[0]: 3})
    campaigns.publish(room, NAME, atlas=town, different_people=True)
    assert sorted(town.read("sessions")["sessions_held"]) == [1, 2]
    assert published(town) == [(CELLS[0], "5-9", "unsafe")] * 2


def test_a_campaign_waits_for_its_open_sessions(room: Room, town: atlas.Atlas) -> None:
    a_session(room, town, {CELLS[0]: 5})
    left = a_session(room, town, {CELLS[0]: 5}, stop=False)
    with pytest.raises(LayerError, match="campaign_open") as caught:
        campaigns.publish(room, NAME, atlas=town, different_people=True)
    assert caught.value.blanks == {"count": 1}
    found = campaigns.of(room, NAME, atlas=town)
    assert [one.id for one in found.open] == [left.session.id]
    assert (len(found.ready), found.done, found.pool) == (1, (), None)
    assert found.deleted_from == left.session.delete_on


def test_a_pool_whose_writing_failed_is_written_by_the_next_try(
    room: Room, town: atlas.Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        a_session(room, town, {CELLS[0]: 3})

    def full(*_: object) -> int:
        raise LayerError("folder_unwritable", file="town.gpkg")

    with monkeypatch.context() as broken:
        broken.setattr(closing, "write", full)
        with pytest.raises(LayerError, match="folder_unwritable"):
            campaigns.publish(room, NAME, atlas=town, different_people=True)
    a_session(room, town, {CELLS[0]: 4}, stop=False)  # one more, held meanwhile, is not of it
    campaigns.publish(room, NAME, atlas=town, different_people=True)
    assert published(town) == [(CELLS[0], "5-9", "unsafe")]
    assert town.read("sessions")["sessions_held"].tolist() == [2]


def test_two_desks_in_the_same_moment_publish_it_once(room: Room, town: atlas.Atlas) -> None:
    members = [a_session(room, town, {CELLS[0]: 5}).session for _ in range(3)]

    def pooled() -> None:
        with suppress(LayerError):  # the other was first
            campaigns.publish(room, NAME, atlas=town, different_people=True)

    def alone() -> None:
        with suppress(LayerError):  # the other was first
            closing.publish(room, members[0], atlas=town)

    threads = [threading.Thread(target=one) for one in (pooled, alone, pooled, alone)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert int(town.read("sessions")["sessions_held"].sum()) == 3


def test_campaigns_are_of_one_atlas_and_rehearsals_are_of_none(
    room: Room, town: atlas.Atlas, tmp_path: Path
) -> None:
    other = atlas.create(tmp_path / "other.gpkg", name="Other")
    a_session(room, town, {})
    assert campaigns.names(room, str(town.path.resolve())) == [NAME]
    assert campaigns.names(room, str(other.path.resolve())) == []
    with pytest.raises(LayerError, match="campaign_unknown"):
        campaigns.of(room, NAME, atlas=other)


# --- differencing ------------------------------------------------------------------------------


def is_harmless(number: int) -> bool:
    return number == 0 or number >= privacy.K


def check_differences(room: Room, held: list[Workshop]) -> int:
    """Take everything that anybody saw from everything else, with the exact numbers behind it.

    The attacker knows more than bands: how many stood behind each row of every wall but one.
    """
    sessions = [room.get(one.session.id) for one in held]
    finals = [closing.final(room, one) for one in sessions]
    pooled = campaigns.pool(room, sessions)
    pool_rows = pooled.cells.attrs["basis"].rows
    tried = 0
    for known in (
        chosen for size in range(len(held) + 1) for chosen in combinations(range(len(held)), size)
    ):
        for cell, counts in pool_rows.items():
            rows = [finals[one].cells.attrs["basis"].rows.get(cell, (0, 0, 0)) for one in known]
            rest = [whole - sum(parts) for whole, *parts in zip(counts, *rows, strict=True)]
            assert min(rest) >= 0
            assert is_harmless(sum(rest)), (cell, known)
            tried += 1
        for key, number in pooled.counts.by.items():
            left = number - sum(finals[one].counts.by.get(key, 0) for one in known)
            assert is_harmless(left), (key, known)
        told = [finals[one].counts.told for one in known]
        left = pooled.counts.told - sum(number for number in told if number >= privacy.K)
        assert is_harmless(left)
    for workshop, leaving in zip(held, finals, strict=True):
        check_walls(workshop, leaving)
        check_parents(room, workshop, leaving)
    everybody = sum(len(room.contributions(one.id)["token"].unique()) for one in sessions)
    assert pooled.counts.told <= everybody
    return tried


def check_walls(workshop: Workshop, leaving: closing.Final) -> None:
    """From one wall to the next, and to the publication: nobody, or five at least."""
    seen = [*workshop.squares, dict(leaving.cells.attrs["basis"].rows)]
    for before, after in pairwise(seen):
        for cell in before.keys() & after.keys():
            assert is_harmless(privacy.least_changed(before[cell], after[cell])), cell
    told = [*workshop.answers, dict(leaving.counts.by)]
    for then, now in pairwise(told):
        for key in then.keys() & now.keys():
            assert is_harmless(abs(then[key] - now[key])), key


def check_parents(room: Room, workshop: Workshop, leaving: closing.Final) -> None:
    """A coarse square holds nobody of the finer ones in it that are shown themselves."""
    session = room.get(workshop.session.id)
    cells = closing.final(room, session, merged=True).cells
    said = privacy.voices(room.contributions(session.id))
    rows = cells.attrs["basis"].rows
    for cell, counts in rows.items():
        assert sum(counts) >= privacy.K
        if parse_cell(cell).size_m == session.cell_m:
            continue
        inside = {one for one in said if cell in ancestors(one)}
        others = set().union(*(said[one].keys() for one in inside - rows.keys()))
        assert sum(counts) <= len(others)
    assert set(leaving.cells["cell"]) <= set(CELLS)


def ancestors(cell: str) -> list[str]:
    found = []
    while parse_cell(cell).size_m < 2000:
        cell = parent_cell(cell)
        found.append(cell)
    return found


def a_campaign(room: Room, town: atlas.Atlas, seed: int) -> list[Workshop]:
    rng = random.Random(seed)
    held = [
        hold(
            room,
            rng,
            campaign=NAME,
            atlas=str(town.path.resolve()),
            most=rng.choice((4, 12, 30)),
            parties=rng.choice(((), ("a", "b"))),
        )
        for _ in range(rng.randint(1, 4))
    ]
    for one in held:
        closing.stop(room, one.session, atlas=None)
    return held


def check_published(room: Room, town: atlas.Atlas, held: list[Workshop]) -> None:
    """What stands in the atlas is what was worked out, and nothing else."""
    pooled = campaigns.pool(room, [room.get(one.session.id) for one in held])
    if len(held) > 1:
        campaigns.publish(room, NAME, atlas=town, different_people=True)
        rows = {(a, b, c) for a, b, c in pooled.cells.itertuples(index=False)}
        assert set(published(town)) == rows
        counts = town.read("session_counts")[answer_counts.COLUMNS]
        wanted = answer_counts.release(pooled.counts)
        assert counts.to_numpy().tolist() == wanted.to_numpy().tolist()


@pytest.mark.parametrize("seed", range(12))
def test_no_session_can_be_taken_out_of_its_campaign(
    room: Room, town: atlas.Atlas, seed: int
) -> None:
    held = a_campaign(room, town, seed)
    check_differences(room, held)
    check_published(room, town, held)


@pytest.mark.drill
def test_no_session_can_be_taken_out_of_a_thousand_workshops(tmp_path: Path) -> None:
    workshops = tried = 0
    seed = 1000
    while workshops < 1000:
        room = Room(tmp_path / f"{seed}.sqlite")
        try:
            town = atlas.create(tmp_path / f"{seed}.gpkg", name="Town")
            held = a_campaign(room, town, seed)
            tried += check_differences(room, held)
            check_published(room, town, held)
        finally:
            room.close()
        workshops += len(held)
        seed += 1
    assert tried > 1000
