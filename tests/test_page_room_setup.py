"""Setting a session up: a title is enough, and everything a person may choose arrives as chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from streamlit.testing.v1 import AppTest

from layers import room as rooms
from layers.atlas import Atlas
from layers.room import Room
from mapping import consent_text, words

PAGE = "from mapping.pages import room\nroom.page()"


@pytest.fixture
def room(sample_atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("CG_ATLAS", str(sample_atlas))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    monkeypatch.setenv("CG_HOST", "127.0.0.1")
    monkeypatch.setenv("CG_ROOM", str(tmp_path / "room.sqlite"))
    made = rooms.shared()
    yield made
    made.close()


def run() -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=30).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(text.value for text in app.text)


def make(app: AppTest, title: str = "Ways home") -> AppTest:
    app.text_input(key="room_title").set_value(title)
    return app.button(key="room_create").click().run()


def test_a_title_and_one_click_are_enough_and_the_defaults_are_careful(room: Room) -> None:
    make(run())
    (session,) = room.sessions()
    assert (session.state, session.kind, session.mode, session.cell_m) == (
        *("ready", "real", "batches"),
        250,
    )
    assert session.languages == words.languages()
    assert session.delete_on == date(2026, 3, 31)
    assert session.setup.asks == ("reasons", "when", "company", "words")
    assert (session.setup.audience, session.setup.moderation) == ("anyone", "post")
    assert session.setup.landmarks is None
    assert session.setup.interpreters == {}


def test_young_people_need_a_named_person(room: Room) -> None:
    app = run()
    app.radio(key="room_audience").set_value("young").run()
    app = make(app)
    assert "named person" in said(app)
    assert room.sessions() == []
    app.text_input(key="room_safeguard").set_value("Amal, at the tea table")
    make(app)
    assert room.sessions()[0].setup.safeguard == "Amal, at the tea table"


def test_no_relative_is_offered_as_an_interpreter_and_the_reason_is_said(room: Room) -> None:
    app = run()
    offered = app.selectbox(key="room_interpreter_ar").options
    assert not any("relative" in one or "famil" in one for one in offered)
    assert "Never a relative" in said(app)
    app.selectbox(key="room_interpreter_ar").set_value("professional")
    app.multiselect(key="room_aloud").set_value(["wo"]).run()
    app.selectbox(key="room_interpreter_wo").set_value("staff")
    make(app)
    assert room.sessions()[0].setup.interpreters == {"ar": "professional", "wo": "staff"}
    assert "wo" not in room.sessions()[0].languages


def test_a_chosen_area_is_smaller_than_the_city_and_holds_it(
    room: Room, sample_atlas: Path
) -> None:
    app = run()
    app.radio(key="room_extent").set_value("areas").run()
    app.multiselect(key="room_areas").set_value(["d07"]).run()
    make(app)
    west, south, east, north = room.sessions()[0].area or (0, 0, 0, 0)
    areas = Atlas(sample_atlas).read("areas")
    assert isinstance(areas, gpd.GeoDataFrame)
    there = areas[areas["id"] == "d07"].to_crs(3035).total_bounds
    assert west <= there[0] - 1000
    assert there[2] + 1000 <= east
    assert south <= there[1] - 1000
    assert there[3] + 1000 <= north
    assert (east - west) * (north - south) < 40e6


def test_areas_that_are_to_be_chosen_and_are_not_are_asked_for(room: Room) -> None:
    app = run()
    app.radio(key="room_extent").set_value("areas").run()
    app = make(app)
    assert "No area is chosen" in said(app)
    assert room.sessions() == []
    app.radio(key="room_extent").set_value("city").run()
    make(app)
    assert len(room.sessions()) == 1


def test_a_language_that_is_only_spoken_stays_while_nobody_is_found_for_it(room: Room) -> None:
    app = run()
    app.multiselect(key="room_aloud").set_value(["wo"]).run()
    make(app)
    made = room.sessions()[0]
    assert made.setup.interpreters == {"wo": ""}
    assert room.get(made.id).setup == made.setup
    app = run()
    app.segmented_control(key="room_section").set_value("new").run()
    app.button(key="room_copy").click().run()
    assert app.multiselect(key="room_aloud").value == ["wo"]


def test_landmarks_are_counted_from_the_atlas_and_can_be_left_out(room: Room) -> None:
    app = run()
    kinds = app.multiselect(key="room_landmarks")
    # the sample city's places by kind, counted by hand in its table
    assert "Underpass (6)" in kinds.options
    assert "Park (16)" in kinds.options
    kinds.set_value([one for one in kinds.value if one != "underpass"])
    make(app)
    landmarks = room.sessions()[0].setup.landmarks
    assert landmarks is not None
    assert "underpass" not in landmarks
    assert "park" in landmarks


@pytest.mark.usefixtures("room")
def test_the_consent_is_shown_as_the_phone_will_say_it() -> None:
    app = run()
    app.text_input(key="room_organizer").set_value("Women's Centre")
    app.selectbox(key="room_preview").set_value("ar").run()
    shown = said(app)
    assert words.say("phone.consent_who", "ar", organizer="Women's Centre") in shown
    assert words.say("phone.consent_home", "ar") in shown


def test_tables_questions_campaign_and_moderation_arrive(room: Room) -> None:
    app = run()
    app.text_area(key="room_parties").set_value(" Window \n\nDoor")
    app.checkbox(key="room_asks_words").uncheck()
    app.radio(key="room_moderation").set_value("pre")
    app.radio(key="room_mode").set_value("instant")
    app.text_input(key="room_purpose").set_value("Light in the plan")
    assert app.date_input(key="room_delete_on").min == date(2026, 3, 2)  # the day after
    app.date_input(key="room_delete_on").set_value(date(2026, 3, 8))
    make(app)
    session = room.sessions()[0]
    assert session.setup.parties == ("Window", "Door")
    assert session.setup.asks == ("reasons", "when", "company")
    assert (session.setup.moderation, session.mode) == ("pre", "instant")
    assert session.setup.purpose == "Light in the plan"
    assert session.delete_on == date(2026, 3, 8)


def test_one_table_alone_is_refused_in_words(room: Room) -> None:
    app = run()
    app.text_area(key="room_parties").set_value("Only one")
    assert "only one" in said(make(app))
    assert room.sessions() == []


@pytest.mark.usefixtures("room")
def test_instant_says_where_it_belongs() -> None:
    assert any("all know" in one for one in run().radio(key="room_mode").captions or [])


def test_an_earlier_set_up_is_taken_over_without_its_title(room: Room) -> None:
    app = run()
    app.radio(key="room_audience").set_value("women")
    app.text_input(key="room_safeguard").set_value("Amal")
    app.text_area(key="room_parties").set_value("A\nB")
    app.checkbox(key="room_asks_company").uncheck()
    app.radio(key="room_extent").set_value("areas").run()
    app.multiselect(key="room_areas").set_value(["d03", "d04"]).run()
    make(app)
    first = room.sessions()[0]
    again = run()
    again.segmented_control(key="room_section").set_value("new").run()
    again.button(key="room_copy").click().run()
    assert again.text_input(key="room_title").value == ""
    make(again, "The second evening")
    second = next(one for one in room.sessions() if one.title == "The second evening")
    assert second.setup == first.setup
    assert (second.area, second.cell_m, second.languages) == (
        first.area,
        first.cell_m,
        first.languages,
    )
    assert second.id != first.id
    assert second.code != first.code


def test_a_rehearsal_takes_the_set_up_and_is_open_and_instant(room: Room) -> None:
    app = run()
    app.text_area(key="room_parties").set_value("A\nB")
    app.button(key="room_rehearse").click().run()
    session = room.sessions()[0]
    assert (session.kind, session.state, session.mode) == ("rehearsal", "open", "instant")
    assert session.setup.parties == ("A", "B")


@pytest.mark.parametrize("lang", words.room_languages())
def test_every_language_can_say_the_whole_consent(lang: str) -> None:
    lines = consent_text.lines(
        lang, cell_m=500, organizer="O-name", purpose="P-name", delete_on=date(2026, 3, 31)
    )
    text = "\n".join(lines)
    assert len(lines) == 9
    assert all(part in text for part in ("O-name", "P-name", "500", "2026-03-31"))


def test_what_is_not_known_is_not_claimed_in_the_consent() -> None:
    text = "\n".join(consent_text.lines("en", cell_m=250))
    assert "holds this session" not in text
    assert "What it is for" not in text
    assert "deleted" not in text


def test_the_preview_has_every_promise_of_the_phone_s_page() -> None:
    page = (Path(words.FOLDER).parent / "phone" / "assets" / "phone.html").read_text("utf-8")
    screen = page.split('<section id="consent"')[1].split("</section>")[0]
    phone = {part.split('"')[0] for part in screen.split('data-say="phone.consent_')[1:]}
    lines = consent_text.lines(
        "en", cell_m=250, organizer="O", purpose="P", delete_on=date(2026, 3, 31)
    )
    names = ("title", "who", "why", "nameless", "square", "home", "shown", "until", "free")
    assert phone <= set(names)
    assert len(lines) == len(names)
