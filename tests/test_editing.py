"""Forms become the least change, are checked in plain words, and protect whom they must."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas as atlases
from layers import checking, coarsening, editing
from layers.atlas import Atlas
from layers.checking import Edit
from layers.errors import LayerError
from layers.history import Revision
from layers.importing import importer
from mapping import words

TODAY = date(2026, 3, 2)  # a Monday
WHERE: dict[str, Any] = {"today": TODAY, "country": "", "timezone": "UTC"}
TABLES = (
    *("organizations", "services", "service_languages", "locations", "service_at_location"),
    *("schedules", "usage", "assets", "trust", "ties", "bodies", "seats", "areas"),
    *("bans", "standings"),
)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    """One service and its actor at one place in a quarter; a tie; a body with a seat."""
    made = atlases.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:25832")
    with made.write() as writer:
        writer.insert(
            "areas",
            [
                {"id": "q", "name": "Quarter", "level": "quarter",
                 "geometry": shapely.box(10, 50, 10.1, 50.1)},
                {"id": "c", "level": "cell", "geometry": shapely.box(10, 50, 10.01, 50.01)},
            ],
        )  # fmt: skip
        writer.insert(
            "locations",
            [{"id": "l", "name": "House", "address": "Lindenweg 5", "precision": "exact",
              "geometry": shapely.Point(10.012345, 50.012345), "extra": {"parcel": "77"}}],
        )  # fmt: skip
        writer.insert(
            "organizations",
            [{"id": "o", "name": "One", "location_id": "l", "description": "Behind the baker"},
             {"id": "p", "name": "Two"}],
        )  # fmt: skip
        writer.insert(
            "services",
            [{"id": "s", "name": "Talk", "category": "legal", "organization_id": "o",
              "cost": "pay at Lindenweg 5", "min_age": 18}],
        )  # fmt: skip
        writer.insert("service_at_location", [{"id": "a", "service_id": "s", "location_id": "l"}])
        writer.insert(
            "schedules",
            [{"id": "h", "service_at_location_id": "a", "opening_hours": "Mo 10:00-12:00",
              "source_text": "Mo 10-12, Lindenweg 5, 2nd floor"}],
        )  # fmt: skip
        writer.insert("service_languages", [{"id": "sl", "service_id": "s", "language": "ti"}])
        writer.insert(
            "ties",
            [{"id": "t", "from_id": "o", "to_id": "p", "kind": "funds", "direction": "directed"}],
        )
        writer.insert("bodies", [{"id": "b", "name": "Council", "kind": "migrant_council"}])
        writer.insert("seats", [{"id": "x", "body_id": "b", "state": "asked"}])
    return made


def tables(town: Atlas) -> dict[str, pd.DataFrame]:
    return {name: town.read(name) for name in TABLES}


def edit(town: Atlas, table: str, row: str, **values: Any) -> Edit:
    return Edit(table=table, id=row, seen=editing.row(town.read(table), row), values=values)


def wrong(town: Atlas, *edits: Edit) -> dict[str, str]:
    found = checking.problems(tables(town), edits, today=TODAY)
    return {one.column: one.error.code for one in found}


def save(town: Atlas, *edits: Edit) -> None:
    made = editing.operations(tables(town), edits, today=TODAY)
    editing.save(town, made, Revision(kind="edit"))


# --- the least change ---------------------------------------------------------------------------


def test_only_what_differs_is_written(town: Atlas) -> None:
    one = edit(
        town, "services", "s", name="Talk ", free=True, min_age=18, cost="pay at Lindenweg 5"
    )
    [made] = editing.operations(tables(town), [one], today=TODAY)
    assert (made.action, dict(made.values), made.seen) == ("update", {"free": True}, 1)


def test_a_form_that_says_what_stands_there_makes_no_operation(town: Atlas) -> None:
    for table in TABLES:
        for row in town.read(table).to_dict("records"):
            if table != "locations" or row["precision"] == "exact":
                same = Edit(table=table, id=row["id"], seen=checking.plain(row),
                            values=checking.plain(row))  # fmt: skip
                made = editing.operations(tables(town), [same], today=date(2030, 1, 1))
                assert made == [], table


def test_unknown_stays_unknown_and_no_is_no(town: Atlas) -> None:
    save(town, edit(town, "services", "s", free=False, walk_in=None))
    [row] = town.read("services").to_dict("records")
    assert row["free"] is False
    assert pd.isna(row["walk_in"])


def test_a_new_service_comes_with_place_hours_and_language_in_one_change(town: Atlas) -> None:
    new = {name: editing.new_id(name) for name in TABLES}
    save(
        town,
        Edit(table="locations", id=new["locations"],
             values={"precision": "exact", "geometry": shapely.Point(10.05, 50.05)}),
        Edit(table="services", id=new["services"],
             values={"name": "New", "category": "health", "organization_id": "p"}),
        Edit(table="service_at_location", id=new["service_at_location"],
             values={"service_id": new["services"], "location_id": new["locations"]}),
        Edit(table="schedules", id=new["schedules"],
             values={"service_at_location_id": new["service_at_location"],
                     **editing.as_hours("Tu 9-17", **WHERE)}),
    )  # fmt: skip
    assert town.count("services") == 2
    assert town.read("schedules")["opening_hours"].tolist()[-1] == "Tu 9-17"


# --- hours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00"),
        ('"by appointment"', '"by appointment"'),
        ("whenever the light is on", None),
        ("  ", None),
    ],
)
def test_hours_that_are_not_understood_are_kept_as_written_and_unknown(
    text: str, hours: str | None
) -> None:
    assert editing.as_hours(text, **WHERE) == {
        "opening_hours": hours,
        "source_text": text.strip() or None,
    }


def test_the_week_strip_has_four_states_and_no_gap() -> None:
    week = editing.week('Mo 09:00-12:00; Tu "by appointment"; We unknown', **WHERE)
    monday = [("closed", 0, 540), ("open", 540, 720), ("closed", 720, 1440)]
    assert week[0] == monday
    assert [day[0][0] for day in week[1:]] == ["by_appointment", "unknown", *["closed"] * 4]
    assert all(day[0][1] == 0 and day[-1][2] == 1440 for day in week)


# --- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "row", "values", "expected"),
    [
        ("services", "s", {"name": " "}, {"name": "field_needed"}),
        ("services", "s", {"max_age": 12}, {"max_age": "ages_crossed"}),
        ("services", "s", {"min_age": 130}, {"min_age": "field_out_of_range"}),
        ("services", "s", {"category": "cake"}, {"category": "field_no_code"}),
        ("services", "s", {"organization_id": "gone"}, {"organization_id": "field_row_gone"}),
        ("services", "s", {"date_checked": date(2026, 3, 3)}, {"date_checked": "day_to_come"}),
        ("services", "s", {"date_checked": TODAY}, {}),
        ("services", "s", {"description": "x" * 4001}, {"description": "field_too_long"}),
        ("organizations", "o", {"communities": ["<b>"]}, {"communities": "field_no_language"}),
        ("ties", "t", {"strength": 4}, {"strength": "field_out_of_range"}),
        ("ties", "t", {"strength": 0}, {"strength": "field_out_of_range"}),
        ("ties", "t", {"to_id": "o"}, {"to_id": "tie_with_itself"}),
        (
            *("ties", "t", {"since": date(2026, 2, 1), "until": date(2026, 1, 1)}),
            {"until": "days_crossed"},
        ),
        ("locations", "l", {"geometry": None}, {"geometry": "point_missing"}),
        ("locations", "l", {"geometry": shapely.Point(10, 95)}, {"geometry": "point_off_earth"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_at_its_field(
    town: Atlas, table: str, row: str, values: Mapping[str, Any], expected: dict[str, str]
) -> None:
    assert wrong(town, edit(town, table, row, **values)) == expected


@pytest.mark.parametrize("lang", words.languages())
def test_every_problem_has_its_sentence(town: Atlas, lang: str) -> None:
    new = Edit(table="ties", id="t2", values={"from_id": "o", "to_id": "p", "kind": "funds",
                                              "direction": "directed", "strength": 9})  # fmt: skip
    found = checking.problems(tables(town), [new], today=TODAY)
    assert [one.error.code for one in found] == ["field_out_of_range", "tie_twice"]
    assert all(len(words.explain(one.error, lang)) > 10 for one in found)


def test_a_pair_never_to_propose_is_two_and_said_once_whatever_its_order(town: Atlas) -> None:
    with town.write() as writer:
        writer.insert("bans", [{"id": "b", "from_id": "o", "to_id": "p"}])
    back = {"from_id": "p", "to_id": "o"}
    assert wrong(town, Edit(table="bans", id="c", values=back)) == {"to_id": "ban_twice"}
    data = {**back, "kind": "shares_data"}
    assert wrong(town, Edit(table="bans", id="c", values=data)) == {}
    loop = {"from_id": "o", "to_id": "o"}
    assert wrong(town, Edit(table="bans", id="c", values=loop)) == {"to_id": "tie_with_itself"}


def test_a_standing_says_something_from_1_to_4_once_for_each_question(town: Atlas) -> None:
    with town.write() as writer:
        writer.insert("standings", [{"id": "s", "organization_id": "o", "power": 2}])
    for values, expected in (
        ({"organization_id": "o", "power": 3}, {"question": "standing_twice"}),
        ({"organization_id": "o", "question": "The school", "power": 3}, {}),
        ({"organization_id": "p"}, {"power": "standing_empty"}),
        ({"organization_id": "p", "interest": 5}, {"interest": "field_out_of_range"}),
        ({"organization_id": "p", "affected": False}, {}),
    ):
        assert wrong(town, Edit(table="standings", id="new", values=values)) == expected


def test_a_mutual_tie_is_found_from_either_end(town: Atlas) -> None:
    save(town, edit(town, "ties", "t", direction="mutual"))
    back = Edit(table="ties", id="t2", values={"from_id": "p", "to_id": "o", "kind": "funds",
                                               "direction": "mutual"})  # fmt: skip
    assert wrong(town, back) == {"to_id": "tie_twice"}
    ended = edit(town, "ties", "t", until=date(2026, 1, 1))
    save(town, ended)
    assert wrong(town, back) == {}


def test_a_language_is_listed_once(town: Atlas) -> None:
    new = Edit(table="service_languages", id="n", values={"service_id": "s", "language": "ti"})
    assert wrong(town, new) == {"language": "language_twice"}


def test_what_is_wrong_is_never_written(town: Atlas) -> None:
    with pytest.raises(LayerError, match="ages_crossed"):
        save(town, edit(town, "services", "s", max_age=3))
    assert town.read("services")["row_version"].tolist() == [1]


# --- protection ---------------------------------------------------------------------------------


def test_hiding_discards_the_place_and_whatever_tells_the_way(town: Atlas) -> None:
    save(town, edit(town, "locations", "l", precision="hidden", area_id="c"))
    [place] = [checking.plain(row) for row in town.read("locations").to_dict("records")]
    assert place["precision"] == "hidden"
    assert all(place[name] is None for name in ("geometry", "address", "name", "extra", "area_id"))
    [service] = [checking.plain(row) for row in town.read("services").to_dict("records")]
    assert (service["cost"], service["min_age"]) == (None, 18)
    assert town.read("organizations")["description"].isna().all()
    [times] = [checking.plain(row) for row in town.read("schedules").to_dict("records")]
    assert (times["source_text"], times["opening_hours"]) == (None, "Mo 10:00-12:00")


def test_a_name_that_tells_the_street_must_go_first(town: Atlas) -> None:
    save(town, edit(town, "services", "s", name="Haus Lindenweg"))
    hidden = edit(town, "locations", "l", precision="hidden")
    assert wrong(town, hidden) == {"precision": "name_tells_hidden"}
    save(town, edit(town, "services", "s", name="A house"))
    assert wrong(town, edit(town, "locations", "l", precision="hidden")) == {}


def test_no_address_comes_back_into_the_texts_of_a_hidden_row(town: Atlas) -> None:
    save(town, edit(town, "locations", "l", precision="hidden"))
    told = edit(town, "services", "s", description="Come to Rosenstraße 12")
    assert wrong(town, told) == {"description": "text_tells_hidden"}


def test_a_hidden_place_beside_the_open_one_is_refused(town: Atlas) -> None:
    new = Edit(table="locations", id="n", values={"precision": "hidden"})
    moved = edit(town, "service_at_location", "a", location_id="n")
    assert wrong(town, new, edit(town, "services", "s"), moved) == {
        "cost": "text_tells_hidden",
        "location_id": "protect_instead",
    }


@pytest.mark.parametrize(
    ("precision", "address", "point", "area"),
    [
        ("street", "Lindenweg", (10.012, 50.012), None),
        ("area", None, (10.05, 50.05), "q"),
        ("city", None, None, None),
        ("hidden", None, None, None),
    ],
)
def test_a_rougher_place_keeps_no_more_than_may_be_known(
    town: Atlas,
    precision: str,
    address: str | None,
    point: tuple[float, float] | None,
    area: str | None,
) -> None:
    save(town, edit(town, "locations", "l", precision=precision))
    [place] = [checking.plain(row) for row in town.read("locations").to_dict("records")]
    there = place["geometry"] and tuple(place["geometry"].coords[0])
    assert (place["address"], there, place["area_id"]) == (address, point, area)
    assert place["extra"] is None


def test_a_file_brought_again_finds_the_row_that_was_hidden_by_hand(
    town: Atlas, tmp_path: Path
) -> None:
    file = tmp_path / "shelters.csv"
    file.write_text(
        "name,category,street,lat,lon\nAnchor,violence_support,Am Ufer 3,50.02,10.02\n", "utf-8"
    )
    importer.carry_out(town, importer.prepare(town, file))
    [service] = town.read("services").loc[lambda rows: rows["name"] == "Anchor", "id"]
    links = town.read("service_at_location")
    [place] = links.loc[links["service_id"] == service, "location_id"]
    save(town, edit(town, "locations", place, precision="hidden"))
    renamed = town.read("services").loc[lambda rows: rows["name"] == "Anchor", "id"].tolist()
    assert renamed != [service], "the old identifier can be tried with all house numbers"
    file.write_text(
        "name,category,confidential,lat,lon,street\n"
        "Anchor,violence_support,yes,50.02,10.02,Am Ufer 3\n",
        "utf-8",
    )
    importer.carry_out(town, importer.prepare(town, file))
    assert (town.read("services")["name"] == "Anchor").sum() == 1
    assert town.read("locations").set_index("precision")["geometry"].get("hidden") is None


# --- conflicts and removal ----------------------------------------------------------------------


def test_a_conflict_names_what_the_other_changed_and_what_both_did() -> None:
    seen = {"id": "s", "row_version": 1, "name": "A", "free": None, "cost": None}
    now = {**seen, "row_version": 3, "name": "B", "free": True}
    found = editing.differences(seen, now, {"name": "C", "cost": "5"})
    assert [(one.column, one.before, one.theirs, one.mine, one.both) for one in found] == [
        ("name", "A", "B", "C", True),
        ("free", None, True, None, False),
    ]
    same = editing.differences(seen, now, {"name": "B"})
    assert not same[0].both, "two people who write the same have no quarrel"


def test_a_row_goes_with_its_parts_and_not_while_others_name_it(town: Atlas) -> None:
    assert {(one.table, one.id) for one in editing.needed(tables(town), "organizations", "o")} == {
        ("services", "s"),
        ("ties", "t"),
    }
    gone = {(one.table, one.id) for one in editing.removal(tables(town), "services", "s")}
    assert gone == {
        ("services", "s"), ("service_languages", "sl"), ("service_at_location", "a"),
        ("schedules", "h"),
    }  # fmt: skip
    assert editing.needed(tables(town), "services", "s") == []
    seen = editing.row(town.read("bodies"), "b")
    save(town, Edit(table="bodies", id="b", values={}, seen=seen, gone=True))
    assert (town.count("bodies"), town.count("seats")) == (0, 0)


def test_metres_are_measured_on_the_ground() -> None:
    # one degree of latitude at the pole side of Europe: 111.4 km, at the equator 110.6 km
    north = editing.metres_between(shapely.Point(10, 60), shapely.Point(10, 61))
    assert north == pytest.approx(111_420, rel=1e-3)


def test_coarser_follows_the_order_of_exactness() -> None:
    order = ["exact", "street", "area", "city", "hidden"]
    for before in order:
        for after in order:
            assert coarsening.coarser(before, after) == (order.index(after) > order.index(before))
