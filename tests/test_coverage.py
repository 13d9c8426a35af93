"""Shares covered after any set of steps, and between two of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shapely.geometry import box

from mapping import coverage
from mapping.city import City
from mapping.coverage import EVERYBODY, WHOLE, Seen
from mapping.personas import Persona
from tests.helpers.brute_cascade import DAY
from tests.helpers.town import META, Town, area, placed

EXISTS, NEAR = frozenset({"exists"}), frozenset({"exists", "near"})
PEOPLE = {"c100": 100, "c300": 200, "c500": 50, "c700": 80, "c1300": 300, "c1500": 20}


def town(*, streets: bool = True) -> Town:
    made = Town(streets=streets)
    made.people(PEOPLE)
    return made


def see(made: Town, **persona: Any) -> Seen:
    asked = Persona(**{"category": "legal", "minutes": 5, **persona})
    return coverage.seen(City(made.read, META, day=DAY), asked)


def test_nobody_is_lost_by_a_step_that_asks_nothing() -> None:
    made = town()
    made.service("a", (300, 0))
    view = see(made)
    for more in ({"open"}, {"safe"}, {"trusted", "fits"}):
        low, high = coverage.lost(view, [(NEAR, NEAR | more)])[NEAR, NEAR | more]
        assert not low.any()
        assert not high.any()


def test_before_any_step_everybody_counts() -> None:
    made = town()
    made.service("a", (300, 0))
    low, high = coverage.lost(see(made), [(EVERYBODY, NEAR)])[EVERYBODY, NEAR]
    assert low.tolist() == high.tolist() == [0, 0, 0, 0, 1, 1]


def test_the_same_shares_whether_asked_alone_or_with_others() -> None:
    made = town()
    made.service("a", (300, 0), languages={"ti": "staff"}, hours="Mo 18:00-20:00")
    made.service("b", (1300, 0), hours="Mo 09:00-12:00")
    view = see(made, language="ti", when="evening")
    sets = [EXISTS, NEAR, NEAR | {"open"}, NEAR | {"understood"}, WHOLE]
    together = coverage.shares(view, sets)
    for one in sets:
        alone = coverage.shares(view, [one])[one]
        assert [part.tolist() for part in alone] == [part.tolist() for part in together[one]]


def test_what_if_a_fact_were_known() -> None:
    made = town()
    made.service("a", (300, 0))
    view = see(made, language="ti")
    assert [part.sum() for part in coverage.shares(view, [WHOLE])[WHOLE]] == [0, 4]
    for answer, covered in ((1.0, [4, 4]), (0.0, [0, 0])):
        asked = replace(view, facts=view.facts.assign(language=answer))
        assert [part.sum() for part in coverage.shares(asked, [WHOLE])[WHOLE]] == covered


def test_several_hours_never_cover_more_than_no_fear_at_all() -> None:
    made = Town()
    made.rows["areas"] = [area("west", "district", box(-50, -700, 950, 700))]
    made.people({"west": 1000})
    made.service("a", (0, 0), hours="Mo-Su 00:00-24:00")
    for hour in ("day", "evening"):
        made.rows["reported_cells"].append(
            {
                "id": hour,
                "session_id": "s",
                "cell": hour,
                "feeling": "unsafe",
                "time_of_day": hour,
                "contributors": "5-9",
                "geometry": placed(box(230, -20, 270, 20)),
            }
        )
    free = {"hours": "Mo 10:00-21:00"}
    plain = coverage.shares(see(made, **free), [WHOLE])[WHOLE]
    careful = coverage.shares(see(made, **free, avoids_unsafe=True), [WHOLE])[WHOLE]
    # 400 m of street without the place; up to the end at 200 m with it, at either hour alike
    whole = 50 + 8 * 100 + (50 + 300) + (300 + 100)
    assert plain[0] == pytest.approx(450 / whole)
    assert careful[0] == pytest.approx(250 / whole)
    assert (careful[1] <= plain[1]).all()


def test_without_streets_people_of_large_areas_stay_within_their_range() -> None:
    made = Town(streets=False)
    made.rows["areas"] = [area("west", "district", box(-1000, -1000, 1000, 1000))]
    made.people({"west": 1000})
    made.service("a", (0, 0), papers_asked=None)
    view = see(made, no_papers=True)
    more = NEAR | {"admitted"}
    near = coverage.shares(view, [NEAR])[NEAR]
    low, high = coverage.lost(view, [(NEAR, more)])[NEAR, more]
    assert low.tolist() == [0]
    assert high == pytest.approx(near[1])  # perhaps all who live near are asked for papers


def test_help_next_door_is_not_asked_for_a_safe_way() -> None:
    made = town()
    made.service("a", (2000, 0))
    view = see(made, avoids_unsafe=True)
    without = WHOLE - {"near", "safe"}
    low, high = coverage.lost(view, [(without, WHOLE)])[without, WHOLE]
    assert low.tolist() == high.tolist() == [1] * 6


def test_a_service_at_two_places_counts_once_by_its_better_one() -> None:
    made = town()
    made.service("a", (300, 0), hours="Mo 09:00-12:00")
    made.rows["locations"].append(
        {"id": "l2", "precision": "exact", "geometry": made.rows["street_nodes"][14]["geometry"]}
    )
    made.rows["service_at_location"].append({"id": "s2", "service_id": "a", "location_id": "l2"})
    view = see(made, when="daytime")
    # the second place stands in the east, and nobody knows when it is open
    low, high = coverage.shares(view, [WHOLE])[WHOLE]
    assert np.flatnonzero(low).tolist() == [0, 1, 2, 3]
    assert high.sum() > low.sum()


def test_nobody_is_lost_by_an_offer_that_cannot_fail_though_the_way_to_it_may_be_unsafe() -> None:
    made = town()
    made.service("a", (300, 0), free=True)
    pair = WHOLE - {"fits"}, WHOLE
    # nobody was asked about places by day: perhaps all ways are safe, perhaps none, free or not
    view = see(made, free=True, avoids_unsafe=True)
    assert not np.any(coverage.lost(view, [pair])[pair])
    assert [one.any() for one in coverage.shares(view, [WHOLE])[WHOLE]] == [False, True]
