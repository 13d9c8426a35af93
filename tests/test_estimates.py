"""People in two groups at once: margins and odds ratios are kept, bounds hold, sums are right."""

from __future__ import annotations

import itertools
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from layers.errors import LayerError
from mapping import cascade_told, estimates, words
from mapping.__main__ import main
from mapping.cascade import cascade
from mapping.city import City
from mapping.estimates import Within, crossed, fit
from mapping.gaps import area_table, as_json, gaps
from mapping.needs import Need
from sample_data.make import make_city
from tests.helpers.town import META, Town

counts = st.integers(0, 500)


def both(values: list[float]) -> tuple[list[float], list[float]]:
    return values, values


def odds(table: np.ndarray[Any, Any]) -> float:
    return float(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]))


# --- fitting -------------------------------------------------------------------------------------


def test_two_by_two_by_hand() -> None:
    # 100 people, 30 and 40 in the groups; the seed's odds ratio is 6 * 4 / (2 * 3) = 4.
    # x (30 + x) = 4 (30 - x) (40 - x), that is 3 x^2 - 310 x + 4800 = 0
    x = (310 - math.sqrt(310**2 - 4 * 3 * 4800)) / 6
    (table,) = fit([[6, 2], [3, 4]], ([[30, 70]], [[40, 60]])).tables
    assert table == pytest.approx(np.array([[x, 30 - x], [40 - x, 30 + x]]), abs=1e-6)


def test_a_seed_of_independent_groups_gives_products_of_the_margins() -> None:
    seed = np.outer([1, 2, 4], [3, 1, 1])
    found = fit(seed, ([[70, 20, 10]], [[50, 30, 20]]))
    assert found.tables[0] == pytest.approx(np.outer([70, 20, 10], [0.5, 0.3, 0.2]))


def test_independence_takes_one_round() -> None:
    found = fit(np.ones((2, 2)), ([[30, 70], [5, 5]], [[40, 60], [1, 9]]))
    assert found.rounds == 1
    assert found.tables[:, 0, 0].tolist() == pytest.approx([12.0, 0.5])


def test_a_margin_of_nothing_makes_nothing_and_never_divides_by_it() -> None:
    found = fit(np.ones((2, 2)), ([[0, 10], [0, 0]], [[4, 6], [0, 0]]))
    assert found.converged.all()
    assert found.tables.tolist() == [[[0, 0], [4, 6]], [[0, 0], [0, 0]]]


def test_zeros_that_leave_no_table_are_said_and_end() -> None:
    found = fit([[0, 1], [1, 0]], ([[9, 1], [5, 5]], [[5, 5], [5, 5]]), most_rounds=50)
    assert found.converged.tolist() == [False, True]
    assert found.rounds == 50
    assert found.off[0] > 1


