"""What stands beside the answer of the page Gaps: before and now, groups, clusters, personas."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers import personas_kept
from layers.atlas import Atlas
from layers.changes import Operation, carry_out
from layers.history import Revision
from mapping import estimates, figures, gap_table, gaps, words
from mapping.city import City
from mapping.needs import Need
from mapping.pages import _gaps_figures
from mapping.pages._gaps_answer import Said
from tests.helpers.desk_gone import nobody_to_ask
from tests.helpers.town import META, Town
from tests.test_page_gaps import PAGE, stored, table, texts, town

EVERYONE = {
    "gaps_whom": "All inhabitants",
    "gaps_language": "any language",
    "gaps_when": "Any time",
}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Atlas:
    monkeypatch.setenv("CG_TODAY", "2026-11-22")
    made = town()
    made.rows["population_groups"][0]["label"] = "All inhabitants"
    atlas = stored(made, tmp_path / "town.gpkg")
    monkeypatch.setenv("CG_ATLAS", str(atlas.path))
    return atlas


def opened(query: dict[str, str] | None = None, **state: Any) -> AppTest:
    app = AppTest.from_string(PAGE)
    for key, value in (query or {}).items():
        app.query_params[key] = value
    for key, value in state.items():
        app.session_state[key] = value
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run(timeout=60)
    assert not app.exception
    return app


def close_down(atlas: Atlas, service: str) -> None:
    values = {"status": "inactive"}
    one = Operation(table="services", id=service, action="update", values=values, seen=1)
    carry_out(atlas, [one], Revision(kind="edit", who="", about={"table": "services"}))


# --- before and now ------------------------------------------------------------------------------


def test_a_kept_answer_waits_for_a_change(kept: Atlas) -> None:
    app = opened(EVERYONE)
    assert words.say("gaps.compare_same") not in texts(app)
    app.button(key="gaps_keep").click().run(timeout=60)
    assert words.say("gaps.compare_same") in texts(app)
    app.button(key="gaps_forget").click().run(timeout=60)
    assert words.say("gaps.compare_same") not in texts(app)
    assert not app.button(key="gaps_keep").disabled
    assert kept.path.exists()


def test_after_an_edit_before_now_and_the_difference_are_shown(kept: Atlas) -> None:
    app = opened(EVERYONE)
    app.button(key="gaps_keep").click().run(timeout=60)
    for service in ("day east", "late east"):
        close_down(kept, service)
    run(app)
    said = texts(app)
    # 307 people live east of the river, where nothing is open any more
    assert "Not reached before: 0 people; now: 307. Newly reached: 0. Newly lost: 307." in said
    assert "Before: Who cannot reach legal advice, within 15 minutes on foot? (Hand town)" in said
    rows = table(app, "gaps.before").set_index(words.say("gaps.district"))
    assert rows.loc["east"].tolist() == ["307", "0", "307", "307 more", "0", "307"]
    assert rows.loc["west"].tolist() == ["300", "0", "0", "none", "0", "0"]
    assert app.button_group(key="gaps_map_shows").value


def test_another_question_is_compared_too(kept: Atlas) -> None:
    app = opened(EVERYONE)
    app.button(key="gaps_keep").click().run(timeout=60)
    app.selectbox(key="gaps_when").set_value("weekend").run(timeout=60)
    assert "Not reached before: 0 people; now: 607." in texts(app)
    app.selectbox(key="gaps_whom").set_value("born_er").run(timeout=60)
    assert "Other people, or other areas, are counted now" in texts(app)
    assert words.say("gaps.newly") not in table(app, "gaps.district").columns
    assert kept.path.exists()


def test_papers_are_compared_for_the_whole_city_only(kept: Atlas) -> None:
    app = opened(EVERYONE | {"gaps_must": "No papers asked"})
    app.button(key="gaps_keep").click().run(timeout=60)
    for service in ("day east", "late east"):
        close_down(kept, service)
    run(app)
    assert words.say("gaps.compare_papers") in texts(app)
    assert not [d for d in app.dataframe if words.say("gaps.district") in d.value.columns]


def test_a_whole_other_atlas_may_stand_beside(kept: Atlas, tmp_path: Path) -> None:
    app = opened(EVERYONE)
    app.button(key="gaps_keep").click().run(timeout=60)
    other = town()
    other.rows["population_groups"][0]["label"] = "All inhabitants"
    other.rows["service_at_location"] = other.rows["service_at_location"][:1]
    app.session_state["cg_atlas"] = str(stored(other, tmp_path / "other.gpkg").path)
    run(app)
    assert "Not reached before: 0 people; now: 307." in texts(app)
    assert kept.path.exists()


# --- cells ---------------------------------------------------------------------------------------


def test_an_unserved_cell_is_nothing_and_flagged_never_missing(kept: Atlas) -> None:
    close_down(kept, "day east")
    close_down(kept, "late east")
    app = opened(EVERYONE, gaps_cells=True)
    rows = table(app, "gaps.cell").set_index(words.say("gaps.cell"))
    flag, reached = words.say("gaps.flag"), words.say("gaps.reached")
    assert rows.loc["c1300", [reached, flag]].tolist() == ["0", "no service in reach"]
    assert rows.loc["c1500", [reached, flag]].tolist() == ["0", "no service in reach"]
    assert rows.loc["c100", flag] == ""
    # where nobody has counted there is a row that says so
    assert rows.loc["c500", flag] == "nobody has counted"
    assert len(rows) == 6


def test_an_unserved_cell_is_a_number_in_every_answer() -> None:
    made = Town()
    made.people({"c100": 100, "c1300": 300, "c1500": None})
    made.service("west", (100, 0))
    answer = gaps.gaps(City(made.read, META), Need(category="legal"))
    assert answer.reached_low.tolist() == [1, 1, 1, 1, 0, 0]
    assert answer.reached_high.tolist() == [1, 1, 1, 1, 0, 0]
    found = {row["area_id"]: row for row in gaps.as_json(answer)["areas"]}
    assert {one: row["unserved"] for one, row in found.items()} == {
        "c100": False,
        "c1300": True,
        "c1500": True,
    }
    assert found["c1300"]["not_reached"] == found["c1300"]["people"] == {"low": 300, "high": 300}
    values = gaps.map_values(answer).set_index("area_id")["people"]
    assert values["c1300"] == 300
    assert values["c100"] == 0


def test_counts_stand_before_shares(kept: Atlas) -> None:
    app = opened(EVERYONE, gaps_cells=True)
    people, share = words.say("gaps.people"), words.say("gaps.share")
    for key in ("gaps.share", "gaps.cell"):
        columns = list(table(app, key).columns)
        assert columns.index(people) < columns.index(share)
    assert kept.path.exists()


# --- groups and clusters -------------------------------------------------------------------------


def test_for_whom_it_is_worse_is_folded_away_until_asked(kept: Atlas) -> None:
    query = EVERYONE | {"gaps_when": "Weekday, 18 to 22", "gaps_language": "Tigrinya"}
    assert not any(words.say("gaps.ratio") in d.value.columns for d in opened(query).dataframe)
    close_down(kept, "late east")
    evening = EVERYONE | {"gaps_when": "Weekday, 18 to 22"}
    app = opened(evening, gaps_equity=True)
    rows = table(app, "gaps.ratio").set_index(words.say("gaps.group"))
    # the east is left out: 307 of 607, ten of sixty born in Eritrea, a few of forty born in Somalia
    assert rows.loc["Born in Eritrea"].tolist()[:2] == ["60", "10"]
    assert rows.loc["Born in Eritrea", words.say("gaps.so_it_is")] == "better"
    assert rows.loc["All inhabitants", words.say("gaps.so_it_is")] == ""
    assert words.say("gaps.equity_none") in texts(app)


def test_groups_are_not_compared_by_papers(kept: Atlas) -> None:
    app = opened(EVERYONE | {"gaps_must": "No papers asked"}, gaps_equity=True, gaps_clusters=True)
    assert words.say("gaps.equity_papers") in texts(app)
    assert words.say("gaps.clusters_not_papers") in texts(app)
    assert kept.path.exists()


def test_a_town_of_a_few_areas_has_no_clusters(kept: Atlas) -> None:
    app = opened(EVERYONE, gaps_clusters=True)
    assert words.say("gaps.clusters_not_few_areas") in texts(app)
    assert kept.path.exists()


def test_the_clusters_of_the_sample_city_say_how_they_were_found(
    sample_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_TODAY", "2026-11-22")
    monkeypatch.setenv("CG_ATLAS", str(sample_once))
    app = opened(gaps_clusters=True)
    assert [
        app.selectbox(key=f"gaps_clusters_{one}").value for one in ("method", "correction")
    ] == [
        "getis_ord",
        "fdr",
    ]
    assert "areas stand out" in texts(app)
    before = table(app, "gaps.smallest_p")
    assert len(before)
    app.selectbox(key="gaps_clusters_correction").set_value("bonferroni").run(timeout=60)
    assert not app.exception
    areas = words.say("gaps.areas")
    assert table(app, "gaps.smallest_p")[areas].sum() <= before[areas].sum()


# --- personas ------------------------------------------------------------------------------------


def test_a_persona_of_the_atlas_may_stand_for_the_question(kept: Atlas) -> None:
    personas_kept.keep(
        kept,
        {"name": "Selam <b>", "about": "*Invented*.", "category": "legal", "language": "ti"},
    )
    app = opened(EVERYONE)
    chosen = app.selectbox(key="gaps_persona")
    assert chosen.options == [words.say("gaps.persona_none"), "Selam <b>"]
    chosen.set_value(personas_kept.kept(kept)[0]["id"]).run(timeout=60)
    assert not app.exception
    assert app.title[0].value == (
        "Who, of people like the one chosen, cannot reach legal advice in Tigrinya, "
        "within 15 minutes on foot?"
    )
    assert "Asked for: Selam <b>. *Invented*." in texts(app)
    assert "Selam" not in str([one.value for one in app.markdown])
    assert "gaps_help" not in [one.key for one in app.selectbox]


def with_women(kept: Atlas) -> None:
    with kept.write() as writer:
        row = {"id": "women", "label": "Women", "dimension": "sex"}
        writer.insert("population_groups", [row])
        writer.insert(
            "population",
            [
                {"id": f"w-{cell}", "area_id": cell, "group_code": "women", "count": count}
                for cell, count in {"c100": 60, "c300": 90, "c1300": 150, "c1500": 0}.items()
            ],
        )


def test_an_estimate_says_what_is_certain(kept: Atlas) -> None:
    with_women(kept)
    her = {"name": "Selam", "category": "legal", "language": "ti", "group": "women*born_er"}
    personas_kept.keep(kept, her)
    app = opened(EVERYONE)
    chosen = app.selectbox(key="gaps_persona")
    chosen.set_value(personas_kept.kept(kept)[0]["id"]).run(timeout=60)
    # of 50 born in Eritrea and 60 women among 100 people, 10 to 50 are both; of 10 and 150
    # among 300, none to 10
    assert words.say("reach.note_estimate", least="10", most="60") in texts(app)
    assert f"Women {estimates.TIMES} Born in Eritrea" in texts(app)


def test_an_atlas_without_personas_asks_only_the_question(kept: Atlas) -> None:
    assert "gaps_persona" not in [one.key for one in opened(EVERYONE).selectbox]
    assert kept.path.exists()


# --- pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["bars", "map"])
def test_a_picture_says_what_it_is_when_it_travels_alone(kept: Atlas, what: str) -> None:
    city = City(kept.read, kept.meta())
    answer = gaps.gaps(city, Need(category="legal", language="ti", when="evening", group="born_er"))
    said = Said(answer, gaps.as_json(answer))
    if what == "bars":
        draw = _gaps_figures.figure(said)
    else:
        draw = _gaps_figures.map_figure(said, gaps.map_values(answer), "now")
    drawn = figures.svg(draw())
    text = " ".join("".join(ET.fromstring(drawn).itertext()).split())  # noqa: S314 - our own
    for wanted in ("Tigrinya", "weekday evening", "Born in Eritrea", "2026-01-01", "Hand town"):
        assert wanted in text
    assert "invented city" in text


ALONE = """
import streamlit as st
from mapping import gaps
from mapping.city import City
from mapping.needs import Need
from mapping.pages import _gaps_figures, _shared
from mapping.pages._gaps_answer import Said
here = _shared.atlas()
need = Need(category="legal", language="ti", when="evening", group="born_er")
answer = gaps.gaps(City(here.read, here.meta()), need)
said = Said(answer, gaps.as_json(answer))
values = gaps.map_values(answer)
st.session_state["drawn"] = [
    _gaps_figures.figure(said),
    _gaps_figures.map_figure(said, values, "now"),
]
"""


def test_a_picture_is_in_the_language_of_the_desk_that_asked_for_it(
    kept: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept.path.exists()
    app = AppTest.from_string(ALONE)
    app.query_params["cg_lang"] = "fr"
    draws = run(app).session_state["drawn"]
    nobody_to_ask(monkeypatch)
    for draw in draws:
        text = figures.svg(draw())
        assert "2026-01-01" in text
        assert "ville inventée" in text


def test_an_estimate_is_said_in_every_file(kept: Atlas) -> None:
    with_women(kept)
    city = City(kept.read, kept.meta())
    answer = gaps.gaps(city, Need(category="legal", group="women*born_er"))
    said = Said(answer, gaps.as_json(answer))
    # of 50 born in Eritrea and 60 women among 100 people, 10 to 50 are both; of 10 and 150
    # among 300, none to 10
    assert words.say("reach.note_estimate", least="10", most="60") in _gaps_figures.lines(said)
    rows = list(csv.DictReader(io.StringIO(gap_table.as_csv(said.report))))
    ends = {(row["estimated"], row["estimate_low"], row["estimate_high"]) for row in rows}
    assert ends == {("True", "10", "60")}


def test_there_is_no_picture_by_area_where_papers_are_asked_about(kept: Atlas) -> None:
    offered = {one.proto.label for one in opened(EVERYONE).get("download_button")}
    assert {
        words.say(f"gaps.{one}") for one in ("csv", "png", "svg", "map_png", "map_svg")
    } <= offered
    papers = opened(EVERYONE | {"gaps_must": "No papers asked"}).get("download_button")
    assert {one.proto.label for one in papers} == {words.say("gaps.csv")}
    assert kept.path.exists()
