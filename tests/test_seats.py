"""Who sits where: no seat, waiting and unknown never look alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers import vocab
from layers.atlas import Atlas
from mapping import seats, seats_offered

ACTORS = pd.DataFrame(
    [
        {"id": "office", "sector": "migrants", "migrant_led": False},
        {"id": "group", "sector": "culture", "migrant_led": True},
        {"id": "flats", "sector": "housing", "migrant_led": False},
        {"id": "rooms", "sector": "housing", "migrant_led": None},
        {"id": "hushed", "sector": "housing", "migrant_led": None, "consent_shown": False},
    ]
).astype({"migrant_led": "boolean", "consent_shown": "boolean"})


def body(kind: str = "steering_group", sectors: object = None, name: str = "b") -> dict[str, Any]:
    return {"id": name, "name": name, "kind": kind, "level": "policy", "sectors": sectors}


def seat(
    sector: str | None, state: str, holder: str | None = None, of: str = "b"
) -> dict[str, Any]:
    return {"id": f"{sector}-{state}-{holder}", "body_id": of, "sector": sector, "state": state,
            "organization_id": holder}  # fmt: skip


def read(*rows: dict[str, Any], of: dict[str, Any] | None = None) -> seats.Body:
    columns = ["id", "body_id", "sector", "state", "organization_id"]
    return seats.bodies(pd.DataFrame([of or body()]), pd.DataFrame(rows, columns=columns), ACTORS)[
        0
    ]


@pytest.mark.parametrize(
    ("states", "state", "is_without"),
    [
        ([], "nobody", True),
        (["not_asked"], "not_asked", True),
        (["declined"], "declined", True),
        (["declined", "not_asked"], "declined", True),
        (["asked", "declined"], "asked", False),
        (["accepted", "asked"], "accepted", False),
        (["attending", "declined"], "attending", False),
    ],
)
def test_a_sector_whose_seats_were_never_asked_or_declined_has_none(
    states: list[str], state: str, *, is_without: bool
) -> None:
    found = read(*(seat("housing", one, "flats") for one in states))
    housing = next(one for one in found.sectors if one.sector == "housing")
    assert (housing.state, housing.is_without) == (state, is_without)
    assert ("housing" in found.without) is is_without
    assert ("housing" in found.waiting) is (state == "asked")


def test_sectors_without_a_seat_come_first_and_those_off_the_list_last() -> None:
    found = read(
        seat("culture", "attending"), seat("education", "attending"), seat("health", "declined")
    )
    order = [one.sector for one in found.sectors]
    assert order[-2:] == ["education", "culture"]
    assert order.index("health") == 5  # after the five whom nobody asked
    assert found.without == tuple(order[:6])
    assert found.listed == seats.REQUIRED
    assert found.is_usual


def test_a_list_of_its_own_takes_the_place_of_the_usual_one() -> None:
    found = read(seat("housing", "attending"), of=body(sectors=["police", "housing", "nonsense"]))
    assert (found.listed, found.without, found.is_usual) == (
        ("housing", "police"),
        ("police",),
        False,
    )
    assert read(of=body("working_group")).without == ()
    assert read(of=body("migrant_council")).without == ("migrants",)


def test_an_office_for_migrants_is_not_migrants_themselves() -> None:
    assert "migrants" in read(seat("migrants", "attending", "office")).without
    for holder in ("group", None):  # unknown who leads it: no reason to say that it does not count
        assert "migrants" not in read(seat("migrants", "attending", holder)).without


def test_a_seat_without_a_sector_stands_for_that_of_who_holds_it() -> None:
    found = read(
        seat(None, "attending", "group"), seat(None, "asked", "flats"), seat(None, "asked")
    )
    state = {one.sector: one.state for one in found.sectors}
    assert (state["culture"], state["migrants"], state["housing"]) == ("attending",) * 2 + (
        "asked",
    )
    assert found.loose == 1


def test_the_body_with_more_missing_comes_first_of_its_kind() -> None:
    rows = [body("working_group", ["police"], "w"), body(name="full"), body(name="bare")]
    sit = [seat(one, "attending", None, "full") for one in seats.REQUIRED]
    found = seats.bodies(pd.DataFrame(rows), pd.DataFrame(sit), ACTORS)
    assert [one.id for one in found] == ["bare", "full", "w"]
    assert found[0].without == seats.REQUIRED
    assert found[1].without == ()


# --- who could sit there -------------------------------------------------------------------------

SERVICES = pd.DataFrame(
    [
        {"id": "s1", "organization_id": "flats", "category": "housing"},
        {"id": "s2", "organization_id": "rooms", "category": "housing"},
        {"id": "s3", "organization_id": "group", "category": "housing"},
        {"id": "s4", "organization_id": "group", "category": "health"},
        {"id": "s5", "organization_id": "hushed", "category": "housing"},
    ]
)


def used(*rows: tuple[str, int | None, bool, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"service_id": one, "count": count, "suppressed": few, "period_end": end,
             "group_code": "all"}
            for one, count, few, end in rows
        ]
    ).astype({"count": "Int64", "suppressed": "boolean"})  # fmt: skip


def offer(
    usage: pd.DataFrame,
    sector: str = "housing",
    *rows: dict[str, Any],
    expected: dict[str, int] | None = None,
) -> Any:
    use = seats_offered.Use(table=usage, expected=expected or {})
    return seats_offered.offered(
        read(*rows), sector, organizations=ACTORS, services=SERVICES, use=use
    )


def test_most_and_least_used_are_of_the_last_known_period_and_withheld_is_not_nobody() -> None:
    usage = used(
        ("s1", 900, False, "2023-12-31"),
        ("s1", 40, False, "2024-12-31"),
        ("s1", None, False, "2025-12-31"),  # unknown: the period before it is the last known one
        ("s2", None, True, "2024-12-31"),
        ("s3", 70, False, "2024-12-31"),
        ("s4", 5000, False, "2024-12-31"),
        ("s5", 9000, False, "2024-12-31"),
    )
    found = offer(usage)
    assert (found.most.service, found.most.count, found.most.ends) == ("s3", 70, "2024-12-31")
    assert (found.least.service, found.least.count) == ("s2", None)
    assert (found.counted, found.withheld, found.services) == (2, 1, 3)
    nobody = pd.concat([usage, used(("s3", 0, False, "2025-12-31"))])
    assert (offer(nobody).least.service, offer(nobody).least.count) == ("s3", 0)


def test_the_least_used_is_so_for_those_who_live_around_where_that_is_known_of_two() -> None:
    usage = used(
        ("s1", 40, False, "2024-12-31"),
        ("s2", None, True, "2024-12-31"),
        ("s3", 70, False, "2024-12-31"),
    )
    found = offer(usage, expected={"s1": 30, "s3": 200})
    assert (found.least.service, found.least.count, found.least.expected) == ("s3", 70, 200)
    assert (found.most.service, found.most.expected) == ("s3", None)
    few = offer(usage, expected={"s1": 100, "s2": 4, "s3": 100})
    assert few.least.service == "s2"  # one to four of four, at least one
    assert offer(usage, expected={"s3": 200}).least.service == "s2"  # of one alone: by people


def test_one_known_service_is_not_called_the_least_used_too() -> None:
    found = offer(used(("s1", 40, False, "2024-12-31")))
    assert (found.most.service, found.least) == ("s1", None)
    nothing = offer(used(("s1", None, False, "2024-12-31")))
    assert (nothing.most, nothing.least, nothing.counted) == (None, None, 0)


def test_who_was_asked_or_refused_to_be_shown_is_not_offered_and_who_was_not_is() -> None:
    none = used(("s1", None, False, "2024-12-31"))
    assert offer(none).actors == ("flats", "rooms")
    assert offer(none, "housing", seat("housing", "declined", "flats")).actors == ("rooms",)
    assert offer(none, "housing", seat("housing", "not_asked", "flats")).actors == (
        "flats",
        "rooms",
    )
    assert offer(none, "migrants").actors == ("group",)  # no office for them, nobody unknown


def test_every_category_belongs_to_one_sector() -> None:
    listed = [one for several in seats_offered.CATEGORIES.values() for one in several]
    assert sorted(listed) == sorted(vocab.CATEGORY)


def test_housing_is_missing_in_the_sample_city_and_in_nothing_of_its_twin(
    sample_once: Path, twin_atlas: Path
) -> None:
    def found(path: Path) -> tuple[seats.Body, ...]:
        return seats.bodies(
            *(Atlas(path).read(one) for one in ("bodies", "seats", "organizations"))
        )

    first = found(sample_once)[0]
    assert (first.id, first.without) == ("steering", ("housing",))
    assert [one.without for one in found(twin_atlas) if one.id == "steering"] == [()]
