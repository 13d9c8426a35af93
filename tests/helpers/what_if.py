"""Steps of scenarios for tests, and a small town to try them in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from layers.atlas import Atlas, create
from mapping.scenarios import Scenario, do

FOUR = {"Casa Farului", "Vatra Families", "Roshni Sewing Group", "Chiragh Study Circle"}
ACTORS = [f"a{n}" for n in range(7)]


def steps_of(*steps: dict[str, Any]) -> Scenario:
    found = Scenario()
    for one in steps:
        found = do(found, one)
    return found


def kilnside(atlas: Atlas) -> Scenario:
    rows = atlas.read("organizations")
    one = rows.loc[rows["name"].eq("Kilnside Neighbourhood Desk"), "id"].item()
    return steps_of({"do": "remove_actor", "actor": one})


some_ids = st.sampled_from(ACTORS)
one_step = st.one_of(
    st.builds(lambda one: {"do": "remove_actor", "actor": one}, some_ids),
    st.tuples(some_ids, some_ids, st.sampled_from(["trusts", "funds"]), st.integers(1, 3))
    .filter(lambda two: two[0] != two[1])
    .map(
        lambda two: {
            "do": "add_tie",
            "from": two[0],
            "to": two[1],
            "kind": two[2],
            "strength": two[3],
        }
    ),
    st.builds(lambda n: {"do": "end_tie", "tie": f"t{n}"}, st.integers(0, 12)),
    st.builds(lambda n: {"do": "remove_service", "service": f"s{n}"}, st.integers(0, 4)),
    st.builds(
        lambda n, value: {
            "do": "set_fact",
            "table": "services",
            "id": f"s{n}",
            "column": "papers_asked",
            "value": value,
        },
        st.integers(0, 4),
        st.sampled_from([True, False, None]),
    ),
)
some_steps = st.lists(one_step, max_size=5)


def make_town(path: Path) -> Atlas:
    """Make seven actors with ties, services, seats, trust and an asset."""
    made = create(path, name="Town")
    rng = np.random.default_rng(0)
    pairs = [(i, j) for i in range(7) for j in range(i) if rng.random() < 0.5][:12]
    with made.write() as writer:
        writer.insert("organizations", [{"id": one, "name": one, "kind": "ngo"} for one in ACTORS])
        writer.insert(
            "ties",
            [
                {
                    "id": f"t{n}",
                    "from_id": f"a{i}",
                    "to_id": f"a{j}",
                    "kind": "delivers_with",
                    "direction": "mutual",
                }
                for n, (i, j) in enumerate(pairs)
            ],
        )
        writer.insert("locations", [{"id": "l0", "precision": "city"}])
        writer.insert(
            "services",
            [
                {"id": f"s{n}", "organization_id": f"a{n}", "name": "S", "category": "legal"}
                for n in range(4)
            ],
        )
        for n in range(4):
            joined = {"id": f"j{n}", "service_id": f"s{n}", "location_id": "l0"}
            writer.insert("service_at_location", [joined])
            hours = {"id": f"h{n}", "service_at_location_id": f"j{n}", "opening_hours": "24/7"}
            writer.insert("schedules", [hours])
            tongue = {"id": f"g{n}", "service_id": f"s{n}", "language": "ti", "level": "staff"}
            writer.insert("service_languages", [tongue])
        writer.insert("bodies", [{"id": "b", "name": "B", "kind": "other"}])
        writer.insert(
            "seats", [{"id": "e", "body_id": "b", "organization_id": "a1", "state": "asked"}]
        )
        writer.insert(
            "trust",
            [
                {
                    "id": "u",
                    "community": "ti",
                    "organization_id": "a1",
                    "state": "trusted",
                    "said_by": "5-9",
                }
            ],
        )
        writer.insert(
            "assets", [{"id": "x", "name": "X", "kind": "skill", "organization_id": "a1"}]
        )
    return made
