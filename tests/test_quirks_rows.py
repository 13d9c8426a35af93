"""Quirks seen in real files, by number, the whole way into an atlas: what the rows say.

The numbers are those of the table in the notes on data. What concerns reading is in
``test_quirks_read``; ``test_quirks_held`` says which numbers come later.
"""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import shapely

from layers import hours
from layers.atlas import Atlas, create
from layers.errors import LayerError
from tests.helpers.quirks import AREAS, add, features, make_town, notes, point


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return make_town(tmp_path)


def people(town: Atlas) -> dict[str, float | None]:
    found = town.read("population").set_index("id")["count"]
    return {str(i): None if pd.isna(n) else float(n) for i, n in found.items()}


def test_quirk_01_swapped_coordinates_are_offered_to_be_turned(town: Atlas) -> None:
    rows = [(point(52.1 + n / 100, 13.1), {"id": f"{n}", "name": "Kita"}) for n in range(5)]
    with pytest.raises(LayerError, match="coords_swapped"):
        add(town, "kita.geojson", features(*rows))
    plan = add(town, "kita.geojson", features(*rows), swap=True)
    assert "coords_turned" in notes(plan)
    assert town.read("locations")["geometry"][0].wkt == "POINT (13.1 52.1)"


def test_quirk_02_the_centre_of_a_country_is_no_address(town: Atlas) -> None:
    text = "id,name,lat,lon\n1,Sun,52.1234,13.1234\n2,Lost,51.165691,10.451526\n"
    plan = add(town, "kita.csv", text)
    assert notes(plan)["fallback_points"]["rows"] == "3"
    assert town.read("locations")["precision"].tolist() == ["exact", "city"]


def test_zero_and_zero_is_no_place_with_a_city_and_without(town: Atlas, tmp_path: Path) -> None:
    text = "id,name,lat,lon\n1,Sun,52.1234,13.1234\n2,Lost,0,0.0\n"
    for made in (town, create(tmp_path / "new.gpkg", name="New")):
        plan = add(made, "kita.csv", text)
        assert (notes(plan)["coords_impossible"]["rows"], "coords_far" in notes(plan)) == (
            "3",
            False,
        )
        places = made.read("locations")
        assert [shape is None for shape in places["geometry"]] == [False, True]
        assert places["precision"].tolist() == ["exact", "city"]


def test_quirk_03_a_shelter_at_city_hall_gets_no_pin(town: Atlas) -> None:
    add(
        town,
        "support.csv",
        "id,name,category,street,lat,lon\n"
        "1,Women's Shelter,violence_support,Downtown East,52.2532,13.2832\n"
        "2,Advice,legal,Market 1,52.2532,13.2832\n"
        "3,Talk,legal,Downtown,52.2532,13.2832\n",
    )
    places = town.read("locations").set_index("id")
    assert places["geometry"]["service:1"] is None
    assert places["precision"].tolist() == ["hidden", "exact", "area"]


def test_quirk_04_an_impossible_place_costs_the_place_and_not_the_row(town: Atlas) -> None:
    plan = add(
        town, "kita.csv", "id,name,lat,lon\n1,A,100,101\n2,B,52.1234,13.1234\n3,C,52.2,13.2\n"
    )
    assert (plan.accepted, notes(plan)["coords_impossible"]["rows"]) == (3, "2")
    assert town.read("locations")["geometry"][0] is None


def test_quirk_05_rows_without_coordinates_come_in_and_are_named(town: Atlas) -> None:
    text = "id,name,lat,lon\n" + "".join(f"{n},S{n},,\n" for n in range(9)) + "9,T,52.1234,13.1\n"
    plan = add(town, "kita.csv", text)
    assert notes(plan)["without_point"] == {"count": 9, "rows": "2, 3, 4, 5, 6 …"}
    assert town.count("services") == 10
    assert town.read("locations")["geometry"].notna().sum() == 1


def test_quirk_10_another_system_is_converted_and_said(town: Atlas) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    x = math.radians(13.2) * 6_378_137
    y = math.log(math.tan(math.pi / 4 + math.radians(52.2) / 2)) * 6_378_137
    plan = add(town, "kita.geojson", features((point(x, y), {"name": "Sun"}), crs=crs))
    assert notes(plan)["crs_converted"]["crs"] == "EPSG:3857"
    place = town.read("locations")["geometry"][0]
    assert (place.x, place.y) == pytest.approx((13.2, 52.2))
    crs["properties"] = {"name": "urn:ogc:def:crs:EPSG::4269"}
    plan = add(town, "library.geojson", features((point(13.25, 52.25), {"name": "Books"}), crs=crs))
    assert "4269" in notes(plan)["crs_converted"]["crs"]


