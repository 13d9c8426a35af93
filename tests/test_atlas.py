"""The atlas: what was written is there, for us, for QGIS and for a second writer."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from layers import atlas, gpkg, migrations, schema
from layers.errors import LayerError

READ_IN_ANOTHER_PROCESS = """
import json, sys, geopandas
frame = geopandas.read_file(sys.argv[1], layer=sys.argv[2])
rows = json.loads(frame.drop(columns="geometry", errors="ignore").to_json()) if len(frame) else {}
crs = getattr(frame, "crs", None)
bounds = list(map(float, frame.total_bounds)) if crs else None
print(json.dumps({"n": len(frame), "crs": crs.to_epsg() if crs else None, "bounds": bounds}))
"""


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert(
            "locations",
            [
                {
                    "id": "007",
                    "name": "Hall",
                    "precision": "exact",
                    "geometry": shapely.Point(11, 56),
                },
                {"id": "8", "name": "Refuge", "precision": "hidden", "step_free": False},
            ],
        )
        writer.insert(
            "organizations",
            [
                {
                    "id": "0001",
                    "name": "Åse's group",
                    "communities": ["so", "ti"],
                    "migrant_led": True,
                }
            ],
        )
    return made


def opened_elsewhere(path: Path, layer: str) -> dict[str, object]:
    done = subprocess.run(  # noqa: S603 - our own script, a path of this test
        [sys.executable, "-c", READ_IN_ANOTHER_PROCESS, str(path), layer],
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_what_was_written_is_read_back_with_unknown_as_unknown(town: atlas.Atlas) -> None:
    actor = town.read("organizations").iloc[0]
    assert (actor["id"], actor["name"], actor["communities"]) == (
        "0001",
        "Åse's group",
        ["so", "ti"],
    )
    assert bool(actor["migrant_led"]) is True
    assert pd.isna(actor["women_led"])
    assert pd.isna(actor["url"])


def test_lists_are_read_where_some_rows_have_none(town: atlas.Atlas) -> None:
    with town.write() as writer:
        writer.insert("organizations", [{"id": "0002", "name": "No list", "extra": {"a": [1]}}])
    actors = town.read("organizations")
    assert actors["communities"].tolist() == [["so", "ti"], None]
    assert actors["extra"].tolist() == [None, {"a": [1]}]


def test_a_point_keeps_its_place_and_its_crs(town: atlas.Atlas) -> None:
    places = town.read("locations")
    assert isinstance(places, gpd.GeoDataFrame)
    assert places.crs is not None
    assert places.crs.to_epsg() == 4326
    assert places.geometry.iloc[0] == shapely.Point(11, 56)
    assert places.geometry.iloc[1] is None


def test_geopandas_reads_every_layer_in_another_process_while_we_write(town: atlas.Atlas) -> None:
    with town.write() as writer:
        writer.insert(
            "areas", [{"id": "a", "level": "city", "geometry": shapely.box(10, 55, 12, 57)}]
        )
        during = opened_elsewhere(town.path, "areas")
    after = opened_elsewhere(town.path, "areas")
    assert during["n"] == 0, "an open transaction must not be seen"
    assert after == {"n": 1, "crs": 4326, "bounds": [10.0, 55.0, 12.0, 57.0]}
    assert opened_elsewhere(town.path, "organizations")["n"] == 1


def test_every_table_is_listed_as_the_standard_asks(town: atlas.Atlas) -> None:
    with closing(sqlite3.connect(town.path)) as db:
        listed = dict(db.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        shapes = dict(
            db.execute(
                "SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"
            ).fetchall()
        )
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert {name: bool(table.geometry) for name, table in schema.TABLES.items()} == {
        name: kind == "features" for name, kind in listed.items() if name != "cg_meta"
    }
    assert shapes == {t.name: t.geometry for t in schema.TABLES.values() if t.geometry}


def test_the_extent_in_the_file_follows_the_rows(town: atlas.Atlas) -> None:
    with town.write() as writer:
        writer.insert(
            "locations", [{"id": "9", "precision": "exact", "geometry": shapely.Point(12, 57)}]
        )
    with closing(sqlite3.connect(town.path)) as db:
        extent = db.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'locations'"
        ).fetchone()
    assert extent == (11.0, 56.0, 12.0, 57.0)


def test_an_error_inside_a_transaction_writes_nothing(town: atlas.Atlas) -> None:
    before = town.change()
    rows = [{"id": "0002", "name": "New"}, {"id": "0001", "name": "Twice"}]
    with pytest.raises(LayerError, match="row_id_taken"), town.write() as writer:
        writer.insert("organizations", rows)
    assert town.read("organizations")["id"].tolist() == ["0001"]
    assert town.change() == before


def test_a_row_without_what_it_needs_is_refused_by_name(town: atlas.Atlas) -> None:
    with pytest.raises(LayerError) as caught, town.write() as writer:
        writer.insert("organizations", [{"id": "3"}])
    assert (caught.value.code, caught.value.blanks["column"]) == ("row_incomplete", "name")


@pytest.mark.parametrize(
    "exposed",
    [{"address": "Quay 3"}, {"geometry": shapely.Point(11, 56)}],
    ids=["an address", "a point"],
)
def test_the_store_itself_refuses_to_hold_where_a_hidden_place_is(
    town: atlas.Atlas, exposed: dict[str, object]
) -> None:
    with pytest.raises(LayerError, match="row_breaks_rule"), town.write() as writer:
        writer.insert("locations", [{"id": "h", "precision": "hidden", **exposed}])
    with pytest.raises(LayerError, match="row_breaks_rule"), town.write() as writer:
        writer.update("locations", "8", exposed, seen=1)
    with pytest.raises(LayerError, match="row_breaks_rule"), town.write() as writer:
        writer.update("locations", "007", {"precision": "hidden"}, seen=1)
    assert b"Quay 3" not in town.path.read_bytes()


@given(count=st.integers(0, 12))
def test_fewer_than_five_people_are_never_stored_as_a_number(count: int) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(schema.create_sql(schema.TABLES["population"]))
        row = (str(count), "area", "all", count)
        insert = "INSERT INTO population (id, area_id, group_code, count) VALUES (?, ?, ?, ?)"
        if 1 <= count <= 4:
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(insert, row)
        else:
            db.execute(insert, row)


def test_contributors_are_bands_and_nothing_else(town: atlas.Atlas) -> None:
    row = {"id": "1", "session_id": "s", "cell": "c", "feeling": "safe"}
    for said in ("7", "1-4", "0"):
        with pytest.raises(LayerError, match="row_breaks_rule"), town.write() as writer:
            writer.insert("reported_cells", [{**row, "contributors": said}])


def test_the_second_writer_is_told_and_loses_nothing(town: atlas.Atlas) -> None:
    with town.write() as writer:
        writer.update("organizations", "0001", {"name": "First"}, seen=1)
    with pytest.raises(LayerError, match="row_changed_meanwhile"), town.write() as writer:
        writer.update("organizations", "0001", {"name": "Second"}, seen=1)
    actor = town.read("organizations").iloc[0]
    assert (actor["name"], actor["row_version"]) == ("First", 2)


def test_twenty_writers_at_once_lose_no_row(town: atlas.Atlas) -> None:
    def add(number: int) -> None:
        with atlas.Atlas(town.path).write() as writer:
            writer.insert("organizations", [{"id": f"t{number}", "name": str(number)}])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert town.count("organizations") == 21
    assert town.change() == 21


def test_a_backup_is_whole_and_comes_back(town: atlas.Atlas, tmp_path: Path) -> None:
    saved = tmp_path / "saved.gpkg"
    town.backup(saved)
    with town.write() as writer:
        writer.delete("organizations", ["0001"])
    back = atlas.restore(saved, town.path)
    assert back.read("organizations")["id"].tolist() == ["0001"]
    assert atlas.Atlas(tmp_path / "town.gpkg.before").count("organizations") == 0
    with pytest.raises(LayerError, match="file_exists"):
        town.backup(saved)


def test_a_file_that_is_no_atlas_is_refused_and_not_touched(tmp_path: Path) -> None:
    other = tmp_path / "notes.gpkg"
    other.write_text("my notes", encoding="utf-8")
    with pytest.raises(LayerError, match="atlas_not_ours"):
        atlas.Atlas(other)
    assert other.read_text(encoding="utf-8") == "my notes"
    with pytest.raises(LayerError, match="atlas_missing"):
        atlas.Atlas(tmp_path / "nowhere.gpkg")


def test_a_restore_from_a_bad_backup_changes_nothing(town: atlas.Atlas, tmp_path: Path) -> None:
    bad = tmp_path / "bad.gpkg"
    bad.write_bytes(b"SQLite format 3\x00 and nothing more")
    with pytest.raises(LayerError, match="atlas_not_ours"):
        atlas.restore(bad, town.path)
    assert town.count("organizations") == 1


def test_a_file_of_a_later_version_is_refused_with_both_versions(town: atlas.Atlas) -> None:
    with town.write() as writer:
        writer.set_meta("schema_version", "99")
    with pytest.raises(LayerError) as caught:
        atlas.Atlas(town.path)
    assert (caught.value.code, caught.value.blanks["version"]) == ("atlas_too_new", 99)


def test_a_migration_is_all_or_nothing(town: atlas.Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half_done (x)")
        raise sqlite3.OperationalError("power cut")

    def whole(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE organizations ADD COLUMN motto TEXT")

    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setitem(migrations.STEPS, schema.VERSION - 1, half)
    with pytest.raises(LayerError), closing(sqlite3.connect(town.path)):
        atlas.Atlas(town.path)
    with closing(sqlite3.connect(town.path)) as db:
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'half_done'").fetchall()
    monkeypatch.setitem(migrations.STEPS, schema.VERSION - 1, whole)
    assert atlas.Atlas(town.path).meta()["schema_version"] == str(schema.VERSION)


@given(
    geometry=st.sampled_from(
        [
            shapely.Point(1, 2),
            shapely.LineString([(0, 0), (1, 2)]),
            shapely.box(0, 0, 1, 1),
            shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
            shapely.Point(),
        ]
    )
)
def test_a_geometry_survives_its_blob(geometry: BaseGeometry) -> None:
    back = gpkg.from_blobs([gpkg.to_blob(geometry), None])
    assert shapely.equals_exact(back[0], geometry) or (back[0].is_empty and geometry.is_empty)
    assert back[1] is None


def test_height_is_dropped_because_it_would_mean_another_crs() -> None:
    back = gpkg.from_blobs([gpkg.to_blob(shapely.Point(1, 2, 3))])
    assert not back[0].has_z
