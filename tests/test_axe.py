"""Axe finds no barrier on phone, wall and check page, in any state, in any language they speak.

A language that nobody has read yet is looked at on the phone's fullest screen, on the wall's one of
each script; on all of them in the drill.
The second phone is looked at step by step in ``test_moderator_browser``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Page

from layers.room_setup import SetUp
from mapping import hall, words
from tests.helpers import rooms
from tests.helpers.barriers import barriers
from tests.helpers.other_screens import other_screens
from tests.helpers.running import Server
from tests.helpers.wall_views import views
from tests.helpers.walls import Line, a_state
from tests.helpers.watched import HALL, Watch

OURS = words.languages()
DRAFTS = tuple(one for one in words.room_languages() if one not in OURS)
SCREEN, VIEW = "why", "light"  # the fullest
SCRIPTS = ("uk", "fa", "ti", "bn", "zh", "tr")  # of the drafts, one for each script

whole = pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.drill)], ids=["some", "whole"]
)


def speaking(phone: Page, languages: Iterable[str]) -> Iterator[str]:
    """Turn the phone to each of the languages that it offers here, and back to English."""
    offered = phone.locator("#lang option").evaluate_all("all => all.map((one) => one.value)")
    for lang in languages:
        if lang in offered:
            phone.select_option("#lang", lang)
            phone.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)
            yield lang
    phone.select_option("#lang", "en")
    phone.wait_for_function("document.documentElement.lang === 'en'")


def test_axe_would_see_a_barrier(watch: Watch) -> None:
    page = watch.page("phone")
    page.set_content("<main><button></button><p style='color:#ddd'>pale</p></main>")
    found = {one.partition(":")[0] for one in barriers(page)}
    assert {"button-name", "color-contrast", "html-has-lang"} <= found


@whole
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.drill)])
def test_no_step_of_the_phone_has_a_barrier(
    watch: Watch, in_hall: Server, scheme: str, *, whole: bool
) -> None:
    phone, found = watch.page("phone", color_scheme=scheme), {}
    with rooms.a_session(in_hall.room, in_hall.atlas) as session:
        address = hall.join_address(in_hall.address(HALL, ""), session.code, session.id)
        for step in rooms.steps(phone, address):
            # colours are the same in every language
            some = OURS if scheme == "light" else ("en",)
            drafts = DRAFTS if whole or (step == SCREEN and scheme == "light") else ()
            for lang in speaking(phone, (*(OURS if whole else some), *drafts)):
                if bad := barriers(phone):
                    found[step, lang] = bad
    assert found == {}


@whole
@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.drill), "dark"])
def test_no_other_screen_of_the_phone_has_a_barrier(
    watch: Watch, in_hall: Server, scheme: str, *, whole: bool
) -> None:
    phone, found, seen = watch.page("phone", color_scheme=scheme, locale="en"), {}, []
    setup = SetUp(parties=("Window", "باب"), organizer="Amal e. V.", purpose="To ask for lamps")
    with rooms.a_session(
        in_hall.room, in_hall.atlas, kind="real", state="ready", setup=setup
    ) as session:
        for screen in other_screens(phone, in_hall, session):
            seen.append(screen)
            some = OURS if scheme == "light" else ("en",)
            for lang in speaking(phone, words.room_languages() if whole else some):
                if bad := barriers(phone):
                    found[screen, lang] = bad
    assert found == {}
    assert len(seen) == 10


@whole
def test_the_wall_has_no_barrier_in_a_language_that_nobody_has_read_yet(
    watch: Watch, in_hall: Server, *, whole: bool
) -> None:
    """In the others it is looked at where its views are tested."""
    wall, found = watch.page("projector"), {}
    wall.emulate_media(reduced_motion="reduce")
    with rooms.a_session(in_hall.room, in_hall.atlas, kind="real") as session:
        line = Line(a_state(session))
        line.on(wall)
        wanted = {name: said for name, said in views(session).items() if whole or name == VIEW}
        for lang in DRAFTS if whole else SCRIPTS:
            line.says = a_state(session)
            origin = in_hall.address(HALL, "")
            wall.goto("about:blank")
            wall.goto(hall.wall_address(origin, session.code, session.wall_key, lang=lang))
            wall.wait_for_selector("body[data-view=map]")
            assert wall.get_attribute("html", "lang") == lang
            kept = dict(line.says)
            for name, said in wanted.items():
                line.say(**kept | said)
                wall.wait_for_timeout(300)
                if bad := barriers(wall):
                    found[name, lang] = bad
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_check_page_has_no_barrier(watch: Watch, in_hall: Server, scheme: str) -> None:
    found = {}
    for lang in OURS if scheme == "light" else ("en",):
        phone = watch.page("phone", color_scheme=scheme, locale=lang)
        phone.goto(in_hall.address(HALL, "/phone/check"))
        phone.wait_for_selector("body[data-done]")
        assert phone.get_attribute("html", "lang") == lang
        if bad := barriers(phone):
            found[lang] = bad
    assert found == {}
