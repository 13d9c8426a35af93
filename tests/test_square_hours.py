"""Hours of a square: from ten people on, and never so that few are left beside them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import answer_counts, privacy, square_hours
from tests.helpers.sampled import examples

CELL = "CRS3035RES250mN3272000E4552000"
FAR = "CRS3035RES250mN3290000E4590000"

Said = list[tuple[int, str, str, str | None]]  # person, cell, feeling, hour


def table(said: Said) -> pd.DataFrame:
    rows = [(str(person), *rest, (), None) for person, *rest in said]
    columns = ["token", "cell", "feeling", "time_of_day", "reasons", "company"]
    return pd.DataFrame(rows, columns=columns)


def hours(
    said: Said, shown: dict[tuple[str, str], int] | None = None
) -> list[tuple[str, str, str, str]]:
    told = table(said)
    counts = answer_counts.count(told)
    found = square_hours.release(
        told,
        privacy.release(told),
        everywhere={code: n for (question, code), n in counts.by.items() if question == "when"},
        shown=shown or {},
    )
    return [(a, b, c, d) for a, b, c, d in found.itertuples(index=False)]


def people(number: int, hour: str | None, *, start: int = 0, feeling: str = "safe") -> Said:
    return [(start + one, CELL, feeling, hour) for one in range(number)]


@pytest.mark.parametrize(
    ("at_night", "others", "leaves"),
    [
        (9, 0, False),  # fewer than ten
        (10, 0, True),
        (10, 1, False),  # the square less the night would be one
        (10, 4, False),
        (10, 5, True),
        (25, 6, True),
    ],
)
def test_an_hour_needs_ten_who_name_it_and_of_the_others_none_or_five(
    at_night: int, others: int, *, leaves: bool
) -> None:
    said = people(at_night, "night", feeling="unsafe") + people(others, None, start=100)
    band = "20+" if at_night > 19 else "10-19"
    assert hours(said) == ([(CELL, band, "unsafe", "night")] if leaves else [])


def test_day_and_night_may_differ_and_who_names_both_counts_in_both() -> None:
    said = people(12, "day") + people(12, "night", feeling="unsafe")
    assert hours(said) == [
        (CELL, "10-19", "safe", "day"),
        (CELL, "10-19", "unsafe", "night"),
    ]


def test_few_who_named_it_only_elsewhere_hold_it_back() -> None:
    said: Said = [*people(12, "night"), (50, FAR, "safe", "night")]
    assert hours(said) == []


def test_rather_not_say_is_no_hour() -> None:
    assert hours(people(12, "unsaid")) == []


@pytest.mark.parametrize(("before", "leaves"), [(12, True), (11, False), (8, False), (7, True)])
def test_what_the_wall_showed_is_not_to_be_taken_away(before: int, *, leaves: bool) -> None:
    assert bool(hours(people(12, "night"), {(CELL, "night"): before})) is leaves


def test_a_square_that_stands_as_it_was_or_is_merged_has_no_hours() -> None:
    told = table(people(12, "night"))
    first = privacy.release(told)
    more = table(people(14, "night"))
    kept = privacy.release(more, previous=first)
    assert square_hours.release(more, kept, everywhere={}, shown={}).empty
    empty = privacy.release(told.iloc[:0])
    assert square_hours.release(told, empty, everywhere={}, shown={}).empty


@settings(max_examples=examples(60), deadline=None)
@given(
    said=st.lists(
        st.tuples(
            st.integers(0, 24),
            st.sampled_from((CELL, FAR)),
            st.sampled_from(("safe", "unsafe")),
            st.sampled_from(("day", "night", None)),
        ),
        max_size=80,
    )
)
def test_nothing_taken_from_anything_leaves_one_to_four(said: Said) -> None:
    """By sets, with everything exact: the square less its hour, and the hour less its square."""
    for cell, _, _, hour in hours(said):
        here = {person for person, at, _, _ in said if at == cell}
        then = {person for person, at, _, when in said if (at, when) == (cell, hour)}
        anywhere = {person for person, _, _, when in said if when == hour}
        assert len(then) >= 10
        for rest in (here - then, anywhere - then):
            assert len(rest) == 0 or len(rest) >= 5
