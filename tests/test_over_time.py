"""What changed over time: days and years, what the history knows, and what nobody can know."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import atlas, changes
from layers.atlas import Atlas
from layers.changes import Operation
from layers.history import Revision
from layers.importing import importer
from mapping import network, over_time
from mapping.counted import Counted
from tests.helpers.sampled import examples

NAMES = ["a", "b", "c", "d"]
DAY0 = date(2020, 1, 1)


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["id", "from_id", "to_id", "kind", "direction", "strength", "since", "until"]
    columns += ["last_confirmed", "confirmed_by", "from_confirmed_on", "to_confirmed_on"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("since", "until", "last_confirmed", "from_confirmed_on", "to_confirmed_on"):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def tie(number: int, one: str = "a", two: str = "b", **more: object) -> dict[str, Any]:
    row = {"id": f"t{number}", "from_id": one, "to_id": two, "kind": "trusts"}
    return {**row, "direction": "mutual", "strength": None, **more}


def ids(frame: pd.DataFrame) -> list[str]:
    return frame["id"].tolist()


some_day = st.none() | st.integers(0, 900).map(lambda n: DAY0 + timedelta(days=n))
some_ties = st.lists(
    st.fixed_dictionaries(
        {
            "from_id": st.sampled_from(NAMES),
            "to_id": st.sampled_from(NAMES),
            "kind": st.sampled_from(["trusts", "funds"]),
            "since": some_day,
            "until": some_day,
            "last_confirmed": some_day,
            "to_confirmed_on": some_day,
        }
    ),
    max_size=9,
).map(
    lambda rows: [{**tie(n), **row} for n, row in enumerate(rows) if row["from_id"] != row["to_id"]]
)
asked_days = st.integers(-30, 930).map(lambda n: DAY0 + timedelta(days=n))


def is_on(row: dict[str, Any], day: date) -> bool:
    begun = row["since"] is None or row["since"] <= day
    lasting = row["until"] is None or row["until"] >= day
    return begun and lasting


@given(rows=some_ties, one=asked_days, two=asked_days)
@settings(max_examples=examples(60), deadline=None)
def test_what_was_made_and_lost_is_as_day_by_day_looking_says(
    rows: list[dict[str, Any]], one: date, two: date
) -> None:
    first, last = sorted((one, two))
    found = over_time.change(table(rows), one, two)
    assert ids(found.made) == [r["id"] for r in rows if is_on(r, last) and not is_on(r, first)]
    assert ids(found.lost) == [r["id"] for r in rows if is_on(r, first) and not is_on(r, last)]
    between = [first + timedelta(days=n) for n in range(1, (last - first).days)]
    assert ids(found.passing) == [
        r["id"]
        for r in rows
        if not is_on(r, first) and not is_on(r, last) and any(is_on(r, day) for day in between)
    ]
    kept = [r for r in rows if is_on(r, first) and is_on(r, last)]
    assert found.kept == len(kept)
    assert found.undated == sum(is_on(r, first) and r["since"] is None for r in rows)
    had = {(frozenset((r["from_id"], r["to_id"])), r["kind"]) for r in rows if is_on(r, first)}
    assert ids(found.another_kind) == [
        r["id"]
        for r in rows
        if r["id"] in ids(found.made)
        and any(
            pair == frozenset((r["from_id"], r["to_id"])) and kind != r["kind"]
            for pair, kind in had
        )
    ]


@given(rows=some_ties, day=asked_days)
@settings(max_examples=examples(60), deadline=None)
def test_what_was_not_confirmed_is_as_each_tie_by_itself_says(
    rows: list[dict[str, Any]], day: date
) -> None:
    found = over_time.unconfirmed(table(rows), day)
    expected = {}
    for row in rows:
        if not is_on(row, day):
            continue
        said = [one for one in (row["last_confirmed"], row["to_confirmed_on"]) if one is not None]
        past = [one for one in said if one <= day]
        a_year_before = (pd.Timestamp(day) - pd.DateOffset(months=12)).date()
        if row["since"] is not None and row["since"] >= a_year_before:
            continue  # it is not a year old
        if past and max(past) >= a_year_before:
            continue
        expected[row["id"]] = "old" if past else "later" if said else "never"
    assert dict(zip(found["id"], found["state"], strict=True)) == expected


@given(rows=some_ties, days=st.lists(asked_days, min_size=1, max_size=3))
@settings(max_examples=examples(25), deadline=None)
def test_the_numbers_of_a_day_are_those_of_the_graph_of_that_day(
    rows: list[dict[str, Any]], days: list[date]
) -> None:
    led = {"a": True, "b": False, "c": None, "d": True}
    actors = pd.DataFrame(
        {"id": NAMES, "name": NAMES, "consent_shown": True, "migrant_led": [*led.values()]}
    )
    found = over_time.series(actors, table(rows), days)
    for day, row in zip(days, found.to_dict("records"), strict=True):
        graph = network.graph_of(actors, table(rows), Counted(on=day))
        plain = nx.Graph(graph.to_undirected())
        assert row["pairs"] == plain.number_of_edges()
        assert row["ties"] == graph.number_of_edges()
        assert row["isolates"] == nx.number_of_isolates(plain)
        assert row["tied"] + row["isolates"] == len(NAMES)
        assert row["parts"] + row["isolates"] == nx.number_connected_components(plain)
        known = [(led[i], led[j]) for i, j in plain.edges if None not in (led[i], led[j])]
        inner = sum(i == j for i, j in known)
        if known:
            assert row["ei"] == pytest.approx((len(known) - 2 * inner) / len(known))
        else:
            assert pd.isna(row["ei"])


# --- what the history knows ----------------------------------------------------------------------


@pytest.fixture
def town(tmp_path: Path, clock: Any) -> Atlas:
    """Make a town whose ties are changed over three years."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    clock("2023-05-01")
    everyone = [{"id": one, "name": one.upper()} for one in NAMES]
    with made.write(Revision(kind="edit")) as writer:
        writer.insert("organizations", everyone)
        writer.insert("ties", [tie(1, strength=1), tie(2, "b", "c", strength=2)])
    with made.write() as writer:  # nobody wrote down when these came
        writer.insert("ties", [tie(3, "c", "d", strength=3), tie(4, "a", "d", strength=3)])
    for day, one, strength in (
        ("2024-02-01", "t1", 2),
        ("2024-08-01", "t1", 3),
        ("2024-09-01", "t4", 1),
        ("2025-02-01", "t1", 1),
    ):
        clock(day)
        ties = made.read("ties").set_index("id")
        step = Operation(
            table="ties",
            id=one,
            action="update",
            values={"strength": strength},
            seen=int(ties["row_version"].loc[one]),
        )
        changes.carry_out(made, [step], Revision(kind="edit"))
    return made


