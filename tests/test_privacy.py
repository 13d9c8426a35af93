"""What may leave the room rests on five people or more, however the releases are compared."""

from __future__ import annotations

import json
import pickle

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

from layers.errors import LayerError
from layers.privacy import (
    Numbers,
    band,
    packed,
    release,
    release_counts,
    retracted,
    shared_feeling,
    steady,
    unpacked,
)

HERE = "CRS3035RES250mN3270000E4550000"
NEXT = "CRS3035RES250mN3270000E4550250"  # same parent as HERE
PARENT = "CRS3035RES500mN3270000E4550000"
FAR = "CRS3035RES250mN3290000E4590000"
FEELINGS = ("safe", "mixed", "unsafe")


def pins(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cell", "token", "feeling"])


def people(cell: str, number: int, feeling: str = "safe", *, first: int = 0) -> pd.DataFrame:
    return pins(*[(cell, f"t{first + place}", feeling) for place in range(number)])


def corner(code: str) -> tuple[int, int, int]:
    """Read size, north and east by hand, so that the oracle is not our own parser."""
    size, rest = code.removeprefix("CRS3035RES").split("mN")
    north, east = rest.split("E")
    return int(size), int(north), int(east)


def within(fine: str, coarse: str) -> bool:
    (finer, north, east), (size, south, west) = corner(fine), corner(coarse)
    return finer < size and south <= north < south + size and west <= east < west + size


# A patch of 8 x 8 cells of 250 m: small enough that people meet, wide enough to merge up.
cells = st.builds(
    lambda row, column: f"CRS3035RES250mN{3270000 + 250 * row}E{4550000 + 250 * column}",
    st.integers(0, 7),
    st.integers(0, 7),
)
row = st.tuples(cells, st.integers(0, 25).map("t{}".format), st.sampled_from(FEELINGS))
tables = st.lists(row, max_size=120).map(lambda rows: pins(*rows))


def test_five_people_are_shown_and_four_are_not() -> None:
    assert release(people(HERE, 5)).to_dict("records") == [
        {"cell": HERE, "contributors": "5-9", "feeling": "safe"}
    ]
    assert release(people(HERE, 4)).empty


def test_an_empty_room_releases_an_empty_table_with_the_same_columns() -> None:
    assert list(release(people(HERE, 0)).columns) == ["cell", "contributors", "feeling"]


def test_one_person_with_fifty_pins_is_one_person() -> None:
    one = pd.concat([people(HERE, 1)] * 50 + [people(NEXT, 1)] * 50)
    assert release(one).empty


@pytest.mark.parametrize(
    ("said", "shared"),
    [((4, 0, 2), "safe"), ((3, 0, 2), "mixed"), ((0, 4, 2), "mixed"), ((1, 0, 4), "unsafe")],
)
def test_two_thirds_decide_the_feeling_and_else_it_is_mixed(
    said: tuple[int, int, int], shared: str
) -> None:
    assert shared_feeling(*said) == shared


def test_who_says_safe_and_unsafe_of_one_cell_says_mixed_once() -> None:
    both = pd.concat([people(HERE, 5, "safe"), people(HERE, 5, "unsafe")])
    assert release(both).to_dict("records") == [
        {"cell": HERE, "contributors": "5-9", "feeling": "mixed"}
    ]


def test_small_neighbours_are_merged_into_their_parent() -> None:
    table = pd.concat([people(HERE, 3), people(NEXT, 2, first=3)])
    assert release(table)["cell"].tolist() == [PARENT]


def test_a_parent_does_not_speak_for_children_that_are_shown_themselves() -> None:
    """Else parent minus child would be the two people of the other child."""
    table = pd.concat([people(HERE, 5), people(NEXT, 2, first=5)])
    assert release(table)["cell"].tolist() == [HERE]


def test_one_more_person_changes_nothing() -> None:
    first = release(people(HERE, 9))
    second = release(people(HERE, 10), previous=first)
    assert second["contributors"].tolist() == ["5-9"]


def test_five_more_people_change_band_and_feeling() -> None:
    first = release(people(HERE, 5))
    more = pd.concat([people(HERE, 5), people(HERE, 5, "unsafe", first=5)])
    assert release(more, previous=first).to_dict("records") == [
        {"cell": HERE, "contributors": "10-19", "feeling": "mixed"}
    ]


def test_small_changes_add_up_until_five_have_changed() -> None:
    """Each step is compared with what the row rests on, not with the step before."""
    shown = release(people(HERE, 6))
    for number, expected in [(8, "5-9"), (10, "5-9"), (11, "10-19")]:
        shown = release(people(HERE, number), previous=shown)
        assert shown["contributors"].tolist() == [expected]


def test_a_release_read_back_from_a_file_is_judged_by_its_bands_alone() -> None:
    stored = pd.DataFrame(release(people(HERE, 5)).to_dict("list"))
    assert release(people(HERE, 13), previous=stored)["contributors"].tolist() == ["5-9"]
    assert release(people(HERE, 14), previous=stored)["contributors"].tolist() == ["10-19"]


def test_four_people_leaving_do_not_change_a_row_and_five_do() -> None:
    shown = release(people(HERE, 9))
    assert not release(people(HERE, 5), previous=shown).empty
    assert release(people(HERE, 4), previous=shown).empty


def test_a_cell_leaves_its_parent_only_with_five_new_people() -> None:
    first = release(pd.concat([people(HERE, 3), people(NEXT, 2, first=3)]))
    grown = pd.concat([people(HERE, 5, first=20), people(HERE, 3), people(NEXT, 2, first=3)])
    nearly = grown.iloc[1:]
    assert release(nearly, previous=first)["cell"].tolist() == [PARENT]
    assert HERE in release(grown, previous=first)["cell"].tolist()


def test_the_numbers_behind_a_release_never_leave_with_it() -> None:
    shown = release(people(HERE, 7))
    assert json.dumps(shown.attrs) == '{"basis": {}}'
    assert pickle.loads(pickle.dumps(shown)).attrs == {"basis": {}}  # noqa: S301 (our own bytes)
    assert "7" not in repr(shown.attrs)


def test_too_small_a_k_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        release(people(HERE, 5), k=4)
    with pytest.raises(ValueError, match="at least 5"):
        release_counts(people(HERE, 5), "feeling", k=1)


@pytest.mark.parametrize("feeling", ["", "SAFE", None])
def test_a_feeling_that_is_none_is_refused(feeling: str | None) -> None:
    with pytest.raises(ValueError, match="feeling"):
        release(pd.DataFrame({"cell": [HERE], "token": ["a"], "feeling": [feeling]}))


def test_a_place_finer_than_a_cell_is_refused() -> None:
    with pytest.raises(LayerError):
        release(people("52.5,13.4", 5))


def test_fewer_than_five_have_no_band() -> None:
    with pytest.raises(ValueError, match="five"):
        band(4)
    assert [band(number) for number in (5, 9, 10, 19, 20)] == [
        "5-9",
        "5-9",
        "10-19",
        "10-19",
        "20+",
    ]


@given(table=tables)
@settings(deadline=None)
def test_no_row_rests_on_fewer_than_five(table: pd.DataFrame) -> None:
    """Counted by hand: everybody in the row's square who is in no finer row that is shown."""
    shown = release(table)["cell"].tolist()
    for cell in shown:
        finer = [other for other in shown if within(other, cell)]
        behind = {
            token
            for code, token, _ in table.itertuples(index=False)
            if (code == cell or within(code, cell))
            and not any(code == other or within(code, other) for other in finer)
        }
        assert len(behind) >= 5


@given(table=tables, seed=st.integers(0, 2**16))
@settings(deadline=None)
def test_the_order_of_rows_does_not_matter(table: pd.DataFrame, seed: int) -> None:
    pd.testing.assert_frame_equal(release(table), release(table.sample(frac=1, random_state=seed)))


@given(table=tables)
@settings(deadline=None)
def test_saying_everything_twice_changes_nothing(table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(release(table), release(pd.concat([table, table])))


@given(table=tables, steps=st.lists(st.integers(1, 30), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_two_releases_never_differ_by_fewer_than_five(
    table: pd.DataFrame, steps: list[int]
) -> None:
    """Without merging, so that a row is a cell; who changed it is looked up person by person."""

    def said(rows: pd.DataFrame) -> dict[str, dict[str, frozenset[str]]]:
        found: dict[str, dict[str, set[str]]] = {}
        for cell, token, feeling in rows.itertuples(index=False):
            found.setdefault(cell, {}).setdefault(token, set()).add(feeling)
        return {
            cell: {token: frozenset(all_said) for token, all_said in one.items()}
            for cell, one in found.items()
        }

    shown: pd.DataFrame | None = None
    rests_on: dict[str, dict[str, frozenset[str]]] = {}
    values: dict[str, tuple[str, str]] = {}
    until = 0
    for step in steps:
        until += step
        rows = table.iloc[:until]
        shown = release(rows, previous=shown, coarsest_m=250)
        now = said(rows)
        for cell, contributors, feeling in shown.itertuples(index=False):
            before, after = rests_on.get(cell, {}), now[cell]
            if values.get(cell) != (contributors, feeling):
                changed = [t for t in before.keys() | after if before.get(t) != after.get(t)]
                assert len(changed) >= 5
                values[cell], rests_on[cell] = (contributors, feeling), after
        assert set(values) == set(shown["cell"])


@given(table=tables, steps=st.lists(st.integers(1, 60), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_row_once_shown_is_never_taken_back_by_fewer_than_five(
    table: pd.DataFrame, steps: list[int]
) -> None:
    shown, until = release(table.iloc[:0]), 0
    for step in steps:
        before, until = shown, until + step
        fewer = table.iloc[:until]
        shown = release(fewer, previous=before)
        new = table.iloc[until - step : until]
        for cell in set(before["cell"]) - set(shown["cell"]):
            # only rows whose people moved on to finer rows may go: the newcomers inside made those
            inside = new[[within(code, cell) for code in new["cell"]]]
            assert inside["token"].nunique() >= 5


def test_counts_are_bands_and_the_few_are_left_out() -> None:
    answers = pd.DataFrame(
        {"token": [f"t{n}" for n in range(16)], "answer": ["yes"] * 12 + ["no"] * 4}
    )
    assert release_counts(answers, "answer").to_dict("records") == [
        {"answer": "yes", "contributors": "10-19"}
    ]
    assert release_counts(answers, ["answer"], k=20).empty


def test_counts_by_two_columns_count_people_not_rows() -> None:
    rows = [(f"t{n % 5}", "evening", "north") for n in range(50)] + [("t9", "day", "north")] * 9
    table = pd.DataFrame(rows, columns=["token", "when", "area"])
    assert release_counts(table, ["when", "area"]).to_dict("records") == [
        {"when": "evening", "area": "north", "contributors": "5-9"}
    ]


@given(rows=st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc")), max_size=80))
@settings(deadline=None)
def test_every_count_shown_has_five_people(rows: list[tuple[int, str]]) -> None:
    table = pd.DataFrame(rows, columns=["token", "answer"])
    shown = set(release_counts(table, "answer")["answer"])
    assert shown == {a for a in "abc" if len({t for t, answer in rows if answer == a}) >= 5}


def test_what_rests_on_fewer_than_five_is_retracted_and_the_rest_stands() -> None:
    first = release(pd.concat([people(HERE, 5), people(FAR, 9, first=20)]))
    left = retracted(first, pd.concat([people(HERE, 4), people(FAR, 5, first=20)]))
    assert left.to_dict("records") == [{"cell": FAR, "contributors": "5-9", "feeling": "safe"}]


def test_what_was_retracted_comes_back_only_where_five_have_changed_it() -> None:
    gone = retracted(release(people(HERE, 5)), people(HERE, 4))
    assert release(people(HERE, 8), previous=gone, coarsest_m=250).empty
    assert release(people(HERE, 9), previous=gone, coarsest_m=250)["cell"].tolist() == [HERE]
    between = release(people(HERE, 8), previous=gone, coarsest_m=250)
    assert release(people(HERE, 8), previous=between, coarsest_m=250).empty


def test_who_is_left_of_a_retracted_square_counts_in_a_larger_one() -> None:
    gone = retracted(release(people(HERE, 5)), people(HERE, 4))
    more = pd.concat([people(HERE, 4), people(NEXT, 2, first=10)])
    assert release(more, previous=gone)["cell"].tolist() == [PARENT]


def test_the_rooms_file_keeps_what_was_retracted() -> None:
    gone = retracted(release(people(HERE, 5)), people(HERE, 4))
    kept = unpacked(json.loads(json.dumps(packed(gone))))
    assert kept is not None
    assert release(people(HERE, 8), previous=kept, coarsest_m=250).empty


def votes(**numbers: int) -> pd.DataFrame:
    rows = [(f"{answer}{n}", answer) for answer, many in numbers.items() for n in range(many)]
    return pd.DataFrame(rows, columns=["token", "answer"])


def test_a_number_changes_only_where_five_changed_it() -> None:
    first = release_counts(votes(yes=6, no=4), "answer")
    second = release_counts(votes(yes=10, no=5), "answer", previous=first)
    assert second.to_dict("records") == [
        {"answer": "no", "contributors": "5-9"},
        {"answer": "yes", "contributors": "5-9"},
    ]
    third = release_counts(votes(yes=11, no=5), "answer", previous=second)
    assert third["contributors"].tolist() == ["5-9", "10-19"]


def test_a_number_goes_where_fewer_than_five_are_left_and_stays_away() -> None:
    first = release_counts(votes(yes=5), "answer")
    gone = release_counts(votes(yes=4), "answer", previous=first)
    assert gone.empty
    assert release_counts(votes(yes=8), "answer", previous=gone).empty
    assert len(release_counts(votes(yes=9), "answer", previous=gone)) == 1


def test_a_number_whose_people_are_not_known_is_no_ground_for_the_next() -> None:
    first = release_counts(votes(yes=5), "answer")
    with pytest.raises(ValueError, match="lost"):
        release_counts(votes(yes=5), "answer", previous=pd.DataFrame(first.to_dict("list")))
    assert "5" not in json.dumps(first.attrs)


@given(steps=st.lists(st.integers(0, 30), min_size=1, max_size=12))
@settings(deadline=None)
def test_a_steady_number_moves_by_five_or_more_or_leaves(steps: list[int]) -> None:
    numbers = Numbers()
    for number in steps:
        before = numbers.shown.get(("a",))
        numbers = steady(numbers, {("a",): number})
        now = numbers.shown.get(("a",))
        assert now is None or now >= 5
        assert (now is None) >= (number < 5)
        if before is not None and now is not None:
            assert now == before or abs(now - before) >= 5
