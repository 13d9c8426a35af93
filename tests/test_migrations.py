"""A file of an earlier version is brought up to date when it is opened, with all its rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from layers import atlas, exporting, migrations, personas_kept, schema
from sample_data.make import make_city

# as version 2 wrote it
SESSIONS_2 = """
CREATE TABLE "sessions" (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "id" TEXT NOT NULL UNIQUE,
  "title" TEXT NOT NULL,
  "held_on" DATE,
  "languages" TEXT,
  "audience" TEXT,
  "cell_m" INTEGER,
  "contributors" TEXT,
  "says_who" TEXT,
  "date_checked" DATE,
  "source_file" TEXT,
  "source_row" INTEGER,
  "import_id" TEXT,
  "extra" TEXT,
  "row_version" INTEGER
)
"""


def _without(db: sqlite3.Connection, *tables: str) -> None:
    """Take out tables that an earlier version did not know."""
    for name in tables:
        db.execute(f'DROP TABLE "{name}"')
        db.execute("DELETE FROM gpkg_contents WHERE table_name = ?", (name,))


# what version 5 brought
NEW_IN_5 = ("standings", "towers", "ratings", "bans", "replies", "scenarios")
COLUMNS_OF_5 = (
    ("organizations", "consent_shared"),
    ("organizations", "at_risk"),
    ("ties", "cooperation"),
    ("bodies", "sectors"),
)


def _fourth(db: sqlite3.Connection) -> None:
    """Take out what version 4 did not know."""
    _without(db, *NEW_IN_5)
    for table, column in COLUMNS_OF_5:
        db.execute(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')


def _same_rows(opened: atlas.Atlas, before: dict[str, pd.DataFrame]) -> None:
    """Hold every row to what it was; what version 5 brought, nobody has said yet."""
    for name, rows in before.items():
        new = [column for table, column in COLUMNS_OF_5 if table == name]
        again = opened.read(name)[list(rows)]
        pd.testing.assert_frame_equal(
            pd.DataFrame(again.drop(columns=new)), pd.DataFrame(rows.drop(columns=new))
        )
        assert again[new].isna().all(axis=None)


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Make an atlas as version 2 left it, with one past session."""
    path = tmp_path / "town.gpkg"
    atlas.create(path, name="Town")
    with closing(sqlite3.connect(path)) as db:
        _fourth(db)
        _without(db, "session_counts", "personas")
        db.execute("DROP TABLE sessions")
        db.execute(SESSIONS_2)
        db.execute(
            "INSERT INTO sessions (id, title, held_on, languages, audience, cell_m, contributors,"
            " row_version) VALUES ('s1', 'Laundry', '2025-05-04', '[\"so\"]', 'mothers', 250,"
            " '10-19', 1)"
        )
        db.execute("UPDATE cg_meta SET value = '2' WHERE key = 'schema_version'")
        db.commit()
    return path


def test_a_file_of_version_2_keeps_its_sessions_and_takes_answers(second: Path) -> None:
    opened = atlas.Atlas(second)
    assert opened.meta()["schema_version"] == str(schema.VERSION) == "5"
    (row,) = opened.read("sessions").to_dict("records")
    assert (row["title"], row["audience"], row["languages"]) == ("Laundry", "mothers", ["so"])
    for column in ("audience_code", "organizer", "campaign", "sessions_held", "asked"):
        assert opened.read("sessions")[column].isna().all()
    answer = {"session_id": "s1", "question": "when", "code": "night", "contributors": "5-9"}
    with opened.write() as writer:
        writer.insert("session_counts", [{"id": "a", **answer}])
    assert atlas.Atlas(second).read("session_counts")["code"].tolist() == ["night"]


