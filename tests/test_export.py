"""What may leave the atlas, and what never does."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import atlas
from layers.cell_text import harmless, unharmed
from layers.errors import LayerError
from layers.exporting import FORMATS, Exported, export, leaving
from mapping import out
from tests.helpers.left import everything

SECRETS = ("hidden-phone", "silent-phone", "Refuser", "Shelter house", "parcel 7", "refuser-place")


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Make a town with everything that must stay, beside what may go."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:32632")
    with made.write() as w:
        w.insert(
            "locations",
            [
                {"id": "open", "precision": "exact", "geometry": shapely.Point(11, 50)},
                {
                    "id": "refuser",
                    "precision": "exact",
                    "name": "refuser-place",
                    "geometry": shapely.Point(11, 51),
                },
                {
                    "id": "hid",
                    "precision": "hidden",
                    "name": "Shelter house",
                    "public_contact": "0800",
                },
            ],
        )
        w.insert(
            "organizations",
            [
                {
                    "id": "yes",
                    "name": "=Amal",
                    "consent_shown": True,
                    "public_contact": "shown-phone",
                    "private_contact": "hidden-phone",
                    "location_id": "open",
                },
                {"id": "never", "name": "Asked never", "public_contact": "silent-phone"},
                {"id": "no", "name": "Refuser", "consent_shown": False, "location_id": "refuser"},
            ],
        )
        w.insert(
            "services",
            [
                {
                    "id": "s",
                    "name": "Advice",
                    "category": "legal",
                    "organization_id": "no",
                    "extra": {"Farbe": "+blau"},
                },
                {
                    "id": "h",
                    "name": "Support",
                    "category": "violence_support",
                    "extra": {"lot": "parcel 7"},
                },
            ],
        )
        w.insert(
            "service_at_location",
            [
                {"id": "1", "service_id": "s", "location_id": "open"},
                {"id": "2", "service_id": "h", "location_id": "hid"},
            ],
        )
        w.insert(
            "ties",
            [
                {
                    "id": "t1",
                    "from_id": "yes",
                    "to_id": "never",
                    "kind": "funds",
                    "direction": "directed",
                },
                {
                    "id": "t2",
                    "from_id": "yes",
                    "to_id": "no",
                    "kind": "funds",
                    "direction": "directed",
                },
            ],
        )
        w.insert(
            "areas",
            [
                {
                    "id": "01",
                    "name": "West",
                    "level": "district",
                    "geometry": shapely.box(10, 50, 12, 52),
                }
            ],
        )
        w.insert(
            "population",
            [
                {"id": f"01:{n}", "area_id": "01", "group_code": n, "count": c, "suppressed": s}
                for n, c, s in (
                    ("all", 900, False),
                    ("few", None, True),
                    ("none", 0, False),
                    ("unknown", None, False),
                )
            ],
        )
    return made


@pytest.fixture(params=FORMATS)
def made(
    request: pytest.FixtureRequest, town: atlas.Atlas, tmp_path: Path
) -> tuple[Path, Exported]:
    folder = tmp_path / "out"
    return folder, export(town, folder, to=request.param)


def test_nothing_private_hidden_or_refused_is_in_any_file(made: tuple[Path, Exported]) -> None:
    folder, done = made
    content = everything(folder)
    assert sorted(done.files) == sorted(path.name for path in folder.iterdir())
    assert [secret for secret in SECRETS if secret.encode() in content] == []
    assert b"shown-phone" in content
    assert b"0800" in content  # the public contact of a hidden place is how to reach it
    assert done.withheld == {
        "actors": 1,
        "assets": 0,
        "ties": 1,
        "contacts": 2,
        "hidden": 2,
        "statements": 0,
        "judgements": 0,
        "notes": 0,
    }


def test_the_atlas_itself_is_left_as_it_was(town: atlas.Atlas, tmp_path: Path) -> None:
    before = town.change()
    export(town, tmp_path / "out", to="csv")
    assert town.change() == before
    assert "hidden-phone" in set(town.read("organizations")["private_contact"].dropna())


def test_ties_with_somebody_who_refused_go_with_her(town: atlas.Atlas, tmp_path: Path) -> None:
    export(town, tmp_path / "out", to="gpkg")
    copy = atlas.Atlas(tmp_path / "out" / "atlas.gpkg")
    assert copy.read("ties")["id"].tolist() == ["t1"]
    assert copy.read("services").set_index("id")["organization_id"].isna().tolist() == [True, True]
    assert copy.meta()["name"] == "Town"


def lines(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_zero_withheld_and_unknown_look_different(town: atlas.Atlas, tmp_path: Path) -> None:
    export(town, tmp_path / "out", to="csv")
    counts = {one["group_code"]: one["count"] for one in lines(tmp_path / "out", "population.csv")}
    assert counts == {"all": "900", "few": "suppressed", "none": "0", "unknown": ""}


def test_unmapped_columns_come_out_and_formulas_are_harmless(
    town: atlas.Atlas, tmp_path: Path
) -> None:
    export(town, tmp_path / "out", to="csv")
    services = lines(tmp_path / "out", "services.csv")
    assert services[0]["extra.Farbe"] == "'+blau"
    names = [one["name"] for one in lines(tmp_path / "out", "organizations.csv")]
    assert names == ["'=Amal", "Asked never"]


def test_every_table_has_a_file_in_geojson_and_unknown_is_null(
    town: atlas.Atlas, tmp_path: Path
) -> None:
    done = export(town, tmp_path / "out", to="geojson")
    assert {f"{name}.geojson" for name in done.rows} == set(done.files) - {"cg_about.csv"}
    whole = json.loads((tmp_path / "out" / "population.geojson").read_text("utf-8"))
    told = {
        one["properties"]["group_code"]: (
            one["properties"]["count"],
            one["properties"]["suppressed"],
        )
        for one in whole["features"]
    }
    assert told == {
        "all": (900, False),
        "few": (None, True),
        "none": (0, False),
        "unknown": (None, False),
    }


def test_what_leaves_is_told_before_anything_is_written(town: atlas.Atlas) -> None:
    what = leaving(town)
    assert what.rows["organizations"] == 2
    assert what.withheld["actors"] == 1
    assert what.small == 1
    assert [count for _, count in out.reasons(what)] == [1, 1, 2, 2, 1]


def test_services_stand_at_their_places_in_geojson(town: atlas.Atlas, tmp_path: Path) -> None:
    export(town, tmp_path / "out", to="geojson")
    whole = json.loads((tmp_path / "out" / "services.geojson").read_text("utf-8"))
    found = {one["id"]: one["geometry"] for one in whole["features"]}
    assert found == {"s": {"type": "Point", "coordinates": [11.0, 50.0]}, "h": None}


@pytest.mark.parametrize(
    ("to", "name", "layer"), [("gpkg", "atlas.gpkg", "areas"), ("geojson", "areas.geojson", None)]
)
def test_geopandas_reads_it_in_another_process(
    to: str, name: str, layer: str | None, town: atlas.Atlas, tmp_path: Path
) -> None:
    export(town, tmp_path / "out", to=to)
    script = (
        "import sys, geopandas as g\n"
        f"t = g.read_file(sys.argv[1], **({{'layer': {layer!r}}} if {layer!r} else {{}}))\n"
        "print(len(t), t.crs.to_epsg(), t['name'][0], t.total_bounds.tolist())"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script, str(tmp_path / "out" / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "1 4326 West [10.0, 50.0, 12.0, 52.0]"


def test_a_folder_with_files_and_a_strange_format_are_refused(
    town: atlas.Atlas, tmp_path: Path
) -> None:
    with pytest.raises(LayerError, match="folder_not_empty"):
        export(town, tmp_path, to="csv")
    with pytest.raises(LayerError, match="export_kind_unknown"):
        export(town, tmp_path / "out", to="dbf")


@given(text=st.text(max_size=40))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    for line in harmless(text).splitlines() or [""]:
        bare = line.strip().lstrip("\u200b\ufeff").strip()
        is_number = re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text) is not None
        assert is_number or not bare.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))  # noqa: RUF001 - full-width signs run too


SIGNS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\t=",
    " =",
    "\u200b=",
    "\u2060=",
    "\u200f@",
    "\x01=",
    *"\uff1d\uff0b\uff0d\uff20",  # full-width, which run too
)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("call", ["HYPERLINK(A1)", "cmd|' /C calc'!A0", "2+5+cmd|'x'!A0"])
def test_each_way_to_begin_a_formula_is_taken(sign: str, call: str) -> None:
    assert harmless(f"{sign}{call}").startswith("'")
    assert harmless(f"first line\n{sign}{call}").splitlines()[1].startswith("'")
    assert unharmed(harmless(f"{sign}{call}")) == f"{sign}{call}"


@given(text=st.text(alphabet="=+-@'\t\n\r \uff1d1e.\u200b", max_size=12) | st.text(max_size=40))
def test_reading_back_takes_exactly_what_was_added(text: str) -> None:
    assert unharmed(harmless(text)) == text


def test_no_other_separator_cuts_a_formula_out_of_a_text(tmp_path: Path) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        body = {"id": "1", "name": 'a;=1+1\tb";=2', "kind": "other", "extra": {"=Farbe": "x;@y"}}
        w.insert("bodies", [body])
    export(made, tmp_path / "out", to="csv")
    with (tmp_path / "out" / "bodies.csv").open(encoding="utf-8-sig", newline="") as file:
        for separator in ";\t":
            file.seek(0)
            for line in csv.reader(file, delimiter=separator):
                assert [one for one in line if one.lstrip('"').startswith(("=", "+", "@"))] == []
