"""Real files of cities go in with the counts of their publishers, by library and command."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj
import pytest
import shapely

from layers import atlas
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from layers.importing.draft import Options
from layers.importing.importer import Plan

REPOSITORY = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.needs_shared_data


@pytest.fixture
def city(tmp_path: Path) -> Atlas:
    return atlas.create(tmp_path / "city.gpkg", name="City")


def add(city: Atlas, path: Path, kind: str | None = None, **said: Any) -> Plan:
    plan = importer.prepare(city, path, kind=kind, options=Options(**said))
    importer.carry_out(city, plan)
    return plan


def command(city: Atlas, path: Path, *more: str) -> dict[str, Any]:
    """Run ``add`` as a person does; the atlas is another one than that of the library."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "mapping", "add", str(city.path), str(path), *more, "--json"],
        cwd=city.path.parent,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows_of(path: Path, *, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


# --- Berlin ------------------------------------------------------------------------------------


def test_the_districts_are_the_same_as_kml_and_as_geojson(
    shared_data: Path, tmp_path: Path
) -> None:
    names = []
    for file in ("bezirke_2017.kml", "districts.geojson"):
        city = atlas.create(tmp_path / f"{file}.gpkg", name="City")
        assert add(city, shared_data / "berlin" / file).accepted == 12
        areas = city.read("areas").set_index("name")["geometry"]
        names.append(set(areas.index))
        whole = shapely.union_all(areas.tolist())
        square_metres, _ = pyproj.Geod(ellps="GRS80").geometry_area_perimeter(whole)
        assert abs(square_metres) / 1e6 == pytest.approx(
            891, rel=0.01
        )  # square kilometres, as published
    assert names[0] == names[1]


def test_the_people_of_2024_join_the_districts_with_a_report(
    city: Atlas, shared_data: Path
) -> None:
    folder = shared_data / "berlin"
    add(city, folder / "districts.geojson")
    plan = add(city, folder / "pop_2024-02_t2_districts.csv")
    assert (plan.kind, plan.joined["matched"], plan.joined["match_rate"]) == ("population", 12, 1)
    assert plan.joined["unmatched_rows"] == plan.joined["unmatched_areas"] == []
    source = rows_of(folder / "pop_2024-02_t2_districts.csv")
    people = city.read("population")
    everyone = people[people["group_code"].eq("all")]["count"].sum()
    assert everyone == sum(int(row["inhabitants"]) for row in source)
    # the regions of 2020 are parts of these districts, and must not be taken for them
    with pytest.raises(LayerError, match="join_repeats"):
        add(city, folder / "pop_2020-02_t2_district-regions.csv")


@pytest.mark.parametrize(
    "table",
    ["t1", *(pytest.param(one, marks=pytest.mark.drill) for one in ("t2", "t4"))],
)
def test_every_table_of_2020_joins_all_regions(table: str, city: Atlas, shared_data: Path) -> None:
    folder = shared_data / "berlin"
    add(city, folder / "district-regions-until-2020.geojson")
    path = folder / f"pop_2020-02_{table}_district-regions.csv"
    plan = add(city, path, "population")
    assert (plan.rows, plan.accepted, plan.joined["matched"]) == (138, 138, 138)
    groups = set(city.read("population")["group_code"])
    assert ("all" in groups) == (table != "t4")  # there "inhabitants" is a percentage
    people = city.read("population")
    told = people["count"].dropna()
    assert not ((told > 0) & (told < 5) & ~people.loc[told.index, "estimated"].astype(bool)).any()


@pytest.mark.parametrize(
    ("file", "rows"),
    [("childcare", 114), ("clinics", 132), ("community-centers", 447), ("libraries", 132)],
)
def test_points_go_in_by_the_command_as_by_the_library(
    file: str, rows: int, city: Atlas, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "berlin" / "poi" / f"{file}.csv"
    said = command(city, path)
    other = atlas.create(tmp_path / "other.gpkg", name="City")
    plan = add(other, path)
    assert said["rows"] == plan.rows == plan.accepted == rows
    assert city.count("services") == other.count("services") == rows
    same = ["id", "name", "category", "extra"]
    pd.testing.assert_frame_equal(city.read("services")[same], other.read("services")[same])
    source = {row["id"]: row for row in rows_of(path)}
    places = other.read("locations").set_index("id")["geometry"]
    for one, row in source.items():
        place = places[f"service:{one}"]
        assert (place.x, place.y) == pytest.approx((float(row["lon"]), float(row["lat"])))


# --- Barcelona ---------------------------------------------------------------------------------


def _zip(folder: Path, name: str, target: Path, *, without: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(folder.glob(f"{name}_*")):
            if path.suffix not in without:
                packed.write(path, f"{name}/{path.name}")
    return target


@pytest.mark.parametrize(("name", "rows"), [("Barris", 73), ("Districtes", 10)])
@pytest.mark.parametrize(
    "without",
    [(), pytest.param((".shx",), marks=pytest.mark.drill), (".shx", ".prj")],
    ids=str,
)
def test_shapefiles_of_barcelona_in_a_zip(
    name: str, rows: int, without: tuple[str, ...], city: Atlas, shared_data: Path, tmp_path: Path
) -> None:
    path = _zip(shared_data / "barcelona_shapes", name, tmp_path / "b.zip", without=without)
    said: dict[str, Any] = {"key": "BARRI" if name == "Barris" else "DISTRICTE"}
    if ".prj" in without:
        with pytest.raises(LayerError, match="coords_metres_maybe") as error:
            add(city, path, "areas")
        assert "EPSG:25831" in str(error.value.blanks["systems"])
        said["crs"] = "EPSG:25831"
    plan = add(city, path, "areas", **said)
    assert (plan.rows, plan.accepted) == (rows, rows)
    areas = city.read("areas")
    assert sorted(areas["id"]) == [f"{n:02}" for n in range(1, rows + 1)]
    if name == "Barris":
        assert "el Barri Gòtic" in set(areas["name"])
    west, south, east, north = shapely.total_bounds(areas["geometry"].to_numpy())
    assert (west > 2.0, east < 2.3, south > 41.3, north < 41.5) == (True,) * 4


def test_the_quarters_are_the_same_as_geojson(
    city: Atlas, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "barcelona_shapes"
    add(city, folder / "barris.geojson", "areas", key="BARRI")
    other = atlas.create(tmp_path / "other.gpkg", name="City")
    add(other, _zip(folder, "Barris", tmp_path / "b.zip"), "areas", key="BARRI")
    one, two = (a.read("areas").set_index("id")["geometry"] for a in (city, other))
    assert len(one) == len(two) == 73
    for name in one.index:
        inside = one[name].intersection(two[name]).area
        assert inside / two[name].area > 0.98


# --- Belgium -----------------------------------------------------------------------------------


def test_municipalities_of_belgium_and_their_people(city: Atlas, shared_data: Path) -> None:
    folder = shared_data / "belgium_municipalities"
    assert add(city, folder / "belgium.topojson", "areas", key="nis").accepted == 581
    assert all(shape.is_valid for shape in city.read("areas")["geometry"])
    source = rows_of(folder / "bevolking_per_gemeente.csv")
    plan = add(city, folder / "bevolking_per_gemeente.csv", "population", key="NIS code")
    here = {row["NIS code"] for row in source} & set(city.read("areas")["id"])
    assert plan.joined["matched"] == len(here)
    assert plan.joined["matched"] + len(plan.rejected) == len(source)
    why = Counter(one.code for one in plan.rejected)
    sums = [row for row in source if row["NIS code"].endswith("000")]
    # sums of provinces and arrondissements, each of several municipalities
    assert why["area_aggregate"] >= 0.8 * len(sums)
    people = city.read("population")
    told = people[people["group_code"].eq("all")].set_index("area_id")["count"]
    truth = {row["NIS code"]: int(row["Totaal"]) for row in source}
    assert all(told[one] == truth[one] for one in here)
    assert told.sum() == 11_492_641  # as published for the kingdom: nobody twice, nobody lost
    women = people[people["group_code"].eq("women")].set_index("area_id")["count"]
    men = people[people["group_code"].eq("men")].set_index("area_id")["count"]
    assert ((women + men - told).abs() == 0).all()


def test_a_list_of_codes_is_no_table_of_people(city: Atlas, shared_data: Path) -> None:
    folder = shared_data / "belgium_municipalities"
    add(city, folder / "belgium.topojson", "areas", key="nis")
    with pytest.raises(LayerError, match="no_counts"):
        add(city, folder / "REFNIS_2019.csv", "population", key="Code INS")


# --- an international map of places --------------------------------------------------------------


def test_events_for_ukraine_without_the_leaked_column(city: Atlas, shared_data: Path) -> None:
    folder = shared_data / "places_ukraine_mobilisation"
    said = command(
        city,
        folder / "mouvements_pour_lukraine.csv",
        "--as",
        "services",
        "--category",
        "participation",
    )
    assert (said["rows"], said["new"]) == (3, 3)
    services = city.read("services")
    assert not any("Captcha" in (extra or {}) for extra in services["extra"])
    assert services["extra"][0]["Date de début"] == "05/03/2022"
    plan = add(
        city, folder / "mobilisation-pour-ukraine.geojson", "services", category="participation"
    )
    assert (plan.accepted, city.count("services")) == (3, 3)  # the same three, found again


# --- what comes later ends in one sentence -------------------------------------------------------


@pytest.mark.parametrize("folder", ["hsds_v3/v3_csv", "hsds_v3/v3_json", "hxl_sample"])
def test_packages_of_formats_that_come_later_end_in_data_or_a_sentence(
    folder: str, city: Atlas, shared_data: Path
) -> None:
    for path in sorted((shared_data / folder).iterdir()):
        if path.suffix not in (".csv", ".json"):
            continue
        with contextlib.suppress(LayerError):  # anything else fails
            assert importer.prepare(city, path).rows
