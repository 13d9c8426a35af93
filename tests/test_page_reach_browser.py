"""The page Reach in a browser: by keyboard from a step to its map, and by link to the same view."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from mapping import words
from mapping.pages import _persona_link
from mapping.personas import Persona
from tests.helpers import desk
from tests.helpers.running import Server
from tests.helpers.watched import Watch

PERSONA = Persona(
    category="legal", language="ti", when="evening", group="born_er", sex="woman", name="Selam"
)
SHADES = "all => all.map(one => one.getAttribute('class'))"


@pytest.mark.needs_system
def test_a_step_is_chosen_by_keyboard_and_the_address_gives_the_view_back(
    server: Server, watch: Watch
) -> None:
    page = watch.page("desktop")
    desk.open_page(page, server.url, "reach", f"?persona={quote(_persona_link.packed([PERSONA]))}")
    answer = page.locator(".st-key-cg_answer").inner_text()
    assert "understand Tigrinya" in answer
    steps = page.locator(".st-key-reach_step").get_by_role("radio")
    assert steps.count() == 8
    shapes = page.frame_locator("iframe").first.locator("path.cg-gap")
    shapes.first.wait_for(state="attached")
    shapes.evaluate_all("all => all.forEach(one => { one.dataset.kept = 'yes'; })")
    before = shapes.evaluate_all(SHADES)
    steps.filter(has_text=words.say("step.open")).focus()
    page.keyboard.press("Enter")
    said = page.locator(".st-key-reach_said")
    said.filter(has_text=f"After “{words.say('step.open')}”").wait_for()
    desk.wait_until_drawn(page)
    assert set(shapes.evaluate_all("all => all.map(one => one.dataset.kept)")) == {"yes"}
    page.get_by_role("button", name=words.say("persona.add_man")).click()
    page.locator(".st-key-reach_differ").filter(has_text="Selam, a man").wait_for()
    desk.wait_until_drawn(page)
    assert len(page.url) < 2000
    other = watch.page("desktop")
    other.goto(page.url)
    desk.wait_until_drawn(other)
    for place in (".st-key-cg_answer", ".st-key-reach_said", ".st-key-reach_differ"):
        assert other.locator(place).inner_text() == page.locator(place).inner_text()
    # the map that stayed has the shades of one that is drawn anew
    anew = other.frame_locator("iframe").first.locator("path.cg-gap")
    anew.first.wait_for(state="attached")
    assert anew.evaluate_all(SHADES) == shapes.evaluate_all(SHADES) != before
    assert desk.complaints(watch.errors) == []
