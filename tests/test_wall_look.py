"""How the wall looks and behaves, whatever it is sent: signs, sizes, languages, keys, texts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from layers.room_session import Session
from mapping.words import say
from tests.helpers.barriers import barriers
from tests.helpers.wall_views import views
from tests.helpers.walls import Hall, Line, a_hall, a_state
from tests.helpers.watched import Watch

SIZES = {"wide": (1920, 1080), "small": (1280, 720), "old": (1024, 768)}
LONG = "Wie sicher fühlen wir uns abends rund um den Bahnhof, den Park und auf dem Heimweg?"


@pytest.fixture(scope="module")
def here(sample_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Open one hall for all tests here."""
    folder = tmp_path_factory.mktemp("look")
    with a_hall(folder, Path(shutil.copy(sample_once, folder / "sample.gpkg"))) as made:
        yield made


@pytest.fixture(scope="module")
def session(here: Hall) -> Session:
    return here.session()


def open_wall(
    watch: Watch, here: Hall, session: Session, *, lang: str = "en", **changed: Any
) -> tuple[Page, Line]:
    page, line = watch.page("projector"), Line(a_state(session, **changed))
    page.emulate_media(reduced_motion="reduce")
    line.on(page)
    page.goto(here.address(session, lang=lang))
    page.wait_for_selector("body:not([data-view=starting])")
    if page.get_attribute("body", "data-view") == "map":
        page.wait_for_selector("#map canvas", state="attached")
    return page, line


# Covered by another, beyond the picture, cut off inside of it, or smaller than 1/40 of its height.
WRONG = """() => {
  const all = [...document.querySelectorAll('body *')]
    .filter((one) => !one.closest('.leaflet-container, svg, script, #controls'));
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const told = (what, one) => `${what}: ${one.tagName} ${one.id} ${one.textContent.slice(0, 40)}`;
  const beyond = all.filter((one) => {
    if (!seen(one)) return false;
    const box = one.getBoundingClientRect();
    return box.width && (box.left < -1 || box.top < -1
      || box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
  });
  const boxes = 'aside, #page, .columns, .how, #spotlight, .legend, #ended, .bar .name, figcaption,'
    + '#counts, #mood';
  const cut = all.filter((one) => one.matches(boxes) && one.checkVisibility()
    && (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2)
    && getComputedStyle(one).display !== 'inline');
  const small = all.filter((one) => one.checkVisibility({ visibilityProperty: true })
    && [...one.childNodes].some((text) => text.nodeType === 3 && text.textContent.trim())
    && parseFloat(getComputedStyle(one).fontSize) < innerHeight / 40 - 0.1);
  const beside = all.filter((one) => one.matches('aside > :not(#join), #join > *')
    && one.checkVisibility()).map((one) => [one, one.getBoundingClientRect()]);
  const covered = beside.filter(([one, a]) => beside.some(([other, b]) => other !== one
    && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)).map(([one]) => one);
  return Object.entries({ covered, beyond, cut, small })
    .flatMap(([what, found]) => found.map((one) => told(what, one)));
}"""


@pytest.mark.parametrize(
    ("lang", "other", "size"),
    [
        ("en", "ar", "wide"),
        pytest.param("fr", "en", "small", marks=pytest.mark.drill),
        ("ar", "fr", "old"),
        pytest.param("fr", "ar", "old", marks=pytest.mark.drill),
    ],
)
def test_everything_fits_and_can_be_read_from_afar_on_every_projector(
    watch: Watch, here: Hall, session: Session, lang: str, other: str, size: str
) -> None:
    """Every view, in one language and with a second one; at least 1/40 of the picture's height."""
    page, line = open_wall(watch, here, session, lang=lang)
    whole, wrong = dict(line.says), []
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for name, said in views(session).items():
        for second in ("", other):
            line.say(**whole | said | {"second": second, "title": LONG})
            if second:
                page.wait_for_selector(f"html.two .second[lang={other}]", state="attached")
            page.wait_for_timeout(60)
            for _ in range(5 if second and name in ("map", "light", "ended") else 1):
                wrong += [f"{name} {second} {one}" for one in page.evaluate(WRONG)]
                page.keyboard.press("PageDown")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("lang", "second"),
    [
        pytest.param("en", "", marks=pytest.mark.drill),
        pytest.param("fr", "ar", marks=pytest.mark.drill),
        ("ar", "en"),
    ],
)
def test_axe_finds_nothing_in_any_view(
    watch: Watch, here: Hall, session: Session, lang: str, second: str
) -> None:
    page, line = open_wall(watch, here, session, lang=lang, second=second)
    whole = dict(line.says)
    page.mouse.move(100, 100)
    for name, said in views(session).items():
        line.say(**whole | said)
        page.wait_for_timeout(400)
        assert barriers(page) == [], name


