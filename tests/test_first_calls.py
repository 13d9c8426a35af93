"""Whom to phone first: each number against the city asked again with the answers put in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from shapely.geometry import box

from layers.errors import LayerError
from mapping import coverage, first_calls
from mapping.call_odds import all_ruled_out, any_certain
from mapping.city import City
from mapping.coverage import WHOLE, Seen
from mapping.first_calls import Plan
from mapping.personas import Persona
from mapping.travel import Walks, Way
from mapping.unknown_facts import Question
from tests.helpers.sampled import examples
from tests.helpers.town import META, Town, area, placed

PLACES = ((100, 0), (300, 0), (500, 0), (700, 0), (1300, 0), (1500, 0))
WEEKS = (None, "Mo-Fr 17:00-21:00", "Mo-Fr 09:00-12:00", "by appointment")
YES_NO = st.sampled_from([None, True, False])


def town() -> Town:
    """Make a town of two organizations; the numbers below are worked out from it by hand."""
    made = Town()
    made.people({"c100": 100, "c300": 200, "c1300": 300})
    made.rows["organizations"] = [{"id": "west", "name": "West"}, {"id": "east", "name": "East"}]
    made.service("tea", (100, 0), organization_id="west", hours="Mo-Fr 17:00-21:00")
    made.service("law", (1300, 0), organization_id="east", free=True)
    return made


EVENING = Persona(category="legal", when="evening", free=True)


def plan(made: Town, *personas: Persona) -> Plan:
    return first_calls.plan(City(made.read, META), personas)


# --- by hand --------------------------------------------------------------------------------------


def test_a_call_is_worth_the_people_of_whom_it_says_yes_or_no() -> None:
    # tea: whether it is free is unknown (one known, true: too few, so 1/2). On yes the 100 + 200
    # people west of the river are reached for certain, on no they are not: 300 either way.
    found = plan(town(), EVENING)
    calls = {one.key: one for one in found.calls}
    (question,) = calls["west"].asked
    assert (question.question.fact, *question.chance) == ("free", 0.5)
    assert [*question.yes, *question.no] == [300, 300]
    assert list(calls["west"].expected) == [300]
    assert list(found.now) == [(0, 600)]


@pytest.mark.parametrize("streets", [True, False])
def test_minutes_from_a_table_count_as_walks_do(streets: bool) -> None:  # noqa: FBT001 (a case)
    made = Town(streets=streets)
    made.people({"west": 100, "east": 50})
    made.service("one", (100, 0), organization_id="one")
    made.service("two", (1300, 0), organization_id="two")

    def by_bus(level: str, way: Way) -> Walks:
        """The west reaches both places, and the east only the second."""
        assert level == "district"
        minutes = csr_array([[5.0, 5.0], [2 * way.minutes, 5.0]])
        return Walks(minutes, minutes)

    city = City(made.read, META, minutes=by_bus)
    found = first_calls.plan(city, [Persona(category="legal", free=True)])
    worth = {one.key: (*one.asked[0].yes, *one.asked[0].no) for one in found.calls}
    assert list(found.now) == [(0, 150)]
    assert worth == {"one": (100, 0), "two": (150, 50)}


def test_the_band_shrinks_to_what_is_to_be_expected() -> None:
    # west: 300 yes or no with 1/2 each: 150 are to be expected; east, by its hours, the same
    found = plan(town(), EVENING)
    assert list(found.after[0]) == [(0, 600), (150, 450), (300, 300)]
    assert [one.key for one in found.calls] == ["west", "east"]


def test_two_unknown_facts_are_worth_nothing_alone_on_a_yes_and_much_together() -> None:
    made = town()
    made.service("old", (1500, 0), organization_id="old")
    found = plan(made, replace(EVENING, minutes=1))
    (call,) = (one for one in found.calls if one.key == "old")
    assert [one.yes[0] for one in call.asked] == [0, 0]
    made.people({"c1500": 80})
    call = next(one for one in plan(made, replace(EVENING, minutes=1)).calls if one.key == "old")
    assert [one.question.fact for one in call.asked] == ["hours", "free"]
    assert [(*one.yes, *one.no) for one in call.asked] == [(0, 80), (0, 80)]
    # both yes: 1/4; else one no, 3/4: every answer settles all 80
    assert [*call.expected, *call.most] == [80, 80]


def test_a_yes_is_as_likely_as_among_those_that_are_known() -> None:
    made = town()
    for number, free in enumerate((True, True, False)):
        made.service(f"more {number}", None, free=free)
    (question,) = next(one for one in plan(made, EVENING).calls if one.key == "west").asked
    assert question.chance[0] == pytest.approx((3 + 1) / (4 + 2))  # with law: 3 of 4 say yes


def test_what_is_expected_is_called_a_guess_where_too_few_answers_are_known() -> None:
    made = town()
    assert all(one.guessed for one in plan(made, EVENING).calls)
    for number, free in enumerate((True, False, False)):
        made.service(f"more {number}", None, free=free)
    west = next(one for one in plan(made, EVENING).calls if one.key == "west")
    # 2 of 4 say yes: as likely as not, and known to be
    assert (west.asked[0].chance[0], west.guessed) == (0.5, False)


def test_an_appointment_is_an_answer_and_no_question() -> None:
    made = town()
    made.service("calm", (500, 0), organization_id="west", hours="by appointment", free=True)
    facts = [one.question for call in plan(made, EVENING).calls for one in call.asked]
    assert {(one.service_id, one.fact) for one in facts} == {("tea", "free"), ("law", "hours")}


def test_one_schedule_is_one_question_and_one_of_two_places_two() -> None:
    made = town()
    made.rows["locations"].append(
        {"id": "law-2", "precision": "exact", "geometry": placed(box(1500, 0, 1502, 2).centroid)}
    )
    made.rows["service_at_location"].append(
        {"id": "law-2", "service_id": "law", "location_id": "law-2"}
    )
    call = next(one for one in plan(made, EVENING).calls if one.key == "east")
    assert sorted(one.question.location_id for one in call.asked) == ["law-2", "law-l"]


def test_whether_a_place_has_steps_is_asked_once_for_all_services_there() -> None:
    made = Town()
    made.people({"c100": 100})
    for name in ("one", "two"):
        made.service(name, (100, 0), organization_id="west")
    made.rows["service_at_location"][1]["location_id"] = "one-l"
    (call,) = plan(made, Persona(category="legal", step_free=True)).calls
    assert [one.question for one in call.asked] == [
        Question(fact="step_free", caller="west", service_id="", location_id="one-l")
    ]
    assert list(call.expected) == [100]


def test_trust_is_asked_in_a_room_and_keeps_a_yes_from_settling_anything() -> None:
    made = town()
    found = plan(made, replace(EVENING, community="so"))
    facts = {one.question.fact for call in found.calls for one in call.asked}
    assert "trust" not in facts
    (session,) = found.sessions
    assert (session.community, session.services) == ("so", ("tea", "law"))
    assert list(session.yes) == [0]  # the other facts are unknown still
    assert list(session.no) == [600]
    west = next(one for one in found.calls if one.key == "west")
    assert list(west.expected) == [150]  # on a no only


def test_of_a_language_she_knows_some_of_only_a_no_settles_anything() -> None:
    made = Town()
    made.people({"c100": 100})
    made.service("one", (100, 0), organization_id="west")
    some = Persona(category="legal", also=(("de", "some"),))
    ((question,),) = (call.asked for call in plan(made, some).calls)
    assert [*question.yes, *question.no] == [0, 100]


def test_a_language_known_to_be_spoken_a_little_known_to_her_is_no_question() -> None:
    made = Town()
    made.people({"c100": 100})
    made.service("one", (100, 0), organization_id="west", languages={"de": "staff"})
    assert plan(made, Persona(category="legal", also=(("de", "some"),))).calls == ()


def test_a_service_that_nobody_is_known_to_run_is_a_call_of_its_own() -> None:
    made = Town()
    made.people({"c100": 100})
    made.service("one", (100, 0))
    (call,) = plan(made, Persona(category="legal", free=True)).calls
    assert (call.key, call.organization_id) == ("service:one", "")


def test_what_is_ruled_out_already_is_not_asked() -> None:
    made = town()
    made.rows["services"][0]["free"] = False
    made.rows["schedules"].clear()
    assert [one.key for one in plan(made, EVENING).calls] == ["east"]


def test_nobody_is_counted_twice_for_two_personas() -> None:
    found = plan(town(), EVENING, replace(EVENING, free=False))
    west = next(one for one in found.calls if one.key == "west")
    assert list(west.expected) == [300, 0]
    assert found.helped(west) == 1
    assert found.helped(next(one for one in found.calls if one.key == "east")) == 2


def test_several_services_out_of_everybodys_reach_narrow_nothing() -> None:
    made = town()
    for name in ("far", "farther"):
        made.service(name, (9000, 9000), organization_id="far")
    far = next(one for one in plan(made, EVENING).calls if one.key == "far")
    assert (len(far.asked), far.useful, *far.expected) == (4, False, 0)


def test_an_organization_of_many_services_is_ranked_too() -> None:
    made = Town()
    made.people({"c100": 100, "c700": 50})
    for number in range(60):  # more than fit into one number
        made.service(f"s{number}", ((100, 0), (700, 0))[number % 2], organization_id="big")
    (call,) = plan(made, Persona(category="legal", free=True, minutes=2)).calls
    # of 30 answers each, as likely yes as no: a yes or all no, and nearly surely the former
    assert call.exact
    assert call.expected[0] == pytest.approx(150)
    assert list(call.most) == [150]


def test_two_kinds_of_help_on_one_trip_are_ranked_each_for_itself() -> None:
    made = town()
    made.service("nest", (300, 0), category="childcare", organization_id="nest")
    found = plan(made, replace(EVENING, free=False, together="childcare", children=(3,)))
    assert [one.category for one in found.personas] == ["legal", "childcare"]
    assert found.whose == (0, 0)
    nest = next(one for one in found.calls if one.key == "nest")
    assert {one.question.fact for one in nest.asked} == {"hours", "age"}
    assert [*nest.expected] == [0, 300]
    assert found.helped(nest) == 1


def test_seven_personas_are_one_too_many() -> None:
    with pytest.raises(LayerError, match="personas_too_many"):
        plan(town(), *[EVENING] * 7)


# --- against the city asked again -----------------------------------------------------------------


@st.composite
def towns(draw: st.DrawFn) -> tuple[Town, Persona]:
    made = Town(streets=draw(st.booleans()))
    counts = st.sampled_from([None, 0, 5, 40, 300])
    made.people({name: draw(counts) for name in ("c100", "c300", "c700", "c1300", "c1500")})
    made.rows["organizations"] = [{"id": name, "name": name} for name in "ab"]
    for number in range(draw(st.integers(1, 4))):
        hidden = draw(st.integers(0, 5)) == 0
        made.service(
            f"s{number}",
            None if hidden else draw(st.sampled_from(PLACES)),
            place={"precision": "hidden", "area_id": "west"} if hidden else {},
            organization_id=draw(st.sampled_from([None, "a", "b"])),
            hours=draw(st.sampled_from(WEEKS)),
            languages=draw(st.sampled_from([None, {"ti": "staff"}, {"de": "staff"}, {"ti": None}])),
            free=draw(YES_NO),
            papers_asked=draw(YES_NO),
        )
        made.rows["locations"][-1]["step_free"] = draw(YES_NO)
    persona = Persona(
        category="legal",
        when=draw(st.sampled_from(["any", "evening"])),
        language=draw(st.sampled_from([None, "ti"])),
        also=draw(st.sampled_from([(), (("de", "some"),)])),
        free=draw(st.booleans()),
        no_papers=draw(st.booleans()),
        step_free=draw(st.booleans()),
        minutes=draw(st.sampled_from([3, 10, 15])),
    )
    return made, persona


def width(view: Seen, facts: Mapping[tuple[int, str], float] | None = None) -> float:
    """Ask the city again, with some facts of offers changed."""
    changed = view.facts.copy()
    for (row, fact), value in (facts or {}).items():
        changed.loc[row, fact] = value
    low, high = coverage.shares(replace(view, facts=changed), [WHOLE])[WHOLE]
    people = view.city.people(view.persona.group)[1]
    return float(np.nansum(people.high * high) - np.nansum(people.low * low))


def answers(view: Seen, said: Iterable[tuple[Question, bool]]) -> dict[tuple[int, str], float]:
    """Say which facts of which offers some answers change: read off the sketch of a question."""
    changed = {}
    for question, yes in said:
        for row in view.city.offers.table.index:
            one = view.city.offers.table.loc[row]
            owner = "" if isinstance(one["organization_id"], float) else one["organization_id"]
            mine = (owner or "") == question.caller
            mine &= question.service_id in ("", one["service_id"])
            mine &= question.location_id in ("", one["location_id"])
            if mine and np.isnan(view.facts.loc[row, question.fact]):
                changed[row, question.fact] = said_of(view, row, question.fact, yes=yes)
    return changed


def said_of(view: Seen, row: int, fact: str, *, yes: bool) -> float:
    table, persona = view.city.offers.table, view.persona
    if fact == "language":
        knows = view.city.offers.spoken.get(str(table.loc[row, "service_id"]))
        asked = persona.language is not None and (knows is None or np.isnan(knows.get("ti", 0)))
        spoken = knows is not None and knows.get("de") == 1 and bool(persona.also)
        if yes:
            return 1.0 if asked else np.nan
        return np.nan if spoken else 0.0
    return float(yes)


@given(made=towns())
@settings(max_examples=examples(25), deadline=None)
def test_every_question_is_worth_what_asking_the_city_again_says(
    made: tuple[Town, Persona],
) -> None:
    tables, persona = made
    city = City(tables.read, META)
    view = coverage.seen(city, persona)
    found = first_calls.plan(city, [persona])
    before = width(view)
    assert found.now[0][1] - found.now[0][0] == pytest.approx(before)
    for call in found.calls:
        for one in call.asked:
            for yes, said in ((True, one.yes), (False, one.no)):
                after = width(view, answers(view, [(one.question, yes)]))
                assert said[0] == pytest.approx(before - after, abs=1e-6)


@given(made=towns())
@settings(max_examples=examples(25), deadline=None)
def test_a_call_is_worth_the_mean_over_all_answers_it_may_get(made: tuple[Town, Persona]) -> None:
    tables, persona = made
    city = City(tables.read, META)
    view = coverage.seen(city, persona)
    before = width(view)
    for call in first_calls.plan(city, [persona]).calls:
        mean, best = 0.0, 0.0
        for said in product((True, False), repeat=len(call.asked)):
            odds = math.prod(
                [
                    one.chance[0] if yes else 1 - one.chance[0]
                    for one, yes in zip(call.asked, said, strict=True)
                ]
            )
            asked = [one.question for one in call.asked]
            narrower = before - width(view, answers(view, zip(asked, said, strict=True)))
            mean, best = mean + odds * narrower, max(best, narrower)
        assert call.exact
        assert call.expected[0] == pytest.approx(mean, abs=1e-6)
        assert best - 1e-6 <= call.most[0]


@given(made=towns())
@settings(max_examples=examples(10), deadline=None)
def test_the_band_never_widens_and_ends_where_the_calls_promise(
    made: tuple[Town, Persona],
) -> None:
    tables, persona = made
    found = first_calls.plan(City(tables.read, META), [persona])
    widths = [high - low for low, high in found.after[0]]
    assert all(later <= before + 1e-6 for before, later in pairwise(widths))
    if found.planned:
        assert widths[0] - widths[1] == pytest.approx(found.calls[0].expected[0], abs=1e-6)


def test_at_several_hours_the_worth_of_a_call_is_never_too_large() -> None:
    made = town()
    made.service("all day", (500, 0), organization_id="west", hours="Mo-Su 00:00-24:00")
    made.rows["reported_cells"] = [
        {
            "id": "r",
            "cell": "x",
            "feeling": "unsafe",
            "time_of_day": "evening",
            "geometry": placed(box(190, -20, 210, 20)),
        }
    ]
    careful = Persona(
        category="legal", free=True, avoids_unsafe=True, hours="Mo-Su 08:00-22:00", language="ti"
    )
    city = City(made.read, META)
    view = coverage.seen(city, careful)
    found = first_calls.plan(city, [careful])
    before = width(view)
    assert found.now[0][1] - found.now[0][0] == pytest.approx(before)
    call = next(one for one in found.calls if one.key == "west")
    assert not call.exact
    for one in call.asked:
        after = width(view, answers(view, [(one.question, False)]))
        assert one.no[0] == pytest.approx(before - after)


def test_people_of_a_large_area_without_streets_are_counted_by_its_surface() -> None:
    made = Town(streets=False)
    made.rows["areas"] = [area("big", "quarter", box(0, 0, 3000, 3000))]
    made.people({"big": 9000})
    made.service("one", (1500, 1500), organization_id="west", free=None)
    city = City(made.read, META)
    persona = Persona(category="legal", free=True, minutes=10)
    found = first_calls.plan(city, [persona])
    assert found.sampled
    # 800 m by straight line: pi * 0.8 km2 of 9 km2, of 9,000 people
    assert found.now[0][1] == pytest.approx(1000 * np.pi * 0.64, rel=0.01)
    assert found.now[0][1] == pytest.approx(width(coverage.seen(city, persona)), rel=0.01)


# --- odds -----------------------------------------------------------------------------------------

HANGS = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=4)


@given(rows=HANGS, chance=st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_odds_are_those_of_counting_all_answers(
    rows: list[list[bool]], chance: list[float]
) -> None:
    hangs = np.array(rows)
    certain, out = 0.0, 0.0
    for said in product((True, False), repeat=4):
        odds = math.prod(p if yes else 1 - p for p, yes in zip(chance, said, strict=True))
        yes = np.array(said)
        certain += odds * any(yes[one].all() for one in hangs)
        out += odds * all((~yes[one]).any() for one in hangs)
    offers = list(range(len(rows)))
    assert any_certain(offers, hangs, np.array(chance)).value == pytest.approx(certain)
    assert all_ruled_out(offers, hangs, np.array(chance)).value == pytest.approx(out)


def test_where_too_much_is_shared_odds_are_a_lower_bound_and_say_so() -> None:
    rng = np.random.default_rng(1)
    hangs = rng.random((8, 20)) < 0.4
    chance = rng.random(20)
    offers = list(range(8))
    certain, out = any_certain(offers, hangs, chance), all_ruled_out(offers, hangs, chance)
    assert not certain.exact
    assert not out.exact
    said = rng.random((20_000, 20)) < chance
    mine = np.stack([said[:, one].all(axis=1) for one in hangs], axis=1)
    lost = np.stack([(~said[:, one]).any(axis=1) for one in hangs], axis=1)
    assert certain.value <= mine.any(axis=1).mean() + 0.02
    assert out.value <= lost.all(axis=1).mean() + 0.02
