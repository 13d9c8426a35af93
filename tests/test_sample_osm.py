"""The invented city as an extract: what comes back is the city, as dense as a real one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import osmium
import pytest

from benchmarks import bench_osm
from layers import atlas as atlas_store
from layers.importing import importer
from sample_data.__main__ import main
from sample_data.make import city_tables
from sample_data.osm import counted, make_extract

DAY = date(2026, 11, 22)


def test_the_city_comes_back_from_its_extract(tmp_path: Path) -> None:
    make_extract(tmp_path / "city.osm.pbf", today=DAY)
    city = atlas_store.create(tmp_path / "city.gpkg", name="City")
    importer.carry_out(city, importer.prepare(city, tmp_path / "city.osm.pbf"))
    tables = city_tables(seed=1, today=DAY, twin=False)
    streets = city.read("streets")
    ends = {end for row in tables["streets"] for end in (row["u"], row["v"])}
    assert (len(streets), city.count("street_nodes")) == (len(tables["streets"]), len(ends))
    assert Counter(streets["kind"]) == Counter(row["kind"] for row in tables["streets"])
    # the plan is drawn on a flat sheet, the extract is measured on the round earth
    drawn = sum(row["metres"] for row in tables["streets"])
    assert streets["metres"].sum() == pytest.approx(drawn, rel=0.001)
    for kind in ("water", "green", "railway"):
        assert kind in set(city.read("ground")["kind"])


def test_no_protected_place_of_the_city_is_proposed(tmp_path: Path) -> None:
    make_extract(tmp_path / "city.osm.pbf", today=DAY)
    city = atlas_store.create(tmp_path / "city.gpkg", name="City")
    plan = importer.prepare(city, tmp_path / "city.osm.pbf")
    tables = city_tables(seed=1, today=DAY, twin=False)
    protected = [row["name"] for row in tables["services"] if row["category"] == "violence_support"]
    assert protected
    assert not any(name in repr(plan) for name in protected)


def test_a_fuller_extract_has_buildings_pavements_and_drives(tmp_path: Path) -> None:
    made = make_extract(tmp_path / "full.osm.pbf", people=25_000, today=DAY)
    found: Counter[str] = Counter()
    for one in osmium.FileProcessor(str(tmp_path / "full.osm.pbf")):
        found[one.type_str()] += 1
        for key in ("building", "footway", "service"):
            found[key] += key in one.tags
    assert counted(made) == {"nodes": found["n"], "ways": found["w"], "relations": found["r"]}
    assert min(found[key] for key in ("building", "footway", "service")) > 3_000


def test_the_benchmark_walks_as_networkx_does() -> None:
    (result,) = bench_osm.run(0.01)
    assert result.equal is True
    assert result.line()["target"] is None


def test_the_command_says_what_it_wrote_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["osm", str(tmp_path / "a.osm.pbf"), "--today", "2026-11-22"]) == 0
    assert "nodes" in capsys.readouterr().out
    assert main(["osm", str(tmp_path / "a.txt")]) == 2
    assert main(["osm", str(tmp_path / "b.osm.pbf"), "--people", "0"]) == 2
