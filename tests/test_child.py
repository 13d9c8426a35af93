"""The child: what it says of a file, its parts, its progress, its limits, and its end."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from layers import atlas, schema
from layers.errors import LayerError
from layers.importing import child, read_limits
from layers.importing.watch import Watch
from tests.helpers import small_files
from tests.helpers.running import REPOSITORY

FORMATS = {
    "a.csv": "csv",
    "a.tsv": "csv",
    "latin.csv": "csv",
    "wide.csv": "csv",
    "a.geojson": "geojson",
    "wrapped.js": "geojson",
    "lines.json": "geojson",
    "a.topojson": "geojson",
    "a.kml": "kml",
    "a.kmz": "kml",
    "a.xlsx": "xlsx",
    "a.gpkg": "gpkg",
    "shape.zip": "shapefile",
    "tables.zip": "csv",
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_bytes_tell_the_format_and_the_name_does_not(name: str, tmp_path: Path) -> None:
    path = small_files.every_format(tmp_path)[name].rename(tmp_path / "download.bin")
    contents = child.look(path)
    assert contents.format == FORMATS[name]
    every = child.read_all(path)
    for part in contents.parts:
        found = child.read_table(path, part=part.name)
        assert (found.part, tuple(found.columns), len(found.rows)) == (
            part.name,
            part.columns,
            part.rows,
        )
        assert (found.shapes is not None) == part.shapes
        assert every[part.name].rows == found.rows


def test_a_part_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="part_missing"):
        child.read_table(small_files.package(tmp_path / "a.gpkg"), part="nothing")


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_or_zip_of_tables_has_them_as_parts(packed: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    members = {
        "places.csv": b"id,name\n1,a\n2,b\n",
        "people.csv": b"place,people\n1,10\n",
        "README.md": b"id,name\n",
        ".hidden.csv": b"id\n1\n",
    }
    path = tmp_path / "tables"
    if packed:
        small_files.zipped(path, members)
    else:
        path.mkdir()
        for name, content in members.items():
            (path / name).write_bytes(content)
    contents = child.look(path)
    assert (contents.format, {one.name: one.rows for one in contents.parts}) == (
        "csv",
        {"places": 2, "people": 1},
    )
    found = child.read_table(path)
    assert found.part == "places"
    assert [note.values for note in found.notes if note.code == "layer_chosen"] == [
        {"layer": "places", "layers": 2}
    ]


def test_quirk_46_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    members = {"old/address.csv": b"id,x\n1,a\n", "new/address.csv": b"id,x\n1,b\n"}
    members |= {"addresses.csv": b"id,x\n1,c\n"}
    found = child.read_all(small_files.zipped(tmp_path / "a.zip", members))
    assert {name: table.rows[0][1] for name, table in found.items()} == {
        "old/address.csv": "a",
        "new/address.csv": "b",
        "addresses": "c",
    }


def test_a_workbook_in_a_zip_is_read_and_what_is_about_it_is_not(tmp_path: Path) -> None:
    book = small_files.xlsx(tmp_path / "a.xlsx").read_bytes()
    members = {"city.xlsx": book, "README.txt": b"id,name\n1,a\n"}
    path = small_files.zipped(tmp_path / "a.zip", members)
    assert [one.name for one in child.look(path).parts] == ["people", "notes"]
    assert child.read_table(path, part="people").numbers == [4, 5]


def test_an_atlas_of_ours_is_a_whole_with_all_its_tables(sample_once: Path) -> None:
    contents = child.look(sample_once)
    assert contents.format == "whole"
    held = atlas.Atlas(sample_once)
    rows = {one.name: one.rows for one in contents.parts}
    assert {name: rows[name] for name in schema.TABLES} == {
        name: len(held.read(name)) for name in schema.TABLES
    }
    found = child.read_all(sample_once)
    assert {name: len(found[name].rows) for name in schema.TABLES} == {
        name: rows[name] for name in schema.TABLES
    }
    assert "cg_meta" in found


@pytest.mark.needs_shared_data
def test_an_extract_of_openstreetmap_is_known_by_its_bytes(
    shared_data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "city.csv"
    path.write_bytes((shared_data / "osm_helsinki_sample" / "test.osm.pbf").read_bytes())
    assert child.look(path).format == "osm"
    with pytest.raises(LayerError, match="file_is_osm"):
        child.read_table(path)


def test_progress_is_told_and_ends_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "1,a\n" * 60_000, encoding="utf-8")
    said: list[tuple[str, int, int]] = []

    class Told(Watch):
        def tell(self, step: str, done: int, total: int) -> None:
            super().tell(step, done, total)
            said.append((step, done, total))

    assert len(child.read_table(path, watch=Told()).rows) == 60_000
    read = [one for one in said if one[1]]
    assert [done for _, done, _ in read] == sorted(done for _, done, _ in read)
    assert read[0] == ("read", 20_000, 60_001)


def test_stopping_ends_the_child(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "1,a\n" * 900_000, encoding="utf-8")
    watch = Watch()
    threading.Timer(0.3, watch.stop).start()
    with pytest.raises(LayerError, match="stopped"):
        child.read_table(path, watch=watch)
    running = [
        name
        for name in Path("/proc").iterdir()
        if name.name.isdecimal() and str(path) in _command(name)
    ]
    assert running == []


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_the_allowance_grows_with_the_file_up_to_a_limit() -> None:
    sizes = [0, 5_000_000, 20_000_000, 100_000_000, 300_000_000]
    given = [read_limits.allowance(size) for size in sizes]
    assert given[:2] == [(512_000_000, 5)] * 2
    assert given == sorted(given)
    assert read_limits.allowance(0, heavy=True) == (512_000_000, 5)
    assert read_limits.allowance(10**9) == (2_000_000_000, 90)
    assert read_limits.allowance(10**9, heavy=True) == (3_000_000_000, 120)


def test_a_small_zip_gets_no_more_time_than_any_small_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "a,b\n" + "1,2\n" * 5_000_000)  # 20 MB
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(LayerError) as stopped:
        child.read_table(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert stopped.value.code in ("file_too_slow", "file_reader_stopped", "file_too_many_rows")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < read_limits.allowance(0)[1] + 1  # the system looks once a second


def test_a_small_zip_that_holds_too_much_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "a,b\n" + "1,2\n" * 10_500_000)
    with pytest.raises(LayerError) as refused:
        child.read_table(path)
    assert (refused.value.code, refused.value.blanks["limit"]) == ("file_too_dense", 40)


def test_links_out_of_a_folder_are_not_followed_and_said(tmp_path: Path) -> None:
    away, folder = tmp_path / "away.csv", tmp_path / "folder"
    away.write_text("id,name\n1,secret\n", encoding="utf-8")
    folder.mkdir()
    (folder / "organizations.csv").write_text("id,name\no1,Amal\n", encoding="utf-8")
    for name in ("services.csv", "locations.csv"):
        (folder / name).symlink_to(away)
    (folder / "again.csv").symlink_to(folder / "organizations.csv")
    for table in (child.read_table(folder), *child.read_all(folder).values()):
        notes = [dict(one.values) for one in table.notes if one.code == "links_not_followed"]
        assert notes == [{"count": 2}]


@pytest.mark.parametrize("how", ["os.O_WRONLY", "os.O_RDWR", "os.O_WRONLY | os.O_TRUNC"])
def test_the_one_file_cannot_be_written_by_a_number_either(how: str, tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "a.csv"
    path.write_text("id\n1\n", encoding="utf-8")
    script = (
        "import os, pathlib\nfrom layers.importing import read_limits\n"
        f"read_limits.close_the_doors([pathlib.Path({str(path)!r})])\n"
        f"try:\n    os.open({str(path)!r}, {how})\nexcept PermissionError:\n    print('refused')\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
    )
    assert done.stdout.strip() == "refused", done.stderr
    assert path.read_text("utf-8") == "id\n1\n"


def test_the_child_takes_little_memory_before_it_reads(tmp_path: Path) -> None:
    path = small_files.shapefile_zip(tmp_path / "a.zip")  # the most libraries
    # in a process of its own: the children of this one include whatever other tests started
    script = (
        "import resource, sys\nfrom layers.importing import child\nchild.read_table(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
        timeout=120,
    )
    assert int(done.stdout) < read_limits.allowance(0)[0]
