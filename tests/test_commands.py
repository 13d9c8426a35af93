"""The command line: its statuses, its one sentence, and JSON keys as documented."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from layers.atlas import Atlas
from mapping.__main__ import main

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands.md"
# keys below these depend on the data: counts by table, by reason, columns by name
_BY_DATA = ("rows", "mapping", "excluded_why", "placeless_why", "unknown", "joined")
AREAS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": f"0{n}", "name": f"Quarter {n}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[9 + n, 50], [10 + n, 50], [10 + n, 51], [9 + n, 51], [9 + n, 50]]
                ],
            },
        }
        for n in (1, 2)
    ],
}
KITAS = "id,name,lat,lon\n1,Sun,50.5123,11.5456\n2,Moon,50.6123,11.6456\n"


def documented(command: str) -> set[str]:
    text = REFERENCE.read_text("utf-8")
    table = text.split(f"| Key of `{command}` |", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE))


def keys(found: dict[str, Any], before: str = "") -> set[str]:
    """Name all keys, those inside of objects and lists too."""
    names: set[str] = set()
    for key, value in found.items():
        names.add(f"{before}{key}")
        if isinstance(value, dict) and key not in _BY_DATA:
            names |= keys(value, f"{before}{key}.")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            names |= keys(value[0], f"{before}{key}[].")
    return names


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an atlas of two quarters and two places for children, by the commands."""
    folder = tmp_path_factory.mktemp("first")
    path = folder / "little-town.gpkg"
    assert main(["new", str(path)]) == 0
    (folder / "areas.geojson").write_text(json.dumps(AREAS), encoding="utf-8")
    (folder / "kitas.csv").write_text(KITAS, encoding="utf-8")
    assert main(["add", str(path), str(folder / "areas.geojson")]) == 0
    assert main(["add", str(path), str(folder / "kitas.csv")]) == 0
    return folder


