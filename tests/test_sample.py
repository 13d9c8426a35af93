"""The invented city is what it says: invented, whole, plausible, and safe to show."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from layers import personas_kept, schema, vocab
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.hours import open_at, typical_week
from layers.proposing import decide
from mapping.city import City
from mapping.personas import PACES, Persona
from sample_data import plan
from sample_data.__main__ import main
from sample_data.make import city_tables, make_city
from tests.helpers.seen import LANGUAGE, Seen, metres

DAY = date(2026, 11, 22)
PERSONAS = sorted((Path(plan.__file__).parent / "personas").glob("*.json"))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen(make_city(tmp_path_factory.mktemp("city") / "city.gpkg", today=DAY))


# --- the frame -------------------------------------------------------------------------------


def test_the_same_seed_and_day_give_the_same_rows() -> None:
    first, again = (city_tables(seed=3, today=DAY, twin=False) for _ in range(2))
    assert repr(first) == repr(again)
    other = city_tables(seed=4, today=DAY, twin=False)
    assert repr(first["population"]) != repr(other["population"])


def test_dates_follow_the_day_it_is_made() -> None:
    later = city_tables(seed=1, today=date(2031, 5, 5), twin=False)
    assert max(row["held_on"] for row in later["sessions"]) < date(2031, 5, 5)
    assert {row["counted_on"] for row in later["population"]} == {date(2031, 1, 1)}
    checked = [row["date_checked"] for row in later["services"] if row["date_checked"]]
    assert min(checked) >= date(2028, 4, 1)
    assert max(checked) < date(2031, 5, 5)


def test_it_says_that_it_is_invented(city: Seen) -> None:
    meta = city.atlas.meta()
    assert meta["invented"] == "1"
    assert "invented" in meta["name"]


def test_it_lies_in_open_water_where_no_place_is_meant(city: Seen) -> None:
    west, south, east, north = city.table["areas"].total_bounds
    assert 11.40 < west < east < 11.60
    assert 56.36 < south < north < 56.44


def test_every_code_is_in_its_list_and_every_reference_is_there(city: Seen) -> None:
    for spec in schema.TABLES.values():
        table = city.table[spec.name]
        for column in spec.columns:
            told = list(table[column.name].dropna()) if column.of else []
            values = {one for many in told for one in many} if column.type == "codes" else set(told)
            if column.of in vocab.LISTS:
                assert values <= set(vocab.LISTS[column.of]), (spec.name, column.name)
            elif column.of in schema.TABLES:
                there = set(city.table[column.of]["id"])
                assert values <= there, (spec.name, column.name, values - there)
            if column.required:
                assert table[column.name].notna().all(), (spec.name, column.name)


def test_the_counts_are_those_of_the_plan(city: Seen) -> None:
    areas, actors = city.table["areas"], city.table["organizations"]
    assert city.people("all").sum() == 250_000
    assert areas["level"].value_counts().to_dict() == {"cell": 400, "district": 12, "city": 1}
    assert len(actors) == 70
    assert int(actors["migrant_led"].sum()) == 25
    assert (actors["internal"] == "internal").sum() == 10
    assert len(city.table["services"]) == 160
    assert set(city.table["services"]["category"]) == set(vocab.CATEGORY)
    assert len(city.table["ties"]) == 180
    assert len(city.table["sessions"]) == 4
    assert 5_000 < len(city.table["street_nodes"]) < 7_000
    kinds = city.table["streets"]["kind"].value_counts()
    assert kinds["underpass"] == 6
    assert kinds["bridge"] == 5


def test_a_third_of_hours_and_conditions_and_a_quarter_of_languages_are_unknown(
    city: Seen,
) -> None:
    assert 0.25 < city.table["schedules"]["opening_hours"].isna().mean() < 0.42
    asked = ["walk_in", "papers_asked", "women_only", "free", "referral_asked"]
    assert 0.25 < float(city.table["services"][asked].isna().to_numpy().mean()) < 0.42
    known = set(city.table["service_languages"]["service_id"])
    assert 0.17 < 1 - len(known) / 160 < 0.33


def test_hours_are_real_opening_hours_texts(city: Seen) -> None:
    week = typical_week(DAY, country="DK")
    for text in city.table["schedules"]["opening_hours"].dropna().unique():
        said = open_at(text, "any", week=week, country="DK", timezone="Europe/Copenhagen")
        assert said in ("yes", "by_appointment", "no"), text


# --- people ----------------------------------------------------------------------------------


def test_districts_tile_the_city(city: Seen) -> None:
    areas = gpd.GeoDataFrame(city.table["areas"]).to_crs("EPSG:32632")
    districts = areas.set_index("level").geometry.loc["district"]
    whole = areas[areas["level"] == "city"].geometry.iloc[0]
    assert sum(shape.area for shape in districts) == pytest.approx(whole.area, rel=1e-6)
    assert shapely.union_all(districts.to_numpy()).area == pytest.approx(whole.area, rel=1e-6)


def test_sexes_ages_and_births_sum_to_everyone(city: Seen) -> None:
    everyone = city.people("all")
    groups = city.table["population_groups"]
    ages = groups.query("dimension == 'age'")["id"]
    assert (city.people("women") + city.people("men") == everyone).all()
    assert (np.sum([city.people(age) for age in ages], axis=0) == everyone).all()
    assert (city.people("born_abroad") + city.people("born_here") == everyone).all()


def test_one_to_four_people_are_withheld_and_cannot_be_worked_out(city: Seen) -> None:
    for name in ("population", "usage"):
        table = city.table[name]
        assert not table["count"].between(1, 4).any()
        assert (table["count"].isna() == table["suppressed"]).all()
    births = city.table["population"].query("group_code.str.startswith('born_')")
    wide = births.pivot_table(index="area_id", columns="group_code", values="count", dropna=False)
    listed = wide[list(LANGUAGE)]
    once = listed.isna().sum(axis=1) == 1
    rest = wide["born_abroad"] - listed.sum(axis=1)
    # People from other countries are in the sum as well, so a remainder tells nothing.
    assert once.any()
    assert (rest[once] >= 9).all()
    margins = city.table["population"].query("not group_code.str.startswith('born_')")
    assert not margins["suppressed"].any()


def test_communities_live_clustered(city: Seen) -> None:
    for group in LANGUAGE:
        counts = np.sort(city.people(group))[::-1]
        assert counts[:40].sum() > 0.7 * counts.sum(), group


# --- the ground ------------------------------------------------------------------------------


def test_all_streets_hang_together_and_have_their_true_length(city: Seen) -> None:
    assert nx.is_connected(city.streets)
    geod = pyproj.Geod(ellps="WGS84")
    streets = city.table["streets"]
    for row in streets.iloc[::37].itertuples():
        assert geod.geometry_length(row.geometry) == pytest.approx(row.metres, rel=2e-3, abs=0.05)


def test_river_and_railway_are_crossed_at_bridges_and_underpasses_only(city: Seen) -> None:
    ground = city.table["ground"]
    rail = shapely.union_all(ground.query("kind == 'railway'").geometry.to_numpy())
    water = shapely.union_all(ground.query("kind == 'water'").geometry.to_numpy())
    streets = city.table["streets"]
    under = streets[streets.geometry.intersects(rail)]
    over = streets[streets.geometry.intersects(water)]
    assert set(under["kind"]) == {"underpass"}
    assert set(over["kind"]) == {"bridge"}
    assert (len(under), len(over)) == (6, 5)


def test_nobody_lives_in_the_water_and_services_stand_at_streets(city: Seen) -> None:
    water = shapely.union_all(city.table["ground"].query("kind == 'water'").geometry.to_numpy())
    cells = city.table["areas"].query("level == 'cell'")
    assert not shapely.contains(water, shapely.centroid(cells.geometry.to_numpy())).any()
    places = city.table["locations"].geometry.dropna()
    for xy in metres(places):
        assert np.hypot(*(city.node_xy - xy).T).min() < 15
    assert not shapely.contains(water, places.to_numpy()).any()


# --- privacy ---------------------------------------------------------------------------------


def test_no_number_or_address_could_be_somebodys(city: Seen) -> None:
    for table in ("organizations", "locations", "assets"):
        for column in ("url", "public_contact", "private_contact"):
            if column in city.table[table]:
                for text in city.table[table][column].dropna():
                    assert text.startswith("+00 ") or text.endswith(".example"), text


def test_published_cells_are_bands_of_past_sessions_and_nobodys_home_is_called_unsafe(
    city: Seen,
) -> None:
    cells = city.table["reported_cells"]
    assert set(cells["contributors"]) <= set(vocab.BAND)
    assert set(cells.query("feeling == 'unsafe'")["time_of_day"]) == {"evening", "night"}
    assert not set(cells.query("feeling == 'unsafe'")["cell"]) & set(city.cells)
    assert (pd.to_datetime(city.table["sessions"]["held_on"]) < pd.Timestamp(DAY)).all()


def test_two_proposals_wait_and_can_be_accepted(tmp_path: Path) -> None:
    made = make_city(tmp_path / "waiting.gpkg", today=DAY)
    waiting = made.read("proposals")
    assert waiting["source"].tolist() == ["organization", "open_street_map"]
    assert set(waiting["state"]) == {"open"}
    decided = decide(made, waiting["id"].tolist(), accept=True)
    assert decided.left == ()
    services = made.read("services").set_index("id")
    assert not services.loc["legal-brinholm", "papers_asked"]
    assert "Larkmoor toy library" in set(services["name"])


# --- the doors -------------------------------------------------------------------------------


def test_the_command_makes_a_city_and_refuses_to_overwrite_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new.gpkg"
    assert main([str(target), "--twin", "--today", "2026-03-01"]) == 0
    assert Atlas(target).count("services") == 160
    assert main([str(target)]) == 2
    assert "new.gpkg" in capsys.readouterr().err
    with pytest.raises(LayerError):
        make_city(target, today=DAY)


def test_the_personas_can_be_asked_for(city: Seen) -> None:
    asked = City(city.atlas.read, city.atlas.meta(), day=DAY)
    for file in PERSONAS:
        persona = Persona.from_json(file.read_text(encoding="utf-8"))
        _, people = asked.people(persona.group)
        assert np.nansum(people.high) > 100, file.name
        (born,) = (one for one in persona.group.split("*") if one in LANGUAGE)
        assert LANGUAGE[born] == persona.language
        assert persona.about.startswith("Invented.")
        assert json.loads(file.read_text(encoding="utf-8"))["invented"] is True


def test_the_personas_differ_in_what_keeps_them_out() -> None:
    people = [Persona.from_json(file.read_text(encoding="utf-8")) for file in PERSONAS]
    assert {one.pace for one in people} == set(PACES)
    assert {one.sex for one in people} == {"woman", "man", None}
    assert len({one.category for one in people}) >= 5
    assert {fact for one in people for fact in one.asked()} >= {
        *("hours", "place_free", "papers", "women_only", "language", "course_level"),
        *("free", "step_free", "trust"),
    }
    assert any(one.avoids_unsafe and one.no_papers and one.children for one in people)
    assert sum("*" in one.group for one in people) >= 3


@pytest.mark.parametrize("twin", [False, True])
def test_the_city_and_its_twin_keep_the_same_personas(tmp_path: Path, *, twin: bool) -> None:
    made = make_city(tmp_path / "city.gpkg", today=DAY, twin=twin)
    kept = personas_kept.kept(made)
    assert [one["id"] for one in kept] == [f"persona-{file.stem}" for file in PERSONAS]
    for one, file in zip(kept, PERSONAS, strict=True):
        here = {key: value for key, value in one.items() if key not in {"id", "row_version"}}
        assert Persona.from_json(here) == Persona.from_json(file.read_text(encoding="utf-8"))
    assert set(made.read("personas")["source_file"]) == {"sample_data"}


def test_the_tutorial_tells_the_numbers_of_this_city(city: Seen) -> None:
    told = (Path(plan.__file__).parents[1] / "docs" / "tutorial.md").read_text(encoding="utf-8")
    rows = city.table["population"]
    born = rows[rows["group_code"] == "born_er"]
    withheld = int(born["suppressed"].sum())
    counted = int(born["count"].sum())
    assert f"{counted + withheld:,} to {counted + 4 * withheld:,} people born in Eritrea" in told
    assert 0.4 < withheld / len(city.cells) < 0.6  # "in half of the cells"
    for actor in ("Kilnside Neighbourhood Desk", "Saffron Sisters", "Hidmo Advice Room"):
        assert actor in told
        assert actor in set(city.table["organizations"]["name"])
