"""Every way to say a place: unread, by keys, by list, aloud, in any language; and its states."""

from __future__ import annotations

import json
import re

import numpy as np
import pyproj
import pytest
import shapely
from playwright.sync_api import Page, WebSocketRoute

from layers.atlas import Atlas
from layers.room_session import Session
from layers.room_setup import SetUp
from layers.space import cell_of, parse_cell
from mapping import words
from tests.helpers import phones, rooms
from tests.helpers.phones import ARRIVED, join, place, rows, send
from tests.helpers.running import Server
from tests.helpers.watched import Watch

MOVE = "the map under the cross"  # by a finger, which is no tap
NO_TEXT = """
  span, h1, h2, p, label, bdi, option, .placename { visibility: hidden !important; }
  input::placeholder { color: transparent !important; }
"""
# What can be pressed on the screen and shows no picture of at least 16 px.
WITHOUT_PICTURE = """() => [...document.querySelectorAll('main button, header button')]
  .filter(b => b.offsetParent).filter(b => ![...b.querySelectorAll('svg')].some(s => {
    const box = s.getBoundingClientRect();
    return box.width >= 16 && box.height >= 16 && getComputedStyle(s).visibility === 'visible';
  })).map(b => b.id || b.className)"""


def tab_to(phone: Page, name: str, *, most: int = 80) -> None:
    """Press Tab until an element has the focus; never by a jump of the test's own."""
    for _ in range(most):
        if phone.evaluate("(name) => document.activeElement.matches(name)", name):
            return
        phone.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never came to {name}")


def square(phone: Page) -> str:
    return str(phone.get_attribute("#map", "data-cell"))


# --- without reading, by keys, in few taps -------------------------------------------------------


