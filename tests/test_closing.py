"""What leaves a session when it ends, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import pyproj
import pytest
import shapely

from layers import atlas, closing, codebook, privacy, room_area
from layers.room import Room
from layers.room_session import Contribution, Session

CELL = "CRS3035RES250mN3272000E4552000"
NEXT = "CRS3035RES250mN3272000E4552250"
PARENT = "CRS3035RES500mN3272000E4552000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    return atlas.create(tmp_path / "town.gpkg", name="Town")


def a_session(room: Room, kind: str = "real") -> Session:
    return room.create(
        title="Café",
        kind=kind,
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )


def speak(room: Room, session: Session, cell: str, people: range, feeling: str = "safe") -> None:
    for number in people:
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT).result()
        said = Contribution(id=str(uuid4()), cell=cell, feeling=feeling)
        room.contribute(session.id, token, said).result()


def published(town: atlas.Atlas) -> list[tuple[str, str, str]]:
    cells = town.read("reported_cells")[["cell", "contributors", "feeling"]]
    return [(str(a), str(b), str(c)) for a, b, c in cells.itertuples(index=False)]


def test_small_neighbours_are_published_together(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(3))
    speak(room, session, NEXT, range(3, 6))
    assert closing.stop(room, session, atlas=town) == 1
    assert published(town) == [(PARENT, "5-9", "safe")]
    shape = town.read("reported_cells").iloc[0].geometry
    to_grid = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
    east, north = to_grid.transform(shape.centroid.x, shape.centroid.y)
    assert (round(east, -1), round(north, -1)) == (4552250, 3272250)


def test_ending_twice_publishes_once(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(6))
    assert closing.stop(room, session, atlas=town) == 1
    assert closing.stop(room, session, atlas=town) == 0
    assert len(published(town)) == len(town.read("sessions")) == 1


def test_what_could_not_be_published_is_published_later_and_once(
    room: Room, town: atlas.Atlas
) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(6))
    with pytest.raises(ValueError, match="stopped before"):
        closing.publish(room, session, atlas=town)
    closing.stop(room, session, atlas=None)
    assert not closing.is_published(session, atlas=town)
    again = room.get(session.id)
    assert [closing.publish(room, again, atlas=town) for _ in range(2)] == [1, 0]
    assert closing.is_published(session, atlas=town)
    assert published(town) == [(CELL, "5-9", "safe")]


def test_the_publication_agrees_with_what_the_wall_showed(room: Room, town: atlas.Atlas) -> None:
    """Else the room could subtract the wall from the publication and find the three."""
    session = a_session(room)
    speak(room, session, CELL, range(8))
    shown = privacy.release(room.contributions(session.id), coarsest_m=250)
    room.save_batch(session.id, privacy.packed(shown))
    speak(room, session, CELL, range(8, 11))
    closing.stop(room, session, atlas=town)
    assert published(town) == [(CELL, "5-9", "safe")]


def test_neither_secret_nor_answer_beyond_the_feeling_reaches_the_atlas(
    room: Room, town: atlas.Atlas
) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(6))
    tokens = set(room.contributions(session.id)["token"])
    closing.stop(room, session, atlas=town)
    raw = b"".join(file.read_bytes() for file in town.path.parent.glob(f"{town.path.name}*"))
    for secret in (session.id, session.wall_key, session.code, *tokens):
        assert secret.encode() not in raw
        assert secret.lower().encode() not in raw


@pytest.mark.parametrize(("kind", "target"), [("rehearsal", True), ("real", False)])
def test_a_rehearsal_or_a_session_without_atlas_publishes_nothing(
    room: Room, town: atlas.Atlas, kind: str, *, target: bool
) -> None:
    session = a_session(room, kind)
    speak(room, session, CELL, range(6))
    assert closing.stop(room, session, atlas=town if target else None) == 0
    assert published(town) == []
    assert room.get(session.id).state == "closed"


def test_the_area_holds_everything_and_a_kilometre_more() -> None:
    to_degrees = pyproj.Transformer.from_crs(3035, 4326, always_xy=True)
    spots = [to_degrees.transform(4552100, 3272100), to_degrees.transform(4554900, 3273300)]
    points = gpd.GeoDataFrame(geometry=[shapely.Point(spot) for spot in spots], crs=4326)
    assert room_area.area_of(points) == (4551000, 3271000, 4556000, 3275000)


def test_nothing_on_the_map_has_no_area() -> None:
    assert room_area.area_of(gpd.GeoDataFrame(geometry=[], crs=4326)) is None
