"""Each planted truth is in the city and not in its twin; found here without our own sums."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from layers import vocab
from sample_data.make import city_tables, make_city
from sample_data.truths import TRUTHS
from tests.helpers.seen import LANGUAGE, Seen, metres

DAY = date(2026, 11, 22)


@pytest.fixture(
    scope="module", params=[1, pytest.param(5, marks=pytest.mark.drill)], ids=["seed 1", "seed 5"]
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Seen, Seen]:
    folder = tmp_path_factory.mktemp("cities")
    seed = request.param
    city = make_city(folder / "city.gpkg", seed=seed, today=DAY)
    return Seen(city), Seen(make_city(folder / "twin.gpkg", seed=seed, today=DAY, twin=True))


@pytest.fixture(scope="module")
def city(pair: tuple[Seen, Seen]) -> Seen:
    return pair[0]


@pytest.fixture(scope="module")
def twin(pair: tuple[Seen, Seen]) -> Seen:
    return pair[1]


# --- the planted truths ----------------------------------------------------------------------


def late(text: object) -> bool | None:
    """Read by eye whether hours reach past 18 o'clock; None where nobody knows."""
    if not isinstance(text, str) or "appointment" in text:
        return None
    ends = re.findall(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text)
    return text == "24/7" or any((int(h), int(m)) > (18, 0) for _, _, h, m in ends)


def share(seen: Seen, group: str, places: list[str]) -> float:
    """Give the share of a group that lives within a walk of any of the places."""
    people = seen.people(group)
    reached = np.zeros(len(people), dtype=bool)
    for place in places:
        reached |= seen.near(place)
    return float(people[reached].sum() / people.sum())


def in_language(offers: pd.DataFrame, tag: str) -> pd.DataFrame:
    return offers[[tag in (tags or ()) for tags in offers["languages"]]]


def perhaps_in_language(offers: pd.DataFrame, tag: str) -> pd.DataFrame:
    return offers[[tags is None or tag in tags for tags in offers["languages"]]]


def evening(offers: pd.DataFrame, *, unknown: bool) -> list[str]:
    hours = zip(offers["location_id"], offers["hours"], strict=True)
    return [str(at) for at, text in hours if (unknown if late(text) is None else late(text))]


def test_evening_legal_advice_is_missing_in_one_language_only(city: Seen, twin: Seen) -> None:
    offers = city.offers("legal")
    for group, tag in LANGUAGE.items():
        reached = share(city, group, evening(in_language(offers, tag), unknown=False))
        assert (reached == 0) if tag == "ti" else (reached > 0.75), (tag, reached)
    by_day = in_language(offers, "ti")["location_id"].tolist()
    assert share(city, "born_er", by_day) > 0.8
    # no unknown fact blurs it: not even what is unknown could be a service for them
    assert share(city, "born_er", evening(perhaps_in_language(offers, "ti"), unknown=True)) == 0
    assert share(city, "all", evening(offers, unknown=False)) > 0.8
    now = in_language(twin.offers("legal"), "ti")
    assert share(twin, "born_er", evening(now, unknown=False)) > 0.8


def test_no_other_evening_is_missing_in_one_language_only(city: Seen) -> None:
    for category in vocab.CATEGORY:
        offers = city.offers(category)
        by_day, sure, perhaps = {}, {}, {}
        for group, tag in LANGUAGE.items():
            spoken = in_language(offers, tag)
            by_day[tag] = share(city, group, spoken["location_id"].tolist())
            sure[tag] = share(city, group, evening(spoken, unknown=False))
            perhaps[tag] = share(city, group, evening(spoken, unknown=True))
        for tag, reached in by_day.items():
            others = float(np.median([sure[other] for other in sure if other != tag]))
            alone = reached > 0.5 and perhaps[tag] < 0.2 and others > 0.5
            assert alone == (category == "legal" and tag == "ti"), (category, tag, others)


def trusted_by(seen: Seen, community: str) -> set[str]:
    trust = seen.table["trust"]
    said = trust[(trust["community"] == community) & (trust["state"] == "trusted")]
    return set(said["organization_id"])


