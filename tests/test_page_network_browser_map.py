"""The network on the map in a browser: twenty at one address by keyboard, one choice in both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import shapely

from layers import atlas
from tests.helpers import desk
from tests.helpers.running import Server

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

TOGETHER = 20  # at one address
ONES = '.leaflet-marker-icon[data-handle^="actor:same"]'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Twenty actors at one address, one elsewhere that works with all of them, one protected."""
    folder = tmp_path_factory.mktemp("together")
    made = atlas.create(folder / "town.gpkg", name="Town")
    with made.write() as writer:
        square = shapely.box(10, 56, 10.1, 56.1)
        writer.insert("areas", [{"id": "d", "name": "D", "level": "district", "geometry": square}])
        writer.insert(
            "locations",
            [
                {"id": "one", "precision": "exact", "geometry": shapely.Point(10.03, 56.04)},
                {"id": "far", "precision": "exact", "geometry": shapely.Point(10.08, 56.08)},
                {"id": "safe", "precision": "hidden"},
            ],
        )
        same = [f"same{number}" for number in range(TOGETHER)]
        writer.insert(
            "organizations",
            [
                *({"id": one, "name": f"Name of {one}", "location_id": "one"} for one in same),
                {"id": "other", "name": "Elsewhere", "location_id": "far"},
                {"id": "refuge", "name": "Refuge", "location_id": "safe"},
            ],
        )
        writer.insert(
            "ties",
            [
                {"id": f"t{one}", "from_id": "other", "to_id": one, "kind": "funds",
                 "direction": "directed", "strength": 2}
                for one in [*same, "refuge"]
            ],
        )  # fmt: skip
    running = Server(folder / "server", made.path).start()
    yield running
    running.stop()


def the_map(page: Page, server: Server) -> Frame:
    desk.open_page(page, server.url, "network", "?network_view=On%20the%20map")
    inside = page.wait_for_selector("iframe", state="attached")
    assert inside is not None
    frame = inside.content_frame()
    assert frame is not None
    frame.wait_for_selector('[data-drawn="yes"] .cg-tie', state="attached")
    return frame


def chosen(page: Page, name: str) -> None:
    """Wait until the page says that this actor is chosen."""
    page.wait_for_function(
        "name => [...document.querySelectorAll('input')].some(one => one.value === name)", arg=name
    )


def test_all_at_one_address_are_reached_by_keys_and_chosen_in_map_and_page(
    page: Page, server: Server
) -> None:
    frame = the_map(page, server)
    assert frame.locator(".cg-tie").count() == TOGETHER  # none to the protected place
    group = frame.locator(".leaflet-marker-icon:has(.cg-several)")
    group.focus()
    page.keyboard.press("Enter")
    frame.wait_for_function(f"() => document.querySelectorAll('{ONES}').length === {TOGETHER}")
    frame.wait_for_function("() => document.activeElement.matches('[data-handle]')")
    frame.wait_for_selector('[data-handle="actor:same7"][aria-label^="Name of"]')
    names = {one.get_attribute("aria-label") for one in frame.locator(ONES).all()}
    assert names == {f"Name of same{number}" for number in range(TOGETHER)}
    assert all(one.get_attribute("tabindex") == "0" for one in frame.locator(ONES).all())
    # from the map to the page
    frame.locator('[data-handle="actor:same7"]').focus()
    page.keyboard.press("Enter")
    chosen(page, "Name of same7")
    frame.wait_for_function("() => document.querySelectorAll('.cg-tie-on').length === 1")
    # a click on a line, which two hands of the map cannot miss
    handle = frame.locator(".cg-tie-hit").nth(3).get_attribute("data-handle")
    frame.locator(f'.cg-tie-hit[data-handle="{handle}"]').dispatch_event("click")
    chosen(page, "Elsewhere")
    desk.wait_until_drawn(page)
    # and from the page to the map
    page.get_by_role("button", name="Choose nobody").click()
    desk.wait_until_drawn(page)
    frame.locator(".cg-picked").wait_for(state="detached")
    search = page.locator(".st-key-network_actor input")
    search.click()
    search.fill("Elsewhere")
    page.get_by_role("option", name="Elsewhere").click()
    frame.wait_for_selector('.cg-picked[data-handle="actor:other"]')
    lit = f"() => document.querySelectorAll('.cg-tie-on').length === {TOGETHER}"
    frame.wait_for_function(lit)
