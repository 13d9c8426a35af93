"""The page What if: steps by form and by link, undo, who is cut off, what is lost, what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, clock, scenarios_kept
from layers.atlas import Atlas
from mapping import scenario_coverage, scenarios, words
from mapping.city import City
from mapping.gaps import gaps
from mapping.pages import _whatif_keep
from mapping.scenarios import Scenario, do

PAGE = "from mapping.pages import whatif; whatif.page()"
FOUR = ("Casa Farului", "Vatra Families", "Roshni Sewing Group", "Chiragh Study Circle")
KILNSIDE = "city-kilnside"
TIE = "saltmere-clinic,hooyo-circle,delivers_with"


@pytest.fixture
def city(sample_atlas: Path, monkeypatch: pytest.MonkeyPatch) -> Atlas:
    """Open a sample city of one's own."""
    monkeypatch.setenv("CG_ATLAS", str(sample_atlas))
    return Atlas(sample_atlas)


def opened(**query: str) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return good(app.run())


def good(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def answer(app: AppTest) -> str:
    return str(app.text[0].value)


def texts(table: Any) -> Iterator[str]:
    for row in table.value.to_numpy().tolist():
        yield " | ".join(map(str, row))


def test_a_link_a_form_and_undo_make_and_take_back_steps(city: Atlas) -> None:
    before = hashlib.sha256(city.path.read_bytes()).hexdigest()
    app = opened()
    assert answer(app) == words.say("whatif.answer_nothing", "en")
    assert words.say("whatif.banner", "en") in said(app)
    app = opened(remove=KILNSIDE)
    assert all(name in answer(app) for name in FOUR)
    (table,) = app.dataframe
    assert any(row.endswith("| 70 | 69") for row in texts(table))
    assert any("parts" in row and row.endswith("| 3 | 4") for row in texts(table))
    # a second step by form: the four are not cut off any more
    app = good(app.segmented_control(key="whatif_what").set_value("add_tie").run())
    app.selectbox(key="whatif_from").set_value("casa-farului")
    app = good(app.run())
    good(app.selectbox(key="whatif_to").set_value("open-door").run())
    app = good(app.button(key="whatif_do_add").click().run())
    assert "2. New tie: Casa Farului" in said(app)
    assert "lose their only way" not in answer(app)
    assert f"Open Door Marensund alone to reach those who decide: {', '.join(FOUR)}." in answer(app)
    app = good(app.button(key="whatif_undo").click().run())
    assert all(name in answer(app) for name in FOUR)
    app = good(app.button(key="whatif_redo").click().run())
    app = good(app.button(key="whatif_drop_0").click().run())
    assert "1. New tie" in said(app)
    assert "Kilnside" not in answer(app)
    app = good(app.button(key="whatif_undo").click().run())
    assert "1. Kilnside Neighbourhood Desk stops" in said(app)
    assert hashlib.sha256(city.path.read_bytes()).hexdigest() == before


def test_presenting_counts_and_names_nobody(city: Atlas) -> None:
    del city
    app = opened(remove=KILNSIDE, network_presenting="true")
    assert "4" in answer(app)
    shown = said(app) + "\n".join(texts(app.dataframe[0]))
    assert not any(name in shown for name in (*FOUR, "Kilnside", "Public Health Team"))


def test_a_scenario_is_kept_changed_opened_again_and_removed(city: Atlas) -> None:
    app = opened(remove=KILNSIDE)
    app = good(app.button(key="whatif_save").click().run())
    assert words.say("error.scenario_name_empty", "en") in said(app)
    turn = app.session_state["whatif_turn"]
    app.text_input(key=f"whatif_name_{turn}").set_value("Without *the* desk")
    app = good(app.run())
    app = good(app.button(key="whatif_save").click().run())
    (row,) = scenarios_kept.kept(city)
    assert (row["name"], row["steps"]) == (
        "Without *the* desk",
        [{"do": "remove_actor", "actor": KILNSIDE}],
    )
    again = opened(scenario=row["id"])
    assert all(name in answer(again) for name in FOUR)
    again = good(again.button(key="whatif_drop_0").click().run())
    again = good(again.button(key="whatif_save_change").click().run())
    assert scenarios_kept.kept(city)[0]["steps"] == []
    # the first browser still has the row as it was
    app = good(app.button(key="whatif_undo").click().run())
    app = good(app.button(key="whatif_save_change").click().run())
    assert len(scenarios_kept.kept(city)) == 1
    again = good(again.button(key="whatif_forget").click().run())
    assert scenarios_kept.kept(city) == []
    gone = opened(scenario=row["id"])
    assert words.say("whatif.kept_gone", "en") in said(gone)


def test_a_broken_link_and_a_step_about_nobody_are_said(city: Atlas) -> None:
    del city
    assert words.say("whatif.link_broken", "en") in said(opened(add_tie="a,b"))
    broken = said(opened(add_tie="a,a,funds"))
    assert "cannot be this" in broken
    gone = opened(remove="nobody-there")
    assert words.say("whatif.skipped_actor_gone", "en") in said(gone)
    assert words.say("whatif.nobody", "en") in answer(gone)


def test_a_file_of_anything_is_read_or_refused() -> None:
    whole = do(Scenario(name="n"), {"do": "remove_actor", "actor": "a"})
    assert _whatif_keep.read(whole.to_json().encode("utf-8-sig")).steps == whole.steps
    for content, code in (
        (b"\xff\xfe", "scenario_not_json"),
        (b" " * 240_001, "scenario_too_large"),
    ):
        with pytest.raises(Exception, match=code):
            _whatif_keep.read(content)


def test_the_missing_tie_brings_help_and_its_map_is_drawn(city: Atlas) -> None:
    app = opened(add_tie=TIE)
    app = good(app.segmented_control(key="whatif_view").set_value("coverage").run())
    for _ in range(40):
        if "whatif_whom" in [one.key for one in app.selectbox]:
            break
        app = good(app.run())
    scenario = do(
        Scenario(),
        {"do": "add_tie", "from": "saltmere-clinic", "to": "hooyo-circle", "kind": "refers_to"}
        | {"strength": 2},
    )
    base = City(city.read, city.meta())
    after = scenarios.city_under(base, scenario)
    (row,) = scenario_coverage.coverage(base, after)
    assert (row.need.category, row.need.language, row.by_trust) == ("health", "so", True)
    # by the two answers alone: nobody was reached by a trusted one for certain, now most are
    one, other = gaps(base, row.need), gaps(City(after.read, city.meta()), row.need)
    people = one.people.low * (other.reached_low - one.reached_high)
    number = row.numbers["newly_reached"]["low"]
    assert number >= int(people.clip(min=0).sum()) > 3000
    assert f"about {_two_figures(number)}" in said(app)
    assert f"{number:,}" not in said(app)
    assert row.numbers["newly_lost"] == {"low": 0, "high": 0}
    assert "Somali, trusted" in list(app.dataframe[0].value.columns)


def _two_figures(number: int) -> str:
    return f"{float(f'{number:.1e}'):,.0f}"


def test_a_tie_that_brings_a_way_round_a_go_between_says_so(city: Atlas) -> None:
    del city
    app = opened(add_tie="city-libraries,saffron-sisters,delivers_with")
    assert "no longer hang on Harbour Mission to reach those who decide: Saffron" in answer(app)
    assert words.say("whatif.answer_whole", "en") not in answer(app)
    (table,) = app.dataframe
    assert any(row.endswith("| 1 | 0") for row in texts(table) if "go-between" in row)


def test_what_changed_is_told_by_year_and_by_date(city: Atlas) -> None:
    ties = city.read("ties")
    app = good(opened().segmented_control(key="whatif_view").set_value("time").run())
    assert words.say("whatif.series_about", "en") in said(app)
    assert answer(app).startswith(f"Since {clock.today().year - 1}-12-31: ")
    app = good(app.toggle(key="whatif_by_date").set_value(True).run())
    app.date_input(key="whatif_from_day").set_value(date(2023, 1, 1))
    app = good(app.date_input(key="whatif_to_day").set_value(date(2024, 1, 1)).run())
    since, until = (pd.to_datetime(ties[name]).dt.date for name in ("since", "until"))
    made = since.gt(date(2023, 1, 1)) & since.le(date(2024, 1, 1)) & ~until.lt(date(2024, 1, 1))
    lost = until.ge(date(2023, 1, 1)) & until.lt(date(2024, 1, 1)) & ~since.gt(date(2023, 1, 1))
    assert f"ties made: {made.sum()}, lost: {lost.sum()}" in answer(app)
    assert "Ask first" in said(app)


@pytest.mark.parametrize("what", ["nothing", "no ties"])
def test_an_atlas_without_anything_says_what_is_missing(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    if what == "no ties":
        with made.write() as writer:
            writer.insert("organizations", [{"id": one, "name": one.upper()} for one in ("a", "b")])
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    app = opened(remove="a")
    if what == "nothing":
        assert words.say("network.missing", "en") in said(app)
        return
    assert words.say("whatif.answer_no_ties", "en") in answer(app)
    coverage = good(app.segmented_control(key="whatif_view").set_value("coverage").run())
    assert words.say("gaps.missing_people", "en") in said(coverage)
    time = good(app.segmented_control(key="whatif_view").set_value("time").run())
    assert words.say("whatif.time_none", "en") in said(time)
