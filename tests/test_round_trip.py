"""What went out comes back: every table, link, text and unknown, in each format; and no more."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layers import atlas, changes
from layers.atlas import Atlas
from layers.exporting import FORMATS
from layers.importing import importer
from layers.importing.tables import clean
from sample_data.make import make_city
from tests.helpers.sampled import examples
from tests.helpers.told import brought, edited, empty, small_town, taken, told


@pytest.fixture(
    scope="module",
    params=["some streets", pytest.param("all streets", marks=pytest.mark.drill)],
)
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Make the sample city; streets are more than half of its rows, and one is like another."""
    made = make_city(tmp_path_factory.mktemp("city") / "city.gpkg", today=date(2026, 3, 2))
    if request.param == "some streets":
        with closing(sqlite3.connect(made.path)) as db:
            db.execute("DELETE FROM streets WHERE fid % 10")
            db.execute(
                "DELETE FROM street_nodes WHERE id NOT IN"
                " (SELECT u FROM streets UNION SELECT v FROM streets)"
            )
            db.commit()
        assert made.count("streets") > 500
    return made


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return small_town(tmp_path)


# text in one file for each table, and one file for all; towns of any text go through every format
@pytest.mark.parametrize(
    "to",
    [to if to in {"gpkg", "csv"} else pytest.param(to, marks=pytest.mark.drill) for to in FORMATS],
)
def test_the_sample_city_comes_back_whole(city: Atlas, tmp_path: Path, to: str) -> None:
    file = taken(city, tmp_path / "out", to)
    again = empty(tmp_path)
    plan = brought(again, file)
    assert (plan.kind, plan.rejected) == ("whole", ())
    assert told(again) == told(city, to)  # work notes come back from a GeoPackage alone
    meta, before = again.meta(), city.meta()
    kept = ("country", "timezone", "metres_crs", "invented")
    assert {one: meta[one] for one in kept} == {one: before[one] for one in kept}


def test_a_zip_of_an_export_comes_back_too(town: Atlas, tmp_path: Path) -> None:
    taken(town, tmp_path / "out", "csv")
    with zipfile.ZipFile(tmp_path / "city.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in (tmp_path / "out").iterdir():
            packed.write(path, path.name)
    again = empty(tmp_path)
    brought(again, tmp_path / "city.zip")
    assert told(again) == told(town)


def test_what_came_back_is_taken_back_in_one_step(city: Atlas, tmp_path: Path) -> None:
    file = taken(city, tmp_path / "out", "gpkg")
    again = empty(tmp_path)
    brought(again, file)
    revision = again.read("revisions")["id"].tolist()
    assert len(revision) == 1
    changes.undo(again, revision[0])
    left = {name: len(rows) for name, rows in told(again).items()}
    assert set(left) <= {"imports"}  # what was brought and undone stays on the list
    assert again.read("imports")["undone_on"].notna().all()


# --- nasty towns -------------------------------------------------------------------------------

NASTY = (
    *("=1+1", "'=1+1", "''", "'", "@SUM(A1)", "+49", "-5", "'-5", "-5.50", "1e400", "007", "NA"),
    *(
        "=cmd|' /C calc'!A0",
        "\uff1dHYPERLINK(A1)",
        "#N/A",
        "TRUE",
        "no",
        "null",
        "nan",
        "suppressed",
    ),
    *(
        'a "quoted" word',
        "a;=1+1,b\t|c",
        "two\nlines\n=three",
        "-\n-\n'-",
        "\u0645\u0631\u062d\u0628\u0627",
        "\U0001f469\u200d\U0001f467",
    ),
    *(
        "{{7*7}}",
        "<b>&amp;</b>",
        "_x0041_",
        "[1]",
        '{"a": 1}',
        "2026-01-01",
        "e\u0301",
        "a" * 12_345,
    ),
)


def as_stored(text: str) -> str:
    """Make a text as every import stores it, with one sort of line end, as sheets have it."""
    return clean(clean(text.replace("\r", "\n")) or "") or "x"


texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=30)).map(as_stored)
maybe = st.none() | texts
yes_no = st.none() | st.booleans()
points = st.tuples(st.floats(-179, 179), st.floats(-85, 85)).map(shapely.Point)
counts = st.none() | st.just(0) | st.integers(5, 10_000)
days = st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1))
extras = st.none() | st.dictionaries(
    st.sampled_from(["Farbe", "=x", "a.b", "Gr\u00f6\u00dfe", "x y"]), texts, min_size=1
)


