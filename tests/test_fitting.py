"""Facts of services as one persona needs them: yes, no and unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layers.errors import LayerError
from mapping import fitting
from mapping.city import City
from mapping.personas import Persona
from tests.helpers.brute_cascade import DAY
from tests.helpers.town import META, Town

YES, NO, UNKNOWN = 1.0, 0.0, None


def fact(name: str, persona: dict[str, Any], **service: Any) -> float | None:
    """Ask one fact of one service."""
    made = Town(streets=False)
    made.service("one", (0, 0), **{"category": "legal", **service})
    city = City(made.read, META, day=DAY)
    asked = Persona(**{"category": service.get("category", "legal"), **persona})
    value = float(fitting.facts(city, asked)[name].iloc[0])
    return None if np.isnan(value) else value


@pytest.mark.parametrize(
    ("ages", "service", "says"),
    [
        (17, {"min_age": 18}, NO),
        (18, {"min_age": 18}, YES),
        (65, {"max_age": 65}, YES),
        (66, {"max_age": 65}, NO),
        (30, {}, UNKNOWN),
        (0, {"min_age": 0, "max_age": 0}, YES),
    ],
)
def test_age_is_within_bounds_ends_included(
    ages: int, service: dict[str, Any], says: float | None
) -> None:
    assert fact("age", {"age": ages}, **service) == says


def test_childcare_must_take_every_child_and_asks_not_how_old_she_is() -> None:
    kita = {"category": "childcare", "min_age": 1, "max_age": 6}
    assert fact("age", {"children": (1, 6), "age": 30}, **kita) == YES
    assert fact("age", {"children": (1, 7)}, **kita) == NO
    assert fact("age", {"children": (0,)}, **kita) == NO


@pytest.mark.parametrize(("level", "says"), [("A1", YES), ("B2", NO), (None, UNKNOWN)])
def test_a_course_has_her_level_or_another(level: str | None, says: float | None) -> None:
    course = {"category": "language_course", "course_level": level}
    assert fact("course_level", {"course_level": "A1"}, **course) == says


def test_a_level_is_asked_of_language_courses_only() -> None:
    assert Persona(category="legal", course_level="A1").asked() == ()


WELL, SOME = (("de", "well"),), (("de", "some"),)


@pytest.mark.parametrize(
    ("also", "spoken", "says"),
    [
        ((), {"ti": "staff"}, YES),
        ((), {"de": "staff"}, NO),
        (WELL, {"de": "staff"}, YES),
        (SOME, {"de": "staff"}, UNKNOWN),
        (SOME, {"de": "staff", "ti": "interpreter"}, YES),
        (SOME, {"ar": "staff"}, NO),
        (SOME, {}, UNKNOWN),
        (WELL, {"de": None}, UNKNOWN),
        (WELL, {"de": "material"}, NO),
        (WELL, {"de-AT": "staff"}, YES),
    ],
)
def test_the_language_she_knows_best_counts(
    also: tuple[tuple[str, str], ...], spoken: dict[str, str | None], says: float | None
) -> None:
    assert fact("language", {"language": "ti", "also": also}, languages=spoken) == says


def test_who_knows_some_of_a_language_only_is_perhaps_understood() -> None:
    assert fact("language", {"also": SOME}, languages={"de": "staff"}) is UNKNOWN


@pytest.mark.parametrize(
    ("opens", "free", "stay", "says"),
    [
        ("Mo 09:00-12:00", "Mo 11:00-13:00", 60, YES),
        ("Mo 09:00-12:00", "Mo 11:00-13:00", 65, NO),
        ("Mo 09:00-12:00", "Tu 09:00-12:00", 5, NO),
        # twice half an hour is no hour
        ("Mo 09:00-09:30,11:00-11:30", "Mo 08:00-13:00", 60, NO),
        ("Mo 09:00-09:30,11:00-11:30", "Mo 08:00-13:00", 30, YES),
        # over midnight, and over the end of the week
        ("Mo 22:00-24:00; Tu 00:00-02:00", "Mo-Tu 00:00-24:00", 240, YES),
        ("Su 23:00-24:00; Mo 00:00-01:00", "Mo-Su 00:00-24:00", 120, YES),
        ("Su 23:00-24:00; Mo 00:00-01:00", "Mo-Su 00:00-24:00", 125, NO),
        ('"by appointment"', "Mo 09:00-12:00", 60, UNKNOWN),
        (None, "Mo 09:00-12:00", 60, UNKNOWN),
    ],
)
def test_open_on_end_while_she_is_free(
    opens: str | None, free: str, stay: int, says: float | None
) -> None:
    assert fact("hours", {"hours": free, "stay_min": stay}, hours=opens) == says


def test_hours_nobody_can_read_are_refused_with_an_example() -> None:
    with pytest.raises(LayerError, match="hours_unreadable"):
        fact("hours", {"hours": "after work"}, hours="Mo 09:00-12:00")


@pytest.mark.parametrize(
    ("opens", "hour", "says"),
    [
        ("Mo 17:00-19:00", "day", 1.0),  # come at five, stay until seven
        ("Mo 17:00-19:00", "evening", 0.0),  # at six an hour is left
        ("Mo 18:00-22:00", "evening", 1.0),
        ("Mo 18:00-22:00", "day", 0.0),
        ("Mo 22:00-24:00", "night", 1.0),
        ("Mo 04:30-07:00", "night", 1.0),
        ("Mo 04:30-07:00", "day", 0.0),
    ],
)
def test_she_arrives_in_that_part_of_the_day(opens: str, hour: str, says: float) -> None:
    made = Town(streets=False)
    made.service("one", (0, 0), hours=opens)
    city = City(made.read, META, day=DAY)
    asked = Persona(category="legal", hours="Mo-Su 00:00-24:00", stay_min=120)
    assert fitting.open_in(city, asked, hour).tolist() == [says]


def test_parts_of_the_day_fill_the_week_and_do_not_overlap() -> None:
    parts = [fitting.part_of_day(hour).astype(int) for hour in ("day", "evening", "night")]
    assert np.all(np.sum(parts, axis=0) == 1)
    assert [int(part.sum()) * 5 / 60 / 7 for part in parts] == [12, 4, 8]


@pytest.mark.parametrize(
    ("persona", "hours"),
    [
        ({}, ("day",)),
        ({"hours": "Mo 09:00-11:00"}, ("day",)),
        ({"hours": "Mo 17:00-19:00"}, ("day", "evening")),
        ({"when": "evening"}, ("evening",)),
        ({"when": "night"}, ("night",)),
        ({"when": "weekend"}, ("day", "evening")),
    ],
)
def test_the_parts_of_the_day_in_which_she_may_go(
    persona: dict[str, Any], hours: tuple[str, ...]
) -> None:
    city = City(Town(streets=False).read, META, day=DAY)
    assert fitting.hours_of(city, Persona(category="legal", **persona)) == hours


@pytest.mark.parametrize("persona", [{"hours": "Mo-Fr 18:00-21:00"}, {"when": "evening"}])
@pytest.mark.parametrize(
    ("opens", "unknown", "by_appointment", "reason"),
    [
        (None, ("hours",), False, ""),
        ('"by appointment"', (), True, ""),
        ("Mo 19:00-20:00", (), False, ""),
        ("Mo 09:00-17:00", (), False, "hours"),
        # a promise of ten minutes is none of half an hour
        ('Mo 18:00-18:10 "by appointment"', (), False, "hours"),
    ],
)
def test_unknown_hours_are_named_whichever_way_she_says_when_she_is_free(
    persona: dict[str, Any],
    opens: str | None,
    unknown: tuple[str, ...],
    by_appointment: bool,  # noqa: FBT001 (of a table of cases)
    reason: str,
) -> None:
    made = Town(streets=False)
    made.service("one", (0, 0), hours=opens)
    city = City(made.read, META, day=DAY)
    judged = fitting.judge(city, Persona(category="legal", **persona)).iloc[0]
    assert judged["unknown"] == unknown
    assert judged["by_appointment"] == by_appointment
    assert judged["reason"] == reason


def test_a_course_of_the_past_is_over_for_whoever_says_when_she_is_free() -> None:
    made = Town(streets=False)
    made.service("one", (0, 0), hours="Mo 18:00-20:00", schedule={"ends_on": "2026-11-21"})
    city = City(made.read, META, day=DAY)
    judged = fitting.judge(city, Persona(category="legal", hours="Mo 18:00-20:00")).iloc[0]
    assert judged["reason"] == "over"