def test_quirk_11_metres_without_a_system_are_offered_with_their_places(town: Atlas) -> None:
    text = "id,name,x,y\n1,Sun,377202,5784700\n"
    with pytest.raises(LayerError, match="coords_metres_maybe") as error:
        add(town, "kita.csv", text)
    assert str(error.value.blanks["systems"]).startswith("EPSG:25833 ")
    add(town, "kita.csv", text, crs="EPSG:25833")
    assert shapely.box(13, 52, 13.4, 52.4).contains(town.read("locations")["geometry"][0])


def test_quirk_14_a_shape_that_crosses_itself_is_mended_and_said(town: Atlas) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[13, 52], [13.1, 52.1], [13.1, 52], [13, 52.1], [13, 52]]],
    }
    plan = add(town, "quarters.geojson", features((bow, {"id": "x", "level": "quarter"})), "areas")
    assert notes(plan)["shapes_mended"] == {"count": 1}
    shape = town.read("areas").set_index("id")["geometry"]["x"]
    assert shape.is_valid
    assert shape.area == pytest.approx(0.1 * 0.1 / 2)


def test_quirk_22_a_decimal_comma_beside_whole_numbers(town: Atlas) -> None:
    add(town, "kita.csv", 'id;name;lat;lon\n1;Sun;52,1234;13\n2;Moon;52,2;"13,25"\n')
    places = town.read("locations")["geometry"]
    assert [place.wkt for place in places] == ["POINT (13 52.1234)", "POINT (13.25 52.2)"]


def test_quirk_22_points_that_group_thousands_are_no_fractions(town: Atlas) -> None:
    add(town, "people.csv", "id;total;women\n010111;1.234;987\n010112;12.003;1.000\n", "population")
    assert people(town)["010111:all"] == 1234
    assert people(town)["010112:women"] == 1000


def test_quirk_23_na_is_nothing_among_hours_and_namibia_among_countries(town: Atlas) -> None:
    add(
        town,
        "kita.csv",
        "id,name,opening_hours,cost,land,capacity\n1,NA,#N/A,n/a,NA,NA\n2,#N/A,NA,5 Euro,DE,99\n",
        values=(("capacity", "99", ""),),
    )
    services = town.read("services").set_index("id")
    assert services["name"].tolist() == ["NA", "Childcare (no name)"]
    assert town.count("schedules") == 0
    assert services["cost"].isna().tolist() == [True, False]
    assert services["capacity"].isna().all()
    assert services["extra"]["1"] == {"land": "NA"}
    add(town, "people.csv", "area_id,group,count\n010111,NA,50\n010111,all,90\n", "population")
    assert people(town) == {"010111:na": 50, "010111:all": 90}


def test_quirk_24_identifiers_are_texts_and_lost_zeros_are_found(town: Atlas) -> None:
    plan = add(town, "people.csv", "id,total\n10111,900\n010112,800\n20111.0,700\n", "population")
    assert people(town) == {"010111:all": 900, "010112:all": 800, "020111:all": 700}
    assert notes(plan)["zeros_restored"] == {"count": 2}
    assert notes(plan)["areas_no_data"]["areas"] == "Quarter 2"


def test_quirk_25_percentages_are_no_people_and_noise_is_rounded(town: Atlas) -> None:
    plan = add(
        town,
        "people.csv",
        "id,inhabitants,inhabitants_from_a,women,quota\n"
        "010111,100.0,112.99999999999999,812,48.25\n010112,100.0,20,700,51.5\n"
        "010113,100.0,30,650,49.125\n",
        "population",
    )
    assert people(town)["010111:from_a"] == 113
    assert not any(key.endswith((":all", ":quota")) for key in people(town))
    assert {"constant_left_out", "shares_left_out"} <= set(notes(plan))


