"""Walks found block by block, here and by two worker processes, are those of one process."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.region import make_region
from layers.atlas import Atlas
from layers.errors import LayerError
from mapping import regions
from mapping.cascade import Cascade, cascade
from mapping.city import City
from mapping.personas import Persona
from mapping.regions import answer, blocks_of, cascade_on, combined
from mapping.travel import Way
from tests.helpers.sampled import examples

ROOT = Path(__file__).parents[1]

SELAM = Persona(
    category="legal",
    language="ti",
    hours="Mo-Fr 16:00-23:00",
    pace="wheelchair",
    avoids_unsafe=True,
    community="ti",
    minutes=12,
)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    path = tmp_path_factory.mktemp("region") / "region.gpkg"
    return make_region(path, nodes=1600, cells=400, services=150)


def fresh(region: Atlas) -> City:
    return City(region.read, region.meta())


def assert_same(one: Cascade, two: Cascade) -> None:
    assert one.ids == two.ids
    for mine, other in zip(one.steps, two.steps, strict=True):
        assert mine.name == other.name
        assert mine.services == other.services
        for side in ("low", "high"):
            assert getattr(mine, side).tolist() == getattr(other, side).tolist()


ways = st.builds(
    Way,
    minutes=st.sampled_from([3.0, 15.0]),
    stepless=st.sampled_from(["", "pram", "wheelchair"]),
    avoid=st.sampled_from([None, "evening", "night"]),
)


@settings(max_examples=examples(25), deadline=None)
@given(way=ways, count=st.integers(1, 40), streets=st.booleans())
def test_blocks_put_together_are_the_whole_to_the_last_digit(
    region: Atlas, way: Way, count: int, *, streets: bool
) -> None:
    def read(table: str) -> Any:
        rows = region.read(table)
        return rows if streets or not table.startswith("street") else rows.iloc[:0]

    city = City(read, region.meta())
    if streets:  # some far from every street
        city.starts("cell").on_street[::17] = False
        city.ends.on_street[::11] = False
    whole = city.walks("cell", way)
    some = list(blocks_of(city, "cell", way, count=count))
    assert sorted(np.concatenate([block.rows for block in some])) == list(range(400))
    found = combined(some, map(answer, some), whole.sure.shape)
    for one, two in ((found.sure, whole.sure), (found.maybe, whole.maybe)):
        assert one.nnz > 0 or way.stepless == "wheelchair"
        assert one.indptr.tolist() == two.indptr.tolist()
        assert one.indices.tolist() == two.indices.tolist()
        assert one.data.tolist() == two.data.tolist()


def test_a_cascade_block_by_block_is_the_cascade(region: Atlas) -> None:
    alone = cascade(fresh(region), SELAM)
    assert 0 < alone.steps[1].high.mean() < 1
    assert_same(cascade_on(None, fresh(region), SELAM, 7), alone)
    city = fresh(region)
    cascade(city, replace(SELAM, minutes=20))
    assert_same(cascade_on(None, city, SELAM), alone)  # from longer walks kept before


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[str]:
    """A scheduler and two worker processes, as an operator starts them, on this machine only."""
    distributed: Any = pytest.importorskip("distributed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    alone = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = ["scheduler", *alone, "--port", port]
    worker = ["worker", address, *alone, "--no-nanny", "--nthreads", "1"]
    kept = ["--death-timeout", "120", "--local-directory", str(tmp_path)]
    children: list[subprocess.Popen[bytes]] = []
    try:
        for name, *words in (scheduler, [*worker, *kept], [*worker, *kept]):
            run = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words]
            with (tmp_path / f"{len(children)}.txt").open("wb") as said:
                children.append(subprocess.Popen(run, cwd=ROOT, stdout=said, stderr=said))  # noqa: S603 - our own words
        with distributed.Client(address, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)  # a busy machine is slow to start them
        yield address
    finally:
        for child in reversed(children):
            child.kill()
            child.wait()


@pytest.mark.filterwarnings("default")  # what dask warns of is its own
def test_two_workers_answer_as_one_process(
    region: Atlas, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workers.startswith("tcp://127.0.0.1:")
    assert_same(cascade_on(workers, fresh(region), SELAM, 6), cascade(fresh(region), SELAM))
    # a worker that does not find this program, or breaks, is said in one sentence
    monkeypatch.setattr(regions, "answer", int)
    with pytest.raises(LayerError) as failed:
        cascade_on(workers, fresh(region), SELAM, 2)
    assert (failed.value.code, failed.value.blanks) == ("workers_failed", {"address": workers})


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_is_not_there_is_said_in_one_sentence(
    region: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LayerError) as silent:
        cascade_on("not an address", fresh(region), SELAM)
    assert (silent.value.code, silent.value.blanks) == (
        "scheduler_silent",
        {"address": "not an address"},
    )
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(LayerError) as missing:
        cascade_on("tcp://127.0.0.1:1", fresh(region), SELAM)
    assert missing.value.code == "dask_missing"


def test_dask_is_asked_for_only_by_whoever_names_a_scheduler() -> None:
    text = Path(sys.modules["mapping.regions"].__file__ or "").read_text(encoding="utf-8")
    assert text.count("import Client") == 1
    assert "\nimport dask" not in text
    assert "\nfrom dask" not in text
