"""The map of the page Network: who is on it, who is listed beside it and why, and one choice."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from layers import atlas
from mapping import words

SECRET = shapely.Point(10.012345, 56.054321)
HOSTILE = "Choir {{7*7}} ![x](//evil.example/x.png)"
PAGE = "from mapping.pages import network; network.page()"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    """Two actors at one address, one elsewhere, one protected, one without a place, one unsaid."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town", country="DK", timezone="UTC")
    with made.write() as writer:
        square = shapely.box(10, 56, 10.004, 56.002)
        writer.insert("areas", [{"id": "d", "name": "D", "level": "district", "geometry": square}])
        writer.insert("population_groups", [{"id": "all", "label": "All", "dimension": "all"}])
        writer.insert("population", [{"id": "p", "area_id": "d", "group_code": "all", "count": 80}])
        writer.insert(
            "locations",
            [
                {"id": "l1", "precision": "exact", "geometry": shapely.Point(10.002, 56.001)},
                {"id": "l2", "precision": "exact", "geometry": shapely.Point(10.003, 56.001)},
                {"id": "l3", "precision": "hidden", "area_id": "d"},
                {"id": "l4", "precision": "exact", "geometry": SECRET},
            ],
        )
        writer.insert(
            "organizations",
            [
                {"id": "a", "name": HOSTILE, "migrant_led": True, "location_id": "l1"},
                {"id": "b", "name": "Advice", "migrant_led": False, "location_id": "l1"},
                {"id": "c", "name": "Clinic", "migrant_led": None, "location_id": "l2"},
                {"id": "d", "name": "Refuge", "migrant_led": False, "location_id": "l3"},
                {"id": "e", "name": "Circle", "migrant_led": True},
                {"id": "f", "name": "Hushed", "consent_shown": False, "location_id": "l4"},
            ],
        )
        ends = [("a", "b"), ("a", "c"), ("c", "d"), ("b", "e"), ("a", "f")]
        writer.insert(
            "ties",
            [
                {"id": f"t{n}", "from_id": one, "to_id": two, "kind": "funds",
                 "direction": "directed", "strength": 2}
                for n, (one, two) in enumerate(ends)
            ],
        )  # fmt: skip
        writer.insert(
            "services",
            [
                {"id": "s1", "name": "Desk", "category": "legal", "organization_id": "c"},
                {"id": "s2", "name": "Beds", "category": "housing", "organization_id": "c"},
            ],
        )
        writer.insert(
            "service_at_location",
            [
                {"id": "x1", "service_id": "s1", "location_id": "l2"},
                {"id": "x2", "service_id": "s2", "location_id": "l3"},
            ],
        )
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    return made


def opened(lang: str = "en", **chosen: str) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=30)
    app.query_params["cg_lang"] = lang
    app.session_state["network_view"] = "map"
    for name, value in chosen.items():
        app.session_state[f"network_{name}"] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(one.value for one in app.text)


def sent(app: AppTest) -> str:
    return str(app._tree)  # noqa: SLF001 - what is sent is the claim


def test_it_counts_what_is_drawn_and_lists_the_others_with_the_reason(town: atlas.Atlas) -> None:
    del town
    app = opened()
    # drawn: a, b, c; lines: a-c. a-b is within one address; c-d and b-e have an end without one
    assert "On the map: 3 of 5 organizations, and 1 of 4 pairs with a tie." in texts(app)
    assert "at one and the same place, so without a line: 1." in texts(app)
    [table] = [one for one in app.dataframe if one.key == "network_unplaced"]
    assert table.value.to_numpy().tolist() == [
        ["Refuge", "its place is protected", 1],
        ["Circle", "no place known", 1],
    ]
    assert not any(one in sent(app) for one in ("Hushed", "10012345", "10.012345"))


def test_presenting_lists_who_is_not_drawn_without_the_reason(town: atlas.Atlas) -> None:
    del town
    app = AppTest.from_string(PAGE, default_timeout=30)
    app.query_params["network_view"] = "On the map"
    app.query_params["network_presenting"] = "true"
    app.run()
    assert not app.exception
    listed = app.dataframe(key="network_unplaced").value
    assert listed[words.say("network.col_name", "en")].tolist() == ["Circle", "Refuge"]
    assert "protected" not in listed.to_string()


def test_a_walk_from_the_chosen_actor_leaves_its_protected_service_out(town: atlas.Atlas) -> None:
    del town
    app = opened()
    assert "network_walk" not in {one.key for one in app.selectbox}
    app.selectbox(key="network_actor").select("c").run()
    app.selectbox(key="network_walk").select("all").run()
    assert not app.exception
    assert "Within the walk of the services with a place (1): 80 of 80 people." in texts(app)
    assert "because their place is protected: 1." in texts(app)
    app.selectbox(key="network_gaps").select("housing").run()
    assert not app.exception
    assert "80" in texts(app)
    # somebody else is chosen, who has no services: nothing of the last choice is left
    app.selectbox(key="network_actor").select("b").run()
    assert not app.exception
    assert "Within the walk" not in texts(app)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_chosen_tie_says_its_kinds_in_every_language(town: atlas.Atlas, lang: str) -> None:
    del town
    app = opened(lang, actor="a", other="c")
    assert words.say("tie_kind.funds", lang) in texts(app)
    assert HOSTILE in texts(app)


def test_an_atlas_without_any_place_has_a_list_and_no_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "bare.gpkg", name="Bare")
    with made.write() as writer:
        writer.insert("organizations", [{"id": one, "name": f"Name {one}"} for one in "ab"])
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    app = opened()
    assert "On the map: 0 of 2 organizations, and 0 of 0 pairs with a tie." in texts(app)
    [table] = [one for one in app.dataframe if one.key == "network_unplaced"]
    assert set(table.value.iloc[:, 1]) == {"no place known"}