def test_a_file_of_version_3_keeps_every_row_and_takes_personas(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    made = make_city(path, today=date(2026, 3, 1))
    before = {
        name: made.read(name) for name in schema.TABLES if name not in {"personas", *NEW_IN_5}
    }
    with closing(sqlite3.connect(path)) as db:
        _fourth(db)
        _without(db, "personas")
        db.execute("UPDATE cg_meta SET value = '3' WHERE key = 'schema_version'")
        db.commit()
    opened = atlas.Atlas(path)
    assert opened.meta()["schema_version"] == "5"
    _same_rows(opened, before)
    assert personas_kept.kept(opened) == []
    one = personas_kept.keep(opened, {"name": "Maryam", "category": "legal"})
    assert [found["id"] for found in personas_kept.kept(atlas.Atlas(path))] == [one]


def test_a_file_of_version_4_keeps_every_row_and_takes_judgements(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    made = make_city(path, today=date(2026, 3, 1))
    before = {name: made.read(name) for name in schema.TABLES if name not in NEW_IN_5}
    with closing(sqlite3.connect(path)) as db:
        _fourth(db)
        db.execute("UPDATE cg_meta SET value = '4' WHERE key = 'schema_version'")
        db.commit()
    opened = atlas.Atlas(path)
    assert opened.meta()["schema_version"] == "5"
    _same_rows(opened, before)
    with opened.write() as writer:
        writer.insert(
            "standings", [{"id": "s", "organization_id": "hidmo", "power": 1, "interest": 4}]
        )
        writer.insert("bans", [{"id": "b", "from_id": "hidmo", "to_id": "police"}])
    assert atlas.Atlas(path).read("standings")["interest"].tolist() == [4]
    wrong = {"organization_id": "hidmo", "question": "openness", "said_by": "3", "mean": 2.0}
    with pytest.raises(Exception, match="row_breaks_rule"), opened.write() as writer:
        writer.insert("ratings", [{"id": "r", **wrong}])


def test_a_step_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "town.gpkg"
    atlas.create(path, name="Town")
    with closing(sqlite3.connect(path)) as db:
        _fourth(db)
        _without(db, "personas")
        db.execute("UPDATE cg_meta SET value = '3' WHERE key = 'schema_version'")
        db.commit()

    def half(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE personas (id TEXT)")
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setitem(migrations.STEPS, 3, half)
        with pytest.raises(RuntimeError):
            atlas.Atlas(path)
    assert atlas.Atlas(path).read("personas").empty  # made by the true step, from the start


def test_a_file_that_was_brought_up_to_date_has_the_columns_of_a_new_one(
    second: Path, tmp_path: Path
) -> None:
    atlas.Atlas(second)
    new = tmp_path / "new.gpkg"
    atlas.create(new, name="New")

    def columns(path: Path) -> dict[str, set[tuple[str, str, int]]]:
        with closing(sqlite3.connect(path)) as db:
            return {
                name: {
                    (row[1], row[2], row[3]) for row in db.execute(f'PRAGMA table_info("{name}")')
                }
                for name in schema.TABLES
            }

    assert columns(second) == columns(new)
    with closing(sqlite3.connect(second)) as db:
        layers = {row[0] for row in db.execute("SELECT table_name FROM gpkg_contents")}
    assert set(schema.TABLES) <= layers


def test_it_is_exported_like_any_other(second: Path, tmp_path: Path) -> None:
    done = exporting.export(atlas.Atlas(second), tmp_path / "out", to="gpkg")
    assert done.rows["sessions"] == 1
    assert atlas.Atlas(tmp_path / "out" / "atlas.gpkg").read("sessions")["id"].tolist() == ["s1"]


def test_the_store_itself_refuses_a_number_and_an_unknown_question(second: Path) -> None:
    opened = atlas.Atlas(second)
    for wrong in ({"contributors": "4"}, {"question": "name"}):
        answer = {"session_id": "s1", "question": "when", "code": "night", "contributors": "5-9"}
        with pytest.raises(Exception, match="row_breaks_rule"), opened.write() as writer:
            writer.insert("session_counts", [{"id": "a", **answer, **wrong}])
