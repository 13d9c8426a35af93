"""The page Network: its answer, one choice everywhere, and nothing jumps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, clock
from mapping import drawing_network, network, positions, words
from sample_data.make import make_city
from tests.helpers import desk
from tests.helpers.running import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.helpers.watched import Watch

PAGE = "from mapping.pages import network; network.page()"
HOSTILE = "Choir ![x](//evil.example/x.png) <b>"


def organization(name: str, *, led: bool | None = False, kind: str = "ngo") -> dict[str, Any]:
    return {"id": name.lower(), "name": name, "kind": kind, "migrant_led": led}


def tie(one: str, two: str, **more: object) -> dict[str, Any]:
    return {
        "id": f"{one}-{two}",
        "from_id": one.lower(),
        "to_id": two.lower(),
        "kind": "delivers_with",
        "direction": "mutual",
        "strength": 2,
        **more,
    }


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    """Make a town: a ring of five with the city, a broker with four groups, one behind Ngo2."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    ring = ["City", "Ngo1", "Ngo2", "Ngo3", "Broker"]
    groups = ["Amal", "Baran", "Cedar", "Dunya"]
    with made.write() as writer:
        writer.insert(
            "organizations",
            [
                organization("City", kind="municipality"),
                *(organization(name) for name in ring[1:]),
                *(organization(name, led=True) for name in [*groups, "Elif"]),
                organization("Choir", led=None) | {"name": HOSTILE},
            ],
        )
        writer.insert(
            "ties",
            [
                *(tie(one, two) for one, two in zip(ring, [*ring[1:], "City"], strict=True)),
                *(tie("Broker", group) for group in groups),
                tie("Ngo2", "Elif", kind="trusts"),
                tie("City", "Elif", kind="funds", until="2020-12-31"),
            ],
        )
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    return made


def opened(**query: str) -> AppTest:
    app = AppTest.from_string(PAGE)
    for name, value in query.items():
        app.query_params[name] = value
    app.run(timeout=20)
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def column(app: AppTest, table: int, key: str) -> list[Any]:
    return list(app.dataframe[table].value[words.say(f"network.{key}")])


def test_the_broker_comes_first_and_then_the_group_behind_one_go_between(
    town: atlas.Atlas,
) -> None:
    del town
    answer = texts(opened())
    assert answer.startswith(
        "If Broker stops, 4 of 11 organizations lose their only way to the rest; "
        "4 of them are led by migrants (ties known on 2026-03-01). "
        "Elif speaks to the city only through Ngo2."
    )


def test_who_refused_to_be_shown_is_nowhere_on_the_page_and_said_to_be_left_out(
    town: atlas.Atlas,
) -> None:
    with town.write() as writer:
        hushed = organization("Hushed") | {"consent_shown": False}
        writer.insert("organizations", [hushed])
        writer.insert("ties", [tie("Hushed", "Elif"), tie("Hushed", "City")])
    app = opened()
    assert "Hushed" not in str(app._tree)  # noqa: SLF001 - what is sent is the claim
    assert "asked not to be shown: 1." in texts(app)
    assert "4 of 11 organizations" in texts(app)


def test_on_a_day_when_a_tie_still_lasted_its_group_needed_nobody(town: atlas.Atlas) -> None:
    del town
    app = opened(network_on="2020-06-01")
    assert "Elif speaks" not in texts(app)
    assert "ties known on 2020-06-01" in texts(app)


def test_one_more_tie_and_the_broker_can_be_missed(town: atlas.Atlas) -> None:
    with town.write() as writer:
        writer.insert("ties", [tie("Ngo1", group) for group in ["Amal", "Baran", "Cedar", "Dunya"]])
    assert "If Broker stops" not in texts(opened())


def test_other_kinds_of_ties_are_another_network(town: atlas.Atlas) -> None:
    del town
    app = opened()
    app.multiselect(key="network_kinds").set_value(["trusts"]).run()
    assert not app.exception
    assert "1 of 55 possible pairs are tied (1.8%). 9 of 11 organizations" in texts(app)
    app.multiselect(key="network_kinds").set_value(["shares_data"]).run()
    assert "no ties of this kind" in texts(app)


def test_who_has_no_ties_is_said_to_be_not_connected_and_never_0(town: atlas.Atlas) -> None:
    del town
    app = opened()
    names = column(app, 3, "col_name")
    for key in ("betweenness", "strength", "constraint", "effective_size"):
        assert column(app, 3, key)[names.index(HOSTILE)] == "not connected"
        assert words.say(f"network.{key}") not in app.dataframe[2].value  # folded away


