"""What waits on a phone: lost by nothing, sent once, in order; and carried to another address."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from layers.room_session import Session
from mapping import hall
from tests.helpers import rooms
from tests.helpers.running import Server
from tests.helpers.watched import HALL, chromium

MOVED = "10.20.30.40"  # where the laptop is later; the browser of these tests finds it here too
IN_HALL = {"CG_HOST": HALL, "CG_PASSPHRASE": "abcdefghjkmnp"}
HEX = "0123456789abcdef" * 2
_RULES = f"MAP {HALL} 127.0.0.1,MAP {MOVED} 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"


@pytest.fixture(scope="module")
def in_hall(sample_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("outbox")
    atlas = Path(shutil.copy(sample_once, folder / "sample.gpkg"))
    with Server(folder, atlas, IN_HALL) as running:
        yield running


@pytest.fixture
def session(in_hall: Server) -> Iterator[Session]:
    with rooms.a_session(in_hall.room, in_hall.atlas) as made:
        yield made


@pytest.fixture(scope="module")
def browsers(in_hall: Server) -> Iterator[tuple[Browser, Browser]]:
    """Run one browser that trusts the hall's address as if it were https, and one that does not."""
    executable = chromium()
    if executable is None:
        pytest.skip("no Chromium")
    origin = in_hall.address(HALL, "")
    args = ["--no-sandbox", "--disable-gpu", "--no-first-run", f"--host-resolver-rules={_RULES}"]
    trust = [f"--unsafely-treat-insecure-origin-as-secure={origin}"]
    with sync_playwright() as playwright:
        plain = playwright.chromium.launch(executable_path=executable, args=args)
        trusting = playwright.chromium.launch(executable_path=executable, args=[*args, *trust])
        try:
            yield plain, trusting
        finally:
            plain.close()
            trusting.close()


@pytest.fixture
def phone(browsers: tuple[Browser, Browser]) -> Iterator[Page]:
    """Open a phone on plain http; nothing is trusted there."""
    context = browsers[0].new_context(viewport={"width": 360, "height": 640}, locale="en")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def trusted(browsers: tuple[Browser, Browser]) -> Iterator[Page]:
    """Open a phone whose browser trusts the address, as with https."""
    context = browsers[1].new_context(viewport={"width": 360, "height": 640}, locale="en")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def join(page: Page, server: Server, session: Session, host: str = HALL) -> None:
    page.goto(hall.join_address(server.address(host, ""), session.code, session.id))
    page.click("#agree")
    page.wait_for_selector("#feeling:not([hidden])")


def send(page: Page, feeling: str = "unsafe") -> None:
    page.click(f".feel.{feeling}")
    page.wait_for_selector("#map[data-cell]")
    page.click("#here")
    page.wait_for_selector("#why:not([hidden])")
    page.click("#send")
    page.wait_for_selector("#sent:not([hidden])")


def true(page: Page, script: str, *, wait_s: float = 20) -> None:
    """Wait until an asynchronous question is answered with yes; wait_for_function asks it once."""
    for _ in range(int(wait_s * 5)):
        if page.evaluate(script):
            return
        page.wait_for_timeout(200)
    raise AssertionError(script)


def empty(page: Page, *, wait_s: float = 20) -> None:
    true(page, "async () => (await Outbox.all()).length === 0", wait_s=wait_s)


def rows(server: Server, session: Session) -> list[dict[str, Any]]:
    from layers.room import Room

    room = Room(server.room)
    try:
        table = room.contributions(session.id)
        return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    finally:
        room.close()


def add(page: Page, path: str, body: dict[str, Any]) -> None:
    """Put something into the queue as the page does."""
    page.evaluate(
        "([path, body]) => Outbox.add({id: body.id, path, first: false, body})", [path, body]
    )


def bodies(page: Page, paths: str = "contributions|change|withdraw") -> list[tuple[str, Any]]:
    """Collect what the page sends from now on."""
    found: list[tuple[str, Any]] = []

    def heard(request: Any) -> None:
        match = re.search(rf"/phone/({paths})$", request.url)
        if match:
            found.append((match[1], json.loads(request.post_data or "null")))

    page.on("request", heard)
    return found