def test_not_asked_is_hatched_and_nothing_looks_like_fewer_than_five(
    watch: Watch, here: Hall, session: Session
) -> None:
    assert session.area is not None
    west, south, east, north = session.area
    small = (west + 3000, south + 3000, east - 3000, north - 3000)
    answers: dict[str, list[Any]] = {"reasons": [], "when": [], "company": []}
    page, _ = open_wall(
        watch, here, session, area=small, cells=[], words=[], answers=answers, asks=["reasons"]
    )
    page.wait_for_selector("path.outside", state="attached")
    assert page.get_attribute("path.outside", "fill") == "url(#hatch)"
    assert page.is_visible("#outside")
    assert page.inner_text("#no_sign") == "No sign: nothing, or fewer than five people"
    questions = page.locator(".question").all_inner_texts()
    assert [text.split("\n")[-1] for text in questions] == [
        "Not yet five people",
        "Not asked today",
        "Not asked today",
    ]
    assert page.locator("p.hatched").count() == 2
    # what was not said and what fewer than five said are both nothing at all: no element of a cell
    assert page.locator("#map .said").count() == 0
    assert page.locator("path.outside").count() == 1


def test_signs_differ_by_shape_and_grow_with_the_band(
    watch: Watch, here: Hall, session: Session
) -> None:
    cells = [
        ["CRS3035RES250mN3700500E4411000", "safe", "5-9"],
        ["CRS3035RES250mN3700500E4412500", "mixed", "10-19"],
        ["CRS3035RES250mN3700500E4414000", "unsafe", "20+"],
    ]
    page, line = open_wall(watch, here, session, cells=cells)
    page.wait_for_selector("#map .said")
    signs = page.evaluate(
        "[...document.querySelectorAll('#map .said svg')].map((sign) =>"
        " [sign.firstChild.getAttribute('href'), +sign.getAttribute('width')])"
    )
    assert [shape for shape, _ in signs] == ["#f-safe", "#f-mixed", "#f-unsafe"]
    wide = [size for _, size in signs]
    assert wide == sorted(set(wide))
    assert wide[0] >= 1080 / 40
    line.say(mode="instant", cells=[[cell, feeling, None] for cell, feeling, _ in cells])
    page.wait_for_selector(".sizes", state="hidden")
    assert page.inner_text("#no_sign") == "No sign: nothing said"
    equal = page.evaluate(
        "new Set([...document.querySelectorAll('#map .said svg')]"
        ".map((sign) => sign.getAttribute('width'))).size"
    )
    assert equal == 1


def test_only_what_changed_is_drawn_anew(watch: Watch, here: Hall, session: Session) -> None:
    page, line = open_wall(watch, here, session)
    page.wait_for_selector("#map .said")
    page.evaluate("document.querySelectorAll('#map .said').forEach((one) => { one.old = true; })")
    cells = [list(cell) for cell in line.says["cells"]]
    cells[0][1] = "safe" if cells[0][1] != "safe" else "mixed"
    gone = cells.pop()
    cells.append(["CRS3035RES250mN3700500E4411000", "safe", "5-9"])
    line.say(cells=cells)
    page.wait_for_selector("[data-cell=CRS3035RES250mN3700500E4411000]", state="attached")
    fresh = page.evaluate(
        "[...document.querySelectorAll('#map .said')].filter((one) => !one.old)"
        ".map((one) => one.dataset.cell)"
    )
    assert fresh == ["CRS3035RES250mN3700500E4411000"]
    assert page.locator(f"[data-cell={gone[0]}]").count() == 0
    assert page.get_attribute(f"[data-cell={cells[0][0]}] use", "href") == f"#f-{cells[0][1]}"


def test_texts_of_people_are_texts_and_stay_in_their_line(
    watch: Watch, here: Hall, session: Session
) -> None:
    bad = "\u202eevil\u202c <img src=x onerror=alert(1)> {{7*7}} ${1}\u0007 می‌روم"
    words = [{"language": '"><b>', "text": bad, "by": "her"}]
    tables = [{"name": bad, "cells": []}, {"name": "B", "cells": []}]
    page, line = open_wall(
        watch, here, session, title=bad, words=words, asks=["words"], parties=tables
    )
    page.wait_for_selector("blockquote")
    clean = "evil <img src=x onerror=alert(1)> {{7*7}} ${1} می‌روم"
    assert page.inner_text("blockquote") == clean
    assert page.inner_text("#title") == clean
    assert page.inner_text("figcaption >> nth=0") == clean
    assert page.get_attribute("blockquote", "dir") == "auto"
    assert page.get_attribute("blockquote", "lang") is None
    assert page.inner_text(".by") == say("wall.by_her")
    line.say(words=[{"language": "ar", "text": "ظلام", "by": "facilitator"}])
    page.wait_for_selector("blockquote[lang=ar]")
    assert page.inner_text(".by") == say("wall.by_facilitator")
    assert page.locator("img").count() == 0
    assert watch.errors == []


