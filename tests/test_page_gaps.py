"""The page Gaps: the planted gap first, ranges in words, and what is missing said."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas
from layers.errors import LayerError
from mapping import charts, differences, gap_table, gaps, style, words
from mapping.city import City
from mapping.needs import Need
from mapping.personas import Persona
from tests.helpers import desk
from tests.helpers.running import Server
from tests.helpers.town import META, Town

PAGE = "from mapping.pages import gaps; gaps.page()"
TABLES = (
    *("areas", "population_groups", "population", "services", "locations"),
    *("service_at_location", "schedules", "service_languages", "organizations"),
    *("street_nodes", "streets", "ground", "sessions", "trust"),
)


def town() -> Town:
    """Make a town of two languages; in the evening one of them is left out."""
    made = Town()
    made.people({"c100": 100, "c300": 200, "c1300": 300, "c1500": 7})
    made.rows["population_groups"] += [
        {
            "id": f"born_{code}",
            "label": label,
            "dimension": "birthplace",
            "proxy_note": "Place of birth is not language.",
        }
        for code, label in (("er", "Born in Eritrea"), ("so", "Born in Somalia"))
    ]
    made.people({"c100": 50, "c1300": 10}, group="born_er")
    made.people({"c300": 40, "c1500": None}, group="born_so")
    made.rows["organizations"] = [
        {"id": "er", "name": "Mahber", "communities": ["ti"]},
        {"id": "so", "name": "Hooyo", "communities": ["so"]},
    ]
    both = {"ti": "staff", "so": "staff"}
    made.service("day", (100, 0), hours="Mo-Fr 09:00-17:00", languages=both)
    made.service("day east", (1300, 0), hours="Mo-Fr 09:00-17:00", languages=both)
    made.service("late", (300, 0), hours="Mo-Fr 17:00-21:00", languages={"so": "staff"})
    made.service("late east", (1500, 0), hours="Mo-Fr 17:00-21:00", languages={"so": "staff"})
    return made


def stored(made: Town, path: Path) -> atlas.Atlas:
    kept = atlas.create(
        path,
        name=META["name"],
        metres_crs=META["metres_crs"],
        country=META["country"],
        timezone=META["timezone"],
        invented=True,
    )
    with kept.write() as writer:
        for table in TABLES:
            if made.rows[table]:
                writer.insert(table, made.rows[table])
    return kept


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CG_TODAY", "2026-11-22")

    def run(made: Town | Path, query: Mapping[str, str] | None = None) -> AppTest:
        path = made if isinstance(made, Path) else stored(made, tmp_path / "town.gpkg").path
        monkeypatch.setenv("CG_ATLAS", str(path))
        app = AppTest.from_string(PAGE)
        for key, value in (query or {}).items():
            app.query_params[key] = value
        app.run(timeout=60)
        assert not app.exception
        return app

    return run


def texts(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def table(app: AppTest, key: str) -> Any:
    column = words.say(key)
    return next(d.value for d in app.dataframe if column in d.value.columns)


# --- the ranking behind the opening view ---------------------------------------------------------


def test_the_gap_of_one_language_at_one_time_comes_first() -> None:
    city = City(town().read, META)
    ranking = differences.differences(city)
    # Born in Eritrea: 60 people, all of whom reach advice in Tigrinya by day and none at night.
    # Speakers of Somali are served at both, all 41 to 44 of them.
    first = ranking.iloc[0]
    assert (first["category"], first["language"], first["when"]) == ("legal", "ti", "evening")
    assert (first["group"], first["people"], first["low"]) == ("born_er", 60, 60)
    assert first["stands_out"] == 60
    assert len(ranking) == 1
    need = differences.suggest(city)
    assert need == Need(category="legal", language="ti", when="evening", group="born_er")


def test_a_gap_that_another_language_shares_is_none_of_one_language() -> None:
    made = town()
    for row in made.rows["schedules"]:
        row["opening_hours"] = "Mo-Fr 09:00-17:00"
    city = City(made.read, META)
    assert differences.differences(city).empty
    assert differences.suggest(city).language is None


def test_unknown_hours_raise_no_alarm() -> None:
    made = town()
    made.service("maybe", (300, 0), languages={"ti": "staff"})
    made.service("maybe east", (1300, 0), languages={"ti": "staff"})
    assert differences.differences(City(made.read, META)).empty


def test_the_ranking_says_the_same_as_the_question_it_leads_to(sample_once: Path) -> None:
    kept = atlas.Atlas(sample_once)
    city = City(kept.read, kept.meta())
    for need, count in differences.by_need(differences.differences(city), most=5):
        answer = gaps.as_json(gaps.gaps(city, need))
        assert answer["not_reached"]["low"] >= count


def test_the_planted_gap_is_first_in_the_sample_city_and_not_in_its_twin(
    sample_once: Path, twin_atlas: Path
) -> None:
    planted = ("legal", "ti", "evening")
    kept = atlas.Atlas(sample_once)
    first = differences.suggest(City(kept.read, kept.meta()))
    assert (first.category, first.language, first.when) == planted
    twin = atlas.Atlas(twin_atlas)
    ranking = differences.differences(City(twin.read, twin.meta()))
    found = zip(ranking["category"], ranking["language"], ranking["when"], strict=True)
    assert planted not in set(found)


# --- the page ------------------------------------------------------------------------------------


def test_it_opens_with_the_question_that_stands_out(opened: Any) -> None:
    app = opened(town())
    assert app.title[0].value == (
        "Who cannot reach legal advice in Tigrinya on a weekday evening, within 15 minutes on foot?"
    )
    said = texts(app)
    assert "All of them: 60 people (100%). Counted: Born in Eritrea, 2026-01-01." in said
    assert "None of 4 services fits for certain (last checked 2026-06-01)." in said
    assert "No table counts people by language." in said
    assert "Place of birth is not language." in said
    assert table(app, "gaps.more_people").iloc[0].tolist()[-1] == "60"


def test_another_choice_is_another_question_and_answer(opened: Any) -> None:
    app = opened(town())
    app.selectbox(key="gaps_language").set_value("any")
    app.selectbox(key="gaps_whom").set_value("all")
    app.selectbox(key="gaps_when").set_value("any").run(timeout=60)
    assert app.title[0].value == "Who cannot reach legal advice, within 15 minutes on foot?"
    assert "Everybody can: all of 607 people." in texts(app)
    app.slider(key="gaps_minutes").set_value(5).run(timeout=60)
    assert "Everybody can" in texts(app)  # each of the four cells has a service within 200 m


def test_the_link_restores_the_question(opened: Any) -> None:
    app = opened(town(), {"gaps_help": "Childcare", "gaps_minutes": "30"})
    assert "childcare in Tigrinya" in app.title[0].value
    assert "30 minutes" in app.title[0].value
    assert "gaps_help=Childcare" in app.code[0].value
    assert "gaps_minutes=30" in app.code[0].value


def test_numbers_from_one_to_four_are_never_shown(opened: Any) -> None:
    app = opened(town(), {"gaps_whom": "Born in Somalia", "gaps_when": "Night, 22 to 6"})
    assert "All of them: 41 to 44 people (100%)." in texts(app)
    assert "fewer than 5" in table(app, "gaps.district").to_string()
    assert "In 1 of 2 areas one to four of them live" in texts(app)


def test_more_than_half_unknown_says_so_and_what_to_ask(opened: Any) -> None:
    made = Town()
    made.people({"c100": 100, "c1300": 300})
    made.service("one", (100, 0))
    made.service("two", (1300, 0), hours="Mo-Fr 09:00-17:00")
    made.service("three", (1300, 0))
    app = opened(made, {"gaps_when": "Weekday, 18 to 22"})
    said = texts(app)
    assert "Cannot say yet: opening hours unknown for 2 of 3 services." in said
    assert "0 to 400 of 400 people" in said
    assert "every answer narrows the range" in said
    because = table(app, "gaps.because")[words.say("gaps.because")].tolist()
    assert because == ["Ask: opening hours", "Ask: opening hours", "closed then"]


def test_papers_are_never_drawn_nor_cut_into_districts(opened: Any) -> None:
    app = opened(town(), {"gaps_must": "No papers asked"})
    assert not [d for d in app.dataframe if words.say("gaps.district") in d.value.columns]
    assert "Papers are what a service asks for, never a number of people" in texts(app)


def test_an_empty_atlas_says_what_is_missing(opened: Any) -> None:
    made = Town()
    app = opened(made)
    assert words.say("gaps.missing_people") in texts(app)
    assert words.say("frame.go_to_data") in texts(app)


def test_people_without_services_say_what_is_missing(opened: Any) -> None:
    made = Town()
    made.people({"c100": 100})
    assert words.say("gaps.missing_services") in texts(opened(made))


def test_an_unknown_kind_of_help_may_be_a_gap_in_the_table(opened: Any) -> None:
    app = opened(town(), {"gaps_help": "Childcare"})
    assert words.say("gaps.none_of_kind") in texts(app)


@pytest.mark.parametrize("lang", ["Français", "العربية"])
def test_it_speaks_other_languages(opened: Any, lang: str) -> None:
    app = opened(town(), {"cg_lang": "fr" if lang == "Français" else "ar"})
    assert app.title[0].value.startswith("Qui" if lang == "Français" else "من")


def test_a_wrong_country_is_one_sentence(opened: Any, tmp_path: Path) -> None:
    kept = stored(town(), tmp_path / "wrong.gpkg")
    with kept.write() as writer:
        writer.set_meta("country", "XX")
    app = opened(kept.path)
    assert "XX is not the ISO code of a country." in texts(app)


# --- what leaves the page ------------------------------------------------------------------------


def report(made: Town, **need: Any) -> dict[str, Any]:
    return gaps.report(made.read, META, Need(category="legal", **need))


def test_the_csv_can_be_read_alone() -> None:
    found = report(town(), language="ti", when="evening", group="born_er")
    rows = list(csv.DictReader(io.StringIO(gap_table.as_csv(found))))
    assert [row["name"] for row in rows] == ["Hand town", "west", "east"]
    assert [row["not_reached_low"] for row in rows] == ["60", "50", "10"]
    for row in rows:
        assert (row["asked_language"], row["asked_when"], row["asked_group"]) == (
            *("ti", "evening"),
            "born_er",
        )
        assert row["method"] == "streets"
        assert row["date_population"] == "2026-01-01"
        assert row["invented"] == "True"


def test_a_district_named_like_a_formula_is_not_run_by_a_spreadsheet() -> None:
    made = town()
    made.rows["areas"][0]["name"] = '=HYPERLINK("//evil.example")'
    rows = list(csv.DictReader(io.StringIO(gap_table.as_csv(report(made)))))
    assert {row["name"][:2] for row in rows} == {"Ha", "'=", "ea"}


@pytest.mark.parametrize("name", [" =1+1", "\u200b@SUM(A1)", "West\n=1+1", "\uff1d1+1"])
def test_a_formula_behind_a_blank_or_on_a_second_line_is_not_run_either(name: str) -> None:
    made = town()
    made.rows["areas"][0]["name"] = name
    rows = list(csv.DictReader(io.StringIO(gap_table.as_csv(report(made)))))
    assert name not in {row["name"] for row in rows}
    assert any("'" in row["name"] for row in rows)


def test_the_csv_has_no_district_where_papers_are_asked_about() -> None:
    rows = list(csv.DictReader(io.StringIO(gap_table.as_csv(report(town(), no_papers=True)))))
    assert [row["name"] for row in rows] == ["Hand town"]


def test_the_bars_hold_the_numbers_they_are_given() -> None:
    import pandas as pd

    rows = pd.DataFrame({"place": ["West"], "low": [5], "high": [9], "said": ["5 to 9"]})
    drawn = charts.range_bars(
        rows,
        labels={"certainly": "certainly", "perhaps_not": "perhaps"},
        colours=style.colours(),
    ).to_dict()
    values = [row for data in drawn["datasets"].values() for row in data]
    assert {(row["place"], row["low"], row["high"]) for row in values} == {("West", 5, 9)}


# --- a persona -----------------------------------------------------------------------------------


def test_the_example_personas_can_be_asked(sample_once: Path) -> None:
    kept = atlas.Atlas(sample_once)
    city = City(kept.read, kept.meta())
    files = sorted((Path(__file__).parents[1] / "sample_data" / "personas").glob("*.json"))
    assert files
    for file in files:
        need = Persona.from_json(file.read_text("utf-8"))
        assert gaps.as_json(gaps.gaps(city, need))["people"]["high"] > 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "persona_not_json"),
        ("[1]", "persona_not_json"),
        ('{"shoe_size": 38}', "persona_key_unknown"),
        ("{}", "persona_no_category"),
        ('{"category": "dentist"}', "need_value_unknown"),
        ('{"category": "legal", "when": "noon"}', "need_value_unknown"),
        ('{"category": "legal", "minutes": 0}', "minutes_out_of_range"),
        ('{"category": "legal", "minutes": NaN}', "minutes_out_of_range"),
        ('{"category": "legal", "minutes": true}', "need_value_unknown"),
        ('{"category": "legal", "free": "yes"}', "need_value_unknown"),
        ('{"category": "legal", "language": "a b"}', "need_value_unknown"),
        ('{"category": "legal", "group": ""}', "need_value_unknown"),
    ],
)
def test_a_persona_that_cannot_be_read_says_why(text: str, code: str) -> None:
    with pytest.raises(LayerError, match=code) as raised:
        Need.from_json(text)
    assert words.explain(raised.value)


def test_what_the_command_names_wins_over_the_persona() -> None:
    persona = json.dumps({"category": "legal", "minutes": 10, "language": "ti"})
    need = Need.from_json(persona, category="health", minutes=20)
    assert (need.category, need.minutes, need.language) == ("health", 20, "ti")


# --- in a browser --------------------------------------------------------------------------------


def test_a_link_opens_its_question_with_the_map_and_the_bars_drawn(
    server: Server, page: Any, sample_once: Path
) -> None:
    desk.open_page(page, server.url, "gaps", "?gaps_help=Health&gaps_minutes=30")
    heading = page.get_by_role("heading", level=1)
    assert "a health service" in heading.inner_text()
    frame = page.frame_locator("iframe").first
    frame.locator(".cg-gap").first.wait_for(state="attached")
    first = frame.locator(".cg-parts .cg-entry").first.inner_text()
    assert re.match(r"5\b", first), first  # fewer than five are no class
    city = atlas.Atlas(sample_once)
    of_kind = city.read("services").query("category == 'health'")["id"]
    spots = city.read("locations").query("precision in ['exact', 'street', 'area']")["id"]
    links = city.read("service_at_location")
    drawn = links[links["service_id"].isin(of_kind) & links["location_id"].isin(spots)]
    count = frame.locator("[data-count=services]").inner_text()
    assert int(count) == drawn["service_id"].nunique()
    page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()


def test_a_click_on_an_area_says_its_numbers_below_the_map(server: Server, page: Any) -> None:
    desk.open_page(page, server.url, "gaps", "?gaps_help=Legal+advice")
    frame = page.frame_locator("iframe").first
    withheld = frame.locator("path.cg-gap-suppressed").first
    withheld.wait_for(state="attached")
    withheld.dispatch_event("click")
    said = page.locator(".st-key-gaps_picked")
    said.wait_for()
    assert re.search(r"people fewer than 5; not reached (0|fewer than 5)\.", said.inner_text())


def test_a_row_of_the_differences_asks_its_question(server: Server, page: Any) -> None:
    everyone = "?gaps_help=Health&gaps_whom=All+inhabitants&gaps_language=any+language"
    desk.open_page(page, server.url, "gaps", everyone)
    rows = page.get_by_test_id("stDataFrame").first
    rows.scroll_into_view_if_needed()
    rows.click(position={"x": 20, "y": 55})  # the box before the first row
    heading = page.get_by_role("heading", level=1)
    heading.filter(has_text="legal advice in Tigrinya on a weekday evening").wait_for()
    desk.wait_until_drawn(page)
    assert "All+inhabitants" not in page.url


def test_a_service_of_who_refused_to_be_shown_stands_without_that_name(opened: Any) -> None:
    made = town()
    made.rows["organizations"].append({"id": "no", "name": "Hushed", "consent_shown": False})
    made.service("third", (100, 0))
    made.rows["services"][-1]["organization_id"] = "no"
    made.rows["services"][0]["organization_id"] = "er"
    app = opened(made)
    offered = list(table(app, "gaps.organization")[words.say("gaps.organization")])
    assert "Mahber" in offered
    assert "Hushed" not in str(app._tree)  # noqa: SLF001 - what is sent is the claim
