"""Which rows of a file are rows that are here: sure, likely, forced; and what is never matched."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.atlas import Atlas, create
from layers.errors import LayerError
from layers.importing.plan import Plan
from tests.helpers.bringing import HEAD, a_row, a_town, bring, codes, content, fates, ready
from tests.helpers.sampled import examples

OLD = f"id,{HEAD}\nold1,{a_row('Frauentreff Sonne e.V.', 0, street='Lindenstr. 1')}\n"


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = a_town(tmp_path / "town.gpkg")
    bring(made, "old.csv", OLD, "services")
    return made


def listed(plan: Plan) -> list[tuple[int, str, tuple[str, ...], bool]]:
    return [(one.row, one.id, one.why, one.taken) for one in plan.likely]


def drawn(lines: list[list[list[float]]]) -> str:
    shapes = [{"type": "LineString", "coordinates": one} for one in lines]
    parts = [{"type": "Feature", "properties": {}, "geometry": one} for one in shapes]
    return json.dumps({"type": "FeatureCollection", "features": parts})


def table(*rows: str) -> str:
    return "\n".join([HEAD, *rows, ""])


def test_the_same_name_within_a_hundred_metres_is_the_same_row_and_fills_it(town: Atlas) -> None:
    text = f"{HEAD},cost\n{a_row('Frauentreff  SONNE', 99)},five\n"
    plan = bring(town, "new.csv", text)
    assert listed(plan) == [(2, "old1", ("name", "place"), True)]
    assert plan.fates == {2: "changed"}
    assert "duplicates_taken" in codes(plan)
    row = town.read("services").iloc[0]
    assert (row["id"], row["cost"]) == ("old1", "five")
    assert row["name"] == "Frauentreff Sonne e.V."  # another spelling is no other name
    assert [town.count(name) for name in ("services", "locations", "service_at_location")] == [
        1
    ] * 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (a_row("Frauentreff Sonne", 101), ("name",)),  # too far
        (a_row("Frauentreff Sonne", 4000), ("name",)),
        (a_row("Frauentreff zur Sonne", 0), ("name", "place")),  # not one spelling
        (a_row("Frauentreff am Mond", 0), ("place",)),
        (a_row("Frauentreff Sonne", 0, category="health"), ("name", "place")),  # another need
    ],
)
def test_what_is_less_sure_is_new_and_asked(row: str, why: tuple[str, ...], town: Atlas) -> None:
    plan = bring(town, "new.csv", table(row))
    assert listed(plan) == [(2, "old1", why, False)]
    assert plan.fates == {2: "new"}
    assert "duplicates_likely" in codes(plan)
    assert town.count("services") == 2


def test_the_same_address_is_a_place_too(town: Atlas) -> None:
    text = "name,category,street\nFrauentreff Sonne,legal,Lindenstraße 1\n"
    plan = bring(town, "new.csv", text)
    assert listed(plan) == [(2, "old1", ("name", "address"), True)]
    assert town.count("services") == 1


def test_a_different_name_at_the_same_place_is_nobody_s_double(town: Atlas) -> None:
    plan = bring(
        town, "new.csv", table(a_row("Hebammensprechstunde", 0), a_row("Kleiderkammer", 0))
    )
    assert plan.likely == ()
    assert fates(plan) == {"new": 2, "changed": 0, "same": 0}


HOUSES = "name,category,organization,street,lat,lon\n"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Rat,legal,Caritas,Ring 1,52.5311,13.3811", "Rat,legal,Diakonie,,52.5318,13.3811"),
        ("Rat,legal,Caritas,Ring 1,52.5311,13.3811", "Rat,legal,Diakonie,Ring 1,52.5311,13.3811"),
        ("Treff,legal,,Platz 1,52.5311,13.3811", "Treff,legal,,Gasse 2,52.5314,13.3811"),
    ],
)
def test_two_providers_or_two_houses_are_likely_and_never_taken(
    here: str, there: str, tmp_path: Path
) -> None:
    town = create(tmp_path / "t.gpkg", name="Town", metres_crs="EPSG:32633")
    bring(town, "one.csv", f"{HOUSES}{here}\n")
    plan = bring(town, "two.csv", f"{HOUSES}{there}\n")
    assert [(one.row, one.taken) for one in plan.likely] == [(2, False)]
    assert town.count("services") == 2


def test_who_stands_at_the_very_point_is_found_though_another_stands_near(tmp_path: Path) -> None:
    town = create(tmp_path / "t.gpkg", name="Town", metres_crs="EPSG:32633")
    rows = table(a_row("Kita Sonne", 0), a_row("Kita Sonne", 60), a_row("Kita Sonne", 3000))
    bring(town, "one.csv", rows)
    plan = bring(town, "two.csv", rows)
    assert [one.taken for one in plan.likely] == [True] * 3
    assert town.count("services") == 3


def test_two_candidates_are_not_one(town: Atlas) -> None:
    bring(
        town, "old2.csv", f"id,{HEAD}\nold2,{a_row('Frauentreff Sonne', 20)}\n", matches=((2, ""),)
    )
    plan = ready(town, "new.csv", table(a_row("Frauentreff Sonne", 10)))
    assert {(one.id, one.taken) for one in plan.likely} == {("old1", False), ("old2", False)}
    twice = ready(town, "n.csv", table(*[a_row("Frauentreff Sonne", 0)] * 2))
    assert {one.taken for one in twice.likely} == {False}


def test_a_person_says_what_it_is(town: Atlas) -> None:
    row = table(a_row("Frauentreff am Mond", 4000))
    same = ready(town, "new.csv", row, matches=((2, "old1"),))
    assert (same.fates, [one.taken for one in same.likely]) == ({2: "changed"}, [True])
    near = table(a_row("Frauentreff Sonne", 0))
    new = bring(town, "near.csv", near, matches=((2, ""),))
    assert new.fates == {2: "new"}
    assert [one.taken for one in new.likely] == [False]
    with pytest.raises(LayerError) as raised:
        ready(town, "x.csv", near, matches=((2, "nobody"),))
    assert raised.value.code == "match_unknown"


def test_an_identifier_of_another_row_is_refused_until_a_person_says_so(town: Atlas) -> None:
    text = f"id,{HEAD}\nold1,{a_row('Bibliothek', 3000)}\nfine,{a_row('Kita', 9000)}\n"
    plan = ready(town, "new.csv", text)
    assert [(one.row, one.code) for one in plan.rejected] == [(2, "id_of_another")]
    assert listed(plan) == [(2, "old1", ("identifier",), False)]
    same = ready(town, "new.csv", text, matches=((2, "old1"),))
    assert (same.rejected, same.fates[2]) == ((), "changed")
    other = bring(town, "new.csv", text, matches=((2, ""),))
    assert (other.rejected, other.fates[2]) == ((), "new")
    again = bring(town, "new.csv", text, matches=((2, ""),))
    assert set(again.fates.values()) == {"same"}
    assert sorted(town.read("services")["name"]) == ["Bibliothek", "Frauentreff Sonne e.V.", "Kita"]


def test_two_rows_that_their_own_source_tells_apart_stay_two(town: Atlas) -> None:
    again = OLD + f"old2,{a_row('Frauentreff Sonne', 10)}\n"
    plan = bring(town, "old.csv", again)
    assert plan.fates == {2: "same", 3: "new"}


def test_a_row_of_the_same_list_that_moved_a_little_is_the_same(town: Atlas) -> None:
    bring(town, "list.csv", table(a_row("Kita Mond", 2000)))
    plan = bring(town, "list.csv", table(a_row("Kita Mond", 2050)))
    assert plan.fates == {2: "changed"}
    assert town.count("services") == 2


def test_a_matched_row_is_found_again_by_a_file_with_identifiers_of_its_own(town: Atlas) -> None:
    text = f"id,{HEAD},cost\nnew7,{a_row('Frauentreff Sonne', 20)},five\n"
    assert bring(town, "new.csv", text).fates == {2: "changed"}
    assert town.read("services")["source_file"].tolist() == ["old.csv"]
    assert bring(town, "new.csv", text).fates == {2: "same"}
    assert town.count("services") == 1


# --- what is protected -------------------------------------------------------------------------

HIDDEN = f"{HEAD},hidden\n{a_row('Haus Amal', 5000, street='Ufer 9')},yes\n"


def test_a_hidden_place_is_never_found_by_where_it_is(town: Atlas) -> None:
    bring(town, "safe.csv", HIDDEN)
    rows = a_row("Haus Amal", 5000, street="Ufer 9"), a_row("Kita", 9000)
    plan = ready(town, "open.csv", table(*rows))
    assert [(one.why, one.taken) for one in plan.likely] == [(("name",), False)]
    assert [(one.row, one.code) for one in plan.rejected] == [(2, "name_of_protected")]


def test_what_is_hidden_stays_hidden_whatever_it_is_said_to_be(town: Atlas) -> None:
    bring(town, "safe.csv", HIDDEN)
    hidden = next(one for one in town.read("services")["id"] if one.startswith("safe"))
    row = table(a_row("Haus Amal", 5000, street="Ufer 9"))
    plan = bring(town, "open.csv", row, matches=((2, hidden),))
    assert "hidden_kept" in codes(plan)
    assert b"Ufer" not in town.path.read_bytes()
    places = town.read("locations").set_index("id")
    assert places["precision"].value_counts().to_dict() == {"exact": 1, "hidden": 1}


def test_a_row_that_is_hidden_in_the_file_is_found_by_its_place_in_the_file(town: Atlas) -> None:
    text = f"{HEAD},hidden\n{a_row('Frauentreff Sonne', 0, street='Lindenstr. 1')},yes\n"
    assert [one.taken for one in ready(town, "safe.csv", text).likely] == [True]


# --- what hangs on a row -----------------------------------------------------------------------


def test_hours_and_languages_of_a_matched_row_are_not_doubled(town: Atlas) -> None:
    more = "name,category,street,lat,lon,languages,opening_hours\n"
    row = a_row("Frauentreff Sonne", 0)
    bring(town, "one.csv", f"{more}{row},Deutsch,Mo-Fr 09:00-17:00\n")
    bring(town, "two.csv", f'{more}{row},"Deutsch, Dari",Mo-Fr 10:00-17:00\n')
    assert town.read("schedules")["opening_hours"].tolist() == ["Mo-Fr 10:00-17:00"]
    assert sorted(town.read("service_languages")["language"]) == ["de", "prs"]
    assert set(town.read("service_languages")["service_id"]) == {"old1"}


def test_actors_are_found_by_name_and_place_and_by_another_spelling(town: Atlas) -> None:
    bring(town, "actors.csv", "name,kind,street\nSonne e.V.,ngo,Weg am See 5\n", "actors")
    plan = bring(town, "more.csv", "name,sector,street\nSonne,health,Weg am See 5\n", "actors")
    assert plan.fates == {2: "changed"}
    assert town.count("organizations") == 1
    text = table(a_row("Kita", 9000)).replace("\n", ",organization\n", 1).rstrip() + ",SONNE\n"
    offered = bring(town, "kita.csv", text)
    assert "actors_spelled" in codes(offered)
    assert town.count("organizations") == 1


TWO = "name,kind\nAmal,ngo\nStadt,municipality\n"


@pytest.mark.parametrize(
    "again", ["Amal,Stadt,delivers with", "Stadt,Amal,delivers with"], ids=["same", "turned"]
)
def test_a_tie_that_is_here_is_the_same_in_another_file(again: str, town: Atlas) -> None:
    bring(town, "actors.csv", TWO, "actors")
    bring(town, "ties.csv", "from,to,kind\nAmal,Stadt,delivers with\n")
    plan = bring(town, "more.csv", f"from,to,kind,strength\n{again},3\n")
    assert plan.fates == {2: "changed"}
    assert town.read("ties")["strength"].tolist() == [3]
    other = bring(town, "funds.csv", "from,to,kind\nStadt,Amal,funds\n")
    assert other.fates == {2: "new"}
    back = bring(town, "funds2.csv", "from,to,kind\nAmal,Stadt,funds\n")
    assert back.fates == {2: "new"}  # who gives to whom is not turned around


def test_streets_that_are_here_are_the_same_in_another_file_whichever_way_drawn(
    tmp_path: Path,
) -> None:
    town = a_town(tmp_path / "streets.gpkg")
    lines = [[[13.1, 52.1], [13.15, 52.11], [13.2, 52.1], [13.3, 52.1]], [[13.2, 52.1], [13.2, 52]]]
    bring(town, "one.geojson", drawn(lines))
    before = content(town)
    plan = bring(town, "two.geojson", drawn([line[::-1] for line in lines[::-1]]))
    assert fates(plan) == {"new": 0, "changed": 0, "same": 2}
    assert content(town) == before
    bring(town, "three.geojson", drawn([[[13.1, 52.1], [13.15, 52.12], [13.2, 52.1]]]))
    assert town.count("streets") == 4


def test_a_count_that_is_here_is_not_counted_twice(town: Atlas) -> None:
    bring(town, "use.csv", "service,period,count\nold1,2025,40\n")
    plan = bring(town, "use-corrected.csv", "service,period,count\nold1,2025,41\n")
    assert plan.fates == {2: "changed"}
    assert town.read("usage")["count"].tolist() == [41]


# --- another source ----------------------------------------------------------------------------

FACTS = "name,category,street,lat,lon,papers_asked,free,cost,says_who"


def facts(*cells: str) -> str:
    return f"{FACTS}\n{a_row('Frauentreff Sonne', 0)},{','.join(cells)}\n"


def statements(town: Atlas) -> list[list[Any]]:
    names = ["row_id", "attribute", "value", "says_who"]
    return town.read("statements").sort_values("attribute")[names].to_numpy().tolist()


def test_what_users_say_stands_beside_what_the_provider_said(town: Atlas) -> None:
    bring(town, "provider.csv", facts("no", "", "nothing", "provider"))
    plan = bring(town, "women.csv", facts("yes", "yes", "five euros", "users"))
    assert "stated_beside" in codes(plan)
    row = town.read("services").iloc[0]
    assert (bool(row["papers_asked"]), row["cost"], row["says_who"]) == (
        False,
        "nothing",
        "provider",
    )
    assert bool(row["free"]) is True  # nobody had said it, so it is known now, and by whom
    assert statements(town) == [
        ["old1", "cost", "five euros", "users"],
        ["old1", "free", "1", "users"],
        ["old1", "papers_asked", "1", "users"],
    ]


def test_said_again_it_changes_nothing_and_said_otherwise_the_statement_changes(
    town: Atlas,
) -> None:
    bring(town, "provider.csv", facts("no", "", "", "provider"))
    bring(town, "women.csv", facts("yes", "", "", "users"))
    before = content(town)
    assert bring(town, "women.csv", facts("yes", "", "", "users")).fates == {2: "same"}
    assert content(town) == before
    bring(town, "more-women.csv", facts("yes", "", "", "users"))
    assert len(statements(town)) == 2


def test_the_same_source_corrects_itself(town: Atlas) -> None:
    bring(town, "provider.csv", facts("no", "", "", "provider"))
    bring(town, "provider.csv", facts("yes", "", "", "provider"))
    assert town.read("services")["papers_asked"].tolist() == [True]
    assert town.count("statements") == 0


def test_a_file_that_names_no_source_does_not_speak_for_who_spoke_before(town: Atlas) -> None:
    bring(town, "provider.csv", facts("no", "", "", "provider"))
    plan = bring(town, "list.csv", facts("yes", "yes", "", ""))
    assert "stated_beside" in codes(plan)
    assert town.read("services")["papers_asked"].tolist() == [False]
    assert [row[1:3] for row in statements(town)] == [["free", "1"], ["papers_asked", "1"]]
    assert town.read("statements")["says_who"].isna().all()
    assert bring(town, "list.csv", facts("yes", "yes", "", "")).fates == {2: "same"}


def test_a_file_without_source_and_day_corrects_itself(town: Atlas) -> None:
    bring(town, "list.csv", facts("no", "", "", ""))
    bring(town, "list.csv", facts("yes", "", "", ""))
    assert town.read("services")["papers_asked"].tolist() == [True]
    assert town.count("statements") == 0


@pytest.mark.parametrize(
    ("day", "source", "kept"),
    [("2024-01-01", "provider", 1), ("2026-01-01", "provider", 0), ("", "", 1)],
)
def test_what_is_older_or_of_no_day_does_not_overwrite_what_was_checked(
    day: str, source: str, kept: int, town: Atlas
) -> None:
    head = "id,name,category,free,says_who,date_checked\n"
    bring(town, "list.csv", f"{head}1,Rat,legal,yes,provider,2025-06-01\n")
    bring(town, "list.csv", f"{head}1,Rat,legal,no,{source},{day}\n")
    row = town.read("services").set_index("id").loc["1"]
    found = (bool(row["free"]), row["says_who"], str(row["date_checked"])[:10])
    assert found == ((True, "provider", "2025-06-01") if kept else (False, source, day))
    assert town.count("statements") == kept


def test_what_protects_is_never_held_up_by_who_says_it(town: Atlas) -> None:
    bring(town, "provider.csv", facts("no", "", "", "provider"))
    text = f"id,{HEAD},says_who,hidden\nold1,{a_row('Frauentreff Sonne', 0)},users,yes\n"
    bring(town, "women.csv", text, matches=((2, "old1"),))
    assert town.read("locations")["precision"].tolist() == ["hidden"]
    assert b"Lindenstr" not in town.path.read_bytes()


# --- laws --------------------------------------------------------------------------------------

NAMES = ("Frauentreff Sonne", "Frauentreff Sonne e.V.", "Kita Mond", "Kita Mond 2", "Haus am See")
services = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from([0, 40, 90, 160, 3000])),
    min_size=1,
    max_size=5,
)
_anew = settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def anew(tmp_path: Path) -> Callable[[], Atlas]:
    """Make one town after another."""
    made: list[Atlas] = []

    def make() -> Atlas:
        made.append(a_town(tmp_path / f"town{len(made)}.gpkg"))
        return made[-1]

    return make


@_anew
@given(here=services, there=services, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter_to_who_matches_whom(
    here: list[tuple[str, int]],
    there: list[tuple[str, int]],
    seed: int,
    anew: Callable[[], Atlas],
) -> None:
    town = anew()
    bring(town, "here.csv", table(*(a_row(*one) for one in here)))
    mixed = list(enumerate(there))
    random.Random(seed).shuffle(mixed)
    plain = ready(town, "there.csv", table(*(a_row(*one) for one in there)))
    other = ready(town, "there.csv", table(*(a_row(*one) for _, one in mixed)))
    places = {number + 2: place + 2 for number, (place, _) in enumerate(mixed)}
    assert {(one.row, one.id, one.taken) for one in plain.likely} == {
        (places[one.row], one.id, one.taken) for one in other.likely
    }


@_anew
@given(rows=services)
def test_the_same_file_twice_changes_nothing(
    rows: list[tuple[str, int]], anew: Callable[[], Atlas]
) -> None:
    town = anew()
    bring(town, "here.csv", table(*(a_row(*one) for one in rows)))
    before = content(town)
    plan = bring(town, "here.csv", table(*(a_row(*one) for one in rows)))
    assert set(plan.fates.values()) == {"same"}
    assert content(town) == before
