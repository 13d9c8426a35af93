"""No number on a wall gives away fewer than five people, however the numbers are subtracted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

from layers import privacy, wall_blocks
from layers.wall_blocks import REST, Row, Standing, advance, answers, cells, retract
from tests.helpers.sampled import examples

HERE = "CRS3035RES250mN3270000E4550000"
NEXT = "CRS3035RES250mN3270000E4550250"
FEELINGS = ("safe", "mixed", "unsafe")

Seen = tuple[object, ...]


def people(  # noqa: PLR0913 - what people may say, all named
    number: int,
    *,
    party: int | None = None,
    feeling: str = "safe",
    cell: str = HERE,
    first: int = 0,
    reasons: tuple[str, ...] = (),
    when: str | None = None,
) -> list[Row]:
    """Make people of one table; the same numbers at the same table are the same people."""
    tokens = [f"{party}-{first + place}" for place in range(number)]
    return [Row(cell, token, feeling, party, reasons, when, None) for token in tokens]


def table_of(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(Row._fields)).astype({"party": "Int64"})


def shown(standing: Standing) -> dict[str, list[list[str | None]]]:
    return {name: cells(standing, block) for name, block in (("all", None), ("a", "0"), ("b", "1"))}


def test_a_square_without_tables_is_what_privacy_releases() -> None:
    rows = [*people(6), *people(3, cell=NEXT), *people(4, feeling="unsafe", first=6)]
    released = privacy.release(table_of(rows), coarsest_m=250)
    assert wall_blocks.released(advance(rows, Standing())).to_dict("list") == released.to_dict(
        "list"
    )
    assert cells(advance(rows, Standing())) == [[HERE, "mixed", "10-19"]]


def test_a_table_is_shown_by_itself_from_five_on() -> None:
    rows = [*people(5, party=0), *people(4, party=1)]
    assert shown(advance(rows, Standing())) == {
        "all": [[HERE, "safe", "5-9"]],
        "a": [[HERE, "safe", "5-9"]],
        "b": [],
    }


def test_the_few_beside_a_table_do_not_change_the_feeling_of_all() -> None:
    """Else "all: mixed, table A: safe" would tell what one to four others said."""
    rows = [*people(5, party=0), *people(4, party=1, feeling="unsafe")]
    assert cells(advance(rows, Standing())) == [[HERE, "safe", "5-9"]]


def test_small_tables_count_together_from_five_on() -> None:
    rows = [*people(5, party=0), *people(3, party=1), *people(2, feeling="unsafe")]
    assert shown(advance(rows, Standing())) == {
        "all": [[HERE, "safe", "10-19"]],
        "a": [[HERE, "safe", "5-9"]],
        "b": [],
    }


def test_a_table_does_not_leave_the_others_for_one_more_person() -> None:
    first = advance([*people(4, party=0), *people(4, party=1)], Standing())
    grown = advance([*people(5, party=0), *people(4, party=1)], first)
    assert shown(grown) == {"all": [[HERE, "safe", "5-9"]], "a": [], "b": []}


def test_a_table_leaves_the_others_when_enough_have_changed() -> None:
    first = advance([*people(4, party=0), *people(4, party=1)], Standing())
    grown = advance([*people(9, party=0), *people(13, party=1)], first)
    assert shown(grown)["a"] == [[HERE, "safe", "5-9"]]
    assert shown(grown)["b"] == []  # nobody would stay behind, so one of them has to


def test_who_is_taken_off_comes_back_only_with_five_changes() -> None:
    first = advance(people(5), Standing())
    gone = retract(people(4), first)
    assert cells(gone) == []
    assert cells(advance(people(5), gone)) == []
    assert cells(advance(people(8), gone)) == []
    assert cells(advance(people(9), gone)) == [[HERE, "safe", "5-9"]]


def test_five_who_are_left_stand_as_they_were() -> None:
    first = advance(people(9), Standing())
    assert cells(retract(people(5), first)) == [[HERE, "safe", "5-9"]]
    twelve = advance(people(12), Standing())
    assert cells(retract(people(8), twelve)) == [[HERE, "safe", "10-19"]]


def test_answers_come_from_five_on_and_go_below() -> None:
    four = advance(people(4, when="night"), Standing())
    assert answers(four, "when") == []
    five = advance(people(5, when="night", reasons=("lighting",)), four)
    assert answers(five, "when") == answers(five, "when", HERE) == [["night", "5-9"]]
    assert answers(five, "reasons", HERE) == [["lighting", "5-9"]]
    left = retract([*people(4, when="night"), *people(1, first=4, when="day")], five)
    assert cells(left) == [[HERE, "safe", "5-9"]]
    assert answers(left, "when") == answers(left, "when", HERE) == []


def test_an_answer_changes_only_where_five_changed_it() -> None:
    first = advance(people(6, when="day"), Standing())
    for number, band in ((10, "5-9"), (11, "10-19")):
        assert answers(advance(people(number, when="day"), first), "when") == [["day", band]]


def test_a_part_never_stands_above_its_whole() -> None:
    """The room's number is held back by one; the square's would tell so."""
    spread = [*people(5, when="day"), *people(4, when="day", first=5, cell=NEXT)]
    first = advance(spread, Standing())
    assert answers(first, "when") == [["day", "5-9"]]
    moved = advance([*spread, *people(10, when="day", first=0)], first)
    assert answers(moved, "when") == [["day", "5-9"]]
    assert cells(moved) == [[HERE, "safe", "10-19"]]
    assert answers(moved, "when", HERE) == [["day", "5-9"]]


def test_one_person_with_many_rows_is_one_person() -> None:
    rows = [row for row in people(4, when="day") for _ in range(20)]
    assert cells(advance(rows, Standing())) == []
    assert answers(advance(rows, Standing()), "when") == []


def test_the_file_keeps_all_that_stands() -> None:
    rows = [
        *people(6, party=0, when="day", reasons=("lighting",)),
        *people(3, party=1),
        *people(4, cell=NEXT),
        *people(5, cell=NEXT, party=1),
    ]
    standing = retract(rows[:-1], advance(rows, Standing()))
    kept = json.loads(json.dumps(wall_blocks.packed(standing)))
    assert wall_blocks.unpacked(kept) == standing
    assert wall_blocks.unpacked(None) == Standing()


def test_an_older_file_without_tables_stands_as_it_was() -> None:
    released = privacy.release(table_of(people(7)), coarsest_m=250)
    kept = json.loads(json.dumps(privacy.packed(released)))
    del kept["off"]
    assert cells(wall_blocks.unpacked(kept)) == [[HERE, "safe", "5-9"]]


def test_the_few_beside_a_table_are_not_published_with_it() -> None:
    rows = [*people(5, party=0), *people(3, party=1), *people(2, cell=NEXT)]
    counted = wall_blocks.counted(table_of(rows), advance(rows, Standing()))
    assert sorted(counted["token"]) == sorted(
        [f"0-{number}" for number in range(5)] + ["None-0", "None-1"]
    )


def test_who_was_taken_off_with_a_table_is_not_published_with_the_others() -> None:
    rows = [*people(5, party=0), *people(5, party=1), *people(6)]
    left = retract(rows[1:], advance(rows, Standing()))
    counted = wall_blocks.counted(table_of(rows[1:]), left)
    assert sorted(set(counted["party"].fillna(-1))) == [-1, 1]


def test_a_square_that_the_wall_does_not_show_is_published_by_its_own_count() -> None:
    rows = [*people(3, party=0), *people(4, party=1)]
    held = Standing()
    assert len(wall_blocks.counted(table_of(rows), held)) == 7
    assert wall_blocks.counted(table_of([]), held).empty


# ---- what a watcher can work out ----


def of_sizes(sizes: tuple[int, ...]) -> list[Row]:
    parties = (0, 1, None)
    return [row for n, party in zip(sizes, parties, strict=True) for row in people(n, party=party)]


def small_rooms() -> Iterator[tuple[Seen, dict[str, int]]]:
    """Every room of up to twelve people a table, and twice as many of no table."""
    for sizes in itertools.product(range(13), range(13), range(25)):
        a, b, none = sizes
        seen = shown(advance(of_sizes(sizes), Standing()))
        yield (repr(seen),), {"a": a, "b": b, "not a": b + none, "not b": a + none}


def felt(most: int) -> list[tuple[int, ...]]:
    """Give every way in which up to ``most`` people say safe, mixed or unsafe."""
    return [one for one in itertools.product(range(most + 1), repeat=3) if sum(one) <= most]


def small_rooms_with_feelings() -> Iterator[tuple[Seen, dict[str, int]]]:
    """Every square of up to six people of one table and five of another, and some of none."""
    others = [(0, "safe"), *itertools.product((1, 5, 9), FEELINGS)]
    for a, b, (none, felt_there) in itertools.product(felt(6), felt(4), others):
        rows = people(none, feeling=felt_there)
        for counts, party in ((a, 0), (b, 1)):
            for place, (feeling, count) in enumerate(zip(FEELINGS, counts, strict=True)):
                rows += people(count, party=party, feeling=feeling, first=10 * place)
        seen = shown(advance(rows, Standing()))
        sizes = {"a": sum(a), "b": sum(b), "not a": sum(b) + none, "not b": sum(a) + none}
        yield (repr(seen),), sizes


def small_rooms_with_an_answer() -> Iterator[tuple[Seen, dict[str, int]]]:
    """Every square of up to 25 people of whom some gave an answer, beside some elsewhere."""
    for number, said, elsewhere in itertools.product(range(26), range(26), range(26)):
        if said > number:
            continue
        rows = [*people(said, when="night"), *people(number - said, first=said)]
        for place in range(elsewhere):  # each in a square of her own
            away = f"CRS3035RES250mN3280000E{4560000 + 250 * place}"
            rows += people(1, cell=away, first=100 + place, when="night")
        standing = advance(rows, Standing())
        seen = (repr(cells(standing)), repr(answers(standing, "when")))
        here = repr(answers(standing, "when", HERE))
        yield (*seen, here), {"said": said, "did not": number - said, "elsewhere": elsewhere}


@pytest.mark.parametrize(
    "rooms", [small_rooms, small_rooms_with_feelings, small_rooms_with_an_answer]
)
def test_no_wall_implies_a_group_of_one_to_four(
    rooms: Callable[[], Iterator[tuple[Seen, dict[str, int]]]],
) -> None:
    """Who knows the rule and sees everything may not be left with one to four, for any group.

    All small rooms are tried, and sorted by what their walls show: a watcher knows no more than
    that it is one of those.
    """
    possible: dict[Seen, dict[str, set[int]]] = {}
    for seen, sizes in rooms():
        groups = possible.setdefault(seen, {})
        for name, size in sizes.items():
            groups.setdefault(name, set()).add(size)
    assert len(possible) > 3
    for seen, groups in possible.items():
        for name, found in groups.items():
            assert not found <= {1, 2, 3, 4}, (seen, name, found)


# ---- over time ----

person = st.integers(0, 23)
event = st.tuples(person, st.sampled_from([HERE, NEXT]), st.sampled_from([*FEELINGS, None]))
steps = st.lists(st.lists(event, min_size=1, max_size=12), min_size=1, max_size=7)


def party_of(number: int, tables: int) -> int | None:
    return None if number % (tables + 1) == tables else number % (tables + 1)


def rooms_over_time(
    told: list[list[tuple[int, str, str | None]]], tables: int
) -> Iterator[list[Row]]:
    """Play what people say, change and take back; each step is what stands after it."""
    said: dict[tuple[int, str], str] = {}
    for step in told:
        for number, cell, feeling in step:
            if feeling is None:
                said.pop((number, cell), None)
            else:
                said[number, cell] = feeling
        yield [
            Row(cell, str(number), feeling, party_of(number, tables), ("empty",), None, None)
            for (number, cell), feeling in said.items()
        ]


Basis = dict[tuple[str, str], frozenset[tuple[str, str]]]  # block -> who, and what she felt


def followed(before: Basis, old: Standing, new: Standing, rows: list[Row]) -> Basis:
    """Follow by name who stands behind each block: those of it when it was last shown anew."""
    basis: Basis = {}
    for (cell, name), block in new.blocks.items():
        if old.blocks.get((cell, name)) is block:
            basis[cell, name] = before[cell, name]
            continue
        tables = {at for here, at in (*new.blocks, *new.off) if here == cell} - {REST}
        basis[cell, name] = frozenset(
            (row.token, row.feeling)
            for row in rows
            if row.cell == cell
            and (
                str(row.party) == name
                if name != REST
                else row.party is None or str(row.party) not in tables
            )
        )
        assert len(basis[cell, name]) == sum(block.counts)
    return basis


def behind(basis: Basis, cell: str) -> frozenset[tuple[str, str]]:
    return frozenset().union(*(who for (here, _), who in basis.items() if here == cell))


def differ(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> int:
    return len({token for token, _ in one ^ other})


@given(told=steps, tables=st.integers(0, 3))
@settings(max_examples=examples(300), deadline=None)
def test_what_is_shown_of_a_square_never_differs_by_one_to_four_people(
    told: list[list[tuple[int, str, str | None]]], tables: int
) -> None:
    """Between any two rows of a square at one time, and between a row and what it becomes."""
    standing, basis = Standing(), Basis()
    for rows in rooms_over_time(told, tables):
        new = advance(rows, retract(rows, standing))
        after = followed(basis, standing, new, rows)
        for cell in (HERE, NEXT):
            blocks = [who for (here, _), who in after.items() if here == cell]
            assert all(len(who) >= 5 for who in blocks)
            tokens = [token for who in blocks for token, _ in who]
            assert len(tokens) == len(set(tokens)), "blocks share nobody"
            assert differ(behind(basis, cell), behind(after, cell)) not in {1, 2, 3, 4}
        for key in basis.keys() & after.keys():
            assert differ(basis[key], after[key]) not in {1, 2, 3, 4}
        standing, basis = new, after


@given(told=steps, last=st.lists(event, max_size=12), tables=st.integers(0, 3))
@settings(max_examples=examples(200), deadline=None)
def test_what_is_published_differs_from_each_row_of_the_wall_by_nobody_or_five(
    told: list[list[tuple[int, str, str | None]]],
    last: list[tuple[int, str, str | None]],
    tables: int,
) -> None:
    """The wall takes no batch after the last things were said; then the session is published."""
    standing, basis = Standing(), Basis()
    *stages, end = rooms_over_time([*told, last], tables)
    for rows in stages:
        new = advance(rows, retract(rows, standing))
        basis = followed(basis, standing, new, rows)
        standing = new
    left = retract(end, standing)
    counted = wall_blocks.counted(table_of(end), left)
    published = privacy.release(counted, previous=wall_blocks.released(left), coarsest_m=250)
    before = wall_blocks.released(left).attrs["basis"].rows
    for cell, people_behind in published.attrs["basis"].rows.items():
        if before.get(cell) == people_behind:
            continue  # it stands as the wall showed it
        now = frozenset(
            (token, feeling) for token, feeling in privacy.voices(counted).get(cell, {}).items()
        )
        for row in (behind(basis, cell), *(who for (at, _), who in basis.items() if at == cell)):
            assert differ(now, row) not in {1, 2, 3, 4}


@given(told=steps, tables=st.integers(0, 3))
@settings(max_examples=examples(150), deadline=None)
def test_nothing_that_is_shown_rests_on_fewer_than_five_by_now(
    told: list[list[tuple[int, str, str | None]]], tables: int
) -> None:
    standing = Standing()
    for rows in rooms_over_time(told, tables):
        standing = retract(rows, standing)
        for cell, _, _ in cells(standing):
            assert len({row.token for row in rows if row.cell == cell}) >= 5
        for code, _ in answers(standing, "reasons"):
            assert len({row.token for row in rows if code in row.reasons}) >= 5
        standing = advance(rows, standing)


@given(told=steps)
@settings(max_examples=examples(150), deadline=None)
def test_without_tables_it_is_the_release_of_privacy(
    told: list[list[tuple[int, str, str | None]]],
) -> None:
    standing, released = Standing(), privacy.release(table_of([]), coarsest_m=250)
    for rows in rooms_over_time(told, 0):
        standing = advance(rows, retract(rows, standing))
        left = privacy.retracted(released, table_of(rows), coarsest_m=250)
        released = privacy.release(table_of(rows), previous=left, coarsest_m=250)
        assert wall_blocks.released(standing).to_dict("list") == released.to_dict("list")


@given(told=steps, tables=st.integers(0, 3))
@settings(max_examples=examples(150), deadline=None)
def test_working_out_only_what_is_new_gives_the_same_as_working_out_all(
    told: list[list[tuple[int, str, str | None]]], tables: int
) -> None:
    """As long as nobody takes anything back: then all is worked out."""
    some = every = Standing()
    before: set[Row] = set()
    for rows in rooms_over_time([[one for one in step if one[2]] for step in told], tables):
        every = advance(rows, every)
        if before <= set(rows):
            new = {row.cell for row in set(rows) - before}
            part = [row for row in rows if row.cell in new]
            some = advance(part, some, told=wall_blocks.everybody(rows))
        else:
            every = some = advance(rows, retract(rows, some))
        assert some == every
        before = set(rows)