def test_names_are_shown_as_text_and_never_as_markdown(town: atlas.Atlas) -> None:
    del town
    app = opened()
    app.selectbox(key="network_actor").set_value("choir").run()
    assert not app.exception
    assert HOSTILE in texts(app)
    labels = [block.value for block in (*app.markdown, *app.title, *app.subheader)]
    assert all("evil" not in label for label in labels)


def test_a_link_restores_the_choice(town: atlas.Atlas) -> None:
    del town
    app = opened(network_actor="Broker", network_reach="It and its partners")
    assert app.session_state["network_actor"] == "broker"
    assert "Broker. Partners: 6. If it stops, these lose" in texts(app)


def test_the_chosen_actor_is_chosen_in_the_table_too(town: atlas.Atlas) -> None:
    del town
    app = opened(network_actor="Amal")
    row = app.session_state["network_table"]["selection"]["rows"]
    assert [column(app, 2, "col_name")[one] for one in row] == ["Amal"]


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_it_speaks_the_other_languages(town: atlas.Atlas, lang: str) -> None:
    del town
    app = opened(cg_lang=lang)
    assert app.title[0].value == words.say("network.title", lang)
    assert words.say("network.verdict", lang) in texts(app)


def test_without_organizations_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "empty.gpkg", name="Empty")
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    assert words.say("network.missing") in texts(opened())


def test_a_large_network_starts_at_one_organization(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "large.gpkg", name="Large")
    with made.write() as writer:
        writer.insert("organizations", [organization(f"N{i}") for i in range(151)])
        writer.insert("ties", [tie(f"N{i}", f"N{i + 1}") for i in range(150)])
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    app = opened()
    assert app.session_state["network_reach"] == "1"
    assert "too dense to read. It starts with N75" in texts(app)
    app.session_state["network_actor"] = "n76"  # as a click in the picture does
    app.run()
    assert app.session_state["network_middle"] == "n75"
    app.button(key="network_surround").click().run()
    assert app.session_state["network_middle"] == "n76"
    app.selectbox(key="network_actor").set_value("n3").run()  # sought by name
    assert app.session_state["network_middle"] == "n3"
    assert not app.exception


# --- the picture ------------------------------------------------------------------------------


@pytest.fixture
def graph(town: atlas.Atlas) -> nx.DiGraph[str]:
    return network.graph_of(town.read("organizations"), town.read("ties"))


def spec_of(graph: nx.DiGraph[str], **options: Any) -> dict[str, Any]:
    sizes = pd.Series({node: float(graph.degree(node)) for node in graph})
    return drawing_network.picture(graph, positions.positions(graph), sizes, lang="en", **options)


def test_the_picture_is_json_and_says_the_shape_before_the_colour(
    graph: nx.DiGraph[str],
) -> None:
    spec = json.loads(json.dumps(spec_of(graph), allow_nan=False))
    forms = {node["id"]: node["form"] for node in spec["nodes"]}
    assert (forms["amal"], forms["ngo1"], forms["city"]) == ("round", "square", "city")
    assert forms["choir"] == "unknown"
    assert "#" not in json.dumps({key: spec[key] for key in ("nodes", "ties", "legend")})


def test_every_pair_is_drawn_once(graph: nx.DiGraph[str]) -> None:
    ties = spec_of(graph)["ties"]
    drawn = {frozenset(one[:2]) for one in ties}
    assert len(drawn) == len(ties) == graph.to_undirected().number_of_edges()


def test_signs_in_the_picture_do_not_overlap(graph: nx.DiGraph[str]) -> None:
    nodes = spec_of(graph)["nodes"]
    for i, one in enumerate(nodes):
        for two in nodes[:i]:
            wide = (one["x"] - two["x"]) * 1200
            high = (one["y"] - two["y"]) * 800
            assert (wide**2 + high**2) ** 0.5 > one["r"] + two["r"]


def test_what_is_shown_stays_where_it_was_in_the_whole(graph: nx.DiGraph[str]) -> None:
    whole = {node["id"]: (node["x"], node["y"]) for node in spec_of(graph)["nodes"]}
    part = spec_of(graph, shown=["amal", "broker"])
    assert {node["id"]: (node["x"], node["y"]) for node in part["nodes"]} == {
        one: whole[one] for one in ("amal", "broker")
    }
    assert len(part["ties"]) == 1
    assert part["view"] != spec_of(graph)["view"]


# --- the sample city and its twin -------------------------------------------------------------


