"""A card says everything that is known, who says so, and what nobody has asked; no more."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

from layers import atlas, vocab
from mapping import details, words
from mapping.facts import Card, City, Fact

TODAY = date(2026, 11, 23)  # a Monday, in a week without a public holiday in Denmark


@pytest.fixture
def city(tmp_path: Path) -> City:
    made = atlas.create(tmp_path / "t.gpkg", name="T", country="DK", timezone="Europe/Copenhagen")
    with made.write() as writer:
        point = shapely.Point(10, 56)
        writer.insert(
            "areas",
            [
                {"id": "d", "name": "Harbour side", "level": "district"},
                {"id": "c1", "level": "cell", "parent_id": "d"},
                {"id": "c2", "level": "cell", "parent_id": "d"},
            ],
        )
        writer.insert("population_groups", [{"id": "all", "label": "Everyone"}])
        writer.insert(
            "population",
            [
                {"id": "p1", "area_id": "c1", "group_code": "all", "count": 1200.0},
                {"id": "p2", "area_id": "c2", "group_code": "all", "suppressed": True},
            ],
        )
        writer.insert(
            "locations",
            [
                {"id": "l", "name": "Old mill", "precision": "exact", "geometry": point},
                {"id": "h", "precision": "hidden", "area_id": "d", "public_contact": "call 100"},
            ],
        )
        writer.insert(
            "organizations",
            [
                {"id": "o", "name": "Circle", "kind": "migrant_led", "migrant_led": True,
                 "location_id": "l", "communities": ["ti", "ar"], "private_contact": "SECRET"},
                {"id": "p", "name": "Office", "kind": "municipality", "consent_shown": True},
                {"id": "q", "name": "Silent", "consent_shown": False},
            ],
        )  # fmt: skip
        writer.insert(
            "services",
            [
                {"id": "s", "name": "Advice", "category": "legal", "organization_id": "o",
                 "papers_asked": False, "free": True, "says_who": "users",
                 "date_checked": date(2025, 11, 24)},
                {"id": "x", "name": "Shelter", "category": "violence_support",
                 "organization_id": "o"},
            ],
        )  # fmt: skip
        writer.insert(
            "service_at_location",
            [
                {"id": "sl", "service_id": "s", "location_id": "l"},
                {"id": "xl", "service_id": "x", "location_id": "h"},
            ],
        )
        writer.insert(
            "schedules",
            [{"id": "1", "service_at_location_id": "sl",
              "opening_hours": 'Mo-Th 09:00-12:00,13:00-16:30; Fr "by appointment"'}],
        )  # fmt: skip
        writer.insert(
            "service_languages",
            [{"id": "1", "service_id": "s", "language": "ti", "level": "staff"}],
        )
        tie = {"kind": "refers_to", "direction": "directed", "strength": 2}
        writer.insert(
            "ties",
            [
                {"id": "1", "from_id": "o", "to_id": "p", **tie},
                {"id": "2", "from_id": "p", "to_id": "o", **tie, "until": date(2026, 1, 1)},
                {"id": "3", "from_id": "q", "to_id": "o", **tie},
            ],
        )
        writer.insert("sessions", [{"id": "1", "title": "Spring", "held_on": date(2026, 5, 4)}])
        writer.insert(
            "trust",
            [{"id": "1", "community": "ti", "organization_id": "o", "state": "trusted",
              "said_by": "10-19", "session_id": "1"}],
        )  # fmt: skip
        writer.insert(
            "reported_cells",
            [{"id": "1", "session_id": "1", "cell": "CRS3035RES250mN1E1", "feeling": "unsafe",
              "time_of_day": "night", "contributors": "5-9"}],
        )  # fmt: skip
    return City(
        read=made.read,
        meta=made.meta(),
        say=lambda key, **v: words.say(key, "en", **v),
        today=TODAY,
    )


def facts(card: Card | None, heading: str | None = None) -> dict[str, Fact]:
    assert card is not None
    return {
        fact.label: fact
        for head, some in card.groups
        if heading is None or head == heading
        for fact in some
    }


def test_yes_no_and_nobody_asked_are_told_apart(city: City) -> None:
    said = facts(details.card(city, "service", "s"), "What it asks and offers")
    assert (said["Free of charge"].value, said["Free of charge"].state) == ("yes", "known")
    assert said["Asks for residence papers"].value == "no"
    assert said["For women only"].state == "unknown"
    assert said["For women only"].value == "nobody has asked yet"


def test_every_question_of_access_has_a_line_whether_known_or_not(city: City) -> None:
    said = facts(details.card(city, "service", "x"), "What it asks and offers")
    assert len(said) == len(details.ASKED) + 3
    assert {fact.state for fact in said.values()} == {"unknown"}


def test_who_says_so_and_how_long_ago_stand_below(city: City) -> None:
    card = details.card(city, "service", "s")
    assert card is not None
    # from 24 November 2025 to 23 November 2026 eleven whole months have gone by
    assert "2025-11-24" in card.source
    assert "(months since then: 11)" in card.source
    assert words.say("says_who.users", "en") in card.source


def test_a_week_says_open_by_appointment_and_closed(city: City) -> None:
    said = facts(details.card(city, "service", "s"), "When")
    assert said["Mon \u2013 Thu"].value == "09:00\u201312:00, 13:00\u201316:30"
    assert said["Fri"].value == words.say("hours_state.by_appointment", "en")
    assert (said["Sat \u2013 Sun"].value, said["Sat \u2013 Sun"].state) == (
        words.say("hours_state.closed", "en"),
        "no",
    )


def test_hours_nobody_knows_are_unknown_all_week_and_not_closed(city: City) -> None:
    said = facts(details.card(city, "service", "x"), "When")
    assert [(one.label, one.state) for one in said.values()] == [("Mon \u2013 Sun", "unknown")]


def test_a_protected_place_gives_its_area_and_contact_only(city: City) -> None:
    said = facts(details.card(city, "service", "x"), "Where")
    assert said["Place"].state == "protected"
    assert said["Serves"].value == "Harbour side"
    assert said["Contact"].value == "call 100"
    assert set(said) == {"Place", "Serves", "Contact"}


def test_an_actor_shows_lasting_ties_to_those_who_agreed_and_its_trust(city: City) -> None:
    card = details.card(city, "actor", "o")
    assert [fact.value for fact in facts(card, "Works with").values()] == ["\u2192 Office"]
    [trust] = facts(card, "Trust, as women said it").values()
    assert trust.languages == ("ti",)
    assert "10-19" in trust.note
    assert {"Advice", "Shelter"} & {fact.value for fact in facts(card, "Offers").values()}


@pytest.mark.parametrize(
    ("count", "value"),
    [(1200.0, "about 1,200"), (3.0, "fewer than 5"), (0.4, "fewer than 5")],
)
def test_an_estimate_is_called_one_and_never_shows_one_to_four(
    city: City, count: float, value: str
) -> None:
    people = city.read("population").iloc[[0]].copy()
    people["count"], people["estimated"] = count, True
    tables = {"population": people}
    asked = replace(city, read=lambda name: tables[name] if name in tables else city.read(name))
    [alone] = facts(details.card(asked, "area", "c1")).values()
    assert (alone.value, alone.note) == (value, "an estimate, not a count")
    [total] = facts(details.card(asked, "area", "d")).values()
    assert (total.value, total.note) == (value, "partly estimated")


def test_a_service_of_who_refused_names_neither_it_nor_its_contact(city: City) -> None:
    tables = {"organizations": city.read("organizations"), "locations": city.read("locations")}
    actors = tables["organizations"].copy()
    actors["public_contact"] = pd.Series(["mail me"] * len(actors), dtype="str")
    actors.loc[actors["id"] == "o", "consent_shown"] = False
    tables["organizations"] = actors
    asked = replace(city, read=lambda name: tables[name] if name in tables else city.read(name))
    for service in ("s", "x"):  # at a place of its own; at a protected one with a contact
        said = str(details.card(asked, "service", service))
        assert not any(one in said for one in ("Circle", "mail me", "call 100"))
    assert "Circle" in str(details.card(city, "service", "s"))


@pytest.mark.parametrize(("kind", "row_id"), [("actor", "o"), ("service", "s"), ("area", "d")])
def test_no_card_holds_a_private_contact(city: City, kind: str, row_id: str) -> None:
    card = details.card(city, kind, row_id)
    assert card is not None
    assert "SECRET" not in str(asdict(card))


def test_who_refused_to_be_shown_has_no_card(city: City) -> None:
    assert details.card(city, "actor", "q") is None


@pytest.mark.parametrize("kind", ["service", "actor", "asset", "place", "area", "cell", "nonsense"])
def test_what_is_not_there_has_no_card(city: City, kind: str) -> None:
    assert details.card(city, kind, "gone") is None


def test_people_of_a_district_are_a_range_where_a_count_is_withheld(city: City) -> None:
    # 1,200 and one cell of one to four people
    [people] = facts(details.card(city, "area", "d")).values()
    assert people.value == "1,201\u20131,204"


def test_a_withheld_count_is_never_a_number(city: City) -> None:
    [people] = facts(details.card(city, "area", "c2")).values()
    assert (people.value, people.state) == ("fewer than five", "protected")


def test_what_was_said_of_a_cell_has_day_hour_band_and_what_it_is_not(city: City) -> None:
    card = details.card(city, "cell", "CRS3035RES250mN1E1")
    assert card is not None
    [(label, fact)] = facts(card).items()
    assert label == "2026-05-04 \u00b7 at night"
    assert fact.value == "unsafe"
    assert "5-9" in fact.note
    assert "not a measure of danger" in card.notes[0]


def test_the_whole_city_counts_each_service_once(city: City) -> None:
    said = facts(details.whole_city(city), "Services, by need")
    assert {label: fact.value for label, fact in said.items()} == {
        "Legal advice and residence": "1",
        "Support after violence": "1",
    }


@pytest.mark.parametrize("lang", words.languages())
def test_every_code_a_card_can_meet_has_words(lang: str) -> None:
    say: Any = partial(words.say)
    for of in ("category", "actor_kind", "sector", "setting", "status", "tie_kind", "trust_state",
               "precision", "says_who", "place_kind", "asset_kind", "area_level", "feeling",
               "time_of_day", "language_level", "course_level"):  # fmt: skip
        for code in vocab.LISTS[of]:
            assert say(f"{of}.{code}", lang)
    for state in vocab.HOURS_STATE:
        assert say(f"hours_state.{state}", lang)
