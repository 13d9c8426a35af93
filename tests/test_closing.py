"""What leaves a session when it ends, and what does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import pyproj
import pytest
import shapely

from layers import atlas, closing, codebook, privacy, room_area, wall_shown
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp

CELL = "CRS3035RES250mN3272000E4552000"
NEXT = "CRS3035RES250mN3272000E4552250"
FAR = "CRS3035RES250mN3290000E4590000"
PARENT = "CRS3035RES500mN3272000E4552000"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    return atlas.create(tmp_path / "town.gpkg", name="Town")


def a_session(room: Room, kind: str = "real", setup: SetUp | None = None) -> Session:
    return room.create(
        title="Café",
        kind=kind,
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=setup,
    )


def speak(  # noqa: PLR0913 - what a person says
    room: Room,
    session: Session,
    cell: str,
    people: range,
    feeling: str = "safe",
    *,
    reasons: tuple[str, ...] = (),
    words: str = "",
) -> None:
    for number in people:
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT).result()
        said = Contribution(
            id=str(uuid4()), cell=cell, feeling=feeling, reasons=reasons, words=words
        )
        room.contribute(session.id, token, said).result()


def answers(town: atlas.Atlas) -> list[tuple[str, str, str]]:
    rows = town.read("session_counts")[["question", "code", "contributors"]]
    return [(str(a), str(b), str(c)) for a, b, c in rows.itertuples(index=False)]


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
    assert closing.stop(room, session, atlas=town) == 1
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
    assert [closing.publish(room, again, atlas=town) for _ in range(2)] == [1, 1]
    assert closing.is_published(session, atlas=town)
    assert published(town) == [(CELL, "5-9", "safe")]


def test_the_publication_agrees_with_what_the_wall_showed(room: Room, town: atlas.Atlas) -> None:
    """Else the room could subtract the wall from the publication and find the three."""
    session = a_session(room)
    speak(room, session, CELL, range(8))
    shown = privacy.release(room.contributions(session.id), coarsest_m=250)
    text = json.dumps(privacy.packed(shown))
    room.change(
        session.id,
        lambda db: db.execute("UPDATE sessions SET batch = ? WHERE id = ?", (text, session.id)),
    ).result()
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


def test_a_reader_is_told_for_whom_it_was_and_what_was_asked(room: Room, town: atlas.Atlas) -> None:
    setup = SetUp(
        audience="young",
        audience_name="Girls of the Tuesday club",
        safeguard="Miriam, by the door",
        organizer="Hidmo",
        asks=("reasons", "words"),
        interpreters={"ar": "professional"},
    )
    session = a_session(room, setup=setup)
    speak(room, session, CELL, range(6))
    closing.stop(room, session, atlas=town)
    (row,) = town.read("sessions").to_dict("records")
    kept = ("audience_code", "audience", "organizer", "asked", "sessions_held", "codebook")
    assert [row[one] for one in kept] == [
        *("young", "Girls of the Tuesday club", "Hidmo", ["reasons"], 1, codebook.VERSION)
    ]
    raw = town.path.read_bytes()
    assert b"Miriam" not in raw
    assert b"professional" not in raw


# --- answers -----------------------------------------------------------------------------------


def test_answers_leave_from_five_and_what_could_hurt_from_ten_on(
    room: Room, town: atlas.Atlas
) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(9), reasons=("empty", "police"))
    speak(room, session, CELL, range(10), reasons=("racism",))
    speak(room, session, CELL, range(4), reasons=("kind",))
    speak(room, session, CELL, range(10, 15))
    closing.stop(room, session, atlas=town)
    assert answers(town) == [("reasons", "empty", "5-9"), ("reasons", "racism", "10-19")]
    assert set(closing.held_back(room, session).answers) == {
        ("reasons", "police", "sensitive"),
        ("reasons", "kind", "few"),
    }


def test_what_nearly_all_of_the_room_said_and_could_hurt_stays(
    room: Room, town: atlas.Atlas
) -> None:
    """Who was seen in the hall would be known to have said it."""
    session = a_session(room)
    speak(room, session, CELL, range(12), reasons=("faith", "lighting"))
    speak(room, session, CELL, range(12, 16))
    closing.stop(room, session, atlas=town)
    assert answers(town) == [("reasons", "lighting", "10-19")]
    assert closing.held_back(room, session).answers == (("reasons", "faith", "same"),)


def test_an_eager_person_is_one_person(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room)
    for cell in (CELL, NEXT, FAR):
        speak(room, session, cell, range(4), reasons=("empty",))
    closing.stop(room, session, atlas=town)
    assert answers(town) == published(town) == []


def test_an_answer_follows_what_the_wall_showed(room: Room, town: atlas.Atlas) -> None:
    """Nine on the wall and then a tenth, who was seen to send: she is not to be told by a band."""
    session = a_session(room)
    wall_shown.show(room, session.id, "shown")
    speak(room, session, CELL, range(9), reasons=("empty",))
    assert wall_shown.shown(room, session)["answers"]["reasons"] == [["empty", "5-9"]]
    speak(room, session, CELL, range(9, 10), reasons=("empty",))
    closing.stop(room, session, atlas=town)
    assert answers(town) == [("reasons", "empty", "5-9")]
    assert published(town) == [(CELL, "5-9", "safe")]
    assert closing.held_back(room, session).squares == {"few": 0, "merged": 0, "waits": 1}


def test_an_hour_of_a_square_leaves_beside_the_square(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room)
    for number in range(12):
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT).result()
        for hour, feeling in (("day", "safe"), ("night", "unsafe")):
            said = Contribution(id=str(uuid4()), cell=CELL, feeling=feeling, time_of_day=hour)
            room.contribute(session.id, token, said).result()
    assert closing.stop(room, session, atlas=town) == 1
    rows = town.read("reported_cells")[["feeling", "time_of_day", "contributors"]]
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        ["mixed", None, "10-19"],
        ["safe", "day", "10-19"],
        ["unsafe", "night", "10-19"],
    ]
    assert answers(town) == [("when", "day", "10-19"), ("when", "night", "10-19")]


# --- what is held back, for the facilitator ----------------------------------------------------


def test_the_facilitator_hears_which_squares_stay_and_why(room: Room) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(3))
    speak(room, session, NEXT, range(3, 6))
    speak(room, session, FAR, range(2))
    held = closing.held_back(room, session)
    assert held.squares == {"few": 1, "merged": 2, "waits": 0}
    room.stop(session.id)
    assert closing.held_back(room, session) == held


def test_what_waits_for_the_moderator_is_counted_and_not_published(
    room: Room, town: atlas.Atlas
) -> None:
    session = a_session(room, setup=SetUp(moderation="pre"))
    speak(room, session, CELL, range(6))
    assert closing.held_back(room, session).unread == 6
    assert closing.stop(room, session, atlas=town) == 0


def test_held_back_is_of_the_room_and_in_no_table_of_the_atlas(
    room: Room, town: atlas.Atlas
) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(6), reasons=("empty",))
    speak(room, session, FAR, range(1), reasons=("refused",))
    closing.stop(room, session, atlas=town)
    raw = town.path.read_bytes()
    assert FAR.encode() not in raw
    assert b"refused" not in raw


# --- words, and what comes after the end -------------------------------------------------------


def test_no_word_of_hers_reaches_the_atlas_in_any_file(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(6), words="by the kiosk of the uncle")
    room.change(
        session.id,
        lambda db: db.execute(
            "UPDATE contributions SET words_state = 'shown', paraphrase = 'near a shop'"
        ),
    ).result()
    closing.stop(room, session, atlas=town)
    raw = b"".join(file.read_bytes() for file in town.path.parent.glob("town.gpkg*"))
    assert b"kiosk" not in raw
    assert b"near a shop" not in raw


def test_what_is_hidden_after_the_end_leaves_nothing_of_fewer_than_five(
    room: Room, town: atlas.Atlas
) -> None:
    session = a_session(room)
    speak(room, session, CELL, range(6), reasons=("empty",))
    closing.stop(room, session, atlas=None)
    room.change(
        session.id,
        lambda db: db.execute(
            "UPDATE contributions SET state = 'hidden' WHERE id IN"
            " (SELECT id FROM contributions LIMIT 2)"
        ),
    ).result()
    assert closing.publish(room, session, atlas=town) == 0
    assert answers(town) == []
    assert closing.held_back(room, session).hidden == 2


def test_the_few_beside_a_table_that_the_wall_showed_are_not_published_with_it(
    room: Room, town: atlas.Atlas
) -> None:
    """Five of one table on the wall, seven in the atlas: the two of the other would be found."""
    session = a_session(room, setup=SetUp(parties=("Red", "Blue")))
    wall_shown.show(room, session.id, "shown")
    for number in range(12):
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT, party=number >= 5).result()
    speak(room, session, CELL, range(5))
    wall_shown.side_by_side(room, session.id, on=True)
    assert wall_shown.shown(room, session)["cells"] == [[CELL, "safe", "5-9"]]
    speak(room, session, CELL, range(5, 7), "unsafe")
    speak(room, session, FAR, range(7, 12))
    wall_shown.shown(room, session)
    closing.stop(room, session, atlas=town)
    assert published(town) == [(CELL, "5-9", "safe"), (FAR, "5-9", "safe")]


def test_a_session_of_a_campaign_waits_for_the_others(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room, setup=SetUp(campaign="Ways home"))
    speak(room, session, CELL, range(3))
    speak(room, session, NEXT, range(3, 6))
    assert closing.stop(room, session, atlas=town) == 0
    assert town.read("sessions").empty
    assert closing.publish(room, session, atlas=town) == 1  # unless she publishes it by itself
    assert published(town) == [(PARENT, "5-9", "safe")]


def test_the_area_holds_everything_and_a_kilometre_more() -> None:
    to_degrees = pyproj.Transformer.from_crs(3035, 4326, always_xy=True)
    spots = [to_degrees.transform(4552100, 3272100), to_degrees.transform(4554900, 3273300)]
    points = gpd.GeoDataFrame(geometry=[shapely.Point(spot) for spot in spots], crs=4326)
    assert room_area.area_of(points) == (4551000, 3271000, 4556000, 3275000)


def test_nothing_on_the_map_has_no_area() -> None:
    assert room_area.area_of(gpd.GeoDataFrame(geometry=[], crs=4326)) is None