def test_words_come_in_turn_and_wait_while_somebody_points_at_them(
    watch: Watch, here: Hall, session: Session
) -> None:
    words = [{"language": "en", "text": text, "by": "her"} for text in ("one", "two")]
    page = watch.page("projector")
    page.clock.install()
    line = Line(a_state(session, words=words, asks=["words"], answers={}))
    line.on(page)
    page.goto(here.address(session))
    page.wait_for_selector("blockquote:text-is('one')")
    page.clock.run_for(15_000)
    page.wait_for_selector("blockquote:text-is('two')")
    page.hover("#stage")
    page.clock.run_for(60_000)
    assert page.inner_text("blockquote") == "two"
    page.mouse.move(10, 10)
    page.clock.run_for(15_000)
    page.wait_for_selector("blockquote:text-is('one')")
    line.say(words=words[1:])  # hidden by a moderator while it is on the wall
    page.wait_for_selector("blockquote:text-is('two')")
    assert "one" not in page.inner_text("#stage")


def test_the_keys_zoom_fill_the_screen_and_show_the_whole_city_again(
    watch: Watch, here: Hall, session: Session
) -> None:
    page, _ = open_wall(watch, here, session)
    sign = page.locator("#map .said >> nth=0")
    height = "Math.round(document.querySelector('#map .said path').getBoundingClientRect().width)"
    sign.wait_for()
    first = page.evaluate(height)
    for _ in range(3):
        page.keyboard.press("+")
    assert page.evaluate(height) > first
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert page.evaluate(height) == first
    assert page.evaluate("document.body.classList.contains('idle')") is False
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")
    small = page.evaluate(
        "[...document.querySelectorAll('#controls button')]"
        ".map((one) => one.getBoundingClientRect())"
        ".filter((box) => box.width < 44 || box.height < 44).length"
    )
    assert small == 0


def test_a_lost_line_is_said_and_comes_back_by_itself(
    watch: Watch, here: Hall, session: Session
) -> None:
    page, line = open_wall(watch, here, session)
    page.wait_for_selector("#map .said")
    line.drop()
    page.wait_for_selector("#notice:not([hidden])")
    page.wait_for_selector("#notice", state="hidden")
    assert len([said for said in line.heard if "key" in said]) == 2
    line.says |= {"showing": "blank", "cells": [], "words": [], "answers": {}}
    line.say()
    line.drop()
    page.wait_for_selector("body[data-view=blank]")
    assert page.inner_text("body").strip() == ""


def test_the_end_is_told_in_each_language_of_the_room_and_names_the_way_back(
    watch: Watch, here: Hall, session: Session
) -> None:
    page = watch.page("projector")
    page.clock.install()
    ended = views(session)["ended"]
    line = Line(a_state(session, **ended))
    line.on(page)
    page.goto(here.address(session))
    seen = set()
    for _ in range(12):
        page.wait_for_selector("#ended h1")
        seen |= set(
            page.evaluate("[...document.querySelectorAll('#ended [lang]')].map((one) => one.lang)")
        )
        page.keyboard.press("PageDown")
        page.wait_for_timeout(150)
    assert seen == {"en", "fr", "ar"}
    while not page.is_visible(".rules"):
        page.keyboard.press("PageDown")
    said = page.inner_text("#ended")
    assert f"{session.code[:4]} {session.code[4:]}" in said
    assert "31 March 2026" in said
    assert "fewer than five" in said
    assert not re.search(r"\b[1-4] (people|person)\b", said)


def test_a_square_of_the_light_that_is_gone_takes_the_light_with_it(
    watch: Watch, here: Hall, session: Session
) -> None:
    page, line = open_wall(watch, here, session)
    cell = line.says["cells"][3][0]
    page.click(f"[data-cell={cell}] svg", force=True)
    page.wait_for_selector("#spotlight:not([hidden])")
    line.say(cells=[one for one in line.says["cells"] if one[0] != cell])
    page.wait_for_selector("#spotlight", state="hidden")
