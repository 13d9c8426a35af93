"""The wall in a real browser, at the other end of the real line: what a hall sees, and when."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket

from layers import wall_shown
from layers.room_session import Session
from tests.helpers.walls import Hall, a_hall, some_cells
from tests.helpers.watched import Watch

TABLES = ("Table of the window", "طاولة الباب")


@pytest.fixture(scope="module")
def here(sample_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Open one hall for all tests here."""
    folder = tmp_path_factory.mktemp("wall")
    with a_hall(folder, Path(shutil.copy(sample_once, folder / "sample.gpkg"))) as made:
        yield made


def open_wall(watch: Watch, here: Hall, session: Session, **how: str) -> tuple[Page, list[str]]:
    """Open the wall; everything that comes over its line is written down."""
    page, heard = watch.page("projector"), []
    page.emulate_media(reduced_motion="reduce")

    def listen(line: WebSocket) -> None:
        line.on("framereceived", lambda text: heard.append(str(text)))

    page.on("websocket", listen)
    page.goto(here.address(session, **how))
    page.wait_for_selector("body:not([data-view=starting])")
    return page, heard


def view(page: Page, name: str) -> None:
    page.wait_for_selector(f"body[data-view={name}]")


def drawn(page: Page) -> list[str]:
    """Tell which squares are on the page, whether they are seen or not."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#map .said')]"
        ".map((said) => `${said.dataset.cell} ${said.classList[1]}`).sort()"
    )
    return found


def lines_of(page: Page, selector: str) -> dict[str, str]:
    """Give the lines of an element by their language."""
    found: dict[str, str] = page.evaluate(
        "(selector) => Object.fromEntries([...document.querySelectorAll(`${selector} > [lang]`)]"
        ".map((line) => [line.lang, line.textContent]))",
        selector,
    )
    return found


def test_what_is_hidden_is_in_no_message_and_nowhere_on_the_page(watch: Watch, here: Hall) -> None:
    session = here.session()
    (cell, *_), (other, *_) = some_cells(session, 2)
    here.speak(session, 6, cell=cell, reasons=("police",))
    page, heard = open_wall(watch, here, session)
    view(page, "waiting")
    here.speak(session, 6, cell=other, first=6)
    page.wait_for_function("document.getElementById('sent').textContent === '12'")
    assert page.inner_text("#counts") == "12 of 12 have sent"
    assert not any("CRS3035" in text or "police" in text for text in heard)
    assert "CRS3035" not in page.content()

    wall_shown.show(here.room, session.id, "shown")
    view(page, "map")
    page.wait_for_selector("#map .said")
    assert drawn(page) == sorted(f"{one} unsafe" for one in (cell, other))

    before = len(heard)
    wall_shown.show(here.room, session.id, "hidden")
    view(page, "waiting")
    here.speak(session, 1, cell=cell, first=12)
    page.wait_for_function("document.getElementById('sent').textContent === '13'")
    assert drawn(page) == []
    assert cell not in page.content()
    assert len(heard) > before
    assert not any("CRS3035" in text for text in heard[before:])
    assert watch.errors == []


def test_a_blank_wall_says_and_shows_nothing(watch: Watch, here: Hall) -> None:
    session = here.session()
    here.speak(session, 6, cell=some_cells(session, 1)[0][0])
    wall_shown.show(here.room, session.id, "shown")
    page, heard = open_wall(watch, here, session)
    page.wait_for_selector("#map .said")
    before = len(heard)
    wall_shown.show(here.room, session.id, "blank")
    view(page, "blank")
    page.keyboard.press("r")
    here.speak(session, 6, cell=some_cells(session, 1)[0][0], first=6)
    page.wait_for_timeout(500)
    assert page.inner_text("body").strip() == ""
    assert drawn(page) == []
    assert not any("CRS3035" in text for text in heard[before:])
    colours = page.evaluate(
        "[...document.elementsFromPoint(960, 540), ...document.elementsFromPoint(1800, 60)]"
        ".filter((one) => one.checkVisibility({ visibilityProperty: true }))"
        ".map((one) => one.tagName)"
    )
    assert set(colours) == {"BODY", "HTML"}


def test_a_paused_wall_stands_still_and_says_so(watch: Watch, here: Hall) -> None:
    session = here.session(mode="instant")
    first, second = (cell for cell, *_ in some_cells(session, 2))
    here.speak(session, 1, cell=first)
    wall_shown.show(here.room, session.id, "shown")
    page, _ = open_wall(watch, here, session)
    page.wait_for_selector("#map .said")
    assert page.is_hidden("#paused")
    wall_shown.show(here.room, session.id, "paused")
    page.wait_for_selector("#paused:not([hidden])")
    here.speak(session, 1, cell=second, first=1)
    page.wait_for_function("document.getElementById('sent').textContent === '2'")
    assert drawn(page) == [f"{first} unsafe"]
    wall_shown.show(here.room, session.id, "shown")
    page.wait_for_function("document.querySelectorAll('#map .said').length === 2")
    assert page.is_hidden("#paused")


def test_a_reset_hides_a_real_session_and_empties_a_rehearsal(watch: Watch, here: Hall) -> None:
    real, rehearsal = here.session(), here.session(kind="rehearsal", mode="instant")
    cell = some_cells(real, 1)[0][0]
    for session in (real, rehearsal):
        here.speak(session, 6, cell=cell)
    wall_shown.show(here.room, real.id, "shown")
    for session, after in ((real, "waiting"), (rehearsal, "map")):
        page, _ = open_wall(watch, here, session)
        page.wait_for_selector("#map .said")
        wall_shown.reset(here.room, session.id)
        view(page, after)
        page.wait_for_function("document.querySelectorAll('#map .said').length === 0")
    assert page.is_visible("#empty")


def test_tables_stand_side_by_side_in_the_same_frame_without_numbers_of_their_own(
    watch: Watch, here: Hall
) -> None:
    session = here.session(parties=TABLES)
    left, right = (cell for cell, *_ in some_cells(session, 2))
    here.speak(session, 5, cell=left, party=0)
    here.speak(session, 5, cell=right, first=5, party=1, feeling="safe")
    wall_shown.show(here.room, session.id, "shown")
    wall_shown.side_by_side(here.room, session.id, on=True)
    page, _ = open_wall(watch, here, session)
    page.wait_for_function("document.querySelectorAll('#side .said').length === 2")
    assert page.locator("#side figcaption").all_inner_texts() == list(TABLES)
    said = page.evaluate(
        "[...document.querySelectorAll('#side figure')].map((table) =>"
        " [...table.querySelectorAll('.said')].map((one) => one.dataset.cell))"
    )
    assert said == [[left], [right]]
    assert page.is_hidden("#map")
    boxes = [one.bounding_box() for one in page.locator("#side .map").all()]
    assert len({(box["width"], box["height"]) for box in boxes if box}) == 1
    assert not re.search(r"\d", page.inner_text("#side"))
    page.keyboard.press("+")
    names = (
        "[...document.querySelectorAll('#side .map')].map((map) => [...map.querySelectorAll("
        "'.placename')].map((name) => name.textContent).join())"
    )
    page.wait_for_function(f"(({names}).length === 2) && new Set({names}).size === 1")
    wall_shown.side_by_side(here.room, session.id, on=False)
    page.wait_for_function("document.querySelectorAll('#side figure').length === 0")
    assert page.is_visible("#map")


def test_a_second_language_comes_from_the_facilitator_or_from_the_address(
    watch: Watch, here: Hall
) -> None:
    session = here.session()
    here.speak(session, 5, cell=some_cells(session, 1)[0][0], reasons=("lighting",))
    wall_shown.show(here.room, session.id, "shown")
    page, _ = open_wall(watch, here, session)
    page.wait_for_selector("#page .bar")
    assert set(lines_of(page, ".bar .name")) == {"en"}
    wall_shown.second_language(here.room, session.id, "ar")
    page.wait_for_selector(".bar .name [lang=ar]")
    assert lines_of(page, ".bar .name") == {"en": "Light", "ar": "الإضاءة"}
    assert page.get_attribute(".bar .name [lang=ar]", "dir") == "rtl"
    alone = page.evaluate(
        "[...document.querySelectorAll('body [lang]')].filter((one) => one.checkVisibility())"
        ".filter((one) => ![...one.parentElement.children].some((other) => other.lang && other.lang"
        " !== one.lang)).map((one) => one.textContent)"
    )
    assert alone == []
    by_link, _ = open_wall(watch, here, here.session(), lang="fr", second="ar")
    by_link.wait_for_selector("#counts [lang=ar]")
    assert set(lines_of(by_link, "#counts")) == {"fr", "ar"}


def test_the_light_on_a_square_comes_from_the_facilitator_from_a_click_or_a_key(
    watch: Watch, here: Hall
) -> None:
    session = here.session()
    west, east = (f"CRS3035RES250mN3700500E{metres}" for metres in (4412500, 4414500))
    here.speak(session, 7, cell=west, reasons=("lighting",))
    here.speak(session, 7, cell=east, first=7, feeling="safe")
    wall_shown.show(here.room, session.id, "shown")
    page, _ = open_wall(watch, here, session)
    page.wait_for_function("document.querySelectorAll('#map .said').length === 2")
    assert page.is_hidden("#spotlight")

    page.click(f"[data-cell={east}] svg")
    page.wait_for_selector("#spotlight:not([hidden]) h2.safe")
    assert page.is_hidden("#stage")  # only what the page was given: no reasons of one square
    box = page.locator(f"[data-cell={east}]").bounding_box()
    assert box is not None
    assert box["height"] > 100  # the map has moved there
    page.keyboard.press("Escape")
    page.wait_for_selector("#spotlight", state="hidden")

    wall_shown.spotlight(here.room, session.id, west)
    page.wait_for_selector("#spotlight:not([hidden]) h2.unsafe")
    assert "5\N{EN DASH}9" in page.inner_text("#spotlight")
    assert page.inner_text("#page .bar .name") == "Light"
    wall_shown.spotlight(here.room, session.id, None)
    page.wait_for_selector("#spotlight", state="hidden")

    stop = page.locator("#map .said[tabindex='0']")
    stop.focus()
    begun = stop.get_attribute("data-cell")
    page.keyboard.press("ArrowRight" if begun == west else "ArrowLeft")
    gone_to = page.evaluate("document.activeElement.dataset.cell")
    assert {begun, gone_to} == {west, east}
    page.keyboard.press("Enter")
    feeling = "safe" if gone_to == east else "unsafe"
    page.wait_for_selector(f"#spotlight:not([hidden]) h2.{feeling}")


def test_the_replay_shows_the_batches_that_were_shown_and_can_be_stopped(
    watch: Watch, here: Hall
) -> None:
    session = here.session()
    cells = [cell for cell, *_ in some_cells(session, 3)]
    wall_shown.show(here.room, session.id, "shown")
    page, heard = open_wall(watch, here, session)
    for number, cell in enumerate(cells):
        here.speak(session, 5, cell=cell, first=5 * number)
        page.wait_for_selector(f"[data-cell={cell}]", state="attached")
    live = [
        sorted(cell for cell, *_ in state["cells"])
        for state in map(json.loads, heard)
        if state["type"] == "state"
    ]
    page.evaluate(
        "() => { window.steps = []; new MutationObserver(() => window.steps.push("
        "[...document.querySelectorAll('#map .said')].map((one) => one.dataset.cell).sort()))"
        ".observe(document.getElementById('step'), { childList: true }); }"
    )
    page.keyboard.press("r")
    page.wait_for_selector("#step:has-text('1 of 3')")
    page.wait_for_selector("#step:has-text('3 of 3')")
    page.wait_for_selector("body:not(.replaying)")
    steps = page.evaluate("window.steps")
    assert [len(step) for step in steps] == [1, 2, 3]
    assert all(step in live for step in steps)  # nothing that was never on the wall

    page.keyboard.press("r")
    page.wait_for_selector("#step:has-text('1 of 3')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('#map .said').length === 3")
    assert page.is_hidden("#step")

    page.keyboard.press("r")
    page.wait_for_selector("#step:has-text('1 of 3')")
    wall_shown.show(here.room, session.id, "hidden")
    view(page, "waiting")
    page.keyboard.press("r")
    page.wait_for_timeout(500)
    assert drawn(page) == []
    assert page.is_hidden("#step")


def test_the_key_leaves_the_address_and_a_reload_still_has_it(watch: Watch, here: Hall) -> None:
    session = here.session()
    wall_shown.show(here.room, session.id, "shown")
    page = watch.page("projector")
    page.goto(here.address(session))
    view(page, "map")
    assert session.wall_key not in page.url
    assert session.code in page.url
    page.reload()
    view(page, "map")
    assert session.wall_key not in page.url
    page.goto(page.url + "#" + "0" * 32)  # another link in the same tab
    page.reload()
    view(page, "refused")


def test_a_wall_without_its_key_shows_nothing_of_a_session(watch: Watch, here: Hall) -> None:
    session = here.session()
    page = watch.page("projector")
    page.goto(here.address(session).replace(session.wall_key, "0" * 32))
    view(page, "refused")
    assert "Where do we" not in page.inner_text("body")
    assert session.id not in page.content()


def test_the_end_says_what_was_said_also_to_a_wall_that_is_opened_later(
    watch: Watch, here: Hall
) -> None:
    session = here.session()
    here.speak(session, 6, cell=some_cells(session, 1)[0][0], reasons=("lighting",))
    wall_shown.show(here.room, session.id, "shown")
    page, _ = open_wall(watch, here, session)
    page.wait_for_selector("#map .said")
    here.room.stop(session.id)
    for one in (page, open_wall(watch, here, session)[0]):
        view(one, "ended")
        one.wait_for_selector("#ended h1")
        assert one.is_hidden("#join")
        assert drawn(one) == []