def test_a_place_is_sent_with_all_text_hidden(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    """Every control on the way shows a picture, and pictures are all that is pressed."""
    phone = watch.page("phone", bypass_csp=True)
    phone.goto(phones.address(in_hall, session))
    phone.wait_for_selector("#consent:not([hidden])")
    phone.add_style_tag(content=NO_TEXT)
    for screen, press in (
        ("#consent", "#agree svg"),
        ("#feeling", ".feel.unsafe svg"),
        ("#place", "#here svg"),
        ("#unmoved", "#unmoved_yes svg"),
        ("#why", "[data-code=lighting] svg"),
        ("#why", "[data-code=night] svg"),
        ("#why", "#send svg"),
    ):
        phone.wait_for_selector(f"{screen}:not([hidden])")
        if screen == "#place":
            phone.wait_for_selector("#map[data-cell]")
        assert phone.evaluate(WITHOUT_PICTURE) == [], screen
        phone.click(press)
    phone.wait_for_selector("#sent:not([hidden])")
    assert phone.evaluate(WITHOUT_PICTURE) == []
    phone.wait_for_function("() => document.getElementById('sent_state').dataset.state")
    phones.all_sent(phone)
    (row,) = rows(in_hall, session)
    assert (row["feeling"], row["reasons"], row["time_of_day"]) == (
        "unsafe",
        ("lighting",),
        "night",
    )


def test_the_tab_key_leads_through_everything(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    phone.goto(phones.address(in_hall, session))
    phone.wait_for_selector("#consent:not([hidden])")
    for name in ("#agree", ".feel.mixed", "#way_list", "#list button", "#here"):
        tab_to(phone, name)
        phone.keyboard.press("Enter")
    phone.wait_for_selector("#why:not([hidden])")
    for name, key in (
        ("[data-code=empty]", "Space"),
        ("[data-code=evening]", "Space"),
        ("#company [data-code=alone]", "Enter"),
        ("#send", "Enter"),
    ):
        tab_to(phone, name)
        phone.keyboard.press(key)
    phone.wait_for_selector(ARRIVED)
    (row,) = rows(in_hall, session)
    assert (row["feeling"], row["reasons"]) == ("mixed", ("empty",))
    assert (row["time_of_day"], row["company"]) == ("evening", "alone")
    tab_to(phone, "#open_menu")
    phone.keyboard.press("Enter")
    tab_to(phone, "#menu_mine")
    phone.keyboard.press("Enter")
    tab_to(phone, "[data-act='phone.withdraw']")
    phone.keyboard.press("Enter")
    tab_to(phone, "#sure_yes")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#mine_none:not([hidden])")
    phones.all_sent(phone)
    assert rows(in_hall, session) == []


@pytest.mark.parametrize(
    "taps",
    [
        (".feel.safe", MOVE, "#here", "#send"),
        (".feel.safe", "[data-pan=e]", "#here", "#send"),
        (".feel.safe", "#here", "#unmoved_yes", "#send"),
        (".feel.safe", "#way_list", "#list button >> nth=0", "#here", "#send"),
        (".feel.safe", "#way_list", "#list button:has(.about) >> nth=0", "#send"),
        (".feel.safe", MOVE, "#here", "[data-code=kind]", "[data-code=day]", "#send"),
    ],
    ids=["map", "arrow", "unmoved", "place of the list", "whole area", "with reason and hours"],
)
def test_five_taps_lead_from_the_feeling_to_sent(
    watch: Watch, in_hall: Server, session: Session, taps: tuple[str, ...]
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.wait_for_function("() => Phone.base")
    for tap in taps:
        if tap == MOVE:
            phone.wait_for_selector("#map[data-cell]")
            phone.evaluate("Place.city().map.panBy([60, 0], { animate: false })")
        else:
            phone.tap(tap)
    phone.wait_for_selector(ARRIVED)
    assert len([tap for tap in taps if tap != MOVE]) <= 5
    assert len(rows(in_hall, session)) == 1


# --- the place -------------------------------------------------------------------------------


def test_a_step_is_one_square_and_is_read_out(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    known = Atlas(in_hall.atlas).read("places").dropna(subset=["name"]).iloc[3]
    phone = watch.page("phone", locale="en", reduced_motion="reduce")
    join(phone, in_hall, session)
    phone.click(".feel.unsafe")
    phone.click("#way_list")
    phone.fill("#search", known["name"])
    phone.click("#list button >> nth=0")
    home = parse_cell(square(phone))
    assert home == parse_cell(cell_of(known.geometry.x, known.geometry.y, size_m=250))
    assert phone.inner_text("#square") == known["name"]
    assert phone.get_attribute("#square", "aria-live") == "polite"
    east = north = 0
    for wind, (dx, dy) in {"n": (0, 1), "e": (1, 0), "s": (0, -1), "w": (-1, 0)}.items():
        assert "250 m" in str(phone.get_attribute(f"[data-pan={wind}]", "aria-label"))
        for _ in range(3):
            phone.click(f"[data-pan={wind}]")
            east, north = east + dx, north + dy
            here = parse_cell(square(phone))
            assert (here.east - home.east, here.north - home.north) == (250 * east, 250 * north)
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"):
        phone.focus("#map")
        phone.keyboard.press(key)
    assert parse_cell(square(phone)).north == home.north + 1000
    assert phone.inner_text("#square") != known["name"]


def test_quick_steps_lose_none_while_the_map_moves(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    """The square that is taken is the one that was stepped to, not one on the way."""
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.click(".feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    first = parse_cell(square(phone))
    phone.evaluate(
        "() => { for (let n = 0; n < 4; n += 1) document.querySelector('[data-pan=e]').click();"
        " document.getElementById('here').click(); }"
    )
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (row,) = rows(in_hall, session)
    there = parse_cell(row["cell"])
    assert (there.east - first.east, there.north - first.north) == (1000, 0)


def test_a_whole_area_is_said_as_one_coarser_square_of_it(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    """Its square lies over the area's shape in the atlas, worked out here from degrees."""
    areas = Atlas(in_hall.atlas).read("areas")
    known = areas[areas["level"] == "district"].sort_values("name").iloc[2]
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    phone.click(".feel.safe")
    phone.click("#way_list")
    phone.fill("#search", known["name"])
    row = phone.locator("#list button", has_text=f"Somewhere in {known['name']}")
    said = row.inner_text()
    row.click()
    assert known["name"] in phone.inner_text("#why_where")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (sent,) = rows(in_hall, session)
    cell = parse_cell(sent["cell"])
    assert cell.size_m in (500, 1000, 2000)
    assert f"{cell.size_m:,} m" in said
    to_grid = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
    shape = shapely.transform(
        known.geometry, lambda xy: np.column_stack(to_grid.transform(xy[:, 0], xy[:, 1]))
    )
    box = shapely.box(cell.east, cell.north, cell.east + cell.size_m, cell.north + cell.size_m)
    assert shape.intersection(box).area > 0


def test_only_landmarks_that_were_chosen_are_offered(watch: Watch, in_hall: Server) -> None:
    setup = SetUp(landmarks=("park",))
    places = Atlas(in_hall.atlas).read("places").dropna(subset=["name"])
    with rooms.a_session(in_hall.room, in_hall.atlas, setup=setup) as session:
        phone = watch.page("phone")
        join(phone, in_hall, session)
        phone.click(".feel.safe")
        phone.click("#way_list")
        phone.wait_for_selector("#list button")
        offered = set(phone.locator("#list button:not(:has(.about)) span[dir]").all_inner_texts())
        assert offered == set(places.loc[places["kind"] == "park", "name"])


def test_the_map_moves_under_a_finger_and_the_page_does_not(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    larger = "document.documentElement.style.fontSize = '200%'"
    phone.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {larger} }})")
    join(phone, in_hall, session)
    phone.click(".feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    touch = phone.context.new_cdp_session(phone)

    def drag(name: str, by: int) -> None:
        box = phone.locator(name).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 3, min(box["y"] + box["height"] / 2, 560)
        finger = {"x": x, "y": y}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
        for part in range(1, 9):
            moved = finger | {"y": y - by * part / 8}
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    # the screen is higher than the phone, so that there is something to scroll
    assert phone.evaluate("() => place.scrollHeight > place.clientHeight")
    before, top = square(phone), phone.evaluate("() => place.scrollTop")
    drag("#map", 90)
    phone.wait_for_function("(cell) => map.dataset.cell !== cell", arg=before)
    assert phone.evaluate("() => place.scrollTop") == top
    assert phone.evaluate("() => scrollY") == 0
    phone.click("#here")
    phone.wait_for_selector("#why:not([hidden])")
    drag("#reasons", 200)
    # with text as large as this the whole screen scrolls, else the part above its buttons
    phone.wait_for_function(
        "() => why.scrollTop + document.querySelector('#why > .scroll').scrollTop > 50"
    )


# --- what is asked, and the session's states -----------------------------------------------------


def test_only_what_is_asked_is_on_the_screen(watch: Watch, in_hall: Server) -> None:
    setup = SetUp(asks=("when",), organizer="<i>City</i>", purpose="{{7*7}} lamps")
    with rooms.a_session(in_hall.room, in_hall.atlas, setup=setup) as session:
        phone = watch.page("phone", locale="en")
        phone.goto(phones.address(in_hall, session))
        phone.wait_for_selector("#consent:not([hidden])")
        who = phone.inner_text("#consent_who")
        assert "<i>City</i>" in who
        assert "{{7*7}} lamps" in who
        assert str(session.delete_on.year) in phone.inner_text("#consent_until")
        phone.click("#agree")
        place(phone)
        for name, is_asked in {"reasons": 0, "when": 1, "company": 0, "words": 0}.items():
            assert phone.is_visible(f"#ask_{name}") == bool(is_asked), name


def test_her_words_are_folded_short_and_wait_for_a_reader(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    place(phone)
    assert phone.is_hidden("#words")
    phone.click("#more")
    assert phone.get_attribute("#more", "aria-expanded") == "true"
    assert words.say("phone.words_hint", "en") in phone.inner_text("#words_box")
    phone.locator("#words").press_sequentially("x" * 250, timeout=30_000)
    assert phone.input_value("#words") == "x" * 200
    phone.fill("#words", "x" * 199 + "\U0001f6a8")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    with phones.stored(in_hall) as room:
        ((text, state),) = room.read(
            "SELECT words, words_state FROM contributions WHERE session = ?", (session.id,)
        )
    assert (text[:199], state) == ("x" * 199, "waiting")


def test_ready_paused_and_closed_are_said_at_once(watch: Watch, in_hall: Server) -> None:
    """The line is played here; what the room does with each state is tested where it is made."""
    lines: list[WebSocketRoute] = []
    with rooms.a_session(in_hall.room, in_hall.atlas, state="ready") as session:
        phone = watch.page("phone", locale="en")
        phone.route_web_socket(re.compile("/phone/live"), lambda line: lines.append(line))  # noqa: PLW0108 - playwright reads the signature
        phone.goto(phones.address(in_hall, session))
        phone.click("#agree")
        phone.wait_for_selector("#ready:not([hidden])")
        with phones.stored(in_hall) as room:
            room.move(session.id, "open")
        lines[0].send(json.dumps({"state": "open", "wall": "hidden"}))
        phone.wait_for_selector("#feeling:not([hidden])")
        lines[0].send(json.dumps({"state": "paused", "wall": "hidden"}))
        phone.wait_for_selector("#banner:not([hidden])")
        assert phone.inner_text("#banner_text") == words.say("phone.paused", "en")
        send(phone)
        assert phone.get_attribute("#sent_state", "data-state") == "waiting"
        assert "1" in phone.inner_text("#queue")
        lines[0].send(json.dumps({"state": "open", "wall": "hidden"}))
        phone.wait_for_selector(ARRIVED)
        assert phone.is_hidden("#banner")
        lines[0].send(json.dumps({"state": "closed", "wall": "hidden"}))
        phone.wait_for_selector("#end:not([hidden])")
        assert phone.is_visible("#see_answers")
        assert phone.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_nothing_moves_by_itself_for_those_who_asked_for_calm(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", reduced_motion="reduce", forced_colors="active")
    join(phone, in_hall, session)
    send(phone)
    assert phone.evaluate("document.getAnimations().length") == 0
