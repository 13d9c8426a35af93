"""The page Room: one click to a rehearsal, a session set up, ended, and its cells published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from layers import atlas, closing, codebook, wall_shown
from layers import room as rooms
from layers.room import Room
from layers.room_session import Contribution, Session

PAGE = "from mapping.pages import room\nroom.page()"
pytestmark = pytest.mark.usefixtures("town", "room")
CELL = "CRS3035RES250mN3272000E4552000"  # in Berlin's middle


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        corner, other = (13.40, 52.52), (13.42, 52.53)
        writer.insert(
            "street_nodes",
            [{"id": f"n{n}", "geometry": shapely.Point(p)} for n, p in enumerate((corner, other))],
        )
        street = {"id": "s", "u": "n0", "v": "n1", "metres": 1750.0}
        writer.insert("streets", [street | {"geometry": shapely.LineString([corner, other])}])
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    monkeypatch.setenv("CG_HOST", "127.0.0.1")
    monkeypatch.setenv("CG_PORT", "8765")
    return made


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("CG_ROOM", str(tmp_path / "room.sqlite"))
    made = rooms.shared()
    yield made
    made.close()


def run() -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=20).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(text.value for text in app.text)


def end(app: AppTest) -> AppTest:
    return app.button(key="room_end").click().run().button(key="room_stop").click().run()


def test_a_rehearsal_is_one_click_away(town: atlas.Atlas, room: Room) -> None:
    app = run().button(key="room_rehearse").click().run()
    session = room.sessions()[0]
    assert (session.kind, session.mode, session.state) == ("rehearsal", "instant", "open")
    assert session.atlas == str(town.path.resolve())
    assert session.held_on == date(2026, 3, 1)
    assert f"{session.code[:4]} {session.code[4:]}" in said(app)


def test_the_session_covers_the_city_and_little_more(room: Room) -> None:
    run().button(key="room_rehearse").click().run()
    west, south, east, north = room.sessions()[0].area or (0, 0, 0, 0)
    assert west <= 4552000
    assert east >= 4552250
    assert south <= 3272000
    assert north >= 3272250
    assert east - west < 6_000
    assert north - south < 6_000


def test_on_loopback_it_says_that_phones_cannot_come_and_how_they_could() -> None:
    assert "make run HOST=0.0.0.0" in said(run())


def test_in_a_hall_it_says_no_such_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_HOST", "hall.test")
    app = run().button(key="room_rehearse").click().run()
    assert "make run" not in said(app)
    assert "hall.test:8765/j" in said(app)


def test_a_real_session_waits_for_five_unless_the_facilitator_chooses_otherwise(room: Room) -> None:
    app = run()
    app.text_input(key="room_title").set_value("Women's café")
    app.button(key="room_create").click().run()
    session = room.sessions()[0]
    assert (session.title, session.kind, session.mode) == ("Women's café", "real", "batches")
    assert session.state == "ready"
    app = app.button(key="room_start").click().run()
    assert room.get(session.id).state == "open"
    app = app.button(key="room_pause").click().run()
    assert room.get(session.id).state == "paused"
    app.button(key="room_go_on").click().run()
    assert room.get(session.id).state == "open"


def test_a_session_without_a_title_is_refused_in_words(room: Room) -> None:
    app = run().button(key="room_create").click().run()
    assert "title" in "\n".join(one.value for one in app.text)
    assert room.sessions() == []


def test_a_title_is_never_markdown() -> None:
    app = run()
    app.text_input(key="room_title").set_value("![x](//evil.example/x.png)")
    app = app.button(key="room_create").click().run()
    assert "evil.example" in said(app)
    assert all("evil" not in block.value for block in app.markdown)


def test_a_city_without_anything_on_the_map_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = atlas.create(tmp_path / "empty.gpkg", name="Empty")
    monkeypatch.setenv("CG_ATLAS", str(empty.path))
    app = run()
    assert "neither streets nor areas" in said(app)
    assert not any(button.key == "room_rehearse" for button in app.button)


def fill(room: Room, kind: str, town: atlas.Atlas, people: int) -> Session:
    session = room.create(
        title="Café",
        kind=kind,
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
        atlas=str(town.path),
    )
    for number in range(people):
        token = f"{number:032x}"
        room.join(session.id, token, consent=codebook.CONSENT).result()
        pin = Contribution(id=f"id-{number}", cell=CELL, feeling="unsafe")
        room.contribute(session.id, token, pin).result()
    return session


def test_ending_a_real_session_publishes_its_cells_as_bands(town: atlas.Atlas, room: Room) -> None:
    session = fill(room, "real", town, people=6)
    app = end(run())
    cells = town.read("reported_cells")
    assert cells[["cell", "feeling", "contributors"]].to_numpy().tolist() == [
        [CELL, "unsafe", "5-9"]
    ]
    kept = town.read("sessions").iloc[0]
    assert (kept["title"], kept["contributors"]) == ("Café", "5-9")
    assert session.id not in str(town.read("sessions").to_dict())
    assert room.get(session.id).state == "closed"
    assert "Squares published: 1." in said(app)


def test_fewer_than_five_publish_nothing(town: atlas.Atlas, room: Room) -> None:
    fill(room, "real", town, people=4)
    app = end(run())
    assert town.read("reported_cells").empty
    assert town.read("sessions")["contributors"].isna().all()
    assert "fewer than 5" in str(app.dataframe[0].value.to_dict())


def test_a_rehearsal_is_never_published(town: atlas.Atlas, room: Room) -> None:
    fill(room, "rehearsal", town, people=9)
    end(run())
    assert town.read("sessions").empty
    assert town.read("reported_cells").empty


def test_what_could_not_be_published_is_offered_again(tmp_path: Path, room: Room) -> None:
    stick = atlas.create(tmp_path / "stick.gpkg", name="On a stick")
    session = fill(room, "real", stick, people=6)
    away = stick.path.rename(stick.path.with_suffix(".away"))
    app = end(run())
    assert "not published yet" in said(app)
    assert "stick.gpkg" in said(app)
    assert room.get(session.id).state == "closed"
    away.rename(stick.path)
    app = app.run()
    assert "its squares are not published" in said(app)
    app = app.button(key=f"room_publish_{session.published_as}").click().run()
    assert "Squares published: 1." in said(app)
    assert len(stick.read("reported_cells")) == len(stick.read("sessions")) == 1
    assert not any((button.key or "").startswith("room_publish") for button in app.button)


def test_a_rush_of_phones_is_said_and_not_published_by_itself(
    town: atlas.Atlas, room: Room
) -> None:
    session = fill(room, "real", town, people=61)
    app = run()
    assert "Many phones joined within seconds" in said(app)
    app = end(app)
    assert "Nothing was published" in said(app)
    assert town.read("sessions").empty
    app.button(key=f"room_publish_{session.published_as}").click().run()
    assert len(town.read("reported_cells")) == 1


def test_a_hall_that_scanned_at_once_is_published_once_somebody_has_looked(
    town: atlas.Atlas, room: Room
) -> None:
    session = fill(room, "real", town, people=61)
    app = run().button(key="room_end").click().run()
    looked = app.checkbox(key=f"room_fits_{session.code}")
    assert "61 phones" in looked.label
    app = looked.check().run().button(key="room_stop").click().run()
    assert "Squares published: 1." in said(app)
    assert len(town.read("reported_cells")) == 1


def test_the_wall_that_was_hidden_at_the_end_can_show_the_summary(
    town: atlas.Atlas, room: Room
) -> None:
    session = fill(room, "real", town, people=6)
    assert wall_shown.view(room, session.id).showing == "hidden"
    app = end(run())
    assert "The wall is hidden" in said(app)
    app = app.button(key="room_past_wall_reveal").click().run()
    assert wall_shown.view(room, session.id).showing == "shown"
    assert "The wall shows this summary." in said(app)
    app = app.button(key="room_past_wall_hide").click().run()
    assert wall_shown.view(room, session.id).showing == "hidden"
    assert app.button(key="room_past_wall_hide").disabled


def test_two_desks_that_end_a_session_say_the_same_number(town: atlas.Atlas, room: Room) -> None:
    session = fill(room, "real", town, people=6)
    app = end(run())
    assert "Squares published: 1." in said(app)
    assert closing.publish(room, session, atlas=town) == 1
    assert len(town.read("reported_cells")) == 1


def test_a_full_session_is_said(
    town: atlas.Atlas, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(room, "real", town, people=3)
    assert "takes no more" not in said(run())
    monkeypatch.setattr("mapping.pages._room_live.MOST_TOKENS", 3)
    assert "takes no more" in said(run())


def test_what_is_folded_away_is_named_for_a_room() -> None:
    labels = [block.label for block in run().expander]
    assert "How it works" in labels
    assert "How this was computed" not in labels


def test_a_past_session_can_be_deleted(town: atlas.Atlas, room: Room) -> None:
    fill(room, "rehearsal", town, people=1)
    app = end(run())
    app.button(key="room_delete").click().run()
    assert room.sessions() == []


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_it_speaks_the_language_of_the_desk(lang: str) -> None:
    app = AppTest.from_string(PAGE, default_timeout=20)
    app.session_state["cg_lang"] = lang
    app.run()
    assert not app.exception
    assert app.button(key="room_rehearse").label in ("Lancer une répétition", "بدء تجربة")


def test_a_day_long_past_everything_is_asked_about_before_anything_goes(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = room.create(
        title="Laundry",
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
    )
    room.stop(made.id)
    assert "Is the clock right?" not in said(run())
    monkeypatch.setenv("CG_TODAY", "2026-05-01")
    app = run()
    assert "Is the clock right? Then 1 sessions are to be deleted." in said(app)
    assert len(room.sessions()) == 1
    app.button(key="room_clock_sure").click().run()
    assert "Sessions deleted: 1." in said(app)
    assert room.sessions() == []
