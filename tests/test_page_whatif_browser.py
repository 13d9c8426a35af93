"""The page What if in a real browser: what a step cuts is marked in the picture at once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.helpers import desk
from tests.helpers.running import Server
from tests.helpers.what_if import FOUR


def test_a_step_marks_the_picture_without_another_look(page: Page, server: Server) -> None:
    desk.open_page(page, server.url, "whatif")
    marked = page.locator(".picture .node.answer")
    expect(page.locator(".picture .node").first).to_be_visible()
    expect(marked).to_have_count(0)
    field = page.locator(".st-key-whatif_actor input")
    field.click()
    field.fill("Kilnside")
    page.get_by_role("option", name="Kilnside Neighbourhood Desk").click()
    page.locator(".st-key-whatif_do_remove button").click()
    expect(marked).to_have_count(1)
    assert page.locator(".picture line.tie.answer").count() >= 1
    said = page.locator(".picture .legend")
    expect(said).to_contain_text("What the scenario cuts or adds")
    assert all(name in page.locator("main, .stMain").first.inner_text() for name in FOUR)
    desk.wait_until_drawn(page)
    page.locator(".st-key-whatif_undo button").click()
    expect(marked).to_have_count(0)
    expect(said).not_to_contain_text("What the scenario cuts or adds")