def changed(town: Atlas, first: str, last: str) -> over_time.Change:
    return over_time.change(
        town.read("ties"),
        date.fromisoformat(first),
        date.fromisoformat(last),
        history=town.read("history"),
        revisions=town.read("revisions"),
    )


def test_strength_is_known_only_where_the_history_knows_it(town: Atlas) -> None:
    found = changed(town, "2023-12-31", "2024-12-31")
    assert found.stronger[["id", "was", "became"]].to_numpy().tolist() == [["t1", 1, 3]]
    assert found.weaker[["id", "was", "became"]].to_numpy().tolist() == [["t4", 3, 1]]
    assert found.strength_unknown == 1  # t3: nobody wrote down how strong it was; t2 stayed
    assert found.kept == 4
    later = changed(town, "2024-12-31", "2025-12-31")
    assert ids(later.weaker) == ["t1"]
    assert later.stronger.empty
    before = changed(town, "2022-12-31", "2023-12-31")
    assert before.stronger.empty
    assert before.weaker.empty
    assert before.strength_unknown == 4


def test_a_strength_that_is_learned_or_forgotten_is_no_change(town: Atlas, clock: Any) -> None:
    clock("2023-06-01")
    with town.write(Revision(kind="edit")) as writer:
        writer.insert("ties", [tie(5, "a", "c", strength=None), tie(6, "b", "d", strength=3)])
        writer.insert("ties", [tie(7, "d", "c", strength=None)])
    clock("2024-03-01")
    for one, strength in (("t5", 3), ("t6", None)):
        values = {"strength": strength}
        step = Operation(table="ties", id=one, action="update", values=values, seen=1)
        changes.carry_out(town, [step], Revision(kind="edit"))
    found = changed(town, "2023-12-31", "2024-12-31")
    assert (ids(found.stronger), ids(found.weaker)) == (["t1"], ["t4"])
    assert found.strength_unknown == 3  # t3, and t5 and t7 of which nobody knew it


def test_without_a_history_no_strength_is_said_to_have_changed(town: Atlas) -> None:
    found = over_time.change(town.read("ties"), date(2023, 12, 31), date(2024, 12, 31))
    assert (len(found.stronger), len(found.weaker), found.strength_unknown) == (0, 0, 4)


def test_a_deleted_tie_is_counted_and_one_put_back_is_not(town: Atlas, clock: Any) -> None:
    clock("2025-06-01")
    gone = Operation(table="ties", id="t2", action="delete")
    name = changes.carry_out(town, [gone], Revision(kind="edit"))
    assert changed(town, "2024-12-31", "2025-12-31").deleted == 1
    assert changed(town, "2023-12-31", "2024-12-31").deleted == 0
    changes.undo(town, name)
    assert changed(town, "2024-12-31", "2025-12-31").deleted == 0


# --- years ---------------------------------------------------------------------------------------


def test_a_file_that_knows_years_only_works(tmp_path: Path) -> None:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    with town.write() as writer:
        writer.insert("organizations", [{"id": one, "name": one.upper()} for one in NAMES])
    file = tmp_path / "ties.csv"
    file.write_text(
        "from,to,kind,since,until\nA,B,trusts,2021,\nB,C,funds,2019,2022\nC,D,funds,,2020\n",
        encoding="utf-8",
    )
    importer.carry_out(town, importer.prepare(town, file, kind="ties"))
    ties = town.read("ties")
    today = date(2026, 3, 1)
    assert over_time.years(ties, today) == list(range(2018, 2027))
    counts = {
        year: len(Counted(on=over_time.end_of(year, today)).of(ties)) for year in (2018, 2019, 2021)
    }
    # 2018: the undated one; 2019: and the second; 2021: the undated one is over
    assert counts == {2018: 1, 2019: 2, 2021: 2}
    assert [over_time.said_day(one, first=True) for one in ties["since"]] == ["2021", "2019", ""]
    assert [over_time.said_day(one, first=False) for one in ties["until"]] == ["", "2022", "2020"]
    found = over_time.change(ties, over_time.end_of(2018, today), over_time.end_of(2021, today))
    assert (len(found.made), len(found.lost), found.undated) == (2, 1, 1)


def test_no_ties_and_no_days_are_no_error() -> None:
    empty = table([])
    found = over_time.change(empty, DAY0, DAY0)
    assert (len(found.made), len(found.lost), found.kept) == (0, 0, 0)
    assert over_time.unconfirmed(empty, DAY0).empty
    assert over_time.years(empty, DAY0) == [2019, 2020]
    actors = pd.DataFrame({"id": ["a"], "name": ["a"], "consent_shown": [True]})
    assert over_time.series(actors, empty, [DAY0])["isolates"].tolist() == [1]
