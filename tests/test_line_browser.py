"""The line to the room: followed, lost, found at another address, and done without over https."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute

from layers.room import Room
from layers.room_session import Session
from tests.helpers.hall_phones import MOVED, a_phone, empty, phone_browsers, true
from tests.helpers.phones import join, rows, send
from tests.helpers.running import Server
from tests.helpers.watched import HALL

HEX = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def browsers(in_hall: Server) -> Iterator[tuple[Browser, Browser]]:
    with phone_browsers(in_hall.address(HALL, "")) as running:
        yield running


@pytest.fixture
def phone(browsers: tuple[Browser, Browser]) -> Iterator[Page]:
    """Open a phone on plain http; nothing is trusted there."""
    with a_phone(browsers[0]) as page:
        yield page


@pytest.fixture
def trusted(browsers: tuple[Browser, Browser]) -> Iterator[Page]:
    """Open a phone whose browser trusts the address, as with https."""
    with a_phone(browsers[1]) as page:
        yield page


# --- the line ------------------------------------------------------------------------------------


def change(server: Server, session: Session, state: str) -> None:
    """Let the facilitator change the state."""
    room = Room(server.room)
    try:
        if state == "closed":
            room.stop(session.id)
        else:
            room.move(session.id, state)
    finally:
        room.close()


def test_the_page_follows_the_session_without_asking(
    phone: Page, in_hall: Server, session: Session
) -> None:
    lines: list[WebSocketRoute] = []

    def told(socket: WebSocketRoute) -> None:
        lines.append(socket)
        socket.on_message(lambda _: socket.send('{"state": "open", "wall": "shown"}'))

    phone.route_web_socket("**/phone/live", told)
    join(phone, in_hall, session)
    empty(phone)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    change(in_hall, session, "paused")
    lines[-1].send('{"state": "paused", "wall": "shown"}')
    phone.wait_for_selector("#banner.paused")
    send(phone)
    phone.wait_for_timeout(4000)
    assert rows(in_hall, session) == []
    assert not [url for url in asked if re.search("/phone/(contributions|join)", url)]
    change(in_hall, session, "open")
    lines[-1].send('{"state": "open", "wall": "shown"}')
    empty(phone)
    assert len(rows(in_hall, session)) == 1
    lines[-1].send('{"state": "closed", "wall": "blank"}')
    phone.wait_for_selector("#end:not([hidden])")
    true(phone, "async () => (await indexedDB.databases()).length === 0")
    phone.wait_for_timeout(3000)
    assert len(lines) == 1  # it is over, so nobody calls again


def test_a_line_that_breaks_is_taken_up_again_with_growing_pauses(
    phone: Page, in_hall: Server, session: Session
) -> None:
    opened: list[WebSocketRoute] = []

    def broken(socket: WebSocketRoute) -> None:
        opened.append(socket)
        socket.close()

    join(phone, in_hall, session)
    empty(phone)
    phone.route_web_socket("**/phone/live", broken)
    phone.clock.install()
    phone.evaluate("id => { Line.start(id, (said) => { window.heard = said; }); }", session.id)
    for _ in range(600):
        phone.clock.run_for(1000)
    # 2, 4, 8, 16 and then 30 seconds, each half to one and a half of it: ten minutes hold 14 to 45
    assert 10 <= len(opened) <= 45
    # the server answers, so that it is no new address, and the state is known all the same
    assert phone.evaluate("heard.state") == "open"
    assert phone.locator("#moved").count() == 0


def test_a_session_that_was_deleted_wipes_the_phone(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session)
    empty(phone)
    gone = '{"state": "gone", "wall": ""}'
    phone.route_web_socket(
        "**/phone/live", lambda socket: socket.on_message(lambda _: socket.send(gone))
    )
    phone.reload()
    phone.wait_for_selector("#end:not([hidden])")
    true(phone, "async () => (await indexedDB.databases()).length === 0")


def wrong_room(phone: Page) -> None:
    """Let the server answer as one that was started with another room's file."""
    unknown = '{"error": "session_unknown", "sentence": "No such session."}'
    for path in ("contributions", "join", "agree"):
        phone.route(
            f"**/phone/{path}",
            lambda route: route.fulfill(status=404, body=unknown, content_type="application/json"),
        )


def test_what_waits_outlives_a_server_that_does_not_know_the_session(
    phone: Page, in_hall: Server, session: Session
) -> None:
    lines: list[WebSocketRoute] = []
    gone = '{"state": "gone", "wall": "blank"}'
    phone.route_web_socket("**/phone/live", lambda socket: lines.append(socket))  # noqa: PLW0108 - a built-in is refused
    join(phone, in_hall, session)
    empty(phone)
    wrong_room(phone)
    send(phone)
    true(phone, "() => document.querySelector('#sent_state').dataset.state === 'waiting'")
    lines[-1].send(gone)
    true(phone, "async () => (await Outbox.all()).length === 1")
    phone.wait_for_timeout(1000)
    assert phone.is_hidden("#end")
    assert phone.evaluate("async () => (await Outbox.all()).length") == 1
    phone.unroute_all()  # the right room again
    phone.evaluate("id => Outbox.hold(id, false)", session.id)
    empty(phone)
    assert len(rows(in_hall, session)) == 1


