"""Towns of actors, ties, services and trust, made by chance; and the same town with a tie more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from mapping.city import City
from tests.helpers.town import CELLS, META, Town

DAY = date(2026, 11, 22)
SECTORS = ("health", "housing", "education", "migrants", "employment")
DRY = [x for x in range(100, 2000, 100) if x != 1000]  # at 1000 is the river, and no sure way
TONGUES = {"so": "born_so", "ti": "born_er"}


def city(made: Town) -> City:
    """Give the town as a city on a fixed day."""
    return City(made.read, META, day=DAY)


def actor(name: str, **facts: Any) -> dict[str, Any]:
    """Give a row of an actor."""
    return {"id": name, "name": name.title(), "sector": "health", **facts}


def tie(a: str, b: str, *, kind: str = "refers_to", strength: int = 2, **facts: Any) -> Any:
    """Give a row of a tie, mutual."""
    ends = {"id": f"{a}-{b}", "from_id": a, "to_id": b}
    return {**ends, "kind": kind, "direction": "mutual", "strength": strength, **facts}


def trust(community: str, who: str, state: str = "trusted", said_by: str = "10-19") -> Any:
    """Give a row of what women said."""
    about = {"id": f"{community}-{who}", "community": community, "organization_id": who}
    return {**about, "state": state, "said_by": said_by, "session_id": "s"}


def network(graph: nx.Graph[Any], *, sector: str = "sector") -> Town:
    """Make a town that is known by the ties of its actors alone."""
    made = Town(streets=False)
    made.rows["organizations"] = [
        actor(f"a{node}", sector=str(about[sector])) for node, about in graph.nodes.items()
    ]
    made.rows["ties"] = [tie(f"a{a}", f"a{b}") for a, b in graph.edges()]
    return made


def by_chance(seed: int, *, actors: int = 24, known: bool) -> Town:
    """Make a town with people, services and trust; with ``known`` no fact of it is unknown."""
    random = np.random.default_rng(seed)
    made = Town()
    for group, label in (("born_so", "Somalia"), ("born_er", "Eritrea")):
        made.rows["population_groups"].append(
            {"id": group, "label": label, "dimension": "birthplace"}
        )
        counts = {cell: float(random.integers(5, 300)) for cell in CELLS}
        made.people(counts, group=group)
    names = [f"a{at:02}" for at in range(actors)]
    made.rows["organizations"] = [
        actor(
            name,
            sector=SECTORS[at % len(SECTORS)],
            kind="municipality" if at == 0 else "ngo",
            migrant_led=bool(random.random() < 0.3),
            communities=[str(random.choice(list(TONGUES)))] if random.random() < 0.4 else [],
        )
        for at, name in enumerate(names)
    ]
    for at in range(1, actors):  # a tree, and some ties more: everybody hangs on somebody
        made.rows["ties"].append(tie(names[at], names[int(random.integers(0, at))], strength=1))
    for at, name in enumerate(names):
        state = random.choice(["trusted", "not_trusted", "silent"], p=[0.3, 0.6, 0.1])
        if state == "silent" and known:
            state = "not_trusted"
        if state != "silent":
            made.rows["trust"] += [trust(tag, name, str(state)) for tag in TONGUES]
        if random.random() < 0.6:
            tag = str(random.choice(list(TONGUES)))
            tongues = {tag: "staff"} if known or random.random() < 0.7 else None
            made.service(
                f"service-{at}",
                (float(random.choice(DRY)), 0),
                organization_id=name,
                languages=tongues,
                category=str(random.choice(["legal", "health"])),
            )
    return made


def completed(made: Town, random: np.random.Generator) -> Town:
    """Give the same town with everything known that was not: by chance."""
    other = Town.__new__(Town)
    other.rows = dict(made.rows)
    listed = {row["service_id"] for row in made.rows["service_languages"]}
    other.rows["service_languages"] = [
        *made.rows["service_languages"],
        *(
            {"id": f"{name}-{tag}", "service_id": name, "language": tag, "level": level}
            for name in (row["id"] for row in made.rows["services"])
            if name not in listed
            for tag in TONGUES
            for level in [str(random.choice(["staff", "material"]))]
        ),
    ]
    said = {(row["community"], row["organization_id"]) for row in made.rows["trust"]}
    other.rows["trust"] = [
        *made.rows["trust"],
        *(
            trust(tag, row["id"], str(random.choice(["trusted", "not_trusted"])))
            for row in made.rows["organizations"]
            for tag in TONGUES
            if (tag, row["id"]) not in said
        ),
    ]
    return other


def with_ties(made: Town, more: Iterable[tuple[str, str, str]]) -> Town:
    """Give the same town with ties more, of strength 2: from, to and kind."""
    other = Town.__new__(Town)
    rows = [tie(a, b, kind=kind) for a, b, kind in more]
    other.rows = {**made.rows, "ties": [*made.rows["ties"], *rows]}
    return other


def read_with(read: Any, more: Iterable[tuple[str, str, str]]) -> Any:
    """Give a reader of an atlas in which there are ties more."""

    def found(table: str) -> pd.DataFrame:
        rows: pd.DataFrame = read(table)
        if table != "ties":
            return rows
        new = pd.DataFrame([tie(a, b, kind=kind) for a, b, kind in more])
        both = pd.concat([rows, new.astype({"strength": "Int64"})], ignore_index=True)
        return both.astype({"strength": "Int64"})

    return found
