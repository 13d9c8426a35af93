"""The ladder of taking part, counted by hand in a small town."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mapping import ladder

ACTORS = pd.DataFrame(
    {
        "id": ["city", "clinic", "school", "amal", "baran", "cedar", "choir"],
        "sector": ["administration", "health", None, "migrants", "migrants", "culture", "culture"],
        "migrant_led": pd.array([False, False, False, True, True, True, None], dtype="boolean"),
    }
)


def ties(*rows: tuple[str, str, str | None], **more: Any) -> pd.DataFrame:
    columns = ["from_id", "to_id", "participation"]
    return pd.DataFrame(rows, columns=columns).assign(id=range(len(rows)), **more)


TIES = ties(
    ("city", "amal", "informs"),
    ("amal", "clinic", "informs"),
    ("clinic", "amal", None),
    ("school", "baran", "leads"),
    ("baran", "clinic", "informs"),
    ("cedar", "city", "informs"),
    ("amal", "baran", "co_designs"),  # two groups: no institution in it
    ("city", "clinic", "leads"),  # no group in it
    ("choir", "amal", "consults"),  # nobody knows who leads the choir
    ("amal", "elsewhere", "leads"),  # not in the table
)
FOUND = ladder.between(ACTORS, TIES)


def test_only_ties_between_an_institution_and_a_group_stand_on_it() -> None:
    assert FOUND["tie"].tolist() == [0, 1, 2, 3, 4, 5]
    assert set(FOUND["group"]) == {"amal", "baran", "cedar"}
    assert ladder.unknown_lead(ACTORS, TIES) == 1


def test_ties_are_counted_rung_by_rung_and_unknown_apart() -> None:
    assert ladder.rungs(FOUND) == {
        "informs": 4, "consults": 0, "co_designs": 0, "co_delivers": 0, "leads": 1, "unknown": 1,
    }  # fmt: skip
    by_sector = ladder.by_sector(FOUND)
    assert by_sector.index.tolist() == ["health", "administration", "unknown"]
    assert by_sector.to_numpy()[0].tolist() == [2, 0, 0, 0, 0, 1]
    assert by_sector.to_numpy().sum() == len(FOUND)


def test_a_group_is_only_informed_where_no_known_tie_says_more() -> None:
    found = ladder.only_informed(FOUND)
    assert found.to_numpy().tolist() == [["cedar", 1, 0], ["amal", 2, 1]]
    assert ladder.highest(FOUND).to_dict() == {
        "amal": "informs",
        "baran": "leads",
        "cedar": "informs",
    }
    nothing = ladder.between(ACTORS, ties(("city", "amal", None)))
    assert ladder.only_informed(nothing).empty  # unknown is not "informed"
    assert ladder.highest(nothing).to_dict() == {"amal": "unknown"}


def test_a_town_without_ties_has_an_empty_ladder() -> None:
    empty = ladder.between(ACTORS, ties())
    assert sum(ladder.rungs(empty).values()) == 0
    assert ladder.by_sector(empty).empty
    assert ladder.only_informed(empty).empty
    assert ladder.highest(empty).empty


def test_levels_come_from_ties_and_from_bodies_in_which_both_sit() -> None:
    told = ties(
        ("amal", "city", None),
        ("city", "amal", None),
        ("baran", "city", None),
        ("cedar", "clinic", None),
        cooperation=["delivery", "policy", None, "policy"],
    )
    bodies = pd.DataFrame({"id": ["group", "other"], "level": ["coordination", "policy"]})
    seats = pd.DataFrame(
        [
            ("group", "city", "attending"),
            ("group", "cedar", "accepted"),
            ("group", "amal", "asked"),  # not in it yet
            ("other", "baran", "attending"),  # the city is not in it
        ],
        columns=["body_id", "organization_id", "state"],
    )
    found = ladder.cooperation(ACTORS, told, city=["city"], bodies=bodies, seats=seats)
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [
        [True, False, True, 2],
        [None, None, None, 1],  # works with the city; nobody said at which level
        [False, True, False, 0],
    ]
