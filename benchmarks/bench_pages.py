"""How long a person waits for the first map, from the start of the server to pins on the screen."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks import Result
from sample_data.make import make_city
from tests.helpers.running import Server
from tests.helpers.watched import Watch, a_browser, chromium

AT_MOST_S = 5.0


def run(scale: float) -> Iterator[Result]:
    """Start the application and look at it, three times; nothing where there is no browser."""
    executable = chromium()
    if executable is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        atlas = Path(folder) / "city.gpkg"
        make_city(atlas)
        seconds = [_first_map(executable, Path(folder) / str(n), atlas) for n in range(3)]
    yield Result(
        name="first_map",
        size="sample city: server started, page opened, pins drawn; best of 3",
        ours_s=min(seconds),
        at_most_s=AT_MOST_S if scale == 1 else None,
    )


def _first_map(executable: str, folder: Path, atlas: Path) -> float:
    with a_browser(executable) as browser, closing(Watch(browser)) as watch:
        page = watch.page("desktop")
        begin = time.perf_counter()
        with Server(folder, atlas) as server:
            page.goto(server.url)
            page.frame_locator("iframe").first.locator(".leaflet-marker-icon").first.wait_for()
            return time.perf_counter() - begin
