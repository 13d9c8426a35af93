"""Fixtures for all tests. No test reaches another machine, and none writes into the tree."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sample_data.make import make_city
from tests.helpers.block import sitecustomize as block
from tests.helpers.running import REPOSITORY, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from layers.room_session import Session
    from tests.helpers.watched import Watch

SHARED = REPOSITORY.parent / "shared"
_tries: list[str] = []
block.install(lambda event, host: _tries.append(f"{event} {host}"))

# The files that take longest, the longest first: one that is begun last holds up all.
# A file that is not named comes after them, in the order of names.
LONGEST = (
    *("test_berlin", "test_wall_look", "test_page_edit", "test_phone_browser", "test_axe"),
    *("test_round_trip", "test_no_outside", "test_phone_hers_browser", "test_outbox_browser"),
    *("test_line_browser", "test_moderator_browser", "test_phone_ways_browser"),
    *("test_phone_aloud_browser", "test_workshop_browser", "test_maps", "test_wall_browser"),
    *("test_page_gaps", "test_import_duplicates", "test_how_to", "test_formats_page"),
    *("test_page_quality", "test_benchmarks", "test_page_room_browser", "test_sample_osm"),
    *("test_page_network", "test_import_undo", "test_hostile_files", "test_sample_truths"),
)
_IN_A_BROWSER = {"browser", "watch", "page", "phone"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs in a browser, and set aside the drills and what needs the shared data."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))
    for item in items:
        if _IN_A_BROWSER & set(getattr(item, "fixturenames", ())):
            item.add_marker("needs_system")
        if item.get_closest_marker("drill") and not os.environ.get("CG_DRILL"):
            item.add_marker(pytest.mark.skip(reason="a drill: make drill"))
        if item.get_closest_marker("needs_shared_data") and not (SHARED / "data").is_dir():
            item.add_marker(pytest.mark.skip(reason="../shared/data is not here"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what was skipped for a missing system part where all parts ought to be there (CI)."""
    report = yield
    # A drill, or real data that is not here, may be skipped also where a browser takes part.
    optional = item.get_closest_marker("drill") or item.get_closest_marker("needs_shared_data")
    is_part = item.get_closest_marker("needs_system") and not optional
    if report.skipped and os.environ.get("CG_NO_SKIP") and is_part:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped although CG_NO_SKIP is set: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def nobody_else() -> Iterator[None]:
    """Fail a test in which anything of this process tried to reach another machine."""
    before = len(_tries)
    yield
    assert _tries[before:] == []


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files of cities; absent on most machines."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED / "data"


# --- the clock ---------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Choose the day: ``clock("2026-03-01")``; layers.clock then says so."""
    return lambda day: monkeypatch.setenv("CG_TODAY", day)


# --- atlases -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sample_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the sample city once; read only."""
    path = tmp_path_factory.mktemp("sample") / "sample.gpkg"
    make_city(path)
    return path


@pytest.fixture(scope="session")
def twin_atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the same city without what is planted in it; read only."""
    path = tmp_path_factory.mktemp("twin") / "twin.gpkg"
    make_city(path, twin=True)
    return path


@pytest.fixture
def sample_atlas(sample_once: Path, tmp_path: Path) -> Path:
    """Give a copy of the sample city that a test may change."""
    return Path(shutil.copy(sample_once, tmp_path / "sample.gpkg"))


# --- the server --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def server(sample_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the application on the sample city, on loopback, for all tests that only look."""
    folder = tmp_path_factory.mktemp("server")
    atlas = Path(shutil.copy(sample_once, folder / "sample.gpkg"))
    with Server(folder, atlas) as running:
        yield running
    assert running.outgoing() == []


@pytest.fixture
def start_server(sample_atlas: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server of one's own: ``start_server(CG_HOST="hall.test", CG_PASSPHRASE="...")``."""
    started: list[Server] = []

    def start(**env: str) -> Server:
        folder = tmp_path / f"server{len(started)}"
        started.append(Server(folder, sample_atlas, env))
        return started[-1].start()

    yield start
    for running in started:
        running.kill()
        assert running.outgoing() == []


@pytest.fixture(scope="session")
def in_hall(sample_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server that a hall reaches, for all tests that leave it running and as it is.

    Each of them opens a session of its own in it.
    """
    from tests.helpers.hall_phones import a_hall

    with a_hall(sample_once, tmp_path_factory.mktemp("hall")) as running:
        yield running
    assert running.outgoing() == []


@pytest.fixture
def session(in_hall: Server) -> Iterator[Session]:
    """Open a session in the hall, with nothing in it."""
    from tests.helpers import rooms

    with rooms.a_session(in_hall.room, in_hall.atlas) as made:
        yield made


# --- the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")  # not longer: while it runs, nothing else may run an event loop
def browser() -> Iterator[Browser]:
    """Start the machine's Chromium, which knows ``hall.test`` and no other name."""
    pytest.importorskip("playwright")
    from tests.helpers import watched

    executable = watched.chromium()
    if executable is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with watched.a_browser(executable) as running:
        yield running


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    """Open any number of pages: ``watch.page("phone", locale="ar")``; none may ask another host."""
    from tests.helpers.watched import Watch

    watching = Watch(browser)
    yield watching
    watching.close()
    assert watching.foreign == []


@pytest.fixture
def page(watch: Watch) -> Page:
    """Open one page as large as a desk's screen."""
    return watch.page()


@pytest.fixture
def phone(watch: Watch) -> Page:
    """Open one page on a phone of 360 x 640."""
    return watch.page("phone")
