"""Clusters of people not reached: found where they are planted, silent where nothing is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from shapely.geometry import box

from mapping.city import City
from mapping.clusters import Clusters, clusters
from mapping.gaps import gaps
from mapping.local_statistics import bordering, corrected, getis_ord, local_moran
from mapping.needs import Need
from tests.helpers.town import META, Town, area

SIDE = 12


def chequered(**missing: Any) -> Town:
    """Make a city of twelve by twelve cells; the south-west corner is nine cells without help."""
    made = Town(streets=False)
    made.rows["ground"] = []
    made.rows["areas"] = [
        area(name(x, y), "cell", box(x * 200, y * 200, x * 200 + 200, y * 200 + 200))
        for y in range(SIDE)
        for x in range(SIDE)
    ]
    made.people({name(x, y): 100 for y in range(SIDE) for x in range(SIDE)} | missing)
    for y in range(SIDE):
        for x in range(SIDE):
            if x > 2 or y > 2:
                made.service(f"s{x}-{y}", (x * 200 + 100, y * 200 + 100))
    return made


def name(x: int, y: int) -> str:
    return f"c{x:02}{y:02}"


def found(made: Town, *, need: dict[str, Any] | None = None, **choice: Any) -> Clusters:
    asked = Need(**{"category": "legal", "minutes": 1.0, **(need or {})})
    return clusters(gaps(City(made.read, META), asked), **choice)


def named(answer: Clusters, kind: str) -> set[str]:
    return {one for one, what in zip(answer.ids, answer.kind, strict=True) if what == kind}


CORNER = {name(x, y) for x in range(3) for y in range(3)}


@pytest.mark.parametrize("method", ["getis_ord", "local_moran"])
@pytest.mark.parametrize("measure", ["people", "share"])
def test_the_corner_without_help_is_named(method: str, measure: str) -> None:
    answer = found(chequered(), method=method, measure=measure)
    assert answer.why_not == ""
    hot = named(answer, "hot")
    assert name(0, 0) in hot
    assert name(1, 1) in hot
    assert hot <= CORNER | {name(x, y) for x in range(4) for y in range(4)}
    assert answer.tested == SIDE * SIDE
    assert (answer.method, answer.measure, answer.correction) == (method, measure, "fdr")


def test_what_is_tested_is_the_lower_bound_and_the_statistic_that_of_its_values() -> None:
    made = chequered()
    city = City(made.read, META)
    answer = clusters(gaps(city, Need(category="legal", minutes=1.0)))
    assert answer.values.reshape(SIDE, SIDE)[:3, :3].tolist() == [[100.0] * 3] * 3
    assert answer.values.sum() == 900
    local = getis_ord(answer.values, bordering(city.homes("cell").areas))
    assert answer.statistic.tolist() == local.statistic.tolist()
    assert answer.p_corrected.tolist() == corrected(local.p, correction="fdr").tolist()
    # what may or may not fit is not certainly missing: one unknown service over the whole corner
    for x in range(3):
        for y in range(3):
            made.service(f"u{x}{y}", (x * 200 + 100, y * 200 + 100), hours=None)
    assert found(made, need={"when": "evening"}).why_not == "constant"


def test_who_is_unlike_the_neighbours_is_named_by_local_moran() -> None:
    made = chequered()
    made.service("island of help", (300, 300))
    answer = found(made, method="local_moran", correction="none")
    assert named(answer, "low_among_high") >= {name(1, 1)}
    assert name(0, 0) in named(answer, "hot") | {name(0, 0)}


def test_neighbours_may_be_those_within_a_distance() -> None:
    by_border, by_metres = found(chequered()), found(chequered(), max_m=290)
    # 200 m to the side and 283 m over the corner: the same neighbours, and so the same answer
    assert by_metres.statistic == pytest.approx(by_border.statistic, abs=1e-9)
    assert named(found(chequered(), max_m=600), "hot") >= CORNER


def test_areas_of_fewer_than_five_people_are_left_out() -> None:
    made = chequered(**{name(0, 0): None, name(5, 5): 4, name(6, 6): 0})
    answer = found(made)
    left_out = {one for one, v in zip(answer.ids, answer.values, strict=True) if np.isnan(v)}
    assert left_out == {name(0, 0), name(5, 5), name(6, 6)}
    assert answer.few == 3
    assert all(math.isnan(answer.p[answer.ids.index(one)]) for one in left_out)
    assert all(not answer.kind[answer.ids.index(one)] for one in left_out)


def test_areas_where_nobody_counted_are_left_out_too() -> None:
    made = chequered()
    made.rows["population"] = [
        row for row in made.rows["population"] if row["area_id"] != name(7, 7)
    ]
    answer = found(made)
    assert math.isnan(answer.values[answer.ids.index(name(7, 7))])
    assert answer.few == 1


def test_an_island_is_counted_and_not_tested() -> None:
    made = chequered()
    made.rows["areas"].append(area("rock", "cell", box(9000, 9000, 9200, 9200)))
    made.people({"rock": 60})
    answer = found(made)
    assert answer.islands == 1
    assert math.isnan(answer.p[answer.ids.index("rock")])
    assert answer.values[answer.ids.index("rock")] == 60


def test_numbers_from_one_to_four_never_enter() -> None:
    # of 103 people three live where no help is: what is tested is what is shown of them
    made = chequered(**{name(x, y): 7 for x in range(3) for y in range(3)})
    assert set(found(made).values) == {0.0, 7.0}
    answer = found(chequered(**{name(0, 0): 3}))
    assert np.isnan(answer.values[answer.ids.index(name(0, 0))])


def test_a_need_about_papers_has_no_clusters() -> None:
    answer = found(chequered(), need={"no_papers": True})
    assert answer.why_not == "papers"
    assert answer.tested == 0
    assert set(answer.kind) == {""}


def test_a_city_that_is_all_the_same_has_none() -> None:
    made = chequered()
    made.rows["service_at_location"] = []
    assert found(made).why_not == "constant"
    assert set(found(made).kind) == {""}


def test_a_village_has_too_few_areas() -> None:
    made = Town()
    made.people({"c100": 100, "c300": 50})
    assert found(made).why_not == "few_areas"


def test_areas_that_all_lie_apart_have_no_neighbours() -> None:
    made = Town(streets=False)
    made.rows["areas"] = [
        area(f"i{x}", "cell", box(x * 500, 0, x * 500 + 100, 100)) for x in range(9)
    ]
    made.people({f"i{x}": 10 * x + 10 for x in range(9)})
    answer = found(made)
    assert answer.why_not == "no_neighbours"
    assert answer.islands == 9


def test_a_stricter_correction_names_no_more() -> None:
    made = chequered()
    size = {
        correction: len(named(found(made, correction=correction), "hot"))
        for correction in ("bonferroni", "fdr", "none")
    }
    assert 0 < size["bonferroni"] <= size["fdr"] <= size["none"]


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="measure must be one of"):
        found(chequered(), measure="money")
    with pytest.raises(ValueError, match="method must be one of"):
        found(chequered(), method="kriging")


def test_the_permutations_are_those_of_the_seed() -> None:
    made = chequered()
    city = City(made.read, META)
    answer = gaps(city, Need(category="legal", minutes=1.0))
    one = clusters(answer, method="local_moran", permutations=99, seed=4)
    values, weights = one.values, bordering(city.homes("cell").areas)
    assert one.p.tolist() == local_moran(values, weights, permutations=99, seed=4).p.tolist()
