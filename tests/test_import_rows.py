"""From rows of others to rows of ours: nothing invented, nothing lost, nothing hidden shown."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import atlas, changes
from layers.errors import LayerError
from layers.importing import cells, identity, importer
from layers.importing.draft import Options, safe_id
from layers.importing.importer import Plan
from tests.helpers.bringing import content

SQUARE = shapely.box(13.0, 52.0, 13.5, 52.5)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Make an atlas of one city and two districts, with two actors."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert(
            "areas",
            [
                {"id": "00", "name": "Town", "level": "city", "geometry": SQUARE},
                *(
                    {
                        "id": f"0{n}",
                        "name": name,
                        "level": "district",
                        "geometry": shapely.box(12.75 + n / 4, 52, 13 + n / 4, 52.5),
                    }
                    for n, name in ((1, "West"), (2, "Ost"))
                ),
            ],
        )
        writer.insert(
            "organizations",
            [{"id": "a1", "name": "Amal e.V."}, {"id": "b2", "name": "Stadt"}],
        )
    return made


def add(town: atlas.Atlas, name: str, text: str, kind: str | None = None, **said: Any) -> Plan:
    path = town.path.parent / name
    path.write_text(text, encoding="utf-8")
    plan = importer.prepare(town, path, kind=kind, options=Options(**said))
    importer.carry_out(town, plan)
    return plan


def notes(plan: Plan) -> set[str]:
    return {note.code for note in plan.notes}


def test_german_and_french_columns_and_values_are_understood(town: atlas.Atlas) -> None:
    add(
        town,
        "angebote.csv",
        "Kennung;Bezeichnung;Kategorie;Straße;Hausnr;PLZ;Breite;Länge;Sprachen;Kostenlos;Öffnungszeiten;Farbe\n"
        "s1;Beratung;Rechtsberatung;Weg;5;01067;52,1234;13,2345;Deutsch, Dari;ja;Mo 9-12;blau\n",
    )
    service = town.read("services").iloc[0]
    assert (service["id"], service["name"], service["category"]) == ("s1", "Beratung", "legal")
    assert bool(service["free"]) is True
    assert service["extra"] == {"Farbe": "blau"}
    assert (service["source_file"], service["source_row"]) == ("angebote.csv", 2)
    place = town.read("locations").iloc[0]
    assert place["address"] == "Weg 5, 01067"
    assert place["geometry"].wkt == "POINT (13.2345 52.1234)"
    assert sorted(town.read("service_languages")["language"]) == ["de", "prs"]
    assert town.read("schedules")["source_text"].tolist() == ["Mo 9-12"]


def test_another_word_than_yes_or_no_stays_unknown_and_is_kept(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "name,lat,lon,free\nSun,52.1234,13.1234,sometimes\n")
    service = town.read("services").iloc[0]
    assert service.isna()["free"]
    assert service["extra"] == {"free": "sometimes"}


CONFIDENTIAL = [
    ("confidential", "yes"),
    ("adresse_geheim", "ja"),
    ("precision", "hidden"),
    ("hidden", "for safety"),
]


@pytest.mark.parametrize(("column", "value"), CONFIDENTIAL)
def test_nothing_of_a_hidden_place_reaches_the_file(
    column: str, value: str, town: atlas.Atlas
) -> None:
    plan = add(
        town,
        "support.csv",
        f"id,name,category,street,zip,lat,lon,{column},entrance\n"
        f"h,Safe,violence_support,Secretstreet 9,99887,52.3333,13.4444,{value},Backdoor\n",
        "services",
    )
    place = town.read("locations").iloc[0]
    assert (place["precision"], place["geometry"]) == ("hidden", None)
    assert "hidden_discarded" in notes(plan)
    content = town.path.read_bytes()
    for secret in (b"Secretstreet", b"99887", b"Backdoor", shapely.Point(13.4444, 52.3333).wkb[5:]):
        assert secret not in content


def test_a_shelter_is_hidden_unless_the_file_says_it_is_public(town: atlas.Atlas) -> None:
    text = "id,name,category,lat,lon,hidden\n1,Frauenhaus Ost,violence_support,52.1234,13.1234,{}\n"
    plan = add(town, "support.csv", text.format(""), "services")
    assert "hidden_guessed" in notes(plan)
    assert town.read("locations")["precision"].tolist() == ["hidden"]


def test_what_is_hidden_here_stays_hidden_when_a_file_shows_it(town: atlas.Atlas) -> None:
    text = "id,name,category,lat,lon,hidden\n1,House,housing,52.1234,13.1234,{}\n"
    add(town, "one.csv", text.format("yes"), "services")
    plan = add(town, "one.csv", text.format("no"), "services")
    assert "hidden_kept" in notes(plan)
    assert town.read("locations")["geometry"].tolist() == [None]


def test_a_place_that_becomes_hidden_loses_what_was_known(town: atlas.Atlas) -> None:
    text = "id,name,category,street,lat,lon,hidden\n1,House,housing,Weg 5,52.1234,13.1234,{}\n"
    add(town, "one.csv", text.format("no"), "services")
    plan = add(town, "one.csv", text.format("yes"), "services")
    assert (plan.compared.new, plan.compared.changed) == (0, 1)
    place = town.read("locations").iloc[0]
    assert (place["geometry"], place.isna()["address"]) == (None, True)


def test_a_fallback_point_is_not_exact(town: atlas.Atlas) -> None:
    middle = town.read("areas").set_index("id")["geometry"]["01"].centroid
    add(
        town,
        "kita.csv",
        "id,name,street,lat,lon\n"
        f"1,Centre,Weg 1,{middle.y!r},{middle.x!r}\n"
        "2,Downtown,Downtown East,52.2111,13.3111\n"
        "3,Hall,Markt 1,52.2111,13.3111\n"
        "4,Round,Weg 2,52.21,13.31\n"
        "5,True,Weg 3,52.2345,13.3456\n",
    )
    found = town.read("locations").set_index("id")["precision"].to_dict()
    assert found == {
        f"service:{one}": said
        for one, said in zip("12345", ("area", "area", "exact", "area", "exact"), strict=True)
    }


def test_an_impossible_point_costs_the_row_its_place_only(town: atlas.Atlas) -> None:
    plan = add(
        town, "kita.csv", "id,name,lat,lon\n1,A,100,101\n2,B,52.1,13.1\n3,C,52.1,13.2\n4,D,abc,13\n"
    )
    assert plan.accepted == 4
    places = town.read("locations").set_index("id")["geometry"]
    assert [places[f"service:{one}"] is None for one in "1234"] == [True, False, False, True]


def test_two_files_that_count_from_one_do_not_overwrite_each_other(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "id,name,lat,lon\n1,Sun,52.1,13.1\n")
    with pytest.raises(LayerError) as error:
        add(town, "clinics.csv", "id,name,lat,lon\n1,Doctor,52.2,13.2\n")
    assert (error.value.code, error.value.blanks["reason"]) == ("all_rejected", "id_of_another")
    assert town.read("services")["name"].tolist() == ["Sun"]


def test_an_empty_cell_forgets_nothing_and_a_full_one_changes(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "id,name,lat,lon,capacity,free\n1,Sun,52.1,13.1,40,yes\n")
    plan = add(town, "kita.csv", "id,name,lat,lon,capacity,free\n1,Sun,52.1,13.1,45,\n")
    assert plan.compared.changed == 1
    service = town.read("services").iloc[0]
    assert (service["capacity"], bool(service["free"]), service["row_version"]) == (45, True, 2)


@pytest.mark.parametrize(
    "again",
    [
        "id,name,street\n1,Sun,Weg 1\n",  # a list of addresses
        "id,name,street,lat,lon\n1,Sun,Weg 1,,\n2,Moon,Weg 2,52.21,13.12\n",
        "id,name,street,lat,lon\n1,Sun,Weg 1,52.12,13.12\n",  # two decimals
        "id,name,street,lat,lon\n1,Sun,Weg 1,51.165691,10.451526\n2,M,,52.1,13.2\n",  # a country
    ],
)
def test_a_list_that_knows_less_of_a_place_leaves_it_as_exact_as_it_is(
    again: str, town: atlas.Atlas
) -> None:
    add(town, "kita.csv", "id,name,street,lat,lon\n1,Sun,Weg 1,52.1234,13.1234\n")
    add(town, "kita.csv", again, "services")
    place = town.read("locations").set_index("id").loc["service:1"]
    assert (place["precision"], place["geometry"].wkt) == ("exact", "POINT (13.1234 52.1234)")


@pytest.mark.parametrize(("street", "stays"), [("Weg 1", True), ("", True), ("Weg 2", False)])
def test_a_list_of_addresses_leaves_a_service_at_the_place_it_shares(
    street: str, *, stays: bool, town: atlas.Atlas
) -> None:
    add(town, "kita.csv", "id,name,street,lat,lon\n1,Sun,Weg 1,52.1234,13.1234\n")
    add(town, "kita.csv", "id,name,street,lat,lon\n2,Moon,Weg 1,52.1234,13.1234\n")
    with town.write() as writer:
        writer.update("service_at_location", "2", {"location_id": "service:1"}, seen=1)
    add(town, "kita.csv", f"id,name,street\n2,Moon,{street}\n", "services")
    links = town.read("service_at_location").set_index("id")["location_id"]
    assert (links["2"] == "service:1") is stays
    place = town.read("locations").set_index("id").loc["service:1"]
    assert (place["precision"], place["address"]) == ("exact", "Weg 1")


def test_where_a_place_becomes_known_better_it_is_taken(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "id,name,street,lat,lon\n1,Sun,Weg 1,,\n2,Moon,Weg 2,52.12,13.12\n")
    add(town, "kita.csv", "id,name,lat,lon\n1,Sun,52.1234,13.1234\n2,Moon,52.1235,13.1235\n")
    assert town.read("locations")["precision"].tolist() == ["exact", "exact"]


def test_an_import_without_coordinates_can_be_undone(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "id,name,street,lat,lon\n1,Sun,Weg 1,52.1234,13.1234\n")
    before = content(town)
    plan = add(town, "kita.csv", "id,name,street\n1,Moon,Weg 2\n", "services")
    assert plan.compared.changed == 1
    changes.undo(town, town.read("revisions")["id"].iloc[-1], who="")
    assert content(town) == before


def test_a_wish_makes_a_place_rough_that_was_exact(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "id,name,street,lat,lon\n1,Sun,Weg 1,52.1234,13.1234\n")
    add(town, "kita.csv", "id,name,street,precision\n1,Sun,Weg 1,city\n", "services")
    place = town.read("locations").iloc[0]
    assert (place["precision"], place["geometry"]) == ("city", None)


def test_rows_without_ids_are_found_again(town: atlas.Atlas) -> None:
    text = "name,lat,lon\nSun,52.1,13.1\nSun,52.2,13.2\n"
    assert add(town, "kita.csv", text).compared.new == 2
    again = add(town, "kita.csv", text)
    assert (again.compared.same, town.count("services")) == (2, 2)


HOUSES = (
    "name,street,house_number,zip,town,lat,lon",
    "Sun,Ring,5,10115,Town,52.1234,13.1234",
    "Sun,Ring,7,10115,Town,52.1234,13.1239",
    "Sun,Ring,7,10117,Other,52.1234,13.1934",
)


def addresses(town: atlas.Atlas) -> dict[str, str]:
    found = town.read("locations")
    return dict(zip(found["id"], found["address"], strict=True))


def test_houses_of_one_street_stay_themselves_in_any_order(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "\n".join(HOUSES))
    before = addresses(town)
    assert sorted(before.values()) == [
        "Ring 5, 10115 Town",
        "Ring 7, 10115 Town",
        "Ring 7, 10117 Other",
    ]
    plan = add(town, "kita.csv", "\n".join([HOUSES[0], *HOUSES[:0:-1]]))
    assert (plan.compared.same, addresses(town)) == (3, before)


def test_rows_named_before_houses_were_told_apart_are_found_in_any_order(
    town: atlas.Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(identity, "_MORE", ())
        add(town, "kita.csv", "\n".join(HOUSES))
    before = addresses(town)
    assert [one.endswith(("-2", "-3")) for one in before] == [False, True, True]
    plan = add(town, "kita.csv", "\n".join([HOUSES[0], *HOUSES[:0:-1]]))
    assert (plan.compared.same, addresses(town)) == (3, before)
    hidden = [f"{one},{'yes' if n == 2 else 'hidden' * (n == 0)}" for n, one in enumerate(HOUSES)]
    add(town, "kita.csv", "\n".join(hidden))
    left = sorted(map(str, addresses(town).values()))
    assert left == ["Ring 5, 10115 Town", "Ring 7, 10117 Other", "nan"]
    assert town.count("services") == 3


def test_if_somebody_writes_between_look_and_confirmation_nothing_is_written(
    town: atlas.Atlas,
) -> None:
    path = town.path.parent / "kita.csv"
    path.write_text("id,name,lat,lon\n1,Sun,52.1,13.1\n2,Moon,52.2,13.2\n", encoding="utf-8")
    plan = importer.prepare(town, path)
    with town.write() as writer:
        writer.insert("services", [{"id": "2", "name": "Other", "category": "health"}])
    with pytest.raises(LayerError, match="written_meanwhile"):
        importer.carry_out(town, plan)
    assert town.read("services")["name"].tolist() == ["Other"]
    assert town.count("locations") == town.count("imports") == 0


def test_ties_need_two_actors_that_are_here(town: atlas.Atlas) -> None:
    plan = add(
        town,
        "ties.csv",
        "from,to,kind,strength\na1,Stadt,refers_to,2\na1,Stat,funds,1\na1,a1,funds,1\n"
        "a1,b2,kisses,1\na1,b2,funds,9\na1,,funds,1\n",
    )
    codes = [one.code for one in plan.rejected]
    assert codes == [
        "actor_nearly",
        "tie_to_itself",
        "value_not_listed",
        "not_between",
        "cell_empty",
    ]
    tie = town.read("ties").iloc[0]
    assert (tie["from_id"], tie["to_id"], tie["direction"]) == ("a1", "b2", "directed")


def test_trust_comes_in_bands_and_fewer_than_five_never(town: atlas.Atlas) -> None:
    plan = add(
        town,
        "trust.csv",
        "community,organization,state,said_by\nti,a1,trusted,12\nDari,Stadt,not_trusted,20+\nti,b2,mixed,4\n",
    )
    assert town.read("trust")["said_by"].tolist() == ["10-19", "20+"]
    assert [one.code for one in plan.rejected] == ["fewer_than_five"]


def test_usage_of_one_to_four_is_withheld(town: atlas.Atlas) -> None:
    add(town, "kita.csv", "id,name,lat,lon\n1,Sun,52.1,13.1\n")
    add(
        town,
        "usage.csv",
        "service,period,group,count\n1,2025-Q1,all,3\nSun,2025,women,12\n1,2024,all,0\n",
    )
    used = town.read("usage")
    assert used["suppressed"].tolist() == [True, False, False]
    assert used["count"].isna().tolist() == [True, False, False]
    assert used["count"].tolist()[1:] == [12, 0]
    assert str(used["period_end"][0].date()) == "2025-03-31"


def test_long_population_and_lost_zeros_are_joined(town: atlas.Atlas) -> None:
    plan = add(
        town,
        "people.csv",
        "area,group,count,counted_on\n1,all,900,31.12.2025\n1,women,3,31.12.2025\n2,all,*,\n",
        "population",
        key="area",
    )
    people = town.read("population").set_index("id")
    assert {"zeros_restored"} <= notes(plan)
    assert people["suppressed"].to_dict() == {"01:all": False, "01:women": True, "02:all": True}
    assert plan.joined["areas_without_row"] == []


def test_an_area_finds_the_larger_one_around_it(town: atlas.Atlas) -> None:
    inner = shapely.box(13.3, 52.1, 13.4, 52.2)
    features = [
        {"type": "Feature", "properties": {"id": one}, "geometry": shapely.geometry.mapping(inner)}
        for one in ("q1", "q2")
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    path = town.path.parent / "quarters.geojson"
    path.write_text(text.replace('"id": "q1"', '"level": "quarter", "id": "q1"'), encoding="utf-8")
    importer.carry_out(town, importer.prepare(town, path))
    areas = town.read("areas").set_index("id")
    assert areas.loc["q1", "parent_id"] == "02"


def test_streets_meet_where_they_share_a_corner_and_not_where_they_cross(
    town: atlas.Atlas,
) -> None:
    lines = [
        [[13.1, 52.1], [13.2, 52.1], [13.3, 52.1]],
        [[13.2, 52.1], [13.2, 52.2]],  # meets the first in its middle
        [[13.25, 52.0], [13.25, 52.2]],  # a bridge over it
    ]
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": one},
        }
        for one in lines
    ]
    add(town, "streets.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert (town.count("streets"), town.count("street_nodes")) == (4, 6)
    # a degree of latitude is 111.2 km here
    assert town.read("streets")["metres"].max() == pytest.approx(0.2 * 111_265, rel=1e-3)


def test_personal_columns_are_left_out_and_said(town: atlas.Atlas) -> None:
    plan = add(
        town, "kita.csv", "id,name,lat,lon,captcha,e-mail\n1,Sun,52.1,13.1,ukraine,a@b.example\n"
    )
    assert "columns_personal" in notes(plan)
    with closing(sqlite3.connect(town.path)) as db:
        assert "a@b.example" not in "".join(db.iterdump())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("46,8", 46.8),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234", 1234),
        ("1.234", 1.234),
        ("-7", -7),
        ("1e3", 1000),
        ("n/a", None),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float | None) -> None:
    assert cells.number(text) == value


@given(text=st.text(max_size=30))
def test_no_text_becomes_a_number_or_an_answer_by_accident(text: str) -> None:
    for reader in (cells.number, cells.yes_no, cells.day, cells.whole):
        try:
            found = reader(text)
        except (ValueError, OverflowError):
            continue
        assert found is None or found == found  # noqa: PLR0124 - NaN is not itself


@given(text=st.text(min_size=1, max_size=60).filter(lambda one: one.strip()))
def test_an_identifier_is_safe_and_always_the_same(text: str) -> None:
    made = safe_id(text)
    assert made == safe_id(text)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.-")
