"""No mean of fewer than five raters, and no two means that together tell what one of them said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import rating_means
from layers.rating_means import LEAST, Asymmetry
from tests.helpers.sampled import examples

KEY = ("house", "openness")
said = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(1, 4), max_size=12)


def differ(one: dict[str, int], other: dict[str, int]) -> int:
    """Count by hand who differs between two sets of answers."""
    return len([1 for name in "abcdefghijkl" if one.get(name, 0) != other.get(name, 0)])


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(said, min_size=1, max_size=6))
def test_over_any_releases_each_mean_rests_on_five_and_any_two_differ_by_five(
    rounds: list[dict[str, int]],
) -> None:
    bases: list[dict[str, int]] = []
    shown_before: list[tuple[float, str]] = []
    for now in rounds:
        done = rating_means.decide({KEY: now} if now else {}, {KEY: bases} if bases else {})
        rests_on = {one.question: None for one in done.shown}
        if KEY in done.new:
            bases.append(now)
            assert len(now) >= LEAST
        if rests_on:
            mean = done.shown[0]
            basis = bases[-1]
            exact, step = sum(basis.values()) / len(basis), 1 / len(basis)
            assert mean.mean == round(min(max(exact, 1 + step), 4 - step), 1)
            shown_before.append((mean.mean, mean.said_by))
    for at, one in enumerate(bases):
        for other in bases[:at]:
            assert differ(one, other) == 0 or differ(one, other) >= LEAST
    assert (not shown_before) == (not bases)


def test_four_raters_are_no_mean_and_five_are() -> None:
    four = dict.fromkeys("abcd", 3)
    assert rating_means.decide({KEY: four}, {}).shown == ()
    five = {**four, "e": 1}
    (mean,) = rating_means.decide({KEY: five}, {}).shown
    assert (mean.mean, mean.said_by) == (2.6, "5-9")


def test_one_rater_more_changes_nothing_and_going_back_and_forth_tells_nothing() -> None:
    first = dict.fromkeys("abcde", 3)
    more = {**first, "f": 1}
    done = rating_means.decide({KEY: more}, {KEY: [first]})
    assert done.shown[0].mean == 3.0
    assert done.waits == (KEY,)
    second = dict.fromkeys("abcde", 1)
    assert rating_means.decide({KEY: second}, {KEY: [first]}).new == (KEY,)
    # five differ from the last release, one only from the first: together they would tell it
    assert rating_means.decide({KEY: more}, {KEY: [first, second]}).waits == (KEY,)


def test_a_mean_goes_where_five_went_and_stays_where_one_did() -> None:
    six = dict.fromkeys("abcdef", 2)
    assert rating_means.decide({KEY: {"a": 2}}, {KEY: [six]}).gone == (KEY,)
    assert rating_means.decide({KEY: dict.fromkeys("abcde", 2)}, {KEY: [six]}).waits == (KEY,)


def test_who_rate_each_other_far_apart_are_listed_once_the_farthest_first() -> None:
    answers = {
        ("b", "openness"): {"a": 4},
        ("a", "openness"): {"b": 1, "c": 3},
        ("c", "openness"): {"a": 1},
        ("b", "influence"): {"a": 3},
        ("a", "influence"): {"b": 2},
    }
    assert rating_means.asymmetries(answers) == [
        Asymmetry("a", "b", "openness", 4, 1),
        Asymmetry("c", "a", "openness", 3, 1),
    ]


@pytest.mark.parametrize("raters", range(5, 10))
@pytest.mark.parametrize("end", [rating_means.LOWEST, rating_means.HIGHEST])
def test_no_mean_tells_that_all_gave_an_end_of_the_scale(raters: int, end: int) -> None:
    same = {str(one): end for one in range(raters)}
    apart = same | {"0": 2 if end == 1 else 3}
    assert rating_means.mean_of(KEY, same) == rating_means.mean_of(KEY, apart)
    assert rating_means.mean_of(KEY, same).mean != end