def test_what_waits_for_a_session_whose_day_is_over_is_wiped(
    phone: Page, in_hall: Server, session: Session
) -> None:
    lines: list[WebSocketRoute] = []
    phone.route_web_socket("**/phone/live", lambda socket: lines.append(socket))  # noqa: PLW0108
    join(phone, in_hall, session)
    empty(phone)
    wrong_room(phone)
    send(phone)
    key = f"session {session.id}"
    phone.evaluate(
        "async key => Outbox.set(key, { ...await Outbox.get(key), until: '2020-01-01' })", key
    )
    lines[-1].send('{"state": "gone", "wall": "blank"}')
    phone.wait_for_selector("#end:not([hidden])")
    true(phone, "async () => (await indexedDB.databases()).length === 0")


# --- carried to another address ------------------------------------------------------------------


def stranded(page: Page, server: Server, session: Session) -> None:
    """Say something that waits, and let the old address answer nothing any more."""
    join(page, server, session)
    empty(page)
    page.route(f"**://{HALL}*/phone/**", lambda route: route.abort())
    send(page)


def test_what_waits_is_carried_to_the_new_address_of_the_laptop(
    phone: Page, in_hall: Server, session: Session
) -> None:
    phone.clock.install()
    stranded(phone, in_hall, session)
    receipt = phone.evaluate("id => Outbox.get(`session ${id}`)", session.id)["receipt"]
    phone.route_web_socket("**/phone/live", lambda socket: socket.close())
    phone.evaluate("id => { Line.start(id, () => {}); }", session.id)
    for _ in range(120):
        phone.clock.run_for(1000)
        if phone.locator("#moved").count():
            break
    phone.clock.resume()
    phone.fill("#moved input", "http://evil.example/j/ABCD2345")
    phone.click("#moved .main")
    assert phone.inner_text("#moved .trouble") != ""
    phone.fill("#moved input", f" {MOVED}:{in_hall.port}/j ")
    with phone.expect_popup() as opened:
        phone.click("#moved .main")
    there = opened.value
    there.wait_for_selector("#bring")
    assert there.evaluate("location.hash") == ""
    assert "carry" not in there.url
    assert rows(in_hall, session) == []  # nothing is taken before she says so
    text = there.inner_text("#bring")
    whole = session.code + receipt
    parts = [whole[first : first + 4] for first in range(0, len(whole), 4)]
    assert " ".join(parts) in text
    there.click("#bring button >> nth=0")
    there.wait_for_selector("#feeling:not([hidden])")
    empty(there)
    assert len(rows(in_hall, session)) == 1
    phone.wait_for_url("about:blank")  # and at the old address nothing of hers is left
    left = phone.context.new_page()
    left.unroute_all()
    left.goto(in_hall.address(HALL, "/phone/words/en.json"))
    assert left.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_saying_no_takes_nothing(phone: Page, in_hall: Server, session: Session) -> None:
    join(phone, in_hall, session)
    send(phone)
    empty(phone)
    carry = phone.evaluate("id => Outbox.carry(id)", session.id)
    there = phone.context.new_page()
    there.goto(in_hall.address(MOVED, f"/j/{session.code}#{carry}"))
    there.wait_for_selector("#bring")
    there.click("#bring button >> nth=1")
    there.wait_for_selector("#consent:not([hidden])")
    mine, theirs = (
        one.evaluate("id => Outbox.get(`session ${id}`)", session.id)["token"]
        for one in (phone, there)
    )
    assert mine != theirs


def test_a_strangers_link_does_not_put_its_token_in_the_place_of_hers(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session, host=MOVED)
    send(phone)
    empty(phone)
    hers = phone.evaluate("id => Outbox.get(`session ${id}`)", session.id)
    bundle = {
        "v": 1,
        "session": session.id,
        "kept": {"token": HEX, "receipt": "AAAAAAAAAAAA", "agreed": session.consent, "party": None},
        "mine": [],
        "queue": [],
    }
    link = phone.evaluate("bundle => btoa(JSON.stringify(bundle)).replaceAll('=', '')", bundle)
    phone.goto("about:blank")
    phone.goto(in_hall.address(MOVED, f"/j/{session.code}#carry={link}"))
    phone.click("#bring button >> nth=0")
    phone.wait_for_selector("#feeling:not([hidden])")
    assert phone.evaluate("id => Outbox.get(`session ${id}`)", session.id) == hers


NOT_OURS: list[dict[str, Any]] = [
    {"v": 2},
    {"session": "x"},
    {"queue": [{"id": "a", "path": "/moderate/act", "body": {"session": HEX, "token": HEX}}]},
    {"queue": [{"id": "a", "path": "/phone/agree", "body": {"session": "0" * 32, "token": HEX}}]},
    {
        "queue": [
            {"id": "a", "path": "/phone/agree", "body": {"session": HEX, "token": HEX, "x": 1}}
        ]
    },
    {"queue": [{"id": "a", "path": "http://evil.test/", "body": {"session": HEX, "token": HEX}}]},
    {"kept": {"token": HEX, "deep": {"er": 1}}},
    {"kept": {"token": "short"}},
    {"mine": [{"id": "a", "session": HEX}]},
    {"mine": [{"id": "00000000-0000-4000-8000-000000000001", "session": HEX, "cell": "here"}]},
    {"queue": "no list"},
]


