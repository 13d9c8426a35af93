"""Real phones and a real wall, over plain http under a hall's name: no secure context there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from layers.atlas import Atlas
from layers.room_session import Session
from layers.space import cell_of
from mapping import hall
from tests.helpers import rooms
from tests.helpers.hall_phones import IN_HALL, empty
from tests.helpers.phones import ARRIVED, address, join, place, rows, send, stored
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

CELL = re.compile(r"CRS3035RES250mN\d+E\d+")


def open_wall(page: Page, server: Server, session: Session) -> None:
    origin = server.address(HALL, "")
    page.goto(hall.wall_address(origin, session.code, session.wall_key, lang="en"))
    page.wait_for_selector("#map canvas")


def test_three_phones_in_three_languages_are_seen_on_the_wall(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    wall = watch.page("projector")
    open_wall(wall, in_hall, session)
    for lang, feeling in (("en", "safe"), ("fr", "mixed"), ("ar", "unsafe")):
        phone = watch.page("phone", locale=lang)
        join(phone, in_hall, session)
        assert phone.evaluate("isSecureContext") is False
        assert phone.get_attribute("html", "lang") == lang
        send(phone, feeling)
        phone.wait_for_selector(ARRIVED)
    wall.wait_for_function("() => document.getElementById('sent').textContent === '3'")
    wall.wait_for_selector(".said.mixed svg")
    assert wall.inner_text("#phones") == "3"
    assert watch.errors == []


def test_only_the_cell_leaves_the_phone(watch: Watch, in_hall: Server, session: Session) -> None:
    phone, bodies = watch.page("phone"), []
    phone.on("request", lambda request: bodies.append(request.post_data or ""))
    join(phone, in_hall, session)
    send(phone)
    phone.wait_for_selector(ARRIVED)
    (body,) = [json.loads(text) for text in bodies if '"cell"' in text]
    known = {"session", "token", "consent", "id", "cell", "feeling", "reasons"}
    assert set(body) == known
    assert CELL.fullmatch(body["cell"])
    assert not any(
        session.id in url or "?" in url.split("/phone/assets/")[0]
        for url in watch.requests
        if "/phone/base/" not in url
    )


def test_a_place_of_the_list_is_sent_as_the_cell_it_lies_in(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    """By keyboard alone; the cell is worked out again from degrees."""
    known = Atlas(in_hall.atlas).read("places").dropna(subset=["name"]).iloc[3]
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.focus(".feel.safe")
    phone.keyboard.press("Enter")
    phone.focus("#way_list")
    phone.keyboard.press("Enter")
    phone.focus("#search")
    phone.keyboard.type(known["name"])
    phone.wait_for_function("() => document.querySelectorAll('#list button').length === 1")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#by_map:not([hidden])")
    assert phone.evaluate("document.activeElement.id") == "here"
    assert known["name"] in phone.inner_text("#square")
    phone.keyboard.press("Enter")
    phone.focus("#send")
    phone.keyboard.press("Enter")
    phone.wait_for_selector(ARRIVED)
    (row,) = rows(in_hall, session)
    assert row["cell"] == cell_of(known.geometry.x, known.geometry.y, size_m=250)
    assert row["feeling"] == "safe"


def test_a_map_that_nobody_moved_is_asked_about_before_it_counts(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    phone.click(".feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    first = phone.get_attribute("#map", "data-cell")
    phone.click("#here")
    phone.wait_for_selector("#unmoved:not([hidden])")
    assert "Is it really here?" in phone.inner_text("#unmoved")
    assert phone.is_visible("#cross")  # the map that is asked about stays in sight
    assert phone.is_hidden("#why")
    # where "Here" was lies "Move the map" now: a second tap by mistake confirms nothing
    phone.click("#unmoved_move")
    assert phone.is_visible("#here")
    assert phone.evaluate("document.activeElement.id") == "map"
    phone.click("#here")
    phone.wait_for_selector("#unmoved:not([hidden])")
    phone.evaluate("Place.city().map.panBy([90, 0], { animate: false })")
    phone.wait_for_selector("#unmoved", state="hidden")  # she answers it by moving the map
    assert phone.get_attribute("#map", "data-cell") != first
    phone.click("#here")
    phone.wait_for_selector("#why:not([hidden])")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    phone.click("#another")  # the cross is still on the last place: that is no choice either
    phone.click(".feel.safe")
    phone.click("#here")
    phone.wait_for_selector("#unmoved:not([hidden])")
    phone.click("#unmoved_yes")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    cells = [row["cell"] for row in rows(in_hall, session)]
    assert len(cells) == 2
    assert set(cells) == {phone.get_attribute("#map", "data-cell")}


def test_a_double_tap_on_an_unmoved_map_sends_nothing(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.click(".feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    box = phone.locator("#here").bounding_box()
    assert box
    for _ in range(2):
        phone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.wait_for_timeout(300)
    assert phone.is_visible("#place")
    assert phone.is_hidden("#why")


def test_an_unmoved_map_is_asked_about_by_keyboard_and_forgotten_with_the_person(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="ar")
    join(phone, in_hall, session)
    phone.click(".feel.mixed")
    phone.wait_for_selector("#map[data-cell]")
    phone.focus("#here")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#unmoved:not([hidden])")
    assert phone.evaluate("document.activeElement.id") == "unmoved_text"  # and is read out
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.id") == "unmoved_yes"
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "map"
    phone.keyboard.press("ArrowUp")  # moved by a key: nothing is asked any more
    phone.focus("#here")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#why:not([hidden])")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    phone.click("#next")
    phone.click("#sure_yes")
    phone.click("#agree")
    phone.click(".feel.safe")
    phone.click("#here")
    phone.wait_for_selector("#unmoved:not([hidden])")


def test_the_map_is_moved_by_buttons_and_by_keys(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.click(".feel.mixed")
    phone.wait_for_selector("#map[data-cell]")
    first = phone.get_attribute("#map", "data-cell")
    # "RES250mN3706000E4413500": the two numbers of metres, north and east
    beyond = (
        "([first, which]) => { const metres = (code) => code.match(/\\d+/g).slice(2)[which];"
        " return metres(document.getElementById('map').dataset.cell) > metres(first); }"
    )
    for _ in range(3):
        phone.click(".pan.right")
    phone.wait_for_function(beyond, arg=[first, 1])
    phone.focus("#map")
    for _ in range(6):
        phone.keyboard.press("ArrowUp")
    phone.wait_for_function(beyond, arg=[first, 0])


def test_switching_the_language_keeps_the_answers(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    place(phone)
    phone.click("[data-code=police]")
    phone.click("[data-code=night]")
    phone.select_option("#lang", "ar")
    phone.wait_for_selector("html[dir=rtl]")
    assert phone.get_attribute("[data-code=police]", "aria-pressed") == "true"
    phone.click("#company [data-code=unsaid]")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (row,) = rows(in_hall, session)
    assert (row["reasons"], row["time_of_day"], row["company"]) == (("police",), "night", "unsaid")


def test_what_is_said_offline_arrives_once_when_the_network_is_back(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    send(phone)
    phone.wait_for_selector(ARRIVED)
    phone.context.set_offline(True)
    for _ in range(3):
        phone.click("#another")
        send(phone)
    assert "3" in phone.inner_text("#queue")
    assert phone.get_attribute("#sent_state", "data-state") == "waiting"
    phone.context.set_offline(False)
    phone.wait_for_selector("#queue:not(.waiting)")
    assert "4" in phone.inner_text("#queue")
    assert len(rows(in_hall, session)) == 4


def test_what_waits_survives_a_closed_page(watch: Watch, in_hall: Server, session: Session) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    empty(phone)
    place(phone)
    phone.context.set_offline(True)
    phone.click("#send")
    phone.wait_for_selector("#sent:not([hidden])")
    context = phone.context
    phone.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(in_hall.address(HALL, f"/j/{session.code}"))
    again.wait_for_selector("#feeling:not([hidden])")  # known again, without asking for consent
    empty(again)
    assert len(rows(in_hall, session)) == 1
    with stored(in_hall) as room:
        assert room.counts(session.id) == (1, 1)


def test_trouble_of_the_server_and_a_double_tap_count_once(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone, tries = watch.page("phone"), []

    def trouble(route: Route) -> None:
        tries.append(json.loads(route.request.post_data or "{}")["id"])
        if len(tries) < 3:
            route.fulfill(status=500, body='{"error": "server_failed"}')
        else:
            route.continue_()

    phone.route("**/phone/contributions", trouble)
    join(phone, in_hall, session)
    place(phone)
    phone.evaluate(
        "() => { const send = document.getElementById('send'); send.click(); send.click(); }"
    )
    phone.wait_for_selector(ARRIVED)
    assert len(tries) == 3
    assert len(set(tries)) == 1
    assert len(rows(in_hall, session)) == 1


def test_a_full_session_loses_nothing_and_says_so(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone, is_full = watch.page("phone", locale="en"), True

    def agree(route: Route) -> None:
        if is_full:
            route.fulfill(status=503, body='{"error": "session_full", "retry_s": 1}')
        else:
            route.continue_()

    phone.route("**/phone/agree", agree)
    join(phone, in_hall, session)
    send(phone)
    phone.wait_for_function(
        "document.getElementById('sent_state').textContent.includes('facilitator')"
    )
    assert phone.get_attribute("#sent_state", "data-state") == "waiting"
    assert rows(in_hall, session) == []
    is_full = False
    phone.wait_for_selector(ARRIVED)
    assert len(rows(in_hall, session)) == 1


def test_a_new_phone_is_told_that_the_door_is_shut_and_those_inside_go_on(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    inside, late = watch.page("phone", locale="en"), watch.page("phone", locale="fr")
    join(inside, in_hall, session)
    send(inside, "safe")
    inside.wait_for_selector(ARRIVED)
    with stored(in_hall) as room:
        room.take_new(session.id, on=False)
    late.goto(address(in_hall, session))
    late.wait_for_selector("#notice:not([hidden])")
    assert "ne prend plus de nouveaux téléphones" in late.inner_text("#notice")
    assert late.is_hidden("#consent")
    inside.reload()  # one that has joined comes back in
    send(inside, "unsafe")
    inside.wait_for_selector(ARRIVED)
    # the next person on her phone is new: told at once, and what she says waits for the door
    inside.click("#next")
    inside.click("#sure_yes")
    inside.click("#agree")
    inside.wait_for_selector("#notice:not([hidden])")
    assert "takes no new phones" in inside.inner_text("#notice")
    send(inside, "mixed")
    inside.wait_for_selector("#sent_state[data-state=waiting]")
    assert "takes no new phones" in inside.inner_text("#sent_state")
    assert len(rows(in_hall, session)) == 2
    with stored(in_hall) as room:
        room.take_new(session.id, on=True)
    late.click("#code_go")  # its code stands there: she tries again
    late.wait_for_selector("#consent:not([hidden])")
    inside.wait_for_selector(ARRIVED, timeout=60_000)
    assert len(rows(in_hall, session)) == 3


def test_leaving_wipes_the_phone_and_is_not_in_its_history(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.click("#leave")
    phone.wait_for_url("about:blank")
    context = phone.context
    phone.close()
    other = context.new_page()
    other.goto(in_hall.address(HALL, "/phone/words/en.json"))
    assert other.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert other.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_wrong_code_can_be_typed_again(watch: Watch, in_hall: Server, session: Session) -> None:
    phone = watch.page("phone", locale="fr")
    phone.goto(in_hall.address(HALL, "/j"))
    phone.fill("#code_text", "aaaa aaaa")
    phone.click("#code_go")
    phone.wait_for_selector("#notice:not([hidden])")
    assert "Aucune séance" in phone.inner_text("#notice")
    phone.fill("#code_text", f"{session.code[:4].lower()} {session.code[4:]}")
    phone.click("#code_go")
    phone.wait_for_selector("#consent:not([hidden])")
    assert phone.url.endswith(f"/j/{session.code}")


def test_the_secret_does_not_stay_in_the_address_bar(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    assert session.id not in phone.url
    phone.reload()
    phone.wait_for_selector("#feeling:not([hidden])")


def test_a_closed_session_is_said_and_wipes_the_phone(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    """By the answer to what she sends; that the line tells it first is tried in another file."""
    phone, wall = watch.page("phone", locale="en"), watch.page("projector")
    phone.route_web_socket("**/phone/live", lambda _: None)  # silent, however slow this machine is
    join(phone, in_hall, session)
    open_wall(wall, in_hall, session)
    with stored(in_hall) as room:
        room.stop(session.id)
    send_after = phone.locator("#end_title")
    place(phone)
    phone.click("#send")
    send_after.wait_for()
    assert "ended" in send_after.inner_text()
    assert rows(in_hall, session) == []


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "100%"), ("fr", "100%"), ("ar", "100%"), ("fr", "200%")]
)
def test_every_step_fits_a_small_phone_and_a_thumb(
    watch: Watch, in_hall: Server, session: Session, lang: str, text: str
) -> None:
    """Nothing wider than 360 px, and whatever can be pressed at least 44 px in both ways."""
    phone = watch.page("phone", locale=lang)
    larger = f"document.documentElement.style.fontSize = '{text}'"
    phone.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {larger} }})")
    address = hall.join_address(in_hall.address(HALL, ""), session.code, session.id)
    for step in rooms.steps(phone, address):
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, step
        small = phone.evaluate(
            "() => [...document.querySelectorAll('button, select, input, a')]"
            ".map(e => [e.id || e.className, e.getBoundingClientRect()])"
            ".filter(([, b]) => b.width && (b.width < 44 || b.height < 44))"
            ".map(([name, b]) => `${name} ${b.width}x${b.height}`)"
        )
        assert small == [], step
        nameless = phone.evaluate(
            "() => [...document.querySelectorAll('button')].filter(b => b.offsetParent"
            " && !b.textContent.trim() && !b.getAttribute('aria-label')).length"
        )
        assert nameless == 0, step


def test_everything_comes_back_by_itself_after_a_kill(
    watch: Watch, start_server: Callable[..., Server]
) -> None:
    server = start_server(**IN_HALL)
    with rooms.a_session(server.room, server.atlas) as session:
        pass
    phone, wall = watch.page("phone"), watch.page("projector")
    join(phone, server, session)
    open_wall(wall, server, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    server.kill()
    phone.click("#another")
    send(phone, "unsafe")
    assert phone.get_attribute("#sent_state", "data-state") == "waiting"
    wall.wait_for_selector("#notice:not([hidden])")
    server.start()
    phone.wait_for_selector(ARRIVED, timeout=60_000)
    wall.wait_for_selector(".said.mixed svg", timeout=60_000)
    assert wall.is_hidden("#notice")
    assert [row["feeling"] for row in rows(server, session)].count("safe") == 1
    assert len(rows(server, session)) == 2
    log = server.log()
    for secret in (session.id, session.code, session.wall_key, "CRS3035"):
        assert secret not in log


def test_an_open_wall_does_not_hold_up_the_end(
    watch: Watch, start_server: Callable[..., Server]
) -> None:
    server = start_server(**IN_HALL)
    with rooms.a_session(server.room, server.atlas) as session:
        pass
    wall = watch.page("projector")
    open_wall(wall, server, session)
    assert server.stop() is not None  # raises where SIGTERM does not end it


def test_a_draft_is_spoken_only_where_the_session_says_so(watch: Watch, in_hall: Server) -> None:
    for spoken, lang in ((("en", "uk"), "uk"), (("en", "fr"), "en")):
        with rooms.a_session(in_hall.room, in_hall.atlas, languages=spoken) as made:
            phone = watch.page("phone", locale="uk-UA")
            phone.goto(hall.join_address(in_hall.address(HALL, ""), made.code, made.id))
            phone.wait_for_selector("#consent:not([hidden])")
            assert phone.get_attribute("html", "lang") == lang
            offered = phone.eval_on_selector_all("#lang option", "all => all.map(one => one.value)")
            assert offered[:2] == sorted(spoken)
            assert ("uk" in offered, "ar" in offered) == (lang == "uk", True)
