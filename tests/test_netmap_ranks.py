"""Towers are compared by rank, and of fewer than five people nothing is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from layers import netmap_ranks
from layers.netmap import Group


def groups(*people: int) -> list[Group]:
    return [
        Group(party=party, people=many, code="", is_right=True) for party, many in enumerate(people)
    ]


def towers(*heights: dict[str, int]) -> pd.DataFrame:
    rows = [(party, *one) for party, built in enumerate(heights) for one in built.items()]
    return pd.DataFrame(rows, columns=["party", "actor", "height"])


@pytest.mark.parametrize(
    ("people", "named"),
    [
        ((5, 4), ["A"]),
        ((4, 4), ["A+B"]),
        ((1, 9, 4), ["B", "A+C"]),
        ((1, 3), []),
        ((), []),
    ],
)
def test_small_groups_are_put_together_or_left_out(
    people: tuple[int, ...], named: list[str]
) -> None:
    assert [unit.name for unit in netmap_ranks.units(groups(*people))] == named


@given(st.lists(st.integers(1, 30), max_size=8))
def test_no_unit_is_ever_fewer_than_five_people(people: list[int]) -> None:
    found = netmap_ranks.units(groups(*people))
    assert all(sum(people[party] for party in unit.parties) >= 5 for unit in found)
    parties = [party for unit in found for party in unit.parties]
    assert len(parties) == len(set(parties))


def test_heights_are_never_compared() -> None:
    low, high = {"a": 3, "b": 1, "c": 0}, {"a": 300, "b": 20, "c": 7}
    found = netmap_ranks.compare(towers(low, high), netmap_ranks.units(groups(5, 5)))
    assert found.table["A"].tolist() == found.table["B"].tolist() == [1, 2, 3]
    assert found.table["difference"].tolist() == [0, 0, 0]
    assert found.agreement == pytest.approx(1)


def test_disagreement_is_on_the_actors_that_all_ranked() -> None:
    first = {"a": 9, "b": 5, "c": 1}
    second = {"a": 1, "c": 9, "d": 5}
    found = netmap_ranks.compare(towers(first, second), netmap_ranks.units(groups(5, 5)))
    assert found.common == 2  # a and c, and there the two are opposite
    assert list(found.table.loc["a", ["A", "B", "difference"]]) == [1, 3, 1]
    assert found.table.loc[["b", "d"], "difference"].isna().all()
    assert found.agreement == pytest.approx(0)


def test_several_small_groups_rank_by_the_mean_of_their_ranks() -> None:
    built = towers({"a": 5, "b": 1, "c": 0}, {"a": 2, "b": 8, "c": 0, "d": 1})
    (unit,) = netmap_ranks.units(groups(3, 3))
    found = netmap_ranks.unit_ranks(built, unit)
    # ranks 1, 2, 3 and 2, 1, 3 on the three that both ranked
    assert found.to_dict() == {"a": 1.5, "b": 1.5, "c": 3}


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 4), min_size=n, max_size=n), min_size=2, max_size=5
        )
    )
)
def test_w_is_friedmans_statistic_by_its_greatest_value(heights: list[list[int]]) -> None:
    ranked = np.array([stats.rankdata(row) for row in heights])
    m, n = ranked.shape
    found = netmap_ranks.kendalls_w(ranked)
    if all(len(set(row)) == 1 for row in heights):
        assert found is None
    elif n > 2:  # scipy's needs three
        expected = stats.friedmanchisquare(*ranked.T).statistic / (m * (n - 1))
        assert found == pytest.approx(expected)
    else:
        assert found is not None
        assert 0 <= found <= 1


@pytest.mark.parametrize("shape", [(1, 5), (4, 1), (0, 0)])
def test_w_is_not_defined_for_one_group_or_one_actor(shape: tuple[int, int]) -> None:
    assert netmap_ranks.kendalls_w(np.ones(shape)) is None


def test_nothing_to_compare_is_no_error() -> None:
    found = netmap_ranks.compare(towers(), ())
    assert found.table.empty
    assert found.agreement is None
