"""The page Map answers its question from any atlas, also an empty one and one without streets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from layers import atlas
from layers.atlas import Atlas

PAGE = "from mapping.pages import map\nmap.page()"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Atlas:
    """Two services of one group, one of them at a protected place; no streets."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town", country="DK", timezone="UTC")
    with made.write() as writer:
        square = shapely.box(10, 56, 10.1, 56.1)
        writer.insert(
            "areas", [{"id": "d", "name": "Harbour side", "level": "district", "geometry": square}]
        )
        writer.insert(
            "locations",
            [
                {"id": "l1", "precision": "exact", "geometry": shapely.Point(10.05, 56.05)},
                {"id": "l2", "precision": "hidden", "area_id": "d", "public_contact": "call 100"},
            ],
        )
        writer.insert(
            "organizations",
            [
                {"id": "o1", "name": "Circle", "migrant_led": True, "location_id": "l1",
                 "private_contact": "SECRET NUMBER"},
                {"id": "o2", "name": "Silent one", "consent_shown": False, "location_id": "l1"},
            ],
        )  # fmt: skip
        writer.insert(
            "services",
            [
                {"id": "s1", "name": "Open table", "category": "meeting_place",
                 "organization_id": "o1"},
                {"id": "s2", "name": "Safe house", "category": "violence_support",
                 "organization_id": "o1"},
            ],
        )  # fmt: skip
        writer.insert(
            "service_at_location",
            [
                {"id": "a1", "service_id": "s1", "location_id": "l1"},
                {"id": "a2", "service_id": "s2", "location_id": "l2"},
            ],
        )
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    return made


def run(lang: str = "en", **asked: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=30)
    page.query_params["cg_lang"] = lang
    for key, value in asked.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def everything_sent(page: AppTest) -> str:
    """Give all that went to the browser for this page, as text."""
    return json.dumps(str(page._tree))  # noqa: SLF001 - what is sent is the claim


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_it_answers_with_numbers_in_every_language(town: Atlas, lang: str) -> None:
    assert town.count("services") == 2
    page = run(lang)
    assert page.title[0].value
    assert "Town" in page.text[0].value
    assert "2" in page.text[0].value


def test_an_actor_that_refused_is_neither_counted_nor_found(town: Atlas) -> None:
    assert town.count("organizations") == 2
    page = run()
    assert "Actors: 1, of them led by migrants: 1." in said(page)
    [search] = [one for one in page.selectbox if one.key == "map_pick"]
    assert not any("Silent one" in option for option in search.options)
    assert any("Circle" in option for option in search.options)


def test_the_service_of_who_refused_is_listed_without_its_contact(town: Atlas) -> None:
    with town.write() as writer:
        writer.insert(
            "organizations",
            [{"id": "o3", "name": "Hushed", "consent_shown": False, "public_contact": "dial 300"}],
        )
        writer.insert(
            "services",
            [{"id": "s3", "name": "Night line", "category": "legal", "organization_id": "o3"}],
        )
    page = run()
    assert "Night line" in everything_sent(page)
    assert not any(one in everything_sent(page) for one in ("Hushed", "dial 300"))


def test_a_protected_place_is_listed_with_its_area_and_public_contact(town: Atlas) -> None:
    del town
    page = run()
    assert "protected: 1" in said(page)
    [table] = page.dataframe
    row = table.value.iloc[0]
    assert list(row) == [
        "Safe house", "Support after violence", "Its place is protected", "Harbour side",
        "call 100",
    ]  # fmt: skip


def test_a_filter_leaves_the_others_out_of_the_list_too(town: Atlas) -> None:
    del town
    page = run("fr", only="meeting_place,nonsense")
    assert not page.dataframe
    assert page.multiselect[0].value == ["meeting_place"]


def test_without_streets_it_says_what_is_drawn_instead(town: Atlas) -> None:
    del town
    assert "No streets are loaded" in said(run())


def test_an_empty_atlas_says_what_is_missing_and_where_to_add_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "empty.gpkg", name="Nowhere")
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    page = run()
    assert "nothing with a place yet" in said(page)
    assert "Go to Data" in said(page)


def test_a_link_opens_what_was_chosen(town: Atlas) -> None:
    del town
    page = run(pick="service:s1")
    [search] = [one for one in page.selectbox if one.key == "map_pick"]
    assert search.value == "service:s1"


def test_a_link_to_what_is_gone_opens_the_whole_city(town: Atlas) -> None:
    del town
    page = run(pick="service:gone")
    [search] = [one for one in page.selectbox if one.key == "map_pick"]
    assert search.value is None


def test_no_private_contact_leaves_the_server(town: Atlas) -> None:
    assert "SECRET NUMBER" in str(town.read("organizations")["private_contact"].tolist())
    assert "SECRET" not in everything_sent(run(pick="actor:o1"))


def test_the_map_names_the_licences_of_what_was_imported(town: Atlas) -> None:
    with town.write() as writer:
        licences = ["© Some contributors, ODbL", None, "© Some contributors, ODbL"]
        writer.insert("imports", [{"id": str(n), "licence": one} for n, one in enumerate(licences)])
    credit = "import streamlit as st\nfrom mapping.pages import _map\nst.text(_map.credit())"
    shown = AppTest.from_string(credit).run().text[0].value
    assert shown.startswith("Base map: ")
    assert shown.count("© Some contributors, ODbL") == 1