def test_quirk_26_tables_of_another_year_are_told_apart_with_names(town: Atlas) -> None:
    text = "id,total\n" + "".join(f"9901{n:02},{500 + n}\n" for n in range(6))
    with pytest.raises(LayerError, match="join_other_year"):
        add(town, "people.csv", text, "population", key="id")
    plan = add(town, "people.csv", text + "010111,90\n", "population", key="id")
    assert {one.code for one in plan.rejected} == {"area_other_year"}
    assert plan.joined["match_rate"] == pytest.approx(1 / 7, abs=1e-4)
    assert plan.joined["unmatched_rows"][0] == {
        "row": 2,
        "value": "990100",
        "why": "year",
        "near": "",
    }
    named = [one["name"] for one in plan.joined["unmatched_areas"]]
    assert named == ["Quarter 1", "Quarter 2", "Quarter 3"]


def test_quirk_27_sums_among_the_parts_are_listed_and_not_counted(town: Atlas) -> None:
    plan = add(
        town,
        "people.csv",
        "id,name,total\n010000,District 1,2400\n010111,Quarter 0,900\n010112,Quarter 1,800\n"
        "010113,Quarter 2,700\n020111,Quarter 3,60\n00,Town,2460\n",
        "population",
    )
    assert [(one.row, one.code) for one in plan.rejected] == [(2, "area_aggregate")]
    assert people(town)["00:all"] == 2460  # an area of its own level
    assert sum(people(town)[f"{one}:all"] or 0 for one in AREAS) == 2460
    with pytest.raises(LayerError, match="join_other_level"):
        add(town, "more.csv", "id,total\n0101,2400\n", "population", key="id")


def test_quirk_27_a_sum_of_the_same_name_does_not_replace_the_part(town: Atlas) -> None:
    names = "".join(f"Quarter {n},{900 + n}\n" for n in range(4))
    text = f"name,total\n{names}Quarter 0,2400\n"
    plan = add(town, "people.csv", text, "population", key="name")
    assert [(one.row, one.code) for one in plan.rejected] == [(6, "area_twice")]
    assert people(town)["010111:all"] == 900


def test_quirk_27_parts_are_not_taken_for_the_area_that_they_lie_in(town: Atlas) -> None:
    rows = "".join(f"{n},{area},{n}00\n" for area in AREAS for n in range(2, 7))
    with pytest.raises(LayerError, match="join_repeats"):
        add(town, "blocks.csv", f"block,area_id,total\n{rows}", "population")
    rows = "".join(f"{area},all,{n}00\n" for area in AREAS for n in range(2, 7))
    with pytest.raises(LayerError, match="join_repeats"):
        add(town, "blocks.csv", f"area_id,group,count\n{rows}", "population")
    assert town.count("population") == 0


def test_quirk_28_area_0_is_none(town: Atlas) -> None:
    plan = add(town, "kita.csv", "id,name,area_id,lat,lon\n1,Sun,0,52.1234,13.1\n")
    assert notes(plan)["areas_none"]["rows"] == "2"
    assert town.read("locations")["area_id"].isna().all()
    plan = add(town, "people.csv", "area_id,total\n0,40\n010111,90\n", "population")
    assert [(one.row, one.code) for one in plan.rejected] == [(2, "area_outside")]


def test_quirk_29_rows_without_a_name_or_street_are_kept(town: Atlas) -> None:
    add(town, "kita.csv", "id,name,street,lat,lon\n1,,Weg 5,52.1234,13.1\n2,,,52.2,13.2\n")
    assert town.read("services")["name"].tolist() == ["Childcare, Weg 5", "Childcare (no name)"]


def test_quirk_30_many_services_at_one_point_are_many(town: Atlas) -> None:
    rows = "".join(f"{n},Help {n},legal,Weg 5,52.12345,13.12345\n" for n in range(7))
    plan = add(town, "help.csv", f"id,name,category,street,lat,lon\n{rows}")
    assert town.count("services") == town.count("locations") == 7
    assert set(town.read("locations")["precision"]) == {"exact"}
    assert plan.compared.new == 7


def test_quirk_31_rows_told_twice_are_said_and_kept(town: Atlas) -> None:
    text = "name,lat,lon\nSun,52.1234,13.1\nSun,52.1234,13.1\nMoon,52.2,13.2\n"
    plan = add(town, "kita.csv", text)
    assert notes(plan)["rows_repeated"] == {"count": 1, "rows": "3"}
    assert town.count("services") == 3


