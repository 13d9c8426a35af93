"""What waits on a phone: lost by nothing, sent once, in order, forgotten when it should be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from layers.room_session import Session
from mapping import hall
from tests.helpers import phones, rooms
from tests.helpers.hall_phones import IN_HALL, a_phone, add, bodies, empty, phone_browsers, said
from tests.helpers.phones import join, rows, send
from tests.helpers.running import Server
from tests.helpers.watched import HALL


@pytest.fixture(scope="module")
def browsers(in_hall: Server) -> Iterator[tuple[Browser, Browser]]:
    with phone_browsers(in_hall.address(HALL, "")) as running:
        yield running


@pytest.fixture
def phone(browsers: tuple[Browser, Browser]) -> Iterator[Page]:
    """Open a phone on plain http; nothing is trusted there."""
    with a_phone(browsers[0]) as page:
        yield page


# --- order ---------------------------------------------------------------------------------------


def test_the_last_word_about_an_item_takes_the_place_of_what_waits(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session)
    send(phone)
    empty(phone)
    phone.context.set_offline(True)
    body = said(session, phone, 1)
    sent = bodies(phone)
    add(phone, "/phone/contributions", body)
    add(phone, "/phone/change", {**body, "feeling": "mixed"})
    taken_back = {**body, "id": "00000000-0000-4000-8000-000000000002"}
    add(phone, "/phone/contributions", taken_back)
    gone = {name: taken_back[name] for name in ("session", "token", "id")}
    add(phone, "/phone/withdraw", gone)
    sent.clear()
    phone.context.set_offline(False)
    empty(phone)
    assert [(path, one.get("feeling")) for path, one in sent] == [
        ("change", "mixed"),
        ("withdraw", None),
    ]
    assert sorted(row["feeling"] for row in rows(in_hall, session)) == ["mixed", "unsafe"]


def test_a_change_made_while_the_first_is_on_its_way_goes_after_it(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session)
    send(phone)
    empty(phone)
    body, order = said(session, phone, 3), bodies(phone)

    def slowly(route: Route) -> None:
        add(phone, "/phone/change", {**body, "feeling": "mixed"})
        route.continue_()

    phone.route("**/phone/contributions", slowly, times=1)
    phone.evaluate(
        "body => { Outbox.add({id: body.id, path: '/phone/contributions', body}); }", body
    )
    empty(phone)
    assert [path for path, _ in order] == ["contributions", "change"]
    assert sorted(row["feeling"] for row in rows(in_hall, session)) == ["mixed", "unsafe"]


def test_agreeing_goes_before_everything_else(
    phone: Page, in_hall: Server, session: Session
) -> None:
    phone.goto(hall.join_address(in_hall.address(HALL, ""), session.code, session.id))
    phone.wait_for_selector("#consent:not([hidden])")
    order = bodies(phone, "agree|contributions")
    phone.context.set_offline(True)
    phone.click("#agree")
    body = said(session, phone, 4) | {"cell": "CRS3035RES250mN3699250E4412250"}
    add(phone, "/phone/contributions", body)
    order.clear()
    phone.context.set_offline(False)
    empty(phone)
    assert [path for path, _ in order] == ["agree", "contributions"]


# --- never lost, never doubled -------------------------------------------------------------------


def test_ten_minutes_offline_with_the_page_open_lose_nothing(
    phone: Page, in_hall: Server, session: Session
) -> None:
    phone.clock.install()
    join(phone, in_hall, session)
    phone.clock.run_for(1000)
    phone.context.set_offline(True)
    phone.click(".feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    phones.here(phone)
    phone.click("#send")
    tries: list[str] = []
    phone.on("request", lambda request: tries.append(request.url))
    for _ in range(120):  # in steps, so that each try has failed before the clock goes on
        phone.clock.run_for(5000)
        phone.evaluate("() => 0")
    tries = [url for url in tries if url.endswith("/phone/contributions")]
    assert 10 <= len(tries) <= 60, "it neither gives up nor hammers"
    phone.context.set_offline(False)
    for _ in range(40):
        phone.clock.run_for(1000)
        if phone.evaluate("async () => (await Outbox.all()).length") == 0:
            break
    assert [row["feeling"] for row in rows(in_hall, session)] == ["unsafe"]


def test_a_hall_login_page_takes_nothing_away(
    phone: Page, in_hall: Server, session: Session
) -> None:
    """A captive portal answers everything with 200 and a page, or with some JSON of its own."""
    join(phone, in_hall, session)
    empty(phone)
    answers = iter(["<html>Welcome to Free Wi-Fi</html>", '{"status": "login"}', "null"])

    def portal(route: Route) -> None:
        answer = next(answers, None)
        if answer is None:
            route.continue_()
        else:
            route.fulfill(status=200, content_type="text/html", body=answer)

    phone.route("**/phone/contributions", portal)
    send(phone)
    empty(phone, wait_s=30)
    assert next(answers, None) is None
    assert len(rows(in_hall, session)) == 1


def test_two_tabs_send_each_item_once(phone: Page, in_hall: Server, session: Session) -> None:
    assert phone.evaluate("'locks' in navigator") is not None
    join(phone, in_hall, session)
    send(phone)
    empty(phone)
    other = phone.context.new_page()
    other.goto(in_hall.address(HALL, f"/j/{session.code}"))
    other.wait_for_selector("#feeling:not([hidden])")
    assert other.evaluate("'locks' in navigator") is False  # plain http: the lease has to do it
    phone.context.set_offline(True)
    for number in range(10, 16):
        add(phone, "/phone/contributions", said(session, phone, number))
    sent = [*(bodies(one) for one in (phone, other))]
    phone.context.set_offline(False)
    for one in (phone, other):
        one.evaluate("() => { Outbox.flush(); }")
    empty(phone)
    ids = [one["id"] for each in sent for _, one in each]
    assert len(ids) == len(set(ids)) == 6
    assert len(rows(in_hall, session)) == 7


@pytest.mark.parametrize("days", [-3650, 3650], ids=["ten years slow", "ten years fast"])
def test_a_wrong_clock_of_the_phone_changes_nothing(
    phone: Page, in_hall: Server, session: Session, days: int
) -> None:
    """Also where a lease of another tab, from before the clock was set, is still in the store."""
    join(phone, in_hall, session)
    empty(phone)
    later = "async () => Outbox.set('lease', {holder: 'another', until: Date.now() + 15000})"
    phone.evaluate(later)
    phone.evaluate(f"() => {{ const now = Date.now; Date.now = () => now() + {days} * 864e5; }}")
    send(phone)
    empty(phone)
    assert len(rows(in_hall, session)) == 1


def test_a_server_that_ends_and_starts_again_gets_everything_once(
    phone: Page, sample_once: Path, tmp_path: Path
) -> None:
    atlas = Path(shutil.copy(sample_once, tmp_path / "sample.gpkg"))
    server = Server(tmp_path / "server", atlas, IN_HALL).start()
    try:
        with rooms.a_session(server.room, atlas) as session:
            join(phone, server, session)
            send(phone, "safe")
            empty(phone)
            server.kill()
            for feeling in ("mixed", "unsafe"):
                phone.click("#another")
                send(phone, feeling)
            server.start()
            empty(phone, wait_s=40)
            found = sorted(row["feeling"] for row in rows(server, session))
            assert found == ["mixed", "safe", "unsafe"]
    finally:
        server.kill()


def test_a_paused_session_is_left_alone_and_its_items_go_when_it_goes_on(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session)
    empty(phone)
    paused, tries = True, []

    def answer(route: Route) -> None:
        tries.append(1)
        if paused:
            body = '{"error": "session_paused", "sentence": "Paused.", "retry_s": 3}'
            route.fulfill(status=503, content_type="application/json", body=body)
        else:
            route.continue_()

    phone.route("**/phone/contributions", answer)
    send(phone)
    phone.wait_for_timeout(1000)
    phone.evaluate("id => Outbox.hold(id, true)", session.id)  # as the line says it
    phone.wait_for_timeout(6000)
    assert len(tries) == 1
    paused = False
    phone.evaluate("id => Outbox.hold(id, false)", session.id)  # as the line says it
    empty(phone)
    assert len(rows(in_hall, session)) == 1


def test_a_pause_that_is_over_before_its_answer_came_holds_nothing_up(
    phone: Page, in_hall: Server, session: Session
) -> None:
    """A phone is left alone for 25 seconds only where the line has said that it will tell."""
    join(phone, in_hall, session)
    empty(phone)
    body = '{"error": "session_paused", "sentence": "Paused.", "retry_s": 3}'
    paused = {"status": 503, "content_type": "application/json", "body": body}
    phone.route("**/phone/contributions", lambda route: route.fulfill(**paused), times=1)
    send(phone)
    empty(phone, wait_s=15)
    assert len(rows(in_hall, session)) == 1


# --- the next person, and forgetting -------------------------------------------------------------


def test_for_the_next_person_what_waits_stays_and_the_rest_goes(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session)
    send(phone)
    empty(phone)
    phone.context.set_offline(True)
    body = said(session, phone, 20)
    add(phone, "/phone/contributions", body)
    phone.evaluate("body => Outbox.keepMine({...body, place: 1})", body)
    phone.evaluate("() => Outbox.next()")
    assert phone.evaluate("async () => (await Outbox.mine()).length") == 0
    assert phone.evaluate("id => Outbox.get(`session ${id}`)", session.id) is None
    (left,) = phone.evaluate("() => Outbox.all()")
    assert left["body"]["token"] == body["token"]
    phone.context.set_offline(False)
    empty(phone)
    assert len(rows(in_hall, session)) == 2


def test_a_wipe_in_one_tab_wipes_the_other(phone: Page, in_hall: Server, session: Session) -> None:
    join(phone, in_hall, session)
    other = phone.context.new_page()
    other.goto(in_hall.address(HALL, f"/j/{session.code}"))
    other.wait_for_selector("#feeling:not([hidden])")
    phone.evaluate("() => Outbox.wipe()")
    other.wait_for_selector("#end:not([hidden])")
    assert other.evaluate("async () => (await indexedDB.databases()).length") == 0
