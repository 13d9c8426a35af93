"""The desk's pages: which there are, and what stays chosen. Each is opened in test_no_outside."""

from __future__ import annotations

import pytest

from mapping import words
from mapping.pages import navigation
from tests.helpers import desk
from tests.helpers.running import Server
from tests.helpers.watched import Watch


def test_the_list_for_pictures_and_requests_names_every_page() -> None:
    assert desk.PAGES == navigation.PAGES


@pytest.mark.needs_system
def test_the_first_organization_chosen_on_a_fresh_page_stays_chosen(
    server: Server, watch: Watch
) -> None:
    page = watch.page("desktop")
    desk.open_page(page, server.url, "network")
    field = page.get_by_label(words.say("network.actor"), exact=True).first
    field.click()
    option = page.get_by_role("option").first
    name = option.inner_text()
    option.click()
    page.wait_for_function("() => location.search.includes('network_actor=')")
    desk.wait_until_drawn(page)
    assert field.input_value() == name