def test_quirk_32_blanks_in_names_do_not_make_another_actor(town: Atlas) -> None:
    add(
        town,
        "kita.csv",
        "id,name,organization\n1,Sun,Brot und\u00a0Rosen \n2,Moon,brot  und rosen\n",
        "services",
    )
    assert town.read("services")["organization_id"].tolist() == ["c3", "c3"]
    assert town.count("organizations") == 3


def test_quirk_33_synonyms_and_slips_of_kinds_are_one_kind(town: Atlas) -> None:
    kinds = ("International NGO", "International Organization", "Goverment", "non-profit", "Kirche")
    text = "id,name,type,sector\n" + "".join(f"{n},N{n},{k},health\n" for n, k in enumerate(kinds))
    add(town, "actors.csv", text, "actors")
    found = town.read("organizations").set_index("id")["kind"]
    assert found[list("01234")].tolist() == ["ngo", "ngo", "public_service", "ngo", "faith"]


def test_quirk_34_cells_of_several_values_lose_none(town: Atlas) -> None:
    plan = add(
        town,
        "help.csv",
        'id,name,category,languages\n1,A,"Health,Legal advice","English, Spanish, Cantonese"\n'
        "2,B,legal,Deutsch / Türkisch & Farsi\n",
    )
    services = town.read("services").set_index("id")
    assert services["category"].tolist() == ["health", "legal"]
    assert services["extra"]["1"] == {"category": "Health,Legal advice"}
    assert notes(plan)["categories_several"]["rows"] == "2"
    spoken = town.read("service_languages").groupby("service_id")["language"].apply(set)
    assert spoken.to_dict() == {"1": {"en", "es", "yue"}, "2": {"de", "tr", "fa"}}


def test_quirk_35_languages_that_are_no_codes(town: Atlas) -> None:
    add(town, "kita.csv", 'id,name,languages\n1,A,"Chinese; eng, zho, and more"\n2,B,all\n')
    assert set(town.read("service_languages")["language"]) == {"zh", "en"}
    extra = town.read("services").set_index("id")["extra"]
    assert extra.to_dict() == {"1": {"languages": "and more"}, "2": {"languages": "all"}}


def test_quirk_38_markup_becomes_text_and_runs_nowhere(town: Atlas) -> None:
    plan = add(
        town,
        "help.csv",
        "id,name,category,description\n"
        '1,Tea &amp; Talk,legal,"<p>Come <b>in</b>.<br>Free&nbsp;tea</p><script>x()</script>"\n',
    )
    service = town.read("services").iloc[0]
    assert (service["name"], service["description"]) == ("Tea & Talk", "Come in.\nFree tea")
    assert notes(plan)["markup_stripped"]["rows"] == "2"


def test_quirk_41_hours_in_words_are_understood_or_unknown(town: Atlas) -> None:
    add(
        town,
        "kita.csv",
        'id,name,opening_hours\n1,A,"Mo 9-12\nJeden 1. und 3. Mittwoch 17-19"\n2,B,see the door\n',
    )
    said = town.read("schedules").set_index("id")["opening_hours"]
    where = {"country": "DE", "timezone": "Europe/Berlin"}
    days = {day: hours.state(said["1"], datetime(2026, 11, day, 18), **where) for day in (4, 11)}  # noqa: DTZ001 - local
    assert days == {4: "open", 11: "closed"}
    assert hours.state(said["2"], datetime(2026, 11, 4, 18), **where) == "unknown"  # noqa: DTZ001 - local


def test_quirk_42_dates_say_by_each_other_or_by_a_person_which_part_is_the_day(
    town: Atlas,
) -> None:
    def checked(dates: list[str], *, day_first: bool | None = None) -> tuple[list[str], set[str]]:
        first = town.count("services")  # other rows each time: an older day changes no row
        rows = "".join(f"{n},S{n},{day}\n" for n, day in enumerate(dates, first))
        plan = add(
            town, "kita.csv", f"id,name,date_checked\n{rows}", "services", day_first=day_first
        )
        days = town.read("services")["date_checked"][first:]
        return [str(day)[:10] for day in days], set(notes(plan))

    assert checked(["05/03/2022", "25/03/2022"])[0] == ["2022-03-05", "2022-03-25"]
    assert checked(["05/03/2022", "03/25/2022"])[0] == ["2022-05-03", "2022-03-25"]
    days, said = checked(["05/03/2022", "06/03/2022"])
    assert (days[0], "days_first_taken" in said) == ("2022-03-05", True)
    days, said = checked(["05/03/2022", "06/03/2022"], day_first=False)
    assert (days[0], "days_first_taken" in said) == ("2022-05-03", False)
    assert "dates_unread" in checked(["2022-03-05", "in spring"])[1]