@pytest.fixture
def town(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    return tmp_path / "little-town.gpkg"


def test_a_new_atlas_is_called_by_its_file_and_measures_where_its_first_rows_lie(
    town: Path,
) -> None:
    meta = Atlas(town).meta()
    assert (meta["name"], meta["invented"]) == ("Little Town", "0")
    assert meta["metres_crs"] == "EPSG:32632"  # its middle is 11 degrees east


@pytest.mark.parametrize("command", ["new", "add", "undo", "gaps", "reach", "network", "export"])
def test_json_has_the_documented_keys_and_nothing_else_is_printed(
    command: str, sample_atlas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "ties.csv"
    broken.write_text(
        "from,to,kind\ncity-kilnside,harbour-mission,advises\ncity-kilnside,nobody,advises\n",
        encoding="utf-8",
    )
    if command == "undo":
        assert main(["add", str(sample_atlas), str(broken)]) == 1
        capsys.readouterr()
    arguments = {
        "new": ["new", str(tmp_path / "n.gpkg")],
        "add": ["add", str(sample_atlas), str(broken)],
        "undo": ["undo", str(sample_atlas)],
        "gaps": ["gaps", str(sample_atlas), "--category", "legal"],
        "reach": ["reach", str(sample_atlas), "--category", "legal"],
        "network": ["network", str(sample_atlas)],
        "export": ["export", str(sample_atlas), str(tmp_path / "out"), "--to", "csv"],
    }[command]
    status = main([*arguments, "--json"])
    said = capsys.readouterr().out
    found = keys(json.loads(said))
    assert said.count("\n") == 1
    assert status == (1 if command == "add" else 0)
    told = documented(command)
    assert {key for key in told if "." not in key} == {key for key in found if "." not in key}
    # every key inside that the page names is there; nested ranges are named by their parent
    assert {key for key in told if "." in key} <= found


def test_several_personas_are_put_side_by_side_in_the_order_asked(
    sample_atlas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for name, when in (("by-day", "daytime"), ("late", "evening")):
        files.append(tmp_path / f"{name}.json")
        persona = {"category": "legal", "language": "ti", "group": "born_er", "when": when}
        files[-1].write_text(json.dumps(persona), encoding="utf-8")
    order = "exists,near,understood,open,admitted,fits,trusted,safe"
    both = [part for one in files for part in ("--persona", str(one))]
    assert main(["reach", str(sample_atlas), *both, "--order", order, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["order"] == order.split(",")
    assert [one["persona"]["when"] for one in found["personas"]] == ["daytime", "evening"]
    last = found["steps"][-1]
    # legal advice in Tigrinya is there by day and not in the evening: the planted truth
    assert last["covered"][0]["low"] > 2_000
    assert last["covered"][1] == {"low": 0, "high": 0}
    assert main(["reach", str(sample_atlas), "--category", "legal", "--order", "near"]) == 2
    assert "eight steps" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["gaps", "reach"])
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a file without an end is of Unix")
def test_a_file_of_a_persona_that_never_ends_is_one_sentence(
    town: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, str(town), "--category", "childcare", "--persona", "/dev/zero"]) == 2
    assert "too large for one persona" in capsys.readouterr().err


def test_an_atlas_as_it_was_tells_who_is_newly_reached(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("id,total\n01,900\n02,800\n", encoding="utf-8")
    assert main(["add", str(town), str(people), "--as", "population", "--key", "id"]) == 0
    before = tmp_path / "before.gpkg"
    assert main(["backup", str(town), str(before)]) == 0
    links = Atlas(town).read("service_at_location")["id"].tolist()
    with Atlas(town).write() as writer:
        writer.delete("service_at_location", links)
    capsys.readouterr()
    asked = ["gaps", str(town), "--category", "childcare", "--before", str(before)]
    assert main([*asked, "--json"]) == 0
    change = json.loads(capsys.readouterr().out)["change"]
    assert change["after"] == {"low": 1700, "high": 1700}
    assert change["newly_reached"] == {"low": 0, "high": 0}
    assert change["newly_lost"]["high"] == 1700 - change["before"]["low"] > 0
    assert main(asked) == 0
    assert "Newly lost:" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["new", "add", "gaps", "reach", "network", "export"])
def test_without_json_it_is_readable_text(
    command: str, town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("id,total\n01,900\n02,800\n", encoding="utf-8")
    assert main(["add", str(town), str(people), "--as", "population", "--key", "id"]) == 0
    capsys.readouterr()
    arguments = {
        "new": ["new", str(tmp_path / "n.gpkg")],
        "add": ["add", str(town), str(tmp_path / "kitas.csv")],
        "gaps": ["gaps", str(town), "--category", "childcare"],
        "reach": ["reach", str(town), "--category", "childcare"],
        "network": ["network", str(town)],
        "export": ["export", str(town), str(tmp_path / "out"), "--to", "geojson"],
    }[command]
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.strip()
    assert not said.out.startswith("{")


def test_some_rejected_rows_give_status_1_and_a_list_beside_the_file(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("id,total\n01,900\n99,800\n02,many\n", encoding="utf-8")
    assert main(["add", str(town), str(people), "--as", "population", "--key", "id"]) == 1
    listed = tmp_path / "people.csv.rejected.csv"
    assert str(listed) in capsys.readouterr().out
    lines = listed.read_text("utf-8-sig").splitlines()
    assert lines[0] == "row,column,reason,remedy"
    assert [line.split(",")[:2] for line in lines[1:]] == [["3", "id"], ["4", "total"]]
    assert Atlas(town).read("population")["count"].tolist() == [900]


def test_a_trial_writes_nothing_at_all(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (Atlas(town).change(), sorted(tmp_path.iterdir()))
    people = tmp_path / "people.csv"
    people.write_text("id,total\n01,900\n99,800\n", encoding="utf-8")
    status = main(["add", str(town), str(people), "--as", "population", "--dry-run"])
    said = capsys.readouterr().out
    assert status == 1
    assert "Row 3" in said
    assert "Nothing was written" in said
    assert (Atlas(town).change(), sorted({*tmp_path.iterdir()} - {people})) == before


WRONG = {
    "a missing column": ("kita.csv", "name,lon\nSun,11\n", "services", "lat"),
    "zero rows": ("kita.csv", "name,lat,lon\n", "services", "no rows"),
    "zero places": ("kita.csv", "name,lat,lon\nSun,,\n", "services", "No row"),
    "metres for degrees": (
        "kita.csv",
        "name,lat,lon\nSun,5593000,645000\n",
        "services",
        "Row 2.*metres.*--crs",
    ),
    "swapped": ("kita.csv", "name,lat,lon\nSun,11.5,50.5\n", "services", "Row 2.*swapped"),
    "elsewhere": ("kita.csv", "name,lat,lon\nSun,-33,151\n", "services", "Row 2.*outside"),
    "no category": ("places.csv", "name,lat,lon\nSun,50.5,11.5\n", "services", "--category"),
    "a strange kind": ("table.csv", "a,b\nx,y\n", None, "--as"),
    "no matching key": ("people.csv", "id,total\n77,900\n", "population", "No column.*--key"),
    "an unreadable format": ("map.vrt", "<OGRVRTDataSource/>", None, "CSV, XLSX"),
    "an empty file": ("kita.csv", "", None, "empty"),
    "no actors yet": ("ties.csv", "from,to,kind\na,b,funds\n", "ties", "actors first"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_input_gets_one_sentence_and_writes_nothing(
    wrong: str, town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, text, kind, expected = WRONG[wrong]
    (tmp_path / name).write_text(text, encoding="utf-8")
    before = Atlas(town).change()
    arguments = ["add", str(town), str(tmp_path / name), *(["--as", kind] if kind else [])]
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert re.search(expected, said.err)
    assert Atlas(town).change() == before
    assert not list(tmp_path.glob("*.rejected.csv"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["gaps", "nowhere.gpkg", "--category", "legal"],
        ["network", "postgresql://localhost/city"],
        ["restore", "nothing.gpkg", "city.gpkg"],
        ["new", "odd.gpkg", "--timezone", "Middle/Earth"],
        ["new", "/proc/nobody-may-write-here.gpkg"],
    ],
)
def test_what_cannot_be_done_has_status_2(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["report"], ["add", "a", "b", "--as", "cats"], []])
def test_what_is_not_understood_has_status_2_and_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_backup_and_restore_bring_everything_back(town: Path, tmp_path: Path) -> None:
    assert main(["backup", str(town), str(tmp_path / "copy.gpkg")]) == 0
    with Atlas(town).write() as writer:
        writer.delete("services", ["1"])
    assert main(["restore", str(tmp_path / "copy.gpkg"), str(town)]) == 0
    assert sorted(Atlas(town).read("services")["name"]) == ["Moon", "Sun"]
    assert (tmp_path / "little-town.gpkg.before").is_file()


# --- what a person says besides the file -------------------------------------------------------

ODD = (
    "Wer,Was,Breite,Laenge,gratis,Notiz\n"
    "Moon,Zuflucht,50.61231,11.64561,mal so,x\n"  # the Moon that is here, a metre beside
    "Star,Recht,50.71231,11.74561,ja,y\n"
)


def test_columns_words_and_matches_are_said_at_the_command_line(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.csv").write_text(ODD, encoding="utf-8")
    (tmp_path / "map.json").write_text(json.dumps({"Notiz": "drop"}), encoding="utf-8")
    arguments = ["add", str(town), str(tmp_path / "odd.csv"), "--as", "services"]
    arguments += ["--map", "Wer=name", "--map", "Was=category", "--map", "gratis=free"]
    arguments += ["--map", str(tmp_path / "map.json"), "--value", "category:Zuflucht=childcare"]
    capsys.readouterr()
    assert main([*arguments, "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {one["name"]: (one["field"], one["how"]) for one in said["columns"]} == {
        "Wer": ("name", "chosen"),
        "Was": ("category", "chosen"),
        "Breite": ("lat", "named"),
        "Laenge": ("lon", "named"),
        "gratis": ("free", "chosen"),
        "Notiz": (None, "dropped"),
    }
    assert [(one["field"], one["text"]) for one in said["values_unknown"]] == [("free", "mal so")]
    assert [(one["row"], one["id"], one["taken"]) for one in said["likely"]] == [(2, "2", True)]
    assert said["changed"] == said["new"] == 1
    more = ["--value", "free:mal so=", "--match", "2=", "--who", "M."]
    assert main([*arguments, *more]) == 0
    services = Atlas(town).read("services")
    assert services["name"].tolist() == ["Sun", "Moon", "Moon", "Star"]
    assert Atlas(town).read("revisions")["who"].iloc[-1] == "M."


def test_in_text_unknown_words_and_likely_doubles_come_with_the_way_to_say_them(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kitas = "name,category,lat,lon,free\nMoons,childcare,50.6123,11.6456,mal so\n"
    (tmp_path / "more.csv").write_text(kitas, encoding="utf-8")
    capsys.readouterr()
    assert main(["add", str(town), str(tmp_path / "more.csv"), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "mal so" in said
    assert "--match 2=2" in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--map", "Wer=name", "--map", "Was=name"], "Wer.*Was"),
        (["--map", "nobody=name"], "nobody"),
        (["--map", "missing.json"], "missing.json"),
        (["--value", "free=yes"], "FIELD:TEXT=CODE"),
        (["--value", "free:mal so=perhaps"], "yes, no"),
        (["--match", "two=2"], "ROW=ID"),
        (["--match", "2=99"], "99"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    arguments: list[str],
    expected: str,
    town: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "odd.csv").write_text(ODD, encoding="utf-8")
    command = ["add", str(town), str(tmp_path / "odd.csv"), "--as", "services", "--category"]
    columns = [] if "--map" in arguments else ["--map", "Wer=name", "--map", "gratis=free"]
    capsys.readouterr()
    assert main([*command, "legal", *columns, *arguments]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert re.search(expected, said.err)


def test_an_import_is_undone_by_its_name_or_as_the_last_change(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more.csv").write_text("name,category,lat,lon\nStar,legal,50.7,11.7\n", "utf-8")
    capsys.readouterr()
    assert main(["add", str(town), str(tmp_path / "more.csv"), "--json"]) == 0
    name = json.loads(capsys.readouterr().out)["import_id"]
    assert main(["undo", str(town), "--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert name in listed[0]
    assert "areas.geojson" in listed[-1]
    assert main(["undo", str(town), name]) == 0
    assert Atlas(town).read("services")["name"].tolist() == ["Sun", "Moon"]
    assert main(["undo", str(town), name]) == 2  # done before
    assert main(["undo", str(town), "nothing"]) == 2
    capsys.readouterr()
    assert main(["undo", str(town), "--json"]) == 0  # the last one that stands: the kitas
    assert json.loads(capsys.readouterr().out)["rows"] >= 2
    assert Atlas(town).count("services") == 0
    assert main(["undo", str(town)]) == 0
    assert main(["undo", str(town)]) == 2
    assert "no change" in capsys.readouterr().err


def test_the_sample_and_its_twin_are_marked_as_invented(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "twin.gpkg"), "--twin"]) == 0
    assert Atlas(tmp_path / "twin.gpkg").meta()["invented"] == "1"