def tied_to_trust(seen: Seen, actor: str, community: str) -> bool:
    """Tell whether one tie that carries trust leads from an actor to one the women trust."""
    kinds = ("delivers_with", "refers_to", "trusts")
    ties = seen.table["ties"]
    good = ties[ties["kind"].isin(kinds) & (ties["strength"] >= 2)]
    ends = [{a, b} for a, b in zip(good["from_id"], good["to_id"], strict=True)]
    return any({actor, other} in ends for other in trusted_by(seen, community))


def test_a_near_open_clinic_in_her_language_is_unused_for_want_of_trust(
    city: Seen, twin: Seen
) -> None:
    health = in_language(city.offers("health"), "so")
    near = [one for one in health["location_id"] if share(city, "born_so", [one]) > 0.2]
    assert near == ["at-saltmere-clinic"]  # it is the only one, and it is near
    assert share(city, "born_so", near) > 0.8
    assert "hooyo-circle" in trusted_by(city, "so")
    assert "saltmere-clinic" not in trusted_by(city, "so")
    assert not tied_to_trust(city, "saltmere-clinic", "so")
    used = city.row("usage", "u-clinic-saltmere-born_so")
    assert used["suppressed"]
    assert pd.isna(used["count"])
    assert city.row("usage", "u-clinic-saltmere-all")["count"] > 500
    # one tie would do it, and somebody could introduce the two
    assert nx.shortest_path_length(city.network(), "hooyo-circle", "saltmere-clinic") == 2
    assert tied_to_trust(twin, "saltmere-clinic", "so")
    assert twin.row("usage", "u-clinic-saltmere-born_so")["count"] > 100


def test_for_no_other_community_would_a_tie_bring_as_many_to_a_clinic(city: Seen) -> None:
    holder = city.table["services"].set_index("id")["organization_id"]
    for group, tag in LANGUAGE.items():
        spoken = in_language(city.offers("health"), tag)
        good = [
            str(row["location_id"])
            for row in spoken.to_dict("records")
            if holder[str(row["service_id"])] in trusted_by(city, tag)
            or tied_to_trust(city, holder[str(row["service_id"])], tag)
        ]
        near = share(city, group, spoken["location_id"].tolist())
        gain = (near - share(city, group, good)) * city.people(group).sum()
        assert (gain > 3_000) if tag == "so" else (gain < 1_000), (tag, gain)


def cut_off(graph: nx.Graph[str], actor: str) -> int:
    """Count who is left outside of the largest part of the actor's network when it stops."""
    mine = graph.subgraph(nx.node_connected_component(graph, actor)).copy()
    mine.remove_node(actor)
    return len(mine) - max((len(part) for part in nx.connected_components(mine)), default=0)


def test_one_brokers_loss_cuts_off_four_groups(city: Seen, twin: Seen) -> None:
    graph = city.network()
    lost = {actor: cut_off(graph, actor) for actor in graph}
    assert lost.pop("city-kilnside") == 4
    assert max(lost.values()) <= 1
    assert cut_off(twin.network(), "city-kilnside") == 0


def mediated(seen: Seen) -> dict[str, str]:
    """Give each actor outside of the city that reaches it only through one other actor."""
    graph, offices = seen.network(), seen.city_offices()
    found = {}
    for actor in set(graph) - offices:
        if not nx.has_path(graph, actor, "city-newcomers") or set(graph[actor]) & offices:
            continue
        for between in set(graph) - offices - {actor}:
            less = graph.subgraph(set(graph) - {between})
            if not any(office in nx.node_connected_component(less, actor) for office in offices):
                found[actor] = between
    return found


def test_one_group_speaks_to_the_city_through_one_go_between_only(city: Seen, twin: Seen) -> None:
    assert mediated(city) == {"saffron-sisters": "harbour-mission"}
    assert mediated(twin) == {}


