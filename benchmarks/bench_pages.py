"""How long a person waits for a page: the first map, and another persona on the page Reach."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import quote

from benchmarks import Result
from benchmarks.region import make_region
from mapping.pages import _persona_link
from mapping.personas import Persona
from sample_data.make import make_city
from tests.helpers import desk
from tests.helpers.running import Server
from tests.helpers.watched import Watch, a_browser, chromium

AT_MOST_S = 5.0
ANOTHER_AT_MOST_S: Final = 1.0
TIMES: Final = 10
HERS: Final = Persona(category="legal", language="ti", hours="Mo-Fr 16:00-22:30", minutes=10.0)
# from the key until both the sentence and the shades of the map are others
_WATCH: Final = """() => {
  const drawn = document.querySelector('iframe').contentDocument;
  const said = () => document.querySelector('.st-key-cg_answer')?.innerText || '';
  const shades = () => Array.from(
    drawn.querySelectorAll('path.cg-gap'), (one) => one.getAttribute('class')).join();
  const [text, map, begin] = [said(), shades(), performance.now()];
  window.cgWaited = null;
  let mapped = false;
  const look = () => {
    mapped = mapped || shades() !== map;
    if (mapped && said() && said() !== text) window.cgWaited = performance.now() - begin;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def run(scale: float) -> Iterator[Result]:
    """Start the application and look at it; nothing where there is no browser."""
    executable = chromium()
    if executable is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        yield _first(executable, Path(folder), scale)
        yield another(executable, Path(folder), scale)


def _first(executable: str, folder: Path, scale: float) -> Result:
    atlas = folder / "city.gpkg"
    make_city(atlas)
    seconds = [_first_map(executable, folder / str(n), atlas) for n in range(3)]
    return Result(
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


def another(executable: str, folder: Path, scale: float) -> Result:
    """Let her walk a minute more, ten times; twice where it is only tried."""
    times = TIMES if scale == 1 else 2
    nodes, cells, services = (round(count * scale) for count in (50_000, 5000, 1000))
    atlas = folder / "region.gpkg"
    make_region(atlas, nodes=nodes, cells=cells, services=services)
    with (
        Server(folder / "another", atlas) as server,
        a_browser(executable) as browser,
        closing(Watch(browser)) as watch,
    ):
        page = watch.page("desktop")
        link = quote(_persona_link.packed([HERS]))
        desk.open_page(page, server.url, "reach", f"?persona={link}&step=understood")
        shapes = page.frame_locator("iframe").first.locator("path.cg-gap")
        shapes.first.wait_for(state="attached", timeout=60_000)
        desk.wait_until_drawn(page)
        page.locator(".st-key-reach_form_minutes input").first.focus()
        seconds = []
        for _ in range(times + 1):
            page.evaluate(_WATCH)
            page.keyboard.press("ArrowRight")
            page.wait_for_function("() => window.cgWaited !== null")
            seconds.append(float(page.evaluate("() => window.cgWaited")) / 1000)
            desk.wait_until_drawn(page)
    seconds = seconds[1:]  # the first finds what was not asked before
    return Result(
        name="another_persona",
        size=f"{nodes:,} nodes, {cells:,} cells, {services:,} services: from the key to the new "
        f"sentence and the new map; best of {times}, median {median(seconds):.2f} s",
        ours_s=min(seconds),
        at_most_s=ANOTHER_AT_MOST_S if scale == 1 else None,
    )
