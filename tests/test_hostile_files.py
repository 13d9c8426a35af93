"""Files that mean harm, or were only damaged: each ends in data or in one typed sentence.

Whatever a file names, nobody is called and no other file is opened. 500 damaged files here, 5,000
in the drill; both under the limits of the child that reads a file of a planner.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing import child
from mapping import words
from tests.helpers import small_files
from tests.helpers.listening import Listener
from tests.helpers.running import REPOSITORY

SECRET = "CANARY-7f3a"  # noqa: S105 - a word to look for
SECONDS = 5
WORDS = json.loads((REPOSITORY / "mapping" / "words" / "en.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()
    assert listening.hits == 0


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A file that nobody may open, and that shows it when somebody does."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    path = folder / "canary.csv"
    path.write_text(f"id,name\n1,{SECRET}\n", encoding="utf-8")
    long_ago = path.stat().st_mtime - 100_000
    os.utime(path, (long_ago, path.stat().st_mtime))
    yield path
    assert path.stat().st_atime == pytest.approx(long_ago)


def outcome(path: Path) -> str:
    """Read a file in a real child: "data", or the code of the one error."""
    try:
        found = child.read_table(path)
    except LayerError as error:
        stopped = error
    else:
        assert SECRET not in json.dumps(found.rows)
        assert all(len(row) == len(found.columns) for row in found.rows)
        assert len(found.rows) == len(found.numbers)
        return "data"
    assert f"error.{stopped.code}" in WORDS, stopped.code
    assert stopped.blanks["file"] == path.name
    return stopped.code


# --- files that reach out ------------------------------------------------------------------------

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>@THERE@</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>@@</Document></kml>'
PLACE = "<Placemark><name>a</name><Point><coordinates>1,2</coordinates></Point></Placemark>"
POINT = '{"type":"Point","coordinates":[13,52]}'
LAUGHS = (
    '<!DOCTYPE k [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9))
    + "]>"
)

REACHING = {
    "vrt to the network": ("a.vrt", VRT, "file_format_unknown"),
    "vrt called csv": ("a.csv", VRT, "file_format_unknown"),
    "vrt called geojson": ("a.geojson", VRT, "file_format_unknown"),
    "vrt called kml": ("a.kml", VRT, "file_format_unknown"),
    "pipeline called geojson": (
        "a.geojson",
        '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read @THERE@"}',
        "json_no_table",
    ),
    "a web service": (
        "a.gml",
        "<OGRWFSDataSource><URL>@THERE@/wfs</URL></OGRWFSDataSource>",
        "file_format_unknown",
    ),
    "gml with a schema elsewhere": (
        "a.gml",
        (
            '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
            'xsi:schemaLocation="a @THERE@/a.xsd"/>'
        ),
        "file_format_unknown",
    ),
    "crs by link": (
        "a.geojson",
        '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"@THERE@"}},'
        '"features":[{"type":"Feature","properties":{"a":1},"geometry":' + POINT + "}]}",
        "data",
    ),
    "a path as a table": ("a.csv", "id,name\n1,/vsicurl/@THERE@\n", "data"),
    "kml with a link": (
        "a.kml",
        KML.replace("@@", "<NetworkLink><Link><href>@THERE@</href></Link></NetworkLink>" + PLACE),
        "data",
    ),
    "kml with a picture and a schema": (
        "a.kml",
        KML.replace(
            "@@", "<GroundOverlay><Icon><href>@THERE@</href></Icon></GroundOverlay>" + PLACE
        ),
        "data",
    ),
    "kml with an entity of a file": (
        "a.kml",
        '<!DOCTYPE k [<!ENTITY e SYSTEM "@THERE@">]>'
        + KML.replace("@@", "<name>&e;</name>" + PLACE),
        "xml_has_entities",
    ),
    "kml with a document type elsewhere": (
        "a.kml",
        '<!DOCTYPE kml SYSTEM "@THERE@">' + KML.replace("@@", PLACE),
        "xml_has_entities",
    ),
    "kml that includes": (
        "a.kml",
        KML.replace(
            "@@",
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="@THERE@" parse="text"/>'
            + PLACE,
        ),
        "data",
    ),
    "json with a remark that names a file": ("a.json", '{"href": "@THERE@"}', "json_no_table"),
}


@pytest.mark.parametrize("target", ["network", "file"])
@pytest.mark.parametrize("name", REACHING)
def test_what_a_file_names_is_never_fetched(
    name: str, target: str, listener: Listener, canary: Path, tmp_path: Path
) -> None:
    called, text, expected = REACHING[name]
    there = listener.url if target == "network" else canary.as_uri()
    path = tmp_path / called
    path.write_text(text.replace("@THERE@", there), "utf-8")
    assert outcome(path) == expected


def test_a_canary_shows_that_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "canary.csv"
    path.write_text("x", encoding="utf-8")
    long_ago = path.stat().st_mtime - 100_000
    os.utime(path, (long_ago, path.stat().st_mtime))
    path.read_text("utf-8")
    if path.stat().st_atime == pytest.approx(long_ago):
        pytest.skip("this disk keeps no time of access; the content is looked for all the same")


@pytest.mark.parametrize("name", ["../../canary.csv", "/etc/passwd", "..\\canary.csv"])
def test_names_in_a_zip_write_nothing_and_open_nothing(
    name: str, canary: Path, tmp_path: Path
) -> None:
    del canary
    path = small_files.zipped(tmp_path / "a.zip", {name: b"id,name\n1,a\n"})
    before = sorted(tmp_path.rglob("*"))
    assert outcome(path) in ("data", "file_format_unknown")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_a_folder_is_not_followed_out_of_it(canary: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "services.csv").write_text("id,name\n1,a\n", encoding="utf-8")
    (folder / "more.csv").symlink_to(canary)
    found = child.read_all(folder)
    assert list(found) == ["services"]


SQL = {
    "a view": "CREATE VIEW evil AS SELECT hex(zeroblob(200000000)) AS name",
    "an endless view": (
        "CREATE VIEW evil AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i FROM n"
    ),
    "a column that is computed": "CREATE TABLE evil (a, b AS (hex(zeroblob(200000000))))",
    "a trigger": "CREATE TRIGGER evil AFTER INSERT ON spots BEGIN SELECT load_extension('x'); END",
    "a table of the file's pages": "CREATE VIRTUAL TABLE evil USING fts5(name)",
}


@pytest.mark.parametrize("name", SQL)
def test_a_geopackage_runs_nothing(name: str, tmp_path: Path) -> None:
    path = small_files.package(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as db:
        db.execute(SQL[name])
        if name != "a trigger":
            db.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
                " VALUES ('evil', 'attributes', 'evil')"
            )
        db.commit()
    assert outcome(path) in ("data", "file_unreadable", "file_too_slow")
    assert child.read_table(path, part="spots").rows[0] == ["1", "Süd 0"]


# --- files that are too much ---------------------------------------------------------------------


def bomb(path: Path, member: str, head: bytes, filling: bytes, tail: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        if member.startswith("xl/"):
            small = zipfile.ZipFile(small_files.xlsx(path.with_suffix(".small")))
            for one in small.namelist():
                if one != member:
                    packed.writestr(one, small.read(one))
            small.close()
        with packed.open(member, "w", force_zip64=True) as out:
            out.write(head)
            for _ in range(350):
                out.write(filling * (1_000_000 // len(filling)))
            out.write(tail)
    return path


def too_much(folder: Path) -> dict[str, Callable[[], Path]]:
    """Make files that want more than there is."""

    def text(name: str, content: str | bytes) -> Callable[[], Path]:
        def write() -> Path:
            raw = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(raw)
            return folder / name

        return write

    shape = bytearray(small_files.shapefile_parts()[".shp"])
    shape[144:152] = b"\xff\xff\xff\x7f" * 2  # so many parts and points does the first shape claim
    table = bytearray(small_files.shapefile_parts()[".dbf"])
    table[4:8] = b"\xff\xff\xff\x7f"  # rows
    sheet, body = "xl/worksheets/sheet1.xml", b"<row><c><v>1</v></c></row>"
    start = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    return {
        "csv in a zip": lambda: bomb(folder / "a.zip", "a.csv", b"a,b\n", b"1,2\n", b""),
        "one row in a zip": lambda: bomb(folder / "a.zip", "a.csv", b"a,b\n", b" ", b""),
        "kml in a kmz": lambda: bomb(
            folder / "a.kmz", "doc.kml", b"<kml><Document>", PLACE.encode(), b"</Document></kml>"
        ),
        "rows of a sheet": lambda: bomb(
            folder / "a.xlsx", sheet, start, body, b"</sheetData></worksheet>"
        ),
        "one cell of a sheet": lambda: bomb(
            folder / "a.xlsx", sheet, start + b"<row><c t='str'><v>", b"a", b"</v></c></row>"
        ),
        "laughs": text("a.kml", LAUGHS + KML.replace("@@", "<name>&a8;</name>" + PLACE)),
        "deep json": text("a.geojson", '{"a":' * 200_000 + "1" + "}" * 200_000),
        "deep geometry": text(
            "a.geojson", '{"type":"Polygon","coordinates":' + "[" * 900 + "1" + "]" * 900 + "}"
        ),
        "deep xml": text("a.kml", "<kml>" + "<Folder>" * 500_000),
        "deep collections": text(
            "a.geojson",
            '{"type":"GeometryCollection","geometries":[' * 900 + POINT + "]}" * 900,
        ),
        "a cell of 4 MB": text("a.csv", "id,name\n1," + "a" * 4_000_000),
        "an open quotation mark": text("a.csv", 'id,name\n1,"' + "a\n" * 2_000_000),
        "a million columns": text("a.csv", ",".join("c" for _ in range(1_000_000)) + "\n1\n"),
        "a row of commas": text("a.csv", "id,name\n" + "," * 4_900_000),
        "names alike": text("a.csv", ",".join("name" for _ in range(20_000)) + "\n1\n"),
        "a number of a million digits": text("a.json", '[{"id": ' + "9" * 1_000_000 + "}]"),
        "no number": text("a.geojson", '{"type":"Point","coordinates":[1e999,-1e999]}'),
        "a shape of two thousand million points": lambda: small_files.zipped(
            folder / "a.zip", {**_named(), "a.shp": bytes(shape)}
        ),
        "a table of two thousand million rows": lambda: small_files.zipped(
            folder / "a.zip", {**_named(), "a.dbf": bytes(table)}
        ),
        "a zip in a zip": lambda: small_files.zipped(
            folder / "a.zip", {"b.zip": _zip_bytes(), "c.zip": _zip_bytes()}
        ),
        "commas of json": text("a.json", "[" + "1," * 2_000_000 + "]"),
    }


def _named() -> dict[str, bytes]:
    return {f"a{end}": data for end, data in small_files.shapefile_parts().items()}


def _zip_bytes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.csv", "a,b\n1,2\n")
    return out.getvalue()


@pytest.mark.parametrize("name", too_much(Path()))
def test_what_is_too_much_is_refused_in_time(name: str, tmp_path: Path) -> None:
    path = too_much(tmp_path)[name]()
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert outcome(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # a child counts what its parent holds until it becomes another program
    ours = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_maxrss * 1024 <= max(
        before.ru_maxrss * 1024, ours.ru_maxrss * 1024, 512_000_000
    )


# --- files that were damaged ---------------------------------------------------------------------

SIGNS = (b"\x00", b"\xff" * 8, b'"', b"<", b"]]>", b"&a;", b"NaN", b"1e999", b"-1", b"{" * 50)
PIECES = (*SIGNS, b"\xff\xff\xff\x7f", b"\n" * 20, b",;\t|" * 20, b"\xef\xbb\xbf", b"\xe2\x80")

change = st.tuples(
    st.sampled_from(["flip", "flip", "flip", "cut", "drop", "twice", "put", "swap"]),
    st.integers(0, 9_999).map(lambda where: where / 10_000),
    st.integers(0, 255),
)
damage = st.tuples(st.integers(0, 1_000), st.lists(change, min_size=1, max_size=8))


def damaged(raw: bytes, changes: list[tuple[str, float, int]]) -> bytes:
    """Damage bytes as disks, networks, editors and people do."""
    for kind, where, what in changes:
        at, long = int(where * len(raw)), 1 + what % 60
        if not raw:
            return raw
        if kind == "flip":
            raw = raw[:at] + bytes([what]) + raw[at + 1 :]
        elif kind == "cut":
            raw = raw[: max(1, at)]
        elif kind == "drop":
            raw = raw[:at] + raw[at + long :]
        elif kind == "twice":
            raw = raw[: at + long] + raw[at:]
        elif kind == "put":
            raw = raw[:at] + PIECES[what % len(PIECES)] + raw[at:]
        else:
            raw = raw[at : at + long] + raw[:at] + raw[at + long :]
    return raw


def repacked(raw: bytes, which: int, changes: list[tuple[str, float, int]]) -> bytes:
    """Damage one member and pack it anew, so that the sum of the zip is right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(out, "w") as again:
        names = packed.namelist()
        for place, name in enumerate(names):
            content = packed.read(name)
            again.writestr(
                name, damaged(content, changes) if place == which % len(names) else content
            )
    return out.getvalue()


