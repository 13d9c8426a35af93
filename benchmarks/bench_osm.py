"""How long a city of 250,000 people takes from one .osm.pbf until it can be walked in."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import networkx as nx
import numpy as np
import psutil

from benchmarks import Result
from layers import atlas
from layers.atlas import Atlas
from layers.importing import importer
from layers.space import metres_crs
from mapping.homes import read_streets
from mapping.reach import minutes_between
from sample_data import plan
from sample_data.osm import counted, make_extract

AT_MOST_S = 60.0
PAIRS = 40
SMALL = 0.05  # for a smoke run the city as it is will do


def run(scale: float) -> Iterator[Result]:
    """Make the extract, bring it into a new atlas, and compare some walks with networkx."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.osm.pbf"
        people = round(plan.PEOPLE * scale) if scale > SMALL else None
        held = counted(make_extract(file, people=people))
        with _Peaks() as peaks:
            begin = time.perf_counter()
            city = atlas.create(Path(folder) / "city.gpkg", name="City")
            importer.carry_out(city, importer.prepare(city, file))
            seconds = time.perf_counter() - begin
        size = (
            f"{held['nodes']} nodes, {held['ways']} ways in {file.stat().st_size / 1e6:.1f} MB to "
            f"{city.count('streets')} streets, {city.count('proposals')} proposals; "
            f"at most {peaks.ours_mb:.0f} MB of memory, the reader {peaks.reader_mb:.0f} MB"
        )
        yield Result(
            name="osm",
            size=size,
            ours_s=seconds,
            at_most_s=AT_MOST_S if scale == 1 else None,
            equal=_walks_agree(city),
        )


class _Peaks:
    """Looks every few milliseconds how much memory this process and the reader have filled."""

    def __init__(self) -> None:
        self.ours_mb = self.reader_mb = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        ours = psutil.Process()
        while not self._end.wait(0.02):
            self.ours_mb = max(self.ours_mb, ours.memory_info().rss / 1e6)
            for child in ours.children():
                # until it has become the reader, a new process shows the memory of this one
                with contextlib.suppress(psutil.Error):
                    if "layers.importing.read_process" in child.cmdline():
                        self.reader_mb = max(self.reader_mb, child.memory_info().rss / 1e6)


def _walks_agree(city: Atlas) -> bool:
    """Compare minutes between some corners with networkx on the rows as they are stored."""
    nodes, rows = city.read("street_nodes"), city.read("streets")
    streets = read_streets(nodes, rows, metres_crs(*plan.MIDDLE_DEGREES))
    if streets is None:
        return False
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.add_weighted_edges_from(zip(rows["u"], rows["v"], rows["metres"], strict=True))
    rng = np.random.default_rng(0)
    starts = rng.choice(len(nodes), 4, replace=False)
    ends = rng.choice(len(nodes), PAIRS, replace=False)
    ours = minutes_between(streets, starts, ends, max_min=60).toarray()
    for row, start in enumerate(starts):
        far = nx.single_source_dijkstra_path_length(graph, nodes["id"][start], cutoff=4800)
        theirs = np.array([far.get(nodes["id"][end], 0.0) / 80 for end in ends])
        if not np.allclose(ours[row], theirs, atol=1e-6):
            return False
    return True