@pytest.mark.parametrize(
    ("seed", "rows", "columns", "told"),
    [
        ([[1, 1], [1, -1]], [[1, 1]], [[1, 1]], "seed must be numbers"),
        ([[1, 1], [1, math.nan]], [[1, 1]], [[1, 1]], "seed must be numbers"),
        ([[1, 1], [1, 1]], [[-1, 1]], [[0, 0]], "rows must be numbers"),
        ([[1, 1], [1, 1]], [[3, 1]], [[1, 1]], "same total"),
        ([[1, 1, 1], [1, 1, 1]], [[1, 1]], [[1, 1]], "does not fit"),
        ([[1, 1], [1, 1]], [[1, 1]], [[1, 1], [1, 1]], "does not fit"),
    ],
)
def test_what_cannot_be_fitted_is_refused(seed: Any, rows: Any, columns: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fit(seed, (rows, columns))


sides = st.integers(1, 4)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """Draw a seed without zeros, and the margins of some other table."""
    n, r, c = draw(sides), draw(st.integers(2, 4)), draw(st.integers(2, 4))

    def numbers(least: int, most: int, size: int) -> Any:
        listed = draw(st.lists(st.integers(least, most), min_size=size, max_size=size))
        return np.array(listed, dtype=float)

    table = numbers(0, 300, n * r * c).reshape(n, r, c)
    return numbers(1, 9, r * c).reshape(r, c), table.sum(axis=2), table.sum(axis=1)


@given(problems())
def test_margins_are_reproduced_in_every_area(problem: tuple[Any, Any, Any]) -> None:
    seed, rows, columns = problem
    found = fit(seed, (rows, columns))
    assert found.converged.all()
    assert found.tables.sum(axis=2) == pytest.approx(rows, abs=1e-5)
    assert found.tables.sum(axis=1) == pytest.approx(columns, abs=1e-5)
    assert (found.tables >= 0).all()


@given(problems())
def test_every_odds_ratio_of_the_seed_is_kept(problem: tuple[Any, Any, Any]) -> None:
    seed, rows, columns = problem
    for table in fit(seed, (rows + 1, columns + rows.shape[1] / columns.shape[1])).tables:
        pairs = itertools.product(
            itertools.combinations(range(seed.shape[0]), 2),
            itertools.combinations(range(seed.shape[1]), 2),
        )
        for i, j in pairs:
            here, there = np.ix_(i, j), seed[np.ix_(i, j)]
            assert odds(table[here]) == pytest.approx(odds(there), rel=1e-4)


@given(problems(), st.sampled_from([0.001, 7.0, 1e6]))
def test_the_unit_of_the_seed_and_of_the_people_does_not_matter(
    problem: tuple[Any, Any, Any], unit: float
) -> None:
    seed, rows, columns = problem
    one = fit(seed, (rows, columns)).tables
    assert fit(seed * unit, (rows, columns)).tables == pytest.approx(one, abs=1e-4)
    many = fit(seed, (rows * 7, columns * 7)).tables
    assert many == pytest.approx(one * 7, abs=1e-3)


@given(problems())
def test_many_areas_at_once_are_each_fitted_as_if_alone(problem: tuple[Any, Any, Any]) -> None:
    seed, rows, columns = problem
    found = fit(seed, (rows, columns)).tables
    for at in range(len(rows)):
        alone = fit(seed, (rows[at], columns[at])).tables[0]
        assert found[at] == pytest.approx(alone, abs=1e-4)


def test_areas_add_up_to_the_larger_area_they_lie_in_and_share_one_odds_ratio() -> None:
    margins = np.array([[30.0, 70], [10, 90], [50, 50]]), np.array([[40.0, 60], [20, 80], [10, 90]])
    table = np.array([[[20.0, 20], [40, 120]]])  # of the first two
    within = Within(np.array([0, 0, -1]), table)
    found = fit(np.ones((2, 2)), margins, within=within)
    assert found.converged.all()
    assert found.tables[:2].sum(axis=0) == pytest.approx(table[0], abs=1e-5)
    assert odds(found.tables[0]) == pytest.approx(odds(found.tables[1]), rel=1e-5)
    assert found.tables[2] == pytest.approx(np.array([[5, 45], [5, 45]]))  # knows of no other


# --- two groups ----------------------------------------------------------------------------------


def brute(a: int, b: int, n: int) -> set[int]:
    """List how many of n people may be in both groups, by trying every number."""
    return {x for x in range(n + 1) if x <= a and x <= b and n - a - b + x >= 0}


@given(n=st.integers(0, 40), data=st.data())
def test_the_bounds_are_the_least_and_the_most_of_all_tables(n: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    found = crossed(both([a]), both([b]), both([n]))
    assert (found.least[0], found.most[0]) == (min(brute(a, b, n)), max(brute(a, b, n)))
    assert found.least[0] <= found.estimate[0] <= found.most[0]
    if n:
        assert found.estimate[0] == pytest.approx(a * b / n)


@given(n=st.integers(4, 40), data=st.data())
def test_a_withheld_margin_widens_the_range_to_all_it_may_be(n: int, data: st.DataObject) -> None:
    a = data.draw(st.integers(0, n))
    found = crossed(both([a]), ([1], [4]), both([n]))
    possible = set().union(*(brute(a, b, n) for b in (1, 2, 3, 4)))
    assert (found.least[0], found.most[0]) == (min(possible), max(possible))
    known = crossed(both([a]), both([2]), both([n]))
    assert found.least[0] <= known.least[0]
    assert known.most[0] <= found.most[0]


@given(st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=8), st.floats(0, 1))
def test_estimates_add_up_to_the_count_of_the_larger_area(
    areas: list[tuple[int, int, int]], part: float
) -> None:
    n = np.array([sum(one) for one in areas], dtype=float)
    a, b = (np.array([one[k] for one in areas], dtype=float) for k in (0, 1))
    lowest, highest = np.maximum(0, a + b - n).sum(), np.minimum(a, b).sum()
    assume(highest > lowest)
    count = lowest + (highest - lowest) * (0.05 + 0.9 * part)
    larger = (np.zeros(len(n), dtype=np.int64), [count])
    found = crossed((a, a), (b, b), (n, n), larger=larger)
    assert found.estimate.sum() == pytest.approx(count, rel=1e-3, abs=1e-3)
    assert (found.estimate >= found.least).all()
    assert (found.estimate <= found.most).all()


@given(st.floats(0.05, 20), st.lists(st.tuples(counts, counts), min_size=1, max_size=6))
def test_the_relation_of_a_larger_area_is_found_again(
    ratio: float, areas: list[tuple[int, int]]
) -> None:
    a, b = (np.array([one[k] + 1 for one in areas], dtype=float) for k in (0, 1))
    n = a + b + 20
    # Plackett (1965): the number in both for an odds ratio, in closed form
    s = 1 + (a + b) / n * (ratio - 1)
    root = np.sqrt(s**2 - 4 * ratio * (ratio - 1) * a * b / n**2)
    true = a * b / n if ratio == 1 else n * (s - root) / (2 * (ratio - 1))
    assume(abs(ratio - 1) > 0.01)
    larger = (np.zeros(len(n), dtype=np.int64), [true.sum()])
    found = crossed((a, a), (b, b), (n, n), larger=larger)
    assert found.estimate == pytest.approx(true, rel=1e-3, abs=1e-3)


def test_a_number_that_nobody_knows_makes_no_estimate() -> None:
    nan = math.nan
    found = crossed(both([nan, 5, 5]), both([5, nan, 5]), both([9, 9, nan]))
    for one in (found.estimate, found.least, found.most):
        assert np.isnan(one).all()


def test_numbers_that_were_changed_a_little_each_still_give_a_range() -> None:
    found = crossed(both([12]), both([10]), both([9]))  # more women than people
    assert 0 <= found.least[0] <= found.estimate[0] <= found.most[0] <= 9


# --- codes ---------------------------------------------------------------------------------------

KINDS = {"all": "all", "women": "sex", "men": "sex", "born_er": "birthplace", "club": None}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("women*born_xx", "group_unknown"),
        ("women*men", "estimate_same_kind"),
        ("women*women", "estimate_same_kind"),
        ("all*women", "estimate_same_kind"),
        ("women*", "estimate_two_groups"),
        ("women*born_er*men", "estimate_two_groups"),
    ],
)
def test_groups_that_cannot_be_crossed_are_told_in_a_sentence(code: str, error: str) -> None:
    with pytest.raises(LayerError) as caught:
        estimates.pair(code, KINDS)
    assert caught.value.code == error
    assert words.sentences("en")[f"error.{error}"].format(**caught.value.blanks)