def read_all_of(files: list[Path], folder: Path) -> dict[str, str]:
    """Read files under the child's limits; one that ends the process is read again in a child."""
    found: dict[str, str] = {}
    waiting = list(files)
    while waiting:
        (folder / "names.txt").write_text("\n".join(map(str, waiting)), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-W", "ignore", "-m", "tests.helpers.read_many", folder / "names.txt"],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"},
            check=False,
        )
        said = [json.loads(line) for line in done.stdout.splitlines()]
        lines = [one for one in said if "file" in one]  # the others tell of progress
        for one in lines:
            assert one["cpu_s"] <= SECONDS, one
            assert not one["leaked"], one
            assert not one["error"] or f"error.{one['error']}" in WORDS, one
            found[one["file"]] = one["error"] or "data"
        waiting = waiting[len(lines) :]
        if waiting:  # this one ended the process
            assert lines or done.returncode < 0, done.stderr[-2000:]
            found[waiting[0].name] = outcome(waiting.pop(0))
    return found


def run_damage(examples: int, each: int, tmp_path: Path, *, random: bool) -> dict[str, int]:
    good = small_files.every_format(tmp_path)
    names = sorted(good)
    counts: dict[str, int] = {}
    rounds = iter(range(1_000_000))

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=not random,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(damage, min_size=each, max_size=each))
    def all_end_well(damages: list[tuple[int, list[tuple[str, float, int]]]]) -> None:
        folder = tmp_path / f"round{next(rounds)}"
        folder.mkdir()
        files = []
        for number, (seed, changes) in enumerate(damages):
            name = names[(seed + number) % len(names)]
            # the simplest example is one change fifty times over: make fifty changes of it
            spread = [
                (kind, (where + number * 0.618) % 1, (what + number * 37) % 256)
                for kind, where, what in changes
            ]
            raw = good[name].read_bytes()
            if raw[:2] == b"PK" and seed % 3:
                raw = repacked(raw, seed, spread)
            else:
                raw = damaged(raw, spread)
            files.append(folder / f"{number}_{name}")
            files[-1].write_bytes(raw or b"x")
        found = read_all_of(files, folder)
        for ended in found.values():
            counts[ended] = counts.get(ended, 0) + 1
        if folder.name == "round0":  # the same as in a process of its own
            assert {file.name: outcome(file) for file in files} == found

    all_end_well()
    return counts