def test_an_underpass_called_unsafe_after_dark_cuts_a_quarter_from_its_clinic(
    city: Seen, twin: Seen
) -> None:
    streets = city.table["streets"]
    tunnel = streets.query("name == 'Kiln Street underpass'")
    assert len(tunnel) == 1
    said = city.table["reported_cells"]
    middle = tunnel.geometry.iloc[0].centroid
    here = said[said.geometry.contains(middle)]
    feeling = here.set_index("time_of_day")["feeling"].to_dict()
    assert feeling == {"day": "mixed", "evening": "unsafe", "night": "unsafe"}
    assert set(here["cell"]).isdisjoint(city.cells)

    in_cell = tuple(streets[streets.geometry.intersects(here.geometry.iloc[0])]["id"])
    offers = city.offers("health")["location_id"].tolist()
    through = city.near("at-kiln-gate-clinic")
    for closed in (tuple(tunnel["id"]), in_cell):  # the street alone, or the whole cell
        around = city.graph(without=closed)
        reached = np.zeros(len(city.cells), dtype=bool)
        for place in offers:
            reached |= city.near(place, graph=around)
        lost = through & ~reached
        district = city.table["areas"].set_index("id")["parent_id"]
        west = [district[cell] in ("d04", "d05") for cell in np.array(city.cells)[lost]]
        assert sum(west) >= 8
        assert city.people("all")[lost].sum() > 3_000
    assert late(city.row("schedules", "clinic-kiln-gate@1-hours")["opening_hours"])

    now = twin.table["reported_cells"]
    now = now[now.geometry.contains(middle)]
    assert "unsafe" not in set(now["feeling"])


def test_no_other_place_called_unsafe_cuts_anybody_from_a_clinic(city: Seen) -> None:
    said = city.table["reported_cells"].query("feeling == 'unsafe'").drop_duplicates("cell")
    streets = city.table["streets"]
    offers = city.offers("health")["location_id"].tolist()
    before = sum(city.near(place) for place in offers)
    for row in said.itertuples():
        if streets[streets.geometry.intersects(row.geometry)]["kind"].eq("underpass").any():
            continue
        closed = tuple(streets[streets.geometry.intersects(row.geometry)]["id"])
        around = city.graph(without=closed)
        after = sum(city.near(place, graph=around) for place in offers)
        lost = city.people("all")[(np.asarray(before) > 0) & (np.asarray(after) == 0)].sum()
        assert lost < 1_500, row.cell


def same_course(seen: Seen) -> set[frozenset[str]]:
    """Find pairs of unconnected actors with one course, for the same women, in one street."""
    services = seen.table["services"].query("category == 'language_course'")
    places = seen.table["locations"].set_index("id")
    links = seen.table["service_at_location"].set_index("service_id")
    hours = seen.table["schedules"].set_index("service_at_location_id")["opening_hours"]
    graph = seen.network()
    found = set()
    for a, b in combinations(services.to_dict("records"), 2):
        if a["organization_id"] == b["organization_id"] or not (
            a["women_only"] is True and b["women_only"] is True
        ):
            continue
        at = [places.loc[links.loc[one["id"], "location_id"]] for one in (a, b)]
        street = [str(one["address"]).rstrip("0123456789 ") for one in at]
        apart = np.hypot(*np.diff(metres([one["geometry"] for one in at]), axis=0)[0])
        spans = [
            re.fullmatch(r"Tu,Th (\d\d:\d\d)-(\d\d:\d\d)", str(hours[links.loc[one["id"], "id"]]))
            for one in (a, b)
        ]
        if not all(spans) or street[0] != street[1] or apart > 400:
            continue
        one, two = (span.groups() for span in spans if span)
        overlaps = one[0] < two[1] and two[0] < one[1]
        level = a["course_level"] == b["course_level"]
        untied = not graph.has_edge(a["organization_id"], b["organization_id"])
        if overlaps and level and untied:
            found.add(frozenset((a["organization_id"], b["organization_id"])))
    return found


def test_three_unconnected_organizations_run_the_same_course_in_one_street(
    city: Seen, twin: Seen
) -> None:
    three = ("first-words", "parlour", "evening-lamp")
    assert same_course(city) == {frozenset(two) for two in combinations(three, 2)}
    assert same_course(twin) == set()


