"""The page Network: its views, who is shown, the two actors of a tie, and presenting."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, clock
from mapping import drawing_groups, drawing_matrix, drawing_two_mode, mixing, network, two_mode
from mapping.counted import Counted
from mapping.shown import UNKNOWN, Shown
from tests.helpers import desk
from tests.helpers.running import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.helpers.watched import Watch

PAGE = "from mapping.pages import network; network.page()"
WEAK = ("If Kilnside", "only through Harbour Mission", "stands between", "If it stops")


@pytest.fixture
def app(sample_once: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CG_ATLAS", str(sample_once))
    return AppTest.from_string(PAGE, default_timeout=60)


def opened(app: AppTest, **query: str) -> AppTest:
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def actors(app: AppTest) -> pd.DataFrame:
    """Give the table of actors, whichever number it has on the page."""
    return next(one.value for one in app.dataframe if "Works with" in one.value.columns)


# --- sums ---------------------------------------------------------------------------------------


def test_unknown_is_chosen_like_a_code_and_is_in_no_other_choice() -> None:
    table = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "sector": ["health", None, "police"],
            "kind": ["ngo", "ngo", "other"],
            "migrant_led": pd.array([True, None, False], dtype="boolean"),
            "communities": [["so", "ar"], None, []],
        }
    )
    ids = {
        name: shown.of(table)["id"].tolist()
        for name, shown in (
            ("sectors", Shown(sectors=[UNKNOWN])),
            ("led", Shown(led=[UNKNOWN])),
            ("communities", Shown(communities=[UNKNOWN])),
        )
    }
    assert ids == {"sectors": ["b"], "led": ["b"], "communities": ["b", "c"]}
    assert Shown(communities=["ar"]).of(table)["id"].tolist() == ["a"]
    assert Shown(led=["no"], kinds=["other"]).of(table)["id"].tolist() == ["c"]
    assert len(Shown().of(table)) == 3


def test_a_service_that_ended_is_not_offered_and_a_nearer_way_to_serve_wins() -> None:
    services = pd.DataFrame(
        {
            "id": ["s1", "s2"],
            "organization_id": ["a", "a"],
            "category": ["health", "legal"],
            "status": [None, "defunct"],
        }
    )
    assert two_mode.offers(["a"], services)["other"].tolist() == ["health"]
    groups = pd.DataFrame({"id": ["a"], "communities": [["so"]]})
    spoken = pd.DataFrame(
        {"service_id": ["s1", "s1", "s2"], "language": ["so", "ti", "pl"], "level": ["staff"] * 3}
    )
    served = two_mode.serves(groups, services, spoken)
    assert dict(zip(served["other"], served["how"], strict=True)) == {"so": "of", "ti": "staff"}


@pytest.fixture(scope="module")
def sample(sample_once: Path) -> atlas.Atlas:
    return atlas.Atlas(sample_once)


@pytest.fixture(scope="module")
def graph(sample: atlas.Atlas) -> Any:
    counted = Counted(on=clock.today())
    return network.graph_of(sample.read("organizations"), sample.read("ties"), counted)


@pytest.mark.parametrize("by", [*drawing_groups.ATTRIBUTES[1:], *drawing_groups.MEASURES])
def test_every_group_has_a_number_of_its_own_and_everybody_is_in_one_or_unknown(
    graph: Any,
    sample: atlas.Atlas,
    by: str,
) -> None:
    table = network.measures(graph)
    confirmed = drawing_groups.freshness(sample.read("ties"), day=clock.today())
    made = drawing_groups.grouped(
        graph, by, table, confirmed=confirmed, lang="en", core=list(graph)[:9]
    )
    assert made is not None
    marks = [group.mark for group in made.groups]
    assert len(set(marks)) == len(marks)
    assert set(made.of) == set(graph)
    used = {one for one in made.of.values() if one is not None}
    assert used == set(range(len(marks)))
    if by in drawing_groups.MEASURES:  # the same value is the same step, and more is never less
        known = pd.DataFrame({"value": table[by], "step": pd.Series(made.of)}).dropna()
        ordered = known.sort_values("value")
        assert ordered["step"].is_monotonic_increasing
        assert known.groupby("value")["step"].nunique().max() == 1


def test_a_tie_confirmed_a_year_ago_is_fresh_and_a_day_more_is_old() -> None:
    rows = [("a", "b", "2025-03-01"), ("c", "d", "2025-02-28"), ("e", "f", None)]
    ties = pd.DataFrame(rows, columns=["from_id", "to_id", "last_confirmed"])
    told = drawing_groups.freshness(ties, day=date(2026, 3, 1))
    assert told == dict(zip("abcdef", ["fresh", "fresh", "old", "old", None, None], strict=True))


def test_the_matrix_counts_every_tied_pair_once_and_says_where_it_is_too_few(
    graph: Any,
    sample: atlas.Atlas,
) -> None:
    sizes = sample.read("organizations")["sector"].value_counts()
    spec = drawing_matrix.matrix(mixing.between(graph, "sector"), sizes, lang="en")
    cells = [(i, j, cell) for i, row in enumerate(spec["cells"]) for j, cell in enumerate(row)]
    pairs = {frozenset(pair) for pair in graph.edges if pair[0] != pair[1]}
    assert sum(cell["present"] for i, j, cell in cells if i <= j) == len(pairs)
    for i, j, cell in cells:
        one, two = spec["rows"][i]["number"], spec["rows"][j]["number"]
        assert cell["possible"] == (one * (one - 1) // 2 if i == j else one * two)
        if cell["possible"]:
            assert cell["few"] == (min(one, two) < 5)
            assert "chance" in cell["said"]
            assert cell["text"] == f"{cell['present']} of {cell['possible']}"


def test_actors_stand_on_the_side_of_who_leads_them_and_things_between(
    graph: Any,
    sample: atlas.Atlas,
) -> None:
    table = two_mode.offers(graph, sample.read("services"))
    spec = drawing_two_mode.two_mode(graph, table, about="offers", lang="en")
    for node in spec["nodes"]:
        if node["thing"]:
            assert node["side"] == "middle"
        else:
            led = graph.nodes[node["id"]]["migrant_led"] is True
            assert node["side"] == ("right" if led else "left")
    ends = {(spec["nodes"][a]["id"], spec["nodes"][b]["id"]) for a, b, *_ in spec["ties"]}
    wanted = zip(table["actor"], map(drawing_two_mode.thing_id, table["other"]), strict=True)
    assert ends == set(wanted)


# --- the page -----------------------------------------------------------------------------------


def test_each_view_answers_for_itself_and_lists_what_it_draws(app: AppTest) -> None:
    opened(app, network_view="By sector")
    assert "pairs of sectors nobody works together" in texts(app)
    assert "By chance" in app.dataframe[0].value.columns
    app.segmented_control(key="network_view").set_value("offers").run()
    assert "offered by most organizations" in texts(app)
    offered = dict(zip(*(app.dataframe[0].value.iloc[:, i] for i in (0, 3)), strict=True))
    assert "Saltmere Health House" in offered["Health"]
    app.segmented_control(key="network_view").set_value("serves").run()
    assert "only in the list below: Danish, English." in texts(app)
    assert not app.exception


def test_who_is_hidden_is_in_no_number_and_said_to_be(app: AppTest) -> None:
    opened(app)
    whole = set(actors(app)["Organization"])
    app.multiselect(key="network_led").set_value(["yes"]).run()
    assert not app.exception
    assert "Of the 25 organizations shown (45 of 70 are hidden and in no number):" in texts(app)
    assert "The municipality is not among those shown" in texts(app)
    names = set(actors(app)["Organization"])
    assert len(names) == 25
    partners = set(", ".join(actors(app)["Works with"]).split(", "))
    assert not partners & (whole - names)
    app.selectbox(key="network_actor").set_value("harbour-mission").run()
    assert "Harbour Mission is hidden by the choice" in texts(app)
    assert not app.exception


def test_two_actors_show_all_that_is_recorded_between_them(
    sample_atlas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with atlas.Atlas(sample_atlas).write() as writer:
        more = {"from_id": "hooyo-circle", "to_id": "city-health", "direction": "directed"}
        first = {"id": "x1", "kind": "trusts", "strength": 3, "gives": "![rooms](//evil.example)"}
        second = {"id": "x2", "kind": "shares_space", "until": "2020-01-01"}
        writer.insert("ties", [more | first | {"confirmed_by": 2}, more | second])
    monkeypatch.setenv("CG_ATLAS", str(sample_atlas))
    app = opened(
        AppTest.from_string(PAGE, default_timeout=60),
        network_actor="Hooyo Circle",
        network_other="Public Health Team",
    )
    said = texts(app)
    assert "Hooyo Circle → Public Health Team: trusts\nclose" in said
    assert "Gives: ![rooms](//evil.example)" in said
    assert "Confirmed by both" in said
    assert "Recorded between them, but not counted now: 1." in said
    assert all("evil" not in one.value for one in app.markdown)


def test_presenting_says_nothing_that_makes_one_organization_look_weak(
    app: AppTest, sample: atlas.Atlas
) -> None:
    opened(app, network_presenting="true", network_actor="Harbour Mission")
    said = texts(app)
    rows = sample.read("organizations")
    risky = rows["at_risk"].eq(True).fillna(value=False)
    inside = rows["consent_shared"].eq(False).fillna(value=False)
    quiet = rows[risky | inside]
    named = set(rows["id"]) - set(quiet["id"])
    ends = sample.read("ties")[["from_id", "to_id"]].itertuples(index=False)
    tied = {frozenset(pair) for pair in ends if set(pair) <= named}
    assert len(quiet) == 9
    counted = re.search(r"(\d+) of (\d+) possible pairs of (\d+) organizations", said)
    assert counted is not None
    assert int(counted[1]) <= len(tied)
    assert (int(counted[2]), int(counted[3])) == (math.comb(len(named), 2), len(named))
    assert "left out here" in said
    for view in ("picture", "map", "sectors", "offers", "serves"):
        app.segmented_control(key="network_view").set_value(view).run()
        assert not app.exception
        sent = "".join(str(getattr(one, "proto", "")) for one in app.main)
        tables = "".join(one.value.to_string() for one in app.dataframe)
        assert "Harbour Mission" in sent + tables
        assert [one for one in quiet["name"] if one in sent + tables] == []
    app.segmented_control(key="network_view").set_value("picture").run()
    assert not any(one in said for one in WEAK)
    assert "Fathers" not in said
    assert [one.key for one in app.selectbox if one.key == "network_size"] == []
    assert list(actors(app)) == ["Organization", "What it is", "Sector", "Works with"]
    assert not any("Stands between others" in table.value.columns for table in app.dataframe)
    options = app.selectbox(key="network_colour").options
    assert "Core or edge" not in options
    assert "Stands between others" not in options
    app.segmented_control(key="network_view").set_value("sectors").run()
    assert not app.exception


# --- in a browser -------------------------------------------------------------------------------


def test_zoom_outlives_other_views_and_two_clicks_ask_for_a_tie(
    server: Server, watch: Watch
) -> None:
    page = watch.page()
    desk.open_page(page, server.url, "network")
    page.get_by_role("button", name="Closer").click()
    before = _at(page, "Open Door Marensund")
    page.get_by_role("radio", name="By sector").click()
    cell = page.get_by_role("gridcell", name=re.compile("^Health and Childcare:"))
    cell.focus()
    page.keyboard.press("Enter")
    page.locator(".st-key-network_cell_said").wait_for()
    page.get_by_role("radio", name="Ties").click()
    page.get_by_role("button", name=re.compile("^Hooyo Circle,")).wait_for()
    desk.wait_until_drawn(page)
    assert _at(page, "Open Door Marensund") == pytest.approx(before, abs=0.5)
    page.get_by_role("button", name=re.compile("^Hooyo Circle,")).dispatch_event("click")
    page.wait_for_url("**network_actor=Hooyo+Circle**")
    desk.wait_until_drawn(page)
    clinic = page.get_by_role("button", name=re.compile("^Saltmere Health House,"))
    clinic.focus()
    page.keyboard.press("Shift+Enter")
    page.wait_for_url("**network_other=Saltmere+Health+House**")
    page.locator(".st-key-network_tie_form").wait_for()
    page.locator("line.reach").nth(3).dispatch_event("click")
    page.get_by_text(re.compile("Confirmed by")).wait_for()
    assert _at(page, "Open Door Marensund") == pytest.approx(before, abs=0.5)
    assert desk.complaints(watch.errors) == []


def _at(page: Page, name: str) -> dict[str, float]:
    """Say where an actor is in the picture, wherever the page was scrolled to."""
    box = page.get_by_role("button", name=re.compile(f"^{name},")).bounding_box()
    stage = page.locator(".stage").bounding_box()
    assert box is not None
    assert stage is not None
    return {"x": box["x"] - stage["x"], "y": box["y"] - stage["y"]}
