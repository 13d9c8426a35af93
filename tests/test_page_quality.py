"""The page Quality: what it finds first, what a person decides, and what may be seen of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from layers import atlas, changes
from mapping import words
from mapping.pages import _quality
from tests.helpers import desk
from tests.helpers.running import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = "from mapping.pages import quality; quality.page()"
HOSTILE = "=1+1 ![x](//evil.example/x.png) <b>"


def opened(path: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv("CG_ATLAS", str(path))
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def table(page: AppTest, number: int = 0) -> list[list[str]]:
    found = page.dataframe[number]
    return [[str(cell) for cell in row] for row in found.value.to_numpy().tolist()]


def answer(page: AppTest) -> str:
    return str(page.text[0].value)


# --- the planted truths ------------------------------------------------------------------------


def test_it_finds_the_disagreement_first_in_the_city_and_not_in_the_twin(
    sample_once: Path, twin_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = opened(sample_once, monkeypatch)
    assert city.title[0].value == "How good is what we know?"
    assert "Emergency ward (Skerry Hospital)" in answer(city)
    assert "10-19 people" in answer(city)
    assert "Disagreements: 1. Possible duplicates: 2. Actors without ties: 2." in texts(city)
    twin = opened(twin_atlas, monkeypatch)
    assert answer(twin).startswith("Ask ")
    assert "Disagreements: 0. Possible duplicates: 0. Actors without ties: 1." in texts(twin)
    assert "Emergency ward" not in texts(twin)


def test_it_finds_the_group_that_is_there_twice(
    sample_once: Path, twin_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = opened(sample_once, monkeypatch, list="twice")
    assert table(city)[0][:3] == ["Actor", "Mavka House", "Mawka House"]
    twin = opened(twin_atlas, monkeypatch, list="twice")
    assert "Nothing looks as if it were there twice." in texts(twin)


def test_it_finds_the_group_without_ties(
    sample_once: Path, twin_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = opened(sample_once, monkeypatch, list="loose", loose="actors_without_ties")
    assert table(city)[0][1:3] == ["Fathers' Café Westyard", "ar"]
    twin = opened(twin_atlas, monkeypatch, list="loose", loose="actors_without_ties")
    assert "Café" not in str(table(twin))


# --- what a person decides ---------------------------------------------------------------------


def test_the_users_word_is_taken_and_can_be_undone(
    sample_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(sample_atlas, monkeypatch)
    page.text_input(key="cg_who").set_value("Ada").run()
    page.button(key="quality_take_0_1").click().run()
    assert not page.exception
    city = atlas.Atlas(sample_atlas)

    def asks() -> bool:
        return bool(city.read("services").set_index("id").loc["hospital-emergency", "papers_asked"])

    assert asks()
    assert "No two sources disagree here." in texts(page)
    # the next finding has moved up
    assert "Mavka House and Mawka House may be one and the same" in answer(page)
    made = city.read("revisions").iloc[-1]
    assert (made["kind"], made["who"]) == ("edit", "Ada")
    changes.undo(city, str(made["id"]))
    assert not asks()
    assert "Emergency ward" in answer(opened(sample_atlas, monkeypatch))


def test_two_actors_become_one_as_chosen(
    sample_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(sample_atlas, monkeypatch, list="twice")
    mark = "organizations_mavka-house_varta"
    page.selectbox(key=f"quality_word_{mark}_mavka-house_sector").set_value(1).run()
    page.button(key=f"quality_merge_{mark}").click().run()
    assert not page.exception
    city = atlas.Atlas(sample_atlas)
    actors = city.read("organizations").set_index("id")
    assert "varta" not in actors.index
    assert actors.loc["mavka-house", "sector"] == "civil_society"
    ties = city.read("ties")
    assert (ties["from_id"].eq("mavka-house") | ties["to_id"].eq("mavka-house")).sum() == 4
    assert "Nothing looks as if it were there twice." in texts(page)
    changes.undo(city, str(city.read("revisions").iloc[-1]["id"]))
    again = opened(sample_atlas, monkeypatch, list="twice")
    assert "Mawka House" in str(table(again))


def test_two_services_become_one_with_the_hours_that_were_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        point = {"id": "here", "precision": "exact", "geometry": shapely.Point(11, 50)}
        writer.insert("locations", [point])
        for one, hours in (("1", "Mo 09:00-12:00"), ("2", "Tu 09:00-12:00")):
            writer.insert("services", [{"id": one, "name": "Advice", "category": "legal"}])
            writer.insert(
                "service_at_location", [{"id": one, "service_id": one, "location_id": "here"}]
            )
            writer.insert(
                "schedules", [{"id": one, "service_at_location_id": one, "opening_hours": hours}]
            )
    page = opened(made.path, monkeypatch, list="twice")
    page.selectbox(key="quality_word_services_1_2_1_hours").set_value(1).run()
    page.button(key="quality_merge_services_1_2").click().run()
    assert not page.exception
    assert made.read("services")["id"].tolist() == ["1"]
    assert made.read("schedules")["opening_hours"].tolist() == ["Tu 09:00-12:00"]


def test_a_pair_called_two_leaves_the_list(
    sample_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(sample_atlas, monkeypatch, list="twice")
    page.button(key="quality_not_same_organizations_mavka-house_varta").click().run()
    assert not page.exception
    assert [row[0] for row in table(page)] == ["Place"]


# --- choices and lists -------------------------------------------------------------------------


def test_a_need_filters_what_is_listed(sample_once: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(
        sample_once, monkeypatch, quality_category=words.say("category.legal"), list="ask"
    )
    assert "Emergency ward" not in answer(page)
    services = atlas.Atlas(sample_once).read("services").set_index("name")["category"]
    for row in table(page, 1):
        assert services[row[0]] == "legal"
    page = opened(sample_once, monkeypatch, quality_category=words.say("category.health"))
    assert "Emergency ward" in answer(page)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("part", ["known", "ask", "differ", "twice", "loose"])
def test_every_list_opens_by_its_address_in_every_language(
    sample_once: Path, monkeypatch: pytest.MonkeyPatch, lang: str, part: str
) -> None:
    page = opened(sample_once, monkeypatch, cg_lang=lang, list=part)
    assert page.title[0].value == words.say("quality.title", lang)
    if part == "differ":
        assert page.button(key="quality_keep_0").label == words.say("quality.keep", lang)
    else:
        assert table(page)


def test_an_empty_atlas_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "empty.gpkg", name="Empty")
    page = opened(made.path, monkeypatch)
    assert "Bring a first table." in texts(page)


# --- what may be seen --------------------------------------------------------------------------


def test_an_actor_that_refused_is_in_no_list(
    sample_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with atlas.Atlas(sample_atlas).write() as writer:
        writer.update("organizations", "varta", {"consent_shown": False}, seen=1)
    for part in ("known", "ask", "differ", "twice", "loose"):
        page = opened(sample_atlas, monkeypatch, list=part)
        actors = [
            row for one in page.dataframe for row in one.value.astype(str).to_numpy().tolist()
        ]
        assert not any(row[0] == "Actor" and "Mawka House" in row for row in actors), part


def test_few_people_are_never_a_number() -> None:
    # how people() says it, without words: fewer than ten is one word for all of them
    said = [_quality.people(float(count)) for count in range(10)]
    assert len(set(said)) == 1
    assert not any(sign.isdigit() for sign in said[0])
    assert _quality.people(1234.0) == "1,230"


def test_names_stay_plain_text_and_cells_are_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert("organizations", [{"id": "1", "name": HOSTILE}, {"id": "2", "name": HOSTILE}])
    page = opened(made.path, monkeypatch, list="twice")
    assert HOSTILE in answer(page)
    assert page.markdown.len == 0
    found = _quality.as_csv(page.dataframe[0].value).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(found)))
    assert rows[1][1] == f"'{HOSTILE}"


# --- as its user -------------------------------------------------------------------------------


def test_a_planner_mends_the_first_finding_in_a_browser(
    start_server: Callable[..., Server], page: Page
) -> None:
    server = start_server()
    desk.open_page(page, server.url, "quality")
    assert "Emergency ward" in page.locator(".st-key-cg_answer").inner_text()
    page.get_by_role("radio", name="What to ask next").click()
    page.wait_for_url("**/*list=ask")
    desk.wait_until_drawn(page)
    page.get_by_role("radio", name="Who disagrees").click()
    page.get_by_role("button", name="Take this", exact=True).wait_for()
    desk.wait_until_drawn(page)
    page.get_by_role("button", name="Take this", exact=True).click()
    page.get_by_text("No two sources disagree here.").wait_for()
    desk.wait_until_drawn(page)
    assert "Mawka House" in page.locator(".st-key-cg_answer").inner_text()
    page.reload()
    desk.wait_until_drawn(page)
    assert "Mawka House" in page.locator(".st-key-cg_answer").inner_text()
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
