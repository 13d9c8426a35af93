"""Phones and a wall: how long from a tap to the wall, beside a session of Streamlit per phone.

``ours_s`` and ``peer_s`` are the 95th percentile. ``equal``: of ours none was lost or counted
twice. The peer is run with as many phones as it can carry, each sending every ten seconds.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks import Result, phones, streamlit_phones
from layers import clock
from layers.room import Room
from layers.room_session import Session
from mapping.hall import wall_address
from sample_data.make import make_city
from tests.helpers.running import Server
from tests.helpers.watched import Watch, a_browser, chromium

PHONES, A_SECOND, SECONDS = 1_000, 50.0, 60.0
PEER_PHONES, EVERY_S = 50, 10.0
AT_MOST_S = 0.5
_COUNT = """wait => new Promise(done => {
    const end = performance.now() + wait;
    let drawn = 0;
    const next = now => { drawn += 1; now < end ? requestAnimationFrame(next) : done(drawn); };
    requestAnimationFrame(next);
})"""


def run(scale: float) -> Iterator[Result]:
    """Fill a hall of ours with the size that is promised, and one of each with the peer's."""
    yield _full(scale)
    yield _beside(scale)


def _full(scale: float) -> Result:
    number, seconds = max(10, round(PHONES * scale)), max(3.0, SECONDS * scale)
    frames: list[float] = []
    found, doubled = _ours(number, A_SECOND, seconds, frames=frames)
    lost = len(found.acknowledged - found.seen)
    drawn = f" {frames[0]:.0f} frames a second in a browser;" if frames else ""
    return Result(
        name="room",
        size=(
            f"{number:,} phones connected, {A_SECOND:g} contributions a second for {seconds:g} s;"
            f" {len(found.acknowledged):,} acknowledged, {lost} lost, {doubled} doubled;"
            f" {found.messages / seconds:.1f} messages a second to the wall;{drawn}"
            f" tap to answer p95 {_p95(found.to_answer_s):.3f} s"
        ),
        ours_s=_p95(found.to_wall_s),
        at_most_s=AT_MOST_S if scale == 1 else None,
        equal=not lost and not doubled and found.lines == number,
    )


def _beside(scale: float) -> Result:
    number, seconds = max(5, round(PEER_PHONES * scale)), max(4.0, SECONDS * scale)
    every_s = EVERY_S if scale == 1 else 2.0
    with streamlit_phones.serving() as port:
        usual = streamlit_phones.Usual(port)
        asyncio.run(usual.run(phones=number, every_s=every_s, seconds=seconds))
    found, doubled = _ours(number, number / every_s, seconds)
    lost = len(found.acknowledged - found.seen)
    return Result(
        name="room",
        size=f"{number:,} phones, each every {every_s:g} s; the peer lost {usual.lost}",
        ours_s=_p95(found.to_wall_s),
        peer="one Streamlit session with st_folium per phone",
        peer_s=_p95(usual.to_wall_s),
        equal=not lost and not doubled,
    )


def _ours(
    number: int, a_second: float, seconds: float, *, frames: list[float] | None = None
) -> tuple[phones.Outcome, int]:
    """Run our own server, and count in its file what came twice.

    With ``frames``, a second wall is drawn in a browser, and how often it was is added there.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        atlas = folder / "city.gpkg"
        make_city(atlas)
        with Server(folder, atlas) as server:
            session = _session(server.room, atlas)
            hall = phones.Hall(server.port, session)
            running = hall.run(phones=number, a_second=a_second, seconds=seconds)
            executable = chromium() if frames is not None else None
            if frames is None or executable is None:
                found = asyncio.run(running)
            else:
                with ThreadPoolExecutor(1) as aside:
                    done = aside.submit(asyncio.run, running)
                    frames.append(_frames(executable, server, hall, seconds=seconds / 2))
                    found = done.result()
        with closing(sqlite3.connect(server.room)) as db:
            kept = db.execute("SELECT count(*), count(DISTINCT cell) FROM contributions").fetchone()
    if kept[1] != len(found.acknowledged):
        found.seen -= found.acknowledged  # not on the disk: nothing of it counts
    return found, int(kept[0] - kept[1])


def _frames(executable: str, server: Server, hall: phones.Hall, *, seconds: float) -> float:
    """Open the wall in a browser, and count how often it is drawn while phones send."""
    one = hall.session
    with a_browser(executable) as browser, closing(Watch(browser)) as watch:
        page = watch.page("projector")
        page.goto(wall_address(server.url, one.code, one.wall_key, lang="en"))
        hall.began.wait(timeout=600)
        counted = page.evaluate(_COUNT, seconds * 1000)
    return float(counted) / seconds


def _session(file: Path, atlas: Path) -> Session:
    with closing(Room(file)) as room:
        return room.create(
            title="Bench",
            kind="rehearsal",
            mode="instant",
            languages=("en",),
            cell_m=250,
            held_on=clock.today(),
            atlas=str(atlas),
            area=phones.AREA,
        )


def _p95(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 95)) if seconds else float("inf")
