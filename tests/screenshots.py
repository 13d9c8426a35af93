"""A picture of every page, phone step and wall: ``make screenshots`` fills ``screenshots/``.

Fails where a browser complained, or asked anybody but our server. The pictures are looked at by
people: no test compares them.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from layers.room_session import Session
from layers.room_setup import SetUp
from mapping import hall
from sample_data.make import make_city
from tests.helpers import desk, phones, rooms
from tests.helpers.other_screens import other_screens
from tests.helpers.running import REPOSITORY, Server
from tests.helpers.wall_views import views
from tests.helpers.walls import Line, a_state
from tests.helpers.watched import HALL, Watch, a_browser, chromium

OUT = REPOSITORY / "screenshots"
SIZES = ("desktop", "projector", "phone")
MODES = ("light", "dark")
IN_HALL = {"CG_HOST": HALL, "CG_PASSPHRASE": "abcdefghjkmnp"}


def take(watch: Watch, server: Server, session: Session) -> None:
    """Take all of them."""
    for mode in MODES:
        for size in SIZES:
            for name in desk.PAGES:
                page = watch.page(size, color_scheme=mode)
                desk.open_page(page, server.url, name)
                page.screenshot(path=OUT / f"{name}-{size}-{mode}.png")
                page.context.close()
        for lang in ("en", "ar"):
            phone = watch.page("phone", color_scheme=mode, locale=lang)
            address = hall.join_address(server.url, session.code, session.id)
            for number, step in enumerate(rooms.steps(phone, address), start=1):
                phone.screenshot(path=OUT / f"phone-{number}-{step}-{lang}-{mode}.png")
            phone.context.close()
    arabic = watch.page("desktop", locale="ar")
    for name in desk.PAGES:
        desk.open_page(arabic, server.url, name)
        arabic.screenshot(path=OUT / f"{name}-desktop-light-ar.png")


def take_room(watch: Watch, server: Server) -> None:
    """Take what only a room in a hall shows: phones, walls, the second phone, the check page."""
    setup = SetUp(moderation="pre", parties=("Window", "باب"), safeguard="Ana, at the door")
    for mode, lang in (("light", "en"), ("dark", "ar")):
        with rooms.a_session(
            server.room, server.atlas, kind="real", state="ready", setup=setup
        ) as session:
            phone = watch.page("phone", color_scheme=mode, locale=lang)
            for number, name in enumerate(other_screens(phone, server, session), start=1):
                named = name.replace(" ", "-")
                phone.screenshot(path=OUT / f"phone-other-{number}-{named}-{lang}-{mode}.png")
        with rooms.a_session(server.room, server.atlas, setup=setup) as session:
            _moderate(watch, server, session, f"{lang}-{mode}")
        check = watch.page("phone", color_scheme=mode, locale=lang)
        check.goto(server.address(HALL, "/phone/check"))
        check.wait_for_selector("body[data-done]")
        check.screenshot(path=OUT / f"check-{lang}-{mode}.png", full_page=True)
    with rooms.a_session(server.room, server.atlas, kind="real") as session:
        for size in ("projector", "desktop"):
            _walls(watch, server, session, size)


def _moderate(watch: Watch, server: Server, session: Session, mark: str) -> None:
    """Take the second phone, with something that waits."""
    lang, mode = mark.split("-")
    hers = watch.page("phone", locale="en")
    hers.goto(hall.join_address(server.address(HALL, ""), session.code, session.id, party=0))
    hers.click("#agree")
    for text in ("My neighbour Zahra calls, 0660 123 45 67", ""):
        phones.place(hers, "unsafe")
        if text:
            hers.click("#more")
            hers.fill("#words", text)
        hers.click("#send")
        hers.wait_for_selector(phones.ARRIVED)
        hers.click("#another")
    second = watch.page("phone", color_scheme=mode, locale=lang)
    second.goto(server.address(HALL, f"/moderate/{session.code}#{session.moderator_key}"))
    second.screenshot(path=OUT / f"second-1-door-{mark}.png")
    second.fill("#passphrase", IN_HALL["CG_PASSPHRASE"])
    second.click("button")
    second.fill("#who", "Ana")
    second.check("#reads input[value=en]")
    second.screenshot(path=OUT / f"second-2-start-{mark}.png")
    second.click("#start_form button[type=submit]")
    second.wait_for_selector("#waiting .card mark")
    for number, tab in enumerate(("queue", "wall", "done", "help"), start=3):
        second.click(f"[data-tab={tab}]")
        second.screenshot(path=OUT / f"second-{number}-{tab}-{mark}.png")
    second.click("[data-tab=queue]")
    second.locator("#waiting button:has(use[href='#b-pen'])").first.click()
    second.wait_for_timeout(500)
    second.screenshot(path=OUT / f"second-7-paraphrase-{mark}.png")
    second.click("#stop_all")
    second.wait_for_selector("#stopped:not([hidden])")
    second.screenshot(path=OUT / f"second-8-stopped-{mark}.png")


def _walls(watch: Watch, server: Server, session: Session, size: str) -> None:
    """Take a wall in each of its states, with more on it than is usual."""
    wall, line = watch.page(size), Line(a_state(session))
    line.on(wall)
    address = hall.wall_address(server.address(HALL, ""), session.code, session.wall_key, lang="en")
    wall.goto(address)
    wall.wait_for_selector("body[data-view=map]")
    before = dict(line.says)
    for second in ("", "ar"):
        for name, said in views(session).items():
            line.say(**before | said | {"second": second})
            wall.wait_for_timeout(900)  # the cells fade in
            wall.screenshot(path=OUT / f"wall-{name}-{size}{'-ar' * bool(second)}.png")


def main() -> int:
    """Start the application on the sample city and photograph it."""
    executable = chromium()
    if executable is None:
        sys.stderr.write("No Chromium here. On Debian: apt-get install chromium\n")
        return 2
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_city(folder / "sample.gpkg")
        (folder / "hall").mkdir()
        server = Server(folder, folder / "sample.gpkg")
        in_hall = Server(folder / "hall", folder / "sample.gpkg", IN_HALL)
        with a_browser(executable) as browser:
            watch = Watch(browser)
            with server, rooms.a_session(server.room, server.atlas) as session:
                take(watch, server, session)
            with in_hall:
                take_room(watch, in_hall)
            watch.close()
        # a browser writes down too what the door, a wrong code and a closed session answer
        meant = re.compile(r"401 .*/moderate/|4(04|10) .*/phone/(join|answers)")
        errors = [one for one in desk.complaints(watch.errors) if not meant.search(one)]
        wrong = [*watch.foreign, *errors, *server.outgoing(), *in_hall.outgoing()]
    sys.stdout.write(f"{len(list(OUT.iterdir()))} pictures in {OUT}\n")
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
