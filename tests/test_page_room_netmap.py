"""The desk of a Net-Map round: set up, moved on, typed in from paper, compared, saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, closing, netmap, wall_shown
from layers import room as rooms
from layers.netmap_taking import Entry
from layers.room import Room
from layers.room_session import Session
from mapping import hall, netmap_sheets

PAGE = "from mapping.pages import room\nroom.page()"
HOSTILE = "![x](http://evil.test/x.png) {{7*7}}"
NAMES = ("Anchor", "Bridge", HOSTILE)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert(
            "organizations",
            [{"id": f"o{at}", "name": name} for at, name in enumerate(NAMES)]
            + [{"id": "no", "name": "Refused", "consent_shown": False}]
            + [{"id": "quiet", "name": "Quiet House", "at_risk": True}]
            + [{"id": "inside", "name": "Inside only", "consent_shared": False}],
        )
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    monkeypatch.setenv("CG_HOST", "hall.test")
    return made


@pytest.fixture
def room(town: atlas.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    del town
    monkeypatch.setenv("CG_ROOM", str(tmp_path / "room.sqlite"))
    made = rooms.shared()
    yield made
    made.close()


@pytest.fixture
def session(room: Room) -> Session:
    return room.create(
        title="Café",
        kind="real",
        mode="batches",
        languages=("en", "ar"),
        cell_m=250,
        held_on=date(2026, 3, 1),
        atlas=str(room.path.parent / "town.gpkg"),
        area=(4_550_000, 3_270_000, 4_560_000, 3_280_000),
    )


def run(app: AppTest | None = None, lang: str = "en") -> AppTest:
    if app is None:
        app = AppTest.from_string(PAGE, default_timeout=30)
        app.session_state["cg_lang"] = lang
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(text.value for text in app.text)


def press(app: AppTest, name: str, session: Session) -> None:
    app.button(key=f"netmap_{name}_{session.published_as}").click().run()
    assert not app.exception


def now(room: Room, session: Session) -> netmap.Round:
    found = netmap.round_of(room, session.id)
    assert found is not None
    return found


def a_round(room: Room, session: Session) -> netmap.Round:
    actors = [netmap.Actor(name=name, organization=f"o{at}") for at, name in enumerate(NAMES)]
    netmap.set_up(
        room,
        session.id,
        question=HOSTILE,
        kinds=("refers_to", "funds"),
        actors=actors,
        people=(6, 2, 8),
    )
    return now(room, session)


def test_a_round_is_set_up_and_led_from_the_desk(room: Room, session: Session) -> None:
    app = run()
    mark = session.published_as
    app.toggle(key=f"netmap_begin_{mark}").set_value(True).run()
    press(app, "set_up", session)
    assert "needs a question" in "\n".join(one.value for one in app.error) + said(app)
    app.text_input(key=f"netmap_question_{mark}").set_value("Who decides?")
    app.number_input(key=f"netmap_people_{mark}_1").set_value(3)
    press(app, "set_up", session)
    found = now(room, session)
    assert [one.name for one in found.shown] == sorted(
        NAMES, key=str.casefold
    )  # none that refused, or is not to be named in a hall
    assert [one.people for one in found.groups] == [6, 3, 6]
    press(app, "next", session)
    assert (now(room, session).stage, now(room, session).step) == ("links", 0)
    assert "Now: Who sends people on to whom?" in said(app)
    netmap.enter(
        room, found.groups[1].code, Entry(id=str(uuid4()), do="actor", name="New club")
    ).result()
    run(app)
    assert "Group B proposes: \u2068New club\u2069" in said(app)
    waits = next(one for one in now(room, session).actors if one.state == "waiting")
    app.button(key=f"netmap_yes_{waits.id}").click().run()
    assert "New club" in [one.name for one in now(room, session).shown]
    table = app.dataframe[0].value
    assert table["People"].tolist() == ["5 to 9", "fewer than 5", "5 to 9"]
    app.button(key=f"netmap_wall_stage_{mark}").click().run()
    assert now(room, session).wall == "stage"
    text = said(run(app))
    assert text.count("The wall shows the question") == 2  # the remote says what the round says
    assert "nothing of what was said is on it" not in text
    wall_shown.show(room, session.id, "blank")
    text = said(run(app))
    assert text.count("The wall is blank") == 2
    assert "The wall shows" not in text
    wall_shown.show(room, session.id, "hidden")
    run(app)
    for stage in ("links", "towers", "ended"):
        press(app, "next", session)
        assert now(room, session).stage == stage
    press(app, "back", session)
    assert now(room, session).stage == "towers"


def test_paper_is_typed_in_compared_and_saved_after_the_end(
    room: Room, session: Session, town: atlas.Atlas
) -> None:
    found = a_round(room, session)
    mark = session.published_as
    ids = {one.name: one.id for one in found.shown}
    app = run()
    app.segmented_control(key=f"netmap_part_{mark}_False").set_value("paper").run()
    app.selectbox(key=f"netmap_hand_from_{mark}").set_value(ids["Anchor"])
    app.selectbox(key=f"netmap_hand_to_{mark}").set_value(ids["Bridge"])
    app.button(key=f"netmap_hand_add_{mark}").click().run()
    assert not app.exception
    links = netmap.links(room, session.id)
    assert links[["party", "one", "other"]].to_numpy().tolist() == [
        [0, ids["Anchor"], ids["Bridge"]]
    ]
    heights: dict[int, dict[str, int | None]] = {
        0: {"Anchor": 4, "Bridge": 1},
        1: {"Anchor": 1, HOSTILE: 9},
        2: {"Anchor": 0, "Bridge": 6},
    }
    for party, built in heights.items():
        said_of = {ids[name]: many for name, many in built.items()}
        netmap.write_towers(room, session.id, party, said_of, is_right=True)
    for one, other in (("Anchor", "Bridge"), ("Bridge", HOSTILE)):  # the last by one group only
        link = Entry(id=str(uuid4()), do="link", kind="refers_to", one=ids[one], other=ids[other])
        netmap.write_link(room, session.id, 2, link)
    closing.stop(room, session, atlas=town)
    app = run()
    app.segmented_control(key="room_section").set_value("past").run()
    text = said(app)
    assert "2 groups rank 2 actors" in text
    assert "agreement 0.00" in text
    assert "fewer than five people" in text  # group B is in no column
    tables = [one.value for one in app.dataframe]
    ranks = next(one for one in tables if "Rank by A" in one)
    assert "Rank by B" not in ranks
    app.button(key=f"netmap_save_do_{mark}").click().run()
    assert not app.exception
    ties = town.read("ties")
    assert ties[["from_id", "to_id", "says_who"]].to_numpy().tolist() == [
        ["o0", "o1", "facilitator"]
    ]
    assert set(town.read("towers")["group_name"]) == {"A", "C"}
    text = said(app)
    assert "Ties: 1. Ranks: 4. New organizations: 0." in text
    assert "already" in text
    assert app.button(key=f"netmap_save_do_{mark}").disabled  # nothing is ticked any more
    app.button(key=f"netmap_save_undo_{mark}").click().run()
    assert "Taken back" in said(app)
    assert town.read("ties").empty
    assert town.read("towers").empty
    assert not app.button(key=f"netmap_save_do_{mark}").disabled


def test_names_of_people_are_never_markdown_and_arabic_has_all_its_words(
    room: Room, session: Session
) -> None:
    a_round(room, session)
    for lang in ("en", "ar"):
        app = run(lang=lang)
        for part in ("paper", "compare"):
            app.segmented_control(key=f"netmap_part_{session.published_as}_False").set_value(part)
            run(app)
        assert not any("evil.test" in one.value for one in app.markdown)


def test_sheets_number_the_actors_and_escape_every_name(room: Room, session: Session) -> None:
    found = a_round(room, session)
    sheet = netmap_sheets.sheet("netmap-sheet", session, found, "en")
    assert sheet.count('<section class="leaf') == len(found.kinds) + 1
    cards = netmap_sheets.sheet("netmap-cards", session, found, "ar")
    for group in found.groups:
        assert f"{group.code[:4]} {group.code[4:]}" in cards
        assert hall.net_address("", group.code) == f"/net/{group.code}"
    netmap.add_actor(room, session.id, netmap.Actor(name="<script>alert(1)</script>"))
    for name in netmap_sheets.NAMES:
        assert "<script>alert" not in netmap_sheets.sheet(name, session, now(room, session), "en")
    with pytest.raises(KeyError):
        netmap_sheets.sheet("people", session, found, "en")
