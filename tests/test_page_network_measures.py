"""The sentences on the page Network: about the whole for everybody, about one only at the desk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas
from mapping import words
from sample_data.make import make_city

PAGE = "from mapping.pages import network; network.page()"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "city.gpkg"
    make_city(path, today=date(2026, 11, 22))
    return path


def opened(city: Path, monkeypatch: pytest.MonkeyPatch, **state: object) -> AppTest:
    monkeypatch.setenv("CG_ATLAS", str(city))
    monkeypatch.setenv("CG_TODAY", "2026-11-22")
    app = AppTest.from_string(PAGE)
    for name, value in state.items():
        app.session_state[name] = value
    for _ in range(20):  # while it still compares with chance
        app.run(timeout=60)
        assert not app.exception
        if words.say("whole.lead_in") in texts(app):
            break
    return app


def texts(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def test_the_whole_is_said_with_chance_beside_it_and_one_actor_in_its_card(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(city, monkeypatch, network_actor="saffron-sisters")
    said = texts(app)
    assert "Groups led by migrants and institutions work mostly apart: " in said
    assert "Sectors are no more divided than chance would have it: " in said
    assert "It reaches the city only through Harbour Mission." in said
    assert words.say("whole.technical") in [one.label for one in app.expander]
    app.session_state["network_actor"] = "fathers-cafe"
    assert words.say("place.untied") in texts(app.run(timeout=60))


def test_before_an_audience_only_the_whole_is_said(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapping.pages.network.AT_ONCE", 1)  # as of a large network: as a job
    app = opened(city, monkeypatch, network_actor="saffron-sisters", network_presenting=True)
    said = texts(app)
    whole = said[said.index(words.say("whole.lead_in")) :]
    whole = whole[: whole.index(words.say("whole.groups_of_lead"))]
    assert "Groups led by migrants and institutions work mostly apart: " in whole
    assert "It reaches the city only through" not in said
    names = atlas.Atlas(city).read("organizations")["name"]
    assert [name for name in names if name in whole] == []