def test_quirk_44_leaked_and_personal_columns_stay_outside(town: Atlas) -> None:
    plan = add(
        town,
        "kita.csv",
        "id,name,Captcha,Email,url\n1,Sun,ukraine,ana@home.example,sun.example\n",
        "services",
    )
    assert "Captcha" in notes(plan)["columns_personal"]["columns"]
    content = b"".join(one.read_bytes() for one in town.path.parent.glob("town.gpkg*"))
    assert b"ana@home" not in content
    assert b"ukraine" not in content


def test_quirk_47_one_to_four_people_are_withheld(town: Atlas) -> None:
    add(town, "people.csv", "id,total,women,men\n010111,43,3,40\n010112,0,0,0\n", "population")
    found = town.read("population").set_index("id")
    assert bool(found["suppressed"]["010111:women"])
    assert people(town)["010111:women"] is None
    assert people(town)["010112:all"] == 0


def test_quirk_48_an_area_that_a_table_lacks_has_no_data_and_not_zero(town: Atlas) -> None:
    plan = add(town, "people.csv", "id,total\n010111,900\n010112,800\n", "population")
    assert plan.joined["areas_without_row"] == ["010113", "020111"]
    assert notes(plan)["areas_no_data"] == {"count": 2, "areas": "Quarter 2, Quarter 3"}
    assert set(people(town)) == {"010111:all", "010112:all"}


def test_quirk_49_zero_may_stand_for_not_available(town: Atlas) -> None:
    plan = add(
        town,
        "people.csv",
        "id,T,M,F,EMP\n010111,439,0,0,0\n010112,200,101,98,0\n010113,90,40,51,0\n",
        "population",
    )
    found = people(town)
    assert (found["010111:men"], found["010111:women"]) == (None, None)
    assert (found["010112:men"], found["010112:women"]) == (101, 98)  # never made to fit T
    assert notes(plan)["zeros_doubted"]["columns"] == "EMP"
    add(
        town,
        "people.csv",
        "id,T,EMP\n010111,439,0\n010112,200,0\n",
        "population",
        values=(("EMP", "0", ""),),
    )
    assert not any(count == 0 for key, count in people(town).items() if key.startswith("020"))


def test_quirk_52_names_that_differ_by_blanks_are_one_and_a_second_tie_is_told(
    town: Atlas,
) -> None:
    plan = add(
        town,
        "ties.csv",
        "from,to,kind\nAmal e.V.,brot und rosen,funds\namal  E.V.,c3,funds\na1,b2,funds\n",
    )
    assert [(one.row, one.code) for one in plan.rejected] == [(3, "tie_twice")]
    assert town.read("ties")["to_id"].tolist() == ["c3", "b2"]


def test_quirk_55_confidential_is_suppressed_and_never_summed(town: Atlas) -> None:
    add(
        town,
        "people.csv",
        "id,T,EMP,EMP_CI,CONFIDENTIALSTATUS\n010111,439,-9999,,0\n010112,200,90,-9999,1\n"
        "010113,90,40,,0\n",
        "population",
    )
    found = town.read("population").set_index("id")
    withheld = found.index[found["suppressed"].fillna(False).astype(bool)]
    assert sorted(withheld) == ["010111:emp", "010112:emp"]
    assert (found["count"].dropna() >= 0).all()
    assert not any("confidential" in str(one) for one in found["group_code"])


def test_quirk_56_a_surface_that_disagrees_with_its_shape_is_told(town: Atlas) -> None:
    def square(west: float) -> dict[str, object]:
        return dict(shapely.geometry.mapping(shapely.box(west, 52.1, west + 0.01, 52.11)))

    # 0.01 degrees are 685 by 1,113 metres here: 0.762 square kilometres
    rows = [(square(13 + n / 100), {"id": f"q{n}", "area_km2": 0.762}) for n in range(4)]
    rows[3][1]["area_km2"] = 0.9
    plan = add(town, "quarters.geojson", features(*rows), "areas")
    assert notes(plan)["areas_differ"] == {"column": "area_km2", "count": 1, "rows": "5"}