@st.composite
def towns(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Draw a small town in which every cell may be something awkward."""
    many = draw(st.integers(1, 3))
    actors = [
        {
            "id": f"0{n}",
            "name": draw(texts),
            "description": draw(maybe),
            "communities": draw(
                st.none() | st.lists(st.sampled_from(["so", "prs", "ar"]), min_size=1, unique=True)
            ),
            "migrant_led": draw(yes_no),
            "consent_shown": True,
            "date_checked": draw(days),
            "extra": draw(extras),
        }
        for n in range(many)
    ]
    services = [
        {
            "id": f"s{n}",
            "organization_id": draw(st.none() | st.sampled_from([one["id"] for one in actors])),
            "name": draw(texts),
            "category": draw(st.sampled_from(["legal", "health"])),
            "description": draw(maybe),
            "cost": draw(maybe),
            "free": draw(yes_no),
            "papers_asked": draw(yes_no),
            "capacity": draw(counts),
            "source_file": draw(maybe),
            "source_row": draw(st.none() | st.integers(1, 99)),
            "says_who": draw(st.none() | st.sampled_from(["users", "provider"])),
        }
        for n in range(many)
    ]
    return {
        "organizations": actors,
        "services": services,
        "locations": [
            {
                "id": f"@{n}",
                "name": draw(maybe),
                "precision": draw(st.sampled_from(["exact", "street", "area", "city"])),
                "geometry": draw(st.none() | points),
                "step_free": draw(yes_no),
            }
            for n in range(many)
        ],
        "service_at_location": [
            {"id": f"l{n}", "service_id": f"s{n}", "location_id": f"@{n}"} for n in range(many)
        ],
        "schedules": [
            {
                "id": "h",
                "service_at_location_id": "l0",
                "source_text": draw(maybe),
                "starts_on": draw(days),
            }
        ],
        "service_languages": [{"id": "g", "service_id": "s0", "language": "prs", "level": "staff"}],
        "areas": [
            {
                "id": "01",
                "name": draw(maybe),
                "level": "district",
                "geometry": shapely.box(0, 0, 1, 1),
            }
        ],
        "population_groups": [{"id": one, "label": draw(texts)} for one in ("all", "women", "men")],
        "population": [
            {
                "id": f"01:{one}",
                "area_id": "01",
                "group_code": one,
                **draw(
                    st.sampled_from(
                        [
                            {"count": 900.0},
                            {"count": 0.0},
                            {},
                            {"suppressed": True},
                            {"count": 50.5, "estimated": True},
                        ]
                    )
                ),
            }
            for one in ("all", "women", "men")
        ],
        "usage": [{"id": "u", "service_id": "s0", "group_code": "all", "count": draw(counts)}],
        "ties": [
            {
                "id": "t",
                "from_id": "00",
                "to_id": "01",
                "kind": "funds",
                "direction": "directed",
                "gives": draw(maybe),
            }
        ]
        if many > 1
        else [],
        "statements": [
            {
                "id": "z",
                "table_name": "services",
                "row_id": "s0",
                "attribute": "free",
                "value": "0",
                "says_who": "users",
            }
        ],
    }


@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # each example reads two files in processes of their own
)
@given(rows_of=towns(), to=st.sampled_from(FORMATS))
def test_a_town_of_awkward_texts_comes_back_as_it_left(
    rows_of: dict[str, list[dict[str, Any]]], to: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("town")
    first = atlas.create(folder / "first.gpkg", name="=Town")
    with first.write() as writer:
        for table, rows in rows_of.items():
            writer.insert(table, rows)
    second, third = empty(folder), empty(folder)
    brought(second, taken(first, folder / "one", to))
    brought(third, taken(second, folder / "two", to))
    people = ("population", "usage")  # an import may withhold what would show a withheld count
    once, twice, thrice = told(first), told(second), told(third)
    assert {k: v for k, v in twice.items() if k not in people} == {
        k: v for k, v in once.items() if k not in people
    }
    assert thrice == twice


@pytest.mark.parametrize("to", FORMATS)
def test_every_awkward_text_comes_back(to: str, tmp_path: Path) -> None:
    first = atlas.create(tmp_path / "first.gpkg", name="Town")
    wanted = [clean(one) for one in NASTY]
    with first.write() as writer:
        rows = [{"id": f"{n:03}", "name": one, "kind": "other"} for n, one in enumerate(wanted)]
        writer.insert("bodies", rows)
    again = empty(tmp_path)
    brought(again, taken(first, tmp_path / "out", to))
    assert again.read("bodies")["name"].tolist() == wanted
    assert again.read("bodies")["id"].tolist()[7] == "007"


# --- into an atlas that holds something ---------------------------------------------------------


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_again_changes_nothing_and_a_change_is_one(
    town: Atlas, tmp_path: Path, to: str
) -> None:
    file = taken(town, tmp_path / "out", to)
    plan = importer.prepare(town, file)
    assert (plan.compared.new, plan.compared.changed) == (0, 0)
    assert importer.carry_out(town, plan) is None
    edited(town, "services", "s", name="Advice by night")
    plan = importer.prepare(town, file)
    assert (plan.compared.new, plan.compared.changed) == (0, 1)
    assert [(one["column"], one["before"], one["after"]) for one in plan.changes_shown] == [
        ("name", "Advice by night", "Advice")
    ]


def test_an_empty_cell_changes_nothing(town: Atlas, tmp_path: Path) -> None:
    file = taken(town, tmp_path / "out", "csv")
    edited(town, "services", "s", free=True, description="typed here since")
    assert importer.prepare(town, file).compared.changed == 0


def test_a_place_hidden_since_stays_hidden_whatever_an_older_export_says(
    town: Atlas, tmp_path: Path
) -> None:
    file = taken(town, tmp_path / "out", "gpkg")
    edited(town, "locations", "at", precision="hidden", address=None, geometry=None)
    brought(town, file)
    place = town.read("locations").iloc[0]
    assert (place["precision"], place["geometry"]) == ("hidden", None)
    with town.write() as w:  # an import gives what it hides another identifier
        w.rename("locations", "at", "elsewhere")
        w.rename("services", "s", "other")
    brought(town, file)
    places = town.read("locations")
    assert places["precision"].tolist() == ["hidden", "hidden"]
    assert places["address"].isna().all()


def test_two_cities_that_count_from_one_are_kept_apart(town: Atlas, tmp_path: Path) -> None:
    file = taken(town, tmp_path / "out", "csv")
    other = atlas.create(tmp_path / "other.gpkg", name="Other")
    with other.write() as w:
        w.insert("organizations", [{"id": "1", "name": "Somebody else", "source_file": "x.csv"}])
        w.insert(
            "services",
            [{"id": "s", "name": "Another", "category": "health", "source_file": "x.csv"}],
        )
    plan = brought(other, file)
    assert {(one.code, one.column) for one in plan.rejected} == {
        ("id_of_another", "organizations.id"),
        ("id_of_another", "services.id"),
        ("service_unknown", "service_at_location.service_id"),  # it is not about the service here
    }
    assert other.read("services")["name"].tolist() == ["Another"]


def test_an_edited_gpkg_of_another_program_still_comes_back(town: Atlas, tmp_path: Path) -> None:
    """A column that somebody added in QGIS is an unmapped column."""
    file = taken(town, tmp_path / "out", "gpkg")
    with closing(sqlite3.connect(file)) as db:
        db.execute("ALTER TABLE services ADD COLUMN Farbe TEXT")
        db.execute("UPDATE services SET Farbe = 'blau'")
        db.commit()
    again = empty(tmp_path)
    brought(again, file)
    assert again.read("services")["extra"].tolist() == [{"Farbe": "blau"}]


def test_a_feature_collection_keeps_ties_and_hours(town: Atlas, tmp_path: Path) -> None:
    with town.write() as w:
        w.insert(
            "schedules",
            [{"id": "h", "service_at_location_id": "l", "opening_hours": "Mo 9:00-12:00"}],
        )
    folder = taken(town, tmp_path / "out", "geojson")
    whole = json.loads((folder / "schedules.geojson").read_text("utf-8"))
    assert [one["geometry"] for one in whole["features"]] == [None]
    again = empty(tmp_path)
    brought(again, folder)
    assert again.read("schedules")["opening_hours"].tolist() == ["Mo 9:00-12:00"]
