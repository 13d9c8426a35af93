"""The cascade by brute force: one street, a few services, every way the unknown may turn out.

Written from the definitions in ``docs/method.md`` and not from the engine: walks by networkx, one
home after another, one service after another, and hours as four blocks of a week.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import networkx as nx
import pandas as pd
from shapely.geometry import box

from mapping.city import City
from mapping.personas import Persona
from tests.helpers.town import CELLS, META, Town, placed

# Blocks of two hours: when they are, and in which part of the day.
BLOCKS = {
    "MD": ("Mo 10:00-12:00", "day"),
    "ME": ("Mo 18:00-20:00", "evening"),
    "TD": ("Tu 10:00-12:00", "day"),
    "TE": ("Tu 18:00-20:00", "evening"),
}
ALL_WEEK = frozenset(BLOCKS)
DAY = date(2026, 11, 22)
# What unknown hours may turn out to be.
MAY_BE_OPEN = (frozenset[str](), frozenset({"MD"}), frozenset({"ME", "TD"}), ALL_WEEK)
UNKNOWN = None
PEOPLE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}
_PAVED = Town()
_PAVED.people(PEOPLE)
_SAME = ("areas", "ground", "population", "population_groups", "streets", "street_nodes")
_READ = {name: _PAVED.read(name) for name in _SAME}  # typed once: most of the time of a test


@dataclass(frozen=True)
class Help:
    """A service on the street: ``at`` metres from its western end; ``None``: somewhere in an area.

    ``papers``, ``speaks``, ``free``, ``trusted``, ``watched`` (childcare on site) are True, False
    or unknown; ``opens`` are blocks, or unknown.
    """

    category: str
    at: int | None
    area: str = "west"
    opens: frozenset[str] | None = ALL_WEEK
    papers: bool | None = False
    speaks: bool | None = True
    free: bool | None = True
    trusted: bool | None = True
    watched: bool | None = False


@dataclass(frozen=True)
class Story:
    """A town: its help, and the places called unsafe (metres of a street's end, and an hour)."""

    help: tuple[Help, ...]
    unsafe: tuple[tuple[int, str | None], ...] = ()

    def town(self) -> Town:
        """Write it into tables."""
        made = copy.copy(_PAVED)
        made.rows = {name: list(rows) for name, rows in _PAVED.rows.items()}
        for number, one in enumerate(self.help):
            name = f"v{number}"
            opens = (
                None if one.opens is UNKNOWN else "; ".join(_hours(one.opens)) or "Su 03:00-04:00"
            )
            made.service(
                name,
                None if one.at is None else (one.at, 0),
                category=one.category,
                hours=opens,
                languages={} if one.speaks is None else {"ti" if one.speaks else "ar": "staff"},
                place={"precision": "hidden", "area_id": one.area} if one.at is None else None,
                organization_id=f"o{number}",
                papers_asked=one.papers,
                free=one.free,
                childcare_on_site=one.watched,
            )
            made.rows["organizations"].append({"id": f"o{number}", "name": name})
            if one.trusted is not None:
                made.rows["trust"].append(
                    {
                        "id": f"t{number}",
                        "community": "so",
                        "organization_id": f"o{number}",
                        "state": "trusted" if one.trusted else "not_trusted",
                        "said_by": "5-9",
                    }
                )
        for number, (end, hour) in enumerate(self.unsafe):
            made.rows["reported_cells"].append(
                {
                    "id": f"r{number}",
                    "session_id": "s",
                    "cell": f"place {number}",
                    "feeling": "unsafe",
                    "time_of_day": hour,
                    "contributors": "5-9",
                    "geometry": placed(box(end - 70, -20, end - 30, 20)),
                }
            )
        return made

    def city(self) -> City:
        """Make it ready to be asked."""
        made = self.town()
        kept = dict(_READ)

        def read(name: str) -> pd.DataFrame:
            if name not in kept:
                kept[name] = made.read(name)
            return kept[name]

        return City(read, META, day=DAY)

    def heard(self, hour: str) -> bool:
        """Tell whether any place was reported at an hour, or at all hours."""
        return any(at in {hour, None} for _, at in self.unsafe)

    def endings(self) -> Iterator[tuple[Story, Mapping[str, Any]]]:
        """Give every way the unknown may turn out: all services known, and the streets."""
        choices: list[list[Help]] = [list(_completions(one)) for one in self.help]
        hidden = [at for at, one in enumerate(self.help) if one.at is None]
        places = list(itertools.product([False, True], repeat=len(hidden)))
        by_day, after_dark = (list(self._closures(hour)) for hour in ("day", "evening"))
        for one in itertools.product(*choices):
            for there, day, evening in itertools.product(places, by_day, after_dark):
                near = dict(zip(hidden, there, strict=True))
                streets_then = {"near": near, "day": day, "evening": evening}
                yield replace(self, help=tuple(one)), streets_then

    def _closures(self, hour: str) -> Iterator[frozenset[int] | None]:
        """Give the streets that may be closed at an hour; ``None``: no way at all is safe."""
        for_sure = {end for end, at in self.unsafe if at == hour}
        perhaps = sorted({end for end, at in self.unsafe if at is None} - for_sure)
        for picked in itertools.product([False, True], repeat=len(perhaps)):
            yield frozenset(for_sure | set(itertools.compress(perhaps, picked)))
        if not self.heard(hour):
            yield None


def _hours(blocks: frozenset[str]) -> list[str]:
    days: dict[str, list[str]] = {}
    for block in sorted(blocks):
        day, _, clock = BLOCKS[block][0].partition(" ")
        days.setdefault(day, []).append(clock)
    return [f"{day} {','.join(clocks)}" for day, clocks in days.items()]


def free_text(blocks: frozenset[str]) -> str:
    """Write when she is free."""
    return "; ".join(_hours(blocks))


def _opens(one: Help) -> frozenset[str]:
    assert one.opens is not None, "the truth knows when a place is open"
    return one.opens


def _completions(one: Help) -> Iterator[Help]:
    names = ["papers", "speaks", "free", "trusted", "watched"]
    blank = [name for name in names if getattr(one, name) is None]
    weeks = MAY_BE_OPEN if one.opens is UNKNOWN else (one.opens,)
    for week, answers in itertools.product(
        weeks, itertools.product([False, True], repeat=len(blank))
    ):
        said: dict[str, Any] = dict(zip(blank, answers, strict=True))
        yield replace(one, opens=week, **said)


def metres(closed: frozenset[int]) -> dict[int, dict[int, float]]:
    """Give all distances along the street of the sketch in ``tests.helpers.town``."""
    street: nx.Graph[int] = nx.Graph()
    ends = [*range(0, 901, 100), *range(1100, 2001, 100)]
    street.add_nodes_from(ends)
    for here, there in itertools.pairwise(ends):
        length = 1400.0 if (here, there) == (900, 1100) else 100.0  # over the bridge
        if there not in closed:
            street.add_edge(here, there, weight=length)
    return dict(nx.all_pairs_dijkstra_path_length(street))


class Truth:
    """Who is covered in a story in which nothing is unknown."""

    def __init__(
        self, story: Story, persona: Persona, free: frozenset[str] | None, ending: Mapping[str, Any]
    ) -> None:
        self.story, self.persona, self.free, self.ending = story, persona, free, ending
        self._metres = {
            hour: None if closed is None else metres(closed)
            for hour, closed in (("", frozenset()), *((h, ending[h]) for h in ("day", "evening")))
        }

    def covered(self, cell: str, steps: frozenset[str]) -> bool:
        """Tell whether people of a cell are covered after some steps."""
        if not self.persona.avoids_unsafe:
            steps = steps - {"safe"}
        hours = [""]
        if "safe" in steps:
            blocks = ALL_WEEK if self.free is None else self.free
            hours = sorted({BLOCKS[block][1] for block in blocks})
            hours = ["day"] if self.free is None else hours
        return any(
            self._by(one, cell, steps, hour)
            for hour in hours
            for one in range(len(self.story.help))
            if self.story.help[one].category == self.persona.category
        )

    def _by(self, one: int, cell: str, steps: frozenset[str], hour: str) -> bool:
        mine = self.story.help[one]
        if not self._fit(mine, steps):
            return False
        blocks = self._blocks(steps, hour)
        asks = self.free is not None and "open" in steps
        if asks and not _opens(mine) & blocks:
            return False
        together = self.persona.together if "fits" in steps else None
        walked = bool(steps & {"near", "safe"})
        if together is None or (together == "childcare" and mine.watched):
            return not walked or self._walk(cell, [one], hour)
        return any(
            self._fit(other, steps)
            and bool(_opens(mine) & _opens(other) & blocks)
            and (
                not walked
                or self._walk(cell, [number, one], hour)
                or (together != "childcare" and self._walk(cell, [one, number], hour))
            )
            for number, other in enumerate(self.story.help)
            if other.category == together
        )

    def _blocks(self, steps: frozenset[str], hour: str) -> frozenset[str]:
        if self.free is None or "open" not in steps:
            return ALL_WEEK
        return frozenset(b for b in self.free if hour in {"", BLOCKS[b][1]})

    def _fit(self, one: Help, steps: frozenset[str]) -> bool:
        persona = self.persona
        return not (
            ("admitted" in steps and persona.no_papers and one.papers)
            or ("understood" in steps and persona.language and not one.speaks)
            or ("fits" in steps and persona.free and not one.free)
            or ("trusted" in steps and persona.community and not one.trusted)
        )

    def _walk(self, cell: str, stops: list[int], hour: str) -> bool:
        """Tell whether she can walk from home to the first stop and on to the second."""
        street = self._metres[hour]
        if street is None:
            return False
        length, at = 0.0, CELLS[cell]
        for stop in stops:
            there = self.story.help[stop].at
            if there is None:  # somewhere in its area: on her way, or nowhere near
                west = cell in {"c100", "c300", "c500", "c700"}
                if not self.ending["near"][stop] or west != (self.story.help[stop].area == "west"):
                    return False
                continue
            length += street[at].get(there, float("inf"))
            at = there
        return length <= self.persona.minutes * self.persona.speed_kmh * 1000 / 60 + 1e-6
