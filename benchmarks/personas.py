"""Another persona in a city, and the first and the next answer in a region."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Final

from benchmarks import Result, best_of
from benchmarks.by_hand import Answer, answers, graphs_around, same, whole_graphs
from benchmarks.region import make_region
from layers.atlas import Atlas
from mapping import gaps
from mapping.cascade import Cascade, cascade
from mapping.cascade_told import told
from mapping.city import City
from mapping.personas import Persona
from mapping.ready import ready

AT_MOST_S: Final = 1.0
FIRST_AT_MOST_S, NEXT_AT_MOST_S = 60.0, 5.0
MOST_MB: Final = 2000.0
SAMPLE: Final = 60  # areas answered by hand
SMALL: Final = 0.05  # a smoke run measures no memory
FIRST = Persona(category="language_course", language="so", free=True)
# she goes another way than the first, and around places called unsafe: all walks are new
NEXT = Persona(
    category="legal",
    language="ti",
    also=(("de", "some"),),
    hours="Mo-Fr 16:00-22:30; Sa 10:00-16:00",
    no_referral=True,
    sex="man",
    pace="pram",
    avoids_unsafe=True,
    community="ti",
    minutes=15,
)
# each a little longer, or its walks would be cut from those of the one before
MINUTES: Final = (15.0, 15.5, 16.0)


def run(scale: float) -> Iterator[Result]:
    """Time another persona in a city, then a region in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield _another(Path(folder) / "city.gpkg", scale)
        yield from _region(Path(folder) / "region.gpkg", scale)


def _another(path: Path, scale: float) -> Result:
    sizes = {
        "nodes": int(50_000 * scale),
        "cells": int(5000 * scale),
        "services": int(1000 * scale),
    }
    made = make_region(path, **sizes)
    city = City(made.read, made.meta())
    drawn(city, FIRST)
    personas = iter([replace(NEXT, minutes=minutes) for minutes in MINUTES])
    ours_s, answer = best_of(3, lambda: drawn(city, next(personas)))
    seconds, areas, slow = _by_hand(city, answer)
    return Result(
        name="reach",
        size=f"{_size(sizes)}: numbers and map of another persona whose walks are new; "
        f"peer on {len(areas):,} of the cells, scaled up",
        ours_s=ours_s,
        peer="networkx from each cell, one service at a time",
        peer_s=seconds * len(answer.ids) / len(areas),
        at_most_s=AT_MOST_S if scale == 1 else None,
        equal=same(answer, areas, slow),
    )


def _by_hand(city: City, answer: Cascade) -> tuple[float, list[int], list[Answer]]:
    areas = list(range(0, len(answer.ids), max(len(answer.ids) // SAMPLE, 1)))
    graphs = whole_graphs(city, answer.persona)
    begin = time.perf_counter()
    slow = list(answers(city, answer.persona, answer.level, areas, graphs))
    return time.perf_counter() - begin, areas, slow


def drawn(city: City, persona: Persona) -> Cascade:
    """Answer and make what the page draws: the numbers of all steps and a map of the last."""
    ready(city, persona)
    answer = cascade(city, persona)
    told(answer)
    last = answer.steps[-1]
    gaps.map_values(answer.gaps((last.low, last.high)))
    return answer


def _region(path: Path, scale: float) -> Iterator[Result]:
    sizes = {
        "nodes": int(500_000 * scale),
        "cells": int(50_000 * scale),
        "services": int(2000 * scale),
    }
    make_region(path, **sizes)
    found = _in_a_child(path) if scale > SMALL else child(path)
    assert scale < 1 or found["mb"] <= MOST_MB, f"{found['mb']} MB of memory"
    for what, seconds, promised in (
        (f"first answer, {found['mb']:.0f} MB at most", found["first_s"], FIRST_AT_MOST_S),
        ("next persona whose walks are new", found["next_s"], NEXT_AT_MOST_S),
    ):
        yield Result(
            name="reach",
            size=f"{_size(sizes)}: {what}; checked on {found['areas']} of the cells",
            ours_s=seconds,
            at_most_s=promised if scale == 1 else None,
            equal=bool(found["equal"]),
        )


def _in_a_child(path: Path) -> dict[str, float | bool]:
    """Measure where nothing else has filled the memory."""
    command = [sys.executable, "-m", "benchmarks.personas", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    found: dict[str, float | bool] = json.loads(done.stdout.splitlines()[-1])
    return found


def _size(sizes: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {of}" for of, count in sizes.items())


def child(path: Path) -> dict[str, float | bool]:
    """Answer a region from its atlas, in a process that does nothing else."""
    first = replace(NEXT, pace="usual")
    begin = time.perf_counter()
    atlas = Atlas(path)
    city = City(atlas.read, atlas.meta())
    drawn(city, first)
    first_s = time.perf_counter() - begin
    personas = iter([replace(NEXT, minutes=minutes) for minutes in MINUTES])
    next_s, answer = best_of(3, lambda: drawn(city, next(personas)))
    most_mb = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    areas = list(range(0, len(answer.ids), max(len(answer.ids) // 20, 1)))
    graphs = graphs_around(city, answer.level, metres=max(MINUTES) * 80 + 500)
    slow = list(answers(city, answer.persona, answer.level, areas, graphs))
    return {
        "first_s": first_s,
        "next_s": next_s,
        "mb": most_mb,
        "areas": len(areas),
        "equal": same(answer, areas, slow),
    }


if __name__ == "__main__":
    print(json.dumps(child(Path(sys.argv[1]))))