def test_a_group_of_which_nobody_says_by_what_it_is_counted_may_be_crossed() -> None:
    assert estimates.pair("club*women", KINDS) == ("club", "women")


# --- in a city -----------------------------------------------------------------------------------


def town(**more: dict[str, Any]) -> Town:
    """Make a town of four cells that count women and people born in Eritrea."""
    made = Town()
    made.rows["population_groups"] += [
        {"id": "women", "label": "Women", "dimension": "sex"},
        {"id": "men", "label": "Men", "dimension": "sex"},
        {"id": "born_er", "label": "Born in Eritrea", "dimension": "birthplace"},
    ]
    made.people({"c100": 100, "c300": 200, "c1300": 300, "c1500": 10})
    made.people({"c100": 40, "c300": 100, "c1300": 150, "c1500": 10}, group="women")
    made.people({"c100": 50, "c300": 80, "c1300": None, "c1500": 0}, group="born_er")
    for code, cells in more.items():
        made.people(cells, group=code.replace("_by_", "*"))
    made.service("advice", (100, 0), languages={"ti": "staff"})
    return made


def city(made: Town) -> City:
    return City(made.read, META)


def test_a_city_estimates_two_groups_from_their_margins_and_says_so() -> None:
    level, people = city(town()).people("women*born_er")
    assert level == "cell"
    # cells in the order of the atlas: c100 c300 c500 c700 c1300 c1500
    assert people.low[[0, 1, 5]].tolist() == pytest.approx([20.0, 40.0, 0.0])
    assert people.low[4] == pytest.approx(150 * 2.5 / 300)  # one to four were withheld
    assert np.isnan(people.low[[2, 3]]).all()
    assert people.high[[0, 1, 4, 5]].tolist() == people.low[[0, 1, 4, 5]].tolist()
    assert people.least is not None
    assert people.most is not None
    assert people.least[[0, 1, 4, 5]].tolist() == [0, 0, 0, 0]
    assert people.most[[0, 1, 4, 5]].tolist() == [40, 80, 4, 0]
    assert people.suppressed.tolist() == [False, False, False, False, True, False]
    assert (people.estimated, people.seed) == (True, "independence")


