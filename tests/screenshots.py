"""A picture of every page, phone step and wall: ``make screenshots`` fills ``screenshots/``.

Fails where a browser complained, or asked anybody but our server. The pictures are looked at by
people: no test compares them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from layers.room_session import Session
from mapping import hall
from sample_data.make import make_city
from tests.helpers import desk, rooms
from tests.helpers.running import REPOSITORY, Server
from tests.helpers.watched import Watch, a_browser, chromium

OUT = REPOSITORY / "screenshots"
SIZES = ("desktop", "projector", "phone")
MODES = ("light", "dark")


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
    for size in ("projector", "desktop"):
        wall = watch.page(size)
        wall.goto(hall.wall_address(server.url, session.code, session.wall_key, lang="en"))
        wall.wait_for_selector("#qr path")
        wall.wait_for_load_state("networkidle")
        wall.wait_for_timeout(500)  # the cells fade in
        wall.screenshot(path=OUT / f"wall-{size}-light.png")
    arabic = watch.page("desktop", locale="ar")
    for name in desk.PAGES:
        desk.open_page(arabic, server.url, name)
        arabic.screenshot(path=OUT / f"{name}-desktop-light-ar.png")


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
        server = Server(folder, folder / "sample.gpkg")
        with server, rooms.a_session(server.room, server.atlas) as session:
            with a_browser(executable) as browser:
                watch = Watch(browser)
                take(watch, server, session)
            wrong = [*watch.foreign, *desk.complaints(watch.errors), *server.outgoing()]
    sys.stdout.write(f"{len(list(OUT.iterdir()))} pictures in {OUT}\n")
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
