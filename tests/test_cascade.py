"""The cascade: a town worked out by hand for each step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shapely.geometry import box

from layers.errors import LayerError
from mapping.cascade import Cascade, Step, cascade
from mapping.city import City
from mapping.gaps import gaps
from mapping.personas import STEPS, Persona
from tests.helpers.brute_cascade import DAY
from tests.helpers.town import META, Town, placed

# West of the river: c100 to c700; east: c1300, c1500. A walk of 5 minutes is 400 m.
PEOPLE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}  # 750


def town(people: dict[str, float | None] | None = None) -> Town:
    made = Town()
    made.people(PEOPLE if people is None else people)
    return made


def ask(made: Town, *, order: Any = STEPS, **persona: Any) -> Cascade:
    asked = Persona(**{"category": "legal", "minutes": 5, **persona})
    return cascade(City(made.read, META, day=DAY), asked, order=order)


def step(answer: Cascade, name: str) -> Step:
    return next(one for one in answer.steps if one.name == name)


def people(answer: Cascade, shares: tuple[Any, Any]) -> tuple[int, int]:
    """People in shares of areas, exactly as the arithmetic beside each test says."""
    count = np.array([PEOPLE[one] for one in answer.ids])
    return round(float(shares[0] @ count)), round(float(shares[1] @ count))


def covered(answer: Cascade, name: str) -> tuple[int, int]:
    one = step(answer, name)
    return people(answer, (one.low, one.high))


# --- each step, by hand ---------------------------------------------------------------------------


def test_help_that_exists_anywhere_counts_for_all_and_help_that_does_not_for_nobody() -> None:
    made = town()
    made.service("far", (2000, 0))
    answer = ask(made)
    assert covered(answer, "exists") == (750, 750)
    assert people(answer, step(answer, "exists").lost) == (0, 0)
    # 2,000 m is 500 m from c1500 and more from all others: nobody within 400 m
    assert covered(answer, "near") == (0, 0)
    none = ask(made, category="health")
    assert covered(none, "exists") == (0, 0)
    assert people(none, step(none, "exists").lost) == (750, 750)
    assert step(none, "exists").services == {"certain": 0, "possible": 0, "excluded": 0}


def test_near_is_a_walk_along_the_streets_and_not_across_the_river() -> None:
    made = town()
    made.service("advice", (900, 0))
    answer = ask(made)
    # 200 m from c700, 400 m from c500 (exactly the limit), 600 m from c300;
    # c1300 is 400 m away as the crow flies, and 1,600 m over the bridge
    assert covered(answer, "near") == (130, 130)
    assert people(answer, step(answer, "near").lost) == (620, 620)
    # next door to everybody nobody would be lost
    assert people(answer, step(answer, "near").brings) == (620, 620)


def test_help_without_a_place_exists_and_is_near_nobody() -> None:
    made = town()
    made.service("here", (300, 0))
    made.service("line", None, setting="online")
    made.service("van", (1300, 0), setting="outreach")
    made.service("shelter", None, place={"precision": "hidden", "area_id": "east"})
    answer = ask(made)
    near = step(answer, "near")
    # here: c100, c300, c500, c700 are 200, 0, 200, 400 m away; the shelter perhaps 300 + 20 east
    assert covered(answer, "near") == (430, 750)
    assert near.placeless == {"online": 1, "outreach": 1}
    assert step(answer, "exists").services == {"certain": 4, "possible": 0, "excluded": 0}
    assert near.services == {"certain": 1, "possible": 1, "excluded": 2}
    assert (near.unknown, near.of, near.cannot_say) == (1, 4, False)
    only = town()
    only.service("line", None, setting="online")
    lost = ask(only)
    assert covered(lost, "exists") == (750, 750)
    assert covered(lost, "near") == (0, 0)


def test_open_asks_for_as_long_as_she_stays_while_she_is_free_and_for_a_free_place() -> None:
    made = town()
    made.service("west", (100, 0), hours="Mo-Fr 09:00-18:00")
    made.service("east", (1300, 0), hours="Mo 16:00-19:00", free_places=0)
    free: dict[str, Any] = {"hours": "Mo-Fr 17:30-21:00"}
    # west is open for 30 minutes of it (c100, c300, c500: 350), east for 90 (c1300, c1500: 320)
    assert covered(ask(made, **free), "open") == (670, 670)
    assert covered(ask(made, **free, stay_min=30), "open") == (670, 670)
    assert covered(ask(made, **free, stay_min=35), "open") == (320, 320)
    assert covered(ask(made, **free, stay_min=90), "open") == (320, 320)
    assert covered(ask(made, **free, stay_min=95), "open") == (0, 0)
    # nobody counted the places of west: perhaps; east has none
    answer = ask(made, **free, place_free=True)
    assert covered(answer, "open") == (0, 350)
    assert step(answer, "open").facts == ("hours", "place_free")


def test_admitted_asks_for_papers_sex_age_and_referral() -> None:
    made = town()
    made.service("a", (100, 0), papers_asked=False, women_only=True, min_age=18, max_age=60)
    made.service("b", (1300, 0), papers_asked=None, referral_asked=True)
    # a reaches c100, c300, c500 (350); b reaches c1300, c1500 (320)
    assert covered(ask(made, no_papers=True), "admitted") == (350, 670)
    assert covered(ask(made, sex="man"), "admitted") == (0, 320)
    assert covered(ask(made, age=17), "admitted") == (0, 320)  # nobody knows the ages of b
    assert covered(ask(made, age=60), "admitted") == (350, 670)
    assert covered(ask(made, no_referral=True), "admitted") == (0, 350)
    answer = ask(made, no_papers=True, no_referral=True)
    assert covered(answer, "admitted") == (0, 350)  # a: nobody asked about referral; b: no
    assert step(answer, "admitted").services == {"certain": 0, "possible": 1, "excluded": 1}


def test_understood_takes_the_language_she_knows_best() -> None:
    made = town()
    made.service("ti", (100, 0), languages={"ti": "staff"})
    made.service("de", (1300, 0), languages={"de": "staff"})
    assert covered(ask(made, language="ti"), "understood") == (350, 350)
    # of a language she knows some of, nobody can say whether it is enough
    assert covered(ask(made, language="ti", also=(("de", "some"),)), "understood") == (350, 670)
    assert covered(ask(made, language="ti", also=(("de", "well"),)), "understood") == (670, 670)


def test_a_course_must_be_of_her_level() -> None:
    made = town()
    made.service("a1", (100, 0), category="language_course", course_level="A1")
    made.service("b", (1300, 0), category="language_course", course_level=None)
    answer = ask(made, category="language_course", course_level="A1")
    assert covered(answer, "understood") == (350, 670)
    assert covered(ask(made, category="language_course", course_level="B2"), "understood") == (
        0,
        320,
    )


def test_fits_asks_for_money_steps_and_what_is_met_on_the_same_trip() -> None:
    made = town()
    made.service("a", (100, 0), free=True, place={"step_free": True})
    made.service("b", (1300, 0), free=False, childcare_on_site=True, place={"step_free": None})
    assert covered(ask(made, free=True), "fits") == (350, 350)
    assert covered(ask(made, step_free=True), "fits") == (350, 670)
    # childcare at b itself; at a nobody knows, and there is none else
    assert covered(ask(made, together="childcare"), "fits") == (320, 670)
    # children are looked after 200 m from a, at the same hours or not
    made.service("kita", (300, 0), category="childcare", hours="Mo-Fr 08:00-12:00")
    made.rows["services"][0]["childcare_on_site"] = False
    made.rows["schedules"].append(
        {"id": "ha", "service_at_location_id": "a-s", "opening_hours": "Mo 09:00-11:00"}
    )
    # home, kita at 300, a at 100: 400 m leave 200 m to the kita: c100, c300, c500
    assert covered(ask(made, together="childcare"), "fits") == (670, 670)
    made.rows["schedules"][-1]["opening_hours"] = "Mo 14:00-16:00"
    assert covered(ask(made, together="childcare"), "fits") == (320, 320)


def test_trusted_is_what_women_said_or_one_tie_away() -> None:
    made = town()
    for name, at in (("said", 100), ("tied", 700), ("east", 1300)):
        made.service(name, (at, 0), organization_id=name)
        made.rows["organizations"].append({"id": name, "name": name})
    made.rows["trust"] = [trust("said")]
    # said: c100, c300, c500 (350) for certain; of the others nobody spoke
    answer = ask(made, community="so")
    assert covered(answer, "trusted") == (350, 750)
    assert (step(answer, "trusted").unknown, step(answer, "trusted").cannot_say) == (2, True)
    made.rows["ties"] = [
        {"id": "t", "from_id": "tied", "to_id": "said", "kind": "refers_to", "strength": 2}
    ]
    # tied: c300, c500, c700 as well
    assert covered(ask(made, community="so"), "trusted") == (430, 750)


def trust(actor: str, state: str = "trusted") -> dict[str, Any]:
    return {
        "id": f"trust-{actor}",
        "community": "so",
        "organization_id": actor,
        "state": state,
        "said_by": "5-9",
    }


def unsafe(end: int, hour: str | None, feeling: str = "unsafe") -> dict[str, Any]:
    """Report a place on the street that ends at some metres."""
    return {
        "id": f"r{end}{hour}{feeling}",
        "session_id": "s",
        "cell": f"place {end}",
        "feeling": feeling,
        "time_of_day": hour,
        "contributors": "5-9",
        "geometry": placed(box(end - 70, -20, end - 30, 20)),
    }


def test_safe_leads_around_places_called_unsafe_at_her_hour() -> None:
    made = town()
    made.service("advice", (300, 0), hours="Mo-Fr 09:00-20:00")
    made.rows["reported_cells"] = [unsafe(500, "evening"), unsafe(1900, "day", "safe")]
    careful: dict[str, Any] = {"avoids_unsafe": True}
    # c100, c300 (0 m), c500, c700 (400 m) without it: 430; c500 and c700 only past the place
    evening = ask(made, hours="Mo 18:00-20:00", **careful)
    assert covered(evening, "trusted") == (430, 430)
    assert covered(evening, "safe") == (300, 300)
    assert people(evening, step(evening, "safe").lost) == (130, 130)
    assert people(evening, step(evening, "safe").brings) == (130, 130)
    # by day nothing is in the way; who is free by day and in the evening may go by day
    assert covered(ask(made, hours="Mo 10:00-12:00", **careful), "safe") == (430, 430)
    assert covered(ask(made, hours="Mo 10:00-20:00", **careful), "safe") == (430, 430)
    # said of all hours together: perhaps in the evening, perhaps not
    made.rows["reported_cells"][0]["time_of_day"] = None
    assert covered(ask(made, hours="Mo 18:00-20:00", **careful), "safe") == (300, 430)


def test_where_nobody_was_asked_about_places_at_that_hour_nobody_can_say() -> None:
    made = town()
    made.service("advice", (300, 0), hours="Mo-Fr 09:00-20:00")
    made.rows["reported_cells"] = [unsafe(1900, "day", "safe")]
    evening = ask(made, hours="Mo 18:00-20:00", avoids_unsafe=True)
    assert step(evening, "safe").cannot_say
    assert covered(evening, "safe") == (0, 430)
    by_day = ask(made, hours="Mo 10:00-12:00", avoids_unsafe=True)
    assert not step(by_day, "safe").cannot_say
    assert covered(by_day, "safe") == (430, 430)
    # where no service is in play any more there is nothing to be said
    nobody = ask(made, category="health", avoids_unsafe=True)
    assert not step(nobody, "safe").cannot_say


def test_help_next_door_has_no_way_to_it_that_could_be_unsafe() -> None:
    made = town()
    made.service("far", (2000, 0))
    made.rows["reported_cells"] = [unsafe(1900, "day")]
    answer = ask(made, avoids_unsafe=True)
    assert covered(answer, "safe") == (0, 0)
    assert people(answer, step(answer, "near").brings) == (750, 750)
    assert people(answer, step(answer, "safe").brings) == (0, 0)


# --- what a step costs ----------------------------------------------------------------------------


def test_one_unknown_fact_is_the_same_in_both_numbers_of_a_difference() -> None:
    made = town()
    made.service("a", (300, 0), papers_asked=None, languages={"ti": "staff"})
    answer = ask(made, no_papers=True, language="ti")
    # after admitted 0 to 430; after understood 0 to 430 too, and nobody is lost by it: whatever
    # is asked at the door, they speak her language. Two ranges subtracted would say 0 to 430.
    assert covered(answer, "admitted") == covered(answer, "understood") == (0, 430)
    assert people(answer, step(answer, "understood").lost) == (0, 0)
    assert people(answer, step(answer, "admitted").lost) == (0, 430)
    assert people(answer, step(answer, "understood").brings) == (0, 0)


def test_each_step_alone_and_what_solving_it_alone_would_bring() -> None:
    made = town()
    made.service("a", (100, 0), papers_asked=True, languages={"ar": "staff"})  # c100 c300 c500: 350
    made.service(
        "b", (700, 0), papers_asked=False, languages={"ar": "staff"}
    )  # c300 c500 c700: 330
    answer = ask(made, no_papers=True, language="ti")
    # near: 430. Papers alone cost c100 (100); language alone costs all 430.
    assert people(answer, step(answer, "admitted").alone_lost) == (100, 100)
    assert people(answer, step(answer, "understood").alone_lost) == (430, 430)
    # at the end nobody is left: with an interpreter it were b's 330; without papers asked nobody
    assert covered(answer, "safe") == (0, 0)
    assert people(answer, step(answer, "understood").brings) == (330, 330)
    assert people(answer, step(answer, "admitted").brings) == (0, 0)


def test_services_that_an_earlier_step_excluded_are_not_asked_about() -> None:
    made = town()
    for number in range(5):
        made.service(
            f"ar{number}", (300, 0), languages={"ar": "staff"}, organization_id=f"o{number}"
        )
    made.service("ti", (300, 0), languages={"ti": "staff"}, organization_id="known")
    made.rows["organizations"] = [{"id": "known", "name": "known"}]
    made.rows["trust"] = [trust("known")]
    answer = ask(made, language="ti", community="so")
    # five actors of whom nobody said whether they are trusted do not speak her language either
    assert (step(answer, "trusted").unknown, step(answer, "trusted").of) == (0, 1)
    assert not step(answer, "trusted").cannot_say
    first = ask(
        made,
        language="ti",
        community="so",
        order=("trusted", *(one for one in STEPS if one != "trusted")),
    )
    assert (step(first, "trusted").unknown, step(first, "trusted").of) == (5, 6)


def test_more_than_half_unknown_of_services_and_of_people_cannot_be_said() -> None:
    made = town()
    made.service("known", (1300, 0), languages={"ti": "staff"})
    made.service("blank", (300, 0))
    half = step(ask(made, language="ti"), "understood")
    assert (half.unknown, half.of, half.cannot_say) == (1, 2, False)
    made.service("blank2", (300, 0))
    answer = ask(made, language="ti")
    # 320 to 750: of 430 of 750 nobody can say
    assert covered(answer, "understood") == (320, 750)
    assert step(answer, "understood").cannot_say
    made.rows["locations"][0]["geometry"] = made.rows["locations"][1]["geometry"]
    answer = ask(made, language="ti")
    # all three at one place: whatever the two speak, the 430 are understood by the first
    assert covered(answer, "understood") == (430, 430)
    assert (step(answer, "understood").unknown, step(answer, "understood").of) == (2, 3)
    assert not step(answer, "understood").cannot_say


def test_the_order_must_name_each_step_once() -> None:
    made = town()
    with pytest.raises(LayerError, match="steps_wrong"):
        ask(made, order=("exists", "near"))


def test_gaps_of_a_persona_are_what_the_last_step_leaves() -> None:
    made = town()
    made.service("a", (300, 0), hours="Mo 09:00-12:00", papers_asked=None)
    made.service("b", (1300, 0), hours='"by appointment"', papers_asked=False)
    made.service("kita", (500, 0), category="childcare", hours="Mo 08:00-12:00")
    asked = Persona(
        category="legal", minutes=8, when="daytime", no_papers=True, together="childcare"
    )
    city = City(made.read, META, day=DAY)
    last, answer = cascade(city, asked).steps[-1], gaps(city, asked)
    assert answer.reached_low.tolist() == last.low.tolist()
    assert answer.reached_high.tolist() == last.high.tolist()
