"""The page Room in a real browser: two clicks to a session, and no barrier in any of its states."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.helpers import desk
from tests.helpers.barriers import barriers
from tests.helpers.running import Server
from tests.helpers.watched import Watch


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def test_a_title_and_two_clicks_open_a_session_and_the_desk_counts_at_once(
    watch: Watch, start_server: Callable[..., Server]
) -> None:
    server = start_server()
    page = watch.page()
    desk.open_page(page, server.url, "room")
    # typed and clicked without leaving the field first, as everybody does
    page.locator(".st-key-room_title input").fill("Ways home ![x](//evil.example/x.png)")
    press(page, "room_create")
    press(page, "room_start")
    sent = page.locator(".st-key-room_sent")
    expect(sent).to_have_text("0 of 0 have sent")
    phone = watch.page("phone")
    phone.goto(
        server.url
        + (page.get_by_role("link", name="Open a phone here").get_attribute("href") or "")
    )
    phone.wait_for_selector("#consent:not([hidden])")
    phone.click("#agree")
    expect(sent).to_have_text("0 of 1 have sent")
    assert page.locator("img[src*=evil]").count() == 0


def test_every_state_is_open_to_everybody(
    watch: Watch, start_server: Callable[..., Server]
) -> None:
    server = start_server()
    page = watch.page()
    desk.open_page(page, server.url, "room")
    steps = ("who", "spoken", "where", "parties", "asked", "consent", "shown")
    for name in steps:
        page.locator(f".st-key-room_step_{name} summary").click()
    assert barriers(page) == []
    press(page, "room_rehearse")
    for name in ("moderator", "line", "count", "paper"):
        page.locator(f".st-key-room_{name} summary").click()
    expect(
        page.locator(".st-key-room_count_save, [class*=st-key-room_count_]").first
    ).to_be_visible()
    desk.wait_until_drawn(page)
    assert barriers(page) == []
    sheets = [one.get_attribute("href") for one in page.locator(".st-key-room_paper a").all()]
    assert len(sheets) == 3
    for sheet in sheets:
        paper = watch.page("phone")
        paper.goto(f"{server.url}{sheet}")
        assert barriers(paper) == []
        assert paper.evaluate("document.documentElement.scrollWidth") <= 360
    press(page, "room_end")
    page.wait_for_selector(".st-key-room_stop")
    assert barriers(page) == []
    press(page, "room_stop")
    page.wait_for_selector(".st-key-room_past")
    desk.wait_until_drawn(page)
    assert barriers(page) == []
    assert desk.complaints(watch.errors) == []