def test_the_refuge_is_nowhere(city: Seen, twin: Seen) -> None:
    assert city.table["locations"].query("precision == 'hidden'")["id"].tolist() == [
        "at-refuge-halcyon"
    ]
    place = city.row("locations", "at-refuge-halcyon")
    assert place["geometry"] is None
    assert pd.isna(place["address"])
    assert place["area_id"] == "city"
    assert place["public_contact"]
    assert pd.isna(city.row("organizations", "halcyon")["location_id"])
    others = city.table["services"].query("organization_id == 'halcyon'")["id"].tolist()
    assert others == ["refuge-halcyon"]
    assert "halcyon" not in city.table["assets"]["organization_id"].dropna().tolist()
    # in the file itself, too, no point belongs to it
    with closing(sqlite3.connect(city.atlas.path)) as db:
        stored = "SELECT geom FROM locations WHERE id = 'at-refuge-halcyon'"
        assert db.execute(stored).fetchone() == (None,)
    assert not (twin.table["locations"]["precision"] == "hidden").any()


def sectors_without_a_seat(seen: Seen) -> set[str]:
    seats = seen.table["seats"].query("body_id == 'steering'")
    taken = seats[seats["state"].isin(["accepted", "attending"])]
    return set(vocab.SECTOR) - set(taken["sector"])


def test_one_sector_has_no_seat_in_the_steering_group(city: Seen, twin: Seen) -> None:
    assert sectors_without_a_seat(city) == {"housing"}
    assert sectors_without_a_seat(twin) == set()


def use_for_each_neighbour(seen: Seen) -> pd.Series[float]:
    """Divide the people who came by those within a walk; 1 is usual for the category."""
    usage = seen.table["usage"].query("group_code == 'all'").set_index("service_id")["count"]
    came = {str(one): float(count) for one, count in usage.dropna().items()}
    everyone = seen.people("all")
    found: dict[str, float] = {}
    for category in vocab.CATEGORY:
        offers = seen.offers(category).set_index("service_id")["location_id"]
        rate = {
            str(one): came[str(one)] / everyone[seen.near(place)].sum()
            for one, place in offers.items()
            if str(one) in came
        }
        usual = np.median(list(rate.values())) if rate else 1.0
        found |= {one: value / usual for one, value in rate.items()}
    return pd.Series(found).sort_values()


def test_one_service_is_used_far_less_than_its_surroundings_suggest(city: Seen, twin: Seen) -> None:
    use = use_for_each_neighbour(city)
    assert use.index[0] == "job-cafe-westyard"
    assert use.iloc[0] < 0.2
    assert use.iloc[1] > 0.4
    assert 0.5 < use_for_each_neighbour(twin)["job-cafe-westyard"] < 2


def said_otherwise(seen: Seen) -> list[str]:
    """Name what users say otherwise than the row itself, which is the provider's."""
    services = seen.table["services"].set_index("id")
    found = []
    for said in seen.table["statements"].query("says_who == 'users'").to_dict("records"):
        assert (said["table_name"], said["attribute"]) == ("services", "papers_asked")
        assert services.loc[said["row_id"], "says_who"] == "provider"
        if bool(services.loc[said["row_id"], "papers_asked"]) != bool(int(said["value"])):
            found.append(str(said["row_id"]))
    return found


def test_users_say_otherwise_of_one_service(city: Seen, twin: Seen) -> None:
    assert said_otherwise(city) == ["hospital-emergency"]
    assert set(city.table["statements"]["said_by"]) <= set(vocab.BAND)
    assert said_otherwise(twin) == []


def written_twice(seen: Seen) -> list[frozenset[str]]:
    """Find actors within 100 m of each other whose names differ in one letter."""
    actors = seen.table["organizations"].dropna(subset=["location_id"])
    points = seen.table["locations"].set_index("id").geometry
    spots = dict(zip(actors["id"], metres(actors["location_id"].map(points)), strict=True))
    names = dict(zip(actors["id"], actors["name"], strict=True))
    return [
        frozenset((a, b))
        for a, b in combinations(spots, 2)
        if np.hypot(*(spots[a] - spots[b])) < 100
        and len(names[a]) == len(names[b])
        and sum(one != two for one, two in zip(names[a], names[b], strict=True)) == 1
    ]


