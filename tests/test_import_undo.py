"""An import is one change: taken back whole, byte for byte, and never silently half."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layers import changes
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from tests.helpers.bringing import HEAD, a_row, a_town, bring, content, ready
from tests.helpers.sampled import examples

TEXT = (
    f"id,{HEAD},organization,languages,opening_hours,free,says_who,Farbe\n"
    f's1,{a_row("Frauentreff Sonne", 0, street="Weg 1")},Amal,"Deutsch, Dari",Mo-Fr 09:00-17:00,yes,provider,blau\n'  # noqa: E501 - one row of a table
    f"s2,{a_row('Kita Mond', 900)},Stadt,Deutsch,,no,provider,\n"
)
LATER = (
    f"id,{HEAD},organization,languages,opening_hours,free,says_who,Farbe\n"
    f"s1,{a_row('Frauentreff Sonne', 30, street='Weg 2')},Amal,Arabisch,Mo-Fr 10:00-17:00,no,provider,rot\n"  # noqa: E501 - one row of a table
    f"s3,{a_row('Haus am See', 2000)},Neu,Dari,,,provider,gelb\n"
)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return a_town(tmp_path / "town.gpkg")


def last(town: Atlas) -> str:
    made = town.read("revisions")
    return str(made.loc[made["kind"].eq("import"), "id"].iloc[-1])


def test_an_import_is_one_change_with_its_file_its_rows_and_who(town: Atlas) -> None:
    plan = ready(town, "a.csv", TEXT)
    name = importer.carry_out(town, plan, who="M. K.")
    one = town.read("revisions").iloc[-1]
    assert (one["kind"], one["who"], one["import_id"]) == ("import", "M. K.", name)
    assert one["about"] == {"file": "a.csv", "kind": "services", "rows": 2}


@pytest.mark.parametrize("texts", [(TEXT,), (TEXT, LATER)], ids=["new rows", "changed rows"])
def test_import_then_undo_leaves_every_table_as_it_was(texts: tuple[str, ...], town: Atlas) -> None:
    before = content(town)
    for text in texts:
        before = content(town)
        bring(town, "a.csv", text)
    assert content(town) != before
    changes.undo(town, last(town))
    assert content(town) == before
    assert town.read("imports")["undone_on"].notna().tolist() == [False] * (len(texts) - 1) + [True]


def test_statements_of_an_import_go_with_it(town: Atlas) -> None:
    bring(town, "a.csv", TEXT)
    before = content(town)
    text = f"id,{HEAD},free,says_who\ns1,{a_row('Frauentreff Sonne', 0)},no,users\n"
    bring(town, "women.csv", text)
    assert town.count("statements") == 1
    changes.undo(town, last(town))
    assert town.count("statements") == 0
    assert content(town) == before


def test_what_was_matched_is_as_it_was(town: Atlas) -> None:
    bring(town, "a.csv", TEXT)
    before = content(town)
    plan = bring(town, "b.csv", f"{HEAD},cost\n{a_row('FRAUENTREFF SONNE', 50)},five\n", "services")
    assert [one.taken for one in plan.likely] == [True]
    changes.undo(town, last(town))
    assert content(town) == before


def test_a_row_changed_since_stops_the_undo_and_is_named(town: Atlas) -> None:
    bring(town, "a.csv", TEXT)
    first = last(town)
    bring(town, "a.csv", LATER)
    before = content(town)
    with pytest.raises(LayerError) as raised:
        changes.undo(town, first)
    assert raised.value.code == "undo_changed"
    assert content(town) == before
    done = changes.undo(town, first, keep=True)
    assert "s2" not in set(town.read("services")["id"])
    assert ("services", "s1", "changed") in done.kept or "s1" in {row for _, row, _ in done.kept}


def test_the_same_file_twice_writes_nothing_at_all(town: Atlas) -> None:
    bring(town, "a.csv", TEXT)
    number = town.change()
    plan = ready(town, "a.csv", TEXT)
    assert importer.carry_out(town, plan) is None
    assert town.change() == number


def test_it_can_be_brought_again_after_it_was_undone(town: Atlas) -> None:
    bring(town, "a.csv", TEXT)
    once = content(town)
    changes.undo(town, last(town))
    bring(town, "a.csv", TEXT)
    again = content(town)
    names = [row[0] for row in again["services"]]
    assert names == [row[0] for row in once["services"]]
    assert town.read("imports")["undone_on"].isna().tolist() == [False, True]


def test_a_write_that_breaks_in_the_middle_leaves_nothing(town: Atlas) -> None:
    bring(town, "a.csv", TEXT)
    plan = ready(town, "a.csv", LATER)
    before = content(town)
    with town.write() as writer:
        seen = int(town.read("services")["row_version"].iloc[0])
        writer.update("services", "s1", {"cost": "else"}, seen=seen)
    changed = content(town)
    with pytest.raises(LayerError) as raised:
        importer.carry_out(town, plan)
    assert raised.value.code == "written_meanwhile"
    assert content(town) == changed != before


@pytest.mark.parametrize("kind", ["actors", "ties"])
def test_other_kinds_are_taken_back_too(kind: str, town: Atlas) -> None:
    actors = "name,kind,street\nAmal,ngo,Weg 1\nStadt,municipality,Markt 2\n"
    before = content(town)
    bring(town, "actors.csv", actors, "actors")
    if kind == "ties":
        before = content(town)
        bring(town, "ties.csv", "from,to,kind\nAmal,Stadt,funds\n")
    changes.undo(town, last(town))
    assert content(town) == before


# --- laws --------------------------------------------------------------------------------------

NAMES = {"s1": "Frauentreff Sonne", "s2": "Kita Mond", "s3": "Haus am See", "s9": "Kita Mond"}
Line = tuple[str, int, str, str, str]
rows = st.lists(
    st.tuples(
        st.sampled_from(list(NAMES)),
        st.sampled_from([0, 30, 2000]),
        st.sampled_from(["yes", "no", ""]),
        st.sampled_from(["provider", "users", ""]),
        st.sampled_from(["Deutsch", "Dari; Deutsch", "", "Nirgendisch"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one[0],
)


@pytest.fixture
def anew(tmp_path: Path) -> Callable[[], Atlas]:
    made: list[Atlas] = []

    def make() -> Atlas:
        made.append(a_town(tmp_path / f"town{len(made)}.gpkg"))
        return made[-1]

    return make


def written(some: list[Line]) -> str:
    lines = [
        f"{one},{a_row(NAMES[one], metres)},{free},{who},{spoken}"
        for one, metres, free, who, spoken in some
    ]
    return "\n".join([f"id,{HEAD},free,says_who,languages", *lines, ""])


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # each example reads files in processes of their own
)
@given(first=rows, second=rows)
def test_undo_is_exact_and_twice_is_once(
    first: list[Line],
    second: list[Line],
    anew: Callable[[], Atlas],
) -> None:
    town = anew()
    bring(town, "one.csv", written(first))
    before = content(town)
    if importer.carry_out(town, ready(town, "two.csv", written(second))) is None:
        return
    after, number = content(town), town.change()
    bring(town, "two.csv", written(second))
    assert (content(town), town.change()) == (after, number)
    changes.undo(town, last(town))
    assert content(town) == before
    with closing(sqlite3.connect(town.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