def said(session: Session, page: Page, number: int, feeling: str = "safe") -> dict[str, Any]:
    """Make the body of a contribution under the page's own token."""
    own = page.evaluate("id => Outbox.get(`session ${id}`)", session.id)
    cell = page.evaluate("document.getElementById('map').dataset.cell || ''")
    return {
        "session": session.id,
        "token": own["token"],
        "consent": session.consent,
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "cell": cell,
        "feeling": feeling,
        "reasons": [],
    }


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
    phone.click("#here")
    phone.click("#send")
    sent = bodies(phone)
    for _ in range(120):  # in steps, so that each try has failed before the clock goes on
        phone.clock.run_for(5000)
        phone.evaluate("() => 0")
    assert 10 <= len(sent) <= 60, "it neither gives up nor hammers"
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
    phone.wait_for_timeout(6000)
    assert len(tries) == 1
    paused = False
    phone.evaluate("id => Outbox.hold(id, false)", session.id)  # as the line says it
    empty(phone)
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
    stranded(phone, in_hall, session)
    receipt = phone.evaluate("id => Outbox.get(`session ${id}`)", session.id)["receipt"]
    phone.evaluate("Line.stop()")
    phone.evaluate("id => { Line.start(id, () => {}); }", session.id)
    phone.route_web_socket("**/phone/live", lambda socket: socket.close())
    phone.evaluate("id => { Line.start(id, () => {}); }", session.id)
    phone.wait_for_selector("#moved", timeout=60_000)
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
    assert f"{receipt[:4]} {receipt[4:]}" in text
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
    join(phone, in_hall, session, MOVED)
    send(phone)
    empty(phone)
    hers = phone.evaluate("id => Outbox.get(`session ${id}`)", session.id)
    bundle = {
        "v": 1,
        "session": session.id,
        "kept": {"token": HEX, "receipt": "AAAAAAAA", "agreed": session.consent, "party": None},
        "mine": [],
        "queue": [],
    }
    link = phone.evaluate("bundle => btoa(JSON.stringify(bundle)).replaceAll('=', '')", bundle)
    phone.goto("about:blank")
    phone.goto(in_hall.address(MOVED, f"/j/{session.code}#carry={link}"))
    phone.click("#bring button >> nth=0")
    phone.wait_for_selector("#feeling:not([hidden])")
    assert phone.evaluate("id => Outbox.get(`session ${id}`)", session.id) == hers


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"session": "x"},
        {"queue": [{"id": "a", "path": "/moderate/act", "body": {"session": HEX, "token": HEX}}]},
        {
            "queue": [
                {"id": "a", "path": "/phone/agree", "body": {"session": "0" * 32, "token": HEX}}
            ]
        },
        {
            "queue": [
                {"id": "a", "path": "/phone/agree", "body": {"session": HEX, "token": HEX, "x": 1}}
            ]
        },
        {
            "queue": [
                {"id": "a", "path": "http://evil.test/", "body": {"session": HEX, "token": HEX}}
            ]
        },
        {"kept": {"token": HEX, "deep": {"er": 1}}},
        {"kept": {"token": "short"}},
        {"mine": [{"id": "a", "session": HEX}]},
        {"queue": "no list"},
    ],
)
def test_a_carried_end_that_is_not_ours_is_not_read(
    phone: Page, in_hall: Server, change: dict[str, Any]
) -> None:
    phone.goto(in_hall.address(HALL, "/j"))
    fine = {"v": 1, "session": HEX, "kept": None, "mine": [], "queue": []}
    read = "bundle => Outbox.carried(`carry=${btoa(JSON.stringify(bundle))}`)"
    assert phone.evaluate(read, fine) is not None
    assert phone.evaluate(read, fine | change) is None


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("192.168.1.5:8501", "http://192.168.1.5:8501"),
        ("http://10.0.0.7:80/j/ABCD2345", "http://10.0.0.7:80"),
        ("hall.local:8501", "http://hall.local:8501"),
        ("8.8.8.8:8501", None),
        ("evil.example", None),
        ("192.168.1.5.evil.example:80", None),
        ("192.168.1.5@evil.example", None),
        ("10.0.0.999:80", None),
        ("javascript:alert(1)", None),
    ],
)
def test_answers_are_carried_to_private_addresses_only(
    phone: Page, in_hall: Server, typed: str, leads: str | None
) -> None:
    phone.goto(in_hall.address(HALL, "/j"))
    assert phone.evaluate("text => Line.whither(text)", typed) == leads


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
    devtools.on("ServiceWorker.workerRegistrationUpdated", found.append)
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