def test_the_sample_city_shows_its_broker_first_and_then_its_go_between(
    sample_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_ATLAS", str(sample_once))
    answer = texts(opened())
    assert answer.startswith("If Kilnside Neighbourhood Desk stops, 4 of 70 organizations lose")
    assert "Saffron Sisters speaks to the city only through Harbour Mission." in answer


def test_the_twin_city_shows_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_city(tmp_path / "twin.gpkg", twin=True)
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    answer = texts(opened())
    whole = words.say("network.answer_whole", actors=70, date=clock.today().isoformat())
    assert answer.startswith(whole + "\n")


# --- in a browser -----------------------------------------------------------------------------


def at(page: Page, name: str) -> dict[str, float]:
    """Say where an actor is on the screen."""
    box = page.get_by_role("button", name=re.compile(f"^{name},")).bounding_box()
    assert box is not None
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}


def focused(page: Page) -> str:
    return str(
        page.evaluate(
            "() => { let here = document.activeElement;"
            " while (here && here.shadowRoot) here = here.shadowRoot.activeElement;"
            " return here ? here.getAttribute('aria-label') || '' : '' }"
        )
    )


@pytest.fixture
def shown(server: Server, watch: Watch) -> Page:
    """Open the page in a browser, its picture drawn."""
    page = watch.page()
    desk.open_page(page, server.url, "network")
    page.get_by_role("button", name=re.compile("^Harbour Mission,")).wait_for()
    return page


def test_choosing_in_the_picture_moves_nothing_and_keeps_the_zoom(shown: Page) -> None:
    shown.get_by_role("button", name="Closer").click()
    before = at(shown, "Open Door Marensund")
    shown.get_by_role("button", name=re.compile("^Harbour Mission,")).dispatch_event("click")
    shown.get_by_text("Harbour Mission. Partners:").wait_for()
    assert at(shown, "Open Door Marensund") == pytest.approx(before, abs=0.5)
    assert "network_actor=Harbour+Mission" in shown.url


def test_keys_walk_through_choose_and_clear(shown: Page) -> None:
    first = shown.locator(".nodes .node").first
    first.focus()
    shown.keyboard.press("ArrowRight")
    second = focused(shown)
    assert second != first.get_attribute("aria-label")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**network_actor=**")
    assert focused(shown) == second  # the rerun did not take the place away
    shown.keyboard.press("Escape")
    shown.wait_for_url(lambda url: "network_actor" not in url)


def test_the_wheel_turns_the_page_until_the_picture_was_entered(shown: Page) -> None:
    before = at(shown, "Harbour Mission")
    shown.mouse.move(before["x"], before["y"] + 60)
    shown.mouse.wheel(0, -1)
    assert at(shown, "Harbour Mission") == pytest.approx(before, abs=0.5)
    shown.locator(".nodes .node").first.focus()
    wide = shown.locator(".nodes .node").first.bounding_box()
    shown.mouse.wheel(0, -400)
    shown.wait_for_timeout(300)
    assert shown.locator(".nodes .node").first.bounding_box() != wide


def test_a_hostile_name_is_only_text_in_the_picture(
    start_server: Callable[..., Server], sample_atlas: Path, watch: Watch
) -> None:
    evil = '<img src=x onerror="document.title=1">![x](http://evil.example/x.png)'
    with atlas.Atlas(sample_atlas).write() as writer:
        writer.insert("organizations", [organization("Evil") | {"name": evil}])
    page = watch.page()
    page.goto(f"{start_server().url}/network")
    label = page.locator(".label", has_text="evil.example")
    label.first.wait_for(state="attached")
    assert label.first.text_content() == evil
    assert page.title() != "1"
    assert desk.complaints(watch.errors) == []


def test_a_saved_tie_closes_its_form_and_is_said_with_its_undo(town: atlas.Atlas) -> None:
    app = opened()
    app.selectbox(key="network_actor").select("amal").run()
    app.selectbox(key="network_other").select("baran").run()
    app.toggle(key="network_making").set_value(True).run()
    app.selectbox(key="network_tie_kind").select("trusts").run()
    app.button(key="network_tie_save").click().run()
    assert not app.exception
    assert app.toggle(key="network_making").value is False
    assert "network_tie_kind" not in {box.key for box in app.selectbox}
    assert words.say("tie.made") in texts(app)
    tied = {"from_id": "amal", "to_id": "baran"}
    pairs = town.read("ties")[list(tied)].to_dict("records")
    assert tied in pairs
    app.button(key="network_tie_undo").click().run()
    assert words.say("tie.undone") in texts(app)
    assert tied not in town.read("ties")[list(tied)].to_dict("records")
