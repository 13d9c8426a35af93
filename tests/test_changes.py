"""Changes as operations, and taking them back: everything or nothing, in any order that works."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import atlas as atlases
from layers.atlas import Atlas
from layers.changes import Operation, carry_out, undo
from layers.errors import LayerError
from layers.history import Revision
from tests.helpers.sampled import examples

TABLES = ("locations", "organizations", "services", "ties")
BY_HAND = Revision(kind="edit", who="Ana")


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return atlases.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:25832")


def insert(table: str, row: str, **values: Any) -> Operation:
    return Operation(table=table, id=row, action="insert", values=values)


def update(table: str, row: str, seen: int, **values: Any) -> Operation:
    return Operation(table=table, id=row, action="update", values=values, seen=seen)


def delete(table: str, row: str, seen: int | None = None) -> Operation:
    return Operation(table=table, id=row, action="delete", seen=seen)


def do(atlas: Atlas, *operations: Operation) -> str:
    return carry_out(atlas, operations, BY_HAND)


def content(atlas: Atlas) -> dict[str, list[Any]]:
    """Read all tables as they lie in the file, but for the count of changes."""
    found = {}
    with closing(connect(atlas.path)) as db:
        for table in TABLES:
            rows = db.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608 - our own names
            names = [one[0] for one in rows.description]
            left = ("fid", "row_version")
            found[table] = [
                {name: value for name, value in zip(names, row, strict=True) if name not in left}
                for row in rows
            ]
    return found


def code(act: Callable[[], object]) -> str:
    with pytest.raises(LayerError) as caught:
        act()
    return caught.value.code


def refused(act: Callable[[], object]) -> str:
    """Act, and give the code of what stood against it; empty where nothing did."""
    try:
        act()
    except LayerError as error:
        return error.code
    return ""


# --- operations ---------------------------------------------------------------------------------


def test_an_operation_survives_json_with_its_point() -> None:
    first = insert("locations", "l", precision="exact", geometry=shapely.Point(10.1234567, 50))
    again = Operation.from_json(first.to_json())
    assert again.values["geometry"].equals_exact(first.values["geometry"], 1e-7)
    assert again.to_json() == first.to_json()


def test_a_row_changed_by_somebody_else_is_not_overwritten(town: Atlas) -> None:
    do(town, insert("organizations", "o", name="One"))
    do(town, update("organizations", "o", 1, name="Two"))
    assert code(lambda: do(town, update("organizations", "o", 1, name="Mine"))) == (
        "row_changed_meanwhile"
    )
    assert code(lambda: do(town, delete("organizations", "o", 1))) == "row_changed_meanwhile"
    assert town.read("organizations")["name"].tolist() == ["Two"]


def test_a_row_that_others_name_stays_and_so_does_all_else(town: Atlas) -> None:
    do(town, insert("organizations", "o", name="One"),
       insert("services", "s", name="S", category="legal", organization_id="o"))  # fmt: skip
    before = content(town)
    steps = [update("organizations", "o", 1, name="New"), delete("organizations", "o")]
    assert code(lambda: carry_out(town, steps, BY_HAND)) == "still_needed"
    assert content(town) == before
    do(town, delete("organizations", "o"), delete("services", "s"))
    assert content(town)["organizations"] == []


# --- taking back --------------------------------------------------------------------------------


def test_undo_restores_every_column_and_undo_of_undo_brings_it_back(town: Atlas) -> None:
    do(town, insert("locations", "l", precision="exact", geometry=shapely.Point(10, 50)),
       insert("organizations", "o", name="One", communities=["ti"], migrant_led=True,
              location_id="l"))  # fmt: skip
    first = content(town)
    change = do(
        town,
        update("organizations", "o", 1, name="Two", communities=None, migrant_led=None),
        update("locations", "l", 1, geometry=shapely.Point(11, 51)),
    )
    second = content(town)
    back = undo(town, change, who="Bo")
    assert (content(town), back.rows) == (first, 2)
    undo(town, back.revision_id)
    assert content(town) == second
    kinds = town.read("revisions")[["kind", "who"]].fillna("").to_numpy().tolist()
    assert kinds == [["edit", "Ana"], ["edit", "Ana"], ["undo", "Bo"], ["undo", ""]]


def test_a_change_is_taken_back_once(town: Atlas) -> None:
    change = do(town, insert("organizations", "o", name="One"))
    undo(town, change)
    assert code(lambda: undo(town, change)) == "undo_done"
    assert code(lambda: undo(town, "r99")) == "undo_unknown"


def test_what_was_changed_since_is_named_and_may_be_left(town: Atlas) -> None:
    do(town, insert("organizations", "a", name="A"), insert("organizations", "b", name="B"))
    change = do(
        town, update("organizations", "a", 1, name="A2"), update("organizations", "b", 1, name="B2")
    )
    do(town, update("organizations", "a", 2, name="A3"))
    before = content(town)
    assert code(lambda: undo(town, change)) == "undo_changed"
    assert content(town) == before, "nothing of it was done"
    done = undo(town, change, keep=True)
    assert done.kept == (("organizations", "a", "changed"),)
    assert sorted(town.read("organizations")["name"]) == ["A3", "B"]


def test_a_new_row_that_others_name_meanwhile_is_not_taken_away(town: Atlas) -> None:
    change = do(town, insert("organizations", "o", name="One"))
    do(town, insert("services", "s", name="S", category="legal", organization_id="o"))
    assert code(lambda: undo(town, change)) == "undo_needed"
    assert code(lambda: undo(town, change, keep=True)) == "undo_nothing"


def test_a_new_place_and_the_row_that_went_there_go_back_together(town: Atlas) -> None:
    do(town, insert("organizations", "o", name="One"))
    before = content(town)
    change = do(
        town,
        insert("locations", "l", precision="exact", geometry=shapely.Point(10, 50)),
        update("organizations", "o", 1, location_id="l"),
    )
    assert undo(town, change).rows == 2
    assert content(town) == before


def test_nothing_is_put_back_that_would_name_a_row_that_is_gone(town: Atlas) -> None:
    do(town, insert("organizations", "a", name="A"), insert("organizations", "b", name="B"),
       insert("services", "s", name="S", category="legal", organization_id="a"))  # fmt: skip
    moved = do(town, update("services", "s", 1, organization_id="b"))
    removed = do(town, delete("organizations", "a"))
    assert code(lambda: undo(town, moved)) == "undo_missing"
    undo(town, removed)
    undo(town, moved)
    assert town.read("services")["organization_id"].tolist() == ["a"]


def test_a_change_of_what_is_never_kept_says_that_it_cannot_be_taken_back(town: Atlas) -> None:
    do(town, insert("organizations", "o", name="One"))
    change = do(town, update("organizations", "o", 1, private_contact="call Ana"))
    assert code(lambda: undo(town, change)) == "undo_private"
    assert town.read("organizations")["private_contact"].tolist() == ["call Ana"]


def test_an_import_is_taken_back_with_what_it_changed_and_what_it_brought(town: Atlas) -> None:
    do(town, insert("organizations", "old", name="Old"))
    before = content(town)
    made = Revision(kind="import", import_id="i1")
    with town.write(made) as writer:
        writer.insert("imports", [{"id": "i1", "file": "a.csv"}])
        writer.insert("organizations", [{"id": "new", "name": "New", "import_id": "i1"}])
        writer.update("organizations", "old", {"name": "Other", "import_id": "i1"}, seen=1)
        change = writer.revision_id
    assert len(town.read("history")) == 2, "one row inserted by hand, one updated by the import"
    done = undo(town, change)
    assert done.rows == 2
    assert content(town) == before
    assert town.read("imports")["undone_on"].notna().all()
    assert code(lambda: undo(town, done.revision_id)) == "undo_file_again"


def test_a_row_of_an_import_that_was_mended_since_is_kept(town: Atlas) -> None:
    with town.write(Revision(kind="import", import_id="i1")) as writer:
        writer.insert("imports", [{"id": "i1", "file": "a.csv"}])
        rows = [{"id": one, "name": one, "import_id": "i1"} for one in ("a", "b")]
        writer.insert("organizations", rows)
        change = writer.revision_id
    do(town, update("organizations", "a", 1, name="Mended"))
    assert code(lambda: undo(town, change)) == "undo_changed"
    undo(town, change, keep=True)
    assert town.read("organizations")["name"].tolist() == ["Mended"]


# --- laws ---------------------------------------------------------------------------------------

ORGANIZATIONS = ("o1", "o2", "o3")
SERVICES = ("s1", "s2")
_moves = st.tuples(
    st.sampled_from(["put", "put", "put", "drop"]),
    st.sampled_from(
        [
            *(("organizations", o) for o in ORGANIZATIONS),
            *(("services", s) for s in SERVICES),
            ("locations", "l1"),
        ]
    ),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([None, *ORGANIZATIONS]),
)


def _operation(town: Atlas, move: tuple[str, tuple[str, str], str, str | None]) -> Operation | None:
    """Turn a move into an operation that is right for how the town is now."""
    what, (table, row), name, other = move
    held = town.read(table).set_index("id")
    if what == "drop":
        return delete(table, row) if row in held.index else None
    values: dict[str, Any] = {"name": name}
    if table == "services":
        there = set(town.read("organizations")["id"])
        values |= {"category": "legal", "organization_id": other if other in there else None}
    if table == "locations":
        values |= {"precision": "exact", "geometry": shapely.Point(10 + ord(name) / 100, 50)}
    if row in held.index:
        return update(table, row, int(held["row_version"][row]), **values)
    return insert(table, row, **values)


def _do(town: Atlas, operations: list[Operation], done: list[str]) -> None:
    done.append(do(town, *operations))


def test_the_private_page_of_an_actor_that_is_removed_is_closed(town: Atlas) -> None:
    with town.write() as writer:
        writer.insert("organizations", [{"id": one, "name": one} for one in "ab"])
        asked = [{"id": f"i-{one}", "organization_id": one, "closed": False} for one in "ab"]
        writer.insert("invitations", asked)
    do(town, delete("organizations", "a", 1))
    assert town.read("invitations")["closed"].tolist() == [True, False]


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(st.lists(_moves, min_size=1, max_size=3), min_size=1, max_size=7))
def test_undo_in_reverse_order_leads_back_through_every_state(
    moves: list[list[tuple[str, tuple[str, str], str, str | None]]],
) -> None:
    with TemporaryDirectory() as folder:
        town = atlases.create(Path(folder) / "t.gpkg", name="T", metres_crs="EPSG:25832")
        states = [content(town)]
        done: list[str] = []
        for several in moves:
            seen: dict[tuple[str, str], Operation] = {}
            for move in several:
                one = _operation(town, move)
                if one is not None and one.action != "insert":
                    seen.setdefault((one.table, one.id), one)
                elif one is not None and (one.table, one.id) not in seen:
                    seen[one.table, one.id] = one
            if not seen:
                continue
            before = content(town)
            why = refused(partial(_do, town, list(seen.values()), done))
            assert why in ("", "still_needed")
            assert not why or content(town) == before
            if not why:
                states.append(content(town))
        for change in reversed(done):
            states.pop()
            undo(town, change)
            assert content(town) == states[-1]
        assert content(town) == {table: [] for table in TABLES}


@settings(max_examples=examples(25), deadline=None)
@given(
    moves=st.lists(_moves, min_size=2, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_undo_in_any_order_leaves_no_row_that_names_a_missing_one(
    moves: list[tuple[str, tuple[str, str], str, str | None]], order: Any
) -> None:
    with TemporaryDirectory() as folder:
        town = atlases.create(Path(folder) / "t.gpkg", name="T", metres_crs="EPSG:25832")
        done: list[str] = []
        for move in moves:
            one = _operation(town, move)
            if one is not None:
                why = refused(partial(_do, town, [one], done))
                assert why in ("", "still_needed")
        order.shuffle(done)
        for change in done:
            before = content(town)
            keep = order.random() < 0.3
            why = refused(partial(undo, town, change, keep=keep))
            assert not why or (why.startswith("undo_") and content(town) == before)
            named = town.read("services")["organization_id"].dropna()
            assert set(named) <= set(town.read("organizations")["id"])


def test_an_import_whose_rows_a_later_one_changed_is_not_taken_back_alone(town: Atlas) -> None:
    with town.write(Revision(kind="import", import_id="first")) as writer:
        writer.insert("organizations", [{"id": "one", "name": "One", "import_id": "first"}])
        writer.insert("organizations", [{"id": "two", "name": "Two", "import_id": "first"}])
    first = str(town.read("revisions")["id"].iloc[-1])
    with town.write(Revision(kind="import", import_id="second")) as writer:
        writer.update("organizations", "one", {"url": "one.example"}, seen=1)
    with pytest.raises(LayerError) as caught:
        undo(town, first)
    assert caught.value.code == "undo_changed"
    done = undo(town, first, keep=True)
    assert done.kept == (("organizations", "one", "changed"),)
    assert town.read("organizations")["id"].tolist() == ["one"]


def _people(name: str, **counts: int) -> list[dict[str, Any]]:
    return [
        {"id": group, "service_id": "s", "group_code": group, "count": count, "import_id": name}
        for group, count in counts.items()
    ]


def test_counts_of_people_go_in_the_reverse_order_in_which_they_came(town: Atlas) -> None:
    with town.write() as writer:
        writer.insert("services", [{"id": "s", "name": "S", "category": "legal"}])
    revisions = []
    for name, counts in (("first", {"everyone": 32}), ("second", {"women": 30})):
        with town.write(Revision(kind="import", import_id=name)) as writer:
            writer.insert("imports", [{"id": name, "file": f"{name}.csv"}])
            writer.insert("usage", _people(name, **counts))
            revisions.append(writer.revision_id)
    with pytest.raises(LayerError) as caught:
        undo(town, revisions[0])
    assert caught.value.code == "undo_later"
    undo(town, revisions[1])
    undo(town, revisions[0])
    assert town.count("usage") == 0


def test_a_count_that_is_withheld_is_gone_from_the_history_too(town: Atlas) -> None:
    with town.write() as writer:
        writer.insert("services", [{"id": "s", "name": "S", "category": "legal"}])
        writer.insert("usage", _people("", women=7171))
    withheld = Operation(
        table="usage",
        id="women",
        action="update",
        values={"count": None, "suppressed": True},
        seen=1,
    )
    made = carry_out(town, [withheld], Revision(kind="edit"))
    assert "7171" not in town.read("history").to_json()
    with pytest.raises(LayerError) as caught:
        undo(town, made)
    assert caught.value.code == "undo_withheld"
