"""An extract of OpenStreetMap: a town known by hand, a real one counted by another pass."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pyproj
import pytest
import shapely

from layers import atlas as atlas_store
from layers import changes, checking, clock, editing, proposing, schema
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.history import Revision
from layers.importing import importer, osm, osm_services
from layers.importing.draft import Options
from layers.importing.plan import Plan
from layers.importing.watch import Watch
from mapping.__main__ import main
from mapping.homes import read_streets
from mapping.reach import minutes_between
from mapping.words import explain, languages
from tests.helpers.extract import Extract, a_town

EARTH = pyproj.Geod(ellps="WGS84")
HELSINKI = Path("osm_helsinki_sample/test.osm.pbf")
TABLES = ("streets", "street_nodes", "ground", "places", "proposals")


@pytest.fixture
def empty(tmp_path: Path) -> Atlas:
    return atlas_store.create(
        tmp_path / "town.gpkg", name="Town", country="DE", timezone="Europe/Berlin"
    )


@pytest.fixture
def town(empty: Atlas, tmp_path: Path) -> Atlas:
    """Give the town with its extract brought in."""
    importer.carry_out(empty, importer.prepare(empty, a_town().write(tmp_path / "a.osm.pbf")))
    return empty


def bring(atlas: Atlas, extract: Extract, path: Path, **more: Any) -> Plan:
    plan = importer.prepare(atlas, extract.write(path), **more)
    importer.carry_out(atlas, plan)
    return plan


def said(plan: Plan) -> dict[str, dict[str, str | int | float]]:
    return {note.code: note.values for note in plan.notes}  # noqa: PD011 - a note, no table


def by_id(atlas: Atlas, table: str) -> dict[str, Any]:
    return {str(row["id"]): row for row in atlas.read(table).to_dict("records")}


def known(value: Any) -> Any:
    return None if pd.isna(value) else bool(value)


def test_ways_are_cut_where_they_meet_and_closed_ones_are_left_out(town: Atlas) -> None:
    found = {
        (row["u"].removeprefix("osm-node-"), row["v"].removeprefix("osm-node-"), row["kind"])
        for row in by_id(town, "streets").values()
    }
    assert found == {
        ("1", "2", "street"),
        ("2", "3", "street"),
        ("2", "4", "footway"),
        ("1", "5", "bridge"),
        ("8", "9", "footway"),
        ("4", "10", "steps"),
        ("3", "12", "street"),  # private, but one may walk there
        ("12", "13", "underpass"),
    }
    assert town.count("street_nodes") == 10


def test_every_length_is_that_on_the_ellipsoid(town: Atlas) -> None:
    places = a_town().nodes
    for row in by_id(town, "streets").values():
        ends = [places[int(row[end].removeprefix("osm-node-"))] for end in ("u", "v")]
        _, _, metres = EARTH.inv(*ends[0], *ends[1])
        assert row["metres"] == pytest.approx(metres, abs=0.001)
        assert EARTH.geometry_length(row["geometry"]) == pytest.approx(metres, abs=0.001)


def test_light_and_steps_are_known_or_unknown_and_never_guessed(town: Atlas) -> None:
    rows = by_id(town, "streets")
    lit = {one: known(row["lit"]) for one, row in rows.items()}
    free = {one: known(row["step_free"]) for one, row in rows.items()}
    assert (lit["osm-way-1-1"], lit["osm-way-10-12"]) == (True, False)
    assert lit["osm-way-2-2"] is None  # "limited" is no yes and no no
    assert free["osm-way-6-4"] is False
    assert free["osm-way-2-2"] is None  # cobblestone says nothing sure
    assert {free[one] for one in rows if one != "osm-way-6-4"} == {None}


def test_a_bridge_is_not_joined_to_the_path_below_it(town: Atlas) -> None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(zip(town.read("streets")["u"], town.read("streets")["v"], strict=True))
    parts = [len(part) for part in nx.connected_components(graph)]
    assert sorted(parts) == [2, 8]


def test_small_islands_are_kept_and_told(empty: Atlas, tmp_path: Path) -> None:
    plan = bring(empty, a_town(), tmp_path / "a.osm.pbf")
    assert said(plan)["osm_islands"] == {"count": 1, "streets": 1}


def test_the_park_has_its_hole_and_the_river_is_a_line(town: Atlas) -> None:
    ground = by_id(town, "ground")
    kinds = {one: (row["kind"], row["geometry"].geom_type) for one, row in ground.items()}
    assert kinds == {
        "osm-way-4": ("water", "LineString"),
        "osm-way-21": ("water", "Polygon"),
        "osm-relation-1": ("green", "MultiPolygon"),
    }
    park, pond = ground["osm-relation-1"]["geometry"], ground["osm-way-21"]["geometry"]
    assert park.area == pytest.approx(0.004**2 - 0.001**2, rel=1e-6)
    assert not park.intersects(pond.centroid)


def test_places_have_names_and_police_is_one_of_them(town: Atlas) -> None:
    found = {(row["name"], row["kind"]) for row in by_id(town, "places").values()}
    assert found == {("Police Station 4", "other"), ("Green", "park"), ("Passage", "underpass")}


def test_services_come_as_proposals_from_nodes_ways_and_relations(town: Atlas) -> None:
    assert town.count("services") == 0
    rows = proposing.waiting(town)
    found = {row["id"]: (row["name"], row["sort"]) for row in rows.to_dict("records")}
    assert found == {
        "osm:node/30": ("Sun", "childcare"),
        "osm:way/22": ("Books", "education"),
        "osm:relation/2": ("Ring", "meeting_place"),
    }
    spots = {
        row["id"]: one.values["geometry"]  # noqa: PD011 - an operation, no table
        for row in rows.to_dict("records")
        for one in row["operations"]
        if one.table == "locations"
    }
    places = a_town().nodes
    ring = shapely.Polygon(
        [places[n] for n in (50, 51, 52, 53)], [[places[n] for n in (54, 55, 56, 57)]]
    )
    assert ring.contains(spots["osm:relation/2"])
    assert shapely.box(*places[40], *places[42]).contains(spots["osm:way/22"])


def test_an_accepted_service_holds_what_its_tags_said_and_nothing_private(town: Atlas) -> None:
    done = proposing.decide(town, ["osm:node/30"], accept=True, who="A")
    assert done.done == ("osm:node/30",)
    service = by_id(town, "services")["osm-node-30"]
    place = by_id(town, "locations")["osm-node-30-place"]
    hours = next(iter(by_id(town, "schedules").values()))
    assert (service["name"], service["category"], known(service["free"])) == (
        "Sun",
        "childcare",
        True,
    )
    assert (place["address"], place["precision"], known(place["step_free"])) == (
        "Long Street 7, Town",
        "exact",
        True,
    )
    assert place["public_contact"] == "+00 1"
    assert hours["opening_hours"] == hours["source_text"] == "Mo-Fr 07:00-17:00"
    assert f"{hours['date_checked']:%Y-%m-%d}" == "2026-01-31"
    assert set(town.read("service_languages")["language"]) == {"de", "prs"}
    assert known(service["women_only"]) is None
    assert b"somebody@town" not in town.path.read_bytes()


def test_what_may_be_a_refuge_is_counted_and_nowhere_else(empty: Atlas, tmp_path: Path) -> None:
    plan = bring(empty, a_town(), tmp_path / "a.osm.pbf")
    assert said(plan)["osm_hidden"] == {"count": 2}
    whole = empty.path.read_bytes()
    for trace in (b"Quiet Refuge", b"Lotus", b"0071234", b"0061234", b"domestic"):
        assert trace not in whole
    assert "Quiet Refuge" not in repr(plan)


def test_hours_that_nobody_can_read_stay_a_text(empty: Atlas, tmp_path: Path) -> None:
    town = a_town()
    town.node_tags[30]["opening_hours"] = "whenever the moon is blue"
    plan = bring(empty, town, tmp_path / "a.osm.pbf")
    assert said(plan)["osm_candidates"] == {"count": 3, "hours": 1, "unread": 1}
    proposing.decide(empty, ["osm:node/30"], accept=True)
    row = next(iter(by_id(empty, "schedules").values()))
    assert pd.isna(row["opening_hours"])
    assert row["source_text"] == "whenever the moon is blue"


def test_the_same_extract_twice_changes_nothing(town: Atlas, tmp_path: Path) -> None:
    before = town.change()
    plan = importer.prepare(town, tmp_path / "a.osm.pbf")
    assert (plan.compared.new, plan.compared.changed, plan.proposals) == (0, 0, 0)
    assert importer.carry_out(town, plan) is None
    assert town.change() == before


def test_what_was_refused_is_not_proposed_again(town: Atlas, tmp_path: Path) -> None:
    proposing.decide(town, ["osm:node/30"], accept=False)
    assert importer.prepare(town, tmp_path / "a.osm.pbf").proposals == 0


def test_a_new_crossing_changes_one_stretch_and_adds_one(town: Atlas, tmp_path: Path) -> None:
    newer = a_town()
    newer.nodes[60] = (10.0015, 50.0)  # on Long Street, between 2 and 3
    newer.nodes[61] = (10.0015, 49.9995)
    newer.ways[1] = ([1, 2, 60, 3], newer.ways[1][1])
    newer.ways[60] = ([60, 61], {"highway": "footway"})
    plan = importer.prepare(town, newer.write(tmp_path / "b.osm.pbf"))
    streets = [change.id for change in plan.compared.changes if change.table == "streets"]
    assert streets == ["osm-way-1-2"]
    assert {row["id"] for row in plan.compared.inserts["streets"]} == {
        "osm-way-1-60",
        "osm-way-60-60",
    }
    importer.carry_out(town, plan)
    assert by_id(town, "streets")["osm-way-1-2"]["v"] == "osm-node-60"


def test_what_a_newer_extract_lacks_stays_and_is_told(town: Atlas, tmp_path: Path) -> None:
    newer = a_town()
    del newer.ways[6]
    plan = bring(town, newer, tmp_path / "b.osm.pbf")
    assert said(plan)["osm_vanished_streets"] == {"count": 1}
    assert "osm-way-6-4" in by_id(town, "streets")


def test_an_extract_is_undone_whole_with_its_open_proposals(town: Atlas) -> None:
    changes.undo(town, town.read("revisions")["id"].iloc[0])
    assert {table: town.count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)


def test_a_new_atlas_gets_metres_a_licence_and_no_area(town: Atlas) -> None:
    assert town.meta()["metres_crs"] == "EPSG:32632"
    assert set(town.read("imports")["licence"]) == {"\u00a9 OpenStreetMap contributors, ODbL"}
    assert town.count("areas") == 0


def test_a_service_that_is_here_gets_a_change_proposed_and_no_second_one(
    empty: Atlas, tmp_path: Path
) -> None:
    near = shapely.Point(10.0006, 50.0001)
    with empty.write() as writer:
        writer.insert("services", [{"id": "k1", "name": "SUN e.V.", "category": "childcare"}])
        writer.insert("locations", [{"id": "l1", "precision": "exact", "geometry": near}])
        link = {"id": "k1@1", "service_id": "k1", "location_id": "l1"}
        writer.insert("service_at_location", [link])
    plan = bring(empty, a_town(), tmp_path / "a.osm.pbf")
    assert [(one.id, one.taken) for one in plan.likely] == [("k1", True)]
    waiting = proposing.waiting(empty)
    (row,) = waiting[waiting["row_id"] == "k1"].to_dict("records")
    assert [(one.table, one.action) for one in row["operations"]] == [
        ("locations", "update"),
        ("schedules", "insert"),
    ]
    proposing.decide(empty, [row["id"]], accept=True)
    assert empty.count("services") == 1
    assert known(by_id(empty, "locations")["l1"]["step_free"]) is True
    assert importer.prepare(empty, tmp_path / "a.osm.pbf").proposals == 0


def test_a_person_may_say_that_it_is_another_service(empty: Atlas, tmp_path: Path) -> None:
    with empty.write() as writer:
        writer.insert("services", [{"id": "k1", "name": "Sun", "category": "childcare"}])
        spot = shapely.Point(10.0005, 50.0001)
        writer.insert("locations", [{"id": "l1", "precision": "exact", "geometry": spot}])
        link = {"id": "k1@1", "service_id": "k1", "location_id": "l1"}
        writer.insert("service_at_location", [link])
    file = a_town().write(tmp_path / "a.osm.pbf")
    (likely,) = importer.prepare(empty, file).likely
    plan = importer.prepare(empty, file, options=Options(matches=((likely.row, ""),)))
    assert "osm:node/30" in {one.id for one in plan.proposed}


def test_nothing_that_bears_the_name_of_a_protected_service_is_proposed(
    empty: Atlas, tmp_path: Path
) -> None:
    with empty.write() as writer:
        for one, name in (("h1", "Ring e.V."), ("h2", "Passage")):
            writer.insert("services", [{"id": one, "name": name, "category": "housing"}])
            writer.insert("locations", [{"id": one, "precision": "hidden"}])
            link = {"id": f"{one}@1", "service_id": one, "location_id": one}
            writer.insert("service_at_location", [link])
    plan = importer.prepare(empty, a_town().write(tmp_path / "a.osm.pbf"))
    assert {one.id for one in plan.proposed} == {"osm:node/30", "osm:way/22"}
    assert {row["name"] for row in plan.compared.inserts["places"]} == {"Police Station 4", "Green"}
    assert said(plan)["osm_hidden"] == {"count": 4}


def test_only_what_lies_around_the_areas_is_taken(empty: Atlas, tmp_path: Path) -> None:
    far = a_town()
    far.nodes |= {70: (10.2, 50.0), 71: (10.201, 50.0), 72: (10.2, 50.1)}
    far.ways[70] = ([70, 71], {"highway": "residential"})
    far.node_tags[72] = {"amenity": "library", "name": "Far"}
    with empty.write() as writer:
        area = shapely.box(9.999, 49.999, 10.004, 50.003)
        writer.insert("areas", [{"id": "a", "level": "city", "geometry": area}])
    plan = importer.prepare(empty, far.write(tmp_path / "a.osm.pbf"))
    assert said(plan)["osm_outside"] == {"count": 2, "streets": 1}
    assert len(plan.compared.inserts["streets"]) == 8
    west, _, east, _ = osm.city_box(empty) or (0, 0, 0, 0)
    for edge, corner in ((west, 9.999), (east, 10.004)):
        _, _, metres = EARTH.inv(edge, 50, corner, 50)
        assert metres == pytest.approx(2000, rel=0.01)


def test_an_extract_of_another_city_is_refused(empty: Atlas, tmp_path: Path) -> None:
    with empty.write() as writer:
        area = shapely.box(24.9, 60.1, 25.0, 60.2)
        writer.insert("areas", [{"id": "a", "level": "city", "geometry": area}])
    with pytest.raises(LayerError, match="osm_elsewhere"):
        importer.prepare(empty, a_town().write(tmp_path / "a.osm.pbf"))


@pytest.mark.parametrize(
    ("kind", "filled"),
    [("streets", {"streets", "street_nodes", "ground"}), ("places", {"places"})],
)
def test_a_kind_brings_only_that(empty: Atlas, tmp_path: Path, kind: str, filled: set[str]) -> None:
    bring(empty, a_town(), tmp_path / "a.osm.pbf", kind=kind)
    assert {table for table in TABLES if empty.count(table)} == filled


def test_services_alone_are_proposals_and_can_be_undone(empty: Atlas, tmp_path: Path) -> None:
    bring(empty, a_town(), tmp_path / "a.osm.pbf", kind="services")
    assert {table for table in TABLES if empty.count(table)} == {"proposals"}
    changes.undo(empty, empty.read("revisions")["id"].iloc[0])
    assert empty.count("proposals") == 0


def test_the_sea_lies_to_the_right_of_the_coast(empty: Atlas, tmp_path: Path) -> None:
    coast = Extract(
        nodes={1: (10.0, 50.0), 2: (10.01, 50.001), 3: (10.02, 50.0), 4: (10.0, 50.01),
               5: (10.02, 49.99)},
        ways={9: ([1, 2, 3], {"natural": "coastline"}), 8: ([4, 1, 5], {"highway": "path"})},
    )  # fmt: skip
    with empty.write() as writer:
        area = shapely.box(10.005, 49.995, 10.015, 50.005)
        writer.insert("areas", [{"id": "a", "level": "city", "geometry": area}])
    bring(empty, coast, tmp_path / "a.osm.pbf")
    (sea,) = by_id(empty, "ground").values()
    assert sea["kind"] == "water"
    assert sea["geometry"].contains(shapely.Point(10.01, 49.995))
    assert not sea["geometry"].intersects(shapely.Point(10.01, 50.005))


def test_a_gap_in_a_way_is_never_leapt_over(empty: Atlas, tmp_path: Path) -> None:
    cut = a_town()
    cut.ways[1] = ([1, 2, 999, 3], cut.ways[1][1])
    plan = bring(empty, cut, tmp_path / "a.osm.pbf")
    assert "osm-way-1-2" not in by_id(empty, "streets")
    assert said(plan)["osm_cut"] == {"count": 1}


@pytest.mark.parametrize(
    ("extract", "code"),
    [
        (Extract(nodes={1: (10.0, 50.0)}), "osm_nothing"),
        (Extract(ways={1: ([1, 2], {"highway": "path"})}), "osm_no_places"),
    ],
    ids=["empty", "ways without nodes"],
)
def test_an_extract_of_no_use_says_why_in_one_sentence(
    empty: Atlas, tmp_path: Path, extract: Extract, code: str
) -> None:
    with pytest.raises(LayerError) as caught:
        importer.prepare(empty, extract.write(tmp_path / "none.osm.pbf"))
    assert caught.value.code == code
    for language in languages():
        assert "none.osm.pbf" in explain(caught.value, language)


def test_a_broken_extract_ends_in_rows_or_one_sentence(empty: Atlas, tmp_path: Path) -> None:
    whole = a_town().write(tmp_path / "a.osm.pbf").read_bytes()
    chance = random.Random(3)
    broken = [whole[: len(whole) // 2], whole[:-9], whole + b"\x00" * 40]
    for _ in range(9):
        bytes_ = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
        broken.append(bytes(bytes_))
    for number, content in enumerate(broken):
        file = tmp_path / f"broken{number}.osm.pbf"
        file.write_bytes(content)
        try:
            rows, sentence = importer.prepare(empty, file).rows, "read"
        except LayerError as error:
            rows, sentence = 1, explain(error, "en")
        assert rows > 0
        assert sentence
        assert "{" not in sentence


def test_a_long_reading_can_be_stopped(empty: Atlas, tmp_path: Path) -> None:
    watch = Watch()
    watch.stop()
    with pytest.raises(LayerError, match="stopped"):
        importer.prepare(empty, a_town().write(tmp_path / "a.osm.pbf"), watch=watch)


def test_the_command_brings_an_extract_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, atlas = str(a_town().write(tmp_path / "a.osm.pbf")), str(tmp_path / "b.gpkg")
    assert main(["new", atlas]) == 0
    assert main(["add", atlas, file]) == 0
    assert "3 services were found" in capsys.readouterr().out
    assert main(["add", atlas, file, "--as", "areas"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- a real town ---------------------------------------------------------------------------------

WALKED = {"cycleway", "footway", "living_street", "path", "residential", "secondary", "service",
          "tertiary", "track", "unclassified"}  # fmt: skip


def real_ways(path: Path) -> Iterator[tuple[int, list[int], list[tuple[float, float]]]]:
    """Go through the ways of the file by a pass of our own: those one may walk on, as a test."""
    for way in osmium.FileProcessor(str(path)).with_locations():
        if not isinstance(way, osmium.osm.Way) or way.tags.get("highway") not in WALKED:
            continue
        if way.tags.get("foot") not in {"yes", "designated"} and (
            way.tags.get("access") in {"private", "no"} or way.tags.get("foot") == "no"
        ):
            continue
        there = [n for n in way.nodes if n.location.valid()]
        if len(there) > 1:
            places = [(n.location.lon, n.location.lat) for n in there]
            yield way.id, [n.ref for n in there], places


@pytest.mark.needs_shared_data
def test_the_real_extract_agrees_with_another_pass_and_with_networkx(
    empty: Atlas, shared_data: Path
) -> None:
    file = shared_data / HELSINKI
    importer.carry_out(empty, importer.prepare(empty, file))
    graph: nx.Graph[str] = nx.Graph()
    length, passed, ways = 0.0, Counter[int](), 0
    for _, refs, places in real_ways(file):
        ways += 1
        passed.update(refs)
        passed.update((refs[0], refs[-1]))  # an end is a corner of its own
        for (a, b), (one, other) in zip(pairwise(refs), pairwise(places), strict=True):
            _, _, metres = EARTH.inv(*one, *other)
            length += metres
            graph.add_edge(f"osm-node-{a}", f"osm-node-{b}", metres=metres)
    nodes, rows = empty.read("street_nodes"), empty.read("streets")
    assert rows["id"].str.split("-").str[2].nunique() == ways
    assert set(nodes["id"]) == {f"osm-node-{ref}" for ref, times in passed.items() if times > 1}
    assert rows["metres"].sum() == pytest.approx(length, abs=0.01)
    streets = read_streets(nodes, rows, pyproj.CRS(empty.meta()["metres_crs"]))
    assert streets is not None
    chosen = np.random.default_rng(5).choice(len(nodes), 12, replace=False)
    ours = minutes_between(streets, chosen, chosen, max_min=60).toarray()
    for i, one in enumerate(chosen):
        far = nx.single_source_dijkstra_path_length(graph, nodes["id"][one], weight="metres")
        for j, other in enumerate(chosen):
            walk = far.get(nodes["id"][other], np.inf) / 80  # 4.8 km/h
            assert ours[i, j] == pytest.approx(walk if walk <= 60 else 0.0, abs=1e-6)


def test_what_has_no_name_is_never_called_by_its_address(empty: Atlas) -> None:
    tags = {"addr:street": "Lindenstr.", "addr:housenumber": "17", "amenity": "social_facility"}
    found = [[f"node/{one}", "legal", tags, {"spot": [[100_000_000, 500_000_000]]}] for one in "12"]
    offered = osm_services.candidates(empty, found, file="x.osm.pbf").proposals
    assert [one.name for one in offered] == ["Legal advice (no name)"] * 2
    for one in offered:
        told = [each.to_json()["values"] for each in one.operations if each.table != "locations"]
        assert "Lindenstr" not in str(told)


def test_an_accepted_service_that_is_hidden_later_names_no_object_of_the_map(empty: Atlas) -> None:
    tags = {"name": "Sun", "opening_hours": "Mo 09:00-12:00", "language:de": "yes"}
    found = [["node/4711", "legal", tags, {"spot": [[100_000_000, 500_000_000]]}]]
    offered = osm_services.candidates(empty, found, file="x.osm.pbf").proposals
    with empty.write() as writer:
        proposing.propose(writer, offered)
    proposing.decide(empty, ["osm:node/4711"], accept=True)
    place = editing.row(empty.read("locations"), "osm-node-4711-place")
    edit = checking.Edit(
        table="locations", id="osm-node-4711-place", seen=place, values={"precision": "hidden"}
    )
    tables = {name: empty.read(name) for name in schema.TABLES}
    made = editing.operations(tables, [edit], today=clock.today())
    editing.save(empty, made, Revision(kind="edit"))
    with sqlite3.connect(empty.path) as db:
        held = [one for one in db.iterdump() if "4711" in one]
    # only that it was proposed once, so that it is not proposed again
    assert len(held) == 1
    assert "osm:node/4711" in held[0]
    assert "osm-node-4711" not in held[0]
    assert empty.read("schedules")["opening_hours"].tolist() == ["Mo 09:00-12:00"]
    assert empty.count("service_languages") == 1
