"""How long a person waits: the first map, another persona on Reach, a large network."""

from __future__ import annotations

import random
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
from layers import atlas, vocab
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
DRAWN_AT_MOST_S: Final = 3.0
CLICK_AT_MOST_S: Final = 1.0
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
        yield from network(executable, Path(folder), scale)


def _first(executable: str, folder: Path, scale: float) -> Result:
    city = folder / "city.gpkg"
    make_city(city)
    seconds = [_first_map(executable, folder / str(n), city) for n in range(3)]
    return Result(
        name="first_map",
        size="sample city: server started, page opened, pins drawn; best of 3",
        ours_s=min(seconds),
        at_most_s=AT_MOST_S if scale == 1 else None,
    )


def _first_map(executable: str, folder: Path, city: Path) -> float:
    with a_browser(executable) as browser, closing(Watch(browser)) as watch:
        page = watch.page("desktop")
        begin = time.perf_counter()
        with Server(folder, city) as server:
            page.goto(server.url)
            page.frame_locator("iframe").first.locator(".leaflet-marker-icon").first.wait_for()
            return time.perf_counter() - begin


def another(executable: str, folder: Path, scale: float) -> Result:
    """Let her walk a minute more, ten times; twice where it is only tried."""
    times = TIMES if scale == 1 else 2
    nodes, cells, services = (round(count * scale) for count in (50_000, 5000, 1000))
    region = folder / "region.gpkg"
    make_region(region, nodes=nodes, cells=cells, services=services)
    with (
        Server(folder / "another", region) as server,
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


def network(executable: str, folder: Path, scale: float) -> Iterator[Result]:
    """Open the whole of a large network in a fresh browser, and click an actor."""
    times = 3 if scale == 1 else 1
    actors, ties = round(300 * scale), round(1500 * scale)
    large = folder / "network.gpkg"
    _make_network(large, actors, ties)
    drawn, clicked = [], []
    with Server(folder / "network", large) as server, a_browser(executable) as browser:
        for turn in range(times + 1):
            with closing(Watch(browser)) as watch:
                page = watch.page("desktop")
                begin = time.perf_counter()
                page.goto(f"{server.url}/network?network_reach=The+whole+network")
                marks = page.locator(".nodes .node")
                marks.nth(actors - 1).wait_for(state="attached")
                seconds = time.perf_counter() - begin
                desk.wait_until_drawn(page)
                begin = time.perf_counter()
                marks.nth(actors // 2).dispatch_event("click")
                page.locator(".st-key-network_chosen").wait_for()
                if turn:  # the first reads the program and lays the picture out
                    clicked.append(time.perf_counter() - begin)
                    drawn.append(seconds)
                else:
                    first = seconds
    size = f"{actors:,} actors, {ties:,} ties, best of {times}"
    yield Result(
        name="network_drawn",
        size=f"{size}: opened in a new browser, all drawn; the first of a server {first:.1f} s",
        ours_s=min(drawn),
        at_most_s=DRAWN_AT_MOST_S if scale == 1 else None,
    )
    yield Result(
        name="network_click",
        size=f"{size}: from the click until what is known of the actor is said",
        ours_s=min(clicked),
        at_most_s=CLICK_AT_MOST_S if scale == 1 else None,
    )


def _make_network(path: Path, actors: int, ties: int) -> None:
    """Make an atlas with clusters of actors; always the same."""
    draw = random.Random(1)
    names = [f"o{number:04d}" for number in range(actors)]
    cluster = {name: draw.randrange(max(3, actors // 12)) for name in names}
    pairs = {
        (
            name,
            draw.choice([one for one in names[:at] if cluster[one] == cluster[name]] or names[:at]),
        )
        for at, name in enumerate(names[1:], start=1)
    }
    while len(pairs) < ties:
        one, two = draw.sample(names, 2)
        if (two, one) not in pairs and (cluster[one] == cluster[two] or draw.random() < 0.12):
            pairs.add((one, two))
    with atlas.create(path, name="Large").write() as writer:
        writer.insert(
            "organizations",
            [
                {"id": name, "name": f"Organization {name}", "kind": draw.choice(vocab.ACTOR_KIND)}
                for name in names
            ],
        )
        writer.insert(
            "ties",
            [
                {
                    "id": f"t{number}",
                    "from_id": one,
                    "to_id": two,
                    "kind": draw.choice(vocab.TIE_KIND),
                    "direction": draw.choice(vocab.TIE_DIRECTION),
                    "strength": draw.choice([1, 2, 3]),
                }
                for number, (one, two) in enumerate(sorted(pairs))
            ],
        )