def test_a_city_lists_the_pairs_it_can_estimate_and_no_other() -> None:
    made = town(women_by_born_er={"west": 50})
    made.rows["population_groups"].append({"id": "old", "label": "65+", "dimension": "age"})
    made.people({"west": 60}, group="old")  # only there, where not everybody is counted
    asked = city(made)
    assert asked.pairs() == ["women*born_er"]  # nobody counts men
    for code in asked.pairs():
        assert asked.people(code)[1].estimated


def test_the_order_of_the_two_groups_does_not_matter() -> None:
    made = city(town(women_by_born_er={"west": 50}))
    one, other = (made.people(code)[1].low for code in ("women*born_er", "born_er*women"))
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_larger_area_that_was_counted_gives_the_relation_and_the_sum() -> None:
    level, people = city(town(born_er_by_women={"west": 75})).people("women*born_er")
    assert (level, people.seed) == ("cell", "district")
    assert people.low[:2].sum() == pytest.approx(75, abs=1e-3)  # of 130, not the 60 of independence
    first, second = (
        odds(np.array([[x, a - x], [b - x, n - a - b + x]]))
        for x, a, b, n in zip(people.low[:2], (40, 100), (50, 80), (100, 200), strict=True)
    )
    assert first == pytest.approx(second, rel=1e-3)
    assert people.low[4] == pytest.approx(1.25)  # the other district was not counted


def test_what_was_counted_as_finely_is_no_estimate() -> None:
    made = town(women_by_born_er={"c100": 31, "c300": 44})
    level, people = city(made).people("women*born_er")
    assert level == "cell"
    assert people.low[:2].tolist() == [31, 44]
    assert (people.least, people.estimated, people.seed) == (None, False, "")


def test_a_city_without_all_people_in_the_same_areas_says_what_is_missing() -> None:
    made = town()
    made.rows["population"] = [row for row in made.rows["population"] if row["group_code"] != "all"]
    with pytest.raises(LayerError, match="estimate_no_level"):
        city(made).people("women*born_er")
    with pytest.raises(LayerError, match="group_unknown"):
        city(made).people("women*born_so")


def test_few_are_no_number_in_an_area_and_count_as_they_are_in_a_total() -> None:
    made = town()
    made.people({"c500": 100, "c700": 100})
    made.people({"c500": 6, "c700": 6}, group="women")
    made.people({"c500": 50, "c700": 50}, group="born_er")
    answer = gaps(city(made), Need(category="legal", group="women*born_er", minutes=1))
    table = area_table(answer).set_index("area_id")
    few = table.loc[["c500", "c700", "c1300"]]  # 3, 3 and 1.25: not reached, all of them
    assert few["people_low"].tolist() == [0, 0, 0]
    assert few["people_high"].tolist() == [4, 4, 4]
    assert few["people_not_reached_high"].tolist() == [4, 4, 4]
    told = as_json(answer)
    assert told["people"] == {"low": 67, "high": 67}  # 20 + 40 + 3 + 3 + 1.25
    assert told["not_reached"]["high"] - told["not_reached"]["low"] <= 21  # not 4 for each area
    assert told["estimated"] is True
    assert told["estimate"] == {
        "groups": ["women", "born_er"],
        "people": {"low": 0, "high": 40 + 80 + 6 + 6 + 4},
        "seed": "independence",
    }


def test_the_command_names_an_estimate_and_its_range(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_city(tmp_path / "city.gpkg", today=date(2026, 3, 1))
    asked = tmp_path / "her.json"
    asked.write_text('{"category": "health", "group": "women*born_so"}', encoding="utf-8")
    assert main(["gaps", str(made.path), "--persona", str(asked)]) == 0
    said = capsys.readouterr().out
    margins = gaps(City(made.read, made.meta()), Need(category="health", group="born_so"))
    most = int(margins.people.high.sum())
    assert f"An estimate from two counts; for certain it is 0 to {most:,} people." in said


def test_the_fraction_of_an_estimate_makes_no_range_of_it_in_the_cascade() -> None:
    told = cascade_told.told(cascade(city(town()), Need(category="legal", group="women*born_er")))
    assert told["population"]["people"] == {"low": 61, "high": 61}  # 20 + 40 + 1.25
    first = told["steps"][0]
    assert first["covered"] == {"low": 61, "high": 61}
    for step in told["steps"]:
        assert 0 <= step["covered"]["low"] <= step["covered"]["high"] <= 61


def test_a_group_that_was_counted_is_no_estimate() -> None:
    answer = gaps(city(town()), Need(category="legal", group="women"))
    assert as_json(answer)["estimate"] is None
