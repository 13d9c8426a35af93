"""Invented contributions: plausible, the same each time, only in a rehearsal, and out again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from layers import codebook, invented
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from layers.space import parse_cell
from mapping.phone import forms

AREA = (4_550_000, 3_270_000, 4_560_000, 3_280_000)
SPOTS = [("underpass", 4_552_100, 3_272_100), ("market", 4_555_100, 3_275_100)]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def a_session(room: Room, kind: str = "rehearsal", **setup: object) -> Session:
    return room.create(
        title="Try",
        kind=kind,
        mode="instant",
        languages=("en", "ar"),
        cell_m=250,
        area=AREA,
        held_on=date(2026, 3, 1),
        setup=SetUp(**setup),  # type: ignore[arg-type]  # whatever a test needs
    )


def test_a_real_session_takes_nothing_invented_by_any_way(room: Room) -> None:
    real = a_session(room, "real")
    for dressed in (real, dataclasses.replace(real, kind="rehearsal")):
        with pytest.raises(LayerError, match="invented_only_rehearsal"):
            invented.fill(room, dressed, SPOTS, pause_s=0)
        with pytest.raises(LayerError, match="invented_only_rehearsal"):
            invented.clear(room, dressed)
    assert room.counts(real.id) == (0, 0)


def test_all_of_it_arrives_and_counts_as_so_many_people(room: Room) -> None:
    session = a_session(room)
    invented.fill(room, session, SPOTS, people=12, pause_s=0).wait()
    assert room.counts(session.id) == (12, 12)
    rows = room.contributions(session.id)
    assert 12 <= len(rows) <= 36
    assert set(rows["feeling"]) == set(codebook.FEELINGS)


def test_it_lies_near_the_landmarks_and_inside_of_the_area(room: Room) -> None:
    edge = ("station", AREA[2] - 1, AREA[3] - 1)
    steps = invented.plan(a_session(room), [*SPOTS, edge], people=40)
    for step in steps:
        cell = parse_cell(step.said.cell)
        assert AREA[0] <= cell.east <= AREA[2] - 250
        assert AREA[1] <= cell.north <= AREA[3] - 250
        near = [abs(cell.east + 125 - x) + abs(cell.north + 125 - y) for _, x, y in [*SPOTS, edge]]
        assert min(near) <= 3 * 250


def test_it_is_the_same_for_one_session_and_another_for_the_next(room: Room) -> None:
    one, other = a_session(room), a_session(room)
    assert invented.plan(one, SPOTS) == invented.plan(one, SPOTS)
    assert invented.plan(one, SPOTS) != invented.plan(other, SPOTS)


def test_filling_twice_invents_nobody_twice(room: Room) -> None:
    session = a_session(room)
    invented.fill(room, session, SPOTS, people=10, pause_s=0).wait()
    before = len(room.contributions(session.id))
    invented.fill(room, session, SPOTS, people=10, pause_s=0).wait()
    assert len(room.contributions(session.id)) == before


def test_clearing_leaves_what_a_real_phone_said(room: Room) -> None:
    session = a_session(room)
    mine = "a" * 32
    room.join(session.id, mine, consent=codebook.CONSENT).result()
    pin = Contribution(id="1", cell="CRS3035RES250mN3272000E4552000", feeling="safe")
    room.contribute(session.id, mine, pin).result()
    invented.fill(room, session, SPOTS, people=10, pause_s=0).wait()
    invented.clear(room, session)
    assert room.counts(session.id) == (1, 1)
    assert len(room.contributions(session.id)) == 1


def test_clearing_stops_what_still_trickles(room: Room) -> None:
    session = a_session(room)
    filling = invented.fill(room, session, SPOTS, pause_s=60)
    assert invented.is_filling(session.id)
    invented.clear(room, session)
    assert not filling.is_running
    assert not invented.is_filling(session.id)
    assert room.counts(session.id) == (0, 0)


def test_it_waits_for_the_start_and_ends_with_the_session(room: Room) -> None:
    session = a_session(room)
    room.move(session.id, "paused")
    filling = invented.fill(room, session, SPOTS, people=5, pause_s=0)
    room.move(session.id, "open")
    filling.wait()
    assert room.counts(session.id)[1] == 5
    endless = invented.Filling(room, session, invented.plan(session, SPOTS), 0.01)
    room.stop(session.id)
    endless.wait()
    assert not endless.is_running


def test_no_phone_can_pass_for_an_invented_person(room: Room) -> None:
    token = invented.plan(a_session(room), SPOTS)[0].token
    assert "invented" in token
    assert forms._RANDOM_128.fullmatch(token) is None  # noqa: SLF001 - the form that phones are held to


def test_tables_are_all_taken_and_only_given_sentences_are_written(room: Room) -> None:
    session = a_session(room, parties=("North", "South"))
    said = {"en": ["Invented: the lamp is out."]}
    steps = invented.plan(session, SPOTS, people=40, sentences=said)
    assert {step.party for step in steps} == {0, 1}
    written = {(step.said.words, step.said.language) for step in steps if step.said.words}
    assert written == {("Invented: the lamp is out.", "en")}


def test_a_city_without_landmarks_still_has_spots() -> None:
    nothing = gpd.GeoDataFrame({"kind": []}, geometry=[], crs=4326)
    found = invented.spots_of(nothing, area=AREA)
    assert len(found) >= 5
    assert all(AREA[0] < x < AREA[2] and AREA[1] < y < AREA[3] for _, x, y in found)


def test_landmarks_outside_of_the_area_are_no_spots() -> None:
    places = gpd.GeoDataFrame(
        {"kind": ["park", "station"]},
        geometry=gpd.points_from_xy([4_555_000, 4_570_000], [3_275_000, 3_275_000], crs=3035),
    ).to_crs(4326)
    assert [kind for kind, _, _ in invented.spots_of(places, area=AREA)] == ["park"]
