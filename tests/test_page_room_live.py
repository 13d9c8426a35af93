"""A session that runs, and what comes after it: remote, links, counts, end, deletion, answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers import answers_back, atlas, codebook, invented, makeup, moderating, wall_shown
from layers import room as rooms
from layers.makeup import Makeup
from layers.room import Room
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from mapping import line_checks

PAGE = "from mapping.pages import room\nroom.page()"
CELL, OTHER = "CRS3035RES250mN3272000E4552000", "CRS3035RES250mN3282000E4562000"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    monkeypatch.setenv("CG_HOST", "hall.test")
    monkeypatch.setenv("CG_PORT", "8765")
    return made


@pytest.fixture
def room(town: atlas.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    del town
    monkeypatch.setenv("CG_ROOM", str(tmp_path / "room.sqlite"))
    made = rooms.shared()
    yield made
    made.close()


def a_session(room: Room, kind: str = "real", people: int = 0, **setup: Any) -> Session:
    session = room.create(
        title="Café",
        kind=kind,
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        atlas=str(room.path.parent / "town.gpkg"),
        area=(4_550_000, 3_270_000, 4_560_000, 3_280_000),
        setup=SetUp(**setup),
    )
    for number in range(people):
        send(room, session, f"{number:032x}")
    return session


def send(room: Room, session: Session, token: str, cell: str = CELL, **said: Any) -> None:
    room.join(session.id, token, consent=codebook.CONSENT).result()
    pin = Contribution(id=token + cell, cell=cell, feeling="unsafe", **said)
    room.contribute(session.id, token, pin).result()


def run(lang: str = "en") -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=30)
    app.session_state["cg_lang"] = lang
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(text.value for text in app.text)


def links(app: AppTest) -> list[str]:
    return [one.proto.url for one in app.get("link_button")]


# --- while it runs --------------------------------------------------------------------------------


def test_it_says_how_many_of_the_phones_have_sent(room: Room) -> None:
    session = a_session(room, people=3)
    room.join(session.id, "f" * 32, consent=codebook.CONSENT).result()
    assert "3 of 4 have sent" in said(run())


def test_the_wall_is_turned_from_the_desk(room: Room) -> None:
    session = a_session(room)
    app = run()
    assert "hidden" in said(app)
    for turn, showing in (("reveal", "shown"), ("hold", "paused"), ("blank", "blank")):
        app = app.button(key=f"room_wall_{turn}").click().run()
        assert wall_shown.view(room, session.id).showing == showing
    app = app.button(key="room_wall_hide").click().run()
    assert wall_shown.view(room, session.id).showing == "hidden"
    assert app.button(key="room_wall_hold").disabled  # to hold it would reveal it


def test_the_door_is_shut_and_opened_from_the_desk(room: Room) -> None:
    session = a_session(room, people=1)

    def door(app: AppTest) -> Any:
        (found,) = [one for one in app.toggle if "room_door_" in str(one.key)]
        return found

    app = run()
    assert door(app).value is False
    app = door(app).set_value(True).run()
    assert not app.exception
    assert not room.get(session.id).takes_new
    assert door(app).value is True
    assert "takes no new ones" in said(app)
    assert "with the picture or the code" not in said(app)
    room.take_new(session.id, on=True)  # from another desk
    assert door(run()).value is False
    app = door(run("ar")).set_value(True).run()
    assert not room.get(session.id).takes_new
    app = door(app).set_value(False).run()
    assert room.get(session.id).takes_new


def test_it_says_what_waits_for_the_second_phone_and_in_which_language(room: Room) -> None:
    session = a_session(room, moderation="pre")
    assert "places wait" not in said(run())
    send(room, session, "a" * 32)
    send(room, session, "b" * 32, words="مصباح", language="ar")
    text = said(run())
    assert "1 places wait" in text
    assert "العربية\u2069 1" in text
    assert "مصباح" not in text


def test_only_the_desk_listens_to_muted_phones_again(room: Room) -> None:
    session = a_session(room)
    send(room, session, "a" * 32, words="spam", language="en")
    assert not [one for one in run().button if one.key == "room_hear_again"]
    (item,) = moderating.queue(room, session.id, ["en"]).waiting
    moderating.mute(room, session.id, item.handle, who="Table 1")
    app = run()
    assert "Muted phones: 1." in said(app)
    app.button(key="room_hear_again").click().run()
    assert moderating.queue(room, session.id, []).muted == 0
    assert moderating.deeds(room, session.id)[-1].did == "unmute"


def test_tables_and_the_second_language_reach_the_wall(room: Room) -> None:
    session = a_session(room, parties=("North", "South"))
    app = run()
    app = app.toggle(key=f"room_side_{session.published_as}_False").set_value(True).run()
    assert wall_shown.view(room, session.id).side_by_side
    app.selectbox(key=f"room_second_{session.published_as}_").set_value("ar").run()
    assert wall_shown.view(room, session.id).second == "ar"


def test_without_tables_there_is_nothing_to_put_side_by_side(room: Room) -> None:
    a_session(room)
    assert not [one for one in run().toggle if "room_side_" in str(one.key)]


def test_the_links_carry_their_keys_behind_the_mark_that_no_log_sees(room: Room) -> None:
    session = a_session(room)
    found = links(run())
    for key in (session.wall_key, session.moderator_key, session.id):
        carrying = [one for one in found if key in one]
        assert carrying
        assert all(
            key in one.partition("#")[2] and key not in one.partition("#")[0] for one in carrying
        )
    assert f"/j/{session.code}#{session.id}&for=someone" in found
    assert f"/moderate/{session.code}?lang=en#{session.moderator_key}" in found
    assert not any(session.moderator_key in one and session.wall_key in one for one in found)


def test_a_session_that_the_second_phone_stopped_is_seen_as_it_is(room: Room) -> None:
    session = a_session(room)
    app = run()
    room.move(session.id, "paused")
    assert "Paused" in said(app.run())


def test_several_sessions_run_and_one_of_them_is_on_the_page(room: Room) -> None:
    one, two = a_session(room), a_session(room)
    app = run()
    assert "2 sessions" in said(app)
    for session in (one, two):
        app = app.selectbox(key="room_chosen").set_value(session.id).run()
        assert f"{session.code[:4]} {session.code[4:]}" in said(app)


def test_only_a_rehearsal_offers_invented_people(room: Room) -> None:
    a_session(room)
    assert not any("room_fill" in (one.key or "") for one in run().button)
    assert "invented" not in said(run()).lower()


def test_a_rehearsal_fills_and_is_cleared(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    session = a_session(room, "rehearsal")
    monkeypatch.setattr(invented, "PAUSE_S", 0.0)
    app = run().button(key="room_fill").click().run()
    filling = invented.fill(room, session, [("park", 4_552_000, 3_272_000)])
    filling.wait()
    assert room.counts(session.id) == (invented.PEOPLE, invented.PEOPLE)
    app.button(key="room_clear").click().run()
    assert room.counts(session.id) == (0, 0)


def test_the_room_is_counted_and_an_empty_field_is_no_zero(room: Room) -> None:
    session = a_session(room)
    app, mark = run(), f"room_count_{session.published_as}"
    app.number_input(key=f"{mark}_genders_women").set_value(12)
    app.number_input(key=f"{mark}_genders_men").set_value(0)
    app.text_area(key=f"{mark}_missing").set_value("Nobody from the hostel.")
    app.button(key=f"{mark}_save").click().run()
    assert makeup.read(room, session.id) == Makeup(
        genders={"women": 12, "men": 0}, missing="Nobody from the hostel."
    )


def test_what_is_typed_for_one_session_never_shows_in_another(room: Room) -> None:
    one, two = a_session(room, parties=("A", "B")), a_session(room)
    app = run().selectbox(key="room_chosen").set_value(one.id).run()
    app.number_input(key=f"room_count_{one.published_as}_genders_women").set_value(7)
    app.selectbox(key=f"room_table_{one.published_as}").set_value(1).run()
    app = app.selectbox(key="room_chosen").set_value(two.id).run()
    shown = [field.value for field in app.number_input]
    assert shown
    assert set(shown) == {None}


def test_the_check_of_the_network_says_what_to_do(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_session(room)
    memory = line_checks.Memory(clock=lambda: 60.0)
    monkeypatch.setattr(line_checks, "MEMORY", memory)
    assert "No phone has reported" in said(run())
    through: dict[str, bool | None] = {
        "post": True,
        "large": True,
        "socket": True,
        "store": True,
        "worker": False,
    }
    fine = line_checks.Result(
        origin="hall.test:8765", secure=False, got_through=through, voices=("ar",), late_ms=20
    )
    memory.keep(fine)
    assert "Everything that a phone needs gets through" in said(run())
    memory.keep(
        line_checks.Result(
            origin="hall.test:8765",
            secure=False,
            got_through=through | {"post": False, "large": None},
            voices=(),
            late_ms=None,
        )
    )
    app = said(run())
    assert "hotspot" in app
    assert "does not arrive" in app
    assert "not tried to the end" in app
    assert "Everything that a phone needs" not in app


# --- the end --------------------------------------------------------------------------------------


def test_before_the_end_it_says_what_leaves_and_what_stays(room: Room) -> None:
    session = a_session(room, people=6)
    send(room, session, "a" * 32, cell="CRS3035RES250mN3278000E4558000", reasons=("racism",))
    app = run().button(key="room_end").click().run()
    text = said(app)
    assert "Unsafe, 5 to 9 people each" in text
    assert "Squares that fewer than five people spoke of: 1." in text
    assert "Racism" in text
    assert room.get(session.id).state == "open"
    app = app.button(key="room_stop_not").click().run()
    assert room.get(session.id).state == "open"
    assert "7 of 7 have sent" in said(app)


def test_it_can_end_without_publishing(room: Room, town: atlas.Atlas) -> None:
    session = a_session(room, people=6)
    app = run().button(key="room_end").click().run()
    app = app.button(key="room_stop_later").click().run()
    assert room.get(session.id).state == "closed"
    assert town.read("sessions").empty
    app.button(key=f"room_publish_{session.published_as}").click().run()
    assert len(town.read("reported_cells")) == 1


def test_a_campaign_waits_for_its_other_sessions_and_is_published_together(
    room: Room, town: atlas.Atlas
) -> None:
    first = a_session(room, people=3, campaign="Ways home")
    second = a_session(room, campaign="Ways home")
    for number in range(10, 13):
        send(room, second, f"{number:032x}")
    room.stop(first.id)
    page = run().button(key="room_end").click().run()
    page = page.button(key="room_stop").click().run()
    assert "published with its campaign" in said(page)
    assert town.read("reported_cells").empty
    page.checkbox(key=f"room_campaign_different_{second.published_as}").check()
    page = page.button(key="room_campaign_publish").click().run()
    assert not page.exception
    cells = town.read("reported_cells")
    assert cells[["cell", "feeling", "contributors"]].to_numpy().tolist() == [
        [CELL, "unsafe", "5-9"]
    ]


def test_two_desks_may_end_it_at_once(room: Room) -> None:
    session = a_session(room)
    app = run().button(key="room_end").click().run()
    room.stop(session.id)
    app = app.run()
    assert not app.exception
    assert "No session is open" in said(app)


# --- afterwards -----------------------------------------------------------------------------------


def ended(room: Room, **more: Any) -> Session:
    session = a_session(room, people=6, **more)
    room.stop(session.id)
    return session


def past() -> AppTest:
    app = run()
    return app.segmented_control(key="room_section").set_value("past").run()


def test_the_summary_says_bands_and_never_a_small_number(room: Room) -> None:
    session = ended(room)
    makeup.save(room, session.id, Makeup(genders={"women": 6, "men": 2}, missing="Night workers"))
    text = said(past())
    assert "Night workers" in text
    assert "Women: 5 to 9" in text
    assert "Men: fewer than 5" in text
    assert "Men: 2" not in text


def test_a_sentence_is_taken_off_the_summary_after_the_end(room: Room) -> None:
    session = ended(room)
    assert not [one for one in past().button if "room_strike" in str(one.key)]
    sql = (
        "UPDATE contributions SET words_state = 'shown', paraphrase = ? WHERE id ="
        " (SELECT min(id) FROM contributions WHERE paraphrase IS NULL)"
    )

    def read_out(sentence: str) -> None:
        room.change(session.id, lambda db: db.execute(sql, (sentence,))).result()

    read_out("Somebody shouts")
    read_out("The red pram is followed")
    app = past()
    assert "The red pram is followed" in said(app)
    app.button(key=f"room_strike_{session.code}_1").click().run()
    assert "The red pram is followed" not in said(app)
    assert "Somebody shouts" in said(app)


def test_deleting_now_leaves_no_row_and_can_still_be_answered(room: Room) -> None:
    session = ended(room)
    app = past().button(key="room_delete").click().run()
    assert room.sessions() == []
    assert "is deleted" in said(app)
    app = run().segmented_control(key="room_section").set_value("past").run()
    app.text_area(key=f"room_answer_{session.code}_ar").set_value("صار الضوء")
    app.button(key=f"room_answer_save_{session.code}").click().run()
    assert dict(answers_back.read(room, session.code).texts) == {"ar": "صار الضوء"}


def test_you_said_we_did_is_saved_in_the_languages_of_the_session(room: Room) -> None:
    session = ended(room)
    app = past()
    assert f"{session.code[:4]} {session.code[4:]}" in said(app)
    app.text_area(key=f"room_answer_{session.code}_en").set_value("New lamps in March.")
    app.button(key=f"room_answer_save_{session.code}").click().run()
    assert dict(answers_back.read(room, session.code).texts) == {"en": "New lamps in March."}


def test_titles_and_answers_are_never_markdown(room: Room) -> None:
    evil = "![x](//evil.example/x.png)"
    session = room.create(
        title=evil,
        kind="real",
        mode="batches",
        languages=("en",),
        cell_m=250,
        held_on=date(2026, 3, 1),
        setup=SetUp(parties=(evil, "B"), safeguard=evil, campaign=evil),
    )
    for app in (run(), run().button(key="room_end").click().run()):
        assert all("evil" not in block.value for block in app.markdown)
    room.stop(session.id)
    assert all("evil" not in block.value for block in past().markdown)
    past().button(key="room_delete").click().run()
    app = run().segmented_control(key="room_section").set_value("past").run()
    assert all("](//evil" not in block.label for block in app.expander)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_every_state_speaks_the_language_of_the_desk(room: Room, lang: str) -> None:
    session = a_session(room, people=6, parties=("A", "B"), campaign="C")
    rehearsal = a_session(room, "rehearsal")
    for one in (session, rehearsal):
        for state in ("ready", "paused", "open"):
            room.move(one.id, state)
            app = run(lang)
            if one is session:  # two of them still run
                app.selectbox(key="room_chosen").set_value(one.id).run()
            assert not app.exception
        app = app.button(key="room_end").click().run()
        assert not app.exception
        app.button(key="room_stop").click().run()
        assert not app.exception
    assert not run(lang).segmented_control(key="room_section").set_value("past").run().exception