def test_one_group_is_written_down_twice_and_its_ties_are_split(city: Seen, twin: Seen) -> None:
    pair = frozenset(("mavka-house", "varta"))
    assert written_twice(city) == [pair]
    graph = city.network()
    each = {one: set(graph[one]) for one in pair}
    merged = set.union(*each.values())
    assert all(len(merged) >= len(partners) + 2 for partners in each.values())
    assert written_twice(twin) == []


def test_a_group_that_serves_a_community_has_no_ties(city: Seen, twin: Seen) -> None:
    actors = city.table["organizations"].set_index("id")
    assert actors.loc["fathers-cafe", "communities"] == ["ar"]
    assert "fathers-cafe" not in city.network() or not city.network()["fathers-cafe"]
    assert set(twin.network()["fathers-cafe"]) == {"city-newcomers", "city-libraries"}


def affected_first(seen: Seen) -> list[str]:
    """List whom it is about by how little they decide and how much is at stake; unknown last."""
    said = seen.table["standings"]
    said = said[said["affected"].fillna(value=False).astype(bool) & said["power"].notna()]
    said = said.sort_values(["power", "interest"], ascending=[True, False])
    return [str(one) for one in said.loc[said["power"] <= 1, "organization_id"]]


def test_one_affected_group_decides_nothing(city: Seen, twin: Seen) -> None:
    assert affected_first(city) == ["selam-mothers"]
    assert affected_first(twin) == []
    actors = city.table["organizations"].set_index("id")
    assert actors.loc["selam-mothers", "migrant_led"]


def test_no_pair_that_is_never_proposed_works_together_in_that_way(city: Seen) -> None:
    for ban in city.table["bans"].query("until.isna()").to_dict("records"):
        ties = city.table["ties"]
        ends = {ban["from_id"], ban["to_id"]}
        between = ties[ties["from_id"].isin(ends) & ties["to_id"].isin(ends)]
        banned = between if pd.isna(ban["kind"]) else between[between["kind"] == ban["kind"]]
        assert banned.empty, ban["id"]


# --- the twin --------------------------------------------------------------------------------


def test_the_twin_differs_in_the_planted_rows_and_in_nothing_else() -> None:
    tables = city_tables(seed=1, today=DAY, twin=False)
    other = city_tables(seed=1, today=DAY, twin=True)
    planned = sum(len(truth.twin) for truth in TRUTHS)
    differing = 0
    for name, rows in tables.items():
        mine = {row["id"]: repr(row) for row in rows}
        theirs = {row["id"]: repr(row) for row in other[name]}
        if name == "imports":
            continue
        assert list(mine) == list(theirs)[: len(mine)]
        differing += sum(mine.get(row) != text for row, text in theirs.items())
    assert differing == planned


def test_every_row_a_truth_names_is_there(city: Seen) -> None:
    assert len({truth.id for truth in TRUTHS}) == 13
    for truth in TRUTHS:
        for table, rows in truth.rows:
            column = {"places": "name", "reported_cells": "time_of_day"}.get(table, "id")
            assert set(rows) <= set(city.table[table][column]), truth.id


def test_chains_of_the_brokered_groups_hold_them_together(city: Seen) -> None:
    groups = ("casa-farului", "vatra-families", "roshni", "chiragh")
    graph = city.network()
    assert all(graph.has_edge(a, b) for a, b in pairwise(groups))
    led = city.table["organizations"].set_index("id")["migrant_led"]
    assert all(led[one] for one in groups)


def test_the_reference_tells_every_truth_and_its_twin() -> None:
    told = (
        Path(__file__)
        .parents[1]
        .joinpath("docs/reference/sample-city.md")
        .read_text(encoding="utf-8")
    )
    for truth in TRUTHS:
        row = f"| `{truth.id}` | {truth.says} | {truth.page} | {truth.twin_says} |"
        assert row in told, truth.id