def test_a_carried_end_that_is_not_ours_is_not_read(phone: Page, in_hall: Server) -> None:
    phone.goto(in_hall.address(HALL, "/j"))
    fine = {"v": 1, "session": HEX, "kept": None, "mine": [], "queue": []}
    read = "bundle => Outbox.carried(`carry=${btoa(JSON.stringify(bundle))}`) !== null"
    assert phone.evaluate(read, fine) is True
    assert [change for change in NOT_OURS if phone.evaluate(read, fine | change)] == []
    assert phone.evaluate("Outbox.carried('carry=%%%')") is None


LEADS = [
    ("192.168.1.5:8501", "http://192.168.1.5:8501"),
    ("http://10.0.0.7:80/j/ABCD2345", "http://10.0.0.7:80"),
    ("hall.local:8501", "http://hall.local:8501"),
    ("8.8.8.8:8501", None),
    ("evil.example", None),
    ("192.168.1.5.evil.example:80", None),
    ("192.168.1.5@evil.example", None),
    ("10.0.0.999:80", None),
    ("javascript:alert(1)", None),
]


def test_answers_are_carried_to_private_addresses_only(phone: Page, in_hall: Server) -> None:
    phone.goto(in_hall.address(HALL, "/j"))
    found = [phone.evaluate("text => Line.whither(text)", typed) for typed, _ in LEADS]
    assert found == [leads for _, leads in LEADS]


# --- where the browser trusts the address --------------------------------------------------------


def worker_ready(page: Page) -> None:
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    true(
        page,
        "async () => (await caches.has('cg-session'))"
        " && (await (await caches.open('cg-session')).keys()).length >= 4",
    )


def test_over_https_the_page_opens_again_without_network_and_sends_later(
    trusted: Page, in_hall: Server, session: Session
) -> None:
    join(trusted, in_hall, session)
    worker_ready(trusted)
    empty(trusted)
    trusted.context.set_offline(True)
    context = trusted.context
    trusted.close()
    again = context.new_page()
    again.goto(in_hall.address(HALL, f"/j/{session.code}"))
    again.wait_for_selector("#feeling:not([hidden])")
    send(again)
    assert rows(in_hall, session) == []
    context.set_offline(False)
    empty(again)
    assert len(rows(in_hall, session)) == 1


def test_over_https_a_closed_tab_still_delivers(
    trusted: Page, in_hall: Server, session: Session
) -> None:
    join(trusted, in_hall, session)
    worker_ready(trusted)
    empty(trusted)
    context = trusted.context
    context.route("**/phone/contributions", lambda route: route.abort())
    send(trusted)
    assert trusted.evaluate("async () => (await Outbox.all()).length") == 1
    devtools = context.new_cdp_session(context.new_page())
    found: list[Any] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend([said]))
    devtools.send("ServiceWorker.enable")
    trusted.close()
    context.unroute("**/phone/contributions")
    assert rows(in_hall, session) == []
    (registration,) = found[-1]["registrations"]
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": in_hall.address(HALL, ""),
            "registrationId": registration["registrationId"],
            "tag": "outbox",
            "lastChance": False,
        },
    )
    for _ in range(50):
        if rows(in_hall, session):
            break
        context.pages[-1].wait_for_timeout(200)
    assert len(rows(in_hall, session)) == 1


@pytest.mark.parametrize("how", ["leave", "closed"])
def test_nothing_stays_on_the_phone_of_what_was_kept_for_being_offline(
    trusted: Page, in_hall: Server, session: Session, how: str
) -> None:
    from layers.room import Room

    join(trusted, in_hall, session)
    worker_ready(trusted)
    if how == "leave":
        trusted.click("#leave")
        trusted.wait_for_url("about:blank")
        trusted.goto(in_hall.address(HALL, "/phone/words/en.json"))
    else:
        room = Room(in_hall.room)
        room.stop(session.id)
        room.close()
        trusted.reload()
        trusted.wait_for_selector("#end:not([hidden])")
    gone = (
        "async () => (await caches.keys()).length === 0"
        " && (await navigator.serviceWorker.getRegistrations()).length === 0"
        " && (await indexedDB.databases()).length === 0"
    )
    true(trusted, gone)


def test_over_plain_http_there_is_no_worker_and_the_page_says_what_that_means(
    phone: Page, in_hall: Server, session: Session
) -> None:
    join(phone, in_hall, session)
    empty(phone)
    assert phone.evaluate("'serviceWorker' in navigator && isSecureContext") is False
    assert phone.evaluate("Line.worksClosed()") is False
    phone.context.set_offline(True)
    send(phone)
    assert "Keep this page open" in phone.inner_text("#sent_state")
