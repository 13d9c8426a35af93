"""Laws of the cascade over small random towns, of which much is unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import coverage
from mapping.cascade import Cascade, cascade
from mapping.personas import STEPS, Persona
from tests.helpers.brute_cascade import (
    ALL_WEEK,
    BLOCKS,
    MAY_BE_OPEN,
    Help,
    Story,
    Truth,
    free_text,
)
from tests.helpers.sampled import examples
from tests.helpers.town import CELLS

OFF = 1e-9
FACTS = ("opens", "papers", "speaks", "free", "trusted", "watched")
WHOLE = frozenset(STEPS)

known = st.booleans()
helps = st.builds(
    Help,
    category=st.sampled_from(["legal", "legal", "childcare", "health"]),
    at=st.sampled_from([0, 300, 500, 800, 1200, 1700, 300, 800, None]),
    area=st.sampled_from(["west", "east"]),
    opens=st.sampled_from(MAY_BE_OPEN),
    papers=known,
    speaks=st.sampled_from([True, True, False]),
    free=st.sampled_from([True, True, False]),
    trusted=st.sampled_from([True, True, False]),
    watched=st.sampled_from([False, False, True]),
)
places = st.tuples(
    st.sampled_from([200, 400, 600, 1400]), st.sampled_from(["day", "evening", None])
)
frees = st.none() | st.frozensets(st.sampled_from(sorted(BLOCKS)), min_size=1)
orders = st.permutations(STEPS).map(tuple)


def said(one: Help, fact: str, value: Any) -> Help:
    return replace(one, **{fact: value})


@st.composite
def stories(draw: st.DrawFn, *, blanks: int = 4) -> Story:
    """Draw a town, and then forget some of what is known of it."""
    several = [replace(draw(helps), category="legal"), *draw(st.lists(helps, max_size=3))]
    for _ in range(draw(st.integers(0, blanks))):
        at = draw(st.integers(0, len(several) - 1))
        several[at] = said(several[at], draw(st.sampled_from(FACTS)), None)
    unsafe = draw(st.lists(places, max_size=2, unique_by=lambda one: one[0]))
    return Story(tuple(several), tuple(unsafe))


@st.composite
def people(draw: st.DrawFn) -> tuple[Persona, frozenset[str] | None]:
    """Draw a persona, and when she is free, as blocks."""
    free = draw(frees)
    return (
        Persona(
            category="legal",
            minutes=draw(st.sampled_from([3, 5, 8, 10, 15])),
            hours=None if free is None else free_text(free),
            stay_min=draw(st.sampled_from([30, 120])),
            no_papers=draw(known),
            language=draw(st.sampled_from([None, "ti"])),
            free=draw(known),
            community=draw(st.sampled_from([None, "so"])),
            together=draw(st.sampled_from([None, "childcare", "childcare", "health"])),
            avoids_unsafe=draw(known),
        ),
        free,
    )


def ask(story: Story, persona: Persona, order: tuple[str, ...] = STEPS) -> Cascade:
    return cascade(story.city(), persona, order=order)


def ranges(answer: Cascade) -> dict[tuple[str, str], tuple[Any, Any]]:
    """All ranges of a cascade, by step and kind."""
    found = {}
    for step in answer.steps:
        found[step.name, "covered"] = step.low, step.high
        found[step.name, "alone"] = step.alone_low, step.alone_high
        found[step.name, "without"] = step.without_low, step.without_high
        found[step.name, "lost"] = step.lost
        found[step.name, "alone_lost"] = step.alone_lost
        found[step.name, "brings"] = step.brings
    return found


def true_values(
    truth: Truth, cells: list[str], order: tuple[str, ...]
) -> dict[tuple[str, str], Any]:
    """The same by brute force, where nothing is unknown."""
    known_sets: dict[frozenset[str], Any] = {frozenset(): np.ones(len(cells))}

    def covered(steps: frozenset[str]) -> Any:
        if steps not in known_sets:
            known_sets[steps] = np.array([float(truth.covered(cell, steps)) for cell in cells])
        return known_sets[steps]

    found = {}
    near = frozenset({"exists", "near"})
    for at, name in enumerate(order):
        before, after = frozenset(order[:at]), frozenset(order[: at + 1])
        first = {"exists": frozenset[str](), "near": frozenset({"exists"})}.get(name, near)
        without = WHOLE - ({"near", "safe"} if name == "near" else {name})
        found[name, "covered"] = covered(after)
        found[name, "alone"] = covered(first | {name})
        found[name, "without"] = covered(without)
        found[name, "lost"] = covered(before) - covered(after)
        found[name, "alone_lost"] = covered(first) - covered(first | {name})
        found[name, "brings"] = covered(without) - covered(WHOLE)
    return found


@settings(max_examples=examples(35), deadline=None)
@given(story=stories(), asked=people(), order=orders)
def test_the_truth_lies_in_every_range_however_the_unknown_turns_out(
    story: Story, asked: tuple[Persona, frozenset[str] | None], order: tuple[str, ...]
) -> None:
    persona, free = asked
    answer = ask(story, persona, order)
    found = ranges(answer)
    for ending, streets in story.endings():
        truth = true_values(Truth(ending, persona, free, streets), answer.ids, order)
        for key, (low, high) in found.items():
            assert (low - OFF <= truth[key]).all(), (key, ending)
            assert (truth[key] <= high + OFF).all(), (key, ending)


@settings(max_examples=examples(25), deadline=None)
@given(story=stories(blanks=0), asked=people(), order=orders)
def test_where_all_is_known_the_range_is_the_truth(
    story: Story, asked: tuple[Persona, frozenset[str] | None], order: tuple[str, ...]
) -> None:
    persona, free = asked
    # a hidden place, a place called unsafe at all hours and an hour nobody spoke of stay unknown
    story = replace(
        story,
        help=tuple(one if one.at is not None else replace(one, at=300) for one in story.help),
        unsafe=((200, "day"), (600, "evening")),
    )
    answer = ask(story, persona, order)
    (ending, streets), *others = story.endings()
    assert not others
    truth = true_values(Truth(ending, persona, free, streets), answer.ids, order)
    for key, (low, high) in ranges(answer).items():
        assert low == pytest.approx(truth[key]), key
        assert high == pytest.approx(truth[key]), key


@settings(max_examples=examples(15), deadline=None)
@given(story=stories(), asked=people(), order=orders)
def test_a_step_more_never_covers_more_and_the_least_is_never_more_than_the_most(
    story: Story, asked: tuple[Persona, frozenset[str] | None], order: tuple[str, ...]
) -> None:
    answer = ask(story, asked[0], order)
    for low, high in ranges(answer).values():
        assert (low >= 0).all()
        assert (low <= high).all()
        assert (high <= 1 + OFF).all()
    for before, after in zip(answer.steps, answer.steps[1:], strict=False):
        assert (after.low <= before.low + OFF).all()
        assert (after.high <= before.high + OFF).all()


@settings(max_examples=examples(20), deadline=None)
@given(story=stories(blanks=6), asked=people(), order=orders, data=st.data())
def test_an_answer_to_what_was_unknown_widens_no_range(
    story: Story,
    asked: tuple[Persona, frozenset[str] | None],
    order: tuple[str, ...],
    data: st.DataObject,
) -> None:
    blank = [
        (at, fact)
        for at, one in enumerate(story.help)
        for fact in FACTS
        if getattr(one, fact) is None
    ]
    if not blank:
        return
    at, fact = data.draw(st.sampled_from(blank))
    value = data.draw(st.sampled_from(MAY_BE_OPEN) if fact == "opens" else known)
    several = list(story.help)
    several[at] = said(several[at], fact, value)
    before = ranges(ask(story, asked[0], order))
    after = ranges(ask(replace(story, help=tuple(several)), asked[0], order))
    for key, (low, high) in after.items():
        assert (low >= before[key][0] - OFF).all(), key
        assert (high <= before[key][1] + OFF).all(), key


@settings(max_examples=examples(12), deadline=None)
@given(story=stories(), asked=people(), more=st.integers(1, 10))
def test_a_longer_walk_never_covers_fewer(
    story: Story, asked: tuple[Persona, frozenset[str] | None], more: int
) -> None:
    persona = asked[0]
    city = story.city()
    near = cascade(city, persona)
    far = cascade(city, replace(persona, minutes=persona.minutes + more))
    for one, other in zip(near.steps, far.steps, strict=True):
        assert (other.low >= one.low - OFF).all(), one.name
        assert (other.high >= one.high - OFF).all(), one.name


@settings(max_examples=examples(12), deadline=None)
@given(story=stories(), asked=people(), order=orders)
def test_the_order_of_the_steps_does_not_change_who_is_left(
    story: Story, asked: tuple[Persona, frozenset[str] | None], order: tuple[str, ...]
) -> None:
    city = story.city()
    usual, other = cascade(city, asked[0]), cascade(city, asked[0], order=order)
    assert usual.steps[-1].low == pytest.approx(other.steps[-1].low)
    assert usual.steps[-1].high == pytest.approx(other.steps[-1].high)
    for step in usual.steps:
        same = next(one for one in other.steps if one.name == step.name)
        for kind in ("brings", "alone_lost"):
            for mine, yours in zip(getattr(step, kind), getattr(same, kind), strict=True):
                assert mine == pytest.approx(yours)


@settings(max_examples=examples(12), deadline=None)
@given(story=stories(), asked=people())
def test_what_must_be_met_together_never_covers_more(
    story: Story, asked: tuple[Persona, frozenset[str] | None]
) -> None:
    persona = asked[0]
    city = story.city()
    with_it = cascade(city, replace(persona, together="childcare"))
    without = cascade(city, replace(persona, together=None))
    for one, other in zip(with_it.steps, without.steps, strict=True):
        assert (one.low <= other.low + OFF).all(), one.name
        assert (one.high <= other.high + OFF).all(), one.name


def test_the_brute_force_reads_the_sketch_as_the_town_does() -> None:
    story = Story((Help("legal", 800),))
    truth = Truth(story, Persona(category="legal"), None, next(story.endings())[1])
    covered = [cell for cell in CELLS if truth.covered(cell, frozenset({"exists", "near"}))]
    assert covered == ["c100", "c300", "c500", "c700"]  # 1,200 m; the east is 1,700 m away
    assert frozenset(BLOCKS) == ALL_WEEK
    assert coverage.WHOLE == WHOLE
