"""What two actors have in common: only what is known; a course by its hours and place."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.intro_shared import Shared
from tests.helpers.introduced import actor, city
from tests.helpers.town import Town

COURSE: dict[str, Any] = {
    "category": "language_course",
    "course_level": "A1",
    "women_only": True,
    "free_places": 3,
}


def shared(made: Town, *names: str, **facts: dict[str, Any]) -> Shared:
    made.rows["organizations"] = [actor(name, **facts.get(name, {})) for name in names]
    return Shared(city(made), list(names), made.read("organizations"))


@pytest.mark.parametrize(
    ("second", "hours"),
    [
        ({}, 2.0),
        ({"free_places": None}, 2.0),  # the same course, and nobody knows how many are free
        ({"hours": "Tu 12:00-14:00"}, None),  # at another hour
        ({"hours": None}, None),  # at an hour that nobody knows
        ({"women_only": None}, None),
        ({"course_level": "A2"}, None),
        ({"at": (800, 0)}, None),  # too far
        ({"status": "defunct"}, None),
    ],
)
def test_a_course_is_the_same_by_level_people_hours_and_place(
    second: dict[str, Any], hours: float | None
) -> None:
    made = Town()
    made.service("one", (100, 0), organization_id="a", hours="Tu 09:00-12:00", **COURSE)
    facts = {"at": (300, 0), "hours": "Tu 10:00-12:00", **COURSE, **second}
    made.service("two", facts.pop("at"), organization_id="b", **facts)
    found = shared(made, "a", "b")
    assert [one["hours"] for one in found.courses.values()] == ([] if hours is None else [hours])
    if hours is not None:
        found.rows_of_course(~found.has["near"] | found.has["near"])
        course = found.of(0, 1)[0]
        assert course.code == "course"
        assert course.values["metres"] == pytest.approx(200)
        free = 6 if "free_places" not in second else None
        assert (course.values["free"], course.values["row"]) == (free, ("a", "b"))


def test_each_reason_is_there_only_where_both_are_known_to_have_it() -> None:
    made = Town()
    for name in ("a", "b", "far"):
        made.service(f"help-{name}", (100, 0), organization_id=name, languages={"so": "staff"})
    for at in range(4):  # most speak Danish: that says nothing of whom they are there for
        made.service(f"other-{at}", (100, 0), organization_id="c", languages={"da": "staff"})
    made.service("leaflet", (1500, 0), organization_id="d", languages={"so": "material"})
    counts = [("help-a", 40), ("help-b", 55), ("help-far", None)]
    made.rows["usage"] = [
        {"id": service, "service_id": service, "group_code": "born_so", "count": count}
        for service, count in counts
    ]
    found = shared(made, "a", "b", "c", "d", "far", a={"communities": ["so"]})
    codes = {one.code: one.values for one in found.of(0, 1)}
    assert codes["offer"] == {"categories": ("legal",), "languages": ("so",)}
    assert codes["people"] == {"languages": ("so",)}
    assert codes["clients"] == {"group": "born_so", "counts": (40, 55)}
    assert (codes["near"]["metres"], codes["near"]["district"]) == (0, "west")
    assert {one.code for one in found.of(0, 2)} == {"near"}
    assert found.of(0, 3) == ()  # a leaflet speaks to nobody, and it is across the river
    assert {one.code for one in found.of(0, 4)} == {"offer", "people", "near"}
    for code, flags in found.has.items():
        for a in range(5):
            for b in range(5):
                said = a != b and code in {one.code for one in found.of(a, b)}
                assert flags[a, b] == said, (code, a, b)