def test_500_damaged_files_end_in_data_or_one_sentence(
    listener: Listener, canary: Path, tmp_path: Path
) -> None:
    del canary
    counts = run_damage(10, 50, tmp_path, random=False)
    assert sum(counts.values()) == 500
    assert counts["data"] > 50, counts  # damage of a cell is no reason to refuse a file
    assert len(counts) > 3, counts
    assert listener.hits == 0


@pytest.mark.drill
def test_5000_damaged_files_end_in_data_or_one_sentence(
    listener: Listener, canary: Path, tmp_path: Path
) -> None:
    del canary
    counts = run_damage(100, 50, tmp_path, random=True)
    assert sum(counts.values()) == 5_000
    assert listener.hits == 0


SENTENCES = {
    "LayerError": ("error", ""),
    "Note": ("note", ""),
    "Problem": ("rejected", ".reason"),
}


def test_every_code_of_a_reader_has_its_sentence() -> None:
    import re

    folder = REPOSITORY / "layers" / "importing"
    for path in [*folder.glob("read_*.py"), folder / "child.py"]:
        text = path.read_text("utf-8")
        for kind, code in re.findall(r'(LayerError|Note|Problem)\((?:\w+, )?"(\w+)"', text):
            before, after = SENTENCES[kind]
            for language in ("en", "fr", "ar"):
                key = f"{before}.{code}{after}"
                assert words.sentences(language).get(key), f"{language}: {key} of {path.name}"
